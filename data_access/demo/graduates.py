"""Graduates of higher and vocational education in the years after graduation: what they do and earn.

Statuses exclude each other and add up to the graduates. A cohort is followed up to ten years and up to 2023, the
last year with final data. Men and women have rows of their own beside the row of all, because a median of all
cannot be had from theirs.
"""

from __future__ import annotations

import numpy as np

from . import published
from .draw import expit, logit, round_to_total, stream
from .network import World
from .vocabulary import NACE_SECTIONS, OCCUPATION_GROUPS

LAST_MONITORED = 2023
FIRST_GRADUATION = {"higher": 2013, "vocational": 2017}
LAST_GRADUATION = 2022
SECTOR_YEARS = (1, 3, 5, 10)  # years after graduation with sector and occupation
STATUSES = ("employed", "unemployed", "studying", "inactive", "emigrated", "unknown")
SEX = ("women", "men")

# title, field, weight, earnings factor, share of women; codes below stand for the Latvian classification
HIGHER = {
    "141": ("Izglītība", "education", 1.0, 0.84, 0.90),
    "212": ("Mūzika un skatuves māksla", "humanities_arts", 0.45, 0.72, 0.60),
    "214": ("Dizains", "humanities_arts", 0.5, 0.78, 0.75),
    "222": ("Valodas un tulkošana", "humanities_arts", 0.6, 0.83, 0.82),
    "310": ("Sabiedrības zinātnes", "social_business_law", 0.7, 0.92, 0.70),
    "321": ("Komunikācija", "social_business_law", 0.5, 0.95, 0.76),
    "344": ("Finanses un grāmatvedība", "social_business_law", 0.8, 1.12, 0.74),
    "345": ("Vadība un administrēšana", "social_business_law", 1.6, 1.04, 0.64),
    "380": ("Tiesību zinātne", "social_business_law", 1.0, 1.10, 0.66),
    "421": ("Bioloģija", "science_maths_it", 0.2, 0.90, 0.75),
    "440": ("Fizika un ķīmija", "science_maths_it", 0.25, 1.02, 0.50),
    "461": ("Matemātika un statistika", "science_maths_it", 0.2, 1.25, 0.48),
    "481": ("Datorzinātne", "science_maths_it", 1.0, 1.48, 0.24),
    "521": ("Mehānika un metālapstrāde", "engineering_manufacturing_construction", 0.45, 1.14, 0.14),
    "522": ("Enerģētika un elektrotehnika", "engineering_manufacturing_construction", 0.4, 1.28, 0.10),
    "581": ("Arhitektūra", "engineering_manufacturing_construction", 0.2, 0.96, 0.62),
    "582": ("Būvniecība", "engineering_manufacturing_construction", 0.5, 1.18, 0.28),
    "621": ("Lauksaimniecība", "agriculture", 0.2, 0.93, 0.52),
    "623": ("Mežsaimniecība", "agriculture", 0.15, 1.08, 0.26),
    "721": ("Medicīna", "health_welfare", 0.7, 1.34, 0.74),
    "723": ("Māszinības", "health_welfare", 0.7, 1.02, 0.95),
    "762": ("Sociālais darbs", "health_welfare", 0.4, 0.85, 0.92),
    "811": ("Viesnīcas un restorāni", "services", 0.3, 0.82, 0.70),
    "812": ("Tūrisms un atpūta", "services", 0.4, 0.84, 0.76),
    "840": ("Transports", "services", 0.5, 1.20, 0.26),
    "861": ("Drošība un civilā aizsardzība", "services", 0.35, 1.05, 0.40),
}
HIGHER_LEVELS = {  # prefix, level, word, weight, earnings, odds of a job (those published for the cohort of 2017)
    "41": ("college", "koledža", 0.18, 0.86, 0.33),
    "42": ("bachelor", "bakalaurs", 0.50, 0.96, 0.0),
    "47": ("master", "maģistrs", 0.28, 1.22, 0.10),
    "51": ("doctor", "doktors", 0.04, 1.45, 0.77),
}
VOCATIONAL = {
    "213": ("Mediju māksla", "humanities_arts", 0.6, 0.88, 0.55),
    "214": ("Dizains un amatniecība", "humanities_arts", 0.8, 0.80, 0.78),
    "341": ("Mazumtirdzniecība", "social_business_law", 0.5, 0.90, 0.72),
    "344": ("Grāmatvedība", "social_business_law", 0.4, 0.97, 0.86),
    "345": ("Komercdarbība", "social_business_law", 0.6, 0.95, 0.66),
    "483": ("Programmēšana", "science_maths_it", 0.7, 1.20, 0.16),
    "484": ("Datorsistēmas", "science_maths_it", 0.5, 1.10, 0.08),
    "521": ("Metālapstrāde", "engineering_manufacturing_construction", 0.7, 1.16, 0.05),
    "522": ("Elektromontāža", "engineering_manufacturing_construction", 0.7, 1.18, 0.03),
    "525": ("Autotransports", "engineering_manufacturing_construction", 1.0, 1.08, 0.04),
    "543": ("Kokapstrāde", "engineering_manufacturing_construction", 0.6, 1.03, 0.12),
    "582": ("Būvdarbi", "engineering_manufacturing_construction", 0.8, 1.12, 0.08),
    "621": ("Lauksaimniecība", "agriculture", 0.3, 0.94, 0.40),
    "623": ("Mežsaimniecība", "agriculture", 0.3, 1.12, 0.10),
    "723": ("Māsas palīgs", "health_welfare", 0.25, 0.88, 0.94),
    "811": ("Ēdināšana", "services", 1.1, 0.86, 0.64),
    "812": ("Tūrisma pakalpojumi", "services", 0.5, 0.86, 0.78),
    "815": ("Skaistumkopšana", "services", 0.8, 0.70, 0.97),
    "840": ("Loģistika", "services", 0.4, 1.02, 0.45),
}
VOCATIONAL_LEVELS = {
    "22": ("basic_vocational", "profesionālā pamatizglītība", 0.15, 0.84, -0.35),
    "32": ("trade", "arodizglītība", 0.30, 0.95, -0.05),
    "33": ("secondary_vocational", "profesionālā vidējā izglītība", 0.55, 1.0, 0.05),
}

# k = 1, 2, 3: the cohort of 2017; later years are our assumption.
PATH_YEARS = (1, 2, 3, 5, 10)
HIGHER_PATH = {
    "emigrated": (3.6, 4.2, 4.6, 5.6, 7.4),
    "studying": (2.9, 1.9, 1.9, 1.2, 0.5),
    "unknown": (1.0, 0.9, 1.0, 1.2, 1.8),
}
VOCATIONAL_PATH = {
    "employed": (66.3, 70.0, 72.0, 74.5, 75.5),
    "unemployed": (6.6, 6.2, 5.9, 5.3, 4.8),
    "inactive": (11.6, 10.4, 10.0, 9.4, 9.6),
    "emigrated": (5.4, 6.4, 7.1, 8.2, 8.9),
    "studying": (9.3, 6.1, 4.0, 1.4, 0.2),
    "unknown": (0.8, 0.9, 1.0, 1.2, 1.0),
}
WAGES = {2014: 9_050, 2015: 9_700, 2016: 10_200, 2017: 11_000, 2018: 11_950, 2019: 12_912, 2020: 13_720,
         2021: 15_330, 2022: 16_480, 2023: 18_450}  # euro a year; 2019 as published with the graduates' incomes  # fmt: skip
SHOCK = {2020: 0.35, 2021: 0.12}  # logarithm of unemployment against a usual year
FADING = 0.6  # what is left of a cohort's lead after each year


def _status_path(system: str) -> dict[str, np.ndarray]:
    years = np.arange(1, 11)
    if system == "vocational":
        return {name: np.interp(years, PATH_YEARS, VOCATIONAL_PATH[name]) for name in STATUSES}
    path = {name: np.interp(years, PATH_YEARS, values) for name, values in HIGHER_PATH.items()}
    for name, word in (
        ("employed", "employed"),
        ("unemployed", "registered_unemployed"),
        ("inactive", "inactive"),
    ):
        seen = published.series("graduates_higher_outcome", f"cohort 2017: {word}")
        values = [seen[2018], seen[2019], seen[2020]]
        later = {"employed": (83.0, 82.4), "unemployed": (3.1, 2.6), "inactive": (5.9, 5.3)}[name]
        path[name] = np.interp(years, PATH_YEARS, [*values, *later])
    total = sum(path.values())
    return {name: path[name] * 100 / total for name in STATUSES}


def _aims(system: str, path: dict[str, np.ndarray], rng) -> dict[tuple[int, int], np.ndarray]:
    """Shares of the six statuses that each cohort has at k: the path, the year's shock, the luck of cohort and year.

    The higher education cohorts of 2017 and of 2018 at k = 1 have what was published of them.
    """
    cohorts = range(FIRST_GRADUATION[system], LAST_GRADUATION + 1)
    luck = {cohort: rng.normal(0, 0.05) for cohort in cohorts}
    weather = {year: rng.normal(0, 0.05) for year in range(cohorts[0] + 1, LAST_MONITORED + 1)}
    known = {}
    if system == "higher":
        known[2018] = published.series("graduates_higher_outcome", "cohort 2018: employed")[2019] / 100
    found = {}
    for cohort in cohorts:
        for k in range(1, min(10, LAST_MONITORED - cohort) + 1):
            aim = {name: path[name][k - 1] / 100 for name in STATUSES}
            year = cohort + k
            if system == "higher" and (cohort, k) not in {(2017, 1), (2017, 2), (2017, 3)}:
                # The path at k has the shock of the year in which the cohort of 2017 was there.
                aim["unemployed"] *= np.exp(SHOCK.get(year, 0.0) - SHOCK.get(2017 + k, 0.0))
            elif system == "vocational":
                aim["unemployed"] *= np.exp(SHOCK.get(year, 0.0))
            employed = 1 - sum(share for name, share in aim.items() if name != "employed")
            if cohort in known:
                lead = logit(known[cohort]) - logit(path["employed"][0] / 100)
                employed = expit(logit(employed) + lead * FADING ** (k - 1))
            elif (system, cohort) != ("higher", 2017) or k > 3:
                employed = expit(logit(employed) + luck[cohort] + weather[year])
            rest = sum(share for name, share in aim.items() if name != "employed")
            found[cohort, k] = np.array(
                [employed if name == "employed" else aim[name] * (1 - employed) / rest for name in STATUSES]
            )
    return found


def _raked(odds: np.ndarray, groups: np.ndarray, aim: np.ndarray) -> np.ndarray:
    """Chances [programme, sex, status] with these relative odds whose mean over all graduates is `aim`."""
    for _ in range(12):
        chance = np.exp(odds)
        chance /= chance.sum(axis=2, keepdims=True)
        mean = (chance * groups[:, :, None]).sum(axis=(0, 1)) / groups.sum()
        odds = odds + np.log(aim / mean)
    chance = np.exp(odds)
    return chance / chance.sum(axis=2, keepdims=True)


def _near(world: World, school: np.ndarray) -> np.ndarray:
    """Where graduates of each programme live: [programme, municipality], rows sum to 1.

    Many move to Rīga and its surroundings, many stay where they studied.
    """
    places = world.municipalities
    region = np.array([place["nuts3_2024"] for place in places])
    people = np.array([float(place["population"]) for place in places]) ** 1.5  # graduates live in towns
    within = people / np.array([people[region == code].sum() for code in region])
    towards = np.where(region == "LV00A", 0.62, 0.05) * within
    home = world.place[school]
    near = np.tile(towards, (len(school), 1))
    near += 0.13 * within * (region[home][:, None] == region[None, :])
    near[np.arange(len(school)), home] += 0.25
    return near / near.sum(axis=1, keepdims=True)


def _programmes(world: World, rng: np.random.Generator, system: str) -> dict[str, np.ndarray]:
    """Which institution offers which programme, and its relative size."""
    fields, levels = (HIGHER, HIGHER_LEVELS) if system == "higher" else (VOCATIONAL, VOCATIONAL_LEVELS)
    schools = np.flatnonzero(world.of(system) & (world.last >= 2))
    size = world.pupils[system]["start"][schools].max(axis=1)
    wanted = round_to_total(
        size.astype(float) ** 0.62, 300 if system == "higher" else 150, 1, 26 if system == "higher" else 8
    )
    options = [(prefix + code, prefix, code) for prefix in levels for code in fields]
    weight = np.array([levels[prefix][2] * fields[code][2] for _, prefix, code in options])
    rows = []
    for school, number, pupils in zip(schools, wanted, size, strict=True):
        mine = weight * rng.gamma(0.6, 1.0, len(options))
        if system == "higher" and (pupils < 2500 or world.name[school].endswith("koledža")):
            college = world.name[school].endswith("koledža")
            mine = mine * np.array([(p == "41") if college else (p != "51") for _, p, _ in options])
        chosen = np.argsort(-mine, kind="stable")[:number]
        part = mine[chosen] / mine[chosen].sum() * pupils
        for option, share in zip(chosen, part, strict=True):
            code, prefix, field = options[option]
            title, name, _, pay, women = fields[field]
            level, word, _, level_pay, odds = levels[prefix]
            rows.append((school, f"{code} {title}, {word}", name, level, pay * level_pay, women, odds, share))
    keys = ("school", "programme", "field", "level", "pay", "women", "odds", "share")
    columns = [
        np.array(column, dtype=object if i in (1, 2, 3) else None)
        for i, column in enumerate(zip(*rows, strict=True))
    ]
    return dict(zip(keys, columns, strict=True))


def tables(world: World) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Rows of fact_graduate and fact_graduate_sector."""
    main, sectors = [], []
    for system in ("higher", "vocational"):
        rng = stream(world.seed, f"graduates {system}")
        programme = _programmes(world, rng, system)
        cohorts = _cohorts(world, rng, system, programme)
        _follow(world, rng, system, programme, cohorts, main, sectors)
    return tuple(
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        for parts in (main, sectors)
    )


def _cohorts(world: World, rng, system: str, programme: dict) -> dict[int, np.ndarray]:
    """Graduates by programme and sex: year -> [programme, sex]."""
    school = programme["school"]
    first, last = FIRST_GRADUATION[system], LAST_GRADUATION
    known = published.series(f"graduates_{system}")
    known = {year: value for year, value in known.items() if year <= 2023}
    years = list(range(first, last + 1))
    totals = published.path(known, years)
    walk = np.cumsum(rng.normal(0, 0.07, (len(school), len(years))), axis=1)
    women = expit(logit(programme["women"].astype(float)) + rng.normal(0, 0.25, len(school)))
    result = {}
    for n, year in enumerate(years):
        t = np.clip(year - 1 - 2014, 0, 9)
        weight = programme["share"].astype(float) * np.exp(walk[:, n]) * world.active[school, t]
        graduates = rng.multinomial(round(totals[n]), weight / weight.sum())
        number = rng.binomial(graduates, women)
        result[year] = np.stack([number, graduates - number], axis=1)
    return result


def _follow(
    world: World, rng, system: str, programme: dict, cohorts: dict, main: list, sectors: list
) -> None:
    path = _status_path(system)
    school = programme["school"]
    count = len(school)
    quality = world.quality[school].mean(axis=1)
    own = 0.22 * quality + programme["odds"].astype(float) + rng.normal(0, 0.22, count)
    centre = np.average(own, weights=programme["share"].astype(float))
    own = own - centre
    pay_own = 0.05 * quality + rng.normal(0, 0.07, count)
    aims = _aims(system, path, stream(world.seed, f"graduates aims {system}"))
    near = _near(world, school)
    towns = tuple(town["code"] for town in world.municipalities)
    for year, groups in cohorts.items():
        for k in range(1, min(10, LAST_MONITORED - year) + 1):
            monitored = year + k
            aim = aims[year, k]
            odds = np.log(aim)[None, None, :] + np.zeros((count, 2, len(STATUSES)))
            odds[:, :, 0] += own[:, None] + np.array([0.05, -0.05])
            odds[:, :, 1] += np.array([0.08, -0.12]) - 0.5 * own[:, None]
            odds[:, :, 3] += np.array([0.15, -0.25])
            odds[:, :, 4] += np.array([-0.1, 0.15])
            status = rng.multinomial(groups, _raked(odds, groups, aim))
            employed = status[:, :, 0]
            field_skill = {"higher": 1.34, "vocational": -0.95}[system]
            skilled = rng.binomial(employed, expit(field_skill + 0.6 * own[:, None] + 0.03 * k))
            studying_too = rng.binomial(status[:, :, 2], 0.45)
            earners = np.where(employed > 0, rng.binomial(employed, 0.992), 0) + studying_too
            founded = rng.binomial(groups, min(0.012 + 0.006 * k, 0.08))
            income = _income(rng, system, programme, pay_own, monitored, k, earners)
            _rows(main, programme, system, year, monitored, groups, status, skilled, earners, founded, income)
            stay = status[:, :, :4].sum(axis=(1, 2))
            parts = [("municipality", towns, rng.multinomial(stay, near))]
            if k in SECTOR_YEARS:
                parts += _work(rng, system, programme, status[:, :, 0].sum(axis=1), skilled.sum(axis=1))
            _parts(sectors, programme, year, monitored, parts)


def _income(rng, system, programme, pay_own, year, k, earners) -> np.ndarray:
    """Lower quartile, median and upper quartile: [programme, sex, 3]; the median of few persons scatters."""
    base = WAGES[year] * (1.13 if system == "higher" else 0.80)
    growth = 1 + (0.065 if system == "higher" else 0.05) * np.log1p(k - 1) * 1.9
    median = (
        base
        * growth
        * programme["pay"].astype(float)[:, None]
        * np.exp(pay_own)[:, None]
        * np.array([0.94, 1.09])
    )
    spread = 0.52
    noise = rng.normal(0, 1, earners.shape) * 1.25 * spread / np.sqrt(np.maximum(earners, 1))
    middle = median * np.exp(noise)
    low = middle * np.exp(-0.6745 * spread * rng.uniform(0.9, 1.1, earners.shape))
    high = middle * np.exp(0.6745 * spread * rng.uniform(0.9, 1.1, earners.shape))
    return np.stack([low, middle, high], axis=2)


def _rows(
    main, programme, system, year, monitored, groups, status, skilled, earners, founded, income
) -> None:
    weight = earners / np.maximum(earners.sum(axis=1, keepdims=True), 1)
    together = (income * weight[:, :, None]).sum(axis=1)
    blocks = [
        ("all", *(array.sum(axis=1) for array in (groups, status, skilled, earners, founded)), together)
    ]
    for number, sex in enumerate(SEX):
        blocks.append(
            (
                sex,
                *(array[:, number] for array in (groups, status, skilled, earners, founded)),
                income[:, number],
            )
        )
    for sex, graduates, statuses, good, paid, made, euro in blocks:
        here = np.flatnonzero(graduates > 0)
        euro = np.where(paid[:, None] > 0, np.round(euro, 0), np.nan)[here]
        blank = np.full(len(here), "", dtype=object)
        main.append(
            {
                "institution_id": programme["school"][here] + 1,
                "graduation_year": np.full(len(here), year),
                "monitoring_year": np.full(len(here), monitored),
                "programme": programme["programme"][here],
                "sex": blank + sex,
                "system": blank + system,
                "field": programme["field"][here],
                "level": programme["level"][here],
                "graduates": graduates[here],
                **{name: statuses[here, n] for n, name in enumerate(STATUSES)},
                "skilled": good[here],
                "earners": paid[here],
                "founded": made[here],
                "income_median": euro[:, 1],
                "income_lower_quartile": euro[:, 0],
                "income_upper_quartile": euro[:, 2],
            }
        )


# Where the employed work, by field of study: NACE sections in the order of NACE_SECTIONS.
SECTORS = {
    "education": (1, 2, 1, 4, 1, 2, 1, 1, 3, 2, 8, 66, 5, 3),
    "humanities_arts": (1, 6, 2, 10, 2, 4, 9, 2, 12, 5, 8, 17, 4, 18),
    "social_business_law": (1, 7, 3, 13, 5, 4, 6, 12, 20, 6, 14, 4, 3, 2),
    "science_maths_it": (1, 7, 1, 6, 2, 1, 50, 9, 11, 3, 4, 4, 1, 0),
    "engineering_manufacturing_construction": (2, 28, 25, 10, 8, 1, 8, 2, 9, 2, 3, 1, 1, 0),
    "agriculture": (42, 14, 3, 10, 5, 2, 1, 2, 7, 3, 7, 2, 1, 1),
    "health_welfare": (0, 2, 0, 5, 0, 1, 1, 1, 3, 2, 8, 5, 71, 1),
    "services": (2, 8, 4, 16, 22, 20, 2, 2, 4, 6, 8, 2, 2, 2),
}


# What those with a qualification work as: ISCO-08 major groups 1 to 9. Of higher education it follows from `skilled`.
VOCATIONAL_OCCUPATIONS = {
    "humanities_arts": (4, 12, 19, 10, 24, 1, 18, 4, 8),
    "social_business_law": (6, 8, 16, 22, 34, 1, 4, 3, 6),
    "science_maths_it": (4, 16, 38, 14, 12, 1, 8, 3, 4),
    "engineering_manufacturing_construction": (3, 4, 13, 5, 10, 1, 38, 17, 9),
    "agriculture": (5, 3, 10, 4, 12, 28, 14, 13, 11),
    "health_welfare": (2, 5, 26, 7, 45, 1, 3, 2, 9),
    "services": (4, 4, 9, 10, 47, 1, 8, 6, 11),
}


def _work(rng, system, programme, employed, skilled) -> list[tuple[str, tuple[str, ...], np.ndarray]]:
    """Sectors and occupation groups of the employed: kind, its categories, counts [programme, category]."""
    count = len(employed)
    taste = np.array([SECTORS[field] for field in programme["field"]], dtype=float) + 0.3
    sector = rng.multinomial(employed, taste / taste.sum(axis=1, keepdims=True))
    if system == "higher":
        upper = rng.multinomial(skilled, np.tile([0.16, 0.58, 0.26], (count, 1)))
        lower = rng.multinomial(employed - skilled, np.tile([0.22, 0.36, 0.02, 0.18, 0.10, 0.12], (count, 1)))
        occupation = np.concatenate([upper, lower], axis=1)
    else:
        usual = np.array([VOCATIONAL_OCCUPATIONS[field] for field in programme["field"]], dtype=float)
        occupation = rng.multinomial(employed, usual / usual.sum(axis=1, keepdims=True))
    return [("sector", NACE_SECTIONS, sector), ("occupation", OCCUPATION_GROUPS, occupation)]


def _parts(sectors, programme, year, monitored, parts) -> None:
    """Add rows of fact_graduate_sector, one for every count that is not zero."""
    for kind, names, table in parts:
        i, c = np.nonzero(table)
        sectors.append(
            {
                "institution_id": programme["school"][i] + 1,
                "graduation_year": np.full(len(i), year),
                "monitoring_year": np.full(len(i), monitored),
                "programme": programme["programme"][i],
                "kind": np.full(len(i), kind, dtype=object),
                "category": np.array(names, dtype=object)[c],
                "graduates": table[i, c],
            }
        )
