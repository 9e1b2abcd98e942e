"""Trends of many units over comparable periods: score test against the nation, and Mann-Kendall."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.later import later
from indicators.statistics import _checks

np = later("numpy")

Array = "np.ndarray"

MIN_POINTS = 4
"""Fewest periods with data for a trend; with two or three only a difference can be shown."""


@dataclass(frozen=True)
class TrendScore:
    """Score test per unit: `z` (> 0: rising against the nation), two-sided `p`, both of shape (units,).

    `phi` is the dispersion shared by all units and `points` the number of usable periods of each unit.
    """

    z: Array
    p: Array
    phi: float
    points: Array


@dataclass(frozen=True)
class MannKendall:
    """Score `s`, its variance, `z`, two-sided `p` and Sen's `slope` (per period, or per full cycle of the
    seasons), one value per series."""

    s: Array
    var_s: Array
    z: Array
    p: Array
    slope: Array


def score(x: object, n: object, period: object, national: object) -> TrendScore:
    """Test each unit for a drift away from the national development.

    x and n have shape (units, periods) (or (periods,) for one unit): events and opportunities in
    comparable periods, NaN where missing. `period` (periods,) holds the time of each column in years,
    `national` the national share in each column, (periods,) or (units, periods).

    A unit is expected to follow E = n * national * theta, theta chosen so that sums agree;
    z = sum (x - E)(t - tbar) / sqrt(phi * sum E (t - tbar)^2) with tbar the mean time weighted by E.
    phi = max(1, median over units of Pearson X2 / median of chi-squared with points - 1 degrees of
    freedom); with only a few units it also holds their own trends, which makes the test more careful.
    Units with fewer than 4 usable periods (n > 0) or without any event have NaN.

    ValueError for x > n, negative or infinite values, NaN in period or national, a national share
    outside [0, 1] or 0 where a unit has events, a repeated period, and shapes that do not fit.

    Source: score test of the slope in a Poisson model with offset (Breslow & Day 1987, section 3.6),
    with a robust dispersion factor.
    """
    from scipy.special import gammaincinv

    x_array, n_array = _checks.events(x, n, missing=True)
    times = _checks.real("period", period)
    if x_array.ndim not in (1, 2) or times.ndim != 1 or x_array.shape[-1] != times.size:
        raise ValueError("x and n must have shape (units, periods) and period shape (periods,)")
    if np.unique(times).size != times.size:
        raise ValueError("period must not repeat a value")
    share = _checks.non_negative("national", national)
    if (share > 1).any():
        raise ValueError("national must not be larger than 1")
    single = x_array.ndim == 1
    counts, sizes = np.atleast_2d(x_array), np.atleast_2d(n_array)
    try:
        share = np.broadcast_to(share, counts.shape)
    except ValueError as error:
        raise ValueError("national must have shape (periods,) or (units, periods)") from error
    usable = np.isfinite(sizes) & (np.nan_to_num(sizes) > 0)
    counts, base = np.where(usable, counts, 0.0), np.where(usable, sizes, 0.0) * share
    if ((base == 0) & (counts > 0)).any():
        raise ValueError("national must not be 0 in a period in which a unit has events")
    points, events = usable.sum(axis=1), counts.sum(axis=1)
    tested = (points >= MIN_POINTS) & (events > 0)
    scale = np.where(tested, base.sum(axis=1), 1.0)
    expected = base * (np.where(tested, events, 0.0) / scale)[:, None]
    weight = np.where(tested, expected.sum(axis=1), 1.0)
    centred = times - ((expected * times).sum(axis=1) / weight)[:, None]
    gap = counts - expected
    information = (expected * centred**2).sum(axis=1)
    tested &= information > 0
    phi = 1.0
    if tested.any():
        pearson = (gap**2 / np.where(expected > 0, expected, 1.0)).sum(axis=1)[tested]
        phi = max(1.0, float(np.median(pearson / (2 * gammaincinv((points[tested] - 1) / 2, 0.5)))))
    z = (gap * centred).sum(axis=1) / np.sqrt(phi * np.where(tested, information, 1.0))
    z = np.where(tested, z, np.nan)
    p = _checks.two_sided_p(z)
    return TrendScore(z[0], p[0], phi, points[0]) if single else TrendScore(z, p, phi, points)


def mann_kendall(values: object, season: object = None) -> MannKendall:
    """Mann-Kendall test of a series (periods,) or of many, (units, periods), oldest value first.

    NaN is a missing value. Ties lower the variance. With `season` - the length of the cycle, or a label
    for each period - only values of the same season are compared, scores and variances are added over
    the seasons, and the slope is per full cycle. Sen's slope is the median of all pairwise slopes, over
    the real distance in time also when values are missing. A series with fewer than 2 comparable values
    has NaN; one that never changes has z = 0 and p = 1.

    ValueError for infinite values, another shape, and a season of the wrong length.

    Source: Mann (1945), Kendall (1975); seasonal form Hirsch & Slack (1984); Sen (1968). Same numbers
    as `original_test` and `seasonal_test` of pyMannKendall.
    """
    array = _checks.real("values", values, missing=True)
    if array.ndim not in (1, 2) or array.shape[-1] == 0:
        raise ValueError("values must have shape (periods,) or (units, periods)")
    rows = np.atleast_2d(array)
    label, cycle = _seasons(season, rows.shape[1])
    result = np.full((5, rows.shape[0]), np.nan)
    for first in range(0, rows.shape[0], 256):
        block = slice(first, first + 256)
        result[:, block] = _kendall(rows[block], label, cycle)
    return MannKendall(*(result if array.ndim == 2 else result[:, 0]))


def _seasons(season: object, size: int) -> tuple[Array, Array]:
    """Return for each period the index of its season and the number of its cycle."""
    place = np.arange(size)
    if season is None:
        return np.zeros(size, dtype=int), place
    labels = np.asarray(season)
    if labels.ndim == 0:
        length = _checks.real("season", season)
        if length < 1 or length != int(length):
            raise ValueError("season must be a whole number of periods, at least 1")
        return place % int(length), place // int(length)
    if labels.shape != (size,):
        raise ValueError("season must be one label for each period")
    _, index = np.unique(labels, return_inverse=True)
    cycle = np.array([np.count_nonzero(index[:i] == index[i]) for i in range(size)])
    return index, cycle


def _kendall(rows: Array, label: Array, cycle: Array) -> Array:
    """Return s, var_s, z, p and slope of each row, stacked in that order."""
    s, var_s, comparable = (np.zeros(rows.shape[0]) for _ in range(3))
    slopes = []
    for season in np.unique(label):
        here = np.nonzero(label == season)[0]
        part = rows[:, here]
        i, j = np.triu_indices(here.size, k=1)
        gap = part[:, j] - part[:, i]
        s += np.nansum(np.sign(gap), axis=1)
        slopes.append(gap / (cycle[here][j] - cycle[here][i]))
        count = np.count_nonzero(~np.isnan(part), axis=1)
        comparable += np.where(count > 1, count, 0)
        tied = np.count_nonzero(part[:, :, None] == part[:, None, :], axis=2)
        ties = np.where(tied > 0, (tied - 1) * (2 * tied + 5), 0).sum(axis=1)
        var_s += (count * (count - 1) * (2 * count + 5) - ties) / 18
    z = np.where(var_s > 0, (s - np.sign(s)) / np.sqrt(np.where(var_s > 0, var_s, 1.0)), 0.0)
    pairs = np.concatenate(slopes, axis=1)
    known = ~np.isnan(pairs)
    some = known.any(axis=1)
    slope = np.full(rows.shape[0], np.nan)
    if some.any():
        slope[some] = np.nanmedian(pairs[some], axis=1)
    out = np.stack([s, var_s, z, _checks.two_sided_p(z), slope])
    out[:, comparable < 2] = np.nan
    return out
