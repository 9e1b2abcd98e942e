"""Files in our own form: they are current, load without a finding, and bring the tables back as they were."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date

import pytest
from sqlalchemy import select

from data_access import engine as engines
from data_access import schema
from data_access.importing import jobs, reference, templates
from data_access.importing.datasets import all_datasets
from data_access.importing.datasets.model import Dataset
from data_access.importing.examine import examine
from data_access.importing.extracts import kinds
from data_access.importing.extracts.run import count_file
from data_access.importing.extracts.sample import SAMPLES
from data_access.importing.receive import Receipt

DATASETS = [dataset for dataset in all_datasets().values() if not dataset.extract]
FACTS = [dataset for dataset in DATASETS if dataset.table != "institution"]
SCHOOLS = 60
BORDERS = 2021  # the school year since which municipalities are those of today


@pytest.fixture(scope="module")
def demo_engine(demo_path):
    """The demonstration database."""
    engine = engines.create(f"sqlite:///{demo_path}")  # not the readers' engine: whole tables take their time
    yield engine
    engine.dispose()


def receipt(name: str, content: bytes) -> Receipt:
    return Receipt(name, content, hashlib.sha256(content).hexdigest())


def load(engine, files: dict[str, tuple[Dataset, bytes]]) -> list:
    """Examine, stage and publish; returns what was examined."""
    results = []
    with engine.connect().execution_options(reads_only=True) as connection:
        for name, (dataset, content) in files.items():
            results.append(examine(connection, receipt(name, content), dataset.id))
    with engine.begin() as connection:
        numbers = []
        for result in results:
            number = jobs.receive(
                connection,
                result.receipt,
                author="t",
                as_of=date.today().isoformat(),
                dataset=result.dataset.id,
            )
            assert jobs.store(connection, number, result) == "staged"
            numbers.append(number)
    jobs.publish(
        engine, author="t", reason="veidņu pārbaude", job_ids=numbers, confirmed=True, steps=lambda *_: ()
    )
    return results


@pytest.fixture
def register(engine, demo_engine):
    """An empty database of each engine with the register of institutions, itself loaded from our template."""
    dataset = all_datasets()["institution"]
    with demo_engine.connect() as connection:
        rows = templates.table_rows(connection, dataset)
    with engine.begin() as connection:
        reference.load_all(connection)
    [result] = load(engine, {"i.csv": (dataset, templates.csv_text(dataset, rows).encode())})
    assert (result.loaded, result.quarantined, len(rows)) == (len(rows), 0, len(rows))
    assert not [finding for finding in result.findings if finding.weight == "error"]
    with engine.connect() as connection:
        assert templates.table_rows(connection, dataset) == rows
    return engine


def test_examples_are_current(demo_engine, tmp_path):
    """`manage.py templates --examples` writes what lies in reference/templates."""
    with demo_engine.connect() as connection:
        written = templates.write_examples(connection, tmp_path)
    made = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in written}
    kept = {
        path.relative_to(templates.EXAMPLES).as_posix(): path.read_bytes()
        for path in templates.EXAMPLES.rglob("*.csv")
    }
    assert sorted(made) == sorted(kept)
    assert not [name for name in made if made[name] != kept[name]]


def test_examples_load_without_a_finding(register):
    """Every example file, as CSV and as XLSX: no finding before; after it is published, the same counts."""
    files = {
        dataset.id: (dataset, (templates.EXAMPLES / f"{dataset.id}.csv").read_bytes()) for dataset in FACTS
    }
    with register.connect().execution_options(reads_only=True) as connection:
        for name, (dataset, content) in files.items():
            result = examine(connection, receipt(name, content), dataset.id)
            assert (result.quarantined, result.declared, result.findings) == (0, 2, []), name
            assert result.loaded == result.count("new") == content.count(b"\r\n") - 2
    open_set = files.pop("exam_open")
    load(register, files)
    with register.connect() as connection:
        for name, (dataset, content) in files.items():
            kept = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[2:]
            made = templates.csv_text(dataset, templates.table_rows(connection, dataset))
            found = list(csv.reader(io.StringIO(made.removeprefix(templates.BOM)), delimiter=";"))[2:]
            assert sorted(found) == sorted(kept), name
    with register.connect().execution_options(reads_only=True) as connection:
        again = examine(connection, receipt("exam_open", open_set[1]), "exam_open")
    assert again.count("new") == 0  # the same exams, told by the open set


@pytest.mark.slow
def test_demo_facts_come_back(register, demo_engine):
    """All facts of sixty institutions and the municipalities, through CSV and XLSX by turns: equal tables."""
    sent, files = {}, {}
    with demo_engine.connect() as connection:
        chosen = connection.execute(
            select(schema.institution.c.id).order_by(schema.institution.c.id).limit(SCHOOLS)
        )
        ids = list(chosen.scalars())
        for number, dataset in enumerate(dataset for dataset in FACTS if dataset.id != "exam_open"):
            table = schema.metadata.tables[dataset.table]
            if "institution_id" in table.c:
                where = [table.c.institution_id.in_(ids)]
            else:
                year = table.c["school_year" if "school_year" in table.c else "year"]
                where = [year >= BORDERS + ("year" in table.c)]
            rows = sent[dataset.id] = templates.table_rows(connection, dataset, where)
            assert rows, dataset.id
            make = templates.xlsx_bytes if number % 2 else lambda *args: templates.csv_text(*args).encode()
            files[dataset.id] = (dataset, make(dataset, rows))
    for result in load(register, files):
        name = result.dataset.id
        assert (result.loaded, result.quarantined) == (len(sent[name]), 0), name
        assert not [finding for finding in result.findings if finding.weight == "error"], name
    with register.connect() as connection:
        for name, (dataset, _) in files.items():
            found = templates.table_rows(connection, dataset)

            def by_key(row, dataset=dataset):
                return tuple(str(row[code]) for code in dataset.key)

            assert sorted(found, key=by_key) == sorted(sent[name], key=by_key), name


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_extract_to_table(kind, register, tmp_path):
    """A person-level file, counted, written as our template and loaded, gives the counts in the table."""
    path = tmp_path / "f.csv"
    path.write_bytes(templates.sample_text(SAMPLES[kind](persons=400)).encode())
    counted = count_file(path, kind)
    files = {
        name: (all_datasets()[name], templates.csv_text(all_datasets()[name], rows).encode())
        for name, rows in counted.tables.items()
    }
    for result in load(register, files):
        assert (result.loaded, result.quarantined) == (len(counted.tables[result.dataset.id]), 0)
        assert not [finding for finding in result.findings if finding.weight == "error"]
    with register.connect() as connection:
        for name, rows in counted.tables.items():
            dataset = all_datasets()[name]
            stored = [column for column in dataset.columns if column.stored]
            kept = {tuple(templates.cell(column, row.get(column.code)) for column in stored) for row in rows}
            found = {
                tuple(templates.cell(column, row[column.code]) for column in stored)
                for row in templates.table_rows(connection, dataset)
            }
            assert found == kept, name
    assert kinds()[kind].name("lv")


def test_workbook_is_the_same_twice():
    """The same rows give the same bytes, so a template can be compared by its checksum."""
    dataset = all_datasets()["staff"]
    row = {column.code: column.example for column in dataset.columns}
    assert templates.xlsx_bytes(dataset, [row]) == templates.xlsx_bytes(dataset, [row])


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.id)
def test_template_says_everything(dataset):
    """Two heading rows, a name in both languages, an example of every column and the columns in the explanation."""
    codes, names = templates.header(dataset)
    assert len(codes) == len(names) == len(set(codes)) == len(set(names))
    explained = [line[0].rstrip("*") for line in templates.read_me(dataset)[5:]]
    assert explained == codes
    for column in dataset.columns:
        assert column.name_en != column.name_lv or column.kind == "choice" or "%" in column.name_lv, (
            column.code
        )
        assert column.example, column.code
        assert templates.meaning(column, "lv") != templates.meaning(column, "en")
