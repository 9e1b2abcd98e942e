"""Checked rows into the tables: new, the same, revised with history, or kept beside a primary source. And back.

Facts are revised in place; what they were is kept in `revision` and never deleted, so a file can be taken back and
the tables are then as they were, to the last value. Releases keep their own values and are not touched here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from language.sorting import collation_key, search_key

from .. import schema
from ..bulk import insert_rows
from ..schema_loading import other_source, revision
from ..writing import stamp
from .datasets import all_datasets
from .datasets.model import Dataset

NEW, SAME, REVISED, SECONDARY = "new", "same", "revised", "secondary"
CHUNK = 400


class RevisionError(RuntimeError):
    """A load cannot be taken back; the message says what to do first."""


@dataclass(slots=True)
class Change:
    """One row of a file against the table. before: the row as it is (None = new); source: its source's code."""

    kind: str
    row: dict[str, Any]
    before: dict[str, Any] | None = None
    source: str = ""


def target_of(dataset: Dataset) -> tuple[Table, list[str]]:
    """The table and the columns that name a row in a file."""
    table = schema.metadata.tables[dataset.table]
    if dataset.table == "institution":
        return table, ["reg_no"]
    return table, [column.name for column in table.primary_key.columns]


def compare(connection: Connection, dataset: Dataset, rows: Sequence[dict[str, Any]]) -> list[Change]:
    """What each row would do to its table."""
    table, keys = target_of(dataset)
    existing = _existing(connection, table, keys, rows)
    batches = connection.execute(select(schema.load_batch.c.id, schema.load_batch.c.source_code))
    sources = {row.id: row.source_code for row in batches}
    changes = []
    for row in rows:
        before = existing.get(tuple(row[key] for key in keys))
        if before is None:
            changes.append(Change(NEW, row))
            continue
        source = sources.get(before["load_batch_id"], "")
        kind = REVISED if any(before[name] != value for name, value in row.items()) else SAME
        if kind == REVISED and _rank(dataset, source) < _rank(dataset, dataset.source_code):
            kind = SECONDARY
        changes.append(Change(kind, row, before, source))
    return changes


def _rank(dataset: Dataset, source: str) -> int:
    """0 = primary. A source that is not in the list comes after all that are."""
    order = dataset.precedence
    return order.index(source) if source in order else len(order)


def _existing(
    connection: Connection, table: Table, keys: list[str], rows: Sequence[Mapping]
) -> dict[tuple, dict]:
    """The rows of the table that could be meant, by key; read by period or by institution, whichever is there."""
    if not rows:
        return {}
    query = select(table)
    period = next((key for key in ("school_year", "year", "monitoring_year") if key in keys), None)
    first = keys[0]
    values = {row[first] for row in rows}
    if len(values) <= CHUNK:
        query = query.where(table.c[first].in_(sorted(values)))
    if period is not None:
        query = query.where(table.c[period].in_(sorted({row[period] for row in rows})))
    return {tuple(row[key] for key in keys): dict(row) for row in connection.execute(query).mappings()}


def missing(connection: Connection, dataset: Dataset, rows: Sequence[Mapping]) -> list[dict]:
    """Rows of the periods of the file that are loaded already and not in it (same constants). They stay."""
    table, keys = target_of(dataset)
    period = next((key for key in ("school_year", "year", "monitoring_year") if key in keys), None)
    if period is None or not rows:
        return []
    periods = {(row[period], row.get("semester")) for row in rows}
    query = select(table).where(table.c[period].in_(sorted({one for one, _ in periods})))
    for name, value in dataset.constants.items():
        if name in table.c:
            query = query.where(table.c[name] == value)
    have = {tuple(row[key] for key in keys) for row in rows}
    # Only kinds of rows that the file has: a file of one stage or one topic says nothing about the others.
    kinds = [
        name
        for name in ("stage", "subject", "exam_level", "kind", "category", "topic", "system")
        if name in keys
    ]
    shapes = {tuple(row.get(name) for name in kinds) for row in rows}
    return [
        dict(row)
        for row in connection.execute(query).mappings()
        if tuple(row[key] for key in keys) not in have
        and (row[period], row.get("semester")) in periods
        and tuple(row[name] for name in kinds) in shapes
    ]


def apply(
    connection: Connection,
    dataset: Dataset,
    rows: Sequence[dict[str, Any]],
    batch_id: int,
    *,
    reason: str,
    author: str,
    job_id: int | None = None,
) -> dict[str, int]:
    """Write the rows under the batch, inside the caller's transaction; returns how many of each kind."""
    table, keys = target_of(dataset)
    changes = compare(connection, dataset, rows)
    counts = dict.fromkeys((NEW, SAME, REVISED, SECONDARY), 0)
    for change in changes:
        counts[change.kind] += 1
    fresh = [{**change.row, "load_batch_id": batch_id} for change in changes if change.kind == NEW]
    if dataset.table == "institution":
        fresh = _numbered(connection, fresh)
    if fresh:
        insert_rows(connection, table, _even(fresh, table))
    at = stamp()
    history, beside = [], []
    number = (connection.execute(select(func.max(revision.c.id))).scalar() or 0) + 1
    other = (connection.execute(select(func.max(other_source.c.id))).scalar() or 0) + 1
    for change in changes:
        if change.kind not in (REVISED, SECONDARY):
            continue
        new = {name: value for name, value in change.row.items() if change.before[name] != value}
        old = {name: change.before[name] for name in new}
        key = _json({name: change.row[name] for name in keys})
        # Sources differ where both have a value; what one of them does not know at all is no difference.
        both = [name for name in new if new[name] is not None and old[name] is not None]
        if change.kind == SECONDARY:
            beside.append((key, dataset.source_code, new, change.source, old))
            continue
        if (
            both
            and change.source != dataset.source_code
            and {change.source, dataset.source_code} <= set(dataset.precedence)
        ):
            told = {name: old[name] for name in both}, {name: new[name] for name in both}
            beside.append((key, change.source, told[0], dataset.source_code, told[1]))
        history.append(
            {
                "id": number + len(history),
                "batch_id": batch_id,
                "job_id": job_id,
                "dataset": dataset.id,
                "table_name": table.name,
                "row_key": key,
                "old_values": _json(old),
                "new_values": _json(new),
                "old_batch_id": change.before["load_batch_id"],
                "reason": reason,
                "author": author,
                "at": at,
            }
        )
        connection.execute(
            update(table)
            .where(*[table.c[name] == change.row[name] for name in keys])
            .values(**_derived(table, new), load_batch_id=batch_id)
        )
    if history:
        connection.execute(insert(revision), history)
    for place, (key, source, values, primary, primary_values) in enumerate(beside):
        connection.execute(
            delete(other_source).where(
                other_source.c.table_name == table.name,
                other_source.c.row_key == key,
                other_source.c.source_code == source,
            )
        )
        connection.execute(
            insert(other_source).values(
                id=other + place,
                dataset=dataset.id,
                table_name=table.name,
                row_key=key,
                source_code=source,
                other_values=_json(values),
                primary_source=primary,
                primary_values=_json(primary_values),
                batch_id=batch_id,
                at=at,
            )
        )
    return counts


def _even(rows: list[dict], table: Table) -> list[dict]:
    """All rows with the same columns; what a file does not have is empty."""
    names = {name for row in rows for name in row}
    return [{name: row.get(name) for name in names} for row in rows]


def _numbered(connection: Connection, rows: list[dict]) -> list[dict]:
    """New institutions get the next ids and their keys for sorting and searching."""
    first = (connection.execute(select(func.max(schema.institution.c.id))).scalar() or 0) + 1
    return [{**row, "id": first + place, **_names(row["name"])} for place, row in enumerate(rows)]


def _names(name: str) -> dict[str, str]:
    return {"sort_key": collation_key(name), "search_key": search_key(name)}


def _derived(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    if table.name == "institution" and "name" in values:
        return {**values, **_names(values["name"])}
    return values


def withdraw(connection: Connection, batch_id: int, *, reason: str, author: str) -> int:
    """Take a load back: revised rows get their old values, new ones go; returns the rows touched.

    Raises RevisionError when a later load changed the same rows or builds on them.
    """
    if not reason.strip():
        raise RevisionError("Atsaukšanai vajag iemeslu | taking back needs a reason")
    batch = (
        connection.execute(select(schema.load_batch).where(schema.load_batch.c.id == batch_id))
        .mappings()
        .first()
    )
    if batch is None:
        raise RevisionError(f"Ielādes {batch_id} nav | there is no load {batch_id}")
    later = connection.execute(
        select(revision.c.batch_id)
        .where(revision.c.old_batch_id == batch_id, revision.c.withdrawn_at.is_(None))
        .order_by(revision.c.batch_id.desc())
    ).scalar()
    if later is not None:
        raise RevisionError(
            f"Vispirms atsauciet vēlāko ielādi {later} | take back the later load {later} first"
        )
    dataset = all_datasets().get(batch["dataset"])
    if dataset is None:
        raise RevisionError(
            f"Ielāde {batch_id} nav no deklarētas datnes | load {batch_id} did not come from a declared file"
        )
    table, _ = target_of(dataset)
    touched = 0
    rows = connection.execute(
        select(revision).where(revision.c.batch_id == batch_id, revision.c.withdrawn_at.is_(None))
    ).mappings()
    for row in rows.all():
        key, old = json.loads(row["row_key"]), json.loads(row["old_values"])
        touched += connection.execute(
            update(table)
            .where(*[table.c[name] == value for name, value in key.items()])
            .values(**_derived(table, old), load_batch_id=row["old_batch_id"])
        ).rowcount
    if table.name == "institution":
        _refuse_used(connection, batch_id)
    touched += connection.execute(delete(table).where(table.c.load_batch_id == batch_id)).rowcount
    connection.execute(
        update(revision)
        .where(revision.c.batch_id == batch_id)
        .values(withdrawn_at=stamp(), withdrawn_reason=reason)
    )
    connection.execute(delete(other_source).where(other_source.c.batch_id == batch_id))
    # The same file may come again one day, so its line in the list of loads goes; the history stays.
    connection.execute(delete(schema.load_batch).where(schema.load_batch.c.id == batch_id))
    return touched


def _refuse_used(connection: Connection, batch_id: int) -> None:
    ids = select(schema.institution.c.id).where(schema.institution.c.load_batch_id == batch_id)
    for table in schema.FACTS.values():
        if (
            "institution_id" in table.c
            and connection.execute(
                select(table.c.institution_id).where(table.c.institution_id.in_(ids)).limit(1)
            ).first()
        ):
            raise RevisionError(
                f"Iestādēm jau ir dati tabulā {table.name}; vispirms atsauciet tos | "
                f"the institutions have rows in {table.name} already; take those back first"
            )


def next_batch_id(connection: Connection) -> int:
    """A number that no load ever had, taken back or not."""
    newest = connection.execute(select(func.max(schema.load_batch.c.id))).scalar() or 0
    remembered = connection.execute(select(func.max(revision.c.batch_id))).scalar() or 0
    return max(newest, remembered) + 1


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def table_rows(
    dataset: Dataset, values: Mapping[str, Any], institutions: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Rows of the table that one row of the file stands for."""
    row: dict[str, Any] = dict(dataset.constants)
    for column in dataset.columns:
        if not column.stored:
            continue
        value = values[column.code]
        name = column.table_column
        row[name] = institutions[value].id if name == "institution_id" and value is not None else value
    if dataset.expand is None:
        return [row]
    return list(dataset.expand(values, row))


def corrections(connection: Connection, limit: int = 200) -> Iterable[dict]:
    """Published corrections, newest first: table, key, old and new values as dictionaries, reason, author, when."""
    query = select(revision).order_by(revision.c.at.desc(), revision.c.id.desc()).limit(limit)
    for row in connection.execute(query).mappings():
        yield {**row, **{name: json.loads(row[name]) for name in ("row_key", "old_values", "new_values")}}
