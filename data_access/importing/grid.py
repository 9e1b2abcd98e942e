"""A table as it lies in a file: rows of cells, before anybody knows what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """A cell that Excel itself could not fill. kind: rule id; text: as shown."""

    kind: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True)
class Line:
    """One row. number: as Excel shows it. cells: str, int, float, bool, datetime, Fault or None.

    fault: rule id when the row could not be cut into cells.
    """

    number: int
    cells: Sequence[object]
    fault: str = ""


@dataclass
class Grid:
    """One sheet (name "" for a text file).

    merges: merged ranges as (first row, first column, last row, last column), rows from 1, columns from 0.
    hidden_rows, hidden_columns: numbers as in `Line.number` and column indexes. exact: every row must have as many
    cells as the heading (text files; Excel leaves empty cells out).
    """

    name: str
    lines: list[Line]
    exact: bool = False
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    words: list[set[str]] | None = None  # normalised texts of the first lines


def is_blank(cell: object) -> bool:
    """Nothing in it, or only blanks."""
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\u00a0\u202f\u2009\u200b\ufeff"))
