"""The one place that makes database engines, with the settings that keep them safe read back at start."""

from __future__ import annotations

import os
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

from . import provision, public_file
from .scope import Scope

QUERY_SECONDS = 2.0
PATIENT = 60  # seconds that work without a reader waits for somebody else's short write

SQLITE_SETTINGS = {"foreign_keys": 1, "busy_timeout": 5000, "trusted_schema": 0}
WRITER_CACHE_KB = 131_072  # a publication is one transaction; pages that leave the cache are written twice


class EngineError(RuntimeError):
    """The database cannot be used as it is; the message says what to change (lv, en)."""


@dataclass(frozen=True)
class Planes:
    """The engines that requests are answered from: one that reaches released values only, one for signed-in readers."""

    public: Engine
    scoped: Engine

    def of(self, scope: Scope) -> Engine:
        """The engine of this reader."""
        return self.scoped if scope.signed_in else self.public

    def dispose(self) -> None:
        """Close the connections of both."""
        self.public.dispose()
        self.scoped.dispose()


def planes(
    url: str, *, public_url: str | None = None, scoped_url: str | None = None, strict: bool = False
) -> Planes:
    """Make the two reading engines.

    SQLite: the public one opens a file of its own (see `public_file`), made now when it is missing.
    PostgreSQL: each connects with its own address, or else with `url` and takes its role at connecting, which keeps
    faults out but not somebody who can run any SQL; strict refuses that. Raises EngineError with the cure.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database)
        scoped = _sqlite(path, True)
        patient = _sqlite(path, True, query_seconds=None)
        try:
            public = _public_sqlite(public_file.ensure(patient), public_file.answers_path_of(path))
        except public_file.NotPublic as error:
            raise EngineError(str(error)) from None
        finally:
            patient.dispose()
        return Planes(public, scoped)
    made = Planes(
        _postgresql(public_url or url, True, role=None if public_url else provision.PUBLIC),
        _postgresql(scoped_url or url, True, role=None if scoped_url else provision.SCOPED),
    )
    try:
        for engine, role in ((made.public, provision.PUBLIC), (made.scoped, provision.SCOPED)):
            _refuse_faults(engine, role, strict)
    except BaseException:
        made.dispose()
        raise
    return made


def _refuse_faults(engine: Engine, role: str, strict: bool) -> None:
    try:
        with engine.connect() as connection:
            faults = provision.faults(connection, role, strict=strict)
    except DBAPIError as error:
        if "role" not in str(error.orig):
            raise
        faults = ["loma nav izveidota | the role does not exist"]
    if faults:
        raise EngineError(
            f"PostgreSQL, {role}: {'; '.join(faults)}. `python manage.py provision`, docs/operations.md"
        )


def create(url: str, *, read_only: bool = False, wait_seconds: int = 5) -> Engine:
    """Make an engine for `url`.

    read_only: for the web process. SQLite opens the file with mode=ro and query_only and cuts a query after
    two seconds; PostgreSQL sets default_transaction_read_only and a statement timeout.
    wait_seconds: for another writer of SQLite; `PATIENT` for loads, publications and drawing.
    Raises EngineError when the file is missing or a setting does not read back.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(Path(parsed.database), read_only, wait_seconds=wait_seconds)
    return _postgresql(url, read_only)


def _sqlite(
    path: Path, read_only: bool, query_seconds: float | None = QUERY_SECONDS, wait_seconds: int = 5
) -> Engine:
    if read_only and not path.is_file():
        raise EngineError(
            f"Datubāzes nav: {path}. Izveidojiet to ar `python manage.py demo`. | "
            f"There is no database at {path}. Make one with `python manage.py demo`."
        )
    if not read_only:
        _refuse_unwritable(path)
    mode = "ro" if read_only else "rwc"
    engine = create_engine(
        f"sqlite:///file:{path}?mode={mode}&uri=true",
        pool_size=8,
        max_overflow=8,
        pool_timeout=3,
        connect_args={"check_same_thread": False, "timeout": wait_seconds},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection, _record):
        connection.isolation_level = None  # we begin transactions ourselves, the driver must not
        cursor = connection.cursor()
        for name, value in (SQLITE_SETTINGS | {"busy_timeout": 1000 * wait_seconds}).items():
            cursor.execute(f"PRAGMA {name}={value}")
            if cursor.execute(f"PRAGMA {name}").fetchone()[0] != value:
                raise EngineError(f"SQLite: PRAGMA {name} nav {value} | did not become {value}")
        if read_only:
            cursor.execute("PRAGMA query_only=1")
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            deadline = _Deadline(query_seconds)
            connection.set_progress_handler(deadline.expired, 20_000)
            _record.info["deadline"] = deadline
        else:
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute(f"PRAGMA cache_size=-{WRITER_CACHE_KB}")
            reply = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            if reply != "wal":
                raise EngineError(
                    f"SQLite: žurnāls ir {reply}, nevis WAL (tīkla disks?) | the journal is {reply}, not WAL"
                )
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection):
        # A writer takes its lock at once: two importers must meet here, not half way through.
        reads = read_only or connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    if read_only:
        _cut_long_queries(engine)
    else:

        @event.listens_for(engine, "checkin")
        def _show_release(connection, record):
            public_file.settle(connection, record.info)

    return engine


def _refuse_unwritable(path: Path) -> None:
    """Make the folder. Raises EngineError with the cure where this user may not write."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        closed = path.parent
    else:
        # Beside the database lie its journal and the public's file, so the folder counts too.
        closed = next(
            (one for one in (path.parent, path) if one.exists() and not os.access(one, os.W_OK)), None
        )
    if closed is not None:
        raise EngineError(
            f"{path}: lietotājs {os.geteuid()} nedrīkst rakstīt {closed}. `chown -R {os.geteuid()} {path.parent}`, "
            f"rakstāms disks vai cits DATABASE_URL. | user {os.geteuid()} may not write to {closed}: "
            f"`chown -R {os.geteuid()} {path.parent}`, a writable disk or another DATABASE_URL."
        )


def _public_sqlite(path: Path, answers: Path) -> Engine:
    """Engine on the public files. They are only ever replaced whole, so a connection to the old ones is closed."""
    engine = create_engine(
        f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true",
        pool_size=8,
        max_overflow=8,
        pool_timeout=3,
        connect_args={"check_same_thread": False, "timeout": 5},
    )

    def files() -> tuple:
        return tuple((one.st_ino, one.st_mtime_ns) for one in (path.stat(), answers.stat()))

    @event.listens_for(engine, "do_connect")
    def _look(_dialect, record, _arguments, _keywords):
        record.info["files"] = (
            files()
        )  # before opening: a file replaced meanwhile is noticed at the next request

    @event.listens_for(engine, "connect")
    def _configure(connection, record):
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("ATTACH DATABASE ? AS answers", (f"file:{answers}?mode=ro&immutable=1",))
        cursor.execute("PRAGMA trusted_schema=0")
        cursor.execute("PRAGMA query_only=1")
        cursor.close()
        connection.setlimit(
            sqlite3.SQLITE_LIMIT_ATTACHED, 1
        )  # no other file, the database itself least of all
        deadline = _Deadline(QUERY_SECONDS)
        connection.set_progress_handler(deadline.expired, 20_000)
        record.info["deadline"] = deadline

    @event.listens_for(engine, "checkout")
    def _still_there(_connection, record, _proxy):
        if record.info.get("files") != files():
            raise DisconnectionError("the public file has been replaced")

    @event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN")

    _cut_long_queries(engine)
    return engine


def _cut_long_queries(engine: Engine) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def _start_clock(connection, *_args):
        connection.connection._connection_record.info["deadline"].start()


class _Deadline:
    """Interrupts a SQLite statement that runs longer than `seconds`."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.at = float("inf")

    def start(self) -> None:
        if self.seconds is not None:
            self.at = time.monotonic() + self.seconds

    def expired(self) -> bool:
        return time.monotonic() > self.at


def _postgresql(url: str, read_only: bool, role: str | None = None) -> Engine:
    options = "-c lock_timeout=1s -c idle_in_transaction_session_timeout=15s" if read_only else ""
    if read_only:
        options += " -c statement_timeout=5s -c default_transaction_read_only=on -c row_security=on"
    if role is not None:
        options += f" -c role={role}"
    return create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=3,
        pool_recycle=1800,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        connect_args={"options": options} if options else {},
    )


def settings_of(engine: Engine) -> dict[str, object]:
    """The engine's own answer to how it is configured, for /readyz and the tests."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            names = [*SQLITE_SETTINGS, "journal_mode", "query_only", "synchronous"]
            return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
        names = ["default_transaction_read_only", "statement_timeout", "lock_timeout"]
        return {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names}


def tidy(engine: Engine) -> None:
    """After a large write: fold the SQLite journal into the file and refresh statistics; ANALYZE elsewhere."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA optimize")
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    engine.dispose()
