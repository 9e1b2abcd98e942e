"""Disclosure control: the report of a national release, and what is tried on small tables.

`make bench` prints the report of the release that it has published and tries a few of everything;
`python -m benchmarks.disclosure --full` tries the whole counts (half an hour in one process).
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator

import hypothesis
import numpy as np
from hypothesis import HealthCheck, given
from rich.console import Console
from rich.table import Table

from data_access import disclosure
from data_access import engine as engines
from indicators.disclosure import attack, suppress
from tests.disclosure import interference, oracle
from tests.disclosure.tables import NEED, blocks, cube_of, random_table, tables
from tests.disclosure.test_suppression import least_cost

FEW = {"whole": 40, "oracle": 40, "optimum": 10, "changes": 20}
FULL = {"whole": 2000, "oracle": 500, "optimum": 100, "changes": 1000}


def national(address: str) -> list[tuple[str, str]]:
    """Lines about the current release of a database."""
    engine = engines.create(address, read_only=True)
    with engine.connect() as connection:
        found = disclosure.report(connection)
    engine.dispose()
    if found is None:
        return []
    extra = found["payload"]
    return [
        ("suppression and attack of the national release, s (<= 300)", f"{found['seconds']:.1f}"),
        ("published rows in the cube", f"{found['cells']}"),
        ("counts behind them / sums", f"{extra['variables']} / {extra['equations']}"),
        ("hidden by the rules / besides", f"{found['primary_hidden']} / {found['complementary_hidden']}"),
        ("given away by the rules alone, to the number", f"{extra['given_away_by_primary_alone']}, {extra['given_away_to_the_number']}"),
        ("outsiders work out exactly (0)", f"{found['outsider_exact']}"),
        ("narrowest hidden count, width (>= 9)", f"{found['narrowest']}"),
        ("institutions could narrow below ten, before / after", f"{extra['insiders_before']} / {found['insider_cells']}"),
        ("of these to the number", f"{extra['insiders_exact']}"),
    ]  # fmt: skip


def whole(count: int) -> tuple[int, int, int]:
    """P5: (tables, of them refused as a whole, secrets with fewer than ten whole numbers) of hypothesis' tables up to 6 x 6 and 3 x 3 x 3."""
    seen = refused = bad = 0
    for strategy in (tables(), blocks()):

        @hypothesis.settings(
            max_examples=count // 2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(strategy)
        def check(cells):
            nonlocal seen, refused, bad
            seen += 1
            cube = cube_of(cells)
            try:
                suppress.protect(cube, insiders=False)
            except suppress.SuppressionError:
                refused += 1  # too few persons in the whole table
                return
            secrets = np.flatnonzero(cube.secret)
            programs = attack.Programs(cube, *cube.boxes(), whole=True)
            bad += len(programs.confirm(secrets, np.full(len(secrets), NEED)))

        check()
    return seen, refused, bad


def optimum(count: int) -> tuple[int, float]:
    """P17: tables 3 x 3 of which every choice can be tried, and persons hidden as a multiple of the fewest."""
    random = np.random.default_rng(8)
    ours = best = 0.0
    tried = 0
    while tried < count:
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
        base = cube.row_cost[cube.primary].sum()
        ours += base + fresh.row_cost[fresh.hidden & ~fresh.primary].sum()
        best += base + cheapest
        tried += 1
    return tried, ours / best


def small(counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Lines about small tables, each as soon as it has been measured, with the seconds that it took."""
    seconds = _Seconds()
    seen, refused, bad = whole(counts["whole"])
    yield (
        f"P5: secrets with fewer than ten values in {seen} tables (0)",
        f"{bad}, {refused} refused{seconds()}",
    )
    tried, ratio = optimum(counts["optimum"])
    yield f"P17: hidden in {tried} tables, times the optimum (<= 1.25)", f"{ratio:.3f}{seconds()}"
    for insiders, name in ((False, "outsiders"), (True, "institutions as attackers too")):
        tried, differ, holes = interference.interference(counts["changes"], insiders=insiders)
        yield f"P14: changes that leave a trace, {name}", f"{differ} of {tried} ({holes} holes){seconds()}"
    found = oracle.compare(counts["oracle"])
    yield from [
        (f"P16: secrets of {found.tables} tables on which Tau-Argus' audit differs (0)", f"{found.apart} of {found.secrets}{seconds()}"),
        ("P16: tables that we refuse to publish", f"{found.refused}"),
        ("P16: of ours, pinned down by its audit (0)", f"{found.narrow}"),
        ("P16: persons hidden, ours / Tau-Argus", f"{found.ours:.0f} / {found.theirs:.0f} = {found.ours / found.theirs:.3f}"),
    ]  # fmt: skip


class _Seconds:
    """Seconds since it was last asked, as a text."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def __call__(self) -> str:
        before, self._since = self._since, time.perf_counter()
        return f"; {self._since - before:.0f} s"


def main(address: str | None = None, *, full: bool = False, console: Console | None = None) -> None:
    """Print everything as one table. full: besides each line at once, since the whole takes long."""
    console = console or Console(width=120)
    started = time.perf_counter()
    table = Table("disclosure control", "measured", title="Disclosure control")
    for line in itertools.chain(national(address) if address else [], small(FULL if full else FEW)):
        table.add_row(*line)
        if full:
            print(*line, sep=": ", flush=True)
    table.add_row("this took, s", f"{time.perf_counter() - started:.0f}")
    console.print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", help="address of a published database")
    parser.add_argument("--full", action="store_true")
    given_ = parser.parse_args()
    main(given_.database, full=given_.full)
