"""What is usual for a size: exact quantile lines, and when there are none."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.optimize import linprog

from indicators import levels, size_curve


def staffing(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sizes, loads per hundred learners, and one covariate that shifts them."""
    rng = np.random.default_rng(seed)
    pupils = np.round(rng.lognormal(5.2, 0.8, count)) + 8
    special = (rng.random(count) < 0.2).astype(float)
    ratio = np.exp(4.2 - 0.35 * np.log(pupils) + 0.5 * special + rng.normal(0, 0.15, count))
    return pupils, ratio, special[:, None]


@pytest.mark.parametrize("quantile", [0.05, 0.5, 0.95])
def test_the_line_is_that_of_the_linear_program(quantile):
    """The interior point fit has the same loss as the exact linear program."""
    pupils, ratio, special = staffing(120)
    design = np.column_stack([np.ones(120), np.log(pupils), special])
    y = np.log(ratio)
    line = size_curve.quantile_regression(design, y, quantile)
    parts = np.hstack([design, np.eye(120), -np.eye(120)])
    costs = np.r_[np.zeros(3), np.full(120, quantile), np.full(120, 1 - quantile)]
    bounds = [(None, None)] * 3 + [(0, None)] * 240
    exact = linprog(costs, A_eq=parts, b_eq=y, bounds=bounds, method="highs")
    rest = y - design @ line
    loss = np.where(rest > 0, quantile * rest, (quantile - 1) * rest).sum()
    assert loss == pytest.approx(exact.fun, rel=1e-6)


def test_nine_of_ten_lie_inside_the_band():
    """The 5 and 95 % lines leave about a tenth outside, small and large institutions alike."""
    pupils, ratio, special = staffing(600)
    low, middle, top = size_curve.band(pupils, ratio, special)
    outside = (ratio < low) | (ratio > top)
    assert outside.mean() == pytest.approx(0.10, abs=0.015)
    small = pupils < np.median(pupils)
    assert outside[small].mean() == pytest.approx(outside[~small].mean(), abs=0.06)
    assert ((low < middle) & (middle < top)).all()


def test_what_explains_staffing_is_not_a_deviation():
    """A special school is held against special schools: the line follows the covariate."""
    pupils, ratio, special = staffing(600)
    _, middle, _ = size_curve.band(pupils, ratio, special)
    assert middle[special[:, 0] == 1].mean() > 1.3 * middle[special[:, 0] == 0].mean()


def test_too_few_institutions_have_no_band():
    """29 institutions with loads give no lines; zeros do not count as one but have lines."""
    pupils, ratio, special = staffing(30)
    assert size_curve.band(pupils[:29], ratio[:29], special[:29]) is None
    none_here = np.where(np.arange(30) == 4, 0.0, ratio)
    assert size_curve.band(pupils, none_here, special) is None
    pupils, ratio, special = staffing(60)
    ratio[4] = 0.0
    assert np.isfinite(size_curve.band(pupils, ratio, special)[:, 4]).all()


def test_a_constant_covariate_and_none_are_both_fine():
    """A column that does not vary tells nothing and breaks nothing."""
    pupils, ratio, special = staffing(60)
    plain = size_curve.band(pupils, ratio, np.zeros((60, 0)))
    constant = size_curve.band(pupils, ratio, np.ones((60, 2)))
    np.testing.assert_allclose(plain, constant)


def test_examples_in_the_docstrings_hold():
    """The worked examples of the modules run."""
    for module in (size_curve, levels):
        result = doctest.testmod(module)
        assert result.attempted
        assert not result.failed
