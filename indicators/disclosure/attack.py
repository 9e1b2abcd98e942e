"""What a reader can work out from the published statements and sums: bounds of hidden counts.

`tighten` pushes intervals through all sums at once until nothing moves; where the sums form trees, as institutions,
municipalities and the country do, the result is exactly what linear programming gives. `program_bounds` is the linear
program itself, for tables that cross; `whole_bounds` asks for whole numbers (branch and bound). `determined` looks for
counts that the equations alone give away. Insiders know their own counts besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from indicators.disclosure.cube import Cube

SWEEPS = 60
EPSILON = 1e-7
SECONDS = 30.0  # for one linear program
FEW = 4  # secrets that two solutions must prove wide at once, for another two of that kind
TOLERANCE = 1e-5  # persons by which a solution may miss a sum or bound


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
        if len(equation):
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
        # A sum none of whose members has moved would tell the same again.
        touched = np.zeros(size, dtype=bool)
        touched[cube.entry_equation[(moved > 0)[cube.entry_variable]]] = True
        again = touched[cube.entry_equation]
        equation, variable, plus = (
            one[again] for one in (cube.entry_equation, cube.entry_variable, cube.entry_sign > 0)
        )
    if (low > high + 1e-4).any():
        raise AttackError("the published statements contradict each other")
    return low, np.maximum(high, low)


def violations(cube: Cube, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Secrets that lie within less than they need."""
    return np.flatnonzero(cube.secret & (high - low < cube.need - EPSILON))


def neighbours(
    cube: Cube, low: np.ndarray, high: np.ndarray, *, supposed: Sequence[float] | None = None
) -> Iterator[np.ndarray]:
    """What single institutions can narrow down beyond outsiders, knowing their own counts.

    Yields (secret, insider variable, equation, width) as columns for every pair of a secret and a count of another
    institution in the same sum, where the pair leaves less than the secret needs.

    supposed: instead of the true count of the insider, these places between the ends of what everybody is told of it
    (0 the least, 1 the most); the least width of these counts. So it follows from what is told alone.
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
        if supposed is None:
            known = [cube.truth[w]]
        else:
            span = np.where(np.isfinite(high[w]), high[w] - low[w], 0)
            known = [np.floor(low[w] + place * span) for place in supposed]
        width = np.full(len(v), np.inf)
        for own in known:
            top = np.minimum(high[v], -(sum_least[e] - least[target] - least[insider] + own))
            bottom = np.maximum(low[v], -(sum_most[e] - most[target] - most[insider] + own))
            width = np.minimum(width, top - bottom)
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
    """Linear (or whole-number) programs over one cube: every answer is a solution that counts for all variables.

    The solver (HiGHS) is given the sums once. From one solve to the next only the goal changes, so each begins at the
    vertex where the last one ended.
    """

    def __init__(
        self,
        cube: Cube,
        low: np.ndarray,
        high: np.ndarray,
        *,
        whole: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        self.whole, self.seconds = whole, seconds
        self.low, self.high = (np.ceil(low - 1e-6), np.floor(high + 1e-6)) if whole else (low, high)
        self._rows, self._sums = _rows(cube), cube.equations
        self._solver = _solver(self._rows, self._sums, self.low, self.high)
        self._columns = np.arange(len(low), dtype=np.int32)
        self.solved = 0
        self.least = np.full(len(low), np.inf)  # of all solutions seen
        self.most = np.full(len(low), -np.inf)

    def solve(self, goal: np.ndarray) -> np.ndarray:
        """A solution with the least value of the goal. Raises AttackError without one in time."""
        self.solved += 1
        solution = self._run(goal)
        if self.whole:
            if np.abs(solution - np.round(solution)).max(initial=0.0) > 1e-6:
                solution = self._branch(goal)
            solution = np.round(solution)
        np.minimum(self.least, solution, out=self.least)
        np.maximum(self.most, solution, out=self.most)
        return solution

    def _run(self, goal: np.ndarray) -> np.ndarray:
        """A solution from where the solver stands; from nothing, should it lose its way there."""
        self._solver.changeColsCost(len(goal), self._columns, goal)
        for again in (False, True):
            if again:
                self._solver.clearSolver()
            # Its clock counts on from run to run.
            self._solver.setOptionValue("time_limit", self._solver.getRunTime() + self.seconds)
            self._solver.run()
            status = self._solver.modelStatusToString(self._solver.getModelStatus())
            if status == "Optimal":
                solution = np.array(self._solver.getSolution().col_value)
                if self._holds(solution):
                    return solution
        raise AttackError(f"solver: {status}")

    def _holds(self, solution: np.ndarray) -> bool:
        """Whether what the solver calls a solution is one: only that proves anything."""
        inside = (solution > self.low - TOLERANCE) & (solution < self.high + TOLERANCE)
        left = self._rows @ solution
        sums = np.abs(left[: self._sums]) < TOLERANCE
        return bool(inside.all() and sums.all() and (left[self._sums :] < TOLERANCE).all())

    def _branch(self, goal: np.ndarray) -> np.ndarray:
        """The same with whole numbers only; afterwards the solver stands at a vertex of the linear program again."""
        from highspy import HighsVarType

        basis = self._solver.getBasis()
        kinds = np.full(len(goal), HighsVarType.kInteger)
        self._solver.changeColsIntegrality(len(goal), self._columns, kinds)
        try:
            return self._run(goal)
        finally:
            kinds[:] = HighsVarType.kContinuous
            self._solver.changeColsIntegrality(len(goal), self._columns, kinds)
            self._solver.setBasis(basis)

    def bounds(self, variable: int) -> tuple[float, float]:
        """Least and greatest value of one variable."""
        goal = np.zeros(len(self.low))
        goal[variable] = 1.0
        bottom = self.solve(goal)[variable]
        return bottom, self.solve(-goal)[variable]

    def confirm(self, variables: np.ndarray, need: np.ndarray) -> dict[int, tuple[float, float]]:
        """Bounds of those variables that are narrower than they need.

        Two solutions in which a variable differs by its need prove that it is wide. Goals over all that are not proven
        yet, up and down at random, prove most of them; only what these leave is bounded one by one. Which variables
        are found narrow does not depend on the draw.
        """
        random = np.random.default_rng(0)
        goal = np.zeros(len(self.low))
        left, proven = np.arange(len(variables)), FEW
        while len(left) and proven >= FEW:
            goal[:] = 0.0
            goal[variables[left]] = random.choice([-1.0, 1.0], len(left))
            self.solve(goal)
            self.solve(-goal)
            wide = self._wide(variables[left], need[left])
            left, proven = left[~wide], int(wide.sum())
        found = {}
        for place in left:
            variable = variables[place]
            goal[:] = 0.0
            for sign in (1.0, -1.0):  # often the first end is enough
                if not self._wide(variable, need[place]):
                    goal[variable] = sign
                    self.solve(goal)
            if not self._wide(variable, need[place]):
                found[int(variable)] = (self.least[variable], self.most[variable])
        return found

    def _wide(self, variable: np.ndarray | int, need: np.ndarray | float) -> np.ndarray:
        return self.most[variable] - self.least[variable] >= need - EPSILON


def _rows(cube: Cube):
    """Sums (each is zero), then pairs (each at most zero), as a sparse matrix."""
    from scipy.sparse import coo_array

    sums, pairs = cube.equations, len(cube.below)
    smaller, larger = cube.below.reshape(-1, 2).T
    below = sums + np.arange(pairs)
    return coo_array(
        (
            np.concatenate([cube.entry_sign, np.ones(pairs), -np.ones(pairs)]),
            (
                np.concatenate([cube.entry_equation, below, below]),
                np.concatenate([cube.entry_variable, smaller, larger]),
            ),
        ),
        shape=(sums + pairs, len(cube.truth)),
    ).tocsr()


def _solver(rows, sums: int, low: np.ndarray, high: np.ndarray):
    """HiGHS on one thread; the first so many rows are sums."""
    import highspy

    pairs, size = rows.shape[0] - sums, rows.shape[1]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, sums + pairs
    model.col_cost_, model.col_lower_, model.col_upper_ = np.zeros(size), low, high
    model.row_lower_ = np.repeat([0.0, -highspy.kHighsInf], [sums, pairs])
    model.row_upper_ = np.zeros(sums + pairs)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
        rows.indptr,
        rows.indices,
        rows.data,
    )
    solver = highspy.Highs()
    options = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "simplex_strategy": 4,  # primal: the last vertex stays a solution when only the goal changes
        "mip_rel_gap": 0.0,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    if solver.passModel(model) == highspy.HighsStatus.kError:
        raise AttackError("solver: the program cannot be read")
    return solver


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
