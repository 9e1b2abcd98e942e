"""Step of a publication: what the absence pages read instead of adding up facts at request time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection, insert, select

from . import facts
from .bulk import insert_rows
from .schema import (
    absence_accuracy,
    absence_cause,
    absence_count,
    absence_projection,
    figure_published,
    indicator_value,
    page_card,
    unregistered_count,
)

if TYPE_CHECKING:
    import pandas as pd

MATRIX = "absence_matrix"


def roll_up_absence(connection: Connection, release_id: int) -> None:
    """Counts, causes, projections and their record, institutions by level and change, children without a place."""
    from indicators import absence, unregistered

    frames = facts.frames(connection, ("absence", "absence_case", "enrolment", "unregistered"))

    def write(table, rows: pd.DataFrame) -> None:
        rows = rows[[column.name for column in table.c if column.name in rows]]
        insert_rows(connection, table, rows.assign(release_id=release_id))

    if len(frames["absence"]):
        counts = absence.counts(frames["absence"], frames["enrolment"], frames["institution"])
        counts = absence.with_trends(counts)
        single = counts["area_kind"] == "institution"
        exact = counts[~single].assign(plane="detail", share_low=counts["share"], share_high=counts["share"])
        exact["reason"] = np.where(exact["long_unexcused"].isna(), "x", None)
        write(absence_count, exact)
        write(absence_count, absence.protect(counts).assign(plane="released"))
        # Institutions by the tens of thousands: only the columns that hold something.
        every_lesson = counts[single]["any_unexcused"].notna()
        for part, dropped in (
            (counts[single][every_lesson], ["share", "trend"]),
            (counts[single][~every_lesson], ["share", "trend", *absence.KINDS]),
        ):
            write(absence_count, part.drop(columns=dropped).assign(plane="detail"))
        projected = absence.projections(counts)
        write(absence_projection, projected)
        write(absence_accuracy, absence.accuracy(projected))
        _write_matrix(connection, release_id)
    if len(frames["absence_case"]):
        write(absence_cause, absence.causes(frames["absence_case"], frames["institution"]))
    if len(frames["unregistered"]):
        children = unregistered.counts(frames["unregistered"])
        write(unregistered_count, children.assign(plane="detail"))
        printed = _printed(connection)
        write(unregistered_count, unregistered.protect(children, printed).assign(plane="released"))


def _write_matrix(connection: Connection, release_id: int) -> None:
    """Institutions of the country by level and change, newest year: counts without names, for everybody."""
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
            value.c.level,
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
    groups: dict[str, list[tuple[str | None, str | None]]] = {}
    for row in rows:
        if row.school_year == newest:
            found = changes.get((row.unit_id, row.stage, row.semester))
            pair = (row.level, found.word if found else None)
            groups.setdefault(f"{row.stage}|{row.semester}", []).append(pair)
    payload: dict[str, dict] = {}
    for key, pairs in sorted(groups.items()):
        cells, untold = absence.matrix(pairs)
        payload[key] = {"cells": {"|".join(cell): n for cell, n in sorted(cells.items())}, "untold": untold}
    connection.execute(
        insert(page_card).values(
            release_id=release_id,
            plane="released",
            kind=MATRIX,
            unit_id="LV",
            payload=json.dumps({"school_year": newest, "groups": payload}, sort_keys=True),
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
