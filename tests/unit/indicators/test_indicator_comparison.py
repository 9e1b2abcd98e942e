"""Differences of like with like, and trends that can decline to answer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from indicators import comparison
from indicators.catalogue import INDICATORS
from indicators.comparison import IncomparableError, Observation, compare

FIRST = Observation(
    indicator=INDICATORS["R03"], stage="basic", school_year=2022, semester=1, numerator=9, denominator=120
)
NONE = np.full((1, 1), np.nan)


def test_a_semester_is_compared_with_the_same_semester():
    """Semester 2 against semester 1 is refused, in both languages; the same semester a year on is not."""
    with pytest.raises(IncomparableError) as refusal:
        compare(FIRST, dataclasses.replace(FIRST, semester=2))
    assert "semestri" in refusal.value.reason["lv"]
    assert "semester" in refusal.value.reason["en"]
    assert compare(FIRST, dataclasses.replace(FIRST, school_year=2023)).difference == 0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"stage": "upper_secondary"}, "stages"),
        ({"indicator": INDICATORS["R02"]}, "different indicators"),
        ({"numerator": 0, "denominator": 0}, "no data"),
    ],
)
def test_unlike_things_are_refused(change, word):
    """Another stage, another indicator, or nothing to compare: refused with the reason."""
    with pytest.raises(IncomparableError, match=word) as refusal:
        compare(FIRST, dataclasses.replace(FIRST, **change))
    assert set(refusal.value.reason) == {"lv", "en"}


def test_a_break_between_the_periods_is_refused():
    """Exams before and after the reform of 2023 are not compared; on one side of it they are."""
    exam = Observation(
        indicator=INDICATORS["R12"], stage="basic", school_year=2021, numerator=3, denominator=90
    )
    with pytest.raises(IncomparableError, match="2023"):
        compare(exam, dataclasses.replace(exam, school_year=2022))
    with pytest.raises(IncomparableError, match="2023"):
        compare(dataclasses.replace(exam, school_year=2024), exam)
    assert compare(exam, dataclasses.replace(exam, school_year=2020)).changed is False
    vocational = dataclasses.replace(exam, stage="vocational")
    assert compare(vocational, dataclasses.replace(vocational, school_year=2022)).changed is False


def test_shares_have_newcombes_interval():
    """56 of 70 against 48 of 80 is 20 points with 0.0524 to 0.3339 (Newcombe 1998, method 10)."""
    one = dataclasses.replace(FIRST, numerator=48, denominator=80)
    two = dataclasses.replace(one, school_year=2023, numerator=56, denominator=70)
    found = compare(one, two)
    assert (found.difference, found.lower, found.upper) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert found.changed is True


def test_rates_and_means_have_an_interval_and_a_census_has_none():
    """Complaints and marks change by chance, too; loads are counted in full, so nothing is claimed."""
    rate = Observation(
        indicator=INDICATORS["R09"], stage="all_general", school_year=2022, numerator=2, denominator=4.0
    )
    found = compare(rate, dataclasses.replace(rate, school_year=2023, numerator=20))
    assert found.lower < found.difference == 4.5 < found.upper
    assert found.changed is True
    mean = Observation(
        indicator=INDICATORS["R10"], stage="basic", school_year=2022, numerator=3.0, denominator=30, sd=1.5
    )
    found = compare(mean, dataclasses.replace(mean, school_year=2023, numerator=6.0))
    assert found.changed is False
    assert found.lower < 0 < found.upper
    census = Observation(
        indicator=INDICATORS["R05"], stage="all_general", school_year=2022, numerator=24, denominator=2.0
    )
    assert compare(census, dataclasses.replace(census, school_year=2023, numerator=26)).changed is None


# --- trends --------------------------------------------------------------------------------------


def trends(indicator, total, size, national, segments=None, shown=None):
    """Words at the end of every period."""
    total, size = np.asarray(total, float), np.asarray(size, float)
    shown = np.isfinite(total) if shown is None else shown
    segments = np.zeros(total.shape[1], int) if segments is None else np.asarray(segments)
    return comparison.trends(
        indicator, total, size, np.full(total.shape, np.nan), np.asarray(national, float), segments, shown
    )


def world(rate, units=80, size=300, seed=2):
    """Counts of schools that follow the country exactly but for chance."""
    rng = np.random.default_rng(seed)
    return rng.binomial(size, np.broadcast_to(rate, (units, len(rate)))).astype(float), np.full(
        (units, len(rate)), float(size)
    )


def test_a_drift_beyond_the_country_is_told():
    """A school that rises while the country does not gets a word; those that follow the country do not."""
    rate = np.full(6, 0.05)
    total, size = world(rate)
    total[0] = [8, 14, 20, 28, 36, 46]
    found = trends(INDICATORS["R03"], total, size, rate)
    assert found[0, -1] == "worsening"
    assert set(found[1:, -1]) == {"no_change"}
    assert set(found[:, 0]) == {comparison.SHORT}


def test_falling_with_the_country_is_no_improvement():
    """When the whole country falls, a school that falls as fast shows no change, and one that stays worsens."""
    rate = np.array([0.12, 0.10, 0.08, 0.07, 0.06, 0.05])
    total, size = world(rate)
    total[0] = 300 * 0.12
    found = trends(INDICATORS["R03"], total, size, rate)
    assert found[0, -1] == "worsening"
    assert set(found[1:, -1]) == {"no_change"}


def test_direction_decides_the_word():
    """The same rise worsens absence, improves graduation, and is only a rise where no direction is bad."""
    rate = np.full(6, 0.30)
    total, size = world(rate)
    total[0] = [50, 70, 90, 110, 130, 150]
    assert trends(INDICATORS["R03"], total, size, rate)[0, -1] == "worsening"
    assert trends(INDICATORS["R04"], total, size, rate)[0, -1] == "improving"
    plain = dataclasses.replace(INDICATORS["R03"], direction="none")
    assert trends(plain, total, size, rate)[0, -1] == "increasing"


def test_large_shares_are_tested_by_their_complement():
    """85 % falling to 70 % against a steady country is told."""
    rate = np.full(6, 0.85)
    total, size = world(rate)
    total[0] = [255, 246, 237, 228, 219, 210]
    found = trends(INDICATORS["R04"], total, size, rate)
    assert found[0, -1] == "worsening"
    assert (found[1:, -1] == "no_change").mean() > 0.97


def test_rates_may_exceed_their_exposure():
    """Ten complaints for two hundred learners are a rate of five; the test takes it."""
    rate = np.full(6, 2.0)
    rng = np.random.default_rng(1)
    size = np.full((60, 6), 2.0)
    total = rng.poisson(4, (60, 6)).astype(float)
    total[0] = [1, 2, 5, 9, 14, 20]
    found = trends(INDICATORS["R09"], total, size, rate)
    assert found[0, -1] == "worsening"


def test_a_break_and_a_short_series_are_told_apart():
    """Three periods are too few; four across a break are a break; a gap shortens the series."""
    rate = np.full(6, 0.05)
    total, size = world(rate)
    found = trends(INDICATORS["R03"], total, size, rate, segments=[0, 0, 0, 0, 1, 1])
    assert set(found[:, 2]) == {comparison.SHORT}
    assert set(found[:, 3]) == {"no_change"}
    assert set(found[:, 5]) == {comparison.BREAK}
    total[0, 1] = np.nan
    found = trends(INDICATORS["R03"], total, size, rate)
    assert found[0, 3] == comparison.SHORT
    assert found[0, 1] is None
    word, reason = comparison.split_trend(found[0, 3])
    assert word == "cannot_tell"
    assert set(comparison.CANNOT_TELL[reason]) == {"lv", "en"}


def test_stable_schools_are_left_alone():
    """Of 400 schools that follow the country at most 1 % are told to change."""
    rate = np.full(6, 0.06)
    total, size = world(rate, units=400, size=150, seed=9)
    assert (trends(INDICATORS["R03"], total, size, rate)[:, -1] != "no_change").mean() <= 0.01


def test_a_census_trend_needs_more_than_its_yearly_noise():
    """Loads that wander show no change; a steady climb is told as a rise, without a judgement."""
    rng = np.random.default_rng(6)
    size = np.full((400, 6), 2.0)
    total = 24 * rng.lognormal(0, 0.03, (400, 6))
    total[0] = 24 * np.array([1, 1.1, 1.2, 1.32, 1.45, 1.6])
    found = trends(INDICATORS["R05"], total, size, np.full(6, 12.0))
    assert found[0, -1] == "increasing"
    assert (found[1:, -1] == "no_change").mean() > 0.99


def test_the_country_is_told_by_mann_kendall():
    """Five falling years are a trend, four are not enough, and a measure against the country has none."""
    falling = np.array([9.0, 8.0, 7.0, 6.0, 5.0, 4.0])
    found = comparison.country_trend(INDICATORS["R03"], falling, np.zeros(6, int))
    assert found.tolist()[3:] == [comparison.SHORT, "improving", "improving"]
    found = comparison.country_trend(INDICATORS["R03"], falling, np.array([0, 0, 0, 0, 1, 1]))
    assert found[5] == comparison.BREAK
    found = comparison.country_trend(INDICATORS["R10"], falling, np.zeros(6, int))
    assert set(found) == {comparison.RELATIVE}
    assert comparison.RELATIVE in comparison.CANNOT_TELL


# --- intervals -------------------------------------------------------------------------------------


def test_intervals_by_family():
    """Wilson for 2 of 14, exact Poisson for 3, Byar for 12 events, t for a mean, nothing for a census."""
    one, size = np.array([2.0]), np.array([14.0])
    low, high = comparison.interval("share", one, size, NONE[0])
    assert (low[0], high[0]) == pytest.approx((0.0401, 0.3994), abs=5e-5)
    low, high = comparison.interval("rate", np.array([3.0, 12.0]), np.array([1.0, 4.0]), np.full(2, np.nan))
    assert (low[0], high[0]) == pytest.approx((0.6187, 8.7673), abs=5e-5)
    assert (low[1] * 4, high[1] * 4) == pytest.approx((6.193, 20.963), abs=5e-3)
    low, high = comparison.interval("mean", np.array([30.0]), np.array([30.0]), np.array([0.04]))
    assert (low[0], high[0]) == pytest.approx((1 - 2.0452 * 0.2, 1 + 2.0452 * 0.2), abs=5e-5)
    assert np.isnan(comparison.interval("size_band", one, size, NONE[0])[0]).all()
