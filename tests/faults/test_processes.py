"""Volume and process faults C36–C53: killed, full, twice at once, failing late, taken back."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import select

from data_access import engine as engines
from data_access import integrity, releases
from data_access.importing import jobs, lock, revisions
from data_access.importing.receive import RefusedFile, receive
from data_access.schema import load_batch, release
from data_access.schema_loading import import_content, import_job, import_row
from tests.faults.conftest import receipt
from tests.support import loads, small
from tests.support.absence_files import csv, many

KILLS = int(os.environ.get("LOAD_KILLS", "100"))


@pytest.mark.slow
def test_c37_killed_at_random_moments(loaded):
    """After each kill -9 the release is whole, old or new, and the next load needs no repair."""
    engine, url = loaded
    engine.dispose()
    child = loads.forked(url, lambda own: loads.load(own, 2))
    started = time.monotonic()
    assert loads.ended(child) == 0
    length = 1.4 * (time.monotonic() - started)
    draw = random.Random(20241231)
    seen, ends = [], Counter()
    for number in range(KILLS):
        child = loads.forked(url, lambda own, version=3 + number: loads.load(own, version))
        time.sleep(draw.uniform(0, length))
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        end = loads.ended(child)
        ends[end] += 1
        # However slow the machine is just now: some loads come to their end, most do not.
        length *= 0.8 if end != -signal.SIGKILL else 1.1
        with engine.begin() as connection:
            seen.append(loads.is_whole(connection))
            if engine.dialect.name == "sqlite" and number % 10 == 0:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert not integrity.dangling(connection)
    assert set(ends) <= {0, 4, -signal.SIGKILL}, ends  # done, another load at work, killed
    assert ends[-signal.SIGKILL] >= KILLS / 4, ends
    assert KILLS < 50 or len(set(seen)) > 1, ends
    jobs.heal(engine)
    loads.load(engine, 1000)
    with engine.begin() as connection:
        loads.is_whole(connection)
        assert (
            connection.execute(select(import_job.c.id).where(import_job.c.state.in_(jobs.WORKING))).first()
            is None
        )
        orphans = (
            select(import_row.c.job_id)
            .join(import_job, import_job.c.id == import_row.c.job_id)
            .where(import_job.c.state != "staged")
        )
        assert connection.execute(orphans).first() is None


def test_c42_two_at_once(loaded):
    """One runs, the other is told since when it has to wait; nothing is lost."""
    engine, url = loaded
    with lock.importing(engine, "tests"):
        busy = loads.forked(url, lambda own: loads.load(own, 7))
        assert loads.ended(busy) in (1, 4)
        with pytest.raises(lock.Busy, match="busy since|under way"), lock.importing(engine, "second"):
            pass
    loads.load(engine, 8)
    with engine.begin() as connection:
        loads.is_whole(connection)


def test_c42_many_at_once(loaded):
    """Four processes publish at once: those that get through are all there."""
    engine, url = loaded
    engine.dispose()
    children = [loads.forked(url, lambda own, version=20 + n: loads.load(own, version)) for n in range(4)]
    codes = [loads.ended(child) for child in children]
    assert 0 in codes
    assert set(codes) <= {0, 1, 4}
    with engine.begin() as connection:
        loads.is_whole(connection)
        states = list(connection.execute(select(import_job.c.state)).scalars())
        batches = connection.execute(select(load_batch.c.id).where(load_batch.c.dataset == "absence")).all()
    assert states.count("published") == len(batches)


def test_a_dead_holder_does_not_block(loaded):
    """The lock of a process that is no more is taken over."""
    engine, url = loaded

    def take(own):
        holding = lock.importing(own, "dies")
        holding.__enter__()
        os.kill(os.getpid(), signal.SIGKILL)

    assert loads.ended(loads.forked(url, take)) == -signal.SIGKILL
    with engine.begin() as connection:
        assert lock.holder(connection) == ""
    with lock.importing(engine, "next"):
        pass


def test_c43_the_same_file_again(loaded):
    """The same file twice, and the same rows in another file, change nothing: no load, no release, equal hashes."""
    engine, _ = loaded

    def picture():
        with engine.begin() as connection:
            return loads.facts(connection), releases.facts_hash(connection), loads.is_whole(connection)

    before = picture()
    assert loads.load(engine, 1)[1] == "unchanged"
    with engine.begin() as connection:
        number = jobs.receive(
            connection, receipt(csv(loads.rows(1)[::-1]), "cita.csv"), author="tests", as_of="2024-12-31"
        )
    assert jobs.check(engine, number) == "unchanged"
    assert picture() == before


def test_c44_exception_in_the_last_stage(loaded):
    """When the last step fails nothing is published and the file waits as before."""
    engine, _ = loaded
    with engine.begin() as connection:
        before = loads.facts(connection), loads.is_whole(connection)

    def failing(say):
        def last(connection, release_id):
            raise ValueError("the last step")

        return *loads.light_steps(say), last

    with pytest.raises(ValueError, match="the last step"):
        loads.load(engine, 2, steps=failing)
    with engine.begin() as connection:
        assert (loads.facts(connection), loads.is_whole(connection)) == before
        waiting = jobs.staged(connection)
    jobs.publish(
        engine, author="tests", reason="second try", job_ids=waiting, confirmed=True, steps=loads.light_steps
    )
    with engine.begin() as connection:
        assert loads.is_whole(connection) == before[1] + 1


def test_c46_cancelled_while_checking(loaded):
    """A load that is cancelled stops at its next sign of life and keeps nothing."""
    engine, _ = loaded
    with engine.begin() as connection:
        number = jobs.receive(connection, receipt(csv(loads.rows(5))), author="tests", as_of="2024-12-31")
    progress = jobs.Progress(engine, number, every=0)

    def tick(step, done, total):
        if step == "compare":
            jobs.cancel(engine, number)
        progress(step, done, total)

    assert jobs.check(engine, number, tick) == "cancelled"
    with engine.begin() as connection:
        assert (
            connection.execute(select(import_row.c.job_id).where(import_row.c.job_id == number)).first()
            is None
        )
        assert connection.execute(select(import_content.c.job_id)).first() is None


def test_c46_a_worker_is_stopped(loaded):
    """A worker process is ended by “stop”; what it was doing is undone."""
    from data_access.importing import worker

    engine, url = loaded
    with engine.begin() as connection:
        number = jobs.receive(connection, receipt(csv(loads.rows(6))), author="tests", as_of="2024-12-31")
    worker.start(url, "check", job=number)
    for _ in range(600):
        with engine.begin() as connection:
            state = jobs.job_of(connection, number)["state"]
        if state == "staged":
            break
        time.sleep(0.1)
    assert state == "staged"
    worker.start(url, "publish", jobs=[number], author="tests", reason="to be stopped", confirmed=True)
    for _ in range(600):
        with engine.connect().execution_options(reads_only=True) as connection:
            if jobs.job_of(connection, number)["state"] in ("publishing", "published"):
                break
        time.sleep(0.02)
    assert jobs.cancel(engine, number) in ("staged", "cancelled", "published")
    with engine.begin() as connection:
        assert jobs.job_of(connection, number)["state"] in ("staged", "cancelled", "published")
    worker.settle()
    with lock.importing(engine, "afterwards"):
        pass


def test_c48_rollback_to_any_of_five(loaded):
    """Each of the last five releases comes back with equal hashes of all its tables."""
    engine, _ = loaded
    hashes = {}
    for version in range(2, 9):
        loads.load(engine, version)
        with engine.begin() as connection:
            number = loads.is_whole(connection)
            hashes[number] = releases.values_hash(connection, number)
    with engine.begin() as connection:
        kept = [row.id for row in releases.history(connection) if row.kept]
    assert len(kept) == 5
    for number in kept:
        with engine.begin() as connection:
            assert releases.rollback(connection, number, reason="tests").id == number
            assert releases.values_hash(connection, number) == hashes[number]
    with engine.begin() as connection, pytest.raises(releases.ReleaseError, match="is not kept"):
        releases.rollback(connection, kept[-1] - 1, reason="tests")


def test_a_file_is_taken_back(loaded):
    """Taking files back, newest first, gives the facts that were there before, to the last value and load."""
    engine, _ = loaded

    def picture():
        with engine.begin() as connection:
            return sorted(
                connection.execute(select(loads.fact_absence)).all(), key=repr
            ), releases.facts_hash(connection)

    first = picture()
    second, _ = loads.load(engine, 2)
    middle = picture()
    third, _ = loads.load(engine, 3)
    with pytest.raises(revisions.RevisionError, match="later load"):
        jobs.withdraw(engine, second, author="tests", reason="wrong order", steps=loads.light_steps)
    jobs.withdraw(engine, third, author="tests", reason="a mistake", steps=loads.light_steps)
    assert picture() == middle
    jobs.withdraw(engine, second, author="tests", reason="a mistake", steps=loads.light_steps)
    assert picture() == first
    with engine.begin() as connection:
        loads.is_whole(connection)
        history = list(revisions.corrections(connection))
    assert len(history) == 120
    assert all(one["withdrawn_at"] for one in history)
    assert loads.load(engine, 3)[1] == "staged"


def test_revisions_keep_what_was(loaded):
    """A revision names old and new value, load, reason, author and time."""
    engine, _ = loaded
    loads.load(engine, 4)
    with engine.begin() as connection:
        newest = next(iter(revisions.corrections(connection)))
        assert connection.execute(
            select(load_batch.c.id).where(load_batch.c.id == newest["batch_id"])
        ).scalar()
    assert newest["old_values"] == {"any_unexcused": 2, "long_unexcused": 1}
    assert newest["new_values"] == {"any_unexcused": 5, "long_unexcused": 4}
    assert newest["row_key"]["school_year"] == 2023
    assert newest["reason"] == "version 4"
    assert newest["author"] == "tests"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # elsewhere the disk is the server's
@pytest.mark.parametrize("room", [8, 64, 256])
def test_c39_disk_full(loaded, room):
    """When the file cannot grow the load fails as a whole; with room again it succeeds."""
    engine, url = loaded
    path = str(engine.url.database).removeprefix("file:").partition("?")[0]
    engines.tidy(engine)

    def narrow(own):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = room * 1024
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # of the journal, which starts empty
        loads.load(own, 2)

    assert loads.ended(loads.forked(url, narrow)) == 1
    fresh = engines.create(url)
    with fresh.begin() as connection:
        loads.is_whole(connection)
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    jobs.heal(fresh)
    loads.load(fresh, 2)
    with fresh.begin() as connection:
        loads.is_whole(connection)
    fresh.dispose()
    assert os.path.getsize(path)


def test_c39_disk_full_on_a_small_disk(tmp_path):
    """The same on a disk of four megabytes, where this machine lets us make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True)
    if made.returncode:
        pytest.skip("only root may mount")
    try:
        from data_access import migrations_runner

        url = f"sqlite:///{disk / 'small.sqlite'}"
        engine = engines.create(url)
        migrations_runner.upgrade(engine)
        with engine.begin() as connection:
            small.fill(connection, more=80)
            releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
        engines.tidy(engine)
        free = os.statvfs(disk)
        (disk / "ballast").write_bytes(b"0" * max(0, free.f_bavail * free.f_bsize - 120_000))
        assert loads.ended(loads.forked(url, lambda own: loads.load(own, 2))) == 1
        (disk / "ballast").unlink()
        with engine.begin() as connection:
            loads.is_whole(connection)
        jobs.heal(engine)
        loads.load(engine, 2)
        with engine.begin() as connection:
            loads.is_whole(connection)
        engine.dispose()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_c36_declared_limits(tmp_path, monkeypatch):
    """A file above the limit is refused before it is read; one with too many rows before they are parsed."""
    from data_access.importing import dialect
    from data_access.importing import receive as receiving

    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(10 * 1024**3)
    with pytest.raises(RefusedFile, match="larger than"):
        receive(path)
    monkeypatch.setattr(dialect, "MAX_ROWS", 3)
    with pytest.raises(RefusedFile, match="more than 3 rows"):
        dialect.to_grid("a;b\n" * 5, {"a", "b"})
    assert receiving.SIZE_LIMIT <= 200 * 1024 * 1024


def test_c53_what_is_no_plain_file(tmp_path):
    """Links, folders and missing files are refused with words."""
    target = tmp_path / "a.csv"
    target.write_text("x")
    (tmp_path / "link.csv").symlink_to(target)
    for path in (tmp_path / "link.csv", tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(RefusedFile, match="not a regular file"):
            receive(path)


def test_c35_two_sources(loaded):
    """Of two sources the primary one stays in the table, whichever came first; the other is kept beside it."""
    from dataclasses import replace

    from data_access.importing.batches import open_batch
    from data_access.importing.datasets import all_datasets
    from data_access.schema_loading import other_source

    engine, _ = loaded
    order = ("e_journals", "viis_cases")
    journals = replace(all_datasets()["absence"], precedence=order)
    cases = replace(journals, source_code="viis_cases")
    row = {
        "institution_id": 3, "school_year": 2022, "semester": 1, "stage": "basic", "source_code": "e_journals",
        "long_unexcused": 9, "any_unexcused": 20, "any_excused": None, "any_illness": None,
    }  # fmt: skip

    def bring(connection, dataset, sha, **values):
        batch = open_batch(
            connection, "absence", dataset.source_code, sha, sha, "2024-12-31", 1,
            batch_id=revisions.next_batch_id(connection),
        )  # fmt: skip
        return revisions.apply(
            connection, dataset, [{**row, **values}], batch, reason="tests", author="tests"
        )

    with engine.begin() as connection:
        assert bring(connection, cases, "one", long_unexcused=6)["new"] == 1
        assert bring(connection, journals, "two")["revised"] == 1
        assert bring(connection, cases, "three", long_unexcused=5)["secondary"] == 1
        value = [one for one in loads.facts(connection) if one[:2] == [3, 2022]]
        kept = connection.execute(select(other_source)).mappings().all()
    assert value[0][5] == 9
    assert [(one["source_code"], one["primary_source"], one["other_values"]) for one in kept] == [
        ("viis_cases", "e_journals", '{"long_unexcused":5}')
    ]


def test_c20_fifty_readers_during_a_load(tmp_path):
    """Fifty readers browse while a file is published and rolled back: no answer mixes two releases."""
    import re

    import app as application
    import settings
    from data_access import migrations_runner
    from data_access.publishing import steps

    url = f"sqlite:///{tmp_path / 'readers.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=80)
        releases.publish(connection, reason="small", author="tests", steps=steps())
    server = application.create_app(
        settings.Settings(
            DATABASE_URL=url, secret_key="test-only-0123456789-abcdefghijklmnop", log_level="ERROR"
        )
    ).server
    stop = threading.Event()
    seen: set[str] = set()
    faults: list[str] = []

    def browse(number: int) -> None:
        client = server.test_client()
        paths = ("/", "/kavejumi", "/latvija", "/skola/9920000001")
        turn = number
        while not stop.is_set():
            path = paths[turn % len(paths)]
            answer = client.get(path, environ_base={"REMOTE_ADDR": f"10.0.0.{number}"})
            turn += 1
            if answer.status_code == 429:
                time.sleep(0.2)
                continue
            header = answer.headers.get("X-Release")
            inside = set(re.findall(r'data-release="(\d+)"', answer.text))
            if answer.status_code != 200 or inside != {header}:
                faults.append(f"{path} {answer.status_code} {header} {inside}")
            seen.add(header)
            stop.wait(1.0)  # a person reads; fifty that never rest would only measure this machine

    readers = [threading.Thread(target=browse, args=(number,)) for number in range(50)]
    for reader in readers:
        reader.start()
    try:
        with engine.begin() as connection:
            number = jobs.receive(connection, receipt(csv(many(60))), author="tests", as_of="2024-12-31")
        assert jobs.check(engine, number) == "staged"
        jobs.publish(engine, author="tests", reason="with readers", job_ids=[number], confirmed=True)
        time.sleep(1)
        with engine.begin() as connection:
            releases.rollback(connection, 1, reason="with readers")
        time.sleep(0.5)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
        engine.dispose()
    assert faults == []
    assert seen == {"1", "2"}


def test_history_of_the_pointer(loaded):
    """Publication and rollback leave a line each, with who and why."""
    from data_access.queries import loading

    engine, _ = loaded
    with engine.begin() as connection:
        releases.rollback(connection, 1, reason="look back", author="somebody")
        moves = loading.moves(connection)
        assert connection.execute(select(release.c.id)).all()
    assert (moves[0]["kind"], moves[0]["to_release"], moves[0]["author"], moves[0]["reason"]) == (
        "rollback", 1, "somebody", "look back",
    )  # fmt: skip
