"""R01: low exam results against high ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import (
    NOT_OFFICIAL_EN,
    NOT_OFFICIAL_LV,
    Break,
    Change,
    Example,
    Threshold,
    Words,
    indicator,
)

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R01",
    words={
        "lv": Words(
            name=(
                "Izglītojamo ar zemiem rezultātiem pārsvars pār izglītojamajiem ar augstiem rezultātiem "
                "eksāmenos, centralizētajos eksāmenos (vispārīgajā, optimālā vai augstākajā līmenī) vai "
                "profesionālās kvalifikācijas eksāmenos"
            ),
            short_name="Zemo rezultātu pārsvars eksāmenos",
            question="Vai eksāmenos zemu rezultātu ir vairāk nekā augstu?",
            why=(
                "Ja zemu rezultātu ir krietni vairāk nekā augstu, daļai izglītojamo, iespējams, laikus "
                "vajadzīgs atbalsts. Salīdzina ar to pašu eksāmenu, līmeni un gadu valstī, tāpēc eksāmena "
                "grūtība vērtību neietekmē: valstī kopumā tā ir tuvu nullei."
            ),
            formula=(
                "(zemo rezultātu skaits − augsto rezultātu skaits) ÷ visu rezultātu skaits. Zems rezultāts "
                "nepārsniedz valsts 25. procentili tajā pašā eksāmenā, līmenī un gadā, augsts rezultāts nav "
                "mazāks par 75. procentili. Visus eksāmenus saskaita kopā."
            ),
            numerator="zemo un augsto rezultātu skaita starpība",
            denominator="visi eksāmenu rezultāti",
            missing=(
                "Ja rezultāti nav saņemti, vērtības nav. Kas eksāmenu nav kārtojis, šeit nav ieskaitīts; to "
                "rāda rādītājs R12."
            ),
            example="No 40 rezultātiem 18 ir zemi un 8 augsti: (18 − 8) ÷ 40 = 0,25 jeb +25,0 procentpunkti.",
        ),
        "en": Words(
            name=(
                "Preponderance of learners with low results over learners with high results in exams, "
                "centralised exams (general, optimal or higher level) or vocational qualification exams"
            ),
            short_name="Low exam results over high ones",
            question="Are there more low than high exam results?",
            why=(
                "Where low results clearly outnumber high ones, some learners may need support in time. "
                "Results are compared with the same exam, level and year in the country, so the difficulty "
                "of the exam does not matter: for the country as a whole the value is close to zero."
            ),
            formula=(
                "(number of low results − number of high results) ÷ number of all results. A low result is "
                "at or below the national 25th percentile of the same exam, level and year; a high result "
                "is at or above the 75th. All exams are added up."
            ),
            numerator="difference between the numbers of low and high results",
            denominator="all exam results",
            missing=(
                "Where results have not been received there is no value. Learners who did not sit an exam "
                "are not counted here; indicator R12 shows them."
            ),
            example="Of 40 results 18 are low and 8 high: (18 − 8) ÷ 40 = 0.25, or +25.0 percentage points.",
        ),
    },
    group="achievement",
    unit="share_difference",
    direction="high_bad",
    stages=("basic", "upper_secondary", "vocational"),
    period="school_year",
    family="mean",
    relative=True,
    min_denominator=10,
    thresholds=(
        Threshold(
            medium=0.20,
            high=0.40,
            basis="absolute",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: pārsvars virs 20, augsts: virs 40 procentpunktiem.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: above 20, high: above 40 percentage points.",
        ),
    ),
    fixed_rule="A5",
    breaks=(
        Break(
            school_year=2022,
            stages=("basic", "upper_secondary"),
            lv="2023. gada eksāmeni: 9. klases eksāmeni kļuva centralizēti, vidusskolā – optimālais un "
            "augstākais līmenis.",
            en="Exams of 2023: grade 9 exams became centralised, secondary exams got the optimal and the "
            "higher level.",
        ),
    ),
    excluded_types={"basic": ("primary",)},
    not_comparable_with=("R11",),
    sources=("VPS", "VIIS"),
    example=Example(numerator=10, denominator=40, value=0.25),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def low_over_high(exam: pd.DataFrame) -> pd.DataFrame:
    """The mean of +1 for a low, -1 for a high and 0 for any other result, over all exams of the year.

    18 low and 8 high results of 40, in two exams:

    >>> import pandas as pd
    >>> exam = pd.DataFrame({
    ...     "institution_id": [1, 1], "school_year": [2023, 2023], "stage": ["basic", "basic"],
    ...     "subject": ["mathematics", "latvian"], "sat": [20, 20], "low": [10, 8], "high": [3, 5]})
    >>> low_over_high.compute({"exam": exam})[["mean", "n"]].values.tolist()
    [[0.25, 40.0]]
    """
    import numpy as np

    keys = ["institution_id", "stage", "school_year"]
    exam = exam[exam["low"].notna() & exam["high"].notna()]  # not known in the open set of exams
    total = exam.groupby(keys, as_index=False, sort=True)[["low", "high", "sat"]].sum()
    taken = total["sat"].where(total["sat"] > 0)
    low, high = total["low"] / taken, total["high"] / taken
    mean = (total["low"] - total["high"]) / taken
    sd = np.sqrt((low + high - (low - high) ** 2).clip(lower=0))
    # Results of one learner resemble each other, so the spread is that of learners, not of results: at least as
    # many learners as the subject with most results had.
    subjects = exam.groupby([*keys, "subject"], sort=True)["sat"].sum()
    learners = subjects.groupby(level=keys, sort=True).max().to_numpy()
    sd = sd * np.sqrt(total["sat"] / np.where(learners > 0, learners, np.nan)).fillna(1.0)
    return total[keys].assign(semester=0, mean=mean, sd=sd, n=total["sat"])
