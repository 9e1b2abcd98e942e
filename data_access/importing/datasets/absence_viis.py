"""Long absence as entered in VIIS: the second source beside the e-journals, never added to it."""

from __future__ import annotations

from ._columns import count, institution_name, reg_no, school_year, semester, stage
from .model import Bound, Dataset

DATASET = Dataset(
    id="absence_viis",
    table="fact_absence",
    name_lv="Ilgstoši kavējumi pēc VIIS ierakstiem",
    name_en="Long absence by VIIS entries",
    about_lv="Izglītojamo skaits, par kuriem iestāde VIIS ievadījusi ilgstošu neattaisnotu kavējumu. Cita uzskaite nekā "
    "e-žurnālu imports; abus skaitļus nekad nesaskaita.",
    about_en="Learners for whom the institution entered a long unexcused absence in VIIS. Another count than the "
    "e-journal import; the two are never added up.",
    source_code="viis_cases",
    deliverer_lv="Izglītības iestādes (VIIS)",
    deliverer_en="Education institutions (VIIS)",
    period="semester",
    due=((1, 31), (6, 30)),
    key=("reg_no", "school_year", "semester", "stage"),
    constants={"source_code": "viis_cases"},
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        semester(),
        stage(),
        count(
            "long_unexcused",
            "Ar ilgstošiem neattaisnotiem kavējumiem",
            "With long unexcused absence",
            "9",
            "Ilgstoši neattaisnoti",
            "Ilgstoši kavētāji",
        ),
    ),
    bounds=(
        Bound(
            "long_unexcused",
            "fact_enrolment",
            "pupils",
            ("institution_id", "school_year", "semester", "stage"),
        ),
    ),
    watched=("long_unexcused",),
)
