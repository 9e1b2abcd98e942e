"""The chapter of the data dictionary about files that may be loaded, written from their declarations."""

from __future__ import annotations

from .datasets import all_datasets
from .datasets.model import Choice, Column, Dataset
from .extracts import kinds
from .extracts.model import LONGEST_WORD, MOST_WORDS, NO_VALUE, Field, Kind
from .extracts.session import QUARANTINE_LIMIT
from .templates import KINDS, meaning, plain_number

FILES = """
## Files that may be loaded

One template for each table: `manage.py templates` writes them as CSV and XLSX, examples lie in `reference/templates/`.
The first row holds the codes of the columns, the second their Latvian names; either is enough, in any order, and the
other spellings below are understood too. A star marks a column that must be there.
"""
EXTRACTS = """
## Person-level files

Counted by `manage.py extract FILE --kind KIND` and never kept: what is written are files of the tables above. CSV in
UTF-8 (`;`, `,`, tab or `|`) or Parquet; one heading row. A pseudonym is better than a personal code; either is only
seen as a hash inside the memory of the run. Only the columns below may be sent. The whole file is refused when a
column is unknown, missing or doubled, when a classifier holds more than {words} words, {signs} signs, a personal code or
an address, when a person stands twice, or when more than {limit} in a hundred rows cannot be used; fewer are left out and
listed with row, column and masked value. Cells without a value: {none}.
"""


def markdown() -> str:
    """The chapter as Markdown."""
    parts = [FILES]
    parts += [_dataset(dataset) for dataset in all_datasets().values() if not dataset.extract]
    parts.append(
        EXTRACTS.format(
            words=MOST_WORDS,
            signs=LONGEST_WORD,
            limit=round(QUARANTINE_LIMIT * 100),
            none=", ".join(f"`{sign}`" if sign else "empty" for sign in NO_VALUE),
        )
    )
    parts += [_kind(kind) for kind in kinds().values()]
    return "".join(parts)


def _dataset(dataset: Dataset) -> str:
    due = ", ".join(f"{month:02d}-{day:02d}" for month, day in dataset.due)
    lines = [
        f"\n### File {dataset.id}: {dataset.name_en}\n\n{dataset.name_lv}. {dataset.about_en}\n\n"
        f"Table `{dataset.table}`, source `{dataset.source_code}`. Sent by: {dataset.deliverer_en}; due {due}. "
        f"Key: {', '.join(dataset.key)}. Example: `reference/templates/{dataset.id}.csv`.\n\n"
        "| column | Latvian name | values | also understood |\n| --- | --- | --- | --- |\n"
    ]
    lines += [_column(column) for column in dataset.columns]
    rules = [_rule(check) for check in dataset.checks]
    rules += [f"{bound.column} ≤ {bound.table}.{bound.other}" for bound in dataset.bounds]
    if rules:
        lines.append(f"\nRules: {'; '.join(rules)}.\n")
    return "".join(lines)


def _rule(check) -> str:
    if check.id == "part_above_whole":
        return f"{check.columns[0]} ≤ {check.columns[1]}"
    if check.id == "parts_not_whole":
        return f"{check.columns[0]} = {' + '.join(check.columns[1:])}"
    return check.problem


def _column(column: Column) -> str:
    also = ", ".join((column.name_en, *column.synonyms))
    star = "*" if column.required else ""
    return f"| {column.code}{star} | {column.name_lv} | {_cell(meaning(column, 'en'))} | {_cell(also)} |\n"


def _kind(kind: Kind) -> str:
    lines = [
        f"\n### Extract {kind.id}: {kind.name_en}\n\n{kind.name_lv}. {kind.about_en}\n\n"
        f"A person may stand once for each {', '.join(kind.unique)}. "
        f"Example: `reference/templates/extracts/{kind.id}.csv`.\n\n"
        "| column | Latvian name | values | also understood |\n| --- | --- | --- | --- |\n"
    ]
    for one in kind.fields:
        star = "*" if one.required else ""
        also = ", ".join((one.name_en, *one.synonyms))
        lines.append(f"| {one.code}{star} | {one.name_lv} | {_cell(_values(one))} | {_cell(also)} |\n")
    return "".join(lines)


def _values(one: Field) -> str:
    parts = []
    if one.kind == "person":
        parts.append("4 to 64 signs without blanks")
    elif one.kind == "hundredths":
        parts.append(f"number from {one.low // 100} to {one.high // 100}")
    elif one.kind in ("whole", "grade"):
        parts.append(f"whole number from {plain_number(one.low)} to {plain_number(one.high)}")
    elif one.kind == "flag":
        parts.append("1 or 0")
    else:
        parts.append(KINDS[one.kind][1])
    if one.choices:
        parts.append("; ".join(_choice(choice) for choice in one.choices))
    return ". ".join([", ".join(parts), *([one.note_en.rstrip(".")] if one.note_en else [])])


def _choice(choice: Choice) -> str:
    return f"{choice.code} = {choice.name_en}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
