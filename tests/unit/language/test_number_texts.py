"""The one formatter of numbers, dates and periods."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import numbers as N

S = "\u00a0"  # no-break space
FINITE = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "lv", "en"),
    [
        (0, "0", "0"),
        (5767, "5767", "5,767"),
        (37984, f"37{S}984", "37,984"),
        (3501605, f"3{S}501{S}605", "3,501,605"),
        (-37984, f"\u221237{S}984", "\u221237,984"),
        (999.5, "1000", "1,000"),
    ],
)
def test_integer(value, lv, en):
    """Latvian groups from five digits with a no-break space, English from four with a comma."""
    assert (N.integer(value, "lv"), N.integer(value, "en")) == (lv, en)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (12.5, 1, "12,5"),
        (3501605.51, 2, f"3{S}501{S}605,51"),
        (0.05, 1, "0,1"),
        (0.25, 1, "0,3"),
        (1.005, 2, "1,01"),
        (-0.04, 1, "0,0"),
        (Fraction(1, 3), 3, "0,333"),
        (Decimal("2.50"), 0, "3"),
    ],
)
def test_decimal_rounds_half_up(value, digits, expected):
    """Ties go up, binary fractions are read as they are written, and there is no minus zero."""
    assert N.decimal(value, "lv", digits) == expected


def test_percent():
    """A share of 0..1 becomes a percentage with the sign of the language."""
    assert N.percent(0.306, "lv") == f"30,6{S}%"
    assert N.percent(0.306, "en") == "30.6%"
    assert N.percent(0.145, "lv", 0) == f"15{S}%"
    assert N.percent(1, "lv", 0) == f"100{S}%"


def test_points_follow_the_plural_of_the_printed_number():
    """A difference of shares is never written with the percent sign."""
    assert N.points(0.012, "lv") == f"+1,2{S}procentpunkti"
    assert N.points(-0.031, "lv") == f"\u22123,1{S}procentpunkts"
    assert N.points(0, "lv") == f"0,0{S}procentpunktu"
    assert N.points(0.012, "lv", short=True) == f"+1,2{S}p.{S}p."
    assert N.points(0.012, "en") == f"+1.2{S}percentage points"
    assert N.points(0.01, "en", digits=0) == f"+1{S}percentage point"


def test_signed_ratio_and_euro():
    """Differences carry a true minus, ratios two decimals, money whole euros."""
    assert N.signed(-1.25, "lv") == "\u22121,3"
    assert N.signed(1.25, "en") == "+1.3"
    assert N.signed(0.01, "lv") == "0,0"
    assert N.ratio(1.255, "lv") == "1,26"
    assert N.euro(1933368, "lv") == f"1{S}933{S}368{S}EUR"
    assert N.euro_short(3_500_000, "lv") == f"3,5{S}milj.{S}EUR"
    assert N.euro_short(12_000, "lv") == f"12{S}tūkst.{S}EUR"
    assert N.euro_short(950, "en") == f"950{S}EUR"


def test_change():
    """A relative change has its sign in the chart as in the table; what rounds to zero has none."""
    assert N.change(0.452, "lv") == "+45,2\u00a0%"
    assert N.change(-0.172, "en") == "\u221217.2%"
    assert N.change(0.0004, "lv") == N.change(0, "lv") == "0,0\u00a0%"


def test_interval():
    """A range has an en dash without spaces, and words where it begins below zero."""
    assert N.interval(0.0401, 0.3990, "lv") == f"4,0\u201339,9{S}%"
    assert N.interval(0.0401, 0.3990, "en") == "4.0\u201339.9%"
    assert N.interval(1, 2.5, "lv", unit="number") == "1,0\u20132,5"
    assert N.interval(-0.01, 0.02, "lv") == f"no \u22121,0 līdz 2,0{S}%"
    with pytest.raises(ValueError, match="backwards"):
        N.interval(0.5, 0.1, "lv")


def test_share_with_counts():
    """A share of few persons is printed with its two counts."""
    assert N.share_with_counts(2, 14, "lv") == f"14,3{S}% (2{S}no{S}14)"
    assert N.share_with_counts(2, 14, "en") == f"14.3% (2{S}of{S}14)"
    with pytest.raises(ValueError, match="denominator"):
        N.share_with_counts(0, 0, "lv")


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [
        ("2026-11-22T09:42:53+00:00", "22.11.2026. 11:42"),  # winter: two hours
        ("2026-07-01T21:30:00+00:00", "02.07.2026. 00:30"),  # summer: three, and the next day
        ("2026-07-01T21:30:00", "02.07.2026. 00:30"),  # without an offset: UTC
        ("2026-10-25T00:30:00+00:00", "25.10.2026. 03:30"),  # the hour that comes twice, first time
        ("2026-10-25T01:30:00+00:00", "25.10.2026. 03:30 (UTC+2)"),  # and second
    ],
)
def test_times_are_those_of_a_clock_in_latvia(stamp, shown):
    """The European Union's summer time ends on the last Sunday of October at 01:00 UTC (directive 2000/84/EC)."""
    assert N.moment(stamp, "lv").replace(S, " ") == shown
    assert N.moment(stamp, "lv", seconds=True).replace(S, " ").startswith(shown[:17] + ":")


def test_dates():
    """Dates have the Latvian points and a genitive year."""
    day = date(2024, 12, 31)
    assert N.date_short(day, "lv") == "31.12.2024."
    assert N.date_short("2024-12-31", "en") == f"31{S}December 2024"
    assert N.date_long(datetime(2024, 11, 21, 9), "lv") == f"2024.{S}gada 21.{S}novembris"
    assert N.date_short(date(2024, 8, 5), "lv") == "05.08.2024."


def test_school_years_and_semesters():
    """A school year is known by its first year or its key."""
    assert N.school_year(2023, "lv") == f"2023./2024.{S}m.{S}g."
    assert N.school_year("2023/2024", "en") == "2023/24"
    assert N.school_year(1999, "en") == "1999/00"
    assert N.school_year_short("2023/2024", "lv") == "2023./24."
    assert N.semester(2, "lv") == f"2.{S}semestris"
    assert N.period("2023/2024", 1, "lv") == f"2023./2024.{S}m.{S}g. 1.{S}semestris"
    assert N.period(2023, None, "en") == "2023/24"
    for wrong in ("2023/2025", "23/24", "later"):
        with pytest.raises(ValueError, match="not a school year"):
            N.school_year(wrong, "lv")
    with pytest.raises(ValueError, match="two semesters"):
        N.semester(3, "lv")


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "12", True, Decimal("NaN"), "nav datu"])
@pytest.mark.parametrize("form", [N.integer, N.decimal, N.percent, N.signed, N.points, N.euro, N.plain])
def test_missing_values_are_refused(form, value):
    """No number stands for a missing value, and no missing value for a number."""
    with pytest.raises(ValueError, match="not a"):
        form(value, "lv")


@given(FINITE, st.integers(0, 4), st.sampled_from(["lv", "en"]))
def test_printed_numbers_read_back(value, digits, lang):
    """What is printed is the value within half a unit of its last digit."""
    text = N.decimal(value, lang, digits).replace("\u2212", "-")
    mark = {"lv": (S, ","), "en": (",", ".")}[lang]
    back = Decimal(text.replace(mark[0], "").replace(mark[1], "."))
    assert abs(back - Decimal(str(value))) <= Decimal(1).scaleb(-digits) / 2


@given(st.integers(-(10**12), 10**12))
def test_both_languages_print_the_same_digits(value):
    """The languages differ in marks only."""
    digits = [[c for c in N.integer(value, lang) if c.isdigit()] for lang in ("lv", "en")]
    assert digits[0] == digits[1]
