"""Pupils by stage and semester, their flows, cohorts and composition."""

from __future__ import annotations

import numpy as np

from . import published
from .draw import binomial_mean, expit, logit, round_to_total, standard, stream
from .network import T, World
from .vocabulary import YEARS

STAGES = ("preschool", "basic", "special_basic", "upper_secondary", "vocational", "orientation", "higher")
SPECIAL_TOTAL = {2014: 7900, 2023: 8600}  # pupils in special programmes, own assumption
ORIENTATION_TOTAL = {2014: 11800, 2023: 12300}  # own assumption


def stage_totals() -> dict[str, np.ndarray]:
    """National pupils by stage and school year: published where there is a series, else interpolated."""
    anchors = published.calibration()["anchors"]
    vocational = published.path(published.series("students_vocational"), YEARS)
    general = published.series("pupils_grades_1_12")
    general = {year: general[year] for year in general if year <= 2019}
    # 2014 is our assumption; the published 2024/2025 number stands for the last simulated year.
    general = published.path({2014: 212_500, **general, 2023: anchors["pupils_2024_25"]}, YEARS)
    split = published.series("upper_secondary_split", "general")[2023] / 100
    upper_last = vocational[-1] * split / (1 - split)
    upper = published.path({2014: upper_last * 0.94, 2018: upper_last * 0.87, 2023: upper_last}, YEARS)
    special = published.path(SPECIAL_TOTAL, YEARS)
    return {
        "preschool": published.path(published.series("preschool_children"), YEARS),
        "basic": general - upper - special,
        "special_basic": special,
        "upper_secondary": upper,
        "vocational": vocational,
        "orientation": published.path(ORIENTATION_TOTAL, YEARS),
        "higher": published.path(published.series("students_higher"), YEARS),
    }


def fill(world: World) -> None:
    """Compute world.pupils: stage -> dict of [institution, year] arrays and the mask of rows that exist."""
    rng = stream(world.seed, "pupils")
    weight = _weight(world, rng)
    share = _shares(world, rng)
    totals = stage_totals()
    for stage in STAGES:
        has = share[stage] > 0
        part = weight * share[stage][:, None] * world.active
        start = np.zeros((world.count, T), dtype=np.int64)
        for t in range(T):
            start[:, t] = round_to_total(part[:, t], round(totals[stage][t]))
        world.pupils[stage] = {"mask": has[:, None] & world.active, "start": start}
    _fixed_cases(world)
    for stage in STAGES:
        _flows(world, rng, stage)
    _deliveries(world)


def _weight(world: World, rng: np.random.Generator) -> np.ndarray:
    """Relative size by year: municipal trend, a slow random walk, pupils taken over from merged schools."""
    towns = world.municipalities
    trend = np.array([_trend(town) for town in towns])[world.place]
    walk = np.cumsum(rng.normal(0, 0.03, (world.count, T)), axis=1)
    years = np.arange(T) - (T - 1)
    weight = world.size[:, None] * np.exp(trend[:, None] * years + walk - walk[:, -1:])
    for old, new, _, how, part in world.lineage:
        if how == "renamed":
            continue
        before = np.arange(T) <= world.last[old - 1]
        keep = max(0.35, 1 - part * world.size[old - 1] / world.size[new - 1])
        weight[new - 1] = np.where(before, weight[new - 1] * keep, weight[new - 1])
    recent = np.flatnonzero(world.first > 0)
    for i in recent:  # a new institution fills up over three years
        age = np.clip(np.arange(T) - world.first[i], 0, 3)
        if world.first[i] < T - 1 and not any(
            new == i + 1 and how == "renamed" for _, new, _, how, _ in world.lineage
        ):
            weight[i] *= np.array([0.45, 0.7, 0.9, 1.0])[age]
    return weight


def _trend(town: dict[str, str]) -> float:
    """Yearly growth: young municipalities grow, old ones shrink."""
    return float(np.clip((44.5 - float(town["median_age"])) * 0.004, -0.022, 0.028))


def _shares(world: World, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The part of an institution's size that learns in each stage."""
    count = world.count
    share = {stage: np.zeros(count) for stage in STAGES}
    upper = np.where(world.of("secondary"), rng.beta(9, 36, count), 0.0)
    upper = np.where(world.of("state_gymnasium"), rng.beta(30, 24, count), upper)
    share["upper_secondary"] = upper
    share["basic"] = np.where(world.general & ~world.of("special"), 1 - upper, 0.0)
    inclusive = world.of("basic", "secondary") & (rng.random(count) < 0.27)
    share["special_basic"] = np.where(inclusive, rng.uniform(0.015, 0.07, count), 0.0)
    share["special_basic"][world.of("special")] = 1.0
    for kind, stage in (("vocational",) * 2, ("orientation",) * 2, ("higher",) * 2, ("preschool",) * 2):
        share[stage] = np.where(world.of(kind), 1.0, 0.0)
    rural = np.isin(world.urbanity, ("rural", "border"))
    chance = np.where(rural, 0.62, 0.16) * np.where(world.of("secondary"), 0.45, 1.0)
    groups = world.of("primary", "basic", "secondary") & (rng.random(count) < chance)
    share["preschool"] = np.where(groups, rng.uniform(0.2, 0.6, count), share["preschool"])
    for case in ("small_school", "median_school", "large_school", "high_absence_school", "zero_pupil_stage"):
        share["preschool"][world.row(case)] = share["special_basic"][world.row(case)] = 0.0
    return share


def _fixed_cases(world: World) -> None:
    """Notable cases keep their size whatever the scaling to national totals did to it."""
    years = np.arange(T)

    def put(case: str, stage: str, values: np.ndarray) -> None:
        row, pupils = world.row(case), world.pupils[stage]
        pupils["start"][row] = np.where(world.active[row], values, 0)

    put("small_school", "basic", np.array([17, 16, 16, 15, 14, 14, 13, 12, 12, 11]))
    put("large_school", "basic", 1290 - 9 * (9 - years))
    put("large_school", "upper_secondary", 320 - 4 * (9 - years))
    put("zero_pupil_stage", "upper_secondary", np.array([41, 37, 33, 27, 24, 19, 14, 8, 0, 0]))
    put("median_school", "basic", 404 + 2 * (years - 9))
    put("median_school", "upper_secondary", 102 + (years - 9))
    put("high_absence_school", "basic", 520 + 3 * (years - 9))
    put("high_absence_school", "upper_secondary", 130 - (9 - years))


def _flows(world: World, rng: np.random.Generator, stage: str) -> None:
    pupils = world.pupils[stage]
    start, mask = pupils["start"], pupils["mask"]
    leave = {"higher": 0.10, "vocational": 0.075, "upper_secondary": 0.035, "preschool": 0.05}.get(
        stage, 0.024
    )
    come = {"higher": 0.03, "vocational": 0.03, "preschool": 0.045}.get(stage, 0.021)
    own = rng.normal(0, 0.35, (world.count, 1))
    tilt = -0.32 * world.quality - 0.12 * world.ses[:, None]
    out_rate = expit(logit(leave) + tilt + own + rng.normal(0, 0.15, start.shape))
    in_rate = expit(logit(come) + 0.25 * own + rng.normal(0, 0.3, start.shape))
    left = rng.binomial(start, out_rate)
    joined = rng.binomial(start, in_rate)
    left_first = rng.binomial(left, 0.45)
    joined_first = rng.binomial(joined, 0.6)
    pupils["left"], pupils["joined"] = left, joined
    first = start + joined_first - left_first
    second = start + joined - left
    pupils["semester"] = np.stack([first, second], axis=2)

    rate = {"basic": 0.0075, "special_basic": 0.004, "upper_secondary": 0.006, "vocational": 0.021}.get(stage)
    eligible = np.zeros_like(start)
    repeaters = np.zeros_like(start)
    if rate is not None:
        # Grades where repeating is possible, of the pupils at the end of the year before.
        previous = np.concatenate([start[:, :1], second[:, :-1]], axis=1)
        previous = np.where(previous == 0, start, previous)
        eligible = np.where(mask, np.round(previous * 0.9).astype(np.int64), 0)
        tilt = -0.5 * world.quality - 0.3 * world.ses[:, None] + 1.2 * own + rng.normal(0, 0.2, start.shape)
        for t in range(T):
            repeaters[:, t] = binomial_mean(rng, eligible[:, t], tilt[:, t], rate)
    pupils["eligible"], pupils["repeaters"] = eligible, repeaters


# Pupils without rows: a semester not delivered by an institution, or by a whole municipality.
LATE_MUNICIPALITY, LATE = "LV0032000", (4, 0)  # 2018/2019, semester 1


def _deliveries(world: World) -> None:
    """world.hidden["not_delivered"]: [institution, year, semester] without enrolment and absence rows."""
    rng = stream(world.seed, "deliveries")
    missing = rng.random((world.count, T, 2)) < 0.006
    missing[:, YEARS.index(2022) :] = False  # the two published years are complete
    late = np.array([code == LATE_MUNICIPALITY for code in world.municipality_codes()])
    missing[late, LATE[0], LATE[1]] = True
    fixed = [
        world.row(case) for case in ("small_school", "median_school", "high_absence_school", "large_school")
    ]
    missing[fixed] = False
    missing[world.row("missing_semester"), YEARS.index(2021), 0] = True
    world.hidden["not_delivered"] = missing


def enrolment(world: World) -> dict[str, np.ndarray]:
    parts = []
    for stage in STAGES:
        mask = world.pupils[stage]["mask"][:, :, None] & ~world.hidden["not_delivered"]
        i, t, s = np.nonzero(mask)
        parts.append(
            (i, t, s, np.full(len(i), stage, dtype=object), world.pupils[stage]["semester"][i, t, s])
        )
    i, t, s, stages, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {
        "institution_id": i + 1,
        "school_year": t + YEARS[0],
        "semester": s + 1,
        "stage": stages,
        "pupils": values,
    }


def progress(world: World) -> dict[str, np.ndarray]:
    rng = stream(world.seed, "progress deliveries")
    parts = []
    for stage in STAGES:
        if stage == "higher":
            continue
        pupils = world.pupils[stage]
        i, t = np.nonzero(pupils["mask"] & (rng.random(pupils["mask"].shape) > 0.004))
        values = [pupils[name][i, t] for name in ("start", "joined", "left", "eligible", "repeaters")]
        parts.append((i, t, np.full(len(i), stage, dtype=object), *values))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    names = ("pupils_start", "joined", "left_early", "repeat_eligible", "repeaters")
    return {
        "institution_id": columns[0] + 1,
        "school_year": columns[1] + YEARS[0],
        "stage": columns[2],
        **dict(zip(names, columns[3:], strict=True)),
    }


def cohort(world: World) -> dict[str, np.ndarray]:
    """Entered the first year of the stage, and of those finished on time here or moved elsewhere."""
    rng = stream(world.seed, "cohort")
    on_time = published.series("upper_secondary_on_time", "general programmes")[2021] / 100
    on_time_vocational = published.series("upper_secondary_on_time", "vocational programmes")[2021] / 100
    model = {  # share of the stage that enters in one year, moved elsewhere, finished on time
        "basic": (0.112, 0.13, 0.80),
        "special_basic": (0.105, 0.10, 0.80),
        "upper_secondary": (0.36, 0.09, on_time),
        "vocational": (0.37, 0.07, on_time_vocational),
        "orientation": (0.16, 0.10, 0.58),
    }
    parts = []
    for stage, (entering, moved, finished) in model.items():
        pupils = world.pupils[stage]
        mask = pupils["mask"] & (pupils["start"] > 0) & ~world.of("primary")[:, None]
        part = np.where(world.of("state_gymnasium") & (stage == "basic"), 0.34, entering)
        entered = np.round(pupils["start"] * part[:, None] * rng.lognormal(0, 0.1, mask.shape)).astype(
            np.int64
        )
        entered = np.where(mask, np.maximum(entered, 1), 0)
        tilt = 0.42 * world.quality + 0.22 * world.ses[:, None] + rng.normal(0, 0.28, (world.count, 1))
        tilt = tilt + rng.normal(0, 0.1, mask.shape)
        graduated = np.zeros_like(entered)
        for t in range(T):
            graduated[:, t] = binomial_mean(rng, entered[:, t], tilt[:, t], finished)
        rest = entered - graduated
        transferred = rng.binomial(rest, min(0.9, moved / (1 - finished)))
        i, t = np.nonzero(mask)
        values = (entered[i, t], graduated[i, t], transferred[i, t])
        parts.append((i, t, np.full(len(i), stage, dtype=object), *values))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return {
        "institution_id": columns[0] + 1,
        "school_year": columns[1] + YEARS[0],
        "stage": columns[2],
        "entered": columns[3],
        "graduated_on_time": columns[4],
        "transferred": columns[5],
    }


def all_pupils(world: World) -> np.ndarray:
    """Pupils of the institution over all its stages, at the start of the year: [institution, year]."""
    return sum(world.pupils[stage]["start"] for stage in STAGES)


def context(world: World) -> dict[str, np.ndarray]:
    rng = stream(world.seed, "context")
    here = world.active & (~world.of("higher", "orientation"))[:, None]
    total = np.where(here, all_pupils(world), 0)
    ses = standard(world.ses)
    free = expit(logit(0.27) - 0.75 * ses[:, None] + rng.normal(0, 0.15, (world.count, 1)))
    special = expit(logit(0.045) - 0.25 * ses[:, None] + rng.normal(0, 0.45, (world.count, 1)))
    special = np.where(world.of("special")[:, None], 0.985, special)
    other = 1 - world.latvian_at_home[world.place]
    minority = np.where(world.transition == 1, 0.55 + 0.4 * other, 0.45 * other)
    minority = expit(logit(np.clip(minority, 0.01, 0.97)) + rng.normal(0, 0.35, world.count))[:, None]
    i, t = np.nonzero(here & (rng.random(here.shape) > 0.006))
    return {
        "institution_id": i + 1,
        "school_year": t + YEARS[0],
        "pupils": total[i, t],
        "free_meals": rng.binomial(total, free)[i, t],
        "special_needs": rng.binomial(total, special)[i, t],
        "minority_language": rng.binomial(total, minority)[i, t],
    }
