"""One value of an institution in words and in numbers, the same on every page that shows it."""

from __future__ import annotations

from functools import lru_cache

from access.pages import REGISTRY, Request
from components.tables import Reason
from indicators.catalogue import INDICATORS
from indicators.model import Indicator
from indicators.stages import is_whole
from language import numbers
from language.bodies import registers
from language.messages import _, t, tn

# R08 is two rates; the part is named by where it is counted.
PARTS = {True: _("teachers"), False: _("learners")}
KINDS = {
    "share": "percent",
    "share_difference": "points",
    "per_100_pupils": "decimal2",
    "loads_per_100_pupils": "decimal2",
    "grade_points": "decimal2",
    "percentile_points": "decimal",
}
TREND_SIDES = {
    "worsening": {"high_bad": "up", "low_bad": "down"},
    "improving": {"high_bad": "down", "low_bad": "up"},
}


@lru_cache(maxsize=8192)
def text(unit: str, value: float, lang: str, exact: bool = True, short: bool = False) -> str:
    """A value in its unit. Released values of means and rates have one decimal, and no more is printed."""
    if unit == "share":
        return numbers.percent(value, lang)
    if unit == "share_difference":
        return numbers.points(value, lang, 1 if exact else 0, short=short)
    if unit == "grade_points":
        return numbers.signed(value, lang, 2 if exact else 1)
    if unit == "percentile_points":
        return numbers.signed(value, lang, 1)
    return numbers.decimal(value, lang, 2 if exact else 1)


@lru_cache(maxsize=2048)
def band(text: str) -> tuple[float, float]:
    """Ends of the band of a protected share, as fractions."""
    low, high = text.split("-")
    return float(low) / 100, float(high) / 100


@lru_cache(maxsize=2048)
def band_text(text: str, lang: str) -> str:
    """The band of a protected share, stored as ``20-40``: ``20–40 %``."""
    low, high = band(text)
    whole = all(round(end * 100, 6) % 1 == 0 for end in (low, high))
    return numbers.interval(low, high, lang, 0 if whole else 1)


def value_text(indicator: Indicator, row, lang: str, *, exact: bool = True, short: bool = True) -> str | None:
    """What is shown of a row's value; None where there is none."""
    if row is None or row.value is None:
        return None
    if row.value_text:
        return band_text(row.value_text, lang)
    if indicator.unit == "share" and row.numerator is None and (row.denominator or 0) < 300:
        return numbers.percent(row.value, lang, 0)  # protected to whole percent; a decimal would pretend
    return text(indicator.unit, row.value, lang, exact, short)


def cell(indicator: Indicator, row) -> object:
    """The value for a table: a number, a band or the reason why there is neither."""
    if row.value is None:
        return Reason(row.reason or "x")
    return row.value


def interval_text(indicator: Indicator, row, lang: str) -> str | None:
    """The 95 % interval, or None for a census and where it is not shown."""
    if row is None or row.value is None or row.lower is None or row.upper is None:
        return None
    if indicator.unit == "share":
        return numbers.interval(row.lower, row.upper, lang)
    if indicator.unit == "share_difference":
        ends = numbers.interval(row.lower * 100, row.upper * 100, lang, 0, "number")
        return t("{interval} percentage points", lang, interval=ends)
    digits = 1 if indicator.unit == "percentile_points" else 2
    return numbers.interval(row.lower, row.upper, lang, digits, "number")


def count_text(indicator: Indicator, row, lang: str) -> str | None:
    """The counts behind a value: ``5 no 40``, ``n = 30``, ``3 uz 400 izglītojamiem``."""
    if row is None or row.value is None or row.denominator is None:
        return None
    if row.numerator is None:
        if indicator.unit in ("per_100_pupils", "loads_per_100_pupils"):
            return None
        return t("n ≈ {n}", lang, n=numbers.integer(row.denominator, lang))
    return _counts(indicator.unit, row.numerator, row.denominator, lang)


def counts(indicator: Indicator, numerator: float, denominator: float, lang: str) -> str:
    """Two counts as they stand beside a value."""
    return _counts(indicator.unit, numerator, denominator, lang)


@lru_cache(maxsize=8192)
def _counts(unit: str, numerator: float, denominator: float, lang: str) -> str:
    if unit == "share":
        return numbers.counts(numerator, denominator, lang)
    if unit == "share_difference":
        return t(
            "{x} of {n}", lang, x=numbers.signed(numerator, lang, 0), n=numbers.integer(denominator, lang)
        )
    if unit == "per_100_pupils":
        return t(
            "{x} per {n} learners",
            lang,
            x=numbers.integer(numerator, lang),
            n=numbers.integer(denominator * 100, lang),
        )
    if unit == "loads_per_100_pupils":
        loads = round(numerator, 2)
        return tn("{n} load", "{n} loads", loads, lang) + t(
            ", {n} learners", lang, n=numbers.integer(denominator * 100, lang)
        )
    return f"n = {numbers.integer(denominator, lang)}"


@lru_cache(maxsize=1024)
def period_text(indicator: Indicator, year: int, semester: int, lang: str) -> str:
    """The period of a value in words: a calendar year, a school year or a semester."""
    if indicator.period == "calendar_year":
        return str(year)
    return numbers.period(year, semester or None, lang)


@lru_cache(maxsize=1024)
def period_short(indicator: Indicator, year: int, semester: int, lang: str) -> str:
    """The period on an axis; the second semester follows its first one and needs no label of its own."""
    if indicator.period == "calendar_year":
        return str(year)
    if semester == 2:
        return " "
    point = "." if lang == "lv" else ""
    return f"{year % 100:02}{point}/{(year + 1) % 100:02}{point}"


def trend_of(indicator: Indicator, stored: str | None) -> str:
    """The direction that a mark draws for a stored trend."""
    word = (stored or "").partition(":")[0]
    if word == "no_change":
        return "flat"
    if word in ("increasing", "decreasing"):
        return "up" if word == "increasing" else "down"
    if word in ("worsening", "improving"):
        return TREND_SIDES[word][indicator.direction]
    return "unknown"


def name_of(indicator: Indicator, stage: str, lang: str) -> str:
    """The short name, with the part named where an indicator has two."""
    name = indicator.text(lang).short_name
    if two_parts(indicator):
        return f"{name} ({t(PARTS[is_whole(stage)], lang)})"
    return name


@lru_cache(maxsize=64)
def two_parts(indicator: Indicator) -> bool:
    """Whether the indicator is counted both for whole institutions and by stage (R08)."""
    whole = [is_whole(stage) for stage in indicator.stages]
    return any(whole) and not all(whole)


def terms(indicator: Indicator, stage: str, lang: str) -> tuple[str, str]:
    """Numerator and denominator in words; of an indicator with two parts those of the stage's part."""
    text = indicator.text(lang)
    if two_parts(indicator) and ";" in text.numerator:
        part = 0 if is_whole(stage) else 1
        return tuple(side.split(";")[part].strip() for side in (text.numerator, text.denominator))
    return text.numerator, text.denominator


def rounded_count(value: float | None, indicator: Indicator) -> object:
    """A numerator or denominator for a table: whole where it counts persons, protected where hidden."""
    if value is None:
        return Reason("c")
    nearest = round(value)
    if abs(value - nearest) < 1e-6:
        return nearest
    return round(value, 4)


def count_kind(indicator: Indicator, which: str) -> str:
    """Kind of the column of numerators or denominators."""
    if indicator.family == "size_band" or (which == "denominator" and indicator.family == "rate"):
        return "decimal2"
    if indicator.family == "mean" and which == "numerator" and indicator.unit != "share_difference":
        return "decimal"
    return "integer"


class Addresses:
    """Addresses of the origins of an institution's values; the common part is made once."""

    def __init__(self, request: Request, reg_no: str) -> None:
        self._pattern = request.url(
            "provenance", kind="iestade", unit=reg_no, indicator="{}", stage="{}", period="{}-{}"
        )

    def of(self, indicator_id: str, row) -> str:
        """Address of the page that tells where the value of a row comes from."""
        return self._pattern.format(indicator_id, row.stage, row.school_year, row.semester)


def optional_url(request: Request, page: str, **params: object) -> str | None:
    """Address of a page that may not exist (yet)."""
    return request.url(page, **params) if page in REGISTRY else None


def source_names(indicator: Indicator, lang: str) -> str:
    """The registers an indicator is counted from."""
    return registers(indicator.sources, lang)


def all_sources(lang: str) -> str:
    """The registers of all indicators, each once."""
    return registers((name for one in INDICATORS.values() for name in one.sources), lang)
