"""The public's own SQLite file: released values and public dimensions of one release, and nothing else.

`releases.publish` and `rollback` write it beside the database as a temporary file within their transaction; once
the transaction has been committed it takes the place of the old one in a single rename. Readers open it read-only
and immutable. What schools say to everybody belongs to no release: it lies in a second, small file, written anew
after each public answer.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Float, Integer, Table, select

from . import planes, schema

ANSWERS = schema.school_answer.name
_KEY = "public_file"


class NotPublic(RuntimeError):
    """There is no public file of the current release, and none can be made; the message says the cure (lv, en)."""


@dataclass(frozen=True)
class Pending:
    """A finished file that waits for its transaction."""

    made: Path
    target: Path
    release_id: int


def path_of(database: Path) -> Path:
    """Where the public file of a database lies."""
    return database.with_name(f"{database.stem}.public{database.suffix or '.sqlite'}")


def answers_path_of(database: Path) -> Path:
    """Where the public answers of schools lie."""
    return database.with_name(f"{database.stem}.public-answers{database.suffix or '.sqlite'}")


def holds(connection: Connection, release_id: int) -> bool:
    """Whether this connection can read the values of a kept release; the public file has one release only."""
    if connection.dialect.name != "sqlite":
        return True
    marked = "SELECT 1 FROM main.sqlite_schema WHERE name = 'public_file'"
    if connection.exec_driver_sql(marked).first() is None:
        return True
    return connection.exec_driver_sql("SELECT release_id FROM main.public_file").scalar() == release_id


# --- writing ---------------------------------------------------------------------------------------


def prepare(connection: Connection, release_id: int) -> None:
    """Write the public file of a release that this transaction is about to show; nothing on PostgreSQL.

    It is put in place when the connection goes back to its pool, and only if the transaction was committed.
    """
    database = _database(connection)
    if database is None:
        return
    discard(connection.info.pop(_KEY, None))
    target = path_of(database)
    tables = [
        table for name, table in schema.metadata.tables.items() if name in planes.PUBLIC and name != ANSWERS
    ]
    made = _write(connection, target, tables, release_id)
    connection.info[_KEY] = Pending(made, target, release_id)


def hand_over(connection: Connection, made: Path, release_id: int) -> None:
    """Let a public file that was written elsewhere (`working_copy`) wait for this transaction, as in `prepare`."""
    discard(connection.info.pop(_KEY, None))
    connection.info[_KEY] = Pending(made, path_of(_database(connection)), release_id)


def settle(driver: sqlite3.Connection | None, info: dict) -> None:
    """Put a waiting file in place if the database now shows its release, else remove it. Called by the pool."""
    pending: Pending | None = info.pop(_KEY, None)
    if pending is None:
        return
    if driver is None:
        discard(pending)
        return
    driver.execute("BEGIN IMMEDIATE")  # nobody else may publish between the question and the rename
    try:
        row = driver.execute("SELECT release_id FROM release_pointer").fetchone()
        if row is not None and row[0] == pending.release_id:
            _place(pending.made, pending.target)
        else:
            discard(pending)
    finally:
        driver.execute("ROLLBACK")


def discard(pending: Pending | None) -> None:
    """Remove a file that is not wanted any more."""
    if pending is not None:
        pending.made.unlink(missing_ok=True)


def write_answers(engine: Engine) -> None:
    """Write the public answers of schools anew; nothing on PostgreSQL."""
    with engine.begin() as connection:  # holds the write lock, so the newest writer has the last word
        database = _database(connection)
        if database is not None:
            target = answers_path_of(database)
            _place(_write(connection, target, [schema.school_answer], None), target)


def ensure(engine: Engine) -> Path:
    """Path of the public file, made now if it is missing or of another release. engine: reads the database.

    Raises NotPublic when the release has no public part or the folder cannot be written.
    """
    with engine.connect() as connection:
        database = _database(connection)
        if database is None:
            raise ValueError("only SQLite has a public file")
        with _lock(database):
            wanted = connection.execute(select(schema.release_pointer.c.release_id)).scalar()
            target, answers = path_of(database), answers_path_of(database)
            if wanted is None:
                raise NotPublic("Nav publicēta neviena versija | Nothing has been published yet")
            _refuse_old(connection, wanted)
            tables = [
                t for name, t in schema.metadata.tables.items() if name in planes.PUBLIC and name != ANSWERS
            ]
            if _release_in(target) != (wanted, _stamp(connection, wanted), _layout(tables)):
                _place(_write(connection, target, tables, wanted), target)
            if not answers.is_file() or _layout_in(answers) != _layout([schema.school_answer]):
                _place(_write(connection, answers, [schema.school_answer], None), answers)
    return target


def _refuse_old(connection: Connection, release_id: int) -> None:
    """A release of an older program has values but not the cards that public pages are made from."""
    from .rollups_public import DELIVERED

    values, cards = schema.indicator_distribution, schema.page_card
    has_values = connection.execute(
        select(values.c.release_id).where(values.c.release_id == release_id).limit(1)
    )
    has_cards = connection.execute(
        select(cards.c.release_id).where(cards.c.release_id == release_id, cards.c.kind == DELIVERED).limit(1)
    )
    if has_values.first() is not None and has_cards.first() is None:
        raise NotPublic(
            f"Versija {release_id} publicēta ar vecāku programmu: `python manage.py publish`. | "
            f"Release {release_id} was published by an older program: run `python manage.py publish`."
        )


def _database(connection: Connection) -> Path | None:
    """The file behind a connection; None for PostgreSQL and for databases in memory."""
    if connection.dialect.name != "sqlite":
        return None
    for _number, name, file in connection.exec_driver_sql("PRAGMA database_list"):
        if name == "main" and file:
            return Path(file)
    return None


def _write(connection: Connection, target: Path, tables: list[Table], release_id: int | None) -> Path:
    """Copy what everybody may read into a new file beside `target` and return its path."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=".new", dir=target.parent)
    except OSError as error:
        raise NotPublic(
            f"Mapē {target.parent} nevar rakstīt publisko datubāzi | "
            f"the public database cannot be written in {target.parent}: {error.strerror}"
        ) from None
    os.close(descriptor)
    made = Path(name)
    try:
        made.chmod(0o644)
        public = sqlite3.connect(made, isolation_level=None)
        try:
            public.execute("PRAGMA journal_mode=OFF")
            public.execute("PRAGMA synchronous=OFF")
            public.execute("BEGIN")
            for table in tables:
                _copy(connection, public, table, release_id)
            _note(connection, public, tables, release_id)
            public.execute("COMMIT")
            public.execute("ANALYZE")
        finally:
            public.close()
        with made.open("rb") as stream:
            os.fsync(stream.fileno())
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made


def _copy(connection: Connection, public: sqlite3.Connection, table: Table, release_id: int | None) -> None:
    statement = planes.shown(table, release_id)
    names = [column.name for column in statement.selected_columns]
    public.execute(_definition(table, names))
    insert = f"INSERT INTO {_quoted(table.name)} VALUES ({', '.join('?' * len(names))})"  # nosec B608 # names of our own schema, quoted
    # From one driver to the other: rows need not become objects on the way. The conditions hold no reader's text.
    asked = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    public.executemany(insert, connection.connection.driver_connection.execute(asked))
    for index in table.indexes:
        columns = [column.name for column in index.columns]
        if set(columns) <= set(names):
            public.execute(f"CREATE INDEX {_quoted(index.name)} ON {_quoted(table.name)} ({_list(columns)})")


def _definition(table: Table, names: list[str]) -> str:
    """CREATE TABLE of the public part: types and key as in the database, no references to what is not there."""
    parts = [
        f"{_quoted(name)} {_type(table.c[name])}{'' if table.c[name].nullable else ' NOT NULL'}"
        for name in names
    ]
    key = [column.name for column in table.primary_key.columns]
    without_rowid = ""
    if key and set(key) <= set(names):
        parts.append(f"PRIMARY KEY ({_list(key)})")
        without_rowid = "" if table.dialect_options["sqlite"].get("with_rowid", True) else ", WITHOUT ROWID"
    return f"CREATE TABLE {_quoted(table.name)} ({', '.join(parts)}) STRICT{without_rowid}"


def _type(column) -> str:
    if isinstance(column.type, Integer):
        return "INTEGER"
    return "REAL" if isinstance(column.type, Float) else "TEXT"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: list[str]) -> str:
    return ", ".join(_quoted(name) for name in names)


def _layout(tables: list[Table]) -> str:
    """What the file would look like, so that a file of an older program is not served by a newer one."""
    return "\n".join(
        _definition(table, [column.name for column in planes.shown(table).selected_columns])
        for table in tables
    )


def _stamp(connection: Connection, release_id: int) -> str:
    found = connection.execute(
        select(schema.release.c.created_at, schema.release.c.facts_hash).where(
            schema.release.c.id == release_id
        )
    ).first()
    return "" if found is None else f"{found.created_at} {found.facts_hash}"


def _note(
    connection: Connection, public: sqlite3.Connection, tables: list[Table], release_id: int | None
) -> None:
    public.execute("CREATE TABLE public_file (release_id INTEGER, stamp TEXT, layout TEXT) STRICT")
    stamp = _stamp(connection, release_id) if release_id is not None else ""
    public.execute("INSERT INTO public_file VALUES (?, ?, ?)", (release_id, stamp, _layout(tables)))


def _release_in(path: Path) -> tuple[int, str, str] | None:
    if not path.is_file() or not is_whole(path):
        return None
    try:
        public = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        try:
            return public.execute("SELECT release_id, stamp, layout FROM public_file").fetchone()
        finally:
            public.close()
    except sqlite3.DatabaseError:
        return None


def _layout_in(path: Path) -> str | None:
    found = _release_in(path)
    return found[2] if found else None


def digest_path_of(target: Path) -> Path:
    """Where the SHA-256 of a public file lies, by which a damaged one is noticed at the next start."""
    return target.with_name(f"{target.name}.sha256")


def is_whole(target: Path) -> bool:
    """Whether a public file is still, to the byte, what was written. Without a note of that it counts as whole."""
    try:
        noted = digest_path_of(target).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return True
    return noted == _digest(target)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _place(made: Path, target: Path) -> None:
    note = digest_path_of(target)
    digest = _digest(made)
    # Between the two renames there is no note: a crash there must not make a good file look damaged.
    note.unlink(missing_ok=True)
    os.replace(made, target)
    waiting = note.with_name(f".{note.name}-{os.getpid()}")
    waiting.write_text(digest, encoding="ascii")
    os.replace(waiting, note)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _lock(database: Path) -> Iterator[None]:
    """Worker processes that start together make the file once."""
    try:
        stream = database.with_name(f".{database.stem}.public.lock").open("w")
    except OSError as error:
        raise NotPublic(
            f"Mapē {database.parent} nevar rakstīt publisko datubāzi | "
            f"the public database cannot be written in {database.parent}: {error.strerror}"
        ) from None
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
