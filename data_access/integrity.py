"""The nightly check: whether what is stored is still what was stored.

SQLite notices a torn page but not a changed digit. So the check also hashes the values of every kept release and the
facts, and compares with what it found the last time: neither may change without a load or a publication. The hashes
lie beside the database (`<database>.checked.json`), or where the caller says.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from . import audit, public_file, releases, schema
from .schema_loading import revision

AFTERWARDS = frozenset({"stored_page"})  # drawn from a release and drawn again by newer code
FACTS = tuple(table for name, table in sorted(schema.metadata.tables.items()) if name.startswith("fact_"))


def check(engine: Engine, notes: Path) -> list[str]:
    """Faults as sentences (lv | en); none: everything is as it was. engine must not cut long queries."""
    faults: list[str] = []
    try:
        with engine.connect().execution_options(reads_only=True) as connection:
            faults += _structure(connection)
            faults += _unchanged(connection, notes)
            verdict = audit.verify(connection)
            if not verdict.whole:
                faults.append(f"Audita pieraksts: {verdict.fault}")
    except (DBAPIError, UnicodeDecodeError, ValueError) as error:
        kind = type(getattr(error, "orig", error)).__name__
        faults.append(
            f"Datubāzi nevar izlasīt ({kind}): atjaunojiet to no kopijas | "
            f"the database cannot be read ({kind}): restore it from a copy"
        )
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database).removeprefix("file:").partition("?")[0])
        for target in (public_file.path_of(path), public_file.answers_path_of(path)):
            if target.is_file() and not public_file.is_whole(target):
                faults.append(
                    f"Publiskā datne {target.name} ir bojāta: pārstartējiet serveri | "
                    f"the public file {target.name} is damaged: restart the server, which makes it anew"
                )
    return faults


def _structure(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    faults = []
    first = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if first != "ok":
        faults.append(
            "Datubāzes datne ir bojāta: atjaunojiet to no kopijas | the database file is damaged: restore a copy"
        )
    elif dangling(connection):
        faults.append("Rinda norāda uz neesošu rindu | a row refers to a row that is not there")
    return faults


def dangling(connection: Connection) -> bool:
    """Whether a row refers to one that is not there (SQLite).

    Values of a release whose publication is at work or was killed do not count: they are seen by nobody and are
    cleared by the next one.
    """
    newest = connection.execute(select(func.max(schema.release.c.id))).scalar() or 0
    unfinished = {
        table.name
        for table in schema.RELEASE_TABLES
        if connection.execute(select(table.c.release_id).where(table.c.release_id > newest).limit(1)).first()
    }
    found = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return any(parent != "release" or table not in unfinished for table, _row, parent, _key in found)


def hashes(connection: Connection) -> dict[str, str]:
    """One hash for each kept release and one for the facts, by name."""
    found = {}
    for row in releases.history(connection):
        if row.kept:
            values = {
                name: one
                for name, one in releases.values_hash(connection, row.id).items()
                if name not in AFTERWARDS
            }
            found[f"release {row.id} {row.created_at}"] = _one(values)
    newest = connection.execute(select(func.max(revision.c.id))).scalar()
    names = f"facts {releases.facts_hash(connection)[:16]} {newest or 0}"
    found[names] = _one({table.name: _table_hash(connection, table) for table in FACTS})
    return found


def _one(values: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _table_hash(connection: Connection, table) -> str:
    digest = hashlib.sha256()
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def _unchanged(connection: Connection, notes: Path) -> list[str]:
    now = hashes(connection)
    before = json.loads(notes.read_text(encoding="utf-8")) if notes.is_file() else {}
    faults = [
        f"Vērtības ir mainījušās bez publicēšanas ({name}) | values have changed without a publication ({name})"
        for name, one in now.items()
        if before.get(name, one) != one
    ]
    if not faults:
        notes.write_text(json.dumps(now, indent=1), encoding="utf-8")
    return faults
