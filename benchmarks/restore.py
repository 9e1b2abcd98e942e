"""A copy of a large database, restored on an empty machine: how long until the first page, and is every value back?

    python -m benchmarks.restore [DATABASE] [--gigabytes 5]

The demonstration is made as large as asked by copying the rows of its release under further numbers. Then: a copy
with SQLite's own backup, put alone into an empty folder, `manage.py check --deep` there (SQLite's check, foreign keys,
the audit chain, hashes), and a server that makes the public's file and answers its first page (docs/operations.md).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from rich.console import Console
from sqlalchemy import insert, literal, select

from data_access import engine as engines
from data_access import releases, schema
from data_access.schema_disclosure import disclosure_report

from . import servers

ROOT = Path(__file__).resolve().parents[1]
BUDGET_MINUTES = 15.0
console = Console(width=140)


def grow(path: Path, gigabytes: float) -> int:
    """Copy the rows of the newest release until the file is as large; how many releases there are then."""
    engine = engines.create(f"sqlite:///{path}")
    with engine.connect().execution_options(reads_only=True) as connection:
        first = number = connection.execute(select(schema.release_pointer.c.release_id)).scalar_one()
    while path.stat().st_size < gigabytes * 1e9:
        number += 1
        with engine.begin() as connection:
            for table in (schema.release, disclosure_report, *schema.RELEASE_TABLES):
                key = "id" if table is schema.release else "release_id"
                columns = [literal(number) if one.name == key else one for one in table.c]
                names = [one.name for one in table.c]
                rows = select(*columns).where(table.c[key] == first)
                connection.execute(insert(table).from_select(names, rows))
        engines.tidy(engine)
    engine.dispose()
    return number - first + 1


def hashes(path: Path) -> dict:
    """Hash of each table of values of the newest release."""
    engine = engines.create(f"sqlite:///{path}")
    with engine.connect().execution_options(reads_only=True) as connection:
        pointer = connection.execute(select(schema.release_pointer.c.release_id)).scalar_one()
        found = releases.values_hash(connection, pointer)
    engine.dispose()
    return found


def main(database: Path, gigabytes: float) -> float:
    """Print the seconds of each step and return the minutes of restoring."""
    folder = Path(tempfile.mkdtemp(prefix="ikms-restore-"))
    try:
        path, empty = folder / "monitoring.sqlite", folder / "empty"
        empty.mkdir()
        shutil.copy(database, path)
        count = grow(path, gigabytes)
        console.print(f"{path.stat().st_size / 1e9:.2f} GB, {count} releases; load {os.getloadavg()[0]:.1f}")
        before, laps = hashes(path), []

        def lap(what: str, since: float) -> None:
            laps.append(time.perf_counter() - since)
            console.print(f"  {what}: {laps[-1]:.1f} s")

        started = time.perf_counter()
        copy = folder / "copy.sqlite"
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        lap("copy while the web is at work", started)
        path.unlink()
        laps.clear()
        started = time.perf_counter()
        restored = empty / "monitoring.sqlite"
        shutil.copy(copy, restored)
        lap("put in its place", started)
        started = time.perf_counter()
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{restored}"}
        command = [sys.executable, "manage.py", "check", "--deep"]
        checked = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        lap("manage.py check --deep, with the public's file", started)
        if checked.returncode:
            raise SystemExit(checked.stdout + checked.stderr)
        started = time.perf_counter()
        servers.ours(restored).stop()
        lap("start to the first page", started)
        same = hashes(restored) == before
        minutes = sum(laps) / 60
        console.print(
            f"restored in {minutes:.1f} min (budget {BUDGET_MINUTES:.0f}); hashes {'equal' if same else 'DIFFER'}"
        )
        return minutes
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("database", nargs="?", type=Path, default=ROOT / "var" / "monitoring.sqlite")
    parser.add_argument("--gigabytes", type=float, default=5.0)
    given = parser.parse_args()
    main(given.database, given.gigabytes)
