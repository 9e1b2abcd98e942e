"""/palidziba : how to read the dashboard in three minutes, with live examples of its signs."""

from __future__ import annotations

from access.pages import REGISTRY, Request, page
from components import marks
from components.templating import render
from components.view import Crumb, View
from language import numbers, reasons
from language.messages import translate as t


@page("help", "/palidziba")
def view(request: Request) -> View:
    """Each sign with an invented example and one sentence on how to read it."""
    lang = request.lang
    body = render(
        "help.html",
        lang=lang,
        levels=[
            marks.level_tag(level, certainty, lang)
            for level, certainty in (
                ("high", "certain"),
                ("high", "possible"),
                ("medium", "certain"),
                ("medium", "possible"),
                ("low", None),
                ("unknown", None),
            )
        ],
        spine=_spine(lang),
        strip=_strip(lang),
        dumbbell=_dumbbell(lang),
        signs=[(reasons.sign(code), reasons.meaning(code, lang)) for code in reasons.CODES],
        methodology=request.url("methodology") if "methodology" in REGISTRY else "",
        contact=request.settings.contact,
    )
    return View(
        title=t("How to read this dashboard in three minutes", lang),
        window_title=t("How to read", lang),
        lead=t(
            "Read the sentence above a chart first, then the chart, then the line under it: it says where the number comes "
            "from. All examples on this page are invented.",
            lang,
        ),
        body=[body],
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("How to read", lang))],
        release_id=request.reader.release.id,
    )


def _spine(lang: str):
    share = lambda value: numbers.percent(value, lang)  # noqa: E731
    shape = {"p5": 0.01, "p25": 0.03, "p50": 0.05, "p75": 0.08, "p95": 0.14, "medium": 0.08, "high": 0.11}
    return marks.spine_block(
        [
            {
                "id": "example-1",
                "name": t("Example: long unexcused absence", lang),
                "direction": "high_bad",
                "value": 0.125,
                "value_text": share(0.125),
                "count_text": numbers.counts(25, 200, lang),
                "interval_text": numbers.interval(0.086, 0.178, lang),
                "lower": 0.086,
                "upper": 0.178,
                "national_text": share(0.05),
                "similar": 0.07,
                "similar_text": share(0.07),
                "trend": "up",
                "level": "high",
                "certainty": "certain",
                "tags": [marks.periods_tag(3, lang)],
                **shape,
            },
            {
                "id": "example-2",
                "name": t("Example: the same share in a small school", lang),
                "direction": "high_bad",
                "value": 0.12,
                "value_text": share(0.12),
                "count_text": numbers.counts(3, 25, lang),
                "interval_text": numbers.interval(0.042, 0.3, lang),
                "lower": 0.042,
                "upper": 0.3,
                "national_text": share(0.05),
                "similar": 0.06,
                "similar_text": share(0.06),
                "trend": "unknown",
                "level": "high",
                "certainty": "possible",
                "tags": [marks.new_tag(lang)],
                **shape,
            },
        ],
        lang,
        caption=t("Two invented rows", lang),
    )


def _strip(lang: str):
    ticks = [0.01 + 0.0031 * index + 0.0000009 * index**3 for index in range(30)]
    return marks.strip(
        ticks,
        0.094,
        lang,
        own_text=numbers.percent(0.094, lang),
        own_label=t("Own institution", lang),
        low_text=t("fewer absent", lang),
        high_text=t("more absent", lang),
    )


def _dumbbell(lang: str):
    rows = []
    for name, before, after in ((t("Example A", lang), 120, 90), (t("Example B", lang), 60, 75)):
        change = (after - before) / before
        rows.append(
            {
                "name": name,
                "before": before,
                "after": after,
                "before_text": numbers.integer(before, lang),
                "after_text": numbers.integer(after, lang),
                "change_text": numbers.change(change, lang),
            }
        )
    return marks.dumbbell(
        rows,
        lang,
        label=t("Two invented changes", lang),
        name_title=t("Group", lang),
        before_title=t("before", lang),
        after_title=t("after", lang),
        low=0,
    )
