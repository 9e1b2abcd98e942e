"""The cube of what is published: unknown counts, what is said of each of them, and the sums that tie them together.

A *variable* is one count (learners of a school's stage in a semester, absentees of a municipality). A *statement* is
what one published row says of it, as an interval: a count rounded to five says two less to two more, a band its ends.
Hiding a row takes all of its statements back; the same count may be told by rows of several tables. An *equation* says
that a whole is the sum of its parts. A *secret* is a variable that nobody may pin down to less than `need`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

INFINITE = np.inf
LIMIT = 1e7  # no count of persons in the country is larger
ALWAYS = -1  # the row of statements that cannot be taken back: headline totals, earlier releases


@dataclass
class Cube:
    """Arrays of variables, statements and equations; see `Builder` for how they are filled.

    truth[v]: exact counts, NaN where not known to us either. statement_*[s]: row, variable and interval.
    entry_*[e]: equation, variable and sign (+1 part, -1 whole). row_cost[r]: persons behind a row, what hiding it
    costs. hidden[r]: rows that are not published. secret, need: variables to protect and how widely; need_hidden: the
    same for those that become secrets once no row tells of them.
    owner, area: number of the institution and of the municipality that know the variable exactly, -1 = nobody.
    below: pairs (x, n) with x <= n.
    """

    truth: np.ndarray
    statement_row: np.ndarray
    statement_variable: np.ndarray
    statement_low: np.ndarray
    statement_high: np.ndarray
    entry_equation: np.ndarray
    entry_variable: np.ndarray
    entry_sign: np.ndarray
    row_cost: np.ndarray
    hidden: np.ndarray
    secret: np.ndarray
    need: np.ndarray
    need_hidden: np.ndarray
    owner: np.ndarray
    area: np.ndarray
    below: np.ndarray
    headline: np.ndarray  # variables published exactly for good: they cut the cube into pieces
    primary: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def equations(self) -> int:
        """Number of equations."""
        return int(self.entry_equation.max(initial=-1)) + 1

    def boxes(self) -> tuple[np.ndarray, np.ndarray]:
        """What the published rows say of each variable, taken together."""
        low = np.zeros(len(self.truth))
        high = np.full(len(self.truth), LIMIT)
        told = np.ones(len(self.statement_row), dtype=bool)
        of_row = self.statement_row >= 0
        told[of_row] = ~self.hidden[self.statement_row[of_row]]
        np.maximum.at(low, self.statement_variable[told], self.statement_low[told])
        np.minimum.at(high, self.statement_variable[told], self.statement_high[told])
        return low, high

    def hide(self, rows: np.ndarray) -> None:
        """Take rows back; what no other row tells becomes a secret itself."""
        rows = rows[~self.hidden[rows]]
        self.hidden[rows] = True
        taken = np.zeros(len(self.row_cost) + 1, dtype=bool)
        taken[rows] = True
        variables = np.unique(self.statement_variable[taken[self.statement_row]])
        told = np.zeros(len(self.truth), dtype=bool)
        still = self.statement_row < 0
        still[~still] = ~self.hidden[self.statement_row[~still]]
        told[self.statement_variable[still]] = True
        new = variables[~told[variables] & (self.need_hidden[variables] > 0)]
        self.secret[new] = True
        self.need[new] = np.maximum(self.need[new], self.need_hidden[new])

    def part(self, variables: np.ndarray) -> tuple[Cube, np.ndarray, np.ndarray]:
        """The cube of some variables and the equations among them, and the numbers of its variables and rows."""
        number = np.full(len(self.truth), -1)
        number[variables] = np.arange(len(variables))
        inside = number[self.entry_variable] >= 0
        whole = np.bincount(self.entry_equation, weights=~inside, minlength=self.equations) == 0
        entries = inside & whole[self.entry_equation]
        _names, equation = np.unique(self.entry_equation[entries], return_inverse=True)
        said = number[self.statement_variable] >= 0
        rows = np.unique(self.statement_row[said])
        rows = rows[rows >= 0]
        row_number = np.full(len(self.row_cost) + 1, ALWAYS)
        row_number[rows] = np.arange(len(rows))
        pairs = self.below[(number[self.below] >= 0).all(axis=1)] if len(self.below) else self.below
        cut = Cube(
            truth=self.truth[variables],
            statement_row=row_number[self.statement_row[said]],
            statement_variable=number[self.statement_variable[said]],
            statement_low=self.statement_low[said],
            statement_high=self.statement_high[said],
            entry_equation=equation,
            entry_variable=number[self.entry_variable[entries]],
            entry_sign=self.entry_sign[entries],
            row_cost=self.row_cost[rows],
            hidden=self.hidden[rows].copy(),
            secret=self.secret[variables],
            need=self.need[variables],
            need_hidden=self.need_hidden[variables],
            owner=self.owner[variables],
            area=self.area[variables],
            below=number[pairs] if len(pairs) else pairs,
            headline=self.headline[variables],
            primary=self.primary[rows] if len(self.primary) else self.primary,
        )
        return cut, variables, rows


class Builder:
    """Collects variables by key, statements by row and equations, a table at a time, and makes the cube."""

    def __init__(self) -> None:
        self._truth: list[np.ndarray] = []
        self._owner: list[np.ndarray] = []
        self._area: list[np.ndarray] = []
        self._need: list[np.ndarray] = []
        self._need_hidden: list[np.ndarray] = []
        self._headline: list[np.ndarray] = []
        self._cost: list[np.ndarray] = []
        self._hidden: list[np.ndarray] = []
        self._statements: list[tuple[np.ndarray, ...]] = []
        self._entries: list[tuple[np.ndarray, ...]] = []
        self._below: list[np.ndarray] = []
        self._equations = 0
        self.variables = 0
        self.rows = 0

    def add_variables(
        self,
        truth: np.ndarray,
        *,
        need: np.ndarray | float = 0.0,
        need_hidden: np.ndarray | float = 0.0,
        owner: np.ndarray | int = -1,
        area: np.ndarray | int = -1,
        headline: np.ndarray | bool = False,
    ) -> np.ndarray:
        """New counts; need > 0 makes them secrets. Returns their numbers."""
        truth = np.asarray(truth, dtype=float)
        size = len(truth)
        for kept, value, kind in (
            (self._truth, truth, float),
            (self._need, need, float),
            (self._need_hidden, need_hidden, float),
            (self._owner, owner, int),
            (self._area, area, int),
            (self._headline, headline, bool),
        ):
            kept.append(np.broadcast_to(np.asarray(value, dtype=kind), (size,)).copy())
        numbers = np.arange(self.variables, self.variables + size)
        self.variables += size
        return numbers

    def add_rows(self, cost: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        """New published rows with what hiding one costs (infinite = never) and which are hidden already."""
        cost = np.asarray(cost, dtype=float)
        self._cost.append(cost)
        self._hidden.append(np.broadcast_to(np.asarray(hidden, dtype=bool), cost.shape).copy())
        numbers = np.arange(self.rows, self.rows + len(cost))
        self.rows += len(cost)
        return numbers

    def say(
        self, rows: np.ndarray | int, variables: np.ndarray, low: np.ndarray | float, high: np.ndarray | float
    ) -> None:
        """Statements: the rows tell that the variables lie between low and high; NaN says nothing."""
        variables = np.asarray(variables)
        size = variables.shape
        rows, low, high = (np.broadcast_to(np.asarray(one), size) for one in (rows, low, high))
        told = np.isfinite(low) & np.isfinite(high)
        self._statements.append(
            (rows[told], variables[told], low[told].astype(float), high[told].astype(float))
        )

    def add_sums(self, line: np.ndarray, variables: np.ndarray, whole: np.ndarray) -> None:
        """Equations: in each line, the wholes are the sum of the parts. Lines without both are left out.

        line: number of the line of each variable, -1 = none.
        """
        line, variables, whole = np.asarray(line), np.asarray(variables), np.asarray(whole, dtype=bool)
        inside = line >= 0
        if not inside.any():
            return
        line, variables, whole = line[inside], variables[inside], whole[inside]
        _names, line = np.unique(line, return_inverse=True)
        size = line.max() + 1
        full = (np.bincount(line, weights=whole, minlength=size) == 1) & (
            np.bincount(line, weights=~whole, minlength=size) > 0
        )
        kept = full[line]
        line = (np.cumsum(full) - 1)[line[kept]]
        sign = np.where(whole[kept], -1.0, 1.0)
        self._entries.append((line + self._equations, variables[kept], sign))
        self._equations += int(full.sum())

    def add_below(self, smaller: np.ndarray, larger: np.ndarray) -> None:
        """Counts that are never larger than others."""
        self._below.append(np.stack([smaller, larger], axis=1))

    def cube(self) -> Cube:
        """The cube of everything collected."""

        def joined(parts: list, kind: type) -> np.ndarray:
            return np.concatenate(parts).astype(kind) if parts else np.zeros(0, dtype=kind)

        def column(kept: list[tuple], place: int, kind: type) -> np.ndarray:
            return joined([one[place] for one in kept], kind)

        need = joined(self._need, float)
        hidden = joined(self._hidden, bool)
        return Cube(
            truth=joined(self._truth, float),
            statement_row=column(self._statements, 0, int),
            statement_variable=column(self._statements, 1, int),
            statement_low=column(self._statements, 2, float),
            statement_high=column(self._statements, 3, float),
            entry_equation=column(self._entries, 0, int),
            entry_variable=column(self._entries, 1, int),
            entry_sign=column(self._entries, 2, float),
            row_cost=joined(self._cost, float),
            hidden=hidden,
            secret=need > 0,
            need=need,
            need_hidden=joined(self._need_hidden, float),
            owner=joined(self._owner, int),
            area=joined(self._area, int),
            below=np.concatenate(self._below) if self._below else np.zeros((0, 2), dtype=int),
            headline=joined(self._headline, bool),
            primary=hidden.copy(),
        )
