"""Fast insertion of many rows into one table, on SQLite and PostgreSQL, inside the caller's transaction.

Values are checked against the table's own column types before the first row is sent, so a wrong column fails
as a whole and with its name. NaN becomes NULL, numpy values become Python values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Float, Integer, Table, Text, delete

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SQLITE_CHUNK = 20_000
EXACT = 2.0**53  # whole numbers below have floats of their own


class BulkError(ValueError):
    """The rows do not fit the table; the message names table and column."""


def insert_rows(connection: Connection, table: Table, rows_or_frame: Any) -> int:
    """Insert rows and return their number.

    rows_or_frame: a DataFrame, a mapping of column name to equally long values, or rows as mappings that all
    have the same keys. Column order does not matter; nullable columns may be left out.
    """
    columns = _columns(rows_or_frame, table)
    _check_names(table, columns)
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise BulkError(f"{table.name}: columns differ in length: {sorted(lengths)}")
    count = lengths.pop() if lengths else 0
    if not count:
        return 0
    values = {name: _python_values(table, name, columns[name]) for name in columns}
    # A column without any value need not be sent: a third of those of released values.
    told = [
        name for name in values if table.c[name].server_default is not None or not _all_missing(values[name])
    ]
    names = told or list(values)
    lists = [values[name] for name in names]
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, zip(*lists, strict=True))
    else:
        _execute_many(connection, table, names, zip(*lists, strict=True))
    return count


def stored_values(table: Table, name: str, column: pd.Series) -> list:
    """A column of rows as the database would give it back: int, float, str or None."""
    return _python_values(table, name, _plain_array(column))


def clear_tables(connection: Connection, tables: Iterable[Table]) -> None:
    """Delete every row of the tables, those that point at others first."""
    wanted = {table.name: table for table in tables}
    if not wanted:
        return
    metadata = next(iter(wanted.values())).metadata
    for table in reversed(metadata.sorted_tables):
        if table.name in wanted:
            connection.execute(delete(table))


def _columns(rows_or_frame: Any, table: Table) -> dict[str, Sequence]:
    import pandas as pd

    if isinstance(rows_or_frame, pd.DataFrame):
        return {str(name): _plain_array(rows_or_frame[name]) for name in rows_or_frame.columns}
    if isinstance(rows_or_frame, Mapping):
        return dict(rows_or_frame)
    rows = list(rows_or_frame)
    if not rows:
        return {}
    names = rows[0].keys()
    for number, row in enumerate(rows):
        if row.keys() != names:
            raise BulkError(f"{table.name}: row {number} has other columns than the first row")
    return {name: [row[name] for row in rows] for name in names}


def _plain_array(column: pd.Series) -> np.ndarray:
    """The column's numpy array; whole numbers with gaps as floats with NaN, as long as floats hold them exactly."""
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, pd.Int64Dtype) and column.isna().any():
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        if not (np.abs(numbers) >= EXACT).any():
            return numbers
    return column.to_numpy()


def _check_names(table: Table, columns: Mapping[str, Sequence]) -> None:
    if not columns:
        return
    unknown = sorted(set(columns) - set(table.c.keys()))
    if unknown:
        raise BulkError(f"{table.name} has no column {', '.join(unknown)}")
    missing = sorted(
        column.name
        for column in table.c
        if column.name not in columns
        and not column.nullable
        and column.default is None
        and column.server_default is None
        and column is not table.autoincrement_column
    )
    if missing:
        raise BulkError(f"{table.name}: column {', '.join(missing)} is missing")


def _python_values(table: Table, name: str, values: Sequence) -> list:
    """The values as Python int, float, str or None, as the column's type demands."""
    import numpy as np

    column = table.c[name]
    where = f"{table.name}.{name}"
    array = values if isinstance(values, np.ndarray) else None
    if isinstance(column.type, Integer):
        result = _integers(array, values, where)
    elif isinstance(column.type, Float):
        result = _floats(array, values, where)
    elif isinstance(column.type, Text):
        result = _texts(values, where)
    else:
        raise BulkError(f"{where}: type {column.type} is not supported")
    if (not column.nullable or column.primary_key) and None in result:
        raise BulkError(f"{where}: NULL in a column that must have a value")
    return result


def _integers(array: np.ndarray | None, values: Sequence, where: str) -> list:
    import numpy as np

    if array is not None and array.dtype.kind in "iub":
        return array.astype(np.int64).tolist()
    if array is not None and array.dtype.kind == "f":
        missing = np.isnan(array)
        whole = np.where(missing, 0.0, array)
        if np.isfinite(whole).all() and (whole == np.floor(whole)).all() and (np.abs(whole) < 2**63).all():
            return _with_gaps(whole.astype(np.int64), missing)
    result = []
    for value in array.tolist() if array is not None else values:
        if value.__class__ is int or value is None:
            result.append(value)
        elif _is_missing(value):
            result.append(None)
        elif _is_whole(value):
            result.append(int(value))
        else:
            raise BulkError(f"{where}: {value!r} is not a whole number")
    return result


def _floats(array: np.ndarray | None, values: Sequence, where: str) -> list:
    import numpy as np

    if array is not None and array.dtype.kind in "iufb":
        numbers = array.astype(np.float64)
        if np.isinf(numbers).any():
            raise BulkError(f"{where}: infinite value")
        return _with_gaps(numbers, np.isnan(numbers))
    result = []
    for value in values:
        if value is None or _is_missing(value):
            result.append(None)
        elif isinstance(value, (int, float, np.integer, np.floating)) and np.isfinite(value):
            result.append(float(value))
        else:
            raise BulkError(f"{where}: {value!r} is not a finite number")
    return result


def _texts(values: Sequence, where: str) -> list:
    import numpy as np

    plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
    kinds = set(map(type, plain))
    if kinds <= {str, type(None)}:
        return plain
    if kinds <= {str, type(None), float} and isinstance(values, np.ndarray) and values.dtype == object:
        missing = values != values  # NaN of pandas
        if not any(plain[place].__class__ is float for place in (~missing).nonzero()[0].tolist()):
            return _with_gaps(values, missing)
    result = []
    for value in plain:
        if value.__class__ is str or value is None:
            result.append(value)
        elif isinstance(value, str):
            result.append(str(value))
        elif _is_missing(value):
            result.append(None)
        else:
            raise BulkError(f"{where}: {value!r} is not text")
    return result


def _with_gaps(array: np.ndarray, missing: np.ndarray) -> list:
    if missing.all():
        return [None] * len(array)
    result = array.tolist()
    for position in missing.nonzero()[0].tolist():
        result[position] = None
    return result


def _all_missing(values: list) -> bool:
    return values[0] is None and values.count(None) == len(values)


def _is_whole(value: Any) -> bool:
    import numpy as np

    if isinstance(value, (float, np.floating)):
        return float(value).is_integer()
    return isinstance(value, (int, np.integer, np.bool_))


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _execute_many(connection: Connection, table: Table, names: list[str], rows: Iterable[tuple]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    marks = ", ".join("?" for _ in names)
    statement = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({marks})"  # nosec B608 # names of our own schema, quoted; values are bound
    iterator = iter(rows)
    while chunk := list(islice(iterator, SQLITE_CHUNK)):
        connection.exec_driver_sql(statement, chunk)


def _copy(connection: Connection, table: Table, names: list[str], rows: Iterable[tuple]) -> None:
    if not connection.in_transaction():
        connection.begin()  # the driver is used directly below, SQLAlchemy must know that work is under way
    quote = connection.dialect.identifier_preparer.quote
    statement = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"
    cursor = connection.connection.driver_connection.cursor()
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()
