"""R05: teacher loads against learners, judged against what is usual for the size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R05",
    words={
        "lv": Words(
            name=(
                "Pedagogu likmju un izglītojamo proporcija (pedagogu slodžu skaits pret izglītojamo skaitu)"
            ),
            short_name="Pedagogu likmes pret izglītojamajiem",
            question="Vai pedagogu likmju skaits atbilst tam, kas šāda lieluma iestādē ir parasts?",
            why=(
                "Mazā iestādē uz vienu izglītojamo vienmēr ir vairāk likmju, tāpēc salīdzina ar līdzīga "
                "lieluma iestādēm. Gan neparasti maz, gan neparasti daudz likmju ir iemesls "
                "noskaidrot cēloni."
            ),
            formula=(
                "pedagogu likmes × 100 ÷ izglītojamo skaits. Parastās robežas (5–95 %) aprēķina pēc iestādes "
                "lieluma, izglītības posmu sastāva un atrašanās vietas."
            ),
            numerator="pedagogu likmes",
            denominator="izglītojamie, simtos",
            missing="Ja nav saņemta tarifikācija vai izglītojamo skaits 1. semestrī, vērtības nav.",
            example="Iestādē ir 24,0 pedagogu likmes un 200 izglītojamo: 24,0 × 100 ÷ 200 = 12,00.",
        ),
        "en": Words(
            name="Teacher loads to learners (number of teacher full-time loads against number of learners)",
            short_name="Teacher loads to learners",
            question="Is the number of teacher loads what is usual for an institution of this size?",
            why=(
                "A small institution always has more loads per learner, so the comparison is with "
                "institutions of similar size. Unusually few and unusually many loads are both a reason to "
                "find out why."
            ),
            formula=(
                "teacher loads × 100 ÷ number of learners. The usual range (5–95%) is calculated for the "
                "size of the institution, its mix of stages and its location."
            ),
            numerator="teacher full-time loads",
            denominator="learners, in hundreds",
            missing="Where loads or the learners of semester 1 have not been received there is no value.",
            example="An institution has 24.0 teacher loads and 200 learners: 24.0 × 100 ÷ 200 = 12.00.",
        ),
    },
    group="resources",
    unit="loads_per_100_pupils",
    direction="both",
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
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: ārpus 5–95 % joslas iestādes lielumam, augsts: pusotru "
            "reizi tālāk no gaidāmās vērtības.",
            citation_en=(
                f"{NOT_OFFICIAL_EN} Medium: outside the 5–95% band for the size, high: one and a "
                "half "
                "times as far from the expected value."
            ),
        ),
    ),
    step=0.1,
    sources=("VIIS",),
    example=Example(numerator=24.0, denominator=2.0, value=12.0),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def teacher_loads(staff: pd.DataFrame, enrolment: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Teacher loads per hundred learners of semester 1, with what the size curve takes into account.

    24.0 loads, 200 learners:

    >>> import pandas as pd
    >>> staff = pd.DataFrame({"institution_id": [1], "school_year": [2023], "teacher_load": [24.0]})
    >>> enrolment = pd.DataFrame({
    ...     "institution_id": [1, 1], "school_year": [2023, 2023], "semester": [1, 1],
    ...     "stage": ["basic", "upper_secondary"], "pupils": [150, 50]})
    >>> institution = pd.DataFrame({"id": [1], "type": ["secondary"], "urbanity": ["town"]})
    >>> frames = {"staff": staff, "enrolment": enrolment, "institution": institution}
    >>> teacher_loads.compute(frames)[["numerator", "denominator"]].values.tolist()
    [[24.0, 2.0]]
    """
    from indicators.counting import loads_per_hundred

    return loads_per_hundred(staff, "teacher_load", enrolment, institution)
