"""/kvalitate : accreditation of institutions and assessment of heads: levels by criterion, tasks, what became of them.

Levels and tasks of a single institution are for the institution, its municipality and the ministry.
"""

from __future__ import annotations

from collections.abc import Sequence

from access.pages import Request, page
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Block, Part
from components.published_charts import Printed, bars, frame
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import published, quality
from indicators.disclosure import MINIMUM
from indicators.quality import LAGGING, RATINGS, share_differences
from language import numbers
from language.messages import _, t, tn

from .kept import kept
from .national_quality import institutions as printed_institutions
from .quality_blocks import (
    AREAS,
    CRITERIA,
    EVALUATION_KINDS,
    RATING_KINDS,
    TASK_TOPICS,
    capital,
    chosen,
    level_words,
    provenance,
    rating,
    section,
    unit_href,
    word,
)
from .words import place_name

PROGRAMMES_END = 2024  # programmes are accredited no more from this year on
GROUPS = {
    "all": _("all together"),
    "general": _("general education"),
    "vocational": _("vocational education"),
    "preschool": _("preschools"),
}
KIND_SLUGS = {"iestades": "accreditation", "vaditaji": "head"}
GROUP_SLUGS = {
    "visas": "all",
    "visparejas": "general",
    "profesionalas": "vocational",
    "pirmsskolas": "preschool",
}
MOST_ROWS = 12  # drawn
MOST_LISTED = 100  # in the table


@page(
    "quality",
    "/kvalitate",
    params={"ko": "|".join(KIND_SLUGS), "tips": "|".join(GROUP_SLUGS), "gads": r"20\d\d"},
)
def view(request: Request) -> View:
    """Evaluations and tasks."""
    reader, lang = request.reader, request.lang
    own, lead = _own(request)
    body: list[Part] = [*own, *_silent(request)]
    body += kept(request, "country", lambda: _country(request, _told(request)))
    return View(
        title=t("What did quality evaluation find, and what came of it?", lang),
        window_title=t("Quality evaluation", lang),
        description=t(
            "Accreditation of institutions, assessment of heads, tasks set and their follow-up.", lang
        ),
        lead=lead or _lead(_told(request), lang),
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("Quality evaluation", lang))],
        release_id=reader.release.id,
    )


def _told(request: Request) -> Printed | None:
    rows = published.tables(request.reader)
    return Printed(rows, request.lang, request.reader.release.id) if rows else None


def _country(request: Request, told: Printed | None) -> list[Part]:
    """Everything but what is the reader's own."""
    lang = request.lang
    printed: Sequence[Part] = printed_institutions(request, told) if told else []
    years = quality.evaluation_years(request.reader)
    return [
        section(
            "limeni",
            t("Accreditation and assessment of heads", lang),
            [*chosen(printed, "assessment"), *_criteria(request, years), *_years(request, told, years)],
        ),
        section(
            "uzdevumi",
            t("Tasks and what became of them", lang),
            [
                *_states(request),
                Block("div", chosen(printed, "tasks", "priority-tasks"), class_="columns"),
                *_follow_up(request),
            ],
        ),
    ]


def _lead(told: Printed | None, lang: str) -> str:
    if told is None:
        return t("The annual report has not been loaded yet.", lang)
    weak, assessed = (
        told.row("institutions_needs_improvement", stage="all"),
        told.row("institutions_accredited", stage="all"),
    )
    heads, heads_all = (
        told.row("heads_needs_improvement", stage="all"),
        told.row("heads_assessed", stage="all", table_id="S_accreditation"),
    )
    return t(
        "In 2024 at least one criterion was to be improved in {institutions} of the accredited institutions and in {heads} "
        "of the assessed heads.",
        lang,
        institutions=numbers.share_with_counts(int(weak.value), int(assessed.value), lang),
        heads=numbers.share_with_counts(int(heads.value), int(heads_all.value), lang),
    )


# --- own institutions -----------------------------------------------------------------------------------


def _own(request: Request) -> tuple[list[Part], str]:
    scope, lang = request.scope, request.lang
    if not scope.signed_in:
        return [], ""
    tasks = quality.tasks_in_scope(request.reader, MOST_LISTED)
    rows = quality.evaluations_in_scope(request.reader)
    if scope.sees_all:
        return ([_tasks_due(request, tasks)] if tasks else []), ""
    parts: list[Part] = []
    lead = (
        t("No evaluation of your institution is on record.", lang)
        if scope.role == "school"
        else t("No evaluation of your institutions is on record.", lang)
    )
    if rows:
        newest, lead = _evaluations(request, rows)
        parts.append(newest)
    if tasks:
        parts.append(_tasks_due(request, tasks))
    return parts, lead


def _evaluations(request: Request, rows: Sequence) -> tuple[ChartFrame, str]:
    """The newest evaluation of each kind of every institution in scope."""
    lang = request.lang
    found: dict[tuple[int, str], dict] = {}
    for row in rows:
        one = found.setdefault((row.id, row.kind), {"row": row, "levels": {}})
        if one["row"].year == row.year:
            one["levels"][row.criterion] = row.level
    order = sorted(
        found.values(),
        key=lambda one: (
            -sum(level in LAGGING for level in one["levels"].values()),
            one["row"].sort_key,
            one["row"].kind,
        ),
    )
    weak = [one for one in order if any(level in LAGGING for level in one["levels"].values())]
    finding = tn(
        "{weak} of {n} newest evaluation has at least one criterion to be improved.",
        "{weak} of {n} newest evaluations have at least one criterion to be improved.",
        len(order),
        lang,
        weak=numbers.integer(len(weak), lang),
    )
    body, table = [], []
    for one in order:
        row, levels = one["row"], one["levels"]
        href = unit_href(request, "institution", reg_no=row.reg_no)
        body.append(
            {
                "name": row.name,
                "href": href,
                "note": f"{word(EVALUATION_KINDS, row.kind, lang)}, {row.year}",
                "cells": [
                    {
                        "kind": RATING_KINDS[levels[criterion]] if criterion in levels else "unknown",
                        "word": rating(levels.get(criterion), lang)
                        if criterion in levels
                        else t("not rated", lang),
                        "sign": _sign(levels.get(criterion)),
                    }
                    for criterion in CRITERIA
                ],
            }
        )
        table.append(
            {
                "name": row.name,
                "href": href,
                "kind": word(EVALUATION_KINDS, row.kind, lang),
                "year": str(row.year),
                **{
                    criterion: capital(rating(levels[criterion], lang))
                    if criterion in levels
                    else Reason("x")
                    for criterion in CRITERIA
                },
            }
        )
    return (
        ChartFrame(
            title=t("What did the newest evaluations of your institutions find?", lang)
            if request.scope.role != "school"
            else t("What did the newest evaluations find here?", lang),
            finding=_weakest(order, lang),
            mark=render(
                "quality_grid.html",
                heads=[
                    {"name": t(name, lang), "number": number, "area": area}
                    for number, (area, name) in enumerate(CRITERIA.values(), 1)
                ],
                rows=body[:MOST_ROWS],
                rest=len(body) - MOST_ROWS,
                legend=[
                    (RATING_KINDS[level], _sign(level), capital(rating(level, lang))) for level in RATINGS
                ],
                caption=t("Levels by criterion", lang),
                name_title=t("Institution", lang),
                lang=lang,
            ),
            how_to_read=t(
                "Numbers 1–12 are the criteria named below, three in each area. Institutions are accredited once in six "
                "years, so the evaluations are of different years.",
                lang,
            ),
            table=Table(
                "own-evaluations",
                t("Newest evaluations in your scope", lang),
                [
                    Column("name", t("Institution", lang), href_key="href"),
                    Column("kind", t("What was evaluated", lang)),
                    Column("year", t("Year", lang)),
                    *[Column(criterion, t(name, lang)) for criterion, (_area, name) in CRITERIA.items()],
                ],
                table,
                lang,
            ),
            provenance=provenance(
                request,
                "evaluation",
                (len(order), len(order)),
                t("newest accreditation and assessment of the head of each institution", lang),
            ),
            lang=lang,
            address=request.address,
        ),
        finding,
    )


def _weakest(order: Sequence[dict], lang: str) -> str:
    """The criterion that is most often to be improved."""
    counts = {
        criterion: sum(one["levels"].get(criterion) in LAGGING for one in order) for criterion in CRITERIA
    }
    most = max(counts, key=counts.__getitem__)
    if not counts[most]:
        return t("No criterion is to be improved.", lang)
    return t(
        "Most often to be improved: “{criterion}” ({n}).",
        lang,
        criterion=word(CRITERIA, most, lang),
        n=numbers.integer(counts[most], lang),
    )


def _sign(level: str | None) -> str:
    """One character for a level, so that colour is not alone: its number on the scale of five."""
    return str(RATINGS.index(level) + 1) if level in RATINGS else "…"


def _open_tasks(request: Request, tasks: Sequence) -> tuple[int, int]:
    """Open tasks in scope and those past the date; from the roll-ups where the list was cut."""
    as_of, scope = request.reader.release.as_of, request.scope
    if len(tasks) < MOST_LISTED:
        return (
            sum(row.tasks - row.done for row in tasks),
            sum(row.tasks - row.done for row in tasks if row.due and row.due < as_of),
        )
    areas = [None] if scope.sees_all else sorted(scope.municipalities)
    rows = [row for code in areas for row in quality.task_states(request.reader, code)]
    return sum(row.tasks - row.done for row in rows), sum(row.overdue for row in rows)


def _tasks_due(request: Request, tasks: Sequence) -> ChartFrame:
    """Tasks in scope that are not done, the earliest date first."""
    lang = request.lang
    as_of = request.reader.release.as_of
    shown = sum(row.tasks - row.done for row in tasks)
    left, late = _open_tasks(request, tasks)
    return ChartFrame(
        title=t("Which tasks are not done yet?", lang),
        finding=tn(
            "{n} task is open, {late} of them past the date.",
            "{n} tasks are open, {late} of them past the date.",
            left,
            lang,
            late=numbers.integer(late, lang),
        ),
        mark=render(
            "quality_due.html",
            rows=[
                {
                    "name": row.name,
                    "href": unit_href(request, "institution", reg_no=row.reg_no),
                    "topic": capital(word(TASK_TOPICS, row.topic, lang)),
                    "left": row.tasks - row.done,
                    "due": numbers.date_short(row.due, lang) if row.due else "",
                    "late": bool(row.due and row.due < as_of),
                }
                for row in tasks[:MOST_ROWS]
            ],
            rest=len(tasks) - MOST_ROWS,
            caption=t("Open tasks, the earliest date first", lang),
            alone=request.scope.role == "school",
            lang=lang,
        ),
        how_to_read=t(
            "A task is what an evaluation asked to improve. “Past the date” is counted on {day}.",
            lang,
            day=numbers.date_short(as_of, lang),
        ),
        table=Table(
            "own-tasks",
            t("Tasks in your scope that are not all done", lang),
            [
                Column("name", t("Institution", lang), href_key="href"),
                Column("year", t("Set in", lang)),
                Column("area", t("Area", lang)),
                Column("topic", t("Topic", lang)),
                Column("tasks", t("Tasks", lang), "integer"),
                Column("done", t("Done", lang), "integer"),
                Column("due", t("Due", lang)),
                Column("late", t("Past the date", lang)),
            ],
            [
                {
                    "name": row.name,
                    "href": unit_href(request, "institution", reg_no=row.reg_no),
                    "year": str(row.year),
                    "area": word(AREAS, row.area, lang),
                    "topic": capital(word(TASK_TOPICS, row.topic, lang)),
                    "tasks": row.tasks,
                    "done": row.done,
                    "due": numbers.date_short(row.due, lang) if row.due else Reason("x"),
                    "late": t("yes", lang) if row.due and row.due < as_of else t("no", lang),
                }
                for row in tasks
            ],
            lang,
            notes=[t("The first {n} rows by date.", lang, n=len(tasks))] if len(tasks) == MOST_LISTED else (),
        ),
        provenance=provenance(
            request, "task", (shown, left), t("tasks set minus tasks done, by due date", lang)
        ),
        lang=lang,
        address=request.address,
    )


def _large_enough(by_group: dict[str, dict]) -> dict[str, dict]:
    """Groups of at least ten evaluations; a second one goes where the total would give a lone hidden one away."""
    sizes = {name: counts.get("any", {}).get("all", 0) for name, counts in by_group.items()}
    if sizes.get("all", 0) < MINIMUM:
        return {}
    parts = sorted((size, name) for name, size in sizes.items() if name != "all")
    hidden = [name for size, name in parts if size < MINIMUM]
    if len(hidden) == 1 and len(parts) > 1:
        hidden = [name for _size, name in parts[:2]]
    return {name: counts for name, counts in by_group.items() if name not in hidden}


# --- levels by criterion ----------------------------------------------------------------------------------


def _weakest_criterion(rows: Sequence[dict], lang: str) -> str:
    """The criterion that is to be improved more often than the others together, if chance alone hardly makes it."""
    known = [(sum(row[level] for level in LAGGING), row["total"], row) for row in rows if row["total"]]
    if len(known) < 2:
        return ""
    weak, total, row = max(known, key=lambda one: one[0] / one[1])
    others = sum(one[0] for one in known) - weak, sum(one[1] for one in known) - total
    if not share_differences([(weak, total, *others)])[0].clear:
        return t("No criterion stands out by more than chance.", lang)
    return t(
        "More often than the others: “{criterion}” ({share}).",
        lang,
        criterion=row["criterion"],
        share=numbers.share_with_counts(weak, total, lang),
    )


def _criteria(request: Request, rows_of_years: Sequence) -> list[Part]:
    lang = request.lang
    years = sorted({row.year for row in rows_of_years})
    if not years:
        return []
    year = int(request.params.get("gads", years[-1]))
    year = year if year in years else years[-1]
    kind = KIND_SLUGS[request.params.get("ko", "iestades")]
    group = GROUP_SLUGS[request.params.get("tips", "visas")]
    by_group: dict[str, dict[str, dict[str, int]]] = {}
    for row in quality.evaluation_levels(request.reader, year):
        if row.kind == kind and row.institutions is not None:
            found = by_group.setdefault(row.type_group, {}).setdefault(row.criterion, {})
            found[row.level] = row.institutions
    if not request.scope.sees_all:
        by_group = _large_enough(by_group)
    group = group if group in by_group else "all"
    counts, present = by_group.get(group, {}), set(by_group)
    assessed = counts.get("any", {}).get("all", 0)
    if not assessed:
        return []
    rows, areas = [], []
    for area, area_name in AREAS.items():
        items = []
        for criterion, (where, name) in CRITERIA.items():
            if where != area:
                continue
            found = counts.get(criterion, {})
            total = sum(found.values())
            weak = sum(found.get(level, 0) for level in LAGGING)
            items.append(
                {
                    "name": t(name, lang),
                    "parts": [
                        {
                            "kind": RATING_KINDS[level],
                            "share": f"{100 * found[level] / total:.4g}",
                            "text": numbers.integer(found[level], lang),
                            "fits": found[level] / total >= 0.06,
                        }
                        for level in RATINGS
                        if found.get(level)
                    ],
                    "alt": "; ".join(
                        f"{capital(rating(level, lang))}: {numbers.integer(found[level], lang)}"
                        for level in RATINGS
                        if found.get(level)
                    ),
                    "weak": numbers.share_with_counts(weak, total, lang) if total else "",
                }
            )
            rows.append(
                {
                    "area": t(area_name, lang),
                    "criterion": t(name, lang),
                    **{level: found.get(level, 0) for level in RATINGS},
                    "total": total,
                    "share": weak / total if total else Reason("x"),
                }
            )
        areas.append({"name": t(area_name, lang), "entries": items})
    weak_any = counts.get("any", {}).get("needs_improvement", 0)
    kinds = {slug: word(EVALUATION_KINDS, code, lang) for slug, code in KIND_SLUGS.items()}
    kind_slug = next(slug for slug, code in KIND_SLUGS.items() if code == kind)
    group_slug = next(slug for slug, code in GROUP_SLUGS.items() if code == group)
    controls = render(
        "quality_controls.html",
        action=request.url("quality"),
        choices=[
            ("ko", t("What was evaluated", lang), list(kinds.items()), kind_slug),
            (
                "tips",
                t("Institutions", lang),
                [
                    (slug, capital(t(GROUPS[code], lang)))
                    for slug, code in GROUP_SLUGS.items()
                    if code in present
                ],
                group_slug,
            ),
            ("gads", t("Year", lang), [(str(one), str(one)) for one in reversed(years)], str(year)),
        ],
        lang=lang,
    )
    return [
        controls,
        frame(
            request,
            title=t("Which of the twelve criteria are weakest?", lang),
            finding=t(
                "{kind}, {year}: at least one criterion was to be improved in {weak}.",
                lang,
                kind=kinds[kind_slug],
                year=year,
                weak=numbers.share_with_counts(weak_any, assessed, lang),
            )
            + " "
            + _weakest_criterion(rows, lang),
            mark=render(
                "quality_criteria.html",
                areas=areas,
                legend=[
                    (RATING_KINDS[level], capital(rating(level, lang)))
                    for level in RATINGS
                    if any(row[level] for row in rows)
                ],
                caption=t("Levels by criterion", lang),
                heads=(t("Criterion", lang), t("Levels", lang), t("To be improved", lang)),
            ),
            how_to_read=t(
                "Each bar is 100% of the evaluations. The number on the right is the share with “needs improvement” or lower. "
                "Twelve criteria in four areas; the year's institutions are not a sample of all.",
                lang,
            ),
            table=Table(
                "criteria-levels",
                t("Evaluations of {year} by criterion and level", lang, year=year),
                [
                    Column("area", t("Area", lang)),
                    Column("criterion", t("Criterion", lang)),
                    *[Column(level, capital(rating(level, lang)), "integer") for level in RATINGS],
                    Column("total", t("Evaluated", lang), "integer"),
                    Column("share", t("To be improved, share", lang), "percent"),
                ],
                rows,
                lang,
            ),
            provenance=provenance(
                request,
                "evaluation",
                (assessed, assessed),
                t("evaluations at each level ÷ all evaluations of the year, by criterion", lang),
            ),
        ),
    ]


def _years(request: Request, told: Printed | None, years: Sequence) -> list[Part]:
    lang = request.lang
    if not years:
        return []
    found: dict[int, dict[tuple[str, str], int]] = {}
    for row in years:
        if row.institutions is not None:
            found.setdefault(row.year, {})[row.kind, row.level] = row.institutions
    protected = {(row.year, row.kind) for row in years if row.institutions is None}

    def weak(year: int, kind: str) -> int | Reason:
        return found[year].get((kind, "needs_improvement"), Reason("c" if (year, kind) in protected else "x"))

    order = sorted(found)
    first, last = order[0], order[-1]
    series = [
        {
            "name": name,
            "kind": kind,
            "values": [found[year].get((code, "all")) for year in order],
            "texts": [
                numbers.integer(found[year][code, "all"], lang) if (code, "all") in found[year] else None
                for year in order
            ],
        }
        for code, name, kind in (
            ("head", t("Heads assessed", lang), "national"),
            ("accreditation", t("Institutions accredited", lang), "school"),
        )
    ]
    breaks = (
        [
            (
                order.index(PROGRAMMES_END),
                t("since {year} programmes are no longer accredited", lang, year=PROGRAMMES_END),
            )
        ]
        if PROGRAMMES_END in order
        else []
    )
    total = told.value("accreditation_total") if told else None
    notes = [
        t(
            "Until 2023 programmes were accredited too, so numbers of accreditations of earlier years must not be compared "
            "with those since 2024: the fall is a change of the rules.",
            lang,
        )
    ]
    if total is not None:
        notes.append(
            t(
                "Table 2 of the report prints {total} accreditations in 2024 without saying what is counted (check C10).",
                lang,
                total=numbers.integer(total, lang),
            )
        )
    rows = [
        {
            "year": str(year),
            "accredited": found[year].get(("accreditation", "all"), Reason("x")),
            "accredited_weak": weak(year, "accreditation"),
            "heads": found[year].get(("head", "all"), Reason("x")),
            "heads_weak": weak(year, "head"),
            "rules": t("institutions", lang)
            if year >= PROGRAMMES_END
            else t("institutions and programmes", lang),
        }
        for year in order
    ]
    return [
        frame(
            request,
            title=t("How many evaluations are there a year?", lang),
            finding=t(
                "{institutions} institutions were accredited and {heads} heads assessed in {last}. Since {end} programmes are "
                "no longer accredited, so earlier numbers of accreditations cannot be compared.",
                lang,
                last=last,
                institutions=numbers.integer(found[last].get(("accreditation", "all"), 0), lang),
                heads=numbers.integer(found[last].get(("head", "all"), 0), lang),
                end=PROGRAMMES_END,
            ),
            mark=marks.line_chart(
                [str(year) for year in order],
                series,
                lang,
                label=t("Evaluations by year, {first}–{last}", lang, first=first, last=last),
                y_title=t("Evaluations", lang),
                breaks=breaks,
                low=0,
                height=220,
            ),
            how_to_read=t(
                "The dotted line is the break: nothing is connected across it. Only 2024 is printed by institution; the years "
                "before are counted from single evaluations.",
                lang,
            ),
            table=Table(
                "evaluation-years",
                t("Institutions accredited and heads assessed by year", lang),
                [
                    Column("year", t("Year", lang)),
                    Column("accredited", t("Institutions accredited", lang), "integer"),
                    Column("accredited_weak", t("of them with a weak criterion", lang), "integer"),
                    Column("heads", t("Heads assessed", lang), "integer"),
                    Column("heads_weak", t("of them with a weak criterion", lang), "integer"),
                    Column("rules", t("What was accredited", lang)),
                ],
                rows,
                lang,
                notes=notes,
            ),
            provenance=provenance(
                request,
                "evaluation",
                (len(order), len(order)),
                t("evaluated institutions and heads by calendar year; coverage of years", lang),
            ),
        )
    ]


# --- tasks ------------------------------------------------------------------------------------------------


def _states(request: Request) -> list[Part]:
    """Tasks done, open and past the date, by area."""
    lang = request.lang
    found: dict[str, list[int]] = {}
    years: dict[int, list[int]] = {}
    for row in quality.task_states(request.reader):
        for target in (found.setdefault(row.area, [0, 0, 0]), years.setdefault(row.year, [0, 0, 0])):
            target[0] += row.tasks
            target[1] += row.done
            target[2] += row.overdue
    if not found:
        return []
    total, done, late = (sum(one[place] for one in found.values()) for place in range(3))

    kinds = (
        ("one", t("Done", lang)),
        ("two", t("Open, the date not reached", lang)),
        ("rating-2", t("Open, past the date", lang)),
    )

    def bar(name: str, one: Sequence[int]) -> tuple[str, object]:
        values = (one[1], one[0] - one[1] - one[2], one[2])
        parts = [
            {"label": label, "value": value, "kind": kind}
            for (kind, label), value in zip(kinds, values, strict=True)
            if value
        ]
        text = f"{name}: {numbers.integer(one[0], lang)}"
        return text, marks.stacked_bar(parts, lang, label=text, key=False)

    order = sorted(found.items(), key=lambda pair: -pair[1][0])
    blocks = [
        {"name": t("By area", lang), "bars": [bar(word(AREAS, area, lang), one) for area, one in order]},
        {
            "name": t("By the year in which they were set", lang),
            "bars": [bar(str(year), one) for year, one in sorted(years.items())],
        },
    ]
    rows = [
        *(
            {
                "group": word(AREAS, area, lang),
                "tasks": one[0],
                "done": one[1],
                "open": one[0] - one[1] - one[2],
                "late": one[2],
                "share": one[1] / one[0],
            }
            for area, one in order
        ),
        *(
            {
                "group": t("set in {year}", lang, year=year),
                "tasks": one[0],
                "done": one[1],
                "open": one[0] - one[1] - one[2],
                "late": one[2],
                "share": one[1] / one[0],
            }
            for year, one in sorted(years.items())
        ),
        {
            "group": t("Total", lang),
            "tasks": total,
            "done": done,
            "open": total - done - late,
            "late": late,
            "share": done / total,
        },
    ]
    return [
        frame(
            request,
            title=t("How many of the tasks are done?", lang),
            finding=t(
                "{done} of the tasks set in {first}–{last} are done; {late} are past their date.",
                lang,
                done=numbers.share_with_counts(done, total, lang),
                first=min(years),
                last=max(years),
                late=numbers.integer(late, lang),
            ),
            mark=render("quality_states.html", blocks=blocks, legend=kinds),
            how_to_read=t(
                "Each bar is all tasks of the area or year. Newer tasks have had less time: compare areas with areas, not years "
                "with years.",
                lang,
            ),
            table=Table(
                "task-states",
                t("Tasks by area and year and their state", lang),
                [
                    Column("group", t("Area or year", lang)),
                    Column("tasks", t("Tasks", lang), "integer"),
                    Column("done", t("Done", lang), "integer"),
                    Column("open", t("Open, the date not reached", lang), "integer"),
                    Column("late", t("Open, past the date", lang), "integer"),
                    Column("share", t("Share done", lang), "percent"),
                ],
                rows,
                lang,
                notes=[
                    t("The report prints how many tasks were set, not how many are done.", lang),
                    t("Each task is counted once in its area and once in its year.", lang),
                ],
            ),
            provenance=provenance(
                request,
                "task",
                (total, total),
                t(
                    "tasks done ÷ tasks set; late on {day}",
                    lang,
                    day=numbers.date_short(request.reader.release.as_of, lang),
                ),
            ),
        )
    ]


def _follow_up(request: Request) -> list[Part]:
    """High levels a year later, after a visit and without one."""
    lang = request.lang
    rows = quality.follow_up(request.reader)
    if not rows:
        return []
    sums = {flag: [0, 0] for flag in (0, 1)}
    for row in rows:
        sums[row.visited][0] += row.no_longer
        sums[row.visited][1] += row.no_longer + row.still
    if not all(total for _part, total in sums.values()):
        return []
    gap = share_differences([(*sums[1], *sums[0])])[0]
    names = {1: t("Visited in the year after", lang), 0: t("Not visited", lang)}
    years = sorted({row.school_year for row in rows})
    found = {(row.school_year, row.visited): row for row in rows}
    finding = t(
        "A year later {visited} of the high levels of visited institutions were no longer high, and {others} of those "
        "without a visit.",
        lang,
        visited=numbers.percent(gap.share1, lang),
        others=numbers.percent(gap.share2, lang),
    )
    finding += " " + (
        t("The difference of {gap} is larger than chance.", lang, gap=numbers.points(gap.difference, lang))
        if gap.clear
        else t("The difference of {gap} may be chance.", lang, gap=numbers.points(gap.difference, lang))
    )
    groups = [
        {
            "name": numbers.school_year(year, lang),
            "bars": [
                {
                    "name": names[flag],
                    "kind": "one" if flag else "two",
                    "value": row.no_longer / (row.no_longer + row.still),
                    "text": f"{numbers.percent(row.no_longer / (row.no_longer + row.still), lang)}"
                    f" ({numbers.counts(row.no_longer, row.no_longer + row.still, lang)})",
                }
                for flag in (1, 0)
                if (row := found.get((year, flag))) is not None and row.no_longer + row.still
            ],
        }
        for year in years
    ]
    table = [
        {
            "year": numbers.school_year(row.school_year, lang),
            "group": names[row.visited],
            "high": row.high,
            "no_longer": row.no_longer,
            "still": row.still,
            "unknown": row.unknown,
            "share": row.no_longer / (row.no_longer + row.still)
            if row.no_longer + row.still
            else Reason("u"),
        }
        for row in rows
    ]
    return [
        frame(
            request,
            title=t("Do high levels fall after a visit?", lang),
            finding=finding,
            mark=bars(
                groups,
                lang,
                caption=t("Share of high levels that were no longer high a year later", lang),
                name_title=t("School year of the high level", lang),
                value_title=t("Share no longer high", lang),
                top=1,
                legend=[("one", names[1]), ("two", names[0])],
            ),
            how_to_read=t(
                "A visit is an accreditation, an assessment of the head or an inspection in the calendar year after. High values "
                "tend to come nearer to the mean by themselves, and visits go where risks are: only the comparison with "
                "unvisited institutions means anything, and it does not prove an effect.",
                lang,
            ),
            table=Table(
                "follow-up",
                t("High levels and the level one school year later", lang),
                [
                    Column("year", t("School year of the high level", lang)),
                    Column("group", t("Group", lang)),
                    Column("high", t("High levels", lang), "integer"),
                    Column("no_longer", t("No longer high", lang), "integer"),
                    Column("still", t("Still high", lang), "integer"),
                    Column("unknown", t("No level the next year", lang), "integer"),
                    Column("share", t("Share no longer high", lang), "percent"),
                ],
                table,
                lang,
                notes=[
                    t("Complaints (R09) are left out: they are supervision themselves.", lang),
                    t(
                        "Several high levels of one institution are not independent, so the interval is rather too narrow.",
                        lang,
                    ),
                    t(
                        "All years together: 95% interval of the difference from {low} to {high}.",
                        lang,
                        low=numbers.points(gap.lower, lang),
                        high=numbers.points(gap.upper, lang),
                    ),
                ],
            ),
            provenance=provenance(
                request,
                "inspection",
                (gap.n1 + gap.n2, sum(row.high for row in rows)),
                t(
                    "high levels that were no longer high ÷ high levels with a level in the next school year",
                    lang,
                ),
            ),
        )
    ]


# --- the ministry: who has not answered ---------------------------------------------------------------------


def _silent(request: Request) -> list[Part]:
    """Findings and answers by municipality, for those who see the whole country."""
    lang = request.lang
    rows = quality.finding_counts(request.reader)
    if not rows:
        return []
    by_place: dict[str, dict[str, tuple[int, int]]] = {}
    for row in rows:
        by_place.setdefault(row.municipality_code, {})[row.level] = (row.findings, row.answered)
    places = {one.place.code: one.place for one in quality.visited_municipalities(request.reader)}
    table = []
    for code, found in by_place.items():
        if code not in places:
            continue
        high, answered = found.get("high", (0, 0))
        medium, answered_medium = found.get("medium", (0, 0))
        table.append(
            {
                "name": place_name(places[code], lang),
                "href": unit_href(request, "municipality", code=code),
                "high": high,
                "silent_high": high - answered,
                "medium": medium,
                "silent_medium": medium - answered_medium,
                "order": (-(high - answered), places[code].sort_key),
            }
        )
    table.sort(key=lambda row: row["order"])
    high, silent = sum(row["high"] for row in table), sum(row["silent_high"] for row in table)
    findings = sum(row["high"] + row["medium"] for row in table)
    missing = sum(row["silent_high"] + row["silent_medium"] for row in table)
    return [
        ChartFrame(
            title=t("Where have high findings not been answered?", lang),
            finding=tn(
                "The institution has not answered the {n} high finding yet.",
                "No institution has answered yet: {n} high findings wait for an answer.",
                high,
                lang,
            )
            if silent == high
            else t(
                "{silent} of {high} high findings have no answer of the institution.",
                lang,
                silent=numbers.integer(silent, lang),
                high=numbers.integer(high, lang),
            ),
            mark=bars(
                [
                    {
                        "name": row["name"],
                        "bars": [
                            {
                                "value": row["silent_high"],
                                "text": numbers.counts(row["silent_high"], row["high"], lang),
                            }
                        ],
                    }
                    for row in table[:8]
                ],
                lang,
                caption=t("High findings without an answer, by municipality", lang),
                name_title=t("Municipality", lang),
                value_title=t("Without an answer", lang),
            ),
            how_to_read=t(
                "The eight municipalities with most unanswered high findings; larger ones have more institutions. The table has "
                "all.",
                lang,
            ),
            table=Table(
                "answers-by-municipality",
                t("Findings without an answer by municipality", lang),
                [
                    Column("name", t("Municipality", lang), href_key="href"),
                    Column("high", capital(level_word_of("high", lang)), "integer"),
                    Column("silent_high", t("High without an answer", lang), "integer"),
                    Column("medium", capital(level_word_of("medium", lang)), "integer"),
                    Column("silent_medium", t("Medium without an answer", lang), "integer"),
                ],
                table,
                lang,
            ),
            provenance=Provenance(
                source=t("published indicator values and answers of the institutions", lang),
                as_of=request.reader.release.as_of,
                coverage=(findings - missing, findings),
                bodies=False,
                release_id=request.reader.release.id,
                counting=t("findings with an answer ÷ all findings of the newest periods", lang),
                synthetic=request.reader.release.synthetic,
            ),
            lang=lang,
            address=request.address,
        )
    ]


def level_word_of(level: str, lang: str) -> str:
    """The name of a level without its certainty."""
    return level_words(level, "certain", lang).rsplit(" (", 1)[0]
