"""R03: learners long absent without a valid reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators import published_rules
from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd

PRIMARY_SOURCE = "e_journals"  # the VIIS entries are another count and never mixed in


@indicator(
    id="R03",
    words={
        "lv": Words(
            name="Izglītojamo īpatsvars, kuri ilgstoši bez attaisnojoša iemesla neapmeklē izglītības iestādi",
            short_name="Ilgstoši neattaisnoti kavējumi",
            question="Cik liela daļa izglītojamo ilgstoši kavē bez attaisnojoša iemesla?",
            why=(
                "Ilgstoši kavējumi ir agrīna zīme, ka izglītojamais var pamest mācības. Katrs gadījums "
                "jāskata atsevišķi; īpatsvars rāda, vai to ir vairāk, nekā izskaidro nejaušība."
            ),
            formula=(
                "izglītojamie, kuri semestrī bez attaisnojoša iemesla kavējuši "
                f"{published_rules.ABSENCE_LIMIT.words('lv')}, ÷ izglītojamie attiecīgajā izglītības posmā "
                "semestra beigās. Pirmais semestris salīdzināms tikai ar pirmo, otrais – ar otro."
            ),
            numerator=(
                "izglītojamie, kuri semestrī bez attaisnojoša iemesla kavējuši "
                f"{published_rules.ABSENCE_LIMIT.words('lv')}"
            ),
            denominator="izglītojamie izglītības posmā semestra beigās",
            missing=(
                "Ja nav saņemts semestra imports no e-žurnāla vai izglītojamo skaits, vērtības nav. VIIS "
                "ieraksti par ilgstošiem kavējumiem ir cita uzskaite un šeit nav ieskaitīti."
            ),
            example="2. semestrī ilgstoši kavējuši 5 no 40 izglītojamajiem: 5 ÷ 40 = 12,5 %.",
        ),
        "en": Words(
            name="Share of learners long absent from the institution without a valid reason",
            short_name="Long unexcused absence",
            question="What share of learners is long absent without a valid reason?",
            why=(
                "Long absence is an early sign that a learner may leave education. Each case deserves a look "
                "of its own; the share shows whether there are more of them than chance explains."
            ),
            formula=(
                f"learners who missed {published_rules.ABSENCE_LIMIT.words('en')} in the semester without a "
                "valid reason ÷ learners of the stage at the end of the semester. The first semester is "
                "compared with a first one only, the second with a second."
            ),
            numerator=(
                f"learners who missed {published_rules.ABSENCE_LIMIT.words('en')} in the semester without a "
                "valid reason"
            ),
            denominator="learners of the stage at the end of the semester",
            missing=(
                "Where the semester import from the e-journal or the number of learners has not been "
                "received there is no value. VIIS entries of long absence are another count and not used."
            ),
            example="In semester 2, 5 of 40 learners were long absent: 5 ÷ 40 = 12.5%.",
        ),
    },
    group="continuity",
    unit="share",
    direction="high_bad",
    stages=("basic", "special_basic", "upper_secondary", "vocational"),
    period="semester",
    family="share",
    min_denominator=20,
    thresholds=(
        Threshold(
            medium=1.5,
            high=2.0,
            basis="times_national",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: virs 1,5, augsts: virs 2 valsts īpatsvariem tajā pašā "
            "semestrī un izglītības posmā.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: above 1.5, high: above 2 times the national share of the "
            "same semester and stage.",
        ),
    ),
    fixed_rule="A2",
    sources=("e-žurnāli", "VIIS"),
    example=Example(numerator=5, denominator=40, value=0.125),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def long_unexcused_absence(absence: pd.DataFrame, enrolment: pd.DataFrame) -> pd.DataFrame:
    """Long absentees of the e-journal import over the learners enrolled at the end of the same semester.

    5 of 40; the VIIS entry of the same semester does not count:

    >>> import pandas as pd
    >>> absence = pd.DataFrame({
    ...     "institution_id": [1, 1], "school_year": [2023, 2023], "semester": [2, 2],
    ...     "stage": ["basic", "basic"], "source_code": ["e_journals", "viis_cases"],
    ...     "long_unexcused": [5, 4]})
    >>> enrolment = pd.DataFrame({
    ...     "institution_id": [1], "school_year": [2023], "semester": [2], "stage": ["basic"],
    ...     "pupils": [40]})
    >>> frames = {"absence": absence, "enrolment": enrolment}
    >>> long_unexcused_absence.compute(frames)[["numerator", "denominator"]].values.tolist()
    [[5, 40]]
    """
    keys = ["institution_id", "stage", "school_year", "semester"]
    primary = absence.loc[absence["source_code"] == PRIMARY_SOURCE, [*keys, "long_unexcused"]]
    both = primary.merge(enrolment[[*keys, "pupils"]], on=keys, how="inner")
    return both.rename(columns={"long_unexcused": "numerator", "pupils": "denominator"})
