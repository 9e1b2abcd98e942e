"""/riski/<indicator> : one indicator: levels, level by change, spread, funnel, persistence, institutions."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from access.pages import REGISTRY, NotFound, Request, page
from components import marks, risk_figures
from components.chart_frame import ChartFrame
from components.nodes import Block, Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import risks, units, values
from data_access.queries.risks import LevelCounts, Picture
from data_access.queries.values import Period
from indicators import sentences, stages
from indicators.catalogue import INDICATORS
from indicators.model import Indicator
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from . import risk_series, risk_words
from .institution_values import count_text, name_of, period_text, value_text
from .words import INSTITUTION_TYPES, institution_type

PAGE = 100
NAMES = 5  # in a cell of the matrix
LEVELS = {
    "high": _("High risk"),
    "medium": _("Medium risk"),
    "low": _("Low risk"),
    "none": _("Without a level"),
    "all": _("All institutions"),
}
CHANGES = {
    "better": _("getting better"),
    "same": _("without substantial change"),
    "worse": _("getting worse"),
}
SHORT = {"worse": _("worse"), "same": _("the same"), "better": _("better")}
MOST_RUNS = 5  # longer runs are counted together


@page(
    "risk",
    "/riski/<indicator>",
    params={
        "indicator": risk_words.INDICATOR,
        "posms": risk_words.STAGE,
        "periods": risk_words.PERIOD,
        "tips": "|".join(INSTITUTION_TYPES),
        "limenis": "|".join((*LEVELS, "x")),
        "izmainas": "|".join(CHANGES),
        "lapa": r"[1-9]\d{0,2}",
        "visas": "1",
    },
)
def view(request: Request) -> View:
    """One indicator in one stage and period."""
    lang, reader = request.lang, request.reader
    indicator = INDICATORS.get(request.params["indicator"])
    if indicator is None:
        raise NotFound(request.params["indicator"])
    stage = _stage(request, indicator)
    found = risks.level_counts(reader).get((indicator.id, stage), {})
    period = _period(request, indicator, stage, found)
    words = indicator.text(lang)
    crumbs = [
        Crumb(t("Home", lang), request.url("home")),
        Crumb(t("Risks", lang), request.url("risks", posms=stage)),
        Crumb(words.short_name),
    ]
    common = {
        "title": words.question,
        "window_title": words.short_name,
        "lang": lang,
        "crumbs": crumbs,
        "release_id": reader.release.id,
    }
    if period is None:
        return View(
            **common,
            lead=t("There are no values in this stage yet.", lang),
            body=[_head(request, indicator, stage, None, found)],
        )
    counts = found.get(period, LevelCounts())
    rows = risks.institutions(reader, indicator.id, stage, period)
    picture = risks.picture(reader, indicator, stage, period)
    before = risks.earlier(reader, indicator, stage, period) if reader.scope.signed_in else {}
    changes = {
        row.unit_id: risks.change_of(indicator, row, before.get(row.unit_id))
        for row in rows
        if row.plane == "detail" and row.level
    }
    body: list[Part] = [_head(request, indicator, stage, period, found)]
    if counts.judged:
        body += [
            _levels(request, indicator, period, stage),
            _matrix(request, indicator, stage, period, rows, changes, picture, counts),
        ]
    body += [
        _list(request, indicator, stage, period, rows, changes, counts),
        Block(
            "div",
            [
                risk_series.funnel_frame(request, indicator, stage, period, rows),
                risk_series.spread_frame(request, indicator, stage, period),
            ],
            class_="columns",
        ),
    ]
    if counts.judged:
        body.append(_persistence(request, indicator, stage, period, picture, counts))
    lead = _lead(request, indicator, stage, period, counts)
    own = [row for row in rows if row.plane == "detail"]
    if own and not reader.scope.sees_all:
        lead = f"{_own(indicator, own, lang)} {lead}"
    return View(**common, lead=lead, body=body)


def _stage(request: Request, indicator: Indicator) -> str:
    """The stage asked for where the indicator has it, its institutions as a whole, or its first stage."""
    asked = request.params.get("posms")
    if asked in indicator.stages:
        return asked
    if asked in risk_words.WHOLE_OF and risk_words.WHOLE_OF[asked] in indicator.stages:
        return risk_words.WHOLE_OF[asked]
    return indicator.stages[0]


def _period(request: Request, indicator: Indicator, stage: str, found) -> Period | None:
    periods = list(found) or values.periods(request.reader).get((indicator.id, stage), [])
    asked = request.params.get("periods")
    if asked and risk_words.parse_period(asked) in periods:
        return risk_words.parse_period(asked)
    return periods[-1] if periods else None


def _lead(request: Request, indicator: Indicator, stage: str, period: Period, counts: LevelCounts) -> str:
    lang = request.lang
    where = f"{stages.name(stage, lang)}, {period_text(indicator, *period, lang)}"
    point = risk_words.national_value(risks.national(request.reader), indicator, stage, period)
    sentence = risk_words.stop(where)
    if point is not None and not indicator.relative:
        sentence = t(
            "{where}: {value} in Latvia.",
            lang,
            where=where,
            value=sentences.value_text(indicator, point, lang),
        )
    if counts.judged:
        sentence += " " + risk_words.levels_sentence([(indicator, counts)], lang)
    return sentence


def _own(indicator: Indicator, rows: Sequence, lang: str) -> str:
    """The answer for a school or its founder: their own institutions first."""
    if len(rows) == 1:
        (row,) = rows
        value = value_text(indicator, row, lang)
        if value is None:
            return t("{name}: no value.", lang, name=row.name)
        level = (
            marks.level_word(row.level, row.certainty, lang)
            if row.level
            else marks.level_word("unknown", None, lang)
        )
        return t("{name}: {value}, {level}.", lang, name=row.name, value=value, level=level)
    high = [row for row in rows if row.level == "high"]
    return tn(
        "Your {n} institution: high risk {high} (certain {certain}), medium risk {medium}.",
        "Your {n} institutions: high risk {high} (certain {certain}), medium risk {medium}.",
        len(rows),
        lang,
        high=len(high),
        certain=sum(row.certainty == "certain" for row in high),
        medium=sum(row.level == "medium" for row in rows),
    )


# --- head: choice of stage, period, type ----------------------------------------------------------


def _head(request: Request, indicator: Indicator, stage: str, period: Period | None, found) -> Markup:
    lang = request.lang
    keep = {key: value for key, value in request.params.items() if key in ("tips",)}
    stage_tabs = [
        (
            _stage_word(indicator, one, lang),
            request.url("risk", indicator=indicator.id, posms=one, **keep),
            one == stage,
        )
        for one in indicator.stages
    ]
    kinds = [kind for kind in stages.TYPES[stage] if stage in indicator.stages_of(kind)]
    return render(
        "risk_head.html",
        tabs=risk_words.tabs(stage_tabs, t("Stage of education", lang)) if len(stage_tabs) > 1 else "",
        action=request.url("risk", indicator=indicator.id),
        stage=stage,
        periods=[
            (risk_words.period_key(one), period_text(indicator, *one, lang), one == period)
            for one in reversed(list(found))
        ],
        types=[(kind, institution_type(kind, lang), kind == request.params.get("tips")) for kind in kinds]
        if len(kinds) > 1
        else [],
        links=[
            (text, href)
            for text, href in (
                (
                    t("How it is counted and where the threshold comes from", lang),
                    request.url("indicator", indicator=indicator.id),
                ),
                (t("What other thresholds would change", lang), _lab(request, indicator, stage)),
            )
            if href
        ],
        lang=lang,
    )


def _stage_word(indicator: Indicator, stage: str, lang: str) -> str:
    return stages.name(stage, lang)


def _lab(request: Request, indicator: Indicator, stage: str) -> str | None:
    entry = REGISTRY.get("threshold_lab")
    if entry is None or request.scope.role not in entry.roles:
        return None
    return request.url("threshold_lab", raditajs=indicator.id, posms=stage)


# --- levels by stage ------------------------------------------------------------------------------


def _levels(request: Request, indicator: Indicator, period: Period, chosen: str) -> ChartFrame:
    """Levels of every stage of the indicator in this period or the newest one before it."""
    lang = request.lang
    rows, table_rows, counted = [], [], []
    for stage in indicator.stages:
        found = risks.level_counts(request.reader).get((indicator.id, stage), {})
        own = period if period in found else next(reversed(found), None)
        if own is None:
            continue
        counts = found[own]
        counted.append(counts)
        parts = risk_words.parts(counts)
        rows.append(
            {
                "name": stages.name(stage, lang),
                "href": request.url("risk", indicator=indicator.id, posms=stage),
                "note": period_text(indicator, *own, lang),
                "counts": parts,
                "texts": {part: numbers.integer(number, lang) for part, number in parts.items()},
                "side": [
                    risk_words.level_cell("high", counts.high, counts.certain_high, lang),
                    risk_words.level_cell("medium", counts.medium, counts.certain_medium, lang),
                ],
            }
        )
        table_rows.append(
            {
                "stage": stages.name(stage, lang),
                "period": period_text(indicator, *own, lang),
                **{f"n_{part}": number for part, number in parts.items() if part != "unknown"},
                "too_few": counts.too_few,
                "missing": counts.missing,
                "new": counts.new_high,
                "chance": counts.by_chance if indicator.family in ("share", "rate", "mean") else Reason("z"),
            }
        )
    words = {part: t(word, lang) for part, word in risk_words.LEVEL_WORDS.items()}
    return ChartFrame(
        title=t("How many institutions are at each level of risk?", lang),
        finding=risk_words.levels_sentence([(indicator, one) for one in counted], lang)
        if len(counted) == 1
        else t(
            "In all stages of the indicator together: {sentence}",
            lang,
            sentence=risk_words.levels_sentence([(indicator, one) for one in counted], lang),
        ),
        table=Table(
            "limeni",
            t("Institutions by level: {indicator}", lang, indicator=indicator.text(lang).short_name),
            [
                Column("stage", t("Stage", lang)),
                Column("period", t("Period", lang)),
                *[
                    Column(f"n_{part}", risk_words.capital(words[part]), "integer")
                    for part in risk_words.LEVEL_WORDS
                    if part != "unknown"
                ],
                Column("too_few", t("Too few cases", lang), "integer"),
                Column("missing", t("No data", lang), "integer"),
                Column("new", t("New high risks", lang), "integer"),
                Column("chance", t("Expected by chance, medium and high", lang), "decimal"),
            ],
            table_rows,
            lang,
        ),
        mark=risk_figures.level_bars(
            rows,
            caption=t("Institutions by level of risk", lang),
            heads={
                "name": t("Stage and period", lang),
                "value": "",
                "trend": "",
                "bar": t("Institutions by level", lang),
                "high": t("High risk", lang),
                "medium": t("Medium risk", lang),
            },
            words=words,
            key=list(words.items()),
        ),
        how_to_read=risk_words.rules_text(request, indicator, chosen),
        provenance=risk_words.of_series(
            request,
            indicator,
            LevelCounts(
                low=sum(one.judged for one in counted),
                too_few=sum(one.too_few for one in counted),
                missing=sum(one.missing for one in counted),
            ),
        ),
        lang=lang,
        address=request.address,
    )


# --- level by change ------------------------------------------------------------------------------


def _matrix(
    request: Request,
    indicator: Indicator,
    stage: str,
    period: Period,
    rows: Sequence,
    changes: dict[str, str | None],
    picture: Picture,
    counts: LevelCounts,
) -> ChartFrame:
    """Level by change: with names inside the reader's scope, otherwise counts of the country."""
    lang, scope = request.lang, request.scope
    named = [row for row in rows if row.unit_id in changes]
    cells: dict[tuple[str, str], dict] = {}
    if scope.signed_in:
        for row in _by_urgency(named):
            change = changes[row.unit_id]
            if change is None:
                continue
            cell = cells.setdefault((row.level, change), {"items": [], "count": 0})
            cell["count"] += 1
            if len(cell["items"]) < NAMES:
                cell["items"].append({"name": row.name, "href": _school(request, row)})
        for (level, change), cell in cells.items():
            cell["more_href"] = request.here(limenis=level, izmainas=change, lapa=None) + "#f-iestades"
        undetermined = sum(change is None for change in changes.values())
    else:
        cells = {key: {"count": number, "items": ()} for key, number in picture.matrix.items()}
        undetermined = picture.undetermined
    if scope.signed_in and not scope.sees_all:
        title = t("Your institutions: level and change", lang)
    else:
        title = t("Where is the level high and getting worse?", lang)
    numbers_of = {key: cell["count"] for key, cell in cells.items()}
    first = numbers_of.get(("high", "worse"), 0)
    finding = (
        tn(
            "{n} institution is at a high level and getting worse: look there first.",
            "{n} institutions are at a high level and getting worse: look there first.",
            first,
            lang,
        )
        if first
        else t("No institution is at a high level and getting worse.", lang)
    )
    if undetermined:
        finding += " " + tn(
            "For {n} institution the change cannot be told and it is not in the table.",
            "For {n} institutions the change cannot be told and they are not in the table.",
            undetermined,
            lang,
        )
    return ChartFrame(
        title=title,
        finding=finding,
        table=Table(
            "limenis-izmainas",
            t("Institutions by level and change", lang),
            [
                Column("level", t("Level", lang)),
                *[
                    Column(change, risk_words.capital(t(word, lang)), "integer")
                    for change, word in CHANGES.items()
                ],
            ],
            [
                {
                    "level": t(LEVELS[level], lang),
                    **{change: numbers_of.get((level, change), 0) for change in CHANGES},
                }
                for level in ("high", "medium", "low")
            ],
            lang,
        ),
        mark=marks.matrix3(cells, lang, caption=title, limit=NAMES)
        if scope.signed_in
        else _counts_matrix(picture, title, lang),
        how_to_read=t(
            "Change is the trend against the country where there are four comparable periods; otherwise the "
            "difference to the period before, when its 95% interval leaves out zero.",
            lang,
        ),
        provenance=risk_words.of_series(request, indicator, counts),
        lang=lang,
        address=request.address,
    )


def _counts_matrix(picture: Picture, caption: str, lang: str) -> Markup:
    """Level by change as counts, without a name."""
    return render(
        "risk_matrix.html",
        caption=caption,
        corner=t("Level", lang),
        heads=[risk_words.capital(t(word, lang)) for word in CHANGES.values()],
        rows=[
            {
                "level": level,
                "name": t(LEVELS[level], lang),
                "mark": marks.level_mark(level),
                "cells": [
                    {
                        "first": t("First", lang) if (level, change) == ("high", "worse") else "",
                        "text": tn("{n} institution", "{n} institutions", number, lang)
                        if number
                        else t("no institutions", lang),
                        "number": number,
                    }
                    for change in CHANGES
                    for number in [picture.matrix.get((level, change), 0)]
                ],
            }
            for level in ("high", "medium", "low")
        ],
    )


def _school(request: Request, row) -> str | None:
    return request.url("institution", reg_no=row.reg_no) if "institution" in REGISTRY else None


_RANK = {("high", "certain"): 0, ("high", "possible"): 1, ("medium", "certain"): 2, ("medium", "possible"): 3}


def _by_urgency(rows: Sequence) -> list:
    """Certain high first, then what lasts, then what is new, then by name; never by a score."""
    return sorted(
        rows,
        key=lambda row: (
            _RANK.get((row.level, row.certainty), 4 if row.level else 5),
            -(row.persistence or 0),
            -(row.is_new or 0),
            row.sort_key,
        ),
    )


# --- persistence ----------------------------------------------------------------------------------


def _persistence(
    request: Request,
    indicator: Indicator,
    stage: str,
    period: Period,
    picture: Picture,
    counts: LevelCounts,
) -> ChartFrame:
    lang = request.lang

    def runs(level: str) -> dict[int, int]:
        found: dict[int, int] = {}
        for length, number in picture.persistence[level].items():
            length = min(length, MOST_RUNS)
            found[length] = found.get(length, 0) + number
        return found

    high, medium = runs("high"), runs("medium")
    total, lasting = sum(high.values()), sum(number for length, number in high.items() if length > 1)
    finding = (
        tn(
            "{n} institution is at a high level; for two periods or more: {lasting}.",
            "{n} institutions are at a high level; for two periods or more: {lasting}.",
            total,
            lang,
            lasting=numbers.integer(lasting, lang),
        )
        if total
        else t("No institution is at a high level.", lang)
    )
    lengths = range(1, max([1, *high, *medium]) + 1)
    table_rows = [
        {"run": _run_word(length, lang), "high": high.get(length, 0), "medium": medium.get(length, 0)}
        for length in lengths
    ]
    return ChartFrame(
        title=t("Is it a single year or does it last?", lang),
        finding=finding,
        table=Table(
            "noturiba",
            t("Institutions by how long the level has lasted", lang),
            [
                Column("run", t("Periods in a row at this level or worse", lang)),
                Column("high", t("High risk", lang), "integer"),
                Column("medium", t("Medium risk", lang), "integer"),
            ],
            table_rows,
            lang,
        ),
        mark=risk_figures.bars(
            [
                {
                    "name": row["run"],
                    "value": row["high"],
                    "text": numbers.integer(row["high"], lang),
                    "kind": "high",
                }
                for row in table_rows
            ],
            caption=finding,
            heads={"name": t("Periods in a row at this level or worse", lang), "value": t("High risk", lang)},
        ),
        how_to_read=t(
            "Counted over the whole country. A missing period or a change of method begins the count anew.",
            lang,
        ),
        provenance=risk_words.of_series(request, indicator, counts),
        lang=lang,
        address=request.address,
    )


def _run_word(length: int, lang: str) -> str:
    if length == MOST_RUNS:
        return t("{n} periods or more", lang, n=length)
    return tn("{n} period", "{n} periods", length, lang)


# --- list -----------------------------------------------------------------------------------------


def _list(
    request: Request,
    indicator: Indicator,
    stage: str,
    period: Period,
    rows: Sequence,
    changes: dict[str, str | None],
    counts: LevelCounts,
) -> Block:
    lang, scope = request.lang, request.scope
    kind = request.params.get("tips")
    inside = [row for row in rows if row.plane == "detail"] if scope.signed_in else list(rows)
    if kind:
        inside = [row for row in inside if row.type == kind]
    level = _chosen_level(request, inside)
    change = request.params.get("izmainas")
    picked = [row for row in inside if level == "all" or (row.level or "none") == level]
    if change and scope.signed_in:
        picked = [row for row in picked if changes.get(row.unit_id) == change]
    if scope.signed_in:
        picked = _by_urgency(picked)
    elif not any(row.value is not None for row in picked):
        picked = []
    shown, pages = _paged(request, picked)
    head = render(
        "risk_list_head.html",
        tabs=_level_tabs(request, inside, level, change) if scope.signed_in else "",
        change=t("Only institutions: {change}.", lang, change=t(CHANGES[change], lang))
        if change and scope.signed_in
        else "",
        without_change=request.here(izmainas=None, lapa=None),
        lang=lang,
    )
    frame = ChartFrame(
        title=t("Which institutions?", lang),
        finding=_list_finding(request, picked, level),
        table=_list_table(request, indicator, stage, period, shown, changes),
        how_to_read=t(
            "Order: certain high risks, then those that last, then new ones, then by name. {sentence}",
            lang,
            sentence=sentences.not_a_judgement(lang),
        )
        if scope.signed_in
        else t(
            "Alphabetical. Small groups are protected: their values are rounded, shown as a range or not "
            "shown. Levels of single institutions are seen by the institution, its founder and the ministry.",
            lang,
        ),
        provenance=risk_words.of_series(request, indicator, counts),
        lang=lang,
        address=request.address,
    )
    return Block("div", [head, frame, pages], class_="r-list", attributes={"id": "iestades"})


def _chosen_level(request: Request, rows: Sequence) -> str:
    """The level asked for; by default the worst there is for readers of the whole country, else all."""
    if not request.scope.signed_in:
        return "all"
    asked = request.params.get("limenis")
    if asked:
        return "none" if asked == "x" else asked
    if not request.scope.sees_all:
        return "all"
    there = {row.level for row in rows}
    return next((level for level in ("high", "medium") if level in there), "all")


def _level_tabs(request: Request, rows: Sequence, chosen: str, change: str | None) -> Markup:
    lang = request.lang
    found: dict[str, int] = {"all": len(rows)}
    for row in rows:
        key = row.level or "none"
        found[key] = found.get(key, 0) + 1
    return risk_words.tabs(
        [
            (
                f"{t(word, lang)} ({numbers.integer(found.get(level, 0), lang)})",
                request.here(limenis=level, lapa=None, izmainas=None) + "#iestades",
                level == chosen and not change,
            )
            for level, word in LEVELS.items()
        ],
        t("Level", lang),
    )


def _paged(request: Request, rows: Sequence) -> tuple[list, Markup]:
    lang = request.lang
    if request.params.get("visas") or len(rows) <= PAGE:
        return list(rows), Markup("")
    last = -(-len(rows) // PAGE)
    number = min(int(request.params.get("lapa", "1")), last)
    links = render(
        "risk_pages.html",
        text=t("Page {n} of {last}", lang, n=number, last=last),
        before=request.here(lapa=number - 1) + "#iestades" if number > 1 else None,
        after=request.here(lapa=number + 1) + "#iestades" if number < last else None,
        everything=request.here(visas=1, lapa=None) + "#iestades",
        total=numbers.integer(len(rows), lang),
        lang=lang,
    )
    return list(rows[(number - 1) * PAGE : number * PAGE]), links


def _list_finding(request: Request, rows: Sequence, level: str) -> str:
    lang = request.lang
    if not request.scope.signed_in:
        if not rows:
            return t("Values of single institutions are not public for this indicator.", lang)
        shown = sum(row.value is not None for row in rows)
        return tn(
            "{n} institution; the value of {shown} of them may be shown.",
            "{n} institutions; the value of {shown} of them may be shown.",
            len(rows),
            lang,
            shown=numbers.integer(shown, lang),
        )
    if not rows:
        return t("There is no institution in this list.", lang)
    flags = [row for row in rows if row.level in ("medium", "high")]
    sentence = tn("{n} institution in the list.", "{n} institutions in the list.", len(rows), lang)
    own = [row.probability_high if row.level == "high" else row.probability_medium for row in flags]
    known = [probability for probability in own if probability is not None]
    if flags and known:
        sentence += " " + sentences.noise(len(flags), sum(1 - one for one in known), lang)
    return sentence


def _list_table(
    request: Request, indicator: Indicator, stage: str, period: Period, rows: Sequence, changes
) -> Table:
    lang, signed_in = request.lang, request.scope.signed_in
    name = "name_full" if lang == "lv" else "name_en"
    places = {area.code: getattr(area, name) for area in units.municipalities(request.reader)}
    exact = signed_in
    columns = [
        Column("name", t("Institution", lang), href_key="href"),
        Column("place", t("Municipality", lang)),
        Column("type", t("Type", lang)),
        risk_words.value_column("value", t("Value", lang), indicator, lang),
    ]
    if signed_in:
        columns += [
            Column("counts", t("Counts", lang)),
            Column("level", t("Level", lang)),
            Column("periods", t("Periods in a row", lang), "integer"),
            Column("new", t("New", lang)),
            Column("change", t("Change", lang)),
        ]
    else:
        columns.append(Column("size", risk_words.capital(risk_words.size_word(indicator, lang)), "integer"))
    body = []
    for row in rows:
        cells = {
            "name": row.name,
            "href": _school(request, row),
            "place": places.get(row.municipality_code, row.municipality_code),
            "type": institution_type(row.type, lang),
            "value": risk_words.value_cell(indicator, row, lang),
        }
        if signed_in:
            flagged = row.level in ("medium", "high")
            change = changes.get(row.unit_id)
            cells |= {
                "counts": count_text(indicator, row, lang) or Reason(row.reason or "x"),
                "level": marks.level_tag(row.level, row.certainty, lang)
                if row.level
                else marks.level_tag("unknown", None, lang, row.reason or "x"),
                "periods": row.persistence if flagged and row.persistence is not None else Reason("z"),
                "new": (t("new", lang) if row.is_new else risk_words.NONE) if flagged else risk_words.NONE,
                "change": t(SHORT[change], lang) if change else t("cannot be determined", lang),
            }
        else:
            cells["size"] = (
                round(row.denominator * risk_words.size_factor(indicator))
                if row.denominator is not None
                else Reason(row.reason or "c")
            )
        body.append(cells)
    return Table(
        "iestades",
        t(
            "{indicator}: {stage}, {period}",
            lang,
            indicator=name_of(indicator, stage, lang),
            stage=stages.name(stage, lang),
            period=period_text(indicator, *period, lang),
        ),
        columns,
        body,
        lang,
        notes=[risk_words.rules_text(request, indicator, stage)] if exact and rows else [],
    )
