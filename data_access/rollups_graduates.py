"""Step of a publication: groups of graduates by years since graduation, protected, so that no page adds up facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, case, exists, func, or_, select, true

from .bulk import insert_rows
from .schema import (
    deflator,
    fact_graduate,
    fact_graduate_sector,
    fact_local_market,
    graduate_flow,
    graduate_group,
    graduate_own,
    institution,
    labour_market,
    municipality,
    release,
)

if TYPE_CHECKING:
    import pandas as pd


_COLUMNS = (
    "institution_id",
    "graduation_year",
    "monitoring_year",
    "programme",
    "sex",
    "system",
    "field",
    "level",
    "graduates",
    "employed",
    "unemployed",
    "studying",
    "inactive",
    "emigrated",
    "unknown",
    "skilled",
    "earners",
    "income_lower_quartile",
    "income_median",
    "income_upper_quartile",
    "income_mean",
)


def roll_up_graduates(connection: Connection, release_id: int) -> None:
    """Write the groups of both planes and the flows of the release; nothing when no graduates are loaded."""
    from indicators import graduates

    final = graduates.final_year(
        connection.execute(select(release.c.as_of).where(release.c.id == release_id)).scalar_one()
    )
    fact = _frame(connection, select(*[fact_graduate.c[name] for name in _COLUMNS]))
    if not len(fact):
        return
    places = connection.execute(
        select(institution.c.id, municipality.c.region_code)
        .join(municipality, municipality.c.code == institution.c.municipality_code)
        .where(institution.c.id.in_(select(fact_graduate.c.institution_id).distinct()))
    ).all()
    prices = {row.year: row.value for row in connection.execute(select(deflator.c.year, deflator.c.value))}
    market = labour_market.c
    rows = graduates.prepare(
        fact,
        _local_market(connection),
        {row.id: row.region_code for row in places},
        prices,
        _frame(connection, select(market.year, market.area_code, market.measure, market.value)),
        final,
    )
    if not len(rows):
        return
    cells = graduates.groups(rows, final)
    exact = graduates.detail(cells, graduates.compare(cells))
    shown = graduates.released(cells, {str(row.id): row.region_code for row in places}, final)
    for frame in (exact, shown):
        insert_rows(connection, graduate_group, frame.assign(release_id=release_id))
    base = _flow(connection, final)
    flows = graduates.flow(base)
    if len(flows):
        insert_rows(connection, graduate_flow, flows.assign(release_id=release_id))
        insert_rows(connection, graduate_own, graduates.own_flow(base).assign(release_id=release_id))


def _local_market(connection: Connection) -> pd.DataFrame:
    """Wage (EUR a year), unemployment rate and `rate_basis` of where the graduates of a group live.

    By institution, cohort, monitoring year and programme, weighted by residents. The municipalities come first; where
    the rate of one of them is missing, the regions serve. A group with a place without a value has none (NaN).
    """
    sector, market, local = fact_graduate_sector.c, labour_market.c, fact_local_market.c
    key = (sector.institution_id, sector.graduation_year, sector.monitoring_year, sector.programme)

    def weighted(value):
        return case((func.count() == func.count(value), func.sum(sector.graduates * value) * 1.0)) / func.sum(
            sector.graduates
        )

    near = _frame(
        connection,
        select(
            *key,
            (12 * weighted(local.monthly_gross_wage)).label("wage"),
            weighted(local.registered_unemployment).label("rate"),
        )
        .select_from(
            fact_graduate_sector.outerjoin(
                fact_local_market,
                (local.year == sector.monitoring_year) & (local.municipality_code == sector.category),
            )
        )
        .where(sector.kind == "municipality", sector.graduates > 0)
        .group_by(*key),
    )
    # Regions stand in only where a municipality has no rate, in these years.
    years = sorted({int(year) for year in near.loc[near["rate"].isna(), "monitoring_year"]})
    region_of = municipality.c.region_code
    area = case((sector.kind == "region", sector.category), else_=region_of)
    wide = _frame(
        connection,
        select(*key, sector.kind, weighted(market.value).label("rate"))
        .select_from(
            fact_graduate_sector.outerjoin(municipality, municipality.c.code == sector.category).outerjoin(
                labour_market,
                (market.year == sector.monitoring_year)
                & (market.area_code == area)
                & (market.measure == "registered_unemployment"),
            )
        )
        .where(
            or_(
                sector.kind == "region",
                and_(sector.kind == "municipality", sector.monitoring_year.in_(years)),
            ),
            sector.graduates > 0,
        )
        .group_by(*key, sector.kind),
    )
    from indicators import graduates

    return graduates.nearest(near, wide)


def _flow(connection: Connection, final: int) -> pd.DataFrame:
    """Counts by institution, field and category of the last cohorts at each k.

    Kinds sector, occupation and region at k = 1, 3, 5, 10; where no region was delivered it is that of the municipality
    of residence. founded: graduates who founded an enterprise and who did not, where that was delivered.
    """
    import pandas as pd

    from indicators import graduates

    sector, fact = fact_graduate_sector.c, fact_graduate.c

    def names(monitoring, cohort):
        return (fact.institution_id, fact.system, (monitoring - cohort).label("k"), fact.field)

    where = names(sector.monitoring_year, sector.graduation_year)
    by_town = sector.kind == "municipality"
    kind = case((by_town, "region"), else_=sector.kind)
    category = case((by_town, municipality.c.region_code), else_=sector.category)
    told = fact_graduate_sector.alias("told")
    same = ("institution_id", "graduation_year", "monitoring_year", "programme")
    by_region = told.c.kind == "region"
    # Looked up row by row only where regions were delivered at all.
    untold = (
        ~exists().where(by_region, *(told.c[name] == sector[name] for name in same))
        if connection.execute(select(exists().where(by_region))).scalar()
        else true()
    )
    delivered = _frame(
        connection,
        select(
            *where,
            kind.label("kind"),
            category.label("category"),
            func.sum(sector.graduates).label("graduates"),
        )
        .select_from(
            fact_graduate_sector.outerjoin(
                municipality, and_(by_town, municipality.c.code == sector.category)
            ).join(
                fact_graduate,
                (fact.institution_id == sector.institution_id)
                & (fact.graduation_year == sector.graduation_year)
                & (fact.monitoring_year == sector.monitoring_year)
                & (fact.programme == sector.programme)
                & (fact.sex == "all"),
            )
        )
        .where(
            sector.monitoring_year <= final,
            sector.monitoring_year > final - graduates.POOLED,
            (sector.monitoring_year - sector.graduation_year).in_(graduates.FLOW_K),
            or_(~by_town, and_(untold, municipality.c.region_code.is_not(None))),
        )
        .group_by(*where, kind, category),
    )
    where = names(fact.monitoring_year, fact.graduation_year)
    founders = _frame(
        connection,
        select(
            *where,
            func.sum(fact.founded).label(graduates.FOUNDED),
            func.sum(fact.graduates - fact.founded).label(graduates.NOT_FOUNDED),
        )
        .where(
            fact.sex == "all",
            fact.founded.is_not(None),
            fact.monitoring_year <= final,
            fact.monitoring_year > final - graduates.POOLED,
            fact.monitoring_year - fact.graduation_year >= graduates.K[0],
            fact.monitoring_year - fact.graduation_year <= graduates.K[-1],
        )
        .group_by(*where),
    )
    parts = [
        founders[["institution_id", "system", "k", "field"]].assign(
            kind="founded", category=category, graduates=founders[category]
        )
        for category in (graduates.FOUNDED, graduates.NOT_FOUNDED)
    ]
    parts = [part for part in (delivered, *parts) if len(part)]
    result = pd.concat(parts, ignore_index=True) if parts else delivered
    return result.astype({"graduates": "int64"})


def _frame(connection: Connection, statement) -> pd.DataFrame:
    import pandas as pd

    result = connection.execute(statement)
    return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
