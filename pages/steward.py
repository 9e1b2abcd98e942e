"""/admin/dati : files in, findings, what would change, publish, take back. For data stewards only.

The page shows what stands in the staging tables; every step is a form that works without JavaScript, and long work
is done by a worker process. Routes below write through the `Office`; the page itself only reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import structlog
from flask import Flask, Response, abort, redirect
from flask import request as http
from markupsafe import Markup

from access.door import route
from access.pages import LANGUAGES, Request, page, url
from access.session import acting, current_scope, person
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access import proposals
from data_access.importing import annotate
from data_access.importing.office import (
    LONGEST_REASON,
    SHORTEST_REASON,
    UPLOAD_LIMIT,
    Busy,
    JobError,
    Office,
    kinds,
)
from data_access.queries import loading
from language import numbers
from language.messages import _, side, t, tn

from . import templates_route

log = structlog.get_logger("ikms")
STEWARD = frozenset({"steward"})
PATH = "/admin/dati"
PER_PAGE = 50
MOST_TOGETHER = 100

STATES = {
    "received": _("just received"),
    "checking": _("being checked"),
    "staged": _("checked, waits for publication"),
    "refused": _("refused"),
    "unchanged": _("nothing new in it"),
    "publishing": _("being published"),
    "published": _("published with a release"),
    "cancelled": _("thrown away"),
    "failed": _("stopped half way"),
    "withdrawn": _("taken back"),
}
LEADS = {
    "received": _("The file has arrived and will be checked in a moment."),
    "checking": _("The file is being checked; readers see the old release."),
    "staged": _("The file is in order. Look at what it would change; then it can be published."),
    "refused": _(
        "The file was refused: mend what is listed and send it again. Nothing has changed for readers."
    ),
    "unchanged": _("Everything in the file is loaded already. Nothing has changed."),
    "publishing": _("The release is being made; readers see the old one until it is whole."),
    "published": _("The file is part of what readers see, unless a later release took its place."),
    "cancelled": _("The file was thrown away. Nothing has changed for readers."),
    "failed": _("The work stopped half way. Nothing has changed for readers; begin again."),
    "withdrawn": _("The file was taken back: its values are what they were before."),
}
STEPS = {
    "receive": _("waiting for its turn"),
    "decode": _("reading the letters"),
    "parse": _("reading the cells"),
    "check": _("checking the table"),
    "compare": _("comparing with what is loaded"),
    "stage": _("keeping the rows"),
    "apply": _("writing the rows"),
}
WEIGHTS = {
    "error": (_("Error"), "✕"),
    "confirm": (_("To be confirmed"), "?"),
    "notice": (_("For information"), "i"),
}
CHANGES = {
    "new": _("New rows"),
    "revised": _("Other values"),
    "same": _("Same"),
    "secondary": _("From a secondary source"),
    "missing": _("Loaded before, not in the file"),
}
FAULTS = {
    "empty": _("Choose a file that is not empty."),
    "large": _("The file is too large: at most {limit} MB."),
    "kind": _("There is no such kind of table."),
    "none": _("Choose at least one file."),
    "date": _("The date cannot be read."),
    "reason": _("Write a reason: at least {least} characters."),
    "confirm": _("Confirm that you have looked at the questions."),
    "state": _("The load has changed meanwhile; look at it again."),
    "busy": _("Another load or publication is under way. Try again in a minute."),
    "gone": _("The file is gone; send it again."),
    "release": _("That release is not kept any more."),
    "later": _("A later load changed the same rows: take that one back first."),
    "fault": _("The loader stopped because of a fault of its own; the maintainers find it in the log."),
    "disclosure": _(
        "The release was refused: the small numbers in it could not be protected. Nothing has changed for readers; "
        "the log names the reason."
    ),
    "room": _("The disk has too little room for a publication; the maintainers have to make some."),
    "unknown": _("There is no such load or proposal."),
    "stale": _(
        "The proposal is out of date: what it covers has changed since it was made. Nothing has changed for readers; make a "
        "new proposal."
    ),
    "expired": _("The time of the proposal is over; make a new one if it is still wanted."),
    "decided": _("The proposal has been decided already."),
    "self": _("You cannot decide about your own proposal: another steward has to."),
    "proposed": _("Somebody else has proposed the same; decide about that proposal."),
    "many": _("Too many proposals wait; decide about the earlier ones first."),
}
WORKING = ("received", "checking", "publishing")
LONG_PREVIEW = 10  # rows after which the form to publish is out of sight
_TABLE_COLUMNS = {
    "institution_id", "load_batch_id", "school_year", "semester", "stage", "source_code", "year",
}  # fmt: skip


@page(
    "steward",
    PATH,
    params={
        "ielade": r"\d{1,9}",
        "svars": "|".join(WEIGHTS),
        "kartula": r"[a-z_0-9]{1,40}",
        "skats": "|".join(CHANGES),
        "lapa": r"\d{1,4}",
        "kluda": "|".join(FAULTS),
        "gaida": r"[a-z]{1,12}",
        "versija": r"\d{1,9}",
    },
    roles=("steward",),
)
def view(request: Request) -> View:
    """All loads, or one of them."""
    desk = loading.desk(request.reader)
    number = request.params.get("ielade")
    job = loading.job(desk, int(number)) if number else None
    fault = request.params.get("kluda") or ("unknown" if number and job is None else "")
    message = _message(request, fault)
    if job is not None:
        return _one(request, desk, job, message)
    return _all(request, desk, message)


def _message(request: Request, fault: str) -> list[Part]:
    lang = request.lang
    if fault:
        text = fault_text(fault, lang)
        return [Markup('<p class="warn" role="alert">{}</p>').format(text)]
    if request.params.get("versija"):
        text = t("Readers now see release {number}.", lang, number=request.params["versija"])
        return [Markup('<p class="note" role="status">{}</p>').format(text)]
    return []


def fault_text(fault: str, lang: str) -> str:
    """One of FAULTS in words."""
    return t(FAULTS[fault], lang, **_limits(fault))


def _limits(fault: str) -> dict[str, int]:
    return {"large": {"limit": UPLOAD_LIMIT >> 20}, "reason": {"least": SHORTEST_REASON}}.get(fault, {})


# --- all loads


def _all(request: Request, desk, message: list[Part]) -> View:
    lang = request.lang
    jobs = loading.jobs(desk)
    waiting = [job for job in jobs if job["state"] == "staged"]
    releases = loading.kept_releases(desk)
    lead = (
        tn("{n} file waits for publication.", "{n} files wait for publication.", len(waiting), lang)
        if waiting
        else t(
            "No file waits for publication. Readers see release {number}.",
            lang,
            number=request.reader.release.id,
        )
    )
    body: list[Part] = [
        *message,
        render(
            "steward_upload.html",
            lang=lang,
            action=f"{PATH}/sutit",
            kinds=kinds(lang),
            templates=templates_route.links(lang),
            today=date.today().isoformat(),
            limit=UPLOAD_LIMIT >> 20,
        ),
        *_proposed(request, desk),
        *([_together(request, waiting)] if len(waiting) > 1 else []),
        Markup('<section class="frame"><h2>{}</h2>{}</section>').format(
            t("Loads", lang),
            _jobs_table(request, jobs)
            if jobs
            else Markup("<p>{}</p>").format(t("Nothing has been loaded yet.", lang)),
        ),
        render(
            "steward_releases.html",
            lang=lang,
            alone=request.settings.approvals == 1,
            action=f"{PATH}/versija",
            releases=[
                {**row, "when": _when(row["created_at"], lang), "reason": side(row["reason"], lang)}
                for row in releases
            ],
            others=[row["id"] for row in releases if not row["current"]],
            least=SHORTEST_REASON,
            longest=LONGEST_REASON,
        ),
        protection(request, loading.reports(desk, [row["id"] for row in releases])),
    ]
    return View(
        title=t("Data: loading and publishing", lang),
        window_title=t("Data loading", lang),
        lead=lead,
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Latvia", lang), request.url("national")), Crumb(t("Data loading", lang))],
        release_id=request.reader.release.id,
    )


def _proposed(request: Request, desk) -> list[Part]:
    """Proposals that wait for a decision."""
    from . import proposals as page_of_proposals  # which shows what this page shows of a load

    lang = request.lang
    table = page_of_proposals.table(request, desk, only_open=True)
    more = Markup('<p><a href="{}">{}</a></p>').format(
        request.url("proposals"), t("All proposals and decisions", lang)
    )
    return [
        Markup('<section class="frame"><h2>{}</h2>{}{}{}</section>').format(
            t("Proposals", lang),
            table or Markup("<p>{}</p>").format(t("No proposal waits for a decision.", lang)),
            page_of_proposals.rule(request),
            more,
        )
    ]


def _waits(request: Request, desk, kind: str, number: int) -> Markup | None:
    """A link to the open proposal about this load."""
    row = proposals.open_about(desk, kind, number)
    if row is None:
        return None
    lang = request.lang
    return Markup(
        '<section class="frame" id="publicet"><h2>{}</h2><p>{} <a href="{}">{}</a></p></section>'
    ).format(
        t("It has been proposed", lang),
        t("{author} has proposed this; it waits for a decision.", lang, author=row.author),
        request.url("proposals", nr=row.id),
        t("Proposal no. {number}", lang, number=row.id),
    )


def _together(request: Request, waiting: Sequence[dict]) -> Markup:
    """Choose among the files that wait and publish them in one release; the oldest first, all ticked."""
    lang = request.lang
    names = dict(kinds(lang))
    files = [
        {
            "id": job["id"],
            "href": request.here(ielade=job["id"], kluda=None, versija=None),
            "text": t(
                "{file} – {table}: {new} new rows, {revised} with other values.",
                lang,
                file=job["file_name"],
                table=names.get(job["dataset"], job["dataset"]),
                new=numbers.integer(job["rows_new"], lang),
                revised=numbers.integer(job["rows_revised"], lang),
            ),
        }
        for job in sorted(waiting, key=lambda job: job["id"])
    ]
    return render(
        "steward_together.html",
        lang=lang,
        alone=request.settings.approvals == 1,
        action=f"{PATH}/publicet",
        files=files,
        confirms=sum(job["confirms"] for job in waiting),
        least=SHORTEST_REASON,
        longest=LONGEST_REASON,
    )


def _jobs_table(request: Request, jobs: Sequence[dict]) -> Markup:
    lang = request.lang
    names = dict(kinds(lang))
    rows = [
        {
            "id": job["id"],
            "href": request.here(ielade=job["id"], kluda=None, versija=None),
            "file": job["file_name"],
            "kind": names.get(job["dataset"], job["dataset"] or "–"),
            "state": t(STATES[job["state"]], lang),
            "rows": job["rows_loaded"],
            "new": job["rows_new"],
            "revised": job["rows_revised"],
            "who": job["author"],
            "when": _when(job["created_at"], lang),
        }
        for job in jobs
    ]
    columns = [
        Column("id", t("No.", lang), "integer", href_key="href"),
        Column("file", t("File", lang)),
        Column("kind", t("Table", lang)),
        Column("state", t("State", lang)),
        Column("rows", t("Rows", lang), "integer"),
        Column("new", t("New rows", lang), "integer"),
        Column("revised", t("Other values", lang), "integer"),
        Column("who", t("Author", lang)),
        Column("when", t("Received", lang)),
    ]
    return Table("ielades", t("Loads, newest first", lang), columns, rows, lang).to_html()


def protection(request: Request, reports: Sequence[dict]) -> Markup:
    """What disclosure control hid in each kept release, and what could still be worked out."""
    lang = request.lang
    rows = [
        {
            "release": t("Release {number}", lang, number=row["release_id"]),
            "cells": row["cells"],
            "primary": row["primary_hidden"],
            "besides": row["complementary_hidden"],
            "narrowest": Reason("z") if row["narrowest"] is None else int(row["narrowest"]),
            "outsider": row["outsider_exact"],
            "insiders": row["insider_cells"],
            "told": row["told_for_good"],
            "seconds": round(row["seconds"]),
            "rules": f"{row['rules_version']}, {_day(row['rules_valid_from'], lang)}, {row['rules_sha256'][:12]}",
        }
        for row in reports
    ]
    columns = [
        Column("release", t("Release", lang)),
        Column("cells", t("Published rows", lang), "integer"),
        Column("primary", t("Hidden by the rules", lang), "integer"),
        Column("besides", t("Hidden besides", lang), "integer"),
        Column("narrowest", t("Narrowest range of a hidden count, persons", lang), "integer"),
        Column("outsider", t("An outsider can work out", lang), "integer"),
        Column("insiders", t("An institution can narrow to under ten values", lang), "integer"),
        Column("told", t("Told by a headline total", lang), "integer"),
        Column("seconds", t("Time, s", lang), "integer"),
        Column("rules", t("Rules: version, from, digest", lang)),
    ]
    table = Table(
        "aizsardziba", t("Disclosure control by release", lang), columns, rows, lang, phone="blocks"
    )
    how = t(
        "Without such a report a release is neither published nor shown again. An outsider must be able to work out none of "
        "the hidden counts; what institutions could still work out from their own counts is measured and told here.",
        lang,
    )
    return Markup('<section class="frame"><h2>{}</h2>{}<p class="how-to-read">{}</p></section>').format(
        t("What has been hidden in the releases?", lang),
        table.to_html() if rows else Markup("<p>{}</p>").format(t("There is no report yet.", lang)),
        how,
    )


def _day(stamp: str, lang: str) -> str:
    return numbers.date_short(stamp[:10], lang)


def _when(stamp: str, lang: str) -> str:
    return numbers.moment(stamp, lang)


# --- one load


def _one(request: Request, desk, job: dict, message: list[Part]) -> View:
    lang = request.lang
    state = job["state"]
    waiting = request.params.get("gaida") == state
    body: list[Part] = [*message]
    if job["step"] in FAULTS and not message and state not in WORKING:
        text = fault_text(job["step"], lang)
        body.append(Markup('<p class="warn" role="alert">{}</p>').format(text))
        waiting = False
    body.append(_facts(request, job))
    if state in WORKING or waiting:
        body.append(_progress(request, desk, job))
    if job["errors"] or job["confirms"] or job["notices"]:
        body.append(_findings(request, desk, job))
    if state == "staged":
        body.append(_preview(request, desk, job, published_below=not waiting))
        if not waiting:
            body.append(
                _waits(request, desk, proposals.PUBLISH, job["id"])
                or render(
                    "steward_publish.html",
                    lang=lang,
                    alone=request.settings.approvals == 1,
                    action=f"{PATH}/{job['id']}/publicet",
                    confirms=job["confirms"],
                    least=SHORTEST_REASON,
                    longest=LONGEST_REASON,
                )
            )
    if state == "published" and not waiting:
        body.append(
            _waits(request, desk, proposals.TAKE_BACK, job["id"])
            or render(
                "steward_withdraw.html",
                lang=lang,
                alone=request.settings.approvals == 1,
                action=f"{PATH}/{job['id']}/atsaukt",
                reason=job["reason"],
                release=job["release_id"],
                least=SHORTEST_REASON,
                longest=LONGEST_REASON,
            )
        )
    if state in ("staged", "refused", "failed", "received", "cancelled") and not waiting:
        again = state in ("failed", "received") and loading.has_content(desk, job["id"])
        body.append(
            render(
                "steward_more.html",
                lang=lang,
                again=f"{PATH}/{job['id']}/parbaudit" if again else "",
                drop=f"{PATH}/{job['id']}/atcelt" if state != "cancelled" else "",
                upload=request.url("steward"),
            )
        )
    return View(
        title=f"{job['file_name']}: {t(STATES[state], lang)}",
        window_title=t("Load {number}", lang, number=job["id"]),
        lead=t(LEADS["publishing" if waiting and state == "staged" else state], lang),
        body=body,
        lang=lang,
        crumbs=[
            Crumb(t("Latvia", lang), request.url("national")),
            Crumb(t("Data loading", lang), request.url("steward")),
            Crumb(t("Load {number}", lang, number=job["id"])),
        ],
        release_id=request.reader.release.id,
    )


def _facts(request: Request, job: dict) -> Markup:
    lang = request.lang
    names = dict(kinds(lang))
    read = job["rows_read"]
    sentence = ""
    if read and job["state"] == "refused":
        usable = read - job["rows_quarantined"] - job["rows_declared"]
        sentence = t(
            "{read} lines in the file = {usable} usable rows + {wrong} with errors + {declared} headings, totals and blank lines; none of them was loaded.",
            lang,
            read=numbers.integer(read, lang),
            usable=numbers.integer(usable, lang),
            wrong=numbers.integer(job["rows_quarantined"], lang),
            declared=numbers.integer(job["rows_declared"], lang),
        )
    elif read:
        sentence = t(
            "{read} lines in the file = {loaded} rows + {quarantined} left out + {declared} headings, totals and blank lines.",
            lang,
            read=numbers.integer(read, lang),
            loaded=numbers.integer(job["rows_loaded"], lang),
            quarantined=numbers.integer(job["rows_quarantined"], lang),
            declared=numbers.integer(job["rows_declared"], lang),
        )
    return render(
        "steward_facts.html",
        lang=lang,
        pairs=[
            (t("Table", lang), names.get(job["dataset"], t("not recognised", lang))),
            (t("Data as of", lang), _day(job["as_of"], lang)),
            (t("Received", lang), f"{_when(job['created_at'], lang)}, {job['author']}"),
            (t("Size", lang), f"{numbers.integer(max(1, job['size'] // 1024), lang)} kB"),
            (t("Fingerprint (SHA-256)", lang), job["sha256"][:16]),
        ],
        sentence=sentence,
    )


def _progress(request: Request, desk, job: dict) -> Markup:
    lang = request.lang
    step, done, total = loading.progress(desk, job)
    return render(
        "steward_progress.html",
        lang=lang,
        watch=f"{PATH}/{job['id']}/stavoklis?lang={lang}",
        key=_key(job),
        step=_step(step, lang),
        done=done,
        total=total,
        cancel=f"{PATH}/{job['id']}/atcelt",
        again=request.here(kluda=None),
    )


def _step(step: str, lang: str) -> str:
    return t(STEPS[step], lang) if step in STEPS else t("computing and publishing", lang)


def _key(job: dict) -> str:
    """Changes when the page should be shown anew."""
    return f"{job['state']}:{job['step'] if job['step'] in FAULTS else ''}"


def _findings(request: Request, desk, job: dict) -> Markup:
    lang = request.lang
    weight, rule = request.params.get("svars", ""), request.params.get("kartula", "")
    rules = loading.finding_rules(desk, job["id"])
    number = max(int(request.params.get("lapa", "1")), 1)
    total = sum(n for s, r, n in rules if (not weight or s == weight) and (not rule or r == rule))
    pages = max(1, -(-total // PER_PAGE))
    number = min(number, pages)
    rows = loading.findings(desk, job["id"], weight, rule, PER_PAGE, (number - 1) * PER_PAGE)
    first = (
        {r: row for row in reversed(loading.findings(desk, job["id"])) for r in [row["rule"]]}
        if rules
        else {}
    )
    counts = {name: sum(n for s, _rule, n in rules if s == name) for name in WEIGHTS}
    return render(
        "steward_findings.html",
        lang=lang,
        action=request.url("steward"),
        job=job["id"],
        weights=[(key, f"{t(WEIGHTS[key][0], lang)} ({n})", key == weight) for key, n in counts.items() if n],
        rules=[
            (r, f"{first[r][f'problem_{lang}'][:70]} ({n})", r == rule)
            for s, r, n in rules
            if not weight or s == weight
        ],
        rows=[
            {
                "weight": t(WEIGHTS[row["severity"]][0], lang),
                "sign": WEIGHTS[row["severity"]][1],
                "severity": row["severity"],
                "place": row[f"place_{lang}"],
                "value": row["value"],
                "problem": row[f"problem_{lang}"],
                "cure": row[f"cure_{lang}"],
                "rule": row["rule"],
            }
            for row in rows
        ],
        start=(number - 1) * PER_PAGE + 1,
        shown=t(
            "{first}–{last} of {total}",
            lang,
            first=(number - 1) * PER_PAGE + 1,
            last=(number - 1) * PER_PAGE + len(rows),
            total=total,
        ),
        earlier=request.here(lapa=number - 1) if number > 1 else "",
        later=request.here(lapa=number + 1) if number < pages else "",
        download=f"{PATH}/{job['id']}/atradumi.xlsx?lang={lang}",
    )


def preview(request: Request, desk, job: dict) -> Markup:
    """What the rows of a staged load would change, on a page that has the parameter `skats`."""
    return _preview(request, desk, job, published_below=False)


def _preview(request: Request, desk, job: dict, *, published_below: bool) -> Markup:
    lang = request.lang
    counts = loading.change_counts(desk, job["id"])
    kept = [key for key in CHANGES if counts.get(key)]
    if not kept:
        return Markup("")
    chosen = request.params.get("skats")
    if chosen not in kept:
        chosen = "revised" if "revised" in kept else kept[0]
    rows = loading.changes(desk, job["id"], chosen, PER_PAGE)
    body = [{"key": loading.row_name(row, lang), "what": _what(row, lang)} for row in rows]
    columns = [Column("key", t("Row", lang)), Column("what", t("Values", lang))]
    caption = t(
        "{what}: {shown} of {total} rows",
        lang,
        what=t(CHANGES[chosen], lang),
        shown=len(body),
        total=counts[chosen],
    )
    return render(
        "steward_preview.html",
        lang=lang,
        links=[
            (
                request.here(skats=key, kluda=None),
                f"{t(CHANGES[key], lang)}: {numbers.integer(counts[key], lang)}",
                key == chosen,
            )
            for key in kept
        ],
        on=published_below and len(body) > LONG_PREVIEW,
        table=Table("izmainas", caption, columns, body, lang).to_html(),
        note=t("Rows that are loaded and not in the file stay as they are.", lang)
        if chosen == "missing"
        else "",
    )


def _what(row: dict, lang: str) -> str:
    payload, before = row["payload"], row["before"]
    columns = {column.table_column: column for column in loading.columns_of(row["dataset"])}
    names = {target: column.name(lang) for target, column in columns.items()}
    left_out = _TABLE_COLUMNS | loading.keys_of(row["dataset"])  # they name the row
    parts = []
    for name, value in payload.items():
        if before is not None and before.get(name) == value:
            continue
        if name in left_out or value is None:
            continue
        words = loading.words_of(columns[name], lang) if name in columns else {}
        text = words.get(value) or _number(value, lang)
        if before is not None:
            text = f"{words.get(before.get(name)) or _number(before.get(name), lang)} → {text}"
        parts.append(f"{names.get(name, name)}: {text}")
    return "; ".join(parts)


def _number(value: object, lang: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return numbers.integer(value, lang)
    if isinstance(value, float):
        return numbers.decimal(value, lang, 2)
    return str(value)


# --- routes


def install(server: Flask, office: Office, reading) -> None:
    """Add the routes. reading: function of a scope that opens a read transaction on the current release."""

    def _lang() -> str:
        lang = http.form.get("lang", "lv") if http.method == "POST" else http.args.get("lang", "lv")
        if lang not in LANGUAGES:
            abort(400)
        return lang

    def _back(lang: str, **params: object) -> Response:
        return redirect(url("steward", lang, **params), 303)

    @route(server, f"{PATH}/sutit", methods=("POST",), roles=STEWARD, limit="import")
    def receive_load() -> Response:
        http.max_content_length = (
            UPLOAD_LIMIT + 64 * 1024
        )  # this route only; everything else takes a megabyte
        sent = http.files.get("datne")
        lang = _lang()
        kind, day = http.form.get("veids", ""), http.form.get("datums", "")
        if not re.fullmatch(r"[a-z_0-9]{0,40}", kind) or not re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", day):
            abort(400)
        content = sent.read(UPLOAD_LIMIT + 1) if sent else b""
        name = sent.filename if sent and sent.filename else ""
        try:
            with acting():
                number = office.receive(name, content, kind=kind, as_of=day, author=current_scope().user)
        except JobError as error:
            return _back(lang, kluda=error.code)
        log.info("load received", job=number, user=current_scope().user, size=len(content))
        return _back(lang, ielade=number)

    def _act(number: int, work, *, wait: str = "") -> Response:
        lang = _lang()
        try:
            with acting():
                work()
        except JobError as error:
            return _back(lang, ielade=number, kluda=error.code)
        except Busy:
            return _back(lang, ielade=number, kluda="busy")
        return _back(lang, ielade=number, **({"gaida": wait} if wait else {}))

    def _propose(work, **place: object) -> Response:
        """place: where a fault is told."""
        from .proposals import after

        lang = _lang()
        try:
            with acting():
                decision = work()
        except JobError as error:
            return _back(lang, **place, kluda=error.code)
        except Busy:
            return _back(lang, **place, kluda="busy")
        return redirect(after(lang, decision), 303)

    @route(server, f"{PATH}/<int:number>/parbaudit", methods=("POST",), roles=STEWARD)
    def check_load(number: int) -> Response:
        return _act(number, lambda: (office.heal(), office.check(number)), wait="failed")

    @route(server, f"{PATH}/<int:number>/publicet", methods=("POST",), roles=STEWARD)
    def publish_load(number: int) -> Response:
        reason, confirmed = http.form.get("iemesls", ""), http.form.get("apstiprinu") == "1"
        return _propose(
            lambda: office.propose_publication([number], by=person(), reason=reason, confirmed=confirmed),
            ielade=number,
        )

    @route(server, f"{PATH}/publicet", methods=("POST",), roles=STEWARD)
    def publish_loads() -> Response:
        chosen = http.form.getlist("ielade")
        if len(chosen) > MOST_TOGETHER or not all(re.fullmatch(r"\d{1,9}", one) for one in chosen):
            abort(400)
        if not chosen:
            return _back(_lang(), kluda="none")
        loads = sorted({int(one) for one in chosen})
        reason, confirmed = http.form.get("iemesls", ""), http.form.get("apstiprinu") == "1"
        return _propose(
            lambda: office.propose_publication(loads, by=person(), reason=reason, confirmed=confirmed)
        )

    @route(server, f"{PATH}/<int:number>/atsaukt", methods=("POST",), roles=STEWARD)
    def withdraw_load(number: int) -> Response:
        reason = http.form.get("iemesls", "")
        return _propose(lambda: office.propose_withdrawal(number, by=person(), reason=reason), ielade=number)

    @route(server, f"{PATH}/<int:number>/atcelt", methods=("POST",), roles=STEWARD)
    def cancel_load(number: int) -> Response:
        return _act(number, lambda: office.cancel(number))

    @route(server, f"{PATH}/versija", methods=("POST",), roles=STEWARD)
    def move_release() -> Response:
        number = http.form.get("versija", "")
        if not re.fullmatch(r"\d{1,9}", number):
            abort(400)
        reason = http.form.get("iemesls", "")
        return _propose(lambda: office.propose_rollback(int(number), by=person(), reason=reason))

    @route(server, f"{PATH}/<int:number>/stavoklis", roles=STEWARD)
    def load_state(number: int) -> Response:
        lang = _lang()
        with reading(current_scope()) as reader:
            desk = loading.desk(reader)
            job = loading.job(desk, number)
            if job is None:
                abort(404)
            step, done, total = loading.progress(desk, job)
        return server.json.response(
            {"key": _key(job), "step": _step(step, lang), "done": done, "total": total}
        )

    @route(server, f"{PATH}/<int:number>/atradumi.xlsx", roles=STEWARD)
    def load_findings(number: int) -> Response:
        lang = _lang()
        with reading(current_scope()) as reader:
            desk = loading.desk(reader)
            job = loading.job(desk, number)
            if job is None:
                abort(404)
            rows = loading.findings(desk, number)
            receipt = loading.receipt(desk, number)
        content = annotate.workbook(receipt, rows, lang)
        stem = re.sub(r"[^\w.-]+", "_", job["file_name"].rpartition(".")[0] or "datne", flags=re.ASCII)[:60]
        return Response(
            content,
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            headers={"Content-Disposition": f'attachment; filename="atradumi_{number}_{stem}.xlsx"'},
        )
