"""Text to rows: the delimiter that fits the declared headings and all rows. Two that fit = refused, never guessed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection

from .datasets.model import normal
from .findings import Finding, Refusal
from .grid import Grid, Line

DELIMITERS = (";", ",", "\t")
HEADER_WITHIN = 60  # lines
LONGEST_CELL = 2_000
MAX_ROWS = 500_000
NAMES = {";": (";", ";"), ",": (",", ","), "\t": ("tabulators", "tab"), "|": ("|", "|")}


def to_grid(text: str, headings: Collection[str], name: str = "") -> Grid:
    """Cut text into rows and cells.

    headings: normalised headings of the datasets that the file may be. Raises Refusal when no delimiter or more than
    one makes a table of it.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) > MAX_ROWS:
        raise Refusal(Finding(rule="too_many_rows", words={"limit": f"{MAX_ROWS}"}), name=name)
    delimiter = _delimiter(lines, set(headings), name)
    return Grid("", _rows(lines, delimiter), exact=True)


def _delimiter(lines: list[str], headings: set[str], name: str) -> str:
    """The delimiter under which a line near the top is a row of known headings."""
    known = {mark: _known(lines, mark, headings) for mark in (*DELIMITERS, "|")}
    best = max(known.values())
    if best == 0:
        return _by_count(lines, name)
    fitting = [mark for mark, found in known.items() if found == best]
    if fitting == ["|"]:
        raise Refusal(Finding(rule="delimiter_pipe"), name=name)
    fitting = [mark for mark in fitting if mark != "|"]
    if len(fitting) > 1:
        _ambiguous(lines, fitting[0], fitting[1], name)
    return fitting[0]


def _known(lines: list[str], mark: str, headings: set[str]) -> int:
    best = 0
    for line in lines[:HEADER_WITHIN]:
        if mark not in line:
            continue
        cells = {normal(cell) for cell in _cut(line, mark) or ()}
        best = max(best, len((cells - {""}) & headings))
    return best


def _by_count(lines: list[str], name: str) -> str:
    """Without a known heading: the one delimiter with the same number of cells, two or more, in all rows."""
    steady = []
    for mark in DELIMITERS:
        counts = Counter(len(_cut(line, mark) or ()) for line in lines if line.strip())
        width, rows = counts.most_common(1)[0] if counts else (0, 0)
        if width > 1 and rows == sum(counts.values()):
            steady.append(mark)
    if len(steady) > 1:
        _ambiguous(lines, steady[0], steady[1], name)
    if not steady and any("|" in line for line in lines[:HEADER_WITHIN]):
        raise Refusal(Finding(rule="delimiter_pipe"), name=name)
    return steady[0] if steady else ";"


def _ambiguous(lines: list[str], first: str, second: str, name: str) -> None:
    line = next((line for line in lines if first in line and second in line), "")
    raise Refusal(
        Finding(
            rule="delimiter_ambiguous",
            words={
                "first": NAMES[first],
                "second": NAMES[second],
                "first_count": len(line.split(first)),
                "second_count": len(line.split(second)),
            },
        ),
        name=name,
    )


def _cut(line: str, mark: str) -> list[str] | None:
    """The cells of one physical line; None when a quotation mark stays open."""
    if '"' not in line:
        return line.split(mark)
    if line.count('"') % 2:
        return None
    try:
        return next(csv.reader([line], delimiter=mark, strict=True))
    except csv.Error:
        return None


def _rows(lines: list[str], mark: str) -> list[Line]:
    """Rows numbered as Excel numbers them. A quoted line break joins at most five lines; an open quotation mark
    spoils its own row only."""
    rows: list[Line] = []
    index, number = 0, 0
    width = 0
    while index < len(lines):
        line = lines[index]
        number += 1
        cells = _cut(line, mark)
        used = 1
        if cells is None:
            cells, used = _joined(lines, index, mark, width)
        if cells is None:
            rows.append(Line(number, [line[:200]], fault="quote_open"))
        elif max(map(len, cells), default=0) > LONGEST_CELL:
            rows.append(Line(number, [cell[:200] for cell in cells], fault="cell_too_long"))
        else:
            width = max(width, len(cells))
            rows.append(Line(number, cells))
        index += used
    return rows


def _joined(lines: list[str], index: int, mark: str, width: int) -> tuple[list[str] | None, int]:
    """A row whose cell holds line breaks: lines together until the quotation marks close."""
    text = lines[index]
    for used in range(2, 7):
        if index + used > len(lines):
            break
        following = lines[index + used - 1]
        # A line that is a whole row by itself ends the search: the quotation mark was a slip.
        alone = _cut(following, mark)
        if alone is not None and width and len(alone) == width:
            break
        text += "\n" + following
        if text.count('"') % 2 == 0:
            try:
                cells = next(csv.reader(text.split("\n"), delimiter=mark, strict=True))
            except csv.Error:
                break
            if not width or len(cells) == width:
                return [" ".join(cell.split("\n")) for cell in cells], used
            break
    return None, 1
