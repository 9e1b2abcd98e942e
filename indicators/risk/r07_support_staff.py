"""R07: support staff against learners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R07",
    words={
        "lv": Words(
            name=(
                "Izglītojamo un atbalsta personāla proporcija (izglītojamo skaits pret iestādē nodarbināto "
                "atbalsta personu likmju skaitu)"
            ),
            short_name="Atbalsta personāls",
            question="Vai iestādē ir atbalsta personāls un vai tā ir tik, cik šāda lieluma iestādē parasti?",
            why=(
                "Atbalsta personāls palīdz izglītojamajiem, pirms grūtības kļūst par kavējumiem vai zemiem "
                "rezultātiem. Ja atbalsta personāla nav divus gadus pēc kārtas, tas ir fakts, nevis aplēse."
            ),
            formula=(
                "atbalsta personāla likmes × 100 ÷ izglītojamo skaits (otrādi nedala, jo likmju var nebūt). "
                "Parasto zemāko robežu (5 %) aprēķina pēc iestādes lieluma, izglītības posmu sastāva un "
                "atrašanās vietas."
            ),
            numerator="atbalsta personāla likmes",
            denominator="izglītojamie, simtos",
            missing=(
                "Nulle likmju nozīmē, ka atbalsta personāla nav. Ja tarifikācija nav saņemta, vērtības nav."
            ),
            example="Iestādē ir 1,5 atbalsta personāla likmes un 300 izglītojamo: 1,5 × 100 ÷ 300 = 0,50.",
        ),
        "en": Words(
            name=(
                "Learners to support staff (number of learners against the number of support staff loads in "
                "the institution)"
            ),
            short_name="Support staff",
            question="Is there support staff, and as much as is usual for an institution of this size?",
            why=(
                "Support staff help learners before difficulties turn into absence or low results. No "
                "support staff for two years running is a fact and not an estimate."
            ),
            formula=(
                "support staff loads × 100 ÷ number of learners (never the other way round: there may be no "
                "loads). The usual lower limit (5%) is calculated for the size of the institution, its mix "
                "of stages and its location."
            ),
            numerator="support staff full-time loads",
            denominator="learners, in hundreds",
            missing=(
                "Zero loads means that there is no support staff. Where loads have not been received there "
                "is no value."
            ),
            example="An institution has 1.5 support staff loads and 300 learners: 1.5 × 100 ÷ 300 = 0.50.",
        ),
    },
    group="resources",
    unit="loads_per_100_pupils",
    direction="low_bad",
    stages=("all_general", "all_vocational", "all_orientation"),
    period="school_year",
    family="size_band",
    min_denominator=0.01,
    pooling=1,
    thresholds=(
        Threshold(
            medium=1.0,
            high=1.5,
            basis="band",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: zem 5 % līnijas iestādes lielumam, augsts: pusotru reizi "
            "tālāk no gaidāmās vērtības.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: below the 5% line for the size, high: one and a half "
            "times as far from the expected value.",
        ),
    ),
    fixed_rule="A3",
    step=0.1,
    sources=("VIIS",),
    example=Example(numerator=1.5, denominator=3.0, value=0.5),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def support_staff(staff: pd.DataFrame, enrolment: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Support staff loads per hundred learners of semester 1; zero loads are a value, not a gap.

    1.5 loads, 300 learners:

    >>> import pandas as pd
    >>> staff = pd.DataFrame({"institution_id": [1], "school_year": [2023], "support_load": [1.5]})
    >>> enrolment = pd.DataFrame({
    ...     "institution_id": [1], "school_year": [2023], "semester": [1], "stage": ["basic"],
    ...     "pupils": [300]})
    >>> institution = pd.DataFrame({"id": [1], "type": ["basic"], "urbanity": ["rural"]})
    >>> frames = {"staff": staff, "enrolment": enrolment, "institution": institution}
    >>> support_staff.compute(frames)[["numerator", "denominator"]].values.tolist()
    [[1.5, 3.0]]
    """
    from indicators.counting import loads_per_hundred

    return loads_per_hundred(staff, "support_load", enrolment, institution)
