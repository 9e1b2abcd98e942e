"""Learners at the start of the year, who came, who left, who repeats."""

from __future__ import annotations

from ._columns import count, institution_name, reg_no, school_year, stage
from .model import Dataset, at_most

DATASET = Dataset(
    id="progress",
    table="fact_progress",
    name_lv="Izglītojamo plūsma un otrgadnieki",
    name_en="Flow of learners and repeaters",
    about_lv="Mācību gada sākumā (1. septembrī) esošie, gada laikā uzņemtie un līdz 31. maijam atskaitītie, kā arī otrgadnieki.",
    about_en="Learners on 1 September, those who came during the year and left before 31 May, and repeaters.",
    source_code="viis",
    deliverer_lv="Izglītības iestādes (VIIS)",
    deliverer_en="Education institutions (VIIS)",
    period="school_year",
    due=((9, 30),),
    key=("reg_no", "school_year", "stage"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        stage(),
        count("pupils_start", "Izglītojamie gada sākumā", "Learners at the start", "405"),
        count("joined", "Uzņemti gada laikā", "Joined during the year", "12", "Uzņemti"),
        count("left_early", "Atskaitīti gada laikā", "Left during the year", "9", "Atskaitīti"),
        count(
            "repeat_eligible",
            "Varēja atstāt uz otru gadu",
            "Could repeat",
            "360",
            note=(
                "Iepriekšējā gada beigās uzņemtie klasēs, kurās iespējams atstāt uz otru gadu.",
                "Learners at the end of the year before in grades where a year can be repeated.",
            ),
        ),
        count("repeaters", "Otrgadnieki", "Repeaters", "3", "Atstāti uz otru gadu"),
    ),
    checks=(at_most("repeaters", "repeat_eligible"),),
    watched=("pupils_start", "repeaters"),
)
