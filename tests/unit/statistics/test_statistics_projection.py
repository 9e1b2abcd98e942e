"""Projection of same-season shares: transform, interval and back-test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics import projection

few = settings(deadline=None, max_examples=60, derandomize=True)


def world(seed: int, noise: float, periods: int = 8, count: int = 700) -> tuple[np.ndarray, np.ndarray]:
    """Shares and sizes of schools whose level is stable up to `noise` on the log scale."""
    rng = np.random.default_rng(seed)
    n = np.maximum(5, rng.lognormal(np.log(190), 0.8, count).astype(int))
    n = np.repeat(n[:, None], periods, axis=1).astype(float)
    level = rng.beta(2, 34, (count, 1)) * np.exp(rng.normal(0, noise, (count, periods)))
    return rng.binomial(n.astype(int), np.minimum(level, 1)) / n, n


def test_transform_at_the_ends():
    """Freeman & Tukey: 0 of n gives asin sqrt(1 / (n + 1)), n of n its complement to pi."""
    assert float(projection.double_arcsine(0, 20)) == pytest.approx(np.arcsin(np.sqrt(1 / 21)))
    assert float(projection.double_arcsine(1, 20)) == pytest.approx(np.pi - np.arcsin(np.sqrt(1 / 21)))
    assert float(projection.double_arcsine(0.5, 20)) == pytest.approx(np.pi / 2)


def test_variance_is_stable():
    """The variance on the angle scale is close to 1 / (n + 1/2) for very different shares."""
    rng = np.random.default_rng(1)
    for share in (0.05, 0.2, 0.5, 0.9):
        angles = projection.double_arcsine(rng.binomial(200, share, 40_000) / 200, 200)
        assert np.var(angles) == pytest.approx(1 / 200.5, rel=0.05)


def test_three_equal_years():
    """Three equal shares of equal schools project to themselves."""
    found = projection.same_season([0.1, 0.1, 0.1], [40, 40, 40])
    assert float(found.value) == pytest.approx(0.1)
    assert found.lower < 0.1 < found.upper


def test_only_the_last_three_count():
    """Older values do not move the projection, only its error."""
    with_past = projection.same_season([0.9, 0.1, 0.2, 0.3], [100] * 4)
    alone = projection.same_season([0.1, 0.2, 0.3], [100] * 3)
    assert float(with_past.value) == pytest.approx(float(alone.value))
    assert 0.15 < float(alone.value) < 0.25


def test_missing_values_are_stepped_over():
    """NaN and n = 0 are skipped; fewer than three values give no projection."""
    values = np.array([[0.1, np.nan, 0.2, 0.3, 0.0], [0.1, np.nan, np.nan, 0.3, 0.0]])
    n = np.array([[50, 50, 50, 50, 0], [50, 50, 50, 50, 0]])
    found = projection.same_season(values, n)
    assert float(found.value[0]) == pytest.approx(
        float(projection.same_season([0.1, 0.2, 0.3], [50] * 3).value)
    )
    assert np.isnan([found.value[1], found.lower[1], found.upper[1]]).all()


def test_zero_and_one_stay_inside():
    """A school without any event is projected to 0 with an upper end above 0; full to 1."""
    found = projection.same_season([[0.0] * 3, [1.0] * 3], [[30] * 3] * 2)
    assert found.value.tolist() == [0, 1]
    assert found.lower[0] == 0
    assert 0 < found.upper[0] < 0.1
    assert found.upper[1] == 1


def test_semesters_are_not_mixed():
    """With labels only the target semester is used."""
    values = np.array([0.05, 0.10, 0.06, 0.12, 0.07, 0.14])
    labels = np.array([1, 2, 1, 2, 1, 2])
    first = projection.same_season(values, np.full(6, 200), labels, 1)
    alone = projection.same_season(values[::2], np.full(3, 200))
    assert float(first.value) == pytest.approx(float(alone.value))
    assert float(first.upper) < 0.10


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_coverage_of_the_interval(noise):
    """Back-test: the 80 % interval holds 76 to 85 % of later values, small and large schools alike."""
    values, n = world(5, noise)
    found = projection.back_test(values, n)
    assert found.projections == 700 * 5
    assert 0.76 <= found.coverage <= 0.85
    small, large = n[:, 0] < 120, n[:, 0] > 300
    assert 0.73 <= projection.back_test(values[small], n[small]).coverage <= 0.88
    assert 0.73 <= projection.back_test(values[large], n[large]).coverage <= 0.88


def test_error_variance_is_found():
    """Stable schools: nearly no variance between years and the binomial part near 4/3."""
    found = projection.same_season(*world(6, 0.0))
    assert found.errors == 700 * 5
    assert found.between < 0.0005
    assert found.within == pytest.approx(4 / 3, abs=0.15)


def test_noise_widens_the_interval():
    """Years that differ more than chance allows make every interval wider, of large schools most."""
    quiet, noisy = (projection.same_season(*world(6, noise)) for noise in (0.0, 0.5))
    assert noisy.between > 10 * quiet.between
    assert np.median(noisy.upper - noisy.lower) > 1.3 * np.median(quiet.upper - quiet.lower)


def test_few_schools_use_binomial_noise():
    """With fewer than 30 past errors the interval is the binomial one: variance 4/3 over n."""
    found = projection.same_season([0.2] * 3, [100] * 3)
    assert (found.between, found.errors) == (0.0, 0)
    assert found.within == pytest.approx(4 / 3)


def test_next_size_sets_the_width():
    """A larger school next year has a narrower interval around the same value."""
    values, n = [[0.2] * 3, [0.2] * 3], [[100] * 3] * 2
    found = projection.same_season(values, n, next_n=[50, 400])
    assert found.value[0] == pytest.approx(found.value[1])
    assert found.upper[0] - found.lower[0] > found.upper[1] - found.lower[1]


def test_nothing_to_project():
    """Too short series: no back-test, no projection, no warning."""
    found = projection.back_test([[0.1, 0.2, 0.3]], [[10, 10, 10]])
    assert found.projections == 0
    assert np.isnan(found.coverage)
    assert np.isnan(projection.same_season([[0.1, 0.2]], [[10, 10]]).value).all()


@few
@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_inverse_undoes_the_transform(pair):
    """Any share of any n comes back from its angle."""
    x, n = pair
    back = projection.inverse_double_arcsine(projection.double_arcsine(x / n, n), n)
    assert float(back) == pytest.approx(x / n, abs=1e-6)


@few
@given(st.floats(-1, 5), st.floats(-1, 5), st.integers(1, 2000))
def test_inverse_rises(first, second, n):
    """A larger angle never gives a smaller share, and shares stay in [0, 1]."""
    low, high = (float(projection.inverse_double_arcsine(t, n)) for t in sorted((first, second)))
    assert 0 <= low <= high + 1e-9 <= 1 + 2e-9


@few
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 500)), min_size=3, max_size=8), st.floats(0.5, 0.98)
)
def test_interval_holds_the_value(pairs, coverage):
    """Lower <= value <= upper within [0, 1], and more coverage is never narrower."""
    values, n = np.array(pairs).T
    found = projection.same_season(values, n, coverage=coverage)
    wide = projection.same_season(values, n, coverage=0.99)
    assert 0 <= found.lower <= found.value <= found.upper <= 1
    assert wide.lower <= found.lower
    assert wide.upper >= found.upper


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: projection.same_season([1.2] * 3, [10] * 3), "values must be shares"),
        (lambda: projection.same_season([-0.1] * 3, [10] * 3), "values must not be negative"),
        (lambda: projection.same_season([0.1] * 3, [-10] * 3), "n must not be negative"),
        (lambda: projection.same_season([0.1] * 3, [10] * 4), "shapes do not fit"),
        (lambda: projection.same_season([0.1] * 3, [10] * 3, target=1), "target needs season labels"),
        (lambda: projection.same_season([0.1] * 3, [10] * 3, [1, 2], 1), "season must be one label"),
        (lambda: projection.same_season([0.1] * 3, [10] * 3, [1, 2, 1], 3), "not one of the season labels"),
        (lambda: projection.same_season([0.1] * 3, [10] * 3, coverage=80), "coverage must lie between"),
        (lambda: projection.same_season([0.1] * 3, [10] * 3, next_n=0), "next_n must be positive"),
        (lambda: projection.same_season(0.1, 10), "values and n must have shape"),
    ],
)
def test_impossible_input(call, reason):
    """Impossible input is refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        call()
