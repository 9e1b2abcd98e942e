"""From fact frames to one row per value: institutions, municipalities and the country, all years.

Pure, deterministic and without side effects: the same facts in any order give the same rows, bit for bit.
National and municipal values come from counts, never from the values of institutions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import numpy as np
import pandas as pd

from indicators import comparison, levels
from indicators.catalogue import INDICATORS
from indicators.completeness import AGGREGATED
from indicators.judgement import Judged, by_threshold, in_force, judge
from indicators.model import Indicator
from indicators.rollups import distribution, level_counts
from indicators.series import Series, expected, ordered, ratio, series_of
from indicators.thresholds import Thresholds, default_thresholds
from indicators.world import world_of

COUNTRY = "LV"
COLUMNS = (
    "unit_kind",
    "unit_id",
    "indicator_id",
    "stage",
    "school_year",
    "semester",
    "municipality_code",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "probability_medium",
    "probability_high",
    "level",
    "certainty",
    "persistence",
    "is_new",
    "trend",
    "boundary_medium",
    "boundary_high",
    "threshold_id",
    "pooled_numerator",
    "pooled_denominator",
    "pooled_periods",
    "fixed_rule",
    "reason",
)
TEXTS = (
    "unit_kind",
    "unit_id",
    "indicator_id",
    "stage",
    "municipality_code",
    "level",
    "certainty",
    "trend",
    "reason",
)
WHOLE_NUMBERS = ("persistence", "is_new", "threshold_id", "pooled_periods", "fixed_rule")
PRIOR_COLUMNS = ("indicator_id", "stage", "school_year", "semester", "family", "first", "second")

Progress = Callable[[int, int, str], None]
Each = Callable[[Callable[[str], tuple], list[str], Callable[[str], float]], Iterable[tuple]]

__all__ = [
    "COLUMNS",
    "compute",
    "compute_with_priors",
    "default_thresholds",
    "distribution",
    "level_counts",
    "rows",
]


def _text(values: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    return np.array([*names, None], dtype=object)[values]


def _block(series: Series, kind: str, row: np.ndarray, column: np.ndarray, **columns: np.ndarray) -> dict:
    """Columns of one kind of unit, for the cells (row, column)."""
    size = len(row)
    block = {
        "unit_kind": np.full(size, kind, dtype=object),
        "indicator_id": np.full(size, series.indicator.id, dtype=object),
        "stage": np.full(size, series.stage, dtype=object),
        "school_year": series.world.years[column],
        "semester": np.full(size, series.semester),
    }
    for name in COLUMNS:
        if name in block:
            continue
        cells = columns.get(name)
        if cells is None:
            block[name] = np.full(size, None, dtype=object) if name in TEXTS else np.full(size, np.nan)
        else:
            block[name] = cells[row] if cells.ndim == 1 else cells[row, column]
    return block


def _institution_rows(series: Series, judged: Judged) -> dict:
    indicator, world = series.indicator, series.world
    missing = (expected(series) & ~series.delivered) | series.unusable
    row, column = np.nonzero(series.delivered | missing)
    lower, upper = comparison.interval(indicator.family, series.total, series.size, series.variance)
    if indicator.unit == "share_difference":
        lower, upper = np.maximum(lower, -1.0), np.minimum(upper, 1.0)
    national = ratio(series.national_total, series.national_size)
    trends = comparison.trends(
        indicator, series.total, series.size, series.variance, national, series.segments, series.delivered
    )
    judgeable = judged.level > levels.NONE
    certainty = np.where(judged.certain, 0, 1)
    reason = np.full(series.total.shape, None, dtype=object)
    reason[missing] = "x"
    no_band = indicator.family == "size_band" and indicator.direction != "none"
    reason[judged.too_few | (series.delivered & ~judgeable & no_band)] = "u"
    pools = indicator.pooling > 1

    def where_delivered(values: np.ndarray) -> np.ndarray:
        return np.where(series.delivered, values, np.nan)

    return _block(
        series,
        "institution",
        row,
        column,
        unit_id=world.ids.astype(str).astype(object),
        municipality_code=world.codes[world.municipality].astype(object),
        numerator=series.total,
        denominator=series.size,
        value=series.value,
        lower=lower,
        upper=upper,
        probability_medium=np.where(judgeable, judged.probability_medium, np.nan),
        probability_high=np.where(judgeable, judged.probability_high, np.nan),
        level=_text(judged.level, levels.LEVELS),
        certainty=np.where(judgeable, _text(certainty, ("certain", "possible")), None),
        persistence=levels.persistence(judged.level, series.segments),
        is_new=levels.is_new(judged.level, series.segments),
        trend=trends,
        boundary_medium=where_delivered(judged.medium),
        boundary_high=where_delivered(judged.high),
        threshold_id=where_delivered(judged.threshold_id),
        pooled_numerator=where_delivered(judged.pooled_total) if pools else None,
        pooled_denominator=where_delivered(judged.pooled_size) if pools else None,
        pooled_periods=where_delivered(judged.pooled_periods) if pools else None,
        fixed_rule=series.fixed_rule,
        reason=reason,
    )


def _area_rows(series: Series, thresholds: Thresholds, kind: str) -> dict:
    """Municipalities or the country: sums of counts, without a level; the boundaries they would be held to.

    Where fewer than 70 % of the institutions that owe a number have delivered it, their sum would not stand for
    the area: the row has no number and the reason "x" (`indicators.completeness`).
    """
    indicator, world = series.indicator, series.world
    if kind == "country":
        group, names, city = np.zeros(len(world.ids), int), np.array([COUNTRY]), np.zeros(1, bool)
    else:
        group, names, city = world.municipality, world.codes, world.state_city
    count = (len(names), len(world.years))

    def added(values: np.ndarray) -> np.ndarray:
        cells = np.zeros(count)
        np.add.at(cells, group, np.nan_to_num(values))
        return cells

    reported = added(series.delivered)
    told = reported > 0
    delivered = told & (reported >= AGGREGATED * added(series.delivered | expected(series)))
    total = np.where(delivered, added(series.total), np.nan)
    size = np.where(delivered, added(series.size), np.nan)
    variance = ratio(added(series.size**2 * series.variance), size**2)
    lower, upper = comparison.interval(indicator.family, total, size, variance)
    value = ratio(total, size)
    national = ratio(series.national_total, series.national_size)
    reference = ratio(added(series.size * series.reference), np.where(np.isfinite(size), size, 0.0))
    fitting = np.where(np.isfinite(series.reference).any(), reference, national)
    medium, high, threshold_id = (np.full(count, np.nan) for _ in range(3))
    for threshold, here in by_threshold(in_force(series, thresholds), city):
        if threshold.id is not None:
            threshold_id[here] = threshold.id
        if threshold.basis == "band":
            continue
        over = levels.above(indicator.direction, threshold.basis, value, fitting)
        for number, cells in ((threshold.medium, medium), (threshold.high, high)):
            cells[here] = levels.boundary(indicator.direction, threshold.basis, number, fitting, over)[here]
    if kind == "country":
        trends = comparison.country_trend(indicator, value[0], series.segments)[None, :]
    else:
        trends = comparison.trends(indicator, total, size, variance, national, series.segments, delivered)
    row, column = np.nonzero(told)
    return _block(
        series,
        kind,
        row,
        column,
        unit_id=names.astype(object),
        municipality_code=None if kind == "country" else names.astype(object),
        numerator=total,
        denominator=size,
        value=value,
        lower=lower,
        upper=upper,
        trend=trends,
        boundary_medium=medium,
        boundary_high=high,
        threshold_id=threshold_id,
        reason=np.where(told & ~delivered, "x", None),
    )


def _frame(blocks: list[dict]) -> pd.DataFrame:
    columns = {}
    for name in COLUMNS:
        parts = [block[name] for block in blocks]
        if name in TEXTS:
            columns[name] = pd.Series(np.concatenate(parts) if parts else [], dtype="str")
        else:
            columns[name] = np.concatenate(parts) if parts else np.zeros(0)
    frame = pd.DataFrame(columns)
    kinds = {"school_year": "int64", "semester": "int64", **dict.fromkeys(WHOLE_NUMBERS, "Int64")}
    return frame.astype(kinds)


def one_by_one(
    work: Callable[[str], tuple], codes: list[str], _weight: Callable[[str], float]
) -> Iterator[tuple]:
    """The work done for every indicator, in this process."""
    return map(work, codes)


def compute_with_priors(
    frames: Mapping[str, pd.DataFrame],
    thresholds: pd.DataFrame | Iterable[Mapping] | None = None,
    *,
    as_of: str | date,
    progress: Progress | None = None,
    indicators: Mapping[str, Indicator] = INDICATORS,
    each: Each = one_by_one,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All values, and the priors behind their certainty (one row per indicator, stage and period).

    ``frames`` holds the fact frames by name without ``fact_``, and ``institution``. ``thresholds`` are rows of
    the threshold table (the defaults when None). ``as_of`` picks the thresholds known on that day and ends
    the list of values that are due. ``progress(done, total, indicator_id)`` is called after each indicator.
    An indicator whose facts are not among the frames is left out. ``each`` does the work of all indicators, given
    also how much work one is; whoever calls may have several processes for that.
    """
    chosen = {code: one for code, one in indicators.items() if all(name in frames for name in one.needs)}
    frames = {name: ordered(frame) for name, frame in frames.items()}
    rules = Thresholds.of(default_thresholds(indicators) if thresholds is None else thresholds)
    counted = {code: one.compute(frames) for code, one in chosen.items()}
    world = world_of(frames, counted.values(), str(as_of)[:10])

    def of_one(code: str) -> tuple[list[dict], list[tuple]]:
        blocks: list[dict] = []
        priors: list[tuple] = []
        for series in series_of(chosen[code], counted[code], frames, world):
            judged = judge(series, rules)
            blocks.append(_area_rows(series, rules, "country"))
            blocks.append(_area_rows(series, rules, "municipality"))
            blocks.append(_institution_rows(series, judged))
            priors += [(code, series.stage, year, series.semester, *rest) for year, *rest in series.priors]
        return blocks, priors

    blocks: list[dict] = []
    priors: list[tuple] = []
    found = each(of_one, list(chosen), lambda code: float(len(counted[code])))
    for done, (code, (its_blocks, its_priors)) in enumerate(zip(chosen, found, strict=True), start=1):
        blocks += its_blocks
        priors += its_priors
        if progress is not None:
            progress(done, len(chosen), code)
    return _frame(blocks), pd.DataFrame(priors, columns=list(PRIOR_COLUMNS))


def compute(
    frames: Mapping[str, pd.DataFrame],
    thresholds: pd.DataFrame | Iterable[Mapping] | None = None,
    *,
    as_of: str | date,
    progress: Progress | None = None,
    indicators: Mapping[str, Indicator] = INDICATORS,
) -> pd.DataFrame:
    """One row per value, with the columns of ``indicator_value`` but the release; see the other function."""
    return compute_with_priors(frames, thresholds, as_of=as_of, progress=progress, indicators=indicators)[0]


def rows(frame: pd.DataFrame) -> list[tuple]:
    """The rows as plain Python values with ``None`` for what is missing, ready for a database."""
    columns = []
    for name in frame.columns:
        column = frame[name]
        values = column.astype(object).to_numpy(dtype=object)
        columns.append(np.where(column.isna().to_numpy(), None, values))
    return list(zip(*(column.tolist() for column in columns), strict=True))
