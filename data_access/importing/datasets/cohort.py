"""Cohorts that should have finished in the school year."""

from __future__ import annotations

from ._columns import count, institution_name, reg_no, school_year, stage
from .model import Dataset, at_most

DATASET = Dataset(
    id="cohort",
    table="fact_cohort",
    name_lv="Kohortas, kurām mācības bija jābeidz",
    name_en="Cohorts that should have finished",
    about_lv="Mācību gads – kad kohortai izglītības posms bija jābeidz; uzņemtie, laikā beigušie un citur pārgājušie.",
    about_en="The school year in which the cohort should have finished the stage; entered, finished in time, moved elsewhere.",
    source_code="viis",
    deliverer_lv="Izglītības iestādes (VIIS)",
    deliverer_en="Education institutions (VIIS)",
    period="school_year",
    due=((8, 31),),
    key=("reg_no", "school_year", "stage"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        stage(),
        count("entered", "Uzņemti posma pirmajā gadā", "Entered the first year", "50", "Uzņemti"),
        count("graduated_on_time", "Beiguši laikā", "Graduated in time", "41", "Absolvējuši laikā"),
        count("transferred", "Pārgājuši uz citu iestādi", "Moved to another institution", "4", "Pārgājuši"),
    ),
    checks=(at_most("graduated_on_time", "entered"), at_most("transferred", "entered")),
    watched=("entered", "graduated_on_time"),
)
