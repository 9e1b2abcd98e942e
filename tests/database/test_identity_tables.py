"""T16 and T41 on both engines: scopes that follow mergers by the written rule, and the chain of the audit."""

from __future__ import annotations

import json
import threading

import pytest
from sqlalchemy import delete, insert, select, update

from data_access import accounts, audit, lineage, sessions, thresholds, writing
from data_access.accounts import AccountError, Given
from data_access.audit import Actor, Recorder
from data_access.schema import institution, institution_lineage, load_batch, municipality
from data_access.schema_identity import audit_event, audit_head, user_assignment, user_session
from data_access.writing import Desk

ACTOR = Actor("tester", "steward", "", "127.0.0.1")
DAY, EVE = "2024-09-01", "2024-08-31"


@pytest.fixture
def units(reference_engine):
    """Institutions A and B, the successor C of both, D renamed to E, F split into G and H, closed K; their ids."""
    names = {letter: number for number, letter in enumerate("ABCDEFGHK", 1)}
    ended = {"A", "B", "D", "F", "K"}
    moves = [
        ("A", "C", "merged", 1.0),
        ("D", "E", "renamed", 1.0),
        ("F", "G", "split", 0.5),
        ("F", "H", "split", 0.5),
    ]
    with reference_engine.begin() as connection:
        batch = connection.execute(select(load_batch.c.id)).scalars().first()
        code = (
            connection.execute(
                select(municipality.c.code)
                .where(municipality.c.valid_to.is_(None))
                .order_by(municipality.c.code)
            )
            .scalars()
            .first()
        )
        for letter, number in names.items():
            connection.execute(
                insert(institution).values(
                    id=number, reg_no=f"990000000{number}", name=f"School {letter}", type="basic",
                    founder_kind="municipality", municipality_code=code, urbanity="town", in_transition=0,
                    valid_from="2000-01-01" if letter not in "CEGH" else DAY,
                    valid_to=EVE if letter in ended else None, sort_key=letter, search_key=letter,
                    load_batch_id=batch,
                )
            )  # fmt: skip
        for first, second, kind, share in [*moves, ("B", "C", "merged", 1.0)]:
            connection.execute(
                insert(institution_lineage).values(
                    from_id=names[first], to_id=names[second], date=DAY, kind=kind, share=share,
                    load_batch_id=batch,
                )
            )  # fmt: skip
    return reference_engine, names


@pytest.mark.parametrize(
    ("letter", "before", "after"),
    [
        ("A", "A", ""), ("B", "B", ""), ("C", "C", "ABC"), ("D", "D", "DE"), ("E", "E", "DE"), ("F", "F", ""),
        ("G", "G", "G"), ("K", "K", ""),
    ],
)  # fmt: skip
def test_scope_follows_the_unit(units, letter, before, after):
    """What users of each institution may read on the last day before the change and on its day."""
    engine, names = units
    with engine.begin() as connection:
        for day, wanted in ((EVE, before), (DAY, after), ("2030-01-01", after)):
            ids, name = lineage.institutions_of(connection, f"990000000{names[letter]}", day)
            assert ids == {names[one] for one in wanted}, (letter, day)
            assert bool(name) == bool(wanted)


def test_municipalities_follow_the_reform(reference_engine):
    """Varakļāni joined Madona on 1 July 2025: its own users see nothing from then, Madona's see both and keep their role."""
    old, other, new = "LV0038000", "LV0055000", "LV0038001"
    with reference_engine.begin() as connection:
        of = lambda code, day: set(lineage.municipalities_of(connection, code, day)[0])  # noqa: E731
        assert of(other, "2025-06-30") == {other}
        assert of(other, "2025-07-01") == set()
        assert of(old, "2025-06-30") == {old}
        assert of(old, "2025-07-01") == {old, other, new}
        assert of(new, "2025-07-01") == {old, other, new}
        assert of("LV9999999", "2025-07-01") == set()


def test_assignment_is_checked(units):
    """Unknown units, roles, dates and doubles are refused; a role ends on its last day and when it is revoked."""
    engine, _names = units
    with engine.begin() as connection:
        accounts.add(connection, ACTOR, login="Anna.Ozola ", name="Anna Ozola", password_hash="x")
        for given, code in (
            (Given("school", "0000000000"), "unit"),
            (Given("municipality", "LV0000000"), "unit"),
            (Given("ministry", "LV0038001"), "unit"),
            (Given("root"), "role"),
            (Given("ministry", "", "2024-13-1"), "date"),
            (Given("ministry", "", "2024-02-01", "2024-01-01"), "date"),
        ):
            with pytest.raises(AccountError) as caught:
                accounts.assign(connection, ACTOR, "anna.ozola", given)
            assert caught.value.code == code
        accounts.assign(connection, ACTOR, "anna.ozola", Given("ministry"))
        with pytest.raises(AccountError, match="already"):
            accounts.assign(connection, ACTOR, "anna.ozola", Given("ministry"))
        for login, code in (("anna.ozola", "taken"), ("a", "login"), ("a b c", "login"), ("' or 1", "login")):
            with pytest.raises(AccountError) as caught:
                accounts.add(connection, ACTOR, login=login, name="Anna", password_hash="x")
            assert caught.value.code == code


def test_session_and_scope(units, monkeypatch):
    """A session finds its account and role; ended, idle, old, revoked or foreign tokens find nothing."""
    engine, names = units
    limits = sessions.Limits(30, 8)
    with engine.begin() as connection:
        number = accounts.add(
            connection, ACTOR, login="head.c", name="Head", password_hash="x", must_change=False
        )
        role = accounts.assign(connection, ACTOR, "head.c", Given("school", f"990000000{names['C']}"))
        token = sessions.start(connection, method="password", agent="x", user_id=number, assignment_id=role)
        row = sessions.find(connection, token, limits)
        scope = sessions.scope_of(connection, row)
        assert scope.role == "school"
        assert scope.institutions == {names[one] for one in "ABC"}
        assert sessions.find(connection, token[:-1] + ("a" if token[-1] != "a" else "b"), limits) is None
        assert sessions.find(connection, row.token_hash, limits) is None
        assert token not in str(connection.execute(select(user_session)).all())
        connection.execute(update(user_assignment).values(revoked_at=writing.stamp(), revoked_by="x"))
        assert not sessions.scope_of(connection, sessions.find(connection, token, limits)).signed_in
        fresh = sessions.renew(connection, row)
        assert sessions.find(connection, token, limits) is None
        assert sessions.find(connection, fresh, limits).created_at == row.created_at


# --- T41 ---------------------------------------------------------------------------------------------


@pytest.fixture
def chain(engine):
    """Five records."""
    with engine.begin() as connection:
        first = connection.execute(select(audit_head.c.last_id)).scalar_one()
        for number in range(5):
            audit.record(
                connection, audit.EXPORTED, who=f"user{number}", role="ministry", unit="/latvija", origin="::1",
                detail={"table": "ā\n\x1b[31m", "rows": number},
            )  # fmt: skip
    return engine, first


def verdict(engine, *anchor, **options):
    with engine.begin() as connection:
        return audit.verify(connection, *anchor, **options)


def test_chain_is_whole(chain):
    """Numbers without gaps, UTC, who, role, what, to what, from where, result; control characters do not survive."""
    engine, first = chain
    whole = verdict(engine)
    assert whole.whole
    assert whole.records == first + 5
    with engine.begin() as connection:
        row = audit.newest(connection, 1)[0]
    assert (row.id, row.who, row.role, row.what) == (first + 5, "user4", "ministry", "export")
    assert (row.unit, row.result, row.origin) == ("/latvija", "done", "::1")
    assert row.at.endswith("+00:00")
    assert json.loads(row.detail)["rows"] == 4
    assert audit.clean("a\r\nb\x1b[0m\u202e") == "a  b [0m "
    assert verdict(engine, newest=2).whole


@pytest.mark.parametrize("column", [c.name for c in audit_event.columns if c.name != "id"])
def test_edited_record_breaks_the_chain(chain, column):
    """Whatever column is changed."""
    engine, first = chain
    with engine.begin() as connection:
        connection.execute(
            update(audit_event).where(audit_event.c.id == first + 2).values({column: "2020-01-01"})
        )
    found = verdict(engine)
    assert not found.whole
    assert str(first + 2) in found.fault or str(first + 3) in found.fault


def test_edited_record_with_a_hash_of_its_own_breaks_the_chain(chain):
    """Whoever edits a record and works its hash out anew is given away by the record after it."""
    engine, first = chain
    with engine.begin() as connection:
        row = connection.execute(select(audit_event).where(audit_event.c.id == first + 2)).one()
        changed = {**row._mapping, "who": "nobody"}
        changed["hash"] = audit.digest(changed)
        connection.execute(update(audit_event).where(audit_event.c.id == first + 2).values(changed))
    found = verdict(engine)
    assert not found.whole
    assert str(first + 3) in found.fault


@pytest.mark.parametrize("place", [1, 3, 5])
def test_deleted_record_breaks_the_chain(chain, place):
    """The first, one within, the last."""
    engine, first = chain
    with engine.begin() as connection:
        connection.execute(delete(audit_event).where(audit_event.c.id == first + place))
    assert not verdict(engine).whole


def test_record_put_in_breaks_the_chain(chain):
    engine, first = chain
    with engine.begin() as connection:
        row = dict(audit.newest(connection, 1)[0]._mapping)
        connection.execute(insert(audit_event).values({**row, "id": first + 6}))
    assert not verdict(engine).whole


def test_rewritten_chain_lacks_the_anchor(chain):
    """Who may write everything can make a new whole chain; a number and hash noted before tell."""
    engine, first = chain
    noted = (first + 5, verdict(engine).head)
    assert verdict(engine, noted).whole
    with engine.begin() as connection:
        connection.execute(delete(audit_event).where(audit_event.c.id == first + 5))
        row = audit.newest(connection, 1)[0]
        connection.execute(update(audit_head).values(last_id=row.id, hash=row.hash))
        audit.record(connection, audit.EXPORTED, who="forger")
    assert verdict(engine).whole
    assert not verdict(engine, noted).whole


def test_unknown_events_are_refused(engine):
    with engine.begin() as connection, pytest.raises(ValueError, match="unknown"):
        audit.record(connection, "something", who="x")


def test_writers_at_the_same_time(engine):
    """Eight writers, ten records each: no gap, no double, a whole chain."""
    before = verdict(engine).records

    def write(number: int) -> None:
        for _turn in range(10):
            with engine.begin() as connection:
                audit.record(connection, audit.EXPORTED, who=f"writer{number}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert verdict(engine).whole
    assert verdict(engine).records == before + 80


def test_record_waits_in_a_file_while_another_writes(engine, database_url, tmp_path):
    """While a publication holds the lock a view is set aside; with the next record it is in the chain, once."""
    desk, folder = Desk.open(database_url), tmp_path / "waiting"
    recorder = Recorder(desk, folder)
    with engine.begin() as connection:
        audit.record(
            connection, audit.RELEASED, who="publisher"
        )  # holds the end of the chain on both engines
        recorder.record(audit.SCHOOL_VIEWED, ACTOR, unit="9900000001")
        assert len(list(folder.glob("*.jsonl"))) == 1
    copy = next(folder.glob("*.jsonl")).read_text()
    recorder.record(audit.SCHOOL_VIEWED, ACTOR, unit="9900000002")
    (folder / "died-after-commit.taken").write_text(copy)  # a process that died between commit and removal
    recorder.record(audit.SCHOOL_VIEWED, ACTOR, unit="9900000003")
    with engine.begin() as connection:
        seen = [row.unit for row in audit.newest(connection, 10, what=audit.SCHOOL_VIEWED)]
    assert sorted(seen) == ["9900000001", "9900000002", "9900000003"]
    assert list(folder.iterdir()) == []
    assert verdict(engine).whole
    desk.dispose()


def test_thresholds_and_releases_are_recorded(reference_engine):
    """A release, and a threshold proposed and withdrawn: one record each."""
    proposal = thresholds.Proposal(
        indicator_id="R03", stage="basic", operator=">", basis="absolute", medium=0.1, high=0.2
    )
    number = thresholds.propose(
        reference_engine, proposal, author="demo-ministry", reason="A long enough reason"
    )
    with reference_engine.begin() as connection:
        thresholds.withdraw(connection, number, author="steward")
        rows = audit.newest(connection, 10, what=audit.THRESHOLD)
        released = audit.newest(connection, 10, what=audit.RELEASED)
    assert [(row.who, json.loads(row.detail)["change"], row.unit) for row in rows] == [
        ("steward", "withdrawn", str(number)),
        ("demo-ministry", "proposed", str(number)),
    ]
    assert [row.who for row in released] == ["test"]
