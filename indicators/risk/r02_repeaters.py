"""R02: learners who repeat a grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R02",
    words={
        "lv": Words(
            name="Izglītojamo īpatsvars, kuri ir atstāti uz otru gadu tajā pašā klasē",
            short_name="Atstāti uz otru gadu",
            question="Cik liela daļa izglītojamo mācās atkārtoti tajā pašā klasē?",
            why=(
                "Atkārtots gads bieži nozīmē, ka atbalsts nav pietiekams vai sniegts par vēlu. Skaits ir "
                "mazs, tāpēc to lasa kopā par trim gadiem."
            ),
            formula=(
                "uz otru gadu atstātie ÷ iepriekšējā mācību gada beigās uzņemtie tajās klasēs, kurās "
                "iespējams atstāt uz otru gadu"
            ),
            numerator="uz otru gadu tajā pašā klasē atstātie izglītojamie",
            denominator="izglītojamie klasēs, kurās iespējams atstāt uz otru gadu",
            missing="Ja iestādes dati par pāreju uz nākamo klasi nav saņemti, vērtības nav.",
            example="No 150 izglītojamajiem 3 mācās atkārtoti tajā pašā klasē: 3 ÷ 150 = 2,0 %.",
        ),
        "en": Words(
            name="Share of learners kept for a second year in the same grade",
            short_name="Repeating a grade",
            question="What share of learners repeats the same grade?",
            why=(
                "A repeated year often means that support was not enough or came late. Numbers are small, so "
                "three years are read together."
            ),
            formula=(
                "learners kept for a second year ÷ learners enrolled at the end of the previous school year "
                "in grades where a year can be repeated"
            ),
            numerator="learners kept for a second year in the same grade",
            denominator="learners in grades where a year can be repeated",
            missing="Where data on the passage to the next grade have not been received there is no value.",
            example="3 of 150 learners repeat the same grade: 3 ÷ 150 = 2.0%.",
        ),
    },
    group="continuity",
    unit="share",
    direction="high_bad",
    stages=("basic", "special_basic", "upper_secondary", "vocational"),
    period="school_year",
    family="share",
    min_denominator=30,
    thresholds=(
        Threshold(
            medium=1.5,
            high=2.0,
            basis="times_national",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: virs 1,5, augsts: virs 2 valsts īpatsvariem tajā pašā "
            "izglītības posmā.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: above 1.5, high: above 2 times the national share of the "
            "same stage.",
        ),
    ),
    sources=("VIIS",),
    example=Example(numerator=3, denominator=150, value=0.02),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def repeaters(progress: pd.DataFrame) -> pd.DataFrame:
    """Repeaters among those who could repeat.

    3 of 150:

    >>> import pandas as pd
    >>> progress = pd.DataFrame({
    ...     "institution_id": [1], "school_year": [2023], "stage": ["basic"],
    ...     "repeat_eligible": [150], "repeaters": [3]})
    >>> repeaters.compute({"progress": progress})[["numerator", "denominator"]].values.tolist()
    [[3, 150]]
    """
    return progress[["institution_id", "stage", "school_year"]].assign(
        semester=0, numerator=progress["repeaters"], denominator=progress["repeat_eligible"]
    )
