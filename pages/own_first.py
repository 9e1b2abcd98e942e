"""A link to the reader's own municipality or institution, first on pages that begin with the whole country."""

from __future__ import annotations

from access.pages import REGISTRY, Request
from components.nodes import Part
from components.templating import render
from data_access.queries import published
from language.messages import translate as t


def own_first(request: Request) -> list[Part]:
    """The link, when the address names no unit yet and the reader's own ones are few enough to be named."""
    scope, lang, params = request.scope, request.lang, request.params
    if not scope.signed_in or scope.sees_all or "pasvaldiba" in params or "iestade" in params:
        return []
    schools, places = published.own_units(request.reader)
    allowed = REGISTRY[request.page].params
    links = []
    if "pasvaldiba" in allowed:
        name = "name_full" if lang == "lv" else "name_en"
        links += [
            (t("Your municipality", lang), getattr(row, name), request.here(pasvaldiba=row.code))
            for row in places
        ]
    if "iestade" in allowed:
        links += [
            (t("Your institution", lang), row.name, request.here(iestade=row.reg_no)) for row in schools[:5]
        ]
    return [render("own_first.html", links=links)] if links else []
