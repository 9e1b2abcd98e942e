"""Who has to deliver which facts and when, from the declared datasets, and what is late on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from .importing.datasets import all_datasets

GRACE = 30  # days after the day of delivery; later it is an error and not a warning
STATES = ("on_time", "late", "overdue", "never")


@dataclass(frozen=True)
class Delivery:
    """One set of facts. table: its fact table; ids: names that its load batches may carry; due: (month, day)."""

    table: str
    ids: tuple[str, ...]
    name_lv: str
    name_en: str
    deliverer_lv: str
    deliverer_en: str
    due: tuple[tuple[int, int], ...]

    def name(self, lang: str) -> str:
        return self.name_lv if lang == "lv" else self.name_en

    def deliverer(self, lang: str) -> str:
        return self.deliverer_lv if lang == "lv" else self.deliverer_en


@cache
def deliveries() -> dict[str, Delivery]:
    """Every set of facts by its table, in the order of their Latvian names."""
    declared: dict[str, list] = {}
    for dataset in all_datasets().values():
        if not dataset.extract:
            declared.setdefault(dataset.table, []).append(dataset)
    found = {}
    for table, datasets in declared.items():
        one = datasets[0]
        ids = (table, *(other.id for other in datasets))
        found[table] = Delivery(
            table, ids, one.name_lv, one.name_en, one.deliverer_lv, one.deliverer_en, tuple(one.due)
        )
    return dict(sorted(found.items(), key=lambda item: item[1].name_lv))


def days_around(due: Sequence[tuple[int, int]], today: date) -> tuple[date, date, date]:
    """The last day of delivery that has passed, the one before it, and the next one."""
    days = sorted(
        date(year, month, day) for year in range(today.year - 2, today.year + 2) for month, day in due
    )
    past = [day for day in days if day <= today]
    return past[-1], past[-2], next(day for day in days if day > today)


@dataclass(frozen=True)
class Freshness:
    """How a set of facts stands on a day. state: one of STATES; late: days since the delivery was due."""

    state: str
    due: date
    next: date
    late: int


def freshness(due: Sequence[tuple[int, int]], as_of: str | None, today: date) -> Freshness:
    """A delivery is there when its as-of date is later than the day of delivery before it.

    Data as of 31 December answer the delivery that is due on 31 January, because the one before it was due in June.
    """
    last, before, following = days_around(due, today)
    if as_of is None:
        return Freshness("never", last, following, (today - last).days)
    if date.fromisoformat(as_of[:10]) > before:
        return Freshness("on_time", last, following, 0)
    late = (today - last).days
    return Freshness("overdue" if late > GRACE else "late", last, following, late)


def deliverer_of(tables: Sequence[str], lang: str) -> str:
    """Who delivers these fact tables, each named once."""
    known = deliveries()
    names = [known[table].deliverer(lang) for table in tables if table in known]
    return "; ".join(dict.fromkeys(names))


def as_of_by_table(batches: Mapping[str, str]) -> dict[str, str | None]:
    """Newest as-of date of each fact table from (name of the batch -> newest as-of date)."""
    return {
        table: max((batches[name] for name in one.ids if name in batches), default=None)
        for table, one in deliveries().items()
    }


__all__ = [
    "GRACE",
    "STATES",
    "Delivery",
    "Freshness",
    "as_of_by_table",
    "deliverer_of",
    "deliveries",
    "freshness",
]
