"""Statements of every request, run by the driver itself.

SQLAlchemy works some 0.1 ms on each execution, of which finding one row by its key takes a tenth. What every request
does (session, release, stored page, audit record) is therefore written as SQL once for each engine and then run on
the driver's cursor, in a transaction like any other.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

_written: dict[tuple[str, Any], _Written] = {}


class _Written:
    """One statement as text for one driver."""

    def __init__(self, statement, dialect: Dialect, names: list[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names if statement.is_insert else None)
        self.text = str(compiled)
        self.constants = {name: value for name, value in compiled.params.items() if value is not None}
        self.order = list(compiled.positiontup) if compiled.positional else None
        self.row = None
        if statement.is_select:
            self.row = namedtuple("Row", [column.key for column in statement.selected_columns], rename=True)

    def values(self, given: Mapping[str, object]) -> Mapping | list:
        merged = {**self.constants, **given}
        return merged if self.order is None else [merged[name] for name in self.order]


class Plain:
    """Runs statements on the driver's cursor. Raises DBAPIError as SQLAlchemy does.

    A statement must be a constant of its module: its text is kept for the life of the process.
    """

    def __init__(self, cursor, dialect: Dialect) -> None:
        self._cursor, self._dialect = cursor, dialect

    def execute(self, statement, values: Mapping[str, object] | None = None) -> Plain:
        """Run a statement with its values by name."""
        key = (self._dialect.name, statement)
        written = _written.get(key)
        if written is None:
            written = _written[key] = _Written(statement, self._dialect, list(values or ()))
        self._row = written.row
        with _translated(self._dialect):
            self._cursor.execute(written.text, written.values(values or {}))
        return self

    def first(self) -> Any:
        """The first row of the last statement, its columns as attributes; None when it has none."""
        with _translated(self._dialect):
            found = self._cursor.fetchone()
        return None if found is None else self._row._make(found)


@contextmanager
def _translated(dialect: Dialect) -> Iterator[None]:
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError(None, None, error) from error


def within(connection: Connection) -> Plain:
    """For the transaction that this connection is in."""
    raw = connection.connection
    _start_clock(raw)
    return Plain(raw.cursor(), connection.dialect)


@contextmanager
def reading(engine: Engine) -> Iterator[Plain]:
    """For one look-up outside of any transaction, on an engine that only reads."""
    raw = engine.raw_connection()
    try:
        _start_clock(raw)
        yield Plain(raw.cursor(), engine.dialect)
    finally:
        raw.close()  # ends what a driver has begun by itself


@contextmanager
def writing(engine: Engine, patience: int, usual: int) -> Iterator[Plain]:
    """A writing transaction that is committed at the end. patience: milliseconds to wait for another writer.

    usual: what the connection waits at other times.
    """
    dialect = engine.dialect
    sqlite = dialect.name == "sqlite"
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        try:
            with _translated(dialect):
                if sqlite:
                    cursor.execute(f"PRAGMA busy_timeout={int(patience)}")
                    cursor.execute("BEGIN IMMEDIATE")  # see engine.py
                else:
                    cursor.execute(f"SET LOCAL lock_timeout = '{int(patience)}ms'")
            yield Plain(cursor, dialect)
            with _translated(dialect):
                raw.commit()
        except BaseException:
            raw.rollback()
            raise
        finally:
            if sqlite:
                cursor.execute(f"PRAGMA busy_timeout={int(usual)}")
    finally:
        raw.close()


def _start_clock(raw) -> None:
    deadline = raw.info.get("deadline")
    if deadline is not None:
        deadline.start()
