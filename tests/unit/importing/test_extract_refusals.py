"""What a person-level file may not hold, and what is said about it: place and cure, never a person."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from data_access.importing.extracts.findings import RefusedExtract, masked
from data_access.importing.extracts.run import count_file, count_files
from data_access.importing.extracts.sample import marks

ROOT = Path(__file__).resolve().parents[3]
HEADER = "person_code;reg_no;school_year;stage;subject;mark"
CODES = [f"0101{number % 90 + 10}-{10000 + number}" for number in range(400)]


def lines(count: int = 300) -> list[str]:
    """Rows with personal codes, all right."""
    return [
        f"{CODES[number]};9900000003;2023/2024;basic;latvian;{number % 10 + 1}" for number in range(count)
    ]


def write(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def refused(path: Path, kind: str = "marks") -> RefusedExtract:
    with pytest.raises(RefusedExtract) as caught:
        count_file(path, kind)
    error = caught.value
    said = [str(error), *(finding.say(lang) for finding in error.findings for lang in ("lv", "en"))]
    assert not any(code in text for text in said for code in CODES), "a message holds a personal code"
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    return error


def rules(error: RefusedExtract) -> list[str]:
    return [finding.rule for finding in error.findings]


def test_a_right_file_is_counted(tmp_path):
    """300 rows with personal codes: 300 pupils, 120 of them with 7 and more (4 of 10 marks)."""
    [row] = count_file(write(tmp_path / "f.csv", lines()), "marks").tables["mark"]
    assert (row["pupils"], row["good"]) == (300, 120)


@pytest.mark.parametrize("column", ["note", "Vārds Uzvārds", "comment_about_pupil"])
def test_unknown_column(column, tmp_path):
    """A column that is not declared refuses the file and is named with its letter."""
    rows = [f"{line};teksts" for line in lines(5)]
    error = refused(write(tmp_path / "f.csv", rows, f"{HEADER};{column}"))
    assert rules(error) == ["X10"]
    assert (error.findings[0].letter, error.findings[0].column) == ("G", column)


def test_missing_and_double_columns(tmp_path):
    error = refused(write(tmp_path / "f.csv", lines(5), HEADER.replace("mark", "Priekšmets")))
    assert rules(error) == ["X11", "X12"]
    assert error.findings[1].column == "mark"


def test_no_header(tmp_path):
    """The first row of data is not shown as if it were a heading."""
    rows = lines(5)
    assert rules(refused(write(tmp_path / "f.csv", rows[1:], rows[0]))) == ["X07"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Jānis bieži kavē, jo ģimenē ir grūtības, par ko runāts ar vecākiem", "X13"),
        ("x" * 61, "X13"),
        ("latvian 010101-12345", "X14"),
        ("32123456789", "X14"),
        ("mate@piemers.lv", "X14"),
    ],
)
@pytest.mark.parametrize("place", [3, 299])
def test_free_text_about_a_person(text, rule, place, tmp_path):
    """One cell of free text, a personal code or an address in a classifier refuses the whole file."""
    rows = lines()
    rows[place] = rows[place].replace(";latvian;", f";{text};")
    error = refused(write(tmp_path / "f.csv", rows))
    assert rules(error) == [rule]
    assert text not in str(error)


def test_many_different_values_are_free_text(tmp_path):
    """More different values than any classifier has."""
    rows = [f"P{n:05d};9900000003;2023/2024;basic;vards{n};5" for n in range(5_100)]
    assert rules(refused(write(tmp_path / "f.csv", rows))) == ["X13"]


def test_wrong_values_are_named_and_left_out(tmp_path):
    """At most one row in a hundred is left out, listed with row, letter and masked value."""
    rows = lines(400)
    rows[9] = rows[9].rsplit(";", 1)[0] + ";11"
    rows[19] = rows[19].rsplit(";", 1)[0] + ";teicami"
    rows[29] = rows[29].replace(";basic;", ";vidējais posms;")
    rows[39] = rows[39].replace(CODES[39], "")
    counted = count_file(write(tmp_path / "f.csv", rows), "marks")
    assert (counted.rows, counted.wrong, counted.counted) == (400, 4, 396)
    found = {finding.row: finding for finding in counted.findings}
    assert sorted(found) == [11, 21, 31, 41]
    assert [(found[row].rule, found[row].letter, found[row].value) for row in (11, 21, 31, 41)] == [
        ("X33", "F", "11"),
        ("X33", "F", "aaaaaaa"),
        ("X31", "D", "aaaaaaaa aaaaa"),
        ("X30", "A", ""),
    ]
    assert "rakstiet veselu skaitli no 1 līdz 10" in found[11].say("lv")
    assert "write a whole number from 1 to 10" in found[11].say("en")


def test_too_many_wrong_rows(tmp_path):
    """Five of 400 is more than one in a hundred."""
    rows = [line if n >= 5 else line.rsplit(";", 1)[0] + ";99" for n, line in enumerate(lines(400))]
    error = refused(write(tmp_path / "f.csv", rows))
    assert rules(error) == ["X16"] + ["X33"] * 5
    assert error.findings[0].values == {"wrong": 5, "rows": 400}


def test_a_person_twice(tmp_path):
    """The same person, institution, year and subject twice; in another subject is right."""
    rows = [*lines(), lines()[7], lines()[8].replace("latvian", "english")]
    error = refused(write(tmp_path / "f.csv", rows))
    assert rules(error) == ["X17"]
    assert error.findings[0].values["rows"] == 1


def test_two_spellings(tmp_path):
    rows = lines()
    rows[5] = rows[5].replace("latvian", "Latviešu valoda")
    assert rules(refused(write(tmp_path / "f.csv", rows))) == ["X19"]


@pytest.mark.parametrize(
    ("broken", "row"),
    [
        ("010101-12345;9900000003;2023/2024;basic;latvian", 12),
        ("010101-12345;9900000003;2023/2024;basic;latvian;5;6", 12),
        ('010101-12345;9900000003;2023/2024;basic;"latvian;5', None),
    ],
)
def test_a_broken_line(broken, row, tmp_path):
    """DuckDB's own message quotes the line; ours has its number only."""
    rows = lines()
    rows.insert(10, broken)
    error = refused(write(tmp_path / "f.csv", rows))
    assert rules(error) == ["X21"]
    assert "010101" not in str(error)
    if row:
        assert error.findings[0].row == row


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "X04"),
        (b"%PDF-1.7", "X05"),
        (b"PK\x03\x04xlsx", "X05"),
        (b"<html>", "X05"),
        (HEADER.encode("utf-16"), "X06"),
        ((HEADER + "\n" + lines(1)[0].replace("latvian", "Latviešu")).encode("cp1257"), "X06"),
        ((HEADER + "\n").encode(), "X15"),
        (b"PAR1 not really", "X08"),
    ],
)
def test_other_files(content, rule, tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    assert rules(refused(path)) == [rule]


def test_a_link_and_a_pattern(tmp_path):
    """A link is not followed and a pattern does not read its neighbours."""
    right = write(tmp_path / "f.csv", lines())
    (tmp_path / "link.csv").symlink_to(right)
    assert rules(refused(tmp_path / "link.csv")) == ["X01"]
    starred = write(tmp_path / "*.csv", lines())
    assert rules(refused(starred)) == ["X02"]


def test_memory_that_does_not_suffice(tmp_path):
    """The file is refused and nothing is written to the disk."""
    path = tmp_path / "f.parquet"
    duckdb.sql(
        "COPY (SELECT printf('P%08d', i) AS person_code, '9900000003' AS reg_no, '2023/2024' AS school_year, "
        "'basic' AS stage, 'latvian' AS subject, 5 AS mark FROM range(3000000) t(i)) "
        f"TO '{path}' (FORMAT parquet)"
    )
    with pytest.raises(RefusedExtract) as caught:
        count_file(path, "marks", memory_mb=30)
    assert rules(caught.value) == ["X20"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["f.parquet"]


@pytest.mark.parametrize(
    ("value", "shape"),
    [("Jānis Bērziņš", "aaaaa aaaaaaa"), ("010101-12345", "999999-99999"), ("11", "11"), (None, "")],
)
def test_masking(value, shape):
    assert masked(value) == shape


def test_no_personal_code_anywhere(tmp_path):
    """The whole way on the command line: output, counts, temporary folder, database and log hold no code.

    The temporary folder is watched while the command runs; one right file, and wrong ones whose messages tempt.
    """
    codes = re.compile(rb"0101\d\d-1\d{4}")
    spill, out, base = tmp_path / "tmp", tmp_path / "out", tmp_path / "m.sqlite"
    spill.mkdir()
    sqlite3.connect(base).close()
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for entry in spill.rglob("*"):
                seen.add(entry.name)
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    env = {**os.environ, "TMPDIR": str(spill), "DATABASE_URL": f"sqlite:///{base}", "LOG_LEVEL": "DEBUG"}
    env.pop("TEST_DEMO_DATABASE", None)
    wrong = lines()
    wrong[4] = wrong[4].rsplit(";", 1)[0] + ";010117-10007"
    files = {
        "right.csv": (lines(), 0),
        "left_out.csv": ([*wrong[:4], *lines()[5:], wrong[4]], 0),
        "twice.csv": ([*lines(), *lines(3)], 3),
        "short.csv": ([*lines(), "010117-10007;9900000003"], 3),
        "code_in_subject.csv": ([line.replace("latvian", "010117-10007") for line in lines()], 3),
        "0101 010117-10007.csv": (lines(), 0),
    }
    told = b""
    for name, (rows, code) in files.items():
        path = write(tmp_path / name, rows)
        result = subprocess.run(
            [sys.executable, "manage.py", "extract", str(path), "--kind", "marks", "--out", str(out)],
            cwd=ROOT,
            env=env,
            capture_output=True,
            timeout=120,
        )
        assert result.returncode == code, (name, result.stdout, result.stderr)
        told += result.stdout + result.stderr
        path.unlink()
    done.set()
    watcher.join()
    assert not [name for name in seen if "duckdb" in name.lower() or name.endswith(".tmp")]
    assert b"rindas" in told
    assert not codes.search(told)
    left = [entry for entry in tmp_path.rglob("*") if entry.is_file()]
    assert {"right.mark.csv", "right.extract.json"} <= {entry.name for entry in left}
    for entry in left:
        assert not codes.search(entry.name.encode()), entry.name
        assert not codes.search(entry.read_bytes()), entry.name


def test_files_side_by_side_give_what_each_gives_alone(tmp_path):
    """Two files at once, one of them refused: the other's counts are those of a run of its own, in the order given."""
    right, short = write(tmp_path / "right.csv", lines()), write(tmp_path / "short.csv", [*lines(), "x;y"])
    alone = count_file(right, "marks")
    first, second, third = count_files([(short, "marks"), (right, "marks"), (right, "marks")])
    assert isinstance(first, RefusedExtract)
    assert first.name == "short.csv"
    assert second == third == alone


def test_kinds_of_several_files_on_the_command_line(tmp_path):
    """One kind for all or one for each; anything else, and two files of one name, is refused before reading."""
    from typer.testing import CliRunner

    import manage

    (tmp_path / "b").mkdir()
    right, other = write(tmp_path / "right.csv", lines()), write(tmp_path / "other.csv", lines())
    same = write(tmp_path / "b" / "right.csv", lines())

    def run(*arguments: str):
        return CliRunner().invoke(manage.cli, ["extract", *arguments, "--out", str(tmp_path / "out")])

    two = [str(right), str(other)]
    assert run(*two, str(same), "--kind", "marks", "--kind", "marks").exit_code == 2
    assert run(str(right), str(same), "--kind", "marks").exit_code == 2
    assert not (tmp_path / "out").exists()
    done = run(*two, "--kind", "marks")
    assert done.exit_code == 0, done.output
    texts = [(tmp_path / "out" / f"{name}.mark.csv").read_bytes() for name in ("right", "other")]
    assert texts[0] == texts[1]
    assert len(texts[0].splitlines()) > 2


def test_the_same_file_gives_the_same_bytes(tmp_path):
    """The counts of one file are one file, in whatever order DuckDB's threads answer."""
    from data_access.importing.datasets import all_datasets
    from data_access.importing.templates import csv_text

    rows = [";".join(row.values()) for row in marks(persons=300)]
    path = write(tmp_path / "f.csv", rows)
    found = {csv_text(all_datasets()["mark"], count_file(path, "marks").tables["mark"]) for _ in range(4)}
    assert len(found) == 1
