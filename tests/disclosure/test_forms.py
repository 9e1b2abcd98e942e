"""P12 and P13: a missing value keeps its reason in every form, and what the public sees knows no exact number."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Float, insert, select

from components.chart_frame import ChartFrame, Provenance
from components.tables import Column, Reason, Table
from data_access import planes, schema
from language import reasons
from pages import exports
from tests.support import small

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "/latvija",
    "/riski/R03",
    "/riski/R09",
    "/raditajs/R03",
    "/pasvaldiba/LV0031000",
    "/skola/9900000827",
    "/kavejumi",
    "/absolventi/augstaka",
    "/absolventi/profesionala",
    "/vienota-skola",
    "/kvalitate",
    "/uzraudziba",
    "/datu-kvalitate",
)
EXACT = ("/latvija", "/riski/R03", "/skola/9900000827")
RENDER = """
import hashlib, json, sys
import settings
from app import create_app
from data_access.scope import Scope
from plotly.utils import PlotlyJSONEncoder

renderer = create_app(settings.load()).site.renderer
found = {}
for role in ("public", "ministry"):
    scope = Scope.public() if role == "public" else Scope(role=role, user="test")
    for path in json.loads(sys.argv[1 if role == "public" else 2]):
        view = renderer.view(path, "", scope)
        shown = str(view.to_html()) + json.dumps(view.charts(), cls=PlotlyJSONEncoder)
        found[role + path] = [view.status, hashlib.sha256(shown.encode()).hexdigest()]
print("FOUND" + json.dumps(found))
"""


# --- P12: five codes, a zero and a number, all of them different in every form -------------------------


def _frame(lang: str) -> ChartFrame:
    cells = [*(Reason(code) for code in reasons.CODES), 0, 7]
    table = Table(
        "forms",
        "Forms",
        [Column("name", "Name"), Column("value", "Value", "integer")],
        [{"name": f"row {place}", "value": cell} for place, cell in enumerate(cells)],
        lang,
    )
    origin = Provenance(source="tests", as_of="2024-12-31", coverage=(1, 1), release_id=1, counting="cases")
    return ChartFrame(
        title="Forms",
        finding="Forms.",
        how_to_read="",
        table=table,
        provenance=origin,
        lang=lang,
        address="/forms",
    )


def _all_different(cells: list) -> None:
    assert len(cells) == len(reasons.CODES) + 2
    for one, other in itertools.combinations(cells, 2):
        assert one != other, cells


@pytest.mark.parametrize("lang", ["lv", "en"])
def test_p12_reasons_are_told_apart_in_every_form(lang):
    """Five reason codes, a true zero and a number: table, screen reader, CSV, JSON and XLSX tell them apart."""
    assert set(reasons.CODES) == {"c", "x", "z", "low", "u"}
    frame = _frame(lang)
    body = str(frame.table.to_html()).partition("<tbody")[2]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", body)
    _all_different([re.sub("<[^>]*>", "", cell) for cell in cells])
    spoken = re.findall(r'aria-label="([^"]*)" role="img"', body)
    assert spoken == [reasons.meaning(code, lang) for code in reasons.CODES]
    assert len(set(spoken)) == len(reasons.CODES)

    lines = [
        line for line in exports._csv(frame).decode("utf-8-sig").splitlines() if not line.startswith("#")
    ]
    rows = list(csv.reader(lines, delimiter=";" if lang == "lv" else ","))
    _all_different([row[1] for row in rows if row and row[0].startswith("row")])

    told = json.loads(exports._json(frame))["rows"]
    _all_different([(row["value"], row.get("value_reason")) for row in told])
    assert [row["value"] for row in told] == [None] * len(reasons.CODES) + [0, 7]

    sheet = openpyxl.load_workbook(io.BytesIO(exports._xlsx(frame))).active
    values = [row[1] for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("row")]
    _all_different(values)
    assert values[-2:] == [0, 7]


def test_p12_reasons_come_back_from_the_database(engine):
    """What is written with a reason is read with the same reason and without a number; a zero stays a zero."""
    table = schema.indicator_released
    key = {
        "unit_kind": "institution",
        "indicator_id": "R03",
        "stage": "basic",
        "school_year": 2023,
        "semester": 1,
    }
    with engine.begin() as connection:
        small.fill(connection)
        connection.execute(
            insert(schema.release).values(
                id=1, created_at="2024-12-31T00:00:00Z", author="tests", reason="tests", facts_hash="", as_of="2024-12-31",
                code_version="tests", synthetic=0,
            )
        )  # fmt: skip
        for place, code in enumerate((*reasons.CODES, None)):
            value = 0.0 if code is None else None
            connection.execute(
                insert(table).values(release_id=1, unit_id=str(place), value=value, reason=code, **key)
            )
        found = connection.execute(select(table.c.value, table.c.reason).order_by(table.c.unit_id)).all()
    assert [tuple(row) for row in found] == [(None, code) for code in reasons.CODES] + [(0.0, None)]


# --- P13: ranges, colours and order come from what is released ------------------------------------------


def _noise(path: Path) -> int:
    """Change every exact number behind the released ones; returns how many rows were changed."""
    changed = 0
    connection = sqlite3.connect(path)
    for table in schema.metadata.sorted_tables:
        exact = table.name == "indicator_value"
        if not exact and not (table.name in planes.PUBLIC and "plane" in table.c):
            continue
        names = [c.name for c in table.c if isinstance(c.type, Float) and not c.primary_key]
        if names:
            put = ", ".join(f"{name} = {name} * 1.37" for name in names)
            where = "" if exact else " WHERE plane = 'detail'"
            changed += connection.execute(f"UPDATE {table.name} SET {put}{where}").rowcount
    connection.commit()
    connection.close()
    return changed


def _rendered(path: Path) -> dict[str, list]:
    answer = subprocess.run(
        [sys.executable, "-c", RENDER, json.dumps(PAGES), json.dumps(EXACT)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{path}", "ENVIRONMENT": "demo"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    return json.loads(answer.stdout.partition("FOUND")[2].splitlines()[0])


def test_p13_public_pages_know_no_exact_number(demo_path, tmp_path):
    """With noise in place of every exact number all public pages and their figures stay as they were, to the byte."""
    for name in ("as_it_is", "noisy"):
        (tmp_path / name).mkdir()
        shutil.copy(
            demo_path, tmp_path / name / "monitoring.sqlite"
        )  # the public file is written anew at start
    assert _noise(tmp_path / "noisy" / "monitoring.sqlite") > 100_000
    before, after = (_rendered(tmp_path / name / "monitoring.sqlite") for name in ("as_it_is", "noisy"))
    assert all(status == 200 for status, _hash in before.values())
    differ = {address for address in before if before[address] != after[address]}
    assert not {address for address in differ if address.startswith("public")}
    # The noise is no placebo: those in charge see it.
    assert {f"ministry{path}" for path in EXACT} <= differ
