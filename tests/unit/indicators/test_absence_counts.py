"""Counts of absence by area, their protection, changes and projections; children without a place."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import absence, unregistered
from indicators.comparison import IncomparableError
from indicators.statistics import intervals, projection

KEYS = ["institution_id", "school_year", "semester", "stage"]


def frames(rows: list[tuple], *, towns: dict[int, str] | None = None) -> tuple[pd.DataFrame, ...]:
    """Fact frames from (institution, year, semester, stage, long or None, pupils); None = not delivered."""
    places = towns or {}
    known = sorted({row[0] for row in rows})
    institution = pd.DataFrame({"id": known, "municipality_code": [places.get(one, "LV1") for one in known]})
    enrolment = pd.DataFrame([(*row[:4], row[5]) for row in rows], columns=[*KEYS, "pupils"])
    delivered = [row for row in rows if row[4] is not None]
    facts = pd.DataFrame([(*row[:4], row[4]) for row in delivered], columns=[*KEYS, "long_unexcused"])
    facts = facts.assign(source_code="e_journals")
    for kind in absence.KINDS:
        facts[kind] = np.where(facts["stage"].isin(["preschool", "vocational"]), np.nan, 2.0)
    return facts, enrolment, institution


def counted(rows: list[tuple], **more) -> pd.DataFrame:
    """The roll-up of these rows."""
    return absence.counts(*frames(rows, **more)).set_index(absence.KEYS)


def one(table: pd.DataFrame, kind: str, area: str, stage: str, semester: int = 1) -> pd.Series:
    """One row of 2023."""
    return table.loc[(kind, area, stage, "e_journals", 2023, semester)]


STAGES = [
    (1, 2023, 1, "preschool", 2, 100),
    (1, 2023, 1, "basic", 10, 400),
    (2, 2023, 1, "basic", 20, 200),
    (2, 2023, 1, "special_basic", 4, 50),
    (2, 2023, 1, "upper_secondary", 5, 100),
    (3, 2023, 1, "vocational", 30, 300),
    (4, 2023, 1, "basic", None, 90),
]


def test_worked_examples_run():
    """The examples in the docstrings hold."""
    for module in (absence, unregistered):
        assert doctest.testmod(module).failed == 0


def test_total_is_table_6_and_basic_all_is_table_7():
    """The total leaves special basic education out; basic with special programmes takes it in."""
    table = counted(STAGES)
    assert one(table, "country", "LV", "total")["long_unexcused"] == 2 + 30 + 5 + 30
    assert one(table, "country", "LV", "basic")["long_unexcused"] == 30
    assert one(table, "country", "LV", "basic_all")["long_unexcused"] == 34
    assert one(table, "country", "LV", "basic_all")["pupils"] == 650
    assert np.isnan(one(table, "country", "LV", "total")["any_unexcused"])


def test_share_is_over_those_who_delivered():
    """An institution without a delivery is expected, but neither its learners nor its absentees count."""
    row = one(counted(STAGES), "country", "LV", "basic")
    assert (row["institutions"], row["expected"]) == (2, 3)
    assert row["pupils"] == 600
    assert row["share"] == pytest.approx(30 / 600)


def test_areas_are_sums_of_institutions():
    """Municipalities add up to the country, institutions to their municipality."""
    table = counted(STAGES, towns={1: "A", 2: "B", 3: "B", 4: "A"}).reset_index()
    basic = table[table["stage"] == "basic"]
    sums = basic.groupby("area_kind")["long_unexcused"].sum()
    assert sums["country"] == sums["municipality"] == sums["institution"] == 30


def test_the_two_sources_stay_apart():
    """VIIS entries are rows of their own, without a share."""
    facts, enrolment, institution = frames(STAGES)
    entries = facts.assign(source_code="viis_cases", long_unexcused=1)
    table = absence.counts(pd.concat([facts, entries]), enrolment, institution).set_index(absence.KEYS)
    primary = one(table, "country", "LV", "basic")
    entered = table.loc[("country", "LV", "basic", "viis_cases", 2023, 1)]
    assert (primary["long_unexcused"], entered["long_unexcused"]) == (30, 2)
    assert np.isnan(entered["share"])


def test_order_of_facts_changes_nothing():
    """The same facts in another order give the same rows."""
    first = absence.counts(*frames(STAGES))
    second = absence.counts(*frames(STAGES[::-1]))
    pd.testing.assert_frame_equal(first, second)


# --- protection -------------------------------------------------------------------------------------


def protected(counts: list[int], pupils: list[int], stage: str = "basic") -> pd.Series:
    """A municipality whose institutions have these counts, as the public sees it."""
    rows = [(i + 1, 2023, 1, stage, x, n) for i, (x, n) in enumerate(zip(counts, pupils, strict=True))]
    table = absence.protect(absence.counts(*frames(rows)))
    return table.set_index(absence.KEYS).loc[("municipality", "LV1", stage, "e_journals", 2023, 1)]


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ([1, 2, 3], "fewer than ten"),
        ([0, 20, 20], "two contributors"),
        ([90, 3, 3], "one has more than 85 %"),
        ([50, 46, 2], "two have more than 95 %"),
    ],
)
def test_a_count_is_hidden(counts, why):
    """Small counts, few contributors and dominance hide a municipality's count; a band stays."""
    row = protected(counts, [500] * 3)
    assert row["reason"] == "c", why
    assert np.isnan(row["long_unexcused"])
    true = sum(counts) / 1500
    assert row["share_low"] <= true <= row["share_high"]
    assert row["share_high"] - row["share_low"] >= 0.005


def test_a_shown_count_is_rounded_and_so_is_its_share():
    """A shown share is that of the rounded counts, so it tells nothing more."""
    row = protected([13, 14, 15], [321, 322, 323])
    assert (row["long_unexcused"], row["pupils"]) == (40, 965)
    assert pd.isna(row["reason"])
    assert row["share_low"] == row["share_high"] == pytest.approx(40 / 965)


def test_none_is_shown_as_none():
    """A true zero is a number."""
    assert protected([0, 0, 0], [200] * 3)["long_unexcused"] == 0


@pytest.mark.parametrize("stage", absence.NEVER_BY_AREA[:2])
def test_never_by_municipality(stage):
    """Preschool and special programmes are shown for the country only."""
    row = protected([40, 50, 60], [500] * 3, stage)
    assert row["reason"] == "c"
    assert np.isnan(row[["long_unexcused", "share", "share_low", "share_high"]].astype(float)).all()


def test_illness_is_not_shown_by_municipality():
    """Absence because of illness stays above the municipality; excused and unexcused are rounded."""
    rows = [(i, 2023, 1, "basic", 20, 500) for i in (1, 2, 3)]
    facts, enrolment, institution = frames(rows)
    facts[list(absence.KINDS)] = [101.0, 52.0, 33.0]
    table = absence.protect(absence.counts(facts, enrolment, institution)).set_index(absence.KEYS)
    local = table.loc[("municipality", "LV1", "basic", "e_journals", 2023, 1)]
    assert (local["any_excused"], local["any_unexcused"]) == (305, 100)
    assert np.isnan(local["any_illness"])
    assert table.loc[("country", "LV", "basic", "e_journals", 2023, 1)]["any_illness"] == 156


def test_institutions_have_no_released_row():
    """There is nothing to read outside the scope."""
    table = absence.protect(absence.counts(*frames(STAGES)))
    assert set(table["area_kind"]) == {"country", "municipality"}


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(5, 900)).map(lambda pair: (min(pair), max(pair))),
        min_size=1,
        max_size=6,
    )
)
def test_value_or_reason_and_never_a_small_count(pairs):
    """Whatever the counts: a value or a reason, zero or at least ten and a multiple of five, truth in the band."""
    row = protected([x for x, _n in pairs], [n for _x, n in pairs])
    count, total, learners = row["long_unexcused"], sum(x for x, _ in pairs), sum(n for _, n in pairs)
    assert pd.isna(row["reason"]) == np.isfinite(count)
    if np.isfinite(count):
        assert count == 0 or (count >= 10 and count % 5 == 0)
        assert abs(count - total) <= 2
    elif np.isfinite(row["share_low"]):
        assert row["share_low"] - 1e-9 <= total / learners <= row["share_high"] + 1e-9


# --- changes ------------------------------------------------------------------------------------------


def test_another_semester_is_refused():
    """Semester 2 is never subtracted from semester 1, whatever the year."""
    first = absence.Counted(stage="basic", school_year=2023, semester=1, count=30, pupils=1000)
    second = absence.Counted(stage="basic", school_year=2023, semester=2, count=60, pupils=1000)
    with pytest.raises(IncomparableError) as refused:
        absence.change(second, first)
    assert set(refused.value.reason) == {"lv", "en"}
    with pytest.raises(IncomparableError):
        absence.change(
            first, absence.Counted(stage="vocational", school_year=2022, semester=1, count=1, pupils=9)
        )


def test_changes_are_newcombe_intervals():
    """The vectorised changes equal the interval of the statistics package."""
    found = absence.changes(
        {"a": (60, 1000), "b": (None, 5), "c": (3, 70)}, {"a": (30, 900), "b": (1, 5), "c": (9, 80)}
    )
    assert set(found) == {"a", "c"}
    limits = intervals.newcombe_difference(60, 1000, 30, 900)
    assert found["a"].lower == pytest.approx(float(limits.lower))
    assert found["a"].upper == pytest.approx(float(limits.upper))
    assert found["a"].word == "worse"


def test_change_agrees_with_changes():
    """One change and many are the same number."""
    now = absence.Counted(stage="total", school_year=2023, semester=2, count=45, pupils=900)
    before = absence.Counted(stage="total", school_year=2022, semester=2, count=60, pupils=880)
    single = absence.change(now, before)
    many = absence.changes({1: (45, 900)}, {1: (60, 880)})[1]
    assert (single.difference, single.lower, single.upper) == pytest.approx(
        (many.difference, many.lower, many.upper)
    )


# --- projections ----------------------------------------------------------------------------------------


def history(units: int = 60, years: int = 10, seed: int = 7) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Counts of stable units."""
    rng = np.random.default_rng(seed)
    size = rng.integers(40, 900, units)[:, None] * np.ones((1, years))
    rate = rng.beta(2, 40, units)[:, None]
    return rng.binomial(size.astype(int), rate).astype(float), size, list(range(2014, 2014 + years))


def test_projection_uses_only_what_was_known():
    """Each past projection is the one of the statistics package on the years before it."""
    total, size, years = history()
    found = list(absence.project(total, size, years))
    assert [year for year, *_rest in found] == list(range(2018, 2025))
    year, value, lower, upper, actual = found[2]
    column = years.index(year)
    expected = projection.same_season(
        total[:, :column] / size[:, :column], size[:, :column], next_n=size[:, column]
    )
    np.testing.assert_allclose(value, expected.value)
    np.testing.assert_allclose(lower, expected.lower)
    np.testing.assert_allclose(upper, expected.upper)
    np.testing.assert_allclose(actual, total[:, column] / size[:, column])


def test_the_coming_year_has_no_actual_value():
    """The last projection is of the year that is not there yet."""
    year, _value, _lower, _upper, actual = list(absence.project(*history()))[-1]
    assert year == 2024
    assert np.isnan(actual).all()


def test_coverage_is_about_four_fifths():
    """On stable units the 80 % interval holds about 80 of 100 later values."""
    total, size, years = history(units=200)
    inside = [
        (actual >= lower) & (actual <= upper)
        for year, _value, lower, upper, actual in absence.project(total, size, years)
        if year <= years[-1]
    ]
    assert 0.75 <= np.concatenate(inside).mean() <= 0.85


def test_no_projection_from_too_little():
    """Three units have no pooled errors to speak of: no projection at all."""
    total, size, years = history(units=3)
    assert list(absence.project(total, size, years)) == []


def test_what_ended_is_not_projected():
    """A unit without the newest year has no coming projection."""
    total, size, years = history()
    total[0, -1] = np.nan
    *_past, (_year, value, *_rest) = absence.project(total, size, years)
    assert np.isnan(value[0])
    assert np.isfinite(value[1])


def test_projections_are_of_one_semester():
    """Semester 2 twice as high as semester 1 leaves the projection of semester 1 alone."""
    rng = np.random.default_rng(3)
    rows = []
    for unit in range(40):
        for year in range(2014, 2024):
            rows.append((unit + 1, year, 1, "basic", int(rng.binomial(300, 0.05)), 300))
            rows.append((unit + 1, year, 2, "basic", int(rng.binomial(300, 0.20)), 300))
    table = absence.projections(absence.counts(*frames(rows)))
    coming = table[(table["area_kind"] == "institution") & (table["school_year"] == 2024)]
    means = coming.groupby("semester")["value"].mean()
    assert means[1] == pytest.approx(0.05, abs=0.01)
    assert means[2] == pytest.approx(0.20, abs=0.02)


# --- children without a place -------------------------------------------------------------------------------


def children(
    cells: dict[tuple[str, str], int], year: int = 2024, missing: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Facts of all statuses for the municipalities named in the cells."""
    towns = sorted({town for town, _status in cells})
    return pd.DataFrame(
        [
            (town, year, status, cells.get((town, status), 0), int(town not in missing))
            for town in towns
            for status in (*unregistered.NINE, *unregistered.BESIDE)
        ],
        columns=["municipality_code", "year", "status", "children", "delivered"],
    )


def test_the_sum_is_of_the_nine_only():
    """Abroad, foreign citizens and Ukrainian civilians are never in the sum."""
    facts = children({("A", "no_information"): 50, ("A", "left_country"): 900, ("B", "arrived"): 3})
    table = unregistered.counts(facts).set_index(unregistered.KEYS)
    assert table.loc[("country", "LV", 2024, "total"), "children"] == 53
    assert table.loc[("country", "LV", 2024, "left_country"), "children"] == 900


def test_not_delivered_is_no_zero():
    """A municipality without a record has no number; the country says how many delivered."""
    table = unregistered.counts(children({("A", "arrived"): 3, ("B", "arrived"): 0}, missing=("B",)))
    table = table.set_index(unregistered.KEYS)
    assert table.loc[("municipality", "B", 2024, "arrived"), "reason"] == "x"
    assert table.loc[("country", "LV", 2024, "total"), ["delivered", "expected"]].tolist() == [1, 2]


def test_a_status_that_nobody_recorded_is_not_applicable():
    """Ukrainian civilians of 2015 are no zero."""
    table = unregistered.counts(children({("A", "arrived"): 3}, year=2015)).set_index(unregistered.KEYS)
    assert table.loc[("country", "LV", 2015, "ukraine_no_information"), "reason"] == "z"
    assert table.loc[("country", "LV", 2015, "long_ill"), "children"] == 0


TOWNS = st.lists(
    st.lists(st.integers(0, 40) | st.integers(0, 9), min_size=13, max_size=13), min_size=2, max_size=9
)


@settings(deadline=None, max_examples=25)
@given(TOWNS)
def test_no_line_has_one_hidden_number(table):
    """In every row and column that has a known sum, hidden numbers come at least in pairs."""
    statuses = (*unregistered.NINE, *unregistered.BESIDE)
    cells = {
        (f"T{i}", status): n for i, row in enumerate(table) for status, n in zip(statuses, row, strict=True)
    }
    rows = unregistered.protect(unregistered.counts(children(cells)))
    local = rows[rows["area_kind"] == "municipality"]
    hidden = local.assign(hidden=local["reason"] == "c").pivot(
        index="area_id", columns="status", values="hidden"
    )
    shown = local.pivot(index="area_id", columns="status", values="children")
    for status in hidden:
        assert hidden[status].sum() != 1 or shown[status].notna().sum() == 0
    line = hidden[[*unregistered.NINE, "total"]]
    assert (line.sum(axis=1) != 1).all()
    for value in shown.to_numpy().ravel():
        assert np.isnan(value) or (value >= 10 and value % 5 == 0)
    assert (shown.isna() == hidden).to_numpy().all() or (local["reason"] == "z").any()


def test_small_national_numbers_are_hidden_unless_printed():
    """A national number under ten stays hidden in pairs; one that the report prints stays."""
    facts = children(
        {("A", "disabled"): 4, ("A", "arrived"): 30, ("B", "no_information"): 70, ("B", "long_ill"): 20}
    )
    table = unregistered.counts(facts)
    free = unregistered.protect(table).set_index(unregistered.KEYS)
    nation = free.loc[("country", "LV", 2024)]
    assert nation.loc["disabled", "reason"] == "c"
    assert (nation["reason"] == "c").sum() >= 2
    printed = unregistered.protect(table, {(2024, status) for status in unregistered.NINE})
    printed = printed.set_index(unregistered.KEYS).loc[("country", "LV", 2024)]
    assert printed.loc["disabled", "children"] == 4
