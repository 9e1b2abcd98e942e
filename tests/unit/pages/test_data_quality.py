"""/datu-kvalitate : the numbers can be recounted, the order follows the reader, nobody is named to strangers."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import select

from components.chart_frame import ChartFrame, Provenance
from components.tables import Column, Table
from data_access import engine as engines
from data_access.deliveries import as_of_by_table, deliveries, freshness
from data_access.queries import coverage
from data_access.reading import reading
from data_access.schema import indicator_value
from data_access.scope import Scope
from indicators.completeness import is_incomplete, may_aggregate
from pages import data_quality, exports

ALL = Scope(role="ministry", user="tests")


@pytest.fixture(scope="module")
def engine(demo_path):
    """A reading engine over the demonstration data."""
    made = engines.create(f"sqlite:///{demo_path}", read_only=True)
    yield made
    made.dispose()


def view_of(app, scope: Scope, query: str = "", lang: str = ""):
    found = app.site.renderer.view(f"{lang}/datu-kvalitate", query, scope)
    assert found.status == 200
    return found


def test_matrix_can_be_recounted(engine):
    """Each cell, counted anew from the exact values: institutions with a row of the newest period, less those
    that have the reason x in one of its stages."""
    table = indicator_value
    with reading(engine, ALL) as reader:
        found = coverage.coverage(reader)
        rows = reader.connection.execute(
            select(
                table.c.unit_id,
                table.c.municipality_code,
                table.c.indicator_id,
                table.c.stage,
                table.c.school_year,
                table.c.semester,
                table.c.reason,
            ).where(table.c.release_id == reader.release.id, table.c.unit_kind == "institution")
        ).all()
    newest: dict = defaultdict(int)
    for row in rows:
        series = (row.indicator_id, row.stage)
        newest[series] = max(newest[series], row.school_year * 10 + row.semester)
    expected, silent = defaultdict(set), defaultdict(set)
    for row in rows:
        if row.school_year * 10 + row.semester == newest[row.indicator_id, row.stage]:
            key = (row.municipality_code, row.indicator_id)
            expected[key].add(row.unit_id)
            if row.reason == "x":
                silent[key].add(row.unit_id)
    told = {
        (code, name): (cell.delivered, cell.expected)
        for code, row in found.cells.items()
        for name, cell in row.items()
        if name != coverage.UNREGISTERED
    }
    assert told == {key: (len(units) - len(silent[key]), len(units)) for key, units in expected.items()}
    assert sum(n < expected for n, expected in told.values()) > 10


@pytest.mark.parametrize("lang", ["", "/en"])
def test_order_follows_the_reader(demo_app, lang):
    """Holes first for the ministry, completeness first for the public."""
    first = {
        account: next(view_of(demo_app, scope, lang=lang).frames()).table.id
        for account, scope in (("public", Scope.public()), ("ministry", ALL))
    }
    assert first == {"public": "completeness", "ministry": "matrix"}


def test_only_own_institutions_are_named(demo_app, engine):
    """A municipality reads the names of its own missing institutions, the public and a neighbour none."""
    with reading(engine, ALL) as reader:
        missing = coverage.missing(reader)
    names = {one.name for one in missing}
    own_code = missing[0].municipality_code
    own = {one.name for one in missing if one.municipality_code == own_code}
    scope = Scope(role="municipality", municipalities=frozenset({own_code}), label="own")
    shown = str(view_of(demo_app, scope).to_html())
    assert all(name in shown for name in own)
    assert not any(name in shown for name in names - own)
    public = str(view_of(demo_app, Scope.public()).to_html())
    assert not any(name in public for name in names)
    everything = str(view_of(demo_app, ALL).to_html())
    assert all(name in everything for name in names)


def test_tables_agree_with_one_another(demo_app):
    """Delivered and expected by indicator are the sums of the matrix; the list of holes holds its partial cells."""
    tables = {frame.table.id: frame.table for frame in view_of(demo_app, Scope.public()).frames()}
    sums: dict = defaultdict(lambda: [0, 0])
    partial = 0
    for row in tables["matrix"].rows:
        for name, cell in row.items():
            if name != "name" and isinstance(cell, str):
                n, expected = (int(part) for part in cell.replace(" no ", " ").split())
                sums[name][0] += n
                sums[name][1] += expected
                partial += n < expected
    told = {
        row["name"].split(" ")[0]: [row["delivered"], row["expected"]] for row in tables["completeness"].rows
    }
    for name, total in sums.items():
        assert told["Nereģistrētie" if name == coverage.UNREGISTERED else name] == total
    assert len(tables["holes"].rows) == partial
    assert all(row["who"] for row in tables["holes"].rows)


def test_only_incomplete_municipalities_on_demand(demo_app):
    """The choice leaves the rows with a hole."""
    whole = view_of(demo_app, Scope.public()).table("matrix").rows
    part = view_of(demo_app, Scope.public(), "?radit=nepilnigas").table("matrix").rows
    assert 0 < len(part) < len(whole)
    for row in part:
        assert any(
            isinstance(cell, str) and len(set(cell.split(" no "))) == 2
            for name, cell in row.items()
            if name != "name"
        )


def test_loads_add_up(demo_app):
    """Rows read = loaded + set aside + declared, of each file and of all together."""
    rows = view_of(demo_app, Scope.public()).table("loads").rows
    assert len(rows) > 25
    for row in rows:
        assert row["read"] == row["loaded"] + row["quarantined"] + row["declared"]


def test_csv_has_the_rows_of_the_page(client, demo_app):
    """The export of the matrix is the matrix."""
    text = client.get("/eksports/csv/matrix/datu-kvalitate").get_data().decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=";") if not row[0].startswith("#")]
    table = view_of(demo_app, Scope.public()).table("matrix")
    assert rows[0] == [column.title for column in table.columns]
    assert len(rows) - 1 == len(table.rows)


@pytest.mark.parametrize(
    ("as_of", "today", "state", "late", "following"),
    [
        # due on 31 January and 30 June: data as of 31 December answer the January delivery
        ("2024-12-31", date(2025, 1, 15), "on_time", 0, date(2025, 1, 31)),
        ("2024-12-31", date(2025, 2, 15), "on_time", 0, date(2025, 6, 30)),
        ("2024-06-30", date(2025, 1, 31), "late", 0, date(2025, 6, 30)),
        ("2024-06-30", date(2025, 2, 10), "late", 10, date(2025, 6, 30)),
        ("2024-06-30", date(2025, 3, 3), "overdue", 31, date(2025, 6, 30)),
        (None, date(2025, 2, 10), "never", 10, date(2025, 6, 30)),
    ],
)
def test_what_is_late(as_of, today, state, late, following):
    """A delivery is late when the data are not newer than the delivery before it."""
    found = freshness(((1, 31), (6, 30)), as_of, today)
    assert (found.state, found.late, found.next) == (state, late, following)


def test_every_fact_has_a_deliverer():
    """No fact table without somebody who must deliver it; the declared data set names its batches."""
    from data_access.schema import FACTS

    known = deliveries()
    assert {f"fact_{name}" for name in FACTS} <= set(known)
    assert "absence" in known["fact_absence"].ids
    assert (
        as_of_by_table({"absence": "2025-01-31", "fact_absence": "2024-12-31"})["fact_absence"]
        == "2025-01-31"
    )


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        (None, "none"),
        (coverage.Cell(0, 0, 0, 0), "none"),
        (coverage.Cell(10, 10, 2, 1), "complete"),
        (coverage.Cell(10, 10, 0, 1), "protected"),
        (coverage.Cell(7, 10, 1, 0), "part"),
        (coverage.Cell(6, 10, 1, 0), "too_few"),
    ],
)
def test_states_of_a_cell(cell, state):
    """Seven of ten is still added up, six of ten is not."""
    assert data_quality.state_of(cell) == state


def test_limits_of_completeness():
    """95 % and 70 % themselves are enough."""
    assert [is_incomplete(n, 100) for n in (94, 95, 100)] == [True, False, False]
    assert [may_aggregate(n, 100) for n in (69, 70, 100)] == [False, True, True]


@pytest.mark.parametrize(
    ("coverage_of", "bodies", "lv"),
    [
        ((95, 100), True, ""),
        ((94, 100), True, "Nepilnīgi: datus iesniegušas 94 no 100."),
        ((69, 100), True, "Datus iesniegušas mazāk nekā 70 % (69 no 100): skaitlis neraksturo visu kopumu."),
        ((1, 100), False, ""),
        (None, True, ""),
    ],
)
def test_incomplete_figures_are_marked(coverage_of, bodies, lv):
    """Under 95 % a frame says so beside its finding, on the page and in every export."""
    origin = Provenance(
        source="s", as_of="2024-12-31", coverage=coverage_of, bodies=bodies, release_id=1, counting="c"
    )
    frame = ChartFrame(
        title="T", finding="F", table=Table("t", "c", [Column("a", "A")], [{"a": "1"}], "lv"),
        provenance=origin, lang="lv", address="/",
    )  # fmt: skip
    text = str(frame.to_html()).replace("\u00a0", " ")
    exported = [line.replace("\u00a0", " ") for line in exports.heading(frame)]
    assert ('class="incomplete"' in text) == bool(lv)
    assert not lv or (lv in text and lv in exported)


@pytest.mark.parametrize("path", ["/kavejumi", "/neregistretie"])
def test_own_municipality_comes_first(signed_in, client, path):
    """A municipality finds the way to its own page before anything else; the public and the ministry have none."""
    link = f'href="{path}?pasvaldiba='
    own = signed_in("municipality").get(path).get_data(as_text=True)
    main = own[own.index("<main") :]
    assert link in main[: main.index("<form")]
    for reader in (client, signed_in("ministry")):
        text = reader.get(path).get_data(as_text=True)
        main = text[text.index("<main") :]
        assert link not in main[: main.index("<form")]


def test_absence_headline_leaves_preschool_out(client, engine):
    """8,873 absentees in all, 45 of them in preschool, which counts days: the share is that of the others."""
    with reading(engine, ALL) as reader:
        counts = {
            row.stage: (row.long_unexcused, row.pupils)
            for row in coverage.absence_sources(reader)
            if row.source_code == "e_journals"
        }
    (absent, pupils), (young, small) = counts["total"], counts["preschool"]
    assert (absent, young) == (8873, 45)
    share = f"{100 * (absent - young) / (pupils - small):.1f}%"
    text = client.get("/en/kavejumi").get_data(as_text=True)
    assert f"8,873 learners ({share} without preschool)" in text
