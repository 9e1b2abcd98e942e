"""Blocks about absence for other pages: a chart with its link onward, and the sentence for the country."""

from __future__ import annotations

from markupsafe import Markup

from access.pages import Request
from components import marks
from components.nodes import Part
from components.templating import render
from data_access.queries import absence as query
from indicators.unregistered import TOTAL
from language import numbers
from language.messages import translate as t

from . import absence as absence_page
from . import absence_development
from .absence_unit import Unit, period_in


def institution_block(request: Request, institution_row) -> list[Part]:
    """Long absence of an institution by semester, exact or protected by the reader's scope, and the way onward."""
    return _block(Unit(request, "institution", institution_row), iestade=institution_row.reg_no)


def municipality_block(request: Request, municipality_row) -> list[Part]:
    """Long absence of a municipality by semester, and the ways onward."""
    return _block(Unit(request, "municipality", municipality_row), pasvaldiba=municipality_row.code)


def _block(unit: Unit, **address: str) -> list[Part]:
    if not unit.cells:
        return []
    lang, request = unit.lang, unit.request
    links = [(request.url("absence", **address), t("All about absence", lang))]
    if unit.exact:
        links.append((request.url("absence", **address, skats="iemesli"), t("Reasons and actions", lang)))
    if unit.kind == "municipality":
        links.append((request.url("absence", **address, skats="kur"), t("By institution", lang)))
        links.append((request.url("unregistered", **address), t("Children not registered", lang)))
    return [
        Markup("<p>{}</p>").format(absence_page.answer(unit)),
        absence_development.long_absence(unit, compact=True),
        render("absence_links.html", lang=lang, links=links),
    ]


def country_headline(request: Request) -> Markup:
    """Two key figures of the country: long absentees of the newest semester, children without information."""
    unit = Unit(request, "country")
    lang = unit.lang
    figures = []
    cell = unit.cell(unit.year, unit.semester)
    if cell is not None and cell.count is not None:
        before = unit.cell(unit.year - 1, unit.semester)
        found = absence_development.change_of(cell, before)
        figures.append(
            marks.key_figure(
                numbers.integer(cell.count, lang),
                t("Learners long absent without a valid reason", lang),
                f"{period_in(unit.year, unit.semester, lang)}: {absence_development.change_text(found, lang)}",
                request.url("absence"),
                lang=lang,
            )
        )
    rows = {(row.year, row.status): row for row in query.unregistered_country(request.reader)}
    if rows:
        year = max(key[0] for key in rows)
        unknown, total = rows.get((year, "no_information")), rows.get((year, TOTAL))
        if unknown is not None and unknown.children is not None:
            figures.append(
                marks.key_figure(
                    numbers.integer(unknown.children, lang),
                    t("Children not registered about whom nothing is known", lang),
                    t(
                        "{date}; of {total} not registered",
                        lang,
                        date=numbers.date_short(f"{year}-12-31", lang),
                        total=numbers.integer(total.children, lang),
                    ),
                    request.url("unregistered"),
                    lang=lang,
                )
            )
    return render("unregistered_beside.html", figures=figures)
