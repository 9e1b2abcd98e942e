"""Blocks that the pages of higher and vocational graduates share, and the choices that their address carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from markupsafe import Markup

from access.pages import REGISTRY, NotFound, Request
from components import graduate_charts as charts
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.graduate_charts import Value
from components.nodes import Block, Part
from components.published_charts import bars, key_row, pair
from components.tables import Column, Reason, Table
from components.templating import render
from data_access.queries import graduates as queries
from data_access.queries import published, units
from indicators import graduates as method
from language import numbers, reasons
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

FIELDS = {
    "education": _("Education"),
    "humanities_arts": _("Humanities and arts"),
    "social_business_law": _("Social sciences, business and law"),
    "science_maths_it": _("Science, mathematics and IT"),
    "engineering_manufacturing_construction": _("Engineering, manufacturing and construction"),
    "agriculture": _("Agriculture"),
    "health_welfare": _("Health and welfare"),
    "services": _("Services"),
}
LEVELS = {
    "higher": {
        "college": _("Short cycle (college)"),
        "bachelor": _("Bachelor"),
        "master": _("Master"),
        "doctor": _("Doctor"),
    },
    "vocational": {
        "basic_vocational": _("Basic vocational (LQF 2)"),
        "trade": _("Trade (LQF 3)"),
        "secondary_vocational": _("Secondary vocational (LQF 4)"),
    },
}
SECTORS = {
    "A": _("Agriculture, forestry, fishing"),
    "C": _("Manufacturing"),
    "F": _("Construction"),
    "G": _("Trade"),
    "H": _("Transport and storage"),
    "I": _("Hotels and catering"),
    "J": _("Information and communication"),
    "K": _("Finance and insurance"),
    "M": _("Professional and scientific services"),
    "N": _("Administrative services"),
    "O": _("Public administration"),
    "P": _("Education"),
    "Q": _("Health and social care"),
    "R": _("Arts and recreation"),
}
STATUS_WORDS = {
    "employed": _("employed"),
    "unemployed": _("registered unemployed"),
    "studying": _("only studying"),
    "inactive": _("neither working nor studying"),
    "emigrated": _("living abroad"),
    "unknown": _("no information"),
}
PAGES = {"higher": "graduates_higher", "vocational": "graduates_vocational"}


@dataclass(frozen=True)
class Measure:
    """What a chart shows: column of the groups, tab, question and kind (share, euro, ratio)."""

    key: str
    column: str
    tab: str
    question: str
    kind: str
    reason: str = "reason"


MEASURES = {
    one.key: one
    for one in (
        Measure("nodarbinati", "employed", _("Employed"), _("How many graduates are employed?"), "share"),
        Measure(
            "ienakumi",
            "income",
            _("Income"),
            _("How much do graduates earn a year?"),
            "euro",
            "income_reason",
        ),
        Measure(
            "relativi",
            "relative_income",
            _("Income and the average wage"),
            _("How do graduates' incomes compare with the average wage?"),
            "ratio",
            "relative_reason",
        ),
        Measure(
            "atbilst",
            "skilled",
            _("Work that fits"),
            _("How many of the employed work in a job that fits their education?"),
            "share",
        ),
        Measure(
            "bezdarbs",
            "unemployed",
            _("Unemployed"),
            _("How many graduates are registered as unemployed?"),
            "share",
        ),
        Measure("arzemes", "emigrated", _("Abroad"), _("How many graduates live abroad?"), "share"),
        Measure("macas", "studying", _("Studying"), _("How many graduates only study?"), "share"),
    )
}
PARAMS = {
    "joma": "|".join(FIELDS),
    "iestade": r"\d{10}",
    "programma": r"\d{5}",
    "raditajs": "|".join(MEASURES),
    "k": r"[1-9]|10",
    "cenas": r"20[0-9]{2}|faktiskas",
    "no": "latvija",
    "kohorta": r"20[0-9]{2}",
}


@cache
def after(k: int, lang: str) -> str:
    """`after 5 years`."""
    return tn("after {n} year", "after {n} years", k, lang)


class Chosen:
    """The graduates of one system as the reader chose them: what, of whom, when, in which prices."""

    def __init__(self, request: Request, system: str) -> None:
        self.request, self.system = request, system
        self.reader, self.lang = request.reader, request.lang
        params = request.params
        self.measure = MEASURES[params.get("raditajs", "nodarbinati")]
        self.field = params.get("joma", "")
        self.level = params.get("limenis", "")
        self.k = int(params.get("k", 1))
        self.local = params.get("no") == "latvija" and self.measure.column == "employed"
        self.span = queries.span(self.reader, system)
        self.prices = queries.prices(self.reader)
        self.institutions = queries.institutions(self.reader, system) if self.span else []
        self.place = None
        if "iestade" in params:
            self.place = units.institution_by_reg_no(self.reader, params["iestade"])
            if self.place is None or self.place.id not in {row.id for row in self.institutions}:
                raise NotFound(params["iestade"])
            self.field = self.level = ""
        self.plane = queries.institution_plane(self.reader, self.place) if self.place else "released"
        wanted = params.get("cenas", "")
        self.nominal = wanted == "faktiskas" and self.measure.kind == "euro"
        newest = self.span[2] if self.span else 0
        self.base = int(wanted) if wanted.isdigit() and int(wanted) in self.prices else newest

    # what is chosen

    @cached_property
    def programme(self):
        """Rows of the chosen programme of the institution by k, or None."""
        code = self.request.params.get("programma")
        if not code or self.place is None:
            return None
        rows = [row for row in self.own_programmes if row.programme.startswith(f"{code} ")]
        return rows or None

    @cached_property
    def own_programmes(self) -> Sequence:
        """Programmes of the institution, cohorts read together, all k."""
        rows = queries.groups(
            self.reader,
            self.system,
            area_kind="institution",
            area_id=str(self.place.id),
            plane=self.plane,
            programme=None,
            field=None,
            level=None,
        )
        return [row for row in rows if row.programme]

    @property
    def first(self) -> int:
        """The first cohort."""
        return self.span[0]

    @property
    def last(self) -> int:
        """The last cohort."""
        return self.span[1]

    @property
    def final(self) -> int:
        """The last finished monitoring year."""
        return self.span[2]

    @cached_property
    def ks(self) -> list[int]:
        """Years since graduation that have been observed for a cohort."""
        return list(range(1, min(10, self.final - self.first) + 1))

    @cached_property
    def rows(self) -> dict[tuple[int, int], object]:
        """Groups of whom the reader chose, by cohort (0 = read together) and k."""
        cohorts = [0, *range(self.first, self.last + 1)]
        if self.programme:
            return {(0, row.k): row for row in self.programme}
        if self.place:
            found = queries.groups(
                self.reader,
                self.system,
                area_kind="institution",
                area_id=str(self.place.id),
                plane=self.plane,
                cohorts=cohorts,
            )
        else:
            found = queries.groups(
                self.reader, self.system, cohorts=cohorts, field=self.field, level=self.level
            )
        return {(row.cohort, row.k): row for row in found}

    @cached_property
    def national(self) -> dict[int, object]:
        """The country by k, cohorts read together: the same field and level as a chosen programme, else all."""
        field = level = ""
        if self.programme:
            field, level = self.programme[0].field, self.programme[0].level
        rows = queries.groups(self.reader, self.system, field=field, level=level)
        return {row.k: row for row in rows}

    @cached_property
    def grid(self) -> dict[tuple[str, str, int], object]:
        """The country by field, level and k, cohorts read together."""
        rows = queries.groups(self.reader, self.system, field=None, level=None)
        return {(row.field, row.level, row.k): row for row in rows}

    @cached_property
    def fields(self) -> list[str]:
        """Fields in which there are graduates."""
        have = {field for field, _level, _k in self.grid}
        return [key for key in FIELDS if key in have]

    # values

    def value(self, row, measure: Measure | None = None) -> Value:
        """The measure of a group as it may be shown to this reader."""
        measure = measure or self.measure
        if row is None:
            return Value(None, None, "x")
        if measure.kind == "euro":
            return charts.euro(row.income_median, self.factor(row), self.lang, self._income_reason(row))
        if measure.kind == "ratio":
            return charts.ratio(row.relative_income, self.lang, row.relative_reason)
        column = "employed_local" if measure.column == "employed" and self.local else measure.column
        size = row.in_latvia if column == "employed_local" else row.graduates
        return charts.share(
            getattr(row, f"{column}_low"),
            getattr(row, f"{column}_high"),
            size,
            self.lang,
            row.reason or ("c" if column in ("employed_local", "skilled") else None),
            exact=row.plane == "detail",
        )

    def factor(self, row) -> float | None:
        """What stored incomes are multiplied by: prices of the base year, or of the group's own year."""
        base = row.year_to if self.nominal and row.cohort else None if self.nominal else self.base
        start = self.prices.get(method.BASE_YEAR)
        return self.prices[base] / start if base in self.prices and start else None

    def _income_reason(self, row) -> str | None:
        return "z" if self.nominal and not row.cohort and row.income_reason is None else row.income_reason

    def label(self, measure: Measure | None = None) -> str:
        """What the numbers are, for axes and columns."""
        measure = measure or self.measure
        lang = self.lang
        if measure.kind == "euro":
            if self.nominal:
                return t("median gross income, EUR a year, not adjusted for prices", lang)
            return t("median gross income, EUR a year, in prices of {year}", lang, year=self.base)
        if measure.kind == "ratio":
            return t("median income ÷ average gross wage of the year", lang)
        if measure.column == "skilled":
            return t("share of the employed", lang)
        if self.local:
            return t("share of those in Latvia whose status is known", lang)
        return t("share of all graduates", lang)

    def axis(self, x: float) -> str:
        """A number of the measure on an axis."""
        if self.measure.kind == "euro":
            return numbers.euro_short(x, self.lang)
        if self.measure.kind == "ratio":
            return numbers.decimal(x, self.lang, 1)
        return numbers.percent(x, self.lang, 0)

    def kind(self, measure: Measure | None = None) -> str:
        """Kind of a table column."""
        return {"share": "percent", "euro": "euro", "ratio": "decimal2"}[(measure or self.measure).kind]

    def short_axis(self, x: float) -> str:
        """The same where there is little room and the unit stands in the heading."""
        return numbers.integer(x, self.lang) if self.measure.kind == "euro" else self.axis(x)

    # words

    @property
    def whom(self) -> str:
        """Whose graduates, in words."""
        lang = self.lang
        if self.programme:
            return f"{self.place.name}: {self.programme[0].programme}"
        if self.place:
            return self.place.name
        words = [t(FIELDS[self.field], lang)] if self.field else []
        if self.level in LEVELS[self.system]:
            words.append(t(LEVELS[self.system][self.level], lang))
        return ", ".join(words) or t("all graduates", lang)

    @cached_property
    def _origin(self) -> tuple[Mapping, int]:
        expected = units.institution_counts(self.reader).get(self.system, 0)
        return queries.origin(self.reader), max(expected, len(self.institutions))

    @cached_property
    def market_note(self) -> str:
        """Where wages and prices of the measure come from."""
        return _market_note(self)

    @property
    def who(self) -> str:
        """Whose graduates, at the beginning of a sentence."""
        return _upper(self.whom)

    def provenance(self, counting: str | None = None, note: str = "") -> Provenance:
        """Source of computed values."""
        origin, expected = self._origin
        return Provenance(
            source=origin["name_lv" if self.lang == "lv" else "name_en"],
            as_of=origin["as_of"],
            coverage=(len(self.institutions), expected),
            release_id=self.reader.release.id,
            counting=counting or self.label(),
            note=note,
            synthetic=bool(origin["synthetic"]),
        )

    def frame(self, **parts) -> ChartFrame:
        """A frame of this page."""
        return ChartFrame(lang=self.lang, address=self.request.address, **parts)

    def link(self, **changes) -> str:
        """This page with other choices."""
        return self.request.here(**changes)


# --- controls ------------------------------------------------------------------------------------


def controls(chosen: Chosen) -> Markup:
    """Choices in one row, and the reader's own institutions above them."""
    lang, params = chosen.lang, chosen.request.params
    places = [("", t("the whole country", lang)), *((row.reg_no, row.name) for row in chosen.institutions)]
    choices = []
    if chosen.place is None:
        choices += [
            {
                "name": "joma",
                "label": t("Field", lang),
                "value": chosen.field,
                "options": [
                    ("", t("all fields", lang)),
                    *((key, t(FIELDS[key], lang)) for key in chosen.fields),
                ],
            },
            {
                "name": "limenis",
                "label": t("Level", lang),
                "value": chosen.level,
                "options": [
                    ("", t("all levels", lang)),
                    *((key, t(text, lang)) for key, text in LEVELS[chosen.system].items()),
                ],
            },
        ]
    choices.append(
        {
            "name": "iestade",
            "label": t("Institution", lang),
            "value": params.get("iestade", ""),
            "options": places,
        }
    )
    if chosen.place is not None:
        names = sorted({row.programme for row in chosen.own_programmes})
        choices.append(
            {
                "name": "programma",
                "label": t("Programme", lang),
                "value": params.get("programma", ""),
                "options": [("", t("all programmes", lang)), *((name[:5], name) for name in names)],
            }
        )
    choices.append(
        {
            "name": "k",
            "label": t("Years after graduation", lang),
            "value": str(chosen.k),
            "options": [(str(k), str(k)) for k in chosen.ks],
        }
    )
    hidden = [(name, params[name]) for name in ("raditajs", "cenas", "no") if name in params]
    mine = [
        (row.name, chosen.link(iestade=row.reg_no, joma=None, limenis=None, programma=None))
        for row in chosen.institutions
        if row.id in chosen.reader.scope.institutions and (chosen.place is None or row.id != chosen.place.id)
    ]
    return render(
        "graduates_controls.html",
        lang=lang,
        action=chosen.request.url(chosen.request.page),
        choices=choices,
        hidden=hidden,
        own=mine,
        plain=chosen.request.url("graduates_career") if "graduates_career" in REGISTRY else "",
    )


def measures(chosen: Chosen) -> Markup:
    """Tabs of the measures, and under them the denominator or the prices."""
    lang = chosen.lang
    tabs = [
        {
            "id": one.key,
            "text": t(one.tab, lang),
            "href": chosen.link(
                raditajs=None if one.key == "nodarbinati" else one.key,
                no=None,
                cenas=chosen.request.params.get("cenas") if one.kind == "euro" else None,
            ),
            "current": one is chosen.measure,
        }
        for one in MEASURES.values()
    ]
    switches = []
    if chosen.measure.column == "employed":
        options = [
            (t("of all graduates", lang), chosen.link(no=None), not chosen.local),
            (t("of those in Latvia", lang), chosen.link(no="latvija"), chosen.local),
        ]
        switches.append((t("Share", lang), options))
    if chosen.measure.kind == "euro":
        years = [year for year in chosen.prices if chosen.first < year <= chosen.final]
        options = [
            (str(year), chosen.link(cenas=year), not chosen.nominal and year == chosen.base) for year in years
        ]
        options.append((t("not adjusted", lang), chosen.link(cenas="faktiskas"), chosen.nominal))
        switches.append((t("In prices of", lang), options))
    return render("graduates_measures.html", lang=lang, choices=tabs, switches=switches)


# --- first thing ---------------------------------------------------------------------------------


def headline(chosen: Chosen) -> str:
    """The answer in one sentence."""
    lang = chosen.lang
    parts = []
    for k in (1, 5, 10):
        row = chosen.rows.get((0, k))
        value = chosen.value(row, MEASURES["nodarbinati"]) if row is not None else None
        if value is not None and value.text is not None:
            parts.append(t("{after} {value}", lang, after=after(k, lang), value=value.text))
    income = chosen.value(chosen.rows.get((0, 1)), MEASURES["relativi"])
    if not parts:
        return t("The group is too small or not observed yet, so nothing is shown.", lang)
    sentence = t(
        "Employed of all graduates: {parts} (the last cohorts observed at each point).",
        lang,
        parts=", ".join(parts),
    )
    if income.text is None:
        return sentence
    return (
        sentence
        + " "
        + t("The median income in the first year is {ratio} of the average wage.", lang, ratio=income.text)
    )


def keys(chosen: Chosen) -> Markup:
    """Key figures at the chosen k beside the country."""
    lang = chosen.lang
    row = chosen.rows.get((0, chosen.k))
    figures = []
    for key in ("nodarbinati", "relativi", "atbilst", "bezdarbs", "arzemes"):
        measure = MEASURES[key]
        value = chosen.value(row, measure) if row is not None else Value(None, None, "x")
        note = chosen.label(measure)
        if chosen.place is not None:
            other = chosen.value(chosen.national.get(chosen.k), measure)
            if other.text is not None:
                note = t("country: {value}", lang, value=other.text)
        figures.append(
            marks.key_figure(
                value.text,
                f"{t(measure.tab, lang)}, {after(chosen.k, lang)}",
                note,
                lang=lang,
                reason=value.reason,
            )
        )
    return key_row(figures)


# --- cohorts by k --------------------------------------------------------------------------------


def cohort_lines(chosen: Chosen) -> Block:
    """Lines by years since graduation with the caveats beside them."""
    return Block("div", [_lines(chosen), caveat(chosen)], class_="g-side")


def _lines(chosen: Chosen) -> ChartFrame:
    lang, ks = chosen.lang, chosen.ks
    pooled = [chosen.value(chosen.rows.get((0, k))) for k in ks]
    series, bands = [], []
    cohorts = [c for c in range(chosen.first, chosen.last + 1) if any((c, k) in chosen.rows for k in ks)]
    shown = _highlight(chosen, cohorts)
    for cohort in cohorts:
        values = [chosen.value(chosen.rows.get((cohort, k))) for k in ks]
        if all(value.x is None for value in values):
            continue
        codes = [
            "z" if cohort + k > chosen.final else value.reason for k, value in zip(ks, values, strict=True)
        ]
        series.append(
            {
                "name": str(cohort),
                "kind": "school" if cohort == shown else "cohort",
                "values": [value.x for value in values],
                "texts": [value.text for value in values],
                "reasons": codes if cohort == shown else None,
            }
        )
    if cohort_gaps := [one for one in series if one["kind"] == "school"]:
        _drop_future(cohort_gaps[0], shown, chosen)
    three = t("last three together", lang)
    if any(value.x is not None for value in pooled):
        series.append(
            {
                "name": three if not chosen.programme else t("this programme", lang),
                "kind": "national" if not chosen.programme else "school",
                "values": [value.x for value in pooled],
                "texts": [value.text for value in pooled],
            }
        )
    if chosen.place is not None:
        other = [chosen.value(chosen.national.get(k)) for k in ks]
        if any(value.x is not None for value in other):
            series.append(
                {
                    "name": t("country, same field and level", lang)
                    if chosen.programme
                    else t("country", lang),
                    "kind": "similar",
                    "values": [value.x for value in other],
                    "texts": [value.text for value in other],
                }
            )
    if chosen.measure.kind == "ratio" and series:
        series.append(
            {
                "name": t("average wage", lang),
                "kind": "other",
                "values": [1.0] * len(ks),
                "texts": [numbers.ratio(1, lang)] * len(ks),
            }
        )
    if chosen.measure.kind == "euro" and not chosen.nominal:
        bands = _quartile_band(chosen, ks)
    elif any(value.x is not None and value.low != value.high for value in pooled):
        bands = [
            {
                "name": t("the protected share lies within", lang),
                "kind": "inner",
                "lower": [value.low for value in pooled],
                "upper": [value.high for value in pooled],
            }
        ]
    known = [x for one in series for x in one["values"] if x is not None]
    known += [x for band in bands for side in ("lower", "upper") for x in band[side] if x is not None]
    low = _floor(min(known), chosen) if known else 0.0
    periods = [_period(chosen, k) for k in ks]
    mark = (
        Markup('<div class="g-lines{}">{}</div>').format(
            "" if chosen.programme else " g-cohorts",
            marks.line_chart(
                periods,
                series,
                lang,
                label=f"{t(chosen.measure.question, lang)} {chosen.whom}",
                y_title=f"{chosen.label()}; " + t("years after graduation", lang) + " →",
                bands=bands,
                axis_text=chosen.axis,
                low=low,
                height=340,
            ),
        )
        if known
        else None
    )
    return chosen.frame(
        title=t(chosen.measure.question, lang),
        finding=_lines_finding(chosen, shown, pooled),
        mark=mark,
        how_to_read=_lines_reading(chosen, low),
        table=_lines_table(chosen, cohorts),
        provenance=chosen.provenance(note=chosen.market_note),
    )


def _drop_future(line: dict, cohort: int, chosen: Chosen) -> None:
    """A year that is not finished is no gap with a reason; the line simply ends."""
    line["kind"] = "school"
    line["reasons"] = [code or "x" for code in line["reasons"]]
    line["end_text"] = next((text for text in reversed(line["texts"]) if text), None)


def _highlight(chosen: Chosen, cohorts: Sequence[int]) -> int | None:
    wanted = chosen.request.params.get("kohorta")
    if wanted and int(wanted) in cohorts:
        return int(wanted)
    lasting = [cohort for cohort in cohorts if chosen.final - cohort >= 3]
    return lasting[-1] if lasting else (cohorts[-1] if cohorts else None)


def _quartile_band(chosen: Chosen, ks: Sequence[int]) -> list[dict]:
    lower, upper = [], []
    for k in ks:
        row = chosen.rows.get((0, k))
        factor = chosen.factor(row) if row is not None else None
        good = (
            factor is not None
            and row.income_lower_quartile is not None
            and row.income_upper_quartile is not None
        )
        lower.append(row.income_lower_quartile * factor if good else None)
        upper.append(row.income_upper_quartile * factor if good else None)
    if all(x is None for x in lower):
        return []
    return [
        {
            "name": t("middle half of the earners", chosen.lang),
            "kind": "inner",
            "lower": lower,
            "upper": upper,
        }
    ]


def _floor(lowest: float, chosen: Chosen) -> float:
    if chosen.measure.column in ("employed", "skilled") and lowest > 0.2:
        return int((lowest - 0.01) * 50) / 50
    if chosen.measure.kind == "ratio" and lowest > 0.4:
        return int((lowest - 0.05) * 10) / 10
    return 0.0


def _period(chosen: Chosen, k: int) -> str:
    row = chosen.rows.get((0, k))
    return str(k) if row is None or row.cohorts >= method.POOLED else f"{k} ({row.cohorts})"


def _lines_finding(chosen: Chosen, cohort: int | None, pooled: Sequence[Value]) -> str:
    lang = chosen.lang
    parts = [
        t("{after} {value}", lang, after=after(k, lang), value=pooled[k - 1].text)
        for k in (1, 3, 5, 10)
        if k <= len(pooled) and pooled[k - 1].text is not None
    ]
    if not parts:
        own = [
            (k, chosen.value(chosen.rows.get((cohort, k))).text)
            for k in chosen.ks
            if (cohort, k) in chosen.rows
        ]
        parts = [
            t("{after} {value}", lang, after=after(k, lang), value=text)
            for k, text in own
            if text is not None
        ][:4]
        if not parts:
            return t("{whom}: nothing may be shown or nothing has been observed yet.", lang, whom=chosen.who)
        return t(
            "{whom}, cohort of {year}: {parts}.", lang, whom=chosen.who, year=cohort, parts=", ".join(parts)
        )
    return t("{whom}: {parts}.", lang, whom=chosen.who, parts=", ".join(parts))


def _lines_reading(chosen: Chosen, low: float) -> str:
    lang = chosen.lang
    if chosen.programme:
        text = t(
            "Years after graduation run to the right. The last three cohorts that have been observed for so long are "
            "read together; (2) means two cohorts.",
            lang,
        )
    else:
        text = t(
            "One line is one year of graduation, followed from its first to its tenth year. The dashed line reads the "
            "last three cohorts together; the cohorts behind it change from point to point, (2) means two of them.",
            lang,
        )
    if low > 0:
        text += " " + t("The axis does not begin at zero.", lang)
    return text


def _lines_table(chosen: Chosen, cohorts: Sequence[int]) -> Table:
    lang = chosen.lang
    columns = [
        Column("cohort", t("Graduated in", lang)),
        *(
            Column(f"k{k}", tn("{n} year after", "{n} years after", k, lang), chosen.kind())
            for k in chosen.ks
        ),
    ]
    rows = []
    for cohort in cohorts:
        cells: dict = {"cohort": str(cohort)}
        for k in chosen.ks:
            cells[f"k{k}"] = _triangle_cell(chosen, cohort, k)[1]
        rows.append(cells)
    last: dict = {"cohort": t("last three cohorts together", lang)}
    for k in chosen.ks:
        last[f"k{k}"] = chosen.value(chosen.rows.get((0, k))).cell
    rows.append(last)
    if chosen.place is not None:
        rows.append(
            {
                "cohort": t("country, same field and level", lang)
                if chosen.programme
                else t("country", lang),
                **{f"k{k}": chosen.value(chosen.national.get(k)).cell for k in chosen.ks},
            }
        )
    size: dict = {"cohort": t("graduates of the last three cohorts", lang)}
    for k in chosen.ks:
        row = chosen.rows.get((0, k))
        count = row.graduates if row is not None else None
        size[f"k{k}"] = (
            numbers.integer(count, lang)
            if count is not None
            else Reason((row.reason if row is not None else None) or "x")
        )
    rows.append(size)
    return Table(
        "kohortas",
        f"{t(chosen.measure.question, lang)} {chosen.whom}: {chosen.label()}",
        columns,
        rows,
        lang,
        notes=[
            t("{sign}: the year is not finished or the cohort did not exist.", lang, sign=reasons.sign("z")),
            *_notes(chosen),
        ],
    )


def _notes(chosen: Chosen) -> list[str]:
    lang = chosen.lang
    notes = []
    if chosen.plane == "released":
        notes.append(
            t(
                "Counts are rounded to 5, shares of fewer than 300 graduates to whole percent or to a band; fewer than "
                "10 graduates and what would reveal them are not shown.",
                lang,
            )
        )
    if chosen.measure.kind != "share":
        notes.append(
            t(
                "Medians from 10 earners on, quartiles from 20, rounded to 10 EUR. The median of several programmes is "
                "estimated from their quartiles, since nobody passes on single incomes.",
                lang,
            )
        )
    return notes


def _market_note(chosen: Chosen) -> str:
    """Where wages and prices come from."""
    lang = chosen.lang
    if chosen.measure.kind == "euro":
        if not chosen.prices:
            return t("the index of consumer prices is not loaded", lang)
        return t("consumer prices: World Bank, changes of the year chained", lang)
    if chosen.measure.kind == "ratio":
        rows = [row for row in queries.market(chosen.reader) if row.measure == "monthly_gross_wage"]
        if not rows:
            return t("the average wage is not loaded", lang)
        invented = [str(row.year) for row in rows if row.origin == "demo" and row.year <= chosen.final]
        text = t("average gross wage: CSP, 12 months", lang)
        if invented:
            text += "; " + t(
                "{years}: demonstration value, source not at hand", lang, years=", ".join(invented)
            )
        return text
    return ""


def caveat(chosen: Chosen) -> Markup:
    """Who is counted, who is missing, group size and tax year: always open beside the chart."""
    lang = chosen.lang
    row = chosen.rows.get((0, chosen.k))
    items = [
        (
            t("Who is counted", lang),
            t(
                "Everybody who graduated in the year, by what they did at the end of the monitoring year. The first that "
                "fits counts: employed, registered unemployed, only studying, neither, abroad, no information.",
                lang,
            ),
        ),
        (
            t("Who is missing", lang),
            t(
                "Income earned abroad is not known to the tax service. Those abroad stay in “all graduates” and are left "
                "out of “those in Latvia”.",
                lang,
            ),
        ),
    ]
    if row is not None and row.graduates is not None:
        text = t(
            "Graduates: {n}; {cohorts}, {after}; with income: {earners}.",
            lang,
            n=numbers.integer(row.graduates, lang),
            cohorts=tn("{n} cohort", "{n} cohorts", row.cohorts, lang),
            after=after(chosen.k, lang),
            earners=numbers.integer(row.earners, lang)
            if row.earners is not None
            else reasons.word("c", lang),
        )
    else:
        reason = (row.reason if row is not None else None) or "x"
        text = reasons.meaning(reason, lang)
    items.append((t("Group size", lang), text))
    if row is not None:
        years = (
            str(row.year_to)
            if row.year_from == row.year_to
            else f"{row.year_from}{numbers.EN_DASH}{row.year_to}"
        )
        items.append(
            (
                t("Tax year", lang),
                t("{years}; {year} is the last finished year.", lang, years=years, year=chosen.final),
            )
        )
    if chosen.measure.kind == "euro":
        items.append((t("Money", lang), _money_words(chosen, row)))
    if chosen.measure.kind == "ratio":
        items.append(
            (
                t("Average wage", lang),
                t(
                    "1 = the average gross wage of the country in the same year; regional wages are not at hand.",
                    lang,
                ),
            )
        )
    if chosen.measure.column == "skilled":
        items.append(
            (
                t("Work that fits", lang),
                t("Occupation groups 1–3: managers, professionals, technicians.", lang)
                if chosen.system == "higher"
                else t("Work in the sector of the qualification.", lang),
            )
        )
    return render("graduates_caveat.html", lang=lang, items=items)


def _money_words(chosen: Chosen, row) -> str:
    lang = chosen.lang
    if chosen.nominal:
        return t("As paid in each year, before taxes. Rising prices make later years look better.", lang)
    text = t("Before taxes, a year, in prices of {year}.", lang, year=chosen.base)
    factor = chosen.factor(row) if row is not None else None
    if (
        row is not None
        and factor
        and row.earners is not None
        and row.income_median is not None
        and row.income_lower_quartile is not None
        and row.income_upper_quartile is not None
        and row.income_upper_quartile > row.income_lower_quartile
    ):
        low, high = method.median_interval(
            row.earners, row.income_lower_quartile, row.income_median, row.income_upper_quartile
        )
        text += " " + t(
            "Approximate 95% interval of the median {after}: {low}–{high} EUR.",
            lang,
            after=after(chosen.k, lang),
            low=numbers.integer(round(low * factor, -1), lang),
            high=numbers.integer(round(high * factor, -1), lang),
        )
    return text


# --- triangle ------------------------------------------------------------------------------------


def _triangle_cell(chosen: Chosen, cohort: int, k: int) -> tuple[str, object, Value]:
    """State, table cell and value of a cohort at k."""
    row = chosen.rows.get((cohort, k))
    value = chosen.value(row) if row is not None else Value(None, None, "z")
    state = method.state(
        cohort,
        k,
        chosen.first,
        chosen.final,
        known=row is not None,
        reason=value.reason if value.text is None else None,
    )
    if state in (method.NOT_YET, method.NOT_APPLICABLE):
        return state, Reason("z"), Value(None, None, "z")
    return state, value.cell, value


def triangle(chosen: Chosen) -> ChartFrame:
    """All cohorts by k with the state of every cell."""
    lang = chosen.lang
    rows, table_rows = [], []
    states: dict[str, int] = {}
    words = {
        method.OBSERVED: t("observed", lang),
        method.NOT_YET: t("not yet observed", lang),
        method.SUPPRESSED: t("protected: too few graduates", lang),
        method.NOT_APPLICABLE: t("no such graduates", lang),
    }
    for cohort in range(chosen.last, chosen.first - 1, -1):
        cells, table_row = [], {"cohort": str(cohort)}
        for k in range(1, 11):
            state, cell, value = _triangle_cell(chosen, cohort, k)
            states[state] = states.get(state, 0) + 1
            cells.append(
                {"state": state, "x": value.x, "text": _short(value, chosen), "reason": value.reason}
            )
            table_row[f"k{k}"] = words[state] if state == method.NOT_YET else cell
        rows.append({"name": str(cohort), "cells": cells})
        table_rows.append(table_row)
    return chosen.frame(
        title=t("What has been observed of each cohort?", lang),
        finding=t(
            "{seen} of {all} points are observed; the last finished year is {year}, so the cohort of {cohort} can be "
            "followed for ten years only at the end of {end}.",
            lang,
            seen=numbers.integer(states.get(method.OBSERVED, 0), lang),
            all=numbers.integer(sum(states.values()), lang),
            year=chosen.final,
            cohort=chosen.last,
            end=chosen.last + 10,
        ),
        mark=charts.triangle(
            rows,
            [str(k) for k in range(1, 11)],
            lang,
            caption=t("Cohorts by years after graduation", lang) + f": {chosen.label()}",
            name_title=t("Graduated in", lang),
            words=words,
        ),
        how_to_read=t(
            "A row is a year of graduation, a column the years since then; darker is higher. A diagonal from the lower "
            "left to the upper right is one calendar year.",
            lang,
        ),
        table=Table(
            "trijsturis",
            t("Cohorts by years after graduation", lang) + f": {chosen.whom}; {chosen.label()}",
            [
                Column("cohort", t("Graduated in", lang)),
                *(Column(f"k{k}", str(k), chosen.kind()) for k in range(1, 11)),
            ],
            table_rows,
            lang,
            notes=_notes(chosen),
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


def _short(value: Value, chosen: Chosen) -> str | None:
    if value.text is None:
        return None
    if chosen.measure.kind == "euro":
        return numbers.integer(value.x, chosen.lang)
    return value.text


# --- fields and levels ---------------------------------------------------------------------------


def fields(chosen: Chosen) -> ChartFrame:
    """Fields by levels at k, with a small line over the years in every cell."""
    lang, k = chosen.lang, chosen.k
    levels = ["", *LEVELS[chosen.system]]
    names = {"": t("all levels", lang), **{key: t(text, lang) for key, text in LEVELS[chosen.system].items()}}
    keys_ = [*chosen.fields, ""]
    found: list[tuple[float, str]] = []
    rows, table_rows = [], []
    for field in keys_:
        cells, table_row = [], {"field": _field(field, lang)}
        for level in levels:
            row = chosen.grid.get((field, level, k))
            value = chosen.value(row) if row is not None else Value(None, None, "z")
            line = [chosen.value(chosen.grid.get((field, level, step))) for step in chosen.ks]
            if field and not level and value.x is not None:
                found.append((value.x, field))
            size = row.graduates if row is not None else None
            cells.append(
                {
                    "value": value,
                    "note": tn("{n} graduate", "{n} graduates", size, lang) if size is not None else "",
                    "spark": [one.x for one in line],
                    "texts": [one.text for one in line],
                    "periods": [after(step, lang) for step in chosen.ks],
                    "label": f"{_field(field, lang)}, {names[level]}",
                }
            )
            table_row[f"v{level}"] = value.cell
            table_row[f"n{level}"] = (
                size if size is not None else Reason((row.reason if row else None) or "z")
            )
        rows.append(
            {
                "name": _field(field, lang),
                "href": None if chosen.place is not None else chosen.link(joma=field or None),
                "current": bool(field) and field == chosen.field,
                "total": not field,
                "cells": cells,
            }
        )
        table_rows.append(table_row)
    columns = []
    for level in levels:
        columns += [
            Column(f"v{level}", names[level], chosen.kind()),
            Column(f"n{level}", t("graduates, {level}", lang, level=names[level]), "integer"),
        ]
    high, low = (max(found), min(found)) if found else (None, None)
    return chosen.frame(
        title=t("How do the fields and levels differ {after}?", lang, after=after(k, lang)),
        finding=t(
            "Highest: {first} ({first_value}); lowest: {last} ({last_value}).",
            lang,
            first=_field(high[1], lang),
            first_value=chosen.value(chosen.grid[high[1], "", k]).text,
            last=_field(low[1], lang),
            last_value=chosen.value(chosen.grid[low[1], "", k]).text,
        )
        if found
        else t("Nothing has been observed {after} yet.", lang, after=after(k, lang)),
        mark=charts.field_grid(
            rows,
            [
                {
                    "name": names[level],
                    "href": None if chosen.place is not None else chosen.link(limenis=level or None),
                    "current": bool(level) and level == chosen.level,
                }
                for level in levels
            ],
            lang,
            caption=t("Fields and levels", lang) + f", {after(k, lang)}: {chosen.label()}",
            name_title=t("Field", lang),
        ),
        how_to_read=t(
            "The number is the value {after} over the last three cohorts; the small line runs from the first to the last "
            "observed year, each on its own scale.",
            lang,
            after=after(k, lang),
        ),
        table=Table(
            "jomas",
            t("Fields and levels", lang) + f", {after(k, lang)}: {chosen.label()}",
            [Column("field", t("Field", lang)), *columns],
            table_rows,
            lang,
            notes=_notes(chosen),
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


def _field(field: str, lang: str) -> str:
    return t(FIELDS[field], lang) if field else t("all fields", lang)


# --- programmes ----------------------------------------------------------------------------------

MOST = 15


def programmes(chosen: Chosen) -> ChartFrame:
    """Programmes of the institution beside the country, or programmes of the country."""
    return _own_programmes(chosen) if chosen.place is not None else _national_programmes(chosen)


def _own_programmes(chosen: Chosen) -> ChartFrame:
    lang, k = chosen.lang, chosen.k
    mine = [row for row in chosen.own_programmes if row.k == k]
    plot, rows, differ = [], [], []
    detail = chosen.plane == "detail"
    for row in mine:
        value = chosen.value(row)
        nation = chosen.value(chosen.grid.get((row.field, row.level, k)))
        cells = {
            "programme": row.programme,
            "href": chosen.link(programma=row.programme[:5]),
            "n": row.graduates if row.graduates is not None else Reason(row.reason or "x"),
            "value": value.cell,
            "nation": nation.cell,
        }
        note = t("country {value}", lang, value=nation.text) if nation.text is not None else ""
        if detail:
            word = _verdict(row, lang)
            cells["word"] = word
            if row.probability_higher is not None and not 0.1 < row.probability_higher < 0.9:
                differ.append((row.probability_higher, row.programme))
            if chosen.measure.column == "employed":
                note = f"{note} · {word}"
        rows.append(cells)
        plot.append(
            {
                "name": row.programme,
                "href": cells["href"],
                "value": value.x,
                "value_text": value.text,
                "reason": value.reason,
                "lower": row.employed_lower
                if detail and chosen.measure.column == "employed" and not chosen.local
                else value.low,
                "upper": row.employed_upper
                if detail and chosen.measure.column == "employed" and not chosen.local
                else value.high,
                "note": note,
                "own": bool(chosen.programme) and row.programme == chosen.programme[0].programme,
            }
        )
    nation = chosen.value(chosen.national.get(k))
    if detail and chosen.measure.column == "employed":
        finding = tn(
            "{n} of {all} programmes differs from the same field and level of the country with a probability of at least "
            "90%.",
            "{n} of {all} programmes differ from the same field and level of the country with a probability of at least "
            "90%.",
            len(differ),
            lang,
            all=numbers.integer(len(mine), lang),
        )
    else:
        shown = sum(item["value_text"] is not None for item in plot)
        finding = t(
            "Shown: {n} of {all} programmes; the others have too few graduates.",
            lang,
            n=numbers.integer(shown, lang),
            all=numbers.integer(len(mine), lang),
        )
    columns = [
        Column("programme", t("Programme", lang), href_key="href"),
        Column("n", t("Graduates", lang), "integer"),
        Column("value", t("This institution", lang), chosen.kind()),
        Column("nation", t("Country, same field and level", lang), chosen.kind()),
    ]
    if detail:
        columns.append(Column("word", t("Employed: comparison", lang)))
    return chosen.frame(
        title=t("How do the programmes compare with the same field in the country?", lang),
        finding=finding
        if mine
        else t("No programme has been observed {after} yet.", lang, after=after(k, lang)),
        mark=marks.dot_plot(
            plot,
            lang,
            label=t("Programmes", lang) + f", {after(k, lang)}: {chosen.label()}",
            name_title=t("Programme", lang),
            value_title=chosen.label(),
            reference=nation.x,
            reference_text=t("country, all programmes: {value}", lang, value=nation.text)
            if nation.text is not None
            else None,
            axis_text=chosen.short_axis,
            low=_floor(min((item["value"] for item in plot if item["value"] is not None), default=0), chosen),
        )
        if mine
        else None,
        how_to_read=(
            t(
                "The line is the 95% interval or the band that the value lies in. The comparison weighs chance: a small "
                "programme is drawn towards the programmes of its field and level (beta-binomial model).",
                lang,
            )
            if detail
            else t(
                "The line is the band that the value lies in; small programmes are shown in wide bands.", lang
            )
        ),
        table=Table(
            "programmas",
            t("Programmes", lang) + f", {after(k, lang)}: {chosen.label()}",
            columns,
            rows,
            lang,
            notes=[*_programme_names(lang), *_notes(chosen)],
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


def _programme_names(lang: str) -> list[str]:
    return [t("Names of programmes exist in Latvian only.", lang)] if lang != "lv" else []


def _verdict(row, lang: str) -> str:
    if row.probability_higher is None:
        return t("too few programmes to compare", lang)
    if row.probability_higher >= 0.9:
        return t("more employed than the country", lang)
    if row.probability_higher <= 0.1:
        return t("fewer employed than the country", lang)
    return t("no clear difference", lang)


def _national_programmes(chosen: Chosen) -> ChartFrame:
    lang, k = chosen.lang, chosen.k
    found = queries.programmes(
        chosen.reader, chosen.system, k=k, field=chosen.field or None, level=chosen.level or None
    )
    largest = sorted(found, key=lambda row: -(row.graduates or 0))[:MOST]
    items = [(row, chosen.value(row)) for row in found if row in largest]
    items.sort(key=lambda item: -(item[1].x if item[1].x is not None else -1))
    all_values = [(row, chosen.value(row)) for row in found]
    reference = chosen.value(chosen.rows.get((0, k)))
    known = [(value.x, row.programme) for row, value in items if value.x is not None]
    return chosen.frame(
        title=t("Which programmes stand out {after}?", lang, after=after(k, lang)),
        finding=t(
            "Of the {n} largest programmes ({whom}) the highest is {first}, the lowest {last}.",
            lang,
            n=numbers.integer(len(items), lang),
            whom=chosen.whom,
            first=max(known)[1],
            last=min(known)[1],
        )
        if known
        else t("No programme has been observed {after} yet.", lang, after=after(k, lang)),
        mark=marks.dot_plot(
            [
                {
                    "name": row.programme,
                    "value": value.x,
                    "value_text": value.text,
                    "reason": value.reason,
                    "lower": value.low,
                    "upper": value.high,
                    "note": tn("{n} graduate", "{n} graduates", row.graduates, lang)
                    if row.graduates is not None
                    else "",
                }
                for row, value in items
            ],
            lang,
            label=t("Programmes", lang) + f", {after(k, lang)}: {chosen.label()}",
            name_title=t("Programme", lang),
            value_title=chosen.label(),
            reference=reference.x,
            reference_text=t("{whom}: {value}", lang, whom=chosen.who, value=reference.text)
            if reference.text is not None
            else None,
            axis_text=chosen.short_axis,
            low=_floor(min((value for value, _name in known), default=0), chosen),
        )
        if items
        else None,
        how_to_read=t(
            "The largest programmes of the choice above; the table holds all. Differences of small groups may be chance.",
            lang,
        ),
        table=Table(
            "programmas",
            t("Programmes", lang) + f", {after(k, lang)}: {chosen.label()}",
            [
                Column("programme", t("Programme", lang)),
                Column("n", t("Graduates", lang), "integer"),
                Column("value", chosen.label(), chosen.kind()),
            ],
            [
                {
                    "programme": row.programme,
                    "n": row.graduates if row.graduates is not None else Reason(row.reason or "x"),
                    "value": value.cell,
                }
                for row, value in all_values
            ],
            lang,
            notes=[*_programme_names(lang), *_notes(chosen)],
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


# --- labour market -------------------------------------------------------------------------------


def quadrant(chosen: Chosen) -> ChartFrame:
    """Fields and levels by relative income and relative unemployment."""
    lang, k = chosen.lang, chosen.k
    levels = LEVELS[chosen.system]
    points, rows = [], []
    counts = [0, 0, 0, 0]
    for group, level in enumerate(levels):
        for field in chosen.fields:
            row = chosen.grid.get((field, level, k))
            if row is None:
                continue
            name = f"{t(FIELDS[field], lang)}, {t(levels[level], lang)}"
            income = charts.ratio(row.relative_income, lang, row.relative_reason)
            jobless = charts.ratio(row.relative_unemployment, lang, row.unemployment_reason, 1)
            span = _ratio_interval(row)
            rows.append(
                {
                    "name": name,
                    "n": row.graduates if row.graduates is not None else Reason(row.reason or "x"),
                    "income": income.cell,
                    "jobless": jobless.cell,
                    "range": numbers.interval(
                        row.relative_unemployment_lower, row.relative_unemployment_upper, lang, 1, "number"
                    )
                    if row.relative_unemployment is not None
                    else Reason(row.unemployment_reason or "x"),
                }
            )
            if income.x is None or jobless.x is None or span is None:
                continue
            counts[(0 if jobless.x > 1 else 1) if income.x >= 1 else (3 if jobless.x > 1 else 2)] += 1
            points.append(
                {
                    "x": income.x,
                    "x_low": span[0],
                    "x_high": span[1],
                    "y": jobless.x,
                    "y_low": row.relative_unemployment_lower,
                    "y_high": row.relative_unemployment_upper,
                    "group": group,
                    "group_name": t(levels[level], lang),
                    "text": t(
                        "{name}<br>income {income} of the average wage<br>unemployment {jobless} of the local rate",
                        lang,
                        name=name,
                        income=income.text,
                        jobless=jobless.text,
                    ),
                }
            )
    return chosen.frame(
        title=t("Who earns more than the average wage and is less often unemployed?", lang),
        finding=t(
            "{after}: {good} of {all} groups earn at least the average wage with unemployment no higher than where they "
            "live; {bad} earn less with higher unemployment.",
            lang,
            after=_upper(after(k, lang)),
            good=numbers.integer(counts[1], lang),
            all=numbers.integer(len(points), lang),
            bad=numbers.integer(counts[3], lang),
        )
        if points
        else t("There are no groups with both numbers {after}.", lang, after=after(k, lang)),
        figure=charts.quadrant(
            points,
            lang,
            x_title=t("median income ÷ average wage", lang),
            y_title=t("unemployment ÷ expected", lang),
            corners=[
                t("more pay, more unemployment", lang),
                t("more pay, less unemployment", lang),
                t("less pay, less unemployment", lang),
                t("less pay, more unemployment", lang),
            ],
        )
        if points
        else None,
        height=440,
        how_to_read=t(
            "1 on both axes is the labour market of the same year. The lines are 95% intervals; a group whose line "
            "crosses 1 does not clearly differ. Registered unemployed of the employed and unemployed, divided by the "
            "rate expected where the graduates live.",
            lang,
        ),
        table=Table(
            "darba-tirgus",
            t("Fields and levels against the labour market, {after}", lang, after=after(k, lang)),
            [
                Column("name", t("Field and level", lang)),
                Column("n", t("Graduates", lang), "integer"),
                Column("income", t("Income ÷ average wage", lang), "decimal2"),
                Column("jobless", t("Unemployment ÷ expected", lang), "decimal"),
                Column("range", t("95% interval of unemployment", lang)),
            ],
            rows,
            lang,
            notes=[
                t(
                    "Expected: rates of registered unemployment by region (NVA, end of the year) weighted by where the "
                    "graduates live, where both are known (1, 3, 5 and 10 years after; 2017, 2018, 2021–2023); else the "
                    "rate of the country. No rate is at hand for 2014 and 2015.",
                    lang,
                )
            ],
        ),
        provenance=chosen.provenance(
            counting=t("median income of the average wage; unemployed of the expected unemployed", lang)
        ),
    )


def _ratio_interval(row) -> tuple[float, float] | None:
    if None in (
        row.earners,
        row.income_lower_quartile,
        row.income_upper_quartile,
        row.income_median,
        row.relative_income,
    ):
        return None
    if row.income_upper_quartile <= row.income_lower_quartile:
        return None
    low, high = method.median_interval(
        row.earners, row.income_lower_quartile, row.income_median, row.income_upper_quartile
    )
    return (
        round(row.relative_income * low / row.income_median, 3),
        round(row.relative_income * high / row.income_median, 3),
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- where they work and live --------------------------------------------------------------------


def flow(chosen: Chosen) -> ChartFrame:
    """From the field of study to the sector of work."""
    lang = chosen.lang
    k = max((step for step in method.FLOW_K if step <= chosen.k), default=1)
    found = queries.flows(chosen.reader, chosen.system, "sector", k)
    field = chosen.field
    own = [
        (code, found[field, code])
        for code in SECTORS
        if (field, code) in found and found[field, code].share is not None
    ]
    own.sort(key=lambda item: -item[1].share)
    keys_ = [*chosen.fields, ""]
    rows = []
    for name in keys_:
        total = found.get((name, ""))
        cells: dict = {
            "field": _field(name, lang),
            "n": total.graduates
            if total is not None and total.graduates is not None
            else Reason("c" if total else "x"),
        }
        for code in SECTORS:
            row = found.get((name, code))
            cells[code] = (
                Reason("z")
                if row is None
                else row.share
                if row.share is not None
                else Reason(row.reason or "c")
            )
        rows.append(cells)
    counted = sum(row.share for _code, row in own)
    top = own[:3]
    return chosen.frame(
        title=t("In which sectors do graduates work?", lang),
        finding=t(
            "{field}, {after}: {parts}.",
            lang,
            field=_upper(_field(field, lang)),
            after=after(k, lang),
            parts=", ".join(
                f"{_lower(t(SECTORS[code], lang))} {numbers.percent(row.share, lang)}" for code, row in top
            ),
        )
        if top
        else t(
            "{field}: fewer than 100 employed, so the sectors are not shown.",
            lang,
            field=_upper(_field(field, lang)),
        ),
        mark=bars(
            [
                {
                    "name": t(SECTORS[code], lang),
                    "bars": [
                        {
                            "value": row.share,
                            "text": f"{numbers.percent(row.share, lang)} ({numbers.integer(row.graduates, lang)})",
                            "kind": "one",
                        }
                    ],
                }
                for code, row in own
            ],
            lang,
            caption=t("Sectors of work", lang),
            name_title=t("Sector", lang),
            value_title=t("share of the employed", lang),
        )
        if own
        else None,
        how_to_read=t(
            "Bars from zero, sorted. Sectors with fewer than 10 graduates are not drawn; here they are {rest} together.",
            lang,
            rest=numbers.percent(max(0.0, 1 - counted), lang),
        ),
        table=Table(
            "nozares",
            t(
                "From the field of study to the sector of work, {after}: share of the employed",
                lang,
                after=after(k, lang),
            ),
            [
                Column("field", t("Field", lang)),
                Column("n", t("Employed", lang), "integer"),
                *(Column(code, t(name, lang), "percent") for code, name in SECTORS.items()),
            ],
            rows,
            lang,
            notes=[
                t(
                    "Fields with at least 100 employed; known 1, 3, 5 and 10 years after graduation. Counts are rounded "
                    "to 5, small cells and what would reveal them are hidden.",
                    lang,
                )
            ],
        ),
        provenance=chosen.provenance(
            counting=t("employed graduates by sector (NACE), last three cohorts", lang)
        ),
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def residence(chosen: Chosen) -> ChartFrame:
    """Where the graduates live, and how graduates of the schools of each region do."""
    lang = chosen.lang
    k = max((step for step in method.FLOW_K if step <= chosen.k), default=1)
    found = queries.flows(chosen.reader, chosen.system, "region", k)
    names = {
        code: (row.name_lv if lang == "lv" else row.name_en)
        for code, row in queries.region_names(chosen.reader).items()
    }
    schools = {row.area_id: row for row in queries.regions(chosen.reader, chosen.system, chosen.k)}
    groups, rows, best = [], [], []
    for code, name in sorted(names.items(), key=lambda item: item[1]):
        lives = found.get((chosen.field, code))
        value = chosen.value(schools.get(code))
        if value.x is not None:
            best.append((value.x, name, value.text))
        groups.append((code, name, lives, value))
        rows.append(
            {
                "region": name,
                "value": value.cell,
                "n": schools[code].graduates
                if code in schools and schools[code].graduates is not None
                else Reason("x"),
                "lives": lives.share
                if lives is not None and lives.share is not None
                else Reason(lives.reason if lives else "x"),
                "living": lives.graduates
                if lives is not None and lives.graduates is not None
                else Reason(lives.reason if lives else "x"),
            }
        )
    first = bars(
        [
            {
                "name": name,
                "bars": [
                    {"value": value.x, "text": value.text or "", "kind": "one", "reason": value.reason or "x"}
                ],
            }
            for _code, name, _lives, value in groups
        ],
        lang,
        caption=t("By region of the institution", lang),
        name_title=t("Region", lang),
        value_title=chosen.label(),
    )
    second = bars(
        [
            {
                "name": name,
                "bars": [
                    {
                        "value": lives.share if lives is not None else None,
                        "text": numbers.percent(lives.share, lang)
                        if lives is not None and lives.share is not None
                        else "",
                        "kind": "two",
                        "reason": (lives.reason if lives is not None else None) or "x",
                    }
                ],
            }
            for _code, name, lives, _value in groups
        ],
        lang,
        caption=t("Where they live", lang),
        name_title=t("Region", lang),
        value_title=t("share of those in Latvia", lang),
    )
    finding = t("Nothing has been observed {after} yet.", lang, after=after(chosen.k, lang))
    if best:
        finding = t(
            "By region of the institution the value is highest in {high} ({high_value}) and lowest in {low} ({low_value}).",
            lang,
            high=max(best)[1],
            high_value=max(best)[2],
            low=min(best)[1],
            low_value=min(best)[2],
        )
    return chosen.frame(
        title=t("How do the regions differ?", lang),
        finding=finding,
        mark=pair(
            [
                (t("By region of the institution, {after}", lang, after=after(chosen.k, lang)), first),
                (
                    t(
                        "Where the graduates live {after} ({field})",
                        lang,
                        after=after(k, lang),
                        field=_field(chosen.field, lang),
                    ),
                    second,
                ),
            ]
        ),
        how_to_read=t(
            "On the left the region where they studied, on the right the region where they are registered; bars from zero.",
            lang,
        ),
        table=Table(
            "regioni",
            t("Regions", lang),
            [
                Column("region", t("Region", lang)),
                Column(
                    "value", f"{chosen.label()} (" + t("region of the institution", lang) + ")", chosen.kind()
                ),
                Column("n", t("Graduates of its institutions", lang), "integer"),
                Column("lives", t("Share of those in Latvia who live there", lang), "percent"),
                Column("living", t("Graduates who live there", lang), "integer"),
            ],
            rows,
            lang,
            notes=_notes(chosen),
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


# --- women and men -------------------------------------------------------------------------------


def sexes(chosen: Chosen) -> ChartFrame:
    """Women and men in the same field."""
    lang, k = chosen.lang, chosen.k
    both = queries.sexes(chosen.reader, chosen.system, [k])
    found = {(sex, row.field, row.level): row for sex, rows in both.items() for row in rows}
    keys_ = [(field, "") for field in chosen.fields] + [("", "")]
    groups, rows, gaps = [], [], []
    for field, level in keys_:
        women, men = (chosen.value(found.get((sex, field, level))) for sex in method.SEXES)
        groups.append(
            {
                "name": _field(field, lang),
                "total": not field,
                "bars": [
                    {
                        "value": women.x,
                        "text": women.text or "",
                        "kind": "one",
                        "name": t("women", lang),
                        "reason": women.reason or "x",
                    },
                    {
                        "value": men.x,
                        "text": men.text or "",
                        "kind": "two",
                        "name": t("men", lang),
                        "reason": men.reason or "x",
                    },
                ],
            }
        )
        counts = [found.get((sex, field, level)) for sex in method.SEXES]
        rows.append(
            {
                "field": _field(field, lang),
                "women": women.cell,
                "men": men.cell,
                **{
                    f"n_{sex}": row.graduates
                    if row is not None and row.graduates is not None
                    else Reason((row.reason if row is not None else None) or "x")
                    for sex, row in zip(method.SEXES, counts, strict=True)
                },
            }
        )
        if field and women.x is not None and men.x is not None:
            gaps.append((women.x - men.x, field, women.text, men.text))
    total = [chosen.value(found.get((sex, "", ""))) for sex in method.SEXES]
    finding = t("Nothing has been observed {after} yet.", lang, after=after(k, lang))
    if total[0].text is not None and total[1].text is not None:
        finding = t(
            "All fields together: women {women}, men {men}.", lang, women=total[0].text, men=total[1].text
        )
        if gaps:
            widest = max(gaps, key=lambda gap: abs(gap[0]))
            finding += " " + t(
                "The widest difference: {field} (women {women}, men {men}).",
                lang,
                field=_field(widest[1], lang),
                women=widest[2],
                men=widest[3],
            )
    return chosen.frame(
        title=t("Do women and men of the same field do equally well?", lang),
        finding=finding,
        mark=bars(
            groups,
            lang,
            caption=t("Women and men", lang) + f", {after(k, lang)}",
            name_title=t("Field", lang),
            value_title=chosen.label(),
            legend=[("one", t("women", lang)), ("two", t("men", lang))],
        ),
        how_to_read=t(
            "Bars from zero, the last three cohorts together. Women and men choose different programmes within a field, so "
            "a difference is a question, not a proof of unequal treatment.",
            lang,
        ),
        table=Table(
            "dzimums",
            t("Women and men", lang) + f", {after(k, lang)}: {chosen.label()}",
            [
                Column("field", t("Field", lang)),
                Column("women", t("Women", lang), chosen.kind()),
                Column("men", t("Men", lang), chosen.kind()),
                Column("n_women", t("Women, graduates", lang), "integer"),
                Column("n_men", t("Men, graduates", lang), "integer"),
            ],
            rows,
            lang,
            notes=_notes(chosen),
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


# --- what others published -----------------------------------------------------------------------

PUBLISHED = {
    "higher": (
        "graduates_higher_outcome",
        "graduates_higher_outcome_izm",
        "graduates_higher_employed_by_level",
        "graduates_higher_employed_by_sex",
        "graduates_higher_income",
    ),
    "vocational": ("graduates_vocational_outcome",),
}
_PRINTED_STATUS = {"employed": "employed", "registered_unemployed": "unemployed", "inactive": "inactive"}
_WORDS = {
    "registered_unemployed": _("registered unemployed"),
    "inactive": _("neither working nor studying"),
    "inactive_or_unemployed": _("inactive or unemployed"),
    "studying_and_working": _("studying, some of them working"),
    "first_year_after": _("first year after graduation"),
    "second_year_after": _("second year after graduation"),
    "national_average": _("average of the country"),
    "humanities_arts": _("Humanities and arts"),
    "women": _("women"),
    "men": _("men"),
    **LEVELS["higher"],
}


def anchors(chosen: Chosen) -> ChartFrame | None:
    """Published values beside ours, each with its source; None when nothing is loaded."""
    lang = chosen.lang
    printed = published.figures(chosen.reader, *PUBLISHED[chosen.system], collection="national_series")
    if not printed:
        return None
    computed = _computed(chosen)
    rows, pairs = [], []
    for row in printed:
        citation, _semi, link = row.citation.partition("; ")
        category = row.category.rpartition(": ")[2]
        cohort, sex, level = _printed_group(row)
        ours = computed(cohort, int(row.period_label), sex, level, _PRINTED_STATUS.get(category, ""))
        if row.figure_key.endswith(("_by_level", "_by_sex")):
            ours = computed(cohort, int(row.period_label), sex, level, "employed")
        local = (
            computed(cohort, int(row.period_label), sex, level, "employed_local")
            if ours is not None
            and (category == "employed" or row.figure_key.endswith(("_by_level", "_by_sex")))
            else None
        )
        percent = row.unit == "percent"
        if ours is not None and percent:
            pairs.append(abs(ours.x - row.value / 100) if ours.x is not None else 0)
        rows.append(
            {
                "what": row.label_lv if lang == "lv" else row.label_en,
                "year": row.period_label,
                "category": _anchor_word(category, lang),
                "value": row.value / 100 if percent else numbers.euro(row.value, lang),
                "ours": ours.cell if ours is not None else Reason("z"),
                "local": local.cell if local is not None else Reason("z"),
                "source": _publisher(citation, lang),
                "href": link,
            }
        )
    first = printed[0]
    synthetic = chosen.reader.release.synthetic
    notes = []
    if chosen.system == "higher":
        notes.append(
            t(
                "The same cohort of 2018 is 85.9% by CSP and 87.8% by the ministry one year after graduation: two "
                "denominators are in use, probably with and without those abroad. Here both are named.",
                lang,
            )
        )
        notes.append(
            t(
                "Published incomes are means before taxes of the year; a mean is not set beside a median, so there is no "
                "computed value.",
                lang,
            )
        )
    else:
        notes.append(
            t(
                "The three published shares add up to 101.8%: the categories overlap or the report is not exact.",
                lang,
            )
        )
    return chosen.frame(
        title=t("What has been published, and what do we compute?", lang),
        finding=(
            t(
                "Our values for the same cohorts come from invented data whose course follows the published one; they "
                "differ by at most {points} pp.",
                lang,
                points=numbers.decimal(max(pairs) * 100, lang),
            )
            if synthetic
            else t(
                "Our values for the same cohorts differ from the published ones by at most {points} pp.",
                lang,
                points=numbers.decimal(max(pairs) * 100, lang),
            )
        )
        if pairs
        else t("There are {n} published values.", lang, n=numbers.integer(len(rows), lang)),
        table=Table(
            "publicets",
            t("Published values and ours", lang),
            [
                Column("what", t("What", lang)),
                Column("year", t("At the end of", lang)),
                Column("category", t("Part", lang)),
                Column("value", t("Published", lang), "percent"),
                Column("ours", t("Computed, of all graduates", lang), "percent"),
                Column("local", t("Computed, of those in Latvia", lang), "percent"),
                Column("source", t("Published by", lang), href_key="href"),
            ],
            rows,
            lang,
            notes=notes,
        ),
        provenance=Provenance(
            source=first.source_lv if lang == "lv" else first.source_en,
            as_of=max(row.as_of for row in printed),
            coverage=(len(printed), len(printed)),
            release_id=chosen.reader.release.id,
            counting=t("published values; the column “Computed” is of this release", lang),
            note=t("coverage of figures", lang),
        ),
    )


_PUBLISHERS = {
    "CSP (Central Statistical Bureau), as reported": _("CSP, as reported in the press"),
    "IZM graduate monitoring, as reported": _("IZM graduate monitoring, as reported in the press"),
    "IZM, at the tripartite council": _("IZM, at the tripartite council"),
}


def _publisher(name: str, lang: str) -> str:
    return t(_PUBLISHERS[name], lang) if name in _PUBLISHERS else name


def _anchor_word(category: str, lang: str) -> str:
    if category == "employed":
        return t("employed", lang)
    return t(_WORDS[category], lang) if category in _WORDS else category


def _printed_group(row) -> tuple[int, str, str]:
    """Cohort, sex and level of a published value."""
    cohort = 0
    for word in row.label_en.replace(":", " ").replace(",", " ").split():
        if word.isdigit() and len(word) == 4:
            cohort = int(word)
            break
    sex = row.category if row.figure_key.endswith("_by_sex") else "all"
    level = row.category if row.figure_key.endswith("_by_level") else ""
    return cohort, sex, level


def _computed(chosen: Chosen) -> Callable[[int, int, str, str, str], Value | None]:
    """Function of cohort, monitoring year, sex, level and status: our value of a cohort that others published."""
    cohorts = (2017, 2018) if chosen.system == "higher" else (2020,)
    rows = {
        (row.cohort, row.cohort + row.k, sex, row.level): row
        for sex in (("all", *method.SEXES) if chosen.system == "higher" else ("all",))
        for row in queries.groups(
            chosen.reader, chosen.system, sex=sex, cohorts=cohorts, level=None, ks=(1, 2, 3)
        )
    }

    def value(cohort: int, year: int, sex: str, level: str, status: str) -> Value | None:
        row = rows.get((cohort, year, sex, level))
        if row is None or not status:
            return None
        return charts.share(
            getattr(row, f"{status}_low"),
            getattr(row, f"{status}_high"),
            row.graduates,
            chosen.lang,
            row.reason,
            exact=False,
        )

    return value


# --- other pages ---------------------------------------------------------------------------------


def links(chosen: Chosen) -> Markup:
    """The other pages of graduates, and the institution's own page."""
    lang, request = chosen.lang, chosen.request
    found: list[tuple[str, str]] = []
    other = "vocational" if chosen.system == "higher" else "higher"
    texts: Mapping[str, str] = {
        "higher": _("Graduates: higher education"),
        "vocational": _("Graduates: vocational education"),
    }
    if PAGES[other] in REGISTRY:
        found.append((t(texts[other], lang), request.url(PAGES[other])))
    if "graduates_career" in REGISTRY:
        found.append((t("What do graduates do? In plain words", lang), request.url("graduates_career")))
    if chosen.place is not None and "institution" in REGISTRY:
        found.append((chosen.place.name, request.url("institution", reg_no=chosen.place.reg_no)))
    if "methodology" in REGISTRY:
        found.append((t("Data and method", lang), request.url("methodology")))
    return render("graduates_links.html", lang=lang, links=found)


def parts_of(parts: Sequence[Part | None]) -> list[Part]:
    """Parts that there are."""
    return [part for part in parts if part is not None]
