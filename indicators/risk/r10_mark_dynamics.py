"""R10: yearly change of marks, beyond the change in the country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd

SMALLEST_SD = 0.5  # grade points; a class with equal marks is not known without error


@indicator(
    id="R10",
    words={
        "lv": Words(
            name="Mācību priekšmetu vērtējumu ikgadējā dinamika",
            short_name="Vērtējumu ikgadējā dinamika",
            question="Vai gada vērtējumi mainās citādi nekā valstī?",
            why=(
                "Straujš vērtējumu kritums var liecināt par mācību grūtībām vai pedagogu maiņu. Arī straujš "
                "kāpums ir iemesls pārrunāt vērtēšanas kārtību."
            ),
            formula=(
                "vidējā vērtējuma maiņa pret iepriekšējo gadu mīnus tāda paša priekšmeta maiņa valstī; "
                "priekšmetu maiņu vidējais, ņemot vērā katras maiņas precizitāti"
            ),
            numerator="vērtējumu maiņa, no kuras atskaitīta maiņa valstī, visiem izglītojamajiem kopā",
            denominator="izglītojamie ar gada vērtējumu abos gados",
            missing=(
                "Ja nav kāda no abu gadu vērtējumiem, priekšmetu neņem vērā; ja nav neviena, vērtības nav."
            ),
            example=(
                "30 izglītojamie: iestādē vidējais vērtējums matemātikā samazinājās par 0,9, valstī – par "
                "0,3 ballēm: −0,9 + 0,3 = −0,60 balles (kopā −18,0 ÷ 30)."
            ),
        ),
        "en": Words(
            name="Yearly dynamics of subject marks",
            short_name="Yearly dynamics of marks",
            question="Do yearly marks change differently from the country?",
            why=(
                "A sharp fall in marks may point to difficulties in learning or to a change of teachers. A "
                "sharp rise is a reason, too, to talk about how marks are given."
            ),
            formula=(
                "change of the mean mark against the year before, minus the change of the same subject in "
                "the country; mean over subjects, taking account of how precisely each change is known"
            ),
            numerator="change of marks less the change in the country, for all learners together",
            denominator="learners with a yearly mark in both years",
            missing="A subject without marks in one of the two years is left out; without any subject there "
            "is no value.",
            example=(
                "30 learners: the mean mark in mathematics fell by 0.9 in the institution and by 0.3 grade "
                "points in the country: −0.9 + 0.3 = −0.60 grade points (together −18.0 ÷ 30)."
            ),
        ),
    },
    group="achievement",
    unit="grade_points",
    direction="low_bad",
    stages=("basic", "upper_secondary", "vocational"),
    period="school_year",
    family="mean",
    relative=True,
    min_denominator=15,
    lookback=1,
    thresholds=(
        Threshold(
            medium=-0.5,
            high=-1.0,
            basis="absolute",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: kritums par vairāk nekā 0,5, augsts: par vairāk nekā 1 "
            "balli, salīdzinot ar maiņu valstī.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: a fall by more than 0.5, high: by more than 1 grade "
            "point against the change in the country.",
        ),
    ),
    not_comparable_with=("R11",),
    step=0.01,
    step_of="value",
    sources=("VIIS", "e-žurnāli"),
    example=Example(numerator=-18.0, denominator=30, value=-0.6),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def mark_dynamics(mark: pd.DataFrame) -> pd.DataFrame:
    """Change of mean marks beyond the national change, subjects weighted by inverse variance.

    The same learners have marks in all subjects, so more subjects do not make the change more certain: the
    variance is that of one typical subject.

    The institution fell from 7.0 to 6.1, the country (both institutions) by 0.3:

    >>> import pandas as pd
    >>> mark = pd.DataFrame({
    ...     "institution_id": [1, 1, 2, 2], "school_year": [2022, 2023, 2022, 2023],
    ...     "stage": "basic", "subject": "mathematics", "pupils": [30, 30, 90, 90],
    ...     "mean": [7.0, 6.1, 6.0, 5.9], "sd": 1.5})
    >>> result = mark_dynamics.compute({"mark": mark})
    >>> result[["institution_id", "mean", "n"]].round(6).values.tolist()
    [[1.0, -0.6, 30.0], [2.0, 0.2, 90.0]]
    """
    import numpy as np

    given = mark[mark["pupils"] > 0]
    subject = ["stage", "subject", "school_year"]
    nation = given.assign(points=given["mean"] * given["pupils"])
    nation = nation.groupby(subject, sort=True)[["points", "pupils"]].sum()
    nation = (nation["points"] / nation["pupils"]).rename("national").reset_index()
    given = given.merge(nation, on=subject)[["institution_id", *subject, "pupils", "mean", "sd", "national"]]
    earlier = given.assign(school_year=given["school_year"] + 1)
    pair = given.merge(earlier, on=["institution_id", *subject], suffixes=("", "_before"))
    change = (pair["mean"] - pair["mean_before"]) - (pair["national"] - pair["national_before"])
    variance = (
        pair["sd"].clip(lower=SMALLEST_SD) ** 2 / pair["pupils"]
        + pair["sd_before"].clip(lower=SMALLEST_SD) ** 2 / pair["pupils_before"]
    )
    pair = pair.assign(
        weight=1 / variance,
        weighted=change / variance,
        subjects=1,
        n=np.minimum(pair["pupils"], pair["pupils_before"]),
    )
    total = (
        pair.groupby(["institution_id", "stage", "school_year"], sort=True)
        .agg(
            weight=("weight", "sum"),
            weighted=("weighted", "sum"),
            subjects=("subjects", "sum"),
            n=("n", "max"),
        )
        .reset_index()
    )
    return total[["institution_id", "stage", "school_year"]].assign(
        semester=0,
        mean=total["weighted"] / total["weight"],
        sd=np.sqrt(total["subjects"] / total["weight"] * total["n"]),
        n=total["n"],
    )
