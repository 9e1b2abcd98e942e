"""Empirical Bayes: a prior fitted to all units of a stage, and the posterior of each unit.

Each `fit_...` estimates the spread of the true levels over the units and returns a frozen result that
answers one question, `probability_beyond(threshold, direction)`: how probable is it that the true level
of each unit lies beyond a threshold. `posterior_probability` asks the same of other data (a single
period, three years pooled) under the same prior.

`direction` is "high" for P(level > threshold) and "low" for P(level < threshold). A prior is only as
good as the number of units behind it: use it from about 30 units on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from indicators.later import later
from indicators.statistics import _checks

np = later("numpy")

Array = "np.ndarray"
Derivatives = tuple[float, Array, Array]

DIRECTIONS = ("high", "low")

MAX_PRECISION = 1e6
"""Largest alpha + beta (or gamma shape). Units no more different than chance allows have no finite
maximum likelihood estimate; they get this prior, which is practically one common level."""

MIN_PRECISION = 1e-2
"""Smallest alpha + beta (or gamma shape), reached when every unit is at an extreme."""


@dataclass(frozen=True)
class BetaBinomial:
    """Shares: level ~ Beta(alpha, beta), x | level ~ Binomial(n, level).

    `x` and `n` are the counts the prior was fitted to; `capped` is true when alpha + beta reached its
    limit, that is when the units do not differ more than chance allows.
    """

    alpha: float
    beta: float
    capped: bool
    x: Array = field(repr=False)
    n: Array = field(repr=False)

    @property
    def mean(self) -> float:
        """Mean level over units, a share."""
        return self.alpha / (self.alpha + self.beta)

    def posterior_mean(self, x: object = None, n: object = None) -> Array:
        """Shrunken share (alpha + x) / (alpha + beta + n), of the fitted units or of the given counts."""
        x_array, n_array = (self.x, self.n) if x is None and n is None else _checks.events(x, n)
        return np.asarray((self.alpha + x_array) / (self.alpha + self.beta + n_array))

    def probability_beyond(self, threshold: object, direction: str) -> Array:
        """Posterior probability of each fitted unit that its true share is beyond `threshold` (0..1)."""
        return self.posterior_probability(self.x, self.n, threshold, direction)

    def posterior_probability(self, x: object, n: object, threshold: object, direction: str) -> Array:
        """Same for other counts x of n under this prior; arrays broadcast, n = 0 gives the prior itself.

        ValueError for x > n, negative or NaN values and an unknown direction.
        """
        from scipy.special import betainc, betaincc

        x_array, n_array = _checks.events(x, n)
        level = np.clip(_checks.real("threshold", threshold), 0.0, 1.0)
        x_array, n_array, level = _checks.together(x=x_array, n=n_array, threshold=level)
        tail = betaincc if _checks.choice("direction", direction, DIRECTIONS) == "high" else betainc
        return np.asarray(tail(self.alpha + x_array, self.beta + n_array - x_array, level))


@dataclass(frozen=True)
class GammaPoisson:
    """Rates: level ~ Gamma(shape, rate), x | level ~ Poisson(exposure * level).

    `x` and `exposure` are what the prior was fitted to; levels are events per unit of exposure. `capped`
    is true when the shape reached its limit.
    """

    shape: float
    rate: float
    capped: bool
    x: Array = field(repr=False)
    exposure: Array = field(repr=False)

    @property
    def mean(self) -> float:
        """Mean level over units, events per unit of exposure."""
        return self.shape / self.rate

    def posterior_mean(self, x: object = None, exposure: object = None) -> Array:
        """Shrunken rate (shape + x) / (rate + exposure), of the fitted units or of the given counts."""
        fitted = x is None and exposure is None
        x_array, e_array = (self.x, self.exposure) if fitted else _counts(x, exposure)
        return np.asarray((self.shape + x_array) / (self.rate + e_array))

    def probability_beyond(self, threshold: object, direction: str) -> Array:
        """Posterior probability of each fitted unit that its true rate is beyond `threshold`."""
        return self.posterior_probability(self.x, self.exposure, threshold, direction)

    def posterior_probability(self, x: object, exposure: object, threshold: object, direction: str) -> Array:
        """Same for other counts under this prior; arrays broadcast, exposure 0 gives the prior itself.

        ValueError for negative or NaN values, events without exposure and an unknown direction.
        """
        from scipy.special import gammainc, gammaincc

        x_array, e_array = _counts(x, exposure)
        level = np.maximum(_checks.real("threshold", threshold), 0.0)
        x_array, e_array, level = _checks.together(x=x_array, exposure=e_array, threshold=level)
        tail = gammaincc if _checks.choice("direction", direction, DIRECTIONS) == "high" else gammainc
        return np.asarray(tail(self.shape + x_array, (self.rate + e_array) * level))


@dataclass(frozen=True)
class NormalNormal:
    """Means and gaps: level ~ Normal(mean, tau2), estimate | level ~ Normal(level, variance).

    `estimate` and `variance` are the unit values the prior was fitted to; `tau2` is the variance of the
    true levels between units (0 when the units do not differ more than chance allows).
    """

    mean: float
    tau2: float
    estimate: Array = field(repr=False)
    variance: Array = field(repr=False)

    def posterior_mean(self, mean: object = None, variance: object = None) -> Array:
        """Shrunken level of the fitted units, or of the given estimates with known variances."""
        fitted = mean is None and variance is None
        value, spread = (self.estimate, self.variance) if fitted else _estimates(mean, variance)
        return np.asarray(self.mean + self.tau2 / (self.tau2 + spread) * (value - self.mean))

    def probability_beyond(self, threshold: object, direction: str) -> Array:
        """Posterior probability of each fitted unit that its true level is beyond `threshold`."""
        return self.posterior_probability(self.estimate, self.variance, threshold, direction)

    def posterior_probability(
        self, mean: object, variance: object, threshold: object, direction: str
    ) -> Array:
        """Same for other estimates with known variances under this prior; arrays broadcast.

        With tau2 = 0 every level equals the common mean, so the answer is 0 or 1 (0.5 at the mean).
        ValueError for NaN, for a variance that is not positive and for an unknown direction.
        """
        from scipy.special import ndtr

        value, spread = _estimates(mean, variance)
        level = _checks.real("threshold", threshold)
        value, spread, level = _checks.together(mean=value, variance=spread, threshold=level)
        gap = self.posterior_mean(value, spread) - level
        if _checks.choice("direction", direction, DIRECTIONS) == "low":
            gap = -gap
        scale = np.sqrt(self.tau2 * spread / (self.tau2 + spread))
        if self.tau2 == 0:
            return np.asarray(np.heaviside(gap, 0.5))
        return np.asarray(ndtr(gap / scale))


def fit_beta_binomial(x: object, n: object) -> BetaBinomial:
    """Fit Beta(alpha, beta) to x events of n over units by maximum likelihood; arrays of one shape.

    Units with n = 0 carry no information but keep their place in the answers. Zero counts, equal shares
    and single units are all allowed: alpha + beta is then at most 1e6 (`MAX_PRECISION`). When no unit
    (or every one) has an event, the mean level is taken half an event away from the edge.

    ValueError for x > n, negative or NaN counts, and no observation at all.

    Source: beta-binomial likelihood, Skellam (1948); empirical Bayes as in Morris (1983). With the rat
    tumour data of Tarone (1982) it gives alpha 2.3048 and beta 14.080.
    """
    x_array, n_array = _checks.events(x, n)
    count, size = x_array[n_array > 0], n_array[n_array > 0]
    if size.size == 0:
        raise ValueError("no unit has an observation")
    total, events = size.sum(), count.sum()
    if events == 0 or events == total or size.size < 2 or size.max() <= 1:
        share = min(max(events, 0.5), total - 0.5) / total if total > 1 else (events + 0.5) / (total + 1)
        precision = MAX_PRECISION
    else:
        start = events / total
        likelihood = _beta_binomial(count, size)
        where = _maximise(likelihood, np.log(start / (1 - start)))
        share, precision = 1 / (1 + np.exp(-where[0])), float(np.exp(where[1]))
    return BetaBinomial(
        alpha=float(share * precision),
        beta=float((1 - share) * precision),
        capped=bool(precision >= MAX_PRECISION * (1 - 1e-9)),
        x=x_array,
        n=n_array,
    )


def fit_gamma_poisson(x: object, exposure: object) -> GammaPoisson:
    """Fit Gamma(shape, rate) to x events in `exposure` over units by maximum likelihood.

    Arrays of one shape; `exposure` is an expected count, a number of pupils, hours, ... and fixes the
    unit of the levels. Units without exposure keep their place. The shape is at most 1e6 when the rates
    do not differ more than chance allows; with no event at all the mean is half an event in total.

    ValueError for negative or NaN values, events without exposure, and no exposure at all.

    Source: negative binomial likelihood; Clayton & Kaldor (1987), Biometrics 43:671.
    """
    x_array, e_array = _counts(x, exposure)
    count, size = x_array[e_array > 0], e_array[e_array > 0]
    if size.size == 0:
        raise ValueError("no unit has an exposure")
    total, events = size.sum(), count.sum()
    if events == 0 or size.size < 2:
        mean, shape = max(events, 0.5) / total, MAX_PRECISION
    else:
        where = _maximise(_gamma_poisson(count, size), np.log(events / total))
        mean, shape = float(np.exp(where[0])), float(np.exp(where[1]))
    return GammaPoisson(
        shape=float(shape),
        rate=float(shape / mean),
        capped=bool(shape >= MAX_PRECISION * (1 - 1e-9)),
        x=x_array,
        exposure=e_array,
    )


def fit_normal(mean: object, variance: object) -> NormalNormal:
    """Fit Normal(mean, tau2) to unit estimates with known sampling variances; arrays of one shape.

    tau2 is the moment estimate of DerSimonian and Laird, cut at 0; the mean is weighted by
    1 / (variance + tau2). ValueError for NaN, no unit at all, and a variance that is not positive.

    Source: DerSimonian & Laird (1986), Controlled Clinical Trials 7:177.
    """
    value, spread = _estimates(mean, variance)
    if value.size == 0:
        raise ValueError("no unit has an estimate")
    weight = 1 / spread
    common = (weight * value).sum() / weight.sum()
    heterogeneity = (weight * (value - common) ** 2).sum()
    room = weight.sum() - (weight**2).sum() / weight.sum()
    tau2 = max(0.0, (heterogeneity - (value.size - 1)) / room) if value.size > 1 else 0.0
    weight = 1 / (spread + tau2)
    return NormalNormal(float((weight * value).sum() / weight.sum()), float(tau2), value, spread)


def _counts(x: object, exposure: object) -> tuple[Array, Array]:
    """Return (x, exposure) of one shape; ValueError for events where there is no exposure."""
    x_array, e_array = _checks.together(
        x=_checks.non_negative("x", x), exposure=_checks.non_negative("exposure", exposure)
    )
    if ((e_array == 0) & (x_array > 0)).any():
        raise ValueError("x must be 0 where exposure is 0")
    return x_array, e_array


def _estimates(mean: object, variance: object) -> tuple[Array, Array]:
    """Return (mean, variance) of one shape; ValueError for a variance that is not positive."""
    value, spread = _checks.together(
        mean=_checks.real("mean", mean), variance=_checks.real("variance", variance)
    )
    if (spread <= 0).any():
        raise ValueError("variance must be positive")
    return value, spread


def _beta_binomial(x: Array, n: Array) -> Callable[..., Derivatives]:
    """Log likelihood with gradient and Hessian in (logit of the mean share, log of alpha + beta)."""
    from scipy.special import expit, gammaln

    events, rest, sizes = _Repeated(x), _Repeated(n - x), _Repeated(n)

    def at(logit: float, log_precision: float, slopes: bool = True) -> Derivatives:
        share, total = expit(logit), np.exp(log_precision)
        alpha, beta = share * total, (1 - share) * total
        value = events.sum(gammaln, alpha) + rest.sum(gammaln, beta) - sizes.sum(gammaln, total)
        if not slopes:
            return value, np.empty(0), np.empty(0)
        in_alpha, in_beta, in_total = events.first(alpha), rest.first(beta), -sizes.first(total)
        alpha2, beta2, total2 = events.second(alpha), rest.second(beta), -sizes.second(total)
        width = share * (1 - share) * total
        slope = np.array([width * (in_alpha - in_beta), alpha * in_alpha + beta * in_beta + total * in_total])
        cross = width * (alpha * alpha2 - beta * beta2 + in_alpha - in_beta)
        bend = np.array(
            [
                [width**2 * (alpha2 + beta2) + width * (1 - 2 * share) * (in_alpha - in_beta), cross],
                [cross, alpha**2 * alpha2 + beta**2 * beta2 + total**2 * total2 + slope[1]],
            ]
        )
        return value, slope, bend

    return at


def _gamma_poisson(x: Array, exposure: Array) -> Callable[..., Derivatives]:
    """Log likelihood with gradient and Hessian in (log of the mean rate, log of the shape)."""
    from scipy.special import gammaln

    events = _Repeated(x)

    def at(log_mean: float, log_shape: float, slopes: bool = True) -> Derivatives:
        a, b = np.exp(log_shape), np.exp(log_shape - log_mean)
        both, logs = b + exposure, np.log1p(exposure / b)
        value = events.sum(gammaln, a) - float(np.sum(a * logs + x * np.log(both)))
        if not slopes:
            return value, np.empty(0), np.empty(0)
        in_a = events.first(a) - np.sum(logs)
        in_b = np.sum((a * exposure - x * b) / both)
        a2 = events.second(a)
        b2 = np.sum((a + x) * (b / both) ** 2 - a)
        ab = np.sum(exposure / both)
        slope = np.array([-in_b, a * in_a + in_b])
        cross = -(in_b + b2 + a * ab)
        bend = np.array([[b2 + in_b, cross], [cross, a * in_a + a * a * a2 + 2 * a * ab + in_b + b2]])
        return value, slope, bend

    return at


class _Repeated:
    """Sums of f(c + v) - f(c) over values v that repeat often, each distinct value worked out once."""

    def __init__(self, values: Array) -> None:
        self.values, self.counts = np.unique(values, return_counts=True)

    def sum(self, function: Callable[[Array], Array], c: float) -> float:
        return float(self.counts @ (function(c + self.values) - function(c)))

    def first(self, c: float) -> float:
        from scipy.special import psi

        return self.sum(psi, c)

    def second(self, c: float) -> float:
        from scipy.special import zeta

        return self.sum(lambda t: zeta(2, t), c)


def _maximise(likelihood: Callable[..., Derivatives], first: float) -> Array:
    """Return the maximum of a likelihood in (location, log precision), the latter kept within limits.

    A coarse search over the precision finds the right hill, then Newton steps with halving; a Hessian
    that is not negative definite is replaced by a gradient step.
    """
    low, high = np.log(MIN_PRECISION), np.log(MAX_PRECISION)
    grid = np.linspace(low, high, 19)
    best = int(np.argmax([likelihood(first, point, False)[0] for point in grid]))
    where = np.array([first, grid[best]])
    value, slope, bend = likelihood(*where)
    for _ in range(100):
        held = (where[1] >= high and slope[1] >= 0) or (where[1] <= low and slope[1] <= 0)
        if held:
            step = np.array([slope[0] / max(-bend[0, 0], 1e-12), 0.0])
        elif bend[0, 0] < 0 and bend[0, 0] * bend[1, 1] - bend[0, 1] ** 2 > 0:
            step = np.linalg.solve(-bend, slope)
        else:
            step = slope / max(np.abs(bend).max(), 1e-12)
        step = step / max(1.0, np.abs(step).max() / 2)
        scale, moved = 1.0, False
        while scale > 1e-6:
            trial = where + scale * step
            trial[1] = min(max(trial[1], low), high)
            found = likelihood(*trial)
            if found[0] >= value - 1e-10 * abs(value):
                moved = bool(np.abs(trial - where).max() > 1e-10)
                where, (value, slope, bend) = trial, found
                break
            scale /= 2
        if not moved:
            break
    return where
