"""The counts of one indicator in one stage and semester, laid out as institutions by years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from indicators import published_rules
from indicators.model import Indicator
from indicators.world import World, positions, reporting_day

_NUMBER_KEYS = ("id", "institution_id", "school_year", "year", "semester")


@dataclass(kw_only=True)
class Series:
    """Counts of one indicator, stage and semester as arrays of (institutions, years)."""

    indicator: Indicator
    stage: str
    semester: int
    world: World
    delivered: np.ndarray
    unusable: np.ndarray  # delivered, but impossible or without a number
    total: np.ndarray  # numerator; for means the sum n x mean
    size: np.ndarray
    variance: np.ndarray  # of the mean; NaN elsewhere
    reference: np.ndarray  # national value that fits the unit
    covariates: np.ndarray  # (institutions, years, covariates)
    fixed_rule: np.ndarray
    segments: np.ndarray
    priors: list[tuple] = field(default_factory=list)

    @property
    def value(self) -> np.ndarray:
        """The unrounded values."""
        return ratio(self.total, self.size)

    @property
    def national_total(self) -> np.ndarray:
        """National numerator by year."""
        return _sums(self.total)

    @property
    def national_size(self) -> np.ndarray:
        """National denominator by year."""
        return _sums(self.size)


def _sums(values: np.ndarray) -> np.ndarray:
    return np.nansum(values, axis=0)


def ratio(total: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.divide(total, size, out=np.full(np.shape(total), np.nan), where=size > 0)


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in one order, whatever the order it came in, so that sums of loads repeat bit for bit."""
    whole = [c for c in frame.columns if pd.api.types.is_integer_dtype(frame[c].dtype)]
    texts = [c for c in frame.columns if pd.api.types.is_string_dtype(frame[c].dtype)]
    first = [c for c in whole if c in _NUMBER_KEYS]
    for keys in ([*first, *texts], [*first, *texts, *(c for c in whole if c not in first)]):
        codes = [
            frame[c].to_numpy() if c in whole else pd.factorize(frame[c], sort=True)[0]
            for c in reversed(keys)
        ]
        if not codes:
            return frame
        order = np.lexsort(codes)
        same = np.logical_and.reduce([code[order][1:] == code[order][:-1] for code in codes])
        if not same.any():  # the natural key decides; counts need not be looked at
            break
    return frame if (np.diff(order) == 1).all() else frame.iloc[order].reset_index(drop=True)


def series_of(indicator: Indicator, counted: pd.DataFrame, frames: Mapping, world: World) -> list[Series]:
    counted = counted[counted["stage"].isin(indicator.stages)].reset_index(drop=True)
    if indicator.family == "mean":
        n = counted["n"].astype(float)
        spread = counted["sd"].astype(float) ** 2 / n.where(n > 0)
        # No results, no mean: nothing was summed either.
        total = (counted["mean"].astype(float) * n).where(n > 0, 0.0)
        counted = counted.assign(numerator=total, denominator=n, variance=spread)
    keys = ["stage", "semester", "institution_id", "school_year"]
    if counted.duplicated(keys).any():
        raise ValueError(f"{indicator.id}: two rows for one institution, stage and period")
    rule = pd.Series(np.nan, index=counted.index)
    if indicator.fixed_rule:
        found = published_rules.for_rows(indicator.fixed_rule, frames, counted)
        rule = found.astype("Float64").astype(float) if len(found) else rule
    counted = counted.assign(rule=rule.to_numpy(dtype=float, na_value=np.nan))
    extra = sorted(c for c in counted.columns if c.startswith("covariate_"))
    result = []
    semesters = (1, 2) if indicator.period == "semester" else (0,)
    for stage in indicator.stages:
        for semester in semesters:
            part = counted[(counted["stage"] == stage) & (counted["semester"] == semester)]
            if len(part):
                result.append(_one_series(indicator, stage, semester, part, extra, world))
    return result


def _one_series(indicator, stage, semester, part, extra, world) -> Series:
    concerned = np.isin(
        world.types, [kind for kind in set(world.types) if stage in indicator.stages_of(kind)]
    )
    taught = world.taught.get(stage)
    rows = concerned & (taught.any(axis=1) if taught is not None else False)
    rows[positions(world.ids, part["institution_id"].to_numpy())] = True
    world = world.only(np.flatnonzero(rows))
    row = positions(world.ids, part["institution_id"].to_numpy())
    column = part["school_year"].to_numpy() - world.years[0]

    def grid(name: str) -> np.ndarray:
        cells = np.full((len(world.ids), len(world.years)), np.nan)
        if name in part.columns:
            cells[row, column] = part[name].to_numpy(dtype=float, na_value=np.nan)
        return cells

    total, size = grid("numerator"), grid("denominator")
    present = np.zeros(total.shape, bool)
    present[row, column] = True
    usable = np.isfinite(total) & np.isfinite(size) & (size >= 0)
    if indicator.family in ("share", "rate", "size_band", "fact"):
        usable &= total >= 0
    if indicator.family in ("share", "fact"):
        usable &= ~(total > size)  # more graduates than entrants is an error in the data, not a value
    if indicator.family == "rate":
        usable &= ~((size == 0) & (total > 0))
    covariates = np.stack([grid(name) for name in extra], axis=-1) if extra else np.zeros((*total.shape, 0))
    return Series(
        indicator=indicator,
        stage=stage,
        semester=semester,
        world=world,
        delivered=usable,
        unusable=present & ~usable,
        total=np.where(usable, total, np.nan),
        size=np.where(usable, size, np.nan),
        variance=np.where(usable, grid("variance"), np.nan),
        reference=grid("reference"),
        covariates=covariates,
        fixed_rule=np.where(usable, grid("rule"), np.nan),
        segments=np.array([indicator.segment(stage, int(year)) for year in world.years]),
    )


def expected(series: Series) -> np.ndarray:
    """Where a value is due: open, the stage taught (long enough), the type concerned, others delivered."""
    world, indicator = series.world, series.indicator
    kinds = [kind for kind in set(world.types) if series.stage in indicator.stages_of(kind)]
    concerned = np.isin(world.types, kinds)
    taught = world.taught.get(series.stage)
    if taught is None:
        return np.zeros(series.total.shape, bool)
    due = taught & concerned[:, None] & series.delivered.any(axis=0)
    for back in range(1, min(indicator.lookback, taught.shape[1] - 1) + 1):
        due[:, back:] &= taught[:, :-back]
    for column, year in enumerate(world.years):
        day = reporting_day(indicator.period, int(year), series.semester)
        due[:, column] &= world.open_on(day) & (day <= world.as_of)
    return due
