"""What may be said of a value outside its own scope: minimum group, rounding, bands, top and bottom codes.

Pure: a frame of exact values in, the same rows with a protected value or a reason code out, never both. Every
number of the rules stands in `rules.json` (docs/methodology.md, "Disclosure control").
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from indicators.disclosure.rules import in_force
from indicators.later import later

if TYPE_CHECKING:
    import pandas as pd

np = later("numpy")

RULES = in_force()
MINIMUM = RULES.minimum
BASE = RULES.base
JUDGEMENTS = (
    "lower", "upper", "probability_medium", "probability_high", "level", "certainty", "persistence",
    "is_new", "trend", "threshold_id", "pooled_numerator", "pooled_denominator", "pooled_periods",
    "fixed_rule", "boundary_medium", "boundary_high",
)  # fmt: skip
POOLED = ("pooled_numerator", "pooled_denominator", "pooled_periods")
PERIOD = ["indicator_id", "stage", "school_year", "semester"]


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
    for smallest, width, code in RULES.bands:
        here = ~done & (n >= smallest)
        percent = np.clip(share * 100, 0, 100)
        if width == 0.0:
            exact = np.floor(percent * 10 + 0.5) / 10
            low_end, high_end = _tenths(np.where(here, exact, 50.0), np.where(here, n, smallest))
        elif width == 1.0:
            exact = np.floor(percent + 0.5)
            low_end = high_end = exact
        else:
            low_end = np.minimum(np.floor(percent / width) * width, 100 - width)
            high_end = low_end + width
        # A share that stands for fewer than ten persons (or all but so few) is told as "up to": a whole percent
        # of a rounded group size would give the number back.
        least = np.maximum(rounded(n) - BASE // 2, 1)  # one code for all sizes that are told alike
        few = np.ceil(100 * MINIMUM / least) if width < 2.0 else np.full(n.shape, code)
        code = np.maximum(code, few)
        count = share * n
        # By the rounded share: one just above the code that rounds to it would fit a single pair of counts.
        bottom = (percent <= code) if width >= 2.0 else (count < MINIMUM) | (exact <= code)
        top = (percent >= 100 - code) if width >= 2.0 else (n - count < MINIMUM) | (exact >= 100 - code)
        low_end = np.where(bottom, 0.0, np.where(top, 100 - code, low_end))
        high_end = np.where(bottom, code, np.where(top, 100.0, high_end))
        low[here], high[here] = low_end[here] / 100, high_end[here] / 100
        done |= here
    return low, high


def _tenths(percent: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One-decimal percentages of groups from 300 on, as a point or as a narrow band of neighbours.

    >>> [np.round(end, 1).tolist() for end in _tenths(np.array([12.5, 5.0, 5.2]), np.array([400, 305, 305]))]
    [[12.4, 5.0, 5.0], [12.5, 5.2, 5.2]]
    """
    if not percent.size:
        return percent, percent
    sizes, place = np.unique(rounded(n), return_inverse=True)
    tables = np.array([_groups(int(one)) for one in sizes])  # [size, end, per mille]
    per_mille = np.clip(np.round(percent * 10), 0, 1000).astype(int)
    return tables[place, 0, per_mille] / 10, tables[place, 1, per_mille] / 10


@functools.lru_cache(maxsize=4096)
def _groups(shown: int) -> np.ndarray:
    """Lower and upper end in per mille of what each share, in per mille, of a group told as `shown` persons is told as.

    A share and the rounded size of its group may fit one pair of counts only, and would give it back. Such a share and
    the next above it that any counts fit are told as one band; the division follows from the told size alone.
    Shape [end, per mille].
    """
    sizes = shown + np.arange(-(BASE // 2), (BASE - 1) // 2 + 1)
    sizes = sizes[sizes >= RULES.bands[0][0]]
    ends = np.tile(np.arange(1001), (2, 1))
    if len(sizes) > 1 and sizes.min() >= 1000:
        return ends  # every share fits a numerator of every size
    numerators = np.arange(MINIMUM, sizes.max(initial=0) - MINIMUM + 1)
    size, numerator = (one.ravel() for one in np.meshgrid(sizes, numerators, indexing="ij"))
    inside = numerator <= size - MINIMUM
    share = np.floor(numerator[inside] / size[inside] * 100 * 10 + 0.5).astype(int)
    pairs = np.bincount(share, minlength=1001)
    code = 10 * int(max(RULES.bands[0][2], np.ceil(100 * MINIMUM / (shown - BASE // 2))))
    pairs[: code + 1] = pairs[1000 - code :] = 0  # told as "up to" or "at least"
    fitting = np.flatnonzero(pairs)
    if (pairs[fitting] >= 2).all():
        return ends
    low, high = ends
    start, count = None, 0
    before: tuple[int, int] | None = None
    for one, fit in zip(fitting.tolist(), pairs[fitting].tolist(), strict=True):
        start, count = one if start is None else start, count + fit
        if count >= 2:
            low[start : one + 1], high[start : one + 1] = start, one
            before, start, count = (start, one), None, 0
    if start is not None and before is not None:  # the last one joins what lies below it
        low[before[0] :], high[before[0] :] = before[0], start
    return ends


def protect(
    values: pd.DataFrame, families: dict[str, str], units: dict[str, str] | None = None
) -> pd.DataFrame:
    """Protected copy of value rows (columns of `indicator_value`).

    families, units: model family and unit of each indicator id. Shares of small groups become bands: `value`
    is the middle of the band and `value_text` its ends as "lower-upper" in percent. Rows of single institutions
    lose every judgement. The value of a municipality is worked out from rounded counts; where few learners or
    mostly one institution stand behind its numerator it becomes a band, and where that is so of its denominator
    it is hidden. The country keeps its values.
    """
    import pandas as pd

    result = values.copy()
    family = result["indicator_id"].map(families)
    unit = result["indicator_id"].map(units or {})
    kind = result["unit_kind"].to_numpy()
    single, area = kind == "institution", kind == "municipality"
    n = result["denominator"].to_numpy(dtype=float)
    x = result["numerator"].to_numpy(dtype=float)
    exact = result["value"].to_numpy(dtype=float)
    persons = persons_per_unit(result["indicator_id"], unit)
    known = np.isfinite(exact)
    sensitive = result["stage"].isin(RULES.sensitive_stages).to_numpy() & ~(kind == "country")
    hidden = known & ~(n * persons >= np.where(sensitive, RULES.minimum_sensitive, RULES.minimum))
    hidden |= known & single & result["indicator_id"].isin(RULES.never_single).to_numpy()
    share = (family == "share").to_numpy()
    rate = (family == "rate").to_numpy()
    hidden |= known & area & ~_broad(result, "denominator")
    # A number of complaints is itself a count of persons; a rate has no band to hide behind.
    scattered = _broad(result, "numerator")
    hidden |= known & area & rate & ~(scattered & (x >= RULES.minimum))

    countable = scattered & (x >= RULES.minimum) & (n - x >= RULES.minimum)
    from_counts = share & area & known & ~hidden & countable
    banded = share & (single | area) & known & ~hidden & ~from_counts
    size = np.where(area, np.minimum(n, RULES.broadest), n)
    low, high = percentage_band(np.where(banded, exact, np.nan), size)
    flat = area & (low == high)
    low, high = (
        np.where(flat, np.maximum(low - 0.005, 0.0), low),
        np.where(flat, np.minimum(high + 0.005, 1.0), high),
    )
    result["value_text"] = pd.Series([None] * len(result), index=result.index, dtype=object)
    wide = banded & (high > low)
    result.loc[wide, "value_text"] = list(map(_band, low[wide].tolist(), high[wide].tolist()))
    shown_n = np.where(known & ~hidden, rounded(n * np.maximum(persons, 1)) / np.maximum(persons, 1), np.nan)
    shown_x = np.where(from_counts | (share & (kind == "country") & known & ~hidden), rounded(x), np.nan)
    per_hundred = area & (persons > 1)
    exact_n = shown_n
    shown_n = np.where(
        per_hundred, np.nan, shown_n
    )  # learners of all stages would cross the sums of the stages
    shown = np.where(banded, (low + high) / 2, exact)
    with np.errstate(invalid="ignore", divide="ignore"):
        shown = np.where(from_counts, np.round(np.minimum(shown_x / shown_n, 1.0), 4), shown)
        shown = np.where(rate & area, rounded(x) / exact_n, shown)
    for places, where in ((RULES.decimals, single), (RULES.decimals_area, area)):
        for name, decimals in {**dict.fromkeys(set(unit.dropna()), 1), **places}.items():
            here = where & ~share & known & ~hidden & (unit == name).to_numpy()
            shown[here] = np.round(shown[here], decimals)
    country = kind == "country"
    few_national = country & share & ((x < RULES.minimum) & (x > 0) | (n - x < RULES.minimum) & (n - x > 0))
    shown_x = np.where(few_national, np.nan, shown_x)
    shown_x = np.where(country & ~share & known & ~hidden, x, shown_x)
    result["value"], result["numerator"], result["denominator"] = shown, shown_x, shown_n

    for column in JUDGEMENTS:
        if column in result:
            result.loc[single, column] = None
    for column in POOLED:
        if column in result:
            result.loc[area, column] = np.nan
    if "lower" in result:
        _limits(result, from_counts, area & known & ~hidden, share, unit)
    for column in ("value", "numerator", "denominator", "lower", "upper"):
        if column in result:
            result.loc[hidden, column] = np.nan
    result.loc[hidden, "value_text"] = None
    result.loc[hidden, "reason"] = "c"
    result.loc[~hidden & known & (result["reason"] == "u"), "reason"] = None
    return result


@functools.lru_cache(maxsize=4096)
def _band(low: float, high: float) -> str:
    """The ends of a band in percent.

    >>> _band(0.2, 0.255)
    '20-25.5'
    """
    return f"{round(low * 100, 1):g}-{round(high * 100, 1):g}"


def persons_per_unit(indicator_id: pd.Series, unit: pd.Series) -> np.ndarray:
    """Persons that one unit of the denominator stands for; below one where one learner has several results."""
    persons = unit.map(RULES.persons_per_unit).fillna(1.0).to_numpy(dtype=float)
    return persons / indicator_id.map(RULES.results_per_learner).fillna(1.0).to_numpy(dtype=float)


def _limits(
    result: pd.DataFrame, from_counts: np.ndarray, shown: np.ndarray, share: np.ndarray, unit: pd.Series
) -> None:
    """Limits of municipalities: of the rounded counts, or rounded as their value is; none beside a band."""
    from indicators.statistics.intervals import wilson

    lower, upper = (result[name].to_numpy(dtype=float).copy() for name in ("lower", "upper"))
    lower[shown & share], upper[shown & share] = np.nan, np.nan
    x, n = (result[name].to_numpy(dtype=float)[from_counts] for name in ("numerator", "denominator"))
    limits = wilson(np.minimum(x, n), n)
    lower[from_counts], upper[from_counts] = np.round(limits.lower, 4), np.round(limits.upper, 4)
    for name, decimals in RULES.decimals_area.items():
        here = shown & ~share & (unit == name).to_numpy()
        lower[here], upper[here] = np.round(lower[here], decimals), np.round(upper[here], decimals)
    result["lower"], result["upper"] = lower, upper


def _broad(values: pd.DataFrame, column: str) -> np.ndarray:
    """Municipal rows whose count comes from enough institutions, none of them (nor two) dominating it."""
    import pandas as pd

    result = np.zeros(len(values), dtype=bool)
    area = (values["unit_kind"] == "municipality").to_numpy()
    if not area.any():
        return result
    single = values.loc[
        ((values["unit_kind"] == "institution") & values["value"].notna()).to_numpy(),
        [*PERIOD, "municipality_code", column],
    ]
    single = single[single[column] > 0].sort_values(column, ascending=False, kind="stable")
    keys = [*PERIOD, "municipality_code"]
    groups = single.groupby(keys, sort=False)[column]
    place = groups.cumcount()
    found = pd.DataFrame(
        {
            "sum": groups.sum(),
            "count": groups.size(),
            "first": single[place == 0].set_index(keys)[column],
            "two": single[place < 2].groupby(keys, sort=False)[column].sum(),
        }
    )
    rows = values.loc[area, [*PERIOD, "unit_id"]].rename(columns={"unit_id": "municipality_code"})
    rows = rows.merge(found.reset_index(), on=keys, how="left")
    one, two = RULES.dominance
    result[area] = (
        (rows["count"].fillna(0) >= RULES.contributors)
        & (rows["first"] <= one * rows["sum"])
        & (rows["two"] <= two * rows["sum"])
    ).to_numpy()
    return result
