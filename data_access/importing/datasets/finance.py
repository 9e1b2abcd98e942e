"""Spending of an institution by purpose."""

from __future__ import annotations

from ._columns import choice, decimal, institution_name, reg_no, year
from ._vocabulary import FINANCE_CATEGORIES
from .model import Dataset

DATASET = Dataset(
    id="finance",
    table="fact_finance",
    name_lv="Iestāžu izdevumi",
    name_en="Spending of institutions",
    about_lv="Iestādes izdevumi kalendārajā gadā pēc veida, eiro.",
    about_en="Spending of the institution in the calendar year by purpose, in euros.",
    source_code="finance",
    deliverer_lv="Dibinātāji (pārskati Valsts kasei)",
    deliverer_en="Founders (reports to the Treasury)",
    period="year",
    due=((4, 30),),
    key=("reg_no", "year", "category"),
    columns=(
        reg_no(),
        institution_name(),
        year(),
        choice("category", "Izdevumu veids", "Purpose", FINANCE_CATEGORIES, "Veids"),
        decimal(
            "euro", "Izdevumi, EUR", "Spending, EUR", "715300,25", "Summa, EUR", "EUR", maximum=100_000_000
        ),
    ),
)
