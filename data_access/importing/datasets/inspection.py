"""Inspections and what they found."""

from __future__ import annotations

from ._columns import count, institution_name, reg_no, year
from .model import Dataset, at_most

DATASET = Dataset(
    id="inspection",
    table="fact_inspection",
    name_lv="Pārbaudes iestādēs",
    name_en="Inspections",
    about_lv="Pārbaužu skaits gadā un no tām pārbaudes, kurās konstatēti pārkāpumi.",
    about_en="Inspections in the year, and of these the ones that found violations.",
    source_code="ikvd",
    deliverer_lv="Izglītības kvalitātes valsts dienests",
    deliverer_en="State Education Quality Service",
    period="year",
    due=((2, 15),),
    key=("reg_no", "year"),
    columns=(
        reg_no(),
        institution_name(),
        year(),
        count("inspections", "Pārbaudes", "Inspections", "1", "Pārbaužu skaits", maximum=100),
        count("violations_found", "Ar konstatētiem pārkāpumiem", "With violations found", "0", maximum=100),
    ),
    checks=(at_most("violations_found", "inspections"),),
    watched=("inspections",),
)
