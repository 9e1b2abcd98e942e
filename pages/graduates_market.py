"""Graduates and the labour market: pay and unemployment, sectors, regions."""

from __future__ import annotations

from components import graduate_charts as charts
from components.chart_frame import ChartFrame
from components.published_charts import bars, pair
from components.tables import Column, Reason, Table
from data_access.queries import graduates as queries
from indicators import graduates as method
from language import numbers
from language.messages import translate as t

from .graduates_choice import (
    FIELDS,
    LEVELS,
    SECTORS,
    Chosen,
    after,
    field_name,
    is_near,
    lower,
    notes_of,
    towns_words,
    upper,
)


def quadrant(chosen: Chosen) -> ChartFrame:
    """Fields and levels by relative income and relative unemployment."""
    lang, k = chosen.lang, chosen.k
    levels = LEVELS[chosen.system]
    points, rows, shown = [], [], []
    counts = [0, 0, 0, 0]
    for group, level in enumerate(levels):
        for field in chosen.fields:
            row = chosen.grid.get((field, level, k))
            if row is None:
                continue
            name = f"{t(FIELDS[field], lang)}, {t(levels[level], lang)}"
            factor = chosen.in_prices
            shown.append(row)
            income = charts.ratio(row.relative_income, lang, row.relative_reason)
            jobless = charts.ratio(row.relative_unemployment, lang, row.unemployment_reason, 1)
            span = _ratio_interval(row)
            rows.append(
                {
                    "name": name,
                    "n": row.graduates if row.graduates is not None else Reason(row.reason or "x"),
                    "income": income.cell,
                    "wage": round(row.local_wage * factor, -1)
                    if row.local_wage is not None and factor
                    else Reason(row.relative_reason or row.reason or "c"),
                    "jobless": jobless.cell,
                    "rate": row.local_rate
                    if row.local_rate is not None
                    else Reason(row.unemployment_reason or row.reason or "c"),
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
            after=upper(after(k, lang)),
            good=numbers.integer(counts[1], lang),
            all=numbers.integer(len(points), lang),
            bad=numbers.integer(counts[3], lang),
        )
        if points
        else t("There are no groups with both numbers {after}.", lang, after=after(k, lang)),
        figure=charts.quadrant(
            points,
            lang,
            x_title=t("income ÷ wage where they live", lang)
            if any(is_near(row) for row in shown)
            else t("median income ÷ average wage", lang),
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
                Column("wage", t("Average wage there, prices of {year}", lang, year=chosen.base), "euro"),
                Column("jobless", t("Unemployment ÷ expected", lang), "decimal"),
                Column("rate", t("Expected unemployment", lang), "percent"),
                Column("range", t("95% interval of unemployment", lang)),
            ],
            rows,
            lang,
            notes=_measured_against(shown, lang),
        ),
        provenance=chosen.provenance(
            counting=t("median income of the average wage; unemployed of the expected unemployed", lang),
            note=towns_words(chosen),
        ),
    )


def _measured_against(rows: list, lang: str) -> list[str]:
    """What the local wage and the expected unemployment are."""
    if not any(row.unemployment_basis == method.TOWN or is_near(row) for row in rows):
        return [
            t(
                "Expected: rates of registered unemployment by region (NVA, end of the year) weighted by where the "
                "graduates live, where both are known; else the rate of the country. No rate is at hand for 2014 and 2015.",
                lang,
            )
        ]
    notes = [
        t(
            "Wage and expected unemployment are those of the municipalities where the graduates live (wage of the year, "
            "registered unemployment at its end), weighted by how many live in each. Single incomes are not passed on, so "
            "the median of a group is divided by that wage.",
            lang,
        )
    ]
    if any(
        row.unemployment_basis not in (method.TOWN, None) or row.income_basis == method.PART for row in rows
    ):
        notes.append(
            t(
                "Where the municipality or its series is not known, the region serves for unemployment, else the country.",
                lang,
            )
        )
    return notes


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
            "field": field_name(name, lang),
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
            field=upper(field_name(field, lang)),
            after=after(k, lang),
            parts=", ".join(
                f"{lower(t(SECTORS[code], lang))} {numbers.percent(row.share, lang)}" for code, row in top
            ),
        )
        if top
        else t(
            "{field}: fewer than 100 employed, so the sectors are not shown.",
            lang,
            field=upper(field_name(field, lang)),
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
                        field=field_name(chosen.field, lang),
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
            notes=notes_of(chosen),
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )
