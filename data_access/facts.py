"""Fact tables as data frames for computing, and frames as rows for storing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Select, select

from .schema import FACTS, institution

if TYPE_CHECKING:
    import pandas as pd


def read(connection: Connection, statement: Select) -> pd.DataFrame:
    """The rows of a statement as a frame. Only numbers and texts: the driver's own values are taken as they are."""
    import pandas as pd

    result = connection.execute(statement)
    # Rows of the driver are tuples already; for a million of them objects on the way take longer than the query.
    return pd.DataFrame(result.cursor.fetchall(), columns=list(result.keys()))


def frame(connection: Connection, name: str) -> pd.DataFrame:
    """A fact table (name without 'fact_') or 'institution' as a frame with the table's columns."""
    table = institution if name == "institution" else FACTS[name]
    return read(connection, select(table).order_by(*table.primary_key.columns))


def frames(connection: Connection, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Frames of several fact tables, with `institution` always among them."""
    return {name: frame(connection, name) for name in sorted({*names, "institution"})}
