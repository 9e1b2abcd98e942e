"""What graduates work as and how many founded an enterprise: of the country by field, and of one institution."""

from __future__ import annotations

from components.chart_frame import ChartFrame
from components.published_charts import bars
from components.tables import Column, Reason, Table
from data_access.queries import graduates as queries
from indicators import graduates as method
from indicators.statistics.intervals import wilson
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .graduates_choice import MEASURES, Chosen, after, field_name, lower, upper
from .kept import once

OCCUPATIONS = {  # ISCO-08 major groups
    "1": _("Managers"),
    "2": _("Professionals"),
    "3": _("Technicians and associate professionals"),
    "4": _("Clerical support workers"),
    "5": _("Service and sales workers"),
    "6": _("Skilled agricultural, forestry and fishery workers"),
    "7": _("Craft and related trades workers"),
    "8": _("Plant and machine operators, and assemblers"),
    "9": _("Elementary occupations"),
    "0": _("Armed forces occupations"),
}


def _step(chosen: Chosen) -> int:
    """The last k up to the chosen one for which occupations are delivered."""
    return max((step for step in method.FLOW_K if step <= chosen.k), default=1)


def _share(row, lang: str) -> tuple[float | None, str, object]:
    """Share to draw, words beside the bar and table cell of a protected row."""
    if row is None:
        return None, "", Reason("z")
    if row.share is None:
        return None, "", Reason(row.reason or "c")
    return (
        row.share,
        f"{numbers.percent(row.share, lang)} ({numbers.integer(row.graduates, lang)})",
        row.share,
    )


def _frame_words(chosen: Chosen, k: int) -> dict:
    """What both views of the occupations have in common."""
    lang = chosen.lang
    fits = (
        t("Groups 1–3 are the work that fits higher education.", lang)
        if chosen.system == "higher"
        else t(
            "For vocational education, work that fits is told by the sector of the qualification, not by the group.",
            lang,
        )
    )
    return {
        "title": t("What do graduates work as?", lang),
        "how_to_read": t(
            "Major groups of the occupation classification (ISCO-08) in its own order, bars from zero.", lang
        )
        + " "
        + fits,
        "provenance": chosen.provenance(
            counting=t("employed graduates by occupation group (ISCO-08), last three cohorts", lang),
            own=chosen.place is not None,
        ),
    }


def _legend(chosen: Chosen) -> list[tuple[str, str]]:
    if chosen.system != "higher":
        return []
    lang = chosen.lang
    return [("one", t("fits higher education", lang)), ("two", t("other occupations", lang))]


def _kind(chosen: Chosen, code: str) -> str:
    return "one" if chosen.system != "higher" or code in method.MATCHING else "two"


def _nation(chosen: Chosen, kind: str, k: int) -> dict:
    """Released flows of the country at k; those of all k are read once a release."""

    def read() -> dict[int, dict]:
        return {step: queries.flows(chosen.reader, chosen.system, kind, step) for step in method.K}

    return once(chosen.request, f"graduates {chosen.system} {kind}", read, everywhere=True)[k]


def occupations(chosen: Chosen) -> ChartFrame | None:
    """Occupation groups of the employed; None where the reader may not see those of the institution."""
    return _own_occupations(chosen) if chosen.place is not None else _national_occupations(chosen)


def _national_occupations(chosen: Chosen) -> ChartFrame:
    lang, k, field = chosen.lang, _step(chosen), chosen.field
    found = queries.flows(chosen.reader, chosen.system, "occupation", k)
    codes = [code for code in OCCUPATIONS if any(category == code for _field, category in found)]
    told = [(code, *_share(found.get((field, code)), lang)[:2]) for code in codes]
    known = [(share, code) for code, share, _text in told if share is not None]
    rows = []
    for name in (*chosen.fields, ""):
        total, fit = found.get((name, "")), chosen.grid.get((name, "", k))
        rows.append(
            {
                "field": field_name(name, lang),
                "n": total.graduates
                if total is not None and total.graduates is not None
                else Reason("c" if total is not None else "x"),
                "fit": chosen.value(fit, MEASURES["atbilst"]).cell,
                **{code: _share(found.get((name, code)), lang)[2] for code in codes},
            }
        )
    return chosen.frame(
        finding=_occupations_finding(chosen, k, known),
        mark=bars(
            [
                {
                    "name": f"{code}. {t(OCCUPATIONS[code], lang)}",
                    "bars": [{"value": share, "text": text, "kind": _kind(chosen, code), "reason": "c"}],
                }
                for code, share, text in told
            ],
            lang,
            caption=t("Occupation groups", lang) + f", {after(k, lang)}: {field_name(field, lang)}",
            name_title=t("Occupation group", lang),
            value_title=t("share of the employed", lang),
            legend=_legend(chosen),
        )
        if known
        else None,
        table=Table(
            "profesijas",
            t(
                "Occupation groups by field of study, {after}: share of the employed",
                lang,
                after=after(k, lang),
            ),
            [
                Column("field", t("Field", lang)),
                Column("n", t("Employed", lang), "integer"),
                Column("fit", t("Work that fits", lang), "percent"),
                *(Column(code, f"{code}. {t(OCCUPATIONS[code], lang)}", "percent") for code in codes),
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
        **_frame_words(chosen, k),
    )


def _occupations_finding(chosen: Chosen, k: int, known: list[tuple[float, str]]) -> str:
    lang, field = chosen.lang, upper(field_name(chosen.field, chosen.lang))
    if not known:
        return t("{field}: fewer than 100 employed, so the occupations are not shown.", lang, field=field)
    fit = chosen.value(chosen.grid.get((chosen.field, "", k)), MEASURES["atbilst"])
    if chosen.system == "higher" and fit.text is not None:
        return t(
            "{field}, {after}: {share} of the employed work as managers, professionals or technicians (groups 1–3).",
            lang,
            field=field,
            after=after(k, lang),
            share=fit.text,
        )
    return t(
        "{field}, {after}, most often: {parts}.",
        lang,
        field=field,
        after=after(k, lang),
        parts=", ".join(
            f"{lower(t(OCCUPATIONS[code], lang))} ({numbers.percent(share, lang)})"
            for share, code in sorted(known, reverse=True)[:3]
        ),
    )


def _own_occupations(chosen: Chosen) -> ChartFrame | None:
    lang, k = chosen.lang, _step(chosen)
    mine = queries.own_flows(chosen.reader, chosen.place, chosen.system, "occupation").get(k, {})
    total = mine.get("", 0)
    if not total:
        return None
    nation = _nation(chosen, "occupation", k)
    codes = [code for code in OCCUPATIONS if code in mine or ("", code) in nation]
    groups, rows = [], []
    for code in codes:
        count = mine.get(code, 0)
        share, _text, cell = _share(nation.get(("", code)), lang)
        name = f"{code}. {t(OCCUPATIONS[code], lang)}"
        groups.append(
            {
                "name": name,
                "bars": [
                    {
                        "value": count / total,
                        "text": f"{numbers.percent(count / total, lang)} ({numbers.integer(count, lang)})",
                        "kind": "one",
                        "name": t("this institution", lang),
                    },
                    {
                        "value": share,
                        "text": numbers.percent(share, lang) if share is not None else "",
                        "kind": "two",
                        "name": t("country", lang),
                        "reason": "c",
                    },
                ],
            }
        )
        rows.append({"group": name, "n": count, "share": count / total, "nation": cell})
    fit = sum(mine.get(code, 0) for code in method.MATCHING)
    if chosen.system == "higher":
        finding = t(
            "{whom}, {after}: {n} of {all} employed ({share}) work as managers, professionals or technicians (groups 1–3).",
            lang,
            whom=chosen.who,
            after=after(k, lang),
            n=numbers.integer(fit, lang),
            all=numbers.integer(total, lang),
            share=numbers.percent(fit / total, lang),
        )
    else:
        top = sorted(((mine.get(code, 0), code) for code in codes), reverse=True)[:3]
        finding = t(
            "{field}, {after}, most often: {parts}.",
            lang,
            field=chosen.who,
            after=after(k, lang),
            parts=", ".join(
                f"{lower(t(OCCUPATIONS[code], lang))} ({numbers.percent(count / total, lang)})"
                for count, code in top
                if count
            ),
        )
    return chosen.frame(
        finding=finding,
        mark=bars(
            groups,
            lang,
            caption=t("Occupation groups", lang) + f", {after(k, lang)}: {chosen.whom}",
            name_title=t("Occupation group", lang),
            value_title=t("share of the employed", lang),
            legend=[("one", t("this institution", lang)), ("two", t("country", lang))],
        ),
        table=Table(
            "profesijas",
            t("Occupation groups", lang) + f", {after(k, lang)}: {chosen.whom}",
            [
                Column("group", t("Occupation group", lang)),
                Column("n", t("Employed", lang), "integer"),
                Column("share", t("This institution", lang), "percent"),
                Column("nation", t("Country", lang), "percent"),
            ],
            rows,
            lang,
        ),
        **_frame_words(chosen, k),
    )


# --- enterprises -----------------------------------------------------------------------------------


def founders(chosen: Chosen) -> ChartFrame | None:
    """Graduates who founded an enterprise, per 100 graduates; None where nothing of it was delivered or may be seen."""
    return _own_founders(chosen) if chosen.place is not None else _national_founders(chosen)


def _per_hundred(share: float | None, lang: str) -> str:
    return numbers.decimal(100 * share, lang, 1) if share is not None else ""


def _founders_words(chosen: Chosen, k: int) -> dict:
    lang = chosen.lang
    return {
        "title": t("How many graduates found an enterprise?", lang),
        "how_to_read": t(
            "Graduates who founded an enterprise up to the end of the year, per 100 graduates of the last three cohorts; "
            "the number of founders in brackets. The 95% interval in the table tells what chance alone would allow.",
            lang,
        ),
        "provenance": chosen.provenance(
            counting=t("graduates who founded an enterprise, of all graduates; last three cohorts", lang),
            own=chosen.place is not None,
        ),
    }


def _founders_table(chosen: Chosen, k: int, name_title: str, rows: list[dict]) -> Table:
    lang = chosen.lang
    protected = t(
        "Fields with at least 100 graduates; fewer than 10 founders and what would reveal them are not shown, counts are "
        "rounded to 5.",
        lang,
    )
    return Table(
        "uznemumi",
        t("Graduates who founded an enterprise, {after}", lang, after=after(k, lang)),
        [
            Column("name", name_title),
            Column("graduates", t("Graduates", lang), "integer"),
            Column("founders", t("Founded an enterprise", lang), "integer"),
            Column("rate", t("Per 100 graduates", lang), "decimal"),
            Column("range", t("95% interval", lang)),
        ],
        rows,
        lang,
        notes=[protected] if chosen.plane == "released" or chosen.place is not None else [],
    )


def _founders_row(
    name: str, graduates: object, founders: float | None, of: float | None, reason: str, lang: str
) -> dict:
    """A row of the table; founders None = not told, for the reason."""
    if founders is None or not of:
        return {
            "name": name,
            "graduates": graduates,
            **dict.fromkeys(("founders", "rate", "range"), Reason(reason)),
        }
    limits = wilson(founders, of)
    return {
        "name": name,
        "graduates": graduates,
        "founders": int(founders),
        "rate": round(100 * founders / of, 1),
        "range": numbers.interval(100 * float(limits.lower), 100 * float(limits.upper), lang, 1, "number"),
    }


def _national_founders(chosen: Chosen) -> ChartFrame | None:
    lang, k, field = chosen.lang, chosen.k, chosen.field
    found = queries.flows(chosen.reader, chosen.system, "founded", k)
    if not found:
        return None
    groups, rows = [], []
    for name in (*chosen.fields, ""):
        whole, made = found.get((name, "")), found.get((name, method.FOUNDED))
        share = made.share if made is not None else None
        words = field_name(name, lang)
        groups.append(
            {
                "name": words,
                "total": not name,
                "bars": [
                    {
                        "value": share,
                        "text": f"{_per_hundred(share, lang)} ({numbers.integer(made.graduates, lang)})"
                        if share is not None
                        else "",
                        "kind": "two" if name and name == field else "one",
                        "reason": (made.reason if made is not None else None) or "c",
                    }
                ],
            }
        )
        n = whole.graduates if whole is not None else None
        rows.append(
            _founders_row(
                words,
                n if n is not None else Reason("c"),
                made.graduates if made is not None else None,
                n,
                (made.reason if made is not None else None) or "c",
                lang,
            )
        )
    made = found.get((field, method.FOUNDED))
    if made is not None and made.share is not None:
        finding = t(
            "{field}, {after}: {rate} of 100 graduates have founded an enterprise ({n}).",
            lang,
            field=upper(field_name(field, lang)),
            after=after(k, lang),
            rate=_per_hundred(made.share, lang),
            n=tn("{n} graduate", "{n} graduates", made.graduates, lang),
        )
    else:
        finding = t(
            "{field}, {after}: too few founders to be shown.",
            lang,
            field=upper(field_name(field, lang)),
            after=after(k, lang),
        )
    return chosen.frame(
        finding=finding,
        mark=bars(
            groups,
            lang,
            caption=t("Graduates who founded an enterprise, {after}", lang, after=after(k, lang)),
            name_title=t("Field", lang),
            value_title=t("per 100 graduates", lang),
        ),
        table=_founders_table(chosen, k, t("Field", lang), rows),
        **_founders_words(chosen, k),
    )


def _own_founders(chosen: Chosen) -> ChartFrame | None:
    lang, k = chosen.lang, chosen.k
    own = queries.own_flows(chosen.reader, chosen.place, chosen.system, "founded")
    if not own:
        return None
    nation = {step: _nation(chosen, "founded", step) for step in chosen.ks}
    groups, rows = [], []
    for step in chosen.ks:
        mine = own.get(step, {})
        graduates, made = mine.get("", 0), mine.get(method.FOUNDED, 0)
        other = nation[step].get(("", method.FOUNDED))
        share = made / graduates if graduates else None
        groups.append(
            {
                "name": upper(after(step, lang)),
                "bars": [
                    {
                        "value": share,
                        "text": f"{_per_hundred(share, lang)} ({numbers.integer(made, lang)})",
                        "kind": "one",
                        "name": t("this institution", lang),
                        "reason": "x",
                    },
                    {
                        "value": other.share if other is not None else None,
                        "text": _per_hundred(other.share if other is not None else None, lang),
                        "kind": "two",
                        "name": t("country", lang),
                        "reason": "c",
                    },
                ],
            }
        )
        rows.append(
            _founders_row(
                upper(after(step, lang)), graduates, made if graduates else None, graduates, "x", lang
            )
        )
    mine = own.get(k, {})
    graduates, made = mine.get("", 0), mine.get(method.FOUNDED, 0)
    return chosen.frame(
        finding=t(
            "{whom}, {after}: {n} of {all} graduates have founded an enterprise, {rate} of 100.",
            lang,
            whom=chosen.who,
            after=after(k, lang),
            n=numbers.integer(made, lang),
            all=numbers.integer(graduates, lang),
            rate=_per_hundred(made / graduates, lang),
        )
        if graduates
        else t("Nothing has been observed {after} yet.", lang, after=after(k, lang)),
        mark=bars(
            groups,
            lang,
            caption=t("Graduates who founded an enterprise", lang) + f": {chosen.whom}",
            name_title=t("Years after graduation", lang),
            value_title=t("per 100 graduates", lang),
            legend=[("one", t("this institution", lang)), ("two", t("country", lang))],
        ),
        table=_founders_table(chosen, k, t("Years after graduation", lang), rows),
        **_founders_words(chosen, k),
    )
