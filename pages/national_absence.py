"""The absence part of the national page: tables 6 and 7 of the report and the reasons of long absence."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from access.pages import Request
from components import marks
from components.chart_frame import ChartFrame
from components.nodes import Part
from components.published_charts import (
    Printed,
    bars,
    change,
    change_text,
    change_words,
    frame,
    inner_case,
    pair,
    sentence_case,
)
from components.tables import Column, Reason, Table
from language import numbers
from language.messages import _
from language.messages import translate as t

from .words import stage as stage_word

YEARS = ("2022/2023", "2023/2024")
SEMESTERS = ("semester 1", "semester 2")
LONG_STAGES = ("preschool", "basic", "upper_secondary", "vocational")
KINDS = {
    "excused": _("excused"),
    "illness": _("of which because of illness"),
    "unexcused": _("unexcused"),
}
REASONS = {
    "motivation": _("Lack of motivation to learn"),
    "health_without_note": _("Health problems without a doctor's note"),
    "family": _("Family circumstances"),
    "other": _("Other reasons"),
}


def long_absentees(told: Printed, stage: str, semester: str) -> tuple[float, float]:
    """Long unexcused absentees of both years, the earlier first."""
    before, now = (
        told.value("long_unexcused_absentees", period_label=year, period=semester, stage=stage)
        for year in YEARS
    )
    return before, now


def absence(request: Request, told: Printed) -> list[Part]:
    """Long absence, any absence and the reasons, in this order."""
    return [_long_absence(request, told), _any_absence(request, told), _absence_reasons(request, told)]


def _year_columns(lang: str) -> list[Column]:
    columns = []
    for number in (1, 2):
        semester = numbers.semester(number, lang)
        for index, year in enumerate(YEARS):
            title = f"{numbers.school_year_short(year, lang)} {semester}"
            columns.append(Column(f"s{number}y{index}", title, "integer"))
        columns.append(
            Column(f"s{number}c", t("Change, {semester} (computed)", lang, semester=semester), "change")
        )
    return columns


def _year_cells(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    cells = {}
    for number, (before, now) in enumerate(pairs, start=1):
        cells |= {f"s{number}y0": before, f"s{number}y1": now, f"s{number}c": change(before, now)}
    return cells


def _dumbbells(
    rows: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    lang: str,
    *,
    title: str,
    titles: Sequence[str],
    top: float,
) -> Markup:
    """One dumbbell a semester, both on one scale: the earlier year to the later one."""
    drawings = []
    for index in (0, 1):
        drawings.append(
            (
                titles[index],
                marks.dumbbell(
                    [
                        {
                            "name": name,
                            "before": pairs[index][0],
                            "after": pairs[index][1],
                            "before_text": numbers.integer(pairs[index][0], lang),
                            "after_text": numbers.integer(pairs[index][1], lang),
                            "change_text": change_text(*pairs[index], lang),
                        }
                        for name, pairs in rows
                    ],
                    lang,
                    label=f"{title}: {titles[index]}",
                    name_title=t("Stage", lang),
                    before_title=numbers.school_year_short(YEARS[0], lang),
                    after_title=numbers.school_year_short(YEARS[1], lang),
                    axis_text=lambda x: numbers.integer(x, lang),
                    low=0,
                    high=top,
                ),
            )
        )
    return pair(drawings, stacked=True)


def _long_absence(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    names = {stage: stage_word(stage, lang) for stage in (*LONG_STAGES, "total")}
    names["basic"] = t("Basic education (without special programmes)", lang)
    values = {stage: [long_absentees(told, stage, semester) for semester in SEMESTERS] for stage in names}
    total = values["total"]
    title = t("Are more or fewer pupils long absent without a valid reason?", lang)
    headings = [
        t(
            "{semester}: {total} in all, {change}",
            lang,
            semester=sentence_case(numbers.semester(index + 1, lang)),
            total=numbers.integer(total[index][1], lang),
            change=change_text(*total[index], lang),
        )
        for index in (0, 1)
    ]
    return frame(
        request,
        title=title,
        finding=t(
            "Pupils long absent in semester 2 of {year}: {now2}, {change2} than in the same semester a year before; in "
            "semester 1: {now1}, {change1}.",
            lang,
            year=numbers.school_year(YEARS[1], lang),
            now2=numbers.integer(total[1][1], lang),
            change2=change_words(*total[1], lang),
            now1=numbers.integer(total[0][1], lang),
            change1=change_words(*total[0], lang),
        ),
        mark=_dumbbells(
            [(names[stage], values[stage]) for stage in LONG_STAGES],
            lang,
            title=title,
            titles=headings,
            top=max(max(pairs) for stage in LONG_STAGES for pairs in values[stage]),
        ),
        how_to_read=t(
            "○ is the earlier year, ● the later one; both semesters have one scale. A semester is compared with "
            "the same semester only: semester 2 is longer. The number of all pupils is not in this table, so a "
            "fall may also come from fewer pupils.",
            lang,
        ),
        table=Table(
            "long-absence",
            t("Pupils long absent without a valid reason, by stage and semester", lang),
            [Column("stage", t("Stage", lang)), *_year_columns(lang)],
            [{"stage": names[stage], **_year_cells(values[stage])} for stage in names],
            lang,
            notes=[
                t(
                    "Change against the same semester of the earlier year, computed from the printed counts.",
                    lang,
                ),
                t(
                    "The report says in words that the number has not changed substantially; its own table does "
                    "not support this, so the sentence is not repeated (checks C23 and C24).",
                    lang,
                ),
            ],
        ),
        provenance=told.provenance(
            told.rows("long_unexcused_absentees"),
            counting=t(
                "pupils with more than 20 unexcused lessons in the semester (preschool: more than 3 days); basic "
                "education without special programmes",
                lang,
            ),
        ),
    )


def _any_absence(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang

    def values(stage: str, kind: str) -> list[tuple[float, float]]:
        return [
            tuple(
                told.value(
                    "absent_at_least_one_lesson",
                    period_label=year,
                    period=semester,
                    stage=stage,
                    category=kind,
                )
                for year in YEARS
            )
            for semester in SEMESTERS
        ]

    names = {
        "basic": t("Basic education (with special programmes)", lang),
        "upper_secondary": stage_word("upper_secondary", lang),
    }
    short = {"basic": t("Basic education", lang), "upper_secondary": t("Secondary education", lang)}
    found = {(stage, kind): values(stage, kind) for stage in names for kind in KINDS}
    ill = [
        found["basic", "illness"][semester][year] / found["basic", "excused"][semester][year]
        for semester in (0, 1)
        for year in (0, 1)
    ]
    title = t("How many pupils missed at least one lesson, and why?", lang)
    unexcused = {stage: found[stage, "unexcused"][1] for stage in names}
    return frame(
        request,
        title=title,
        finding=t(
            "In semester 2 of {year} at least one lesson without a valid reason was missed by {basic} pupils of "
            "basic education ({basic_change}) and {secondary} of general secondary education "
            "({secondary_change} against the same semester a year before).",
            lang,
            year=numbers.school_year(YEARS[1], lang),
            basic=numbers.integer(unexcused["basic"][1], lang),
            basic_change=change_text(*unexcused["basic"], lang),
            secondary=numbers.integer(unexcused["upper_secondary"][1], lang),
            secondary_change=change_text(*unexcused["upper_secondary"], lang),
        ),
        mark=_dumbbells(
            [
                (f"{short[stage]}: {t(KINDS[kind], lang)}", found[stage, kind])
                for stage in names
                for kind in KINDS
            ],
            lang,
            title=title,
            titles=[sentence_case(numbers.semester(number, lang)) for number in (1, 2)],
            top=max(max(pairs) for pairs in sum(found.values(), [])),
        ),
        how_to_read=t(
            "○ is the earlier year, ● the later one. A pupil with excused and unexcused lessons is in both rows, "
            "and illness is a part of the excused, so the rows must not be added up.",
            lang,
        ),
        table=Table(
            "any-absence",
            t("Pupils who missed at least one lesson, by kind, stage and semester", lang),
            [
                Column("stage", t("Stage", lang)),
                Column("kind", t("Kind of absence", lang)),
                *_year_columns(lang),
            ],
            [
                {"stage": names[stage], "kind": t(KINDS[kind], lang), **_year_cells(found[stage, kind])}
                for stage in names
                for kind in KINDS
            ],
            lang,
            notes=[
                t(
                    "Illness in basic education, semester 1 of {year}: {count} is {share} of the excused, against "
                    "{usual} in the other semesters; it may be a misprint and is shown as printed (check C27).",
                    lang,
                    year=numbers.school_year(YEARS[0], lang),
                    count=numbers.integer(found["basic", "illness"][0][0], lang),
                    share=numbers.percent(ill[0], lang),
                    usual=numbers.interval(min(ill[1:]), max(ill[1:]), lang),
                ),
                t(
                    "Basic education here includes special programmes, the table above leaves them out; the two "
                    "must not be divided by one another (check C28).",
                    lang,
                ),
            ],
        ),
        provenance=told.provenance(
            told.rows("absent_at_least_one_lesson"),
            counting=t("pupils with at least one missed lesson in the semester, by kind of absence", lang),
        ),
    )


def _absence_reasons(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    year = YEARS[1]
    found = {
        (semester, row.category): int(row.value)
        for semester in SEMESTERS
        for row in told.rows("long_absence_reason", period=semester)
    }
    sums = {
        semester: sum(value for (part, _reason), value in found.items() if part == semester)
        for semester in SEMESTERS
    }

    def drawing(semester: str) -> Markup:
        return bars(
            [
                {
                    "name": t(name, lang),
                    "bars": [
                        {
                            "value": found.get((semester, reason)),
                            "text": (
                                f"{numbers.percent(found[semester, reason] / sums[semester], lang)} "
                                f"({numbers.integer(found[semester, reason], lang)})"
                            )
                            if (semester, reason) in found
                            else "",
                            "kind": "one",
                        }
                    ],
                }
                for reason, name in REASONS.items()
            ],
            lang,
            caption=t("Reasons of long unexcused absence", lang),
            name_title=t("Reason", lang),
            value_title=t("Share of the cases with a reason", lang),
            top=max(sums.values()) / 2,
        )

    rows = []
    for reason, name in REASONS.items():
        row: dict = {"reason": t(name, lang)}
        for number, semester in enumerate(SEMESTERS, start=1):
            count = found.get((semester, reason))
            row[f"n{number}"] = Reason("x") if count is None else count
            row[f"p{number}"] = Reason("x") if count is None else count / sums[semester]
        rows.append(row)
    first = max(REASONS, key=lambda reason: found.get((SEMESTERS[1], reason), 0))
    return frame(
        request,
        title=t("Why are pupils long absent?", lang),
        finding=t(
            "The reason named most often in semester 2 of {year}: {reason} – {share} of the cases with a named reason.",
            lang,
            reason=inner_case(t(REASONS[first], lang)),
            share=numbers.percent(found[SEMESTERS[1], first] / sums[SEMESTERS[1]], lang),
            year=numbers.school_year(year, lang),
        ),
        mark=pair(
            [
                (sentence_case(numbers.semester(number, lang)), drawing(semester))
                for number, semester in enumerate(SEMESTERS, start=1)
            ]
        ),
        how_to_read=t(
            "The length of a bar is the number of cases, from zero. Shares are of the cases whose reason is "
            "printed; for semester 2 the report does not give other reasons, so the shares of the two semesters "
            "are not compared.",
            lang,
        ),
        table=Table(
            "absence-reasons",
            t("Reasons of long unexcused absence that institutions entered", lang),
            [
                Column("reason", t("Reason", lang)),
                *(
                    column
                    for number in (1, 2)
                    for column in (
                        Column(
                            f"n{number}",
                            t("Cases, {semester}", lang, semester=numbers.semester(number, lang)),
                            "integer",
                        ),
                        Column(
                            f"p{number}",
                            t("Share (computed), {semester}", lang, semester=numbers.semester(number, lang)),
                            "percent",
                        ),
                    )
                ),
            ],
            rows,
            lang,
            notes=[
                t(
                    "The cases come from entries in VIIS, the counts of long absentees from the school management "
                    "systems: two different counts (check C34).",
                    lang,
                )
            ],
        ),
        provenance=told.provenance(
            told.rows("long_absence_reason"), counting=t("cases of long absence with a named reason", lang)
        ),
    )
