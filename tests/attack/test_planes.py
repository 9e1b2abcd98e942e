"""Two planes on both engines: what the public's connection reaches, whose rows a scope reaches, what a switch shows."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from data_access import engine as engines
from data_access import migrations_runner, planes, provision, public_file, releases, schema
from data_access.importing import reference
from data_access.reading import reading
from data_access.scope import Scope
from tests.support import detail

PUBLIC = Scope.public()
SCHOOL = Scope(role="school", institutions=frozenset({1}), user="school")
MUNICIPALITY = Scope(role="municipality", municipalities=frozenset({"LV0031000"}), user="municipality")
MINISTRY = Scope(role="ministry", user="ministry")
OWN = {"school": {1}, "municipality": {3, 4}, "ministry": {1, 2, 3, 4}, "public": set()}


@pytest.fixture
def monitored(engine, database_url):
    """A writing engine on a database with four schools and a release, provisioned where there are roles."""
    with engine.begin() as connection:
        reference.load_all(connection)
        detail.fill(connection)
        releases.publish(connection, reason="test", author="slepena persona", steps=[detail.values])
        detail.answers(connection)
        if engine.dialect.name == "postgresql":
            provision.run(connection)
    return engine


@pytest.fixture
def both(monitored, database_url):
    """The two reading engines over it."""
    made = engines.planes(database_url)
    yield made
    made.dispose()


def denied(engine, statement: str) -> bool:
    """Whether the database refuses a statement, or, for a reading one, gives no row."""
    try:
        with engine.begin() as connection:
            found = connection.execute(text(statement))
            return not (found.returns_rows and found.first() is not None) and statement.startswith("SELECT")
    except DBAPIError:
        return True


def test_every_table_with_planes_is_shown_released_only():
    """Whatever a test database happens to hold: the rule of each such table asks for the released plane."""
    seen = {name for name in planes.PUBLIC if "plane" in schema.metadata.tables[name].c}
    assert len(seen) > 10
    for name in seen:
        asked = str(
            planes.shown(schema.metadata.tables[name]).compile(compile_kwargs={"literal_binds": True})
        )
        assert f"{name}.plane = 'released'" in asked, name


def test_public_reaches_released_values_only(both):
    """Nothing of the detail plane can be reached through the public's connection, whatever is asked."""
    for name, table in schema.metadata.tables.items():
        if name not in planes.PUBLIC:
            assert denied(both.public, f"SELECT 1 FROM {name}"), name
            continue
        with both.public.begin() as connection:
            if "plane" in table.c:
                assert set(connection.scalars(select(table.c.plane).distinct())) <= {"released"}, name
            if name == "school_answer":
                assert set(connection.scalars(select(table.c.explanation))) == {"publisks"}
    assert denied(both.public, "SELECT author FROM release")
    with both.public.begin() as connection:
        assert set(connection.scalars(select(schema.indicator_released.c.numerator))) == {1}
        assert connection.scalar(select(func.count()).select_from(schema.institution)) == 4


def rows_of(both, scope) -> dict[str, set]:
    """Whose rows a reader's connection gives when nobody adds a condition."""
    with reading(both, scope) as reader:
        run = reader.connection.scalars
        return {
            "facts": set(run(select(schema.fact_enrolment.c.institution_id))),
            "values": {
                int(one)
                for one in run(
                    select(schema.indicator_value.c.unit_id).where(
                        schema.indicator_value.c.unit_kind == "institution"
                    )
                )
            },
            "findings": set(run(select(schema.finding.c.institution_id))),
            "answers": {
                int(one[-1])
                for one in run(
                    select(schema.school_answer.c.reg_no).where(schema.school_answer.c.restricted == 1)
                )
            },
        }


@pytest.fixture(scope="module")
def provisioned(postgres_server):
    """Address of a provisioned PostgreSQL database with four schools, for tests that only read."""
    url = postgres_server.create("planes")
    made = engines.create(url)
    migrations_runner.upgrade(made)
    with made.begin() as connection:
        reference.load_all(connection)
        detail.fill(connection)
        releases.publish(connection, reason="test", author="test", steps=[detail.values])
        detail.answers(connection)
        provision.run(connection)
        provision.run(connection)  # may be run again
        for role in ("public", "scoped", "loader"):
            connection.exec_driver_sql(f"CREATE ROLE web_{role} LOGIN IN ROLE ikms_{role}")
        connection.exec_driver_sql("ALTER ROLE web_loader BYPASSRLS")
    made.dispose()
    return url


def as_login(url: str, login: str) -> str:
    """The same database with another login."""
    return url.replace("owner@", f"{login}@")


@pytest.fixture(scope="module")
def logins(provisioned):
    """The reading engines with a login of their own each, as in production."""
    made = engines.planes(
        provisioned,
        public_url=as_login(provisioned, "web_public"),
        scoped_url=as_login(provisioned, "web_scoped"),
        strict=True,
    )
    yield made
    made.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("scope", [SCHOOL, MUNICIPALITY, MINISTRY], ids=lambda scope: scope.role)
def test_row_security_without_any_condition(logins, scope):
    """PostgreSQL gives a scope its own rows even to a statement that forgot the scope."""
    for name, found in rows_of(logins, scope).items():
        assert found == OWN[scope.role], name


@pytest.mark.postgres
def test_row_security_fails_closed(logins):
    """Without a told scope there is no detail row; municipal rows and cards follow the same rule."""
    with logins.scoped.begin() as connection:
        for table in (schema.fact_enrolment, schema.indicator_value, schema.finding):
            assert connection.execute(select(table)).all() == []
    with reading(logins, MUNICIPALITY) as reader:
        run = reader.connection.scalars
        detail_rows = select(schema.unregistered_count.c.area_id).where(
            schema.unregistered_count.c.plane == "detail"
        )
        assert set(run(detail_rows)) == {"LV0031000"}
        cards = select(schema.page_card.c.unit_id).where(schema.page_card.c.plane == "detail")
        assert set(run(cards)) == {"LV0031000"}
        areas = select(schema.indicator_value.c.unit_id).where(
            schema.indicator_value.c.unit_kind != "institution"
        )
        assert set(run(areas)) == {"LV0031000"}


FORBIDDEN_TO_ALL = [
    "INSERT INTO stage VALUES ('x', 'x', 'x', 9)",
    "UPDATE release_pointer SET release_id = 1",
    "DELETE FROM indicator_released",
    "TRUNCATE indicator_released",
    "CREATE TABLE mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE VIEW mine AS SELECT * FROM indicator_value",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
    "DROP TABLE stage",
    "ALTER TABLE indicator_value DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE indicator_value NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY readers_ikms_scoped ON indicator_value",
    "ALTER TABLE stage OWNER TO CURRENT_USER",
    "COPY stage TO '/tmp/x'",
    "COPY stage TO PROGRAM 'cat'",
    "COPY stage FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_reload_conf()",
    "SELECT pg_switch_wal()",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM audit_event",
    "SET ROLE ikms_loader",
    "SET ROLE ikms_owner",
    "SET ROLE owner",
    "SET SESSION AUTHORIZATION owner",
    "LOCK TABLE release_pointer IN EXCLUSIVE MODE",
    "CREATE EXTENSION dblink",
]
FORBIDDEN_TO_PUBLIC = [
    "SELECT author FROM release",
    "SELECT * FROM indicator_value",
    "SELECT * FROM fact_enrolment",
    "SELECT * FROM finding",
    "SELECT count(*) FROM fact_teacher",
    "SELECT set_config('app.sees_all', '1', true), (SELECT numerator FROM indicator_value LIMIT 1)",
    "SELECT 1 FROM school_answer WHERE restricted = 1",
    "SELECT 1 FROM page_card WHERE plane = 'detail'",
    "SELECT 1 FROM threshold WHERE status <> 'in_force'",
    "SET ROLE ikms_scoped",
]


@pytest.mark.postgres
def test_t42_database_account(logins):
    """T42: what the logins of the web may not do, also after switching off their own defaults."""
    tried = 0
    for engine, statements in (
        (logins.public, FORBIDDEN_TO_ALL + FORBIDDEN_TO_PUBLIC),
        (logins.scoped, FORBIDDEN_TO_ALL),
    ):
        for statement in statements:
            for before in ("", "SET default_transaction_read_only = off; SET transaction_read_only = off"):
                connection = engine.connect()
                try:
                    for part in filter(None, before.split("; ")):
                        connection.exec_driver_sql(part)
                    assert _refused(connection, statement), f"{engine.url.username}: {before} {statement}"
                finally:
                    connection.rollback()
                    connection.close()
                tried += 1
    print(f"T42: {tried} statements denied")
    assert tried >= 100


def _refused(connection, statement: str) -> bool:
    """Whether a statement fails, or, where it asks for rows by a condition, finds none."""
    try:
        found = connection.exec_driver_sql(statement)
    except DBAPIError:
        return True
    return statement.startswith("SELECT 1 ") and found.first() is None


@pytest.mark.postgres
def test_loader_login_can_publish(provisioned):
    """The login that loads may write through the row security, and cannot change the schema."""
    engine = engines.create(as_login(provisioned, "web_loader"))
    with engine.begin() as connection:
        before = connection.scalar(select(schema.release_pointer.c.release_id))
        releases.publish(connection, reason="again", author="loader", steps=[detail.values])
        releases.rollback(connection, before, reason="back")
    assert denied(engine, "CREATE TABLE mine (a int)")
    engine.dispose()


@pytest.mark.postgres
def test_start_refuses_a_wrong_login(provisioned, postgres_server):
    """The application does not start with a login that may do more, or on a database without the roles' rights."""
    scoped = as_login(provisioned, "web_scoped")
    for wrong in (scoped, as_login(provisioned, "web_loader"), provisioned):
        with pytest.raises(engines.EngineError, match="provision"):
            engines.planes(provisioned, public_url=wrong, scoped_url=scoped)
    with pytest.raises(engines.EngineError, match="login of its own"):
        engines.planes(provisioned, strict=True)
    bare = postgres_server.create("planes_bare")
    made = engines.create(bare)
    migrations_runner.upgrade(made)
    made.dispose()
    with pytest.raises(engines.EngineError, match="provision"):
        engines.planes(bare)


@pytest.mark.postgres
def test_t43_pool_leakage(provisioned):
    """T43: 20,000 pooled transactions of alternating scopes with faults between them; nobody gets a foreign row."""
    from sqlalchemy import create_engine

    few = create_engine(
        as_login(provisioned, "web_scoped"),
        pool_size=2,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"options": "-c default_transaction_read_only=on"},
    )
    made = engines.Planes(few, few)
    scopes = (SCHOOL, MUNICIPALITY, MINISTRY, Scope(role="school", institutions=frozenset({4}), user="x"))
    expected = (OWN["school"], OWN["municipality"], OWN["ministry"], {4})
    statement = select(schema.fact_enrolment.c.institution_id)
    foreign, faults, lock = [], [0], threading.Lock()

    def ask(number: int) -> None:
        chance = random.Random(number)
        for _ in range(500):
            which = chance.randrange(len(scopes))
            try:
                with reading(made, scopes[which]) as reader:
                    found = set(reader.connection.scalars(statement))
                    if found != expected[which]:
                        foreign.append((which, found))
                    fate = chance.random()
                    if fate < 0.05:
                        raise RuntimeError("the page failed")
                    if fate < 0.08:
                        reader.connection.exec_driver_sql("SELECT 1 / 0")
                    elif fate < 0.09:
                        reader.connection.connection.driver_connection.cancel_safe(timeout=1)
                    elif fate < 0.095:
                        reader.connection.invalidate()
            except (RuntimeError, SQLAlchemyError):
                with lock:
                    faults[0] += 1

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(ask, range(40)))
    with few.begin() as connection:  # nobody's scope is left behind
        assert connection.execute(statement).all() == []
    few.dispose()
    print(f"T43: 20000 transactions, {faults[0]} faults, {len(foreign)} foreign")
    assert not foreign
    assert faults[0] > 500


# --- the switch of a release -------------------------------------------------------------------------------


def folder_of(database_url: str) -> Path:
    """Folder of a SQLite database."""
    return Path(database_url.removeprefix("sqlite:///")).parent


def seen(both, scope=PUBLIC) -> tuple[int, set]:
    """Release that a reader is told, and the releases that the values of that request come from."""
    with reading(both, scope) as reader:
        table = schema.indicator_released
        rows = select(table.c.release_id, table.c.numerator).where(table.c.release_id == reader.release.id)
        return reader.release.id, {int(n) for pair in reader.connection.execute(rows) for n in pair}


def test_publish_rollback_and_failure(monitored, both, database_url):
    """Both planes follow the pointer forth and back; a publication that fails changes neither and leaves nothing behind."""
    assert seen(both) == (1, {1})
    with monitored.begin() as connection:
        releases.publish(connection, reason="second", author="test", steps=[detail.values])
        assert seen(both) == (1, {1})  # not before it is committed
    for scope in (PUBLIC, MINISTRY):
        assert seen(both, scope) == (2, {2})
    with monitored.begin() as connection:
        releases.rollback(connection, 1, reason="back")
    for scope in (PUBLIC, MINISTRY):
        assert seen(both, scope) == (1, {1})

    def fail(*_):
        raise RuntimeError("no")

    def publish(steps, then=lambda *_: None) -> None:
        with monitored.begin() as connection:
            releases.publish(connection, reason="third", author="test", steps=steps)
            then()

    for arguments in (([detail.values, fail],), ([detail.values], fail)):
        with pytest.raises(RuntimeError):
            publish(*arguments)
        for scope in (PUBLIC, MINISTRY):
            assert seen(both, scope) == (1, {1})
    if database_url.startswith("sqlite"):
        assert not list(folder_of(database_url).glob(".*.new"))


def test_t46_race_at_publish(monitored, both):
    """T46: requests during ten switches are answered from one whole release each."""
    mixed, answered, stop = [], [0], threading.Event()

    def ask(scope) -> None:
        while not stop.is_set():
            told, of = seen(both, scope)
            answered[0] += 1
            if of != {told}:
                mixed.append((told, of))

    readers = [threading.Thread(target=ask, args=(scope,)) for scope in (PUBLIC, PUBLIC, MINISTRY, SCHOOL)]
    for one in readers:
        one.start()
    for number in range(10):
        with monitored.begin() as connection:
            if number % 3 == 2:
                releases.rollback(connection, number, reason="back")
            releases.publish(connection, reason="switch", author="test", steps=[detail.values])
    stop.set()
    for one in readers:
        one.join()
    print(f"T46: {answered[0]} answers during 10 switches, {len(mixed)} mixed")
    assert not mixed
    assert answered[0] > 20


@pytest.fixture
def file(tmp_path):
    """A SQLite database with a release, and the address of it."""
    url = f"sqlite:///{tmp_path / 'monitoring.sqlite'}"
    made = engines.create(url)
    migrations_runner.upgrade(made)
    with made.begin() as connection:
        reference.load_all(connection)
        detail.fill(connection)
        releases.publish(connection, reason="test", author="test", steps=[detail.values])
    yield made, url, tmp_path
    made.dispose()


def test_public_file_is_mended_at_start(file):
    """A public file that is missing, of another release, of another program or broken is made anew."""
    engine, url, folder = file
    target = folder / "monitoring.public.sqlite"
    good = target.read_bytes()
    with engine.begin() as connection:
        releases.publish(connection, reason="second", author="test", steps=[detail.values])
    for damage in (
        lambda: target.unlink(),
        lambda: target.write_bytes(good),
        lambda: target.write_bytes(b"not a database"),
        lambda: target.write_bytes(good[: len(good) // 2]),
    ):
        damage()
        made = engines.planes(url)
        assert seen(made) == (2, {2})
        made.dispose()
    assert oct(target.stat().st_mode & 0o777) == "0o644"


def test_public_file_cannot_be_written(file):
    """The public's engine changes nothing, on either of its two files."""
    made = engines.planes(file[1])
    for statement in (
        "INSERT INTO stage VALUES ('x', 'x', 'x', 9)",
        "DELETE FROM answers.school_answer",
        "CREATE TABLE mine (a)",
        "ATTACH DATABASE 'x' AS x",
    ):
        assert denied(made.public, statement), statement
    made.dispose()


def test_public_answers_follow(file):
    """A public answer is read by everybody at once, a restricted one never."""
    from data_access.answers import Answer, Writer

    engine, url, _folder = file
    made = engines.planes(url)
    writer = Writer(engine)
    for explanation, restricted in (("visiem", False), ("slepens", True)):
        writer.answer(
            "9900000001",
            Answer(
                indicator_id="R03",
                stage="basic",
                verdict="right",
                explanation=explanation,
                restricted=restricted,
            ),
            author="school",
        )
        with made.public.begin() as connection:
            assert list(connection.scalars(select(schema.school_answer.c.explanation))) == ["visiem"]
    made.dispose()


def test_release_of_an_older_program_is_refused(file):
    """A release without public cards stops the start with the command that helps."""
    engine, url, folder = file
    with engine.begin() as connection:
        connection.execute(
            insert(schema.indicator_distribution).values(
                release_id=1, indicator_id="R03", stage="basic", school_year=2023, semester=1, institutions=4
            )
        )
    (folder / "monitoring.public.sqlite").unlink()
    with pytest.raises(engines.EngineError, match=r"manage\.py publish"):
        engines.planes(url)


def test_nothing_waits_without_a_commit(file):
    """A pointer that was moved by somebody else is not followed by a file that waited for another release."""
    engine, _url, folder = file
    before = (folder / "monitoring.public.sqlite").stat().st_ino
    with engine.begin() as connection:
        public_file.prepare(connection, 1)
        connection.execute(update(schema.release_pointer).values(reason="the same"))
    assert (folder / "monitoring.public.sqlite").stat().st_ino != before
    assert not list(folder.glob(".*.new"))
