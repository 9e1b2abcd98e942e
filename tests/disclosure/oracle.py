"""A second opinion on small tables: Tau-Argus' audit and its optimal suppression, over files of its own kind (JJ)."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indicators.disclosure import attack, suppress
from indicators.disclosure.cube import Cube
from tests.disclosure.tables import NEED, cube_of, random_table


@dataclass
class Compared:
    """What both made of the same tables; costs are persons in hidden cells, the small ones included.

    apart: secrets of which both audits give different bounds. narrow: secrets that its audit pins down in what we
    hide. theirs_narrow: secrets that our attack pins down in what it hides. refused: tables that we would not publish,
    left out of the rest.
    """

    tables: int = 0
    secrets: int = 0
    apart: int = 0
    narrow: int = 0
    theirs_narrow: int = 0
    refused: int = 0
    ours: float = 0.0
    theirs: float = 0.0


def costs(cube: Cube) -> np.ndarray:
    """What hiding each cell costs; one row tells one cell in these tables."""
    result = np.zeros(len(cube.truth))
    result[cube.statement_variable] = cube.row_cost[cube.statement_row]
    return result


def hidden_cells(cube: Cube) -> np.ndarray:
    """Which cells are hidden."""
    result = np.zeros(len(cube.truth), dtype=bool)
    result[cube.statement_variable] = cube.hidden[cube.statement_row]
    return result


def write(cube: Cube, path: Path) -> None:
    """The table as Tau-Argus reads it: cells with cost, state and protection, then the sums.

    It knows a distance to either side of the value, not a width of the interval: ten values from the true one up or
    down are asked for, the nearest to our own demand (a sliding width is read from the file but not respected).
    """
    largest = cube.truth.max()
    cost, hidden = costs(cube), hidden_cells(cube)
    lines = ["0", str(len(cube.truth))]
    for number, value in enumerate(cube.truth):
        secret = bool(cube.secret[number])
        state = "z" if np.isinf(cost[number]) else "u" if secret else "m" if hidden[number] else "s"
        price = 1 if state == "z" else int(cost[number])
        below = min(value, NEED) if secret else 0.0
        above = NEED - below if secret else 0.0
        lines.append(f"{number} {value:.0f} {price} {state} 0 {largest:.0f} {below:.3f} {above:.3f} 0")
    lines.append(str(cube.equations))
    for equation in range(cube.equations):
        at = np.flatnonzero(cube.entry_equation == equation)
        parts = [f"{cube.entry_variable[one]} ({cube.entry_sign[one]:.0f})" for one in at]
        lines.append(f"0 {len(at)} : {' '.join(parts)} ")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def audit(cube: Cube, folder: Path) -> dict[int, tuple[float, float]]:
    """Its bounds of every hidden cell."""
    from pytauargus._tauargus import audit_jj

    write(cube, folder / "audit.jj")
    return {one["cell"]: (one["min"], one["max"]) for one in audit_jj(str(folder / "audit.jj"))}


def optimal(cube: Cube, folder: Path) -> list[int] | None:
    """The cells that it hides besides, at the least cost; None where it finds no way."""
    from pytauargus._tauargus import HiTaSCtrl

    write(cube, folder / "in.jj")
    code = HiTaSCtrl().full_jj(in_file_jj=str(folder / "in.jj"), out_file=str(folder / "out.jj"), max_time=0)
    if code > 1:
        return None
    text = (folder / "out.jj").read_text(encoding="utf-8", errors="replace")
    return [int(line.split()[0]) for line in text.splitlines() if line.strip()]


def compare(count: int, *, side: int = 5, seed: int = 16) -> Compared:
    """The same random tables in two ways, protected by ours and by Tau-Argus, each audited by the other."""
    random = np.random.default_rng(seed)
    found = Compared()
    with tempfile.TemporaryDirectory() as made, contextlib.chdir(made):  # it leaves logs where it runs
        folder = Path(made)
        while found.tables < count:
            cells = random_table(random, tuple(random.integers(2, side + 1, 2)))
            theirs, ours = cube_of(cells), cube_of(cells)
            suppress._forget_told(theirs, suppress.Outcome())
            if not theirs.secret.any():
                continue
            extra = optimal(theirs, folder)
            if (
                extra is None
            ):  # it asks for a little more than we do, and the table has too few persons for that
                continue
            found.tables += 1
            try:
                suppress.protect(ours, insiders=False, trim=True)
            except suppress.SuppressionError:  # nothing would be published
                found.refused += 1
                continue
            secrets = np.flatnonzero(ours.secret)
            found.secrets += len(secrets)
            low, high = attack.program_bounds(ours, secrets, *ours.boxes())
            its = audit(ours, folder)
            largest = ours.truth.max()
            for number, least, most in zip(secrets, low, high, strict=True):
                bottom, top = its[int(number)]
                found.apart += abs(max(bottom, 0.0) - least) > 1e-4 or abs(top - min(most, largest)) > 1e-4
                found.narrow += top - bottom < NEED - attack.EPSILON
            cost = costs(ours)
            found.ours += cost[hidden_cells(ours)].sum()
            taken = hidden_cells(theirs)
            taken[extra] = True
            found.theirs += cost[taken].sum()
            rows = theirs.statement_row[np.isin(theirs.statement_variable, extra)]
            theirs.hidden[rows] = True
            low, high = attack.program_bounds(theirs, secrets, *theirs.boxes())
            found.theirs_narrow += int((high - low < NEED - attack.EPSILON).sum())
    return found
