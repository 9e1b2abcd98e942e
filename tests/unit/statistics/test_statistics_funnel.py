"""Funnels against FunnelPlotR, PHEindicatormethods and their own arithmetic."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics import funnel

few = settings(deadline=None, max_examples=60, derandomize=True)

DATA = Path(__file__).parent / "data"


def table(name: str) -> list[dict[str, str]]:
    """Rows of a data file, without its comment lines."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.fixture(scope="module")
def medpar():
    """Observed and expected length of stay of the 54 providers."""
    rows = table("medpar_providers.csv")
    return tuple(np.array([float(row[key]) for row in rows]) for key in ("observed", "expected"))


units = st.lists(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3, max_size=40
).filter(lambda pairs: 0 < sum(x for x, _ in pairs) < sum(n for _, n in pairs))


def test_medpar_counts(medpar):
    """FunnelPlotR README: 54 points, 25 outside the 99.8 % limits, 9 with over-dispersion (SHMI)."""
    found = funnel.ratio(*medpar)
    assert found.z.shape == (54,)
    assert found.outliers.sum() == 25
    assert found.outliers_overdispersed.sum() == 9


def test_medpar_model():
    """The expected counts come from the README's model: coefficients, deviance and dispersion 6.2405."""
    rows = table("medpar_patterns.csv")
    hmo, died, age80, kind, size, total, square = (
        np.array([float(row[key]) for row in rows])
        for key in ("hmo", "died", "age80", "type", "patients", "los", "los_squared")
    )
    design = np.stack([np.ones(len(rows)), hmo, died, age80, kind == 2, kind == 3], axis=1)
    beta = np.array([np.log(total.sum() / size.sum()), 0, 0, 0, 0, 0])
    for _ in range(12):
        mean = np.exp(design @ beta)
        slope = design.T @ (total - size * mean)
        beta = beta + np.linalg.solve(design.T @ (design * (size * mean)[:, None]), slope)
    mean = np.exp(design @ beta)
    published = [2.26875, -0.07637, -0.24574, -0.02141, 0.24921, 0.74869]
    assert beta == pytest.approx(published, abs=5.1e-6)
    pearson = ((square - 2 * mean * total + size * mean**2) / mean).sum()
    # R prints 6.240519: its weights are those of the step before the last
    assert pearson / (size.sum() - 6) == pytest.approx(6.240519, abs=5e-5)


def test_dispersion_of_six_units():
    """FunnelPlotR, tests/testthat/test-classes_methods.R: phi of six units is 2.948033 (log, truncated)."""
    found = funnel.ratio([100, 150, 180, 80, 120, 225], [108, 112, 165, 95, 100, 220])
    assert found.phi == pytest.approx(2.948033, abs=5e-7)


def test_truncation_drops_the_published_units(medpar):
    """Ranks 6 to 49 of 54 stay when 10 % is cut at each end, as in the SHMI rule of FunnelPlotR."""
    observed, expected = medpar
    z = np.sqrt(expected) * np.log(observed / expected)
    kept = np.sort(z)[5:49]
    assert funnel.ratio(observed, expected).phi == pytest.approx(np.mean(kept**2))


def test_square_root_and_winsorising(medpar):
    """The CQC form: z = 2 (sqrt O - sqrt E), the ends pulled in to the 10 % and 90 % quantiles."""
    observed, expected = medpar
    found = funnel.ratio(observed, expected, transform="sqrt", trimming="winsorise")
    z = 2 * (np.sqrt(observed) - np.sqrt(expected))
    assert found.z == pytest.approx(z)
    assert found.phi == pytest.approx(np.mean(np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2))
    assert found.outliers.sum() == 25


def test_phe_significance_classes():
    """PHEindicatormethods: classes of areas at 0.025 and 0.001, baseline 80.642448 %."""
    rows = table("phe_funnel_proportions.csv")
    x, n = (np.array([float(row[key]) for row in rows]) for key in ("numerator", "denominator"))
    near = funnel.proportion(x, n, target=0.80642448, level=0.95)
    far = funnel.proportion(x, n, target=0.80642448, level=0.998)
    side = np.where(x / n > 0.80642448, "High", "Low")
    classes = np.where(near.outliers, np.char.add(side, " (0.025)"), "Not significant")
    classes = np.where(far.outliers, np.char.add(side, " (0.001)"), classes)
    assert classes.tolist() == [row["class"] for row in rows]


@pytest.mark.parametrize("share", [0.0002, 0.056, 0.5, 0.97, 0.9998])
def test_exact_proportion_limits(share):
    """A unit is outside exactly when a count as extreme has a binomial probability below 0.1 %."""
    from scipy.stats import binom

    n = np.repeat([1, 2, 5, 9, 24, 60, 212, 1000], 60)
    x = np.minimum(np.tile(np.arange(60), 8), n)
    for count in (x, n - x):
        found = funnel.proportion(count, n, target=share)
        rare = (binom.cdf(count, n, share) < 0.001) | (binom.sf(count - 1, n, share) < 0.001)
        assert found.outliers.tolist() == rare.tolist()


def test_exact_ratio_limits_by_tail():
    """limits="tail": outside exactly when a count as extreme has a Poisson probability below 0.1 %."""
    from scipy.stats import poisson

    expected = np.repeat([0.0004, 0.3, 2.0, 5.0, 30.0, 400.0], 60)
    observed = np.tile(np.arange(60), 6) * np.maximum(1, expected // 30)
    found = funnel.ratio(observed, expected, limits="tail")
    rare = (poisson.cdf(observed, expected) < 0.001) | (poisson.sf(observed - 1, expected) < 0.001)
    assert found.outliers.tolist() == rare.tolist()


def test_limits_and_outliers_agree(medpar):
    """The picture and the flag say the same, with and without over-dispersion."""
    found = funnel.ratio(*medpar)
    for lower, upper, flag in (
        (found.lower, found.upper, found.outliers),
        (found.lower_overdispersed, found.upper_overdispersed, found.outliers_overdispersed),
    ):
        assert (((found.value < lower) | (found.value > upper)) == flag).all()


def test_no_overdispersion_no_widening():
    """Units that differ less than chance allows have tau2 0 and both z scores equal."""
    found = funnel.proportion(np.full(40, 10), np.full(40, 100))
    assert found.tau2 == 0
    assert found.z_adjusted == pytest.approx(found.z)
    assert not found.outliers.any()


def test_unit_without_observations():
    """An empty unit keeps its place: NaN, never an outlier, no influence on the others."""
    whole = funnel.proportion([5, 0, 9, 30], [50, 0, 60, 70])
    without = funnel.proportion([5, 9, 30], [50, 60, 70])
    assert np.isnan([whole.z[1], whole.lower[1], whole.upper_overdispersed[1]]).all()
    assert not whole.outliers[1]
    assert whole.phi == without.phi
    assert whole.z[[0, 2, 3]].tolist() == without.z.tolist()


def test_all_units_empty_of_events():
    """No event anywhere is a possible state: target 0 and no outliers."""
    found = funnel.proportion([0, 0, 0], [10, 20, 30])
    assert found.target == 0
    assert not found.outliers.any()
    assert found.upper.tolist() == [0, 0, 0]


def test_observed_zero_in_a_log_ratio():
    """An observed 0 does not break the logarithm; its value stays 0."""
    found = funnel.ratio([0, 20, 25, 18], [12.0, 21.0, 22.0, 19.0])
    assert np.isfinite(found.z).all()
    assert found.value[0] == 0
    assert found.z[0] < 0


@few
@given(units)
def test_order_of_units_does_not_matter(pairs):
    """Turning the order of the units round turns the answers round."""
    x, n = np.array(pairs).T
    there, back = funnel.proportion(x, n), funnel.proportion(x[::-1], n[::-1])
    assert there.tau2 == pytest.approx(back.tau2)
    assert there.outliers.tolist() == back.outliers[::-1].tolist()
    assert there.lower == pytest.approx(back.lower[::-1])


@few
@given(units)
def test_limits_hold_the_target(pairs):
    """The target lies between the limits, and over-dispersed z scores are not larger."""
    x, n = np.array(pairs).T
    found = funnel.proportion(x, n)
    assert (found.lower <= found.target + 1e-9).all()
    assert (found.upper >= found.target - 1e-9).all()
    assert (np.abs(found.z_adjusted) <= np.abs(found.z) + 1e-12).all()
    assert (found.lower_overdispersed >= 0).all()
    assert (found.upper_overdispersed <= 1).all()


@few
@given(units, st.sampled_from(["log", "sqrt"]), st.sampled_from(["winsorise", "truncate"]))
def test_wider_level_wider_limits(pairs, transform, trimming):
    """A higher level never narrows the limits and never adds an outlier."""
    x, n = np.array(pairs).T
    options = {"transform": transform, "trimming": trimming}
    narrow, wide = (funnel.ratio(x, n / 4, level=level, **options) for level in (0.95, 0.998))
    assert (wide.lower <= narrow.lower).all()
    assert (wide.upper >= narrow.upper).all()
    assert not (wide.outliers & ~narrow.outliers).any()
    assert not (wide.outliers_overdispersed & ~narrow.outliers_overdispersed).any()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: funnel.proportion([5], [4]), "x must not be larger than n"),
        (lambda: funnel.proportion([0, 0], [0, 0]), "no unit has an observation"),
        (lambda: funnel.proportion([1], [4], target=1.2), "target must lie between 0 and 1"),
        (lambda: funnel.proportion([1], [4], transform="logit"), "transform must be one of arcsine"),
        (lambda: funnel.proportion([1], [4], trim=0.5), "trim must be below 0.5"),
        (lambda: funnel.proportion([1], [4], trim=-0.1), "trim must lie between 0 and 1"),
        (lambda: funnel.proportion([1], [4], trimming="drop"), "trimming must be one of"),
        (lambda: funnel.proportion([1], [4], level=99.8), "level must lie between 0 and 1"),
        (lambda: funnel.proportion([float("nan")], [4]), "x must not contain NaN"),
        (lambda: funnel.ratio([1], [-1]), "expected must not be negative"),
        (lambda: funnel.ratio([1], [0]), "observed must be 0 where expected is 0"),
        (lambda: funnel.ratio([0], [0]), "no unit has an expected count"),
        (lambda: funnel.ratio([1], [2], transform="arcsine"), "transform must be one of log, sqrt"),
        (lambda: funnel.ratio([1], [2], limits="wide"), "limits must be one of"),
    ],
)
def test_impossible_input(call, reason):
    """Impossible input is refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        call()
