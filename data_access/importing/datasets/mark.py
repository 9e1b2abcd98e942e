"""Yearly marks by subject."""

from __future__ import annotations

from ._columns import choice, count, decimal, institution_name, reg_no, school_year, stage
from ._vocabulary import SUBJECTS
from .model import Dataset, at_most

DATASET = Dataset(
    id="mark",
    table="fact_mark",
    name_lv="Gada vērtējumi pa priekšmetiem",
    name_en="Yearly marks by subject",
    about_lv="Izglītojamie ar gada vērtējumu desmit ballu skalā, no tiem ar 7 ballēm un vairāk, vidējais un standartnovirze.",
    about_en="Learners with a yearly mark on the ten-point scale, of these with 7 and more, mean and standard deviation.",
    source_code="e_journals",
    deliverer_lv="Izglītības iestādes (VIIS)",
    deliverer_en="Education institutions (VIIS)",
    period="school_year",
    due=((7, 15),),
    key=("reg_no", "school_year", "stage", "subject"),
    columns=(
        reg_no(),
        institution_name(),
        school_year(),
        stage(),
        choice("subject", "Mācību priekšmets", "Subject", SUBJECTS, "Priekšmets", example="mathematics"),
        count("pupils", "Ar vērtējumu", "With a mark", "96", "Izglītojamo skaits"),
        count("good", "Ar 7 ballēm un vairāk", "With 7 and more", "41"),
        decimal("mean", "Vidējais vērtējums", "Mean mark", "6,35", "Vidējais", minimum=1, maximum=10),
        decimal("sd", "Standartnovirze", "Standard deviation", "1,62", maximum=6.4),
    ),
    checks=(at_most("good", "pupils"),),
    watched=("pupils",),
)
