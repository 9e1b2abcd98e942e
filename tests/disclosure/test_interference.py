"""P14: who reads what is published cannot tell two countries apart that the rules alone do not tell apart."""

from __future__ import annotations

import numpy as np

from indicators.disclosure import suppress
from tests.disclosure import interference


def test_changes_of_what_is_not_told_leave_no_trace():
    """Learners and absentees moved between schools of a municipality: the same rows, the same holes.

    With institutions as attackers, as it is published: what is hidden against them follows from what is told as well.
    1,000 changes: benchmarks/disclosure.py.
    """
    for seed in (9, 23):  # countries in which holes chosen by true counts leave three traces each
        tried, differ, holes = interference.interference(10, insiders=True, seed=seed)
        assert (tried, differ) == (10, 0)
        assert holes


def test_costs_of_holes_are_taken_from_what_is_told(monkeypatch):
    """Two countries told alike: suppression is given the same prices, so that it cannot choose by hidden numbers."""
    prices = []
    real = suppress.protect

    def seen(cube, **how):
        prices.append(cube.row_cost[~cube.primary].copy())
        return real(cube, **how)

    monkeypatch.setattr(suppress, "protect", seen)
    random = np.random.default_rng(3)
    schools = interference.country(random)
    before = interference.told(schools)
    alike = 0
    while alike < 2:
        other = interference.changed(schools, random)
        if other is not None and interference.told(other).rules == before.rules:
            assert np.array_equal(prices[-1], prices[0])
            alike += 1
