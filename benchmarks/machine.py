"""How fast this machine is, beside the one on which the budgets were set.

Absolute times move with the machine. The budgets of the design were set where a million additions in pure Python took
33.7 ms (median of 127 readings between the runs); the same loop is timed here before and after the other readings. It
says nothing of disks and browsers, for which the plain application and the static floor of the same run stand.
"""

from __future__ import annotations

import statistics
import time

REFERENCE_MS = 33.7
ADDITIONS = 1_000_000


def additions_ms(runs: int = 9) -> float:
    """Median milliseconds of a million additions in pure Python."""
    return statistics.median(_once() for _ in range(runs))


def _once() -> float:
    started = time.perf_counter()
    total = 0
    for _ in range(ADDITIONS):
        total += 1  # noqa: SIM113 # these additions are what is timed
    return (time.perf_counter() - started) * 1000


def told(ms: float) -> str:
    """The reading and what it means, as the report prints it.

    >>> told(67.4)
    '67.4 (2.00 times)'
    """
    return f"{ms:.1f} ({ms / REFERENCE_MS:.2f} times)"
