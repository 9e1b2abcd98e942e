"""How well the one-step projections of absence hold on the demonstration history: coverage and error.

The 80 % interval of institutions should cover 75 to 85 of 100 later values. Municipalities and the country
share their years (all of them move together in a year of remote learning), so their coverage is printed as it
is and the pages say so.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from data_access import engine as engines
from data_access.reading import current_release
from data_access.schema import absence_accuracy

GOAL = (0.75, 0.85)
KINDS = ("institution", "municipality", "country")


def measure(url: str) -> list[dict]:
    """Rows of kind, stage, semester, projections, inside and error of the current release."""
    engine = engines.create(url, read_only=True)
    try:
        with engine.begin() as connection:
            release = current_release(connection).id
            rows = connection.execute(
                select(absence_accuracy).where(absence_accuracy.c.release_id == release)
            ).mappings()
            return [dict(row) for row in rows]
    finally:
        engine.dispose()


def pooled(rows: list[dict], kind: str) -> tuple[int, int]:
    """Values inside and projections of one kind of unit, all stages and semesters together."""
    chosen = [row for row in rows if row["area_kind"] == kind and row["stage"] not in ("total", "basic_all")]
    return sum(row["inside"] for row in chosen), sum(row["projections"] for row in chosen)


def main(url: str | None = None) -> bool:
    """Print the table; True when institutions reach the goal."""
    if url is None:
        import settings

        url = settings.load().database_url
    rows = measure(url)
    table = Table(title="Kavējumu prognozes, 80 % intervāls | absence projections, 80 % interval")
    for name in ("kind", "stage", "semester", "projections", "coverage", "mean error, points"):
        table.add_column(name, justify="left" if name in ("kind", "stage") else "right")
    for row in sorted(rows, key=lambda row: (KINDS.index(row["area_kind"]), row["stage"], row["semester"])):
        table.add_row(
            row["area_kind"],
            row["stage"],
            str(row["semester"]),
            str(row["projections"]),
            f"{row['inside'] / row['projections']:.3f}",
            f"{100 * row['error']:.2f}",
        )
    console = Console()
    console.print(table)
    reached = False
    for kind in KINDS:
        inside, number = pooled(rows, kind)
        if not number:
            continue
        coverage = inside / number
        text = f"{kind}: {inside} of {number} = {coverage:.3f}"
        if kind == "institution":
            reached = GOAL[0] <= coverage <= GOAL[1]
            text += f" (goal {GOAL[0]}-{GOAL[1]}: {'reached' if reached else 'MISSED'})"
        console.print(text, highlight=False)
    return reached


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(0 if main() else 1)
