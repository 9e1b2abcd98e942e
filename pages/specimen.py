"""The shared dictionary of pages of institutions: their markup and words, drawn without a database.

It is the page of a school that does not exist, with every value zero, and before it the texts that such pages choose
from. Nothing here reads a table, so it holds nothing of any institution. It is a pure function of the code and the
catalogue, which makes it the same in every process of one version (`pages.stored.code_mark`).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

from flask import Flask, Response, abort, request

from access.door import route
from access.pages import Request
from components.absence_lines import semester_lines
from components.chart_frame import ChartFrame, Provenance
from components.event_marks import event_mark
from components.nodes import folded, html_of
from components.tables import Later
from components.templating import environment, render
from data_access.packing import Dictionary, pack_plain
from data_access.queries.institution import Enrolment, Values
from data_access.scope import Scope
from indicators.model import Indicator
from language import numbers
from language.messages import catalogue

from . import institution, quality_blocks
from . import institution_values as words

DOMAINS = ("absence.po", "quality.po", "sentences.po", "marks.po", "institution.po")
NOBODY = "0000000000"
YEARS = range(2014, 2024)  # as many as a small line has; only the names of the years stand in pages
AS_OF = "2024-12-31"
LEVELS = (
    ("high", "certain"), ("high", "possible"), ("medium", "certain"), ("medium", "possible"), ("low", None),
)  # fmt: skip


@cache
def dictionary(lang: str) -> Dictionary:
    """The dictionary of a language; drawn when it is first needed."""
    return Dictionary(text(lang))


@cache
def _sent(lang: str, encoding: str) -> bytes:
    made = dictionary(lang)
    if encoding == "zstd":
        return pack_plain(made.text, 19)
    return gzip.compress(made.content, 9, mtime=0) if encoding == "gzip" else made.content


def install(server: Flask, mark: str) -> Callable[[str], str]:
    """Add the route of the dictionaries; returns their address by language. mark: of the code that draws them."""

    @route(server, "/vardnica/<any(lv,en):lang>-<mark>")
    def page_dictionary(lang: str, **given: str) -> Response:
        if given["mark"] != mark:
            abort(404)
        accepted = request.accept_encodings
        encoding = next((name for name in ("zstd", "gzip") if accepted[name]), "")
        answer = Response(_sent(lang, encoding), mimetype="text/plain")
        if encoding:
            answer.headers["Content-Encoding"] = encoding
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Use-As-Dictionary"] = f'match="/skats{"" if lang == "lv" else "/en"}/*"'
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return lambda lang: f"/vardnica/{lang}-{mark}"


def text(lang: str) -> str:
    """What the dictionary holds: texts first, since what stands nearer to the end is referred to more cheaply."""
    with folded():
        released, exact = (
            "\n".join(str(html_of(part)) for part in _parts(_School(lang, exact))) for exact in (False, True)
        )
    drawn = "\n".join([*_texts(lang), released, exact])
    contact = environment().globals.get("contact")  # a setting: the text is of the code alone
    return drawn.replace(f"mailto:{contact}?", "mailto:?") if contact else drawn


def _texts(lang: str) -> Iterator[str]:
    found = catalogue(lang)
    for key, file in sorted(catalogue("lv").ids.items(), key=lambda item: str(item[0])):
        if file not in DOMAINS:
            continue
        first = key if isinstance(key, str) else key[0]
        yield from found.plurals.get(first) or (found.texts.get(first, first),)


class _School(institution.School):
    """A school that does not exist, as the page wants it, without a reader."""

    def __init__(self, lang: str, exact: bool) -> None:
        release = SimpleNamespace(id=1, as_of=AS_OF, synthetic=True)
        scope = Scope(role="ministry") if exact else Scope.public()
        reader = SimpleNamespace(release=release, scope=scope, connection=None)
        self.request = Request(reader, lang, {"reg_no": NOBODY}, "institution", None)
        self.lang = lang
        self.unit = SimpleNamespace(
            id=0, reg_no=NOBODY, name="", type="secondary", founder_kind="municipality", urbanity="town",
            municipality_code="LV0000000", municipality_name="", municipality_name_en="", valid_from="2000-09-01", valid_to=None,
        )  # fmt: skip
        self.closed = False
        self.predecessors = self.successors = ()
        self.enrolment = Enrolment(YEARS[-1], 2, (("basic", 0), ("upper_secondary", 0)))
        self.values = Values("detail" if exact else "released", _series(exact))
        self.exact = exact
        self.spread = {
            key + (row.school_year, row.semester): SimpleNamespace(
                p05=0.0, p10=0.0, p25=0.0, p50=0.0, p75=0.0, p90=0.0, p95=0.0, national=0.0
            )
            for key, rows in self.values.series.items()
            for row in rows
        }
        self.newest = {
            key: (rows[-1].school_year, rows[-1].semester) for key, rows in self.values.series.items()
        }
        self.whole = "all_general"
        self.stages = ["basic", "upper_secondary"]
        self.main_stage = self.stage = "basic"
        self.origins = words.Addresses(self.request, NOBODY)
        self._panel_address = f"{self.request.here(raditajs='R00')}#f-R00"

    def coverage(self, entry: institution.Entry, row) -> tuple[int, int]:
        return 0, 0

    def combined_classes(self) -> tuple[int, int]:
        return YEARS[-1], 0

    def graduates_page(self) -> None:
        return None


def _series(exact: bool) -> dict[tuple[str, str], list]:
    found = {}
    for at, one in enumerate(institution.RISK.values()):
        stage = "all_general" if "all_general" in one.stages and "basic" not in one.stages else "basic"
        semesters = (1, 2) if one.period == "semester" else (0,)
        level, certainty = LEVELS[at % len(LEVELS)] if exact else (None, None)
        found[one.id, stage] = [
            _row(one, stage, year, semester, level, certainty, at) for year in YEARS for semester in semesters
        ]
    return found


def _row(
    one: Indicator, stage: str, year: int, semester: int, level: str | None, certainty: str | None, at: int
) -> SimpleNamespace:
    trend = ("no_change", "increasing", "cannot_tell:short", "decreasing")[at % 4]
    row = {
        "indicator_id": one.id, "stage": stage, "school_year": year, "semester": semester,
        "numerator": float(at % 2), "denominator": 10.0, "value": 0.0, "value_text": None, "reason": None,
        "lower": None if level is None or one.family == "size_band" else 0.0,
        "upper": None if level is None or one.family == "size_band" else 0.0,
        "boundary_medium": 0.0, "boundary_high": 0.0, "probability_medium": 1.0, "probability_high": 1.0,
        "level": level, "certainty": certainty, "persistence": 2, "is_new": at % 2, "trend": trend,
        "pooled_numerator": 0.0, "pooled_denominator": 10.0, "pooled_periods": 3 if level else None,
        "fixed_rule": 0, "threshold_id": 1,
    }  # fmt: skip
    return SimpleNamespace(**row, _mapping=row)


def _parts(school: _School) -> Iterator:
    entries = school.entries(school.stage)
    page = institution._page(school, institution._state(school, entries), [], [])
    yield from page.parts()
    yield from institution._upper(school, entries, True)
    if school.exact:
        for at, one in enumerate(entries):  # one drawing in full, of the others the words
            few = one if at == 0 else replace(one, series=one.series[-2:])
            yield institution._panel(school, few)
    yield from institution._upper(school, entries, False)
    yield from institution._lower(school, entries)
    yield _absence(school)
    yield _timeline(school)


def _frame(school: _School, name: str, mark) -> ChartFrame:
    return ChartFrame(
        title="–", finding="–", mark=mark, table=Later(name, lambda: None), how_to_read="–",
        provenance=Provenance(
            source="–", as_of=AS_OF, coverage=(1, 1), release_id=1, counting="–", synthetic=True
        ),
        lang=school.lang, address=school.request.address,
    )  # fmt: skip


def _absence(school: _School) -> ChartFrame:
    years = [*YEARS, YEARS[-1] + 1]
    shares = [*(0.0 for _ in YEARS), None]
    lines = [
        {
            "name": "", "kind": kind, "values": shares,
            "texts": [None if x is None else numbers.percent(x, school.lang) for x in shares],
            "reasons": [None if x is not None else "x" for x in shares],
            "projection": (len(years) - 1, 0.0, 0.0, 0.0, ""),
        }
        for kind in ("first", "second")
    ]  # fmt: skip
    mark = semester_lines(
        [numbers.school_year_short(year, school.lang) for year in years], lines, school.lang,
        label="", y_title="", height=240, projected="–",
    )  # fmt: skip
    return _frame(school, "absence-long", mark)


def _timeline(school: _School) -> ChartFrame:
    kinds = quality_blocks.KIND_WORDS
    events = [
        {
            "kind": kind, "when": "2024", "what": "", "detail": "", "href": "", "shape": event_mark(kind),
            "word": quality_blocks.kind_word({"kind": kind}, school.lang),
        }
        for kind in kinds
    ]  # fmt: skip
    legend = [(one["shape"], one["word"]) for one in events]
    mark = render("timeline.html", events=events, legend=legend, more=0, label="", lang=school.lang)
    return _frame(school, "timeline", mark)
