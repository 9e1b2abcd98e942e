"""Headings to declared columns, and lines to what they are: data, totals, blank, notes, a repeated heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .datasets.model import Column, Dataset, normal
from .findings import Finding, Refusal, letter, shown
from .grid import Grid, Line, is_blank

HEADER_WITHIN = 60
READ_ME = "Lasi mani"  # the explaining sheet of our own templates
_TOTAL = re.compile(
    r"(pavisam |tai skaitā )?(kopā|kopsumma|summa|total|totals|grand total|latvija|latvijā|latvia|valstī)( .{0,40})?",
    re.IGNORECASE,
)
_PERSONAL_HEADINGS = {
    normal(name)
    for name in (
        "vārds", "uzvārds", "vārds uzvārds", "vārds, uzvārds", "personas kods", "p.k.", "skolēna vārds",
        "izglītojamā vārds", "izglītojamā vārds, uzvārds", "e-pasts", "epasts", "e-mail", "email", "tālrunis", "dzimšanas datums", "dzimis",
        "name surname", "first name", "last name", "surname", "personal code", "personal_code", "person_id", "date of birth", "phone",
    )
}  # fmt: skip


@dataclass
class Fit:
    """Where the columns of a dataset are in a grid.

    header: line numbers of the heading. places: column code -> index. headings: code -> as written.
    """

    dataset: Dataset
    header: tuple[int, ...]
    first: int  # index in grid.lines of the first line below the heading
    places: dict[str, int]
    headings: dict[str, str]
    width: int
    findings: list[Finding] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return all(column.code in self.places for column in self.dataset.columns if column.required)


def names_of(dataset: Dataset) -> dict[str, Column]:
    """Normalised heading -> column."""
    return {normal(name): column for column in dataset.columns for name in column.names}


def find(grid: Grid, dataset: Dataset) -> Fit | None:
    """The best heading of the dataset in the grid; None when fewer than two columns are recognised."""
    names = names_of(dataset)
    best: Fit | None = None
    words = _words(grid)
    for index, line in enumerate(grid.lines[:HEADER_WITHIN]):
        if not any(names.keys() & line_words for line_words in words[index : index + 3]):
            continue
        for height in (1, 2, 3):
            if index + height > len(grid.lines):
                break
            headings = _joined(grid, index, height)
            found = _match(headings, names)
            # Of equal headings the lower and shorter one: a title above it is no part of it.
            if len(found) < 2 or (best and (len(found), -height) <= (len(best.places), -len(best.header))):
                continue
            if height > 1 and len(found) <= len(_match(_joined(grid, index + height - 1, 1), names)):
                continue  # a title above the heading is no part of it
            best = Fit(
                dataset,
                tuple(one.number for one in grid.lines[index : index + height]),
                index + height,
                found,
                {code: headings[place][-1] or headings[place][0] for code, place in found.items()},
                _width(headings),
            )
            best.findings = _remarks(grid, line, headings, best, names)
        if best and best.complete and index > best.first:
            break
    if best is not None:
        _skip_second_heading(grid, best, names)
    return best


def _words(grid: Grid) -> list[set[str]]:
    """Normalised texts of the first lines, made once for all datasets."""
    if grid.words is None:
        grid.words = [
            {normal(cell) for cell in line.cells if isinstance(cell, str) and len(cell) <= 200}
            for line in grid.lines[: HEADER_WITHIN + 3]
        ]
    return grid.words


def _joined(grid: Grid, index: int, height: int) -> list[tuple[str, ...]]:
    """For each column the heading's cells from top to bottom; merged cells speak for their whole range."""
    rows = []
    for line in grid.lines[index : index + height]:
        cells = ["" if cell is None else str(cell).strip() for cell in line.cells]
        for top, left, bottom, right in grid.merges:
            if top <= line.number <= bottom and right > left:
                owner = next((one for one in grid.lines if one.number == top), None)
                value = str(owner.cells[left]).strip() if owner and left < len(owner.cells) else ""
                cells += [""] * (right + 1 - len(cells))
                for place in range(left, right + 1):
                    cells[place] = cells[place] or value
        rows.append(cells)
    width = max(map(len, rows))
    return [tuple(row[place] if place < len(row) else "" for row in rows) for place in range(width)]


def _candidates(parts: tuple[str, ...]) -> Iterator[str]:
    filled = [part for part in dict.fromkeys(parts) if part]
    if len(filled) > 1:
        yield " ".join(filled)
    if parts[-1]:
        yield parts[-1]
    elif filled:
        yield filled[-1]


def _match(headings: list[tuple[str, ...]], names: Mapping[str, Column]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, parts in enumerate(headings):
        for text in _candidates(parts):
            column = names.get(normal(text))
            if column is not None:
                found.setdefault(column.code, place)
                break
    return found


def _width(headings: list[tuple[str, ...]]) -> int:
    return max((place + 1 for place, parts in enumerate(headings) if any(parts)), default=0)


def _remarks(
    grid: Grid, line: Line, headings: list[tuple[str, ...]], mapping: Fit, names: Mapping[str, Column]
) -> list[Finding]:
    remarks = []
    by_name: dict[str, list[int]] = {}
    for place, parts in enumerate(headings):
        text = next((one for one in _candidates(parts)), "")
        if not text:
            continue
        column = next((names[normal(one)] for one in _candidates(parts) if normal(one) in names), None)
        where = {"sheet": grid.name, "row": line.number, "letter": letter(place), "heading": shown(text)}
        if column is None:
            rule = "personal_column" if normal(text) in _PERSONAL_HEADINGS else "column_unknown"
            remarks.append(Finding(rule=rule, words={"column": shown(text)}, **where))
            key = normal(text)
        else:
            key = f"={column.code}"
            if place in grid.hidden_columns:
                remarks.append(Finding(rule="column_hidden", words={"column": shown(text)}, **where))
        by_name.setdefault(key, []).append(place)
    for places in by_name.values():
        if len(places) > 1:
            text = next(_candidates(headings[places[1]]))
            remarks.append(
                Finding(
                    rule="column_twice",
                    sheet=grid.name,
                    row=line.number,
                    letter=letter(places[1]),
                    heading=shown(text),
                    words={"column": shown(text), "letters": ", ".join(map(letter, places))},
                )
            )
    return remarks


def _skip_second_heading(grid: Grid, mapping: Fit, names: Mapping[str, Column]) -> None:
    """Templates have a row of codes and a row of names; the second one is a heading too."""
    while mapping.first < len(grid.lines) and _is_heading(grid.lines[mapping.first], mapping, names):
        mapping.header += (grid.lines[mapping.first].number,)
        mapping.first += 1


def _is_heading(line: Line, mapping: Fit, names: Mapping[str, Column]) -> bool:
    hits = 0
    for code, place in mapping.places.items():
        cell = line.cells[place] if place < len(line.cells) else None
        if isinstance(cell, str) and cell.strip():
            column = names.get(normal(cell))
            if column is None or column.code != code:
                return False
            hits += 1
    return hits >= 2


def missing_columns(mapping: Fit | None, dataset: Dataset, grid_name: str = "") -> list[Finding]:
    """A finding for each required column that has no heading."""
    if mapping is None:
        columns = ", ".join(column.code for column in dataset.columns if column.required)
        return [Finding(rule="header_missing", sheet=grid_name, words={"columns": columns})]
    return [
        Finding(
            rule="column_missing",
            sheet=grid_name,
            row=mapping.header[0],
            words={
                "column": (column.name_lv, column.name_en),
                "names": "; ".join(dict.fromkeys(column.names)),
            },
        )
        for column in dataset.columns
        if column.required and column.code not in mapping.places
    ]


DATA, TOTAL, BLANK, NOTE, HEADING = "data", "total", "blank", "note", "heading"


def classify(
    line: Line, mapping: Fit, names: Mapping[str, Column], municipalities: Iterable[str] = ()
) -> str:
    """What a line below the heading is. municipalities: normalised names, whose lines are sub-totals."""
    cells = line.cells
    filled = [index for index, cell in enumerate(cells) if not is_blank(cell)]
    if line.fault:
        return DATA
    if not filled:
        return BLANK
    key_places = [mapping.places[code] for code in mapping.dataset.key if code in mapping.places]
    names_places = [
        place
        for code, place in mapping.places.items()
        if mapping.dataset.column(code).kind in ("text", "reg_no", "municipality")
    ]
    for place in dict.fromkeys([*filled[:2], *key_places, *names_places]):
        cell = cells[place] if place < len(cells) else None
        if isinstance(cell, str) and _TOTAL.fullmatch(cell.strip(" :.\u00a0")):
            return TOTAL
    if _is_heading(line, mapping, names):
        return HEADING
    first_key = key_places[0] if key_places else 0
    key_kind = mapping.dataset.column(mapping.dataset.key[0]).kind
    if key_kind == "reg_no":
        own = cells[first_key] if first_key < len(cells) else None
        if is_blank(own):
            others = [cells[i] for i in filled if isinstance(cells[i], str)]
            if any(normal(text) in municipalities for text in others):
                return TOTAL
        elif isinstance(own, str) and normal(own) in municipalities:
            return TOTAL
    if len(filled) == 1 and isinstance(cells[filled[0]], str) and len(mapping.places) > 1:
        return NOTE
    return DATA


def choose(
    grids: list[Grid], datasets: Iterable[Dataset], name: str
) -> tuple[Dataset, list[tuple[Grid, Fit]], list[Finding]]:
    """The one dataset that fits the file, its sheets, and remarks on sheets left out. Raises Refusal."""
    datasets = list(datasets)
    found = {dataset.id: [(grid, find(grid, dataset)) for grid in grids] for dataset in datasets}
    fitting = {
        dataset.id: sum(len(m.places) for _, m in found[dataset.id] if m and m.complete)
        for dataset in datasets
        if any(m and m.complete for _, m in found[dataset.id])
    }
    by_id = {dataset.id: dataset for dataset in datasets}
    if not fitting:
        _nothing_fits(grids, datasets, found, name)
    best = max(fitting.values())
    winners = [by_id[key] for key, score in fitting.items() if score == best]
    if len(winners) > 1:
        raise Refusal(
            Finding(
                rule="kind_ambiguous",
                words={
                    "names": (", ".join(d.name_lv for d in winners), ", ".join(d.name_en for d in winners))
                },
            ),
            name=name,
        )
    chosen = winners[0]
    nearer = _nearer(chosen, best, datasets, found)
    used = [(grid, mapping) for grid, mapping in found[chosen.id] if mapping and mapping.complete]
    remarks = [
        Finding(rule="sheet_skipped", sheet=grid.name, words={"name": grid.name})
        for grid, mapping in found[chosen.id]
        if not (mapping and mapping.complete) and grid.name != READ_ME
    ]
    return chosen, used, [*nearer, *remarks]


def _nearer(chosen: Dataset, hits: int, datasets: list[Dataset], found: dict) -> list[Finding]:
    """A question when another table knows more of the columns and only lacks one: its heading may be misspelt."""
    best: tuple[int, Dataset, Fit] | None = None
    for dataset in datasets:
        for _grid, fit in found[dataset.id]:
            if dataset is not chosen and fit and len(fit.places) > (best[0] if best else hits):
                best = len(fit.places), dataset, fit
    if best is None:
        return []
    _hits, dataset, fit = best
    missing = [column for column in dataset.columns if column.required and column.code not in fit.places]
    if len(missing) != 1:
        return []
    words = {
        "chosen": (chosen.name_lv, chosen.name_en),
        "nearer": (dataset.name_lv, dataset.name_en),
        "missing": (missing[0].name_lv, missing[0].name_en),
    }
    return [Finding(rule="kind_nearer", words=words)]


def _nothing_fits(grids: list[Grid], datasets: list[Dataset], found: dict, name: str) -> None:
    def score(dataset: Dataset) -> tuple[float, int]:
        hits = max((len(m.places) for _, m in found[dataset.id] if m), default=0)
        return hits / len(dataset.columns), hits

    nearest = max(datasets, key=score)
    mapping = max((m for _, m in found[nearest.id] if m), key=lambda m: len(m.places), default=None)
    sheet = next((g.name for g, m in found[nearest.id] if m is mapping and m is not None), "")
    if len(datasets) == 1 or mapping is None:
        lone = nearest if len(datasets) == 1 else None
        if lone is None and not any(line.cells for grid in grids for line in grid.lines):
            raise Refusal(Finding(rule="empty_file"), name=name)
        findings = missing_columns(mapping, nearest, sheet) + (mapping.findings if mapping else [])
        raise Refusal(*findings, name=name)
    missing = [column for column in nearest.columns if column.required and column.code not in mapping.places]
    raise Refusal(
        Finding(
            rule="kind_unknown",
            words={
                "nearest": (nearest.name_lv, nearest.name_en),
                "missing": (", ".join(c.name_lv for c in missing), ", ".join(c.name_en for c in missing)),
            },
        ),
        *missing_columns(mapping, nearest, sheet),
        *mapping.findings,
        name=name,
    )
