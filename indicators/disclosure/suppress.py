"""Complementary suppression: hide further rows until no attack pins a secret down, and no more than that.

Attack and repair in turns. Intervals through all sums find most faults at once; linear programs then confirm every
secret in sums that cross; institutions as insiders come last. A fault is repaired by taking back the smallest
published count in one of its sums. What cannot be repaired is a failure, and the release is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from indicators.disclosure import attack
from indicators.disclosure.cube import Cube

Piece = tuple[Callable[[], Cube], np.ndarray]  # cuts a cube of its own out; the numbers of its variables
Each = Callable[[Callable[[Piece], tuple], list[Piece], Callable[[Piece], float]], list[tuple]]

ROUNDS = 60
INSIDER_ROUNDS = 6
# What an institution may know of itself, as places between the ends of what everybody is told of it. The choice of what
# is hidden besides may not follow from true counts: then a hole would tell of them (P14).
SUPPOSED = (0.5,)
SMALL = 60  # variables of a piece that is checked once more for whole numbers
BATCH = 200  # variables of pieces that are solved together
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
    insiders: int = 0  # secrets that some institution can still narrow down to less than they need
    insiders_exact: int = 0  # of these to the number
    insider_pairs: int = 0
    insiders_before: int = 0
    told_for_good: int = 0  # secrets that an earlier release told: they cannot be taken back
    low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    high: np.ndarray = field(default_factory=lambda: np.zeros(0))


def one_by_one(
    work: Callable[[Piece], tuple], pieces: list[Piece], _weight: Callable[[Piece], float]
) -> list[tuple]:
    """The work done on every piece, in this process."""
    return [work(piece) for piece in pieces]


def protect(
    cube: Cube,
    *,
    insiders: bool = True,
    whole: bool = True,
    trim: bool = False,
    progress: Callable[[str], None] = lambda text: None,
    each: Each = one_by_one,
) -> Outcome:
    """Hide rows of the cube (in place) until every secret is wide enough for outsiders and, as far as possible, insiders.

    whole: confirm small pieces with whole numbers. trim: afterwards publish again what need not have been hidden;
    for tables small enough that every try may be attacked anew. each: does the programs of pieces that do not depend on
    each other, given also how much work a piece is; whoever calls may have several processes for that.
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
            bad, low, high = _programs(cube, crossing, low, high, outcome, each, whole=whole)
            if len(bad) and not _repair(cube, bad, low, high):  # what only programs see
                raise SuppressionError(f"{len(bad)} cells cannot be protected")
        if len(bad):
            _on_part(cube, bad, _until_wide)
        if insiders and outcome.rounds <= INSIDER_ROUNDS:
            if outcome.rounds == 1:
                outcome.insiders_before = len(_secrets_of(_insiders(cube)))
            pairs = _insiders(cube, supposed=SUPPOSED)
            found = _secrets_of(pairs)
            outcome.insider_pairs, outcome.insiders = pairs.shape[1], len(found)
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
        _trim(cube, crossing, each, whole=whole)
        low, high = attack.tighten(cube, *cube.boxes())
        bad, low, high = _programs(cube, crossing, low, high, outcome, each, whole=whole)
        if len(bad):
            raise SuppressionError(f"{len(bad)} cells are not protected")
    if insiders:
        pairs = _insiders(cube)
        outcome.insider_pairs, outcome.insiders = pairs.shape[1], len(_secrets_of(pairs))
        outcome.insiders_exact = len(_secrets_of(pairs[:, pairs[3] < 1 - attack.EPSILON]))
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


def _insiders(cube: Cube, supposed: Sequence[float] | None = None) -> np.ndarray:
    """Pairs of a secret and an institution that can narrow it down too far: columns as of `attack.neighbours`.

    supposed: as in `attack.neighbours`; without it the true counts, for the report only.
    """
    low, high = attack.tighten(cube, *cube.boxes())
    found = list(attack.neighbours(cube, low, high, supposed=supposed))
    return np.concatenate(found, axis=1) if found else np.zeros((4, 0))


def _secrets_of(pairs: np.ndarray) -> np.ndarray:
    """The secrets of such pairs, each once."""
    return np.unique(pairs[0].astype(int))


def _until_insiders_fail(cube: Cube) -> None:
    """Hide the smallest of every sum through which an institution pins down a secret; give up where nothing is left."""
    for _turn in range(ROUNDS):
        low, high = attack.tighten(cube, *cube.boxes())
        found = list(attack.neighbours(cube, low, high, supposed=SUPPOSED))
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


def _programs(
    cube: Cube,
    crossing: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    outcome: Outcome,
    each: Each,
    *,
    whole: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What only programs see: faults by linear ones, where there are none by whole-number ones; and the bounds."""
    bad, low, high = _confirm(cube, crossing, low, high, outcome, each)
    if whole and not len(bad):
        bad = _one_whole_number(cube, crossing, low, high, outcome, each)
    return bad, low, high


def _confirm(
    cube: Cube,
    crossing: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    outcome: Outcome,
    each: Each,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Linear programs for the secrets in crossing sums; the faults found, and bounds with them.

    However wide intervals leave such a secret, several sums together may still pin it down.
    """
    narrow = cube.secret & crossing
    low, high = low.copy(), high.copy()
    pieces = list(_cuts(cube, _pieces(cube, np.flatnonzero(narrow))))

    def confirm(piece: Piece) -> tuple[int, dict[int, tuple[float, float]]]:
        cut, numbers = piece[0](), piece[1]
        secret = np.flatnonzero(narrow[numbers])
        programs = attack.Programs(cut, low[numbers], high[numbers])
        found = programs.confirm(secret, cut.need[secret])
        return programs.solved, found

    weight = _weight(narrow)
    for (_cut, numbers), (solved, found) in zip(pieces, each(confirm, pieces, weight), strict=True):
        outcome.programs += solved
        for place, (bottom, top) in found.items():
            low[numbers[place]], high[numbers[place]] = bottom, top
    return attack.violations(cube, low, high), low, high


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


def _pieces(cube: Cube, secrets: np.ndarray) -> list[np.ndarray]:
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


def _weight(secret: np.ndarray) -> Callable[[Piece], float]:
    """How long the programs of a piece take, compared with others: so many goals over so many variables."""
    return lambda piece: float(secret[piece[1]].sum()) * len(piece[1])


def _cuts(cube: Cube, pieces: list[np.ndarray]) -> Iterator[Piece]:
    """Pieces as cubes of their own, with the numbers of their variables; small ones together, to share solutions."""
    if not pieces:
        return
    together, numbers, _rows = cube.part(np.sort(np.concatenate(pieces)))
    end = np.cumsum([len(one) for one in pieces]) // BATCH
    for batch in np.split(np.arange(len(pieces)), np.flatnonzero(np.diff(end)) + 1):
        variables = np.sort(np.concatenate([pieces[one] for one in batch]))
        yield partial(_cut, together, np.searchsorted(numbers, variables)), variables


def _cut(cube: Cube, variables: np.ndarray) -> Cube:
    return cube.part(variables)[0]


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


def _trim(cube: Cube, crossing: np.ndarray, each: Each, *, whole: bool) -> None:
    """Publish again, the most costly first, every complementary row without which all secrets stay wide."""
    extra = np.flatnonzero(cube.hidden & ~cube.primary)
    for row in extra[np.argsort(-cube.row_cost[extra], kind="stable")]:
        cube.hidden[row] = False
        low, high = attack.tighten(cube, *cube.boxes())
        bad = attack.violations(cube, low, high)
        if not len(bad):
            bad, low, high = _programs(cube, crossing, low, high, Outcome(), each, whole=whole)
        if len(bad):
            cube.hidden[row] = True


def _one_whole_number(
    cube: Cube, crossing: np.ndarray, low: np.ndarray, high: np.ndarray, outcome: Outcome, each: Each
) -> np.ndarray:
    """Secrets of small crossing pieces for which a wide interval holds one whole solution only.

    In a tree of sums every whole number between the bounds has a solution, so only crossing sums are tried.
    """
    secret = cube.secret & crossing
    fraction = np.isfinite(cube.truth) & (np.abs(cube.truth - np.round(cube.truth)) > 1e-6)
    small = [
        one for one in _pieces(cube, np.flatnonzero(secret)) if len(one) <= SMALL and not fraction[one].any()
    ]
    pieces = list(_cuts(cube, small))

    def confirm(piece: Piece) -> tuple[int, list[int]]:
        cut, numbers = piece[0](), piece[1]
        wanted = np.flatnonzero(secret[numbers])
        programs = attack.Programs(cut, low[numbers], high[numbers], whole=True)
        found = programs.confirm(wanted, np.minimum(cut.need[wanted], 1))
        return programs.solved, list(found)

    weight = _weight(secret)
    bad = [np.zeros(0, dtype=int)]
    for (_cut, numbers), (solved, found) in zip(pieces, each(confirm, pieces, weight), strict=True):
        outcome.whole_programs += solved
        bad.append(numbers[np.array(found, dtype=int)])
    return np.concatenate(bad)
