"""/vienota-skola : the level of the head's work in the transition to the unified school, and what the visits found.

Printed figures come from the report; what is counted from single visits says so. Levels and criteria of a single
institution are for the institution, its municipality and the ministry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from access.pages import Request, page
from components import marks
from components.chart_frame import ChartFrame
from components.nodes import Part
from components.published_charts import Printed, frame, key_row, label, place, printed_share, sentence_case
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import published, quality
from indicators.quality import LAGGING, RATINGS, UPPER, share_differences
from language import numbers
from language.messages import _, t, tn

from .kept import kept, same_for_others
from .national_quality import STRENGTHS, WEAKNESSES, unified
from .quality_blocks import (
    CHANGE_WORDS,
    RATING_KINDS,
    capital,
    change_text,
    chosen,
    provenance,
    rating,
    section,
    unit_href,
)
from .words import place_name

TABLES = ("S_unified", "S_unified_phases", "S_unified_funding", "S_accreditation")
ITEMS = {key.removeprefix("unified_"): name for key, name in (STRENGTHS | WEAKNESSES).items()}
SHORT_ITEMS = {
    "fully_latvian": _("Fully in Latvian"),
    "parents_informed": _("Parents informed"),
    "learning_materials": _("Materials"),
    "support_staff": _("Support staff"),
    "methodical_support_2023_24": _("Method. support 23/24"),
    "environment_adapted": _("Surroundings"),
    "language_strategies": _("Strategies"),
    "methodical_support_2022_23": _("Method. support 22/23"),
    "pupils_communicate": _("Pupils speak"),
    "communication_to_improve": _("Contacts weak"),
    "pupils_difficulties": _("Pupils' difficulties"),
}
HINDERING = {key.removeprefix("unified_") for key in WEAKNESSES}
STAGES = {
    "all": _("All visited"),
    "preschool": _("Preschools"),
    "basic": _("Schools, basic education"),
}
MOST_ROWS = 40
MOST_OF_ALL = 12  # drawn for those who see the country; the table has all
LEVEL_ORDER = {level: place for place, level in enumerate((*RATINGS, "optimal", "none"))}
GRADES = ("preschool", *(str(grade) for grade in range(1, 10)))


@page("unified_school", "/vienota-skola")
def view(request: Request) -> View:
    """The transition to the unified school."""
    reader, lang = request.reader, request.lang
    told = _told(request)
    own, lead = _own(request)
    body: list[Part] = list(own)
    body += kept(request, "findings", lambda: _findings(request, told()))
    changes = kept(request, "changes", lambda: _repeated(request))
    body.append(section("atkartoti", t("First and repeated visit", lang), [*changes, *_dumbbell(request)]))
    places = (
        kept(request, "places", lambda: _municipalities(request, told))
        if same_for_others(request)
        else _municipalities(request, told)
    )
    if places:
        body.append(section("pasvaldibas", t("Where visits took place", lang), places))
    body += kept(request, "money", lambda: _money(request, told()))
    return View(
        title=t("How is the move to the unified school led?", lang),
        window_title=t("Unified school", lang),
        description=t(
            "Levels of the head's work in the transition to the unified school, visits, criteria, funding.",
            lang,
        ),
        lead=lead or _lead(told(), lang),
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("Unified school", lang))],
        release_id=reader.release.id,
    )


def _told(request: Request) -> Callable[[], Printed | None]:
    """Function that reads the printed figures when they are first asked for; None where the report is not loaded."""
    found: list[Printed | None] = []

    def told() -> Printed | None:
        if not found:
            rows = published.tables(request.reader, *TABLES)
            found.append(Printed(rows, request.lang, request.reader.release.id) if rows else None)
        return found[0]

    return told


def _findings(request: Request, told: Printed | None) -> list[Part]:
    """Levels and criteria of the country."""
    lang = request.lang
    printed = unified(request, told) if told else []
    return [
        section(
            "limeni",
            t("Level of the head's work in the transition", lang),
            [*chosen(printed, "unified-levels"), *_by_round(request), *_visited(request, told)],
        ),
        section(
            "kriteriji",
            t("What helps and what holds back", lang),
            [*chosen(printed, "unified-criteria"), *_differences(request)],
        ),
    ]


def _money(request: Request, told: Printed | None) -> list[Part]:
    """Funding and calendar."""
    if told is None:
        return []
    parts = [*_funding(request, told), *_calendar(request, told)]
    return [section("nauda", t("Money and calendar", request.lang), parts)]


def _lead(told: Printed | None, lang: str) -> str:
    if told is None:
        return t("The annual report has not been loaded yet.", lang)
    optimal = told.row("unified_optimal", unit="institutions")
    return t(
        "In {share} of the {rated} rated institutions the head leads the move well or better. {visited} institutions were "
        "visited; they are not a random sample and do not stand for all schools.",
        lang,
        share=printed_share(told.row("unified_optimal", unit="percent"), lang),
        rated=optimal.denominator,
        visited=told.value("unified_visited", category="all"),
    )


# --- own institutions ----------------------------------------------------------------------------------


def _own(request: Request) -> tuple[list[Part], str]:
    """What the reader's own institutions had: the first thing for a school and a municipality."""
    scope, lang = request.scope, request.lang
    if not scope.signed_in:
        return [], ""
    visits = quality.visits_in_scope(request.reader)
    if not visits:
        text = (
            t("Your institution was not visited, so it has no level.", lang)
            if scope.role == "school"
            else t("No institution of your municipality was visited, so none has a level.", lang)
        )
        return [], text
    institutions = list(dict.fromkeys(row.id for row in visits))
    newest = {row.id: row for row in visits}
    below = [row for row in newest.values() if row.level in LAGGING]
    if scope.sees_all:
        return ([_matrix(request, sorted(below, key=_urgency))] if below else []), ""
    weak = len(below)
    if scope.role == "school":
        row = newest[institutions[0]]
        lead = t(
            "At the last visit, on {day}, the level of the head's work in the transition was: {level}.",
            lang,
            day=numbers.date_short(row.date, lang),
            level=rating(row.level, lang),
        )
    else:
        lead = tn(
            "{n} of your institutions was visited.",
            "{n} of your institutions were visited.",
            len(institutions),
            lang,
        )
        lead += " " + (
            tn(
                "At {n} of them the head's work was below good at the last visit.",
                "At {n} of them the head's work was below good at the last visit.",
                weak,
                lang,
            )
            if weak
            else t("Nowhere was the head's work below good at the last visit.", lang)
        )
    return [_matrix(request, visits)], lead


def _urgency(row) -> tuple[int, str]:
    """The lowest level first, then the earliest visit."""
    return LEVEL_ORDER[row.level], row.date


def _answers(request: Request, visits: Sequence) -> dict[tuple[int, int], dict[str, int | None]]:
    found: dict[tuple[int, int], dict[str, int | None]] = {}
    for row in quality.criteria_in_scope(request.reader, list({row.id for row in visits})):
        found.setdefault((row.institution_id, row.visit_no), {})[row.criterion] = row.answer
    return found


def _matrix(request: Request, visits: Sequence) -> ChartFrame:
    """Dots: what was found at each visit, one row a visit."""
    lang = request.lang
    most = MOST_OF_ALL if request.scope.sees_all else MOST_ROWS
    found = _answers(request, visits)
    yes, no = t("yes", lang), t("no", lang)
    rows, table = [], []
    for visit in visits:
        given = found.get((visit.id, visit.visit_no), {})
        href = unit_href(request, "institution", reg_no=visit.reg_no)
        cells = [
            {
                "state": "none" if given.get(item) is None else "yes" if given[item] else "no",
                "good": given.get(item) is not None and bool(given[item]) != (item in HINDERING),
                "word": t("not rated", lang) if given.get(item) is None else yes if given[item] else no,
            }
            for item in ITEMS
        ]
        rows.append(
            {
                "name": visit.name,
                "href": href,
                "note": numbers.date_short(visit.date, lang),
                "level": rating(visit.level, lang),
                "kind": RATING_KINDS[visit.level or "none"],
                "cells": cells,
            }
        )
        table.append(
            {
                "name": visit.name,
                "href": href,
                "date": numbers.date_short(visit.date, lang),
                "visit": visit.visit_no,
                "level": capital(rating(visit.level, lang)) if visit.level else Reason("x"),
                **{
                    item: Reason("x") if given.get(item) is None else yes if given[item] else no
                    for item in ITEMS
                },
            }
        )
    return ChartFrame(
        title=_matrix_title(request),
        finding=_missing_most(rows, lang),
        mark=render(
            "unified_matrix.html",
            heads=[
                {"name": t(SHORT_ITEMS[item], lang), "title": t(name, lang), "hinders": item in HINDERING}
                for item, name in ITEMS.items()
            ],
            rows=rows[:most],
            rest=len(rows) - most,
            caption=t("What was found at each visit", lang),
            name_title=t("Visit", lang),
            level_title=t("Level", lang),
            lang=lang,
        ),
        how_to_read=t(
            "● was found, ○ was not. In the last two columns ● is a weakness. The level is that of the head's work on the day "
            "of the visit, not a grade of the school.",
            lang,
        ),
        table=Table(
            "own-visits",
            t("Visits to the institutions in your scope", lang),
            [
                Column("name", t("Institution", lang), href_key="href"),
                Column("date", t("Date", lang)),
                Column("visit", t("Visit no.", lang), "integer"),
                Column("level", t("Level of the head's work", lang)),
                *[Column(item, t(name, lang)) for item, name in ITEMS.items()],
            ],
            table,
            lang,
        ),
        provenance=provenance(
            request,
            "visit",
            (sum(row.level is not None for row in visits), len(visits)),
            t("rated visits of the visits to institutions in your scope", lang),
        ),
        lang=lang,
        address=request.address,
    )


def _matrix_title(request: Request) -> str:
    lang = request.lang
    if request.scope.sees_all:
        return t("What was missing where the head's work was below good at the last visit?", lang)
    if request.scope.role == "school":
        return t("What did the visits find here?", lang)
    return t("What did the visits to your institutions find?", lang)


def _missing_most(rows: Sequence[dict], lang: str) -> str:
    """The thing that the visits most often found wanting."""
    weak = {
        item: sum(row["cells"][place]["state"] != "none" and not row["cells"][place]["good"] for row in rows)
        for place, item in enumerate(ITEMS)
    }
    most = max(weak, key=weak.__getitem__)
    if not weak[most]:
        return t("Nothing was found wanting.", lang)
    if most in HINDERING:
        return t(
            "Most often a weakness: “{item}” ({n} of {all} visits).",
            lang,
            item=t(ITEMS[most], lang),
            n=weak[most],
            all=len(rows),
        )
    return t(
        "Most often missing: “{item}” ({n} of {all} visits).",
        lang,
        item=t(ITEMS[most], lang),
        n=weak[most],
        all=len(rows),
    )


# --- levels by round and stage ---------------------------------------------------------------------------


def _by_round(request: Request) -> list[Part]:
    lang = request.lang
    counts: dict[tuple[int, str], dict[str, int]] = {}
    for row in quality.visit_levels(request.reader):
        if row.institutions is not None:  # stages with few visits tell their total only
            counts.setdefault((row.visit_no, row.stage), {})[row.level] = row.institutions
    if not counts:
        return []
    blocks, rows = [], []
    rounds = sorted({visit_no for visit_no, _stage in counts})
    round_words = {1: t("First visits", lang)}
    for visit_no in rounds:
        name = round_words.get(visit_no, t("Repeated visits", lang))
        bars = []
        for stage, stage_name in STAGES.items():
            found = counts.get((visit_no, stage))
            if not found:
                continue
            visited = found.get("all", 0)
            levels = [level for level in ("optimal", *reversed(RATINGS)) if found.get(level)]
            rated = sum(found[level] for level in levels)
            if not rated:
                continue
            label = t(
                "{stage}: {rated} rated of {visited} visited",
                lang,
                stage=t(stage_name, lang),
                rated=numbers.integer(rated, lang),
                visited=numbers.integer(visited, lang),
            )
            parts = [
                {
                    "label": capital(rating(level, lang)),
                    "value": found[level],
                    "text": numbers.integer(found[level], lang),
                    "kind": RATING_KINDS[level],
                }
                for level in levels
            ]
            bars.append((label, marks.stacked_bar(parts, lang, label=f"{name}. {label}", key=stage == "all")))
            for level in levels:
                rows.append(
                    {
                        "round": name,
                        "stage": t(stage_name, lang),
                        "level": capital(rating(level, lang)),
                        "count": found[level],
                        "rated": rated,
                        "share": found[level] / rated,
                    }
                )
        blocks.append({"name": name, "bars": bars})
    first = counts.get((1, "all"), {})
    weak = {
        stage: sum(counts[1, stage].get(level, 0) for level in LAGGING)
        for stage in ("preschool", "basic")
        if len(counts.get((1, stage), {})) > 1
    }
    rated_by = {stage: counts[1, stage].get("all", 0) - counts[1, stage].get("none", 0) for stage in weak}
    if len(weak) == 2 and all(rated_by.values()):
        finding = t(
            "At the first visits the level of the head's work was below good in {preschool} of the preschools and {basic} "
            "of the schools.",
            lang,
            preschool=numbers.share_with_counts(weak["preschool"], rated_by["preschool"], lang),
            basic=numbers.share_with_counts(weak["basic"], rated_by["basic"], lang),
        )
    else:
        finding = t("{n} institutions were visited.", lang, n=numbers.integer(first.get("all", 0), lang))
    visited = first.get("all", 0)
    return [
        frame(
            request,
            title=t("How do the levels differ by round and stage?", lang),
            finding=finding,
            mark=render("unified_rounds.html", blocks=blocks),
            how_to_read=t(
                "Each bar is 100% of the rated institutions. Of the first visits only the sum of the three upper levels is "
                "known, so they are one block. Repeated visits went to institutions with a lower level, so the two rounds "
                "are not two samples of the same institutions. Not a random sample.",
                lang,
            ),
            table=Table(
                "visit-levels",
                t("Visited institutions by round, stage and level of the head's work", lang),
                [
                    Column("round", t("Round", lang)),
                    Column("stage", t("Stage", lang)),
                    Column("level", t("Level of the head's work", lang)),
                    Column("count", t("Institutions", lang), "integer"),
                    Column("rated", t("Rated", lang), "integer"),
                    Column("share", t("Share (computed)", lang), "percent"),
                ],
                rows,
                lang,
                notes=[
                    t(
                        "{none} of the {visited} visited institutions has no printed rating.",
                        lang,
                        none=first.get("none", 0),
                        visited=visited,
                    )
                ]
                if first.get("none")
                else (),
            ),
            provenance=provenance(
                request,
                "visit",
                (visited - first.get("none", 0), visited),
                t("rated institutions by level ÷ all rated institutions of the round", lang),
            ),
        )
    ]


# --- who was visited -----------------------------------------------------------------------------------


def _visited(request: Request, told: Printed | None) -> list[Part]:
    """The printed numbers of visited institutions, each with where it is printed."""
    if told is None:
        return []
    lang = request.lang
    figures = [
        *told.rows("unified_visited"),
        *told.rows("unified_municipalities"),
        *told.rows("unified_school_in_accreditation"),
    ]
    total = told.row("unified_visited", category="all")
    private = told.row("unified_visited", category="private")
    return [
        frame(
            request,
            title=t("Which institutions were visited?", lang),
            finding=t(
                "Of the {visited} visited institutions {private} are private and {preschool} are preschools. In 2024 "
                "accreditation and the assessment of heads looked at {assessed} institutions in the transition.",
                lang,
                visited=numbers.integer(total.value, lang),
                private=numbers.integer(private.value, lang),
                preschool=numbers.integer(told.value("unified_visited", category="preschool"), lang),
                assessed=numbers.integer(told.value("unified_school_in_accreditation", stage="all"), lang),
            ),
            table=Table(
                "unified-visited",
                t("Institutions in the transition that were visited or assessed, as printed", lang),
                [
                    Column("what", t("What", lang)),
                    Column("when", t("When", lang)),
                    Column("count", t("Number", lang), "integer"),
                    Column("share", t("Share (computed)", lang), "percent"),
                    Column("place", t("Printed", lang)),
                ],
                [
                    {
                        "what": sentence_case(_what(row, lang)),
                        "when": _when(row, lang),
                        "count": int(row.value),
                        "share": row.value / float(row.denominator) if row.denominator else Reason("z"),
                        "place": place(row.citation, lang),
                    }
                    for row in figures
                ],
                lang,
                phone="stacked",
            ),
            provenance=told.provenance(
                figures, counting=t("institutions and municipalities, as printed", lang)
            ),
        )
    ]


def _what(row, lang: str) -> str:
    if row.figure_key == "unified_school_in_accreditation" and row.stage != "all":
        return t("in accreditation and the assessment of heads: {what}", lang, what=label(row, lang))
    return label(row, lang)


def _when(row, lang: str) -> str:
    return numbers.school_year(row.period_label, lang) if "/" in row.period_label else row.period_label


# --- what separates the two groups ------------------------------------------------------------------------


def _differences(request: Request) -> list[Part]:
    lang = request.lang
    groups: dict[str, dict[str, object]] = {"optimal": {}, "lagging": {}}
    for row in quality.visit_criteria(request.reader):
        if row.visit_no == 1 and row.level_group in groups:
            groups[row.level_group][row.criterion] = row
    items = [item for item in ITEMS if item in groups["optimal"] and item in groups["lagging"]]
    if not items:
        return []
    found = share_differences(
        [
            (
                groups["optimal"][item].yes,
                groups["optimal"][item].rated,
                groups["lagging"][item].yes,
                groups["lagging"][item].rated,
            )
            for item in items
        ]
    )
    order = sorted(zip(items, found, strict=True), key=lambda pair: -abs(pair[1].difference))
    largest, gap = order[0]
    clear = [one for _item, one in order if one.clear]
    n1, n2 = gap.n1, gap.n2
    rows, drawn = [], []
    for item, one in order:
        name = t(ITEMS[item], lang)
        interval = t(
            "from {low} to {high}",
            lang,
            low=numbers.points(one.lower, lang, short=True),
            high=numbers.points(one.upper, lang, short=True),
        )
        drawn.append(
            {
                "name": name,
                "value": one.difference,
                "lower": one.lower,
                "upper": one.upper,
                "value_text": numbers.points(one.difference, lang, short=True),
                "note": f"{numbers.percent(one.share1, lang)} / {numbers.percent(one.share2, lang)}",
            }
        )
        rows.append(
            {
                "item": name,
                "x1": one.x1,
                "share1": one.share1,
                "x2": one.x2,
                "share2": one.share2,
                "difference": one.difference,
                "interval": interval,
                "clear": t("yes", lang) if one.clear else t("no", lang),
            }
        )
    return [
        frame(
            request,
            title=t("What separates institutions with a high level from those that lag?", lang),
            finding=tn(
                "{n} of {all} differences is larger than chance; the largest: “{item}”, {gap}.",
                "{n} of {all} differences are larger than chance; the largest: “{item}”, {gap}.",
                len(clear),
                lang,
                all=len(order),
                item=t(ITEMS[largest], lang),
                gap=numbers.points(gap.difference, lang),
            ),
            mark=marks.dot_plot(
                drawn,
                lang,
                label=t("Difference of shares between the two groups", lang),
                name_title=t("What was found", lang),
                value_title=t("Difference (good or higher / lower)", lang),
                reference=0,
                reference_text=t("no difference", lang),
                axis_text=lambda x: numbers.points(x, lang, 0, short=True) if abs(x) < 0.99 else "",
            ),
            how_to_read=t(
                "The dot is the share among {n1} institutions rated good or higher minus the share among {n2} that need "
                "improvement or are insufficient; the line is the 95% interval (Newcombe). Where it crosses zero, the "
                "difference may be chance. A difference is not a cause.",
                lang,
                n1=n1,
                n2=n2,
            ),
            table=Table(
                "level-differences",
                t("What was found, by group of levels, first visits", lang),
                [
                    Column("item", t("What was found", lang)),
                    Column("x1", t("Good or higher, of {n}", lang, n=n1), "integer"),
                    Column("share1", t("Share, good or higher", lang), "percent"),
                    Column("x2", t("Lower, of {n}", lang, n=n2), "integer"),
                    Column("share2", t("Share, lower", lang), "percent"),
                    Column("difference", t("Difference", lang), "points"),
                    Column("interval", t("95% interval", lang)),
                    Column("clear", t("Larger than chance", lang)),
                ],
                rows,
                lang,
                notes=[
                    t(
                        "The report prints the shares of all rated institutions only; the two groups are counted from "
                        "single visits.",
                        lang,
                    )
                ],
            ),
            provenance=provenance(
                request,
                "visit_criterion",
                (n1 + n2, n1 + n2),
                t("institutions where it was found ÷ rated institutions of the group", lang),
            ),
        )
    ]


# --- repeated visits ----------------------------------------------------------------------------------------


def _repeated(request: Request) -> list[Part]:
    lang = request.lang
    changes = quality.visit_changes(request.reader)
    total = sum(row.institutions for row in changes)
    if not total:
        return [
            Markup("<p>{}</p>").format(t("No repeated visit has been loaded yet.", lang)),
        ]
    by_change: dict[tuple[str, int | None], int] = {}
    for row in changes:
        key = (row.change, abs(row.steps) if row.steps is not None else None)
        by_change[key] = by_change.get(key, 0) + row.institutions
    up = sum(n for (change, _steps), n in by_change.items() if change == "up")
    same = by_change.get(("same", 0), 0)
    kinds = {"up": "rating-4", "same": "two", "down": "rating-2", "unknown": "unknown"}
    order = sorted(
        by_change, key=lambda key: (("up", "same", "down", "unknown").index(key[0]), -(key[1] or 0))
    )
    shade = {("up", 2): "rating-5", ("up", 3): "rating-5", ("up", 4): "rating-5", ("up", 1): "rating-3"}
    parts = [
        {
            "label": capital(t(CHANGE_WORDS[key], lang)),
            "value": by_change[key],
            "kind": shade.get(key, kinds[key[0]]),
        }
        for key in order
    ]
    origin = provenance(
        request, "visit", (total, total), t("institutions visited twice, by the level of both visits", lang)
    )
    parts_of_page: list[Part] = [
        frame(
            request,
            title=t("How many institutions changed their level?", lang),
            finding=t(
                "Of {total} institutions visited again the level rose in {up} and stayed the same in {same}.",
                lang,
                total=numbers.integer(total, lang),
                up=numbers.integer(up, lang),
                same=numbers.integer(same, lang),
            ),
            mark=marks.stacked_bar(
                parts, lang, label=t("Institutions visited twice by change of level", lang)
            ),
            how_to_read=t(
                "Institutions with a lower level were visited again. Some of them would be rated higher the second time by "
                "chance alone, so the rise does not show how much the support helped.",
                lang,
            ),
            table=Table(
                "visit-changes",
                t("Institutions visited twice by the level of both visits", lang),
                [
                    Column("before", t("First visit", lang)),
                    Column("after", t("Repeated visit", lang)),
                    Column("change", t("Change", lang)),
                    Column("count", t("Institutions", lang), "integer"),
                ],
                [
                    {
                        "before": capital(rating(row.from_level, lang)),
                        "after": capital(rating(row.to_level, lang)),
                        "change": change_text(row.from_level, row.to_level, lang),
                        "count": row.institutions,
                    }
                    for row in sorted(
                        changes, key=lambda row: (LEVEL_ORDER[row.from_level], LEVEL_ORDER[row.to_level])
                    )
                ],
                lang,
            ),
            provenance=origin,
        )
    ]
    return parts_of_page


def _dumbbell(request: Request) -> list[Part]:
    """First and repeated visit of each institution in scope."""
    lang = request.lang
    visits = quality.visits_in_scope(request.reader, repeated=True)
    pairs: dict[int, dict[int, object]] = {}
    for row in visits:
        pairs.setdefault(row.id, {})[row.visit_no] = row
    both = [(found[1], found[2]) for found in pairs.values() if 1 in found and 2 in found]
    if not both:
        return []
    place = {level: number for number, level in enumerate(RATINGS, 1)} | {"optimal": 4}

    def step(pair) -> int:
        first, second = pair
        return place.get(second.level, 0) - place.get(first.level, 0)

    both.sort(key=lambda pair: (-step(pair), pair[0].sort_key))
    rose = sum(step(pair) > 0 for pair in both)
    drawn, rows = [], []
    for first, second in both:
        change = change_text(first.level, second.level, lang)
        href = unit_href(request, "institution", reg_no=first.reg_no)
        drawn.append(
            {
                "name": first.name,
                "href": href,
                "before": place.get(first.level),
                "after": place.get(second.level),
                "before_text": rating(first.level, lang) if first.level else None,
                "after_text": rating(second.level, lang) if second.level else None,
                "change_text": change,
            }
        )
        rows.append(
            {
                "name": first.name,
                "href": href,
                "place": first.name_full,
                "first_day": numbers.date_short(first.date, lang),
                "before": capital(rating(first.level, lang)),
                "second_day": numbers.date_short(second.date, lang),
                "after": capital(rating(second.level, lang)),
                "change": change,
            }
        )
    names = {number: rating(level, lang) for level, number in place.items() if level != "optimal"}
    return [
        frame(
            request,
            title=t("Which institutions changed their level?", lang),
            finding=tn(
                "The level rose in {rose} of {n} institution in your scope that was visited again.",
                "The level rose in {rose} of {n} institutions in your scope that were visited again.",
                len(both),
                lang,
                rose=numbers.integer(rose, lang),
            ),
            mark=marks.dumbbell(
                drawn[:MOST_ROWS],
                lang,
                label=t("Level at the first and at the repeated visit", lang),
                name_title=t("Institution", lang),
                before_title=t("First visit", lang),
                after_title=t("Repeated visit", lang),
                axis_text=lambda x: (
                    names.get(round(x), "") if round(x) % 2 else ""
                ),  # every other: room for words
                low=1,
                high=5,
            ),
            how_to_read=t(
                "○ is the first visit, ● the repeated one, sorted by change. The level is that of the head's work in the "
                "transition. One level up may be chance: the visits are single days.",
                lang,
            ),
            table=Table(
                "repeated-visits",
                t("Institutions visited twice", lang),
                [
                    Column("name", t("Institution", lang), href_key="href"),
                    Column("place", t("Municipality", lang)),
                    Column("first_day", t("First visit", lang)),
                    Column("before", t("Level then", lang)),
                    Column("second_day", t("Repeated visit", lang)),
                    Column("after", t("Level now", lang)),
                    Column("change", t("Change", lang)),
                ],
                rows,
                lang,
            ),
            provenance=provenance(
                request,
                "visit",
                (len(both), len(both)),
                t("institutions in your scope that were visited twice", lang),
            ),
        )
    ]


# --- municipalities ---------------------------------------------------------------------------------------


def _municipalities(request: Request, told: Callable[[], Printed | None]) -> list[Part]:
    lang = request.lang
    places = quality.visited_municipalities(request.reader)
    visited = [one for one in places if one.flag or one.rows]
    others = [one for one in places if not (one.flag or one.rows)]
    if not visited:
        return []

    def count(one, *levels: str) -> object:
        found = [one.rows[level] for level in levels if level in one.rows]
        if any(row.institutions is None for row in found):
            return Reason("c")
        if not found:
            # Without the total nothing is known; with a protected one its parts are protected too.
            total = one.rows.get("all")
            return (
                0 if total is not None and total.institutions is not None else Reason("c" if total else "x")
            )
        return sum(row.institutions for row in found)

    def item(one) -> dict:
        total = count(one, "all")
        text = marks.missing("c", lang) if isinstance(total, Reason) else numbers.integer(total, lang)
        return {
            "name": place_name(one.place, lang),
            "href": unit_href(request, "municipality", code=one.place.code),
            "text": text if one.rows else "",
        }

    rows = []
    for one in [*visited, *others]:
        base = {
            "name": place_name(one.place, lang),
            "href": unit_href(request, "municipality", code=one.place.code),
        }
        if one in others:
            rows.append(
                {
                    **base,
                    "visited": t("no", lang),
                    **dict.fromkeys(("count", "optimal", "middle", "bad"), Reason("z")),
                }
            )
        else:
            rows.append(
                {
                    **base,
                    "visited": t("yes", lang),
                    "count": count(one, "all"),
                    "optimal": count(one, *UPPER),
                    "middle": count(one, "needs_improvement"),
                    "bad": count(one, "insufficient"),
                }
            )
    protected = any(isinstance(row["count"], Reason) and row["count"].code == "c" for row in rows)
    report = told()
    printed = report.value("unified_municipalities") if report else None
    notes = [
        t("Where no visit took place nothing was measured; that is not a good level and not zero.", lang)
    ]
    if printed is not None and printed != len(visited):
        notes.append(
            t(
                "The report prints {printed} municipalities; Viļānu novads has been part of Rēzeknes novads since 2021, so "
                "there are {n} present ones (check C03).",
                lang,
                printed=numbers.integer(printed, lang),
                n=numbers.integer(len(visited), lang),
            )
        )
    if protected:
        notes.append(t("Counts under 10 are shown to the municipality and the ministry only.", lang))
    known = sum(not isinstance(row["count"], Reason) for row in rows)
    return [
        frame(
            request,
            title=t("Which municipalities were visited?", lang),
            finding=tn(
                "Institutions of {n} municipality were visited; about the {others} others the visits say nothing.",
                "Institutions of {n} municipalities were visited; about the {others} others the visits say nothing.",
                len(visited),
                lang,
                others=numbers.integer(len(others), lang),
            ),
            mark=render(
                "unified_places.html",
                groups=[
                    {
                        "title": t("Visited in 2023/24 ({n})", lang, n=len(visited)),
                        "entries": [item(one) for one in visited],
                        "kind": "yes",
                    },
                    {
                        "title": t("Not visited: no level is known ({n})", lang, n=len(others)),
                        "entries": [
                            {"name": place_name(one.place, lang), "href": None, "text": ""} for one in others
                        ],
                        "kind": "no",
                    },
                ],
            ),
            how_to_read=t(
                "The number is how many institutions were visited. Visits went where there are institutions in transition, "
                "not to a sample of all.",
                lang,
            ),
            table=Table(
                "visited-municipalities",
                t("Municipalities and the first visits of 2023/24", lang),
                [
                    Column("name", t("Municipality", lang), href_key="href"),
                    Column("visited", t("Visited", lang)),
                    Column("count", t("Institutions visited", lang), "integer"),
                    Column("optimal", t("Good or higher", lang), "integer"),
                    Column("middle", t("Needs improvement", lang), "integer"),
                    Column("bad", t("Insufficient", lang), "integer"),
                ],
                rows,
                lang,
                notes=notes,
            ),
            provenance=provenance(
                request,
                "visit",
                (known, len(visited)),
                t("visited institutions by municipality and level; coverage of visited municipalities", lang),
            ),
        )
    ]


# --- money and calendar --------------------------------------------------------------------------------


def _funding(request: Request, told: Printed) -> list[Part]:
    lang = request.lang
    used, share = told.row("unified_funding_used"), told.row("unified_funding_used_share")
    helped = told.row("unified_funding_supportive")
    granted = used.value / (share.value / 100)
    unused = granted - used.value
    counted = quality.visit_funding(request.reader)
    euro = numbers.decimal(used.value, lang, 2)
    rows = [
        {"item": t("Used", lang), "euro": f"{euro}{numbers.NBSP}EUR", "origin": t("printed", lang)},
        {
            "item": t("Used, share of what was granted", lang),
            "euro": printed_share(share, lang),
            "origin": t("printed", lang),
        },
        {
            "item": t("Granted", lang),
            "euro": t("about {euro}", lang, euro=numbers.euro(round(granted, -3), lang)),
            "origin": t("computed from the two", lang),
        },
        {
            "item": t("Not used", lang),
            "euro": t("about {euro}", lang, euro=numbers.euro(round(unused, -3), lang)),
            "origin": t("computed from the two", lang),
        },
        {
            "item": t("Institutions that used it and call it an essential support", lang),
            "euro": printed_share(helped, lang),
            "origin": t("printed; of how many is not printed", lang),
        },
    ]
    keys = [
        marks.key_figure(f"{euro}{numbers.NBSP}EUR", t("used in 2023/24", lang), lang=lang),
        marks.key_figure(printed_share(share, lang), t("of what was granted", lang), lang=lang),
        marks.key_figure(
            printed_share(helped, lang),
            t("of the institutions that used it call it an essential support", lang),
            lang=lang,
        ),
    ]
    bar = marks.stacked_bar(
        [
            {
                "label": t("Used", lang),
                "value": used.value,
                "text": printed_share(share, lang),
                "kind": "one",
            },
            {
                "label": t("Not used (computed)", lang),
                "value": unused,
                "text": numbers.percent(1 - share.value / 100, lang),
                "kind": "four",
            },
        ],
        lang,
        label=t("Additional state funding", lang),
    )
    notes = [
        t(
            "Paid for teaching assistants, speech therapists and extended-day groups in preschools and grades 1, 4 and 7.",
            lang,
        ),
        t(
            "Why {share} was not used is not printed.",
            lang,
            share=numbers.percent(1 - share.value / 100, lang),
        ),
    ]
    if counted is not None and counted.unused:
        notes.append(
            tn(
                "In the single records {n} of {all} visited institutions used nothing of what was granted.",
                "In the single records {n} of {all} visited institutions used nothing of what was granted.",
                counted.unused,
                lang,
                all=numbers.integer(counted.institutions, lang),
            )
        )
    return [
        frame(
            request,
            title=t("How much of the additional funding was used?", lang),
            finding=t(
                "{euro} EUR were used, {share} of what was granted; more than a third was left unused.",
                lang,
                euro=euro,
                share=printed_share(share, lang),
            )
            if share.value < 200 / 3
            else t(
                "{euro} EUR were used, {share} of what was granted.",
                lang,
                euro=euro,
                share=printed_share(share, lang),
            ),
            mark=Markup("{}{}").format(key_row(keys), bar),
            how_to_read=t(
                "The whole bar is the funding granted. The granted sum is computed from the printed sum and share, so it is "
                "rounded to thousands.",
                lang,
            ),
            table=Table(
                "unified-funding",
                t("Additional state funding for the transition, 2023/24", lang),
                [
                    Column("item", t("What", lang)),
                    Column("euro", t("Value", lang)),
                    Column("origin", t("Origin", lang)),
                ],
                rows,
                lang,
                notes=notes,
            ),
            provenance=told.provenance([used, share, helped], counting=t("euros used ÷ euros granted", lang)),
        )
    ]


def _calendar(request: Request, told: Printed) -> list[Part]:
    lang = request.lang
    phases = told.rows("unified_phase")
    if not phases:
        return []
    years, begun = [], {}
    for row in phases:
        text = row.stage.lower()
        members = (
            set(GRADES)
            if "all grades" in text
            else {part.strip() for part in text.split(",") if part.strip()}
        )
        years.append(row.period_label)
        for grade in members:
            begun.setdefault(grade, row.period_label)
    names = {
        grade: t("Preschool", lang) if grade == "preschool" else t("Grade {n}", lang, n=grade)
        for grade in GRADES
    }
    yes, no = t("in Latvian", lang), t("not yet", lang)
    rows = [
        {
            "grade": names[grade],
            **{year: yes if grade in begun and year >= begun[grade] else no for year in years},
        }
        for grade in GRADES
    ]
    last = years[-1]
    return [
        frame(
            request,
            title=t("When does each grade change to Latvian?", lang),
            finding=t(
                "Preschools and grades 1, 4 and 7 began in {first}; since {last} teaching is in Latvian in all grades.",
                lang,
                first=numbers.school_year(years[0], lang),
                last=numbers.school_year(last, lang),
            ),
            mark=render(
                "unified_calendar.html",
                years=[numbers.school_year_short(year, lang) for year in years],
                rows=[
                    {
                        "name": names[grade],
                        "cells": [
                            {
                                "on": grade in begun and year >= begun[grade],
                                "first": begun.get(grade) == year,
                                "word": yes if grade in begun and year >= begun[grade] else no,
                            }
                            for year in years
                        ],
                    }
                    for grade in GRADES
                ],
                caption=t("Calendar of the transition by grade", lang),
                name_title=t("Grade", lang),
                first=t("begins", lang),
            ),
            how_to_read=t(
                "● is the school year in which a grade begins, the line shows that it goes on. Visits of 2023/24 could see only "
                "those that began first: preschools and grades 1, 4 and 7.",
                lang,
            ),
            table=Table(
                "unified-calendar",
                t("Teaching only in Latvian by grade and school year", lang),
                [
                    Column("grade", t("Grade", lang)),
                    *[Column(year, numbers.school_year(year, lang)) for year in years],
                ],
                rows,
                lang,
            ),
            provenance=told.provenance(phases, counting=t("grades taught only in Latvian, as printed", lang)),
        )
    ]
