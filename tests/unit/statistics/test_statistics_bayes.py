"""Empirical Bayes against published fits and against the arithmetic of the posteriors."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.statistics import bayes

few = settings(deadline=None, max_examples=60, derandomize=True)

# Rat tumours: Tarone (1982), Biometrics 38:215; Gelman et al., Bayesian Data Analysis, table 5.1. The 70
# historical groups; group 71 (4 of 14) is the one to be predicted.
RAT_X = [0] * 14 + [1] * 8 + [2] * 9
RAT_X += [1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10, 4, 4, 4, 4, 4, 4, 4, 10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5]
RAT_X += [6, 6, 6, 6, 16, 15, 15, 9]
RAT_N = [20] * 7 + [19] * 4 + [18, 18, 17] + [20] * 4 + [19, 19, 18, 18, 25, 24, 23] + [20] * 6
RAT_N += [10, 49, 19, 46, 27, 17, 49, 47, 20, 20, 13, 48, 50] + [20] * 7 + [48, 19, 19, 19, 22, 46, 49, 20]
RAT_N += [20, 23, 19, 22, 20, 20, 20, 52, 46, 47, 24]

# European red mites on apple leaves: Bliss & Fisher (1953), Biometrics 9:176; leaves with 0, 1, 2, ... mites.
MITES = np.repeat(np.arange(8), [70, 38, 17, 10, 9, 3, 2, 1])

# Pump failures and operating hours (thousands): Gaver & O'Muircheartaigh (1987), Technometrics 29:1.
PUMP_FAILURES = [5, 1, 5, 14, 3, 19, 1, 1, 4, 22]
PUMP_HOURS = [94.32, 15.72, 62.88, 125.76, 5.24, 31.44, 1.048, 1.048, 2.096, 10.48]

# BCG vaccine trials: Colditz et al. (1994), JAMA 271:698; cases and non-cases, vaccinated and not.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]


def log_risk_ratios() -> tuple[np.ndarray, np.ndarray]:
    """Log risk ratios of the BCG trials and their sampling variances."""
    a, b, c, d = np.array(BCG, dtype=float).T
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


units = st.lists(
    st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=40
).filter(lambda pairs: sum(n for _, n in pairs) > 0)


def test_rat_tumours():
    """BayesGOF vignette: alpha 2.304768, beta 14.079707 for the 70 historical groups."""
    found = bayes.fit_beta_binomial(RAT_X, RAT_N)
    assert len(RAT_X) == len(RAT_N) == 70
    assert found.alpha == pytest.approx(2.304768, abs=5e-5)
    assert found.beta == pytest.approx(14.079707, abs=5e-4)
    assert not found.capped


def test_rat_tumours_is_the_maximum():
    """No neighbouring alpha and beta has a higher likelihood."""
    from scipy.special import betaln

    x, n = np.array(RAT_X), np.array(RAT_N)
    found = bayes.fit_beta_binomial(x, n)

    def likelihood(a: float, b: float) -> float:
        return float(np.sum(betaln(a + x, b + n - x) - betaln(a, b)))

    best = likelihood(found.alpha, found.beta)
    for a in (0.99, 1, 1.01):
        for b in (0.99, 1, 1.01):
            assert likelihood(a * found.alpha, b * found.beta) <= best


def test_red_mites():
    """Negative binomial of Bliss & Fisher: k = 1.0246 with mean 1.1467."""
    found = bayes.fit_gamma_poisson(MITES, np.ones(MITES.size))
    assert found.shape == pytest.approx(1.0246, abs=5e-5)
    assert found.mean == pytest.approx(1.1467, abs=5e-5)


def test_pumps_is_the_maximum():
    """With unequal exposure no neighbouring shape and rate has a higher likelihood."""
    from scipy.special import gammaln

    x, hours = np.array(PUMP_FAILURES), np.array(PUMP_HOURS)
    found = bayes.fit_gamma_poisson(x, hours)

    def likelihood(a: float, b: float) -> float:
        return float(np.sum(gammaln(a + x) - gammaln(a) + a * np.log(b) - (a + x) * np.log(b + hours)))

    best = likelihood(found.shape, found.rate)
    for a in (0.99, 1, 1.01):
        for b in (0.99, 1, 1.01):
            assert likelihood(a * found.shape, b * found.rate) <= best


def test_bcg_trials():
    """R package metafor, rma(method = "DL"): tau2 = 0.3088, mean -0.7141."""
    found = bayes.fit_normal(*log_risk_ratios())
    assert found.tau2 == pytest.approx(0.3088, abs=5e-5)
    assert found.mean == pytest.approx(-0.7141, abs=5e-5)


def test_same_share_three_answers():
    """Table A6: nation 5.6 %, limit 7.5 %; 24/212, 12/106, 1/9 and 3/24 give 0.91, 0.73, 0.26 and 0.40."""
    prior = bayes.BetaBinomial(
        0.0556 * 81, 0.9444 * 81, False, np.array([24, 12, 1, 3]), np.array([212, 106, 9, 24])
    )
    found = prior.probability_beyond(0.075, "high")
    assert found.round(2).tolist() == [0.91, 0.73, 0.26, 0.40]


def test_pooled_years_use_the_same_prior():
    """One period alone and three pooled are judged under one prior; more data decide more."""
    prior = bayes.fit_beta_binomial(RAT_X, RAT_N)
    alone = prior.posterior_probability(6, 20, 0.2, "high")
    pooled = prior.posterior_probability(18, 60, 0.2, "high")
    assert pooled > alone
    assert float(prior.posterior_probability(6, 20, 0.2, "low")) == pytest.approx(1 - float(alone))
    assert float(prior.posterior_mean(4, 14)) == pytest.approx(6.304783 / 30.384592, abs=1e-5)


def test_posterior_agrees_with_its_distribution():
    """Beta, gamma and normal posteriors are those of scipy.stats."""
    from scipy import stats

    beta = bayes.fit_beta_binomial(RAT_X, RAT_N)
    expected = stats.beta(beta.alpha + 5, beta.beta + 15).sf(0.2)
    assert float(beta.posterior_probability(5, 20, 0.2, "high")) == pytest.approx(expected)
    gamma = bayes.fit_gamma_poisson(PUMP_FAILURES, PUMP_HOURS)
    expected = stats.gamma(gamma.shape + 4, scale=1 / (gamma.rate + 2)).cdf(1.5)
    assert float(gamma.posterior_probability(4, 2, 1.5, "low")) == pytest.approx(expected)
    normal = bayes.fit_normal(*log_risk_ratios())
    weight = normal.tau2 / (normal.tau2 + 0.1)
    centre = normal.mean + weight * (0.2 - normal.mean)
    expected = stats.norm(centre, np.sqrt(0.1 * weight)).sf(-0.3)
    assert float(normal.posterior_probability(0.2, 0.1, -0.3, "high")) == pytest.approx(expected)


def test_threshold_for_each_unit():
    """A threshold may be one number or one for each unit."""
    prior = bayes.fit_beta_binomial([3, 9, 1], [30, 40, 50])
    each = prior.probability_beyond([0.1, 0.2, 0.3], "high")
    assert each[1] == prior.probability_beyond(0.2, "high")[1]


def test_no_events_at_all():
    """Zero counts everywhere: a finite prior near 0, nobody beyond a limit."""
    prior = bayes.fit_beta_binomial(np.zeros(50), np.full(50, 30))
    assert prior.capped
    assert 0 < prior.mean < 0.001
    assert prior.probability_beyond(0.05, "high").max() < 1e-6
    rates = bayes.fit_gamma_poisson(np.zeros(50), np.full(50, 30.0))
    assert rates.probability_beyond(0.05, "high").max() < 1e-6


def test_every_opportunity_an_event():
    """The other end of the scale is treated in the same way."""
    prior = bayes.fit_beta_binomial([10, 20, 30], [10, 20, 30])
    assert 0.98 < prior.mean < 1
    assert prior.probability_beyond(0.9, "low").max() < 1e-6


def test_equal_shares_have_one_level():
    """Without over-dispersion alpha + beta reaches its limit and the mean is the pooled share."""
    prior = bayes.fit_beta_binomial(np.full(60, 7), np.full(60, 70))
    assert prior.capped
    assert prior.alpha + prior.beta == pytest.approx(bayes.MAX_PRECISION)
    assert prior.mean == pytest.approx(0.1, abs=1e-6)
    rates = bayes.fit_gamma_poisson(np.full(60, 7), np.full(60, 70.0))
    assert rates.capped
    assert rates.mean == pytest.approx(0.1, abs=1e-6)


def test_all_or_nothing_units():
    """Units that are either full or empty have the widest prior allowed, not an endless search."""
    prior = bayes.fit_beta_binomial([0, 20, 0, 20, 20, 0], [20] * 6)
    assert 0 < prior.alpha + prior.beta <= 0.02
    assert prior.probability_beyond(0.5, "high").round(3).tolist() == [0, 1, 0, 1, 1, 0]


@pytest.mark.parametrize(("x", "n"), [([3], [10]), ([0, 3], [0, 10]), ([1, 0, 1], [1, 1, 1])])
def test_nothing_to_compare(x, n):
    """One unit, or one pupil in each, says nothing about differences: one common level."""
    assert bayes.fit_beta_binomial(x, n).capped


def test_units_without_data_get_the_prior():
    """n = 0 keeps its place and is answered by the prior alone."""
    whole = bayes.fit_beta_binomial([3, 0, 9, 1], [30, 0, 40, 50])
    without = bayes.fit_beta_binomial([3, 9, 1], [30, 40, 50])
    assert (whole.alpha, whole.beta) == (without.alpha, without.beta)
    prior_only = whole.posterior_probability(0, 0, 0.1, "high")
    assert whole.probability_beyond(0.1, "high")[1] == prior_only


def test_tau2_zero_is_a_step():
    """Means that do not differ: 0, 1 or a half, never a division by zero."""
    prior = bayes.fit_normal([1.0, 1.0, 1.0], [0.5, 0.2, 0.1])
    assert prior.tau2 == 0
    assert prior.probability_beyond([0.5, 1.0, 1.5], "high").tolist() == [1, 0.5, 0]
    assert bayes.fit_normal([2.0], [0.3]).mean == pytest.approx(2.0)


def test_recovers_a_known_prior():
    """Counts drawn from Beta(2, 34) give back its mean and spread."""
    rng = np.random.default_rng(7)
    n = np.maximum(5, rng.lognormal(np.log(190), 0.8, 700).astype(int))
    prior = bayes.fit_beta_binomial(rng.binomial(n, rng.beta(2, 34, 700)), n)
    assert prior.alpha == pytest.approx(2, rel=0.15)
    assert prior.beta == pytest.approx(34, rel=0.15)


def test_null_world_has_no_flags():
    """No school beyond the limit: at most 0.5 % reach a probability of 0.90."""
    rng = np.random.default_rng(11)
    flags = tiles = 0
    for _ in range(12):
        n = np.maximum(5, rng.lognormal(np.log(190), 0.8, 700).astype(int))
        prior = bayes.fit_beta_binomial(rng.binomial(n, np.minimum(rng.beta(30, 570, 700), 0.075)), n)
        flags += int((prior.probability_beyond(0.075, "high") >= 0.90).sum())
        tiles += 700
    assert flags <= 0.005 * tiles


def test_small_schools_are_not_flagged_more():
    """Under one prior the share flagged in the smallest third is not above that in the largest."""
    rng = np.random.default_rng(13)
    n = np.sort(np.maximum(5, rng.lognormal(np.log(190), 0.8, 3000).astype(int)))
    prior = bayes.fit_beta_binomial(rng.binomial(n, rng.beta(2, 34, 3000)), n)
    flagged = prior.probability_beyond(0.075, "high") >= 0.90
    assert flagged[:1000].mean() <= flagged[2000:].mean()


def test_speed():
    """Twelve indicators of 700 schools are fitted and judged in less than a second."""
    rng = np.random.default_rng(3)
    n = np.maximum(5, rng.lognormal(np.log(190), 0.8, 700).astype(int))
    x = rng.binomial(n, rng.beta(2, 34, 700))
    bayes.fit_beta_binomial(x, n)
    start = time.perf_counter()
    for _ in range(12):
        bayes.fit_beta_binomial(x, n).probability_beyond(0.075, "high")
    assert time.perf_counter() - start < 1


@few
@given(units, st.floats(0.001, 0.999))
def test_probability_is_a_probability(pairs, threshold):
    """Any counts: alpha and beta positive and finite, the two directions add up to one."""
    x, n = np.array(pairs).T
    prior = bayes.fit_beta_binomial(x, n)
    assert 0 < prior.alpha < 2e6
    assert 0 < prior.beta < 2e6
    high, low = (prior.probability_beyond(threshold, direction) for direction in ("high", "low"))
    assert ((high >= 0) & (high <= 1)).all()
    assert high + low == pytest.approx(np.ones(x.size), abs=1e-9)


@few
@given(units)
def test_probability_falls_with_the_threshold(pairs):
    """A higher limit is never exceeded with more probability."""
    x, n = np.array(pairs).T
    prior = bayes.fit_beta_binomial(x, n)
    assert (prior.probability_beyond(0.1, "high") >= prior.probability_beyond(0.3, "high")).all()


@few
@given(units)
def test_failures_mirror_events(pairs):
    """Counting the pupils without the event exchanges alpha and beta."""
    x, n = np.array(pairs).T
    direct, mirrored = bayes.fit_beta_binomial(x, n), bayes.fit_beta_binomial(n - x, n)
    assert direct.mean == pytest.approx(1 - mirrored.mean, abs=1e-4)


@few
@given(units, st.sampled_from([0.01, 10.0, 1000.0]))
def test_rates_follow_the_unit_of_exposure(pairs, unit):
    """Counting exposure in another unit changes the rates, not the probabilities."""
    x, n = np.array(pairs, dtype=float).T
    x[n == 0] = 0
    plain, scaled = bayes.fit_gamma_poisson(x, n), bayes.fit_gamma_poisson(x, n * unit)
    assert scaled.mean * unit == pytest.approx(plain.mean, rel=1e-3)
    there = plain.probability_beyond(0.2, "high")
    assert scaled.probability_beyond(0.2 / unit, "high") == pytest.approx(there, abs=2e-3)


@few
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=1, max_size=30))
def test_normal_shrinks_towards_the_mean(pairs):
    """Every shrunken level lies between its estimate and the common mean."""
    value, spread = np.array(pairs).T
    prior = bayes.fit_normal(value, spread)
    shrunk = prior.posterior_mean()
    assert (np.abs(shrunk - prior.mean) <= np.abs(value - prior.mean) + 1e-9).all()
    assert ((shrunk - prior.mean) * (value - prior.mean) >= -1e-9).all()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: bayes.fit_beta_binomial([5], [4]), "x must not be larger than n"),
        (lambda: bayes.fit_beta_binomial([0], [0]), "no unit has an observation"),
        (lambda: bayes.fit_beta_binomial([], []), "no unit has an observation"),
        (lambda: bayes.fit_beta_binomial([float("nan")], [4]), "x must not contain NaN"),
        (lambda: bayes.fit_gamma_poisson([1], [0]), "x must be 0 where exposure is 0"),
        (lambda: bayes.fit_gamma_poisson([0], [0]), "no unit has an exposure"),
        (lambda: bayes.fit_gamma_poisson([-1], [2]), "x must not be negative"),
        (lambda: bayes.fit_normal([1.0], [0.0]), "variance must be positive"),
        (lambda: bayes.fit_normal([float("nan")], [1.0]), "mean must not contain NaN"),
        (lambda: bayes.fit_normal([], []), "no unit has an estimate"),
        (lambda: bayes.fit_beta_binomial([1], [4]).probability_beyond(0.1, "up"), "direction must be one of"),
        (lambda: bayes.fit_beta_binomial([1], [4]).probability_beyond(float("nan"), "high"), "threshold"),
    ],
)
def test_impossible_input(call, reason):
    """Impossible input is refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        call()
