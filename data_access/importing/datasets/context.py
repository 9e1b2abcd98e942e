"""Composition of the pupils of an institution."""

from __future__ import annotations

from ._columns import count, institution_name, reg_no, school_year
from .model import Dataset, at_most

DATASET = Dataset(
    id="context",
    table="fact_context",
    name_lv="Izglītojamo sastāvs",
    name_en="Composition of the learners",
    about_lv="Izglītojamie gada sākumā un no tiem ar brīvpusdienām, speciālām vajadzībām un citu valodu ģimenē; līdzīgu "
    "iestāžu atrašanai.",
    about_en="Learners at the start of the year, of these with free meals, special needs and another language at home; "
    "used to find similar institutions.",
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
        count("pupils", "Izglītojamo skaits", "Learners", "405", "Skolēnu skaits"),
        count("free_meals", "Ar brīvpusdienām", "With free meals", "96", "Brīvpusdienas"),
        count("special_needs", "Ar speciālām vajadzībām", "With special needs", "18", "Speciālās vajadzības"),
        count("minority_language", "Ar citu valodu ģimenē", "With another language at home", "120"),
    ),
    checks=(
        at_most("free_meals", "pupils"),
        at_most("special_needs", "pupils"),
        at_most("minority_language", "pupils"),
    ),
    watched=("pupils",),
)
