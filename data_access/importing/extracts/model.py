"""What a person-level file looks like: its fields, and how each is read in SQL without copying it anywhere.

Two sorts of fields. *Classifiers* (institution, year, stage, subject, …) have few different values: they are grouped
as they were sent, and only the groups are translated (`parse`). *Measures* (mark, lessons, dates) are read row by row
inside DuckDB by an SQL expression that is NULL where the cell has no value and that `wrong` tells from a bad one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from language.messages import _

from ..datasets.model import Choice, normal

if TYPE_CHECKING:
    from .session import Session
    from .source import Source

FIRST_YEAR, LAST_YEAR = 2009, 2050
NO_VALUE = ("", "-", "–", "nv", "nav", "a", "x")  # what systems write where there is no mark or no number
LONGEST_CODE, LONGEST_WORD, MOST_WORDS, MOST_VALUES = 64, 60, 6, 5_000
PERSONAL_CODE = re.compile(r"(?<!\d)\d{6}-\d{5}(?!\d)|(?<!\d)32\d{9}(?!\d)")
_YEAR = re.compile(r"(20\d\d)\.?(?:\s*[/\-–]\s*((?:20)?\d\d)\.?)?")


class Unreadable(ValueError):
    """A classifier's value cannot be understood; the text is a msgid."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column of a person-level file.

    kind: person, reg_no, school_year, semester, choice (classifiers), or whole, hundredths, date, flag (measures).
    low, high: bounds of a measure. required: the column must be there; a measure that is not required may be missing
    as a column, any measure may be empty in a row.
    """

    code: str
    kind: str
    name_lv: str
    name_en: str
    synonyms: tuple[str, ...] = ()
    required: bool = True
    low: int = 0
    high: int = 0
    choices: tuple[Choice, ...] = ()
    note_lv: str = ""
    note_en: str = ""
    example: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.code, self.name_lv, self.name_en, *self.synonyms)

    @property
    def is_measure(self) -> bool:
        return self.kind in ("whole", "hundredths", "date", "flag")

    def name(self, lang: str) -> str:
        return self.name_lv if lang == "lv" else self.name_en

    # --- classifiers ---------------------------------------------------------------------------

    def parse(self, raw: str | None) -> str | int:
        """The value of a classifier. Raises Unreadable."""
        text = " ".join((raw or "").split())
        if not text:
            raise Unreadable(_("the cell is empty"))
        return _PARSERS[self.kind](self, text)

    # --- measures ------------------------------------------------------------------------------

    def sql(self, column: str, is_text: bool, is_whole: bool = False) -> str:
        """The value of a measure before its bounds: INTEGER (hundredths: 1 = 0.01) or DATE; NULL = none or wrong.

        is_text: the column comes as text. is_whole: as whole numbers of at most 32 bits.
        """
        if self.kind == "date":
            if not is_text:
                return f"CAST({column} AS DATE)"
            iso, dotted = f"try_strptime({column}, '%Y-%m-%d')", f"try_strptime({column}, '%d.%m.%Y')"
            return f"CASE WHEN length({column}) = 10 THEN CAST(coalesce({iso}, {dotted}) AS DATE) END"
        if self.kind == "flag":
            if not is_text:
                return f"CASE WHEN {column} = 1 THEN 1 WHEN {column} = 0 THEN 0 END"
            return (
                f"CASE lower({column}) WHEN '1' THEN 1 WHEN '0' THEN 0 WHEN 'jā' THEN 1 WHEN 'nē' THEN 0 "
                f"WHEN 'yes' THEN 1 WHEN 'no' THEN 0 END"
            )
        digits = len(str(self.high // (100 if self.kind == "hundredths" else 1)))
        if self.kind == "hundredths":
            number = f"TRY_CAST({column} AS DOUBLE) * 100"
            if is_text:
                shape = rf"regexp_full_match({column}, '\d{{1,{digits}}}([.,]\d{{1,2}})?')"
                decimal = f"TRY_CAST(replace({column}, ',', '.') AS DECIMAL(9, 2)) * 100"
                return f"CASE WHEN {shape} THEN CAST({decimal} AS INTEGER) END"
            exact = f"abs({number} - round({number})) < 1e-6"
            return f"CASE WHEN {exact} THEN CAST(round({number}) AS INTEGER) END"
        if is_whole:
            return f"CAST({column} AS INTEGER)"
        if not is_text:
            return f"CASE WHEN {column} = floor({column}) THEN TRY_CAST({column} AS INTEGER) END"
        # A regular expression costs a tenth of a microsecond a row; for one or two digits this is as strict.
        if digits <= 2:
            shape = f"length({column}) <= {digits} AND {column} >= '0' AND right({column}, 1) >= '0'"
        else:
            shape = rf"regexp_full_match({column}, '\d{{1,{digits}}}')"
        return f"CASE WHEN {shape} THEN TRY_CAST({column} AS INTEGER) END"

    def absent(self, column: str, is_text: bool) -> str:
        """Whether the cell has no value."""
        if not is_text:
            return f"{column} IS NULL"
        tokens = ", ".join(f"'{token}'" for token in NO_VALUE)
        return f"({column} IS NULL OR lower(trim({column})) IN ({tokens}))"


def _reg_no(_field: Field, text: str) -> str:
    digits = text.replace(" ", "")
    if not re.fullmatch(r"\d{10}", digits):
        raise Unreadable(_("a registration number has ten digits"))
    return digits


def _school_year(_field: Field, text: str) -> int:
    found = _YEAR.fullmatch(text)
    if not found:
        raise Unreadable(_("write the school year as 2024/2025"))
    start = int(found[1])
    if found[2] and int(found[2]) % 100 != (start + 1) % 100:
        raise Unreadable(_("the second year of a school year follows the first"))
    if not FIRST_YEAR <= start <= LAST_YEAR:
        raise Unreadable(_("a school year that is not in the calendar of the dashboard"))
    return start


def _semester(_field: Field, text: str) -> int:
    found = {"1": 1, "i": 1, "2": 2, "ii": 2}.get(text.lower().rstrip("."))
    if found is None:
        raise Unreadable(_("the semester is 1 or 2"))
    return found


def _choice(field: Field, text: str) -> str:
    wanted = normal(text)
    for choice in field.choices:
        if wanted in {
            normal(name) for name in (choice.code, choice.name_lv, choice.name_en, *choice.synonyms)
        }:
            return choice.code
    raise Unreadable(_("a word that is not in the list of this column"))


def _grade(field: Field, text: str) -> int:
    digits = text.rstrip(".")
    if not digits.isascii() or not digits.isdigit() or not field.low <= int(digits) <= field.high:
        raise Unreadable(_("a grade that does not exist"))
    return int(digits)


_PARSERS: dict[str, Callable] = {
    "reg_no": _reg_no,
    "school_year": _school_year,
    "semester": _semester,
    "choice": _choice,
    "grade": _grade,
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A condition between measures of one row: `wrong` is SQL over their codes, NULL counts as right."""

    wrong: str
    problem: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of person-level file.

    unique: classifiers that together with the person may name one row only. needed: measures without which a row says
    nothing and is wrong. count: reads the checked source and returns the tables: dataset id -> rows of its template.
    """

    id: str
    name_lv: str
    name_en: str
    about_lv: str
    about_en: str
    fields: tuple[Field, ...]
    unique: tuple[str, ...]
    count: Callable[[Session, Source], dict[str, list[dict]]]
    needed: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = field(default=())
    derived: tuple[
        tuple[str, str], ...
    ] = ()  # further columns of the checked rows: name, SQL over those before

    def field(self, code: str) -> Field:
        return next(one for one in self.fields if one.code == code)

    @property
    def classifiers(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.kind != "person" and not one.is_measure)

    @property
    def measures(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.is_measure)

    def name(self, lang: str) -> str:
        return self.name_lv if lang == "lv" else self.name_en
