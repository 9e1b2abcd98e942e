"""What the page on data quality asks: coverage, who is missing, two sources side by side, loads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select

from ..reading import Reader
from ..rollups_coverage import CORRECTIONS, COVERAGE, MISSING, UNREGISTERED
from ..schema import absence_count, indicator_value, institution, load_batch, municipality, page_card, source
from ..schema_loading import release_move

__all__ = [
    "UNREGISTERED",
    "Cell",
    "Coverage",
    "Missing",
    "absence_sources",
    "as_of_dates",
    "batches",
    "corrections",
    "coverage",
    "missing",
    "moves",
]


@dataclass(frozen=True)
class Cell:
    """One indicator in one municipality: institutions that delivered and that were expected; parts of the
    municipality's own value that are released and that are protected."""

    delivered: int
    expected: int
    shown: int
    hidden: int


@dataclass(frozen=True)
class Coverage:
    """periods: newest (stage, school year, semester) by indicator. cells: by municipality and indicator."""

    periods: Mapping[str, list]
    cells: Mapping[str, Mapping[str, Cell]]


@dataclass(frozen=True)
class Missing:
    """An institution that has not delivered an indicator of its newest period."""

    reg_no: str
    name: str
    municipality_code: str
    municipality: str
    indicator_id: str
    stages: tuple[str, ...]
    municipality_en: str


def coverage(reader: Reader) -> Coverage | None:
    """Numbers of institutions by municipality and indicator; None before the first facts."""
    found = _card(reader, COVERAGE)
    if found is None:
        return None
    cells = {
        code: {indicator: Cell(*numbers) for indicator, numbers in row.items()}
        for code, row in found["cells"].items()
    }
    return Coverage(found["periods"], cells)


def _card(reader: Reader, kind: str) -> dict | None:
    payload = reader.connection.execute(
        select(page_card.c.payload).where(
            page_card.c.release_id == reader.release.id,
            page_card.c.plane == "released",
            page_card.c.kind == kind,
            page_card.c.unit_id == "LV",
        )
    ).scalar()
    return None if payload is None else json.loads(payload)


def corrections(reader: Reader) -> dict[str, list[dict]]:
    """Numbers of rows: `revisions` by dataset, day and reason; `differ` by dataset, primary_source, source_code."""
    return _card(reader, CORRECTIONS) or {"revisions": [], "differ": []}


def moves(reader: Reader, limit: int = 30) -> Sequence[Row]:
    """What was published and taken back: day, kind (publish | rollback), release and reason, the latest first."""
    table = release_move
    return reader.connection.execute(
        select(table.c.at, table.c.kind, table.c.to_release, table.c.reason)
        .order_by(table.c.id.desc())
        .limit(limit)
    ).all()


def missing(reader: Reader) -> list[Missing]:
    """Institutions of the reader's own scope that have not delivered, by municipality and name."""
    scope = reader.scope
    if not scope.signed_in:
        return []
    inside = scope.predicate(institution.c.id, institution.c.municipality_code)
    cards = select(page_card.c.payload).where(
        page_card.c.release_id == reader.release.id,
        page_card.c.plane == "detail",
        page_card.c.kind == MISSING,
    )
    if not scope.sees_all:
        cards = cards.where(page_card.c.unit_id.in_(sorted(scope.municipalities)))
    found = [
        (indicator, unit, tuple(stages))
        for payload in reader.connection.execute(cards).scalars()
        for indicator, rows in json.loads(payload).items()
        for unit, *stages in rows
    ]
    named = {(indicator, unit) for indicator, unit, _ in found}
    found += [row for row in _own_gaps(reader) if row[:2] not in named]
    if not found:
        return []
    names = {
        row.id: row
        for row in reader.connection.execute(
            select(
                institution.c.id,
                institution.c.reg_no,
                institution.c.name,
                institution.c.sort_key,
                institution.c.municipality_code,
                municipality.c.name_full.label("municipality"),
                municipality.c.name_en.label("municipality_en"),
                municipality.c.sort_key.label("place"),
            )
            .join(municipality, municipality.c.code == institution.c.municipality_code)
            .where(institution.c.id.in_({unit for _, unit, _ in found}), inside)
        )
    }
    rows = [(names[unit], indicator, stages) for indicator, unit, stages in found if unit in names]
    rows.sort(key=lambda row: (row[0].place, row[0].sort_key, row[1]))
    return [
        Missing(
            unit.reg_no,
            unit.name,
            unit.municipality_code,
            unit.municipality,
            indicator,
            stages,
            unit.municipality_en,
        )
        for unit, indicator, stages in rows
    ]


def _own_gaps(reader: Reader) -> list[tuple[str, int, tuple[str, ...]]]:
    """Gaps of the institutions that the reader has one by one: cards belong to whole municipalities."""
    whole = coverage(reader)
    if not reader.scope.institutions or whole is None:
        return []
    newest = {
        (indicator, stage, year, semester)
        for indicator, periods in whole.periods.items()
        for stage, year, semester in periods
    }
    table = indicator_value
    rows = reader.connection.execute(
        select(
            table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester, table.c.unit_id
        ).where(
            table.c.release_id == reader.release.id,
            table.c.unit_kind == "institution",
            table.c.unit_id.in_([str(one) for one in sorted(reader.scope.institutions)]),
            table.c.reason == "x",
        )
    )
    gaps: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        if tuple(row[:4]) in newest:
            gaps.setdefault((row.indicator_id, int(row.unit_id)), []).append(row.stage)
    return [(indicator, unit, tuple(sorted(stages))) for (indicator, unit), stages in gaps.items()]


def absence_sources(reader: Reader) -> Sequence[Row]:
    """Long absentees of the country by stage in the newest semester, one row a source."""
    table = absence_count
    own = (
        table.c.release_id == reader.release.id,
        table.c.plane == "released",
        table.c.area_kind == "country",
    )
    period = table.c.school_year * 10 + table.c.semester
    newest = reader.connection.execute(select(func.max(period)).where(*own)).scalar()
    if newest is None:
        return []
    return reader.connection.execute(
        select(table).where(*own, table.c.school_year == newest // 10, table.c.semester == newest % 10)
    ).all()


def as_of_dates(reader: Reader) -> dict[str, str]:
    """Newest as-of date by the name of the data set."""
    rows = reader.connection.execute(
        select(load_batch.c.dataset, func.max(load_batch.c.as_of)).group_by(load_batch.c.dataset)
    )
    return {row.dataset: row[1] for row in rows}


def batches(reader: Reader, limit: int = 100) -> Sequence[Row]:
    """Files loaded, the latest first, with the names of their source."""
    return reader.connection.execute(
        select(load_batch, source.c.name_lv.label("source_lv"), source.c.name_en.label("source_en"))
        .join(source, source.c.code == load_batch.c.source_code)
        .order_by(load_batch.c.loaded_at.desc(), load_batch.c.id.desc())
        .limit(limit)
    ).all()
