"""From bytes to checked rows: decode, dialect or sheet, map, parse, check, compare. Reads the database, writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from . import checks, directory, mapping, revisions, sniff
from .batches import loaded_before
from .datasets import all_datasets
from .datasets.model import Dataset
from .decode import decode
from .dialect import to_grid
from .findings import Finding, Refusal
from .receive import Receipt
from .rows import read_rows
from .sheet import to_grids

Tick = Callable[[str, int, int], None]
"""(step, done, total); raises to stop the work."""

STEPS = ("decode", "parse", "check", "compare")
SHOWN_MISSING = 5


@dataclass(slots=True)
class Ready:
    """A checked row of a table and where it stands in the file."""

    sheet: str
    number: int
    row: dict[str, Any]
    change: str = ""
    before: dict[str, Any] | None = None


@dataclass
class Examined:
    """What a file would do. read = loaded + quarantined + declared, in lines of the file."""

    dataset: Dataset
    receipt: Receipt
    rows: list[Ready] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    read: int = 0
    loaded: int = 0
    quarantined: int = 0
    declared: int = 0
    missing: list[dict[str, Any]] = field(default_factory=list)

    def count(self, change: str) -> int:
        return sum(one.change == change for one in self.rows)

    @property
    def changes_nothing(self) -> bool:
        return all(one.change == revisions.SAME for one in self.rows)


def nothing(step: str, done: int, total: int) -> None:
    """A tick that nobody watches."""


def candidates(kind: str | None) -> list[Dataset]:
    """The datasets that a file may be: the chosen one, or all that are read cell by cell. Raises KeyError."""
    if kind:
        return [all_datasets()[kind]]
    return [dataset for dataset in all_datasets().values() if not dataset.extract]


def examine(
    connection: Connection, receipt: Receipt, kind: str | None = None, tick: Tick = nothing
) -> Examined:
    """Everything before staging. Raises Refusal with all findings when the file cannot be loaded."""
    datasets = candidates(kind)
    if datasets[0].extract:
        words = {"name": (datasets[0].name_lv, datasets[0].name_en)}
        raise Refusal(Finding(rule="kind_extract", words=words), name=receipt.name)
    tick("decode", 0, 1)
    known = directory.read(connection)
    if sniff.sniff(receipt) == sniff.TEXT:
        evidence = [name for dataset in datasets for column in dataset.columns for name in column.names]
        text = decode(receipt, [name for name in (*evidence, *known.evidence()) if len(name) > 3])
        headings = {name for dataset in datasets for name in mapping.names_of(dataset)}
        grids, remarks = [to_grid(text, headings, receipt.name)], []
    else:
        grids, remarks = to_grids(receipt)
    if not any(line.cells for grid in grids for line in grid.lines):
        raise Refusal(Finding(rule="empty_file"), *remarks, name=receipt.name)
    dataset, used, skipped = _choose(grids, datasets, receipt.name)
    try:
        return _checked(connection, receipt, dataset, used, [*remarks, *skipped], known, tick)
    except Refusal as refusal:
        refusal.dataset = dataset.id  # it is known what the file is, only not good enough
        raise


def _checked(
    connection: Connection,
    receipt: Receipt,
    dataset: Dataset,
    used: list,
    remarks: Sequence[Finding],
    known: directory.Directory,
    tick: Tick,
) -> Examined:
    findings = [*remarks, *(finding for _, fit in used for finding in fit.findings)]
    stops = [finding for finding in findings if finding.rule in checks.STOPPING]
    if stops:
        raise Refusal(*stops, *(one for one in findings if one not in stops), name=receipt.name)
    total = sum(len(grid.lines) for grid, _ in used)
    tick("parse", 0, total)
    table = read_rows(used, dataset, known, lambda done: tick("parse", done, total))
    table.findings[:0] = findings
    tick("check", 0, 1)
    checks.duplicates(table)
    table_rows = {
        id(row): revisions.table_rows(dataset, row.values, known.institutions) for row in table.rows
    }
    checks.bounds(connection, table, table_rows)
    checks.wholes(connection, table, table_rows)
    checks.totals(table, known)
    try:
        checks.limit(table)
    except Refusal as refusal:
        refusal.counts = (table.read, len(table.rows), len(table.quarantined), table.declared)
        raise
    checks.suspicious(table)
    checks.recast(table, known)
    checks.jumps(connection, table, table_rows)
    result = Examined(dataset, receipt, findings=table.findings)
    result.read, result.loaded = table.read, len(table.rows)
    result.quarantined, result.declared = len(table.quarantined), table.declared
    result.rows = [Ready(row.sheet, row.number, one) for row in table.rows for one in table_rows[id(row)]]
    tick("compare", 0, 1)
    compared(connection, result)
    return result


def compared(connection: Connection, result: Examined) -> Examined:
    """Fill in what each row would change, and say so. Person-level extracts join here with their counts."""
    dataset = result.dataset
    rows = [one.row for one in result.rows]
    for one, change in zip(result.rows, revisions.compare(connection, dataset, rows), strict=True):
        one.change, one.before = change.kind, change.before
    result.missing = revisions.missing(connection, dataset, rows)
    _remarks(connection, result)
    return result


def _choose(grids: list, datasets: Sequence[Dataset], name: str):
    try:
        return mapping.choose(grids, datasets, name)
    except Refusal as refusal:
        if len(datasets) > 1:
            raise
        others = [one for one in candidates(None) if one.id != datasets[0].id]
        try:
            other = mapping.choose(grids, others, name)[0]
        except (Refusal, ValueError):
            raise refusal from None
        words = {
            "other": (other.name_lv, other.name_en),
            "chosen": (datasets[0].name_lv, datasets[0].name_en),
        }
        raise Refusal(Finding(rule="kind_other", words=words), *refusal.findings, name=name) from None


def _remarks(connection: Connection, result: Examined) -> None:
    dataset = result.dataset
    if loaded_before(connection, dataset.id, result.receipt.sha256):
        result.findings.append(Finding(rule="same_file"))
    elif result.rows and result.changes_nothing:
        result.findings.append(Finding(rule="nothing_new"))
    revised, secondary = result.count(revisions.REVISED), result.count(revisions.SECONDARY)
    if revised:
        result.findings.append(Finding(rule="revises", words={"count": revised}))
    if secondary:
        words = {"count": secondary, "primary": dataset.precedence[0]}
        result.findings.append(Finding(rule="source_differs", words=words))
    units = {row.get("institution_id") for row in result.missing} - {
        one.row.get("institution_id") for one in result.rows
    }
    units.discard(None)
    if units:
        known = {unit.id: unit for unit in directory.read(connection).institutions.values()}
        names = sorted(f"{known[one].name} ({known[one].code})" for one in units if one in known)
        more = f" +{len(names) - SHOWN_MISSING}" if len(names) > SHOWN_MISSING else ""
        words = {"count": len(names), "names": ", ".join(names[:SHOWN_MISSING]) + more}
        result.findings.append(Finding(rule="silent", words=words))
