"""Earlier published points of long unexcused absence: single figures, each with its source and its caveat.

Counts may be drawn as unconnected marks; percentages have unknown or other bases and never are.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, insert

from ..schema import figure_published
from .batches import loaded_before, open_batch
from .decode import rows_of_csv
from .receive import receive

COLLECTION = "absence_points"
FILE = "absence_published_points.csv"
FIRST_ID = 20_001
AS_OF = "2024-12-31"
COLUMNS = {
    "school_year", "semester", "stage", "value", "unit", "definition", "publisher", "source_url", "caveat_lv",
    "caveat_en",
}  # fmt: skip


def load(connection: Connection, folder: Path) -> int:
    """Load the file of the folder unless its content is there already; returns the rows loaded."""
    receipt = receive(folder / FILE)
    rows = rows_of_csv(receipt, COLUMNS)
    if loaded_before(connection, COLLECTION, receipt.sha256):
        return 0
    batch = open_batch(
        connection, COLLECTION, "national_series", receipt.name, receipt.sha256, AS_OF, len(rows)
    )
    connection.execute(
        insert(figure_published),
        [
            {
                "id": number,
                "collection": COLLECTION,
                "table_id": None,
                "figure_key": "long_unexcused_absentees_earlier",
                "label_lv": "Ilgstoši neattaisnoti kavētāji (agrāk publicēti skaitļi)",
                "label_en": "Long unexcused absentees (figures published earlier)",
                "period_label": row["school_year"],
                "period": f"semester {row['semester']}",
                "stage": row["stage"],
                "category": row["definition"],
                "value": float(row["value"]),
                "value_text": row["value"],
                "unit": row["unit"],
                "denominator": "",
                "citation": f"{row['publisher']}; {row['source_url']}",
                "note": f"{row['caveat_lv']} | {row['caveat_en']}",
                "precision": "rounded" if row["unit"] == "percent" else "exact",
                "load_batch_id": batch,
            }
            for number, row in enumerate(rows, start=FIRST_ID)
        ],
    )
    return len(rows)
