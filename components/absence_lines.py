"""The line chart of semester data: each semester its own line, never one zig-zag, and what is not data drawn apart.

A projection is a hollow diamond in its interval at the end of a dashed line; figures that others published
are crosses that nothing connects; a change of definition is a numbered dotted line across the chart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from components.marks import _n, _nice, _part, _px, _x_class, missing
from components.templating import render
from language import numbers, reasons

KINDS = ("first", "second", "first-other", "second-other")
_INSET = (8.0, 94.0)  # percent of the width that the first and the last period take
_BASE, _TOP = 22, 14


def semester_lines(
    periods: Sequence[str],
    series: Sequence[Mapping],
    lang: str,
    *,
    label: str,
    y_title: str,
    arrow: str = "",
    breaks: Sequence[tuple[int, str, bool]] = (),
    axis_text: Callable[[float], str] | None = None,
    top: float | None = None,
    height: int = 280,
    projected: str = "",
    points_words: str = "",
    band_words: str = "",
) -> Markup:
    """Lines over periods, one for each semester.

    ``series``: ``name``, ``kind`` (see ``KINDS``), ``values`` (None is a gap), ``texts``, ``reasons``, and
    optionally ``bands`` ((low, high) or None for each period, drawn as bars where only a range is known),
    ``projection`` (index, value, lower, upper, text) and ``points`` ((index, value, text): crosses).
    ``breaks``: (index of the first period after it, text, whether the line goes on across it). ``projected``,
    ``points_words`` and ``band_words`` explain the signs below the chart.
    """
    count = len(periods)
    known: list[float] = []
    for line in series:
        if len(line["values"]) != count:
            raise ValueError("every series needs one value for each period")
        known += [x for x in line["values"] if x is not None]
        known += [end for band in line.get("bands") or () if band is not None for end in band]
        if line.get("projection"):
            known += list(line["projection"][1:4])
        known += [point[1] for point in line.get("points") or ()]
    ticks = _nice(0.0, top if top is not None else max(known, default=1.0) or 1.0)
    plot = height - _BASE - _TOP
    left, right = _INSET
    step = (right - left) / (count - 1) if count > 1 else 0.0

    def x_at(index: int) -> float:
        return left + index * step if count > 1 else (left + right) / 2

    def y_at(value: float) -> float:
        return _TOP + plot * (1 - min(max(value / ticks[-1], 0.0), 1.0))

    def spot(index: int, value: float) -> str:
        return f"{_n(x_at(index))} {_px(y_at(value))}"

    starts = {index for index, _text, goes_on in breaks if not goes_on}
    drawn, labels = [], []
    for line in series:
        kind, values = line["kind"], line["values"]
        if kind not in KINDS:
            raise ValueError(f"unknown kind of line {kind!r}; known: {', '.join(KINDS)}")
        texts = line.get("texts") or [None] * count
        codes = line.get("reasons") or [None] * count
        path, marks, gaps, bars = [], [], [], []
        previous = None
        projection = line.get("projection")
        coming = projection[0] if projection else None
        for index, value in enumerate(values):
            if value is None:
                if not kind.endswith("other") and index != coming and codes[index]:
                    gaps.append(
                        (
                            _n(x_at(index)),
                            reasons.sign(codes[index]),
                            _hint(periods, index, reasons.meaning(codes[index], lang)),
                        )
                    )
                continue
            joined = previous == index - 1 and index not in starts
            path.append(f"{'L' if joined else 'M'}{spot(index, value)}")
            previous = index
            marks.append((_n(x_at(index)), _px(y_at(value)), _hint(periods, index, texts[index])))
        for index, band in enumerate(line.get("bands") or ()):
            if band is not None and band[0] != band[1]:
                bars.append(_bar(x_at(index), y_at(band[1]), y_at(band[0])))
        last = max((index for index in range(count) if values[index] is not None), default=None)
        ahead = None
        if projection:
            index, value, lower, upper, text = projection
            ahead = {
                "bar": _bar(x_at(index), y_at(upper), y_at(lower)),
                "x": _n(x_at(index)),
                "y": _px(y_at(value)),
                "hint": _hint(periods, index, text),
                "path": f"M{spot(last, values[last])}L{spot(index, value)}" if last is not None else "",
            }
        crosses = [
            (_n(x_at(index)), _px(y_at(value)), _hint(periods, index, text))
            for index, value, text in line.get("points") or ()
        ]
        drawn.append(
            {
                "kind": kind,
                "path": "".join(path),
                "marks": marks,
                "gaps": gaps,
                "bars": bars,
                "ahead": ahead,
                "crosses": crosses,
            }
        )
        end = line.get("end_text") or (texts[last] if last is not None else None)
        labels.append(
            {
                "kind": kind,
                "name": line["name"],
                "value": end
                or (numbers.plain(values[last], lang) if last is not None else missing("x", lang)),
                "y": y_at(values[last]) if last is not None else _TOP + plot,
            }
        )
    _part(labels, height)
    every = max(1, math.ceil(count / (4 if max(map(len, periods), default=0) < 11 else 3)))
    text_of = axis_text or (lambda x: numbers.plain(x, lang))
    return render(
        "absence_lines.html",
        lang=lang,
        label=label,
        y_title=y_title,
        arrow=arrow,
        height=height,
        base=height - _BASE,
        ticks=[(_px(y_at(tick)), text_of(tick)) for tick in ticks],
        series=sorted(drawn, key=lambda line: not line["kind"].endswith("other")),
        labels=labels,
        periods=[
            (_n(x_at(index)), text, _x_class(index, count, every)) for index, text in enumerate(periods)
        ],
        breaks=[
            (_n((x_at(max(index - 1, 0)) + x_at(index)) / 2), number, text)
            for number, (index, text, _goes_on) in enumerate(breaks, 1)
        ],
        projected=projected if any(line["ahead"] for line in drawn) else "",
        points_words=points_words if any(line["crosses"] for line in drawn) else "",
        band_words=band_words if any(line["bars"] for line in drawn) else "",
    )


def _hint(periods: Sequence[str], index: int, text: object) -> str | None:
    return f"{periods[index]}: {text}" if text else None


def _bar(x: float, top: float, bottom: float) -> tuple[str, str, str]:
    """Place of an upright bar: x in percent, top and height in pixels."""
    return _n(x), _px(top), _px(max(bottom - top, 2.0))
