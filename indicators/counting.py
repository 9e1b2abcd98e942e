"""Counts that several indicators share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.stages import whole_institution

if TYPE_CHECKING:
    import pandas as pd

RURAL = ("rural", "border")


def first_semester(enrolment: pd.DataFrame) -> pd.DataFrame:
    """Learners of an institution in semester 1, with the shares of the stages that change its staffing."""
    autumn = enrolment[enrolment["semester"] == 1]
    keys = ["institution_id", "school_year"]
    by_stage = autumn.assign(
        upper=autumn["pupils"].where(autumn["stage"] == "upper_secondary", 0),
        young=autumn["pupils"].where(autumn["stage"] == "preschool", 0),
        special=autumn["pupils"].where(autumn["stage"] == "special_basic", 0),
    )
    return by_stage.groupby(keys, as_index=False, sort=True)[["pupils", "upper", "young", "special"]].sum()


def loads_per_hundred(
    staff: pd.DataFrame, load: str, enrolment: pd.DataFrame, institution: pd.DataFrame
) -> pd.DataFrame:
    """Loads per hundred learners of whole institutions, with the covariates of the size curve."""
    keys = ["institution_id", "school_year"]
    both = staff[[*keys, load]].merge(first_semester(enrolment), on=keys, how="inner")
    places = institution[["id", "type", "urbanity"]].rename(columns={"id": "institution_id"})
    both = whole_institution(both.merge(places, on="institution_id", how="inner"), institution)
    pupils = both["pupils"].where(both["pupils"] > 0)
    return both[[*keys, "stage"]].assign(
        semester=0,
        numerator=both[load],
        denominator=both["pupils"] / 100,
        covariate_upper=(both["upper"] / pupils).fillna(0.0),
        covariate_preschool=(both["young"] / pupils).fillna(0.0),
        covariate_special=(both["special"] / pupils).fillna(0.0).where(both["type"] != "special", 1.0),
        covariate_rural=both["urbanity"].isin(RURAL).astype(float),
    )
