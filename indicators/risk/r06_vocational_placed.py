"""R06: vocational graduates in work or education a year later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R06",
    words={
        "lv": Words(
            name=(
                "Profesionālās izglītības programmu absolventu īpatsvars, kuri ir nodarbināti vai turpina "
                "izglītību gada laikā pēc izglītības programmas beigām"
            ),
            short_name="Absolventi darbā vai izglītībā",
            question="Cik liela daļa profesionālās izglītības absolventu gada laikā strādā vai mācās?",
            why=(
                "Rādītājs rāda, vai iegūtā kvalifikācija palīdz atrast darbu vai turpināt mācības. Salīdzina "
                "ar to pašu kvalifikāciju absolventiem valstī."
            ),
            formula=(
                "absolventi, kuri 12 mēnešus pēc absolvēšanas strādā vai mācās, ÷ absolventi, par kuriem ir "
                "ziņas. Izbraukušos rāda atsevišķi, no saucēja viņus neatskaita. Valsts īpatsvaru pārrēķina "
                "atbilstoši iestādes kvalifikāciju sastāvam."
            ),
            numerator="absolventi, kuri gada laikā strādā vai mācās",
            denominator="absolventi, par kuriem ir ziņas",
            missing=(
                "Absolventi, par kuriem ziņu nav, nav ieskaitīti. Ja ziņu nav ne par vienu, vērtības nav."
            ),
            example="No 60 absolventiem, par kuriem ir ziņas, 48 strādā vai mācās: 48 ÷ 60 = 80,0 %.",
        ),
        "en": Words(
            name=(
                "Share of vocational graduates who are employed or continue education within a year after "
                "the end of the programme"
            ),
            short_name="Graduates in work or education",
            question="What share of vocational graduates works or studies within a year?",
            why=(
                "It shows whether the qualification helps to find work or to go on learning. The comparison "
                "is with graduates of the same qualifications in the country."
            ),
            formula=(
                "graduates who work or study twelve months later ÷ graduates about whom there is "
                "information. Those who emigrated are shown separately and stay in the denominator. The "
                "national share is recalculated for the institution's mix of qualifications."
            ),
            numerator="graduates who work or study within a year",
            denominator="graduates about whom there is information",
            missing="Graduates without information are not counted. Where there is none there is no value.",
            example="48 of 60 graduates with information work or study: 48 ÷ 60 = 80.0%.",
        ),
    },
    group="continuity",
    unit="share",
    direction="low_bad",
    stages=("vocational",),
    period="school_year",
    family="share",
    min_denominator=10,
    thresholds=(
        Threshold(
            medium=-0.10,
            high=-0.20,
            basis="plus_national",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: vairāk nekā 10, augsts: vairāk nekā 20 procentpunktus "
            "zem to pašu kvalifikāciju valsts īpatsvara.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: more than 10, high: more than 20 percentage points below "
            "the national share of the same qualifications.",
        ),
    ),
    sources=("CSP", "VID", "NVA", "VIIS"),
    example=Example(numerator=48, denominator=60, value=0.8),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def vocational_placed(vocational_outcome: pd.DataFrame) -> pd.DataFrame:
    """Graduates placed among those with information, beside the national share of the same qualifications.

    48 of 60; 2 more graduates without information are left out:

    >>> import pandas as pd
    >>> outcome = pd.DataFrame({
    ...     "institution_id": [1, 1], "school_year": [2022, 2022],
    ...     "qualification_group": ["cooks", "welders"], "graduates": [30, 32], "placed": [20, 28],
    ...     "unknown": [0, 2]})
    >>> result = vocational_placed.compute({"vocational_outcome": outcome})
    >>> result[["numerator", "denominator", "reference"]].values.tolist()
    [[48.0, 60.0, 0.8]]
    """
    rows = vocational_outcome.assign(
        numerator=vocational_outcome["placed"],
        denominator=vocational_outcome["graduates"] - vocational_outcome["unknown"],
    )
    counts = ["numerator", "denominator"]
    nation = rows.groupby(["school_year", "qualification_group"], sort=True)[counts].transform("sum")
    share = (nation["numerator"] / nation["denominator"]).fillna(0.0)
    rows["reference"] = rows["denominator"] * share
    keys = ["institution_id", "school_year"]
    total = rows.groupby(keys, as_index=False, sort=True)[[*counts, "reference"]].sum()
    known = total["denominator"].where(total["denominator"] > 0)
    return total.assign(stage="vocational", semester=0, reference=total["reference"] / known)
