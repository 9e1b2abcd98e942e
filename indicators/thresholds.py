"""Dated thresholds: the defaults of the indicator files, and which one is in force on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indicators.catalogue import INDICATORS
from indicators.model import Indicator

if TYPE_CHECKING:
    import pandas as pd

IN_FORCE = "in_force"
AUTHOR = "IKMS panelis"
REASON = "Sākotnējās vērtības no rādītāju apraksta | Initial values from the indicator's definition"


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """One row of the threshold table, as far as a calculation needs it."""

    id: int | None
    indicator_id: str
    stage: str
    territory_kind: str
    operator: str
    basis: str
    medium: float
    high: float
    valid_from: str
    origin: str


@dataclass(frozen=True)
class Thresholds:
    """All thresholds in force, by indicator."""

    by_indicator: Mapping[str, tuple[Threshold, ...]]

    @classmethod
    def of(cls, rows: pd.DataFrame | Iterable[Mapping]) -> Thresholds:
        """From rows of the threshold table; proposals and withdrawn rows are left out."""
        records = rows.to_dict("records") if hasattr(rows, "to_dict") else rows
        found: dict[str, list[Threshold]] = {}
        for row in records:
            if row.get("status", IN_FORCE) != IN_FORCE:
                continue
            given = row.get("id")
            number = None if given is None or given != given else int(given)
            one = Threshold(
                id=number,
                indicator_id=row["indicator_id"],
                stage=row["stage"],
                territory_kind=row["territory_kind"],
                operator=row["operator"],
                basis=row["basis"],
                medium=float(row["medium"]),
                high=float(row["high"]),
                valid_from=str(row["valid_from"])[:10],
                origin=row["origin"],
            )
            found.setdefault(one.indicator_id, []).append(one)
        return cls({code: tuple(rows) for code, rows in found.items()})

    def in_force(
        self, indicator_id: str, stage: str, territory_kind: str, day: str, as_of: str = "9999-12-31"
    ) -> Threshold | None:
        """The threshold of a stage and territory on ``day``: the most specific one, then the newest.

        Rows that begin after ``as_of`` are not known yet.
        """
        fitting = [
            one
            for one in self.by_indicator.get(indicator_id, ())
            if one.stage in (stage, "*")
            and one.territory_kind in (territory_kind, "*")
            and one.valid_from <= min(day, as_of)
        ]
        if not fitting:
            return None
        return max(fitting, key=lambda t: (t.stage != "*", t.territory_kind != "*", t.valid_from, t.id or 0))


def default_thresholds(indicators: Mapping[str, Indicator] = INDICATORS) -> list[dict[str, object]]:
    """Rows for the threshold table from the indicator files, without ids."""
    return [
        {
            "indicator_id": one.id,
            "stage": threshold.stage,
            "territory_kind": threshold.territory_kind,
            "operator": threshold.operator,
            "basis": threshold.basis,
            "medium": threshold.medium,
            "high": threshold.high,
            "valid_from": threshold.valid_from,
            "origin": threshold.origin,
            "citation": threshold.citation,
            "author": AUTHOR,
            "status": IN_FORCE,
            "created_at": one.reviewed,
            "reason": REASON,
        }
        for one in indicators.values()
        for threshold in one.thresholds
    ]
