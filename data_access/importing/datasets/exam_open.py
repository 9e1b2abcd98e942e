"""The open exam set: takers, mean and bands, without those who did not sit."""

from __future__ import annotations

from ._columns import choice, count, decimal, flag, institution_name, reg_no, school_year, stage
from ._vocabulary import EXAM_LEVELS, SUBJECTS
from .model import Dataset, adds_up

BAND_EXAMPLES = (0, 1, 3, 5, 8, 9, 7, 4, 2, 1)

DATASET = Dataset(
    id="exam_open",
    table="fact_exam",
    name_lv="Valsts pārbaudes darbu atvērtie dati",
    name_en="Open data of state exams",
    about_lv="Atvērtā kopa: kārtotāju skaits, vidējais un skaits pa 10 % joslām. Nav zināms, kam bija jākārto, tāpēc no "
    "šīs datnes nekārtojušo īpatsvaru (R12) un zemo rezultātu pārsvaru (R01) neaprēķina.",
    about_en="The open set: takers, mean and counts in bands of 10%. Who had to sit is not known, so exams not taken "
    "(R12) and low results over high ones (R01) are not computed from this file.",
    source_code="vps_open",
    deliverer_lv="Valsts izglītības attīstības aģentūra",
    deliverer_en="State Education Development Agency",
    period="school_year",
    due=((9, 30),),
    key=("reg_no", "school_year", "stage", "subject", "exam_level"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        stage(),
        choice("subject", "Mācību priekšmets", "Subject", SUBJECTS, "Priekšmets", example="mathematics"),
        choice("exam_level", "Eksāmena līmenis", "Exam level", EXAM_LEVELS, "Līmenis", example="optimal"),
        count("sat", "Kārtotāji", "Sat the exam", "40", "Kārtotāju skaits", "Kārtoja"),
        decimal("mean", "Vidējais, %", "Mean, %", "54,2", "Vidējais vērtējums", maximum=100, empty=True),
        *(
            count(
                f"band_{band}",
                f"{10 * band}–{10 * band + 10} %",
                f"{10 * band} to {10 * band + 10}%",
                str(example),
                f"{10 * band}-{10 * band + 10} %",
            )
            for band, example in enumerate(BAND_EXAMPLES)
        ),
        flag("compulsory", "Obligāts", "Compulsory", "1"),
    ),
    checks=(adds_up("sat", *(f"band_{band}" for band in range(10))),),
    watched=("sat",),
    precedence=("vps", "vps_open"),
)
