"""What the web process does without at its start, and what it keeps from one start to the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from language import messages

ROOT = Path(__file__).resolve().parents[2]


def test_the_web_starts_without_libraries_for_counting():
    """Neither data frames nor arrays nor terminal colours are imported before the first request."""
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import lean; lean.import_libraries(); import app, pages, sys; pages.load_all(); "
            "print(sorted({'numpy', 'pandas', 'scipy', 'rich', 'narwhals', 'openpyxl', 'duckdb', 'alembic', "
            "'authlib'} & set(sys.modules)))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_what_is_left_out_is_there_when_it_is_asked_for():
    """plotly still knows data frames, numpy is numpy."""
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import lean; lean.import_libraries(); import plotly.graph_objects as go; "
            "from indicators.levels import np; assert np.linspace(0, 1, 3).tolist() == [0, 0.5, 1]; "
            "assert list(go.Figure(go.Bar(x=np.arange(2), y=[1, 2])).data[0].x) == [0, 1]",
        ],
        cwd=ROOT,
        check=True,
    )


def test_methods_compiled_late_are_those_of_a_data_class():
    """Equality, hash, order, text and the refusal of a change are as they always are."""
    import dataclasses

    import lean

    with lean.late_methods():

        @dataclasses.dataclass(frozen=True, order=True)
        class Late:
            number: int
            text: str = ""

    assert Late(1) == Late(1) != Late(2)
    assert Late(1) != (1, "")
    assert len({Late(1), Late(1), Late(1, "a")}) == 2
    assert Late(1) < Late(1, "a") < Late(2)
    assert repr(Late(1, "a")).endswith("Late(number=1, text='a')")
    with pytest.raises(dataclasses.FrozenInstanceError):
        Late(1).number = 2
    assert dataclasses.replace(Late(1), number=3) == Late(3)


def test_catalogues_are_kept_from_one_start_to_the_next(tmp_path, monkeypatch):
    """What is read back is what was read from the catalogues; a damaged file is made anew."""
    monkeypatch.setattr(messages, "PREPARED", tmp_path / "prepared")
    read = messages.load("lv")
    assert messages.catalogue.__wrapped__("lv") == read
    [kept] = (tmp_path / "prepared").iterdir()
    assert messages.catalogue.__wrapped__("lv") == read
    kept.write_text("{", encoding="utf-8")
    assert messages.catalogue.__wrapped__("lv") == read
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(messages, "PREPARED", tmp_path / "file" / "closed")
    assert messages.catalogue.__wrapped__("lv") == read
