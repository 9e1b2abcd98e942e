"""Tables: the twin of every chart, and what CSV, XLSX and JSON are written from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from language import numbers, reasons
from language.spreadsheets import safe_text

KINDS = ("text", "integer", "percent", "decimal", "decimal2", "euro", "year", "points", "change")


@dataclass(frozen=True)
class Reason:
    """Why a cell has no number; code of `language.reasons`."""

    code: str


@dataclass(frozen=True)
class Column:
    """A column: key in the rows, heading, kind of value, and the key of a link target if cells are links."""

    key: str
    title: str
    kind: str = "text"
    href_key: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of column: {self.kind}")


@dataclass(frozen=True)
class Table:
    """A table with typed cells. A cell is a value of the column's kind, a Reason, or Markup.

    id: names the table in export addresses; unique on its page. notes: lines printed under the table.
    phone: how a table that is the main matter looks on a phone: "stacked" = every row a block of "heading: value"
    lines, "blocks" = the same at every width, for many columns, "narrow" = small headings that wrap; "" = it scrolls
    sideways.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping]
    lang: str
    notes: Sequence[str] = field(default_factory=tuple)
    phone: str = ""

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        for row in self.rows:
            missing = [key for key in keys if key not in row]
            if missing:
                raise ValueError(f"table {self.id}: a row lacks {missing}; a missing value needs a Reason")

    @property
    def blocks(self) -> bool:
        """Whether rows may be laid out as blocks."""
        return self.phone in ("stacked", "blocks")

    def reason_codes(self) -> list[str]:
        """The reason codes that stand in the table, each once."""
        return sorted({cell.code for row in self.rows for cell in row.values() if isinstance(cell, Reason)})

    def text(self, column: Column, row: Mapping) -> str:
        """A cell as people read it."""
        value = row[column.key]
        if isinstance(value, Reason):
            return reasons.sign(value.code)
        return format_value(value, column.kind, self.lang)

    def to_html(self) -> Markup:
        """An HTML table with caption, scopes and reason codes spoken."""
        # Rows that are laid out as blocks are no table to a screen reader any more unless the roles say so.
        role = (lambda name: f' role="{name}"') if self.blocks else (lambda name: "")
        heads = "".join(
            f'<th scope="col"{role("columnheader")}{_NUMERIC if column.kind != "text" else ""}>'
            f"{_escape(column.title)}</th>"
            for column in self.columns
        )
        body = "".join(f"<tr{role('row')}>{self._cells(row)}</tr>" for row in self.rows)
        caption = _escape(self.caption)
        notes = "".join(f"<li>{_escape(note)}</li>" for note in self.notes)
        # Written by hand: a template costs five times as much here, and tables are most of a page.
        return Markup(  # nosec B704 # every value in it is escaped
            f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}">'
            f'<table class="data-table{f" data-{self.phone}" if self.phone else ""}" id="t-{_escape(self.id)}"'
            f"{role('table')}><caption>{caption}</caption><thead{role('rowgroup')}><tr{role('row')}>{heads}</tr></thead>"
            f"<tbody{role('rowgroup')}>{body}</tbody></table></div>"
            + (f'<ul class="table-notes">{notes}</ul>' if notes else "")
        )

    def _cells(self, row: Mapping) -> str:
        parts = []
        for index, column in enumerate(self.columns):
            value = row[column.key]
            href = row.get(column.href_key) if column.href_key else None
            if isinstance(value, Markup):
                text = f'<a href="{_escape(href)}">{value}</a>' if href and "<a" not in value else str(value)
            elif isinstance(value, Reason):
                meaning = _escape(reasons.meaning(value.code, self.lang))
                sign = _escape(reasons.sign(value.code))
                text = f'<span title="{meaning}" aria-label="{meaning}" role="img">{sign}</span>'
            else:
                text = _escape(format_value(value, column.kind, self.lang))
                if href:
                    text = f'<a href="{_escape(href)}">{text}</a>'
            roles = ""
            if self.blocks:
                roles = f' role="cell" data-label="{_escape(column.title)}"' if index else ' role="rowheader"'
            if index == 0:
                parts.append(f'<th scope="row"{roles}>{text}</th>')
            else:
                parts.append(f"<td{roles}{_NUMERIC if column.kind != 'text' else ''}>{text}</td>")
        return "".join(parts)

    def values(self) -> list[dict[str, object]]:
        """Rows for JSON: plain values, with `<key>_reason` where there is none."""
        result = []
        for row in self.rows:
            plain: dict[str, object] = {}
            for column in self.columns:
                value = row[column.key]
                if isinstance(value, Reason):
                    plain[column.key] = None
                    plain[f"{column.key}_reason"] = value.code
                else:
                    plain[column.key] = value.striptags() if isinstance(value, Markup) else value
            result.append(plain)
        return result

    def to_csv(self, heading: Sequence[str] = ()) -> str:
        """CSV for spreadsheets: Latvian uses semicolons and a decimal comma, English commas and a point.

        heading: provenance lines put above the header row, each prefixed with '#'.
        """
        comma = self.lang == "lv"
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";" if comma else ",", lineterminator="\r\n")
        for line in heading:
            writer.writerow([f"# {line}"])
        writer.writerow([safe_text(column.title) for column in self.columns])
        for row in self.rows:
            writer.writerow([self._csv_cell(row[column.key], column.kind, comma) for column in self.columns])
        return stream.getvalue()

    def _csv_cell(self, value: object, kind: str, comma: bool) -> str:
        if isinstance(value, Reason):
            return f"[{value.code}]"
        if isinstance(value, Markup):
            value = value.striptags()
        if kind in ("text",) or isinstance(value, str):
            return safe_text(str(value))
        if kind in ("percent", "points", "change"):
            value = round(value * 100, 4)
        text = f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        return text.replace(".", ",") if comma else text


class Later:
    """A table that is made when somebody asks for more than its id: an export, or a reader who opens the twin."""

    def __init__(self, table_id: str, build: Callable[[], Table]) -> None:
        self.id = table_id
        self._build: Callable[[], Table] | None = build
        self._table: Table | None = None

    def __getattr__(self, name: str) -> object:
        if self._table is None:
            self._table = self._build()
            self._build = None
            if self._table.id != self.id:
                raise ValueError(f"table {self.id} became {self._table.id}")
        return getattr(self._table, name)


_NUMERIC = ' class="n"'
_SPECIAL = re.compile("[&<>'\"]")


def _escape(text: str) -> str:
    """Text for HTML; most texts have nothing to escape."""
    return str(escape(text)) if _SPECIAL.search(text) else str(text)


def format_value(value: object, kind: str, lang: str) -> str:
    """A value in the writing of the language."""
    if kind == "text" or isinstance(value, str):
        return str(value)
    if kind == "integer":
        return numbers.integer(value, lang)
    if kind == "percent":
        return numbers.percent(value, lang)
    if kind == "euro":
        return numbers.euro(value, lang)
    if kind == "year":
        return numbers.school_year(value, lang)
    if kind == "points":
        return numbers.points(value, lang)
    if kind == "change":
        return numbers.change(value, lang)
    return numbers.decimal(value, lang, 2 if kind == "decimal2" else 1)
