"""Counts of visits, evaluations, tasks and supervision, findings and answers, on both engines."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, insert, select, update

from data_access import answers, releases, schema, schema_identity
from data_access.importing import reference
from data_access.queries import quality, units
from data_access.reading import Reader, current_release
from data_access.rollups_quality import roll_up_quality
from data_access.scope import Scope

PLACE = "LV0001000"
OTHER = "LV0002000"
VALUE = {
    "unit_kind": "institution",
    "indicator_id": "R08",
    "stage": "basic",
    "semester": 0,
    "municipality_code": PLACE,
    "numerator": 5,
    "denominator": 50,
    "value": 0.1,
    "certainty": "certain",
}


def _fill(connection) -> None:
    """Twenty institutions of one municipality and one of another, with visits, evaluations, tasks, complaints."""
    connection.execute(
        insert(schema.load_batch).values(
            id=900, dataset="fact_visit", source_code="demo", file_name="t", sha256="t", as_of="2024-12-31",
            loaded_at="2024-12-31T00:00:00+00:00", loader_version="t", rows_read=1, rows_loaded=1,
            rows_quarantined=0, rows_declared=0, synthetic=1,
        )
    )  # fmt: skip
    batch = {"load_batch_id": 900}
    ids = range(1, 22)
    connection.execute(
        insert(schema.institution),
        [
            {
                "id": i, "reg_no": f"99{i:08d}", "name": f"Skola {i}", "type": "preschool" if i % 2 else "basic",
                "founder_kind": "private" if i == 3 else "municipality",
                "municipality_code": OTHER if i == 21 else PLACE, "urbanity": "city", "in_transition": 1,
                "valid_from": "2000-01-01", "valid_to": None, "sort_key": f"{i:03}", "search_key": "", **batch,
            }
            for i in ids
        ],
    )  # fmt: skip

    def level(i: int) -> str | None:
        return None if i == 20 else "needs_improvement" if i <= 9 else "optimal"

    visits = [
        {"institution_id": i, "visit_no": 1, "school_year": 2023, "date": "2023-10-02", "stage": "basic",
         "announced": 0, "level": level(i), "funding_granted": 100.0, "funding_used": 0.0 if i == 1 else 60.5, **batch}
        for i in ids
    ]  # fmt: skip
    visits += [
        {"institution_id": i, "visit_no": 2, "school_year": 2023, "date": "2024-04-02", "stage": "basic",
         "announced": 0, "level": "good" if i < 3 else "needs_improvement", "funding_granted": None,
         "funding_used": None, **batch}
        for i in (1, 2, 3)
    ]  # fmt: skip
    connection.execute(insert(schema.fact_visit), visits)
    connection.execute(
        insert(schema.fact_visit_criterion),
        [
            {"institution_id": i, "visit_no": 1, "criterion": "support_staff",
             "answer": None if i == 20 else int(i > 5), **batch}
            for i in ids
        ],
    )  # fmt: skip
    connection.execute(
        insert(schema.fact_evaluation),
        [
            {"institution_id": i, "year": 2024, "kind": "head", "criterion": name, "area": "good_governance",
             "level": "needs_improvement" if i <= 10 and name == "leadership" else "good", **batch}
            for i in ids
            for name in ("leadership", "support_cooperation")
        ],
    )  # fmt: skip
    connection.execute(
        insert(schema.fact_task),
        [
            {"institution_id": 1, "year": 2024, "area": "good_governance", "topic": "cooperation", "tasks": 3,
             "done": 1, "due": "2024-06-30", **batch},
            {"institution_id": 21, "year": 2024, "area": "good_governance", "topic": "cooperation", "tasks": 2,
             "done": 0, "due": "2025-06-30", **batch},
        ],
    )  # fmt: skip
    connection.execute(
        insert(schema.fact_complaint),
        [
            {"institution_id": i, "year": 2024, "topic": "ethics", "received": 2, "confirmed": 1,
             "not_confirmed": 1, "explained": 0, "forwarded": 0, **batch}
            for i in ids
        ],
    )  # fmt: skip
    connection.execute(
        insert(schema.fact_inspection),
        [
            {"institution_id": i, "year": 2024, "inspections": 1, "violations_found": 0, **batch}
            for i in (1, 2)
        ],
    )


def _values(connection, release_id: int, levels: dict[tuple[int, int], str]) -> None:
    connection.execute(
        insert(schema.indicator_value),
        [
            {**VALUE, "release_id": release_id, "unit_id": str(i), "school_year": year, "level": level}
            for (i, year), level in levels.items()
        ],
    )
    connection.execute(
        insert(schema.indicator_distribution),
        [
            {"release_id": release_id, "indicator_id": "R08", "stage": "basic", "school_year": year,
             "semester": 0, "institutions": 2}
            for year in sorted({year for _i, year in levels})
        ],
    )  # fmt: skip


LEVELS = {(1, 2023): "high", (2, 2023): "high", (3, 2023): "medium", (1, 2024): "high", (2, 2024): "low", (3, 2024): "medium"}  # fmt: skip


@pytest.fixture
def filled(engine):
    """The same small world published once, on each engine."""
    with engine.begin() as connection:
        reference.load_all(connection)
        _fill(connection)
        releases.publish(
            connection,
            reason="test",
            author="test",
            steps=(lambda c, release_id: _values(c, release_id, LEVELS), roll_up_quality),
        )
    return engine


def _read(engine, scope: Scope, function, *args):
    with engine.begin() as connection:
        return function(Reader(connection, current_release(connection), scope), *args)


MINISTRY = Scope(role="ministry", user="m")
MUNICIPALITY = Scope(role="municipality", municipalities=frozenset({PLACE}), user="p")
SCHOOL = Scope(role="school", institutions=frozenset({1}), user="s")


def test_visits_of_the_country_and_of_a_municipality(filled):
    """Levels of the country for everybody; of the municipality to itself; protected to others.

    One institution of the other municipality is hidden, so the larger one is too: it is all but that one.
    """
    rows = _read(filled, Scope.public(), quality.visit_levels)
    first = {(row.stage, row.level): row.institutions for row in rows if row.visit_no == 1}
    assert (first["all", "all"], first["all", "none"]) == (21, 1)
    assert (first["all", "needs_improvement"], first["all", "optimal"]) == (9, 11)
    for scope, expected in ((MUNICIPALITY, 9), (MINISTRY, 9), (Scope.public(), None), (SCHOOL, None)):
        places = _read(filled, scope, quality.visited_municipalities)
        by_code = {one.place.code: one.rows for one in places}
        assert by_code[PLACE]["needs_improvement"].institutions == expected
        assert by_code[PLACE]["all"].institutions == (None if expected is None else 20)
        other = by_code[OTHER]["all"]
        assert (other.institutions, other.reason) == ((1, None) if scope.sees_all else (None, "c"))


def test_changes_criteria_and_money(filled):
    """Two rose by a level, one stayed; the groups of levels; what was used."""
    changes = {
        (row.from_level, row.to_level): row for row in _read(filled, Scope.public(), quality.visit_changes)
    }
    rose = changes["needs_improvement", "good"]
    assert (rose.change, rose.steps, rose.institutions) == ("up", 1, 2)
    assert changes["needs_improvement", "needs_improvement"].steps == 0
    groups = {
        row.level_group: (row.yes, row.rated) for row in _read(filled, Scope.public(), quality.visit_criteria)
    }
    assert groups == {"all": (15, 20), "optimal": (11, 11), "lagging": (4, 9)}
    money = _read(filled, Scope.public(), quality.visit_funding)
    assert (money.institutions, money.unused, money.granted, money.used) == (21, 1, 2100.0, 1210.0)


def test_evaluations_tasks_and_supervision(filled):
    """Each institution counted once under `any`; late tasks by the as-of date; outcomes shown all or none."""
    rows = _read(filled, Scope.public(), quality.evaluation_levels, 2024)
    found = {(row.type_group, row.criterion, row.level): row.institutions for row in rows}
    assert found["all", "any", "all"] == 21
    assert found["all", "any", "needs_improvement"] == found["all", "leadership", "needs_improvement"] == 10
    assert found["all", "leadership", "good"] == 11
    (task,) = _read(filled, Scope.public(), quality.task_states)
    assert (task.tasks, task.done, task.overdue) == (5, 1, 2)
    assert not _read(filled, Scope.public(), quality.task_states, PLACE)
    assert _read(filled, MUNICIPALITY, quality.task_states, PLACE)[0].tasks == 3
    (total,) = (row for row in _read(filled, Scope.public(), quality.supervision, 2024) if row.topic == "all")
    assert (total.received, total.confirmed, total.inspections) == (42, 21, 2)
    for scope, cells in (
        (Scope.public(), (None, None, None)),
        (SCHOOL, (None, None, None)),
        (MUNICIPALITY, (40, 20, 2)),
    ):
        rows = {
            place.code: row for place, row in _read(filled, scope, quality.supervision_by_municipality, 2024)
        }
        assert (rows[PLACE].received, rows[PLACE].confirmed, rows[PLACE].inspections) == cells
        assert (rows[OTHER].received, rows[OTHER].reason) == (None, "c")
    assert not _read(filled, Scope.public(), quality.supervision_in_scope, 2021)
    assert [row.id for row in _read(filled, SCHOOL, quality.supervision_in_scope, 2021)] == [1]
    assert len(_read(filled, MUNICIPALITY, quality.supervision_in_scope, 2021)) == 20


def test_no_row_of_an_institution_is_in_the_released_plane(filled):
    """Roll-ups for everybody hold the country and municipalities only."""
    with filled.begin() as connection:
        for table in (
            schema.visit_count, schema.visit_criterion_count, schema.visit_change_count, schema.visit_funding,
            schema.evaluation_count, schema.task_count, schema.supervision_count,
        ):  # fmt: skip
            kinds = select(table.c.area_kind).where(table.c.plane == "released").distinct()
            assert set(connection.execute(kinds).scalars()) <= {"country", "municipality"}, table.name
            small = connection.execute(
                select(table).where(table.c.plane == "released", table.c.area_kind == "municipality")
            ).mappings()
            for row in small:
                for name in ("institutions", "tasks", "received", "confirmed", "inspections"):
                    assert row.get(name) is None or row[name] >= 10 or row[name] == 0, (table.name, row)


def test_high_levels_a_year_later(filled):
    """One of the two visited high institutions is high no longer."""
    rows = {(row.school_year, row.visited): row for row in _read(filled, Scope.public(), quality.follow_up)}
    assert set(rows) == {(2023, 1)}
    assert (rows[2023, 1].high, rows[2023, 1].no_longer, rows[2023, 1].still) == (2, 1, 1)


def test_findings_are_the_newest_and_keep_their_first_day(filled):
    """A finding of the same period keeps the day of its first release; a new one gets the day of its own."""
    unit = _read(filled, SCHOOL, units.institution_by_reg_no, "9900000001")
    (first,) = _read(filled, SCHOOL, quality.findings_of, unit)
    assert (first.level, first.school_year) == ("high", 2024)
    assert not _read(filled, Scope.public(), quality.findings_of, unit)
    with filled.begin() as connection:
        connection.execute(update(schema.finding).values(since="2024-01-02"))
        more = LEVELS | {(2, 2024): "medium"}
        releases.publish(
            connection,
            reason="again",
            author="test",
            steps=(lambda c, release_id: _values(c, release_id, more), roll_up_quality),
        )
    rows = _read(filled, MINISTRY, quality.findings_of_municipality, PLACE)
    since = {row.institution_id: row.since for row in rows}
    assert since[1] == since[3] == "2024-01-02"
    assert since[2] > "2024-01-02"
    assert not _read(filled, SCHOOL, quality.findings_of_municipality, PLACE)


def test_publication_without_facts(engine):
    """The step writes nothing and does not fail when nothing is loaded."""
    with engine.begin() as connection:
        reference.load_all(connection)
        releases.publish(connection, reason="t", author="t", steps=(roll_up_quality,))
        assert connection.execute(select(func.count()).select_from(schema.visit_count)).scalar() == 0
    assert _read(engine, MINISTRY, quality.finding_counts) == []


# --- answers ------------------------------------------------------------------------------------------------

GIVEN = answers.Answer(
    indicator_id="R08",
    stage="basic",
    verdict="right",
    explanation="Divi skolotāji pensijā.",
    due="2025-03-01",
)


def test_answers_are_appended_and_read_by_scope(filled):
    """The newest answer is in force, earlier ones stay; restricted texts are for school, founder and ministry."""
    writer = answers.Writer(filled)
    first = writer.answer("9900000001", GIVEN, author="demo-school")
    second = writer.answer(
        "9900000001",
        answers.Answer(indicator_id="R08", stage="basic", verdict="wrong", reason="Skaits", restricted=False),
        author="demo-school",
    )
    assert second > first
    unit = _read(filled, SCHOOL, units.institution_by_reg_no, "9900000001")

    def given(scope, place="test"):
        with filled.connect() as connection:
            reader = Reader(connection, current_release(connection), scope)
            return _apart(filled, reader, unit, place)

    def _apart(engine, reader, unit, place):
        # The record is written by an engine of its own while the page reads, as in the web process.
        rows = answers.of_institution(reader, unit, writer=recorder, place=place)
        reader.connection.rollback()
        return rows

    recorder = _Recorder()
    mine = given(SCHOOL)
    assert [one.id for one in mine] == [second, first]
    assert mine[1].explanation == "Divi skolotāji pensijā."
    assert recorder.seen == [("s", "9900000001", [first], "test")]
    assert [one.id for one in given(Scope.public())] == [second]
    foreign = Scope(role="school", institutions=frozenset({2}), user="x")
    assert [one.id for one in given(foreign)] == [second]
    assert len(recorder.seen) == 1
    assert given(MUNICIPALITY)[1].explanation
    assert given(MINISTRY)[1].explanation
    assert [who for who, *_ in recorder.seen] == ["s", "p", "m"]
    assert _read(filled, MINISTRY, answers.newest) == second
    marks = _read(filled, MUNICIPALITY, answers.marks, ["9900000001"])
    assert [mark.verdict for mark in marks.values()] == ["wrong"]
    counts = {
        row.level: (row.findings, row.answered) for row in _read(filled, MINISTRY, quality.finding_counts)
    }
    assert counts["high"] == (1, 1)


class _Recorder:
    def __init__(self) -> None:
        self.seen: list = []

    def reading(self, who, reg_no, numbers, place) -> None:
        self.seen.append((who, reg_no, list(numbers), place))


def test_private_school_has_no_municipal_founder(filled):
    """The municipality is not the founder of a private school, so its restricted texts stay closed."""
    answers.Writer(filled).answer("9900000003", GIVEN, author="x")
    unit = _read(filled, MINISTRY, units.institution_by_reg_no, "9900000003")
    recorder = _Recorder()

    def read(reader):
        return answers.of_institution(reader, unit, writer=recorder, place="t")

    (one,) = _read(filled, MUNICIPALITY, read)
    assert (one.withheld, one.explanation, one.due) == (True, "", None)
    assert not recorder.seen
    (one,) = _read(filled, MINISTRY, read)
    assert not one.withheld


def test_what_cannot_be_recorded_is_not_shown(filled):
    """Without a writer, or with one that fails, a restricted text is withheld."""
    answers.Writer(filled).answer("9900000001", GIVEN, author="x")
    unit = _read(filled, SCHOOL, units.institution_by_reg_no, "9900000001")

    class Broken:
        def reading(self, *_args) -> None:
            raise OSError("disk full")

    for writer in (None, Broken()):
        (one,) = _read(
            filled, SCHOOL, lambda reader, w=writer: answers.of_institution(reader, unit, writer=w, place="t")
        )
        assert one.withheld
        assert one.explanation == ""


def test_record_of_a_reading(filled):
    """Who, what, unit and which answers; never the text."""
    writer = answers.Writer(filled)
    number = writer.answer("9900000001", GIVEN, author="x")
    writer.reading("demo-ministry", "9900000001", [number], "answers")
    with filled.begin() as connection:
        rows = connection.execute(
            select(schema_identity.audit_event)
            .where(schema_identity.audit_event.c.what.in_((answers.READ, answers.WRITTEN)))
            .order_by(schema_identity.audit_event.c.id)
        ).all()
    assert [(row.who, row.what, row.unit) for row in rows] == [
        ("x", answers.WRITTEN, "9900000001"),
        ("demo-ministry", answers.READ, "9900000001"),
    ]
    assert json.loads(rows[1].detail) == {"answers": [number], "page": "answers"}
    assert not [row for row in rows if "pensij" in row.detail]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verdict": ""}, "choice"),
        ({"verdict": "maybe"}, "choice"),
        ({"indicator_id": "R99"}, "choice"),
        ({"verdict": "wrong", "explanation": ""}, "reason"),
        ({"explanation": "x" * 601}, "long"),
        ({"action": "x" * 601}, "long"),
        ({"responsible": "x" * 121}, "long"),
        ({"due": "rīt"}, "date"),
        ({"due": "2024-13-01"}, "date"),
        ({"due": "1024-12-01"}, "date"),
        ({"stage": "vocational"}, "finding"),
    ],
)
def test_refused_answers(filled, changes, code):
    """What is not an answer to a finding of the current release is refused and nothing is written."""
    from dataclasses import replace

    with pytest.raises(answers.AnswerError) as caught:
        answers.Writer(filled).answer("9900000001", replace(GIVEN, **changes), author="x")
    assert caught.value.code == code
    with filled.begin() as connection:
        assert connection.execute(select(func.count()).select_from(schema.school_answer)).scalar() == 0


def test_texts_lose_control_characters():
    """Control and direction characters go; line ends stay; exactly 600 characters are kept."""
    assert answers.plain_text(" a\x00\u202eb\r\nc\n\n\n\nd ") == "ab\nc\n\nd"
    assert (
        len(
            answers.Answer(indicator_id="R08", stage="basic", verdict="right", action="ž" * 600)
            .cleaned()
            .action
        )
        == 600
    )


def test_only_the_own_institution_belongs(filled):
    """The writer tells whether a registration number is one of the reader's institutions."""
    writer = answers.Writer(filled)
    assert writer.belongs("9900000001", frozenset({1}))
    assert not writer.belongs("9900000002", frozenset({1}))
    assert not writer.belongs("9900000001", frozenset())
    assert not writer.belongs("9" * 40, frozenset({1}))
