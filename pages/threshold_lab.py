"""/latvija/robezas : what other boundaries would change, for officials; proposals are stored, levels are not."""

from __future__ import annotations

import re
from collections.abc import Sequence

import structlog
from flask import Flask, Response, abort, has_request_context, redirect
from flask import request as http
from markupsafe import Markup

from access.door import route
from access.pages import LANGUAGES, REGISTRY, Request, page, url
from access.session import acting, current_scope, person
from components import marks, risk_figures
from components.chart_frame import ChartFrame
from components.nodes import Block, Part
from components.tables import Column, Table
from components.templating import render
from components.view import Crumb, View
from data_access import proposals, thresholds
from data_access.laboratory import LEVELS, Laboratory, NothingToTest, Outcome, Result
from data_access.proposals import ProposalError
from data_access.queries import units
from data_access.queries.risks import LevelCounts
from data_access.scope import SEES_ALL
from data_access.thresholds import Proposal, ThresholdError
from indicators import sentences, stages
from indicators.catalogue import INDICATORS
from indicators.model import UNITS, Indicator
from language import numbers
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from . import risk_words
from .institution_values import count_text, name_of, period_text
from .words import institution_type

log = structlog.get_logger("ikms")
PATH = "/latvija/robezas"
NUMBER = r"-?\d{1,4}([.,]\d{1,6})?"
OPERATORS = {"gt": ">", "ge": ">="}
OPERATOR_KEYS = {operator: key for key, operator in OPERATORS.items()}
TERRITORIES = {"all": "*", "state_city": "state_city", "county": "county"}
TERRITORY_KEYS = {kind: key for key, kind in TERRITORIES.items()}
ERRORS = {
    "reason": _("The proposal was not saved: write a reason of at least {n} characters."),
    "order": _("The high boundary must lie further towards risk than the medium one."),
    "number": _("A boundary must be a number, and a multiple must be above zero."),
    "many": _("The proposal was not saved: there are too many undecided proposals."),
    "unknown": _("The proposal was not saved: this indicator has no such threshold."),
    "author": _("The proposal was not saved: sign in again."),
    "decided": _("The proposal has been decided already."),
}
STATUSES = {
    thresholds.PROPOSAL: _("proposal"),
    thresholds.ACCEPTED: _("accepted"),
    thresholds.WITHDRAWN: _("withdrawn"),
}


@page(
    "threshold_lab",
    PATH,
    params={
        "raditajs": risk_words.INDICATOR,
        "posms": risk_words.STAGE,
        "teritorija": "|".join(TERRITORIES),
        "videja": NUMBER,
        "augsta": NUMBER,
        "zime": "|".join(OPERATORS),
        "periodi": "[13]",
        "saglabats": r"\d{1,9}",
        "atsaukts": "1",
        "kluda": "|".join(ERRORS),
    },
    roles=tuple(sorted(SEES_ALL)),
)
def view(request: Request) -> View:
    """Test boundaries of one indicator and stage against those in force."""
    lang = request.lang
    indicator, stage = _chosen(request)
    period, counts = risk_words.latest(request, indicator, stage)
    common = {
        "title": t("What would other thresholds change?", lang),
        "window_title": t("Threshold laboratory", lang),
        "lang": lang,
        "crumbs": [
            Crumb(t("Home", lang), request.url("home")),
            Crumb(t("Latvia", lang), request.url("national") if "national" in REGISTRY else None),
            Crumb(t("Threshold laboratory", lang)),
        ],
        "release_id": request.reader.release.id,
    }
    try:
        if period is None:
            raise NothingToTest(indicator.id)
        lab = Laboratory(request.reader, indicator.id, stage, period)
    except NothingToTest:
        return View(
            **common,
            lead=t("There are no levels of this indicator in this stage.", lang),
            body=[_choice(request, indicator, stage), *_proposals(request)],
        )
    trial = _trial(request, indicator, stage, lab)
    result = lab.run(trial.proposal, trial.periods)
    body: list[Part] = [
        _choice(request, indicator, stage),
        _controls(request, indicator, stage, trial),
        _notices(request, trial),
        _levels(request, indicator, stage, period, counts, lab, trial, result),
        Block("div", [_changed(request, indicator, stage, period, counts, result)], class_="r-list"),
        Block(
            "div",
            [
                _by_size(request, indicator, period, counts, result),
                _by_municipality(request, indicator, period, counts, result),
            ],
            class_="columns",
        ),
        _save(request, indicator, stage, trial),
        *_proposals(request),
    ]
    where = f"{name_of(indicator, stage, lang)}, {stages.name(stage, lang)}, {period_text(indicator, *period, lang)}"
    return View(**common, lead=f"{risk_words.stop(where)} {_answer(result, trial, lang)}", body=body)


def _chosen(request: Request) -> tuple[Indicator, str]:
    indicator = INDICATORS.get(request.params.get("raditajs", ""))
    if indicator is None or indicator.direction == "none":
        indicator = INDICATORS["R03"]
    asked = request.params.get("posms")
    if asked in risk_words.WHOLE_OF and asked not in indicator.stages:
        asked = risk_words.WHOLE_OF[asked]
    return indicator, asked if asked in indicator.stages else indicator.stages[0]


# --- what is tested -------------------------------------------------------------------------------


class Trial:
    """What the address asks to test, beside what is in force. error: code of ERRORS, or None."""

    def __init__(self, proposal: Proposal, in_force, periods: int, error: str | None, typed: dict) -> None:
        self.proposal, self.in_force, self.periods, self.error, self.typed = (
            proposal,
            in_force,
            periods,
            error,
            typed,
        )

    @property
    def same(self) -> bool:
        """Whether the boundaries and the operator are those in force, for all territories."""
        rule, asked = self.in_force, self.proposal
        return (rule.medium, rule.high, rule.operator) == (asked.medium, asked.high, asked.operator)


def scale_of(indicator: Indicator, basis: str) -> float:
    """What a typed number is multiplied with: values are typed as they are printed."""
    return UNITS[indicator.unit].scale if basis in ("absolute", "plus_national") else 1.0


def parse_number(typed: str, scale: float, near: float | None = None) -> float:
    """A typed number in the unit of the threshold; a hair's breadth from `near` it is `near` itself."""
    value = float(typed.replace(",", ".")) / scale
    return near if near is not None and abs(value - near) < 1e-9 else value


def typed_number(number: float, scale: float, lang: str) -> str:
    """A number of a threshold as a reader types it."""
    return numbers.plain(round(number * scale, 6), lang).replace(numbers.MINUS, "-").replace(numbers.NBSP, "")


def _trial(request: Request, indicator: Indicator, stage: str, lab: Laboratory) -> Trial:
    lang, params = request.lang, request.params
    territory = TERRITORIES[params.get("teritorija", "all")]
    rule = next((one for one in lab.in_force if one.territory_kind == territory), lab.in_force[0])
    scale = scale_of(indicator, rule.basis)
    typed = {
        "videja": params.get("videja", typed_number(rule.medium, scale, lang)),
        "augsta": params.get("augsta", typed_number(rule.high, scale, lang)),
        "zime": params.get("zime", OPERATOR_KEYS[rule.operator]),
    }
    in_force = Proposal(
        indicator_id=indicator.id,
        stage=stage,
        territory_kind=territory,
        operator=rule.operator,
        basis=rule.basis,
        medium=rule.medium,
        high=rule.high,
    )
    asked = Proposal(
        indicator_id=indicator.id,
        stage=stage,
        territory_kind=territory,
        operator=OPERATORS[typed["zime"]],
        basis=rule.basis,
        medium=parse_number(typed["videja"], scale, rule.medium),
        high=parse_number(typed["augsta"], scale, rule.high),
    )
    periods = int(params.get("periodi", "1")) if indicator.pooling > 1 else 1
    try:
        asked.check()
    except ThresholdError as error:
        return Trial(in_force, rule, periods, error.code, typed)
    return Trial(asked, rule, periods, None, typed)


def _answer(result: Result, trial: Trial, lang: str) -> str:
    """What the tested boundaries would change, in one sentence."""
    now, then = result.counts("before"), result.counts("after")
    changed = result.changed
    if not changed and trial.same and trial.periods == 1:
        return tn(
            "These are the thresholds in force: {n} institution at high risk, certain {certain}. Move a boundary "
            "to see what would change.",
            "These are the thresholds in force: {n} institutions at high risk, certain {certain}. Move a boundary "
            "to see what would change.",
            now["high"][0],
            lang,
            certain=numbers.integer(now["high"][1], lang),
        )
    certain = sum(one.after_certain and one.after != "low" for one in changed)
    first = tn(
        "{n} institution would be at high risk (now {before}).",
        "{n} institutions would be at high risk (now {before}).",
        then["high"][0],
        lang,
        before=numbers.integer(now["high"][0], lang),
    )
    if not changed:
        return f"{first} {t('No institution would change its level.', lang)}"
    second = tn(
        "The level of {n} institution would change; to a certain medium or high risk: {certain}.",
        "The level of {n} institutions would change; to a certain medium or high risk: {certain}.",
        len(changed),
        lang,
        certain=numbers.integer(certain, lang),
    )
    return f"{first} {second}"


# --- forms ----------------------------------------------------------------------------------------


def _choice(request: Request, indicator: Indicator, stage: str) -> Markup:
    lang = request.lang
    return render(
        "threshold_lab_choice.html",
        action=request.url("threshold_lab"),
        indicators=[
            (one.id, f"{one.id} {one.text(lang).short_name}", one is indicator)
            for one in INDICATORS.values()
            if one.direction != "none"
        ],
        stages=[(one, stages.name(one, lang), one == stage) for one in indicator.stages],
        lang=lang,
    )


def _basis_word(indicator: Indicator, basis: str, lang: str) -> str:
    if basis == "times_national":
        return t("multiples of the national value", lang)
    if basis == "plus_national":
        return t(
            "difference from the national value, {unit}", lang, unit=risk_words.unit_word(indicator, lang)
        )
    if basis == "band":
        return t("1 = the 5% or 95% line for the size; 1.5 = half as far again", lang)
    return risk_words.unit_word(indicator, lang)


def _controls(request: Request, indicator: Indicator, stage: str, trial: Trial) -> Markup:
    lang = request.lang
    rule = trial.in_force
    risk_sign = risk_words.sign(indicator, ">"), risk_words.sign(indicator, ">=")
    return render(
        "threshold_lab_controls.html",
        action=request.url("threshold_lab"),
        hidden=[("raditajs", indicator.id), ("posms", stage)],
        typed=trial.typed,
        operators=[
            (key, mark, key == trial.typed["zime"]) for key, mark in zip(OPERATORS, risk_sign, strict=True)
        ],
        territories=[
            (key, t(risk_words.TERRITORIES[kind], lang), kind == trial.proposal.territory_kind)
            for key, kind in TERRITORIES.items()
        ],
        periods=[
            (1, t("this period alone", lang), trial.periods == 1),
            (3, t("three periods together", lang), trial.periods == 3),
        ]
        if indicator.pooling > 1
        else [],
        basis=_basis_word(indicator, rule.basis, lang),
        in_force=risk_words.rule_text(indicator, rule, lang),
        reset=request.url("threshold_lab", raditajs=indicator.id, posms=stage),
        lang=lang,
    )


def _notices(request: Request, trial: Trial) -> Markup:
    lang = request.lang
    good, bad = [], []
    if "saglabats" in request.params:
        good.append(
            t(
                "Proposal no. {n} has been saved and waits for a data steward. Published levels do not change until it "
                "is accepted and published.",
                lang,
                n=request.params["saglabats"],
            )
        )
    if "atsaukts" in request.params:
        good.append(t("You have taken the proposal back.", lang))
    codes = [request.params.get("kluda"), trial.error]
    bad += [
        t(ERRORS[code], lang, **({"n": thresholds.SHORTEST_REASON} if code == "reason" else {}))
        for code in dict.fromkeys(codes)
        if code
    ]
    if trial.error:
        bad.append(t("Below are the thresholds in force.", lang))
    if trial.periods > 1:
        good.append(
            t(
                "The value of three periods together is compared with the boundary. This is only a test: a "
                "threshold does not say how many periods are read together.",
                lang,
            )
        )
    return render("threshold_lab_notices.html", good=good, bad=bad)


def _save(request: Request, indicator: Indicator, stage: str, trial: Trial) -> Markup:
    lang, asked = request.lang, trial.proposal
    return render(
        "threshold_lab_save.html",
        action=f"{PATH}/priekslikums",
        hidden=[
            ("lang", lang),
            ("raditajs", indicator.id),
            ("posms", stage),
            ("teritorija", TERRITORY_KEYS[asked.territory_kind]),
            ("pamats", asked.basis),
            ("zime", OPERATOR_KEYS[asked.operator]),
            ("videja", typed_number(asked.medium, scale_of(indicator, asked.basis), lang)),
            ("augsta", typed_number(asked.high, scale_of(indicator, asked.basis), lang)),
        ],
        medium=risk_words.boundary_text(indicator, asked, asked.medium, lang),
        high=risk_words.boundary_text(indicator, asked, asked.high, lang),
        same=trial.same and asked.territory_kind == trial.in_force.territory_kind,
        shortest=thresholds.SHORTEST_REASON,
        longest=thresholds.LONGEST_REASON,
        lang=lang,
    )


# --- frames ---------------------------------------------------------------------------------------


def _parts(outcomes: Sequence[Outcome], when: str) -> dict[str, int]:
    found = dict.fromkeys(("high_certain", "high_possible", "medium_certain", "medium_possible", "low"), 0)
    for one in outcomes:
        level = getattr(one, when)
        key = (
            level
            if level == "low"
            else f"{level}_{'certain' if getattr(one, f'{when}_certain') else 'possible'}"
        )
        found[key] += 1
    return found


def _bar(name: str, note: str, outcomes: Sequence[Outcome], when: str, lang: str) -> dict:
    parts = _parts(outcomes, when)
    high, medium = (
        (parts[f"{level}_certain"] + parts[f"{level}_possible"], parts[f"{level}_certain"])
        for level in ("high", "medium")
    )
    return {
        "name": name,
        "note": note,
        "counts": parts,
        "texts": {part: numbers.integer(number, lang) for part, number in parts.items()},
        "side": [risk_words.level_cell("high", *high, lang), risk_words.level_cell("medium", *medium, lang)],
        "parts": parts,
    }


def _bars(rows: Sequence[dict], first: str, lang: str) -> Markup:
    words = {part: t(word, lang) for part, word in risk_words.LEVEL_WORDS.items() if part != "unknown"}
    return risk_figures.level_bars(
        rows,
        caption=t("Institutions by level of risk", lang),
        heads={
            "name": first,
            "value": "",
            "trend": "",
            "bar": t("Institutions by level", lang),
            "high": t("High risk", lang),
            "medium": t("Medium risk", lang),
        },
        words={**words, "unknown": ""},
        key=list(words.items()),
    )


def _level_columns(lang: str) -> list[Column]:
    return [
        Column(part, risk_words.capital(t(word, lang)), "integer")
        for part, word in risk_words.LEVEL_WORDS.items()
        if part != "unknown"
    ]


def _origin(request: Request, indicator: Indicator, counts: LevelCounts):
    return risk_words.of_series(
        request,
        indicator,
        counts,
        counting=t(
            "exact values of institutions against the tested boundaries; nothing is stored", request.lang
        ),
    )


def _levels(request, indicator, stage, period, counts, lab, trial: Trial, result: Result) -> ChartFrame:
    lang = request.lang
    rows = [
        _bar(t("In force", lang), "", result.outcomes, "before", lang),
        _bar(t("Tested", lang), "", result.outcomes, "after", lang),
    ]
    return ChartFrame(
        title=t("How many institutions would be at each level?", lang),
        finding=_chance(indicator, result, lang),
        table=Table(
            "robezas-limeni",
            t("Institutions by level, in force and tested", lang),
            [Column("row", t("Thresholds", lang)), *_level_columns(lang)],
            [{"row": row["name"], **row["parts"]} for row in rows],
            lang,
        ),
        mark=_bars(rows, t("Thresholds", lang), lang) + _histogram(indicator, stage, lab, trial, lang),
        how_to_read=t(
            "Filled is certain, outlined possible. Certainty is worked out anew for the tested boundaries.",
            lang,
        ),
        provenance=_origin(request, indicator, counts),
        lang=lang,
        address=request.address,
    )


def _chance(indicator: Indicator, result: Result, lang: str) -> str:
    flags = sum(one.after != "low" for one in result.outcomes)
    if indicator.family not in risk_words.SAMPLED:
        return t("This is a full count, so chance is not worked out.", lang)
    return sentences.noise(flags, result.chance_after, lang)


def _histogram(indicator: Indicator, stage: str, lab: Laboratory, trial: Trial, lang: str) -> Markup:
    """The values with the boundaries, where they are the same for all institutions."""
    asked, rule = trial.proposal, trial.in_force
    lines = []
    for proposed, source in ((False, rule), (True, asked)):
        for kind in ("medium", "high"):
            places = lab.limits(source.basis, getattr(source, kind))
            if places is None:
                return Markup("")
            word = {
                (False, "medium"): _("medium risk in force: {value}"),
                (False, "high"): _("high risk in force: {value}"),
                (True, "medium"): _("medium risk tested: {value}"),
                (True, "high"): _("high risk tested: {value}"),
            }[proposed, kind]
            lines += [
                {
                    "value": place,
                    "kind": kind,
                    "proposed": proposed,
                    "words": t(word, lang, value=risk_words.value_short(indicator, place, lang)),
                }
                for place in places
            ]
    return risk_figures.histogram(
        lab.values,
        text=risk_words.axis_text(indicator, lang),
        label=t("Institutions by value, with the boundaries", lang),
        limits=lines,
        title=t("Institutions by value: {what}", lang, what=name_of(indicator, stage, lang)),
        count_text=lambda count: tn("{n} institution", "{n} institutions", count, lang),
    )


def _changed(request, indicator, stage, period, counts, result: Result) -> ChartFrame:
    lang = request.lang
    changed = sorted(
        result.changed,
        key=lambda one: (
            -LEVELS.index(one.after) if one.worse else 1,
            not one.after_certain,
            one.sort_key,
        ),
    )
    up = sum(one.worse for one in changed)
    finding = (
        t(
            "{up} would get a higher level, {down} a lower one.",
            lang,
            up=numbers.integer(up, lang),
            down=numbers.integer(len(changed) - up, lang),
        )
        if changed
        else t("No institution would change its level.", lang)
    )
    name = "name_full" if lang == "lv" else "name_en"
    places = {area.code: getattr(area, name) for area in units.municipalities(request.reader)}
    return ChartFrame(
        title=t("Which institutions would change?", lang),
        finding=finding,
        table=Table(
            "robezas-iestades",
            t(
                "Institutions whose level would change: {indicator}, {period}",
                lang,
                indicator=name_of(indicator, stage, lang),
                period=period_text(indicator, *period, lang),
            ),
            [
                Column("name", t("Institution", lang), href_key="href"),
                Column("place", t("Municipality", lang)),
                Column("type", t("Type", lang)),
                risk_words.value_column("value", t("Value", lang), indicator, lang),
                Column("counts", t("Counts", lang)),
                Column("before", t("Level in force", lang)),
                Column("after", t("Level tested", lang)),
            ],
            [
                {
                    "name": one.name,
                    "href": request.url("institution", reg_no=one.reg_no)
                    if "institution" in REGISTRY
                    else None,
                    "place": places.get(one.municipality_code, one.municipality_code),
                    "type": institution_type(one.type, lang),
                    "value": risk_words.table_value(indicator, one.value),
                    "counts": count_text(indicator, one, lang) or "",
                    "before": _tag(one.before, one.before_certain, lang),
                    "after": _tag(one.after, one.after_certain, lang),
                }
                for one in changed
            ],
            lang,
        ),
        how_to_read=sentences.not_a_judgement(lang),
        provenance=_origin(request, indicator, counts),
        lang=lang,
        address=request.address,
    )


def _tag(level: str, certain: bool, lang: str) -> Markup:
    return marks.level_tag(level, "certain" if certain else "possible", lang)


def _by_size(request, indicator, period, counts, result: Result) -> ChartFrame:
    lang = request.lang
    factor = risk_words.size_factor(indicator)
    groups: dict[int, list[Outcome]] = {}
    for one in result.outcomes:
        groups.setdefault(risk_words.size_order(one.denominator * factor), []).append(one)
    drawn, rows = [], []
    for order in sorted(groups):
        group = groups[order]
        word = risk_words.size_class(group[0].denominator * factor, lang)
        moved = sum(one.changed for one in group)
        for when, label in (("before", t("in force", lang)), ("after", t("tested", lang))):
            bar = _bar(word if when == "before" else "", label, group, when, lang)
            drawn.append({**bar, "name": word, "note": label})
            rows.append({"size": word, "row": label, "changed": moved, **bar["parts"]})
    largest = max(groups.values(), key=lambda group: sum(one.changed for one in group))
    moved = sum(one.changed for one in largest)
    finding = (
        tn(
            "Most changes are in the size class {size}: {n} institution.",
            "Most changes are in the size class {size}: {n} institutions.",
            moved,
            lang,
            size=risk_words.size_class(largest[0].denominator * factor, lang),
        )
        if moved
        else t("No institution would change its level.", lang)
    )
    return ChartFrame(
        title=t("Which sizes are hit?", lang),
        finding=finding,
        table=Table(
            "robezas-lielums",
            t("Levels by size of the institution", lang),
            [
                Column("size", risk_words.capital(risk_words.size_word(indicator, lang))),
                Column("row", t("Thresholds", lang)),
                Column("changed", t("Level changes", lang), "integer"),
                *_level_columns(lang),
            ],
            rows,
            lang,
        ),
        mark=_bars(drawn, risk_words.capital(risk_words.size_word(indicator, lang)), lang),
        provenance=_origin(request, indicator, counts),
        lang=lang,
        address=request.address,
    )


def _by_municipality(request, indicator, period, counts, result: Result) -> ChartFrame:
    lang = request.lang
    name = "name_full" if lang == "lv" else "name_en"
    groups: dict[str, list[Outcome]] = {}
    for one in result.outcomes:
        groups.setdefault(one.municipality_code, []).append(one)
    rows = []
    for area in units.municipalities(request.reader):
        group = groups.get(area.code, [])
        if not group:
            continue
        now, then = _parts(group, "before"), _parts(group, "after")
        rows.append(
            {
                "name": getattr(area, name),
                "institutions": len(group),
                "changed": sum(one.changed for one in group),
                "high_before": now["high_certain"] + now["high_possible"],
                "high_after": then["high_certain"] + then["high_possible"],
                "medium_before": now["medium_certain"] + now["medium_possible"],
                "medium_after": then["medium_certain"] + then["medium_possible"],
            }
        )
    touched = [row for row in rows if row["changed"]]
    drawn = sorted(touched, key=lambda row: -row["changed"])
    finding = (
        tn(
            "Levels would change in {n} municipality.",
            "Levels would change in {n} municipalities.",
            len(touched),
            lang,
        )
        if touched
        else t("No institution would change its level.", lang)
    )
    return ChartFrame(
        title=t("Which municipalities are hit?", lang),
        finding=finding,
        table=Table(
            "robezas-pasvaldibas",
            t("Levels by municipality, in force and tested", lang),
            [
                Column("name", t("Municipality", lang)),
                Column("institutions", t("Institutions", lang), "integer"),
                Column("changed", t("Level changes", lang), "integer"),
                Column("high_before", t("High risk, in force", lang), "integer"),
                Column("high_after", t("High risk, tested", lang), "integer"),
                Column("medium_before", t("Medium risk, in force", lang), "integer"),
                Column("medium_after", t("Medium risk, tested", lang), "integer"),
            ],
            rows,
            lang,
        ),
        mark=risk_figures.bars(
            [
                {
                    "name": row["name"],
                    "value": row["changed"],
                    "text": t(
                        "{changed} of {all}",
                        lang,
                        changed=numbers.integer(row["changed"], lang),
                        all=numbers.integer(row["institutions"], lang),
                    ),
                }
                for row in drawn
            ],
            caption=finding,
            heads={"name": t("Municipality", lang), "value": t("Level changes", lang)},
        ),
        provenance=_origin(request, indicator, counts),
        lang=lang,
        address=request.address,
    )


def _proposals(request: Request) -> list[Part]:
    """Proposals so far, open ones first."""
    lang = request.lang
    rows = thresholds.proposals(request.reader)
    opened = sum(row.status == thresholds.PROPOSAL for row in rows)
    asked = proposals.of_thresholds(request.reader)
    own = person().key if has_request_context() else ""
    body, forms = [], []
    for row in rows:
        words = _words(request, row)
        if words is None:
            continue
        decision = asked.get(row.id)
        if decision is not None and decision.state == proposals.OPEN and decision.author_key == own:
            forms.append((decision.id, row.id, f"{words['indicator']}, {words['where']}"))
        status = t(STATUSES[row.status], lang)
        if decision is not None and decision.decider:
            status = f"{status}: {decision.decider}, {decision.decision_reason}"
        body.append(
            {
                **words,
                "id": row.id,
                "author": row.author,
                "date": numbers.date_short(row.created_at[:10], lang),
                "reason": row.reason,
                "status": status,
            }
        )
    finding = (
        tn("{n} proposal waits for a decision.", "{n} proposals wait for a decision.", opened, lang)
        if opened
        else t("No proposal waits for a decision.", lang)
    )
    return [
        ChartFrame(
            title=t("Proposals", lang),
            finding=finding,
            table=Table(
                "robezas-priekslikumi",
                t("Proposals of thresholds", lang),
                [
                    Column("id", t("No.", lang), "integer", href_key="href"),
                    Column("indicator", t("Indicator", lang)),
                    Column("where", t("Stage and territory", lang)),
                    Column("medium", t("Medium risk", lang)),
                    Column("high", t("High risk", lang)),
                    Column("author", t("Author", lang)),
                    Column("date", t("Date", lang)),
                    Column("reason", t("Grounds", lang)),
                    Column("status", t("State", lang)),
                ],
                body,
                lang,
            ),
            how_to_read=t(
                "A proposal changes nothing that is published. It becomes a dated threshold when a data steward who "
                "did not make it accepts it, and levels follow with the next publication.",
                lang,
            ),
            provenance=risk_words.provenance(
                request,
                t("dated rows of the threshold table", lang),
                (len(body), len(body)),
                source=t("IKMS panelis, thresholds", lang),
                bodies=False,
                note=t("coverage counts proposals", lang),
            ),
            lang=lang,
            address=request.address,
        ),
        *([render("threshold_lab_withdraw.html", lang=lang, path=PATH, forms=forms)] if forms else []),
    ]


def _words(request: Request, row) -> dict[str, str] | None:
    """A row of the threshold table in words: href, indicator, where, medium, high; None for a former indicator."""
    lang, indicator = request.lang, INDICATORS.get(row.indicator_id)
    if indicator is None:
        return None
    scale = scale_of(indicator, row.basis)
    return {
        "href": request.url(
            "threshold_lab",
            raditajs=row.indicator_id,
            posms=row.stage if row.stage in indicator.stages else indicator.stages[0],
            teritorija=TERRITORY_KEYS[row.territory_kind],
            zime=OPERATOR_KEYS[row.operator],
            videja=typed_number(row.medium, scale, lang),
            augsta=typed_number(row.high, scale, lang),
        ),
        "indicator": f"{indicator.id} {indicator.text(lang).short_name}",
        "where": ", ".join(
            (
                t("all stages", lang) if row.stage == "*" else stages.name(row.stage, lang),
                t(risk_words.TERRITORIES[row.territory_kind], lang),
            )
        ),
        "medium": risk_words.boundary_text(indicator, row, row.medium, lang),
        "high": risk_words.boundary_text(indicator, row, row.high, lang),
    }


def described(request: Request, number: int) -> dict[str, str] | None:
    """A proposed threshold for the steward who decides: name, text, href; None when there is none."""
    row = thresholds.one(request.reader, number)
    words = _words(request, row) if row is not None else None
    if words is None:
        return None
    return {
        "name": f"{words['indicator']}, {words['where']}",
        "text": t(
            "Medium risk: {medium}; high risk: {high}.",
            request.lang,
            medium=words["medium"],
            high=words["high"],
        ),
        "href": words["href"],
    }


def answer_of(request: Request, number: int) -> str:
    """What a proposed threshold would change in the latest period, in a sentence."""
    lang, row = request.lang, thresholds.one(request.reader, number)
    indicator = INDICATORS[row.indicator_id]
    stage = row.stage if row.stage in indicator.stages else indicator.stages[0]
    period, _counts = risk_words.latest(request, indicator, stage)
    try:
        if period is None:
            raise NothingToTest(indicator.id)
        lab = Laboratory(request.reader, indicator.id, stage, period)
    except NothingToTest:
        return t("There are no levels of this indicator in this stage.", lang)
    names = ("territory_kind", "operator", "basis", "medium", "high")
    asked = Proposal(indicator_id=indicator.id, stage=stage, **{name: getattr(row, name) for name in names})
    rule = next((one for one in lab.in_force if one.territory_kind == row.territory_kind), lab.in_force[0])
    result = lab.run(asked, 1)
    where = f"{stages.name(stage, lang)}, {period_text(indicator, *period, lang)}"
    return f"{risk_words.stop(where)} {_answer(result, Trial(asked, rule, 1, None, {}), lang)}"


# --- saving ---------------------------------------------------------------------------------------

_FIELDS = {
    "raditajs": risk_words.INDICATOR,
    "posms": risk_words.STAGE,
    "teritorija": "|".join(TERRITORIES),
    "zime": "|".join(OPERATORS),
    "videja": NUMBER,
    "augsta": NUMBER,
    "pamats": r"absolute|times_national|plus_national|band",
}


def install(server: Flask, writer: thresholds.Writer) -> None:
    """Add the route that stores a proposal. writer: opens an engine only for the write."""

    @route(server, f"{PATH}/priekslikums", methods=("POST",), roles=SEES_ALL)
    def save_threshold_proposal() -> Response:
        lang = http.form.get("lang", "lv")
        fields = {key: http.form.get(key, "") for key in _FIELDS}
        if lang not in LANGUAGES or any(
            not re.fullmatch(pattern, fields[key]) for key, pattern in _FIELDS.items()
        ):
            abort(400)
        indicator = INDICATORS.get(fields["raditajs"])
        if indicator is None:
            abort(400)
        scope = current_scope()
        scale = scale_of(indicator, fields["pamats"])
        known = next((one for one in indicator.thresholds if one.basis == fields["pamats"]), None)
        proposal = Proposal(
            indicator_id=indicator.id,
            stage=fields["posms"],
            territory_kind=TERRITORIES[fields["teritorija"]],
            operator=OPERATORS[fields["zime"]],
            basis=fields["pamats"],
            medium=parse_number(fields["videja"], scale, known and known.medium),
            high=parse_number(fields["augsta"], scale, known and known.high),
        )
        back = {key: fields[key] for key in _FIELDS if key != "pamats"}
        try:
            with acting():
                number = writer.propose(proposal, by=person(), reason=http.form.get("pamatojums", ""))
        except (ThresholdError, ProposalError) as error:
            code = error.code if error.code in ERRORS else "unknown"
            return redirect(url("threshold_lab", lang, **back, kluda=code), 303)
        log.info("threshold proposed", user=scope.user, indicator=indicator.id, proposal=number)
        return redirect(url("threshold_lab", lang, **back, saglabats=number), 303)

    @route(server, f"{PATH}/priekslikums/<int:number>/atsaukt", methods=("POST",), roles=SEES_ALL)
    def withdraw_threshold_proposal(number: int) -> Response:
        lang = http.form.get("lang", "lv")
        if lang not in LANGUAGES:
            abort(400)
        try:
            with acting():
                writer.withdraw(number, by=person())
        except ProposalError as error:
            code = error.code if error.code in ERRORS else "decided"
            return redirect(url("threshold_lab", lang, kluda=code), 303)
        return redirect(url("threshold_lab", lang, atsaukts=1), 303)
