"""/ : three ways in (school, municipality, country), the reader's own unit first, and what is new in the data."""

from __future__ import annotations

from markupsafe import Markup, escape

from access.pages import REGISTRY, Request, page
from components.chart_frame import ChartFrame, Provenance
from components.published_charts import Printed
from components.tables import Column, Table
from components.templating import render
from components.view import View
from data_access.queries import published, units
from language import numbers
from language.messages import translate as t

from .national import HEADLINE_FIGURES, headlines
from .words import institution_type


@page("home", "/")
def view(request: Request) -> View:
    """The front page."""
    reader, lang = request.reader, request.lang
    body = render(
        "home.html",
        lang=lang,
        own=_own(request),
        search=request.url("institutions"),
        municipalities=[
            {
                "name": row.name_full if lang == "lv" else row.name_en,
                "href": request.url("municipality", code=row.code) if "municipality" in REGISTRY else "",
            }
            for row in units.municipalities(reader)
        ],
        municipalities_href=request.url("municipalities") if "municipalities" in REGISTRY else "",
        national=request.url("national") if "national" in REGISTRY else "",
        help=request.url("help") if "help" in REGISTRY else "",
    )
    return View(
        title=t("How are our schools, and where is help needed first?", lang),
        window_title=t("Home", lang),
        description=t("Monitoring of education quality in Latvia: schools, municipalities, country.", lang),
        lead=t("Choose where to begin.", lang),
        body=[body, *_figures(request), _news(request)],
        lang=lang,
        release_id=reader.release.id,
    )


def _own(request: Request) -> list[dict[str, str]]:
    """The reader's own units, first on the page; nothing for the public."""
    scope, lang = request.scope, request.lang
    if not scope.signed_in:
        return []
    if scope.sees_all:
        return [
            {
                "name": t("Latvia", lang),
                "note": t("all institutions", lang),
                "href": request.url("national") if "national" in REGISTRY else "",
            }
        ]
    institutions, municipalities = published.own_units(request.reader)
    own = [
        {
            "name": row.name_full if lang == "lv" else row.name_en,
            "note": t("municipality", lang),
            "href": request.url("municipality", code=row.code) if "municipality" in REGISTRY else "",
        }
        for row in municipalities
    ]
    own += [
        {
            "name": row.name,
            "note": f"{institution_type(row.type, lang)}, {row.name_full if lang == 'lv' else row.name_en}",
            "href": request.url("institution", reg_no=row.reg_no) if "institution" in REGISTRY else "",
        }
        for row in institutions
    ]
    return own


def _figures(request: Request) -> list[ChartFrame]:
    """Five published figures of the country; nothing while the report is not loaded."""
    rows = published.figures(request.reader, *HEADLINE_FIGURES)
    return [headlines(request, Printed(rows, request.lang, request.reader.release.id))] if rows else []


def _news(request: Request) -> ChartFrame:
    """Release and loads by source: what is new in the data."""
    reader, lang = request.reader, request.lang
    release = reader.release
    rows = [
        {
            "source": row.source_lv if lang == "lv" else row.source_en,
            "kind": t("synthetic", lang) if row.synthetic else t("real", lang),
            "as_of": numbers.date_short(row.as_of, lang),
            "loaded": numbers.date_short(row.loaded_at, lang),
            "files": int(row.files),
            "rows": int(row.rows),
        }
        for row in published.loads(reader)
    ]
    files = sum(row["files"] for row in rows)
    return ChartFrame(
        title=t("What is new in the data?", lang),
        finding=Markup(  # nosec B704 # dates, counts and an escaped text
            t(
                "Release {id} of {created} holds data as of {as_of}; files loaded: {files}. Reason of the release: {reason}.",
                lang,
                id=release.id,
                created=numbers.date_short(release.created_at, lang),
                as_of=numbers.date_short(release.as_of, lang),
                files=numbers.integer(files, lang),
                reason=_as_written(release.reason.rstrip("."), lang),
            )
        ),
        table=Table(
            "news",
            t("What was loaded, the latest first", lang),
            [
                Column("source", t("Source", lang)),
                Column("kind", t("Kind of data", lang)),
                Column("as_of", t("Data as of", lang)),
                Column("loaded", t("Loaded", lang)),
                Column("files", t("Files", lang), "integer"),
                Column("rows", t("Rows", lang), "integer"),
            ],
            rows,
            lang,
        ),
        provenance=Provenance(
            source=t("register of load batches", lang),
            as_of=release.as_of,
            coverage=(files, files),
            release_id=release.id,
            counting=t("files and rows loaded", lang),
        ),
        lang=lang,
        address=request.address,
    )


def _as_written(text: str, lang: str) -> Markup:
    """A text that people of the service wrote in Latvian, marked as such on an English page; of two languages one."""
    if " | " in text:
        return escape(text.split(" | ", 1)[lang == "en"])
    return escape(text) if lang == "lv" else Markup('<span lang="lv">{}</span>').format(text)
