"""Bulk insertion: types, missing values, names, and that it stays inside the caller's transaction."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    select,
)

from data_access.bulk import BulkError, clear_tables, insert_rows

metadata = MetaData()
parent = Table("parent", metadata, Column("id", Integer, primary_key=True))
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("parent_id", Integer, ForeignKey("parent.id"), nullable=True),
    Column("name", Text, nullable=False),
    Column("size", Integer, nullable=True),
    Column("weight", Float, nullable=True),
)
blobs = Table("blobs", metadata, Column("id", Integer, primary_key=True), Column("data", LargeBinary))


@pytest.fixture
def connection():
    """An empty in-memory database with the tables above."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def _all(connection, table=things):
    return connection.execute(select(table).order_by(table.c.id)).all()


def test_rows_as_mappings(connection):
    """Rows given as mappings arrive unchanged and are counted."""
    rows = [
        {"id": 1, "name": "viens", "size": 3, "weight": 1.5, "parent_id": None},
        {"id": 2, "name": "divi", "size": None, "weight": None, "parent_id": None},
    ]
    assert insert_rows(connection, things, rows) == 2
    assert _all(connection) == [(1, None, "viens", 3, 1.5), (2, None, "divi", None, None)]


def test_frame_with_missing_values(connection):
    """A DataFrame's NaN and NA become NULL; whole floats become integers."""
    frame = pd.DataFrame(
        {
            "name": ["ā", "b", "č"],
            "id": [1, 2, 3],
            "size": [1.0, np.nan, 7.0],
            "weight": [0.5, 2.0, np.nan],
            "parent_id": pd.array([pd.NA, pd.NA, pd.NA], dtype="Int64"),
        }
    )
    insert_rows(connection, things, frame)
    assert _all(connection) == [(1, None, "ā", 1, 0.5), (2, None, "b", None, 2.0), (3, None, "č", 7, None)]


def test_mapping_of_numpy_columns(connection):
    """numpy columns of any integer or float type become plain Python values."""
    columns = {
        "id": np.array([1, 2], dtype=np.int32),
        "name": np.array(["x", "y"]),
        "size": np.array([True, False]),
        "weight": np.array([1, 2], dtype=np.int8),
    }
    insert_rows(connection, things, columns)
    assert _all(connection) == [(1, None, "x", 1, 1.0), (2, None, "y", 0, 2.0)]


def test_key_may_be_left_to_the_database(connection):
    """A single integer key that the database counts itself may be left out."""
    insert_rows(connection, things, {"name": ["x", "y"]})
    assert [row.id for row in _all(connection)] == [1, 2]


@pytest.mark.parametrize("empty", [[], {}, pd.DataFrame(), {"id": [], "name": []}])
def test_nothing_to_insert(connection, empty):
    """No rows is no error."""
    assert insert_rows(connection, things, empty) == 0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"id": [1], "name": ["x"], "colour": ["red"]}, "no column colour"),
        ({"id": [1]}, "name is missing"),
        ({"id": [1, 2], "name": ["x"]}, "differ in length"),
        ({"id": [1], "name": [None]}, "things.name: NULL"),
        ({"id": [1.5], "name": ["x"]}, "things.id: 1.5 is not a whole number"),
        ({"id": ["1"], "name": ["x"]}, "not a whole number"),
        ({"id": [1], "name": [3]}, "things.name: 3 is not text"),
        ({"id": [1], "name": ["x"], "weight": ["heavy"]}, "not a finite number"),
        ({"id": [1], "name": ["x"], "weight": np.array([np.inf])}, "infinite"),
        ([{"id": 1, "name": "x"}, {"id": 2}], "row 1 has other columns"),
    ],
)
def test_refusals_name_the_place(connection, rows, words):
    """What does not fit is refused before the first row is written, and the message names the column."""
    with pytest.raises(BulkError, match=words):
        insert_rows(connection, things, rows)
    assert _all(connection) == []


def test_unsupported_type_is_refused(connection):
    """A column type that the module does not know is refused, not guessed."""
    with pytest.raises(BulkError, match="not supported"):
        insert_rows(connection, blobs, {"id": [1], "data": [b"x"]})


def test_stays_in_the_transaction(connection):
    """Nothing is kept when the caller rolls back."""
    insert_rows(connection, things, {"id": np.arange(50_000), "name": ["x"] * 50_000})
    assert len(_all(connection)) == 50_000
    connection.rollback()
    assert _all(connection) == []


def test_clear_tables_children_first(connection):
    """Tables are emptied whatever order they are named in, even when one points at another."""
    connection.exec_driver_sql("PRAGMA foreign_keys=1")
    insert_rows(connection, parent, {"id": [1]})
    insert_rows(connection, things, {"id": [1], "name": ["x"], "parent_id": [1]})
    clear_tables(connection, [parent, things])
    assert _all(connection) == []
    assert _all(connection, parent) == []
    clear_tables(connection, [])
