"""Marks of the events of a timeline: neutral shapes, since colours and shapes of levels mean levels."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from .marks import level_mark

_PATHS = {
    "complaint": "M-7 -6H7V3H0L-4 7V3H-7Z",  # a speech bubble
    "visit": "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0 -6 0M-2 0A2 2 0 1 0 2 0A2 2 0 1 0 -2 0",  # a ring around a point
    "task": "M-6 -6H6V6H-6ZM-3 0L-1 3L4 -3",  # a box with a tick
    "result": "M0 -7V6M-5 1L0 6L5 1",  # an arrow down: the level is no longer high
}


@lru_cache(8)
def event_mark(kind: str) -> Markup:
    """The shape of an event without its word, hidden from screen readers. A risk is a high level that is certain."""
    if kind == "risk":
        return level_mark("high", "certain")
    return Markup(
        '<svg class="m-shape q-mark" viewBox="-9 -9 18 18" width="18" height="18" aria-hidden="true"'
        ' focusable="false"><path d="{}"/></svg>'
    ).format(_PATHS[kind])
