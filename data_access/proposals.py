"""What one person proposes and another decides: a publication, taking a file back, a rollback, a threshold.

open -> approved | refused | withdrawn | stale | expired; approved -> stale, when what it covers changed before the work
began. A proposal holds a fingerprint of what it covers; whoever decides decides about that and nothing else, so a load, a
publication or a threshold in between ends it. An approval is carried out once (`release_id`). Persons are compared by
account, never by name: one who has several roles, another session or a new name is the same one. Every step is in the
audit in the same transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from . import audit, releases
from .reading import Reader
from .schema import release, release_pointer, threshold
from .schema_loading import import_job, release_move
from .schema_proposals import KINDS, proposal
from .writing import now, stamp

OPEN, APPROVED, REFUSED, WITHDRAWN, STALE, EXPIRED = (
    "open",
    "approved",
    "refused",
    "withdrawn",
    "stale",
    "expired",
)
PUBLISH, TAKE_BACK, ROLLBACK, THRESHOLD = KINDS
SHORTEST_REASON, LONGEST_REASON = 5, 1000
MOST_OPEN = 200
_ATTEMPTS = 5
_JOB = (
    "id", "state", "dataset", "sha256", "as_of", "rows_read", "rows_loaded", "rows_quarantined", "rows_declared",
    "rows_new", "rows_revised", "rows_same", "rows_missing", "errors", "confirms", "load_batch_id", "release_id",
)  # fmt: skip
_THRESHOLD = (
    "id", "indicator_id", "stage", "territory_kind", "operator", "basis", "medium", "high", "valid_from", "status",
)  # fmt: skip


class ProposalError(ValueError):
    """A proposal or a decision is refused. code: what is wrong, for the page; the message says how to mend it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Person:
    """Who acts. key: the account; name: the login that records show."""

    key: str
    name: str


# --- what a proposal covers


def fingerprint(connection: Connection, kind: str, subject: Sequence[int]) -> str:
    """Hash over what a proposal of this kind about these numbers covers, as it is now."""
    if kind == THRESHOLD:
        asked = _rows(connection, threshold, _THRESHOLD, threshold.c.id.in_(subject))
        names = [row[1] for row in asked]
        in_force = (threshold.c.status == "in_force") & threshold.c.indicator_id.in_(names)
        covered = [asked, _rows(connection, threshold, _THRESHOLD, in_force)]
    else:
        covered = [
            connection.execute(select(release_pointer.c.release_id)).scalar(),
            connection.execute(select(func.max(release_move.c.id))).scalar(),
            releases.facts_hash(connection),
        ]
        if kind == ROLLBACK:
            kept = {row.id for row in releases.history(connection) if row.kept}
            covered += [
                _rows(connection, release, ("id", "created_at", "facts_hash"), release.c.id.in_(subject)),
                sorted(kept & set(subject)),
            ]
        else:
            covered += [
                _rows(connection, threshold, _THRESHOLD, threshold.c.status == "in_force"),
                _rows(connection, import_job, _JOB, import_job.c.id.in_(subject)),
            ]
    text = json.dumps([kind, list(subject), covered], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(connection: Connection, table, names: Iterable[str], where) -> list[list]:
    columns = [table.c[name] for name in names]
    return [list(row) for row in connection.execute(select(*columns).where(where).order_by(table.c.id))]


def subject_of(row: Row) -> list[int]:
    """The numbers that a proposal is about."""
    return [int(one) for one in row.subject.split(",")]


def state_now(connection: Connection, row: Row) -> str:
    """State of a proposal as it would be decided now: an open one may have become stale or expired."""
    if row.state != OPEN:
        return row.state
    if row.expires_at <= stamp():
        return EXPIRED
    return OPEN if fingerprint(connection, row.kind, subject_of(row)) == row.fingerprint else STALE


# --- proposing


def propose(
    connection: Connection,
    kind: str,
    subject: Sequence[int],
    *,
    by: Person,
    reason: str,
    persons: int = 2,
    days: int = 14,
    confirmed: bool = False,
) -> int:
    """Store a proposal and return its number; one that the same person has open about the same is stored once.

    Raises ProposalError: no reason, somebody else's open one about the same, too many open ones.
    """
    if kind not in KINDS or not subject or not by.key:
        raise ValueError(f"no such proposal: {kind!r}, {subject!r}, {by!r}")
    subject = sorted(set(subject))
    text = ",".join(map(str, subject))
    reason = _reason(reason)
    close_what_ended(connection)
    same = connection.execute(
        select(proposal).where(proposal.c.kind == kind, proposal.c.subject == text, proposal.c.state == OPEN)
    ).first()
    if same is not None:
        if same.author_key != by.key:
            raise ProposalError(
                "proposed",
                f"Par to jau ir priekšlikums Nr. {same.id} | proposal no. {same.id} is about the same",
            )
        return same.id
    waiting = select(func.count()).select_from(proposal).where(proposal.c.state == OPEN)
    if connection.execute(waiting).scalar_one() >= MOST_OPEN:
        raise ProposalError(
            "many", "Vispirms izskatiet iepriekšējos priekšlikumus | decide on earlier proposals first"
        )
    number = (connection.execute(select(func.max(proposal.c.id))).scalar() or 0) + 1
    connection.execute(
        insert(proposal).values(
            id=number, kind=kind, subject=text, fingerprint=fingerprint(connection, kind, subject),
            confirmed=int(confirmed), author_key=by.key, author=by.name, reason=reason, created_at=stamp(),
            expires_at=stamp(now() + timedelta(days=days)), state=OPEN, persons=persons,
        )
    )  # fmt: skip
    _record(connection, _must(connection, number), "proposed", by.name)
    return number


def _reason(reason: str) -> str:
    tidy = " ".join(reason.split())
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON:
        raise ProposalError("reason", "Uzrakstiet iemeslu | write a reason")
    return tidy


# --- deciding


def decide(
    connection: Connection, number: int, *, by: Person, approve: bool, reason: str, persons: int = 2
) -> Row | None:
    """Approve or refuse an open proposal within the caller's transaction; returns its row as decided.

    None: the same person has decided so before (a button pressed twice), and nothing is to be done. The caller has
    made sure that `by` is a steward with a second factor, and called `settle`. Raises ProposalError.
    """
    row = _must(connection, number)
    state = APPROVED if approve else REFUSED
    if row.state == state and row.decider_key == by.key:
        return None
    if row.state == OPEN and by.key == row.author_key and persons > 1:
        raise ProposalError(
            "self", "Par priekšlikumu lemj cits cilvēks | another person decides about a proposal"
        )
    reason = _reason(reason)
    found = state_now(connection, row)
    if found != OPEN:
        raise _closed(row, found)
    changed = connection.execute(
        update(proposal)
        .where(proposal.c.id == number, proposal.c.state == OPEN)
        .values(
            state=state, persons=persons, decider_key=by.key, decider=by.name, decision_reason=reason,
            decided_at=stamp(),
        )
    ).rowcount  # fmt: skip
    row = _must(connection, number)
    if not changed:  # another one was quicker
        raise _closed(row, row.state)
    if row.kind == THRESHOLD:
        _decide_threshold(connection, row, approve)
    _record(connection, row, state, by.name)
    return row


def _decide_threshold(connection: Connection, row: Row, approve: bool) -> None:
    from . import thresholds

    (number,) = subject_of(row)
    if approve:
        thresholds.accept(connection, number, author=row.decider, reason=row.decision_reason)
    else:
        thresholds.withdraw(connection, number, author=row.decider or row.author)


def withdraw(connection: Connection, number: int, *, by: Person, kinds: Sequence[str] = KINDS) -> None:
    """The author takes an open proposal back. Raises ProposalError, alike for what does not exist and is not theirs."""
    row = _find(connection, number)
    if row is None or row.author_key != by.key or row.kind not in kinds:
        raise ProposalError("unknown", f"Nav priekšlikuma {number} | there is no proposal {number}")
    if row.state == WITHDRAWN:
        return
    if not _close(connection, row, WITHDRAWN, by.name):
        raise _closed(row, _must(connection, number).state)


def _closed(row: Row, state: str) -> ProposalError:
    if state == STALE:
        return ProposalError(
            "stale",
            f"Priekšlikums {row.id} ir novecojis: iesniedziet jaunu | proposal {row.id} is stale: make a new one",
        )
    if state == EXPIRED:
        return ProposalError(
            "expired", f"Priekšlikuma {row.id} termiņš ir beidzies | the time of proposal {row.id} is over"
        )
    return ProposalError(
        "decided", f"Par priekšlikumu {row.id} jau ir izlemts | proposal {row.id} has been decided"
    )


def _close(connection: Connection, row: Row, state: str, who: str, before: str = OPEN) -> bool:
    """Move a proposal to an end that is no decision; False when somebody else did first."""
    values = {"state": state, "decided_at": stamp()} if before == OPEN else {"state": state}
    changed = connection.execute(
        update(proposal).where(proposal.c.id == row.id, proposal.c.state == before).values(values)
    ).rowcount
    if changed:
        if row.kind == THRESHOLD:
            from . import thresholds

            if (
                connection.execute(
                    select(threshold.c.status).where(threshold.c.id == subject_of(row)[0])
                ).scalar()
                == thresholds.PROPOSAL
            ):
                thresholds.withdraw(connection, subject_of(row)[0], author=who)
        _record(connection, row, state, who)
    return bool(changed)


def close_what_ended(connection: Connection) -> None:
    """Close open proposals that are stale or whose time is over."""
    known = audit.who_acts()
    for row in connection.execute(
        select(proposal).where(proposal.c.state == OPEN).order_by(proposal.c.id)
    ).all():
        state = state_now(connection, row)
        if state != OPEN:
            _close(connection, row, state, known.who if known else "program")


def settle(engine: Engine) -> None:
    """`close_what_ended` in a transaction of its own: a decision that is refused must not undo it."""
    with engine.begin() as connection:
        close_what_ended(connection)


# --- carrying out


def claim(connection: Connection, number: int) -> None:
    """At the begin of the work, under the lock of imports: the approval is still unused and about what is there now.

    Raises ProposalError; code "stale" means that `spoil` is to be called, outside of this transaction.
    """
    row = _must(connection, number)
    if row.state != APPROVED or row.release_id is not None:
        raise ProposalError(
            "decided", f"Priekšlikums {number} nav apstiprināts | proposal {number} is not approved"
        )
    if fingerprint(connection, row.kind, subject_of(row)) != row.fingerprint:
        raise _closed(row, STALE)


def spoil(engine: Engine, number: int) -> None:
    """Say of an approved proposal that what it covers changed before the work began."""
    with engine.begin() as connection:
        row = _must(connection, number)
        _close(connection, row, STALE, row.decider or "", before=APPROVED)


def carried_out(connection: Connection, number: int, release_id: int) -> None:
    """Note what the proposal put in front of readers, within the transaction that does so."""
    connection.execute(
        update(proposal)
        .where(proposal.c.id == number, proposal.c.state == APPROVED, proposal.c.release_id.is_(None))
        .values(release_id=release_id)
    )


def authors(row: Row) -> str:
    """Who stands behind what is carried out: one name, or two."""
    return (
        row.author if row.author_key == row.decider_key else releases.TOGETHER.join((row.author, row.decider))
    )


# --- reading


def waiting(connection: Connection) -> int:
    """How many proposals are open."""
    return connection.execute(
        select(func.count()).select_from(proposal).where(proposal.c.state == OPEN)
    ).scalar_one()


def newest(connection: Connection, limit: int = 20) -> list[Row]:
    """Proposals: open ones first, then the newest decided."""
    rows = connection.execute(select(proposal).order_by(proposal.c.id.desc()).limit(limit)).all()
    waits = connection.execute(
        select(proposal).where(proposal.c.state == OPEN).order_by(proposal.c.id.desc())
    ).all()
    return [*waits, *[row for row in rows if row.state != OPEN]]


def open_about(connection: Connection, kind: str, number: int) -> Row | None:
    """The open proposal of this kind that covers this number."""
    rows = connection.execute(
        select(proposal).where(proposal.c.kind == kind, proposal.c.state == OPEN).order_by(proposal.c.id)
    ).all()
    return next((row for row in rows if number in subject_of(row)), None)


def of_thresholds(reader: Reader) -> dict[int, Row]:
    """The newest proposal about each threshold; only for readers who see the whole country."""
    if not reader.scope.sees_all:
        return {}
    rows = reader.connection.execute(
        select(proposal).where(proposal.c.kind == THRESHOLD).order_by(proposal.c.id)
    ).all()
    return {int(row.subject): row for row in rows}


def find(connection: Connection, number: int) -> Row | None:
    """One proposal."""
    return _find(connection, number)


def _find(connection: Connection, number: int) -> Row | None:
    return connection.execute(select(proposal).where(proposal.c.id == number)).first()


def _must(connection: Connection, number: int) -> Row:
    row = _find(connection, number)
    if row is None:
        raise ProposalError("unknown", f"Nav priekšlikuma {number} | there is no proposal {number}")
    return row


def _record(connection: Connection, row: Row, change: str, who: str) -> None:
    detail = {"change": change, "kind": row.kind, "covers": row.subject, "persons": row.persons}
    if who != row.author:
        detail["proposed_by"] = row.author
    audit.record(
        connection,
        audit.PROPOSAL,
        who=who,
        unit=str(row.id),
        result="refused" if change in (REFUSED, STALE, EXPIRED) else "done",
        detail=detail,
    )


def stored(engine: Engine, kind: str, subject: Sequence[int], **options) -> int:
    """`propose` in a transaction of its own, again when another writer took the number."""
    for attempt in range(_ATTEMPTS):
        try:
            with engine.begin() as connection:
                return propose(connection, kind, subject, **options)
        except IntegrityError:
            if attempt + 1 == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")
