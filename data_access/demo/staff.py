"""Teachers, loads and vacancies of institutions, the same teachers by municipality, subject and age, and money."""

from __future__ import annotations

import numpy as np

from . import published
from .draw import binomial_mean, expit, logit, round_to_total, stream
from .network import T, World
from .pupils import all_pupils
from .vocabulary import AGES_FROM, FINANCE_CATEGORIES, QUALIFICATION_GROUPS, SUBJECT_GROUPS, YEARS

# Teacher loads for an institution of the reference size, per pupil there, and how fast they rise when it is smaller.
SIZE_CURVE = {  # kind: (reference size, loads per pupil, exponent)
    "general": (600, 0.094, 0.22),
    "special": (170, 0.30, 0.15),
    "preschool": (130, 0.125, 0.10),
    "vocational": (650, 0.075, 0.18),
    "orientation": (300, 0.10, 0.12),
}


def _curve(world: World) -> list[str]:
    general = ("primary", "basic", "secondary", "state_gymnasium")
    return ["general" if kind in general else kind for kind in world.kind]


def fill(world: World) -> None:
    """world.hidden["staff"]: [institution, year] arrays of fact_staff."""
    rng = stream(world.seed, "staff")
    shape = (world.count, T)
    kinds = _curve(world)
    here = world.active & (~world.of("higher"))[:, None]
    pupils = np.where(here, all_pupils(world), 0)
    model = np.array([SIZE_CURVE.get(kind, (1, 0.0, 0.0)) for kind in kinds])
    reference, rate, power = model.T[:, :, None]
    some = np.maximum(pupils, 1)
    own = rng.normal(0, 0.085, (world.count, 1))
    load = some * rate * (some / reference) ** -power * np.exp(own + rng.normal(0, 0.025, shape))
    load *= 1 + 0.02 * (world.urbanity == "rural")[:, None]
    load = np.where(here, np.maximum(np.round(load, 2), 1.5), 0.0)
    teachers = np.where(here, np.maximum(np.round(load / rng.uniform(0.86, 0.99, shape)), 2), 0).astype(
        np.int64
    )

    tilt = -0.38 * world.quality + rng.normal(0, 0.3, (world.count, 1)) + rng.normal(0, 0.25, shape)
    tilt += np.where(world.of("preschool"), 0.25, 0.0)[:, None]
    left = np.zeros(shape, dtype=np.int64)
    for t in range(T):
        left[:, t] = binomial_mean(rng, teachers[:, t], tilt[:, t], 0.098 + 0.003 * t)

    # Vacancies last from year to year in the same schools; they grew in the last years.
    level = rng.normal(0, 0.95, (world.count, 1)) - 0.25 * world.quality + rng.normal(0, 0.35, shape)
    level += np.where(np.isin(world.place, _near_riga(world)), 0.45, -0.1)[:, None]
    level += np.where(world.of("preschool"), -0.15, 0.0)[:, None] + 0.07 * (np.arange(T) - T + 1)
    rate = np.exp(level + 0.35 * np.log(np.maximum(teachers, 1) / 30) - 0.2)
    vacancies = np.where(here, np.minimum(rng.poisson(rate), np.maximum(teachers // 3, 1)), 0)
    vacant = np.where(vacancies > 0, vacancies * rng.uniform(0.35, 0.85, shape), 0.0)
    vacant = np.round(vacant + (rng.random(shape) < 0.12) * here * rng.uniform(0.05, 0.4, shape), 2)

    support = _support(world, rng, pupils, here)
    combined = _combined(world, rng, pupils, here)
    world.hidden["staff"] = {
        "teachers": teachers,
        "teachers_left": left,
        "long_vacancies": vacancies,
        "teacher_load": load,
        "support_load": support,
        "vacant_load": vacant,
        "combined_classes": combined,
    }
    delivered = here & (rng.random(shape) > 0.008)
    delivered[:, T - 2 :] = here[:, T - 2 :]  # the published risk shares look at these two years
    for case in ("median_school", "no_support_staff_school", "small_school"):
        delivered[world.row(case)] = here[world.row(case)]
    world.hidden["staff_delivered"] = delivered


def _support(world: World, rng: np.random.Generator, pupils: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Loads of support staff: small schools often have none, and the same ones year after year."""
    shape, some = pupils.shape, np.maximum(pupils, 1)
    special = world.of("special")[:, None]
    want = rng.random((world.count, 1))
    none = expit(logit(0.30) - 0.0085 * (pupils - 110) + 0.09 * (T - 1 - np.arange(T)))
    none = np.where(special, 0.0, np.maximum(none, 0.055))
    none = np.where(world.of("orientation")[:, None], 0.3, none)
    support = (
        some
        * 0.0085
        * (some / 400) ** -0.1
        * np.exp(rng.normal(0, 0.3, (world.count, 1)) + rng.normal(0, 0.08, shape))
    )
    support *= np.where(special, 9.0, 1.0) * (0.78 + 0.024 * np.arange(T))
    lapse = rng.random(shape) < 0.02
    support = np.where(
        (want < none) | (lapse & ~special),
        0.0,
        np.maximum(np.round(support * 20) / 20, 0.1),
    )
    support = np.where(here & (pupils > 0), support, 0.0)
    support[world.row("no_support_staff_school")] = 0.0
    support[world.row("median_school")] = np.maximum(support[world.row("median_school")], 3.2)
    return np.round(support, 2)


def _combined(world: World, rng: np.random.Generator, pupils: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Combined classes, mostly where there are few pupils."""
    chance = expit(1.35 - 0.047 * (pupils - 45) + rng.normal(0, 0.4, (world.count, 1)))
    chance = np.where(world.of("primary", "basic", "secondary")[:, None], np.maximum(chance, 0.012), 0.0)
    chance = np.where(world.of("secondary")[:, None], np.maximum(chance, 0.2), chance)
    fixed = rng.random((world.count, 1)) * 0.85 + rng.random(pupils.shape) * 0.15
    return np.where(here & (fixed < chance), 1 + rng.binomial(4, 0.35, pupils.shape), 0)


def _near_riga(world: World) -> list[int]:
    return [number for number, town in enumerate(world.municipalities) if town["nuts3_2024"] == "LV00A"]


def staff(world: World) -> dict[str, np.ndarray]:
    i, t = np.nonzero(world.hidden["staff_delivered"])
    values = {name: array[i, t] for name, array in world.hidden["staff"].items()}
    return {"institution_id": i + 1, "school_year": t + YEARS[0], **values}


def teachers(world: World) -> dict[str, np.ndarray]:
    """The teachers of all institutions by municipality of the institution, subject group and age."""
    rng = stream(world.seed, "teachers")
    data = world.hidden["staff"]
    group = {name: number for number, name in enumerate(SUBJECT_GROUPS)}
    general = dict(
        zip(
            ("primary_grades", "latvian", "foreign_languages", "mathematics", "science", "social_sciences",
             "technology_computing", "arts_music", "health_sport", "special_support"),
            (0.24, 0.12, 0.13, 0.10, 0.09, 0.08, 0.07, 0.06, 0.06, 0.05),
            strict=True,
        )
    )  # fmt: skip
    mixes = {
        "preschool": {"preschool": 0.9, "arts_music": 0.05, "health_sport": 0.03, "special_support": 0.02},
        "special": {"special_support": 0.45, "primary_grades": 0.2, "latvian": 0.1, "mathematics": 0.08,
                    "arts_music": 0.09, "health_sport": 0.08},
        "vocational": {"vocational": 0.62, "latvian": 0.07, "foreign_languages": 0.08, "mathematics": 0.07,
                       "science": 0.06, "social_sciences": 0.05, "health_sport": 0.05},
        "orientation": {"arts_music": 0.62, "health_sport": 0.38},
    }  # fmt: skip
    ages = _ages()
    towns, kinds = len(world.municipalities), np.array(_curve(world), dtype=object)
    rows = []
    for t in range(T):
        persons = np.zeros((towns, len(SUBJECT_GROUPS)), dtype=np.int64)
        loads = np.zeros((towns, len(SUBJECT_GROUPS)))
        vacant = np.zeros((towns, len(SUBJECT_GROUPS)))
        for kind in ("general", *mixes):
            mix = np.zeros(len(SUBJECT_GROUPS))
            for name, share in (mixes.get(kind) or general).items():
                mix[group[name]] = share
            where = kinds == kind
            for town in range(towns):
                here = where & (world.place == town)
                number = int(data["teachers"][here, t].sum())
                if number == 0:
                    continue
                split = rng.multinomial(number, mix)
                persons[town] += split
                loads[town] += data["teacher_load"][here, t].sum() * split / number
                scarce = mix * np.where(
                    np.isin(SUBJECT_GROUPS, ("mathematics", "science", "technology_computing")), 2.0, 1.0
                )
                vacant[town] += data["vacant_load"][here, t].sum() * scarce / scarce.sum()
        by_age = rng.multinomial(persons, ages[t][None, :, :])
        town, subject, age = np.nonzero(by_age)
        count = by_age[town, subject, age]
        load = loads[town, subject] * count / persons[town, subject]
        # A vacancy has no age: it stands in the youngest band of its subject group.
        key = town * len(SUBJECT_GROUPS) + subject
        first = np.concatenate([[True], key[1:] != key[:-1]])
        rows.append(
            (town, np.full(len(town), YEARS[t]), subject, age, count, load, vacant[town, subject] * first)
        )
    town, year, subject, age, count, load, vacant = (
        np.concatenate(column) for column in zip(*rows, strict=True)
    )
    codes = np.array([municipality["code"] for municipality in world.municipalities], dtype=object)
    return {
        "municipality_code": codes[town],
        "school_year": year,
        "subject_group": np.array(SUBJECT_GROUPS, dtype=object)[subject],
        "age_from": np.array(AGES_FROM)[age],
        "teachers": count,
        "load": np.round(load, 3),
        "vacant_load": np.round(vacant, 3),
    }


def _ages() -> list[np.ndarray]:
    """Share of each age band by year and subject group; the profession grows older."""
    middle = np.array(AGES_FROM) + 2.5
    older = {
        "mathematics": 3.0,
        "science": 3.0,
        "vocational": 2.0,
        "preschool": -3.0,
        "technology_computing": -1.0,
    }
    result = []
    for t in range(T):
        shares = []
        for subject in SUBJECT_GROUPS:
            centre = 49.5 + 0.16 * t + older.get(subject, 0.0)
            weight = np.exp(-0.5 * ((middle - centre) / 11.5) ** 2)
            shares.append(weight / weight.sum())
        result.append(np.array(shares))
    return result


def finance(world: World) -> dict[str, np.ndarray]:
    """Yearly spending in euro by category; small institutions cost more per pupil. Years are calendar years."""
    rng = stream(world.seed, "finance")
    shape = (world.count, T)
    data = world.hidden["staff"]
    here = world.active & (~world.of("higher", "orientation"))[:, None]
    pupils = np.where(here, np.maximum(all_pupils(world), 1), 1)
    # Yearly cost of one load and prices against 2014 (own assumption).
    pay = np.array([10_100, 10_700, 11_500, 12_000, 13_000, 13_900, 14_600, 15_300, 17_200, 20_300]) * 1.2359
    price = np.array([1.0, 1.0, 1.005, 1.03, 1.055, 1.085, 1.09, 1.125, 1.32, 1.44])
    own = np.exp(rng.normal(0, 0.16, (world.count, 1)) + rng.normal(0, 0.04, shape))
    euro = {
        "teacher_pay": data["teacher_load"] * pay * np.exp(rng.normal(0, 0.03, shape)),
        "support_pay": data["support_load"] * pay * 0.85 * np.exp(rng.normal(0, 0.03, shape)),
        "premises": (28_000 + 520 * pupils) * price * own,
        "learning_materials": (1_500 + 58 * pupils) * price * np.exp(rng.normal(0, 0.15, shape)),
        "meals_transport": (4_000 + 175 * pupils) * price * np.exp(rng.normal(0, 0.2, (world.count, 1))),
    }
    delivered = here & (rng.random(shape) > 0.01)
    i, t = np.nonzero(delivered)
    parts = []
    for category in FINANCE_CATEGORIES:
        values = np.round(euro[category][i, t], 2)
        keep = values > 0
        parts.append((i[keep], t[keep], np.full(keep.sum(), category, dtype=object), values[keep]))
    i, t, category, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {"institution_id": i + 1, "year": t + YEARS[0], "category": category, "euro": values}


def vocational_outcomes(world: World) -> dict[str, np.ndarray]:
    """Vocational graduates of a school year twelve months later; the last year is not known yet."""
    rng = stream(world.seed, "vocational outcomes")
    names = QUALIFICATION_GROUPS
    number_of = published.path(published.series("graduates_vocational"), [year + 1 for year in YEARS])
    learners = [published.series("students_vocational_by_field", name, "pupils") for name in names]
    weight = np.array([by_year[max(by_year)] for by_year in learners])
    schools = np.flatnonzero(world.of("vocational"))
    taste = rng.gamma(0.45, 1.0, (len(schools), len(names))) * weight
    offers = taste > np.quantile(taste / weight, 0.42, axis=1, keepdims=True) * weight
    taste = np.where(offers, taste, 0.0)
    taste /= taste.sum(axis=1, keepdims=True)
    quality_of = {
        "health_welfare": 0.5,
        "engineering_manufacturing_construction": 0.25,
        "humanities_arts": -0.3,
    }
    lean = np.array([quality_of.get(name, 0.0) for name in names])
    rows = []
    for t in range(T - 1):
        size = world.pupils["vocational"]["start"][schools, t]
        total = round_to_total(size.astype(float), round(number_of[t]))
        graduates = rng.multinomial(total, taste)
        tilt = 0.38 * world.quality[schools, t][:, None] + lean + rng.normal(0, 0.25, graduates.shape)
        placed = rng.binomial(graduates, expit(logit(0.735) + tilt))
        rest = graduates - placed
        emigrated = rng.binomial(rest, 0.17)
        unknown = rng.binomial(rest - emigrated, 0.06)
        k, g = np.nonzero(graduates)
        rows.append((schools[k] + 1, np.full(len(k), YEARS[t]), np.array(names, dtype=object)[g],
                     graduates[k, g], placed[k, g], emigrated[k, g], unknown[k, g]))  # fmt: skip
    columns = (np.concatenate(column) for column in zip(*rows, strict=True))
    keys = (
        "institution_id",
        "school_year",
        "qualification_group",
        "graduates",
        "placed",
        "emigrated",
        "unknown",
    )
    return dict(zip(keys, columns, strict=True))
