"""The risk part of /latvija: headlines, levels, movement, place, spread, coverage. Not a page of its own."""

from __future__ import annotations

from markupsafe import Markup

from access.pages import REGISTRY, Request
from components.nodes import Block, Part
from components.templating import render
from data_access.queries import risks, values
from indicators import sentences, stages
from indicators.catalogue import INDICATORS
from indicators.model import Indicator
from language import numbers
from language.messages import _
from language.messages import translate as t

from . import risk_frames, risk_series, risk_words
from .institution_values import name_of, period_text

# Parameters that the page which shows these sections must allow.
PARAMS = {"posms": risk_words.STAGE, "raditajs": risk_words.INDICATOR, "pasvaldiba": r"LV\d{7}"}
PARTS = {  # anchor -> words, for the links to the parts of the page
    "f-riska-limeni-h": _("Levels of risk"),
    "f-riska-gadi-h": _("Ten years"),
    "viens-raditajs": _("One indicator"),
    "f-riska-parklajums-h": _("Missing data"),
}
USUAL = "R03"  # the indicator shown first where nobody has chosen one


def headlines(request: Request) -> list[str]:
    """What an official should know first, in sentences with numbers, over all stages."""
    lang = request.lang
    found = [
        (indicator, stage, *risk_words.latest(request, indicator, stage))
        for indicator in risk_words.risk_indicators()
        for stage in indicator.stages
    ]
    found = [one for one in found if one[2] is not None and one[3].expected]
    if not found:
        return []
    counts = [one[3] for one in found]
    certain = sum(one.certain_high for one in counts)
    new, lasting = sum(one.new_high for one in counts), sum(one.persistent_high for one in counts)
    result = [
        t(
            "In all stages together. {sentence}",
            lang,
            sentence=risk_words.levels_sentence([(one[0], one[3]) for one in found], lang),
        )
    ]
    if certain:
        indicator, stage, period, top = max(found, key=lambda one: (one[3].certain_high, one[0].id))
        result.append(
            t(
                "Most certain high levels: {indicator}, {stage}, {period} – {n} of {all} institutions.",
                lang,
                indicator=name_of(indicator, stage, lang),
                stage=risk_words.lower(stages.name(stage, lang)),
                period=period_text(indicator, *period, lang),
                n=numbers.integer(top.certain_high, lang),
                all=numbers.integer(top.judged, lang),
            )
        )
    if new or lasting:
        result.append(
            t(
                "All stages together, high levels that are new: {new}; that have lasted two periods or more: {lasting}.",
                lang,
                new=numbers.integer(new, lang),
                lasting=numbers.integer(lasting, lang),
            )
        )
    result += _movement(request)
    due, received = sum(one.expected for one in counts), sum(one.delivered for one in counts)
    result.append(
        t(
            "{share} of the values that are due have been received ({n} of {all}).",
            lang,
            share=numbers.percent(received / due, lang),
            n=numbers.integer(received, lang),
            all=numbers.integer(due, lang),
        )
    )
    return result


def _movement(request: Request) -> list[str]:
    """Which national values rise or fall steadily, in basic education or the nearest to it."""
    lang = request.lang
    told: dict[str, list[str]] = {"worsening": [], "improving": []}
    for row in values.unit_values(request.reader, "country", "LV"):
        word = (row.trend or "").partition(":")[0]
        indicator = INDICATORS.get(row.indicator_id)
        if word in told and indicator is not None and (indicator, row.stage) in risk_words.series_of("basic"):
            told[word].append(name_of(indicator, row.stage, lang))
    found = []
    if told["worsening"]:
        found.append(
            t(
                "In basic education the country is getting worse in: {names}.",
                lang,
                names="; ".join(told["worsening"]),
            )
        )
    if told["improving"]:
        found.append(
            t(
                "In basic education the country is getting better in: {names}.",
                lang,
                names="; ".join(told["improving"]),
            )
        )
    return found


def chosen(request: Request, tab: str) -> tuple[Indicator, str]:
    """The indicator that the address asks for, in the stage of the tab or the nearest to it."""
    wanted = INDICATORS.get(request.params.get("raditajs", USUAL)) or INDICATORS[USUAL]
    own = [stage for one, stage in risk_words.series_of(tab) if one is wanted]
    return wanted, own[0] if own else wanted.stages[0]


def sections(request: Request, contents: Markup | None = None) -> list[Part]:
    """The sections in reading order, `contents` after the sentences; [] when the release has no risk values."""
    lang = request.lang
    if not risks.level_counts(request.reader):
        return []
    tab = risk_words.stage_tab(request)
    indicator, stage = chosen(request, tab)
    period, _counts = risk_words.latest(request, indicator, stage)
    head = render(
        "national_risk.html",
        title=t("What stands out in the twelve risk indicators?", lang),
        sentences=headlines(request),
        note=sentences.not_a_judgement(lang),
        links=_links(request),
        lang=lang,
    )
    parts: list[Part] = [
        head,
        *([contents] if contents else []),
        risk_words.stage_tabs(request, tab),
        risk_frames.levels_frame(request, tab, level=3),
        risk_frames.series_frame(request, tab, level=3),
    ]
    if period is not None:
        rows = risks.institutions(request.reader, indicator.id, stage, period)
        parts += [
            choice(request, tab, indicator, stage, period),
            Block(
                "div", [risk_series.area_frame(request, indicator, stage, period, level=4)], class_="r-map"
            ),
            Block(
                "div",
                [
                    risk_series.funnel_frame(request, indicator, stage, period, rows, level=4),
                    risk_series.spread_frame(request, indicator, stage, period, level=4),
                ],
                class_="columns",
            ),
        ]
    parts.append(risk_frames.coverage_frame(request, tab, level=3))
    return [Block("section", parts, class_="r-national", attributes={"id": "riski"})]


def choice(request: Request, tab: str, indicator: Indicator, stage: str, period) -> Markup:
    """The form that chooses the indicator of the map and the funnel."""
    lang = request.lang
    return render(
        "national_risk_choice.html",
        action=request.url(request.page),
        hidden=[
            (key, value)
            for key, value in request.params.items()
            if key not in ("raditajs",) and key in request.params
        ],
        options=[
            (one.id, f"{one.id} {one.text(lang).short_name}", one is indicator)
            for one in dict.fromkeys(one for one, _stage in risk_words.series_of(tab))
        ],
        title=t("One indicator: {name}", lang, name=name_of(indicator, stage, lang)),
        note=f"{stages.name(stage, lang)}, {period_text(indicator, *period, lang)}",
        links=[
            (t("Institutions of this indicator", lang), risk_words.risk_url(request, indicator, stage)),
            (
                t("How it is counted", lang),
                request.url("indicator", indicator=indicator.id) if "indicator" in REGISTRY else None,
            ),
        ],
        lang=lang,
    )


def _links(request: Request) -> list[tuple[str, str]]:
    lang = request.lang
    found = []
    if "risks" in REGISTRY:
        found.append((t("The twelve risk indicators", lang), request.url("risks")))
    if "threshold_lab" in REGISTRY and request.scope.role in REGISTRY["threshold_lab"].roles:
        found.append((t("Threshold laboratory", lang), request.url("threshold_lab")))
    return found
