"""Complaints and inspections by institution and calendar year."""

from __future__ import annotations

import numpy as np

from . import published
from .draw import expit, logit, stream
from .network import World
from .pupils import all_pupils
from .vocabulary import COMPLAINT_TOPICS, ended

# 2021 and 2022 were published outside the report of 2024; the years before are our assumption.
COMPLAINTS = {
    2014: 520,
    2015: 560,
    2016: 600,
    2017: 640,
    2018: 690,
    2019: 710,
    2020: 640,
    2021: 730,
    2022: 650,
}
INSPECTIONS = {
    2014: 310,
    2015: 300,
    2016: 320,
    2017: 290,
    2018: 280,
    2019: 270,
    2020: 150,
    2021: 190,
    2022: 230,
}
OUTCOMES = ("confirmed", "not_confirmed", "explained", "forwarded")


def complaints(world: World) -> dict[str, np.ndarray]:
    rng = stream(world.seed, "complaints")
    totals = COMPLAINTS | {year: published.report_count("complaints", school_year_or_date=str(year), category="all")
                           for year in (2023, 2024)}  # fmt: skip
    counts_2024 = published.report_categories("complaints", school_year_or_date="2024")
    shares = np.array([counts_2024[name] for name in OUTCOMES]) / counts_2024["all"]
    own = rng.normal(0, 0.75, world.count)
    pupils = all_pupils(world)
    topic_mix = rng.dirichlet(np.array([3.2, 2.0, 2.2, 3.0, 2.4, 1.8]) * 1.5, world.count)
    parts = []
    for year, total in totals.items():
        t = ended(year)
        weight = np.where(
            world.active[:, t], pupils[:, t] ** 0.85 * np.exp(own - 0.5 * world.quality[:, t]), 0
        )
        weight = weight * np.where(world.of("orientation"), 0.15, np.where(world.of("higher"), 0.1, 1.0))
        school = rng.choice(world.count, total, p=weight / weight.sum())
        topic = (rng.random((total, 1)) > np.cumsum(topic_mix[school], axis=1)).sum(axis=1).clip(0, 5)
        if year == 2024:
            counts = np.array([counts_2024[name] for name in OUTCOMES])
        else:
            counts = rng.multinomial(total, shares)
        order = np.argsort(rng.normal(0, 1, total) + 0.4 * world.quality[school, t], kind="stable")
        outcome = np.empty(total, dtype=np.int64)
        outcome[order[: counts[0]]] = 0  # likelier confirmed where quality is low
        rest = order[counts[0] :]
        outcome[rest] = rng.permutation(np.repeat(np.arange(1, 4), counts[1:]))
        key, place = np.unique(school * 10 + topic, return_inverse=True)
        by_outcome = np.zeros((len(key), 4), dtype=np.int64)
        np.add.at(by_outcome, (place, outcome), 1)
        parts.append((key // 10, np.full(len(key), year), key % 10, by_outcome))
    school, year, topic, outcomes = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {
        "institution_id": school + 1,
        "year": year,
        "topic": np.array(COMPLAINT_TOPICS, dtype=object)[topic],
        "received": outcomes.sum(axis=1),
        **{name: outcomes[:, number] for number, name in enumerate(OUTCOMES)},
    }


def inspections(world: World) -> dict[str, np.ndarray]:
    rng = stream(world.seed, "inspections")
    totals = INSPECTIONS | {
        year: published.report_count("inspections", school_year_or_date=str(year)) for year in (2023, 2024)
    }
    pupils = all_pupils(world)
    own = rng.normal(0, 0.5, world.count)
    parts = []
    for year, total in totals.items():
        t = ended(year)
        weight = np.where(
            world.active[:, t], pupils[:, t] ** 0.4 * np.exp(own - 0.7 * world.quality[:, t]), 0
        )
        school = rng.choice(world.count, total, p=weight / weight.sum())
        school, number = np.unique(school, return_counts=True)
        found = rng.binomial(number, expit(logit(0.45) - 0.5 * world.quality[school, t]))
        parts.append((school + 1, np.full(len(school), year), number, found))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return dict(zip(("institution_id", "year", "inspections", "violations_found"), columns, strict=True))
