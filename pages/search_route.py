"""Suggestions of the search box, as JSON."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from access.door import route
from access.pages import LANGUAGES, REGISTRY, Renderer, url
from access.session import current_scope
from data_access.queries import units
from language.messages import translate as t

from .words import institution_type


def install(server: Flask, renderer: Renderer) -> None:
    """Add the route of the suggestions."""

    @route(server, "/meklet.json", limit="callback")
    def suggestions() -> Response:
        lang = request.args.get("lang", "lv")
        lang = lang if lang in LANGUAGES else "lv"
        text = request.args.get("q", "")[:80]
        with renderer.reading(current_scope()) as reader:
            found = units.search(reader, text, limit=8)
        return jsonify(
            [
                {"name": name(unit, lang), "note": note(unit, lang), "href": href(unit, lang)}
                for unit in found
                if href(unit, lang)
            ]
        )


def name(unit: units.Found, lang: str) -> str:
    """The name of a hit: municipalities have an English one."""
    return unit.name_en if lang == "en" and unit.name_en else unit.name


def note(unit: units.Found, lang: str) -> str:
    """The line under a hit: type and place."""
    if unit.kind == "municipality":
        return t("municipality", lang)
    words = [institution_type(unit.type, lang), unit.place_en if lang == "en" else unit.place]
    if unit.closed:
        words.append(t("closed", lang))
    return ", ".join(words)


def href(unit: units.Found, lang: str) -> str:
    """Address of a hit's page; empty while there is no such page."""
    if unit.kind == "municipality":
        return url("municipality", lang, code=unit.key) if "municipality" in REGISTRY else ""
    return url("institution", lang, reg_no=unit.key) if "institution" in REGISTRY else ""
