"""Checks of the file as a whole: double keys, totals, other tables, jumps, suspicious digits, the 1 % limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from .. import schema
from .datasets.model import Dataset
from .directory import REFORM, Directory, territory_before
from .findings import Finding, Refusal, shown
from .rows import Row, Table, period_of

QUARANTINE_SHARE = 0.01
JUMP = 0.5
JUMP_LEAST = 20
CONSTANT_ROWS, EVEN_ROWS, ROUND_ROWS = 10, 40, 100
ROUND_SHARE = 0.6
NAMES_SHOWN = 5


def key_of(row: Row, dataset: Dataset) -> tuple:
    return tuple(row.values[code] for code in dataset.key)


def duplicates(table: Table) -> None:
    """The same row twice counts once; different values under one key quarantine all of them."""
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for row in table.rows:
        groups[key_of(row, table.dataset)].append(row)
    drop: set[int] = set()
    stored = [column.code for column in table.dataset.columns if column.stored]
    key = table.dataset.column(table.dataset.key[0])
    for rows in groups.values():
        if len(rows) == 1:
            continue
        contents = {tuple(row.values[code] for code in stored) for row in rows}
        if len(contents) == 1:
            for row in rows[1:]:
                drop.add(id(row))
                table.declared += 1
                words = {"first": rows[0].number}
                table.findings.append(Finding(rule="row_twice", sheet=row.sheet, row=row.number, words=words))
            continue
        numbers = ", ".join(str(row.number) for row in rows)
        for row in rows:
            drop.add(id(row))
            table.spoil(
                row,
                Finding(
                    rule="row_differs",
                    sheet=row.sheet,
                    row=row.number,
                    letter=table.letters.get((row.sheet, key.code), ""),
                    heading=key.name_lv,
                    value=shown(row.values[key.code], key.personal),
                    words={"rows": numbers},
                ),
            )
    table.rows = [row for row in table.rows if id(row) not in drop]


def totals(table: Table, directory: Directory) -> None:
    """Lines of totals against the rows above them: all of them, or those since the line before."""
    since: dict[str, int] = defaultdict(int)
    spoiled = bool(table.quarantined)
    for line in table.totals:
        rows = [row for row in table.rows if row.sheet == line.sheet and row.number < line.number]
        recent = [row for row in rows if row.number > since[line.sheet]]
        since[line.sheet] = line.number
        if spoiled:
            continue  # a row is missing anyway; its own message comes first
        pools = [
            [row for row in pool if _within(row, line.area, line.keys, directory)] for pool in (rows, recent)
        ]
        # Totals above their rows (sub-totals first) speak about what follows them.
        below = [row for row in table.rows if row.sheet == line.sheet and row.number > line.number]
        pools.append([row for row in below if _within(row, line.area, line.keys, directory)])
        for code, value in line.counts.items():
            sums = [sum(row.values[code] or 0 for row in pool) for pool in pools]
            if value in sums:
                continue
            column = table.dataset.column(code)
            table.findings.append(
                Finding(
                    rule="total_differs",
                    sheet=line.sheet,
                    row=line.number,
                    letter=line.letters[code],
                    heading=column.name_lv,
                    value=shown(value),
                    words={"column": (column.name_lv, column.name_en), "value": shown(value), "sum": sums[0]},
                )
            )


def _within(row: Row, area: str, keys: Mapping[str, Any], directory: Directory) -> bool:
    if any(row.values[code] != value for code, value in keys.items()):
        return False
    if not area:
        return True
    number = row.values.get("reg_no")
    unit = directory.institutions.get(number) if number else None
    return unit is not None and unit.municipality == area


def bounds(connection: Connection, table: Table, tables: Mapping[int, list[dict]]) -> None:
    """Counts against another fact table that is loaded already. tables: row id -> its table rows."""
    for bound in table.dataset.bounds:
        other = schema.metadata.tables[bound.table]
        wanted = defaultdict(list)
        for row in table.rows:
            for one in tables[id(row)]:
                wanted[tuple(one[key] for key in bound.keys)].append(row)
        limits = _values(connection, other, bound.keys, bound.other, wanted)
        drop = set()
        column = table.dataset.column(bound.column)
        for key, rows in wanted.items():
            limit = limits.get(key)
            for row in rows:
                value = row.values[bound.column]
                if limit is None or value is None or value <= limit or id(row) in drop:
                    continue
                drop.add(id(row))
                table.spoil(
                    row,
                    Finding(
                        rule="above_other",
                        sheet=row.sheet,
                        row=row.number,
                        letter=table.letters.get((row.sheet, column.code), ""),
                        heading=column.name_lv,
                        value=shown(value),
                        words={"column": (column.name_lv, column.name_en), "value": value, "limit": limit},
                    ),
                )
        table.rows = [row for row in table.rows if id(row) not in drop]


def _values(
    connection: Connection, other, keys: tuple[str, ...], value: str, wanted: Iterable[tuple]
) -> dict:
    """Values of another table by key, read by school year (or year) so that a query stays small."""
    period = next((key for key in ("school_year", "year") if key in keys), None)
    query = select(*[other.c[key] for key in keys], other.c[value])
    if period is not None:
        place = keys.index(period)
        query = query.where(other.c[period].in_(sorted({key[place] for key in wanted})))
    return {tuple(row[:-1]): row[-1] for row in connection.execute(query)}


def wholes(connection: Connection, table: Table, tables: Mapping[int, list[dict]]) -> None:
    """Rows that together are one row of another table: every count adds up to what is loaded there."""
    own = schema.metadata.tables[table.dataset.table]
    for whole in table.dataset.wholes:
        other = schema.metadata.tables[whole.table]
        groups: dict[tuple, list[tuple[Row, dict]]] = defaultdict(list)
        for row in table.rows:
            for one in tables[id(row)]:
                groups[tuple(one[key] for key in whole.keys)].append((row, one))
        partners = _rows(connection, other, whole.keys, whole.columns, groups, whole.where)
        names = tuple(own.primary_key.columns.keys())
        delivered = {tuple(one[name] for name in names) for rows in groups.values() for _row, one in rows}
        rest: dict[tuple, list[Mapping]] = defaultdict(list)
        for one in _rows(connection, own, names, whole.columns, groups, {}, whole.keys):
            if tuple(one[name] for name in names) not in delivered:
                rest[tuple(one[key] for key in whole.keys)].append(one)
        drop = set()
        for partner in partners:
            key = tuple(partner[name] for name in whole.keys)
            members = [one for _row, one in groups.get(key, ())]
            if not members:
                continue
            for code in whole.columns:
                total = sum(one[code] or 0 for one in (*members, *rest[key]))
                if partner[code] is None or total == partner[code]:
                    continue
                column = table.dataset.column(code)
                for row, _one in groups[key]:
                    drop.add(id(row))
                    table.spoil(
                        row,
                        Finding(
                            rule="groups_not_whole",
                            sheet=row.sheet,
                            row=row.number,
                            letter=table.letters.get((row.sheet, column.code), ""),
                            heading=column.name_lv,
                            value=shown(row.values[column.code], column.personal),
                            words={
                                "column": (column.name_lv, column.name_en),
                                "sum": total,
                                "whole": partner[code],
                            },
                        ),
                    )
                break
        table.rows = [row for row in table.rows if id(row) not in drop]


def _rows(
    connection: Connection,
    table,
    keys: tuple[str, ...],
    columns: tuple[str, ...],
    wanted: Mapping[tuple, object],
    where: Mapping[str, object],
    groups: tuple[str, ...] = (),
) -> list[Mapping]:
    """Rows of a table with these keys and counts, of the institutions and years that are wanted.

    groups: names of the parts of a wanted key (keys when not given).
    """
    groups = groups or keys
    query = select(*(table.c[name] for name in (*keys, *columns)))
    query = query.where(*(table.c[name] == value for name, value in where.items()))
    for name in ("monitoring_year", "school_year", "year"):
        if name in groups:
            place = groups.index(name)
            query = query.where(table.c[name].in_(sorted({key[place] for key in wanted})))
            break
    return [row for row in connection.execute(query).mappings() if tuple(row[g] for g in groups) in wanted]


def suspicious(table: Table) -> None:
    """Columns that were filled down, doubled or estimated."""
    for code in table.dataset.watched:
        column = table.dataset.column(code)
        name = (column.name_lv, column.name_en)
        numbers = [row.values[code] for row in table.rows if row.values[code] is not None]
        filled = [value for value in numbers if value]
        if len(numbers) >= CONSTANT_ROWS and len(set(numbers)) == 1 and filled:
            words = {"column": name, "value": numbers[0], "count": len(numbers)}
            table.findings.append(Finding(rule="value_constant", heading=column.name_lv, words=words))
        elif len(filled) >= EVEN_ROWS and all(value % 2 == 0 for value in filled):
            words = {"column": name, "count": len(filled)}
            table.findings.append(Finding(rule="digits_even", heading=column.name_lv, words=words))
        large = [value for value in filled if value >= 10]
        share = sum(value % 5 == 0 for value in large) / len(large) if large else 0
        if len(large) >= ROUND_ROWS and share >= ROUND_SHARE:
            words = {"column": name, "share": f"{share:.0%}"}
            table.findings.append(Finding(rule="digits_round", heading=column.name_lv, words=words))


def jumps(connection: Connection, table: Table, tables: Mapping[int, list[dict]]) -> None:
    """Sums of the watched columns against the same units a year earlier."""
    dataset = table.dataset
    year = next(
        (
            column
            for column in dataset.columns
            if column.kind in ("school_year", "year") and column.code in dataset.key
        ),
        None,
    )
    if year is None or not dataset.watched:
        return
    target = schema.metadata.tables[dataset.table]
    if any(dataset.column(code).table_column not in target.c for code in dataset.watched):
        return
    keys = [column.name for column in target.primary_key.columns]
    now: dict[int, dict[tuple, dict]] = defaultdict(dict)
    for row in table.rows:
        for one in tables[id(row)]:
            key = tuple(one[name] for name in keys if name != year.table_column)
            now[one[year.table_column]][key] = one
    for period, rows in sorted(now.items()):
        query = select(target).where(target.c[year.table_column] == period - 1)
        before = {
            tuple(one[name] for name in keys if name != year.table_column): one
            for one in connection.execute(query).mappings()
        }
        both = [key for key in rows if key in before]
        for code in dataset.watched:
            name = dataset.column(code).table_column
            new = sum(rows[key].get(name) or 0 for key in both if before[key][name] is not None)
            old = sum(before[key][name] or 0 for key in both if rows[key].get(name) is not None)
            if abs(new - old) < JUMP_LEAST or not old or abs(new - old) / old < JUMP:
                continue
            column = dataset.column(code)
            label = f"{period}/{period + 1}" if year.kind == "school_year" else str(period)
            table.findings.append(
                Finding(
                    rule="change_large",
                    heading=column.name_lv,
                    value=shown(new),
                    words={
                        "column": (column.name_lv, column.name_en),
                        "period": label,
                        "value": shown(new),
                        "before": shown(old),
                        "change": f"{(new - old) / old:+.0%}",
                    },
                )
            )


def recast(table: Table, directory: Directory) -> None:
    """Numbers of before the reform under a municipality made by it: recalculated, or of another territory?"""
    column = next((one for one in table.dataset.columns if one.kind == "municipality"), None)
    if column is None:
        return
    periods, names, count = set(), set(), 0
    for row in table.rows:
        code, period = row.values[column.code], period_of(row.values)
        unit = directory.municipalities.get(code)
        if unit is None or period is None or not (unit.since == REFORM and period[1] < REFORM):
            continue
        if territory_before(code)[1]:
            continue  # it went through the reform as it was
        count += 1
        periods.add(int(period[0][:4]))
        names.add(unit.name)
    if not count:
        return
    first, last = min(periods), max(periods)
    shortened = ", ".join(sorted(names)[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")
    table.findings.append(
        Finding(
            rule="municipality_recast",
            heading=column.name_lv,
            words={
                "count": count,
                "periods": str(first) if first == last else f"{first}–{last}",
                "names": shortened,
            },
        )
    )


def limit(table: Table, progress: Callable[[], None] = lambda: None) -> None:
    """Refuse the file when more than 1 % of its rows cannot be loaded, when a total differs, or nothing is left."""
    data_rows = len(table.rows) + len(table.quarantined)
    if not data_rows and not any(finding.weight == "error" for finding in table.findings):
        if any(finding.rule == "not_delivered" for finding in table.findings):
            return
        raise Refusal(Finding(rule="no_rows"), *table.findings)
    if len(table.quarantined) > QUARANTINE_SHARE * data_rows:
        words = {"count": len(table.quarantined), "total": data_rows}
        raise Refusal(Finding(rule="quarantine_limit", words=words), *table.findings)
    stops = [finding for finding in table.findings if finding.rule in STOPPING]
    if stops:
        raise Refusal(*stops, *(finding for finding in table.findings if finding not in stops))


STOPPING = {"total_differs", "column_twice", "personal_column"}
