"""What is the same for every reader of a release, made once: frames with their HTML, and small things beside them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from markupsafe import Markup

from access.pages import Request
from components.chart_frame import ChartFrame
from components.nodes import FOLDED, Block, Part

MOST_KEPT = 96
T = TypeVar("T")
_kept: dict[tuple, object] = {}


@dataclass(frozen=True, kw_only=True)
class KeptFrame(ChartFrame):
    """A frame whose HTML is made once."""

    def _once(self, name: str, make: Callable[[], Markup]) -> Markup:
        name = f"{name}_{FOLDED.get()}"
        if name not in self.__dict__:
            object.__setattr__(self, name, make())
        return self.__dict__[name]

    def _head(self) -> Markup:
        return self._once("_head_html", super()._head)

    def _foot(self) -> Markup:
        return self._once("_foot_html", super()._foot)

    def to_html(self) -> Markup:
        """Static form, from the first time on as it was."""
        return self._once("_html", super().to_html)


def keep(part: Part) -> Part:
    """The part with every frame in it made once, figures and all."""
    if isinstance(part, Block):
        return Block(part.tag, [keep(one) for one in part.parts], part.class_, part.attributes)
    if type(part) is ChartFrame:
        return KeptFrame(**{field.name: getattr(part, field.name) for field in fields(part)})
    return part


def once(request: Request, name: Hashable, build: Callable[[], T], *, everywhere: bool = False) -> T:
    """What `build` gives, made once a release, language and address (everywhere: once a release).

    Only for what is built from published figures and from the country's rows of the released plane: never for
    anything that a scope decides.
    """
    reader = request.reader
    place = reader.connection.engine.url
    where = None if everywhere else request.address
    key = (place.host, place.database, reader.release.id, reader.release.created_at, where, name)
    if key not in _kept:
        made = build()
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = made
    return _kept[key]


def kept(request: Request, name: Hashable, build: Callable[[], Sequence[Part]]) -> list[Part]:
    """Parts of a page that are the same for every reader, made once a release, language and address."""
    return list(once(request, name, lambda: [keep(part) for part in build()]))


def same_for_others(request: Request) -> bool:
    """Whether this reader sees municipalities as the public does."""
    return not (request.scope.sees_all or request.scope.municipalities)
