"""Who existed, who taught what, and when a value is due: positions that all indicators share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from indicators import stages


def reporting_day(period: str, school_year: int, semester: int) -> str:
    """The day on which a period's value is due: it picks the threshold, and who was open."""
    if period == "calendar_year" or semester == 1:
        return f"{school_year}-12-31"
    return f"{school_year + 1}-05-31"


@dataclass(frozen=True, kw_only=True)
class World:
    """Institutions, years and who taught what, as positions in arrays of (institutions, years)."""

    ids: np.ndarray
    types: np.ndarray
    municipality: np.ndarray  # position of each institution's municipality
    codes: np.ndarray  # municipality codes
    state_city: np.ndarray  # by municipality
    opened: np.ndarray
    closed: np.ndarray
    years: np.ndarray
    taught: Mapping[str, np.ndarray]
    as_of: str

    def only(self, rows: np.ndarray) -> World:
        """The same world with these institutions only; municipalities keep their places."""
        return replace(
            self,
            ids=self.ids[rows],
            types=self.types[rows],
            municipality=self.municipality[rows],
            opened=self.opened[rows],
            closed=self.closed[rows],
            taught={stage: cells[rows] for stage, cells in self.taught.items()},
        )

    def open_on(self, day: str) -> np.ndarray:
        """Which institutions existed on the day."""
        return (self.opened <= day) & (day <= self.closed)


def _state_city(codes: np.ndarray) -> np.ndarray:
    """State cities have CSP codes LV0001000-LV0007000, counties from LV0020000 on."""
    return np.array([code[2:6].isdigit() and int(code[2:6]) < 20 for code in codes], dtype=bool)


def world_of(frames: Mapping[str, pd.DataFrame], counted: Iterable[pd.DataFrame], as_of: str) -> World:
    institution = frames["institution"].sort_values("id", ignore_index=True)
    ids = institution["id"].to_numpy()
    places = institution["municipality_code"].to_numpy(dtype=object)
    codes, place = np.unique(places.astype(str), return_inverse=True)
    enrolment = frames.get("enrolment")
    spans = [frame["school_year"] for frame in (*counted, *([enrolment] if enrolment is not None else []))]
    spans = [span for span in spans if len(span)]
    first = min((int(span.min()) for span in spans), default=0)
    last = max((int(span.max()) for span in spans), default=-1)
    years = np.arange(first, last + 1)
    return World(
        ids=ids,
        types=institution["type"].to_numpy(dtype=object),
        municipality=place,
        codes=codes,
        state_city=_state_city(codes),
        opened=institution["valid_from"].astype(str).to_numpy(dtype="U10"),
        closed=institution["valid_to"].fillna("9999-12-31").astype(str).to_numpy(dtype="U10"),
        years=years,
        taught=_taught(enrolment, institution, ids, years),
        as_of=as_of,
    )


def _taught(enrolment, institution, ids, years) -> dict[str, np.ndarray]:
    """Where each stage is taught, by enrolment; a year that was not delivered keeps the last answer."""
    shape = (len(ids), len(years))
    if enrolment is None or not len(enrolment):
        return {}
    row = positions(ids, enrolment["institution_id"].to_numpy())
    column = enrolment["school_year"].to_numpy() - years[0]
    delivered = np.zeros(shape, bool)
    delivered[row, column] = True
    somebody = enrolment["pupils"].to_numpy() > 0
    result = {}
    for stage in stages.TYPES:
        has = np.zeros(shape, bool)
        if stages.is_whole(stage):
            kind = institution["type"].map(stages.WHOLE_BY_TYPE).to_numpy(dtype=object) == stage
            has[row[somebody], column[somebody]] = True
            has[~kind] = False
        else:
            here = somebody & (enrolment["stage"].to_numpy(dtype=object) == stage)
            has[row[here], column[here]] = True
        # A year without any enrolment keeps the answer of the last year that was delivered.
        for year in range(1, has.shape[1]):
            has[:, year] |= ~delivered[:, year] & has[:, year - 1]
        result[stage] = has
    return result


def positions(ids: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    place = np.searchsorted(ids, wanted)
    place = np.minimum(place, len(ids) - 1) if len(ids) else place
    unknown = ids[place] != wanted if len(ids) else np.ones(len(wanted), bool)
    if unknown.any():
        raise ValueError(f"facts of institutions that do not exist: {sorted(set(wanted[unknown]))[:5]}")
    return place
