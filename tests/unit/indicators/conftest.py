"""A small invented country for the indicator tests: frames with exactly the columns of the fact tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data_access.schema import FACTS, institution

TYPES = ("basic", "secondary", "vocational", "orientation", "special", "primary", "preschool")
STAGES = {
    "basic": ("basic",),
    "secondary": ("basic", "upper_secondary"),
    "vocational": ("vocational",),
    "orientation": ("orientation",),
    "special": ("special_basic",),
    "primary": ("basic",),
    "preschool": ("preschool",),
}
MUNICIPALITIES = ("LV0001000", "LV0020000", "LV0021000", "LV0022000")
RATE = {"basic": 0.03, "special_basic": 0.02, "upper_secondary": 0.06, "vocational": 0.07}


def frame(name: str, rows: list[dict]) -> pd.DataFrame:
    """Rows as a frame with all columns of the table; what a row does not say is 0, or empty for text."""
    table = institution if name == "institution" else FACTS[name]
    filled = []
    for row in rows:
        whole = {}
        for column in table.columns:
            if column.name in row:
                whole[column.name] = row[column.name]
            elif column.nullable:
                whole[column.name] = None
            else:
                whole[column.name] = 0 if column.type.python_type in (int, float) else ""
        assert set(row) <= set(whole), set(row) - set(whole)
        filled.append(whole)
    return pd.DataFrame(filled, columns=[column.name for column in table.columns])


def build(count: int = 84, years: range = range(2016, 2022), seed: int = 7) -> dict[str, pd.DataFrame]:
    """Frames of an invented country; every type of institution in turn, 2016/17 to 2021/22."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[dict]] = {name: [] for name in ("institution", *FACTS)}
    for number in range(1, count + 1):
        kind = TYPES[number % len(TYPES)] if number % 3 else "basic"
        rows["institution"].append(
            {
                "id": number,
                "reg_no": str(number),
                "type": kind,
                "municipality_code": MUNICIPALITIES[number % 4],
                "urbanity": ("city", "town", "rural")[number % 3],
                "valid_from": "2000-09-01",
            }
        )
        size = int(rng.lognormal(5, 0.8)) + 12
        lift = rng.lognormal(0, 0.5)
        for year in years:
            _one_year(rows, rng, number, kind, year, size, lift)
    return {name: frame(name, found) for name, found in rows.items()}


def _one_year(rows, rng, number, kind, year, size, lift) -> None:
    here = {"institution_id": number, "school_year": year}
    for stage in STAGES[kind]:
        pupils = max(4, size if stage != "upper_secondary" else size // 3)
        at = {**here, "stage": stage}
        rate = min(0.6, RATE.get(stage, 0.01) * lift)
        for semester in (1, 2):
            rows["enrolment"].append({**at, "semester": semester, "pupils": pupils})
            for source in ("e_journals", "viis_cases"):
                count = int(rng.binomial(pupils, rate))
                rows["absence"].append(
                    {**at, "semester": semester, "source_code": source, "long_unexcused": count}
                )
        rows["progress"].append(
            {
                **at,
                "pupils_start": pupils,
                "joined": int(rng.binomial(pupils, 0.03)),
                "left_early": int(rng.binomial(pupils, 0.03)),
                "repeat_eligible": pupils,
                "repeaters": int(rng.binomial(pupils, 0.02)),
            }
        )
        entered = max(2, pupils // 5)
        rows["cohort"].append(
            {**at, "entered": entered, "graduated_on_time": int(rng.binomial(entered, 0.85))}
        )
        rows["mark"].append(
            {**at, "subject": "latvian", "pupils": pupils, "mean": 6.5 + rng.normal(0, 0.2), "sd": 1.6}
        )
        if kind != "primary" and stage in ("basic", "upper_secondary", "vocational"):
            _exams(rows, rng, at, max(3, pupils // 6))
    teachers = max(4, size // 10)
    rows["staff"].append(
        {
            **here,
            "teachers": teachers,
            "teachers_left": int(rng.binomial(teachers, 0.1)),
            "teacher_load": round(float(size**0.85 * 0.2 * rng.lognormal(0, 0.15)), 1),
            "support_load": round(float(size * 0.004 * rng.lognormal(0, 0.3)), 1) if number % 9 else 0.0,
            "long_vacancies": int(rng.poisson(0.4)),
        }
    )
    if kind == "vocational":
        for group in ("services", "agriculture"):
            rows["vocational_outcome"].append(
                {
                    **here,
                    "qualification_group": group,
                    "graduates": 30,
                    "placed": int(rng.binomial(28, 0.8)),
                    "unknown": 2,
                }
            )
    if rng.random() < 0.2:
        rows["complaint"].append(
            {"institution_id": number, "year": year, "topic": "ethics", "received": int(rng.integers(1, 4))}
        )


def _exams(rows, rng, at, takers) -> None:
    for subject in ("latvian", "mathematics"):
        absent = int(rng.binomial(takers, 0.03))
        sat = takers - absent
        low, high, _ = rng.multinomial(sat, [0.25, 0.25, 0.5])
        rows["exam"].append(
            {
                **at,
                "subject": subject,
                "exam_level": "state",
                "eligible": takers,
                "sat": sat,
                "low": int(low),
                "high": int(high),
                "mean": float(np.clip(rng.normal(55, 8), 5, 95)),
                "sd": 18.0,
                "compulsory": 1,
            }
        )
    if at["stage"] != "vocational":
        rows["exam_mark_gap"].append(
            {**at, "pairs": takers, "mean_difference": float(rng.normal(0, 6)), "sd": 20.0}
        )


@pytest.fixture(scope="session")
def country() -> dict[str, pd.DataFrame]:
    """The invented country; tests that change it work on copies."""
    return build()


@pytest.fixture(scope="session")
def values(country) -> pd.DataFrame:
    """All values of the invented country."""
    from indicators.compute import compute

    return compute(country, as_of="2022-12-31")


@pytest.fixture(scope="session")
def make_frame():
    """The builder of one frame from rows that name only what matters."""
    return frame
