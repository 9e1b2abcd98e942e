"""VIIS entries of long absence by reason and action."""

from __future__ import annotations

from ._columns import choice, count, institution_name, reg_no, school_year, semester, stage
from ._vocabulary import ABSENCE_ACTIONS, ABSENCE_REASONS
from .model import Dataset

DATASET = Dataset(
    id="absence_case",
    table="fact_absence_case",
    name_lv="Ilgstošu kavējumu iemesli un rīcība (VIIS)",
    name_en="Reasons of long absence and actions (VIIS)",
    about_lv="VIIS ierakstu skaits pēc iemesla un rīcības. Viens izglītojamais var būt vairākos ierakstos.",
    about_en="VIIS entries by reason and action. One learner may be in several entries.",
    source_code="viis_cases",
    deliverer_lv="Izglītības iestādes (VIIS)",
    deliverer_en="Education institutions (VIIS)",
    period="semester",
    due=((1, 31), (6, 30)),
    key=("reg_no", "school_year", "semester", "stage", "reason", "action"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        semester(),
        stage(),
        choice("reason", "Kavējuma iemesls", "Reason of the absence", ABSENCE_REASONS, "Iemesls"),
        choice("action", "Veiktā rīcība", "Action taken", ABSENCE_ACTIONS, "Rīcība", "Darbība"),
        count("cases", "Ierakstu skaits", "Entries", "2", "Gadījumi", "Gadījumu skaits"),
    ),
    watched=("cases",),
)
