"""The register of institutions."""

from __future__ import annotations

from ._columns import choice, day, flag, municipality, reg_no
from ._vocabulary import FOUNDERS, INSTITUTION_TYPES, URBANITY
from .model import Column, Dataset

DATASET = Dataset(
    id="institution",
    table="institution",
    name_lv="Izglītības iestāžu reģistrs",
    name_en="Register of institutions",
    about_lv="Viena rinda – iestāde ar veidu, dibinātāju, pašvaldību un darbības laiku.",
    about_en="One row is an institution with its type, founder, municipality and time of operation.",
    source_code="viis",
    deliverer_lv="Izglītības un zinātnes ministrija (Izglītības iestāžu reģistrs)",
    deliverer_en="Ministry of Education and Science (register of institutions)",
    period="date",
    due=((9, 15),),
    key=("reg_no",),
    columns=(
        reg_no("reg_no"),
        Column(
            code="name",
            kind="text",
            name_lv="Iestādes nosaukums",
            name_en="Name of the institution",
            synonyms=("Nosaukums", "Izglītības iestāde"),
            example="Dzērvgravas pamatskola",
        ),
        choice("type", "Iestādes veids", "Type of institution", INSTITUTION_TYPES, "Veids", example="basic"),
        choice("founder_kind", "Dibinātājs", "Founder", FOUNDERS, "Dibinātāja veids"),
        municipality(),
        choice("urbanity", "Apdzīvotība", "Urbanity", URBANITY, "Atrašanās vieta", example="rural"),
        flag("in_transition", "Pāreja uz vienoto skolu", "In transition to the unified school", "0"),
        day("valid_from", "Darbojas no", "Operates from", "1996-09-01", "Reģistrēta"),
        day("valid_to", "Darbojas līdz", "Operates until", "2019-08-31", "Likvidēta", empty=True),
    ),
)
