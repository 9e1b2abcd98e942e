"""R11: final marks against state exams."""

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
    id="R11",
    words={
        "lv": Words(
            name="Atšķirība starp valsts pārbaudes darbu un priekšmetu gala vērtējumiem",
            short_name="Gala vērtējumi pret eksāmeniem",
            question="Vai gala vērtējumi saskan ar eksāmenu rezultātiem?",
            why=(
                "Ja gala vērtējumi valsts sadalījumā ir daudz augstāk vai zemāk nekā to pašu izglītojamo "
                "eksāmeni, ir vērts pārrunāt, kā iestādē vērtē."
            ),
            formula=(
                "katram izglītojamajam: gala vērtējuma vieta valsts sadalījumā (procentīle) mīnus eksāmena "
                "rezultāta vieta tajā pašā sadalījumā; vidējais. Pluss – gala vērtējumi augstāki, mīnuss – "
                "zemāki nekā eksāmeni."
            ),
            numerator="procentiļu starpību summa",
            denominator="izglītojamie ar gala vērtējumu un eksāmena rezultātu",
            missing=(
                "Ja nav gala vērtējuma vai eksāmena rezultāta, izglītojamo neieskaita; ja nav "
                "neviena, vērtības nav."
            ),
            example="25 izglītojamajiem starpību summa ir 300 procentiļu punktu: 300 ÷ 25 = 12,0.",
        ),
        "en": Words(
            name="Difference between the state test and the final subject marks",
            short_name="Final marks against exams",
            question="Do final marks agree with exam results?",
            why=(
                "Where final marks stand much higher or lower in the national distribution than the exams of "
                "the same learners, it is worth talking about how marks are given."
            ),
            formula=(
                "for each learner: national percentile rank of the final mark minus national percentile rank "
                "of the exam; mean. Plus means marks above exams, minus marks below."
            ),
            numerator="sum of percentile differences",
            denominator="learners with a final mark and an exam result",
            missing="A learner without a final mark or an exam result is not counted; without any there is "
            "no value.",
            example="For 25 learners the differences add up to 300 percentile points: 300 ÷ 25 = 12.0.",
        ),
    },
    group="achievement",
    unit="percentile_points",
    direction="both",
    stages=("basic", "upper_secondary"),
    period="school_year",
    family="mean",
    relative=True,
    min_denominator=15,
    thresholds=(
        Threshold(
            medium=10.0,
            high=20.0,
            basis="absolute",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: vairāk nekā 10, augsts: vairāk nekā 20 procentiļu punkti "
            "uz vienu vai otru pusi.",
            citation_en=(
                f"{NOT_OFFICIAL_EN} Medium: more than 10, high: more than 20 percentile points either way."
            ),
        ),
    ),
    breaks=(
        Break(
            school_year=2022,
            lv="2023. gada eksāmeni: 9. klases eksāmeni kļuva centralizēti, vidusskolā – optimālais un "
            "augstākais līmenis.",
            en="Exams of 2023: grade 9 exams became centralised, secondary exams got the optimal and the "
            "higher level.",
        ),
    ),
    excluded_types={"basic": ("primary",)},
    not_comparable_with=("R01", "R10"),
    step=0.1,
    step_of="value",
    sources=("VPS", "VIIS"),
    example=Example(numerator=300, denominator=25, value=12.0),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def exam_mark_gap(exam_mark_gap: pd.DataFrame) -> pd.DataFrame:
    """Mean difference of percentile ranks, mark minus exam, over pairs of one learner.

    25 pairs, 12 points apart on average:

    >>> import pandas as pd
    >>> pairs = pd.DataFrame({
    ...     "institution_id": [1], "school_year": [2023], "stage": ["basic"], "pairs": [25],
    ...     "mean_difference": [12.0], "sd": [24.0]})
    >>> exam_mark_gap.compute({"exam_mark_gap": pairs})[["mean", "sd", "n"]].values.tolist()
    [[12.0, 24.0, 25.0]]
    """
    return exam_mark_gap[["institution_id", "stage", "school_year"]].assign(
        semester=0,
        mean=exam_mark_gap["mean_difference"],
        sd=exam_mark_gap["sd"],
        n=exam_mark_gap["pairs"],
    )
