"""Final marks against exams of the same learners."""

from __future__ import annotations

from ._columns import count, decimal, institution_name, reg_no, school_year, stage
from .model import Dataset, at_most

DATASET = Dataset(
    id="exam_mark_gap",
    table="fact_exam_mark_gap",
    name_lv="Gala vērtējumi pret eksāmeniem",
    name_en="Final marks against exams",
    about_lv="Izglītojamie ar gala vērtējumu un eksāmenu: vērtējuma valsts procentīle mīnus eksāmena procentīle.",
    about_en="Learners with a final mark and an exam: national percentile of the mark minus that of the exam.",
    source_code="vps",
    deliverer_lv="Valsts izglītības attīstības aģentūra",
    deliverer_en="State Education Development Agency",
    period="school_year",
    due=((9, 30),),
    key=("reg_no", "school_year", "stage"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        stage(),
        count("pairs", "Salīdzināti izglītojamie", "Learners compared", "38"),
        count("large_gap", "Ar lielu starpību", "With a large difference", "3"),
        decimal(
            "mean_difference",
            "Vidējā starpība, procentiles",
            "Mean difference, percentiles",
            "4,12",
            minimum=-100,
            maximum=100,
        ),
        decimal("sd", "Standartnovirze", "Standard deviation", "17,9", maximum=101),
    ),
    checks=(at_most("large_gap", "pairs"),),
    watched=("pairs",),
)
