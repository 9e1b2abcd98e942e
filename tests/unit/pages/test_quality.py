"""Unified school, quality evaluation, supervision: every printed figure, and what each reader may see."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

import pages
from access.pages import Renderer, url
from components.tables import Reason
from data_access import engine as engines
from data_access.demo.build import NOTABLE
from data_access.scope import Scope
from indicators.quality import level_change, protect, safe_parts, share_differences
from language import messages, numbers
from language.messages import translate

pages.load_all()

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("unified_school", "quality", "supervision")
UNIFIED, DAUGAVPILS = 22, "LV0002000"  # the notable institution of the unified school and its municipality
READERS = {
    "public": Scope.public(),
    "school": Scope(role="school", institutions=frozenset({UNIFIED}), label="x", user="school"),
    "municipality": Scope(
        role="municipality", municipalities=frozenset({DAUGAVPILS}), label="x", user="municipality"
    ),
    "ministry": Scope(role="ministry", label="x", user="ministry"),
}


@pytest.fixture(scope="module")
def view(demo_path, demo_settings):
    """Function of page, language, reader and query: the view."""
    from pages import site

    engine = engines.create(f"sqlite:///{demo_path}", read_only=True)
    renderer = Renderer(engine, demo_settings, site.not_found)

    def render(name: str, lang: str = "lv", reader: str = "public", query: str = "", **params):
        return renderer.view(url(name, lang, **params), query, READERS[reader])

    yield render
    engine.dispose()


@pytest.fixture(scope="module")
def report() -> dict[tuple, float]:
    """Values of the reference file by key, period, stage, category and unit."""
    with (ROOT / "reference" / "annual_report_2024.csv").open(encoding="utf-8", newline="") as file:
        return {
            (
                row["table_id"],
                row["indicator_key"],
                row["school_year_or_date"],
                row["stage"],
                row["category"],
                row["unit"],
            ): float(row["value"])
            for row in csv.DictReader(file)
            if row["value"]
        }


def column(table, key: str) -> list:
    """The cells of a column."""
    return [row[key] for row in table.rows]


def exported(frame) -> list[list[str]]:
    """The rows of the frame's CSV."""
    lines = frame.table.to_csv(["about"]).splitlines()
    return list(csv.reader(io.StringIO("\n".join(lines[1:])), delimiter=";" if frame.lang == "lv" else ","))


languages = pytest.mark.parametrize("lang", ["lv", "en"])
readers = pytest.mark.parametrize("reader", list(READERS))


# --- printed figures -----------------------------------------------------------------------------------


@languages
@readers
def test_unified_school_is_shown_as_printed(view, report, lang, reader):
    """Levels, eleven findings, funding of the report's section, on screen and in the CSV."""
    found = view("unified_school", lang, reader)
    levels = found.frame("unified-levels")
    assert column(levels.table, "count") == [106, 57, 3]
    assert [round(100 * value, 1) for value in column(levels.table, "printed")] == [63.9, 34.3, 1.8]
    assert levels.provenance.coverage == (166, 167)
    assert [row[1] for row in exported(levels)[1:]] == ["106", "57", "3"]
    criteria = found.table("unified-criteria")
    printed = [
        value
        for (table, key, _year, _stage, _category, unit), value in report.items()
        if table == "S_unified" and unit == "institutions"
        and key not in ("unified_visited", "unified_optimal", "unified_needs_improvement", "unified_insufficient")
    ]  # fmt: skip
    assert sorted(column(criteria, "count")) == sorted(printed)
    materials = next(row for row in criteria.rows if row["count"] == 152)
    assert round(100 * materials["computed"], 1) == 91.6
    assert round(100 * materials["printed"], 1) == 91.5
    assert any(numbers.percent(0.916, lang) in note and "C02" in note for note in criteria.notes)
    funding = " ".join(str(row["euro"]) for row in found.table("unified-funding").rows)
    assert numbers.decimal(3501605.51, lang, 2) in funding
    assert "64,3" in funding or "64.3" in funding
    text = found.to_html().striptags()
    assert "167" in text
    sample = translate(
        "Each bar is 100% of the rated institutions. Of the first visits only the sum of the three upper levels is "
        "known, so they are one block. Repeated visits went to institutions with a lower level, so the two rounds "
        "are not two samples of the same institutions. Not a random sample.",
        lang,
    )
    assert found.frame("visit-levels").how_to_read == sample


def test_counted_levels_equal_the_printed_ones(view):
    """First visits counted from single records: 106, 57 and 3 of 166, 19 of 51 and 41 of 115 below good."""
    table = view("unified_school", "en").table("visit-levels")
    first = [row for row in table.rows if row["round"] == "First visits"]
    assert [row["count"] for row in first if row["stage"] == "All visited"] == [106, 57, 3]
    below = {
        stage: sum(row["count"] for row in first if row["stage"] == stage and "ood" not in row["level"])
        for stage in ("Preschools", "Schools, basic education")
    }
    assert below == {"Preschools": 19, "Schools, basic education": 41}
    assert any("167" in note for note in table.notes)


def test_differences_of_the_two_groups(view, report):
    """Both groups add up to the printed counts of all rated institutions."""
    table = view("unified_school", "en").table("level-differences")
    assert len(table.rows) == 11
    sums = sorted(row["x1"] + row["x2"] for row in table.rows)
    criteria = view("unified_school", "en").table("unified-criteria")
    assert sums == sorted(column(criteria, "count"))
    for row in table.rows:
        assert row["difference"] == pytest.approx(row["x1"] / 106 - row["x2"] / 60)


@languages
def test_calendar_by_grade(view, lang):
    """Preschool, 1, 4, 7 in 2023; 2, 5, 8 in 2024; the rest in 2025, as printed."""
    table = view("unified_school", lang).table("unified-calendar")
    yes = translate("in Latvian", lang)
    starts = [
        [row[year] == yes for year in ("2023/2024", "2024/2025", "2025/2026")].index(True)
        for row in table.rows
    ]
    assert starts == [0, 0, 1, 2, 0, 1, 2, 0, 1, 2]


@languages
@readers
def test_accreditation_and_tasks_are_shown_as_printed(view, report, lang, reader):
    """Accreditation, heads, tasks by area and priority."""
    found = view("quality", lang, reader)
    assessment = found.table("assessment")
    assert column(assessment, "assessed") == [134, 86, 48, 246, 92, 95, 59]
    assert column(assessment, "weak") == [23, 19, 4, 55, 13, 38, 4]
    assert column(found.table("tasks"), "tasks") == [910, 566, 345, 308, 2129]
    assert column(found.table("priority-tasks"), "tasks") == [161, 156, 127, 444]
    assert [row[1] for row in exported(found.frame("priority-tasks"))[1:]] == ["161", "156", "127", "444"]
    years = {row["year"]: row for row in found.table("evaluation-years").rows}
    assert (years["2024"]["accredited"], years["2024"]["accredited_weak"]) == (134, 23)
    assert (years["2024"]["heads"], years["2024"]["heads_weak"]) == (246, 55)
    assert "C10" in " ".join(found.table("evaluation-years").notes)
    states = found.table("task-states").rows
    assert [row["tasks"] for row in states][:4] == [910, 566, 345, 308]
    for row in states:
        assert row["done"] + row["open"] + row["late"] == row["tasks"]


def test_break_of_2024_is_drawn(view):
    """The series of evaluations has one break, with its words."""
    mark = str(view("quality", "lv").frame("evaluation-years").mark)
    assert mark.count('class="m-break"') == 1
    assert translate("since {year} programmes are no longer accredited", "lv", year=2024) in mark


@pytest.mark.parametrize(
    ("query", "assessed"),
    [
        ("", 134),
        ("ko=vaditaji", 246),
        ("ko=vaditaji&tips=pirmsskolas", 95),
        ("tips=profesionalas", 48),
        ("gads=2020", 79),
    ],
)
def test_criteria_by_choice(view, query, assessed):
    """Each choice is an address; twelve criteria, each evaluated as often as there are institutions."""
    frame = view("quality", "en", query=query).frame("criteria-levels")
    assert len(frame.table.rows) == 12
    assert {row["total"] for row in frame.table.rows} == {assessed}
    assert len({row["area"] for row in frame.table.rows}) == 4


@languages
@readers
def test_complaints_are_shown_as_printed(view, report, lang, reader):
    """Outcomes, received and confirmed as two series, inspections."""
    found = view("supervision", lang, reader)
    assert column(found.table("complaint-outcomes"), "count") == [81, 94, 255, 140, 570]
    years = {row["year"]: row for row in found.table("complaint-years").rows}
    assert list(years) == ["2021", "2022", "2023", "2024"]
    assert [years[year]["received"] for year in years] == [730, 650, 620, 570]
    assert [years["2024"][key] for key in ("confirmed", "not_confirmed", "explained", "forwarded")] == [
        81,
        94,
        255,
        140,
    ]
    assert [row[1] for row in exported(found.frame("complaint-years"))[1:]] == ["730", "650", "620", "570"]
    inspections = {row["year"]: row["inspections"] for row in found.table("inspection-years").rows}
    assert (inspections["2023"], inspections["2024"]) == (245, 120)
    topics = found.table("complaint-topics").rows
    assert sum(row["received"] for row in topics[:-1]) == topics[-1]["received"] == 570
    assert topics[-1]["confirmed"] == 81


# --- who sees what ----------------------------------------------------------------------------------------


def names(view, page: str, reader: str, table_id: str) -> set[str]:
    """Institutions that a table names."""
    table = view(page, "lv", reader).table(table_id)
    return set() if table is None else set(column(table, "name"))


OWN = {
    "unified_school": ("own-visits", "repeated-visits"),
    "quality": ("own-evaluations", "own-tasks"),
    "supervision": ("own-supervision",),
}


def test_public_sees_no_institution(view, demo_path):
    """No table of single institutions and no name of one stands anywhere in the public's pages."""
    import sqlite3

    with sqlite3.connect(demo_path) as connection:
        everyone = {row[0] for row in connection.execute("SELECT name FROM institution")}
    for page, tables in OWN.items():
        found = view(page)
        assert not [table for table in tables if found.table(table)]
        html = found.to_html()
        assert not [name for name in everyone if name in html]


def test_school_sees_itself_only(view):
    """Own visits, evaluations, complaints of the school and of nobody else."""
    for page, tables in OWN.items():
        for table in tables:
            assert names(view, page, "school", table) <= {"Žubīšdārzu vidusskola"}
    assert names(view, "unified_school", "school", "own-visits")
    assert names(view, "supervision", "school", "own-supervision")


def test_municipality_sees_its_own_only(view, demo_path):
    """Institutions of the municipality and no others."""
    import sqlite3

    with sqlite3.connect(demo_path) as connection:
        mine = {
            row[0]
            for row in connection.execute(
                "SELECT name FROM institution WHERE municipality_code = ?", (DAUGAVPILS,)
            )
        }
        others = {row[0] for row in connection.execute("SELECT name FROM institution")} - mine
    for page, tables in OWN.items():
        html = view(page, "lv", "municipality").to_html()
        assert not [name for name in others if f">{name}<" in html]
        for table in tables:
            assert names(view, page, "municipality", table) <= mine
    assert len(names(view, "unified_school", "municipality", "own-visits")) == 25


def test_ministry_sees_where_the_last_visit_was_below_good(view):
    """The matrix of the ministry: the newest visit of each institution that is still below good, the lowest first."""
    table = view("unified_school", "en", "ministry").table("own-visits")
    order = ["Insufficient", "Needs improvement"]
    levels = column(table, "level")
    assert set(levels) <= set(order)
    assert levels == sorted(levels, key=order.index)
    assert len(set(column(table, "name"))) == len(table.rows)
    repeated = view("unified_school", "en", "ministry").table("repeated-visits")
    assert len(table.rows) == 60 - sum(
        row["after"] in ("Good", "Very good", "good", "very good") for row in repeated.rows
    )


def test_a_timeline_tells_no_task_from_tasks_done(view):
    """What was never set is not called done, and what is done says how many there were."""
    from types import SimpleNamespace as Row

    from pages.quality_blocks import _tasks_told

    assert _tasks_told([], "en") == "No task is on record."
    assert _tasks_told([Row(tasks=2, done=2), Row(tasks=1, done=1)], "en") == "All 3 tasks are done."
    assert _tasks_told([Row(tasks=3, done=1)], "lv") == "Nav izpildīti 2 uzdevumi."


def test_ministry_sees_repeated_visits_of_all(view):
    """Twenty-five institutions were visited twice; the ministry reads their names."""
    assert len(names(view, "unified_school", "ministry", "repeated-visits")) == 25


@readers
def test_small_counts_of_municipalities(view, reader):
    """Outsiders see only counts of ten and more; a municipality its own; the ministry all."""
    rows = {
        row["name"]: row for row in view("unified_school", "lv", reader).table("visited-municipalities").rows
    }
    assert rows["Rīgas valstspilsēta"]["count"] == 79
    own = "Daugavpils valstspilsēta"
    if reader == "ministry":
        assert all(not isinstance(row["count"], Reason) or row["count"].code == "z" for row in rows.values())
        assert rows["Augšdaugavas novads"]["count"] == 8
        return
    for name, row in rows.items():
        if name == own and reader == "municipality":
            assert row["optimal"] + row["middle"] + row["bad"] == 25
            continue
        for key in ("count", "optimal", "middle", "bad"):
            assert isinstance(row[key], Reason) or row[key] >= 10, (name, key)
    assert rows["Augšdaugavas novads"]["count"].code == "c"
    assert rows["Balvu novads"]["count"].code == "z"
    complaints = view("supervision", "lv", reader).table("complaint-municipalities").rows
    for row in complaints:
        if row["name"] == own and reader == "municipality":
            assert not isinstance(row["confirmed"], Reason)
            continue
        for key in ("received", "confirmed", "inspections"):
            assert isinstance(row[key], Reason) or row[key] >= 10, (row["name"], key)


def test_open_tasks_are_counted_whole(view):
    """The ministry's list is cut, its numbers are not: as many open tasks as the states by area say."""
    found = view("quality", "en", "ministry")
    total = found.table("task-states").rows[-1]
    frame = found.frame("own-tasks")
    assert len(frame.table.rows) == 100
    assert numbers.integer(total["open"] + total["late"], "en") in frame.finding
    assert numbers.integer(total["late"], "en") in frame.finding
    assert frame.provenance.coverage[1] == total["open"] + total["late"]


def test_what_is_kept_is_the_same_for_everybody(view):
    """Parts made once a release hold no row of one reader: the same tables for all in any order of asking."""
    own = {table for tables in OWN.values() for table in tables} | {"answers-by-municipality"}
    local = {"visited-municipalities", "complaint-municipalities"}
    for page in NAMES:
        seen = []
        for reader in ("ministry", "municipality", "school", "public", "ministry"):
            tables = {frame.table.id: frame.table.rows for frame in view(page, "lv", reader).frames()}
            seen.append({key: rows for key, rows in tables.items() if key not in own | local})
        assert all(one == seen[0] for one in seen)
        for table in local:
            public = view(page, "lv", "public").table(table)
            if public is not None:
                assert public.rows == view(page, "lv", "school").table(table).rows
                assert public.rows != view(page, "lv", "ministry").table(table).rows


def test_visits_change_is_public_as_counts(view):
    """The public reads how many rose and how many stayed, without names."""
    table = view("unified_school", "en").table("visit-changes")
    assert sum(column(table, "count")) == 25
    assert {row["change"] for row in table.rows} == {"one level up", "two levels up", "same level"}


@readers
@languages
@pytest.mark.parametrize("case", [case for case, key in NOTABLE.items() if key.isdigit()])
def test_timeline_of_notable_cases(view, demo_path, demo_settings, reader, lang, case):
    """Every notable institution has a timeline; levels and complaints are in it only for those in scope."""
    from access.pages import Request
    from components.chart_frame import ChartFrame
    from data_access.queries import units
    from data_access.reading import reading
    from pages.quality_blocks import institution_timeline

    engine = engines.create(f"sqlite:///{demo_path}", read_only=True)
    with reading(engine, READERS[reader]) as opened:
        unit = units.institution_by_reg_no(opened, NOTABLE[case])
        request = Request(opened, lang, {}, "home", demo_settings)
        parts = institution_timeline(request, unit)
        covered = opened.scope.covers_institution(unit.id, unit.municipality_code)
    engine.dispose()
    for part in parts:
        assert isinstance(part, ChartFrame)
        html = part.to_html()
        if not covered:
            kinds = set(column(part.table, "kind"))
            assert kinds <= {translate("Visit", lang)}
            assert all(isinstance(row["detail"], Reason) for row in part.table.rows)
            for level in (
                "jāpilnveido",
                "ļoti labi",
                "needs improvement",
                "very good",
                "confirmed",
                "apstiprinājās",
            ):
                assert level not in html


def test_silence_by_municipality_is_for_the_municipality(view, demo_path, demo_settings):
    """Who has not answered: the municipality its own, nobody else; the country for the ministry only."""
    from access.pages import Request
    from data_access.reading import reading
    from pages.quality_blocks import municipality_answers

    engine = engines.create(f"sqlite:///{demo_path}", read_only=True)
    for reader, code, expected in (
        ("municipality", DAUGAVPILS, 1),
        ("municipality", "LV0001000", 0),
        ("ministry", "LV0001000", 1),
        ("school", DAUGAVPILS, 0),
        ("public", DAUGAVPILS, 0),
    ):
        with reading(engine, READERS[reader]) as opened:
            parts = municipality_answers(Request(opened, "lv", {}, "home", demo_settings), code)
        assert len(parts) == expected
        if parts:
            rows = parts[0].table.rows
            silent = [row for row in rows if not isinstance(row["days"], Reason)]
            assert silent
            assert all(row["days"] >= 0 for row in silent)
    engine.dispose()
    for reader in READERS:
        assert (view("quality", "lv", reader).table("answers-by-municipality") is not None) == (
            reader == "ministry"
        )


# --- every page ---------------------------------------------------------------------------------------------


@languages
@readers
@pytest.mark.parametrize("name", NAMES)
def test_every_frame_is_whole(view, name, lang, reader):
    """Title, finding, reading help, source, coverage; demonstration data are marked; nothing is left in English."""
    found = view(name, lang, reader)
    assert found.status == 200
    assert found.lead
    html = found.to_html()
    assert "{" not in re.sub(r"<style.*?</style>", "", html)
    assert "None" not in html
    ids = [frame.table.id for frame in found.frames()]
    assert len(ids) == len(set(ids))
    for frame in found.frames():
        assert frame.title
        assert frame.finding
        assert frame.provenance.coverage[0] <= frame.provenance.coverage[1]
        assert frame.provenance.source
        synthetic = "2024" not in frame.provenance.source
        assert frame.provenance.synthetic == synthetic, frame.table.id


def test_texts_are_translated():
    """Every text of these pages has its Latvian."""
    own = re.compile(
        r"pages/(unified_school|quality\w*|supervision|answers)\.py"
        r"|templates/(unified|quality|answers|timeline|supervision)\w*\.html"
    )
    used = {
        message: places
        for message, places in messages.extract().items()
        if any(own.search(place) for place in places)
    }
    assert len(used) > 300
    assert not messages.missing("lv", used)


# --- pure measures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("insufficient", "very_good", ("up", 3)),
        ("good", "needs_improvement", ("down", -1)),
        ("needs_improvement", "optimal", ("up", None)),
        ("optimal", "insufficient", ("down", None)),
        ("optimal", "excellent", ("unknown", None)),
        (None, "good", ("unknown", None)),
    ],
)
def test_change_of_level(before, after, change):
    """A step is counted only where both levels are known."""
    assert level_change(before, after) == change


def test_share_difference_agrees_with_newcombe_example():
    """Newcombe (1998), table II: 56/70 minus 48/80 is 0.2000, from 0.0524 to 0.3339."""
    (one,) = share_differences([(56, 70, 48, 80)])
    assert (round(one.difference, 4), round(one.lower, 4), round(one.upper, 4)) == (0.2, 0.0524, 0.3339)
    assert one.clear
    with pytest.raises(ValueError, match="group"):
        share_differences([(0, 0, 1, 2)])


def test_protection_of_parts():
    """Parts of a municipality are shown all or none; hidden ones are named all, whichever it has."""
    import pandas as pd

    assert safe_parts([10, 10, 0])
    assert not safe_parts([30, 9])
    assert not safe_parts([30])
    rows = pd.DataFrame(
        [
            ("municipality", "A", "all", 40), ("municipality", "A", "good", 30), ("municipality", "A", "bad", 10),
            ("municipality", "B", "all", 40), ("municipality", "B", "good", 31), ("municipality", "B", "bad", 9),
            ("municipality", "C", "all", 9), ("municipality", "C", "good", 9),
            ("municipality", "D", "all", 8), ("municipality", "D", "good", 8),
            ("country", "LV", "all", 97), ("country", "LV", "good", 78), ("country", "LV", "bad", 19),
        ],
        columns=["area_kind", "area_id", "level", "institutions"],
    )  # fmt: skip
    shown = protect(rows, ["area_kind", "area_id"], ["institutions"], {"column": "level", "total": "all"})
    found = {(row.area_id, row.level): row.reason for row in shown.itertuples()}
    levels = ("all", "bad", "good")
    assert found == {
        (area, level): "c" if area in ("C", "D") or (area == "B" and level != "all") else None
        for area in ("A", "B", "C", "D", "LV")
        for level in levels
    }
    assert list(shown["institutions"].isna()) == list(shown["reason"].notna())


def test_the_last_visit_in_words():
    """One inspection is "an inspection"; of several in a year their number is told; others keep their name."""
    from pages.quality_blocks import _visits_told

    one = {"what": "1 inspection", "when": "2024", "count": 1}
    assert _visits_told([one], "en") == "The last visit: an inspection (2024)."
    assert _visits_told([one], "lv") == "Pēdējā vizīte: pārbaude (2024)."
    two = {"what": "2 pārbaudes", "when": "2024", "count": 2}
    assert _visits_told([two, one], "lv") == "Pēdējās vizītes: 2 pārbaudes (2024)."
    other = {"what": "Unified-school visit", "when": "17.10.2023"}
    assert _visits_told([other], "en") == "The last visit: unified-school visit (17.10.2023)."
