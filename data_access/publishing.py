"""What a publication does, in order. Each step writes under the new release id, inside one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, select

from . import facts
from .bulk import insert_rows
from .disclosure import expect_report, protect_release
from .queries.municipality import roll_up_municipalities
from .queries.published import recompute_totals
from .releases import Step
from .rollups_absence import roll_up_absence
from .rollups_coverage import roll_up_coverage
from .rollups_graduates import roll_up_graduates
from .rollups_public import roll_up_public
from .rollups_quality import roll_up_quality
from .schema import (
    indicator_distribution,
    indicator_level_count,
    indicator_prior,
    indicator_released,
    indicator_value,
    release,
    threshold,
)

Progress = Callable[[str], None]


def steps(progress: Progress | None = None) -> tuple[Step, ...]:
    """The steps of a publication; progress gets one line per step."""

    def compute_indicators(connection: Connection, release_id: int) -> None:
        _compute(connection, release_id, progress or (lambda text: None))

    def suppress_small_numbers(connection: Connection, release_id: int) -> None:
        protect_release(connection, release_id, progress or (lambda text: None))

    return (
        ensure_thresholds,
        compute_indicators,
        roll_up_municipalities,
        recompute_totals,
        roll_up_absence,
        roll_up_quality,
        roll_up_graduates,
        suppress_small_numbers,  # before any step that reads what is released
        roll_up_coverage,
        roll_up_public,
    )


def ensure_thresholds(connection: Connection, _release_id: int) -> None:
    """Put the default thresholds of indicators that have none yet into the table."""
    from indicators.compute import default_thresholds

    have = set(connection.execute(select(threshold.c.indicator_id).distinct()).scalars())
    number = connection.execute(select(func.max(threshold.c.id))).scalar() or 0
    rows = []
    for row in default_thresholds():
        if row["indicator_id"] not in have:
            number += 1
            rows.append({**row, "id": number})
    if rows:
        connection.execute(insert(threshold), rows)


def thresholds_in_force(connection: Connection) -> list[dict]:
    """Thresholds that computations use, oldest first."""
    rows = connection.execute(
        select(threshold)
        .where(threshold.c.status == "in_force")
        .order_by(threshold.c.valid_from, threshold.c.id)
    ).mappings()
    return [dict(row) for row in rows]


def _compute(connection: Connection, release_id: int, progress: Progress) -> None:
    from indicators.catalogue import INDICATORS
    from indicators.compute import compute_with_priors, distribution, level_counts
    from indicators.disclosure import protect

    needed = {name for indicator in INDICATORS.values() for name in indicator.needs}
    progress("fakti | facts")
    frames = facts.frames(connection, needed)
    if not any(len(frame) for name, frame in frames.items() if name != "institution"):
        return
    as_of = connection.execute(select(release.c.as_of).where(release.c.id == release_id)).scalar_one()
    expect_report(connection, release_id)
    progress("rādītāji | indicators")
    values, priors = compute_with_priors(frames, thresholds_in_force(connection), as_of=as_of)
    progress("kopsavilkumi | roll-ups")
    values = values.sort_values([*indicator_value.primary_key.columns.keys()][1:], ignore_index=True)
    families = {indicator.id: indicator.family for indicator in INDICATORS.values()}
    units = {indicator.id: indicator.unit for indicator in INDICATORS.values()}
    for table, rows in (
        (indicator_value, values),
        (indicator_released, protect(values, families, units)),
        (indicator_distribution, distribution(values)),
        (indicator_level_count, level_counts(values)),
        (indicator_prior, priors),
    ):
        rows = rows.assign(release_id=release_id)
        insert_rows(connection, table, rows)
        progress(f"{table.name}: {len(rows)}")
