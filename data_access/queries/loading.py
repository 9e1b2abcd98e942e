"""Loads, their findings and rows, for the steward's page and the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from language import numbers

from .. import releases
from ..importing import jobs as loads
from ..importing.datasets import all_datasets
from ..importing.datasets._vocabulary import STAGES
from ..importing.datasets.model import Column
from ..importing.receive import Receipt
from ..importing.revisions import target_of
from ..reading import Reader
from ..schema_disclosure import disclosure_report
from ..schema_loading import import_content, import_finding, import_job, import_row, release_move

PAGE = 100


def desk(reader: Reader) -> Connection:
    """The connection of a data steward's request. Raises PermissionError for everybody else."""
    if reader.scope.role != "steward":
        raise PermissionError("for data stewards only")
    return reader.connection


def jobs(connection: Connection, limit: int = 40) -> list[dict[str, Any]]:
    """Loads, newest first."""
    query = select(import_job).order_by(import_job.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def job(connection: Connection, job_id: int) -> dict[str, Any] | None:
    """One load."""
    row = connection.execute(select(import_job).where(import_job.c.id == job_id)).mappings().first()
    return dict(row) if row else None


def findings(
    connection: Connection,
    job_id: int,
    severity: str = "",
    rule: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Findings of a load in the order of their weight and place, filtered."""
    query = select(import_finding).where(import_finding.c.job_id == job_id).order_by(import_finding.c.number)
    if severity:
        query = query.where(import_finding.c.severity == severity)
    if rule:
        query = query.where(import_finding.c.rule == rule)
    if limit is not None:
        query = query.limit(limit).offset(offset)
    return [dict(row) for row in connection.execute(query).mappings()]


def finding_rules(connection: Connection, job_id: int) -> list[tuple[str, str, int]]:
    """(severity, rule, count) of a load, the most frequent first."""
    query = (
        select(import_finding.c.severity, import_finding.c.rule, func.count().label("n"))
        .where(import_finding.c.job_id == job_id)
        .group_by(import_finding.c.severity, import_finding.c.rule)
    )
    order = ("error", "confirm", "notice")
    rows = [tuple(row) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: (order.index(row[0]), -row[2], row[1]))


def changes(
    connection: Connection, job_id: int, change: str, limit: int = PAGE, offset: int = 0
) -> list[dict[str, Any]]:
    """Staged rows of one kind with what they change: label, payload, before (dictionaries)."""
    query = (
        select(import_row)
        .where(import_row.c.job_id == job_id, import_row.c.change == change)
        .order_by(import_row.c.number)
        .limit(limit)
        .offset(offset)
    )
    found = connection.execute(select(import_job.c.dataset).where(import_job.c.id == job_id)).scalar()
    return [
        {
            **row,
            "dataset": found,
            "payload": json.loads(row["payload"]),
            "before": json.loads(row["before"]) if row["before"] else None,
        }
        for row in connection.execute(query).mappings()
    ]


def moves(connection: Connection, limit: int = 20) -> list[dict[str, Any]]:
    """Moves of the release pointer, newest first."""
    query = select(release_move).order_by(release_move.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def change_counts(connection: Connection, job_id: int) -> dict[str, int]:
    """Staged rows by what they would do."""
    query = (
        select(import_row.c.change, func.count())
        .where(import_row.c.job_id == job_id)
        .group_by(import_row.c.change)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def columns_of(dataset: str | None) -> tuple[Column, ...]:
    """Declared columns of a kind of file."""
    found = all_datasets().get(dataset or "")
    return found.columns if found else ()


def row_name(row: dict[str, Any], lang: str) -> str:
    """The key of a staged row in words: its institution as it was staged, then period and codes in this language."""
    dataset = all_datasets().get(row["dataset"] or "")
    if dataset is None:
        return row["label"]
    parts = [row["label"]]
    words = {column.table_column: words_of(column, lang) for column in dataset.columns}
    keys = [key for key in target_of(dataset)[1] if key not in dataset.constants and key in row["payload"]]
    for key in reversed(keys):  # the label ends in the values of the keys that follow the institution
        value = row["payload"][key]
        ending = f", {value}/{value + 1}" if key == "school_year" else f", {value}"
        if not parts[0].endswith(ending):
            break
        said = ending[2:] if key == "school_year" else words.get(key, {}).get(str(value), str(value))
        parts = [parts[0].removesuffix(ending), said, *parts[1:]]
    return ", ".join(parts)


def keys_of(dataset: str | None) -> frozenset[str]:
    """Columns of the table that name a row of a kind of file."""
    found = all_datasets().get(dataset or "")
    return frozenset(target_of(found)[1]) if found else frozenset()


def words_of(column: Column, lang: str) -> dict[str, str]:
    """Code -> word of a column with a list of words, of a semester or of a stage; {} for all others."""
    if column.kind == "semester":
        return {str(one): numbers.semester(one, lang) for one in (1, 2)}
    choices = STAGES if column.kind == "stage" else column.choices
    return {one.code: one.name_lv if lang == "lv" else one.name_en for one in choices}


def has_content(connection: Connection, job_id: int) -> bool:
    """Is the sent file still kept?"""
    query = select(import_content.c.job_id).where(import_content.c.job_id == job_id)
    return connection.execute(query).first() is not None


def receipt(connection: Connection, job_id: int) -> Receipt | None:
    """The sent file, None when it is gone."""
    return loads.receipt_of(connection, job_id)


def progress(connection: Connection, row: dict[str, Any]) -> tuple[str, int, int]:
    """Step, done and total of a load at work."""
    return loads.progress_of(connection.engine, row)


def kept_releases(connection: Connection) -> list[dict[str, Any]]:
    """Releases that can be shown again, newest first."""
    return [
        {
            "id": row.id,
            "created_at": row.created_at,
            "author": row.author,
            "reason": row.reason,
            "current": row.current,
        }
        for row in releases.history(connection)
        if row.kept
    ]


def reports(connection: Connection, releases_: Sequence[int]) -> list[dict[str, Any]]:
    """The reports of disclosure control of these releases, newest first, without their payload."""
    table = disclosure_report
    query = (
        select(*[column for column in table.c if column.name != "payload"])
        .where(table.c.release_id.in_(list(releases_)))
        .order_by(table.c.release_id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]
