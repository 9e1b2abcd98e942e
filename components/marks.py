"""Small marks drawn by the server: level tags, spine rows, strips, sparklines, dot plots and their kin.

Every function takes ready texts and plain numbers and returns ``Markup``. Texts are escaped by the
templates; coordinates are computed here and rounded to one decimal. Positions along a bar are in
percent, so a mark fills its place without scaling its text or its shapes. A missing value is always
a reason code (``language.reasons``): its sign is shown and its meaning is spoken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from markupsafe import Markup

from components.templating import render
from language import numbers, reasons
from language.messages import _, t, tn

LEVELS = ("high", "medium", "low", "unknown", "not_applicable", "not_judged")
CERTAINTIES = ("certain", "possible")
DIRECTIONS = ("high_bad", "low_bad", "both", "none")
TRENDS = ("up", "down", "flat", "unknown")
CHANGES = ("better", "same", "worse")

_LEVEL_WORDS = {
    ("high", "certain"): _("high risk (certain)"),
    ("high", "possible"): _("high risk (possible)"),
    ("medium", "certain"): _("medium risk (certain)"),
    ("medium", "possible"): _("medium risk (possible)"),
    ("low", None): _("low risk"),
    ("unknown", None): _("not enough data"),
    ("not_applicable", None): _("not applicable"),
    ("not_judged", None): _("not assessed"),
}
_LEVEL_NAMES = {"high": _("high risk"), "medium": _("medium risk"), "low": _("low risk")}
_ROUND = "M-6.5 0a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0Z"
_SHAPES = {
    "high": "M0-8 8 6.5H-8Z",
    "medium": "M0-8.5 8.5 0 0 8.5-8.5 0Z",
    "low": _ROUND,
    "unknown": _ROUND,
    "not_applicable": "M-6 0H6",
    "not_judged": _ROUND,
}
_TREND_WORDS = {
    ("up", "worse"): _("rising, the situation is getting worse"),
    ("up", "better"): _("rising, the situation is getting better"),
    ("up", None): _("rising (not assessed)"),
    ("down", "worse"): _("falling, the situation is getting worse"),
    ("down", "better"): _("falling, the situation is getting better"),
    ("down", None): _("falling (not assessed)"),
    ("flat", None): _("no substantial change"),
    ("unknown", None): _("cannot be determined"),
}
_ARROWS = {"up": "↑", "down": "↓", "flat": "→", "unknown": ""}
_CHANGE_WORDS = {
    "better": _("getting better"),
    "same": _("without substantial change"),
    "worse": _("getting worse"),
}

Row = Mapping[str, object]
Values = Sequence[float | None]


def _n(x: float) -> str:
    """A coordinate with one decimal at most."""
    text = f"{x:.1f}"
    return text[:-2].replace("-0", "0") if text in ("-0.0", "0.0") else text.removesuffix(".0")


def _px(x: float) -> str:
    """A coordinate in whole pixels, where the drawing is not scaled: a screen shows no more, and pages stay small."""
    return str(round(x))


def _clamp(x: float, low: float = 0.0, high: float = 100.0) -> float:
    return low if x < low else high if x > high else x


# Level tags and missing values


def _certainty(level: str, certainty: str | None) -> str | None:
    """The certainty that goes with the level; a risk without one is refused."""
    if level not in _SHAPES:
        raise ValueError(f"unknown level {level!r}; known: {', '.join(LEVELS)}")
    if level not in ("high", "medium"):
        return None
    if certainty not in CERTAINTIES:
        raise ValueError(f"a {level} level needs its certainty: certain or possible, not {certainty!r}")
    return certainty


@lru_cache(64)
def _shape(level: str, certainty: str | None) -> Markup:
    """The shape alone, around 0,0: filled is certain, outlined is only possible."""
    outlined = certainty == "possible" or level in ("unknown", "not_applicable")
    fill = "m-open" if outlined else "m-full"
    return Markup('<path class="m-halo" d="{0}"/><path class="m-mk m-{1} {2}" d="{0}"/>').format(
        _SHAPES[level], level.replace("_", "-"), fill
    )


@lru_cache(64)
def level_mark(level: str, certainty: str | None = "certain") -> Markup:
    """The shape of a level without its word, hidden from screen readers: for legends and headings."""
    return Markup(
        '<svg class="m-shape" viewBox="-9 -9 18 18" width="18" height="18" aria-hidden="true"'
        ' focusable="false">{}</svg>'
    ).format(_shape(level, _certainty(level, certainty)))


def level_word(level: str, certainty: str | None, lang: str) -> str:
    """The words of a level with its certainty: ``augsts risks (droši)``."""
    return t(_LEVEL_WORDS[level, _certainty(level, certainty)], lang)


@lru_cache(256)
def level_tag(level: str, certainty: str | None, lang: str, reason: str | None = None) -> Markup:
    """Shape, colour and word of a level; ``reason`` says why it is unknown."""
    word = level_word(level, certainty, lang)
    if reason is not None:
        word = f"{word} ({reasons.word(reason, lang)})"
    return Markup('<span class="m-level m-level-{}">{}<span class="m-word">{}</span></span>').format(
        level.replace("_", "-"), level_mark(level, certainty), word
    )


@lru_cache(64)
def missing(code: str, lang: str, with_word: bool = False) -> Markup:
    """The sign of a missing value; its meaning is in the tooltip and is what a screen reader says."""
    meaning = reasons.meaning(code, lang)
    word = (
        Markup(' <span class="m-why" aria-hidden="true">{}</span>').format(reasons.word(code, lang))
        if with_word
        else ""
    )
    return Markup(
        '<span class="m-missing" title="{0}"><span aria-hidden="true">{1}</span>{2}'
        '<span class="visually-hidden">{0}</span></span>'
    ).format(meaning, reasons.sign(code), word)


def _value(text: object, code: object, lang: str, with_word: bool = False) -> object:
    """The ready text of a value, or the sign of why there is none."""
    if text is not None and text != "":
        return text
    return missing(str(code or "x"), lang, with_word)


def new_tag(lang: str) -> str:
    """The words for a risk that was not there last period."""
    return t("new", lang)


def periods_tag(count: int, lang: str) -> str:
    """The words for a risk that lasts: ``3. periods``."""
    return t("period {n} in a row", lang, n=numbers.integer(count, lang))


def trend_words(trend: str, direction: str, lang: str) -> str:
    """A trend in words, with its meaning where the indicator has a good and a bad side."""
    if trend not in TRENDS or direction not in DIRECTIONS:
        raise ValueError(f"unknown trend {trend!r} or direction {direction!r}")
    side = None
    if trend in ("up", "down") and direction in ("high_bad", "low_bad"):
        side = "worse" if (trend == "up") == (direction == "high_bad") else "better"
    return t(_TREND_WORDS[trend, side], lang)


def key_figure(
    value_text: str | None,
    label: str,
    note: str | Markup | None = None,
    href: str | None = None,
    *,
    lang: str = "lv",
    reason: str | None = None,
) -> Markup:
    """One large number with what it is, and a line under it."""
    value = _value(value_text, reason, lang, with_word=True)
    return render("marks/key_figure.html", value=value, label=label, note=note, href=href)


# The spine

_REACH = 1.8  # how far beyond the middle 90 % a marker still moves the scale


def _ends(direction: str, lang: str) -> tuple[str, str]:
    if direction == "both":
        return t("too little", lang), t("too much", lang)
    if direction == "none":
        return t("less", lang), t("more", lang)
    return t("better", lang), t("worse", lang)


def _pair(value: object) -> tuple[float, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _place(row: Row, lang: str) -> str:
    """Where the value lies among all institutions, in words."""
    value, direction = row["value"], row["direction"]
    judged = direction in ("high_bad", "low_bad")
    if row["p25"] <= value <= row["p75"]:
        return t("within the middle half of institutions", lang)
    above = value > row["p75"]
    beyond = value > row["p95"] if above else value < row["p5"]
    share = numbers.percent(0.95 if beyond else 0.75, lang, 0)
    if not judged:
        text = _("higher than {share} of institutions") if above else _("lower than {share} of institutions")
    elif above == (direction == "high_bad"):
        text = _("less favourable than {share} of institutions")
    else:
        text = _("more favourable than {share} of institutions")
    return t(text, lang, share=share)


def _bar(row: Row, level: str, certainty: str | None, lang: str) -> dict | None:
    """Positions in percent: the national median is the middle, right is always worse."""
    get = row.get
    p5, p25, p50, p75, p95 = (get(key) for key in ("p5", "p25", "p50", "p75", "p95"))
    if None in (p5, p25, p50, p75, p95):
        return None
    direction, value, similar = row["direction"], get("value"), get("similar")
    if get("value_text") is None:  # what is not shown must not move the drawing either
        value = None
    if get("similar_text") is None:
        similar = None
    medium, high = _pair(get("medium")), _pair(get("high"))
    spread = max(p95 - p50, p50 - p5)
    if spread <= 0:
        spread = max([abs(x - p50) for x in (value, similar, *medium, *high) if x is not None] + [1e-9])
    reach = _REACH * spread
    half = spread
    for x in (value, similar, *medium, *high):
        if x is not None:
            half = max(half, min(abs(x - p50), reach))
    factor = (-44.0 if direction == "low_bad" else 44.0) / half

    def at(x: float) -> float:
        return 50 + (x - p50) * factor

    def span(a: float, b: float) -> tuple[str, str]:
        left, right = sorted((_clamp(at(a)), _clamp(at(b))))
        return _n(left), _n(right - left)

    bar = {
        "outer": span(p5, p95),
        "inner": span(p25, p75),
        "medium": [_n(at(x)) for x in medium if 0 <= at(x) <= 100],
        "high": [_n(at(x)) for x in high if 0 <= at(x) <= 100],
        "hatch": None,
        "similar": None if similar is None else _n(_clamp(at(similar), 2, 98)),
        "own": None,
        "whisker": None,
        "range": False,
        "past": "",
        "ends": _ends(direction, lang),
        "judged": direction in ("high_bad", "low_bad"),
    }
    if direction == "both":
        low_end, high_end = (min(high), max(high)) if len(high) > 1 else (p5, p95)
        bar["hatch"] = (_n(_clamp(at(low_end))), _n(_clamp(at(high_end))))
    words = []
    if value is None:
        words.append(t("own value: {reason}", lang, reason=reasons.meaning(str(get("reason") or "x"), lang)))
    else:
        own = at(value)
        bar["range"] = bool(get("range"))
        bar["own"] = None if bar["range"] else _n(_clamp(own, 3, 94 if own > 100 else 97))
        bar["past"] = "right" if own > 100 else "left" if own < 0 else ""
        bar["shape"] = _shape("not_judged" if direction == "none" else level, certainty)
        if get("lower") is not None and get("upper") is not None:
            left, right = sorted((_clamp(at(get("lower"))), _clamp(at(get("upper")))))
            bar["whisker"] = (_n(left), _n(right))
        own_text = str(row["value_text"])
        if get("interval_text"):
            own_text = t(
                "{value} (95% interval {interval})", lang, value=own_text, interval=get("interval_text")
            )
        words.append(t("own value: {value}", lang, value=own_text))
        if not bar["range"]:
            words.append(_place(row, lang))
    if get("national_text"):
        words.append(t("national median: {value}", lang, value=get("national_text")))
    if get("similar_text"):
        words.append(t("similar institutions: {value}", lang, value=get("similar_text")))
    bar["alt"] = "; ".join(words)
    return bar


def _spine_cells(row: Row, lang: str) -> dict:
    get = row.get
    direction = row["direction"]
    if direction not in DIRECTIONS:
        raise ValueError(f"unknown direction {direction!r}; known: {', '.join(DIRECTIONS)}")
    has_value = get("value_text") is not None
    level = get("level") or ("not_judged" if has_value and direction == "none" else "unknown")
    if not has_value and level == "unknown" and get("reason") == "z":
        level = "not_applicable"
    certainty = _certainty(level, get("certainty"))
    trend = get("trend") or "unknown"
    return {
        "id": row["id"],
        "name": row["name"],
        "href": get("href"),
        "tags": get("tags") or (),
        "value": _value(get("value_text"), get("reason"), lang, with_word=True),
        "count": get("count_text") if has_value else None,
        "interval": get("interval_text") if has_value else None,
        "bar": _bar(row, level, certainty, lang),
        "national": _value(get("national_text"), get("national_reason"), lang),
        "similar": _value(get("similar_text"), get("similar_reason"), lang),
        "arrow": _ARROWS[trend],
        "trend": get("trend_text") or trend_words(trend, direction, lang),
        "level": level_tag(level, certainty, lang),
        "level_class": level.replace("_", "-"),
    }


def _spine_heads(lang: str, own_label: str | None) -> dict:
    return {
        "name": t("Indicator", lang),
        "own": own_label or t("Institution", lang),
        "national": t("National median", lang),
        "similar": t("Similar institutions", lang),
        "trend": t("Change", lang),
        "level": t("Level", lang),
        "place": t("Place among institutions", lang),
        "none": t("no comparison", lang),
    }


def spine_row(row: Row, lang: str, *, own_label: str | None = None) -> Markup:
    """One row of the spine as ``<tr>``; the fields are those of ``spine_block``."""
    return _spine_rows([row], lang, _spine_heads(lang, own_label))


def _spine_rows(rows: Iterable[Row], lang: str, heads: dict) -> Markup:
    return render("marks/spine_rows.html", rows=[_spine_cells(row, lang) for row in rows], heads=heads)


def spine_block(
    rows: Iterable[Row],
    lang: str,
    *,
    caption: str | None = None,
    own_label: str | None = None,
    legend: bool = True,
) -> Markup:
    """Indicators of one institution as a table with a bar in each row; right is always worse.

    Fields of a row: ``id``, ``name``, ``direction``; ``href``, ``tags`` (texts); ``value_text`` with
    ``count_text`` and ``interval_text``, or ``reason``; ``value``, ``lower``, ``upper``, ``similar``,
    ``p5`` ``p25`` ``p50`` ``p75`` ``p95``, ``medium``, ``high`` (a number, or a pair for ``both``);
    ``national_text`` or ``national_reason``, ``similar_text`` or ``similar_reason``; ``trend`` (up,
    down, flat, unknown) with optional ``trend_text``; ``level``, ``certainty``.
    """
    heads = _spine_heads(lang, own_label)
    return render(
        "marks/spine.html",
        rows=_spine_rows(rows, lang, heads),
        heads=heads,
        ends=_ends("high_bad", lang),
        caption=caption or t("Indicators of the institution", lang),
        legend=spine_legend(lang) if legend else "",
    )


_LEGEND = (
    ("high", "certain"),
    ("high", "possible"),
    ("medium", "certain"),
    ("medium", "possible"),
    ("low", None),
    ("unknown", None),
)


@lru_cache(8)
def level_legend(lang: str, extra: Markup | str = "") -> Markup:
    """The shapes of the levels with their words, for dot plots and grids."""
    items = [(level_mark(level, sure), level_word(level, sure, lang)) for level, sure in _LEGEND]
    return render("marks/level_legend.html", items=items, extra=extra, lang=lang)


@lru_cache(4)
def spine_legend(lang: str) -> Markup:
    """How to read the spine: shapes, bands and ticks with words."""
    return level_legend(lang, render("marks/spine_legend.html", lang=lang))


# One line of many


def strip(
    ticks: Iterable[float],
    own: float | None,
    lang: str,
    *,
    own_text: str | None = None,
    own_label: str,
    low_text: str,
    high_text: str,
    reason: str | None = None,
    level: str | None = None,
    certainty: str | None = None,
) -> Markup:
    """All similar institutions as thin ticks and the own one tall, with words at both ends."""
    values = sorted(ticks)
    shown = own is not None and own_text is not None
    everything = [*values, own] if shown else values
    low, high = (min(everything), max(everything)) if everything else (0.0, 1.0)
    width = (high - low) or 1.0

    def at(x: float) -> float:
        return 2 + 96 * (x - low) / width if high > low else 50.0

    count = len(values)
    if shown and count:
        below, above = sum(x < own for x in values), sum(x > own for x in values)
        words = tn(
            "higher than {below} and lower than {above} of {n} similar institution",
            "higher than {below} and lower than {above} of {n} similar institutions",
            count,
            lang,
            below=numbers.integer(below, lang),
            above=numbers.integer(above, lang),
        )
    elif shown:
        words = t("there are no similar institutions to compare with", lang)
    else:
        words = reasons.meaning(reason or "x", lang)
    position = at(own) if shown else None
    return render(
        "marks/strip.html",
        path="".join(f"M{_n(10 * at(x))} 0V10" for x in values),
        own=None if position is None else _n(position),
        side="start" if position is None or position < 34 else "end" if position > 66 else "middle",
        own_label=own_label,
        own_value=_value(own_text if shown else None, reason, lang, with_word=True),
        shape=None if level is None else level_mark(level, certainty),
        level_word=None if level is None else level_word(level, certainty, lang),
        low_text=low_text,
        high_text=high_text,
        words=words,
        note=t("This is a comparison, not an assessment.", lang),
    )


def sparkline(
    values: Values,
    lang: str,
    *,
    label: str,
    texts: Sequence[str | None] | None = None,
    periods: Sequence[str | None] | None = None,
    reason: str | None = None,
    width: int = 96,
    height: int = 28,
) -> Markup:
    """A small line with gaps where a value is missing; the last value has a hollow marker.

    ``periods``: their names as they are spoken; None for one that follows the one before and need not be named.
    """
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if not known:
        return missing(reason or "x", lang)
    low, high = min(v for _i, v in known), max(v for _i, v in known)
    step = (width - 10) / max(len(values) - 1, 1)

    def point(index: int, value: float) -> str:
        share = (value - low) / (high - low) if high > low else 0.5
        return f"{_px(5 + index * step)} {_px(height - 5 - share * (height - 10))}"

    path, lone, previous = [], [], None
    for place, (index, value) in enumerate(known):
        follows = previous == index - 1
        path.append(f"{'L' if follows else 'M'}{point(index, value)}")
        alone = place + 1 == len(known) or known[place + 1][0] != index + 1
        if not follows and alone:
            lone.append(point(index, value).split())
        previous = index
    none_word = reasons.word(reason or "x", lang)
    spoken = []
    for index, value in enumerate(values):
        text = texts[index] if texts else None
        if value is None:
            text = none_word
        elif text is None:
            text = numbers.plain(value, lang)
        spoken.append(f"{periods[index]}: {text}" if periods and periods[index] else text)
    return render(
        "marks/sparkline.html",
        width=width,
        height=height,
        path="".join(path),
        lone=lone,
        last=point(*known[-1]).split(),
        alt=f"{label}: {'; '.join(spoken)}",
    )


# Ordered dots, dumbbells, parts


def _nice(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers that cover ``low`` to ``high`` in about ``count`` steps."""
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("a scale needs finite ends")
    if high <= low:
        high = low + (abs(low) or 1.0)
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _scale(
    values: Iterable[float | None],
    low: float | None,
    high: float | None,
    axis_text: Callable[[float], str] | None,
    lang: str,
) -> tuple[Callable[[float], float], list[tuple[str, str]]]:
    """A function from value to percent and the ticks with their texts."""
    known = [value for value in values if value is not None]
    bottom = low if low is not None else min([0.0, *known])
    top = high if high is not None else max(known, default=1.0)
    ticks = _nice(bottom, top)
    first, width = ticks[0], ticks[-1] - ticks[0]

    def at(x: float) -> float:
        return 3 + 94 * _clamp((x - first) / width, 0, 1)

    text = axis_text or (lambda x: numbers.plain(x, lang))
    shown = ticks if len(ticks) < 6 else ticks[::2]
    return at, [(_n(at(tick)), text(tick)) for tick in shown]


def dot_plot(
    rows: Sequence[Row],
    lang: str,
    *,
    label: str,
    name_title: str,
    value_title: str,
    reference: float | None = None,
    reference_text: str | None = None,
    axis_text: Callable[[float], str] | None = None,
    low: float | None = None,
    high: float | None = None,
    own_word: str | None = None,
) -> Markup:
    """Dots in the given order with their intervals, as a table that is its own text alternative.

    Fields of a row: ``name``, ``href``, ``value``, ``lower``, ``upper``, ``value_text`` or ``reason``,
    ``note`` (small text), ``level``, ``certainty``, ``own`` (highlighted).
    """
    shown_rows = [row for row in rows if row.get("value_text") is not None]
    shown_values = [row.get(key) for row in shown_rows for key in ("value", "lower", "upper")]
    at, ticks = _scale([*shown_values, reference], low, high, axis_text, lang)
    cells = []
    for row in rows:
        get = row.get
        value = get("value") if get("value_text") is not None else None
        level = get("level")
        shown = level if level is not None and value is not None else "not_judged"
        whisker = None
        if value is not None and get("lower") is not None and get("upper") is not None:
            whisker = (_n(at(get("lower"))), _n(at(get("upper"))))
        cells.append(
            {
                "name": row["name"],
                "href": get("href"),
                "own": bool(get("own")),
                "note": get("note"),
                "x": None if value is None else _n(at(value)),
                "whisker": whisker,
                "shape": _shape(shown, _certainty(shown, get("certainty"))),
                "word": None if level is None else level_word(level, get("certainty"), lang),
                "value": _value(get("value_text"), get("reason"), lang, with_word=True),
            }
        )
    return render(
        "marks/dot_plot.html",
        rows=cells,
        ticks=ticks,
        label=label,
        name_title=name_title,
        value_title=value_title,
        reference=None if reference is None else _n(at(reference)),
        reference_text=reference_text,
        own_word=own_word or t("this institution", lang),
        picture=t("Place on the scale", lang),
    )


def dumbbell(
    rows: Sequence[Row],
    lang: str,
    *,
    label: str,
    name_title: str,
    before_title: str,
    after_title: str,
    axis_text: Callable[[float], str] | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Markup:
    """Before and after as ○ → ●, one row each.

    Fields of a row: ``name``, ``href``, ``before``, ``after``, ``before_text`` or ``before_reason``,
    ``after_text`` or ``after_reason``, ``change_text`` (words of the change).
    """
    shown_values = [
        row.get(key) for row in rows for key in ("before", "after") if row.get(f"{key}_text") is not None
    ]
    at, ticks = _scale(shown_values, low, high, axis_text, lang)
    cells = []
    for row in rows:
        get = row.get
        before = get("before") if get("before_text") is not None else None
        after = get("after") if get("after_text") is not None else None
        from_x = None if before is None else at(before)
        to_x = None if after is None else at(after)
        line = None
        if from_x is not None and to_x is not None and abs(to_x - from_x) > 0.05:
            line = (_n(from_x), _n(to_x))
        cells.append(
            {
                "name": row["name"],
                "href": get("href"),
                "from_x": None if from_x is None else _n(from_x),
                "to_x": None if to_x is None else _n(to_x),
                "line": line,
                "right": line is not None and to_x > from_x,
                "before": _value(get("before_text"), get("before_reason"), lang),
                "after": _value(get("after_text"), get("after_reason"), lang),
                "change": get("change_text") or t("cannot be determined", lang),
            }
        )
    return render(
        "marks/dumbbell.html",
        rows=cells,
        ticks=ticks,
        label=label,
        name_title=name_title,
        before_title=before_title,
        after_title=after_title,
        change_title=t("Change", lang),
        picture=t("Place on the scale", lang),
    )


PARTS = (*LEVELS, "rating-1", "rating-2", "rating-3", "rating-4", "rating-5", "one", "two", "three", "four")
_FITS = 7.0  # a narrower segment, in percent, has its number in the line below only


_PHONE = 350  # pixels of a bar on a narrow phone; what does not fit there is named in the line below


def _text_of(part: Row, lang: str) -> str:
    return part.get("text") or numbers.integer(part["value"], lang)


def stacked_bar(parts: Sequence[Row], lang: str, *, label: str, key: bool = True) -> Markup:
    """One horizontal bar of 100 % with the numbers in it, and a line that names every part.

    Fields of a part: ``label``, ``value``, ``text`` (default: the whole number), ``kind`` (see
    ``PARTS``), ``href``. With ``key=False`` the line below names only the parts too narrow for a number.
    """
    total = sum(part["value"] for part in parts)
    cells = []
    for part in parts:
        kind = part.get("kind") or "one"
        if kind not in PARTS or part["value"] < 0:
            raise ValueError(f"unknown kind {kind!r} or negative part {part['value']!r}")
        share = 100 * part["value"] / total if total else 0.0
        cells.append(
            {
                "label": part["label"],
                "text": _text_of(part, lang),
                "kind": kind.replace("_", "-"),
                "href": part.get("href"),
                "share": f"{share:.3g}",
                "fits": share >= _FITS,
                "tight": share >= _FITS and 8 * len(_text_of(part, lang)) + 6 > share / 100 * _PHONE,
                "drawn": share > 0,
                "shape": level_mark(kind) if kind in _SHAPES else None,
            }
        )
    alt = "; ".join(f"{cell['label']}: {cell['text']}" for cell in cells)
    return render(
        "marks/stacked_bar.html",
        parts=cells,
        alt=f"{label}. {alt}" if cells else label,
        named=cells if key else [cell for cell in cells if not cell["fits"] or cell["tight"]],
        empty="" if total else missing("x", lang, with_word=True),
    )


# Lines

SERIES = ("school", "national", "similar", "municipality", "cohort", "other")
_INSET = (10.0, 95.0)  # percent of the width that the first and the last period take
_BASE, _TOP = 22, 14  # pixels under and above the plot


def line_chart(
    periods: Sequence[str],
    series: Sequence[Row],
    lang: str,
    *,
    label: str,
    y_title: str,
    bands: Sequence[Row] = (),
    breaks: Sequence[tuple[int, str]] = (),
    semesters: Sequence[int] | None = None,
    direction: str = "none",
    axis_text: Callable[[float], str] | None = None,
    low: float | None = None,
    high: float | None = None,
    height: int = 260,
    provisional: bool = False,
) -> Markup:
    """Lines over bands, with labels at their ends.

    ``series``: ``name``, ``kind`` (see ``SERIES``), ``values`` (``None`` is a gap), ``texts``,
    ``reasons`` (codes for the gaps), ``end_text``. ``bands``: ``name``, ``kind`` (outer, inner),
    ``lower``, ``upper``. ``breaks``: (index of the first period after the break, text); nothing is
    connected across one. With ``semesters`` (1 or 2 for each period) only points of the same semester
    are connected and bands are drawn per period. ``provisional`` leaves the last marker hollow.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"unknown direction {direction!r}")
    if provisional and semesters:
        raise ValueError("hollow markers already mean semester 2; say in words what is provisional")
    count = len(periods)
    everything = [x for line in series for x in line["values"]]
    everything += [x for band in bands for side in ("lower", "upper") for x in band[side]]
    everything += [
        x for line in series for pair in line.get("ranges") or () if pair is not None for x in pair
    ]
    for item in (*(line["values"] for line in series), *(band["lower"] for band in bands)):
        if len(item) != count:
            raise ValueError("every series and band needs one value for each period")
    known = [x for x in everything if x is not None]
    bottom = low if low is not None else min([0.0, *known])
    top = high if high is not None else max(known, default=1.0)
    ticks = _nice(bottom, top)
    plot = height - _BASE - _TOP
    left, right = _INSET
    step = (right - left) / (count - 1) if count > 1 else 0.0

    def x_at(index: int) -> float:
        return left + index * step if count > 1 else (left + right) / 2

    def y_at(value: float) -> float:
        share = _clamp((value - ticks[0]) / (ticks[-1] - ticks[0]), 0, 1)
        return _TOP + plot * (1 - share)

    starts = {index for index, _text in breaks}

    def runs(values: Values) -> list[list[int]]:
        """Indexes that may be connected: no gap, no break, one semester."""
        found: list[list[int]] = []
        for half in sorted(set(semesters)) if semesters else (None,):
            run: list[int] = []
            last = None
            for index in range(count):
                if half is not None and semesters[index] != half:
                    continue
                crossed = last is not None and any(last < start <= index for start in starts)
                if (values[index] is None or crossed) and run:
                    found.append(run)
                    run = []
                if values[index] is not None:
                    run.append(index)
                last = index
            if run:
                found.append(run)
        return found

    drawn_bands = []
    for band in bands:
        lower, upper = band["lower"], band["upper"]
        both = [None if a is None or b is None else a for a, b in zip(lower, upper, strict=True)]
        path = []
        for run in runs(both):
            if semesters or len(run) == 1:
                wide = min(0.3 * step, 3.0) or 3.0
                for index in run:
                    x1, x2 = _n(x_at(index) - wide), _n(x_at(index) + wide)
                    path.append(f"M{x1} {_px(y_at(upper[index]))}H{x2}V{_px(y_at(lower[index]))}H{x1}Z")
            else:
                over = [f"{_n(x_at(index))} {_px(y_at(upper[index]))}" for index in run]
                under = [f"{_n(x_at(index))} {_px(y_at(lower[index]))}" for index in reversed(run)]
                path.append(f"M{'L'.join(over + under)}Z")
        drawn_bands.append({"name": band["name"], "kind": band["kind"], "path": "".join(path)})

    drawn, labels = [], []
    for line in series:
        values, kind = line["values"], line["kind"]
        if kind not in SERIES:
            raise ValueError(f"unknown kind of series {kind!r}; known: {', '.join(SERIES)}")
        texts = line.get("texts") or [None] * count
        codes = line.get("reasons") or [None] * count
        apart = bool(line.get("hollow"))  # another unit's past: hollow points that no line joins
        connected = runs(values)
        path = (
            ""
            if apart
            else "".join(
                "M" + "L".join(f"{_n(x_at(index))} {_px(y_at(values[index]))}" for index in run)
                for run in connected
                if len(run) > 1
            )
        )
        lone = {run[0] for run in connected if len(run) == 1}
        points, gaps, spans = [], [], []
        ranges = line.get("ranges") or [None] * count
        last = max((index for index in range(count) if values[index] is not None), default=None)
        for index, value in enumerate(values):
            if value is None and ranges[index] is not None:
                bottom_at, top_at = (y_at(end) for end in ranges[index])
                hint = f"{periods[index]}: {texts[index]}" if texts[index] else None
                spans.append((_n(x_at(index)), _px(top_at), _px(max(bottom_at, top_at + 2)), hint))
                continue
            if value is None:
                if kind == "school" and not apart:
                    code = str(codes[index] or "x")
                    gaps.append((_n(x_at(index)), reasons.sign(code), reasons.meaning(code, lang)))
                continue
            if kind == "school" or apart or index in lone:
                hollow = (
                    apart
                    or (semesters is not None and semesters[index] == 2)
                    or (provisional and index == last)
                )
                hint = f"{periods[index]}: {texts[index]}" if texts[index] else None
                points.append((_n(x_at(index)), _px(y_at(value)), hollow, hint))
        drawn.append({"kind": kind, "path": path, "points": points, "gaps": gaps, "spans": spans})
        if last is None and spans:
            middle = next(pair for pair in reversed(ranges) if pair is not None)
            labels.append(
                {
                    "kind": kind,
                    "name": line["name"],
                    "hollow": apart,
                    "value": line.get("end_text") or "",
                    "y": y_at(sum(middle) / 2),
                }
            )
        elif last is not None:
            end = line.get("end_text") or texts[last]
            labels.append(
                {
                    "kind": kind,
                    "name": line["name"],
                    "hollow": apart,
                    "value": end or numbers.plain(values[last], lang),
                    "y": y_at(values[last]),
                }
            )
        else:
            labels.append(
                {
                    "kind": kind,
                    "name": line["name"],
                    "hollow": apart,
                    "value": missing("x", lang),
                    "y": _TOP + plot,
                }
            )
    _part(labels, height)

    longest = max(map(len, periods), default=0)
    every = max(1, math.ceil(count / (4 if longest < 11 else 3)))
    arrow = {"high_bad": t("↑ worse", lang), "low_bad": t("↓ worse", lang)}.get(direction, "")
    return render(
        "marks/line_chart.html",
        label=label,
        y_title=y_title,
        arrow=arrow,
        height=height,
        base=height - _BASE,
        ticks=[(_px(y_at(tick)), (axis_text or (lambda x: numbers.plain(x, lang)))(tick)) for tick in ticks],
        bands=drawn_bands,
        # Own series last, so that it lies on top.
        series=sorted(drawn, key=lambda line: line["kind"] == "school"),
        labels=labels,
        periods=[
            (_n(x_at(index)), text, _x_class(index, count, every)) for index, text in enumerate(periods)
        ],
        breaks=[
            (_n((x_at(max(index - 1, 0)) + x_at(index)) / 2), number, text)
            for number, (index, text) in enumerate(breaks, 1)
        ],
        semesters=bool(semesters),
        first=t("filled marker: semester 1", lang),
        second=t("hollow marker: semester 2", lang),
        provisional=t("hollow last marker: provisional", lang) if provisional else "",
    )


def _x_class(index: int, count: int, every: int) -> str:
    """Which labels of periods stay on a narrow screen, and where they are anchored there."""
    if (count - 1 - index) % every:
        return " m-x-more"
    if index == count - 1:
        return " m-x-last"
    return " m-x-first" if index == 0 else ""


def _part(labels: list[dict], height: int) -> None:
    """Moves the labels of lines apart so that none covers another, in the order of the lines' ends."""
    order = sorted(labels, key=lambda label: label["y"])
    room = [34.0 if len(label["name"]) + len(label["value"]) > 22 else 18.0 for label in order]
    for index in range(1, len(order)):
        order[index]["y"] = max(order[index]["y"], order[index - 1]["y"] + room[index - 1])
    floor = float(height)
    for label, needed in zip(reversed(order), reversed(room), strict=True):
        label["y"] = min(label["y"], floor - needed + 8)
        floor = label["y"] - 8
    for label in labels:
        label["top"] = _px(label["y"])


# Grids


def heat_grid(
    rows: Sequence[Row], columns: Sequence[Row], lang: str, *, caption: str, name_title: str
) -> Markup:
    """Institutions by indicators with a shape in each cell and its word for screen readers.

    ``columns``: ``name``, optional ``title`` (full name) and ``href``. ``rows``: ``name``, ``href``,
    ``cells``: for each column ``level``, ``certainty``, optional ``value_text``, ``href`` or, with no
    level, ``reason``.
    """
    body = []
    for row in rows:
        if len(row["cells"]) != len(columns):
            raise ValueError(f"{row['name']!r} has {len(row['cells'])} cells for {len(columns)} columns")
        cells = []
        for cell in row["cells"]:
            level, certainty = cell.get("level"), cell.get("certainty")
            cells.append(
                {
                    "kind": (level or "none").replace("_", "-"),
                    "mark": level_mark(level, certainty)
                    if level
                    else missing(cell.get("reason") or "x", lang),
                    "word": level_word(level, certainty, lang) if level else None,
                    "value": cell.get("value_text"),
                    "href": cell.get("href"),
                }
            )
        body.append({"name": row["name"], "href": row.get("href"), "cells": cells})
    heads = [{"title": None, "href": None, **column} for column in columns]
    return render("marks/heat_grid.html", rows=body, columns=heads, caption=caption, name_title=name_title)


def matrix3(cells: Mapping[tuple[str, str], Row], lang: str, *, caption: str, limit: int = 5) -> Markup:
    """Level by change with names in the cells; *high* and *getting worse* together come first.

    ``cells``: (level high/medium/low, change better/same/worse) to ``items`` (``name``, ``href``),
    ``count`` (default: how many items) and ``more_href`` for the rest.
    """
    unknown = [key for key in cells if key[0] not in _LEVEL_NAMES or key[1] not in CHANGES]
    if unknown:
        raise ValueError(f"unknown cell {unknown[0]!r}")
    body = []
    for level, name in _LEVEL_NAMES.items():
        line = []
        for change in CHANGES:
            cell = cells.get((level, change)) or {}
            items = list(cell.get("items") or ())
            count = cell.get("count", len(items))
            rest = count - len(items[:limit])
            line.append(
                {
                    "count": count,
                    "count_text": tn("{n} institution", "{n} institutions", count, lang)
                    if count
                    else t("no institutions", lang),
                    "shown": items[:limit],
                    "more": t("{n} more", lang, n=numbers.integer(rest, lang)) if rest > 0 else "",
                    "more_href": cell.get("more_href"),
                    "first": t("First", lang) if (level, change) == ("high", "worse") else "",
                }
            )
        body.append({"level": level, "name": t(name, lang), "mark": level_mark(level), "cells": line})
    return render(
        "marks/matrix3.html",
        rows=body,
        heads=[t(_CHANGE_WORDS[change], lang) for change in CHANGES],
        caption=caption,
        corner=t("Level", lang),
    )
