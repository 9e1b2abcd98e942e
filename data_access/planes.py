"""Which rows of which table belong to which plane: the one declaration that both engines enforce.

SQLite: `publish` copies what `PUBLIC` says into a file of its own, and readers who are not signed in are answered
from that file alone. PostgreSQL: `provision` turns the same declarations into grants and row security. A table that
stands in neither list is read by nobody but the loader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Table, select

from . import schema

# --- the public plane ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """The part of a table that everybody may read. columns: None = all. where: None = every row."""

    columns: tuple[str, ...] | None = None
    where: Callable[[Table], ColumnElement[bool]] | None = None


def _released(table: Table) -> ColumnElement[bool]:
    return table.c.plane == "released"


def _country(table: Table) -> ColumnElement[bool]:
    return table.c.area_kind == "country"


def _without(table: Table, *names: str) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if column.name not in names)


EVERYTHING = Shown()
RELEASED = Shown(where=_released)

PUBLIC: dict[str, Shown] = {
    # dimensions and what others printed
    "source": EVERYTHING,
    "load_batch": EVERYTHING,
    "region": EVERYTHING,
    "municipality": EVERYTHING,
    "stage": EVERYTHING,
    "school_year": EVERYTHING,
    "institution": EVERYTHING,
    "institution_lineage": EVERYTHING,
    "figure_published": EVERYTHING,
    "figure_check": EVERYTHING,
    "deflator": EVERYTHING,
    "labour_market": EVERYTHING,
    # the release
    "release": Shown(columns=_without(schema.release, "author")),
    "release_pointer": EVERYTHING,
    "release_move": Shown(columns=("id", "at", "kind", "to_release", "reason")),
    "threshold": Shown(where=lambda table: table.c.status == "in_force"),
    "indicator_released": EVERYTHING,
    "indicator_distribution": EVERYTHING,
    "indicator_level_count": Shown(where=_country),
    "indicator_prior": EVERYTHING,
    "page_card": RELEASED,
    "absence_count": RELEASED,
    "absence_cause": Shown(where=_country),
    "absence_projection": Shown(where=_country),
    "absence_accuracy": EVERYTHING,
    "unregistered_count": RELEASED,
    "visit_count": RELEASED,
    "visit_criterion_count": RELEASED,
    "visit_change_count": RELEASED,
    "visit_funding": RELEASED,
    "evaluation_count": RELEASED,
    "task_count": RELEASED,
    "supervision_count": RELEASED,
    "follow_up_count": EVERYTHING,
    "graduate_group": RELEASED,
    "graduate_age": RELEASED,
    "graduate_flow": EVERYTHING,
    # what schools say to everybody
    "school_answer": Shown(where=lambda table: table.c.restricted == 0),
}

# --- the detail plane ----------------------------------------------------------------------------

# Detail tables that signed-in readers read row by row within their scope (PostgreSQL: row security).
SCOPED: frozenset[str] = frozenset(
    {
        *(name for name in schema.metadata.tables if name.startswith("fact_")),
        "indicator_value",
        "finding",
        "stored_page",
        "graduate_own",
        # what stewards read on their page; no row of it lies within a scope, so only those who see all read it
        "import_job",
        "import_content",
        "import_finding",
        "import_row",
        "import_lock",
        "disclosure_report",
        "revision",
        "other_source",
        # and who proposed what; officials read those of thresholds
        "proposal",
    }
)


def shown(table: Table, release_id: int | None = None) -> Select:
    """The rows and columns of a table that everybody may read, of one release where the table has releases."""
    rule = PUBLIC[table.name]
    columns = [table.c[name] for name in rule.columns] if rule.columns else list(table.c)
    statement = select(*columns)
    if rule.where is not None:
        statement = statement.where(rule.where(table))
    if release_id is not None and table in schema.RELEASE_TABLES:
        statement = statement.where(table.c.release_id == release_id)
    return statement


def nobody() -> list[str]:
    """Tables that no reader's role may read."""
    return sorted(set(schema.metadata.tables) - set(PUBLIC) - SCOPED)
