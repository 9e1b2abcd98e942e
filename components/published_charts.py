"""What the published figures are drawn with: the printed numbers by key, bars, pairs of semesters, area lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.figures import SEQUENCE
from components.templating import render
from language import numbers
from language.messages import t

STEPS = ("step-1", "step-2", "step-3", "step-4")  # of what has an order, light to dark
BAR_KINDS = ("one", "two", "quiet", "rating-1", "rating-2", "rating-4", *STEPS)
_PAGE = re.compile(r"pp?\. (\d+)")
_TABLE = re.compile(r"table (\d+)")
_FIGURE = re.compile(r"figure (\d+)")


class Printed:
    """The printed figures of one report, found by key and by what distinguishes them.

    rows: rows of `data_access.queries.published`. Nothing here knows a number; a figure that is not loaded
    raises LookupError.
    """

    def __init__(self, rows: Sequence, lang: str, release_id: int) -> None:
        self.lang = lang
        self.release_id = release_id
        self._by_key: dict[str, list] = {}
        for row in rows:
            self._by_key.setdefault(row.figure_key, []).append(row)

    def rows(self, key: str, **conditions: str) -> list:
        """All figures with this key and these columns, in printed order."""
        return [
            row
            for row in self._by_key.get(key, ())
            if all(getattr(row, name) == value for name, value in conditions.items())
        ]

    def row(self, key: str, **conditions: str):
        """The one figure with this key and these columns."""
        found = self.rows(key, **conditions)
        if len(found) != 1:
            raise LookupError(f"{len(found)} published figures are {key} {conditions}")
        return found[0]

    def value(self, key: str, **conditions: str) -> float:
        """The value of one figure; whole numbers as int."""
        return whole(self.row(key, **conditions).value)

    def provenance(
        self, rows: Sequence, *, counting: str, coverage: tuple[int, int] | None = None, note: str = ""
    ) -> Provenance:
        """Source with page and table, as-of date and coverage of a frame.

        coverage: bodies; without it the figures shown of the figures printed, since the report does not say
        how many bodies reported, and the note says so.
        """
        if coverage is None:
            coverage = (len(rows), len(rows))
            unknown = t(
                "coverage of figures; how many institutions reported is not printed",
                self.lang,
            )
            note = f"{note}; {unknown}" if note else unknown
        return Provenance(
            source=cited(rows, self.lang),
            as_of=max(row.as_of for row in rows),
            coverage=coverage,
            release_id=self.release_id,
            counting=counting,
            note=note,
        )


def whole(value: float) -> int | float:
    """An int where the number is whole."""
    return int(value) if value == int(value) else value


def label(row, lang: str) -> str:
    """The label of a published figure."""
    return row.label_lv if lang == "lv" else row.label_en


def sentence_case(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def frame(request, **parts) -> ChartFrame:
    """A chart frame under a section heading, for the address of this request."""
    return ChartFrame(lang=request.lang, address=request.address, level=3, **parts)


def inner_case(text: str) -> str:
    """The text with a small first letter, for the middle of a sentence."""
    return text[:1].lower() + text[1:]


def place(citation: str, lang: str) -> str:
    """Page and table of a citation in words: ``11. lpp., 6. tabula``."""
    texts = []
    if found := _PAGE.search(citation):
        texts.append(t("p. {n}", lang, n=found.group(1)))
    if found := _TABLE.search(citation):
        texts.append(t("table {n}", lang, n=found.group(1)))
    if found := _FIGURE.search(citation):
        texts.append(t("figure {n}", lang, n=found.group(1)))
    return ", ".join(texts)


def cited(rows: Sequence, lang: str) -> str:
    """The report with the pages and tables that these rows are printed on."""
    first = rows[0]
    name = first.source_lv if lang == "lv" else first.source_en
    places = list(dict.fromkeys(text for row in rows if (text := place(row.citation, lang))))
    published = t("published figures", lang)
    return f"{name} ({published}), {'; '.join(places)}" if places else f"{name} ({published})"


# Numbers in words


def printed_share(row, lang: str) -> str:
    """A printed percentage with the decimals it was printed with: ``73 %``, ``30,6 %``."""
    return f"{numbers.plain(whole(row.value), lang)}{'' if lang == 'en' else numbers.NBSP}%"


def change(before: float, after: float) -> float:
    """Relative change as a share."""
    return (after - before) / before


def change_text(before: float, after: float, lang: str) -> str:
    """A relative change with its sign: ``−17,2 %``, ``+45,2 %``."""
    return numbers.change(change(before, after), lang)


def change_words(before: float, after: float, lang: str) -> str:
    """A change in words: ``par 877 (9,0 %) mazāk``."""
    if before == after:
        return t("neither more nor fewer", lang)
    values = {
        "n": numbers.integer(abs(after - before), lang),
        "share": numbers.percent(abs(change(before, after)), lang),
    }
    return (
        t("{n} ({share}) fewer", lang, **values)
        if after < before
        else t("{n} ({share}) more", lang, **values)
    )


# Drawings


def bars(
    groups: Sequence[Mapping],
    lang: str,
    *,
    caption: str,
    name_title: str,
    value_title: str,
    top: float | None = None,
    legend: Sequence[tuple[str, str]] = (),
) -> Markup:
    """Horizontal bars from zero on one scale, as a table that is its own text alternative.

    groups: ``name``, optional ``note``, ``total`` (drawn quietly) and ``bars``: ``value`` (None = none),
    ``text``, ``kind`` (see ``BAR_KINDS``), ``name`` (series of a paired bar). legend: (kind, words).
    """
    values = [bar["value"] for group in groups for bar in group["bars"] if bar["value"] is not None]
    scale = top if top is not None else max(values, default=1) or 1
    body = []
    for group in groups:
        drawn = []
        for bar in group["bars"]:
            kind = bar.get("kind") or "one"
            if kind not in BAR_KINDS:
                raise ValueError(f"unknown kind of bar {kind!r}")
            value = bar["value"]
            drawn.append(
                {
                    "kind": kind,
                    "name": bar.get("name", ""),
                    "text": bar["text"] if value is not None else marks.missing(bar.get("reason", "x"), lang),
                    "width": None if value is None else f"{100 * value / scale:.3g}",
                }
            )
        body.append(
            {
                "name": group["name"],
                "note": group.get("note", ""),
                "total": bool(group.get("total")),
                "bars": drawn,
            }
        )
    texts = [bar["text"] for group in groups for bar in group["bars"] if bar["value"] is not None]
    return render(
        "national_bars.html",
        groups=body,
        width=max(map(len, texts), default=4) + 1,
        caption=caption,
        name_title=name_title,
        value_title=value_title,
        legend=legend,
    )


def pair(parts: Sequence[tuple[str, Markup]], *, stacked: bool = False) -> Markup:
    """Marks side by side (one under the other when `stacked` or narrow), each under its heading."""
    return render("national_pair.html", parts=parts, stacked=stacked)


def key_row(figures: Sequence[Markup]) -> Markup:
    """Key figures in a row."""
    return render("national_keys.html", figures=figures)


def classes_of(values: Mapping[str, float], edges: Sequence[float]) -> dict[str, int]:
    """Class of each key: how many edges its value reaches."""
    return {key: sum(value >= edge for edge in edges) for key, value in values.items()}


def area_list(groups: Sequence[Mapping], lang: str, *, heading: str) -> Markup:
    """Names under the classes of a map; it is the map's legend and says the same in words.

    groups: ``colour``, ``title``, ``items`` (``name``, ``href``, ``text``).
    """
    return render("national_areas.html", groups=groups, heading=heading, lang=lang)


def over_latvia(figure: dict) -> dict:
    """The map drawn over the extent of Latvia, which fills its place better than the bounds of the areas."""
    geo = {key: value for key, value in figure["layout"]["geo"].items() if key != "fitbounds"}
    geo |= {"lonaxis": {"range": [20.85, 28.35]}, "lataxis": {"range": [55.6, 58.15]}}
    return {**figure, "layout": {**figure["layout"], "geo": geo}}


def map_colours(count: int) -> list[str]:
    """Colours of a map in `count` classes, light to dark."""
    return list(SEQUENCE) if count == 5 else [SEQUENCE[0], SEQUENCE[3]]
