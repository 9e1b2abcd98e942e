"""CSV, XLSX and JSON of any table that a page shows, recomputed from the page's address and the reader's scope."""

from __future__ import annotations

import io

import orjson
from flask import Flask, Response, abort, request

from access.door import route
from access.pages import Renderer
from access.session import current_scope, record_export
from components.chart_frame import ChartFrame
from language import numbers, reasons
from language.messages import translate as t

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def install(server: Flask, renderer: Renderer) -> None:
    """Add the export route. An export has exactly the rows, values and reason codes of the page."""

    def _frame(table_id: str, page: str, *, export: bool = False) -> ChartFrame:
        query = request.query_string.decode("utf-8", "replace")
        if len(table_id) > 80:
            abort(404)
        view = renderer.view(f"/{page}", query, current_scope(), export=export)
        frame = view.frame(table_id) if view.status == 200 else None
        if frame is None:
            abort(404)
        return frame

    @route(server, "/tabula/<table_id>/", limit=("callback", "page"))
    @route(server, "/tabula/<table_id>/<path:page>", limit=("callback", "page"))
    def twin(table_id: str, page: str = "") -> Response:
        """The table twin of a frame, fetched when a reader opens it."""
        return Response(str(_frame(table_id, page).table.to_html()), mimetype="text/html")

    @route(server, "/eksports/<kind>/<table_id>/", limit="export")
    @route(server, "/eksports/<kind>/<table_id>/<path:page>", limit="export")
    def export(kind: str, table_id: str, page: str = "") -> Response:
        if kind not in TYPES:
            abort(404)
        frame = _frame(table_id, page, export=True)
        rows = len(frame.table.rows)
        query = request.query_string.decode("utf-8", "replace")
        record_export(f"/{page}", {"table": table_id, "kind": kind, "rows": rows, "query": query[:200]})
        content = {"csv": _csv, "json": _json, "xlsx": _xlsx}[kind](frame)
        response = Response(content, content_type=TYPES[kind])
        response.headers["Content-Disposition"] = f'attachment; filename="{table_id}.{kind}"'
        response.headers["Cache-Control"] = "no-store"
        return response


def heading(frame: ChartFrame) -> list[str]:
    """The lines that travel with every export: title, source, as-of date, coverage, release."""
    lang, origin = frame.lang, frame.provenance
    lines = [
        frame.title,
        f"{t('Source', lang)}: {origin.source}; {t('data as of', lang)} {numbers.date_short(origin.as_of, lang)}",
        origin.counting,
        t("coverage {n} of {expected}", lang, n=origin.coverage[0], expected=origin.coverage[1])
        if origin.coverage
        else t("the source does not say how many reported", lang),
        f"{t('release', lang)} {origin.release_id}",
    ]
    if origin.synthetic:
        lines.insert(1, t("Demonstration data", lang))
    if warning := origin.warning(lang):
        lines.append(warning)
    if origin.note:
        lines.append(origin.note)
    lines += [f"[{code}] {reasons.meaning(code, lang)}" for code in frame.table.reason_codes()]
    return lines


def _csv(frame: ChartFrame) -> bytes:
    return frame.table.to_csv(heading(frame)).encode("utf-8-sig")


def _json(frame: ChartFrame) -> bytes:
    return orjson.dumps(
        {
            "title": frame.title,
            "about": heading(frame),
            "columns": [{"key": c.key, "title": c.title, "kind": c.kind} for c in frame.table.columns],
            "rows": frame.table.values(),
        },
        option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS,
    )


def _xlsx(frame: ChartFrame) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(t("Data", frame.lang))
    bold = book.add_format({"bold": True})
    formats = {
        "percent": book.add_format({"num_format": "0.0%"}),
        "change": book.add_format({"num_format": "+0.0%;-0.0%;0.0%"}),
    }
    row_number = 0
    for line in heading(frame):
        sheet.write_string(row_number, 0, line, bold if row_number == 0 else None)
        row_number += 1
    row_number += 1
    for index, column in enumerate(frame.table.columns):
        sheet.write_string(row_number, index, column.title, bold)
        sheet.set_column(index, index, 28 if index == 0 else 16)
    sheet.freeze_panes(row_number + 1, 1)
    for row in frame.table.values():
        row_number += 1
        for index, column in enumerate(frame.table.columns):
            value = row[column.key]
            if value is None:
                sheet.write_string(row_number, index, f"[{row[f'{column.key}_reason']}]")
            elif isinstance(value, int | float):
                value = value * 100 if column.kind == "points" else value
                sheet.write_number(row_number, index, value, formats.get(column.kind))
            else:
                sheet.write_string(row_number, index, str(value))
    book.close()
    return stream.getvalue()
