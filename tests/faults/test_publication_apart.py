"""A publication holds nobody up: readers sign in, answer and propose while one is made, and a killed one leaves nothing."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import func, select

from data_access import audit, integrity, public_file, releases, schema, sessions, thresholds, working_copy
from data_access import engine as engines
from data_access.importing import jobs
from data_access.schema_identity import user_session
from data_access.schema_loading import import_job
from tests.faults.conftest import receipt
from tests.support import loads
from tests.support.absence_files import csv

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PROPOSAL = thresholds.Proposal(
    indicator_id="R03", stage="basic", basis="absolute", operator=">", medium=1.0, high=2.0
)


def staged(engine, version: int) -> int:
    """A checked file that waits; returns its load."""
    with engine.begin() as connection:
        number = jobs.receive(
            connection, receipt(csv(loads.rows(version))), author="tests", as_of="2024-12-31"
        )
    assert jobs.check(engine, number) == "staged"
    return number


def publish(engine, number: int, steps=loads.light_steps):
    return jobs.publish(
        engine, author="tests", reason="meanwhile", job_ids=[number], confirmed=True, steps=steps
    )


def test_others_write_while_a_release_is_made(loaded):
    """In the middle of a publication somebody signs in, is recorded, proposes and sends a file; all of it stays."""
    engine, url = loaded
    number = staged(engine, 2)
    other = engines.create(url, wait_seconds=0)  # who had to wait at all would fail
    done = {}

    def steps(say):
        def meanwhile(_connection, _release_id):
            with other.begin() as connection:
                done["token"] = sessions.start(
                    connection, method="demo", agent="tests", demo_account="ministry"
                )
                done["record"] = audit.record(connection, audit.SIGNED_IN, who="reader", unit="tests")
            done["threshold"] = thresholds.propose(
                other, PROPOSAL, author="reader", reason="a long enough reason"
            )
            with other.begin() as connection:
                done["file"] = jobs.receive(
                    connection, receipt(csv(loads.rows(9))), author="tests", as_of="2024-12-31"
                )

        first, second = loads.light_steps(say)
        return first, meanwhile, second

    release = publish(engine, number, steps)
    with engine.begin() as connection:
        assert loads.is_whole(connection) == release.id == 3
        assert connection.execute(select(func.count()).select_from(user_session)).scalar() == 1
        assert (
            connection.execute(
                select(schema.threshold.c.author).where(schema.threshold.c.id == done["threshold"])
            ).scalar()
            == "reader"
        )
        assert jobs.job_of(connection, done["file"])["state"] == "received"
        assert jobs.job_of(connection, number)["state"] == "published"
        assert audit.verify(connection).whole
        told = [(row.what, row.unit) for row in audit.newest(connection, 3)]
        assert told[0] == (audit.RELEASED, "3")
        assert (audit.SIGNED_IN, "tests") in told
        if engine.dialect.name == "sqlite":
            assert not integrity.dangling(connection)
    assert working_copy.left_over(engine) == []
    other.dispose()


def test_signing_in_on_the_page_while_a_release_is_made(tmp_path):
    """The application lets a school in, shows its page and a page of the public in the middle of a publication."""
    import app as application
    import settings
    from data_access import migrations_runner
    from tests.support import small

    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=80)
        releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
    server = application.create_app(
        settings.Settings(
            DATABASE_URL=url, secret_key="test-only-0123456789-abcdefghijklmnop", log_level="ERROR"
        )
    ).server
    number, seen = staged(engine, 2), []

    def steps(say):
        def meanwhile(_connection, _release_id):
            client = server.test_client()
            same = {"Sec-Fetch-Site": "same-origin"}
            seen.append(client.get("/metodika").headers["X-Release"])
            answer = client.post("/pieslegties", data={"account": "ministry", "next": "/"}, headers=same)
            seen.append(answer.status_code)
            seen.append(client.get("/konts").status_code)

        return *loads.light_steps(say), meanwhile

    publish(engine, number, steps)
    assert seen == ["1", 303, 200]
    assert server.test_client().get("/metodika").headers["X-Release"] == "2"
    engine.dispose()


@only_sqlite
@pytest.mark.parametrize("moment", ["computing", "taking over", "last transaction", "renaming"])
def test_a_killed_publication_leaves_no_trace(loaded, moment):
    """Killed while it computes, copies or commits: the old release, whole; killed after that: the new one, whole."""
    engine, url = loaded
    number = staged(engine, 2)
    with engine.begin() as connection:
        before = loads.facts(connection), [row.id for row in releases.history(connection)]
    engine.dispose()

    def die(*_args):
        os.kill(os.getpid(), signal.SIGKILL)

    def work(own):
        portions, handed, placed = working_copy._portions, public_file.hand_over, public_file._place
        steps = loads.light_steps
        if moment == "computing":
            steps = lambda say: (*loads.light_steps(say), die)  # noqa: E731
        elif moment == "taking over":

            def some(copy, raw, table, release_id):
                portions(copy, raw, table, release_id)
                die()

            working_copy._portions = some
        elif moment == "last transaction":

            def almost(*args):
                handed(*args)
                die()

            public_file.hand_over = almost
        else:

            def place(made, target):
                if "making" in target.name:
                    return placed(made, target)
                die()

            public_file._place = place
        publish(own, number, steps)

    assert loads.ended(loads.forked(url, work)) == -signal.SIGKILL
    done = moment == "renaming"
    with engine.begin() as connection:
        assert loads.is_whole(connection) == 2 + done
        assert (loads.facts(connection) == before[0]) is not done
        assert [row.id for row in releases.history(connection)] == [3] * done + before[1]
        assert not integrity.dangling(connection)
    assert working_copy.left_over(engine)
    jobs.heal(engine)
    assert working_copy.left_over(engine) == []
    folder = working_copy.file_of(engine).parent
    assert [path.name for path in folder.iterdir() if "making" in path.name] == []
    with engine.begin() as connection:
        state = connection.execute(select(import_job.c.state).where(import_job.c.id == number)).scalar()
        for table in schema.RELEASE_TABLES:
            assert (
                connection.execute(
                    select(func.max(table.c.release_id)).where(table.c.release_id > 2 + done)
                ).scalar()
                is None
            )
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
    assert state == ("published" if done else "staged")
    if not done:
        assert publish(engine, number).id == 3
    with engine.begin() as connection:
        assert loads.is_whole(connection) == 3


@only_sqlite
def test_a_change_beside_the_lock_stops_it(loaded):
    """Who publishes without the lock of imports meanwhile is not overwritten."""
    engine, _url = loaded
    number = staged(engine, 2)

    def steps(say):
        def meanwhile(_connection, _release_id):
            with engine.begin() as connection:
                releases.publish(connection, reason="beside", author="tests", steps=loads.light_steps(say))

        return *loads.light_steps(say), meanwhile

    with pytest.raises(jobs.JobError) as refused:
        publish(engine, number, steps)
    assert refused.value.code == "state"
    with engine.begin() as connection:
        assert loads.is_whole(connection) == 3
        assert jobs.job_of(connection, number)["state"] == "staged"
        assert not integrity.dangling(connection)
    assert publish(engine, number).id == 4


@only_sqlite
def test_the_copy_wants_room(loaded, monkeypatch):
    """Too little room on the disk is said before anything is written."""
    engine, _url = loaded
    number = staged(engine, 2)
    monkeypatch.setattr(
        working_copy.shutil, "disk_usage", lambda _path: type("Disk", (), {"free": 1_000_000})
    )
    with pytest.raises(jobs.JobError, match="there are 1 MB") as refused:
        publish(engine, number)
    assert refused.value.code == "room"
    with engine.begin() as connection:
        assert jobs.job_of(connection, number)["state"] == "staged"
    assert working_copy.left_over(engine) == []
    monkeypatch.undo()
    assert publish(engine, number).id == 3


@only_sqlite
def test_the_copy_is_not_for_what_others_write(loaded):
    """A step that writes accounts, sessions, answers or thresholds is a fault of the program and is told so."""
    engine, _url = loaded
    number = staged(engine, 2)

    def steps(say):
        def careless(connection, _release_id):
            sessions.start(connection, method="demo", agent="tests", demo_account="ministry")

        return *loads.light_steps(say), careless

    with pytest.raises(RuntimeError, match="user_session"):
        publish(engine, number, steps)
    with engine.begin() as connection:
        assert loads.is_whole(connection) == 2
