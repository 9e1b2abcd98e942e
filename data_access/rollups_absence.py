"""Step of a publication: what the absence pages read instead of adding up facts at request time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Text, and_, cast, func, insert, literal, outerjoin, select

from indicators.later import later

from . import facts
from .bulk import insert_rows
from .schema import (
    absence_accuracy,
    absence_cause,
    absence_count,
    absence_projection,
    fact_absence,
    fact_absence_case,
    fact_enrolment,
    figure_published,
    indicator_value,
    metadata,
    page_card,
    unregistered_count,
)

if TYPE_CHECKING:
    import pandas as pd

np = later("numpy")

MATRIX, UNTOLD = "absence_matrix", "untold"
NAMED = 5  # institutions of a cell that are named
_SEMESTER = ("institution_id", "school_year", "semester", "stage")


Rows = list[tuple[str, "pd.DataFrame"]]  # name of a table and its rows


def roll_up_absence(connection: Connection, release_id: int, found: Callable[[], Rows] | None = None) -> None:
    """Counts, causes, projections and their record, institutions by level and change, children without a place.

    found: what `count_absence` gave, where somebody asked for it before.
    """
    written = set()
    for name, rows in (found or count_absence(connection))():
        table = metadata.tables[name]
        rows = rows[[column.name for column in table.c if column.name in rows]]
        insert_rows(connection, table, rows.assign(release_id=release_id))
        written.add(name)
    if absence_count.name in written:
        _copy_institutions(connection, release_id)
        _write_matrix(connection, release_id)
    if absence_cause.name in written:
        _copy_causes(connection, release_id)


def count_absence(connection: Connection) -> Callable[[], Rows]:
    """Read the facts; the result counts areas from them, without the database."""
    frames = facts.frames(connection, ("absence", "absence_case", "enrolment", "unregistered"))
    printed = _printed(connection)

    def count() -> Rows:
        from indicators import absence, unregistered

        found = []
        if len(frames["absence"]):
            counts = absence.counts(frames["absence"], frames["enrolment"], frames["institution"])
            counts = absence.with_trends(counts)
            areas = counts[counts["area_kind"] != "institution"]
            exact = areas.assign(plane="detail", share_low=areas["share"], share_high=areas["share"])
            exact["reason"] = np.where(exact["long_unexcused"].isna(), "x", None)
            projected = absence.projections(counts)
            found += [
                (absence_count.name, exact),
                (absence_count.name, absence.protect(counts).assign(plane="released")),
                (absence_projection.name, projected),
                (absence_accuracy.name, absence.accuracy(projected)),
            ]
        if len(frames["absence_case"]):
            found.append((absence_cause.name, absence.causes(frames["absence_case"], frames["institution"])))
        if len(frames["unregistered"]):
            children = unregistered.counts(frames["unregistered"])
            shown = unregistered.protect(children, printed)
            found += [
                (unregistered_count.name, children.assign(plane="detail")),
                (unregistered_count.name, shown.assign(plane="released")),
            ]
        return found

    return count


def _copy_institutions(connection: Connection, release_id: int) -> None:
    """The rows of single institutions, tens of thousands of them: copied inside the database."""
    fact, due = fact_absence, fact_enrolment
    same = [getattr(due.c, key) == getattr(fact.c, key) for key in _SEMESTER]
    columns = {
        "release_id": literal(release_id),
        "plane": literal("detail"),
        "area_kind": literal("institution"),
        "area_id": cast(fact.c.institution_id, Text),
        "stage": fact.c.stage,
        "source_code": fact.c.source_code,
        "school_year": fact.c.school_year,
        "semester": fact.c.semester,
        "institutions": literal(1),
        "expected": literal(1),
        "pupils": due.c.pupils,
        "long_unexcused": fact.c.long_unexcused,
        "any_excused": fact.c.any_excused,
        "any_illness": fact.c.any_illness,
        "any_unexcused": fact.c.any_unexcused,
    }
    rows = select(*columns.values()).select_from(outerjoin(fact, due, and_(*same)))
    connection.execute(insert(absence_count).from_select(list(columns), rows))


def _copy_causes(connection: Connection, release_id: int) -> None:
    """The VIIS entries of single institutions by reason and by action, likewise."""
    fact = fact_absence_case
    for kind in ("reason", "action"):
        keys = [fact.c.institution_id, fact.c.school_year, fact.c.semester, fact.c[kind]]
        columns = {
            "release_id": literal(release_id),
            "area_kind": literal("institution"),
            "area_id": cast(fact.c.institution_id, Text),
            "school_year": fact.c.school_year,
            "semester": fact.c.semester,
            "kind": literal(kind),
            "code": fact.c[kind],
            "cases": func.sum(fact.c.cases),
        }
        rows = select(*columns.values()).group_by(*keys)
        connection.execute(insert(absence_cause).from_select(list(columns), rows))


def _write_matrix(connection: Connection, release_id: int) -> None:
    """Institutions of the country by level and change, newest year: counts for everybody, and for those who see
    the whole country the first few of each cell."""
    from indicators import absence

    value = indicator_value
    rows = connection.execute(
        select(
            value.c.unit_id,
            value.c.stage,
            value.c.school_year,
            value.c.semester,
            value.c.numerator,
            value.c.denominator,
            value.c.value,
            value.c.level,
            value.c.certainty,
        ).where(
            value.c.release_id == release_id,
            value.c.unit_kind == "institution",
            value.c.indicator_id == absence.INDICATOR.id,
            value.c.numerator.is_not(None),
        )
    ).all()
    if not rows:
        return
    newest = max(row.school_year for row in rows)
    now, before = (
        {
            (row.unit_id, row.stage, row.semester): (row.numerator, row.denominator)
            for row in rows
            if row.school_year == year
        }
        for year in (newest, newest - 1)
    )
    changes = absence.changes(now, before)
    judged = [row for row in rows if row.school_year == newest and row.level is not None]
    judged.sort(key=lambda row: (row.certainty != "certain", -row.value, int(row.unit_id)))
    cells: dict[str, dict[str, list[int]]] = {}
    for row in judged:
        found = changes.get((row.unit_id, row.stage, row.semester))
        cell = f"{row.level}|{found.word}" if found else UNTOLD
        group = cells.setdefault(f"{row.stage}|{row.semester}", {})
        group.setdefault(cell, []).append(int(row.unit_id))
    for plane, shown in (("released", 0), ("detail", NAMED)):
        payload = {
            group: {cell: {"n": len(ids), "first": ids[:shown]} for cell, ids in sorted(found.items())}
            for group, found in sorted(cells.items())
        }
        connection.execute(
            insert(page_card).values(
                release_id=release_id,
                plane=plane,
                kind=MATRIX,
                unit_id="LV",
                payload=json.dumps(payload, sort_keys=True),
            )
        )


def _printed(connection: Connection) -> set[tuple[int, str]]:
    """National numbers by year and status that the report prints itself."""
    printed = figure_published
    rows = connection.execute(
        select(printed.c.category, printed.c.period, printed.c.period_label).where(
            printed.c.figure_key == "unregistered_children",
            printed.c.table_id.in_(("T5", "S_unregistered_text")),
        )
    )
    return {
        (int(date[:4]), category)
        for category, *dates in rows
        for date in dates
        if date[:4].isdigit() and len(date) == 10
    }
