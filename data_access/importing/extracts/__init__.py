"""Person-level files, read as a stream and left as counts.

A row of such a file is about one person. Nothing of a person leaves this package: no code is stored, logged, written
to a temporary file or shown in a message. What leaves are counts per institution, period and stage in the form of our
own templates, so they are loaded by the same way as any other file.

One kind of file is one module (`marks.py`, …): its fields, and how its rows become counts. `KINDS` finds them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from .model import Kind

_MODULES = ("enrolment", "exam_results", "lessons_missed", "marks")


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of person-level file by id."""
    return {name: import_module(f"{__name__}.{name}").KIND for name in _MODULES}
