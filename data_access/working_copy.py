"""SQLite: a publication is made in a copy of the database and taken over in short transactions.

SQLite has one writer at a time, and a publication computes for tens of seconds. In a copy it holds nobody up: readers
sign in, answer and are recorded meanwhile. Then the rows of the new release, which nobody sees without its line and
the pointer, come over in small portions, and one last transaction brings the changed facts, the release's line, the
pointer and the audit record. Whatever is killed before that one leaves the old release; what it left behind is
cleared by the next publication and by `jobs.heal`. PostgreSQL does all of it in one transaction.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, Table, func, select

from . import engine as engines
from . import public_file, releases, schema
from .schema_loading import release_move, revision

Made = TypeVar("Made")

PORTION = 4_000  # rows of one short transaction: some tenth of a second on a busy machine
ROOM = 1.5  # times the database's size that must be free

# What others write while a publication is made: never taken over from the copy.
LIVE = frozenset(
    {
        "user_account", "user_identity", "user_assignment", "user_session", "sign_in_failure", "oidc_attempt",
        "audit_event", "audit_head", "school_answer", "threshold", "proposal", "stored_page",
        "import_job", "import_content", "import_finding", "import_row", "import_lock",
    }
)  # fmt: skip
_WRITES = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)


class CopyError(RuntimeError):
    """Nothing was written; code for the page (`room`: the disk is too full, `state`: somebody loaded or published
    beside the lock of imports), message (lv | en) for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def make(
    engine: Engine,
    work: Callable[[Connection], Made],
    finish: Callable[[Connection, Made], None] = lambda connection, made: None,
) -> Made:
    """Run work, which publishes or rolls back with `apart=True`, and let everybody see its result at once.

    work(connection) must not write what others write meanwhile (`LIVE`); finish(connection, its result) runs within
    the transaction that moves the pointer and may. The caller holds the lock of imports. Raises CopyError and
    whatever work raises; then nothing has changed.
    """
    database = file_of(engine)
    if database is None:
        with engine.begin() as connection:
            before = _moves(connection)
            made = work(connection)
            finish(connection, made)
            _record(connection, before)
        return made
    tidy_up(engine)
    _prune(engine)
    copy = _copied(database)
    own = engines.create(f"sqlite:///{copy}")
    try:
        written: set[str] = set()
        with own.connect() as connection:
            _listen(connection, written)
            with connection.begin():
                known = _fingerprint(connection)
                made = work(connection)
            _listen(connection, None)
        if written & LIVE:
            raise RuntimeError(f"a publication may not write {sorted(written & LIVE)}")
        with own.connect() as connection, _beside(connection, database) as raw:
            _take_over(engine, raw, written, known, made, finish, public_file.path_of(copy))
    finally:
        own.dispose()
        _remove(copy)
        with suppress(sqlite3.Error):  # of no release that is kept; the next publication tries again
            _prune(engine)
    return made


def file_of(engine: Engine) -> Path | None:
    """The file behind a SQLite engine; None for PostgreSQL and for databases in memory."""
    if engine.dialect.name != "sqlite":
        return None
    name = str(engine.url.database or "").removeprefix("file:").partition("?")[0]
    return Path(name) if name and name != ":memory:" else None


def left_over(engine: Engine) -> list[Path]:
    """Copies beside the database: of a publication at work, or of one that was killed."""
    database = file_of(engine)
    return [] if database is None else _copies(database)


def tidy_up(engine: Engine) -> None:
    """Clear what killed publications left: their copies, rows of releases that never came to be, an old public file.

    The caller holds the lock of imports, so nobody is at work with a copy.
    """
    dead = left_over(engine)
    if not dead:
        return
    _prune(engine)
    if public_file.path_of(file_of(engine)).exists():
        # Killed between its last transaction and the renaming: the public still reads the release before.
        public_file.ensure(engine.execution_options(reads_only=True))
    for path in dead:
        _remove(path)


# --- the copy


def _name(database: Path) -> str:
    return f".{database.stem}.making-"


def _copies(database: Path) -> list[Path]:
    found = database.parent.glob(f"{_name(database)}*.sqlite")
    return sorted(path for path in found if not path.stem.endswith(".public"))


def _copied(database: Path) -> Path:
    """A copy of the database as it is now, beside it; nobody waits for it."""
    journal = Path(f"{database}-wal")
    size = database.stat().st_size + (journal.stat().st_size if journal.exists() else 0)
    free = shutil.disk_usage(database.parent).free
    if free < ROOM * size:
        raise CopyError(
            "room",
            f"Publicēšanai mapē {database.parent} vajag {ROOM * size / 1e6:.0f} MB brīvas vietas, ir {free / 1e6:.0f} MB | "
            f"a publication needs {ROOM * size / 1e6:.0f} MB of room in {database.parent}, there are {free / 1e6:.0f} MB",
        )
    copy = database.with_name(f"{_name(database)}{os.getpid()}.sqlite")
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=engines.PATIENT)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            target.execute("PRAGMA synchronous=OFF")  # after a power cut it is thrown away
            source.backup(target)
    except BaseException:
        _remove(copy)
        raise
    return copy


def _remove(copy: Path) -> None:
    public = public_file.path_of(copy)
    for path in (
        public,
        public_file.digest_path_of(public),
        copy,
    ):  # the mark that there is work to do goes last
        for end in ("-wal", "-shm", ""):
            Path(f"{path}{end}").unlink(missing_ok=True)
    for path in copy.parent.glob(f".{public.stem}-*.new"):
        path.unlink(missing_ok=True)


def _listen(connection: Connection, written: set[str] | None) -> None:
    """Note the tables that any statement of this connection may write."""

    def note(action, name, _column, _database, _trigger):
        if action in _WRITES:
            written.add(name)
        return sqlite3.SQLITE_OK

    connection.connection.driver_connection.set_authorizer(None if written is None else note)


@contextmanager
def _beside(connection: Connection, database: Path) -> Iterator[sqlite3.Connection]:
    """The copy's driver connection, with the database itself attached for reading as `live`."""
    raw = connection.connection.driver_connection
    raw.execute("ATTACH DATABASE ? AS live", (f"file:{database}?mode=ro",))
    try:
        yield raw
    finally:
        raw.execute("DETACH DATABASE live")


# --- taking over


def _take_over(
    engine: Engine,
    copy: sqlite3.Connection,
    written: set[str],
    known: tuple,
    made: Made,
    finish: Callable[[Connection, Made], None],
    public: Path,
) -> None:
    ahead = {table.name: table for table in schema.RELEASE_TABLES if table.name in written}
    rest = [
        table
        for table in schema.metadata.sorted_tables
        if table.name in written and table.name not in ahead and table.name not in LIVE
    ]
    fresh = [row[0] for row in copy.execute("SELECT id FROM release EXCEPT SELECT id FROM live.release")]
    differences = [(table, *_difference(copy, table)) for table in rest]
    with _patient(engine) as connection:
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=0")  # the release's own line comes last
        try:
            for table in ahead.values():
                for number in fresh:
                    _portions(copy, raw, table, number)
        finally:
            raw.execute("PRAGMA foreign_keys=1")
        with connection.begin():
            if _fingerprint(connection) != known:
                raise _changed()
            for table in ahead.values():  # nobody may have tidied them away
                counted = f"SELECT count(*) FROM main.{table.name} WHERE release_id = ?"  # nosec B608 # names of our own schema
                for number in fresh:
                    if _one(raw, counted, number) != _one(copy, counted, number):
                        raise _changed()
            before = _moves(connection)
            raw.execute("PRAGMA defer_foreign_keys=1")
            for table, gone, _rows in reversed(differences):
                raw.executemany(_delete(table), gone)
            for table, _gone, rows in differences:
                raw.executemany(_upsert(table), rows)
            finish(connection, made)
            _record(connection, before)
            shown = connection.execute(select(schema.release_pointer.c.release_id)).scalar_one()
            public_file.hand_over(connection, public, shown)


def _one(raw: sqlite3.Connection, statement: str, number: int) -> int:
    return raw.execute(statement, (number,)).fetchone()[0]


def _changed() -> CopyError:
    return CopyError(
        "state",
        "Dati mainījās, kamēr gatavoja versiju; publicējiet vēlreiz | "
        "the data changed while the release was made; publish again",
    )


@contextmanager
def _patient(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        before = raw.execute("PRAGMA busy_timeout").fetchone()[0]
        raw.execute(f"PRAGMA busy_timeout={1000 * engines.PATIENT}")
        try:
            yield connection
        finally:
            raw.execute(f"PRAGMA busy_timeout={before}")


def _portions(copy: sqlite3.Connection, raw: sqlite3.Connection, table: Table, release_id: int) -> None:
    """Bring the rows of a release over, in transactions so short that a reader who signs in hardly waits."""
    asked = f"SELECT {_names(table)} FROM main.{table.name} WHERE release_id = ?"  # nosec B608 # names of our own schema
    cursor = copy.execute(asked, (release_id,))
    statement = f"INSERT INTO {table.name} ({_names(table)}) VALUES ({_marks(table)})"  # nosec B608 # names of our own schema
    while rows := cursor.fetchmany(PORTION):
        with _short(raw):
            raw.executemany(statement, rows)


@contextmanager
def _short(raw: sqlite3.Connection) -> Iterator[None]:
    started = time.monotonic()
    raw.execute("BEGIN IMMEDIATE")
    try:
        yield
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise
    # Who waits for SQLite's lock looks for it every tenth of a second: leave a gap that is worth looking for.
    time.sleep((time.monotonic() - started) / 2)


def _difference(copy: sqlite3.Connection, table: Table) -> tuple[list[tuple], list[tuple]]:
    """(keys that are gone, rows that are new or other) of a table of the copy against the database."""
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    here, there = f"main.{table.name}", f"live.{table.name}"
    gone = copy.execute(f"SELECT {keys} FROM {there} EXCEPT SELECT {keys} FROM {here}").fetchall()  # nosec B608 # names of our own schema
    names = _names(table)
    rows = copy.execute(f"SELECT {names} FROM {here} EXCEPT SELECT {names} FROM {there}").fetchall()  # nosec B608 # names of our own schema
    return gone, rows


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _marks(table: Table) -> str:
    return ", ".join("?" for _ in table.columns)


def _delete(table: Table) -> str:
    where = " AND ".join(f'"{column.name}" = ?' for column in table.primary_key.columns)
    return f"DELETE FROM {table.name} WHERE {where}"  # nosec B608 # names of our own schema


def _upsert(table: Table) -> str:
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    others = [column.name for column in table.columns if not column.primary_key]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
    update = f"UPDATE SET {sets}" if others else "NOTHING"  # nosec B608 # names of our own schema
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({_marks(table)}) ON CONFLICT ({keys}) DO {update}"  # nosec B608 # names of our own schema


def _fingerprint(connection: Connection) -> tuple:
    """Changes with every load, publication, rollback and file taken back."""
    pointer = connection.execute(select(schema.release_pointer.c.release_id)).scalar()
    newest = [
        tuple(connection.execute(select(func.max(table.c.id), func.count()).select_from(table)).one())
        for table in (schema.release, schema.load_batch, release_move, revision)
    ]
    return pointer, *newest


def _moves(connection: Connection) -> int:
    return connection.execute(select(func.max(release_move.c.id))).scalar() or 0


def _record(connection: Connection, after: int) -> None:
    moves = select(release_move).where(release_move.c.id > after).order_by(release_move.c.id)
    for move in connection.execute(moves).all():
        releases.record(connection, move)


def _prune(engine: Engine) -> None:
    """Delete, in short transactions, values of releases that are no longer kept and of those that never came to be."""
    with _patient(engine) as connection:
        raw = connection.connection.driver_connection
        newest = raw.execute("SELECT max(id) FROM release").fetchone()[0] or 0
        for table in schema.RELEASE_TABLES:
            found = raw.execute(
                f"SELECT DISTINCT release_id FROM {table.name} WHERE release_id <= ? OR release_id > ?",  # nosec B608 # names of our own schema
                (newest - releases.KEEP, newest),
            ).fetchall()
            for (number,) in found:
                _clear(raw, table, number)


def _clear(raw: sqlite3.Connection, table: Table, release_id: int) -> None:
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    statement = (
        f"DELETE FROM {table.name} WHERE ({keys}) IN "  # nosec B608 # names of our own schema
        f"(SELECT {keys} FROM {table.name} WHERE release_id = ? LIMIT {PORTION})"
    )
    for _ in count():
        with _short(raw):
            if not raw.execute(statement, (release_id,)).rowcount:
                return
