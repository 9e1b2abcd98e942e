"""The data dictionary, written from the schema so that it cannot fall behind."""

from __future__ import annotations

from sqlalchemy import Integer, LargeBinary, Table

from .importing import format_dictionary
from .open_data.model import OpenTable
from .open_data.tables import TABLES
from .schema import metadata

GROUPS = (
    ("Provenance", ("source", "load_batch")),
    ("Dimensions", ("region", "municipality", "stage", "school_year", "institution", "institution_lineage")),
    ("Published figures", ("figure_published", "figure_check")),
)
INTRODUCTION = """# Data dictionary

Written from the declarations of tables and files by `manage.py dictionary`. Dates are ISO text, flags 0/1, a school year is the
integer of its first calendar year (2023 = 2023/2024), semester 0 means the whole year. Facts are counts of persons
or sums of loads, never persons. Reason codes: c protected, x not delivered, z not applicable, low rounds to zero,
u too few to judge.
"""
RELEASED = """
## Released tables

What everybody may take from `/dati`: CSV, XLSX and JSON at `/dati/<table>.<kind>`, of a kept release at
`/dati/versija/<release>/<table>.<kind>`, all of them described in `/dati/datapackage.json`. A share is a fraction of 1.
A cell without a value holds its reason code in square brackets: [c] [x] [z] [low] [u].
"""


def markdown() -> str:
    """The whole dictionary as Markdown."""
    tables = metadata.tables
    named = {name for _, names in GROUPS for name in names}
    groups = [*GROUPS]
    groups.append(("Facts", tuple(sorted(name for name in tables if name.startswith("fact_")))))
    rest = tuple(sorted(set(tables) - named - {name for name in tables if name.startswith("fact_")}))
    groups.append(("Releases, values, roll-ups and records", rest))
    parts = [INTRODUCTION]
    for title, names in groups:
        parts.append(f"\n## {title}\n")
        parts += [_table(tables[name]) for name in names]
    parts.append(RELEASED)
    parts += [_open_table(table) for table in TABLES.values()]
    parts.append(format_dictionary.markdown())
    return "".join(parts)


def _open_table(table: OpenTable) -> str:
    lines = [
        f"\n### {table.name}\n\n{table.about_en}\n\n| column | type | key | meaning |\n| --- | --- | --- | --- |\n"
    ]
    for column in table.columns:
        key = "yes" if column.name in table.key else ""
        lines.append(f"| {column.name} | {column.kind} | {key} | {column.en} |\n")
    return "".join(lines)


def _table(table: Table) -> str:
    lines = [f"\n### {table.name}\n\n| column | type | key | may be empty |\n| --- | --- | --- | --- |\n"]
    for column in table.columns:
        kind = "whole number" if isinstance(column.type, Integer) else "text"
        if isinstance(column.type, LargeBinary):
            kind = "bytes"
        if column.type.__visit_name__.lower() in ("float", "real"):
            kind = "number"
        target = next((key.target_fullname for key in column.foreign_keys), "")
        key = ", ".join(
            filter(None, ["primary" if column.primary_key else "", f"→ {target}" if target else ""])
        )
        lines.append(f"| {column.name} | {kind} | {key} | {'yes' if column.nullable else 'no'} |\n")
    return "".join(lines)
