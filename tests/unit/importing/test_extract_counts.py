"""Person-level files become the counts that plain Python finds in the same rows."""

from __future__ import annotations

import csv
import statistics
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.importing.extracts import kinds
from data_access.importing.extracts.run import count_file
from data_access.importing.extracts.sample import SAMPLES


def write_csv(path: Path, rows: list[dict], delimiter: str = ";", heading=lambda code: code) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([heading(code) for code in rows[0]])
        writer.writerows([list(row.values()) for row in rows])
    return path


def write_parquet(path: Path, rows: list[dict]) -> Path:
    """Numbers and dates as such, the rest as text; an empty text is NULL."""
    numbers = {"grade", "mark", "semester", "excused", "illness", "unexcused"}
    connection = duckdb.connect()
    columns = list(rows[0])
    kinds_of = {"percent": "DOUBLE", "enrolled_from": "DATE", "enrolled_to": "DATE"}
    types = [kinds_of.get(name, "SMALLINT" if name in numbers else "VARCHAR") for name in columns]
    connection.execute(
        f"CREATE TABLE t ({', '.join(f'{n} {k}' for n, k in zip(columns, types, strict=True))})"
    )
    values = [
        [None if cell in ("", "nv") else cell.replace(",", ".") for cell in row.values()] for row in rows
    ]
    connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' for _ in columns)})", values)
    connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    connection.close()
    return path


# --- the same by plain Python --------------------------------------------------------------------


def plain_marks(rows: list[dict]) -> dict:
    found = defaultdict(list)
    for row in rows:
        if row["mark"] not in ("", "nv"):
            key = (row["reg_no"], row["school_year"], row["stage"], row["subject"])
            found[key].append(int(row["mark"]))
    return {
        key: (
            len(values),
            sum(value >= 7 for value in values),
            round(statistics.mean(values), 4),
            round(statistics.stdev(values), 4) if len(values) > 1 else 0.0,
        )
        for key, values in found.items()
    }


def plain_absence(rows: list[dict]) -> dict:
    found = defaultdict(lambda: [0, 0, 0, 0, 0])
    for row in rows:
        key = (row["reg_no"], row["school_year"], int(row["semester"]), row["stage"])
        unexcused = int(row["unexcused"] or 0)
        long = unexcused > 3 if row["stage"] == "preschool" else unexcused >= 20
        parts = (1, int(row["excused"] or 0) > 0, int(row["illness"] or 0) > 0, unexcused > 0, long)
        found[key] = [a + b for a, b in zip(found[key], parts, strict=True)]
    return {key: tuple(values) for key, values in found.items()}


def plain_exam(rows: list[dict]) -> dict:
    sittings, groups = defaultdict(list), defaultdict(list)
    for row in rows:
        sitting = (row["school_year"], row["stage"], row["subject"], row["exam_level"])
        score = float(row["percent"].replace(",", ".")) if row["percent"] else None
        groups[(row["reg_no"], *sitting)].append((row["status"], score))
        if score is not None:
            sittings[sitting].append(score)
    found = {}
    for key, results in groups.items():
        scores = [score for status, score in results if status == "sat"]
        low, high = np.percentile(sittings[key[1:]], [25, 75]) if sittings[key[1:]] else (0, 0)
        limit = 10 if int(key[1][:4]) >= 2022 else 5 if key[2] == "upper_secondary" else 0
        bands = Counter(min(int(score // 10), 9) for score in scores)
        found[key] = {
            "eligible": len(results),
            "exempt": sum(status == "exempt" for status, _ in results),
            "sat": len(scores),
            "low": sum(score <= low + 1e-9 for score in scores),
            "high": sum(score >= high - 1e-9 for score in scores),
            "below_limit": sum(score < limit for score in scores),
            "mean": round(statistics.mean(scores), 3) if scores else None,
            "sd": round(statistics.stdev(scores), 3) if len(scores) > 1 else None,
            **{f"band_{band}": bands[band] for band in range(10)},
            "compulsory": int(key[4] != "higher"),
        }
    return found


def plain_enrolment(rows: list[dict]) -> tuple[dict, dict]:
    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    def there(row: dict, when: date) -> bool:
        first, last = day(row["enrolled_from"]), day(row["enrolled_to"])
        return (first is None or first <= when) and (last is None or last >= when)

    semesters, progress = Counter(), defaultdict(lambda: [0, 0, 0, 0, 0])
    ended = defaultdict(set)
    for row in rows:
        year = int(row["school_year"][:4])
        if there(row, date(year + 1, 5, 31)):
            ended[row["person_code"], year, row["stage"]].add(row["grade"])
    for row in rows:
        year = int(row["school_year"][:4])
        semesters[row["reg_no"], row["school_year"], 1, row["stage"]] += there(row, date(year, 12, 31))
        semesters[row["reg_no"], row["school_year"], 2, row["stage"]] += there(row, date(year + 1, 5, 31))
        start = there(row, date(year, 9, 1))
        before = ended.get((row["person_code"], year - 1, row["stage"]), set())
        first, last = day(row["enrolled_from"]), day(row["enrolled_to"])
        parts = (
            start,
            first is not None and first > date(year, 9, 1),
            last is not None and last < date(year + 1, 5, 31),
            start and bool(before),
            start and row["grade"] in before,
        )
        key = (row["reg_no"], row["school_year"], row["stage"])
        progress[key] = [a + b for a, b in zip(progress[key], parts, strict=True)]
    return dict(semesters), {key: tuple(values) for key, values in progress.items()}


# --- our side in the same form -------------------------------------------------------------------


def ours(kind: str, path: Path) -> dict:
    tables = count_file(path, kind, threads=2).tables
    if kind == "marks":
        return {
            (r["reg_no"], r["school_year"], r["stage"], r["subject"]): (
                r["pupils"],
                r["good"],
                float(r["mean"]),
                float(r["sd"]),
            )
            for r in tables["mark"]
        }
    if kind == "lessons_missed":
        return {
            (r["reg_no"], r["school_year"], r["semester"], r["stage"]): (
                r["pupils"],
                r["any_excused"],
                r["any_illness"],
                r["any_unexcused"],
                r["long_unexcused"],
            )
            for r in tables["absence"]
        }
    if kind == "exam_results":
        keys = ("reg_no", "school_year", "stage", "subject", "exam_level")
        return {
            tuple(r[name] for name in keys): {
                name: round(float(value), 3) if name in ("mean", "sd") and value is not None else value
                for name, value in r.items()
                if name not in keys
            }
            for r in tables["exam"]
        }
    semesters = {
        (r["reg_no"], r["school_year"], r["semester"], r["stage"]): r["pupils"] for r in tables["enrolment"]
    }
    progress = {
        (r["reg_no"], r["school_year"], r["stage"]): (
            r["pupils_start"],
            r["joined"],
            r["left_early"],
            r["repeat_eligible"],
            r["repeaters"],
        )
        for r in tables.get("progress", [])
    }
    return semesters, progress


def plain(kind: str, rows: list[dict]):
    if kind == "enrolment":
        semesters, progress = plain_enrolment(rows)
        years = {row["school_year"] for row in rows}
        known = {year for year in years if f"{int(year[:4]) - 1}/{year[:4]}" in years}
        return semesters, {key: value for key, value in progress.items() if key[1] in known}
    return {"marks": plain_marks, "lessons_missed": plain_absence, "exam_results": plain_exam}[kind](rows)


def same(kind: str, left, right) -> bool:
    if kind == "marks":
        close = {key: pytest.approx(values, abs=1.01e-4) for key, values in right.items()}
        return left == close
    if kind != "exam_results":
        return left == right
    if left.keys() != right.keys():
        return False
    return all(
        left[key][name] == pytest.approx(right[key][name], abs=0.0011)
        if name in ("mean", "sd") and right[key][name] is not None
        else left[key][name] == right[key][name]
        for key in left
        for name in right[key]
    )


@pytest.mark.parametrize("kind", sorted(SAMPLES))
@pytest.mark.parametrize("form", ["csv", "csv-lv", "parquet"])
def test_counts_are_those_of_plain_python(kind, form, tmp_path):
    """The invented sample, as CSV with codes, as CSV with Latvian headings and tabs, and as Parquet."""
    rows = SAMPLES[kind](persons=400)
    if form == "parquet":
        path = write_parquet(tmp_path / "f.parquet", rows)
    elif form == "csv":
        path = write_csv(tmp_path / "f.csv", rows)
    else:
        path = write_csv(tmp_path / "f.csv", rows, "\t", lambda code: kinds()[kind].field(code).name_lv)
    assert same(kind, ours(kind, path), plain(kind, rows))


def test_rows_in_are_rows_counted(tmp_path):
    """Rows = counted + without a mark + left out."""
    rows = SAMPLES["marks"](persons=300)
    blank = sum(row["mark"] == "nv" for row in rows)
    counted = count_file(write_csv(tmp_path / "f.csv", rows), "marks")
    assert (counted.rows, counted.without_value, counted.wrong) == (len(rows), blank, 0)
    assert counted.counted == sum(row["pupils"] for row in counted.tables["mark"]) == len(rows) - blank


def test_a_worked_exam(tmp_path):
    """Four results 10, 20, 30, 100 and one exempt: quartiles 17.5 and 47.5, mean 40, spread 40.8248."""
    rows = [
        {
            "person_code": f"P000{number}",
            "reg_no": "9900000003",
            "school_year": "2023/2024",
            "stage": "upper_secondary",
            "subject": "mathematics",
            "exam_level": "optimal",
            "status": "sat" if percent else "exempt",
            "percent": percent,
        }
        for number, percent in enumerate(("10", "20", "30,00", "100", ""))
    ]
    [row] = count_file(write_csv(tmp_path / "f.csv", rows), "exam_results").tables["exam"]
    assert (row["eligible"], row["exempt"], row["sat"], row["low"], row["high"], row["below_limit"]) == (
        5,
        1,
        4,
        1,
        1,
        0,
    )
    assert (float(row["mean"]), float(row["sd"])) == (40.0, 40.8248)
    assert [row[f"band_{band}"] for band in range(10)] == [0, 1, 1, 1, 0, 0, 0, 0, 0, 1]


mark_rows = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(("9900000003", "9900000827")),
        st.sampled_from(("2022/2023", "2023/2024")),
        st.sampled_from(("basic", "upper_secondary")),
        st.sampled_from(("latvian", "mathematics")),
        st.sampled_from(("", "nv", *(str(mark) for mark in range(1, 11)))),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda row: row[:5],
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=mark_rows)
def test_any_marks(rows, tmp_path):
    """Whatever marks: ours and plain Python agree."""
    names = ("person_code", "reg_no", "school_year", "stage", "subject", "mark")
    made = [dict(zip(names, (f"P{row[0]:04d}", *row[1:]), strict=True)) for row in rows]
    assert same("marks", ours("marks", write_csv(tmp_path / "f.csv", made)), plain("marks", made))


days = st.one_of(st.just(""), st.dates(date(2021, 6, 1), date(2024, 8, 31)).map(str))
enrolment_rows = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(("9900000003", "9900000827")),
        st.sampled_from(("2021/2022", "2022/2023", "2023/2024")),
        st.sampled_from(("basic", "upper_secondary")),
        st.sampled_from(("8", "9", "10")),
        days,
        days,
    ).map(lambda row: row if not (row[5] and row[6]) or row[5] <= row[6] else (*row[:5], row[6], row[5])),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:4],
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=enrolment_rows)
def test_any_enrolment(rows, tmp_path):
    """Whatever comings and goings, schools changed and grades repeated: ours and plain Python agree."""
    names = ("person_code", "reg_no", "school_year", "stage", "grade", "enrolled_from", "enrolled_to")
    made = [dict(zip(names, (f"P{row[0]:04d}", *row[1:]), strict=True)) for row in rows]
    assert ours("enrolment", write_csv(tmp_path / "f.csv", made)) == plain("enrolment", made)
