"""Visits, evaluations, tasks, supervision: roll-ups of areas on the reader's plane, single institutions in scope only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Integer, Row, Select, Table, and_, bindparam, case, cast, exists, func, or_, select

from .. import schema
from ..reading import Reader
from ..rollups_public import institution_card
from ..schema import finding, indicator_value, institution, municipality

COUNTRY = ("country", "LV")


# --- areas -------------------------------------------------------------------------------------------


def _area(reader: Reader, table: Table, code: str | None) -> Select:
    """Rows of the country, the same for everybody, or of one municipality on the plane that the reader may read."""
    kind, area_id = COUNTRY if code is None else ("municipality", code)
    plane = "released" if code is None else reader.scope.plane(municipality_code=code)
    return select(table).where(
        table.c.release_id == reader.release.id,
        table.c.plane == plane,
        table.c.area_kind == kind,
        table.c.area_id == area_id,
    )


def _municipal(reader: Reader, table: Table) -> Select:
    """Rows of all municipalities: exact ones in scope, protected ones elsewhere."""
    inside = table.c.area_id.in_(sorted(reader.scope.municipalities))
    if reader.scope.sees_all:
        plane = table.c.plane == "detail"
    elif reader.scope.municipalities:
        plane = or_(and_(table.c.plane == "detail", inside), and_(table.c.plane == "released", ~inside))
    else:
        plane = table.c.plane == "released"
    return select(table).where(
        table.c.release_id == reader.release.id, plane, table.c.area_kind == "municipality"
    )


def visit_levels(reader: Reader, code: str | None = None) -> Sequence[Row]:
    """Visited institutions by school year, round, stage and level."""
    table = schema.visit_count
    return reader.connection.execute(
        _area(reader, table, code).order_by(table.c.school_year, table.c.visit_no, table.c.stage)
    ).all()


def visit_criteria(reader: Reader) -> Sequence[Row]:
    """What the visits found in the country, by round and group of levels."""
    return reader.connection.execute(_area(reader, schema.visit_criterion_count, None)).all()


def visit_changes(reader: Reader) -> Sequence[Row]:
    """Repeated visits in the country by the level of both."""
    return reader.connection.execute(_area(reader, schema.visit_change_count, None)).all()


def visit_funding(reader: Reader) -> Row | None:
    """Additional funding of the visited institutions in the newest school year, for the country."""
    table = schema.visit_funding
    return reader.connection.execute(
        _area(reader, table, None).order_by(table.c.school_year.desc()).limit(1)
    ).first()


@dataclass(frozen=True)
class Visited:
    """A municipality and its first visits; `rows` by level, `flag` as the service published it."""

    place: Row
    rows: dict[str, Row]

    @property
    def flag(self) -> bool:
        return bool(self.place.unified_visited_2023)


def visited_municipalities(reader: Reader) -> list[Visited]:
    """Municipalities valid on the as-of date in Latvian order, with the first visits of the newest year."""
    table, day = schema.visit_count, reader.release.as_of
    places = reader.connection.execute(
        select(municipality)
        .where(
            municipality.c.valid_from <= day,
            or_(municipality.c.valid_to.is_(None), municipality.c.valid_to >= day),
        )
        .order_by(municipality.c.sort_key)
    ).all()
    rows: dict[str, dict[str, Row]] = {}
    for row in reader.connection.execute(
        _municipal(reader, table).where(table.c.visit_no == 1, table.c.stage == "all")
    ):
        rows.setdefault(row.area_id, {})[row.level] = row
    return [Visited(place, rows.get(place.code, {})) for place in places]


def evaluation_levels(reader: Reader, year: int | None = None) -> Sequence[Row]:
    """Accredited institutions and assessed heads in the country by criterion and level."""
    table = schema.evaluation_count
    query = _area(reader, table, None)
    if year is not None:
        query = query.where(table.c.year == year)
    return reader.connection.execute(query.order_by(table.c.year)).all()


def evaluation_years(reader: Reader) -> Sequence[Row]:
    """Accreditations and assessments of heads by year, each institution once: how many, how many with a weak criterion."""
    table = schema.evaluation_count
    return reader.connection.execute(
        _area(reader, table, None)
        .where(table.c.criterion == "any", table.c.type_group == "all")
        .order_by(table.c.year, table.c.kind)
    ).all()


def task_states(reader: Reader, code: str | None = None) -> Sequence[Row]:
    """Tasks by year, area and topic; a municipality's only for those who see all of it."""
    if code is not None and not reader.scope.covers_municipality(code):
        return []
    table = schema.task_count
    return reader.connection.execute(
        _area(reader, table, code).order_by(table.c.year, table.c.area, table.c.topic)
    ).all()


def supervision(reader: Reader, first: int, code: str | None = None) -> Sequence[Row]:
    """Complaints by topic (`all` with inspections) from a year on."""
    table = schema.supervision_count
    return reader.connection.execute(
        _area(reader, table, code).where(table.c.year >= first).order_by(table.c.year, table.c.topic)
    ).all()


def supervision_by_municipality(reader: Reader, year: int) -> list[tuple[Row, Row | None]]:
    """Every municipality with its complaints and inspections of one year, in Latvian order."""
    table, day = schema.supervision_count, reader.release.as_of
    found = {
        row.area_id: row
        for row in reader.connection.execute(
            _municipal(reader, table).where(table.c.year == year, table.c.topic == "all")
        )
    }
    places = reader.connection.execute(
        select(municipality)
        .where(
            municipality.c.valid_from <= day,
            or_(municipality.c.valid_to.is_(None), municipality.c.valid_to >= day),
        )
        .order_by(municipality.c.sort_key)
    ).all()
    return [(place, found.get(place.code)) for place in places]


def follow_up(reader: Reader) -> Sequence[Row]:
    """High levels of one school year and the level of the next, visited or not."""
    table = schema.follow_up_count
    return reader.connection.execute(
        select(table)
        .where(table.c.release_id == reader.release.id)
        .order_by(table.c.school_year, table.c.visited)
    ).all()


# --- single institutions: rows in scope only -----------------------------------------------------------


def _in_scope(reader: Reader):
    return reader.scope.predicate(institution.c.id, institution.c.municipality_code)


_NAMES = (
    institution.c.id,
    institution.c.reg_no,
    institution.c.name,
    institution.c.type,
    institution.c.municipality_code,
    institution.c.sort_key,
)


def visits_in_scope(reader: Reader, *, repeated: bool = False, limit: int = 2000) -> Sequence[Row]:
    """Visits of the institutions in scope, by name and round; with `repeated` only those visited again."""
    if not reader.scope.signed_in:
        return []
    visit = schema.fact_visit
    query = (
        select(*_NAMES, visit, municipality.c.name_full)
        .join(institution, institution.c.id == visit.c.institution_id)
        .join(municipality, municipality.c.code == institution.c.municipality_code)
        .where(_in_scope(reader))
    )
    if repeated:
        again = visit.alias("again")
        query = query.where(
            exists().where(again.c.institution_id == visit.c.institution_id, again.c.visit_no == 2)
        )
    return reader.connection.execute(
        query.order_by(institution.c.sort_key, institution.c.id, visit.c.visit_no).limit(limit)
    ).all()


def criteria_in_scope(reader: Reader, ids: Sequence[int]) -> Sequence[Row]:
    """What the visits of these institutions found; institutions out of scope are left out."""
    if not reader.scope.signed_in or not ids:
        return []
    criterion = schema.fact_visit_criterion
    return reader.connection.execute(
        select(criterion)
        .join(institution, institution.c.id == criterion.c.institution_id)
        .where(criterion.c.institution_id.in_(sorted(ids)), _in_scope(reader))
    ).all()


def evaluations_in_scope(reader: Reader, limit: int = 400) -> Sequence[Row]:
    """Newest accreditations and assessments of the institutions in scope, one row a criterion; not for everybody."""
    if not reader.scope.signed_in or reader.scope.sees_all:
        return []
    fact = schema.fact_evaluation
    return reader.connection.execute(
        select(*_NAMES, fact.c.year, fact.c.kind, fact.c.criterion, fact.c.area, fact.c.level)
        .join(institution, institution.c.id == fact.c.institution_id)
        .where(_in_scope(reader))
        .order_by(fact.c.year.desc(), institution.c.sort_key, fact.c.kind)
        .limit(limit * 12)
    ).all()


def tasks_in_scope(reader: Reader, limit: int = 300) -> Sequence[Row]:
    """Tasks of the institutions in scope that are not all done, those due first first."""
    if not reader.scope.signed_in:
        return []
    fact = schema.fact_task
    return reader.connection.execute(
        select(*_NAMES, fact.c.year, fact.c.area, fact.c.topic, fact.c.tasks, fact.c.done, fact.c.due)
        .join(institution, institution.c.id == fact.c.institution_id)
        .where(_in_scope(reader), fact.c.done < fact.c.tasks)
        .order_by(fact.c.due, institution.c.sort_key, fact.c.area, fact.c.topic)
        .limit(limit)
    ).all()


def supervision_in_scope(reader: Reader, first: int, limit: int = 200) -> Sequence[Row]:
    """Complaints and inspections of single institutions in scope by year, the most confirmed complaints first."""
    if not reader.scope.signed_in:
        return []
    table = schema.supervision_count
    return reader.connection.execute(
        select(
            *_NAMES,
            municipality.c.name_full,
            func.sum(table.c.received).label("received"),
            func.sum(table.c.confirmed).label("confirmed"),
            func.sum(table.c.inspections).label("inspections"),
            func.sum(table.c.violations_found).label("violations_found"),
        )
        .join(institution, institution.c.id == cast(table.c.area_id, Integer))
        .join(municipality, municipality.c.code == institution.c.municipality_code)
        .where(
            table.c.release_id == reader.release.id,
            table.c.plane == "detail",
            table.c.area_kind == "institution",
            table.c.year >= first,
            _in_scope(reader),
        )
        .group_by(*_NAMES, municipality.c.name_full)
        .order_by(
            func.sum(table.c.confirmed).desc(), func.sum(table.c.received).desc(), institution.c.sort_key
        )
        .limit(limit)
    ).all()


# --- one institution --------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    """What is on record about one institution; `exact` is False where only what is public is filled."""

    exact: bool
    visits: Sequence[Row]
    evaluations: Sequence[Row]  # (year, kind, criteria, weak)
    tasks: Sequence[Row]
    inspections: Sequence[Row]
    complaints: Sequence[Row]
    levels: Sequence[Row]


class Visit(NamedTuple):
    """That a visit took place."""

    visit_no: int
    school_year: int
    date: str


class Evaluation(NamedTuple):
    """That an accreditation or an assessment of the head took place."""

    year: int
    kind: str


def _timeline_statements() -> dict:
    visit, evaluation, value = schema.fact_visit, schema.fact_evaluation, indicator_value
    task, inspection, complaint = schema.fact_task, schema.fact_inspection, schema.fact_complaint
    one = bindparam("institution_id")
    visits = select(visit.c.visit_no, visit.c.school_year, visit.c.date)
    return {
        "visits": visits.add_columns(visit.c.level, visit.c.stage)
        .where(visit.c.institution_id == one)
        .order_by(visit.c.visit_no),
        "evaluations": select(
            evaluation.c.year, evaluation.c.kind, evaluation.c.criterion, evaluation.c.level
        )
        .where(evaluation.c.institution_id == one)
        .order_by(evaluation.c.year, evaluation.c.kind),
        "tasks": select(task)
        .where(task.c.institution_id == one)
        .order_by(task.c.year, task.c.area, task.c.topic),
        "inspections": select(inspection)
        .where(inspection.c.institution_id == one)
        .order_by(inspection.c.year),
        "complaints": select(complaint)
        .where(complaint.c.institution_id == one)
        .order_by(complaint.c.year, complaint.c.topic),
        "levels": select(
            value.c.indicator_id,
            value.c.stage,
            value.c.school_year,
            value.c.semester,
            value.c.level,
            value.c.certainty,
        )
        .where(
            value.c.release_id == bindparam("release_id"),
            value.c.unit_kind == "institution",
            value.c.unit_id == bindparam("unit_id"),
            value.c.level.is_not(None),
        )
        .order_by(value.c.school_year, value.c.semester, value.c.indicator_id, value.c.stage),
    }


_TIMELINE = _timeline_statements()


def history(reader: Reader, unit: Row) -> History:
    """The rows of one institution's timeline. Outside the scope only that a visit or an evaluation took place."""
    if not reader.scope.covers_institution(unit.id, unit.municipality_code):
        known = institution_card(reader, unit.id)
        return History(
            False,
            [Visit(*row) for row in known["visits"]],
            [Evaluation(*row) for row in known["evaluations"]],
            (),
            (),
            (),
            (),
        )

    def rows(name: str) -> Sequence[Row]:
        values = {"institution_id": unit.id}
        if name == "levels":
            values = {"release_id": reader.release.id, "unit_id": str(unit.id)}
        return reader.connection.execute(_TIMELINE[name], values).all()

    names = ("visits", "evaluations", "tasks", "inspections", "complaints", "levels")
    return History(True, *(rows(name) for name in names))


# --- findings that ask for an answer ------------------------------------------------------------------


def findings_of(reader: Reader, unit: Row) -> Sequence[Row]:
    """High and medium levels of an institution in the current release with their values; in scope only."""
    if not reader.scope.covers_institution(unit.id, unit.municipality_code):
        return []
    value = indicator_value
    return reader.connection.execute(
        select(finding, value.c.numerator, value.c.denominator, value.c.value, value.c.persistence)
        .outerjoin(
            value,
            and_(
                value.c.release_id == finding.c.release_id,
                value.c.unit_kind == "institution",
                value.c.unit_id == str(unit.id),
                value.c.indicator_id == finding.c.indicator_id,
                value.c.stage == finding.c.stage,
                value.c.school_year == finding.c.school_year,
                value.c.semester == finding.c.semester,
            ),
        )
        .where(finding.c.release_id == reader.release.id, finding.c.institution_id == unit.id)
        .order_by(finding.c.indicator_id, finding.c.stage)
    ).all()


def findings_of_municipality(reader: Reader, code: str) -> Sequence[Row]:
    """High and medium levels of a municipality's institutions; only for those who see all of them."""
    if not reader.scope.covers_municipality(code):
        return []
    return reader.connection.execute(
        select(finding, *[column for column in _NAMES if column.name != "municipality_code"])
        .join(institution, institution.c.id == finding.c.institution_id)
        .where(finding.c.release_id == reader.release.id, finding.c.municipality_code == code)
        .order_by(institution.c.sort_key, finding.c.indicator_id, finding.c.stage)
    ).all()


def finding_counts(reader: Reader) -> Sequence[Row]:
    """Findings and answered findings by municipality and level; only for those who see the whole country."""
    if not reader.scope.covers_country():
        return []
    given = schema.school_answer
    answered = exists().where(
        given.c.reg_no == institution.c.reg_no,
        given.c.indicator_id == finding.c.indicator_id,
        given.c.stage == finding.c.stage,
        given.c.school_year == finding.c.school_year,
        given.c.semester == finding.c.semester,
    )
    return reader.connection.execute(
        select(
            finding.c.municipality_code,
            finding.c.level,
            func.count().label("findings"),
            func.sum(case((answered, 1), else_=0)).label("answered"),
        )
        .join(institution, institution.c.id == finding.c.institution_id)
        .where(finding.c.release_id == reader.release.id)
        .group_by(finding.c.municipality_code, finding.c.level)
    ).all()
