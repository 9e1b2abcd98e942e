"""Children of compulsory age without a place: statuses, sums as the report gives them, and their protection.

Table 5 of the report has nine statuses and no total; its sum is computed. Children abroad, citizens of other
countries and Ukrainian civilians stand beside it and are never added to it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from indicators.disclosure import MINIMUM, rounded
from indicators.later import later

if TYPE_CHECKING:
    import pandas as pd

np = later("numpy")

NINE = (
    "no_information",
    "starts_next_year",
    "lives_in_latvia_studies_abroad",
    "expelled_preschool",
    "family_preschool",
    "long_ill",
    "low_or_no_marks",
    "arrived",
    "disabled",
)
BESIDE = ("left_country", "foreign_citizens", "ukraine_distance_learning", "ukraine_no_information")
TOTAL = "total"
HEALTH = ("long_ill", "disabled")  # special categories of data: never shown by municipality
COUNTRY = "LV"
KEYS = ["area_kind", "area_id", "year", "status"]


def counts(unregistered: pd.DataFrame) -> pd.DataFrame:
    """Children by area, year and status, with the sum of the nine and how many municipalities delivered.

    A municipality that did not deliver has no number. A status that nobody has in a whole year was not
    recorded in it (``z``).
    """
    import pandas as pd

    rows = unregistered.rename(columns={"municipality_code": "area_id"}).assign(area_kind="municipality")
    nine = rows[rows["status"].isin(NINE)]
    total = nine.groupby(["area_kind", "area_id", "year"], as_index=False).agg(
        children=("children", "sum"), delivered=("delivered", "min")
    )
    local = pd.concat([rows, total.assign(status=TOTAL)], ignore_index=True)
    local["expected"] = 1
    nation = local.groupby(["year", "status"], as_index=False).agg(
        children=("children", "sum"), delivered=("delivered", "sum"), expected=("expected", "sum")
    )
    nation = nation.assign(area_kind="country", area_id=COUNTRY)
    both = pd.concat([nation, local], ignore_index=True)[[*KEYS, "children", "delivered", "expected"]]
    both["reason"] = None
    both["children"] = both["children"].astype(float)
    both.loc[both["delivered"] == 0, "reason"] = "x"
    nobody = nation.loc[nation["children"] == 0, ["year", "status"]]
    unknown = pd.MultiIndex.from_frame(nobody)
    absent = pd.MultiIndex.from_frame(both[["year", "status"]]).isin(unknown)
    both.loc[absent & both["status"].isin(BESIDE).to_numpy(), "reason"] = "z"
    both.loc[both["reason"].notna(), "children"] = np.nan
    return both.sort_values(KEYS, ignore_index=True)


def protect(rows: pd.DataFrame, published: Collection[tuple[int, str]] = ()) -> pd.DataFrame:
    """The rows as readers outside the scope may see them.

    Counts under ten are hidden, with none among them: otherwise a national sum of seven would tell who the
    seven are. The others are rounded to five in municipalities. Where one number of a row or column would be
    hidden alone, the next smallest is hidden with it. ``published``: national (year, status) that the report
    itself prints, which stay exact.
    """
    result = rows.copy()
    for year in sorted(set(rows["year"])):
        here = result[(result["year"] == year) & result["reason"].isna()]
        local = here[here["area_kind"] == "municipality"]
        hidden = _local(local.pivot(index="area_id", columns="status", values="children"))
        marks = hidden.stack()
        keys = list(zip(local["area_id"], local["status"], strict=True))
        gone = local.index[[bool(marks.get(key, False)) for key in keys]]
        shown = local.index.difference(gone)
        result.loc[shown, "children"] = rounded(result.loc[shown, "children"])
        result.loc[gone, "children"], result.loc[gone, "reason"] = np.nan, "c"

        nation = here[here["area_kind"] == "country"].set_index("status")["children"]
        free = np.array([(year, status) not in published and status != TOTAL for status in nation.index])
        small = nation[free & (nation < MINIMUM).to_numpy()]
        names = list(small.index)
        rest = nation[free & nation.index.isin(NINE)].drop(names, errors="ignore")
        if len([name for name in names if name in NINE]) == 1 and len(rest):
            names.append(rest.idxmin())
        cells = here.index[(here["area_kind"] == "country") & here["status"].isin(names)]
        result.loc[cells, "children"], result.loc[cells, "reason"] = np.nan, "c"
    return result


def _local(table: pd.DataFrame) -> pd.DataFrame:
    """Which cells of one year's municipalities by statuses are hidden."""
    values = table.to_numpy(dtype=float)
    known = np.isfinite(values)
    hidden = known & (values < MINIMUM)
    names = list(table.columns)
    inner = [names.index(status) for status in NINE if status in names]
    for status in HEALTH:
        if status in names:
            hidden[:, names.index(status)] = known[:, names.index(status)]
    row_line = [*inner, names.index(TOTAL)] if TOTAL in names else []
    while True:
        before = hidden.copy()
        _hide_second(values, known, hidden)  # down: the national sum of every status is known
        if row_line:
            part = hidden[:, row_line].T
            _hide_second(values[:, row_line].T, known[:, row_line].T, part)
            hidden[:, row_line] = part.T
        if (hidden == before).all():
            return table.notna() & hidden


def _hide_second(values: np.ndarray, known: np.ndarray, hidden: np.ndarray) -> None:
    """In every column in which one number is hidden alone, hide the smallest other one."""
    for column in np.flatnonzero((hidden & known).sum(axis=0) == 1):
        others = known[:, column] & ~hidden[:, column]
        if others.any():
            hidden[np.where(others, values[:, column], np.inf).argmin(), column] = True
