"""Graduates: k, denominators, prices, mixtures, states of the triangle, protection without recovery."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indicators import graduates as method

YEARS = (2019, 2020, 2021, 2022, 2023)


def _fact(**changes):
    row = {
        "institution_id": 1,
        "graduation_year": 2020,
        "monitoring_year": 2021,
        "programme": "42481 Datorzinātne, bakalaurs",
        "sex": "all",
        "system": "higher",
        "field": "science_maths_it",
        "level": "bachelor",
        "graduates": 40,
        "employed": 30,
        "unemployed": 2,
        "studying": 3,
        "inactive": 2,
        "emigrated": 2,
        "unknown": 1,
        "skilled": 25,
        "earners": 31,
        "income_lower_quartile": 12_000.0,
        "income_median": 18_000.0,
        "income_upper_quartile": 26_000.0,
    }
    return row | changes


MARKET = pd.DataFrame(
    [
        row
        for year in YEARS
        for row in (
            {"year": year, "area_code": "LV", "measure": "monthly_gross_wage", "value": 1_000.0},
            {"year": year, "area_code": "LV", "measure": "registered_unemployment", "value": 0.05},
        )
    ]
)
CELL = {
    "institution_id": 1,
    "graduation_year": 2020,
    "monitoring_year": 2021,
    "programme": "42481 Datorzinātne, bakalaurs",
}
NO_LOCAL = pd.DataFrame(columns=[*CELL, "wage", "rate", "rate_basis"])


def _cells(facts, prices=None, final=2023, regions=None):
    rows = method.prepare(
        pd.DataFrame(facts),
        NO_LOCAL,
        regions or {1: "LV00A", 2: "LV00A", 3: "LV005"},
        prices or dict.fromkeys((2015, *YEARS), 100.0),
        MARKET,
        final,
    )
    return method.groups(rows, final)


def _one(cells, **conditions):
    conditions = {
        "area_kind": "country",
        "sex": "all",
        "programme": "",
        "field": "",
        "level": "",
    } | conditions
    mask = np.all([cells[name] == value for name, value in conditions.items()], axis=0)
    assert mask.sum() == 1, conditions
    return cells[mask].iloc[0]


def test_worked_examples_of_the_module():
    assert doctest.testmod(method).failed == 0


@settings(deadline=None)
@given(st.integers(1990, 2030), st.integers(1990, 2045))
def test_k_is_the_difference_of_the_years_and_nothing_else(graduated, monitored):
    if 1 <= monitored - graduated <= 10:
        assert method.years_since(graduated, monitored) == monitored - graduated
    else:
        with pytest.raises(ValueError, match="not followed"):
            method.years_since(graduated, monitored)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5_000), min_size=6, max_size=6))
def test_six_statuses_are_the_whole_and_the_two_denominators_differ_by_those_away(numbers):
    counts = method.Counts(*numbers)
    assume(counts.all > 0)
    assert sum(counts.share(name) for name in method.STATUSES) == pytest.approx(1)
    assert counts.in_latvia == counts.all - counts.emigrated - counts.unknown
    if counts.in_latvia:
        assert counts.share("employed", "in_latvia") >= counts.share("employed")
        with pytest.raises(ValueError, match="no status"):
            counts.share("emigrated", "in_latvia")


@settings(deadline=None)
@given(
    st.lists(st.floats(1, 1e6), min_size=2, max_size=8),
    st.tuples(*[st.floats(50, 400)] * 3),
    st.sampled_from(YEARS[:3]),
    st.sampled_from(YEARS[:3]),
    st.sampled_from(YEARS[:3]),
)
def test_another_base_year_scales_one_year_by_one_factor(incomes, index, year, first, second):
    prices = dict(zip(YEARS[:3], index, strict=True))
    factors = [method.real(x, year, second, prices) / method.real(x, year, first, prices) for x in incomes]
    assert factors == pytest.approx([prices[second] / prices[first]] * len(incomes))


def test_interval_of_a_median_narrows_with_the_group():
    wide = method.median_interval(20, 12_000, 18_000, 26_000)
    narrow = method.median_interval(200, 12_000, 18_000, 26_000)
    assert wide[0] < narrow[0] < 18_000 < narrow[1] < wide[1]
    assert (wide[1] / wide[0]) == pytest.approx((narrow[1] / narrow[0]) ** np.sqrt(10))


def test_mixture_of_equal_parts_is_the_part_and_lies_between_unequal_ones():
    codes = np.array([0, 0, 1, 1, 2])
    n = np.array([50, 150, 100, 100, 30])
    low, middle, high = (
        np.array([12e3, 12e3, 8e3, 16e3, 9e3]),
        np.array([18e3, 18e3, 12e3, 24e3, 14e3]),
        np.array([27e3, 27e3, 18e3, 36e3, 21e3]),
    )
    found = method.Incomes.of(n, low, middle, high).mixed(codes, 3)
    assert found[0] == pytest.approx([12e3, 18e3, 27e3], rel=0.01)
    assert 12e3 < found[1][1] < 24e3
    assert found[1][0] < found[1][1] < found[1][2]
    assert found[2].tolist() == [9e3, 14e3, 21e3]  # one part alone keeps what was delivered


def test_nobody_earns_nothing_is_estimated():
    found = method.Incomes.of(np.array([0, 5]), *np.full((3, 2), np.nan)).mixed(np.array([0, 0]), 1)
    assert np.isnan(found).all()


def test_states_of_the_triangle():
    state = method.state
    assert state(2022, 2, 2013, 2023, known=True) == "not_yet"
    assert state(2022, 1, 2013, 2023, known=True) == "observed"
    assert state(2012, 1, 2013, 2023, known=True) == "not_applicable"
    assert state(2020, 1, 2013, 2023, known=True, reason="c") == "suppressed"
    assert state(2020, 1, 2013, 2023, known=False) == "not_applicable"


def test_an_unfinished_year_is_not_counted():
    cells = _cells([_fact(), _fact(monitoring_year=2022), _fact(monitoring_year=2023)], final=2022)
    assert set(cells["year_to"]) <= {2021, 2022}
    assert set(cells["k"]) == {1, 2}


def test_cohorts_are_read_together_at_the_same_k():
    facts = [
        _fact(graduation_year=year, monitoring_year=year + 1, graduates=40)
        for year in (2018, 2020, 2021, 2022)
    ]
    facts[0]["monitoring_year"] = 2019
    pool = _one(_cells(facts), cohort=0, k=1)
    assert (pool["graduates"], pool["cohorts"], pool["year_from"], pool["year_to"]) == (120, 3, 2021, 2023)


def test_income_without_an_index_of_prices_is_missing_and_the_ratio_stays():
    cells = _cells([_fact()], prices={2015: 100.0})
    shown = method.released(cells, {"1": "LV00A"}, 2023)
    row = _one(shown, cohort=2020, k=1)
    assert np.isnan(row["income_median"])
    assert row["income_reason"] == "x"
    assert row["relative_income"] == 1.5


def _measured(facts, local):
    rows = method.prepare(
        pd.DataFrame(facts),
        pd.DataFrame(local),
        {1: "LV00A", 2: "LV005"},
        {2015: 100.0, 2021: 100.0},
        MARKET,
        2023,
    )
    return method.groups(rows, 2023)


def test_income_and_unemployment_are_told_against_where_they_live():
    """Median 18 000 of a wage of 15 000; 20 unemployed of 320, where residents would have 10 %."""
    local = [CELL | {"wage": 15_000.0, "rate": 0.10, "rate_basis": method.TOWN}]
    facts = [_fact(graduates=400, employed=300, unemployed=20, studying=30, inactive=20, emigrated=20, unknown=10,
                   earners=310)]  # fmt: skip
    cells = _measured(facts, local)
    for plane in (method.detail(cells, method.compare(cells)), method.released(cells, {"1": "LV00A"}, 2023)):
        row = plane.iloc[0]
        assert row["relative_income"] == 1.2
        assert row["relative_unemployment"] == pytest.approx(20 / (320 * 0.10), abs=0.05)
        assert (row["local_wage"], row["local_rate"]) == (15_000, 0.10)
        assert (row["income_basis"], row["unemployment_basis"]) == (method.TOWN, method.TOWN)
    row = method.released(_measured(facts, NO_LOCAL), {"1": "LV00A"}, 2023).iloc[0]
    assert row["relative_income"] == 1.5  # the country pays 12 000
    assert row["local_rate"] == 0.05
    assert (row["income_basis"], row["unemployment_basis"]) == (method.COUNTRY, method.COUNTRY)


def test_groups_of_places_with_and_without_series_say_that_they_are_mixed():
    local = [CELL | {"wage": 15_000.0, "rate": 0.10, "rate_basis": method.REGION}]
    cells = _measured([_fact(), _fact(institution_id=2)], local)
    row = _one(method._described(cells).assign(**cells[["expected", "unrated"]]), cohort=2020, k=1)
    assert row["expected"] == pytest.approx(32 * 0.10 + 32 * 0.05)
    shown = cells[["area_kind", "area_id"]].copy()
    method._surroundings(shown, cells, np.ones(len(cells), dtype=bool))
    country = shown[shown["area_kind"] == "country"]
    assert set(country["income_basis"]) == set(country["unemployment_basis"]) == {method.PART}
    own = shown[(shown["area_kind"] == "institution") & (shown["area_id"] == "1")]
    assert set(own["income_basis"]) == {method.TOWN}
    assert set(own["unemployment_basis"]) == {method.REGION}


def test_municipalities_come_before_regions():
    other = CELL | {"institution_id": 2}
    near = pd.DataFrame([CELL | {"wage": 9_000.0, "rate": None}, other | {"wage": None, "rate": 0.08}])
    wide = pd.DataFrame(
        [
            CELL | {"kind": "municipality", "rate": 0.05},
            CELL | {"kind": "region", "rate": 0.06},
            other | {"kind": "municipality", "rate": 0.07},
            CELL | {"institution_id": 3, "kind": "region", "rate": None},
        ]
    )
    found = method.nearest(near, wide).set_index("institution_id")
    assert found["rate"].tolist()[:2] == [0.06, 0.08]  # as delivered by region; the municipalities' own
    assert found["rate_basis"].tolist() == [method.REGION, method.TOWN, ""]
    assert found["wage"].isna().tolist() == [False, True, True]


def test_few_unemployed_are_not_told_by_their_ratio():
    """Times the expected count the ratio would be the number of unemployed."""
    facts = [
        _fact(graduates=400, employed=350, unemployed=9, studying=21, inactive=10, emigrated=5, unknown=5)
    ]
    row = method.released(_measured(facts, NO_LOCAL), {"1": "LV00A"}, 2023).iloc[0]
    assert np.isnan(row["relative_unemployment"])
    assert row["unemployment_reason"] == "c"


@pytest.mark.parametrize(
    ("earners", "median", "quartiles"), [(9, False, False), (10, True, False), (20, True, True)]
)
def test_medians_need_ten_earners_and_quartiles_twenty_for_every_reader(earners, median, quartiles):
    cells = _cells([_fact(earners=earners)])
    compared = method.compare(cells)
    for plane in (method.detail(cells, compared), method.released(cells, {"1": "LV00A"}, 2023)):
        assert plane["income_median"].notna().all() == median
        assert plane["income_lower_quartile"].notna().all() == quartiles
        assert plane["relative_income"].notna().all() == median
        if median:
            assert (plane["income_median"] % 10 == 0).all()


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.integers(0, 400), min_size=6, max_size=6).filter(lambda row: sum(row) >= 10),
        min_size=1,
        max_size=6,
    )
)
def test_protected_shares_hold_the_truth_and_sum_to_the_whole(table):
    counts = np.array(table)
    n = counts.sum(axis=1)
    low, high = method.split(counts, n)
    share = counts / n[:, None]
    assert (low <= share + 0.0101).all()
    assert (high >= share - 0.0101).all()
    exact = (low == high).all(axis=1)
    assert low[exact].sum(axis=1) == pytest.approx(1, abs=0.001)
    assert (low.sum(axis=1) <= 1.011).all()
    assert (high.sum(axis=1) >= 0.989).all()
    # A single band would be told by the rest.
    assert ((low < high).sum(axis=1) != 1).all()


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 5), st.integers(2, 5), st.data())
def test_no_hidden_cell_of_a_table_is_determined_by_the_others(height, width, data):
    inner = np.array(
        data.draw(st.lists(st.integers(1, 60), min_size=height * width, max_size=height * width))
    ).reshape(height, width)
    whole = np.vstack(
        [np.hstack([inner, inner.sum(axis=1, keepdims=True)]), [*inner.sum(axis=0), inner.sum()]]
    )
    size = whole.ravel()
    rows, columns = (grid.ravel() for grid in np.indices(whole.shape))
    sums = [method.Sums(rows, columns == width), method.Sums(columns, rows == height)]
    hidden = method.complement(size, size < method.MINIMUM, sums)
    assert hidden[size < method.MINIMUM].all()
    # Every hidden cell can be moved along a closed path of hidden cells without changing any sum.
    found = np.zeros(len(size), dtype=bool)
    equations = []
    for one in sums:
        for line in np.unique(one.line):
            sign = np.where(one.whole, -1.0, 1.0)
            equations.append(np.where(one.line == line, sign, 0.0)[hidden])
    if hidden.any():
        matrix = np.array(equations)
        for place in range(int(hidden.sum())):
            unit = np.zeros(int(hidden.sum()))
            unit[place] = 1
            found[place] = np.linalg.matrix_rank(np.vstack([matrix, unit])) == np.linalg.matrix_rank(matrix)
    assert not found.any()


def test_the_only_programme_of_a_field_hides_its_whole():
    facts = [
        _fact(
            graduates=6, employed=4, unemployed=1, studying=1, inactive=0, emigrated=0, unknown=0, earners=5
        )
    ]
    facts += [
        _fact(institution_id=2, programme="42582 Būvniecība, bakalaurs", field="engineering", graduates=n)
        for n in (80,)
    ]
    facts += [
        _fact(institution_id=3, programme="42141 Izglītība, bakalaurs", field="education", graduates=95)
    ]
    cells = _cells(facts)
    shown = method.released(cells, {"1": "LV00A", "2": "LV00A", "3": "LV005"}, 2023)
    assert _one(shown, cohort=2020, k=1, field="science_maths_it")["reason"] == "c"
    fields = shown[(shown["area_kind"] == "country") & (shown["cohort"] == 2020) & (shown["level"] == "")]
    assert (fields[fields["field"] != ""]["reason"] == "c").sum() >= 2
    assert shown.loc[shown["reason"] == "c", "graduates"].isna().all()
    assert shown.loc[shown["reason"] == "c", [f"{name}_low" for name in method.SHARES]].isna().all().all()


def test_comparison_is_told_within_field_and_level():
    facts = [
        _fact(institution_id=number, graduates=200, employed=120 if number == 1 else 160)
        for number in range(1, 15)
    ]
    cells = _cells(facts, regions=dict.fromkeys(range(1, 15), "LV00A"))
    compared = method.compare(cells)
    own = cells["programme"].ne("") & cells["area_kind"].eq("institution")
    assert compared.loc[~own].isna().all().all()
    first = compared.loc[own & cells["area_id"].eq("1"), "probability_higher"]
    assert (first < 0.05).all()
    assert compared.loc[own, "expected_employed"].between(0.78, 0.80).all()


def test_flow_needs_a_hundred_and_hides_complements():
    def part(field, category, n):
        return {
            "system": "higher",
            "kind": "sector",
            "k": 1,
            "field": field,
            "category": category,
            "graduates": n,
        }

    base = pd.DataFrame(
        [
            part("education", "P", 150),
            part("education", "Q", 4),
            part("education", "J", 30),
            part("services", "I", 60),
        ]
    )
    cells = method.flow(base).set_index(["field", "category"])
    assert cells.loc[("education", "Q"), "reason"] == "c"
    assert cells.loc[("education", "J"), "reason"] == "c"  # else Q would be the rest
    assert cells.loc[("education", "P"), "graduates"] == 150
    assert cells.loc[("services", "I"), "reason"] == "c"


def test_a_mean_is_used_only_where_there_is_no_median():
    """Two programmes of 30 and 60 earners with means of 9,000 and 12,000 euro: 11,000 together."""
    bare = dict.fromkeys(("income_median", "income_lower_quartile", "income_upper_quartile"))
    facts = [
        _fact(income_mean=9_000.0, earners=30, **bare),
        _fact(institution_id=2, income_mean=12_000.0, earners=60, **bare),
    ]
    cells = _cells(facts, prices={2015: 100.0, 2021: 100.0}, regions={1: "LV00A", 2: "LV00A"})
    shown = method.released(cells, {"1": "LV00A", "2": "LV00A"}, 2023)
    own = method.detail(cells, method.compare(cells))
    country = _one(shown, cohort=2020, k=1, area_kind="country", field="", level="", programme="")
    assert np.isnan(country["income_median"])
    assert country["income_reason"] == "x"
    assert country["income_mean"] == 11_000
    assert own["income_mean"].notna().all()
    with_median = _cells([_fact(income_mean=9_000.0)])
    assert method.released(with_median, {"1": "LV00A"}, 2023)["income_mean"].isna().all()
    few = _cells([_fact(income_mean=9_000.0, earners=15, **bare)], prices={2015: 100.0, 2021: 100.0})
    assert method.released(few, {"1": "LV00A"}, 2023)["income_mean"].isna().all()  # a sum, so twenty
    assert method.detail(few, method.compare(few))["income_mean"].notna().all()


def test_exact_flows_of_an_institution_add_up():
    base = pd.DataFrame(
        [
            {"institution_id": 1, "system": "higher", "kind": "occupation", "k": 1, "field": field,
             "category": category, "graduates": n}
            for field, category, n in (("education", "2", 7), ("services", "2", 3), ("services", "5", 4))
        ]
    )  # fmt: skip
    own = method.own_flow(base).set_index("category")["graduates"]
    assert own.to_dict() == {"2": 10, "5": 4, "": 14}
    assert method.own_flow(base.iloc[:0]).empty


# --- ages at graduation ----------------------------------------------------------------------------


def _by_age(fact, sizes, **changes):
    """Rows of the age groups of a fact, everybody employed; sizes in the order of AGES."""
    names = dict.fromkeys(method.STATUSES, 0)
    return [
        fact | names | {"age": age, "graduates": n, "employed": n, "skilled": n, "earners": n} | changes
        for age, n in zip(method.AGES, sizes, strict=True)
        if n
    ]


def _everybody_works(**changes):
    """A fact whose graduates are all employed."""
    fact = _fact(**dict.fromkeys(method.STATUSES, 0)) | changes
    return fact | dict.fromkeys(("employed", "skilled", "earners"), fact["graduates"])


def _cells_by_age(facts, ages, regions=None):
    around = (
        NO_LOCAL,
        regions or {1: "LV00A", 2: "LV00A", 3: "LV005"},
        dict.fromkeys((2015, *YEARS), 100.0),
        MARKET,
    )
    rows, split = (method.prepare(pd.DataFrame(one), *around, 2023) for one in (facts, ages))
    return method.groups(rows, 2023, split)


def test_ages_are_summed_over_programmes_and_cohorts_of_the_pool():
    """40 + 60 graduates of two programmes, of them 25 + 30 up to 24; the cohort of 2018 is no longer of the pool."""
    one, two = _everybody_works(), _everybody_works(institution_id=2, graduates=60)
    old = _everybody_works(graduation_year=2018, monitoring_year=2019, graduates=80)
    ages = _by_age(one, (25, 5, 5, 5)) + _by_age(two, (30, 10, 10, 10)) + _by_age(old, (20, 20, 20, 20))
    cells = _cells_by_age([one, two, old], ages)
    told = cells[(cells["age"] != "all") & (cells["area_kind"] == "country") & (cells["field"] == "")]
    told = told[told["level"] == ""].set_index("age")["graduates"]
    assert told.to_dict() == {"up_to_24": 55, "25_29": 15, "30_39": 15, "40_over": 15}
    own = cells[(cells["age"] != "all") & (cells["area_kind"] == "institution")]
    assert own.groupby("area_id")["graduates"].sum().to_dict() == {"1": 40, "2": 60}
    assert (own["cohort"] == 0).all()


def test_a_group_whose_ages_are_not_complete_is_not_told_by_age():
    """Of one of two fields an age group is missing: that field and what holds it have no ages, the other field has."""
    one = _everybody_works()
    two = _everybody_works(
        institution_id=2, field="education", programme="42141 Izglītība, bakalaurs", graduates=60
    )
    cells = _cells_by_age([one, two], _by_age(one, (25, 5, 5, 5)) + _by_age(two, (30, 10, 10, 0)))
    told = cells[cells["age"] != "all"]
    assert set(told.loc[told["area_kind"] == "country", "field"]) == {"science_maths_it"}
    assert set(told.loc[told["area_kind"] == "institution", "area_id"]) == {"1"}


def test_ages_of_an_institution_are_for_its_own_scope_only():
    one = _everybody_works(graduates=200)
    cells = _cells_by_age([one], _by_age(one, (80, 40, 40, 40)))
    shown = method.released(cells, {"1": "LV00A"}, 2023)
    assert set(shown.loc[shown["age"] != "all", "area_kind"]) == {"country"}
    own = method.detail(cells, method.compare(cells))
    assert own.loc[own["age"] != "all", "graduates"].tolist() == [80, 40, 40, 40]


FIELD_LEVELS = [("a", "bachelor"), ("a", "master"), ("b", "bachelor"), ("b", "master")]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 40), min_size=4, max_size=4), st.integers(0, 100)),
        min_size=4,
        max_size=4,
    ).filter(lambda cells: all(sum(sizes) > 0 for sizes, _women in cells))
)
def test_ages_and_sexes_together_do_not_tell_a_hidden_group(drawn):
    """An outsider who knows every visible count exactly can move each hidden one without breaking any sum."""
    size: dict[tuple[str, ...], int] = {}
    for (field, level), (sizes, share) in zip(FIELD_LEVELS, drawn, strict=True):
        women = sum(sizes) * share // 100
        kinds = [("all", "all", sum(sizes)), ("women", "all", women), ("men", "all", sum(sizes) - women)]
        kinds += [("all", age, n) for age, n in zip(method.AGES, sizes, strict=True)]
        for sex, age, n in kinds:
            for one in {(field, level), (field, ""), ("", level), ("", "")}:
                if n and (sex == age == "all" or "" in one):
                    size[*one, sex, age] = size.get((*one, sex, age), 0) + n
    cells = pd.DataFrame(list(size), columns=["field", "level", "sex", "age"])
    cells = cells.assign(system="higher", area_kind="country", area_id="LV", cohort=0, programme="", k=1)
    counts = np.array(list(size.values()))
    try:
        hidden = method.complement(counts, counts < method.MINIMUM, method.equations(cells, {}, 2023))
    except ValueError:  # nothing is published
        return
    at = {key: place for place, key in enumerate(key for key, one in zip(size, hidden, strict=True) if one)}
    visible = set(size) - set(at)
    sums = []
    for field in ("a", "b", ""):
        for level in ("bachelor", "master", ""):
            if not field or not level:  # sexes and ages are not told of a field and level at once
                whole = (field, level, "all", "all")
                sums.append((whole, [(field, level, sex, "all") for sex in method.SEXES]))
                sums.append((whole, [(field, level, "all", age) for age in method.AGES]))
    for level in ("bachelor", "master", ""):
        sums.append((("", level, "all", "all"), [(field, level, "all", "all") for field in "ab"]))
    for field in ("a", "b", ""):
        sums.append(
            ((field, "", "all", "all"), [(field, level, "all", "all") for level in ("bachelor", "master")])
        )
    for kind in (*((sex, "all") for sex in method.SEXES), *(("all", age) for age in method.AGES)):
        sums.append((("", "", *kind), [(field, "", *kind) for field in "ab"]))
        sums.append((("", "", *kind), [("", level, *kind) for level in ("bachelor", "master")]))
    matrix = []
    for whole, parts in sums:
        if whole not in at and whole not in visible:
            continue  # nobody of that kind
        row = np.zeros(len(at))
        for key, sign in ((whole, -1.0), *((part, 1.0) for part in parts)):
            if key in at:
                row[at[key]] = sign
        matrix.append(row)
    if at:
        rank = np.linalg.matrix_rank(np.array(matrix))
        for place in at.values():
            unit = np.eye(len(at))[place]
            assert np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank + 1
