"""Absence of areas: counts by stage and semester, their protected form, changes and one-step projections.

Two sources are kept apart everywhere: the semester import from school journals (primary) and the entries of
long absence in VIIS. They count different things and are never added up. A semester is only ever put beside
the same semester of another year.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indicators import comparison
from indicators.catalogue import INDICATORS
from indicators.disclosure import MINIMUM, RULES, percentage_band, rounded
from indicators.later import later
from indicators.statistics import intervals, projection

if TYPE_CHECKING:
    import pandas as pd

np = later("numpy")

INDICATOR = INDICATORS["R03"]
PRIMARY, CASES = "e_journals", "viis_cases"
COUNTRY = "LV"

TABLE6 = ("preschool", "basic", "upper_secondary", "vocational")  # the rows of table 6; special is not in it
SPECIAL = "special_basic"
STAGES = ("preschool", "basic", SPECIAL, "upper_secondary", "vocational")
TOTAL, BASIC_ALL = "total", "basic_all"
GROUPS = {TOTAL: TABLE6, BASIC_ALL: ("basic", SPECIAL)}
AREA_STAGES = (TOTAL, *STAGES, BASIC_ALL)
PRESCHOOL_DAYS = 3  # the limit of preschool counts days, not lessons: more than three

KINDS = ("any_excused", "any_illness", "any_unexcused")
KEYS = ["area_kind", "area_id", "stage", "source_code", "school_year", "semester"]
COVERAGE = 0.80

# Protection of municipalities (docs/methodology.md): never shown there, contributors and dominance.
NEVER_BY_AREA = ("preschool", SPECIAL, BASIC_ALL)
MIN_CONTRIBUTORS = RULES.contributors
DOMINANCE = RULES.dominance
BROADEST = RULES.broadest


# --- counts of areas -------------------------------------------------------------------------------


def counts(absence: pd.DataFrame, enrolment: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Counts of the country, municipalities and institutions by stage, semester and source.

    Besides the columns of the roll-up: ``contributors`` (institutions with a count above zero), ``largest``
    and ``two_largest`` (their part of the count). An institution that has learners in the stage is expected;
    the share is over the learners of those that delivered.
    """
    import pandas as pd

    places = institution.rename(columns={"id": "institution_id"})[["institution_id", "municipality_code"]]
    keys = ["institution_id", "school_year", "semester", "stage"]
    due = enrolment.loc[enrolment["stage"].isin(STAGES), [*keys, "pupils"]]
    rows = absence.merge(due, on=keys, how="left").merge(places, on="institution_id")
    due = due[due["pupils"] > 0].merge(places, on="institution_id")
    # Years without any delivery of a source expect nothing of it.
    known = absence[["source_code", "school_year"]].drop_duplicates()
    due = due.merge(known, on="school_year")

    single = _named(rows, "institution", rows["institution_id"].astype(str))
    single = single.assign(institutions=1, expected=1, contributors=1, largest=1.0, two_largest=1.0)
    parts = [_with_share(single)]
    everything = pd.concat([rows, *(_grouped(rows, name) for name in GROUPS)], ignore_index=True)
    all_due = pd.concat([due, *(_grouped(due, name) for name in GROUPS)], ignore_index=True)
    for kind in ("country", "municipality"):
        here, wanted = (
            _named(part, kind, COUNTRY if kind == "country" else part["municipality_code"])
            for part in (everything, all_due)
        )
        summed = here.groupby(KEYS)[["pupils", "long_unexcused", *KINDS]].sum(min_count=1)
        summed["institutions"] = here.groupby(KEYS)["institution_id"].nunique()
        wanted = wanted.groupby(KEYS)["institution_id"].nunique().rename("expected")
        summed = summed.join(wanted, how="outer").join(_contributors(here))
        summed["institutions"] = summed["institutions"].fillna(0)
        summed["expected"] = np.maximum(summed["expected"].fillna(0), summed["institutions"])
        parts.append(_with_share(summed.reset_index()))
    result = pd.concat(parts, ignore_index=True).sort_values(KEYS, ignore_index=True)
    # Only some stages record every missed lesson, so a total over all of them would mislead.
    result.loc[result["stage"] == TOTAL, list(KINDS)] = np.nan
    return result.astype({"institutions": "int64", "expected": "int64"})


def _named(rows: pd.DataFrame, kind: str, area_id: object) -> pd.DataFrame:
    return rows.assign(area_kind=kind, area_id=area_id)


def _grouped(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    return rows[rows["stage"].isin(GROUPS[group])].assign(stage=group)


def _with_share(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows["pupils"] > 0
    share = (rows["long_unexcused"] / rows["pupils"].where(known)).where(rows["source_code"] == PRIMARY)
    names = [*KEYS, "institutions", "expected", "pupils", "long_unexcused", *KINDS]
    more = ["contributors", "largest", "two_largest"]
    return rows.assign(share=share)[[*names, "share", *more]]


def _contributors(rows: pd.DataFrame) -> pd.DataFrame:
    """How many institutions stand behind a count, and how much of it the largest one and two have."""
    import pandas as pd

    own = rows.groupby([*KEYS, "institution_id"])["long_unexcused"].sum()
    own = own[own > 0].reset_index().sort_values("long_unexcused", ascending=False, kind="stable")
    place = own.groupby(KEYS).cumcount()
    total = own.groupby(KEYS)["long_unexcused"].sum()
    return pd.DataFrame(
        {
            "contributors": own.groupby(KEYS).size(),
            "largest": own[place < 1].groupby(KEYS)["long_unexcused"].sum() / total,
            "two_largest": own[place < 2].groupby(KEYS)["long_unexcused"].sum() / total,
        }
    )


def causes(cases: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """VIIS entries by reason and by action, for the country and municipalities."""
    import pandas as pd

    places = institution.rename(columns={"id": "institution_id"})[["institution_id", "municipality_code"]]
    rows = cases.merge(places, on="institution_id")
    areas = {"country": COUNTRY, "municipality": rows["municipality_code"]}
    parts = []
    for kind, area_id in areas.items():
        for what in ("reason", "action"):
            named = rows.assign(area_kind=kind, area_id=area_id, kind=what, code=rows[what])
            keys = ["area_kind", "area_id", "school_year", "semester", "kind", "code"]
            parts.append(named.groupby(keys, as_index=False)["cases"].sum())
    return pd.concat(parts, ignore_index=True)


# --- protection -----------------------------------------------------------------------------------


def protect(rows: pd.DataFrame) -> pd.DataFrame:
    """The areas' rows as readers outside the scope may see them; a value or a reason, never both.

    The country stays exact but for counts under ten. In a municipality a count is zero or at least ten,
    comes from three institutions or more of which none dominates, and is rounded to five; its share is
    computed from rounded counts, or is a band. Preschool, special programmes, VIIS entries and illness are
    not shown below the country.
    """
    result = rows[rows["area_kind"].isin(["country", "municipality"])].reset_index(drop=True)
    local = (result["area_kind"] == "municipality").to_numpy()
    x, n = (result[name].to_numpy(dtype=float).copy() for name in ("long_unexcused", "pupils"))
    known = np.isfinite(x)
    least = np.where(result["stage"].isin(RULES.sensitive_stages), RULES.minimum_sensitive, MINIMUM)
    small = known & (x > 0) & (x < MINIMUM)
    never = local & (result["stage"].isin(NEVER_BY_AREA) | (result["source_code"] == CASES)).to_numpy()
    few = known & (x > 0) & ~(result["contributors"].to_numpy(dtype=float) >= MIN_CONTRIBUTORS)
    for column, limit in zip(("largest", "two_largest"), DOMINANCE, strict=True):
        few |= known & (result[column].to_numpy(dtype=float) > limit)
    nobody = known & ~(n >= MINIMUM)
    hidden = never | nobody | (local & (small | few)) | (~local & small)

    share = result["share"].to_numpy(dtype=float)
    low, high = share.copy(), share.copy()
    plain = local & ~hidden & np.isfinite(share)
    with np.errstate(invalid="ignore", divide="ignore"):
        low[plain] = high[plain] = (rounded(x) / rounded(n))[plain]
        under = np.ceil(1000 * MINIMUM / n) / 1000  # fewer than ten of so many, rounded up
    band_low, band_high = percentage_band(share, np.minimum(n, BROADEST))
    flat = band_low == band_high
    band_low = np.where(flat, np.maximum(band_low - 0.005, 0.0), band_low)
    band_high = np.where(flat, np.minimum(band_high + 0.005, 1.0), band_high)
    band_low, band_high = np.where(small, 0.0, band_low), np.where(small, np.minimum(under, 1.0), band_high)
    banded = local & hidden & ~never & ~nobody & np.isfinite(share)
    low[banded], high[banded] = band_low[banded], band_high[banded]
    gone = never | nobody | (~local & hidden)
    low[gone] = high[gone] = np.nan
    result["share"], result["share_low"], result["share_high"] = (low + high) / 2, low, high

    result.loc[local, "pupils"] = rounded(n[local])
    result.loc[local & ~(n >= least), "pupils"] = np.nan
    # The learners of the institutions with VIIS entries, less all learners, would be those of the few without.
    result.loc[local & (result["source_code"] == CASES).to_numpy(), "pupils"] = np.nan
    result.loc[local & ~hidden & known, "long_unexcused"] = rounded(x[local & ~hidden & known])
    result.loc[hidden, "long_unexcused"] = np.nan
    result["reason"] = np.where(hidden, "c", None)
    result.loc[~known & ~never, "reason"] = "x"

    broad = result["contributors"].to_numpy(dtype=float) >= MIN_CONTRIBUTORS
    result["any_reason"] = None
    for kind in KINDS:
        counted = result[kind].to_numpy(dtype=float)
        shown = ~never & (counted >= MINIMUM) & (~local | broad) & ~(local & (kind == "any_illness"))
        result[kind] = np.where(local, rounded(np.nan_to_num(counted)), counted)
        result.loc[~shown, kind] = np.nan
        result.loc[~shown & np.isfinite(counted), "any_reason"] = "c"
    if "trend" in result:
        result.loc[never, "trend"] = None
    return result


# --- changes --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One area's or institution's count in one semester."""

    stage: str
    school_year: int
    semester: int
    count: float
    pupils: float

    @property
    def share(self) -> float:
        """Long absentees of the learners."""
        return self.count / self.pupils


def change(now: Counted, before: Counted) -> comparison.Difference:
    """Change from ``before`` to ``now`` in shares, with Newcombe's interval.

    Raises :class:`indicators.comparison.IncomparableError` for another stage or another semester.

    >>> autumn = Counted(stage="basic", school_year=2023, semester=1, count=30, pupils=1000)
    >>> spring = Counted(stage="basic", school_year=2023, semester=2, count=60, pupils=1000)
    >>> change(spring, autumn)
    Traceback (most recent call last):
    indicators.comparison.IncomparableError: Pirmo semestri salīdzina tikai ar pirmo, otro – ar otro. \
| A first semester is compared with a first one only, a second with a second.
    """
    return comparison.compare(_observation(before), _observation(now))


def _observation(one: Counted) -> comparison.Observation:
    return comparison.Observation(
        indicator=INDICATOR,
        stage=one.stage,
        school_year=one.school_year,
        semester=one.semester,
        numerator=one.count,
        denominator=one.pupils,
    )


@dataclass(frozen=True, kw_only=True)
class Change:
    """A difference of two shares with its 95 % limits and what they say: better, same or worse."""

    difference: float
    lower: float
    upper: float

    @property
    def word(self) -> str:
        """Changed only when the interval leaves out zero."""
        if self.lower > 0:
            return "worse"
        return "better" if self.upper < 0 else "same"


def changes(
    now: Mapping[Hashable, tuple[float | None, float | None]],
    before: Mapping[Hashable, tuple[float | None, float | None]],
) -> dict[Hashable, Change]:
    """Changes of many units between one semester and the same one a year before, from (count, learners).

    A unit without both has no entry. The caller sees to it that both are the same semester.

    >>> found = changes({"a": (60, 1000), "b": (5, 90), "c": (1, 10)}, {"a": (30, 1000), "b": (6, 95)})
    >>> {key: one.word for key, one in found.items()}
    {'a': 'worse', 'b': 'same'}
    """
    keys = [key for key, pair in now.items() if _whole(pair) and _whole(before.get(key, (None, None)))]
    if not keys:
        return {}
    x1, n1, x0, n0 = np.array([(*now[key], *before[key]) for key in keys], dtype=float).T
    limits = intervals.newcombe_difference(x1, n1, x0, n0)
    gaps = (x1 / n1 - x0 / n0).tolist()
    found = zip(gaps, limits.lower.tolist(), limits.upper.tolist(), strict=True)
    return {
        key: Change(difference=gap, lower=low, upper=high)
        for key, (gap, low, high) in zip(keys, found, strict=True)
    }


def _whole(pair: tuple[float | None, float | None]) -> bool:
    return pair[0] is not None and pair[1] is not None and pair[1] > 0


def with_trends(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the trend word of each area and semester, told from the same semester of earlier years.

    Institutions have theirs from the indicator itself.
    """
    rows = rows.assign(trend=None)
    years = np.arange(rows["school_year"].min(), rows["school_year"].max() + 1)
    chosen = (rows["source_code"] == PRIMARY) & (rows["area_kind"] != "institution")
    for (stage, _semester), part in rows[chosen].groupby(["stage", "semester"]):
        segments = np.array([INDICATOR.segment(stage, int(year)) for year in years])
        nation = part[part["area_kind"] == "country"]
        own = _grid(nation, years)
        share = _ratio(own[0], own[1])[0]
        words = comparison.country_trend(INDICATOR, share, segments)
        column = nation["school_year"].to_numpy() - years[0]
        rows.loc[nation.index, "trend"] = words[column]
        local = part[part["area_kind"] == "municipality"]
        if local.empty:
            continue
        total, size, names = _grid(local, years)
        known = np.isfinite(total) & (size > 0)
        words = comparison.trends(
            INDICATOR, total, size, np.full(total.shape, np.nan), share, segments, known
        )
        row = np.searchsorted(names, local["area_id"].to_numpy(dtype=str))
        rows.loc[local.index, "trend"] = words[row, local["school_year"].to_numpy() - years[0]]
    return rows


def _grid(part: pd.DataFrame, years: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts and learners with shape (areas, years), and the areas in order."""
    names, row = np.unique(part["area_id"].to_numpy(dtype=str), return_inverse=True)
    column = part["school_year"].to_numpy() - years[0]
    grids = []
    for name in ("long_unexcused", "pupils"):
        grid = np.full((len(names), len(years)), np.nan)
        grid[row, column] = part[name].to_numpy(dtype=float)
        grids.append(grid)
    return grids[0], grids[1], names


def _ratio(total: np.ndarray, size: np.ndarray) -> np.ndarray:
    usable = np.isfinite(total) & (size > 0)
    return np.divide(total, size, out=np.full(total.shape, np.nan), where=usable)


# --- projections ------------------------------------------------------------------------------------


def project(
    total: np.ndarray, size: np.ndarray, years: Sequence[int], *, together: bool = False
) -> Iterable[tuple[int, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """For each year that can be projected, from what was known before it: (year, value, lower, upper, actual).

    ``total`` and ``size`` have shape (units, years) of one semester; arrays are (units,). A year is projected
    only when the errors of earlier projections give the interval; the last one is the year still to come.
    ``together``: the units move with the country, so each earlier year tells little more than one error; the
    interval is then as wide as Student's t with that many degrees of freedom demands.
    """
    share = _ratio(total, size)
    size = np.where(np.isfinite(share), size, np.nan)
    for column in range(projection.POINTS + 1, len(years) + 1):
        later = column == len(years)
        coming = None
        if not later:
            coming = np.where(size[:, column] > 0, size[:, column], 1.0)
        held = _widened(column - projection.POINTS) if together else COVERAGE
        found = projection.same_season(share[:, :column], size[:, :column], next_n=coming, coverage=held)
        if found.errors < projection.MIN_ERRORS:
            continue
        actual = np.full(len(share), np.nan) if later else share[:, column]
        # Without a value in the last known year there is nothing that would go on.
        alive = np.isfinite(share[:, column - 1]) & np.isfinite(found.value)
        if not later:
            alive &= np.isfinite(actual)
        gone = ~alive
        value, lower, upper = (part.copy() for part in (found.value, found.lower, found.upper))
        value[gone] = lower[gone] = upper[gone] = np.nan
        year = int(years[column]) if not later else int(years[-1]) + 1
        yield year, value, lower, upper, actual


def _widened(years: int) -> float:
    """The coverage of a normal interval that is as wide as the 80 % interval of t with so many years.

    >>> [round(_widened(years), 2) for years in (1, 3, 7)]
    [1.0, 0.9, 0.84]
    """
    from scipy.special import ndtr, stdtrit

    return float(2 * ndtr(stdtrit(years, (1 + COVERAGE) / 2)) - 1)


def projections(rows: pd.DataFrame) -> pd.DataFrame:
    """Projections of all areas and institutions, past and coming, from pooled same-semester errors.

    The errors of institutions are pooled by stage and semester, those of municipalities likewise. The country
    is a single series that moves as a whole: its interval comes from the errors of the municipalities and is
    widened for the few years behind it. Preschool is left out: its counts are far too small.
    """
    import pandas as pd

    chosen = rows[(rows["source_code"] == PRIMARY) & (rows["stage"] != "preschool")]
    years = np.arange(rows["school_year"].min(), rows["school_year"].max() + 1)
    columns = (
        "area_kind",
        "area_id",
        "stage",
        "semester",
        "school_year",
        "value",
        "lower",
        "upper",
        "actual",
    )
    blocks = []
    for kind, pool in (
        ("institution", ["institution"]),
        ("municipality", ["municipality"]),
        ("country", ["country", "municipality"]),
    ):
        here = chosen[chosen["area_kind"].isin(pool)]
        for (stage, semester), part in here.groupby(["stage", "semester"]):
            part = part.assign(area_id=part["area_kind"] + ":" + part["area_id"])
            total, size, names = _grid(part, years)
            kinds, _, ids = np.char.partition(names, ":").T
            for year, *found in project(total, size, years, together=kind == "country"):
                kept = np.isfinite(found[0]) & (kinds == kind)
                cells = [kind, ids[kept], stage, semester, year, *(values[kept] for values in found)]
                blocks.append(pd.DataFrame(dict(zip(columns, cells, strict=True))))
    if not blocks:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(blocks, ignore_index=True)


def accuracy(projected: pd.DataFrame) -> pd.DataFrame:
    """How often later values fell inside, by kind of area, stage and semester."""
    past = projected[projected["actual"].notna()]
    inside = (past["actual"] >= past["lower"]) & (past["actual"] <= past["upper"])
    past = past.assign(inside=inside.astype("int64"), error=(past["actual"] - past["value"]).abs())
    grouped = past.groupby(["area_kind", "stage", "semester"])
    result = grouped.agg(projections=("inside", "size"), inside=("inside", "sum"), error=("error", "mean"))
    return result.reset_index()


# --- institutions by level and change ----------------------------------------------------------------


def matrix(rows: Iterable[tuple[str | None, str | None]]) -> tuple[dict[tuple[str, str], int], int]:
    """Institutions in each cell of level by change, and how many have a level but no change that can be told.

    >>> matrix([("high", "worse"), ("low", "same"), ("high", None), (None, None)])
    ({('high', 'worse'): 1, ('low', 'same'): 1}, 1)
    """
    cells: dict[tuple[str, str], int] = {}
    untold = 0
    for level, word in rows:
        if level is None:
            continue
        if word is None:
            untold += 1
            continue
        cells[level, word] = cells.get((level, word), 0) + 1
    return cells, untold
