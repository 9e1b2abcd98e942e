"""/skola/<reg_no>/kas-butu : how far each indicator is from its boundaries, and what next year could bring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from access.pages import NotFound, Request, page
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import institution as queries
from data_access.queries import units
from data_access.queries import values as value_queries
from indicators import sentences
from indicators.model import UNITS, Indicator
from indicators.stages import name as stage_name
from language import numbers, reasons
from language.messages import t

from . import institution_values as words
from .institution import RISK, Entry, School
from .words import stage

NUMBER = r"-?\d{1,5}(\.\d{1,2})?"


@dataclass(frozen=True)
class Answer:
    """One indicator: where it stands, what would change it, and the reader's own "what if next year"."""

    entry: Entry
    situation: object | None  # indicators.simulator.Situation
    outlook: object | None  # indicators.simulator.Outlook
    asked: tuple[float, float] | None = None  # numerator and denominator of next year
    level: str | None = None  # what they would mean
    certain: bool | None = None
    corrected: bool = False  # more than possible was typed; the nearest possible number stands instead


@page(
    "what_if",
    "/skola/<reg_no>/kas-butu",
    params={
        "reg_no": r"\d{10}",
        "posms": r"[a-z_]{1,20}",
        **dict.fromkeys(RISK, NUMBER),
        **{f"{code}n": r"\d{1,5}" for code in RISK},
    },
    roles=("school", "municipality", "ministry", "steward"),
)
def view(request: Request) -> View:
    """The simulator of one institution; only for readers whose scope covers it."""
    reader, lang = request.reader, request.lang
    unit = units.institution_by_reg_no(reader, request.params["reg_no"])
    # As much work for what is there and not for this reader as for what is not.
    if unit is None or not reader.scope.covers_institution(unit.id, unit.municipality_code):
        raise NotFound(request.params["reg_no"])
    school = School(request)
    if not school.exact or not school.has_tool or school.closed:
        raise NotFound(request.params["reg_no"])
    entries = [one for one in school.entries(school.stage) if one.why_not == ""]
    answers = [_answer(school, one) for one in entries]
    tabs = [
        {
            "text": stage(name, lang),
            "href": request.url("what_if", reg_no=school.unit.reg_no, posms=name),
            "current": name == school.stage,
            "high": 0,
        }
        for name in school.stages
    ]
    body = [
        render("institution_controls.html", tabs=tabs if len(tabs) > 1 else [], switch=None, lang=lang),
        _overview(school, answers),
        render(
            "what_if.html",
            lang=lang,
            action=request.url("what_if", reg_no=school.unit.reg_no),
            stage=request.params.get("posms", ""),
            items=[_item(school, one) for one in answers],
            back=request.url("institution", reg_no=school.unit.reg_no),
            closing=sentences.not_a_target(lang),
        ),
    ]
    return View(
        title=t("What would change the level?", lang),
        lead=t(
            "{name}: how many learners, exams or loads each indicator is away from its boundaries. Boundaries and "
            "national values stay as they are now; nothing that you type is stored.",
            lang,
            name=school.unit.name,
        ),
        body=body,
        lang=lang,
        crumbs=[
            Crumb(school.unit.name, request.url("institution", reg_no=school.unit.reg_no)),
            Crumb(t("What would change the level?", lang)),
        ],
        release_id=request.reader.release.id,
    )


# --- what the simulator is asked -------------------------------------------------------------------


def _answer(school: School, entry: Entry) -> Answer:
    from indicators.simulator import outlook

    found = situation(school, entry)
    if found is None:
        return Answer(entry, None, None)
    now, told = found
    asked = _asked(school, entry, now)
    if asked is None:
        return Answer(entry, now, told)
    *asked, corrected = asked
    later = outlook(_next_year(school, entry, now, *asked))
    judged = now.prior is not None or entry.indicator.family == "size_band"
    certain = later.certain if judged else None
    return Answer(entry, now, told, tuple(asked), later.level, certain, corrected)


def situation(school: School, entry: Entry):
    """The newest value with what judged it, and what the simulator tells; None where it was not judged."""
    from indicators.levels import Prior
    from indicators.simulator import Situation, outlook

    row, one = entry.row, entry.indicator
    if row is None or row.level is None or row.boundary_medium is None or not row.denominator:
        return None
    threshold = _thresholds(school)[row.threshold_id]
    earlier = _earlier(entry, row, one.pooling - 1)
    fitted = queries.priors(school.request.reader).get((one.id, row.stage, row.school_year, row.semester))
    prior = None if fitted is None else Prior(family=fitted.family, first=fitted.first, second=fitted.second)
    now = Situation.of_row(
        one,
        row._mapping,
        operator=threshold.operator,
        prior=prior,
        previous_level=_previous_level(entry, row),
    )
    if one.family in ("share", "rate"):
        medium, high = _pooled_boundaries([*earlier, row])
        now = replace(now, pooled_medium=medium, pooled_high=high)
    told = outlook(now)
    # The spread of a mean is read back from its interval; where that is too coarse, certainty is left out.
    if prior is not None and told.certain != (row.certainty == "certain"):
        now = replace(now, prior=None)
        told = outlook(now)
    return now, told


def _thresholds(school: School) -> dict:
    return {one.id: one for one in value_queries.thresholds(school.request.reader)}


def _earlier(entry: Entry, row, periods: int) -> list:
    """Comparable values of the periods before: the same semester, no break between, at most so many back."""
    one = entry.indicator
    segment = one.segment(row.stage, row.school_year)
    return [
        before
        for before in entry.series
        if before.semester == row.semester
        and row.school_year - periods <= before.school_year < row.school_year
        and one.segment(row.stage, before.school_year) == segment
        and before.denominator
        and before.numerator is not None
    ]


def _pooled_boundaries(rows: Sequence) -> tuple[float, float]:
    """Boundaries of several periods read together: a boundary moves with the country, so it is weighed by size."""
    size = sum(row.denominator for row in rows)
    return (
        sum(row.denominator * row.boundary_medium for row in rows) / size,
        sum(row.denominator * row.boundary_high for row in rows) / size,
    )


def _previous_level(entry: Entry, row) -> str | None:
    """Level of the comparable period before, when it was on the same side of what is usual."""
    before = next((one for one in _earlier(entry, row, 1)), None)
    if before is None or before.level is None or before.boundary_medium is None:
        return None
    same = (before.boundary_high > before.boundary_medium) == (row.boundary_high > row.boundary_medium)
    return before.level if same else None


def _asked(school: School, entry: Entry, now) -> tuple[float, float, bool] | None:
    """Next year's numerator and denominator as typed, and whether the numerator was impossible and is corrected.

    What was not typed stays as it is.
    """
    one, params = entry.indicator, school.request.params
    first, second = params.get(one.id), params.get(f"{one.id}n")
    if first is None and second is None:
        return None
    per = _per(one)
    denominator = float(second) / per if second is not None and _resizable(one) else now.denominator
    if not denominator > 0:
        return None
    if one.step_of == "value":
        numerator = (float(first) if first is not None else now.value) * denominator
    else:
        numerator = float(first) if first is not None else now.numerator
    low, high = _range(one, denominator)
    return min(max(numerator, low), high), denominator, not low <= numerator <= high


def _per(indicator: Indicator) -> int:
    """How many learners one unit of the denominator stands for."""
    return 100 if indicator.unit in ("per_100_pupils", "loads_per_100_pupils") else 1


def _resizable(indicator: Indicator) -> bool:
    """The boundaries of a size band belong to one size; another number of learners would need another band."""
    return indicator.family != "size_band"


def _range(indicator: Indicator, denominator: float) -> tuple[float, float]:
    if indicator.family == "share":
        return 0.0, denominator
    if indicator.unit == "share_difference":
        return -denominator, denominator
    if indicator.family in ("rate", "size_band"):
        return 0.0, math.inf
    return -math.inf, math.inf


def _next_year(school: School, entry: Entry, now, numerator: float, denominator: float):
    """Next year's situation: the boundaries of now; this year and the one before are the earlier periods."""
    row, one = entry.row, entry.indicator
    earlier = [*_earlier(entry, row, one.pooling - 2), row] if one.pooling > 1 else []
    size = denominator + sum(before.denominator for before in earlier)
    medium = (
        now.medium * denominator + sum(before.denominator * before.boundary_medium for before in earlier)
    ) / size
    high = (
        now.high * denominator + sum(before.denominator * before.boundary_high for before in earlier)
    ) / size
    return replace(
        now,
        numerator=numerator,
        denominator=denominator,
        earlier_numerator=sum(before.numerator for before in earlier),
        earlier_denominator=sum(before.denominator for before in earlier),
        pooled_medium=medium,
        pooled_high=high,
        previous_level=row.level,
    )


# --- what is shown ---------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _digits(step: float) -> int:
    return 0 if step >= 1 else 1 if step >= 0.1 else 2


def _amount(indicator: Indicator, change, lang: str) -> str:
    """How far a change is, in whole steps: learners, exams, tenths of a load."""
    by = change.value_by if indicator.step_of == "value" else change.by
    return numbers.signed(by, lang, _digits(indicator.step))


def _overview(school: School, answers: Sequence[Answer]) -> ChartFrame:
    lang, request = school.lang, school.request
    rows = []
    for one in answers:
        rows.append(_overview_row(school, one))
    closest = next((one for one in answers if one.outlook and one.entry.level in ("high", "medium")), None)
    finding = (
        " ".join(
            (
                t(
                    "First to look at: {name}.",
                    lang,
                    name=words.name_of(closest.entry.indicator, closest.entry.stage, lang),
                ),
                sentences.way_down(closest.entry.indicator, closest.outlook, lang),
            )
        ).strip()
        if closest
        else t("No value lies beyond a boundary now; the table shows how far each of them is.", lang)
    )
    return ChartFrame(
        title=t("How far is each boundary?", lang),
        finding=finding,
        table=Table(
            "attalums",
            t("Distance to the boundaries", lang),
            [
                Column("name", t("Indicator", lang), href_key="href"),
                Column("value", t("Value", lang)),
                Column("count", t("Counts behind it", lang)),
                Column("level", t("Level", lang)),
                Column("medium", t("Boundary of medium", lang)),
                Column("high", t("Boundary of high", lang)),
                Column("less", t("To a lower level", lang)),
                Column("more", t("To a higher level", lang)),
            ],
            rows,
            lang,
            phone="stacked",
            notes=(
                t(
                    "Steps of the numerator with the same denominator; for R10 and R11 steps of the value itself.",
                    lang,
                ),
            ),
        ),
        provenance=Provenance(
            source=words.all_sources(lang),
            as_of=request.reader.release.as_of,
            coverage=(sum(one.outlook is not None for one in answers), len(answers)),
            bodies=False,
            release_id=request.reader.release.id,
            counting=t("steps of the numerator to each boundary", lang),
            synthetic=request.reader.release.synthetic,
        ),
        lang=lang,
        address=request.address,
    )


def _overview_row(school: School, answer: Answer) -> dict:
    lang, entry, one = school.lang, answer.entry, answer.entry.indicator
    row, found = entry.row, answer.outlook
    reason = Reason((row.reason if row is not None else None) or ("u" if row is not None else "x"))
    cells = dict.fromkeys(("value", "count", "level", "medium", "high", "less", "more"), reason)
    cells |= {"name": words.name_of(one, entry.stage, lang), "href": f"#{one.id}"}
    if row is not None and row.value is not None:
        cells["value"] = words.value_text(one, row, lang)
        cells["count"] = words.count_text(one, row, lang) or Reason("z")
    if row is not None and row.level:
        cells["level"] = marks.level_word(row.level, row.certainty, lang)
    if found is None:
        return cells
    less = found.below_high or found.below_medium
    more = found.to_medium or found.to_high
    return cells | {
        "medium": words.text(one.unit, row.boundary_medium, lang, True, True),
        "high": words.text(one.unit, row.boundary_high, lang, True, True),
        "less": _amount(one, less, lang) if less else Reason("z"),
        "more": _amount(one, more, lang) if more else Reason("z"),
    }


def _item(school: School, answer: Answer) -> dict:
    """One indicator for the template."""
    lang, entry, one = school.lang, answer.entry, answer.entry.indicator
    row = entry.row
    item = {
        "id": one.id,
        "name": words.name_of(one, entry.stage, lang),
        "where": f"{stage_name(entry.stage, lang)}, {words.period_text(one, row.school_year, row.semester, lang)}"
        if row is not None
        else "",
        "value": words.value_text(one, row, lang, short=False),
        "count": words.count_text(one, row, lang),
        "level": marks.level_tag(row.level, row.certainty, lang) if row is not None and row.level else "",
        "limits": "",
        "numerator": "",
        "sentences": [],
        "note": "",
        "inputs": [],
        "result": None,
    }
    if answer.outlook is None:
        item["note"] = _why_not(entry, lang)
        return item
    item["limits"] = _limits(one, row, lang)
    item["numerator"] = words.terms(one, entry.stage, lang)[0]
    item["sentences"] = sentences.what_would_change(one, answer.outlook, lang)[:-1]
    if not item["sentences"]:
        item["note"] = t("No number of this size would change the level.", lang)
    if one.family == "mean" and answer.situation.prior is None:
        item["note"] = t(
            "Whether the level would be certain is not told here: that depends on how far apart the results are.",
            lang,
        )
    item["inputs"] = _inputs(school, answer)
    item["result"] = _result(answer, lang)
    return item


def _limits(one: Indicator, row, lang: str) -> str:
    """The boundaries in words; where too little matters like too much, both sides."""
    ends = {
        name: words.text(one.unit, value, lang, True, False)
        for name, value in (("medium", row.boundary_medium), ("high", row.boundary_high))
    }
    if one.direction != "both":
        return t("Boundaries: medium from {medium}, high from {high}.", lang, **ends)
    if one.family == "size_band":
        return t(
            "Boundaries on the side where the value lies: medium from {medium}, high from {high}. Too little and too "
            "much both count; the other side has boundaries of its own.",
            lang,
            **ends,
        )
    other = {
        f"other_{name}": words.text(one.unit, -value, lang, True, False)
        for name, value in (("medium", row.boundary_medium), ("high", row.boundary_high))
    }
    return t(
        "Boundaries: medium from {medium} or {other_medium}, high from {high} or {other_high}.",
        lang,
        **ends,
        **other,
    )


def _why_not(entry: Entry, lang: str) -> str:
    row = entry.row
    if row is None:
        return reasons.meaning("x", lang) + "."
    if row.reason:
        return reasons.meaning(row.reason, lang) + "."
    if row.level:
        return sentences.verdict(entry.indicator, row._mapping, lang)
    return t("There is no boundary that a number could be compared with.", lang)


def _inputs(school: School, answer: Answer) -> list[dict]:
    one, params, now = answer.entry.indicator, school.request.params, answer.situation
    lang = school.lang
    numerator, denominator = words.terms(one, answer.entry.stage, lang)
    low, high = _range(one, now.denominator * 10 if one.family == "share" else now.denominator)
    by_value = one.step_of == "value"
    unit = getattr(UNITS[one.unit], lang)
    current = now.value if by_value else now.numerator
    inputs = [
        {
            "name": one.id,
            "label": unit if by_value else numerator,
            "value": params.get(one.id, ""),
            "placeholder": f"{current:.{_digits(one.step)}f}",
            "step": f"{one.step:g}",
            "min": "" if by_value or math.isinf(low) else f"{low:g}",
            "max": "" if by_value or math.isinf(high) else f"{min(high, 99999):g}",
            "slider": _slider(answer, params.get(one.id)),
        }
    ]
    if _resizable(one):
        per = _per(one)
        inputs.append(
            {
                "name": f"{one.id}n",
                "label": t("learners", lang) if per > 1 else denominator,
                "value": params.get(f"{one.id}n", ""),
                "placeholder": f"{now.denominator * per:.0f}",
                "step": "1",
                "min": "1",
                "max": "99999",
                "slider": _size_slider(now.denominator * per, params.get(f"{one.id}n")),
            }
        )
    return inputs


def _slider(answer: Answer, typed: str | None) -> dict[str, str]:
    """Ends, step and place of the slider of what is counted: it reaches past what is now and past both boundaries."""
    one, now = answer.entry.indicator, answer.situation
    scale = 1.0 if one.step_of == "value" else now.denominator
    place = float(typed) if typed is not None else now.value * scale
    limits = [now.medium * scale, now.high * scale]
    if one.direction == "both" and one.family != "size_band":  # its boundaries lie on both sides of nought
        limits += [-limit for limit in limits]
    reached = [now.value * scale, place, *limits]
    margin = max((max(reached) - min(reached)) / 2, 5 * one.step)
    size = answer.asked[1] if answer.asked else now.denominator
    low, high = (-math.inf, math.inf) if one.step_of == "value" else _range(one, size)
    return _marks_of(max(min(reached) - margin, low), min(max(reached) + margin, high), one.step, place)


def _size_slider(size: float, typed: str | None) -> dict[str, str]:
    """The slider of how many there are: from half as many as now to half as many more."""
    place = float(typed) if typed is not None else size
    return _marks_of(max(1.0, min(size / 2, place)), max(size * 1.5, place), 1.0, place)


def _marks_of(low: float, high: float, step: float, place: float) -> dict[str, str]:
    first, last = math.floor(low / step), math.ceil(high / step)
    steps = {"min": first, "max": last, "value": min(max(round(place / step), first), last)}
    return {name: f"{round(at * step, 2):g}" for name, at in steps.items()}


def _result(answer: Answer, lang: str) -> dict | None:
    """What next year's numbers would mean, in one sentence and a sign."""
    if answer.asked is None:
        return None
    numerator, denominator = answer.asked
    one = answer.entry.indicator
    value = words.text(one.unit, numerator / denominator, lang, True, False)
    certainty = None
    if answer.certain is not None:
        certainty = "certain" if answer.certain else "possible"
    if answer.level == "low":
        sign = marks.level_tag("low", None, lang)
    else:  # a level is never shown without its certainty; where it cannot be told it is only possible
        sign = marks.level_tag(answer.level, certainty or "possible", lang)
    count = words.counts(one, numerator, denominator, lang)
    text = t("If next year it is {value} ({count}):", lang, value=value, count=count)
    if answer.corrected:
        text = (
            t("The number typed is not possible; the nearest possible one stands instead.", lang) + " " + text
        )
    return {"text": text, "sign": sign}
