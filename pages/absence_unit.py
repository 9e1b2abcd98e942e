"""What the absence pages know of one unit: the country, a municipality or an institution, exact or protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from access.pages import REGISTRY, NotFound, Request
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.tables import Column, Reason, Table
from data_access.queries import absence as query
from data_access.queries import units
from indicators import absence as measures
from indicators.comparison import CANNOT_TELL, split_trend
from indicators.published_rules import ABSENCE_LIMIT
from language import numbers, reasons
from language.messages import _
from language.messages import translate as t

from .words import stage as stage_word

PRIMARY, CASES = measures.PRIMARY, measures.CASES
SCHOOL_STAGES = tuple(measures.INDICATOR.stages)  # those that R03 judges
STAGE_NAMES = {
    "total": _("All stages (without special basic education)"),
    "basic": _("Basic education (without special programmes)"),
    "basic_all": _("Basic education (with special programmes)"),
}
SHORT_NAMES = {
    "total": _("all stages together"),
    "basic": _("basic education"),
    "basic_all": _("basic education with special programmes"),
}
TREND_MARKS = {"worsening": "up", "improving": "down", "no_change": "flat"}


def stage_name(stage: str, lang: str) -> str:
    """A stage, or a group of stages, in words that say what is inside."""
    return t(STAGE_NAMES[stage], lang) if stage in STAGE_NAMES else stage_word(stage, lang)


def stage_words(stage: str, lang: str) -> str:
    """A stage in the middle of a sentence, short."""
    if stage in SHORT_NAMES:
        return t(SHORT_NAMES[stage], lang)
    name = stage_word(stage, lang)
    return name[:1].lower() + name[1:]


def limit_words(stage: str, lang: str) -> str:
    """The limit of long absence of a stage, from the setting."""
    if stage == "preschool":
        return t("more than {n} days", lang, n=measures.PRESCHOOL_DAYS)
    return ABSENCE_LIMIT.words(lang)


def trend_text(stored: str | None, lang: str) -> str:
    """A trend in words, with the reason where none can be told."""
    if stored is None:
        return marks.trend_words("unknown", "high_bad", lang)
    word, why = split_trend(stored)
    text = marks.trend_words(TREND_MARKS.get(word, "unknown"), "high_bad", lang)
    return f"{text} ({CANNOT_TELL[why][lang]})" if why else text


def axis_percent(lang: str):
    """Text of a tick of shares."""
    return lambda x: f"{numbers.plain(round(100 * x, 6), lang)}{numbers.NBSP if lang == 'lv' else ''}%"


def axis_count(lang: str):
    """Text of a tick of counts."""
    return lambda x: numbers.plain(round(x, 6), lang)


@dataclass(frozen=True)
class Cell:
    """One semester of one stage: a count with its share, or a band, or the reason why there is neither."""

    count: float | None
    pupils: float | None
    low: float | None
    high: float | None
    reason: str | None
    institutions: int = 1
    expected: int = 1
    trend: str | None = None

    @property
    def share(self) -> float | None:
        """The share where it is known as one number."""
        return self.low if self.low is not None and self.low == self.high else None

    @property
    def middle(self) -> float | None:
        """The share or the middle of its band, for ordering."""
        return None if self.low is None else (self.low + self.high) / 2

    @property
    def pair(self) -> tuple[float | None, float | None]:
        """Count and learners."""
        return self.count, self.pupils

    def share_text(self, lang: str) -> str | None:
        """``2,7 %``, ``1–2 %``, ``mazāk nekā 0,5 %`` or None."""
        if self.low is None:
            return None
        if self.low == self.high:
            return numbers.percent(self.low, lang)
        if self.low == 0:
            return t("under {share}", lang, share=numbers.percent(self.high, lang))
        return numbers.interval(self.low, self.high, lang)

    def full_text(self, lang: str) -> str | None:
        """The share with the counts that it comes from."""
        text = self.share_text(lang)
        if text is None or self.count is None or not self.pupils:
            return text
        return f"{text} ({numbers.counts(self.count, self.pupils, lang)})"

    def count_value(self) -> object:
        """The count for a table."""
        return Reason(self.reason or "c") if self.count is None else int(self.count)

    def pupils_value(self) -> object:
        """The learners for a table."""
        return Reason(self.reason or "c") if self.pupils is None else int(self.pupils)

    def share_value(self, lang: str) -> object:
        """The share for a table: a number, a band in words or a reason."""
        if self.low is None:
            return Reason(self.reason or "c")
        return self.low if self.low == self.high else self.share_text(lang)


def cell_of(row) -> Cell:
    """A cell from a row of the roll-up; institutions have no share of their own there."""
    low, high = row.share_low, row.share_high
    if low is None and row.reason is None and row.long_unexcused is not None and row.pupils:
        low = high = row.long_unexcused / row.pupils
    return Cell(
        count=row.long_unexcused,
        pupils=row.pupils,
        low=low,
        high=high,
        reason=row.reason,
        institutions=row.institutions,
        expected=row.expected,
        trend=row.trend,
    )


def released_cell(row) -> Cell:
    """A cell from a released value of R03: a share or its band, never a count."""
    low = high = row.value
    if row.value_text:
        low, high = (float(end) / 100 for end in row.value_text.split("-"))
    return Cell(count=None, pupils=row.denominator, low=low, high=high, reason=row.reason)


class Unit:
    """The unit of the address, its numbers, and the reader's choices."""

    def __init__(
        self,
        request: Request,
        kind: str,
        row=None,
        *,
        stage: str | None = None,
        semester: int | None = None,
    ) -> None:
        self.request, self.lang, self.reader = request, request.lang, request.reader
        self.kind, self.row = kind, row
        lv = self.lang == "lv"
        self.municipality_code = None
        if kind == "country":
            self.id, self.name = query.COUNTRY, t("Latvia", self.lang)
            self.locative = t("in Latvia", self.lang)
        elif kind == "municipality":
            self.id = self.municipality_code = row.code
            self.name = row.name_full if lv else row.name_en
            self.locative = row.name_locative if lv else t("in {place}", self.lang, place=row.name_en)
        else:
            self.id, self.name, self.municipality_code = str(row.id), row.name, row.municipality_code
            self.locative = row.name
        self.exact = query.plane(self.reader, kind, self.id, self.municipality_code) == "detail"
        self.stages = self._stages()
        if stage in self.stages:
            self.stage = stage
        else:
            self.stage = self.stages[0] if self.stages else "basic"
        newest = query.newest(self.reader)
        self.has_data = newest is not None
        self.year, last = newest or (0, 2)
        self.semester = semester or last
        if newest and self.semester > last:
            self.year -= 1  # the newest year has no such semester yet
        if self.closed:
            known = [key[1] for key in self.cells if key[0] == self.stage and key[2] == self.semester]
            self.year = max(known, default=self.year)

    @property
    def closed(self) -> bool:
        """Whether the unit is an institution that is no longer open."""
        gone = self.row.valid_to if self.kind == "institution" else None
        return gone is not None and gone < self.reader.release.as_of

    def _stages(self) -> list[str]:
        if self.kind == "country":
            return list(measures.AREA_STAGES)
        if self.kind == "municipality":
            present = {key[0] for key in self.cells}
            shown = [one for one in measures.AREA_STAGES if one in present]
            return [one for one in shown if self.exact or one not in measures.NEVER_BY_AREA]
        taught = query.stages_of(self.reader, self.row.id)
        self.teaches_preschool = "preschool" in taught
        allowed = measures.STAGES if self.exact else SCHOOL_STAGES
        return [one for one in taught if one in allowed]

    # --- numbers ---

    @cached_property
    def _rows(self) -> Sequence:
        return query.history(self.reader, self.kind, self.id, self.municipality_code)

    @cached_property
    def cells(self) -> Mapping[tuple[str, int, int], Cell]:
        """Primary counts by (stage, school year, semester)."""
        if self.kind == "institution" and not self.exact:
            return {(row.stage, row.school_year, row.semester): released_cell(row) for row in self.judged}
        return {
            (row.stage, row.school_year, row.semester): cell_of(row)
            for row in self._rows
            if row.source_code == PRIMARY
        }

    @cached_property
    def entries(self) -> Mapping[tuple[str, int, int], Cell]:
        """VIIS entries by (stage, school year, semester): another count, never added to the primary one."""
        return {
            (row.stage, row.school_year, row.semester): cell_of(row)
            for row in self._rows
            if row.source_code == CASES
        }

    @cached_property
    def lessons(self) -> Mapping[tuple[str, int, int], object]:
        """Rows with learners who missed at least one lesson, by (stage, school year, semester)."""
        return {
            (row.stage, row.school_year, row.semester): row
            for row in self._rows
            if row.source_code == PRIMARY
        }

    @cached_property
    def years(self) -> list[int]:
        """School years from the first to the newest one of the release."""
        first = min((key[1] for key in self.cells), default=self.year)
        return list(range(first, self.year + 1))

    @cached_property
    def nation(self) -> Mapping[tuple[str, int, int], Cell]:
        """The country's cells of the chosen stage, for comparison."""
        if self.kind == "country":
            return {}
        rows = query.history(self.reader, "country", query.COUNTRY, stage=self.stage)
        return {
            (row.stage, row.school_year, row.semester): cell_of(row)
            for row in rows
            if row.source_code == PRIMARY
        }

    @cached_property
    def projected(self) -> Mapping[tuple[int, int], object]:
        """Projections of the chosen stage by (school year, semester)."""
        rows = query.projections(self.reader, self.kind, self.id, self.stage, self.municipality_code)
        return {(row.school_year, row.semester): row for row in rows}

    def cell(self, year: int, semester: int, stage: str | None = None) -> Cell | None:
        """One cell of the unit, None where nothing was due."""
        return self.cells.get((stage or self.stage, year, semester))

    def trend(self, semester: int, stage: str | None = None) -> str | None:
        """The stored trend at the newest year of a semester."""
        stage = stage or self.stage
        found = self.cell(self.year, semester, stage)
        if self.kind != "institution" or not self.exact or stage not in SCHOOL_STAGES:
            return found.trend if found else None
        return self._own_trends.get((stage, self.year, semester))

    @cached_property
    def _own_trends(self) -> dict:
        return {(row.stage, row.school_year, row.semester): row.trend for row in self.judged}

    @cached_property
    def judged(self) -> Sequence:
        """Values of R03 of an institution in all semesters, with levels inside the scope."""
        return query.indicator_history(self.reader, self.id, self.municipality_code)

    # --- words and frames ---

    def url(self, page: str, **params: object) -> str | None:
        """Address of another page, None while it does not exist."""
        return self.request.url(page, **params) if page in REGISTRY else None

    def here(self, **changes: object) -> str:
        """Address of this page with changed parameters."""
        return self.request.here(**changes)

    def provenance(
        self,
        counting: str,
        coverage: tuple[int, int],
        *,
        source: str | None = None,
        note: str = "",
    ) -> Provenance:
        """Origin of a frame's numbers."""
        release = self.reader.release
        return Provenance(
            source=source or t("Semester import from school journals", self.lang),
            as_of=release.as_of,
            coverage=coverage,
            release_id=release.id,
            counting=counting,
            note=note,
            synthetic=release.synthetic,
        )

    def coverage(self, stage: str | None = None, semester: int | None = None) -> tuple[int, int]:
        """Institutions that delivered of those that have learners in the stage, in the newest period."""
        found = self.cell(self.year, semester or self.semester, stage)
        if found is None:
            return (0, 1) if self.kind == "institution" else (0, 0)
        return found.institutions, found.expected

    def counting(self, stage: str | None = None) -> str:
        """Numerator and denominator in words."""
        return t(
            "learners who missed {limit} in the semester without a valid reason ÷ learners at the end of the semester",
            self.lang,
            limit=limit_words(stage or self.stage, self.lang),
        )

    def frame(self, **parts) -> ChartFrame:
        """A frame of this page."""
        return ChartFrame(lang=self.lang, address=self.request.address, **parts)

    def table(
        self,
        name: str,
        caption: str,
        columns: Sequence[Column],
        rows: Sequence[dict],
        notes: Sequence[str] = (),
    ) -> Table:
        """A table of this page."""
        return Table(id=name, caption=caption, columns=columns, rows=rows, lang=self.lang, notes=notes)

    def reason_note(self, code: str = "c") -> str:
        """What a reason code of the tables means."""
        return f"{reasons.sign(code)}: {reasons.meaning(code, self.lang)}."


def period_in(year: int, semester: int, lang: str) -> str:
    """A semester as the place of an event: ``2023./2024. m. g. 2. semestrī``."""
    return t("in semester {n} of {year}", lang, n=semester, year=numbers.school_year(year, lang))


def change_verdict(word: str | None, lang: str) -> str:
    """What the interval of a change says."""
    texts = {
        "worse": _("has risen"),
        "better": _("has fallen"),
        "same": _("may be chance"),
        None: _("cannot be determined"),
    }
    return t(texts[word], lang)


def points_interval(lower: float, upper: float, lang: str) -> str:
    """The interval of a difference of shares in percentage points: ``no −0,4 līdz −0,1 p. p.``"""
    text = numbers.interval(lower * 100, upper * 100, lang, 2, "number")
    return f"{text}{numbers.NBSP}{t('pp', lang)}"


def unit_of(request: Request) -> Unit:
    """The unit that the address names. Raises NotFound for one that does not exist."""
    params = request.params
    chosen = {
        "stage": params.get("posms"),
        "semester": int(params["semestris"]) if "semestris" in params else None,
    }
    if "iestade" in params:
        row = units.institution_by_reg_no(request.reader, params["iestade"])
        if row is None:
            raise NotFound(params["iestade"])
        return Unit(request, "institution", row, **chosen)
    if "pasvaldiba" in params:
        row = units.municipality_by_code(request.reader, params["pasvaldiba"])
        if row is None:
            raise NotFound(params["pasvaldiba"])
        return Unit(request, "municipality", row, **chosen)
    return Unit(request, "country", **chosen)


def note(text: str | Markup, kind: str = "note") -> Markup:
    """A paragraph that stands out; kind: note or warn."""
    return Markup('<p class="{}">{}</p>').format(kind, text)
