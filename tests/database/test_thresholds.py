"""Proposals of thresholds: stored with author and reason, refused when impossible, accepted as dated rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from data_access.proposals import Person
from data_access.publishing import ensure_thresholds, thresholds_in_force
from data_access.reading import reading
from data_access.schema import threshold
from data_access.scope import Scope
from data_access.thresholds import Proposal, ThresholdError, Writer, accept, proposals, propose, withdraw

REASON = "Robeža pārāk bieži rāda nejaušību"


@pytest.fixture
def filled(reference_engine):
    """A database with a release and the default thresholds."""
    with reference_engine.begin() as connection:
        ensure_thresholds(connection, 1)
    return reference_engine


def absence(**changes) -> Proposal:
    given = {"indicator_id": "R03", "stage": "basic", "basis": "times_national", "medium": 1.6, "high": 2.2}
    return Proposal(**{**given, **changes})


def row_of(engine, number: int):
    with engine.begin() as connection:
        return connection.execute(select(threshold).where(threshold.c.id == number)).one()


def test_a_proposal_keeps_author_reason_and_numbers(filled):
    """What was proposed, by whom and why; nothing that is in force changes."""
    with filled.begin() as connection:
        before = thresholds_in_force(connection)
    number = propose(filled, absence(operator=">="), author="demo-ministry", reason=f"  {REASON}  ")
    row = row_of(filled, number)
    assert (row.author, row.reason, row.status) == ("demo-ministry", REASON, "proposal")
    assert (row.medium, row.high, row.operator, row.basis) == (1.6, 2.2, ">=", "times_national")
    assert (row.stage, row.territory_kind, row.origin) == ("basic", "*", "provisional")
    assert row.created_at
    with filled.begin() as connection:
        assert thresholds_in_force(connection) == before


def test_the_same_proposal_is_stored_once(filled):
    """A double click is one proposal; another author's is another one."""
    first = propose(filled, absence(), author="demo-ministry", reason=REASON)
    assert propose(filled, absence(), author="demo-ministry", reason="Cits pamatojums, tas pats") == first
    assert propose(filled, absence(), author="somebody-else", reason=REASON) != first


@pytest.mark.parametrize("reason", ["", "   ", "īss", "x" * 1001])
def test_refused_without_a_reason(filled, reason):
    """A proposal without a reason, or with a shorter or longer one than can be read, is not stored."""
    with pytest.raises(ThresholdError) as error:
        propose(filled, absence(), author="demo-ministry", reason=reason)
    assert error.value.code == "reason"
    with filled.begin() as connection:
        assert not connection.execute(select(threshold).where(threshold.c.status == "proposal")).all()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medium": 2.2, "high": 1.6}, "order"),
        ({"medium": 2.0, "high": 2.0}, "order"),
        (
            {"indicator_id": "R04", "basis": "plus_national", "medium": -0.2, "high": -0.1},
            "order",
        ),
        (
            {"indicator_id": "R07", "stage": "all_general", "basis": "band", "medium": 1.5, "high": 1.0},
            "order",
        ),
        ({"medium": 0.0}, "number"),
        ({"high": float("nan")}, "number"),
        ({"stage": "higher"}, "unknown"),
        ({"indicator_id": "R99"}, "unknown"),
        ({"basis": "band"}, "unknown"),
        ({"operator": "<"}, "unknown"),
        ({"territory_kind": "moon"}, "unknown"),
    ],
)
def test_refused_when_impossible(filled, changes, code):
    """The high boundary lies further towards risk; numbers are numbers; the indicator has the stage."""
    with pytest.raises(ThresholdError) as error:
        propose(filled, absence(**changes), author="demo-ministry", reason=REASON)
    assert error.value.code == code


def test_low_is_bad_runs_the_other_way(filled):
    """Where low is bad, the high boundary is the lower number."""
    proposal = Proposal(indicator_id="R04", stage="basic", basis="plus_national", medium=-0.08, high=-0.15)
    assert propose(filled, proposal, author="demo-ministry", reason=REASON)


def test_accepting_makes_a_dated_row_and_keeps_the_proposal(filled):
    """The decision has its own author, reason and date; the proposal stays as it was."""
    number = propose(filled, absence(), author="demo-ministry", reason=REASON)
    with filled.begin() as connection:
        made = accept(
            connection, number, author="steward", reason="Pieņemts sanāksmē", valid_from="2026-09-01"
        )
        rules = [row for row in thresholds_in_force(connection) if row["indicator_id"] == "R03"]
    row, proposal = row_of(filled, made), row_of(filled, number)
    assert (row.status, row.valid_from, row.author) == ("in_force", "2026-09-01", "steward")
    assert (row.medium, row.high, row.origin) == (1.6, 2.2, "provisional")
    assert str(number) in row.citation
    assert (proposal.status, proposal.author, proposal.reason) == ("accepted", "demo-ministry", REASON)
    assert made in [rule["id"] for rule in rules]
    with filled.begin() as connection, pytest.raises(ThresholdError):
        accept(connection, number, author="steward", reason="Vēlreiz")


def test_an_official_threshold_names_its_act(filled):
    """Nothing becomes official without a citation."""
    number = propose(filled, absence(), author="demo-ministry", reason=REASON)
    with filled.begin() as connection, pytest.raises(ThresholdError) as error:
        accept(connection, number, author="steward", reason="Pieņemts", origin="official")
    assert error.value.code == "citation"


def test_withdrawn_proposals_stay_in_the_list(filled):
    """Only readers of the whole country see proposals; closed ones come after open ones."""
    first = propose(filled, absence(), author="demo-ministry", reason=REASON)
    second = propose(filled, absence(medium=1.7), author="demo-ministry", reason=REASON)
    with filled.begin() as connection:
        withdraw(connection, second)
    with reading(filled, Scope(role="ministry", user="demo-ministry")) as reader:
        assert [(row.id, row.status) for row in proposals(reader)] == [
            (first, "proposal"),
            (second, "withdrawn"),
        ]
    for scope in (Scope.public(), Scope(role="municipality", municipalities=frozenset({"LV0001000"}))):
        with reading(filled, scope) as reader:
            assert proposals(reader) == []


def test_the_writer_opens_an_engine_of_its_own(filled, database_url):
    """What the web process gets: an object that can propose and nothing else."""
    number = Writer(database_url).propose(
        absence(), by=Person("demo:ministry", "demo-ministry"), reason=REASON
    )
    assert row_of(filled, number).reason == REASON
