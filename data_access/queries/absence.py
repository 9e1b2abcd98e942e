"""Absence and children without a place: roll-ups of the release, from the plane that the scope allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer as SqlInteger
from sqlalchemy import Row, bindparam, cast, exists, select, true

from ..reading import Reader
from ..rollups_absence import MATRIX, UNTOLD
from ..rollups_public import institution_card
from ..schema import (
    absence_accuracy,
    absence_cause,
    absence_count,
    absence_projection,
    figure_published,
    indicator_released,
    indicator_value,
    institution,
    load_batch,
    municipality,
    page_card,
    source,
    unregistered_count,
)

INDICATOR = "R03"
COUNTRY = "LV"


def plane(reader: Reader, kind: str, area_id: str, municipality_code: str | None = None) -> str:
    """The plane from which this reader reads the area or institution."""
    if kind == "institution":
        return reader.scope.plane(institution_id=int(area_id), municipality_code=municipality_code)
    if kind == "municipality":
        return reader.scope.plane(municipality_code=area_id)
    return reader.scope.plane()


def _inside(reader: Reader, municipality_code):
    """Condition for municipalities within the scope."""
    if reader.scope.sees_all:
        return true()
    return municipality_code.in_(sorted(reader.scope.municipalities))


_COUNTS = (
    select(absence_count)
    .where(
        absence_count.c.release_id == bindparam("release_id"),
        absence_count.c.plane == bindparam("plane"),
        absence_count.c.area_kind == bindparam("area_kind"),
        absence_count.c.area_id == bindparam("area_id"),
    )
    .order_by(
        absence_count.c.stage,
        absence_count.c.source_code,
        absence_count.c.school_year,
        absence_count.c.semester,
    )
)
_COUNTS_OF_STAGE = _COUNTS.where(absence_count.c.stage == bindparam("stage"))


def history(
    reader: Reader,
    kind: str,
    area_id: str,
    municipality_code: str | None = None,
    *,
    stage: str | None = None,
) -> Sequence[Row]:
    """Counts of one area or institution in all semesters and both sources.

    Institutions have exact rows only: outside the scope there are none, and the released values of R03 stand
    in their place.
    """
    values = {
        "release_id": reader.release.id,
        "plane": plane(reader, kind, area_id, municipality_code),
        "area_kind": kind,
        "area_id": area_id,
    }
    if stage is None:
        return reader.connection.execute(_COUNTS, values).all()
    return reader.connection.execute(_COUNTS_OF_STAGE, {**values, "stage": stage}).all()


def _values_of_r03(table):
    return (
        select(table)
        .where(
            table.c.release_id == bindparam("release_id"),
            table.c.unit_kind == "institution",
            table.c.unit_id == bindparam("unit_id"),
            table.c.indicator_id == INDICATOR,
        )
        .order_by(table.c.stage, table.c.school_year, table.c.semester)
    )


_R03 = {"detail": _values_of_r03(indicator_value), "released": _values_of_r03(indicator_released)}


def indicator_history(
    reader: Reader, institution_id: str, municipality_code: str | None = None
) -> Sequence[Row]:
    """All values of R03 of an institution from the plane that the scope allows, oldest first."""
    query = _R03[plane(reader, "institution", institution_id, municipality_code)]
    return reader.connection.execute(
        query, {"release_id": reader.release.id, "unit_id": institution_id}
    ).all()


def municipalities(reader: Reader, stage: str, semester: int, years: Sequence[int]) -> list[Row]:
    """Primary counts of all municipalities in one semester of these years, exact inside the scope."""
    table = absence_count
    inside = _inside(reader, table.c.area_id)
    rows: list[Row] = []
    for name, condition in (("detail", inside), ("released", ~inside)):
        if name == "detail" and not reader.scope.signed_in:
            continue
        if name == "released" and reader.scope.sees_all:
            continue
        rows += reader.connection.execute(
            select(table).where(
                table.c.release_id == reader.release.id,
                table.c.plane == name,
                table.c.area_kind == "municipality",
                table.c.stage == stage,
                table.c.source_code == "e_journals",
                table.c.school_year.in_(list(years)),
                table.c.semester == semester,
                condition,
            )
        ).all()
    return rows


def causes(
    reader: Reader, kind: str, area_id: str, school_year: int, municipality_code: str | None = None
) -> Sequence[Row]:
    """VIIS entries of one school year by reason and by action; none for an area outside the scope."""
    if kind != "country" and plane(reader, kind, area_id, municipality_code) != "detail":
        return []
    table = absence_cause
    return reader.connection.execute(
        select(table).where(
            table.c.release_id == reader.release.id,
            table.c.area_kind == kind,
            table.c.area_id == area_id,
            table.c.school_year == school_year,
        )
    ).all()


_PROJECTIONS = (
    select(absence_projection)
    .where(
        absence_projection.c.release_id == bindparam("release_id"),
        absence_projection.c.area_kind == bindparam("area_kind"),
        absence_projection.c.area_id == bindparam("area_id"),
        absence_projection.c.stage == bindparam("stage"),
    )
    .order_by(absence_projection.c.school_year, absence_projection.c.semester)
)


def projections(
    reader: Reader, kind: str, area_id: str, stage: str, municipality_code: str | None = None
) -> Sequence[Row]:
    """One-step projections, past and coming, oldest first; only of the country and of units in scope."""
    if kind != "country" and plane(reader, kind, area_id, municipality_code) != "detail":
        return []
    return reader.connection.execute(
        _PROJECTIONS,
        {"release_id": reader.release.id, "area_kind": kind, "area_id": area_id, "stage": stage},
    ).all()


def accuracy(reader: Reader, kind: str, stage: str) -> dict[int, Row]:
    """How the projections of this kind of unit would have done, by semester."""
    table = absence_accuracy
    rows = reader.connection.execute(
        select(table).where(
            table.c.release_id == reader.release.id, table.c.area_kind == kind, table.c.stage == stage
        )
    )
    return {row.semester: row for row in rows}


@dataclass(frozen=True)
class Matrix:
    """Institutions by (level, change): how many, the first few by name, and how many without a known change."""

    counts: dict[tuple[str, str], int]
    named: dict[tuple[str, str], list[Row]]
    untold: int


def matrix(reader: Reader, stage: str, semester: int) -> Matrix | None:
    """The country's institutions by level and change in the newest year; None if there are none.

    Names are there only for readers who see the whole country.
    """
    payload = reader.connection.execute(
        select(page_card.c.payload).where(
            page_card.c.release_id == reader.release.id,
            page_card.c.plane == ("detail" if reader.scope.covers_country() else "released"),
            page_card.c.kind == MATRIX,
            page_card.c.unit_id == COUNTRY,
        )
    ).scalar()
    found = json.loads(payload).get(f"{stage}|{semester}") if payload else None
    if found is None:
        return None
    ids = {number for cell in found.values() for number in cell["first"]}
    rows = {}
    if ids:
        columns = (institution.c.id, institution.c.reg_no, institution.c.name)
        rows = {
            row.id: row
            for row in reader.connection.execute(select(*columns).where(institution.c.id.in_(sorted(ids))))
        }
    told = {tuple(key.split("|")): cell for key, cell in found.items() if key != UNTOLD}
    return Matrix(
        counts={key: cell["n"] for key, cell in told.items()},
        named={key: [rows[number] for number in cell["first"]] for key, cell in told.items()},
        untold=found.get(UNTOLD, {"n": 0})["n"],
    )


def judged(
    reader: Reader, stage: str, semester: int, years: Sequence[int], municipality_code: str | None = None
) -> list[Row]:
    """Exact values of R03 with names, of the institutions in scope (and in the municipality) only."""
    table = indicator_value
    conditions = [
        table.c.release_id == reader.release.id,
        table.c.unit_kind == "institution",
        table.c.indicator_id == INDICATOR,
        table.c.stage == stage,
        table.c.school_year.in_(list(years)),
        table.c.semester == semester,
        reader.scope.predicate(table.c.unit_id, table.c.municipality_code, text_ids=True),
    ]
    if municipality_code is not None:
        conditions.append(table.c.municipality_code == municipality_code)
    return list(
        reader.connection.execute(
            select(table, institution.c.reg_no, institution.c.name, institution.c.sort_key)
            .join(institution, institution.c.id == cast(table.c.unit_id, SqlInteger))
            .where(*conditions)
            .order_by(institution.c.sort_key)
        )
    )


def unrecorded(
    reader: Reader, stages: Sequence[str], period: tuple[int, int], municipality_code: str | None
) -> list[Row]:
    """Institutions in scope with a high level of long absence and no VIIS entry in the same semester.

    Only for a municipality within the scope, or for the whole country where the reader sees all of it.
    Ordered by certainty and share.
    """
    scope = reader.scope
    allowed = (
        scope.covers_country() if municipality_code is None else scope.covers_municipality(municipality_code)
    )
    if not allowed:
        return []
    value, entries = indicator_value, absence_count
    recorded = exists().where(
        entries.c.release_id == value.c.release_id,
        entries.c.plane == "detail",
        entries.c.area_kind == "institution",
        entries.c.area_id == value.c.unit_id,
        entries.c.stage == value.c.stage,
        entries.c.source_code == "viis_cases",
        entries.c.school_year == value.c.school_year,
        entries.c.semester == value.c.semester,
        entries.c.long_unexcused > 0,
    )
    conditions = [
        value.c.release_id == reader.release.id,
        value.c.unit_kind == "institution",
        value.c.indicator_id == INDICATOR,
        value.c.stage.in_(list(stages)),
        value.c.school_year == period[0],
        value.c.semester == period[1],
        value.c.level == "high",
        ~recorded,
    ]
    if municipality_code is not None:
        conditions.append(value.c.municipality_code == municipality_code)
    return list(
        reader.connection.execute(
            select(
                value,
                institution.c.reg_no,
                institution.c.name,
                municipality.c.name_full.label("place"),
                municipality.c.name_en.label("place_en"),
            )
            .join(institution, institution.c.id == cast(value.c.unit_id, SqlInteger))
            .join(municipality, municipality.c.code == institution.c.municipality_code)
            .where(*conditions)
            .order_by(value.c.certainty, value.c.value.desc(), institution.c.sort_key)
        )
    )


def stages_of(reader: Reader, institution_id: int) -> list[str]:
    """Stages in which an institution has learners, the largest first, by its newest school year.

    What is taught is public; how many learners is not returned.
    """
    return list(institution_card(reader, institution_id)["stages"])


_NEWEST = (
    select(absence_count.c.school_year, absence_count.c.semester)
    .where(
        absence_count.c.release_id == bindparam("release_id"),
        absence_count.c.plane == "released",
        absence_count.c.area_kind == "country",
        absence_count.c.area_id == COUNTRY,
        absence_count.c.stage == "total",
        absence_count.c.source_code == "e_journals",
    )
    .order_by(absence_count.c.school_year.desc(), absence_count.c.semester.desc())
    .limit(1)
)


def newest(reader: Reader) -> tuple[int, int] | None:
    """The newest school year and semester that the release has absence counts for."""
    row = reader.connection.execute(_NEWEST, {"release_id": reader.release.id}).first()
    return (row.school_year, row.semester) if row else None


# --- what others printed ----------------------------------------------------------------------------


def printed(reader: Reader, key: str, *, collection: str = "annual_report_2024") -> Sequence[Row]:
    """Published figures with this key in printed order, with source and as-of date."""
    table = figure_published
    return reader.connection.execute(
        select(
            table,
            load_batch.c.as_of,
            source.c.name_lv.label("source_lv"),
            source.c.name_en.label("source_en"),
        )
        .join(load_batch, load_batch.c.id == table.c.load_batch_id)
        .join(source, source.c.code == load_batch.c.source_code)
        .where(table.c.figure_key == key, table.c.collection == collection)
        .order_by(table.c.id)
    ).all()


# --- children without a place -----------------------------------------------------------------------


def unregistered_country(reader: Reader) -> Sequence[Row]:
    """Children of the country by year and status, exact only for readers who see the whole country."""
    table = unregistered_count
    return reader.connection.execute(
        select(table).where(
            table.c.release_id == reader.release.id,
            table.c.plane == ("detail" if reader.scope.sees_all else "released"),
            table.c.area_kind == "country",
        )
    ).all()


def unregistered_municipalities(
    reader: Reader, *, year: int | None = None, code: str | None = None
) -> list[Row]:
    """Children by municipality, exact inside the scope and protected outside; a year or a municipality."""
    if year is None and code is None:
        raise ValueError("name a year or a municipality")
    table = unregistered_count
    inside = _inside(reader, table.c.area_id)
    rows: list[Row] = []
    for name, condition in (("detail", inside), ("released", ~inside)):
        if name == "detail" and not reader.scope.signed_in:
            continue
        if name == "released" and reader.scope.sees_all:
            continue
        conditions = [
            table.c.release_id == reader.release.id,
            table.c.plane == name,
            table.c.area_kind == "municipality",
            condition,
        ]
        if year is not None:
            conditions.append(table.c.year == year)
        if code is not None:
            conditions.append(table.c.area_id == code)
        rows += reader.connection.execute(select(table).where(*conditions)).all()
    return rows
