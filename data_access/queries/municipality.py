"""The institutions of one municipality side by side: which of them stands out, with what, and what is missing.

One line per institution. An indicator that an institution has in several stages counts once, with the stage
that stands worst; nothing is added up across indicators and no score is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, union_all

from indicators.catalogue import INDICATORS
from indicators.stages import POSITIONS, is_whole
from language.sorting import collation_key

from ..reading import Reader
from ..rollups_public import DELIVERED, card
from ..schema import (
    fact_enrolment,
    indicator_distribution,
    indicator_value,
    institution,
    institution_lineage,
    municipality,
    page_card,
    region,
)
from . import values

RISKS = tuple(code for code in INDICATORS if code.startswith("R"))
RANK = {"low": 1, "medium": 2, "high": 3}
_NO_LEVEL = {"x": 0, "u": -1}  # data that did not come are told before data that are too few
LASTING = 2  # periods in a row from which a flag counts as lasting
FEW_INSTITUTIONS = 3  # a sum over fewer would show the value of a single one


class Cell(NamedTuple):
    """One indicator of one institution in one stage, in the newest period of that stage."""

    unit_id: str
    indicator_id: str
    stage: str
    school_year: int
    semester: int
    numerator: float | None
    denominator: float | None
    value: float | None
    level: str | None
    certainty: str | None
    persistence: int | None
    is_new: int | None
    trend: str | None
    probability_medium: float | None
    probability_high: float | None
    reason: str | None

    @property
    def flagged(self) -> bool:
        """Is the level medium or high?"""
        return self.level in ("medium", "high")

    @property
    def certain(self) -> bool:
        """Is it a flag that is certain?"""
        return self.flagged and self.certainty == "certain"

    @property
    def lasting(self) -> bool:
        """Is it a flag for the second period in a row or longer?"""
        return self.flagged and (self.persistence or 0) >= LASTING

    @property
    def new(self) -> bool:
        """Is it a flag that the comparable period before did not have?"""
        return self.flagged and self.is_new == 1

    @property
    def probability(self) -> float | None:
        """Probability that the true value lies beyond the boundary of this flag; None where none is told."""
        if not self.flagged:
            return None
        return self.probability_high if self.level == "high" else self.probability_medium


def _worse(cell: Cell) -> tuple:
    """The larger, the worse; the stage's place makes it the same every time."""
    return (
        RANK.get(cell.level or "", _NO_LEVEL.get(cell.reason or "", -2)),
        cell.certainty == "certain",
        cell.persistence or 0,
        cell.is_new or 0,
        -POSITIONS[cell.stage],
    )


@dataclass(slots=True)
class Standing:
    """An institution with its indicators; `worst` is the cell that stands for each indicator."""

    unit: Row
    cells: Mapping[str, Sequence[Cell]]  # by indicator, stages in order
    worst: Mapping[str, Cell]
    pupils: int | None = None
    high: int = 0
    medium: int = 0
    certain: int = 0
    certain_high: int = 0
    lasting: int = 0
    new: int = 0
    unknown: int = 0  # indicators without any level: not delivered or too few

    @property
    def certain_highs(self) -> list[Cell]:
        """The certain high ones, in order of the indicators."""
        return [
            cell
            for code in RISKS
            if (cell := self.worst.get(code)) is not None and cell.level == "high" and cell.certain
        ]

    @property
    def order(self) -> tuple:
        """Certain high, lasting, new, name: the only order of such a list."""
        return (-self.certain_high, -self.lasting, -self.new, self.unit.sort_key)


def standing(unit: Row, cells: Iterable[Cell], pupils: int | None = None) -> Standing:
    """Put the cells of one institution together."""
    by_indicator: dict[str, list[Cell]] = {}
    for cell in cells:
        by_indicator.setdefault(cell.indicator_id, []).append(cell)
    worst = {}
    for code, found in by_indicator.items():
        if len(found) == 1:
            worst[code] = found[0]
        else:
            found.sort(key=lambda cell: POSITIONS[cell.stage])
            worst[code] = max(found, key=_worse)
    high = medium = certain = certain_high = lasting = new = unknown = 0
    for cell in worst.values():
        if cell.level is None:
            unknown += cell.reason in ("x", "u")
            continue
        if cell.level == "low":
            continue
        high += cell.level == "high"
        medium += cell.level == "medium"
        if cell.certainty == "certain":
            certain += 1
            certain_high += cell.level == "high"
        lasting += cell.lasting
        new += cell.is_new == 1
    return Standing(
        unit, by_indicator, worst, pupils, high, medium, certain, certain_high, lasting, new, unknown
    )


def expected_by_chance(cells: Iterable[Cell]) -> tuple[float, int]:
    """How many of these flags would be there by chance (sum of 1 - P), and for how many P is known."""
    known = [cell.probability for cell in cells if cell.flagged and cell.probability is not None]
    return math.fsum(1 - p for p in known), len(known)


def newest(reader: Reader) -> dict[tuple[str, str], values.Period]:
    """The newest period of each indicator and stage in the release."""
    return {key: found[-1] for key, found in values.periods(reader).items() if found}


@lru_cache(maxsize=8)
def _cells(period: frozenset):
    """The query for the newest periods: one look-up in the municipality's index for each of them."""
    table = indicator_value
    by_period: dict[values.Period, set[str]] = {}
    for (indicator, _stage), when in period:
        by_period.setdefault(when, set()).add(indicator)
    return union_all(
        *[
            select(*[table.c[name] for name in Cell._fields]).where(
                table.c.release_id == bindparam("release_id"),
                table.c.municipality_code == bindparam("code"),
                table.c.school_year == year,
                table.c.unit_kind == "institution",
                table.c.semester == semester,
                table.c.indicator_id.in_(sorted(indicators)),
            )
            for (year, semester), indicators in sorted(by_period.items())
        ]
    )


def cells(reader: Reader, code: str) -> dict[str, list[Cell]]:
    """Exact values of the municipality's institutions in the newest periods, by institution id (text).

    Empty for a reader who does not see all of the municipality. Read from the card of the release where there
    is one, else from the values.
    """
    if not reader.scope.covers_municipality(code):
        return {}
    payload = reader.connection.execute(_CARD, {"release_id": reader.release.id, "code": code}).scalar()
    if payload is not None:
        rows = orjson.loads(payload)
    else:
        period = {key: found for key, found in newest(reader).items() if key[0] in RISKS}
        if not period:
            return {}
        given = {"release_id": reader.release.id, "code": code}
        rows = [
            row
            for row in reader.connection.execute(_cells(frozenset(period.items())), given).all()
            if period.get((row.indicator_id, row.stage)) == (row.school_year, row.semester)
        ]
    result: dict[str, list[Cell]] = {}
    for cell in map(Cell._make, rows):
        result.setdefault(cell.unit_id, []).append(cell)
    return result


_CARD = select(page_card.c.payload).where(
    page_card.c.release_id == bindparam("release_id"),
    page_card.c.plane == "detail",
    page_card.c.kind == "municipality",
    page_card.c.unit_id == bindparam("code"),
)


def roll_up_municipalities(connection: Connection, release_id: int) -> None:
    """A step of a publication: the newest exact values of each municipality's institutions as one card.

    A municipality's page reads one row instead of looking up some thousand values one by one.
    """
    table, spread = indicator_value, indicator_distribution
    period: dict[tuple[str, str], values.Period] = {}
    for row in connection.execute(
        select(spread.c.indicator_id, spread.c.stage, spread.c.school_year, spread.c.semester)
        .where(spread.c.release_id == release_id)
        .order_by(spread.c.school_year, spread.c.semester)
    ):
        if row.indicator_id in RISKS:
            period[row.indicator_id, row.stage] = (row.school_year, row.semester)
    if not period:
        return
    rows = connection.execute(
        select(table.c.municipality_code, *[table.c[name] for name in Cell._fields])
        .where(
            table.c.release_id == release_id,
            table.c.unit_kind == "institution",
            table.c.school_year.in_(sorted({year for year, _semester in period.values()})),
        )
        .order_by(table.c.unit_id, table.c.indicator_id, table.c.stage)
    )
    cards: dict[str, list[tuple]] = {}
    for code, *rest in rows:
        cell = Cell._make(rest)
        if period.get((cell.indicator_id, cell.stage)) == (cell.school_year, cell.semester):
            cards.setdefault(code, []).append(tuple(cell))
    connection.execute(
        insert(page_card),
        [
            {
                "release_id": release_id,
                "plane": "detail",
                "kind": "municipality",
                "unit_id": code,
                "payload": orjson.dumps(found).decode(),
            }
            for code, found in sorted(cards.items())
        ],
    )


def standings(
    units: Sequence[Row],
    found: Mapping[str, Sequence[Cell]],
    pupils: Mapping[int, int],
    *,
    stage: str | None = None,
) -> list[Standing]:
    """One standing per institution, in the order of the triage list.

    stage: count the values of this stage and of the institution as a whole, as the page of an institution does;
    institutions that do not have the stage are left out.
    """
    result = []
    for unit in units:
        own = found.get(str(unit.id), ())
        if stage is not None:
            if not any(cell.stage == stage for cell in own):
                continue
            own = [cell for cell in own if cell.stage == stage or is_whole(cell.stage)]
        result.append(standing(unit, own, pupils.get(unit.id)))
    return sorted(result, key=lambda one: one.order)


_PUPILS = (
    select(fact_enrolment.c.institution_id, func.sum(fact_enrolment.c.pupils))
    .join(institution, institution.c.id == fact_enrolment.c.institution_id)
    .where(
        institution.c.municipality_code == bindparam("code"),
        fact_enrolment.c.school_year == bindparam("year"),
    )
    .group_by(fact_enrolment.c.institution_id, fact_enrolment.c.semester)
    .order_by(fact_enrolment.c.semester)
)


def pupils(reader: Reader, code: str) -> dict[int, int]:
    """Learners of the municipality's institutions at their last count in the newest school year in scope."""
    if not reader.scope.covers_municipality(code):
        return {}
    years = [year for (indicator, _stage), (year, _s) in newest(reader).items() if indicator == "R05"]
    if not years:
        return {}
    rows = reader.connection.execute(_PUPILS, {"code": code, "year": max(years)})
    return {key: int(count) for key, count in rows}


# --- what became of closed institutions --------------------------------------------------------------


@dataclass(frozen=True)
class Successor:
    """Where the pupils of a closed institution went: kind is merged, renamed or split."""

    date: str
    kind: str
    share: float
    reg_no: str
    name: str


_SUCCESSORS = (
    select(
        institution_lineage.c.from_id,
        institution_lineage.c.date,
        institution_lineage.c.kind,
        institution_lineage.c.share,
        institution.c.reg_no,
        institution.c.name,
    )
    .join(institution, institution.c.id == institution_lineage.c.to_id)
    .where(institution_lineage.c.from_id.in_(bindparam("ids", expanding=True)))
    .order_by(institution_lineage.c.from_id, institution_lineage.c.share.desc(), institution.c.sort_key)
)


def successors(reader: Reader, ids: Sequence[int]) -> dict[int, list[Successor]]:
    """Successors of institutions by the id of the closed one."""
    result: dict[int, list[Successor]] = {}
    if ids:
        for from_id, *rest in reader.connection.execute(_SUCCESSORS, {"ids": list(ids)}):
            result.setdefault(from_id, []).append(Successor(*rest))
    return result


# --- municipalities ------------------------------------------------------------------------------------


def predecessors(reader: Reader, code: str) -> Sequence[Row]:
    """Municipalities that became part of this one."""
    return reader.connection.execute(
        select(municipality).where(municipality.c.successor_code == code).order_by(municipality.c.sort_key)
    ).all()


def regions(reader: Reader) -> Sequence[Row]:
    """Planning regions by code."""
    return reader.connection.execute(select(region).order_by(region.c.name_lv)).all()


def all_municipalities(reader: Reader) -> Sequence[Row]:
    """Every municipality of the classifier, valid or not, in Latvian order."""
    return reader.connection.execute(
        select(municipality).order_by(municipality.c.sort_key, municipality.c.valid_from)
    ).all()


def open_counts(reader: Reader, day: str | None = None) -> dict[str, dict[str, int]]:
    """Institutions open on a day (default: the release's as-of date) by municipality and type."""
    day = day or reader.release.as_of
    rows = reader.connection.execute(
        select(institution.c.municipality_code, institution.c.type, func.count())
        .where(
            institution.c.valid_from <= day,
            or_(institution.c.valid_to.is_(None), institution.c.valid_to >= day),
        )
        .group_by(institution.c.municipality_code, institution.c.type)
    )
    result: dict[str, dict[str, int]] = {}
    for code, kind, count in rows:
        result.setdefault(code, {})[kind] = count
    return result


class Coverage(NamedTuple):
    """Institutions of an area that delivered, of those from which a value was due."""

    delivered: int
    due: int


_kept: dict[tuple, dict] = {}


def _once_a_release(name: str, reader: Reader, read: Callable[[], dict]) -> dict:
    """What is the same for every reader of a release is read once; a few releases at most are kept."""
    key = (name, str(reader.connection.engine.url), reader.release.id, reader.release.created_at)
    if key not in _kept:
        if len(_kept) >= 16:
            _kept.pop(next(iter(_kept)))
        _kept[key] = read()
    return _kept[key]


def coverage(reader: Reader) -> dict[tuple[str, str, str], Coverage]:
    """Coverage by (indicator, stage, area), areas being municipalities and "LV", in the newest periods.

    Tells how many delivered, never a level.
    """

    def read() -> dict[tuple[str, str, str], Coverage]:
        return {
            (indicator, stage, area): Coverage(delivered, due)
            for indicator, stage, area, delivered, due in card(reader, DELIVERED) or ()
        }

    return _once_a_release("coverage", reader, read)


class Area(NamedTuple):
    """A value of a municipality or of the country, from counts."""

    unit_id: str
    indicator_id: str
    stage: str
    school_year: int
    semester: int
    numerator: float | None
    denominator: float | None
    value: float | None
    lower: float | None
    upper: float | None
    reason: str | None
    value_text: str | None

    def protected(self, plane: str, covered: Coverage | None) -> Area:
        """The same, or only the reason why not: outside the own scope no sum over one or two institutions."""
        if plane == "detail" or (covered is not None and covered.delivered >= FEW_INSTITUTIONS):
            return self
        return self._replace(
            numerator=None, denominator=None, value=None, lower=None, upper=None, reason="c", value_text=None
        )


@lru_cache(maxsize=4)
def _areas(plane: str):
    table = values.PLANES[plane]
    return select(*[table.c[name] for name in Area._fields]).where(
        table.c.release_id == bindparam("release_id"),
        table.c.unit_kind == bindparam("kind"),
        table.c.unit_id == bindparam("unit_id"),
        table.c.school_year >= bindparam("first"),
    )


@lru_cache(maxsize=4)
def _towns(plane: str):
    table = values.PLANES[plane]
    return select(*[table.c[name] for name in Area._fields]).where(
        table.c.release_id == bindparam("release_id"),
        table.c.indicator_id == bindparam("indicator_id"),
        table.c.school_year == bindparam("school_year"),
        table.c.unit_kind == "municipality",
        table.c.stage == bindparam("stage"),
        table.c.semester == bindparam("semester"),
    )


def of_all_municipalities(reader: Reader, key: tuple[str, str]) -> dict[str, Area]:
    """Values of one indicator and stage by municipality, in the newest period.

    Exact for a reader who sees the whole country and for municipalities in scope, otherwise released.
    """
    when = newest(reader).get(key)
    if when is None:
        return {}
    covered = coverage(reader)
    given = {
        "release_id": reader.release.id,
        "indicator_id": key[0],
        "stage": key[1],
        "school_year": when[0],
        "semester": when[1],
    }

    def read(plane: str) -> dict[str, Area]:
        rows = reader.connection.execute(_towns(plane), given).all()
        return {row.unit_id: row for row in map(Area._make, rows)}

    if reader.scope.sees_all:
        return read("detail")
    result = {
        code: row.protected("released", covered.get((*key, code))) for code, row in read("released").items()
    }
    if reader.scope.municipalities:
        result |= {
            code: row for code, row in read("detail").items() if reader.scope.covers_municipality(code)
        }
    return result


@dataclass(frozen=True)
class AreaValue:
    """The municipality's own value of one indicator and stage beside the country's."""

    indicator_id: str
    stage: str
    period: values.Period
    own: Area
    country: Area | None
    coverage: Coverage


def area_values(reader: Reader, code: str) -> list[AreaValue]:
    """All values of a municipality from counts in their newest periods, with the country's beside them.

    The municipality's are exact for a reader whose scope covers it, otherwise released, and so for the country.
    """
    period = {key: found for key, found in newest(reader).items() if key[0] in RISKS}
    if not period:
        return []

    def read(plane: str, kind: str, unit_id: str) -> dict[tuple[str, str], Area]:
        rows = reader.connection.execute(
            _areas(plane),
            {
                "release_id": reader.release.id,
                "kind": kind,
                "unit_id": unit_id,
                "first": min(year for year, _semester in period.values()),
            },
        ).all()
        return {
            (row.indicator_id, row.stage): row
            for row in map(Area._make, rows)
            if period.get((row.indicator_id, row.stage)) == (row.school_year, row.semester)
        }

    plane = values.unit_plane(reader, "municipality", code)
    own = read(plane, "municipality", code)
    country = read(values.unit_plane(reader, "country", "LV"), "country", "LV")
    covered = coverage(reader)
    result = []
    for key in sorted(own, key=lambda key: (key[0], POSITIONS[key[1]])):
        reached = covered.get((*key, code), Coverage(0, 0))
        result.append(
            AreaValue(*key, period[key], own[key].protected(plane, reached), country.get(key), reached)
        )
    return result


def current_names(reader: Reader, lang: str) -> list[Row]:
    """Codes and names of the municipalities of the as-of date, in the order of their names in the language."""

    def read() -> dict:
        day = reader.release.as_of
        rows = reader.connection.execute(
            select(municipality.c.code, municipality.c.name_full, municipality.c.name_en)
            .where(
                municipality.c.valid_from <= day,
                or_(municipality.c.valid_to.is_(None), municipality.c.valid_to >= day),
            )
            .order_by(municipality.c.sort_key)
        ).all()
        return {"lv": rows, "en": sorted(rows, key=lambda row: collation_key(row.name_en))}

    return _once_a_release("names", reader, read)[lang]
