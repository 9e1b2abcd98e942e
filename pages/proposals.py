"""/admin/priekslikumi : what waits for another person's decision, what it would change, approve or refuse. For stewards."""

from __future__ import annotations

import re
from collections.abc import Sequence

import structlog
from flask import Flask, Response, abort, has_request_context, redirect
from flask import request as http
from markupsafe import Markup

from access.door import route
from access.pages import LANGUAGES, Request, page, url
from access.session import acting, current_scope, person
from components.nodes import Part
from components.tables import Column, Table
from components.templating import render
from components.view import Crumb, View
from data_access import proposals
from data_access.importing.office import LONGEST_REASON, SHORTEST_REASON, Busy, JobError, Office, kinds
from data_access.queries import loading
from language import numbers, side
from language.messages import _, t, tn

from . import steward, threshold_lab

log = structlog.get_logger("ikms")
PATH = "/admin/priekslikumi"
CHOICES = {"apstiprinat": True, "noraidit": False}

STATES = {
    "open": _("waits for a decision"),
    "approved": _("approved"),
    "refused": _("declined by a steward"),
    "withdrawn": _("taken back by its author"),
    "stale": _("out of date"),
    "expired": _("nobody decided in time"),
}
LEADS = {
    "open": _("Nothing changes for readers until another steward approves it."),
    "approved": _("It was approved and carried out."),
    "refused": _("It was declined. Nothing has changed for readers."),
    "withdrawn": _("Its author took it back. Nothing has changed for readers."),
    "stale": _(
        "What it covers has changed since it was made: something else was loaded, published or decided. It cannot be "
        "approved any more; make a new proposal."
    ),
    "expired": _(
        "Its time is over. Nothing has changed for readers; make a new proposal if it is still wanted."
    ),
}
MESSAGES = {
    "iesniegts": _("The proposal has been made. Another steward has to approve it."),
    "noraidits": _("You have declined the proposal."),
    "pienemts": _("You have approved the proposal. Levels follow with the next publication."),
    "atsaukts": _("You have taken the proposal back."),
}


@page(
    "proposals",
    PATH,
    params={
        "nr": r"\d{1,9}",
        "kluda": "|".join(steward.FAULTS),
        "zina": "|".join(MESSAGES),
        "skats": "|".join(steward.CHANGES),
    },
    roles=("steward",),
)
def view(request: Request) -> View:
    """All proposals, or one of them."""
    desk = loading.desk(request.reader)
    lang, number = request.lang, request.params.get("nr")
    row = proposals.find(desk, int(number)) if number else None
    fault = request.params.get("kluda") or ("unknown" if number and row is None else "")
    message = []
    if fault:
        message = [Markup('<p class="warn" role="alert">{}</p>').format(steward.fault_text(fault, lang))]
    elif "zina" in request.params:
        text = t(MESSAGES[request.params["zina"]], lang)
        message = [Markup('<p class="note" role="status">{}</p>').format(text)]
    if row is None:
        waits = proposals.waiting(desk)
        return _page(
            request,
            t("Proposals", lang),
            tn("{n} proposal waits for a decision.", "{n} proposals wait for a decision.", waits, lang)
            if waits
            else t("No proposal waits for a decision.", lang),
            [*message, rule(request), table(request, desk)],
        )
    return _one(request, desk, row, message)


def _page(request: Request, title: str, lead: str, body: list[Part], last: str = "") -> View:
    lang = request.lang
    crumbs = [
        Crumb(t("Latvia", lang), request.url("national")),
        Crumb(t("Data loading", lang), request.url("steward")),
        Crumb(t("Proposals", lang), request.url("proposals") if last else None),
    ]
    return View(
        title=title,
        window_title=last or title,
        lead=lead,
        body=body,
        lang=lang,
        crumbs=[*crumbs, *([Crumb(last)] if last else [])],
        release_id=request.reader.release.id,
    )


def rule(request: Request) -> Markup:
    """How many persons decide here, in a sentence."""
    lang = request.lang
    if request.settings.approvals == 1:
        text = t(
            "One person decides here: this installation is set to a single steward (IKMS_APPROVALS=1), and every record "
            "says so.",
            lang,
        )
    else:
        text = t("Two people decide: one proposes, another steward looks at it and approves.", lang)
    return Markup('<p class="how-to-read">{}</p>').format(text)


def table(request: Request, desk, *, only_open: bool = False) -> Markup:
    """Proposals, open ones first; an empty text when there are none to show."""
    lang = request.lang
    rows = [
        {
            "id": row.id,
            "href": request.url("proposals", nr=row.id),
            "what": what(request, row),
            "author": row.author,
            "when": numbers.moment(row.created_at, lang),
            "until": numbers.moment(row.expires_at, lang),
            "reason": side(row.reason, lang),
            "state": _state(row, proposals.state_now(desk, row), lang),
        }
        for row in proposals.newest(desk)
        if row.state == proposals.OPEN or not only_open
    ]
    if not rows:
        return (
            Markup("") if only_open else Markup("<p>{}</p>").format(t("Nothing has been proposed yet.", lang))
        )
    columns = [
        Column("id", t("No.", lang), "integer", href_key="href"),
        Column("what", t("What is proposed", lang)),
        Column("author", t("Proposed by", lang)),
        Column("when", t("Proposed", lang)),
        Column("until", t("Until", lang)),
        Column("reason", t("Reason", lang)),
        Column("state", t("State", lang)),
    ]
    name = t("Proposals, undecided ones first", lang)
    return Table("priekslikumi", name, columns, rows, lang, phone="blocks").to_html()


def _state(row, state: str, lang: str) -> str:
    if state == proposals.APPROVED and row.release_id is None and row.kind != proposals.THRESHOLD:
        return t("approved, not carried out", lang)
    return t(STATES[state], lang)


def what(request: Request, row) -> str:
    """What a proposal would do, in words."""
    lang, subject = request.lang, proposals.subject_of(row)
    if row.kind == proposals.PUBLISH:
        numbers_ = ", ".join(map(str, subject))
        return tn("Publish load {list}", "Publish loads {list}", len(subject), lang, list=numbers_)
    if row.kind == proposals.TAKE_BACK:
        return t("Take load {number} back", lang, number=subject[0])
    if row.kind == proposals.ROLLBACK:
        return t("Show release {number} again", lang, number=subject[0])
    found = threshold_lab.described(request, subject[0])
    return t("Change the threshold: {what}", lang, what=found["name"] if found else f"{subject[0]}")


# --- one proposal


def _one(request: Request, desk, row, message: list[Part]) -> View:
    lang, state = request.lang, proposals.state_now(desk, row)
    lead = t(LEADS[state], lang)
    if state == proposals.APPROVED and row.kind == proposals.THRESHOLD:
        lead = t("It was approved. Levels follow with the next publication.", lang)
    elif state == proposals.APPROVED and row.release_id is None:
        lead = t(
            "It was approved; the work is under way or stopped half way, and then a new proposal is needed.",
            lang,
        )
    body: list[Part] = [*message, _facts(request, row, state)]
    if state == proposals.OPEN:
        if _decides(request, row):
            body.append(Markup('<p><a href="#lemums">{}</a></p>').format(t("Go on to the decision", lang)))
        body += _covered(request, desk, row)
    elif row.kind == proposals.PUBLISH:
        body.append(_loads(request, desk, proposals.subject_of(row)))
    if state == proposals.OPEN:
        body.append(_decision(request, row))
    title = t("Proposal no. {number}", lang, number=row.id)
    return _page(request, f"{title}: {what(request, row)}", lead, body, title)


def _facts(request: Request, row, state: str) -> Markup:
    lang = request.lang
    pairs = [
        (t("State", lang), _state(row, state, lang)),
        (t("Proposed", lang), f"{numbers.moment(row.created_at, lang)}, {row.author}"),
        (t("Reason", lang), side(row.reason, lang)),
    ]
    if row.state == proposals.OPEN:
        pairs.append((t("Until", lang), numbers.moment(row.expires_at, lang)))
    if row.decider:
        pairs += [
            (t("Decided", lang), f"{numbers.moment(row.decided_at, lang)}, {row.decider}"),
            (t("Reason of the decision", lang), side(row.decision_reason, lang)),
        ]
        if row.decider_key == row.author_key:
            pairs.append((t("Persons", lang), t("one person decided alone", lang)))
    if row.release_id:
        pairs.append((t("Readers then saw", lang), t("Release {number}", lang, number=row.release_id)))
    return render("steward_facts.html", lang=lang, pairs=pairs, sentence="")


def _covered(request: Request, desk, row) -> list[Part]:
    """What the approver has to see: what would change, and what was hidden in the releases concerned."""
    lang, subject = request.lang, proposals.subject_of(row)
    if row.kind == proposals.THRESHOLD:
        found = threshold_lab.described(request, subject[0])
        if found is None:
            return []
        return [
            Markup(
                '<section class="frame"><h2>{}</h2><p>{}</p><p>{}</p><p><a href="{}">{}</a></p></section>'
            ).format(
                t("What would change", lang),
                found["text"],
                threshold_lab.answer_of(request, subject[0]),
                found["href"],
                t("Open these boundaries in the threshold laboratory", lang),
            )
        ]
    now = request.reader.release.id
    parts: list[Part] = []
    if row.kind != proposals.ROLLBACK:
        parts.append(_loads(request, desk, subject))
        job = loading.job(desk, subject[0])
        if row.kind == proposals.PUBLISH and len(subject) == 1 and job is not None:
            parts.append(steward.preview(request, desk, job))
    sentence = {
        proposals.PUBLISH: t(
            "Everything is computed anew from these files and all loaded before them, with the thresholds in force; readers "
            "now see release {now}. The new release gets a report of its own and is refused without it.",
            lang,
            now=now,
        ),
        proposals.TAKE_BACK: t(
            "New rows of the file go, changed ones get their earlier values; readers now see release {now}.",
            lang,
            now=now,
        ),
        proposals.ROLLBACK: t(
            "Readers would see release {number} instead of release {now}; no loaded file is taken back.",
            lang,
            number=subject[0],
            now=now,
        ),
    }[row.kind]
    parts.append(Markup("<p>{}</p>").format(sentence))
    shown = [now, *(subject if row.kind == proposals.ROLLBACK else [])]
    parts.append(steward.protection(request, loading.reports(desk, shown)))
    return parts


def _loads(request: Request, desk, subject: Sequence[int]) -> Markup:
    lang = request.lang
    names = dict(kinds(lang))
    jobs = [job for job in (loading.job(desk, number) for number in subject) if job is not None]
    items = [
        {
            "href": request.url("steward", ielade=job["id"]),
            "name": t("Load {number}", lang, number=job["id"]),
            "text": t(
                "{file} – {table}: {new} new rows, {revised} with other values.",
                lang,
                file=job["file_name"],
                table=names.get(job["dataset"], job["dataset"]),
                new=numbers.integer(job["rows_new"], lang),
                revised=numbers.integer(job["rows_revised"], lang),
            ),
            "questions": job["confirms"],
        }
        for job in jobs
    ]
    return render("proposal_loads.html", lang=lang, items=items)


def _own(row) -> bool:
    return has_request_context() and person().key == row.author_key


def _decides(request: Request, row) -> bool:
    """Whether the reader may decide: their own proposals only where one person is enough."""
    return request.settings.approvals == 1 or not _own(row)


def _decision(request: Request, row) -> Markup:
    lang, alone, own = request.lang, request.settings.approvals == 1, _own(row)
    return render(
        "proposal_decision.html",
        lang=lang,
        own=own,
        decides=_decides(request, row),
        alone=alone and own,
        number=row.id,
        mark=row.fingerprint[:16],
        action=f"{PATH}/{row.id}/lemums",
        withdraw=f"{PATH}/{row.id}/atsaukt",
        least=SHORTEST_REASON,
        longest=LONGEST_REASON,
    )


# --- routes


def install(server: Flask, office: Office) -> None:
    """Add the routes that decide and take back; both answer to a same-origin POST of a steward."""

    def _lang() -> str:
        lang = http.form.get("lang", "lv")
        if lang not in LANGUAGES:
            abort(400)
        return lang

    def _back(lang: str, number: int, **params: object) -> Response:
        return redirect(url("proposals", lang, nr=number, **params), 303)

    @route(server, f"{PATH}/<int:number>/lemums", methods=("POST",), roles=steward.STEWARD)
    def decide_proposal(number: int) -> Response:
        lang = _lang()
        choice, mark = http.form.get("lemums", ""), http.form.get("nospiedums", "")
        if choice not in CHOICES or not re.fullmatch(r"[0-9a-f]{16}", mark):
            abort(400)
        try:
            with acting():
                decision = office.decide(
                    number,
                    by=person(),
                    approve=CHOICES[choice],
                    reason=http.form.get("iemesls", ""),
                    seen=mark,
                )
        except JobError as error:
            return _back(lang, number, kluda=error.code)
        except Busy:
            return _back(lang, number, kluda="busy")
        log.info("proposal decided", proposal=number, state=decision.state, user=current_scope().user)
        return redirect(after(lang, decision), 303)

    @route(server, f"{PATH}/<int:number>/atsaukt", methods=("POST",), roles=steward.STEWARD)
    def withdraw_proposal(number: int) -> Response:
        lang = _lang()
        try:
            with acting():
                office.withdraw_proposal(number, by=person())
        except JobError as error:
            return _back(lang, number, kluda=error.code)
        return _back(lang, number, zina="atsaukts")


def after(lang: str, decision) -> str:
    """Where somebody goes who has proposed or decided: to the work, or to the proposal."""
    if decision.state == proposals.APPROVED:
        if decision.kind == proposals.PUBLISH:
            return url("steward", lang, ielade=decision.subject[0], gaida="staged")
        if decision.kind == proposals.TAKE_BACK:
            return url("steward", lang, ielade=decision.subject[0], gaida="published")
        if decision.kind == proposals.ROLLBACK:
            return url("steward", lang, versija=decision.subject[0])
    said = {proposals.OPEN: "iesniegts", proposals.REFUSED: "noraidits", proposals.APPROVED: "pienemts"}
    return url("proposals", lang, nr=decision.number, zina=said[decision.state])
