"""What may be shown of a value outside its own scope: minimum group, rounding, bands, top and bottom codes.

Pure: a frame of exact values in, the same rows with a protected value or a reason code out, never both.
The rules are those of the house's disclosure policy (docs/methodology.md): at least ten persons behind a
figure, counts rounded to base five, percentages in bands while the group is small, no levels of single
institutions, no complaints of a single institution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MINIMUM = 10
BASE = 5
CONTRIBUTORS = 3  # institutions behind the value of an area
# Persons that one unit of the denominator stands for, by unit of the indicator; 1 where not named.
PERSONS = {"per_100_pupils": 100.0, "loads_per_100_pupils": 100.0}
# Indicators that count results: up to three of one learner.
RESULTS_PER_LEARNER = {"R01": 3.0}
# Decimals of a value that is not a share, for single institutions.
DECIMALS = {"share_difference": 2, "grade_points": 1, "percentile_points": 0}
_PERIOD = ["indicator_id", "stage", "school_year", "semester"]
# Lower end of the group size, width of the band in percentage points (0 = to one decimal), top/bottom code.
BANDS = ((300, 0.0, 1.0), (100, 1.0, 2.0), (40, 5.0, 5.0), (20, 10.0, 10.0), (MINIMUM, 20.0, 20.0))
NEVER_SINGLE = frozenset({"R09"})
JUDGEMENTS = (
    "lower", "upper", "probability_medium", "probability_high", "level", "certainty", "persistence",
    "is_new", "trend", "threshold_id", "pooled_numerator", "pooled_denominator", "pooled_periods",
    "fixed_rule", "boundary_medium", "boundary_high",
)  # fmt: skip


def rounded(counts: np.ndarray, base: int = BASE) -> np.ndarray:
    """Counts rounded half up to the base, on integers."""
    counts = np.asarray(counts, dtype=float)
    return np.floor((counts + base / 2) / base) * base


def percentage_band(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end (fractions) of what may be said of a share of a group of n.

    Groups under MINIMUM give NaN. A top- or bottom-coded share gives the open end: (0, code), (1 - code, 1).
    """
    share, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    low = np.full(share.shape, np.nan)
    high = np.full(share.shape, np.nan)
    done = ~(n >= MINIMUM) | np.isnan(share)
    for smallest, width, code in BANDS:
        here = ~done & (n >= smallest)
        percent = np.clip(share * 100, 0, 100)
        if width == 0.0:
            exact = np.floor(percent * 10 + 0.5) / 10
            low_end = high_end = exact
        elif width == 1.0:
            exact = np.floor(percent + 0.5)
            low_end = high_end = exact
        else:
            low_end = np.minimum(np.floor(percent / width) * width, 100 - width)
            high_end = low_end + width
        # A share that stands for fewer than ten persons (or all but so few) is told as "up to": a whole percent
        # of a rounded group size would give the number back.
        few = np.ceil(100 * MINIMUM / np.maximum(n, 1)) if width < 2.0 else np.full(n.shape, code)
        code = np.maximum(code, few)
        count = share * n
        bottom = (percent <= code) if width >= 2.0 else (count < MINIMUM) | (percent <= code)
        top = (percent >= 100 - code) if width >= 2.0 else (n - count < MINIMUM) | (percent >= 100 - code)
        low_end = np.where(bottom, 0.0, np.where(top, 100 - code, low_end))
        high_end = np.where(bottom, code, np.where(top, 100.0, high_end))
        low[here], high[here] = low_end[here] / 100, high_end[here] / 100
        done |= here
    return low, high


def protect(
    values: pd.DataFrame, families: dict[str, str], units: dict[str, str] | None = None
) -> pd.DataFrame:
    """Protected copy of value rows (columns of `indicator_value`).

    families, units: model family and unit of each indicator id. Shares of small groups become bands: `value`
    is the middle of the band and `value_text` its ends as "lower-upper" in percent. Rows of single
    institutions lose every judgement; areas keep theirs. An area with fewer than CONTRIBUTORS institutions
    is hidden, and a second one with it where the country's sum would give the first away.
    """
    import pandas as pd

    result = values.copy()
    family = result["indicator_id"].map(families)
    unit = result["indicator_id"].map(units or {})
    single = (result["unit_kind"] == "institution").to_numpy()
    n = result["denominator"].to_numpy(dtype=float)
    x = result["numerator"].to_numpy(dtype=float)
    persons = unit.map(PERSONS).fillna(1.0).to_numpy(dtype=float)
    persons = persons / result["indicator_id"].map(RESULTS_PER_LEARNER).fillna(1.0).to_numpy(dtype=float)
    known = result["value"].notna().to_numpy()
    hidden = known & ~(n * persons >= MINIMUM)
    hidden |= known & single & result["indicator_id"].isin(NEVER_SINGLE).to_numpy()
    hidden |= known & _few_contributors(result, hidden)

    share = (family == "share").to_numpy()
    low, high = percentage_band(np.where(share, result["value"].to_numpy(dtype=float), np.nan), n)
    banded = share & single & ~hidden & known
    result["value_text"] = pd.Series([None] * len(result), index=result.index, dtype=object)
    wide = banded & (high > low)
    result.loc[wide, "value_text"] = [
        f"{a * 100:g}-{b * 100:g}" for a, b in zip(low[wide], high[wide], strict=True)
    ]
    result.loc[banded, "value"] = ((low + high) / 2)[banded]
    other = single & ~share & known & ~hidden
    for name, decimals in {**dict.fromkeys(set(unit.dropna()), 1), **DECIMALS}.items():
        here = other & (unit == name).to_numpy()
        result.loc[here, "value"] = np.round(result["value"].to_numpy(dtype=float)[here], decimals)

    counts = share & known & ~hidden
    small = counts & ((x < MINIMUM) & (x > 0) | (n - x < MINIMUM) & (n - x > 0))
    result.loc[counts, "numerator"] = rounded(x[counts])
    result.loc[counts & single | small, "numerator"] = np.nan
    shown = known & ~hidden
    result.loc[shown, "denominator"] = (rounded(n * np.maximum(persons, 1)) / np.maximum(persons, 1))[shown]
    result.loc[other, "numerator"] = np.nan

    for column in JUDGEMENTS:
        if column in result:
            result.loc[single, column] = None
    for column in ("value", "numerator", "denominator", "lower", "upper"):
        result.loc[hidden, column] = np.nan
    result.loc[hidden, "value_text"] = None
    result.loc[hidden, "reason"] = "c"
    result.loc[~hidden & known & (result["reason"] == "u"), "reason"] = None
    return result


def _few_contributors(values: pd.DataFrame, hidden: np.ndarray) -> np.ndarray:
    """Rows of municipalities to hide: too few institutions behind them, or needed to cover one that is hidden."""
    import pandas as pd

    municipal = (values["unit_kind"] == "municipality").to_numpy()
    if not municipal.any():
        return np.zeros(len(values), dtype=bool)
    single = values[(values["unit_kind"] == "institution") & values["value"].notna()]
    behind = single.groupby([*_PERIOD, "municipality_code"], dropna=False).size().rename("institutions")
    areas = values.loc[municipal, [*_PERIOD, "unit_id", "denominator", "value"]].reset_index(names="row")
    areas = areas.merge(
        behind.reset_index().rename(columns={"municipality_code": "unit_id"}),
        on=[*_PERIOD, "unit_id"],
        how="left",
    )
    position = pd.Series(np.arange(len(values)), index=values.index)
    areas["at"] = position.loc[areas["row"]].to_numpy()
    present = areas["value"].notna()
    areas["few"] = present & ((areas["institutions"].fillna(0) < CONTRIBUTORS) | hidden[areas["at"]])
    groups = areas.groupby(_PERIOD)
    lone = groups["few"].transform("sum") == 1
    # The country minus all others would give a lone hidden one away: the smallest other one goes with it.
    open_ones = areas[lone & present & ~areas["few"]]
    partner = open_ones.sort_values(["denominator", "unit_id"]).groupby(_PERIOD).head(1).index
    areas.loc[partner, "few"] = True
    result = np.zeros(len(values), dtype=bool)
    result[areas.loc[areas["few"], "at"].to_numpy()] = True
    return result
