"""/absolventi/karjera : what graduates do after 1, 3, 5 and 10 years, in plain sentences, up to three side by side."""

from __future__ import annotations

from dataclasses import dataclass

from access.pages import Request, page
from components import graduate_charts as charts
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import graduates as queries
from indicators import graduates as method
from language import numbers, reasons
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from . import graduates_choice as parts
from .kept import keep, once

PICK = r"[ap](-[a-z_]{3,45}|\d{5})"
SLOTS = ("pirmais", "otrais", "tresais")
DEFAULTS = ("a-science_maths_it", "a-education", "p-engineering_manufacturing_construction")
SYSTEMS = {"a": "higher", "p": "vocational"}
HEADINGS = {
    ("higher", "field"): _("Higher education: fields"),
    ("higher", "programme"): _("Higher education: programmes"),
    ("vocational", "field"): _("Vocational education: fields"),
    ("vocational", "programme"): _("Vocational education: qualifications"),
}
KINDS = {"higher": _("higher education"), "vocational": _("vocational education")}
STATUS_KINDS = {
    "employed": "one",
    "studying": "rating-3",
    "unemployed": "rating-2",
    "inactive": "two",
    "emigrated": "three",
    "unknown": "four",
}


@dataclass(frozen=True)
class Pick:
    """A field or a qualification that the reader compares."""

    key: str
    system: str
    field: str
    name: str
    rows: dict[int, object]
    last_k: int

    @property
    def programme(self) -> bool:
        """Whether it is one programme; its name is then in Latvian."""
        return not self.key[1:].startswith("-")

    def full(self, lang: str) -> str:
        """The name with the system where the name alone does not tell it."""
        if self.programme:
            return self.name
        return t("{field} ({system})", lang, field=self.name, system=t(KINDS[self.system], lang))


@page("graduates_career", "/absolventi/karjera", params=dict.fromkeys(SLOTS, PICK))
def view(request: Request) -> View:
    """Three choices at most; without any, three fields as an example. The same for every reader."""
    lang = request.lang
    lead, body = once(request, "career", lambda: _made(request))
    return View(
        title=t("What do graduates do after 1, 3, 5 and 10 years?", lang),
        lead=lead,
        window_title=t("After graduation", lang),
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("After graduation", lang))],
        release_id=request.reader.release.id,
    )


def _made(request: Request) -> tuple[str, list[Part]]:
    """Lead sentence and parts of the page."""
    lang, reader = request.lang, request.reader
    spans = {system: queries.span(reader, system) for system in KINDS}
    if not any(spans.values()):
        return t("No data of graduates have been loaded yet.", lang), []
    options = once(request, f"career options {lang}", lambda: _options(request, spans), everywhere=True)
    wanted = [request.params.get(slot, "") for slot in SLOTS]
    example = not any(wanted)
    if example:
        wanted = list(DEFAULTS)
    known = {value: name for _heading, found in options for value, name, _text, _of in found}
    picks = [
        pick
        for key in dict.fromkeys(key for key in wanted if key in known)
        if (pick := _pick(request, key, known[key], spans)) is not None
    ]
    prices = queries.prices(reader)
    final = max(span[2] for span in spans.values() if span)
    form = render(
        "graduates_career_form.html",
        lang=lang,
        action=request.url("graduates_career"),
        groups=options,
        selects=[
            {"name": slot, "label": label, "value": key if key in known else ""}
            for slot, label, key in zip(
                SLOTS,
                (t("First choice", lang), t("Second choice", lang), t("Third choice", lang)),
                wanted,
                strict=True,
            )
        ],
    )
    body: list[Part] = [form]
    if picks:
        cards = [_card(request, pick, prices, final) for pick in picks]
        body.append(render("graduates_career_cards.html", lang=lang, cards=cards))
        body.append(keep(_comparison(request, picks, prices, final)))
    body.append(_how(request))
    body.append(
        render(
            "graduates_links.html",
            lang=lang,
            links=[
                (t("Graduates: higher education", lang), request.url("graduates_higher")),
                (t("Graduates: vocational education", lang), request.url("graduates_vocational")),
            ],
        )
    )
    return _lead(picks, lang, example), body


def _lead(picks: list[Pick], lang: str, example: bool) -> str:
    if not picks:
        return t("Choose a field or a qualification.", lang)
    told, names = [], parts.Names(lang)
    for pick in picks:
        row = pick.rows.get(1)
        if row is not None and (text := _of_hundred(row, "employed", lang)):
            name = names.hold(pick.name) if pick.programme else _small(pick.full(lang))
            told.append(t("{name} – {text}", lang, name=name, text=text))
    if not told:
        return t("Of these choices nothing may be shown a year after graduation.", lang)
    sentence = t("A year after graduation at work: {parts}.", lang, parts="; ".join(told))
    return names.told(t("An example; choose your own below.", lang) + " " + sentence if example else sentence)


def _options(request: Request, spans: dict) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """Groups of choices: key, name, words in the list, language of the words. A closed list shows the words only."""
    lang = request.lang
    result = []
    for letter, system in SYSTEMS.items():
        if spans[system] is None:
            continue
        have = {row.field for row in queries.groups(request.reader, system, field=None, ks=(1,))}
        kind = t(KINDS[system], lang)
        fields = []
        for key, text in parts.FIELDS.items():
            if key in have:
                name = t(text, lang)
                shown = t("{field} ({system})", lang, field=name, system=kind)
                fields.append((f"{letter}-{key}", name, shown, lang))
        found = queries.programmes(request.reader, system, k=1, field=None, level=None)
        names = sorted(
            ((row.programme[6:], row.programme[:5]) for row in found), key=lambda one: _sort(one[0])
        )
        result.append((t(HEADINGS[system, "field"], lang), fields))
        result.append(
            (
                t(HEADINGS[system, "programme"], lang),
                [(f"{letter}{code}", name, name, "lv") for name, code in names],
            )
        )
    return result


def _sort(name: str) -> str:
    from language.sorting import collation_key

    return collation_key(name)


def _pick(request: Request, key: str, name: str, spans: dict) -> Pick | None:
    system, what = SYSTEMS[key[0]], key[1:]
    span = spans[system]
    if span is None:
        return None
    if what.startswith("-"):
        rows = queries.groups(request.reader, system, field=what[1:], ks=method.FLOW_K)
    else:
        rows = [
            row
            for k in method.FLOW_K
            for row in queries.programmes(request.reader, system, k=k, field=None, level=None)
            if row.programme.startswith(f"{what} ")
        ]
    if not rows:
        return None
    return Pick(key, system, rows[0].field, name, {row.k: row for row in rows}, span[2] - span[0])


def _of_hundred(row, status: str, lang: str) -> str | None:
    """`81 of 100`, or the band; None where nothing may be said."""
    low, high = getattr(row, f"{status}_low"), getattr(row, f"{status}_high")
    if low is None or high is None:
        return None
    if low == high:
        count = int(low * 100 + 0.5)
        if count == 0:
            return t("fewer than 1 of 100", lang)
        return t("{n} of 100", lang, n=numbers.integer(count, lang))
    if low == 0:
        return t("at most {n} of 100", lang, n=numbers.integer(high * 100, lang))
    if high == 1:
        return t("at least {n} of 100", lang, n=numbers.integer(low * 100, lang))
    return t(
        "{low}–{high} of 100",
        lang,
        low=numbers.integer(low * 100, lang),
        high=numbers.integer(high * 100, lang),
    )


def _card(request: Request, pick: Pick, prices: dict[int, float], final: int) -> dict:
    lang = request.lang
    steps = []
    for k in method.FLOW_K:
        row = pick.rows.get(k)
        heading = parts.after(k, lang)
        if row is None:
            text = (
                t("Nobody has been followed for so long yet.", lang)
                if k > pick.last_k
                else t("There were no graduates.", lang)
            )
            steps.append({"title": heading[:1].upper() + heading[1:], "sentences": [text]})
            continue
        steps.append(
            {"title": heading[:1].upper() + heading[1:], "sentences": _sentences(row, prices, final, lang)}
        )
    first = pick.rows.get(1)
    note = t(KINDS[pick.system], lang)
    if first is not None and first.graduates is not None:
        note += " · " + tn(
            "{n} graduate in three years", "{n} graduates in three years", first.graduates, lang
        )
    name = parts.in_latvian(pick.name, lang) if pick.programme else pick.name
    return {"name": name, "note": note, "steps": steps, "where": _where(request, pick)}


def _sentences(row, prices: dict[int, float], final: int, lang: str) -> list[str]:
    if row.reason:
        return [reasons.meaning(row.reason, lang) + "."]
    told = {status: _of_hundred(row, status, lang) for status in method.STATUSES}
    sentences = [
        t(
            "Working: {employed}; only studying: {studying}; registered unemployed: {unemployed}; neither working nor "
            "studying: {inactive}; living abroad: {emigrated}; no information: {unknown}.",
            lang,
            **told,
        )
    ]
    yearly = charts.euro(
        row.income_median,
        prices[final] / prices[method.BASE_YEAR] if final in prices and method.BASE_YEAR in prices else None,
        lang,
        row.income_reason,
    )
    if yearly.x is not None:
        monthly = int(yearly.x / 12 / 10 + 0.5) * 10
        sentences.append(
            t(
                "Half of those with income earn more than {monthly} a month before taxes, in prices of {year}.",
                lang,
                monthly=numbers.euro(monthly, lang),
                year=final,
            )
        )
    else:
        sentences.append(t("Income: {reason}.", lang, reason=reasons.word(yearly.reason or "x", lang)))
    if row.relative_income is not None:
        sentences.append(_against_wage(row.relative_income, parts.is_near(row), lang))
    return sentences


def _against_wage(ratio: float, near: bool, lang: str) -> str:
    share = numbers.percent(abs(ratio - 1), lang, 0)
    if abs(ratio - 1) < 0.015:
        return (
            t("Then that was about the average wage where they live.", lang)
            if near
            else t("Then that was about the average wage of the country.", lang)
        )
    if ratio > 1:
        return (
            t("Then that was {share} above the average wage where they live.", lang, share=share)
            if near
            else t("Then that was {share} above the average wage of the country.", lang, share=share)
        )
    return (
        t("Then that was {share} below the average wage where they live.", lang, share=share)
        if near
        else t("Then that was {share} below the average wage of the country.", lang, share=share)
    )


def _where(request: Request, pick: Pick) -> str:
    if not pick.key[1:].startswith("-"):
        return ""
    lang = request.lang
    found = queries.flows(request.reader, pick.system, "sector", 1)
    top = sorted(
        (
            (row.share, code)
            for (field, code), row in found.items()
            if field == pick.field and code and row.share is not None
        ),
        reverse=True,
    )[:3]
    if not top:
        return ""
    return t(
        "A year after graduation most often: {parts}.",
        lang,
        parts=", ".join(
            f"{_small(t(parts.SECTORS[code], lang))} ({numbers.percent(share, lang, 0)})"
            for share, code in top
        ),
    )


def _heading(pick: Pick, k: int, lang: str) -> str:
    """Name of a bar."""
    names = parts.Names(lang)
    name = names.hold(pick.name) if pick.programme else pick.full(lang)
    return names.told(t("{name}, {after}", lang, name=name, after=parts.after(k, lang)))


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _comparison(request: Request, picks: list[Pick], prices: dict[int, float], final: int) -> ChartFrame:
    lang = request.lang
    drawings, rows = [], []
    factor = (
        prices[final] / prices[method.BASE_YEAR] if final in prices and method.BASE_YEAR in prices else None
    )
    for pick in picks:
        for k in method.FLOW_K:
            row = pick.rows.get(k)
            if row is None:
                continue
            exact = {
                status: charts.share(
                    getattr(row, f"{status}_low"),
                    getattr(row, f"{status}_high"),
                    row.graduates,
                    lang,
                    row.reason or "c",
                    exact=False,
                )
                for status in method.STATUSES
            }
            if all(value.x is not None for value in exact.values()):
                drawings.append(
                    (
                        _heading(pick, k, lang),
                        marks.stacked_bar(
                            [
                                {
                                    "label": t(parts.STATUS_WORDS[status], lang),
                                    "value": exact[status].x,
                                    "text": exact[status].text,
                                    "kind": kind,
                                }
                                for status, kind in STATUS_KINDS.items()
                            ],
                            lang,
                            label=f"{pick.full(lang)}, {parts.after(k, lang)}",
                            key=len(drawings) == 0,
                        ),
                    )
                )
            income = parts.yearly(row, factor, lang, row.income_reason)
            rows.append(
                {
                    "name": parts.in_latvian(pick.name, lang) if pick.programme else pick.full(lang),
                    "k": str(k),
                    "n": row.graduates if row.graduates is not None else Reason(row.reason or "x"),
                    **{status: value.cell for status, value in exact.items()},
                    "income": income.cell,
                    "ratio": charts.ratio(row.relative_income, lang, row.relative_reason).cell,
                }
            )
    origin = queries.origin(request.reader)
    first = [(pick, pick.rows.get(1)) for pick in picks]
    best = [
        (row.relative_income, pick)
        for pick, row in first
        if row is not None and row.relative_income is not None
    ]
    places = len(queries.institutions(request.reader, "higher")) + len(
        queries.institutions(request.reader, "vocational")
    )
    finding = t("The values of the choices side by side.", lang)
    if len(best) > 1:
        names, ratio = parts.Names(lang), lambda one: one[0]
        high, low = max(best, key=ratio), min(best, key=ratio)
        finding = names.told(
            t(
                "In the first year the median income was highest in {first} ({first_value} of the average wage) and lowest in "
                "{last} ({last_value}).",
                lang,
                first=names.hold(high[1].name) if high[1].programme else _small(high[1].full(lang)),
                first_value=numbers.percent(high[0], lang, 0),
                last=names.hold(low[1].name) if low[1].programme else _small(low[1].full(lang)),
                last_value=numbers.percent(low[0], lang, 0),
            )
        )
        if len({pick.system for pick in picks}) > 1:
            finding += " " + t(
                "Higher and vocational education are different beginnings: their graduates differ in age and in what they "
                "did before.",
                lang,
            )
    return ChartFrame(
        title=t("The choices side by side", lang),
        finding=finding,
        mark=render("national_pair.html", parts=drawings, stacked=True) if drawings else None,
        how_to_read=t(
            "Each bar is all graduates of the last three cohorts; a part too narrow for its number is named below the bar.",
            lang,
        ),
        table=Table(
            "karjera",
            t("Graduates after 1, 3, 5 and 10 years", lang),
            [
                Column("name", t("Field or qualification", lang)),
                Column("k", t("Years after", lang)),
                Column("n", t("Graduates", lang), "integer"),
                *(
                    Column(status, _capital(t(word, lang)), "percent")
                    for status, word in parts.STATUS_WORDS.items()
                ),
                Column("income", t("Median income a year, prices of {year}", lang, year=final), "euro"),
                Column("ratio", t("Income ÷ average wage", lang), "decimal2"),
            ],
            rows,
            lang,
            notes=[
                t(
                    "Counts are rounded to 5, shares of fewer than 300 graduates to whole percent or to a band; other "
                    "shares that together would tell of fewer than 10 graduates are bands too. Fewer than 10 graduates "
                    "and what would reveal them are not shown.",
                    lang,
                ),
                *([t("Names of programmes exist in Latvian only.", lang)] if lang != "lv" else []),
            ],
        ),
        provenance=Provenance(
            source=origin["name_lv" if lang == "lv" else "name_en"],
            as_of=origin["as_of"],
            coverage=(places, places),
            release_id=request.reader.release.id,
            counting=t("graduates of the last three cohorts by status, of all graduates", lang),
            synthetic=bool(origin["synthetic"]),
        ),
        lang=lang,
        address=request.address,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _how(request: Request) -> object:
    lang = request.lang
    return render(
        "graduates_caveat.html",
        lang=lang,
        items=[
            (
                t("What this is not", lang),
                t(
                    "It tells what happened to others, not what will happen to you. Fields differ in who chooses them.",
                    lang,
                ),
            ),
            (
                t("Who is missing", lang),
                t(
                    "Income earned abroad is not known to the tax service. Those abroad stay in “all graduates” and are "
                    "left out of “those in Latvia”.",
                    lang,
                ),
            ),
        ],
    )
