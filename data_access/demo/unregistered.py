"""Children of compulsory age without a place in an institution, by municipality, year and status."""

from __future__ import annotations

import numpy as np

from . import published
from .draw import logit, stream
from .network import World

LAST_YEAR = 2024
CALENDAR = list(range(2015, LAST_YEAR + 1))
OUTSIDE_TABLE = ("left_country", "foreign_citizens", "ukraine_distance_learning", "ukraine_no_information")
# The nine statuses of table 5 together, where no earlier total was published (own assumption).
ASSUMED_TOTAL = {2015: 760, 2016: 1010, 2017: 880, 2018: 850, 2019: 870, 2023: 3080}
TOTAL_2020 = 902  # published outside the reference series
ASSUMED_LEFT = {
    2015: 13_600,
    2016: 13_800,
    2017: 12_800,
    2018: 12_700,
    2019: 12_500,
    2020: 12_300,
    2023: 10_990,
}
ASSUMED_FOREIGN = {2015: 1900, 2020: 2500, 2023: 800}
UKRAINE = {2022: (0.80, 1.25), 2023: (0.95, 1.08)}  # distance learning, no information; against 2024
NOT_DELIVERED_SHARE = 0.035  # of municipality-years before 2022


def totals() -> dict[int, dict[str, int]]:
    """National number of children by year and status; the last year is the published one."""
    table = published.report_categories("unregistered_children", period="2024-12-31")
    text = {
        status: published.report_count("unregistered_children", category=status) for status in OUTSIDE_TABLE
    }
    known_total = published.series("unregistered_children_earlier", "not registered, in Latvia")
    known_left = published.series("unregistered_children_earlier", "left the country")
    known_foreign = published.series("unregistered_children_earlier", "citizens of other countries")
    total = published.path({**ASSUMED_TOTAL, 2020: TOTAL_2020, **known_total}, CALENDAR)
    left = published.path({**ASSUMED_LEFT, **known_left}, CALENDAR)
    foreign = published.path({**ASSUMED_FOREIGN, **known_foreign}, CALENDAR)
    small = {status: number for status, number in table.items() if status != "no_information"}
    result = {}
    for n, year in enumerate(CALENDAR):
        if year == LAST_YEAR:
            result[year] = table | text
            continue
        wave = 1 + 0.25 * np.sin(2.1 * n)
        statuses = {status: max(1, round(number * wave * 0.75)) for status, number in small.items()}
        statuses["no_information"] = round(total[n]) - sum(statuses.values())
        ukraine = UKRAINE.get(year, (0.0, 0.0))
        result[year] = statuses | {
            "left_country": round(left[n]),
            "foreign_citizens": round(foreign[n]),
            "ukraine_distance_learning": round(text["ukraine_distance_learning"] * ukraine[0]),
            "ukraine_no_information": round(text["ukraine_no_information"] * ukraine[1]),
        }
    return result


def rows(world: World) -> dict[str, np.ndarray]:
    rng = stream(world.seed, "unregistered")
    towns = world.municipalities
    people = np.array([float(town["population"]) for town in towns])
    latvian = np.clip(world.latvian_at_home, 0.05, 0.98)
    capital = np.array([town["code"] == "LV0001000" for town in towns])
    lean = {
        "no_information": 0.35 * logit(1 - latvian) + 0.5 * capital,
        "lives_in_latvia_studies_abroad": 0.4 * logit(1 - latvian)
        + 1.2 * np.array([t["nuts3_2024"] == "LV005" for t in towns]),
        "foreign_citizens": 0.3 * logit(1 - latvian) + 0.8 * capital,
        "ukraine_distance_learning": 0.2 * logit(1 - latvian) + 0.4 * capital,
        "ukraine_no_information": 0.2 * logit(1 - latvian) + 0.7 * capital,
    }
    habit = rng.normal(0, 0.45, len(towns))
    codes = np.array([town["code"] for town in towns], dtype=object)
    columns = []
    for year, statuses in totals().items():
        delivered = np.ones(len(towns), dtype=np.int64)
        if year < 2022:  # after that every municipality reported
            delivered[rng.random(len(towns)) < NOT_DELIVERED_SHARE] = 0
            delivered[0] = 1
        for status, total in statuses.items():
            weight = people * np.exp(lean.get(status, 0.0) + habit + rng.normal(0, 0.25, len(towns)))
            weight = weight * delivered
            children = rng.multinomial(total, weight / weight.sum())
            columns.append(
                (
                    codes,
                    np.full(len(towns), year),
                    np.full(len(towns), status, dtype=object),
                    children,
                    delivered,
                )
            )
    names = ("municipality_code", "year", "status", "children", "delivered")
    return dict(zip(names, (np.concatenate(column) for column in zip(*columns, strict=True)), strict=True))
