"""Teachers by subject group and age, per municipality."""

from __future__ import annotations

from ._columns import choice, count, decimal, municipality, school_year
from ._vocabulary import SUBJECT_GROUPS
from .model import Dataset

DATASET = Dataset(
    id="teacher",
    table="fact_teacher",
    name_lv="Pedagogi pēc vecuma un priekšmetu grupas",
    name_en="Teachers by age and subject group",
    about_lv="Pašvaldības pedagogi pēc priekšmetu grupas un piecu gadu vecuma grupas (norāda jaunāko gadu), slodzes un "
    "vakantās slodzes.",
    about_en="Teachers of a municipality by subject group and five-year age group (its youngest age), loads and vacant "
    "loads.",
    source_code="viis",
    deliverer_lv="Izglītības un zinātnes ministrija (VIIS)",
    deliverer_en="Ministry of Education and Science (VIIS)",
    period="school_year",
    due=((10, 31),),
    key=("municipality_code", "school_year", "subject_group", "age_from"),
    columns=(
        municipality(),
        school_year(),
        choice("subject_group", "Priekšmetu grupa", "Subject group", SUBJECT_GROUPS, example="mathematics"),
        count("age_from", "Vecums no", "Age from", "35", maximum=80),
        count("teachers", "Pedagogi", "Teachers", "8", "Pedagogu skaits"),
        decimal("load", "Slodzes", "Loads", "7,42", "Likmes", maximum=20_000),
        decimal("vacant_load", "Vakantās slodzes", "Vacant loads", "0,5", "Vakantās likmes", maximum=20_000),
    ),
    watched=("teachers",),
)
