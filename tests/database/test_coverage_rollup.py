"""The cards of data quality on both engines: who delivered, who is missing, what was corrected."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from data_access import releases, schema, schema_loading
from data_access.queries import coverage
from data_access.reading import reading
from data_access.rollups_coverage import roll_up_coverage
from data_access.scope import Scope

# institution, stage, school year, reason: the first period is older and must not count
VALUES = (
    (1, "basic", 2022, "x"),
    (1, "basic", 2023, None),
    (2, "basic", 2023, "x"),
    (2, "upper_secondary", 2023, None),
    (3, "basic", 2023, "u"),
    (4, "basic", 2023, "z"),
)
PLACES = {1: "LV0031000", 2: "LV0031000", 3: "LV0032000", 4: "LV0032000"}


def _facts(connection, release_id: int) -> None:
    connection.execute(
        insert(schema.institution),
        [
            {
                "id": number, "reg_no": f"99{number:08d}", "name": f"Skola {number}", "type": "basic",
                "founder_kind": "municipality", "municipality_code": place, "urbanity": "town", "in_transition": 0,
                "valid_from": "2009-09-01", "valid_to": None, "sort_key": f"{number}", "search_key": "", "load_batch_id": 1,
            }
            for number, place in PLACES.items()
        ],
    )  # fmt: skip
    key = {"release_id": release_id, "indicator_id": "R03", "semester": 1}
    connection.execute(
        insert(schema.indicator_value),
        [
            {
                **key, "unit_kind": "institution", "unit_id": str(unit), "stage": stage, "school_year": year,
                "municipality_code": PLACES[unit], "value": None if reason else 0.1, "reason": reason,
            }
            for unit, stage, year, reason in VALUES
        ],
    )  # fmt: skip
    connection.execute(
        insert(schema.indicator_released),
        [
            {
                **key, "unit_kind": "municipality", "unit_id": place, "stage": "basic", "school_year": 2023,
                "municipality_code": place, "value": value, "reason": reason,
            }
            for place, value, reason in (("LV0031000", 0.1, None), ("LV0032000", None, "c"))
        ],
    )  # fmt: skip
    change = {
        "batch_id": 2, "dataset": "absence", "table_name": "fact_absence", "row_key": "{}", "old_values": "{}",
        "new_values": "{}", "old_batch_id": 1, "author": "test", "reason": "Skola laboja",
    }  # fmt: skip
    connection.execute(
        insert(schema_loading.revision),
        [
            {**change, "id": 1, "at": "2024-12-01T10:00:00+00:00", "withdrawn_at": None},
            {**change, "id": 2, "at": "2024-12-01T11:00:00+00:00", "withdrawn_at": None},
            {
                **change,
                "id": 3,
                "at": "2024-12-02T11:00:00+00:00",
                "withdrawn_at": "2024-12-03T00:00:00+00:00",
            },
        ],
    )
    connection.execute(
        insert(schema_loading.other_source).values(
            id=1, dataset="absence", table_name="fact_absence", row_key="{}", source_code="viis_cases", other_values="{}",
            primary_source="e_journals", primary_values="{}", batch_id=2, at="2024-12-01T10:00:00+00:00",
        )
    )  # fmt: skip


@pytest.fixture
def published(reference_engine):
    """A release with the values above and its cards."""
    with reference_engine.begin() as connection:
        releases.publish(connection, reason="test", author="test", steps=(_facts, roll_up_coverage))
    return reference_engine


def test_coverage_counts_the_newest_period(published):
    """Institution 2 lacks one stage, so one of two delivered; one that is not concerned is not expected."""
    with reading(published, Scope.public()) as reader:
        found = coverage.coverage(reader)
    assert found.cells["LV0031000"]["R03"] == coverage.Cell(1, 2, 1, 0)
    assert found.cells["LV0032000"]["R03"] == coverage.Cell(1, 1, 0, 1)
    assert sorted(found.periods["R03"]) == [["basic", 2023, 1], ["upper_secondary", 2023, 1]]


def test_missing_institutions_are_named_inside_the_scope_only(published):
    """The institution itself, its municipality and the ministry read the name; nobody else."""
    expected = {
        Scope.public(): [],
        Scope(role="ministry"): ["Skola 2"],
        Scope(role="municipality", municipalities=frozenset({"LV0031000"})): ["Skola 2"],
        Scope(role="municipality", municipalities=frozenset({"LV0032000"})): [],
        Scope(role="school", institutions=frozenset({2})): ["Skola 2"],
        Scope(role="school", institutions=frozenset({1})): [],
    }
    for scope, names in expected.items():
        with reading(published, scope) as reader:
            assert [one.name for one in coverage.missing(reader)] == names, scope
    card = schema.page_card
    with published.begin() as connection:
        payloads = (
            connection.execute(select(card.c.payload).where(card.c.plane == "released")).scalars().all()
        )
    assert payloads
    assert not any("Skola 2" in text or "[[2, " in text for text in payloads)


def test_corrections_are_numbers_with_reasons(published):
    """Two corrections of one day are one line; one that was taken back does not count; differing rows are counted."""
    with reading(published, Scope.public()) as reader:
        assert coverage.corrections(reader) == {
            "revisions": [{"dataset": "absence", "day": "2024-12-01", "reason": "Skola laboja", "rows": 2}],
            "differ": [
                {
                    "dataset": "absence",
                    "primary_source": "e_journals",
                    "source_code": "viis_cases",
                    "rows": 1,
                }
            ],
        }
        assert [(move.kind, move.to_release) for move in coverage.moves(reader)] == [
            ("publish", 2),
            ("publish", 1),
        ]


def test_a_release_without_facts_has_no_matrix(reference_engine):
    """Reference facts alone: no coverage, but the page's other parts have something to read."""
    with reference_engine.begin() as connection:
        releases.publish(connection, reason="test", author="test", steps=(roll_up_coverage,))
    with reading(reference_engine, Scope.public()) as reader:
        assert coverage.coverage(reader) is None
        assert coverage.corrections(reader) == {"revisions": [], "differ": []}
        assert len(coverage.batches(reader)) == 9
