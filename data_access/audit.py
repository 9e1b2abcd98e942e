"""The audit record: who did what to what, when, from where, with what result; a chain of hashes without gaps.

Each record holds the hash of the one before, so an edited or deleted record breaks the chain (`verify`). Who may
write to the whole database could write a new chain; therefore every record's number and hash also go to the
application log, and `verify` takes such a pair as an anchor.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from .plain import Plain
from .schema_identity import audit_event, audit_head
from .writing import Desk, stamp

log = structlog.get_logger("ikms")

START = "0" * 64
SIGNED_IN, SIGN_IN_FAILED, SIGNED_OUT = "sign_in", "sign_in_failed", "sign_out"
SESSION_ENDED, ROLE_CHANGED, USER_CHANGED = "session_ended", "role_change", "user_change"
BREAK_GLASS = "break_glass_sign_in"
EXPORTED, SCHOOL_VIEWED, AUDIT_READ = "export", "school_view", "audit_read"
IMPORTED, RELEASED, ROLLED_BACK = "import", "release", "rollback"
THRESHOLD = "threshold_change"
ANSWER_READ, ANSWER_WRITTEN = "restricted_answer_read", "answer_written"
SLOWED, PROPOSAL = "too_many_requests", "proposal"
EVENTS = (
    SIGNED_IN, SIGN_IN_FAILED, SIGNED_OUT, BREAK_GLASS, SESSION_ENDED, ROLE_CHANGED, USER_CHANGED, EXPORTED,
    SCHOOL_VIEWED, AUDIT_READ, IMPORTED, RELEASED, ROLLED_BACK, THRESHOLD, ANSWER_READ, ANSWER_WRITTEN,
    SLOWED, PROPOSAL,
)  # fmt: skip
RESULTS = ("done", "refused", "failed")
LONGEST = 2000
_HASHED = [column.name for column in audit_event.columns if column.name != "hash"]
_HEAD = select(audit_head.c.last_id, audit_head.c.hash).with_for_update()
_MOMENT = select(audit_event.c.at).where(audit_event.c.id == bindparam("number"))
# Made once: a page view is recorded at every change of view, and making a statement costs more than running it.
_APPEND = insert(audit_event)
_MOVE = update(audit_head).values(last_id=bindparam("number"), hash=bindparam("new_hash"))


@dataclass(frozen=True)
class Actor:
    """Who acts: login or name of a command, role, unit of the role, and from where."""

    who: str
    role: str = ""
    scope: str = ""
    origin: str = ""


_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting(actor: Actor | None) -> Iterator[None]:
    """Records of this actor that are written within and name neither role nor origin get both from here.

    What is written far from the request knows its author by name only: thresholds, answers, loads, releases.
    """
    before = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(before)


def who_acts() -> Actor | None:
    """The actor of `acting`, to be handed on to another process."""
    return _ACTING.get()


def record(
    connection: Connection | Plain,
    what: str,
    *,
    who: str,
    role: str = "",
    scope: str = "",
    unit: str = "",
    result: str = "done",
    origin: str = "",
    detail: Mapping[str, object] | None = None,
) -> int:
    """Append one record within the caller's transaction and return its number.

    what: one of EVENTS. unit: what it was done to (registration number, municipality code, login, release …).
    detail: small plain values; never a secret, a typed text or a person's data beyond the login. Call it last in a
    long transaction: on PostgreSQL the writers of the chain queue from here to the commit. Raises ValueError for an
    unknown event or result.
    """
    if what not in EVENTS or result not in RESULTS:
        raise ValueError(f"unknown event or result: {what!r}, {result!r}")
    known = _ACTING.get()
    if known is not None and known.who == who and not (role or scope or origin):
        role, scope, origin = known.role, known.scope, known.origin
    text = json.dumps(detail or {}, sort_keys=True, ensure_ascii=False)
    if len(text) > LONGEST:
        text = json.dumps({"cut": text[:1800]}, ensure_ascii=False)
    values = {
        "at": stamp(),
        "who": clean(who),
        "role": role,
        "scope": clean(scope),
        "what": what,
        "unit": clean(unit),
        "result": result,
        "origin": clean(origin),
        "detail": text,
    }
    return _append(connection, values)


def clean(text: str) -> str:
    """Text on one line, without control characters, cut to 200 characters."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]


def _append(connection: Connection | Plain, values: Mapping[str, str]) -> int:
    head = connection.execute(_HEAD).first()
    number = head.last_id + 1
    # A clock that is set back must not make a later record look earlier.
    last = connection.execute(_MOMENT, {"number": head.last_id}).first()
    row = {"id": number, **values, "at": max(values["at"], last.at if last else ""), "previous": head.hash}
    row["hash"] = digest(row)
    connection.execute(_APPEND, row)
    connection.execute(_MOVE, {"number": number, "new_hash": row["hash"]})
    log.info("audit", number=number, what=values["what"], hash=row["hash"])
    return number


def digest(row: Mapping[str, object]) -> str:
    """Hash of a record: SHA-256 over the JSON list of all its columns but the hash itself."""
    text = json.dumps([row[name] for name in _HASHED], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """Result of `verify`: whether the chain is whole, how many records, its end, and what is wrong (lv | en)."""

    whole: bool
    records: int
    head: str
    fault: str = ""


def verify(
    connection: Connection, anchor: tuple[int, str] | None = None, *, newest: int | None = None
) -> Verdict:
    """Walk the whole chain, or its `newest` records. anchor: number and hash noted elsewhere that must stand in it."""
    previous, count, fault = START, 0, ""
    anchored = anchor is None
    query = select(audit_event).order_by(audit_event.c.id)
    if newest is not None:
        first = (connection.execute(select(func.max(audit_event.c.id))).scalar() or 0) - newest
        before = connection.execute(
            select(audit_event.c.id, audit_event.c.hash).where(audit_event.c.id == first)
        ).first()
        if before is not None:
            count, previous = before
            query = query.where(audit_event.c.id > first)
    rows = connection.execute(query, execution_options={"yield_per": 1000})
    for row in rows:
        count += 1
        if not fault and row.id != count:
            fault = f"trūkst ieraksta {count} | record {count} is missing"
        elif not fault and (row.previous != previous or digest(row._mapping) != row.hash):
            fault = f"ieraksts {row.id} ir mainīts | record {row.id} was changed"
        if anchor is not None and row.id == anchor[0]:
            anchored = row.hash == anchor[1]
        previous = row.hash
    head = connection.execute(select(audit_head.c.last_id, audit_head.c.hash)).first()
    if not fault and (head is None or (head.last_id, head.hash) != (count, previous)):
        fault = f"pēdējais ieraksts nav {count} | the chain should not end at record {count}"
    if not fault and not anchored:
        fault = f"ieraksts {anchor[0]} nav tas pats | record {anchor[0]} is not the one noted"
    return Verdict(not fault, count, previous, fault)


def newest(
    connection: Connection,
    limit: int = 100,
    *,
    before: int | None = None,
    what: str = "",
    who: str = "",
    unit: str = "",
) -> list[Row]:
    """Records, newest first; filters are exact."""
    query = select(audit_event).order_by(audit_event.c.id.desc()).limit(limit)
    for column, value in ((audit_event.c.what, what), (audit_event.c.who, who), (audit_event.c.unit, unit)):
        if value:
            query = query.where(column == value)
    if before is not None:
        query = query.where(audit_event.c.id < before)
    return list(connection.execute(query).all())


class Recorder:
    """Records of page views: into the database at once, or into a file beside it while another writer has the lock.

    The file is taken into the chain with the next record, and nothing is lost when the process dies between.
    When neither can be written, the caller gets the error and must show nothing.
    """

    PATIENCE = 200  # milliseconds

    def __init__(self, desk: Desk, folder: Path) -> None:
        self._desk, self._folder = desk, folder

    def record(
        self,
        what: str,
        actor: Actor,
        *,
        unit: str = "",
        result: str = "done",
        detail: Mapping | None = None,
        also=(),
    ) -> None:
        """Append one record; `also`: further statements (constants) of the same transaction, each with its values; left out when it must wait."""
        fields = {
            "who": actor.who, "role": actor.role, "scope": actor.scope, "unit": unit, "origin": actor.origin,
            "result": result, "detail": dict(detail or {}),
        }  # fmt: skip
        try:
            with self._desk.note(self.PATIENCE) as statements:
                for statement, values in also:
                    statements.execute(statement, values)
                record(statements, what, **fields)
        except DBAPIError as error:
            log.warning("audit set aside", kind=type(error).__name__)
            self._set_aside(what, fields)
        else:
            if self._folder.is_dir() and any(self._folder.iterdir()):
                self.take_in()

    def _set_aside(self, what: str, fields: dict) -> None:
        fields["detail"] |= {"at": stamp(), "ref": secrets.token_hex(8)}
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = json.dumps({"what": what, **fields}, ensure_ascii=True) + "\n"
        descriptor = os.open(
            self._folder / f"{os.getpid()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def take_in(self) -> int:
        """Put what was set aside into the chain; a record that is already there is not repeated."""
        taken = 0
        for path in sorted(self._folder.glob("*.jsonl")):
            claimed = path.with_name(f"{path.stem}-{secrets.token_hex(4)}.taken")
            try:
                path.rename(claimed)
            except FileNotFoundError:  # another worker was first
                continue
        for path in sorted(self._folder.glob("*.taken")):
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
                with self._desk.write(self.PATIENCE) as connection:
                    for line in lines:
                        taken += self._take(connection, line)
            except FileNotFoundError:
                continue
            except DBAPIError:
                break
            path.unlink(missing_ok=True)
        return taken

    @staticmethod
    def _take(connection: Connection, line: str) -> int:
        try:
            fields = json.loads(line)
            reference = fields["detail"]["ref"]
        except (ValueError, KeyError, TypeError):  # the last line of a process that died while writing
            log.error("audit line unreadable")
            return 0
        connection.execute(_HEAD)  # two workers may hold the same file
        known = (
            select(audit_event.c.id).where(audit_event.c.detail.contains(reference, autoescape=True)).limit(1)
        )
        if connection.execute(known).first() is not None:
            return 0
        record(connection, fields.pop("what"), **fields)
        return 1
