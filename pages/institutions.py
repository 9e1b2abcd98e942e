"""/meklet : find an institution or municipality; the same search as the box above, without JavaScript."""

from __future__ import annotations

from access.pages import Request, page
from components.templating import render
from components.view import View
from data_access.queries import units
from language.messages import translate as t
from language.messages import translate_plural as tn

from .search_route import href, name, note


@page("institutions", "/meklet", params={"q": r"[^\x00-\x1f]{1,80}"})
def view(request: Request) -> View:
    """Search results, or the counts of institutions by type when nothing is asked."""
    lang, text = request.lang, request.params.get("q", "").strip()
    hits = [
        {"name": name(unit, lang), "note": note(unit, lang), "href": href(unit, lang)}
        for unit in (units.search(request.reader, text, limit=60) if text else [])
    ]
    body = render("search.html", lang=lang, text=text, hits=hits, action=request.url("institutions"))
    if not text:
        lead = t("Type a part of the name, with or without diacritics, or a registration number.", lang)
    elif hits:
        lead = tn("{n} match.", "{n} matches.", len(hits), lang)
    else:
        lead = t("Nothing was found. Check the spelling or type fewer letters.", lang)
    return View(
        title=t("Find an institution or municipality", lang),
        lead=lead,
        body=[body],
        lang=lang,
        release_id=request.reader.release.id,
    )
