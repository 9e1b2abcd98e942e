"""What would change the level? Exact whole numbers of learners, results or tenths of a load.

Every answer is found by asking the same functions that set levels and certainty, so it cannot disagree with
them. The denominator stays as it is; the answers move one step of the indicator at a time (one learner, 0.1
load, 0.1 percentile point).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from indicators import levels
from indicators.model import Indicator

_NUMBERS = (
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "boundary_medium",
    "boundary_high",
    "pooled_numerator",
    "pooled_denominator",
    "pooled_periods",
)
_FAR = 10_000_000  # steps; where numbers have no natural end


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A value as it stands, with the boundaries and the evidence that judge it.

    Boundaries are in the unit of the value, on the value's own side. Earlier comparable periods read together
    with this one are given as their sums; ``pooled_...`` boundaries default to this period's.
    """

    indicator: Indicator
    numerator: float
    denominator: float
    medium: float
    high: float
    operator: str = ">"
    prior: levels.Prior | None = None
    earlier_numerator: float = 0.0
    earlier_denominator: float = 0.0
    pooled_medium: float | None = None
    pooled_high: float | None = None
    variance: float = math.nan  # means: variance of this period's mean, and of the pooled one
    pooled_variance: float = math.nan
    previous_level: str | None = None  # size bands: the level of the period before, on the same side

    @property
    def value(self) -> float:
        """The unrounded value."""
        return self.numerator / self.denominator

    @property
    def over(self) -> bool:
        """Whether risk lies above the boundary; where both directions matter, the boundaries tell."""
        if self.indicator.direction == "both":
            return self.high > self.medium
        return self.indicator.direction != "low_bad"

    @classmethod
    def of_row(
        cls,
        indicator: Indicator,
        row: Mapping[str, object],
        *,
        operator: str = ">",
        prior: levels.Prior | None = None,
        previous_level: str | None = None,
    ) -> Situation:
        """From a row of ``indicator_value``.

        The variance of a mean is read back from its interval; that of the pooled mean assumes the same spread
        in the earlier periods.
        """
        number = {name: math.nan if row.get(name) is None else float(row[name]) for name in _NUMBERS}
        size = number["denominator"]
        earlier = {
            f"earlier_{name}": number[f"pooled_{name}"] - number[name]
            for name in ("numerator", "denominator")
            if number["pooled_periods"] > 1
        }
        variance = math.nan
        if indicator.family == "mean" and size > 1:
            from scipy.special import stdtrit

            reach = max(number["value"] - number["lower"], number["upper"] - number["value"])
            variance = float(reach / stdtrit(size - 1, 0.975)) ** 2
        return cls(
            indicator=indicator,
            numerator=number["numerator"],
            denominator=size,
            medium=number["boundary_medium"],
            high=number["boundary_high"],
            operator=operator,
            prior=prior,
            variance=variance,
            pooled_variance=variance * size / number["pooled_denominator"] if earlier else variance,
            previous_level=previous_level,
            **earlier,
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """A numerator, and how far it is from the present one."""

    numerator: float
    by: float
    value: float
    value_by: float


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The level now, and the nearest numerators that would change it; ``None`` where nothing would.

    Towards less risk: ``below_high`` (no longer high), ``below_medium`` (low), ``not_certain`` (the level is
    no longer certain). Towards more: ``to_medium``, ``to_high`` and ``to_certain`` (the level, or the medium
    one, would be certain).
    """

    level: str
    certain: bool
    probability: float | None
    below_high: Change | None
    below_medium: Change | None
    not_certain: Change | None
    to_medium: Change | None
    to_high: Change | None
    to_certain: Change | None


def outlook(now: Situation) -> Outlook:
    """Where the value stands and what would change it."""
    if not now.denominator > 0:
        raise ValueError("without a denominator there is no level to change")
    present = _level(now, now.numerator)
    certain = _certain(now, now.numerator, present)
    relief, worse = (-1, 1) if now.over else (1, -1)
    own = max(present, levels.MEDIUM)
    return Outlook(
        level=levels.LEVELS[present],
        certain=certain,
        probability=_probability(now, now.numerator, own),
        below_high=_nearest(now, relief, lambda x: _level(now, x) < levels.HIGH, present == levels.HIGH),
        below_medium=_nearest(now, relief, lambda x: _level(now, x) < levels.MEDIUM, present > levels.LOW),
        not_certain=_nearest(
            now,
            relief,
            lambda x: _level(now, x) < present or not _certain(now, x, present),
            certain and present > levels.LOW,
        ),
        to_medium=_nearest(now, worse, lambda x: _level(now, x) >= levels.MEDIUM, present < levels.MEDIUM),
        to_high=_nearest(now, worse, lambda x: _level(now, x) >= levels.HIGH, present < levels.HIGH),
        to_certain=_nearest(
            now,
            worse,
            lambda x: _level(now, x) >= own and _certain(now, x, own),
            present == levels.LOW or not certain,
        ),
    )


def _level(now: Situation, numerator: float) -> int:
    value, medium, high = (np.array([float(x)]) for x in (numerator / now.denominator, now.medium, now.high))
    return int(levels.level(value, medium, high, now.operator, np.array([now.over]))[0])


def _probability(now: Situation, numerator: float, level: int) -> float | None:
    """The probability that the value lies beyond the boundary of ``level``, alone or with earlier periods."""
    if now.prior is None:
        return None
    own, pooled = (now.high, now.pooled_high) if level == levels.HIGH else (now.medium, now.pooled_medium)
    over = np.array([now.over])

    def asked(total: float, size: float, variance: float, limit: float) -> np.ndarray:
        numbers = (np.array([float(x)]) for x in (total, size, variance, limit))
        return now.prior.probability(*numbers, over)

    alone = asked(numerator, now.denominator, now.variance, own)
    together = asked(
        numerator + now.earlier_numerator,
        now.denominator + now.earlier_denominator,
        now.variance if math.isnan(now.pooled_variance) else now.pooled_variance,
        own if pooled is None else pooled,
    )
    return float(levels.either(alone, together)[0])


def _certain(now: Situation, numerator: float, level: int) -> bool:
    if level == levels.LOW:
        return True
    if now.indicator.family == "size_band":
        known = now.previous_level is not None
        return known and levels.LEVELS.index(now.previous_level) >= level
    probability = _probability(now, numerator, level)
    return probability is not None and probability >= levels.CERTAIN


def _grid(now: Situation) -> tuple[Callable[[int], float], int, int, int]:
    """Step number -> numerator, the step nearest to the present one, and the first and last step."""
    steps = round(1 / now.indicator.step)  # 0.1 has no exact double; a tenth of a whole number has
    if now.indicator.step_of == "value":

        def numerator(k: int) -> float:
            return k / steps * now.denominator

        place = now.value * steps
    else:

        def numerator(k: int) -> float:
            return k / steps

        place = now.numerator * steps
    first, last = -_FAR, _FAR
    if now.indicator.family in ("share", "fact"):
        first, last = 0, math.floor(now.denominator * steps)
    elif now.indicator.family in ("rate", "size_band"):
        first = 0
    elif now.indicator.unit == "share_difference":
        first, last = -math.floor(now.denominator * steps), math.floor(now.denominator * steps)
    return numerator, place, first, last


def _nearest(now: Situation, towards: int, reached: Callable[[float], bool], asked: bool) -> Change | None:
    """The first step ``towards`` which ``reached`` holds; it must go on holding from there."""
    if not asked:
        return None
    numerator, place, first, last = _grid(now)
    end = last if towards > 0 else first
    # The first step on the grid beyond the present numerator.
    start = math.floor(place + 1e-9) + 1 if towards > 0 else math.ceil(place - 1e-9) - 1
    span = (end - start) * towards
    if span < 0:
        return None
    reach = 1
    while reach <= span and not reached(numerator(start + towards * reach)):
        reach *= 2
    low, high = -1, min(reach, span)
    if not reached(numerator(start + towards * high)):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if reached(numerator(start + towards * middle)):
            high = middle
        else:
            low = middle
    found = numerator(start + towards * high)
    by = found - now.numerator
    return Change(numerator=found, by=by, value=found / now.denominator, value_by=by / now.denominator)
