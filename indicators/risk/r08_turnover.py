"""R08: turnover of teachers and of learners, two rates side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator
from indicators.stages import WHOLE

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R08",
    words={
        "lv": Words(
            name="Pedagogu un izglītojamo mainība",
            short_name="Pedagogu un izglītojamo mainība",
            question="Cik liela daļa pedagogu gada laikā aiziet un cik liela daļa izglītojamo mainās?",
            why=(
                "Ja bieži mainās pedagogi vai izglītojamie, grūtāk nodrošināt mācību pēctecību. Abas daļas "
                "rāda atsevišķi; iestādes līmeni nosaka tā, kurā situācija ir nelabvēlīgāka."
            ),
            formula=(
                "Pedagogi (iestāde kopumā): gada laikā aizgājušie ÷ pedagogi gada sākumā. Izglītojamie (pa "
                "izglītības posmiem): mācību gada laikā pienākušie un aizgājušie ÷ visi, kas "
                "gada laikā mācījušies."
            ),
            numerator="gada laikā aizgājušie pedagogi; gada laikā pienākušie un aizgājušie izglītojamie",
            denominator="pedagogi gada sākumā; visi izglītojamie, kas gada laikā mācījušies",
            missing=(
                "Ja vienas daļas dati nav saņemti, to nerāda; otru rāda. Trūkstošu skaitli "
                "neaizstāj ar nulli."
            ),
            example="No 40 pedagogiem gada laikā aizgājuši 6: 6 ÷ 40 = 15,0 %.",
        ),
        "en": Words(
            name="Turnover of teachers and learners",
            short_name="Turnover of teachers and learners",
            question="What share of teachers leaves in a year, and what share of learners changes?",
            why=(
                "Where teachers or learners change often, continuity of learning is harder to keep. Both "
                "parts are shown separately; the less favourable one sets the level of the institution."
            ),
            formula=(
                "Teachers (whole institution): those who left in the year ÷ teachers at its start. Learners "
                "(by stage): those who joined or left during the school year ÷ all who learned "
                "there in the year."
            ),
            numerator="teachers who left in the year; learners who joined or left in the year",
            denominator="teachers at the start; all learners of the year",
            missing=(
                "Where one part has not been received it is not shown, the other one is. A missing number "
                "is never replaced by zero."
            ),
            example="6 of 40 teachers left in the year: 6 ÷ 40 = 15.0%.",
        ),
    },
    group="resources",
    unit="share",
    direction="high_bad",
    stages=(*WHOLE, "basic", "special_basic", "upper_secondary", "vocational", "orientation"),
    period="school_year",
    family="share",
    min_denominator=30,
    min_denominator_by_stage=dict.fromkeys(WHOLE, 10),
    thresholds=(
        Threshold(
            medium=1.5,
            high=2.0,
            basis="times_national",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: virs 1,5, augsts: virs 2 valsts īpatsvariem, pedagogiem "
            "un izglītojamajiem atsevišķi.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: above 1.5, high: above 2 times the national share, for "
            "teachers and learners separately.",
        ),
    ),
    fixed_rule="A4",
    sources=("VIIS",),
    example=Example(numerator=6, denominator=40, value=0.15),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def turnover(staff: pd.DataFrame, progress: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Teachers who left (whole institution) and learners who joined or left (by stage).

    6 of 40 teachers; 12 learners joined the 200 of the start and 8 left:

    >>> import pandas as pd
    >>> staff = pd.DataFrame({
    ...     "institution_id": [1], "school_year": [2023], "teachers": [40], "teachers_left": [6]})
    >>> progress = pd.DataFrame({
    ...     "institution_id": [1], "school_year": [2023], "stage": ["basic"],
    ...     "pupils_start": [200], "joined": [12], "left_early": [8]})
    >>> institution = pd.DataFrame({"id": [1], "type": ["basic"]})
    >>> frames = {"staff": staff, "progress": progress, "institution": institution}
    >>> turnover.compute(frames)[["stage", "numerator", "denominator"]].values.tolist()
    [['all_general', 6, 40], ['basic', 20, 212]]
    """
    import pandas as pd

    from indicators.stages import whole_institution

    columns = ["institution_id", "stage", "school_year", "numerator", "denominator"]
    teachers = whole_institution(staff, institution).rename(
        columns={"teachers_left": "numerator", "teachers": "denominator"}
    )
    learners = progress.assign(
        numerator=progress["joined"] + progress["left_early"],
        denominator=progress["pupils_start"] + progress["joined"],
    )
    return pd.concat([teachers[columns], learners[columns]], ignore_index=True).assign(semester=0)
