"""What a unified-school visit found."""

from __future__ import annotations

from ._columns import choice, count, flag, institution_name, reg_no
from ._vocabulary import VISIT_CRITERIA
from .model import Dataset

DATASET = Dataset(
    id="visit_criterion",
    table="fact_visit_criterion",
    name_lv="Vienotās skolas vizīšu kritēriji",
    name_en="Criteria of unified-school visits",
    about_lv="Viena rinda – vizīte un kritērijs; tukša atbilde nozīmē, ka kritērijs nav vērtēts.",
    about_en="One row is a visit and a criterion; an empty answer means that it was not rated.",
    source_code="ikvd",
    deliverer_lv="Izglītības kvalitātes valsts dienests",
    deliverer_en="State Education Quality Service",
    period="school_year",
    due=((7, 31),),
    key=("reg_no", "visit_no", "criterion"),
    columns=(
        reg_no(),
        institution_name(),
        count("visit_no", "Vizītes kārtas numurs", "Number of the visit", "1", "Vizīte", maximum=20),
        choice("criterion", "Kritērijs", "Criterion", VISIT_CRITERIA),
        flag("answer", "Atbilde", "Answer", "1", empty=True),
    ),
)
