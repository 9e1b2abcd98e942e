"""Two keys: the level says where a value lies, the certainty whether it is more than chance.

Level. The unrounded value is compared with the boundary, with the operator of the threshold, and nothing
else; anyone can repeat it by hand. ``low`` is what is not beyond the medium boundary.

Certainty. ``certain`` when the empirical-Bayes probability that the true value lies beyond *the boundary of
the level* is at least 0.90 for this period alone or for the last three comparable periods together, else
``possible``. Either-or, because pooling alone never sees a sudden rise and one year alone misses steady
trouble in small institutions. The stored probability is the larger of the two, so that ``certain`` can be
read from it. The pooled boundary is that of the periods pooled: a school that follows a falling national
share is not held against the newest one.

Conventions.
- ``low`` is stored as ``certain`` because it is drawn as one filled shape. It does not prove that there is
  no problem, and no sentence says "certain" of it.
- Fewer than 30 institutions in a stage and period: there is no prior, no probability, and a level can only
  be ``possible``.
- A size band is a census: no probability. It is certain when the value lay beyond the band of the same
  level, on the same side, in the comparable period before, too.
- Below the minimum denominator even pooled there is no level and the reason is ``u``; not delivered is
  ``x``. A missing period or a break ends pooling, persistence and novelty.
- Two boundaries are possible where both directions matter (``both``); a value is held against the one on
  its own side.
"""

from __future__ import annotations

from dataclasses import dataclass

from indicators.later import later
from indicators.statistics import bayes

np = later("numpy")

CERTAIN = 0.90
MIN_INSTITUTIONS = 30
LEVELS = ("low", "medium", "high")
NONE, LOW, MEDIUM, HIGH = -1, 0, 1, 2


# --- level ---------------------------------------------------------------------------------------


def above(direction: str, basis: str, value: np.ndarray, national: np.ndarray) -> np.ndarray:
    """Whether risk lies above the boundary; where both directions matter, the side the value is on."""
    if direction != "both":
        return np.full(np.shape(value), direction != "low_bad")
    centre = 0.0 if basis == "absolute" else national
    return ~(np.asarray(value) < centre)


def boundary(direction: str, basis: str, number: float, national: np.ndarray, over: np.ndarray) -> np.ndarray:
    """The boundary that ``number`` of a threshold means, in the unit of the value."""
    national = np.asarray(national, float)
    sign = np.where(over, 1.0, -1.0)
    if basis == "absolute":
        return sign * abs(number) if direction == "both" else np.full(np.shape(over), float(number))
    if basis == "times_national":
        flipped = direction == "both"
        return np.where(over | (not flipped), national * number, national / number)
    if basis == "plus_national":
        return national + (sign * abs(number) if direction == "both" else number)
    raise ValueError(f"a boundary of basis {basis!r} comes from the size curve")


# A fitted quantile line goes through as many institutions as it has coefficients; its fit leaves them up to this
# share off it, on either side. What lies on the line must not be judged by that.
ON_THE_LINE = 1e-6


def band_boundary(number: float, lines: np.ndarray, over: np.ndarray, value: np.ndarray) -> np.ndarray:
    """The boundary ``number`` times as far from the 50 % line as the 5 % or 95 % line is.

    A value that lies on it, but for the accuracy of the fit, is the boundary itself.
    """
    low, middle, top = np.log(lines)
    edge = np.where(over, top, low)
    found = np.exp(middle + number * (edge - middle))
    return np.where(np.abs(value - found) <= ON_THE_LINE * found, value, found)


def beyond(value: np.ndarray, limit: np.ndarray, operator: str, over: np.ndarray) -> np.ndarray:
    """Plain comparison of unrounded numbers in the direction of risk; a missing number is never beyond."""
    if operator == ">":
        return np.where(over, value > limit, value < limit)
    return np.where(over, value >= limit, value <= limit)


def level(
    value: np.ndarray, medium: np.ndarray, high: np.ndarray, operator: str, over: np.ndarray
) -> np.ndarray:
    """0 low, 1 medium, 2 high; -1 where the value or a boundary is missing."""
    known = np.isfinite(value) & np.isfinite(medium) & np.isfinite(high)
    steps = beyond(value, medium, operator, over).astype(int) + beyond(value, high, operator, over)
    return np.where(known, steps, NONE)


# --- certainty -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Prior:
    """How the true values of the institutions of one stage and period spread.

    ``first`` and ``second`` are alpha and beta (share), shape and rate (rate), or mean and variance (mean).
    """

    family: str
    first: float
    second: float

    @property
    def mean(self) -> float:
        """Mean true value over institutions."""
        if self.family == "mean":
            return self.first
        return self.first / (self.first + self.second) if self.family == "share" else self.first / self.second

    def probability(
        self, total: np.ndarray, size: np.ndarray, variance: np.ndarray, limit: np.ndarray, over: np.ndarray
    ) -> np.ndarray:
        """P(true value beyond ``limit``) given counts; for means ``variance`` is that of the mean itself.

        Arrays of one shape; NaN where a number is missing or there is nothing to go by.
        """
        parts = (total, size, variance, limit, over)
        total, size, variance, limit, over = np.broadcast_arrays(*parts)
        known = np.isfinite(total) & np.isfinite(limit) & (size > 0)
        if self.family == "mean":
            known &= variance > 0
        found = np.full(total.shape, np.nan)
        for direction, here in (("high", known & over), ("low", known & ~over)):
            if here.any():
                found[here] = self._tail(total[here], size[here], variance[here], limit[here], direction)
        return found

    def _tail(self, total, size, variance, limit, direction) -> np.ndarray:
        nothing = np.zeros(0)
        if self.family == "share":
            fit = bayes.BetaBinomial(self.first, self.second, False, nothing, nothing)
        elif self.family == "rate":
            fit = bayes.GammaPoisson(self.first, self.second, False, nothing, nothing)
        else:
            fit = bayes.NormalNormal(self.first, self.second, nothing, nothing)
            return fit.posterior_probability(total / size, variance, limit, direction)
        return fit.posterior_probability(total, size, limit, direction)


def fit_prior(family: str, total: np.ndarray, size: np.ndarray, variance: np.ndarray) -> Prior | None:
    """The prior of one stage and period; ``None`` below 30 institutions or where there is no model."""
    if family not in ("share", "rate", "mean"):
        return None
    known = np.isfinite(total) & (size > 0)
    if family == "mean":
        known &= variance > 0
    if known.sum() < MIN_INSTITUTIONS:
        return None
    total, size = total[known], size[known]
    if family == "share":
        fit = bayes.fit_beta_binomial(total, size)
        return Prior(family=family, first=fit.alpha, second=fit.beta)
    if family == "rate":
        fit = bayes.fit_gamma_poisson(total, size)
        return Prior(family=family, first=fit.shape, second=fit.rate)
    fit = bayes.fit_normal(total / size, variance[known])
    return Prior(family=family, first=fit.mean, second=fit.tau2)


def either(single: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    """The larger of two probabilities; a missing one does not count."""
    return np.fmax(single, pooled)


def certain(levels: np.ndarray, probability_medium: np.ndarray, probability_high: np.ndarray) -> np.ndarray:
    """Whether the level is certain: its own boundary is passed with probability 0.90; low by convention."""
    own = np.where(levels == HIGH, probability_high, probability_medium)
    return (levels == LOW) | ((levels > LOW) & (own >= CERTAIN))


def certain_band(levels: np.ndarray, over: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Size bands: at this level or worse, on the same side, in the comparable period before, too."""
    result = levels == LOW
    for year in range(1, levels.shape[1]):
        same = (over[:, year] == over[:, year - 1]) & (segments[year] == segments[year - 1])
        worse = (levels[:, year] > LOW) & (levels[:, year - 1] >= levels[:, year])
        result[:, year] |= same & worse
    return result


# --- periods -------------------------------------------------------------------------------------


def pooled(values: np.ndarray, segments: np.ndarray, periods: int) -> np.ndarray:
    """Sum over the last ``periods`` comparable periods up to each one; missing periods count nothing.

    ``values`` has shape (units, periods), ``segments`` numbers the stretches between breaks.
    """
    filled = np.nan_to_num(values)
    total = filled.copy()
    for back in range(1, min(periods, values.shape[1])):
        same = segments[back:] == segments[:-back]
        total[:, back:] += np.where(same, filled[:, :-back], 0.0)
    return total


def persistence(levels: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Periods in a row at this level or worse, this one included; NaN for low and for no level."""
    result = np.full(levels.shape, np.nan)
    for step in (MEDIUM, HIGH):
        run = np.zeros(levels.shape[0])
        for year in range(levels.shape[1]):
            broken = year > 0 and segments[year] != segments[year - 1]
            run = np.where(levels[:, year] >= step, (0 if broken else run) + 1, 0)
            here = levels[:, year] == step
            result[here, year] = run[here]
    return result


def is_new(levels: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """1 where the comparable period before had a lower level, 0 where not, NaN where it had none."""
    result = np.full(levels.shape, np.nan)
    result[levels == LOW] = 0
    for year in range(1, levels.shape[1]):
        now, before = levels[:, year], levels[:, year - 1]
        told = (now > LOW) & (before > NONE) & (segments[year] == segments[year - 1])
        result[told, year] = now[told] > before[told]
    return result


def expected_by_chance(probability: np.ndarray) -> float:
    """How many flags of a list would be there by chance: the sum of 1 - P over its flags.

    Flags without a probability (size bands, fewer than 30 institutions) are left out.

    >>> round(expected_by_chance(np.array([0.95, 0.9, 0.4, np.nan])), 6)
    0.75
    """
    known = probability[np.isfinite(probability)]
    return float((1 - known).sum())
