"""P14: everything that readers get of a small country, and changes of what they do not get.

The way of a publication in memory: counts, rules, cube, suppression. Two countries of which everybody gets the same
under the rules alone must be published with the same holes as well: else the holes tell them apart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from indicators.catalogue import INDICATORS
from indicators.disclosure import protect, release, rounded, suppress

FAMILIES = {one.id: one.family for one in INDICATORS.values()}
UNITS = {one.id: one.unit for one in INDICATORS.values()}
PERIOD = {"indicator_id": "R03", "stage": "basic", "school_year": 2023, "semester": 1}


@dataclass(frozen=True)
class Told:
    """What is told, as text: under the rules alone, and where suppression takes it back besides."""

    rules: str
    all: str
    holes: int


def country(random: np.random.Generator, towns: int = 4, schools: int = 6) -> pd.DataFrame:
    """Learners and absentees of schools in a few municipalities, some schools too small to be told."""
    size = towns * schools
    few = random.random(size) < 0.35
    pupils = np.where(few, random.integers(2, 10, size), random.integers(20, 160, size))
    return pd.DataFrame(
        {
            "institution_id": np.arange(1, size + 1),
            "municipality_code": [
                f"LV00{town + 31}000" for town in range(towns) for _school in range(schools)
            ],
            "pupils": pupils,
            "absent": np.minimum(random.integers(0, 9, size), pupils),
        }
    )


def values(schools: pd.DataFrame) -> pd.DataFrame:
    """Rows of one share: of every school, of every municipality, of the country."""
    single = schools.rename(columns={"absent": "numerator", "pupils": "denominator"})
    single = single.assign(unit_kind="institution", unit_id=single.pop("institution_id").astype(str))
    areas = single.groupby("municipality_code", as_index=False)[["numerator", "denominator"]].sum()
    areas = areas.assign(unit_kind="municipality", unit_id=areas["municipality_code"])
    top = single[["numerator", "denominator"]].sum().to_frame().T
    top = top.assign(unit_kind="country", unit_id="LV", municipality_code=None)
    rows = pd.concat([single, areas, top], ignore_index=True).assign(**PERIOD, reason=None)
    rows[["numerator", "denominator"]] = rows[["numerator", "denominator"]].astype(float)
    return rows.assign(value=rows["numerator"] / rows["denominator"])


def told(schools: pd.DataFrame, *, insiders: bool = True) -> Told:
    """What everybody is told of the country."""
    exact = values(schools)
    shown = protect(exact, FAMILIES, UNITS)
    learners = pd.DataFrame(
        {
            "institution_id": schools["institution_id"],
            "school_year": PERIOD["school_year"],
            "semester": PERIOD["semester"],
            "stage": PERIOD["stage"],
            "pupils": schools["pupils"],
            "area": release.area_numbers(schools["municipality_code"]),
        }
    )
    size = learners["pupils"].to_numpy()
    learners["shown"] = np.where(size >= release.RULES.minimum, rounded(size), np.nan)
    made = release.build({"exact": exact, "shown": shown, "enrolment": learners}, FAMILIES, UNITS)
    outcome = suppress.protect(made.cube, insiders=insiders)
    columns = [*release.VALUE_KEY, "numerator", "denominator", "value", "value_text", "reason"]
    rules = shown[columns].to_csv(index=False) + learners.drop(columns="pupils").to_csv(index=False)
    holes = "".join("01"[int(one)] for one in made.cube.hidden)
    return Told(rules, hashlib.sha256((rules + holes).encode()).hexdigest(), outcome.complementary)


def changed(schools: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame | None:
    """Some learners, or absentees, counted in another school of the same municipality; None where nobody can move."""
    column = ("pupils", "absent")[random.integers(2)]
    # Learners only between schools whose numbers are not told at all.
    those = schools[schools["pupils"] < release.RULES.minimum] if column == "pupils" else schools
    one = those.iloc[random.integers(len(those))] if len(those) else None
    if one is None or one[column] < 1:
        return None
    same = those[
        (those["municipality_code"] == one["municipality_code"])
        & (those["institution_id"] != one["institution_id"])
    ]
    if not len(same):
        return None
    moved = int(random.integers(1, one[column] + 1))
    result = schools.copy()
    result.loc[one.name, column] -= moved
    result.loc[same.index[random.integers(len(same))], column] += moved
    if (result["absent"] > result["pupils"]).any() or (result["pupils"] < 1).any():
        return None
    return result


def interference(changes: int, *, insiders: bool = True, seed: int = 14) -> tuple[int, int, int]:
    """(changes that the rules alone do not show, those of them that publication shows, holes of suppression).

    A new country every ten changes. insiders: institutions count as attackers, as in a publication.
    """
    random = np.random.default_rng(seed)
    tried = differ = holes = 0
    while tried < changes:
        schools = country(random)
        before = told(schools, insiders=insiders)
        holes += before.holes
        for _turn in range(40):
            other = changed(schools, random)
            after = told(other, insiders=insiders) if other is not None else None
            if after is None or after.rules != before.rules:
                continue
            tried += 1
            differ += after.all != before.all
            if tried % 10 == 0 or tried == changes:
                break
    return tried, differ, holes
