"""/absolventi/profesionala : graduates of vocational education, by school, qualification, region and sex."""

from __future__ import annotations

from access.pages import Request, page
from components.view import Crumb, View
from language.messages import translate as t

from . import graduates_parts as parts


@page(
    "graduates_vocational",
    "/absolventi/profesionala",
    params={**parts.PARAMS, "limenis": "|".join(parts.LEVELS["vocational"])},
)
def view(request: Request) -> View:
    """The school's own qualifications first when one is chosen; else the country with regions and equal treatment."""
    lang = request.lang
    chosen = parts.Chosen(request, "vocational")
    crumbs = [Crumb(t("Home", lang), request.url("home")), Crumb(t("Graduates: vocational education", lang))]
    title = t("What do vocational graduates do in the years after school?", lang)
    if chosen.place is not None:
        title = t("What do the graduates of {name} do after school?", lang, name=chosen.place.name)
    window = t("Graduates: vocational education", lang)
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
        parts.sexes(chosen),
        parts.residence(chosen),
        parts.fields(chosen) if own else parts.programmes(chosen),
        None if chosen.programme else parts.triangle(chosen),
        parts.quadrant(chosen),
        parts.flow(chosen),
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
