"""/admin/audits : the audit record, for stewards; reading it is recorded too."""

from __future__ import annotations

from access import administration
from access.pages import Request, page, url
from components.tables import Column, Table
from components.templating import render
from components.view import Crumb, View
from data_access.audit import EVENTS
from language import numbers, side
from language.messages import _
from language.messages import translate as t

from .users import ROLE_NAMES

PATH = "/admin/audits"
WORDS = {
    "sign_in": _("signing in"),
    "sign_in_failed": _("failed sign-in"),
    "sign_out": _("signing out"),
    "break_glass_sign_in": _("emergency sign-in"),
    "session_ended": _("session ended"),
    "role_change": _("change of role"),
    "user_change": _("change of a user"),
    "export": _("export"),
    "school_view": _("view of a school's detail"),
    "audit_read": _("reading of the audit"),
    "import": _("import"),
    "release": _("publication"),
    "rollback": _("return to an earlier release"),
    "threshold_change": _("change of a threshold"),
    "restricted_answer_read": _("reading of a restricted answer"),
    "answer_written": _("answer of a school"),
}
ROLES = {**ROLE_NAMES, "public": _("no role"), "command line": _("command line")}
RESULTS = {"done": _("done"), "refused": _("declined"), "failed": _("failed")}


def _role(role: str, lang: str) -> str:
    return t(ROLES[role], lang) if role in ROLES else role


@page(
    "audit",
    PATH,
    params={
        "kas": "|".join(EVENTS),
        "lietotajs": r"[a-z0-9._@-]{1,64}",
        "par": r"[\w./@-]{1,80}",
        "pirms": r"\d{1,9}",
    },
    roles=("steward",),
    released=False,
)
def view(request: Request) -> View:
    """Newest records first, with three filters."""
    lang, params = request.lang, request.params
    before = int(params["pirms"]) if "pirms" in params else None
    rows, verdict = administration.audit_page(
        before, params.get("kas", ""), params.get("lietotajs", ""), params.get("par", "")
    )
    table = Table(
        "audits",
        t("Audit record, newest first", lang),
        [
            Column("id", t("No.", lang)),
            Column("at", t("When", lang)),
            Column("who", t("Who", lang)),
            Column("role", t("Role and unit", lang)),
            Column("what", t("Event", lang)),
            Column("unit", t("To what", lang)),
            Column("result", t("Result", lang)),
            Column("origin", t("From where", lang)),
            Column("detail", t("Detail", lang)),
        ],
        [
            {
                "id": str(row.id),
                "at": numbers.moment(row.at, lang, seconds=True),
                "who": row.who,
                "role": ", ".join(filter(None, (_role(row.role, lang), row.scope))) or "–",
                "what": t(WORDS[row.what], lang) if row.what in WORDS else row.what,
                "unit": row.unit or "–",
                "result": t(RESULTS[row.result], lang),
                "origin": row.origin or "–",
                "detail": row.detail if row.detail != "{}" else "–",
            }
            for row in rows
        ],
        lang,
    )
    older = {**params, "pirms": str(rows[-1].id)} if len(rows) == administration.MOST_SHOWN else None
    body = render(
        "audit.html",
        lang=lang,
        action=url("audit", lang),
        params=params,
        events=[(key, t(WORDS[key], lang)) for key in EVENTS],
        table=table.to_html(),
        older=url("audit", lang, **older) if older else "",
        fault=side(verdict.fault, lang),
        whole=t(
            "{n} records. The newest 5,000 were checked just now: the chain is whole. Its end: {head}",
            lang,
            n=numbers.integer(verdict.records, lang),
            head=verdict.head,
        ),
    )
    return View(
        title=t("Audit record", lang),
        lead=t(
            "Who did what, when, from where and with what result. Your reading has been recorded too.", lang
        ),
        body=[body],
        lang=lang,
        crumbs=[
            Crumb(t("Home", lang), url("home", lang)),
            Crumb(t("My account and sessions", lang), url("account", lang)),
            Crumb(t("Audit record", lang)),
        ],
    )
