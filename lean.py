"""Imports of the web process: the libraries without those parts of theirs that it does not use.

Only `serving.py` and `gunicorn.conf.py` call this, before they import the application; everything works without it, a
little later: from the start to the first page 1.5 CPU seconds with it and 1.8 without (least of eight starts each in
turn; medians 1.8 and 2.0), so it stays.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from indicators.later import later


@contextmanager
def _standing(modules: dict[str, object]) -> Iterator[None]:
    """What `import` finds under these names for a while, unless they are imported already."""
    modules = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]


def import_libraries() -> None:
    """structlog without rich, which draws tracebacks in colour; plotly with narwhals (data frames) at its first use."""
    with _standing({"rich": None}):
        import structlog  # noqa: F401
    narwhals, stable, newest = (later(name) for name in ("narwhals", "narwhals.stable", "narwhals.stable.v1"))
    narwhals.stable, stable.v1 = stable, newest
    with _standing({module.__name__: module for module in (narwhals, stable, newest)}):
        import _plotly_utils.basevalidators  # noqa: F401


LATE = {
    "__repr__",
    "__eq__",
    "__hash__",
    "__setattr__",
    "__delattr__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
}


@contextmanager
def late_methods() -> Iterator[None]:
    """Data classes that are made in this block compile their methods, but `__init__`, when they are first called.

    Python 3.11 and 3.12 compile six functions one by one for each data class: a seventh of the start. Newer versions
    compile them together and have no such function, so there nothing is changed.
    """
    create = getattr(dataclasses, "_create_fn", None)
    if create is None or sys.version_info >= (3, 13):
        yield
        return

    def late(name: str, *args, **kwargs) -> Callable:
        return _late_method(create, name, args, kwargs) if name in LATE else create(name, *args, **kwargs)

    dataclasses._create_fn = late
    try:
        yield
    finally:
        dataclasses._create_fn = create


def _late_method(create: Callable, name: str, args: tuple, kwargs: dict) -> Callable:
    made: list[Callable] = []

    def method(self, *values):
        if not made:
            made.append(create(name, *args, **kwargs))
        return made[0](self, *values)

    method.__name__ = name
    return method
