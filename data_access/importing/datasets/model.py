"""What a file that may be loaded looks like, as data: columns, key, checks, who delivers it and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...schema import metadata

KINDS = {
    "reg_no": "institution_id",  # ten digits; becomes the institution valid in the period
    "municipality": "municipality_code",  # code or name of a municipality valid in the period
    "school_year": "school_year",  # "2023/2024" -> 2023
    "year": None,  # calendar year
    "semester": "semester",  # 1 | 2
    "stage": "stage",  # code or name of a stage
    "count": None,  # whole number
    "decimal": None,
    "percent": None,  # 0-100 in the file, 0-1 in the table
    "date": None,  # dd.mm.yyyy or yyyy-mm-dd -> ISO text
    "choice": None,  # one of `choices`
    "flag": None,  # jā/nē, yes/no, 1/0 -> 1/0
    "text": None,
}
PERIODS = ("semester", "school_year", "year", "date")


class DatasetError(ValueError):
    """A declaration does not fit its table."""


@dataclass(frozen=True)
class Choice:
    """A permitted word: its code in the table, its names, and other spellings that are accepted."""

    code: str
    name_lv: str
    name_en: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the file.

    code: the name in the code header and in `Row.values`; target: the column of the table ("" = by kind, else the
    code). required: the column must be in the file. empty: a cell may have no value (NULL in the table).
    stored: False for what is only checked (the institution's name, the number of learners beside the absent ones).
    personal: values are masked in every message. minimum, maximum: bounds of a number, inclusive.
    """

    code: str
    kind: str
    name_lv: str
    name_en: str
    synonyms: tuple[str, ...] = ()
    required: bool = True
    empty: bool = False
    stored: bool = True
    personal: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    target: str = ""
    note_lv: str = ""
    note_en: str = ""
    example: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DatasetError(f"{self.code}: unknown kind {self.kind!r}")
        if (self.kind == "choice") != bool(self.choices):
            raise DatasetError(f"{self.code}: a choice column needs choices, others have none")

    @property
    def table_column(self) -> str:
        """The column of the table that the value goes to."""
        return self.target or KINDS[self.kind] or self.code

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading that is understood as this column."""
        return (self.code, self.name_lv, self.name_en, *self.synonyms)

    def name(self, lang: str) -> str:
        return self.name_lv if lang == "lv" else self.name_en

    def note(self, lang: str) -> str:
        return self.note_lv if lang == "lv" else self.note_en


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule of one row.

    test: gets the parsed values by column code (None = no value) and says whether the row is right; it is asked only
    when all of `columns` have a value. problem and cure: English msgids, marked with `_()`; placeholders are the
    column codes ({pupils}) and stand for the values. severity: error (the row is not loaded) or confirm (a steward
    has to confirm it with a reason).
    """

    id: str
    columns: tuple[str, ...]
    test: Callable[[Mapping[str, Any]], bool]
    problem: str
    cure: str
    severity: str = "error"


def at_most(part: str, whole: str) -> Check:
    """`part` may not be larger than `whole`."""
    return Check(
        id="part_above_whole",
        columns=(part, whole),
        test=lambda row: row[part] <= row[whole],
        problem="",  # the loader has words for the common rules
        cure="",
    )


def adds_up(whole: str, *parts: str, tolerance: float = 0.0) -> Check:
    """`parts` together are `whole`, within `tolerance`."""
    return Check(
        id="parts_not_whole",
        columns=(whole, *parts),
        test=lambda row: abs(row[whole] - sum(row[part] for part in parts)) <= tolerance,
        problem="",
        cure="",
    )


@dataclass(frozen=True)
class Bound:
    """`column` may not be larger than `other` of table `table`, where the rows have equal keys.

    keys: columns of `table`, each also a table column of the dataset. Rows without a partner are not judged.
    """

    column: str
    table: str
    other: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Whole:
    """Rows with equal keys together are one row of table `table`: each of `columns` adds up to its column there.

    keys: columns of `table`, each also a table column of the dataset. where: further columns of `table` and their
    values. Rows that are loaded already and not in the file count too; rows without a partner are not judged.
    """

    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]
    where: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A kind of file.

    table: where its rows go (a fact table, or "institution"). key: column codes that name a row, in the order of the
    table's key. constants: table columns with the same value in every row. source_code: a row of `source`.
    precedence: source codes that may bring the same key, the primary one first. Of two sources that differ the
    primary one is kept in the table and the other beside it; empty = a later file revises the earlier one.
    deliverer_*: who has to deliver. period: how often. due: (month, day) of each delivery in the year.
    watched: count columns whose sums are compared with the earlier period (a jump needs a steward's confirmation).
    expand: parsed values by column code and table columns so far -> rows of the table; None = one row as it is.
    extract: True for person-level files, which have another reader and never come to the cell by cell one.
    """

    id: str
    table: str
    name_lv: str
    name_en: str
    about_lv: str
    about_en: str
    source_code: str
    deliverer_lv: str
    deliverer_en: str
    period: str
    due: tuple[tuple[int, int], ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    constants: Mapping[str, object] = field(default_factory=dict)
    precedence: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    bounds: tuple[Bound, ...] = ()
    wholes: tuple[Whole, ...] = ()
    watched: tuple[str, ...] = ()
    expand: Callable[[Mapping[str, Any], dict[str, Any]], Sequence[dict[str, Any]]] | None = None
    extract: bool = False

    def name(self, lang: str) -> str:
        return self.name_lv if lang == "lv" else self.name_en

    def about(self, lang: str) -> str:
        return self.about_lv if lang == "lv" else self.about_en

    def deliverer(self, lang: str) -> str:
        return self.deliverer_lv if lang == "lv" else self.deliverer_en

    def column(self, code: str) -> Column:
        """The column of that code. Raises KeyError."""
        return next(column for column in self.columns if column.code == code)

    def verify(self) -> None:
        """Raise DatasetError when the declaration and its table do not fit."""
        if self.period not in PERIODS:
            raise DatasetError(f"{self.id}: unknown period {self.period!r}")
        table = metadata.tables.get(self.table)
        if table is None:
            raise DatasetError(f"{self.id}: there is no table {self.table}")
        codes = [column.code for column in self.columns]
        if len(set(codes)) != len(codes):
            raise DatasetError(f"{self.id}: a column code stands twice")
        used = {*self.key, *self.watched, *(code for check in self.checks for code in check.columns)}
        used |= {bound.column for bound in self.bounds} | {
            code for one in self.wholes for code in one.columns
        }
        unknown = sorted(used - set(codes))
        if unknown:
            raise DatasetError(f"{self.id}: unknown columns {unknown}")
        seen: dict[str, str] = {}
        for column in self.columns:
            for name in column.names:
                owner = seen.setdefault(normal(name), column.code)
                if owner != column.code:
                    raise DatasetError(f"{self.id}: {name!r} names both {owner} and {column.code}")
        if self.extract or self.expand is not None:
            return
        targets = {column.table_column for column in self.columns if column.stored} | set(self.constants)
        missing = targets - set(table.c.keys())
        if missing and self.table != "institution":
            raise DatasetError(f"{self.id}: {self.table} has no column {sorted(missing)}")
        needed = {c.name for c in table.c if not c.nullable} - {
            "load_batch_id",
            "id",
            "sort_key",
            "search_key",
        }
        if needed - targets:
            raise DatasetError(f"{self.id}: {self.table} needs {sorted(needed - targets)}")


def normal(heading: str) -> str:
    """A heading as it is compared: lower case, no punctuation, single blanks ("Reģ. Nr." -> "reģ nr")."""
    kept = "".join(ch if ch.isalnum() else " " for ch in heading.casefold())
    return " ".join(kept.split())
