"""Levels of single institutions: visits and evaluations of the public file, attacked with what everybody knows."""

from __future__ import annotations

import json
import sqlite3

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import engine as engines
from data_access import public_file
from indicators import quality
from tests.disclosure.institutions import by_name, given_away

GROUPS = {"preschool": "preschool", "vocational": "vocational", "orientation": "vocational"}
LEVELS = ["insufficient", "needs_improvement", "good", "very_good", "excellent"]


@pytest.fixture(scope="module")
def public(demo_path):
    """The file of released values, nothing else."""
    engine = engines.create(f"sqlite:///{demo_path}")  # no limit of time
    path = public_file.ensure(engine)
    engine.dispose()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        yield database


@pytest.fixture(scope="module")
def known(public):
    """(visits, evaluations): one row for each that took place, with place and type, from the cards of institutions."""
    places = pd.read_sql("SELECT id, type, municipality_code AS area FROM institution", public).set_index(
        "id"
    )
    visits, evaluations = [], []
    for number, payload in public.execute(
        "SELECT unit_id, payload FROM page_card WHERE kind = 'institution'"
    ):
        card, place = json.loads(payload), places.loc[int(number)]
        for visit_no, year, _date in card["visits"]:
            group = "preschool" if place["type"] == "preschool" else "basic"
            visits.append((place["area"], group, year, visit_no))
        for year, kind in card["evaluations"]:
            evaluations.append((place["area"], GROUPS.get(place["type"], "general"), year, kind))
    return (
        pd.DataFrame(visits, columns=["area", "group", "school_year", "visit_no"]),
        pd.DataFrame(evaluations, columns=["area", "group", "year", "kind"]),
    )


def read(public, table: str, group: str) -> pd.DataFrame:
    """Released counts of a table in the form of the attacker."""
    rows = pd.read_sql(f"SELECT * FROM {table}", public)
    assert set(rows["plane"]) == {"released"}
    return rows.rename(columns={"area_id": "area", group: "group"})


def test_no_level_of_a_visit(public, known):
    """A municipality with one visited school, all but one municipality, a stage with few visits: no level follows."""
    told, visits = read(public, "visit_count", "stage"), known[0]
    tried = 0
    for key, members in visits.groupby(["school_year", "visit_no"]):
        rows = told[(told["school_year"] == key[0]) & (told["visit_no"] == key[1])]
        total = rows[(rows["area"] == "LV") & (rows["group"] == "all") & (rows["level"] == "all")]
        assert total["institutions"].item() == len(members)  # the attacker knows who was visited
        levels = sorted(set(rows["level"]) - {"all"})
        assert given_away(members, rows, levels) == []
        assert by_name(rows, levels) == []
        tried += members.groupby(["area", "group"]).ngroups
    assert tried > 20


def test_no_level_of_an_evaluation(public, known):
    """The same for accreditations and heads, criterion by criterion; a type that was evaluated once or twice too."""
    told, evaluations = read(public, "evaluation_count", "type_group"), known[1]
    tried = 0
    for (year, kind), members in evaluations.groupby(["year", "kind"]):
        rows = told[(told["year"] == year) & (told["kind"] == kind)]
        for criterion, part in rows.groupby("criterion"):
            levels = ["needs_improvement", "none_weak"] if criterion == "any" else LEVELS
            local = (part["area"] != "LV").any()  # else only the types of institutions matter
            assert given_away(members if local else members.assign(area="LV"), part, levels) == [], (
                year,
                kind,
            )
            shown = part[(part["area"] == "LV") & (part["group"] == "all") & part["level"].isin(levels)]
            assert by_name(part, sorted(set(shown["level"]))) == [], (year, kind, criterion)
            tried += 1
    assert tried > 50


def released(members: pd.DataFrame) -> pd.DataFrame:
    """What is published of visits: the way of the roll-up."""
    visit = members.assign(
        institution_id=range(len(members)), visit_no=1, school_year=2023, stage=members["group"]
    )
    places = visit[["institution_id", "area"]].rename(
        columns={"institution_id": "id", "area": "municipality_code"}
    )
    counts = quality.visit_counts(visit, places.assign(type="basic"))
    keys = [*quality.AREA, "school_year", "visit_no", "stage"]
    open_rows = counts[(counts["area_kind"] == "country") | (counts["stage"] == "all")]
    shown = quality.protect(
        open_rows, keys, ["institutions"], {"column": "level", "total": "all", "group": "stage"}
    )
    return shown.rename(columns={"area_id": "area", "stage": "group"})


def flat(members: pd.DataFrame) -> pd.DataFrame:
    """What would be published without protection: the attack must find something there."""
    counts = members.assign(n=1).groupby(["area", "group", "level"], as_index=False)["n"].sum()
    return counts.rename(columns={"n": "institutions"})


towns = st.tuples(st.integers(0, 25), st.integers(0, 25), st.integers(0, 4), st.booleans())


@settings(max_examples=20, deadline=None)
@given(st.lists(towns, min_size=1, max_size=5))
def test_no_level_in_any_small_country(places):
    """Municipalities with visits of one level or of two, with one school or many, in two stages."""
    rows = [
        (f"LV{place:07d}", "preschool" if mixed and number % 2 else "basic", level)
        for place, (good, weak, bad, mixed) in enumerate(places)
        for level, count in (("good", good), ("needs_improvement", weak), ("insufficient", bad))
        for number in range(count)
    ]
    if not rows:
        return
    members = pd.DataFrame(rows, columns=["area", "group", "level"])
    told = released(members)
    levels = ["good", "needs_improvement", "insufficient"]
    assert given_away(members, told, levels) == []
    assert told.loc[told["area"] != "LV", "institutions"].dropna().ge(quality.MINIMUM).all()


def test_attack_finds_what_is_open():
    """One school in a municipality, told as it is; and one that is the country without the others."""
    members = pd.DataFrame(
        [("LV1", "basic", "good")] * 12
        + [("LV1", "basic", "insufficient")] * 11
        + [("LV2", "basic", "good")],
        columns=["area", "group", "level"],
    )
    assert ("LV2", "basic", "good") in given_away(members, flat(members), ["good", "insufficient"])
    country = flat(members.assign(area="LV"))
    without = pd.concat([flat(members[members["area"] == "LV1"]), country])
    assert given_away(members, without, ["good", "insufficient"]) == [("LV2", "basic", "good")]
    assert given_away(members, released(members), ["good", "insufficient"]) == []
