"""What an indicator is: its words, formula, thresholds, breaks and the function that counts.

Only the standard library is imported, so that a page can print a definition without loading pandas.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indicators import stages

if TYPE_CHECKING:
    import pandas as pd

LANGUAGES = ("lv", "en")
DIRECTIONS = ("high_bad", "low_bad", "both", "none")
PERIODS = ("semester", "school_year", "calendar_year", "cohort")
FAMILIES = ("share", "rate", "mean", "size_band", "fact")
ORIGINS = ("provisional", "published_rule", "official")
BASES = ("absolute", "times_national", "plus_national", "band")
OPERATORS = (">", ">=")
GROUPS = ("achievement", "continuity", "resources", "signals")

KEYS = ("institution_id", "stage", "school_year", "semester")
COUNTS = ("numerator", "denominator")
MEANS = ("mean", "sd", "n")

# Provisional boundaries are applied to every period on record, so that persistence can be told.
ALWAYS = "2009-09-01"
NOT_OFFICIAL_LV = "Dienesta robežvērtība nav publicēta; tas ir panelī ierosināts pagaidu slieksnis."
NOT_OFFICIAL_EN = (
    "The service has published no boundary; this is a provisional one proposed by the dashboard."
)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """How a value is stored and printed. ``value`` x ``scale`` is the printed number."""

    lv: str
    en: str
    scale: float
    digits: int


UNITS = {
    # stored as a fraction (0.125), printed as 12,5 %
    "share": Unit(lv="%", en="%", scale=100, digits=1),
    # stored as a difference of two fractions (0.25), printed as +25,0 percentage points
    "share_difference": Unit(lv="procentpunkti", en="percentage points", scale=100, digits=1),
    # stored as it is printed
    "per_100_pupils": Unit(lv="uz 100 izglītojamiem", en="per 100 learners", scale=1, digits=2),
    "loads_per_100_pupils": Unit(
        lv="likmes uz 100 izglītojamiem", en="full-time loads per 100 learners", scale=1, digits=2
    ),
    "grade_points": Unit(lv="balles", en="grade points", scale=1, digits=2),
    "percentile_points": Unit(lv="procentiļu punkti", en="percentile points", scale=1, digits=1),
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """Everything that is said about an indicator in one language."""

    name: str  # the official name
    short_name: str
    question: str
    why: str
    formula: str
    numerator: str
    denominator: str
    missing: str
    example: str


@dataclass(frozen=True, kw_only=True)
class Example:
    """The figures of the worked example; the words of both languages repeat them."""

    numerator: float
    denominator: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A default boundary.

    ``operator`` counts in the direction of risk: with ``>`` a value on the boundary is not beyond it,
    with ``>=`` it is; where low is bad, "beyond" means below. ``basis`` says what the numbers are:
    ``absolute`` values of the indicator, multiples of the national value (``times_national``), a distance
    from it (``plus_national``), or, for ``band``, multiples of the distance between the value expected for
    the size of the institution and the 5 % or 95 % line (1 = the line itself).
    """

    medium: float
    high: float
    operator: str = ">"
    basis: str
    origin: str = "provisional"
    citation_lv: str
    citation_en: str
    valid_from: str = ALWAYS
    stage: str = "*"
    territory_kind: str = "*"

    @property
    def citation(self) -> str:
        """Both languages in one text, as the threshold table keeps it."""
        return f"{self.citation_lv} | {self.citation_en}"


@dataclass(frozen=True, kw_only=True)
class Break:
    """From ``school_year`` on, values are not comparable with earlier ones."""

    school_year: int
    stages: tuple[str, ...] = ()  # empty: all
    lv: str
    en: str

    def concerns(self, stage: str) -> bool:
        """Whether the break lies in the series of ``stage``."""
        return not self.stages or stage in self.stages


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the version history."""

    version: str
    date: str
    lv: str
    en: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Indicator:
    """One indicator; ``compute`` counts it, everything else describes it."""

    id: str
    function: Callable[..., pd.DataFrame]
    words: Mapping[str, Words]
    group: str
    unit: str
    direction: str
    stages: tuple[str, ...]
    period: str
    family: str
    min_denominator: float
    min_denominator_by_stage: Mapping[str, float] = field(default_factory=dict)
    pooling: int = 3  # comparable periods read together, this one included
    lookback: int = 0  # earlier periods without which there is no value
    thresholds: tuple[Threshold, ...]
    fixed_rule: str | None = None  # code of the published rule that stands beside the level
    breaks: tuple[Break, ...] = ()
    not_comparable_with: tuple[str, ...] = ()
    excluded_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by stage
    relative: bool = False  # measured against the country, so the national value is near zero by construction
    step: float = 1  # the smallest change a school can make, for "what would change my level?"
    step_of: str = "numerator"  # numerator | value
    sources: tuple[str, ...]
    example: Example
    authored_by: str
    checked_by: str | None  # who outside the authors confirmed it; None = nobody yet
    reviewed: str
    next_review: str
    version: str
    changelog: tuple[Change, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]\d{2}[a-z]?", self.id):
            raise ValueError(f"{self.id}: an id is a letter and two digits")
        for given, allowed in (
            (self.direction, DIRECTIONS),
            (self.period, PERIODS),
            (self.family, FAMILIES),
            (self.unit, UNITS),
            (self.group, GROUPS),
        ):
            if given not in allowed:
                raise ValueError(f"{self.id}: {given!r} is not one of {', '.join(allowed)}")
        if set(self.words) != set(LANGUAGES):
            raise ValueError(f"{self.id}: words are needed in {' and '.join(LANGUAGES)}")
        unknown = [stage for stage in self.stages if stage not in stages.NAMES]
        if unknown:
            raise ValueError(f"{self.id}: unknown stages {', '.join(unknown)}")
        for threshold in self.thresholds:
            self._check(threshold)

    def _check(self, threshold: Threshold) -> None:
        for given, allowed in (
            (threshold.basis, BASES),
            (threshold.operator, OPERATORS),
            (threshold.origin, ORIGINS),
        ):
            if given not in allowed:
                raise ValueError(f"{self.id}: {given!r} is not one of {', '.join(allowed)}")
        if (threshold.basis == "band") != (self.family == "size_band"):
            raise ValueError(
                f"{self.id}: the basis 'band' belongs to the family 'size_band', and to no other"
            )
        falls = self.direction == "low_bad" and threshold.basis != "band"
        if (threshold.high >= threshold.medium) if falls else (threshold.high <= threshold.medium):
            raise ValueError(
                f"{self.id}: the high boundary must lie further towards risk than the medium one"
            )

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the fact tables (and ``institution``) that the function asks for."""
        return tuple(inspect.signature(self.function).parameters)

    @property
    def number(self) -> int:
        """The number in the id."""
        return int(self.id[1:3])

    def text(self, lang: str) -> Words:
        """The words in ``lang``."""
        return self.words[lang]

    def minimum(self, stage: str) -> float:
        """The smallest denominator, even pooled, that is judged."""
        return self.min_denominator_by_stage.get(stage, self.min_denominator)

    def stages_of(self, institution_type: str) -> tuple[str, ...]:
        """The stages in which an institution of this type is expected to have a value."""
        return tuple(
            stage
            for stage in self.stages
            if institution_type in stages.TYPES.get(stage, ())
            and institution_type not in self.excluded_types.get(stage, ())
        )

    def applies_to(self, institution_type: str) -> bool:
        """Whether the indicator concerns institutions of this type at all."""
        return bool(self.stages_of(institution_type))

    def breaks_of(self, stage: str) -> tuple[Break, ...]:
        """The breaks in the series of ``stage``, oldest first."""
        return tuple(sorted((b for b in self.breaks if b.concerns(stage)), key=lambda b: b.school_year))

    def segment(self, stage: str, school_year: int) -> int:
        """Number of breaks up to this year; only periods of one segment are comparable."""
        return sum(b.school_year <= school_year for b in self.breaks_of(stage))

    def compute(self, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """The indicator's counts from the fact frames, with the promised columns checked."""
        result = self.function(*(frames[name] for name in self.needs))
        wanted = (*KEYS, *(MEANS if self.family == "mean" else COUNTS))
        absent = [column for column in wanted if column not in result.columns]
        if absent:
            raise ValueError(f"{self.id}: the function returned no column {', '.join(absent)}")
        return result


def indicator(**properties: object) -> Callable[[Callable[..., pd.DataFrame]], Indicator]:
    """Turn a counting function into an :class:`Indicator`.

    The function's parameters are names of fact tables without ``fact_``; it returns ``institution_id``,
    ``stage``, ``school_year``, ``semester`` (0 = whole year) and either ``numerator`` and ``denominator`` or
    ``mean``, ``sd`` and ``n``. Optional columns: ``reference`` (the national value that fits this
    institution's mix) and ``covariate_...`` (what the size curve takes into account).
    """

    def decorate(function: Callable[..., pd.DataFrame]) -> Indicator:
        return Indicator(function=function, **properties)

    return decorate
