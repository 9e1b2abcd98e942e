"""What shares of several groups of graduates tell together, and how much coarser some of them are told for that.

Counts of graduates are protected across their sums by the cube. A status is told as a share, each group for itself: of
all, of women and of men, of ages, fields, programmes, institutions, cohorts. Times the rounded sizes two shares bound
the third, and the six statuses, both denominators and the match bound each other within a group. Everything here
follows from what is told, never from true counts: two countries told alike are widened alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

from indicators.disclosure.primary import MINIMUM, RULES, percentage_band, rounded
from indicators.later import later

if TYPE_CHECKING:
    import pandas as pd

    from indicators.disclosure.cube import Cube
    from indicators.graduates import Sums

np = later("numpy")

STATUSES = ("employed", "unemployed", "studying", "inactive", "emigrated", "unknown")
LOCAL = STATUSES[:4]  # of those in Latvia
SHARES = (*STATUSES, "employed_local", "skilled")
DERIVED = ("rest", "away", "idle", "unskilled")
COUNTS = ("graduates", *STATUSES, "in_latvia", "earners", "skilled", *DERIVED)
# What may not be worked out to a number below the minimum: statuses, and all but a status.
SECRET = (*STATUSES, "earners", "skilled", *DERIVED)
# Whole and parts within one group.
WITHIN = (
    ("graduates", STATUSES),
    ("in_latvia", LOCAL),
    ("graduates", ("employed", "rest")),
    ("graduates", ("in_latvia", "away")),
    ("in_latvia", ("employed", "idle")),
    ("employed", ("skilled", "unskilled")),
)
WIDTHS = (0.01, 0.02, 0.05, 0.1, 0.2, 1.0)  # of bands, one coarser than the other
ROUNDS = 80  # of wider bands; after them whole groups are hidden, which ends
NATION = 1e9  # the whole country is hidden after all else
EPSILON = 1e-6


class WideningError(RuntimeError):
    """Shares cannot be made so coarse that nothing follows from them; nothing may be published."""


@dataclass
class Shares:
    """What is told of groups, as bounds of counts: arrays by group; low and high ends of shares by name."""

    told: np.ndarray  # groups that are not hidden
    size: dict[str, np.ndarray]  # graduates, in_latvia, earners: rounded, NaN where not told
    low: dict[str, np.ndarray]
    high: dict[str, np.ndarray]
    widened: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, shown: pd.DataFrame, *, published: bool = False) -> Shares:
        """From rows of the released plane.

        published: rows that have been through `widen`. Whoever reads them cannot always tell a band that was widened
        from one that was not.
        """
        size = shown["graduates"].to_numpy(dtype=float)
        edge = (size >= 100) | np.isin(size, [least for least, _width, _code in RULES.bands])
        shares = cls(
            shown["reason"].isna().to_numpy(copy=True),
            {name: shown[name].to_numpy(dtype=float) for name in ("graduates", "in_latvia", "earners")},
            {name: shown[f"{name}_low"].to_numpy(dtype=float, copy=True) for name in SHARES},
            {name: shown[f"{name}_high"].to_numpy(dtype=float, copy=True) for name in SHARES},
            {name: np.zeros(len(shown), dtype=bool) for name in SHARES},
        )
        for name in SHARES if published else ():
            width = shares.high[name] - shares.low[name]
            usual = np.isclose(width[:, None], WIDTHS, atol=EPSILON).any(axis=1)
            shares.widened[name] = usual & (edge | (width > RULES.bands[-1][1] / 100))
        return shares

    def sizes(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Persons that a rounded size stands for; fewer than ten where a group is told without it."""
        value = self.size[name]
        below, above = RULES.base // 2, (RULES.base - 1) // 2
        low, high = np.maximum(value - below, MINIMUM), value + above
        few = self.told & np.isnan(value)
        return np.where(few, 0.0, low), np.where(few, MINIMUM - 1.0, high)

    def status(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Persons of one of the six statuses."""
        low, high = self.low[name], self.high[name]
        least, most = self.sizes("graduates")
        size = self.size["graduates"]
        # Six shares of large groups are rounded together: each may be a whole step off.
        step = np.where(_tenth(size, low), 0.001, 0.01)
        wide = low < high
        few = (
            wide & ~self.widened[name] & (low < EPSILON),
            wide & ~self.widened[name] & (high > 1 - EPSILON),
        )
        down, up = _persons(low, high, step, least, most, few)
        # Of three bands each is of fewer than ten persons, or of all but so few; the second of two may be one beside.
        bands = sum((self.low[one] < self.high[one]) & ~self.widened[one] for one in STATUSES)
        up = np.where(few[0] & (size > 100) & (bands > 2), MINIMUM - 1.0, up)
        return _of_small(down, up, size, low, high, ~self.widened[name])

    def employed_local(self) -> tuple[np.ndarray, np.ndarray]:
        """Employed, by their share of those in Latvia."""
        name, (least, most) = "employed_local", self.sizes("in_latvia")
        low, high, size = self.low[name], self.high[name], self.size["in_latvia"]
        wide = (low < high) & ~self.widened[name]
        few = (wide & (low < EPSILON), wide & (high > 1 - EPSILON))
        step = np.where(_tenth(size, low), 0.0005, 0.005)
        down, up = _persons(low, high, step, least, most, few)
        down, up = _of_small(down, up, size, low, high, ~self.widened[name])
        told = np.isfinite(size)  # without the size the share is of fewer than ten
        return np.where(told, down, np.nan), np.where(told, up, np.nan)

    def skilled(self, least: np.ndarray, most: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Skilled, by their share of the employed (bounds of these)."""
        low, high = self.low["skilled"], self.high["skilled"]
        wide = (low < high) & ~self.widened["skilled"]
        return _persons(low, high, 0.005, least, most, (wide & (low < EPSILON), wide & (high > 1 - EPSILON)))


def _tenth(size: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Groups whose shares are told in tenths of a percent, as far as everybody knows it."""
    percent = 100 * np.nan_to_num(share)
    return (size > 300) | (size >= 300 - RULES.base // 2) & (np.abs(percent - np.round(percent)) > 1e-4)


def _persons(
    low: np.ndarray,
    high: np.ndarray,
    step: np.ndarray | float,
    least: np.ndarray,
    most: np.ndarray,
    few: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers of persons that a share of least..most persons may stand for.

    few: shares told as "up to" and as "at least", which hold for fewer than ten persons whatever their size.
    """
    down = np.ceil(np.maximum(low - step, 0) * least - EPSILON)
    up = np.floor(np.minimum(high + step, 1) * most + EPSILON)
    up = np.where(few[0], np.maximum(up, MINIMUM - 1), up)
    return np.where(few[1], np.maximum(np.minimum(down, least - MINIMUM + 1), 0), down), up


_small: pd.DataFrame | None = None


def _of_small(
    down: np.ndarray, up: np.ndarray, size: np.ndarray, low: np.ndarray, high: np.ndarray, plain: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The bands of groups that are told as fewer than 100: every size and number of persons, told as that band."""
    import pandas as pd

    global _small
    if _small is None:
        n, x = (one.ravel() for one in np.meshgrid(np.arange(MINIMUM, 100), np.arange(100), indexing="ij"))
        n, x = n[x <= n], x[x <= n]
        ends = percentage_band(x / n, n)
        keys = {"size": rounded(n), "low": np.round(ends[0] * 100), "high": np.round(ends[1] * 100)}
        _small = pd.DataFrame({**keys, "x": x}).groupby(list(keys))["x"].agg(["min", "max"])
    here = np.flatnonzero(plain & (size < 100))
    keys = [size[here], np.round(low[here] * 100), np.round(high[here] * 100)]
    found = _small.reindex(pd.MultiIndex.from_arrays(keys)).to_numpy()
    known = np.isfinite(found[:, 0])
    down, up = down.copy(), up.copy()
    down[here[known]], up[here[known]] = found[known, 0], found[known, 1]
    return down, up


# --- the attack ----------------------------------------------------------------------------------


@dataclass
class Attack:
    """The cube of all counts of all groups with what the shares say of them."""

    cube: Cube
    variables: dict[str, np.ndarray]  # by name of a count: its number in every group
    row: dict[str, np.ndarray]  # by name of a share: the statement of every group

    @classmethod
    def made(cls, groups: int, lines: Sequence[Sums]) -> Attack:
        """The sums of `groups` groups: within each of them, and along the lines for every count."""
        from indicators.disclosure.cube import Builder

        builder = Builder()
        variables = {name: builder.add_variables(np.full(groups, np.nan)) for name in COUNTS}
        each = np.arange(groups)
        for whole, parts in WITHIN:
            names = [whole, *parts]
            builder.add_sums(
                np.tile(each, len(names)),
                np.concatenate([variables[name] for name in names]),
                np.repeat([True] + [False] * len(parts), groups),
            )
        for one in lines:
            for name in COUNTS:
                builder.add_sums(one.line, variables[name], one.whole)
        statements = ("graduates", "in_latvia", "earners", *SHARES)
        row = {name: np.arange(groups) + place * groups for place, name in enumerate(statements)}
        for name in statements:
            about = "employed" if name == "employed_local" else name
            builder.add_rows(np.ones(groups), np.zeros(groups, dtype=bool))
            builder.say(row[name], variables[about], 0.0, 0.0)
        return cls(builder.cube(), variables, row)

    @cached_property
    def _entries(self) -> tuple[np.ndarray, ...]:
        """Places of entries by variable and by equation, and where each of them begins."""
        cube = self.cube
        by_variable = np.argsort(cube.entry_variable, kind="stable")
        by_equation = np.argsort(cube.entry_equation, kind="stable")
        return (
            cube.entry_equation[by_variable],
            np.searchsorted(cube.entry_variable[by_variable], np.arange(len(cube.truth) + 1)),
            by_equation,
            np.searchsorted(cube.entry_equation[by_equation], np.arange(cube.equations + 1)),
        )

    def of(self, variable: int) -> list[int]:
        """Equations of a variable."""
        equations, start = self._entries[:2]
        return equations[start[variable] : start[variable + 1]].tolist()

    def members(self, equation: int) -> tuple[np.ndarray, np.ndarray]:
        """Variables and signs of an equation."""
        places, start = self._entries[2:]
        inside = places[start[equation] : start[equation + 1]]
        return self.cube.entry_variable[inside], self.cube.entry_sign[inside]

    def hear(self, shares: Shares) -> None:
        """Take what is told as the statements of the cube."""
        from indicators.disclosure.cube import LIMIT

        ends = {name: shares.sizes(name) for name in shares.size}
        ends |= {name: shares.status(name) for name in STATUSES}
        ends["employed_local"] = shares.employed_local()
        ends["skilled"] = shares.skilled(*ends["employed"])
        for name, (low, high) in ends.items():
            known = shares.told & np.isfinite(low) & np.isfinite(high)
            at = self.row[name]
            self.cube.statement_low[at] = np.where(known, low, 0.0)
            self.cube.statement_high[at] = np.where(known, high, LIMIT)

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest number of persons of every count of every group."""
        from indicators.disclosure import attack

        return attack.tighten(self.cube, *self.cube.boxes())

    def found(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Counts of one to nine persons that are worked out to the number; that there is nobody may be known."""
        secret = np.concatenate([self.variables[name] for name in SECRET])
        least, most = low[secret], high[secret]
        return secret[(most - least < 1 - EPSILON) & (least < MINIMUM) & (most > 1 - EPSILON)]


# --- widening ------------------------------------------------------------------------------------


def widen(shown: pd.DataFrame, lines: Sequence[Sums], sound: np.ndarray | None = None) -> pd.DataFrame:
    """Rows of the released plane with some shares as wider bands, until no count below ten follows to the number.

    shown: rows with sizes, `reason` and the ends of shares; lines: the sums among them (`graduates.equations`).
    sound: groups whose statuses sum to them; of others nothing is concluded.
    Shares of the country as a whole are never widened. A share that no band saves is not told (NaN); where a count
    follows from sizes alone, or wider bands come to no end (countries with few institutions), a group is hidden
    (`reason`). Raises WideningError when nothing is left to hide.
    """
    shares = Shares.of(shown)
    if sound is not None:
        shares.told &= sound
    before = shares.told.copy()
    model = Attack.made(len(shown), lines)
    weight = weights(shown)
    for turn in count():
        model.hear(shares)
        low, high = model.bounds()
        bad = model.found(low, high)
        if not len(bad):
            break
        _wider(model, shares, weight, bad, low, high, hide_all=turn >= ROUNDS)
    result = shown.copy()
    for name in SHARES:
        gone = shares.widened[name] & (shares.high[name] - shares.low[name] > 1 - EPSILON)
        result[f"{name}_low"] = np.where(gone, np.nan, shares.low[name])
        result[f"{name}_high"] = np.where(gone, np.nan, shares.high[name])
    result.loc[before & ~shares.told, "reason"] = "c"
    return result


def weights(shown: pd.DataFrame) -> np.ndarray:
    """What a wider band costs, by group: least of ages, most of fields and levels; infinite for the whole country."""
    nation = ((shown["area_kind"] == "country") & (shown["programme"] == "")).to_numpy()
    everyone = (shown["sex"] == "all").to_numpy() & (shown["age"] == "all").to_numpy()
    whole = nation & everyone & (shown["field"] == "").to_numpy() & (shown["level"] == "").to_numpy()
    result = np.where(nation & everyone, 4.0, 2.0)
    result = np.where((shown["age"] != "all").to_numpy(), 1.0, result)
    return np.where(whole, np.inf, result)


def _wider(
    model: Attack,
    shares: Shares,
    weight: np.ndarray,
    bad: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    hide_all: bool = False,
) -> None:
    """Widen for every count that was found the cheapest share through which it follows.

    Where it follows from sizes alone, or `hide_all`, the cheapest group near to it is hidden.
    """
    cost, source = _choices(model, shares, weight)
    own = model.cube.boxes()
    binding = (low <= own[0] + EPSILON) & (own[0] > 0) | (high >= own[1] - EPSILON)
    cost = np.where(binding, cost, np.inf)
    groups = len(weight)
    price = np.where(
        shares.told, np.minimum(weight, NATION) * np.nan_to_num(shares.size["graduates"], nan=1.0), np.inf
    )
    chosen, hide = set(), set()
    for variable in bad.tolist():
        found, reached = ([], []) if hide_all else _through(model, variable, cost, low, high)
        chosen.update(found)
        if not found:
            hide.add(_nearest(model, [variable, *reached], price))
    for place in source[np.array(sorted(chosen), dtype=int)].tolist():
        name, cell = SHARES[place // groups], place % groups
        at = np.array([cell])
        down, up = _coarser(shares.low[name][at], shares.high[name][at], shares.size["graduates"][at])
        shares.low[name][cell], shares.high[name][cell] = down[0], up[0]
        shares.widened[name][cell] = True
    shares.told[np.array(sorted(hide), dtype=int)] = False


def _nearest(model: Attack, variables: list[int], price: np.ndarray) -> int:
    """The cheapest group that is told among those of these counts, else of the counts in their sums, and so on."""
    groups = len(price)
    known, edge = set(variables), list(variables)
    while edge:
        cells = np.unique(np.array(edge) % groups)
        cell = int(cells[price[cells].argmin()])
        if np.isfinite(price[cell]):
            return cell
        beside = {
            int(one) for variable in edge for sum_ in model.of(variable) for one in model.members(sum_)[0]
        }
        edge = sorted(beside - known)
        known |= beside
    raise WideningError("a share of graduates cannot be protected")


def _choices(model: Attack, shares: Shares, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By variable: what the next wider band of its share costs (infinite: there is none), and which share that is."""
    groups = len(weight)
    cost = np.full(len(model.cube.truth), np.inf)
    source = np.full(len(cost), -1)
    for place, name in enumerate(SHARES):
        low, high = shares.low[name], shares.high[name]
        open_ = shares.told & np.isfinite(low) & (high - low < 1 - EPSILON)
        down, up = _coarser(np.where(open_, low, 0), np.where(open_, high, 1), shares.size["graduates"])
        price = np.where(open_, weight * (up - down - (high - low)), np.inf)
        at = model.variables["employed" if name == "employed_local" else name]
        better = price < cost[at]
        cost[at] = np.where(better, price, cost[at])
        source[at] = np.where(better, place * groups + np.arange(groups), source[at])
    return cost, source


def _through(
    model: Attack, variable: int, cost: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[list[int], list[int]]:
    """Variables whose shares to widen so that one end of `variable` moves, the cheaper end; and all in its sums.

    Where no share says anything of the members of these sums, it is one in the sums of those members.
    """
    best: tuple[float, list[int]] | None = None
    reached: list[int] = []
    for end in (1.0, -1.0):
        found, price = [], 0.0
        if np.isfinite(cost[variable]):
            found, price = [variable], float(cost[variable])
        for equation in model.of(variable):
            members, signs = model.members(equation)
            own = signs[members == variable][0]
            # v = - own * (the sum of all others with their signs); its end follows from these ends of theirs
            toward = -own * signs * end
            others = members != variable
            ends = np.where(toward > 0, high[members], low[members])
            implied = float((-own * signs * ends)[others].sum())
            at_end = high[variable] if end > 0 else low[variable]
            if end * (implied - at_end) >= 1 - EPSILON:
                continue  # this sum leaves more
            others = members[others]
            reached += others.tolist()
            prices = cost[others]
            if np.isfinite(prices).any():
                found.append(int(others[prices.argmin()]))
                price += float(prices.min())
        if found and (best is None or price < best[0]):
            best = price, found
    return (best[1] if best else _further(model, reached, cost)), reached


def _further(model: Attack, reached: list[int], cost: np.ndarray) -> list[int]:
    """The cheapest variable in the sums of those reached."""
    equations = {one for variable in reached for one in model.of(variable)}
    beside = sorted({int(one) for equation in equations for one in model.members(equation)[0]})
    if not beside or not np.isfinite(cost[beside]).any():
        return []
    return [beside[int(cost[beside].argmin())]]


def _coarser(low: np.ndarray, high: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The next wider band around a band or a point: two persons of the group wide at least.

    >>> [end.tolist() for end in _coarser(np.array([0.034, 0.05]), np.array([0.034, 0.06]), np.array([900.0, 60.0]))]
    [[0.03, 0.05], [0.04, 0.1]]
    """
    steps = np.array(WIDTHS)
    enough = np.searchsorted(steps, np.minimum(2 / np.nan_to_num(size, nan=1e9), 1.0) - EPSILON)
    place = np.maximum(np.searchsorted(steps, high - low + EPSILON, side="right"), enough)
    wide = steps[np.minimum(place, len(steps) - 1)]
    down = np.floor(low / wide + EPSILON) * wide
    up = np.maximum(down + wide, np.ceil(high / wide - EPSILON) * wide)
    return np.round(np.clip(down, 0, 1), 3), np.round(np.clip(up, 0, 1), 3)
