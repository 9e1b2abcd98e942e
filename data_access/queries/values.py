"""Indicator values of units, each from the plane that the reader's scope allows, and the roll-ups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, tuple_

from ..reading import Reader, Release
from ..schema import (
    indicator_distribution,
    indicator_level_count,
    indicator_released,
    indicator_value,
    institution,
    threshold,
)

Period = tuple[int, int]  # first year of the school year, semester (0 = whole year)
PLANES = {"detail": indicator_value, "released": indicator_released}
_HISTORY = (
    "indicator_id", "stage", "school_year", "semester", "numerator", "denominator", "value", "lower", "upper",
    "level", "certainty", "reason", "value_text",
)  # fmt: skip


def _of_unit(plane: str):
    table = PLANES[plane]
    return select(table).where(
        table.c.release_id == bindparam("release_id"),
        table.c.unit_kind == bindparam("unit_kind"),
        table.c.unit_id == bindparam("unit_id"),
    )


def _history_of_unit(plane: str):
    table = PLANES[plane]
    return (
        select(*[table.c[name] for name in _HISTORY])
        .where(
            table.c.release_id == bindparam("release_id"),
            table.c.unit_kind == bindparam("unit_kind"),
            table.c.unit_id == bindparam("unit_id"),
        )
        .order_by(table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester)
    )


_UNIT = {plane: _of_unit(plane) for plane in PLANES}
_UNIT_HISTORY = {plane: _history_of_unit(plane) for plane in PLANES}


def periods(reader: Reader) -> dict[tuple[str, str], list[Period]]:
    """Periods that the release has for each (indicator, stage), oldest first."""
    return _periods(reader.connection, reader.release)


_PERIODS: dict[tuple, dict[tuple[str, str], list[Period]]] = {}


def _periods(connection: Connection, release: Release) -> dict[tuple[str, str], list[Period]]:
    # The same for every reader of a release, so it is kept; a handful of releases at most.
    key = release_key(release)
    if key not in _PERIODS:
        table = indicator_distribution
        rows = connection.execute(
            select(table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester)
            .where(table.c.release_id == release.id)
            .order_by(table.c.school_year, table.c.semester)
        )
        found: dict[tuple[str, str], list[Period]] = {}
        for indicator_id, stage, year, semester in rows:
            found.setdefault((indicator_id, stage), []).append((year, semester))
        if len(_PERIODS) >= 8:
            _PERIODS.pop(next(iter(_PERIODS)))
        _PERIODS[key] = found
    return _PERIODS[key]


def latest(reader: Reader, indicator_id: str, stage: str) -> Period | None:
    """The newest period of an indicator and stage in the release."""
    found = periods(reader).get((indicator_id, stage))
    return found[-1] if found else None


def unit_plane(reader: Reader, unit_kind: str, unit_id: str, municipality_code: str | None = None) -> str:
    """The plane from which this reader reads the unit."""
    if unit_kind == "institution":
        return reader.scope.plane(institution_id=int(unit_id), municipality_code=municipality_code)
    if unit_kind == "municipality":
        return reader.scope.plane(municipality_code=unit_id)
    return reader.scope.plane()


def unit_values(
    reader: Reader, unit_kind: str, unit_id: str, municipality_code: str | None = None
) -> Sequence[Row]:
    """All values of a unit in its newest period per indicator and stage, with every column."""
    plane = unit_plane(reader, unit_kind, unit_id, municipality_code)
    newest = {(key, found[-1]) for key, found in periods(reader).items()}
    table = PLANES[plane]
    wanted = sorted({period for _, period in newest})
    if not wanted:
        return []
    rows = reader.connection.execute(
        _UNIT[plane].where(tuple_(table.c.school_year, table.c.semester).in_(wanted)),
        {"release_id": reader.release.id, "unit_kind": unit_kind, "unit_id": unit_id},
    )
    return [row for row in rows if ((row.indicator_id, row.stage), (row.school_year, row.semester)) in newest]


def unit_history(
    reader: Reader, unit_kind: str, unit_id: str, municipality_code: str | None = None
) -> Sequence[Row]:
    """All periods of a unit, the columns that charts need."""
    plane = unit_plane(reader, unit_kind, unit_id, municipality_code)
    return reader.connection.execute(
        _UNIT_HISTORY[plane],
        {"release_id": reader.release.id, "unit_kind": unit_kind, "unit_id": unit_id},
    ).all()


def unit_value(
    reader: Reader,
    unit_kind: str,
    unit_id: str,
    indicator_id: str,
    stage: str,
    period: Period,
    municipality_code: str | None = None,
) -> Row | None:
    """One value of a unit, or None."""
    plane = unit_plane(reader, unit_kind, unit_id, municipality_code)
    table = PLANES[plane]
    return reader.connection.execute(
        _UNIT[plane].where(
            table.c.indicator_id == indicator_id,
            table.c.stage == stage,
            table.c.school_year == period[0],
            table.c.semester == period[1],
        ),
        {"release_id": reader.release.id, "unit_kind": unit_kind, "unit_id": unit_id},
    ).first()


_UNIT_NAMES = (
    institution.c.id.label("institution_id"),
    institution.c.reg_no,
    institution.c.name,
    institution.c.type,
    institution.c.urbanity,
    institution.c.valid_to,
    institution.c.sort_key,
)


def institution_values(
    reader: Reader,
    *,
    indicator_id: str | None = None,
    stage: str | None = None,
    municipality_code: str | None = None,
    wanted: Sequence[Period] | None = None,
) -> list[Row]:
    """Values of many institutions with their names: exact rows inside the scope, released rows outside.

    At least one of indicator_id and municipality_code must be given. wanted: periods, None = all.
    Each row tells its plane in `plane`. Ordered by name.
    """
    if indicator_id is None and municipality_code is None:
        raise ValueError("name an indicator or a municipality")
    rows: list[Row] = []
    for plane, table in PLANES.items():
        inside = reader.scope.predicate(table.c.unit_id, table.c.municipality_code, text_ids=True)
        conditions = [
            table.c.release_id == reader.release.id,
            table.c.unit_kind == "institution",
            inside if plane == "detail" else ~inside,
        ]
        if plane == "detail" and not reader.scope.signed_in:
            continue
        if plane == "released" and reader.scope.sees_all:
            continue
        if indicator_id is not None:
            conditions.append(table.c.indicator_id == indicator_id)
        if stage is not None:
            conditions.append(table.c.stage == stage)
        if municipality_code is not None:
            conditions.append(table.c.municipality_code == municipality_code)
        if wanted is not None:
            conditions.append(
                or_(
                    *[
                        and_(table.c.school_year == year, table.c.semester == semester)
                        for year, semester in sorted(set(wanted))
                    ]
                )
            )
        from sqlalchemy import Integer, cast, literal

        rows += reader.connection.execute(
            select(table, *_UNIT_NAMES, literal(plane).label("plane"))
            .join(institution, institution.c.id == cast(table.c.unit_id, Integer))
            .where(*conditions)
        ).all()
    return sorted(rows, key=lambda row: row.sort_key)


def area_values(
    reader: Reader, unit_kind: str, indicator_id: str, stage: str, period: Period
) -> Sequence[Row]:
    """Values of all municipalities (unit_kind 'municipality') or the country for one period.

    Areas are read from the released plane by everybody who does not see the whole country.
    """
    table = PLANES["detail" if reader.scope.sees_all else "released"]
    return reader.connection.execute(
        select(table).where(
            table.c.release_id == reader.release.id,
            table.c.unit_kind == unit_kind,
            table.c.indicator_id == indicator_id,
            table.c.stage == stage,
            table.c.school_year == period[0],
            table.c.semester == period[1],
        )
    ).all()


@lru_cache(maxsize=16)
def _distribution(key: tuple):
    return {}


def release_key(release: Release) -> tuple:
    """What tells one release from every other, of another database too."""
    return (release.id, release.created_at, release.facts_hash)


def distributions(reader: Reader) -> dict[tuple[str, str, int, int], Row]:
    """Spread of institution values by (indicator, stage, school year, semester), for the whole release.

    The same for every reader, so it is read once a release.
    """
    kept = _distribution(release_key(reader.release))
    if not kept:
        table = indicator_distribution
        for row in reader.connection.execute(select(table).where(table.c.release_id == reader.release.id)):
            kept[(row.indicator_id, row.stage, row.school_year, row.semester)] = row
    return kept


def level_counts(
    reader: Reader, area_kind: str, area_id: str, wanted: Sequence[Period] | None = None
) -> Sequence[Row]:
    """How many institutions stand at each level in an area. Only for readers who see that whole area."""
    allowed = (
        reader.scope.covers_municipality(area_id) if area_kind == "municipality" else reader.scope.signed_in
    )
    # The country's counts are sums over hundreds of institutions and are public.
    if area_kind == "municipality" and not allowed:
        return []
    table = indicator_level_count
    query = select(table).where(
        table.c.release_id == reader.release.id, table.c.area_kind == area_kind, table.c.area_id == area_id
    )
    if wanted is not None:
        query = query.where(tuple_(table.c.school_year, table.c.semester).in_(sorted(set(wanted))))
    return reader.connection.execute(query).all()


def thresholds(reader: Reader, indicator_id: str | None = None) -> Sequence[Row]:
    """Dated thresholds, newest first."""
    query = select(threshold).order_by(
        threshold.c.indicator_id, threshold.c.stage, threshold.c.valid_from.desc()
    )
    if indicator_id is not None:
        query = query.where(threshold.c.indicator_id == indicator_id)
    return reader.connection.execute(query).all()


def threshold_by_id(reader: Reader, threshold_id: int) -> Row | None:
    """One threshold."""
    return reader.connection.execute(select(threshold).where(threshold.c.id == threshold_id)).first()
