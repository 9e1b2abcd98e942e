"""Releases: whole sets of values under one number, one pointer, the last five kept, rollback by the pointer.

`publish` writes everything under a new release id and moves the pointer in the same transaction, so a
reader sees the whole old release or the whole new one, whatever happens to the writer. `working_copy.make` keeps that
transaction from holding up everybody else on SQLite.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from types import SimpleNamespace

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from . import audit, disclosure, public_file, schema
from .reading import Release, current_release
from .schema_loading import release_move
from .writing import stamp

KEEP = 5
TOGETHER = " + "  # between the names of those who proposed and approved
CODE_VERSION = "0.1.0"

Step = Callable[[Connection, int], None]


class ReleaseError(RuntimeError):
    """A publication or rollback is refused; the old release keeps serving."""


def publish(
    connection: Connection,
    *,
    reason: str,
    author: str,
    steps: Sequence[Step] = (),
    apart: bool = False,
) -> Release:
    """Run `steps(connection, release_id)` under a new release id, then move the pointer.

    The caller owns the transaction: an exception in any step leaves the old release in place. apart: for the work
    of `working_copy.make`, which records the move and deletes old values itself.
    Raises ReleaseError when reason or author are empty or nothing has been loaded.
    """
    if not reason.strip() or not author.strip():
        raise ReleaseError("Publicēšanai vajag iemeslu un autoru | a release needs a reason and an author")
    as_of, synthetic = connection.execute(
        select(func.max(schema.load_batch.c.as_of), func.max(schema.load_batch.c.synthetic))
    ).one()
    if as_of is None:
        raise ReleaseError("Nav ielādētu datu | nothing has been loaded")
    release_id = (connection.execute(select(func.max(schema.release.c.id))).scalar() or 0) + 1
    _clear_unfinished(connection, release_id)
    connection.execute(
        insert(schema.release).values(
            id=release_id,
            created_at=stamp(),
            author=author.strip(),
            reason=reason.strip(),
            facts_hash=facts_hash(connection),
            code_version=CODE_VERSION,
            as_of=as_of,
            synthetic=int(synthetic),
        )
    )
    for step in steps:
        step(connection, release_id)
    if not disclosure.reported(connection, release_id):
        raise ReleaseError(
            "Publicēšana atteikta: nav datu aizsardzības pārskata | "
            "publication refused: there is no report of disclosure control"
        )
    _point(connection, release_id, reason, author, "publish", apart)
    if not apart:
        _prune(connection, release_id)
    public_file.prepare(connection, release_id)
    return current_release(connection)


def rollback(
    connection: Connection, release_id: int, *, reason: str, author: str = "manage.py", apart: bool = False
) -> Release:
    """Move the pointer to a kept release. Neither values nor facts are touched. apart: as in `publish`."""
    kept = [row.id for row in history(connection) if row.kept]
    if release_id not in kept:
        raise ReleaseError(
            f"Versija {release_id} nav saglabāta; ir {kept} | release {release_id} is not kept; there are {kept}"
        )
    if not disclosure.reported(connection, release_id):
        raise ReleaseError(
            f"Versijai {release_id} nav datu aizsardzības pārskata | "
            f"release {release_id} has no report of disclosure control"
        )
    if not reason.strip():
        raise ReleaseError("Atcelšanai vajag iemeslu | a rollback needs a reason")
    _point(connection, release_id, reason, author, "rollback", apart)
    public_file.prepare(connection, release_id)
    return current_release(connection)


def history(connection: Connection, *, authors: bool = True) -> list:
    """All releases, newest first; `kept` tells whether their values are still stored.

    authors: who published is not told to the public, whose database does not have it.
    """
    newest = select(schema.release.c.id).order_by(schema.release.c.id.desc()).limit(KEEP)
    kept = {row.id for row in connection.execute(newest)}
    pointer = select(schema.release_pointer.c.release_id)
    pointed = connection.execute(pointer).scalar()
    if pointed is not None:
        kept.add(pointed)
    columns = [column for column in schema.release.c if authors or column.name != "author"]
    rows = connection.execute(select(*columns).order_by(schema.release.c.id.desc())).mappings()
    return [_History(**row, kept=row["id"] in kept, current=row["id"] == pointed) for row in rows]


class _History:
    def __init__(self, **fields) -> None:
        self.__dict__.update(fields)


def facts_hash(connection: Connection) -> str:
    """Hash over the load batches: two databases with the same files loaded have the same hash."""
    batches = connection.execute(
        select(schema.load_batch.c.dataset, schema.load_batch.c.sha256).order_by(
            schema.load_batch.c.dataset, schema.load_batch.c.sha256
        )
    )
    digest = hashlib.sha256()
    for dataset, sha256 in batches:
        digest.update(f"{dataset}:{sha256}\n".encode())
    return digest.hexdigest()


def _clear_unfinished(connection: Connection, release_id: int) -> None:
    """Delete what a killed publication left under the number of a release that never came to be (SQLite)."""
    if connection.dialect.name == "sqlite":
        for table in schema.RELEASE_TABLES:
            if table is not schema.stored_page:  # drawn only after a release has come to be
                connection.execute(delete(table).where(table.c.release_id >= release_id))


def _point(connection: Connection, release_id: int, reason: str, author: str, kind: str, apart: bool) -> None:
    before = connection.execute(
        select(schema.release_pointer.c.release_id).where(schema.release_pointer.c.id == 1)
    ).scalar()
    values = {"release_id": release_id, "moved_at": stamp(), "reason": reason.strip()}
    if before is None:
        connection.execute(insert(schema.release_pointer).values(id=1, **values))
    else:
        connection.execute(
            update(schema.release_pointer).where(schema.release_pointer.c.id == 1).values(**values)
        )
    number = (connection.execute(select(func.max(release_move.c.id))).scalar() or 0) + 1
    move = {
        "id": number,
        "from_release": before,
        "to_release": release_id,
        "kind": kind,
        "author": author.strip(),
        "reason": reason.strip(),
        "at": stamp(),
    }
    connection.execute(insert(release_move).values(move))
    if not apart:
        record(connection, SimpleNamespace(**move))


def record(connection: Connection, move: Row | SimpleNamespace) -> None:
    """The audit record of a move of the pointer; of several authors it is the one who acts."""
    authors, known = move.author.split(TOGETHER), audit.who_acts()
    audit.record(
        connection,
        audit.RELEASED if move.kind == "publish" else audit.ROLLED_BACK,
        who=known.who if known and known.who in authors else move.author,
        unit=str(move.to_release),
        detail={"from": move.from_release} | ({"persons": move.author} if len(authors) > 1 else {}),
    )


def values_hash(connection: Connection, release_id: int) -> dict[str, str]:
    """Hash of what each release table holds for a release: equal hashes, equal pages."""
    found = {}
    for table in schema.RELEASE_TABLES:
        digest = hashlib.sha256()
        columns = [column for column in table.columns if column.name != "release_id"]
        query = select(*columns).where(table.c.release_id == release_id).order_by(*table.primary_key.columns)
        for row in connection.execute(query):
            digest.update(repr(tuple(row)).encode())
        found[table.name] = digest.hexdigest()
    return found


def _prune(connection: Connection, newest: int) -> None:
    """Delete the values of releases older than the last five; their line in the history stays."""
    for table in schema.RELEASE_TABLES:
        connection.execute(delete(table).where(table.c.release_id <= newest - KEEP))
