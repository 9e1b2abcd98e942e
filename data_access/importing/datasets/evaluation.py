"""Ratings of accreditations and of assessments of heads."""

from __future__ import annotations

from ._columns import choice, institution_name, reg_no, year
from ._vocabulary import AREAS, CRITERIA, EVALUATION_KINDS, RATINGS
from .model import Dataset

DATASET = Dataset(
    id="evaluation",
    table="fact_evaluation",
    name_lv="Akreditācijas un vadītāju novērtēšana",
    name_en="Accreditations and assessments of heads",
    about_lv="Viena rinda – iestāde, gads, novērtējuma veids un kritērijs ar tā vērtējumu.",
    about_en="One row is an institution, a year, a kind of evaluation and a criterion with its rating.",
    source_code="ikvd",
    deliverer_lv="Izglītības kvalitātes valsts dienests",
    deliverer_en="State Education Quality Service",
    period="year",
    due=((2, 15),),
    key=("reg_no", "year", "kind", "criterion"),
    columns=(
        reg_no(),
        institution_name(),
        year(),
        choice("kind", "Novērtējuma veids", "Kind of evaluation", EVALUATION_KINDS, "Veids"),
        choice("criterion", "Kritērijs", "Criterion", CRITERIA),
        choice("area", "Joma", "Area", AREAS),
        choice("level", "Vērtējums", "Rating", RATINGS, "Vērtējuma līmenis", example="good"),
    ),
)
