"""Long and any absence by stage and semester, and the VIIS entries with reason and action.

Table 6 (long, without special basic education) and table 7 (any absence, basic education with special
programmes) of the annual report are met exactly in the two published years; the other years are free.
"""

from __future__ import annotations

import numpy as np

from . import published
from .draw import binomial_total, settle, stream
from .network import ROLES, T, World
from .vocabulary import ABSENCE_ACTIONS, ABSENCE_REASONS, SECONDARY_TYPES, YEARS

PUBLISHED = (2022, 2023)
STAGES = ("preschool", "basic", "special_basic", "upper_secondary", "vocational")
# Level of the eight earlier years against 2022/2023, by semester (own assumption).
LONG_PATH = (
    (0.60, 0.55, 0.56, 0.60, 0.63, 0.64, 0.55, 0.82),
    (0.55, 0.52, 0.54, 0.58, 0.58, 0.50, 0.95, 0.85),
)
ANY_PATH = (
    (0.86, 0.87, 0.87, 0.88, 0.90, 0.92, 0.74, 0.93),
    (0.86, 0.88, 0.88, 0.90, 0.91, 0.70, 0.80, 0.95),
)
JOURNALS_MISSING = (0.07, 0.06, 0.05, 0.045, 0.035, 0.03, 0.025, 0.015, 0.0, 0.0)
SPECIAL_LONG_SHARE = 0.021  # of pupils in special basic programmes, semester 2 (own assumption)
CASES_FROM, CASES_SHARE = (
    2018,
    (0.35, 0.45, 0.55, 0.65, 0.72),
)  # VIIS entries against long absentees, 2018 to 2022
OTHER_REASON_SEMESTER_2 = 764  # not published for semester 2 of 2023/2024
HIGH_ABSENCE_LOG_ODDS = 2.5
NEVER_ABSENT = 16  # secondary schools that record next to no long absence


def _year(t: int) -> str:
    return f"{YEARS[t]}/{YEARS[t] + 1}"


def _long_total(stage: str, t: int, s: int, rng: np.random.Generator, pupils: int) -> int:
    semester = f"semester {s + 1}"
    if stage == "special_basic":
        level = SPECIAL_LONG_SHARE * pupils * (0.63 if s == 0 else 1.0)
    elif YEARS[t] in PUBLISHED:
        return published.report_count(
            "long_unexcused_absentees", school_year_or_date=_year(t), period=semester, stage=stage
        )
    else:
        level = published.report(
            "long_unexcused_absentees", school_year_or_date="2022/2023", period=semester, stage=stage
        )
    factor = LONG_PATH[s][t] if YEARS[t] not in PUBLISHED else 1.0
    return round(level * factor * rng.uniform(0.97, 1.03))


def _any_total(stage: str, category: str, t: int, s: int, rng: np.random.Generator) -> int:
    semester = f"semester {s + 1}"
    wanted = {"period": semester, "stage": stage, "category": category}
    if YEARS[t] in PUBLISHED:
        return published.report_count("absent_at_least_one_lesson", school_year_or_date=_year(t), **wanted)
    # 2023/2024 is the model for earlier years: one value of 2022/2023 may be a misprint.
    level = published.report("absent_at_least_one_lesson", school_year_or_date="2023/2024", **wanted)
    return round(level * ANY_PATH[s][t] * rng.uniform(0.985, 1.015))


def fill(world: World) -> None:
    """world.hidden["long"][stage]: long absentees; ["any"][stage]: unexcused, excused, illness."""
    rng = stream(world.seed, "absence")
    delivered = ~world.hidden["not_delivered"] & (
        rng.random((world.count, T, 1)) >= np.array(JOURNALS_MISSING)[:, None]
    )
    sure = [
        world.row(case) for case in ("small_school", "median_school", "high_absence_school", "large_school")
    ]
    delivered[sure] = True
    for number, role in enumerate(ROLES):
        if role.case.startswith("no_journal_delivery"):
            delivered[number, T - 1] = False
    world.hidden["journals"] = delivered

    # Schools excuse by different rules, so some hardly ever record a long unexcused absence.
    lenient = rng.random((world.count, 1, 1)) < 0.2
    own = rng.normal(0, 0.8, (world.count, 1, 1)) - 3.2 * lenient
    # The published share of evaluated secondary schools without any such pupil needs enough of them.
    secondary = np.flatnonzero(world.of(*SECONDARY_TYPES) & (world.ids > len(ROLES)) & world.active[:, -1])
    own[rng.choice(secondary, NEVER_ABSENT, replace=False)] -= 6.0
    common = (
        own
        - 0.55 * world.quality[:, :, None]
        - 0.4 * world.ses[:, None, None]
        + rng.normal(0, 0.28, (world.count, T, 1))
        + rng.normal(0, 0.14, (world.count, T, 2))
    )
    years = np.arange(T) - (T - 1) / 2
    fixed = {
        "median_school": np.full(T, -0.1),
        "high_absence_school": np.full(T, HIGH_ABSENCE_LOG_ODDS),
        "worsening_school": 0.1 + 0.36 * years,
        "improving_school": 0.5 - 0.36 * years,
        "no_exam_delivery": np.full(T, 0.4),
        "no_exam_delivery_2": np.full(T, 0.4),
    }
    for case, values in fixed.items():
        common[world.row(case)] = values[:, None]
    world.hidden["long"], world.hidden["any"], odds = {}, {}, {}
    for stage in STAGES:
        pupils = world.pupils[stage]
        n = np.where(pupils["mask"][:, :, None] & delivered, pupils["semester"], 0)
        odds[stage] = common + rng.normal(0, 0.35, (world.count, 1, 1))
        long = np.zeros_like(n)
        for t in range(T):
            for s in range(2):
                total = _long_total(stage, t, s, rng, int(n[:, t, s].sum()))
                long[:, t, s] = binomial_total(rng, n[:, t, s], odds[stage][:, t, s], total)
        world.hidden["long"][stage] = long
    _any(world, rng, odds, delivered, ("basic", "special_basic"), "basic")
    _any(world, rng, odds, delivered, ("upper_secondary",), "upper_secondary")


def _any(
    world: World, rng, odds: dict, delivered: np.ndarray, stages: tuple[str, ...], published_stage: str
) -> None:
    """Pupils with at least one absence, over `stages` together as table 7 counts them."""
    n = np.concatenate(
        [
            np.where(world.pupils[stage]["mask"][:, :, None] & delivered, world.pupils[stage]["semester"], 0)
            for stage in stages
        ]
    )
    long = np.concatenate([world.hidden["long"][stage] for stage in stages])
    x = 0.45 * np.concatenate([odds[stage] for stage in stages])
    habit = np.concatenate([rng.normal(0, 0.4, (world.count, 1, 1)) for _ in stages])
    unexcused, excused, illness = np.zeros_like(n), np.zeros_like(n), np.zeros_like(n)
    for t in range(T):
        for s in range(2):
            here, least = n[:, t, s], long[:, t, s]
            total = {
                category: _any_total(published_stage, category, t, s, rng)
                for category in ("unexcused", "excused", "illness")
            }
            tilt = x[:, t, s] + habit[:, 0, 0]
            unexcused[:, t, s] = binomial_total(
                rng, here, tilt, total["unexcused"], np.minimum(least, here), here
            )
            tilt = habit[:, 0, 0] + rng.normal(0, 0.2, len(here))
            excused[:, t, s] = binomial_total(rng, here, tilt, total["excused"])
            illness[:, t, s] = binomial_total(rng, excused[:, t, s], 0.5 * habit[:, 0, 0], total["illness"])
    for number, stage in enumerate(stages):
        rows = slice(number * world.count, (number + 1) * world.count)
        world.hidden["any"][stage] = (unexcused[rows], excused[rows], illness[rows])


def absence(world: World) -> dict[str, np.ndarray]:
    """Rows of both counts; call after `cases`, which decides the VIIS entries."""
    parts = []
    for stage in STAGES:
        mask = world.pupils[stage]["mask"][:, :, None] & world.hidden["journals"]
        i, t, s = np.nonzero(mask)
        blank = np.full(len(i), np.nan)
        three = (
            [values[i, t, s] for values in world.hidden["any"][stage]]
            if stage in world.hidden["any"]
            else [blank] * 3
        )
        parts.append(
            (i, t, s, _word(i, stage), _word(i, "e_journals"), world.hidden["long"][stage][i, t, s], *three)
        )
        mask = mask & (np.array(YEARS) >= CASES_FROM)[:, None]
        i, t, s = np.nonzero(mask)
        blank = np.full(len(i), np.nan)
        entered = world.hidden["cases"][stage][i, t, s]
        parts.append((i, t, s, _word(i, stage), _word(i, "viis_cases"), entered, blank, blank, blank))
    i, t, s, *rest = (np.concatenate(column) for column in zip(*parts, strict=True))
    names = ("stage", "source_code", "long_unexcused", "any_unexcused", "any_excused", "any_illness")
    return {
        "institution_id": i + 1,
        "school_year": t + YEARS[0],
        "semester": s + 1,
        **dict(zip(names, rest, strict=True)),
    }


def _word(like: np.ndarray, word: str) -> np.ndarray:
    return np.full(len(like), word, dtype=object)


def cases(world: World) -> dict[str, np.ndarray]:
    """VIIS entries: a part of the long absentees, each with one reason and one action."""
    rng = stream(world.seed, "absence cases")
    long = np.stack(
        [world.hidden["long"][stage] for stage in STAGES], axis=1
    )  # institution, stage, year, semester
    entered = np.zeros_like(long)
    discipline = rng.normal(0, 0.9, (world.count, 1))
    rows = []
    last = T - 1
    for t in range(YEARS.index(CASES_FROM), T):
        for s in range(2):
            n = long[:, :, t, s]
            if t == last:
                reasons = published.report_categories(
                    "long_absence_reason", school_year_or_date=_year(t), period=f"semester {s + 1}"
                )
                reasons = {"other": OTHER_REASON_SEMESTER_2, **reasons}
                counts = np.array([reasons[reason] for reason in ABSENCE_REASONS])
            else:
                total = round(n.sum() * CASES_SHARE[t - YEARS.index(CASES_FROM)])
                counts = rng.multinomial(total, (0.43, 0.215, 0.225, 0.13))
            drawn = binomial_total(rng, n, np.broadcast_to(discipline, n.shape), int(counts.sum()))
            entered[:, :, t, s] = settle(rng, drawn, int(counts.sum()), n, 0, n)
            i, k = np.nonzero(entered[:, :, t, s])
            times = entered[i, k, t, s]
            reason = rng.permutation(np.repeat(np.arange(len(ABSENCE_REASONS)), counts))
            chances = _action_chances()
            draw = rng.random(len(reason))
            action = (draw[:, None] > np.cumsum(chances, axis=1)[reason]).sum(axis=1)
            key = (np.repeat(i, times) * len(STAGES) + np.repeat(k, times)) * 100 + reason * 10 + action
            key, number = np.unique(key, return_counts=True)
            rows.append((key, np.full(len(key), t), np.full(len(key), s), number))
    world.hidden["cases"] = {stage: entered[:, k] for k, stage in enumerate(STAGES)}
    key, t, s, number = (np.concatenate(column) for column in zip(*rows, strict=True))
    place, code = key // 100, key % 100
    return {
        "institution_id": place // len(STAGES) + 1,
        "school_year": t + YEARS[0],
        "semester": s + 1,
        "stage": np.array(STAGES, dtype=object)[place % len(STAGES)],
        "reason": np.array(ABSENCE_REASONS, dtype=object)[code // 10],
        "action": np.array(ABSENCE_ACTIONS, dtype=object)[code % 10],
        "cases": number,
    }


def _action_chances() -> np.ndarray:
    """Chance of each action, by reason."""
    chances = np.array(
        [
            [0.34, 0.30, 0.14, 0.09, 0.06, 0.03, 0.02, 0.02],
            [0.16, 0.30, 0.10, 0.24, 0.08, 0.10, 0.01, 0.01],
            [0.22, 0.42, 0.20, 0.09, 0.05, 0.01, 0.01, 0.00],
            [0.30, 0.27, 0.09, 0.12, 0.07, 0.03, 0.07, 0.05],
        ]
    )
    return chances / chances.sum(axis=1, keepdims=True)
