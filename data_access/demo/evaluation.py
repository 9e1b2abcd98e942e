"""Accreditation of institutions, assessment of their heads, and the tasks that both leave behind.

The institutions of 2024 are chosen so that the published risk shares of the evaluated schools come out.
"""

from __future__ import annotations

import numpy as np

from . import published
from .draw import expit, logit, standard, stream
from .network import ROLES, T, World
from .vocabulary import (
    AREAS,
    BASIC_TYPES,
    CRITERIA,
    OTHER_TOPICS,
    PRIORITY_TOPICS,
    SECONDARY_TYPES,
    YEARS,
    ended,
)

LAST = T - 1
EVALUATION_YEARS = (2020, 2021, 2022, 2023, 2024)
GROUPS = ("general", "vocational", "preschool")
VOCATIONAL_TYPES = ("vocational", "orientation")  # the vocational institutions of the report
SAME_HEADS = 80  # general schools accredited and with their head assessed in 2024
# Accredited institutions and assessed heads of the years before, by group (own assumption).
EARLIER_ACCREDITED = {2020: (78, 7, 0), 2021: (70, 6, 0), 2022: (92, 9, 0), 2023: (95, 10, 0)}
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
    """`size` members of the pool, `forced` among them, whose flags add up to the targets (one column a rule).

    A random selection is improved by swaps; a swap for the worse is accepted now and then, not to get stuck.
    """
    free = np.setdiff1d(pool, forced)
    order = rng.permutation(free)
    inside, outside = list(order[: size - len(forced)]), list(order[size - len(forced) :])
    sums = flags[inside].sum(axis=0) + flags[forced].sum(axis=0)
    distance = np.abs(sums - targets).sum()
    for _ in range(200_000):
        if distance == 0:
            return np.array(sorted([*inside, *forced]))
        a, b = int(rng.integers(len(inside))), int(rng.integers(len(outside)))
        trial = sums - flags[inside[a]] + flags[outside[b]]
        there = np.abs(trial - targets).sum()
        if there <= distance or rng.random() < 0.02:
            sums, distance = trial, there
            inside[a], outside[b] = outside[b], inside[a]
    raise ValueError(f"no selection of schools meets the published risk shares: off by {distance}")


def _accredited_2024(world: World, rng: np.random.Generator, exam: dict[str, np.ndarray]) -> np.ndarray:
    """The general institutions of 2024: as many, and with as many risks, as published."""
    rules = rule_items(world, exam)
    full = world.active[:, LAST] & world.active[:, LAST - 1] & world.hidden["staff_delivered"][:, LAST]
    in_transition = published.report_count("unified_school_in_accreditation", stage="general")
    special = np.flatnonzero(world.of("special") & full & (world.transition == 0))
    basic, secondary = world.of(*BASIC_TYPES), world.of(*SECONDARY_TYPES)
    no_journals = ~world.hidden["journals"][:, LAST].all(axis=1)
    no_exams = [world.row("no_exam_delivery"), world.row("no_exam_delivery_2")]
    incomplete = {  # schools whose missing deliveries make the bases of the printed shares
        BASIC_TYPES: [
            *np.flatnonzero(basic & no_journals),
            _without_earlier_staff(world, rng, rules, basic & full),
        ],
        SECONDARY_TYPES: [*np.flatnonzero(secondary & no_journals), *no_exams],
    }
    chosen = [rng.choice(special, SPECIAL_ACCREDITED, replace=False)]
    parts = ((BASIC_TYPES, BASIC_RULES, 6), (SECONDARY_TYPES, SECONDARY_RULES, in_transition - 6))
    for kinds, wanted, moving in parts:
        known = full & world.of(*kinds) & np.all([rules[rule] >= 0 for rule in wanted], axis=0)
        flags = np.stack([np.maximum(rules[rule], 0) for rule in wanted] + [world.transition], axis=1)
        targets = np.array([yes for yes, _ in wanted.values()] + [moving])
        size = max(base for _, base in wanted.values())
        chosen.append(_pick(rng, np.flatnonzero(known), flags, targets, size, incomplete[kinds]))
    return np.concatenate(chosen)


def _without_earlier_staff(world: World, rng: np.random.Generator, rules: dict, pool: np.ndarray) -> int:
    """One basic school loses the staff of the year before, so its vacancies cannot be judged; its support can."""
    data = world.hidden["staff"]
    pool = pool & (data["long_vacancies"][:, LAST] > 0) & (data["support_load"][:, LAST] > 0)
    pool = pool & (rules["absence"] >= 0) & (world.transition == 0) & (world.ids > len(ROLES))
    school = int(rng.choice(np.flatnonzero(pool)))
    world.hidden["staff_delivered"][school, LAST - 1] = False
    rules["vacancies"][school] = -1
    return school


def evaluations(world: World, exam: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Twelve criteria of every accreditation and assessment of a head, 2020 to 2024."""
    rng = stream(world.seed, "evaluations")
    sets = _sets_2024(world, rng, exam)
    _earlier_sets(world, rng, sets)
    world.hidden["evaluated"] = {
        year: np.unique(np.concatenate([members for key, members in sets.items() if key[0] == year]))
        for year in EVALUATION_YEARS
    }
    criteria = np.array(list(CRITERIA), dtype=object)
    areas = np.array(list(CRITERIA.values()), dtype=object)
    parts = []
    for (year, kind, stage), members in sorted(sets.items()):
        size = len(members) * len(criteria)
        if size == 0:
            continue
        parts.append(
            {
                "institution_id": np.repeat(members + 1, len(criteria)),
                "year": np.full(size, year),
                "kind": np.full(size, kind, dtype=object),
                "criterion": np.tile(criteria, len(members)),
                "area": np.tile(areas, len(members)),
                "level": _levels(world, rng, year, kind, stage, members).ravel(),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


Sets = dict[tuple[int, str, str], np.ndarray]  # (year, kind, group of institutions) -> rows of institutions


def _sets_2024(world: World, rng: np.random.Generator, exam: dict[str, np.ndarray]) -> Sets:
    """Who was evaluated in 2024, with the published numbers by group and of schools in transition."""
    open_ = world.active[:, LAST]
    general = _accredited_2024(world, rng, exam)
    assert len(general) == published.report_count("institutions_accredited", stage="general")
    heads = {stage: published.report_count("heads_assessed", stage=stage) for stage in GROUPS}
    vocational = rng.choice(
        np.flatnonzero(world.of(*VOCATIONAL_TYPES) & open_), heads["vocational"], replace=False
    )
    staying = world.general & open_ & (world.transition == 0) & ~world.of("primary")
    others = np.setdiff1d(np.flatnonzero(staying), general)
    same = rng.permutation(general)[:SAME_HEADS]
    preschools = np.flatnonzero(world.of("preschool") & open_)
    moving = world.transition[preschools] == 1
    in_transition = published.report_count("unified_school_in_accreditation", stage="preschool")
    preschool = [
        rng.choice(preschools[moving], in_transition, replace=False),
        rng.choice(preschools[~moving], heads["preschool"] - in_transition, replace=False),
    ]
    accredited = published.report_count("institutions_accredited", stage="vocational")
    return {
        (2024, "accreditation", "general"): general,
        (2024, "accreditation", "vocational"): vocational[:accredited],
        (2024, "head", "general"): np.concatenate(
            [same, rng.choice(others, heads["general"] - len(same), replace=False)]
        ),
        (2024, "head", "vocational"): vocational,
        (2024, "head", "preschool"): np.concatenate(preschool),
    }


def _earlier_sets(world: World, rng: np.random.Generator, sets: Sets) -> None:
    """The years before, so that nobody is accredited twice in five years."""
    where = {
        "general": world.general,
        "vocational": world.of(*VOCATIONAL_TYPES),
        "preschool": world.of("preschool"),
    }
    used = {
        stage: {int(i) for (_, _, group), members in sets.items() if group == stage for i in members}
        for stage in GROUPS
    }
    for year in (2023, 2022, 2021, 2020):
        for stage, size, head in zip(GROUPS, EARLIER_ACCREDITED[year], EARLIER_HEADS[year], strict=True):
            here = np.flatnonzero(where[stage] & world.active[:, ended(year)])
            free = np.setdiff1d(here, sorted(used[stage]))
            taken = rng.choice(free, min(len(free), max(size, head)), replace=False)
            used[stage] |= {int(i) for i in taken}
            sets[year, "accreditation", stage] = taken[:size]
            sets[year, "head", stage] = taken[:head]


def _levels(world: World, rng, year: int, kind: str, stage: str, members: np.ndarray) -> np.ndarray:
    """Levels by member and criterion; as many members need improvement somewhere as published."""
    prefix = "institutions" if kind == "accreditation" else "heads"
    weak = published.report_count(f"{prefix}_needs_improvement", stage=stage)
    if year != 2024:
        key = "institutions_accredited" if kind == "accreditation" else "heads_assessed"
        weak = round(weak / published.report_count(key, stage=stage) * len(members))
    score = world.quality[members, LAST] + rng.normal(0, 0.7, len(members))
    order = np.argsort(score, kind="stable")
    very_good = expit(logit(0.16) + 0.7 * standard(score))[:, None]
    shape = (len(members), len(CRITERIA))
    level = np.where(rng.random(shape) < very_good, "very_good", "good").astype(object)
    if (year, kind, stage) == (2024, "accreditation", "vocational"):  # excellent is rare
        level[order[-3:], list(CRITERIA).index("infrastructure_resources")] = "excellent"
    for i in order[:weak]:
        level[i, rng.choice(len(CRITERIA), 1 + rng.binomial(4, 0.3), replace=False)] = "needs_improvement"
    return level


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
        weight = np.exp(-0.5 * world.quality[members, ended(now)])
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
