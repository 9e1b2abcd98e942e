"""Teachers, loads and vacancies of an institution."""

from __future__ import annotations

from ._columns import count, decimal, institution_name, reg_no, school_year
from .model import Dataset

DATASET = Dataset(
    id="staff",
    table="fact_staff",
    name_lv="Pedagogi, slodzes un vakances",
    name_en="Teachers, loads and vacancies",
    about_lv="Pedagogi iestādē, gada laikā aizgājušie, slodzes (likmes) un vakances. Slodze nav ne cilvēks, ne amata vieta.",
    about_en="Teachers of the institution, those who left, loads and vacancies. A load is neither a person nor a post.",
    source_code="viis",
    deliverer_lv="Izglītības iestādes (VIIS)",
    deliverer_en="Education institutions (VIIS)",
    period="school_year",
    due=((10, 31),),
    key=("reg_no", "school_year"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        count("teachers", "Pedagogi", "Teachers", "41", "Pedagogu skaits", maximum=3_000),
        count("teachers_left", "Aizgājušie pedagogi", "Teachers who left", "4", maximum=3_000),
        decimal(
            "teacher_load", "Pedagogu slodzes", "Teacher loads", "36,24", "Pedagogu likmes", maximum=4_000
        ),
        decimal(
            "support_load",
            "Atbalsta personāla slodzes",
            "Support staff loads",
            "3,5",
            "Atbalsta likmes",
            maximum=1_000,
        ),
        decimal("vacant_load", "Vakantās slodzes", "Vacant loads", "0,75", "Vakantās likmes", maximum=1_000),
        count(
            "long_vacancies", "Vakances ilgāk par mēnesi", "Vacancies longer than a month", "1", maximum=500
        ),
        count("combined_classes", "Apvienotās klases", "Combined classes", "0", maximum=50),
    ),
    watched=("teachers",),
)
