"""An attacker who wants the level of one institution, with what everybody may read.

Who was visited or evaluated, when, of what type and where is public. So the institutions of one municipality and one
group (type) are a class of known size, and a class of which all must have the same level is given away.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from indicators.disclosure import attack
from indicators.disclosure.cube import ALWAYS, Builder


def given_away(members: pd.DataFrame, told: pd.DataFrame, levels: list[str]) -> list[tuple[str, str, str]]:
    """Classes (area, group) with the level that all of their members must have, by linear programs.

    members: `area`, `group`, one row per institution. told: `area` ("LV" = the country), `group` ("all" = every
    group), `level`, `institutions`; rows without a number tell nothing.
    """
    classes = members.groupby(["area", "group"]).size()
    size = np.repeat(classes.to_numpy(), len(levels)).astype(float)
    builder = Builder()
    cell = builder.add_variables(np.full(len(size), np.nan)).reshape(len(classes), len(levels))
    builder.say(ALWAYS, cell.ravel(), np.zeros(len(size)), size)
    area, group = (classes.index.get_level_values(name).to_numpy() for name in ("area", "group"))

    def add(parts: np.ndarray, total: float) -> None:
        whole = builder.add_variables([np.nan])
        builder.say(ALWAYS, whole, total, total)
        parts = parts.ravel()
        if not len(parts):
            assert total == 0
            return
        builder.add_sums(
            np.zeros(len(parts) + 1), np.append(parts, whole), np.append(np.zeros(len(parts), bool), True)
        )

    for place, number in enumerate(classes):
        add(cell[place], number)
    for row in told[told["institutions"].notna()].itertuples():
        inside = (area == row.area) | (row.area == "LV")
        inside &= (group == row.group) | (row.group == "all")
        if row.level in levels:
            add(cell[inside, levels.index(row.level)], float(row.institutions))
    # A level that a told group has no row for is nobody's there.
    for (place, name), rows in told[told["level"].isin(levels)].groupby(["area", "group"]):
        if rows["institutions"].isna().any():
            continue
        inside = ((area == place) | (place == "LV")) & ((group == name) | (name == "all"))
        for level in set(levels) - set(rows["level"]):
            add(cell[inside, levels.index(level)], 0.0)
    cube = builder.cube()
    programs = attack.Programs(cube, *cube.boxes())
    random = np.random.default_rng(1)
    for _turn in range(8):
        goal = np.zeros(len(cube.truth))
        goal[cell.ravel()] = random.normal(size=cell.size)
        programs.solve(goal)
    found = []
    for place, number in enumerate(classes):
        for at, level in enumerate(levels):
            variable = cell[place, at]
            if programs.least[variable] > number - 0.5:
                bottom, _top = programs.bounds(variable)
                if bottom > number - 0.5:
                    found.append((area[place], group[place], level))
    return found


def by_name(told: pd.DataFrame, every: list[str]) -> list[tuple[str, str]]:
    """Hidden totals whose rows name some levels only: their names alone tell which levels there are."""
    hidden = told[told["institutions"].isna() & told["level"].isin(every)]
    return [key for key, rows in hidden.groupby(["area", "group"]) if set(rows["level"]) != set(every)]
