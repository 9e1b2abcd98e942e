"""Unified-school evaluation visits of 2023/2024: levels, criteria and money as published, and repeat visits."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from . import published
from .draw import round_to_total, standard, stream
from .network import T, World
from .pupils import all_pupils
from .vocabulary import VISIT_CRITERIA, YEARS

LAST = T - 1
REPEATED = 28
LEVEL_KEYS = (("insufficient", "unified_insufficient"), ("needs_improvement", "unified_needs_improvement"))


def visits(world: World) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """First visits of 2023/2024 with the published numbers, and some repeats in the spring; and their criteria."""
    rng = stream(world.seed, "visits")
    chosen = _visited(world, rng)
    number = len(chosen)
    rated_total = sum(published.report_count(key, unit="institutions") for _, key in LEVEL_KEYS)
    rated_total += published.report_count("unified_optimal", unit="institutions")
    unified = world.row("unified_school")

    strength = standard(0.7 * world.quality[chosen, LAST] + world.latvian_at_home[world.place[chosen]])
    strength = strength + rng.normal(0, 0.9, number)
    here = np.flatnonzero(chosen == unified)[0]
    unrated = int(rng.choice(np.setdiff1d(np.arange(number), here), number - rated_total)[0])
    rated = np.setdiff1d(np.arange(number), unrated)
    order = rated[np.argsort(strength[rated], kind="stable")]
    order = order[order != here]
    bad, middle = (published.report_count(key, unit="institutions") for _, key in LEVEL_KEYS)
    levels = np.full(number, "optimal", dtype=object)
    levels[order[:bad]] = "insufficient"
    levels[order[bad : bad + middle - 1]] = "needs_improvement"
    levels[here] = "needs_improvement"
    levels[unrated] = None

    autumn = int(published.series("unified_visited_interim")[2023])
    early = rng.permutation(number) < autumn
    days = (
        _school_days(date(2023, 9, 4), date(2023, 10, 31)),
        _school_days(date(2023, 11, 1), date(2024, 5, 24)),
    )
    when = [days[0][rng.integers(len(days[0]))] if e else days[1][rng.integers(len(days[1]))] for e in early]
    granted, used = _funding(world, rng, chosen)

    again = [i for i in range(number) if levels[i] in ("insufficient", "needs_improvement") and early[i]]
    if here not in again:  # the notable case is visited in autumn and again in spring
        swap = next(i for i in range(number) if early[i] and levels[i] == "optimal")
        when[here], when[swap] = when[swap], when[here]
        again.append(int(here))
    again = [i for i in again if i != here]
    again = sorted([int(here), *rng.permutation(again)[: REPEATED - 1].tolist()])
    spring = _school_days(date(2024, 3, 4), date(2024, 5, 30))
    better = {"insufficient": "needs_improvement", "needs_improvement": "good"}
    after = [better[levels[i]] if i == here or rng.random() < 0.75 else levels[i] for i in again]
    after = ["very_good" if level == "good" and i != here and rng.random() < 0.2 else level
             for i, level in zip(again, after, strict=True)]  # fmt: skip

    both = np.concatenate([chosen, chosen[again]])
    visit = {
        "institution_id": both + 1,
        "visit_no": np.concatenate([np.ones(number, dtype=np.int64), np.full(len(again), 2)]),
        "school_year": np.full(len(both), YEARS[-1]),
        "date": [day.isoformat() for day in when]
        + [spring[rng.integers(len(spring))].isoformat() for _ in again],
        "stage": np.where(world.of("preschool")[both], "preschool", "basic").astype(object),
        "announced": np.zeros(len(both), dtype=np.int64),
        "level": list(levels) + after,
        "funding_granted": np.concatenate([granted, np.full(len(again), np.nan)]),
        "funding_used": np.concatenate([used, np.full(len(again), np.nan)]),
    }
    return visit, _visit_criteria(world, rng, chosen, again, strength, levels, unrated)


def _visited(world: World, rng: np.random.Generator) -> np.ndarray:
    """The institutions of the first visits: type, founder and municipality as published."""
    allowed = np.array([town["unified_school_visited_2023_24"] == "1" for town in world.municipalities])
    pool = (world.transition == 1) & world.active[:, LAST] & allowed[world.place]
    preschools = published.report_count("unified_visited", category="preschool")
    private = published.report_count("unified_visited", category="private")
    others = published.report_count("unified_visited", category="all") - preschools
    is_preschool, is_private = world.of("preschool"), world.founder == "private"
    private_preschools = round(private * 0.3)
    must = {world.row("unified_school")}
    for place in np.flatnonzero(allowed):  # every one of these municipalities was visited
        if not any(world.place[i] == place for i in must):
            here = np.flatnonzero(pool & (world.place == place) & ~is_preschool & ~is_private)
            here = here if len(here) else np.flatnonzero(pool & (world.place == place))
            must.add(int(rng.choice(here)))
    chosen: set[int] = set(must)
    for preschool, own, wanted in (
        (True, True, private_preschools),
        (True, False, preschools - private_preschools),
        (False, True, private - private_preschools),
        (False, False, others - private + private_preschools),
    ):
        cell = np.flatnonzero(pool & (is_preschool == preschool) & (is_private == own))
        have = [i for i in chosen if is_preschool[i] == preschool and is_private[i] == own]
        free = np.setdiff1d(cell, list(chosen))
        chosen.update(int(i) for i in rng.choice(free, wanted - len(have), replace=False))
    return np.array(sorted(chosen))


def _school_days(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def _funding(world: World, rng: np.random.Generator, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Money in whole cents, so that the sum is the published one to the cent."""
    used_total = round(published.report("unified_funding_used") * 100)
    share = published.report("unified_funding_used_share") / 100
    weight = all_pupils(world)[chosen, LAST] ** 0.9 * rng.lognormal(0, 0.25, len(chosen))
    granted = round_to_total(weight, round(used_total / share))
    ratio = np.where(rng.random(len(chosen)) < 0.07, 0.0, rng.beta(4.5, 2.2, len(chosen)))
    used = round_to_total(granted * ratio, used_total, 0, granted)
    return granted / 100, used / 100


def _visit_criteria(world, rng, chosen, again, strength, levels, unrated) -> dict[str, np.ndarray]:
    number = len(chosen)
    rated = np.setdiff1d(np.arange(number), unrated)
    worst = np.isin(levels, ("insufficient",)) * 50.0
    rows = []
    for criterion in VISIT_CRITERIA:
        yes = published.report_count(f"unified_{criterion}", unit="institutions")
        score = strength + rng.normal(0, 0.8, number) + np.where(levels == "optimal", 0.8, 0.0)
        score = -score if criterion in ("communication_to_improve", "pupils_difficulties") else score
        score = score - worst if criterion == "fully_latvian" else score
        answers = np.full(number, np.nan)
        answers[rated] = 0
        answers[rated[np.argsort(-score[rated], kind="stable")[:yes]]] = 1
        rows += [(int(chosen[i]) + 1, 1, criterion, answers[i]) for i in range(number)]
        good = 0.0 if criterion in ("communication_to_improve", "pupils_difficulties") else 1.0
        for i in again:
            answer = good if rng.random() < 0.55 else answers[i]
            rows.append((int(chosen[i]) + 1, 2, criterion, answer))
    columns = zip(*rows, strict=True)
    return dict(zip(("institution_id", "visit_no", "criterion", "answer"), map(list, columns), strict=True))
