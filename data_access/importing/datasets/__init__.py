"""One file here = one kind of file that may be loaded. `all_datasets()` finds them; nothing else lists them.

A new kind of file: copy `absence.py`, change it, done. Mapping, templates, checks, the steward's page, the command
line and the documentation read the declaration.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from .model import Dataset, DatasetError

_NOT_DATASETS = {"__init__", "model"}


@cache
def all_datasets() -> dict[str, Dataset]:
    """Every declared dataset by id, in the order of their file names.

    Each module of this package that has `DATASET` (or `DATASETS`, a tuple) declares one (or several).
    Raises DatasetError when two have one id or one does not fit its table.
    """
    found: dict[str, Dataset] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem in _NOT_DATASETS or path.stem.startswith("_"):
            continue
        module = import_module(f"{__name__}.{path.stem}")
        one = getattr(module, "DATASET", None)
        for dataset in (*getattr(module, "DATASETS", ()), *((one,) if one else ())):
            if dataset.id in found:
                raise DatasetError(f"{path.name}: two datasets are called {dataset.id}")
            dataset.verify()
            found[dataset.id] = dataset
    return found
