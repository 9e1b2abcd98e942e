"""Learners at the end of a semester."""

from __future__ import annotations

from ._columns import count, institution_name, reg_no, school_year, semester, stage
from .model import Dataset

DATASET = Dataset(
    id="enrolment",
    table="fact_enrolment",
    name_lv="Izglītojamo skaits semestra beigās",
    name_en="Learners at the end of a semester",
    about_lv="Viena rinda – iestāde, semestris un izglītības posms. 1. semestri skaita 31. decembrī, 2. – 31. maijā.",
    about_en="One row is an institution, a semester and a stage. Semester 1 is counted on 31 December, 2 on 31 May.",
    source_code="viis",
    deliverer_lv="Izglītības iestādes (VIIS)",
    deliverer_en="Education institutions (VIIS)",
    period="semester",
    due=((1, 31), (6, 30)),
    key=("reg_no", "school_year", "semester", "stage"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        semester(),
        stage(),
        count(
            "pupils",
            "Izglītojamo skaits",
            "Learners",
            "412",
            "Skolēnu skaits",
            "Izglītojamie",
            "Audzēkņu skaits",
        ),
    ),
    watched=("pupils",),
)
