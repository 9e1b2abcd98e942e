"""Where long absence is frequent: municipalities on a map and in order, institutions by level and change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from components import marks
from components.chart_frame import ChartFrame
from components.figures import SEQUENCE, choropleth
from components.nodes import Block, Part
from components.published_charts import classes_of
from components.tables import Column, Reason
from components.templating import render
from data_access.queries import absence as query
from data_access.queries import units, values
from indicators import absence as measures
from indicators.later import later
from indicators.levels import CERTAIN, expected_by_chance
from indicators.statistics import intervals
from language import numbers, reasons, side
from language.messages import translate as t
from language.messages import translate_plural as tn

from .absence_development import change_text
from .absence_unit import (
    SCHOOL_STAGES,
    Cell,
    Unit,
    axis_percent,
    cell_of,
    change_verdict,
    note,
    period_in,
    points_interval,
    released_cell,
    stage_name,
    stage_words,
    trend_text,
)
from .geometry import geometry_url

np = later("numpy")

MAX_ITEMS = 5
BLANK = "#FFFFFF"
FALSE_ALARM = 0.025  # each side of a 95 % interval


def places(unit: Unit) -> list[Part]:
    """All parts of the tab, in reading order."""
    if unit.kind == "institution":
        return position(unit)
    stage = institution_stage(unit)
    judged: list[Part] = []
    if unit.kind == "country" or unit.exact:
        matrix = level_by_change(unit, stage)
        if matrix:
            judged.append(matrix)
    if unit.kind == "country":
        return [*municipalities(unit, judged), *silent(unit)]
    return [*judged, *silent(unit), institutions(unit, stage), _among_municipalities(unit)]


def institution_stage(unit: Unit) -> str:
    """The stage in which institutions are shown: levels are told for each stage apart."""
    return unit.stage if unit.stage in SCHOOL_STAGES else "basic"


# --- municipalities ----------------------------------------------------------------------------------


class _Places:
    """All municipalities in the chosen stage and semester, with the year before."""

    def __init__(self, unit: Unit) -> None:
        self.unit, lang = unit, unit.lang
        self.stage = unit.stage
        rows = query.municipalities(unit.reader, self.stage, unit.semester, (unit.year - 1, unit.year))
        self.now = {row.area_id: cell_of(row) for row in rows if row.school_year == unit.year}
        self.before = {row.area_id: cell_of(row) for row in rows if row.school_year == unit.year - 1}
        self.changes = measures.changes(
            {code: cell.pair for code, cell in self.now.items()},
            {code: cell.pair for code, cell in self.before.items()},
        )
        self.places = units.municipalities(unit.reader)
        self.names = {row.code: row.name_full if lang == "lv" else row.name_en for row in self.places}
        self.shown = {code: cell for code, cell in self.now.items() if cell.low is not None}
        order = [code for code in self.names if code in self.now]
        # Names come in Latvian order already, and the sort keeps it among equal shares.
        self.order = sorted(
            order, key=lambda code: (self.now[code].middle is None, -(self.now[code].middle or 0))
        )
        self.nation = _at(unit, query.history(unit.reader, "country", query.COUNTRY, stage=self.stage))

    def href(self, code: str) -> str:
        """This page for the municipality, in the same tab and with the same choices."""
        params = {k: v for k, v in self.unit.request.params.items() if k in ("posms", "semestris", "skats")}
        return self.unit.request.url("absence", pasvaldiba=code, **params)


def municipalities(unit: Unit, below: Sequence[Part]) -> list[Part]:
    """Map, with `below` under it, beside the ordered list of the municipalities, which leads to each of them."""
    found = _Places(unit)
    if not found.shown:
        return [
            note(
                t(
                    "Counts of this stage are too small to be shown by municipality. Choose another stage.",
                    unit.lang,
                )
            ),
            *below,
        ]
    left = Block("div", [_map(found), *below])
    return [Block("div", [left, _ordered(found)], class_="columns ab-places")]


def _class_edges(shares: Sequence[float]) -> list[float]:
    """Inner edges of five classes at fifths of the municipalities, rounded to a tenth of a percent."""
    edges = np.unique(np.round(np.quantile(shares, (0.2, 0.4, 0.6, 0.8)), 3))
    return [float(edge) for edge in edges if min(shares) < edge]


def _map(found: _Places) -> ChartFrame:
    unit, lang = found.unit, found.unit.lang
    middles = {code: cell.middle for code, cell in found.shown.items()}
    edges = _class_edges(list(middles.values()))
    colours = SEQUENCE[-(len(edges) + 1) :]
    codes = [code for code in found.names if code in middles]
    texts = [f"{found.names[code]}: {found.now[code].full_text(lang)}" for code in codes]
    boundaries = geometry_url(unit.request.settings)
    figure = choropleth(codes, [middles[code] for code in codes], texts, boundaries, edges, colours)
    blank = [code for code in found.names if code not in middles]
    if blank:
        figure["data"].insert(0, _blank(found, blank, boundaries))
    ends = [numbers.percent(edge, lang) for edge in edges]
    titles = [t("all alike", lang)]
    if ends:
        titles = [
            t("under {n}", lang, n=ends[0]),
            *(
                t("{low} to under {high}", lang, low=low, high=high)
                for low, high in zip(ends, ends[1:], strict=False)
            ),
            t("{n} and more", lang, n=ends[-1]),
        ]
    classes = classes_of(middles, edges)
    legend = [
        (colours[number], titles[number], sum(one == number for one in classes.values()))
        for number in range(len(titles) - 1, -1, -1)
    ]
    if blank:
        legend.append((BLANK, t("nothing to draw", lang), len(blank)))
    highest = found.order[0]
    return unit.frame(
        title=t("Where is long absence most frequent?", lang),
        finding=t(
            "Most frequent in {place}: {share}; in the country {nation} ({stage}, {period}).",
            lang,
            place=_locative(found, highest),
            share=found.now[highest].share_text(lang),
            nation=(found.nation and found.nation.share_text(lang)) or t("no data", lang),
            stage=stage_words(found.stage, lang),
            period=numbers.period(unit.year, unit.semester, lang),
        ),
        mark=render("absence_classes.html", legend=legend, lang=lang),
        figure=figure,
        height=400,
        how_to_read=t(
            "Five classes of municipalities, about as many in each; the darker, the more frequent. Shares, not counts. "
            "The list beside it has the same numbers with their uncertainty.",
            lang,
        ),
        table=_places_table(
            found, "absence-map", t("Long absence by municipality, in name order", lang), list(found.names)
        ),
        provenance=unit.provenance(
            unit.counting(),
            unit.coverage(),
            note=t("the boundaries are schematic", lang),
        ),
    )


def _blank(found: _Places, codes: Sequence[str], boundaries: str) -> dict:
    """The municipalities without a value, so that the country keeps its shape."""
    lang = found.unit.lang
    texts = []
    for code in codes:
        cell = found.now.get(code)
        texts.append(f"{found.names[code]}: {reasons.word(cell.reason or 'x' if cell else 'z', lang)}")
    return {
        "type": "choropleth",
        "geojson": boundaries,
        "featureidkey": "properties.code",
        "locations": list(codes),
        "z": [0] * len(codes),
        "colorscale": [[0, BLANK], [1, BLANK]],
        "showscale": False,
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"line": {"color": "#4B5563", "width": 0.7}},
    }


def _locative(found: _Places, code: str) -> str:
    row = next(row for row in found.places if row.code == code)
    return row.name_locative if found.unit.lang == "lv" else row.name_en


def _ordered(found: _Places, own: str | None = None) -> ChartFrame:
    unit, lang = found.unit, found.unit.lang
    rows = []
    for code in found.order:
        cell = found.now[code]
        low = high = None
        if cell.share is not None and cell.count is not None and cell.pupils:
            limits = intervals.wilson(cell.count, cell.pupils)
            low, high = float(limits.lower), float(limits.upper)
        elif cell.low is not None:
            low, high = cell.low, cell.high
        rows.append(
            {
                "name": found.names[code],
                "href": found.href(code),
                "value": cell.middle,
                "lower": low,
                "upper": high,
                "value_text": cell.share_text(lang),
                "reason": cell.reason,
                "note": numbers.counts(cell.count, cell.pupils, lang)
                if cell.count is not None and cell.pupils
                else None,
                "own": code == own,
            }
        )
    risen = sum(one.word == "worse" for one in found.changes.values())
    fallen = sum(one.word == "better" for one in found.changes.values())
    nation = found.nation
    return unit.frame(
        title=t("Which municipalities differ from the country?", lang),
        finding=t(
            "Against the same semester a year before the share has risen in {risen} and fallen in {fallen} of {n} "
            "municipalities; in the others the change may be chance.",
            lang,
            risen=numbers.integer(risen, lang),
            fallen=numbers.integer(fallen, lang),
            n=numbers.integer(len(found.changes), lang),
        ),
        mark=marks.dot_plot(
            rows,
            lang,
            label=t("Long absence by municipality, the most frequent first", lang),
            name_title=t("Municipality", lang),
            value_title=t("Per 100 learners", lang),
            reference=nation.share if nation else None,
            reference_text=t("country: {share}", lang, share=nation.share_text(lang)) if nation else None,
            axis_text=axis_percent(lang),
            low=0,
        ),
        how_to_read=t(
            "The dot is the share, the line its 95% interval (or the range that may be shown). Where the line crosses "
            "the country's value, the difference may be chance. The order is no ranking of quality.",
            lang,
        ),
        table=_places_table(
            found,
            "absence-municipalities",
            t("Long absence by municipality, the most frequent first", lang),
            found.order,
        ),
        provenance=unit.provenance(unit.counting(), unit.coverage()),
    )


def _places_table(found: _Places, name: str, caption: str, order: Sequence[str]):
    unit, lang = found.unit, found.unit.lang
    rows = []
    for code in order:
        now, before, change = found.now.get(code), found.before.get(code), found.changes.get(code)
        hidden = Reason("c" if now is not None and now.reason == "c" else "x")
        rows.append(
            {
                "name": found.names[code],
                "href": found.href(code),
                "share": now.share_value(lang) if now else Reason("x"),
                "count": now.count_value() if now else Reason("x"),
                "pupils": now.pupils_value() if now else Reason("x"),
                "before": before.share_value(lang) if before else Reason("x"),
                "change": change.difference if change else hidden,
                "interval": points_interval(change.lower, change.upper, lang) if change else hidden,
                "verdict": change_verdict(change.word if change else None, lang),
                "trend": trend_text(now.trend if now else None, lang),
            }
        )
    notes = []
    if not unit.reader.scope.sees_all:
        notes += [
            t(
                "Outside their own scope readers see counts rounded to five; shares and changes are computed from the "
                "rounded counts.",
                lang,
            ),
            unit.reason_note(),
        ]
    return unit.table(
        name,
        f"{caption}: {stage_words(found.stage, lang)}, {numbers.period(unit.year, unit.semester, lang)}",
        [
            Column("name", t("Municipality", lang), href_key="href"),
            Column("share", t("Per 100 learners", lang), "percent"),
            Column("count", t("Long absentees", lang), "integer"),
            Column("pupils", t("Learners", lang), "integer"),
            Column("before", t("Per 100, a year before", lang), "percent"),
            Column("change", t("Change", lang), "points"),
            Column("interval", t("95% interval", lang)),
            Column("verdict", t("Verdict", lang)),
            Column("trend", t("Trend", lang)),
        ],
        rows,
        notes=notes,
    )


def _among_municipalities(unit: Unit) -> ChartFrame:
    return _ordered(_Places(unit), own=unit.id)


# --- institutions ---------------------------------------------------------------------------------------


def _institution_rows(unit: Unit, stage: str) -> tuple[dict, dict]:
    """Rows of R03 by institution id in the newest period and a year before, from the plane of each."""
    rows = values.institution_values(
        unit.reader,
        indicator_id=measures.INDICATOR.id,
        stage=stage,
        municipality_code=unit.id if unit.kind == "municipality" else None,
        wanted=[(unit.year, unit.semester), (unit.year - 1, unit.semester)],
    )
    now = {row.unit_id: row for row in rows if row.school_year == unit.year}
    before = {row.unit_id: row for row in rows if row.school_year == unit.year - 1}
    return now, before


def _pairs(rows: dict) -> dict:
    return {key: (row.numerator, row.denominator) for key, row in rows.items()}


def level_by_change(unit: Unit, stage: str) -> ChartFrame | None:
    """Institutions by level and change; names only of those within the scope."""
    lang, scope = unit.lang, unit.reader.scope
    items: dict[tuple[str, str], list[dict]] = {}
    if unit.kind == "municipality" or (scope.signed_in and not scope.covers_country()):
        items, counts, untold = _own_matrix(unit, stage)
    if unit.kind == "country":
        found = query.matrix(unit.reader, stage, unit.semester)
        if found is None:
            return None
        counts, untold = found.counts, found.untold
        if scope.covers_country():
            items = {cell: [_item(unit, row) for row in rows] for cell, rows in found.named.items()}
    cells = {
        cell: {
            "items": items.get(cell, [])[:MAX_ITEMS],
            "count": count,
            "more_href": _list_href(unit) if unit.kind == "municipality" else None,
        }
        for cell, count in counts.items()
    }
    total = sum(counts.values())
    first, worse = counts.get(("high", "worse"), 0), sum(n for (_l, w), n in counts.items() if w == "worse")
    title = t("Which institutions have a high level, and does it change?", lang)
    return unit.frame(
        title=title,
        finding=tn(
            "{n} institution has a high level that has risen against the same semester a year before ({stage}).",
            "{n} institutions have a high level that has risen against the same semester a year before ({stage}).",
            first,
            lang,
            stage=stage_words(stage, lang),
        ),
        mark=Markup('<div class="{}">{}</div>').format(
            "" if items else "ab-counts", marks.matrix3(cells, lang, caption=title)
        ),
        how_to_read=t(
            "Rows: the level by the threshold in force. Columns: the change against the same semester a year before, "
            "counted only when its 95% interval leaves out zero. By chance alone about {chance} of {n} institutions "
            "would stand under “getting worse”; {worse} do.",
            lang,
            chance=numbers.integer(FALSE_ALARM * total, lang),
            n=numbers.integer(total, lang),
            worse=numbers.integer(worse, lang),
        ),
        table=unit.table(
            "absence-matrix",
            t(
                "Institutions by level and change: {stage}, {period}",
                lang,
                stage=stage_words(stage, lang),
                period=numbers.period(unit.year, unit.semester, lang),
            ),
            [
                Column("level", t("Level", lang)),
                Column("better", t("getting better", lang), "integer"),
                Column("same", t("without substantial change", lang), "integer"),
                Column("worse", t("getting worse", lang), "integer"),
            ],
            [
                {
                    "level": marks.level_word("low", None, lang) if level == "low" else t(words, lang),
                    **{word: counts.get((level, word), 0) for word in ("better", "same", "worse")},
                }
                for level, words in (("high", "high risk"), ("medium", "medium risk"), ("low", "low risk"))
            ],
            notes=[*threshold_note(unit, stage), *_untold_note(untold, lang)],
        ),
        provenance=unit.provenance(
            unit.counting(stage),
            unit.coverage(stage),
            note=t("names are shown only within the reader's own scope", lang),
        ),
    )


def _exact_pairs(rows: dict) -> dict:
    return _pairs({key: row for key, row in rows.items() if row.plane == "detail"})


def _item(unit: Unit, row) -> dict:
    return {"name": row.name, "href": unit.url("institution", reg_no=row.reg_no)}


def _own_matrix(unit: Unit, stage: str) -> tuple[dict, dict[tuple[str, str], int], int]:
    """Names and counts by (level, change) of the institutions in scope, and how many have no known change."""
    code = unit.id if unit.kind == "municipality" else None
    rows = query.judged(unit.reader, stage, unit.semester, (unit.year - 1, unit.year), code)
    now = {row.unit_id: row for row in rows if row.school_year == unit.year}
    before = {row.unit_id: row for row in rows if row.school_year == unit.year - 1}
    changes = measures.changes(_pairs(now), _pairs(before))
    items: dict[tuple[str, str], list[dict]] = {}
    for row in sorted(now.values(), key=_severity):
        if row.level is not None and row.unit_id in changes:
            items.setdefault((row.level, changes[row.unit_id].word), []).append(_item(unit, row))
    pairs = [(row.level, changes[key].word if key in changes else None) for key, row in now.items()]
    return items, *measures.matrix(pairs)


def _untold_note(untold: int, lang: str) -> list[str]:
    if not untold:
        return []
    return [
        tn(
            "{n} more institution has a level, but no count of the year before to compare with.",
            "{n} more institutions have a level, but no count of the year before to compare with.",
            untold,
            lang,
        )
    ]


def threshold_note(unit: Unit, stage: str) -> list[str]:
    """Where the boundaries of the levels come from."""
    rows = [
        row
        for row in values.thresholds(unit.reader, measures.INDICATOR.id)
        if row.status == "in_force"
        and row.stage in (stage, "*")
        and row.valid_from <= unit.reader.release.as_of
    ]
    if not rows:
        return []
    newest = max(rows, key=lambda row: (row.valid_from, row.stage != "*", row.id))
    return [t("Threshold: {text}", unit.lang, text=side(newest.citation, unit.lang))]


def _by_chance(rows: Iterable) -> float:
    """How many of these high levels would be there by chance."""
    known = [row.probability_high for row in rows if row.probability_high is not None]
    return expected_by_chance(np.array(known, dtype=float))


def _severity(row) -> tuple:
    sure = row.certainty != "certain"
    return sure, -(row.value or 0), row.sort_key


def _list_href(unit: Unit) -> str:
    return f"{unit.here()}#f-absence-institutions"


def institutions(unit: Unit, stage: str) -> ChartFrame:
    """The institutions of a municipality: exact with levels within the scope, protected outside."""
    lang = unit.lang
    now, before = _institution_rows(unit, stage)
    cells = {
        key: Cell(row.numerator, row.denominator, row.value, row.value, row.reason)
        if row.plane == "detail"
        else released_cell(row)
        for key, row in now.items()
    }
    changes = measures.changes(_exact_pairs(now), _exact_pairs(before))
    order = sorted(
        now, key=lambda key: (cells[key].middle is None, -(cells[key].middle or 0), now[key].sort_key)
    )
    drawn, rows = [], []
    for key in order:
        row, cell = now[key], cells[key]
        exact = row.plane == "detail"
        href = unit.request.url("absence", iestade=row.reg_no, posms=stage)
        banded = cell.low is not None and cell.low != cell.high
        drawn.append(
            {
                "name": row.name,
                "href": href,
                "value": cell.middle,
                "lower": row.lower if exact else cell.low if banded else None,
                "upper": row.upper if exact else cell.high if banded else None,
                "value_text": cell.share_text(lang),
                "reason": cell.reason,
                "note": numbers.counts(cell.count, cell.pupils, lang)
                if exact and cell.count is not None
                else None,
                "level": row.level,
                "certainty": row.certainty,
            }
        )
        line = {
            "name": row.name,
            "href": href,
            "share": cell.share_value(lang) if cell.low is not None else Reason(cell.reason or "x"),
        }
        if unit.exact:
            line |= {
                "count": cell.count_value() if cell.count is not None else Reason(cell.reason or "x"),
                "pupils": cell.pupils_value() if cell.pupils is not None else Reason(cell.reason or "x"),
                "level": marks.level_word(row.level, row.certainty, lang)
                if row.level
                else Reason(row.reason or "u"),
                "change": change_text(changes.get(key), lang),
                "trend": trend_text(row.trend, lang),
            }
        rows.append(line)
    columns = [
        Column("name", t("Institution", lang), href_key="href"),
        Column("share", t("Per 100 learners", lang), "percent"),
    ]
    if unit.exact:
        columns += [
            Column("count", t("Long absentees", lang), "integer"),
            Column("pupils", t("Learners", lang), "integer"),
            Column("level", t("Level", lang)),
            Column("change", t("Change", lang)),
            Column("trend", t("Trend", lang)),
        ]
    country = _at(unit, query.history(unit.reader, "country", query.COUNTRY, stage=stage))
    known = sum(cell.low is not None for cell in cells.values())
    missing = sum(cell.reason == "x" for cell in cells.values())
    finding = tn(
        "{n} institution has a value {period} ({stage}).",
        "{n} institutions have a value {period} ({stage}).",
        known,
        lang,
        period=period_in(unit.year, unit.semester, lang),
        stage=stage_words(stage, lang),
    )
    if missing:
        finding += " " + tn(
            "From {n} institution data have not been received.",
            "From {n} institutions data have not been received.",
            missing,
            lang,
        )
    return unit.frame(
        title=t("How do the institutions differ?", lang),
        finding=finding,
        mark=marks.dot_plot(
            drawn,
            lang,
            label=t("Long absence by institution, the most frequent first", lang),
            name_title=t("Institution", lang),
            value_title=t("Per 100 learners", lang),
            reference=country.share if country else None,
            reference_text=t("country: {share}", lang, share=country.share_text(lang)) if country else None,
            axis_text=axis_percent(lang),
            low=0,
        ),
        how_to_read=_institutions_how(unit),
        table=unit.table(
            "absence-institutions",
            t("Long absence by institution: {stage}", lang, stage=stage_words(stage, lang)),
            columns,
            rows,
            notes=[
                t(
                    "What counts as excused is decided by each institution, so the kinds are only partly comparable between "
                    "institutions.",
                    lang,
                ),
                *(_level_notes(unit, stage, now.values()) if unit.exact else [unit.reason_note()]),
            ],
        ),
        provenance=unit.provenance(unit.counting(stage), (known, known + missing)),
    )


def _some(number: float, lang: str) -> str:
    """An expected number: one decimal while it is small."""
    return numbers.decimal(number, lang) if number < 10 else numbers.integer(number, lang)


def _level_notes(unit: Unit, stage: str, rows: Iterable) -> list[str]:
    """How many high levels there are, how many would be there by chance, and where the boundary comes from."""
    high = [row for row in rows if row.level == "high"]
    counted = t(
        "High levels: {n}; by chance alone there would be about {chance}.",
        unit.lang,
        n=numbers.integer(len(high), unit.lang),
        chance=_some(_by_chance(high), unit.lang),
    )
    return [counted, *threshold_note(unit, stage)]


def _institutions_how(unit: Unit) -> str:
    if unit.exact:
        return t(
            "Shape and colour are the level, a filled shape is certain; the line is the 95% interval. Small "
            "institutions have long lines: a few learners change their share a lot.",
            unit.lang,
        )
    return t(
        "Values of small institutions are shown as ranges (the line), those of very small ones not at all. Levels are "
        "shown only to the institution, its founder and the ministry.",
        unit.lang,
    )


# --- a high level and nothing recorded -------------------------------------------------------------------


def silent(unit: Unit) -> list[Part]:
    """Institutions with a high level and no VIIS entry: for the municipality itself and the ministry."""
    allowed = unit.exact if unit.kind == "municipality" else unit.reader.scope.sees_all
    if not allowed:
        return []
    lang = unit.lang
    code = unit.id if unit.kind == "municipality" else None
    wanted = (unit.stage,) if unit.stage in SCHOOL_STAGES else SCHOOL_STAGES
    rows = query.unrecorded(unit.reader, wanted, (unit.year, unit.semester), code)
    stage = stage_words(unit.stage if unit.stage in SCHOOL_STAGES else "total", lang)
    columns = [Column("name", t("Institution", lang), href_key="href")]
    if code is None:
        columns.append(Column("place", t("Municipality", lang)))
    columns += [
        Column("stage", t("Stage", lang)),
        Column("count", t("Long absentees", lang), "integer"),
        Column("pupils", t("Learners", lang), "integer"),
        Column("share", t("Per 100 learners", lang), "percent"),
        Column("level", t("Level", lang)),
        Column("periods", t("Periods in a row", lang), "integer"),
        Column("entries", t("VIIS entries", lang), "integer"),
    ]
    certain = sum(row.certainty == "certain" for row in rows)
    if rows:
        finding = tn(
            "{n} institution has a high level and not one VIIS entry {period} ({stage}); certain: {certain}.",
            "{n} institutions have a high level and not one VIIS entry {period} ({stage}); certain: {certain}.",
            len(rows),
            lang,
            period=period_in(unit.year, unit.semester, lang),
            stage=stage,
            certain=numbers.integer(certain, lang),
        )
    else:
        finding = t(
            "Every institution with a high level has at least one VIIS entry {period} ({stage}).",
            lang,
            period=period_in(unit.year, unit.semester, lang),
            stage=stage,
        )
    title = t("Where is the level high and nothing recorded about it?", lang)
    if not rows:
        return [render("absence_statement.html", title=title, text=finding)]
    return [
        unit.frame(
            title=title,
            finding=finding,
            how_to_read=t(
                "The level comes from the journals, the entries from VIIS. No entry does not mean that nothing was done: "
                "ask the institution. Certain levels (probability {share} and more) come first.",
                lang,
                share=numbers.percent(CERTAIN, lang, 0),
            ),
            table=unit.table(
                "absence-unrecorded",
                t("High level of long absence without a VIIS entry in the same semester", lang),
                columns,
                [
                    {
                        "name": row.name,
                        "href": unit.url("institution", reg_no=row.reg_no)
                        or unit.request.url("absence", iestade=row.reg_no),
                        "place": row.place if lang == "lv" else row.place_en,
                        "stage": stage_name(row.stage, lang),
                        "count": int(row.numerator),
                        "pupils": int(row.denominator),
                        "share": row.value,
                        "level": marks.level_tag(row.level, row.certainty, lang),
                        "periods": Reason("u") if row.persistence is None else row.persistence,
                        "entries": 0,
                    }
                    for row in rows
                ],
                notes=[
                    t(
                        "By chance alone about {n} of these would be here.",
                        lang,
                        n=_some(_by_chance(rows), lang),
                    ),
                    *threshold_note(unit, rows[0].stage),
                    t("For official use: exact counts, also small ones.", lang),
                ],
            ),
            provenance=unit.provenance(
                t("long absentees from the journals; cases entered in VIIS", lang),
                unit.coverage(),
                source=t("Semester import from school journals; VIIS entries of long absence", lang),
            ),
        )
    ]


# --- an institution among the others -----------------------------------------------------------------------


def position(unit: Unit) -> list[Part]:
    """The institution beside its municipality, the country and the spread of all institutions of the stage."""
    lang, stage = unit.lang, institution_stage(unit)
    cell = unit.cell(unit.year, unit.semester, stage)
    spread = values.distributions(unit.reader).get((measures.INDICATOR.id, stage, unit.year, unit.semester))
    links = _links(unit)
    if cell is None or spread is None or spread.p50 is None:
        return [note(t("There are no data of this institution for the newest semester.", lang)), links]
    place = units.municipality_by_code(unit.reader, unit.municipality_code)
    around = _at(unit, query.history(unit.reader, "municipality", unit.municipality_code, stage=stage))
    country = _at(unit, query.history(unit.reader, "country", query.COUNTRY, stage=stage))
    compared = [
        (t("This institution", lang), cell, True),
        (place.name_full if lang == "lv" else place.name_en, around, False),
        (t("Latvia", lang), country, False),
    ]
    drawn, rows = [], []
    for name, one, own in compared:
        if one is None:
            continue
        low, high = (None, None) if one.low == one.high else (one.low, one.high)
        if one.count is not None and one.pupils:
            limits = intervals.wilson(one.count, one.pupils)
            low, high = float(limits.lower), float(limits.upper)
        drawn.append(
            {
                "name": name,
                "value": one.middle,
                "lower": low,
                "upper": high,
                "value_text": one.share_text(lang),
                "reason": one.reason or "x",
                "own": own,
            }
        )
        rows.append({"name": name, "share": one.share_value(lang)})
    half = numbers.interval(spread.p25, spread.p75, lang)
    for name, value in (
        (t("A quarter of institutions are below", lang), spread.p25),
        (t("Median of institutions", lang), spread.p50),
        (t("A quarter of institutions are above", lang), spread.p75),
    ):
        rows.append({"name": name, "share": value})
    if cell.share is None:
        finding = t("Half of the institutions of the stage lie between {half}.", lang, half=half)
    else:
        words = (
            t("below the middle half", lang)
            if cell.share < spread.p25
            else t("above the middle half", lang)
            if cell.share > spread.p75
            else t("within the middle half", lang)
        )
        finding = t(
            "{share}: {words} of the institutions of the stage ({half}).",
            lang,
            share=cell.share_text(lang),
            words=words,
            half=half,
        )
    frame = unit.frame(
        title=t("Where does the institution stand among the others?", lang),
        finding=finding,
        mark=marks.dot_plot(
            drawn,
            lang,
            label=t("Where does the institution stand among the others?", lang),
            name_title=t("Who", lang),
            value_title=t("Per 100 learners", lang),
            reference=spread.p50,
            reference_text=t(
                "median of institutions: {share}", lang, share=numbers.percent(spread.p50, lang)
            ),
            axis_text=axis_percent(lang),
            low=0,
        ),
        how_to_read=t(
            "The line is the 95% interval, or the range that may be shown. This is a comparison, not an assessment: "
            "institutions excuse absence by different rules.",
            lang,
        ),
        table=unit.table(
            "absence-position",
            t(
                "Long absence beside others: {stage}, {period}",
                lang,
                stage=stage_words(stage, lang),
                period=numbers.period(unit.year, unit.semester, lang),
            ),
            [Column("name", t("Who", lang)), Column("share", t("Per 100 learners", lang), "percent")],
            rows,
        ),
        provenance=unit.provenance(unit.counting(stage), (spread.institutions, spread.institutions)),
    )
    return [frame, links]


def _at(unit: Unit, rows: Sequence) -> Cell | None:
    wanted = (measures.PRIMARY, unit.year, unit.semester)
    return next(
        (cell_of(row) for row in rows if (row.source_code, row.school_year, row.semester) == wanted), None
    )


def _links(unit: Unit) -> Part:
    lang = unit.lang
    return render(
        "absence_links.html",
        lang=lang,
        links=[
            (
                unit.request.url("absence", pasvaldiba=unit.municipality_code, posms=unit.stage, skats="kur"),
                t("Institutions of the municipality side by side", lang),
            ),
            (unit.request.url("absence", posms=unit.stage, skats="kur"), t("All municipalities", lang)),
        ],
    )
