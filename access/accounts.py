"""Signing in with a password and the reader's own changes to their account.

Whoever fails is told the same, after the same work: whether the login exists, is closed, waits, needs a code or must
come from OpenID Connect is not said. Ten failures make an account wait, a hundred an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import g
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from data_access import accounts, audit, sessions
from data_access.accounts import AccountError
from data_access.schema_identity import sign_in_failure, user_account
from data_access.writing import now, stamp, today

from . import passwords, totp
from .keys import KeyChanged
from .session import actor, adopt, agent, client_address, current_session, end_current, identity

log = structlog.get_logger("ikms")

FREE_FAILURES = 10  # of one account, then it waits
FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60  # seconds; doubled with every further failure
ADDRESS_FAILURES = 100  # from one address within an hour, then it is refused
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Outcome:
    """What came of a sign-in. state: in, choose (several roles), finish (password or code to set), refused, blocked."""

    state: str


def password_sign_in(login: str, password: str, code: str) -> Outcome:
    """Check login, password and code; on success the browser gets a new session."""
    made, address = identity(), client_address()
    with made.desk.read() as connection:
        if _failures_from(connection, address) >= ADDRESS_FAILURES:
            log.warning("sign-in blocked", origin=address)
            return Outcome("blocked")
        row = accounts.by_login(connection, login)
    right = passwords.matches(row.password_hash if row else None, password)
    step = _step(row, code)
    allowed = (
        row is not None
        and row.kind == "local"
        and row.disabled_at is None
        and not waits(row)
        and (made.settings.oidc_issuer is None or row.break_glass)
        and not (row.break_glass and not row.totp_confirmed and made.settings.oidc_issuer is not None)
    )
    with made.desk.write() as connection:
        if not (allowed and right and step is not None):
            _failed(connection, row, address, bool(row) and not waits(row))
            return Outcome("refused")
        return _begin(connection, row, step, password)


def _step(row: Row | None, code: str) -> int | None:
    """Time step of a right code; 0 when the account needs none; None when it is wrong."""
    if row is None or not row.totp_confirmed or not row.totp_secret:
        totp.step_of("A" * 32, code, 0)
        return 0
    try:
        return totp.step_of(identity().keys.decrypt(row.totp_secret), code, row.totp_step)
    except KeyChanged:
        log.error("code generator unreadable", login=row.login)
        return None


def waits(row: Row) -> bool:
    """Whether an account is waiting after too many failures."""
    if row.failed_attempts < FREE_FAILURES or row.failed_at is None:
        return False
    seconds = min(FIRST_WAIT * 2 ** min(row.failed_attempts - FREE_FAILURES, 10), LONGEST_WAIT)
    return now() < datetime.fromisoformat(row.failed_at) + timedelta(seconds=seconds)


def _failures_from(connection: Connection, address: str) -> int:
    return connection.execute(
        select(func.count())
        .select_from(sign_in_failure)
        .where(sign_in_failure.c.address == address, sign_in_failure.c.at > stamp(now() - HOUR))
    ).scalar_one()


def note_failure(connection: Connection, address: str) -> None:
    """Count a failure of an address; those of yesterday are removed."""
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.at < stamp(now() - 24 * HOUR)))
    connection.execute(insert(sign_in_failure).values(address=address, at=stamp()))


def _failed(connection: Connection, row: Row | None, address: str, counts: bool) -> None:
    note_failure(connection, address)
    # The same statement for unknown logins, so that it takes as long.
    connection.execute(
        update(user_account)
        .where(user_account.c.id == (row.id if row and counts else -1))
        .values(failed_attempts=user_account.c.failed_attempts + 1, failed_at=stamp())
    )
    # A login that nobody has may be a password typed into the wrong field: it is not kept.
    audit.record(
        connection,
        audit.SIGN_IN_FAILED,
        who=row.login if row else "unknown",
        origin=address,
        result="refused",
        detail={"method": "password"},
    )


def _begin(connection: Connection, row: Row, step: int, password: str) -> Outcome:
    changes = {"failed_attempts": 0, "failed_at": None}
    if step:
        changes["totp_step"] = step
    if passwords.outdated(row.password_hash):
        changes["password_hash"] = passwords.digest(password)
    connection.execute(update(user_account).where(user_account.c.id == row.id).values(changes))
    method = "password+totp" if step else "password"
    if identity().settings.oidc_issuer is not None:
        method = "break_glass"
        log.warning("break-glass sign-in", login=row.login, origin=client_address())
    return begin(connection, row, method)


def begin(connection: Connection, row: Row, method: str) -> Outcome:
    """Start the session of an account that has proved itself; with exactly one usable role it is taken at once."""
    end_current(connection, "signed in again")
    usable = usable_assignments(connection, row.id, method)
    chosen = usable[0] if len(usable) == 1 and not row.must_change else None
    token = sessions.start(
        connection,
        method=method,
        agent=agent(),
        user_id=row.id,
        assignment_id=chosen.id if chosen else None,
    )
    audit.record(
        connection,
        audit.BREAK_GLASS if method == "break_glass" else audit.SIGNED_IN,
        who=row.login,
        role=chosen.role if chosen else "",
        scope=(chosen.reg_no or chosen.municipality_code or "") if chosen else "",
        origin=client_address(),
        detail={"method": method},
    )
    adopt(token)
    if row.must_change or not usable:
        return Outcome("finish")
    return Outcome("in" if chosen else "choose")


def usable_assignments(connection: Connection, user_id: int, method: str) -> list[Row]:
    """The roles that may be taken today in a session that was begun in this way."""
    return [
        one
        for one in accounts.assignments(connection, user_id)
        if accounts.valid_on(one, today()) and not (one.role == "steward" and method == "password")
    ]


# --- the reader's own account ------------------------------------------------------------------------


def _own() -> Row:
    row = current_session()
    if row is None or row.user_id is None:
        raise AccountError("session", "Pieslēdzieties vēlreiz | sign in again")
    return row


def choose(assignment_id: int) -> None:
    """Take one of one's own roles; the session gets a new token. Raises AccountError."""
    row = _own()
    with identity().desk.write() as connection:
        usable = usable_assignments(connection, row.user_id, row.method)
        chosen = next((one for one in usable if one.id == assignment_id), None)
        if chosen is None or row.must_change:
            raise AccountError("role", "Šo lomu nevar izvēlēties | this role cannot be chosen")
        token = sessions.renew(connection, row, assignment_id=chosen.id)
        audit.record(
            connection,
            audit.ROLE_CHANGED,
            who=row.login,
            role=chosen.role,
            scope=chosen.reg_no or chosen.municipality_code or "",
            origin=client_address(),
            unit=row.login,
            detail={"change": "chosen", "assignment": chosen.id},
        )
    adopt(token)


def change_password(old: str, new: str, again: str) -> None:
    """Set one's own password; other sessions end. Raises AccountError or WeakPassword."""
    row = _own()
    if new != again:
        raise AccountError("again", "Paroles atšķiras | the passwords differ")
    with identity().desk.read() as connection:
        account = accounts.by_id(connection, row.user_id)
        blocked = _failures_from(connection, client_address()) >= ADDRESS_FAILURES
    if account.kind != "local":
        raise AccountError("kind", "Šim lietotājam nav paroles | this user has no password here")
    if blocked or waits(account) or not passwords.matches(account.password_hash, old):
        with identity().desk.write() as connection:
            _failed(connection, account, client_address(), not waits(account))
        raise AccountError("old", "Līdzšinējā parole nav pareiza | the present password is wrong")
    if old == new:
        raise AccountError("same_password", "Jaunajai parolei jāatšķiras | the new password must differ")
    passwords.check(new, account.login, account.name)
    digest = passwords.digest(new)
    with identity().desk.write() as connection:
        accounts.set_password(connection, actor(), row.user_id, digest)
        accounts.end_sessions(connection, row.user_id, "password changed", but=row.id)
        usable = usable_assignments(connection, row.user_id, row.method)
        chosen = usable[0].id if len(usable) == 1 else row.assignment_id
        token = sessions.renew(connection, row, assignment_id=chosen)
    adopt(token)


def totp_begin() -> str:
    """Make a new secret for a code generator, keep it encrypted and return it to be shown once. Raises AccountError."""
    row = _own()
    if row.kind != "local" or row.totp_confirmed:
        raise AccountError("totp", "Kodu ģenerators jau ir | there is a code generator already")
    secret = totp.new_secret()
    with identity().desk.write() as connection:
        accounts.begin_totp(connection, row.user_id, identity().keys.encrypt(secret))
    return secret


def totp_confirm(code: str) -> None:
    """The first code of the new secret: from now on a second factor. Raises AccountError."""
    row = _own()
    with identity().desk.read() as connection:
        account = accounts.by_id(connection, row.user_id)
    if not account.totp_secret or account.totp_confirmed:
        raise AccountError("totp", "Sāciet no jauna | begin again")
    step = totp.step_of(identity().keys.decrypt(account.totp_secret), code, 0)
    if step is None:
        with identity().desk.write() as connection:
            note_failure(connection, client_address())
        raise AccountError("code", "Kods nav pareizs | the code is wrong")
    with identity().desk.write() as connection:
        accounts.confirm_totp(connection, actor(), row.user_id, step)
        accounts.end_sessions(connection, row.user_id, "second factor", but=row.id)
        method = "password+totp" if row.method == "password" else row.method
        usable = usable_assignments(connection, row.user_id, method)
        chosen = usable[0].id if len(usable) == 1 and not row.must_change else row.assignment_id
        token = sessions.renew(connection, row, method=method, assignment_id=chosen)
    adopt(token)


def pending_secret() -> str | None:
    """The secret of a code generator that was begun and not confirmed."""
    row = _own()
    with identity().desk.read() as connection:
        account = accounts.by_id(connection, row.user_id)
    if account is None or account.totp_confirmed or not account.totp_secret:
        return None
    try:
        return identity().keys.decrypt(account.totp_secret)
    except KeyChanged:
        return None


def own_sessions() -> list[Row]:
    """The reader's live sessions."""
    row = current_session()
    if row is None:
        return []
    with identity().desk.read() as connection:
        if row.user_id is None:
            return sessions.listing(connection, identity().limits, session_id=row.id)
        return sessions.listing(connection, identity().limits, user_id=row.user_id)


def end_own(session_id: int | None) -> None:
    """End one of one's own other sessions, or all others. Raises AccountError when it is not one's own."""
    row = _own()
    who = actor()
    with identity().desk.write() as connection:
        if session_id is None:
            ended = accounts.end_sessions(connection, row.user_id, "ended by the user", but=row.id)
        else:
            own = {one.id for one in sessions.listing(connection, identity().limits, user_id=row.user_id)}
            ended = sessions.end(connection, session_id, "ended by the user") if session_id in own else 0
        if not ended:
            raise AccountError("session", "Šī sesija jau beigusies | this session has ended already")
        audit.record(
            connection,
            audit.SESSION_ENDED,
            who=who.who,
            role=who.role,
            scope=who.scope,
            origin=who.origin,
            unit=row.login,
            detail={"sessions": ended},
        )
    if session_id == row.id:
        g.pop("ikms_session", None)
        adopt("")


def own_assignments() -> list[Row]:
    """The reader's roles that hold today, usable or not."""
    row = current_session()
    if row is None or row.user_id is None:
        return []
    with identity().desk.read() as connection:
        return [
            one for one in accounts.assignments(connection, row.user_id) if accounts.valid_on(one, today())
        ]


def unit_names(held) -> dict[str, str]:
    """Names of the units of assignments."""
    with identity().desk.read() as connection:
        return accounts.unit_names(connection, held)
