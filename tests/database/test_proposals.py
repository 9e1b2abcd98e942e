"""Proposals: who may decide, what makes one stale, and that every way through the states ends once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access import audit, proposals, releases, thresholds, writing
from data_access.importing import jobs
from data_access.proposals import Person, ProposalError
from data_access.publishing import ensure_thresholds
from data_access.schema import load_batch, release_pointer, threshold
from data_access.schema_loading import import_job
from data_access.schema_proposals import STATES, proposal
from tests.faults.conftest import receipt
from tests.support import loads, small
from tests.support.absence_files import csv

ANNA, JANIS, ILZE = Person("user:1", "anna"), Person("user:2", "janis"), Person("user:3", "ilze")
REASON = "labs iemesls"


def staged(engine, version: int) -> int:
    """A file that waits for its publication."""
    with engine.begin() as connection:
        number = jobs.receive(
            connection, receipt(csv(loads.rows(version, 20))), author="tests", as_of="2024-12-31"
        )
    assert jobs.check(engine, number) == "staged"
    return number


@pytest.fixture
def office(engine):
    """A database with a release, thresholds and a file that waits: (engine, number of the file)."""
    with engine.begin() as connection:
        small.fill(connection, more=30)
        ensure_thresholds(connection, 0)
        releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
    return engine, staged(engine, 1)


def propose(engine, kind: str, *subject: int, by: Person = ANNA, **options) -> int:
    return proposals.stored(engine, kind, subject, by=by, reason=REASON, **options)


def decide(engine, number: int, *, by: Person = JANIS, approve: bool = True, persons: int = 2):
    proposals.settle(engine)
    with engine.begin() as connection:
        return proposals.decide(connection, number, by=by, approve=approve, reason=REASON, persons=persons)


def code_of(action, *arguments, **options) -> str:
    with pytest.raises(ProposalError) as caught:
        action(*arguments, **options)
    return caught.value.code


def row_of(engine, number: int):
    with engine.begin() as connection:
        return proposals.find(connection, number)


def records(engine, number: int) -> list[tuple]:
    with engine.begin() as connection:
        assert audit.verify(connection).whole
        rows = audit.newest(connection, 50, what=audit.PROPOSAL, unit=str(number))
    return [(row.who, row.result, row.detail) for row in reversed(rows)]


def test_another_person_approves_and_it_is_carried_out_once(office):
    """Proposed, approved by another account, published under both names; the same approval does nothing twice."""
    engine, load = office
    number = propose(engine, "publish", load)
    assert code_of(decide, engine, number, by=ANNA) == "self"
    assert code_of(decide, engine, number, by=Person(ANNA.key, "renamed")) == "self"
    row = decide(engine, number)
    assert decide(engine, number) is None  # the button pressed twice
    assert code_of(decide, engine, number, by=ILZE) == "decided"
    assert code_of(decide, engine, number, approve=False) == "decided"
    release = jobs.publish(
        engine, author=proposals.authors(row), reason=row.reason, job_ids=[load], confirmed=True, steps=loads.light_steps,
        proposal=number,
    )  # fmt: skip
    assert row_of(engine, number).release_id == release.id == 2
    assert release_author(engine) == "anna + janis"
    loads_left = staged(engine, 2)
    with pytest.raises(ProposalError):
        jobs.publish(
            engine, author="x", reason=REASON, job_ids=[loads_left], steps=loads.light_steps, proposal=number
        )
    with engine.begin() as connection:
        assert loads.is_whole(connection) == 2
    covers = f'"covers": "{load}", "kind": "publish", "persons": 2'
    assert records(engine, number) == [
        ("anna", "done", f'{{"change": "proposed", {covers}}}'),
        ("janis", "done", f'{{"change": "approved", {covers}, "proposed_by": "anna"}}'),
    ]


def release_author(engine) -> str:
    with engine.begin() as connection:
        return releases.history(connection)[0].author


def test_one_person_where_the_setting_says_so(office):
    """With one person the author approves, and the record says that it was one."""
    engine, load = office
    number = propose(engine, "publish", load, persons=1)
    row = decide(engine, number, by=ANNA, persons=1)
    assert (row.state, row.persons, proposals.authors(row)) == ("approved", 1, "anna")
    assert all('"persons": 1' in detail for _who, _result, detail in records(engine, number))


def test_the_database_itself_refuses_one_person(office):
    """Whoever writes past the program cannot store an approval by the author."""
    engine, load = office
    number = propose(engine, "publish", load)
    for decider in (ANNA.key, None):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(
                update(proposal).where(proposal.c.id == number).values(state="approved", decider_key=decider)
            )


def _threshold(connection) -> None:
    first = connection.execute(select(func.min(threshold.c.id))).scalar()
    connection.execute(update(threshold).where(threshold.c.id == first).values(high=threshold.c.high * 1.5))


def _batch(connection) -> None:
    values = dict(connection.execute(select(load_batch).order_by(load_batch.c.id)).mappings().first())
    last = connection.execute(select(func.max(load_batch.c.id))).scalar()
    connection.execute(insert(load_batch).values(values | {"id": last + 1, "sha256": "f" * 64}))


def _file(connection) -> None:
    connection.execute(update(import_job).values(rows_revised=import_job.c.rows_revised + 1))


def _thrown_away(connection) -> None:
    connection.execute(update(import_job).values(state="cancelled"))


def _publication(connection) -> None:
    releases.publish(connection, reason="other", author="other", steps=loads.light_steps(print))


def _there_and_back(connection) -> None:
    _publication(connection)
    releases.rollback(connection, 1, reason="back", author="other")


def test_what_it_covers_has_changed(office):
    """A publication is approved only of what was proposed; the record says that it went stale, and a new one is taken."""
    engine, load = office
    number = propose(engine, "publish", load)
    for change in (_threshold, _batch, _file, _thrown_away, _publication, _there_and_back):
        with engine.connect() as connection, connection.begin() as transaction:
            change(connection)
            assert proposals.state_now(connection, proposals.find(connection, number)) == "stale", change
            transaction.rollback()
    with engine.begin() as connection:
        assert proposals.state_now(connection, proposals.find(connection, number)) == "open"
        _threshold(connection)
    assert code_of(decide, engine, number) == "stale"
    assert row_of(engine, number).state == "stale"
    assert [result for _who, result, _detail in records(engine, number)] == ["done", "refused"]
    assert propose(engine, "publish", load) != number


def test_changed_between_approval_and_work(office):
    """The work itself looks once more, under its lock, and publishes nothing."""
    engine, load = office
    number = propose(engine, "publish", load)
    decide(engine, number)
    with engine.begin() as connection:
        _publication(connection)
    assert (
        code_of(
            jobs.publish,
            engine,
            author="x",
            reason=REASON,
            job_ids=[load],
            confirmed=True,
            steps=loads.light_steps,
            proposal=number,
        )
        == "stale"
    )
    assert row_of(engine, number).state == "stale"
    with engine.begin() as connection:
        assert connection.execute(select(release_pointer.c.release_id)).scalar() == 2
        assert connection.execute(select(import_job.c.state)).scalar() == "staged"


def test_rollback_and_taking_back(office):
    """Both go the same way; a rollback is not disturbed by thresholds, which it does not touch."""
    engine, load = office
    row = decide(engine, propose(engine, "publish", load))
    jobs.publish(
        engine,
        author="x",
        reason=REASON,
        job_ids=[load],
        confirmed=True,
        steps=loads.light_steps,
        proposal=row.id,
    )
    back = propose(engine, "rollback", 1)
    with engine.begin() as connection:
        _threshold(connection)
    decide(engine, back)
    assert jobs.roll_back(engine, 1, author="x", reason=REASON, proposal=back).id == 1
    away = propose(engine, "withdraw", load)
    decide(engine, away)
    made = jobs.withdraw(engine, load, author="x", reason=REASON, steps=loads.light_steps, proposal=away)
    assert (row_of(engine, back).release_id, row_of(engine, away).release_id) == (1, made.id)
    assert code_of(jobs.roll_back, engine, 1, author="x", reason=REASON, proposal=back) == "decided"


def test_its_time_runs_out(office, monkeypatch):
    """After the days of the setting nobody can approve; before, everybody who may."""
    engine, load = office
    number, moment = propose(engine, "publish", load, days=14), writing.now()
    for hours, state in ((14 * 24 - 1, "open"), (14 * 24 + 1, "expired")):
        for module in (writing, proposals):
            monkeypatch.setattr(module, "now", lambda hours=hours: moment + timedelta(hours=hours))
        with engine.begin() as connection:
            assert proposals.state_now(connection, proposals.find(connection, number)) == state
    assert code_of(decide, engine, number) == "expired"
    assert row_of(engine, number).state == "expired"


def test_one_proposal_about_one_thing(office):
    """The same person's double click is one proposal; somebody else is sent to it; the author alone takes it back."""
    engine, load = office
    number = propose(engine, "publish", load)
    assert propose(engine, "publish", load) == number
    assert code_of(propose, engine, "publish", load, by=JANIS) == "proposed"
    with engine.begin() as connection:
        assert code_of(proposals.withdraw, connection, number, by=JANIS) == "unknown"
        assert code_of(proposals.withdraw, connection, 999, by=JANIS) == "unknown"
        assert code_of(proposals.withdraw, connection, number, by=ANNA, kinds=("threshold",)) == "unknown"
        proposals.withdraw(connection, number, by=ANNA)
        proposals.withdraw(connection, number, by=ANNA)
    assert code_of(decide, engine, number) == "decided"
    assert row_of(engine, number).state == "withdrawn"


def test_thresholds(office):
    """Approved: a dated row in force and levels later; refused or taken back: the row stays in the history."""
    engine, _load = office

    def lab(medium: float) -> tuple[int, int]:
        asked = thresholds.Proposal(
            indicator_id="R03", stage="basic", basis="times_national", medium=medium, high=9.0
        )
        row = thresholds.propose(engine, asked, author="anna", reason=REASON, by=ANNA)
        with engine.begin() as connection:
            return row, proposals.open_about(connection, "threshold", row).id

    def status(row: int) -> str:
        with engine.begin() as connection:
            return connection.execute(select(threshold.c.status).where(threshold.c.id == row)).scalar_one()

    row, number = lab(1.6)
    other, second = lab(1.7)
    assert code_of(decide, engine, number, by=ANNA) == "self"
    decide(engine, number)
    assert status(row) == "accepted"
    with engine.begin() as connection:
        made = connection.execute(select(threshold).order_by(threshold.c.id.desc())).first()
    assert (made.status, made.medium, made.author, made.reason) == ("in_force", 1.6, "janis", REASON)
    assert code_of(decide, engine, second) == "stale"  # it was tested against what is no longer in force
    assert status(other) == "withdrawn"
    row, number = lab(1.8)
    decide(engine, number, approve=False)
    assert (status(row), row_of(engine, number).state) == ("withdrawn", "refused")


def test_two_approvers_at_once(office):
    """Of ten who press at the same moment one has decided; the others are told so."""
    engine, load = office
    number, told, gate = propose(engine, "publish", load), [], threading.Barrier(10)

    def press(one: int) -> None:
        gate.wait()
        try:
            with engine.begin() as connection:
                row = proposals.decide(
                    connection, number, by=Person(f"user:{one}", f"u{one}"), approve=True, reason=REASON
                )
            told.append(row.decider)
        except ProposalError as error:
            told.append(error.code)

    people = [threading.Thread(target=press, args=(one,)) for one in range(10, 20)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(told)[:9] == ["decided"] * 9
    assert told.count("decided") == 9
    assert row_of(engine, number).decider in told
    assert len(records(engine, number)) == 2


PEOPLE = (ANNA, JANIS, ILZE)
STEPS = st.tuples(
    st.sampled_from(["propose", "approve", "refuse", "withdraw", "change"]), st.sampled_from(PEOPLE)
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_every_way_through_the_states(shared, steps):
    """Whatever people do in whatever order: no own approval, an ended proposal stays as it is, one record a step."""
    engine, load = shared
    connection = engine.connect()
    transaction = connection.begin()
    ended: dict[int, tuple] = {}
    refused: set[str] = set()
    try:
        for step, who in steps:
            newest = connection.execute(select(func.max(proposal.c.id))).scalar() or 0
            try:
                if step == "propose":
                    proposals.propose(connection, "publish", [load], by=who, reason=REASON)
                elif step == "change":
                    _threshold(connection)
                elif step == "withdraw":
                    proposals.withdraw(connection, newest, by=who)
                else:
                    proposals.close_what_ended(connection)
                    proposals.decide(connection, newest, by=who, approve=step == "approve", reason=REASON)
            except ProposalError as error:
                refused.add(error.code)
            rows = connection.execute(select(proposal).order_by(proposal.c.id)).all()
            assert sum(row.state == "open" for row in rows) <= 1
            for row in rows:
                assert row.state in STATES
                assert row.state not in ("approved", "refused") or row.decider_key != row.author_key
                if row.id in ended:
                    assert tuple(row) == ended[row.id]
                elif row.state != "open":
                    ended[row.id] = tuple(row)
            told = connection.execute(
                select(func.count()).where(audit.audit_event.c.what == audit.PROPOSAL)
            ).scalar()
            assert told == len(rows) + len(ended)
        assert refused <= {"self", "decided", "stale", "unknown", "proposed"}
    finally:
        transaction.rollback()
        connection.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One SQLite database for all examples, each of which is undone."""
    from data_access import engine as engines
    from data_access import migrations_runner

    engine = engines.create(f"sqlite:///{tmp_path_factory.mktemp('states') / 'm.sqlite'}")
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=30)
        ensure_thresholds(connection, 0)
        releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
    yield engine, staged(engine, 1)
    engine.dispose()
