"""The demonstration database: published sums are met exactly, the rest is consistent and repeatable."""

from __future__ import annotations

import csv
import hashlib
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, func, insert, select

from data_access import demo, schema
from data_access.demo import absence, build, draw, exams, names, network, published, pupils
from data_access.demo.vocabulary import AREAS, BASIC_TYPES, SECONDARY_TYPES, VISIT_CRITERIA
from data_access.engine import create

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
STAGES = ("preschool", "basic", "special_basic", "upper_secondary", "vocational", "orientation", "higher")
PUBLISHED_YEARS = {2022: "2022/2023", 2023: "2023/2024"}


def _csv(name):
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REPORT = _csv("annual_report_2024.csv")


def _printed(table_id, key, **conditions):
    """The rows of the annual report with this table and key, and with these columns."""
    return [
        row
        for row in REPORT
        if row["table_id"] == table_id
        and row["indicator_key"] == key
        and all(row[name] == value for name, value in conditions.items())
    ]


def _one(table_id, key, **conditions):
    rows = _printed(table_id, key, **conditions)
    assert len(rows) == 1, (table_id, key, conditions)
    return float(rows[0]["value"])


def _dimensions(connection):
    """What stands before the demonstration data: sources, regions, municipalities, stages, school years."""
    sources = ("demo", "e_journals", "viis_cases", "house")
    connection.execute(
        insert(schema.source),
        [
            {"code": code, "name_lv": code, "name_en": code, "publisher": "", "licence": ""}
            for code in sources
        ],
    )
    texts = ("dataset", "file_name", "sha256", "as_of", "loaded_at", "loader_version")
    numbers = ("rows_read", "rows_loaded", "rows_quarantined", "rows_declared", "synthetic")
    batch = {"id": 1, "source_code": "house", **dict.fromkeys(texts, ""), **dict.fromkeys(numbers, 0)}
    connection.execute(insert(schema.load_batch).values(batch))
    towns = sorted(_csv("municipalities.csv"), key=lambda row: row["successor_code"] != "")
    regions = sorted({town["nuts3_2024"] for town in towns})
    connection.execute(
        insert(schema.region), [{"code": code, "name_lv": code, "name_en": code} for code in regions]
    )
    forms = ("name", "name_full", "name_genitive", "name_locative", "name_en", "sort_key", "search_key")
    connection.execute(
        insert(schema.municipality),
        [
            {
                "code": town["code"],
                **dict.fromkeys(forms, town["name_lv"]),
                "kind": "state_city" if town["type"] == "valstspilseta" else "county",
                "region_code": town["nuts3_2024"],
                "unified_visited_2023": int(town["unified_school_visited_2023_24"] or 0),
                "valid_from": town["valid_from"],
                "valid_to": town["valid_to"] or None,
                "successor_code": town["successor_code"] or None,
                "load_batch_id": 1,
            }
            for town in towns
        ],
    )
    stages = [
        {"code": code, "name_lv": code, "name_en": code, "position": n} for n, code in enumerate(STAGES)
    ]
    connection.execute(insert(schema.stage), stages)
    connection.execute(
        insert(schema.school_year), [{"start": y, "code": f"{y}/{y + 1}"} for y in range(2009, 2026)]
    )


@pytest.fixture(scope="session")
def demo_engine(tmp_path_factory):
    """A SQLite file with the demonstration data, built once."""
    engine = create(f"sqlite:///{tmp_path_factory.mktemp('demo')}/demo.sqlite")
    schema.metadata.create_all(engine)
    with engine.begin() as connection:
        _dimensions(connection)
    steps = []
    started = time.perf_counter()
    with engine.begin() as connection:
        written = build.build(connection, progress=steps.append)
    print(f"\ndemonstration data: {sum(written.values()):,} rows in {time.perf_counter() - started:.1f} s")
    engine.demo_written, engine.demo_steps = written, steps
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def tables(demo_engine):
    """Reads a table once as a DataFrame: tables("absence")."""
    store = {}

    def read(name):
        if name not in store:
            table = schema.FACTS.get(name)
            table = schema.metadata.tables[name] if table is None else table
            with demo_engine.connect() as connection:
                result = connection.execute(select(table))
                store[name] = pd.DataFrame(result.all(), columns=list(result.keys()))
        return store[name]

    return read


@pytest.fixture(scope="session")
def schools(tables):
    """Institutions by id."""
    return tables("institution").set_index("id")


def _case(schools, case):
    """The id of a notable institution."""
    return schools.index[schools.reg_no == demo.NOTABLE[case]][0]


# --- published sums -----------------------------------------------------------------------------


@pytest.mark.parametrize("row", _printed("T6", "long_unexcused_absentees"), ids=lambda row: row["label_en"])
def test_long_absence_equals_table_6(tables, row):
    """Long unexcused absentees by stage and semester, without special basic education, as printed."""
    data = tables("absence")
    data = data[(data.source_code == "e_journals") & (data.stage != "special_basic")]
    year = {printed: start for start, printed in PUBLISHED_YEARS.items()}[row["school_year_or_date"]]
    data = data[(data.school_year == year) & (data.semester == int(row["period"][-1]))]
    if row["stage"] != "total":
        data = data[data.stage == row["stage"]]
    assert data.long_unexcused.sum() == int(row["value"])


@pytest.mark.parametrize("row", _printed("T7", "absent_at_least_one_lesson"), ids=lambda row: row["label_en"])
def test_any_absence_equals_table_7(tables, row):
    """Pupils absent at least once, basic education with special programmes, as printed."""
    data = tables("absence")
    data = data[data.source_code == "e_journals"]
    year = {printed: start for start, printed in PUBLISHED_YEARS.items()}[row["school_year_or_date"]]
    data = data[(data.school_year == year) & (data.semester == int(row["period"][-1]))]
    stages = ["basic", "special_basic"] if row["stage"] == "basic" else [row["stage"]]
    column = "any_" + row["category"]
    assert data[data.stage.isin(stages)][column].sum() == int(row["value"])


def test_reasons_of_long_absence(tables):
    """Reasons of 2023/2024 as printed; semester 2 has a share of other reasons that was not printed."""
    data = tables("absence_case")
    data = data[data.school_year == 2023].groupby(["semester", "reason"]).cases.sum()
    rows = _printed("S_absence_reasons", "long_absence_reason")
    assert len(rows) == 7
    for row in rows:
        assert data[int(row["period"][-1]), row["category"]] == int(row["value"])
    assert 0 < data[2, "other"] < data[2, "family"]


def test_cases_equal_the_viis_count(tables):
    """The cases by reason and action add up to the VIIS count of every institution, stage and semester."""
    keys = ["institution_id", "school_year", "semester", "stage"]
    cases = tables("absence_case").groupby(keys).cases.sum()
    entered = tables("absence")
    entered = entered[entered.source_code == "viis_cases"].set_index(keys).long_unexcused
    assert cases.reindex(entered.index, fill_value=0).equals(entered.rename("cases"))
    assert cases.index.isin(entered.index).all()


def test_unified_school_visits(tables, schools):
    """167 first visits, 166 rated, levels, preschools, private institutions and municipalities as printed."""
    first = tables("visit")
    first = first[first.visit_no == 1]
    where = schools.loc[first.institution_id]
    assert len(first) == _one("S_unified", "unified_visited", category="all")
    assert (where.type == "preschool").sum() == _one("S_unified", "unified_visited", category="preschool")
    assert (where.founder_kind == "private").sum() == _one("S_unified", "unified_visited", category="private")
    levels = first.level.value_counts()
    assert levels["optimal"] == _one("S_unified", "unified_optimal", unit="institutions")
    assert levels["needs_improvement"] == _one("S_unified", "unified_needs_improvement", unit="institutions")
    assert levels["insufficient"] == _one("S_unified", "unified_insufficient", unit="institutions")
    assert first.level.isna().sum() == 1
    assert (where.in_transition == 1).all()
    towns = tables("municipality")
    visited = set(towns[(towns.unified_visited_2023 == 1) & (towns.valid_from < "2024")].code)
    assert set(where.municipality_code) == visited
    assert set(first.school_year) == {2023}
    assert first.date.between("2023-09-01", "2024-05-31").all()


@pytest.mark.parametrize("criterion", VISIT_CRITERIA)
def test_unified_school_criteria(tables, criterion):
    """Yes answers of the 166 rated institutions as printed."""
    answers = tables("visit_criterion")
    answers = answers[(answers.visit_no == 1) & (answers.criterion == criterion)].answer.dropna()
    assert len(answers) == 166
    assert answers.sum() == _one("S_unified", f"unified_{criterion}", unit="institutions")


def test_unified_school_funding(tables):
    """Money used to the cent and its share of the grant as printed."""
    visits = tables("visit")
    used, granted = visits.funding_used.sum(), visits.funding_granted.sum()
    assert round(used, 2) == _one("S_unified_funding", "unified_funding_used")
    assert round(100 * used / granted, 1) == _one("S_unified_funding", "unified_funding_used_share")
    both = visits.dropna(subset=["funding_granted"])
    assert (both.funding_used <= both.funding_granted).all()


def test_repeat_visits_follow_a_first_one(tables):
    """A second visit comes after the first, to an institution that had to improve."""
    visits = tables("visit").set_index(["institution_id", "visit_no"])
    second = visits.xs(2, level="visit_no")
    first = visits.xs(1, level="visit_no").loc[second.index]
    assert len(second) > 10
    assert (first.date < second.date).all()
    assert set(first.level) <= {"insufficient", "needs_improvement"}
    assert set(second.level) <= set(schema.RATINGS)


def test_complaints(tables):
    """Complaints by year and the outcomes of 2024 as published; every complaint has one outcome."""
    data = tables("complaint")
    received = data.groupby("year").received.sum()
    assert received[2024] == _one("S_complaints", "complaints", school_year_or_date="2024", category="all")
    assert received[2023] == _one("S_complaints", "complaints", school_year_or_date="2023")
    assert (received[2022], received[2021]) == (650, 730)
    outcomes = ["confirmed", "not_confirmed", "explained", "forwarded"]
    for outcome in outcomes:
        printed = _one("S_complaints", "complaints", school_year_or_date="2024", category=outcome)
        assert data[data.year == 2024][outcome].sum() == printed
    assert (data[outcomes].sum(axis=1) == data.received).all()


def test_inspections(tables):
    """Inspections of 2023 and 2024 as printed; violations are found in some of them."""
    data = tables("inspection")
    for year in (2023, 2024):
        printed = _one("S_inspections", "inspections", school_year_or_date=str(year))
        assert data[data.year == year].inspections.sum() == printed
    assert (data.violations_found <= data.inspections).all()


def test_unregistered_children(tables):
    """Children without a place at the end of 2024, status by status, as printed."""
    data = tables("unregistered")
    last = data[data.year == 2024]
    by_status = last.groupby("status").children.sum()
    table_5 = {row["category"]: int(row["value"]) for row in _printed("T5", "unregistered_children")}
    assert len(table_5) == 9
    assert {status: by_status[status] for status in table_5} == table_5
    assert sum(table_5.values()) == 4545
    for status in ("left_country", "foreign_citizens", "ukraine_distance_learning", "ukraine_no_information"):
        assert by_status[status] == _one("S_unregistered_text", "unregistered_children", category=status)
    assert last.municipality_code.nunique() == 43
    assert (last.delivered == 1).all()


def test_unregistered_children_earlier(tables):
    """Earlier published totals are met where the definition allows, and missing reports count no children."""
    data = tables("unregistered")
    outside = ["left_country", "foreign_citizens", "ukraine_distance_learning", "ukraine_no_information"]
    inside = data[~data.status.isin(outside)].groupby("year").children.sum()
    assert (inside[2020], inside[2021], inside[2022]) == (902, 1605, 1881)
    left = data[data.status == "left_country"].groupby("year").children.sum()
    assert (left[2021], left[2022]) == (11990, 11212)
    absent = data[data.delivered == 0]
    assert len(absent) > 0
    assert absent.children.sum() == 0
    assert absent.year.max() < 2022


def _stage_of(schools, ids):
    """general, vocational (with orientation) or preschool, as the report groups institutions."""
    kinds = schools.loc[ids].type
    groups = {"preschool": "preschool", "vocational": "vocational", "orientation": "vocational"}
    return kinds.map(groups).fillna("general")


@pytest.mark.parametrize(
    ("kind", "all_key", "weak_key"),
    [
        ("accreditation", "institutions_accredited", "institutions_needs_improvement"),
        ("head", "heads_assessed", "heads_needs_improvement"),
    ],
)
def test_evaluations_2024(tables, schools, kind, all_key, weak_key):
    """How many were evaluated in 2024, and how many need improvement somewhere, by kind as printed."""
    data = tables("evaluation")
    data = data[(data.year == 2024) & (data.kind == kind)]
    weak = data[data.level == "needs_improvement"].institution_id.unique()
    everyone = data.institution_id.unique()
    for ids, key in ((everyone, all_key), (weak, weak_key)):
        assert len(ids) == _one("S_accreditation", key, stage="all")
        counts = _stage_of(schools, ids).value_counts()
        for stage, number in counts.items():
            assert number == _one("S_accreditation", key, stage=stage)
    assert (data.groupby("institution_id").size() == 12).all()


def test_evaluated_in_transition(tables, schools):
    """Of the institutions evaluated in 2024, 27 preschools and 17 schools moved to the unified school."""
    ids = tables("evaluation").query("year == 2024").institution_id.unique()
    moving = [i for i in ids if schools.loc[i].in_transition]
    groups = _stage_of(schools, moving).value_counts()
    for stage in ("preschool", "general"):
        assert groups[stage] == _one("S_accreditation", "unified_school_in_accreditation", stage=stage)


def test_nobody_is_accredited_twice(tables):
    """Accreditation comes once in six years."""
    data = tables("evaluation").query("kind == 'accreditation'")
    assert (data.groupby("institution_id").year.nunique() == 1).all()


def test_tasks(tables):
    """Tasks by area for 2020-2024 and by priority topic for 2023/2024 as printed; done never exceeds set."""
    data = tables("task")
    assert data.tasks.sum() == _one("S_tasks_category", "assessment_tasks", category="all")
    for area in AREAS:
        printed = _one("S_tasks_category", "assessment_tasks", category=area)
        assert data[data.area == area].tasks.sum() == printed
    now = data[data.year == 2024].groupby("topic").tasks.sum()
    topics = ("learning_organisation", "individual_support", "competence_approach")
    for topic in topics:
        assert now[topic] == _one("S_tasks_priority", "priority_tasks", category=topic)
    assert now[list(topics)].sum() == _one("S_tasks_priority", "priority_tasks", category="all")
    assert (data.done <= data.tasks).all()


# --- published risk shares of the evaluated schools ----------------------------------------------


def _known(values):
    """Share of yes among known answers, in percent, and the base."""
    known = [value for value in values if value is not None]
    return 100 * sum(known) / len(known), len(known)


def _evaluated(tables, schools, kinds):
    data = tables("evaluation").query("year == 2024 and kind == 'accreditation'")
    ids = data.institution_id.unique()
    return [i for i in ids if schools.loc[i].type in kinds]


def _staff_answers(tables, ids, column, both, yes):
    """The rule over the previous and the current year; None where a missing year leaves it open."""
    data = tables("staff").set_index(["institution_id", "school_year"])[column]
    answers = []
    for i in ids:
        pair = [yes(data[i, y]) if (i, y) in data.index else None for y in (2022, 2023)]
        decisive = not both
        if decisive in pair:
            answers.append(decisive)
        else:
            answers.append(None if None in pair else both)
    return answers


def _absence_answers(tables, ids, stages):
    data = tables("absence")
    data = data[(data.school_year == 2023) & (data.source_code == "e_journals") & data.stage.isin(stages)]
    data = data.groupby("institution_id").long_unexcused.sum()
    return [bool(data[i] > 0) if i in data.index else None for i in ids]


@pytest.mark.parametrize(
    ("kinds", "section", "own_stage", "bases"),
    [
        (BASIC_TYPES, "S_risk_basic", "basic", (37, 36, 37, 36)),
        (SECONDARY_TYPES, "S_risk_secondary", "upper_secondary", (42, 37, 42, 42)),
    ],
)
def test_published_risk_shares(tables, schools, kinds, section, own_stage, bases):
    """Combined classes, long absence, no support staff and vacancies of the evaluated schools as printed."""
    ids = _evaluated(tables, schools, kinds)
    stage = "basic" if section == "S_risk_basic" else "upper_secondary"
    combined = tables("staff").query("school_year == 2023").set_index("institution_id").combined_classes
    both = stage == "basic"
    answers = {
        "risk_combined_classes": [bool(combined[i] > 0) for i in ids],
        "risk_long_absence": _absence_answers(tables, ids, STAGES),
        "risk_no_support_staff": _staff_answers(tables, ids, "support_load", True, lambda v: v == 0),
        "risk_long_vacancies": _staff_answers(tables, ids, "long_vacancies", both, lambda v: v > 0),
    }
    for (key, values), base in zip(answers.items(), bases, strict=True):
        share, known = _known(values)
        assert known == base, key
        assert share == pytest.approx(_one(section, key), abs=0.1), key
    # The rule reads the same when only the school's own stage is looked at.
    assert _absence_answers(tables, ids, [own_stage]) == answers["risk_long_absence"]


def test_published_exam_risk_share(tables, schools):
    """Means 10-30 % below the national one in a compulsory exam of the year before: 19 of 40 schools."""
    data = tables("exam")
    data = data[(data.stage == "upper_secondary") & (data.school_year == 2022) & (data.compulsory == 1)]
    data = data[data.sat > 0].assign(total=lambda d: d["mean"] * d.sat)
    national = data.groupby("subject").total.sum() / data.groupby("subject").sat.sum()
    below = data["mean"] / data.subject.map(national) - 1
    hit = ((below <= -0.1) & (below >= -0.3)).groupby(data.institution_id).any()
    lower = (below < -0.1).groupby(data.institution_id).any()
    ids = _evaluated(tables, schools, SECONDARY_TYPES)
    share, known = _known([bool(hit[i]) if i in hit.index else None for i in ids])
    assert known == 40
    assert share == pytest.approx(_one("S_risk_secondary", "risk_low_exam_results"), abs=0.1)
    assert all(hit[i] == lower[i] for i in ids if i in hit.index)


# --- consistency --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(schema.FACTS))
def test_no_negative_counts(tables, name):
    """No count is below zero, and the table is not empty."""
    data = tables(name)
    table = schema.FACTS[name]
    counts = [column.name for column in table.c if isinstance(column.type, Integer)]
    assert len(data) > 0
    assert (data[counts].fillna(0) >= 0).all(axis=None)


def test_exams_add_up(tables):
    """Sat and exempt fit into eligible; bands, low and high fit into sat; a mean stands wherever anybody sat."""
    data = tables("exam")
    assert (data.sat + data.exempt <= data.eligible).all()
    assert (data[[f"band_{i}" for i in range(10)]].sum(axis=1) == data.sat).all()
    assert (data[["low", "high", "below_limit"]].le(data.sat, axis=0)).all(axis=None)
    assert (data["mean"].notna() == (data.sat > 0)).all()
    assert data["mean"].dropna().between(0, 100).all()
    by_band = sum(data[f"band_{i}"] * (10 * i + 5) for i in range(10)) / data.sat
    assert (by_band - data["mean"]).abs().max() <= 5.1


def test_low_and_high_balance_nationally(tables):
    """A quarter of the pupils is low and a quarter high in every exam, so they balance in the country."""
    data = (
        tables("exam")
        .groupby(["school_year", "stage", "subject", "exam_level"])[["low", "high", "sat"]]
        .sum()
    )
    assert (data.low / data.sat).between(0.245, 0.265).all()
    assert ((data.low - data.high).abs() / data.sat).max() < 0.01


def test_exam_means_are_near_the_published_ones(tables):
    """National means of 2023/2024 computed from pupils lie within half a point of the published series."""
    data = tables("exam").query("school_year == 2023").assign(total=lambda d: d["mean"] * d.sat)
    data = data.groupby(["stage", "subject", "exam_level"])[["total", "sat"]].sum()
    mean = data.total / data.sat
    for subject in ("latvian", "mathematics", "english"):
        basic = published.series("exam_mean_basic", subject)[2024]
        assert mean["basic", subject, "centralised"] == pytest.approx(basic, abs=0.5)
        for level in ("optimal", "higher"):
            value = published.series("exam_mean_upper_secondary", f"{level}: {subject}")[2024]
            assert mean["upper_secondary", subject, level] == pytest.approx(value, abs=0.5)


def test_graduate_statuses_add_up(tables):
    """Six statuses make up the graduates; men and women make up all; skilled and founders fit in."""
    data = tables("graduate")
    statuses = ["employed", "unemployed", "studying", "inactive", "emigrated", "unknown"]
    assert (data[statuses].sum(axis=1) == data.graduates).all()
    assert (data.skilled <= data.employed).all()
    assert (data.founded <= data.graduates).all()
    assert data.income_median.notna().eq(data.earners > 0).all()
    known = data.dropna(subset=["income_median"])
    assert (known.income_lower_quartile < known.income_median).all()
    assert (known.income_median < known.income_upper_quartile).all()
    keys = ["institution_id", "graduation_year", "monitoring_year", "programme"]
    everyone = data[data.sex == "all"].set_index(keys)[["graduates", *statuses]].sort_index()
    parts = data[data.sex != "all"].groupby(keys)[["graduates", *statuses]].sum().sort_index()
    assert everyone.equals(parts)


def test_graduate_cohorts_keep_their_size(tables):
    """A cohort has the same graduates in every monitoring year, one to ten years on, up to 2023."""
    data = tables("graduate")
    keys = ["institution_id", "graduation_year", "programme", "sex"]
    assert (data.groupby(keys).graduates.nunique() == 1).all()
    after = data.monitoring_year - data.graduation_year
    assert (after.min(), after.max(), data.monitoring_year.max()) == (1, 10, 2023)
    assert set(data.system) == {"higher", "vocational"}


def test_graduates_by_age_are_the_graduates(tables):
    """Ages add up to the group in every status and keep their size from year to year; those of a doctor are older."""
    keys = ["institution_id", "graduation_year", "monitoring_year", "programme"]
    statuses = ["employed", "unemployed", "studying", "inactive", "emigrated", "unknown"]
    counts = ["graduates", *statuses, "skilled", "earners"]
    data = tables("graduate_age")
    people = tables("graduate").query("sex == 'all'").set_index(keys)
    total = data.groupby(keys)[counts].sum()
    assert total.equals(people.loc[total.index, counts])
    assert len(total) == len(people)
    assert (data[statuses].sum(axis=1) == data.graduates).all()
    assert (data.graduates > 0).all()
    assert (data.skilled <= data.employed).all()
    assert (data.earners <= data.employed + data.studying).all()
    assert data.income_median.notna().eq(data.earners > 0).all()
    assert (data.groupby([*keys[:2], "programme", "age_group"]).graduates.nunique() == 1).all()
    doctors = data[data.programme.str.endswith("doktors")].groupby("age_group").graduates.sum()
    assert "up_to_24" not in doctors
    assert doctors["30_39"] > doctors["25_29"]


def test_graduate_sectors_agree(tables):
    """Sectors and occupations add up to the employed; of higher education occupations 1-3 to those whose work fits."""
    keys = ["institution_id", "graduation_year", "monitoring_year", "programme"]
    people = tables("graduate").query("sex == 'all'").set_index(keys)
    parts = tables("graduate_sector")
    for kind in ("sector", "occupation"):
        total = parts[parts.kind == kind].groupby(keys).graduates.sum()
        assert (people.loc[total.index].employed == total).all()
    top = (
        parts[(parts.kind == "occupation") & parts.category.isin(["1", "2", "3"])]
        .groupby(keys)
        .graduates.sum()
    )
    same = people.loc[top.index]
    higher = same.system == "higher"
    assert higher.any()
    assert (same.skilled == top)[higher].all()


def test_absence_fits_the_enrolment(tables):
    """Long absence lies within any unexcused absence, and that within the pupils of the stage."""
    keys = ["institution_id", "school_year", "semester", "stage"]
    pupils_ = tables("enrolment").set_index(keys).pupils
    data = tables("absence").set_index(keys)
    assert data.index.isin(pupils_.index).all()
    here = pupils_.loc[data.index].to_numpy()
    assert (data.long_unexcused.to_numpy() <= here).all()
    any_ = data.dropna(subset=["any_unexcused"])
    assert (any_.long_unexcused <= any_.any_unexcused).all()
    assert (any_[["any_unexcused", "any_excused"]].max(axis=1).to_numpy() <= pupils_.loc[any_.index]).all()
    assert (any_.any_illness <= any_.any_excused).all()


def test_published_years_are_complete(tables):
    """In the two published years only the schools without journal delivery lack absence rows."""
    keys = ["institution_id", "school_year", "semester", "stage"]
    journals = tables("absence").query("source_code == 'e_journals'").set_index(keys).index
    pupils_ = tables("enrolment").query("school_year >= 2022 and stage not in ('orientation', 'higher')")
    missing = pupils_[~pupils_.set_index(keys).index.isin(journals)]
    assert set(missing.institution_id) == {
        number for case, number in network.CASE_ID.items() if case.startswith("no_journal_delivery")
    }
    assert set(missing.school_year) == {2023}


def test_progress_and_cohorts_add_up(tables):
    """Leavers and repeaters fit into the pupils; the flows lead to the pupils at the end of the year."""
    data = tables("progress")
    assert (data.left_early <= data.pupils_start).all()
    assert (data.repeaters <= data.repeat_eligible).all()
    end = (
        tables("enrolment")
        .query("semester == 2")
        .set_index(["institution_id", "school_year", "stage"])
        .pupils
    )
    data = data.set_index(["institution_id", "school_year", "stage"])
    data = data[data.index.isin(end.index)]
    assert (data.pupils_start + data.joined - data.left_early == end.loc[data.index]).all()
    cohort = tables("cohort")
    assert (cohort.graduated_on_time + cohort.transferred <= cohort.entered).all()


def test_other_parts_fit_their_whole(tables):
    """Parts never exceed what they are part of, in marks, gaps, context, staff and outcomes."""
    marks, gaps, context = tables("mark"), tables("exam_mark_gap"), tables("context")
    assert (marks.good <= marks.pupils).all()
    assert marks["mean"].between(1, 10).all()
    assert (gaps.large_gap <= gaps.pairs).all()
    parts = ["free_meals", "special_needs", "minority_language"]
    assert (context[parts].max(axis=1) <= context.pupils).all()
    staff = tables("staff")
    assert (staff.teachers_left <= staff.teachers).all()
    outcome = tables("vocational_outcome")
    assert (outcome.placed + outcome.emigrated + outcome.unknown <= outcome.graduates).all()


def test_teachers_agree_with_staff(tables, schools):
    """Teachers by municipality, subject and age are the teachers of the institutions there."""
    staff = tables("staff").query("school_year == 2023")
    here = staff.institution_id.map(schools.municipality_code)
    by_town = staff.groupby(here)[["teachers", "teacher_load"]].sum()
    teachers = tables("teacher").query("school_year == 2023")
    sums = teachers.groupby("municipality_code")[["teachers", "load"]].sum()
    assert (sums.teachers == by_town.teachers).all()
    assert (sums.load - by_town.teacher_load).abs().max() < 0.2


def test_closed_institutions_have_no_later_facts(tables, schools):
    """After an institution has closed no fact names it; before it opened neither."""
    last_year = schools.valid_to.dropna().str[:4].astype(int)
    first_year = schools.valid_from.str[:4].astype(int)
    checked = 0
    for name, table in schema.FACTS.items():
        if "institution_id" not in table.c or name == "visit_criterion":
            continue  # a criterion has the date of its visit
        column = (
            "school_year" if "school_year" in table.c else "year" if "year" in table.c else "graduation_year"
        )
        data = tables(name).groupby("institution_id")[column].agg(["min", "max"])
        closed = data[data.index.isin(last_year.index)]
        limit = last_year.loc[closed.index] - (1 if column == "school_year" else 0)
        assert (closed["max"] <= limit).all(), name
        if column != "graduation_year":
            assert (data["min"] >= first_year.loc[data.index]).all(), name
        checked += 1
    assert checked == 20
    assert len(last_year) > 40


def test_every_municipality_has_schools(tables, schools):
    """Each of the 43 municipalities of 2024 has a general school and a preschool in force."""
    open_ = schools[schools.valid_to.isna()]
    towns = set(tables("municipality").query("valid_from < '2025'").code)
    general = open_[open_.type.isin(["primary", "basic", "secondary", "state_gymnasium", "special"])]
    assert set(general.municipality_code) == towns
    assert set(open_[open_.type == "preschool"].municipality_code) == towns
    assert len(towns) == 43


def test_institution_counts_follow_the_calibration(schools):
    """Numbers of institutions in force by type and founder are the published ones."""
    open_ = schools[schools.valid_to.isna()]
    counts = open_.type.value_counts()
    anchors = published.calibration()["anchors"]
    general = ["primary", "basic", "secondary", "state_gymnasium", "special"]
    assert counts[general].sum() == anchors["general_schools_2024_25"]
    assert counts["state_gymnasium"] == anchors["municipal_by_type_2025_26"]["state_gymnasium"]
    assert counts["special"] == anchors["special_2025_26"]
    assert counts["vocational"] == anchors["vocational_institutions_2024_25"]
    assert counts["higher"] == anchors["higher_institutions_2024_25"]
    assert counts["preschool"] == anchors["preschool_institutions_2023"]
    private = open_[open_.type.isin(general)].founder_kind.eq("private").sum()
    assert private == anchors["private_2025_26"]


def test_pupils_follow_the_published_numbers(tables, schools):
    """About 224,000 pupils in general schools in the last year, between 8 and 1,700 in a school."""
    data = tables("enrolment").query("school_year == 2023 and semester == 1")
    data = data[data.stage.isin(["basic", "special_basic", "upper_secondary"])]
    assert data.pupils.sum() == pytest.approx(224_000, rel=0.005)
    sizes = data.groupby("institution_id").pupils.sum()
    assert 8 <= sizes.min() <= 15
    assert sizes.max() <= 1750
    assert (sizes <= 40).sum() >= 8


def test_names_and_numbers_are_unique(schools):
    """Names and registration numbers are unique; numbers have ten digits and an unused beginning."""
    assert schools.name.is_unique
    assert schools.reg_no.is_unique
    assert schools.reg_no.str.fullmatch(r"99\d{8}").all()
    assert schools.sort_key.str.fullmatch(r"\d+").all()
    assert (schools.search_key == schools.search_key.str.lower()).all()


def test_names_avoid_known_schools():
    """No invented compound is one of the avoided words, a municipality or a former unit."""
    compounds = {first + second for first in names.FIRST for second in names.SECOND} - names.AVOIDED
    real = {row["name_lv"].removesuffix(" novads").lower() for row in _csv("municipalities.csv")}
    real |= {row["former_unit"].removesuffix(" novads").lower() for row in _csv("former_units_2009_2021.csv")}
    assert not {word.lower() for word in compounds} & real


def test_lineage(tables, schools):
    """Successors are in force when they take over; the shares of a closed school add up to one."""
    data = tables("institution_lineage")
    assert set(data.kind) == {"merged", "renamed", "split"}
    old, new = schools.loc[data.from_id], schools.loc[data.to_id]
    assert (old.valid_to.to_numpy() < data.date.to_numpy()).all()
    assert (new.valid_from.to_numpy() <= data.date.to_numpy()).all()
    assert (old.municipality_code.to_numpy() == new.municipality_code.to_numpy()).all()
    assert (data.groupby("from_id").share.sum().round(9) == 1).all()


# --- realistic structure ------------------------------------------------------------------------


def test_indicators_hang_together(tables):
    """Schools with more long absence have lower exam results and more repeaters."""
    absence_ = tables("absence").query(
        "source_code == 'e_journals' and stage == 'basic' and school_year >= 2022"
    )
    absence_ = absence_.groupby("institution_id").long_unexcused.sum()
    pupils_ = tables("enrolment").query("stage == 'basic' and school_year >= 2022")
    pupils_ = pupils_.groupby("institution_id").pupils.sum()
    share = (absence_ / pupils_)[pupils_ > 300].dropna()
    exam = tables("exam").query("stage == 'basic' and school_year >= 2022 and sat > 0")
    mean = (exam["mean"] * exam.sat).groupby(exam.institution_id).sum() / exam.groupby(
        "institution_id"
    ).sat.sum()
    progress = (
        tables("progress")
        .query("stage == 'basic'")
        .groupby("institution_id")[["repeaters", "repeat_eligible"]]
        .sum()
    )
    repeat = progress.repeaters / progress.repeat_eligible
    both = pd.concat([share, mean, repeat], axis=1, join="inner").rank().corr()
    assert both.iloc[0, 1] < -0.25
    assert both.iloc[0, 2] > 0.25
    assert both.iloc[1, 2] < -0.25


def test_schools_differ_more_than_chance(tables):
    """Long absence varies between schools several times as much as a common rate would make it."""
    keys = ["institution_id", "school_year", "semester", "stage"]
    data = tables("absence").query("source_code == 'e_journals' and stage == 'basic' and school_year == 2023")
    n = tables("enrolment").set_index(keys).pupils.loc[data.set_index(keys).index].to_numpy()
    x = data.long_unexcused.to_numpy()
    keep = (data.semester.to_numpy() == 2) & (n > 30)
    rate = x[keep].sum() / n[keep].sum()
    pearson = (x[keep] - n[keep] * rate) ** 2 / (n[keep] * rate * (1 - rate))
    assert pearson.mean() > 3


def test_second_semester_is_worse_for_general_stages(tables):
    """In every year general stages have more long absentees in semester 2, as the report says."""
    data = tables("absence").query("source_code == 'e_journals' and stage in ('basic', 'upper_secondary')")
    data = data.groupby(["stage", "school_year", "semester"]).long_unexcused.sum().unstack()
    assert (data[2] > data[1]).all()


def test_troubled_schools_are_a_minority():
    """About one general or vocational school in ten is in trouble in the last year."""
    world = network.build(demo.SEED)
    here = (world.general | world.of("vocational")) & world.active[:, -1]
    assert 0.06 < world.troubled[here, -1].mean() < 0.13


def test_small_schools_need_more_loads(tables):
    """Teacher loads per pupil fall with size; support staff is missing mainly in small schools."""
    staff = tables("staff").query("school_year == 2023").set_index("institution_id")
    context = tables("context").query("school_year == 2023").set_index("institution_id").pupils
    kinds = tables("institution").set_index("id").type.isin(["basic", "secondary"])
    data = staff.join(context, how="inner")[lambda d: kinds.loc[d.index].to_numpy() & (d.pupils > 0)]
    small, large = data[data.pupils < 100], data[data.pupils > 500]
    loads = [part.teacher_load.sum() / part.pupils.sum() for part in (small, large)]
    assert loads[0] > 1.4 * loads[1]
    assert small.support_load.eq(0).mean() > 2 * large.support_load.eq(0).mean()


def test_some_deliveries_are_missing(tables, schools):
    """Before the published years some semesters, staff, exams and marks are not delivered."""
    keys = ["institution_id", "school_year", "semester"]
    have = tables("enrolment")[keys].drop_duplicates()
    pairs = have.groupby(["institution_id", "school_year"]).semester.nunique()
    assert 20 < (pairs == 1).sum() < 400
    late = schools[schools.municipality_code == demo.NOTABLE["late_municipality"]].index
    gone = have[have.institution_id.isin(late) & (have.school_year == 2018) & (have.semester == 1)]
    assert gone.empty


# --- notable cases ------------------------------------------------------------------------------


def test_notable_institutions_exist(tables, schools):
    """Every notable case names an institution or municipality of the database."""
    known = set(schools.reg_no) | set(tables("municipality").code)
    assert set(demo.NOTABLE.values()) <= known


def test_notable_closed_merged_and_new(tables, schools):
    """The closed school has no successor, the merged one has, the new one has one school year."""
    lineage = tables("institution_lineage").set_index("from_id").to_id
    assert schools.loc[_case(schools, "closed_school")].valid_to == "2019-08-31"
    assert _case(schools, "closed_school") not in lineage.index
    assert lineage[_case(schools, "merged_school")] == _case(schools, "successor_school")
    years = tables("enrolment").query(
        "institution_id == @_id", local_dict={"_id": _case(schools, "one_year_school")}
    )
    assert set(years.school_year) == {2023}


def test_notable_sizes(tables, schools):
    """The small, large and empty cases have the sizes they are named for."""
    data = tables("enrolment").query("school_year == 2023 and semester == 1")
    data = data.set_index(["institution_id", "stage"]).pupils
    assert 8 <= data[_case(schools, "small_school"), "basic"] < 15
    assert data[_case(schools, "large_school")].sum() > 1500
    assert data[_case(schools, "zero_pupil_stage"), "upper_secondary"] == 0
    assert data[_case(schools, "zero_pupil_stage"), "basic"] > 50


def test_notable_missing_semester(tables, schools):
    """One school lacks semester 1 of 2021/2022 and nothing else of that year."""
    data = tables("enrolment")
    data = data[(data.institution_id == _case(schools, "missing_semester")) & (data.school_year == 2021)]
    assert set(data.semester) == {2}


def test_notable_high_and_median(tables, schools):
    """The high case is far above the national share for three years, the median one is near it or below."""
    keys = ["institution_id", "school_year", "stage"]
    absence_ = tables("absence").query("source_code == 'e_journals' and semester == 2 and stage == 'basic'")
    absence_ = absence_.set_index(keys).long_unexcused
    pupils_ = tables("enrolment").query("semester == 2 and stage == 'basic'").set_index(keys).pupils
    for year in (2021, 2022, 2023):
        here = absence_.index.get_level_values("school_year") == year
        national = absence_[here].sum() / pupils_.loc[absence_.index[here]].sum()
        high = (_case(schools, "high_absence_school"), year, "basic")
        share = absence_[high] / pupils_[high]
        assert share > 2.5 * national
        median = (_case(schools, "median_school"), year, "basic")
        assert absence_[median] / pupils_[median] < 1.3 * national


def test_notable_unified_school(tables, schools):
    """The unified-school case was visited twice and became better."""
    visits = tables("visit").set_index(["institution_id", "visit_no"]).level
    assert list(visits[_case(schools, "unified_school")]) == ["needs_improvement", "good"]


def test_notable_few_schools(schools):
    """One municipality has a single general school."""
    here = schools[schools.municipality_code == demo.NOTABLE["few_schools_municipality"]]
    assert list(here[here.type != "preschool"].name) == [
        network.ROLES[network.CASE_ID["few_schools_school"] - 1].name
    ]


# --- provenance, repeatability ------------------------------------------------------------------


def test_every_row_names_its_batch(demo_engine, tables):
    """One synthetic load batch per table; its row count is the table's; the demo source and date are named."""
    batches = tables("load_batch").query("source_code == 'demo'").set_index("dataset")
    assert (batches.synthetic == 1).all()
    assert (batches.as_of == "2024-12-31").all()
    assert (batches.rows_read == batches.rows_loaded).all()
    assert batches.sha256.str.fullmatch(r"[0-9a-f]{64}").all()
    with demo_engine.connect() as connection:
        for table in [schema.institution, *schema.FACTS.values()]:
            query = select(table.c.load_batch_id, func.count()).group_by(table.c.load_batch_id)
            assert connection.execute(query).all() == [
                (batches.id[table.name], batches.rows_loaded[table.name])
            ]


def test_progress_is_reported(demo_engine):
    """The build reports every table once, counting up to all of them."""
    written = demo_engine.demo_written
    assert demo_engine.demo_steps == [
        f"{number}/{len(schema.FACTS) + 2} {name}: {rows}"
        for number, (name, rows) in enumerate(written.items(), 1)
    ]


def test_second_build_is_refused(demo_engine):
    """A database that holds institutions is left alone unless replacing is asked for."""
    with demo_engine.begin() as connection, pytest.raises(demo.DemoError, match="institutions already"):
        build.build(connection)


def _fingerprint(seed):
    world = network.build(seed)
    pupils.fill(world)
    absence.fill(world)
    digest = hashlib.sha256(repr(world.name).encode())
    for rows in (pupils.enrolment(world), absence.cases(world), absence.absence(world), exams.exams(world)):
        for values in rows.values():
            words = values.dtype == object
            digest.update("|".join(values).encode() if words else values.tobytes())
    return digest.hexdigest()


def test_same_seed_same_data():
    """The same seed gives the same rows to the last bit, another seed gives others."""
    first = _fingerprint(demo.SEED)
    assert _fingerprint(demo.SEED) == first
    assert _fingerprint(7) != first


@pytest.mark.slow
def test_replace_gives_the_same_database(demo_engine):
    """Building again over the old rows leaves exactly the same rows."""

    def content(connection):
        return {
            table.name: hashlib.sha256(
                repr(connection.execute(select(table).order_by(*table.primary_key)).all()).encode()
            ).hexdigest()
            for table in (schema.institution, schema.fact_absence, schema.fact_exam, schema.fact_visit)
        }

    with demo_engine.connect() as connection:
        before = content(connection)
        build.build(connection, replace=True)
        assert content(connection) == before
        connection.rollback()


# --- controlled rounding ------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@example([1.1125369292536007e-308], 2)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(0, 100_000))
def test_round_to_total_meets_the_total(values, total):
    """Largest-remainder rounding meets any total with whole numbers near the scaled values."""
    counts = draw.round_to_total(np.array(values), total)
    assert counts.sum() == total
    assert (counts >= 0).all()
    if sum(values) > 1e-3:
        assert np.abs(counts - np.array(values) * total / sum(values)).max() <= 1 + 1e-6 * total


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_binomial_total_meets_total_and_bounds(data):
    """Random counts settle on the total within their bounds."""
    n = np.array(data.draw(st.lists(st.integers(0, 200), min_size=1, max_size=30)))
    lower = np.array([data.draw(st.integers(0, int(limit))) for limit in n])
    total = data.draw(st.integers(int(lower.sum()), int(n.sum())))
    x = np.linspace(-3, 3, len(n))
    counts = draw.binomial_total(np.random.default_rng(1), n, x, total, lower, n)
    assert counts.sum() == total
    assert (counts >= lower).all()
    assert (counts <= n).all()


def test_impossible_totals_are_refused():
    """A total outside the bounds is an error, not a silent shortfall."""
    with pytest.raises(ValueError, match="outside the bounds"):
        draw.round_to_total(np.array([1.0]), 5, 0, 3)
    with pytest.raises(ValueError, match="cannot be met"):
        draw.settle(np.random.default_rng(1), np.array([1]), 5, np.ones(1), 0, 3)


def test_report_lookup_is_strict():
    """A key that fits several different values or none is refused."""
    with pytest.raises(LookupError):
        published.report("long_unexcused_absentees")
    with pytest.raises(LookupError):
        published.report("no such figure")
    with pytest.raises(LookupError):
        published.report_count("unified_funding_used")
