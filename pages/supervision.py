"""/uzraudziba : complaints received and confirmed, what they were about, inspections.

Complaints of a single institution are for the institution, its municipality and the ministry.
"""

from __future__ import annotations

from collections.abc import Sequence

from access.pages import Request, page
from components import marks
from components.chart_frame import ChartFrame
from components.nodes import Part
from components.published_charts import Printed, bars, frame, key_row, pair
from components.tables import Column, Reason, Table
from components.view import Crumb, View
from data_access.queries import published, quality
from indicators.quality import share_differences
from language import numbers
from language.messages import t, tn

from .kept import kept, same_for_others
from .national_supervision import OUTCOMES, complaints
from .quality_blocks import (
    COMPLAINT_TOPICS,
    chosen,
    provenance,
    section,
    unit_href,
    word,
)
from .words import place_name

TABLES = ("S_complaints", "S_inspections")
FIRST = 2021
MOST_ROWS = 12  # drawn
MOST_LISTED = 100  # in the table


@page("supervision", "/uzraudziba")
def view(request: Request) -> View:
    """Complaints and inspections."""
    reader, lang = request.reader, request.lang
    last = max((row.year for row in quality.supervision(reader, FIRST)), default=None)
    own, lead = _own(request, last or FIRST)
    body: list[Part] = list(own)
    body += kept(request, "complaints", lambda: _complaints(request))
    body += (
        kept(request, "places", lambda: _municipalities(request, last))
        if same_for_others(request)
        else _municipalities(request, last)
    )
    body += kept(request, "inspections", lambda: _checks(request))
    return View(
        title=t("What do complaints and inspections tell?", lang),
        window_title=t("Supervision", lang),
        description=t("Complaints received and confirmed, their topics and outcomes, inspections.", lang),
        lead=lead or _lead(_told(request), lang),
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("Supervision", lang))],
        release_id=reader.release.id,
    )


def _told(request: Request) -> Printed | None:
    rows = published.tables(request.reader, *TABLES)
    return Printed(rows, request.lang, request.reader.release.id) if rows else None


def _printed(request: Request, *table_ids: str) -> list[Part]:
    told = _told(request)
    return chosen(complaints(request, told), *table_ids) if told else []


def _complaints(request: Request) -> list[Part]:
    """Complaints of the country."""
    counted = quality.supervision(request.reader, FIRST)
    parts = [
        *_printed(request, "complaint-outcomes"),
        *_series(request, counted),
        *_topics(request, counted),
    ]
    return [section("sudzibas", t("Complaints", request.lang), parts)]


def _checks(request: Request) -> list[Part]:
    """Inspections of the country."""
    counted = quality.supervision(request.reader, FIRST)
    parts = [*_printed(request, "supervision"), *_inspections(request, counted)]
    return [section("parbaudes", t("Inspections", request.lang), parts)]


def _lead(told: Printed | None, lang: str) -> str:
    if told is None:
        return t("The annual report has not been loaded yet.", lang)
    total = told.value("complaints", period_label="2024", category="all")
    confirmed = told.value("complaints", category="confirmed")
    return t(
        "{total} complaints were handled in 2024 and {confirmed} were confirmed. A complaint is not yet a fault: look at the "
        "confirmed ones.",
        lang,
        total=numbers.integer(total, lang),
        confirmed=numbers.share_with_counts(confirmed, total, lang),
    )


# --- own institutions ---------------------------------------------------------------------------------


def _own(request: Request, last: int) -> tuple[list[Part], str]:
    scope, lang = request.scope, request.lang
    if not scope.signed_in:
        return [], ""
    rows = quality.supervision_in_scope(request.reader, FIRST, MOST_LISTED)
    if not rows:
        return [], (
            t(
                "No complaint and no inspection of your institution is on record since {year}.",
                lang,
                year=FIRST,
            )
            if scope.role == "school"
            else t(
                "No complaint and no inspection of your institutions is on record since {year}.",
                lang,
                year=FIRST,
            )
        )
    received = sum(row.received or 0 for row in rows)
    confirmed = sum(row.confirmed or 0 for row in rows)
    inspections = sum(row.inspections or 0 for row in rows)
    limited = len(rows) == MOST_LISTED
    with_confirmed = sum(bool(row.confirmed) for row in rows)
    if scope.role == "school":
        lead = t(
            "Since {year}: complaints received – {received}, confirmed – {confirmed}; inspections – {inspections}.",
            lang,
            year=FIRST,
            received=numbers.integer(received, lang),
            confirmed=numbers.integer(confirmed, lang),
            inspections=numbers.integer(inspections, lang),
        )
        mark = key_row(
            [
                marks.key_figure(numbers.integer(received, lang), t("complaints received", lang), lang=lang),
                marks.key_figure(
                    numbers.integer(confirmed, lang), t("complaints confirmed", lang), lang=lang
                ),
                marks.key_figure(numbers.integer(inspections, lang), t("inspections", lang), lang=lang),
            ]
        )
    else:
        lead = tn(
            "Since {year} a complaint was confirmed at {n} institution in your scope.",
            "Since {year} complaints were confirmed at {n} institutions in your scope.",
            with_confirmed,
            lang,
            year=FIRST,
        )
        mark = bars(
            [
                {
                    "name": row.name,
                    "note": row.name_full if scope.sees_all else "",
                    "bars": [
                        {
                            "name": t("confirmed", lang),
                            "kind": "one",
                            "value": row.confirmed or 0,
                            "text": numbers.integer(row.confirmed or 0, lang),
                        },
                        {
                            "name": t("received", lang),
                            "kind": "two",
                            "value": row.received or 0,
                            "text": numbers.integer(row.received or 0, lang),
                        },
                    ],
                }
                for row in rows[:MOST_ROWS]
            ],
            lang,
            caption=t("Complaints by institution since {year}", lang, year=FIRST),
            name_title=t("Institution", lang),
            value_title=t("Complaints", lang),
            legend=[("one", t("Complaints confirmed", lang)), ("two", t("Complaints received", lang))],
        )
    if limited and rows[-1].confirmed:  # the list was cut before the last institution with a confirmed one
        lead = ""
    if confirmed:
        finding = t(
            "Most were confirmed at this institution: {name}, {confirmed} of {received} received.",
            lang,
            name=rows[0].name,
            confirmed=numbers.integer(rows[0].confirmed, lang),
            received=numbers.integer(rows[0].received, lang),
        )
    else:
        finding = t("None of the complaints received was confirmed.", lang)
    if scope.role == "school":
        finding = (
            t(
                "{confirmed} of {received} complaints received were confirmed.",
                lang,
                confirmed=numbers.integer(confirmed, lang),
                received=numbers.integer(received, lang),
            )
            if confirmed
            else t("None of the complaints received was confirmed.", lang)
            if received
            else t("No complaint was received.", lang)
        )
    return [
        ChartFrame(
            title=t("What is on record about your institution?", lang)
            if scope.role == "school"
            else t("At which institutions were complaints confirmed?", lang),
            finding=finding,
            mark=mark,
            how_to_read=t(
                "Larger institutions receive more complaints; one confirmed complaint says little about an institution. "
                "Years {first}–{last} together.",
                lang,
                first=FIRST,
                last=last,
            ),
            table=Table(
                "own-supervision",
                t(
                    "Complaints and inspections of institutions in your scope, {first}–{last}",
                    lang,
                    first=FIRST,
                    last=last,
                ),
                [
                    Column("name", t("Institution", lang), href_key="href"),
                    Column("place", t("Municipality", lang)),
                    Column("received", t("Complaints received", lang), "integer"),
                    Column("confirmed", t("Complaints confirmed", lang), "integer"),
                    Column("inspections", t("Inspections", lang), "integer"),
                    Column("violations", t("Violations found", lang), "integer"),
                ],
                [
                    {
                        "name": row.name,
                        "href": unit_href(request, "institution", reg_no=row.reg_no),
                        "place": row.name_full,
                        "received": row.received or 0,
                        "confirmed": row.confirmed or 0,
                        "inspections": row.inspections or 0,
                        "violations": row.violations_found or 0,
                    }
                    for row in rows
                ],
                lang,
                notes=[t("The first {n} institutions by confirmed complaints.", lang, n=len(rows))]
                if limited
                else (),
            ),
            provenance=provenance(
                request,
                "complaint",
                (len(rows), len(rows)),
                t("complaints and inspections by institution and calendar year", lang),
            ),
            lang=lang,
            address=request.address,
        )
    ], lead


# --- complaints --------------------------------------------------------------------------------------------


def _totals(counted: Sequence) -> dict[int, object]:
    return {row.year: row for row in counted if row.topic == "all"}


def _series(request: Request, counted: Sequence) -> list[Part]:
    """Received and confirmed as two series, each on its own scale."""
    lang = request.lang
    totals = _totals(counted)
    if not totals:
        return []
    first, last = min(totals), max(totals)

    def panel(name: str, column: str) -> tuple[str, object]:
        return (
            name,
            bars(
                [
                    {
                        "name": str(year),
                        "bars": [
                            {
                                "value": getattr(row, column),
                                "text": numbers.integer(getattr(row, column), lang),
                                "kind": "one" if column == "confirmed" else "quiet",
                            }
                        ],
                    }
                    for year, row in sorted(totals.items())
                ],
                lang,
                caption=name,
                name_title=t("Year", lang),
                value_title=t("Complaints", lang),
            ),
        )

    one, two = totals[first], totals[last]
    return [
        frame(
            request,
            title=t("Are there more or fewer complaints, and are more confirmed?", lang),
            finding=t(
                "From {first} to {last} complaints received went from {a} to {b}, confirmed ones from {c} to {d}.",
                lang,
                first=first,
                last=last,
                a=numbers.integer(one.received, lang),
                b=numbers.integer(two.received, lang),
                c=numbers.integer(one.confirmed, lang),
                d=numbers.integer(two.confirmed, lang),
            ),
            mark=pair(
                [
                    panel(t("Complaints received", lang), "received"),
                    panel(t("Complaints confirmed", lang), "confirmed"),
                ]
            ),
            how_to_read=t(
                "Two separate series with scales of their own: do not compare the lengths of the left bars with those of the "
                "right ones. Fewer complaints may also mean that fewer people complain.",
                lang,
            ),
            table=Table(
                "complaint-years",
                t("Complaints by year and outcome", lang),
                [
                    Column("year", t("Year", lang)),
                    Column("received", t("Complaints received", lang), "integer"),
                    *[Column(key, t(name, lang), "integer") for key, (name, _kind) in OUTCOMES.items()],
                    Column("share", t("Share confirmed (computed)", lang), "percent"),
                ],
                [
                    {
                        "year": str(year),
                        "received": row.received,
                        **{key: getattr(row, key) for key in OUTCOMES},
                        "share": row.confirmed / row.received if row.received else Reason("z"),
                    }
                    for year, row in sorted(totals.items())
                ],
                lang,
                notes=[
                    t(
                        "The report prints the complaints of 2023 and 2024, and outcomes for 2024 only; the other numbers are "
                        "counted from single records.",
                        lang,
                    )
                ],
            ),
            provenance=provenance(
                request,
                "complaint",
                (len(totals), last - first + 1),
                t("complaints handled in the calendar year; coverage of years", lang),
            ),
        )
    ]


def _confirmed_most(found: Sequence, lang: str) -> str:
    """The topic that is confirmed more often than the others together, if chance alone hardly makes it."""
    received, confirmed = sum(row.received for row in found), sum(row.confirmed for row in found)
    rows = [row for row in found if 0 < row.received < received]
    gaps = share_differences(
        [(row.confirmed, row.received, confirmed - row.confirmed, received - row.received) for row in rows]
    )
    clear = [
        (gap.share1, row) for gap, row in zip(gaps, rows, strict=True) if gap.clear and gap.difference > 0
    ]
    if not clear:
        return t("No topic is confirmed more often than the others by more than chance.", lang)
    _share, most = max(clear, key=lambda pair: pair[0])
    return t(
        "Confirmed more often than the others: “{topic}” ({share}).",
        lang,
        topic=word(COMPLAINT_TOPICS, most.topic, lang),
        share=numbers.share_with_counts(most.confirmed, most.received, lang),
    )


def _topics(request: Request, counted: Sequence) -> list[Part]:
    lang = request.lang
    last = max((row.year for row in counted), default=None)
    found = sorted(
        (row for row in counted if row.year == last and row.topic != "all"), key=lambda row: -row.received
    )
    if not found:
        return []
    total = sum(row.received for row in found)
    first = found[0]
    shares = {row.topic: row.confirmed / row.received for row in found if row.received}
    return [
        frame(
            request,
            title=t("What are complaints about?", lang),
            finding=t(
                "The topic of most complaints in {year} is “{topic}” ({share}).",
                lang,
                year=last,
                topic=word(COMPLAINT_TOPICS, first.topic, lang),
                share=numbers.share_with_counts(first.received, total, lang),
            )
            + " "
            + _confirmed_most(found, lang),
            mark=bars(
                [
                    {
                        "name": word(COMPLAINT_TOPICS, row.topic, lang),
                        "bars": [
                            {
                                "name": t("received", lang),
                                "kind": "two",
                                "value": row.received,
                                "text": numbers.integer(row.received, lang),
                            },
                            {
                                "name": t("confirmed", lang),
                                "kind": "one",
                                "value": row.confirmed,
                                "text": numbers.integer(row.confirmed, lang),
                            },
                        ],
                    }
                    for row in found
                ],
                lang,
                caption=t("Complaints of {year} by topic", lang, year=last),
                name_title=t("Topic", lang),
                value_title=t("Complaints", lang),
                legend=[("two", t("Complaints received", lang)), ("one", t("Complaints confirmed", lang))],
            ),
            how_to_read=t("Both bars of a topic are on one scale. A complaint has one topic.", lang),
            table=Table(
                "complaint-topics",
                t("Complaints of {year} by topic", lang, year=last),
                [
                    Column("topic", t("Topic", lang)),
                    Column("received", t("Complaints received", lang), "integer"),
                    Column("confirmed", t("Complaints confirmed", lang), "integer"),
                    Column("share", t("Share confirmed (computed)", lang), "percent"),
                ],
                [
                    {
                        "topic": word(COMPLAINT_TOPICS, row.topic, lang),
                        "received": row.received,
                        "confirmed": row.confirmed,
                        "share": shares.get(row.topic, Reason("z")),
                    }
                    for row in found
                ]
                + [
                    {
                        "topic": t("Total", lang),
                        "received": total,
                        "confirmed": sum(row.confirmed for row in found),
                        "share": sum(row.confirmed for row in found) / total,
                    }
                ],
                lang,
                notes=[t("The report does not print topics; they are counted from single records.", lang)],
            ),
            provenance=provenance(
                request,
                "complaint",
                (total, total),
                t("complaints handled in {year} by topic", lang, year=last),
            ),
        )
    ]


def _municipalities(request: Request, last: int | None) -> list[Part]:
    """A table only: counts of municipalities are no ranking."""
    lang = request.lang
    if last is None:
        return []
    rows, shown = [], 0
    for place, row in quality.supervision_by_municipality(request.reader, last):
        cells: dict[str, object] = {}
        exact = request.scope.covers_municipality(place.code)
        for column in ("received", "confirmed", "inspections"):
            value = getattr(row, column) if row is not None else None
            cells[column] = (
                value
                if value is not None
                else Reason("c")
                if not exact
                else 0
                if row is None
                else Reason("x")
            )
        shown += not isinstance(cells["received"], Reason)
        rows.append(
            {
                "name": place_name(place, lang),
                "href": unit_href(request, "municipality", code=place.code),
                **cells,
            }
        )
    protected = any(isinstance(cell, Reason) for row in rows for cell in row.values())
    return [
        frame(
            request,
            title=t("How many complaints are there by municipality?", lang),
            finding=tn(
                "For {n} municipality the number of complaints of {year} may be shown to you.",
                "For {n} municipalities the number of complaints of {year} may be shown to you.",
                shown,
                lang,
                year=last,
            ),
            table=Table(
                "complaint-municipalities",
                t("Complaints and inspections of {year} by municipality", lang, year=last),
                [
                    Column("name", t("Municipality", lang), href_key="href"),
                    Column("received", t("Complaints received", lang), "integer"),
                    Column("confirmed", t("Complaints confirmed", lang), "integer"),
                    Column("inspections", t("Inspections", lang), "integer"),
                ],
                rows,
                lang,
                notes=[
                    t(
                        "Hidden are counts under 10, counts that come mostly from one institution, and what could be "
                        "worked out from them.",
                        lang,
                    )
                ]
                if protected
                else (),
                phone="narrow",
            ),
            how_to_read=t(
                "In order of the alphabet, not a ranking: larger municipalities have more institutions and more complaints.",
                lang,
            ),
            provenance=provenance(
                request,
                "complaint",
                (shown, len(rows)),
                t("complaints handled in {year}; coverage of municipalities shown", lang, year=last),
            ),
        )
    ]


# --- inspections -------------------------------------------------------------------------------------------


def _inspections(request: Request, counted: Sequence) -> list[Part]:
    lang = request.lang
    totals = {year: row for year, row in _totals(counted).items() if row.inspections}
    if not totals:
        return []
    last = max(totals)
    newest = totals[last]
    return [
        frame(
            request,
            title=t("In how many inspections were violations found?", lang),
            finding=t(
                "In {year} violations were found in {share} of the inspections.",
                lang,
                year=last,
                share=numbers.share_with_counts(newest.violations_found, newest.inspections, lang),
            ),
            mark=bars(
                [
                    {
                        "name": str(year),
                        "bars": [
                            {
                                "name": t("inspections", lang),
                                "kind": "two",
                                "value": row.inspections,
                                "text": numbers.integer(row.inspections, lang),
                            },
                            {
                                "name": t("with violations", lang),
                                "kind": "one",
                                "value": row.violations_found,
                                "text": numbers.integer(row.violations_found, lang),
                            },
                        ],
                    }
                    for year, row in sorted(totals.items())
                ],
                lang,
                caption=t("Inspections by year", lang),
                name_title=t("Year", lang),
                value_title=t("Inspections", lang),
                legend=[("two", t("Inspections", lang)), ("one", t("With violations", lang))],
            ),
            how_to_read=t(
                "Inspections go where there is a reason for them, so the share with violations does not stand for all "
                "institutions.",
                lang,
            ),
            table=Table(
                "inspection-years",
                t("Inspections by year", lang),
                [
                    Column("year", t("Year", lang)),
                    Column("inspections", t("Inspections", lang), "integer"),
                    Column("violations", t("With violations", lang), "integer"),
                    Column("share", t("Share with violations (computed)", lang), "percent"),
                ],
                [
                    {
                        "year": str(year),
                        "inspections": row.inspections,
                        "violations": row.violations_found,
                        "share": row.violations_found / row.inspections,
                    }
                    for year, row in sorted(totals.items())
                ],
                lang,
                notes=[t("The report prints the inspections of 2023 and 2024, not what they found.", lang)],
            ),
            provenance=provenance(
                request,
                "inspection",
                (len(totals), len(totals)),
                t("inspections with violations ÷ inspections of the calendar year; coverage of years", lang),
            ),
        )
    ]
