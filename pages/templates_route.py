"""Templates of the files that may be loaded, for everybody who has to send one."""

from __future__ import annotations

from flask import Flask, Response, abort

from access.door import route
from data_access.importing.datasets import all_datasets

PATH = "/veidnes"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def install(server: Flask) -> None:
    """Add the route of the templates."""

    @route(server, f"{PATH}/<dataset>.<any(csv,xlsx):kind>", limit="export")
    def file_template(dataset: str, kind: str) -> Response:
        from data_access.importing import templates

        declared = all_datasets().get(dataset)
        if declared is None or declared.extract:
            abort(404)
        row = {column.code: column.example for column in declared.columns}
        if kind == "csv":
            content = templates.csv_text(declared, [row]).encode()
        else:
            content = templates.xlsx_bytes(declared, [row])
        answer = Response(content, content_type=TYPES[kind])
        answer.headers["Content-Disposition"] = f'attachment; filename="veidne-{declared.id}.{kind}"'
        return answer


def links(lang: str) -> list[tuple[str, str]]:
    """(id, name) of every table that has a template, in the order of the names."""
    found = [(one.id, one.name(lang)) for one in all_datasets().values() if not one.extract]
    return sorted(found, key=lambda one: one[1])
