"""Person-level files to counts: 2.2 million pupil-years and 19.8 million marks, beside pandas and PostgreSQL.

    python -m benchmarks.extract [--folder DIR] [--only ours,plain_duckdb,ours_csv,pandas,postgres]

Each tool runs in its own fresh process, one after the other, and does the counting that the `mark` and `enrolment`
tables need. Ours does more: it checks every value, looks for persons that stand twice, finds repeaters across years
and writes the template. "plain DuckDB" is the floor: the same sums and repeaters over the same Parquet, nothing checked,
nothing written. pandas reads CSV, as this environment has no Parquet reader for it; PostgreSQL loads one of the ten school years by COPY, which
is timed apart, and its seconds are shown as read and times ten. Wall times move with whatever else the machine does;
CPU seconds divided by the two cores say what it would be alone. A tool that has no answer after 180 s is stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import machine

ROOT = Path(__file__).resolve().parents[1]
PERSONS, YEARS, SCHOOLS = 220_000, range(2014, 2024), 660
SUBJECTS = (
    "latvian", "mathematics", "english", "science", "social_studies", "history", "geography", "biology", "physics",
)  # fmt: skip
BUDGET_SECONDS, BUDGET_MB = 5.0, 600
MOST_SECONDS = 180
TENTH = "tenth"  # folder of the first of the ten school years, for the server
console = Console(width=140)


def make(folder: Path) -> None:
    """Invented files of national size: Parquet and CSV."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(folder / "spill")})
    subject = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(SUBJECTS))
    key = (
        f"printf('P%07d', person) AS person_code, printf('99%08d', person % {SCHOOLS}) AS reg_no, "
        "printf('%d/%d', year, year + 1) AS school_year, "
        "CASE WHEN person % 12 < 9 THEN 'basic' ELSE 'upper_secondary' END AS stage"
    )
    pupils = f"range({YEARS[0]}, {YEARS[-1] + 1}) y(year), range({PERSONS}) p(person)"
    tables = {
        "enrolment": f"SELECT {key}, CAST((person + year) % 12 + 1 AS TINYINT) AS grade, "
        "CAST(NULL AS DATE) AS enrolled_from, "
        "CASE WHEN hash(person, year) % 50 = 0 THEN make_date(year + 1, 2, 1) END AS enrolled_to "
        f"FROM {pupils} ORDER BY year, reg_no",
        "marks": f"SELECT {key}, CASE s.n {subject} END AS subject, "
        "CAST(hash(person, year, s.n) % 10 + 1 AS TINYINT) AS mark "
        f"FROM {pupils}, range({len(SUBJECTS)}) s(n) ORDER BY year, reg_no",
    }
    for name, query in tables.items():
        target = folder / f"{name}.parquet"
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        connection.execute(
            f"COPY (FROM '{target}') TO '{folder / name}.csv' (FORMAT csv, DELIMITER ';', HEADER true)"
        )
    connection.close()
    make_tenth(folder)


def make_tenth(folder: Path) -> None:
    """The first school year of both CSV files; they are sorted by year."""
    small = folder / TENTH
    small.mkdir(exist_ok=True)
    for name, rows in (("enrolment", PERSONS), ("marks", PERSONS * len(SUBJECTS))):
        with (folder / f"{name}.csv").open("rb") as source, (small / f"{name}.csv").open("wb") as target:
            target.writelines(islice(source, rows + 1))


# --- the tools, each in a process of its own --------------------------------------------------------


def ours(folder: Path, suffix: str) -> dict:
    from data_access.importing.datasets import all_datasets
    from data_access.importing.extracts.run import count_files
    from data_access.importing.templates import csv_text

    found = {}
    files = [(folder / f"{kind}.{suffix}", kind) for kind in ("marks", "enrolment")]
    for counted in count_files(files, threads=2):
        for dataset, rows in counted.tables.items():
            csv_text(all_datasets()[dataset], rows)
            found[dataset] = len(rows)
            if dataset == "mark":
                found["marks"] = sum(row["pupils"] for row in rows)
                found["good"] = sum(row["good"] for row in rows)
    return found


def plain_duckdb(folder: Path) -> dict:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "500MB", "threads": 2, "temp_directory": ""})
    keys = "reg_no, school_year, stage"
    pupils, marks = (f"read_parquet('{folder / name}.parquet')" for name in ("enrolment", "marks"))
    enrolled = connection.execute(
        f"SELECT {keys}, count(*), count(enrolled_to) FROM {pupils} GROUP BY {keys}"
    ).fetchall()
    year = "CAST(left(school_year, 4) AS INTEGER)"
    connection.execute(
        f"SELECT n.reg_no, n.school_year, n.stage, count(*), count(*) FILTER (n.grade = b.grade) "
        f"FROM (SELECT *, {year} AS year FROM {pupils}) n JOIN (SELECT *, {year} AS year FROM {pupils}) b "
        "ON b.person_code = n.person_code AND b.stage = n.stage AND b.year = n.year - 1 "
        "GROUP BY n.reg_no, n.school_year, n.stage"
    ).fetchall()
    table = connection.execute(
        f"SELECT {keys}, subject, count(mark), count(*) FILTER (mark >= 7), avg(mark), stddev_samp(mark) "
        f"FROM {marks} GROUP BY {keys}, subject"
    ).fetchall()
    return {
        "enrolment": 2 * len(enrolled),
        "mark": len(table),
        "marks": sum(row[4] for row in table),
        "good": sum(row[5] for row in table),
    }


def pandas(folder: Path) -> dict:
    import pandas as pd

    kinds = {"reg_no": "category", "school_year": "category", "stage": "category", "subject": "category"}
    pupils = pd.read_csv(folder / "enrolment.csv", sep=";", dtype={**kinds, "grade": "int8"})
    keys = ["reg_no", "school_year", "stage"]
    enrolled = pupils.groupby(keys, observed=True).agg(
        pupils=("grade", "size"), left=("enrolled_to", "count")
    )
    marks = pd.read_csv(
        folder / "marks.csv", sep=";", dtype={**kinds, "mark": "int8"}, usecols=[*kinds, "mark"]
    )
    marks["good"] = marks["mark"] >= 7
    table = marks.groupby([*keys, "subject"], observed=True).agg(
        pupils=("mark", "size"), good=("good", "sum"), mean=("mark", "mean"), sd=("mark", "std")
    )
    return {
        "enrolment": 2 * len(enrolled),
        "mark": len(table),
        "marks": int(table["pupils"].sum()),
        "good": int(table["good"].sum()),
    }


def postgres(folder: Path) -> dict:
    import psycopg

    from tests.support.postgres import Server

    server = Server()
    try:
        address = server.create("extracts").replace("postgresql+psycopg://", "postgresql://")
        folder = folder / TENTH
        started = time.perf_counter()
        with psycopg.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = '{MOST_SECONDS}s'")
            key = "person_code text, reg_no text, school_year text, stage text"
            columns = {
                "enrolment": f"{key}, grade smallint, enrolled_from date, enrolled_to date",
                "marks": f"{key}, subject text, mark smallint",
            }
            for name, types in columns.items():
                cursor.execute(f"CREATE UNLOGGED TABLE {name} ({types})")
                with (
                    cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv, DELIMITER ';', HEADER true)") as copy,
                    (folder / f"{name}.csv").open("rb") as file,
                ):
                    while block := file.read(1 << 20):
                        copy.write(block)
            connection.commit()
            loaded = time.perf_counter() - started
            started = time.perf_counter()
            keys = "reg_no, school_year, stage"
            cursor.execute(f"SELECT {keys}, count(*), count(enrolled_to) FROM enrolment GROUP BY {keys}")
            enrolled = cursor.fetchall()
            cursor.execute(
                f"SELECT {keys}, subject, count(*), count(*) FILTER (WHERE mark >= 7), avg(mark), stddev_samp(mark) "
                f"FROM marks GROUP BY {keys}, subject"
            )
            table = cursor.fetchall()
        return {
            "enrolment": 2 * len(enrolled),
            "mark": len(table),
            "marks": sum(row[4] for row in table),
            "good": sum(row[5] for row in table),
            "load_seconds": loaded,
            "seconds": time.perf_counter() - started,
        }
    finally:
        server.stop()


TOOLS = {
    "ours": ("ours, Parquet", lambda folder: ours(folder, "parquet")),
    "ours_csv": ("ours, CSV", lambda folder: ours(folder, "csv")),
    "plain_duckdb": ("plain DuckDB, Parquet, no checks", plain_duckdb),
    "pandas": ("pandas, CSV, no checks", pandas),
    "ours_tenth": ("ours, CSV, one year of ten", lambda folder: ours(folder / TENTH, "csv")),
    "postgres": ("PostgreSQL, one year of ten, no checks, loading apart", postgres),
}


def peak_mb() -> float:
    """Most memory of this program so far. Not ru_maxrss, which begins with that of the process that started it."""
    with open("/proc/self/status", encoding="ascii") as stream:
        line = next(line for line in stream if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def one(name: str, folder: Path) -> None:
    """Run a tool here and print its figures as JSON."""
    started, cpu = time.perf_counter(), time.process_time()
    found = TOOLS[name][1](folder)
    result = {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "mb": peak_mb(),
        **found,
    }
    print(json.dumps(result))


def main(folder: Path, names: list[str], repeats: int) -> list[dict]:
    """Make the files, run the tools in turn and print the table."""
    if not (folder / "marks.csv").is_file():
        make(folder)
    elif not (folder / TENTH / "marks.csv").is_file():
        make_tenth(folder)
    table = Table(
        "tool", "seconds (best / all)", "CPU s", "peak MB", "loading s", title="Person-level files to counts"
    )
    results = []
    for name in names:
        runs = []
        for _ in range(repeats):
            try:
                answer = subprocess.run(
                    [sys.executable, "-m", "benchmarks.extract", "--run", name, "--folder", str(folder)],
                    cwd=ROOT, capture_output=True, text=True, check=True, timeout=MOST_SECONDS,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                break
            runs.append(json.loads(answer.stdout.strip().splitlines()[-1]))
        if not runs:
            table.add_row(TOOLS[name][0], f"more than {MOST_SECONDS}")
            continue
        best = min(runs, key=lambda run: run["seconds"])
        results.append({"tool": name, **best})
        every = ", ".join(f"{run['seconds']:.1f}" for run in runs)
        server_side = name == "postgres"
        table.add_row(
            TOOLS[name][0], f"{best['seconds']:.2f} / {every}" + (f" (times ten: {10 * best['seconds']:.1f})" if server_side else ""),
            "–" if server_side else f"{best['cpu']:.1f} (/2: {best['cpu'] / 2:.1f})", "–" if server_side else f"{best['mb']:.0f}",
            f"{best['load_seconds']:.1f}" if server_side else "",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"load average {os.getloadavg()[0]:.1f}; budget {BUDGET_SECONDS} s and {BUDGET_MB} MB on 2 cores; a million "
        f"additions take {machine.told(machine.additions_ms())} the {machine.REFERENCE_MS} ms where the budget was set"
    )
    for whole, names_of in ((True, "the whole files"), (False, "one year")):
        sums = {
            (run["mark"], run["marks"], run["good"])
            for run in results
            if whole != (run["tool"] in ("postgres", "ours_tenth"))
        }
        if len(sums) > 1:
            console.print(f"[red]{names_of}: the tools differ: {sums}[/red]")
        elif sums:
            console.print(f"{names_of}: the tools agree")
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default=",".join(TOOLS))
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--run")
    given = parser.parse_args()
    if given.run:
        one(given.run, given.folder)
    elif given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
        main(given.folder, given.only.split(","), given.repeats)
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made), given.only.split(","), given.repeats)
