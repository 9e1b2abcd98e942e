"""The rules of the house that an import contract cannot say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("access", "components", "data_access", "indicators", "language", "pages")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
FILES += [ROOT / name for name in ("app.py", "manage.py", "settings.py", "logs.py")]

ONE_DOOR = [
    (r"\bcreate_engine\(", {"data_access/engine.py"}, "only engine.py makes an engine"),
    (r"\bdcc\.Graph\(", {"components/chart_frame.py"}, "only the chart frame makes a graph"),
    (
        r"@(dash\.)?callback\b|dash\.callback\(|\bapp\.callback\(",
        {"access/callbacks.py"},
        "only the guarded decorator",
    ),
    (r"\bto_sql\(", set(), "pandas' to_sql destroys the old table when it fails half way"),
    (r"plotly\.express|go\.Figure\(|import plotly", set(), "figures are plain dicts"),
    (r"dangerously_allow|\beval\(|\bexec\(", set(), "no foreign code"),
    (
        r"dcc\.(Tabs|Dropdown|Slider|RangeSlider|Checklist|RadioItems|DatePicker\w*|Upload)\(|DataTable\(",
        set(),
        "not usable by keyboard or screen reader",
    ),
]


@pytest.mark.parametrize(("pattern", "allowed", "why"), ONE_DOOR, ids=[rule[2] for rule in ONE_DOOR])
def test_one_door(pattern, allowed, why):
    """Each of these may stand in its own file only."""
    found = [
        str(path.relative_to(ROOT))
        for path in FILES
        if re.search(pattern, path.read_text(encoding="utf-8")) and str(path.relative_to(ROOT)) not in allowed
    ]
    assert not found, why


def test_pages_do_not_touch_the_database():
    """A page asks data_access.queries; it never imports SQLAlchemy or the schema."""
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "pages").rglob("*.py")
        if re.search(
            r"^\s*(from|import) (sqlalchemy|data_access\.(schema|engine))",
            path.read_text(encoding="utf-8"),
            re.M,
        )
    ]
    assert not found


def test_one_indicator_is_one_file():
    """Each file of indicators/risk registers exactly one indicator."""
    files = list((ROOT / "indicators" / "risk").glob("r*.py"))
    assert len(files) == 12
    for path in files:
        assert len(re.findall(r"^@indicator\(", path.read_text(encoding="utf-8"), re.M)) == 1, path.name


def test_nothing_built_is_tracked():
    """No file of one machine and nothing built lies in the sources."""
    import subprocess

    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [
        name
        for name in tracked
        if name.startswith(("assets/built/", "var/", ".venv/", "bundle/node_modules/"))
    ]


def test_every_text_has_its_latvian():
    """Every msgid of the code and the templates is translated, and no catalogue keeps a dead one."""
    from language import messages

    used = messages.extract()
    missing = messages.missing("lv", used)
    assert not missing
    unused = set(messages.catalogue("lv").ids) - set(used)
    assert not unused


def test_dictionary_is_current():
    """docs/data-dictionary.md is what the schema says today (`manage.py dictionary` writes it)."""
    from data_access.dictionary import markdown

    assert (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == markdown()
