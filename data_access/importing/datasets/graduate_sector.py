"""The open graduate set: sector, occupation group and region of the graduates."""

from __future__ import annotations

from ._columns import choice, count, institution_name, reg_no, year
from ._vocabulary import GRADUATE_CATEGORIES
from .model import Column, Dataset

DATASET = Dataset(
    id="graduate_sector",
    table="fact_graduate_sector",
    name_lv="Absolventu monitorings: nozare, profesija, dzīvesvieta",
    name_en="Graduate monitoring: sector, occupation, residence",
    about_lv="Absolventu skaits pēc nozares (NACE sekcija), profesiju pamatgrupas (ISCO-08) un dzīvesvietas: pašvaldības "
    "vai, ja tās nav, reģiona (NUTS 3). Pēc dzīvesvietas absolventus salīdzina ar vietējo algu un bezdarbu.",
    about_en="Graduates by sector (NACE section), occupation major group (ISCO-08) and residence: the municipality or, "
    "where that is missing, the region (NUTS 3). By residence graduates are measured against local wages and unemployment.",
    source_code="graduates",
    deliverer_lv="Centrālā statistikas pārvalde un IZM",
    deliverer_en="Central Statistical Bureau and the ministry",
    period="year",
    due=((12, 15),),
    key=("reg_no", "graduation_year", "monitoring_year", "programme", "kind", "category"),
    columns=(
        reg_no(),
        institution_name(),
        year("graduation_year", "Absolvēšanas gads", "Year of graduation", example="2017"),
        year("monitoring_year", "Taksācijas gads", "Tax year", "Monitoringa gads", example="2018"),
        Column(
            code="programme",
            kind="text",
            name_lv="Izglītības programma",
            name_en="Programme",
            synonyms=("Programma", "Programmas kods un nosaukums"),
            example="22525 Autotransports, profesionālā pamatizglītība",
        ),
        choice("kind", "Iedalījums", "Classification", GRADUATE_CATEGORIES),
        Column(
            code="category",
            kind="text",
            name_lv="Kods iedalījumā",
            name_en="Code in the classification",
            synonyms=("Kods", "Kategorija"),
            note_lv="Sekcija A–U, pamatgrupa 0–9, pašvaldība (LV0031000) vai reģions (LV00A).",
            note_en="Section A to U, major group 0 to 9, a municipality (LV0031000) or a region (LV00A).",
            example="F",
        ),
        count("graduates", "Absolventu skaits", "Graduates", "7", "Absolventi"),
    ),
    watched=("graduates",),
)
