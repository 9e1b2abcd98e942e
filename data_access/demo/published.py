"""What was published, read from the reference files: the sums that the demonstration data must meet."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


@cache
def _rows(file_name: str) -> tuple[dict[str, str], ...]:
    with (REFERENCE / file_name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def municipalities() -> list[dict[str, str]]:
    """The 43 municipalities in force at the end of 2024, with the estimate of pupils and schools."""
    estimate = {row["code"]: row for row in _rows("school_network_estimate.csv")}
    return [row | estimate[row["code"]] for row in _rows("municipalities.csv") if row["code"] in estimate]


@cache
def calibration() -> dict:
    return json.loads((REFERENCE / "school_calibration.json").read_text(encoding="utf-8"))


def report(key: str, **conditions: str) -> float:
    """One figure of the annual report 2024, e.g. report("complaints", category="confirmed").

    Raises LookupError unless exactly one value fits.
    """
    found = {
        float(row["value"])
        for row in _rows("annual_report_2024.csv")
        if row["indicator_key"] == key and all(row[name] == value for name, value in conditions.items())
    }
    if len(found) != 1:
        raise LookupError(f"annual report: {key} {conditions} gives {sorted(found)}")
    return found.pop()


def report_count(key: str, **conditions: str) -> int:
    """As `report`, for whole numbers."""
    value = report(key, **conditions)
    if value != int(value):
        raise LookupError(f"annual report: {key} {conditions} is not whole: {value}")
    return int(value)


def report_categories(key: str, **conditions: str) -> dict[str, int]:
    """Counts by category, in the order of the file."""
    return {
        row["category"]: int(row["value"])
        for row in _rows("annual_report_2024.csv")
        if row["indicator_key"] == key and all(row[name] == value for name, value in conditions.items())
    }


def series(key: str, category: str = "all", unit: str | None = None) -> dict[int, float]:
    """A national series as first calendar year -> value ("2014/2015" and "2014" are both 2014)."""
    return {
        int(row["school_year_or_date"][:4]): float(row["value"])
        for row in _rows("national_series.csv")
        if row["series_key"] == key and row["category"] == category and unit in (None, row["unit"])
    }


def path(known: dict[int, float], years: list[int]) -> np.ndarray:
    """The series at `years`, straight lines between known years and level beyond them."""
    known_years = sorted(known)
    return np.interp(years, known_years, [known[year] for year in known_years])
