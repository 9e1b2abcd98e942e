"""Step of a publication: groups of graduates by years since graduation, protected, so that no page adds up facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, func, select

from . import facts
from .bulk import insert_rows
from .schema import (
    deflator,
    fact_graduate,
    fact_graduate_age,
    fact_graduate_sector,
    fact_local_market,
    graduate_age,
    graduate_flow,
    graduate_group,
    graduate_own,
    institution,
    labour_market,
    metadata,
    municipality,
    release,
)

if TYPE_CHECKING:
    import pandas as pd

_CELL = ("institution_id", "graduation_year", "monitoring_year", "programme")
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


Rows = list[tuple[str, "pd.DataFrame"]]  # name of a table and its rows


def roll_up_graduates(
    connection: Connection, release_id: int, found: Callable[[], Rows] | None = None
) -> None:
    """Write the groups of both planes and the flows of the release; nothing when no graduates are loaded.

    found: what `count_graduates` gave for this release, where somebody asked for it before.
    Raises ReleaseError when shares of small groups cannot be protected.
    """
    from indicators.disclosure.graduates import WideningError

    from .releases import ReleaseError

    try:
        frames = (found or count_graduates(connection, release_id))()
    except WideningError as fault:
        raise ReleaseError(
            f"Publicēšana atteikta: absolventu mazos skaitļus nevar pasargāt ({fault}) | "
            f"publication refused: small numbers of graduates cannot be protected ({fault})"
        ) from fault
    for name, frame in frames:
        insert_rows(connection, metadata.tables[name], frame.assign(release_id=release_id))


def count_graduates(connection: Connection, release_id: int) -> Callable[[], Rows]:
    """Read the facts; the result counts groups and flows from them, without the database."""
    from indicators import graduates

    final = graduates.final_year(
        connection.execute(select(release.c.as_of).where(release.c.id == release_id)).scalar_one()
    )
    fact = facts.read(connection, select(*[fact_graduate.c[name] for name in _COLUMNS]))
    if not len(fact):
        return lambda: []
    # A file of another kind may be dated years after the last register of graduates: their window stays where they are.
    final = min(final, int(fact["monitoring_year"].max()))
    places = dict(
        connection.execute(
            select(institution.c.id, municipality.c.region_code)
            .join(municipality, municipality.c.code == institution.c.municipality_code)
            .where(institution.c.id.in_(select(fact_graduate.c.institution_id).distinct()))
        ).all()
    )
    prices = {row.year: row.value for row in connection.execute(select(deflator.c.year, deflator.c.value))}
    market = labour_market.c
    wages = facts.read(connection, select(market.year, market.area_code, market.measure, market.value))
    local = _local_market(connection)
    ages = _ages(connection, final)
    base = _flow(connection, final)

    def count() -> Rows:
        around = (local, places, prices, wages, final)
        rows = graduates.prepare(fact, *around)
        if not len(rows):
            return []
        cells = graduates.groups(rows, final, graduates.prepare(ages, *around) if len(ages) else None)
        regions = {str(number): code for number, code in places.items()}
        found = []
        for frame in (
            graduates.detail(cells, graduates.compare(cells)),
            graduates.released(cells, regions, final),
        ):
            by_age = (frame["age"] != "all").to_numpy()
            one_of = frame[by_age].drop(columns=["sex", "cohort", "programme"])
            found += [
                (graduate_group.name, frame[~by_age].drop(columns="age")),
                (graduate_age.name, one_of.rename(columns={"age": "age_group"})),
            ]
        flows = graduates.flow(base)
        if len(flows):
            found += [(graduate_flow.name, flows), (graduate_own.name, graduates.own_flow(base))]
        return found

    return count


def _ages(connection: Connection, final: int) -> pd.DataFrame:
    """Facts of age groups in the monitoring years whose cohorts are read together."""
    from indicators import graduates

    fact, age = fact_graduate.c, fact_graduate_age.c
    own = (age[name] for name in _COLUMNS if name in age)
    return facts.read(
        connection,
        select(*own, age.age_group.label("age"), fact.system, fact.field, fact.level)
        .join(fact_graduate, and_(*(fact[name] == age[name] for name in _CELL), fact.sex == "all"))
        .where(age.monitoring_year <= final, age.monitoring_year > final - graduates.POOLED),
    )


def _local_market(connection: Connection) -> pd.DataFrame:
    """Wage (EUR a year), unemployment rate and `rate_basis` of where the graduates of a group live.

    By institution, cohort, monitoring year and programme, weighted by residents. The municipalities come first; where
    the rate of one of them is missing, the regions serve. A group with a place without a value has none (NaN).
    """
    import pandas as pd

    from indicators import graduates

    market, local = labour_market.c, fact_local_market.c
    at_town = (local.year.label("monitoring_year"), local.municipality_code.label("category"))
    towns = _places(connection, "municipality").merge(
        facts.read(connection, select(*at_town, local.monthly_gross_wage, local.registered_unemployment)),
        how="left",
        on=["monitoring_year", "category"],
    )
    near = graduates.weighted(towns, {"wage": "monthly_gross_wage", "rate": "registered_unemployment"})
    near["wage"] *= 12
    # Regions stand in only where a municipality has no rate, in these years.
    years = near.loc[near["rate"].isna(), "monitoring_year"].unique()
    towns = towns[towns["monitoring_year"].isin(years)]
    region_of = dict(connection.execute(select(municipality.c.code, municipality.c.region_code)).all())
    rates = facts.read(
        connection,
        select(
            market.year.label("monitoring_year"),
            market.area_code.label("category"),
            market.value.label("rate"),
        ).where(market.measure == "registered_unemployment"),
    )
    wide = [
        graduates.weighted(
            places.merge(rates, how="left", on=["monitoring_year", "category"]), {"rate": "rate"}
        ).assign(kind=kind)
        for places, kind in (
            (_places(connection, "region"), "region"),
            (towns[[*_CELL, "graduates"]].assign(category=towns["category"].map(region_of)), "municipality"),
        )
    ]
    wide = [part for part in wide if len(part)] or wide[:1]
    return graduates.nearest(near, pd.concat(wide, ignore_index=True))


def _places(connection: Connection, kind: str) -> pd.DataFrame:
    """Where graduates live, by region or municipality (`category`), the places of a group one after another."""
    sector = fact_graduate_sector.c
    cell = [sector[name] for name in _CELL]
    return facts.read(
        connection,
        select(*cell, sector.category, sector.graduates)
        .where(sector.kind == kind, sector.graduates > 0)
        .order_by(*cell, sector.category),
    )


def _flow(connection: Connection, final: int) -> pd.DataFrame:
    """Counts by institution, field and category of the last cohorts at each k.

    Kinds sector, occupation and region at k = 1, 3, 5, 10; where no region was delivered it is that of the municipality
    of residence. founded: graduates who founded an enterprise and who did not, where that was delivered.
    """
    import pandas as pd

    from indicators import graduates

    sector, fact = fact_graduate_sector.c, fact_graduate.c

    def asked(table) -> tuple:
        return (
            table.monitoring_year <= final,
            table.monitoring_year > final - graduates.POOLED,
            (table.monitoring_year - table.graduation_year).in_(graduates.FLOW_K),
        )

    cell = list(_CELL)
    rows = facts.read(
        connection,
        select(*(sector[name] for name in cell), sector.kind, sector.category, sector.graduates).where(
            *asked(sector)
        ),
    )
    groups = facts.read(
        connection,
        select(*(fact[name] for name in cell), fact.system, fact.field).where(
            fact.sex == "all", *asked(fact)
        ),
    )
    by_town = (rows["kind"] == "municipality").to_numpy()
    told = rows.loc[(rows["kind"] == "region").to_numpy(), cell].drop_duplicates()
    towns = rows[by_town].merge(told.assign(told=True), how="left", on=cell)
    towns = towns[towns.pop("told").isna()]
    region_of = dict(connection.execute(select(municipality.c.code, municipality.c.region_code)).all())
    towns = towns.assign(kind="region", category=towns["category"].map(region_of)).dropna(subset="category")
    placed = pd.concat([part for part in (rows[~by_town], towns) if len(part)] or [towns], ignore_index=True)
    placed = placed.merge(groups, on=cell)
    placed["k"] = placed["monitoring_year"] - placed["graduation_year"]
    keys = ["institution_id", "system", "k", "field", "kind", "category"]
    delivered = placed.groupby(keys, as_index=False)["graduates"].sum()
    where = (
        fact.institution_id,
        fact.system,
        (fact.monitoring_year - fact.graduation_year).label("k"),
        fact.field,
    )
    founders = facts.read(
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
