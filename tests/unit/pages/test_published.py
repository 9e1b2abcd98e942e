"""Pages of published figures: every printed number, its provenance, both languages, public and ministry."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

import pages
import settings as configuration
from access.pages import Renderer, url
from components.chart_frame import ChartFrame
from components.tables import Reason, Table, format_value
from data_access import engine as engines
from data_access import migrations_runner, releases
from data_access.importing import reference
from data_access.queries import published
from data_access.scope import Scope
from language import messages, numbers
from pages import agreement, geometry, site

pages.load_all()

ROOT = Path(__file__).resolve().parents[3]
READERS = {"public": Scope.public(), "ministry": Scope(role="ministry", label="Ministry", user="test")}
NAMES = ("home", "national", "agreement", "methodology", "help", "accessibility")
OWN = re.compile(
    r"pages/(home|national(_absence|_map|_quality|_supervision)?|agreement|methodology|help|accessibility|site|"
    r"sign_in|search_route|institutions|exports|words)\.py"
    r"|templates/(home|national_(areas|bars|choice|contents|keys|pair)|agreement_\w+|methodology_\w+|help|"
    r"accessibility|document|frame\w*|view_head|search|table)\.html"
    r"|components/(published_charts|chart_frame)\.py"
)
NUMBER = re.compile(r"\d+(?:[\u00a0,.]\d+)*(?:\u00a0?%)?")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Reference facts and one release, nothing else."""
    made = engines.create(f"sqlite:///{tmp_path_factory.mktemp('published') / 'monitoring.sqlite'}")
    migrations_runner.upgrade(made)
    with made.begin() as connection:
        reference.load_all(connection)
        releases.publish(connection, reason="tests", author="tests", steps=(published.recompute_totals,))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def settings():
    """The settings of a demonstration."""
    return configuration.Settings()


@pytest.fixture(scope="module")
def view(engine, settings):
    """Function of page, language, reader and query: the view."""
    renderer = Renderer(engine, settings, site.not_found)

    def render(name: str, lang: str = "lv", reader: str = "public", query: str = ""):
        found = renderer.view(url(name, lang), query, READERS[reader])
        assert found.status == 200
        return found

    return render


@pytest.fixture(scope="module")
def report() -> list[dict[str, str]]:
    """The rows of the reference file."""
    with (ROOT / "reference" / "annual_report_2024.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def printed(report, table_id: str, **conditions: str) -> list[float]:
    """Values of a table of the report in printed order."""
    return [
        float(row["value"])
        for row in report
        if row["table_id"] == table_id and all(row[key] == value for key, value in conditions.items())
    ]


def column(table: Table, key: str) -> list:
    """The cells of a column."""
    return [row[key] for row in table.rows]


everyone = pytest.mark.parametrize(
    ("lang", "reader"), [(lang, reader) for lang in ("lv", "en") for reader in READERS]
)
languages = pytest.mark.parametrize("lang", ["lv", "en"])


@everyone
def test_table_6_is_shown_as_printed(view, report, lang, reader):
    """Long unexcused absence: five rows of four numbers, totals included."""
    table = view("national", lang, reader).table("long-absence")
    found = [row[key] for row in table.rows for key in ("s1y0", "s2y0", "s1y1", "s2y1")]
    assert found == printed(report, "T6")
    assert [table.rows[-1][key] for key in ("s1y0", "s2y0", "s1y1", "s2y1")] == [6968, 9750, 5767, 8873]


@everyone
def test_table_7_is_shown_as_printed(view, report, lang, reader):
    """At least one missed lesson: every number by stage, kind, semester and year."""
    table = view("national", lang, reader).table("any-absence")
    cells = ("s1y0", "s2y0", "s1y1", "s2y1")
    found = [row[key] for row in table.rows for key in cells]
    wanted = [
        value
        for stage in ("basic", "upper_secondary")
        for kind in ("excused", "illness", "unexcused")
        for value in printed(report, "T7", stage=stage, category=kind)
    ]
    assert found == wanted
    assert sorted(found) == sorted(printed(report, "T7"))


@everyone
def test_table_5_is_shown_as_printed_with_its_computed_total(view, report, lang, reader):
    """Children not registered: nine rows, the total computed and labelled so, abroad beside it."""
    national = view("national", lang, reader)
    table = national.table("unregistered")
    *parts, total = column(table, "children")
    assert parts == printed(report, "T5")
    assert total == sum(parts) == 4545
    assert messages.translate("Total (computed)", lang) == table.rows[-1]["status"]
    beside = column(national.table("unregistered-beside"), "children")
    assert beside == [10809, 625, 1037, 384]
    assert 10809 not in column(table, "children")


@everyone
def test_levels_of_the_unified_school(view, lang, reader):
    """106, 57 and 3 of 166 are 63.9, 34.3 and 1.8 %, printed and computed alike; 167 were visited."""
    frame = view("national", lang, reader).frame("unified-levels")
    assert column(frame.table, "count") == [106, 57, 3]
    for key in ("printed", "computed"):
        assert [round(100 * value, 1) for value in column(frame.table, key)] == [63.9, 34.3, 1.8]
    assert frame.provenance.coverage == (166, 167)
    for share in (0.639, 0.343, 0.018):
        assert numbers.percent(share, lang) in frame.finding
    assert "167" in frame.how_to_read


@languages
def test_other_printed_figures(view, report, lang):
    """Risk signs, accreditation, tasks, complaints, reasons and visits equal the report."""
    national = view("national", lang)
    shares = [
        value
        for key in ("basic", "upper_secondary")
        for value in column(national.table("risk-rules"), key)
        if not isinstance(value, Reason)
    ]
    wanted = printed(report, "S_risk_basic") + printed(report, "S_risk_secondary")
    assert sorted(round(100 * value, 1) for value in shares) == sorted(wanted)
    assessment = national.table("assessment")
    assert column(assessment, "assessed") == [134, 86, 48, 246, 92, 95, 59]
    assert column(assessment, "weak") == [23, 19, 4, 55, 13, 38, 4]
    for table_id, figures in (("tasks", "S_tasks_category"), ("priority-tasks", "S_tasks_priority")):
        assert sorted(column(national.table(table_id), "tasks")) == sorted(printed(report, figures))
    outcomes = column(national.table("complaint-outcomes"), "count")
    assert outcomes == [81, 94, 255, 140, 570]
    supervision = national.table("supervision")
    assert {row["year"]: (row["complaints"], row["inspections"]) for row in supervision.rows} == {
        "2023": (620, 245),
        "2024": (570, 120),
    }
    changes = [(row["complaints_change"], row["inspections_change"]) for row in supervision.rows]
    assert changes[0] == (Reason("x"), Reason("x"))
    assert [round(100 * value, 1) for value in changes[1]] == [-8.1, -51.0]  # 570 of 620, 120 of 245
    reasons = national.table("absence-reasons")
    cases = [value for key in ("n1", "n2") for value in column(reasons, key) if not isinstance(value, Reason)]
    assert sorted(cases) == sorted(printed(report, "S_absence_reasons"))
    criteria = printed(report, "S_unified", unit="institutions")
    assert set(column(national.table("unified-criteria"), "count")) <= set(criteria)


def test_changes_compare_the_same_semester(view):
    """Computed changes: -17.2 % and -9.0 % for the totals, each against its own semester."""
    last = view("national").table("long-absence").rows[-1]
    assert round(100 * last["s1c"], 1) == -17.2
    assert round(100 * last["s2c"], 1) == -9.0
    title = next(c.title for c in view("national", "en").table("long-absence").columns if c.key == "s1c")
    assert "computed" in title


@languages
def test_all_checks_are_there(view, lang):
    """The 40 checks with both values, kind and explanation, as cards and as a table."""
    frame = view("agreement", lang).frame("checks")
    assert column(frame.table, "id") == [f"C{number:02}" for number in range(1, 41)]
    assert len(re.findall(r'<li id="C\d\d">', frame.mark)) == 40
    for row in frame.table.rows:
        assert all(row[key] for key in ("place", "printed", "recomputed", "kind", "handling"))


@languages
def test_checks_are_filtered_by_kind(view, lang):
    """Each kind is an address; the kinds together are the 40 checks; an unknown kind shows all."""
    everything = view("agreement", "en").table("checks").rows
    kinds = Counter(re.sub(r"[^a-z0-9]+", "-", row["kind"].lower()).strip("-") for row in everything)
    found = 0
    for kind, count in kinds.items():
        shown = view("agreement", lang, query=f"veids={kind}").table("checks").rows
        assert len(shown) == count
        assert len({row["kind"] for row in shown}) == 1
        found += count
    assert found == 40
    assert len(view("agreement", lang, query="veids=nothing").table("checks").rows) == 40


@everyone
@pytest.mark.parametrize("name", NAMES)
def test_every_frame_has_its_provenance(view, name, lang, reader):
    """Title, finding, source, as-of date and coverage; report frames name page and report."""
    for frame in view(name, lang, reader).frames():
        assert isinstance(frame, ChartFrame)
        origin = frame.provenance
        assert frame.title
        assert frame.finding
        assert origin.source
        assert origin.counting
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", origin.as_of)
        assert origin.coverage[0] <= origin.coverage[1]
        assert origin.coverage[0] > 0 or frame.table.id == "totals"
        assert origin.release_id == 1
        assert not origin.synthetic
        if name == "national" and frame.table.id != "map-population":
            assert origin.as_of == "2024-12-31"
            assert re.search(r"\d+\. lpp\." if lang == "lv" else r"p\. \d+", origin.source)
        assert "seed" not in f"{origin.source} {origin.note}"


@languages
@pytest.mark.parametrize(("name", "query"), [("national", ""), ("national", "karte=iedzivotaji")])
def test_what_is_drawn_stands_in_the_table(view, lang, name, query):
    """Every number at a mark or an area is a number of the table twin."""
    drawn = re.compile(
        r'<span class="n-value">([^<]+)</span>|<p class="m-key-value">([^<]+)</p>'
        r'|<td role="cell" data-label="[^"]*">([^<]+)</td>|<strong>([^<]+)</strong>'
    )
    checked = 0
    for frame in view(name, lang, query=query).frames():
        texts = {
            format_value(row[c.key], c.kind, lang).lstrip("−")
            for row in frame.table.rows
            for c in frame.table.columns
            if not isinstance(row[c.key], Reason)
        }
        if frame.table.id == "unregistered":  # the children abroad stand in the table beside it
            texts.add(numbers.integer(10809, lang))
        if frame.table.id == "risk-rules":  # printed without decimals where the report has none
            texts |= {text.replace(",0", "").replace(".0", "") for text in texts}
        if frame.mark is not None:
            for groups in drawn.findall(str(frame.mark)):
                for number in NUMBER.findall("".join(groups)):
                    assert number in texts, (frame.table.id, number)
                    checked += 1
        if frame.figure is not None:
            (trace,) = frame.figure["data"]
            assert len(trace["locations"]) == len(trace["z"]) == len(frame.table.rows) == 43
            if frame.table.id == "map-visited":
                yes = messages.translate("yes", lang)
                assert sum(trace["z"]) == sum(row["visited"] == yes for row in frame.table.rows) == 20
            else:
                shown = {text.rsplit(": ", 1)[1] for text in trace["text"]}
                assert shown == {format_value(row["people"], "integer", lang) for row in frame.table.rows}
            checked += 43
    assert checked > 150


def test_both_languages_and_both_readers_see_the_same_numbers(view):
    """Latvian and English, public and ministry: the tables hold the same values."""

    def values(lang: str, reader: str) -> list:
        return [
            (frame.table.id, [cell for row in frame.table.rows for cell in row.values() if isinstance(cell, (int, float))])
            for frame in view("national", lang, reader).frames()
        ]  # fmt: skip

    first = values("lv", "public")
    assert all(values(lang, reader) == first for lang, reader in (("en", "public"), ("lv", "ministry")))


def test_every_text_of_these_pages_is_translated():
    """No msgid of these pages and of the shell lacks its Latvian text."""
    used = {
        message: places
        for message, places in messages.extract().items()
        if any(OWN.match(place.rsplit(":", 1)[0]) or OWN.search(place) for place in places)
    }
    assert len(used) > 400
    assert not messages.missing("lv", used)


@pytest.mark.parametrize("name", NAMES)
def test_no_english_sentence_in_latvian_pages(view, name):
    """No English msgid of several words appears in a Latvian page."""
    known = messages.catalogue("lv").texts
    text = re.sub(r"\s+", " ", view(name).to_html().striptags())
    foreign = [
        english
        for english, latvian in known.items()
        if len(english.split()) > 2 and "{" not in english and english != latvian and english in text
    ]
    assert not foreign


def test_no_printed_number_is_typed_in_the_code(report):
    """Figures come from the database: no value of a thousand or more stands in the page's code."""
    values = {row["value"] for row in report if re.fullmatch(r"\d{4,}", row["value"])}
    values -= {str(year) for year in range(2009, 2031)}
    for path in [*(ROOT / "pages").glob("national*.py"), ROOT / "components" / "published_charts.py"]:
        found = set(re.findall(r"\b\d{4,}\b", path.read_text(encoding="utf-8").replace("_", "")))
        assert not found & values, path.name


def test_without_facts_there_is_nothing_to_add_up(view):
    """A release without facts shows the sign of missing data, never a zero."""
    table = view("agreement").table("totals")
    assert all(row["ours"] == Reason("x") and row["difference"] == Reason("x") for row in table.rows)
    assert {"T5", "T6", "T7"} <= set(published.RECOMPUTED)
    assert sorted(value for value in column(table, "printed") if value in (6968, 9750, 5767, 8873)) == [
        5767,
        6968,
        8873,
        9750,
    ]


def test_a_small_different_sum_is_not_shown(engine, settings, monkeypatch):
    """A recomputed count under ten is shown only where the report printed the same number."""
    monkeypatch.setattr(
        published, "recomputed", lambda reader: {row.id: 6.0 for row in published.tables(reader, "T5")}
    )
    renderer = Renderer(engine, settings, site.not_found)
    table = renderer.view("/metodika/saskana", "", READERS["ministry"]).table("totals")
    rows = [row for row in table.rows if not isinstance(row["ours"], Reason) or row["ours"].code == "c"]
    shown = [row for row in rows if not isinstance(row["ours"], Reason)]
    assert len(rows) == 9
    assert [(row["printed"], row["ours"], row["difference"]) for row in shown] == [(6, 6, 0)]


def test_demonstration_facts_add_up_to_the_report(demo_path, settings):
    """With the demonstration data every sum equals the report but the one that the report contradicts itself (C03)."""
    made = engines.create(f"sqlite:///{demo_path}", read_only=True)
    table = (
        Renderer(made, settings, site.not_found)
        .view("/metodika/saskana", "", READERS["public"])
        .table("totals")
    )
    made.dispose()
    different = [row for row in table.rows if row["difference"] != 0]
    assert [(row["printed"], row["ours"]) for row in different] == [(21, 20)]


def test_home_begins_with_the_own_unit(engine, settings, view):
    """A signed-in reader's own municipality comes first; the public sees no such block."""
    renderer = Renderer(engine, settings, site.not_found)
    scope = Scope(role="municipality", municipalities=frozenset({"LV0001000"}), label="Rīga", user="test")
    html = renderer.view("/", "", scope).to_html()
    assert "Rīgas valstspilsēta" in html[: html.index("n-entries")]
    assert "n-own" not in view("home").to_html()


@languages
def test_home_tells_release_and_loads(view, lang):
    """The news name the release, its date and every source that was loaded."""
    frame = view("home", lang).frame("news")
    names = (
        "sources", "stages", "municipalities", "annual_report_2024", "annual_report_2024_checks_lv",
        "national_series", "absence_published_points", "deflator", "labour_market",
    )  # fmt: skip
    lines = 0
    for name in names:
        with (ROOT / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            lines += len(list(csv.DictReader(stream)))
    assert sum(column(frame.table, "files")) == len(names)
    assert sum(column(frame.table, "rows")) == lines
    assert numbers.date_short("2024-12-31", lang) in frame.finding


def test_map_takes_the_geometry_of_the_settings(view, settings):
    """The address of the boundaries carries their hash, and the file is the one of the settings."""
    (frame,) = [frame for frame in view("national").frames() if frame.figure]
    assert frame.figure["data"][0]["geojson"] == geometry.geometry_url(settings)
    assert geometry.files(settings) == {geometry.NAME: settings.geometry}


def test_kind_of_a_check_is_one_address_in_both_languages(engine):
    """The slug of a kind comes from the English word, so that links survive the change of language."""
    with engine.begin() as connection:
        from data_access.reading import Reader, current_release

        rows = published.checks(Reader(connection, current_release(connection), Scope.public()))
    assert {agreement.kind_slug(row) for row in rows} >= {"contradiction", "rounding", "agree"}
    assert len({row.kind_lv for row in rows}) == len({agreement.kind_slug(row) for row in rows})


@languages
def test_statement_names_rule_contact_and_date(view, settings, lang):
    """The accessibility statement has the regulation, the standard, the contact and its date."""
    text = view("accessibility", lang).to_html().striptags()
    for part in ("445", "LVS EN 301 549", settings.contact, numbers.date_short("2026-11-21", lang)):
        assert part.replace(numbers.NBSP, " ") in text


def test_a_reason_in_two_languages_is_told_in_one():
    """A reason written in both languages stands in the page's own; one in Latvian is marked on English pages."""
    from pages.home import _as_written

    assert _as_written("Demonstrācijas dati | Demonstration data", "lv") == "Demonstrācijas dati"
    assert _as_written("Demonstrācijas dati | Demonstration data", "en") == "Demonstration data"
    assert _as_written("Labots 1 < 2", "en") == '<span lang="lv">Labots 1 &lt; 2</span>'
