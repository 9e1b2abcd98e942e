"""Stages of education, and the three populations in which an institution is judged as a whole.

Staff, complaints and size have no stage: a teacher of a secondary school teaches all its pupils. Their rows
carry ``all_general``, ``all_vocational`` or ``all_orientation``, so that a school is compared with schools
of its kind and no reader takes the figure for one stage only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

GENERAL_TYPES = ("primary", "basic", "secondary", "state_gymnasium", "special")

# The institution types that can have a row of the stage.
TYPES = {
    "basic": GENERAL_TYPES,
    "special_basic": GENERAL_TYPES,
    "upper_secondary": ("secondary", "state_gymnasium", "special"),
    "vocational": ("vocational",),
    "orientation": ("orientation",),
    "all_general": GENERAL_TYPES,
    "all_vocational": ("vocational",),
    "all_orientation": ("orientation",),
}

WHOLE = ("all_general", "all_vocational", "all_orientation")
WHOLE_BY_TYPE = {kind: stage for stage in WHOLE for kind in TYPES[stage]}

NAMES = {
    "preschool": {"lv": "Pirmsskola", "en": "Preschool"},
    "basic": {"lv": "Pamatizglītība", "en": "Basic education"},
    "special_basic": {"lv": "Speciālā pamatizglītība", "en": "Special basic education"},
    "upper_secondary": {"lv": "Vispārējā vidējā izglītība", "en": "General secondary education"},
    "vocational": {"lv": "Profesionālā izglītība", "en": "Vocational education"},
    "orientation": {"lv": "Profesionālās ievirzes izglītība", "en": "Vocationally oriented education"},
    "higher": {"lv": "Augstākā izglītība", "en": "Higher education"},
    "all_general": {
        "lv": "Vispārējās izglītības iestāde kopumā",
        "en": "General education institution as a whole",
    },
    "all_vocational": {
        "lv": "Profesionālās izglītības iestāde kopumā",
        "en": "Vocational education institution as a whole",
    },
    "all_orientation": {
        "lv": "Profesionālās ievirzes izglītības iestāde kopumā",
        "en": "Vocationally oriented education institution as a whole",
    },
}

# Where each stage stands in the stage table's order; the whole institution comes first.
POSITIONS = {code: position for position, code in enumerate((*WHOLE, *(c for c in NAMES if c not in WHOLE)))}


def is_whole(stage: str) -> bool:
    """Whether the code stands for an institution as a whole and not for one stage of education."""
    return stage in WHOLE


def name(stage: str, lang: str) -> str:
    """The stage in words."""
    return NAMES[stage][lang]


def whole_institution(frame: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``frame`` with the whole-institution stage of each; preschools and universities drop out.

    The official tool leaves preschools out, and higher education is not part of it.
    """
    stage = institution["type"].map(WHOLE_BY_TYPE)
    known = institution.assign(stage=stage).loc[stage.notna(), ["id", "stage"]]
    known = known.rename(columns={"id": "institution_id"})
    return frame.drop(columns="stage", errors="ignore").merge(known, on="institution_id", how="inner")
