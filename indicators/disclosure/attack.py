"""What a reader can work out from the published statements and sums: bounds of hidden counts.

`tighten` pushes intervals through all sums at once until nothing moves; where the sums form trees, as institutions,
municipalities and the country do, the result is exactly what linear programming gives. `program_bounds` is the linear
program itself, for tables that cross; `whole_bounds` asks for whole numbers (branch and bound). `determined` looks for
counts that the equations alone give away. Insiders know their own counts besides.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from indicators.disclosure.cube import Cube

SWEEPS = 60
EPSILON = 1e-7
SECONDS = 30.0  # for one linear program


class AttackError(RuntimeError):
    """The solver failed, timed out, or the statements contradict each other."""


def tighten(cube: Cube, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds after every sum has been used to narrow its members, again and again.

    Raises AttackError when the statements contradict each other.
    """
    low, high = low.copy(), high.copy()
    equation, variable, plus = cube.entry_equation, cube.entry_variable, cube.entry_sign > 0
    size = cube.equations
    for _sweep in range(SWEEPS):
        before = low.copy(), high.copy()
        if size:
            least = np.where(plus, low[variable], -high[variable])
            most = np.where(plus, high[variable], -low[variable])
            others_least = np.bincount(equation, weights=least, minlength=size)[equation] - least
            others_most = np.bincount(equation, weights=most, minlength=size)[equation] - most
            np.maximum.at(low, variable, np.where(plus, -others_most, others_least))
            np.minimum.at(high, variable, np.where(plus, -others_least, others_most))
        if len(cube.below):
            small, large = cube.below.T
            np.minimum.at(high, small, high[large])
            np.maximum.at(low, large, low[small])
        moved = np.maximum(low - before[0], before[1] - high)
        if not (moved > EPSILON).any():
            break
    if (low > high + 1e-4).any():
        raise AttackError("the published statements contradict each other")
    return low, np.maximum(high, low)


def violations(cube: Cube, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Secrets that lie within less than they need."""
    return np.flatnonzero(cube.secret & (high - low < cube.need - EPSILON))


def neighbours(cube: Cube, low: np.ndarray, high: np.ndarray) -> Iterator[np.ndarray]:
    """What single institutions can narrow down beyond outsiders, knowing their own counts.

    Yields (secret, insider variable, equation, width) as columns for every pair of a secret and a count of another
    institution in the same sum, where the pair leaves less than the secret needs.
    """
    equation, variable, sign = cube.entry_equation, cube.entry_variable, cube.entry_sign
    if not len(equation):
        return
    plus = sign > 0
    least = np.where(plus, low[variable], -high[variable])
    most = np.where(plus, high[variable], -low[variable])
    size = cube.equations
    sum_least = np.bincount(equation, weights=least, minlength=size)
    sum_most = np.bincount(equation, weights=most, minlength=size)
    targets = np.flatnonzero(cube.secret[variable] & plus)
    knows = np.flatnonzero((cube.owner[variable] >= 0) & plus & np.isfinite(cube.truth[variable]))
    knows = knows[np.argsort(equation[knows], kind="stable")]
    count = np.bincount(equation[knows], minlength=size)
    start = np.concatenate([[0], np.cumsum(count)])
    for chunk in np.array_split(targets, max(1, len(targets) // 20_000)):
        if not len(chunk):
            continue
        repeat = count[equation[chunk]]
        target = np.repeat(chunk, repeat)
        offset = np.arange(len(target)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
        insider = knows[np.repeat(start[equation[chunk]], repeat) + offset]
        v, w, e = variable[target], variable[insider], equation[target]
        other = cube.owner[v] != cube.owner[w]
        target, insider, v, w, e = (one[other] for one in (target, insider, v, w, e))
        truth = cube.truth[w]
        top = np.minimum(high[v], -(sum_least[e] - least[target] - least[insider] + truth))
        bottom = np.maximum(low[v], -(sum_most[e] - most[target] - most[insider] + truth))
        width = top - bottom
        bad = width < cube.need[v] - EPSILON
        if bad.any():
            yield np.stack([v[bad], w[bad], e[bad], width[bad]])


def municipal_insiders(cube: Cube, low: np.ndarray, high: np.ndarray) -> int:
    """Pairs of a secret of one municipality and another municipality that pins it down with its own exact counts."""
    found = 0
    areas = np.unique(cube.area[cube.area >= 0])
    known = np.isfinite(cube.truth)
    wide = cube.secret & (cube.need > 0)
    for number in areas:
        own = (cube.area == number) & known
        lower, upper = low.copy(), high.copy()
        lower[own] = upper[own] = cube.truth[own]
        try:
            lower, upper = tighten(cube, lower, upper)
        except AttackError:
            continue
        bad = wide & (cube.area != number) & (upper - lower < cube.need - EPSILON)
        found += int(bad.sum())
    return found


class Programs:
    """Linear (or whole-number) programs over one cube: every answer is a solution that counts for all variables."""

    def __init__(
        self,
        cube: Cube,
        low: np.ndarray,
        high: np.ndarray,
        *,
        whole: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        from scipy.sparse import coo_array

        size, rows, pairs = len(cube.truth), cube.equations, len(cube.below)
        self.whole, self.seconds = whole, seconds
        self.low, self.high = (np.ceil(low - 1e-6), np.floor(high + 1e-6)) if whole else (low, high)
        self.sums = coo_array(
            (cube.entry_sign, (cube.entry_equation, cube.entry_variable)), shape=(rows, size)
        ).tocsr()
        self.order = None
        if pairs:
            self.order = coo_array(
                (
                    np.concatenate([np.ones(pairs), -np.ones(pairs)]),
                    (np.tile(np.arange(pairs), 2), np.concatenate([cube.below[:, 0], cube.below[:, 1]])),
                ),
                shape=(pairs, size),
            ).tocsr()
        self.solved = 0
        self.least = np.full(size, np.inf)  # of all solutions seen
        self.most = np.full(size, -np.inf)

    def solve(self, goal: np.ndarray) -> np.ndarray:
        """A solution with the least value of the goal. Raises AttackError without one in time."""
        from scipy.optimize import Bounds, LinearConstraint, linprog, milp

        self.solved += 1
        rows = self.sums.shape[0]
        if self.whole:
            limits = [LinearConstraint(self.sums, 0, 0)] if rows else []
            if self.order is not None:
                limits.append(LinearConstraint(self.order, -np.inf, 0))
            answer = milp(
                goal,
                constraints=limits,
                bounds=Bounds(self.low, self.high),
                integrality=np.ones(len(goal)),
                options={"time_limit": self.seconds},
            )
        else:
            answer = linprog(
                goal,
                A_eq=self.sums if rows else None,
                b_eq=np.zeros(rows) if rows else None,
                A_ub=self.order,
                b_ub=None if self.order is None else np.zeros(self.order.shape[0]),
                bounds=np.stack([self.low, self.high], axis=1),
                method="highs",
                options={"time_limit": self.seconds},
            )
        if answer.status != 0 or answer.x is None:
            raise AttackError(f"solver: {answer.message}")
        np.minimum(self.least, answer.x, out=self.least)
        np.maximum(self.most, answer.x, out=self.most)
        return answer.x

    def bounds(self, variable: int) -> tuple[float, float]:
        """Least and greatest value of one variable."""
        goal = np.zeros(len(self.low))
        goal[variable] = 1.0
        bottom = self.solve(goal)[variable]
        return bottom, self.solve(-goal)[variable]

    def explore(self, variables: np.ndarray) -> list[np.ndarray]:
        """A few solutions that lie far apart in these variables."""
        goal = np.zeros(len(self.low))
        found = []
        for signs in ([1.0], [1.0, -1.0]):
            goal[variables] = np.resize(signs, len(variables))
            found += [self.solve(goal), self.solve(-goal)]
        return found

    def confirm(self, variables: np.ndarray, need: np.ndarray) -> dict[int, tuple[float, float]]:
        """Bounds of those variables that are narrower than they need.

        Two solutions in which a variable differs by its need prove that it is wide; only the others are bounded.
        """
        found = {}
        for variable, width in zip(variables, need, strict=True):
            if self.most[variable] - self.least[variable] >= width - EPSILON:
                continue
            bottom, top = self.bounds(variable)
            if top - bottom < width - EPSILON:
                found[int(variable)] = (bottom, top)
        return found


def program_bounds(
    cube: Cube, variables: np.ndarray, low: np.ndarray, high: np.ndarray, *, whole: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest value of the variables under all statements and sums, by linear programs (HiGHS).

    whole: only whole numbers (mixed-integer program). Raises AttackError when the solver fails or runs out of time.
    """
    programs = Programs(cube, low, high, whole=whole)
    found = [programs.bounds(variable) for variable in variables]
    return np.array([bottom for bottom, _top in found]), np.array([top for _bottom, top in found])


def whole_bounds(
    cube: Cube, variables: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same for whole numbers."""
    return program_bounds(cube, variables, low, high, whole=True)


def determined(cube: Cube, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Variables that are not published exactly and yet have one value in all solutions of the equations.

    A zero row of the null space: the equations are restricted to what is not known exactly.
    """
    unknown = high - low > EPSILON
    columns = np.flatnonzero(unknown)
    if not len(columns) or not cube.equations:
        return np.zeros(0, dtype=int)
    number = np.full(len(cube.truth), -1)
    number[columns] = np.arange(len(columns))
    from scipy.linalg import null_space

    result = []
    for variables in components(cube, unknown):
        entries = np.isin(cube.entry_variable, variables) & unknown[cube.entry_variable]
        _names, row = np.unique(cube.entry_equation[entries], return_inverse=True)
        place = {v: i for i, v in enumerate(variables)}
        matrix = np.zeros((row.max(initial=-1) + 1, len(variables)))
        matrix[row, [place[v] for v in cube.entry_variable[entries]]] = cube.entry_sign[entries]
        space = null_space(matrix) if len(matrix) else np.eye(len(variables))
        result.append(variables[(np.abs(space) < 1e-9).all(axis=1)])
    return np.concatenate(result) if result else np.zeros(0, dtype=int)


def components(cube: Cube, unknown: np.ndarray) -> list[np.ndarray]:
    """Variables that are not known exactly, in groups that no equation connects."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inside = unknown[cube.entry_variable]
    size, equations = len(cube.truth), cube.equations
    graph = coo_array(
        (np.ones(inside.sum()), (cube.entry_variable[inside], size + cube.entry_equation[inside])),
        shape=(size + equations, size + equations),
    )
    _count, label = connected_components(graph, directed=False)
    found = np.flatnonzero(unknown)
    order = np.argsort(label[found], kind="stable")
    found = found[order]
    edges = np.flatnonzero(np.diff(label[found])) + 1
    return np.split(found, edges)


def labels(cube: Cube) -> np.ndarray:
    """Number of the piece of every variable, then of every equation: what sums connect."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size, equations = len(cube.truth), cube.equations
    graph = coo_array(
        (np.ones(len(cube.entry_variable)), (cube.entry_variable, size + cube.entry_equation)),
        shape=(size + equations, size + equations),
    )
    return connected_components(graph, directed=False)[1]


def cyclic(cube: Cube) -> np.ndarray:
    """Variables in sums that cross: where intervals alone might miss what a linear program finds."""
    size = len(cube.truth)
    label = labels(cube)
    count = label.max(initial=-1) + 1
    nodes = np.bincount(label, minlength=count)
    edges = np.bincount(label[cube.entry_variable], minlength=count)
    return (edges >= nodes)[label[:size]]
