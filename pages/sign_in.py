"""/pieslegties : signing in with a password and code, with OpenID Connect, or with one click in the demonstration."""

from __future__ import annotations

from urllib.parse import urlencode

import structlog
from flask import Flask, Response, abort, redirect
from flask import request as http

from access import accounts
from access.door import route
from access.pages import LANGUAGES, Request, page, url
from access.session import current_session, demo_accounts, own_path, sign_in, sign_out
from components.templating import render
from components.view import Crumb, View
from data_access.writing import Unwritable
from language.messages import _
from language.messages import translate as t

log = structlog.get_logger("ikms")
PATH = "/pieslegties"
OIDC_RETURN = f"{PATH}/oidc/atpakal"
NEXT = r"/[^\x00-\x1f]{0,300}"
ERRORS = {
    "refused": _(
        "Signing in failed: the user name, the password or the code is wrong. After ten failures an account waits "
        "from half a minute to a quarter of an hour."
    ),
    "blocked": _("Too many failures from your address. Try again in an hour."),
    "busy": _("Data are being published at this moment. Try again in a minute."),
    "oidc": _("Signing in failed. Begin again; if it happens again, tell the administrator the time."),
    "away": _("The sign-in service does not answer. Try again in a minute."),
}


@page("sign_in", PATH, params={"talak": NEXT, "kluda": "|".join(ERRORS)}, released=False)
def view(request: Request) -> View:
    """The form, and who is signed in already."""
    return form(request.lang, request.params.get("talak", "/"), request.params.get("kluda"), request.settings)


def form(lang: str, following: str, error: str | None, settings, status: int = 200) -> View:
    """The page with an error, if there is one."""
    row = current_session()
    body = render(
        "sign_in.html",
        lang=lang,
        action=PATH,
        following=own_path(following),
        error=t(ERRORS[error], lang) if error else "",
        signed_in=row is not None,
        account_href=url("account", lang),
        demo=[(key, t(scope.label, lang)) for key, scope in demo_accounts().items()],
        oidc=f"{PATH}/oidc?{urlencode({'talak': own_path(following), 'lang': lang})}"
        if settings.oidc_issuer is not None
        else "",
    )
    return View(
        title=t("Sign in", lang),
        lead=t(
            "Signed-in readers see the exact values of their own institutions; everybody sees the rest.", lang
        ),
        body=[body],
        lang=lang,
        crumbs=[Crumb(t("Home", lang), url("home", lang)), Crumb(t("Sign in", lang))],
        status=status,
    )


def install(server: Flask, site) -> None:
    """Add the routes that sign in and out; they answer only to a same-origin POST."""

    @route(server, PATH, methods=("POST",))
    def begin_session() -> Response:
        lang = http.form.get("lang", "lv")
        lang = lang if lang in LANGUAGES else "lv"
        following = own_path(http.form.get("next", "/"))
        try:
            if "account" in http.form:
                if not sign_in(http.form["account"]):
                    abort(404)
                return redirect(following, 303)
            outcome = accounts.password_sign_in(
                http.form.get("login", ""), http.form.get("password", ""), http.form.get("code", "")
            )
        except Unwritable as error:
            log.error("sign-in not written", kind=type(error).__name__)
            return redirect(url("sign_in", lang, talak=following, kluda="busy"), 303)
        if outcome.state == "blocked":
            page = site.html(form(lang, following, "blocked", site.settings, 429), None)
            return Response(page, 429, {"Retry-After": "3600"}, mimetype="text/html")
        if outcome.state == "refused":
            return redirect(url("sign_in", lang, talak=following, kluda="refused"), 303)
        return redirect(landing(outcome, lang, following), 303)

    _install_oidc(server, site.settings)

    @route(server, "/iziet", methods=("POST",))
    def end_session() -> Response:
        sign_out()
        response = redirect(own_path(http.form.get("next", "/")), 303)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _install_oidc(server: Flask, settings) -> None:
    """Add the two routes of OpenID Connect when the settings name an issuer.

    Both answer to GET: the browser leaves by a redirect, which a form may not follow under our form-action, and
    comes back by one. What would be a forged request elsewhere lacks the cookie here.
    """
    if settings.oidc_issuer is None:
        return
    from access import oidc

    issuer = oidc.Issuer(settings)
    cookie = f"__Host-{oidc.COOKIE}" if settings.https else oidc.COOKIE

    @route(server, f"{PATH}/oidc", limit="sign in")
    def leave_for_issuer() -> Response:
        lang = "en" if http.args.get("lang") == "en" else "lv"
        following = own_path(http.args.get("talak", "/"))[:300]
        try:
            address, browser = oidc.start(issuer, following)
        except (oidc.Unreachable, Unwritable) as error:
            log.error(
                "issuer unreachable", reason=str(error) if isinstance(error, oidc.Unreachable) else "busy"
            )
            return redirect(url("sign_in", lang, talak=following, kluda="away"), 303)
        response = redirect(address, 303)
        response.set_cookie(
            cookie, browser, max_age=600, path="/", secure=settings.https, httponly=True, samesite="Lax"
        )
        return response

    @route(server, OIDC_RETURN, limit="sign in")
    def come_back_from_issuer() -> Response:
        try:
            outcome, following = oidc.finish(
                issuer, http.args.to_dict(flat=False), http.cookies.get(cookie, "")
            )
            address = landing(outcome, "en" if following.startswith("/en") else "lv", following)
        except oidc.Refused:
            address = url("sign_in", "lv", kluda="oidc")
        except (oidc.Unreachable, Unwritable):
            address = url("sign_in", "lv", kluda="away")
        response = redirect(address, 303)
        response.delete_cookie(cookie, path="/", secure=settings.https, httponly=True, samesite="Lax")
        return response


def landing(outcome: accounts.Outcome, lang: str, following: str) -> str:
    """Where a reader goes after signing in: on, or to their account when something is to be chosen or set first."""
    if outcome.state == "in":
        return following
    return url("account", lang, zina=outcome.state, talak=following)
