"""Trend tests against pyMannKendall and against a Poisson regression."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics import multiplicity, trend

few = settings(deadline=None, max_examples=60, derandomize=True)

YEARS = np.arange(2019, 2025)


@pytest.fixture(scope="module")
def rainfall() -> np.ndarray:
    """Thirty years of monthly rainfall with seven missing months."""
    text = (Path(__file__).parent / "data" / "monthly_rainfall_bogra.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return np.array([float(value) if value else np.nan for line in lines for value in line.split(",")])


def schools(rng, count=400, drift=0.0, spread=0.3, noise=0.0):
    """Events and sizes of schools over six years, `drift` a year above the nation in the first tenth."""
    n = np.repeat(np.maximum(20, rng.lognormal(np.log(190), 0.6, count).astype(int))[:, None], 6, axis=1)
    level = 0.05 * np.exp(rng.normal(0, spread, (count, 1)) + rng.normal(0, noise, (count, 6)))
    level[: count // 10] *= np.exp(drift * (np.arange(6) - 2.5))
    x = rng.binomial(n, np.minimum(level, 1))
    return x, n, x.sum(axis=0) / n.sum(axis=0)


def test_mann_kendall_published(rainfall):
    """pyMannKendall, test_original_test and test_sens_slope: no trend when the season is ignored."""
    found = trend.mann_kendall(rainfall)
    assert found.s == -1959
    assert float(found.var_s) == pytest.approx(4889800.333333333, rel=1e-12)
    assert float(found.z) == pytest.approx(-0.8854562842589916, rel=1e-12)
    assert float(found.p) == pytest.approx(0.37591058740506833, rel=1e-12)
    assert float(found.slope) == pytest.approx(-0.006369426751592357, rel=1e-12)


def test_seasonal_mann_kendall_published(rainfall):
    """pyMannKendall, test_seasonal_test and test_seasonal_sens_slope: decreasing with the season."""
    found = trend.mann_kendall(rainfall, season=12)
    assert found.s == -399
    assert float(found.var_s) == pytest.approx(34702.333333333336, rel=1e-12)
    assert float(found.z) == pytest.approx(-2.136504114534638, rel=1e-12)
    assert float(found.p) == pytest.approx(0.03263834596177739, rel=1e-10)
    assert float(found.slope) == pytest.approx(-0.08695652173913043, rel=1e-12)


def test_season_as_labels(rainfall):
    """Labels of the months give the same test as the length of the cycle."""
    months = np.tile([f"month {i}" for i in range(12)], 30)
    by_label, by_length = trend.mann_kendall(rainfall, months), trend.mann_kendall(rainfall, 12)
    assert by_label.p == by_length.p
    assert by_label.slope == by_length.slope


def test_mann_kendall_of_a_straight_line():
    """pyMannKendall: 360 rising values have s = 64620, with a season of 12 s = 5220 and slope 12."""
    line = np.arange(360.0)
    assert trend.mann_kendall(line).s == 64620
    seasonal = trend.mann_kendall(line, 12)
    assert seasonal.s == 5220
    assert seasonal.slope == 12


def test_two_semesters_are_not_mixed():
    """A saw-tooth of two semesters that both fall is falling, whatever the jump between them."""
    first, second = np.array([8.0, 7, 6, 5, 4, 3]), np.array([13.0, 12, 11, 10, 9, 8.5])
    zigzag = np.stack([first, second], axis=1).ravel()
    assert trend.mann_kendall(zigzag, 2).s == -30
    assert trend.mann_kendall(zigzag, 2).p < 0.01
    assert trend.mann_kendall(zigzag).p > trend.mann_kendall(zigzag, 2).p


def test_many_series_at_once():
    """Rows of a table get the answers they would get alone, empty rows NaN."""
    values = np.random.default_rng(2).normal(size=(300, 9))
    values[3, 2:5] = np.nan
    values[7] = np.nan
    values[8, 1:] = np.nan
    found = trend.mann_kendall(values)
    alone = trend.mann_kendall(values[3])
    assert (found.s[3], found.p[3], found.slope[3]) == (alone.s, alone.p, alone.slope)
    assert np.isnan([found.z[7], found.p[7], found.slope[7], found.p[8]]).all()


def test_constant_series_has_no_trend():
    """All values equal: z 0, p 1, slope 0."""
    found = trend.mann_kendall([5.0] * 8)
    assert (found.s, found.z, found.p, found.slope) == (0, 0, 1, 0)


def test_score_by_hand():
    """One school, four years, the nation flat: z and phi from their definitions."""
    x, n, t = np.array([2, 4, 6, 8]), np.full(4, 100), np.arange(4)
    expected = np.full(4, 5.0)
    centred = t - 1.5
    z = ((x - expected) * centred).sum() / np.sqrt((expected * centred**2).sum())
    found = trend.score(x, n, t, np.full(4, 0.05))
    pearson = ((x - expected) ** 2 / expected).sum()
    assert found.phi == pytest.approx(pearson / 2.365974)  # median of chi-squared with 3 degrees of freedom
    assert float(found.z) == pytest.approx(z / np.sqrt(found.phi))
    assert found.points == 4


def test_score_is_the_score_test_of_a_poisson_model():
    """z squared is slope^2 / information of a Poisson regression on time with offset, at slope 0."""
    rng = np.random.default_rng(4)
    n, national, t = rng.integers(50, 300, 7), rng.uniform(0.03, 0.09, 7), np.array([0, 1, 2, 4, 5, 6, 9.0])
    x = rng.binomial(n, national * 1.3)
    mean = n * national * x.sum() / (n * national).sum()
    design = np.stack([np.ones(7), t], axis=1)
    slope = design.T @ (x - mean)
    statistic = slope @ np.linalg.solve(design.T @ (design * mean[:, None]), slope)
    found = trend.score(x, n, t, national)
    assert float(found.z) ** 2 * found.phi == pytest.approx(statistic)


def test_score_follows_the_nation():
    """A school that moves with the nation has no trend of its own; one that stays flat has."""
    national = np.array([0.02, 0.03, 0.045, 0.06, 0.08, 0.10])
    n = np.full((4, 6), 2000)
    x = np.stack([2000 * national, np.full(6, 110), 2200 * national, 1500 * national])
    found = trend.score(x, n, YEARS, national)
    assert found.z[[0, 2, 3]] == pytest.approx([0, 0, 0], abs=1e-9)
    assert found.phi == 1
    assert found.z[1] < -4


def test_score_needs_four_points():
    """Three usable years, or no event at all, give NaN; missing years are left out."""
    x = np.array([[1, 2, 3, np.nan, np.nan, np.nan], [1, 2, np.nan, 4, 5, np.nan], [0, 0, 0, 0, 0, 0]])
    n = np.where(np.isnan(x), np.nan, 50.0)
    found = trend.score(x, n, YEARS, np.full(6, 0.05))
    assert np.isnan([found.z[0], found.p[0], found.z[2]]).all()
    assert np.isfinite(found.z[1])
    assert found.points.tolist() == [3, 4, 6]
    empty = trend.score(x[1], np.where(np.isnan(x[1]), 0, 50), YEARS, np.full(6, 0.05))
    assert float(empty.z) == pytest.approx(found.z[1])


def test_stable_schools_are_quiet():
    """Without drift about 5 % are below p = 0.05 and none or nearly none is confirmed."""
    found = trend.score(*_without_national(schools(np.random.default_rng(21))))
    assert found.phi < 1.2
    assert (found.p < 0.05).mean() < 0.08
    assert multiplicity.benjamini_hochberg(found.p, 0.10).rejected.mean() <= 0.01


def test_noisy_years_raise_phi():
    """Extra noise from year to year is caught by phi and does not become false trends."""
    found = trend.score(*_without_national(schools(np.random.default_rng(22), noise=0.4)))
    assert found.phi > 1.5
    assert (found.p < 0.05).mean() < 0.09


def test_real_drifts_are_found():
    """One school in ten drifting 20 % a year: at least a quarter confirmed, mostly rightly so."""
    found = trend.score(*_without_national(schools(np.random.default_rng(23), drift=0.2)))
    confirmed = multiplicity.benjamini_hochberg(found.p, 0.10).rejected
    assert confirmed[:40].mean() > 0.25
    assert confirmed[:40].sum() >= 0.8 * confirmed.sum()
    assert (found.z[:40][confirmed[:40]] > 0).all()


def _without_national(world):
    """Arguments of `score` for a simulated world."""
    x, n, national = world
    return x, n, YEARS, national


@few
@given(st.lists(st.integers(0, 30), min_size=4, max_size=10), st.integers(1, 9), st.integers(-2000, 2000))
def test_score_does_not_know_the_calendar(events, step, start):
    """Counting the years from another start or in another unit does not change z."""
    x, n = np.array(events), np.full(len(events), 40)
    t, share = np.arange(len(events)), np.full(len(events), 0.1)
    there, moved = trend.score(x, n, t, share), trend.score(x, n, start + step * t, share)
    assert float(moved.z) == pytest.approx(float(there.z), abs=1e-6, nan_ok=True)


@few
@given(st.lists(st.integers(0, 30), min_size=4, max_size=10))
def test_score_turns_with_time(events):
    """Reading the years backwards changes the sign of z."""
    x, n = np.array(events), np.full(len(events), 40)
    t, share = np.arange(len(events)), np.full(len(events), 0.1)
    there, back = trend.score(x, n, t, share), trend.score(x[::-1], n, t, share)
    assert float(back.z) == pytest.approx(-float(there.z), abs=1e-9, nan_ok=True)


@few
@given(st.lists(st.one_of(st.integers(-50, 50).map(float), st.just(float("nan"))), min_size=2, max_size=20))
def test_mann_kendall_turns_with_time(values):
    """Reading a series backwards changes the sign of s and of the slope."""
    there, back = trend.mann_kendall(values), trend.mann_kendall(values[::-1])
    assert float(back.s) == pytest.approx(-float(there.s), nan_ok=True)
    assert float(back.slope) == pytest.approx(-float(there.slope), nan_ok=True)
    assert float(back.p) == pytest.approx(float(there.p), nan_ok=True)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: trend.score([5] * 4, [4] * 4, range(4), [0.1] * 4), "x must not be larger than n"),
        (lambda: trend.score([1] * 4, [-4] * 4, range(4), [0.1] * 4), "n must not be negative"),
        (lambda: trend.score([1] * 4, [4] * 4, range(5), [0.1] * 5), "period shape"),
        (lambda: trend.score([1] * 4, [4] * 4, [1, 2, 2, 3], [0.1] * 4), "period must not repeat"),
        (lambda: trend.score([1] * 4, [4] * 4, range(4), [1.1] * 4), "national must not be larger than 1"),
        (lambda: trend.score([1] * 4, [4] * 4, range(4), [0.1, 0, 0.1, 0.1]), "national must not be 0"),
        (lambda: trend.score([1] * 4, [4] * 4, range(4), [0.1] * 3), "national must have shape"),
        (
            lambda: trend.score([1] * 4, [4] * 4, range(4), [float("nan")] * 4),
            "national must not contain NaN",
        ),
        (lambda: trend.mann_kendall([[[1.0]]]), "values must have shape"),
        (lambda: trend.mann_kendall([]), "values must have shape"),
        (lambda: trend.mann_kendall([1.0, float("inf")]), "values must be finite"),
        (lambda: trend.mann_kendall([1.0, 2.0], 1.5), "season must be a whole number"),
        (lambda: trend.mann_kendall([1.0, 2.0], ["a"]), "season must be one label"),
    ],
)
def test_impossible_input(call, reason):
    """Impossible input is refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        call()
