"""The two keys applied to a series: boundaries, levels, probabilities, certainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators import levels, size_curve
from indicators.series import Series, ratio
from indicators.thresholds import Threshold, Thresholds
from indicators.world import reporting_day

# Observations' worth of the stage's variance lent to each mean, so that none is "known exactly".
_BORROWED = 5


@dataclass(kw_only=True)
class Judged:
    """What the two keys say, as arrays of (units, years)."""

    medium: np.ndarray
    high: np.ndarray
    pooled_medium: np.ndarray  # the boundaries of the pooled periods
    pooled_high: np.ndarray
    threshold_id: np.ndarray
    level: np.ndarray
    over: np.ndarray
    certain: np.ndarray
    probability_medium: np.ndarray
    probability_high: np.ndarray
    pooled_total: np.ndarray
    pooled_size: np.ndarray
    pooled_periods: np.ndarray
    too_few: np.ndarray

    @classmethod
    def begin(cls, series: Series) -> Judged:
        """Nothing judged yet, the comparable periods pooled."""
        shape, periods = series.total.shape, series.indicator.pooling
        size = levels.pooled(series.size, series.segments, periods)
        gaps = ("medium", "high", "pooled_medium", "pooled_high", "threshold_id")
        answers = ("probability_medium", "probability_high")
        return cls(
            **{name: np.full(shape, np.nan) for name in (*gaps, *answers)},
            level=np.full(shape, levels.NONE),
            over=np.full(shape, True),
            certain=np.zeros(shape, bool),
            pooled_total=levels.pooled(series.total, series.segments, periods),
            pooled_size=size,
            pooled_periods=levels.pooled((series.size > 0).astype(float), series.segments, periods),
            too_few=series.delivered & ((size < series.indicator.minimum(series.stage)) | ~(series.size > 0)),
        )


def in_force(series: Series, thresholds: Thresholds) -> list[list[Threshold | None]]:
    """The threshold of each year (columns) for counties and for state cities (rows)."""
    days = [reporting_day(series.indicator.period, int(y), series.semester) for y in series.world.years]
    return [
        [
            thresholds.in_force(series.indicator.id, series.stage, territory, day, series.world.as_of)
            for day in days
        ]
        for territory in ("county", "state_city")
    ]


def by_threshold(table: list[list[Threshold | None]], city: np.ndarray):
    """Each threshold in force with the mask of the (units, years) it governs."""
    found = {t for row in table for t in row if t is not None}
    for threshold in sorted(found, key=lambda t: (t.valid_from, t.stage, t.territory_kind, str(t.id))):
        years = np.array([[t is not None and t == threshold for t in row] for row in table])
        yield threshold, np.where(city[:, None], years[1], years[0])


def _bands(series: Series) -> np.ndarray:
    """The 5, 50 and 95 % lines of every institution and year; NaN where there are too few institutions."""
    lines = np.full((3, *series.total.shape), np.nan)
    for column in np.flatnonzero(series.delivered.any(axis=0)):
        here = series.delivered[:, column] & (series.size[:, column] > 0)
        found = size_curve.band(
            100 * series.size[here, column], series.value[here, column], series.covariates[here, column]
        )
        if found is not None:
            lines[:, here, column] = found
    return lines


def _lent_variance(series: Series) -> np.ndarray:
    """The variance of each mean with some of the stage's spread lent to it."""
    n = series.size
    spread = series.variance * n
    enough = np.isfinite(spread) & (n > 1)
    weight = np.where(enough, n - 1, 0.0)
    common = np.divide(
        (weight * np.where(enough, spread, 0.0)).sum(axis=0),
        weight.sum(axis=0),
        out=np.full(n.shape[1], np.nan),
        where=weight.sum(axis=0) > 0,
    )
    lent = (weight * np.where(enough, spread, 0.0) + _BORROWED * common) / (weight + _BORROWED)
    return np.where(n > 0, lent / np.where(n > 0, n, 1.0), np.nan)


def judge(series: Series, thresholds: Thresholds) -> Judged:
    """Level and certainty of every value of the series."""
    indicator = series.indicator
    judged = Judged.begin(series)
    _levels(series, judged, thresholds)
    if indicator.family == "size_band" and indicator.direction == "low_bad":
        # Nothing at all lies below any boundary, also where too few institutions give one.
        judged.level[(series.total == 0) & (series.size > 0)] = levels.HIGH
    if indicator.direction == "none":
        judged.level[:] = levels.NONE
    judged.level[judged.too_few | ~series.delivered] = levels.NONE
    if indicator.family == "size_band":
        judged.certain = levels.certain_band(judged.level, judged.over, series.segments)
    elif indicator.family == "fact":
        judged.certain = judged.level >= levels.LOW
    else:
        _probabilities(series, judged)
        judged.certain = levels.certain(judged.level, judged.probability_medium, judged.probability_high)
    return judged


def _levels(series: Series, judged: Judged, thresholds: Thresholds) -> None:
    """Boundaries of each threshold in force, and the levels they give."""
    indicator, value = series.indicator, series.value
    national = np.where(
        np.isfinite(series.reference), series.reference, ratio(series.national_total, series.national_size)
    )
    pooled_national = ratio(
        levels.pooled(series.size * national, series.segments, indicator.pooling), judged.pooled_size
    )
    lines = _bands(series) if indicator.family == "size_band" else None
    city = series.world.state_city[series.world.municipality]
    for threshold, here in by_threshold(in_force(series, thresholds), city):
        basis = threshold.basis
        over = levels.above(indicator.direction, basis, value, national if lines is None else lines[1])
        judged.over = np.where(here, over, judged.over)
        for number, own, together in (
            (threshold.medium, judged.medium, judged.pooled_medium),
            (threshold.high, judged.high, judged.pooled_high),
        ):
            if lines is not None:
                own[here] = levels.band_boundary(number, lines, over, value)[here]
                continue
            for cells, reference in ((own, national), (together, pooled_national)):
                cells[here] = levels.boundary(indicator.direction, basis, number, reference, over)[here]
        if threshold.id is not None:
            judged.threshold_id[here] = threshold.id
        steps = levels.level(value, judged.medium, judged.high, threshold.operator, over)
        judged.level[here] = steps[here]


def _probabilities(series: Series, judged: Judged) -> None:
    """Fit the prior of each year and ask it about this period alone and the pooled periods.

    The probability for the high boundary is worked out only where the value lies beyond the medium one.
    """
    variance = _lent_variance(series) if series.indicator.family == "mean" else series.variance
    pooled_variance = ratio(
        levels.pooled(series.size**2 * variance, series.segments, series.indicator.pooling),
        judged.pooled_size**2,
    )
    for year in np.flatnonzero(series.delivered.any(axis=0)):
        counts = (series.total[:, year], series.size[:, year], variance[:, year])
        prior = levels.fit_prior(series.indicator.family, *counts)
        if prior is None:
            continue
        series.priors.append((int(series.world.years[year]), prior.family, prior.first, prior.second))
        pooled = (judged.pooled_total[:, year], judged.pooled_size[:, year], pooled_variance[:, year])
        for own, together, answer, lowest in (
            (judged.medium, judged.pooled_medium, judged.probability_medium, levels.LOW),
            (judged.high, judged.pooled_high, judged.probability_high, levels.MEDIUM),
        ):
            here = judged.level[:, year] >= lowest
            alone, both = (
                prior.probability(
                    *(cells[here] for cells in numbers), limit[here, year], judged.over[here, year]
                )
                for numbers, limit in ((counts, own), (pooled, together))
            )
            answer[here, year] = levels.either(alone, both)
