"""Fact tables as data frames for computing, and frames as rows for storing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from .schema import FACTS, institution

if TYPE_CHECKING:
    import pandas as pd


def frame(connection: Connection, name: str) -> pd.DataFrame:
    """A fact table (name without 'fact_') or 'institution' as a frame with the table's columns."""
    import pandas as pd

    table = institution if name == "institution" else FACTS[name]
    result = connection.execute(select(table).order_by(*table.primary_key.columns))
    rows = result.fetchall()
    return pd.DataFrame([tuple(row) for row in rows], columns=list(result.keys()))


def frames(connection: Connection, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Frames of several fact tables, with `institution` always among them."""
    return {name: frame(connection, name) for name in sorted({*names, "institution"})}
