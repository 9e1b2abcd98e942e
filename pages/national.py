"""/latvija : where help is needed first by the twelve indicators, then the country as the report for 2024 printed it.

The published part comes from `figure_published`; what is computed from printed numbers says so.
"""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from access.pages import REGISTRY, Request, page
from components import marks
from components.chart_frame import ChartFrame
from components.nodes import Block, Kept, Part
from components.published_charts import (
    Printed,
    change_words,
    key_row,
    printed_share,
    whole,
)
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import published
from language import numbers
from language.messages import _
from language.messages import translate as t

from . import absence_blocks, national_risk
from .national_absence import SEMESTERS, YEARS, absence, long_absentees
from .national_map import MAPS, municipality_map
from .national_quality import institutions, unified
from .national_supervision import complaints, unregistered

SECTIONS: dict[str, tuple[str, Callable[[Request, Printed], list[Part]]]] = {
    "kavejumi": (_("Absence"), absence),
    "vienota-skola": (_("Unified school"), unified),
    "iestades": (_("Institutions and heads"), institutions),
    "sudzibas": (_("Complaints and inspections"), complaints),
    "neregistreti": (_("Children not registered"), unregistered),
    "pasvaldibas": (_("Municipalities"), municipality_map),
}

HEADLINE_FIGURES = (
    "long_unexcused_absentees",
    "unified_optimal",
    "heads_needs_improvement",
    "complaints",
    "unregistered_children",
)


_KEPT: dict[tuple, Kept] = {}


@page("national", "/latvija", params={"karte": "|".join(MAPS), **national_risk.PARAMS})
def view(request: Request) -> View:
    """The computed national picture, and the published one of the year 2024 under it."""
    reader, lang = request.reader, request.lang
    rows = published.tables(reader)
    body = national_risk.sections(request, _contents(request, all_parts=True) if rows else None)
    lead = ""
    if rows:
        told = Printed(rows, lang, reader.release.id)
        alone = not body
        if body:
            body.insert(1, absence_blocks.country_headline(request))
            heading = t("What does the report for 2024 say about education in Latvia?", lang)
            body.append(render("national_report.html", title=heading, lead=_lead(told, lang)))
        else:
            lead = _lead(told, lang)
        body.append(_published(request, told, alone=alone))
    elif not body:
        lead = t("The annual report has not been loaded yet.", lang)
    return View(
        title=t("How is education in Latvia doing, and where is help needed first?", lang),
        window_title=t("Latvia", lang),
        description=t(
            "The twelve risk indicators of the country and the figures of the quality service's report for 2024.",
            lang,
        ),
        lead=lead,
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("Latvia", lang))],
        release_id=reader.release.id,
    )


def _published(request: Request, told: Printed, *, alone: bool) -> Kept:
    """The published part: the same for every reader of a release, so it is made once."""
    key = (
        request.reader.release,
        request.lang,
        request.params.get("karte"),
        request.settings.geometry,
        alone,
    )
    if key not in _KEPT:
        if len(_KEPT) >= 24:
            _KEPT.clear()
        _KEPT[key] = Kept(published_part(request, told, alone=alone))
    return _KEPT[key]


def published_part(request: Request, told: Printed, *, alone: bool = True) -> list[Part]:
    """Headlines and a section for each theme of the report; links to them when nothing stands above (`alone`)."""
    body: list[Part] = [headlines(request, told)]
    if alone:
        body.append(_contents(request))
    body.append(render("national_note.html", agreement=_agreement(request), lang=request.lang))
    for name, (heading, parts) in SECTIONS.items():
        title = Markup('<h2 id="{}-h">{}</h2>').format(name, t(heading, request.lang))
        body.append(
            Block(
                "section",
                [title, *parts(request, told)],
                class_="n-section",
                attributes={"id": name, "aria-labelledby": f"{name}-h"},
            )
        )
    return body


def _contents(request: Request, *, all_parts: bool = False) -> Markup:
    """Links to the sections of the page."""
    links = [(f"#{name}", t(heading, request.lang)) for name, (heading, _parts) in SECTIONS.items()]
    if all_parts:
        links = [
            (f"#{name}", t(heading, request.lang)) for name, heading in national_risk.PARTS.items()
        ] + links
    return render("national_contents.html", links=links, lang=request.lang)


def _agreement(request: Request) -> str:
    return request.url("agreement") if "agreement" in REGISTRY else ""


def _lead(told: Printed, lang: str) -> str:
    falling = all(
        now < before for before, now in (long_absentees(told, "total", semester) for semester in SEMESTERS)
    )
    values = {
        "share": printed_share(told.row("unified_optimal", unit="percent"), lang),
        "children": numbers.integer(
            told.value("unregistered_children", table_id="T5", category="no_information"), lang
        ),
    }
    if falling:
        return t(
            "Fewer pupils than a year before were long absent without a valid reason; in {share} of the rated "
            "institutions the move to the unified school is led well or better; the number of children about "
            "whom nothing is known is {children}.",
            lang,
            **values,
        )
    return t(
        "Long unexcused absence did not fall in both semesters; in {share} of the rated institutions the move "
        "to the unified school is led well or better; the number of children about whom nothing is known is "
        "{children}.",
        lang,
        **values,
    )


def headlines(request: Request, told: Printed) -> ChartFrame:
    """The five figures to begin with; each leads to its section of the national page."""
    lang = request.lang
    absent = told.row("long_unexcused_absentees", period_label=YEARS[1], period=SEMESTERS[1], stage="total")
    before, now = long_absentees(told, "total", SEMESTERS[1])
    optimal = told.row("unified_optimal", unit="institutions")
    heads = told.row("heads_needs_improvement", stage="all")
    unknown = told.row("unregistered_children", table_id="T5", category="no_information")
    confirmed = told.row("complaints", category="confirmed")
    figures = (
        (
            absent,
            None,
            t("Pupils long absent without a valid reason, semester 2", lang),
            numbers.school_year(YEARS[1], lang),
            t("{change} than a year before", lang, change=change_words(before, now, lang)),
            "kavejumi",
        ),
        (
            optimal,
            int(optimal.denominator),
            t("Institutions whose head leads the move to the unified school well or better", lang),
            numbers.school_year(optimal.period_label, lang),
            "",
            "vienota-skola",
        ),
        (
            heads,
            int(heads.denominator),
            t("Heads with a criterion that needs improvement", lang),
            t("calendar year {year}", lang, year=heads.period_label),
            "",
            "iestades",
        ),
        (
            confirmed,
            int(confirmed.denominator),
            t("Complaints that were confirmed", lang),
            t("calendar year {year}", lang, year=confirmed.period_label),
            "",
            "sudzibas",
        ),
        (
            unknown,
            int(unknown.denominator),
            t("Unregistered children about whom nothing is known", lang),
            numbers.date_short(unknown.period, lang),
            "",
            "neregistreti",
        ),
    )
    there = "" if request.page == "national" else request.url("national")
    rows, keys = [], []
    for row, base, name, period, words, anchor in figures:
        value = whole(row.value)
        share = value / base if base else None
        note = words or t(
            "{share} of {base}", lang, share=numbers.percent(share, lang), base=numbers.integer(base, lang)
        )
        keys.append(
            marks.key_figure(
                numbers.integer(value, lang), name, f"{period}: {note}", f"{there}#{anchor}", lang=lang
            )
        )
        rows.append(
            {
                "name": name,
                "period": period,
                "count": value,
                "base": base if base else Reason("z"),
                "share": share if base else Reason("z"),
            }
        )
    return ChartFrame(
        title=t("Five figures to begin with", lang),
        finding=t(
            "The largest gap is in what is known: for {share} of the children who are not registered the municipality "
            "has no information or has not entered it.",
            lang,
            share=numbers.percent(unknown.value / int(unknown.denominator), lang),
        ),
        mark=key_row(keys),
        table=Table(
            "headlines",
            t("Five figures of the report for 2024", lang),
            [
                Column("name", t("Figure", lang)),
                Column("period", t("Period", lang)),
                Column("count", t("Count", lang), "integer"),
                Column("base", t("Of how many", lang), "integer"),
                Column("share", t("Share (computed)", lang), "percent"),
            ],
            rows,
            lang,
        ),
        provenance=told.provenance(
            [figure[0] for figure in figures],
            counting=t("counts as printed, shares computed from them", lang),
        ),
        how_to_read=t("Each figure leads to its section, where its source and its limits are given.", lang),
        lang=lang,
        address=request.address,
    )
