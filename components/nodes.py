"""The parts of a page: strings of HTML, and what becomes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from markupsafe import Markup, escape

FOLDED: ContextVar[bool] = ContextVar("folded", default=False)


@contextmanager
def folded() -> Iterator[None]:
    """Within it frames leave out their closed table twins; the browser fetches a twin when it is opened."""
    token = FOLDED.set(True)
    try:
        yield
    finally:
        FOLDED.reset(token)


@runtime_checkable
class Node(Protocol):
    """Anything a page body may hold besides Markup."""

    def to_html(self) -> Markup: ...


Part = Markup | Node


def html_of(part: Part) -> Markup:
    """Static HTML of a part. Raises TypeError for a plain string, which would not be escaped."""
    if isinstance(part, Markup):
        return part
    if isinstance(part, str):
        raise TypeError("a page part must be Markup; escape plain text first")
    return part.to_html()


@dataclass(frozen=True)
class Block:
    """An HTML element around parts: `Block("section", (…), class_="columns")`."""

    tag: str
    parts: Sequence[Part]
    class_: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    def to_html(self) -> Markup:
        """The element with its parts."""
        attributes = {"class": self.class_, **self.attributes} if self.class_ else self.attributes
        text = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        inner = "".join(html_of(part) for part in self.parts)
        return Markup(f"<{self.tag}{text}>{inner}</{self.tag}>")  # nosec B704 # tag, attributes and children are escaped above


class Kept:
    """Parts that every reader of a release sees alike: turned into HTML once and kept by the caller."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._html: dict[bool, Markup] = {}

    def to_html(self) -> Markup:
        """Static HTML of the parts."""
        short = FOLDED.get()
        if short not in self._html:
            self._html[short] = Markup("").join(html_of(part) for part in self.parts)
        return self._html[short]
