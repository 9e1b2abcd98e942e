"""What an assignment covers on a day when units merge, split and change their numbers. The written rule:

1. A right belongs to the unit, not to the person. While the unit exists, its users read its detail.
2. When a unit is merged into another, from that day the users of the successor read its history too, and its own
   users read nothing exact any more, until somebody gives them an assignment in the successor.
3. A renamed institution, and a municipality that goes on under a new code with its old name, is the same unit: the
   assignment follows by itself.
4. When a unit is split, or only a part of it moves, its history stays with it and does not pass to the parts.
5. A unit that is closed without a successor has no users; its founder, the ministry and the stewards remain.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from .schema import institution, institution_lineage, municipality

_MOST_STEPS = 20


def institutions_of(connection: Connection, reg_no: str, day: str) -> tuple[frozenset[int], str]:
    """Ids of the institutions that an assignment to `reg_no` covers on `day`, and the name of the living one.

    (frozenset(), "") when there is no such institution or it has ended.
    """
    unit = connection.execute(
        select(institution.c.id, institution.c.name, institution.c.valid_to).where(
            institution.c.reg_no == reg_no
        )
    ).first()
    for _step in range(_MOST_STEPS):
        if unit is None:
            return frozenset(), ""
        successor = connection.execute(
            select(
                institution.c.id,
                institution.c.name,
                institution.c.valid_to,
                institution_lineage.c.kind,
                institution_lineage.c.share,
            )
            .join(institution_lineage, institution_lineage.c.to_id == institution.c.id)
            .where(
                institution_lineage.c.from_id == unit.id,
                institution_lineage.c.date <= day,
                institution_lineage.c.kind.in_(("merged", "renamed")),
                institution_lineage.c.share >= 1,
            )
        ).first()
        if successor is None:
            if unit.valid_to is not None and unit.valid_to < day:
                return frozenset(), ""
            return frozenset({unit.id}) | _earlier(connection, unit.id, day), unit.name
        if successor.kind != "renamed":
            return frozenset(), ""
        unit = successor
    return frozenset(), ""


def _earlier(connection: Connection, institution_id: int, day: str) -> frozenset[int]:
    """All institutions that were merged whole into this one, or were this one under another number, by `day`."""
    found: set[int] = set()
    newest = {institution_id}
    for _step in range(_MOST_STEPS):
        rows = connection.execute(
            select(institution_lineage.c.from_id).where(
                institution_lineage.c.to_id.in_(sorted(newest)),
                institution_lineage.c.date <= day,
                institution_lineage.c.kind.in_(("merged", "renamed")),
                institution_lineage.c.share >= 1,
            )
        ).scalars()
        newest = set(rows) - found - {institution_id}
        if not newest:
            break
        found |= newest
    return frozenset(found)


def municipalities_of(connection: Connection, code: str, day: str) -> tuple[frozenset[str], str]:
    """Codes of the municipalities that an assignment to `code` covers on `day`, and the name of the living one."""
    rows = {
        row.code: row
        for row in connection.execute(
            select(
                municipality.c.code,
                municipality.c.name,
                municipality.c.name_full,
                municipality.c.valid_to,
                municipality.c.successor_code,
            )
        )
    }
    unit = rows.get(code)
    for _step in range(_MOST_STEPS):
        if unit is None:
            return frozenset(), ""
        if unit.valid_to is None or unit.valid_to >= day:
            break
        successor = rows.get(unit.successor_code or "")
        if successor is None or successor.name != unit.name:
            return frozenset(), ""
        unit = successor
    else:
        return frozenset(), ""
    found = {unit.code}
    for _step in range(_MOST_STEPS):
        more = {
            row.code
            for row in rows.values()
            if row.successor_code in found and row.valid_to is not None and row.valid_to < day
        } - found
        if not more:
            break
        found |= more
    return frozenset(found), unit.name_full
