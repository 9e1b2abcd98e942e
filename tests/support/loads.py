"""Loads for tests of processes: a light publication whose content can be compared with the facts."""

from __future__ import annotations

import json
import os
import signal
import warnings
from collections.abc import Callable

from sqlalchemy import insert, select

from data_access import engine as engines
from data_access.importing import jobs
from data_access.importing.lock import Busy
from data_access.schema import fact_absence, page_card, release_pointer
from tests.faults.conftest import receipt
from tests.support.absence_files import csv

PARTS = 30


def rows(version: int, count: int = 60) -> list[list[str]]:
    """A file whose long absences are all `version`; every version revises all rows of the one before."""
    return [
        [f"992{number:07d}", "2023/2024", "1", "basic", "500", str(version + 1), str(version)]
        for number in range(1, count + 1)
    ]


def light_steps(_say: Callable[[str], None]) -> tuple[Callable, ...]:
    """Two steps that write what the facts hold into many rows, so that a torn release would show."""

    def first(connection, release_id: int) -> None:
        _write(connection, release_id, range(PARTS // 2))

    def second(connection, release_id: int) -> None:
        _write(connection, release_id, range(PARTS // 2, PARTS))

    return first, second


def _write(connection, release_id: int, parts) -> None:
    payload = json.dumps(facts(connection))
    connection.execute(
        insert(page_card),
        [
            {
                "release_id": release_id,
                "plane": "released",
                "kind": "test",
                "unit_id": str(part),
                "payload": payload,
            }
            for part in parts
        ],
    )


def facts(connection) -> list[list]:
    """All rows of the absence facts, without their load."""
    table = fact_absence
    columns = [column for column in table.c if column.name != "load_batch_id"]
    query = select(*columns).order_by(*table.primary_key.columns)
    return [list(row) for row in connection.execute(query)]


def is_whole(connection) -> int:
    """Assert that the current release holds what the facts hold, in all its parts; returns its number."""
    current = connection.execute(select(release_pointer.c.release_id)).scalar()
    cards = connection.execute(
        select(page_card.c.payload).where(page_card.c.release_id == current, page_card.c.kind == "test")
    ).scalars()
    found = list(cards)
    assert len(found) == PARTS
    assert set(found) == {json.dumps(facts(connection))}
    return current


def load(engine, version: int, *, name: str = "kavejumi.csv", steps: Callable = light_steps):
    """The whole way of a file: received, checked, published."""
    with engine.begin() as connection:
        number = jobs.receive(
            connection, receipt(csv(rows(version)), name), author="tests", as_of="2024-12-31"
        )
    state = jobs.check(engine, number)
    if state == "staged":
        jobs.publish(
            engine, author="tests", reason=f"version {version}", job_ids=[number], confirmed=True, steps=steps
        )
    return number, state


def forked(url: str, work: Callable) -> int:
    """Run work(engine) in a child process of its own engine; returns its process id. Exit: 0, 4 = busy, 1 = fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work(engines.create(url))
        code = 0
    except Busy:
        code = 4
    except BaseException:  # the child never returns into the test run
        code = 1
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Exit code of a child, negative when a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
