"""What the reader of the graduate pages chose (whom, when, in which prices) and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, cached_property

from markupsafe import Markup, escape

from access.pages import REGISTRY, NotFound, Request
from components import graduate_charts as charts
from components.chart_frame import ChartFrame, Provenance
from components.graduate_charts import Value
from data_access.queries import graduates as queries
from data_access.queries import units
from indicators import graduates as method
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .kept import once

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
        self.span, self.prices, self.institutions = once(
            request, f"graduates {system}", lambda: _known(self.reader, system), everywhere=True
        )
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
        if self.place is not None and "k" not in params:
            # Of a closed institution nobody is one year out of it any more: the first year that is told, or has anybody.
            pooled = {k: row for (cohort, k), row in self.rows.items() if not cohort}
            self.k = min([k for k, row in pooled.items() if row.reason is None] or pooled, default=1)

    @cached_property
    def comparable(self) -> Chosen:
        """The same in prices of one year, for what adds up cohorts of several years: those have no nominal value."""
        if not self.nominal:
            return self
        other = copy(self)
        other.nominal = False
        return other

    # what is chosen

    @cached_property
    def programme(self):
        """Rows of the chosen programme of the institution by k, or None."""
        code = self.request.params.get("programma")
        if not code or self.place is None:
            return None
        name = next((name for name in self.programme_names if name.startswith(f"{code} ")), None)
        return self._own(name) if name else None

    @cached_property
    def programme_names(self) -> Sequence[str]:
        """Names of the institution's programmes at any k."""
        return queries.programme_names(self.reader, self.system, self.place, self.plane)

    @cached_property
    def own_programmes(self) -> Sequence:
        """Programmes of the institution at k, cohorts read together."""
        return [row for row in self._own(None, (self.k,)) if row.programme]

    def _own(self, programme: str | None, ks: Sequence[int] | None = None) -> Sequence:
        return queries.groups(
            self.reader,
            self.system,
            area_kind="institution",
            area_id=str(self.place.id),
            plane=self.plane,
            programme=programme,
            field=None,
            level=None,
            ks=ks,
        )

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
        return {row.k: row for key, row in self.grid.items() if key[:2] == (field, level)}

    @cached_property
    def grid(self) -> dict[tuple[str, str, int], object]:
        """The country by field, level and k, cohorts read together."""

        def read() -> dict[tuple[str, str, int], object]:
            rows = queries.groups(self.reader, self.system, field=None, level=None)
            return {(row.field, row.level, row.k): row for row in rows}

        return once(self.request, f"graduates {self.system} grid", read, everywhere=True)

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
            return Value(None, None, "z" if self.place is not None else "x")
        if measure.kind == "euro":
            return yearly(row, self.factor(row), self.lang, self._income_reason(row))
        if measure.kind == "ratio":
            return charts.ratio(row.relative_income, self.lang, row.relative_reason)
        column = "employed_local" if measure.column == "employed" and self.local else measure.column
        size = row.in_latvia if column == "employed_local" else row.graduates
        return charts.share(
            getattr(row, f"{column}_low"),
            getattr(row, f"{column}_high"),
            size,
            self.lang,
            row.reason or "c",
            exact=row.plane == "detail",
        )

    def factor(self, row) -> float | None:
        """What stored incomes are multiplied by: prices of the base year, or of the group's own year."""
        base = row.year_to if self.nominal and row.cohort else None if self.nominal else self.base
        start = self.prices.get(method.BASE_YEAR)
        return self.prices[base] / start if base in self.prices and start else None

    @property
    def in_prices(self) -> float | None:
        """What stored amounts are multiplied by for prices of the base year."""
        start = self.prices.get(method.BASE_YEAR)
        return self.prices[self.base] / start if self.base in self.prices and start else None

    def _income_reason(self, row) -> str | None:
        return "z" if self.nominal and not row.cohort and row.income_reason is None else row.income_reason

    def span_of(self, row, measure: Measure | None = None) -> tuple[float, float] | None:
        """95 % interval of a group's value, from what may be shown of it; None where nothing is known of it."""
        measure = measure or self.measure
        value = self.value(row, measure)
        if value.x is None:
            return None
        if measure.kind == "share":
            n = _base(row, "employed_local" if self.local else measure.column)
            if not n:
                return None
            low = method.share_interval(value.low * n, n)
            high = low if value.low == value.high else method.share_interval(value.high * n, n)
            return low[0], high[1]
        low, middle, high = row.income_lower_quartile, row.income_median, row.income_upper_quartile
        if None in (row.earners, low, middle, high) or high <= low:
            return None
        ends = method.median_interval(row.earners, low, middle, high)
        return ends[0] * value.x / middle, ends[1] * value.x / middle

    def label(self, measure: Measure | None = None) -> str:
        """What the numbers are, for axes and columns."""
        measure = measure or self.measure
        lang = self.lang
        if measure.kind == "euro":
            if self.nominal:
                return t("median gross income, EUR a year, not adjusted for prices", lang)
            return t("median gross income, EUR a year, in prices of {year}", lang, year=self.base)
        if measure.kind == "ratio":
            if self.near:
                return t("median income ÷ average gross wage where they live, same year", lang)
            return t("median income ÷ average gross wage of the year", lang)
        if measure.column == "skilled":
            return t("share of the employed", lang)
        if self.local and measure.column == "employed":
            return t("share of those in Latvia whose status is known", lang)
        return t("share of all graduates", lang)

    @cached_property
    def near(self) -> bool:
        """Whether incomes are measured against wages of the municipalities of residence."""
        row = self.rows.get((0, self.k)) or next(iter(self.rows.values()), None)
        return row is not None and is_near(row)

    def axis(self, x: float) -> str:
        """A number of the measure on an axis."""
        if self.measure.kind == "euro":
            return numbers.euro_short(x, self.lang)
        if self.measure.kind == "ratio":
            return numbers.decimal(x, self.lang, _places(x))
        return numbers.percent(x, self.lang, 0 if abs(100 * x - round(100 * x)) < 0.01 else 1)

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
        def read() -> tuple[Mapping, int]:
            expected = units.institution_counts(self.reader).get(self.system, 0)
            return queries.origin(self.reader), max(expected, len(self.institutions))

        return once(self.request, f"graduates {self.system} origin", read, everywhere=True)

    @cached_property
    def market_note(self) -> str:
        """Where wages and prices of the measure come from."""
        return once(
            self.request,
            f"graduates market {self.measure.kind} {self.lang} {self.final}",
            lambda: market_words(self),
            everywhere=True,
        )

    @property
    def who(self) -> str:
        """Whose graduates, at the beginning of a sentence."""
        return upper(self.whom)

    def provenance(self, counting: str | None = None, note: str = "", own: bool = False) -> Provenance:
        """Source of computed values. own: of the institution, and then exact for those in scope."""
        origin, expected = self._origin
        if own and self.plane == "detail":
            exact = t("exact numbers for the institution's own use, not for publication", self.lang)
            note = f"{note}; {exact}" if note else exact
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


def _places(x: float) -> int:
    """Decimals that a ratio on an axis needs: 1.25 is not 1.3."""
    return 1 if abs(10 * x - round(10 * x)) < 0.001 else 2


def is_near(row) -> bool:
    """Whether a group's income is measured against wages of where its earners live, of all or some of them."""
    return row.income_basis in (method.TOWN, method.PART)


def yearly(row, factor: float | None, lang: str, reason: str | None) -> Value:
    """Median income of a group in the prices of the factor; its mean, named so, where no median was delivered."""
    if row.income_median is None and row.income_mean is not None and factor is not None:
        mean = charts.euro(row.income_mean, factor, lang, None)
        return replace(mean, text=t("mean {value}", lang, value=mean.text), exact=False)
    return charts.euro(row.income_median, factor, lang, reason)


def page_of(request: Request, reg_no: str) -> tuple[str, str] | None:
    """Name of the page of an institution's graduates and its system; None where it has none."""
    for system, name in PAGES.items():
        known = once(
            request, f"graduates {system}", lambda s=system: _known(request.reader, s), everywhere=True
        )
        if name in REGISTRY and any(row.reg_no == reg_no for row in known[2]):
            return name, system
    return None


def _known(reader, system: str) -> tuple:
    """Cohorts and years, prices, institutions: the same for every reader of a release."""
    span = queries.span(reader, system)
    return span, queries.prices(reader), queries.institutions(reader, system) if span else []


def _base(row, column: str) -> float | None:
    """How many persons a share is of, as far as it is told."""
    if column == "employed_local":
        return row.in_latvia
    if column == "skilled":
        share = row.employed_low
        return None if row.graduates is None or share is None else row.graduates * share
    return row.graduates


def apart(one: tuple[float, float] | None, two: tuple[float, float] | None) -> bool:
    """Whether two 95 % intervals lie apart: a difference that chance alone hardly makes."""
    return one is not None and two is not None and (one[0] > two[1] or two[0] > one[1])


class Names:
    """Latvian names in a sentence of another language, each marked as Latvian in HTML."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._held: dict[str, Markup] = {}

    def hold(self, name: str) -> str:
        """What stands for the name until the sentence is whole."""
        if self.lang == "lv":
            return name
        mark = f"\ue000{len(self._held)}\ue001"
        self._held[mark] = in_latvian(name, self.lang)
        return mark

    def told(self, sentence: str) -> str:
        """The sentence with its names."""
        if not self._held:
            return sentence
        html = str(escape(sentence))
        for mark, name in self._held.items():
            html = html.replace(mark, str(name))
        return Markup(html)  # nosec B704 # every value in it is escaped


def in_latvian(name: str, lang: str) -> str:
    """A name that exists in Latvian only, marked as such on a page in another language (WCAG 3.1.2)."""
    return name if lang == "lv" else Markup('<span lang="lv">{}</span>').format(name)


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def field_name(field: str, lang: str) -> str:
    return t(FIELDS[field], lang) if field else t("all fields", lang)


def floor(lowest: float, chosen: Chosen) -> float:
    if chosen.measure.column in ("employed", "skilled") and lowest > 0.2:
        return int((lowest - 0.01) * 50) / 50
    if chosen.measure.kind == "ratio" and lowest > 0.4:
        return int((lowest - 0.05) * 10) / 10
    return 0.0


def notes_of(chosen: Chosen) -> list[str]:
    lang = chosen.lang
    notes = []
    if chosen.plane == "released":
        notes.append(
            t(
                "Counts are rounded to 5, shares of fewer than 300 graduates to whole percent or to a band; other "
                "shares that together would tell of fewer than 10 graduates are bands too. Fewer than 10 graduates and "
                "what would reveal them are not shown.",
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
        notes.append(
            t(
                "The 95% interval of a median is approximate: it is worked out from the number of earners and the quartiles; "
                "exact limits by order statistics would need the single incomes.",
                lang,
            )
        )
    return notes


def market_words(chosen: Chosen) -> str:
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
        towns = towns_words(chosen)
        return f"{text}; {towns}" if towns else text
    return ""


def towns_words(chosen: Chosen) -> str:
    """Where wages and unemployment of municipalities come from; "" when none are loaded."""
    found = queries.local_market(chosen.reader)
    if found is None:
        return ""
    return t(
        "wages and unemployment of municipalities: {source}, as of {date}",
        chosen.lang,
        source=lower(found["name_lv" if chosen.lang == "lv" else "name_en"])
        if found["synthetic"]
        else found["name_lv" if chosen.lang == "lv" else "name_en"],
        date=numbers.date_short(found["as_of"], chosen.lang),
    )
