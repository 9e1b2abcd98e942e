"""Children of compulsory age without a place, per municipality."""

from __future__ import annotations

from ._columns import choice, count, flag, municipality, year
from ._vocabulary import UNREGISTERED_STATUSES
from .model import Dataset

DATASET = Dataset(
    id="unregistered",
    table="fact_unregistered",
    name_lv="Izglītības iestādēs nereģistrēti bērni",
    name_en="Children not registered in an institution",
    about_lv="Obligātā izglītības vecuma bērnu skaits gada beigās pēc pašvaldības un statusa. «Iesniegts» rāda, vai "
    "pašvaldība ziņas ievadījusi.",
    about_en="Children of compulsory age at the end of the year by municipality and status. “Delivered” says whether the "
    "municipality has entered its information.",
    source_code="viis",
    deliverer_lv="Pašvaldības (VIIS)",
    deliverer_en="Municipalities (VIIS)",
    period="year",
    due=((1, 31),),
    key=("municipality_code", "year", "status"),
    columns=(
        municipality(),
        year(),
        choice("status", "Statuss", "Status", UNREGISTERED_STATUSES),
        count("children", "Bērnu skaits", "Children", "17", "Bērni"),
        flag("delivered", "Iesniegts", "Delivered", "1"),
    ),
    watched=("children",),
)
