"""/dati and /dati/<table> : the released tables to take away, and the addresses of their files."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import orjson
from flask import Flask, Response, abort, g, has_request_context, request
from markupsafe import Markup

from access.door import route
from access.pages import NotFound, Renderer, Request, page
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.open_data.model import MISSING, OpenTable, licence_of
from data_access.open_data.store import (
    Edition,
    NotKept,
    Store,
    data_package,
    edition,
    editions,
)
from data_access.open_data.tables import TABLES
from data_access.open_data.writing import KINDS
from data_access.scope import Scope
from language import numbers, reasons, side
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
GROUPS = {
    "indicators": _("Risk indicators"),
    "topics": _("Absence, children not registered, graduates"),
    "quality": _("Quality evaluation and supervision"),
    "published": _("Figures that others published"),
    "registers": _("Definitions, registers and loads"),
}
KIND_WORDS = {
    "text": _("text"),
    "integer": _("whole number"),
    "number": _("number"),
    "share": _("fraction of 1"),
    "date": _("date"),
    "period": _("school year or year"),
}
LARGE = 1_000_000  # bytes; from here on the packed file is offered too
SAMPLE = 5


@page("open_data", "/dati")
def view(request: Request) -> View:
    """All tables with their files, the kept versions, and how to read the files."""
    lang, store = request.lang, Store(request.settings.open_data_folder)
    one = edition(request.reader.connection)
    facts = {name: store.facts(table, one) for name, table in TABLES.items()}
    rows = sum(found["rows"] for found in facts.values() if found)
    made = sum(found is not None for found in facts.values())
    lead = t(
        "The same protected numbers that the pages show to everybody: {tables} tables, data as of {as_of}, release "
        "{release}.",
        lang,
        tables=len(TABLES),
        release=one.id,
        as_of=numbers.date_short(one.as_of, lang),
    )
    body: list[Part] = [
        _tables(request, one, facts, rows, made),
        _versions(request, one),
        render(
            "open_data_use.html",
            signs=[
                (sign, reasons.meaning(code, lang)) for sign, code in zip(MISSING, reasons.CODES, strict=True)
            ],
            python=python_snippet("indicator-values-municipalities", _site()),
            r=r_snippet("indicator-values-municipalities", _site()),
            lang=lang,
        ),
    ]
    return View(
        title=t("Which data can I take away?", lang),
        window_title=t("Open data", lang),
        description=t(
            "All released tables as CSV, XLSX and JSON, with dictionary, version and checksum.", lang
        ),
        lead=lead,
        body=body,
        lang=lang,
        crumbs=_crumbs(request, Crumb(t("Open data", lang))),
        release_id=request.reader.release.id,
        cacheable=False,  # sizes and checksums appear when the files are made
    )


@page("open_table", "/dati/<table>", params={"table": "|".join(TABLES)})
def table_view(request: Request) -> View:
    """One table: its files, its columns, its first rows, how to read it."""
    lang, store = request.lang, Store(request.settings.open_data_folder)
    table = TABLES.get(request.params["table"])
    if table is None:
        raise NotFound("table")
    one = edition(request.reader.connection)
    facts = store.facts(table, one)
    licence = licence_of(table, one.synthetic)
    body: list[Part] = [
        render(
            "open_data_files.html",
            files=[_file(table, kind, facts, lang) for kind in KINDS],
            packed=facts is not None and facts["files"]["csv"]["bytes"] >= LARGE,
            table=table,
            rows=tn("{n} row", "{n} rows", facts["rows"], lang) if facts else "",
            licence=licence,
            release=one,
            versioned=f"/dati/versija/{one.id}/{table.name}.csv" if table.of_release else "",
            lang=lang,
        ),
        _dictionary(request, table, one),
    ]
    sample = _sample(store, table, one) if facts else []
    if sample:
        body.append(
            render("open_data_sample.html", heads=[c.name for c in table.columns], rows=sample, lang=lang)
        )
    body.append(
        render(
            "open_data_code.html",
            python=python_snippet(table.name, _site()),
            r=r_snippet(table.name, _site()),
            lang=lang,
        )
    )
    return View(
        title=table.title(lang),
        description=table.about(lang),
        lead=table.about(lang),
        body=body,
        lang=lang,
        crumbs=_crumbs(
            request, Crumb(t("Open data", lang), request.url("open_data")), Crumb(table.title(lang))
        ),
        release_id=request.reader.release.id,
        cacheable=False,
    )


def _crumbs(request: Request, *rest: Crumb) -> list[Crumb]:
    lang = request.lang
    return [
        Crumb(t("Home", lang), request.url("home")),
        Crumb(t("Data and method", lang), request.url("methodology")),
        *rest,
    ]


def size_text(size: int, lang: str) -> str:
    """A size as people read it: 640 B, 12 kB, 3,4 MB."""
    if size < 1000:
        return f"{numbers.integer(size, lang)} B"
    if size < 1_000_000:
        return f"{numbers.integer(round(size / 1000), lang)} kB"
    return f"{numbers.decimal(size / 1_000_000, lang)} MB"


def _file(table: OpenTable, kind: str, facts: dict | None, lang: str) -> dict:
    found = facts["files"].get(kind) if facts else None
    return {
        "kind": kind.upper(),
        "href": f"/dati/{table.name}.{kind}",
        "size": size_text(found["bytes"], lang) if found else "",
        "sha256": found["sha256"] if found else "",
        "offered": facts is None or found is not None,
    }


def _provenance(request: Request, one: Edition, coverage: tuple[int, int], counting: str) -> Provenance:
    lang = request.lang
    return Provenance(
        source=t("released values and registers of this dashboard", lang),
        as_of=one.as_of,
        coverage=coverage,
        bodies=False,
        release_id=one.id,
        counting=counting,
        synthetic=one.synthetic,
    )


def _tables(request: Request, one: Edition, facts: dict, rows: int, made: int) -> ChartFrame:
    lang = request.lang
    groups = [
        {
            "title": t(words, lang),
            "tables": [
                {
                    "title": table.title(lang),
                    "about": table.about(lang),
                    "href": request.url("open_table", table=table.name),
                    "rows": tn("{n} row", "{n} rows", facts[name]["rows"], lang) if facts[name] else "",
                    "files": [
                        file for kind in KINDS if (file := _file(table, kind, facts[name], lang))["offered"]
                    ],
                }
                for name, table in TABLES.items()
                if table.group == group
            ],
        }
        for group, words in GROUPS.items()
    ]
    cells = [
        {
            "name": name,
            "title": table.title(lang),
            "href": request.url("open_table", table=name),
            "rows": facts[name]["rows"] if facts[name] else Reason("x"),
            "bytes": facts[name]["files"]["csv"]["bytes"] if facts[name] else Reason("x"),
            "sha256": facts[name]["files"]["csv"]["sha256"] if facts[name] else Reason("x"),
            "licence": licence_of(table, one.synthetic).words(lang),
        }
        for name, table in TABLES.items()
    ]
    if made:
        finding = t(
            "{tables} tables with {rows} rows; each as CSV, XLSX and JSON under an address that does not change.",
            lang,
            tables=len(TABLES),
            rows=numbers.integer(rows, lang),
        )
    else:
        finding = t(
            "{tables} tables; the files of this release are made when the first reader asks for them.",
            lang,
            tables=len(TABLES),
        )
    return ChartFrame(
        title=t("Tables", lang),
        finding=finding,
        mark=render("open_data_tables.html", groups=groups, lang=lang),
        table=Table(
            "tables",
            t("Released tables and their CSV files", lang),
            [
                Column("title", t("Table", lang), href_key="href"),
                Column("name", t("Name in the address", lang)),
                Column("rows", t("Rows", lang), "integer"),
                Column("bytes", t("Size of the CSV, bytes", lang), "integer"),
                Column("sha256", "SHA-256"),
                Column("licence", t("Terms of use", lang)),
            ],
            cells,
            lang,
        ),
        provenance=_provenance(request, one, (made, len(TABLES)), t("tables whose files are ready", lang)),
        lang=lang,
        address=request.address,
    )


def _versions(request: Request, one: Edition) -> ChartFrame:
    lang = request.lang
    kept = editions(request.reader.connection)
    cells = [
        {
            "release": Markup('<a href="/dati/versija/{0}/datapackage.json" data-reload>{0}</a>').format(
                each.id
            ),
            "created": numbers.date_short(each.created_at[:10], lang),
            "as_of": numbers.date_short(each.as_of, lang),
            "reason": side(each.reason, lang),
            "code": each.code_version,
            "current": t("yes", lang) if each.current else t("no", lang),
        }
        for each in kept
    ]
    return ChartFrame(
        title=t("Which versions are kept?", lang),
        finding=tn(
            "{n} release is kept; older ones can no longer be taken.",
            "The last {n} releases are kept; older ones can no longer be taken.",
            len(kept),
            lang,
        ),
        how_to_read=t(
            "The number leads to the data package of the release: /dati/versija/<release>/<table>.csv stays the same "
            "while the release is kept.",
            lang,
        ),
        table=Table(
            "versions",
            t("Kept releases", lang),
            [
                Column("release", t("Release", lang)),
                Column("created", t("Published", lang)),
                Column("as_of", t("Data as of", lang)),
                Column("reason", t("Reason", lang)),
                Column("code", t("Version of the program", lang)),
                Column("current", t("Shown now", lang)),
            ],
            cells,
            lang,
        ),
        provenance=_provenance(request, one, (len(kept), len(kept)), t("releases kept", lang)),
        lang=lang,
        address=request.address,
    )


def _dictionary(request: Request, table: OpenTable, one: Edition) -> ChartFrame:
    lang = request.lang
    cells = [
        {
            "name": column.name,
            "meaning": column.words(lang),
            "kind": t(KIND_WORDS[column.kind], lang),
            "key": t("yes", lang) if column.name in table.key else "–",
        }
        for column in table.columns
    ]
    return ChartFrame(
        title=t("What do the columns mean?", lang),
        finding=tn("The table has {n} column.", "The table has {n} columns.", len(cells), lang)
        + " "
        + t("A cell without a value holds a reason code in square brackets.", lang),
        table=Table(
            "columns",
            t("Columns of the table", lang),
            [
                Column("name", t("Column", lang)),
                Column("meaning", t("Meaning", lang)),
                Column("kind", t("Type", lang)),
                Column("key", t("Part of the key", lang)),
            ],
            cells,
            lang,
        ),
        provenance=_provenance(request, one, (len(cells), len(cells)), t("columns described", lang)),
        lang=lang,
        address=request.address,
    )


def _sample(store: Store, table: OpenTable, one: Edition) -> list[Sequence[str]]:
    """The first rows of the CSV file as they stand in it."""
    import csv

    path = store.folder / one.folder / f"{table.name}.csv.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(islice(csv.reader(file), 1, SAMPLE + 1))
    except OSError:
        return []


def _site() -> str:
    """The address that the reader came to, so that what is copied runs."""
    root = request.url_root.rstrip("/") if has_request_context() else ""
    return root if re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]{1,120}", root) else "http://127.0.0.1:8050"


def python_snippet(name: str, site: str) -> str:
    """Python that reads the table; `site` stands for the beginning of the address."""
    return (
        "import pandas as pd\n\n"
        f"missing = [{', '.join(repr(sign) for sign in MISSING)}]\n"
        f'table = pd.read_csv("{site}/dati/{name}.csv", na_values=missing, keep_default_na=False)\n'
        "print(table.describe())\n"
    )


def r_snippet(name: str, site: str) -> str:
    """The same in R."""
    signs = ", ".join(f'"{sign}"' for sign in MISSING)
    return (
        f"missing <- c({signs})\n"
        f'table <- read.csv("{site}/dati/{name}.csv", na.strings = missing, encoding = "UTF-8")\n'
        "summary(table)\n"
    )


# --- files --------------------------------------------------------------------------------------


def install(server: Flask, renderer: Renderer, folder: Path) -> None:
    """Add the addresses of the files. Everybody gets the same bytes, signed in or not."""
    store = Store(folder)

    def answer(name: str, kind: str, release: int | None = None, *, packed: bool = False) -> Response:
        table = TABLES.get(name)
        if table is None:
            abort(404)
        try:
            with renderer.reading(Scope.public()) as reader:
                one = edition(reader.connection, release)
                path, facts = store.path(reader.connection, table, kind, one)
        except NotKept:
            return _not_kept(release)
        g.release_id = one.id
        label = f"{'demonstracija-' if one.synthetic else ''}{name}.{kind}"
        return _send(path, label, kind, facts["files"][kind], packed)

    @route(server, "/dati/<table>.<any(csv,json,xlsx):kind>")
    def open_file(table: str, kind: str) -> Response:
        return answer(table, kind)

    @route(server, "/dati/<table>.csv.gz")
    def open_file_packed(table: str) -> Response:
        return answer(table, "csv", packed=True)

    @route(server, "/dati/versija/<int:release>/<table>.<any(csv,json,xlsx):kind>")
    def open_file_of_release(release: int, table: str, kind: str) -> Response:
        return answer(table, kind, release)

    @route(server, "/dati/versija/<int:release>/<table>.csv.gz")
    def open_file_of_release_packed(release: int, table: str) -> Response:
        return answer(table, "csv", release, packed=True)

    def package(release: int | None) -> Response:
        try:
            with renderer.reading(Scope.public()) as reader:
                one = edition(reader.connection, release)
        except NotKept:
            return _not_kept(release)
        g.release_id = one.id
        content = orjson.dumps(data_package(store, one), option=orjson.OPT_INDENT_2)
        return _conditional(Response(content, content_type="application/json"))

    @route(server, "/dati/datapackage.json")
    def open_data_package() -> Response:
        return package(None)

    @route(server, "/dati/versija/<int:release>/datapackage.json")
    def open_data_package_of_release(release: int) -> Response:
        return package(release)

    @route(server, "/dati/sha256sums.txt")
    def open_data_checksums() -> Response:
        with renderer.reading(Scope.public()) as reader:
            one = edition(reader.connection)
        lines = [
            f"{entry['sha256']}  {name}.{kind}\n"
            for name, table in TABLES.items()
            if (facts := store.facts(table, one)) is not None
            for kind, entry in facts["files"].items()
        ]
        return _conditional(Response("".join(lines), content_type="text/plain; charset=utf-8"))


def _not_kept(release: int | None) -> Response:
    number = f" {release}" if release is not None else ""
    text = (
        f"Šīs datnes versijā{number} vairs nav: glabājam piecas pēdējās versijas, un reģistrus tikai pašreizējā. "
        "Jaunākā versija: /dati\n"
        f"This file of release{number} is not kept: the last five releases are, and registers of the current one only. "
        "The newest: /dati\n"
    )
    return Response(text, status=404, content_type="text/plain; charset=utf-8")


def _send(path: Path, name: str, kind: str, facts: dict, packed: bool) -> Response:
    """A kept file: packed on the way when the reader's program can unpack it, else unpacked here as it goes."""
    size, sha256 = path.stat().st_size, facts["sha256"]
    if kind == "xlsx" or packed:
        content_type = "application/gzip" if packed else TYPES[kind]
        response = Response(_pieces(path, open), content_type=content_type)
        response.content_length = size
        tag, name = sha256[:32] + ("-packed" if packed else ""), name + (".gz" if packed else "")
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = Response(_pieces(path, open), content_type=TYPES[kind])
        response.content_encoding = "gzip"
        response.content_length = size
        tag = f"{sha256[:32]}-gzip"
    else:
        response = Response(_pieces(path, gzip.open), content_type=TYPES[kind])
        response.content_length = facts["bytes"]
        response.content_encoding = "identity"  # keeps others from packing it again
        tag = sha256[:32]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _conditional(response, tag)


def _pieces(path: Path, opener) -> Iterator[bytes]:
    with opener(path, "rb") as file:
        while piece := file.read(1 << 16):
            yield piece


def _conditional(response: Response, tag: str | None = None) -> Response:
    """Kept by browsers and proxies, asked again each time: a tighter protection must reach everybody at once."""
    if tag is None:
        response.add_etag()
    else:
        response.set_etag(tag)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    return response.make_conditional(request)
