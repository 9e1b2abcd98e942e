"""Who may change which account: stewards all, a municipality its own users and those of its schools, nobody themselves."""

from __future__ import annotations

from sqlalchemy import Connection, Row

from data_access import accounts, audit
from data_access.accounts import AccountError, Given
from data_access.scope import Scope

from . import passwords
from .session import actor, current_scope, identity

MOST_SHOWN = 200
RECORDS = 50  # of the audit on one page: a phone shows each as a block
VERIFIED = 5_000  # newest records walked for the page; `manage.py audit verify` walks all


def _limits(scope: Scope) -> frozenset[str] | None:
    """The municipalities within which a reader administers; None for all. Raises AccountError when they may not."""
    if scope.role == "steward":
        return None
    if scope.role == "municipality" and scope.municipalities:
        return scope.municipalities
    raise AccountError("forbidden", "Nav tiesību | not allowed")


def listing() -> tuple[list[tuple[Row, list[Row]]], dict[str, str]]:
    """Accounts that this reader administers with their roles, and the names of the units."""
    area = _limits(current_scope())
    with identity().desk.read() as connection:
        rows = accounts.listing(connection, area)
        return rows, accounts.unit_names(connection, [one for _row, held in rows for one in held])


def units() -> list[tuple[str, str]]:
    """Open schools and municipalities within a municipality's area, (number or code, name); none for stewards."""
    area = _limits(current_scope())
    if area is None:
        return []
    with identity().desk.read() as connection:
        return accounts.units_of(connection, area)


def may_change(connection: Connection, row: Row) -> bool:
    """Whether this reader may close, open and reset an account: all its roles must lie within their area."""
    area = _limits(current_scope())
    if row.login == actor().who:
        return False
    return area is None or accounts.within(connection, row.id, area)


def changeable(rows: list[tuple[Row, list[Row]]]) -> set[int]:
    """Numbers of the accounts of a listing that this reader may change."""
    with identity().desk.read() as connection:
        return {row.id for row, _held in rows if may_change(connection, row)}


def revocable(held: list[Row]) -> set[int]:
    """Numbers of the roles that this reader may take back."""
    area = _limits(current_scope())
    with identity().desk.read() as connection:
        return {one.id for one in held if _may_give(connection, _given(one), area)}


def _given(one: Row) -> Given:
    return Given(one.role, one.reg_no or one.municipality_code or "")


def _may_give(connection: Connection, given: Given, area: frozenset[str] | None) -> bool:
    return area is None or accounts.unit_within(connection, given, area)


def add(login: str, name: str, given: Given) -> str:
    """Make an account with a role and return its one-time password. Raises AccountError."""
    area = _limits(current_scope())
    if identity().settings.oidc_issuer is not None:
        raise AccountError(
            "oidc", "Konti nāk no pieteikšanās pakalpojuma | accounts come from the sign-in service"
        )
    password = passwords.one_time()
    digest = passwords.digest(password)
    with identity().desk.write() as connection:
        if not _may_give(connection, given, area):
            raise AccountError("unit", "Nav jūsu iestāde | not within your area")
        accounts.add(connection, actor(), login=login, name=name, password_hash=digest)
        accounts.assign(connection, actor(), login, given)
    return password


def assign(login: str, given: Given) -> None:
    """Give an account a role within one's area. Raises AccountError."""
    area = _limits(current_scope())
    if accounts.fold(login) == actor().who:
        raise AccountError("self", "Sev lomas nedod | nobody gives roles to themselves")
    with identity().desk.write() as connection:
        if not _may_give(connection, given, area):
            raise AccountError("unit", "Nav jūsu iestāde | not within your area")
        row = accounts.by_login(connection, login)
        if area is not None and row is not None and accounts.stranger(connection, row.id, area):
            raise AccountError("unknown", "Nav tāda lietotāja | there is no such user")
        accounts.assign(connection, actor(), login, given)


def revoke(assignment_id: int) -> None:
    """Take a role back within one's area. Raises AccountError."""
    area = _limits(current_scope())
    with identity().desk.write() as connection:
        one = accounts.assignment(connection, assignment_id)
        if one is None or not _may_give(connection, _given(one), area):
            raise AccountError("unknown", "Nav tādas lomas | there is no such role")
        holder = accounts.by_id(connection, one.user_id)
        if holder.login == actor().who:
            raise AccountError("self", "Sev lomas neatņem | nobody takes back their own role")
        accounts.revoke(connection, actor(), assignment_id)


def change(login: str, what: str) -> str | None:
    """`disable`, `enable` or `reset` (`reset-code`: the code generator too); a reset returns the one-time password."""
    password = passwords.one_time()
    digest = passwords.digest(password) if what.startswith("reset") else ""
    with identity().desk.write() as connection:
        row = accounts.by_login(connection, login)
        if row is None or not may_change(connection, row) or (row.break_glass and what != "disable"):
            raise AccountError("unknown", "Nav tāda lietotāja | there is no such user")
        if what == "disable":
            accounts.disable(connection, actor(), login)
        elif what == "enable":
            accounts.enable(connection, actor(), login)
        elif what in ("reset", "reset-code"):
            accounts.reset(connection, actor(), login, digest, forget_totp=what == "reset-code")
            return password
        else:
            raise AccountError("unknown", "Nezināma darbība | unknown action")
    return None


def audit_page(before: int | None, what: str, who: str, unit: str) -> tuple[list[Row], audit.Verdict]:
    """Records for the audit page, newest first, and whether the chain's newest part is whole. The reading is recorded too."""
    if current_scope().role != "steward":
        raise AccountError("forbidden", "Nav tiesību | not allowed")
    made = identity()
    with made.desk.read() as connection:
        rows = audit.newest(connection, RECORDS, before=before, what=what, who=who, unit=unit)
        verdict = audit.verify(connection, newest=VERIFIED)
    made.recorder.record(
        audit.AUDIT_READ, actor(), detail={"before": before, "what": what, "records": len(rows)}
    )
    return rows, verdict
