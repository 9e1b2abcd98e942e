"""An Excel workbook to grids: values as stored, nothing computed, limits first."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from datetime import date, datetime

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from .findings import Finding, Refusal
from .grid import Fault, Grid, Line
from .receive import Receipt

MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 150  # of one part above a megabyte; sheets written by Excel reach about 30
MAX_PARTS = 5_000
MAX_ROWS = 300_000
MAX_COLUMNS = 300
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")


def to_grids(receipt: Receipt) -> tuple[list[Grid], list[Finding]]:
    """The visible sheets with rows, and remarks about hidden ones. Raises Refusal."""
    _limits(receipt)
    try:
        return _read(receipt)
    except Refusal:
        raise
    except DefusedXmlException:
        raise Refusal(Finding(rule="content_entities"), name=receipt.name) from None
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, ElementTree.ParseError, IndexError, TypeError):
        raise Refusal(Finding(rule="content_damaged"), name=receipt.name) from None


def _limits(receipt: Receipt) -> None:
    """Refuse by the archive's own table of contents, before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(receipt.content)) as archive:
        parts = archive.infolist()
        bomb = Finding(rule="content_bomb", words={"limit": f"{MAX_UNPACKED >> 20} MB"})
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Refusal(bomb, name=receipt.name)
        for part in parts:
            if part.file_size > 1 << 20 and part.file_size > MAX_RATIO * max(part.compress_size, 1):
                raise Refusal(bomb, name=receipt.name)
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    head = stream.read(2048)
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise Refusal(Finding(rule="content_entities"), name=receipt.name)


def _read(receipt: Receipt) -> tuple[list[Grid], list[Finding]]:
    from openpyxl import load_workbook

    grids: list[Grid] = []
    remarks: list[Finding] = []
    with zipfile.ZipFile(io.BytesIO(receipt.content)) as archive:
        paths = _sheet_paths(archive)
        notes = {name: _side(archive, path, receipt) for name, path in paths.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl speaks about styles and extensions that we do not read
        book = load_workbook(io.BytesIO(receipt.content), read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    remarks.append(
                        Finding(rule="sheet_hidden", sheet=sheet.title, words={"name": sheet.title})
                    )
                    continue
                grid = _grid(sheet, notes[sheet.title])
                if grid.lines:
                    grids.append(grid)
        finally:
            book.close()
    return grids, remarks


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> path of its part."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {item.get("Id"): item.get("Target") for item in relations}
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    paths = {}
    for item in workbook.iter(f"{_MAIN}sheet"):
        target = targets[item.get(_RELATION)]
        if "worksheets/" in target:
            paths[item.get("name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return paths


class _Notes:
    """What openpyxl's reading mode leaves out of a sheet."""

    def __init__(self) -> None:
        self.merges: list[tuple[int, int, int, int]] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.bare_formulas: set[tuple[int, int]] = set()


def _side(archive: zipfile.ZipFile, path: str, receipt: Receipt) -> _Notes:
    notes = _Notes()
    rows = 0
    with archive.open(path) as stream:
        for _event, item in ElementTree.iterparse(stream):
            tag = item.tag.removeprefix(_MAIN)
            if tag == "row":
                rows += 1
                number = int(item.get("r") or rows)
                if rows > MAX_ROWS or number > 1_048_576:
                    raise Refusal(
                        Finding(rule="too_many_rows", words={"limit": f"{MAX_ROWS}"}), name=receipt.name
                    )
                if item.get("hidden") in ("1", "true"):
                    notes.hidden_rows.add(number)
                for place, cell in enumerate(item):
                    column = _column(cell.get("r")) if cell.get("r") else place
                    if column >= MAX_COLUMNS and cell.find(f"{_MAIN}v") is not None:
                        raise Refusal(
                            Finding(rule="too_many_columns", words={"limit": f"{MAX_COLUMNS}"}),
                            name=receipt.name,
                        )
                    if cell.find(f"{_MAIN}f") is not None:
                        value = cell.find(f"{_MAIN}v")
                        if value is None or value.text is None:
                            notes.bare_formulas.add((number, column))
                item.clear()
            elif tag == "col" and item.get("hidden") in ("1", "true"):
                first, last = int(item.get("min")), int(item.get("max"))
                notes.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))
            elif tag == "mergeCell":
                first, _, last = item.get("ref").partition(":")
                notes.merges.append(
                    (_row(first), _column(first), _row(last or first), _column(last or first))
                )
    return notes


def _column(reference: str) -> int:
    number = 0
    for ch in _CELL.fullmatch(reference).group(1):
        number = number * 26 + ord(ch) - 64
    return number - 1


def _row(reference: str) -> int:
    return int(_CELL.fullmatch(reference).group(2))


def _grid(sheet, notes: _Notes) -> Grid:
    sheet.reset_dimensions()  # the stated size may be the whole sheet
    lines = []
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        cells = [_value(cell) for cell in row]
        if notes.bare_formulas:
            for place in range(len(cells)):
                if (number, place) in notes.bare_formulas:
                    cells[place] = Fault("formula_no_value", "=…")
        while cells and cells[-1] is None:
            cells.pop()
        lines.append(Line(number, cells))
    while lines and not lines[-1].cells:
        lines.pop()
    return Grid(
        sheet.title,
        lines,
        merges=notes.merges,
        hidden_rows=notes.hidden_rows,
        hidden_columns=notes.hidden_columns,
    )


def _value(cell) -> object:
    value = cell.value
    if value is None or isinstance(value, (bool, int, float, datetime)):
        return value
    if cell.data_type == "e":
        return Fault("excel_error", str(value))
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return str(value)
