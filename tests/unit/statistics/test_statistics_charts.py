"""Control charts against textbook and published examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics import charts

few = settings(deadline=None, max_examples=60, derandomize=True)

# NIST/SEMATECH e-Handbook 6.3.2.2: flow rate of ten batches.
FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]

# NHSRplotthedots, tests/testthat/test-ptd_spc_standard.R: set.seed(123); rnorm(20).
NORMAL_20 = [-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621]
NORMAL_20 += [-1.26506123, -0.68685285, -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272]
NORMAL_20 += [-0.55584113, 1.78691314, 0.49785048, -1.96661716, 0.70135590, -0.47279141]

# Montgomery, Introduction to Statistical Quality Control: cans of orange juice, 30 samples of 50.
JUICE = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]

series = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=60)


def test_individuals_published():
    """NIST: centre 50.81, limits 45.8159 and 55.8041 (with 3 / 1.128 where the chart uses 2.66)."""
    found = charts.xmr(FLOW_RATE)
    assert found.centre[0] == pytest.approx(50.81)
    assert found.lower[0] == pytest.approx(45.8159, abs=1e-3)
    assert found.upper[0] == pytest.approx(55.8041, abs=1e-3)


@pytest.mark.parametrize(
    ("fifteenth", "screen", "centre", "lower", "upper"),
    [
        (-0.55584113, True, 0.1416238, -3.01138, 3.294627),
        (10.0, True, 0.6694159, -2.383666, 3.722497),
        (10.0, False, 0.6694159, -4.596625, 5.935457),
    ],
)
def test_screening_published(fifteenth, screen, centre, lower, upper):
    """NHSRplotthedots snapshot: an outlier's moving ranges are left out when screening is on."""
    values = NORMAL_20.copy()
    values[14] = fifteenth
    found = charts.xmr(values, screen=screen)
    assert found.centre[0] == pytest.approx(centre, abs=1e-6)
    assert found.lower[0] == pytest.approx(lower, abs=1e-6)
    assert found.upper[0] == pytest.approx(upper, abs=1e-6)


def test_p_chart_published():
    """Montgomery: centre 0.2313, limits 0.0524 and 0.4102."""
    found = charts.p_chart(JUICE, [50] * 30)
    assert found.centre[0] == pytest.approx(0.2313, abs=5e-5)
    assert found.lower[0] == pytest.approx(0.0524, abs=5e-5)
    assert found.upper[0] == pytest.approx(0.4102, abs=5e-5)


def test_p_chart_second_textbook():
    """An Introduction to Business Statistics, example 16.6: 0.16, limits 0.0822 and 0.2378."""
    found = charts.p_chart([40, 44, 22, 34, 24, 32, 28, 32, 34, 30], [200] * 10)
    assert found.centre[0] == pytest.approx(0.16)
    assert found.lower[0] == pytest.approx(0.0822, abs=5e-5)
    assert found.upper[0] == pytest.approx(0.2378, abs=5e-5)


def test_p_chart_limits_follow_the_size():
    """A small period has wider limits; an empty one has none."""
    found = charts.p_chart([10, 2, 0], [100, 20, 0])
    assert found.upper[1] > found.upper[0]
    assert np.isnan(found.upper[2])
    assert found.lower[0] >= 0


def test_constant_series():
    """A series that never changes has limits on its centre."""
    found = charts.xmr([4.0, 4.0, 4.0])
    assert found.lower.tolist() == found.centre.tolist() == found.upper.tolist() == [4.0, 4.0, 4.0]


@few
@given(series, st.integers(1, 20), st.integers(-100, 100))
def test_xmr_follows_the_unit(values, factor, shift):
    """Changing the unit of the values changes centre and limits in the same way."""
    plain = charts.xmr(values)
    moved = charts.xmr([factor * value + shift for value in values])
    assert moved.upper == pytest.approx(factor * plain.upper + shift, rel=1e-9, abs=1e-6)
    assert moved.centre == pytest.approx(factor * plain.centre + shift, rel=1e-9, abs=1e-6)


@few
@given(series)
def test_screening_never_widens(values):
    """Leaving out large moving ranges cannot make the limits wider; the centre stays."""
    screened, plain = charts.xmr(values), charts.xmr(values, screen=False)
    assert (screened.upper <= plain.upper + 1e-9).all()
    assert (screened.lower >= plain.lower - 1e-9).all()
    assert screened.centre.tolist() == plain.centre.tolist()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: charts.xmr([1.0]), "at least 2 values"),
        (lambda: charts.xmr([[1.0, 2.0]]), "one series"),
        (lambda: charts.xmr([1.0, float("nan"), 2.0]), "values must not contain NaN"),
        (lambda: charts.p_chart([5], [4]), "x must not be larger than n"),
        (lambda: charts.p_chart([0, 0], [0, 0]), "at least one observation"),
        (lambda: charts.p_chart(1, 2), "one series"),
    ],
)
def test_impossible_input(call, reason):
    """Impossible input is refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        call()
