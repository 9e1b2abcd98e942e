"""The one place that makes database engines, with the settings that keep them safe read back at start."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

QUERY_SECONDS = 2.0

SQLITE_SETTINGS = {"foreign_keys": 1, "busy_timeout": 5000, "trusted_schema": 0}


class EngineError(RuntimeError):
    """The database cannot be used as it is; the message says what to change (lv, en)."""


def create(url: str, *, read_only: bool = False) -> Engine:
    """Make an engine for `url`.

    read_only: for the web process. SQLite opens the file with mode=ro and query_only and cuts a query after
    two seconds; PostgreSQL sets default_transaction_read_only and a statement timeout.
    Raises EngineError when the file is missing or a setting does not read back.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(Path(parsed.database), read_only)
    return _postgresql(url, read_only)


def _sqlite(path: Path, read_only: bool) -> Engine:
    if read_only and not path.is_file():
        raise EngineError(
            f"Datubāzes nav: {path}. Izveidojiet to ar `python manage.py demo`. | "
            f"There is no database at {path}. Make one with `python manage.py demo`."
        )
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    mode = "ro" if read_only else "rwc"
    engine = create_engine(
        f"sqlite:///file:{path}?mode={mode}&uri=true",
        pool_size=8,
        max_overflow=8,
        pool_timeout=3,
        connect_args={"check_same_thread": False, "timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection, _record):
        connection.isolation_level = None  # we begin transactions ourselves, the driver must not
        cursor = connection.cursor()
        for name, value in SQLITE_SETTINGS.items():
            cursor.execute(f"PRAGMA {name}={value}")
            if cursor.execute(f"PRAGMA {name}").fetchone()[0] != value:
                raise EngineError(f"SQLite: PRAGMA {name} nav {value} | did not become {value}")
        if read_only:
            cursor.execute("PRAGMA query_only=1")
            deadline = _Deadline()
            connection.set_progress_handler(deadline.expired, 20_000)
            _record.info["deadline"] = deadline
        else:
            cursor.execute("PRAGMA synchronous=NORMAL")
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

        @event.listens_for(engine, "before_cursor_execute")
        def _start_clock(connection, *_args):
            connection.connection._connection_record.info["deadline"].start()

    return engine


class _Deadline:
    """Interrupts a SQLite statement that runs longer than QUERY_SECONDS."""

    def __init__(self) -> None:
        self.at = float("inf")

    def start(self) -> None:
        self.at = time.monotonic() + QUERY_SECONDS

    def expired(self) -> bool:
        return time.monotonic() > self.at


def _postgresql(url: str, read_only: bool) -> Engine:
    options = "-c lock_timeout=1s -c idle_in_transaction_session_timeout=15s" if read_only else ""
    if read_only:
        options += " -c statement_timeout=5s -c default_transaction_read_only=on"
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
