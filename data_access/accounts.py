"""Accounts, what they may act as, and who may change that. Every change is written to the audit in the same transaction.

Passwords come here as hashes and secrets as ciphertext: `access` makes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy import Connection, Row, insert, or_, select, update

from . import audit
from .audit import Actor
from .schema import institution, municipality
from .schema_identity import user_account, user_assignment, user_identity, user_session
from .writing import stamp, today

log = structlog.get_logger("ikms")

ROLES = ("school", "municipality", "ministry", "steward")
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}")
LONGEST_NAME = 120
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")


class AccountError(ValueError):
    """A change is refused. code: what is wrong, for the page; the message says how to mend it (lv | en)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def fold(login: str) -> str:
    """A typed login as it is stored."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:120]


@dataclass(frozen=True)
class Given:
    """An assignment to be given."""

    role: str
    unit: str = ""  # registration number or municipality code
    valid_from: str = ""  # today when empty
    valid_to: str = ""  # open when empty


def by_login(connection: Connection, login: str) -> Row | None:
    """The account with this login."""
    return connection.execute(select(user_account).where(user_account.c.login == fold(login))).first()


def by_id(connection: Connection, user_id: int) -> Row | None:
    """The account with this number."""
    return connection.execute(select(user_account).where(user_account.c.id == user_id)).first()


def add(
    connection: Connection,
    actor: Actor,
    *,
    login: str,
    name: str,
    kind: str = "local",
    password_hash: str | None = None,
    must_change: bool = True,
    break_glass: bool = False,
) -> int:
    """Make an account and return its number. Raises AccountError for a taken or malformed login, or no name."""
    login, name = fold(login), audit.clean(name.strip())
    if not LOGIN.fullmatch(login):
        raise AccountError(
            "login",
            "Lietotājvārdā 3–64 zīmes: a–z, cipari, . _ @ - | a login has 3 to 64 of: a-z, digits, . _ @ -",
        )
    if not 2 <= len(name) <= LONGEST_NAME:
        raise AccountError("name", "Vajag vārdu, 2–120 zīmes | a name of 2 to 120 characters is needed")
    if by_login(connection, login) is not None:
        raise AccountError("taken", f"Lietotājs {login} jau ir | the login {login} is taken")
    number = connection.execute(
        insert(user_account)
        .values(
            login=login,
            name=name,
            kind=kind,
            password_hash=password_hash,
            totp_confirmed=0,
            totp_step=0,
            must_change=int(must_change and kind == "local"),
            break_glass=int(break_glass),
            failed_attempts=0,
            created_at=stamp(),
            created_by=actor.who,
        )
        .returning(user_account.c.id)
    ).scalar_one()
    _changed(connection, actor, login, {"change": "added", "kind": kind, "break_glass": break_glass})
    return number


def _changed(connection: Connection, actor: Actor, login: str, detail: dict) -> None:
    audit.record(
        connection,
        audit.USER_CHANGED,
        who=actor.who,
        role=actor.role,
        scope=actor.scope,
        origin=actor.origin,
        unit=login,
        detail=detail,
    )


def _must(connection: Connection, login: str) -> Row:
    row = by_login(connection, login)
    if row is None:
        raise AccountError("unknown", f"Nav lietotāja {fold(login)} | there is no user {fold(login)}")
    return row


def disable(connection: Connection, actor: Actor, login: str) -> None:
    """Close an account and end its sessions. Raises AccountError."""
    row = _must(connection, login)
    connection.execute(
        update(user_account).where(user_account.c.id == row.id).values(disabled_at=row.disabled_at or stamp())
    )
    end_sessions(connection, row.id, "disabled")
    _changed(connection, actor, row.login, {"change": "disabled"})


def enable(connection: Connection, actor: Actor, login: str) -> None:
    """Open a closed account again; its failures are forgotten. Raises AccountError."""
    row = _must(connection, login)
    connection.execute(
        update(user_account)
        .where(user_account.c.id == row.id)
        .values(disabled_at=None, failed_attempts=0, failed_at=None)
    )
    _changed(connection, actor, row.login, {"change": "enabled"})


def reset(
    connection: Connection, actor: Actor, login: str, password_hash: str, *, forget_totp: bool = False
) -> None:
    """Give a new one-time password and end all sessions; with `forget_totp` the code generator is set up anew."""
    row = _must(connection, login)
    if row.kind != "local":
        raise AccountError("kind", "Šim lietotājam nav paroles | this user has no password here")
    values = {
        "password_hash": password_hash,
        "must_change": 1,
        "failed_attempts": 0,
        "failed_at": None,
        "password_changed_at": stamp(),
    }
    if forget_totp:
        values |= {"totp_secret": None, "totp_confirmed": 0, "totp_step": 0}
    connection.execute(update(user_account).where(user_account.c.id == row.id).values(values))
    end_sessions(connection, row.id, "reset")
    _changed(connection, actor, row.login, {"change": "reset", "forget_totp": forget_totp})


def set_password(connection: Connection, actor: Actor, user_id: int, password_hash: str) -> None:
    """The user's own new password."""
    connection.execute(
        update(user_account)
        .where(user_account.c.id == user_id)
        .values(password_hash=password_hash, must_change=0, password_changed_at=stamp())
    )
    _changed(connection, actor, actor.who, {"change": "password"})


def begin_totp(connection: Connection, user_id: int, secret: str) -> None:
    """Keep the encrypted secret of a code generator that is being set up."""
    connection.execute(
        update(user_account)
        .where(user_account.c.id == user_id)
        .values(totp_secret=secret, totp_confirmed=0, totp_step=0)
    )


def confirm_totp(
    connection: Connection, actor: Actor, user_id: int, step: int, *, login: str | None = None
) -> None:
    """The first right code of a new secret was entered."""
    connection.execute(
        update(user_account).where(user_account.c.id == user_id).values(totp_confirmed=1, totp_step=step)
    )
    _changed(connection, actor, login or actor.who, {"change": "totp"})


def identity(connection: Connection, hmac: str) -> Row | None:
    """The account of an OpenID Connect identity."""
    return connection.execute(
        select(user_account)
        .join(user_identity, user_identity.c.user_id == user_account.c.id)
        .where(user_identity.c.hmac == hmac)
    ).first()


def add_identity(connection: Connection, actor: Actor, hmac: str, name: str) -> Row:
    """Make the account of an identity that signs in for the first time. It has no role until one is given."""
    login = f"oidc-{hmac[:12]}"
    number = add(connection, actor, login=login, name=name or login, kind="oidc")
    connection.execute(insert(user_identity).values(hmac=hmac, user_id=number, created_at=stamp()))
    return connection.execute(select(user_account).where(user_account.c.id == number)).one()


# --- assignments -------------------------------------------------------------------------------------


def assign(connection: Connection, actor: Actor, login: str, given: Given, *, origin: str = "person") -> int:
    """Give an account a role from a day on and return the number of the assignment. Raises AccountError."""
    row = _must(connection, login)
    values = _checked(connection, given)
    same = [
        one
        for one in assignments(connection, row.id)
        if (one.role, one.reg_no, one.municipality_code) == (values["role"], values["reg_no"], values["municipality_code"])
        and (one.valid_to is None or one.valid_to >= values["valid_from"])
    ]  # fmt: skip
    if same:
        raise AccountError("same", "Šī loma jau ir piešķirta | this role has been given already")
    number = connection.execute(
        insert(user_assignment)
        .values(user_id=row.id, origin=origin, given_by=actor.who, given_at=stamp(), **values)
        .returning(user_assignment.c.id)
    ).scalar_one()
    _role(connection, actor, row.login, "given", number, values)
    return number


def _checked(connection: Connection, given: Given) -> dict:
    if given.role not in ROLES:
        raise AccountError("role", f"Lomas: {', '.join(ROLES)} | roles: {', '.join(ROLES)}")
    reg_no = given.unit.strip() if given.role == "school" else None
    code = given.unit.strip() if given.role == "municipality" else None
    if given.role == "school":
        found = connection.execute(select(institution.c.id).where(institution.c.reg_no == reg_no)).first()
    elif given.role == "municipality":
        found = connection.execute(select(municipality.c.code).where(municipality.c.code == code)).first()
    else:
        found = not given.unit.strip()
    if not found:
        raise AccountError(
            "unit", "Nav tādas iestādes vai pašvaldības | there is no such institution or municipality"
        )
    first, last = given.valid_from or today(), given.valid_to or None
    if not _is_day(first) or (last is not None and (not _is_day(last) or last < first)):
        raise AccountError(
            "date", "Datumi: GGGG-MM-DD, beigas pēc sākuma | dates: YYYY-MM-DD, the end after the start"
        )
    return {
        "role": given.role,
        "reg_no": reg_no,
        "municipality_code": code,
        "valid_from": first,
        "valid_to": last,
    }


def _is_day(text: str) -> bool:
    """Whether a text is a day of the calendar as we store it, with which every page can reckon."""
    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def revoke(connection: Connection, actor: Actor, assignment_id: int) -> None:
    """Take a role back at once. Raises AccountError when there is none."""
    row = connection.execute(
        select(user_assignment, user_account.c.login)
        .join(user_account, user_account.c.id == user_assignment.c.user_id)
        .where(user_assignment.c.id == assignment_id, user_assignment.c.revoked_at.is_(None))
    ).first()
    if row is None:
        raise AccountError("unknown", "Nav tādas lomas | there is no such assignment")
    connection.execute(
        update(user_assignment)
        .where(user_assignment.c.id == assignment_id)
        .values(revoked_at=stamp(), revoked_by=actor.who)
    )
    _role(connection, actor, row.login, "revoked", assignment_id, row._mapping)


def _role(connection: Connection, actor: Actor, login: str, change: str, number: int, values) -> None:
    detail = {"change": change, "assignment": number} | {
        name: values[name] for name in ("role", "reg_no", "municipality_code", "valid_from", "valid_to")
    }
    audit.record(
        connection,
        audit.ROLE_CHANGED,
        who=actor.who,
        role=actor.role,
        scope=actor.scope,
        origin=actor.origin,
        unit=login,
        detail={name: value for name, value in detail.items() if value is not None},
    )


def assignments(connection: Connection, user_id: int) -> list[Row]:
    """The assignments of an account that were not revoked, past and future ones too."""
    return list(
        connection.execute(
            select(user_assignment)
            .where(user_assignment.c.user_id == user_id, user_assignment.c.revoked_at.is_(None))
            .order_by(user_assignment.c.id)
        )
    )


def valid_on(assignment: Row, day: str) -> bool:
    """Whether an assignment holds on a day."""
    return assignment.valid_from <= day and (assignment.valid_to is None or assignment.valid_to >= day)


def sync_claims(connection: Connection, actor: Actor, user: Row, wanted: Sequence[Given]) -> None:
    """Make the assignments that come from the issuer's claims exactly these; those given by people stay."""
    held = {
        (one.role, one.reg_no or one.municipality_code or ""): one
        for one in assignments(connection, user.id)
        if one.origin == "claims"
    }
    keys = {(one.role, one.unit) for one in wanted}
    for key, one in held.items():
        if key not in keys:
            revoke(connection, actor, one.id)
    for one in wanted:
        if (one.role, one.unit) not in held:
            try:
                assign(connection, actor, user.login, one, origin="claims")
            except AccountError as error:  # a unit that is not here, or a role that a person has given
                log.warning("claim ignored", code=error.code, role=one.role)


# --- lists -------------------------------------------------------------------------------------------


def listing(
    connection: Connection, municipalities: frozenset[str] | None = None
) -> list[tuple[Row, list[Row]]]:
    """Accounts with their assignments, by login; with `municipalities` only those with a role in one of them."""
    units = _unit_municipality(connection)
    by_user: dict[int, list[Row]] = {}
    for one in connection.execute(
        select(user_assignment).where(user_assignment.c.revoked_at.is_(None)).order_by(user_assignment.c.id)
    ):
        by_user.setdefault(one.user_id, []).append(one)
    result = []
    for row in connection.execute(select(user_account).order_by(user_account.c.login)):
        held = by_user.get(row.id, [])
        if municipalities is not None and not any(units(one) in municipalities for one in held):
            continue
        result.append((row, held))
    return result


def _unit_municipality(connection: Connection):
    codes = dict(connection.execute(select(institution.c.reg_no, institution.c.municipality_code)).all())
    return lambda one: one.municipality_code or codes.get(one.reg_no or "", "")


def within(connection: Connection, user_id: int, municipalities: frozenset[str]) -> bool:
    """Whether an account has roles and all of them lie in these municipalities and their schools."""
    units = _unit_municipality(connection)
    held = assignments(connection, user_id)
    return bool(held) and all(units(one) in municipalities for one in held)


def stranger(connection: Connection, user_id: int, municipalities: frozenset[str]) -> bool:
    """Whether an account with a password has no role now and never had one in these municipalities.

    Whoever gives such an account its only role could reset its password next: it may be a steward's to be.
    """
    row = by_id(connection, user_id)
    if row is None or row.kind != "local" or assignments(connection, user_id):
        return False
    units = _unit_municipality(connection)
    ever = connection.execute(select(user_assignment).where(user_assignment.c.user_id == user_id)).all()
    return not ever or not all(units(one) in municipalities for one in ever)


def unit_within(connection: Connection, given: Given, municipalities: frozenset[str]) -> bool:
    """Whether a role to be given lies in these municipalities and their schools."""
    if given.role == "municipality":
        return given.unit.strip() in municipalities
    if given.role != "school":
        return False
    code = connection.execute(
        select(institution.c.municipality_code).where(institution.c.reg_no == given.unit.strip())
    ).scalar()
    return code in municipalities


def assignment(connection: Connection, assignment_id: int) -> Row | None:
    """An assignment that was not revoked."""
    return connection.execute(
        select(user_assignment).where(
            user_assignment.c.id == assignment_id, user_assignment.c.revoked_at.is_(None)
        )
    ).first()


def unit_names(connection: Connection, held: Sequence[Row]) -> dict[str, str]:
    """Names of the units of assignments, by registration number or code."""
    numbers = sorted({one.reg_no for one in held if one.reg_no})
    codes = sorted({one.municipality_code for one in held if one.municipality_code})
    names = dict(
        connection.execute(
            select(institution.c.reg_no, institution.c.name).where(institution.c.reg_no.in_(numbers))
        ).all()
    )
    names |= dict(
        connection.execute(
            select(municipality.c.code, municipality.c.name_full).where(municipality.c.code.in_(codes))
        ).all()
    )
    return names


def units_of(connection: Connection, municipalities: frozenset[str]) -> list[tuple[str, str]]:
    """Municipalities and their open institutions, (code or registration number, name), by name."""
    codes = sorted(municipalities)
    places = connection.execute(
        select(municipality.c.code, municipality.c.name_full)
        .where(municipality.c.code.in_(codes))
        .order_by(municipality.c.sort_key)
    ).all()
    schools = connection.execute(
        select(institution.c.reg_no, institution.c.name)
        .where(institution.c.municipality_code.in_(codes), institution.c.valid_to.is_(None))
        .order_by(institution.c.sort_key, institution.c.reg_no)
    ).all()
    return [tuple(row) for row in [*places, *schools]]


def end_sessions(connection: Connection, user_id: int, why: str, *, but: int | None = None) -> int:
    """End all live sessions of an account, one perhaps excepted; returns how many."""
    condition = [user_session.c.user_id == user_id, user_session.c.ended_at.is_(None)]
    if but is not None:
        condition.append(or_(user_session.c.id < but, user_session.c.id > but))
    return connection.execute(
        update(user_session).where(*condition).values(ended_at=stamp(), ended_why=why)
    ).rowcount
