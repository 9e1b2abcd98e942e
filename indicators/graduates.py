"""Graduates k years after graduation: shares, income in constant prices, comparison with the labour market.

k = monitoring year - graduation year, 1..10: who graduated in 2017 and is looked at at the end of 2019 is at k = 2.
Six statuses exclude each other and sum to all graduates of a group. Two denominators are in use: all graduates, and
those in Latvia whose status is known (all less emigrated and unknown); a share never goes without the name of its own.

A group's median cannot be had from the medians of its parts. It is estimated from their quartiles: every part is taken
as a log-normal distribution with its own spread under and over its median, and the mixture of the parts, weighted by
their earners, is cut at 25, 50 and 75 %. A group that consists of one part keeps the delivered values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from indicators.disclosure import BASE, MINIMUM, RULES, percentage_band, rounded
from indicators.later import later

if TYPE_CHECKING:
    import pandas as pd

np = later("numpy")

STATUSES = ("employed", "unemployed", "studying", "inactive", "emigrated", "unknown")
AWAY = ("emigrated", "unknown")
SHARES = (*STATUSES, "employed_local", "skilled")
SEXES = ("women", "men")
AGES = ("up_to_24", "25_29", "30_39", "40_over")  # at graduation
K = range(1, 11)
FLOW_K = (1, 3, 5, 10)
MATCHING = (
    "1",
    "2",
    "3",
)  # ISCO-08 major groups that fit higher education: managers, professionals, technicians
FOUNDED, NOT_FOUNDED = "yes", "no"  # categories of the kind "founded": graduates who founded an enterprise

BASE_YEAR = 2015  # of stored incomes; pages show another year
MIN_EARNERS = RULES.minimum_earners  # for a median
MIN_QUARTILES = RULES.minimum_quartiles  # earners, for quartiles
POOL_UNDER = 30  # graduates; below, three cohorts are read together
POOLED = 3
MIN_FLOW = RULES.minimum_flow  # graduates of a field whose sectors are shown
MIN_RELATIVE = 100  # graduates, for the relative unemployment outside the own scope
MIN_UNITS = 10  # programmes behind a prior of a comparison
MONEY = RULES.money  # EUR
Z = 1.959963984540054
QUARTILE = 0.6744898

OBSERVED, NOT_YET, SUPPRESSED, NOT_APPLICABLE = "observed", "not_yet", "suppressed", "not_applicable"
GROUP = ("system", "area_kind", "area_id", "sex", "age", "cohort", "programme", "field", "level", "k")


# --- one number at a time ------------------------------------------------------------------------


def years_since(graduation_year: int, monitoring_year: int) -> int:
    """k, the years since graduation. ValueError outside 1..10.

    >>> years_since(2017, 2019)
    2
    """
    k = monitoring_year - graduation_year
    if k not in K:
        raise ValueError(f"graduates of {graduation_year} are not followed in {monitoring_year}")
    return k


def final_year(as_of: str) -> int:
    """The last monitoring year that is finished: income of a year is known when the next one ends.

    >>> final_year("2024-12-31")
    2023
    """
    return int(as_of[:4]) - 1


def state(
    cohort: int, k: int, first_cohort: int, final: int, *, known: bool, reason: str | None = None
) -> str:
    """State of a cell of the triangle cohorts x k; a cell that is not observed never has a number."""
    if cohort < first_cohort:
        return NOT_APPLICABLE
    if cohort + k > final:
        return NOT_YET
    if reason == "c":
        return SUPPRESSED
    return OBSERVED if known else NOT_APPLICABLE


@dataclass(frozen=True)
class Counts:
    """Graduates of one group by status."""

    employed: int
    unemployed: int
    studying: int
    inactive: int
    emigrated: int
    unknown: int

    @property
    def all(self) -> int:
        """Every graduate, wherever they are."""
        return sum(getattr(self, name) for name in STATUSES)

    @property
    def in_latvia(self) -> int:
        """Graduates in Latvia whose status is known."""
        return self.all - self.emigrated - self.unknown

    def share(self, status: str, denominator: str = "all") -> float:
        """Share of a status of `all` or of those `in_latvia`.

        >>> two = Counts(859, 30, 30, 60, 15, 6)
        >>> two.share("employed"), round(two.share("employed", "in_latvia"), 3)
        (0.859, 0.877)
        """
        total = {"all": self.all, "in_latvia": self.in_latvia}[denominator]
        if denominator == "in_latvia" and status in AWAY:
            raise ValueError(f"{status} is no status of those in Latvia")
        return getattr(self, status) / total


def real(value: float, year: int, base: int, prices: Mapping[int, float]) -> float:
    """Income of `year` in prices of `base`; KeyError where a year has no price index.

    >>> real(1000, 2019, 2021, {2019: 100.0, 2021: 110.0})
    1100.0
    """
    return value * (prices[base] / prices[year])


def median_interval(
    n: float, lower_quartile: float, median: float, upper_quartile: float
) -> tuple[float, float]:
    """Approximate 95 % interval of a median, from the number of values and the quartiles.

    The spread is that of a log-normal distribution with these quartiles; the standard error of its median is
    sqrt(pi / 2) times that of its mean. Order statistics would need the single incomes, which nobody has.
    """
    spread = np.log(upper_quartile / lower_quartile) / (2 * QUARTILE)
    reach = Z * np.sqrt(np.pi / 2) * spread / np.sqrt(n)
    return float(median * np.exp(-reach)), float(median * np.exp(reach))


def share_interval(x: float, n: float) -> tuple[float, float]:
    """Wilson interval (95 %) of one share x / n, n > 0: `intervals.wilson` in plain numbers, for single rows of a page.

    >>> tuple(round(end, 4) for end in share_interval(8, 10))
    (0.4902, 0.9433)
    """
    share, spread = x / n, Z * Z / n
    centre = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return (
        0.0 if x == 0 else min(max(centre - half, 0.0), share),
        1.0 if x == n else max(min(centre + half, 1.0), share),
    )


def expected_rate(
    weights: Mapping[str, float], rates: Mapping[str, float], national: float | None
) -> float | None:
    """Unemployment rate that residents of these regions would meet; the national one where a region has none.

    >>> round(expected_rate({"A": 3, "B": 1}, {"A": 0.04, "B": 0.12}, 0.07), 4)
    0.06
    >>> expected_rate({"A": 3, "C": 1}, {"A": 0.04}, 0.07)
    0.07
    """
    total = sum(weights.values())
    if total and all(area in rates for area in weights):
        return sum(weight * rates[area] for area, weight in weights.items()) / total
    return national


def poisson_ratio(observed: float, expected: float) -> tuple[float, float]:
    """95 % interval of observed / expected for a count."""
    from indicators.statistics import intervals

    limits = intervals.exact_poisson(observed) if observed < 10 else intervals.byar(observed)
    return float(limits.lower) / expected, float(limits.upper) / expected


# --- mixtures ------------------------------------------------------------------------------------


@cache
def _grid() -> np.ndarray:
    """Logarithm of the ratio to a middle income."""
    return np.linspace(np.log(0.05), np.log(20.0), 120)


@dataclass(frozen=True)
class Incomes:
    """Parts of mixtures: earners and quartiles of each part, and its share of earners up to each step of the grid."""

    n: np.ndarray
    quartiles: np.ndarray  # [part, 3]
    centre: float
    curves: np.ndarray

    @classmethod
    def of(cls, n: np.ndarray, low: np.ndarray, middle: np.ndarray, high: np.ndarray) -> Incomes:
        """From earners and quartiles; a part without a median earns nothing, missing quartiles get a usual spread."""
        from scipy.special import ndtr

        middle = np.asarray(middle, dtype=float)
        seen = np.isfinite(middle) & (np.asarray(n) > 0) & (middle > 0)
        weight = np.where(seen, n, 0).astype(float)
        middle = np.where(seen, middle, 1.0)
        low = np.where(seen & np.isfinite(low), low, middle * np.exp(-0.35))
        high = np.where(seen & np.isfinite(high), high, middle * np.exp(0.35))
        centre = float(np.exp(np.average(np.log(middle), weights=weight))) if weight.any() else 1.0
        below = np.maximum(np.log(middle / low) / QUARTILE, 1e-3)
        above = np.maximum(np.log(high / middle) / QUARTILE, 1e-3)
        distance = (_grid()[None, :] - np.log(middle / centre)[:, None]).astype(np.float32)
        spread = np.where(distance < 0, below[:, None], above[:, None]).astype(np.float32)
        return cls(weight, np.stack([low, middle, high], axis=1), centre, ndtr(distance / spread))

    def part(self, where: np.ndarray) -> Incomes:
        """Some of the parts."""
        return Incomes(self.n[where], self.quartiles[where], self.centre, self.curves[where])

    def mixed(self, codes: np.ndarray, groups: int) -> np.ndarray:
        """Lower quartile, median and upper quartile of each group: [group, 3]; NaN where nobody earns.

        codes: group of each part, 0..groups-1.
        """
        from scipy.sparse import csr_matrix

        result = np.full((groups, 3), np.nan)
        total = np.bincount(codes, weights=self.n, minlength=groups)
        known = total > 0
        if not known.any():
            return result
        sums = csr_matrix((self.n.astype(np.float32), (codes, np.arange(len(codes)))), (groups, len(codes)))
        mixed = (sums @ self.curves)[known] / total[known, None]
        rows = np.arange(len(mixed))
        for column, q in enumerate((0.25, 0.5, 0.75)):
            right = np.clip((mixed < q).sum(axis=1), 1, len(_grid()) - 1)
            a, b = mixed[rows, right - 1], mixed[rows, right]
            part = np.clip(np.where(b > a, (q - a) / np.where(b > a, b - a, 1), 0.0), 0, 1)
            result[known, column] = self.centre * np.exp(
                _grid()[right - 1] + part * (_grid()[right] - _grid()[right - 1])
            )
        earning = self.n > 0
        single = np.bincount(codes[earning], minlength=groups) == 1
        for column in range(3):
            own = np.bincount(codes[earning], weights=self.quartiles[earning, column], minlength=groups)
            result[single, column] = own[single]
        return result


# --- all groups of a country ---------------------------------------------------------------------

_SUMS = (
    *STATUSES, "graduates", "skilled", "earners", "active", "expected", "unrated", "paid", "averaged",
    "waged", "unwaged", "paid_in_town", "rated_in_town", "rated_in_region",
)  # fmt: skip
# area, what is told apart, sexes, cohorts one by one, pooled
_SPECS = (
    ("country", ("field", "level"), False, True, True),
    ("country", ("field",), False, True, True),
    ("country", ("level",), True, True, True),
    ("country", (), True, True, True),
    ("country", ("field",), True, False, True),
    ("country", ("programme", "field", "level"), False, False, True),
    ("region", (), False, False, True),
    ("institution", (), False, True, True),
    ("institution", ("programme", "field", "level"), False, False, True),
)


# Of each age: area and what else is told apart; the last cohorts together. As of the sexes, field and level not at once.
_AGE_SPECS = (
    ("country", ("field",)),
    ("country", ("level",)),
    ("country", ()),
    ("institution", ()),
)

_ENDS = ("lower_quartile", "median", "upper_quartile")
_CELL = ["institution_id", "graduation_year", "monitoring_year", "programme"]
TOWN, REGION, PART, COUNTRY = "municipality", "region", "part", "country"  # whose wage or unemployment it is


def prepare(
    facts: pd.DataFrame,
    local: pd.DataFrame,
    regions: Mapping[int, str],
    prices: Mapping[int, float],
    market: pd.DataFrame,
    final: int,
) -> pd.DataFrame:
    """Fact rows of finished years with k, region, income in prices of BASE_YEAR and to the wage, expected unemployed.

    local: from `nearest`, by institution, cohort, monitoring year and programme the wage (EUR a year) and the rate of
    unemployment where its graduates live; the country's serve where they are missing. regions: of institutions.
    market: rows of labour_market. Without a price index or a wage of the year the income is NaN.
    """
    rows = facts[facts["monitoring_year"] <= final].copy()
    rows["k"] = rows["monitoring_year"] - rows["graduation_year"]
    rows = rows[rows["k"].between(K[0], K[-1])].reset_index(drop=True)
    rows["region"] = rows["institution_id"].map(regions)
    rows["area"] = rows["institution_id"].astype(str)
    year = rows["monitoring_year"]
    base = {y: prices[BASE_YEAR] / value for y, value in prices.items()} if BASE_YEAR in prices else {}
    wages = market[(market["measure"] == "monthly_gross_wage") & (market["area_code"] == "LV")]
    factor = year.map(base).astype(float).to_numpy()
    wage = year.map(dict(zip(wages["year"], 12 * wages["value"], strict=True))).to_numpy(
        dtype=float, copy=True
    )
    rates = market[(market["measure"] == "registered_unemployment") & (market["area_code"] == "LV")]
    rate = year.map(dict(zip(rates["year"], rates["value"], strict=True))).to_numpy(dtype=float, copy=True)
    basis = np.full(len(rows), COUNTRY, dtype=object)
    paid_where = basis.copy()
    if len(local):
        near = rows[_CELL].merge(local, on=_CELL, how="left")
        for own, country, where, told in (
            (near["wage"], wage, paid_where, TOWN),
            (near["rate"], rate, basis, near["rate_basis"]),
        ):
            known = own.notna().to_numpy()
            country[known] = own[known]
            where[known] = told if isinstance(told, str) else told[known]
    for end in _ENDS:
        value = rows[f"income_{end}"].to_numpy(dtype=float)
        rows[f"real_{end}"] = value * factor
        rows[f"ratio_{end}"] = value / wage
    rows["real_mean"] = (
        rows["income_mean"].to_numpy(dtype=float) * factor if "income_mean" in rows else np.nan
    )
    rows["earners"] = rows["earners"].fillna(0).astype(int)
    rows["active"] = rows["employed"] + rows["unemployed"]
    rows["waged"] = np.nan_to_num(rows["earners"].to_numpy() * wage * factor)
    rows["unwaged"] = np.where(np.isnan(wage * factor), rows["earners"], 0)
    rows["paid_in_town"] = np.where(paid_where == TOWN, rows["earners"], 0)
    for name, told in (("rated_in_town", TOWN), ("rated_in_region", REGION)):
        rows[name] = np.where(basis == told, rows["active"], 0)
    rows["expected"] = np.nan_to_num(rows["active"].to_numpy() * rate)
    rows["unrated"] = np.where(np.isnan(rate), rows["active"], 0)
    return rows


def weighted(places: pd.DataFrame, values: Mapping[str, str]) -> pd.DataFrame:
    """Mean of values over the places where the graduates of a group live, weighted by them.

    places: `graduates` and values of each place, the places of one institution, cohort, monitoring year and programme
    one after another. values: name of the mean -> column. NaN where one of the places has no value.

    >>> import pandas as pd
    >>> cell = {"institution_id": 1, "graduation_year": 2020, "monitoring_year": 2021}
    >>> places = pd.DataFrame([
    ...     cell | {"programme": "A", "graduates": 3, "rate": 0.04},
    ...     cell | {"programme": "A", "graduates": 1, "rate": 0.12},
    ...     cell | {"programme": "B", "graduates": 2, "rate": 0.10},
    ...     cell | {"programme": "B", "graduates": 2, "rate": None},
    ... ])
    >>> weighted(places, {"mean": "rate"})["mean"].round(4).tolist()
    [0.06, nan]
    """
    first = np.zeros(len(places), dtype=bool)
    first[:1] = True
    for name in _CELL:
        column = places[name].to_numpy()
        first[1:] |= column[1:] != column[:-1]
    cell = np.cumsum(first) - 1
    result = places.loc[first, _CELL].reset_index(drop=True)
    persons = places["graduates"].to_numpy(dtype=np.int64)
    whole = np.bincount(cell, weights=persons, minlength=len(result))
    for name, column in values.items():
        parts = persons * places[column].to_numpy(dtype=float)
        result[name] = np.bincount(cell, weights=parts, minlength=len(result)) / whole
    return result


def nearest(near: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """Wage, rate and basis of the rate of each group: of its municipalities, or else of its regions.

    near: by institution, cohort, monitoring year and programme `wage` and `rate` of the municipalities of residence.
    wide: by the same and `kind` (region as delivered, municipality = the regions of the municipalities) the `rate`.
    """
    rate = wide.assign(own=wide["kind"] == "region").sort_values("own").groupby(_CELL)["rate"].last()
    found = near.set_index(_CELL).reindex(near.set_index(_CELL).index.union(rate.index))
    found = found.astype(float)
    by_region = rate.reindex(found.index).astype(float)
    found["rate_basis"] = np.where(found["rate"].notna(), TOWN, np.where(by_region.notna(), REGION, ""))
    found["rate"] = found["rate"].fillna(by_region)
    return found.reset_index()


def groups(rows: pd.DataFrame, final: int, ages: pd.DataFrame | None = None) -> pd.DataFrame:
    """Exact counts and incomes of every group that a page may show, one row a group (columns GROUP).

    rows: of `prepare`. ages: the same of age groups, with `age`. A group is told by age only where the ages of all its
    programmes and cohorts were delivered and add up to it.
    """
    import pandas as pd

    parts = []
    for sex in ("all", *SEXES):
        own = rows[rows["sex"] == sex].reset_index(drop=True)
        if own.empty:
            continue
        own, numbers, incomes = _measured(own)
        recent = (own["graduation_year"] > final - own["k"] - POOLED).to_numpy()
        for area, keys, by_sex, single, pooled in _SPECS:
            if sex != "all" and not by_sex or sex == "all" and by_sex and keys == ("field",):
                continue
            for cohort, where in (("single", None), ("pooled", recent)):
                if (single if cohort == "single" else pooled) and (where is None or where.any()):
                    parts.append(_sum(own, numbers, incomes, area, keys, where).assign(sex=sex, age="all"))
    cells = pd.concat(parts, ignore_index=True)
    recent = None if ages is None else ages["graduation_year"] > final - ages["k"] - POOLED
    if recent is None or not recent.any():
        return cells
    own, numbers, incomes = _measured(ages[recent].reset_index(drop=True))
    everybody = np.ones(len(own), dtype=bool)
    told = [
        _sum(own, numbers, incomes, area, (*keys, "age"), everybody).assign(sex="all")
        for area, keys in _AGE_SPECS
    ]
    return pd.concat([cells, _complete(pd.concat(told, ignore_index=True), cells)], ignore_index=True)


def _measured(rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, dict[str, Incomes]]:
    """Rows with what is paid to their earners, their numbers (columns _SUMS) and their incomes."""
    rows["paid"] = rows["earners"] * rows["real_mean"].fillna(0)
    rows["averaged"] = rows["earners"].where(rows["real_mean"].notna(), 0)
    incomes = {
        name: Incomes.of(rows["earners"].to_numpy(), *(rows[f"{name}_{end}"].to_numpy() for end in _ENDS))
        for name in ("real", "ratio")
    }
    return rows, rows[list(_SUMS)].to_numpy(dtype=float), incomes


def _complete(ages: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Those groups by age whose ages add up to the whole group in every status."""
    key = [name for name in GROUP if name != "age"]
    counts = [*STATUSES, "graduates"]
    whole = cells[(cells["cohort"] == 0) & (cells["sex"] == "all")].set_index(key)[counts]
    total = ages.groupby(key)[counts].sum()
    same = (total == whole.reindex(total.index)).all(axis=1).rename("same")
    return ages[ages[key].join(same, on=key)["same"].to_numpy(dtype=bool)]


def _sum(
    rows: pd.DataFrame,
    numbers: np.ndarray,
    incomes: Mapping[str, Incomes],
    area: str,
    keys: Sequence[str],
    where: np.ndarray | None,
) -> pd.DataFrame:
    """Sums of rows of one sex over what is not among keys; `where` picks the cohorts that are read together."""
    import pandas as pd

    if where is not None:
        rows, numbers = rows[where], numbers[where]
        incomes = {name: parts.part(where) for name, parts in incomes.items()}
    place = {"country": None, "region": "region", "institution": "area"}[area]
    names = [
        "system",
        "k",
        *keys,
        *([place] if place else []),
        *(["graduation_year"] if where is None else []),
    ]
    combined = np.zeros(len(rows), dtype=np.int64)
    for name in names:
        codes, found = pd.factorize(rows[name])
        combined = combined * (len(found) + 1) + codes
    _unique, first, codes = np.unique(combined, return_index=True, return_inverse=True)
    count = len(first)
    result = rows[names].iloc[first].reset_index(drop=True)
    result = result.rename(columns={"graduation_year": "cohort", **({place: "area_id"} if place else {})})
    blank = {name: "" for name in ("programme", "field", "level") if name not in keys}
    result = result.assign(**blank, area_kind=area)
    if place is None:
        result["area_id"] = "LV"
    if where is not None:
        result["cohort"] = 0
    for column, name in enumerate(_SUMS):
        total = np.bincount(codes, weights=numbers[:, column], minlength=count)
        result[name] = total if name in ("expected", "paid", "waged") else np.round(total).astype(np.int64)
    for name, parts in incomes.items():
        found = parts.mixed(codes, count)
        for column, end in enumerate(_ENDS):
            result[f"{name}_{end}"] = found[:, column]
    paid, averaged = result.pop("paid").to_numpy(), result.pop("averaged").to_numpy()
    of_all = (averaged > 0) & (averaged == result["earners"].to_numpy())
    result["real_mean"] = np.where(of_all, paid / np.where(averaged > 0, averaged, 1), np.nan)
    year = rows["monitoring_year"].to_numpy()
    cohort = rows["graduation_year"].to_numpy()
    result["cohorts"] = np.bincount(np.unique(codes * 10_000 + cohort) // 10_000, minlength=count)
    for name, extreme, start in (("year_from", np.minimum, 10_000), ("year_to", np.maximum, 0)):
        values = np.full(count, start)
        extreme.at(values, codes, year)
        result[name] = values
    return result


# --- comparison of programmes --------------------------------------------------------------------


def compare(cells: pd.DataFrame) -> pd.DataFrame:
    """Employed share of the same field, level and k, and the probability that a programme of an institution is above.

    The prior is fitted to the programmes of all institutions in the field and level at k; where there are fewer than
    MIN_UNITS, to those of the level. Returns `expected_employed` and `probability_higher`, NaN for other groups.
    """
    import pandas as pd

    from indicators.statistics.bayes import fit_beta_binomial

    result = pd.DataFrame({"expected_employed": np.nan, "probability_higher": np.nan}, index=cells.index)
    mine = cells[(cells["area_kind"] == "institution") & (cells["programme"] != "")]
    if mine.empty:
        return result
    national = cells[
        (cells["area_kind"] == "country")
        & (cells["sex"] == "all")
        & (cells["age"] == "all")
        & (cells["cohort"] == 0)
        & (cells["programme"] == "")
        & (cells["field"] != "")
        & (cells["level"] != "")
    ]
    key = ["system", "field", "level", "k"]
    share = (national["employed"] / national["graduates"]).to_numpy()
    same = dict(zip(zip(*(national[name] for name in key), strict=True), share, strict=True))
    expected = np.array([same[one] for one in zip(*(mine[name] for name in key), strict=True)])
    chance = np.full(len(mine), np.nan)
    x, n = mine["employed"].to_numpy(dtype=float), mine["graduates"].to_numpy(dtype=float)
    where = {code: place for place, code in enumerate(mine.index)}
    wide = {}
    for (system, level, k), part in mine.groupby(["system", "level", "k"], sort=False):
        wide[system, level, k] = np.array([where[code] for code in part.index])
    fitted: dict[tuple, object] = {}
    for (system, field, level, k), part in mine.groupby(key, sort=False):
        places = np.array([where[code] for code in part.index])
        basis = places if len(places) >= MIN_UNITS else wide[system, level, k]
        if len(basis) < MIN_UNITS:
            continue
        name = (system, level, k) if basis is not places else (system, field, level, k)
        if name not in fitted:
            fitted[name] = fit_beta_binomial(x[basis], n[basis])
        prior = fitted[name]
        chance[places] = prior.posterior_probability(x[places], n[places], expected[places], "high")
    result.loc[mine.index, "expected_employed"] = expected
    result.loc[mine.index, "probability_higher"] = chance
    return result


# --- disclosure ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sums:
    """One kind of sum among cells: the line that each cell belongs to (-1 = none), and which cells are the wholes.

    A line has at least two members: its whole and all of its parts.
    """

    line: np.ndarray
    whole: np.ndarray


def complement(
    size: np.ndarray, hidden: np.ndarray, sums: Sequence[Sums], blocks: np.ndarray | None = None
) -> np.ndarray:
    """Hide further cells until no hidden one can be computed from the others.

    size: persons of each cell. hidden: cells under the minimum. blocks: number of the block of each cell; no sum
    reaches over two blocks. First no line may have a single hidden member; then the sums are taken together as linear
    equations, and while one of the hidden cells has only one solution, the smallest visible cell beside it is hidden.
    """
    blocks = np.zeros(len(size), dtype=int) if blocks is None else blocks
    hidden = hidden.copy()
    for block in np.unique(blocks[hidden]):
        cells = np.flatnonzero(blocks == block)
        own = [Sums(_renumbered(one.line[cells]), one.whole[cells]) for one in sums]
        hidden[cells] = _complement(size[cells], hidden[cells], own)
    return hidden


def _renumbered(line: np.ndarray) -> np.ndarray:
    numbers, codes = np.unique(line, return_inverse=True)
    return codes - 1 if numbers[0] == -1 else codes


def _complement(size: np.ndarray, hidden: np.ndarray, sums: Sequence[Sums]) -> np.ndarray:
    order = np.argsort(size, kind="stable")
    hidden = _no_single(order, hidden, sums)
    while (known := determined(hidden, sums)).any():
        hidden[_beside(known, hidden, sums, order)[0]] = True
        hidden = _no_single(order, hidden, sums)
    return hidden


def _beside(told: np.ndarray, hidden: np.ndarray, sums: Sequence[Sums], order: np.ndarray) -> np.ndarray:
    """Visible cells in a line with cells that can be computed, or with what is hidden beside them; smallest first."""
    reached = told
    while True:
        beside = np.zeros(len(told), dtype=bool)
        for one in sums:
            beside |= np.isin(one.line, np.unique(one.line[reached & (one.line >= 0)]))
        candidates = order[(beside & ~hidden)[order]]
        if len(candidates):
            return candidates
        if not (beside & ~reached).any():
            raise ValueError("a small group cannot be protected: every cell beside it is hidden")
        reached = reached | beside


def _no_single(order: np.ndarray, hidden: np.ndarray, sums: Sequence[Sums]) -> np.ndarray:
    changed = True
    while changed:
        changed = False
        for one in sums:
            member = one.line >= 0
            lines = int(one.line.max(initial=-1)) + 1
            if not lines:
                continue
            alone = np.bincount(one.line[member & hidden], minlength=lines) == 1
            candidates = order[(member & ~hidden)[order]]
            candidates = candidates[alone[one.line[candidates]]]
            if len(candidates):
                _lines, first = np.unique(one.line[candidates], return_index=True)
                hidden[candidates[first]] = True
                changed = True
    return hidden


def determined(hidden: np.ndarray, sums: Sequence[Sums]) -> np.ndarray:
    """Which hidden cells have one value only in all solutions of the sums, given all cells that are not hidden.

    The equations are brought to reduced echelon form; a cell that stands alone in its row is told by them.
    """
    result = np.zeros(len(hidden), dtype=bool)
    cells = np.flatnonzero(hidden)
    rows = []
    for one in sums:
        line = one.line[cells]
        signs = np.where(one.whole[cells], -1.0, 1.0)
        rows += [np.where(line == number, signs, 0.0) for number in np.unique(line[line >= 0])]
    if not rows:
        return result
    matrix = np.array(rows)
    top = 0
    for column in range(matrix.shape[1]):
        pivot = top + int(np.abs(matrix[top:, column]).argmax())
        if abs(matrix[pivot, column]) < 1e-9:
            continue
        matrix[[top, pivot]] = matrix[[pivot, top]]
        matrix[top] /= matrix[top, column]
        others = np.flatnonzero(np.abs(matrix[:, column]) > 1e-9)
        others = others[others != top]
        matrix[others] -= matrix[others, column][:, None] * matrix[top]
        top += 1
        if top == len(matrix):
            break
    used = np.abs(matrix[:top]) > 1e-9
    result[cells[used[used.sum(axis=1) == 1].argmax(axis=1)]] = True
    return result


def equations(cells: pd.DataFrame, institution_region: Mapping[str, str], final: int) -> list[np.ndarray]:
    """The sums among the groups: each array numbers the lines of one kind, whole and parts alike."""
    country = (cells["area_kind"] == "country").to_numpy()
    place = (cells["area_kind"] == "institution").to_numpy()
    region = (cells["area_kind"] == "region").to_numpy()
    total = (cells["programme"] == "").to_numpy()
    everyone = (cells["sex"] == "all").to_numpy()
    pooled = (cells["cohort"] == 0).to_numpy()
    no_field, no_level = (cells["field"] == "").to_numpy(), (cells["level"] == "").to_numpy()
    recent = (cells["cohort"] > final - cells["k"] - POOLED).to_numpy() | pooled
    home = cells["area_id"].where(~place, cells["area_id"].map(institution_region)).to_numpy()
    any_age = (cells["age"] == "all").to_numpy()

    def line(
        mask: np.ndarray, *keys: str, extra: np.ndarray | None = None, same: tuple[str, ...] = ("age",)
    ) -> np.ndarray:
        """Numbers of the lines; a cell alone in its line has no parts in the cube and belongs to none."""
        result = np.full(len(cells), -1)
        if mask.any():
            part = cells.loc[mask, ["system", "k", *same, *keys]]
            if extra is not None:
                part = part.assign(extra=extra[mask])
            numbers = part.groupby(list(part.columns), sort=False).ngroup().to_numpy()
            result[mask] = np.where(np.bincount(numbers)[numbers] > 1, numbers, -1)
        return result

    top = country & total
    return [
        Sums(line(top, "sex", "cohort", "level"), no_field),  # fields of a level
        Sums(line(top, "sex", "cohort", "field"), no_level),  # levels of a field
        Sums(
            line(country & everyone & pooled & ~no_field & ~no_level, "field", "level"), total
        ),  # programmes
        Sums(line((country | place) & ~total, "programme"), country),  # institutions of a programme
        Sums(line(place & pooled, "area_id"), total),  # programmes of an institution
        Sums(
            line((place | country) & total & no_field & no_level & everyone, "cohort"), country
        ),  # institutions
        Sums(line((place | region) & total & pooled, extra=home), region),  # institutions of a region
        Sums(line((country & no_field & no_level & total & everyone & pooled) | region), country),  # regions
        Sums(line(top, "cohort", "field", "level"), everyone),  # women and men
        Sums(line(top & everyone & pooled, "field", "level", same=()), any_age),  # ages
        Sums(
            line(total & recent, "area_kind", "area_id", "sex", "field", "level"), pooled
        ),  # cohorts of a pool
    ]


def split(counts: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What may be said of exclusive parts of groups of n: lower and upper ends [group, part], fractions.

    From 100 persons on the shares are rounded together, so that they sum to 100 %; small groups get bands. A part of
    fewer than MINIMUM persons is told as "up to"; where it is the only one, the next smallest gets a band too, or the
    rest would tell it.
    """
    n = np.asarray(n, dtype=float)
    counts = np.asarray(counts, dtype=float)
    share = counts / np.where(n > 0, n, 1)[:, None]
    low, high = percentage_band(share, np.repeat(n[:, None], counts.shape[1], axis=1))
    for smallest, largest, base, code in ((300, np.inf, 1000, 0.01), (100, 300, 100, 0.02)):
        here = (n >= smallest) & (n < largest)
        if not here.any():
            continue
        parts = _whole(share[here], base)
        persons, size = counts[here], n[here][:, None]
        least = rounded(size) - BASE // 2  # one limit for all sizes that are told alike
        limit = np.maximum(code, np.ceil(100 * MINIMUM / least) / 100)
        bottom, top = persons < MINIMUM, size - persons < MINIMUM
        down = np.where(bottom, 0.0, np.where(top, 1 - limit, parts))
        up = np.where(bottom, limit, np.where(top, 1.0, parts))
        banded = bottom | top
        single = banded.sum(axis=1) == 1
        if single.any():
            rest = np.where(banded, np.inf, parts)
            row, column = np.flatnonzero(single), rest[single].argmin(axis=1)
            width = limit[row, 0]
            down[row, column] = np.floor(parts[row, column] / width + 1e-9) * width
            up[row, column] = np.minimum(down[row, column] + width, 1.0)
        low[here], high[here] = down, up
    return low, high


def _whole(share: np.ndarray, base: int) -> np.ndarray:
    """Shares in steps of 1 / base by largest remainders: their sum stays what it was."""
    scaled = share * base
    floor = np.floor(scaled + 1e-9)
    missing = np.round(scaled.sum(axis=1) - floor.sum(axis=1)).astype(int)
    rank = np.argsort(np.argsort(-(scaled - floor), axis=1, kind="stable"), axis=1, kind="stable")
    return (floor + (rank < missing[:, None])) / base


def detail(cells: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """The exact plane: groups of institutions, for readers in whose scope they are. Medians still need 10 earners."""
    result = _described(cells)
    n = cells["graduates"].to_numpy(dtype=float)
    for name in STATUSES:
        result[f"{name}_low"] = result[f"{name}_high"] = cells[name] / n
    local, employed = _local(cells), cells["employed"].to_numpy(dtype=float)
    for name, top, bottom in (
        ("employed_local", employed, local),
        ("skilled", cells["skilled"].to_numpy(dtype=float), employed),
    ):
        result[f"{name}_low"] = result[f"{name}_high"] = np.where(
            bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan
        )
    result["graduates"], result["in_latvia"], result["earners"] = cells["graduates"], local, cells["earners"]
    everyone = np.ones(len(cells), dtype=bool)
    _interval(result, cells, everyone)
    _relative_unemployment(result, cells, everyone, digits=2)
    _surroundings(result, cells, everyone)
    result["expected_employed"], result["probability_higher"] = (
        compared["expected_employed"],
        compared["probability_higher"],
    )
    result["reason"] = None
    return result[(cells["area_kind"] == "institution").to_numpy()].assign(plane="detail")


RELEASED_NUMBERS = (
    *(f"{name}_{end}" for name in SHARES for end in ("low", "high")),
    "graduates", "in_latvia", "earners", "employed_lower", "employed_upper", "income_lower_quartile",
    "income_median", "income_upper_quartile", "income_mean", "relative_income", "relative_unemployment",
    "relative_unemployment_lower", "relative_unemployment_upper", "local_wage", "local_rate",
)  # fmt: skip


def released(cells: pd.DataFrame, institution_region: Mapping[str, str], final: int) -> pd.DataFrame:
    """The plane of everybody else: small groups hidden with their complements, counts rounded, shares in bands.

    Some shares are told more broadly than their own group asks for: with those of other groups they would tell of few.
    """
    from indicators.disclosure.graduates import widen

    # Of institutions, ages are for the own scope only.
    cells = cells[(cells["area_kind"] == "country") | (cells["age"] == "all")].reset_index(drop=True)
    size = cells["graduates"].to_numpy(dtype=float)
    blocks = cells.groupby(["system", "k"], sort=False).ngroup().to_numpy()
    # Ages are hidden before anything that is told of all ages together.
    order = np.where(cells["age"] == "all", size + size.max(), size)
    sums = equations(cells, institution_region, final)
    hidden = complement(order, size < MINIMUM, sums, blocks)
    result = _described(cells)
    low, high = split(cells[list(STATUSES)].to_numpy(), size)
    for column, name in enumerate(STATUSES):
        result[f"{name}_low"], result[f"{name}_high"] = low[:, column], high[:, column]
    local, employed = _local(cells), cells["employed"].to_numpy(dtype=float)
    for name, top, bottom in (
        ("employed_local", employed, local),
        ("skilled", cells["skilled"].to_numpy(dtype=float), employed),
    ):
        share = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), np.nan)
        result[f"{name}_low"], result[f"{name}_high"] = percentage_band(share, bottom)
    for name, values in (("graduates", size), ("in_latvia", local), ("earners", cells["earners"])):
        values = np.asarray(values, dtype=float)
        result[name] = np.where(values >= MINIMUM, rounded(values), np.nan)
    # Limits to three decimals would give the numerator back; pages work them out from what is told.
    result["employed_lower"] = result["employed_upper"] = np.nan
    few = cells["unemployed"].to_numpy() < MINIMUM
    _relative_unemployment(result, cells, (size >= MIN_RELATIVE) & ~few, digits=1)
    # Times the expected count the ratio is the number of unemployed, which is not told where it is small.
    result.loc[
        few & (size >= MIN_RELATIVE) & (result["unemployment_reason"] == "u"), "unemployment_reason"
    ] = "c"
    _surroundings(result, cells, size >= MIN_RELATIVE, step=0.005)
    result["expected_employed"] = result["probability_higher"] = np.nan
    result["reason"] = np.where(hidden, "c", None)
    result = widen(result, *_holding(cells, sums))
    hidden = result["reason"].notna().to_numpy()
    # A mean is a sum: the union of two hidden groups could be worked out from it.
    result.loc[(cells["earners"] < MIN_QUARTILES).to_numpy(), "income_mean"] = np.nan
    result.loc[hidden, list(RELEASED_NUMBERS)] = np.nan
    for name in ("income_reason", "relative_reason", "unemployment_reason"):
        result.loc[hidden, name] = "c"
    return result.assign(plane="released")


def _holding(cells: pd.DataFrame, sums: Sequence[Sums]) -> tuple[list[Sums], np.ndarray]:
    """The lines that hold for every count, and the groups whose statuses sum to them: deliveries may contradict."""
    counts = cells[[*STATUSES, "graduates", "skilled", "earners"]].to_numpy(dtype=float)
    result = []
    for one in sums:
        number, sign = one.line + 1, np.where(one.whole, -1.0, 1.0)
        over = np.array([np.bincount(number, weights=sign * column) for column in counts.T])
        result.append(Sums(np.where((np.abs(over) < 0.5).all(axis=0)[number], one.line, -1), one.whole))
    sound = (counts[:, :6].sum(axis=1) == counts[:, 6]) & (counts[:, 7] <= counts[:, 0])
    return result, sound


def _described(cells: pd.DataFrame) -> pd.DataFrame:
    """Keys, cohorts and incomes with the minimum of earners applied and money rounded: alike for every reader."""
    result = cells[[*GROUP, "cohorts", "year_from", "year_to"]].copy()
    earners = cells["earners"].to_numpy()
    for end, minimum in (
        ("lower_quartile", MIN_QUARTILES),
        ("median", MIN_EARNERS),
        ("upper_quartile", MIN_QUARTILES),
    ):
        value = cells[f"real_{end}"].to_numpy(dtype=float)
        result[f"income_{end}"] = np.where(earners >= minimum, rounded(value, MONEY), np.nan)
    mean = cells["real_mean"].to_numpy(dtype=float)
    only = np.isnan(cells["real_median"].to_numpy(dtype=float)) & (earners >= MIN_EARNERS)
    result["income_mean"] = np.where(only, rounded(mean, MONEY), np.nan)
    ratio = cells["ratio_median"].to_numpy(dtype=float)
    result["relative_income"] = np.where(earners >= MIN_EARNERS, np.floor(ratio * 100 + 0.5) / 100, np.nan)
    for name, column in (("income_reason", "income_median"), ("relative_reason", "relative_income")):
        missing = result[column].isna().to_numpy()
        result[name] = np.where(missing, np.where(earners < MIN_EARNERS, "c", "x"), None)
    return result


def _local(cells: pd.DataFrame) -> np.ndarray:
    return (cells["graduates"] - cells["emigrated"] - cells["unknown"]).to_numpy(dtype=float)


def _interval(result: pd.DataFrame, cells: pd.DataFrame, where: np.ndarray) -> None:
    from indicators.statistics.intervals import wilson

    limits = wilson(cells["employed"].to_numpy(), cells["graduates"].to_numpy())
    result["employed_lower"] = np.where(where, np.round(limits.lower, 3), np.nan)
    result["employed_upper"] = np.where(where, np.round(limits.upper, 3), np.nan)


def _relative_unemployment(result: pd.DataFrame, cells: pd.DataFrame, where: np.ndarray, digits: int) -> None:
    """Unemployed of those expected at the local rates, with the limits of the count; rounded."""
    from indicators.statistics.intervals import byar, exact_poisson

    observed = cells["unemployed"].to_numpy(dtype=float)
    expected = cells["expected"].to_numpy(dtype=float)
    known = (cells["unrated"].to_numpy() == 0) & (expected > 0)
    shown = known & where
    few = observed < 10
    exact, near = exact_poisson(np.where(few, observed, 0.0)), byar(observed)
    safe = np.where(expected > 0, expected, 1)
    for name, value in (
        ("relative_unemployment", observed),
        ("relative_unemployment_lower", np.where(few, exact.lower, near.lower)),
        ("relative_unemployment_upper", np.where(few, exact.upper, near.upper)),
    ):
        result[name] = np.where(shown, np.round(value / safe, digits), np.nan)
    result["unemployment_reason"] = np.where(shown, None, np.where(known, "u", "x"))


def _surroundings(result: pd.DataFrame, cells: pd.DataFrame, where: np.ndarray, step: float = 0.001) -> None:
    """The wage and the rate (in steps) that the group is measured against, and whose they are."""
    earners, active = (cells[name].to_numpy(dtype=float) for name in ("earners", "active"))
    some, any_active = np.where(earners > 0, earners, 1), np.where(active > 0, active, 1)
    waged = where & (earners >= MIN_EARNERS) & (cells["unwaged"].to_numpy() == 0)
    result["local_wage"] = np.where(waged, rounded(cells["waged"].to_numpy() / some, MONEY), np.nan)
    rated = where & (active >= MIN_EARNERS) & (cells["unrated"].to_numpy() == 0)
    rate = np.round(np.round(cells["expected"].to_numpy() / any_active / step) * step, 3)
    result["local_rate"] = np.where(rated, rate, np.nan)
    result["income_basis"] = _basis(earners, {TOWN: cells["paid_in_town"]})
    result["unemployment_basis"] = _basis(
        active, {TOWN: cells["rated_in_town"], REGION: cells["rated_in_region"]}
    )


def _basis(whole: np.ndarray, parts: Mapping[str, pd.Series]) -> np.ndarray:
    """Whose series all persons are measured against: one kind of place, the country, or a part of them."""
    local = sum(part.to_numpy() for part in parts.values())
    result = np.where(local == 0, COUNTRY, PART).astype(object)
    for name, part in parts.items():
        result[(part.to_numpy() == whole) & (whole > 0)] = name
    result[whole == 0] = None
    return result


# --- where they work and live --------------------------------------------------------------------


def flow(base: pd.DataFrame) -> pd.DataFrame:
    """Graduates of a field by sector, occupation group and region at k = 1, 3, 5, 10, and by whether they founded an
    enterprise at every k; the last three cohorts together.

    base: counts by system, kind, k, field and category. Only fields with MIN_FLOW persons; small cells and their
    complements are hidden, in the field and over the fields. How many graduates a field has is told by its group too,
    so that the whole of founders and others is hidden only where it is small itself.
    """
    import pandas as pd

    key = ["system", "kind", "k", "field", "category"]
    if base.empty:
        return pd.DataFrame(columns=[*key, "graduates", "share", "reason"])
    parts = []
    for names in (key, [*key[:3], "category"], key[:4], key[:3]):
        part = base.groupby(names, as_index=False, sort=True)["graduates"].sum()
        parts.append(part.assign(**{name: "" for name in key if name not in names}))
    cells = pd.concat(parts, ignore_index=True)
    total = cells[cells["category"] == ""].set_index(key[:4])["graduates"]
    whole = total.reindex(pd.MultiIndex.from_frame(cells[key[:4]])).to_numpy()
    size = cells["graduates"].to_numpy(dtype=float)
    sums = [
        Sums(cells.groupby([*key[:3], own], sort=False).ngroup().to_numpy(), (cells[other] == "").to_numpy())
        for own, other in (("field", "category"), ("category", "field"))
    ]
    blocks = cells.groupby(key[:3], sort=False).ngroup().to_numpy()
    known = ((cells["kind"] == "founded") & (cells["category"] == "")).to_numpy()
    hidden = complement(size, (size < MINIMUM) | ((whole < MIN_FLOW) & ~known), sums, blocks)
    cells["share"] = np.where(hidden, np.nan, np.round(rounded(size) / rounded(whole), 3))
    cells["graduates"] = np.where(hidden, np.nan, rounded(size))
    cells["reason"] = np.where(hidden, "c", None)
    return cells


def own_flow(base: pd.DataFrame) -> pd.DataFrame:
    """The same of each institution for those in whose scope it is: exact counts, "" = all categories together.

    base: counts by institution_id, system, kind, k and category; other columns than these are summed over.
    """
    import pandas as pd

    key = ["institution_id", "system", "kind", "k", "category"]
    if base.empty:
        return pd.DataFrame(columns=[*key, "graduates"])
    cells = base.groupby(key, as_index=False, sort=True)["graduates"].sum()
    whole = cells.groupby(key[:4], as_index=False, sort=True)["graduates"].sum().assign(category="")
    return pd.concat([cells, whole], ignore_index=True)[[*key, "graduates"]]
