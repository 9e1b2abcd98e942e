"""Imports of the web process: the libraries without those parts of theirs that it does not use.

Only `gunicorn.conf.py` calls this, before it imports the application; everything works without it, a little later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
