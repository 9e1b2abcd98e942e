"""How complete a figure must be: below one limit it is marked, below the other it does not stand for the whole."""

from __future__ import annotations

MARKED = 0.95  # of the bodies that were expected to report
AGGREGATED = 0.70


def is_incomplete(delivered: float, expected: float) -> bool:
    """Whether the figure is marked: fewer than 95 % delivered.

    >>> is_incomplete(94, 100), is_incomplete(95, 100), is_incomplete(0, 0)
    (True, False, False)
    """
    return expected > 0 and delivered < MARKED * expected


def may_aggregate(delivered: float, expected: float) -> bool:
    """Whether the figure may be shown as a sum: at least 70 % delivered.

    >>> may_aggregate(69, 100), may_aggregate(70, 100), may_aggregate(0, 0)
    (False, True, True)
    """
    return expected <= 0 or delivered >= AGGREGATED * expected
