"""A small database in which every exact number and every restricted text is a canary that names whose it is.

A part of the demonstration: the demo municipality with its schools, two others, and what is published of the whole
country. In the detail plane every count is replaced by a number from which the owner can be told by its size alone:

- of the demo school: 3 100 000 to 3 199 999 (its municipality and the ministry may see it)
- of the other schools of the demo municipality, and of the municipality itself: 500 000 000 and above
- of everybody else: 700 000 000 000 000 and above (the ministry may see it)

Sums of canaries are larger canaries. The released plane is left as it was published.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from dataclasses import dataclass
from pathlib import Path

from data_access import engine as engines
from data_access import migrations_runner, planes, schema
from data_access.queries.accounts import demo_scopes
from data_access.schema_identity import audit_event

SCHOOL, NEAR, FAR = 3_100_000, 500_000_000, 700_000_000_000_000
AUTHOR = "KANARIJS-AUTORS"
TOWNS = ("LV0031000", "LV0055000", "LV0001000")
KEPT = 45  # schools of a foreign municipality
_KEYS = {"release_id", "school_year", "semester", "year", "id", "load_batch_id", "visit_no", "k", "cohort"}
_STATES = {
    "persistence",
    "is_new",
    "threshold_id",
    "pooled_periods",
    "fixed_rule",
    "delivered",
    "expected",
    "due",
}


@dataclass(frozen=True)
class Canary:
    """The database and who is who in it."""

    path: Path
    school: int
    school_reg_no: str
    municipality: str
    near: tuple[str, ...]  # registration numbers of the other schools of the municipality
    far: tuple[str, ...]
    far_municipalities: tuple[str, ...]
    names: tuple[str, ...]  # a token in the name of every institution and municipality


def build(demo_path: Path, target: Path) -> Canary:
    """Make the database in `target` from a demonstration database with a release."""
    made = engines.create(f"sqlite:///{target}")
    migrations_runner.upgrade(made)
    made.dispose()
    database = sqlite3.connect(target, isolation_level=None)
    database.execute("ATTACH DATABASE ? AS demo", (f"{demo_path}",))
    for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-60000"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN")
    (release,) = database.execute("SELECT release_id FROM demo.release_pointer").fetchone()
    ids = [
        row[0]
        for town in TOWNS
        for row in database.execute(
            "SELECT id FROM demo.institution WHERE municipality_code = ? ORDER BY (id * 7919) % 1009 LIMIT ?",
            (town, 10_000 if town == TOWNS[0] else KEPT),
        )
    ]
    database.execute("CREATE TEMP TABLE wanted (id INTEGER PRIMARY KEY, name TEXT)")
    database.executemany("INSERT INTO wanted VALUES (?, ?)", [(number, str(number)) for number in ids])
    database.execute("CREATE TEMP TABLE towns (code TEXT PRIMARY KEY)")
    database.executemany("INSERT INTO towns VALUES (?)", [(code,) for code in TOWNS])
    for name, table in schema.metadata.tables.items():
        if name in planes.PUBLIC or name in planes.SCOPED:
            _copy(database, name, table, release)
    database.execute("COMMIT")
    database.execute("DETACH DATABASE demo")
    database.execute("BEGIN")
    school, reg_no = _school(database)
    _replace_numbers(database, school)
    _replace_cards(database)
    _write_texts(database)
    names = _name(database)
    database.execute("COMMIT")

    def reg_nos(condition: str) -> tuple[str, ...]:
        return tuple(
            row[0]
            for row in database.execute(f"SELECT reg_no FROM institution WHERE {condition} ORDER BY id")
        )

    found = Canary(
        target,
        school,
        reg_no,
        TOWNS[0],
        reg_nos(f"municipality_code = '{TOWNS[0]}' AND id <> {school}"),
        reg_nos(f"municipality_code <> '{TOWNS[0]}'"),
        TOWNS[1:],
        names,
    )
    database.close()
    reading = engines.create(f"sqlite:///{target}", read_only=True)
    scopes = demo_scopes(reading)
    assert scopes["school"].institutions == {school}
    assert scopes["municipality"].municipalities == {TOWNS[0]}
    reading.dispose()
    return found


def _copy(database: sqlite3.Connection, name: str, table, release: int) -> None:
    columns, conditions = table.c, []
    if "release_id" in columns and name not in ("release_pointer", "school_answer"):
        conditions.append(f"release_id = {release}")
    if name == "institution":
        conditions.append("id IN (SELECT id FROM wanted)")
    elif name == "institution_lineage":
        conditions.append("from_id IN (SELECT id FROM wanted) AND to_id IN (SELECT id FROM wanted)")
    elif "institution_id" in columns:
        conditions.append("institution_id IN (SELECT id FROM wanted)")
    elif "unit_kind" in columns:
        conditions.append("(unit_kind <> 'institution' OR unit_id IN (SELECT name FROM wanted))")
    elif "area_id" in columns:
        conditions.append("(area_kind <> 'institution' OR area_id IN (SELECT name FROM wanted))")
    elif "municipality_code" in columns:
        conditions.append("municipality_code IN (SELECT code FROM towns)")
    elif name == "school_answer":
        return
    names = ", ".join(f'"{column.name}"' for column in columns)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    database.execute(f"DELETE FROM main.{name}")
    database.execute(f"INSERT INTO main.{name} ({names}) SELECT {names} FROM demo.{name}{where}")


def _school(database: sqlite3.Connection) -> tuple[int, str]:
    return database.execute(
        "SELECT id, reg_no FROM institution WHERE municipality_code = ? AND type = 'secondary' "
        "AND valid_to IS NULL ORDER BY id LIMIT 1",
        (TOWNS[0],),
    ).fetchone()


def _token(owner: str, town: str) -> str:
    """SQL for the canary of a row, the same in all its columns so that no part is larger than its whole.

    owner: SQL for the institution id, NULL for an area. town: SQL for the code of the municipality.
    """
    return (
        f"CASE WHEN {owner} = :school THEN {SCHOOL} "
        f"WHEN {town} = '{TOWNS[0]}' THEN {NEAR} + coalesce({owner}, 99999) * 1000 "
        f"ELSE {FAR} + coalesce({owner}, 99999) * 1000 END"
    )


def _replace_numbers(database: sqlite3.Connection, school: int) -> None:
    of_institution = "(SELECT municipality_code FROM institution i WHERE i.id = {})"
    for name, table in schema.metadata.tables.items():
        columns = table.c
        condition = "1 = 1"
        if name.startswith("fact_") and "institution_id" in columns:
            owner, town = "institution_id", of_institution.format("institution_id")
        elif name.startswith("fact_"):
            owner, town = "NULL", "municipality_code"
        elif name == "indicator_value":
            owner = "CASE unit_kind WHEN 'institution' THEN CAST(unit_id AS INTEGER) END"
            town, condition = "coalesce(municipality_code, unit_id)", "1 = 1"
        elif "area_kind" in columns and (
            "plane" in columns or name in ("absence_cause", "absence_projection")
        ):
            owner = "CASE area_kind WHEN 'institution' THEN CAST(area_id AS INTEGER) END"
            town = f"CASE area_kind WHEN 'municipality' THEN area_id ELSE {of_institution.format('CAST(area_id AS INTEGER)')} END"
            condition = "plane = 'detail'" if "plane" in columns else "area_kind <> 'country'"
        else:
            continue
        numbers = [
            column.name
            for column in columns
            if not column.primary_key
            and column.name not in _KEYS | _STATES
            and not (column.name == "institutions" and "expected" in columns)
            and not column.foreign_keys
            and str(column.type) in ("INTEGER", "REAL", "FLOAT")
            and not re.search(
                r"share|value|lower|upper|prob|boundary|low$|high$|mean|sd$|income|relative|expected",
                column.name,
            )
        ]
        if not numbers:
            continue
        changes = ", ".join(
            f"{column} = CASE WHEN {column} IS NULL THEN NULL ELSE {_token(owner, town)} END"
            for column in numbers
        )
        database.execute(f"UPDATE {name} SET {changes} WHERE {condition}", {"school": school})


def _replace_cards(database: sqlite3.Connection) -> None:
    """Counts in the detail cards of municipalities; numerator and denominator of each cell."""
    rows = database.execute(
        "SELECT unit_id, payload FROM page_card WHERE plane = 'detail' AND kind = 'municipality'"
    )
    from data_access.queries.municipality import Cell

    places = [Cell._fields.index(name) for name in ("numerator", "denominator") if name in Cell._fields]
    changed = []
    for unit, payload in rows.fetchall():
        cells = json.loads(payload)
        base = NEAR if unit == TOWNS[0] else FAR
        for cell in cells:
            for place in places:
                if cell[place] is not None:
                    cell[place] = base + int(cell[0]) * 1000
        changed.append((json.dumps(cells), unit))
    database.executemany(
        "UPDATE page_card SET payload = ? WHERE unit_id = ? AND plane = 'detail' AND kind = 'municipality'",
        changed,
    )


def _write_texts(database: sqlite3.Connection) -> None:
    """A restricted and a public answer of every school with findings, an open proposal, authors everywhere."""
    findings = database.execute(
        "SELECT f.release_id, f.indicator_id, f.stage, f.school_year, f.semester, i.reg_no FROM finding f "
        "JOIN institution i ON i.id = f.institution_id"
    ).fetchall()
    first = {row[5]: row for row in findings}
    columns = (
        "reg_no, release_id, indicator_id, stage, school_year, semester, verdict, reason, explanation, restricted, "
        "action, responsible, due, author, created_at"
    )
    for restricted in (0, 1):
        database.executemany(
            f"INSERT INTO school_answer ({columns}) VALUES ({', '.join('?' * 15)})",
            [
                (
                    reg_no, row[0], row[1], row[2], row[3], row[4], "wrong",
                    *([f"KANARIJS-{kind}-{reg_no}" for kind in ("IEMESLS", "TEKSTS")] if restricted else ["", "Publisks teksts"]),
                    restricted,
                    *([f"KANARIJS-{kind}-{reg_no}" for kind in ("DARBS", "ATBILD")] if restricted else ["", ""]),
                    None, f"KANARIJS-RAKSTIJA-{reg_no}", "2024-12-31T00:00:00+00:00",
                )
                for reg_no, row in first.items()
            ],
        )  # fmt: skip
    row = database.execute("SELECT * FROM threshold WHERE status = 'in_force' LIMIT 1")
    names = [part[0] for part in row.description]
    proposal = dict(zip(names, row.fetchone(), strict=True)) | {
        "id": 900_001, "status": "proposal", "author": AUTHOR, "reason": "KANARIJS-PRIEKSLIKUMS",
    }  # fmt: skip
    database.execute(
        f"INSERT INTO threshold ({', '.join(proposal)}) VALUES ({', '.join('?' * len(proposal))})",
        tuple(proposal.values()),
    )
    _pages(database)
    database.execute("UPDATE release SET author = ?", (AUTHOR,))
    database.execute("UPDATE release_move SET author = ?", (AUTHOR,))


def _pages(database: sqlite3.Connection) -> None:
    """A drawn page for every institution that publication would draw one for, each with a token of its own."""
    import pages
    from pages import specimen

    pages.load_all()
    dictionary = specimen.dictionary("lv")
    release_id = database.execute("SELECT release_id FROM release_pointer").fetchone()[0]
    database.execute("DELETE FROM stored_page")
    places = database.execute(
        "SELECT i.id, i.reg_no, i.municipality_code, "
        "coalesce((SELECT max(id) FROM school_answer a WHERE a.reg_no = i.reg_no), 0) "
        "FROM institution i WHERE i.type NOT IN ('preschool', 'higher') AND i.valid_to IS NULL"
    ).fetchall()
    database.executemany(
        "INSERT INTO stored_page (release_id, plane, address, variant, institution_id, municipality_code, mark, "
        "answer_id, html) VALUES (?, 'detail', ?, ?, ?, ?, '', ?, ?)",
        [
            (
                release_id,
                f"/skola/{reg_no}",
                variant,
                number,
                town,
                newest,
                dictionary.pack(f"<p>KANARIJS-LAPA-{reg_no}</p>"),
            )
            for number, reg_no, town, newest in places
            for variant in ("", "unusual")
        ],
    )


def _name(database: sqlite3.Connection) -> tuple[str, ...]:
    """Give every institution and municipality a name with a token of its own: public on pages, not in logs."""
    database.execute("UPDATE institution SET name = name || ' VARDS' || id || 'X'")
    database.execute("UPDATE municipality SET name_full = name_full || ' VARDS' || code || 'X'")
    return tuple(
        [f"VARDS{row[0]}X" for row in database.execute("SELECT id FROM institution")]
        + [f"VARDS{row[0]}X" for row in database.execute("SELECT code FROM municipality")]
    )


# --- finding canaries -------------------------------------------------------------------------------------

_GAPS = re.compile(r"(?<=\d)(?:[\u00a0\u202f\u2009]|&nbsp;|&#160;|&#x202f;|\\u00a0|\\u202f)(?=\d{3})")
_NUMBER = re.compile(r"(?<![\w.,#/=-])(\d{7,})(?:[.,]\d+)?(?![\w])")
_TEXT = re.compile(r"KANARIJS-[A-Z]+-?\d*")
ROOF = {"public": SCHOOL, "school": NEAR, "municipality": FAR, "ministry": None, "steward": None}


def text_of(content: bytes, mimetype: str) -> str:
    """A body as text; a workbook unpacked."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return content.decode("utf-8", "replace")


def leaks(text: str, role: str, canary: Canary) -> list[str]:
    """Canaries in a text that this role must not see."""
    found = []
    plain = _GAPS.sub("", text)
    roof = ROOF[role]
    if roof is not None:
        for match in _NUMBER.finditer(plain):
            number = int(match[1])
            if len(match[1]) == 10 and match[1].startswith("99"):
                continue  # a registration number
            if len(match[1]) == 12:
                continue  # the id of a request, when it happens to have no letter
            school = SCHOOL <= number < SCHOOL + 100_000
            if (roof == SCHOOL and school) or number >= max(roof, NEAR):
                found.append(match[1])
    for match in _TEXT.finditer(plain):
        owner = match[0].rsplit("-", 1)[-1]
        allowed = {
            "public": (),
            "school": (canary.school_reg_no,),
            "municipality": (canary.school_reg_no, *canary.near),
        }.get(role)
        if allowed is None or (owner in allowed):
            continue
        found.append(match[0])
    return found


def audit_count(path: Path) -> int:
    """Records of the audit."""
    with sqlite3.connect(path) as database:
        return database.execute(f"SELECT count(*) FROM {audit_event.name}").fetchone()[0]
