"""A few institutions with exact values, made by hand: enough to see whether a row crosses a plane or a scope."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from data_access import schema

MUNICIPALITIES = ("LV0001000", "LV0031000")
SCHOOLS = {1: "LV0001000", 2: "LV0001000", 3: "LV0031000", 4: "LV0031000"}  # id -> municipality


def fill(connection: Connection) -> None:
    """Institutions and facts. The reference facts must be there."""
    batch = connection.execute(schema.load_batch.select().limit(1)).first().id
    connection.execute(
        insert(schema.institution),
        [
            {
                "id": number,
                "reg_no": f"990000000{number}",
                "name": f"Skola {number}",
                "type": "basic",
                "founder_kind": "municipality",
                "municipality_code": code,
                "urbanity": "town",
                "in_transition": 0,
                "valid_from": "2000-01-01",
                "sort_key": f"skola {number}",
                "search_key": f"skola {number}",
                "load_batch_id": batch,
            }
            for number, code in SCHOOLS.items()
        ],
    )
    connection.execute(
        insert(schema.fact_enrolment),
        [
            {
                "institution_id": number,
                "school_year": 2023,
                "semester": 1,
                "stage": "basic",
                "pupils": 1000 + number,
                "load_batch_id": batch,
            }
            for number in SCHOOLS
        ],
    )


def values(connection: Connection, release_id: int) -> None:
    """A step of a publication: exact and released values, roll-ups of both planes, a card of each."""
    key = {
        "release_id": release_id,
        "indicator_id": "R03",
        "stage": "basic",
        "school_year": 2023,
        "semester": 1,
    }
    units = [("institution", str(number), code) for number, code in SCHOOLS.items()]
    units += [("municipality", code, code) for code in MUNICIPALITIES] + [("country", "LV", None)]
    for table, number in ((schema.indicator_value, 777), (schema.indicator_released, release_id)):
        connection.execute(
            insert(table),
            [
                {**key, "unit_kind": kind, "unit_id": unit, "municipality_code": code, "numerator": number}
                for kind, unit, code in units
            ],
        )
    connection.execute(
        insert(schema.finding),
        [
            {
                "release_id": release_id,
                "institution_id": number,
                "indicator_id": "R03",
                "stage": "basic",
                "school_year": 2023,
                "semester": 1,
                "municipality_code": code,
                "level": "high",
                "since": "2024-01-01",
            }
            for number, code in SCHOOLS.items()
        ],
    )
    connection.execute(
        insert(schema.unregistered_count),
        [
            {
                "release_id": release_id,
                "plane": plane,
                "area_kind": "municipality",
                "area_id": code,
                "year": 2024,
                "status": "total",
                "children": 777 if plane == "detail" else release_id,
                "delivered": 1,
                "expected": 1,
            }
            for code in MUNICIPALITIES
            for plane in ("detail", "released")
        ],
    )
    connection.execute(
        insert(schema.page_card),
        [
            {
                "release_id": release_id,
                "plane": plane,
                "kind": "municipality",
                "unit_id": code,
                "payload": "777" if plane == "detail" else str(release_id),
            }
            for code in MUNICIPALITIES
            for plane in ("detail", "released")
        ],
    )


def answers(connection: Connection) -> None:
    """One restricted and one public answer of every school."""
    connection.execute(
        insert(schema.school_answer),
        [
            {
                "reg_no": f"990000000{number}",
                "release_id": 1,
                "indicator_id": "R03",
                "stage": "basic",
                "school_year": 2023,
                "semester": 1,
                "verdict": "right",
                "reason": "",
                "explanation": "slepens" if restricted else "publisks",
                "restricted": restricted,
                "action": "",
                "responsible": "",
                "author": "x",
                "created_at": "2024-01-01T00:00:00+00:00",
            }
            for number in SCHOOLS
            for restricted in (0, 1)
        ],
    )
