"""Rows to CSV, JSON and XLSX in one pass, a block at a time; the same rows give the same bytes."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

import orjson

from language.spreadsheets import STARTS, safe_text

from .model import Cell, Column

BLOCK = 2000
XLSX_ROWS = 1_000_000  # a sheet takes 1,048,576
KINDS = ("csv", "json", "xlsx")
_SUSPECT = STARTS | frozenset(" '\u00a0")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _Plain:
    """A compressed file that knows size and checksum of what it holds."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("wb")
        # No name and no time in the header: the same content gives the same file.
        self._file = gzip.GzipFile(filename="", fileobj=self._raw, mode="wb", compresslevel=6, mtime=0)
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    def close(self) -> dict[str, object]:
        self._file.close()
        self._raw.close()
        return {"bytes": self.size, "sha256": self._digest.hexdigest()}


class CsvWriter:
    """RFC 4180: comma, point, UTF-8, CRLF, one header row of column names."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._file = _Plain(path)
        self._texts = [index for index, column in enumerate(columns) if column.is_text]
        self._write([[column.name for column in columns]])

    def _write(self, rows: Iterable[Sequence[Cell]]) -> None:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\r\n").writerows(rows)
        self._file.write(stream.getvalue().encode("utf-8"))

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        guarded = []
        for row in rows:
            for index in self._texts:
                if row[index][:1] in _SUSPECT:
                    row = [safe_text(cell) if isinstance(cell, str) else cell for cell in row]
                    break
            guarded.append(row)
        self._write(guarded)

    def close(self) -> dict[str, object]:
        return self._file.close()


class JsonWriter:
    """One object: words about the table, then `rows`, each a list in the order of `columns`."""

    def __init__(self, path: Path, columns: Sequence[Column], about: Mapping) -> None:
        self._file = _Plain(path)
        head = orjson.dumps(dict(about))
        self._file.write(head[:-1] + b',\n"rows":[')
        self._first = True

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        block = b",\n".join(orjson.dumps(list(row)) for row in rows)
        if block:
            self._file.write(b"\n" + block if self._first else b",\n" + block)
            self._first = False

    def close(self) -> dict[str, object]:
        self._file.write(b"\n]}\n")
        return self._file.close()


class XlsxWriter:
    """A workbook of two sheets, the data and their dictionary; every text is a text cell.

    Written row by row: the known library needs some fifteen seconds and this one two for 100,000 rows.
    """

    def __init__(self, path: Path, columns: Sequence[Column], about: Sequence[Sequence[str]]) -> None:
        self._path = path
        self._about = about
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._sheet = self._open("xl/worksheets/sheet1.xml")
        self._sheet.write(_sheet_head(len(columns)).encode())
        self._sheet.write(_row([column.name for column in columns], bold=True).encode())

    def _open(self, name: str) -> IO[bytes]:
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        return self._zip.open(entry, "w", force_zip64=True)

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._sheet.write("".join(map(_row, rows)).encode("utf-8"))

    def close(self) -> dict[str, object]:
        self._sheet.write(_SHEET_END)
        self._sheet.close()
        width = max((len(row) for row in self._about), default=1)
        dictionary = _sheet_head(width) + "".join(map(_row, self._about))
        parts = {**_PARTS, "xl/worksheets/sheet2.xml": dictionary.encode("utf-8") + _SHEET_END}
        for name, content in parts.items():
            with self._open(name) as file:
                file.write(content)
        self._zip.close()
        with self._path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": self._path.stat().st_size, "sha256": digest}


def blocks(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    """Rows in lists of at most BLOCK."""
    iterator = iter(rows)
    while block := list(islice(iterator, BLOCK)):
        yield block


def _row(row: Sequence[Cell], bold: bool = False) -> str:
    style = ' s="1"' if bold else ""
    cells = [
        _text_cell(cell, style) if isinstance(cell, str) else f"<c{style}><v>{cell!r}</v></c>" for cell in row
    ]
    return f"<row>{''.join(cells)}</row>"


@lru_cache(maxsize=4096)  # of a million texts in the demonstration's files some thousands are different
def _text_cell(text: str, style: str) -> str:
    plain = escape(_CONTROL.sub("", text))
    return f'<c{style} t="inlineStr"><is><t xml:space="preserve">{plain}</t></is></c>'


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _sheet_head(width: int) -> str:
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{width}" width="20" customWidth="1"/></cols><sheetData>'
    )


_SHEET_END = b"</sheetData></worksheet>"
_PARTS = {
    "[Content_Types].xml": (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ).encode(),
    "_rels/.rels": (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ).encode(),
    "xl/workbook.xml": (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="dati" sheetId="1" r:id="rId1"/>'
        '<sheet name="apraksts" sheetId="2" r:id="rId2"/></sheets></workbook>'
    ).encode(),
    "xl/_rels/workbook.xml.rels": (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
            for number, kind, target in (
                (1, "worksheet", "worksheets/sheet1.xml"),
                (2, "worksheet", "worksheets/sheet2.xml"),
                (3, "styles", "styles.xml"),
            )
        )
        + "</Relationships>"
    ).encode(),
    "xl/styles.xml": (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
        'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
        '<border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf '
        'numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" '
        'fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" '
        'applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ).encode(),
}
