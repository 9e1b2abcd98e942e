"""Figures that others printed: the annual report 2024, the national series and the 40 checks; and our own sums
beside them, what was loaded, and the reader's own units."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, insert, select

from .. import schema
from ..reading import Reader
from ..schema import (
    figure_check,
    figure_published,
    institution,
    load_batch,
    municipality,
    page_card,
    source,
)

REPORT = "annual_report_2024"
# Tables of the report whose figures can be made anew from counts of institutions and municipalities.
RECOMPUTED = (
    "T5",
    "T6",
    "T7",
    "S_absence_reasons",
    "S_unified",
    "S_accreditation",
    "S_tasks_category",
    "S_tasks_priority",
    "S_complaints",
    "S_inspections",
)
_CARD = {"plane": "released", "kind": "agreement", "unit_id": "LV"}
_PRIORITIES = ("learning_organisation", "individual_support", "competence_approach")
_UPPER = ("good", "very_good", "excellent", "optimal")  # the report prints the three upper levels as one


def _printed() -> Select:
    return (
        select(
            figure_published,
            load_batch.c.as_of,
            load_batch.c.sha256,
            load_batch.c.file_name,
            source.c.name_lv.label("source_lv"),
            source.c.name_en.label("source_en"),
        )
        .join(load_batch, load_batch.c.id == figure_published.c.load_batch_id)
        .join(source, source.c.code == load_batch.c.source_code)
        .order_by(figure_published.c.id)
    )


def figures(reader: Reader, *keys: str, collection: str = REPORT) -> Sequence[Row]:
    """Published figures with these keys in printed order, with source and as-of date."""
    return reader.connection.execute(
        _printed().where(figure_published.c.collection == collection, figure_published.c.figure_key.in_(keys))
    ).all()


def tables(reader: Reader, *table_ids: str) -> Sequence[Row]:
    """All figures of these tables of the report, or of the whole report, in printed order."""
    statement = _printed().where(figure_published.c.collection == REPORT)
    if table_ids:
        statement = statement.where(figure_published.c.table_id.in_(table_ids))
    return reader.connection.execute(statement).all()


def checks(reader: Reader) -> Sequence[Row]:
    """The checks of the annual report in order, with source and as-of date."""
    return reader.connection.execute(
        select(
            figure_check,
            load_batch.c.as_of,
            source.c.name_lv.label("source_lv"),
            source.c.name_en.label("source_en"),
        )
        .join(load_batch, load_batch.c.id == figure_check.c.load_batch_id)
        .join(source, source.c.code == load_batch.c.source_code)
        .order_by(figure_check.c.id)
    ).all()


def loads(reader: Reader) -> Sequence[Row]:
    """What was loaded from each source, the latest first: files, rows, as-of date, day of the last load."""
    last = func.max(load_batch.c.loaded_at)
    return reader.connection.execute(
        select(
            source.c.code,
            source.c.name_lv.label("source_lv"),
            source.c.name_en.label("source_en"),
            load_batch.c.synthetic,
            func.count().label("files"),
            func.sum(load_batch.c.rows_loaded).label("rows"),
            func.max(load_batch.c.as_of).label("as_of"),
            last.label("loaded_at"),
        )
        .join(source, source.c.code == load_batch.c.source_code)
        .group_by(source.c.code, source.c.name_lv, source.c.name_en, load_batch.c.synthetic)
        .order_by(last.desc(), source.c.code)
    ).all()


def source_of(reader: Reader, dataset: str) -> Row | None:
    """Source and as-of date of the latest batch of a data set."""
    return reader.connection.execute(
        select(
            load_batch.c.as_of,
            source.c.name_lv.label("source_lv"),
            source.c.name_en.label("source_en"),
        )
        .join(source, source.c.code == load_batch.c.source_code)
        .where(load_batch.c.dataset == dataset)
        .order_by(load_batch.c.id.desc())
        .limit(1)
    ).first()


def sources(reader: Reader) -> Sequence[Row]:
    """The registers and reports that data come from, with the number of files and rows loaded."""
    return reader.connection.execute(
        select(
            source,
            func.count(load_batch.c.id).label("files"),
            func.coalesce(func.sum(load_batch.c.rows_loaded), 0).label("rows"),
            func.max(load_batch.c.as_of).label("as_of"),
        )
        .outerjoin(load_batch, load_batch.c.source_code == source.c.code)
        .group_by(source.c.code, source.c.name_lv, source.c.name_en, source.c.publisher, source.c.licence)
        .order_by(source.c.code)
    ).all()


def own_units(reader: Reader) -> tuple[Sequence[Row], Sequence[Row]]:
    """Institutions and municipalities of the reader's own scope, in Latvian order."""
    scope = reader.scope
    own_institutions = (
        reader.connection.execute(
            select(
                institution.c.reg_no,
                institution.c.name,
                institution.c.type,
                municipality.c.name_full,
                municipality.c.name_en,
            )
            .join(municipality, municipality.c.code == institution.c.municipality_code)
            .where(institution.c.id.in_(sorted(scope.institutions)))
            .order_by(institution.c.sort_key)
        ).all()
        if scope.institutions
        else []
    )
    own_municipalities = (
        reader.connection.execute(
            select(municipality.c.code, municipality.c.name_full, municipality.c.name_en)
            .where(municipality.c.code.in_(sorted(scope.municipalities)))
            .order_by(municipality.c.sort_key)
        ).all()
        if scope.municipalities
        else []
    )
    return own_institutions, own_municipalities


# --- our own sums beside the printed ones ----------------------------------------------------------


def recomputed(reader: Reader) -> dict[int, float]:
    """Sums of the release's facts by id of the printed figure; without an entry where there are no facts."""
    payload = reader.connection.execute(
        select(page_card.c.payload).where(
            page_card.c.release_id == reader.release.id,
            *(page_card.c[name] == value for name, value in _CARD.items()),
        )
    ).scalar()
    return {int(key): value for key, value in json.loads(payload).items()} if payload else {}


def recompute_totals(connection: Connection, release_id: int) -> None:
    """Step of a publication: add up the facts behind the printed figures and keep the sums with the release."""
    sums = national_sums(connection)
    printed = connection.execute(
        select(figure_published).where(
            figure_published.c.collection == REPORT, figure_published.c.table_id.in_(RECOMPUTED)
        )
    ).all()
    found = {row.id: sums[key] for row in printed if (key := _key(row)) in sums}
    connection.execute(
        insert(page_card).values(release_id=release_id, payload=json.dumps(found, sort_keys=True), **_CARD)
    )


def _key(row: Row) -> tuple:
    return (row.table_id, row.figure_key, row.period_label, row.period, row.stage, row.category, row.unit)


def national_sums(connection: Connection) -> dict[tuple, float]:
    """National sums of facts under (table, figure, period, part of the period, stage, category, unit)."""
    sums: dict[tuple, float] = {}
    for part in (_absence, _unified, _accreditation, _supervision, _tasks, _unregistered):
        sums |= part(connection)
    return sums


def _grouped(connection: Connection, statement: Select) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]


def _absence(connection: Connection) -> dict[tuple, float]:
    fact = schema.fact_absence
    kinds = {"excused": "any_excused", "illness": "any_illness", "unexcused": "any_unexcused"}
    rows = _grouped(
        connection,
        select(
            fact.c.school_year,
            fact.c.semester,
            fact.c.stage,
            func.sum(fact.c.long_unexcused).label("long"),
            *(func.sum(fact.c[column]).label(kind) for kind, column in kinds.items()),
        )
        .where(fact.c.source_code == "e_journals", fact.c.school_year.in_((2022, 2023)))
        .group_by(fact.c.school_year, fact.c.semester, fact.c.stage),
    )
    sums: dict[tuple, float] = {}

    def add(key: tuple, value: float | None) -> None:
        if value is not None:
            sums[key] = sums.get(key, 0) + value

    for row in rows:
        year, part = f"{row['school_year']}/{row['school_year'] + 1}", f"semester {row['semester']}"
        # Table 6 leaves special basic education out, table 7 counts it as basic education.
        if row["stage"] in ("preschool", "basic", "upper_secondary", "vocational"):
            for stage in (row["stage"], "total"):
                add(("T6", "long_unexcused_absentees", year, part, stage, "", "pupils"), row["long"])
        stage = "basic" if row["stage"] == "special_basic" else row["stage"]
        if stage in ("basic", "upper_secondary"):
            for kind in kinds:
                add(("T7", "absent_at_least_one_lesson", year, part, stage, kind, "pupils"), row[kind])
    entry = schema.fact_absence_case
    for row in _grouped(
        connection,
        select(entry.c.semester, entry.c.reason, func.sum(entry.c.cases).label("cases"))
        .where(entry.c.school_year == 2023)
        .group_by(entry.c.semester, entry.c.reason),
    ):
        part = f"semester {row['semester']}"
        key = ("S_absence_reasons", "long_absence_reason", "2023/2024", part, "all", row["reason"], "cases")
        sums[key] = row["cases"]
    return sums


def _unified(connection: Connection) -> dict[tuple, float]:
    visit, criterion = schema.fact_visit, schema.fact_visit_criterion
    rows = _grouped(
        connection,
        select(visit.c.level, visit.c.stage, institution.c.founder_kind, institution.c.municipality_code)
        .join(institution, institution.c.id == visit.c.institution_id)
        .where(visit.c.visit_no == 1, visit.c.school_year == 2023),
    )
    if not rows:
        return {}

    def key(name: str, unit: str, stage: str = "all", category: str = "") -> tuple:
        return ("S_unified", name, "2023/2024", "school year", stage, category, unit)

    rated = sum(row["level"] is not None for row in rows)
    counts = {
        "unified_optimal": sum(row["level"] in _UPPER for row in rows),
        "unified_needs_improvement": sum(row["level"] == "needs_improvement" for row in rows),
        "unified_insufficient": sum(row["level"] == "insufficient" for row in rows),
    }
    for row in _grouped(
        connection,
        select(criterion.c.criterion, func.sum(criterion.c.answer).label("yes"))
        .join(
            visit,
            (visit.c.institution_id == criterion.c.institution_id)
            & (visit.c.visit_no == criterion.c.visit_no),
        )
        .where(visit.c.visit_no == 1, visit.c.school_year == 2023, criterion.c.answer.is_not(None))
        .group_by(criterion.c.criterion),
    ):
        counts[f"unified_{row['criterion']}"] = row["yes"]
    sums: dict[tuple, float] = {
        key("unified_visited", "institutions", category="all"): len(rows),
        key("unified_visited", "institutions", "preschool", "preschool"): sum(
            row["stage"] == "preschool" for row in rows
        ),
        key("unified_visited", "institutions", category="private"): sum(
            row["founder_kind"] == "private" for row in rows
        ),
        key("unified_municipalities", "municipalities"): len({row["municipality_code"] for row in rows}),
    }
    for name, count in counts.items():
        sums[key(name, "institutions")] = count
        if rated:
            sums[key(name, "percent")] = round(100 * count / rated + 1e-9, 1)
    # One criterion looks back at the school year before.
    before = ("S_unified", "unified_methodical_support_2022_23", "2023/2024", "school year", "all", "")
    for unit in ("institutions", "percent"):
        if (*before, unit) in sums:
            sums["S_unified", before[1], "2022/2023", "school year", "all", "", unit] = sums.pop(
                (*before, unit)
            )
    return sums


def _accreditation(connection: Connection) -> dict[tuple, float]:
    """Institutions and heads assessed in 2024, and those with a criterion that needs improvement."""
    fact = schema.fact_evaluation
    weak_level = fact.c.level.in_(("needs_improvement", "insufficient"))
    rows = connection.execute(
        select(
            fact.c.kind,
            institution.c.type,
            institution.c.in_transition,
            fact.c.institution_id,
            func.sum(case((weak_level, 1), else_=0)).label("weak"),
        )
        .join(institution, institution.c.id == fact.c.institution_id)
        .where(fact.c.year == 2024)
        .group_by(fact.c.kind, institution.c.type, institution.c.in_transition, fact.c.institution_id)
    ).all()
    names = {
        "accreditation": ("institutions_accredited", "institutions_needs_improvement", "institutions"),
        "head": ("heads_assessed", "heads_needs_improvement", "heads"),
    }
    group = {"preschool": "preschool", "vocational": "vocational", "orientation": "vocational"}
    sums: dict[tuple, float] = {}
    moving: dict[str, set[int]] = {}
    for row in rows:
        if row.kind not in names:
            continue
        assessed, weak, unit = names[row.kind]
        for stage in (group.get(row.type, "general"), "all"):
            for name, count in ((assessed, 1), (weak, int(row.weak > 0))):
                key = ("S_accreditation", name, "2024", "year", stage, "", unit)
                sums[key] = sums.get(key, 0) + count
            if row.in_transition:
                moving.setdefault(stage, set()).add(row.institution_id)
    for stage, members in moving.items():
        name = "unified_school_in_accreditation"
        sums["S_accreditation", name, "2024", "year", stage, "", "institutions"] = len(members)
    return sums


def _supervision(connection: Connection) -> dict[tuple, float]:
    fact, inspection = schema.fact_complaint, schema.fact_inspection
    outcomes = ("confirmed", "not_confirmed", "explained", "forwarded")
    sums: dict[tuple, float] = {}
    for row in _grouped(
        connection,
        select(
            fact.c.year,
            func.sum(fact.c.received).label("all"),
            *(func.sum(fact.c[name]).label(name) for name in outcomes),
        )
        .where(fact.c.year.in_((2023, 2024)))
        .group_by(fact.c.year),
    ):
        for name in ("all", *outcomes):
            sums["S_complaints", "complaints", str(row["year"]), "year", "all", name, "complaints"] = row[
                name
            ]
    for row in _grouped(
        connection,
        select(inspection.c.year, func.sum(inspection.c.inspections).label("n"))
        .where(inspection.c.year.in_((2023, 2024)))
        .group_by(inspection.c.year),
    ):
        sums["S_inspections", "inspections", str(row["year"]), "year", "all", "", "inspections"] = row["n"]
    return sums


def _tasks(connection: Connection) -> dict[tuple, float]:
    fact = schema.fact_task
    sums: dict[tuple, float] = {}
    for row in _grouped(
        connection,
        select(fact.c.area, func.sum(fact.c.tasks).label("n"))
        .where(fact.c.year.between(2020, 2024))
        .group_by(fact.c.area),
    ):
        for area in (row["area"], "all"):
            key = ("S_tasks_category", "assessment_tasks", "2020-2024", "period", "all", area, "tasks")
            sums[key] = sums.get(key, 0) + row["n"]
    for row in _grouped(
        connection,
        select(fact.c.topic, func.sum(fact.c.tasks).label("n"))
        .where(fact.c.year == 2024, fact.c.topic.in_(_PRIORITIES))
        .group_by(fact.c.topic),
    ):
        for topic in (row["topic"], "all"):
            key = ("S_tasks_priority", "priority_tasks", "2023/2024", "school year", "all", topic, "tasks")
            sums[key] = sums.get(key, 0) + row["n"]
    return sums


def _unregistered(connection: Connection) -> dict[tuple, float]:
    fact = schema.fact_unregistered
    return {
        (
            "T5",
            "unregistered_children",
            "2024/2025",
            "2024-12-31",
            "compulsory age 5-18, citizens and non-citizens",
            row["status"],
            "children",
        ): row["n"]
        for row in _grouped(
            connection,
            select(fact.c.status, func.sum(fact.c.children).label("n"))
            .where(fact.c.year == 2024)
            .group_by(fact.c.status),
        )
    }
