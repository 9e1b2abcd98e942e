"""/izcelsme/… : where one value comes from: formula with its own figures, rows, files, registers, release, threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from access.pages import NotFound, Request, page
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import institution as queries
from data_access.queries import units
from data_access.queries import values as value_queries
from indicators import published_rules
from indicators.catalogue import INDICATORS
from indicators.model import Indicator
from indicators.stages import NAMES, is_whole
from indicators.stages import name as stage_name
from language import numbers, reasons, side
from language.messages import _, t

from . import institution_values as words

KINDS = {"iestade": "institution", "pasvaldiba": "municipality", "valsts": "country"}
COUNTRY = "LV"
ORIGINS = {
    "official": _("an official boundary"),
    "published_rule": _("a rule that the service has published"),
    "provisional": _("provisional, proposed by the dashboard"),
}
BASES = {
    "absolute": _("a value of the indicator"),
    "times_national": _("a multiple of the national value"),
    "plus_national": _("a distance from the national value"),
    "band": _("a multiple of the usual distance from what is expected for the size"),
}
FACTS = {
    "enrolment": _("Learners at the end of the semester"),
    "progress": _("Learners' flows and repeated years"),
    "cohort": _("Cohorts and their graduates"),
    "absence": _("Absence, from the e-journals"),
    "exam": _("Exam results"),
    "mark": _("Yearly marks"),
    "exam_mark_gap": _("Final marks beside exam results"),
    "staff": _("Teachers and support staff"),
    "vocational_outcome": _("Vocational graduates a year later"),
    "complaint": _("Complaints received"),
}
COLUMNS = {
    "school_year": _("School year"),
    "year": _("Year"),
    "semester": _("Semester"),
    "stage": _("Stage"),
    "source_code": _("Source"),
    "subject": _("Subject of study"),
    "exam_level": _("Exam level"),
    "qualification_group": _("Qualification group"),
    "topic": _("Topic"),
    "pupils": _("Learners"),
    "pupils_start": _("Learners at the start"),
    "joined": _("Joined"),
    "left_early": _("Left"),
    "repeat_eligible": _("Could repeat"),
    "repeaters": _("Repeat the grade"),
    "entered": _("Admitted"),
    "graduated_on_time": _("Graduated in time"),
    "transferred": _("Transferred"),
    "long_unexcused": _("Long absent without a valid reason"),
    "eligible": _("Had to sit"),
    "exempt": _("Exempt"),
    "sat": _("Sat"),
    "low": _("Low results"),
    "high": _("High results"),
    "compulsory": _("Compulsory (1 = yes)"),
    "mean": _("Mean of the row"),
    "sd": _("Standard deviation"),
    "pairs": _("Learners with both"),
    "mean_difference": _("Mean difference"),
    "teachers": _("Teachers"),
    "teachers_left": _("Teachers who left"),
    "teacher_load": _("Teacher loads"),
    "support_load": _("Support staff loads"),
    "graduates": _("Graduates"),
    "placed": _("Work or study"),
    "unknown": _("Without information"),
    "received": _("Complaints in the year"),
}
CODES = {  # code words of the fact tables
    "e_journals": _("e-journals"),
    "latvian": _("Latvian"),
    "mathematics": _("Mathematics"),
    "english": _("English"),
    "science": _("Science (subject)"),
    "social_studies": _("Social studies"),
    "professional": _("Vocational subjects"),
    "centralised": _("centralised"),
    "state": _("state"),
    "single": _("single level"),
    "optimal": _("optimal level"),
    "higher": _("higher level"),
    "qualification": _("qualification exam"),
    "engineering_manufacturing_construction": _(
        "Qualifications: engineering, manufacturing and construction"
    ),
    "services": _("Qualifications: services"),
    "humanities_arts": _("Qualifications: humanities and arts"),
    "social_business_law": _("Qualifications: social sciences, business and law"),
    "science_maths_it": _("Qualifications: science, mathematics and computing"),
    "agriculture": _("Qualifications: agriculture"),
    "health_welfare": _("Qualifications: health and welfare"),
    "programme_implementation": _("Complaints: implementation of programmes"),
    "assessment": _("Complaints: assessment"),
    "ethics": _("Complaints: professional ethics"),
    "safety_violence": _("Complaints: safety and violence"),
    "learner_rights": _("Complaints: rights of learners"),
    "communication": _("Complaints: communication"),
}
LOADS = ("teacher_load", "support_load", "mean", "sd", "mean_difference")
KEYS = ("school_year", "year", "semester", "stage", "source_code")


@page(
    "provenance",
    "/izcelsme/<kind>/<unit>/<indicator>/<stage>/<period>",
    params={
        "kind": "|".join(KINDS),
        "unit": r"\d{10}|LV\d{7}|LV",
        "indicator": r"[A-Z]\d{2}[a-z]?",
        "stage": "|".join(NAMES),
        "period": r"\d{4}-[0-2]",
    },
)
def view(request: Request) -> View:
    """The origin of one value."""
    lang, params = request.lang, request.params
    indicator = INDICATORS.get(params["indicator"])
    if indicator is None:
        raise NotFound(params["indicator"])
    unit = _Unit(request)
    year, semester = (int(part) for part in params["period"].split("-"))
    row = value_queries.unit_value(
        request.reader,
        unit.kind,
        unit.id,
        indicator.id,
        params["stage"],
        (year, semester),
        unit.municipality_code,
    )
    if row is None:
        raise NotFound("no such value")
    value = words.value_text(indicator, row, lang, exact=unit.exact, short=False)
    name = words.name_of(indicator, row.stage, lang)
    where = f"{stage_name(row.stage, lang)}, {words.period_text(indicator, year, semester, lang)}"
    count = words.count_text(indicator, row, lang)
    lead = f"{unit.name}. {name}. {where.removesuffix('.')}."
    facts = (
        queries.fact_rows(request.reader, unit.row.id, indicator, row.stage, year, semester)
        if unit.exact and unit.kind == "institution"
        else []
    )
    body: list = [_value(request, unit, indicator, row, value, count)]
    body += _frames(request, unit, indicator, row, facts)
    body.append(_origin(request, indicator, facts))
    body.append(_release(request, unit, indicator, row))
    return View(
        title=t("Where does {value} come from?", lang, value=value)
        if value is not None
        else t("Why is there no value?", lang),
        lead=lead,
        body=body,
        lang=lang,
        crumbs=[*unit.crumbs, Crumb(t("Origin of a value", lang))],
        release_id=request.reader.release.id,
    )


class _Unit:
    """The institution, municipality or country that the value belongs to."""

    def __init__(self, request: Request) -> None:
        reader, lang, key = request.reader, request.lang, request.params["unit"]
        self.kind = KINDS[request.params["kind"]]
        self.municipality_code: str | None = None
        self.row = None
        if self.kind == "institution":
            self.row = units.institution_by_reg_no(reader, key)
            if self.row is None:
                raise NotFound(key)
            self.id, self.name = str(self.row.id), self.row.name
            self.municipality_code = self.row.municipality_code
            href = words.optional_url(request, "institution", reg_no=key)
        elif self.kind == "municipality":
            self.row = units.municipality_by_code(reader, key)
            if self.row is None:
                raise NotFound(key)
            self.id = key
            self.name = self.row.name_full if lang == "lv" else self.row.name_en
            href = words.optional_url(request, "municipality", code=key)
        else:
            if key != COUNTRY:
                raise NotFound(key)
            self.id, self.name = key, t("Latvia", lang)
            href = words.optional_url(request, "national")
        self.crumbs = [Crumb(self.name, href)]
        plane = value_queries.unit_plane(reader, self.kind, self.id, self.municipality_code)
        self.exact = plane == "detail"


def _value(
    request: Request, unit: _Unit, indicator: Indicator, row, value: str | None, count: str | None
) -> Markup:
    """Steps 1 and 2: the value and the formula with its figures."""
    lang = request.lang
    text = indicator.text(lang)
    numerator, denominator = words.terms(indicator, row.stage, lang)
    reason = row.reason if value is None else None
    public = None
    if unit.exact and unit.kind == "institution":
        released = queries.released_value(request.reader, row, unit.id)
        if released is not None:
            shown = words.value_text(indicator, released, lang, exact=False, short=False)
            public = shown or reasons.meaning(released.reason or "c", lang)
    return render(
        "provenance_value.html",
        lang=lang,
        value=value,
        count=count,
        reason=reasons.meaning(reason, lang) if reason else "",
        missing=text.missing,
        interval=words.interval_text(indicator, row, lang) if unit.exact else None,
        level=marks.level_tag(row.level, row.certainty, lang) if unit.exact and row.level else "",
        exact=unit.exact,
        public=public,
        formula=text.formula,
        filled=_filled(indicator, row, lang) if value is not None and unit.exact else None,
        unrounded=numbers.plain(round(row.value, 6), lang) if value is not None and unit.exact else "",
        numerator=numerator,
        denominator=denominator,
        example=text.example,
    )


def _filled(indicator: Indicator, row, lang: str) -> str:
    """The formula with the figures of this unit."""
    first, second = (numbers.plain(round(x, 3), lang) for x in (row.numerator, row.denominator))
    return f"{first} ÷ {second} = {words.text(indicator.unit, row.value, lang, True, False)}"


# --- rows --------------------------------------------------------------------------------------------


def _frames(request: Request, unit: _Unit, indicator: Indicator, row, facts: Sequence) -> list:
    """Step 3: the rows that were counted."""
    lang = request.lang
    if unit.kind != "institution":
        return _area_frames(request, unit, indicator, row)
    if not unit.exact:
        return [
            render(
                "provenance_hidden.html",
                lang=lang,
                text=t(
                    "The rows are counts of a single institution. They are shown only to the institution itself, its "
                    "founder and the ministry.",
                    lang,
                ),
            )
        ]
    frames = [_fact_frame(request, indicator, one) for one in facts if one.rows]
    if indicator.id == "R10" and frames:
        frames.append(_marks_frame(request, indicator, row))
    if indicator.id == "R09" and row.numerator == 0:
        frames.append(
            render(
                "provenance_hidden.html",
                lang=lang,
                text=t("The register of complaints has no entry for the institution in this year.", lang),
            )
        )
    if not frames:
        frames = [
            render(
                "provenance_hidden.html", lang=lang, text=t("There are no rows: nothing was received.", lang)
            )
        ]
    return frames


def _fact_frame(request: Request, indicator: Indicator, facts) -> ChartFrame:
    lang = request.lang
    place = {name: number for number, name in enumerate(facts.columns)}
    names = [name for name in facts.columns if name in COLUMNS]
    columns = [Column(name, t(COLUMNS[name], lang), _kind(name)) for name in names]
    columns.append(Column("load_batch_id", t("Load batch", lang), "integer"))
    rows = []
    for values in facts.rows:
        cells: dict = {"load_batch_id": values[place["load_batch_id"]]}
        for name in names:
            value = values[place[name]]
            if value is None:
                cells[name] = Reason("x")
            elif name == "school_year":
                cells[name] = numbers.school_year(value, lang)
            elif name == "stage":
                cells[name] = stage_name(value, lang)
            elif isinstance(value, str):
                cells[name] = t(CODES[value], lang) if value in CODES else value
            else:
                cells[name] = value
        rows.append(cells)
    return _frame(
        request,
        indicator,
        title=t(FACTS[facts.name], lang),
        finding=t("The rows that the value was counted from.", lang),
        table=Table(facts.name, t(FACTS[facts.name], lang), columns, rows, lang),
    )


def _kind(name: str) -> str:
    if name in (
        "school_year",
        "stage",
        "source_code",
        "subject",
        "exam_level",
        "qualification_group",
        "topic",
    ):
        return "text"
    return "decimal2" if name in LOADS else "integer"


def _marks_frame(request: Request, indicator: Indicator, row) -> ChartFrame:
    """National means that the change of marks is compared with."""
    lang = request.lang
    nation = queries.national_marks(request.reader, row.stage, row.school_year)
    return _frame(
        request,
        indicator,
        title=t("National means of the same subjects", lang),
        finding=t("The change in the country is taken off the change in the institution.", lang),
        table=Table(
            "national_marks",
            t("National means of the same subjects", lang),
            [
                Column("subject", t("Subject of study", lang)),
                Column("school_year", t("School year", lang)),
                Column("pupils", t("Learners", lang), "integer"),
                Column("mean", t("Mean of the row", lang), "decimal2"),
            ],
            [
                {
                    "subject": t(CODES[subject], lang) if subject in CODES else subject,
                    "school_year": numbers.school_year(year, lang),
                    "pupils": pupils,
                    "mean": mean,
                }
                for (subject, year), (pupils, mean) in sorted(nation.items())
            ],
            lang,
        ),
    )


def _area_frames(request: Request, unit: _Unit, indicator: Indicator, row) -> list:
    """An area is added up from its institutions, the country from its municipalities."""
    lang = request.lang
    period = (row.school_year, row.semester)
    parts = queries.parts_of_area(request.reader, unit.kind, unit.id, indicator.id, row.stage, period)
    if not parts:
        return [
            render(
                "provenance_hidden.html",
                lang=lang,
                text=t(
                    "The value is counted from the numerators and denominators of all institutions of the area together, "
                    "never as a mean of their values. The single parts are shown only to those whose institutions they are.",
                    lang,
                ),
            )
        ]
    inner = "iestade" if unit.kind == "municipality" else "pasvaldiba"
    rows = []
    for part in parts:
        known = part.value is not None
        rows.append(
            {
                "name": part.name,
                "href": request.url(
                    "provenance",
                    kind=inner,
                    unit=part.key,
                    indicator=indicator.id,
                    stage=row.stage,
                    period=request.params["period"],
                ),
                "numerator": words.rounded_count(part.numerator, indicator)
                if known
                else Reason(part.reason or "x"),
                "denominator": words.rounded_count(part.denominator, indicator)
                if known
                else Reason(part.reason or "x"),
                "value": part.value if known else Reason(part.reason or "x"),
            }
        )
    return [
        _frame(
            request,
            indicator,
            title=t("What it is added up from", lang),
            finding=t("Numerators and denominators are added up; values are never averaged.", lang),
            table=Table(
                "parts",
                t("Parts of the value", lang),
                [
                    Column("name", t("Part", lang), href_key="href"),
                    Column("numerator", t("Numerator", lang), words.count_kind(indicator, "numerator")),
                    Column("denominator", t("Denominator", lang), words.count_kind(indicator, "denominator")),
                    Column("value", t("Value", lang), words.KINDS[indicator.unit]),
                ],
                rows,
                lang,
            ),
        )
    ]


def _frame(request: Request, indicator: Indicator, *, title: str, finding: str, table: Table) -> ChartFrame:
    lang, release = request.lang, request.reader.release
    return ChartFrame(
        title=title,
        finding=finding,
        table=table,
        provenance=Provenance(
            source=words.source_names(indicator, lang),
            as_of=release.as_of,
            coverage=(len(table.rows), len(table.rows)),
            release_id=release.id,
            counting=" ÷ ".join(words.terms(indicator, request.params["stage"], lang)),
            note=f"{indicator.id} v{indicator.version}",
            synthetic=release.synthetic,
        ),
        lang=lang,
        address=request.address,
    )


# --- files, registers, release, threshold -----------------------------------------------------------


def _origin(request: Request, indicator: Indicator, facts: Sequence) -> Markup:
    """Steps 4 and 5: the files that were loaded, their registers and dates."""
    lang, reader = request.lang, request.reader
    ids = {values[one.columns.index("load_batch_id")] for one in facts for values in one.rows}
    shown = {one.name for one in facts if one.rows}
    silent = [name for name in indicator.needs if name in FACTS and name not in shown]
    batches = [*queries.load_batches(reader, sorted(ids))]
    # Where no row is shown (or none exists), the newest file of the kind.
    if not ids or "complaint" in silent:
        batches += queries.newest_batches(reader, silent)
    later = [batch for batch in batches if batch.loaded_at > reader.release.created_at]
    rows = [
        {
            "id": batch.id,
            "source": batch.source_lv if lang == "lv" else batch.source_en,
            "sha256": batch.sha256,
            "words": t(
                "File {file}, rows: {rows}; data as of {as_of}; loaded on {loaded} by {version}.",
                lang,
                file=batch.file_name,
                rows=numbers.integer(batch.rows_loaded, lang),
                as_of=numbers.date_short(batch.as_of, lang),
                loaded=numbers.date_short(batch.loaded_at[:10], lang),
                version=batch.loader_version,
            ),
        }
        for batch in batches
    ]
    return render(
        "provenance_origin.html",
        lang=lang,
        rows=rows,
        later=bool(later),
        registers=words.source_names(indicator, lang),
    )


def _release(request: Request, unit: _Unit, indicator: Indicator, row) -> Markup:
    """Steps 6 and 7: the release, and the boundaries with where they come from."""
    lang, reader = request.lang, request.reader
    release = reader.release
    threshold = _threshold(request, indicator, row)
    rule = published_rules.RULES.get(indicator.fixed_rule) if indicator.fixed_rule else None
    group = published_rules.GROUP_BY_TYPE.get(getattr(unit.row, "type", ""))
    boundary = None
    if unit.exact and row.boundary_medium is not None:
        boundary = [
            words.text(indicator.unit, x, lang, True, False) for x in (row.boundary_medium, row.boundary_high)
        ]
    return render(
        "provenance_release.html",
        lang=lang,
        release=release,
        published=numbers.date_short(release.created_at[:10], lang),
        as_of=numbers.date_short(release.as_of, lang),
        hash=release.facts_hash[:16],
        indicator=indicator,
        threshold=threshold,
        boundary=boundary,
        rule=None if rule is None else rule.words(lang, group),
        rule_code=indicator.fixed_rule,
        report=published_rules.REPORT,
        methodology=words.optional_url(request, "methodology"),
        whole=is_whole(row.stage),
    )


def _threshold(request: Request, indicator: Indicator, row) -> Mapping | None:
    lang = request.lang
    found = None
    if row.threshold_id is not None:
        found = value_queries.threshold_by_id(request.reader, row.threshold_id)
    if found is None:  # released values of institutions carry none: the newest one of the indicator is public
        found = next(
            (
                one
                for one in value_queries.thresholds(request.reader, indicator.id)
                if one.status == "in_force" and one.stage in ("*", row.stage)
            ),
            None,
        )
    if found is None:
        return None
    return {
        "operator": _sign(indicator, found),
        "basis": t(BASES[found.basis], lang),
        "medium": numbers.plain(found.medium, lang),
        "high": numbers.plain(found.high, lang),
        "since": numbers.date_short(found.valid_from, lang),
        "origin": t(ORIGINS[found.origin], lang),
        "citation": side(found.citation, lang),
    }


def _sign(indicator: Indicator, threshold) -> str:
    """The operator as it is read: where low is bad, beyond means below; a band counts distances."""
    falls = indicator.direction == "low_bad" and threshold.basis != "band"
    return {">": "<", ">=": "≤"}[threshold.operator] if falls else {">": ">", ">=": "≥"}[threshold.operator]
