"""One importer at a time, whatever the machine; a killed one does not stay in the way."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from ..schema_loading import import_lock
from ..writing import stamp

STALE_SECONDS = 900  # of an importer on another machine, whose process cannot be seen


class Busy(RuntimeError):
    """Another load or publication is under way; the message says since when."""


def me() -> str:
    """Name of this process: host/start of the machine:pid."""
    return f"{_machine()}:{os.getpid()}"


def _machine() -> str:
    """Host and the mark of its start: after a power cut another process may have the number of a dead one."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            started = stream.read(8)
    except OSError:
        started = ""
    return f"{socket.gethostname()}/{started}"


def alive(worker: str, beat: str = "") -> bool:
    """Is the process still there? On another machine: was its last beat recent?"""
    host, _, pid = worker.rpartition(":")
    if not pid.isdigit():
        return False
    if host != _machine():
        if host.partition("/")[0] == socket.gethostname():
            return False  # this machine has been started anew since
        if not beat:
            return True
        return (datetime.now(UTC) - datetime.fromisoformat(beat)).total_seconds() < STALE_SECONDS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _zombie(int(pid))


def _zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stream:
            return stream.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


@contextmanager
def importing(engine: Engine, purpose: str) -> Iterator[None]:
    """Hold the lock. Raises Busy when somebody alive has it."""
    at = stamp()
    try:
        with engine.begin() as connection:
            _take(connection, purpose, at)
    except (IntegrityError, OperationalError) as error:
        # Lost a race for the row, or a publication holds the whole file.
        raise Busy(
            "Cita ielāde vai publicēšana notiek šobrīd; mēģiniet pēc minūtes | "
            "another load or publication is under way; try again in a minute"
        ) from error
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(
                delete(import_lock).where(import_lock.c.worker == me(), import_lock.c.since == at)
            )


def _take(connection: Connection, purpose: str, at: str) -> None:
    held = connection.execute(select(import_lock).with_for_update()).mappings().first()
    if held is not None:
        if alive(held["worker"], held["beat"]):
            raise Busy(
                f"Aizņemts kopš {held['since']}: {held['purpose']} | busy since {held['since']}: {held['purpose']}"
            )
        connection.execute(delete(import_lock))
    connection.execute(insert(import_lock).values(id=1, purpose=purpose, worker=me(), since=at, beat=at))


def holder(connection: Connection) -> str:
    """Since when and for what the lock is held by somebody alive; "" when it is free."""
    held = connection.execute(select(import_lock)).mappings().first()
    if held is None or not alive(held["worker"], held["beat"]):
        return ""
    return f"{held['since']}: {held['purpose']}"
