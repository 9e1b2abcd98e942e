"""What the web process itself writes: sessions, accounts and the audit record, through engines of their own.

Pages read through an engine that cannot write. `Desk` is the one object with which the web writes besides;
`app.py` makes it, `access` uses it, and no page gets an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError as Unwritable  # noqa: F401  what pages catch when another writer is at work

from . import engine as engines
from . import plain
from .plain import Plain


def now() -> datetime:
    """This moment in UTC, whole seconds; tests set it."""
    return datetime.now(UTC).replace(microsecond=0)


def stamp(moment: datetime | None = None) -> str:
    """A moment as it is stored: ISO text in UTC, so that text order is time order."""
    return (moment or now()).isoformat(timespec="seconds")


def today() -> str:
    """The day on which assignments are valid or not, in UTC."""
    return stamp()[:10]


class Desk:
    """A reading and a writing engine on one database."""

    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading, self._writing = reading, writing

    @classmethod
    def open(cls, url: str) -> Desk:
        """Engines of its own on the database at `url`. Raises EngineError."""
        return cls(engines.create(url, read_only=True), engines.create(url))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only transaction."""
        with self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self, patience: int | None = None) -> Iterator[Connection]:
        """A writing transaction. patience: milliseconds to wait for another writer instead of five seconds."""
        if patience is None:
            with self._writing.begin() as connection:
                yield connection
            return
        sqlite = self._writing.dialect.name == "sqlite"
        with self._writing.connect() as connection:
            raw = connection.connection.cursor()
            if sqlite:
                raw.execute(f"PRAGMA busy_timeout={int(patience)}")
            try:
                with connection.begin():
                    if not sqlite:
                        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(patience)}ms'")
                    yield connection
            finally:
                if sqlite:
                    raw.execute(f"PRAGMA busy_timeout={engines.SQLITE_SETTINGS['busy_timeout']}")
                raw.close()

    @contextmanager
    def look(self) -> Iterator[Plain]:
        """For one look-up in every request."""
        with plain.reading(self._reading) as statements:
            yield statements

    @contextmanager
    def note(self, patience: int) -> Iterator[Plain]:
        """A writing transaction in every request. patience: milliseconds to wait for another writer."""
        with plain.writing(self._writing, patience, engines.SQLITE_SETTINGS["busy_timeout"]) as statements:
            yield statements

    def dispose(self) -> None:
        """Close all connections."""
        self._reading.dispose()
        self._writing.dispose()
