"""The cube of one release: every table of counts that pages, exports and the API show to outsiders.

Frames of exact rows and of the rows that are published in their place go in; the cube and what each of its rows stands
for come out. docs/methodology.md ("Disclosure control") lists the tables and sums in words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from indicators.disclosure.cube import ALWAYS, Builder, Cube
from indicators.disclosure.primary import PERIOD, RULES, persons_per_unit, rounded

if TYPE_CHECKING:
    import pandas as pd

VALUE_KEY = ["unit_kind", "unit_id", *PERIOD]
WIDTH = float(RULES.interval - 1)  # so many values and one more
TOTAL = ""  # all stages of an institution together
LOADS = (
    "R05",
    "R07",
)  # values per hundred learners: without their denominators they tell nothing of the learners
LEARNERS = ("R03",)  # denominators that are learners of a stage at the end of a semester
ABSENCE_STAGES = ("preschool", "basic", "upper_secondary", "vocational")


@dataclass
class Table:
    """One published table in the cube: where its rows begin, their keys and where its variables begin."""

    name: str
    keys: pd.DataFrame
    first_row: int
    variables: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def rows(self) -> np.ndarray:
        """Numbers of its rows in the cube."""
        return np.arange(self.first_row, self.first_row + len(self.keys))


@dataclass
class Release:
    """The cube of a release with its tables, and the lasting name of every variable for the ledger."""

    cube: Cube
    tables: dict[str, Table]
    names: pd.Series


def box_of_rounded(shown: np.ndarray, least: np.ndarray | float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Counts that are rounded to `shown`, half up; never below what is shown at all.

    >>> low, high = box_of_rounded(np.array([10.0, 25.0]), 10)
    >>> low.tolist(), high.tolist()
    ([10.0, 23.0], [12.0, 27.0])
    """
    below, above = RULES.base // 2, (RULES.base - 1) // 2
    shown = np.asarray(shown, dtype=float)
    return np.maximum(shown - below, least), np.where(np.isfinite(shown), shown + above, np.nan)


def build(frames: dict[str, pd.DataFrame], families: dict[str, str], units: dict[str, str]) -> Release:
    """The cube of a release.

    frames: `exact` and `shown` rows of indicator values with the same keys; optionally `enrolment` (exact pupils,
    shown pupils), `absence` and `absence_shown`, `children` and `children_shown`, `graduates`, `flows`.
    """
    import pandas as pd

    builder = Builder()
    tables: dict[str, Table] = {}
    names: list[pd.Series] = []
    learners = None
    if "enrolment" in frames:
        learners = _enrolment(builder, tables, names, frames["enrolment"])
    if "exact" in frames and len(frames["exact"]):
        _values(builder, tables, names, frames, families, units, learners)
    if "children" in frames and len(frames["children"]):
        _children(builder, tables, names, frames["children"], frames["children_shown"])
    if "flows" in frames and len(frames["flows"]):
        _flows(builder, tables, names, frames["flows"])
    if "graduates" in frames and len(frames["graduates"]):
        _graduates(builder, tables, names, frames["graduates"], frames["lines"])
    if "flows" in tables and "graduates" in tables:
        _same_graduates(builder, tables, frames)
    if "supervision" in frames and len(frames["supervision"]):
        _supervision(builder, tables, names, frames["supervision"], frames["supervision_shown"])
    joined = pd.concat(names, ignore_index=True) if names else pd.Series([], dtype=str)
    return Release(builder.cube(), tables, joined)


# --- learners -----------------------------------------------------------------------------------------


def _enrolment(builder: Builder, tables: dict, names: list, rows: pd.DataFrame) -> pd.DataFrame:
    """Learners of institutions by stage and together; returns the variable of each."""
    shown = rows["shown"].to_numpy(dtype=float)
    truth = rows["pupils"].to_numpy(dtype=float)
    least = least_persons(rows["stage"])
    hidden = ~np.isfinite(shown)
    secret = hidden & (truth > 0) & (truth < least)
    total = (rows["stage"] == TOTAL).to_numpy()
    variables = builder.add_variables(
        truth,
        need=np.where(secret & ~total, WIDTH, 0.0),
        need_hidden=np.where(total | (truth == 0), 0.0, WIDTH),
        owner=rows["institution_id"].to_numpy(),
        area=rows["area"].to_numpy(),
    )
    first = builder.add_rows(np.maximum(np.nan_to_num(shown) * np.where(total, 0.1, 1.0), 1.0), hidden)
    low, high = box_of_rounded(shown, np.where(truth == 0, 0.0, least))
    builder.say(first, variables, low, np.where(truth == 0, 0.0, high))
    period = rows.groupby(["institution_id", "school_year", "semester"], sort=False).ngroup().to_numpy()
    builder.add_sums(period, variables, total)
    tables["enrolment"] = Table(
        "enrolment",
        rows[["institution_id", "school_year", "semester", "stage"]],
        int(first[0]) if len(first) else builder.rows,
        {"n": variables},
    )
    names.append(_named("enrolment", rows[["institution_id", "school_year", "semester", "stage"]]))
    return rows[["institution_id", "school_year", "semester", "stage"]].assign(variable=variables)


def area_numbers(code: pd.Series) -> np.ndarray:
    """Numbers of municipalities, the same in every table; -1 where there is none.

    >>> import pandas as pd
    >>> area_numbers(pd.Series(["LV0001000", None])).tolist()
    [1000, -1]
    """
    import pandas as pd

    return pd.to_numeric(code.str[2:], errors="coerce").fillna(-1).to_numpy(dtype=int)


def least_persons(stage: pd.Series) -> np.ndarray:
    """Fewest persons behind a figure, by stage."""
    return np.where(stage.isin(RULES.sensitive_stages), RULES.minimum_sensitive, RULES.minimum).astype(float)


# --- values of indicators -----------------------------------------------------------------------------


def _filled(exact: pd.DataFrame) -> pd.DataFrame:
    """The exact rows, with the sums of areas that are not told because too few delivered (`completeness`).

    Nobody reads these sums, but the country is still the sum of its municipalities: without them the rest would
    not add up.
    """
    import pandas as pd

    result = exact.copy()
    single = exact["unit_kind"] == "institution"
    for kind, keys in (("municipality", [*PERIOD, "municipality_code"]), ("country", [*PERIOD])):
        gap = ((exact["unit_kind"] == kind) & exact["denominator"].isna()).to_numpy()
        if not gap.any():
            continue
        sums = exact[single].groupby(keys)[["numerator", "denominator"]].sum(min_count=1)
        places = exact.loc[gap, keys]
        found = sums.reindex(pd.MultiIndex.from_frame(places))
        result.loc[gap, ["numerator", "denominator"]] = found.to_numpy()
    return result


def _values(
    builder: Builder,
    tables: dict,
    names: list,
    frames: dict[str, pd.DataFrame],
    families: dict[str, str],
    units: dict[str, str],
    learners: pd.DataFrame | None,
) -> None:
    import pandas as pd

    exact, shown = _filled(frames["exact"]), frames["shown"]
    used = exact["denominator"].notna().to_numpy()
    exact, shown = exact[used].reset_index(drop=True), shown[used].reset_index(drop=True)
    if not (exact[VALUE_KEY].to_numpy() == shown[VALUE_KEY].to_numpy()).all():
        raise ValueError("exact and published values have different keys")
    size = len(exact)
    kind = exact["unit_kind"].to_numpy()
    single, area, country = (kind == name for name in ("institution", "municipality", "country"))
    family = exact["indicator_id"].map(families)
    unit = exact["indicator_id"].map(units)
    persons = persons_per_unit(exact["indicator_id"], unit)
    share, rate = (family == "share").to_numpy(), (family == "rate").to_numpy()
    scale = np.where(persons > 1, persons, 1.0)  # counts are kept in learners, not in hundreds
    n = np.round(exact["denominator"].to_numpy(dtype=float) * scale, 3)
    x = exact["numerator"].to_numpy(dtype=float)
    hidden = shown["value"].isna().to_numpy() & shown["value_text"].isna().to_numpy()
    least = least_persons(exact["stage"]) / np.where(persons < 1, persons, 1.0)
    loads = exact["indicator_id"].isin(LOADS).to_numpy()
    never = exact["indicator_id"].isin(RULES.never_single).to_numpy()
    areas = area_numbers(exact["municipality_code"])
    owner = np.where(single, pd.to_numeric(exact["unit_id"], errors="coerce").fillna(-1), -1).astype(int)

    # One variable for the learners of a stage, however many tables tell them.
    domain = exact["indicator_id"].where(~loads, LOADS[0])
    keys = pd.DataFrame({"kind": kind, "unit": exact["unit_id"], "domain": domain, **exact[PERIOD[1:]]})
    number, unique = _first_of(keys)
    code = np.full(len(unique), -1)
    if learners is not None:
        same = learners.set_index(["institution_id", "school_year", "semester", "stage"])["variable"]
        asked_stage = np.where(loads, TOTAL, exact["stage"])
        asked_semester = np.where(loads, 1, exact["semester"])
        asked = pd.MultiIndex.from_arrays([owner, exact["school_year"], asked_semester, asked_stage])
        found = same.reindex(asked).to_numpy()
        told = single & (loads | exact["indicator_id"].isin(LEARNERS).to_numpy()) & np.isfinite(found)
        code[number[told]] = found[told].astype(int)
    fresh = code < 0
    at = unique[fresh]
    small = single & hidden & (n > 0) & (n < least)
    small_of = np.zeros(len(unique), dtype=bool)
    np.logical_or.at(small_of, number, small)
    code[fresh] = builder.add_variables(
        n[at],
        need=np.where(small_of[fresh], WIDTH, 0.0),
        need_hidden=np.where(single[at] & ~loads[at], WIDTH, 0.0),
        owner=owner[at],
        area=areas[at],
        headline=country[at],
    )
    names.append(_named("n", keys.iloc[at]))
    n_variable = code[number]

    # Costs are taken from what is told: by exact ones the choice of holes would tell more than the rest.
    printed = np.round(shown["denominator"].to_numpy(dtype=float) * scale, 3)
    told_n = np.where(np.isfinite(printed), printed, rounded(n))
    cost = np.where(country, np.inf, np.where(area, 2 * told_n, told_n))
    cost = np.where(loads & single, 0.2 * told_n, cost)
    n_told = np.isfinite(shown["denominator"].to_numpy(dtype=float))
    rows = builder.add_rows(np.maximum(cost, 1.0), np.where(loads, ~n_told, hidden))
    low, high = box_of_rounded(printed, least)
    halves = np.where(np.abs(n - np.round(n)) > 1e-6, 0.5, 0.0)  # means of two semesters
    low, high = low - halves, high + halves
    for smallest, _width, _code in RULES.bands[::-1]:
        low = np.where(share & single & (n >= smallest), np.maximum(low, smallest), low)
    for (smallest, _w, _c), (_larger, _w2, _c2) in zip(RULES.bands[:-1], RULES.bands[1:], strict=True):
        high = np.where(share & single & (n < smallest), np.minimum(high, smallest - 1), high)
    low, high = np.where(country, n, low), np.where(country, n, high)
    builder.say(np.where(country, ALWAYS, rows), n_variable, low, high)
    line = exact.groupby([*PERIOD], sort=False).ngroup().to_numpy()
    first = _lines_once(domain, exact)
    builder.add_sums(np.where((area | country) & first, line, -1), n_variable, country)
    local = exact.groupby([*PERIOD, "municipality_code"], sort=False).ngroup().to_numpy()
    builder.add_sums(np.where((area | single) & first, local, -1), n_variable, area)

    counted = share | rate
    at = np.flatnonzero(counted)
    text = shown["value_text"].to_numpy()
    band_low, band_high = np.full(size, np.nan), np.full(size, np.nan)
    banded = np.array([isinstance(one, str) for one in text])
    if banded.any():
        ends = np.array([one.rsplit("-", 1) for one in text[banded]], dtype=float) / 100
        band_low[banded], band_high[banded] = ends.T
        # Shares of large groups are rounded to a tenth before they are put into a band.
        tenth = np.where(single & (n >= RULES.bands[0][0]), 0.0005, 0.0)
        band_low, band_high = np.maximum(band_low - tenth, 0.0), np.minimum(band_high + tenth, 1.0)
    flat = share & single & ~banded & ~hidden
    step = np.where(n >= RULES.bands[0][0], 0.0005, 0.005)
    value = shown["value"].to_numpy(dtype=float)
    band_low = np.where(flat, np.maximum(value - step, 0), band_low)
    band_high = np.where(flat, np.minimum(value + step, 1), band_high)
    x_low, x_high = np.ceil(band_low * low - 1e-6), np.floor(band_high * high + 1e-6)
    printed_x = shown["numerator"].to_numpy(dtype=float)
    count_low, count_high = box_of_rounded(printed_x, RULES.minimum)
    x_low = np.where(np.isfinite(printed_x), count_low, x_low)
    x_high = np.where(np.isfinite(printed_x), count_high, x_high)
    from_rate = area & rate & ~hidden  # the rate of a municipality is worked out from its rounded count
    rounded_x = np.floor((x + RULES.base / 2) / RULES.base) * RULES.base
    count_low, count_high = box_of_rounded(rounded_x, RULES.minimum)
    x_low, x_high = np.where(from_rate, count_low, x_low), np.where(from_rate, count_high, x_high)
    x_low, x_high = np.where(country, x, x_low), np.where(country, x, x_high)
    x_low, x_high = np.minimum(x_low, x), np.maximum(x_high, x)
    few = (n > 0) & (x > 0) & (x < RULES.minimum) | share & (n - x > 0) & (n - x < RULES.minimum)
    need = np.where(single & hidden & (small | never), WIDTH, 0.0)
    need = np.where(single & ~hidden & few, 1.0, need)
    need = np.where(single & never & hidden & (x == 0), WIDTH, need)
    x_variable = np.full(size, -1)
    x_variable[at] = builder.add_variables(
        x[at],
        need=need[at],
        need_hidden=np.where(single & (n > 0), WIDTH, 0.0)[at],
        owner=owner[at],
        area=areas[at],
        headline=country[at],
    )
    names.append(_named("x", exact.iloc[at][["unit_kind", "unit_id", *PERIOD]]))
    builder.say(np.where(country, ALWAYS, rows)[at], x_variable[at], x_low[at], x_high[at])
    builder.add_sums(np.where((area | country) & counted, line, -1)[at], x_variable[at], country[at])
    builder.add_sums(np.where((area | single) & counted, local, -1)[at], x_variable[at], area[at])
    parts = np.flatnonzero(share)
    builder.add_below(x_variable[parts], n_variable[parts])
    tables["values"] = Table(
        "values", exact[[*VALUE_KEY]].assign(loads=loads), int(rows[0]), {"n": n_variable, "x": x_variable}
    )
    if "absence" in frames and len(frames["absence"]):
        _absence(
            builder, tables, names, frames["absence"], frames["absence_shown"], exact, n_variable, x_variable
        )


def _first_of(keys: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Number of the distinct key of each row, and the first row of each distinct key."""
    number = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    unique = np.unique(number, return_index=True)[1]
    return number, unique


def _lines_once(domain: pd.Series, exact: pd.DataFrame) -> np.ndarray:
    """Rows that carry the sums of their denominators: of indicators with the same one, the first only."""
    return (domain == exact["indicator_id"]).to_numpy()


def _named(table: str, keys: pd.DataFrame) -> pd.Series:
    """A lasting 64-bit name of every variable, for the ledger."""
    import pandas as pd

    hashed = pd.util.hash_pandas_object(keys.astype(str), index=False).to_numpy(dtype="uint64")
    salt = pd.util.hash_array(np.array([table], dtype=object))[0]
    return pd.Series(hashed ^ salt)


# --- absence of municipalities -------------------------------------------------------------------------


def _absence(
    builder: Builder,
    tables: dict,
    names: list,
    exact: pd.DataFrame,
    shown: pd.DataFrame,
    values: pd.DataFrame,
    n_variable: np.ndarray,
    x_variable: np.ndarray,
) -> None:
    """Absentees of municipalities by stage: the same counts as indicator R03, and their sums over stages."""
    import pandas as pd

    key = ["area_id", "stage", "school_year", "semester"]
    is_r03 = ((values["indicator_id"] == "R03") & (values["unit_kind"] == "municipality")).to_numpy()
    known = values.loc[is_r03, ["unit_id", *PERIOD[1:]]].rename(columns={"unit_id": "area_id"})
    known = known.assign(n=n_variable[is_r03], x=x_variable[is_r03]).set_index(key)
    found = known.reindex(pd.MultiIndex.from_frame(exact[key]))
    code = {name: found[name].to_numpy(dtype=float).copy() for name in ("n", "x")}
    for name, column in (("n", "pupils"), ("x", "long_unexcused")):
        fresh = ~np.isfinite(code[name])
        truth = exact[column].to_numpy(dtype=float)
        code[name][fresh] = builder.add_variables(truth[fresh])
        names.append(_named("absence_" + name, exact.loc[fresh, key]))
    n, x = (code[name].astype(int) for name in ("n", "x"))
    pupils = exact["pupils"].to_numpy(dtype=float)
    x_truth = exact["long_unexcused"].to_numpy(dtype=float)
    hidden = shown["long_unexcused"].isna().to_numpy() & shown["share_low"].isna().to_numpy()
    hidden &= shown["pupils"].isna().to_numpy()
    rows = builder.add_rows(np.maximum(2 * rounded(pupils), 1.0), hidden)
    low, high = box_of_rounded(shown["pupils"].to_numpy(dtype=float), RULES.minimum)
    builder.say(rows, n, low, high)
    printed = shown["long_unexcused"].to_numpy(dtype=float)
    x_low, x_high = box_of_rounded(printed, np.where(x_truth == 0, 0.0, RULES.minimum))
    x_high = np.where(printed == 0, 0.0, x_high)  # of counts under ten only none is told
    ends = [shown[f"share_{end}"].to_numpy(dtype=float) for end in ("low", "high")]
    banded = ~np.isfinite(printed) & np.isfinite(ends[0])
    x_low = np.where(banded, np.ceil(ends[0] * low - 1e-6), x_low)
    x_high = np.where(banded, np.floor(ends[1] * high + 1e-6), x_high)
    x_low, x_high = np.minimum(x_low, x_truth), np.maximum(x_high, x_truth)
    builder.say(rows, x, x_low, x_high)
    stage = exact["stage"]
    place = exact.groupby(["area_id", "school_year", "semester"], sort=False).ngroup().to_numpy()
    for whole, parts in (("total", ABSENCE_STAGES), ("basic_all", ("basic", "special_basic"))):
        line = np.where(stage.isin([whole, *parts]), place, -1)
        for variables in (n, x):
            builder.add_sums(line, variables, (stage == whole).to_numpy())
    tables["absence"] = Table("absence", exact[key], int(rows[0]), {"n": n, "x": x})


# --- children without a place ---------------------------------------------------------------------------


def _children(builder: Builder, tables: dict, names: list, exact: pd.DataFrame, shown: pd.DataFrame) -> None:
    """Children by area, year and status: municipalities add up to the country, nine statuses to the total."""
    from indicators.unregistered import NINE
    from indicators.unregistered import TOTAL as ALL

    truth = exact["children"].to_numpy(dtype=float)
    there = np.isfinite(truth)
    exact, shown = exact[there].reset_index(drop=True), shown[there].reset_index(drop=True)
    truth = truth[there]
    printed = shown["children"].to_numpy(dtype=float)
    hidden = ~np.isfinite(printed)
    nation = (exact["area_kind"] == "country").to_numpy()
    need = np.where(hidden, WIDTH, 0.0)
    variables = builder.add_variables(truth, need=need, headline=nation & ~hidden)
    rows = builder.add_rows(np.where(nation, np.inf, np.maximum(np.nan_to_num(printed), 1.0)), hidden)
    low, high = box_of_rounded(printed, RULES.minimum)
    low, high = np.where(nation, printed, low), np.where(nation, printed, high)
    builder.say(rows, variables, low, high)
    builder.add_sums(exact.groupby(["year", "status"], sort=False).ngroup().to_numpy(), variables, nation)
    inner = exact["status"].isin([*NINE, ALL]).to_numpy()
    place = exact.groupby(["area_kind", "area_id", "year"], sort=False).ngroup().to_numpy()
    builder.add_sums(np.where(inner, place, -1), variables, (exact["status"] == ALL).to_numpy())
    key = ["area_kind", "area_id", "year", "status"]
    tables["children"] = Table("children", exact[key], int(rows[0]), {"n": variables})
    names.append(_named("children", exact[key]))


# --- graduates ------------------------------------------------------------------------------------------


def _flows(builder: Builder, tables: dict, names: list, shown: pd.DataFrame) -> None:
    """Graduates of fields by sector, occupation and region; the exact counts are not kept, so none is needed."""
    printed = shown["graduates"].to_numpy(dtype=float)
    hidden = ~np.isfinite(printed)
    top = ((shown["field"] == "") & (shown["category"] == "")).to_numpy()
    variables = builder.add_variables(printed, need=np.where(hidden, WIDTH, 0.0))
    rows = builder.add_rows(np.where(top, np.inf, np.where(hidden, 1.0, np.nan_to_num(printed))), hidden)
    builder.say(rows, variables, *box_of_rounded(printed, RULES.minimum))
    for own, other in (("field", "category"), ("category", "field")):
        line = shown.groupby(["system", "kind", "k", own], sort=False).ngroup().to_numpy()
        builder.add_sums(line, variables, (shown[other] == "").to_numpy())
    key = ["system", "kind", "k", "field", "category"]
    tables["flows"] = Table("flows", shown[key], int(rows[0]), {"n": variables})
    names.append(_named("flows", shown[[*key, *(["window"] if "window" in shown else [])]]))


def _graduates(builder: Builder, tables: dict, names: list, shown: pd.DataFrame, lines: list) -> None:
    """Groups of graduates with the sums of `indicators.graduates.equations`."""
    printed = shown["graduates"].to_numpy(dtype=float)
    hidden = ~np.isfinite(printed)
    top = (shown["area_kind"] == "country").to_numpy().copy()
    for name in ("programme", "field", "level"):
        top &= (shown[name] == "").to_numpy()
    whole = (shown["age"] == "all").to_numpy()
    top &= (shown["sex"] == "all").to_numpy() & whole
    variables = builder.add_variables(printed, need=np.where(hidden, WIDTH, 0.0))
    # Ages are hidden before anything that is told of all ages together.
    cost = np.nan_to_num(printed) * np.where(whole, 1.0, 0.001)
    rows = builder.add_rows(np.where(top, np.inf, np.where(hidden, 1.0, cost)), hidden)
    builder.say(rows, variables, *box_of_rounded(printed, RULES.minimum))
    for one in lines:
        builder.add_sums(one.line, variables, one.whole)
    key = ["system", "area_kind", "area_id", "sex", "cohort", "programme", "field", "level", "k"]
    tables["graduates"] = Table("graduates", shown[[*key, "age"]], int(rows[0]), {"n": variables})
    # Groups of all ages keep the names that earlier releases gave them in the ledger; a pool is named by its window.
    called = shown.assign(cohort=shown["window"]) if "window" in shown else shown
    names.append(_named("graduates", called[key]).where(whole, _named("graduate_age", called[[*key, "age"]])))


def _same_graduates(builder: Builder, tables: dict, frames: dict[str, pd.DataFrame]) -> None:
    """Those who founded an enterprise and those who did not are the graduates of the field: one count, told twice."""
    key = ["system", "k", "field"]
    one, other = frames["flows"], frames["graduates"]
    whole = (one["kind"] == "founded") & (one["category"] == "")
    same = (other["area_kind"] == "country") & (other["sex"] == "all") & (other["cohort"] == 0)
    same &= (other["age"] == "all") & (other["programme"] == "") & (other["level"] == "")
    left = one[[*key, "graduates"]].assign(variable=tables["flows"].variables["n"])[whole]
    right = other[[*key, "graduates"]].assign(same=tables["graduates"].variables["n"])[same]
    both = left.merge(right, on=key)
    told = both[["graduates_x", "graduates_y"]]
    # Where founders were not delivered of all graduates, the two totals are two counts.
    both = both[told.isna().any(axis=1) | (told["graduates_x"] == told["graduates_y"])]
    if len(both):
        line = np.arange(len(both))
        builder.add_sums(
            np.concatenate([line, line]),
            np.concatenate([both["variable"].to_numpy(), both["same"].to_numpy()]),
            np.repeat([True, False], len(both)),
        )


# --- supervision ----------------------------------------------------------------------------------------


def _supervision(
    builder: Builder, tables: dict, names: list, exact: pd.DataFrame, shown: pd.DataFrame
) -> None:
    """Complaints and inspections of municipalities: they add up to the country; outcomes add up to the complaints."""
    import pandas as pd

    measures = ["received", "confirmed", "not_confirmed", "explained", "forwarded", "inspections"]
    nation = (exact["area_kind"] == "country").to_numpy()
    parts = []
    for name in measures:
        truth, printed = exact[name].to_numpy(dtype=float), shown[name].to_numpy(dtype=float)
        parts.append(
            exact[["area_kind", "area_id", "year"]].assign(
                measure=name, truth=truth, printed=printed, nation=nation, row=np.arange(len(exact))
            )
        )
    cells = pd.concat(parts, ignore_index=True)
    cells = cells[cells["truth"].notna()].reset_index(drop=True)
    truth, printed = cells["truth"].to_numpy(dtype=float), cells["printed"].to_numpy(dtype=float)
    hidden = ~np.isfinite(printed)
    top = cells["nation"].to_numpy()
    rows = builder.add_rows(
        np.where(nation, np.inf, np.maximum(rounded(exact["received"].to_numpy(dtype=float)), 1.0)),
        shown["received"].isna().to_numpy() & ~nation,
    )
    variables = builder.add_variables(truth, need=np.where(hidden & ~top, WIDTH, 0.0), headline=top)
    low, high = box_of_rounded(printed, RULES.minimum)
    low, high = np.where(top, truth, low), np.where(top, truth, high)
    row = rows[cells["row"].to_numpy()]
    builder.say(np.where(top, ALWAYS, row), variables, np.minimum(low, truth), np.maximum(high, truth))
    line = cells.groupby(["year", "measure"], sort=False).ngroup().to_numpy()
    builder.add_sums(line, variables, top)
    outcome = cells["measure"].isin(measures[:5]).to_numpy()
    place = cells.groupby(["area_kind", "area_id", "year"], sort=False).ngroup().to_numpy()
    sums = cells[outcome].pivot_table(index="row", columns="measure", values="truth")
    adds_up = bool((sums["received"] == sums[measures[1:5]].sum(axis=1)).all()) if len(sums) else False
    if adds_up:
        builder.add_sums(np.where(outcome, place, -1), variables, (cells["measure"] == "received").to_numpy())
    tables["supervision"] = Table(
        "supervision", exact[["area_kind", "area_id", "year"]], int(rows[0]), {"n": variables}
    )
    names.append(_named("supervision", cells[["area_kind", "area_id", "year", "measure"]]))
