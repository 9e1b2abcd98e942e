"""The shipped facts: classifiers, municipalities, the annual report 2024 and the published national series.

Each file goes through receive and decode like any other and leaves a load batch; loading the same content
twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from language.sorting import collation_key, search_key

from .. import schema
from .batches import loaded_before, open_batch
from .decode import rows_of_csv
from .receive import Receipt, RefusedFile, receive

FOLDER = Path(__file__).resolve().parents[2] / "reference"
FIRST_YEAR, LAST_YEAR = 2009, 2025
REPORT_AS_OF = "2024-12-31"


def load_all(connection: Connection, folder: Path = FOLDER) -> dict[str, int]:
    """Load every reference file that is not loaded yet; returns rows loaded per dataset."""
    return {name: load(connection, folder) for name, load in _LOADERS.items()}


def _sources(connection: Connection, folder: Path) -> int:
    receipt = receive(folder / "sources.csv")
    # The batch row itself names a source, so the sources go in before their own batch.
    rows = rows_of_csv(receipt, {"code", "name_lv", "name_en", "publisher", "licence"})
    if loaded_before(connection, "sources", receipt.sha256):
        return 0
    known = set(connection.execute(select(schema.source.c.code)).scalars())
    for (
        row
    ) in rows:  # a newer file adds sources and corrects their words; loaded batches keep pointing at them
        if row["code"] in known:
            connection.execute(update(schema.source).where(schema.source.c.code == row["code"]).values(row))
        else:
            connection.execute(insert(schema.source).values(row))
    open_batch(connection, "sources", "house", receipt.name, receipt.sha256, REPORT_AS_OF, len(rows))
    return len(rows)


def _stages(connection: Connection, folder: Path) -> int:
    def write(rows: list[dict], _batch: int) -> None:
        connection.execute(insert(schema.stage), [{**row, "position": int(row["position"])} for row in rows])
        years = range(FIRST_YEAR, LAST_YEAR + 1)
        connection.execute(insert(schema.school_year), [{"start": y, "code": f"{y}/{y + 1}"} for y in years])

    return _load(connection, folder / "stages.csv", "stages", "house", {"code", "position"}, write)


def _municipalities(connection: Connection, folder: Path) -> int:
    columns = {
        "code",
        "name_lv",
        "name_full_lv",
        "name_en",
        "type",
        "valid_from",
        "valid_to",
        "successor_code",
    }
    forms_columns = {"code", "name_genitive", "name_locative"}
    forms = {row["code"]: row for row in rows_of_csv(receive(folder / "state_city_forms.csv"), forms_columns)}

    def write(rows: list[dict], batch: int) -> None:
        regions = {row["nuts3_2024"]: (row["planning_region_lv"], row["planning_region_en"]) for row in rows}
        connection.execute(
            insert(schema.region),
            [{"code": code, "name_lv": lv, "name_en": en} for code, (lv, en) in sorted(regions.items())],
        )
        # A merged municipality names its successor, so successors go in first.
        ordered = sorted(rows, key=lambda row: row["successor_code"] != "")
        connection.execute(
            insert(schema.municipality),
            [_municipality(row, forms.get(row["code"]), batch) for row in ordered],
        )

    return _load(connection, folder / "municipalities.csv", "municipalities", "csp", columns, write)


def _municipality(row: dict[str, str], form: dict[str, str] | None, batch: int) -> dict:
    name_full = row["name_full_lv"]
    if form is None and not name_full.endswith(" novads"):
        raise RefusedFile(f"{row['code']}: nav locījumu | the forms of {name_full} are not given")
    stem = name_full.removesuffix("novads")
    name = row["name_lv"] if form else name_full
    return {
        "code": row["code"],
        "iso": row["iso_3166_2"] or None,
        "name": name,
        "name_full": name_full,
        "name_genitive": form["name_genitive"] if form else f"{stem}novada",
        "name_locative": form["name_locative"] if form else f"{stem}novadā",
        "name_en": row["name_en"],
        "kind": "state_city" if form else "county",
        "region_code": row["nuts3_2024"],
        "population": _whole(row["population"]),
        "population_year": _whole(row["population_year"]),
        "unified_visited_2023": _whole(row["unified_school_visited_2023_24"]),
        "valid_from": row["valid_from"],
        "valid_to": row["valid_to"] or None,
        "successor_code": row["successor_code"] or None,
        "sort_key": collation_key(name_full),
        "search_key": search_key(f"{row['name_lv']} {name_full} {row['name_en']}"),
        "load_batch_id": batch,
    }


def _annual_report(connection: Connection, folder: Path) -> int:
    columns = {"table_id", "indicator_key", "label_lv", "value", "unit", "denominator", "page_or_section"}

    def write(rows: list[dict], batch: int) -> None:
        connection.execute(
            insert(schema.figure_published),
            [
                {
                    "id": number,
                    "collection": "annual_report_2024",
                    "table_id": row["table_id"],
                    "figure_key": row["indicator_key"],
                    "label_lv": row["label_lv"],
                    "label_en": row["label_en"],
                    "period_label": row["school_year_or_date"],
                    "period": row["period"],
                    "stage": row["stage"],
                    "category": row["category"],
                    "value": _number(row["value"]),
                    "value_text": row["value"],
                    "unit": row["unit"],
                    "denominator": row["denominator"],
                    "citation": row["page_or_section"],
                    "note": row["note"],
                    "precision": "exact",
                    "load_batch_id": batch,
                }
                for number, row in enumerate(rows, start=1)
            ],
        )

    return _load(
        connection,
        folder / "annual_report_2024.csv",
        "annual_report_2024",
        "ikvd_report_2024",
        columns,
        write,
    )


_CHECK_COLUMNS = {
    "place": "where",
    "printed": "printed",
    "recomputed": "recomputed_or_other_place",
    "kind": "kind",
    "handling": "suggested_handling",
}


def _checks(connection: Connection, folder: Path) -> int:
    columns = {"check_id", *_CHECK_COLUMNS.values()}
    english = {
        row["check_id"]: row
        for row in rows_of_csv(receive(folder / "annual_report_2024_checks_en.csv"), columns)
    }

    def write(rows: list[dict], batch: int) -> None:
        connection.execute(
            insert(schema.figure_check),
            [
                {
                    "id": row["check_id"],
                    **{f"{name}_lv": row[column] for name, column in _CHECK_COLUMNS.items()},
                    **{
                        f"{name}_en": english[row["check_id"]][column]
                        for name, column in _CHECK_COLUMNS.items()
                    },
                    "load_batch_id": batch,
                }
                for row in rows
            ],
        )

    path = folder / "annual_report_2024_checks_lv.csv"
    return _load(connection, path, "annual_report_2024_checks", "ikvd_report_2024", columns, write)


def _national_series(connection: Connection, folder: Path) -> int:
    columns = {"series_key", "label_lv", "school_year_or_date", "value", "unit", "precision", "publisher"}

    def write(rows: list[dict], batch: int) -> None:
        connection.execute(
            insert(schema.figure_published),
            [
                {
                    "id": 10_000 + number,
                    "collection": "national_series",
                    "table_id": None,
                    "figure_key": row["series_key"],
                    "label_lv": row["label_lv"],
                    "label_en": row["label_en"],
                    "period_label": row["school_year_or_date"],
                    "period": "",
                    "stage": "",
                    "category": row["category"],
                    "value": _number(row["value"]),
                    "value_text": row["value"],
                    "unit": row["unit"],
                    "denominator": "",
                    "citation": f"{row['publisher']}; {row['source_url']}",
                    "note": row["note"],
                    "precision": row["precision"],
                    "load_batch_id": batch,
                }
                for number, row in enumerate(rows, start=1)
            ],
        )

    return _load(
        connection, folder / "national_series.csv", "national_series", "national_series", columns, write
    )


def _deflator(connection: Connection, folder: Path) -> int:
    from . import graduates_reference

    return graduates_reference.load_deflator(connection, folder)


def _labour_market(connection: Connection, folder: Path) -> int:
    from . import graduates_reference

    return graduates_reference.load_labour_market(connection, folder)


def _absence_points(connection: Connection, folder: Path) -> int:
    from . import absence_points

    return absence_points.load(connection, folder)


def _load(
    connection: Connection,
    path: Path,
    dataset: str,
    source_code: str,
    columns: set[str],
    write: Callable[[list[dict], int], None],
) -> int:
    receipt: Receipt = receive(path)
    if loaded_before(connection, dataset, receipt.sha256):
        return 0
    rows = rows_of_csv(receipt, columns)
    batch = open_batch(
        connection, dataset, source_code, receipt.name, receipt.sha256, REPORT_AS_OF, len(rows)
    )
    write(rows, batch)
    return len(rows)


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None  # a few published rows are words (the phases of the unified school)


_LOADERS: dict[str, Callable[[Connection, Path], int]] = {
    "sources": _sources,
    "stages": _stages,
    "municipalities": _municipalities,
    "annual_report_2024": _annual_report,
    "annual_report_2024_checks": _checks,
    "national_series": _national_series,
    "absence_points": _absence_points,
    "deflator": _deflator,
    "labour_market": _labour_market,
}
