"""What the pages of higher and vocational graduates are put together from, in the order of each."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from access.pages import Request
from components.nodes import Part
from components.view import Crumb, View
from language.messages import translate as t

from .graduates_choice import LEVELS, PARAMS, Chosen
from .graduates_cohorts import cohort_lines, triangle
from .graduates_controls import controls, headline, keys, links, measures
from .graduates_equal import ages, own_ages, sexes
from .graduates_market import flow, quadrant, residence
from .graduates_programmes import fields, national_programmes, own_programmes
from .graduates_published import anchors
from .graduates_work import founders, occupations
from .kept import keep, kept, once

Builder = Callable[[Chosen], Part | None]
COUNTRY: dict[str, tuple[Builder, ...]] = {
    "higher": (
        fields, triangle, national_programmes, quadrant, occupations, flow, founders, sexes, ages, residence,
        anchors,
    ),
    "vocational": (
        fields, sexes, ages, residence, national_programmes, triangle, quadrant, flow, occupations, founders, anchors,
    ),
}  # fmt: skip


def params(system: str) -> dict[str, str]:
    """Parameters of the address of a system's page."""
    return {**PARAMS, "limenis": "|".join(LEVELS[system])}


def view_of(request: Request, system: str, *, title: str, own_title: str, window: str) -> View:
    """The country, or one institution and then the country beside it. own_title has a place {name}."""
    lang = request.lang
    chosen = Chosen(request, system)
    place = chosen.place
    if chosen.span is None:
        body, lead = [], t("No data of graduates have been loaded yet.", lang)
    elif place is None or chosen.plane == "released":
        # The same for every reader: only the links to the reader's own institutions are not.
        lead, (first, *rest) = once(
            request, "whole", lambda: (headline(chosen), [keep(part) for part in _parts(chosen)])
        )
        body = [first, controls(chosen), *rest]
    else:
        first, *rest = _own(chosen)
        lead = headline(chosen)
        body = [first, controls(chosen), *rest, *kept(request, "country", lambda: _beside(chosen))]
    return View(
        title=title if place is None else own_title.format(name=place.name),
        lead=lead,
        window_title=window,
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(window)],
        release_id=request.reader.release.id,
    )


def _parts(chosen: Chosen) -> list[Part]:
    if chosen.place is not None:
        return [*_own(chosen), *_beside(chosen)]
    return [keys(chosen), *_built(chosen, measures, cohort_lines, *COUNTRY[chosen.system]), links(chosen)]


def _own(chosen: Chosen) -> list[Part]:
    """The institution, or one programme of it."""
    own = [keys(chosen), measures(chosen), cohort_lines(chosen), own_programmes(chosen.comparable)]
    return own if chosen.programme else [*own, *_built(chosen, occupations, founders, own_ages, triangle)]


def _beside(chosen: Chosen) -> list[Part]:
    """The country under a heading that says so."""
    lang = chosen.lang
    heading = Markup('<h2 class="g-country" id="valsti">{}</h2>').format(
        t("The whole country, for comparison", lang)
    )
    return [heading, fields(chosen.comparable), links(chosen)]


BY_COHORT = (measures, cohort_lines, triangle)  # show single years, so that nominal incomes have a place


def _built(chosen: Chosen, *builders: Builder) -> list[Part]:
    parts = (build(chosen if build in BY_COHORT else chosen.comparable) for build in builders)
    return [part for part in parts if part is not None]
