"""Graduates by age at graduation: the same persons as in the groups of all, split by age.

How many of a programme's cohort are of an age is drawn once, so it stays the same in every monitoring year. Statuses
are then split so that every age adds up to its size and the ages to the group.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .draw import stream
from .graduates import STATUSES

AGES = ("up_to_24", "25_29", "30_39", "40_over")
# Share of each age by level: our assumption, none is published.
MIX = {
    "college": (0.42, 0.24, 0.22, 0.12),
    "bachelor": (0.56, 0.24, 0.13, 0.07),
    "master": (0.16, 0.40, 0.27, 0.17),
    "doctor": (0.00, 0.22, 0.46, 0.32),
    "basic_vocational": (0.90, 0.04, 0.04, 0.02),
    "trade": (0.62, 0.11, 0.15, 0.12),
    "secondary_vocational": (0.78, 0.08, 0.09, 0.05),
}
# Odds of a status by age against all ages; the order of STATUSES.
TENDENCY = np.array(
    [
        (0.94, 1.10, 2.2, 0.95, 1.15, 1.1),
        (1.02, 0.95, 0.8, 0.95, 1.25, 1.0),
        (1.08, 0.90, 0.3, 1.00, 0.75, 0.9),
        (1.05, 1.05, 0.1, 1.35, 0.45, 0.9),
    ]
)
PAY = np.array([0.90, 1.03, 1.12, 1.06])  # median against that of all ages
SPREAD = 0.50


def rows(seed: int, main: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rows of fact_graduate_age from those of fact_graduate."""
    rng = stream(seed, "graduates by age")
    whole = np.flatnonzero(main["sex"] == "all")
    people = {name: values[whole] for name, values in main.items()}
    size = _sizes(rng, people)
    status = _split(rng, size, np.stack([people[name] for name in STATUSES], axis=1), TENDENCY)
    skilled = _parts(rng, status[:, :, 0], people["skilled"])
    earners = _parts(rng, status[:, :, 0] + status[:, :, STATUSES.index("studying")], people["earners"])
    pay = PAY / np.exp((np.log(PAY) * earners).sum(axis=1) / np.maximum(earners.sum(axis=1), 1))[:, None]
    noise = rng.normal(0, 1.25 * SPREAD, earners.shape) / np.sqrt(np.maximum(earners, 1))
    with np.errstate(invalid="ignore"):
        middle = people["income_median"][:, None] * pay * np.exp(np.where(earners > 1, noise, 0.3 * noise))
    ends = [
        middle * np.exp(side * 0.6745 * SPREAD * rng.uniform(0.9, 1.1, earners.shape)) for side in (-1, 1)
    ]
    row, age = np.nonzero(size)
    earning = earners[row, age] > 0
    same = ("institution_id", "graduation_year", "monitoring_year", "programme")
    return {
        **{name: people[name][row] for name in same},
        "age_group": np.array(AGES, dtype=object)[age],
        "graduates": size[row, age],
        **{name: status[row, age, at] for at, name in enumerate(STATUSES)},
        "skilled": skilled[row, age],
        "earners": earners[row, age],
        **{
            name: np.where(earning, np.round(values[row, age], 0), np.nan)
            for name, values in (
                ("income_median", middle),
                ("income_lower_quartile", ends[0]),
                ("income_upper_quartile", ends[1]),
            )
        },
    }


def _sizes(rng: np.random.Generator, people: Mapping[str, np.ndarray]) -> np.ndarray:
    """Graduates of each row by age, the same for a cohort of a programme in every monitoring year: [row, age]."""
    import pandas as pd

    cohort = pd.MultiIndex.from_arrays(
        [people[name] for name in ("institution_id", "programme", "graduation_year")]
    )
    codes, _found = pd.factorize(cohort)
    _codes, first = np.unique(codes, return_index=True)
    level = people["level"][first]
    mix = np.array([MIX[name] for name in level])
    mix = mix * rng.gamma(12.0, 1 / 12.0, mix.shape)  # programmes differ
    return rng.multinomial(people["graduates"][first], mix / mix.sum(axis=1, keepdims=True))[codes]


def _split(rng: np.random.Generator, size: np.ndarray, total: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """Counts [row, age, kind] that add up to the size of each age and to the total of each kind."""
    room = size.copy()
    result = np.zeros((*size.shape, total.shape[1]), dtype=np.int64)
    order = np.argsort(total.mean(axis=0))  # the most frequent kind takes what is left
    for kind in order[:-1]:
        result[:, :, kind] = _parts(rng, room, total[:, kind], odds[:, kind])
        room -= result[:, :, kind]
    result[:, :, order[-1]] = room
    return result


def _parts(
    rng: np.random.Generator, room: np.ndarray, total: np.ndarray, odds: np.ndarray | float = 1.0
) -> np.ndarray:
    """The total of each row split over the ages, never more than there is room for: [row, age]."""
    weight = room * odds
    left = total.astype(np.int64)
    result = np.zeros_like(room)
    for age in range(room.shape[1] - 1):
        ahead = weight[:, age:].sum(axis=1)
        drawn = rng.binomial(left, np.divide(weight[:, age], ahead, out=np.zeros(len(left)), where=ahead > 0))
        result[:, age] = np.clip(drawn, left - room[:, age + 1 :].sum(axis=1), np.minimum(left, room[:, age]))
        left = left - result[:, age]
    result[:, -1] = left
    return result
