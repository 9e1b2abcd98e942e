"""/metodika/saskana : where the annual report disagrees with itself, and our own sums beside the printed ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from access.pages import Request, page
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.published_charts import cited, label, sentence_case, whole
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import published
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn
from language.sorting import collation_key

from .words import stage as stage_word

AGREES = "agree"
SMALL = 10  # a recomputed count below this is shown only where the report printed the same number
NOT_FACTS = ("consultations",)  # printed in these tables, but nothing that is loaded counts them
TOPICS = {
    "T5": _("Children not registered"),
    "T6": _("Long unexcused absence"),
    "T7": _("At least one missed lesson"),
    "S_absence_reasons": _("Reasons of long absence"),
    "S_unified": _("Unified school"),
    "S_accreditation": _("Accreditation and heads"),
    "S_tasks_category": _("Tasks by area"),
    "S_tasks_priority": _("Priority tasks"),
    "S_complaints": _("Complaints"),
    "S_inspections": _("Inspections"),
}


@page("agreement", "/metodika/saskana", params={"veids": r"[a-z0-9-]{1,60}"})
def view(request: Request) -> View:
    """The 40 checks, and printed figures beside recomputed ones."""
    reader, lang = request.reader, request.lang
    rows = published.checks(reader)
    body: list[Part] = []
    if rows:
        body = [*_checks(request, rows), _totals(request)]
    return View(
        title=t("Where does the annual report disagree with itself, and with our sums?", lang),
        window_title=t("Agreement with the report", lang),
        description=t(
            "Each contradiction of the annual report 2024 and how this dashboard handles it.", lang
        ),
        lead=_lead(rows, lang),
        body=body,
        lang=lang,
        crumbs=[
            Crumb(t("Home", lang), request.url("home")),
            Crumb(t("Data and method", lang), request.url("methodology")),
            Crumb(t("Agreement with the report", lang)),
        ],
        release_id=reader.release.id,
    )


def kind_slug(row) -> str:
    """The kind of a check as it stands in addresses, the same in both languages."""
    return re.sub(r"[^a-z0-9]+", "-", row.kind_en.lower()).strip("-")


def _lead(rows: Sequence, lang: str) -> str:
    if not rows:
        return t("The annual report has not been loaded yet.", lang)
    return t(
        "We never correct a published figure silently: both values stand here with the reason for the one we show.",
        lang,
    )


def _checks(request: Request, rows: Sequence) -> list[Part]:
    lang = request.lang
    chosen = request.params.get("veids", "")
    kinds = Counter(kind_slug(row) for row in rows)
    if chosen not in kinds:
        chosen = ""
    names = {kind_slug(row): _of(row, "kind", lang) for row in rows}
    options = sorted(kinds, key=lambda kind: (-kinds[kind], collation_key(names[kind])))
    controls = render(
        "agreement_controls.html",
        action=request.url("agreement"),
        options=[
            {"value": kind, "text": f"{names[kind]} ({kinds[kind]})", "current": kind == chosen}
            for kind in options
        ],
        total=len(rows),
        lang=lang,
    )
    shown = [row for row in rows if not chosen or kind_slug(row) == chosen]
    cells = [
        {
            "id": row.id,
            "place": _of(row, "place", lang),
            "printed": _of(row, "printed", lang),
            "recomputed": _of(row, "recomputed", lang),
            "kind": _of(row, "kind", lang),
            "handling": _of(row, "handling", lang),
        }
        for row in shown
    ]
    agreeing = kinds[AGREES]
    if chosen:
        finding = tn(
            "{n} check of the kind “{kind}”.",
            "{n} checks of the kind “{kind}”.",
            len(shown),
            lang,
            kind=names[chosen],
        )
    else:
        finding = t(
            "{differing} of {all} checks found a contradiction, an unclear base or a text that its table does not "
            "support; {agreeing} lists the sums that agree.",
            lang,
            differing=numbers.integer(len(rows) - agreeing, lang),
            all=numbers.integer(len(rows), lang),
            agreeing=numbers.integer(agreeing, lang),
        )
    columns = [
        Column("id", t("No.", lang)),
        Column("place", t("Place in the report", lang)),
        Column("printed", t("Printed", lang)),
        Column("recomputed", t("Recomputed or printed elsewhere", lang)),
        Column("kind", t("Kind", lang)),
        Column("handling", t("What we show", lang)),
    ]
    first = rows[0]
    frame = ChartFrame(
        title=t("What is printed, and what does it disagree with?", lang),
        finding=finding,
        mark=render(
            "agreement_checks.html",
            checks=cells,
            titles={column.key: column.title for column in columns},
            lang=lang,
        ),
        how_to_read=t(
            "First the number as printed, then what it disagrees with, then what this dashboard shows and why.",
            lang,
        ),
        table=Table("checks", t("Checks of the annual report 2024", lang), columns, cells, lang),
        provenance=Provenance(
            source=f"{first.source_lv if lang == 'lv' else first.source_en} ({t('published figures', lang)})",
            as_of=first.as_of,
            coverage=(len(shown), len(rows)),
            bodies=False,
            release_id=request.reader.release.id,
            counting=t("checks of printed figures against one another", lang),
        ),
        lang=lang,
        address=request.address,
    )
    return [controls, frame]


def _of(row, name: str, lang: str) -> str:
    return getattr(row, f"{name}_{lang}")


def _period(row, lang: str) -> str:
    first, _sep, second = row.period_label.partition("/")
    if row.table_id == "T5":
        return numbers.date_short(row.period, lang)
    if second:
        if row.period.startswith("semester "):
            return numbers.period(row.period_label, int(row.period[-1]), lang)
        return numbers.school_year(row.period_label, lang)
    return first.replace("-", numbers.EN_DASH)


def _name(row, lang: str) -> str:
    text = sentence_case(label(row, lang))
    if row.table_id == "T7":
        return f"{text} ({stage_word(row.stage, lang)})"
    return text


def _totals(request: Request) -> ChartFrame:
    reader, lang = request.reader, request.lang
    printed = [
        row
        for row in published.tables(reader, *published.RECOMPUTED)
        if row.unit != "percent" and row.value is not None and row.figure_key not in NOT_FACTS
    ]
    ours = published.recomputed(reader)
    rows, equal, found = [], 0, 0
    for row in printed:
        cells = {
            "topic": t(TOPICS[row.table_id], lang),
            "figure": _name(row, lang),
            "period": _period(row, lang),
            "printed": whole(row.value),
        }
        if row.id not in ours:
            rows.append({**cells, "ours": Reason("x"), "difference": Reason("x"), "result": "–"})
            continue
        found += 1
        difference = ours[row.id] - row.value
        same = difference == 0
        equal += same
        hidden = not same and ours[row.id] < SMALL
        rows.append(
            {
                **cells,
                "ours": Reason("c") if hidden else whole(ours[row.id]),
                "difference": Reason("c") if hidden else whole(difference),
                "result": t("equal", lang) if same else t("≠ different", lang),
            }
        )
    if not found:
        finding = t(
            "This release holds no facts of institutions yet, so there is nothing to add up: “…” stands for no data.",
            lang,
        )
    else:
        finding = t(
            "{equal} of {found} printed figures that can be added up from the facts of this release are equal.",
            lang,
            equal=numbers.integer(equal, lang),
            found=numbers.integer(found, lang),
        )
    synthetic = reader.release.synthetic
    return ChartFrame(
        title=t("Do the sums of our facts give the printed numbers?", lang),
        finding=finding,
        how_to_read=t(
            "“Recomputed” is the national sum of the counts per institution or municipality in this release. "
            "Demonstration data are made so that these sums meet the printed numbers.",
            lang,
        )
        if synthetic
        else t(
            "“Recomputed” is the national sum of the counts per institution or municipality in this release.",
            lang,
        ),
        table=Table(
            "totals",
            t("Printed figures and our sums", lang),
            [
                Column("topic", t("Topic", lang)),
                Column("figure", t("Figure", lang)),
                Column("period", t("Period", lang)),
                Column("printed", t("Printed", lang), "integer"),
                Column("ours", t("Recomputed", lang), "integer"),
                Column("difference", t("Difference", lang), "integer"),
                Column("result", t("Result", lang)),
            ],
            rows,
            lang,
            notes=[
                t(
                    "Municipalities: the report names a former municipality beside the one that it became a part of "
                    "(check C03).",
                    lang,
                )
            ],
        ),
        provenance=Provenance(
            source=cited(printed, lang).split(" (")[0],
            as_of=reader.release.as_of,
            coverage=(found, len(printed)),
            bodies=False,
            release_id=reader.release.id,
            counting=t("printed figure against the national sum of our facts", lang),
            synthetic=synthetic,
        ),
        lang=lang,
        address=request.address,
    )
