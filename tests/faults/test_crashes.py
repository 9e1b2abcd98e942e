"""Process faults C38, C40, C41, C45, C47, C49–C51 of the catalogue: the database itself is killed, full, old, damaged."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import DBAPIError

from data_access import audit, integrity, migrations_runner, public_file, releases, writing
from data_access import engine as engines
from data_access.importing import jobs, lock
from data_access.schema_identity import audit_event
from data_access.schema_loading import import_job
from tests.faults.conftest import receipt
from tests.support import loads, small
from tests.support.absence_files import csv
from tests.support.postgres import Server

KILLS = int(os.environ.get("DATABASE_KILLS", "4"))
CUTS = int(os.environ.get("JOURNAL_CUTS", "40"))
LOG_CUTS = int(os.environ.get("LOG_CUTS", "3"))
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def path_of(engine) -> Path:
    """The file of a SQLite engine."""
    return Path(str(engine.url.database).removeprefix("file:").partition("?")[0])


def is_sound(engine) -> int:
    """Assert that the release is whole and SQLite's file in order; returns the release."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        return loads.is_whole(connection)


# --- C38: the power goes


@only_sqlite
def test_c38_power_cut_sqlite(loaded, tmp_path):
    """Wherever the journal of a load ends after a power cut, the release is the whole old or the whole new one.

    A reader's open transaction keeps SQLite from folding the journal, so all of the load stands in it; a power cut
    leaves a beginning of it, here with random bytes after the cut too.
    """
    engine, url = loaded
    engines.tidy(engine)
    path = path_of(engine)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM release_pointer").fetchone()
    before = path.read_bytes()
    assert loads.ended(loads.forked(url, lambda own: loads.load(own, 2))) == 0
    assert path.read_bytes() == before
    journal = Path(f"{path}-wal").read_bytes()
    reader.close()
    draw = random.Random(38)
    cuts = sorted(draw.randrange(len(journal) + 1) for _ in range(CUTS)) + [len(journal)]
    seen = []
    for number, cut in enumerate(cuts):
        copy = tmp_path / "cut" / f"{number}.sqlite"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(before)
        torn = draw.randbytes(3000) if number % 2 and cut < len(journal) else b""
        Path(f"{copy}-wal").write_bytes(journal[:cut] + torn)
        again = engines.create(f"sqlite:///{copy}")
        seen.append(is_sound(again))
        if number == len(cuts) // 2:
            jobs.heal(again)
            loads.load(again, 3)
            is_sound(again)
        again.dispose()
    assert seen == sorted(seen)  # a longer journal never shows an older release
    assert set(seen) == {2, 3}


@pytest.mark.postgres
def test_c38_killed_server():
    """PostgreSQL killed with all its processes during a load: after recovery the release is whole, none is lost."""
    server = Server()
    try:
        url = server.create("killed")
        engine = engines.create(url)
        migrations_runner.upgrade(engine)
        with engine.begin() as connection:
            small.fill(connection, more=80)
            releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
        started = time.monotonic()
        loads.load(engine, 1)
        length = time.monotonic() - started
        draw = random.Random(38)
        newest = is_sound(engine)
        for number in range(KILLS):
            engine.dispose()
            child = loads.forked(url, lambda own, version=2 + number: loads.load(own, version))
            time.sleep(draw.uniform(0.2, 1.2) * length)
            server.kill()
            assert loads.ended(child) in (0, 1)
            server.start()
            found = is_sound(engine)
            assert found >= newest
            newest = found
        jobs.heal(engine)
        loads.load(engine, 100)
        assert is_sound(engine) == newest + 1
        engine.dispose()
    finally:
        server.stop()


@pytest.mark.postgres
def test_c38_lost_writes_postgresql():
    """Pages that never reached the disk, and a write-ahead log that ends anywhere in a load: whole, old or new.

    The data folder is set back to the checkpoint before the load; of the log of the load a beginning is kept, here
    with random bytes after the cut too.
    """
    server = Server()
    try:
        engine = engines.create(server.create("lost"))
        migrations_runner.upgrade(engine)
        with engine.begin() as connection:
            small.fill(connection, more=80)
            releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
        loads.load(engine, 1)

        def log_end(first: str = "SELECT 1") -> tuple[int, str]:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(first)
                where = "pg_current_wal_lsn() - '0/0'::pg_lsn, pg_walfile_name(pg_current_wal_lsn())"
                number, name = connection.exec_driver_sql(f"SELECT {where}").one()
                return int(number), name

        begin, _ = log_end("CHECKPOINT")
        data, old, after = (server.folder / name for name in ("data", "old", "after"))
        engine.dispose()
        subprocess.run(["cp", "-a", str(data), str(old)], check=True)
        loads.load(engine, 2)
        end, last = log_end()
        engine.dispose()
        server.kill()
        data.rename(after)
        assert end > begin
        draw = random.Random(38)
        seen = []
        for number, cut in enumerate([*sorted(draw.randrange(begin, end) for _ in range(LOG_CUTS)), end]):
            if data.exists():
                server.kill()
                shutil.rmtree(data)
            subprocess.run(["cp", "-a", str(old), str(data)], check=True)
            (data / "postmaster.pid").unlink(missing_ok=True)
            shutil.rmtree(data / "pg_wal")
            subprocess.run(["cp", "-a", str(after / "pg_wal"), str(data / "pg_wal")], check=True)
            for segment in (data / "pg_wal").glob("0" * 7 + "?" * 17):
                lost = min(max(cut - _start(segment.name), 0), SEGMENT)
                with segment.open("r+b") as log:
                    log.seek(lost)
                    torn = draw.randbytes(min(3000, SEGMENT - lost)) if number % 2 and cut < end else b""
                    log.write(torn + bytes(SEGMENT - lost - len(torn)))
            server.start()
            seen.append(is_sound(engine))
            engine.dispose()
        assert _start(last) <= end
        assert seen == sorted(seen)  # a longer log never shows an older release
        assert set(seen) <= {2, 3}
        assert seen[-1] == 3
    finally:
        server.stop()


SEGMENT = 16 << 20


def _start(segment: str) -> int:
    """Place in the log at which a file of it begins, from its name: time line, then two halves of the number."""
    return int(segment[8:16], 16) * (1 << 32) + int(segment[16:24], 16) * SEGMENT


# --- C40: no room for the audit record


FULL = {
    "sqlite": "CREATE TRIGGER no_room BEFORE INSERT ON audit_event "
    "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    "postgresql": "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$; "
    "CREATE TRIGGER no_room BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION no_room()",
}


def test_c40_no_room_for_the_audit(loaded):
    """Without room for the audit record nothing is published or rolled back; reading goes on as before."""
    engine, _ = loaded
    with engine.begin() as connection:
        before = loads.facts(connection), loads.is_whole(connection)
        number = jobs.receive(connection, receipt(csv(loads.rows(2))), author="tests", as_of="2024-12-31")
    assert jobs.check(engine, number) == "staged"
    with engine.begin() as connection:
        connection.exec_driver_sql(FULL[engine.dialect.name])
    with pytest.raises(DBAPIError):
        jobs.publish(
            engine,
            author="tests",
            reason="no room",
            job_ids=[number],
            confirmed=True,
            steps=loads.light_steps,
        )
    with pytest.raises(DBAPIError), engine.begin() as connection:
        releases.rollback(connection, 1, reason="no room")
    with engine.begin() as connection:
        assert (loads.facts(connection), loads.is_whole(connection)) == before
        assert jobs.job_of(connection, number)["state"] == "staged"
        connection.exec_driver_sql(
            "DROP TRIGGER no_room" + (" ON audit_event" if engine.dialect.name == "postgresql" else "")
        )
    jobs.publish(
        engine, author="tests", reason="room again", job_ids=[number], confirmed=True, steps=loads.light_steps
    )
    is_sound(engine)


def test_c40_pages_without_room(tmp_path):
    """The public reads on; signing in and a school's detail, which must be recorded, are refused and show nothing."""
    import app as application
    import settings

    url = f"sqlite:///{tmp_path / 'full.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=20)
        releases.publish(connection, reason="small", author="tests")
    server = application.create_app(
        settings.Settings(
            DATABASE_URL=url, secret_key="test-only-0123456789-abcdefghijklmnop", log_level="ERROR"
        )
    ).server
    same = {"Sec-Fetch-Site": "same-origin"}
    ministry, late, public = (server.test_client() for _ in range(3))
    assert ministry.post("/pieslegties", data={"account": "ministry"}, headers=same).status_code == 303
    with engine.begin() as connection:
        connection.exec_driver_sql(FULL["sqlite"])
    waiting = tmp_path / "full-audit-waiting"
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.write_text("no folder can be made here")
    engine.dispose()
    assert public.get("/skola/9920000001").status_code == 200
    tried = late.post("/pieslegties", data={"account": "ministry"}, headers=same)
    assert "kluda=busy" in tried.location
    assert "Iziet" not in late.get("/").text
    refused = ministry.get("/skola/9920000001")
    assert refused.status_code in (500, 503)
    assert "Skola 1" not in refused.text


# --- C41: no folder, no right to write


def as_nobody(folder: Path, work) -> str:
    """What work() raises in a process that owns nothing, as text."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        said = "nothing"
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            work()
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def open_folder():
    """A folder that everybody may enter, unlike the tests' own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.filterwarnings("ignore:This process")
def test_c41_where_nothing_can_be_written(open_folder, small_url):
    """No database, no folder, a folder and a file of somebody else: the message names the path and the cure."""
    source = Path(small_url.removeprefix("sqlite:///"))
    database = open_folder / "own.sqlite"
    shutil.copy(source, database)
    said = as_nobody(
        open_folder, lambda: engines.create(f"sqlite:///{open_folder}/none.sqlite", read_only=True)
    )
    assert "manage.py demo" in said
    assert str(open_folder) in said
    database.chmod(0o444)
    open_folder.chmod(0o555)
    missing = open_folder / "var" / "new.sqlite"
    for target in (missing, open_folder / "new.sqlite", database):
        said = as_nobody(open_folder, lambda target=target: engines.create(f"sqlite:///{target}").connect())
        assert said.startswith("EngineError"), said
        assert str(target) in said
        assert "chown" in said
    said = as_nobody(open_folder, lambda: engines.planes(f"sqlite:///{database}"))
    assert said.startswith("EngineError"), said
    assert str(open_folder) in said


def test_c41_a_disk_that_may_only_be_read(tmp_path, small_url):
    """A file system mounted read-only: writing is refused with the path and the cure, what is there is served."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root may mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"this machine does not let root mount: {made.stderr.strip()}")
    try:
        source = Path(small_url.removeprefix("sqlite:///"))
        url = f"sqlite:///{disk / 'own.sqlite'}"
        shutil.copy(source, disk / "own.sqlite")
        engines.planes(url).dispose()  # makes the public's file
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(engines.EngineError, match="writable disk") as refused:
            engines.create(url)
        assert str(disk) in str(refused.value)
        with pytest.raises(engines.EngineError, match="writable disk"):
            engines.create(f"sqlite:///{disk / 'var' / 'new.sqlite'}")
        public = disk / "own.public.sqlite"
        with sqlite3.connect(f"file:{public}?mode=ro&immutable=1", uri=True) as connection:
            assert connection.execute("SELECT release_id FROM release_pointer").fetchone() == (1,)
        connection.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


# --- C45: small numbers cannot be protected


def test_c45_disclosure_without_a_solution(loaded, monkeypatch):
    """When the solver finds no protection in time the release is refused, with the reason; the old one stays."""
    from data_access import disclosure
    from data_access.importing import worker
    from indicators.disclosure import suppress

    engine, _ = loaded
    with engine.begin() as connection:
        before = loads.facts(connection), loads.is_whole(connection)
        number = jobs.receive(connection, receipt(csv(loads.rows(2))), author="tests", as_of="2024-12-31")
    jobs.check(engine, number)

    def late(*_arguments, **_named):
        raise suppress.SuppressionError("solver: time limit reached")

    monkeypatch.setattr(disclosure, "_protect", late)
    with pytest.raises(releases.ReleaseError, match="time limit reached"):
        jobs.publish(
            engine, author="tests", reason="no solution", job_ids=[number], confirmed=True,
            steps=lambda say: (*loads.light_steps(say), disclosure.protect_release),
        )  # fmt: skip
    arguments = {"jobs": [number], "author": "tests", "reason": "no solution", "confirmed": True}
    assert worker.run("publish", arguments, engine) == 3
    with engine.begin() as connection:
        assert (loads.facts(connection), loads.is_whole(connection)) == before
        job = jobs.job_of(connection, number)
        (told,) = audit.newest(connection, 1)
    assert (job["state"], job["step"]) == ("staged", "disclosure")
    assert (told.what, told.result, told.who, told.unit) == (audit.RELEASED, "refused", "tests", str(number))
    assert json.loads(told.detail) == {"what": "disclosure"}


def test_c45_the_log_names_the_reason(loaded, capfd):
    """The page of a refused publication points to the server's log: what a worker of its own reports arrives there."""
    from data_access.importing import worker

    _, address = loaded
    worker.start(address, "publish", jobs=[987654], author="tests")  # what else it needs is missing
    worker.settle()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(one["event"], one["job"]) for one in lines] == [("load failed", 987654)]


# --- C47: the clock


def test_c47_the_clock_goes_back(loaded, monkeypatch):
    """A clock set back two hours: the audit goes on in order and whole, the newest release is still the newest."""
    engine, _ = loaded
    late = datetime(2024, 10, 27, 2, 30, tzinfo=UTC)
    for number, moment in enumerate((late, late - timedelta(hours=2), late + timedelta(minutes=1)), start=5):
        monkeypatch.setattr(writing, "now", lambda moment=moment: moment)
        loads.load(engine, number)
    with engine.begin() as connection:
        times = list(connection.execute(select(audit_event.c.at).order_by(audit_event.c.id)).scalars())[-6:]
        assert times == sorted(times)
        assert audit.verify(connection).whole
        history = releases.history(connection)
        assert history[0].current
        assert [row.id for row in history] == sorted((row.id for row in history), reverse=True)
        loads.is_whole(connection)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Riga", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "moment", [(2024, 10, 27, 0, 59), (2024, 10, 27, 1, 0), (2024, 2, 29, 23, 30), (2024, 3, 31, 1, 0)]
)
def test_c47_time_zone_of_the_server(zone, moment, monkeypatch):
    """Stamps are UTC whatever the server's zone, also in the hour that comes twice and on a leap day."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        at = datetime(*moment, tzinfo=UTC)
        monkeypatch.setattr(writing, "now", lambda: datetime.fromtimestamp(at.timestamp(), UTC))
        assert writing.stamp() == at.strftime("%Y-%m-%dT%H:%M:00+00:00")
        assert writing.today() == at.strftime("%Y-%m-%d")
    finally:
        monkeypatch.undo()
        time.tzset()


# --- C49: versions of the schema


def statements(engine) -> int:
    """How many statements a migration from nothing has."""
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    migrations_runner.upgrade(engine)
    return len(seen)


def test_c49_interrupted_migration(database_url, tmp_path):
    """Killed anywhere, a migration leaves no part of itself; the next one succeeds."""
    measured = engines.create(f"sqlite:///{tmp_path / 'measured.sqlite'}")
    total = statements(measured) // 2  # PostgreSQL needs fewer
    measured.dispose()
    draw = random.Random(49)
    for stop in [*(draw.randrange(5, total) for _ in range(3)), total]:

        def killed(own, stop=stop) -> None:
            left = [stop]

            def count(*_arguments) -> None:
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

            event.listen(own, "before_cursor_execute", count)
            migrations_runner.upgrade(own)

        assert loads.ended(loads.forked(database_url, killed)) == -signal.SIGKILL
        own = engines.create(database_url)
        assert migrations_runner.version_of(own) is None
        with own.connect() as connection:
            assert not own.dialect.get_table_names(connection)
        own.dispose()
    own = engines.create(database_url)
    with pytest.raises(migrations_runner.SchemaMismatch, match="needs"):
        migrations_runner.verify(own)
    migrations_runner.upgrade(own)
    migrations_runner.verify(own)
    own.dispose()


def test_c49_other_versions(loaded):
    """A database of an older or a newer program: the start is refused and the message says what to do."""
    import app as application
    import settings

    engine, url = loaded
    _known, newest = migrations_runner.versions()
    given = settings.Settings(DATABASE_URL=url, secret_key="test-only-0123456789-abcdefghijklmnop")
    for version, cure in (("9999", "update the program"), ("0005", "manage.py publish")):
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :version"), {"version": version}
            )
        with pytest.raises(migrations_runner.SchemaMismatch, match=cure):
            migrations_runner.verify(engine)
        if engine.dialect.name == "sqlite":
            with pytest.raises(migrations_runner.SchemaMismatch, match=cure):
                application.create_app(given)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations_runner.SchemaMismatch, match="newer"):
        migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": newest})
    migrations_runner.verify(engine)


# --- C50: a copy while a load is under way


def test_c50_backup_during_a_load(loaded, request, tmp_path):
    """A copy made in the middle of a load, restored elsewhere, is a whole release with equal hashes."""
    engine, url = loaded
    with engine.begin() as connection:
        hashes = {row.id: releases.values_hash(connection, row.id) for row in releases.history(connection)}
    child = loads.forked(url, lambda own: loads.load(own, 2))
    if engine.dialect.name == "sqlite":
        copy = tmp_path / "restored.sqlite"
        with sqlite3.connect(path_of(engine)) as source, sqlite3.connect(copy) as target:
            source.backup(target, pages=20, sleep=0.01)
        source.close()
        target.close()
        restored = engines.create(f"sqlite:///{copy}")
    else:
        server = request.getfixturevalue("postgres_server")
        database = engine.url.database
        server.dump(database, tmp_path / "dump")
        restored = engines.create(server.restore(tmp_path / "dump", f"{database}_restored"))
    assert loads.ended(child) == 0
    is_sound(restored)
    jobs.heal(restored)
    migrations_runner.verify(restored)
    with restored.begin() as connection:
        for number, values in hashes.items():
            assert releases.values_hash(connection, number) == values
        assert audit.verify(connection).whole
        waiting = connection.execute(
            select(func.count()).select_from(import_job).where(import_job.c.state.in_(jobs.WORKING))
        ).scalar()
    if not waiting:
        loads.load(restored, 3)
        is_sound(restored)
    restored.dispose()


# --- C51: a changed byte


@only_sqlite
def test_c51_a_changed_byte(loaded, tmp_path):
    """One byte changed at fifty places: the nightly check says so, or what readers see is the same."""
    engine, _ = loaded
    engines.tidy(engine)
    notes = tmp_path / "noted.json"
    assert integrity.check(engine, notes) == []
    assert integrity.check(engine, notes) == []
    with engine.begin() as connection:
        facts = loads.facts(connection)
    whole = path_of(engine).read_bytes()
    engine.dispose()
    draw = random.Random(51)
    copy = tmp_path / "flipped.sqlite"
    found = 0
    for _ in range(50):
        place = draw.randrange(len(whole))
        copy.write_bytes(
            whole[:place] + bytes([whole[place] ^ (1 << draw.randrange(8))]) + whole[place + 1 :]
        )
        for suffix in ("-wal", "-shm"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)
        shutil.copy(notes, tmp_path / "again.json")
        try:
            damaged = engines.create(f"sqlite:///{copy}")
            faults = integrity.check(damaged, tmp_path / "again.json")
            if not faults:
                with damaged.begin() as connection:
                    assert loads.facts(connection) == facts
                    loads.is_whole(connection)
            damaged.dispose()
        except (engines.EngineError, DBAPIError):
            faults = ["refused at start"]
        found += bool(faults)
    assert found >= 1


@only_sqlite
def test_c51_a_changed_figure(loaded, tmp_path):
    """A value that changed without a publication, in a file that SQLite finds in order, is found."""
    engine, _ = loaded
    notes = tmp_path / "noted.json"
    assert integrity.check(engine, notes) == []
    with engine.begin() as connection:
        connection.execute(
            update(loads.fact_absence).values(any_unexcused=loads.fact_absence.c.any_unexcused + 1)
        )
    [fault] = integrity.check(engine, notes)
    assert "without a publication (facts" in fault
    with engine.begin() as connection:
        connection.execute(
            update(loads.fact_absence).values(any_unexcused=loads.fact_absence.c.any_unexcused - 1)
        )
    assert integrity.check(engine, notes) == []
    loads.load(engine, 2)
    assert integrity.check(engine, notes) == []


def test_c51_the_public_file(tmp_path):
    """A damaged public file is noticed by the check and made anew at the next start."""
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=20)
        releases.publish(connection, reason="small", author="tests")
    public = public_file.path_of(tmp_path / "own.sqlite")
    whole = public.read_bytes()
    assert public_file.is_whole(public)
    notes = tmp_path / "noted.json"
    for place in (len(whole) // 3, len(whole) - 20):
        public.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "is damaged" in integrity.check(engine, notes)[0]
        engines.planes(url).dispose()
        assert public_file.is_whole(public)
        assert integrity.check(engine, notes) == []
    engine.dispose()


def test_a_lock_of_before_the_start(monkeypatch):
    """After the machine was started anew the number of a dead loader may belong to another process."""
    assert lock.alive(lock.me())
    monkeypatch.setattr(lock, "_machine", lambda: f"{socket.gethostname()}/before")
    before = lock.me()
    monkeypatch.undo()
    assert not lock.alive(before)


def test_versions_are_one_line():
    """The versions of the schema that the start reads from the files are those of Alembic."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations_runner.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    known, newest = migrations_runner.versions()
    assert scripts.get_current_head() == newest
    assert {script.revision for script in scripts.walk_revisions()} == known
