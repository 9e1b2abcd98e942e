"""A country of four municipalities and sixteen schools, one school year, small enough to publish in a moment."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from data_access import schema
from data_access.importing import reference

PLACES = ("LV0031000", "LV0032000", "LV0033000", "LV0034000")
HIDDEN = (3, 4)  # schools of the first municipality with fewer than ten learners
PUPILS = {1: 152, 2: 87, 3: 4, 4: 7}


def fill(connection: Connection) -> None:
    """Reference facts, schools and one school year of learners and absentees."""
    reference.load_all(connection)
    batch = connection.execute(schema.load_batch.select().limit(1)).first().id
    schools, learners, absent = [], [], []
    for place, code in enumerate(PLACES):
        for number in range(1, 5):
            key = place * 4 + number
            pupils = PUPILS[number] if place == 0 else 60 + 13 * key % 90
            schools.append(
                {
                    "id": key, "reg_no": f"99{key:08d}", "name": f"Skola {key}", "type": "basic",
                    "founder_kind": "municipality", "municipality_code": code, "urbanity": "town", "in_transition": 0,
                    "valid_from": "2009-09-01", "valid_to": None, "sort_key": f"{key:02d}", "search_key": "",
                    "load_batch_id": batch,
                }
            )  # fmt: skip
            for semester in (1, 2):
                period = {"institution_id": key, "school_year": 2023, "semester": semester, "stage": "basic"}
                learners.append({**period, "pupils": pupils, "load_batch_id": batch})
                absent.append(
                    {
                        **period, "source_code": "e_journals", "long_unexcused": 0 if place == 0 and number > 2 else key % 5 + 2,
                        "load_batch_id": batch,
                    }
                )  # fmt: skip
    connection.execute(insert(schema.institution), schools)
    connection.execute(insert(schema.fact_enrolment), learners)
    connection.execute(insert(schema.fact_absence), absent)
