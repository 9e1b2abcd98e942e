"""/admin/audits : the audit record, for stewards; reading it is recorded too."""

from __future__ import annotations

import json

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
    "too_many_requests": _("too many requests"),
    "proposal": _("proposal"),
}
ROLES = {**ROLE_NAMES, "public": _("no role"), "command line": _("command line")}
RESULTS = {"done": _("done"), "refused": _("declined"), "failed": _("failed")}


NAMES = {
    "after": _("after record"),
    "answers": _("answers"),
    "assignment": _("role no."),
    "basis": _("basis"),
    "before": _("before record"),
    "break_glass": _("emergency account"),
    "change": _("change"),
    "forget_totp": _("code generator removed"),
    "from": _("from release"),
    "high": _("boundary of high risk"),
    "indicator_id": _("indicator"),
    "kind": _("kind"),
    "medium": _("boundary of medium risk"),
    "method": _("way of signing in"),
    "municipality_code": _("code of the municipality"),
    "operator": _("sign"),
    "page": _("page"),
    "persons": _("persons"),
    "covers": _("about no."),
    "proposed_by": _("proposed by"),
    "query": _("address parameters"),
    "reason": _("reason"),
    "records": _("records shown"),
    "reg_no": _("registration number"),
    "role": _("role"),
    "rows": _("rows"),
    "session": _("session no."),
    "sessions": _("sessions"),
    "stage": _("stage"),
    "state": _("state of the load"),
    "table": _("table"),
    "territory_kind": _("territory"),
    "valid_from": _("from day"),
    "valid_to": _("last day"),
    "what": _("what"),
}
VALUES = {
    "added": _("added"),
    "given": _("given"),
    "revoked": _("role taken back"),
    "disabled": _("account closed"),
    "enabled": _("opened again"),
    "reset": _("new one-time password"),
    "password": _("password"),
    "password+totp": _("password and code"),
    "totp": _("code generator set up"),
    "chosen": _("chosen"),
    "proposed": _("proposed"),
    "accepted": _("accepted"),
    "withdrawn": _("withdrawn"),
    "approved": _("approved"),
    "stale": _("out of date"),
    "expired": _("nobody decided in time"),
    "publish": _("publication"),
    "withdraw": _("file taken back"),
    "threshold": _("threshold"),
    "demo": _("demonstration"),
    "oidc": _("sign-in service"),
    "break_glass": _("emergency sign-in"),
    "staged": _("checked"),
    "refused": _("declined"),
    "disclosure": _("small numbers could not be protected"),
    "published": _("published with a release"),
    "local": _("with a password"),
    "True": _("yes"),
    "False": _("no"),
}


def _detail(text: str, lang: str) -> str:
    """The small values of a record in words; a name or value that has no words stands as it was written."""
    parts = []
    for name, value in json.loads(text).items():
        if value in (None, "", []):
            continue
        said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        words = VALUES | WORDS
        said = _role(said, lang) if name == "role" else t(words[said], lang) if said in words else said
        parts.append(f"{t(NAMES[name], lang) if name in NAMES else name}: {said}")
    return "; ".join(parts) or "–"


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
                "detail": _detail(row.detail, lang),
            }
            for row in rows
        ],
        lang,
        phone="stacked",
    )
    older = {**params, "pirms": str(rows[-1].id)} if len(rows) == administration.RECORDS else None
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
