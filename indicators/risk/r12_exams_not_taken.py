"""R12: exams that were due and not taken."""

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
            question="Cik liela daļa obligāto eksāmenu palika nenokārtota neierašanās dēļ?",
            why=(
                "Izglītojamais, kurš eksāmenu nekārto, nesaņem izglītības dokumentu, un viņa grūtības nav "
                "redzamas vidējos rezultātos."
            ),
            formula=(
                "nekārtotie obligātie eksāmeni ÷ kārtojamie obligātie eksāmeni. Oficiāli atbrīvotos neskaita "
                "ne skaitītājā, ne saucējā. Visus obligātos eksāmenus saskaita kopā."
            ),
            numerator="obligātie eksāmeni, kurus vajadzēja kārtot, bet kurus nekārtoja",
            denominator="obligātie eksāmeni, kurus vajadzēja kārtot",
            missing="Ja nav ziņu par tiem, kam eksāmens bija jākārto, vērtības nav.",
            example="Bija jākārto 100 eksāmenu, nav kārtoti 4: 4 ÷ 100 = 4,0 %.",
        ),
        "en": Words(
            name="Share of exams not taken",
            short_name="Exams not taken",
            question="What share of compulsory exams was not taken?",
            why=(
                "A learner who does not sit an exam gets no certificate, and the difficulty does not show in "
                "mean results."
            ),
            formula=(
                "compulsory exams not taken ÷ compulsory exams due. Official exemptions are in neither "
                "number. All compulsory exams are added up."
            ),
            numerator="compulsory exams that were due and not taken",
            denominator="compulsory exams that were due",
            missing="Without information on who had to sit there is no value.",
            example="100 exams were due, 4 were not taken: 4 ÷ 100 = 4.0%.",
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
    example=Example(numerator=4, denominator=100, value=0.04),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def exams_not_taken(exam: pd.DataFrame) -> pd.DataFrame:
    """Compulsory exams due (eligible without the exempt) and not taken, over all subjects.

    104 eligible, 4 exempt, 96 sat; the optional exam does not count:

    >>> import pandas as pd
    >>> exam = pd.DataFrame({
    ...     "institution_id": [1, 1, 1], "school_year": [2023] * 3, "stage": ["basic"] * 3,
    ...     "subject": ["mathematics", "latvian", "physics"], "eligible": [52, 52, 9],
    ...     "exempt": [2, 2, 0], "sat": [48, 48, 4], "compulsory": [1, 1, 0]})
    >>> exams_not_taken.compute({"exam": exam})[["numerator", "denominator"]].values.tolist()
    [[4, 100]]
    """
    keys = ["institution_id", "stage", "school_year"]
    due = exam[exam["compulsory"] == 1]
    total = due.groupby(keys, as_index=False, sort=True)[["eligible", "exempt", "sat"]].sum()
    denominator = total["eligible"] - total["exempt"]
    return total[keys].assign(semester=0, numerator=denominator - total["sat"], denominator=denominator)
