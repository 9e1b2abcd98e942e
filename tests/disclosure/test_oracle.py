"""P16: Tau-Argus (pytauargus) as a second opinion; 500 tables are compared by benchmarks/disclosure.py."""

from __future__ import annotations

from tests.disclosure.oracle import compare


def test_second_opinion():
    """P16: what we hide its audit cannot pin down either, both find the same bounds, and we hide no more than it does."""
    found = compare(40, side=4)
    print(found)
    assert found.secrets > 80
    assert found.refused == 0
    assert found.apart == 0
    assert found.narrow == 0
    assert found.theirs_narrow == 0  # our attack finds no fault where it finds none
    assert found.ours <= found.theirs
