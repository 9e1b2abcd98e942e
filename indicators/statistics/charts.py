"""Shewhart charts for one series: individual values (XmR) and shares (p chart)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indicators.statistics import _checks

Array = np.ndarray

XMR_LIMIT = 2.66
"""Mean moving ranges from the centre to a natural process limit, 3 / 1.128 rounded as in the tables."""

RANGE_LIMIT = 3.267
"""Upper limit of a moving range in units of the mean moving range (D4 for two values)."""


@dataclass(frozen=True)
class ControlChart:
    """Centre line and control limits, arrays of shape (periods,) in the unit of the values."""

    centre: Array
    lower: Array
    upper: Array


def xmr(values: object, *, screen: bool = True) -> ControlChart:
    """Individuals chart of a series of shape (periods,), oldest value first.

    Limits are the mean -/+ 2.66 mean moving ranges. With `screen`, moving ranges above 3.267 times their
    mean are dropped once before the mean is taken again; the values themselves all count in the centre.
    Meant for series of 12 and more values. ValueError for NaN (a moving range is not defined across a
    gap), for another shape, and for fewer than 2 values.

    Source: Wheeler, Understanding Variation; screening as in NHS England "Making data count".
    """
    series = _checks.real("values", values)
    if series.ndim != 1 or series.size < 2:
        raise ValueError("values must be one series of at least 2 values")
    ranges = np.abs(np.diff(series))
    if screen:
        ranges = ranges[ranges <= RANGE_LIMIT * ranges.mean()]
    centre, reach = series.mean(), XMR_LIMIT * ranges.mean()
    return ControlChart(*(np.full(series.shape, value) for value in (centre, centre - reach, centre + reach)))


def p_chart(x: object, n: object) -> ControlChart:
    """Chart of shares x / n (0..1), shape (periods,): pooled share -/+ 3 standard errors of each period.

    Limits are cut at 0 and 1 and are NaN in a period with n = 0. ValueError for x > n, negative or NaN
    counts, another shape, and no observation at all.

    Source: Montgomery, Introduction to Statistical Quality Control, section 7.2.
    """
    x_array, n_array = _checks.events(x, n)
    if x_array.ndim != 1 or n_array.sum() == 0:
        raise ValueError("x and n must be one series with at least one observation")
    share = x_array.sum() / n_array.sum()
    seen = n_array > 0
    reach = 3 * np.sqrt(share * (1 - share) / np.where(seen, n_array, 1.0))
    lower = np.where(seen, np.maximum(share - reach, 0.0), np.nan)
    upper = np.where(seen, np.minimum(share + reach, 1.0), np.nan)
    return ControlChart(np.full(x_array.shape, share), lower, upper)
