"""Step of a publication: what the pages on visits, evaluations, tasks and supervision read, and the findings to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Integer, Table, and_, cast, func, select

from . import facts
from .bulk import insert_rows
from .schema import (
    RELEASE_TABLES,
    evaluation_count,
    fact_evaluation,
    fact_inspection,
    finding,
    follow_up_count,
    indicator_distribution,
    indicator_value,
    metadata,
    release,
    supervision_count,
    task_count,
    visit_change_count,
    visit_count,
    visit_criterion_count,
    visit_funding,
)

if TYPE_CHECKING:
    import pandas as pd

SUPERVISION = "R09"  # complaints are supervision themselves, so they do not show what supervision changes
FACTS = ("visit", "visit_criterion", "evaluation", "task", "complaint", "inspection")

assert {visit_count, finding, follow_up_count} <= set(RELEASE_TABLES)


Rows = list[tuple[str, "pd.DataFrame"]]  # name of a table and its rows


def roll_up_quality(connection: Connection, release_id: int, found: Callable[[], Rows] | None = None) -> None:
    """National and municipal counts on both planes, high levels a year later, findings that ask for an answer.

    found: what `count_quality` gave for this release, where somebody asked for it before.
    """
    for name, rows in (found or count_quality(connection, release_id))():
        _write(connection, metadata.tables[name], rows, release_id)
    _write_follow_up(connection, release_id)
    _write_findings(connection, release_id)


def count_quality(connection: Connection, release_id: int) -> Callable[[], Rows]:
    """Read the facts; the result counts areas from them, without the database."""
    frames = facts.frames(connection, FACTS)
    as_of = connection.execute(select(release.c.as_of).where(release.c.id == release_id)).scalar_one()
    return lambda: _count(frames, as_of)


def _count(frames: Mapping[str, pd.DataFrame], as_of: str) -> Rows:
    from indicators import quality

    institution = frames["institution"]
    found: Rows = []

    def keep(
        table: Table,
        rows: pd.DataFrame,
        keys: Sequence[str],
        counts: Sequence[str],
        parts: Mapping[str, str] | None = None,
        shown: pd.Series | None = None,
    ) -> None:
        open_rows = rows if shown is None else rows[(rows["area_kind"] == "country") | shown]
        protected = quality.protect(open_rows, keys, counts, parts or {})
        found.extend(
            [(table.name, rows.assign(plane="detail")), (table.name, protected.assign(plane="released"))]
        )

    area = quality.AREA
    visit = frames["visit"]
    if len(visit):
        counts = quality.visit_counts(visit, institution)
        keep(
            visit_count,
            counts,
            [*area, "school_year", "visit_no", "stage"],
            ["institutions"],
            {"column": "level", "total": "all", "group": "stage"},
            counts["stage"] == "all",
        )
        keep(visit_change_count, *_country(quality.change_counts(visit, institution)))
        money = quality.funding(visit, institution)
        if len(money):
            keep(visit_funding, *_country(money))
    if len(frames["visit_criterion"]):
        criteria = quality.criterion_counts(visit, frames["visit_criterion"], institution)
        keep(visit_criterion_count, *_country(criteria))
    if len(frames["evaluation"]):
        counts = quality.evaluation_counts(frames["evaluation"], institution)
        keep(
            evaluation_count,
            counts,
            [*area, "year", "kind", "type_group", "criterion"],
            ["institutions"],
            {"column": "level", "total": "all", "group": "type_group"},
            (counts["criterion"] == "any") & (counts["type_group"] == "all"),
        )
    if len(frames["task"]):
        keep(task_count, *_country(quality.task_counts(frames["task"], institution, as_of)))
    if len(frames["complaint"]) or len(frames["inspection"]):
        counts = quality.supervision_counts(frames["complaint"], frames["inspection"], institution)
        protected = quality.protect_supervision(counts)
        found += [
            (supervision_count.name, counts.assign(plane="detail")),
            (supervision_count.name, protected.assign(plane="released")),
        ]
    return found


def _country(rows: pd.DataFrame) -> tuple:
    """Arguments for counts of which others see the country only."""
    return rows, ["area_kind", "area_id"], [rows.columns[-1]], None, rows["area_kind"] == "country"


def _write(connection: Connection, table: Table, rows: pd.DataFrame, release_id: int) -> None:
    rows = rows[[column.name for column in table.c if column.name in rows]]
    insert_rows(connection, table, rows.assign(release_id=release_id))


def _write_follow_up(connection: Connection, release_id: int) -> None:
    """High levels followed by a visit and high levels that were not, one year later."""
    import pandas as pd

    from indicators import quality

    value = indicator_value
    levels = select(
        cast(value.c.unit_id, Integer).label("institution_id"),
        value.c.indicator_id,
        value.c.stage,
        value.c.school_year,
        value.c.level,
    ).where(
        value.c.release_id == release_id,
        value.c.unit_kind == "institution",
        value.c.semester.in_((0, 2)),
        value.c.indicator_id != SUPERVISION,
        value.c.level.is_not(None),
    )
    rows = connection.execute(levels.order_by(value.c.unit_id, value.c.indicator_id)).all()
    happened = [
        facts.read(connection, select(fact.c.institution_id, fact.c.year))
        for fact in (fact_evaluation, fact_inspection)
    ]
    if any(one.empty for one in happened):
        return
    visited = pd.concat(happened)
    if not rows:
        return
    levels = pd.DataFrame([tuple(row) for row in rows], columns=list(rows[0]._fields))
    # Only years of which both kinds of visits are known.
    first, last = max(int(one["year"].min()) for one in happened) - 1, int(levels["school_year"].max())
    high = levels[(levels["level"] == "high") & levels["school_year"].between(first, last - 1)]
    if len(high):
        _write(connection, follow_up_count, quality.follow_up(high, levels, visited), release_id)


def _write_findings(connection: Connection, release_id: int) -> None:
    """High and medium levels of the newest periods, each with the day since which it has been published."""
    value, spread, kept = indicator_value, indicator_distribution, finding
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    for row in connection.execute(
        select(spread.c.indicator_id, spread.c.stage, spread.c.school_year, spread.c.semester).where(
            spread.c.release_id == release_id
        )
    ):
        key = (row.indicator_id, row.stage)
        newest[key] = max(newest.get(key, (0, 0)), (row.school_year, row.semester))
    if not newest:
        return
    today = connection.execute(select(release.c.created_at).where(release.c.id == release_id)).scalar_one()[
        :10
    ]
    before = connection.execute(
        select(func.max(kept.c.release_id)).where(kept.c.release_id < release_id)
    ).scalar()
    since = {
        tuple(row[:-1]): row.since
        for row in connection.execute(
            select(
                kept.c.institution_id,
                kept.c.indicator_id,
                kept.c.stage,
                kept.c.school_year,
                kept.c.semester,
                kept.c.since,
            ).where(kept.c.release_id == before)
        )
    }
    rows = []
    for row in connection.execute(
        select(
            value.c.unit_id,
            value.c.indicator_id,
            value.c.stage,
            value.c.school_year,
            value.c.semester,
            value.c.municipality_code,
            value.c.level,
            value.c.certainty,
        )
        .where(
            and_(
                value.c.release_id == release_id,
                value.c.unit_kind == "institution",
                value.c.level.in_(("high", "medium")),
                value.c.school_year >= min(year for year, _semester in newest.values()),
            )
        )
        .order_by(value.c.unit_id)
    ):
        if newest.get((row.indicator_id, row.stage)) != (row.school_year, row.semester):
            continue
        key = (int(row.unit_id), row.indicator_id, row.stage, row.school_year, row.semester)
        rows.append(
            {
                "release_id": release_id,
                "institution_id": key[0],
                "indicator_id": row.indicator_id,
                "stage": row.stage,
                "school_year": row.school_year,
                "semester": row.semester,
                "municipality_code": row.municipality_code or "",
                "level": row.level,
                "certainty": row.certainty,
                "since": since.get(key, today),
            }
        )
    insert_rows(connection, finding, rows)
