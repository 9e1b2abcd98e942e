"""The threshold laboratory: what other boundaries would change, from the stored counts and without storing.

One series (indicator, stage, period) is read with the periods that are pooled with it. What the published
levels rest on and is not stored (the national value that a boundary refers to, the middle of a size band) is
recovered from the stored boundaries, so that unchanged numbers give unchanged levels to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Row, select

from indicators import stages
from indicators.catalogue import INDICATORS
from indicators.model import Indicator

from .queries.values import Period
from .reading import Reader
from .schema import indicator_prior, indicator_value, institution, municipality, threshold
from .thresholds import Proposal

if TYPE_CHECKING:
    import numpy as np

LEVELS = ("low", "medium", "high")
_BORROWED = 5  # as in indicators.judgement: observations' worth of the stage's variance lent to each mean
_COLUMNS = (
    "unit_id", "school_year", "numerator", "denominator", "value", "lower", "upper", "level", "certainty",
    "probability_medium", "probability_high", "boundary_medium", "boundary_high", "threshold_id",
)  # fmt: skip


class NothingToTest(LookupError):
    """There are no levels of this series, or this reader may not see every institution."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One institution before and after; a level is low, medium or high."""

    institution_id: int
    reg_no: str
    name: str
    type: str
    sort_key: str
    municipality_code: str
    value: float
    numerator: float
    denominator: float
    before: str
    before_certain: bool
    after: str
    after_certain: bool

    @property
    def changed(self) -> bool:
        """Whether the level is another one."""
        return self.before != self.after

    @property
    def worse(self) -> bool:
        """Whether the level is a higher one."""
        return LEVELS.index(self.after) > LEVELS.index(self.before)


@dataclass(frozen=True, kw_only=True)
class Result:
    """All institutions with a level, by name, and how many flags chance explains before and after."""

    outcomes: list[Outcome]
    chance_before: float
    chance_after: float

    def counts(self, when: str) -> dict[str, tuple[int, int]]:
        """Level -> (institutions, of which certain); when is ``before`` or ``after``."""
        found = {level: [0, 0] for level in LEVELS}
        for one in self.outcomes:
            cell = found[getattr(one, when)]
            cell[0] += 1
            cell[1] += getattr(one, f"{when}_certain")
        return {level: (total, certain) for level, (total, certain) in found.items()}

    @property
    def changed(self) -> list[Outcome]:
        """Institutions whose level changes."""
        return [one for one in self.outcomes if one.changed]


class Laboratory:
    """One series read for testing boundaries; only for readers who see all institutions.

    in_force: the thresholds that its published levels rest on, the most general first.
    Raises NothingToTest.
    """

    def __init__(self, reader: Reader, indicator_id: str, stage: str, period: Period) -> None:
        if not reader.scope.sees_all:
            raise NothingToTest(indicator_id)
        self.indicator, self.stage, self.period = INDICATORS[indicator_id], stage, period
        read, table = reader.connection.execute, indicator_value
        back = max(self.indicator.pooling, 2) - 1
        self._rows = read(
            select(*[table.c[name] for name in _COLUMNS]).where(
                table.c.release_id == reader.release.id,
                table.c.indicator_id == indicator_id,
                table.c.school_year.in_([period[0] - step for step in range(back + 1)]),
                table.c.unit_kind == "institution",
                table.c.stage == stage,
                table.c.semester == period[1],
                table.c.value.is_not(None),
            )
        ).all()
        self._now = [row for row in self._rows if row.school_year == period[0]]
        self._judged = [row for row in self._now if row.level is not None]
        if not self._judged:
            raise NothingToTest(indicator_id)
        self._units = {
            str(row.id): row
            for row in read(
                select(
                    institution.c.id,
                    institution.c.reg_no,
                    institution.c.name,
                    institution.c.type,
                    institution.c.sort_key,
                    institution.c.municipality_code,
                    municipality.c.kind,
                )
                .join(municipality, municipality.c.code == institution.c.municipality_code)
                .where(institution.c.type.in_(stages.TYPES[stage]))
            )
        }
        rules = read(select(threshold).where(threshold.c.indicator_id == indicator_id)).all()
        self._rules = {row.id: row for row in rules}
        self._prior = read(
            select(indicator_prior.c.family, indicator_prior.c.first, indicator_prior.c.second).where(
                indicator_prior.c.release_id == reader.release.id,
                indicator_prior.c.indicator_id == indicator_id,
                indicator_prior.c.stage == stage,
                indicator_prior.c.school_year == period[0],
                indicator_prior.c.semester == period[1],
            )
        ).first()
        used = {row.threshold_id for row in self._judged}
        self.in_force = sorted(
            (rule for rule in rules if rule.id in used),
            key=lambda rule: (rule.territory_kind != "*", rule.stage != "*", rule.id),
        )

    @property
    def values(self) -> list[float]:
        """The values of the institutions with a level in the period."""
        return [row.value for row in self._judged]

    def limits(self, basis: str, number: float) -> list[float] | None:
        """Where a boundary lies on the scale of the values; None where it differs between institutions."""
        if basis == "band":
            return None
        national = sum(row.numerator for row in self._now) / sum(row.denominator for row in self._now)
        for row in self._judged:
            rule = self._rules.get(row.threshold_id)
            if rule is None or row.boundary_medium is None:
                return None
            places = self._places(rule.basis, rule.medium, national)
            if min(abs(row.boundary_medium - place) for place in places) > 1e-9:
                return None
        return self._places(basis, number, national)

    def _places(self, basis: str, number: float, national: float) -> list[float]:
        both = self.indicator.direction == "both"
        if basis == "times_national":
            return [national / number, national * number] if both else [national * number]
        centre = national if basis == "plus_national" else 0.0
        return [centre - abs(number), centre + abs(number)] if both else [centre + number]

    def run(self, proposal: Proposal, periods: int = 1) -> Result:
        """Levels under the thresholds in force and under the proposal.

        periods: 1 compares the value of the period with the boundary, as the published levels do; more
        compares the value of so many comparable periods together.
        """
        territory = {unit_id: unit.kind for unit_id, unit in self._units.items()}
        bench = _Bench(self.indicator, proposal, self.period, self._rows, self._rules, territory, self._prior)
        before, after = bench.before, bench.judge(max(1, min(periods, self.indicator.pooling)))
        return _result(bench, self._units, before, after)


@dataclass(frozen=True, kw_only=True)
class _Levels:
    level: np.ndarray  # 0 low, 1 medium, 2 high, -1 none
    certain: np.ndarray
    chance: float


def _result(bench: _Bench, units: dict, before: _Levels, after: _Levels) -> Result:
    outcomes = []
    for place, unit_id in enumerate(bench.unit_ids):
        if before.level[place] < 0:
            continue
        row, unit = bench.latest[unit_id], units[unit_id]
        outcomes.append(
            Outcome(
                institution_id=int(unit_id),
                reg_no=unit.reg_no,
                name=unit.name,
                type=unit.type,
                sort_key=unit.sort_key,
                municipality_code=unit.municipality_code,
                value=row.value,
                numerator=row.numerator,
                denominator=row.denominator,
                before=LEVELS[before.level[place]],
                before_certain=bool(before.certain[place]),
                after=LEVELS[after.level[place]],
                after_certain=bool(after.certain[place]),
            )
        )
    outcomes.sort(key=lambda one: one.sort_key)
    return Result(outcomes=outcomes, chance_before=before.chance, chance_after=after.chance)


class _Bench:
    """One series laid out as institutions by years, with the stored judgement and the means to repeat it."""

    def __init__(
        self,
        indicator: Indicator,
        proposal: Proposal,
        period: Period,
        rows: Sequence[Row],
        rules: dict[int, Row],
        territory: dict[str, str],
        prior: Row | None,
    ) -> None:
        import numpy as np

        self.indicator, self.proposal, self.prior_row = indicator, proposal, prior
        self.years = sorted({row.school_year for row in rows})
        self.unit_ids = sorted({row.unit_id for row in rows}, key=int)
        self.now = self.years.index(period[0])
        self.segments = np.array([indicator.segment(proposal.stage, year) for year in self.years])
        self.latest = {row.unit_id: row for row in rows if row.school_year == period[0]}
        place = {unit_id: index for index, unit_id in enumerate(self.unit_ids)}
        column = {year: index for index, year in enumerate(self.years)}
        at = (
            np.array([place[row.unit_id] for row in rows]),
            np.array([column[row.school_year] for row in rows]),
        )

        def grid(pick: Callable[[Row], float | None]) -> np.ndarray:
            cells = np.full((len(self.unit_ids), len(self.years)), np.nan)
            found = (pick(row) for row in rows)
            cells[at] = [np.nan if value is None else value for value in found]
            return cells

        self.total, self.size = grid(lambda row: row.numerator), grid(lambda row: row.denominator)
        self.value = grid(lambda row: row.value)
        self.lower, self.upper = grid(lambda row: row.lower), grid(lambda row: row.upper)
        self.medium, self.high = grid(lambda row: row.boundary_medium), grid(lambda row: row.boundary_high)
        self.stored_level = grid(lambda row: LEVELS.index(row.level) if row.level else None)
        self.stored_certain = grid(lambda row: row.certainty == "certain") == 1.0
        self.stored_probability = grid(
            lambda row: {"medium": row.probability_medium, "high": row.probability_high}.get(row.level)
        )

        def of_rule(pick: Callable[[Row], float]) -> np.ndarray:
            known = {number: pick(rule) for number, rule in rules.items()}
            return grid(lambda row: known.get(row.threshold_id))

        self.number_medium, self.number_high = (
            of_rule(lambda rule: rule.medium),
            of_rule(lambda rule: rule.high),
        )
        self.strict = of_rule(lambda rule: rule.operator == ">") == 1.0
        own = (proposal.stage != "*", proposal.territory_kind != "*")
        # The proposal rules where it is at least as specific as the threshold there, on the same basis.
        general = of_rule(
            lambda rule: (
                rule.basis == proposal.basis and (rule.stage != "*", rule.territory_kind != "*") <= own
            )
        )
        inside = [proposal.territory_kind in ("*", territory.get(unit_id)) for unit_id in self.unit_ids]
        self.affected = (general == 1.0) & np.array(inside)[:, None]

    # What the boundaries refer to

    @cached_property
    def reference(self) -> np.ndarray:
        """The national value that fits each institution and year, from the stored medium boundary."""
        import numpy as np

        both, basis = self.indicator.direction == "both", self.proposal.basis
        over = self.high > self.medium
        with np.errstate(divide="ignore", invalid="ignore"):
            if basis == "times_national":
                direct = self.medium / self.number_medium
                return np.where(both & ~over, self.medium * self.number_medium, direct)
            if basis == "plus_national":
                shift = self.number_medium
                return self.medium - (np.where(over, 1.0, -1.0) * np.abs(shift) if both else shift)
        return np.full(self.medium.shape, np.nan)

    @cached_property
    def lines(self) -> np.ndarray | None:
        """The lines of the size band: on a logarithmic scale both boundaries lie on one ray from the middle."""
        import numpy as np

        if self.proposal.basis != "band":
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            medium, high = np.log(self.medium), np.log(self.high)
            step = (high - medium) / (self.number_high - self.number_medium)
            middle = medium - self.number_medium * step
            return np.exp(np.stack([middle + step, middle, middle + step]))

    @cached_property
    def over(self) -> np.ndarray:
        """Whether risk lies above; where both directions matter, the side the value is on."""
        from indicators import levels

        centre = self.reference if self.lines is None else self.lines[1]
        return levels.above(self.indicator.direction, self.proposal.basis, self.value, centre)

    @cached_property
    def variance(self) -> np.ndarray:
        """Of each mean, from its stored 95 % interval; with some of the stage's spread lent to it."""
        import numpy as np

        if self.indicator.family != "mean":
            return np.full(self.total.shape, np.nan)
        from scipy.special import stdtrit

        n = self.size
        enough = np.isfinite(self.lower) & np.isfinite(self.upper) & (n > 1)
        reach = np.maximum(self.upper - self.value, self.value - self.lower)  # one side may have been cut
        quantile = stdtrit(np.where(enough, n - 1, 1.0), 0.975)
        spread = np.where(enough, (reach / quantile) ** 2 * n, 0.0)
        weight = np.where(enough, n - 1, 0.0)
        whole = weight.sum(axis=0)
        common = np.divide(
            (weight * spread).sum(axis=0), whole, out=np.full(whole.shape, np.nan), where=whole > 0
        )
        lent = (weight * spread + _BORROWED * common) / (weight + _BORROWED)
        return np.where(n > 0, lent / np.where(n > 0, n, 1.0), np.nan)

    # Judging

    @property
    def before(self) -> _Levels:
        """The published levels."""
        from indicators import levels

        now = self.now
        chance = levels.expected_by_chance(self.stored_probability[:, now])
        return self._levels(self.stored_level[:, now], self.stored_certain[:, now], chance)

    def judge(self, periods: int) -> _Levels:
        """Levels with the proposal where it applies; everything else stays as it is published."""
        import numpy as np

        from indicators import levels

        family, now = self.indicator.family, self.now
        medium = self._moved(self.proposal.medium, self.number_medium, self.medium)
        high = self._moved(self.proposal.high, self.number_high, self.high)
        level = self._level(self.value, medium, high, self.over)
        if family == "size_band" and self.indicator.direction == "low_bad":
            level[(self.total == 0) & (self.size > 0)] = levels.HIGH
        level = np.where(np.isfinite(self.stored_level), level, levels.NONE)
        if family == "size_band":
            certain = levels.certain_band(level, self.over, self.segments)[:, now]
            return self._levels(level[:, now], certain, 0.0)
        if family == "fact":
            return self._levels(level[:, now], level[:, now] >= levels.LOW, 0.0)
        return self._sampled(level[:, now], medium[:, now], high[:, now], periods)

    def _level(self, value, medium, high, over, column=slice(None)) -> np.ndarray:
        import numpy as np

        from indicators import levels

        strict = np.where(self.affected, self.proposal.operator == ">", self.strict)[:, column]
        found = [levels.level(value, medium, high, operator, over) for operator in (">", ">=")]
        return np.where(strict, *found)

    def _boundary(self, number: float, national: np.ndarray, over: np.ndarray) -> np.ndarray:
        from indicators import levels

        if self.lines is not None:
            return levels.band_boundary(number, self.lines, over, self.value)
        return levels.boundary(self.indicator.direction, self.proposal.basis, number, national, over)

    def _moved(self, number: float, old: np.ndarray, stored: np.ndarray) -> np.ndarray:
        """The boundaries with the proposed number where it applies and differs."""
        import numpy as np

        return np.where(
            self.affected & (old != number), self._boundary(number, self.reference, self.over), stored
        )

    def _sampled(self, level, medium, high, periods) -> _Levels:
        """Certainty of shares, rates and means; with more periods, the level of their pooled value too."""
        import numpy as np

        from indicators import levels

        now, pooling = self.now, self.indicator.pooling
        over = self.over[:, now]

        def pool(cells: np.ndarray) -> np.ndarray:
            return levels.pooled(cells, self.segments, pooling)[:, now]

        total, size = pool(self.total), pool(self.size)
        spread, national = (
            np.divide(whole, part, out=np.full(size.shape, np.nan), where=size > 0)
            for whole, part in (
                (pool(self.size**2 * self.variance), size**2),
                (pool(self.size * self.reference), size),
            )
        )
        together = []
        for number, old in (
            (self.proposal.medium, self.number_medium),
            (self.proposal.high, self.number_high),
        ):
            numbers = np.where(self.affected[:, now], number, old[:, now])
            bounds = np.full(size.shape, np.nan)
            for one in np.unique(numbers[np.isfinite(numbers)]):
                bounds = np.where(numbers == one, self._boundary(one, national, over), bounds)
            together.append(bounds)
        if periods > 1:
            value = np.divide(total, size, out=np.full(size.shape, np.nan), where=size > 0)
            level = np.where(level >= 0, self._level(value, *together, over, now), level)
        probability = np.full(level.shape, np.nan)
        if self.prior_row is not None and self.prior_row.first is not None:
            ask = levels.Prior(
                family=self.indicator.family, first=self.prior_row.first, second=self.prior_row.second
            ).probability
            for own, joint, wanted in (
                (medium, together[0], levels.MEDIUM),
                (high, together[1], levels.HIGH),
            ):
                here = level == wanted
                pooled = ask(total[here], size[here], spread[here], joint[here], over[here])
                single = (cells[here, now] for cells in (self.total, self.size, self.variance))
                alone = ask(*single, own[here], over[here])
                probability[here] = pooled if periods > 1 else levels.either(alone, pooled)
        certain = (level == levels.LOW) | ((level > levels.LOW) & (probability >= levels.CERTAIN))
        return self._levels(level, certain, levels.expected_by_chance(probability))

    @staticmethod
    def _levels(level: np.ndarray, certain: np.ndarray, chance: float) -> _Levels:
        import numpy as np

        whole = np.where(np.isfinite(level), level, -1).astype(int)
        return _Levels(level=whole, certain=np.asarray(certain, bool), chance=chance)
