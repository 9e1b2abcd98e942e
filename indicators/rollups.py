"""Roll-ups of values: what pages read instead of counting institutions at request time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indicators import levels

KEYS = ["indicator_id", "stage", "school_year", "semester"]
PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
LEVELS = (*levels.LEVELS, "u", "x")
COUNTED = ("institutions", "certain", "is_new", "persistent", "expected_by_chance")
PERSISTENT_FROM = 2  # periods in a row
COUNTRY = "LV"


def distribution(values: pd.DataFrame) -> pd.DataFrame:
    """Spread of the institutions' values, one row per indicator, stage and period.

    Institutions with too few cases to judge are left out: their shares jump between 0 and 100 %. The
    national value comes from counts and includes them.
    """
    institutions = values[
        (values["unit_kind"] == "institution") & values["value"].notna() & values["reason"].isna()
    ]
    spread = [
        (*key, len(part), *np.percentile(part.to_numpy(), PERCENTILES))
        for key, part in institutions.groupby(KEYS, sort=True)["value"]
    ]
    names = [f"p{percentile:02d}" for percentile in PERCENTILES]
    table = pd.DataFrame(spread, columns=[*KEYS, "institutions", *names])
    country = values.loc[values["unit_kind"] == "country", [*KEYS, "value", "numerator", "denominator"]]
    country = country.rename(columns={"value": "national"})
    if table.empty:
        table = table.astype({key: country[key].dtype for key in KEYS})
    joined = country.merge(table, on=KEYS, how="left").sort_values(KEYS, ignore_index=True)
    joined["institutions"] = joined["institutions"].fillna(0).astype("int64")
    return joined[[*KEYS, "institutions", *names, "national", "numerator", "denominator"]]


def level_counts(values: pd.DataFrame) -> pd.DataFrame:
    """Institutions at each level, for the country and every municipality.

    ``persistent`` counts those at the level or worse for two periods or more; ``expected_by_chance`` is how
    many of the flags would be there by chance (missing for ``u`` and ``x``, where there is no level).
    """
    rows = values[values["unit_kind"] == "institution"]
    level = rows["level"].where(rows["level"].notna(), rows["reason"])
    rows = rows.assign(level=level)[level.isin(LEVELS)]
    own = rows["probability_high"].where(rows["level"] == "high", rows["probability_medium"])
    flagged = rows["level"].isin(["medium", "high"])
    counted = rows[[*KEYS, "municipality_code", "level"]].assign(
        institutions=1,
        certain=(rows["certainty"] == "certain").astype("int64"),
        is_new=rows["is_new"].fillna(0).astype("int64"),
        persistent=(rows["persistence"].fillna(0) >= PERSISTENT_FROM).astype("int64"),
        expected_by_chance=(1 - own.astype(float)).where(flagged, 0.0).fillna(0.0),
    )
    areas = []
    for kind in ("country", "municipality"):
        area = counted.assign(
            area_kind=kind, area_id=COUNTRY if kind == "country" else counted["municipality_code"]
        )
        keys = ["area_kind", "area_id", *KEYS, "level"]
        areas.append(area.groupby(keys, as_index=False, sort=True)[list(COUNTED)].sum())
    table = pd.concat(areas, ignore_index=True)
    table["expected_by_chance"] = table["expected_by_chance"].where(~table["level"].isin(["u", "x"]))
    return table
