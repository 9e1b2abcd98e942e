"""What the pages of one institution ask: header, lineage, all its values, and the facts behind one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Row, Select, bindparam, func, or_, select

from indicators.model import Indicator
from indicators.stages import is_whole

from .. import schema
from ..reading import Reader
from ..rollups_public import MARKS, card, institution_card
from ..schema import (
    FACTS,
    indicator_level_count,
    indicator_prior,
    institution,
    institution_lineage,
    load_batch,
    municipality,
    source,
)
from .values import PLANES, Period, unit_plane

E_JOURNALS = "e_journals"  # the primary count of absence; the other source is never mixed in

# --- header ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Enrolment:
    """Learners of an institution at the end of its newest semester, by stage in the order of the stages.

    Outside the reader's scope rounded, and None where they are too few.
    """

    school_year: int
    semester: int
    stages: tuple[tuple[str, int | None], ...]

    @property
    def total(self) -> int | None:
        """Learners of all stages together, None where a part is withheld."""
        parts = [pupils for _stage, pupils in self.stages]
        return None if None in parts else sum(parts)


_PUPILS = (
    select(
        schema.fact_enrolment.c.school_year,
        schema.fact_enrolment.c.semester,
        schema.fact_enrolment.c.stage,
        schema.fact_enrolment.c.pupils,
    )
    .join(schema.stage, schema.stage.c.code == schema.fact_enrolment.c.stage)
    .where(schema.fact_enrolment.c.institution_id == bindparam("institution_id"))
    .order_by(
        schema.fact_enrolment.c.school_year.desc(),
        schema.fact_enrolment.c.semester.desc(),
        schema.stage.c.position,
    )
)
_PUPILS_NOW = _PUPILS.limit(16)


class Pupils(NamedTuple):
    """Learners of one stage at the end of a semester; None where they are too few to be shown."""

    school_year: int
    semester: int
    stage: str
    pupils: int | None


def enrolment(reader: Reader, institution_id: int, municipality_code: str) -> Enrolment | None:
    """Learners by stage in the newest semester with data; None when nothing was ever delivered."""
    rows = _pupils(reader, institution_id, municipality_code, _PUPILS_NOW)
    if not rows:
        return None
    year, semester = rows[0].school_year, rows[0].semester
    stages = tuple((r.stage, r.pupils) for r in rows if (r.school_year, r.semester) == (year, semester))
    return Enrolment(year, semester, stages)


def enrolment_history(reader: Reader, institution_id: int, municipality_code: str) -> Sequence[Pupils]:
    """Learners by stage in every semester, newest first."""
    return _pupils(reader, institution_id, municipality_code, _PUPILS)


def _pupils(reader: Reader, institution_id: int, municipality_code: str, exact: Select) -> list[Pupils]:
    if reader.scope.covers_institution(institution_id, municipality_code):
        return [Pupils(*row) for row in reader.connection.execute(exact, {"institution_id": institution_id})]
    return [Pupils(*row) for row in institution_card(reader, institution_id)["pupils"]]


_COMBINED = (
    select(schema.fact_staff.c.school_year, schema.fact_staff.c.combined_classes)
    .where(schema.fact_staff.c.institution_id == bindparam("institution_id"))
    .order_by(schema.fact_staff.c.school_year.desc())
    .limit(1)
)


def combined_classes(reader: Reader, institution_id: int, municipality_code: str) -> tuple[int, int] | None:
    """Newest school year with staff on record and its combined classes; None outside the scope and without data."""
    if not reader.scope.covers_institution(institution_id, municipality_code):
        return None
    row = reader.connection.execute(_COMBINED, {"institution_id": institution_id}).first()
    return None if row is None else (row.school_year, row.combined_classes)


_OLD, _NEW = institution.alias("old"), institution.alias("new")
_LINEAGE = (
    select(
        institution_lineage.c.from_id,
        institution_lineage.c.to_id,
        institution_lineage.c.date,
        institution_lineage.c.kind,
        institution_lineage.c.share,
        _OLD.c.reg_no.label("old_reg_no"),
        _OLD.c.name.label("old_name"),
        _OLD.c.municipality_code.label("old_municipality_code"),
        _NEW.c.reg_no.label("new_reg_no"),
        _NEW.c.name.label("new_name"),
    )
    .join(_OLD, _OLD.c.id == institution_lineage.c.from_id)
    .join(_NEW, _NEW.c.id == institution_lineage.c.to_id)
    .where(
        or_(
            institution_lineage.c.from_id == bindparam("institution_id"),
            institution_lineage.c.to_id == bindparam("institution_id"),
        )
    )
    .order_by(institution_lineage.c.date, institution_lineage.c.from_id, institution_lineage.c.to_id)
)


def lineage(reader: Reader, institution_id: int) -> tuple[list[Row], list[Row]]:
    """(predecessors, successors) of an institution, oldest first."""
    rows = reader.connection.execute(_LINEAGE, {"institution_id": institution_id}).all()
    return [r for r in rows if r.to_id == institution_id], [r for r in rows if r.from_id == institution_id]


# --- values ---------------------------------------------------------------------------------------

_COLUMNS = (
    "indicator_id", "stage", "school_year", "semester", "numerator", "denominator", "value", "lower", "upper",
    "probability_medium", "probability_high", "level", "certainty", "persistence", "is_new", "trend",
    "boundary_medium", "boundary_high", "threshold_id", "pooled_numerator", "pooled_denominator",
    "pooled_periods", "fixed_rule", "reason", "value_text",
)  # fmt: skip


def _all_of_unit(plane: str):
    table = PLANES[plane]
    return (
        select(*[table.c[name] for name in _COLUMNS])
        .where(
            table.c.release_id == bindparam("release_id"),
            table.c.unit_kind == "institution",
            table.c.unit_id == bindparam("unit_id"),
        )
        .order_by(table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester)
    )


_VALUES = {plane: _all_of_unit(plane) for plane in PLANES}


@dataclass(frozen=True)
class Values:
    """All values of one institution, oldest first, from the plane that the reader may read.

    `series` has one entry for each indicator and stage.
    """

    plane: str
    series: Mapping[tuple[str, str], Sequence[Row]]

    @property
    def exact(self) -> bool:
        """Whether the reader sees exact numbers and levels."""
        return self.plane == "detail"


def values(reader: Reader, institution_id: int, municipality_code: str) -> Values:
    """All periods of all indicators of an institution."""
    plane = unit_plane(reader, "institution", str(institution_id), municipality_code)
    series: dict[tuple[str, str], list[Row]] = {}
    rows = reader.connection.execute(
        _VALUES[plane], {"release_id": reader.release.id, "unit_id": str(institution_id)}
    ).all()
    for row in rows:
        series.setdefault((row.indicator_id, row.stage), []).append(row)
    return Values(plane, series)


def released_value(reader: Reader, row: Row, unit_id: str) -> Row | None:
    """What everybody else sees in place of an exact value."""
    table = PLANES["released"]
    return reader.connection.execute(
        select(*[table.c[name] for name in _COLUMNS]).where(
            table.c.release_id == reader.release.id,
            table.c.unit_kind == "institution",
            table.c.unit_id == unit_id,
            table.c.indicator_id == row.indicator_id,
            table.c.stage == row.stage,
            table.c.school_year == row.school_year,
            table.c.semester == row.semester,
        )
    ).first()


@lru_cache(maxsize=8)
def _coverage(_release_id: int) -> dict[tuple[str, str, int, int], tuple[int, int]]:
    return {}


def coverage(reader: Reader) -> Mapping[tuple[str, str, int, int], tuple[int, int]]:
    """Institutions with data and institutions that owed them, by indicator, stage, year and semester.

    Sums over the country, the same for every reader, read once a release.
    """
    kept = _coverage(reader.release.id)
    if not kept:
        table = indicator_level_count
        counts: dict[tuple[str, str, int, int], list[int]] = {}
        for row in reader.connection.execute(
            select(
                table.c.indicator_id,
                table.c.stage,
                table.c.school_year,
                table.c.semester,
                table.c.level,
                table.c.institutions,
            ).where(table.c.release_id == reader.release.id, table.c.area_kind == "country")
        ):
            key = (row.indicator_id, row.stage, row.school_year, row.semester)
            both = counts.setdefault(key, [0, 0])
            both[0] += row.institutions if row.level != "x" else 0
            both[1] += row.institutions
        kept.update({key: (n, expected) for key, (n, expected) in counts.items()})
    return kept


@dataclass(frozen=True)
class Fitted:
    """What the certainty of one indicator, stage and period was judged with."""

    family: str
    first: float
    second: float


@lru_cache(maxsize=8)
def _priors(_release_id: int) -> dict[tuple[str, str, int, int], Fitted]:
    return {}


def priors(reader: Reader) -> Mapping[tuple[str, str, int, int], Fitted]:
    """Fitted parameters by indicator, stage, year and semester; the same for every reader of a release."""
    kept = _priors(reader.release.id)
    if not kept:
        table = indicator_prior
        for row in reader.connection.execute(
            select(table).where(table.c.release_id == reader.release.id, table.c.first.is_not(None))
        ):
            kept[(row.indicator_id, row.stage, row.school_year, row.semester)] = Fitted(
                row.family, row.first, row.second
            )
    return kept


# --- the facts behind one value --------------------------------------------------------------------


@dataclass(frozen=True)
class FactRows:
    """Rows of one fact table that a value was counted from."""

    name: str  # without "fact_"
    columns: tuple[str, ...]
    rows: tuple[tuple, ...]


def fact_rows(
    reader: Reader, institution_id: int, indicator: Indicator, stage: str, school_year: int, semester: int
) -> list[FactRows]:
    """The institution's rows of every fact table that the indicator counts, in the value's own periods.

    The caller has made sure that the reader's scope covers the institution.
    """
    found = []
    for name in indicator.needs:
        if name == "institution" or not _used(name, stage):
            continue
        table = FACTS[name]
        conditions = [table.c.institution_id == institution_id]
        if indicator.period == "calendar_year":
            if "semester" in table.c:  # spring of the year and autumn of the year
                conditions.append(
                    or_(
                        (table.c.school_year == school_year - 1) & (table.c.semester == 2),
                        (table.c.school_year == school_year) & (table.c.semester == 1),
                    )
                )
            else:
                conditions.append(table.c.year == school_year)
        else:
            first = school_year - indicator.lookback
            conditions.append(table.c.school_year.between(first, school_year))
            if "semester" in table.c:
                conditions.append(table.c.semester == (semester or 1))
        if "stage" in table.c and not is_whole(stage):
            conditions.append(table.c.stage == stage)
        if "source_code" in table.c:
            conditions.append(table.c.source_code == E_JOURNALS)
        rows = reader.connection.execute(
            select(table).where(*conditions).order_by(*table.primary_key.columns)
        )
        found.append(FactRows(name, tuple(rows.keys()), tuple(tuple(row) for row in rows)))
    return found


def _used(name: str, stage: str) -> bool:
    """A whole institution is counted from staff, a stage from its own rows."""
    if is_whole(stage):
        return "stage" not in FACTS[name].c or name == "enrolment"
    return "stage" in FACTS[name].c or name == "vocational_outcome"


@lru_cache(maxsize=64)
def _national_marks(_release_id: int, _stage: str, _year: int) -> dict[tuple[str, int], tuple[int, float]]:
    return {}


def national_marks(
    reader: Reader, stage: str, school_year: int
) -> Mapping[tuple[str, int], tuple[int, float]]:
    """Learners with a mark and their mean mark in the country by (subject, year), this year and the one before."""
    kept = _national_marks(reader.release.id, stage, school_year)
    if not kept:
        kept.update(
            {
                (subject, year): (pupils, mean)
                for name, year, subject, pupils, mean in card(reader, MARKS) or ()
                if name == stage and school_year - 1 <= year <= school_year
            }
        )
    return kept


def load_batches(reader: Reader, ids: Sequence[int]) -> Sequence[Row]:
    """Load batches with the words of their source, in order of their id."""
    if not ids:
        return []
    return reader.connection.execute(
        select(
            load_batch,
            source.c.name_lv.label("source_lv"),
            source.c.name_en.label("source_en"),
            source.c.publisher,
        )
        .join(source, source.c.code == load_batch.c.source_code)
        .where(load_batch.c.id.in_(sorted(set(ids))))
        .order_by(load_batch.c.id)
    ).all()


def newest_batches(reader: Reader, facts: Sequence[str]) -> Sequence[Row]:
    """The newest batch of each fact table (names without "fact_"), for readers who see no rows."""
    newest = (
        select(func.max(load_batch.c.id))
        .where(load_batch.c.dataset.in_([f"fact_{name}" for name in facts]))
        .group_by(load_batch.c.dataset)
    )
    return load_batches(reader, list(reader.connection.execute(newest).scalars()))


# --- the values behind the value of an area ----------------------------------------------------------


def parts_of_area(
    reader: Reader, unit_kind: str, unit_id: str, indicator_id: str, stage: str, period: Period
) -> Sequence[Row]:
    """What the value of an area is added up from: institutions of a municipality, municipalities of the country.

    Exact rows, and only for readers whose scope covers the whole area; otherwise nothing.
    """
    if unit_kind == "municipality":
        allowed, part = reader.scope.covers_municipality(unit_id), "institution"
    else:
        allowed, part = reader.scope.covers_country(), "municipality"
    if not allowed:
        return []
    table = PLANES["detail"]
    query = select(
        table.c.unit_id, table.c.numerator, table.c.denominator, table.c.value, table.c.reason
    ).where(
        table.c.release_id == reader.release.id,
        table.c.unit_kind == part,
        table.c.indicator_id == indicator_id,
        table.c.stage == stage,
        table.c.school_year == period[0],
        table.c.semester == period[1],
    )
    if part == "institution":
        from sqlalchemy import Text, cast

        query = (
            query.add_columns(institution.c.reg_no.label("key"), institution.c.name)
            .join(institution, cast(institution.c.id, Text) == table.c.unit_id)
            .where(table.c.municipality_code == unit_id)
            .order_by(institution.c.sort_key)
        )
    else:
        query = (
            query.add_columns(municipality.c.code.label("key"), municipality.c.name_full.label("name"))
            .join(municipality, municipality.c.code == table.c.unit_id)
            .order_by(municipality.c.sort_key)
        )
    return reader.connection.execute(query).all()
