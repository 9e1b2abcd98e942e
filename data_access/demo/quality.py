"""Complaints, inspections, unified-school visits, accreditation of institutions, assessment of heads, tasks."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from . import published
from .draw import expit, logit, round_to_total, standard, stream
from .network import T, World
from .pupils import all_pupils
from .vocabulary import (
    AREAS,
    BASIC_TYPES,
    COMPLAINT_TOPICS,
    CRITERIA,
    OTHER_TOPICS,
    PRIORITY_TOPICS,
    SECONDARY_TYPES,
    VISIT_CRITERIA,
    YEARS,
)

CALENDAR = list(range(YEARS[0], 2025))
LAST = T - 1

# --- complaints and inspections -----------------------------------------------------------------

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


def _ended(year: int) -> int:
    """Index of the school year that ended in a calendar year."""
    return min(max(year - 1 - YEARS[0], 0), LAST)


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
        t = _ended(year)
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
        t = _ended(year)
        weight = np.where(
            world.active[:, t], pupils[:, t] ** 0.4 * np.exp(own - 0.7 * world.quality[:, t]), 0
        )
        school = rng.choice(world.count, total, p=weight / weight.sum())
        school, number = np.unique(school, return_counts=True)
        found = rng.binomial(number, expit(logit(0.45) - 0.5 * world.quality[school, t]))
        parts.append((school + 1, np.full(len(school), year), number, found))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return dict(zip(("institution_id", "year", "inspections", "violations_found"), columns, strict=True))


# --- unified school -----------------------------------------------------------------------------

UNIFIED_YEAR = "2023/2024"
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


# --- accreditation, heads, tasks ----------------------------------------------------------------

EVALUATION_YEARS = (2020, 2021, 2022, 2023, 2024)
# Institutions accredited in the years before (own assumption): general, vocational.
EARLIER_ACCREDITED = {2020: (78, 7), 2021: (70, 6), 2022: (92, 9), 2023: (95, 10)}
EARLIER_HEADS = {2020: (70, 6, 60), 2021: (66, 6, 64), 2022: (84, 9, 88), 2023: (88, 10, 92)}
# Bases of the published risk shares that they fit: (yes, of), in the reference file's notes.
BASIC_RULES = {"combined": (7, 37), "absence": (11, 36), "no_support": (8, 37), "vacancies": (16, 36)}
SECONDARY_RULES = {
    "combined": (4, 42),
    "absence": (27, 37),
    "no_support": (5, 42),
    "vacancies": (25, 42),
    "exams": (19, 40),
}
SPECIAL_ACCREDITED = 7  # the general institutions beside the 37 basic and 42 secondary schools


def rule_items(world: World, exam: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The five published risk rules of 2023/2024 for every institution: 1, 0, -1 unknown, -2 depends on reading."""
    data = world.hidden["staff"]
    now, before = LAST, LAST - 1
    vacant_now, vacant_before = data["long_vacancies"][:, now] > 0, data["long_vacancies"][:, before] > 0
    secondary = world.of(*SECONDARY_TYPES)
    long = world.hidden["long"]
    stages = ("preschool", "basic", "special_basic", "upper_secondary")
    everywhere = sum(long[stage][:, now].sum(axis=1) for stage in stages)
    second = np.where(secondary, long["upper_secondary"][:, now, 1], long["basic"][:, now, 1])
    absence = np.where(everywhere == 0, 0, np.where(second > 0, 1, -2))
    absence[~world.hidden["journals"][:, now].all(axis=1)] = -1
    return {
        "combined": (data["combined_classes"][:, now] > 0).astype(np.int64),
        "absence": absence,
        "no_support": ((data["support_load"][:, now] == 0) & (data["support_load"][:, before] == 0)).astype(
            np.int64
        ),
        "vacancies": np.where(secondary, vacant_now | vacant_before, vacant_now & vacant_before).astype(
            np.int64
        ),
        "exams": _exam_rule(world, exam),
    }


def _exam_rule(world: World, exam: dict[str, np.ndarray]) -> np.ndarray:
    here = (
        (exam["stage"] == "upper_secondary")
        & (exam["school_year"] == YEARS[LAST - 1])
        & (exam["compulsory"] == 1)
    )
    here &= exam["sat"] > 0
    result = np.full(world.count, -1)
    lowest = np.full(world.count, np.inf)
    between = np.zeros(world.count, dtype=bool)
    near = np.zeros(world.count, dtype=bool)
    for subject in np.unique(exam["subject"][here].astype(str)):
        rows = here & (exam["subject"] == subject)
        school, mean, sat = exam["institution_id"][rows] - 1, exam["mean"][rows], exam["sat"][rows]
        national = (mean * sat).sum() / sat.sum()
        below = mean / national - 1
        lowest[school] = np.minimum(lowest[school], below)
        between[school] |= (below <= -0.10) & (below >= -0.30)
        near[school] |= np.minimum(np.abs(below + 0.10), np.abs(below + 0.30)) < 0.003
    known = np.isfinite(lowest)
    result[known] = np.where(between, 1, np.where(lowest < -0.10, -2, 0))[known]
    result[near] = -2
    return result


def _pick(
    rng, pool: np.ndarray, flags: np.ndarray, targets: np.ndarray, size: int, forced: list[int]
) -> np.ndarray:
    """`size` members of the pool, `forced` among them, whose flags add up to the targets (one column a rule)."""
    free = np.setdiff1d(pool, forced)
    inside = list(rng.choice(free, size - len(forced), replace=False))
    outside = [i for i in free if i not in set(inside)]
    sums = flags[inside].sum(axis=0) + flags[forced].sum(axis=0)
    distance = np.abs(sums - targets).sum()
    for _ in range(200_000):
        if distance == 0:
            return np.array(sorted([*inside, *forced]))
        a, b = int(rng.integers(len(inside))), int(rng.integers(len(outside)))
        trial = sums - flags[inside[a]] + flags[outside[b]]
        there = np.abs(trial - targets).sum()
        if there <= distance:
            sums, distance = trial, there
            inside[a], outside[b] = outside[b], inside[a]
    raise ValueError(f"no selection meets the published shares: off by {distance}")


def _accredited_2024(world: World, rng: np.random.Generator, exam: dict[str, np.ndarray]) -> np.ndarray:
    """The general institutions of 2024: as many, and with as many risks, as published."""
    rules = rule_items(world, exam)
    full = world.active[:, LAST] & world.active[:, LAST - 1] & world.hidden["staff_delivered"][:, LAST]
    in_transition = published.report_count("unified_school_in_accreditation", stage="general")
    special = np.flatnonzero(world.of("special") & full)
    chosen = [rng.choice(special[world.transition[special] == 0], SPECIAL_ACCREDITED, replace=False)]
    parts = ((BASIC_TYPES, BASIC_RULES, 6), (SECONDARY_TYPES, SECONDARY_RULES, in_transition - 6))
    for kinds, wanted, transition in parts:
        forced = [
            i
            for i in range(world.count)
            if world.of(*kinds)[i]
            and (
                not world.hidden["journals"][i, LAST].all()
                or (
                    kinds == SECONDARY_TYPES
                    and i in (world.row("no_exam_delivery"), world.row("no_exam_delivery_2"))
                )
            )
        ]
        if (
            kinds == BASIC_TYPES
        ):  # one school without the staff of the year before: its vacancies cannot be judged
            data = world.hidden["staff"]
            late = np.flatnonzero(
                world.of(*kinds) & full & (data["long_vacancies"][:, LAST] > 0) & (data["support_load"][:, LAST] > 0)
                & (rules["absence"] >= 0) & (world.transition == 0) & (world.ids > 60)
            )  # fmt: skip
            late = int(rng.choice(late))
            world.hidden["staff_delivered"][late, LAST - 1] = False
            rules["vacancies"][late] = -1
            forced.append(late)
        known = full & world.of(*kinds) & np.all([rules[rule] >= 0 for rule in wanted], axis=0)
        flags = np.stack([np.maximum(rules[rule], 0) for rule in wanted] + [world.transition], axis=1)
        targets = np.array([yes for yes, _ in wanted.values()] + [transition])
        size = max(base for _, base in wanted.values())
        chosen.append(_pick(rng, np.flatnonzero(known), flags, targets, size, forced))
    return np.concatenate(chosen)


def evaluations(world: World, exam: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Twelve criteria of every accreditation and assessment of a head, 2020 to 2024."""
    rng = stream(world.seed, "evaluations")
    vocational = world.of("vocational", "orientation")
    fixed_quality = world.quality[:, LAST]
    count = {
        (key, stage): published.report_count(key, stage=stage)
        for key in ("institutions_accredited", "institutions_needs_improvement", "heads_assessed", "heads_needs_improvement")
        for stage in ("general", "vocational", "preschool")
        if not (key.startswith("institutions") and stage == "preschool")
    }  # fmt: skip
    sets: dict[tuple[int, str, str], np.ndarray] = {}
    general = _accredited_2024(world, rng, exam)
    assert len(general) == count["institutions_accredited", "general"]
    open_ = world.active[:, LAST]
    vet = rng.choice(np.flatnonzero(vocational & open_), count["heads_assessed", "vocational"], replace=False)
    sets[2024, "accreditation", "general"] = general
    sets[2024, "accreditation", "vocational"] = vet[: count["institutions_accredited", "vocational"]]
    sets[2024, "head", "vocational"] = vet
    rest = np.setdiff1d(np.flatnonzero(world.general & open_ & (world.transition == 0)), general)
    rest = rest[world.kind[rest] != "primary"]
    heads = count["heads_assessed", "general"]
    same = rng.permutation(general)[:80]
    sets[2024, "head", "general"] = np.concatenate([same, rng.choice(rest, heads - len(same), replace=False)])
    preschool = np.flatnonzero(world.of("preschool") & open_)
    moving = preschool[world.transition[preschool] == 1]
    other = preschool[world.transition[preschool] == 0]
    in_transition = published.report_count("unified_school_in_accreditation", stage="preschool")
    sets[2024, "head", "preschool"] = np.concatenate(
        [
            rng.choice(moving, in_transition, replace=False),
            rng.choice(other, count["heads_assessed", "preschool"] - in_transition, replace=False),
        ]
    )
    used = {
        stage: set(sets[2024, "head", stage]) | set(sets.get((2024, "accreditation", stage), ()))
        for stage in ("general", "vocational", "preschool")
    }
    for year in (2023, 2022, 2021, 2020):  # nobody is accredited twice in five years
        here = world.active[:, _ended(year)]
        general_now, vocational_now = EARLIER_ACCREDITED[year]
        heads_now = EARLIER_HEADS[year]
        for stage, where, size, head in (
            ("general", world.general, general_now, heads_now[0]),
            ("vocational", vocational, vocational_now, heads_now[1]),
            ("preschool", world.of("preschool"), 0, heads_now[2]),
        ):
            free = np.setdiff1d(np.flatnonzero(where & here), list(used[stage]))
            number = min(len(free), max(size, head))
            taken = rng.choice(free, number, replace=False)
            used[stage] |= set(taken)
            sets[year, "accreditation", stage] = taken[:size]
            sets[year, "head", stage] = taken[:head]

    criteria, areas = list(CRITERIA), list(CRITERIA.values())
    parts = []
    for (year, kind, stage), members in sorted(sets.items()):
        if len(members) == 0:
            continue
        key = "institutions_needs_improvement" if kind == "accreditation" else "heads_needs_improvement"
        now = count.get((key, stage), 0)
        base = count["institutions_accredited" if kind == "accreditation" else "heads_assessed", stage]
        lacking = now if year == 2024 else round(now / base * len(members))
        score = fixed_quality[members] + rng.normal(0, 0.7, len(members))
        level = np.where(
            rng.random((len(members), len(criteria))) < expit(logit(0.16) + 0.7 * standard(score))[:, None],
            "very_good",
            "good",
        ).astype(object)
        if stage == "vocational" and kind == "accreditation" and year == 2024:
            level[np.argsort(-score, kind="stable")[:3], criteria.index("infrastructure_resources")] = (
                "excellent"
            )
        for i in np.argsort(score, kind="stable")[:lacking]:
            weak = rng.choice(len(criteria), 1 + rng.binomial(4, 0.3), replace=False)
            level[i, weak] = "needs_improvement"
        parts.append(
            {
                "institution_id": np.repeat(members + 1, len(criteria)),
                "year": np.full(len(members) * len(criteria), year),
                "kind": np.full(len(members) * len(criteria), kind, dtype=object),
                "criterion": np.tile(np.array(criteria, dtype=object), len(members)),
                "area": np.tile(np.array(areas, dtype=object), len(members)),
                "level": level.ravel(),
            }
        )
    world.hidden["evaluated"] = {
        year: np.unique(np.concatenate([m for (y, _, _), m in sets.items() if y == year]))
        for year in EVALUATION_YEARS
    }
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


TASK_YEARS = {
    2020: 0.21,
    2021: 0.22,
    2022: 0.25,
    2023: 0.26,
    2024: 0.06,
}  # of the tasks that are not priorities of 2024
DONE = {2020: 0.97, 2021: 0.93, 2022: 0.84, 2023: 0.55, 2024: 0.12}


def tasks(world: World) -> dict[str, np.ndarray]:
    """Tasks set in the evaluations, by area for 2020-2024 and by priority topic for 2023/2024 as published."""
    rng = stream(world.seed, "tasks")
    by_area = published.report_categories("assessment_tasks")
    by_topic = published.report_categories("priority_tasks")
    topics = [*PRIORITY_TOPICS, *(topic for area in AREAS for topic in OTHER_TOPICS[area])]
    year, area, topic = [], [], []
    for name, areas in PRIORITY_TOPICS.items():
        split = rng.multinomial(by_topic[name], [0.5, 0.5] if len(areas) == 2 else [1.0])
        for where, number in zip(areas, split, strict=True):
            year += [2024] * number
            area += [AREAS.index(where)] * number
            topic += [topics.index(name)] * number
            by_area[where] -= int(number)
    shares = np.array(list(TASK_YEARS.values()))
    for number, where in enumerate(AREAS):
        when = rng.choice(np.array(list(TASK_YEARS)), by_area[where], p=shares / shares.sum())
        mine = [topics.index(name) for name in OTHER_TOPICS[where]]
        older = mine + [topics.index(name) for name, areas in PRIORITY_TOPICS.items() if where in areas]
        what = np.where(when == 2024, rng.choice(mine, len(when)), rng.choice(older, len(when)))
        year += when.tolist()
        area += [number] * len(when)
        topic += what.tolist()
    year, area, topic = np.array(year), np.array(area), np.array(topic)
    school = np.zeros(len(year), dtype=np.int64)
    for now in EVALUATION_YEARS:
        members = world.hidden["evaluated"][now]
        weight = np.exp(-0.5 * world.quality[members, _ended(now)])
        here = year == now
        school[here] = rng.choice(members, here.sum(), p=weight / weight.sum())
    key, number = np.unique(np.stack([school, year, area, topic]), axis=1, return_counts=True)
    school, year, area, topic = key
    done = rng.binomial(number, np.array([DONE[y] for y in year]))
    return {
        "institution_id": school + 1,
        "year": year,
        "area": np.array(AREAS, dtype=object)[area],
        "topic": np.array(topics, dtype=object)[topic],
        "tasks": number,
        "done": done,
        "due": [
            f"{y + 2 - int(d)}-0{4 + 2 * int(d)}-30"
            for y, d in zip(year, rng.random(len(year)) < 0.4, strict=True)
        ],
    }
