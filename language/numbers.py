"""The one formatter of numbers, dates and periods.

Latvian: decimal comma, groups from five digits with a no-break space, a no-break space before the
percent sign. English: decimal point, comma groups from four digits, no space before the sign.
Rounding is half up, from the unrounded value. Nothing here prints a missing value: ``None`` and NaN
are refused, because a missing value has a reason (``language.reasons``), not a number.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import cache, lru_cache

from language.plurals import plural_class

NBSP = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"

_MARKS = {"lv": (",", NBSP, 5), "en": (".", ",", 4)}  # decimal mark, group mark, grouped from
_PERCENT = {"lv": f"{NBSP}%", "en": "%"}
_PRECISION = 60

_MONTHS = {
    "lv": "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts "
    "septembris oktobris novembris decembris",
    "en": "January February March April May June July August September October November December",
}
_POINTS = {
    ("lv", "zero"): "procentpunktu",
    ("lv", "one"): "procentpunkts",
    ("lv", "other"): "procentpunkti",
    ("en", "one"): "percentage point",
    ("en", "other"): "percentage points",
}
_POINTS_SHORT = {"lv": f"p.{NBSP}p.", "en": "pp"}

Number = int | float | Decimal | Fraction


def _exact(x: Number) -> Decimal:
    """The shortest decimal that stands for ``x``; refuses what is not a finite number."""
    if x is None or isinstance(x, (bool, str)):
        raise ValueError(f"not a number: {x!r}; a missing value is shown by its reason code")
    if isinstance(x, Fraction):
        with localcontext() as context:
            context.prec = _PRECISION
            return Decimal(x.numerator) / Decimal(x.denominator)
    try:
        value = Decimal(str(x))
    except InvalidOperation as error:
        raise ValueError(f"not a number: {x!r}") from error
    if not value.is_finite():
        raise ValueError(f"not a finite number: {x!r}; a missing value is shown by its reason code")
    return value


def _rounded(value: Decimal, digits: int) -> Decimal:
    with localcontext() as context:
        context.prec = _PRECISION
        try:
            result = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        except InvalidOperation as error:
            raise ValueError(f"too large to print: {value}") from error
    return result if result else abs(result)  # no minus zero


def _text(value: Decimal, lang: str) -> str:
    mark, group, grouped_from = _MARKS[lang]
    whole, _, fraction = f"{abs(value):f}".partition(".")
    if len(whole) >= grouped_from:
        whole = f"{int(whole):,}".replace(",", group)
    return f"{MINUS if value < 0 else ''}{whole}{mark + fraction if fraction else ''}"


def _hundredfold(share: Number, digits: int) -> Decimal:
    with localcontext() as context:
        context.prec = _PRECISION
        value = _exact(share) * 100
    return _rounded(value, digits)


@lru_cache(maxsize=16384, typed=True)
def integer(x: Number, lang: str) -> str:
    """A whole number: ``5767`` and ``37 984`` (lv), ``5,767`` (en)."""
    return _text(_rounded(_exact(x), 0), lang)


@lru_cache(maxsize=16384, typed=True)
def decimal(x: Number, lang: str, digits: int = 1) -> str:
    """A number with a fixed count of decimals: ``12,5``."""
    return _text(_rounded(_exact(x), digits), lang)


def plain(x: Number, lang: str) -> str:
    """A number with the decimals it comes with: ``21``, ``1,5``."""
    value = _exact(x)
    if value == value.to_integral_value():
        value = value.to_integral_value() if not isinstance(x, Decimal) else value
    return _text(value if value else abs(value), lang)


@lru_cache(maxsize=16384, typed=True)
def percent(share: Number, lang: str, digits: int = 1) -> str:
    """A share of 0..1 as a percentage: ``30,6 %`` (lv), ``30.6%`` (en)."""
    return _text(_hundredfold(share, digits), lang) + _PERCENT[lang]


def change(share: Number, lang: str, digits: int = 1) -> str:
    """A relative change (0..1) with its sign: ``+45,2 %``, ``−17,2 %``; one that rounds to zero has none."""
    value = _hundredfold(share, digits)
    return ("+" if value > 0 else "") + _text(value, lang) + _PERCENT[lang]


@lru_cache(maxsize=8192, typed=True)
def signed(x: Number, lang: str, digits: int = 1) -> str:
    """A difference with its sign: ``+1,2``, ``−1,2``; zero has none."""
    value = _rounded(_exact(x), digits)
    return ("+" if value > 0 else "") + _text(value, lang)


def points(difference: Number, lang: str, digits: int = 1, short: bool = False) -> str:
    """A difference of two shares (0..1) in percentage points: ``+1,2 procentpunkti``, ``+1,2 p. p.``"""
    value = _hundredfold(difference, digits)
    word = _POINTS_SHORT[lang] if short else _POINTS[lang, plural_class(value, lang)]
    return f"{'+' if value > 0 else ''}{_text(value, lang)}{NBSP}{word}"


def ratio(x: Number, lang: str, digits: int = 2) -> str:
    """A ratio or an index: ``1,25``."""
    return decimal(x, lang, digits)


def euro(x: Number, lang: str) -> str:
    """Whole euros for tables and sentences: ``1 933 368 EUR``."""
    return f"{integer(x, lang)}{NBSP}EUR"


def euro_short(x: Number, lang: str) -> str:
    """Euros for axes: ``950 EUR``, ``12,5 tūkst. EUR``, ``3,5 milj. EUR``."""
    value = _exact(x)
    words = {"lv": ("milj.", "tūkst."), "en": ("million", "thousand")}[lang]
    for size, word in zip((Decimal(1_000_000), Decimal(1_000)), words, strict=True):
        if abs(value) >= size:
            number = decimal(value / size, lang, 1)
            number = number.removesuffix(_MARKS[lang][0] + "0")
            return f"{number}{NBSP}{word}{NBSP}EUR"
    return euro(value, lang)


@lru_cache(maxsize=16384, typed=True)
def interval(low: Number, high: Number, lang: str, digits: int = 1, unit: str = "percent") -> str:
    """A range: ``4,0–39,9 %``. ``unit``: ``percent`` (bounds are shares of 0..1) or ``number``.

    A range that begins below zero is written in words, since a minus beside a dash is misread.
    """
    if unit not in ("percent", "number"):
        raise ValueError(f"unknown unit {unit!r}")
    ends = [
        _hundredfold(end, digits) if unit == "percent" else _rounded(_exact(end), digits)
        for end in (low, high)
    ]
    if ends[0] > ends[1]:
        raise ValueError(f"the range runs backwards: {low!r} to {high!r}")
    low_text, high_text = (_text(end, lang) for end in ends)
    sign = _PERCENT[lang] if unit == "percent" else ""
    if low_text == high_text:  # a range without width is read as a slip
        return f"{low_text}{sign}"
    if ends[0] < 0:
        first, second = {"lv": ("no ", " līdz "), "en": ("", " to ")}[lang]
        return f"{first}{low_text}{second}{high_text}{sign}"
    return f"{low_text}{EN_DASH}{high_text}{sign}"


@lru_cache(maxsize=16384, typed=True)
def counts(x: int, n: int, lang: str) -> str:
    """The two counts behind a share: ``2 no 14`` (lv), ``2 of 14`` (en)."""
    return f"{integer(x, lang)}{NBSP}{'no' if lang == 'lv' else 'of'}{NBSP}{integer(n, lang)}"


def share_with_counts(x: int, n: int, lang: str, digits: int = 1) -> str:
    """A share with the counts it comes from: ``14,3 % (2 no 14)``."""
    numerator, denominator = _exact(x), _exact(n)
    if denominator <= 0:
        raise ValueError("a share needs a denominator above zero")
    with localcontext() as context:
        context.prec = _PRECISION
        share = numerator / denominator
    return f"{percent(share, lang, digits)} ({counts(x, n, lang)})"


def _day(value: date | datetime | str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    raise ValueError(f"not a date: {value!r}")


@lru_cache(maxsize=512, typed=True)
def date_short(value: date | datetime | str, lang: str) -> str:
    """``31.12.2024.`` (lv), ``31 December 2024`` (en)."""
    day = _day(value)
    if lang == "lv":
        return f"{day.day:02}.{day.month:02}.{day.year:04}."
    return date_long(day, lang)


RIGA = "Europe/Riga"


def moment(stamp: str, lang: str, *, seconds: bool = False) -> str:
    """A stored time as a clock in Latvia shows it: ``31.12.2024. 14:05`` (lv), ``31 December 2024 14:05`` (en).

    stamp: ISO 8601 with its offset; without one it is UTC. In the hour that comes twice in autumn the second is
    marked with its offset from UTC, so that no two moments look alike.
    """
    read = datetime.fromisoformat(stamp)
    here = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(_zone())
    text = (
        f"{date_short(here.date(), lang)}{NBSP}{here:%H:%M:%S}"
        if seconds
        else f"{date_short(here.date(), lang)}{NBSP}{here:%H:%M}"
    )
    return f"{text} (UTC+{here.utcoffset() // timedelta(hours=1)})" if here.fold else text


@cache
def _zone() -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(RIGA)


def date_long(value: date | datetime | str, lang: str) -> str:
    """``2024. gada 21. novembris`` (lv), ``21 November 2024`` (en)."""
    day = _day(value)
    month = _MONTHS[lang].split()[day.month - 1]
    if lang == "lv":
        return f"{day.year}.{NBSP}gada {day.day}.{NBSP}{month}"
    return f"{day.day}{NBSP}{month} {day.year}"


def _first_year(year: int | str) -> int:
    if isinstance(year, str):
        first, separator, second = year.partition("/")
        if not (first.isdecimal() and len(first) == 4):
            raise ValueError(f"not a school year: {year!r}")
        if separator and int(first) + 1 != int(second):
            raise ValueError(f"not a school year: {year!r}")
        return int(first)
    return int(_rounded(_exact(year), 0))


@lru_cache(maxsize=512, typed=True)
def school_year(year: int | str, lang: str) -> str:
    """A school year by its first year or key ``2023/2024``: ``2023./2024. m. g.``, ``2023/24``."""
    first = _first_year(year)
    if lang == "lv":
        return f"{first}./{first + 1}.{NBSP}m.{NBSP}g."
    return f"{first}/{(first + 1) % 100:02}"


@lru_cache(maxsize=512, typed=True)
def school_year_short(year: int | str, lang: str) -> str:
    """A school year for axes: ``2023./24.`` (lv), ``2023/24`` (en)."""
    first = _first_year(year)
    return f"{first}./{(first + 1) % 100:02}." if lang == "lv" else school_year(first, lang)


def semester(number: int, lang: str) -> str:
    """``2. semestris`` (lv), ``semester 2`` (en)."""
    if number not in (1, 2):
        raise ValueError(f"a school year has two semesters, not {number!r}")
    return f"{number}.{NBSP}semestris" if lang == "lv" else f"semester{NBSP}{number}"


def period(year: int | str, number: int | None, lang: str) -> str:
    """A school year, with its semester where there is one: ``2023./2024. m. g. 2. semestris``."""
    text = school_year(year, lang)
    if number is None:
        return text
    return f"{text}{' ' if lang == 'lv' else ', '}{semester(number, lang)}"
