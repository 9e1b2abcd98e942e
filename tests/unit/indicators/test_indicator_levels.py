"""The two keys: where a value lies, and whether that is more than chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import levels


def ask(prior, total, size, limit, over=True):
    """P(true value beyond the limit) for one institution."""
    numbers = (np.array([float(x)]) for x in (total, size, np.nan, limit))
    return float(prior.probability(*numbers, np.array([over]))[0])


# --- level ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numerator", "operator", "level"),
    [(5, ">", "low"), (6, ">", "low"), (7, ">", "medium"), (5, ">=", "low"), (6, ">=", "medium")],
)
def test_level_is_a_plain_comparison(numerator, operator, level):
    """6 of 60 against 10 %: on the boundary with >, beyond it with >=."""
    value = np.array([numerator / 60])
    found = levels.level(value, np.array([0.10]), np.array([0.20]), operator, np.array([True]))
    assert levels.LEVELS[found[0]] == level


def test_level_is_taken_from_the_unrounded_value():
    """10.04 % prints as 10,0 % and is beyond 10 % all the same; 9.96 % prints so too and is not."""
    values = np.array([251 / 2500, 249 / 2500])
    assert [f"{value:.1%}" for value in values] == ["10.0%", "10.0%"]
    found = levels.level(values, np.full(2, 0.10), np.full(2, 0.20), ">", np.full(2, True))
    assert found.tolist() == [levels.MEDIUM, levels.LOW]


def test_low_is_bad_where_the_direction_says_so():
    """With low_bad the operator counts downwards: 71.9 % is beyond 72 %, 72 % is not."""
    values = np.array([0.720, 0.719, 0.619])
    over = levels.above("low_bad", "plus_national", values, np.full(3, 0.82))
    found = levels.level(values, np.full(3, 0.72), np.full(3, 0.62), ">", over)
    assert found.tolist() == [levels.LOW, levels.MEDIUM, levels.HIGH]


def test_both_directions_use_the_boundary_of_their_own_side():
    """A gap of -12 is held against -10, a gap of +12 against +10."""
    values = np.array([-12.0, 12.0, -25.0, 9.0])
    over = levels.above("both", "absolute", values, np.zeros(4))
    medium, high = (levels.boundary("both", "absolute", x, np.zeros(4), over) for x in (10, 20))
    assert medium.tolist() == [-10, 10, -10, 10]
    found = levels.level(values, medium, high, ">", over)
    assert found.tolist() == [levels.MEDIUM, levels.MEDIUM, levels.HIGH, levels.LOW]


@pytest.mark.parametrize(
    ("basis", "number", "boundary"),
    [("absolute", 0.2, 0.2), ("times_national", 1.5, 0.084), ("plus_national", -0.02, 0.036)],
)
def test_boundaries_follow_their_basis(basis, number, boundary):
    """A boundary is a value, a multiple of the national value, or a distance from it."""
    found = levels.boundary("high_bad", basis, number, np.array([0.056]), np.array([True]))
    assert found[0] == pytest.approx(boundary)


def test_a_band_boundary_is_a_multiple_of_the_distance_to_the_line():
    """Once the distance is the 5 % or 95 % line itself; half as far again is outside it."""
    lines = np.array([[8.0], [10.0], [12.5]])
    up, down, value = np.array([True]), np.array([False]), np.array([11.0])
    assert levels.band_boundary(1.0, lines, up, value)[0] == pytest.approx(12.5)
    assert levels.band_boundary(1.0, lines, down, value)[0] == pytest.approx(8.0)
    assert levels.band_boundary(1.5, lines, up, value)[0] == pytest.approx(10 * 1.25**1.5)
    assert levels.band_boundary(1.5, lines, down, value)[0] == pytest.approx(10 * 0.8**1.5)


def test_a_value_on_the_line_is_not_beyond_it():
    """The line goes through some institutions; the last digits of its fit do not make a risk of them."""
    lines = np.array([[8.0] * 4, [10.0] * 4, [12.5] * 4])
    value = np.array([8.0, 8.0 * (1 - 1e-9), 8.0 * (1 + 1e-9), 8.0 * (1 - 1e-4)])
    down = np.zeros(4, dtype=bool)
    medium = levels.band_boundary(1.0, lines, down, value)
    high = levels.band_boundary(1.5, lines, down, value)
    assert levels.level(value, medium, high, ">", down).tolist() == [0, 0, 0, 1]
    assert levels.level(value, medium, high, ">=", down).tolist() == [1, 1, 1, 1]


def test_no_value_has_no_level():
    """A missing value, or a missing boundary, is neither low nor anything else."""
    gaps = np.array([np.nan, 0.5]), np.array([0.1, np.nan])
    found = levels.level(*gaps, np.array([0.2, 0.2]), ">", np.full(2, True))
    assert found.tolist() == [levels.NONE, levels.NONE]


# --- certainty -----------------------------------------------------------------------------------

# The table of the help page (national 5.6 %, boundary 7.5 %) comes from an over-dispersed prior. The one that
# gives all four numbers to two decimals is Beta(4.26, 73.35): mean 5.49 %, worth 77.6 learners, so that true
# shares of schools spread with a standard deviation of 2.6 percentage points.
HELP_PAGE = levels.Prior(family="share", first=4.26, second=73.35)


@pytest.mark.parametrize(
    ("count", "size", "probability"), [(24, 212, 0.91), (12, 106, 0.73), (1, 9, 0.26), (3, 24, 0.40)]
)
def test_the_same_eleven_per_cent_means_three_things(count, size, probability):
    """24 of 212, 12 of 106 and 1 of 9 are all 11 %, and only the first is certain."""
    found = ask(HELP_PAGE, count, size, 0.075)
    assert round(found, 2) == probability
    level = np.array([levels.MEDIUM])
    certain = levels.certain(level, np.array([found]), np.array([0.0]))[0]
    assert certain == (probability >= 0.90)


def test_the_prior_of_the_help_page_is_over_dispersed():
    """Its mean is near the national 5.6 % and its schools truly differ."""
    assert HELP_PAGE.mean == pytest.approx(0.0549, abs=0.0001)
    total = HELP_PAGE.first + HELP_PAGE.second
    spread = np.sqrt(HELP_PAGE.mean * (1 - HELP_PAGE.mean) / (total + 1))
    assert spread == pytest.approx(0.0257, abs=0.0005)


SMALL = levels.Prior(family="share", first=2.0, second=38.0)  # mean 5 %, schools differ


@pytest.mark.parametrize(
    ("name", "this_year", "earlier", "alone", "pooled"),
    [
        ("steady", (7, 40), (14, 80), False, True),
        ("jump", (18, 80), (8, 160), True, False),
        ("healthy", (2, 40), (4, 80), False, False),
        ("trouble", (16, 80), (32, 160), True, True),
    ],
)
def test_certain_is_either_or(name, this_year, earlier, alone, pooled):
    """A sudden rise is certain by this period alone, steady trouble by the pooled periods; neither hides."""
    count, size = this_year
    single = ask(SMALL, count, size, 0.10)
    together = ask(SMALL, count + earlier[0], size + earlier[1], 0.10)
    assert (single >= levels.CERTAIN) == alone, single
    assert (together >= levels.CERTAIN) == pooled, together
    found = levels.either(np.array([single]), np.array([together]))
    certain = levels.certain(np.array([levels.MEDIUM]), found, np.array([0.0]))[0]
    assert certain == (alone or pooled)


@pytest.mark.parametrize(
    ("pupils", "before", "now", "plain", "single", "pooled", "both"),
    [
        (20, 0.05, 0.05, 7.5, 0.0, 0.0, 0.0),  # healthy
        (20, 0.20, 0.20, 79.4, 3.2, 39.6, 39.8),  # steady trouble
        (80, 0.05, 0.20, 98.7, 65.4, 3.4, 65.4),  # a sudden rise
        (40, 0.20, 0.20, 92.4, 26.8, 81.1, 81.5),
        (200, 0.05, 0.20, 100.0, 98.2, 4.3, 98.2),
    ],
)
def test_why_either_or(pupils, before, now, plain, single, pooled, both):
    """Exact chances (in %) of a flag at a boundary of 10 %, over all outcomes of three years.

    ``plain`` is the bare comparison. Pooling alone all but misses the sudden rise, one year alone the steady
    trouble of a small school; either-or finds both and leaves the healthy school alone.
    """
    from scipy.stats import binom

    this, earlier = np.arange(pupils + 1.0), np.arange(2 * pupils + 1.0)
    weight = np.outer(binom.pmf(this, pupils, now), binom.pmf(earlier, 2 * pupils, before))
    total = this[:, None] + earlier
    beyond = (this / pupils > 0.10)[:, None]

    def certain(counts, size):
        shape = counts.shape
        found = SMALL.probability(
            counts,
            np.full(shape, float(size)),
            np.full(shape, np.nan),
            np.full(shape, 0.10),
            np.full(shape, True),
        )
        return (found >= levels.CERTAIN) & beyond

    alone, together = certain(np.broadcast_to(this[:, None], total.shape), pupils), certain(total, 3 * pupils)
    chances = [100 * (weight * here).sum() for here in (beyond, alone, together, alone | together)]
    assert chances == pytest.approx([plain, single, pooled, both], abs=0.06)


def test_certainty_is_that_of_the_levels_own_boundary():
    """A high level is not certain because the medium boundary is passed for certain."""
    found = levels.certain(np.array([levels.HIGH, levels.MEDIUM]), np.full(2, 0.99), np.full(2, 0.50))
    assert found.tolist() == [False, True]


def test_low_is_certain_by_convention():
    """Low is drawn as one filled shape; no level is never certain."""
    found = levels.certain(np.array([levels.LOW, levels.NONE]), np.zeros(2), np.zeros(2))
    assert found.tolist() == [True, False]


def test_fewer_than_thirty_institutions_have_no_prior():
    """29 institutions give no prior, 30 do; size bands never have one."""
    size = np.full(30, 100.0)
    total = np.arange(30.0)
    none = np.full(30, np.nan)
    assert levels.fit_prior("share", total[:29], size[:29], none[:29]) is None
    assert levels.fit_prior("share", total, size, none) is not None
    assert levels.fit_prior("size_band", total, size, none) is None
    gone = np.where(np.arange(30) == 0, np.nan, total)
    assert levels.fit_prior("share", gone, size, none) is None


def test_priors_of_all_families_answer_in_both_directions():
    """Share, rate and mean: P(above) and P(below) add up to one, and shrink towards the mean."""
    rng = np.random.default_rng(3)
    size = rng.integers(20, 400, 60).astype(float)
    shares = rng.binomial(size.astype(int), rng.beta(3, 40, 60)).astype(float)
    means = rng.normal(0, 5, 60) * size
    for family, total, limit in (("share", shares, 0.08), ("rate", shares, 0.08), ("mean", means, 1.0)):
        variance = 400 / size if family == "mean" else np.full(60, np.nan)
        prior = levels.fit_prior(family, total, size, variance)
        above, below = (
            prior.probability(total, size, variance, np.full(60, limit), np.full(60, over))
            for over in (True, False)
        )
        assert above + below == pytest.approx(np.ones(60))
        assert np.isfinite(prior.mean)


def test_band_is_certain_in_the_second_year_on_the_same_side():
    """Outside the band once is possible; twice on one side is certain; across a break or sides it is not."""
    high, low = levels.HIGH, levels.LOW
    found = np.array([[high, high, high, low], [high, high, high, high]])
    over = np.array([[True, True, True, True], [True, False, False, False]])
    certain = levels.certain_band(found, over, np.array([0, 0, 1, 1]))
    assert certain.tolist() == [[False, True, False, True], [False, False, False, True]]


def test_null_world_is_quiet():
    """Where no school is above the boundary hardly any tile is certain (at most 0.5 %)."""
    rng = np.random.default_rng(11)
    certain, tiles = 0, 0
    for _ in range(10):
        size = np.maximum(rng.lognormal(5.2, 0.8, 400).astype(int), 5)
        true = np.minimum(rng.beta(8, 152, 400), 0.0749)  # national 5 %, boundary 7.5 %
        total = rng.binomial(size, true).astype(float)
        prior = levels.fit_prior("share", total, size.astype(float), np.full(400, np.nan))
        found = prior.probability(total, size, np.full(400, np.nan), np.full(400, 0.075), np.full(400, True))
        certain += int((found >= levels.CERTAIN).sum())
        tiles += 400
    assert certain <= 0.005 * tiles


def test_small_schools_are_not_flagged_more_often():
    """The share certainly flagged in the smallest third is not above that in the largest third."""
    rng = np.random.default_rng(12)
    small, large = 0, 0
    for _ in range(10):
        size = np.sort(np.maximum(rng.lognormal(5.2, 0.8, 300).astype(int), 5))
        total = rng.binomial(size, rng.beta(4, 76, 300)).astype(float)
        prior = levels.fit_prior("share", total, size.astype(float), np.full(300, np.nan))
        found = prior.probability(total, size, np.full(300, np.nan), np.full(300, 0.075), np.full(300, True))
        small += int((found[:100] >= levels.CERTAIN).sum())
        large += int((found[200:] >= levels.CERTAIN).sum())
    assert large > 0
    assert small <= large


# --- periods -------------------------------------------------------------------------------------

SEGMENTS = np.array([0, 0, 0, 0, 1, 1])


def test_pooling_stops_at_a_break_and_skips_gaps():
    """Three comparable periods at most; nothing from before the break; a gap adds nothing."""
    counts = np.array([[1.0, 2.0, np.nan, 4.0, 5.0, 6.0]])
    assert levels.pooled(counts, SEGMENTS, 3).tolist() == [[1, 3, 3, 6, 5, 11]]
    assert levels.pooled(counts, SEGMENTS, 1).tolist() == [[1, 2, 0, 4, 5, 6]]


def test_persistence_counts_periods_at_the_level_or_worse():
    """High counts as medium or worse; a low, a gap and a break begin the count anew."""
    low, medium, high, none = levels.LOW, levels.MEDIUM, levels.HIGH, levels.NONE
    found = levels.persistence(np.array([[medium, high, medium, none, medium, medium]]), SEGMENTS)
    np.testing.assert_equal(found, [[1, 1, 3, np.nan, 1, 2]])
    found = levels.persistence(np.array([[low, medium, medium, medium, medium, high]]), SEGMENTS)
    np.testing.assert_equal(found, [[np.nan, 1, 2, 3, 1, 1]])


def test_new_is_told_only_against_a_comparable_period():
    """Worse than the comparable period before is new; without one nothing is said; low is never new."""
    low, medium, high, none = levels.LOW, levels.MEDIUM, levels.HIGH, levels.NONE
    found = levels.is_new(np.array([[medium, high, high, none, medium, low]]), SEGMENTS)
    np.testing.assert_equal(found, [[np.nan, 1, 0, np.nan, np.nan, 0]])
    found = levels.is_new(np.array([[low, medium, low, medium, high, high]]), SEGMENTS)
    np.testing.assert_equal(found, [[0, 1, 0, 1, np.nan, 0]])


@given(st.lists(st.floats(0, 1), max_size=20))
def test_expected_by_chance_is_the_sum_of_the_rest(probabilities):
    """Flags that are certain add little, unsure ones much; it is never more than the number of flags."""
    found = levels.expected_by_chance(np.array([*probabilities, np.nan]))
    assert found == pytest.approx(sum(1 - p for p in probabilities))
    assert 0 <= found <= len(probabilities) + 1e-9
