"""Confidence intervals for shares, differences of shares, counts and medians.

Every function takes scalars or arrays, broadcasts them, and returns an `Interval` of the same shape;
a scalar input gives 0-d arrays, so `float(result.lower)` works.
"""

from __future__ import annotations

from dataclasses import dataclass

from indicators.later import later
from indicators.statistics import _checks

np = later("numpy")

Array = "np.ndarray"


@dataclass(frozen=True)
class Interval:
    """Lower and upper confidence limit, arrays of one shape, in the unit of the estimate."""

    lower: Array
    upper: Array


def wilson(x: object, n: object, confidence: float = 0.95) -> Interval:
    """Wilson score interval for the share x / n (0..1).

    x events among n opportunities, any broadcastable shapes. With n = 0 nothing was observed: both
    limits are NaN, without a warning. ValueError for x > n, negative or NaN counts, and a confidence
    outside (0, 1).

    Source: Wilson (1927), J Am Stat Assoc 22:209; method 3 of Newcombe (1998), Stat Med 17:857.
    """
    x_array, n_array = _checks.events(x, n)
    z = _checks.two_sided_z(_checks.fraction("confidence", confidence))
    seen = n_array > 0
    safe = np.where(seen, n_array, 1.0)
    share = x_array / safe
    centre = (share + z * z / (2 * safe)) / (1 + z * z / safe)
    half = z * np.sqrt(share * (1 - share) / safe + z * z / (4 * safe * safe)) / (1 + z * z / safe)
    lower = np.where(x_array == 0, 0.0, np.clip(centre - half, 0.0, share))
    upper = np.where(x_array == safe, 1.0, np.clip(centre + half, share, 1.0))
    return Interval(np.where(seen, lower, np.nan), np.where(seen, upper, np.nan))


def newcombe_difference(x1: object, n1: object, x2: object, n2: object, confidence: float = 0.95) -> Interval:
    """Interval for the difference of two independent shares, x1 / n1 - x2 / n2 (-1..1).

    The Wilson limits of the two shares are combined by squaring and adding. NaN where n1 or n2 is 0.
    ValueError as in `wilson`.

    Source: Newcombe (1998), Stat Med 17:873, method 10.
    """
    x1, n1 = _checks.events(x1, n1)
    x2, n2 = _checks.events(x2, n2)
    x1, n1, x2, n2 = _checks.together(x1=x1, n1=n1, x2=x2, n2=n2)
    first, second = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    seen = (n1 > 0) & (n2 > 0)
    share1 = x1 / np.where(n1 > 0, n1, 1.0)
    share2 = x2 / np.where(n2 > 0, n2, 1.0)
    gap = share1 - share2
    below = np.hypot(share1 - first.lower, second.upper - share2)
    above = np.hypot(first.upper - share1, share2 - second.lower)
    return Interval(np.where(seen, gap - below, np.nan), np.where(seen, gap + above, np.nan))


def byar(x: object, confidence: float = 0.95) -> Interval:
    """Byar's approximate interval for the mean of a Poisson count x (in events).

    Within 0.2 % of the exact limits from 10 events on; use `exact_poisson` below 10. The lower limit of
    0 events is 0. ValueError for negative or NaN counts and a confidence outside (0, 1).

    Source: Breslow & Day (1987), Statistical Methods in Cancer Research II, p. 69.
    """
    count = _checks.non_negative("x", x)
    z = _checks.two_sided_z(_checks.fraction("confidence", confidence))
    safe = np.where(count > 0, count, 1.0)
    lower = safe * (1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe))) ** 3
    more = count + 1
    upper = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return Interval(np.where(count > 0, np.maximum(lower, 0.0), 0.0), np.asarray(upper))


def exact_poisson(x: object, confidence: float = 0.95) -> Interval:
    """Exact (Garwood) interval for the mean of a Poisson count x (in events).

    Halves of chi-squared quantiles with 2x and 2x + 2 degrees of freedom; the lower limit of 0 events
    is 0. ValueError for negative or NaN counts and a confidence outside (0, 1).

    Source: Garwood (1936), Biometrika 28:437.
    """
    from scipy.special import gammaincinv

    count = _checks.non_negative("x", x)
    tail = (1 - _checks.fraction("confidence", confidence)) / 2
    lower = np.where(count > 0, gammaincinv(np.where(count > 0, count, 1.0), tail), 0.0)
    return Interval(lower, np.asarray(gammaincinv(count + 1, 1 - tail)))


def median(values: object, confidence: float = 0.95) -> Interval:
    """Distribution-free interval for the median, from two order statistics (unit of the values).

    `values` has shape (..., n); the interval is taken along the last axis and holds with at least the
    stated confidence. When n is too small for that (fewer than 6 values at 95 %), both limits are NaN.
    ValueError for NaN, for no values at all, and for a confidence outside (0, 1).

    Source: the k-th smallest and k-th largest value, with k the largest rank for which
    P(Binomial(n, 1/2) < k) <= (1 - confidence) / 2 (Conover, Practical Nonparametric Statistics, 3.2).
    """
    from scipy.special import bdtr

    array = _checks.real("values", values)
    tail = (1 - _checks.fraction("confidence", confidence)) / 2
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError("values must hold at least one number along the last axis")
    size = array.shape[-1]
    below = bdtr(np.arange((size + 1) // 2, dtype=float), size, 0.5)
    rank = int(np.count_nonzero(below <= tail * (1 + 1e-12)))
    if rank == 0:
        empty = np.full(array.shape[:-1], np.nan)
        return Interval(empty, empty.copy())
    ordered = np.sort(array, axis=-1)
    return Interval(np.asarray(ordered[..., rank - 1]), np.asarray(ordered[..., size - rank]))
