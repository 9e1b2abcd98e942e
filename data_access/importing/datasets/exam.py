"""State exam results of an institution in a subject and level."""

from __future__ import annotations

from ._columns import choice, count, decimal, flag, institution_name, reg_no, school_year, stage
from ._vocabulary import EXAM_LEVELS, SUBJECTS
from .model import Dataset, adds_up, at_most

BAND_EXAMPLES = (0, 1, 3, 5, 8, 9, 7, 4, 2, 1)

DATASET = Dataset(
    id="exam",
    table="fact_exam",
    name_lv="Valsts pārbaudes darbu rezultāti",
    name_en="State exam results",
    about_lv="Viena rinda – iestāde, mācību gads, priekšmets un līmenis: kam bija jākārto, kārtotāji, vidējais un skaits pa "
    "10 % joslām. Josla ietver apakšējo robežu; 100 % ir pēdējā joslā. Zems (augsts) rezultāts: ne augstāks par valsts "
    "25. (ne zemāks par 75.) procentili tajā pašā eksāmenā.",
    about_en="One row is an institution, a school year, a subject and a level: who had to sit, who sat, mean and counts "
    "in bands of 10%. A band holds its lower end; 100% is in the last. A low (high) result is at or below the national "
    "25th (at or above the 75th) percentile of the same exam.",
    source_code="vps",
    deliverer_lv="Valsts izglītības attīstības aģentūra",
    deliverer_en="State Education Development Agency",
    period="school_year",
    due=((8, 31),),
    key=("reg_no", "school_year", "stage", "subject", "exam_level"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        stage(),
        choice("subject", "Mācību priekšmets", "Subject", SUBJECTS, "Priekšmets", example="mathematics"),
        choice("exam_level", "Eksāmena līmenis", "Exam level", EXAM_LEVELS, "Līmenis", example="optimal"),
        count("eligible", "Bija jākārto", "Had to sit", "42"),
        count("exempt", "Atbrīvoti", "Exempt", "1"),
        count("sat", "Kārtotāji", "Sat the exam", "40", "Kārtotāju skaits", "Kārtoja"),
        count("low", "Zemi rezultāti", "Low results", "11"),
        count("high", "Augsti rezultāti", "High results", "8"),
        count("below_limit", "Zem sertifikāta robežas", "Below the limit of the certificate", "1"),
        decimal("mean", "Vidējais, %", "Mean, %", "54,2", "Vidējais vērtējums", maximum=100, empty=True),
        decimal("sd", "Standartnovirze", "Standard deviation", "18,35", maximum=71, empty=True),
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
    checks=(
        at_most("exempt", "eligible"),
        at_most("sat", "eligible"),
        at_most("low", "sat"),
        at_most("high", "sat"),
        at_most("below_limit", "sat"),
        adds_up("sat", *(f"band_{band}" for band in range(10))),
    ),
    watched=("sat",),
    precedence=("vps", "vps_open"),
)
