"""Engines, migrations, reference facts and releases, on SQLite and on PostgreSQL."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from data_access import engine as engines
from data_access import migrations_runner, releases, schema
from data_access.importing import reference
from data_access.importing.receive import RefusedFile
from data_access.reading import NoRelease, reading
from data_access.scope import Scope

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


def test_settings_read_back(engine):
    """The settings that keep the database safe are really in force."""
    found = engines.settings_of(engine)
    if engine.dialect.name == "sqlite":
        assert found["journal_mode"] == "wal"
        assert found["foreign_keys"] == 1
        assert found["trusted_schema"] == 0


def test_reader_cannot_write(reference_engine, database_url):
    """The web's engine refuses to write."""
    reader = engines.create(database_url, read_only=True)
    with pytest.raises(DBAPIError), reader.begin() as connection:
        connection.execute(schema.region.insert().values(code="X", name_lv="X", name_en="X"))
    reader.dispose()


def test_migrated_schema_is_the_declared_one(engine):
    """Migrations produce every declared table and column, and nothing else."""
    found = inspect(engine)
    tables = set(found.get_table_names()) - {"alembic_version"}
    assert tables == set(schema.metadata.tables)
    for name, table in schema.metadata.tables.items():
        assert {column["name"] for column in found.get_columns(name)} == set(table.columns.keys()), name
    migrations_runner.verify(engine)


def test_strict_types(engine):
    """Text in a number column is refused (STRICT tables on SQLite)."""
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("INSERT INTO school_year (start, code) VALUES ('abc', 'x')"))


def test_foreign_keys(engine):
    """A fact of an unknown institution is refused."""
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(
            schema.fact_enrolment.insert().values(
                institution_id=1, school_year=2023, semester=1, stage="basic", pupils=1, load_batch_id=1
            )
        )


def test_reference_counts(reference_engine):
    """The shipped facts are all there: 294 report rows, 40 checks, 44 municipalities, 368 series values."""
    with reference_engine.connect() as connection:
        count = lambda table, *where: connection.execute(  # noqa: E731
            select(func.count()).select_from(table).where(*where)
        ).scalar()
        published = schema.figure_published
        assert count(published, published.c.collection == "annual_report_2024") == 294
        assert count(published, published.c.collection == "national_series") == 368
        assert count(schema.figure_check) == 40
        assert count(schema.municipality) == 44


def test_reference_values_equal_the_files(reference_engine):
    """Every number of the annual report is stored exactly as transcribed."""
    with (REFERENCE / "annual_report_2024.csv").open(encoding="utf-8") as stream:
        expected = [(row["indicator_key"], row["value"]) for row in csv.DictReader(stream)]
    published = schema.figure_published
    with reference_engine.connect() as connection:
        found = connection.execute(
            select(published.c.figure_key, published.c.value_text)
            .where(published.c.collection == "annual_report_2024")
            .order_by(published.c.id)
        ).all()
    assert [tuple(row) for row in found] == expected


def test_municipalities_today_and_then(reference_engine):
    """43 municipalities until 30 June 2025, 42 after: Varakļāni joined Madona."""
    from data_access.queries import units

    with reading(reference_engine, Scope.public()) as reader:
        assert len(units.municipalities(reader, "2024-12-31")) == 43
        assert len(units.municipalities(reader, "2025-07-01")) == 42
        assert units.municipality_by_code(reader, "LV0055000").successor_code == "LV0038001"
        names = [row.name for row in units.municipalities(reader, "2024-12-31")]
        assert names.index("Ādažu novads") < names.index("Balvu novads")
        assert names.index("Kuldīgas novads") < names.index("Ķekavas novads")
        assert units.municipality_by_code(reader, "LV0023000").name_locative == "Ādažu novadā"


def test_loading_twice_changes_nothing(reference_engine):
    """The same files again load no row and leave no batch."""
    with reference_engine.begin() as connection:
        before = connection.execute(select(func.count()).select_from(schema.load_batch)).scalar()
        assert sum(reference.load_all(connection).values()) == 0
        assert connection.execute(select(func.count()).select_from(schema.load_batch)).scalar() == before


def test_every_published_row_names_its_batch(reference_engine):
    """Each published figure can be walked back to a file with its hash."""
    published, batch = schema.figure_published, schema.load_batch
    with reference_engine.connect() as connection:
        loose = connection.execute(
            select(func.count())
            .select_from(published.outerjoin(batch, batch.c.id == published.c.load_batch_id))
            .where((batch.c.sha256.is_(None)) | (func.length(batch.c.sha256) != 64))
        ).scalar()
    assert loose == 0


def test_refused_file_changes_nothing(engine, tmp_path):
    """A reference file without a column is refused with its name, and nothing of it stays."""
    folder = tmp_path / "reference"
    folder.mkdir()
    for name in REFERENCE.glob("*.csv"):
        (folder / name.name).write_bytes(name.read_bytes())
    lines = (folder / "stages.csv").read_text(encoding="utf-8").splitlines()
    (folder / "stages.csv").write_text("\n".join(line.rsplit(",", 1)[0] for line in lines), encoding="utf-8")
    with pytest.raises(RefusedFile, match=r"stages\.csv.*position"), engine.begin() as connection:
        reference.load_all(connection, folder)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.stage)).scalar() == 0


def test_no_release_is_said(engine):
    """Before the first publication readers get a clear refusal."""
    with pytest.raises(NoRelease), reading(engine, Scope.public()):
        pass


def test_publish_and_rollback(reference_engine):
    """A release is a number with author and reason; the pointer goes forward and back."""
    with reference_engine.begin() as connection:
        second = releases.publish(connection, reason="second", author="tests")
    assert second.id == 2
    with reference_engine.begin() as connection:
        assert releases.rollback(connection, 1, reason="back").id == 1
    with reading(reference_engine, Scope.public()) as reader:
        assert reader.release.id == 1


def test_failed_publication_leaves_the_old_release(reference_engine):
    """An exception in the last step publishes nothing."""

    def fail(connection, release_id):
        raise RuntimeError("last step")

    with pytest.raises(RuntimeError, match="last step"), reference_engine.begin() as connection:
        releases.publish(connection, reason="third", author="tests", steps=[fail])
    with reading(reference_engine, Scope.public()) as reader:
        assert reader.release.id == 1


def test_only_five_releases_keep_their_values(reference_engine):
    """Values of the last five releases stay; rolling back further is refused with the list of kept ones."""

    def write(connection, release_id):
        connection.execute(
            schema.indicator_level_count.insert().values(
                release_id=release_id, area_kind="country", area_id="LV", indicator_id="R03", stage="basic",
                school_year=2023, semester=2, level="high", institutions=1, certain=1, is_new=0, persistent=0,
                expected_by_chance=0.1,
            )
        )  # fmt: skip

    for number in range(7):
        with reference_engine.begin() as connection:
            releases.publish(connection, reason=f"r{number}", author="tests", steps=[write])
    with reference_engine.begin() as connection:
        kept = connection.execute(select(schema.indicator_level_count.c.release_id)).scalars().all()
        assert sorted(kept) == [4, 5, 6, 7, 8]
        with pytest.raises(releases.ReleaseError, match="4, 5, 6, 7, 8|8, 7, 6, 5, 4"):
            releases.rollback(connection, 2, reason="too far")


def test_publish_needs_reason_and_author(reference_engine):
    """A release without reason or author is refused."""
    with reference_engine.begin() as connection, pytest.raises(releases.ReleaseError):
        releases.publish(connection, reason=" ", author="x")


def test_reader_sees_one_release(reference_engine, database_url):
    """A request that began before a publication keeps reading the old release."""
    web = engines.create(database_url, read_only=True)
    with reading(web, Scope.public()) as reader:
        with reference_engine.begin() as connection:
            releases.publish(connection, reason="meanwhile", author="tests")
        again = reader.connection.execute(select(schema.release_pointer.c.release_id)).scalar()
        assert again == reader.release.id == 1
    web.dispose()
