"""Step of a publication: groups of graduates by years since graduation, protected, so that no page adds up facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from .bulk import insert_rows
from .schema import (
    deflator,
    fact_graduate,
    fact_graduate_sector,
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
        _local_rates(connection),
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


def _local_rates(connection: Connection) -> pd.DataFrame:
    """Unemployment rate of where the graduates of a group live; groups with a region without a rate are left out."""
    sector, market = fact_graduate_sector.c, labour_market.c
    key = (sector.institution_id, sector.graduation_year, sector.monitoring_year, sector.programme)
    rated = (
        select(
            *key, func.sum(sector.graduates * market.value).label("unemployed"), func.sum(sector.graduates)
        )
        .select_from(
            fact_graduate_sector.outerjoin(
                labour_market,
                (market.year == sector.monitoring_year)
                & (market.area_code == sector.category)
                & (market.measure == "registered_unemployment"),
            )
        )
        .where(sector.kind == "region", sector.graduates > 0)
        .group_by(*key)
        .having(func.count() == func.count(market.value))
    )
    found = _frame(connection, rated)
    found.columns = ["institution_id", "graduation_year", "monitoring_year", "programme", "weighted", "n"]
    found["rate"] = found["weighted"].astype(float) / found["n"].astype(float)
    return found


def _flow(connection: Connection, final: int) -> pd.DataFrame:
    """Counts by institution, field and category of the last cohorts at each k.

    Kinds sector, occupation and region as delivered; founded: graduates who founded an enterprise and who did not,
    where that was delivered.
    """
    import pandas as pd

    from indicators import graduates

    sector, fact = fact_graduate_sector.c, fact_graduate.c

    def names(monitoring, cohort):
        return (fact.institution_id, fact.system, (monitoring - cohort).label("k"), fact.field)

    where = names(sector.monitoring_year, sector.graduation_year)
    delivered = _frame(
        connection,
        select(*where, sector.kind, sector.category, func.sum(sector.graduates).label("graduates"))
        .select_from(
            fact_graduate_sector.join(
                fact_graduate,
                (fact.institution_id == sector.institution_id)
                & (fact.graduation_year == sector.graduation_year)
                & (fact.monitoring_year == sector.monitoring_year)
                & (fact.programme == sector.programme)
                & (fact.sex == "all"),
            )
        )
        .where(sector.monitoring_year <= final, sector.monitoring_year > final - graduates.POOLED)
        .group_by(*where, sector.kind, sector.category),
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
