"""Wages and registered unemployment of municipalities: what graduates who live there are measured against."""

from __future__ import annotations

from ._columns import choice, decimal, municipality, year
from ._vocabulary import SERIES_ORIGINS
from .model import Column, Dataset

DATASET = Dataset(
    id="local_market",
    table="fact_local_market",
    name_lv="Pašvaldību darba tirgus: alga un bezdarbs",
    name_en="Labour market of municipalities: wage and unemployment",
    about_lv="Vidējā mēneša bruto alga pēc dzīvesvietas (EUR, gada vidējā) un reģistrētā bezdarba līmenis gada beigās, "
    "katrai pašvaldībai un gadam. Ar to salīdzina tur dzīvojošo absolventu ienākumus un bezdarbu.",
    about_en="Average gross monthly wage by place of residence (EUR, mean of the year) and the rate of registered "
    "unemployment at the end of the year, for every municipality and year. The incomes and the unemployment of the "
    "graduates who live there are measured against them.",
    source_code="local_market",
    deliverer_lv="Centrālā statistikas pārvalde un Nodarbinātības valsts aģentūra",
    deliverer_en="Central Statistical Bureau and State Employment Agency",
    period="year",
    due=((6, 30),),
    key=("municipality_code", "year"),
    columns=(
        municipality(),
        year(),
        decimal(
            "monthly_gross_wage",
            "Vidējā mēneša bruto alga, EUR",
            "Average gross monthly wage, EUR",
            "1265",
            "Bruto alga",
            "Gross wage",
            minimum=100,
            maximum=20_000,
            empty=True,
            note=("Pēc darba ņēmēja dzīvesvietas.", "By place of residence of the employee."),
        ),
        Column(
            code="registered_unemployment",
            kind="percent",
            name_lv="Reģistrētā bezdarba līmenis, %",
            name_en="Registered unemployment, %",
            synonyms=("Bezdarba līmenis", "Unemployment"),
            empty=True,
            minimum=0,
            maximum=60,
            note_lv="Gada beigās, no ekonomiski aktīvajiem iedzīvotājiem.",
            note_en="At the end of the year, of the economically active residents.",
            example="6,4",
        ),
        choice("origin", "Izcelsme", "Origin", SERIES_ORIGINS),
        Column(
            code="citation",
            kind="text",
            name_lv="Avots",
            name_en="Source",
            synonyms=("Atsauce",),
            note_lv="Publicētājs, tabula un adrese.",
            note_en="Publisher, table and address.",
            example="CSP, tabula DSV041; NVA, bezdarba situācija pašvaldībās 2023. gada 31. decembrī",
        ),
    ),
)
