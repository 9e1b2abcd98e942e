"""What a file is checked against: institutions, municipalities, stages and school years, read once per load."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, select

from .. import schema
from .datasets.model import normal

REFORM = "2021-07-01"  # first day of the present municipalities
_FORMER = Path(__file__).resolve().parents[2] / "reference" / "former_units_2009_2021.csv"


@dataclass(frozen=True)
class Unit:
    """An institution (id, reg_no) or a municipality (id = code)."""

    id: int | str
    code: str
    name: str
    municipality: str
    since: str
    until: str | None

    def exists(self, first: str, last: str) -> bool:
        """Does the unit exist on some day of the period (ISO dates)?"""
        return self.since <= last and (self.until is None or self.until >= first)


@dataclass
class Directory:
    """Lookups. Names are normalised; `follower` is the institution that took another one over."""

    institutions: dict[str, Unit] = field(default_factory=dict)
    follower: dict[int, str] = field(default_factory=dict)
    municipalities: dict[str, Unit] = field(default_factory=dict)
    municipality_names: dict[str, list[str]] = field(default_factory=dict)
    municipality_follower: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    stage_names: dict[str, tuple[str, str]] = field(default_factory=dict)
    years: range = range(2009, 2026)
    today: date = field(default_factory=date.today)

    def near_institution(self, number: str) -> str:
        """The registration number with most digits in common at its ends: a suggestion and never more."""
        if not number:
            return ""
        best, likeness = "", 6
        for known in self.institutions:
            alike = _common(number, known) + _common(number[::-1], known[::-1])
            if alike > likeness:
                best, likeness = known, alike
        return best

    def near_municipality(self, text: str) -> str:
        names = {unit.name: code for code, unit in self.municipalities.items()}
        close = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
        return f"{close[0]} ({names[close[0]]})" if close else "–"

    def evidence(self) -> list[str]:
        """Words with Latvian letters that prove an encoding."""
        return [unit.name for unit in self.municipalities.values() if not unit.name.isascii()]


def read(connection: Connection) -> Directory:
    """Fill a directory from the database."""
    result = Directory()
    table = schema.institution
    for row in connection.execute(select(table)):
        result.institutions[row.reg_no] = Unit(
            row.id, row.reg_no, row.name, row.municipality_code, row.valid_from, row.valid_to
        )
    numbers = {unit.id: code for code, unit in result.institutions.items()}
    for row in connection.execute(select(schema.institution_lineage)):
        if row.to_id in numbers:
            result.follower[row.from_id] = numbers[row.to_id]
    table = schema.municipality
    for row in connection.execute(select(table)):
        result.municipalities[row.code] = Unit(
            row.code, row.code, row.name_full, row.code, row.valid_from, row.valid_to
        )
        if row.successor_code:
            result.municipality_follower[row.code] = row.successor_code
        for name in {
            row.name,
            row.name_full,
            row.name_en,
            f"{row.name} valstspilsēta",
            f"{row.name} pilsēta",
            row.code[2:],
        }:
            codes = result.municipality_names.setdefault(normal(name), [])
            if row.code not in codes:
                codes.append(row.code)
    for row in connection.execute(select(schema.stage)):
        result.stage_names[row.code] = (row.name_lv, row.name_en)
        for name in (row.code, row.name_lv, row.name_en):
            result.stages[normal(name)] = row.code
    years = list(connection.execute(select(schema.school_year.c.start)).scalars())
    if years:
        result.years = range(min(years), max(years) + 1)
    return result


def _common(first: str, second: str) -> int:
    """Equal characters at the beginning of both."""
    count = 0
    for one, other in zip(first[:9], second, strict=False):
        if one != other:
            break
        count += 1
    return count


@cache
def territory_before(code: str) -> tuple[tuple[str, ...], bool]:
    """Municipalities of 2009–2021 that a present one was made from, and whether it is just one of them, unchanged."""
    if not _FORMER.is_file():
        return (), False
    with _FORMER.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["code"] == code]
    return tuple(row["former_unit"] for row in rows), len(rows) == 1 and rows[0]["share"] == "whole"


@cache
def former_units() -> dict[str, tuple[str, ...]]:
    """Normalised name of a municipality of 2009–2021 -> codes of what it is part of now."""
    if not _FORMER.is_file():
        return {}
    found: dict[str, list[str]] = {}
    with _FORMER.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(normal(row["former_unit"]), []).append(row["code"])
    return {name: tuple(codes) for name, codes in found.items()}
