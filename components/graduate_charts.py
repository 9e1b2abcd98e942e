"""What the graduate pages are drawn with: protected values in words, the triangle, the grid of fields, the quadrant."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from components import marks
from components.figures import layout
from components.tables import Reason
from components.templating import render
from language import numbers, reasons

CLASSES = 5
STATES = ("observed", "not_yet", "suppressed", "not_applicable")
POINT_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#7A5200")
SYMBOLS = ("circle", "diamond", "square", "triangle-up")


@dataclass(frozen=True)
class Value:
    """A value as it may be shown: x to draw (None = nothing), text, and the reason where there is no text.

    exact: a number that a table may hold as such; False for bands and whole percentages of small groups.
    """

    x: float | None
    text: str | None
    reason: str | None = None
    low: float | None = None
    high: float | None = None
    exact: bool = True

    @property
    def cell(self) -> object:
        """The value for a table: number, words of a band, or reason."""
        if self.text is None:
            return Reason(self.reason or "x")
        return self.x if self.exact else self.text


def share(
    low: float | None, high: float | None, n: float | None, lang: str, reason: str | None, *, exact: bool
) -> Value:
    """A share from the ends of what may be said; exact: of the plane without protection."""
    if low is None or high is None:
        return Value(None, None, reason or "u")
    return _share(low, high, 1 if exact or (n or 0) >= 300 else 0, lang)


@lru_cache(8192)
def _share(low: float, high: float, digits: int, lang: str) -> Value:
    middle = (low + high) / 2
    if low == high:
        return Value(middle, numbers.percent(low, lang, digits), None, low, high, exact=digits == 1)
    if low == 0:
        text = f"≤{numbers.NBSP}{numbers.percent(high, lang, 0)}"
    elif high == 1:
        text = f"≥{numbers.NBSP}{numbers.percent(low, lang, 0)}"
    else:
        text = numbers.interval(low, high, lang, 0)
    return Value(middle, text, None, low, high, exact=False)


def euro(value: float | None, factor: float | None, lang: str, reason: str | None) -> Value:
    """Money in prices of the chosen year, to 10 EUR."""
    if value is None or factor is None:
        return Value(None, None, reason or "x")
    amount = math.floor(value * factor / 10 + 0.5) * 10
    return Value(amount, numbers.euro(amount, lang), None, amount, amount)


def ratio(value: float | None, lang: str, reason: str | None, digits: int = 2) -> Value:
    """A ratio to the labour market: 1 = as the market."""
    if value is None:
        return Value(None, None, reason or "x")
    return Value(value, numbers.ratio(value, lang, digits), None, value, value)


def classes(values: Sequence[float]) -> list[float]:
    """Four edges that split the values into five classes of equal width."""
    low, high = min(values), max(values)
    step = (high - low) / CLASSES
    return [low + step * number for number in range(1, CLASSES)] if step > 0 else []


def triangle(
    rows: Sequence[Mapping],
    columns: Sequence[str],
    lang: str,
    *,
    caption: str,
    name_title: str,
    words: Mapping[str, str],
    brief: str = "",
) -> Markup:
    """Cohorts by years since graduation, in five shades; four states of a cell with a sign and a word each.

    rows: ``name``, ``note``, ``cells``: ``state`` (see STATES), ``x``, ``text``, ``reason``, and for numbers that are
    too long for a phone ``brief``, in the unit that `brief` names. words: of the states.
    """
    known = [
        cell["x"]
        for row in rows
        for cell in row["cells"]
        if cell["state"] == "observed" and cell["x"] is not None
    ]
    edges = classes(known) if known else []
    body = []
    for row in rows:
        cells = []
        for cell in row["cells"]:
            drawn = cell["state"] == "observed" and cell["text"] is not None
            number = (cell["text"] or "").removesuffix("%").rstrip() if drawn else ""
            cells.append(
                {
                    "state": cell["state"].replace("_", "-"),
                    "shade": sum(cell["x"] >= edge for edge in edges) if drawn else None,
                    "text": number if drawn else None,
                    "brief": cell.get("brief") if drawn else None,
                    "unit": cell["text"][len(number) :] if drawn else "",  # left out on a phone
                    "sign": _sign(cell),
                    "word": words[cell["state"]]
                    if cell["state"] != "observed"
                    else None
                    if drawn
                    else reasons.meaning(cell.get("reason") or "x", lang),
                }
            )
        body.append({"name": row["name"], "note": row.get("note", ""), "cells": cells})
    return render(
        "graduates_triangle.html",
        rows=body,
        columns=columns,
        caption=caption,
        name_title=name_title,
        brief=brief,
        legend=[(state.replace("_", "-"), _sign({"state": state}), words[state]) for state in STATES[1:]],
    )


def _sign(cell: Mapping) -> str:
    state = cell["state"]
    if state == "not_yet":
        return "·"
    if state == "suppressed":
        return reasons.sign("c")
    if state == "not_applicable":
        return reasons.sign("z")
    return reasons.sign(cell.get("reason") or "x")


def field_grid(
    rows: Sequence[Mapping], columns: Sequence[Mapping], lang: str, *, caption: str, name_title: str
) -> Markup:
    """Fields by levels: value and a small line over the years in each cell.

    columns: ``name``, ``href``. rows: ``name``, ``href``, ``current``, ``cells``: ``value`` (Value), ``note``,
    ``spark`` (values by year), ``texts``, ``label``.
    """
    body = []
    for row in rows:
        cells = []
        for cell in row["cells"]:
            value: Value = cell["value"]
            known = [x for x in cell["spark"] if x is not None]
            cells.append(
                {
                    "text": value.text
                    if value.text is not None
                    else marks.missing(value.reason or "x", lang),
                    "note": cell.get("note", ""),
                    "spark": marks.sparkline(
                        cell["spark"],
                        lang,
                        label=cell["label"],
                        texts=cell["texts"],
                        periods=cell["periods"],
                        width=72,
                    )
                    if len(known) > 1
                    else "",
                }
            )
        body.append({**row, "cells": cells})
    return render("graduates_fields.html", rows=body, columns=columns, caption=caption, name_title=name_title)


def quadrant(
    points: Sequence[Mapping], lang: str, *, x_title: str, y_title: str, corners: Sequence[str]
) -> dict:
    """Relative income by relative unemployment with intervals; both lines at 1 = as the labour market.

    points: ``x`` ``x_low`` ``x_high`` (income), ``y`` ``y_low`` ``y_high`` (unemployment), ``text`` (hover, ready),
    ``group`` (0..3, drawn by colour and shape), ``group_name``. corners: words at top right, bottom right, bottom
    left, top left.
    """
    data = []
    for group in sorted({point["group"] for point in points}):
        own = [point for point in points if point["group"] == group]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": own[0]["group_name"],
                "x": [point["x"] for point in own],
                "y": [point["y"] for point in own],
                "text": [point["text"] for point in own],
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {
                    "size": 11,
                    "color": POINT_COLOURS[group],
                    "symbol": SYMBOLS[group],
                    "line": {"color": "#fff", "width": 1},
                },
                "error_x": _errors(own, "x", POINT_COLOURS[group]),
                "error_y": _errors(own, "y", POINT_COLOURS[group]),
            }
        )
    xs = [point[key] for point in points for key in ("x_low", "x_high")] + [1.0]
    ys = [point[key] for point in points for key in ("y_low", "y_high")] + [1.0]
    x_range, y_range = _range(xs), _range(ys)
    room = 0.12 * (y_range[1] - y_range[0])  # for the words in the corners
    y_range = [y_range[0] - room, y_range[1] + room]
    notes = []
    for word, x, y, xanchor, yanchor in zip(
        corners,
        (1, 1, 0, 0),
        (1, 0, 0, 1),
        ("right", "right", "left", "left"),
        ("top", "bottom", "bottom", "top"),
        strict=True,
    ):
        notes.append(
            {
                "xref": "paper",
                "yref": "paper",
                "x": x,
                "y": y,
                "xanchor": xanchor,
                "yanchor": yanchor,
                "text": word.replace(", ", ",<br>"),  # so that two of them stand side by side on a phone
                "align": xanchor,
                "showarrow": False,
                "font": {"size": 13, "color": "#4B5563"},
            }  # fmt: skip
        )
    line = {"type": "line", "line": {"color": "#111827", "width": 1.5, "dash": "dash"}}

    def axis(title: str, span: list[float]) -> dict:
        ticks = [tick for tick in marks._nice(span[0], span[1], 5) if tick >= 0]
        digits = 1 if all(abs(10 * tick - round(10 * tick)) < 0.001 for tick in ticks) else 2
        return {
            "title": {"text": title}, "range": span, "gridcolor": "#E5E7EB", "zeroline": False,
            "tickvals": ticks, "ticktext": [numbers.decimal(tick, lang, digits) for tick in ticks],
        }  # fmt: skip

    return {
        "data": data,
        "layout": layout(
            xaxis=axis(x_title, x_range),
            yaxis=axis(y_title, y_range),
            shapes=[
                {**line, "xref": "x", "yref": "paper", "x0": 1, "x1": 1, "y0": 0, "y1": 1},
                {**line, "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": 1, "y1": 1},
            ],
            annotations=notes,
            showlegend=True,
            legend={"orientation": "h", "y": -0.22, "x": 0},
            margin={"l": 60, "r": 12, "t": 12, "b": 90},
        ),
    }


def _errors(points: Sequence[Mapping], axis: str, colour: str) -> dict:
    return {
        "type": "data",
        "symmetric": False,
        "array": [round(point[f"{axis}_high"] - point[axis], 3) for point in points],
        "arrayminus": [round(point[axis] - point[f"{axis}_low"], 3) for point in points],
        "color": colour,
        "thickness": 1,
        "width": 0,
    }


def _range(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.1
    return [round(max(0.0, low - room), 2), round(high + room, 2)]
