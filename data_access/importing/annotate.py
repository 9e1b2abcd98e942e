"""The sent file with its findings: marked cells, notes on them, and the list. For people who mend it in Excel."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from language.messages import _, t
from language.spreadsheets import safe_text

from .datasets import all_datasets
from .decode import decode
from .dialect import to_grid
from .findings import Refusal
from .grid import Fault, Grid
from .mapping import names_of
from .receive import Receipt
from .sheet import to_grids
from .sniff import TEXT, sniff

COLOURS = {"error": "#f8b4b4", "confirm": "#fde68a", "notice": "#bfdbfe"}
WEIGHTS = {"error": _("Error"), "confirm": _("To be confirmed"), "notice": _("For information")}
MIRRORED_ROWS = 100_000


def workbook(receipt: Receipt | None, findings: Sequence[Mapping], lang: str) -> bytes:
    """An XLSX file: a sheet of findings, then the sheets of the sent file with marked cells.

    receipt: None when the file is gone (it held data about persons, or is published): then the list alone.
    """
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    marks = {weight: book.add_format({"bg_color": colour}) for weight, colour in COLOURS.items()}
    _list(book, findings, lang, marks)
    by_cell: dict[tuple[str, int, int], list[Mapping]] = {}
    for one in findings:
        if one["row"]:
            by_cell.setdefault((one["sheet"], one["row"], _index(one["letter"])), []).append(one)
    taken = {t("Findings", lang).casefold()}
    for grid in _grids(receipt):
        _mirror(book, grid, by_cell, marks, lang, taken)
    book.close()
    return stream.getvalue()


def _list(book, findings: Sequence[Mapping], lang: str, marks: Mapping) -> None:
    sheet = book.add_worksheet(t("Findings", lang))
    headings = [
        t("Weight", lang), t("Sheet", lang), t("Row", lang), t("Column", lang), t("Heading", lang), t("Value", lang),
        t("What is wrong", lang), t("How to mend it", lang), t("Rule", lang),
    ]  # fmt: skip
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, headings, bold)
    for number, one in enumerate(findings, start=1):
        sheet.write_string(number, 0, t(WEIGHTS[one["severity"]], lang), marks[one["severity"]])
        sheet.write_string(number, 1, safe_text(one["sheet"]))
        if one["row"]:
            sheet.write_number(number, 2, one["row"])
        for place, key in ((3, "letter"), (4, "heading"), (5, "value")):
            sheet.write_string(number, place, safe_text(one[key]))
        sheet.write_string(number, 6, one[f"problem_{lang}"], wrap)
        sheet.write_string(number, 7, one[f"cure_{lang}"], wrap)
        sheet.write_string(number, 8, one["rule"])
    for place, width in enumerate((14, 12, 7, 8, 24, 20, 60, 60, 18)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(findings), 1), len(headings) - 1)


def _grids(receipt: Receipt | None) -> list[Grid]:
    if receipt is None:
        return []
    try:
        if sniff(receipt) == TEXT:
            headings = {name for dataset in all_datasets().values() for name in names_of(dataset)}
            words = [
                name for one in all_datasets().values() for column in one.columns for name in column.names
            ]
            return [to_grid(decode(receipt, [word for word in words if len(word) > 3]), headings)]
        return to_grids(receipt)[0]
    except Refusal:
        return []


def _mirror(book, grid: Grid, by_cell: Mapping, marks: Mapping, lang: str, taken: set[str]) -> None:
    name = (grid.name or t("File", lang))[:28]
    while name.casefold() in taken:
        name += "'"
    taken.add(name.casefold())
    sheet = book.add_worksheet(name.rstrip("'") if not name.endswith("'") else name.replace("'", "_"))
    for line in grid.lines[:MIRRORED_ROWS]:
        whole = by_cell.get((grid.name, line.number, -1), [])
        for place, cell in enumerate(line.cells):
            found = [*by_cell.get((grid.name, line.number, place), []), *whole]
            weight = min((one["severity"] for one in found), key=list(COLOURS).index, default=None)
            _write(sheet, line.number - 1, place, cell, marks.get(weight))
            if found and (place == 0 or not whole):
                text = "\n".join(f"{one[f'problem_{lang}']} {one[f'cure_{lang}']}" for one in found)
                sheet.write_comment(line.number - 1, place, text[:1000], {"x_scale": 2, "y_scale": 1.5})


def _write(sheet, row: int, place: int, cell: object, mark) -> None:
    if isinstance(cell, bool) or cell is None:
        sheet.write(row, place, cell, mark)
    elif isinstance(cell, (int, float)):
        sheet.write_number(row, place, cell, mark)
    elif isinstance(cell, datetime):
        sheet.write_string(row, place, cell.date().isoformat(), mark)
    else:
        sheet.write_string(row, place, safe_text(cell.text if isinstance(cell, Fault) else str(cell)), mark)


def _index(letters: str) -> int:
    number = 0
    for ch in letters:
        number = number * 26 + ord(ch) - 64
    return number - 1
