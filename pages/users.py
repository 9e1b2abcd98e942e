"""/admin/lietotaji : users and their roles, for stewards (all) and municipalities (their own and their schools')."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import Flask, Response, redirect
from flask import request as http

from access import administration
from access.door import route
from access.pages import LANGUAGES, Request, page, url
from access.session import current_scope, identity
from components.templating import render
from components.view import Crumb, View
from data_access.accounts import LOGIN, AccountError, Given, fold
from data_access.accounts import ROLES as ALL_ROLES
from data_access.writing import Unwritable, today
from language.messages import _
from language.messages import translate as t
from language.messages import translate_plural as tn

from .account import dates, role_words

log = structlog.get_logger("ikms")
PATH = "/admin/lietotaji"
WHO = ("municipality", "steward")
GOOD = {
    "assigned": _("The role has been given."),
    "revoked": _("The role has been taken back; it ends with the user's next request."),
    "disabled": _("The account is closed and its sessions have ended."),
    "enabled": _("The account is open again."),
}
BAD = {
    "login": _("A user name has 3 to 64 of: a–z, digits, full stop, underscore, hyphen, @."),
    "name": _("Write the name, 2 to 120 characters."),
    "taken": _("This user name is taken. If it is the same person, give the existing account another role."),
    "unit": _("There is no such institution or municipality within your area."),
    "role": _("There is no such role."),
    "date": _("Dates are written as year-month-day, and the end is not before the start."),
    "same": _("This role has been given already."),
    "self": _("Nobody changes their own roles or account here."),
    "unknown": _("There is no such user or role, or it is not yours to change."),
    "oidc": _(
        "Accounts come from the sign-in service: the person signs in once and tells you the user name shown."
    ),
    "kind": _("The password of this user is kept by the sign-in service."),
    "busy": _("Data are being published at this moment. Try again in a minute."),
}
ROLE_NAMES = {
    "school": _("School"),
    "municipality": _("Municipality"),
    "ministry": _("Ministry or analyst"),
    "steward": _("Data steward and administrator"),
}
SEARCH = r"[^\x00-\x1f]{1,80}"


@page(
    "users",
    PATH,
    params={"zina": "|".join(GOOD), "kluda": "|".join(BAD), "meklet": SEARCH},
    roles=WHO,
    released=False,
)
def view(request: Request) -> View:
    """Everybody whom this reader may administer."""
    return compose(
        request.lang,
        good=request.params.get("zina"),
        bad=request.params.get("kluda"),
        wanted=request.params.get("meklet", ""),
    )


def compose(
    lang: str,
    *,
    good: str | None = None,
    bad: str | None = None,
    wanted: str = "",
    once: tuple[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> View:
    """The page. once: login and one-time password to show now and never again."""
    rows, names = administration.listing()
    found = [pair for pair in rows if _fits(pair, names, wanted)]
    shown = found[: administration.MOST_SHOWN]
    open_to = administration.changeable(shown)
    revocable = administration.revocable([one for _row, held in shown for one in held])
    scope = current_scope()
    roles = ALL_ROLES if scope.role == "steward" else ("school", "municipality")
    body = render(
        "users.html",
        lang=lang,
        action=PATH,
        good=t(GOOD[good], lang) if good else "",
        bad=t(BAD[bad], lang) if bad else "",
        once=once,
        typed=typed or {},
        wanted=wanted,
        page_href=url("users", lang),
        roles=[(role, t(ROLE_NAMES[role], lang)) for role in roles],
        units=administration.units(),
        everybody=len(rows),
        today=today(),
        oidc=identity().settings.oidc_issuer is not None,
        hidden=len(found) - len(shown),
        users=[
            {
                "login": row.login,
                "name": row.name,
                "facts": _facts(row, lang),
                "open": row.disabled_at is None,
                "local": row.kind == "local",
                "coded": bool(row.totp_confirmed),
                "changeable": row.id in open_to and not row.break_glass,
                "roles": [
                    {
                        "id": one.id,
                        "words": role_words(one, names, lang),
                        "dates": dates(one, lang),
                        "revocable": one.id in revocable and row.id in open_to,
                    }
                    for one in held
                ],
            }
            for row, held in shown
        ],
    )
    return View(
        title=t("Users and their roles", lang),
        lead=tn("{n} user within your area.", "{n} users within your area.", len(rows), lang),
        body=[body],
        lang=lang,
        crumbs=[
            Crumb(t("Home", lang), url("home", lang)),
            Crumb(t("My account and sessions", lang), url("account", lang)),
            Crumb(t("Users", lang)),
        ],
    )


def _fits(pair, names: dict[str, str], wanted: str) -> bool:
    row, held = pair
    units = [one.reg_no or one.municipality_code or one.role for one in held]
    text = " ".join([row.login, row.name, *units, *(names.get(unit, "") for unit in units)]).casefold()
    return all(word in text for word in wanted.casefold().split())


def _facts(row, lang: str) -> str:
    facts = [
        t("closed", lang) if row.disabled_at else "",
        t("emergency account", lang) if row.break_glass else "",
        t("sign-in service", lang) if row.kind == "oidc" else "",
        t("one-time password not used yet", lang) if row.must_change and not row.disabled_at else "",
        t("with a code generator", lang) if row.totp_confirmed else "",
    ]
    return " · ".join(filter(None, facts))


def install(server: Flask, site) -> None:
    """Add the route of the page's forms."""

    @route(server, PATH, methods=("POST",), roles=frozenset(WHO))
    def change_users() -> Response:
        form = http.form
        lang = form.get("lang", "lv")
        lang = lang if lang in LANGUAGES else "lv"
        try:
            said, password = _do(form.get("do", ""), form)
        except AccountError as error:
            code = error.code if error.code in BAD else "unknown"
            if form.get("do") == "add":
                typed = {name: form.get(name, "")[:120] for name in ("login", "name", "role", "unit")}
                return _shown(site, compose(lang, bad=code, typed=typed))
            return redirect(url("users", lang, **_around(form), kluda=code), 303)
        except Unwritable as error:
            log.error("users not written", kind=type(error).__name__)
            return redirect(url("users", lang, kluda="busy"), 303)
        if password:  # shown in this answer only: it is kept nowhere
            login = fold(form.get("login", ""))[:64]
            return _shown(site, compose(lang, once=(login, password), wanted=login))
        return redirect(url("users", lang, **_around(form), zina=said), 303)


def _around(form: Mapping[str, str]) -> dict[str, str]:
    """The list narrowed to the user whom a form was about, so that what was done is seen at once."""
    login = fold(form.get("login", ""))
    return {"meklet": login} if LOGIN.fullmatch(login) else {}


def _shown(site, made: View) -> Response:
    return Response(site.html(made, None), mimetype="text/html")


def _do(task: str, form: Mapping[str, str]) -> tuple[str, str | None]:
    """Carry out one of the page's forms: what to say, and a password to show. Raises AccountError."""
    login = form.get("login", "")
    given = Given(
        form.get("role", ""), form.get("unit", "").strip()[:40], form.get("from", ""), form.get("to", "")
    )
    if task == "add":
        return "", administration.add(login, form.get("name", ""), given)
    if task == "assign":
        administration.assign(login, given)
        return "assigned", None
    if task == "revoke":
        number = form.get("assignment", "")
        administration.revoke(
            int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
        )
        return "revoked", None
    if task in ("disable", "enable", "reset", "reset-code"):
        return f"{task}d", administration.change(login, task)
    raise AccountError("unknown", "Nezināma darbība | unknown action")
