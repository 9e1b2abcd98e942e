"""The frames about all indicators of a stage: levels, small multiples, coverage. Not a page."""

from __future__ import annotations

from access.pages import Request
from components import marks, risk_figures
from components.chart_frame import ChartFrame
from components.tables import Column, Reason, Table
from data_access.queries import risks, values
from data_access.queries.risks import LevelCounts
from data_access.queries.values import Period
from indicators import stages
from indicators.model import Indicator
from language import numbers
from language.messages import translate as t

from . import risk_words
from .institution_values import (
    name_of,
    period_short,
    period_text,
    text,
    trend_of,
)


def levels_frame(request: Request, tab: str, *, with_values: bool = False, level: int = 2) -> ChartFrame:
    """How many institutions stand at each level, one bar for each series of the stage."""
    lang = request.lang
    national = risks.national(request.reader)
    rows, table_rows, counted = [], [], []
    for indicator, stage in risk_words.series_of(tab):
        period, counts = risk_words.latest(request, indicator, stage)
        if period is None:
            continue
        counted.append((indicator, counts))
        found = risk_words.parts(counts)
        rows.append(
            {
                "name": name_of(indicator, stage, lang),
                "href": risk_words.risk_url(request, indicator, stage),
                "note": period_text(indicator, *period, lang),
                "counts": found,
                "texts": {part: numbers.integer(number, lang) for part, number in found.items()},
                "side": [
                    risk_words.level_cell("high", counts.high, counts.certain_high, lang),
                    risk_words.level_cell("medium", counts.medium, counts.certain_medium, lang),
                ],
                "reason": t("nothing to judge yet", lang),
                **(_now(indicator, stage, period, national, lang) if with_values else {}),
            }
        )
        table_rows.append(_level_row(indicator, stage, period, counts, rows[-1], national, lang))
    missing = (
        [] if with_values is False else [one for one in risk_words.risk_indicators() if not _has(one, tab)]
    )
    for indicator in missing:
        rows.append(
            {
                "name": indicator.text(lang).short_name,
                "href": risk_words.risk_url(request, indicator, indicator.stages[0]),
                "reason": t("does not concern this stage", lang),
            }
        )
    words = {part: t(word, lang) for part, word in risk_words.LEVEL_WORDS.items()}
    mark = risk_figures.level_bars(
        rows,
        caption=t("Institutions by level of risk", lang),
        heads={
            "name": t("Indicator and period", lang),
            "value": t("Latvia now", lang) if with_values else "",
            "trend": t("Ten years", lang),
            "bar": t("Institutions by level", lang),
            "high": t("High risk", lang),
            "medium": t("Medium risk", lang),
        },
        words=words,
        key=list(words.items()),
    )
    columns = [
        Column("indicator", t("Indicator", lang), href_key="href"),
        Column("stage", t("Stage", lang)),
        Column("period", t("Period", lang)),
        Column("national", t("Latvia", lang)),
        Column("high", t("High risk", lang), "integer"),
        Column("high_certain", t("of which certain", lang), "integer"),
        Column("high_new", t("of which new", lang), "integer"),
        Column("high_persistent", t("of which for two periods or more", lang), "integer"),
        Column("medium", t("Medium risk", lang), "integer"),
        Column("medium_certain", t("of which certain", lang), "integer"),
        Column("low", t("Low risk", lang), "integer"),
        Column("too_few", t("Too few cases", lang), "integer"),
        Column("missing", t("No data", lang), "integer"),
        Column("chance", t("Expected by chance, medium and high", lang), "decimal"),
    ]
    delivered = sum(one.delivered for _indicator, one in counted)
    expected = sum(one.expected for _indicator, one in counted)
    return ChartFrame(
        title=t("How many institutions are at each level of risk?", lang),
        finding=risk_words.levels_sentence(counted, lang)
        if not with_values
        else risk_words.top_sentence(request, tab),
        table=Table(
            "riska-limeni",
            t("Institutions by level of risk: {stage}", lang, stage=stages.name(tab, lang)),
            columns,
            table_rows,
            lang,
            notes=[t("All thresholds are provisional: the service has not published its own.", lang)],
        ),
        mark=mark,
        how_to_read=t(
            "The bar is all institutions from which the indicator is due; filled parts are certain, outlined "
            "ones possible. One institution may be counted under several indicators.",
            lang,
        ),
        provenance=risk_words.provenance(
            request,
            t("institutions at each level by the thresholds in force", lang),
            (delivered, expected),
            note=t("coverage counts values of institutions, all indicators together", lang),
        ),
        lang=lang,
        address=request.address,
        level=level,
    )


def _has(indicator: Indicator, tab: str) -> bool:
    return any(stage in (tab, risk_words.WHOLE_OF[tab]) for stage in indicator.stages)


def _level_row(indicator, stage, period, counts: LevelCounts, row, national, lang: str) -> dict:
    point = risk_words.national_value(national, indicator, stage, period)
    return {
        "indicator": f"{indicator.id} {name_of(indicator, stage, lang)}",
        "href": row["href"],
        "stage": stages.name(stage, lang),
        "period": period_text(indicator, *period, lang),
        "national": Reason("x") if point is None else text(indicator.unit, point, lang),
        "high": counts.high,
        "high_certain": counts.certain_high,
        "high_new": counts.new_high,
        "high_persistent": counts.persistent_high,
        "medium": counts.medium,
        "medium_certain": counts.certain_medium,
        "low": counts.low,
        "too_few": counts.too_few,
        "missing": counts.missing,
        "chance": float(counts.by_chance) if indicator.family in risk_words.SAMPLED else Reason("z"),
    }


def _now(indicator: Indicator, stage: str, period: Period, national, lang: str) -> dict:
    """National value, its change to the comparable period before, and the line of ten years."""
    points = [p for p in national.get((indicator.id, stage), []) if p.semester == period[1]]
    value = risk_words.national_value(national, indicator, stage, period)
    if value is None:
        return {"value": risk_words.NONE}
    before = next((p.value for p in points if p.school_year == period[0] - 1), None)
    change = ""
    if indicator.relative:
        change = t("near zero by construction", lang)
    elif indicator.segment(stage, period[0]) != indicator.segment(stage, period[0] - 1):
        change = t("not comparable with the year before", lang)
    elif before is not None:
        change = t(
            "{change} in a year",
            lang,
            change=risk_words.difference_text(indicator, value - before, lang),
        )
    series = [p.value for p in points]
    trend = marks.sparkline(
        series,
        lang,
        label=indicator.text(lang).short_name,
        texts=[None if p.value is None else text(indicator.unit, p.value, lang, short=True) for p in points],
        periods=[period_text(indicator, *p.period, lang) for p in points],
    )
    return {"value": text(indicator.unit, value, lang, short=True), "change": change, "trend": trend}


def series_frame(request: Request, tab: str, *, level: int = 2) -> ChartFrame:
    """The national value of each series of the stage over the years, drawn alike."""
    lang = request.lang
    national = risks.national(request.reader)
    spreads = values.distributions(request.reader)
    trends = {
        (row.indicator_id, row.stage): row.trend
        for row in values.unit_values(request.reader, "country", "LV")
    }
    panels, rows = [], []
    told: dict[str, list[str]] = {"worsening": [], "improving": []}
    for indicator, stage in risk_words.series_of(tab):
        points = [point for point in national.get((indicator.id, stage), []) if point.value is not None]
        if not points:
            continue
        name = name_of(indicator, stage, lang)
        word = (trends.get((indicator.id, stage)) or "").partition(":")[0]
        if word in told:
            told[word].append(name)
        panels.append(series_panel(request, indicator, stage, points, spreads, word))
        rows += [
            {
                "indicator": f"{indicator.id} {name}",
                "stage": stages.name(stage, lang),
                "period": period_text(indicator, *point.period, lang),
                "value": text(indicator.unit, point.value, lang),
                "numerator": _rounded(point.numerator),
                "denominator": _rounded(point.denominator),
                "institutions": point.institutions,
            }
            for point in points
        ]
    found = []
    if told["worsening"]:
        found.append(t("Getting worse in the country: {names}.", lang, names="; ".join(told["worsening"])))
    if told["improving"]:
        found.append(t("Getting better: {names}.", lang, names="; ".join(told["improving"])))
    found.append(t("For the others there is no material change or it cannot be told.", lang))
    counted = [
        risk_words.latest(request, indicator, stage)[1] for indicator, stage in risk_words.series_of(tab)
    ]
    return ChartFrame(
        title=t("Which indicator moves?", lang),
        finding=" ".join(found),
        table=Table(
            "riska-gadi",
            t("National values by period: {stage}", lang, stage=stages.name(tab, lang)),
            [
                Column("indicator", t("Indicator", lang)),
                Column("stage", t("Stage", lang)),
                Column("period", t("Period", lang)),
                Column("value", t("Latvia", lang)),
                Column("numerator", t("Numerator", lang), "integer"),
                Column("denominator", t("Denominator", lang), "integer"),
                Column("institutions", t("Institutions", lang), "integer"),
            ],
            rows,
            lang,
        ),
        mark=risk_figures.panels(panels),
        how_to_read=t(
            "The line is the national value from counts, the grey band the middle half of institutions. "
            "Each panel has its own scale. Semester 1 is solid, semester 2 dashed; nothing is joined across a "
            "change of method.",
            lang,
        ),
        provenance=risk_words.provenance(
            request,
            t("sum of all numerators ÷ sum of all denominators, never a mean of institutions", lang),
            (sum(c.delivered for c in counted), sum(c.expected for c in counted)),
            note=t("coverage counts values of institutions, all indicators together", lang),
        ),
        lang=lang,
        address=request.address,
        level=level,
    )


def _rounded(value: float | None) -> object:
    return Reason("x") if value is None else (int(value) if value == int(value) else round(value, 2))


def series_panel(request: Request, indicator: Indicator, stage: str, points, spreads, trend: str) -> dict:
    lang = request.lang
    years = sorted({point.school_year for point in points})
    halves = sorted({point.semester for point in points})
    by_period = {point.period: point for point in points}
    lines = [
        {
            "half": half,
            "values": [by_period[year, half].value if (year, half) in by_period else None for year in years],
        }
        for half in halves
    ]
    band = None
    if len(halves) == 1:
        found = [spreads.get((indicator.id, stage, year, halves[0])) for year in years]
        band = ([row and row.p25 for row in found], [row and row.p75 for row in found])
    breaks = [one for one in indicator.breaks_of(stage) if years[0] < one.school_year <= years[-1]]
    last = points[-1]
    note = period_text(indicator, *last.period, lang)
    if trend in ("worsening", "improving", "increasing", "decreasing"):
        note = f"{note}; {marks.trend_words(trend_of(indicator, trend), indicator.direction, lang)}"
    drawn = [value for line in lines for value in line["values"] if value is not None]
    drawn += [value for side in band or () for value in side if value is not None]
    if (
        risk_words.size_factor(indicator) == 100
        or indicator.unit == "grade_points"
        or indicator.unit == "percentile_points"
    ):
        note = f"{risk_words.unit_word(indicator, lang)}, {note}"
    spoken = "; ".join(
        f"{period_text(indicator, *point.period, lang)}: {text(indicator.unit, point.value, lang)}"
        for point in points
    )
    name = name_of(indicator, stage, lang)
    return {
        "name": name,
        "href": risk_words.risk_url(request, indicator, stage),
        "note": note,
        "latest": text(indicator.unit, last.value, lang, short=True),
        "alt": f"{name}. {spoken}",
        "periods": [period_short(indicator, year, 0, lang) for year in years],
        "lines": lines,
        "band": band,
        "breaks": [years.index(min(y for y in years if y >= one.school_year)) for one in breaks],
        "breaks_text": [one.lv if lang == "lv" else one.en for one in breaks],
        "text": risk_words.axis_text(indicator, lang),
        "zero": min(drawn) < 0.5 * max(drawn),
        "reason": "",
    }


def coverage_frame(request: Request, tab: str, *, level: int = 2) -> ChartFrame:
    """From how many institutions each series was delivered, and how many are too small to judge."""
    lang = request.lang
    drawn, rows = [], []
    for indicator, stage in risk_words.series_of(tab):
        period, counts = risk_words.latest(request, indicator, stage)
        if period is None or not counts.expected:
            continue
        share = counts.delivered / counts.expected
        judged = counts.judged / counts.expected
        drawn.append(
            {
                "name": name_of(indicator, stage, lang),
                "href": risk_words.risk_url(request, indicator, stage, limenis="x"),
                "value": share,
                "text": f"{numbers.percent(share, lang)} ({numbers.counts(counts.delivered, counts.expected, lang)})",
                "note": period_text(indicator, *period, lang),
            }
        )
        rows.append(
            {
                "indicator": f"{indicator.id} {name_of(indicator, stage, lang)}",
                "stage": stages.name(stage, lang),
                "period": period_text(indicator, *period, lang),
                "expected": counts.expected,
                "delivered": counts.delivered,
                "missing": counts.missing,
                "too_few": counts.too_few,
                "share": share,
                "judged": judged,
            }
        )
    delivered, expected = sum(row["delivered"] for row in rows), sum(row["expected"] for row in rows)
    worst = min(rows, key=lambda row: row["share"], default=None)
    if worst is None:
        finding = t("Nothing is due in this stage yet.", lang)
    elif worst["missing"] == 0:
        finding = t("All values that are due have been received.", lang)
    else:
        finding = t(
            "{share} of the values that are due have been received; most are missing for “{indicator}”: {n} of {all}.",
            lang,
            share=numbers.percent(delivered / expected, lang),
            indicator=worst["indicator"],
            n=numbers.integer(worst["missing"], lang),
            all=numbers.integer(worst["expected"], lang),
        )
    return ChartFrame(
        title=t("What are we not seeing?", lang),
        finding=finding,
        table=Table(
            "riska-parklajums",
            t("Values received by indicator: {stage}", lang, stage=stages.name(tab, lang)),
            [
                Column("indicator", t("Indicator", lang)),
                Column("stage", t("Stage", lang)),
                Column("period", t("Period", lang)),
                Column("expected", t("Institutions, value due", lang), "integer"),
                Column("delivered", t("Received", lang), "integer"),
                Column("missing", t("No data", lang), "integer"),
                Column("too_few", t("Too few cases", lang), "integer"),
                Column("share", t("Received, share", lang), "percent"),
                Column("judged", t("With a level, share", lang), "percent"),
            ],
            rows,
            lang,
        ),
        mark=risk_figures.bars(
            drawn,
            caption=finding,
            heads={"name": t("Indicator", lang), "value": t("Received, share", lang)},
            top=1.0,
        ),
        how_to_read=t(
            "The bar is the share of institutions whose value has been received. An institution with too few "
            "cases is received but gets no level.",
            lang,
        ),
        provenance=risk_words.provenance(
            request,
            t("institutions with a value ÷ institutions from which a value is due", lang),
            (delivered, expected),
        ),
        lang=lang,
        address=request.address,
        level=level,
    )
