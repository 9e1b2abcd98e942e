"""/kavejumi : long unexcused absence of the country, a municipality or an institution, semester beside same semester.

The unit is in the query: nothing for the country, `pasvaldiba` for a municipality, `iestade` for an institution.
Readers outside the scope of a unit get protected values of the same page.
"""

from __future__ import annotations

from markupsafe import Markup

from access.pages import Request, page
from components.nodes import Part
from components.published_charts import change_words, sentence_case
from components.templating import render
from components.view import Crumb, View
from data_access.queries import units
from indicators import absence as measures
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from . import absence_development, absence_places, absence_sources
from .absence_unit import Unit, change_verdict, note, period_in, stage_name, stage_words, trend_text, unit_of
from .own_first import own_first

TABS = {
    "attistiba": _("How it develops"),
    "kur": _("Where"),
    "iemesli": _("Reasons and actions"),
    "saskana": _("Agreement with the report"),
}
INSTITUTION_TABS = {**TABS, "kur": _("Among the others")}
PARAMS = {
    "pasvaldiba": r"LV\d{7}",
    "iestade": r"\d{10}",
    "posms": "|".join(measures.AREA_STAGES),
    "semestris": "[12]",
    "skats": "|".join(TABS),
    "salidzinat": "[12]",
}


@page("absence", "/kavejumi", params=PARAMS)
def view(request: Request) -> View:
    """The page of one unit, one tab at a time; the answer comes first on every tab."""
    unit = unit_of(request)
    lang = unit.lang
    body: list[Part] = own_first(request)
    if not unit.cells:
        lead: str | Markup = t(
            "No absence data of this unit have been received for the current release.", lang
        )
        body += [_controls(unit), note(_no_data(unit))]
    else:
        lead = answer(unit)
        body += [_controls(unit), _tabs(unit)]
        refused = absence_development.refusal(request, unit)
        if refused:
            body.append(refused)
        if unit.closed:
            body.append(note(_closed(unit)))
        if not unit.exact and unit.kind != "country":
            body.append(_protected(unit))
        body += _parts(unit)
    return View(
        title=_title(unit),
        window_title=t("Absence", lang) if unit.kind == "country" else f"{t('Absence', lang)}: {unit.name}",
        lead=lead,
        body=body,
        lang=lang,
        crumbs=_crumbs(unit),
        release_id=request.reader.release.id,
    )


def _title(unit: Unit) -> str:
    if unit.kind == "country":
        return t("Are more or fewer learners long absent without a valid reason?", unit.lang)
    if unit.kind == "municipality":
        return t("Are more or fewer learners long absent {place}?", unit.lang, place=unit.locative)
    return t("Long unexcused absence: {name}", unit.lang, name=unit.name)


def _crumbs(unit: Unit) -> list[Crumb]:
    lang, request = unit.lang, unit.request
    crumbs = [Crumb(t("Latvia", lang), unit.url("national") or request.url("home"))]
    if unit.kind == "country":
        return [*crumbs, Crumb(t("Absence", lang))]
    crumbs.append(Crumb(t("Absence", lang), request.url("absence")))
    if unit.kind == "institution":
        place = units.municipality_by_code(unit.reader, unit.municipality_code)
        crumbs.append(
            Crumb(
                place.name_full if lang == "lv" else place.name_en,
                request.url("absence", pasvaldiba=unit.municipality_code),
            )
        )
    return [*crumbs, Crumb(unit.name)]


def _no_data(unit: Unit) -> str:
    if unit.kind == "municipality" and unit.row.valid_from > unit.reader.release.as_of:
        return t("There are no data within these borders yet.", unit.lang)
    if unit.kind == "institution" and not unit.exact and unit.teaches_preschool:
        return t(
            "Absence in one preschool is a very small count: it is shown to the institution, its municipality and the "
            "ministry, and to everybody for the whole country.",
            unit.lang,
        )
    if unit.kind == "institution" and not unit.stages:
        return t("Absence is not monitored in the stages that this institution teaches.", unit.lang)
    return t(
        "Either nothing was due or nothing was sent; ask the institution or its municipality.", unit.lang
    )


def _closed(unit: Unit) -> str:
    return t(
        "The institution was closed on {date}; these are its last data.",
        unit.lang,
        date=numbers.date_short(unit.row.valid_to, unit.lang),
    )


def _protected(unit: Unit) -> Markup:
    if unit.kind == "institution":
        text = t(
            "Counts of one institution are small and therefore protected: you see shares, for small groups as ranges. The "
            "exact counts are seen by the institution, its municipality and the ministry.",
            unit.lang,
        )
    else:
        text = t(
            "Small counts are protected: under ten they are not shown, the others are rounded to five. Preschool, special "
            "programmes and reasons are shown for the whole country only.",
            unit.lang,
        )
    return note(text)


# --- the answer -----------------------------------------------------------------------------------------


def answer(unit: Unit) -> str:
    """The page in one or two sentences: how many, against the same semester a year before, and the trend."""
    lang = unit.lang
    now = unit.cell(unit.year, unit.semester)
    period = sentence_case(period_in(unit.year, unit.semester, lang))
    if unit.stage != "total":
        stage = sentence_case(stage_words(unit.stage, lang))
        period = f"{stage}: {period_in(unit.year, unit.semester, lang)}"
    if now is None or now.low is None:
        if now is not None and now.reason == "c":
            return t("{period}: the group is too small to show a number.", lang, period=period)
        return t("{period}: data have not been received.", lang, period=period)
    share = _headline_share(unit, now)
    if now.count is None:
        return t(
            "{period} {share} of the learners were long absent without a valid reason.",
            lang,
            period=period,
            share=share,
        )
    before = unit.cell(unit.year - 1, unit.semester)
    found = absence_development.change_of(now, before)
    verdict = _verdict(found.word, lang) if found is not None else ""
    if not unit.exact and unit.kind != "country":
        text = tn(
            "{period} about {n} learner ({share}) was long absent without a valid reason",
            "{period} about {n} learners ({share}) were long absent without a valid reason",
            now.count,
            lang,
            period=period,
            share=share,
        )
        if found is not None:
            text += t("; against the same semester a year before the share {verdict}", lang, verdict=verdict)
    else:
        text = tn(
            "{period} {n} learner ({share}) was long absent without a valid reason",
            "{period} {n} learners ({share}) were long absent without a valid reason",
            now.count,
            lang,
            period=period,
            share=share,
        )
        if found is not None:
            text += t(
                " – {change} in the same semester a year before; the share {verdict}",
                lang,
                change=_than(before.count, now.count, lang),
                verdict=verdict,
            )
    text += "."
    trend = unit.trend(unit.semester)
    if trend is not None:
        text += " " + t("Trend over the years: {trend}.", lang, trend=trend_text(trend, lang))
    return text


FEW = 50  # below it a relative change says more than is there


def _has_preschool(unit: Unit) -> bool:
    young = unit.cell(unit.year, unit.semester, "preschool")
    return young is not None and bool(young.pupils)


def _headline_share(unit: Unit, now) -> str | None:
    """The share of the sentence. Preschool counts days and not lessons, so the total's share leaves it out, or says
    that it is in where its count is protected."""
    share = now.share_text(unit.lang)
    if unit.stage != "total" or share is None or not _has_preschool(unit):
        return share
    young = unit.cell(unit.year, unit.semester, "preschool")
    if now.count is None or young is None or young.count is None or not 0 < young.pupils < now.pupils:
        return t("{share} with preschool", unit.lang, share=share)
    own = (now.count - young.count) / (now.pupils - young.pupils)
    return t("{share} without preschool", unit.lang, share=numbers.percent(own, unit.lang))


def _than(before: float, now: float, lang: str) -> str:
    """``par 877 (9,0 %) mazāk nekā``; without a percentage where the counts are small."""
    if before == now:
        return t("as many as", lang)
    if before >= FEW:
        return t("{change} than", lang, change=change_words(before, now, lang))
    gap = numbers.integer(abs(now - before), lang)
    return t("{n} fewer than", lang, n=gap) if now < before else t("{n} more than", lang, n=gap)


VERDICTS = {
    "worse": _("has risen by more than chance"),
    "better": _("has fallen by more than chance"),
    "same": _("has not changed by more than chance"),
}


def _verdict(word: str, lang: str) -> str:
    return t(VERDICTS[word], lang) if word in VERDICTS else change_verdict(None, lang)


# --- controls and tabs ------------------------------------------------------------------------------------


def _controls(unit: Unit) -> Markup:
    lang, request = unit.lang, unit.request
    places = units.municipalities(unit.reader)
    options = [("", t("Latvia", lang))] + [
        (row.code, row.name_full if lang == "lv" else row.name_en) for row in places
    ]
    known = {code for code, _name in options}
    current = unit.municipality_code or ""
    if current not in known:
        options.append((current, unit.name))
    stages = [(one, stage_name(one, lang)) for one in unit.stages]
    return render(
        "absence_controls.html",
        lang=lang,
        action=request.url("absence"),
        institution=unit.row.reg_no if unit.kind == "institution" else "",
        institution_name=unit.name if unit.kind == "institution" else "",
        municipality_href=request.url("absence", pasvaldiba=unit.municipality_code)
        if unit.kind == "institution"
        else "",
        places=options,
        place=current,
        stages=stages,
        stage=unit.stage,
        semesters=[(str(number), numbers.semester(number, lang)) for number in (1, 2)],
        semester=str(unit.semester),
        tab=request.params.get("skats", ""),
    )


def _tab(unit: Unit) -> str:
    return unit.request.params.get("skats", "attistiba")


def _tabs(unit: Unit) -> Markup:
    names = dict(INSTITUTION_TABS if unit.kind == "institution" else TABS)
    if unit.kind != "country" and _tab(unit) != "saskana":
        del names["saskana"]  # the report prints the country only
    current = _tab(unit)
    return render(
        "absence_tabs.html",
        lang=unit.lang,
        tabs=[
            {
                "id": f"ab-{key}",
                "text": t(name, unit.lang),
                "href": unit.here(skats=None if key == "attistiba" else key, salidzinat=None),
                "current": key == current,
            }
            for key, name in names.items()
        ],
        other=unit.here(skats=None, salidzinat="1" if unit.semester == 2 else "2"),
        other_text=t(
            "Why is semester {a} not compared with semester {b}?",
            unit.lang,
            a=unit.semester,
            b=3 - unit.semester,
        ),
        unregistered=unit.url("unregistered"),
    )


def _parts(unit: Unit) -> list[Part]:
    return {
        "attistiba": absence_development.development,
        "kur": absence_places.places,
        "iemesli": absence_sources.causes,
        "saskana": absence_sources.agreement,
    }[_tab(unit)](unit)
