"""/riski : the twelve risk indicators with the state of the country."""

from __future__ import annotations

from access.pages import Request, page
from components.templating import render
from components.view import Crumb, View
from indicators import sentences, stages
from indicators.model import NOT_OFFICIAL_EN, NOT_OFFICIAL_LV
from language.messages import translate as t

from . import risk_frames, risk_words


@page("risks", "/riski", params={"posms": risk_words.STAGE})
def view(request: Request) -> View:
    """Levels, national value and ten years of each indicator of a stage."""
    lang = request.lang
    tab = risk_words.stage_tab(request)
    counts = [
        (indicator, risk_words.latest(request, indicator, stage)[1])
        for indicator, stage in risk_words.series_of(tab)
    ]
    notes = render(
        "risks_notes.html",
        texts=[
            NOT_OFFICIAL_LV if lang == "lv" else NOT_OFFICIAL_EN,
            sentences.low_is_no_proof(lang),
            sentences.not_a_judgement(lang),
        ],
        definitions=[
            (one.id, one.text(lang).question, request.url("indicator", indicator=one.id))
            for one in risk_words.risk_indicators()
        ],
        lang=lang,
    )
    return View(
        title=t("Which risks are most frequent in the country?", lang),
        window_title=t("Risks", lang),
        lead=f"{stages.name(tab, lang)}: {risk_words.levels_sentence(counts, lang)}",
        body=[
            risk_words.stage_tabs(request, tab),
            risk_frames.levels_frame(request, tab, with_values=True),
            risk_frames.series_frame(request, tab),
            risk_frames.coverage_frame(request, tab),
            notes,
        ],
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("Risks", lang))],
        release_id=request.reader.release.id,
    )
