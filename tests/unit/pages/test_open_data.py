"""/dati: the files hold the numbers of the pages, everybody gets the same bytes, and the snippets run."""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import io
import random
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from data_access.open_data.model import MISSING
from data_access.open_data.tables import TABLES
from indicators.catalogue import INDICATORS
from language.spreadsheets import safe_text
from pages import institution_values as words
from pages import open_data

ADDRESS = "/izcelsme/{kind}/{unit}/{indicator}/{stage}/{year}-{semester}"


@pytest.fixture(scope="module")
def file(demo_app):
    """Function of a table: its rows from the served CSV."""
    reader = demo_app.server.test_client()

    def rows(name: str) -> list[dict[str, str]]:
        answer = reader.get(f"/dati/{name}.csv")
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))

    return rows


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " "))


def shown(row: dict[str, str]) -> str:
    """The value of a row of a file as a page prints it."""
    indicator = INDICATORS[row["indicator"]]
    if "value" in row:
        counts = [
            None if row[key].startswith("[") else float(row[key]) for key in ("numerator", "denominator")
        ]
        value = SimpleNamespace(
            value=float(row["value"]),
            value_text=None,
            numerator=counts[0],
            denominator=counts[1],
            reason=None,
        )
    else:
        low, high = float(row["value_low"]), float(row["value_high"])
        band = None if low == high else f"{low * 100:g}-{high * 100:g}"
        counts = [
            None if row.get(key, "[c]").startswith("[") else float(row[key])
            for key in ("numerator", "denominator")
        ]
        value = SimpleNamespace(
            value=low, value_text=band, numerator=counts[0], denominator=counts[1], reason=None
        )
    found = words.value_text(indicator, value, "lv", exact=False, short=False)
    return found.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("indicator-values-municipalities", "pasvaldiba", "municipality"),
        ("indicator-values-institutions", "iestade", "reg_no"),
    ],
)
def test_values_are_those_of_the_pages(file, client, name, kind, unit):
    """Forty values drawn at random stand as printed on the page that tells their origin."""
    told = [
        row
        for row in file(name)
        if row["semester"].isdigit() and not row.get("value", row.get("value_low")).startswith("[")
    ]
    draw = random.Random(20241231)
    checked = 0
    for row in draw.sample(told, 60):
        address = ADDRESS.format(
            kind=kind,
            unit=row[unit],
            indicator=row["indicator"],
            stage=row["stage"],
            year=row["period"][:4],
            semester=row["semester"],
        )
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        checked += 1
        assert shown(row) in text_of(answer.get_data(as_text=True)), (address, row)
    assert checked >= 40


def test_reasons_are_those_of_the_pages(file, client):
    """A protected value of a municipality is protected in the file and on the page of its origin."""
    hidden = [row for row in file("indicator-values-municipalities") if row["value_low"] == "[c]"]
    for row in random.Random(7).sample(hidden, 10):
        assert (row["numerator"], row["denominator"]) == ("[c]", "[c]")
        address = ADDRESS.format(
            kind="pasvaldiba", unit=row["municipality"], indicator=row["indicator"], stage=row["stage"],
            year=row["period"][:4], semester=row["semester"],
        )  # fmt: skip
        assert "Aizsargāts" in client.get(address).get_data(as_text=True)


def test_absence_of_the_country_is_the_published_table(file):
    """Semester 1 of 2023/2024: 5,767 long absentees, of them 3,139 in basic education (table 6)."""
    rows = {
        row["stage"]: row["long_unexcused"]
        for row in file("absence")
        if (row["area"], row["source"], row["school_year"], row["semester"])
        == ("LV", "e_journals", "2023/2024", "1")
    }
    assert (rows["total"], rows["basic"]) == ("5767", "3139")


def test_everybody_gets_the_same_bytes(client, signed_in):
    """A ministry's file is the public's file: no exact value is behind a signed-in address."""
    for name in ("indicator-values-institutions", "absence"):
        public = client.get(f"/dati/{name}.csv").data
        assert signed_in("ministry").get(f"/dati/{name}.csv").data == public


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_checksums_sizes_and_conditional_answers(client, kind):
    """The checksum on the list is that of the file; the same ETag answers 304, packed and unpacked differ."""
    answer = client.get(f"/dati/unregistered-children.{kind}")
    sums = dict(
        reversed(line.split("  "))
        for line in client.get("/dati/sha256sums.txt").get_data(as_text=True).splitlines()
    )
    assert sums[f"unregistered-children.{kind}"] == hashlib.sha256(answer.data).hexdigest()
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    again = client.get(
        f"/dati/unregistered-children.{kind}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    if kind != "xlsx":
        packed = client.get(f"/dati/unregistered-children.{kind}", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["ETag"] != answer.headers["ETag"]
        assert gzip.decompress(packed.data) == answer.data


def test_versions_and_unknown_addresses(client):
    """A kept release has its own address; another one, an unknown table and a bad kind are not found."""
    newest = client.get("/dati/absence.csv")
    release = newest.headers["X-Release"]
    assert client.get(f"/dati/versija/{release}/absence.csv").data == newest.data
    gone = client.get("/dati/versija/999/absence.csv")
    assert gone.status_code == 404
    assert "nav" in gone.get_data(as_text=True)
    for path in ("/dati/nope.csv", "/dati/absence.exe", "/dati/versija/1/../absence.csv", "/dati/nope"):
        assert client.get(path).status_code == 404


def test_packed_file_is_the_same_table(client):
    """csv.gz holds the CSV."""
    packed = client.get("/dati/absence.csv.gz")
    assert packed.mimetype == "application/gzip"
    assert gzip.decompress(packed.data) == client.get("/dati/absence.csv").data


@pytest.mark.parametrize("lang", ["", "/en"])
def test_page_names_every_table_and_its_files(client, lang):
    """The page of all tables links to each and to its three files; each has a page of its own."""
    text = client.get(f"{lang}/dati").get_data(as_text=True)
    for name in TABLES:
        assert f'href="{lang}/dati/{name}"' in text
        for kind in ("csv", "xlsx", "json"):
            assert f'href="/dati/{name}.{kind}"' in text
    for name, table in TABLES.items():
        page = client.get(f"{lang}/dati/{name}").get_data(as_text=True)
        assert all(column.name in page for column in table.columns)


def test_python_snippet_runs(client, tmp_path):
    """The Python lines on the page, run as they stand against the file, read numbers as numbers."""
    client.get("/dati/indicator-values-municipalities.csv")
    path = tmp_path / "dati" / "indicator-values-municipalities.csv"
    path.parent.mkdir()
    path.write_bytes(client.get("/dati/indicator-values-municipalities.csv").data)
    code = open_data.python_snippet("indicator-values-municipalities", f"file://{tmp_path}")
    code += "print(table.value_low.dtype, int(table.value_low.notna().sum()), len(table))\n"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    kind, told, rows = done.stdout.split()[-3:]
    assert kind == "float64"
    assert 0 < int(told) < int(rows)
    assert all(sign in code for sign in MISSING)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("+A1", "'+A1"), ("-cmd", "'-cmd"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), ("＝1+1", "'＝1+1"), ("＋1", "'＋1"), ("－A", "'－A"), ("＠A", "'＠A"), (" =1+1", "' =1+1"),
        ("'=1+1", "''=1+1"), ("-5", "-5"), ("+3,2 %", "+3,2 %"), ("-0.058", "-0.058"), ("Ādažu skola", "Ādažu skola"),
        ("", ""), ("'Rūķis'", "'Rūķis'"), (" ", " "),
    ],
)  # fmt: skip
def test_text_that_would_run_is_quoted(text, safe):
    """What a spreadsheet would take for a formula gets an apostrophe; a negative number stays a number."""
    assert safe_text(text) == safe
