"""What vocational graduates do twelve months later."""

from __future__ import annotations

from ._columns import choice, count, institution_name, reg_no, school_year
from ._vocabulary import QUALIFICATION_GROUPS
from .model import Dataset, at_most

DATASET = Dataset(
    id="vocational_outcome",
    table="fact_vocational_outcome",
    name_lv="Profesionālās izglītības absolventi pēc gada",
    name_en="Vocational graduates after a year",
    about_lv="Mācību gada absolventi pēc kvalifikāciju grupas: strādā vai mācās, dzīvo ārzemēs, nav ziņu.",
    about_en="Graduates of the school year by group of qualifications: at work or studying, living abroad, no information.",
    source_code="graduates",
    deliverer_lv="Centrālā statistikas pārvalde un IZM",
    deliverer_en="Central Statistical Bureau and the ministry",
    period="school_year",
    due=((11, 30),),
    key=("reg_no", "school_year", "qualification_group"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        choice(
            "qualification_group",
            "Kvalifikāciju grupa",
            "Group of qualifications",
            QUALIFICATION_GROUPS,
            "Grupa",
        ),
        count("graduates", "Absolventi", "Graduates", "63", "Absolventu skaits"),
        count("placed", "Strādā vai mācās", "At work or studying", "48"),
        count("emigrated", "Dzīvo ārzemēs", "Living abroad", "5"),
        count("unknown", "Nav ziņu", "No information", "2"),
    ),
    checks=(
        at_most("placed", "graduates"),
        at_most("emigrated", "graduates"),
        at_most("unknown", "graduates"),
    ),
    watched=("graduates",),
)
