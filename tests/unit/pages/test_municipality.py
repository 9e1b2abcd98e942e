"""The municipality's page: the right counts in the right order, and no level where none may stand."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
import sqlite3

import pytest

from access.pages import REGISTRY, Request
from components import marks
from components.tables import Reason
from data_access import engine as engines
from data_access import schema
from data_access.queries import municipality as query
from data_access.queries.institution import enrolment
from data_access.reading import reading
from data_access.scope import Scope
from indicators.catalogue import INDICATORS
from indicators.stages import is_whole
from language import numbers
from pages import municipality as page

RISKS = [code for code in INDICATORS if code.startswith("R")]
LEVEL_WORDS = {
    marks.level_word(level, sure, lang)
    for lang in ("lv", "en")
    for level in ("high", "medium")
    for sure in ("certain", "possible")
} | {"zems risks", "low risk", "augsts risks", "vidējs risks", "high risk", "medium risk"}
MINISTRY = Scope(role="ministry", user="test")


@pytest.fixture(scope="module")
def sql(demo_path):
    """The demonstration database, read directly."""
    connection = sqlite3.connect(demo_path)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def renderer(demo_app):
    return demo_app.site.renderer


@pytest.fixture(scope="module")
def accounts(demo_app):
    return demo_app.server.extensions["ikms_demo_accounts"]


@pytest.fixture(scope="module")
def own_code(accounts):
    (code,) = accounts["municipality"].municipalities
    return code


@pytest.fixture(scope="module")
def codes(sql):
    return [row["code"] for row in sql.execute("SELECT code FROM municipality ORDER BY code")]


def plain(view) -> str:
    """The words of a view, in small letters."""
    return html.unescape(re.sub(r"<[^>]+>", " ", str(view.to_html()))).lower().replace("\u00ad", "")


def level_words_in(view) -> set[str]:
    """Every level word in the view, attributes and exports included."""
    text = html.unescape(str(view.to_html())).lower().replace("\u00ad", "")
    text += " ".join(frame.table.to_csv().lower() for frame in view.frames())
    return {word for word in LEVEL_WORDS if word in text}


def newest(sql) -> dict[tuple[str, str], tuple[int, int]]:
    rows = sql.execute(
        "SELECT indicator_id, stage, school_year, semester FROM indicator_distribution"
        " WHERE release_id = (SELECT release_id FROM release_pointer) ORDER BY school_year, semester"
    )
    return {(row["indicator_id"], row["stage"]): (row["school_year"], row["semester"]) for row in rows}


def detail(sql, code: str, kind: str = "institution") -> list[sqlite3.Row]:
    """Exact rows of a municipality's units in the newest periods."""
    periods = newest(sql)
    rows = sql.execute(
        "SELECT * FROM indicator_value WHERE release_id = (SELECT release_id FROM release_pointer)"
        " AND municipality_code = ? AND unit_kind = ? AND indicator_id LIKE 'R%'",
        (code, kind),
    )
    return [
        row
        for row in rows
        if periods.get((row["indicator_id"], row["stage"])) == (row["school_year"], row["semester"])
    ]


def open_institutions(sql, code: str) -> dict[str, sqlite3.Row]:
    day = sql.execute("SELECT max(as_of) FROM release").fetchone()[0]
    rows = sql.execute(
        "SELECT * FROM institution WHERE municipality_code = ? AND valid_from <= ?"
        " AND (valid_to IS NULL OR valid_to >= ?)",
        (code, day, day),
    )
    return {str(row["id"]): row for row in rows if row["type"] in page.TYPES}


# --- everything opens -------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_municipality_opens_for_everybody(renderer, accounts, codes, own_code, prefix):
    """In both languages, for the public, a municipality and the ministry; never a level for the public."""
    for code in codes:
        address = f"{prefix}/pasvaldiba/{code}"
        for scope in (Scope.public(), MINISTRY, accounts["municipality"]):
            view = renderer.view(address, "", scope)
            assert view.status == 200, address
            found = level_words_in(view)
            if scope.role == "public" or (scope.role == "municipality" and code != own_code):
                assert not found, (address, scope.role, found)
            elif open_names_expected(view):
                assert found, (address, scope.role)


def open_names_expected(view) -> bool:
    """Is this the page of those in charge, with something to judge?"""
    table = view.table("saraksts")
    return table is not None and bool(table.rows)


def test_unknown_codes_are_not_found(renderer):
    for path in ("/pasvaldiba/LV9999999", "/pasvaldiba/LV1", "/pasvaldiba/Riga"):
        assert renderer.view(path, "", MINISTRY).status == 404


@pytest.mark.parametrize("indicator", RISKS)
def test_every_indicator_can_be_chosen(renderer, accounts, own_code, indicator):
    for scope in (Scope.public(), accounts["municipality"]):
        for more in ("", "&kartot=vertiba", "&salidz=basic", "&posms=upper_secondary&tips=secondary"):
            view = renderer.view(f"/pasvaldiba/{own_code}", f"raditajs={indicator}{more}", scope)
            assert view.status == 200
            view.to_html()


def test_other_municipalities_are_as_for_the_public(renderer, accounts, own_code, codes):
    """Outside its own municipality an account gets the public's page: same blocks, same protected values."""
    other = next(code for code in codes if code != own_code)
    seen = renderer.view(f"/pasvaldiba/{other}", "", accounts["municipality"])
    public = renderer.view(f"/pasvaldiba/{other}", "", Scope.public())
    assert [frame.table.id for frame in seen.frames()] == [frame.table.id for frame in public.frames()]
    for name in ("iestades", "vertibas"):
        assert seen.table(name).values() == public.table(name).values()
    assert seen.table("saraksts") is None


# --- the triage list ----------------------------------------------------------------------------------


def recount(sql, code: str) -> dict[str, dict[str, int]]:
    """What the list should say, counted here from the stored rows."""
    rank = {"low": 1, "medium": 2, "high": 3}
    units = open_institutions(sql, code)
    by_unit: dict[str, dict[str, list]] = {key: {} for key in units}
    for row in detail(sql, code):
        if row["unit_id"] in units:
            by_unit[row["unit_id"]].setdefault(row["indicator_id"], []).append(row)
    result = {}
    for key, found in by_unit.items():
        worst = []
        for rows in found.values():
            level = max(rank.get(row["level"], 0) for row in rows)
            if level == 0:
                worst.append(None)
                continue
            same = [row for row in rows if rank.get(row["level"], 0) == level]
            same.sort(
                key=lambda row: (row["certainty"] == "certain", row["persistence"] or 0, row["is_new"] or 0)
            )
            worst.append(same[-1])
        flags = [row for row in worst if row is not None and row["level"] != "low"]
        result[units[key]["name"]] = {
            "high": sum(row["level"] == "high" for row in flags),
            "medium": sum(row["level"] == "medium" for row in flags),
            "certain": sum(row["certainty"] == "certain" for row in flags),
            "certain_high": sum(row["certainty"] == "certain" and row["level"] == "high" for row in flags),
            "lasting": sum((row["persistence"] or 0) >= 2 for row in flags),
            "new": sum(row["is_new"] == 1 for row in flags),
            "unknown": sum(row is None for row in worst),
        }
    return result


@pytest.mark.parametrize("code", [None, "LV0001000", "LV0055000", "LV0025000", "LV0038000"])
def test_counts_equal_a_recount_of_the_values(renderer, sql, own_code, code):
    code = code or own_code
    expected = recount(sql, code)
    table = renderer.view(f"/pasvaldiba/{code}", "radit=visas", MINISTRY).table("saraksts")
    found = {row["name"]: {key: row[key] for key in next(iter(expected.values()))} for row in table.rows}
    assert found == expected


def test_list_stands_in_the_order_it_promises(renderer, sql, own_code):
    keys = {row["name"]: row["sort_key"] for row in open_institutions(sql, own_code).values()}
    for query_string in ("", "radit=visas"):
        rows = renderer.view(f"/pasvaldiba/{own_code}", query_string, MINISTRY).table("saraksts").rows
        order = [(-r["certain_high"], -r["lasting"], -r["new"], keys[r["name"]]) for r in rows]
        assert order == sorted(order)
        assert len(rows) > 1


def test_only_the_unusual_at_first(renderer, own_code):
    """By default only institutions with a certain medium or high risk; the first sentence counts all."""
    everyone = renderer.view(f"/pasvaldiba/{own_code}", "radit=visas", MINISTRY)
    unusual = renderer.view(f"/pasvaldiba/{own_code}", "", MINISTRY)
    names = [row["name"] for row in everyone.table("saraksts").rows if row["certain"]]
    assert [row["name"] for row in unusual.table("saraksts").rows] == names
    assert everyone.lead == unusual.lead
    assert str(unusual.lead).startswith(f"{len(everyone.table('saraksts').rows)} ")


def test_filters_by_type_and_stage(renderer, sql, own_code):
    kinds = {row["name"]: row["type"] for row in open_institutions(sql, own_code).values()}
    rows = renderer.view(f"/pasvaldiba/{own_code}", "radit=visas&tips=basic", MINISTRY).table("saraksts").rows
    assert {row["name"] for row in rows} == {name for name, kind in kinds.items() if kind == "basic"}
    rows = renderer.view(f"/pasvaldiba/{own_code}", "radit=visas&posms=upper_secondary", MINISTRY)
    have = {row["unit_id"] for row in detail(sql, own_code) if row["stage"] == "upper_secondary"}
    names = {row["name"] for key, row in open_institutions(sql, own_code).items() if key in have}
    assert {row["name"] for row in rows.table("saraksts").rows} == names


def test_nothing_unusual_is_said_and_leads_on(renderer, codes):
    """A list without a certain risk says so and offers all institutions; the grid shows them."""
    for code in codes:
        for kind in page.TYPES:
            view = renderer.view(f"/pasvaldiba/{code}", f"tips={kind}", MINISTRY)
            table = view.table("saraksts")
            if table is None or table.rows or not view.table("rezgis").rows:
                continue
            assert f'href="/pasvaldiba/{code}?tips={kind}&amp;radit=visas"' in str(
                view.frame("saraksts").mark
            )
            assert view.frame("saraksts").finding
            return
    pytest.fail("every type everywhere has a certain risk")


def test_one_stage_counts_like_the_page_of_an_institution(renderer, own_code):
    """With a stage chosen, the row and the institution's own page give the same number of high risks."""
    institution = pytest.importorskip("pages.institution")
    with reading(renderer._engine, MINISTRY) as reader:
        units = {unit.name: unit for unit in page.units.institutions_of(reader, own_code)}
        for stage in ("basic", "upper_secondary"):
            view = renderer.view(f"/pasvaldiba/{own_code}", f"radit=visas&posms={stage}", MINISTRY)
            for row in view.table("saraksts").rows:
                params = {"reg_no": units[row["name"]].reg_no, "posms": stage}
                school = institution.School(Request(reader, "lv", params, "institution", None))
                entries = school.entries(stage)
                assert row["high"] == sum(one.level == "high" for one in entries), row["name"]
                assert row["medium"] == sum(one.level == "medium" for one in entries), row["name"]


def test_csv_is_the_page(signed_in, renderer, accounts, own_code):
    """The file has the rows of the page, in its order and with its numbers."""
    reader = signed_in("municipality")
    for more in ("", "?radit=visas", "?tips=basic&radit=visas"):
        answer = reader.get(f"/eksports/csv/saraksts/pasvaldiba/{own_code}{more}")
        assert answer.status_code == 200
        lines = [
            line for line in answer.data.decode("utf-8-sig").splitlines() if not line.startswith(("#", '"#'))
        ]
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=";"))
        view = renderer.view(f"/pasvaldiba/{own_code}", more.lstrip("?"), accounts["municipality"])
        table = view.table("saraksts")
        assert len(rows) - 1 == len(table.rows)
        for line, row in zip(rows[1:], table.rows, strict=True):
            assert line[0] == row["name"]
            numbers_of_it = [
                str(row[key]) for key in ("high", "medium", "certain", "certain_high", "lasting", "new")
            ]
            assert line[3:9] == numbers_of_it
        drawn = re.findall(
            r'role="rowheader" scope="row"><a[^>]*>([^<]+)</a>', str(view.frame("saraksts").mark)
        )
        assert [html.unescape(name) for name in drawn] == [row["name"] for row in table.rows]


def test_public_gets_no_file_of_the_list(client, own_code):
    for name in ("saraksts", "rezgis", "limenis-parmainas", "parklajums"):
        assert client.get(f"/eksports/csv/{name}/pasvaldiba/{own_code}").status_code == 404


def test_chance_is_the_sum_of_what_is_left(sql, own_code):
    """Expected chance flags are the sum of 1 - P over the flags; size bands have none."""
    cells = [query.Cell._make(row[name] for name in query.Cell._fields) for row in detail(sql, own_code)]
    expected, known = query.expected_by_chance(cells)
    total = count = 0
    for cell in cells:
        if cell.level in ("medium", "high"):
            p = cell.probability_high if cell.level == "high" else cell.probability_medium
            if p is not None:
                total, count = total + 1 - p, count + 1
    assert (round(expected, 9), known) == (round(total, 9), count)
    assert 0 < expected < known
    assert all(cell.probability is None for cell in cells if cell.indicator_id in ("R05", "R07"))


def test_card_of_a_release_says_what_the_values_say(demo_path, tmp_path, codes):
    """The roll-up that a page reads holds the same cells as the values themselves."""
    path = tmp_path / "monitoring.sqlite"
    shutil.copy(demo_path, path)
    engine = engines.create(f"sqlite:///{path}")
    cards = schema.page_card.delete().where(schema.page_card.c.kind == "municipality")
    with engine.begin() as connection:
        connection.execute(cards)
    with reading(engine, MINISTRY) as reader:
        release_id = reader.release.id
        before = {code: query.cells(reader, code) for code in codes}
    with engine.begin() as connection:
        query.roll_up_municipalities(connection, release_id)
    with reading(engine, MINISTRY) as reader:
        for code in codes:
            after = query.cells(reader, code)
            assert {key: set(cells) for key, cells in after.items()} == {
                key: set(cells) for key, cells in before[code].items()
            }
    with reading(engine, Scope.public()) as reader:
        assert not any(query.cells(reader, code) for code in codes)
    engine.dispose()
    assert sum(map(len, before.values())) > 500


def test_learners_are_those_of_the_institutions_own_page(demo_path, sql, own_code):
    """The list and the head of a school's page tell the same count, the last one of the newest year."""
    engine = engines.create(f"sqlite:///{demo_path}", read_only=True)
    with reading(engine, MINISTRY) as reader:
        told = query.pupils(reader, own_code)
        own = {int(key): enrolment(reader, int(key), own_code) for key in open_institutions(sql, own_code)}
    engine.dispose()
    newest_year = max(one.school_year for one in own.values() if one)
    same = {key: one.total for key, one in own.items() if one and one.school_year == newest_year}
    assert len(same) > 10
    assert {key: told[key] for key in same} == same


# --- values of the municipality ------------------------------------------------------------------------


def test_municipal_value_comes_from_counts(renderer, sql, codes):
    """Sum of numerators over sum of denominators of its institutions, never a mean of their values."""
    compared = 0
    for code in codes:
        sums: dict[tuple[str, str], list[float]] = {}
        for row in detail(sql, code):
            if row["value"] is not None or (row["denominator"] is not None and row["numerator"] is not None):
                pair = sums.setdefault((row["indicator_id"], row["stage"]), [0.0, 0.0])
                pair[0] += row["numerator"]
                pair[1] += row["denominator"]
        with reading(renderer._engine, MINISTRY) as reader:
            areas = query.area_values(reader, code)
        for one in areas:
            if one.own.value is None:
                continue
            numerator, denominator = sums[one.indicator_id, one.stage]
            assert one.own.value == pytest.approx(numerator / denominator, rel=1e-9, abs=1e-12)
            compared += 1
    assert compared > 500


def test_table_of_values_prints_them(renderer, own_code, accounts):
    view = renderer.view(f"/pasvaldiba/{own_code}", "", accounts["municipality"])
    with reading(renderer._engine, accounts["municipality"]) as reader:
        areas = query.area_values(reader, own_code)
    rows = view.table("vertibas").rows
    assert len(rows) == len(areas)
    for row, one in zip(rows, areas, strict=True):
        if one.indicator_id == "R03":
            assert row["value"] == numbers.percent(one.own.value, "lv")
            assert row["reached"] == numbers.counts(*one.coverage, "lv")


def test_sum_over_one_or_two_institutions_is_not_public(renderer, codes):
    """Outside the own scope a municipal value stands only on three institutions or more."""
    hidden = 0
    for code in codes:
        with reading(renderer._engine, Scope.public()) as reader:
            areas = query.area_values(reader, code)
        for one in areas:
            if one.coverage.delivered < 3:
                assert one.own.value is None
                assert one.own.reason == "c"
                hidden += 1
    view = renderer.view("/pasvaldiba/LV0001000", "raditajs=R03&salidz=upper_secondary", Scope.public())
    for row in view.table("pasvaldibas").rows:
        assert row["reached"] >= 3 or isinstance(row["value"], Reason)
        hidden += row["reached"] in (1, 2)
    assert hidden


def test_coverage_counts_who_delivered(renderer, sql):
    with reading(renderer._engine, MINISTRY) as reader:
        covered = query.coverage(reader)
    for code in ("LV0001000", "LV0025000", "LV0055000"):
        rows = [row for row in detail(sql, code) if row["indicator_id"] == "R03" and row["stage"] == "basic"]
        late = sum(row["reason"] == "x" for row in rows)
        assert covered["R03", "basic", code] == (len(rows) - late, len(rows))


# --- closed, merged, not delivered ------------------------------------------------------------------------


def test_who_has_not_delivered(renderer, sql, codes):
    """The names are those with a row 'not delivered'; closed institutions are never among them."""
    named = 0
    for code in codes:
        view = renderer.view(f"/pasvaldiba/{code}", "", MINISTRY)
        table = view.table("parklajums")
        if table is None:
            continue
        units = open_institutions(sql, code)
        rows = [row for row in detail(sql, code) if row["unit_id"] in units]
        closed = {
            row["name"]
            for row in sql.execute(
                "SELECT name FROM institution WHERE municipality_code = ? AND valid_to IS NOT NULL", (code,)
            )
        }
        by_name = {INDICATORS[risk].text("lv").short_name: risk for risk in RISKS}
        for line in table.rows:
            of_it = [row for row in rows if row["indicator_id"] == by_name[line["name"]]]
            late = {units[row["unit_id"]]["name"] for row in of_it if row["reason"] == "x"}
            assert line["due"] == len({row["unit_id"] for row in of_it})
            assert line["due"] - line["reached"] == len(late)
            text = html.unescape(str(line["missing"]))
            assert all(name in text for name in late)
            assert not any(f">{name}<" in text for name in closed)
            named += len(late)
    assert named


def test_closed_and_merged_schools_with_date_and_successor(renderer, sql):
    row = sql.execute("SELECT * FROM institution WHERE name = 'Strazdnoru pamatskola'").fetchone()
    view = renderer.view(f"/pasvaldiba/{row['municipality_code']}", "", Scope.public())
    line = next(line for line in view.table("slegtas").rows if line["name"] == row["name"])
    assert line["date"] == "31.08.2020."
    assert "Cīruļpļavu vidusskola" in line["fate"]
    for scope in (Scope.public(), MINISTRY):
        view = renderer.view(f"/pasvaldiba/{row['municipality_code']}", "radit=visas", scope)
        for name in ("saraksts", "iestades"):
            table = view.table(name)
            assert table is None or row["name"] not in {line["name"] for line in table.rows}


def test_merged_municipality_names_its_successor(renderer):
    view = renderer.view("/pasvaldiba/LV0055000", "", Scope.public())
    assert "30.06.2025." in plain(view)
    assert 'href="/pasvaldiba/LV0038001"' in str(view.to_html())
    successor = renderer.view("/pasvaldiba/LV0038001", "", MINISTRY)
    assert successor.status == 200
    for code in ("LV0038000", "LV0055000"):
        assert f'href="/pasvaldiba/{code}"' in str(successor.to_html())


# --- a school among the others ------------------------------------------------------------------------------


def test_school_finds_its_own_line_exact(renderer, sql, accounts):
    (key,) = accounts["school"].institutions
    unit = sql.execute("SELECT * FROM institution WHERE id = ?", (key,)).fetchone()
    code = unit["municipality_code"]
    exact = next(
        row
        for row in detail(sql, code)
        if row["unit_id"] == str(key) and row["indicator_id"] == "R03" and not is_whole(row["stage"])
    )
    view = renderer.view(f"/pasvaldiba/{code}", f"raditajs=R03&salidz={exact['stage']}", accounts["school"])
    public = renderer.view(f"/pasvaldiba/{code}", f"raditajs=R03&salidz={exact['stage']}", Scope.public())
    mine = {row["name"]: row["value"] for row in view.table("iestades").rows}
    theirs = {row["name"]: row["value"] for row in public.table("iestades").rows}
    assert mine.pop(unit["name"]) == numbers.percent(exact["value"], "lv")
    theirs.pop(unit["name"])
    assert mine == theirs
    assert marks.level_word(exact["level"], exact["certainty"], "lv") in plain(view)
    assert view.table("saraksts") is None


# --- all municipalities ------------------------------------------------------------------------------------


def test_list_of_municipalities(renderer, sql):
    view = renderer.view("/pasvaldibas", "", Scope.public())
    day = sql.execute("SELECT max(as_of) FROM release").fetchone()[0]
    rows = sql.execute(
        "SELECT m.name_full, m.sort_key, r.name_lv AS region,"
        " (SELECT count(*) FROM institution i WHERE i.municipality_code = m.code AND i.valid_from <= :day"
        "  AND (i.valid_to IS NULL OR i.valid_to >= :day)) AS total"
        " FROM municipality m JOIN region r ON r.code = m.region_code"
        " WHERE m.valid_from <= :day AND (m.valid_to IS NULL OR m.valid_to >= :day)"
        " ORDER BY r.name_lv, m.sort_key",
        {"day": day},
    ).fetchall()
    found = [(row["name"], row["region"], row["total"]) for row in view.table("pasvaldibas").rows]
    assert found == [(row["name_full"], row["region"], row["total"]) for row in rows]
    merged = {row["name"]: row["successor_href"] for row in view.table("apvienotas").rows}
    assert merged["Varakļānu novads"] == "/pasvaldiba/LV0038001"
    assert renderer.view("/en/pasvaldibas", "", MINISTRY).status == 200


def test_links_lead_to_pages_that_exist(renderer, accounts, own_code):
    """Every address on the page belongs to a registered page."""
    from access.pages import match

    view = renderer.view(f"/pasvaldiba/{own_code}", "radit=visas", accounts["municipality"])
    for address in set(re.findall(r'href="(/[^"#]*)', str(view.to_html()))):
        if address.startswith("/eksports/"):
            continue
        path, _sep, found = html.unescape(address).partition("?")
        assert match(path, found) is not None, address
    assert "municipalities" in REGISTRY
