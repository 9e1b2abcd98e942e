"""The reader's session: a random token in the cookie, everything else on the server; built into a scope once a request.

`Identity` is what sign-in, sessions and the audit of page views share; `app.py` makes it and pages reach it by
`identity()`. Flask's own client-side session is not used and has no key.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError

from data_access import audit, sessions
from data_access.audit import Actor, Recorder
from data_access.proposals import Person
from data_access.scope import Scope
from data_access.sessions import Limits
from data_access.writing import Desk

from .keys import Keys

log = structlog.get_logger("ikms")
COOKIE = "ikms_session"
EXTENSION = "ikms_identity"
_AGENTS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """What sign-in needs of one application."""

    desk: Desk
    keys: Keys
    limits: Limits
    recorder: Recorder
    settings: object


def configure(server: Flask, settings) -> None:
    """Limits of requests, and the engines, keys and recorder of sign-in."""
    server.config.update(MAX_CONTENT_LENGTH=1024 * 1024, MAX_FORM_PARTS=50)
    server.extensions["ikms_settings"] = settings
    server.extensions[EXTENSION] = _open(settings)
    server.after_request(_carry_cookie)


def _open(settings) -> Identity:
    desk = Desk.open(settings.database_url)
    return Identity(
        desk=desk,
        keys=Keys(settings.signing_key()),
        limits=Limits(settings.session_idle_minutes, settings.session_hours),
        recorder=Recorder(desk, _spool(settings.database_url)),
        settings=settings,
    )


def _spool(database_url: str) -> Path:
    """Folder for audit records that must wait: beside the SQLite file, else in var/."""
    from settings import VAR

    if database_url.startswith("sqlite:///"):
        path = Path(database_url.removeprefix("sqlite:///"))
        return path.with_name(f"{path.stem}-audit-waiting")
    return VAR / "audit-waiting"


def identity() -> Identity:
    """The identity object of this application."""
    return current_app.extensions[EXTENSION]


def cookie_name() -> str:
    """With https the browser itself guards the cookie against other hosts and paths."""
    return f"__Host-{COOKIE}" if identity().settings.https else COOKIE


def current_session() -> Row | None:
    """The live session of this request, read once; a session may have no role (yet), and then no scope."""
    if "ikms_session" not in g:
        # Should reading fail, the page that says so is made for the public.
        g.ikms_session, g.ikms_scope = None, Scope.public()
        g.ikms_session = _find()
    return g.ikms_session


def _find() -> Row | None:
    token = request.cookies.get(cookie_name())
    if not token:
        return None
    made = identity()
    with made.desk.look() as statements:
        row = sessions.find(statements, token, made.limits)
    if row is None or (row.demo_account and row.demo_account not in demo_accounts()):
        g.ikms_cookie = ""
        return None
    if row.demo_account:
        g.ikms_scope = demo_accounts()[row.demo_account]
    else:
        with made.desk.read() as connection:
            g.ikms_scope = sessions.scope_of(connection, row)
    statement = sessions.seen(row)
    if statement is not None:
        try:
            with made.desk.note(patience=50) as statements:
                statements.execute(*statement)
        except DBAPIError:  # another writer: a later request notes it
            pass
    return row


def current_scope() -> Scope:
    """The scope of this request, built once; the public's when nobody is signed in or no role is in force."""
    current_session()
    return g.ikms_scope


def demo_accounts() -> dict[str, Scope]:
    """The one-click accounts of the demonstration, by key; empty outside demo mode."""
    return current_app.extensions["ikms_demo_accounts"]


def client_address() -> str:
    """From where the request comes, as the trusted proxies say."""
    return request.remote_addr or ""


def agent() -> str:
    """Browser and system in two words; more would be a fingerprint."""
    text = request.headers.get("User-Agent", "")[:400]
    browser = next((name for sign, name in _AGENTS if sign in text), "")
    system = next((name for sign, name in _SYSTEMS if sign in text), "")
    return ", ".join(filter(None, (browser, system))) or "?"


def actor() -> Actor:
    """Who acts in this request, for the audit."""
    row, scope = current_session(), current_scope()
    who = scope.user or (row.login if row is not None and row.login else "") or "public"
    unit = ""
    if row is not None and row.login:
        unit = row.reg_no or row.municipality_code or ""
    elif scope.signed_in and not scope.sees_all:
        unit = scope.label
    return Actor(who, scope.role, unit, client_address())


def person() -> Person:
    """Who acts, as an account: the same for all its roles, sessions and names."""
    row = current_session()
    if row is None:
        return Person("", "")
    key = f"demo:{row.demo_account}" if row.demo_account else f"user:{row.user_id}"
    return Person(key, actor().who)


def acting() -> AbstractContextManager[None]:
    """What is recorded within this block is recorded with the role and the address of who asks."""
    return audit.acting(actor() if has_request_context() else None)


def adopt(token: str) -> None:
    """Give the browser this token; the request that does so has no scope yet."""
    g.ikms_cookie = token
    g.ikms_session = None
    g.ikms_scope = Scope.public()


def _carry_cookie(response):
    token = g.pop("ikms_cookie", None)
    if token is None:
        return response
    https = identity().settings.https
    if token:
        response.set_cookie(cookie_name(), token, path="/", secure=https, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(cookie_name(), path="/", secure=https, httponly=True, samesite="Lax")
    return response


def end_current(connection, why: str) -> None:
    """End the session of this request, if there is one: no old token outlives a sign-in or a change of role."""
    row = current_session()
    if row is not None:
        sessions.end(connection, row.id, why)


def sign_in(account_key: str) -> bool:
    """Start a session for a demo account; False when there is no such account or no demo mode."""
    if account_key not in demo_accounts():
        return False
    scope = demo_accounts()[account_key]
    with identity().desk.write() as connection:
        end_current(connection, "signed in again")
        token = sessions.start(connection, method="demo", agent=agent(), demo_account=account_key)
        audit.record(
            connection,
            audit.SIGNED_IN,
            who=scope.user,
            role=scope.role,
            scope="" if scope.sees_all else scope.label,
            origin=client_address(),
            detail={"method": "demo"},
        )
    adopt(token)
    return True


def sign_out() -> None:
    """End the session."""
    row = current_session()
    if row is not None:
        who = actor()
        with identity().desk.write() as connection:
            sessions.end(connection, row.id, "signed out")
            audit.record(
                connection, audit.SIGNED_OUT, who=who.who, role=who.role, scope=who.scope, origin=who.origin
            )
    adopt("")


def record_view(reg_no: str) -> None:
    """Record that a signed-in reader opened the detail of a school; raises when that cannot be recorded."""
    row = current_session()
    if row is None:
        return
    statement = sessions.viewed(row, reg_no)
    if statement is None:
        return
    identity().recorder.record(audit.SCHOOL_VIEWED, actor(), unit=reg_no, also=(statement,))


def record_export(unit: str, detail: dict) -> None:
    """Record an export of a signed-in reader; raises when that cannot be recorded."""
    if current_session() is not None:
        identity().recorder.record(audit.EXPORTED, actor(), unit=unit, detail=detail)


def record_slowed(kind: str) -> None:
    """Record that a reader asked too often; where that cannot be written the log has it."""
    try:
        identity().recorder.record(audit.SLOWED, actor(), result="refused", detail={"kind": kind})
    except (DBAPIError, OSError) as error:
        log.error("slowing not recorded", kind=type(error).__name__)


SAFE_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f\\]*")


def own_path(address: str) -> str:
    """The address when it is a path of this site, else the front page."""
    return address if len(address) <= 2000 and SAFE_PATH.fullmatch(address) else "/"
