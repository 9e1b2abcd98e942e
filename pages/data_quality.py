"""/datu-kvalitate : how complete the release is, who is missing, where sources differ, what was corrected and when
the next data are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache

from markupsafe import Markup, escape

from access.pages import REGISTRY, Request, page
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.deliveries import GRACE, as_of_by_table, deliverer_of, deliveries, freshness
from data_access.queries import coverage as queries
from data_access.queries import published, units
from data_access.queries.coverage import UNREGISTERED, Cell, Coverage
from indicators.catalogue import INDICATORS
from indicators.completeness import is_incomplete, may_aggregate
from language import numbers, side
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .words import place_name
from .words import stage as stage_word

STATES = ("complete", "part", "too_few", "protected", "none")
SIGNS = {"complete": "●", "part": "◐", "too_few": "○", "protected": "c", "none": "–"}
STATE_WORDS = {
    "complete": _("all delivered"),
    "part": _("a part has not delivered"),
    "too_few": _("fewer than 70% delivered: too few for a total"),
    "protected": _("delivered; the value of the municipality is protected"),
    "none": _("no such institutions in the municipality"),
}
FRESHNESS = {
    "on_time": _("delivered in time"),
    "late": _("late"),
    "overdue": _("overdue"),
    "never": _("never loaded"),
}
SHOW = {"": _("all municipalities"), "nepilnigas": _("only those with something missing")}


@page("data_quality", "/datu-kvalitate", params={"radit": "nepilnigas"})
def view(request: Request) -> View:
    """Holes first for those who deliver, completeness first for everybody else."""
    reader, lang = request.reader, request.lang
    found = queries.coverage(reader)
    missing = queries.missing(reader)
    body: list[Part] = []
    if found is not None:
        places = units.municipalities(reader)
        whole = [_completeness(request, found)]
        holes = [*_matrix(request, found, places), _holes(request, found, places)]
        own = [_missing(request, missing)] if missing else []
        if reader.scope.sees_all:
            body += [*holes, *own, *whole]
        else:
            body += [*own, *whole, *holes]
    body += [
        _sources_differ(request),
        _printed(request),
        _calendar(request),
        _corrections(request),
        _loads(request),
    ]
    return View(
        title=t("How complete are the data, and who must still deliver?", lang),
        window_title=t("Data quality", lang),
        description=t(
            "Coverage by indicator and municipality, differences between sources, corrections and the next deliveries.",
            lang,
        ),
        lead=_lead(request, found, missing),
        body=[part for part in body if part is not None],
        lang=lang,
        crumbs=[
            Crumb(t("Home", lang), request.url("home")),
            Crumb(t("Data and method", lang), request.url("methodology")),
            Crumb(t("Data quality", lang)),
        ],
        release_id=reader.release.id,
    )


def state_of(cell: Cell | None) -> str:
    """What a cell of the matrix says."""
    if cell is None or not cell.expected:
        return "none"
    if not may_aggregate(cell.delivered, cell.expected):
        return "too_few"
    if cell.delivered < cell.expected:
        return "part"
    return "complete" if cell.shown or not cell.hidden else "protected"


def today_of(request: Request) -> date:
    """The day that lateness is counted to: of the data themselves where they are a demonstration."""
    release = request.reader.release
    return date.fromisoformat(release.as_of[:10]) if release.synthetic else date.today()


def _totals(found: Coverage) -> dict[str, tuple[int, int]]:
    totals: dict[str, list[int]] = {}
    for row in found.cells.values():
        for name, cell in row.items():
            total = totals.setdefault(name, [0, 0])
            total[0] += cell.delivered
            total[1] += cell.expected
    return {name: (n, expected) for name, (n, expected) in totals.items()}


def _columns(found: Coverage) -> list[str]:
    names = {name for row in found.cells.values() for name in row}
    return [one for one in INDICATORS if one in names] + ([UNREGISTERED] if UNREGISTERED in names else [])


def _name(name: str, lang: str) -> str:
    if name == UNREGISTERED:
        return t("Children not registered", lang)
    return INDICATORS[name].words[lang].short_name


@cache
def _tables_of(name: str) -> tuple[str, ...]:
    if name == UNREGISTERED:
        return ("fact_unregistered",)
    tables = tuple(
        f"fact_{need}" for need in INDICATORS[name].needs if need not in ("enrolment", "institution")
    )
    return tables or ("fact_enrolment",)


def _period(found: Coverage, name: str, lang: str) -> str:
    periods = sorted({(year, semester) for _stage, year, semester in found.periods[name]})
    if name == UNREGISTERED or INDICATORS[name].period == "calendar_year":
        return ", ".join(str(year) for year, _semester in periods)
    return ", ".join(numbers.period(year, semester or None, lang) for year, semester in periods)


def _lead(request: Request, found: Coverage | None, missing: Sequence) -> str:
    lang, scope = request.lang, request.scope
    if found is None:
        return t("This release holds no facts of institutions yet.", lang)
    schools = len({one.reg_no for one in missing})
    if scope.sees_all:
        places = len({one.municipality_code for one in missing})
        return t(
            "{schools} in {places} have not delivered something that is due.",
            lang,
            schools=tn("{n} institution", "{n} institutions", schools, lang),
            places=tn("{n} municipality", "{n} municipalities", places, lang),
        )
    if scope.signed_in:
        if not schools:
            return t("Everything that is due from your institutions has been delivered.", lang)
        return tn(
            "{n} of your institutions has not delivered something that is due.",
            "{n} of your institutions have not delivered something that is due.",
            schools,
            lang,
        )
    delivered, expected = (sum(pair[place] for pair in _totals(found).values()) for place in (0, 1))
    return t(
        "{share} of what institutions and municipalities had to deliver for the newest periods has been delivered.",
        lang,
        share=numbers.percent(delivered / expected, lang) if expected else "–",
    )


def _origin(
    request: Request, coverage: tuple[int, int] | None, counting: str, *, bodies: bool = False
) -> Provenance:
    release, lang = request.reader.release, request.lang
    return Provenance(
        source=t("register of load batches and the counts of this release", lang),
        as_of=release.as_of,
        coverage=coverage,
        release_id=release.id,
        counting=counting,
        bodies=bodies,
        synthetic=release.synthetic,
    )


def _frame(request: Request, **parts) -> ChartFrame:
    return ChartFrame(lang=request.lang, address=request.address, **parts)


# --- who has delivered ---------------------------------------------------------------------------


def _missing(request: Request, missing: Sequence) -> ChartFrame:
    lang = request.lang
    rows = [
        {
            "name": one.name,
            "href": request.url("institution", reg_no=one.reg_no) if "institution" in REGISTRY else "",
            "municipality": one.municipality if lang == "lv" else one.municipality_en,
            "indicator": f"{one.indicator_id} {_name(one.indicator_id, lang)}",
            "stages": ", ".join(stage_word(stage, lang) for stage in one.stages),
            "who": deliverer_of(_tables_of(one.indicator_id), lang),
        }
        for one in missing
    ]
    schools = len({one.reg_no for one in missing})
    return _frame(
        request,
        title=t("Which institutions of yours are missing?", lang)
        if not request.scope.sees_all
        else t("Which institutions are missing?", lang),
        finding=tn("{n} institution has a gap.", "{n} institutions have a gap.", schools, lang),
        how_to_read=t(
            "A gap means that other institutions delivered the period and this one, which teaches the stage, did not.",
            lang,
        ),
        table=Table(
            "missing",
            t("Institutions without data of the newest period", lang),
            [
                Column("name", t("Institution", lang), href_key="href"),
                Column("municipality", t("Municipality", lang)),
                Column("indicator", t("Indicator", lang)),
                Column("stages", t("Stage", lang)),
                Column("who", t("Who must deliver", lang)),
            ],
            rows,
            lang,
        ),
        provenance=_origin(
            request, (schools, schools), t("institutions without data of the newest period", lang)
        ),
    )


def _completeness(request: Request, found: Coverage) -> ChartFrame:
    lang, totals = request.lang, _totals(found)
    rows, bars = [], []
    for name in _columns(found):
        n, expected = totals[name]
        share = n / expected if expected else 0
        text = t(
            "{n} of {expected}", lang, n=numbers.integer(n, lang), expected=numbers.integer(expected, lang)
        )
        incomplete = is_incomplete(n, expected)
        bars.append(
            {
                "name": f"{name} {_name(name, lang)}" if name != UNREGISTERED else _name(name, lang),
                "period": _period(found, name, lang),
                "width": round(100 * share, 1),
                "text": f"{text} ({numbers.percent(share, lang)})",
                "mark": t("incomplete", lang) if incomplete else "",
            }
        )
        rows.append(
            {
                "name": bars[-1]["name"],
                "period": bars[-1]["period"],
                "delivered": n,
                "expected": expected,
                "share": share,
                "who": deliverer_of(_tables_of(name), lang),
            }
        )
    marked = [row["name"] for row in rows if is_incomplete(row["delivered"], row["expected"])]
    worst = min(rows, key=lambda row: row["share"])
    if marked:
        finding = t("Incomplete (under 95%): {names}.", lang, names="; ".join(marked))
    else:
        finding = t(
            "Every indicator is covered to at least 95%; least of all {name}: {share}.",
            lang,
            name=worst["name"],
            share=numbers.percent(worst["share"], lang),
        )
    delivered, expected = sum(row["delivered"] for row in rows), sum(row["expected"] for row in rows)
    return _frame(
        request,
        title=t("How complete is each indicator?", lang),
        finding=finding,
        mark=render(
            "quality_data_bars.html",
            caption=t("How complete is each indicator?", lang),
            heads=[t("Indicator", lang), t("delivered of expected", lang)],
            bars=bars,
        ),
        how_to_read=t(
            "Institutions that delivered the newest period of those that were expected to. Under 95% a figure is marked "
            "as incomplete, under 70% it does not stand for the whole.",
            lang,
        ),
        table=Table(
            "completeness",
            t("Delivered and expected by indicator", lang),
            [
                Column("name", t("Indicator", lang)),
                Column("period", t("Newest period", lang)),
                Column("delivered", t("Delivered", lang), "integer"),
                Column("expected", t("Expected", lang), "integer"),
                Column("share", t("Coverage", lang), "percent"),
                Column("who", t("Who must deliver", lang)),
            ],
            rows,
            lang,
        ),
        provenance=_origin(request, (delivered, expected), t("deliveries received of those expected", lang)),
    )


def _matrix(request: Request, found: Coverage, places: Sequence) -> list[Part]:
    lang, scope = request.lang, request.scope
    columns = _columns(found)
    chosen = request.params.get("radit", "")
    own = [place for place in places if place.code in scope.municipalities]
    shown = own + [place for place in places if place not in own]
    holes = {place.code for place in shown if _gaps(found, place.code, columns)}
    if chosen:
        shown = [place for place in shown if place.code in holes]
    rows = []
    for place in shown:
        cells = []
        for name in columns:
            cell = found.cells.get(place.code, {}).get(name)
            state = state_of(cell)
            cells.append(_cell(cell, state, lang))
        rows.append(
            {
                "name": place_name(place, lang),
                "href": request.url("municipality", code=place.code) if "municipality" in REGISTRY else "",
                "own": place in own,
                "cells": Markup("").join(cells),
            }
        )
    heads = [
        {
            "code": name if name != UNREGISTERED else t("Not registered", lang),
            "name": _name(name, lang),
            "href": request.url("indicator", id=name)
            if name != UNREGISTERED and "indicator" in REGISTRY
            else request.url("unregistered")
            if "unregistered" in REGISTRY
            else "",
        }
        for name in columns
    ]
    counts = Counter(
        state_of(found.cells.get(place.code, {}).get(name)) for place in places for name in columns
    )
    due = sum(counts.values()) - counts["none"]
    full = counts["complete"] + counts["protected"]
    controls = render(
        "quality_data_controls.html",
        action=request.url("data_quality"),
        options=[
            {"value": key, "text": t(words, lang), "current": key == chosen} for key, words in SHOW.items()
        ],
        lang=lang,
    )
    frame = _frame(
        request,
        title=t("Where are the holes?", lang),
        finding=t(
            "{full} of {due} cells are complete; {places} have at least one hole.",
            lang,
            full=numbers.integer(full, lang),
            due=numbers.integer(due, lang),
            places=tn("{n} municipality", "{n} municipalities", len(holes), lang),
        ),
        mark=render(
            "quality_data_matrix.html",
            caption=t("Coverage by municipality and indicator", lang),
            corner=t("Municipality", lang),
            heads=heads,
            rows=rows,
            legend=[(SIGNS[state], state.replace("_", "-"), t(STATE_WORDS[state], lang)) for state in STATES],
        ),
        how_to_read=t(
            "One row is a municipality, one column an indicator in its newest period. The numbers are institutions that "
            "delivered and that were expected to.",
            lang,
        ),
        table=Table(
            "matrix",
            t("Coverage by municipality and indicator", lang),
            [
                Column("name", t("Municipality", lang)),
                *[Column(name, heads[place]["code"]) for place, name in enumerate(columns)],
            ],
            [
                {"name": place_name(place, lang)}
                | {
                    name: t("{n} of {expected}", lang, n=cell.delivered, expected=cell.expected)
                    if (cell := found.cells.get(place.code, {}).get(name)) and cell.expected
                    else Reason("z")
                    for name in columns
                }
                for place in shown
            ],
            lang,
        ),
        provenance=_origin(request, (full, due), t("cells in which everybody delivered", lang)),
    )
    return [controls, frame]


def _gaps(found: Coverage, code: str, columns: Sequence[str]) -> bool:
    row = found.cells.get(code, {})
    return any(state_of(row.get(name)) in ("part", "too_few") for name in columns)


@lru_cache(maxsize=4096)
def _cell(cell: Cell | None, state: str, lang: str) -> Markup:
    """A cell of the matrix: its sign, the counts where somebody is missing, and all of it in words."""
    words = escape(_cell_words(cell, state, lang))
    count = (
        f'<span class="m-count">{cell.delivered}/{cell.expected}</span>'
        if state in ("part", "too_few")
        else ""
    )
    return Markup(  # nosec B704 # every value in it is escaped
        f'<td class="o-{state.replace("_", "-")}" title="{words}"><span aria-hidden="true">{SIGNS[state]}{count}</span>'
        f'<span class="visually-hidden">{words}</span></td>'
    )


def _cell_words(cell: Cell | None, state: str, lang: str) -> str:
    words = t(STATE_WORDS[state], lang)
    if cell is None or state == "none":
        return words
    counts = t("{n} of {expected}", lang, n=cell.delivered, expected=cell.expected)
    return f"{counts}: {words}"


def _holes(request: Request, found: Coverage, places: Sequence) -> ChartFrame:
    lang = request.lang
    columns = _columns(found)
    own = request.scope.municipalities
    rows = []
    for place in sorted(places, key=lambda one: one.code not in own):
        for name in columns:
            cell = found.cells.get(place.code, {}).get(name)
            state = state_of(cell)
            if state not in ("part", "too_few"):
                continue
            rows.append(
                {
                    "municipality": place_name(place, lang),
                    "indicator": _name(name, lang) if name == UNREGISTERED else f"{name} {_name(name, lang)}",
                    "delivered": cell.delivered,
                    "expected": cell.expected,
                    "reason": t(STATE_WORDS[state], lang),
                    "who": deliverer_of(_tables_of(name), lang),
                }
            )
    senders = Counter(row["who"] for row in rows)
    groups = [
        {
            "name": who,
            "note": tn("{n} cell", "{n} cells", count, lang),
            "items": [
                f"{place}: {', '.join(row['indicator'].split(' ')[0] if row['indicator'][1:3].isdigit() else row['indicator'] for row in rows if row['who'] == who and row['municipality'] == place)}"
                for place in dict.fromkeys(row["municipality"] for row in rows if row["who"] == who)
            ],
        }
        for who, count in senders.most_common()
    ]
    finding = (
        t(
            "{holes}; most of them wait for: {who}.",
            lang,
            holes=tn("{n} cell has a hole", "{n} cells have a hole", len(rows), lang),
            who=senders.most_common(1)[0][0],
        )
        if rows
        else t("No cell has a hole.", lang)
    )
    return _frame(
        request,
        title=t("Why is a cell not complete, and who must deliver?", lang),
        finding=finding,
        mark=render("quality_data_groups.html", groups=groups, lang=lang) if rows else None,
        how_to_read=t(
            "Institutions are named only to themselves, to their municipality and to the ministry.", lang
        ),
        table=Table(
            "holes",
            t("Cells that are not complete", lang),
            [
                Column("municipality", t("Municipality", lang)),
                Column("indicator", t("Indicator", lang)),
                Column("delivered", t("Delivered", lang), "integer"),
                Column("expected", t("Expected", lang), "integer"),
                Column("reason", t("Reason", lang)),
                Column("who", t("Who must deliver", lang)),
            ],
            rows,
            lang,
        ),
        provenance=_origin(
            request,
            (sum(row["delivered"] for row in rows), sum(row["expected"] for row in rows)),
            t("deliveries received of those expected, in these cells", lang),
        ),
    )


# --- where sources differ ------------------------------------------------------------------------


def _sources_differ(request: Request) -> ChartFrame | None:
    lang = request.lang
    rows = queries.absence_sources(request.reader)
    if not rows:
        return None
    by_stage: dict[str, dict] = {}
    for row in rows:
        by_stage.setdefault(row.stage, {})[row.source_code] = row
    order = ("total", "preschool", "basic", "upper_secondary", "vocational", "special_basic")
    words = {"total": t("total", lang)}
    cells = []
    for stage in order:
        pair = by_stage.get(stage, {})
        primary, other = pair.get("e_journals"), pair.get("viis_cases")
        if primary is None:
            continue
        first = primary.long_unexcused
        second = other.long_unexcused if other is not None else None
        known = first is not None and second is not None
        cells.append(
            {
                "stage": words.get(stage) or stage_word(stage, lang),
                "first": first if first is not None else Reason(primary.reason or "x"),
                "second": second if second is not None else Reason((other.reason if other else None) or "x"),
                "difference": first - second if known else Reason("c" if other is not None else "x"),
                "primary": t("e-journals", lang),
            }
        )
    period = numbers.period(rows[0].school_year, rows[0].semester, lang)
    whole = cells[0] if cells else None
    if whole and not isinstance(whole["second"], Reason) and not isinstance(whole["first"], Reason):
        finding = t(
            "{period}: e-journals count {first} long absentees, VIIS entries {second}; the e-journals are primary.",
            lang,
            period=period,
            first=numbers.integer(whole["first"], lang),
            second=numbers.integer(whole["second"], lang),
        )
    else:
        finding = t("{period}: one of the two counts of long absence is not known.", lang, period=period)
    one = next((row for row in rows if row.stage == "total"), rows[0])
    known, names = _dataset_names(lang), {row.code: row for row in published.sources(request.reader)}

    def source_name(code: str) -> str:
        found = names.get(code)
        return code if found is None else found.name_lv if lang == "lv" else found.name_en

    notes = [
        t(
            "{dataset}: {rows} in which {other} differs from the primary source {primary}; both values are kept.",
            lang,
            dataset=known.get(pair["dataset"], pair["dataset"]),
            rows=tn("{n} row", "{n} rows", pair["rows"], lang),
            other=source_name(pair["source_code"]),
            primary=source_name(pair["primary_source"]),
        )
        for pair in queries.corrections(request.reader)["differ"]
    ]
    return _frame(
        request,
        title=t("Where do two sources disagree?", lang),
        finding=finding,
        how_to_read=t(
            "Both counts are kept and never added. The e-journals are primary because every lesson is recorded there; "
            "VIIS holds the cases that somebody entered, with reasons and actions.",
            lang,
        ),
        table=Table(
            "sources-differ",
            t("Long unexcused absence by source, Latvia", lang),
            [
                Column("stage", t("Stage", lang)),
                Column("first", t("E-journals", lang), "integer"),
                Column("second", t("VIIS entries", lang), "integer"),
                Column("difference", t("Difference", lang), "integer"),
                Column("primary", t("Primary source", lang)),
            ],
            cells,
            lang,
            notes,
        ),
        provenance=_origin(
            request,
            (one.institutions, one.expected),
            t("learners with long absence, by source", lang),
            bodies=True,
        ),
    )


def _printed(request: Request) -> ChartFrame | None:
    reader, lang = request.reader, request.lang
    printed = [
        row
        for row in published.tables(reader, *published.RECOMPUTED)
        if row.unit != "percent" and row.value is not None
    ]
    if not printed:
        return None
    ours = published.recomputed(reader)
    found = [row for row in printed if row.id in ours]
    equal = sum(ours[row.id] == row.value for row in found)
    checks = published.checks(reader)
    rows = [
        {
            "what": t("Printed figures that can be added up from the facts", lang),
            "all": len(found),
            "equal": equal,
            "differ": len(found) - equal,
            "href": request.url("agreement"),
        },
        {
            "what": t("Checks of the annual report against itself", lang),
            "all": len(checks),
            "equal": sum(row.kind_en.lower().startswith("agree") for row in checks),
            "differ": sum(not row.kind_en.lower().startswith("agree") for row in checks),
            "href": request.url("agreement"),
        },
    ]
    return _frame(
        request,
        title=t("Do our sums agree with what others published?", lang),
        finding=t(
            "{equal} of {all} printed figures agree with the sums of this release; each difference is explained.",
            lang,
            equal=numbers.integer(equal, lang),
            all=numbers.integer(len(found), lang),
        ),
        table=Table(
            "agreement-summary",
            t("Agreement with published figures", lang),
            [
                Column("what", t("What is compared", lang), href_key="href"),
                Column("all", t("Compared", lang), "integer"),
                Column("equal", t("Agree", lang), "integer"),
                Column("differ", t("Differ", lang), "integer"),
            ],
            rows,
            lang,
        ),
        provenance=_origin(
            request, (len(found), len(printed)), t("printed figures against the sums of our facts", lang)
        ),
    )


# --- time: what is due, what was corrected, what came in -------------------------------------------


def _calendar(request: Request) -> ChartFrame:
    lang, today = request.lang, today_of(request)
    dates = as_of_by_table(queries.as_of_dates(request.reader))
    rows = []
    for table, one in deliveries().items():
        state = freshness(one.due, dates[table], today)
        rows.append(
            {
                "name": one.name(lang),
                "who": one.deliverer(lang),
                "as_of": numbers.date_short(dates[table], lang) if dates[table] else Reason("x"),
                "due": numbers.date_short(state.due, lang),
                "state": t(FRESHNESS[state.state], lang)
                + (f" ({tn('{n} day', '{n} days', state.late, lang)})" if state.late else ""),
                "next": numbers.date_short(state.next, lang),
                "order": (state.state in ("on_time",), state.next),
                "ok": state.state == "on_time",
            }
        )
    rows.sort(key=lambda row: row["order"])
    coming: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row["order"][1]):
        coming.setdefault(row["next"], []).append(row["name"])
    groups = [
        {"name": row["name"], "note": row["state"], "items": [row["who"]], "late": True}
        for row in rows
        if not row["ok"]
    ]
    groups += [{"name": day, "note": "", "items": names} for day, names in coming.items()]
    fine = sum(row["ok"] for row in rows)
    late = len(rows) - fine
    soonest = min(rows, key=lambda row: row["order"][1])
    finding = (
        tn("{n} data set is late or missing.", "{n} data sets are late or missing.", late, lang)
        if late
        else t("Nothing is late.", lang)
    )
    return _frame(
        request,
        title=t("When are the next data due?", lang),
        finding=finding
        + " "
        + t("Next: {name}, {day}.", lang, name=soonest["name"], day=soonest["next"].rstrip(".")),
        mark=render("quality_data_groups.html", groups=groups, lang=lang),
        how_to_read=t(
            "Counted to {day}; a delivery is late from the day after it was due and overdue after {days} days.",
            lang,
            day=numbers.date_short(today, lang),
            days=GRACE,
        ),
        table=Table(
            "calendar",
            t("Deliveries by data set", lang),
            [
                Column("name", t("Data set", lang)),
                Column("who", t("Who must deliver", lang)),
                Column("as_of", t("Data as of", lang)),
                Column("due", t("Was due", lang)),
                Column("state", t("State", lang)),
                Column("next", t("Next due", lang)),
            ],
            rows,
            lang,
        ),
        provenance=_origin(request, (fine, len(rows)), t("data sets delivered in time", lang)),
    )


def _dataset_names(lang: str) -> dict[str, str]:
    return {name: one.name(lang) for one in deliveries().values() for name in one.ids}


def _corrections(request: Request) -> ChartFrame:
    lang, known = request.lang, _dataset_names(request.lang)
    changed = queries.corrections(request.reader)["revisions"]
    rows = [
        {
            "at": one.at[:10],
            "what": t("published", lang)
            if one.kind == "publish"
            else t("taken back to an earlier release", lang),
            "subject": t("release {id}", lang, id=one.to_release),
            "rows": Reason("z"),
            "reason": side(one.reason, lang),
        }
        for one in queries.moves(request.reader)
    ] + [
        {
            "at": one["day"],
            "what": t("corrected", lang),
            "subject": known.get(one["dataset"], one["dataset"]),
            "rows": one["rows"],
            "reason": one["reason"],
        }
        for one in changed
    ]
    rows.sort(key=lambda row: row["at"], reverse=True)
    for row in rows:
        row["day"] = numbers.date_short(row["at"], lang)
    corrected = sum(one["rows"] for one in changed)
    return _frame(
        request,
        title=t("What was published and corrected, and why?", lang),
        finding=tn(
            "{n} loaded row has been corrected.", "{n} loaded rows have been corrected.", corrected, lang
        )
        if corrected
        else t("No loaded row has been corrected by a later file.", lang),
        how_to_read=t(
            "A corrected value is kept beside the new one; nothing is overwritten without a trace.", lang
        ),
        table=Table(
            "corrections",
            t("Publications and corrections, the latest first", lang),
            [
                Column("day", t("Day", lang)),
                Column("what", t("What happened", lang)),
                Column("subject", t("With what", lang)),
                Column("rows", t("Rows", lang), "integer"),
                Column("reason", t("Reason", lang)),
            ],
            rows,
            lang,
        ),
        provenance=_origin(request, (len(rows), len(rows)), t("publications and corrections", lang)),
    )


def _loads(request: Request) -> ChartFrame:
    lang = request.lang
    known = _dataset_names(lang)
    rows = [
        {
            "dataset": known.get(row.dataset, row.dataset),
            "source": row.source_lv if lang == "lv" else row.source_en,
            "as_of": numbers.date_short(row.as_of, lang),
            "loaded_at": numbers.date_short(row.loaded_at[:10], lang),
            "read": row.rows_read,
            "loaded": row.rows_loaded,
            "quarantined": row.rows_quarantined,
            "declared": row.rows_declared,
        }
        for row in queries.batches(request.reader)
    ]
    by_source: dict[str, list[int]] = {}
    for row in rows:
        total = by_source.setdefault(row["source"], [0, 0, 0])
        for place, number in enumerate((1, row["loaded"], row["quarantined"])):
            total[place] += number
    groups = [
        {
            "name": name,
            "note": tn("{n} file", "{n} files", files, lang),
            "items": [
                t(
                    "{loaded} rows loaded, {aside} set aside",
                    lang,
                    loaded=numbers.integer(loaded, lang),
                    aside=numbers.integer(aside, lang),
                )
            ],
        }
        for name, (files, loaded, aside) in by_source.items()
    ]
    read, loaded, aside = (sum(row[key] for row in rows) for key in ("read", "loaded", "quarantined"))
    return _frame(
        request,
        title=t("What was loaded?", lang),
        finding=t(
            "{files} with {read} rows: {loaded} loaded, {aside} set aside.",
            lang,
            files=tn("{n} file", "{n} files", len(rows), lang),
            read=numbers.integer(read, lang),
            loaded=numbers.integer(loaded, lang),
            aside=numbers.integer(aside, lang),
        ),
        mark=render("quality_data_groups.html", groups=groups, lang=lang),
        how_to_read=t("Rows read = rows loaded + rows set aside + blank and total lines.", lang),
        table=Table(
            "loads",
            t("Files loaded, the latest first", lang),
            [
                Column("dataset", t("Data set", lang)),
                Column("source", t("Source", lang)),
                Column("as_of", t("Data as of", lang)),
                Column("loaded_at", t("Loaded on", lang)),
                Column("read", t("Rows read", lang), "integer"),
                Column("loaded", t("Rows loaded", lang), "integer"),
                Column("quarantined", t("Rows set aside", lang), "integer"),
                Column("declared", t("Blank and total lines", lang), "integer"),
            ],
            rows,
            lang,
        ),
        provenance=_origin(request, (loaded, read), t("rows loaded of rows read", lang)),
    )
