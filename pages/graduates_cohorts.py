"""Cohorts of graduates by years since graduation: lines, and the triangle of what has been observed."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from components import graduate_charts as charts
from components import marks
from components.chart_frame import ChartFrame
from components.graduate_charts import Value
from components.nodes import Block
from components.tables import Column, Reason, Table
from indicators import graduates as method
from language import numbers, reasons
from language.messages import translate as t
from language.messages import translate_plural as tn

from .graduates_choice import Chosen, after, floor, notes_of
from .graduates_controls import caveat


def cohort_lines(chosen: Chosen) -> Block:
    """Lines by years since graduation with the caveats beside them."""
    return Block("div", [_lines(chosen), caveat(chosen)], class_="g-side")


def _lines(chosen: Chosen) -> ChartFrame:
    lang, ks = chosen.lang, chosen.ks
    pooled = [chosen.value(chosen.rows.get((0, k))) for k in ks]
    series, bands = [], []
    cohorts = [c for c in range(chosen.first, chosen.last + 1) if any((c, k) in chosen.rows for k in ks)]
    drawn = [cohort for cohort in cohorts if not _too_small(chosen, cohort)]
    shown = _highlight(chosen, drawn or cohorts)
    for cohort in drawn:
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
                "name": t("wage where they live", lang) if chosen.near else t("average wage", lang),
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
    low = floor(min(known), chosen) if known else 0.0
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
        how_to_read=_lines_reading(
            chosen, low, len(drawn) < len(cohorts), together=any(value.x is not None for value in pooled)
        ),
        table=_lines_table(chosen, cohorts),
        provenance=chosen.provenance(note=chosen.market_note, own=True),
    )


def _drop_future(line: dict, cohort: int, chosen: Chosen) -> None:
    """A year that is not finished is no gap with a reason; the line simply ends."""
    line["kind"] = "school"
    line["reasons"] = [code or "x" for code in line["reasons"]]
    line["end_text"] = next((text for text in reversed(line["texts"]) if text), None)


def _too_small(chosen: Chosen, cohort: int) -> bool:
    """Whether a cohort says little alone, so that it is read together with two others only."""
    if chosen.request.params.get("kohorta") == str(cohort):
        return False
    sizes = [row.graduates for (own, _k), row in chosen.rows.items() if own == cohort]
    return all(size is None or size < method.POOL_UNDER for size in sizes)


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


def _period(chosen: Chosen, k: int) -> str:
    row = chosen.rows.get((0, k))
    return str(k) if row is None or row.cohorts >= method.POOLED else f"{k} ({row.cohorts})"


def _lines_finding(chosen: Chosen, cohort: int | None, pooled: Sequence[Value]) -> str:
    lang = chosen.lang
    parts = [
        t("{value} {after}", lang, value=pooled[k - 1].text, after=after(k, lang))
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
            t("{value} {after}", lang, value=text, after=after(k, lang))
            for k, text in own
            if text is not None
        ][:4]
        if not parts:
            return t("{whom}: nothing may be shown or nothing has been observed yet.", lang, whom=chosen.who)
        return t(
            "{whom}, cohort of {year}: {parts}.", lang, whom=chosen.who, year=cohort, parts=", ".join(parts)
        )
    return t("{whom}: {parts}.", lang, whom=chosen.who, parts=", ".join(parts))


def _lines_reading(chosen: Chosen, low: float, left_out: bool, *, together: bool) -> str:
    lang = chosen.lang
    if chosen.programme:
        text = t(
            "Years after graduation run to the right. The last three cohorts that have been observed for so long are "
            "read together; (2) means two cohorts.",
            lang,
        )
    else:
        text = t("One line is one year of graduation, followed from its first to its tenth year.", lang)
        if together:
            text += " " + t(
                "The dashed line reads the last three cohorts together; the cohorts behind it change from point to "
                "point, (2) means two of them.",
                lang,
            )
    if left_out and not chosen.programme:
        text += " " + t(
            "Cohorts of fewer than 30 graduates are not drawn one by one: chance moves them too much.", lang
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
            cells[f"k{k}"] = cell_of(chosen, cohort, k)[1]
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
            *notes_of(chosen),
        ],
    )


def cell_of(chosen: Chosen, cohort: int, k: int) -> tuple[str, object, Value]:
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
            state, cell, value = cell_of(chosen, cohort, k)
            states[state] = states.get(state, 0) + 1
            cells.append(
                {
                    "state": state,
                    "x": value.x,
                    "text": _short(value, chosen),
                    "brief": _thousands(value, chosen),
                    "reason": value.reason,
                }
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
            brief=t("in thousand EUR", lang) if chosen.measure.kind == "euro" else "",
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
            notes=notes_of(chosen),
        ),
        provenance=chosen.provenance(note=chosen.market_note, own=True),
    )


def _short(value: Value, chosen: Chosen) -> str | None:
    if value.text is None:
        return None
    if chosen.measure.kind == "euro":
        return numbers.integer(value.x, chosen.lang)
    return value.text


def _thousands(value: Value, chosen: Chosen) -> str | None:
    """An income for a phone, where ten columns leave room for four signs."""
    if value.text is None or chosen.measure.kind != "euro":
        return None
    return numbers.decimal(value.x / 1000, chosen.lang, 1)
