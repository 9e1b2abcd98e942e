"""/absolventi/augstaka : graduates of higher education one to ten years later."""

from __future__ import annotations

from access.pages import Request, page
from components.view import View
from language.messages import translate as t

from .graduates_page import params, view_of


@page("graduates_higher", "/absolventi/augstaka", params=params("higher"))
def view(request: Request) -> View:
    """Employment, income, fit and whereabouts by cohort, field, level, institution and programme."""
    lang = request.lang
    return view_of(
        request,
        "higher",
        title=t("What do higher education graduates do in the ten years after?", lang),
        own_title=t("What do the graduates of {name} do in the ten years after?", lang, name="{name}"),
        window=t("Graduates: higher education", lang),
    )
