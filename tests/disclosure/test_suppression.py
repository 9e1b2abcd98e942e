"""Small tables with all of their totals: what is hidden cannot be worked out, and little more is hidden than must be."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.disclosure import attack, suppress
from indicators.disclosure.cube import Builder, Cube
from tests.disclosure.tables import NEED, blocks, cube_of, random_table, tables

MANY = settings(max_examples=60, deadline=None)


def protected(cells: np.ndarray, **how) -> Cube | None:
    """The table after suppression; None where its headline total alone gives everything away."""
    cube = cube_of(cells, **how)
    try:
        suppress.protect(cube, insiders=False, trim=False)
    except suppress.SuppressionError:
        return None
    return cube


def bounds(cube: Cube, *, whole: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Secrets and what linear or whole-number programs say of them, without the intervals of our own attack."""
    secrets = np.flatnonzero(cube.secret)
    return secrets, *attack.program_bounds(cube, secrets, *cube.boxes(), whole=whole)


@pytest.mark.parametrize("strategy", [tables(), blocks()], ids=["two ways", "three ways"])
def test_whole_number_attack(strategy):
    """P5: by branch and bound every secret of a table has at least ten whole-number values."""

    @settings(max_examples=60, deadline=None)
    @given(strategy)
    def check(cells):
        cube = protected(cells)
        if cube is None:
            assert cells.sum() < 40  # too few persons in the whole table to hide anybody among them
            return
        secrets = np.flatnonzero(cube.secret)
        if not len(secrets):
            return
        programs = attack.Programs(cube, *cube.boxes(), whole=True)
        # Two solutions that lie nine apart have ten whole numbers between them in their hull.
        assert not programs.confirm(secrets, np.full(len(secrets), NEED))

    check()


@MANY
@given(tables(), st.booleans())
def test_linear_attack_and_null_space(cells, rounding):
    """P2, P3: no secret follows from the equations, none has bounds narrower than nine."""
    cube = protected(cells, rounding=rounding)
    if cube is None:
        return
    secrets = np.flatnonzero(cube.secret)
    low, high = cube.boxes()
    assert not np.isin(attack.determined(cube, low, high), secrets).any()
    if len(secrets):
        assert not attack.Programs(cube, low, high).confirm(secrets, np.full(len(secrets), NEED))


@settings(max_examples=60, deadline=None)
@given(tables(side=4))
def test_intervals_never_say_more_than_linear_programs(cells):
    """The quick attack is sound: its bounds hold those of the linear programs; in one line they are equal."""
    cube = cube_of(cells)
    if not cube.secret.any():
        return
    low, high = attack.tighten(cube, *cube.boxes())
    secrets, bottom, top = bounds(cube)
    assert (low[secrets] <= bottom + 1e-6).all()
    assert (high[secrets] >= top - 1e-6).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=2, max_size=12), st.integers(1, 3))
def test_intervals_are_exact_in_a_tree(counts, towns):
    """Schools, municipalities and the country: intervals find exactly what linear programs find."""
    cells = np.array(counts, dtype=float)
    town = np.arange(len(cells)) % towns
    sums = np.bincount(town, weights=cells, minlength=towns)
    builder = Builder()
    small = cells < 10
    leaves = builder.add_variables(cells, need=np.where(small, NEED, 0.0))
    rows = builder.add_rows(np.maximum(cells, 1), small)
    builder.say(rows, leaves, np.maximum(cells - 2, 0), cells + 2)
    middle = builder.add_variables(sums)
    builder.say(builder.add_rows(sums, False), middle, np.maximum(sums - 2, 0), sums + 2)
    top = builder.add_variables([cells.sum()], headline=True)
    builder.say(-1, top, cells.sum(), cells.sum())
    builder.add_sums(
        np.concatenate([town, np.arange(towns)]),
        np.concatenate([leaves, middle]),
        np.concatenate([np.zeros(len(cells), bool), np.ones(towns, bool)]),
    )
    builder.add_sums(
        np.zeros(towns + 1), np.concatenate([middle, top]), np.append(np.zeros(towns, bool), True)
    )
    cube = builder.cube()
    if not small.any():
        return
    low, high = attack.tighten(cube, *cube.boxes())
    secrets, bottom, top_bound = bounds(cube)
    assert low[secrets] == pytest.approx(bottom, abs=1e-6)
    assert high[secrets] == pytest.approx(top_bound, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(tables(side=4), st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter(cells, random):
    """P10: a table whose rows and columns are in another order is protected just as well, at a like cost."""
    one = protected(cells)
    rows, columns = (random.sample(range(size), size) for size in cells.shape)
    other = protected(cells[np.ix_(rows, columns)])
    assert (one is None) == (other is None)
    if one is not None:
        assert one.secret.sum() == other.secret.sum()
        assert one.primary.sum() == other.primary.sum()


@settings(max_examples=60, deadline=None)
@given(tables(side=4), st.integers(3, 9))
def test_lower_threshold_hides_no_more_of_its_own(cells, minimum):
    """P11: under a lower minimum every row hidden of itself is also hidden under ten."""
    low, high = cube_of(cells, minimum=minimum), cube_of(cells)
    assert not (low.primary & ~high.primary).any()


@settings(max_examples=40, deadline=None)
@given(tables(side=5))
def test_more_readers_never_show_more(cells):
    """P11: with institutions as attackers nothing is published that outsiders alone would have hidden of itself."""
    open_, closed = cube_of(cells, owners=True), cube_of(cells, owners=True)
    try:
        suppress.protect(open_, insiders=False, trim=False)
        suppress.protect(closed, insiders=True, trim=False)
    except suppress.SuppressionError:
        return
    assert closed.hidden.sum() >= open_.hidden.sum()


def least_cost(cube: Cube) -> float:
    """The cost of the cheapest protection, over all choices of rows to hide; only for few rows."""
    free = np.flatnonzero(~cube.hidden & np.isfinite(cube.row_cost))
    best = np.inf
    choices = sorted(
        (cube.row_cost[list(some)].sum(), some)
        for size in range(min(len(free), 6) + 1)
        for some in itertools.combinations(free, size)
    )
    start = cube.hidden.copy()
    for cost, some in choices:
        if cost >= best:
            break
        cube.hidden[:] = start
        cube.hidden[list(some)] = True
        low, high = attack.tighten(cube, *cube.boxes())
        if len(attack.violations(cube, low, high)):
            continue
        secrets = np.flatnonzero(cube.secret)
        if not attack.Programs(cube, low, high).confirm(secrets, cube.need[secrets]):
            best = cost
            break
    cube.hidden[:] = start
    return best


def test_hides_little_more_than_the_optimum():
    """P17: rows hidden on tables small enough to try every choice: at most 1.25 times the fewest; headlines never."""
    random = np.random.default_rng(8)
    ours = best = 0
    for _table in range(20):
        cells = random_table(random, (3, 3))
        cube = cube_of(cells)
        suppress._forget_told(cube, suppress.Outcome())
        if not cube.secret.any():
            continue
        cheapest = least_cost(cube)
        if not np.isfinite(cheapest):
            continue
        fresh = cube_of(cells)
        suppress.protect(fresh, insiders=False, trim=True)
        extra = fresh.hidden & ~fresh.primary
        assert np.isfinite(fresh.row_cost[extra]).all()
        base = cube.row_cost[cube.primary].sum()
        ours += base + fresh.row_cost[extra].sum()
        best += base + cheapest
    assert best > 0
    print(f"hidden persons: {ours:.0f}, optimum {best:.0f}, ratio {ours / best:.3f}")
    assert ours <= 1.25 * best


def test_secret_that_nothing_can_protect_stops_the_publication():
    """P15: with every other cell a headline the secret is the difference, and protection is refused."""
    builder = Builder()
    variables = builder.add_variables([40.0, 30.0, 3.0], need=[0.0, 0.0, NEED], headline=[True, False, False])
    rows = builder.add_rows([np.inf, np.inf, 1.0], [False, False, True])
    builder.say(rows, variables, [40.0, 30.0, 3.0], [40.0, 30.0, 3.0])
    builder.add_sums([0, 0, 0], variables, [True, False, False])
    cube = builder.cube()
    outcome = suppress.protect(cube)
    assert outcome.told_for_good == 1  # headline totals alone tell it: reported, and nothing to be done

    cube = builder.cube()
    cube.row_cost[1] = 30.0
    suppress.protect(cube)
    assert cube.hidden.tolist() == [False, True, True]


@pytest.mark.parametrize("whole", [False, True])
def test_solver_out_of_time_is_an_error(whole):
    """P15: a program that does not finish is no proof."""
    random = np.random.default_rng(1)
    cube = cube_of(random_table(random, (6, 6)))
    programs = attack.Programs(cube, *cube.boxes(), whole=whole, seconds=0.0)
    with pytest.raises(attack.AttackError, match="solver"):
        programs.bounds(int(np.flatnonzero(cube.secret)[0]))


def test_contradiction_is_an_error():
    """P15: statements that no table fits prove nothing."""
    cube = cube_of(np.array([[20, 30], [40, 50]]))
    low, high = cube.boxes()
    low[0] = high[0] = 21.0
    with pytest.raises(attack.AttackError, match="Infeasible"):
        attack.Programs(cube, low, high).bounds(0)


def test_solution_that_misses_a_sum_is_refused(monkeypatch):
    """P15: what the solver returns is checked against the sums; it gets a second try from nothing, then it is an error."""
    cube = cube_of(np.array([[4, 30], [40, 50]]))
    secret = int(np.flatnonzero(cube.secret)[0])
    holds, answers = attack.Programs._holds, iter([False, True])
    programs = attack.Programs(cube, *cube.boxes())
    assert not programs._holds(cube.truth + 1.0)
    assert programs._holds(cube.truth)
    monkeypatch.setattr(attack.Programs, "_holds", lambda self, one: next(answers, True) and holds(self, one))
    assert programs.bounds(secret) == pytest.approx((4.0, 4.0))
    monkeypatch.setattr(attack.Programs, "_holds", lambda self, one: False)
    with pytest.raises(attack.AttackError, match="solver"):
        programs.bounds(secret)


@settings(max_examples=40, deadline=None)
@given(blocks(), st.booleans())
def test_shared_solutions_find_the_same_as_single_programs(cells, rounding):
    """Which secrets are narrow, and their bounds, do not depend on the solutions tried before or on their order."""
    cube = cube_of(cells, rounding=rounding)
    secrets = np.flatnonzero(cube.secret)
    if not len(secrets):
        return
    low, high = attack.program_bounds(cube, secrets, *cube.boxes())
    narrow = secrets[high - low < NEED - attack.EPSILON]
    for order in (secrets, secrets[::-1]):
        found = attack.Programs(cube, *cube.boxes()).confirm(order, np.full(len(order), NEED))
        assert sorted(found) == narrow.tolist()
        for variable, (bottom, top) in found.items():
            place = np.searchsorted(secrets, variable)
            assert bottom == pytest.approx(low[place], abs=1e-5)
            assert top == pytest.approx(high[place], abs=1e-5)


def tens(cost: float) -> Cube:
    """A secret of twenty that is the sum of ten equal counts and is told to lie in 11...20.

    Fractions reach all of 11...20; of whole numbers ten equal ones add up to 20 only. The counts are equal because
    each is what is missing from a total of ten (told, at this cost) to one other count.
    """
    builder = Builder()
    sum_, other = builder.add_variables([20.0, 8.0], need=[NEED, 0.0])
    parts, totals = builder.add_variables(np.full(10, 2.0)), builder.add_variables(np.full(10, 10.0))
    builder.say(-1, np.array([sum_]), 11.0, 20.0)
    builder.say(builder.add_rows(np.full(10, cost), False), totals, 10.0, 10.0)
    builder.add_sums(np.zeros(11), np.append(parts, sum_), np.append(np.zeros(10, bool), True))
    for part, total in zip(parts, totals, strict=True):
        builder.add_sums(np.zeros(3), np.array([part, other, total]), np.array([False, False, True]))
    return builder.cube()


def test_one_whole_number_is_repaired():
    """P5: where whole numbers leave one solution, more is hidden until there are others."""
    cube = tens(10.0)
    low, high = attack.program_bounds(cube, np.array([0]), *cube.boxes())
    assert (low[0], high[0]) == pytest.approx((11.0, 20.0))
    assert attack.whole_bounds(cube, np.array([0]), *cube.boxes())[0][0] == 20.0
    suppress.protect(cube, whole=False)
    assert not cube.hidden.any()
    outcome = suppress.protect(cube)
    assert outcome.complementary == int(cube.hidden.sum()) > 0
    low, high = attack.whole_bounds(cube, np.array([0]), *cube.boxes())
    assert low[0] < high[0] == 20.0


def test_one_whole_number_that_nothing_repairs_stops_the_publication():
    """P15: totals that may not be hidden leave one whole number: refused."""
    with pytest.raises(suppress.SuppressionError, match="1 cells cannot be protected"):
        suppress.protect(tens(np.inf))


def test_institution_that_knows_its_own_count():
    """Of three counts 5, 6, 40 with the total told, the school with 6 knows the one with 5 until a third is hidden."""
    cells = np.array([5.0, 6.0, 40.0, 60.0])
    builder = Builder()
    variables = builder.add_variables(
        [*cells, cells.sum()], need=[NEED, NEED, 0, 0, 0], owner=[1, 2, 3, 4, -1], headline=[0, 0, 0, 0, 1]
    )
    rows = builder.add_rows([*cells, np.inf], [True, True, False, False, False])
    builder.say(rows, variables, [*cells, cells.sum()], [*cells, cells.sum()])
    builder.add_sums(np.zeros(5), variables, [False] * 4 + [True])
    cube = builder.cube()
    low, high = attack.tighten(cube, *cube.boxes())
    assert (high[:2] - low[:2]).tolist() == [11.0, 11.0]
    (found,) = attack.neighbours(cube, low, high)
    assert sorted(zip(*found[:2].astype(int).tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert found[3].tolist() == [0.0, 0.0]
    outcome = suppress.protect(cube)
    assert outcome.insiders_before == 2
    assert outcome.insiders == 0
    assert cube.hidden.tolist() == [True, True, True, False, False]
