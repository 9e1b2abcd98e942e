"""The frames that the national page and the risk pages share. Not a page: it composes what queries answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from markupsafe import Markup

from access.pages import REGISTRY, Request
from components import marks, risk_figures
from components.chart_frame import ChartFrame, Provenance
from components.figures import SEQUENCE, choropleth
from components.tables import Column, Reason, Table
from components.templating import render
from data_access.queries import risks, units, values
from data_access.queries.risks import LevelCounts
from data_access.queries.values import Period
from indicators import sentences, stages
from indicators.catalogue import INDICATORS
from indicators.model import UNITS, Indicator
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .geometry import geometry_url
from .institution_values import (
    all_sources,
    count_kind,
    count_text,
    name_of,
    period_short,
    period_text,
    text,
    trend_of,
    value_text,
)
from .words import institution_type

# A stage of education with the institutions as a whole that teach it: one choice shows all twelve.
WHOLE_OF = {
    "basic": "all_general",
    "upper_secondary": "all_general",
    "vocational": "all_vocational",
    "orientation": "all_orientation",
    "special_basic": "all_general",
}
STAGE = "|".join(stages.TYPES)
INDICATOR = r"[A-Z]\d{2}[a-z]?"
PERIOD = r"\d{4}(-[12])?"
NONE = "–"

LEVEL_WORDS = {
    "high_certain": _("high risk (certain)"),
    "high_possible": _("high risk (possible)"),
    "medium_certain": _("medium risk (certain)"),
    "medium_possible": _("medium risk (possible)"),
    "low": _("low risk"),
    "unknown": _("no level: too few cases or no data"),
}
AREA_CLASSES = 5
Z_INNER, Z_OUTER = 1.96, 3.09


def risk_indicators() -> list[Indicator]:
    """The risk indicators of the catalogue, in order."""
    return [one for one in INDICATORS.values() if one.id.startswith("R")]


def stage_tab(request: Request) -> str:
    """The stage of education that the address asks for; basic education by default."""
    asked = request.params.get("posms", "basic")
    if asked in WHOLE_OF:
        return asked
    return next((stage for stage, whole in WHOLE_OF.items() if whole == asked), "basic")


def series_of(tab: str) -> list[tuple[Indicator, str]]:
    """The series of a stage: by stage, and of its institutions as a whole."""
    wanted = (tab, WHOLE_OF[tab])
    return [(one, stage) for one in risk_indicators() for stage in one.stages if stage in wanted]


def latest(request: Request, indicator: Indicator, stage: str) -> tuple[Period | None, LevelCounts]:
    """The newest period of a series with its counts."""
    found = risks.level_counts(request.reader).get((indicator.id, stage))
    if not found:
        return values.latest(request.reader, indicator.id, stage), LevelCounts()
    period = next(reversed(found))
    return period, found[period]


def parse_period(asked: str) -> Period:
    """``2023-2`` or ``2023``."""
    year, _dash, semester = asked.partition("-")
    return int(year), int(semester or 0)


def period_key(period: Period) -> str:
    """The period in an address."""
    return f"{period[0]}-{period[1]}" if period[1] else str(period[0])


def parts(counts: LevelCounts) -> dict[str, int]:
    """The counts as parts of a bar."""
    return {
        "high_certain": counts.certain_high,
        "high_possible": counts.high - counts.certain_high,
        "medium_certain": counts.certain_medium,
        "medium_possible": counts.medium - counts.certain_medium,
        "low": counts.low,
        "unknown": counts.unknown,
    }


def size_factor(indicator: Indicator) -> int:
    """What turns a denominator into a number of people or results: some are stored in hundreds."""
    return 100 if "100" in indicator.unit else 1


def size_word(indicator: Indicator, lang: str) -> str:
    """What the size of an institution is counted in."""
    return t("learners", lang) if size_factor(indicator) == 100 else indicator.text(lang).denominator


def axis_text(indicator: Indicator, lang: str):
    """Function of a value: its text on an axis, without words of the unit."""
    unit = UNITS[indicator.unit]

    def short(value: float) -> str:
        if indicator.unit == "share":
            share = value * 100
            return numbers.percent(value, lang, 0 if abs(share - round(share)) < 1e-6 else 1)
        return numbers.plain(round(value * unit.scale, 4), lang)

    return short


def unit_word(indicator: Indicator, lang: str) -> str:
    """The unit in words."""
    unit = UNITS[indicator.unit]
    return unit.lv if lang == "lv" else unit.en


def provenance(
    request: Request,
    counting: str,
    coverage: tuple[int, int],
    *,
    source: str = "",
    note: str = "",
) -> Provenance:
    """Where the numbers of a risk frame come from."""
    release = request.reader.release
    return Provenance(
        source=source or all_sources(),
        as_of=release.as_of,
        coverage=coverage,
        release_id=release.id,
        counting=counting,
        synthetic=release.synthetic,
        note=note,
    )


def of_series(
    request: Request, indicator: Indicator, counts: LevelCounts, counting: str = "", note: str = ""
) -> Provenance:
    """The same for one indicator: numerator by denominator, and who delivered."""
    words = indicator.text(request.lang)
    return provenance(
        request,
        counting or f"{indicator.id}: {words.numerator} ÷ {words.denominator}",
        (counts.delivered, counts.expected),
        source=", ".join(indicator.sources),
        note=note,
    )


def risk_url(request: Request, indicator: Indicator, stage: str, **more: object) -> str | None:
    """Address of an indicator's risk page."""
    if "risk" not in REGISTRY:
        return None
    return request.url("risk", indicator=indicator.id, posms=stage, **more)


def tabs(items: Sequence[tuple[str, str, bool]], label: str) -> Markup:
    """Links styled as tabs: (text, address, current)."""
    return render("risks_tabs.html", items=items, label=label)


def stage_tabs(request: Request, tab: str) -> Markup:
    """The choice of a stage of education."""
    lang = request.lang
    items = [(stages.name(stage, lang), request.here(posms=stage), stage == tab) for stage in WHOLE_OF]
    return tabs(items, t("Stage of education", lang))


def capital(word: str) -> str:
    return word[:1].upper() + word[1:]


# --- levels ---------------------------------------------------------------------------------------


def level_cell(level: str, total: int, certain: int, lang: str) -> Markup:
    """Count of a level with its shape, and how many are certain."""
    return render(
        "risks_count.html",
        mark=marks.level_mark(level),
        total=numbers.integer(total, lang),
        note=t("certain {n}", lang, n=numbers.integer(certain, lang)) if total else "",
    )


SAMPLED = ("share", "rate", "mean")


def levels_sentence(series: Iterable[tuple[Indicator, LevelCounts]], lang: str) -> str:
    """How many high and medium levels, how many certain, and how many chance explains."""
    counted = list(series)
    first = t(
        "High risk: {high} (certain {certain}), medium risk: {medium}.",
        lang,
        high=numbers.integer(sum(one.high for _i, one in counted), lang),
        certain=numbers.integer(sum(one.certain_high for _i, one in counted), lang),
        medium=numbers.integer(sum(one.medium for _i, one in counted), lang),
    )
    sampled = [one for indicator, one in counted if indicator.family in SAMPLED]
    flags, chance = sum(one.flags for one in sampled), sum(one.by_chance for one in sampled)
    if not sampled:
        second = t("This is a full count, so chance is not worked out.", lang)
    elif len(sampled) == len(counted):
        second = sentences.noise(flags, chance, lang)
    else:
        second = t(
            "Of the medium and high risks that rest on counts of people or results ({flags}) about {chance} are "
            "likely to be chance.",
            lang,
            flags=numbers.integer(flags, lang),
            chance=numbers.integer(chance, lang),
        )
    return f"{first} {second}"


def top_sentence(request: Request, tab: str) -> str:
    """The indicator of the stage with most certain high levels."""
    lang = request.lang
    found = [
        (counts.certain_high, indicator, stage, period, counts)
        for indicator, stage in series_of(tab)
        for period, counts in [latest(request, indicator, stage)]
        if period is not None
    ]
    best = max(found, key=lambda one: one[0], default=None)
    if best is None or not best[0]:
        return t("No institution has a certain high risk.", lang)
    _certain, indicator, stage, period, counts = best
    return t(
        "Most certain high levels: {indicator}, {stage}, {period} – {n} of {all} institutions.",
        lang,
        indicator=name_of(indicator, stage, lang),
        stage=lower(stages.name(stage, lang)),
        period=period_text(indicator, *period, lang),
        n=numbers.integer(counts.certain_high, lang),
        all=numbers.integer(counts.judged, lang),
    )


def lower(text_: str) -> str:
    """The text with a small first letter."""
    return text_[:1].lower() + text_[1:]


def stop(text_: str) -> str:
    """The text with a full stop, unless an abbreviation already ends it."""
    return text_ if text_.endswith(".") else f"{text_}."


def levels_frame(request: Request, tab: str, *, with_values: bool = False, level: int = 2) -> ChartFrame:
    """How many institutions stand at each level, one bar for each series of the stage."""
    lang = request.lang
    national = risks.national(request.reader)
    rows, table_rows, counted = [], [], []
    for indicator, stage in series_of(tab):
        period, counts = latest(request, indicator, stage)
        if period is None:
            continue
        counted.append((indicator, counts))
        found = parts(counts)
        rows.append(
            {
                "name": name_of(indicator, stage, lang),
                "href": risk_url(request, indicator, stage),
                "note": period_text(indicator, *period, lang),
                "counts": found,
                "texts": {part: numbers.integer(number, lang) for part, number in found.items()},
                "side": [
                    level_cell("high", counts.high, counts.certain_high, lang),
                    level_cell("medium", counts.medium, counts.certain_medium, lang),
                ],
                "reason": t("nothing to judge yet", lang),
                **(_now(indicator, stage, period, national, lang) if with_values else {}),
            }
        )
        table_rows.append(_level_row(indicator, stage, period, counts, rows[-1], national, lang))
    missing = [] if with_values is False else [one for one in risk_indicators() if not _has(one, tab)]
    for indicator in missing:
        rows.append(
            {
                "name": indicator.text(lang).short_name,
                "href": risk_url(request, indicator, indicator.stages[0]),
                "reason": t("does not concern this stage", lang),
            }
        )
    words = {part: t(word, lang) for part, word in LEVEL_WORDS.items()}
    mark = risk_figures.level_bars(
        rows,
        caption=t("Institutions by level of risk", lang),
        heads={
            "name": t("Indicator and period", lang),
            "value": t("Latvia now", lang) if with_values else "",
            "trend": t("Ten years", lang),
            "bar": t("Institutions by level", lang),
            "high": t("High risk", lang),
            "medium": t("Medium risk", lang),
        },
        words=words,
        key=list(words.items()),
    )
    columns = [
        Column("indicator", t("Indicator", lang), href_key="href"),
        Column("stage", t("Stage", lang)),
        Column("period", t("Period", lang)),
        Column("national", t("Latvia", lang)),
        Column("high", t("High risk", lang), "integer"),
        Column("high_certain", t("of which certain", lang), "integer"),
        Column("high_new", t("of which new", lang), "integer"),
        Column("high_persistent", t("of which for two periods or more", lang), "integer"),
        Column("medium", t("Medium risk", lang), "integer"),
        Column("medium_certain", t("of which certain", lang), "integer"),
        Column("low", t("Low risk", lang), "integer"),
        Column("too_few", t("Too few cases", lang), "integer"),
        Column("missing", t("No data", lang), "integer"),
        Column("chance", t("Expected by chance, medium and high", lang), "decimal"),
    ]
    delivered = sum(one.delivered for _indicator, one in counted)
    expected = sum(one.expected for _indicator, one in counted)
    return ChartFrame(
        title=t("How many institutions are at each level of risk?", lang),
        finding=levels_sentence(counted, lang) if not with_values else top_sentence(request, tab),
        table=Table(
            "riska-limeni",
            t("Institutions by level of risk: {stage}", lang, stage=stages.name(tab, lang)),
            columns,
            table_rows,
            lang,
            notes=[t("All thresholds are provisional: the service has not published its own.", lang)],
        ),
        mark=mark,
        how_to_read=t(
            "The bar is all institutions from which the indicator is due; filled parts are certain, outlined "
            "ones possible. One institution may be counted under several indicators.",
            lang,
        ),
        provenance=provenance(
            request,
            t("institutions at each level by the thresholds in force", lang),
            (delivered, expected),
            note=t("coverage counts values of institutions, all indicators together", lang),
        ),
        lang=lang,
        address=request.address,
        level=level,
    )


def _has(indicator: Indicator, tab: str) -> bool:
    return any(stage in (tab, WHOLE_OF[tab]) for stage in indicator.stages)


def _level_row(indicator, stage, period, counts: LevelCounts, row, national, lang: str) -> dict:
    point = national_value(national, indicator, stage, period)
    return {
        "indicator": f"{indicator.id} {name_of(indicator, stage, lang)}",
        "href": row["href"],
        "stage": stages.name(stage, lang),
        "period": period_text(indicator, *period, lang),
        "national": Reason("x") if point is None else text(indicator.unit, point, lang),
        "high": counts.high,
        "high_certain": counts.certain_high,
        "high_new": counts.new_high,
        "high_persistent": counts.persistent_high,
        "medium": counts.medium,
        "medium_certain": counts.certain_medium,
        "low": counts.low,
        "too_few": counts.too_few,
        "missing": counts.missing,
        "chance": float(counts.by_chance) if indicator.family in SAMPLED else Reason("z"),
    }


def national_value(national, indicator: Indicator, stage: str, period: Period) -> float | None:
    return next(
        (
            point.value
            for point in reversed(national.get((indicator.id, stage), []))
            if point.period == period and point.value is not None
        ),
        None,
    )


def _now(indicator: Indicator, stage: str, period: Period, national, lang: str) -> dict:
    """National value, its change to the comparable period before, and the line of ten years."""
    points = [p for p in national.get((indicator.id, stage), []) if p.semester == period[1]]
    value = national_value(national, indicator, stage, period)
    if value is None:
        return {"value": NONE}
    before = next((p.value for p in points if p.school_year == period[0] - 1), None)
    change = ""
    if indicator.relative:
        change = t("near zero by construction", lang)
    elif indicator.segment(stage, period[0]) != indicator.segment(stage, period[0] - 1):
        change = t("not comparable with the year before", lang)
    elif before is not None:
        change = t(
            "{change} in a year",
            lang,
            change=difference_text(indicator, value - before, lang),
        )
    series = [p.value for p in points]
    trend = marks.sparkline(
        series,
        lang,
        label=indicator.text(lang).short_name,
        texts=[None if p.value is None else text(indicator.unit, p.value, lang, short=True) for p in points],
        periods=[period_text(indicator, *p.period, lang) for p in points],
    )
    return {"value": text(indicator.unit, value, lang, short=True), "change": change, "trend": trend}


def value_short(indicator: Indicator, value: float, lang: str) -> str:
    """A value in its unit, short."""
    return text(indicator.unit, value, lang, short=True)


def value_column(key: str, title: str, indicator: Indicator, lang: str) -> Column:
    """A column of values: per cent, or a number with its unit in the heading."""
    if indicator.unit == "share":
        return Column(key, title, "percent")
    kind = {1: "decimal", 2: "decimal2"}[UNITS[indicator.unit].digits]
    return Column(key, f"{title}, {unit_word(indicator, lang)}", kind)


def table_value(indicator: Indicator, value: float) -> float:
    """A value as its column holds it."""
    return value * 100 if indicator.unit == "share_difference" else value


def value_cell(indicator: Indicator, row, lang: str) -> object:
    """The value of a row for a table: a number, a band of a protected share, or the reason."""
    if row.value is None:
        return Reason(row.reason or "x")
    if row.value_text:
        return value_text(indicator, row, lang)
    return table_value(indicator, row.value)


def difference_text(indicator: Indicator, difference: float, lang: str) -> str:
    """A difference of two values with its sign."""
    if indicator.unit in ("share", "share_difference"):
        return numbers.points(difference, lang, 1, short=True)
    return numbers.signed(difference, lang, UNITS[indicator.unit].digits)


# --- small multiples ------------------------------------------------------------------------------


def series_frame(request: Request, tab: str, *, level: int = 2) -> ChartFrame:
    """The national value of each series of the stage over the years, drawn alike."""
    lang = request.lang
    national = risks.national(request.reader)
    spreads = values.distributions(request.reader)
    trends = {
        (row.indicator_id, row.stage): row.trend
        for row in values.unit_values(request.reader, "country", "LV")
    }
    panels, rows = [], []
    told: dict[str, list[str]] = {"worsening": [], "improving": []}
    for indicator, stage in series_of(tab):
        points = [point for point in national.get((indicator.id, stage), []) if point.value is not None]
        if not points:
            continue
        name = name_of(indicator, stage, lang)
        word = (trends.get((indicator.id, stage)) or "").partition(":")[0]
        if word in told:
            told[word].append(name)
        panels.append(series_panel(request, indicator, stage, points, spreads, word))
        rows += [
            {
                "indicator": f"{indicator.id} {name}",
                "stage": stages.name(stage, lang),
                "period": period_text(indicator, *point.period, lang),
                "value": text(indicator.unit, point.value, lang),
                "numerator": _rounded(point.numerator),
                "denominator": _rounded(point.denominator),
                "institutions": point.institutions,
            }
            for point in points
        ]
    found = []
    if told["worsening"]:
        found.append(t("Getting worse in the country: {names}.", lang, names="; ".join(told["worsening"])))
    if told["improving"]:
        found.append(t("Getting better: {names}.", lang, names="; ".join(told["improving"])))
    found.append(t("For the others there is no material change or it cannot be told.", lang))
    counted = [latest(request, indicator, stage)[1] for indicator, stage in series_of(tab)]
    return ChartFrame(
        title=t("Which indicator moves?", lang),
        finding=" ".join(found),
        table=Table(
            "riska-gadi",
            t("National values by period: {stage}", lang, stage=stages.name(tab, lang)),
            [
                Column("indicator", t("Indicator", lang)),
                Column("stage", t("Stage", lang)),
                Column("period", t("Period", lang)),
                Column("value", t("Latvia", lang)),
                Column("numerator", t("Numerator", lang), "integer"),
                Column("denominator", t("Denominator", lang), "integer"),
                Column("institutions", t("Institutions", lang), "integer"),
            ],
            rows,
            lang,
        ),
        mark=risk_figures.panels(panels),
        how_to_read=t(
            "The line is the national value from counts, the grey band the middle half of institutions. "
            "Each panel has its own scale. Semester 1 is solid, semester 2 dashed; nothing is joined across a "
            "change of method.",
            lang,
        ),
        provenance=provenance(
            request,
            t("sum of all numerators ÷ sum of all denominators, never a mean of institutions", lang),
            (sum(c.delivered for c in counted), sum(c.expected for c in counted)),
            note=t("coverage counts values of institutions, all indicators together", lang),
        ),
        lang=lang,
        address=request.address,
        level=level,
    )


def _rounded(value: float | None) -> object:
    return Reason("x") if value is None else (int(value) if value == int(value) else round(value, 2))


def series_panel(request: Request, indicator: Indicator, stage: str, points, spreads, trend: str) -> dict:
    lang = request.lang
    years = sorted({point.school_year for point in points})
    halves = sorted({point.semester for point in points})
    by_period = {point.period: point for point in points}
    lines = [
        {
            "half": half,
            "values": [by_period[year, half].value if (year, half) in by_period else None for year in years],
        }
        for half in halves
    ]
    band = None
    if len(halves) == 1:
        found = [spreads.get((indicator.id, stage, year, halves[0])) for year in years]
        band = ([row and row.p25 for row in found], [row and row.p75 for row in found])
    breaks = [one for one in indicator.breaks_of(stage) if years[0] < one.school_year <= years[-1]]
    last = points[-1]
    note = period_text(indicator, *last.period, lang)
    if trend in ("worsening", "improving", "increasing", "decreasing"):
        note = f"{note}; {marks.trend_words(trend_of(indicator, trend), indicator.direction, lang)}"
    drawn = [value for line in lines for value in line["values"] if value is not None]
    drawn += [value for side in band or () for value in side if value is not None]
    if (
        size_factor(indicator) == 100
        or indicator.unit == "grade_points"
        or indicator.unit == "percentile_points"
    ):
        note = f"{unit_word(indicator, lang)}, {note}"
    spoken = "; ".join(
        f"{period_text(indicator, *point.period, lang)}: {text(indicator.unit, point.value, lang)}"
        for point in points
    )
    name = name_of(indicator, stage, lang)
    return {
        "name": name,
        "href": risk_url(request, indicator, stage),
        "note": note,
        "latest": text(indicator.unit, last.value, lang, short=True),
        "alt": f"{name}. {spoken}",
        "periods": [period_short(indicator, year, 0, lang) for year in years],
        "lines": lines,
        "band": band,
        "breaks": [years.index(min(y for y in years if y >= one.school_year)) for one in breaks],
        "breaks_text": [one.lv if lang == "lv" else one.en for one in breaks],
        "text": axis_text(indicator, lang),
        "zero": min(drawn) < 0.5 * max(drawn),
        "reason": "",
    }


# --- where: map and ordered dots ------------------------------------------------------------------


def area_frame(
    request: Request, indicator: Indicator, stage: str, period: Period, *, level: int = 2
) -> ChartFrame:
    """The indicator by municipality: the map and the ordered list say the same."""
    lang, reader = request.lang, request.reader
    found = {
        row.unit_id: row for row in values.area_values(reader, "municipality", indicator.id, stage, period)
    }
    country = next(iter(values.area_values(reader, "country", indicator.id, stage, period)), None)
    areas = units.municipalities(reader)
    chosen = request.params.get("pasvaldiba")
    name = "name_full" if lang == "lv" else "name_en"
    shown = [area for area in areas if area.code in found and found[area.code].value is not None]
    down = indicator.direction == "low_bad"
    shown.sort(key=lambda area: (found[area.code].value if down else -found[area.code].value, area.sort_key))
    without = [area for area in areas if area not in shown]
    in_list = [_area_row(request, indicator, area, found.get(area.code), name, chosen) for area in shown]
    in_list += [_area_row(request, indicator, area, found.get(area.code), name, chosen) for area in without]
    national = None if country is None else country.value
    figure, key = _area_map(request, indicator, shown, without, found, name, chosen)
    mark = key + marks.dot_plot(
        in_list,
        lang,
        label=t("Municipalities in order of the value", lang),
        name_title=t("Municipality", lang),
        value_title=indicator.text(lang).short_name,
        reference=national,
        reference_text=None
        if national is None
        else t("Latvia: {value}", lang, value=text(indicator.unit, national, lang)),
        axis_text=axis_text(indicator, lang),
        low=None if indicator.direction == "both" or indicator.relative else 0.0,
    )
    table_rows = [
        {
            "name": getattr(area, name),
            "href": _area_page(request, area.code),
            "value": Reason("z") if area.code not in found else value_cell(indicator, found[area.code], lang),
            "numerator": _of(found.get(area.code), "numerator"),
            "denominator": _of(found.get(area.code), "denominator"),
            "lower": _of(found.get(area.code), "lower", indicator),
            "upper": _of(found.get(area.code), "upper", indicator),
        }
        for area in areas
    ]
    return ChartFrame(
        title=t("Where in the country?", lang),
        finding=_area_finding(request, indicator, shown, found, name, national, chosen, areas),
        table=Table(
            "riska-pasvaldibas",
            t(
                "{indicator} by municipality, {period}",
                lang,
                indicator=name_of(indicator, stage, lang),
                period=period_text(indicator, *period, lang),
            ),
            [
                Column("name", t("Municipality", lang), href_key="href"),
                value_column("value", t("Value", lang), indicator, lang),
                Column("numerator", t("Numerator", lang), count_kind(indicator, "numerator")),
                Column("denominator", t("Denominator", lang), count_kind(indicator, "denominator")),
                value_column("lower", t("95% interval from", lang), indicator, lang),
                value_column("upper", t("95% interval to", lang), indicator, lang),
            ],
            table_rows,
            lang,
        ),
        figure=figure,
        mark=mark,
        how_to_read=t(
            "The value of a municipality comes from the counts of its institutions; the line is its 95% "
            "interval, the dashed line Latvia. The borders on the map are schematic. Choose a municipality in "
            "the list to mark it on the map.",
            lang,
        ),
        provenance=of_series(request, indicator, _counts_at(request, indicator, stage, period)),
        lang=lang,
        address=request.address,
        height=430,
        level=level,
    )


def _of(row, field: str, indicator: Indicator | None = None) -> object:
    if row is None:
        return Reason("z")
    value = getattr(row, field)
    if value is None:
        return Reason(row.reason or ("z" if field in ("lower", "upper") else "c"))
    return value if indicator is None else table_value(indicator, value)


def _area_page(request: Request, code: str) -> str | None:
    return request.url("municipality", code=code) if "municipality" in REGISTRY else None


def _area_row(request: Request, indicator: Indicator, area, row, name: str, chosen: str | None) -> dict:
    lang = request.lang
    return {
        "name": getattr(area, name),
        "href": request.here(pasvaldiba=None if area.code == chosen else area.code),
        "own": area.code == chosen,
        "value": row and row.value,
        "lower": row and row.lower,
        "upper": row and row.upper,
        "value_text": value_text(indicator, row, lang),
        "reason": "z" if row is None else row.reason,
    }


def _area_finding(request, indicator, shown, found, name, national, chosen, areas) -> str:
    lang = request.lang
    if not shown:
        return t("There is no value of this indicator for any municipality that may be shown.", lang)
    first, last = shown[0], shown[-1]
    sentence = t(
        "From {first} in {first_name} to {last} in {last_name}",
        lang,
        first=value_text(indicator, found[first.code], lang),
        first_name=_place(first, lang),
        last=value_text(indicator, found[last.code], lang),
        last_name=_place(last, lang),
    )
    if national is not None:
        sentence += t("; {value} in Latvia", lang, value=text(indicator.unit, national, lang, short=True))
    sentence += "."
    area = next((one for one in areas if one.code == chosen), None)
    if area is not None:
        row = found.get(area.code)
        value = None if row is None else value_text(indicator, row, lang)
        sentence += " " + (
            t("{place}: {value}.", lang, place=getattr(area, name), value=value)
            if value
            else t("There is no value for {place}.", lang, place=getattr(area, name))
        )
    return sentence


def _place(area, lang: str) -> str:
    return area.name_locative if lang == "lv" else area.name_en


def _rounded_edge(indicator: Indicator, value: float) -> float:
    """An edge of a class as it is printed, so that the map and its legend agree."""
    unit = UNITS[indicator.unit]
    return round(value * unit.scale, unit.digits) / unit.scale


def _area_map(request, indicator, shown, without, found, name, chosen) -> tuple[dict, Markup]:
    lang = request.lang
    ordered = sorted(found[area.code].value for area in shown)
    edges = sorted(
        {
            _rounded_edge(indicator, risks.quantile(ordered, share / AREA_CLASSES))
            for share in range(1, AREA_CLASSES)
        }
        if ordered
        else ()
    )
    colours = SEQUENCE if len(edges) == AREA_CLASSES - 1 else SEQUENCE[: len(edges) + 1]
    if indicator.direction == "low_bad":
        colours = list(reversed(colours))
    texts = [f"{getattr(area, name)}: {value_text(indicator, found[area.code], lang)}" for area in shown]
    figure = choropleth(
        [area.code for area in shown],
        [found[area.code].value for area in shown],
        texts,
        geometry_url(request.settings),
        edges,
        list(colours),
    )
    trace = figure["data"][0]
    trace["customdata"] = [request.here(pasvaldiba=area.code) for area in shown]
    trace["marker"]["line"] = {
        "color": ["#000" if area.code == chosen else "#4B5563" for area in shown],
        "width": [3 if area.code == chosen else 0.7 for area in shown],
    }
    if without:
        figure["data"].insert(
            0,
            {
                **{key: value for key, value in trace.items() if key not in ("customdata", "marker")},
                "locations": [area.code for area in without],
                "z": [0] * len(without),
                "colorscale": [[0, "#F3F4F6"], [1, "#F3F4F6"]],
                "text": [f"{getattr(area, name)}: {t('no value', lang)}" for area in without],
                "marker": {"line": {"color": "#4B5563", "width": 0.7}},
            },
        )
    grey = [("#F3F4F6", t("no value", lang))] if without else []
    short = axis_text(indicator, lang)
    classes = [short(edge) for edge in edges]
    words = [
        t("below {value}", lang, value=classes[0]) if classes else t("all municipalities with a value", lang),
        *[f"{low}{numbers.EN_DASH}{high}" for low, high in zip(classes, classes[1:], strict=False)],
        *([t("{n} and more", lang, n=classes[-1])] if classes else []),
    ]
    key = render("risks_map_key.html", classes=[*zip(colours, words, strict=False), *grey])
    return figure, key


# --- how different: funnel and spread -------------------------------------------------------------


def _counts_at(request: Request, indicator: Indicator, stage: str, period: Period) -> LevelCounts:
    return risks.level_counts(request.reader).get((indicator.id, stage), {}).get(period) or LevelCounts()


def funnel_frame(
    request: Request, indicator: Indicator, stage: str, period: Period, rows: Sequence, *, level: int = 2
) -> ChartFrame:
    """Institutions by size and value: small ones scatter more. Names only for readers who may see them."""
    lang, scope = request.lang, request.scope
    picture = risks.picture(request.reader, indicator, stage, period)
    limits_of = picture.funnel
    factor = size_factor(indicator)
    drawn = [row for row in rows if row.value is not None and row.denominator]
    named = [row for row in drawn if row.plane == "detail"]
    points = [
        {
            "size": row.denominator * factor,
            "value": row.value,
            "level": row.level,
            "certain": row.certainty == "certain",
            "own": scope.signed_in and not scope.sees_all and row.plane == "detail",
            "text": f"{row.name}: {value_text(indicator, row, lang)} ({count_text(indicator, row, lang)})"
            if row.plane == "detail"
            else None,
        }
        for row in drawn
    ]
    limits = []
    if limits_of is not None and points:
        low = min(point["size"] for point in points)
        high = max(point["size"] for point in points)
        steps = 40
        sizes = [low * (high / low) ** (step / steps) for step in range(steps + 1)] if high > low else [low]
        limits = [
            {
                "size": size,
                "inner": limits_of.limits(size / factor, Z_INNER),
                "outer": limits_of.limits(size / factor, Z_OUTER),
            }
            for size in sizes
        ]
    target = limits_of.target if limits_of is not None else _country_value(request, indicator, stage, period)
    words = {
        "target": ""
        if target is None
        else t("Latvia: {value}", lang, value=text(indicator.unit, target, lang)),
        "x": t("Size: {what}, logarithmic", lang, what=size_word(indicator, lang)),
        "y": unit_word(indicator, lang) if indicator.unit != "share" else indicator.text(lang).short_name,
    }
    figure = risk_figures.funnel(
        points,
        target=target,
        limits=limits,
        text=axis_text(indicator, lang),
        size_text=lambda size: numbers.integer(size, lang),
        words=words,
        scale=UNITS[indicator.unit].scale,
    )
    outside = (
        [_outside(limits_of, row.denominator, row.value, Z_OUTER) for row in drawn]
        if limits_of is not None
        else []
    )
    return ChartFrame(
        title=t("Is a small institution really different?", lang),
        finding=_funnel_finding(indicator, limits_of, drawn, outside, lang),
        table=_funnel_table(request, indicator, stage, period, drawn, limits_of),
        figure=figure if drawn else None,
        mark=marks.level_legend(lang) if named and drawn else (None if drawn else Markup("")),
        how_to_read=_funnel_words(request, indicator, limits_of, named, lang),
        provenance=of_series(request, indicator, _counts_at(request, indicator, stage, period)),
        lang=lang,
        address=request.address,
        height=430,
        level=level,
    )


def _country_value(request, indicator, stage, period) -> float | None:
    return national_value(risks.national(request.reader), indicator, stage, period)


def _outside(funnel: risks.Funnel, size: float, value: float, z: float) -> int:
    lower, upper = funnel.limits(size, z)
    return 1 if value > upper else -1 if value < lower else 0


def _funnel_finding(indicator, funnel, drawn, outside, lang: str) -> str:
    if not drawn:
        return t("No value of a single institution may be shown here.", lang)
    if funnel is None:
        return tn(
            "{n} institution; there are no limits of chance, because this is a census or there are fewer "
            "than 30 institutions.",
            "{n} institutions; there are no limits of chance, because this is a census or there are fewer "
            "than 30 institutions.",
            len(drawn),
            lang,
        )
    above, below = outside.count(1), outside.count(-1)
    return tn(
        "Of {n} institution {above} above and {below} below the outer limits; the others differ no more than "
        "chance and the usual spread explain.",
        "Of {n} institutions {above} are above and {below} below the outer limits; the others differ no more "
        "than chance and the usual spread explain.",
        len(drawn),
        lang,
        above=numbers.integer(above, lang),
        below=numbers.integer(below, lang),
    )


def _funnel_words(request, indicator, funnel, named, lang: str) -> str:
    words = []
    if funnel is not None:
        words.append(
            t(
                "Each dot is an institution; between the solid lines lie about 95%, between the dashed ones "
                "99.8% of what chance and the usual spread explain.",
                lang,
            )
        )
        if funnel.tau2 > 0:
            words.append(
                t(
                    "Institutions spread {times} times as much as chance alone would make them, so the limits "
                    "are widened (over-dispersion).",
                    lang,
                    times=numbers.decimal(funnel.phi, lang),
                )
            )
    if not request.scope.signed_in:
        words.append(t("Values and sizes are protected by rounding; institutions are not named here.", lang))
    elif not request.scope.sees_all and named:
        words.append(t("Your own institutions are named and larger.", lang))
    return " ".join(words)


SIZES = (20, 50, 100, 250, 500)


def size_class(size: float, lang: str) -> str:
    """The class of an institution's size in words."""
    low = 0
    for edge in SIZES:
        if size < edge:
            if low:
                return f"{numbers.integer(low, lang)}{numbers.EN_DASH}{numbers.integer(edge - 1, lang)}"
            return t("under {n}", lang, n=edge)
        low = edge
    return t("{n} and more", lang, n=low)


def size_order(size: float) -> int:
    """The place of the size class."""
    return sum(size >= edge for edge in SIZES)


def _funnel_table(request, indicator, stage, period, drawn, funnel) -> Table:
    lang = request.lang
    factor = size_factor(indicator)
    classes: dict[int, list] = {}
    for row in drawn:
        classes.setdefault(size_order(row.denominator * factor), []).append(row)
    rows = []
    for order in sorted(classes):
        group = classes[order]
        ordered = sorted(row.value for row in group)
        sides = [_outside(funnel, r.denominator, r.value, Z_OUTER) for r in group] if funnel else []
        inner = [_outside(funnel, r.denominator, r.value, Z_INNER) for r in group] if funnel else []
        few = len(group) < 5 and not request.scope.sees_all
        rows.append(
            {
                "size": size_class(group[0].denominator * factor, lang),
                "institutions": len(group),
                "median": Reason("c") if few else table_value(indicator, risks.quantile(ordered, 0.5)),
                "below": sides.count(-1) if funnel else Reason("z"),
                "above_inner": inner.count(1) - sides.count(1) if funnel else Reason("z"),
                "above": sides.count(1) if funnel else Reason("z"),
            }
        )
    return Table(
        "riska-piltuve",
        t(
            "{indicator} by size of the institution, {period}",
            lang,
            indicator=name_of(indicator, stage, lang),
            period=period_text(indicator, *period, lang),
        ),
        [
            Column("size", capital(size_word(indicator, lang))),
            Column("institutions", t("Institutions", lang), "integer"),
            value_column("median", t("Median", lang), indicator, lang),
            Column("below", t("Below the outer limits", lang), "integer"),
            Column("above_inner", t("Above 95%, inside 99.8%", lang), "integer"),
            Column("above", t("Above the outer limits", lang), "integer"),
        ],
        rows,
        lang,
    )


def spread_frame(
    request: Request, indicator: Indicator, stage: str, period: Period, *, level: int = 2
) -> ChartFrame:
    """Where the values of institutions lie, all together and by type."""
    lang = request.lang
    picture = risks.picture(request.reader, indicator, stage, period)
    whole = risks.distribution(request.reader, indicator.id, stage, period)
    groups = []
    if whole is not None and whole.p50 is not None:
        quantiles = tuple(getattr(whole, f"p{q:02d}") for q in (10, 25, 50, 75, 90))
        groups.append((t("All institutions", lang), whole.institutions, quantiles))
    if len(picture.spreads) > 1:
        groups += [
            (institution_type(one.type, lang), one.institutions, one.quantiles) for one in picture.spreads
        ]
    drawn, rows = [], []
    names = ("p10", "p25", "p50", "p75", "p90")
    for name, count, quantiles in groups:
        drawn.append(
            {
                "name": name,
                "note": tn("{n} institution", "{n} institutions", count, lang),
                "quantiles": quantiles,
                "median": text(indicator.unit, quantiles[2], lang, short=True) if quantiles else None,
                "reason": t("too few to show", lang),
            }
        )
        rows.append(
            {
                "group": name,
                "institutions": count,
                **{
                    key: table_value(indicator, quantiles[place]) if quantiles else Reason("c")
                    for place, key in enumerate(names)
                },
            }
        )
    if groups and groups[0][2]:
        quantiles = groups[0][2]
        finding = t(
            "In the middle half of institutions the value lies between {low} and {high}; the median is {median}.",
            lang,
            low=text(indicator.unit, quantiles[1], lang, short=True),
            high=text(indicator.unit, quantiles[3], lang, short=True),
            median=text(indicator.unit, quantiles[2], lang, short=True),
        )
    else:
        finding = t("There are too few values to show how they spread.", lang)
    return ChartFrame(
        title=t("How do institutions of each type differ?", lang),
        finding=finding,
        table=Table(
            "riska-izkliede",
            t(
                "Spread of {indicator}, {period}",
                lang,
                indicator=name_of(indicator, stage, lang),
                period=period_text(indicator, *period, lang),
            ),
            [
                Column("group", t("Type", lang)),
                Column("institutions", t("Institutions", lang), "integer"),
                value_column("p10", t("10% are below", lang), indicator, lang),
                value_column("p25", t("25% are below", lang), indicator, lang),
                value_column("p50", t("Median", lang), indicator, lang),
                value_column("p75", t("75% are below", lang), indicator, lang),
                value_column("p90", t("90% are below", lang), indicator, lang),
            ],
            rows,
            lang,
        ),
        mark=risk_figures.spreads(
            drawn,
            caption=finding,
            heads={
                "name": t("Type", lang),
                "picture": t("Place on the scale", lang),
                "median": t("Median", lang),
            },
            text=axis_text(indicator, lang),
        ),
        how_to_read=t(
            "Light band: 80% of institutions; dark band: the middle half; line: the median. Types with fewer "
            "than {n} institutions are not drawn.",
            lang,
            n=risks.FEWEST_FOR_SPREAD,
        ),
        provenance=of_series(request, indicator, _counts_at(request, indicator, stage, period)),
        lang=lang,
        address=request.address,
        level=level,
    )


# --- what is not seen -----------------------------------------------------------------------------


def coverage_frame(request: Request, tab: str, *, level: int = 2) -> ChartFrame:
    """From how many institutions each series was delivered, and how many are too small to judge."""
    lang = request.lang
    drawn, rows = [], []
    for indicator, stage in series_of(tab):
        period, counts = latest(request, indicator, stage)
        if period is None or not counts.expected:
            continue
        share = counts.delivered / counts.expected
        judged = counts.judged / counts.expected
        drawn.append(
            {
                "name": name_of(indicator, stage, lang),
                "href": risk_url(request, indicator, stage, limenis="x"),
                "value": share,
                "text": f"{numbers.percent(share, lang)} ({numbers.counts(counts.delivered, counts.expected, lang)})",
                "note": period_text(indicator, *period, lang),
            }
        )
        rows.append(
            {
                "indicator": f"{indicator.id} {name_of(indicator, stage, lang)}",
                "stage": stages.name(stage, lang),
                "period": period_text(indicator, *period, lang),
                "expected": counts.expected,
                "delivered": counts.delivered,
                "missing": counts.missing,
                "too_few": counts.too_few,
                "share": share,
                "judged": judged,
            }
        )
    delivered, expected = sum(row["delivered"] for row in rows), sum(row["expected"] for row in rows)
    worst = min(rows, key=lambda row: row["share"], default=None)
    if worst is None:
        finding = t("Nothing is due in this stage yet.", lang)
    elif worst["missing"] == 0:
        finding = t("All values that are due have been received.", lang)
    else:
        finding = t(
            "{share} of the values that are due have been received; most are missing for “{indicator}”: {n} of {all}.",
            lang,
            share=numbers.percent(delivered / expected, lang),
            indicator=worst["indicator"],
            n=numbers.integer(worst["missing"], lang),
            all=numbers.integer(worst["expected"], lang),
        )
    return ChartFrame(
        title=t("What are we not seeing?", lang),
        finding=finding,
        table=Table(
            "riska-parklajums",
            t("Values received by indicator: {stage}", lang, stage=stages.name(tab, lang)),
            [
                Column("indicator", t("Indicator", lang)),
                Column("stage", t("Stage", lang)),
                Column("period", t("Period", lang)),
                Column("expected", t("Institutions, value due", lang), "integer"),
                Column("delivered", t("Received", lang), "integer"),
                Column("missing", t("No data", lang), "integer"),
                Column("too_few", t("Too few cases", lang), "integer"),
                Column("share", t("Received, share", lang), "percent"),
                Column("judged", t("With a level, share", lang), "percent"),
            ],
            rows,
            lang,
        ),
        mark=risk_figures.bars(
            drawn,
            caption=finding,
            heads={"name": t("Indicator", lang), "value": t("Received, share", lang)},
            top=1.0,
        ),
        how_to_read=t(
            "The bar is the share of institutions whose value has been received. An institution with too few "
            "cases is received but gets no level.",
            lang,
        ),
        provenance=provenance(
            request,
            t("institutions with a value ÷ institutions from which a value is due", lang),
            (delivered, expected),
        ),
        lang=lang,
        address=request.address,
        level=level,
    )


# --- thresholds in words --------------------------------------------------------------------------

ORIGINS = {
    "provisional": _("provisional, not official"),
    "published_rule": _("a rule published by the service"),
    "official": _("official"),
}
TERRITORIES = {"*": _("all territories"), "state_city": _("state cities"), "county": _("counties")}


def sign(indicator: Indicator, operator: str) -> str:
    """The sign that leads towards risk."""
    return (
        {">": "<", ">=": "≤"}[operator]
        if indicator.direction == "low_bad"
        else {">": ">", ">=": "≥"}[operator]
    )


def boundary_text(indicator: Indicator, rule, number: float, lang: str) -> str:
    """One boundary of a threshold in a few words and signs."""
    if rule.basis == "band":
        line = (
            t("the 5% line for the size", lang)
            if indicator.direction == "low_bad"
            else t("the 5% or 95% line for the size", lang)
        )
        if number == 1:
            return t("beyond {line}", lang, line=line)
        return t(
            "{n} times as far from the expected value as {line}",
            lang,
            n=numbers.plain(number, lang),
            line=line,
        )
    mark = sign(indicator, rule.operator)
    if rule.basis == "times_national":
        return t("{sign} {n} × national value", lang, sign=mark, n=numbers.plain(number, lang))
    if rule.basis == "plus_national":
        return t(
            "{sign} national value {difference}",
            lang,
            sign=mark,
            difference=_apart(difference_text(indicator, number, lang)),
        )
    value = text(indicator.unit, number, lang, short=True)
    if indicator.direction == "both":
        other = text(indicator.unit, -number, lang, short=True)
        return f"{mark} {value} {t('or', lang)} {'<' if mark == '>' else '≤'} {other}"
    return f"{mark} {value}"


def _apart(signed: str) -> str:
    """A signed number as the second part of a sum: ``− 10,0``."""
    return f"{signed[0]} {signed[1:]}" if signed[:1] in ("+", numbers.MINUS) else signed


def rule_text(indicator: Indicator, rule, lang: str) -> str:
    """A whole threshold with its origin: promise that no level stands without it."""
    return t(
        "Threshold ({origin}, from {date}): medium {medium}; high {high}.",
        lang,
        origin=t(ORIGINS[rule.origin], lang),
        date=numbers.date_short(rule.valid_from, lang),
        medium=boundary_text(indicator, rule, rule.medium, lang),
        high=boundary_text(indicator, rule, rule.high, lang),
    )


def rules_of(request: Request, indicator: Indicator, stage: str) -> list:
    """The thresholds in force for a stage, the newest of each territory, most specific first."""
    found: dict[str, object] = {}
    rows = [row for row in risks.threshold_history(request.reader, indicator.id) if row.stage in (stage, "*")]
    day = request.reader.release.as_of
    for row in sorted(rows, key=lambda row: (row.stage != "*", row.valid_from, row.id), reverse=True):
        if row.valid_from <= day:
            found.setdefault(row.territory_kind, row)
    return list(found.values())


def rules_text(request: Request, indicator: Indicator, stage: str) -> str:
    """The thresholds in force in words, with the territory where there are several."""
    lang = request.lang
    rows = rules_of(request, indicator, stage)
    if len(rows) < 2:
        return " ".join(rule_text(indicator, row, lang) for row in rows)
    return " ".join(
        f"{capital(t(TERRITORIES[row.territory_kind], lang))}: {rule_text(indicator, row, lang)}"
        for row in rows
    )


def overdue(indicator: Indicator, today: date | None = None) -> bool:
    """Whether the review of a definition is past its date."""
    return indicator.next_review < (today or date.today()).isoformat()
