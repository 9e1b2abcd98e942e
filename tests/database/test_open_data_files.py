"""The files of the released tables on both engines: whole, equal in every format, without an empty cell."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
from datetime import UTC, datetime

import openpyxl
import pytest
from sqlalchemy import event, insert

from data_access import releases, schema
from data_access.open_data import store as stores
from data_access.open_data.model import MISSING
from data_access.open_data.store import NotKept, Store, data_package, edition, editions
from data_access.open_data.tables import TABLES

FORMULA = "=cmd|' /C calc'!A0"
VALUES = (  # unit kind, unit, indicator, numerator, denominator, value, reason, value_text
    ("country", "LV", "R03", 1203.0, 54215.0, 0.02218943, None, None),
    ("municipality", "LV0031000", "R03", 95.0, 3625.0, 0.026221363, None, None),
    ("municipality", "LV0032000", "R03", None, None, None, "c", None),
    ("institution", "1", "R03", None, 30.0, 0.05, None, "0-10"),
    ("institution", "2", "R03", None, 310.0, 0.123, None, None),
    ("institution", "3", "R03", None, None, None, "x", None),
)


def _facts(connection, release_id: int) -> None:
    """Three institutions, one with a name that a spreadsheet would run, and one value of every form."""
    if release_id == 1:
        pytest.fail("the fixture publishes the first release")
    names = {1: FORMULA, 2: "-5", 3: "Trešā skola"}
    if not connection.execute(schema.institution.select()).first():
        connection.execute(
            insert(schema.institution),
            [
                {
                    "id": number, "reg_no": f"99{number:08d}", "name": name, "type": "basic", "founder_kind": "municipality",
                    "municipality_code": "LV0031000", "urbanity": "town", "in_transition": 0, "valid_from": "2009-09-01",
                    "valid_to": None, "sort_key": name, "search_key": name, "load_batch_id": 1,
                }
                for number, name in names.items()
            ],
        )  # fmt: skip
    rows = [
        {
            "release_id": release_id, "unit_kind": kind, "unit_id": unit, "indicator_id": indicator, "stage": "basic",
            "school_year": 2023, "semester": 2, "municipality_code": "LV0031000", "numerator": numerator,
            "denominator": denominator, "value": value, "reason": reason, "value_text": text,
            "level": "high" if kind == "institution" else None,
        }
        for kind, unit, indicator, numerator, denominator, value, reason, text in VALUES
    ]  # fmt: skip
    connection.execute(insert(schema.indicator_released), rows)
    connection.execute(
        insert(schema.indicator_value), [{**row, "value": 0.987654, "reason": None} for row in rows]
    )


@pytest.fixture
def published(reference_engine):
    """The reference facts and a release with the values above."""
    with reference_engine.begin() as connection:
        releases.publish(connection, reason="test", author="test", steps=(_facts,))
    return reference_engine


def rows_of(store: Store, one, name: str) -> list[list[str]]:
    with gzip.open(store.folder / one.folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_table_is_whole_and_equal_in_its_formats(published, tmp_path):
    """Header = declared columns, no empty cell, keys unique, and CSV, JSON and XLSX hold the same cells."""
    store = Store(tmp_path / "files")
    with published.begin() as connection:
        counts = store.build(connection)
        one = edition(connection)
    assert set(counts) == set(TABLES)
    assert counts["municipalities"] == 44
    assert counts["published-checks"] == 40
    for name, table in TABLES.items():
        head, *rows = rows_of(store, one, name)
        assert head == [column.name for column in table.columns], name
        assert len(rows) == counts[name], name
        assert not [row for row in rows if "" in row], name
        places = [head.index(column) for column in table.key]
        assert not places or len({tuple(row[place] for place in places) for row in rows}) == len(rows), name
        folder = store.folder / one.folder
        content = json.loads(gzip.decompress((folder / f"{name}.json.gz").read_bytes()))
        assert [column["name"] for column in content["columns"]] == head
        plain = [[str(cell) for cell in row] for row in content["rows"]]
        assert [[cell.removeprefix("'") for cell in row] for row in rows] == plain, name
        book = openpyxl.load_workbook(folder / f"{name}.xlsx", read_only=True)
        sheet = [list(row) for row in book["dati"].iter_rows(values_only=True)]
        assert sheet[0] == head
        assert sheet[1:] == content["rows"], name
        for kind, entry in store.facts(table, one)["files"].items():
            stored = (folder / f"{name}.{stores.SUFFIX[kind]}").read_bytes()
            plain = stored if kind == "xlsx" else gzip.decompress(stored)
            assert (len(plain), hashlib.sha256(plain).hexdigest()) == (entry["bytes"], entry["sha256"])


def test_values_bands_and_reasons(published, tmp_path):
    """A number is rounded as it is printed, a band has two ends, a reason stands in its place; never a level."""
    store = Store(tmp_path)
    with published.begin() as connection:
        store.build(connection)
        one = edition(connection)
    assert rows_of(store, one, "indicator-values-country")[1] == [
        "R03", "basic", "2023/2024", "2", "1203", "54215", "0.022", "[z]", "[z]", "[z]",
    ]  # fmt: skip
    assert [row[6:9] for row in rows_of(store, one, "indicator-values-municipalities")[1:]] == [
        ["95", "3625", "0.026"],
        ["[c]", "[c]", "[c]"],
    ]
    head, *rows = rows_of(store, one, "indicator-values-institutions")
    assert [row[7:] for row in rows] == [["30", "0", "0.1"], ["310", "0.123", "0.123"], ["[x]"] * 3]
    assert "level" not in " ".join(head)
    assert rows[0][1] == "'" + FORMULA
    assert rows[1][1] == "-5"


def test_a_cell_of_a_workbook_is_never_a_formula(published, tmp_path):
    """The name that begins with = is a text cell; a number is a number cell."""
    store = Store(tmp_path)
    with published.begin() as connection:
        path, _facts_ = store.path(
            connection, TABLES["indicator-values-institutions"], "xlsx", edition(connection)
        )
    sheet = openpyxl.load_workbook(path)["dati"]
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("inlineStr", FORMULA) or sheet[
        "B2"
    ].data_type == "s"
    assert sheet["B2"].value == FORMULA
    assert (sheet["I3"].data_type, sheet["I3"].value) == ("n", 0.123)
    assert (sheet["I4"].value, sheet["I4"].data_type != "n") == ("[x]", True)


def test_only_the_released_plane_is_read(published, tmp_path):
    """No statement names a fact table or the exact values, and rows of the detail plane stay out."""
    seen: list[str] = []
    listen = lambda conn, cursor, statement, *rest: seen.append(statement.replace('"', ""))  # noqa: E731
    event.listen(published, "before_cursor_execute", listen)
    try:
        with published.begin() as connection:
            Store(tmp_path).build(connection)
    finally:
        event.remove(published, "before_cursor_execute", listen)
    text = "\n".join(seen)
    assert "FROM indicator_released" in text
    for table in schema.RELEASE_TABLES:
        if "plane" in table.c and f"FROM {table.name}" in text:
            for statement in seen:
                assert f"FROM {table.name}" not in statement or f"{table.name}.plane =" in statement
    assert "fact_" not in text
    assert "indicator_value" not in text
    found = b"".join(path.read_bytes() for path in tmp_path.rglob("*.gz"))
    assert b"987654" not in found


def test_the_same_release_gives_the_same_bytes(published, tmp_path):
    """Made twice in two folders, every file is the same to the byte."""
    sums = []
    for name in ("first", "second"):
        store = Store(tmp_path / name)
        with published.begin() as connection:
            store.build(connection)
        sums.append(
            {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in (tmp_path / name).rglob("*.*")
                if path.is_file()
            }
        )
    assert sums[0] == sums[1]
    assert len(sums[0]) == 4 * len(TABLES)


def test_kept_releases_and_the_others(published, tmp_path):
    """An older kept release is still served as it was; one that is not kept is refused and its folder removed."""
    store = Store(tmp_path)
    with published.begin() as connection:
        store.build(connection)
        first = edition(connection)
    with published.begin() as connection:
        releases.publish(connection, reason="second", author="test", steps=(_facts,))
        store.build(connection)
        assert [one.id for one in editions(connection)] == [3, 2, 1]
        path, _found = store.path(connection, TABLES["absence"], "csv", edition(connection, 2))
        assert path.is_file()
        values = TABLES["indicator-values-country"]
        # The first release was never written, so its values are made now; its registers are gone.
        assert store.path(connection, values, "csv", edition(connection, 1))[1]["rows"] == 0
        with pytest.raises(NotKept):
            store.path(connection, TABLES["institutions"], "csv", edition(connection, 1))
    for number in range(4, 8):
        with published.begin() as connection:
            releases.publish(connection, reason=str(number), author="test", steps=(_facts,))
    with published.begin() as connection:
        store.build(connection)
        with pytest.raises(NotKept):
            edition(connection, 2)
    assert not (tmp_path / first.folder).exists()


def test_a_fault_leaves_no_half_file(published, tmp_path, monkeypatch):
    """When writing fails in the middle nothing of the table appears, and the next reader gets it whole."""
    store = Store(tmp_path)
    table = TABLES["municipalities"]
    good = stores.XlsxWriter.close

    def full(_self):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(stores.XlsxWriter, "close", full)
    with published.begin() as connection:
        one = edition(connection)
        with pytest.raises(OSError, match="No space"):
            store.path(connection, table, "csv", one)
        assert store.facts(table, one) is None
        assert not list(tmp_path.rglob("*.gz"))
        monkeypatch.setattr(stores.XlsxWriter, "close", good)
        assert store.path(connection, table, "csv", one)[1]["rows"] == 44


def test_data_package_describes_every_file(published, tmp_path):
    """Frictionless: every resource has a path beside the package, a schema, the reason codes, size and checksum."""
    store = Store(tmp_path)
    with published.begin() as connection:
        store.build(connection)
        one = edition(connection)
    package = data_package(store, one)
    assert package["version"] == str(one.id)
    assert datetime.fromisoformat(package["created"]).tzinfo == UTC
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        table = TABLES[resource["name"]]
        assert resource["path"] == f"{table.name}.csv"
        assert [field["name"] for field in resource["schema"]["fields"]] == [
            column.name for column in table.columns
        ]
        assert resource["schema"]["missingValues"] == list(MISSING)
        assert resource["hash"] == "sha256:" + store.facts(table, one)["files"]["csv"]["sha256"]
