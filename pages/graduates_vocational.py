"""/absolventi/profesionala : graduates of vocational education, by school, qualification, region and sex."""

from __future__ import annotations

from access.pages import Request, page
from components.view import View
from language.messages import translate as t

from .graduates_page import params, view_of


@page("graduates_vocational", "/absolventi/profesionala", params=params("vocational"))
def view(request: Request) -> View:
    """The school's own qualifications first when one is chosen; else the country with regions and equal treatment."""
    lang = request.lang
    return view_of(
        request,
        "vocational",
        title=t("What do vocational graduates do in the years after school?", lang),
        own_title=t("What do the graduates of {name} do after school?", lang, name="{name}"),
        window=t("Graduates: vocational education", lang),
    )
