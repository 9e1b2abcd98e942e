"""The map part of the national page, with the names of the municipalities beside it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from access.pages import REGISTRY, Request
from components.chart_frame import ChartFrame, Provenance
from components.figures import choropleth
from components.nodes import Block, Part
from components.published_charts import (
    Printed,
    area_list,
    classes_of,
    frame,
    map_colours,
    over_latvia,
    sentence_case,
    whole,
)
from components.tables import Column, Reason, Table
from components.templating import render
from data_access.queries import published, units
from language import numbers
from language.messages import _
from language.messages import translate as t

from .geometry import geometry_url

MAPS = {"vienota": _("Visited for the unified school"), "iedzivotaji": _("Population")}
POPULATION_EDGES = (15_000, 25_000, 35_000, 60_000)


def municipality_map(request: Request, told: Printed) -> list[Part]:
    """The chosen map and the list that says the same in words."""
    lang = request.lang
    chosen = request.params.get("karte", "vienota")
    places = units.municipalities(request.reader)
    tabs = render(
        "national_choice.html",
        label=t("Show on the map", lang),
        choices=[
            {
                "id": f"karte-{key}",
                "text": t(name, lang),
                "href": request.here(karte=None if key == "vienota" else key),
                "current": key == chosen,
            }
            for key, name in MAPS.items()
        ],
    )
    drawing = _visited_map if chosen == "vienota" else _population_map
    chart, listing = drawing(request, told, places)
    return [tabs, Block("div", [chart, listing], class_="columns n-map")]


def _name(row, lang: str) -> str:
    return row.name_full if lang == "lv" else row.name_en


def _href(request: Request, code: str) -> str:
    return request.url("municipality", code=code) if "municipality" in REGISTRY else ""


def _map_parts(
    request: Request,
    places: Sequence,
    *,
    values: dict[str, float],
    texts: dict[str, str],
    edges: Sequence[float],
    titles: Sequence[str],
    heading: str,
    shown: dict[str, str],
) -> tuple[dict, Markup]:
    """The map and, beside it, the names under its classes, highest class first."""
    lang = request.lang
    classes = classes_of(values, edges)
    colours = map_colours(len(titles))
    codes = [row.code for row in places if row.code in values]
    figure = over_latvia(
        choropleth(
            codes,
            [values[code] for code in codes],
            [texts[code] for code in codes],
            geometry_url(request.settings),
            edges,
            colours,
        )
    )
    groups = []
    for number in range(len(titles) - 1, -1, -1):
        members = [row for row in places if classes.get(row.code) == number]
        groups.append(
            {
                "colour": colours[number],
                "title": titles[number],
                "items": [
                    {
                        "name": _name(row, lang),
                        "href": _href(request, row.code),
                        "text": shown.get(row.code, ""),
                    }
                    for row in members
                ],
            }
        )
    return figure, area_list(groups, lang, heading=heading)


def _schematic(lang: str) -> str:
    return t("the boundaries are schematic", lang)


def _visited_map(request: Request, told: Printed, places: Sequence) -> tuple[ChartFrame, Markup]:
    lang = request.lang
    known = [row for row in places if row.unified_visited_2023 is not None]
    visited = {row.code: int(row.unified_visited_2023) for row in known}
    words = {1: t("visited", lang), 0: t("not visited", lang)}
    figure, listing = _map_parts(
        request,
        known,
        values=visited,
        texts={row.code: f"{_name(row, lang)}: {words[visited[row.code]]}" for row in known},
        edges=(1,),
        titles=[sentence_case(words[0]), sentence_case(words[1])],
        heading=t("Municipalities by visits in 2023/24", lang),
        shown={},
    )
    printed = told.row("unified_municipalities")
    count = sum(visited.values())
    chart = frame(
        request,
        title=t("Where were institutions visited for the unified school?", lang),
        finding=t(
            "Institutions were visited in {count} of {all} municipalities.",
            lang,
            count=numbers.integer(count, lang),
            all=numbers.integer(len(places), lang),
        ),
        figure=figure,
        height=360,
        how_to_read=t(
            "Dark: at least one institution was visited in 2023/24. The map says nothing about how many institutions "
            "were visited or how they were rated; the list beside it says the same in words.",
            lang,
        ),
        table=Table(
            "map-visited",
            t("Municipalities where institutions were visited in 2023/24", lang),
            [Column("name", t("Municipality", lang), href_key="href"), Column("visited", t("Visited", lang))],
            [
                {
                    "name": _name(row, lang),
                    "href": _href(request, row.code),
                    "visited": t("yes", lang) if visited.get(row.code) else t("no", lang),
                }
                for row in places
            ],
            lang,
            notes=[
                t(
                    "The report prints {printed} municipalities: it names a former municipality beside the one that it "
                    "became a part of in 2021 (check C03).",
                    lang,
                    printed=whole(printed.value),
                )
            ],
        ),
        provenance=told.provenance(
            [printed],
            coverage=(len(known), len(places)),
            counting=t("municipalities with at least one visit in 2023/24", lang),
            note=_schematic(lang),
        ),
    )
    return chart, listing


def _population_map(request: Request, told: Printed, places: Sequence) -> tuple[ChartFrame, Markup]:
    lang = request.lang
    known = [row for row in places if row.population is not None]
    people = {row.code: row.population for row in known}
    texts = {code: numbers.integer(value, lang) for code, value in people.items()}
    edges = [numbers.integer(edge, lang) for edge in POPULATION_EDGES]
    titles = [
        t("under {n}", lang, n=edges[0]),
        *(
            t("{low} to under {high}", lang, low=low, high=high)
            for low, high in zip(edges, edges[1:], strict=False)
        ),
        t("{n} and more", lang, n=edges[-1]),
    ]
    figure, listing = _map_parts(
        request,
        sorted(known, key=lambda row: -row.population),
        values=people,
        texts={row.code: f"{_name(row, lang)}: {texts[row.code]}" for row in known},
        edges=POPULATION_EDGES,
        titles=titles,
        heading=t("Municipalities by population", lang),
        shown=texts,
    )
    origin = published.source_of(request.reader, "municipalities")
    year = max(row.population_year for row in known)
    largest = max(known, key=lambda row: row.population)
    small = sum(value < POPULATION_EDGES[0] for value in people.values())
    chart = frame(
        request,
        title=t("How large are the municipalities?", lang),
        finding=t(
            "The largest municipality, {name}, has {people} inhabitants; {small} of {all} municipalities have fewer than "
            "{edge}.",
            lang,
            name=_name(largest, lang),
            people=texts[largest.code],
            small=numbers.integer(small, lang),
            all=numbers.integer(len(places), lang),
            edge=edges[0],
        ),
        figure=figure,
        height=360,
        how_to_read=t(
            "The darker, the more inhabitants; five classes. The size helps to judge other numbers: in a small "
            "municipality a few pupils change a share a lot.",
            lang,
        ),
        table=Table(
            "map-population",
            t("Population of the municipalities", lang),
            [
                Column("name", t("Municipality", lang), href_key="href"),
                Column("people", t("Inhabitants", lang), "integer"),
            ],
            [
                {
                    "name": _name(row, lang),
                    "href": _href(request, row.code),
                    "people": Reason("x") if row.population is None else row.population,
                }
                for row in places
            ],
            lang,
        ),
        provenance=Provenance(
            source=origin.source_lv if lang == "lv" else origin.source_en,
            as_of=f"{year}-01-01",
            coverage=(len(known), len(places)),
            bodies=False,
            release_id=request.reader.release.id,
            counting=t("inhabitants at the beginning of the year", lang),
            note=_schematic(lang),
        ),
    )
    return chart, listing
