"""Words, numbers and addresses that all risk pages share: series, values, thresholds, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from markupsafe import Markup

from access.pages import REGISTRY, Request
from components import marks
from components.chart_frame import Provenance
from components.tables import Column, Reason
from components.templating import render
from data_access.queries import risks, values
from data_access.queries.risks import LevelCounts
from data_access.queries.values import Period
from indicators import sentences, stages
from indicators.catalogue import INDICATORS
from indicators.model import ALWAYS, UNITS, Indicator
from language import numbers
from language.bodies import registers
from language.messages import _
from language.messages import translate as t

from .institution_values import (
    all_sources,
    name_of,
    period_text,
    text,
    value_text,
)

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
    bodies: bool = True,
) -> Provenance:
    """Where the numbers of a risk frame come from."""
    release = request.reader.release
    return Provenance(
        source=source or all_sources(request.lang),
        as_of=release.as_of,
        coverage=coverage,
        release_id=release.id,
        counting=counting,
        synthetic=release.synthetic,
        note=note,
        bodies=bodies,
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
        source=registers(indicator.sources, request.lang),
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


def national_value(national, indicator: Indicator, stage: str, period: Period) -> float | None:
    return next(
        (
            point.value
            for point in reversed(national.get((indicator.id, stage), []))
            if point.period == period and point.value is not None
        ),
        None,
    )


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


def since(valid_from: str, lang: str) -> str:
    """From when a threshold is valid; the day on which records begin is no decision of anybody."""
    if valid_from <= ALWAYS:
        return t("for all years on record", lang)
    return t("from {date}", lang, date=numbers.date_short(valid_from, lang))


def rule_text(indicator: Indicator, rule, lang: str) -> str:
    """A whole threshold with its origin: promise that no level stands without it."""
    return t(
        "Threshold ({origin}, {since}): medium {medium}; high {high}.",
        lang,
        origin=t(ORIGINS[rule.origin], lang),
        since=since(rule.valid_from, lang),
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
