"""How long absence develops: semester lines, stages, any missed lesson, preschool, projections and their record."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from access.pages import Request
from components import marks
from components.absence_lines import semester_lines
from components.chart_frame import ChartFrame
from components.nodes import Part
from components.published_charts import pair, sentence_case
from components.tables import Column, Later, Reason
from components.templating import render
from data_access.queries import absence as query
from indicators import absence as measures
from indicators.comparison import IncomparableError
from indicators.published_rules import ABSENCE_LIMIT
from language import numbers, reasons
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .absence_unit import (
    Cell,
    Unit,
    axis_count,
    axis_percent,
    change_verdict,
    limit_words,
    note,
    period_in,
    points_interval,
    stage_name,
    stage_words,
    trend_text,
)

REFORM_YEAR = 2021  # 43 municipalities since 1 July 2021
LESSON_KINDS = {
    "any_excused": _("Excused"),
    "any_illness": _("Because of illness (a part of the excused)"),
    "any_unexcused": _("Unexcused"),
}


def development(unit: Unit) -> list[Part]:
    """All parts of the tab, in reading order."""
    parts: list[Part] = [long_absence(unit)]
    compared = stages(unit)
    if compared:
        parts.append(compared)
    parts.append(limit_note(unit))
    lessons = any_lesson(unit)
    if lessons:
        parts.append(lessons)
    young = preschool(unit)
    if young:
        parts.append(young)
    record = projection_record(unit)
    if record:
        parts.append(record)
    return parts


def semester_words(number: int, lang: str) -> str:
    """``1. semestris``, for the end of a line."""
    return sentence_case(numbers.semester(number, lang))


# --- the two lines ----------------------------------------------------------------------------------


def breaks_of(unit: Unit, years: Sequence[int]) -> list[tuple[int, str, bool]]:
    """What changed along the line: (index of the first period after it, words, whether the line goes on)."""
    found = []
    if unit.kind == "municipality" and years and years[0] < REFORM_YEAR <= years[-1]:
        text = t(
            "municipal reform of 1 July 2021; earlier years are counted for today's municipalities", unit.lang
        )
        found.append((years.index(REFORM_YEAR), text, True))
    for one in measures.INDICATOR.breaks_of(unit.stage):
        if years and years[0] < one.school_year <= years[-1]:
            text = one.lv if unit.lang == "lv" else one.en
            found.append((years.index(one.school_year), text, False))
    return found


def projection_text(row, lang: str) -> str:
    """``1,6 % (80 % intervāls 1,2–2,1 %)``."""
    return t(
        "{value} (80% interval {interval})",
        lang,
        value=numbers.percent(row.value, lang),
        interval=numbers.interval(row.lower, row.upper, lang),
    )


def long_absence(unit: Unit, *, compact: bool = False) -> ChartFrame:
    """Long absentees per hundred learners, one line a semester, with the projection at the end."""
    lang, stage = unit.lang, unit.stage
    projected = unit.projected
    coming = unit.year + 1
    years = list(unit.years)
    if any((coming, semester) in projected for semester in (1, 2)):
        years.append(coming)
    lines = [_line(unit, years, semester, projected) for semester in (1, 2)]
    if unit.kind != "country" and not compact:
        for semester, kind in ((1, "first-other"), (2, "second-other")):
            shares = [
                cell.share if (cell := unit.nation.get((stage, year, semester))) else None for year in years
            ]
            lines.append(
                {
                    "name": t("Latvia, semester {n}", lang, n=semester),
                    "kind": kind,
                    "values": shares,
                    "texts": [None if x is None else numbers.percent(x, lang) for x in shares],
                }
            )
    title = t("How has long unexcused absence developed?", lang)
    mark = semester_lines(
        [numbers.school_year_short(year, lang) for year in years],
        lines,
        lang,
        label=f"{title} {stage_name(stage, lang)}",
        y_title=t("Long absentees per 100 learners", lang),
        arrow=t("↑ worse", lang),
        breaks=breaks_of(unit, years),
        axis_text=axis_percent(lang),
        height=240 if compact else 300,
        projected=t("projection with its 80% interval: not data", lang),
        band_words=t("only a range may be shown: the group is small", lang),
    )
    return unit.frame(
        title=title,
        finding=_trend_sentence(unit),
        mark=mark,
        how_to_read=t(
            "Each semester has its own line, because semester 2 is longer: a first semester is compared with a first "
            "one only. A trend is told when it is confirmed against chance, otherwise it “cannot be determined”.",
            lang,
        ),
        table=Later("absence-long", lambda: _long_table(unit, years, projected)),
        provenance=unit.provenance(
            unit.counting(),
            unit.coverage(),
            note=t("two sources exist; VIIS entries are another count and not in these figures", lang),
        ),
    )


def _line(unit: Unit, years: Sequence[int], semester: int, projected: dict) -> dict:
    lang = unit.lang
    cells = [unit.cell(year, semester) for year in years]
    coming = projected.get((years[-1], semester)) if years and years[-1] > unit.year else None
    line = {
        "name": semester_words(semester, lang),
        "kind": "first" if semester == 1 else "second",
        "values": [None if cell is None else cell.share for cell in cells],
        "texts": [None if cell is None else cell.full_text(lang) for cell in cells],
        "bands": [None if cell is None or cell.low is None else (cell.low, cell.high) for cell in cells],
        "reasons": [
            ("x" if cell is None else None if cell.low is not None else cell.reason or "x") for cell in cells
        ],
    }
    newest = unit.cell(unit.year, semester)
    line["end_text"] = newest.share_text(lang) if newest else None
    if coming is not None:
        line["projection"] = (
            len(years) - 1,
            coming.value,
            coming.lower,
            coming.upper,
            t("projection", lang) + ": " + projection_text(coming, lang),
        )
    return line


def _trend_sentence(unit: Unit) -> str:
    lang = unit.lang
    if not unit.exact and unit.kind == "institution":
        return t(
            "Values of small groups are shown in ranges; a trend is told only to the institution, its founder and the "
            "ministry.",
            lang,
        )
    told = [
        t("semester {n}: {trend}", lang, n=semester, trend=trend_text(unit.trend(semester), lang))
        for semester in (1, 2)
    ]
    return t("Trend, {stage} – {first}; {second}.", lang, stage=inner(unit), first=told[0], second=told[1])


def inner(unit: Unit) -> str:
    """The stage in the middle of a sentence."""
    return stage_words(unit.stage, unit.lang)


def _long_table(unit: Unit, years: Sequence[int], projected: dict):
    lang = unit.lang
    rows = []
    for year in years:
        for semester in (1, 2):
            cell, ahead = unit.cell(year, semester), projected.get((year, semester))
            if year > unit.year:
                if ahead is None:
                    continue
                rows.append(
                    {
                        "year": numbers.school_year(year, lang),
                        "semester": semester,
                        "count": Reason("z"),
                        "pupils": Reason("z"),
                        "share": ahead.value,
                        "kind": t(
                            "projection, 80% interval {interval}",
                            lang,
                            interval=numbers.interval(ahead.lower, ahead.upper, lang),
                        ),
                        "delivered": Reason("z"),
                    }
                )
                continue
            missing = cell is None
            rows.append(
                {
                    "year": numbers.school_year(year, lang),
                    "semester": semester,
                    "count": Reason("x") if missing else cell.count_value(),
                    "pupils": Reason("x") if missing else cell.pupils_value(),
                    "share": Reason("x") if missing else cell.share_value(lang),
                    "kind": t("data", lang),
                    "delivered": Reason("x")
                    if missing
                    else numbers.counts(cell.institutions, cell.expected, lang),
                }
            )
    columns = [
        Column("year", t("School year", lang)),
        Column("semester", t("Semester", lang), "integer"),
        Column("count", t("Long absentees", lang), "integer"),
        Column("pupils", t("Learners", lang), "integer"),
        Column("share", t("Per 100 learners", lang), "percent"),
        Column("kind", t("What it is", lang)),
    ]
    if unit.kind != "institution":
        columns.append(Column("delivered", t("Institutions that delivered", lang), "integer"))
    return unit.table(
        "absence-long",
        t("Long unexcused absence by semester: {stage}", lang, stage=inner(unit)),
        columns,
        rows,
        notes=_definition_notes(unit),
    )


def _definition_notes(unit: Unit) -> list[str]:
    lang, stage = unit.lang, unit.stage
    notes = []
    if stage in ("total", "basic"):
        notes.append(
            t(
                "Special basic education is left out, as in table 6 of the annual report; it can be chosen as a stage of "
                "its own or together with basic education.",
                lang,
            )
        )
    if stage == "basic_all":
        notes.append(
            t(
                "Special basic education is included, as in table 7 of the annual report; table 6 leaves it out, so the "
                "two must not be divided by one another.",
                lang,
            )
        )
    if stage == "total":
        notes.append(
            t(
                "The total mixes two rules: {days} in preschool, {lessons} elsewhere.",
                lang,
                days=limit_words("preschool", lang),
                lessons=limit_words("basic", lang),
            )
        )
    if not unit.exact and unit.kind != "country":
        notes.append(unit.reason_note())
    return notes


def stacked(parts: Sequence[tuple[str, Markup]]) -> Markup:
    """Marks that need the whole width, one under the other."""
    return Markup('<div class="ab-stack">{}</div>').format(pair(parts))


# --- stages ------------------------------------------------------------------------------------------


def change_of(now: Cell | None, before: Cell | None) -> measures.Change | None:
    """Change between two cells of one semester, None where a count is missing."""
    if now is None or before is None:
        return None
    return measures.changes({0: now.pair}, {0: before.pair}).get(0)


def change_text(found: measures.Change | None, lang: str) -> str:
    """``−0,3 p. p. (no −0,4 līdz −0,1): samazinājies``."""
    if found is None:
        return change_verdict(None, lang)
    return t(
        "{change} ({interval}): {verdict}",
        lang,
        change=numbers.points(found.difference, lang, 2, short=True),
        interval=points_interval(found.lower, found.upper, lang),
        verdict=change_verdict(found.word, lang),
    )


def stages(unit: Unit) -> ChartFrame | None:
    """Each stage in the newest semesters against the same semester a year before."""
    lang = unit.lang
    shown = [one for one in unit.stages if one not in ("basic_all", "preschool")]
    shown = [one for one in shown if any(unit.cell(unit.year, half, one) for half in (1, 2))]
    if not shown or (unit.kind == "institution" and not unit.exact):
        return None
    shown.sort(key=lambda one: one == "total")
    rows, drawings = [], []
    for semester in (1, 2):
        year = _newest_year(unit, semester)
        drawn = []
        cells = {one: (unit.cell(year, semester, one), unit.cell(year - 1, semester, one)) for one in shown}
        changes = measures.changes(
            {one: now.pair for one, (now, _before) in cells.items() if now},
            {one: before.pair for one, (_now, before) in cells.items() if before},
        )
        for one, (now, before) in cells.items():
            found = changes.get(one)
            drawn.append(
                {
                    "name": stage_name(one, lang),
                    "href": unit.here(posms=one) if one != unit.stage else None,
                    "before": before.middle if before else None,
                    "after": now.middle if now else None,
                    "before_text": before.share_text(lang) if before else None,
                    "before_reason": before.reason if before else "x",
                    "after_text": now.share_text(lang) if now else None,
                    "after_reason": now.reason if now else "x",
                    "change_text": reasons.word("c", lang)
                    if found is None and "c" in (now and now.reason, before and before.reason)
                    else change_text(found, lang),
                }
            )
            rows.append(_stage_row(one, year, semester, now, before, found, unit))
        drawings.append((semester, year, drawn))
    top = max((row[key] or 0 for _s, _y, part in drawings for row in part for key in ("before", "after")))
    title = t("In which stage is long absence most frequent, and what has changed?", lang)
    largest = max(
        (one for one in shown if one != "total"),
        key=lambda one: (cell.middle or 0) if (cell := unit.cell(unit.year, unit.semester, one)) else 0,
        default=shown[0],
    )
    biggest = unit.cell(unit.year, unit.semester, largest)
    return unit.frame(
        title=title,
        finding=t(
            "Most frequent {period}: {stage} – {share}.",
            lang,
            period=period_in(unit.year, unit.semester, lang),
            stage=stage_words(largest, lang),
            share=(biggest.share_text(lang) if biggest else None) or t("no data", lang),
        ),
        mark=stacked(
            [
                (
                    semester_words(semester, lang),
                    marks.dumbbell(
                        part,
                        lang,
                        label=f"{title} {numbers.semester(semester, lang)}",
                        name_title=t("Stage", lang),
                        before_title=numbers.school_year_short(year - 1, lang),
                        after_title=numbers.school_year_short(year, lang),
                        axis_text=axis_percent(lang),
                        low=0,
                        high=top or 0.01,
                    ),
                )
                for semester, year, part in drawings
            ]
        ),
        how_to_read=t(
            "○ is the earlier year, ● the later one, in the same semester. The change is in percentage points with its "
            "95% interval; it counts as a change only when the interval leaves out zero.",
            lang,
        ),
        table=unit.table(
            "absence-stages",
            t("Long unexcused absence by stage against the same semester a year before", lang),
            [
                Column("stage", t("Stage", lang)),
                Column("period", t("Period", lang)),
                Column("count0", t("Long absentees, a year before", lang), "integer"),
                Column("count1", t("Long absentees", lang), "integer"),
                Column("share0", t("Per 100, a year before", lang), "percent"),
                Column("share1", t("Per 100 learners", lang), "percent"),
                Column("change", t("Change", lang), "points"),
                Column("interval", t("95% interval", lang)),
                Column("verdict", t("Verdict", lang)),
                Column("trend", t("Trend", lang)),
            ],
            rows,
            notes=[] if unit.exact or unit.kind == "country" else [unit.reason_note()],
        ),
        provenance=unit.provenance(
            t("long absentees ÷ learners of the stage at the end of the same semester", lang), unit.coverage()
        ),
    )


def _newest_year(unit: Unit, semester: int) -> int:
    known = [key[1] for key in unit.cells if key[2] == semester]
    return max(known, default=unit.year)


def _stage_row(one: str, year: int, semester: int, now, before, found, unit: Unit) -> dict:
    lang = unit.lang
    return {
        "stage": stage_name(one, lang),
        "period": numbers.period(year, semester, lang),
        "count0": before.count_value() if before else Reason("x"),
        "count1": now.count_value() if now else Reason("x"),
        "share0": before.share_value(lang) if before else Reason("x"),
        "share1": now.share_value(lang) if now else Reason("x"),
        "change": found.difference if found else Reason("c" if now and now.reason == "c" else "x"),
        "interval": points_interval(found.lower, found.upper, lang)
        if found
        else Reason("c" if now and now.reason == "c" else "x"),
        "verdict": change_verdict(found.word if found else None, lang),
        "trend": trend_text(unit.trend(semester, one), lang),
    }


# --- the limit -----------------------------------------------------------------------------------------


def limit_note(unit: Unit) -> Markup:
    """The limit and its operator as a setting, and what is known of the difference."""
    lang = unit.lang
    sign = "≥" if ABSENCE_LIMIT.operator == ">=" else ">"
    return render(
        "absence_limit.html",
        lang=lang,
        sign=f"{sign}{numbers.NBSP}{ABSENCE_LIMIT.lessons}",
        words=ABSENCE_LIMIT.words(lang),
        lessons=ABSENCE_LIMIT.lessons,
        days=limit_words("preschool", lang),
        checks=f"{unit.url('agreement')}#C29" if unit.url("agreement") else None,
        definition=unit.url("indicator", id="R03"),
    )


# --- any missed lesson -----------------------------------------------------------------------------------


def _lesson_stage(unit: Unit) -> str | None:
    """The stage for which every missed lesson is recorded: the chosen one, else basic education."""
    recorded = {key[0] for key, row in unit.lessons.items() if row.any_unexcused is not None}
    wanted = unit.stage
    if wanted not in recorded:
        wanted = next((one for one in ("basic_all", "basic", "special_basic") if one in recorded), None)
    return wanted


def any_lesson(unit: Unit) -> ChartFrame | None:
    """Learners who missed at least one lesson, by kind: three charts on one scale, one line a semester."""
    lang = unit.lang
    if unit.kind == "institution" and not unit.exact:
        return None
    stage = _lesson_stage(unit)
    if stage is None:
        return None
    years = unit.years
    periods = [numbers.school_year_short(year, lang) for year in years]
    drawings, rows = [], []
    top = 0.0
    lines: dict[str, list[dict]] = {}
    for kind in LESSON_KINDS:
        lines[kind] = []
        for semester in (1, 2):
            found = [unit.lessons.get((stage, year, semester)) for year in years]
            shares = [_lesson_share(row, kind) for row in found]
            top = max([top, *(share for share in shares if share is not None)])
            lines[kind].append(
                {
                    "name": semester_words(semester, lang),
                    "kind": "first" if semester == 1 else "second",
                    "values": shares,
                    "texts": [None if share is None else numbers.percent(share, lang) for share in shares],
                    "reasons": [_lesson_reason(row, kind) for row in found],
                }
            )
            for year, row, share in zip(years, found, shares, strict=True):
                why = Reason(_lesson_reason(row, kind) or "x")
                rows.append(
                    {
                        "year": numbers.school_year(year, lang),
                        "semester": semester,
                        "kind": t(LESSON_KINDS[kind], lang),
                        "count": why if share is None else getattr(row, kind),
                        "pupils": why if share is None else row.pupils,
                        "share": why if share is None else share,
                    }
                )
    for kind, name in LESSON_KINDS.items():
        if all(value is None for line in lines[kind] for value in line["values"]):
            continue
        drawings.append(
            (
                t(name, lang),
                semester_lines(
                    periods,
                    lines[kind],
                    lang,
                    label=f"{t(name, lang)}. {stage_name(stage, lang)}",
                    y_title=t("Per 100 learners", lang),
                    axis_text=axis_percent(lang),
                    top=top,
                    height=200,
                ),
            )
        )
    if not drawings:
        return None
    rows.sort(key=lambda row: (row["year"], row["semester"]))
    now = unit.lessons.get((stage, unit.year, unit.semester))
    share = _lesson_share(now, "any_unexcused")
    before = _lesson_share(unit.lessons.get((stage, unit.year - 1, unit.semester)), "any_unexcused")
    return unit.frame(
        title=t("How many learners missed at least one lesson, and for what reason?", lang),
        finding=t(
            "At least one lesson without a valid reason was missed {period} by {share} of the learners (a year before: "
            "{before}): {stage}.",
            lang,
            period=period_in(unit.year, unit.semester, lang),
            share=t("no data", lang) if share is None else numbers.percent(share, lang),
            before=t("no data", lang) if before is None else numbers.percent(before, lang),
            stage=stage_words(stage, lang),
        ),
        mark=Markup('<div class="ab-three">{}</div>').format(pair(drawings)),
        how_to_read=t(
            "All charts have one scale. A learner with excused and unexcused lessons is in both, and illness is a part of "
            "the excused, so the shares must not be added up.",
            lang,
        ),
        table=unit.table(
            "absence-lessons",
            t(
                "Learners who missed at least one lesson, by kind and semester: {stage}",
                lang,
                stage=stage_words(stage, lang),
            ),
            [
                Column("year", t("School year", lang)),
                Column("semester", t("Semester", lang), "integer"),
                Column("kind", t("Kind of absence", lang)),
                Column("count", t("Learners with an absence", lang), "integer"),
                Column("pupils", t("Learners", lang), "integer"),
                Column("share", t("Per 100 learners", lang), "percent"),
            ],
            rows,
            notes=_lesson_notes(unit, stage),
        ),
        provenance=unit.provenance(
            t("learners with at least one missed lesson in the semester ÷ learners at its end", lang),
            unit.coverage(stage),
        ),
    )


def _lesson_notes(unit: Unit, stage: str) -> list[str]:
    lang = unit.lang
    notes = [
        t(
            "What counts as excused is decided by each institution, so the kinds are only partly comparable between "
            "institutions.",
            lang,
        )
    ]
    if unit.kind == "country" and stage == "basic_all":
        notes.append(
            t(
                "Illness in semester 1 of {year} is out of line with the other semesters and may be a misprint of the "
                "report (check C27).",
                lang,
                year=numbers.school_year(2022, lang),
            )
        )
    if not unit.exact and unit.kind == "municipality":
        notes.append(t("Absence because of illness is shown only for the country as a whole.", lang))
    return notes


def _lesson_share(row, kind: str) -> float | None:
    count = getattr(row, kind) if row is not None else None
    return None if count is None or not row.pupils else count / row.pupils


def _lesson_reason(row, kind: str) -> str | None:
    if row is None:
        return "x"
    if getattr(row, kind) is not None and row.pupils:
        return None
    return row.any_reason or "x"


# --- preschool -------------------------------------------------------------------------------------------


def preschool(unit: Unit) -> ChartFrame | None:
    """Preschool by its own rule, counts only: they are far too few for shares."""
    lang = unit.lang
    if "preschool" not in unit.stages or unit.stage not in ("total", "preschool"):
        return None
    if unit.kind == "institution" and unit.stage == "preschool":
        return None  # the main chart is about preschool already
    cells = {key: cell for key, cell in unit.cells.items() if key[0] == "preschool"}
    if not cells:
        return None
    years = unit.years
    lines = []
    for semester in (1, 2):
        found = [cells.get(("preschool", year, semester)) for year in years]
        lines.append(
            {
                "name": semester_words(semester, lang),
                "kind": "first" if semester == 1 else "second",
                "values": [None if cell is None else cell.count for cell in found],
                "texts": [
                    None if cell is None or cell.count is None else numbers.integer(cell.count, lang)
                    for cell in found
                ],
                "reasons": ["x" if cell is None else cell.reason for cell in found],
            }
        )
    now, before = (cells.get(("preschool", year, unit.semester)) for year in (unit.year, unit.year - 1))
    known = now is not None and now.count is not None
    return unit.frame(
        title=t("How many preschool children are long absent?", lang),
        finding=tn(
            "{period} {n} child missed {limit} without a valid reason (a year before: {before}).",
            "{period} {n} children missed {limit} without a valid reason (a year before: {before}).",
            now.count,
            lang,
            period=sentence_case(period_in(unit.year, unit.semester, lang)),
            limit=limit_words("preschool", lang),
            before=numbers.integer(before.count, lang)
            if before is not None and before.count is not None
            else t("no data", lang),
        )
        if known
        else t("No number can be shown for the newest semester.", lang),
        mark=semester_lines(
            [numbers.school_year_short(year, lang) for year in years],
            lines,
            lang,
            label=t("How many preschool children are long absent?", lang),
            y_title=t("Children", lang),
            axis_text=axis_count(lang),
            height=200,
        ),
        how_to_read=t(
            "Preschool has its own rule: days, not lessons. Its counts are small, so a change of a few children means "
            "nothing by itself, and preschool is not compared with the other stages.",
            lang,
        ),
        table=unit.table(
            "absence-preschool",
            t("Preschool children long absent without a valid reason", lang),
            [
                Column("year", t("School year", lang)),
                Column("semester", t("Semester", lang), "integer"),
                Column("count", t("Children long absent", lang), "integer"),
                Column("pupils", t("Children in preschool", lang), "integer"),
            ],
            [
                {
                    "year": numbers.school_year(year, lang),
                    "semester": semester,
                    "count": cell.count_value(),
                    "pupils": cell.pupils_value(),
                }
                for year in years
                for semester in (1, 2)
                if (cell := cells.get(("preschool", year, semester))) is not None
            ],
        ),
        provenance=unit.provenance(
            t("children who missed {limit} in the semester", lang, limit=limit_words("preschool", lang)),
            unit.coverage("preschool"),
        ),
    )


# --- projections -----------------------------------------------------------------------------------------


def projection_record(unit: Unit) -> ChartFrame | None:
    """How earlier projections would have done: their 80 % intervals with what came later."""
    lang = unit.lang
    projected = unit.projected
    past = [row for row in projected.values() if row.actual is not None]
    if not past:
        return None
    record = query.accuracy(unit.reader, unit.kind, unit.stage)
    inside = sum(row.lower <= row.actual <= row.upper for row in past)
    drawings = []
    for semester in (1, 2):
        rows = [
            {
                "name": numbers.school_year_short(row.school_year, lang),
                "value": row.actual,
                "lower": row.lower,
                "upper": row.upper,
                "value_text": numbers.percent(row.actual, lang),
                "note": t("inside", lang) if row.lower <= row.actual <= row.upper else t("outside", lang),
            }
            for row in past
            if row.semester == semester
        ]
        if rows:
            drawings.append((semester, rows))
    top = max(max(row["upper"], row["value"]) for _s, rows in drawings for row in rows)
    title = t("Can the projection be trusted?", lang)
    sentence = t(
        "Of {n} earlier projections of this series {inside} would have held (80% are meant to).",
        lang,
        n=len(past),
        inside=inside,
    )
    if unit.kind == "country":
        sentence += " " + t(
            "The country moves as a whole, for example in years of remote learning: its interval is widened for that and may "
            "still be too narrow.",
            lang,
        )
    return unit.frame(
        title=title,
        finding=sentence,
        mark=pair(
            [
                (
                    semester_words(semester, lang),
                    marks.dot_plot(
                        rows,
                        lang,
                        label=f"{title} {numbers.semester(semester, lang)}",
                        name_title=t("School year", lang),
                        value_title=t("What came", lang),
                        axis_text=axis_percent(lang),
                        low=0,
                        high=top,
                    ),
                )
                for semester, rows in drawings
            ]
        ),
        how_to_read=t(
            "The line is the 80% interval that would have been projected from earlier years only, the dot is what came. "
            "A projection is the mean of the last three same semesters; nothing is continued along a line.",
            lang,
        ),
        table=unit.table(
            "absence-projection",
            t("Projections for one year ahead and what came", lang),
            [
                Column("year", t("School year", lang)),
                Column("semester", t("Semester", lang), "integer"),
                Column("value", t("Projected", lang), "percent"),
                Column("lower", t("80% interval from", lang), "percent"),
                Column("upper", t("80% interval to", lang), "percent"),
                Column("actual", t("What came", lang), "percent"),
                Column("held", t("Inside the interval", lang)),
            ],
            [
                {
                    "year": numbers.school_year(row.school_year, lang),
                    "semester": row.semester,
                    "value": row.value,
                    "lower": row.lower,
                    "upper": row.upper,
                    "actual": Reason("z") if row.actual is None else row.actual,
                    "held": Reason("z")
                    if row.actual is None
                    else t("yes", lang)
                    if row.lower <= row.actual <= row.upper
                    else t("no", lang),
                }
                for row in sorted(projected.values(), key=lambda row: (row.school_year, row.semester))
            ],
            notes=[
                _record_note(unit, semester, record[semester]) for semester in (1, 2) if semester in record
            ],
        ),
        provenance=unit.provenance(
            t(
                "mean of the last three same semesters; interval from the errors of all units of the stage",
                lang,
            ),
            unit.coverage(),
        ),
    )


RECORD_WORDS = {
    "country": _("{semester}, the country: {inside} of {n} projections held ({share}); mean error {error}."),
    "municipality": _(
        "{semester}, all municipalities: {inside} of {n} projections held ({share}); mean error {error}."
    ),
    "institution": _(
        "{semester}, all institutions: {inside} of {n} projections held ({share}); mean error {error}."
    ),
}


def _record_note(unit: Unit, semester: int, row) -> str:
    lang = unit.lang
    return t(
        RECORD_WORDS[unit.kind],
        lang,
        semester=semester_words(semester, lang),
        inside=numbers.integer(row.inside, lang),
        n=numbers.integer(row.projections, lang),
        share=numbers.percent(row.inside / row.projections, lang),
        error=numbers.points(row.error, lang, 2, short=True),
    )


# --- the refusal ------------------------------------------------------------------------------------------


def refusal(request: Request, unit: Unit) -> Markup | None:
    """What a reader is told who asks to compare a semester with the other one; None when nothing is refused."""
    asked = request.params.get("salidzinat")
    if asked is None:
        return None
    lang = unit.lang
    now, other = (unit.cell(unit.year, semester) for semester in (unit.semester, int(asked)))
    try:
        measures.change(
            _counted(unit, unit.semester, now),
            _counted(unit, int(asked), other, unit.year if int(asked) != unit.semester else unit.year - 1),
        )
    except IncomparableError as error:
        allowed = unit.here(salidzinat=None)
        return render("absence_refusal.html", lang=lang, reason=error.reason[lang], allowed=allowed)
    return note(
        t("The same semester of the year before is what every change on this page is told against.", lang)
    )


def _counted(unit: Unit, semester: int, cell: Cell | None, year: int | None = None) -> measures.Counted:
    known = cell is not None and cell.count is not None and cell.pupils
    return measures.Counted(
        stage=unit.stage,
        school_year=unit.year if year is None else year,
        semester=semester,
        count=cell.count if known else 0,
        pupils=cell.pupils if known else 0,
    )
