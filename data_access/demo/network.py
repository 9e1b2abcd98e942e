"""The invented network of institutions: where they are, how large, when opened, closed and merged, and how good.

`World` carries everything that the other parts draw from: for every institution its place, type and size,
a latent quality by year and the social background of its pupils. Rows of arrays are institutions in id order,
columns are the school years.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import published
from .draw import round_to_total, standard, stream
from .names import Namer
from .vocabulary import FIRST_YEAR, GENERAL_TYPES, YEARS

T = len(YEARS)


@dataclass(frozen=True)
class Role:
    """An institution with a fixed id that shows a notable case."""

    case: str
    kind: str
    municipality: str
    name: str
    size: int
    private: bool = False
    transition: bool = False
    opened: str = "1996-09-01"
    closed: str | None = None


ROLES = (
    Role("closed_school", "basic", "LV0029000", "Dzērvgravas pamatskola", 34, closed="2019-08-31"),
    Role("merged_school", "basic", "LV0052000", "Strazdnoru pamatskola", 61, closed="2020-08-31"),
    Role("successor_school", "secondary", "LV0052000", "Cīruļpļavu vidusskola", 420),
    Role(
        "one_year_school", "basic", "LV0039000", "Zīlkrastu privātā pamatskola", 96, True, opened="2023-09-01"
    ),
    Role("zero_pupil_stage", "secondary", "LV0037000", "Alkšņezeru vidusskola", 131),
    Role("small_school", "basic", "LV0051000", "Irbstrautu pamatskola", 11),
    Role("large_school", "secondary", "LV0001000", "Kļavtiltu vidusskola", 1610),
    Role("missing_semester", "basic", "LV0025000", "Apšavotu pamatskola", 148),
    Role("high_absence_school", "secondary", "LV0001000", "Krauķvēju vidusskola", 640),
    Role("median_school", "secondary", "LV0054000", "Ozolupmalas vidusskola", 510),
    Role("vocational_school", "vocational", "LV0031000", "Medņstūru tehnikums", 690),
    Role("preschool", "preschool", "LV0040000", "Raibās dzilniņas pirmsskola", 142),
    Role("few_schools_school", "secondary", "LV0055000", "Ābeļlauku vidusskola", 290),
    Role("state_gymnasium", "state_gymnasium", "LV0005000", "Vītolkrastu Valsts ģimnāzija", 660),
    Role("special_school", "special", "LV0001000", "Lazdleju speciālā pamatskola", 170),
    Role("orientation_school", "orientation", "LV0033000", "Lakstīgalbirzes mūzikas skola", 310),
    Role("higher_institution", "higher", "LV0001000", "Stārķviļņu universitāte", 9800),
    Role("private_school", "secondary", "LV0001000", "Pīlādžlīču privātā vidusskola", 360, True),
    Role("no_support_staff_school", "basic", "LV0046000", "Vālodzgravas pamatskola", 58),
    Role("worsening_school", "basic", "LV0028000", "Sloksilu pamatskola", 230),
    Role("improving_school", "basic", "LV0034000", "Dzeņkalnu pamatskola", 310),
    Role("unified_school", "secondary", "LV0002000", "Žubīšdārzu vidusskola", 560, transition=True),
    Role("no_journal_delivery", "basic", "LV0026000", "Egļvārtu pamatskola", 87),
    Role("no_journal_delivery_2", "secondary", "LV0030000", "Griežlauku vidusskola", 240),
    Role("no_journal_delivery_3", "secondary", "LV0035000", "Baložkalnu vidusskola", 310),
    Role("no_journal_delivery_4", "secondary", "LV0043000", "Rubeņsilu vidusskola", 220),
    Role("no_journal_delivery_5", "secondary", "LV0048000", "Paegļtaku vidusskola", 530),
    Role("no_journal_delivery_6", "secondary", "LV0007000", "Žagatsalu vidusskola", 480),
    Role("no_exam_delivery", "secondary", "LV0038000", "Vīksnezeru vidusskola", 330),
    Role("no_exam_delivery_2", "secondary", "LV0003000", "Čakstsētu vidusskola", 590),
)
CASE_ID = {role.case: number for number, role in enumerate(ROLES, start=1)}

# Institutions in force at the end of 2024 beside the general schools, and those that closed on the way.
PRESCHOOLS, ORIENTATION = 622, 40
CLOSED = {
    "basic": 34,
    "primary": 5,
    "secondary": 5,
    "preschool": 14,
    "vocational": 4,
    "orientation": 2,
    "higher": 4,
}
OPENED = {"preschool": 14, "private": 10}
MERGED, RENAMED = {"basic": 14, "secondary": 3, "preschool": 4, "vocational": 3}, 3
PRIVATE_PRESCHOOLS, STATE_GENERAL = 77, 6
TRANSITION = {"general": 185, "preschool": 140}

BORDER = {"LV0021000", "LV0024000", "LV0037000", "LV0032000", "LV0022000"}
SIZE_LIMITS = (8, 1560)


@dataclass
class World:
    """All institutions and what drives their figures."""

    seed: int
    municipalities: list[dict[str, str]]
    kind: np.ndarray
    founder: np.ndarray
    place: np.ndarray  # index into municipalities
    urbanity: np.ndarray
    transition: np.ndarray
    size: np.ndarray
    name: list[str]
    valid_from: list[str]
    valid_to: list[str | None]
    lineage: list[tuple[int, int, str, str, float]]
    ses: np.ndarray
    quality: np.ndarray
    troubled: np.ndarray
    latvian_at_home: np.ndarray  # by municipality
    pupils: dict = field(default_factory=dict)  # filled by the pupils part
    hidden: dict = field(default_factory=dict)  # what one part leaves for a later one

    @property
    def count(self) -> int:
        return len(self.kind)

    @property
    def ids(self) -> np.ndarray:
        return np.arange(1, self.count + 1)

    @property
    def first(self) -> np.ndarray:
        """Index of the first school year with facts."""
        return np.array([max(0, int(day[:4]) - FIRST_YEAR) for day in self.valid_from])

    @property
    def last(self) -> np.ndarray:
        """Index of the last school year with facts; closing at the end of August ends the year before."""
        return np.array([T - 1 if day is None else int(day[:4]) - FIRST_YEAR - 1 for day in self.valid_to])

    @property
    def active(self) -> np.ndarray:
        years = np.arange(T)
        return (years >= self.first[:, None]) & (years <= self.last[:, None])

    def of(self, *kinds: str) -> np.ndarray:
        return np.isin(self.kind, kinds)

    @property
    def general(self) -> np.ndarray:
        return self.of(*GENERAL_TYPES)

    def row(self, case: str) -> int:
        """Index of the institution that shows a notable case."""
        return CASE_ID[case] - 1

    def municipality_codes(self) -> list[str]:
        return [self.municipalities[place]["code"] for place in self.place]


def build(seed: int) -> World:
    """Invent the network."""
    rng = stream(seed, "network")
    towns = published.municipalities()
    index = {town["code"]: number for number, town in enumerate(towns)}
    slots = _slots(rng, towns)
    for role in ROLES:
        if role.closed is None:
            slots.remove((role.kind, index[role.municipality]))
    closed = _closed_slots(rng, towns)
    kind = np.array(
        [role.kind for role in ROLES] + [k for k, _ in slots] + [k for k, _ in closed], dtype=object
    )
    place = np.array(
        [index[role.municipality] for role in ROLES] + [m for _, m in slots] + [m for _, m in closed]
    )
    count, roles = len(kind), len(ROLES)
    gone = np.zeros(count, dtype=bool)
    gone[roles + len(slots) :] = True
    gone[[number for number, role in enumerate(ROLES) if role.closed]] = True

    founder = _founders(rng, kind, place, towns, gone)
    size = _sizes(rng, kind, place, towns, gone)
    for number, role in enumerate(ROLES):
        size[number] = role.size
    valid_from, valid_to = _validity(rng, kind, founder, gone)
    urbanity = _urbanity(rng, kind, place, towns)
    latvian = np.array([_home_language(town) for town in towns])
    transition = _transition(rng, kind, founder, place, towns, latvian, gone)
    lineage = _lineage(rng, kind, place, gone, valid_from, valid_to)
    for old, new, day, how, _ in lineage:
        if how == "renamed":  # the same school under a new registration number
            valid_from[new] = str(int(day[:4])) + "-09-01"
            size[old] = size[new]
    ses, quality, troubled = _latent(rng, kind, founder, place, towns, urbanity)
    namer = Namer(rng)
    for role in ROLES:
        namer.reserve(role.name.split(" ")[0])
        namer.reserve(" ".join(role.name.split(" ")[:2]))
    variants = rng.integers(0, 60, count)
    names = [role.name for role in ROLES] + [
        namer.name(kind[i], founder[i] == "private", int(variants[i])) for i in range(roles, count)
    ]
    return World(
        seed=seed,
        municipalities=towns,
        kind=kind,
        founder=founder,
        place=place,
        urbanity=urbanity,
        transition=transition,
        size=size,
        name=names,
        valid_from=valid_from,
        valid_to=valid_to,
        lineage=[(old + 1, new + 1, day, how, share) for old, new, day, how, share in lineage],
        ses=ses,
        quality=quality,
        troubled=troubled,
        latvian_at_home=latvian,
    )


def group(town: dict[str, str]) -> str:
    """riga, city, ring (around Rīga) or county."""
    if town["code"] == "LV0001000":
        return "riga"
    if town["type"] == "valstspilseta":
        return "city"
    return "ring" if float(town["mean_size_est"]) >= 400 else "county"


def _home_language(town: dict[str, str]) -> float:
    value = town["home_lang_latvian_pct_2011"] or town["ethnic_latvian_pct"]
    return float(value) / 100


def _weights(towns: list[dict[str, str]], by_group: dict[str, float], column: str) -> np.ndarray:
    return np.array([float(town[column]) * by_group[group(town)] for town in towns])


def _slots(rng: np.random.Generator, towns: list[dict[str, str]]) -> list[tuple[str, int]]:
    """Type and municipality of every institution in force at the end."""
    anchors = published.calibration()["anchors"]
    by_type = anchors["municipal_by_type_2025_26"]
    schools = np.array([int(town["general_schools_est_2024_25"]) for town in towns])
    total = anchors["general_schools_2024_25"]
    assert schools.sum() == total
    pupils = np.array([float(town["pupils_est_2024_25"]) for town in towns])
    quota = {}
    quota["state_gymnasium"] = round_to_total(
        np.where(schools >= 5, pupils**0.75, 0), by_type["state_gymnasium"], 0, 8
    )
    quota["special"] = round_to_total(
        np.where(schools >= 6, pupils**0.8, 0), anchors["special_2025_26"], 0, schools // 5
    )
    # private schools are primary, basic or secondary; a few belong to the state
    quota["primary"] = round_to_total(pupils**0.9, by_type["primary"] + 8, 0, schools // 5)
    left = schools - quota["state_gymnasium"] - quota["special"] - quota["primary"]
    share = np.array(
        [{"riga": 0.62, "city": 0.58, "ring": 0.5, "county": 0.36}[group(town)] for town in towns]
    )
    secondary = by_type["secondary"] + 38 + 4
    quota["secondary"] = round_to_total(left * share, secondary, np.minimum(left, 1), left)
    quota["basic"] = left - quota["secondary"]
    people = np.array([float(town["population"]) for town in towns])
    quota["preschool"] = round_to_total(
        _weights(towns, {"riga": 0.85, "city": 0.95, "ring": 1.15, "county": 1.05}, "population"),
        PRESCHOOLS,
        1,
    )
    vocational = anchors["vocational_institutions_2024_25"]
    quota["vocational"] = round_to_total(np.where(people > 20_000, people**0.8, 0), vocational)
    quota["orientation"] = round_to_total(people**0.5, ORIENTATION, 0, 4)
    higher = anchors["higher_institutions_2024_25"]
    quota["higher"] = round_to_total(np.where(people > 45_000, people, 0), higher, 0, 36)
    for role in ROLES:  # every notable case has its place
        if role.closed is None:
            number = next(i for i, town in enumerate(towns) if town["code"] == role.municipality)
            wanted = sum(
                1
                for r in ROLES
                if r.kind == role.kind and r.municipality == role.municipality and not r.closed
            )
            lack = wanted - quota[role.kind][number]
            if lack > 0:
                donor = int(np.argmax(np.where(np.arange(len(towns)) == number, 0, quota[role.kind])))
                quota[role.kind][donor] -= lack
                quota[role.kind][number] += lack
                if role.kind in GENERAL_TYPES:  # keep the number of general schools of both places
                    quota["basic" if role.kind != "basic" else "secondary"][donor] += lack
                    quota["basic" if role.kind != "basic" else "secondary"][number] -= lack
    assert sum(quota[k].sum() for k in GENERAL_TYPES) == total
    assert all((quota[k] >= 0).all() for k in quota)
    return [(k, m) for m in range(len(towns)) for k in quota for _ in range(quota[k][m])]


def _closed_slots(rng: np.random.Generator, towns: list[dict[str, str]]) -> list[tuple[str, int]]:
    rural = _weights(towns, {"riga": 0.04, "city": 0.25, "ring": 0.3, "county": 1.0}, "pupils_est_2024_25")
    urban = _weights(towns, {"riga": 1.0, "city": 1.0, "ring": 0.2, "county": 0.3}, "pupils_est_2024_25")
    result = []
    for kind, number in CLOSED.items():
        weights = urban if kind in ("higher", "vocational") else rural
        if kind == "vocational":
            weights = np.where([group(town) in ("riga", "city") for town in towns], weights, 0)
        result += [(kind, int(m)) for m in rng.choice(len(towns), number, p=weights / weights.sum())]
    return sorted(result, key=lambda slot: slot[1])


def _founders(rng, kind, place, towns, gone) -> np.ndarray:
    founder = np.full(len(kind), "municipality", dtype=object)
    groups = np.array([group(town) for town in towns], dtype=object)[place]
    fixed = np.zeros(len(kind), dtype=bool)
    fixed[: len(ROLES)] = True

    def choose(where: np.ndarray, number: int, by_group: dict[str, float], value: str) -> None:
        candidates = np.flatnonzero(where & ~gone & ~fixed & (founder == "municipality"))
        weights = np.array([by_group[groups[i]] for i in candidates])
        founder[rng.choice(candidates, number, replace=False, p=weights / weights.sum())] = value

    urban = {"riga": 6.0, "city": 2.0, "ring": 3.0, "county": 0.3}
    roles_private = [number for number, role in enumerate(ROLES) if role.private]
    founder[roles_private] = "private"
    mix = {"primary": 8, "basic": 30, "secondary": 38}
    for type_, number in mix.items():
        here = sum(1 for role in ROLES if role.private and role.kind == type_)
        choose(kind == type_, number - here, urban, "private")
    choose(kind == "preschool", PRIVATE_PRESCHOOLS, urban, "private")
    choose(np.isin(kind, ["secondary", "basic"]), STATE_GENERAL, dict.fromkeys(urban, 1.0), "state")
    choose(kind == "special", 4, dict.fromkeys(urban, 1.0), "state")
    chance = rng.random(len(kind))
    founder[(kind == "vocational") & (chance < 0.65)] = "state"
    founder[(kind == "higher") & (chance < 0.62)] = "state"
    founder[(kind == "higher") & (chance >= 0.62)] = "private"
    founder[CASE_ID["higher_institution"] - 1] = "state"
    founder[(kind == "orientation") & (chance < 0.12)] = "private"
    return founder


def _sizes(rng, kind, place, towns, gone) -> np.ndarray:
    model = published.calibration()["inference"]["size_model"]
    groups = np.array([group(town) for town in towns], dtype=object)[place]
    near = {"riga": 1.15, "city": 1.1, "ring": 1.15, "county": 0.62}
    factor = np.array([near[g] for g in groups])
    size = np.zeros(len(kind))
    for type_ in ("primary", "basic", "secondary", "state_gymnasium"):
        where = kind == type_
        draw = rng.lognormal(np.log(model[type_]["median"]), model[type_]["sigma"], where.sum())
        size[where] = draw * factor[where]
    other = {  # median, sigma
        "special": (125, 0.45),
        "preschool": (118, 0.45),
        "vocational": (560, 0.6),
        "orientation": (250, 0.5),
        "higher": (520, 1.25),
    }
    for type_, (median, sigma) in other.items():
        where = kind == type_
        draw = rng.lognormal(np.log(median), sigma, where.sum())
        size[where] = draw * (factor[where] ** 0.5 if type_ == "preschool" else 1.0)
    shrink = rng.uniform(0.12, 0.55, len(kind))
    size[gone] *= shrink[gone]
    # Move the general schools of a municipality half of the way to its estimated number of pupils.
    general = np.isin(kind, GENERAL_TYPES) & ~gone
    for number, town in enumerate(towns):
        here = general & (place == number)
        size[here] *= (float(town["pupils_est_2024_25"]) / size[here].sum()) ** 0.7
    pupils = published.calibration()["anchors"]["pupils_2024_25"]
    for _ in range(5):
        size[general] = np.clip(size[general] * pupils / size[general].sum(), *SIZE_LIMITS)
    size[kind == "preschool"] = np.clip(size[kind == "preschool"], 9, 330)
    size[kind == "orientation"] = np.clip(size[kind == "orientation"], 30, 900)
    return size


def _validity(rng, kind, founder, gone) -> tuple[list[str], list[str | None]]:
    count = len(kind)
    valid_from = [f"{year}-09-01" for year in rng.integers(1992, 2012, count)]
    closing = rng.integers(2015, 2024, count)
    valid_to: list[str | None] = [f"{closing[i]}-08-31" if gone[i] else None for i in range(count)]
    ordinary = np.arange(count) >= len(ROLES)
    new = list(
        rng.choice(np.flatnonzero(ordinary & (kind == "preschool") & ~gone), OPENED["preschool"], False)
    )
    private = ordinary & (founder == "private") & np.isin(kind, GENERAL_TYPES)
    new += list(rng.choice(np.flatnonzero(private), OPENED["private"], False))
    for i, year in zip(new, rng.integers(2015, 2024, len(new)), strict=True):
        valid_from[i] = f"{year}-09-01"
    for i, role in enumerate(ROLES):
        valid_from[i], valid_to[i] = role.opened, role.closed
    return valid_from, valid_to


def _urbanity(rng, kind, place, towns) -> np.ndarray:
    chance = rng.random(len(kind))
    result = []
    for type_, number, draw in zip(kind, place, chance, strict=True):
        town = towns[number]
        if town["type"] == "valstspilseta":
            result.append("city")
            continue
        rural = {"basic": 0.7, "primary": 0.55, "preschool": 0.35, "secondary": 0.22, "special": 0.4}.get(
            type_, 0.1
        )
        if draw >= rural:
            result.append("town")
        else:
            result.append("border" if town["code"] in BORDER else "rural")
    return np.array(result, dtype=object)


def _transition(rng, kind, founder, place, towns, latvian, gone) -> np.ndarray:
    """Schools that taught a minority programme: likelier where fewer people speak Latvian at home."""
    result = np.zeros(len(kind), dtype=np.int64)
    visited = np.array([town["unified_school_visited_2023_24"] == "1" for town in towns])[place]
    forced = np.array([role.transition for role in ROLES])
    taste = (
        np.log((1 - latvian[place]) / latvian[place]) * 1.6 + rng.gumbel(0, 0.9, len(kind)) + 0.5 * visited
    )
    taste += np.where(founder == "private", 0.5, 0.0)
    free = ~gone & (np.arange(len(kind)) >= len(ROLES))
    groups = {
        "general": np.isin(kind, ("primary", "basic", "secondary", "special", "state_gymnasium")),
        "preschool": kind == "preschool",
    }
    for name, where in groups.items():
        candidates = np.flatnonzero(where & free)
        number = TRANSITION[name] - (forced.sum() if name == "general" else 0)
        result[candidates[np.argsort(-taste[candidates], kind="stable")[:number]]] = 1
    result[: len(ROLES)][forced] = 1
    # Every municipality that was visited for the unified school has a school to visit.
    for number, town in enumerate(towns):
        here = groups["general"] & (place == number)
        if town["unified_school_visited_2023_24"] == "1" and not result[here].any():
            inside = np.flatnonzero(here & free)
            elsewhere = np.flatnonzero(groups["general"] & free & (result == 1) & (place == 0))
            result[inside[np.argmax(taste[inside])]] = 1
            result[elsewhere[np.argmin(taste[elsewhere])]] = 0
    return result


def _lineage(rng, kind, place, gone, valid_from, valid_to) -> list[tuple[int, int, str, str, float]]:
    """Closed institutions that went into another one: (old, new, day, kind, share of the pupils)."""
    merged, successor = CASE_ID["merged_school"] - 1, CASE_ID["successor_school"] - 1
    result = [(merged, successor, "2020-09-01", "merged", 1.0)]
    ordinary = np.arange(len(kind)) >= len(ROLES)
    taken: set[int] = set()

    def partner(old: int, kinds: tuple[str, ...]) -> int | None:
        near = np.flatnonzero((place == place[old]) & np.isin(kind, kinds) & ~gone & ordinary)
        near = [int(i) for i in near if int(i) not in taken and valid_from[i] < valid_to[old]]
        if not near:
            return None
        choice = near[int(rng.integers(len(near)))]
        taken.add(choice)
        return choice

    for type_, number in MERGED.items():
        kinds = ("basic", "secondary") if type_ in ("basic", "secondary") else (type_,)
        made = 0
        for old in np.flatnonzero((kind == type_) & gone & ordinary):
            if made == number:
                break
            new = partner(int(old), kinds)
            if new is None:
                continue
            day = f"{valid_to[old][:4]}-09-01"
            other = partner(int(old), kinds) if type_ == "basic" and made == 0 else None
            if other is not None:  # one school was divided between two
                result += [(int(old), new, day, "split", 0.6), (int(old), other, day, "split", 0.4)]
            else:
                result.append((int(old), new, day, "merged", 1.0))
            made += 1
    used = {old for old, *_ in result}
    made = 0
    for old in np.flatnonzero(np.isin(kind, ("basic", "primary")) & gone & ordinary):
        if int(old) in used or made == RENAMED:
            continue
        new = partner(int(old), (kind[old],))
        if new is not None:
            result.append((int(old), new, f"{valid_to[old][:4]}-09-01", "renamed", 1.0))
            made += 1
    return result


def _latent(rng, kind, founder, place, towns, urbanity) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Social background, quality by year, and which schools are in trouble in which years."""
    count = len(kind)
    region = {"LV005": -0.8, "LV00C": -0.1, "LV009": -0.15, "LV00B": -0.1, "LV00A": 0.3}
    base = {"riga": 0.15, "city": 0.05, "ring": 0.5, "county": -0.1}
    town = np.array([region[t["nuts3_2024"]] + base[group(t)] for t in towns])
    of_kind = {"state_gymnasium": 1.2, "special": -0.9, "vocational": -0.6}
    ses = town[place] + np.array([of_kind.get(k, 0.0) for k in kind]) + rng.normal(0, 0.65, count)
    ses += np.where(founder == "private", 0.9, 0.0) + np.where(
        np.isin(urbanity, ("rural", "border")), -0.35, 0.0
    )
    ses = standard(ses)

    drift = np.zeros((count, T))
    noise = rng.normal(0, 0.28, (count, T))
    drift[:, 0] = noise[:, 0]
    for t in range(1, T):
        drift[:, t] = 0.7 * drift[:, t - 1] + noise[:, t]
    moving = rng.random(count)
    slope = np.where(moving < 0.06, -0.14, np.where(moving > 0.94, 0.14, 0.0))
    slope[CASE_ID["worsening_school"] - 1], slope[CASE_ID["improving_school"] - 1] = -0.28, 0.28
    own = rng.normal(0, 0.75, count)
    quality = own[:, None] + 0.3 * ses[:, None] + slope[:, None] * (np.arange(T) - (T - 1) / 2) + drift

    in_trouble = (rng.random(count) < 0.115) & np.isin(kind, (*GENERAL_TYPES, "vocational"))
    start = rng.integers(0, T - 1, count)
    length = rng.integers(3, T + 4, count)
    in_trouble[: len(ROLES)] = False
    in_trouble[CASE_ID["high_absence_school"] - 1] = True
    start[CASE_ID["high_absence_school"] - 1], length[CASE_ID["high_absence_school"] - 1] = 2, T
    years = np.arange(T)
    troubled = in_trouble[:, None] & (years >= start[:, None]) & (years < (start + length)[:, None])
    quality = quality - 1.5 * troubled
    median = CASE_ID["median_school"] - 1
    ses[median], quality[median] = 0.0, 0.0
    return ses, quality, troubled
