"""One-step projection of shares from the same season of earlier years, with a checked interval.

Only values of one season are used together: a second semester is never projected from a first one. The
projection is the mean of the last three same-season values on the double-arcsine scale; nothing is
extrapolated along a line.
"""

from __future__ import annotations

from dataclasses import dataclass

from indicators.later import later
from indicators.statistics import _checks

np = later("numpy")

Array = "np.ndarray"

POINTS = 3
"""Same-season values behind a projection; with fewer there is none."""

MIN_ERRORS = 30
"""Fewest pooled one-step errors for an interval from experience; below, binomial noise alone is used."""


@dataclass(frozen=True)
class Projection:
    """Projected share and its interval, shape (units,); NaN where there are fewer than 3 values.

    `between` and `within` are the a and c of the error variance a + c / n on the double-arcsine scale,
    `errors` the number of one-step errors they were estimated from.
    """

    value: Array
    lower: Array
    upper: Array
    between: float
    within: float
    errors: int


@dataclass(frozen=True)
class BackTest:
    """How the projection would have done: share of later values inside the interval (`coverage`), mean
    absolute error (`error`, in shares) and the number of projections tried (`projections`)."""

    coverage: float
    error: float
    projections: int


def double_arcsine(share: object, n: object) -> Array:
    """Freeman-Tukey transform of a share of n: asin sqrt(x / (n + 1)) + asin sqrt((x + 1) / (n + 1)).

    Its variance is close to 1 / (n + 1/2) for every share. Arrays broadcast, n > 0; NaN stays NaN.
    Source: Freeman & Tukey (1950), Ann Math Stat 21:607.
    """
    size = np.asarray(n, dtype=float)
    count = np.asarray(share, dtype=float) * size
    return np.arcsin(np.sqrt(count / (size + 1))) + np.arcsin(np.sqrt((count + 1) / (size + 1)))


def inverse_double_arcsine(angle: object, n: object) -> Array:
    """Share whose double arcsine for n is `angle`; angles beyond those of 0 and 1 give 0 and 1.

    Source: Miller (1978), The American Statistician 32:138.
    """
    size = np.asarray(n, dtype=float)
    low, high = double_arcsine(0.0, size), double_arcsine(1.0, size)
    t = np.clip(np.asarray(angle, dtype=float), low, high)
    sine = np.sin(t)
    inner = 1 - (sine + (sine - 1 / sine) / size) ** 2
    share = 0.5 * (1 - np.sign(np.cos(t)) * np.sqrt(np.clip(inner, 0.0, 1.0)))
    share = np.where(t <= low, 0.0, np.where(t >= high, 1.0, share))
    return np.where(np.isnan(t), np.nan, share)


def same_season(
    values: object,
    n: object,
    season: object = None,
    target: object = None,
    *,
    next_n: object = None,
    coverage: float = 0.80,
) -> Projection:
    """Project the next same-season share of each unit.

    `values` and `n` have shape (units, periods), oldest first: shares (0..1) and their denominators, NaN
    or n = 0 where missing; one series (periods,) is one unit. Without `season` all columns must be of
    one season; with it - a label for each column - only columns labelled `target` are used. `next_n`
    (units,) is the denominator expected next time, by default the latest known one.

    The interval holds with probability `coverage`; its variance a + c / n is fitted to all earlier
    one-step errors of all units together (normal likelihood, a and c not negative). With fewer than 30
    such errors it is the binomial part alone, c = 4/3. Both ends lie in [0, 1].

    ValueError for shares outside [0, 1], negative n, NaN in season, a target that is no label, shapes
    that do not fit, and coverage outside (0, 1).
    """
    shares, sizes, single = _same_season(values, n, season, target)
    reach = _checks.two_sided_z(_checks.fraction("coverage", coverage))
    angles = double_arcsine(shares, np.where(sizes > 0, sizes, 1.0))
    errors, error_sizes = _past_errors(angles, sizes)
    between, within = _error_variance(errors, error_sizes)
    centre, typical, latest = _last(angles, sizes, angles.shape[1])
    if next_n is not None:
        coming = _checks.real("next_n", next_n)
        if (coming <= 0).any():
            raise ValueError("next_n must be positive")
        latest = np.broadcast_to(coming, latest.shape)
    value, lower, upper = _project(centre, typical, latest, between, within, reach)
    if single:
        value, lower, upper = value[0], lower[0], upper[0]
    return Projection(value, lower, upper, between, within, int(errors.size))


def back_test(
    values: object,
    n: object,
    season: object = None,
    target: object = None,
    *,
    coverage: float = 0.80,
) -> BackTest:
    """Repeat the projection for every later same-season value using only what was known before it.

    Arguments and errors as in `same_season`; the denominator of the projected value is taken as known.
    Coverage and error are NaN when no value can be projected.
    """
    shares, sizes, _ = _same_season(values, n, season, target)
    reach = _checks.two_sided_z(_checks.fraction("coverage", coverage))
    angles = double_arcsine(shares, np.where(sizes > 0, sizes, 1.0))
    inside, distance = [], []
    for column in range(POINTS, angles.shape[1]):
        errors, error_sizes = _past_errors(angles[:, :column], sizes[:, :column])
        between, within = _error_variance(errors, error_sizes)
        centre, typical, _ = _last(angles, sizes, column)
        truth = shares[:, column]
        known = ~np.isnan(centre) & ~np.isnan(truth)
        value, lower, upper = _project(
            centre[known], typical[known], sizes[known, column], between, within, reach
        )
        inside.append((truth[known] >= lower) & (truth[known] <= upper))
        distance.append(np.abs(truth[known] - value))
    total = sum(part.size for part in inside)
    if total == 0:
        return BackTest(float("nan"), float("nan"), 0)
    return BackTest(float(np.concatenate(inside).mean()), float(np.concatenate(distance).mean()), int(total))


def _same_season(values: object, n: object, season: object, target: object) -> tuple[Array, Array, bool]:
    """Return (shares, sizes) of the chosen season, 2-D with NaN where missing, and whether one series."""
    shares = _checks.non_negative("values", values, missing=True)
    sizes = _checks.non_negative("n", n, missing=True)
    shares, sizes = _checks.together(values=shares, n=sizes)
    if (shares > 1).any():
        raise ValueError("values must be shares, not larger than 1")
    if shares.ndim not in (1, 2):
        raise ValueError("values and n must have shape (units, periods)")
    single = shares.ndim == 1
    shares, sizes = np.atleast_2d(shares), np.atleast_2d(sizes)
    if season is None:
        if target is not None:
            raise ValueError("target needs season labels")
    else:
        labels = np.asarray(season)
        if labels.shape != (shares.shape[1],):
            raise ValueError("season must be one label for each period")
        chosen = labels == target
        if not chosen.any():
            raise ValueError(f"target {target!r} is not one of the season labels")
        shares, sizes = shares[:, chosen], sizes[:, chosen]
    missing = np.isnan(shares) | np.isnan(sizes) | (sizes == 0)
    shares[missing] = np.nan
    sizes[missing] = np.nan
    return shares, sizes, single


def _last(angles: Array, sizes: Array, column: int) -> tuple[Array, Array, Array]:
    """Return per unit, from the columns before `column`: the mean of the last three known angles, the
    harmonic mean of their n, and the latest n; NaN where fewer than three are known."""
    known = ~np.isnan(angles[:, :column])
    back = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    used = known & (back <= POINTS)
    enough = used.sum(axis=1) == POINTS
    mean = np.where(used, angles[:, :column], 0.0).sum(axis=1) / POINTS
    inverse = np.where(used, 1 / np.where(used, sizes[:, :column], 1.0), 0.0).sum(axis=1) / POINTS
    newest = np.where(known & (back == 1), sizes[:, :column], 0.0).sum(axis=1)
    typical = 1 / np.where(enough, inverse, 1.0)
    return tuple(np.where(enough, part, np.nan) for part in (mean, typical, newest))


def _past_errors(angles: Array, sizes: Array) -> tuple[Array, Array]:
    """Return all one-step errors of all units on the angle scale, and the n of the value missed."""
    errors, found = [np.empty(0)], [np.empty(0)]
    for column in range(POINTS, angles.shape[1]):
        gap = angles[:, column] - _last(angles, sizes, column)[0]
        known = ~np.isnan(gap)
        errors.append(gap[known])
        found.append(sizes[known, column])
    return np.concatenate(errors), np.concatenate(found)


def _error_variance(errors: Array, sizes: Array) -> tuple[float, float]:
    """Return (a, c) of the error variance a + c / n by iterated weighted least squares, none negative."""
    if errors.size < MIN_ERRORS:
        return 0.0, 1 + 1 / POINTS
    square, inverse = errors**2, 1 / sizes
    between, within = 0.0, float(square.mean() / inverse.mean())
    for _ in range(30):
        if within == 0 and between == 0:
            break
        weight = 1 / (between + within * inverse) ** 2
        options = [
            (0.0, float((weight * inverse * square).sum() / (weight * inverse**2).sum())),
            (float((weight * square).sum() / weight.sum()), 0.0),
        ]
        sums = np.array(
            [[weight.sum(), (weight * inverse).sum()], [0.0, (weight * inverse**2).sum()]], dtype=float
        )
        right = np.array([(weight * square).sum(), (weight * inverse * square).sum()])
        determinant = sums[0, 0] * sums[1, 1] - sums[0, 1] ** 2
        if determinant > 1e-12 * sums[0, 0] * sums[1, 1]:
            a = (right[0] * sums[1, 1] - right[1] * sums[0, 1]) / determinant
            c = (right[1] * sums[0, 0] - right[0] * sums[0, 1]) / determinant
            if a >= 0 and c >= 0:
                options = [(float(a), float(c))]
        found = min(options, key=lambda o: float((weight * (square - o[0] - o[1] * inverse) ** 2).sum()))
        still = abs(found[0] - between) < 1e-9 and abs(found[1] - within) < 1e-9
        between, within = found
        if still:
            break
    return between, within


def _project(
    centre: Array, typical: Array, size: Array, between: float, within: float, reach: float
) -> tuple[Array, Array, Array]:
    """Return value, lower and upper on the scale of shares; `size` is the n of the projected value."""
    spread = reach * np.sqrt(between + within / np.where(np.isnan(size), 1.0, size))
    angles = (centre, centre - spread, centre + spread)
    return tuple(inverse_double_arcsine(angle, typical) for angle in angles)
