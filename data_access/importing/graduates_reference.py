"""Consumer prices and the labour market, which graduates' incomes and unemployment are measured against.

Both files go through receive and decode like any other and leave a load batch; the same content twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Table, delete, insert

from .. import schema
from .batches import loaded_before, open_batch
from .decode import rows_of_csv
from .receive import RefusedFile, receive

AS_OF = "2024-12-31"
MEASURES = {"monthly_gross_wage", "registered_unemployment"}
ORIGINS = {"published", "computed", "demo"}


def load_deflator(connection: Connection, folder: Path) -> int:
    """Load the index of consumer prices; returns the rows loaded, 0 when the same file is loaded already."""

    def row(cells: dict[str, str]) -> dict:
        return {"year": int(cells["year"]), "value": _positive(cells["value"])}

    return _load(connection, folder / "deflator.csv", schema.deflator, {"year", "value"}, row)


def load_labour_market(connection: Connection, folder: Path) -> int:
    """Load wages and unemployment; returns the rows loaded, 0 when the same file is loaded already."""

    def row(cells: dict[str, str]) -> dict:
        if cells["measure"] not in MEASURES:
            raise ValueError(cells["measure"])
        value = _positive(cells["value"])
        if cells["measure"] == "registered_unemployment" and value >= 1:
            raise ValueError(cells["value"])
        return {
            "year": int(cells["year"]),
            "area_code": cells["area_code"],
            "measure": cells["measure"],
            "value": value,
        }

    columns = {"year", "area_code", "measure", "value"}
    return _load(connection, folder / "labour_market.csv", schema.labour_market, columns, row)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _load(
    connection: Connection,
    path: Path,
    table: Table,
    columns: set[str],
    row: Callable[[dict[str, str]], dict],
) -> int:
    receipt = receive(path)
    if loaded_before(connection, table.name, receipt.sha256):
        return 0
    read = rows_of_csv(receipt, {*columns, "origin", "citation"})
    rows = []
    for number, cells in enumerate(read, start=2):
        try:
            if cells["origin"] not in ORIGINS or not cells["citation"]:
                raise ValueError(cells["origin"])
            rows.append({**row(cells), "origin": cells["origin"], "citation": cells["citation"]})
        except ValueError as error:
            raise RefusedFile(
                f"{path.name}, rinda {number}: nederīga vērtība {error} | row {number}: the value is not usable"
            ) from None
    batch = open_batch(
        connection, table.name, "national_series", receipt.name, receipt.sha256, AS_OF, len(rows)
    )
    connection.execute(delete(table))  # a corrected file replaces the series as a whole
    connection.execute(insert(table), [{**one, "load_batch_id": batch} for one in rows])
    return len(rows)
