"""A small database for the loader's tests: reference facts, a few institutions, no demonstration data."""

from __future__ import annotations

from sqlalchemy import insert

from data_access import schema
from data_access.importing import reference
from data_access.importing.batches import open_batch

SCHOOLS = {
    "9910000011": ("Ābeļu pamatskola", "basic", "LV0031000"),
    "9910000022": ("Bērzu vidusskola", "secondary", "LV0031000"),
    "9910000033": ("Ceriņu vidusskola", "secondary", "LV0001000"),
    "9910000044": ("Dadžu pirmsskola", "preschool", "LV0001000"),
    "9910000055": ("Egļu pamatskola", "basic", "LV0001000"),
}
CLOSED = "9910000066"  # ended on 2023-08-31, went on as 9910000055
NUMBERS = [*SCHOOLS, CLOSED]


def fill(connection, more: int = 0) -> None:
    """Reference facts and the institutions; `more`: further basic schools 992000…"""
    reference.load_all(connection)
    rows = [
        {"reg_no": number, "name": name, "type": kind, "municipality_code": place, "valid_to": None}
        for number, (name, kind, place) in SCHOOLS.items()
    ]
    rows.append(
        {
            "reg_no": CLOSED,
            "name": "Fliderziedu skola",
            "type": "basic",
            "municipality_code": "LV0001000",
            "valid_to": "2023-08-31",
        }
    )
    rows += [
        {
            "reg_no": f"992{number:07d}",
            "name": f"Skola {number}",
            "type": "basic",
            "municipality_code": "LV0031000",
            "valid_to": None,
        }
        for number in range(1, more + 1)
    ]
    batch = open_batch(connection, "institution", "house", "small", "small", "2024-12-31", len(rows))
    connection.execute(
        insert(schema.institution),
        [
            {
                **row,
                "id": number,
                "founder_kind": "municipality",
                "urbanity": "town",
                "in_transition": 0,
                "valid_from": "2000-09-01",
                "sort_key": row["name"],
                "search_key": row["name"].casefold(),
                "load_batch_id": batch,
            }
            for number, row in enumerate(rows, start=1)
        ],
    )
    connection.execute(
        insert(schema.institution_lineage).values(
            from_id=6, to_id=5, date="2023-09-01", kind="merged", share=1.0, load_batch_id=batch
        )
    )
