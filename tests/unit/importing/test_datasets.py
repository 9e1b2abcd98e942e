"""Declarations of files fit the tables and say everything that the loader needs."""

from __future__ import annotations

import pytest

from data_access.importing.datasets import all_datasets
from data_access.importing.datasets.model import Choice, Column, DatasetError, normal


def test_absence_is_declared():
    """The semester absence table is one of the declared files."""
    dataset = all_datasets()["absence"]
    assert dataset.table == "fact_absence"
    assert dataset.column("reg_no").table_column == "institution_id"


@pytest.mark.parametrize("dataset", all_datasets().values(), ids=list(all_datasets()))
def test_every_dataset_speaks_both_languages(dataset):
    """Names, explanations and who delivers exist in both languages; every column has an example."""
    for lang in ("lv", "en"):
        assert dataset.name(lang)
        assert dataset.about(lang)
        assert dataset.deliverer(lang)
        assert all(column.name(lang) for column in dataset.columns)
    assert all(column.example or column.empty for column in dataset.columns)


def test_headings_are_compared_without_punctuation():
    """Case, points and blanks do not matter; letters do."""
    assert normal("  Reģ.  Nr. ") == normal("REĢ NR") == "reģ nr"
    assert normal("Reg. nr.") != normal("Reģ. nr.")


def test_a_column_is_refused_when_its_kind_is_unknown_or_choices_are_missing():
    """A declaration fails when it is written, not when a file comes."""
    with pytest.raises(DatasetError):
        Column(code="a", kind="whole", name_lv="a", name_en="a")
    with pytest.raises(DatasetError):
        Column(code="a", kind="choice", name_lv="a", name_en="a")
    Column(code="a", kind="choice", name_lv="a", name_en="a", choices=(Choice("x", "x", "x"),))
