"""Small tables of counts for the tests: rows by columns, or three ways, with totals, as cubes."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

from indicators.disclosure.cube import Builder, Cube

NEED = 9.0


def cube_of(cells: np.ndarray, *, minimum: int = 10, rounding: bool = False, owners: bool = False) -> Cube:
    """The cube of a table with all of its totals; cells under the minimum are hidden and secret.

    rounding: published counts are told to two on either side, totals of everything exactly.
    owners: every row of the table is an institution that knows its own cells.
    """
    dimensions = cells.ndim
    axes = [[*range(size), None] for size in cells.shape]
    names = list(itertools.product(*axes))
    truth = np.array(
        [cells[tuple(slice(None) if one is None else one for one in name)].sum() for name in names],
        dtype=float,
    )
    inner = np.array([all(one is not None for one in name) for name in names])
    top = np.array([all(one is None for one in name) for name in names])
    small = (truth > 0) & (truth < minimum) & ~top
    builder = Builder()
    owner = np.array([name[0] if name[0] is not None and owners else -1 for name in names])
    owner = np.where(inner, owner, -1)
    variables = builder.add_variables(
        truth, need=np.where(small, NEED, 0.0), need_hidden=0.0, owner=owner, headline=top
    )
    rows = builder.add_rows(np.where(top, np.inf, np.maximum(truth, 1.0)), small)
    slack = np.where(top, 0.0, 2.0) if rounding else 0.0
    builder.say(rows, variables, np.maximum(truth - slack, 0.0), truth + slack)
    for axis in range(dimensions):
        others = [tuple(one for place, one in enumerate(name) if place != axis) for name in names]
        line = np.unique([str(one) for one in others], return_inverse=True)[1]
        whole = np.array([name[axis] is None for name in names])
        builder.add_sums(line, variables, whole)
    return builder.cube()


def _flat(shape: tuple[int, ...], largest: int) -> st.SearchStrategy[np.ndarray]:
    size = int(np.prod(shape))
    small_or_not = st.one_of(st.integers(0, 14), st.integers(0, largest))
    return st.lists(small_or_not, min_size=size, max_size=size).map(lambda one: np.array(one).reshape(shape))


def tables(largest: int = 120, side: int = 6) -> st.SearchStrategy[np.ndarray]:
    """Counts in two ways up to 6 x 6."""
    return st.tuples(st.integers(2, side), st.integers(2, side)).flatmap(lambda shape: _flat(shape, largest))


def blocks(largest: int = 120) -> st.SearchStrategy[np.ndarray]:
    """Counts in three ways up to 3 x 3 x 3."""
    return st.tuples(*[st.integers(2, 3)] * 3).flatmap(lambda shape: _flat(shape, largest))


def random_table(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """A table like those of the release: many small counts, a few large ones."""
    return np.where(random.random(shape) < 0.4, random.integers(0, 12, shape), random.integers(5, 90, shape))
