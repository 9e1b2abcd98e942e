"""False discovery rate against the example of its authors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics import multiplicity

few = settings(deadline=None, max_examples=60, derandomize=True)

# Benjamini & Hochberg (1995), J R Stat Soc B 57:289, section 3.2: fifteen comparisons of a heart study.
PAPER = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1.0000,
]

families = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def test_paper_rejects_four():
    """At 5 % the paper rejects the four smallest p values (Bonferroni three)."""
    found = multiplicity.benjamini_hochberg(PAPER, 0.05)
    assert found.rejected.tolist() == [True] * 4 + [False] * 11


def test_paper_adjusted():
    """Adjusted p values: the running minimum of 15 p / rank from the top."""
    found = multiplicity.benjamini_hochberg(PAPER, 0.05)
    assert found.adjusted[:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603])
    assert found.adjusted[5] == found.adjusted[6] == pytest.approx(15 * 0.0298 / 7)


def test_agrees_with_scipy():
    """Adjusted p values are those of scipy.stats.false_discovery_control."""
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(5).uniform(size=200) ** 2
    assert multiplicity.benjamini_hochberg(p).adjusted == pytest.approx(false_discovery_control(p))


def test_untested_units_do_not_count():
    """Skipped NaN are never rejected and do not enlarge the family."""
    found = multiplicity.benjamini_hochberg([np.nan, 0.04, np.nan], 0.05, missing="skip")
    assert found.rejected.tolist() == [False, True, False]
    assert np.isnan(found.adjusted[0])
    assert found.adjusted[1] == 0.04


def test_empty_family():
    """No hypotheses, no rejections."""
    assert multiplicity.benjamini_hochberg([], 0.1).rejected.size == 0


@few
@given(families, st.floats(0.01, 0.5))
def test_rejected_means_adjusted_small(p, q):
    """A hypothesis is rejected exactly when its adjusted p value is at most q."""
    found = multiplicity.benjamini_hochberg(p, q)
    sure = np.abs(found.adjusted - q) > 1e-12
    assert (found.rejected == (found.adjusted <= q))[sure].all()
    assert (found.adjusted >= np.array(p) - 1e-15).all()
    assert (found.adjusted <= 1).all()


@few
@given(families, st.randoms())
def test_order_does_not_matter(p, random):
    """Shuffling the hypotheses shuffles the decisions."""
    order = list(range(len(p)))
    random.shuffle(order)
    there = multiplicity.benjamini_hochberg(p, 0.1)
    back = multiplicity.benjamini_hochberg([p[i] for i in order], 0.1)
    assert back.rejected.tolist() == there.rejected[order].tolist()


@few
@given(families)
def test_more_tolerance_rejects_more(p):
    """A larger q keeps every rejection."""
    strict, loose = (multiplicity.benjamini_hochberg(p, q).rejected for q in (0.05, 0.2))
    assert not (strict & ~loose).any()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: multiplicity.benjamini_hochberg([0.1, float("nan")], 0.1), "p must not contain NaN"),
        (lambda: multiplicity.benjamini_hochberg([1.1], 0.1), "p must lie between 0 and 1"),
        (lambda: multiplicity.benjamini_hochberg([-0.1], 0.1), "p must lie between 0 and 1"),
        (lambda: multiplicity.benjamini_hochberg([0.1], 0), "q must lie between 0 and 1"),
        (lambda: multiplicity.benjamini_hochberg([0.1], 0.1, missing="drop"), "missing must be one of"),
    ],
)
def test_impossible_input(call, reason):
    """Impossible input is refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        call()
