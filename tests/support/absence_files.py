"""Absence files for the loader's tests: right ones, which a test then spoils in one place."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

CODES = ["reg_no", "school_year", "semester", "stage", "pupils", "any_unexcused", "long_unexcused"]
LATVIAN = [
    "Iestādes reģistrācijas numurs",
    "Mācību gads",
    "Semestris",
    "Izglītības posms",
    "Izglītojamo skaits",
    "Ar neattaisnotiem kavējumiem",
    "Ar ilgstošiem neattaisnotiem kavējumiem",
]
ROWS = [
    ["9910000011", "2023/2024", "1", "basic", "100", "21", "3"],
    ["9910000022", "2023/2024", "1", "basic", "200", "40", "7"],
    ["9910000022", "2023/2024", "1", "upper_secondary", "150", "35", "12"],
    ["9910000033", "2023/2024", "1", "basic", "310", "66", "9"],
    ["9910000055", "2023/2024", "1", "basic", "90", "18", "0"],
]


def csv(
    rows: Iterable[Sequence[str]] = ROWS,
    header: Sequence[str] = LATVIAN,
    *,
    delimiter: str = ";",
    end: str = "\n",
    above: Iterable[str] = (),
) -> str:
    """A text file."""
    lines = [*above, delimiter.join(header), *(delimiter.join(map(str, row)) for row in rows)]
    return end.join(lines) + end


def with_cell(row: int, column: str, value: str, rows: Sequence[Sequence[str]] = ROWS) -> list[list[str]]:
    """The rows with one cell changed; row 2 is the first data row, as Excel counts."""
    changed = [list(one) for one in rows]
    changed[row - 2][CODES.index(column)] = value
    return changed


def many(count: int, **changes: str) -> list[list[str]]:
    """`count` right rows of the schools 992…"""
    return [
        [f"992{number:07d}", "2023/2024", "1", "basic", "120", str(20 + number % 7), str(3 + number % 5)]
        for number in range(1, count + 1)
    ]


def xlsx(sheets: dict[str, Sequence[Sequence[object]]], tune=None) -> bytes:
    """A workbook; numbers stay numbers, texts stay texts. tune: function (workbook, worksheets by name)."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_numbers": False})
    made = {}
    for name, rows in sheets.items():
        made[name] = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    made[name].write(number, place, value)
    if tune:
        tune(book, made)
    book.close()
    return stream.getvalue()


def numbers(rows: Sequence[Sequence[str]] = ROWS) -> list[list[object]]:
    """The rows as Excel holds them: counts and the semester as numbers."""
    return [[*row[:2], int(row[2]), row[3], *map(int, row[4:])] for row in rows]
