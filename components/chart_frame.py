"""The only way to draw: heading, finding, figure with a text alternative, table twin, buttons, source line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dash import dcc
from markupsafe import Markup

from indicators.completeness import is_incomplete, may_aggregate
from language import numbers
from language.messages import translate

from .nodes import FOLDED
from .tables import Later, Table
from .templating import render

GRAPH_CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": True,
    "topojsonURL": "/assets/topojson/",
}


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where the numbers of a frame come from. All but `note` are required.

    as_of: ISO date. coverage: (n, N) bodies that reported of bodies expected; None where a published source
    does not say, which is then printed. release_id: of the values.
    counting: what numerator and denominator are, in words. bodies: False where coverage counts something else than
    bodies that had to report (findings answered, rows shown), which says nothing about completeness.
    """

    source: str
    as_of: str
    coverage: tuple[int, int] | None
    release_id: int
    counting: str
    note: str = ""
    synthetic: bool = False
    bodies: bool = True

    def __post_init__(self) -> None:
        if not self.source or not self.as_of or not self.counting:
            raise ValueError("a figure needs source, as-of date and what is counted by what")
        if self.coverage is None:
            return
        n, expected = self.coverage
        if not 0 <= n <= expected:
            raise ValueError(f"coverage {n} of {expected} is impossible")

    def warning(self, lang: str) -> str:
        """What a reader must know of a figure to which too few have contributed; "" when enough have."""
        if self.coverage is None or not self.bodies or not is_incomplete(*self.coverage):
            return ""
        n, expected = (numbers.integer(count, lang) for count in self.coverage)
        if may_aggregate(*self.coverage):
            return translate("Incomplete: {n} of {expected} have delivered.", lang, n=n, expected=expected)
        return translate(
            "Fewer than 70% have delivered ({n} of {expected}): the figure does not stand for the whole.",
            lang,
            n=n,
            expected=expected,
        )


@dataclass(frozen=True, kw_only=True)
class ChartFrame:
    """A chart (plotly `figure` dict, or server-drawn `mark`) with its table twin.

    With neither figure nor mark the frame is a table alone. `address` is the page's own path and query; the
    export links are built from it, so an export answers exactly what the page shows. finding: one generated
    sentence. how_to_read: two lines at most.
    """

    title: str
    finding: str | Markup
    table: Table | Later
    provenance: Provenance
    lang: str
    address: str
    figure: Mapping | None = None
    mark: Markup | None = None
    how_to_read: str = ""
    height: int = 380
    open_table: bool = False
    level: int = 2
    extra: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.finding:
            raise ValueError(f"frame {self.table.id}: a chart needs its finding in words")
        if not isinstance(self.provenance, Provenance):
            raise ValueError(f"frame {self.table.id}: a chart needs its provenance")

    @property
    def id(self) -> str:
        """DOM id of the frame."""
        return f"f-{self.table.id}"

    def _context(self) -> dict:
        path, _, query = self.address.partition("?")
        return {
            "frame": self,
            "lang": self.lang,
            "provenance": self.provenance,
            "twin": f"/tabula/{self.table.id}{path}{'?' + query if query else ''}",
            "export": lambda kind: f"/eksports/{kind}/{self.table.id}{path}{'?' + query if query else ''}",
        }

    def _head(self) -> Markup:
        return render("frame_head.html", **self._context())

    def _foot(self) -> Markup:
        drawn = self.figure is not None or self.mark is not None
        later = FOLDED.get() and drawn and not self.open_table
        table = "" if later else self.table.to_html()
        return render("frame_foot.html", table_html=table, later=later, **self._context())

    def to_html(self) -> Markup:
        """HTML of the frame: a plotly figure leaves its place and its table, both readable at once."""
        return render(
            "frame.html", head=self._head(), foot=self._foot(), place=self.figure is not None, frame=self
        )

    def chart(self) -> dict:
        """The plotly figure for Dash, with the frame whose place it is drawn into (`Place` in assets/ikms.js)."""
        if self.figure is None:
            raise ValueError(f"frame {self.table.id} has no figure to explore")
        graph = dcc.Graph(
            id=f"g-{self.table.id}",
            figure=dict(self.figure),
            config={**GRAPH_CONFIG, "locale": self.lang},
            style={"height": f"{self.height}px"},
            className="graph",
        )
        props = {"frame": self.id, "of": self.address, "children": graph}
        return {"type": "Place", "namespace": "ikms", "props": props}


def table_label(lang: str) -> str:
    """The word on the button that opens the table twin."""
    return translate("Show as a table", lang)
