"""Lines to rows: every cell parsed first, then the row's own rules. A row is loaded, listed or declared; never lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import mapping as maps
from .cells import NO_VALUE, PERSONAL, CellFault, clean, number, parse, personal_data
from .datasets.model import Column, Dataset
from .directory import REFORM, Directory, Unit
from .findings import ERROR, Finding, Refusal, letter, shown
from .grid import Grid, Line, is_blank

Tick = Callable[[int], None]


@dataclass(slots=True)
class Row:
    """A data row that can be read: place, values by column code, and the cells as written where they matter."""

    sheet: str
    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class TotalLine:
    """A line of totals: what it is of (municipality code, or "" for everything) and the keys that it states."""

    sheet: str
    number: int
    area: str
    keys: dict[str, Any]
    counts: dict[str, float]
    letters: dict[str, str]
    above: int  # data rows of the sheet above it


@dataclass
class Table:
    """Everything that came out of a file. read = loaded + quarantined + declared at any time."""

    dataset: Dataset
    rows: list[Row] = field(default_factory=list)
    totals: list[TotalLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    read: int = 0
    quarantined: set[tuple[str, int]] = field(default_factory=set)
    declared: int = 0
    letters: dict[tuple[str, str], str] = field(default_factory=dict)  # (sheet, column code) -> letter
    order: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def loaded(self) -> int:
        return len(self.rows)

    def spoil(self, row: Row, finding: Finding) -> None:
        """Take a row out with its reason. The caller removes it from `rows`."""
        self.findings.append(finding)
        self.quarantined.add((row.sheet, row.number))


def read_rows(
    used: Sequence[tuple[Grid, maps.Fit]],
    dataset: Dataset,
    directory: Directory,
    tick: Tick = lambda done: None,
) -> Table:
    """Parse all data lines of the sheets. Raises Refusal when the file holds data about persons."""
    table = Table(dataset)
    names = maps.names_of(dataset)
    places = set(directory.municipality_names)
    done = 0
    for grid, fit in used:
        columns = [
            (dataset.column(code), place)
            for code, place in sorted(fit.places.items(), key=lambda item: item[1])
        ]
        for code, place in fit.places.items():
            table.letters[grid.name, code] = letter(place)
        declared_before = fit.first
        table.read += declared_before
        table.declared += declared_before
        _lines_above(grid, fit, table)
        hidden = []
        above = 0
        for line in grid.lines[fit.first :]:
            done += 1
            if done % 500 == 0:
                tick(done)
            table.read += 1
            kind = maps.classify(line, fit, names, places)
            if kind == maps.BLANK:
                table.declared += 1
                continue
            _no_persons(line, grid, fit)
            if line.number in grid.hidden_rows:
                hidden.append(line.number)
            where = {"sheet": grid.name, "row": line.number}
            if kind in (maps.NOTE, maps.HEADING):
                table.declared += 1
                rule = "line_note" if kind == maps.NOTE else "header_again"
                table.findings.append(Finding(rule=rule, value=_first(line), **where))
            elif kind == maps.TOTAL:
                table.declared += 1
                table.findings.append(Finding(rule="total_used", value=_first(line), **where))
                table.totals.append(_total(line, grid, fit, directory, above))
            else:
                before = len(table.rows)
                _data(line, grid, fit, columns, directory, table)
                above += len(table.rows) > before
        if hidden:
            table.findings.append(
                Finding(
                    rule="rows_hidden",
                    sheet=grid.name,
                    row=hidden[0],
                    words={"count": len(hidden), "first": hidden[0]},
                )
            )
    return table


def _lines_above(grid: Grid, fit: maps.Fit, table: Table) -> None:
    for line in grid.lines[: fit.first]:
        if line.number not in fit.header and any(not is_blank(cell) for cell in line.cells):
            _no_persons(line, grid, fit)
            table.findings.append(
                Finding(rule="line_note", sheet=grid.name, row=line.number, value=_first(line))
            )


def _first(line: Line) -> str:
    return shown(next((cell for cell in line.cells if not is_blank(cell)), ""))


def _no_persons(line: Line, grid: Grid, fit: maps.Fit) -> None:
    for place, cell in enumerate(line.cells):
        if isinstance(cell, str) and len(cell) > 5 and ("-" in cell or "@" in cell):
            kind = personal_data(cell)
            if kind:
                raise Refusal(
                    Finding(
                        rule="personal_value",
                        sheet=grid.name,
                        row=line.number,
                        letter=letter(place),
                        value=shown(cell, personal=True),
                        words={"kind": kind},
                    )
                )


def _data(
    line: Line,
    grid: Grid,
    fit: maps.Fit,
    columns: Sequence[tuple[Column, int]],
    directory: Directory,
    table: Table,
) -> None:
    where = {"sheet": grid.name, "row": line.number}
    faults: list[Finding] = []
    if line.fault:
        words = {"count": max(map(len, map(str, line.cells))), "limit": 2000}
        faults.append(Finding(rule=line.fault, value=_first(line), words=words, **where))
    elif grid.exact and _wrong_width(line, fit):
        extra = len(line.cells) > fit.width
        faults.append(
            Finding(
                rule="cells_too_many" if extra else "cells_too_few",
                value=shown(";".join(map(str, line.cells))),
                words={"count": len(line.cells), "expected": fit.width},
                **where,
            )
        )
    values: dict[str, Any] = {column.code: None for column in table.dataset.columns}
    signs: dict[str, str] = {}
    if not faults:
        for column, place in columns:
            cell = line.cells[place] if place < len(line.cells) else None
            heading = fit.headings[column.code]
            at = {
                **where,
                "letter": letter(place),
                "heading": shown(heading),
                "value": shown(cell, column.personal),
            }
            try:
                values[column.code] = parse(cell, column, directory)
            except CellFault as fault:
                faults.append(Finding(rule=fault.rule, words=fault.words, **at))
                continue
            if isinstance(cell, str):
                if not cell.isascii() and clean(cell) != cell.strip(" \t"):
                    table.findings.append(Finding(rule="cleaned", **at))
                if values[column.code] is None and not is_blank(cell):
                    signs[column.code] = clean(cell)
            if values[column.code] is None and not column.empty and column.code not in signs:
                faults.append(Finding(rule="value_missing", **at))
    faults = _signs(faults, signs, values, fit, table, where)
    if faults is None:
        table.declared += 1
        return
    if not faults:
        faults += _period(values, table.dataset, directory, fit, where)
    if not faults:
        faults += _row_checks(values, table.dataset, fit, where)
    row = Row(grid.name, line.number, values)
    table.findings += faults
    if any(fault.weight == ERROR for fault in faults):
        table.quarantined.add((grid.name, line.number))
    else:
        table.order[grid.name, line.number] = len(table.rows)
        table.rows.append(row)


def _wrong_width(line: Line, fit: maps.Fit) -> bool:
    if len(line.cells) < fit.width:
        return True
    return any(not is_blank(cell) for cell in line.cells[fit.width :])


def _signs(
    faults: list[Finding],
    signs: Mapping[str, str],
    values: Mapping[str, Any],
    fit: maps.Fit,
    table: Table,
    where: dict,
) -> list[Finding] | None:
    """Signs of no value in cells that need one: the whole row is declared as not delivered (None), or it is half filled."""
    needed = [code for code in signs if not table.dataset.column(code).empty]
    if not needed:
        return faults
    numbers = [
        column.code
        for column in table.dataset.columns
        if column.stored and column.kind in ("count", "decimal", "percent") and column.code in fit.places
    ]
    keys_fine = all(values[code] is not None for code in table.dataset.key if code in fit.places)
    if (
        not faults
        and keys_fine
        and set(needed) <= set(numbers)
        and all(values[code] is None for code in numbers)
    ):
        table.findings.append(
            Finding(rule="not_delivered", value=signs[needed[0]], words={"value": signs[needed[0]]}, **where)
        )
        return None
    return faults + [
        Finding(
            rule="value_half",
            letter=letter(fit.places[code]),
            heading=shown(fit.headings[code]),
            value=signs[code],
            **where,
        )
        for code in needed
    ]


def period_of(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """First and last day that a row speaks about."""
    year = values.get("school_year")
    if year is not None:
        return f"{year}-09-01", f"{year + 1}-08-31"
    for code, value in values.items():
        if isinstance(value, int) and code in ("year", "monitoring_year", "graduation_year"):
            return f"{value}-01-01", f"{value}-12-31"
    day = values.get("date")
    return (day, day) if isinstance(day, str) else None


def _period(
    values: dict, dataset: Dataset, directory: Directory, fit: maps.Fit, where: dict
) -> list[Finding]:
    """Did the institution and the municipality exist in the row's period?"""
    period = period_of(values)
    if period is None:
        return []
    found = []
    for column in dataset.columns:
        value = values[column.code]
        if value is None or column.kind not in ("reg_no", "municipality"):
            continue
        if column.kind == "reg_no":
            unit = directory.institutions.get(value)
            if unit is None or unit.exists(*period):
                continue
            follower = directory.follower.get(unit.id, "")
            hint = (f" Turpinātāja ir {follower}.", f" It continues as {follower}.") if follower else ("", "")
            rule = "reg_no_closed"
        else:
            unit = directory.municipalities[value]
            if unit.exists(*period):
                continue
            if unit.since == REFORM and period[1] < REFORM:
                continue  # a series in the present borders: asked about once a file (`checks.recast`)
            same = [
                code
                for codes in directory.municipality_names.values()
                if value in codes
                for code in codes
                if directory.municipalities[code].exists(*period)
            ]
            if same:
                values[column.code] = same[0]
                continue
            code = directory.municipality_follower.get(value, "")
            hint = f"{directory.municipalities[code].name} ({code})" if code else "–"
            rule = "municipality_closed"
        found.append(_closed(rule, unit, hint, column, value, fit, where))
    return found


def _closed(
    rule: str, unit: Unit, hint: object, column: Column, value: str, fit: maps.Fit, where: dict
) -> Finding:
    return Finding(
        rule=rule,
        letter=letter(fit.places[column.code]) if column.code in fit.places else "",
        heading=shown(fit.headings.get(column.code, "")),
        value=value,
        words={"since": unit.since, "until": unit.until or "…", "nearest": hint},
        **where,
    )


def _row_checks(values: Mapping[str, Any], dataset: Dataset, fit: maps.Fit, where: dict) -> list[Finding]:
    found = []
    for check in dataset.checks:
        if any(values[code] is None for code in check.columns) or check.test(values):
            continue
        first = dataset.column(check.columns[0])
        place = fit.places.get(first.code)
        found.append(
            Finding(
                rule=check.id,
                severity=check.severity,
                letter=letter(place) if place is not None else "",
                heading=shown(fit.headings.get(first.code, "")),
                value=shown(values[first.code], first.personal),
                words=_check_words(check, dataset, values),
                problem=check.problem,
                cure=check.cure,
                **where,
            )
        )
    return found


def _check_words(check, dataset: Dataset, values: Mapping[str, Any]) -> dict[str, object]:
    words: dict[str, object] = {code: shown(values[code]) for code in check.columns}
    names = {code: (dataset.column(code).name_lv, dataset.column(code).name_en) for code in check.columns}
    if check.id == "part_above_whole":
        part, whole = check.columns
        words |= {
            "part": names[part],
            "part_value": values[part],
            "whole": names[whole],
            "whole_value": values[whole],
        }
    elif check.id == "parts_not_whole":
        whole, *parts = check.columns
        total = sum(values[part] for part in parts)
        words |= {"sum": shown(total), "whole": names[whole], "whole_value": shown(values[whole])}
    return words


def _total(line: Line, grid: Grid, fit: maps.Fit, directory: Directory, above: int) -> TotalLine:
    """What a line of totals says: its area, the keys and the counts that it states."""
    area, keys, counts, letters = "", {}, {}, {}
    for cell in line.cells:
        if isinstance(cell, str):
            codes = directory.municipality_names.get(maps.normal(cell))
            if codes:
                area = codes[0]
    for code, place in fit.places.items():
        column = fit.dataset.column(code)
        cell = line.cells[place] if place < len(line.cells) else None
        if is_blank(cell):
            continue
        try:
            if column.kind == "count":
                value = number(cell)
                if value is not None:
                    counts[code], letters[code] = value, letter(place)
            elif column.kind in ("school_year", "semester", "stage", "year", "choice"):
                keys[code] = parse(cell, column, directory)
        except CellFault:
            continue
    return TotalLine(grid.name, line.number, area, keys, counts, letters, above)


__all__ = ["NO_VALUE", "PERSONAL", "Row", "Table", "TotalLine", "period_of", "read_rows"]
