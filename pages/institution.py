"""/skola/<reg_no> : one institution: which of the twelve indicators stand out, is it chance, does it get worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup, escape

from access.pages import REGISTRY, NotFound, Request, page
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Block, folded, html_of
from components.tables import Column, Later, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import institution as queries
from data_access.queries import units
from data_access.queries import values as value_queries
from indicators import published_rules, sentences
from indicators.catalogue import INDICATORS
from indicators.model import Indicator
from indicators.stages import POSITIONS, WHOLE_BY_TYPE, is_whole
from language import numbers, reasons
from language.messages import _, t, tn

from . import absence_blocks, graduates_choice, quality_blocks
from . import institution_values as words
from .words import founder, institution_type, place_of, stage

RISK = {code: one for code, one in INDICATORS.items() if code.startswith("R")}
MOST_PANELS = 3  # opened by themselves; any other one is a click away
URBANITY = {
    "city": _("in a state city"),
    "town": _("in a town"),
    "rural": _("in the countryside"),
    "border": _("in the eastern border area"),
}
LINEAGE = {
    "merged": _("merged on {date} into {name}"),
    "renamed": _("continues since {date} as {name}"),
    "split": _("divided on {date}; a part went to {name}"),
}
ORIGINS = {
    "merged": _("{name} was merged into it on {date}"),
    "renamed": _("continues {name} since {date}"),
    "split": _("took over a part of {name} on {date}"),
}
LEVEL_ORDER = {"high": 0, "medium": 1, "low": 2}
WITHOUT_TOOL = ("preschool", "higher")


@dataclass(frozen=True)
class Entry:
    """One indicator as this page shows it: in one stage, with its whole series and its newest row."""

    indicator: Indicator
    stage: str
    series: Sequence
    row: object | None  # None: nothing is on record for the period
    why_not: str = ""  # "z": does not concern it, "early": not enough years yet
    other: Entry | None = None  # the other part of an indicator with two

    @property
    def id(self) -> str:
        return self.indicator.id

    @property
    def level(self) -> str | None:
        """Level of the newest period; None where there is none or it is not for this reader."""
        return self.row.level if self.row is not None else None

    @property
    def missing(self) -> bool:
        """Whether a value was due and has not been received."""
        return not self.why_not and (self.row is None or self.row.reason == "x")

    @property
    def certain_high(self) -> bool:
        return self.level == "high" and self.row.certainty == "certain"

    @property
    def stands_out(self) -> bool:
        """Worth a panel of its own: a high level, or a medium one that is certain."""
        return self.level == "high" or (self.level == "medium" and self.row.certainty == "certain")

    @property
    def unusual(self) -> bool:
        """What is left when only the unusual is shown: beyond a boundary, getting worse, or a rule exceeded."""
        row = self.row
        if row is None:
            return False
        return self.level in ("high", "medium") or row.trend == "worsening"

    @property
    def order(self) -> tuple:
        """Certain high first, then possible high and so on; persistent before new; then the given order."""
        row = self.row
        if row is None:
            return (9, 0, 0, 0, self.indicator.number)
        rank = LEVEL_ORDER.get(row.level, 3 if row.value is not None else 4)
        unsure = 0 if row.certainty == "certain" or row.level is None else 1
        return (rank, unsure, -(row.persistence or 0), -(row.is_new or 0), self.indicator.number)


class School:
    """Everything that the page of one institution is made of; read once for a request."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.lang = request.lang
        reader = request.reader
        unit = units.institution_by_reg_no(reader, request.params["reg_no"])
        if unit is None:
            raise NotFound(request.params["reg_no"])
        self.unit = unit
        self.closed = unit.valid_to is not None and unit.valid_to <= reader.release.as_of
        self.predecessors, self.successors = queries.lineage(reader, unit.id)
        self.enrolment = queries.enrolment(reader, unit.id, unit.municipality_code)
        self.values = queries.values(reader, unit.id, unit.municipality_code)
        self.exact = self.values.exact
        self.spread = value_queries.distributions(reader)
        self.newest = {key: found[-1] for key, found in value_queries.periods(reader).items()}
        self.whole = WHOLE_BY_TYPE.get(unit.type)
        self.stages = self._stages()
        self.main_stage = self._main_stage()
        asked = request.params.get("posms")
        self.stage = asked if asked in self.stages else self.main_stage
        self.origins = words.Addresses(request, unit.reg_no)
        self._panel_address = f"{request.here(raditajs='R00')}#f-R00"

    @cached_property
    def histories(self) -> list[tuple[object, queries.Values]]:
        """Each predecessor with its values; read once, since the table is made after the chart."""
        reader = self.request.reader
        return [
            (one, queries.values(reader, one.from_id, one.old_municipality_code)) for one in self.predecessors
        ]

    @property
    def has_tool(self) -> bool:
        """Whether the risk identification tool covers institutions of this type."""
        return self.unit.type not in WITHOUT_TOOL

    def _stages(self) -> list[str]:
        """Stages with values, in their order; for an open institution those that it still teaches."""
        found = {}
        for (indicator_id, name), rows in self.values.series.items():
            if is_whole(name):
                continue
            last = (rows[-1].school_year, rows[-1].semester)
            if self.closed or last == self.newest.get((indicator_id, name)):
                found[name] = True
        return sorted(found, key=POSITIONS.__getitem__)

    def _main_stage(self) -> str | None:
        """The stage with most learners now."""
        pupils = dict(self.enrolment.stages) if self.enrolment else {}
        return max(self.stages, key=lambda name: pupils.get(name) or 0, default=self.whole)

    def is_empty(self, name: str | None) -> bool:
        """Whether the newest enrolment says that a stage has no learners: then nothing is due from it."""
        return self.enrolment is not None and dict(self.enrolment.stages).get(name) == 0

    def newest_row(self, series: Sequence, key: tuple[str, str]) -> object | None:
        """The row of the newest period; of a closed institution the last one it had."""
        if not series:
            return None
        last = series[-1]
        return last if self.closed or (last.school_year, last.semester) == self.newest.get(key) else None

    def entry(self, indicator: Indicator, name: str | None) -> Entry:
        """An indicator in a stage, or for the institution as a whole; of two parts the less favourable one."""
        found = []
        for code in (name, self.whole):
            key = (indicator.id, code)
            series = self.values.series.get(key)
            if series:
                found.append(Entry(indicator, code, series, self.newest_row(series, key)))
        if not found:
            wanted = indicator.stages_of(self.unit.type)
            due = (name in wanted and not self.is_empty(name)) or self.whole in wanted
            early = due and indicator.lookback and not self.closed
            return Entry(
                indicator, name or "", (), None, "early" if early else "" if due and not self.closed else "z"
            )
        if len(found) == 1:
            return found[0]
        first, second = sorted(found, key=lambda one: one.order)
        return Entry(indicator, first.stage, first.series, first.row, "", second)

    def entries(self, name: str | None) -> list[Entry]:
        """The twelve in reading order."""
        return sorted((self.entry(one, name) for one in RISK.values()), key=lambda entry: entry.order)

    def combined_classes(self) -> tuple[int, int] | None:
        """Newest school year with staff on record and the number of combined classes in it."""
        return queries.combined_classes(self.request.reader, self.unit.id, self.unit.municipality_code)

    def source(self, entry: Entry, row) -> str:
        """Address of the page that tells where one value comes from."""
        return self.origins.of(entry.id, row)

    def coverage(self, entry: Entry, row) -> tuple[int, int]:
        """Institutions with data and institutions that owed them, in the period of a row."""
        found = queries.coverage(self.request.reader)
        return found.get((entry.id, entry.stage, row.school_year, row.semester), (0, 0))

    def graduates_page(self) -> tuple | None:
        """The page that tells what its graduates do, if there is one."""
        return graduates_choice.page_of(self.request, self.unit.reg_no)

    def open_panel(self, indicator_id: str) -> str:
        """Address of this page with the panel of an indicator opened."""
        return self._panel_address.replace("R00", indicator_id)


@page(
    "institution",
    "/skola/<reg_no>",
    params={
        "reg_no": r"\d{10}",
        "posms": r"[a-z_]{1,20}",
        "raditajs": r"R\d\d",
        "vesture": r"kopa",
        "tikai": r"[01]",
    },
    stored=True,
)
def view(request: Request) -> View:
    """The page of one institution."""
    school = School(request)
    if not school.has_tool:
        lead, body = _without_tool(school)
    else:
        entries = school.entries(school.stage)
        lead = _state(school, entries)
        body = _body(school, entries, school.exact and _only_unusual(school))
    return _page(school, lead, body, _further(school))


def usual_views(request: Request) -> dict[str, str]:
    """HTML of the page as readers of the exact plane first see it: with all indicators, and with the unusual ones."""
    school = School(request)
    entries = school.entries(school.stage)
    lead = _state(school, entries)
    with folded():
        same = [html_of(part) for part in _lower(school, entries)]
        further = [html_of(part) for part in _further(school)]
        return {
            variant: _page(school, lead, [*_upper(school, entries, only), *same], further).to_fragment()
            for variant, only in (("", False), ("unusual", True))
        }


def _further(school: School) -> list:
    """What other pages tell about the institution: absence and its timeline."""
    return [
        *absence_blocks.institution_block(school.request, school.unit),
        *quality_blocks.institution_timeline(school.request, school.unit),
    ]


def _page(school: School, lead: str | Markup, body: Sequence, further: Sequence) -> View:
    request, lang, unit = school.request, school.lang, school.unit
    crumbs = [Crumb(t("Latvia", lang), words.optional_url(request, "national") or request.url("home"))]
    crumbs.append(
        Crumb(place_of(unit, lang), words.optional_url(request, "municipality", code=unit.municipality_code))
    )
    crumbs.append(Crumb(unit.name))
    return View(
        title=unit.name,
        lead=lead,
        description=lead
        if isinstance(lead, str) and not isinstance(lead, Markup)
        else Markup(lead).striptags(),  # nosec B704 # only the text of it is used
        body=[
            _header(school),
            *body,
            *further,
        ],
        lang=lang,
        crumbs=crumbs,
        release_id=request.reader.release.id,
    )


# --- header ---------------------------------------------------------------------------------------


def _header(school: School) -> Markup:
    request, lang, unit = school.request, school.lang, school.unit
    pupils, since = [], ""
    if school.enrolment is not None:
        since = numbers.period(school.enrolment.school_year, school.enrolment.semester, lang)
        for code, count in school.enrolment.stages:
            pupils.append((stage(code, lang), _learners(school, count)))
        if (
            len(pupils) > 1 and school.enrolment.total is not None
        ):  # with the sum a withheld part could be worked out
            pupils.append((t("in all", lang), _learners(school, school.enrolment.total)))

    def link(name: str, reg_no: str) -> Markup:
        return Markup('<a href="{}">{}</a>').format(request.url("institution", reg_no=reg_no), name)

    story = [
        _filled(
            LINEAGE[one.kind],
            lang,
            date=numbers.date_short(one.date, lang),
            name=link(one.new_name, one.new_reg_no),
        )
        for one in school.successors
    ]
    story += [
        _filled(
            ORIGINS[one.kind],
            lang,
            date=numbers.date_short(one.date, lang),
            name=link(one.old_name, one.old_reg_no),
        )
        for one in school.predecessors
    ]
    if school.closed:
        status = t("closed on {date}", lang, date=numbers.date_short(unit.valid_to, lang))
    else:
        status = t("open since {date}", lang, date=numbers.date_short(unit.valid_from, lang))
    return render(
        "institution_header.html",
        lang=lang,
        unit=unit,
        type=institution_type(unit.type, lang),
        founder=founder(unit.founder_kind, lang),
        municipality=place_of(unit, lang),
        municipality_href=words.optional_url(request, "municipality", code=unit.municipality_code),
        urbanity=t(URBANITY[unit.urbanity], lang),
        pupils=pupils,
        since=since,
        status=status,
        closed=school.closed,
        story=story,
    )


def _filled(text: str, lang: str, **values: object) -> Markup:
    """A translated text with links in it; everything that is not Markup is escaped."""
    return Markup(t(text, lang, **{key: escape(value) for key, value in values.items()}))  # nosec B704 # every value in it is escaped


def _learners(school: School, count: int | None) -> str | Markup:
    """A number of learners: exact within the scope, otherwise rounded, and nothing below ten."""
    if count is None:
        return marks.missing("c", school.lang, with_word=True)
    text = numbers.integer(count, school.lang)
    return text if school.exact or count == 0 else f"≈ {text}"


# --- the state in one line ----------------------------------------------------------------------------


def _state(school: School, entries: Sequence[Entry]) -> str | Markup:
    lang = school.lang
    if not school.exact:
        return _neutral_state(school, entries)
    high = [one for one in entries if one.level == "high"]
    judged = [one for one in entries if one.level in ("high", "medium")]
    text = sentences.state(
        high=len(high),
        high_certain=sum(one.certain_high for one in high),
        medium=len(judged) - len(high),
        new=sum(bool(one.row.is_new) for one in judged),
        no_data=sum(one.missing for one in entries),
        lang=lang,
    )
    if len(school.stages) > 1:
        text = f"{stage(school.stage, lang)}. {text}"
    sentence = Markup("<strong>{}</strong>").format(text)
    if school.closed:
        sentence += " " + t("These are the last values before it was closed.", lang)
    elsewhere = [
        (name, count)
        for name in school.stages
        if name != school.stage and (count := _high_only_there(school, name))
    ]
    for name, count in elsewhere:
        sentence += Markup(' <a href="{}">{}</a>').format(
            school.request.here(posms=name, raditajs=None),
            tn(
                "{stage}: high risk in {n} indicator.",
                "{stage}: high risk in {n} indicators.",
                count,
                lang,
                stage=stage(name, lang),
            ),
        )
    return sentence


def _high_only_there(school: School, name: str) -> int:
    """Indicators at a high level in another stage, counted by that stage."""
    found = 0
    for (_indicator_id, code), series in school.values.series.items():
        if code == name:
            row = school.newest_row(series, (_indicator_id, code))
            found += row is not None and row.level == "high"
    return found


def _neutral_state(school: School, entries: Sequence[Entry]) -> str:
    lang = school.lang
    shown = [one for one in entries if one.row is not None and one.row.value is not None]
    if not shown:
        return t("No values of this institution can be shown.", lang)
    compared = [one for one in shown if _comparable(school, one)]
    return t(
        "Values are shown for {shown} of {all} indicators; {compared} can be compared with the country, and {inside} of "
        "these lie where 90% of institutions do.",
        lang,
        shown=len(shown),
        all=sum(one.why_not != "z" for one in entries),
        compared=len(compared),
        inside=sum(_inside(school, one) for one in compared),
    )


def _comparable(school: School, entry: Entry) -> bool:
    """Whether the value has a place among institutions: a band wider than the country has none."""
    spread = _spread(school, entry, entry.row)
    if spread is None or spread.p05 is None:
        return False
    low, high = _ends(entry.row)
    return high - low <= spread.p95 - spread.p05 or high == low


def _ends(row) -> tuple[float, float]:
    """The lowest and highest value that a row can stand for: the ends of its band, or the value twice."""
    return words.band(row.value_text) if row.value_text else (row.value, row.value)


def _inside(school: School, entry: Entry) -> bool:
    """Whether a value may lie where 90 % of institutions do."""
    spread = _spread(school, entry, entry.row)
    if spread is None or spread.p05 is None:
        return False
    low, high = _ends(entry.row)
    return low <= spread.p95 and high >= spread.p05


# --- the body ---------------------------------------------------------------------------------------


def _body(school: School, entries: Sequence[Entry], only: bool) -> list:
    return [*_upper(school, entries, only), *_lower(school, entries)]


def _upper(school: School, entries: Sequence[Entry], only: bool) -> list:
    """Notes, controls and the spine; only: what is not unusual is left out."""
    shown = [one for one in entries if one.why_not == ""]
    if only:
        shown = [one for one in shown if one.unusual]
    hidden = sum(one.why_not == "" for one in entries) - len(shown)
    return [
        _notes(school),
        _controls(school, only, hidden),
        _spine(school, entries, shown, _opened(school, entries)),
    ]


def _lower(school: School, entries: Sequence[Entry]) -> list:
    """What a level does not mean, the opened panels, the other indicators, the ways on."""
    request, lang = school.request, school.lang
    opened = _opened(school, entries)
    parts: list = []
    if school.exact:
        parts.append(
            render(
                "institution_meaning.html", lang=lang, methodology=words.optional_url(request, "methodology")
            )
        )
    parts += [*[_panel(school, one) for one in opened], _signs(school, entries)]
    rest = [one for one in entries if one.why_not == "" and one not in opened]
    if rest:
        parts.append(_more(school, rest, bool(opened)))
    parts.append(_ways_on(school))
    return parts


def _signs(school: School, entries: Sequence[Entry]) -> Markup:
    """The risk signs that the service itself published, as facts beside the levels: one case is enough for them."""
    group = published_rules.GROUP_BY_TYPE.get(school.unit.type)
    if not school.exact or group is None or school.closed:
        return Markup()
    lang = school.lang
    items, with_panel = [], {one.id for one in entries if one.series}
    for code, rule in published_rules.RULES.items():
        if group not in {share.group for share in rule.shares}:
            continue
        indicator = next((one for one in RISK.values() if one.fixed_rule == code), None)
        year, found = _combined(school) if indicator is None else _sign(school, indicator)
        items.append(
            {
                "code": code,
                "words": rule.words(lang, group),
                "told": _told_sign(found, lang),
                "found": found == 1,
                "period": numbers.school_year(year, lang) if year is not None else "",
                "href": school.open_panel(indicator.id) if indicator and indicator.id in with_panel else None,
                "indicator": indicator.text(lang).short_name if indicator is not None else "",
            }
        )
    present = [item["code"] for item in items if item["found"]]
    if present:
        finding = tn(
            "{n} of {all} signs is present: {codes}.",
            "{n} of {all} signs are present: {codes}.",
            len(present),
            lang,
            all=len(items),
            codes=", ".join(present),
        )
    else:
        finding = t("None of the {all} signs is known to be present.", lang, all=len(items))
    return render("institution_signs.html", lang=lang, items=items, finding=finding)


def _combined(school: School) -> tuple[int | None, int | None]:
    """Year and result of the sign that belongs to no indicator: combined classes."""
    found = school.combined_classes()
    return (found[0], int(found[1] > 0)) if found is not None else (None, None)


def _sign(school: School, indicator: Indicator) -> tuple[int | None, int | None]:
    """Newest school year of an indicator and whether its sign is present in any stage or semester of it."""
    year = max((y for (one, _stage), (y, _s) in school.newest.items() if one == indicator.id), default=None)
    found = {
        row.fixed_rule
        for (one, _stage), series in school.values.series.items()
        if one == indicator.id
        for row in series
        if row.school_year == year
    }
    return year, 1 if 1 in found else 0 if 0 in found else None


def _told_sign(found: int | None, lang: str) -> str:
    return {1: t("present", lang), 0: t("not present", lang)}.get(found, t("it is not known", lang))


def _only_unusual(school: School) -> bool:
    """The switch: on for a municipality, off for everybody else, unless the address says otherwise."""
    asked = school.request.params.get("tikai")
    return asked == "1" if asked else school.request.scope.role == "municipality"


def _opened(school: School, entries: Sequence[Entry]) -> list[Entry]:
    """The indicator that the address names first, then those that stand out."""
    asked = school.request.params.get("raditajs")
    first = [one for one in entries if one.id == asked and one.series]
    more = [one for one in entries if one.stands_out and one not in first and one.series]
    return first + more[: MOST_PANELS - len(first)]


def _notes(school: School) -> Markup:
    lang = school.lang
    notes = []
    if school.closed:
        notes.append(
            t(
                "The institution is closed. Its last values and its history are shown; nothing is judged any more.",
                lang,
            )
        )
    if not school.exact:
        notes.append(
            t(
                "No level of a single institution is shown here: what a level needs besides – how certain it is, how long "
                "it lasts and why – only the institution itself, its founder and the ministry see. Boundaries of the "
                "indicators are public, and so are protected values: small groups are shown in bands or not at all.",
                lang,
            )
        )
    years = {  # a school year touches two calendar years, in which complaints are counted
        row.school_year
        for (code, _stage), series in school.values.series.items()
        if INDICATORS[code].period != "calendar_year"
        for row in series
    }
    if len(years) == 1 and not school.closed:
        notes.append(t("There are data for one school year only: no change can be told yet.", lang))
    if school.is_empty(school.stage):
        notes.append(
            t("There are no learners in this stage now: {stage}.", lang, stage=stage(school.stage, lang))
        )
    if school.unit.type == "special":
        notes.append(
            t(
                "Medians and bands are of all institutions with this stage. A special school works with other learners "
                "and other groups than most of them, so its place among them says little, for teacher loads and marks "
                "least of all.",
                lang,
            )
        )
    if not school.values.series:
        notes.append(t("No data of this institution have been received for the current release.", lang))
    return render("institution_notes.html", notes=notes, lang=lang)


def _controls(school: School, only: bool, hidden: int) -> Markup:
    request, lang = school.request, school.lang
    tabs = []
    if len(school.stages) > 1:
        for name in school.stages:
            high = _high_only_there(school, name) if school.exact else 0
            tabs.append(
                {
                    "text": stage(name, lang),
                    "href": request.here(posms=None if name == school.main_stage else name, raditajs=None),
                    "current": name == school.stage,
                    "high": high,
                    "mark": marks.level_mark("high") if high else "",
                    "words": t("high levels: {n}", lang, n=high) if high else "",
                }
            )
    switch = None
    if school.exact:
        switch = {
            "text": t("Show all indicators", lang) if only else t("Show only what is unusual", lang),
            "href": request.here(tikai="0" if only else "1"),
            "note": tn(
                "{n} indicator without anything unusual is hidden.",
                "{n} indicators without anything unusual are hidden.",
                hidden,
                lang,
            )
            if only and hidden
            else "",
        }
    return render("institution_controls.html", tabs=tabs, switch=switch, lang=lang)


def _spread(school: School, entry: Entry, row):
    """Distribution of the values of all institutions in the row's period."""
    return school.spread.get((entry.id, entry.stage, row.school_year, row.semester))


# --- the spine ---------------------------------------------------------------------------------------


def _spine(
    school: School, entries: Sequence[Entry], shown: Sequence[Entry], opened: Sequence[Entry]
) -> ChartFrame:
    lang, request = school.lang, school.request
    rows = [_spine_row(school, one, one in opened) for one in shown]
    mark = marks.spine_block(rows, lang, legend=False, own_label=t("Institution", lang))
    aside = [one for one in entries if one.why_not == "z"]
    early = [one for one in entries if one.why_not == "early"]
    mark = render(
        "institution_spine.html",
        lang=lang,
        mark=mark,
        legend=_legend(lang, school.exact),
        exact=school.exact,
        empty=not rows,
        aside=[one.indicator.text(lang).short_name for one in aside],
        early=[one.indicator.text(lang).short_name for one in early],
    )
    # A value withheld to protect somebody was received all the same.
    known = [
        one for one in entries if one.row is not None and (one.row.value is not None or one.row.reason == "c")
    ]
    return ChartFrame(
        title=t("Which of the twelve indicators stand out?", lang)
        if school.exact
        else t("The twelve indicators beside the country", lang),
        finding=_spine_finding(school, entries),
        table=Later("raditaji", lambda: _spine_table(school, entries)),
        mark=mark,
        how_to_read=t(
            "The vertical line is the national median, the bands are where 90% and the middle half of institutions "
            "lie; to the right is always less favourable. The counts lead to the origin of a value.",
            lang,
        ),
        provenance=Provenance(
            source=words.all_sources(lang),
            as_of=request.reader.release.as_of,
            coverage=(
                len(known),
                len(known) + sum(one.row is not None and one.row.reason == "x" for one in entries),
            ),
            release_id=request.reader.release.id,
            counting=t("numerator and denominator of each indicator in its newest period", lang),
            synthetic=request.reader.release.synthetic,
        ),
        lang=lang,
        address=request.address,
    )


def _spine_finding(school: School, entries: Sequence[Entry]) -> str:
    lang = school.lang
    if not school.exact:
        return t("A value is a comparison and not an assessment of the institution.", lang)
    out = [one for one in entries if one.stands_out]
    if not out:
        medium = sum(one.level == "medium" for one in entries)
        if medium:
            return tn(
                "No value lies beyond a high boundary; {n} lies beyond a medium one, which may be chance.",
                "No value lies beyond a high boundary; {n} lie beyond a medium one, which may be chance.",
                medium,
                lang,
            )
        return t("None stands out: no value lies beyond a boundary.", lang)
    names = "; ".join(
        f"{words.name_of(one.indicator, one.stage, lang)} – {words.value_text(one.indicator, one.row, lang)}"
        for one in out[:3]
    )
    if school.closed:  # nothing is left to be looked at first
        return t("What stood out before it closed: {names}.", lang, names=names)
    return t("First to look at: {names}.", lang, names=names)


def _spine_row(school: School, entry: Entry, opened: bool) -> dict:
    lang, one, row = school.lang, entry.indicator, entry.row
    cells: dict = {
        "id": one.id,
        "name": words.name_of(one, entry.stage, lang),
        "direction": one.direction,
        "href": f"#f-{one.id}" if opened else school.open_panel(one.id),
    }
    if row is None:
        return {**cells, "reason": "x", "national_reason": "x", "level": "unknown"}
    spread = _spread(school, entry, row)
    value = words.value_text(one, row, lang, exact=school.exact)
    small = row.denominator is not None and row.denominator < 100 and one.family != "size_band"
    cells |= {
        "value": row.value,
        "value_text": value,
        "reason": row.reason if value is None else None,
        "count_text": _source_link(school, entry, row),
        "national_reason": "x",
    }
    low, high = _ends(row) if value is not None else (0.0, 0.0)
    if spread is not None and spread.p50 is not None:
        cells["national_text"] = words.text(one.unit, spread.p50, lang, True, True)
        if high - low <= spread.p95 - spread.p05:  # a band wider than the country has no place in it
            cells |= {
                "p5": spread.p05,
                "p25": spread.p25,
                "p50": spread.p50,
                "p75": spread.p75,
                "p95": spread.p95,
            }
    if not school.exact:
        # A band is drawn as its range alone: a marker in its middle would pretend to know more.
        if high > low:
            cells |= {"lower": low, "upper": high, "range": True}
        return {**cells, "level": "not_judged" if value is not None else "unknown", "trend_text": "–"}
    cells |= {
        "lower": row.lower,
        "upper": row.upper,
        "interval_text": words.interval_text(one, row, lang) if small else None,
        "medium": _boundary(one, row.boundary_medium),
        "high": _boundary(one, row.boundary_high),
        "trend": words.trend_of(one, row.trend),
        "level": row.level,
        "certainty": row.certainty,
        "tags": _tags(row, lang),
    }
    return cells


def _boundary(indicator: Indicator, value: float | None) -> object:
    """A boundary for the drawing; one that is the same on both sides is drawn on both."""
    if value is not None and indicator.direction == "both" and indicator.family != "size_band":
        return (-abs(value), abs(value))
    return value


def _tags(row, lang: str) -> list[str]:
    if row.level not in ("high", "medium"):
        return []
    tags = [marks.new_tag(lang)] if row.is_new else []
    if (row.persistence or 0) > 1:
        tags.append(marks.periods_tag(row.persistence, lang))
    return tags


def _source_link(school: School, entry: Entry, row) -> Markup | None:
    """The counts behind a value, leading to where they come from."""
    text = words.count_text(entry.indicator, row, school.lang)
    if row.value is None:
        return None
    return Markup('<a class="i-source" href="{}" title="{}">{}</a>').format(
        school.source(entry, row),
        t("Where does this value come from?", school.lang),
        text or t("origin", school.lang),
    )


def _legend(lang: str, exact: bool) -> Markup:
    key = (lang, exact)
    if key not in _LEGENDS:
        signs = (
            [(marks.level_mark(level, sure), marks.level_word(level, sure, lang)) for level, sure in _SIGNS]
            if exact
            else [(marks.level_mark("not_judged", None), t("the institution", lang))]
        )
        _LEGENDS[key] = render("institution_legend.html", lang=lang, signs=signs, exact=exact)
    return _LEGENDS[key]


_LEGENDS: dict[tuple[str, bool], Markup] = {}
_SIGNS = (
    ("high", "certain"),
    ("high", "possible"),
    ("medium", "certain"),
    ("medium", "possible"),
    ("low", None),
    ("unknown", None),
)


def _spine_table(school: School, entries: Sequence[Entry]) -> Table:
    lang = school.lang
    columns = [
        Column("name", t("Indicator", lang)),
        Column("stage", t("Counted in", lang)),
        Column("period", t("Period", lang)),
        Column("value", t("Value", lang), href_key="href"),
        Column("count", t("Counts behind it", lang)),
        Column("national", t("National median", lang)),
    ]
    if school.exact:
        columns += [
            Column("interval", t("95% interval", lang)),
            Column("trend", t("Change", lang)),
            Column("level", t("Level", lang)),
            Column("run", t("Run of periods", lang), "integer"),
        ]
    rows = []
    for one in entries:
        for part in (one, one.other) if one.other is not None else (one,):
            rows.append(_spine_table_row(school, part))
    return Table("raditaji", t("Indicators in their newest period", lang), columns, rows, lang)


def _spine_table_row(school: School, entry: Entry) -> dict:
    lang, one, row = school.lang, entry.indicator, entry.row
    reason = Reason("z" if entry.why_not else "x")
    cells = {
        "name": f"{one.id} {words.name_of(one, entry.stage, lang) if entry.stage else one.text(lang).short_name}",
        "stage": _stage_name(entry.stage, lang) if entry.stage else reason,
        **dict.fromkeys(
            ("period", "value", "count", "national", "interval", "trend", "level", "run"), reason
        ),
    }
    if row is None:
        return cells
    spread = _spread(school, entry, row)
    value = words.value_text(one, row, lang, exact=school.exact)
    missing = Reason(row.reason or "x")
    cells |= {
        "period": words.period_text(one, row.school_year, row.semester, lang),
        "value": value if value is not None else missing,
        "href": school.source(entry, row) if value is not None else None,
        "count": words.count_text(one, row, lang) or (missing if value is None else Reason("c")),
        "national": words.text(one.unit, spread.p50, lang, True, True)
        if spread is not None and spread.p50 is not None
        else Reason("x"),
    }
    if school.exact:
        cells |= {
            "interval": words.interval_text(one, row, lang) or (missing if value is None else Reason("z")),
            "trend": marks.trend_words(words.trend_of(one, row.trend), one.direction, lang)
            if row.trend
            else missing,
            "level": marks.level_word(row.level, row.certainty, lang)
            if row.level
            else Reason(row.reason or "u"),
            "run": row.persistence if row.persistence is not None else Reason("z"),
        }
    return cells


def _stage_name(code: str, lang: str) -> str:
    from indicators.stages import name

    return name(code, lang)


# --- panels ------------------------------------------------------------------------------------------


def _panel(school: School, entry: Entry) -> Block:
    """One indicator in full: is it chance, how did it develop, what is it counted from, what would change it."""
    lang, request, one = school.lang, school.request, entry.indicator
    chart, finding = _chart(school, entry), _chance(school, entry)
    row = entry.row or entry.series[-1]
    text = one.text(lang)
    frame = ChartFrame(
        title=text.question,
        finding=finding,
        table=Later(one.id, lambda: _series_table(school, entry)),
        mark=chart,
        how_to_read=_how_to_read(entry, lang),
        provenance=Provenance(
            source=words.source_names(one, lang),
            as_of=request.reader.release.as_of,
            coverage=school.coverage(entry, row),
            release_id=request.reader.release.id,
            counting=" ÷ ".join(words.terms(one, entry.stage, lang)),
            note=f"{one.id} v{one.version}",
            synthetic=request.reader.release.synthetic,
        ),
        lang=lang,
        address=request.address,
    )
    return Block("div", [frame, _side(school, entry)], class_="i-panel")


def _how_to_read(entry: Entry, lang: str) -> str:
    text = t(
        "Thick line: the institution; dashed: the national median; bands: the middle 80% and the middle half of "
        "institutions. Nothing is connected across a change of method.",
        lang,
    )
    if any(row.value_text for row in entry.series):
        text += " " + t(
            "Where only a band may be shown, an upright bar stands for it and no line is drawn.", lang
        )
    return text


def _side(school: School, entry: Entry) -> Markup:
    lang, request, one = school.lang, school.request, entry.indicator
    text = one.text(lang)
    rule = None
    if school.exact and one.fixed_rule and entry.row is not None:
        parts = [part.row for part in (entry, entry.other) if part is not None and part.row is not None]
        found = next((part.fixed_rule for part in parts if part.fixed_rule is not None), None)
        rule = {
            "code": one.fixed_rule,
            "words": published_rules.RULES[one.fixed_rule].words(
                lang, published_rules.GROUP_BY_TYPE.get(school.unit.type)
            ),
            "told": _told_sign(found, lang),
            "exceeded": found == 1,
        }
    other = None
    if entry.other is not None:
        other = {
            "name": words.name_of(one, entry.other.stage, lang),
            "value": words.value_text(one, entry.other.row, lang, exact=school.exact),
            "count": _source_link(school, entry.other, entry.other.row)
            if entry.other.row is not None
            else None,
            "level": marks.level_tag(entry.other.level, entry.other.row.certainty, lang)
            if entry.other.level
            else "",
            "reason": marks.missing(getattr(entry.other.row, "reason", None) or "x", lang, with_word=True),
        }
    row = entry.row
    return render(
        "institution_side.html",
        lang=lang,
        id=one.id,
        name=words.name_of(one, entry.stage, lang),
        official=text.name,
        why=text.why,
        formula=text.formula,
        stage=_stage_name(entry.stage, lang),
        period=words.period_text(one, row.school_year, row.semester, lang) if row is not None else "",
        level=marks.level_tag(row.level, row.certainty, lang)
        if school.exact and row is not None and row.level
        else "",
        tags=_tags(row, lang) if school.exact and row is not None else [],
        rule=rule,
        other=other,
        what_if=request.url("what_if", reg_no=school.unit.reg_no, posms=school.stage) + f"#{one.id}"
        if school.exact and "what_if" in REGISTRY and not school.closed
        else None,
        about=words.optional_url(request, "indicator", id=one.id),
        origin=school.source(entry, row) if row is not None and row.value is not None else None,
        history=_history_switch(school),
    )


def _history_switch(school: School) -> dict | None:
    """The switch between this institution alone and together with those it took over."""
    if not school.predecessors:
        return None
    lang, together = school.lang, _together(school)
    return {
        "text": t("Only this institution", lang) if together else t("Together with its predecessor", lang),
        "href": school.request.here(vesture=None if together else "kopa"),
    }


def _together(school: School) -> bool:
    return school.request.params.get("vesture") == "kopa" and bool(school.predecessors)


def _chance(school: School, entry: Entry) -> str:
    """Is it chance, does it last, does it get better or worse? In words; without a level only the counts."""
    lang, one, row = school.lang, entry.indicator, entry.row
    if row is None:
        row = entry.series[-1]
        return t(
            "There is no value for the newest period; the last one is of {period}.",
            lang,
            period=words.period_text(one, row.school_year, row.semester, lang),
        )
    spread = _spread(school, entry, row)
    national = None if spread is None else spread.national
    if not school.exact:
        return _neutral(school, entry, row, national)
    parts = [sentences.chance(one, row._mapping, lang, national=national)]
    if row.level in ("high", "medium") and (row.persistence or 0) > 1:
        parts.append(sentences.persistence(row.persistence, lang))
    if row.trend:
        parts.append(sentences.trend(one, row.trend, lang))
    return " ".join(parts)


def _neutral(school: School, entry: Entry, row, national: float | None) -> str:
    """The protected value beside the country, or why it is not shown."""
    lang, one = school.lang, entry.indicator
    value = words.value_text(one, row, lang, exact=False, short=False)
    if value is None:
        return reasons.meaning(row.reason or "c", lang) + "."
    text = t(
        "{period}: {value}.",
        lang,
        period=words.period_text(one, row.school_year, row.semester, lang),
        value=value,
    )
    if national is not None:
        text += " " + t(
            "In the country: {national}.", lang, national=sentences.value_text(one, national, lang)
        )
    return text + " " + t("This is a comparison, not an assessment.", lang)


def _periods(school: School, entry: Entry, older: Sequence[Sequence]) -> list[tuple[int, int]]:
    """Every period from the first to the last on record, so that a missing year leaves a gap."""
    found = {(row.school_year, row.semester) for series in (entry.series, *older) for row in series}
    semesters = sorted({semester for _year, semester in found})
    years = [year for year, _semester in found]
    first, last = min(found), max(found)
    return [
        (year, semester)
        for year in range(min(years), max(years) + 1)
        for semester in semesters
        if first <= (year, semester) <= last
    ]


def _chart(school: School, entry: Entry) -> Markup:
    lang, one = school.lang, entry.indicator
    older = _older_series(school, entry) if _together(school) else []
    periods = _periods(school, entry, [series for _name, series in older])
    by_period = {(row.school_year, row.semester): row for row in entry.series}
    semesters = [semester for _year, semester in periods] if one.period == "semester" else None
    rows = [by_period.get(period) for period in periods]
    values, shown, texts, codes, ranges = [], [], [], [], []
    for row in rows:
        value = words.value_text(one, row, lang, exact=school.exact)
        band = row is not None and bool(row.value_text)
        values.append(None if row is None or band else row.value)
        ranges.append(words.band(row.value_text) if band else None)
        count = words.count_text(one, row, lang)
        shown.append(value)
        texts.append(None if value is None else f"{value} ({count})" if count else value)
        codes.append("z" if row is None else row.reason or "x")
    spreads = [school.spread.get((one.id, entry.stage, *period)) for period in periods]
    newest = next((row for row in reversed(rows) if row is not None and row.value is not None), None)
    series: list[Mapping] = [
        {
            "name": school.unit.name,
            "kind": "school",
            "values": values,
            "texts": texts,
            "reasons": codes,
            "ranges": ranges,
            "end_text": words.value_text(one, newest, lang, exact=school.exact),
        }
    ]
    bands = []
    if any(spread is not None and spread.p50 is not None for spread in spreads):
        medians = [None if spread is None else spread.p50 for spread in spreads]
        last = next((value for value in reversed(medians) if value is not None), None)
        series.append(
            {
                "name": t("national median", lang),
                "kind": "national",
                "values": medians,
                "end_text": words.text(one.unit, last, lang, True, True),
            }
        )
        bands = [
            _band(spreads, "outer", "p10", "p90", t("the middle 80% of institutions", lang)),
            _band(spreads, "inner", "p25", "p75", t("the middle half of institutions", lang)),
        ]
    for name, old in older:
        before = {(row.school_year, row.semester): row for row in old}
        series.append(
            {
                "name": name,
                "kind": "other",
                "hollow": True,
                "values": [
                    before[p].value if p in before and not before[p].value_text else None for p in periods
                ],
                "ranges": [
                    words.band(before[p].value_text) if p in before and before[p].value_text else None
                    for p in periods
                ],
                "texts": [
                    words.value_text(one, before[p], lang, exact=False) if p in before else None
                    for p in periods
                ],
            }
        )
    breaks = [
        (index, f"{numbers.school_year_short(one_break.school_year, lang)} {getattr(one_break, lang)}")
        for one_break in one.breaks_of(entry.stage)
        if (index := _first_at(periods, one_break.school_year))
    ]
    unit = _unit_title(one, lang)
    return marks.line_chart(
        [words.period_short(one, *period, lang) for period in periods],
        series,
        lang,
        label=f"{words.name_of(one, entry.stage, lang)}: "
        + _told(one, [(period, text) for period, text in zip(periods, shown, strict=True) if text], lang),
        y_title=unit,
        bands=bands,
        breaks=breaks,
        semesters=semesters,
        direction=one.direction,
        axis_text=lambda x: _axis_text(one, x, lang),
        height=240,
    )


def _first_at(periods: Sequence[tuple[int, int]], year: int) -> int:
    """Index of the first period of a year that is not the first of all; 0 when there is none."""
    if not periods or periods[0][0] >= year:
        return 0
    return next((index for index, period in enumerate(periods) if period[0] >= year), 0)


def _band(spreads: Sequence, kind: str, low: str, high: str, name: str) -> dict:
    return {
        "name": name,
        "kind": kind,
        "lower": [None if spread is None else getattr(spread, low) for spread in spreads],
        "upper": [None if spread is None else getattr(spread, high) for spread in spreads],
    }


def _unit_title(indicator: Indicator, lang: str) -> str:
    from indicators.model import UNITS

    return getattr(UNITS[indicator.unit], lang)


def _axis_text(indicator: Indicator, value: float, lang: str) -> str:
    if indicator.unit == "share":
        return numbers.plain(round(value * 100, 6), lang) + ("\u00a0%" if lang == "lv" else "%")
    if indicator.unit == "share_difference":
        return numbers.signed(value * 100, lang, 0)
    return numbers.plain(value, lang)


def _older_series(school: School, entry: Entry) -> list[tuple[str, Sequence]]:
    """Series of the predecessors up to the day they were taken over, from the plane that this reader may read."""
    found = []
    for one, values in school.histories:
        series = values.series.get((entry.id, entry.stage), ())
        before = [row for row in series if row.school_year < int(one.date[:4]) and row.value is not None]
        if before:
            name = t("{name}, until {year}", school.lang, name=one.old_name, year=one.date[:4])
            found.append((name, before))
    return found


def _series_table(school: School, entry: Entry) -> Table:
    """The same numbers as the chart, newest first, each with the way to its origin."""
    lang, one = school.lang, entry.indicator
    numerator, denominator = words.terms(one, entry.stage, lang)
    columns = [
        Column("period", t("Period", lang)),
        Column("value", t("Value", lang), words.KINDS[one.unit], href_key="href"),
        Column("numerator", t("Numerator", lang), words.count_kind(one, "numerator")),
        Column("denominator", t("Denominator", lang), words.count_kind(one, "denominator")),
        Column("median", t("National median", lang), words.KINDS[one.unit]),
    ]
    if school.exact:
        columns.append(Column("level", t("Level", lang)))
    older = _older_series(school, entry) if _together(school) else []
    shown = [("", row) for row in entry.series]
    shown += [(name, row) for name, found in older for row in found]
    shown.sort(key=lambda item: (item[1].school_year, item[1].semester, not item[0]), reverse=True)
    rows = []
    for name, row in shown:
        spread = _spread(school, entry, row)
        value = words.cell(one, row)
        known = not isinstance(value, Reason)
        if row.value_text and known:
            value = words.band_text(row.value_text, lang)
        cells = {
            "period": f"{words.period_text(one, row.school_year, row.semester, lang)}{f' · {name}' if name else ''}",
            "value": value,
            "href": school.source(entry, row) if known and not name else None,
            "numerator": words.rounded_count(row.numerator, one) if known else Reason(row.reason or "x"),
            "denominator": words.rounded_count(row.denominator, one) if known else Reason(row.reason or "x"),
            "median": spread.p50 if spread is not None and spread.p50 is not None else Reason("x"),
        }
        if school.exact:
            level = (
                marks.level_word(row.level, row.certainty, lang) if row.level else Reason(row.reason or "u")
            )
            cells["level"] = (
                Reason("z") if name else level
            )  # what is told of another institution has no level here
        rows.append(cells)
    return Table(
        one.id,
        f"{words.name_of(one, entry.stage, lang)}, {_stage_name(entry.stage, lang)}",
        columns,
        rows,
        lang,
        notes=(
            t("Numerator: {text}.", lang, text=numerator),
            t("Denominator: {text}.", lang, text=denominator),
            one.text(lang).missing,
        ),
    )


# --- the rest ----------------------------------------------------------------------------------------


def _more(school: School, entries: Sequence[Entry], opened: bool) -> Markup:
    """How the other indicators developed, as a list with small lines; each opens its panel."""
    lang = school.lang
    items = []
    for one in entries:
        series = one.series
        if one.indicator.period == "semester" and series:  # a line of one semester only
            last = series[-1].semester
            series = [row for row in series if row.semester == last]
        line = ""
        if any(row.value is not None and not row.value_text for row in series):
            line = marks.sparkline(
                [row.value for row in series],
                lang,
                label=words.name_of(one.indicator, one.stage, lang),
                texts=[words.value_text(one.indicator, row, lang, exact=school.exact) for row in series],
                periods=_named(one.indicator, [(row.school_year, row.semester) for row in series], lang),
                reason=series[-1].reason or "x",
            )
        row = one.row
        items.append(
            {
                "id": one.id,
                "name": words.name_of(one.indicator, one.stage, lang)
                if one.stage
                else one.indicator.text(lang).short_name,
                "href": school.open_panel(one.id) if one.series else None,
                "line": line,
                "value": words.value_text(one.indicator, row, lang, exact=school.exact)
                or marks.missing(getattr(row, "reason", None) or "x", lang, with_word=True),
                "since": words.period_text(one.indicator, series[0].school_year, series[0].semester, lang)
                if series
                else "",
            }
        )
    return render("institution_more.html", lang=lang, items=items, opened=opened)


def _told(indicator: Indicator, values: Sequence[tuple[tuple[int, int], str]], lang: str) -> str:
    """Values of periods for the ear; the counts behind them are in the table."""
    names = _named(indicator, [period for period, _text in values], lang)
    return "; ".join(
        f"{name} {text}" if name else text for name, (_period, text) in zip(names, values, strict=True)
    )


def _named(indicator: Indicator, periods: Sequence[tuple[int, int]], lang: str) -> list[str | None]:
    """Names of periods as they are spoken: the first, the last, and each that does not follow the one before."""
    names: list[str | None] = []
    for at, (year, semester) in enumerate(periods):
        follows = at and periods[at - 1] == (year - 1, semester)
        named = not follows or at + 1 == len(periods)
        names.append(words.period_text(indicator, year, semester, lang) if named else None)
    return names


def _ways_on(school: School) -> Markup:
    request, lang, unit = school.request, school.lang, school.unit
    links = []
    if school.exact and school.has_tool and not school.closed and "what_if" in REGISTRY:
        links.append((t("What would change the level?", lang), request.url("what_if", reg_no=unit.reg_no)))
    if school.exact and school.has_tool and "answers" in REGISTRY:
        links.append((t("Findings and answers", lang), request.url("answers", reg_no=unit.reg_no)))
    links += _graduates_link(school)
    for name, text, params in (
        ("similar", _("Similar institutions"), {"reg_no": unit.reg_no}),
        ("municipality", _("All institutions of the municipality"), {"code": unit.municipality_code}),
        ("methodology", _("How the indicators are counted"), {}),
    ):
        if name in REGISTRY:
            links.append((t(text, lang), request.url(name, **params)))
    return render("institution_ways.html", lang=lang, links=links)


def _graduates_link(school: School) -> list[tuple[str, str]]:
    """The way to what becomes of this institution's graduates."""
    found = school.graduates_page()
    if found is None:
        return []
    text = t("What do its graduates do?", school.lang)
    return [(text, school.request.url(found[0], iestade=school.unit.reg_no))]


# --- institutions that the tool does not cover ---------------------------------------------------------


def _without_tool(school: School) -> tuple[str, list]:
    request, lang = school.request, school.lang
    if school.unit.type == "preschool":
        lead = t(
            "The risk identification tool does not cover preschools, so there are no risk indicators here.",
            lang,
        )
    else:
        lead = t(
            "The risk identification tool does not cover higher education, so there are no risk indicators here.",
            lang,
        )
    history = queries.enrolment_history(request.reader, school.unit.id, school.unit.municipality_code)
    parts: list = [_notes(school)] if school.closed else []
    if history:
        parts.append(_learners_frame(school, history))
    links = [
        (t(text, lang), request.url(name))
        for name, text in (
            ("quality", _("Quality evaluation")),
            ("unified_school", _("Unified school")),
            ("absence", _("Absence")),
            ("graduates_higher", _("Graduates: higher education")),
        )
        if name in REGISTRY and (school.unit.type == "higher") == (name == "graduates_higher")
    ]
    links += _graduates_link(school)
    if links:
        parts.append(render("institution_ways.html", lang=lang, links=links))
    return lead, parts


def _learners_frame(school: School, history: Sequence) -> ChartFrame:
    """Learners by year, for institutions without risk indicators."""
    lang, request = school.lang, school.request
    autumn: dict[int, list[int | None]] = {}
    for row in history:
        if row.semester == 1:
            autumn.setdefault(row.school_year, []).append(row.pupils)
    years = sorted(autumn)
    values = {year: Reason("c") if None in autumn[year] else sum(autumn[year]) for year in years}
    plain = [None if isinstance(values[year], Reason) else values[year] for year in years]
    texts = [None if value is None else numbers.integer(value, lang) for value in plain]
    known = [(year, text) for year, text in zip(years, texts, strict=True) if text is not None]
    finding = (
        t(
            "Learners: {n} in {year}.",
            lang,
            n=known[-1][1],
            year=numbers.school_year(known[-1][0], lang),
        )
        if known
        else t("Nothing can be shown: the groups are too small.", lang)
    )
    return ChartFrame(
        title=t("How many learners are there?", lang),
        finding=finding,
        table=Table(
            "izglitojamie",
            t("Learners in semester 1", lang),
            [
                Column("year", t("School year", lang)),
                Column("pupils", t("Learners", lang), "integer"),
            ],
            [{"year": numbers.school_year(year, lang), "pupils": values[year]} for year in reversed(years)],
            lang,
        ),
        mark=marks.line_chart(
            [numbers.school_year_short(year, lang) for year in years],
            [
                {
                    "name": school.unit.name,
                    "kind": "school",
                    "values": plain,
                    "texts": texts,
                    "reasons": ["c" if value is None else None for value in plain],
                }
            ],
            lang,
            label=finding,
            y_title=t("learners", lang),
            height=220,
            axis_text=lambda x: numbers.integer(x, lang),
        ),
        provenance=Provenance(
            source="VIIS",
            as_of=request.reader.release.as_of,
            coverage=(len(years), len(years)),
            release_id=request.reader.release.id,
            counting=t("learners at the end of semester 1", lang),
            synthetic=request.reader.release.synthetic,
        ),
        lang=lang,
        address=request.address,
    )
