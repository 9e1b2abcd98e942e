"""/raditajs/<indicator> : the definition, from the indicator's own file and the thresholds in the database."""

from __future__ import annotations

from access.pages import REGISTRY, NotFound, Request, page
from components import risk_figures
from components.chart_frame import ChartFrame
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import risks, values
from indicators import sentences, stages
from indicators.catalogue import INDICATORS
from indicators.model import UNITS, Indicator
from indicators.published_rules import RULES
from language import numbers, side
from language.bodies import registers
from language.messages import _
from language.messages import translate as t

from . import risk_frames, risk_words
from .institution_values import count_kind, period_text, text

DIRECTIONS = {
    "high_bad": _("the higher the value, the greater the risk"),
    "low_bad": _("the lower the value, the greater the risk"),
    "both": _("both a very high and a very low value are a risk"),
    "none": _("the value is not judged"),
}
PERIODS = {
    "semester": _("each semester"),
    "school_year": _("each school year"),
    "calendar_year": _("each calendar year"),
    "cohort": _("each cohort, in the year in which it should have finished"),
}
MODELS = {
    "share": _(
        "The value is a share. The shares of all institutions of the stage tell how much true shares usually "
        "differ (beta-binomial model); with that and its own counts the probability is worked out that the "
        "true share of an institution lies beyond the boundary."
    ),
    "rate": _(
        "The value is a rate. The rates of all institutions of the stage tell how much true rates usually "
        "differ (gamma-Poisson model); with that and its own counts the probability is worked out that the "
        "true rate of an institution lies beyond the boundary."
    ),
    "mean": _(
        "The value is a mean. The means of all institutions of the stage tell how much true means usually "
        "differ (normal model); with that and its own spread the probability is worked out that the true mean "
        "of an institution lies beyond the boundary."
    ),
    "size_band": _(
        "The value is a full count and not a sample, so there is no probability. What is usual is worked out "
        "for the size of the institution, its mix of stages and its location (5%, 50% and 95% lines by "
        "quantile regression)."
    ),
    "fact": _("The value is a fact about the institution: it has been established or it has not."),
}
SAMPLED = _(
    "A level is certain when this probability is at least {share} for this period alone or for the last {n} "
    "comparable periods together; otherwise it is possible. With fewer than 30 institutions in a stage every "
    "level is only possible."
)
CERTAINTY = {
    "size_band": _(
        "A level is certain when the value lay at this level or further, on the same side, in the comparable "
        "period before, too; otherwise it is possible."
    ),
    "fact": _("A fact is always certain."),
}


@page("indicator", "/raditajs/<indicator>", params={"indicator": risk_words.INDICATOR})
def view(request: Request) -> View:
    """The public definition of one indicator."""
    lang, reader = request.lang, request.reader
    indicator = INDICATORS.get(request.params["indicator"])
    if indicator is None:
        raise NotFound(request.params["indicator"])
    words = indicator.text(lang)
    history = risks.threshold_history(reader, indicator.id)
    now = _now(request, indicator)
    body: list[Part] = [
        render(
            "indicator_status.html",
            status=_status(indicator, lang),
            links=_links(request, indicator),
            lang=lang,
        )
    ]
    if now is not None:
        body.append(now)
    body.append(render("indicator.html", **_formula(indicator, lang)))
    if indicator.direction != "none":
        body.append(_thresholds(request, indicator, history))
    body.append(render("indicator_rules.html", **_rules(request, indicator)))
    body.append(render("indicator_origin.html", **_origin(request, indicator, history)))
    order = list(INDICATORS)
    place = order.index(indicator.id)
    body.append(
        render(
            "indicator_pages.html",
            neighbours=[
                (INDICATORS[code].text(lang).short_name, request.url("indicator", indicator=code), code)
                for code in order[max(place - 1, 0) : place + 2]
                if code != indicator.id
            ],
            lang=lang,
        )
    )
    return View(
        title=words.question,
        window_title=f"{indicator.id} {words.short_name}",
        description=words.why,
        lead=f"{indicator.id}. {words.name}.",
        body=body,
        lang=lang,
        crumbs=[
            Crumb(t("Home", lang), request.url("home")),
            Crumb(t("Risks", lang), request.url("risks")),
            Crumb(words.short_name),
        ],
        release_id=reader.release.id,
    )


def _status(indicator: Indicator, lang: str) -> list[tuple[str, bool]]:
    """What a reader must know before relying on the definition: (text, is it a warning)."""
    found = []
    if risk_words.overdue(indicator):
        found.append(
            (
                t(
                    "The review of this definition is overdue: it was due on {date}.",
                    lang,
                    date=numbers.date_short(indicator.next_review, lang),
                ),
                True,
            )
        )
    if indicator.checked_by is None:
        found.append((t("Nobody outside the authors has confirmed this definition yet.", lang), True))
    if indicator.relative:
        found.append(
            (
                t(
                    "The value is measured against the country, so for the country as a whole it is always near "
                    "zero.",
                    lang,
                ),
                False,
            )
        )
    return found


def _links(request: Request, indicator: Indicator) -> list[tuple[str, str]]:
    lang = request.lang
    found = [
        (
            t("Levels and institutions", lang),
            risk_words.risk_url(request, indicator, indicator.stages[0]),
        )
    ]
    lab = REGISTRY.get("threshold_lab")
    if lab is not None and request.scope.role in lab.roles:
        found.append((t("Test other thresholds", lang), request.url("threshold_lab", raditajs=indicator.id)))
    return [(text_, href) for text_, href in found if href]


# --- value now --------------------------------------------------------------------------------------


def _now(request: Request, indicator: Indicator) -> ChartFrame | None:
    """The national value of every stage over the years; None where the release has none."""
    lang = request.lang
    national = risks.national(request.reader)
    spreads = values.distributions(request.reader)
    panels, rows, found = [], [], []
    total = risks.LevelCounts()
    for stage in indicator.stages:
        points = [point for point in national.get((indicator.id, stage), []) if point.value is not None]
        if not points:
            continue
        panel = risk_frames.series_panel(request, indicator, stage, points, spreads, "")
        panels.append({**panel, "name": stages.name(stage, lang)})
        last = points[-1]
        found.append(
            t(
                "{stage}: {value} ({period})",
                lang,
                stage=stages.name(stage, lang),
                value=sentences.value_text(indicator, last.value, lang),
                period=period_text(indicator, *last.period, lang),
            )
        )
        counts = risks.level_counts(request.reader).get((indicator.id, stage), {}).get(last.period)
        if counts is not None:
            total = risks.LevelCounts(
                low=total.low + counts.judged,
                too_few=total.too_few + counts.too_few,
                missing=total.missing + counts.missing,
            )
        rows += [
            {
                "stage": stages.name(stage, lang),
                "period": period_text(indicator, *point.period, lang),
                "value": text(indicator.unit, point.value, lang),
                "numerator": point.numerator if point.numerator is not None else Reason("x"),
                "denominator": point.denominator if point.denominator is not None else Reason("x"),
                "institutions": point.institutions,
            }
            for point in points
        ]
    if not panels:
        return None
    return ChartFrame(
        title=t("Value in Latvia now", lang),
        finding="; ".join(found) + ".",
        table=Table(
            "vertiba",
            t("National values of {indicator}", lang, indicator=indicator.text(lang).short_name),
            [
                Column("stage", t("Stage", lang)),
                Column("period", t("Period", lang)),
                Column("value", t("Latvia", lang)),
                Column("numerator", t("Numerator", lang), count_kind(indicator, "numerator")),
                Column("denominator", t("Denominator", lang), count_kind(indicator, "denominator")),
                Column("institutions", t("Institutions", lang), "integer"),
            ],
            rows,
            lang,
        ),
        mark=risk_figures.panels(panels),
        how_to_read=_how_to_read(indicator, lang),
        provenance=risk_words.of_series(request, indicator, total),
        lang=lang,
        address=request.address,
    )


def _how_to_read(indicator: Indicator, lang: str) -> str:
    """What the panels draw: two lines where semesters are counted, else one line and a band."""
    if indicator.period == "semester":
        return t(
            "The lines are the national value from counts: semester 1 solid, semester 2 dashed. Each panel has its own "
            "scale; nothing is joined across a change of method.",
            lang,
        )
    return t(
        "The line is the national value from counts, the grey band the middle half of institutions. Each panel has its "
        "own scale; nothing is joined across a change of method.",
        lang,
    )


# --- words of the file ------------------------------------------------------------------------------


def _formula(indicator: Indicator, lang: str) -> dict:
    words, unit = indicator.text(lang), UNITS[indicator.unit]
    return {
        "words": words,
        "unit": unit.lv if lang == "lv" else unit.en,
        "direction": t(DIRECTIONS[indicator.direction], lang),
        "period": t(PERIODS[indicator.period], lang),
        "stages": [stages.name(stage, lang) for stage in indicator.stages],
        "lang": lang,
    }


def _thresholds(request: Request, indicator: Indicator, history: list) -> ChartFrame:
    """Every threshold in force with its origin and citation, newest first."""
    lang = request.lang
    rows = [
        {
            "stage": t("all stages", lang) if row.stage == "*" else stages.name(row.stage, lang),
            "territory": t(risk_words.TERRITORIES[row.territory_kind], lang),
            "medium": risk_words.boundary_text(indicator, row, row.medium, lang),
            "high": risk_words.boundary_text(indicator, row, row.high, lang),
            "from": risk_words.since(row.valid_from, lang),
            "origin": t(risk_words.ORIGINS[row.origin], lang),
            "citation": side(row.citation, lang),
        }
        for row in history
    ]
    provisional = all(row.origin == "provisional" for row in history)
    return ChartFrame(
        title=t("Thresholds and where they come from", lang),
        finding=t("All thresholds are provisional: the service has not published its own.", lang)
        if provisional
        else t("The origin of each threshold is in the table.", lang),
        table=Table(
            "robezas",
            t("Thresholds in force", lang),
            [
                Column("stage", t("Stage", lang)),
                Column("territory", t("Territory", lang)),
                Column("medium", t("Medium risk", lang)),
                Column("high", t("High risk", lang)),
                Column("from", t("In force from", lang)),
                Column("origin", t("Origin", lang)),
                Column("citation", t("Reference", lang)),
            ],
            rows,
            lang,
        ),
        how_to_read=t(
            "The unrounded value is compared with the boundary; with > and < a value on the boundary is not "
            "beyond it, with ≥ and ≤ it is.",
            lang,
        ),
        provenance=risk_words.provenance(
            request,
            t("dated rows of the threshold table", lang),
            (len(rows), len(rows)),
            source=t("IKMS panelis, thresholds", lang),
            bodies=False,
            note=t("coverage counts thresholds", lang),
        ),
        lang=lang,
        address=request.address,
    )


def _rules(request: Request, indicator: Indicator) -> dict:
    lang = request.lang
    sampled = indicator.family in ("share", "rate", "mean")
    certainty = (
        t(SAMPLED, lang, share=numbers.percent(sentences.CERTAIN, lang, 0), n=indicator.pooling)
        if sampled
        else t(CERTAINTY[indicator.family], lang)
    )
    words = indicator.text(lang)
    rule = RULES.get(indicator.fixed_rule) if indicator.fixed_rule else None
    smallest = sorted({indicator.minimum(stage) for stage in indicator.stages})
    breaks = [
        {
            "from": period_text(indicator, one.school_year, 0, lang),
            "text": one.lv if lang == "lv" else one.en,
            "stages": ", ".join(stages.name(stage, lang) for stage in one.stages) or t("all stages", lang),
        }
        for one in sorted(indicator.breaks, key=lambda one: one.school_year)
    ]
    return {
        "model": t(MODELS[indicator.family], lang) if indicator.direction != "none" else "",
        "certainty": certainty if indicator.direction != "none" else "",
        "too_few": t(
            "Below {minimum} ({what}), even with the earlier periods together, there is no level: “{word}”.",
            lang,
            minimum=" / ".join(
                numbers.plain(one * risk_words.size_factor(indicator), lang) for one in smallest
            ),
            what=risk_words.size_word(indicator, lang),
            word=t("too few to judge", lang),
        )
        if indicator.direction != "none"
        else "",
        "rule": (rule.code, rule.lv if lang == "lv" else rule.en) if rule else None,
        "missing": words.missing,
        "breaks": breaks,
        "semesters": indicator.period == "semester",
        "different": [
            (
                f"{code} {INDICATORS[code].text(lang).short_name}",
                request.url("indicator", indicator=code),
            )
            for code in indicator.not_comparable_with
            if code in INDICATORS
        ],
        "example": words.example,
        "lang": lang,
    }


def _origin(request: Request, indicator: Indicator, history: list) -> dict:
    lang = request.lang
    return {
        "facts": [
            (t("Source registers", lang), registers(indicator.sources, lang)),
            (t("Written by", lang), indicator.authored_by),
            (t("Checked by", lang), indicator.checked_by or t("nobody yet", lang)),
            (t("Reviewed", lang), numbers.date_short(indicator.reviewed, lang)),
            (t("Next review", lang), numbers.date_short(indicator.next_review, lang)),
            (t("Version", lang), indicator.version),
        ],
        "changes": [
            (one.version, numbers.date_short(one.date, lang), one.lv if lang == "lv" else one.en)
            for one in reversed(indicator.changelog)
        ],
        "thresholds": [
            {
                "date": numbers.date_short(row.created_at[:10], lang),
                "text": risk_words.rule_text(indicator, row, lang),
                "where": ", ".join(
                    (
                        t("all stages", lang) if row.stage == "*" else stages.name(row.stage, lang),
                        t(risk_words.TERRITORIES[row.territory_kind], lang),
                    )
                ),
                "reason": side(row.reason, lang),
                "author": row.author if request.scope.sees_all else "",
            }
            for row in sorted(history, key=lambda row: (row.created_at, row.id), reverse=True)
        ],
        "lang": lang,
    }
