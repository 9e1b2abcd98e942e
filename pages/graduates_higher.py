"""/absolventi/augstaka : graduates of higher education one to ten years later."""

from __future__ import annotations

from access.pages import Request, page
from components.view import Crumb, View
from language.messages import translate as t

from . import graduates_parts as parts


@page(
    "graduates_higher",
    "/absolventi/augstaka",
    params={**parts.PARAMS, "limenis": "|".join(parts.LEVELS["higher"])},
)
def view(request: Request) -> View:
    """Employment, income, fit and whereabouts by cohort, field, level, institution and programme."""
    lang = request.lang
    chosen = parts.Chosen(request, "higher")
    crumbs = [Crumb(t("Home", lang), request.url("home")), Crumb(t("Graduates: higher education", lang))]
    title = t("What do higher education graduates do in the ten years after?", lang)
    if chosen.place is not None:
        title = t("What do the graduates of {name} do in the ten years after?", lang, name=chosen.place.name)
    window = t("Graduates: higher education", lang)
    if chosen.span is None:
        return View(
            title=title,
            lead=t("No data of graduates have been loaded yet.", lang),
            window_title=window,
            body=[],
            lang=lang,
            crumbs=crumbs,
            release_id=request.reader.release.id,
        )
    own = chosen.place is not None
    body = [
        parts.keys(chosen),
        parts.controls(chosen),
        parts.measures(chosen),
        parts.cohort_lines(chosen),
        parts.programmes(chosen) if own else parts.fields(chosen),
        None if chosen.programme else parts.triangle(chosen),
        parts.fields(chosen) if own else parts.programmes(chosen),
        parts.quadrant(chosen),
        parts.flow(chosen),
        parts.sexes(chosen),
        parts.residence(chosen),
        parts.anchors(chosen),
        parts.links(chosen),
    ]
    return View(
        title=title,
        lead=parts.headline(chosen),
        window_title=window,
        body=parts.parts_of(body),
        lang=lang,
        crumbs=crumbs,
        release_id=request.reader.release.id,
    )
