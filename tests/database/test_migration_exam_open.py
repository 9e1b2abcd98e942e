"""Migration 0007: exam rows keep their values, and only the five columns may be empty."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from data_access import engine as engines
from data_access import migrations_runner, schema
from data_access.importing import reference

EMPTY = {"eligible", "exempt", "low", "high", "below_limit", "mean", "sd"}


def test_exam_rows_survive(database_url):
    """A database of the version before, with a row, is brought forward."""
    engine = engines.create(database_url)
    config = Config()
    config.set_main_option("script_location", str(migrations_runner.FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        reference.load_all(connection)
        town = connection.execute(select(schema.municipality.c.code)).scalars().first()
        connection.execute(
            insert(schema.institution).values(
                id=1,
                reg_no="9900000001",
                name="A",
                type="basic",
                founder_kind="state",
                municipality_code=town,
                urbanity="city",
                in_transition=0,
                valid_from="2000-09-01",
                sort_key="a",
                search_key="a",
                load_batch_id=1,
            )
        )
        numbers = {column.name: 3 for column in schema.fact_exam.c if column.name.startswith("band_")}
        row = {
            **numbers,
            "institution_id": 1,
            "school_year": 2022,
            "stage": "basic",
            "subject": "latvian",
            "exam_level": "state",
            "eligible": 7,
            "exempt": 0,
            "sat": 6,
            "low": 1,
            "high": 2,
            "below_limit": 0,
            "mean": 50.5,
            "sd": 9.0,
            "compulsory": 1,
            "load_batch_id": 1,
        }
        connection.execute(insert(schema.fact_exam).values(row))
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        assert dict(connection.execute(select(schema.fact_exam)).mappings().one()) == row
        open_row = {**row, "subject": "mathematics"} | dict.fromkeys(EMPTY)
        connection.execute(insert(schema.fact_exam).values(open_row))
    for name in set(row) - EMPTY:
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(insert(schema.fact_exam).values({**row, "subject": "english", name: None}))
    for wrong in ({"low": -1}, {"institution_id": 99}, {}):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(insert(schema.fact_exam).values({**row, **wrong}))
    engine.dispose()
