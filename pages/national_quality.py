"""The parts of the national page on the unified school, the evaluated institutions and their heads."""

from __future__ import annotations

from markupsafe import Markup

from access.pages import Request
from components import marks
from components.chart_frame import ChartFrame
from components.nodes import Block, Part
from components.published_charts import (
    Printed,
    bars,
    frame,
    inner_case,
    label,
    pair,
    printed_share,
    sentence_case,
)
from components.tables import Column, Reason, Table
from indicators.published_rules import RULES
from language import numbers
from language.messages import _
from language.messages import translate as t

LEVELS = {
    "unified_optimal": (_("Good, very good or excellent"), "rating-4"),
    "unified_needs_improvement": (_("Needs improvement"), "rating-2"),
    "unified_insufficient": (_("Insufficient"), "rating-1"),
}
STRENGTHS = {
    "unified_fully_latvian": _("Teaching on the day of the visit fully in Latvian"),
    "unified_parents_informed": _("Parents have received the essential information"),
    "unified_learning_materials": _("Learning materials in Latvian available as needed"),
    "unified_support_staff": _("Support staff services available"),
    "unified_methodical_support_2023_24": _("Teachers received methodical support in 2023/24"),
    "unified_environment_adapted": _("Environment adapted to the guidelines"),
    "unified_language_strategies": _("Teachers use language communication strategies"),
    "unified_methodical_support_2022_23": _("Teachers received methodical support in 2022/23"),
    "unified_pupils_communicate": _("Pupils are able to communicate in Latvian"),
}
WEAKNESSES = {
    "unified_communication_to_improve": _("Communication with parents or staff to be improved"),
    "unified_pupils_difficulties": _("Significant difficulties of pupils to take part in lessons in Latvian"),
}
RULE_FIGURES = (
    ("risk_long_absence", "A2", _("long unexcused absence")),
    ("risk_long_vacancies", "A4", _("long teacher vacancies")),
    ("risk_low_exam_results", "A5", _("examination results below the national mean")),
    ("risk_no_support_staff", "A3", _("no support staff")),
    ("risk_combined_classes", "A1", _("combined classes")),
)


def unified(request: Request, told: Printed) -> list[Part]:
    """Levels of the head's work and what the visits found."""
    return [_unified_levels(request, told), _unified_criteria(request, told)]


def _unified_coverage(told: Printed) -> tuple[int, int]:
    """(rated, visited) institutions."""
    rated = int(told.row("unified_optimal", unit="institutions").denominator)
    return rated, int(told.value("unified_visited", category="all"))


def _unified_levels(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    rated, visited = _unified_coverage(told)
    rows, parts, cells = [], [], {}
    for key, (name, kind) in LEVELS.items():
        count, share = told.row(key, unit="institutions"), told.row(key, unit="percent")
        text = f"{numbers.integer(count.value, lang)} ({printed_share(share, lang)})"
        parts.append({"label": t(name, lang), "value": int(count.value), "text": text, "kind": kind})
        rows.append(
            {
                "level": t(name, lang),
                "count": int(count.value),
                "printed": share.value / 100,
                "computed": count.value / rated,
            }
        )
        cells[key] = text
    used, granted = told.row("unified_funding_used"), told.row("unified_funding_used_share")
    helped = told.row("unified_funding_supportive")
    return frame(
        request,
        title=t("How well do heads lead the move to the unified school?", lang),
        finding=t(
            "Of the {rated} rated institutions the head's work is rated good or higher in {good}, it needs "
            "improvement in {weak} and is insufficient in {bad}.",
            lang,
            rated=numbers.integer(rated, lang),
            good=cells["unified_optimal"],
            weak=cells["unified_needs_improvement"],
            bad=cells["unified_insufficient"],
        ),
        mark=marks.stacked_bar(parts, lang, label=t("Institutions by the level of the head's work", lang)),
        how_to_read=t(
            "What is rated is the quality of the head's work in the move to teaching in Latvian, on an unannounced "
            "visit. {visited} institutions were visited and {rated} have a printed rating. They are not a random "
            "sample: the shares must not be taken for all institutions of Latvia.",
            lang,
            visited=numbers.integer(visited, lang),
            rated=numbers.integer(rated, lang),
        ),
        table=Table(
            "unified-levels",
            t("Institutions visited in 2023/24 by the level of the head's work", lang),
            [
                Column("level", t("Level", lang)),
                Column("count", t("Institutions", lang), "integer"),
                Column("printed", t("Share, as printed", lang), "percent"),
                Column("computed", t("Share of {n} (computed)", lang, n=rated), "percent"),
            ],
            rows,
            lang,
            notes=[
                t("The three upper levels are printed as one number.", lang),
                t(
                    "Among the {visited} visited: {preschool} preschools and {private} private institutions.",
                    lang,
                    visited=visited,
                    preschool=told.value("unified_visited", category="preschool"),
                    private=told.value("unified_visited", category="private"),
                ),
                t(
                    "Additional state funding used: {euro} EUR, {share} of what was granted; {helped} of the "
                    "institutions that used it call it an essential support.",
                    lang,
                    euro=numbers.decimal(used.value, lang, 2),
                    share=printed_share(granted, lang),
                    helped=printed_share(helped, lang),
                ),
            ],
        ),
        provenance=told.provenance(
            [row for key in LEVELS for row in told.rows(key)] + told.rows("unified_visited"),
            coverage=(rated, visited),
            counting=t("rated institutions by the level of the head's work ÷ all rated institutions", lang),
        ),
    )


def _unified_criteria(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    rated, visited = _unified_coverage(told)

    def found(names: dict[str, str]) -> list[dict]:
        rows = []
        for key, name in names.items():
            count, share = told.row(key, unit="institutions"), told.row(key, unit="percent")
            rows.append(
                {
                    "item": t(name, lang),
                    "count": int(count.value),
                    "printed": share.value / 100,
                    "computed": count.value / int(count.denominator),
                }
            )
        return sorted(rows, key=lambda row: -row["count"])

    def drawing(rows: list[dict], caption: str, kind: str) -> Markup:
        return bars(
            [
                {
                    "name": row["item"],
                    "bars": [
                        {
                            "value": row["computed"],
                            "text": f"{numbers.percent(row['computed'], lang)} ({numbers.integer(row['count'], lang)})",
                            "kind": kind,
                        }
                    ],
                }
                for row in rows
            ],
            lang,
            caption=caption,
            name_title=t("What was found", lang),
            value_title=t("Share of the rated institutions", lang),
            top=1,
        )

    good, weak = found(STRENGTHS), found(WEAKNESSES)
    heads = [t("What helps the move", lang), t("What hinders it", lang)]
    materials = told.row("unified_learning_materials", unit="percent")
    return frame(
        request,
        title=t("What did the visits find?", lang),
        finding=t(
            "Teaching was fully in Latvian in {full} of the institutions; weakest of what helps: “{least}” "
            "({least_share}); most frequent of what hinders: “{most}” ({most_share}).",
            lang,
            full=printed_share(told.row("unified_fully_latvian", unit="percent"), lang),
            least=good[-1]["item"],
            least_share=numbers.percent(good[-1]["computed"], lang),
            most=weak[0]["item"],
            most_share=numbers.percent(weak[0]["computed"], lang),
        ),
        mark=pair(
            [
                (heads[0], drawing(good, heads[0], "one")),
                (heads[1], drawing(weak, heads[1], "two")),
            ],
            stacked=True,
        ),
        how_to_read=t(
            "Each bar is a share of the {rated} rated institutions, the scale goes from 0 to 100%. In brackets the "
            "number of institutions.",
            lang,
            rated=rated,
        ),
        table=Table(
            "unified-criteria",
            t("What the visits of 2023/24 found", lang),
            [
                Column("item", t("What was found", lang)),
                Column("count", t("Institutions", lang), "integer"),
                Column("printed", t("Share, as printed", lang), "percent"),
                Column("computed", t("Share of {n} (computed)", lang, n=rated), "percent"),
            ],
            [*good, *weak],
            lang,
            notes=[
                t(
                    "Learning materials: the report prints {printed}, the count gives {computed} (check C02).",
                    lang,
                    printed=printed_share(materials, lang),
                    computed=numbers.percent(
                        told.value("unified_learning_materials", unit="institutions") / rated, lang
                    ),
                )
            ],
        ),
        provenance=told.provenance(
            [row for key in (*STRENGTHS, *WEAKNESSES) for row in told.rows(key)],
            coverage=(rated, visited),
            counting=t("institutions where it was found ÷ all rated institutions", lang),
        ),
    )


def institutions(request: Request, told: Printed) -> list[Part]:
    """Risk signs, accreditation and heads, tasks, results of the evaluated institutions."""
    return [
        _risk_rules(request, told),
        _assessment(request, told),
        Block("div", [_tasks(request, told), _priorities(request, told)], class_="columns"),
        _results(request, told),
    ]


def _risk_rules(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    groups = (
        ("basic", t("basic schools", lang), "one"),
        ("upper_secondary", t("secondary schools", lang), "two"),
    )
    shares = {
        (key, stage): row
        for key, _code, _short in RULE_FIGURES
        for stage, _name, _kind in groups
        for row in told.rows(key, stage=stage)
    }
    highest = {
        stage: max(
            ((key, short) for key, _code, short in RULE_FIGURES if (key, stage) in shares),
            key=lambda item: shares[item[0], stage].value,
        )
        for stage, _name, _kind in groups
    }
    signs = {stage: t(short, lang) for stage, (_key, short) in highest.items()}

    def rule(code: str) -> str:
        return sentence_case(RULES[code].lv if lang == "lv" else RULES[code].en)

    return frame(
        request,
        title=t("Which risk signs did the evaluated institutions show?", lang),
        finding=t(
            "The most frequent sign of the evaluated secondary schools is {second} ({second_share}), of the evaluated "
            "basic schools {first} ({first_share}).",
            lang,
            second=signs["upper_secondary"],
            second_share=printed_share(shares[highest["upper_secondary"][0], "upper_secondary"], lang),
            first=signs["basic"],
            first_share=printed_share(shares[highest["basic"][0], "basic"], lang),
        ),
        mark=bars(
            [
                {
                    "name": rule(code),
                    "bars": [
                        {
                            "name": name,
                            "kind": kind,
                            "value": shares[key, stage].value if (key, stage) in shares else None,
                            "text": printed_share(shares[key, stage], lang) if (key, stage) in shares else "",
                            "reason": "z",
                        }
                        for stage, name, kind in groups
                    ],
                }
                for key, code, _short in RULE_FIGURES
            ],
            lang,
            caption=t("Share of the evaluated institutions with each risk sign", lang),
            name_title=t("Risk sign", lang),
            value_title=t("Share of the evaluated institutions", lang),
            top=100,
            legend=[(kind, sentence_case(name)) for _stage, name, kind in groups],
        ),
        how_to_read=t(
            "The shares are of the institutions evaluated in 2023/24, not of all institutions. How many there were is "
            "not printed, so it cannot be said whether the two groups differ by more than chance. Vacancies are "
            "defined differently in the two groups and must not be compared.",
            lang,
        ),
        table=Table(
            "risk-rules",
            t("Shares of the institutions evaluated in 2023/24 with each published risk sign", lang),
            [
                Column("rule", t("Risk sign", lang)),
                Column("basic", t("Basic schools, as printed", lang), "percent"),
                Column("upper_secondary", t("Secondary schools, as printed", lang), "percent"),
            ],
            [
                {
                    "rule": rule(code),
                    **{
                        stage: shares[key, stage].value / 100 if (key, stage) in shares else Reason("z")
                        for stage, _name, _kind in groups
                    },
                }
                for key, code, _short in RULE_FIGURES
            ],
            lang,
            notes=[
                t("The report prints no denominators (check C33).", lang),
                t(
                    "Vacancies: in basic schools in the previous and the current year, in secondary schools in the "
                    "previous or the current year (check C30).",
                    lang,
                ),
                t(
                    "The threshold of long absence is 20 lessons and more here, more than 20 lessons in the chapter "
                    "on absence (check C29).",
                    lang,
                ),
            ],
        ),
        provenance=told.provenance(
            list(shares.values()),
            counting=t(
                "institutions with the sign ÷ institutions evaluated in 2023/24 (number not printed)", lang
            ),
        ),
    )


def _assessment(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    kinds = (
        (
            "institutions_accredited",
            "institutions_needs_improvement",
            (
                ("all", t("Accredited institutions", lang)),
                ("general", t("General education institutions", lang)),
                ("vocational", t("Vocational education institutions", lang)),
            ),
        ),
        (
            "heads_assessed",
            "heads_needs_improvement",
            (
                ("all", t("Assessed heads", lang)),
                ("general", t("Heads of general education institutions", lang)),
                ("preschool", t("Heads of preschools", lang)),
                ("vocational", t("Heads of vocational education institutions", lang)),
            ),
        ),
    )
    rows, drawings = [], []
    for assessed_key, weak_key, groups in kinds:
        part = []
        for stage, name in groups:
            assessed, weak = told.row(assessed_key, stage=stage), told.row(weak_key, stage=stage)
            row = {
                "group": name,
                "assessed": int(assessed.value),
                "weak": int(weak.value),
                "share": weak.value / assessed.value,
            }
            rows.append(row)
            part.append(
                {
                    "name": name,
                    "total": stage == "all",
                    "bars": [
                        {
                            "value": row["share"],
                            "text": numbers.share_with_counts(row["weak"], row["assessed"], lang),
                            "kind": "quiet" if stage == "all" else "one",
                        }
                    ],
                }
            )
        drawings.append(
            (
                t("Accreditation", lang) if assessed_key == "institutions_accredited" else t("Heads", lang),
                bars(
                    part,
                    lang,
                    caption=t("Share with at least one criterion that needs improvement", lang),
                    name_title=t("Group", lang),
                    value_title=t("Share (computed)", lang),
                    top=0.5,
                ),
            )
        )
    by_name = {row["group"]: row for row in rows}
    worst = max(
        (by_name[name] for stage, name in kinds[1][2] if stage != "all"), key=lambda row: row["share"]
    )
    everyone, institutions = by_name[kinds[1][2][0][1]], by_name[kinds[0][2][0][1]]
    return frame(
        request,
        title=t("What did accreditation and the assessment of heads find?", lang),
        finding=t(
            "At least one criterion needs improvement in {institutions} of the accredited institutions and in "
            "{heads} of the assessed heads; most often: {group}, {worst}.",
            lang,
            institutions=numbers.share_with_counts(institutions["weak"], institutions["assessed"], lang),
            heads=numbers.share_with_counts(everyone["weak"], everyone["assessed"], lang),
            group=inner_case(worst["group"]),
            worst=numbers.share_with_counts(worst["weak"], worst["assessed"], lang),
        ),
        mark=pair(drawings),
        how_to_read=t(
            "A bar is the share with at least one criterion rated “needs improvement”; the scale goes from 0 to 50%. "
            "Institutions are accredited once in six years, so those of one year do not stand for all.",
            lang,
        ),
        table=Table(
            "assessment",
            t("Accreditation and assessment of heads in 2024", lang),
            [
                Column("group", t("Group", lang)),
                Column("assessed", t("Assessed", lang), "integer"),
                Column("weak", t("With a criterion that needs improvement", lang), "integer"),
                Column("share", t("Share (computed)", lang), "percent"),
            ],
            rows,
            lang,
            notes=[
                t(
                    "Table 2 of the report prints {accreditations} accreditations and {heads} heads; we show the "
                    "numbers that equal the sum of their parts (checks C10 and C11).",
                    lang,
                    accreditations=told.value("accreditation_total"),
                    heads=told.value("heads_assessed", table_id="T2"),
                )
            ],
        ),
        provenance=told.provenance(
            [
                row
                for one, two, _groups in kinds
                for key in (one, two)
                for row in told.rows(key, table_id="S_accreditation")
            ],
            coverage=(institutions["assessed"] + everyone["assessed"],) * 2,
            counting=t(
                "institutions or heads with at least one criterion that needs improvement ÷ all assessed in 2024",
                lang,
            ),
        ),
    )


def _parts_of_tasks(
    request: Request,
    told: Printed,
    *,
    key: str,
    table_id: str,
    title: str,
    finding: str,
    caption: str,
    counting: str,
    note: str,
) -> ChartFrame:
    lang = request.lang
    total = told.row(key, category="all")
    parts = sorted((row for row in told.rows(key) if row.category != "all"), key=lambda row: -row.value)
    rows = [
        {"topic": sentence_case(label(row, lang)), "tasks": int(row.value), "share": row.value / total.value}
        for row in parts
    ]
    return frame(
        request,
        title=title,
        finding=t(
            finding,
            lang,
            topic=rows[0]["topic"],
            share=numbers.percent(rows[0]["share"], lang),
            total=numbers.integer(total.value, lang),
        ),
        mark=bars(
            [
                {
                    "name": row["topic"],
                    "bars": [
                        {
                            "value": row["tasks"],
                            "text": f"{numbers.percent(row['share'], lang)} ({numbers.integer(row['tasks'], lang)})",
                        }
                    ],
                }
                for row in rows
            ],
            lang,
            caption=caption,
            name_title=t("Topic", lang),
            value_title=t("Share (computed) and number of tasks", lang),
        ),
        how_to_read=note,
        table=Table(
            table_id,
            caption,
            [
                Column("topic", t("Topic", lang)),
                Column("tasks", t("Tasks", lang), "integer"),
                Column("share", t("Share (computed)", lang), "percent"),
            ],
            [*rows, {"topic": t("Total", lang), "tasks": int(total.value), "share": 1.0}],
            lang,
        ),
        provenance=told.provenance(told.rows(key), counting=counting),
    )


def _tasks(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    return _parts_of_tasks(
        request,
        told,
        key="assessment_tasks",
        table_id="tasks",
        title=t("In which area is most to be improved?", lang),
        finding=_("{share} of the {total} tasks set in 2020–2024 are in the area “{topic}”."),
        caption=t("Tasks set in quality assessment in 2020–2024, by area", lang),
        counting=t("tasks set in quality assessment, 2020–2024", lang),
        note=t(
            "A task is what an institution has to improve; the areas differ in the number of criteria.", lang
        ),
    )


def _priorities(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    return _parts_of_tasks(
        request,
        told,
        key="priority_tasks",
        table_id="priority-tasks",
        title=t("Which priorities do the tasks concern?", lang),
        finding=_("{share} of the {total} tasks linked to national priorities concern this: “{topic}”."),
        caption=t("Tasks of 2023/24 linked to the priorities of the education guidelines", lang),
        counting=t("tasks of 2023/24 linked to the priorities of the education guidelines", lang),
        note=t("Only tasks linked to a priority are counted here; they are not all tasks of the year.", lang),
    )


def _results(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    measures = (
        (t("Pupils with a mean of 7 and more in daily learning", lang), "good_results_share", "good_results_share"),
        (t("Pupils with 7 and more in advanced courses", lang), None, "good_results_advanced_courses"),
        (t("Basic school graduates who continue in general secondary education", lang), "continue_general_upper_secondary", None),
        (t("Secondary school graduates who enter higher education", lang), None, "enter_higher_education"),
        (t("Pupils whose daily results differ from state examinations", lang), "daily_vs_exam_difference_share", None),
        (t("Size of the difference between daily results and state examinations", lang), None, "daily_vs_exam_difference"),
    )  # fmt: skip
    used, rows = [], []
    for name, basic, secondary in measures:
        row: dict = {"measure": name}
        for stage, key in (("basic", basic), ("upper_secondary", secondary)):
            if key is None:
                row[stage] = Reason("z")
                continue
            figure = told.row(key, stage=stage)
            used.append(figure)
            row[stage] = figure.value / 100
        rows.append(row)
    return frame(
        request,
        title=t("What results do pupils of the evaluated institutions have?", lang),
        finding=t(
            "A mean of 7 and more in daily learning is reached by {basic} of pupils in basic education and {secondary} "
            "in secondary education of the evaluated institutions.",
            lang,
            basic=printed_share(told.row("good_results_share", stage="basic"), lang),
            secondary=printed_share(told.row("good_results_share", stage="upper_secondary"), lang),
        ),
        how_to_read=t(
            "These are institutions evaluated in 2023/24, not all of Latvia. The last two rows are different measures, "
            "a share of pupils and the size of a difference, and must not be compared (check C31).",
            lang,
        ),
        table=Table(
            "results",
            t("Results of pupils in the institutions evaluated in 2023/24", lang),
            [
                Column("measure", t("Measure", lang)),
                Column("basic", t("Basic education, as printed", lang), "percent"),
                Column("upper_secondary", t("Secondary education, as printed", lang), "percent"),
            ],
            rows,
            lang,
        ),
        provenance=told.provenance(
            used,
            counting=t(
                "pupils or graduates of the institutions evaluated in 2023/24 (numbers not printed)", lang
            ),
        ),
    )
