"""Visits to schools in transition to the unified school, and the rating of the head's work."""

from __future__ import annotations

from ._columns import choice, count, day, decimal, flag, institution_name, reg_no, school_year, stage
from ._vocabulary import VISIT_RATINGS
from .model import Dataset, at_most

DATASET = Dataset(
    id="visit",
    table="fact_visit",
    name_lv="Vienotās skolas vizītes un vērtējumi",
    name_en="Unified-school visits and ratings",
    about_lv="Viena rinda – viena vizīte: diena, izglītības posms, vadītāja darba vērtējums un papildu finansējums.",
    about_en="One row is one visit: day, stage, rating of the head's work and additional funding.",
    source_code="ikvd",
    deliverer_lv="Izglītības kvalitātes valsts dienests",
    deliverer_en="State Education Quality Service",
    period="school_year",
    due=((7, 31),),
    key=("reg_no", "visit_no"),
    columns=(
        reg_no(),
        institution_name(),
        count("visit_no", "Vizītes kārtas numurs", "Number of the visit", "1", "Vizīte", maximum=20),
        school_year(),
        day("date", "Vizītes datums", "Day of the visit", "2024-02-14", "Datums"),
        stage(),
        flag("announced", "Iepriekš pieteikta", "Announced", "0", "Pieteikta"),
        choice(
            "level", "Vērtējums", "Rating", VISIT_RATINGS, "Vērtējuma līmenis", empty=True, example="good"
        ),
        decimal(
            "funding_granted", "Piešķirts, EUR", "Granted, EUR", "24615,45", maximum=5_000_000, empty=True
        ),
        decimal("funding_used", "Izlietots, EUR", "Used, EUR", "20110,9", maximum=5_000_000, empty=True),
    ),
    checks=(at_most("funding_used", "funding_granted"),),
)
