"""Large libraries that are imported when something of them is first used, and not at start.

A page that only prints numbers needs no numpy, and importing it is a tenth of the start of the web process.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module until an attribute is asked for; safe among threads, as importing is."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what inspect and doctest ask of everything that they meet
            raise AttributeError(name)
        module = importlib.import_module(self.__name__)
        self.__dict__.update(module.__dict__)  # from now on as fast as the module itself
        return getattr(module, name)


def later(name: str) -> Any:
    """The module of this name, imported at its first use.

    >>> later("statistics").mean([1, 3])
    2
    """
    return _Later(name)
