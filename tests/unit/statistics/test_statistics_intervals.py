"""Confidence intervals against published tables and against their own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics import intervals

few = settings(deadline=None, max_examples=60, derandomize=True)

NEWCOMBE_TABLE_II = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]

WILSON = [
    # Newcombe (1998), Stat Med 17:857, Table I, method 3
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
    # PHE indicator methods, phe_proportion(100, 1000) and wilson(100, 10000)
    (100, 1000, 0.0829094435930957, 0.1201519631953484),
    (100, 10000, 0.008229336148148417, 0.012146982255114647),
    # knowledge base of the project: worked sentences for schools
    (24, 212, 0.077, 0.163),
    (2, 14, 0.040, 0.399),
    (3, 20, 0.052, 0.360),
    (12, 80, 0.088, 0.244),
    (75, 500, 0.121, 0.184),
]

EXACT_POISSON_95 = [
    # PHEindicatormethods, tests/testthat/testdata_funnel_ratio_outputs.csv (2s limits of expected events)
    (1, 0.025317898, 5.571644585),
    (2, 0.242209467, 7.224687515),
    (10, 4.795387629, 18.39035799),
    (20, 12.21651877, 30.88838097),
    (30, 20.2408744, 42.82687117),
    (100, 81.364007, 121.6268111),
    # Garwood (1936) / any table: no event
    (0, 0.0, 3.6889),
    # R packages epitools and FSA, pois.daly(12)
    (12, 6.200575, 20.96159),
]

# Table A.7 of a textbook of nonparametric statistics: ranks of the narrowest symmetric interval with at
# least 95 % (n: lower rank, upper rank); n = 5 reaches only 93.8 %.
MEDIAN_RANKS = {
    6: (1, 6),
    7: (1, 7),
    8: (1, 8),
    9: (2, 8),
    10: (2, 9),
    12: (3, 10),
    15: (4, 12),
    17: (5, 13),
    20: (6, 15),
}

counts = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)


@pytest.mark.parametrize(("x", "n", "lower", "upper"), WILSON)
def test_wilson_published(x, n, lower, upper):
    """Wilson limits agree with the printed ones to their last digit."""
    found = intervals.wilson(x, n)
    digits = 3 if round(lower, 3) == lower and round(upper, 3) == upper and lower else 4
    assert float(found.lower) == pytest.approx(lower, abs=0.51 * 10**-digits)
    assert float(found.upper) == pytest.approx(upper, abs=0.51 * 10**-digits)


def test_wilson_full_precision():
    """Wilson limits agree with PHE indicator methods to twelve digits."""
    found = intervals.wilson(100, 1000)
    assert float(found.lower) == pytest.approx(0.0829094435930957, rel=1e-12)
    assert float(found.upper) == pytest.approx(0.1201519631953484, rel=1e-12)


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "lower", "upper"), NEWCOMBE_TABLE_II)
def test_newcombe_published(x1, n1, x2, n2, lower, upper):
    """Newcombe (1998), Stat Med 17:873, Table II, method 10, to four digits."""
    found = intervals.newcombe_difference(x1, n1, x2, n2)
    assert float(found.lower) == pytest.approx(lower, abs=5.1e-5)
    assert float(found.upper) == pytest.approx(upper, abs=5.1e-5)


def test_byar_published():
    """Byar's limits of 100 events: PHE indicator methods (lower) and the Ruby gem byar (both, z = 1.96)."""
    assert float(intervals.byar(100).lower) == pytest.approx(81.36210549052788, rel=1e-12)
    found = intervals.byar(100, 0.9500042097035593)  # the confidence that belongs to z = 1.96 exactly
    assert float(found.upper) == pytest.approx(121.628347271806, rel=1e-12)
    assert float(found.upper) / 90 == pytest.approx(1.3514260807978444, rel=1e-12)
    assert float(found.lower) / 90 == pytest.approx(0.9040199067337297, rel=1e-12)


@pytest.mark.parametrize(("x", "lower", "upper"), EXACT_POISSON_95)
def test_exact_poisson_published(x, lower, upper):
    """Exact Poisson limits agree with published tables."""
    found = intervals.exact_poisson(x)
    assert float(found.lower) == pytest.approx(lower, rel=2e-6, abs=1e-6)
    assert float(found.upper) == pytest.approx(upper, rel=1.5e-5)


def test_exact_poisson_three_sigma():
    """The 99.8 % limits of 10 events are those of PHEindicatormethods (3s limits)."""
    found = intervals.exact_poisson(10, 0.998)
    assert float(found.lower) == pytest.approx(2.960519925, rel=1e-5)
    assert float(found.upper) == pytest.approx(24.13397235, rel=1e-5)


def test_byar_is_close_to_exact_from_ten_events():
    """Byar within 0.2 % of the exact 95 % limits for 10 and more events (PHE technical guide, 2018)."""
    x = np.arange(10, 500)
    near, exact = intervals.byar(x), intervals.exact_poisson(x)
    assert np.abs(near.lower / exact.lower - 1).max() < 0.002
    assert np.abs(near.upper / exact.upper - 1).max() < 0.002


@pytest.mark.parametrize(("size", "ranks"), MEDIAN_RANKS.items())
def test_median_ranks_published(size, ranks):
    """The interval of the median uses the tabulated ranks."""
    values = np.random.default_rng(size).permutation(np.arange(1.0, size + 1))
    found = intervals.median(values)
    assert (float(found.lower), float(found.upper)) == ranks


@pytest.mark.parametrize("size", [1, 2, 5])
def test_median_of_too_few_values(size):
    """Five values cannot give 95 %: NaN instead of a false promise."""
    found = intervals.median(np.arange(size, dtype=float))
    assert np.isnan(found.lower)
    assert np.isnan(found.upper)


def test_median_along_the_last_axis():
    """Rows of a table get the interval each would get alone."""
    values = np.random.default_rng(1).normal(size=(4, 30))
    table = intervals.median(values)
    assert table.lower.shape == (4,)
    assert table.lower[2] == intervals.median(values[2]).lower


def test_arrays_broadcast():
    """Arrays of counts give arrays of limits, equal to the single answers."""
    x, n = np.array([[0], [3], [7]]), np.array([10, 20])
    found = intervals.wilson(x, n)
    assert found.lower.shape == (3, 2)
    assert found.upper[1, 1] == intervals.wilson(3, 20).upper


def test_nothing_observed():
    """n = 0 gives NaN limits and no warning, also inside an array and in a difference."""
    found = intervals.wilson([0, 1], [0, 5])
    assert np.isnan(found.lower[0])
    assert np.isnan(found.upper[0])
    assert found.lower[1] > 0
    assert np.isnan(intervals.newcombe_difference(0, 0, 1, 5).lower)


@few
@given(counts, levels)
def test_wilson_holds_the_share(pair, level):
    """The interval lies in [0, 1] and contains the observed share."""
    x, n = pair
    if n == 0:
        return
    found = intervals.wilson(x, n, level)
    assert 0 <= found.lower <= x / n <= found.upper <= 1


@few
@given(counts, levels, levels)
def test_wilson_widens_with_confidence(pair, first, second):
    """More confidence never gives a narrower interval."""
    x, n = pair
    narrow, wide = (intervals.wilson(x, n, level) for level in sorted((first, second)))
    if n:
        assert wide.lower <= narrow.lower + 1e-12
        assert wide.upper >= narrow.upper - 1e-12


@few
@given(counts)
def test_wilson_mirror(pair):
    """The share of failures has the mirrored interval."""
    x, n = pair
    if n:
        direct, mirrored = intervals.wilson(x, n), intervals.wilson(n - x, n)
        assert float(direct.lower) == pytest.approx(1 - float(mirrored.upper), abs=1e-12)


@few
@given(counts, counts)
def test_newcombe_turns_its_sign(first, second):
    """Exchanging the two groups changes the sign of the interval; it contains the difference."""
    (x1, n1), (x2, n2) = first, second
    if n1 == 0 or n2 == 0:
        return
    there = intervals.newcombe_difference(x1, n1, x2, n2)
    back = intervals.newcombe_difference(x2, n2, x1, n1)
    assert float(there.lower) == pytest.approx(-float(back.upper), abs=1e-12)
    assert there.lower - 1e-12 <= x1 / n1 - x2 / n2 <= there.upper + 1e-12
    assert there.lower >= -1 - 1e-12
    assert there.upper <= 1 + 1e-12


@few
@given(st.integers(0, 5000), levels)
def test_poisson_intervals_hold_the_count(x, level):
    """Both Poisson intervals contain the count and never go below 0."""
    for found in (intervals.byar(x, level), intervals.exact_poisson(x, level)):
        assert 0 <= found.lower <= x <= found.upper


@few
@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=60))
def test_median_interval_holds_the_median(values):
    """The interval contains the median and does not depend on the order of the values."""
    found = intervals.median(values)
    assert found.lower <= np.median(values) <= found.upper
    assert float(found.lower) == float(intervals.median(values[::-1]).lower)


@few
@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=40), st.integers(1, 9), st.integers(-50, 50))
def test_median_interval_follows_the_unit(values, factor, shift):
    """Changing the unit changes the limits in the same way."""
    plain = intervals.median(values)
    moved = intervals.median([factor * value + shift for value in values])
    assert float(moved.lower) == factor * float(plain.lower) + shift
    assert float(moved.upper) == factor * float(plain.upper) + shift


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: intervals.wilson(5, 4), "x must not be larger than n"),
        (lambda: intervals.wilson(-1, 4), "x must not be negative"),
        (lambda: intervals.wilson(1, -4), "n must not be negative"),
        (lambda: intervals.wilson(float("nan"), 4), "x must not contain NaN"),
        (lambda: intervals.wilson(1, float("inf")), "n must be finite"),
        (lambda: intervals.wilson("a", 4), "x must be numbers"),
        (lambda: intervals.wilson([1, 2], [3, 4, 5]), "shapes do not fit"),
        (lambda: intervals.wilson(1, 4, 1.0), "confidence must lie between 0 and 1"),
        (lambda: intervals.wilson(1, 4, 95), "confidence must lie between 0 and 1"),
        (lambda: intervals.wilson(1, 4, None), "confidence must be one number"),
        (lambda: intervals.wilson(1, 4, float("nan")), "confidence must lie between 0 and 1"),
        (lambda: intervals.newcombe_difference(1, 2, 3, 2), "x must not be larger than n"),
        (lambda: intervals.byar(-1), "x must not be negative"),
        (lambda: intervals.byar(1, 0), "confidence must lie between 0 and 1"),
        (lambda: intervals.exact_poisson(float("nan")), "x must not contain NaN"),
        (lambda: intervals.median([1.0, float("nan")]), "values must not contain NaN"),
        (lambda: intervals.median([]), "at least one number"),
        (lambda: intervals.median(3.0), "at least one number"),
    ],
)
def test_impossible_input(call, reason):
    """Impossible input is refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        call()
