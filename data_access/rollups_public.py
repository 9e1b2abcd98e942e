"""Step of a publication: what everybody may read but only the detail plane can count, as cards of the release.

Pages of readers outside a scope are made from the released plane alone: the public's database has nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, bindparam, func, insert, select

from . import schema
from .reading import Reader
from .schema import page_card
from .schema_disclosure import enrolment_released

if TYPE_CHECKING:
    from pandas import DataFrame

Card = tuple[str, str, dict]  # kind, unit, what it tells

COUNTRY = "LV"
DELIVERED, MARKS, PICTURE, INSTITUTION = "delivered", "national_marks", "picture", "institution"

_CARD = select(page_card.c.payload).where(
    page_card.c.release_id == bindparam("release_id"),
    page_card.c.plane == "released",
    page_card.c.kind == bindparam("kind"),
    page_card.c.unit_id == bindparam("unit_id"),
)


def card(reader: Reader, kind: str, unit_id: str = COUNTRY):
    """What the card of the current release holds, None where there is none."""
    payload = reader.connection.execute(
        _CARD, {"release_id": reader.release.id, "kind": kind, "unit_id": unit_id}
    ).scalar()
    return None if payload is None else json.loads(payload)


@lru_cache(maxsize=1)
def _nobody() -> dict:
    return {"pupils": [], "stages": [], "visits": [], "evaluations": []}


def institution_card(reader: Reader, institution_id: int) -> Mapping:
    """What everybody may know about one institution.

    pupils: [school year, semester, stage, rounded learners or None where they are too few], newest first.
    stages: taught in the newest school year, the largest as told first. visits: [number, school year, date].
    evaluations: [year, kind].
    """
    return card(reader, INSTITUTION, str(institution_id)) or _nobody()


def roll_up_public(
    connection: Connection, release_id: int, found: Callable[[], list[Card]] | None = None
) -> None:
    """Write the cards of a release. found: what `count_cards` gave, where somebody asked for it before."""
    cards = [
        *_institutions(connection, release_id),
        (DELIVERED, COUNTRY, _coverage(connection, release_id)),
        (MARKS, COUNTRY, _marks(connection)),
        *(found or count_cards(connection, release_id))(),
    ]
    connection.execute(
        insert(page_card),
        [
            {
                "release_id": release_id,
                "plane": "released",
                "kind": kind,
                "unit_id": unit_id,
                "payload": json.dumps(payload, separators=(",", ":")),
            }
            for kind, unit_id, payload in cards
        ],
    )


def _institutions(connection: Connection, release_id: int) -> list[tuple[str, str, dict]]:
    found: dict[int, dict] = {}

    def of(number: int) -> dict:
        return found.setdefault(number, {"pupils": [], "stages": [], "visits": [], "evaluations": []})

    fact, stage, told = schema.fact_enrolment, schema.stage, enrolment_released
    sizes: dict[int, dict[str, int]] = {}
    newest: dict[int, int] = {}
    rows = connection.execute(
        select(
            fact.c.institution_id,
            fact.c.school_year,
            fact.c.semester,
            fact.c.stage,
            fact.c.pupils,
            told.c.pupils,
        )
        .join(stage, stage.c.code == fact.c.stage)
        .outerjoin(
            told,
            and_(
                told.c.release_id == release_id,
                *[
                    told.c[key] == fact.c[key]
                    for key in ("institution_id", "school_year", "semester", "stage")
                ],
            ),
        )
        .order_by(fact.c.school_year.desc(), fact.c.semester.desc(), stage.c.position)
    )
    for number, year, semester, name, pupils, shown in rows:
        of(number)["pupils"].append([year, semester, name, shown])
        if pupils > 0 and year == newest.setdefault(number, year):
            own = sizes.setdefault(number, {})
            own[name] = max(own.get(name, 0), shown or 0)
    for number, own in sizes.items():
        of(number)["stages"] = sorted(own, key=lambda name: (-own[name], name))
    visit = schema.fact_visit
    for number, *took_place in connection.execute(
        select(visit.c.institution_id, visit.c.visit_no, visit.c.school_year, visit.c.date).order_by(
            visit.c.institution_id, visit.c.visit_no
        )
    ):
        of(number)["visits"].append(took_place)
    evaluation = schema.fact_evaluation
    for number, *took_place in connection.execute(
        select(evaluation.c.institution_id, evaluation.c.year, evaluation.c.kind)
        .distinct()
        .order_by(evaluation.c.institution_id, evaluation.c.year, evaluation.c.kind)
    ):
        of(number)["evaluations"].append(took_place)
    return [(INSTITUTION, str(number), payload) for number, payload in sorted(found.items())]


def _coverage(connection: Connection, release_id: int) -> list[list]:
    """[indicator, stage, area, institutions that delivered, institutions that owed] in the newest periods."""
    table = schema.indicator_level_count
    parts: dict[tuple, dict[tuple[int, int], list[int]]] = {}
    for row in connection.execute(
        select(
            table.c.indicator_id,
            table.c.stage,
            table.c.area_id,
            table.c.school_year,
            table.c.semester,
            table.c.level,
            table.c.institutions,
        ).where(table.c.release_id == release_id)
    ):
        both = parts.setdefault((row.indicator_id, row.stage, row.area_id), {}).setdefault(
            (row.school_year, row.semester), [0, 0]
        )
        both[0] += row.institutions if row.level != "x" else 0
        both[1] += row.institutions
    spread = schema.indicator_distribution
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    for indicator_id, stage, year, semester in connection.execute(
        select(spread.c.indicator_id, spread.c.stage, spread.c.school_year, spread.c.semester)
        .where(spread.c.release_id == release_id)
        .order_by(spread.c.school_year, spread.c.semester)
    ):
        newest[indicator_id, stage] = (year, semester)
    return [
        [*key, *periods[newest[key[:2]]]]
        for key, periods in sorted(parts.items())
        if newest.get(key[:2]) in periods
    ]


def _marks(connection: Connection) -> list[list]:
    """[stage, school year, subject, learners with a mark, mean mark] of the country."""
    mark = schema.fact_mark
    rows = connection.execute(
        select(
            mark.c.stage,
            mark.c.school_year,
            mark.c.subject,
            func.sum(mark.c.pupils).label("pupils"),
            func.sum(mark.c.pupils * mark.c.mean).label("points"),
        )
        .where(mark.c.pupils > 0)
        .group_by(mark.c.stage, mark.c.school_year, mark.c.subject)
        .order_by(mark.c.stage, mark.c.school_year, mark.c.subject)
    )
    return [[*row[:3], int(row.pupils), row.points / row.pupils] for row in rows]


def count_cards(
    connection: Connection, release_id: int, values: DataFrame | None = None
) -> Callable[[], list[Card]]:
    """Read the exact values; the result counts the pictures of all series. values: as in `risks.count_pictures`."""
    from .queries import risks

    pictures = risks.count_pictures(connection, release_id, values)

    def count() -> list[Card]:
        found = []
        for indicator, stage, (year, semester), counted in pictures():
            payload = {
                "matrix": [[*key, n] for key, n in sorted(counted.matrix.items())],
                "undetermined": counted.undetermined,
                "persistence": [
                    [level, run, n]
                    for level, runs in counted.persistence.items()
                    for run, n in sorted(runs.items())
                ],
                "spreads": [[one.type, one.institutions, one.quantiles] for one in counted.spreads],
                "funnel": asdict(counted.funnel) if counted.funnel else None,
            }
            found.append((PICTURE, f"{indicator.id}|{stage}|{year}|{semester}", payload))
        return found

    return count
