"""R04: those who graduate in time among those who entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV, Change, Example, Threshold, Words, indicator

if TYPE_CHECKING:
    import pandas as pd


@indicator(
    id="R04",
    words={
        "lv": Words(
            name=(
                "Absolventu proporcija (izglītību ieguvušo īpatsvars no attiecīgā izglītības "
                "posma jeb līmeņa "
                "pirmā mācību gada sākumā uzņemtajiem izglītojamajiem)"
            ),
            short_name="Absolventu proporcija",
            question="Cik liela daļa no uzņemtajiem izglītību ieguva paredzētajā laikā?",
            why=(
                "Ja paredzētajā laikā izglītību iegūst mazāk izglītojamo nekā citur, jānoskaidro, kurā gadā "
                "un kāpēc viņi mācības pārtrauc vai pāriet uz citu iestādi."
            ),
            formula=(
                "paredzētajā laikā izglītību ieguvušie ÷ pirmā mācību gada sākumā uzņemtie (tie paši "
                "izglītojamie). Uz citām iestādēm pārgājušos rāda atsevišķi, no saucēja tos neatskaita."
            ),
            numerator="paredzētajā laikā izglītību ieguvušie",
            denominator="izglītības posma pirmā mācību gada sākumā uzņemtie",
            missing=(
                "Kamēr paredzētais mācību laiks nav pagājis, vērtības nav. Ja izglītību ieguvušo ir vairāk "
                "nekā uzņemto, tā ir datu kļūda, un vērtību nerāda."
            ),
            example="No 50 uzņemtajiem paredzētajā laikā izglītību ieguva 41: 41 ÷ 50 = 82,0 %.",
        ),
        "en": Words(
            name=(
                "Graduate proportion (share of those who obtained the education among the learners admitted "
                "at the start of the first year of the stage or level)"
            ),
            short_name="Graduate proportion",
            question="What share of those admitted obtained the education in the planned time?",
            why=(
                "Where fewer learners than elsewhere obtain the education in time, it is worth "
                "finding out in "
                "which year and why they interrupt their studies or move to another institution."
            ),
            formula=(
                "those who obtained the education in the planned time ÷ those admitted at the start of the "
                "first year (the same learners). Transfers are shown separately and stay in the denominator."
            ),
            numerator="learners who obtained the education in the planned time",
            denominator="learners admitted at the start of the first year of the stage",
            missing=(
                "There is no value until the planned time has passed. More graduates than admitted learners "
                "are an error in the data, and the value is not shown."
            ),
            example="41 of 50 admitted learners obtained the education in time: 41 ÷ 50 = 82.0%.",
        ),
    },
    group="continuity",
    unit="share",
    direction="low_bad",
    stages=("basic", "special_basic", "upper_secondary", "vocational", "orientation"),
    period="cohort",
    family="share",
    min_denominator=10,
    lookback=2,  # a stage that has just begun has no cohort to finish
    thresholds=(
        Threshold(
            medium=-0.10,
            high=-0.20,
            basis="plus_national",
            citation_lv=f"{NOT_OFFICIAL_LV} Vidējs: vairāk nekā 10, augsts: vairāk nekā 20 procentpunktus "
            "zem valsts īpatsvara tajā pašā izglītības posmā.",
            citation_en=f"{NOT_OFFICIAL_EN} Medium: more than 10, high: more than 20 percentage points below "
            "the national share of the same stage.",
        ),
    ),
    excluded_types={"basic": ("primary",), "special_basic": ("primary",)},
    sources=("VIIS",),
    example=Example(numerator=41, denominator=50, value=0.82),
    authored_by="IKMS panelis",
    checked_by=None,
    reviewed="2026-11-21",
    next_review="2027-08-31",
    version="1.0",
    changelog=(Change(version="1.0", date="2026-11-21", lv="Pirmā redakcija.", en="First version."),),
)
def graduates(cohort: pd.DataFrame) -> pd.DataFrame:
    """Graduates in time of the cohort that should have finished in the school year.

    41 of 50 who entered; 4 moved elsewhere and stay in the denominator:

    >>> import pandas as pd
    >>> cohort = pd.DataFrame({
    ...     "institution_id": [1], "school_year": [2023], "stage": ["upper_secondary"],
    ...     "entered": [50], "graduated_on_time": [41], "transferred": [4]})
    >>> graduates.compute({"cohort": cohort})[["numerator", "denominator"]].values.tolist()
    [[41, 50]]
    """
    return cohort[["institution_id", "stage", "school_year"]].assign(
        semester=0, numerator=cohort["graduated_on_time"], denominator=cohort["entered"]
    )
