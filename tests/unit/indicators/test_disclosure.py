"""What may be shown outside the own scope: bands, minimum groups, rounding, no lone hidden area."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import disclosure

FAMILIES = {"R03": "share", "R07": "size_band", "R09": "rate"}
UNITS = {"R03": "share", "R07": "loads_per_100_pupils", "R09": "per_100_pupils"}


def rows(*given_rows):
    """Value rows with the columns of the value table; each given as (kind, unit, municipality, indicator, x, n)."""
    frame = pd.DataFrame(
        given_rows,
        columns=["unit_kind", "unit_id", "municipality_code", "indicator_id", "numerator", "denominator"],
    )
    frame["value"] = frame["numerator"] / frame["denominator"]
    frame = frame.assign(
        stage="basic", school_year=2023, semester=2, reason=None, level="high", lower=0.1, upper=0.2
    )
    return frame.astype({"numerator": float, "denominator": float, "reason": object, "level": object})


def protected(*given_rows):
    return disclosure.protect(rows(*given_rows), FAMILIES, UNITS)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (2, 12, 0.0, 0.2),  # 10-19: bands of twenty points, the lowest is open
        (6, 15, 0.4, 0.6),
        (9, 30, 0.3, 0.4),  # 20-39: ten points
        (14, 60, 0.2, 0.25),  # 40-99: five points
        (31, 200, 0.16, 0.16),  # 100-299: whole percent (15.5 rounds half up)
        (30, 300, 0.1, 0.1),  # 300 and more: one decimal
        (50, 400, 0.124, 0.125),  # 12.4 % of 398 to 402 is 50 of 402 alone: told together with the next
        (1, 400, 0.0, 0.03),  # fewer than ten persons: told as up to
        (399, 400, 0.97, 1.0),  # all but fewer than ten
        (5, 9, None, None),  # below the minimum group
    ],
)
def test_bands(x, n, low, high):
    """A share is told as exactly as its group allows."""
    found = disclosure.percentage_band(np.array([x / n]), np.array([n]))
    if low is None:
        assert np.isnan(found[0][0])
    else:
        assert found[0][0] == pytest.approx(low)
        assert found[1][0] == pytest.approx(high)


@given(st.integers(0, 299), st.integers(10, 299))
def test_band_holds_the_share_and_never_gives_a_small_count_back(x, n):
    """The band contains the share up to rounding, and under 100 it fits at least two counts."""
    if x > n:
        return
    low, high = disclosure.percentage_band(np.array([x / n]), np.array([n]))
    assert low[0] - 0.0051 <= x / n <= high[0] + 0.0051
    if n < 100:
        fits = [k for k in range(n + 1) if low[0] - 1e-9 <= k / n <= high[0] + 1e-9]
        assert len(fits) >= 2


def test_single_institutions_lose_every_judgement():
    """Level and interval of a single institution are gone; its small numerator too."""
    row = protected(("institution", "1", "A", "R03", 3.0, 50.0)).iloc[0]
    assert row["level"] is None
    assert np.isnan(row["lower"]) or row["lower"] is None
    assert np.isnan(row["numerator"])
    assert row["denominator"] == 50
    assert row["value_text"] == "5-10"


def test_value_or_reason_never_both():
    """A hidden value leaves its reason and no number."""
    row = protected(("institution", "1", "A", "R03", 3.0, 8.0)).iloc[0]
    assert row["reason"] == "c"
    assert np.isnan(row["value"])
    assert np.isnan(row["denominator"])


def test_hundreds_of_learners_count_as_learners():
    """A denominator in hundreds of learners is compared with ten learners, not with ten hundreds."""
    row = protected(("institution", "1", "A", "R07", 2.0, 2.5)).iloc[0]
    assert row["reason"] is None
    assert row["value"] == 0.8
    assert row["denominator"] == 2.5


def test_complaints_of_one_institution_are_never_public():
    """The complaints of a single institution are hidden whatever its size."""
    assert protected(("institution", "1", "A", "R09", 3.0, 9.0)).iloc[0]["reason"] == "c"


def test_area_of_two_institutions_is_hidden():
    """A municipality with two institutions is hidden; the others are rounded, so the country does not give it away."""
    institutions = [("institution", f"{m}{k}", m, "R03", 5.0, 100.0) for m in "BCD" for k in range(3)]
    institutions += [("institution", f"A{k}", "A", "R03", 5.0, 100.0) for k in range(2)]
    areas = [
        ("municipality", "A", "A", "R03", 10.0, 200.0),
        ("municipality", "B", "B", "R03", 15.0, 300.0),
        ("municipality", "C", "C", "R03", 15.0, 310.0),
        ("municipality", "D", "D", "R03", 15.0, 320.0),
        ("country", "LV", None, "R03", 55.0, 1130.0),
    ]
    found = protected(*institutions, *areas).set_index("unit_id")["reason"]
    assert found["A"] == "c"
    assert found["B"] is None
    assert found["C"] is None
    assert found["LV"] is None


def test_share_of_an_area_comes_from_rounded_counts():
    """43 of 412 learners are told as 45 of 410: the share gives back no more than the two rounded counts."""
    institutions = [
        ("institution", str(k), "A", "R03", x, n)
        for k, (x, n) in enumerate([(13.0, 112.0), (15.0, 150.0), (15.0, 150.0)])
    ]
    row = protected(*institutions, ("municipality", "A", "A", "R03", 43.0, 412.0)).iloc[-1]
    assert (row["numerator"], row["denominator"]) == (45, 410)
    assert row["value"] == pytest.approx(0.1098)
    assert row["lower"] == pytest.approx(0.0831, abs=1e-4)  # Wilson limits of 45 of 410
    assert row["upper"] == pytest.approx(0.1437, abs=1e-4)


def test_share_of_few_learners_of_an_area_is_a_band():
    """6 absentees of 600 learners in three schools: "up to 10 of 600", no numerator and no limits."""
    institutions = [("institution", str(k), "A", "R03", 2.0, 200.0) for k in range(3)]
    row = protected(*institutions, ("municipality", "A", "A", "R03", 6.0, 600.0)).iloc[-1]
    assert row["value_text"] == "0-4"  # as of a group of 299 at most
    assert np.isnan(row["numerator"])
    assert np.isnan(row["lower"])


def test_special_categories_need_twenty():
    """Fifteen learners of a special programme are too few, fifteen others are not."""
    frame = rows(("institution", "1", "A", "R03", 5.0, 15.0), ("institution", "2", "A", "R03", 5.0, 15.0))
    frame["stage"] = ["special_basic", "basic"]
    assert disclosure.protect(frame, FAMILIES, UNITS)["reason"].tolist() == ["c", None]


def test_complaints_of_an_area_need_ten_from_three_institutions():
    """Twelve complaints from three schools are told as a rate of ten; twelve of which eleven are of one are not."""
    for counts, expected in (((4, 4, 4), None), ((11, 1, 0), "c")):
        institutions = [("institution", str(k), "A", "R09", float(x), 4.0) for k, x in enumerate(counts)]
        row = protected(*institutions, ("municipality", "A", "A", "R09", 12.0, 12.0)).iloc[-1]
        assert row["reason"] == expected
        if expected is None:
            assert row["value"] == pytest.approx(0.83)  # 10 per 1,200
            assert np.isnan(row["numerator"])
            assert np.isnan(row["denominator"])


def test_no_values_are_no_fault():
    """A publication whose indicators have no value anywhere is a publication all the same."""
    low, high = disclosure.percentage_band(np.zeros(0), np.zeros(0))
    assert low.size == high.size == 0
    low, high = disclosure.percentage_band(np.array([np.nan, 0.5]), np.array([0.0, np.nan]))
    assert np.isnan([low, high]).all()
