"""The reader's session: a signed cookie that names a demo account; the scope is looked up on the server.

Accounts, OpenID Connect and server-side sessions take the place of `DEMO_ACCOUNTS` behind the same three
functions; nothing else in the house knows how a scope comes about.
"""

from __future__ import annotations

import time

from flask import Flask, current_app, g, session

from data_access.scope import Scope

COOKIE = "ikms_session"


def configure(server: Flask, settings) -> None:
    """Cookie and key settings. The cookie is HttpOnly and SameSite=Lax, and Secure under https."""
    server.secret_key = settings.signing_key()
    server.config.update(
        SESSION_COOKIE_NAME=f"__Host-{COOKIE}" if settings.https else COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_PARTS=50,
    )
    server.extensions["ikms_settings"] = settings


def sign_in(account_key: str) -> bool:
    """Start a session for a demo account; False when there is no such account or no demo mode."""
    if not current_app.extensions["ikms_settings"].demo:
        return False
    if account_key not in demo_accounts():
        return False
    session.clear()
    now = int(time.time())
    session.update(account=account_key, since=now, seen=now)
    return True


def sign_out() -> None:
    """End the session."""
    session.clear()


def current_scope() -> Scope:
    """The scope of this request, built once; the public's when nobody is signed in or the session ended."""
    if "ikms_scope" not in g:
        g.ikms_scope = _scope_of_session()
    return g.ikms_scope


def _scope_of_session() -> Scope:
    if "account" not in session:
        return Scope.public()
    settings = current_app.extensions["ikms_settings"]
    now = time.time()
    idle_since, started = session.get("seen", 0), session.get("since", 0)
    expired = (
        now - idle_since > settings.session_idle_minutes * 60 or now - started > settings.session_hours * 3600
    )
    account = None if expired or not settings.demo else demo_accounts().get(session["account"])
    if account is None:
        session.clear()
        return Scope.public()
    if now - idle_since > 60:
        session["seen"] = int(now)
    return account


def demo_accounts() -> dict[str, Scope]:
    """The one-click accounts of the demonstration: ministry, one municipality, one school."""
    return current_app.extensions["ikms_demo_accounts"]
