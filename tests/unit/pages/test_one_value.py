"""One school, one period, one value: on every page, in every export, in both planes, for a random sample."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import defaultdict

import pytest
from sqlalchemy import String, cast, select

from components import marks
from components.tables import Reason
from data_access import engine as engines
from data_access.queries.accounts import demo_scopes
from data_access.schema import indicator_released, indicator_value, institution, release, release_pointer
from data_access.scope import Scope
from indicators import stages
from indicators.catalogue import INDICATORS
from indicators.model import UNITS

pytestmark = pytest.mark.slow

SEED, SAMPLE = 20261121, 1000
PUBLIC = Scope.public()
WHOLE = "whole"
PLACES = {stages.name(code, "lv").casefold(): code for code in stages.NAMES if not stages.is_whole(code)}
NUMBER = re.compile(r"[+\-]?\d+(?:,\d+)?")


# --- the sample -------------------------------------------------------------------------------------


def newest(connection, table) -> list:
    """Rows of institutions in the newest period of their series, with registration number and last day."""
    current = select(release_pointer.c.release_id).scalar_subquery()
    periods = {}
    for code, stage, year, semester in connection.execute(
        select(table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester).where(
            table.c.release_id == current, table.c.unit_kind == "country"
        )
    ):
        periods[code, stage] = max(periods.get((code, stage), (0, 0)), (year, semester))
    found = connection.execute(
        select(table, institution.c.reg_no, institution.c.valid_to)
        .join(institution, cast(institution.c.id, String) == table.c.unit_id)
        .where(
            table.c.release_id == current,
            table.c.unit_kind == "institution",
            table.c.school_year >= min(year for year, _semester in periods.values()),
        )
        .order_by(institution.c.reg_no, table.c.indicator_id, table.c.stage)
    )
    return [
        row for row in found if periods.get((row.indicator_id, row.stage)) == (row.school_year, row.semester)
    ]


@pytest.fixture(scope="module")
def engine(demo_path):
    """A reading engine over the demonstration data."""
    made = engines.create(f"sqlite:///{demo_path}", read_only=True)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def ministry(engine) -> Scope:
    """The reader who sees every exact value."""
    return demo_scopes(engine)["ministry"]


@pytest.fixture(scope="module")
def sample(engine) -> list:
    """1,000 exact values: all newest ones of random schools, always the same schools."""
    by_school = defaultdict(list)
    with engine.begin() as connection:
        for row in newest(connection, indicator_value):
            by_school[row.reg_no].append(row)
    schools = sorted(by_school)
    random.Random(SEED).shuffle(schools)
    return [row for reg_no in schools for row in by_school[reg_no]][:SAMPLE]


@pytest.fixture(scope="module")
def as_of(engine) -> str:
    """The day the release is as of."""
    with engine.begin() as connection:
        query = select(release.c.as_of).join(release_pointer, release_pointer.c.release_id == release.c.id)
        return connection.execute(query).scalar_one()


@pytest.fixture(scope="module")
def view(demo_app):
    """Function of path, query and scope: the view that answers, each made once."""
    kept = {}

    def make(path: str, query: str, scope: Scope):
        key = (path, query, scope.role)
        if key not in kept:
            kept[key] = demo_app.site.renderer.view(path, query, scope)
            assert kept[key].status == 200, (path, query)
        return kept[key]

    return make


# --- reading what is shown --------------------------------------------------------------------------


def key_of(row) -> tuple:
    return row.reg_no, row.indicator_id, row.stage


def origin(row, kind: str = "iestade", unit: str | None = None) -> str:
    """Address of the page that tells where a value comes from."""
    period = f"{row.school_year}-{row.semester}"
    return f"/izcelsme/{kind}/{unit or row.reg_no}/{row.indicator_id}/{row.stage}/{period}"


def printed(row) -> float:
    """The exact value in the unit in which it is printed."""
    return row.value * UNITS[INDICATORS[row.indicator_id].unit].scale


def numbers_in(text: str) -> list[float]:
    """The numbers of a Latvian text."""
    plain = text.replace("\u2212", "-").replace("\u00a0", " ")
    return [float(number.replace(",", ".")) for number in NUMBER.findall(plain)]


def says(text: str, row) -> bool:
    """Whether a text gives the value, rounded as its unit is printed."""
    digits = UNITS[INDICATORS[row.indicator_id].unit].digits
    exact = printed(row)
    return any(abs(number - exact) <= 0.5 * 10**-digits + 1e-9 for number in numbers_in(text))


def level_of(row) -> object:
    """The level as every page words it, or why there is none."""
    if row.level:
        return marks.level_word(row.level, row.certainty, "lv")
    return Reason(row.reason or "u")


def plain(cell: object) -> object:
    """A cell without its markup."""
    return cell.striptags() if hasattr(cell, "striptags") else cell


def place(words: str) -> str:
    """The stage that a table names; WHOLE for an institution as a whole."""
    return PLACES.get(words.casefold(), WHOLE)


def place_of(row) -> str:
    return WHOLE if stages.is_whole(row.stage) else row.stage


def school_of(href: str | None) -> str | None:
    """Registration number in the address of a school's page."""
    found = re.search(r"/skola/(\d{10})", href or "")
    return found and found.group(1)


def sheet(table) -> list[dict[str, str]]:
    """The rows of the exported CSV by the keys of the columns."""
    head, *lines = csv.reader(io.StringIO(table.to_csv()), delimiter=";")
    assert len(head) == len(table.columns)
    assert len(lines) == len(table.rows)
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, line, strict=True)) for line in lines]


def in_csv(cell: str, row) -> bool:
    """Whether a cell of a CSV is the exact value, in the unit in which it is printed."""
    return float(cell.replace(",", ".")) == pytest.approx(printed(row), abs=5.1e-5)


def grouped(rows, key) -> dict:
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def school_view(view, rows: list, scope: Scope):
    """The school's page in the stage of the rows, with the panel of one of them, another for each school."""
    row = rows[int(rows[0].reg_no) % len(rows)]
    stage = "" if stages.is_whole(row.stage) else f"posms={row.stage}&"
    return view(f"/skola/{row.reg_no}", f"{stage}raditajs={row.indicator_id}&tikai=0", scope)


def drill_down(view, row, scope: Scope):
    """The table of all institutions of the row's series."""
    query = f"posms={row.stage}&limenis=all&visas=1"
    return view(f"/riski/{row.indicator_id}", query, scope).table("iestades")


# --- the exact plane --------------------------------------------------------------------------------


def test_the_sample_is_wide_enough(sample):
    """A thousand values of many schools, all indicators, every level and values that are missing."""
    assert len(sample) == SAMPLE
    assert len({row.reg_no for row in sample}) > 50
    assert {row.indicator_id for row in sample} == set(INDICATORS)
    assert {row.level for row in sample} == {"low", "medium", "high", None}
    assert {row.reason for row in sample} >= {None, "u", "x"}


def test_the_school_page_shows_the_value(sample, view, ministry):
    """Value, counts, level and run of every sampled row stand in the table of the school's own page."""
    for (_reg_no, stage), rows in grouped(sample, lambda row: (row.reg_no, place_of(row))).items():
        table = school_view(view, rows, ministry).table("raditaji")
        by_origin = {one.get("href"): one for one in table.rows}
        for row in rows:
            if row.value is None:
                (shown,) = lines_of(table, row.indicator_id, stage)
                assert shown["value"] == Reason(row.reason or "x"), key_of(row)
                continue
            shown = by_origin[origin(row)]
            assert says(shown["value"], row), (key_of(row), shown["value"], row.value)
            assert shown["level"] == level_of(row), key_of(row)
            assert shown["run"] == (Reason("z") if row.persistence is None else row.persistence), key_of(row)
            if INDICATORS[row.indicator_id].family == "share":
                assert numbers_in(shown["count"]) == [row.numerator, row.denominator], key_of(row)


def lines_of(table, indicator_id: str, stage: str) -> list:
    """Lines of the school's table for an indicator in a stage, by their words."""
    return [
        one
        for one in table.rows
        if one["name"].startswith(f"{indicator_id} ")
        and isinstance(one["stage"], str)
        and place(one["stage"]) == stage
    ]


def panels(sample, view, scope):
    """Sampled rows with the history table of their indicator, where the school's page has opened it."""
    for rows in grouped(sample, lambda row: (row.reg_no, place_of(row))).values():
        page = school_view(view, rows, scope)
        for row in rows:
            table = page.table(row.indicator_id)
            if table is None or row.value is None:
                continue
            for number, shown in enumerate(table.rows):
                if shown["href"] == origin(row):
                    yield row, table, number


def test_the_history_of_the_school_holds_the_unrounded_value(sample, view, ministry):
    """The table under the chart holds value, numerator and denominator to the last bit."""
    checked = 0
    for row, table, number in panels(sample, view, ministry):
        shown = table.rows[number]
        assert shown["value"] == row.value, key_of(row)
        assert shown["numerator"] == pytest.approx(row.numerator, abs=5e-5), key_of(row)
        assert shown["denominator"] == pytest.approx(row.denominator, abs=5e-5), key_of(row)
        assert shown["level"] == level_of(row), key_of(row)
        checked += 1
    assert checked > 150


def test_the_national_list_shows_the_value(sample, view, ministry):
    """The list of all institutions of an indicator has the same value, counts, level and run."""
    for rows in grouped(sample, lambda row: (row.indicator_id, row.stage)).values():
        by_school = {school_of(one["href"]): one for one in drill_down(view, rows[0], ministry).rows}
        for row in rows:
            shown = by_school[row.reg_no]
            if row.value is None:
                assert shown["value"] == Reason(row.reason or "x"), key_of(row)
                continue
            scale = 100 if INDICATORS[row.indicator_id].unit == "share_difference" else 1
            assert shown["value"] == row.value * scale, key_of(row)
            if row.level:
                assert plain(shown["level"]) == level_of(row), key_of(row)
            flagged = row.level in ("medium", "high")
            assert shown["periods"] == (row.persistence if flagged else Reason("z")), key_of(row)
            if INDICATORS[row.indicator_id].family == "share":
                assert numbers_in(shown["counts"]) == [row.numerator, row.denominator], key_of(row)


def test_the_grid_of_the_municipality_shows_the_level(sample, view, ministry, as_of):
    """The grid has the level of every sampled row of an open institution, or why there is none."""
    checked = 0
    for code, rows in grouped(sample, lambda row: row.municipality_code).items():
        table = view(f"/pasvaldiba/{code}", "radit=visas&rezgis=viss", ministry).table("rezgis")
        shown = {(school_of(one["href"]), place(one["stage"])): one for one in table.rows}
        for row in rows:
            if row.valid_to is not None and row.valid_to < as_of:
                continue
            cell = shown[row.reg_no, place_of(row)][row.indicator_id]
            assert plain(cell) == (level_of(row) if row.level else Reason(row.reason or "x")), key_of(row)
            checked += 1
    assert checked > 0.9 * len(sample)


def test_the_list_of_the_municipality_shows_the_value(sample, view, ministry):
    """Level by change, in a few indicators of each municipality: the printed value and the level."""
    chooser, checked = random.Random(SEED), 0
    for code, rows in grouped(sample, lambda row: row.municipality_code).items():
        by_indicator = grouped(rows, lambda row: row.indicator_id)
        for indicator_id in chooser.sample(sorted(by_indicator), min(2, len(by_indicator))):
            query = f"radit=visas&raditajs={indicator_id}"
            table = view(f"/pasvaldiba/{code}", query, ministry).table("limenis-parmainas")
            shown = {(school_of(one["href"]), place(one["stage"])): one for one in table.rows}
            for row in by_indicator[indicator_id]:
                one = shown.get((row.reg_no, place_of(row)))  # of several stages the worst one
                if one is None or row.level is None:
                    continue
                assert says(one["value"], row), (key_of(row), one["value"], row.value)
                assert one["level"] == level_of(row), key_of(row)
                checked += 1
    assert checked > 30


def test_the_parts_of_the_municipality_hold_the_value(sample, view, ministry):
    """The page that adds the municipality up names each sampled school with its exact counts and value."""
    chooser = random.Random(SEED)
    series = grouped(sample, lambda row: (row.municipality_code, row.indicator_id, row.stage))
    for key in chooser.sample(sorted(series), 60):
        rows = [row for row in series[key] if row.value is not None]
        if not rows:
            continue
        table = view(origin(rows[0], "pasvaldiba", key[0]), "", ministry).table("parts")
        shown = {one["href"]: one for one in table.rows}
        for row in rows:
            one = shown[origin(row)]
            assert one["value"] == row.value, key_of(row)
            assert one["numerator"] == pytest.approx(row.numerator, abs=5e-5), key_of(row)
            assert one["denominator"] == pytest.approx(row.denominator, abs=5e-5), key_of(row)


def test_the_origin_explains_the_value(sample, view, ministry):
    """The page of a value's origin is about that value, or about there being none."""
    for row in sample:
        title = view(origin(row), "", ministry).title
        if row.value is None:
            assert not numbers_in(title), key_of(row)
        else:
            assert says(title, row), (key_of(row), title, row.value)


# --- exports ----------------------------------------------------------------------------------------


def test_the_national_csv_holds_the_value(sample, view, ministry):
    """The CSV of the national list gives the value in its printed unit, or its reason in brackets."""
    for rows in grouped(sample, lambda row: (row.indicator_id, row.stage)).values():
        table = drill_down(view, rows[0], ministry)
        lines = sheet(table)
        by_school = {school_of(one["href"]): lines[number] for number, one in enumerate(table.rows)}
        for row in rows:
            cell = by_school[row.reg_no]["value"]
            if row.value is None:
                assert cell == f"[{row.reason or 'x'}]", key_of(row)
            else:
                assert in_csv(cell, row), (key_of(row), cell, row.value)


@pytest.mark.parametrize("unit", UNITS)
def test_the_csv_of_the_school_holds_the_value(unit, sample, view, ministry):
    """The CSV under the school's chart gives the same number as the national one."""
    checked = 0
    for row, table, number in panels(sample, view, ministry):
        if INDICATORS[row.indicator_id].unit != unit:
            continue
        cell = sheet(table)[number]["value"]
        assert in_csv(cell, row), (key_of(row), cell, row.value)
        checked += 1
    assert checked


def test_the_export_route_sends_the_table_of_the_page(sample, view, ministry, signed_in):
    """What is downloaded is the table of the page, to the letter."""
    row = sample[0]
    reader = signed_in("ministry")
    answer = reader.get(
        f"/eksports/csv/iestades/riski/{row.indicator_id}?posms={row.stage}&limenis=all&visas=1"
    )
    assert answer.status_code == 200
    sent = answer.get_data().decode("utf-8-sig")
    lines = [line for line in sent.split("\r\n") if not line.startswith(("#", '"#'))]
    assert "\r\n".join(lines) == drill_down(view, row, ministry).to_csv()


# --- the public plane -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(engine) -> dict:
    """Released rows of the newest periods by school, indicator and stage."""
    with engine.begin() as connection:
        return {key_of(row): row for row in newest(connection, indicator_released)}


def is_released(cell: object, row) -> bool:
    """Whether a cell is the released value: a reason, the band as it is stored, or the number."""
    if row.value is None:
        return cell == Reason(row.reason or "x")
    if row.value_text:
        return isinstance(cell, str) and numbers_in(cell) == [float(end) for end in row.value_text.split("-")]
    if isinstance(cell, str):
        return says(cell, row)
    scale = 100 if INDICATORS[row.indicator_id].unit == "share_difference" else 1
    return cell in (row.value, row.value * scale)


def test_the_public_list_is_the_released_plane(view, released):
    """Everybody's list of every indicator holds the released rows, all of them or none, and no level."""
    for (code, stage), rows in grouped(released.values(), lambda row: (row.indicator_id, row.stage)).items():
        table = drill_down(view, rows[0], PUBLIC)
        assert "level" not in {column.key for column in table.columns}
        for shown in table.rows:
            row = released[school_of(shown["href"]), code, stage]
            assert is_released(shown["value"], row), (key_of(row), shown["value"], row.value, row.value_text)
        if any(row.value is not None for row in rows):
            assert len(table.rows) == len(rows), (code, stage)
        else:
            assert not table.rows, (code, stage)


def test_the_public_school_page_is_the_released_plane(sample, view, released):
    """Everybody's page of a school shows the released value or the reason, and no level."""
    schools = set(random.Random(SEED).sample(sorted({row.reg_no for row in sample}), 30))
    chosen = [row for row in sample if row.reg_no in schools]
    for (_reg_no, stage), rows in grouped(chosen, lambda row: (row.reg_no, place_of(row))).items():
        table = school_view(view, rows, PUBLIC).table("raditaji")
        assert "level" not in {column.key for column in table.columns}
        for row in rows:
            (shown,) = lines_of(table, row.indicator_id, stage)
            public = released[key_of(row)]
            assert is_released(shown["value"], public), (key_of(row), shown["value"], public.value)


def test_the_exact_and_the_released_plane_have_the_same_rows(sample, released):
    """Every sampled value is released or has a reason, and no single institution has a judgement there."""
    for row in sample:
        public = released[key_of(row)]
        assert (public.value is None) == (public.reason is not None), key_of(row)
        assert public.level is None
        assert public.certainty is None
        assert public.probability_high is None
        if row.value is None:
            assert public.value is None, key_of(row)
