"""/konts : the reader's own account: role, open sessions, password, code generator."""

from __future__ import annotations

import structlog
from flask import Flask, Response, redirect
from flask import request as http
from markupsafe import Markup

from access import accounts, totp
from access.door import route
from access.pages import LANGUAGES, REGISTRY, Request, page, url
from access.passwords import WeakPassword
from access.session import current_scope, current_session, identity, own_path
from components.templating import render
from components.view import Crumb, View
from data_access.accounts import AccountError
from data_access.writing import Unwritable
from language import numbers
from language.messages import _
from language.messages import translate as t

from .sign_in import NEXT

log = structlog.get_logger("ikms")
PATH = "/konts"
GOOD = {
    "password": _("The password has been changed, and all your other sessions have ended."),
    "totp": _("The code generator is set up. From now on a code is asked for at every sign-in."),
    "ended": _("The session has been ended."),
    "role": _("The role has been changed."),
    "choose": _("You have several roles. Choose in which one you act now."),
    "finish": _("You are signed in. Before you see exact values, do what is written below."),
}
BAD = {
    "short": _("The new password is too short: at least twelve characters."),
    "long": _("The new password is too long: at most 1024 characters."),
    "common": _("The new password is one of the most common ones. Choose another."),
    "own": _("The new password is made of your name or of words of this panel. Choose another."),
    "simple": _("The new password is too simple a pattern. Choose another."),
    "again": _("The two new passwords differ."),
    "old": _("The present password is wrong."),
    "same_password": _("The new password must differ from the present one."),
    "code": _("The code is wrong. Wait for the next one and enter it."),
    "role": _("This role cannot be chosen."),
    "session": _("This session has ended already."),
    "totp": _("Begin to set up the code generator again."),
    "kind": _("Your password is kept by the sign-in service, not here."),
    "busy": _("Data are being published at this moment. Try again in a minute."),
}
ROLES = {
    "school": _("School: {unit}"),
    "municipality": _("Municipality: {unit}"),
    "ministry": _("Ministry or analyst"),
    "steward": _("Data steward and administrator"),
}
METHODS = {
    "password": _("password"),
    "password+totp": _("password and code"),
    "oidc": _("sign-in service"),
    "break_glass": _("emergency sign-in"),
    "demo": _("demonstration"),
}


@page(
    "account",
    PATH,
    params={"zina": "|".join(GOOD), "kluda": "|".join(BAD), "talak": NEXT},
    released=False,
)
def view(request: Request) -> View:
    """Everything about the reader's own account on one page."""
    lang, row = request.lang, current_session()
    secret = accounts.pending_secret() if row is not None and row.kind == "local" else None
    held = accounts.own_assignments()
    body = render(
        "account.html",
        lang=lang,
        action=PATH,
        following=own_path(request.params.get("talak", "/")),
        good=_said(GOOD, request.params.get("zina"), lang),
        bad=_said(BAD, request.params.get("kluda"), lang),
        session=row,
        sign_in_href=url("sign_in", lang, talak=url("account", lang)),
        demo=row is not None and row.demo_account is not None,
        local=row is not None and row.kind == "local",
        tasks=_tasks(row, held, lang),
        admin=_admin(lang),
        roles=_roles(row, held, lang),
        sessions=_sessions(row, lang),
        limits=identity().limits,
        secret=secret,
        picture=Markup(totp.picture(secret, row.login)) if secret else "",  # nosec B704 # a picture that we draw
    )
    scope = current_scope()
    lead = ""
    if row is not None:
        name = row.name or t("Demonstration account", lang)
        acting = _role_of(scope, lang) if scope.signed_in else t("no role", lang)
        lead = t("{name}; acting as: {role}.", lang, name=name, role=acting)
    return View(
        title=t("My account and sessions", lang),
        lead=lead,
        body=[body],
        lang=lang,
        crumbs=[Crumb(t("Home", lang), url("home", lang)), Crumb(t("My account and sessions", lang))],
    )


def _role_of(scope, lang: str) -> str:
    """The role of this session in words, with its unit."""
    text = ROLES[scope.role]
    return t(text, lang, unit=scope.label) if "{unit}" in text else t(text, lang)


def _said(texts: dict[str, str], key: str | None, lang: str) -> str:
    return t(texts[key], lang) if key else ""


def _tasks(row, held, lang: str) -> list[str]:
    """What must be done before a role can be taken."""
    if row is None or row.kind != "local":
        return []
    tasks = []
    if row.must_change:
        tasks.append(t("Your password was given to you by somebody else: change it first.", lang))
    if any(one.role == "steward" for one in held) and not row.totp_confirmed:
        tasks.append(t("A steward needs a code generator: set it up below.", lang))
    return tasks


def _admin(lang: str) -> list[tuple[str, str]]:
    """Pages of administration that this reader may open."""
    role = current_scope().role
    names = (("users", _("Users")), ("audit", _("Audit record")))
    return [
        (url(name, lang), t(text, lang))
        for name, text in names
        if name in REGISTRY and role in REGISTRY[name].roles
    ]


def role_words(one, names: dict[str, str], lang: str) -> str:
    """A role with its unit in words."""
    unit = one.reg_no or one.municipality_code
    return t(ROLES[one.role], lang, unit=names.get(unit, unit)) if unit else t(ROLES[one.role], lang)


def dates(one, lang: str) -> str:
    """From when until when a role holds."""
    first = numbers.date_short(one.valid_from, lang)
    if one.valid_to is None:
        return t("from {first}", lang, first=first)
    return t("{first} to {last}", lang, first=first, last=numbers.date_short(one.valid_to, lang))


def _roles(row, held, lang: str) -> list[dict]:
    if row is None:
        return []
    names = accounts.unit_names(held)
    active = current_scope().signed_in
    result = []
    for one in held:
        why = ""
        if row.must_change:
            why = t("after the password has been changed", lang)
        elif one.role == "steward" and row.method == "password":
            why = t("after signing in with a code", lang)
        result.append(
            {
                "id": one.id,
                "words": role_words(one, names, lang),
                "dates": dates(one, lang),
                "current": one.id == row.assignment_id and active,
                "usable": not why,
                "why": why,
            }
        )
    return result


def _sessions(row, lang: str) -> list[dict]:
    return [
        {
            "id": one.id,
            "words": f"{one.agent if one.agent != '?' else t('unknown browser', lang)}, {t(METHODS[one.method], lang)}",
            "times": t(
                "begun {begun}, last used {seen}",
                lang,
                begun=numbers.moment(one.created_at, lang),
                seen=numbers.moment(one.seen_at, lang),
            ),
            "current": one.id == row.id,
        }
        for one in accounts.own_sessions()
    ]


def install(server: Flask) -> None:
    """Add the route of the page's forms."""

    @route(server, PATH, methods=("POST",))
    def change_account() -> Response:
        lang = http.form.get("lang", "lv")
        lang = lang if lang in LANGUAGES else "lv"
        following = own_path(http.form.get("talak", "/"))
        task = http.form.get("do", "")
        try:
            said = _do(task, http.form)
        except (AccountError, WeakPassword) as error:
            code = error.code if error.code in BAD else "session"
            return redirect(url("account", lang, kluda=code, talak=following), 303)
        except Unwritable as error:
            log.error("account not written", kind=type(error).__name__)
            return redirect(url("account", lang, kluda="busy", talak=following), 303)
        if task == "role" and following != "/":
            return redirect(following, 303)
        part = "#kodi" if task == "totp-begin" else ""
        extra = {"zina": said} if said else {}
        return redirect(url("account", lang, **extra, talak=following) + part, 303)


def _do(task: str, form) -> str:
    """Carry out one of the page's forms and return what to say. Raises AccountError or WeakPassword."""
    if task == "role":
        accounts.choose(_number(form.get("role")))
        return "role"
    if task == "end":
        accounts.end_own(_number(form.get("session")))
        return "ended"
    if task == "end-others":
        accounts.end_own(None)
        return "ended"
    if task == "password":
        accounts.change_password(form.get("old", ""), form.get("new", ""), form.get("again", ""))
        return "password"
    if task == "totp-begin":
        accounts.totp_begin()
        return ""
    if task == "totp-confirm":
        accounts.totp_confirm(form.get("code", ""))
        return "totp"
    raise AccountError("session", "Nezināma darbība | unknown action")


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
