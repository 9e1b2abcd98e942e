"""What others see of a municipality: no small count, and none that the sums of the country give away."""

from __future__ import annotations

import doctest

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import quality

PLACES = [f"LV{n:07d}" for n in range(8)]


def visits(places: list[tuple[int, int, int]]) -> pd.DataFrame:
    """Counts by level of each municipality and of the country, as `visit_counts` gives them."""
    rows = []
    for area, parts in [
        *zip(PLACES, places, strict=False),
        ("LV", tuple(map(sum, zip(*places, strict=True)))),
    ]:
        kind = "country" if area == "LV" else "municipality"
        for level, n in (
            ("all", sum(parts)),
            *zip(("optimal", "needs_improvement", "insufficient"), parts, strict=True),
        ):
            if n or level == "all":
                rows.append((kind, area, 2023, 1, "all", level, n))
    names = ["area_kind", "area_id", "school_year", "visit_no", "stage", "level", "institutions"]
    return pd.DataFrame(rows, columns=names)


def told(places: list[tuple[int, int, int]]) -> pd.DataFrame:
    keys = [*quality.AREA, "school_year", "visit_no", "stage"]
    return quality.protect(visits(places), keys, ["institutions"], {"column": "level", "total": "all"})


sizes = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(0, 12)), min_size=2, max_size=len(PLACES)
)


def test_worked_examples():
    assert doctest.testmod(quality).failed == 0


@settings(max_examples=30, deadline=None)
@given(sizes)
def test_no_hidden_total_is_the_rest_of_the_country(places):
    """Hidden municipalities are two or more with ten institutions together, or nothing is left to hide with."""
    rows = told(places)
    local = rows[(rows["area_kind"] == "municipality") & (rows["level"] == "all")]
    hidden = local["reason"].notna()
    real = {area: sum(parts) for area, parts in zip(PLACES, places, strict=False)}
    assert (local.loc[~hidden, "institutions"] >= quality.MINIMUM).all()
    rest = [real[area] for area in local.loc[hidden, "area_id"]]
    assert not rest or (len(rest) > 1 and sum(rest) >= quality.MINIMUM) or hidden.all()
    country = rows[rows["area_kind"] == "country"]
    assert country["reason"].isna().all()


@settings(max_examples=30, deadline=None)
@given(sizes)
def test_no_level_without_its_total_and_none_that_is_small_or_the_only_one(places):
    """Levels of a municipality are shown together with its total, all of them, each of ten or more."""
    rows = told(places)
    for area, local in rows[rows["area_kind"] == "municipality"].groupby("area_id"):
        total = local[local["level"] == "all"]
        parts = local[local["level"] != "all"]
        if total["reason"].notna().any():
            assert parts["reason"].notna().all(), area
        shown = parts["reason"].isna()
        assert shown.all() or not shown.any()
        assert (parts.loc[shown, "institutions"] >= quality.MINIMUM).all()
        assert not shown.any() or len(parts) > 1


def supervision(rows: list[tuple[int, int, int, int, int]]) -> pd.DataFrame:
    """Complaints of one year as `supervision_counts` gives them: received, confirmed, inspections, violations, largest."""
    names = [
        "area_kind", "area_id", "year", "topic", "received", "confirmed", "not_confirmed", "explained", "forwarded",
        "inspections", "violations_found", "contributors", "largest",
    ]  # fmt: skip
    made = []
    for area, (received, confirmed, inspections, violations, largest) in zip(PLACES, rows, strict=False):
        confirmed = min(confirmed, received)
        made.append(
            ("municipality", area, 2024, "all", received, confirmed, received - confirmed, 0, 0, inspections,
             min(violations, inspections), 5, min(largest, received))
        )  # fmt: skip
    frame = pd.DataFrame(made, columns=names)
    whole = frame.drop(columns=["area_kind", "area_id", "year", "topic"]).sum()
    frame.loc[len(frame)] = ["country", "LV", 2024, "all", *whole]
    return frame


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 80), st.integers(0, 30), st.integers(0, 40), st.integers(0, 30), st.integers(0, 40)
        ),
        min_size=2,
        max_size=len(PLACES),
    )
)
def test_complaints_of_a_municipality_are_not_the_rest_of_the_country(rows):
    """For each series: no small number but zero is shown, and the hidden ones are not one alone or a few."""
    real = supervision(rows)
    shown = quality.protect_supervision(real)
    local = shown["area_kind"] == "municipality"
    for name in ("received", "inspections", "violations_found", "confirmed"):
        values, truth = shown.loc[local, name], real.loc[local, name]
        assert ((values.dropna() >= quality.MINIMUM) | (values.dropna() == 0)).all(), name
        hidden = truth[values.isna()]
        filled = truth[values.notna()]
        base = real.loc[local, "received"][values.isna()] if name == "confirmed" else hidden
        assert (
            not len(hidden) or (len(hidden) > 1 and base.sum() >= quality.MINIMUM) or not (filled > 0).any()
        ), name
    assert shown.loc[~local, "received"].notna().all()


@pytest.mark.parametrize(
    ("values", "hidden", "expected"),
    [
        ([], [], []),
        ([30, 20], [False, False], [False, False]),
        ([30, 20, 3], [False, False, True], [False, True, True]),
        ([30, 20, 3, 4], [False, False, True, True], [False, True, True, True]),
        ([30, 20, 6, 4], [False, False, True, True], [False, False, True, True]),
    ],
)
def test_smallest_shown_ones_join_the_hidden(values, hidden, expected):
    assert quality.never_alone(values, hidden) == expected
