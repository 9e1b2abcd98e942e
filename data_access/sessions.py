"""Server-side sessions: a random token in the cookie, its hash here; idle and absolute limits; ended means ended."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from language.messages import _

from . import lineage
from .plain import Plain
from .schema import municipality
from .schema_identity import user_account, user_assignment, user_session
from .scope import Scope
from .writing import now, stamp, today

SEEN_EVERY = 60  # seconds between two notes that a session is in use
KEPT_DAYS = 30  # ended sessions stay listed this long
METHODS = ("password", "password+totp", "oidc", "break_glass", "demo")
LABELS = {"ministry": _("Ministry"), "steward": _("Data steward")}

_HELD = (
    select(
        user_session,
        user_account.c.login,
        user_account.c.name,
        user_account.c.kind,
        user_account.c.disabled_at,
        user_account.c.must_change,
        user_account.c.totp_confirmed,
        user_assignment.c.role,
        user_assignment.c.reg_no,
        user_assignment.c.municipality_code,
        user_assignment.c.valid_from,
        user_assignment.c.valid_to,
        user_assignment.c.revoked_at,
    )
    .outerjoin(user_account, user_account.c.id == user_session.c.user_id)
    .outerjoin(user_assignment, user_assignment.c.id == user_session.c.assignment_id)
)

_OF_TOKEN = _HELD.where(user_session.c.token_hash == bindparam("token_hash"))
_SEEN = (
    update(user_session)
    .where(user_session.c.id == bindparam("session_id"))
    .values(seen_at=bindparam("moment"))
)
_VIEWED = (
    update(user_session)
    .where(user_session.c.id == bindparam("session_id"))
    .values(
        last_view=bindparam("what"),
        last_view_at=bindparam("moment"),
        seen_at=bindparam("moment"),
    )
)


@dataclass(frozen=True)
class Limits:
    """How long a session lives: minutes without a request, hours at most."""

    idle_minutes: int
    hours: int


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find(connection: Connection | Plain, token: str, limits: Limits) -> Row | None:
    """The live session of a token, with its account and assignment; None when it ended, expired or never was."""
    if not 40 <= len(token) <= 60:
        return None
    row = connection.execute(_OF_TOKEN, {"token_hash": token_hash(token)}).first()
    if row is None or not alive(row, limits) or row.disabled_at is not None:
        return None
    return row


def alive(row: Row, limits: Limits) -> bool:
    """Whether a session has neither ended nor run out."""
    moment = now()
    return (
        row.ended_at is None
        and moment - _time(row.seen_at) <= timedelta(minutes=limits.idle_minutes)
        and moment - _time(row.created_at) <= timedelta(hours=limits.hours)
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def start(
    connection: Connection,
    *,
    method: str,
    agent: str,
    user_id: int | None = None,
    demo_account: str | None = None,
    assignment_id: int | None = None,
    created_at: str | None = None,
) -> str:
    """Begin a session and return its token, which is stored nowhere. created_at: of the session it continues."""
    token = secrets.token_urlsafe(32)
    moment = stamp()
    connection.execute(
        insert(user_session).values(
            token_hash=token_hash(token),
            user_id=user_id,
            demo_account=demo_account,
            assignment_id=assignment_id,
            method=method,
            created_at=created_at or moment,
            seen_at=moment,
            agent=agent,
        )
    )
    limit = stamp(now() - timedelta(days=KEPT_DAYS))
    connection.execute(delete(user_session).where(user_session.c.seen_at < limit))
    return token


def end(connection: Connection, session_id: int, why: str) -> int:
    """End a session; returns 1, or 0 when it had ended."""
    return connection.execute(
        update(user_session)
        .where(user_session.c.id == session_id, user_session.c.ended_at.is_(None))
        .values(ended_at=stamp(), ended_why=why)
    ).rowcount


def renew(connection: Connection, row: Row, **changes) -> str:
    """End a session and begin another in its place, with some columns changed; the absolute limit goes on."""
    end(connection, row.id, "renewed")
    kept = {
        name: getattr(row, name) for name in ("user_id", "demo_account", "assignment_id", "method", "agent")
    }
    return start(connection, **{**kept, **changes}, created_at=row.created_at)


def seen(row: Row) -> tuple | None:
    """The statement that notes that a session is in use, and its values; None while the last note is younger than a minute."""
    if now() - _time(row.seen_at) < timedelta(seconds=SEEN_EVERY):
        return None
    return _SEEN, {"session_id": row.id, "moment": stamp()}


def viewed(row: Row, what: str) -> tuple | None:
    """The statement that notes what was viewed, and its values; None when it was the same within the last minute.

    A page is asked for twice when it is opened (as HTML, then by Dash): that is one view.
    """
    if (
        row.last_view == what
        and row.last_view_at is not None
        and now() - _time(row.last_view_at) < timedelta(seconds=SEEN_EVERY)
    ):
        return None
    return _VIEWED, {"session_id": row.id, "what": what, "moment": stamp()}


def listing(
    connection: Connection, limits: Limits, *, user_id: int | None = None, session_id: int | None = None
) -> list[Row]:
    """Live sessions, newest first: of one account, one by number, or all."""
    query = _HELD.where(user_session.c.ended_at.is_(None)).order_by(user_session.c.id.desc())
    if user_id is not None:
        query = query.where(user_session.c.user_id == user_id)
    if session_id is not None:
        query = query.where(user_session.c.id == session_id)
    return [row for row in connection.execute(query) if alive(row, limits)]


def scope_of(connection: Connection, row: Row) -> Scope:
    """What a session may see today: the scope of its assignment, or the public's when that does not hold.

    A steward needs a second factor, and nobody acts with a password that somebody else gave.
    """
    if (
        row.role is None
        or row.revoked_at is not None
        or row.must_change
        or not row.valid_from <= today()
        or (row.valid_to is not None and row.valid_to < today())
        or (row.role == "steward" and row.method == "password")
    ):
        return Scope.public()
    return scope_for(connection, row.role, row.reg_no or row.municipality_code or "", row.login)


def scope_for(connection: Connection, role: str, unit: str, user: str) -> Scope:
    """The scope of a role in a unit today; the public's when the unit has ended (`lineage` has the rule)."""
    if role == "school":
        ids, name = lineage.institutions_of(connection, unit, today())
        return Scope(role=role, institutions=ids, label=name, user=user) if ids else Scope.public()
    if role == "municipality":
        codes, name = lineage.municipalities_of(connection, unit, today())
        if not codes:
            return Scope.public()
        english = connection.scalar(
            select(municipality.c.name_en).where(
                municipality.c.code.in_(sorted(codes)), municipality.c.name_full == name
            )
        )
        return Scope(role=role, municipalities=codes, label=name, label_en=english or "", user=user)
    return Scope(role=role, label=LABELS[role], user=user)
