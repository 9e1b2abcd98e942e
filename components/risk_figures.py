"""Marks and figures of the risk pages: bars of levels, small multiples, spreads, bars, the funnel, the histogram.

Texts come ready-made; coordinates are computed here. Positions are in percent or in the units of a small
viewBox, so that a drawing fills its place without scaling its text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from components import marks
from components.figures import COLOURS, layout
from components.templating import render

Row = Mapping[str, object]
Text = Callable[[float], str]

# Parts of a bar of levels in reading order; certain is filled, possible is outlined.
PARTS = ("high_certain", "high_possible", "medium_certain", "medium_possible", "low", "unknown")
_FITS = 7.0  # a narrower part, in percent, has its number beside the bar only


def nice(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers that cover ``low`` to ``high`` in about ``count`` steps.

    >>> nice(0, 0.23)
    [0.0, 0.1, 0.2, 0.3]
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("a scale needs finite ends")
    if high <= low:
        high = low + (abs(low) or 1.0)
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _n(x: float) -> str:
    text = f"{x:.1f}"
    return text[:-2].replace("-0", "0") if text in ("-0.0", "0.0") else text.removesuffix(".0")


# --- bars of levels -------------------------------------------------------------------------------


def level_bars(
    rows: Sequence[Row], *, caption: str, heads: Mapping[str, str], words: Mapping[str, str], key: Sequence
) -> Markup:
    """One 100 % bar of levels in each row, with counts beside it.

    rows: ``name``, ``href``, ``note``, ``counts`` (part of ``PARTS`` -> number), ``texts`` (the same, in words),
    ``side`` (list of ready cells: high, medium), optional ``value``, ``change``, ``trend`` (Markup), or
    ``reason`` when there is no bar. words: each part in words. key: (part, word) of the legend.
    """
    body = []
    for row in rows:
        counts: Mapping[str, int] = row.get("counts") or {}
        total = sum(counts.values())
        parts = []
        for part in PARTS:
            number = counts.get(part, 0)
            if not number:
                continue
            share = 100 * number / total
            parts.append(
                {
                    "kind": part.replace("_", "-"),
                    "share": f"{share:.3g}",
                    "text": row["texts"][part] if share >= _FITS else "",
                }
            )
        spoken = "; ".join(f"{words[part]}: {row['texts'][part]}" for part in PARTS if counts.get(part))
        body.append(
            {
                "value": None,
                "change": None,
                "trend": None,
                "reason": None,
                "side": (),
                "note": "",
                "href": None,
                **row,
                "parts": parts,
                "alt": spoken,
            }
        )
    return render("risks_levels.html", rows=body, caption=caption, heads=heads, key=key)


# --- small multiples ------------------------------------------------------------------------------

_WIDE, _HIGH, _LEFT, _RIGHT, _TOP, _BOTTOM = 300, 120, 8, 8, 12, 18


def panels(items: Sequence[Row]) -> Markup:
    """Small line charts of one form; the scale of each is printed in it.

    items: ``name``, ``href``, ``note``, ``latest``, ``alt``, ``periods`` (axis texts), ``lines`` (``values`` with
    None as gap, ``half`` 1 or 2 for semesters, else 0), ``band`` (lower, upper lists) or None, ``breaks``
    (indexes of first periods after a break, ascending), ``text`` (function of a value), ``zero`` (draw the
    scale from zero), ``reason`` (text) where there is nothing to draw.
    """
    texts = list(dict.fromkeys(text for item in items for text in item.get("breaks_text") or ()))
    return render("risks_panels.html", panels=[_panel(item, texts) for item in items], breaks=texts)


def _panel(item: Row, texts: Sequence[str]) -> dict:
    lines, periods = item.get("lines") or [], item.get("periods") or []
    band = item.get("band")
    known = [value for line in lines for value in line["values"] if value is not None]
    if not known:
        return {**item, "drawn": None}
    around = [value for side in band or () for value in side if value is not None]
    low, high = min([*known, *around]), max([*known, *around])
    if item.get("zero", True):
        low, high = min(low, 0.0), max(high, 0.0)
    if high <= low:
        low, high = low - (abs(low) or 1) * 0.5, high + (abs(high) or 1) * 0.5
    ticks = nice(low, high, 3)
    low, high = ticks[0], ticks[-1]
    step = (_WIDE - _LEFT - _RIGHT) / max(len(periods) - 1, 1)

    def x_at(index: int) -> float:
        return _LEFT + index * step if len(periods) > 1 else _WIDE / 2

    def y_at(value: float) -> float:
        return _TOP + (_HIGH - _TOP - _BOTTOM) * (1 - (value - low) / (high - low))

    breaks = list(item.get("breaks") or ())

    def runs(values: Sequence[float | None]) -> list[list[int]]:
        found: list[list[int]] = [[]]
        for index, value in enumerate(values):
            if index in breaks and found[-1]:
                found.append([])
            if value is None:
                if found[-1]:
                    found.append([])
                continue
            found[-1].append(index)
        return [run for run in found if run]

    def path(run: Sequence[int], values: Sequence[float]) -> str:
        return "M" + "L".join(f"{_n(x_at(i))} {_n(y_at(values[i]))}" for i in run)

    drawn_lines = []
    for line in lines:
        values = line["values"]
        parts = runs(values)
        last = max((i for i, value in enumerate(values) if value is not None), default=None)
        drawn_lines.append(
            {
                "half": line.get("half", 0),
                "path": "".join(path(run, values) for run in parts if len(run) > 1),
                "points": [(_n(x_at(run[0])), _n(y_at(values[run[0]]))) for run in parts if len(run) == 1],
                "last": None if last is None else (_n(x_at(last)), _n(y_at(values[last]))),
            }
        )
    area = ""
    if band:
        lower, upper = band
        both = [None if a is None or b is None else 1.0 for a, b in zip(lower, upper, strict=True)]
        for run in runs(both):
            if len(run) > 1:
                over = "L".join(f"{_n(x_at(i))} {_n(y_at(upper[i]))}" for i in run)
                under = "L".join(f"{_n(x_at(i))} {_n(y_at(lower[i]))}" for i in reversed(run))
                area += f"M{over}L{under}Z"
    shown = (ticks[0], ticks[-1])
    text: Text = item["text"]
    return {
        **item,
        "drawn": {
            "lines": drawn_lines,
            "band": area,
            "ticks": [(_n(y_at(tick)), text(tick) if tick in shown else "") for tick in ticks],
            "breaks": [
                (_n(x_at(index) - step / 2), texts.index(words) + 1)
                for index, words in zip(breaks, item["breaks_text"], strict=True)
            ],
            "first": periods[0],
            "last": periods[-1] if len(periods) > 1 else "",
            "zero": _n(y_at(0.0)) if low < 0 < high else None,
        },
    }


# --- spreads and bars -----------------------------------------------------------------------------


def spreads(
    rows: Sequence[Row],
    *,
    caption: str,
    heads: Mapping[str, str],
    text: Text,
    limits: Sequence[tuple[float, str, str]] = (),
) -> Markup:
    """Where the middle 80 % and the middle half of each group lie, on one scale.

    rows: ``name``, ``quantiles`` (10, 25, 50, 75, 90 %) or None with ``reason``, ``median``, ``note``.
    limits: (value, kind ``medium`` or ``high``, words) drawn through all rows.
    """
    known = [value for row in rows for value in row["quantiles"] or ()]
    known += [value for value, _kind, _words in limits]
    ticks = nice(min([0.0, *known]), max(known, default=1.0))
    first, width = ticks[0], ticks[-1] - ticks[0]

    def at(value: float) -> float:
        return 3 + 94 * (value - first) / width

    body = []
    for row in rows:
        places = None
        if row["quantiles"]:
            p10, p25, p50, p75, p90 = (at(value) for value in row["quantiles"])
            places = {
                "outer": (_n(p10), _n(p90 - p10)),
                "inner": (_n(p25), _n(max(p75 - p25, 0.4))),
                "median": _n(p50),
            }
        body.append({"reason": None, "note": "", **row, "places": places})
    shown = ticks if len(ticks) < 6 else ticks[::2]
    return render(
        "risks_spread.html",
        rows=body,
        caption=caption,
        heads=heads,
        ticks=[(_n(at(tick)), text(tick)) for tick in shown],
        limits=[(_n(at(value)), kind, words) for value, kind, words in limits],
    )


def bars(rows: Sequence[Row], *, caption: str, heads: Mapping[str, str], top: float | None = None) -> Markup:
    """Bars from zero on one scale. rows: ``name``, ``href``, ``note``, ``value``, ``text``, ``kind``."""
    scale = top or max((row["value"] for row in rows), default=1) or 1
    body = [
        {"href": None, "note": "", "kind": "plain", **row, "width": f"{100 * row['value'] / scale:.3g}"}
        for row in rows
    ]
    return render("risks_bars.html", rows=body, caption=caption, heads=heads)


def histogram(
    values: Sequence[float],
    *,
    text: Text,
    label: str,
    limits: Sequence[Row],
    title: str,
    count_text: Callable[[int], str],
    bins: int = 40,
) -> Markup:
    """How the values of institutions spread, with boundaries as lines.

    limits: ``value``, ``kind`` (``medium`` or ``high``), ``proposed`` (bool), ``words``. The outer 1 % lies in the
    last bins, so that one odd value does not squeeze all others.
    """
    ordered = sorted(values)
    low, high = ordered[int(0.01 * (len(ordered) - 1))], ordered[math.ceil(0.99 * (len(ordered) - 1))]
    places = [limit["value"] for limit in limits]
    low, high = min([low, 0.0, *places]), max([high, *places])
    ticks = nice(low, high, 5)
    low, high = ticks[0], ticks[-1]
    width = (high - low) / bins
    counts = [0] * bins
    for value in ordered:
        counts[min(max(int((value - low) / width), 0), bins - 1)] += 1
    top = max(counts)

    def at(value: float) -> float:
        return 2 + 96 * min(max((value - low) / (high - low), 0), 1)

    drawn = [
        {
            "x": _n(at(low + index * width)),
            "width": f"{96 / bins - 0.2:.3g}",
            "height": _n(110 * count / top),
            "y": _n(120 - 110 * count / top),
            "title": f"{text(low + index * width)} … {text(low + (index + 1) * width)}: {count_text(count)}",
        }
        for index, count in enumerate(counts)
        if count
    ]
    return render(
        "threshold_lab_histogram.html",
        bars=drawn,
        ticks=[(_n(at(tick)), text(tick)) for tick in ticks],
        limits=[{**limit, "x": _n(at(limit["value"]))} for limit in limits],
        label=label,
        title=title,
    )


# --- the funnel -----------------------------------------------------------------------------------

_SYMBOLS = {"high": "triangle-up", "medium": "diamond", "low": "circle", None: "circle"}
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


def funnel(
    points: Sequence[Row],
    *,
    target: float | None,
    limits: Sequence[Row],
    text: Text,
    size_text: Text,
    words: Mapping[str, str],
    scale: float = 1.0,
) -> dict:
    """Institutions by size and value inside the limits of chance.

    points: ``size``, ``value``, ``text`` (hover; None for none), ``level``, ``certain``, ``own``. limits: ``size``,
    ``outer`` and ``inner`` as (lower, upper). words: ``target``, ``inner``, ``outer``, ``x``, ``y``. scale: factor
    from value to printed number.
    """
    data: list[dict] = []
    for key, dash, colour in (("outer", "dash", "#4B5563"), ("inner", "solid", "#9CA3AF")):
        for side in (0, 1):
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": [_digits(limit["size"]) for limit in limits],
                    "y": [_digits(limit[key][side] * scale) for limit in limits],
                    "line": {"color": colour, "width": 1.2, "dash": dash},
                    "hoverinfo": "skip",
                }
            )
    groups: dict[tuple, list[Row]] = {}
    for point in points:
        groups.setdefault(
            (bool(point.get("own")), point.get("level"), bool(point.get("certain"))), []
        ).append(point)
    order = {None: 0, "low": 1, "medium": 2, "high": 3}
    for (own, level, certain), group in sorted(
        groups.items(), key=lambda item: (item[0][0], order[item[0][1]], item[0][2])
    ):
        colour = COLOURS[level] if level else (COLOURS["school"] if own else COLOURS["unknown"])
        possible = level in ("medium", "high") and not certain
        hovers = [point.get("text") or "" for point in group]
        trace = {
            "type": "scatter",
            "mode": "markers",
            "x": [_digits(point["size"]) for point in group],
            "y": [_digits(point["value"] * scale) for point in group],
            "marker": {
                "symbol": _SYMBOLS[level] + ("-open" if possible else ""),
                "size": 11 if own else (9 if level in ("medium", "high") else 6),
                "color": colour,
                "opacity": 0.9 if own or level in ("medium", "high") else 0.45,
                "line": {"width": 1.6 if possible else 0.6, "color": colour},
            },
        }
        if any(hovers):
            trace["text"] = hovers
            trace["hovertemplate"] = "%{text}<extra></extra>"
        else:
            trace["hoverinfo"] = "skip"
        data.append(trace)
    sizes = [point["size"] for point in points] or [1, 100]
    low, high = max(min(sizes), 0.5), max(sizes)
    shown = [size for size in _SIZES if low * 0.8 <= size <= high * 1.2]
    values = [point["value"] for point in points] + ([target] if target is not None else [])
    bottom, top = min(values, default=0.0), max(values, default=1.0)
    room = (top - bottom) * 0.06 or 1.0
    ticks = nice(min(bottom, 0.0), top, 5)
    shapes, notes = [], []
    if target is not None:
        shapes.append(
            {
                "type": "line", "xref": "paper", "x0": 0, "x1": 1,
                "y0": _digits(target * scale), "y1": _digits(target * scale),
                "line": {"color": COLOURS["country"], "width": 1.5, "dash": "dot"}, "layer": "below",
            }
        )  # fmt: skip
        notes.append(
            {
                "xref": "paper", "x": 1, "y": _digits(target * scale), "xanchor": "right", "yanchor": "bottom",
                "text": words["target"], "showarrow": False, "bgcolor": "rgba(255,255,255,0.8)",
                "font": {"size": 13},
            }
        )  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            margin={"l": 8, "r": 12, "t": 30, "b": 44},
            shapes=shapes,
            annotations=[
                *notes,
                {
                    "xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom",
                    "text": words["y"], "showarrow": False, "font": {"size": 13, "color": "#4B5563"},
                },
            ],
            xaxis={
                "type": "log",
                "title": {"text": words["x"], "font": {"size": 13}},
                "tickvals": shown,
                "ticktext": [size_text(size) for size in shown],
                "range": [math.log10(low * 0.9), math.log10(high * 1.15)],
                "gridcolor": "#E5E7EB",
                "zeroline": False,
                "fixedrange": True,
            },
            yaxis={
                "tickvals": [_digits(tick * scale) for tick in ticks],
                "ticktext": [text(tick) for tick in ticks],
                "range": [_digits((min(bottom, 0.0) - room) * scale), _digits((top + room) * scale)],
                "gridcolor": "#E5E7EB",
                "zeroline": False,
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }  # fmt: skip


def _digits(value: float) -> float:
    """Four significant digits: what a screen can show."""
    return float(f"{value:.4g}")


def level_key(lang: str) -> Markup:
    """The shapes of the levels with their words."""
    return marks.level_legend(lang)
