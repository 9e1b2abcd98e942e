"""A page as the reader gets it: title, description, breadcrumb, body, and the tables that may be exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from .nodes import Block, Kept, Part, folded, html_of
from .tables import Table
from .templating import render


@dataclass(frozen=True)
class Crumb:
    """One step of the breadcrumb; the last has no address."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class View:
    """What a page's `view` function returns.

    title: the heading, a question or a finding. window_title: short title of the browser window.
    lead: one sentence under the title. body: parts in reading order. status: HTTP status.
    release_id: the release that every number comes from, None when there is none.
    cacheable: False when something besides release and address decides what the public reads.
    """

    title: str
    body: Sequence[Part]
    lang: str
    lead: str | Markup = ""
    window_title: str = ""
    description: str = ""
    crumbs: Sequence[Crumb] = field(default_factory=tuple)
    status: int = 200
    release_id: int | None = None
    cacheable: bool = True

    def _head(self) -> Markup:
        return render("view_head.html", view=self)

    def parts(self) -> list[Part]:
        """Heading and body, in reading order."""
        return [self._head(), *self.body]

    def to_html(self) -> Markup:
        """The whole view as static HTML (charts to explore leave their places)."""
        return Markup("").join(html_of(part) for part in self.parts())

    def to_fragment(self) -> str:
        """The view as it is put into a page that is already open: closed table twins are left out."""
        with folded():
            return str(self.to_html())

    def charts(self) -> list[dict]:
        """What Dash draws into the places that the HTML leaves for the charts to explore."""
        return [frame.chart() for frame in self.frames() if getattr(frame, "figure", None) is not None]

    def frames(self) -> Iterator:
        """Every chart or table frame of the view, wherever it is nested."""
        yield from _frames(self.body)

    @property
    def has_graphs(self) -> bool:
        """True when the browser needs plotly.js for this view."""
        return any(getattr(frame, "figure", None) for frame in self.frames())

    def table(self, table_id: str) -> Table | None:
        """The table with this id, for exports."""
        return next((frame.table for frame in self.frames() if frame.table.id == table_id), None)

    def frame(self, table_id: str):
        """The frame whose table has this id."""
        return next((frame for frame in self.frames() if frame.table.id == table_id), None)


def _frames(parts: Sequence[Part]) -> Iterator:
    for part in parts:
        if isinstance(part, Block | Kept):
            yield from _frames(part.parts)
        elif hasattr(part, "table"):
            yield part
