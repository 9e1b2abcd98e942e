"""What the risk pages ask: national roll-ups, one series institution by institution, and its aggregates.

Roll-ups and aggregates hold counts over the whole country; they are the same for every reader and are read
once a release. Rows of single institutions follow the reader's scope, every time.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Integer, Row, cast, literal, select

from indicators.catalogue import INDICATORS
from indicators.model import Indicator

from ..bulk import stored_values
from ..reading import Reader, Release
from ..rollups_public import PICTURE, card
from ..schema import (
    indicator_level_count,
    indicator_value,
    institution,
    threshold,
)
from . import values
from .values import Period

if TYPE_CHECKING:
    from pandas import DataFrame

COUNTRY = "LV"
QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
FEWEST_FOR_SPREAD = 20  # institutions of a type, so that a quantile is not the value of one school
_TRIM = 0.10
_KEPT_RELEASES = 3
_KEPT_SERIES = 200


# --- national roll-ups ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LevelCounts:
    """How many institutions of one series stand where. flags: medium and high together."""

    low: int = 0
    medium: int = 0
    high: int = 0
    too_few: int = 0
    missing: int = 0
    certain_medium: int = 0
    certain_high: int = 0
    new_high: int = 0
    persistent_high: int = 0
    by_chance: float = 0.0

    @property
    def judged(self) -> int:
        """Institutions with a level."""
        return self.low + self.medium + self.high

    @property
    def flags(self) -> int:
        """Institutions with a medium or high level."""
        return self.medium + self.high

    @property
    def delivered(self) -> int:
        """Institutions with a value."""
        return self.judged + self.too_few

    @property
    def expected(self) -> int:
        """Institutions from which a value is due."""
        return self.delivered + self.missing

    @property
    def unknown(self) -> int:
        """Institutions without a level."""
        return self.too_few + self.missing


Series = tuple[str, str]  # indicator, stage
_COUNTS: dict[Release, dict[Series, dict[Period, LevelCounts]]] = {}


def _bounded(store: dict, key: object, most: int, make: Callable[[], object]):
    if key not in store:
        made = make()
        while len(store) >= most:
            store.pop(next(iter(store)))
        store[key] = made
    return store[key]


def level_counts(reader: Reader) -> dict[Series, dict[Period, LevelCounts]]:
    """Levels of the country by series and period, oldest period first."""
    return _bounded(_COUNTS, reader.release, _KEPT_RELEASES, lambda: _level_counts(reader))


def _level_counts(reader: Reader) -> dict[Series, dict[Period, LevelCounts]]:
    table = indicator_level_count
    rows = reader.connection.execute(
        select(
            table.c.indicator_id,
            table.c.stage,
            table.c.school_year,
            table.c.semester,
            table.c.level,
            table.c.institutions,
            table.c.certain,
            table.c.is_new,
            table.c.persistent,
            table.c.expected_by_chance,
        )
        .where(
            table.c.release_id == reader.release.id,
            table.c.area_kind == "country",
            table.c.area_id == COUNTRY,
        )
        .order_by(table.c.school_year, table.c.semester)
    )
    parts: dict[Series, dict[Period, dict]] = {}
    for row in rows:
        found = parts.setdefault((row.indicator_id, row.stage), {})
        counts = found.setdefault((row.school_year, row.semester), {})
        if row.level == "u":
            counts["too_few"] = row.institutions
        elif row.level == "x":
            counts["missing"] = row.institutions
        else:
            counts[row.level] = row.institutions
            if row.level != "low":
                counts[f"certain_{row.level}"] = row.certain
                counts["by_chance"] = counts.get("by_chance", 0.0) + (row.expected_by_chance or 0.0)
            if row.level == "high":
                counts["new_high"], counts["persistent_high"] = row.is_new, row.persistent
    return {
        series: {period: LevelCounts(**counts) for period, counts in found.items()}
        for series, found in parts.items()
    }


@dataclass(frozen=True)
class NationalPoint:
    """The national value of one series in one period, from counts."""

    school_year: int
    semester: int
    value: float | None
    numerator: float | None
    denominator: float | None
    institutions: int

    @property
    def period(self) -> Period:
        """School year and semester."""
        return self.school_year, self.semester


_NATIONAL: dict[Release, dict[Series, list[NationalPoint]]] = {}


def national(reader: Reader) -> dict[Series, list[NationalPoint]]:
    """National values by series, oldest first."""

    def read() -> dict[Series, list[NationalPoint]]:
        found: dict[Series, list[NationalPoint]] = {}
        for (indicator_id, stage, year, semester), row in sorted(values.distributions(reader).items()):
            found.setdefault((indicator_id, stage), []).append(
                NationalPoint(year, semester, row.national, row.numerator, row.denominator, row.institutions)
            )
        return found

    return _bounded(_NATIONAL, reader.release, _KEPT_RELEASES, read)


def distribution(reader: Reader, indicator_id: str, stage: str, period: Period) -> Row | None:
    """Spread of the institution values of one series and period."""
    return values.distributions(reader).get((indicator_id, stage, *period))


# --- one series, institution by institution -------------------------------------------------------

_COLUMNS = (
    "unit_id", "municipality_code", "numerator", "denominator", "value", "value_text", "lower", "upper",
    "probability_medium", "probability_high", "level", "certainty", "persistence", "is_new", "trend",
    "boundary_medium", "boundary_high", "reason",
)  # fmt: skip


def _statement(plane: str):
    table = values.PLANES[plane]
    return (
        select(
            *[table.c[name] for name in _COLUMNS],
            institution.c.reg_no,
            institution.c.name,
            institution.c.type,
            institution.c.sort_key,
            literal(plane).label("plane"),
        )
        .join(institution, institution.c.id == cast(table.c.unit_id, Integer))
        .where(table.c.unit_kind == "institution")
    )


_SERIES = {plane: _statement(plane) for plane in values.PLANES}


def institutions(
    reader: Reader, indicator_id: str, stage: str, period: Period, *, inside_only: bool = False
) -> list[Row]:
    """Rows of one series and period by name: exact inside the scope, released outside.

    inside_only: only the rows of the reader's own scope; for the public that is none.
    """
    rows: list[Row] = []
    for plane, table in values.PLANES.items():
        inside = reader.scope.predicate(table.c.unit_id, table.c.municipality_code, text_ids=True)
        if plane == "detail":
            if not reader.scope.signed_in:
                continue
        elif inside_only or reader.scope.sees_all:
            continue
        rows += reader.connection.execute(
            _SERIES[plane].where(
                table.c.release_id == reader.release.id,
                table.c.indicator_id == indicator_id,
                table.c.stage == stage,
                table.c.school_year == period[0],
                table.c.semester == period[1],
                inside if plane == "detail" else ~inside,
            )
        ).all()
    return sorted(rows, key=lambda row: row.sort_key)


# --- aggregates of one series ---------------------------------------------------------------------

CHANGES = ("better", "same", "worse")
_CHANGE = {"improving": "better", "worsening": "worse", "no_change": "same"}
Earlier = Mapping[str, Row]  # unit id -> value, lower, upper of the comparable period before


def broken(indicator: Indicator, stage: str, period: Period) -> bool:
    """Whether a break lies between a period and the comparable one before."""
    return indicator.segment(stage, period[0]) != indicator.segment(stage, period[0] - 1)


def earlier(reader: Reader, indicator: Indicator, stage: str, period: Period) -> dict[str, Row]:
    """Values with intervals one comparable period before, in the reader's scope; {} across a break."""
    if broken(indicator, stage, period):
        return {}
    table = indicator_value
    conditions = [
        table.c.release_id == reader.release.id,
        table.c.indicator_id == indicator.id,
        table.c.school_year == period[0] - 1,
        table.c.unit_kind == "institution",
        table.c.stage == stage,
        table.c.semester == period[1],
        table.c.value.is_not(None),
        reader.scope.predicate(table.c.unit_id, table.c.municipality_code, text_ids=True),
    ]
    rows = reader.connection.execute(
        select(table.c.unit_id, table.c.value, table.c.lower, table.c.upper).where(*conditions)
    )
    return {row.unit_id: row for row in rows}


def change_of(indicator: Indicator, row: Row, before: Row | None) -> str | None:
    """The change of an institution as better, same or worse; None where nothing can be told.

    The trend tells it where there are enough comparable periods; otherwise the difference to the period
    before, when its 95 % interval (Newcombe's, from the stored limits of both values) leaves out zero.
    Where both directions matter, a rise is worse above the middle and better below it.
    """
    word = (row.trend or "").partition(":")[0]
    if word in _CHANGE:
        return _CHANGE[word]
    if word in ("increasing", "decreasing"):
        rises = word == "increasing"
    else:
        difference = _difference(row, before)
        if difference is None:
            return None
        if difference == 0:
            return "same"
        rises = difference > 0
    if indicator.direction == "both":
        if row.boundary_medium is None or row.boundary_high is None:
            return None
        bad = rises == (row.boundary_high > row.boundary_medium)
    elif indicator.direction == "none":
        return None
    else:
        bad = rises == (indicator.direction == "high_bad")
    return "worse" if bad else "better"


def _difference(row: Row, before: Row | None) -> float | None:
    """Sign of a difference beyond chance (0 = none); None where an interval is missing."""
    if before is None or None in (row.value, row.lower, row.upper, before.lower, before.upper):
        return None
    gap = row.value - before.value
    below = math.hypot(row.value - row.lower, before.upper - before.value)
    above = math.hypot(row.upper - row.value, before.value - before.lower)
    if gap - below > 0 or gap + above < 0:
        return gap
    return 0.0


@dataclass(frozen=True, kw_only=True)
class TypeSpread:
    """Where the values of the institutions of one type lie; quantiles None where there are too few."""

    type: str
    institutions: int
    quantiles: tuple[float, ...] | None


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """Limits of chance around the national value, widened by what institutions differ in anyway.

    Shares on the arcsine scale, rates on the square root scale, means as they are (Spiegelhalter 2005).
    """

    family: str
    target: float
    phi: float
    tau2: float
    deviation: float = 0.0  # of one observation; means only
    institutions: int = 0

    def limits(self, size: float, z: float) -> tuple[float, float]:
        """Lower and upper limit at `z` standard errors for an institution of this size."""
        if self.family == "mean":
            reach = z * math.sqrt(self.deviation**2 / size + self.tau2)
            return self.target - reach, self.target + reach
        reach = z * math.sqrt(1 / (4 * size) + self.tau2)
        if self.family == "share":
            middle = math.asin(math.sqrt(self.target))
            return (
                math.sin(max(middle - reach, 0.0)) ** 2,
                math.sin(min(middle + reach, math.pi / 2)) ** 2,
            )
        middle = math.sqrt(self.target)
        return max(middle - reach, 0.0) ** 2, (middle + reach) ** 2

    def score(self, value: float, size: float) -> float:
        """Distance from the target in standard errors; beyond z exactly where the limits of z are passed."""
        if self.family == "mean":
            return (value - self.target) / math.sqrt(self.deviation**2 / size + self.tau2)
        gap = self._scaled(value) - self._scaled(self.target)
        return gap / math.sqrt(1 / (4 * size) + self.tau2)

    def _scaled(self, value: float) -> float:
        return math.asin(math.sqrt(min(value, 1.0))) if self.family == "share" else math.sqrt(value)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything about one series and period that is counted over the whole country."""

    matrix: dict[tuple[str, str], int]
    undetermined: int  # with a level, but no change can be told
    persistence: dict[str, dict[int, int]]  # level -> periods in a row -> institutions
    spreads: list[TypeSpread]
    funnel: Funnel | None


_PICTURES: dict[tuple, Picture] = {}


def picture(reader: Reader, indicator: Indicator, stage: str, period: Period) -> Picture:
    """Counts of one series over the country from the release; they name nobody and are the same for every reader."""

    def read() -> Picture:
        found = card(reader, PICTURE, f"{indicator.id}|{stage}|{period[0]}|{period[1]}")
        if found is None:
            return Picture(
                matrix={}, undetermined=0, persistence={"medium": {}, "high": {}}, spreads=[], funnel=None
            )
        persistence: dict[str, dict[int, int]] = {"medium": {}, "high": {}}
        for level, run, n in found["persistence"]:
            persistence[level][run] = n
        return Picture(
            matrix={(level, change): n for level, change, n in found["matrix"]},
            undetermined=found["undetermined"],
            persistence=persistence,
            spreads=[
                TypeSpread(type=kind, institutions=n, quantiles=tuple(quantiles) if quantiles else None)
                for kind, n, quantiles in found["spreads"]
            ],
            funnel=Funnel(**found["funnel"]) if found["funnel"] else None,
        )

    key = (*values.release_key(reader.release), indicator.id, stage, period)
    return _bounded(_PICTURES, key, _KEPT_SERIES, read)


_COUNTED = (
    "indicator_id", "stage", "school_year", "semester", "unit_id", "numerator", "denominator", "value", "lower",
    "upper", "level", "persistence", "trend", "boundary_medium", "boundary_high",
)  # fmt: skip
Judged = namedtuple("Judged", (*_COUNTED, "type"))


def count_pictures(
    connection: Connection, release_id: int, frame: DataFrame | None = None
) -> Callable[[], Iterator[tuple[Indicator, str, Period, Picture]]]:
    """Read the exact values; the result counts every series and period: part of a publication, never of a page.

    The values are read once: a read for each series and period costs three times the computation itself.
    frame: the release's rows of `indicator_value`, where the caller has them in memory.
    """
    table = indicator_value
    if frame is None:
        names = [table.c[name] for name in _COUNTED]
        asked = select(*names).where(table.c.release_id == release_id, table.c.unit_kind == "institution")
        found = connection.execute(asked.order_by(*table.primary_key.columns)).all()
        columns = list(zip(*found, strict=True)) or [()] * len(names)
    else:
        chosen = frame[frame["unit_kind"] == "institution"]
        columns = [stored_values(table, name, chosen[name]) for name in _COUNTED]
    type_of = dict(connection.execute(select(institution.c.id, institution.c.type)).all())

    def count() -> Iterator[tuple[Indicator, str, Period, Picture]]:
        types = [type_of[int(unit_id)] for unit_id in columns[_COUNTED.index("unit_id")]]
        series: dict[tuple[str, str, Period], list[Judged]] = {}
        for row in map(Judged._make, zip(*columns, types, strict=True)):
            series.setdefault((row.indicator_id, row.stage, (row.school_year, row.semester)), []).append(row)
        for (indicator_id, stage, period), rows in sorted(series.items()):
            indicator = INDICATORS.get(indicator_id)
            if indicator is None:
                continue
            before: dict[str, Judged] = {}
            if not broken(indicator, stage, period):
                year_before = series.get((indicator_id, stage, (period[0] - 1, period[1])), ())
                before = {row.unit_id: row for row in year_before if row.value is not None}
            yield indicator, stage, period, count_picture(indicator, rows, before)

    return count


def count_picture(indicator: Indicator, rows: Sequence[Row], before: Earlier) -> Picture:
    """The counts of one series and period. rows: every institution; before: as `earlier` gives it."""
    matrix: dict[tuple[str, str], int] = {}
    persistence: dict[str, dict[int, int]] = {"medium": {}, "high": {}}
    by_type: dict[str, list[float]] = {}
    undetermined = 0
    for row in rows:
        if row.value is not None:
            by_type.setdefault(row.type, []).append(row.value)
        if row.level is None:
            continue
        change = change_of(indicator, row, before.get(row.unit_id))
        if change is None:
            undetermined += 1
        else:
            matrix[row.level, change] = matrix.get((row.level, change), 0) + 1
        if row.level in persistence and row.persistence is not None:
            runs = persistence[row.level]
            runs[row.persistence] = runs.get(row.persistence, 0) + 1
    spreads = [
        TypeSpread(
            type=kind,
            institutions=len(found),
            quantiles=tuple(quantile(found, q) for q in QUANTILES)
            if len(found) >= FEWEST_FOR_SPREAD
            else None,
        )
        for kind, found in ((kind, sorted(values)) for kind, values in by_type.items())
    ]
    return Picture(
        matrix=matrix,
        undetermined=undetermined,
        persistence=persistence,
        spreads=sorted(spreads, key=lambda spread: -spread.institutions),
        funnel=funnel(indicator.family, rows),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of ordered values, linear between neighbours.

    >>> quantile([1.0, 2.0, 4.0], 0.25)
    1.5
    """
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def funnel(family: str, rows: Sequence) -> Funnel | None:
    """The funnel of the institutions with a value; None below 30 of them or where size is no sample."""
    seen = [row for row in rows if row.value is not None and row.denominator]
    if family not in ("share", "rate", "mean") or len(seen) < 30:
        return None
    total = sum(row.denominator for row in seen)
    target = sum(row.numerator for row in seen) / total
    if family == "mean":
        gaps, errors = [], []
        for row in seen:
            if row.lower is None or row.upper is None:
                continue
            # R01 cannot leave [-1, 1]; the side that was not cut tells the error.
            error = max(row.upper - row.value, row.value - row.lower) / 1.96
            if error > 0:
                gaps.append(row.value - target)
                errors.append((error, error * math.sqrt(row.denominator)))
        if len(gaps) < 30:
            return None
        phi, tau2 = _dispersion(gaps, [error for error, _one in errors])
        deviation = quantile(sorted(one for _error, one in errors), 0.5)
        return Funnel(
            family=family, target=target, phi=phi, tau2=tau2, deviation=deviation, institutions=len(seen)
        )
    scale = (lambda x: math.asin(math.sqrt(min(x, 1.0)))) if family == "share" else math.sqrt
    gaps = [scale(row.value) - scale(target) for row in seen]
    errors = [1 / (2 * math.sqrt(row.denominator)) for row in seen]
    phi, tau2 = _dispersion(gaps, errors)
    return Funnel(family=family, target=target, phi=phi, tau2=tau2, institutions=len(seen))


def _dispersion(gaps: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Dispersion ratio and between-institution variance, extremes pulled in to the 10 % quantiles.

    The formulas of `indicators.statistics.funnel`, without its libraries: every web process would load them.
    """
    z = [gap / error for gap, error in zip(gaps, errors, strict=True)]
    ordered = sorted(z)
    low, high = quantile(ordered, _TRIM), quantile(ordered, 1 - _TRIM)
    phi = sum(min(max(one, low), high) ** 2 for one in z) / len(z)
    weight = [1 / error**2 for error in errors]
    whole = sum(weight)
    room = whole - sum(one**2 for one in weight) / whole
    return phi, max(0.0, (len(z) * phi - (len(z) - 1)) / room)


# --- thresholds -----------------------------------------------------------------------


def threshold_history(reader: Reader, indicator_id: str) -> list[Row]:
    """Thresholds that are or were in force, newest first; proposals are not among them."""
    return list(
        reader.connection.execute(
            select(threshold)
            .where(threshold.c.indicator_id == indicator_id, threshold.c.status == "in_force")
            .order_by(threshold.c.valid_from.desc(), threshold.c.id.desc())
        ).all()
    )
