"""State exams from simulated pupil scores, yearly marks and the gap between the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import published
from .draw import binomial_mean, expit, logit, stream
from .network import ROLES, T, World
from .vocabulary import EXAM_SUBJECTS, MARK_SUBJECTS, YEARS

REFORM = YEARS.index(2022)  # from 2022/2023: centralised in grade 9, optimal and higher level in grade 12
NOT_HELD = {("basic", YEARS.index(2019))}  # grade 9 exams of spring 2020, as a gap in the series
PUPIL_SD = 1.02  # of one pupil's score on the log-odds scale
SCHOOL_SD = 0.40
BANDS = 10

# National means where no published value exists (own assumption), by the year in which the exam was sat.
ASSUMED = {
    ("basic", "latvian"): {2015: 61.0, 2022: 60.5},
    ("basic", "mathematics"): {2015: 52.5, 2022: 49.0},
    ("basic", "english"): {2015: 64.5, 2022: 68.0},
    ("optimal", "latvian"): {2023: 53.5},
    ("optimal", "mathematics"): {2023: 37.0},
    ("optimal", "english"): {2023: 61.0},
    ("higher", "latvian"): {2023: 54.0},
    ("higher", "mathematics"): {2023: 57.0},
    ("higher", "english"): {2023: 65.0},
    ("qualification", "qualification"): {2015: 66.0, 2024: 68.5},
}
HIGHER_SHARE = {"latvian": 0.18, "mathematics": 0.13, "english": 0.30}


@dataclass(frozen=True)
class Sitting:
    """One exam of one year."""

    stage: str
    subject: str
    level: str
    t: int
    mean: float
    limit: float  # percent below which there is no certificate
    compulsory: int


def _mean(level: str, subject: str, t: int) -> float:
    year = YEARS[t] + 1
    if level in ("state", "centralised"):
        known = published.series("exam_mean_basic", subject)
        known = {**ASSUMED["basic", subject], **known}
        known = {y: v for y, v in known.items() if (y >= 2023) == (level == "centralised")}
    elif level == "single":
        known = published.series("exam_mean_upper_secondary", subject)
    elif level == "qualification":
        known = ASSUMED["qualification", "qualification"]
    else:
        known = {
            **ASSUMED[level, subject],
            **published.series("exam_mean_upper_secondary", f"{level}: {subject}"),
        }
    return float(published.path(known, [year])[0])


def sittings() -> list[Sitting]:
    result = []
    for t in range(T):
        new = t >= REFORM
        limit = 10.0 if new else 5.0
        for subject in EXAM_SUBJECTS:
            level = "centralised" if new else "state"
            if ("basic", t) not in NOT_HELD:
                result.append(
                    Sitting("basic", subject, level, t, _mean(level, subject, t), limit if new else 0.0, 1)
                )
            for level in ("optimal", "higher") if new else ("single",):
                compulsory = int(level != "higher")
                mean = _mean(level, subject, t)
                result.append(Sitting("upper_secondary", subject, level, t, mean, limit, compulsory))
        mean = _mean("qualification", "qualification", t)
        result.append(Sitting("vocational", "qualification", "qualification", t, mean, 50.0, 1))
    return result


def exams(world: World) -> dict[str, np.ndarray]:
    """Rows of fact_exam. Low and high are counted pupil by pupil against the national quartiles of the sitting."""
    rng = stream(world.seed, "exams")
    effects = _effects(world, rng)
    finalists = _finalists(world, rng)
    delivered = rng.random((world.count, T)) > 0.006
    delivered[[world.row(case) for case in ("median_school", "state_gymnasium", "high_absence_school")]] = (
        True
    )
    for number, role in enumerate(ROLES):
        if role.case.startswith("no_exam_delivery"):
            delivered[number, YEARS.index(2022)] = False
    world.hidden["exams_delivered"] = delivered
    parts = []
    for sitting in sittings():
        parts.append(_sit(world, rng, sitting, effects, finalists, delivered))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _effects(world: World, rng: np.random.Generator) -> dict:
    """School effect on the log-odds scale, by stage and subject: [institution, year]."""
    latent = 0.55 * world.quality + 0.40 * world.ses[:, None]
    effects = {}
    for stage, subjects in (
        ("basic", EXAM_SUBJECTS),
        ("upper_secondary", EXAM_SUBJECTS),
        ("vocational", ("qualification",)),
    ):
        for subject in subjects:
            own = rng.normal(0, 0.35, (world.count, 1)) + rng.normal(0, 0.2, (world.count, T))
            if subject == "latvian":
                own = own - 0.35 * world.transition[:, None]
            effects[stage, subject] = SCHOOL_SD * (latent + own)
            effects[stage, subject][world.row("median_school")] = 0.0
            for number, role in enumerate(ROLES):
                if role.case.startswith("no_journal_delivery"):
                    effects[stage, subject][number] = 0.35  # clearly no risk in the published exam rule
    return effects


def _finalists(world: World, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Pupils of the last grade: [institution, year]."""
    part = {"basic": 0.104, "upper_secondary": 0.315, "vocational": 0.225}
    result = {}
    for stage, share in part.items():
        pupils = world.pupils[stage]["semester"][:, :, 1]
        shares = np.where(world.of("state_gymnasium") & (stage == "basic"), 0.32, share)[:, None]
        shares = shares * rng.lognormal(0, 0.07, pupils.shape)
        result[stage] = np.where(
            world.of("primary")[:, None], 0, np.round(pupils * np.minimum(shares, 0.9)).astype(np.int64)
        )
    return result


def _sit(world: World, rng, sitting: Sitting, effects: dict, finalists: dict, delivered: np.ndarray) -> dict:
    t, stage, subject = sitting.t, sitting.stage, sitting.subject
    eligible = finalists[stage][:, t]
    effect = effects[stage, subject][:, t]
    if sitting.level in ("optimal", "higher"):
        lean = np.where(world.of("state_gymnasium"), 0.7, 0.0) + 0.35 * world.ses
        share = expit(logit(HIGHER_SHARE[subject]) + lean)
        # The same seed for both levels, so that they share out the same pupils.
        split = stream(world.seed, f"level {subject} {t}").binomial(eligible, share)
        eligible = split if sitting.level == "higher" else eligible - split
    exempt_share = 0.028 if stage == "basic" else 0.008
    exempt = rng.binomial(eligible, exempt_share)
    tilt = -0.6 * world.quality[:, t] - 0.25 * world.ses
    absent_share = {"basic": 0.014, "upper_secondary": 0.022, "vocational": 0.06}[stage]
    absent = binomial_mean(rng, eligible - exempt, tilt, absent_share)
    sat = eligible - exempt - absent
    rows = np.flatnonzero((eligible > 0) & delivered[:, t] & world.pupils[stage]["mask"][:, t])
    sat = np.where(np.isin(np.arange(world.count), rows), sat, 0)

    school = np.repeat(np.arange(world.count), sat)
    x = effect[school] + rng.normal(0, PUPIL_SD * (0.85 if sitting.level == "higher" else 1.0), len(school))
    scores = _scores(x, sitting.mean)
    quarter, three_quarters = np.percentile(scores, [25, 75])
    count = world.count

    def by_school(flag: np.ndarray) -> np.ndarray:
        return np.bincount(school, weights=flag, minlength=count).astype(np.int64)[rows]

    band = np.minimum(scores // 10, 9).astype(np.int64)
    bands = np.bincount(school * BANDS + band, minlength=count * BANDS).reshape(count, BANDS)[rows]
    number = sat[rows]
    total = np.bincount(school, weights=scores, minlength=count)[rows]
    squares = np.bincount(school, weights=scores**2, minlength=count)[rows]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(number > 0, total / number, np.nan)
        variance = np.where(number > 1, (squares - number * mean**2) / (number - 1), np.nan)
    blank = np.full(len(rows), "", dtype=object)
    return {
        "institution_id": rows + 1,
        "school_year": np.full(len(rows), YEARS[t]),
        "stage": blank + stage,
        "subject": blank + subject,
        "exam_level": blank + sitting.level,
        "eligible": eligible[rows],
        "exempt": exempt[rows],
        "sat": number,
        "low": by_school(scores <= quarter),
        "high": by_school(scores >= three_quarters),
        "below_limit": by_school(scores < sitting.limit),
        "mean": np.round(mean, 4),
        "sd": np.round(np.sqrt(np.maximum(variance, 0)), 4),
        **{f"band_{b}": bands[:, b] for b in range(BANDS)},
        "compulsory": np.full(len(rows), sitting.compulsory),
    }


def _scores(x: np.ndarray, mean: float) -> np.ndarray:
    """Percent of points with the wanted national mean, in steps of a tenth."""
    low, high = -8.0, 8.0
    for _ in range(40):
        middle = (low + high) / 2
        if 100 * expit(x + middle).mean() < mean:
            low = middle
        else:
            high = middle
    return np.round(100 * expit(x + (low + high) / 2), 1)


def marks(world: World) -> dict[str, np.ndarray]:
    """Yearly marks: pupils with a mark, their mean and spread, and how many have seven and more."""
    rng = stream(world.seed, "marks")
    good = {
        "basic": published.report("good_results_share", stage="basic") / 100,
        "upper_secondary": published.report("good_results_share", stage="upper_secondary") / 100,
        "vocational": 0.40,
    }
    offset = {
        "latvian": 0.0,
        "mathematics": -0.35,
        "english": 0.3,
        "science": -0.1,
        "social_studies": 0.25,
        "professional": 0.2,
    }
    parts = []
    for stage, share in good.items():
        subjects = (
            MARK_SUBJECTS if stage != "vocational" else ("latvian", "mathematics", "english", "professional")
        )
        pupils = world.pupils[stage]["semester"][:, :, 1]
        graded = np.round(pupils * (0.62 if stage == "basic" else 0.97)).astype(
            np.int64
        )  # marks from grade 4 on
        culture = rng.normal(0, 0.28, (world.count, 1))
        # Now and then a school begins to mark harder or easier, in all subjects and for good.
        turn = np.where(rng.random((world.count, T)) < 0.014, rng.normal(0, 0.9, (world.count, T)), 0.0)
        turn[world.row("median_school")] = 0.0
        culture = np.clip(culture + np.cumsum(turn, axis=1), -1.4, 1.4)
        for subject in subjects:
            delivered = rng.random((world.count, T)) > 0.012
            number = np.where(world.pupils[stage]["mask"] & delivered, graded, 0)
            sd = rng.uniform(1.45, 1.75, (world.count, T))
            mean = (
                0.30 * world.quality
                + 0.22 * world.ses[:, None]
                + culture
                + rng.normal(0, 0.13, (world.count, 1))
                + rng.normal(0, 0.09, (world.count, T))
                + rng.normal(0, 1, (world.count, T)) * sd / np.sqrt(np.maximum(number, 1))
            )
            level = 6.32 if stage == "basic" else 6.55
            centre = (mean * number).sum(axis=0) / np.maximum(number.sum(axis=0), 1)
            drift = 0.02 * (np.arange(T) - T + 1)  # marks rise slowly over the years
            mean = np.clip(mean - centre + level + offset[subject] + drift, 2.6, 9.6)
            high = np.zeros_like(number)
            for t in range(T):
                tilt = 1.65 * (mean[:, t] - 6.5) / sd[:, t]
                weight = share * (1 + 0.12 * offset[subject])
                high[:, t] = binomial_mean(rng, number[:, t], tilt, weight)
            i, t = np.nonzero(number > 0)
            blank = np.full(len(i), "", dtype=object)
            parts.append(
                {
                    "institution_id": i + 1,
                    "school_year": t + YEARS[0],
                    "stage": blank + stage,
                    "subject": blank + subject,
                    "pupils": number[i, t],
                    "good": high[i, t],
                    "mean": np.round(mean[i, t], 4),
                    "sd": np.round(sd[i, t], 4),
                }
            )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def gaps(world: World, exam: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """National percentile rank of the final mark minus that of the exam, over the pupils who have both."""
    rng = stream(world.seed, "gaps")
    parts = []
    lean = rng.normal(0, 6.5, (world.count, 1)) - 1.5 * world.quality + rng.normal(0, 1.5, (world.count, T))
    lean[world.row("median_school")] = 0.0
    for stage, subject_level in (("basic", None), ("upper_secondary", "higher")):
        here = (exam["stage"] == stage) & (exam["subject"] == "latvian")
        if subject_level:
            here &= exam["exam_level"] != subject_level
        i, year, sat = exam["institution_id"][here] - 1, exam["school_year"][here], exam["sat"][here]
        t = year - YEARS[0]
        pairs = rng.binomial(sat, 0.985)
        keep = pairs > 0
        i, t, pairs = i[keep], t[keep], pairs[keep]
        sd = rng.uniform(15.5, 21.0, len(i))
        mean = lean[i, t] + rng.normal(0, 1, len(i)) * sd / np.sqrt(pairs)
        for year in range(T):  # nationally the two ranks have the same mean
            now = t == year
            if now.any():
                mean[now] -= (mean[now] * pairs[now]).sum() / pairs[now].sum()
        mean = np.clip(mean, -60, 60)
        tail = 2.35 * np.abs(mean) / sd + rng.normal(0, 0.15, len(i))
        share = published.report("daily_vs_exam_difference_share") / 100
        large = np.zeros_like(pairs)
        for year in range(T):
            now = t == year
            large[now] = binomial_mean(rng, pairs[now], tail[now], share if stage == "basic" else 0.095)
        blank = np.full(len(i), "", dtype=object)
        parts.append(
            {
                "institution_id": i + 1,
                "school_year": t + YEARS[0],
                "stage": blank + stage,
                "pairs": pairs,
                "large_gap": large,
                "mean_difference": np.round(mean, 4),
                "sd": np.round(sd, 4),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
