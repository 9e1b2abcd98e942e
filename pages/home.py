"""/ : three ways in, and what is new in the data."""

from __future__ import annotations

from access.pages import Request, page
from components.templating import render
from components.view import View
from data_access.queries import units
from language.messages import translate as t


@page("home", "/")
def view(request: Request) -> View:
    """The front page."""
    lang = request.lang
    entries = units.municipalities(request.reader)
    body = render("home.html", lang=lang, request=request, municipalities=entries)
    return View(
        title=t("How are our schools, and where is help needed first?", lang),
        window_title=t("Home", lang),
        lead=t("Choose where to begin.", lang),
        body=[body],
        lang=lang,
        release_id=request.reader.release.id,
    )
