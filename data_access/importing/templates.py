"""Files in our own form: the template of a dataset, filled with rows or with an example.

The heading has two rows, codes and Latvian names; the loader knows both. CSV is UTF-8 with a mark, semicolons and
decimal commas, as spreadsheets in Latvia open it. XLSX has a second sheet that explains every column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from .. import schema
from .datasets import all_datasets
from .datasets.model import Column, Dataset
from .mapping import READ_ME

DATA = "Dati"
EXAMPLE_ROWS = 6
SAMPLE_PERSONS = 12
EXAMPLES = Path(__file__).resolve().parents[2] / "reference" / "templates"
BOM = "\ufeff"
KINDS = {  # kind of a column -> Latvian, English
    "reg_no": ("reģistrācijas numurs, desmit cipari", "registration number, ten digits"),
    "municipality": ("pašvaldības kods vai nosaukums", "code or name of a municipality"),
    "school_year": ("mācību gads, 2023/2024", "school year, 2023/2024"),
    "year": ("gads", "year"),
    "semester": ("1 vai 2", "1 or 2"),
    "stage": ("izglītības posms", "stage of education"),
    "count": ("vesels skaitlis", "whole number"),
    "decimal": ("skaitlis", "number"),
    "percent": ("procenti, 0–100", "per cent, 0 to 100"),
    "date": ("datums, 2024-01-31 vai 31.01.2024", "date, 2024-01-31 or 31.01.2024"),
    "choice": ("vārds no saraksta", "word of a list"),
    "flag": ("jā/nē vai 1/0", "yes/no or 1/0"),
    "text": ("teksts", "text"),
}

Row = Mapping[str, Any]


def header(dataset: Dataset) -> tuple[list[str], list[str]]:
    """The two rows of the heading: codes, Latvian names."""
    return [column.code for column in dataset.columns], [column.name_lv for column in dataset.columns]


# --- cells -----------------------------------------------------------------------------------------


def plain_number(value: float | int | Decimal) -> str:
    """A number with a decimal comma that reads back as itself.

    Three decimals are written as four: 1,234 could be meant as a thousand.

    >>> plain_number(12.5), plain_number(7.423), plain_number(Decimal("0.5000")), plain_number(3.0)
    ('12,5', '7,4230', '0,5', '3')
    """
    text = format(Decimal(str(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, point, decimals = text.partition(".")
    return f"{whole},{decimals}{'0' * (len(decimals) == 3)}" if point else whole


def cell(column: Column, value: Any) -> str:
    """A value of the table as the file has it."""
    if value is None or value == "":
        return ""
    if column.kind == "school_year" and isinstance(value, int):
        return f"{value}/{value + 1}"
    if column.kind == "percent":
        return plain_number(Decimal(str(value)) * 100)
    if isinstance(value, (float, Decimal)):
        return plain_number(value)
    return str(value)


def csv_text(dataset: Dataset, rows: Iterable[Row]) -> str:
    """The file as CSV, with both heading rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows(header(dataset))
    every = list(rows)
    texts = [_texts(column, [row.get(column.code) for row in every]) for column in dataset.columns]
    writer.writerows(zip(*texts, strict=True))
    return BOM + out.getvalue()


def _texts(column: Column, values: list) -> list[str]:
    """A column as the file has it. It has few different numbers, years and words: each is written out once."""
    if {value.__class__ for value in values} <= {
        int,
        str,
        Decimal,
        type(None),
    }:  # equal ones are written alike
        known = {value: cell(column, value) for value in set(values)}
        return [known[value] for value in values]
    return [cell(column, value) for value in values]


def xlsx_bytes(dataset: Dataset, rows: Iterable[Row]) -> bytes:
    """The file as a workbook: the data, and a sheet that says what each column means. The same rows, the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": dataset.name_lv, "created": datetime(2024, 1, 1)})
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    data = book.add_worksheet(DATA)
    for number, line in enumerate(header(dataset)):
        data.write_row(number, 0, line, bold)
    for number, row in enumerate(rows, start=2):
        for place, column in enumerate(dataset.columns):
            value = row.get(column.code)
            if value is None or value == "":
                continue
            text = cell(column, value)
            if column.kind in ("count", "decimal", "percent", "year", "semester", "flag") and _is_number(
                text
            ):
                data.write_number(number, place, float(text.replace(",", ".")))
            else:
                data.write_string(number, place, text)
    data.freeze_panes(2, 0)
    data.set_column(0, len(dataset.columns) - 1, 18)
    guide = book.add_worksheet(READ_ME)
    for number, line in enumerate(read_me(dataset)):
        for place, text in enumerate(line):
            guide.write_string(number, place, text, bold if number in (0, 4) else wrap)
    guide.set_column(0, 0, 24)
    guide.set_column(1, 6, 42)
    book.close()
    return out.getvalue()


def _is_number(text: str) -> bool:
    return text.replace(",", "", 1).removeprefix("-").isdigit()


# --- explanation -----------------------------------------------------------------------------------


def read_me(dataset: Dataset) -> list[list[str]]:
    """The lines of the explaining sheet: what the file is, then one line a column."""
    lines = [
        [dataset.name_lv, dataset.name_en],
        [dataset.about_lv, dataset.about_en],
        [f"Sūta: {dataset.deliverer_lv}", f"Sent by: {dataset.deliverer_en}"],
        [
            "Obligātās kolonnas atzīmētas ar *. Atslēga: " + ", ".join(dataset.key),
            "Columns that must be there are marked with *. Key: " + ", ".join(dataset.key),
        ],
        ["Kods", "Nosaukums", "Name", "Vērtības", "Values", "Piemērs", "Arī | Also understood"],
    ]
    for column in dataset.columns:
        lines.append(
            [
                column.code + ("*" if column.required else ""),
                column.name_lv,
                column.name_en,
                meaning(column, "lv"),
                meaning(column, "en"),
                column.example,
                ", ".join(column.synonyms),
            ]
        )
    return lines


def meaning(column: Column, lang: str) -> str:
    """What may stand in the column, in words."""
    is_lv = lang == "lv"
    parts = [KINDS[column.kind][0 if is_lv else 1]]
    if column.choices:
        names = [
            f"{choice.code} = {choice.name_lv if is_lv else choice.name_en}" for choice in column.choices
        ]
        parts.append("; ".join(names))
    if column.minimum is not None and column.maximum is not None:
        low, high = plain_number(column.minimum), plain_number(column.maximum)
        parts.append(f"no {low} līdz {high}" if is_lv else f"from {low} to {high}")
    if column.empty:
        parts.append("var būt tukša" if is_lv else "may be empty")
    if not column.stored:
        parts.append("netiek glabāta" if is_lv else "not kept")
    note = column.note(lang)
    return ". ".join([", ".join(parts), *([note.rstrip(".")] if note else [])])


# --- rows of the tables -----------------------------------------------------------------------------


def table_rows(
    connection: Connection, dataset: Dataset, where: Sequence[Any] = (), limit: int = 0
) -> list[dict]:
    """Rows of the dataset's table in the form of its file, ordered by the table's key."""
    table = schema.metadata.tables[dataset.table]
    query = select(table)
    if "institution_id" in table.c:
        institution = schema.institution
        query = query.add_columns(institution.c.reg_no, institution.c.name.label("institution_name")).join(
            institution, institution.c.id == table.c.institution_id
        )
    for name, value in dataset.constants.items():
        query = query.where(table.c[name] == value)
    query = query.where(*where).order_by(*table.primary_key.columns)
    if limit:
        query = query.limit(limit)
    rows = []
    for found in connection.execute(query).mappings():
        row = {}
        for column in dataset.columns:
            name = column.code if column.code in ("reg_no", "institution_name") else column.table_column
            row[column.code] = found.get(name)
        rows.append(row)
    return rows


def example_rows(connection: Connection, dataset: Dataset) -> list[dict]:
    """A few rows of the demonstration facts, of the newest period."""
    table = schema.metadata.tables[dataset.table]
    where = [table.c[name] == value for name, value in dataset.constants.items()]
    where += [table.c[name] > 0 for name in ("sat", "graduates", "long_unexcused") if name in table.c]
    for name in ("school_year", "year", "monitoring_year"):
        if name in table.c:
            newest = connection.execute(select(func.max(table.c[name])).where(*where)).scalar()
            where.append(table.c[name] == newest)
    return table_rows(connection, dataset, where, EXAMPLE_ROWS)


def write_examples(connection: Connection, folder: Path = EXAMPLES) -> list[Path]:
    """Write the example file of every dataset, and of every kind of person-level file; they lie in the repository."""
    from .extracts.sample import SAMPLES

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for dataset in all_datasets().values():
        if not dataset.extract:
            written.append(
                _write(folder / f"{dataset.id}.csv", csv_text(dataset, example_rows(connection, dataset)))
            )
    (folder / "extracts").mkdir(exist_ok=True)
    for kind, sample in sorted(SAMPLES.items()):
        written.append(
            _write(folder / "extracts" / f"{kind}.csv", sample_text(sample(persons=SAMPLE_PERSONS)))
        )
    return written


def sample_text(rows: Sequence[Row]) -> str:
    """Rows of a person-level file as CSV: one heading row of codes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(rows[0])
    writer.writerows(list(row.values()) for row in rows)
    return out.getvalue()


def _write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
