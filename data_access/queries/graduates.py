"""Groups of graduates by years since graduation, of the plane that the reader may see, and what they are measured by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Row, Select, bindparam, exists, func, select

from ..reading import Reader
from ..schema import (
    deflator,
    fact_graduate,
    fact_local_market,
    graduate_age,
    graduate_flow,
    graduate_group,
    graduate_own,
    institution,
    labour_market,
    load_batch,
    region,
    source,
)

POOLED = 0
_GROUP = graduate_group.c


def groups(
    reader: Reader,
    system: str,
    *,
    area_kind: str = "country",
    area_id: str = "LV",
    plane: str = "released",
    sex: str = "all",
    cohorts: Sequence[int] = (POOLED,),
    programme: str | None = "",
    field: str | None = "",
    level: str | None = "",
    ks: Sequence[int] | None = None,
) -> Sequence[Row]:
    """Groups of one area and sex; programme, field or level None = all values, "" = not told apart.

    plane: of `institution_plane` for an institution, else released.
    """
    apart = {"programme": programme, "field": field, "level": level}
    chosen = {name: value for name, value in apart.items() if value is not None}
    values = {
        "release_id": reader.release.id,
        "plane": plane,
        "system": system,
        "area_kind": area_kind,
        "area_id": area_id,
        "sex": sex,
        "cohorts": list(cohorts),
        **chosen,
    }
    if ks is not None:
        values["ks"] = list(ks)
    return reader.connection.execute(_groups(tuple(chosen), ks is not None), values).all()


@lru_cache(16)
def _groups(names: tuple[str, ...], some_years: bool) -> Select:
    """The statement of `groups` with parameters; building it costs more than running it."""
    keys = ("release_id", "plane", "system", "area_kind", "area_id", "sex", *names)
    statement = select(graduate_group).where(
        *(_GROUP[name] == bindparam(name) for name in keys),
        _GROUP.cohort.in_(bindparam("cohorts", expanding=True)),
    )
    if some_years:
        statement = statement.where(_GROUP.k.in_(bindparam("ks", expanding=True)))
    return statement.order_by(_GROUP.cohort, _GROUP.programme, _GROUP.field, _GROUP.level, _GROUP.k)


def programme_names(reader: Reader, system: str, place: Row, plane: str) -> list[str]:
    """Names of the programmes of an institution, at any k."""
    statement = (
        select(_GROUP.programme)
        .where(
            _GROUP.release_id == reader.release.id,
            _GROUP.plane == plane,
            _GROUP.system == system,
            _GROUP.area_kind == "institution",
            _GROUP.area_id == str(place.id),
            _GROUP.sex == "all",
            _GROUP.cohort == POOLED,
            _GROUP.programme != "",
        )
        .distinct()
    )
    return sorted(reader.connection.execute(statement).scalars())


def institution_plane(reader: Reader, place: Row) -> str:
    """The plane in which this reader sees the groups of an institution."""
    return reader.scope.plane(institution_id=place.id, municipality_code=place.municipality_code)


def sexes(reader: Reader, system: str, ks: Sequence[int]) -> dict[str, Sequence[Row]]:
    """Women and men by field and by level, cohorts read together."""
    return {sex: groups(reader, system, sex=sex, field=None, level=None, ks=ks) for sex in ("women", "men")}


def ages(
    reader: Reader,
    system: str,
    *,
    k: int | None = None,
    area_kind: str = "country",
    area_id: str = "LV",
    plane: str = "released",
    field: str | None = None,
    level: str | None = None,
) -> Sequence[Row]:
    """Groups by age at graduation, cohorts read together; k, field or level None = all values.

    plane: of `institution_plane` for an institution; its ages are in the detail plane only.
    """
    table = graduate_age.c
    told = {"k": k, "field": field, "level": level}
    return reader.connection.execute(
        select(graduate_age)
        .where(
            table.release_id == reader.release.id,
            table.plane == plane,
            table.system == system,
            table.area_kind == area_kind,
            table.area_id == area_id,
            *(table[name] == value for name, value in told.items() if value is not None),
        )
        .order_by(table.age_group, table.field, table.level, table.k)
    ).all()


def programmes(reader: Reader, system: str, *, k: int, field: str | None, level: str | None) -> Sequence[Row]:
    """Programmes of the country at k, cohorts read together."""
    statement = select(graduate_group).where(
        _GROUP.release_id == reader.release.id,
        _GROUP.plane == "released",
        _GROUP.system == system,
        _GROUP.area_kind == "country",
        _GROUP.area_id == "LV",
        _GROUP.sex == "all",
        _GROUP.cohort == POOLED,
        _GROUP.programme != "",
        _GROUP.k == k,
    )
    if field:
        statement = statement.where(_GROUP.field == field)
    if level:
        statement = statement.where(_GROUP.level == level)
    return reader.connection.execute(statement.order_by(_GROUP.programme)).all()


def regions(reader: Reader, system: str, k: int) -> Sequence[Row]:
    """Groups by region of the institution, with the names of the regions."""
    return reader.connection.execute(
        select(graduate_group, region.c.name_lv, region.c.name_en)
        .join(region, region.c.code == _GROUP.area_id)
        .where(
            _GROUP.release_id == reader.release.id,
            _GROUP.plane == "released",
            _GROUP.system == system,
            _GROUP.area_kind == "region",
            _GROUP.sex == "all",
            _GROUP.cohort == POOLED,
            _GROUP.k == k,
        )
        .order_by(region.c.name_lv)
    ).all()


def flows(reader: Reader, system: str, kind: str, k: int) -> dict[tuple[str, str], Row]:
    """Graduates by field and category at k = 1, 3, 5 or 10; "" stands for all."""
    flow = graduate_flow.c
    rows = reader.connection.execute(
        select(flow.field, flow.category, flow.graduates, flow.share, flow.reason).where(
            flow.release_id == reader.release.id, flow.system == system, flow.kind == kind, flow.k == k
        )
    ).all()
    return {(row.field, row.category): row for row in rows}


def own_flows(reader: Reader, place: Row, system: str, kind: str) -> dict[int, dict[str, int]]:
    """Exact graduates of an institution by k and category, "" = all; {} for readers in whose scope it is not."""
    if institution_plane(reader, place) != "detail":
        return {}
    own = graduate_own.c
    rows = reader.connection.execute(
        select(own.k, own.category, own.graduates)
        .where(
            own.release_id == reader.release.id,
            own.institution_id == place.id,
            own.system == system,
            own.kind == kind,
        )
        .order_by(own.k, own.category)
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.k, {})[row.category] = row.graduates
    return found


def region_names(reader: Reader) -> dict[str, Row]:
    """Planning regions by code."""
    return {row.code: row for row in reader.connection.execute(select(region))}


def institutions(reader: Reader, system: str) -> Sequence[Row]:
    """Institutions with groups of graduates, in Latvian order."""
    return reader.connection.execute(
        select(institution.c.id, institution.c.reg_no, institution.c.name, institution.c.municipality_code)
        .where(
            exists().where(
                _GROUP.release_id == reader.release.id,
                _GROUP.plane == "released",
                _GROUP.system == system,
                _GROUP.area_kind == "institution",
                _GROUP.area_id == institution.c.id.cast(_GROUP.area_id.type),
                _GROUP.sex == "all",
                _GROUP.cohort == POOLED,
                _GROUP.programme == "",
            )
        )
        .where(institution.c.type.in_((system, "secondary") if system == "vocational" else (system,)))
        .order_by(institution.c.sort_key)
    ).all()


def prices(reader: Reader) -> dict[int, float]:
    """Index of consumer prices by year; empty when it is not loaded."""
    return {
        row.year: row.value
        for row in reader.connection.execute(
            select(deflator.c.year, deflator.c.value).order_by(deflator.c.year)
        )
    }


def market(reader: Reader) -> Sequence[Row]:
    """National wages and unemployment by year, with citation and origin."""
    table = labour_market.c
    return reader.connection.execute(
        select(table.year, table.measure, table.value, table.citation, table.origin)
        .where(table.area_code == "LV")
        .order_by(table.year)
    ).all()


def span(reader: Reader, system: str) -> tuple[int, int, int] | None:
    """First cohort, last cohort and last monitoring year with groups of the country; None without graduates."""
    row = reader.connection.execute(
        select(func.min(_GROUP.cohort), func.max(_GROUP.cohort), func.max(_GROUP.year_to)).where(
            _GROUP.release_id == reader.release.id,
            _GROUP.plane == "released",
            _GROUP.system == system,
            _GROUP.area_kind == "country",
            _GROUP.area_id == "LV",
            _GROUP.sex == "all",
            _GROUP.cohort != POOLED,
            _GROUP.programme == "",
            _GROUP.field == "",
            _GROUP.level == "",
        )
    ).one()
    return None if row[0] is None else (row[0], row[1], row[2])


def origin(reader: Reader) -> Mapping | None:
    """Source, as-of date and kind of the latest batch of graduates; None when there is none."""
    return _origin(reader, fact_graduate.name, "graduate")


def local_market(reader: Reader) -> Mapping | None:
    """The same of the wages and the unemployment of municipalities."""
    return _origin(reader, fact_local_market.name, "local_market")


def _origin(reader: Reader, *datasets: str) -> Mapping | None:
    """Batches have the name of the table (demonstration) or of the declared file."""
    return (
        reader.connection.execute(
            select(load_batch.c.as_of, load_batch.c.synthetic, source.c.name_lv, source.c.name_en)
            .join(source, source.c.code == load_batch.c.source_code)
            .where(load_batch.c.dataset.in_(datasets))
            .order_by(load_batch.c.id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
