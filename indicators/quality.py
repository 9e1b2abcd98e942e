"""Visits, evaluations, tasks and supervision: differences of shares, changes of level, counts of areas, protection.

Pure: frames of facts in, frames of counts out. Areas are the country ("LV") and its municipalities; what
everybody may see of a municipality is decided by :func:`protect`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indicators.disclosure import MINIMUM, RULES
from indicators.statistics.intervals import newcombe_difference

if TYPE_CHECKING:
    import pandas as pd

RATINGS = ("insufficient", "needs_improvement", "good", "very_good", "excellent")
OPTIMAL = "optimal"  # the three upper ratings together, where only their sum is known
UPPER = (*RATINGS[2:], OPTIMAL)
LAGGING = RATINGS[:2]
OUTCOMES = ("confirmed", "not_confirmed", "explained", "forwarded")
MOST_OF_ONE = RULES.dominance[
    0
]  # a count that comes mostly from one institution tells about that institution
FEWEST_INSTITUTIONS = RULES.contributors
TYPE_GROUPS = {"preschool": "preschool", "vocational": "vocational", "orientation": "vocational"}
COUNTRY = "LV"


# --- two groups ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShareDifference:
    """Share of the first group minus share of the second, with Newcombe's 95 % interval."""

    x1: int
    n1: int
    x2: int
    n2: int
    difference: float
    lower: float
    upper: float

    @property
    def share1(self) -> float:
        return self.x1 / self.n1

    @property
    def share2(self) -> float:
        return self.x2 / self.n2

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.lower > 0 or self.upper < 0


def share_differences(counts: Sequence[tuple[int, int, int, int]]) -> list[ShareDifference]:
    """Differences of (x1 of n1) and (x2 of n2); every group must have members.

    >>> one = share_differences([(90, 106, 30, 60)])[0]
    >>> round(one.difference, 3), one.clear
    (0.349, True)
    """
    if any(n1 <= 0 or n2 <= 0 for _x1, n1, _x2, n2 in counts):
        raise ValueError("a share needs a group with members")
    if not counts:
        return []
    x1, n1, x2, n2 = (list(column) for column in zip(*counts, strict=True))
    limits = newcombe_difference(x1, n1, x2, n2)
    return [
        ShareDifference(a, b, c, d, a / b - c / d, float(low), float(high))
        for (a, b, c, d), low, high in zip(counts, limits.lower, limits.upper, strict=True)
    ]


# --- two visits --------------------------------------------------------------------------------------


def level_change(before: str | None, after: str | None) -> tuple[str, int | None]:
    """(up | same | down | unknown, steps): steps is None where only the sum of the upper levels is known.

    >>> level_change("needs_improvement", "good")
    ('up', 1)
    >>> level_change("good", "good")
    ('same', 0)
    >>> level_change("optimal", "good")
    ('unknown', None)
    >>> level_change("insufficient", "optimal")
    ('up', None)
    """
    if before is None or after is None:
        return "unknown", None
    if OPTIMAL in (before, after):
        upper_before, upper_after = before in UPPER, after in UPPER
        if upper_before == upper_after:
            return "unknown", None
        return ("up" if upper_after else "down"), None
    steps = RATINGS.index(after) - RATINGS.index(before)
    return ("up" if steps > 0 else "down" if steps < 0 else "same"), steps


# --- counts of areas -----------------------------------------------------------------------------------


def _areas(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows twice: under the country and under their municipality."""
    import pandas as pd

    country = rows.assign(area_kind="country", area_id=COUNTRY)
    return pd.concat(
        [country, rows.assign(area_kind="municipality", area_id=rows["municipality_code"])],
        ignore_index=True,
    )


def _alone(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows under their own institution: for those in charge of it only."""
    return rows.assign(area_kind="institution", area_id=rows["institution_id"].astype(str))


AREA = ["area_kind", "area_id"]


def _placed(rows: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    places = institution[["id", "municipality_code", "type"]].rename(columns={"id": "institution_id"})
    return rows.merge(places, on="institution_id")


def visit_counts(visit: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Institutions by round, stage and level; level `all` is every visited one, `none` visited without a rating."""
    import pandas as pd

    rows = _placed(visit, institution)
    rows = rows.assign(level=rows["level"].astype(object).where(rows["level"].notna(), "none"))
    rows = pd.concat([rows, rows.assign(level="all")], ignore_index=True)
    rows = pd.concat([rows, rows.assign(stage="all")], ignore_index=True)
    keys = [*AREA, "school_year", "visit_no", "stage", "level"]
    return _areas(rows).groupby(keys).size().rename("institutions").reset_index()


def criterion_counts(visit: pd.DataFrame, criterion: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Institutions where each thing was found, of all rated ones and of the two groups of levels."""
    import pandas as pd

    rows = criterion.merge(
        visit[["institution_id", "visit_no", "school_year", "level"]], on=["institution_id", "visit_no"]
    )
    rows = _placed(rows[rows["answer"].notna() & rows["level"].notna()], institution)
    group = rows["level"].isin(UPPER).map({True: OPTIMAL, False: "lagging"})
    rows = pd.concat([rows.assign(level_group="all"), rows.assign(level_group=group)], ignore_index=True)
    keys = [*AREA, "school_year", "visit_no", "level_group", "criterion"]
    return (
        _areas(rows)
        .groupby(keys)["answer"]
        .agg(yes="sum", rated="size")
        .reset_index()
        .astype({"yes": int, "rated": int})
    )


def change_counts(visit: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Institutions with a repeated visit by the level of both."""
    import pandas as pd

    keys = [*AREA, "from_level", "to_level"]
    both = visit[visit["visit_no"] == 1].merge(
        visit[visit["visit_no"] == 2], on="institution_id", suffixes=("_first", "_second")
    )
    both = both.rename(columns={"level_first": "from_level", "level_second": "to_level"})
    both = both[both["from_level"].notna() & both["to_level"].notna()]
    counts = _areas(_placed(both, institution)).groupby(keys).size().rename("institutions").reset_index()
    changes = [level_change(a, b) for a, b in zip(counts["from_level"], counts["to_level"], strict=True)]
    counts["change"] = [change for change, _steps in changes]
    counts["steps"] = pd.Series([steps for _change, steps in changes], dtype="Int64")
    return counts


def funding(visit: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """What was granted and used by area and school year, and how many institutions used nothing."""
    rows = _placed(visit[visit["funding_granted"].notna() & visit["funding_used"].notna()], institution)
    rows = rows.assign(unused=((rows["funding_used"] == 0) & (rows["funding_granted"] > 0)).astype(int))
    counts = (
        _areas(rows)
        .groupby([*AREA, "school_year"])
        .agg(
            institutions=("institution_id", "size"),
            unused=("unused", "sum"),
            granted=("funding_granted", "sum"),
            used=("funding_used", "sum"),
        )
        .reset_index()
    )
    counts["granted"], counts["used"] = counts["granted"].round(2), counts["used"].round(2)
    return counts


def evaluation_counts(evaluation: pd.DataFrame, institution: pd.DataFrame) -> pd.DataFrame:
    """Accredited institutions and assessed heads by criterion and level; `any` counts each once.

    Municipalities are counted for all types of institutions together.
    """
    import pandas as pd

    rows = _placed(evaluation, institution)
    group = rows["type"].map(TYPE_GROUPS).fillna("general")
    once = rows.assign(weak=rows["level"].isin(LAGGING), type_group=group)
    once = (
        once.groupby(["institution_id", "municipality_code", "year", "kind", "type_group"])["weak"]
        .any()
        .reset_index()
    )
    anywhere = pd.concat(
        [
            once.assign(level="all"),
            once.assign(level=once["weak"].map({True: "needs_improvement", False: "none_weak"})),
        ],
        ignore_index=True,
    ).assign(criterion="any")
    columns = ["institution_id", "municipality_code", "year", "kind", "type_group", "criterion", "level"]
    rows = pd.concat([rows.assign(type_group=group)[columns], anywhere[columns]], ignore_index=True)
    rows = pd.concat([rows, rows.assign(type_group="all")], ignore_index=True)
    rows = _areas(rows)
    rows = rows[(rows["area_kind"] == "country") | (rows["type_group"] == "all")]
    keys = [*AREA, "year", "kind", "type_group", "criterion", "level"]
    return rows.groupby(keys).size().rename("institutions").reset_index()


def task_counts(task: pd.DataFrame, institution: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Tasks, done ones and those that are late on the as-of date."""
    rows = _placed(task, institution)
    late = rows["due"].notna() & (rows["due"].astype(str) < as_of)
    rows = rows.assign(overdue=(rows["tasks"] - rows["done"]).where(late, 0))
    keys = [*AREA, "year", "area", "topic"]
    return _areas(rows).groupby(keys)[["tasks", "done", "overdue"]].sum().reset_index()


def supervision_counts(
    complaint: pd.DataFrame, inspection: pd.DataFrame, institution: pd.DataFrame
) -> pd.DataFrame:
    """Complaints by topic and outcome and, in the rows of all topics, inspections.

    `contributors` and `largest` say how many institutions the complaints concern and how many the first of them.
    """
    import pandas as pd

    rows = _placed(complaint, institution)
    measures = ["received", *OUTCOMES]
    by_topic = _areas(rows).groupby([*AREA, "year", "topic"])[measures].sum().reset_index()
    single = rows.groupby(["institution_id", "municipality_code", "year"])[measures].sum().reset_index()
    spread = pd.concat([_areas(single), _alone(single)], ignore_index=True)
    total = spread.groupby([*AREA, "year"])[measures].sum().reset_index().assign(topic="all")
    weight = spread.groupby([*AREA, "year"])["received"].agg(contributors="size", largest="max").reset_index()
    checks = _placed(inspection, institution)
    checks = (
        pd.concat([_areas(checks), _alone(checks)], ignore_index=True)
        .groupby([*AREA, "year"])[["inspections", "violations_found"]]
        .sum()
        .reset_index()
        .assign(topic="all")
    )
    total = total.merge(checks, on=[*AREA, "year", "topic"], how="outer").merge(
        weight, on=[*AREA, "year"], how="left"
    )
    filled = [*measures, "inspections", "violations_found", "contributors", "largest"]
    total[filled] = total[filled].fillna(0).astype(int)
    return pd.concat([by_topic, total], ignore_index=True)


def follow_up(high: pd.DataFrame, later: pd.DataFrame, visited: pd.DataFrame) -> pd.DataFrame:
    """High levels of one school year and the level of the next, for visited institutions and others.

    high, later: `institution_id`, `indicator_id`, `stage`, `school_year`, `level`; visited: `institution_id`,
    `year`. An institution counts as visited after school year Y when something happened in the calendar year Y + 1.
    """
    import pandas as pd

    keys = ["institution_id", "indicator_id", "stage", "school_year"]
    following = later.assign(school_year=later["school_year"] - 1).rename(columns={"level": "after"})
    rows = high.merge(following[[*keys, "after"]], on=keys, how="left")
    seen = visited.assign(school_year=visited["year"] - 1)[["institution_id", "school_year"]]
    seen = seen.drop_duplicates().assign(visited=1)
    rows = rows.merge(seen, on=["institution_id", "school_year"], how="left")
    rows["visited"] = rows["visited"].fillna(0).astype(int)
    rows["unknown"] = rows["after"].isna().astype(int)
    rows["still"] = (rows["after"] == "high").astype(int)
    rows["no_longer"] = 1 - rows["unknown"] - rows["still"]
    counts = rows.groupby(["school_year", "visited"]).agg(
        high=("level", "size"),
        no_longer=("no_longer", "sum"),
        still=("still", "sum"),
        unknown=("unknown", "sum"),
    )
    return pd.DataFrame(counts.reset_index())


# --- what others may see of a municipality -----------------------------------------------------------


def safe_parts(parts: Sequence[int]) -> bool:
    """Whether the parts of a total tell nothing about single members.

    Each part that is not empty has at least ten members, and not all members are in one part.

    >>> safe_parts([45, 24, 10]), safe_parts([45, 24, 1]), safe_parts([12, 0])
    (True, False, False)
    """
    filled = [part for part in parts if part]
    return len(filled) > 1 and min(filled) >= MINIMUM


def never_alone(values: Sequence[float], hidden: Sequence[bool]) -> list[bool]:
    """The hidden parts of a sum that is shown, joined by the smallest shown ones.

    Until at least two are hidden and they have ten members together: a lone one is the sum minus the others.

    >>> never_alone([40, 4, 12, 0], [False, True, False, False])
    [False, True, True, False]
    >>> never_alone([40, 4, 12], [False, False, False])
    [False, False, False]
    """
    result = [bool(one) for one in hidden]
    shown = sorted((value, i) for i, value in enumerate(values) if not result[i] and value > 0)
    for _value, i in shown:
        kept = [value for value, one in zip(values, result, strict=True) if one]
        if not kept or (len(kept) > 1 and sum(kept) >= MINIMUM):
            break
        result[i] = True
    return result


def _never_alone(
    rows: pd.DataFrame, where: pd.Series, hidden: pd.Series, value: str, keys: list[str]
) -> pd.Series:
    """`never_alone` for the rows of `where`, one sum for each value of the keys."""
    result = hidden.astype(bool)
    local = rows[where]
    parts = [part for _key, part in local.groupby(keys, dropna=False)] if keys else [local]
    for part in parts:
        if len(part):
            result.loc[part.index] = never_alone(part[value].tolist(), result.loc[part.index].tolist())
    return result


def protect(
    rows: pd.DataFrame, keys: Sequence[str], counts: Sequence[str], parts: Mapping[str, str]
) -> pd.DataFrame:
    """Rows with the reason `c` in place of numbers where a municipality, or a group of the country, has too few.

    keys: columns that name one total (area first). parts: {"column": the column of the part's name, "total": the
    name of the part that is the total itself, "group": a column of groups whose value `all` is all of them} for rows
    that are parts of a total, {} where each row stands alone and must reach the minimum in its first count.
    Who was visited or evaluated is public, so a part tells about single institutions when all of a group are in it,
    and so does a row that stands there for the parts that exist only: what is hidden names every possible part.
    """
    import pandas as pd

    result = rows.copy()
    result["reason"] = pd.Series([None] * len(result), index=result.index, dtype=object)
    local = result["area_kind"] == "municipality"
    hidden = local & (result[counts[0]] < MINIMUM)
    apart = [name for name in keys if name not in AREA]
    if not parts:
        hidden = _never_alone(result, local, hidden, counts[0], apart)
    else:
        column, total = parts["column"], parts["total"]
        whole = local & (result[column] == total)
        hidden = _never_alone(result, whole, hidden, counts[0], apart)
        gone = set(result.loc[whole & hidden, list(keys)].itertuples(index=False, name=None))
        hidden |= local & pd.Series(
            [one in gone for one in result[list(keys)].itertuples(index=False, name=None)],
            index=result.index,
            dtype=bool,
        )
        inner = result[local & (result[column] != total)]
        safe = inner.groupby(list(keys))[counts[0]].agg(list).map(safe_parts)
        index = pd.MultiIndex.from_frame(result[list(keys)])
        verdict = pd.Series([bool(safe.get(one, False)) for one in index], index=result.index, dtype=bool)
        hidden |= local & (result[column] != total) & ~verdict
        part = result[column] != total
        if "group" in parts:
            hidden |= _small_groups(
                result, part, [one for one in apart if one != parts["group"]], parts, counts[0]
            )
        hidden |= _rest_tells(result, part, hidden, apart, column, counts[0])
        result, hidden = _every_part(result, hidden, part, list(keys), parts, counts)
    for name in counts:
        result[name] = result[name].astype("Float64").mask(hidden)
    result.loc[hidden, "reason"] = "c"
    return result


def mixed(parts: Iterable[float]) -> bool:
    """Whether a group of which everybody knows the members may be told by parts: ten or more, in several parts.

    >>> mixed([8, 4]), mixed([12]), mixed([4, 3])
    (True, False, False)
    """
    filled = [part for part in parts if part > 0]
    return len(filled) > 1 and sum(filled) >= MINIMUM


def _small_groups(
    rows: pd.DataFrame, part: pd.Series, keys: list[str], parts: Mapping[str, str], count: str
) -> pd.Series:
    """Parts of groups of the country that are too few or all alike, and of those that would give these away."""
    import pandas as pd

    group, column = parts["group"], parts["column"]
    result = pd.Series(False, index=rows.index)
    country = rows[part & (rows["area_kind"] == "country")]
    for _key, found in country.groupby(keys, dropna=False):
        table = found.pivot_table(index=group, columns=column, values=count, aggfunc="sum", fill_value=0)
        single = table.drop(index="all", errors="ignore")
        hide = [name for name in single.index if not mixed(single.loc[name])]
        if "all" in table.index and not mixed(table.loc["all"]):
            hide = list(table.index)
        elif hide and "all" in table.index:  # the hidden ones together are all minus the others
            for name in single.sum(axis=1).sort_values(kind="stable").index:
                if len(hide) > 1 and mixed(single.loc[hide].sum()):
                    break
                if name not in hide:
                    hide.append(name)
        result.loc[found.index[found[group].isin(hide)]] = True
    return result


def _rest_tells(
    rows: pd.DataFrame, part: pd.Series, hidden: pd.Series, keys: list[str], column: str, count: str
) -> pd.Series:
    """Parts of municipalities without which the hidden ones, the country minus these, would be too few or all alike."""
    import pandas as pd

    result = pd.Series(False, index=rows.index)
    inner = rows[part]
    for _key, found in inner.groupby(keys or (lambda _row: 0), dropna=False):
        local = found[(found["area_kind"] == "municipality")]
        open_ = local[~hidden[local.index]]
        if not len(open_):
            continue
        country = found[found["area_kind"] == "country"].set_index(column)[count]
        others = local.loc[hidden[local.index], "area_id"].nunique()
        for area in open_.groupby("area_id")[count].sum().sort_values(kind="stable").index:
            told = open_[~result[open_.index]]
            rest = country.sub(told.groupby(column)[count].sum(), fill_value=0)
            if rest.sum() == 0 or (others > 1 and mixed(rest)):
                break
            result.loc[open_.index[open_["area_id"] == area]] = True
            others += 1
    return result


def _every_part(
    rows: pd.DataFrame,
    hidden: pd.Series,
    part: pd.Series,
    keys: list[str],
    parts: Mapping[str, str],
    counts: Sequence[str],
) -> tuple[pd.DataFrame, pd.Series]:
    """Hidden totals with a row for every part that the country has, so that the rows do not tell which are filled."""
    import pandas as pd

    column, group = parts["column"], parts.get("group")
    gone = hidden & part
    apart = [name for name in keys if name not in AREA and name != group]
    told = rows[part & ~gone & (rows["area_kind"] == "country")]
    names = (
        told.groupby(apart or (lambda _row: 0), dropna=False)[column]
        .agg(lambda one: sorted(set(one)))
        .to_dict()
    )
    of_kind = [
        name for name in apart if name == "criterion"
    ]  # where even the country is not told: all that exist
    lacking = (
        rows[part]
        .groupby(of_kind or (lambda _row: 0), dropna=False)[column]
        .agg(lambda one: sorted(set(one)))
    )
    made = []
    for key in rows.loc[gone, keys].drop_duplicates().to_dict("records"):
        at = tuple(key[name] for name in apart)
        every = names.get(at if len(apart) > 1 else at[0] if at else 0)
        if every is None:
            every = lacking.get(key["criterion"] if of_kind else 0, [])
        made += [{**key, column: one} for one in every]
    kept = rows[~gone]
    full = pd.concat([kept, pd.DataFrame(made, columns=[*keys, column])], ignore_index=True)
    full[list(counts)] = full[list(counts)].astype("Float64")
    flags = pd.Series([*hidden[kept.index], *[True] * len(made)], index=full.index, dtype=bool)
    return full, flags


def protect_supervision(rows: pd.DataFrame) -> pd.DataFrame:
    """Municipal complaints for others: totals of ten and more from several institutions, never by topic.

    Outcomes are shown all or none, so that no hidden one is left over.
    """
    import pandas as pd

    shown = (rows["area_kind"] == "municipality") & (rows["topic"] == "all")
    result = rows[(rows["area_kind"] == "country") | shown].copy()
    result["reason"] = pd.Series([None] * len(result), index=result.index, dtype=object)
    local = result["area_kind"] == "municipality"
    few = (
        (result["received"] < MINIMUM)
        | (result["contributors"] < FEWEST_INSTITUTIONS)
        | (result["largest"] > MOST_OF_ONE * result["received"])
    )
    outcomes = list(OUTCOMES)
    apart = ~(result[outcomes].isin([0]) | (result[outcomes] >= MINIMUM)).all(axis=1) | few
    hidden = {
        "received": local & few,
        "inspections": local & (result["inspections"] < MINIMUM),
        **dict.fromkeys(outcomes, local & apart),
    }
    violations = result["violations_found"]
    hidden["violations_found"] = local & (
        (violations < MINIMUM) | (result["inspections"] - violations < MINIMUM)
    )
    for name in ("received", "inspections", "violations_found"):
        hidden[name] = _never_alone(result, local, hidden[name], name, ["year"])
    outcome = _never_alone(result, local, hidden[outcomes[0]] | hidden["received"], "received", ["year"])
    hidden |= dict.fromkeys(outcomes, outcome)
    for name, where in hidden.items():
        result[name] = result[name].astype("Float64").mask(where)
    result.loc[hidden["received"], "reason"] = "c"
    return result
