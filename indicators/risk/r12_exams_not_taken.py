"""R12: learners who did not sit a compulsory exam that was due."""

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
    id="R12",
    words={
        "lv": Words(
            name="Eksāmenu nekārtošanas īpatsvars",
            short_name="Nekārtotie eksāmeni",
            question="Cik liela daļa izglītojamo nekārtoja obligāto eksāmenu?",
            why=(
                "Izglītojamais, kurš eksāmenu nekārto, nesaņem izglītības dokumentu, un viņa grūtības nav "
                "redzamas vidējos rezultātos."
            ),
            formula=(
                "izglītojamie, kuri nekārtoja obligāto eksāmenu ÷ izglītojamie, kuriem tas bija jākārto. Ja "
                "obligāti ir vairāki eksāmeni, katru skaitli ņem no eksāmena, kurā tas ir lielākais: tas pats "
                "izglītojamais parasti nekārto vairākus, un divreiz viņu neskaita. Oficiāli atbrīvotos neskaita."
            ),
            numerator="izglītojamie, kuri nekārtoja obligāto eksāmenu",
            denominator="izglītojamie, kuriem obligātais eksāmens bija jākārto",
            missing="Ja nav ziņu par tiem, kam eksāmens bija jākārto, vērtības nav.",
            example="Eksāmens bija jākārto 50 izglītojamajiem, 2 to nekārtoja: 2 ÷ 50 = 4,0 %.",
        ),
        "en": Words(
            name="Share of exams not taken",
            short_name="Exams not taken",
            question="What share of learners did not sit a compulsory exam?",
            why=(
                "A learner who does not sit an exam gets no certificate, and the difficulty does not show in "
                "mean results."
            ),
            formula=(
                "learners who did not sit a compulsory exam ÷ learners who had to. Where several exams are "
                "compulsory, each number is taken from the exam where it is largest: the same learner usually "
                "misses several and is not counted twice. Official exemptions are in neither number."
            ),
            numerator="learners who did not sit a compulsory exam",
            denominator="learners who had to sit a compulsory exam",
            missing="Without information on who had to sit there is no value.",
            example="50 learners had to sit, 2 did not: 2 ÷ 50 = 4.0%.",
        ),
    },
    group="achievement",
    unit="share",
    direction="high_bad",
    stages=("basic", "upper_secondary", "vocational"),
    period="school_year",
    family="share",
    min_denominator=10,
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
    breaks=(
        Break(
            school_year=2022,
            stages=("basic", "upper_secondary"),
            lv="2023. gada eksāmeni: mainījās obligāto eksāmenu kopums un līmeņi.",
            en="Exams of 2023: the set of compulsory exams and their levels changed.",
        ),
    ),
    excluded_types={"basic": ("primary",)},
    sources=("VPS", "VIIS"),
    example=Example(numerator=2, denominator=50, value=0.04),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.1",
    changelog=(
        Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),
        Change(
            version="1.1",
            date="2026-11-21",
            lv="Skaita izglītojamos, nevis eksāmenus: eksāmenus atkārtoti skaitot, nejaušība izskatījās pēc riska.",
            en="Learners are counted, not exams: counted by exams, chance looked like risk.",
        ),
    ),
)
def exams_not_taken(exam: pd.DataFrame) -> pd.DataFrame:
    """Learners who had to sit a compulsory exam (eligible without the exempt), and those who did not sit.

    Only counts per exam are known, and a learner who stays away usually misses several, so each number is the
    largest over the subjects (levels of one subject added up): adding the exams would count one learner as
    several independent cases.

    52 eligible, 2 exempt; 48 and 49 sat; the optional exam does not count:

    >>> import pandas as pd
    >>> exam = pd.DataFrame({
    ...     "institution_id": [1, 1, 1], "school_year": [2023] * 3, "stage": ["basic"] * 3,
    ...     "subject": ["mathematics", "latvian", "physics"], "eligible": [52, 52, 9],
    ...     "exempt": [2, 2, 0], "sat": [48, 49, 4], "compulsory": [1, 1, 0]})
    >>> exams_not_taken.compute({"exam": exam})[["numerator", "denominator"]].values.tolist()
    [[2, 50]]
    """
    keys = ["institution_id", "stage", "school_year"]
    # The open set of exams does not tell who had to sit.
    due = exam[(exam["compulsory"] == 1) & exam["eligible"].notna()]
    subjects = due.groupby([*keys, "subject"], sort=True)[["eligible", "exempt", "sat"]].sum()
    subjects["denominator"] = subjects["eligible"] - subjects["exempt"]
    subjects["numerator"] = subjects["denominator"] - subjects["sat"]
    largest = subjects.groupby(level=keys, sort=True)[["numerator", "denominator"]].max().reset_index()
    return largest.assign(semester=0)[[*keys, "semester", "numerator", "denominator"]]
