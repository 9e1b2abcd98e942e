"""Wages and registered unemployment of municipalities: invented round the published values of regions and the country.

No published series of municipalities is at hand. Weighted by residents, the municipalities of a region have its
published rate of unemployment, and all municipalities together have the national wage; a region without a published
rate of the year keeps its usual distance to the country.
"""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np

from . import published
from .draw import stream
from .network import World

YEARS = range(2014, 2024)
CITATION = "demonstration value: no series of municipalities at hand"
# Wages by residence against the country before chance: state cities and the surroundings of Rīga earn more.
WAGE = {"LV005": 0.74, "LV009": 0.88, "LV00A": 1.10, "LV00B": 0.85, "LV00C": 0.88}


def series() -> tuple[dict[int, float], dict[int, float], dict[tuple[str, int], float]]:
    """National monthly wage and unemployment by year, unemployment by region and year."""
    wage, rate, regional = {}, {}, {}
    with (published.REFERENCE / "labour_market.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            year, value = int(row["year"]), float(row["value"])
            if row["measure"] == "monthly_gross_wage":
                wage[year] = value
            elif row["area_code"] == "LV":
                rate[year] = value
            else:
                regional[row["area_code"], year] = value
    return wage, rate, regional


def rows(world: World) -> dict[str, list]:
    """Rows of fact_local_market."""
    rng = stream(world.seed, "labour market")
    places = world.municipalities
    people = np.array([float(place["population"]) for place in places])
    region = np.array([place["nuts3_2024"] for place in places])
    wage, rate, regional = series()
    usual = _distance(rate, regional)
    pay = np.array([WAGE[code] for code in region]) * np.exp(rng.normal(0, 0.05, len(places)))
    pay /= np.average(pay, weights=people)
    jobless = np.exp(rng.normal(0, 0.24, len(places)))
    found: dict[str, list] = defaultdict(list)
    for year in YEARS:
        this = jobless * np.exp(rng.normal(0, 0.04, len(places)))
        for code in set(region):
            here = region == code
            this[here] /= np.average(this[here], weights=people[here])
        for number, place in enumerate(places):
            known = regional.get((region[number], year))
            if known is None and year in rate:
                known = rate[year] * usual[region[number]]
            found["municipality_code"].append(place["code"])
            found["year"].append(year)
            found["monthly_gross_wage"].append(float(round(wage[year] * pay[number])))
            found["registered_unemployment"].append(
                np.nan if known is None else float(round(known * this[number], 3))
            )
            found["origin"].append("demo")
            found["citation"].append(CITATION)
    return dict(found)


def _distance(rate: dict[int, float], regional: dict[tuple[str, int], float]) -> dict[str, float]:
    """Mean of regional over national unemployment."""
    ratios = defaultdict(list)
    for (code, year), value in regional.items():
        ratios[code].append(value / rate[year])
    return {code: float(np.mean(values)) for code, values in ratios.items()}
