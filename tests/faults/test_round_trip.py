"""Write any valid table of any declared kind in any supported dialect, load it, read back what was written."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from data_access import engine as engines
from data_access.importing import directory, revisions
from data_access.importing.datasets import all_datasets
from data_access.importing.datasets.model import Column, Dataset
from data_access.importing.decode import _LATVIAN
from data_access.importing.examine import examine
from tests.faults.conftest import receipt
from tests.support import small
from tests.support.absence_files import xlsx

READ = [one for one in all_datasets().values() if not one.extract]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1257")
BLANKS = (" ", "\u00a0", "\u202f")
WORD = st.text(alphabet=_LATVIAN + "abcdefghijkl MNOPQRS", min_size=1, max_size=20).map(
    lambda text: "skola " + " ".join(text.split())
)
NUMBERS = [number for number in small.NUMBERS if number != small.CLOSED]


def values(column: Column) -> st.SearchStrategy:
    """Valid values of a column as the table keeps them (percentages as 0–100)."""
    low = int(column.minimum if column.minimum is not None else 0)
    high = int(min(column.maximum if column.maximum is not None else 3000, 3000))
    made = {
        "reg_no": st.sampled_from(NUMBERS),
        "municipality": st.sampled_from(["LV0031000", "LV0001000"]),
        "school_year": st.integers(2021, 2024),
        "year": st.integers(max(2021, low), 2024),
        "semester": st.sampled_from([1, 2]),
        "stage": st.sampled_from(["basic", "upper_secondary", "vocational"]),
        "count": st.integers(low, high),
        "decimal": st.integers(low * 100, high * 100).map(lambda number: number / 100),
        "percent": st.integers(0, 1000).map(lambda number: number / 10),
        "date": st.dates().map(lambda day: f"2024-{day.month:02}-{min(day.day, 28):02}"),
        "choice": st.sampled_from([choice.code for choice in column.choices] or [""]),
        "flag": st.sampled_from([0, 1]),
        "text": WORD,
    }[column.kind]
    return st.one_of(st.none(), made) if column.empty else made


def written(value: object, column: Column, *, comma: bool, blank: str, local: bool) -> str:
    """A value as a person would write it."""
    if value is None:
        return ""
    if column.kind == "school_year":
        return f"{value}./{value + 1}. m.g." if local else f"{value}/{value + 1}"
    if column.kind == "date" and local:
        year, month, day = str(value).split("-")
        return f"{day}.{month}.{year}"
    if column.kind in ("decimal", "percent"):
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if comma else text
    if column.kind == "count" and blank and value > 999:
        return f"{value:,}".replace(",", blank)
    return str(value)


@st.composite
def tables(draw):
    """(dataset, columns in file order, rows by column code)."""
    dataset = draw(st.sampled_from(READ))
    columns = [column for column in dataset.columns if column.required or draw(st.booleans())]
    columns = draw(st.permutations(columns))
    row = st.fixed_dictionaries({column.code: values(column) for column in columns})
    rows = draw(st.lists(row, min_size=1, max_size=6))
    whole = [{**dict.fromkeys([column.code for column in dataset.columns]), **one} for one in rows]
    kept, keys = [], set()
    for one in whole:
        key = tuple(one[code] for code in dataset.key)
        fits = all(
            check.test(
                {
                    **one,
                    **{
                        c.code: one[c.code] / 100
                        for c in columns
                        if c.kind == "percent" and one[c.code] is not None
                    },
                }
            )
            for check in dataset.checks
            if all(one[code] is not None for code in check.columns)
        )
        if fits and key not in keys:
            keys.add(key)
            kept.append(one)
    assume(kept)
    return dataset, columns, kept


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    """A connection to a small database and its directory."""
    from data_access import migrations_runner

    engine = engines.create(f"sqlite:///{tmp_path_factory.mktemp('trip') / 'small.sqlite'}")
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection)
    with engine.connect().execution_options(reads_only=True) as connection:
        yield connection, directory.read(connection)
    engine.dispose()


def expected(dataset: Dataset, rows: list[dict], known) -> list[dict]:
    """What the table has to hold."""
    made = []
    for row in rows:
        parsed = {
            column.code: row[column.code] / 100
            if column.kind == "percent" and row[column.code] is not None
            else row[column.code]
            for column in dataset.columns
        }
        made += revisions.table_rows(dataset, parsed, known.institutions)
    return made


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    table=tables(),
    kind=st.sampled_from(["csv", "csv", "xlsx"]),
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from([";", ",", "\t"]),
    names=st.sampled_from(["code", "name_lv", "name_en"]),
    comma=st.booleans(),
    blank=st.sampled_from(("", *BLANKS)),
    local=st.booleans(),
    title=st.booleans(),
)
def test_what_is_written_is_read(
    reading, table, kind, encoding, delimiter, names, comma, blank, local, title
):
    """Every declared table, every dialect."""
    connection, known = reading
    dataset, columns, rows = table
    if encoding == "cp1257":
        names = "name_lv"  # Latvian headings prove the encoding
        blank = "" if blank == "\u202f" else blank
        assume(any(not column.name_lv.isascii() for column in columns))
    header = [getattr(column, names) for column in columns]
    texts = [
        [written(row[column.code], column, comma=comma, blank=blank, local=local) for column in columns]
        for row in rows
    ]
    if kind == "xlsx":
        numeric = {"count", "decimal", "percent", "semester", "year", "flag"}
        cells = [
            [
                row[column.code] if column.kind in numeric else text or None
                for column, text in zip(columns, line, strict=True)
            ]
            for row, line in zip(rows, texts, strict=True)
        ]
        content = xlsx({"Dati": [*([["Tabula"]] if title else []), header, *cells]})
    else:
        quoted = [
            [f'"{cell}"' if delimiter in cell or '"' in cell else cell for cell in line]
            for line in [header, *texts]
        ]
        lines = [*(["Tabula"] if title else []), *(delimiter.join(line) for line in quoted)]
        content = ("\r\n".join(lines) + "\r\n").encode(encoding)
    result = examine(connection, receipt(content, f"a.{kind}"), dataset.id)
    found = [one.row for one in result.rows]
    wanted = expected(dataset, rows, known)
    assert [sorted(row) for row in found] == [sorted(row) for row in wanted]
    for row, right in zip(found, wanted, strict=True):
        for name, value in right.items():
            assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), name
    assert result.read == result.loaded + result.quarantined + result.declared
