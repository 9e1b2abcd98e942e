"""The frames about one indicator: by municipality, by size, by type. Not a page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from access.pages import REGISTRY, Request
from components import marks, risk_figures
from components.chart_frame import ChartFrame
from components.figures import SEQUENCE, choropleth
from components.tables import Column, Reason, Table
from components.templating import render
from data_access.queries import risks, units, values
from data_access.queries.risks import LevelCounts
from data_access.queries.values import Period
from indicators.model import UNITS, Indicator
from language import numbers
from language.messages import translate as t
from language.messages import translate_plural as tn

from . import risk_words
from .geometry import geometry_url
from .institution_values import (
    count_kind,
    count_text,
    name_of,
    period_text,
    text,
    value_text,
)
from .words import institution_type

AREA_CLASSES = 5
Z_INNER, Z_OUTER = 1.96, 3.09


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
        axis_text=risk_words.axis_text(indicator, lang),
        low=None if indicator.direction == "both" or indicator.relative else 0.0,
    )
    table_rows = [
        {
            "name": getattr(area, name),
            "href": _area_page(request, area.code),
            "value": Reason("z")
            if area.code not in found
            else risk_words.value_cell(indicator, found[area.code], lang),
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
                risk_words.value_column("value", t("Value", lang), indicator, lang),
                Column("numerator", t("Numerator", lang), count_kind(indicator, "numerator")),
                Column("denominator", t("Denominator", lang), count_kind(indicator, "denominator")),
                risk_words.value_column("lower", t("95% interval from", lang), indicator, lang),
                risk_words.value_column("upper", t("95% interval to", lang), indicator, lang),
            ],
            table_rows,
            lang,
        ),
        figure=figure,
        mark=mark,
        how_to_read=t(
            "The value of a municipality comes from the counts of its institutions; the line is its 95% "
            "interval, the dashed line Latvia: where they cross, the difference may be chance. The order is by value "
            "and no ranking of quality. The borders on the map are schematic. Choose a municipality in the list to "
            "mark it on the map.",
            lang,
        ),
        provenance=risk_words.of_series(request, indicator, _counts_at(request, indicator, stage, period)),
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
    return value if indicator is None else risk_words.table_value(indicator, value)


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
    short = risk_words.axis_text(indicator, lang)
    classes = [short(edge) for edge in edges]
    words = [
        t("below {value}", lang, value=classes[0]) if classes else t("all municipalities with a value", lang),
        *[_between(low, high, lang) for low, high in zip(classes, classes[1:], strict=False)],
        *([t("{n} and more", lang, n=classes[-1])] if classes else []),
    ]
    key = render("risks_map_key.html", classes=[*zip(colours, words, strict=False), *grey])
    return figure, key


def _between(low: str, high: str, lang: str) -> str:
    """A class of a map: the sign of a percentage once (1,1–2,3 %), and words where a minus stands before a dash."""
    if low.endswith("%") and high.endswith("%"):
        low = low.removesuffix("%").rstrip(numbers.NBSP)
    if numbers.MINUS in low + high:
        return t("from {low} to {high}", lang, low=low, high=high)
    return f"{low}{numbers.EN_DASH}{high}"


def _counts_at(request: Request, indicator: Indicator, stage: str, period: Period) -> LevelCounts:
    return risks.level_counts(request.reader).get((indicator.id, stage), {}).get(period) or LevelCounts()


def funnel_frame(
    request: Request, indicator: Indicator, stage: str, period: Period, rows: Sequence, *, level: int = 2
) -> ChartFrame:
    """Institutions by size and value: small ones scatter more. Names only for readers who may see them."""
    lang, scope = request.lang, request.scope
    picture = risks.picture(request.reader, indicator, stage, period)
    limits_of = picture.funnel
    factor = risk_words.size_factor(indicator)
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
        "x": t("Size: {what}, logarithmic", lang, what=risk_words.size_word(indicator, lang)),
        "y": risk_words.unit_word(indicator, lang)
        if indicator.unit != "share"
        else indicator.text(lang).short_name,
    }
    figure = risk_figures.funnel(
        points,
        target=target,
        limits=limits,
        text=risk_words.axis_text(indicator, lang),
        size_text=lambda size: numbers.integer(size, lang),
        words=words,
        scale=UNITS[indicator.unit].scale,
    )
    scores = [limits_of.score(row.value, row.denominator) for row in drawn] if limits_of else []
    return ChartFrame(
        title=t("Is a small institution really different?", lang),
        finding=_funnel_finding(limits_of, drawn, scores, lang),
        table=_funnel_table(request, indicator, stage, period, drawn, scores),
        figure=figure if drawn else None,
        mark=marks.level_legend(lang) if named and drawn else (None if drawn else Markup("")),
        how_to_read=_funnel_words(request, indicator, limits_of, named, lang),
        provenance=risk_words.of_series(request, indicator, _counts_at(request, indicator, stage, period)),
        lang=lang,
        address=request.address,
        height=430,
        level=level,
    )


def _country_value(request, indicator, stage, period) -> float | None:
    return risk_words.national_value(risks.national(request.reader), indicator, stage, period)


def _funnel_finding(funnel, drawn, scores, lang: str) -> str:
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
    above, below = sum(one > Z_OUTER for one in scores), sum(one < -Z_OUTER for one in scores)
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


def _funnel_table(request, indicator, stage, period, drawn, scores) -> Table:
    lang = request.lang
    factor = risk_words.size_factor(indicator)
    classes: dict[int, list] = {}
    for place, row in enumerate(drawn):
        found = classes.setdefault(risk_words.size_order(row.denominator * factor), [])
        found.append((row, scores[place] if scores else None))
    rows = []
    for order in sorted(classes):
        group = classes[order]
        ordered = sorted(row.value for row, _score in group)
        few = len(group) < 5 and not request.scope.sees_all

        def count(low: float, high: float, group=group) -> object:
            return sum(low < score <= high for _row, score in group) if scores else Reason("z")

        rows.append(
            {
                "size": risk_words.size_class(group[0][0].denominator * factor, lang),
                "institutions": len(group),
                "median": Reason("c")
                if few
                else risk_words.table_value(indicator, risks.quantile(ordered, 0.5)),
                "below": count(-math.inf, -Z_OUTER),
                "above_inner": count(Z_INNER, Z_OUTER),
                "above": count(Z_OUTER, math.inf),
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
            Column("size", risk_words.capital(risk_words.size_word(indicator, lang))),
            Column("institutions", t("Institutions", lang), "integer"),
            risk_words.value_column("median", t("Median", lang), indicator, lang),
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
                    key: risk_words.table_value(indicator, quantiles[place]) if quantiles else Reason("c")
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
                risk_words.value_column("p10", t("10% are below", lang), indicator, lang),
                risk_words.value_column("p25", t("25% are below", lang), indicator, lang),
                risk_words.value_column("p50", t("Median", lang), indicator, lang),
                risk_words.value_column("p75", t("75% are below", lang), indicator, lang),
                risk_words.value_column("p90", t("90% are below", lang), indicator, lang),
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
            text=risk_words.axis_text(indicator, lang),
        ),
        how_to_read=t(
            "Light band: 80% of institutions; dark band: the middle half; line: the median. Types with fewer "
            "than {n} institutions are not drawn.",
            lang,
            n=risks.FEWEST_FOR_SPREAD,
        ),
        provenance=risk_words.of_series(request, indicator, _counts_at(request, indicator, stage, period)),
        lang=lang,
        address=request.address,
        level=level,
    )
