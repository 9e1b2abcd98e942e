"""The parts of the national page on complaints, inspections and children who are not registered."""

from __future__ import annotations

from collections.abc import Mapping

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
    key_row,
    label,
    pair,
    sentence_case,
)
from components.tables import Column, Reason, Table
from data_access.queries import published
from language import numbers
from language.messages import _
from language.messages import translate as t

OUTCOMES = {
    "confirmed": (_("Confirmed"), "one"),
    "not_confirmed": (_("Not confirmed"), "two"),
    "explained": (_("Explanation given"), "three"),
    "forwarded": (_("Founder or another competent body involved"), "four"),
}
BESIDE = ("left_country", "foreign_citizens", "ukraine_no_information", "ukraine_distance_learning")


def complaints(request: Request, told: Printed) -> list[Part]:
    """What came of the complaints, and how many there were."""
    return [_outcomes(request, told), _supervision_years(request, told)]


def _outcomes(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    total = told.row("complaints", period_label="2024", category="all")
    rows, parts = [], []
    for category, (name, kind) in OUTCOMES.items():
        count = told.value("complaints", category=category)
        share = count / total.value
        text = f"{numbers.integer(count, lang)} ({numbers.percent(share, lang)})"
        rows.append({"outcome": t(name, lang), "count": count, "share": share})
        parts.append({"label": t(name, lang), "value": count, "text": text, "kind": kind})
    return frame(
        request,
        title=t("What came of the complaints?", lang),
        finding=t(
            "{confirmed} of the {total} complaints handled in 2024 were confirmed.",
            lang,
            total=numbers.integer(total.value, lang),
            confirmed=parts[0]["text"],
        ),
        mark=marks.stacked_bar(parts, lang, label=t("Complaints handled in 2024 by outcome", lang)),
        how_to_read=t(
            "The whole bar is all complaints handled in the year. A complaint is not yet a fault: look at the confirmed "
            "ones first.",
            lang,
        ),
        table=Table(
            "complaint-outcomes",
            t("Complaints handled in 2024 by outcome", lang),
            [
                Column("outcome", t("Outcome", lang)),
                Column("count", t("Complaints", lang), "integer"),
                Column("share", t("Share (computed)", lang), "percent"),
            ],
            [*rows, {"outcome": t("Total", lang), "count": int(total.value), "share": 1.0}],
            lang,
        ),
        provenance=told.provenance(
            told.rows("complaints", period_label="2024"), counting=t("complaints handled in 2024", lang)
        ),
    )


def _supervision_years(request: Request, told: Printed) -> ChartFrame:
    lang = request.lang
    earlier = published.figures(request.reader, "complaints", "inspections", collection="national_series")
    series: dict[str, dict[int, int]] = {"complaints": {}, "inspections": {}}
    for row in (
        *(row for row in earlier if row.category in ("", "all")),
        *told.rows("complaints", category="all"),
        *told.rows("inspections", table_id="S_inspections"),
    ):
        series[row.figure_key][int(row.period_label[:4])] = int(row.value)
    years = sorted({year for values in series.values() for year in values})
    advised = told.rows("consultations", table_id="S_inspections")
    consultations = {int(row.period_label[:4]): int(row.value) for row in advised}
    before, now = years[-2], years[-1]
    names = {"complaints": t("Complaints", lang), "inspections": t("Inspections", lang)}
    words = {key: change_words(series[key][before], series[key][now], lang) for key in series}
    return frame(
        request,
        title=t("Are there more or fewer complaints and inspections?", lang),
        finding=t(
            "{complaints} complaints were handled in {year}, {complaints_change} than in {before}; {inspections} "
            "inspections were made, {inspections_change}.",
            lang,
            year=now,
            before=before,
            complaints=numbers.integer(series["complaints"][now], lang),
            complaints_change=words["complaints"],
            inspections=numbers.integer(series["inspections"][now], lang),
            inspections_change=words["inspections"],
        ),
        mark=marks.dumbbell(
            [
                {
                    "name": names[key],
                    "before": values[before],
                    "after": values[now],
                    "before_text": numbers.integer(values[before], lang),
                    "after_text": numbers.integer(values[now], lang),
                    "change_text": change_text(values[before], values[now], lang),
                }
                for key, values in series.items()
            ],
            lang,
            label=t("Complaints and inspections, {before} and {now}", lang, before=before, now=now),
            name_title=t("What", lang),
            before_title=str(before),
            after_title=str(now),
            axis_text=lambda x: numbers.integer(x, lang),
            low=0,
        ),
        how_to_read=t(
            "○ is the earlier year, ● the later one. Fewer inspections also mean that less is found: the two rows "
            "belong together.",
            lang,
        ),
        table=Table(
            "supervision",
            t("Complaints and inspections by year", lang),
            [
                Column("year", t("Year", lang)),
                Column("complaints", names["complaints"], "integer"),
                Column("complaints_change", t("Complaints: change in a year (computed)", lang), "change"),
                Column("inspections", names["inspections"], "integer"),
                Column("inspections_change", t("Inspections: change in a year (computed)", lang), "change"),
                Column("consultations", t("Consultations", lang), "integer"),
            ],
            [
                {
                    "year": str(year),
                    **{key: values.get(year, Reason("x")) for key, values in series.items()},
                    **{f"{key}_change": _change_in_a_year(values, year) for key, values in series.items()},
                    "consultations": consultations.get(year, Reason("x")),
                }
                for year in years
            ],
            lang,
            notes=[t("Earlier years are shown once they are loaded from a published source.", lang)]
            if not earlier
            else (),
        ),
        provenance=told.provenance(
            [
                *told.rows("complaints", category="all"),
                *told.rows("inspections", table_id="S_inspections"),
                *advised,
            ],
            counting=t("complaints handled and inspections made in the calendar year", lang),
        ),
    )


def _change_in_a_year(values: Mapping[int, int], year: int) -> float | Reason:
    """Relative change from the year before; "not delivered" where one of the two years is missing."""
    if year in values and values.get(year - 1):
        return change(values[year - 1], values[year])
    return Reason("x")


def unregistered(request: Request, told: Printed) -> list[Part]:
    """Table 5 with its computed total, and the groups counted beside it."""
    lang = request.lang
    rows = told.rows("unregistered_children", table_id="T5")
    values = {row.category: int(row.value) for row in rows}
    total = sum(values.values())
    unknown = values["no_information"]
    known = sorted((row for row in rows if row.category != "no_information"), key=lambda row: -row.value)
    day = numbers.date_short(rows[0].period, lang)
    beside = [
        told.row("unregistered_children", table_id="S_unregistered_text", category=key) for key in BESIDE
    ]
    abroad = beside[0]
    return [
        frame(
            request,
            title=t("How many children of compulsory age are in no institution?", lang),
            finding=t(
                "{total} children were not registered in any institution on {day}; about {unknown} of them the municipality "
                "has no information or has not entered it.",
                lang,
                day=day,
                total=numbers.integer(total, lang),
                unknown=numbers.share_with_counts(unknown, total, lang),
            ),
            mark=pair(
                [
                    (
                        t("Nothing is known", lang),
                        key_row(
                            [
                                marks.key_figure(
                                    numbers.integer(unknown, lang),
                                    t("children without information", lang),
                                    t(
                                        "{share} of {base} (total computed)",
                                        lang,
                                        share=numbers.percent(unknown / total, lang),
                                        base=numbers.integer(total, lang),
                                    ),
                                    lang=lang,
                                ),
                                marks.key_figure(
                                    numbers.integer(abroad.value, lang),
                                    t("beside these: family has left the country", lang),
                                    t("not part of the total", lang),
                                    lang=lang,
                                ),
                            ]
                        ),
                    ),
                    (
                        t("The reason is known: {n}", lang, n=numbers.integer(total - unknown, lang)),
                        bars(
                            [
                                {
                                    "name": label(row, lang),
                                    "bars": [
                                        {"value": int(row.value), "text": numbers.integer(row.value, lang)}
                                    ],
                                }
                                for row in known
                            ],
                            lang,
                            caption=t("Children with a known reason", lang),
                            name_title=t("Status", lang),
                            value_title=t("Children", lang),
                        ),
                    ),
                ],
                stacked=True,
            ),
            how_to_read=t(
                "The bars show only the children whose reason is known; the children without information are given as a "
                "number, since their bar would be many times longer. Citizens and non-citizens of Latvia aged 5–18.",
                lang,
            ),
            table=Table(
                "unregistered",
                t("Children of compulsory age not registered in any institution on {day}", lang, day=day),
                [
                    Column("status", t("Status", lang)),
                    Column("children", t("Children", lang), "integer"),
                    Column("share", t("Share (computed)", lang), "percent"),
                ],
                [
                    *(
                        {"status": label(row, lang), "children": int(row.value), "share": row.value / total}
                        for row in rows
                    ),
                    {"status": t("Total (computed)", lang), "children": total, "share": 1.0},
                ],
                lang,
                notes=[
                    t("The report prints no total (check C09).", lang),
                    t(
                        "The text of the report speaks of {text} children who are disabled or ill, the table of {ill} "
                        "and {disabled} (check C08).",
                        lang,
                        text=told.value("unregistered_children", category="disabled_or_long_ill"),
                        ill=values["long_ill"],
                        disabled=values["disabled"],
                    ),
                ],
            ),
            provenance=told.provenance(
                rows,
                counting=t(
                    "children aged 5–18, citizens and non-citizens, by the status that the municipality entered",
                    lang,
                ),
            ),
        ),
        frame(
            request,
            title=t("Which children are counted beside these?", lang),
            finding=t(
                "The families of {abroad} children have left the country; they are not part of the {total}.",
                lang,
                abroad=numbers.integer(abroad.value, lang),
                total=numbers.integer(total, lang),
            ),
            how_to_read=t(
                "The groups are counted separately from the table above and from one another.", lang
            ),
            table=Table(
                "unregistered-beside",
                t("Children counted beside the table, {day}", lang, day=day),
                [Column("group", t("Group", lang)), Column("children", t("Children", lang), "integer")],
                [{"group": sentence_case(label(row, lang)), "children": int(row.value)} for row in beside],
                lang,
            ),
            provenance=told.provenance(beside, counting=t("children of compulsory age by group", lang)),
        ),
    ]
