"""/pasvaldiba/<code> : which of the municipality's institutions need help first, and why.

Readers whose scope covers the municipality get levels: triage list, grid, level by change, coverage. Everybody
else gets the same page without a level of any single institution: values of the municipality from counts, and
protected values of its institutions. A school finds its own line exact among the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from access.pages import REGISTRY, NotFound, Request, page
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import municipality as query
from data_access.queries import units, values
from indicators import sentences
from indicators.catalogue import INDICATORS
from indicators.model import UNITS, Indicator
from indicators.stages import NAMES as STAGE_NAMES
from indicators.stages import POSITIONS, is_whole
from indicators.stages import name as stage_name
from language import numbers
from language.bodies import registers
from language.messages import _, t, tn

from . import absence_blocks, quality_blocks
from . import institution_values as words
from .words import FOUNDERS, INSTITUTION_TYPES, founder, institution_type

GRID_ROWS = 30
NAMED = 5
DEFAULT_INDICATOR = "R03"
TYPES = tuple(
    kind for kind in INSTITUTION_TYPES if any(INDICATORS[code].applies_to(kind) for code in query.RISKS)
)
CHANGES = {"improving": "better", "no_change": "same", "worsening": "worse"}
TREND_MARKS = {
    "improving": _("getting better"),
    "worsening": _("getting worse"),
    "no_change": _("without substantial change"),
    "increasing": _("rising (not assessed)"),
    "decreasing": _("falling (not assessed)"),
}
LINEAGE = {
    "merged": _("merged into:"),
    "renamed": _("continues under a new registration number:"),
    "split": _("divided between:"),
}
PARAMS = {
    "code": r"LV\d{7}",
    "tips": "|".join(TYPES),
    "posms": "|".join(STAGE_NAMES),
    "radit": "visas",
    "rezgis": "viss",
    "raditajs": r"R\d\d",
    "salidz": "|".join(STAGE_NAMES),
    "kartot": "vertiba",
}


@page("municipality", "/pasvaldiba/<code>", params=PARAMS)
def view(request: Request) -> View:
    """One municipality."""
    place = units.municipality_by_code(request.reader, request.params["code"])
    if place is None:
        raise NotFound(request.params["code"])
    here = _Here(request, place)
    inside = request.scope.covers_municipality(place.code)
    body: list[Part] = []
    notice = _notice(here)
    if notice:
        body.append(notice)
    lead: str | Markup
    if place.valid_from > request.reader.release.as_of:
        title, lead = here.name, t("There are no data within these borders yet.", here.lang)
    elif inside:
        title = t("Which institution in {place} needs help first?", here.lang, place=here.locative)
        lead, parts = _for_those_in_charge(here)
        body += parts
    else:
        title = t("What do the education indicators of {place} show?", here.lang, place=here.genitive)
        lead, parts = _for_everybody(here)
        body += parts
    return View(
        title=title,
        lead=lead,
        window_title=here.name,
        description=t("Indicators of education quality monitoring: {place}.", here.lang, place=here.name),
        body=[
            *body,
            *absence_blocks.municipality_block(request, place),
            *quality_blocks.municipality_answers(request, place.code),
        ],
        lang=here.lang,
        crumbs=_crumbs(request, here.name),
        release_id=request.reader.release.id,
    )


# --- the municipality and the reader's choices ---------------------------------------------------------


class _Here:
    """The municipality, its institutions at the as-of date, and what the reader chose."""

    def __init__(self, request: Request, place) -> None:
        self.request, self.place, self.lang = request, place, request.lang
        self.reader = request.reader
        self.code = place.code
        lv = self.lang == "lv"
        self.name = place.name_full if lv else place.name_en
        self.locative = place.name_locative if lv else place.name_en
        self.genitive = place.name_genitive if lv else place.name_en
        day = self.reader.release.as_of
        everyone = units.institutions_of(self.reader, place.code)
        self.closed = [unit for unit in everyone if unit.valid_to is not None and unit.valid_to < day]
        open_now = [
            unit
            for unit in everyone
            if unit.valid_from <= day and (unit.valid_to is None or unit.valid_to >= day)
        ]
        self.units = [unit for unit in open_now if unit.type in TYPES]
        self.others = [unit for unit in open_now if unit.type not in TYPES]
        self.newest = query.newest(self.reader)
        self._unit_address = words.optional_url(request, "institution", reg_no="0000000000")

    def chosen(self, name: str) -> str | None:
        """A parameter of the address."""
        return self.request.params.get(name)

    def unit_href(self, reg_no: str) -> str | None:
        """Address of an institution's page."""
        return self._unit_address.replace("0000000000", reg_no) if self._unit_address else None

    def panel_href(self, reg_no: str, cell: query.Cell) -> str | None:
        """Address of one indicator's panel on an institution's page, in the stage meant."""
        if not self._unit_address:
            return None
        stage = "" if is_whole(cell.stage) else f"posms={cell.stage}&"
        code = cell.indicator_id
        return f"{self.unit_href(reg_no)}?{stage}raditajs={code}#f-{code}"

    def provenance(
        self,
        coverage: tuple[int, int],
        counting: str,
        indicators: Iterable[Indicator] | None = None,
        note: str = "",
    ) -> Provenance:
        """Origin of a frame's numbers."""
        release = self.reader.release
        used = INDICATORS.values() if indicators is None else indicators
        names = [name for one in used if one.id in query.RISKS for name in one.sources] or ["VIIS"]
        return Provenance(
            source=registers(names, self.lang),
            as_of=release.as_of,
            coverage=coverage,
            release_id=release.id,
            counting=counting,
            note=note,
            synthetic=release.synthetic,
        )

    def frame(self, **parts) -> ChartFrame:
        """A frame of this page."""
        return ChartFrame(lang=self.lang, address=self.request.address, **parts)

    def table(
        self, name: str, caption: str, columns: Sequence[Column], rows: Sequence[dict], notes=()
    ) -> Table:
        """A table of this page."""
        return Table(id=name, caption=caption, columns=columns, rows=rows, lang=self.lang, notes=notes)


def _crumbs(request: Request, name: str) -> list[Crumb]:
    lang = request.lang
    return [
        Crumb(t("Latvia", lang), words.optional_url(request, "national") or request.url("home")),
        Crumb(t("Municipalities", lang), request.url("municipalities")),
        Crumb(name),
    ]


def _notice(here: _Here) -> Markup | None:
    """What the reader must know of a merger: before the merger, and after it."""
    place, lang = here.place, here.lang
    if place.successor_code is not None:
        successor = units.municipality_by_code(here.reader, place.successor_code)
        text = t(
            "{name} existed within these borders until {day}. Its successor:",
            lang,
            name=here.name,
            day=numbers.date_short(place.valid_to, lang),
        )
        return _links_note(here, text, [successor])
    earlier = query.predecessors(here.reader, place.code)
    if earlier:
        text = t(
            "{name} exists within these borders since {day}. Data as of {as_of} are kept by the municipalities of "
            "that day:",
            lang,
            name=here.name,
            day=numbers.date_short(place.valid_from, lang),
            as_of=numbers.date_short(here.reader.release.as_of, lang),
        )
        return _links_note(here, text, earlier)
    return None


def _links_note(here: _Here, text: str, places: Sequence) -> Markup:
    links = [
        {
            "name": row.name_full if here.lang == "lv" else row.name_en,
            "href": here.request.url("municipality", code=row.code),
            "since": numbers.date_short(row.valid_from, here.lang)
            if row.valid_from > here.reader.release.as_of
            else None,
        }
        for row in places
    ]
    return render("municipality_notice.html", text=text, links=links, lang=here.lang)


# --- words of values ------------------------------------------------------------------------------------


def unit_words(indicator: Indicator, lang: str) -> str:
    """What a value is measured in."""
    return getattr(UNITS[indicator.unit], lang)


def _value(indicator: Indicator, value: float, lang: str) -> str:
    return words.text(indicator.unit, value, lang, short=True)


def _shown(indicator: Indicator, row, lang: str) -> str:
    """The value of a row: its band where it has one."""
    if row.value_text:
        return words.band_text(row.value_text, lang)
    return _value(indicator, row.value, lang)


@lru_cache(maxsize=4096)
def _of(some: int, whole: int, lang: str) -> str:
    return numbers.counts(some, whole, lang)


def _axis(indicator: Indicator, lang: str) -> Callable[[float], str]:
    if indicator.unit == "share":
        return lambda x: f"{numbers.plain(round(100 * x, 6), lang)}{numbers.NBSP if lang == 'lv' else ''}%"
    if indicator.unit == "share_difference":
        return lambda x: numbers.plain(round(100 * x, 6), lang)
    return lambda x: numbers.plain(x, lang)


_SYLLABLE = re.compile(r"(?=[bcčdfgģhjkķlļmnņprsštvzž][aāeēiīoōuū])")
_SOFT_HYPHEN = "\u00ad"


@lru_cache(maxsize=64)
def _narrow(text: str) -> str:
    """A heading for a narrow column: long Latvian words may break before a syllable."""

    def soft(word: str) -> str:
        if len(word) < 9:
            return word
        return word[:4] + _SYLLABLE.sub(_SOFT_HYPHEN, word[4:-2]) + word[-2:]

    return " ".join(map(soft, text.split(" ")))


def _stage_words(stage: str, lang: str) -> str:
    """The stage inside a sentence."""
    return t("whole institution", lang) if is_whole(stage) else stage_name(stage, lang).lower()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(names: Sequence[str], lang: str, limit: int = NAMED) -> str:
    """Names in a sentence, the first few of them."""
    shown = list(names[:limit])
    rest = len(names) - len(shown)
    if rest:
        return t("{names} and {n} more", lang, names=", ".join(shown), n=numbers.integer(rest, lang))
    if len(shown) > 1:
        return t("{names} and {last}", lang, names=", ".join(shown[:-1]), last=shown[-1])
    return "".join(shown)


def _unit_note(unit, pupils: int | None, lang: str) -> str:
    told = [institution_type(unit.type, lang)]
    if pupils is not None:
        told.append(tn("{n} learner", "{n} learners", pupils, lang))
    if unit.founder_kind != "municipality":
        told.append(founder(unit.founder_kind, lang))
    return " · ".join(told)


# --- controls ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Choice:
    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


def _controls(here: _Here, form: str, choices: Sequence[_Choice]) -> Markup:
    """One row of selects; everything else that the reader chose travels along."""
    own = {choice.name for choice in choices} | {"code"}
    hidden = [(name, value) for name, value in here.request.params.items() if name not in own]
    return render(
        "municipality_controls.html",
        form=form,
        action=here.request.url("municipality", code=here.code),
        choices=choices,
        hidden=hidden,
        lang=here.lang,
    )


# --- the page of those in charge -----------------------------------------------------------------------------


def _for_those_in_charge(here: _Here) -> tuple[str, list[Part]]:
    lang, reader = here.lang, here.reader
    found = query.cells(reader, here.code)
    pupils = query.pupils(reader, here.code)
    everyone = query.standings(here.units, found, pupils)
    kind, stage = here.chosen("tips"), here.chosen("posms")
    chosen_units = [unit for unit in here.units if kind is None or unit.type == kind]
    chosen = (
        everyone
        if kind is None and stage is None
        else query.standings(chosen_units, found, pupils, stage=stage)
    )
    unusual = here.chosen("radit") is None
    shown = [one for one in chosen if one.certain] if unusual else chosen
    common = _common(chosen)
    parts: list[Part] = [
        _filters(here, found),
        _triage(here, chosen, shown, unusual),
        _grid(here, chosen, shown or chosen, common),
        *_one_indicator(here, chosen, common),
        _all_values(here),
        _coverage(here, everyone),
        *_rest(here),
    ]
    return _summary(everyone, lang), parts


def _summary(everyone: Sequence[query.Standing], lang: str) -> str:
    """One sentence: how many institutions, how many with a certain high risk, how many of these are new."""
    risks = [cell for one in everyone for cell in one.certain_highs]
    return sentences.municipality(
        len(everyone),
        sum(1 for one in everyone if one.certain_high),
        len(risks),
        sum(cell.new for cell in risks),
        lang,
    )


def _common(chosen: Sequence[query.Standing]) -> str | None:
    """The indicator that is certainly medium or high in most institutions."""
    certain, high, flagged = Counter(), Counter(), Counter()
    for one in chosen:
        for code, cell in one.worst.items():
            if cell.flagged:
                flagged[code] += 1
                certain[code] += cell.certain
                high[code] += cell.certain and cell.level == "high"
    if not flagged:
        return None
    return min(flagged, key=lambda code: (-certain[code], -high[code], -flagged[code], code))


def _filters(here: _Here, found: dict) -> Markup:
    lang = here.lang
    kinds = [kind for kind in TYPES if any(unit.type == kind for unit in here.units)]
    present = {cell.stage for own in found.values() for cell in own}
    stages = sorted((stage for stage in present if not is_whole(stage)), key=POSITIONS.get)
    every = [("", t("all", lang))]
    return _controls(
        here,
        "list",
        [
            _Choice(
                "tips",
                t("Type of institution", lang),
                every + [(kind, institution_type(kind, lang)) for kind in kinds],
                here.chosen("tips") or "",
            ),
            _Choice(
                "posms",
                t("Stage of education", lang),
                every + [(stage, stage_name(stage, lang)) for stage in stages],
                here.chosen("posms") or "",
            ),
            _Choice(
                "radit",
                t("Show", lang),
                [
                    ("", t("only institutions with a certain risk", lang)),
                    ("visas", t("all institutions", lang)),
                ],
                here.chosen("radit") or "",
            ),
        ],
    )


def _tags(cell: query.Cell, lang: str) -> str:
    if cell.new:
        return marks.new_tag(lang)
    return marks.periods_tag(cell.persistence, lang) if cell.lasting else ""


def _shapes(level: str, certain: int, all_of_them: int) -> Markup:
    """As many shapes as there are risks: filled for the certain ones, outlined for the possible ones."""
    filled, outlined = marks.level_mark(level, "certain"), marks.level_mark(level, "possible")
    return filled * certain + outlined * (all_of_them - certain)


def _triage(
    here: _Here, chosen: Sequence[query.Standing], shown: Sequence[query.Standing], unusual: bool
) -> ChartFrame:
    lang = here.lang
    several = here.chosen("posms") is None
    drawn, rows = [], []
    for one in shown:
        unit = one.unit
        names = []
        for cell in one.certain_highs:
            indicator = INDICATORS[cell.indicator_id]
            stages = len(one.cells[cell.indicator_id]) > 1 and several
            names.append(
                {
                    "name": words.name_of(indicator, cell.stage, lang),
                    "href": here.panel_href(unit.reg_no, cell),
                    "stage": _capital(_stage_words(cell.stage, lang)) if stages else "",
                    "tag": _tags(cell, lang),
                }
            )
        certain_medium = one.certain - one.certain_high
        drawn.append(
            {
                "name": unit.name,
                "href": here.unit_href(unit.reg_no),
                "note": _unit_note(unit, one.pupils, lang),
                "high": one.high,
                "high_shapes": _shapes("high", one.certain_high, one.high),
                "certain_high": one.certain_high,
                "medium": one.medium,
                "medium_shapes": _shapes("medium", certain_medium, one.medium),
                "certain_medium": certain_medium,
                "lasting": one.lasting,
                "new": one.new,
                "unknown": one.unknown,
                "names": names,
            }
        )
        rows.append(
            {
                "name": unit.name,
                "href": here.unit_href(unit.reg_no),
                "type": institution_type(unit.type, lang),
                "pupils": Reason("x") if one.pupils is None else one.pupils,
                "high": one.high,
                "medium": one.medium,
                "certain": one.certain,
                "certain_high": one.certain_high,
                "lasting": one.lasting,
                "new": one.new,
                "unknown": one.unknown,
                "names": "; ".join(item["name"] for item in names) or t("none", lang),
            }
        )
    columns = [
        Column("name", t("Institution", lang), href_key="href"),
        Column("type", t("Type of institution", lang)),
        Column("pupils", t("Learners", lang), "integer"),
        Column("high", t("▲ High risk", lang), "integer"),
        Column("medium", t("◆ Medium risk", lang), "integer"),
        Column("certain", t("Certain in all", lang), "integer"),
        Column("certain_high", t("Certain high risk", lang), "integer"),
        Column("lasting", t("Two periods or longer", lang), "integer"),
        Column("new", t("New risks", lang), "integer"),
        Column("unknown", t("○ Not enough data", lang), "integer"),
        Column("names", t("What the certain high risks are", lang)),
    ]
    caption = t("Institutions in {place} by certain high risks", lang, place=here.locative)
    return here.frame(
        title=t("Which institutions first?", lang),
        finding=f"{_shown_words(chosen, shown, unusual, lang)} {_noise(shown, lang)}",
        mark=render(
            "municipality_triage.html",
            rows=drawn,
            caption=caption,
            all_href=here.request.here(radit="visas") if chosen and not shown else "",
            lang=lang,
        ),
        table=here.table("saraksts", caption, columns, rows),
        how_to_read=t(
            "A filled shape is a certain risk, an outlined one only a possible risk. The order is: certain high "
            "risks, risks of two periods or longer, new risks, name; there is no overall score and no place in a "
            "ranking. An indicator that is counted in several stages counts once, with the stage that stands worst.",
            lang,
        ),
        provenance=here.provenance(
            (sum(1 for one in chosen if one.worst), len(chosen)),
            t("number of risk indicators of the institution at each level in the newest period", lang),
            note=t(
                "the boundaries are provisional; the number by chance is the sum of 1 − P over the risks shown",
                lang,
            ),
        ),
    )


def _shown_words(chosen: Sequence, shown: Sequence, unusual: bool, lang: str) -> str:
    total = len(chosen)
    if not total:
        return t("No institution fits this choice.", lang)
    if not unusual:
        return tn(
            "{n} institution that fits the choice is shown.",
            "All {n} institutions that fit the choice are shown.",
            total,
            lang,
        )
    if not shown:
        return tn(
            "{n} institution fits the choice, and it has no risk that is certain.",
            "{n} institutions fit the choice, and none of them has a risk that is certain.",
            total,
            lang,
        )
    return t(
        "Shown are institutions with at least one certain medium or high risk: {n} of {total}.",
        lang,
        n=numbers.integer(len(shown), lang),
        total=numbers.integer(total, lang),
    )


def _noise(shown: Sequence[query.Standing], lang: str) -> str:
    """How many of the risks shown would be there by chance."""
    flags = [cell for one in shown for cell in one.worst.values() if cell.flagged]
    if not flags:
        return ""
    expected, known = query.expected_by_chance(flags)
    text = sentences.noise(len(flags), expected, lang)
    rest = len(flags) - known
    if rest:
        text += " " + tn(
            "For {n} of the risks in the list no probability is counted, because it compares the institution with others of its size.",
            "For {n} of the risks in the list no probability is counted, because they compare the institution with others of its size.",
            rest,
            lang,
        )
    return text


# --- grid ---------------------------------------------------------------------------------------------------


def _grid(
    here: _Here, chosen: Sequence[query.Standing], shown: Sequence[query.Standing], common: str | None
) -> ChartFrame:
    lang = here.lang
    risks = [INDICATORS[code] for code in query.RISKS]
    drawn = shown if here.chosen("rezgis") else shown[:GRID_ROWS]
    columns = []
    for indicator in risks:
        said = indicator.text(lang)
        periods = sorted({found for (code, _s), found in here.newest.items() if code == indicator.id})
        when = words.period_text(indicator, *periods[-1], lang) if periods else t("no data", lang)
        columns.append(
            {
                "name": _narrow(said.short_name) if lang == "lv" else said.short_name,
                "title": f"{indicator.id}. {said.short_name} ({unit_words(indicator, lang)}); {when}",
                "href": words.optional_url(here.request, "indicator", indicator=indicator.id),
            }
        )
    grid_rows, rows = [], []
    for one in drawn:
        cells = []
        for indicator in risks:
            cell = one.worst.get(indicator.id)
            if cell is None or cell.level is None:
                cells.append({"reason": (cell.reason if cell else None) or "z"})
                continue
            cells.append(
                {
                    "level": cell.level,
                    "certainty": cell.certainty if cell.flagged else None,
                    "value_text": _value(indicator, cell.value, lang),
                    "href": here.panel_href(one.unit.reg_no, cell),
                }
            )
        grid_rows.append({"name": one.unit.name, "href": here.unit_href(one.unit.reg_no), "cells": cells})
        rows += _grid_rows(here, one, risks)
    table_columns = [
        Column("name", t("Institution", lang), href_key="href"),
        Column("stage", t("Stage of education", lang)),
        *[Column(one.id, one.text(lang).short_name) for one in risks],
    ]
    caption = t("Levels of the twelve indicators by institution", lang)
    mark = marks.heat_grid(
        grid_rows,
        columns,
        lang,
        caption=t("Grid: {caption}", lang, caption=caption),
        name_title=t("Institution", lang),
    ) + marks.level_legend(lang)
    if len(drawn) < len(shown):
        mark += render(
            "municipality_more.html",
            text=t(
                "The first {n} institutions of the list are drawn.",
                lang,
                n=numbers.integer(len(drawn), lang),
            ),
            link=t("Draw all {n}", lang, n=numbers.integer(len(shown), lang)),
            href=here.request.here(rezgis="viss"),
        )
    return here.frame(
        title=t("Is there a problem in common?", lang),
        finding=_common_words(chosen, common, lang),
        mark=mark,
        table=here.table("rezgis", caption, table_columns, rows),
        how_to_read=t(
            "A row is an institution, in the order of the list above; a column is an indicator. The cell shows the "
            "stage that stands worst, the table shows every stage. “–” means that the indicator does not concern "
            "the institution, “…” that data have not come, “○” that there are too few cases.",
            lang,
        ),
        provenance=here.provenance(
            (sum(1 for one in chosen if one.worst), len(chosen)),
            t("level by the provisional boundaries, and its certainty, in the newest period", lang),
        ),
    )


def _grid_rows(here: _Here, one: query.Standing, risks: Sequence[Indicator]) -> list[dict]:
    """One line per stage of the institution."""
    lang = here.lang
    stages = sorted({cell.stage for own in one.cells.values() for cell in own}, key=POSITIONS.get)
    by_key = {(cell.stage, cell.indicator_id): cell for own in one.cells.values() for cell in own}
    result = []
    for stage in stages:
        row: dict = {
            "name": one.unit.name,
            "href": here.unit_href(one.unit.reg_no),
            "stage": _capital(_stage_words(stage, lang)),
        }
        for indicator in risks:
            cell = by_key.get((stage, indicator.id))
            if cell is None:
                row[indicator.id] = Reason("z")
            elif cell.level is None:
                row[indicator.id] = Reason(cell.reason or "x")
            else:
                row[indicator.id] = marks.level_word(cell.level, cell.certainty, lang)
        result.append(row)
    return result


def _common_words(chosen: Sequence[query.Standing], common: str | None, lang: str) -> str:
    if common is None:
        return t("No indicator has a medium or high risk in any institution.", lang)
    judged = sum(
        1 for one in chosen if (cell := one.worst.get(common)) is not None and cell.level is not None
    )
    hit = [cell for one in chosen if (cell := one.worst.get(common)) is not None and cell.certain]
    name = INDICATORS[common].text(lang).short_name
    if len(hit) < 2:
        return t("No: no indicator has a certain risk in more than one institution.", lang)
    return tn(
        "The most frequent one is “{name}”: a certain medium or high risk in {hit} of {n} judged institution, "
        "of these {high} high.",
        "The most frequent one is “{name}”: a certain medium or high risk in {hit} of {n} judged institutions, "
        "of these {high} high.",
        judged,
        lang,
        name=name,
        hit=numbers.integer(len(hit), lang),
        high=numbers.integer(sum(cell.level == "high" for cell in hit), lang),
    )


# --- one indicator: level by change, and the other municipalities ------------------------------------------------


def _indicator_of(here: _Here, default: str | None) -> Indicator:
    wanted = here.chosen("raditajs")
    available = {code for code, _stage in here.newest}
    for code in (wanted, default, DEFAULT_INDICATOR):
        if code in available and code in query.RISKS:
            return INDICATORS[code]
    return INDICATORS[min((code for code in available if code in query.RISKS), default=DEFAULT_INDICATOR)]


def _stage_of(here: _Here, indicator: Indicator, own: dict[tuple[str, str], object]) -> str:
    """The stage that the municipalities are compared in: chosen, filtered, or the largest here."""
    for stage in (here.chosen("salidz"), here.chosen("posms")):
        if stage in indicator.stages and (indicator.id, stage) in here.newest:
            return stage
    present = [stage for stage in indicator.stages if (indicator.id, stage) in own]
    if present:
        return max(present, key=lambda stage: (is_whole(stage), own[indicator.id, stage].denominator or 0))
    return next(
        (stage for stage in indicator.stages if (indicator.id, stage) in here.newest), indicator.stages[0]
    )


def _one_indicator(here: _Here, chosen: Sequence[query.Standing], common: str | None) -> list[Part]:
    indicator = _indicator_of(here, common)
    own = {(row.indicator_id, row.stage): row for row in _own_values(here)}
    stage = _stage_of(here, indicator, own)
    return [
        _indicator_controls(here, indicator, stage),
        _matrix(here, chosen, indicator),
        _municipalities(here, indicator, stage),
    ]


def _own_values(here: _Here) -> list:
    return [row.own for row in _area(here)]


def _area(here: _Here) -> list[query.AreaValue]:
    if not hasattr(here, "area"):
        here.area = query.area_values(here.reader, here.code)
    return here.area


def _indicator_controls(here: _Here, indicator: Indicator, stage: str) -> Markup:
    lang = here.lang
    available = {code for code, _stage in here.newest}
    stages = [one for one in indicator.stages if (indicator.id, one) in here.newest]
    choices = [
        _Choice(
            "raditajs",
            t("Indicator", lang),
            [(code, INDICATORS[code].text(lang).short_name) for code in query.RISKS if code in available],
            indicator.id,
        ),
        _Choice(
            "salidz",
            t("Municipalities are compared in", lang),
            [(one, _capital(_stage_words(one, lang))) for one in stages],
            stage,
        ),
        _Choice(
            "kartot",
            t("Order of the municipalities", lang),
            [("", t("by name", lang)), ("vertiba", t("by value", lang))],
            here.chosen("kartot") or "",
        ),
    ]
    return _controls(here, "indicator", choices)


def _trend(cell: query.Cell) -> str:
    return (cell.trend or "cannot_tell").partition(":")[0]


def _matrix(here: _Here, chosen: Sequence[query.Standing], indicator: Indicator) -> ChartFrame:
    lang = here.lang
    said = indicator.text(lang)
    judged = [
        (one, cell)
        for one in chosen
        if (cell := one.worst.get(indicator.id)) is not None and cell.level is not None
    ]
    cells: dict[tuple[str, str], dict] = {}
    rows, aside = [], []
    several = len({_stage_words(cell.stage, lang) for _one, cell in judged}) > 1
    for one, cell in judged:
        trend = _trend(cell)
        change = CHANGES.get(trend)
        sure = ""
        if cell.flagged:
            sure = t("certain", lang) if cell.certain else t("possible", lang)
        notes = [text for text in (sure, _stage_words(cell.stage, lang) if several else "") if text]
        item = {
            "name": f"{one.unit.name} ({', '.join(notes)})" if notes else one.unit.name,
            "href": here.panel_href(one.unit.reg_no, cell),
        }
        if change is None:
            aside.append(one.unit.name)
        else:
            place = cells.setdefault((cell.level, change), {"items": [], "more_href": "#t-limenis-parmainas"})
            place["items"].append(item)
        rows.append(
            {
                "name": one.unit.name,
                "href": here.panel_href(one.unit.reg_no, cell),
                "stage": _capital(_stage_words(cell.stage, lang)),
                "value": _value(indicator, cell.value, lang),
                "level": marks.level_word(cell.level, cell.certainty, lang),
                "change": t(TREND_MARKS[trend], lang)
                if trend in TREND_MARKS
                else t("cannot be determined", lang),
                "periods": cell.persistence if cell.flagged and cell.persistence else Reason("z"),
            }
        )
    columns = [
        Column("name", t("Institution", lang), href_key="href"),
        Column("stage", t("Stage of education", lang)),
        Column("value", t("Value", lang)),
        Column("level", t("Level", lang)),
        Column("change", t("Change", lang)),
        Column("periods", t("Periods it has lasted", lang), "integer"),
    ]
    caption = t("{indicator}: level and change", lang, indicator=said.short_name)
    mark = marks.matrix3(cells, lang, caption=caption)
    if aside:
        mark += render(
            "municipality_more.html",
            text=tn(
                "The change of {n} institution cannot be told or is not assessed: {names}.",
                "The change of {n} institutions cannot be told or is not assessed: {names}.",
                len(aside),
                lang,
                names=_joined(aside, lang),
            ),
            link="",
            href="",
        )
    due = sum(1 for one in chosen if indicator.id in one.worst)
    first = [item["name"] for item in cells.get(("high", "worse"), {}).get("items", ())]
    return here.frame(
        title=t("{indicator}: where is it high and getting worse?", lang, indicator=said.short_name),
        finding=_matrix_words(judged, first, indicator, lang),
        mark=mark,
        table=here.table("limenis-parmainas", caption, columns, rows),
        how_to_read=t(
            "Rows are levels, columns are the change over the years against the development of the country. "
            "A change is told from four comparable periods on, and only when it is more than chance.",
            lang,
        ),
        provenance=here.provenance(
            (len(judged), due),
            f"{said.numerator} ÷ {said.denominator}",
            [indicator],
            _period_note(here, indicator),
        ),
    )


def _period_note(here: _Here, indicator: Indicator) -> str:
    periods = sorted({found for (code, _s), found in here.newest.items() if code == indicator.id})
    return "; ".join(words.period_text(indicator, *one, here.lang) for one in periods)


def _matrix_words(judged: Sequence, first: Sequence[str], indicator: Indicator, lang: str) -> str:
    if not judged:
        return t("No institution could be judged by this indicator.", lang)
    if first:
        return t("First of all: {names}.", lang, names=_joined(list(first), lang))
    if indicator.direction == "both":
        return t("Both directions may be unfavourable, so a rise or a fall is not assessed.", lang)
    worse = [one.unit.name for one, cell in judged if _trend(cell) == "worsening"]
    if worse:
        return t(
            "No institution has a high risk that is getting worse; getting worse at a lower level: {names}.",
            lang,
            names=_joined(worse, lang),
        )
    return t("No institution shows a change for the worse that is more than chance.", lang)


def _municipalities(here: _Here, indicator: Indicator, stage: str) -> ChartFrame:
    """All municipalities in one indicator; the own one exact where the reader may see it."""
    lang, reader = here.lang, here.reader
    said = indicator.text(lang)
    key = (indicator.id, stage)
    period = here.newest.get(key)
    rows_by_code = query.of_all_municipalities(reader, key)
    covered = query.coverage(reader)
    own = next((one for one in _area(here) if (one.indicator_id, one.stage) == key), None)
    country = own.country if own is not None else None
    if country is None and period is not None:
        country = next(iter(values.area_values(reader, "country", indicator.id, stage, period)), None)
    drawn = []
    address = here.request.url("municipality", code="LV0000000")
    for town in query.current_names(reader, lang):
        row = rows_by_code.get(town.code)
        reached = covered.get((*key, town.code))
        known = row is not None and row.value is not None
        reason = (row.reason if row is not None else None) or ("x" if reached else "z")
        drawn.append(
            {
                "code": town.code,
                "name": town.name_full if lang == "lv" else town.name_en,
                "href": address.replace("LV0000000", town.code),
                "own": town.code == here.code,
                "value": row.value if known else None,
                "lower": row.lower if known else None,
                "upper": row.upper if known else None,
                "value_text": _shown(indicator, row, lang) if known else None,
                "interval": words.interval_text(indicator, row, lang) if known else None,
                "reason": reason,
                "reached": reached,
                "note": _of(*reached, lang) if reached else None,
            }
        )
    if here.chosen("kartot") == "vertiba":
        drawn.sort(key=lambda row: (row["value"] is None, row["value"] or 0.0))
        order = t("ordered by value, the smallest first", lang)
    else:
        order = t("in alphabetical order", lang)
    national = country.value if country is not None else None
    caption = t("{indicator} by municipality", lang, indicator=said.short_name)
    columns = [
        Column("name", t("Municipality", lang), href_key="href"),
        Column("value", t("Value", lang)),
        Column("interval", t("95% interval", lang)),
        Column("reached", t("Institutions with data", lang), "integer"),
        Column("due", t("Institutions concerned", lang), "integer"),
    ]
    rows = [
        {
            "name": row["name"],
            "href": row["href"],
            "value": Reason(row["reason"]) if row["value_text"] is None else row["value_text"],
            "interval": row["interval"] or Reason("z"),
            "reached": row["reached"].delivered if row["reached"] else 0,
            "due": row["reached"].due if row["reached"] else 0,
        }
        for row in drawn
    ]
    whole = covered.get((*key, "LV"), query.Coverage(0, 0))
    when = words.period_text(indicator, *period, lang) if period else t("no data", lang)
    return here.frame(
        title=t("How does {place} compare with other municipalities?", lang, place=here.name),
        finding=_place_words(here, indicator, drawn, national),
        mark=marks.dot_plot(
            drawn,
            lang,
            label=f"{caption}, {order}",
            name_title=t("Municipality, {order}", lang, order=order),
            value_title=t("Value, institutions with data", lang),
            reference=national,
            reference_text=None
            if national is None
            else t("Latvia: {value}", lang, value=_value(indicator, national, lang)),
            axis_text=_axis(indicator, lang),
            own_word=t("this municipality", lang),
        ),
        table=here.table("pasvaldibas", f"{caption}, {order}", columns, rows),
        how_to_read=" ".join(
            [
                t(
                    "{indicator}, {stage}, {period}; unit: {unit}. The value of a municipality is computed from counts "
                    "of all its institutions together, whoever founded them. The order is no ranking.",
                    lang,
                    indicator=said.short_name,
                    stage=_stage_words(stage, lang),
                    period=when,
                    unit=unit_words(indicator, lang),
                ),
                t("The line is the 95% interval of the value.", lang)
                if any(row["interval"] for row in drawn)
                else t("All institutions are counted, so there is no interval.", lang),
            ]
        ),
        provenance=here.provenance(tuple(whole), f"{said.numerator} ÷ {said.denominator}", [indicator]),
    )


def _place_words(here: _Here, indicator: Indicator, drawn: Sequence[dict], national: float | None) -> str:
    lang = here.lang
    own = next((row for row in drawn if row["own"]), None)
    if own is None or own["value"] is None:
        return t("{place} has no value to compare here.", lang, place=here.name)
    others = [row["value"] for row in drawn if not row["own"] and row["value"] is not None]
    value, name = own["value_text"], here.locative
    if own["interval"]:
        value = t("{value} (95% interval {interval})", lang, value=value, interval=own["interval"])
    first = t("{place}: {value}.", lang, place=_capital(name), value=value)
    if national is not None:
        first = t(
            "{place}: {value}; Latvia: {national}.",
            lang,
            place=_capital(name),
            value=value,
            national=_value(indicator, national, lang),
        )
    return (
        first
        + " "
        + tn(
            "The value is higher than in {below} and lower than in {above} of {n} other municipality with data.",
            "The value is higher than in {below} and lower than in {above} of {n} other municipalities with data.",
            len(others),
            lang,
            below=numbers.integer(sum(x < own["value"] for x in others), lang),
            above=numbers.integer(sum(x > own["value"] for x in others), lang),
        )
    )


# --- all values of the municipality -----------------------------------------------------------------------------


def _side(indicator: Indicator, own, country) -> str | None:
    """Where the municipality differs from the country by more than chance: better, worse, differs or same."""
    if (
        own.value is None
        or country is None
        or country.value is None
        or own.lower is None
        or own.upper is None
    ):
        return None
    if own.lower <= country.value <= own.upper:
        return "same"
    if indicator.direction not in ("high_bad", "low_bad"):
        return "differs"
    return "worse" if (own.value > country.value) == (indicator.direction == "high_bad") else "better"


SIDES = {
    "worse": _("less favourable"),
    "better": _("more favourable"),
    "differs": _("differs (not assessed)"),
    "same": _("no clear difference"),
}
SIDE_HEADS = {
    "worse": _("Less favourable than in the country"),
    "better": _("More favourable than in the country"),
    "differs": _("Differs, and both directions may be unfavourable"),
}


def _protected_note(lang: str) -> str:
    return t("The values are protected, because fewer than three institutions stand behind them.", lang)


def _all_values(here: _Here) -> ChartFrame:
    """Every indicator and stage beside the country: what clearly differs is drawn, the rest is in the table."""
    lang = here.lang
    rows = []
    sides: dict[str, list[dict]] = {side: [] for side in SIDES}
    reached = due = 0
    for one in _area(here):
        indicator, country = INDICATORS[one.indicator_id], one.country
        side = _side(indicator, one.own, country)
        reached, due = reached + one.coverage.delivered, due + one.coverage.due
        row = {
            "name": words.name_of(indicator, one.stage, lang),
            "href": words.optional_url(here.request, "indicator", indicator=indicator.id),
            "stage": _capital(_stage_words(one.stage, lang)),
            "period": words.period_text(indicator, *one.period, lang),
            "value": Reason(one.own.reason or "x")
            if one.own.value is None
            else _shown(indicator, one.own, lang),
            "interval": words.interval_text(indicator, one.own, lang) or Reason("z"),
            "national": Reason("x")
            if country is None or country.value is None
            else _value(indicator, country.value, lang),
            "side": t(SIDES[side], lang) if side else Reason("z"),
            "reached": _of(*one.coverage, lang),
        }
        rows.append(row)
        if side:
            sides[side].append(row)
    columns = [
        Column("name", t("Indicator", lang), href_key="href"),
        Column("stage", t("Stage of education", lang)),
        Column("period", t("Period", lang)),
        Column("value", here.name),
        Column("interval", t("95% interval", lang)),
        Column("national", t("Latvia", lang)),
        Column("side", t("Against the country", lang)),
        Column("reached", t("Institutions with data", lang)),
    ]
    known = sum(not isinstance(row["value"], Reason) for row in rows)
    groups = [
        {"title": t(SIDE_HEADS[side], lang), "items": sides[side]} for side in SIDE_HEADS if sides[side]
    ]
    return here.frame(
        title=t("Where does {place} differ from the country?", lang, place=here.name),
        finding=t(
            "Indicators by stage – less favourable than in the country: {worse}; more favourable: {better}; no clear "
            "difference or not assessed: {rest}.",
            lang,
            worse=numbers.integer(len(sides["worse"]), lang),
            better=numbers.integer(len(sides["better"]), lang),
            rest=numbers.integer(known - len(sides["worse"]) - len(sides["better"]), lang),
        )
        if known
        else _protected_note(lang)
        if rows
        else t("There are no values yet.", lang),
        mark=render("municipality_sides.html", groups=groups, lang=lang),
        table=here.table(
            "vertibas", t("Values of {place} from counts", lang, place=here.genitive), columns, rows
        ),
        how_to_read=t(
            "An indicator stands here only where the national value lies outside the 95% interval of the municipality; "
            "all values are in the table. Where there is no interval, nothing is said.",
            lang,
        ),
        provenance=here.provenance(
            (reached, due),
            t("sums of numerators and denominators over all institutions of the municipality", lang),
            note=t("coverage counts institutions by indicator and stage", lang),
        ),
    )


# --- coverage, closed institutions, the others -----------------------------------------------------------------------


def _coverage(here: _Here, everyone: Sequence[query.Standing]) -> ChartFrame:
    lang = here.lang
    rows = []
    late: dict[str, list[str]] = {}
    for code in query.RISKS:
        indicator = INDICATORS[code]
        due = [one for one in everyone if code in one.cells]
        if not due:
            continue
        missing = [one for one in due if any(cell.reason == "x" for cell in one.cells[code])]
        few = [one for one in due if one.worst[code].reason == "u"]
        for one in missing:
            late.setdefault(one.unit.name, []).append(indicator.text(lang).short_name)
        rows.append(
            {
                "name": indicator.text(lang).short_name,
                "period": _period_note(here, indicator),
                "due": len(due),
                "reached": len(due) - len(missing),
                "few": len(few),
                "missing": render(
                    "municipality_names.html",
                    items=[
                        {"name": one.unit.name, "href": here.unit_href(one.unit.reg_no)} for one in missing
                    ],
                )
                if missing
                else t("none", lang),
            }
        )
    columns = [
        Column("name", t("Indicator", lang)),
        Column("period", t("Period", lang)),
        Column("due", t("Institutions concerned", lang), "integer"),
        Column("reached", t("Data received", lang), "integer"),
        Column("few", t("Too few cases", lang), "integer"),
        Column("missing", t("Not received from", lang)),
    ]
    with_values = [one for one in everyone if one.cells]
    if late:
        finding = tn(
            "Data have not come from {n} institution: {names}.",
            "Data have not come from {n} institutions: {names}.",
            len(late),
            lang,
            names=_joined(list(late), lang),
        )
    else:
        finding = t("All data that were due have come.", lang)
    return here.frame(
        title=t("Who has not delivered data?", lang),
        finding=finding,
        table=here.table("parklajums", t("Coverage by indicator", lang), columns, rows),
        how_to_read=t(
            "Data are due from institutions that were open on the reporting day and teach the stage. Closed "
            "institutions do not count as missing. Data that came for one stage only count as not received.",
            lang,
        ),
        provenance=here.provenance(
            (len(with_values) - len(late), len(with_values)),
            t("institutions whose data of the newest periods have all come", lang),
        ),
    )


def _rest(here: _Here) -> list[Part]:
    parts: list[Part] = []
    if here.closed:
        parts.append(_closed(here))
    if here.others:
        parts.append(_others(here))
    parts.append(_elsewhere(here))
    return parts


def _closed(here: _Here) -> ChartFrame:
    lang = here.lang
    heirs = query.successors(here.reader, [unit.id for unit in here.closed])
    rows = []
    for unit in sorted(here.closed, key=lambda unit: (unit.valid_to, unit.sort_key), reverse=True):
        found = heirs.get(unit.id, [])
        if found:
            links = render(
                "municipality_names.html",
                items=[
                    {
                        "name": f"{heir.name} ({numbers.percent(heir.share, lang, 0)})"
                        if heir.share < 1
                        else heir.name,
                        "href": here.unit_href(heir.reg_no),
                    }
                    for heir in found
                ],
            )
            fate: str | Markup = Markup("{} {}").format(t(LINEAGE[found[0].kind], lang), links)
        else:
            fate = t("closed, no successor is named", lang)
        rows.append(
            {
                "name": unit.name,
                "href": here.unit_href(unit.reg_no),
                "type": institution_type(unit.type, lang),
                "date": numbers.date_short(unit.valid_to, lang),
                "fate": fate,
            }
        )
    followed = sum(1 for unit in here.closed if unit.id in heirs)
    first = min(unit.valid_to for unit in here.closed)[:4]
    return here.frame(
        title=t("Which institutions have been closed or merged?", lang),
        finding=t(
            "Institutions closed since {year}: {n}; with a known successor: {followed}. Closed ones stand neither in "
            "the list nor among those from which data are due.",
            lang,
            year=first,
            n=numbers.integer(len(here.closed), lang),
            followed=numbers.integer(followed, lang),
        ),
        table=here.table(
            "slegtas",
            t("Closed and merged institutions", lang),
            [
                Column("name", t("Institution", lang), href_key="href"),
                Column("type", t("Type of institution", lang)),
                Column("date", t("Closed on", lang)),
                Column("fate", t("What became of it", lang)),
            ],
            rows,
        ),
        provenance=here.provenance(
            (len(here.closed), len(here.closed)),
            t("institutions closed before the as-of date", lang),
            (),
        ),
    )


def _others(here: _Here) -> Markup:
    lang = here.lang
    groups = []
    for kind in INSTITUTION_TYPES:
        found = [unit for unit in here.others if unit.type == kind]
        if found:
            groups.append(
                {
                    "title": institution_type(kind, lang),
                    "items": [
                        {
                            "name": unit.name,
                            "href": here.unit_href(unit.reg_no),
                            "note": ""
                            if unit.founder_kind == "municipality"
                            else t(FOUNDERS[unit.founder_kind], lang),
                        }
                        for unit in found
                    ],
                }
            )
    return render(
        "municipality_others.html",
        heading=t("Institutions that the risk indicators do not concern", lang),
        summary=tn("{n} institution", "{n} institutions", len(here.others), lang),
        groups=groups,
        lang=lang,
    )


ELSEWHERE = (
    ("absence", _("Absence")),
    ("unified_school", _("Unified school")),
    ("graduates_vocational", _("Graduates: vocational education")),
    ("quality", _("Quality evaluation")),
    ("methodology", _("Data and method")),
)


def _elsewhere(here: _Here) -> Markup:
    links = [
        {"name": t(text, here.lang), "href": here.request.url(name)}
        for name, text in ELSEWHERE
        if name in REGISTRY
    ]
    return render(
        "municipality_links.html", heading=t("More on this topic", here.lang), links=links, lang=here.lang
    )


# --- the page of everybody ------------------------------------------------------------------------------------------


def _for_everybody(here: _Here) -> tuple[str, list[Part]]:
    lang = here.lang
    own = {(row.indicator_id, row.stage): row for row in _own_values(here)}
    available = [code for code in query.RISKS if any(key[0] == code for key in own)]
    default = DEFAULT_INDICATOR if DEFAULT_INDICATOR in available else next(iter(available), None)
    indicator = _indicator_of(here, default)
    stage = _stage_of(here, indicator, own)
    lead = [tn("{n} institution.", "{n} institutions.", len(here.units), lang)]
    known = [one for one in _area(here) if one.own.value is not None]
    told = [_side(INDICATORS[one.indicator_id], one.own, one.country) for one in known]
    if _area(here) and not told:
        lead.append(_protected_note(lang))
    if told:
        lead.append(
            t(
                "Indicators by stage that clearly differ from the country: {n} of {total}.",
                lang,
                n=numbers.integer(sum(side in ("better", "worse", "differs") for side in told), lang),
                total=numbers.integer(len(told), lang),
            )
        )
    parts: list[Part] = [
        _all_values(here),
        _indicator_controls(here, indicator, stage),
        _municipalities(here, indicator, stage),
        _institutions(here, indicator, stage),
        *_rest(here),
    ]
    return " ".join(lead), parts


def _protected_words(row, indicator: Indicator, lang: str) -> tuple[str | None, float | None, float | None]:
    """A value as its plane allows it, with the ends of its band or of its interval."""
    text = words.value_text(indicator, row, lang, exact=row.plane == "detail")
    if row.value_text:
        low, high = (float(end) / 100 for end in row.value_text.split("-"))
        return text, low, high
    return text, row.lower, row.upper


def _institutions(here: _Here, indicator: Indicator, stage: str) -> ChartFrame:
    """Institutions with protected values, in alphabetical order; the reader's own one exact."""
    lang, reader = here.lang, here.reader
    said = indicator.text(lang)
    period = here.newest.get((indicator.id, stage))
    found = (
        values.institution_values(
            reader, indicator_id=indicator.id, stage=stage, municipality_code=here.code, wanted=[period]
        )
        if period
        else []
    )
    by_id = {row.institution_id: row for row in found}
    drawn, rows = [], []
    mine = None
    for unit in here.units:
        row = by_id.get(unit.id)
        exact = row is not None and row.plane == "detail"
        if row is None and stage not in indicator.stages_of(unit.type):
            continue
        text, lower, upper = (None, None, None) if row is None else _protected_words(row, indicator, lang)
        reason = None if text is not None else ((row.reason if row is not None else None) or "z")
        level = row.level if exact else None
        item = {
            "name": unit.name,
            "href": here.unit_href(unit.reg_no),
            "own": exact,
            "value": row.value if row is not None else None,
            "lower": lower,
            "upper": upper,
            "value_text": text,
            "reason": reason,
            "level": level,
            "certainty": row.certainty if level in ("medium", "high") else None,
        }
        drawn.append(item)
        if exact:
            mine = item
        rows.append(
            {
                "name": unit.name,
                "href": item["href"],
                "type": institution_type(unit.type, lang),
                "value": Reason(reason) if text is None else text,
            }
        )
    known = sum(1 for item in drawn if item["value_text"] is not None)
    due = sum(1 for item in drawn if item["reason"] != "z")
    caption = t("{indicator} by institution, in alphabetical order", lang, indicator=said.short_name)
    area = next((one for one in _area(here) if (one.indicator_id, one.stage) == (indicator.id, stage)), None)
    reference = area.own.value if area is not None else None
    reference_text = None if reference is None else _shown(indicator, area.own, lang)
    return here.frame(
        title=t("{indicator}: institutions", lang, indicator=said.short_name),
        finding=_institutions_words(here, known, due, mine),
        mark=marks.dot_plot(
            drawn,
            lang,
            label=caption,
            name_title=t("Institution, in alphabetical order", lang),
            value_title=t("Value", lang),
            reference=reference,
            reference_text=None if reference is None else f"{here.name}: {reference_text}",
            axis_text=_axis(indicator, lang),
        ),
        table=here.table(
            "iestades",
            caption,
            [
                Column("name", t("Institution", lang), href_key="href"),
                Column("type", t("Type of institution", lang)),
                Column("value", t("Value", lang)),
            ],
            rows,
        ),
        how_to_read=t(
            "{stage}, {period}; unit: {unit}. Values of small groups are protected: a range stands for a number, or no "
            "number at all. This is a comparison, not an assessment.",
            lang,
            stage=_capital(_stage_words(stage, lang)),
            period=words.period_text(indicator, *period, lang) if period else t("no data", lang),
            unit=unit_words(indicator, lang),
        ),
        provenance=here.provenance((known, due), f"{said.numerator} ÷ {said.denominator}", [indicator]),
    )


def _institutions_words(here: _Here, known: int, due: int, mine: dict | None) -> str:
    lang = here.lang
    text = tn(
        "A value can be shown for {known} of {n} institution concerned.",
        "A value can be shown for {known} of {n} institutions concerned.",
        due,
        lang,
        known=numbers.integer(known, lang),
    )
    if not due:
        text = t("No institution has a value here.", lang)
    if mine is not None and mine["value_text"] is not None:
        own = t("{place}: {value}.", lang, place=mine["name"], value=mine["value_text"])
        if mine["level"]:
            own = t(
                "{place}: {value}, {level}.",
                lang,
                place=mine["name"],
                value=mine["value_text"],
                level=marks.level_word(mine["level"], mine["certainty"], lang),
            )
        text = f"{own} {text}"
    return text
