"""Fields, levels and programmes of graduates, of the country and of one institution."""

from __future__ import annotations

from components import graduate_charts as charts
from components import marks
from components.chart_frame import ChartFrame
from components.graduate_charts import Value
from components.tables import Column, Reason, Table
from data_access.queries import graduates as queries
from language import numbers
from language.messages import translate as t
from language.messages import translate_plural as tn

from .graduates_choice import LEVELS, Chosen, Names, after, apart, field_name, floor, in_latvian, notes_of


def fields(chosen: Chosen) -> ChartFrame:
    """Fields by levels at k, with a small line over the years in every cell."""
    lang, k = chosen.lang, chosen.k
    levels = ["", *LEVELS[chosen.system]]
    names = {"": t("all levels", lang), **{key: t(text, lang) for key, text in LEVELS[chosen.system].items()}}
    keys_ = [*chosen.fields, ""]
    found: list[tuple[float, str]] = []
    rows, table_rows = [], []
    for field in keys_:
        cells, table_row = [], {"field": field_name(field, lang)}
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
                    "label": f"{field_name(field, lang)}, {names[level]}",
                }
            )
            table_row[f"v{level}"] = value.cell
            table_row[f"n{level}"] = (
                size if size is not None else Reason((row.reason if row else None) or "z")
            )
        rows.append(
            {
                "name": field_name(field, lang),
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
        level=3 if chosen.place is not None else 2,
        finding=_extremes(chosen, high, low),
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
            notes=notes_of(chosen),
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


def _extremes(chosen: Chosen, high: tuple[float, str] | None, low: tuple[float, str] | None) -> str:
    """The highest and the lowest field, and whether they differ by more than chance."""
    lang, k = chosen.lang, chosen.k
    if high is None or low is None:
        return t("Nothing has been observed {after} yet.", lang, after=after(k, lang))
    first, last = (chosen.grid[field, "", k] for _x, field in (high, low))
    sentence = t(
        "Highest: {first} ({first_value}); lowest: {last} ({last_value}).",
        lang,
        first=field_name(high[1], lang),
        first_value=chosen.value(first).text,
        last=field_name(low[1], lang),
        last_value=chosen.value(last).text,
    )
    if high[1] == low[1] or apart(chosen.span_of(first), chosen.span_of(last)):
        return sentence
    return sentence + " " + t("The difference of the two may be chance.", lang)


MOST = 15


def own_programmes(chosen: Chosen) -> ChartFrame:
    """Programmes of the institution beside the same field and level of the country."""
    lang, k = chosen.lang, chosen.k
    mine = chosen.own_programmes
    plot, rows, differ = [], [], []
    detail = chosen.plane == "detail"
    exact = detail or chosen.measure.kind != "share"  # else only the band is told
    for row in mine:
        value = chosen.value(row)
        nation = chosen.value(chosen.grid.get((row.field, row.level, k)))
        cells = {
            "programme": in_latvian(row.programme, lang),
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
        span = chosen.span_of(row) if exact else (value.low, value.high)
        plot.append(
            {
                "name": in_latvian(row.programme, lang),
                "href": cells["href"],
                "value": value.x,
                "value_text": value.text,
                "reason": value.reason,
                "lower": span[0] if span else None,
                "upper": span[1] if span else None,
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
        finding=finding if mine else t("No programme has been observed {after}.", lang, after=after(k, lang)),
        mark=marks.dot_plot(
            plot,
            lang,
            label=t("Programmes", lang) + f", {after(k, lang)}: {chosen.label()}",
            name_title=t("Programme", lang),
            value_title=chosen.label(),
            reference=nation.x,
            reference_text=None
            if nation.text is None
            else t("country, field and level of the chosen programme: {value}", lang, value=nation.text)
            if chosen.programme
            else t("country, all programmes: {value}", lang, value=nation.text),
            axis_text=chosen.short_axis,
            low=floor(min((item["value"] for item in plot if item["value"] is not None), default=0), chosen),
        )
        if mine
        else None,
        how_to_read=(
            t(
                "The line is the 95% interval or the band that the value lies in. The comparison weighs chance: a small "
                "programme is drawn towards the programmes of its field and level (beta-binomial model).",
                lang,
            )
            if detail and chosen.measure.column == "employed"
            else t("The line is the 95% interval: what chance alone would allow.", lang)
            if exact
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
            notes=[*_programme_names(lang), *notes_of(chosen)],
        ),
        provenance=chosen.provenance(note=chosen.market_note, own=True),
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


def national_programmes(chosen: Chosen) -> ChartFrame:
    """The largest programmes of the country; the table has all."""
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
    spans = {row.programme: chosen.span_of(row) for row, _value in items}
    whole = chosen.span_of(chosen.rows.get((0, k)))
    clear = sum(apart(span, whole) for span in spans.values())
    texts = {row.programme: value.text for row, value in items}
    names = Names(lang)
    return chosen.frame(
        title=t("Which programmes stand out {after}?", lang, after=after(k, lang)),
        finding=names.told(
            tn(
                "Of the {all} largest programmes ({whom}) {n} differs from all of them together by more than chance; highest "
                "{first} ({first_value}), lowest {last} ({last_value}).",
                "Of the {all} largest programmes ({whom}) {n} differ from all of them together by more than chance; highest "
                "{first} ({first_value}), lowest {last} ({last_value}).",
                clear,
                lang,
                all=numbers.integer(len(items), lang),
                whom=chosen.whom,
                first=names.hold(max(known)[1]),
                first_value=texts[max(known)[1]],
                last=names.hold(min(known)[1]),
                last_value=texts[min(known)[1]],
            )
        )
        if known
        else t("No programme has been observed {after}.", lang, after=after(k, lang)),
        mark=marks.dot_plot(
            [
                {
                    "name": in_latvian(row.programme, lang),
                    "value": value.x,
                    "value_text": value.text,
                    "reason": value.reason,
                    "lower": spans[row.programme][0] if spans[row.programme] else value.low,
                    "upper": spans[row.programme][1] if spans[row.programme] else value.high,
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
            low=floor(
                min(
                    [value for value, _name in known] + [span[0] for span in spans.values() if span],
                    default=0,
                ),
                chosen,
            ),
        )
        if items
        else None,
        how_to_read=t(
            "The largest programmes of the choice above; the table holds all. The line is the 95% interval; where it crosses the "
            "dashed line, the programme does not clearly differ.",
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
                    "programme": in_latvian(row.programme, lang),
                    "n": row.graduates if row.graduates is not None else Reason(row.reason or "x"),
                    "value": value.cell,
                }
                for row, value in all_values
            ],
            lang,
            notes=[*_programme_names(lang), *notes_of(chosen)],
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )
