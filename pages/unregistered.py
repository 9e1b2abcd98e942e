"""/neregistretie : children of compulsory age who are not registered, by status, municipality and year.

What is not known comes first. Children abroad, citizens of other countries and Ukrainian civilians stand beside
the sum of the report's table 5 and are never added to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from access.pages import NotFound, Request, page
from components import marks
from components.absence_lines import semester_lines
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.published_charts import bars, cited
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import absence as query
from data_access.queries import units
from indicators.unregistered import BESIDE, NINE, TOTAL
from language import numbers, reasons
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .absence_unit import axis_count, note
from .own_first import own_first

NO_INFORMATION, LEFT = "no_information", "left_country"
STATUSES = {
    "no_information": _("The municipality has no information or has not entered it"),
    "starts_next_year": _("Will start basic education next school year"),
    "lives_in_latvia_studies_abroad": _("Lives in Latvia, studies in an institution of another country"),
    "expelled_preschool": _("Struck off preschool for not attending"),
    "family_preschool": _("Preschool education in the family"),
    "long_ill": _("Long-term ill"),
    "low_or_no_marks": _("No marks or insufficient ones (struck off distance or extramural programmes)"),
    "arrived": _("Arrived from another country"),
    "disabled": _("Disabled"),
}
BESIDE_NAMES = {
    "left_country": _("The family has left the country"),
    "foreign_citizens": _("Citizens of other countries with a residence permit"),
    "ukraine_distance_learning": _("Ukrainian civilians in distance learning of Ukrainian schools"),
    "ukraine_no_information": _("Ukrainian civilians without information"),
}
EARLIER_KEY, EARLIER_CATEGORY = "unregistered_children_earlier", "not registered, in Latvia"
PRINTED_KEY, PRINTED_YEAR = "unregistered_children", 2024
DEFINITIONS = (
    (
        2024,
        _(
            "Table 5 of the report: nine statuses, citizens and non-citizens aged 5–18, as of 31 December. Abroad, citizens "
            "of other countries and Ukrainian civilians stand beside it."
        ),
    ),
    (
        2022,
        _(
            "Published figures of the time have other categories than table 5: not registered in Latvia, abroad, citizens "
            "of other countries. Ukrainian civilians are recorded from 2022 on."
        ),
    ),
    (
        2021,
        _(
            "Published figures of the time have other categories than table 5; Ukrainian civilians are not recorded."
        ),
    ),
    (2018, _("No definition was published with the figures of the time.")),
    (2016, _("Published figures of the time concern ages 7–18, with ages 5 and 6 apart.")),
    (0, _("No definition was published with the figures of the time.")),
)


def definition(year: int, lang: str) -> str:
    """What was counted in a year, as far as it was published."""
    return t(next(text for first, text in DEFINITIONS if year >= first), lang)


@dataclass(frozen=True)
class Number:
    """Children with a status: a number or the reason why there is none."""

    children: float | None
    reason: str | None
    delivered: int
    expected: int

    def cell(self) -> object:
        """For a table."""
        return Reason(self.reason or "x") if self.children is None else int(self.children)

    def text(self, lang: str) -> str | None:
        """For a mark."""
        return None if self.children is None else numbers.integer(self.children, lang)


ABSENT = Number(None, "x", 0, 0)


class _Children:
    """The country's numbers and those of the municipality in the address."""

    def __init__(self, request: Request) -> None:
        self.request, self.lang, self.reader = request, request.lang, request.reader
        self.country = _by_key(query.unregistered_country(self.reader))
        self.years = sorted({year for year, _status in self.country})
        asked = int(request.params.get("gads", 0))
        self.year = asked if asked in self.years else (self.years[-1] if self.years else 0)
        self.place = None
        self.local: Mapping[tuple[int, str], Number] = {}
        if "pasvaldiba" in request.params:
            self.place = units.municipality_by_code(self.reader, request.params["pasvaldiba"])
            if self.place is None:
                raise NotFound(request.params["pasvaldiba"])
            self.local = _by_key(query.unregistered_municipalities(self.reader, code=self.place.code))
        printed = query.printed(self.reader, PRINTED_KEY)
        self.printed_rows = [row for row in printed if row.table_id == "T5" or row.category in BESIDE]
        self.printed = {row.category: int(row.value) for row in self.printed_rows}

    @property
    def place_name(self) -> str:
        return self.place.name_full if self.lang == "lv" else self.place.name_en

    @property
    def exact(self) -> bool:
        """Whether the reader sees exact numbers of the municipality in the address."""
        return self.place is not None and self.reader.scope.covers_municipality(self.place.code)

    def at(self, status: str, year: int | None = None) -> Number:
        """A number of the country."""
        return self.country.get((year or self.year, status), ABSENT)

    def here(self, status: str, year: int | None = None) -> Number:
        """A number of the municipality in the address."""
        return self.local.get((year or self.year, status), ABSENT)

    def date(self) -> str:
        return numbers.date_short(f"{self.year}-12-31", self.lang)

    def frame(self, **parts) -> ChartFrame:
        return ChartFrame(lang=self.lang, address=self.request.address, **parts)

    def provenance(
        self, counting: str, number: Number, *, printed: bool = False, note: str = ""
    ) -> Provenance:
        lang, release = self.lang, self.reader.release
        source = t("Municipalities' records in VIIS", lang)
        if printed and self.printed_rows:
            source = f"{cited(self.printed_rows, lang)}; {source}"
        coverage = (number.delivered, number.expected)
        if coverage == (0, 0):
            coverage = (0, 1)
        return Provenance(
            source=source,
            as_of=f"{self.year}-12-31",
            coverage=coverage,
            release_id=release.id,
            counting=counting,
            note=note or t("coverage counts the municipalities that delivered", lang),
            synthetic=release.synthetic,
        )


def _by_key(rows: Sequence) -> dict[tuple[int, str], Number]:
    return {
        (row.year, row.status): Number(row.children, row.reason, row.delivered, row.expected) for row in rows
    }


@page(
    "unregistered",
    "/neregistretie",
    params={"gads": r"20\d\d", "pasvaldiba": r"LV\d{7}"},
)
def view(request: Request) -> View:
    """What is not known, the nine statuses, what stands beside them, the years, the municipalities."""
    found = _Children(request)
    lang = found.lang
    crumbs = [Crumb(t("Latvia", lang), _optional(request, "national") or request.url("home"))]
    if found.place is not None:
        crumbs += [
            Crumb(t("Children not registered", lang), request.url("unregistered")),
            Crumb(found.place_name),
        ]
    else:
        crumbs.append(Crumb(t("Children not registered", lang)))
    if not found.years:
        lead, body = t("No records of children without a place have been received.", lang), []
    else:
        lead = _answer(found)
        body: list[Part] = [*own_first(request), _controls(found)]
        if found.place is not None:
            body += [_municipality(found), note(t("Below: the whole country.", lang))]
        body += [_unknown(found), _beside(found), _years(found), _municipalities(found)]
    return View(
        title=t("About how many children of compulsory age is nothing known?", lang)
        if found.place is None
        else t("Children not registered: {place}", lang, place=found.place_name),
        window_title=t("Children not registered", lang),
        lead=lead,
        body=body,
        lang=lang,
        crumbs=crumbs,
        release_id=request.reader.release.id,
    )


def _optional(request: Request, name: str) -> str | None:
    try:
        return request.url(name)
    except KeyError:
        return None


def _answer(found: _Children) -> str | Markup:
    lang = found.lang
    if found.place is not None:
        unknown, total = found.here(NO_INFORMATION), found.here(TOTAL)
        if unknown.reason == "x":
            return t("{date}: the municipality has not delivered its record.", lang, date=found.date())
        if unknown.children is None:
            return t(
                "{date}: the number of children without information is under ten and is protected.",
                lang,
                date=found.date(),
            )
        if found.exact:
            text = tn(
                "On {date} the municipality had no information about {n} child",
                "On {date} the municipality had no information about {n} children",
                unknown.children,
                lang,
                date=found.date(),
            )
        else:
            text = t(
                "On {date} the municipality had no information about some {n} children",
                lang,
                date=found.date(),
                n=unknown.text(lang),
            )
        if total.children is None:
            return f"{text}."
        return text + t(" of {total} who are not registered.", lang, total=total.text(lang))
    unknown, total = found.at(NO_INFORMATION), found.at(TOTAL)
    if unknown.children is None or not total.children:
        return t("{date}: no number.", lang, date=found.date())
    return tn(
        "On {date} municipalities had no information about {n} child: {share} of {total} children who are not "
        "registered. {delivered} municipalities delivered their records.",
        "On {date} municipalities had no information about {n} children: {share} of {total} children who are not "
        "registered. {delivered} municipalities delivered their records.",
        unknown.children,
        lang,
        date=found.date(),
        share=numbers.percent(unknown.children / total.children, lang),
        total=total.text(lang),
        delivered=numbers.counts(total.delivered, total.expected, lang),
    )


def _controls(found: _Children) -> Markup:
    lang = found.lang
    places = [("", t("Latvia", lang))] + [
        (row.code, row.name_full if lang == "lv" else row.name_en)
        for row in units.municipalities(found.reader)
    ]
    code = found.place.code if found.place is not None else ""
    if code not in {one for one, _name in places}:
        places.append((code, found.place_name))
    return render(
        "unregistered_controls.html",
        lang=lang,
        action=found.request.url("unregistered"),
        years=[(str(year), str(year)) for year in reversed(found.years)],
        year=str(found.year),
        places=places,
        place=code,
        absence=_optional(found.request, "absence"),
    )


# --- what is not known, and the nine statuses ---------------------------------------------------------


def _unknown(found: _Children) -> ChartFrame:
    lang = found.lang
    unknown, total = found.at(NO_INFORMATION), found.at(TOTAL)
    printed = found.year == PRINTED_YEAR and bool(found.printed)
    known = [(status, found.at(status)) for status in NINE if status != NO_INFORMATION]
    known.sort(key=lambda pair: -(pair[1].children or 0))
    drawn = [
        {
            "name": t(STATUSES[status], lang),
            "bars": [
                {
                    "value": number.children,
                    "text": number.text(lang) or "",
                    "reason": number.reason or "x",
                    "kind": "one",
                }
            ],
        }
        for status, number in known
    ]
    rows = []
    for status in (NO_INFORMATION, *(status for status, _number in known), TOTAL):
        number = found.at(status)
        row = {
            "status": t("Sum of the nine statuses", lang) if status == TOTAL else t(STATUSES[status], lang),
            "children": number.cell(),
            "share": number.children / total.children
            if number.children is not None and total.children
            else Reason(number.reason or "x"),
        }
        if printed:
            told = sum(found.printed[one] for one in NINE) if status == TOTAL else found.printed.get(status)
            row["printed"] = Reason("x") if told is None else told
            row["equal"] = (
                t("equal", lang) if told is not None and told == number.children else t("differ", lang)
            )
        rows.append(row)
    columns = [
        Column("status", t("Status", lang)),
        Column("children", t("Children", lang), "integer"),
        Column("share", t("Share of the sum", lang), "percent"),
    ]
    if printed:
        columns += [
            Column("printed", t("Printed in table 5", lang), "integer"),
            Column("equal", t("Agreement", lang)),
        ]
    big = marks.key_figure(
        unknown.text(lang),
        t(STATUSES[NO_INFORMATION], lang),
        t(
            "{date}; {delivered} municipalities delivered their records",
            lang,
            date=found.date(),
            delivered=numbers.counts(total.delivered, total.expected, lang),
        ),
        lang=lang,
        reason=unknown.reason,
    )
    other = sum(number.children or 0 for _status, number in known)
    sum_figure = marks.key_figure(
        total.text(lang),
        t("Sum of the nine statuses", lang),
        t("children abroad are not in it", lang),
        lang=lang,
        reason=total.reason,
    )
    hidden = any(number.reason == "c" for _status, number in known)
    notes = [definition(found.year, lang)]
    if printed:
        notes.append(
            t(
                "Table 5 has no total; the sum is computed. The report's text counts 13 disabled and long-term ill children, "
                "its table 20; the table is shown.",
                lang,
            )
        )
    if hidden:
        notes.append(f"{reasons.sign('c')}: {reasons.meaning('c', lang)}.")
    return found.frame(
        title=t("What is known about the children who are not registered?", lang),
        finding=tn(
            "A status is known of {n} child only; the largest group is the one about which there is nothing.",
            "A status is known of {n} children only; the largest group is the one about which there is nothing.",
            other,
            lang,
        )
        if not hidden and unknown.children is not None and unknown.children > other
        else t("The figure on the left is apart from the others: it says how much is not known.", lang),
        mark=render(
            "unregistered_unknown.html",
            lang=lang,
            big=big,
            total=sum_figure,
            bars=bars(
                drawn,
                lang,
                caption=t("Children by status, without those about whom nothing is known", lang),
                name_title=t("Status", lang),
                value_title=t("Children", lang),
            ),
        ),
        how_to_read=t(
            "The large figure is not drawn as a bar: it is the lack of knowledge and would dwarf the statuses. The bars "
            "have their own scale.",
            lang,
        ),
        table=Table(
            "unregistered-status",
            t("Children of compulsory age not registered, {date}", lang, date=found.date()),
            columns,
            rows,
            lang,
            notes=notes,
        ),
        provenance=found.provenance(
            t("children of compulsory age (5–18), citizens and non-citizens, at the end of the year", lang),
            total,
            printed=printed,
        ),
    )


# --- beside the sum ------------------------------------------------------------------------------------------


def _beside(found: _Children) -> ChartFrame:
    lang = found.lang
    printed = found.year == PRINTED_YEAR and bool(found.printed)
    figures = [
        marks.key_figure(
            found.at(status).text(lang),
            t(BESIDE_NAMES[status], lang),
            _year_before(found, status),
            lang=lang,
            reason=found.at(status).reason,
        )
        for status in BESIDE
    ]
    rows = []
    for year in reversed(found.years):
        row: dict = {"year": str(year)}
        for status in BESIDE:
            row[status] = found.at(status, year).cell()
        rows.append(row)
    if printed:
        line: dict = {"year": t("{year}, printed in the report", lang, year=PRINTED_YEAR)}
        for status in BESIDE:
            line[status] = found.printed.get(status, Reason("x"))
        rows.insert(0, line)
    left, total = found.at(LEFT), found.at(TOTAL)
    finding = t(
        "{left} children have left the country with their families; they stand beside the sum of {total}, not inside it.",
        lang,
        left=left.text(lang) or "–",
        total=total.text(lang) or "–",
    )
    return found.frame(
        title=t("Who is counted apart?", lang),
        finding=finding,
        mark=render("unregistered_beside.html", figures=figures),
        how_to_read=t(
            "Four groups with four meanings: abroad, citizens of other countries, and Ukrainian civilians in two parts. "
            "They are not added to the sum or to each other.",
            lang,
        ),
        table=Table(
            "unregistered-beside",
            t("Groups counted apart, by year", lang),
            [
                Column("year", t("Year", lang)),
                *(Column(status, t(BESIDE_NAMES[status], lang), "integer") for status in BESIDE),
            ],
            rows,
            lang,
            notes=[
                t(
                    "Citizens of other countries study in their home country or nothing is known about them. “–”: not "
                    "recorded in that year.",
                    lang,
                )
            ],
        ),
        provenance=found.provenance(
            t("children of compulsory age in the record, at the end of the year", lang), left, printed=printed
        ),
    )


def _year_before(found: _Children, status: str) -> str:
    before = found.at(status, found.year - 1)
    if before.children is None:
        return t("a year before: {n}", found.lang, n=reasons.word(before.reason or "x", found.lang))
    return t("a year before: {n}", found.lang, n=before.text(found.lang))


# --- years ----------------------------------------------------------------------------------------------------


def _years(found: _Children) -> ChartFrame:
    lang, years = found.lang, found.years
    earlier = {
        int(row.period_label): row
        for row in query.printed(found.reader, EARLIER_KEY, collection="national_series")
        if row.category == EARLIER_CATEGORY
    }
    lines = []
    for kind, status, name in (
        ("first", TOTAL, t("Sum of the nine statuses", lang)),
        ("second", NO_INFORMATION, t("No information", lang)),
    ):
        cells = [found.at(status, year) for year in years]
        lines.append(
            {
                "name": name,
                "kind": kind,
                "values": [one.children for one in cells],
                "texts": [one.text(lang) for one in cells],
                "reasons": [one.reason for one in cells],
            }
        )
    lines[0]["points"] = [
        (years.index(year), row.value, numbers.integer(row.value, lang))
        for year, row in earlier.items()
        if year in years
    ]
    breaks = [
        (years.index(first), t(text, lang), True)
        for first, text in reversed(DEFINITIONS)
        if first in years and first > years[0]
    ]
    total, before = found.at(TOTAL, years[-1]), found.at(TOTAL, years[-2]) if len(years) > 1 else ABSENT
    title = t("How has the number changed, and what was counted?", lang)
    if total.children is not None and before.children is not None:
        finding = t(
            "{now} in {year}, {before} a year before. Definitions differ between years, so no trend is told.",
            lang,
            now=total.text(lang),
            year=years[-1],
            before=before.text(lang),
        )
    else:
        finding = t("Definitions differ between years, so no trend is told.", lang)
    return found.frame(
        title=title,
        finding=finding,
        mark=semester_lines(
            [str(year) for year in years],
            lines,
            lang,
            label=title,
            y_title=t("Children, at the end of the year", lang),
            breaks=breaks,
            axis_text=axis_count(lang),
            points_words=t("published at the time, in other categories: not connected", lang),
            height=280,
        ),
        how_to_read=t(
            "Dotted lines mark a change of what was counted; the words are below. The report itself remarks on the growth that "
            "these families have most probably left the country.",
            lang,
        ),
        table=Table(
            "unregistered-years",
            t("Children not registered by year, with the definition", lang),
            [
                Column("year", t("Year", lang)),
                Column("total", t("Sum of the nine statuses", lang), "integer"),
                Column("unknown", t("No information", lang), "integer"),
                Column("published", t("Published at the time", lang), "integer"),
                Column("delivered", t("Municipalities that delivered", lang), "integer"),
                Column("definition", t("What was counted", lang)),
            ],
            [
                {
                    "year": str(year),
                    "total": found.at(TOTAL, year).cell(),
                    "unknown": found.at(NO_INFORMATION, year).cell(),
                    "published": int(earlier[year].value)
                    if year in earlier
                    else sum(found.printed[one] for one in NINE)
                    if year == PRINTED_YEAR and found.printed
                    else Reason("x"),
                    "delivered": numbers.counts(
                        found.at(TOTAL, year).delivered, found.at(TOTAL, year).expected, lang
                    ),
                    "definition": definition(year, lang),
                }
                for year in reversed(years)
            ],
            lang,
        ),
        provenance=found.provenance(
            t("children of compulsory age (5–18), citizens and non-citizens, at the end of the year", lang),
            found.at(TOTAL),
        ),
    )


# --- municipalities ---------------------------------------------------------------------------------------------


def _delivery(number: Number, lang: str) -> str:
    return t("delivered", lang) if number.delivered else t("not delivered", lang)


def _municipalities(found: _Children) -> ChartFrame:
    lang = found.lang
    rows = query.unregistered_municipalities(found.reader, year=found.year)
    cells: dict[str, dict[str, Number]] = {}
    for row in rows:
        cells.setdefault(row.area_id, {})[row.status] = Number(
            row.children, row.reason, row.delivered, row.expected
        )
    places = [row for row in units.municipalities(found.reader) if row.code in cells]
    drawn, table = [], []
    rates = {}
    for row in places:
        unknown = cells[row.code].get(NO_INFORMATION, ABSENT)
        if unknown.children is not None and row.population:
            rates[row.code] = 1000 * unknown.children / row.population
    order = sorted(places, key=lambda row: (row.code not in rates, -rates.get(row.code, 0)))
    own = found.place.code if found.place is not None else None
    for row in order:
        name = row.name_full if lang == "lv" else row.name_en
        unknown = cells[row.code].get(NO_INFORMATION, ABSENT)
        href = found.request.url("unregistered", pasvaldiba=row.code, gads=found.year)
        drawn.append(
            {
                "name": name,
                "href": href,
                "value": rates.get(row.code),
                "value_text": numbers.decimal(rates[row.code], lang) if row.code in rates else None,
                "reason": unknown.reason or "x",
                "note": unknown.text(lang),
                "own": row.code == own,
            }
        )
        line: dict = {
            "name": name,
            "href": href,
            "delivery": _delivery(unknown, lang),
            "rate": rates.get(row.code, Reason(unknown.reason or "x")),
        }
        for status in (TOTAL, *NINE, *BESIDE):
            line[status] = cells[row.code].get(status, ABSENT).cell()
        table.append(line)
    total = found.at(TOTAL)
    national = found.at(NO_INFORMATION)
    people = sum(row.population or 0 for row in places)
    country = 1000 * national.children / people if national.children is not None and people else None
    shown = [row for row in order if row.code in rates]
    if shown:
        first = shown[0]
        finding = t(
            "Most often nothing is known in {place}: {rate} children per 1000 inhabitants ({n}); not delivered: {missing}.",
            lang,
            place=first.name_locative if lang == "lv" else first.name_en,
            rate=numbers.decimal(rates[first.code], lang),
            n=cells[first.code][NO_INFORMATION].text(lang),
            missing=numbers.integer(total.expected - total.delivered, lang),
        )
    else:
        finding = t("No number can be shown by municipality.", lang)
    names = {**STATUSES, **BESIDE_NAMES}
    notes = [
        t(
            "Per inhabitants of all ages, because the number of children of compulsory age by municipality is not loaded.",
            lang,
        )
    ]
    if not found.reader.scope.sees_all:
        notes += [
            t(
                "Outside their own scope readers see counts rounded to five. Numbers under ten, none among them, are hidden; "
                "where one number would be hidden alone, the next smallest is hidden with it.",
                lang,
            ),
            f"{reasons.sign('c')}: {reasons.meaning('c', lang)}.",
        ]
    return found.frame(
        title=t("In which municipalities is least known?", lang),
        finding=finding,
        mark=marks.dot_plot(
            drawn,
            lang,
            label=t("Children without information per 1000 inhabitants, the most first", lang),
            name_title=t("Municipality", lang),
            value_title=t("Per 1000 inhabitants (children)", lang),
            reference=country,
            reference_text=t("country: {n}", lang, n=numbers.decimal(country, lang))
            if country is not None
            else None,
            low=0,
        ),
        how_to_read=t(
            "The dot is the number of children about whom there is no information per 1000 inhabitants. Many without "
            "information can also mean that the municipality records carefully who cannot be found.",
            lang,
        ),
        table=Table(
            "unregistered-municipalities",
            t("Children not registered by municipality and status, {date}", lang, date=found.date()),
            [
                Column("name", t("Municipality", lang), href_key="href"),
                Column("delivery", t("Record", lang)),
                Column("rate", t("Without information per 1000 inhabitants", lang), "decimal"),
                Column(TOTAL, t("Sum of the nine statuses", lang), "integer"),
                *(Column(status, t(names[status], lang), "integer") for status in (*NINE, *BESIDE)),
            ],
            table,
            lang,
            notes=notes,
        ),
        provenance=found.provenance(
            t(
                "children without information ÷ inhabitants at the beginning of the year of the population figure",
                lang,
            ),
            total,
        ),
    )


def _municipality(found: _Children) -> Part:
    """One municipality: its delivery state and its numbers by year, exact within the scope."""
    lang = found.lang
    if not found.local:
        return note(t("There are no data within these borders yet.", lang))
    unknown = found.here(NO_INFORMATION)
    figures = [
        marks.key_figure(
            found.here(status).text(lang),
            name,
            text,
            lang=lang,
            reason=found.here(status).reason,
        )
        for status, name, text in (
            (
                NO_INFORMATION,
                t(STATUSES[NO_INFORMATION], lang),
                t("record: {state}", lang, state=_delivery(unknown, lang)),
            ),
            (TOTAL, t("Sum of the nine statuses", lang), found.date()),
            (LEFT, t(BESIDE_NAMES[LEFT], lang), t("beside the sum", lang)),
        )
    ]
    rows = []
    names = {**STATUSES, **BESIDE_NAMES}
    for year in reversed(found.years):
        row: dict = {
            "year": str(year),
            "delivery": _delivery(found.here(TOTAL, year), lang),
        }
        for status in (TOTAL, *NINE, *BESIDE):
            row[status] = found.here(status, year).cell()
        rows.append(row)
    notes = (
        [t("For official use: exact counts, also small ones.", lang)]
        if found.exact
        else [f"{reasons.sign('c')}: {reasons.meaning('c', lang)}."]
    )
    return found.frame(
        title=t("What has the municipality recorded?", lang),
        finding=t("Record of {date}: {state}.", lang, date=found.date(), state=_delivery(unknown, lang)),
        mark=render("unregistered_beside.html", figures=figures),
        how_to_read=t(
            "The first figure says how much the municipality does not know, whether or not it delivered its record.",
            lang,
        ),
        table=Table(
            "unregistered-municipality",
            t("Children not registered, {place}, by year and status", lang, place=found.place_name),
            [
                Column("year", t("Year", lang)),
                Column("delivery", t("Record", lang)),
                Column(TOTAL, t("Sum of the nine statuses", lang), "integer"),
                *(Column(status, t(names[status], lang), "integer") for status in (*NINE, *BESIDE)),
            ],
            rows,
            lang,
            notes=notes,
        ),
        provenance=found.provenance(
            t("children of compulsory age in the municipality's record, at the end of the year", lang),
            unknown,
        ),
    )
