"""Where the absence figures come from: two counts side by side, reasons and actions, agreement with the report."""

from __future__ import annotations

from collections.abc import Sequence

from components.absence_lines import semester_lines
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.published_charts import bars, cited, pair, sentence_case
from components.tables import Column, Reason
from components.templating import render
from data_access.queries import absence as query
from language import numbers, side
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .absence_development import semester_words
from .absence_unit import Unit, axis_count, axis_percent, note, period_in, stage_name, stage_words

REASONS = {
    "motivation": _("Lack of motivation to learn"),
    "health_without_note": _("Health problems without a doctor's note"),
    "family": _("Family circumstances"),
    "other": _("Other reasons"),
}
ACTIONS = {
    "talk_with_parents": _("Talk with the parents"),
    "talk_with_pupil": _("Talk with the learner"),
    "support_staff": _("Support staff"),
    "social_service": _("Municipal social service"),
    "inter_institution_meeting": _("Meeting of several institutions"),
    "orphans_court": _("Orphans' court"),
    "addiction_treatment": _("Addiction treatment"),
    "municipal_police": _("Municipal or state police"),
}
POINT_KEY, POINT_COLLECTION = "long_unexcused_absentees_earlier", "absence_points"
KIND_COLUMNS = {"excused": "any_excused", "illness": "any_illness", "unexcused": "any_unexcused"}
KIND_NAMES = {
    "excused": _("Excused"),
    "illness": _("Because of illness (a part of the excused)"),
    "unexcused": _("Unexcused"),
}


# --- two counts ------------------------------------------------------------------------------------------


def causes(unit: Unit) -> list[Part]:
    """All parts of the tab: the two counts, then reasons and actions of the VIIS entries."""
    lang = unit.lang
    if unit.kind != "country" and not unit.exact:
        return [
            note(
                t(
                    "Reasons, actions and VIIS entries are small counts about persons: outside the institution, its "
                    "municipality and the ministry they are shown for the whole country only.",
                    lang,
                )
            ),
            render(
                "absence_links.html",
                lang=lang,
                links=[(unit.request.url("absence", skats="iemesli"), t("Reasons in the country", lang))],
            ),
        ]
    parts: list[Part] = []
    counts = two_counts(unit)
    if counts:
        parts.append(counts)
    parts += reasons_and_actions(unit)
    return parts or [note(t("No VIIS entries have been received.", lang))]


def two_counts(unit: Unit) -> ChartFrame | None:
    """Journals and VIIS entries beside each other: how much of the primary count has an entry."""
    lang, stage = unit.lang, unit.stage
    keys = sorted(key for key in unit.entries if key[0] == stage)
    if not keys:
        return None
    years = list(range(keys[0][1], keys[-1][1] + 1))
    lines, rows = [], []
    for semester in (1, 2):
        shares, texts = [], []
        for year in years:
            primary, entered = unit.cell(year, semester), unit.entries.get((stage, year, semester))
            known = (
                primary is not None and entered is not None and primary.count and entered.count is not None
            )
            share = entered.count / primary.count if known else None
            shares.append(share)
            texts.append(
                None
                if share is None
                else f"{numbers.percent(share, lang)} ({numbers.counts(entered.count, primary.count, lang)})"
            )
            rows.append(
                {
                    "year": numbers.school_year(year, lang),
                    "order": (year, semester),
                    "semester": semester,
                    "primary": primary.count_value() if primary else Reason("x"),
                    "entered": entered.count_value() if entered else Reason("x"),
                    "share": Reason("z" if primary and primary.count == 0 else "x")
                    if share is None
                    else share,
                }
            )
        lines.append(
            {
                "name": semester_words(semester, lang),
                "kind": "first" if semester == 1 else "second",
                "values": shares,
                "texts": texts,
                "end_text": numbers.percent(shares[-1], lang) if shares[-1] is not None else None,
            }
        )
    rows.sort(key=lambda row: row["order"])
    now, entered = unit.cell(unit.year, unit.semester), unit.entries.get((stage, unit.year, unit.semester))
    if now is not None and entered is not None and now.count is not None and entered.count is not None:
        finding = t(
            "{period} the journals have {primary} long absentees and VIIS {entered} entries of long absence: two counts "
            "that are never added up.",
            lang,
            period=sentence_case(period_in(unit.year, unit.semester, lang)),
            primary=numbers.integer(now.count, lang),
            entered=numbers.integer(entered.count, lang),
        )
    else:
        finding = t("For the newest semester one of the two counts is missing.", lang)
    title = t("Two counts: how much of the long absence is entered in VIIS?", lang)
    return unit.frame(
        title=title,
        finding=finding,
        mark=semester_lines(
            [numbers.school_year_short(year, lang) for year in years],
            lines,
            lang,
            label=f"{title} {stage_name(stage, lang)}",
            y_title=t("VIIS entries per 100 long absentees of the journals", lang),
            axis_text=axis_percent(lang),
            breaks=[(0, t("VIIS entries are loaded from this school year on", lang), True)],
            height=240,
        ),
        how_to_read=t(
            "The journals are the primary count. An institution enters a case in VIIS when it reports it with its reason "
            "and action, so the entries are fewer; reasons exist only for them.",
            lang,
        ),
        table=unit.table(
            "absence-sources",
            t(
                "Long absentees of the journals and VIIS entries: {stage}",
                lang,
                stage=stage_words(unit.stage, lang),
            ),
            [
                Column("year", t("School year", lang)),
                Column("semester", t("Semester", lang), "integer"),
                Column("primary", t("Journals (primary count)", lang), "integer"),
                Column("entered", t("VIIS entries", lang), "integer"),
                Column("share", t("Entries per 100 of the primary count", lang), "percent"),
            ],
            rows,
        ),
        provenance=unit.provenance(
            t("cases of long absence entered in VIIS ÷ long absentees of the journals", lang),
            unit.coverage(),
            source=t("Semester import from school journals; VIIS entries of long absence", lang),
        ),
    )


# --- reasons and actions ------------------------------------------------------------------------------------


def reasons_and_actions(unit: Unit) -> list[Part]:
    """Reasons and actions of the VIIS entries of the newest school year, both semesters."""
    found = query.causes(unit.reader, unit.kind, unit.id, unit.year, unit.municipality_code)
    if not found:
        return []
    cases = {(row.kind, row.code, row.semester): row.cases for row in found}
    return [
        _cause_frame(unit, cases, "reason", REASONS),
        _cause_frame(unit, cases, "action", ACTIONS),
    ]


def _cause_frame(unit: Unit, cases: dict, kind: str, names: dict[str, str]) -> ChartFrame:
    lang = unit.lang
    sums = {half: sum(cases.get((kind, code, half), 0) for code in names) for half in (1, 2)}
    order = sorted(names, key=lambda code: -cases.get((kind, code, 2), 0))
    if kind == "reason":
        order = [code for code in order if code != "other"] + ["other"]
    top = max((cases.get((kind, code, half), 0) for code in names for half in (1, 2)), default=1)
    drawings = []
    for half in (1, 2):
        drawings.append(
            (
                f"{semester_words(half, lang)} ({numbers.integer(sums[half], lang)})",
                bars(
                    [
                        {
                            "name": t(names[code], lang),
                            "bars": [
                                {
                                    "value": cases.get((kind, code, half), 0),
                                    "text": _share(cases.get((kind, code, half), 0), sums[half], lang),
                                    "kind": "one",
                                }
                            ],
                        }
                        for code in order
                    ],
                    lang,
                    caption=t("Reason", lang) if kind == "reason" else t("Action", lang),
                    name_title=t("Reason", lang) if kind == "reason" else t("Action", lang),
                    value_title=t("Cases", lang),
                    top=top,
                ),
            )
        )
    leading = max((code for code in names if code != "other"), key=lambda code: cases.get((kind, code, 2), 0))
    count = cases.get((kind, leading, unit.semester), 0)
    text = {
        "reason": _("The reason named most often {period}: {name} – {share} of the entries."),
        "action": _("The action entered most often {period}: {name} – {share} of the entries."),
    }[kind]
    rows = []
    for code in order:
        row: dict = {"name": t(names[code], lang)}
        for half in (1, 2):
            number = cases.get((kind, code, half), 0)
            row[f"n{half}"] = number
            row[f"p{half}"] = number / sums[half] if sums[half] else Reason("z")
        rows.append(row)
    notes = [
        t(
            "Only VIIS entries have reasons and actions; what holds for the absentees without an entry is not known.",
            lang,
        )
    ]
    if unit.kind != "country":
        notes.append(t("For official use: exact counts, also small ones.", lang))
    columns = [Column("name", t("Reason", lang) if kind == "reason" else t("Action", lang))]
    for half in (1, 2):
        words = numbers.semester(half, lang)
        columns.append(Column(f"n{half}", t("Cases, {semester}", lang, semester=words), "integer"))
        columns.append(Column(f"p{half}", t("Share, {semester}", lang, semester=words), "percent"))
    entered = [unit.entries.get(("total", unit.year, half)) for half in (1, 2)]
    coverage = next(((one.institutions, one.expected) for one in entered if one is not None), (1, 1))
    inner = t(names[leading], lang)
    return unit.frame(
        title=t("Why are learners long absent?", lang)
        if kind == "reason"
        else t("What have institutions done about it?", lang),
        finding=t(
            text,
            lang,
            period=period_in(unit.year, unit.semester, lang),
            name=inner[:1].lower() + inner[1:],
            share=numbers.percent(count / sums[unit.semester], lang) if sums[unit.semester] else "–",
        ),
        mark=pair(drawings),
        how_to_read=t(
            "The length of a bar is the number of VIIS entries, on one scale for both semesters; all stages together. "
            "Shares are of the entries, not of all absentees.",
            lang,
        ),
        table=unit.table(
            f"absence-{kind}s",
            t("VIIS entries by reason, {year}", lang, year=numbers.school_year(unit.year, lang))
            if kind == "reason"
            else t("VIIS entries by action, {year}", lang, year=numbers.school_year(unit.year, lang)),
            columns,
            rows,
            notes=notes,
        ),
        provenance=unit.provenance(
            t("cases of long absence entered in VIIS, all stages", lang),
            coverage,
            source=t("VIIS entries of long absence", lang),
        ),
    )


def _share(count: int, total: int, lang: str) -> str:
    text = numbers.integer(count, lang)
    return f"{text} · {numbers.percent(count / total, lang)}" if total else text


# --- agreement with the report -----------------------------------------------------------------------------


def agreement(unit: Unit) -> list[Part]:
    """Tables 6 and 7 and the reasons as printed, beside our own sums; earlier points apart."""
    if unit.kind != "country":
        return [
            note(t("The annual report prints absence for the whole country only.", unit.lang)),
            render(
                "absence_links.html",
                lang=unit.lang,
                links=[
                    (
                        unit.request.url("absence", skats="saskana"),
                        t("Agreement for the country", unit.lang),
                    )
                ],
            ),
        ]
    parts = [_table6(unit), _table7(unit), _printed_reasons(unit), earlier_points(unit)]
    return [part for part in parts if part is not None]


def _first_year(row) -> int:
    return int(row.period_label[:4])


def _half(row) -> int:
    return int(row.period[-1])


def _compared(
    unit: Unit,
    name: str,
    title: str,
    caption: str,
    printed: Sequence,
    rows: list[dict],
    columns: Sequence[Column],
    *,
    counting: str,
    notes: Sequence[str] = (),
) -> ChartFrame:
    """A frame with printed and computed numbers, and whether they are equal."""
    lang = unit.lang
    for row in rows:
        both = isinstance(row["printed"], int) and isinstance(row["computed"], int)
        row["equal"] = (
            (t("equal", lang) if row["printed"] == row["computed"] else t("differ", lang))
            if both
            else t("not comparable", lang)
        )
    equal = sum(row["equal"] == t("equal", lang) for row in rows)
    judged = sum(row["equal"] != t("not comparable", lang) for row in rows)
    release = unit.reader.release
    return unit.frame(
        title=title,
        finding=tn(
            "{equal} of {n} printed number is equal to our sum over institutions.",
            "{equal} of {n} printed numbers are equal to our sums over institutions.",
            judged,
            lang,
            equal=numbers.integer(equal, lang),
        ),
        how_to_read=t(
            "“Printed” is the number of the report, “computed” the sum of the institutions' counts in this release. "
            "Printed numbers are real; computed ones are real only when the release is.",
            lang,
        ),
        table=unit.table(
            name,
            caption,
            [
                *columns,
                Column("printed", t("Printed", lang), "integer"),
                Column("computed", t("Computed", lang), "integer"),
                Column("equal", t("Agreement", lang)),
            ],
            rows,
            notes=notes,
        ),
        provenance=Provenance(
            source=f"{cited(printed, lang)}; {t('Semester import from school journals', lang)}",
            as_of=max(row.as_of for row in printed),
            coverage=(judged, len(rows)),
            bodies=False,
            release_id=release.id,
            counting=counting,
            note=t("coverage counts the printed numbers", lang),
            synthetic=release.synthetic,
        ),
    )


def _table6(unit: Unit) -> ChartFrame | None:
    lang = unit.lang
    printed = query.printed(unit.reader, "long_unexcused_absentees")
    if not printed:
        return None
    rows = []
    for row in printed:
        cell = unit.cell(_first_year(row), _half(row), row.stage)
        rows.append(
            {
                "stage": stage_name(row.stage, lang),
                "period": numbers.period(_first_year(row), _half(row), lang),
                "printed": int(row.value),
                "computed": int(cell.count) if cell is not None and cell.count is not None else Reason("x"),
            }
        )
    return _compared(
        unit,
        "absence-table6",
        t("Table 6: long unexcused absentees", lang),
        t("Table 6 of the annual report beside our sums", lang),
        printed,
        rows,
        [Column("stage", t("Stage", lang)), Column("period", t("Period", lang))],
        counting=t("learners over the limit in the semester, without special basic education", lang),
        notes=[
            t(
                "The report says that the number has not changed substantially in any programme; its table does not "
                "support this (check C23), so every change here is computed from the counts.",
                lang,
            )
        ],
    )


def _table7(unit: Unit) -> ChartFrame | None:
    lang = unit.lang
    printed = query.printed(unit.reader, "absent_at_least_one_lesson")
    if not printed:
        return None
    rows = []
    for row in printed:
        stage = "basic_all" if row.stage == "basic" else row.stage
        found = unit.lessons.get((stage, _first_year(row), _half(row)))
        count = getattr(found, KIND_COLUMNS[row.category]) if found is not None else None
        rows.append(
            {
                "stage": stage_name(stage, lang),
                "kind": t(KIND_NAMES[row.category], lang),
                "period": numbers.period(_first_year(row), _half(row), lang),
                "printed": int(row.value),
                "computed": Reason("x") if count is None else int(count),
            }
        )
    return _compared(
        unit,
        "absence-table7",
        t("Table 7: at least one missed lesson", lang),
        t("Table 7 of the annual report beside our sums", lang),
        printed,
        rows,
        [
            Column("stage", t("Stage", lang)),
            Column("kind", t("Kind of absence", lang)),
            Column("period", t("Period", lang)),
        ],
        counting=t("learners with at least one missed lesson, with special basic education", lang),
        notes=[
            t(
                "Illness in basic education in semester 1 of 2022/23 is printed as 94.9% of the excused, in the other "
                "semesters 83–84%: a possible misprint, shown as printed (check C27).",
                lang,
            )
        ],
    )


def _printed_reasons(unit: Unit) -> ChartFrame | None:
    lang = unit.lang
    printed = query.printed(unit.reader, "long_absence_reason")
    if not printed:
        return None
    year = _first_year(printed[0])
    cases = {
        (row.code, row.semester): row.cases
        for row in query.causes(unit.reader, "country", query.COUNTRY, year)
        if row.kind == "reason"
    }
    told = {(row.category, _half(row)): int(row.value) for row in printed}
    rows = []
    for half in (1, 2):
        for code, name in REASONS.items():
            rows.append(
                {
                    "reason": t(name, lang),
                    "period": numbers.period(year, half, lang),
                    "printed": told.get((code, half), Reason("x")),
                    "computed": cases.get((code, half), Reason("x")),
                }
            )
    return _compared(
        unit,
        "absence-printed-reasons",
        t("Reasons of long absence", lang),
        t("Reasons as the report prints them beside our sums", lang),
        printed,
        rows,
        [Column("reason", t("Reason", lang)), Column("period", t("Period", lang))],
        counting=t("cases of long absence entered in VIIS, all stages", lang),
        notes=[
            t(
                "The report gives no number of other reasons for semester 2. The reasons add up to fewer cases than there "
                "are long absentees: they come from VIIS entries, another count (check C34).",
                lang,
            )
        ],
    )


def earlier_points(unit: Unit) -> ChartFrame | None:
    """Counts that were published before table 6, as crosses; percentages in the table only."""
    lang = unit.lang
    points = query.printed(unit.reader, POINT_KEY, collection=POINT_COLLECTION)
    table6 = [row for row in query.printed(unit.reader, "long_unexcused_absentees") if row.stage == "total"]
    if not points or not table6:
        return None
    drawn = [row for row in points if row.unit == "pupils" and row.stage == "total"]
    years = list(range(min(_first_year(row) for row in drawn), max(_first_year(row) for row in table6) + 1))
    lines = []
    for half in (1, 2):
        told = {_first_year(row): int(row.value) for row in table6 if _half(row) == half}
        lines.append(
            {
                "name": semester_words(half, lang),
                "kind": "first" if half == 1 else "second",
                "values": [told.get(year) for year in years],
                "texts": [numbers.integer(told[year], lang) if year in told else None for year in years],
                "points": [
                    (
                        years.index(_first_year(row)),
                        row.value,
                        f"{numbers.integer(row.value, lang)} – {side(row.note, lang)}",
                    )
                    for row in drawn
                    if _half(row) == half
                ],
            }
        )
    title = t("What was published before?", lang)
    ordered = sorted(points, key=lambda row: (row.period_label, row.period, row.unit, row.id))
    return unit.frame(
        title=title,
        finding=t(
            "Earlier reports give {n} national counts; each was made in another way, so they are single marks and no line.",
            lang,
            n=numbers.integer(len(drawn), lang),
        ),
        mark=semester_lines(
            [numbers.school_year_short(year, lang) for year in years],
            lines,
            lang,
            label=title,
            y_title=t("Long absentees, counts as published", lang),
            axis_text=axis_count(lang),
            breaks=[
                (
                    years.index(_first_year(table6[0])),
                    t(
                        "table 6: counts from the school management systems; before that other ways of counting",
                        lang,
                    ),
                    False,
                )
            ],
            points_words=t("published earlier, counted in another way: not connected", lang),
            height=260,
        ),
        how_to_read=t(
            "Crosses cannot be compared with the lines or with each other without their caveat, which the table gives. "
            "Percentages published earlier have other or unknown bases and are not drawn.",
            lang,
        ),
        table=unit.table(
            "absence-earlier",
            t("Earlier published figures of long absence, each with its caveat", lang),
            [
                Column("period", t("Period", lang)),
                Column("stage", t("Stage", lang)),
                Column("count", t("Count", lang), "integer"),
                Column("percent", t("Percentage (not drawn)", lang), "percent"),
                Column("caveat", t("Caveat", lang)),
                Column("source", t("Source", lang)),
            ],
            [
                {
                    "period": numbers.period(_first_year(row), _half(row), lang),
                    "stage": t("Total", lang) if row.stage == "total" else stage_name(row.stage, lang),
                    "count": int(row.value) if row.unit == "pupils" else Reason("z"),
                    "percent": row.value / 100 if row.unit == "percent" else Reason("z"),
                    "caveat": side(row.note, lang),
                    "source": row.citation,
                }
                for row in ordered
            ],
        ),
        provenance=Provenance(
            source=points[0].source_lv if lang == "lv" else points[0].source_en,
            as_of=max(row.as_of for row in points),
            coverage=(len(drawn), len(points)),
            bodies=False,
            release_id=unit.reader.release.id,
            counting=t("long absentees as each publication counted them", lang),
            note=t("coverage counts the figures drawn of those published", lang),
        ),
    )
