"""/pasvaldibas : every municipality by planning region, with how many institutions are open in it."""

from __future__ import annotations

from collections.abc import Sequence

from access.pages import REGISTRY, Request, page
from components.chart_frame import ChartFrame, Provenance
from components.tables import Column, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import municipality as query
from language import numbers
from language.messages import _, t, tn
from language.sorting import collation_key

# What the counts are grouped by: columns of the table and the types behind them.
GROUPS = (
    ("general", _("General education"), ("primary", "basic", "secondary", "state_gymnasium", "special")),
    ("vocational", _("Vocational"), ("vocational",)),
    ("orientation", _("Vocationally oriented"), ("orientation",)),
    ("preschool", _("Preschools"), ("preschool",)),
    ("higher", _("Higher education"), ("higher",)),
)


@page("municipalities", "/pasvaldibas")
def view(request: Request) -> View:
    """The list of municipalities."""
    lang, reader = request.lang, request.reader
    day = reader.release.as_of
    places = query.all_municipalities(reader)
    if lang == "en":
        places = sorted(places, key=lambda row: collation_key(row.name_en))
    counts = query.open_counts(reader)
    current = [
        row for row in places if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
    ]
    changed = [row for row in places if row.successor_code is not None]
    body = [_current(request, current, counts)]
    if changed:
        body.append(_changed(request, changed, places, counts))
    crumbs = [Crumb(t("Latvia", lang), request.url("national"))] if "national" in REGISTRY else []
    total = sum(sum(found.values()) for found in counts.values())
    return View(
        title=t("Which municipality are you looking for?", lang),
        window_title=t("Municipalities", lang),
        lead=t(
            "Municipalities: {n}; open educational institutions in them: {institutions}.",
            lang,
            n=numbers.integer(len(current), lang),
            institutions=numbers.integer(total, lang),
        ),
        body=body,
        lang=lang,
        crumbs=[*crumbs, Crumb(t("Municipalities", lang))],
        release_id=reader.release.id,
    )


def _name(row, lang: str) -> str:
    return row.name_full if lang == "lv" else row.name_en


def _joined(names: Sequence[str], lang: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return t("{names} and {last}", lang, names=", ".join(names[:-1]), last=names[-1])


def _count(found: dict[str, int], types: Sequence[str]) -> int:
    return sum(found.get(kind, 0) for kind in types)


def _provenance(request: Request, coverage: tuple[int, int], counting: str) -> Provenance:
    release = request.reader.release
    return Provenance(
        source=t("register of institutions and classifier of municipalities", request.lang),
        as_of=release.as_of,
        coverage=coverage,
        release_id=release.id,
        counting=counting,
        synthetic=release.synthetic,
    )


def _current(request: Request, current: Sequence, counts: dict[str, dict[str, int]]) -> ChartFrame:
    lang = request.lang
    groups, rows = [], []
    for region in query.regions(request.reader):
        places = [row for row in current if row.region_code == region.code]
        if not places:
            continue
        name = region.name_lv if lang == "lv" else region.name_en
        items = []
        for row in places:
            found = counts.get(row.code, {})
            general = _count(found, GROUPS[0][2])
            items.append(
                {
                    "name": row.name_full if lang == "lv" else row.name_en,
                    "href": request.url("municipality", code=row.code),
                    "text": tn("{n} school", "{n} schools", general, lang),
                    "note": t("until {day}", lang, day=numbers.date_short(row.valid_to, lang))
                    if row.valid_to
                    else "",
                }
            )
            rows.append(
                {
                    "name": _name(row, lang),
                    "href": request.url("municipality", code=row.code),
                    "region": name,
                    **{key: _count(found, types) for key, _words, types in GROUPS},
                    "total": sum(found.values()),
                }
            )
        groups.append({"title": name, "items": items})
    columns = [
        Column("name", t("Municipality", lang), href_key="href"),
        Column("region", t("Planning region", lang)),
        *[Column(key, t(words, lang), "integer") for key, words, _types in GROUPS],
        Column("total", t("Total", lang), "integer"),
    ]
    largest = max(rows, key=lambda row: row["general"])
    fewest = min(row["general"] for row in rows)
    few = [row["name"] for row in rows if row["general"] == fewest]
    return ChartFrame(
        title=t("Municipalities by planning region", lang),
        finding=t(
            "Most schools of general education: {largest} ({most}); fewest: {few} ({fewest}).",
            lang,
            largest=largest["name"],
            most=numbers.integer(largest["general"], lang),
            few=", ".join(few[:3]),
            fewest=numbers.integer(fewest, lang),
        ),
        mark=render("municipalities_regions.html", groups=groups, lang=lang),
        table=Table(
            id="pasvaldibas",
            caption=t("Open institutions by municipality", lang),
            columns=columns,
            rows=rows,
            lang=lang,
        ),
        how_to_read=t(
            "Beside the name is the number of open schools of general education; the table also has vocational "
            "schools, schools of vocational orientation, preschools and higher education. Founders of all kinds count.",
            lang,
        ),
        provenance=_provenance(
            request,
            (sum(1 for row in rows if row["total"]), len(rows)),
            t("institutions open on the as-of date, municipalities that have any", lang),
        ),
        lang=lang,
        address=request.address,
    )


def _changed(
    request: Request, changed: Sequence, places: Sequence, counts: dict[str, dict[str, int]]
) -> ChartFrame:
    """Municipalities that have become part of another one since."""
    lang = request.lang
    by_code = {row.code: row for row in places}
    rows = []
    for row in changed:
        successor = by_code[row.successor_code]
        rows.append(
            {
                "name": _name(row, lang),
                "href": request.url("municipality", code=row.code),
                "until": numbers.date_short(row.valid_to, lang),
                "successor": _name(successor, lang),
                "successor_href": request.url("municipality", code=successor.code),
                "since": numbers.date_short(successor.valid_from, lang),
                "total": sum(counts.get(row.code, {}).values()),
            }
        )
    heirs = {row.successor_code: by_code[row.successor_code] for row in changed}
    finding = " ".join(
        t(
            "On {day} {old} became one municipality: {new}.",
            lang,
            day=numbers.date_short(heir.valid_from, lang),
            old=_joined([_name(row, lang) for row in changed if row.successor_code == code], lang),
            new=_name(heir, lang),
        )
        for code, heir in heirs.items()
    )
    return ChartFrame(
        title=t("Merged municipalities", lang),
        finding=finding,
        table=Table(
            id="apvienotas",
            caption=t("Merged municipalities and their successors", lang),
            columns=[
                Column("name", t("Municipality", lang), href_key="href"),
                Column("until", t("Valid until", lang)),
                Column("successor", t("Successor", lang), href_key="successor_href"),
                Column("since", t("Successor since", lang)),
                Column("total", t("Open institutions", lang), "integer"),
            ],
            rows=rows,
            lang=lang,
        ),
        provenance=_provenance(
            request,
            (len(changed), len(changed)),
            t("institutions open on the as-of date, within the old borders", lang),
        ),
        lang=lang,
        address=request.address,
    )
