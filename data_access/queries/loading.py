"""Loads, their findings and rows, for the steward's page and the command line."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, select

from ..schema_loading import import_finding, import_job, import_row, release_move

PAGE = 100


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
    return [
        {
            **row,
            "payload": json.loads(row["payload"]),
            "before": json.loads(row["before"], parse_constant=str) if row["before"] else None,
        }
        for row in connection.execute(query).mappings()
    ]


def moves(connection: Connection, limit: int = 20) -> list[dict[str, Any]]:
    """Moves of the release pointer, newest first."""
    query = select(release_move).order_by(release_move.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]
