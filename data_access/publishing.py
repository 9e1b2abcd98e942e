"""What a publication does, in order. Each step writes under the new release id, inside one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, func, insert, select

from . import aside, facts
from .bulk import insert_rows
from .disclosure import expect_report, protect_release
from .queries.municipality import roll_up_municipalities
from .queries.published import recompute_totals
from .releases import Step
from .rollups_absence import count_absence, roll_up_absence
from .rollups_coverage import roll_up_coverage
from .rollups_graduates import count_graduates, roll_up_graduates
from .rollups_public import count_cards, roll_up_public
from .rollups_quality import count_quality, roll_up_quality
from .schema import (
    fact_enrolment,
    indicator_distribution,
    indicator_level_count,
    indicator_prior,
    indicator_released,
    indicator_value,
    release,
    threshold,
)

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str], None]

LARGE = 5_000  # rows of enrolment


def steps(progress: Progress | None = None) -> tuple[Step, ...]:
    """The steps of a publication; progress gets one line per step.

    What does not need the database is counted beside them (`aside`): graduates and absence while indicators are
    counted and written, pictures of the series while everything else is.
    """
    say = progress or (lambda text: None)
    begun: dict[str, aside.Aside] = {}

    def begin(name: str, work: Callable, large: bool) -> None:
        drop(name)
        begun[name] = aside.Aside(work, apart=large)

    def drop(name: str) -> None:
        if name in begun:
            begun.pop(name).drop()

    def found(name: str) -> Callable | None:
        return begun.pop(name).result if name in begun else None

    def begin_roll_ups(connection: Connection, release_id: int) -> None:
        drop("cards")
        large = _is_large(connection)
        begin("absence", count_absence(connection), large)
        begin("quality", count_quality(connection, release_id), large)
        begin("graduates", count_graduates(connection, release_id), large)

    def compute_indicators(connection: Connection, release_id: int) -> None:
        def computed(values: pd.DataFrame) -> None:
            begin("cards", count_cards(connection, release_id, values), _is_large(connection))

        _compute(connection, release_id, say, computed)

    def write_absence(connection: Connection, release_id: int) -> None:
        roll_up_absence(connection, release_id, found("absence"))

    def write_quality(connection: Connection, release_id: int) -> None:
        roll_up_quality(connection, release_id, found("quality"))

    def write_graduates(connection: Connection, release_id: int) -> None:
        roll_up_graduates(connection, release_id, found("graduates"))

    def write_public(connection: Connection, release_id: int) -> None:
        roll_up_public(connection, release_id, found("cards"))

    def suppress_small_numbers(connection: Connection, release_id: int) -> None:
        protect_release(connection, release_id, say)

    return (
        ensure_thresholds,
        begin_roll_ups,
        compute_indicators,
        roll_up_municipalities,
        recompute_totals,
        _named(roll_up_quality, write_quality),
        _named(roll_up_graduates, write_graduates),
        _named(roll_up_absence, write_absence),
        suppress_small_numbers,  # before any step that reads what is released
        roll_up_coverage,
        _named(roll_up_public, write_public),
    )


def _named(step: Step, run: Step) -> Step:
    run.__name__ = step.__name__
    return run


def _is_large(connection: Connection) -> bool:
    """Whether there is so much to count that a process of its own is worth it."""
    return connection.execute(select(func.count()).select_from(fact_enrolment)).scalar_one() > LARGE


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


def _compute(
    connection: Connection, release_id: int, progress: Progress, computed: Callable[[pd.DataFrame], None]
) -> None:
    """computed: told the exact values before they are written."""
    from indicators.catalogue import INDICATORS
    from indicators.compute import compute_with_priors, distribution, level_counts, one_by_one
    from indicators.disclosure import protect

    needed = {name for indicator in INDICATORS.values() for name in indicator.needs}
    progress("fakti | facts")
    frames = facts.frames(connection, needed)
    if not any(len(frame) for name, frame in frames.items() if name != "institution"):
        return
    as_of = connection.execute(select(release.c.as_of).where(release.c.id == release_id)).scalar_one()
    expect_report(connection, release_id)
    progress("rādītāji | indicators")
    values, priors = compute_with_priors(
        frames,
        thresholds_in_force(connection),
        as_of=as_of,
        each=aside.spread if _is_large(connection) else one_by_one,
    )
    progress("kopsavilkumi | roll-ups")
    values = values.sort_values([*indicator_value.primary_key.columns.keys()][1:], ignore_index=True)
    computed(values)
    families = {indicator.id: indicator.family for indicator in INDICATORS.values()}
    units = {indicator.id: indicator.unit for indicator in INDICATORS.values()}
    rolled_up = aside.Aside(
        lambda: (distribution(values), level_counts(values), protect(values, families, units)),
        apart=len(values) > LARGE,
    )

    def write(table: Table, rows: pd.DataFrame) -> None:
        written = insert_rows(connection, table, rows.assign(release_id=release_id))
        progress(f"{table.name}: {written}")

    write(indicator_value, values)
    spread, counts, shown = rolled_up.result()
    write(indicator_distribution, spread)
    write(indicator_level_count, counts)
    write(indicator_prior, priors)
    write(indicator_released, shown)
