"""Fills the institutions, their lineage and every fact table of the demonstration database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, delete, func, insert, select

from .. import aside, schema
from ..bulk import clear_tables, insert_rows
from . import (
    absence,
    evaluation,
    exams,
    graduate_ages,
    graduates,
    labour,
    network,
    pupils,
    staff,
    supervision,
    unregistered,
    visits,
)
from .network import CASE_ID, World
from .vocabulary import AS_OF

VERSION = "1"
SEED = 2024
LOADED_AT = "2024-12-31T23:59:59+00:00"  # fixed, so that two builds are equal to the last bit

Progress = Callable[[str], None]


def reg_no(number: int) -> str:
    """The registration number of institution `number`: ten digits with a beginning that no register uses."""
    return f"99{number:08d}"


NOTABLE: dict[str, str] = {
    **{case: reg_no(number) for case, number in CASE_ID.items()},
    "few_schools_municipality": "LV0055000",
    "late_municipality": pupils.LATE_MUNICIPALITY,
    "large_municipality": "LV0001000",
}
"""Cases worth a look: what the case is -> registration number or municipality code."""


class DemoError(RuntimeError):
    """The demonstration data cannot be built in this database."""


def build(
    connection: Connection, seed: int = SEED, progress: Progress | None = None, *, replace: bool = False
) -> dict[str, int]:
    """Fill institutions, their lineage and all fact tables; returns the rows written per table.

    Regions, municipalities, stages, school years and sources must be there already. The caller owns the
    transaction. progress is told after every table: its place among all tables, its name and its rows.
    replace: first remove all institutions and facts of this database.
    Raises DemoError when institutions are there and `replace` is not set.
    """
    _make_room(connection, replace)
    world = network.build(seed)
    pupils.fill(world)
    # Drawn by other processes while this one writes what comes before.
    others = aside.Aside(lambda: list(_others(world)))
    followed = aside.Aside(lambda: list(_followed(world, seed)))
    tables = [schema.institution, schema.institution_lineage, *schema.FACTS.values()]
    written: dict[str, int] = {}

    def write(table: Table, rows: Mapping, batch: int | None = None) -> int:
        size = len(next(iter(rows.values())))
        batch = _batch(connection, table, seed, size) if batch is None else batch
        written[table.name] = insert_rows(connection, table, {**rows, "load_batch_id": np.full(size, batch)})
        if progress:
            progress(f"{len(written)}/{len(tables)} {table.name}: {written[table.name]}")
        return batch

    batch = write(*_sorted(schema.institution, _institutions(world)))
    write(*_sorted(schema.institution_lineage, _lineage(world)), batch)
    write(*_sorted(schema.fact_enrolment, pupils.enrolment(world)))
    write(*_sorted(schema.fact_progress, pupils.progress(world)))
    write(*_sorted(schema.fact_cohort, pupils.cohort(world)))
    write(*_sorted(schema.fact_context, pupils.context(world)))
    *drawn, last = others.result()
    for table, rows in (*drawn, *followed.result(), last):
        write(table, rows)
    forgotten = {table.name for table in tables} - set(written)
    if forgotten:
        raise DemoError(f"no demonstration data for {sorted(forgotten)}")
    return written


def _others(world: World) -> Iterator[tuple[Table, dict]]:
    """Tables and their rows that follow from learners and schools; the world is filled further on the way."""
    absence.fill(world)
    yield _sorted(schema.fact_absence_case, absence.cases(world))
    yield _sorted(schema.fact_absence, absence.absence(world))

    exam = exams.exams(world)
    yield _sorted(schema.fact_exam, exam)
    yield _sorted(schema.fact_mark, exams.marks(world))
    yield _sorted(schema.fact_exam_mark_gap, exams.gaps(world, exam))

    staff.fill(world)
    evaluations = evaluation.evaluations(world, exam)  # decides one late delivery of staff
    yield _sorted(schema.fact_evaluation, evaluations)
    yield _sorted(schema.fact_staff, staff.staff(world))
    yield _sorted(schema.fact_teacher, staff.teachers(world))
    yield _sorted(schema.fact_finance, staff.finance(world))
    yield _sorted(schema.fact_vocational_outcome, staff.vocational_outcomes(world))

    yield _sorted(schema.fact_task, evaluation.tasks(world))
    visited, criteria = visits.visits(world)
    yield _sorted(schema.fact_visit, visited)
    yield _sorted(schema.fact_visit_criterion, criteria)
    yield _sorted(schema.fact_complaint, supervision.complaints(world))
    yield _sorted(schema.fact_inspection, supervision.inspections(world))
    yield _sorted(schema.fact_unregistered, unregistered.rows(world))
    yield _sorted(schema.fact_local_market, labour.rows(world))


def _followed(world: World, seed: int) -> Iterator[tuple[Table, dict]]:
    """Tables of graduates and their rows; of nothing that `_others` adds to the world."""
    main, sectors = graduates.tables(world)
    yield _sorted(schema.fact_graduate, main)
    yield _sorted(schema.fact_graduate_sector, sectors)
    yield _sorted(schema.fact_graduate_age, graduate_ages.rows(seed, main))


def _make_room(connection: Connection, replace: bool) -> None:
    if not connection.execute(select(func.count()).select_from(schema.institution)).scalar():
        return
    if not replace:
        raise DemoError("Datubāzē jau ir iestādes. | The database holds institutions already.")
    clear_tables(connection, [*schema.FACTS.values(), schema.institution_lineage, schema.institution])
    connection.execute(delete(schema.load_batch).where(schema.load_batch.c.source_code == "demo"))


def _batch(connection: Connection, table: Table, seed: int, rows: int) -> int:
    batch = (connection.execute(select(func.max(schema.load_batch.c.id))).scalar() or 0) + 1
    connection.execute(
        insert(schema.load_batch).values(
            id=batch,
            dataset=table.name,
            source_code="demo",
            file_name=f"demo:{table.name}",
            sha256=hashlib.sha256(f"demo {VERSION} {seed} {table.name}".encode()).hexdigest(),
            as_of=AS_OF,
            loaded_at=LOADED_AT,
            loader_version=f"demo {VERSION}",
            rows_read=rows,
            rows_loaded=rows,
            rows_quarantined=0,
            rows_declared=0,
            synthetic=1,
        )
    )
    return batch


def _sorted(table: Table, rows: Mapping) -> tuple[Table, dict]:
    """The table and its rows in the order of the primary key, as tables store them."""
    keys = []
    for column in reversed(table.primary_key.columns.keys()):
        values = np.asarray(rows[column])
        keys.append(pd.factorize(values, sort=True)[0] if values.dtype.kind in "OU" else values)
    order = np.lexsort(keys)
    return table, {name: np.asarray(values, dtype=_dtype(values))[order] for name, values in rows.items()}


def _dtype(values) -> type | None:
    """Keep words and missing words as objects; let numpy choose for numbers."""
    if isinstance(values, np.ndarray):
        return values.dtype
    return object if any(isinstance(value, str) for value in values) else None


def _institutions(world: World) -> dict:
    from language.sorting import collation_key, search_key

    return {
        "id": world.ids,
        "reg_no": [reg_no(number) for number in world.ids.tolist()],
        "name": world.name,
        "type": world.kind,
        "founder_kind": world.founder,
        "municipality_code": world.municipality_codes(),
        "urbanity": world.urbanity,
        "in_transition": world.transition,
        "valid_from": world.valid_from,
        "valid_to": world.valid_to,
        "sort_key": [collation_key(name) for name in world.name],
        "search_key": [search_key(name) for name in world.name],
    }


def _lineage(world: World) -> dict:
    names = ("from_id", "to_id", "date", "kind", "share")
    return dict(zip(names, map(list, zip(*world.lineage, strict=True)), strict=True))
