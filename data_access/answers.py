"""What schools answer to their findings: written once and never changed, and the record of who read what is restricted.

The newest answer to an indicator, stage and period is the one in force; older ones stay. Answers belong to no
release: pages read them when they are asked. The web process reads through an engine that cannot write, so
writing goes through a `Writer` with an engine of its own, made for it at start-up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, Row, func, insert, select

from indicators.catalogue import INDICATORS

from . import audit, public_file
from .reading import Reader
from .schema import finding, institution, release_pointer, school_answer
from .writing import stamp

LONGEST = 600
LONGEST_NAME = 120
MOST_A_DAY = 200  # answers of one institution
RIGHT, WRONG = "right", "wrong"
VERDICTS = (RIGHT, WRONG)
READ, WRITTEN = audit.ANSWER_READ, audit.ANSWER_WRITTEN
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class AnswerError(ValueError):
    """An answer is refused. code: what is wrong, for the page; the message says how to mend it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer as typed; texts are plain text."""

    indicator_id: str
    stage: str
    verdict: str
    reason: str = ""
    explanation: str = ""
    restricted: bool = True
    action: str = ""
    responsible: str = ""
    due: str = ""

    def cleaned(self) -> Answer:
        """The same with tidy texts. Raises AnswerError for what cannot be kept."""
        if self.indicator_id not in INDICATORS or self.verdict not in VERDICTS:
            raise AnswerError("choice", "Atzīmējiet, vai dati ir pareizi | say whether the data are right")
        texts = {name: plain_text(getattr(self, name)) for name in ("reason", "explanation", "action")}
        names = {"responsible": plain_text(self.responsible)}
        if any(len(text) > LONGEST for text in texts.values()) or any(
            len(text) > LONGEST_NAME for text in names.values()
        ):
            raise AnswerError("long", f"Teksts garāks par {LONGEST} zīmēm | a text is too long")
        if self.verdict == WRONG and max(len(texts["reason"]), len(texts["explanation"])) < 3:
            raise AnswerError("reason", "Uzrakstiet, kas datos nav pareizi | say what is wrong with the data")
        if self.verdict == RIGHT and not (texts["explanation"] or texts["action"]):
            raise AnswerError(
                "empty", "Uzrakstiet paskaidrojumu vai rīcību | write an explanation or an action"
            )
        due = self.due.strip()
        if due:
            try:
                due = date.fromisoformat(due).isoformat()
            except ValueError:
                raise AnswerError("date", "Datums nav saprotams | the date cannot be read") from None
            if not "2000" <= due[:4] <= "2100":
                raise AnswerError("date", "Datums nav saprotams | the date cannot be read")
        if self.verdict == RIGHT:
            texts["reason"] = ""
        return Answer(
            indicator_id=self.indicator_id,
            stage=self.stage,
            verdict=self.verdict,
            restricted=bool(self.restricted),
            due=due,
            **texts,
            **names,
        )


def plain_text(text: str) -> str:
    """Text without control and direction characters, with single line ends and no blanks at its ends."""
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


# --- writing -----------------------------------------------------------------------------------------


class Writer:
    """Writes answers and audit records through an engine that may write; made by `app.py`, used by pages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, reg_no: str, given: Answer, *, author: str) -> int:
        """Keep an answer to a finding of the current release and return its number. Raises AnswerError."""
        given = given.cleaned()
        if not author.strip():
            raise AnswerError("author", "Nav zināms autors | the author is not known")
        with self._engine.begin() as connection:
            found = connection.execute(
                select(finding.c.release_id, finding.c.school_year, finding.c.semester)
                .join(release_pointer, release_pointer.c.release_id == finding.c.release_id)
                .join(institution, institution.c.id == finding.c.institution_id)
                .where(
                    institution.c.reg_no == reg_no,
                    finding.c.indicator_id == given.indicator_id,
                    finding.c.stage == given.stage,
                )
            ).first()
            if found is None:
                raise AnswerError("finding", "Šāda rezultāta vairs nav | there is no such finding any more")
            today = stamp()[:10]
            written = connection.execute(
                select(func.count())
                .select_from(school_answer)
                .where(school_answer.c.reg_no == reg_no, school_answer.c.created_at >= today)
            ).scalar_one()
            if written >= MOST_A_DAY:
                raise AnswerError("many", "Šodien atbilžu ir par daudz | too many answers today")
            number = connection.execute(
                insert(school_answer)
                .values(
                    reg_no=reg_no,
                    release_id=found.release_id,
                    indicator_id=given.indicator_id,
                    stage=given.stage,
                    school_year=found.school_year,
                    semester=found.semester,
                    verdict=given.verdict,
                    reason=given.reason,
                    explanation=given.explanation,
                    restricted=int(given.restricted),
                    action=given.action,
                    responsible=given.responsible,
                    due=given.due or None,
                    author=author.strip(),
                    created_at=stamp(),
                )
                .returning(school_answer.c.id)
            ).scalar_one()
            audit.record(connection, WRITTEN, who=author, unit=reg_no, detail={"answers": [number]})
        if not given.restricted:
            public_file.write_answers(self._engine)
        return number

    def belongs(self, reg_no: str, institutions: frozenset[int]) -> bool:
        """Whether the institution with this registration number is one of these."""
        if len(reg_no) > 20 or not institutions:
            return False
        with self._engine.connect().execution_options(reads_only=True) as connection:
            found = connection.execute(
                select(institution.c.id).where(institution.c.reg_no == reg_no)
            ).scalar()
        return found in institutions

    def reading(self, who: str, reg_no: str, answers: Sequence[int], place: str) -> None:
        """Record that somebody read restricted answers. Raises when it cannot be recorded: then show nothing."""
        with self._engine.begin() as connection:
            detail = {"answers": list(answers), "page": place}
            audit.record(connection, READ, who=who, unit=reg_no, detail=detail)


# --- reading -----------------------------------------------------------------------------------------


def newest(reader: Reader) -> int:
    """Number of the newest answer, 0 without any: part of the key under which public pages are kept."""
    return reader.connection.execute(select(func.max(school_answer.c.id))).scalar() or 0


def may_answer(reader: Reader, unit: Row) -> bool:
    """Only the school itself answers."""
    return reader.scope.role == "school" and unit.id in reader.scope.institutions


def may_read_restricted(reader: Reader, unit: Row) -> bool:
    """The school, its founder when that is the municipality, and the ministry."""
    scope = reader.scope
    if scope.sees_all or unit.id in scope.institutions:
        return True
    return unit.founder_kind == "municipality" and unit.municipality_code in scope.municipalities


@dataclass(frozen=True)
class Given:
    """An answer as this reader gets it; `withheld` when its texts are not for them."""

    id: int
    indicator_id: str
    stage: str
    school_year: int
    semester: int
    release_id: int
    verdict: str
    reason: str
    explanation: str
    restricted: bool
    action: str
    responsible: str
    due: str | None
    author: str
    created_at: str
    withheld: bool = False

    @property
    def key(self) -> tuple[str, str, int, int]:
        """Indicator, stage and period that it answers to."""
        return self.indicator_id, self.stage, self.school_year, self.semester


def of_institution(reader: Reader, unit: Row, *, writer: Writer | None, place: str) -> list[Given]:
    """All answers of an institution, newest first, with the texts that this reader may read.

    Readers outside the scope get public answers only. Restricted texts are given only after the reading has been
    recorded; without a writer, or when recording fails, they are withheld.
    """
    rows = reader.connection.execute(
        select(school_answer).where(school_answer.c.reg_no == unit.reg_no).order_by(school_answer.c.id.desc())
    ).all()
    if not reader.scope.covers_institution(unit.id, unit.municipality_code):
        return [_given(row, False) for row in rows if not row.restricted]
    restricted = [row.id for row in rows if row.restricted]
    told = False
    if restricted and may_read_restricted(reader, unit) and writer is not None:
        try:
            writer.reading(reader.scope.user or reader.scope.role, unit.reg_no, restricted, place)
            told = True
        except Exception:  # whatever hinders the record hinders the reading
            told = False
    return [_given(row, bool(row.restricted) and not told) for row in rows]


def _given(row: Row, withheld: bool) -> Given:
    texts = (
        dict.fromkeys(("reason", "explanation", "action", "responsible"), "")
        if withheld
        else {name: getattr(row, name) for name in ("reason", "explanation", "action", "responsible")}
    )
    return Given(
        id=row.id,
        indicator_id=row.indicator_id,
        stage=row.stage,
        school_year=row.school_year,
        semester=row.semester,
        release_id=row.release_id,
        verdict=row.verdict,
        restricted=bool(row.restricted),
        due=None if withheld else row.due,
        author=row.author,
        created_at=row.created_at,
        withheld=withheld,
        **texts,
    )


@dataclass(frozen=True)
class Mark:
    """That an answer exists, without its texts: reading it is not the reading of a restricted text."""

    reg_no: str
    indicator_id: str
    stage: str
    school_year: int
    semester: int
    verdict: str
    restricted: bool
    due: str | None
    created_at: str

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        return self.reg_no, self.indicator_id, self.stage, self.school_year, self.semester


def marks(reader: Reader, reg_nos: Sequence[str] | None = None) -> dict[tuple[str, str, str, int, int], Mark]:
    """The newest answer to each finding of these institutions (None: all), without texts."""
    table = school_answer
    query = select(
        table.c.reg_no,
        table.c.indicator_id,
        table.c.stage,
        table.c.school_year,
        table.c.semester,
        table.c.verdict,
        table.c.restricted,
        table.c.due,
        table.c.created_at,
    ).order_by(table.c.id)
    if reg_nos is not None:
        if not reg_nos:
            return {}
        query = query.where(table.c.reg_no.in_(sorted(set(reg_nos))))
    found = [
        Mark(*row[:6], bool(row.restricted), row.due, row.created_at)
        for row in reader.connection.execute(query)
    ]
    return {mark.key: mark for mark in found}
