"""Complementary suppression: hide further rows until no attack pins a secret down, and no more than that.

Attack and repair in turns. Intervals through all sums find most faults at once; linear programs then confirm every
secret in sums that cross; institutions as insiders come last. A fault is repaired by taking back the smallest
published count in one of its sums. What cannot be repaired is a failure, and the release is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from indicators.disclosure import attack
from indicators.disclosure.cube import Cube

ROUNDS = 60
INSIDER_ROUNDS = 6
SMALL = 60  # variables of a piece that is checked once more for whole numbers
CROSSING = 1500  # variables of a cube up to which it is solved whole


class SuppressionError(RuntimeError):
    """A secret cannot be protected within the rules; nothing may be published."""


@dataclass
class Outcome:
    """What was attacked and what was done; counts of cells, widths in persons."""

    secrets: int = 0
    rounds: int = 0
    first_attack: int = 0  # secrets that primary suppression alone would have given away
    first_exact: int = 0  # of those, to the very number
    complementary: int = 0
    programs: int = 0
    whole_programs: int = 0
    narrowest: float = float("nan")
    exact: int = 0
    insiders: int = 0  # secrets that some institution can still pin down
    insider_pairs: int = 0
    insiders_before: int = 0
    told_for_good: int = 0  # secrets that an earlier release told: they cannot be taken back
    low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    high: np.ndarray = field(default_factory=lambda: np.zeros(0))


def protect(
    cube: Cube,
    *,
    insiders: bool = True,
    whole: bool = True,
    trim: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Hide rows of the cube (in place) until every secret is wide enough for outsiders and, as far as possible, insiders.

    whole: confirm small pieces with whole numbers. trim: afterwards publish again what need not have been hidden;
    for tables small enough that every try may be attacked anew.
    Raises SuppressionError when an outsider can still pin a secret down after ROUNDS rounds.
    """
    outcome = Outcome()
    started = int(cube.hidden.sum())
    _forget_told(cube, outcome)
    crossing = attack.cyclic(_local(cube))
    low, high = attack.tighten(cube, *cube.boxes())
    bad = attack.violations(cube, low, high)
    outcome.first_attack = len(bad)
    outcome.first_exact = int((high[bad] - low[bad] < 1 - attack.EPSILON).sum())
    for outcome.rounds in range(1, ROUNDS + 1):
        if not len(bad):
            bad, low, high = _confirm(cube, crossing, low, high, outcome)
            if len(bad) and not _repair(cube, bad, low, high):  # what only programs see
                raise SuppressionError(f"{len(bad)} cells cannot be protected")
        if len(bad):
            _on_part(cube, bad, _until_wide)
        if insiders and outcome.rounds <= INSIDER_ROUNDS:
            found, outcome.insider_pairs = _insiders(cube)
            outcome.insiders = len(found)
            if outcome.rounds == 1:
                outcome.insiders_before = len(found)
            if len(found):
                before = int(cube.hidden.sum())
                _on_part(cube, found, _until_insiders_fail, local=True)
                if outcome.rounds > 1 and int(cube.hidden.sum()) == before:
                    _on_part(cube, found, _until_insiders_fail)
        low, high = attack.tighten(cube, *cube.boxes())
        now = attack.violations(cube, low, high)
        progress(f"{outcome.rounds}: {len(bad)}, {len(now)}, {outcome.insiders}")
        if not len(now) and not len(bad) and (not outcome.insiders or outcome.rounds >= INSIDER_ROUNDS):
            break
        bad = now
    else:
        raise SuppressionError(f"{len(bad)} cells are not protected after {ROUNDS} rounds")
    if trim:
        _trim(cube, crossing)
        low, high = attack.tighten(cube, *cube.boxes())
        bad, low, high = _confirm(cube, crossing, low, high, outcome)
        if len(bad):
            raise SuppressionError(f"{len(bad)} cells are not protected")
    if insiders:
        found, outcome.insider_pairs = _insiders(cube)
        outcome.insiders = len(found)
    if whole:
        _whole_check(cube, low, high, outcome)
    outcome.secrets = int(cube.secret.sum())
    width = (high - low)[cube.secret & (cube.need > 1)]
    outcome.narrowest = float(width.min()) if len(width) else float("nan")
    outcome.exact = int((width < 1 - attack.EPSILON).sum())
    outcome.complementary = int(cube.hidden.sum()) - started
    outcome.low, outcome.high = low, high
    return outcome


def _on_part(cube: Cube, bad: np.ndarray, work: Callable[[Cube], None], *, local: bool = False) -> None:
    """Do the work on those sums that are connected with faults, and take over what it hides.

    local: connected without the sums of headline totals, municipality by municipality.
    """
    label = attack.labels(_local(cube) if local else cube)
    wanted = np.zeros(label.max() + 1, dtype=bool)
    wanted[label[bad]] = True
    cut, _variables, rows = cube.part(np.flatnonzero(wanted[label[: len(cube.truth)]]))
    before = cut.hidden.copy()
    work(cut)
    cube.hide(rows[cut.hidden & ~before])


def _until_wide(cube: Cube) -> None:
    for _turn in range(ROUNDS):
        low, high = attack.tighten(cube, *cube.boxes())
        bad = attack.violations(cube, low, high)
        if not len(bad):
            return
        if not _repair(cube, bad, low, high):
            raise SuppressionError(f"{len(bad)} cells cannot be protected, the first {bad[:5].tolist()}")
    raise SuppressionError(f"not protected after {ROUNDS} rounds")


def _insiders(cube: Cube) -> tuple[np.ndarray, int]:
    """Secrets that some institution can pin down, and the number of pairs of a secret and an institution."""
    low, high = attack.tighten(cube, *cube.boxes())
    found = list(attack.neighbours(cube, low, high))
    pairs = np.concatenate(found, axis=1) if found else np.zeros((4, 0))
    return np.unique(pairs[0].astype(int)), pairs.shape[1]


def _until_insiders_fail(cube: Cube) -> None:
    """Hide the smallest of every sum through which an institution pins down a secret; give up where nothing is left."""
    for _turn in range(ROUNDS):
        low, high = attack.tighten(cube, *cube.boxes())
        found = list(attack.neighbours(cube, low, high))
        if not found:
            return
        pairs = np.concatenate(found, axis=1)
        touched = np.zeros(cube.equations, dtype=bool)
        touched[pairs[2].astype(int)] = True
        hide = _cheapest(cube, touched, _cost(cube))
        if len(hide):
            cube.hide(hide)
        elif not _repair(cube, np.unique(pairs[0].astype(int)), low, high):
            return


def _forget_told(cube: Cube, outcome: Outcome) -> None:
    """Secrets that statements for good pin down already (earlier releases) are not secrets any more."""
    kept = cube.hidden.copy()
    cube.hidden[np.isfinite(cube.row_cost)] = True
    low, high = attack.tighten(cube, *cube.boxes())
    cube.hidden[:] = kept
    told = attack.violations(cube, low, high)
    cube.secret[told] = False
    outcome.told_for_good = len(told)


def _confirm(
    cube: Cube,
    crossing: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    outcome: Outcome,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Linear programs for the secrets in crossing sums; the faults found, and bounds with them.

    However wide intervals leave such a secret, several sums together may still pin it down.
    """
    narrow = cube.secret & crossing
    low, high = low.copy(), high.copy()
    pieces = _pieces(cube, low, high, np.flatnonzero(narrow))
    if not pieces:
        return np.zeros(0, dtype=int), low, high
    apart = _far_apart(cube, pieces, narrow, low, high, outcome)
    wide = apart.max(axis=0) - apart.min(axis=0) >= cube.need - attack.EPSILON
    for variables in pieces:
        wanted = variables[narrow[variables] & ~wide[variables]]
        if not len(wanted):
            continue
        cut, numbers, _rows = cube.part(variables)
        programs = attack.Programs(cut, low[numbers], high[numbers])
        found = programs.confirm(np.searchsorted(numbers, wanted), cube.need[wanted])
        outcome.programs += programs.solved
        for place, (bottom, top) in found.items():
            low[numbers[place]], high[numbers[place]] = bottom, top
    return attack.violations(cube, low, high), low, high


def _far_apart(
    cube: Cube,
    pieces: list[np.ndarray],
    narrow: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    outcome: Outcome,
) -> np.ndarray:
    """A few solutions [solution, variable] of all pieces together; the lower bounds elsewhere."""
    variables = np.sort(np.concatenate(pieces))
    cut, numbers, _rows = cube.part(variables)
    programs = attack.Programs(cut, low[numbers], high[numbers])
    solutions = programs.explore(np.flatnonzero(narrow[numbers]))
    outcome.programs += programs.solved
    result = np.tile(low, (len(solutions), 1))
    result[:, numbers] = solutions
    return result


def _local(cube: Cube) -> Cube:
    """The cube without the sums of headline totals: their bounds are in the intervals already, so it falls into
    municipalities."""
    national = np.zeros(cube.equations, dtype=bool)
    national[cube.entry_equation[cube.headline[cube.entry_variable]]] = True
    kept = ~national[cube.entry_equation]
    _names, equation = np.unique(cube.entry_equation[kept], return_inverse=True)
    return replace(
        cube,
        entry_equation=equation,
        entry_variable=cube.entry_variable[kept],
        entry_sign=cube.entry_sign[kept],
    )


def _pieces(cube: Cube, low: np.ndarray, high: np.ndarray, secrets: np.ndarray) -> list[np.ndarray]:
    """Variables to solve together, in ascending order: all that local sums connect with a secret, with their sums."""
    if not len(secrets):
        return []
    local = cube if len(cube.truth) <= CROSSING else _local(cube)
    label = attack.labels(local)[: len(cube.truth)]
    wanted = np.unique(label[secrets])
    order = np.argsort(label, kind="stable")
    start = np.searchsorted(label[order], wanted)
    stop = np.searchsorted(label[order], wanted, side="right")
    return [np.sort(order[a:b]) for a, b in zip(start, stop, strict=True)]


def _repair(cube: Cube, bad: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
    """Hide one more row for every fault: the smallest in its tightest sum, else in what is connected to it."""
    equation, variable = cube.entry_equation, cube.entry_variable
    fault = np.zeros(len(cube.truth), dtype=bool)
    fault[bad] = True
    cost = _cost(cube)
    found = False
    pending = fault
    for _reach in range(6):
        touched = np.zeros(cube.equations, dtype=bool)
        touched[equation[pending[variable]]] = True
        hide = _cheapest(cube, touched, cost)
        if len(hide):
            cube.hide(hide)
            found = True
            # Faults whose sums had nothing left to hide look one sum further in the next round.
            return found
        wider = np.zeros(len(cube.truth), dtype=bool)
        wider[variable[touched[equation]]] = True
        if (wider == pending).all():
            break
        pending = pending | wider
    # Statements about the secret itself, such as the band of a share.
    own = np.isin(cube.statement_variable, bad) & (cube.statement_row >= 0)
    rows = np.unique(cube.statement_row[own])
    rows = rows[~cube.hidden[rows] & np.isfinite(cube.row_cost[rows])]
    cube.hide(rows)
    return found or len(rows) > 0


def _cost(cube: Cube) -> np.ndarray:
    """What freeing each variable costs: all rows that tell of it; infinite where one may not be hidden, NaN if free."""
    result = np.full(len(cube.truth), np.nan)
    told = cube.statement_row >= 0
    open_rows = np.zeros(len(cube.statement_row), dtype=bool)
    open_rows[told] = ~cube.hidden[cube.statement_row[told]]
    total = np.zeros(len(cube.truth))
    np.add.at(total, cube.statement_variable[open_rows], cube.row_cost[cube.statement_row[open_rows]])
    some = np.zeros(len(cube.truth), dtype=bool)
    some[cube.statement_variable[open_rows]] = True
    result[some] = total[some]
    result[cube.statement_variable[~told]] = np.inf
    return result


def _cheapest(cube: Cube, touched: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Rows to hide: in every touched equation those of the cheapest variable that can still be freed."""
    inside = touched[cube.entry_equation] & np.isfinite(cost[cube.entry_variable])
    if not inside.any():
        return np.zeros(0, dtype=int)
    equation, variable = cube.entry_equation[inside], cube.entry_variable[inside]
    order = np.lexsort((variable, cost[variable], equation))
    _names, first = np.unique(equation[order], return_index=True)
    chosen = np.zeros(len(cube.truth), dtype=bool)
    chosen[variable[order[first]]] = True
    rows = np.unique(cube.statement_row[chosen[cube.statement_variable]])
    rows = rows[rows >= 0]
    return rows[~cube.hidden[rows]]


def _trim(cube: Cube, crossing: np.ndarray) -> None:
    """Publish again, the most costly first, every complementary row without which all secrets stay wide."""
    extra = np.flatnonzero(cube.hidden & ~cube.primary)
    for row in extra[np.argsort(-cube.row_cost[extra], kind="stable")]:
        cube.hidden[row] = False
        low, high = attack.tighten(cube, *cube.boxes())
        bad = attack.violations(cube, low, high)
        if not len(bad):
            bad, low, high = _confirm(cube, crossing, low, high, Outcome())
        if len(bad):
            cube.hidden[row] = True


def _whole_check(cube: Cube, low: np.ndarray, high: np.ndarray, outcome: Outcome) -> None:
    """Small crossing pieces once more with whole numbers: a wide interval may hold one whole solution only.

    In a tree of sums every whole number between the bounds has a solution, so only crossing sums are tried.
    """
    crossing = attack.cyclic(_local(cube))
    secrets = np.flatnonzero(cube.secret & crossing)
    if not len(secrets):
        return
    fraction = np.isfinite(cube.truth) & (np.abs(cube.truth - np.round(cube.truth)) > 1e-6)
    narrow = np.zeros(len(cube.truth), dtype=bool)
    narrow[secrets] = True
    small = [
        one for one in _pieces(cube, low, high, secrets) if len(one) <= SMALL and not fraction[one].any()
    ]
    if not small:
        return
    apart = _far_apart(cube, small, narrow, low, high, outcome)
    for variables in small:
        wanted = variables[narrow[variables]]
        solutions = apart[:, variables]
        solutions = apart[np.abs(solutions - np.round(solutions)).max(axis=1) < 1e-6]
        if len(solutions):
            wanted = wanted[
                solutions[:, wanted].max(axis=0) - solutions[:, wanted].min(axis=0) < 1 - attack.EPSILON
            ]
        if not len(wanted):
            continue
        cut, numbers, _rows = cube.part(variables)
        programs = attack.Programs(cut, low[numbers], high[numbers], whole=True)
        found = programs.confirm(np.searchsorted(numbers, wanted), np.minimum(cube.need[wanted], 1))
        outcome.whole_programs += programs.solved
        if found:
            raise SuppressionError(f"{len(found)} cells have one whole-number solution only")
