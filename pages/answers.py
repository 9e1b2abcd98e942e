"""/skola/<reg_no>/atbildes : what the school answers to its high and medium findings, and the form to do it.

For the school, its municipality and the ministry; for everybody else there is no such page. The page reads the
answers of this moment, not of the release. Each reading of a restricted text is recorded before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, abort, redirect
from flask import request as flask_request
from markupsafe import Markup

from access.door import route
from access.pages import NotFound, Request, page, url
from access.session import acting, current_scope
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access import answers
from data_access.queries import quality, units
from indicators.catalogue import INDICATORS
from language import numbers
from language.messages import _, t, tn

from . import institution_values as values
from .quality_blocks import (
    EXTENSION,
    VERDICTS,
    days_since,
    finding_name,
    level_words,
    period_text,
    unit_href,
    waiting_text,
    word,
    writer,
)
from .words import place_of

ERRORS = {
    "choice": _("Say whether the data are right."),
    "reason": _("If the data are not right, write what is wrong: at least three characters."),
    "long": _("A text is too long: at most 600 characters, a name at most 120."),
    "date": _("The date cannot be read: write it as year-month-day."),
    "finding": _("This finding is no longer in the current release, so it cannot be answered."),
    "many": _("Too many answers were written today. Try again tomorrow."),
    "author": _("It is not known who is signed in. Sign in again."),
    "store": _("The answer could not be stored. Try again in a moment."),
}
REG_NO = r"\d{10,11}"


@page(
    "answers",
    "/skola/<reg_no>/atbildes",
    params={
        "reg_no": REG_NO,
        "sanemta": r"R\d\d[a-z]?",
        "kluda": "|".join(ERRORS),
        "pie": r"R\d\d[a-z]?-\w{1,20}",
    },
    roles=("school", "municipality", "ministry", "steward"),
)
def view(request: Request) -> View:
    """Findings of one institution and its answers."""
    reader, lang = request.reader, request.lang
    unit = units.institution_by_reg_no(reader, request.params["reg_no"])
    if unit is None or not reader.scope.covers_institution(unit.id, unit.municipality_code):
        raise NotFound(request.params["reg_no"])
    findings = quality.findings_of(reader, unit)
    with acting():
        given = answers.of_institution(reader, unit, writer=writer(), place=request.page)
    newest: dict[tuple, answers.Given] = {}
    for one in given:
        newest.setdefault(one.key, one)
    order = sorted(
        findings,
        key=lambda row: (
            _key(row) in newest,
            row.level != "high",
            row.certainty != "certain",
            row.indicator_id,
        ),
    )
    silent = [row for row in order if _key(row) not in newest]
    may_write = answers.may_answer(reader, unit) and writer() is not None
    body: list[Part] = []
    message = _message(request)
    if message:
        body.append(message)
    if any(one.withheld for one in given):
        body.append(
            Markup('<p class="warn">{}</p>').format(
                t(
                    "Restricted texts are not shown: you may not read them, or the reading could not be recorded.",
                    lang,
                )
            )
        )
    elif any(one.restricted for one in given):
        body.append(
            Markup('<p class="note">{}</p>').format(
                t("This page has restricted texts. Your reading has been recorded.", lang)
            )
        )
    if order:
        body.append(_cards(request, unit, order, newest, may_write))
    if findings or given:
        body.append(_table(request, order, given, newest))
    lead = _lead(request, findings, silent, may_write)
    institution = unit_href(request, "institution", reg_no=unit.reg_no)
    return View(
        title=t("Answers to the findings: {name}", lang, name=unit.name),
        window_title=t("Answers: {name}", lang, name=unit.name),
        lead=lead,
        body=body,
        lang=lang,
        crumbs=[
            Crumb(t("Latvia", lang), unit_href(request, "national")),
            Crumb(place_of(unit, lang), unit_href(request, "municipality", code=unit.municipality_code)),
            Crumb(unit.name, institution),
            Crumb(t("Answers", lang)),
        ],
        release_id=reader.release.id,
    )


def _key(row) -> tuple[str, str, int, int]:
    return row.indicator_id, row.stage, row.school_year, row.semester


def _slug(row) -> str:
    return f"{row.indicator_id}-{row.stage}"


def _lead(request: Request, findings: Sequence, silent: Sequence, may_write: bool) -> str:
    lang = request.lang
    if not findings:
        return t("There is nothing to answer: no indicator is at a high or medium level.", lang)
    if not silent:
        return t("All findings have an answer.", lang)
    high = sum(row.level == "high" for row in silent)
    if may_write:
        sentence = tn(
            "{n} finding of {all} waits for your answer.",
            "{n} findings of {all} wait for your answer.",
            len(silent),
            lang,
            all=len(findings),
        )
    else:
        sentence = tn(
            "{n} finding of {all} has no answer.",
            "{n} findings of {all} have no answer.",
            len(silent),
            lang,
            all=len(findings),
        )
    if high:
        return sentence + " " + tn("{n} of them is a high risk.", "{n} of them are high risks.", high, lang)
    return sentence + " " + t("None of them is a high risk.", lang)


def _message(request: Request) -> Markup | None:
    lang, params = request.lang, request.params
    if "kluda" in params:
        error = ERRORS[params["kluda"]]
        return Markup('<p class="warn" role="alert">{}</p>').format(t(error, lang))
    if params.get("sanemta") in INDICATORS:
        name = INDICATORS[params["sanemta"]].text(lang).short_name
        return Markup('<p class="note" role="status">{}</p>').format(
            t("The answer has been stored: {indicator}.", lang, indicator=name)
        )
    return None


def _cards(
    request: Request, unit, order: Sequence, newest: dict[tuple, answers.Given], may_write: bool
) -> Markup:
    lang = request.lang
    cards = []
    opened = request.params.get("pie")
    for row in order:
        one = newest.get(_key(row))
        indicator = INDICATORS[row.indicator_id]
        cards.append(
            {
                "slug": _slug(row),
                "name": finding_name(row, lang),
                "period": period_text(row, lang),
                "tag": marks.level_tag(row.level, row.certainty, lang),
                "value": None
                if row.value is None
                else values.text(indicator.unit, row.value, lang, True, short=True),
                "persistence": marks.periods_tag(row.persistence, lang) if (row.persistence or 0) > 1 else "",
                "silence": waiting_text(row, lang) if one is None else "",
                "answer": one,
                "verdict": capital_verdict(one, lang) if one else "",
                "written": t(
                    "{day}, {author}, release {release}",
                    lang,
                    day=numbers.date_short(one.created_at, lang),
                    author=one.author,
                    release=one.release_id,
                )
                if one
                else "",
                "due": numbers.date_short(one.due, lang) if one and one.due else "",
                "indicator": row.indicator_id,
                "stage": row.stage,
                "open": opened == _slug(row),
                "release": row.release_id,
            }
        )
    return render(
        "answers_cards.html",
        cards=cards,
        may_write=may_write,
        action=request.url("answers", reg_no=unit.reg_no),
        verdicts=[(code, t(name, lang)) for code, name in VERDICTS.items()],
        longest=answers.LONGEST,
        longest_name=answers.LONGEST_NAME,
        founder=unit.founder_kind == "municipality",
        lang=lang,
    )


def capital_verdict(one: answers.Given, lang: str) -> str:
    """The verdict of an answer, as a beginning of a line."""
    text = word(VERDICTS, one.verdict, lang)
    return text[:1].upper() + text[1:]


def _table(
    request: Request, order: Sequence, given: Sequence[answers.Given], newest: dict[tuple, answers.Given]
) -> ChartFrame:
    lang = request.lang
    everyone, few = t("everybody", lang), t("school, founder, ministry", lang)
    levels = {_key(row): row for row in order}

    def texts(one: answers.Given | None) -> dict[str, object]:
        if one is None:
            return dict.fromkeys(
                (
                    "verdict",
                    "reason",
                    "explanation",
                    "action",
                    "responsible",
                    "due",
                    "readers",
                    "author",
                    "day",
                ),
                Reason("z"),
            )
        hidden = Reason("c")
        return {
            "verdict": word(VERDICTS, one.verdict, lang),
            **{
                name: hidden if one.withheld else getattr(one, name) or Reason("z")
                for name in ("reason", "explanation", "action", "responsible")
            },
            "due": hidden if one.withheld else numbers.date_short(one.due, lang) if one.due else Reason("z"),
            "readers": few if one.restricted else everyone,
            "author": one.author,
            "day": numbers.date_short(one.created_at, lang),
        }

    rows = []
    for row in order:
        if _key(row) not in newest:
            rows.append(
                {
                    "indicator": finding_name(row, lang),
                    "period": period_text(row, lang),
                    "level": level_words(row.level, row.certainty, lang),
                    "days": days_since(row.since),
                    **texts(None),
                    "state": t("no answer", lang),
                }
            )
    for one in given:
        row = levels.get(one.key)
        rows.append(
            {
                "indicator": finding_name(one, lang),
                "period": period_text(one, lang),
                "level": level_words(row.level, row.certainty, lang) if row is not None else Reason("z"),
                "days": Reason("z"),
                **texts(one),
                "state": t("in force", lang)
                if newest[one.key].id == one.id and row is not None
                else t("earlier", lang),
            }
        )
    answered = sum(_key(row) in newest for row in order)
    return ChartFrame(
        title=t("All answers, the earlier ones too", lang),
        finding=t(
            "{answered} of {all} findings have an answer; nothing that was written is ever changed.",
            lang,
            answered=answered,
            all=len(order),
        ),
        how_to_read=t(
            "A new answer takes the place of the earlier one and both stay. An item is closed by the next measurement, not by "
            "the answer.",
            lang,
        ),
        table=Table(
            "answers",
            t("Findings of the current release and all answers", lang),
            [
                Column("indicator", t("Indicator", lang)),
                Column("period", t("Period", lang)),
                Column("level", t("Level", lang)),
                Column("state", t("Answer", lang)),
                Column("days", t("Days without an answer", lang), "integer"),
                Column("verdict", t("Data", lang)),
                Column("reason", t("What is wrong", lang)),
                Column("explanation", t("Explanation", lang)),
                Column("action", t("What is being done", lang)),
                Column("responsible", t("Who", lang)),
                Column("due", t("Until", lang)),
                Column("readers", t("Who may read it", lang)),
                Column("author", t("Author", lang)),
                Column("day", t("Written", lang)),
            ],
            rows,
            lang,
            phone="blocks",
        ),
        provenance=Provenance(
            source=t("published indicator values and answers of the institutions", lang),
            as_of=request.reader.release.as_of,
            coverage=(answered, len(order)),
            bodies=False,
            release_id=request.reader.release.id,
            counting=t("findings with an answer ÷ all findings of the newest periods", lang),
            synthetic=request.reader.release.synthetic,
        ),
        lang=lang,
        address=request.address,
    )


# --- writing -----------------------------------------------------------------------------------------------


def install(server: Flask, given: answers.Writer) -> None:
    """Add the route that takes an answer, and give the pages the writer that records readings."""
    server.extensions[EXTENSION] = given

    @route(server, "/skola/<reg_no>/atbildes", methods=("POST",), roles=frozenset({"school"}))
    @route(server, "/en/skola/<reg_no>/atbildes", methods=("POST",), roles=frozenset({"school"}))
    def take_answer(reg_no: str) -> Response:
        scope = current_scope()
        lang = "en" if flask_request.path.startswith("/en/") else "lv"
        if not given.belongs(reg_no, scope.institutions):
            abort(404)
        form = flask_request.form
        typed = answers.Answer(
            indicator_id=form.get("indicator", ""),
            stage=form.get("stage", "")[:40],
            verdict=form.get("verdict", ""),
            reason=form.get("reason", ""),
            explanation=form.get("explanation", ""),
            restricted=form.get("readers", "restricted") != "public",
            action=form.get("action", ""),
            responsible=form.get("responsible", ""),
            due=form.get("due", ""),
        )
        try:
            with acting():
                given.answer(reg_no, typed, author=scope.user)
        except answers.AnswerError as error:
            code = error.code if error.code in ERRORS else "store"
            return redirect(url("answers", lang, reg_no=reg_no, kluda=code), 303)
        return redirect(url("answers", lang, reg_no=reg_no, sanemta=typed.indicator_id), 303)
