"""One file per page: its address, parameters and view. Pages compose; they compute nothing."""

from __future__ import annotations

import importlib
import pkgutil


def load_all() -> None:
    """Import every page module, which registers its page."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        importlib.import_module(f"{__name__}.{module.name}")
