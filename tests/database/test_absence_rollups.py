"""Roll-ups of absence and of children without a place, on both engines: sums of facts, releases, planes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sqlalchemy import func, select

from data_access import releases, schema
from data_access.bulk import insert_rows
from data_access.importing import absence_points, reference
from data_access.queries import absence as query
from data_access.reading import reading
from data_access.rollups_absence import roll_up_absence
from data_access.scope import Scope
from indicators import absence, unregistered
from language.sorting import collation_key

TOWNS = ("LV0023000", "LV0031000", "LV0001000")
YEARS = range(2016, 2024)
STAGES = ("preschool", "basic", "special_basic", "upper_secondary", "vocational")
UNITS = 36


@dataclass(frozen=True)
class Facts:
    """What was put into the database."""

    institutions: int
    absence: int


def fill(connection) -> Facts:
    """A small country: 36 institutions in three municipalities, eight years, both sources."""
    reference.load_all(connection)
    batch = connection.execute(select(func.max(schema.load_batch.c.id))).scalar()
    rng = np.random.default_rng(11)
    insert_rows(
        connection,
        schema.institution,
        [
            {
                "id": number,
                "reg_no": f"98{number:08d}",
                "name": f"Skola {number}",
                "type": "secondary",
                "founder_kind": "municipality",
                "municipality_code": TOWNS[number % 3],
                "urbanity": "town",
                "in_transition": 0,
                "valid_from": "2000-09-01",
                "valid_to": None,
                "sort_key": collation_key(f"Skola {number}"),
                "search_key": f"skola {number}",
                "load_batch_id": batch,
            }
            for number in range(1, UNITS + 1)
        ],
    )
    enrolment, facts, cases = [], [], []
    for number in range(1, UNITS + 1):
        for year in YEARS:
            for semester in (1, 2):
                for stage in STAGES[number % 2 :: 2]:
                    pupils = int(rng.integers(20, 300))
                    key = {
                        "institution_id": number,
                        "school_year": year,
                        "semester": semester,
                        "stage": stage,
                        "load_batch_id": batch,
                    }
                    enrolment.append({**key, "pupils": pupils})
                    if rng.random() < 0.05:
                        continue
                    long = int(rng.binomial(pupils, 0.03 * semester))
                    kinds = dict.fromkeys(absence.KINDS)
                    if stage in ("basic", "special_basic", "upper_secondary"):
                        kinds = {kind: int(rng.integers(0, pupils)) for kind in absence.KINDS}
                    facts.append({**key, "source_code": "e_journals", "long_unexcused": long, **kinds})
                    if year >= 2018:
                        entered = int(rng.integers(0, long + 1))
                        facts.append(
                            {
                                **key,
                                "source_code": "viis_cases",
                                "long_unexcused": entered,
                                **dict.fromkeys(absence.KINDS),
                            }
                        )
                        if entered:
                            cases.append(
                                {**key, "reason": "family", "action": "talk_with_parents", "cases": entered}
                            )
    insert_rows(connection, schema.fact_enrolment, enrolment)
    insert_rows(connection, schema.fact_absence, facts)
    insert_rows(connection, schema.fact_absence_case, cases)
    insert_rows(
        connection,
        schema.fact_unregistered,
        [
            {
                "municipality_code": town,
                "year": year,
                "status": status,
                "children": int(rng.integers(0, 40)),
                "delivered": 1,
                "load_batch_id": batch,
            }
            for town in TOWNS
            for year in (2023, 2024)
            for status in (*unregistered.NINE, *unregistered.BESIDE)
        ],
    )
    return Facts(UNITS, len(facts))


@pytest.fixture
def filled(engine):
    """The small country, published once."""
    with engine.begin() as connection:
        fill(connection)
        releases.publish(connection, reason="test", author="test", steps=[roll_up_absence])
    return engine


def roll_up(connection, **conditions):
    """Rows of the counts with these columns."""
    table = schema.absence_count
    return connection.execute(
        select(table).where(*(table.c[name] == value for name, value in conditions.items()))
    ).all()


@pytest.mark.parametrize("source", ["e_journals", "viis_cases"])
def test_roll_ups_are_sums_of_facts(filled, source):
    """Each exact row of the country and of every municipality is the sum that the database makes itself."""
    fact, place = schema.fact_absence, schema.institution
    with filled.connect() as connection:
        for kind, area in (("country", None), ("municipality", place.c.municipality_code)):
            for group in absence.AREA_STAGES:
                stages = absence.GROUPS.get(group, (group,))
                keys = [fact.c.school_year, fact.c.semester] + ([area] if area is not None else [])
                sums = {
                    tuple(row[:-1]): row[-1]
                    for row in connection.execute(
                        select(*keys, func.sum(fact.c.long_unexcused))
                        .join(place, place.c.id == fact.c.institution_id)
                        .where(fact.c.source_code == source, fact.c.stage.in_(stages))
                        .group_by(*keys)
                    )
                }
                rows = roll_up(
                    connection, plane="detail", area_kind=kind, stage=group, source_code=source, release_id=1
                )
                found = {
                    (row.school_year, row.semester, *([row.area_id] if area is not None else [])): row
                    for row in rows
                    if row.long_unexcused is not None
                }
                assert {key: row.long_unexcused for key, row in found.items()} == sums


def test_lessons_and_learners_are_sums_too(filled):
    """Learners are those of the institutions that delivered, and each kind of lesson is added up alone."""
    fact, due = schema.fact_absence, schema.fact_enrolment
    with filled.connect() as connection:
        expected = connection.execute(
            select(
                func.sum(due.c.pupils),
                *(func.sum(fact.c[kind]) for kind in absence.KINDS),
                func.count(func.distinct(fact.c.institution_id)),
            )
            .join(
                due,
                (due.c.institution_id == fact.c.institution_id)
                & (due.c.school_year == fact.c.school_year)
                & (due.c.semester == fact.c.semester)
                & (due.c.stage == fact.c.stage),
            )
            .where(
                fact.c.source_code == "e_journals",
                fact.c.stage.in_(("basic", "special_basic")),
                fact.c.school_year == 2023,
                fact.c.semester == 2,
            )
        ).one()
        (row,) = roll_up(
            connection,
            plane="detail",
            area_kind="country",
            stage="basic_all",
            source_code="e_journals",
            school_year=2023,
            semester=2,
        )
        assert (
            row.pupils,
            *(getattr(row, kind) for kind in absence.KINDS),
            row.institutions,
        ) == tuple(expected)


def test_causes_add_up_to_the_entries(filled):
    """Reasons and actions each add up to the entries of the semester."""
    entry, cause = schema.fact_absence_case, schema.absence_cause
    with filled.connect() as connection:
        total = connection.execute(
            select(func.sum(entry.c.cases)).where(entry.c.school_year == 2023, entry.c.semester == 1)
        ).scalar()
        for kind in ("reason", "action"):
            for area in ("country", "municipality", "institution"):
                found = connection.execute(
                    select(func.sum(cause.c.cases)).where(
                        cause.c.school_year == 2023,
                        cause.c.semester == 1,
                        cause.c.kind == kind,
                        cause.c.area_kind == area,
                    )
                ).scalar()
                assert found == total


def test_children_add_up(filled):
    """The sum of the nine is the sum of the facts, in every municipality and the country."""
    fact, table = schema.fact_unregistered, schema.unregistered_count
    with filled.connect() as connection:
        for status in (*unregistered.NINE, *unregistered.BESIDE, "total"):
            wanted = unregistered.NINE if status == "total" else (status,)
            total = connection.execute(
                select(func.sum(fact.c.children)).where(fact.c.year == 2024, fact.c.status.in_(wanted))
            ).scalar()
            found = connection.execute(
                select(table.c.children).where(
                    table.c.plane == "detail",
                    table.c.area_kind == "country",
                    table.c.year == 2024,
                    table.c.status == status,
                )
            ).scalar()
            assert found == total


def test_released_rows_hold_nothing_exact(filled):
    """In the database itself: municipal counts are zero or at least ten and multiples of five."""
    with filled.connect() as connection:
        rows = roll_up(connection, plane="released", area_kind="municipality")
        assert rows
        for row in rows:
            assert (row.long_unexcused is None) != (row.reason is None)
            for count in (row.long_unexcused, row.any_excused, row.any_unexcused, row.pupils):
                assert count is None or count == 0 or (count >= 10 and count % 5 == 0)
            assert row.any_illness is None
        assert not roll_up(connection, plane="released", area_kind="institution")


def test_scope_decides_what_is_read(filled):
    """Exact rows inside the scope, protected or no rows outside."""
    town = TOWNS[1]
    own = Scope(role="municipality", municipalities=frozenset({town}))
    for scope, exact in ((Scope.public(), False), (own, True), (Scope(role="ministry"), True)):
        with reading(filled, scope) as reader:
            rows = query.history(reader, "municipality", town)
            assert {row.plane for row in rows} == {"detail" if exact else "released"}
            school = query.history(reader, "institution", "1", TOWNS[1])
            assert bool(school) == exact
            assert bool(query.causes(reader, "municipality", town, 2023)) == exact
            assert bool(query.causes(reader, "institution", "1", 2023, TOWNS[1])) == exact
            assert query.causes(reader, "country", "LV", 2023)
            everywhere = query.municipalities(reader, "total", 2, (2023,))
            planes = {row.area_id: row.plane for row in everywhere}
            assert planes[town] == ("detail" if exact else "released")
            assert len(planes) == 3
            listed = query.unregistered_municipalities(reader, year=2024)
            assert {row.plane for row in listed if row.area_id == town} == {"detail" if exact else "released"}


def test_nothing_recorded_is_for_those_in_charge(filled):
    """The list of silent institutions is empty for everybody else."""
    other = Scope(role="municipality", municipalities=frozenset({TOWNS[0]}))
    school = Scope(role="school", institutions=frozenset({1}))
    for scope in (Scope.public(), other, school):
        with reading(filled, scope) as reader:
            assert query.unrecorded(reader, ("basic",), (2023, 2), TOWNS[1]) == []
            assert query.unrecorded(reader, ("basic",), (2023, 2), None) == []


def test_a_release_keeps_its_rows_and_old_ones_go(filled):
    """Six more publications: the rows of the first release are gone, the newest has as many."""
    with filled.begin() as connection:
        before = len(roll_up(connection, release_id=1))
        for number in range(6):
            releases.publish(connection, reason=f"r{number}", author="test", steps=[roll_up_absence])
        assert not roll_up(connection, release_id=1)
        assert len(roll_up(connection, release_id=7)) == before


def test_publication_without_facts(engine):
    """A database without absence facts publishes, and the page's queries answer nothing."""
    with engine.begin() as connection:
        reference.load_all(connection)
        releases.publish(connection, reason="test", author="test", steps=[roll_up_absence])
    with reading(engine, Scope.public()) as reader:
        assert query.newest(reader) is None
        assert query.history(reader, "country", "LV") == []
        assert query.matrix(reader, "basic", 2) is None


def test_earlier_points_are_loaded_once(engine):
    """The file of earlier published figures: every row with source and caveat, and no second time."""
    with engine.begin() as connection:
        reference.load_all(connection)
        absence_points.load(connection, reference.FOLDER)
        assert absence_points.load(connection, reference.FOLDER) == 0
        table = schema.figure_published
        rows = connection.execute(select(table).where(table.c.collection == absence_points.COLLECTION)).all()
    assert len(rows) == len((reference.FOLDER / absence_points.FILE).read_text("utf-8").splitlines()) - 1
    for row in rows:
        assert row.citation.count("http") == 1
        lv, _bar, en = row.note.partition(" | ")
        assert lv
        assert en
        assert row.unit in ("pupils", "percent")
