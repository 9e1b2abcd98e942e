"""Step of a publication: who has delivered what in the newest period of each indicator, by municipality."""

from __future__ import annotations

import json
from collections import defaultdict

from sqlalchemy import Connection, Row, func, insert, select, tuple_

from .schema import indicator_released, indicator_value, page_card, unregistered_count
from .schema_loading import other_source, revision

COVERAGE, MISSING, CORRECTIONS = "coverage", "coverage_missing", "corrections"
NAMED = 100  # corrections, the newest first
UNREGISTERED = "unregistered"  # stands beside the indicators; municipalities deliver it themselves


def roll_up_coverage(connection: Connection, release_id: int) -> None:
    """Cards: for everybody what was corrected and where sources differ, in numbers of rows; the numbers of institutions that were expected and that delivered, and whether the
    municipality's own value is released; within the scope of a municipality which institutions are missing."""
    cards = [("released", CORRECTIONS, "LV", _corrections(connection))]
    newest = _newest(connection, release_id)
    cells: dict[str, dict[str, list[int]]] = defaultdict(dict)
    missing: dict[str, dict[str, list]] = defaultdict(dict)
    expected: dict[tuple[str, str], set[str]] = defaultdict(set)
    absent: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _rows(connection, indicator_value, release_id, "institution", newest):
        if row.reason == "z" or row.municipality_code is None:
            continue
        key = (row.municipality_code, row.indicator_id)
        expected[key].add(row.unit_id)
        if row.reason == "x":
            absent[key][row.unit_id].add(row.stage)
    shown: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in _rows(connection, indicator_released, release_id, "municipality", newest):
        shown[row.unit_id, row.indicator_id][row.value is None] += 1
    for (code, indicator), units in sorted(expected.items()):
        silent = absent.get((code, indicator), {})
        cells[code][indicator] = [len(units) - len(silent), len(units), *shown[code, indicator]]
        if silent:
            missing[code][indicator] = sorted([int(unit), *sorted(stages)] for unit, stages in silent.items())
    periods: dict[str, list[list]] = defaultdict(list)
    for indicator, stage, year, semester in sorted(newest):
        periods[indicator].append([stage, year, semester])
    year = _unregistered(connection, release_id, cells)
    if year:
        periods[UNREGISTERED] = [["", year, 0]]
    if cells:
        cards.append(("released", COVERAGE, "LV", {"periods": periods, "cells": cells}))
    cards += [("detail", MISSING, code, found) for code, found in sorted(missing.items())]
    connection.execute(
        insert(page_card),
        [
            {
                "release_id": release_id,
                "plane": plane,
                "kind": kind,
                "unit_id": unit,
                "payload": json.dumps(payload, sort_keys=True),
            }
            for plane, kind, unit, payload in cards
        ],
    )


def _corrections(connection: Connection) -> dict[str, list[dict]]:
    """Rows that a later file changed, by data set, day and reason; rows on which two sources differ."""
    day = func.substr(revision.c.at, 1, 10).label("day")
    changed = connection.execute(
        select(revision.c.dataset, day, revision.c.reason, func.count().label("rows"))
        .where(revision.c.withdrawn_at.is_(None))
        .group_by(revision.c.dataset, day, revision.c.reason)
        .order_by(day.desc(), revision.c.dataset, revision.c.reason)
        .limit(NAMED)
    )
    columns = (other_source.c.dataset, other_source.c.primary_source, other_source.c.source_code)
    differ = connection.execute(
        select(*columns, func.count().label("rows")).group_by(*columns).order_by(*columns)
    )
    return {
        "revisions": [dict(row._mapping) for row in changed],
        "differ": [dict(row._mapping) for row in differ],
    }


def _newest(connection: Connection, release_id: int) -> set[tuple[str, str, int, int]]:
    """The newest period of each indicator and stage."""
    table = indicator_value
    period = table.c.school_year * 10 + table.c.semester
    rows = connection.execute(
        select(table.c.indicator_id, table.c.stage, func.max(period))
        .where(table.c.release_id == release_id, table.c.unit_kind == "institution")
        .group_by(table.c.indicator_id, table.c.stage)
    )
    return {(indicator, stage, newest // 10, newest % 10) for indicator, stage, newest in rows}


def _rows(connection: Connection, table, release_id: int, kind: str, newest: set[tuple]) -> list[Row]:
    """Rows of one kind of unit in the newest periods."""
    if not newest:
        return []
    columns = (table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester)
    rows = connection.execute(
        select(table.c.unit_id, table.c.municipality_code, *columns, table.c.value, table.c.reason).where(
            table.c.release_id == release_id,
            table.c.unit_kind == kind,
            tuple_(table.c.school_year, table.c.semester).in_({(year, sem) for *_, year, sem in newest}),
        )
    ).all()
    return [row for row in rows if tuple(row[2:6]) in newest]


def _unregistered(connection: Connection, release_id: int, cells: dict) -> int | None:
    """Municipalities that delivered the children not registered of the newest year; the year."""
    table = unregistered_count
    own = (table.c.release_id == release_id, table.c.area_kind == "municipality", table.c.status == "total")
    year = connection.execute(select(func.max(table.c.year)).where(*own)).scalar()
    if year is None:
        return None
    released = {
        row.area_id: row.children is not None
        for row in connection.execute(
            select(table.c.area_id, table.c.children).where(
                *own, table.c.plane == "released", table.c.year == year
            )
        )
    }
    for row in connection.execute(
        select(table.c.area_id, table.c.delivered, table.c.expected).where(
            *own, table.c.plane == "detail", table.c.year == year
        )
    ):
        told = released.get(row.area_id, False)
        cells[row.area_id][UNREGISTERED] = [row.delivered, row.expected, int(told), int(not told)]
    return year
