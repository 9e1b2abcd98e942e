"""What stands around the charts of the graduate pages: choices, tabs, key figures, what to know before comparing."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from access.pages import REGISTRY
from components import marks
from components.published_charts import key_row
from components.templating import render
from indicators import graduates as method
from language import numbers, reasons
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .graduates_choice import FIELDS, LEVELS, MEASURES, PAGES, Chosen, after, is_near, upper


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
        names = chosen.programme_names
        choices.append(
            {
                "name": "programma",
                "label": t("Programme", lang),
                "value": params.get("programma", ""),
                "options": [("", t("all programmes", lang)), *((name[:5], name) for name in names)],
                "options_lang": "lv",
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


def headline(chosen: Chosen) -> str:
    """The answer in one sentence."""
    lang = chosen.lang
    parts = []
    for k in (1, 5, 10):
        row = chosen.rows.get((0, k))
        value = chosen.value(row, MEASURES["nodarbinati"]) if row is not None else None
        if value is not None and value.text is not None:
            parts.append(t("{value} {after}", lang, value=value.text, after=after(k, lang)))
    income = chosen.value(chosen.rows.get((0, 1)), MEASURES["relativi"])
    if not parts:
        return t("The group is too small or not observed yet, so nothing is shown.", lang)
    sentence = t(
        "Employed, of all graduates: {parts} (each time the last cohorts that were followed for so long).",
        lang,
        parts=", ".join(parts),
    )
    if income.text is None:
        return sentence
    return (
        sentence
        + " "
        + (
            t(
                "The median income in the first year is {share} of the average wage where they live.",
                lang,
                share=numbers.percent(income.x, lang, 0),
            )
            if is_near(chosen.rows[0, 1])
            else t(
                "The median income in the first year is {share} of the average wage.",
                lang,
                share=numbers.percent(income.x, lang, 0),
            )
        )
    )


def keys(chosen: Chosen) -> Markup:
    """Key figures at the chosen k beside the country."""
    lang = chosen.lang
    row = chosen.rows.get((0, chosen.k))
    figures = []
    for key in ("nodarbinati", "relativi", "atbilst", "bezdarbs", "arzemes"):
        measure = MEASURES[key]
        value = chosen.value(row, measure)
        notes = [chosen.label(measure)]
        of_all = measure.column in method.STATUSES and not (chosen.local and measure.column == "employed")
        if of_all and row is not None and row.graduates is not None:
            notes.append(tn("{n} graduate", "{n} graduates", row.graduates, lang))
        if chosen.place is not None:
            other = chosen.value(chosen.national.get(chosen.k), measure)
            if other.text is not None:
                notes.append(t("country: {value}", lang, value=other.text))
        figures.append(
            marks.key_figure(
                value.text,
                f"{t(measure.tab, lang)}, {after(chosen.k, lang)}",
                " · ".join(notes),
                lang=lang,
                reason=value.reason,
            )
        )
    return key_row(figures)


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
        items.append((t("Average wage", lang), _wage_words(chosen, row)))
    if chosen.measure.column == "unemployed" and row is not None and row.relative_unemployment is not None:
        items.append((t("Against where they live", lang), _jobless_words(chosen, row)))
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


def _wage_words(chosen: Chosen, row) -> str:
    """Whose wage incomes are measured against, and how high it is."""
    lang = chosen.lang
    if row is None or not is_near(row):
        return t(
            "1 = the average gross wage of the country in the same year; wages of municipalities are not loaded.",
            lang,
        )
    text = t(
        "1 = the average gross wage in the municipalities where the earners live, weighted by how many live in each.",
        lang,
    )
    factor = chosen.factor(row)
    if row.local_wage is not None and factor:
        text += " " + t(
            "{after} that is {wage} a year in prices of {year}.",
            lang,
            after=upper(after(chosen.k, lang)),
            wage=numbers.euro(round(row.local_wage * factor, -1), lang),
            year=chosen.base,
        )
    if row.income_basis == method.PART:
        text += " " + t("Where their municipality is not known, the wage of the country serves.", lang)
    return text


WHERE = {
    method.TOWN: _("residents of the same municipalities"),
    method.REGION: _("residents of the same regions"),
    method.PART: _("residents of the same places, as far as these are known"),
    method.COUNTRY: _("the country"),
}


def _jobless_words(chosen: Chosen, row) -> str:
    """Unemployment against that of the residents around."""
    lang = chosen.lang
    told = (row.relative_unemployment, row.relative_unemployment_lower, row.relative_unemployment_upper)
    digits = 1 if all(round(x, 1) == x for x in told) else 2
    text = t(
        "{after} there are {ratio} times as many registered unemployed among the employed and unemployed as among {where}.",
        lang,
        after=upper(after(chosen.k, lang)),
        ratio=numbers.decimal(told[0], lang, digits),
        where=t(WHERE[row.unemployment_basis or method.COUNTRY], lang),
    )
    if told[1] < told[2]:
        text += " " + t(
            "95% interval: {range}.", lang, range=numbers.interval(told[1], told[2], lang, digits, "number")
        )
    if row.local_rate is not None:
        text += " " + t("Expected there: about {rate}.", lang, rate=numbers.percent(row.local_rate, lang))
    return text


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
