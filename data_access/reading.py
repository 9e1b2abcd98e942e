"""One request reads one release: a read-only transaction, the pointer, and the reader's scope together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from . import plain, provision
from .engine import Planes
from .schema import release, release_pointer
from .scope import Scope


class NoRelease(RuntimeError):
    """Nothing has been published yet."""


@dataclass(frozen=True)
class Release:
    """The release that every answer of a request is read from."""

    id: int
    created_at: str
    as_of: str
    reason: str
    synthetic: bool
    facts_hash: str


@dataclass(frozen=True)
class Reader:
    """What queries need: an open transaction, the release and the scope."""

    connection: Connection
    release: Release
    scope: Scope


_CURRENT = select(
    release.c.id,
    release.c.created_at,
    release.c.as_of,
    release.c.reason,
    release.c.synthetic,
    release.c.facts_hash,
).join(release_pointer, release_pointer.c.release_id == release.c.id)


def current_release(connection: Connection) -> Release:
    """The release that the pointer names. Raises NoRelease when nothing is published."""
    row = plain.within(connection).execute(_CURRENT).first()
    if row is None:
        raise NoRelease("Nav publicēta neviena versija | Nothing has been published yet")
    return Release(row.id, row.created_at, row.as_of, row.reason, bool(row.synthetic), row.facts_hash)


@contextmanager
def reading(engine: Planes | Engine, scope: Scope) -> Iterator[Reader]:
    """Open a snapshot of the current release for one request, on the plane of this reader.

    PostgreSQL is told the scope for this transaction only, for its row security.
    """
    chosen = engine.of(scope) if isinstance(engine, Planes) else engine
    with chosen.begin() as connection:
        if connection.dialect.name == "postgresql":
            provision.tell(connection, scope)
        yield Reader(connection, current_release(connection), scope)
