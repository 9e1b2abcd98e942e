"""Back to any of the last five releases: how long, on a demonstration database, and whether the values are the same.

    python -m benchmarks.rollback [DATABASE]

Works on a copy. The demonstration has one release; its rows are copied under four further numbers, which is as large
as five publications of the same facts. A rollback is timed as the page and the command line do it: a copy of the
database, the pointer, its record, the public's file written anew and put in place.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, literal, select, update

from data_access import engine as engines
from data_access import releases, schema
from data_access.importing import jobs
from data_access.schema_disclosure import disclosure_report

ROOT = Path(__file__).resolve().parents[1]
BUDGET_SECONDS = 10.0
console = Console(width=140)


def five(engine) -> list[int]:
    """Make the newest release five times; returns the kept numbers, oldest first."""
    with engine.begin() as connection:
        first = connection.execute(select(schema.release_pointer.c.release_id)).scalar_one()
        for number in range(first + 1, first + releases.KEEP):
            for table in (schema.release, disclosure_report, *schema.RELEASE_TABLES):
                key = "id" if table is schema.release else "release_id"
                columns = [literal(number) if one.name == key else one for one in table.c]
                connection.execute(
                    insert(table).from_select(
                        [one.name for one in table.c], select(*columns).where(table.c[key] == first)
                    )
                )
        connection.execute(update(schema.release_pointer).values(release_id=number))
        return sorted(row.id for row in releases.history(connection) if row.kept)


def main(database: Path, *, hashes: bool = True) -> float:
    """Print the seconds of five rollbacks and return the longest."""
    folder = Path(tempfile.mkdtemp(prefix="ikms-rollback-"))
    try:
        path = folder / "monitoring.sqlite"
        shutil.copy(database, path)
        engine = engines.create(f"sqlite:///{path}")
        kept = five(engine)
        engines.tidy(engine)
        with engine.connect().execution_options(reads_only=True) as connection:
            before = {number: releases.values_hash(connection, number) if hashes else {} for number in kept}
        table = Table("release", "seconds", "CPU s", "hashes", title="Back to any of five releases")
        longest = 0.0
        for number in kept:
            started, cpu = time.perf_counter(), time.process_time()
            jobs.roll_back(engine, number, author="benchmark", reason="benchmark")
            longest = max(longest, time.perf_counter() - started)
            times = f"{time.perf_counter() - started:.2f}", f"{time.process_time() - cpu:.2f}"
            with engine.connect().execution_options(reads_only=True) as connection:
                same = not hashes or releases.values_hash(connection, number) == before[number]
            table.add_row(
                str(number), *times, "not read" if not hashes else "equal" if same else "[red]differ[/red]"
            )
        engine.dispose()
        console.print(table)
        size = path.stat().st_size / 1e6
        console.print(f"{size:.0f} MB; budget {BUDGET_SECONDS:.0f} s; load average {os.getloadavg()[0]:.1f}")
        return longest
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "monitoring.sqlite")
