"""Templates of files, for whoever has to send one."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from data_access.importing.datasets import all_datasets


@pytest.mark.parametrize("dataset", ["absence", "exam", "institution"])
def test_templates_can_be_taken(client, dataset):
    """CSV and XLSX carry the codes and the Latvian names; the workbook explains itself."""
    columns = all_datasets()[dataset].columns
    answer = client.get(f"/veidnes/{dataset}.csv")
    assert answer.status_code == 200
    assert f"veidne-{dataset}.csv" in answer.headers["Content-Disposition"]
    first, second = answer.get_data().decode("utf-8-sig").split("\r\n")[:2]
    assert first.split(";") == [column.code for column in columns]
    assert second.startswith(columns[0].name_lv)
    book = load_workbook(io.BytesIO(client.get(f"/veidnes/{dataset}.xlsx").get_data()))
    assert book.sheetnames == ["Dati", "Lasi mani"]
    assert [cell.value for cell in book["Dati"][1]] == [column.code for column in columns]


@pytest.mark.parametrize(
    "path", ["/veidnes/nothing.csv", "/veidnes/absence.pdf", "/veidnes/..%2fabsence.csv"]
)
def test_nothing_else(client, path):
    assert client.get(path).status_code == 404
