"""Thresholds as decisions: proposals from the laboratory, and the dated row that an accepted one becomes.

A proposal changes no published level. It becomes a threshold in force by `accept`, and levels follow with
the next publication. Rows are never overwritten: an accepted or withdrawn proposal keeps its numbers, its
author and its reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from indicators.catalogue import INDICATORS
from indicators.model import BASES, OPERATORS, Indicator

from . import audit
from . import proposals as decisions
from .proposals import Person
from .reading import Reader
from .schema import threshold
from .writing import stamp

IN_FORCE, PROPOSAL, ACCEPTED, WITHDRAWN = "in_force", "proposal", "accepted", "withdrawn"
TERRITORIES = ("*", "state_city", "county")
SHORTEST_REASON, LONGEST_REASON = 10, 1000
MOST_OPEN = 200
CITATION = "Priekšlikums, nav apstiprināts | Proposal, not approved"
_ATTEMPTS = 5


class ThresholdError(ValueError):
    """A proposal or its acceptance is refused. code: what is wrong, for the page; the message says how to mend it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What somebody proposes; numbers are in the unit of the threshold's basis."""

    indicator_id: str
    stage: str
    territory_kind: str = "*"
    operator: str = ">"
    basis: str
    medium: float
    high: float

    def check(self) -> None:
        """Refuse what could not be a threshold of this indicator. Raises ThresholdError."""
        indicator = INDICATORS.get(self.indicator_id)
        if indicator is None or self.stage not in (*indicator.stages, "*"):
            raise ThresholdError("unknown", "Nav tāda rādītāja vai posma | no such indicator or stage")
        if self.territory_kind not in TERRITORIES or self.operator not in OPERATORS:
            raise ThresholdError("unknown", "Nav tādas teritorijas vai zīmes | no such territory or operator")
        if self.basis not in BASES or (self.basis == "band") != (indicator.family == "size_band"):
            raise ThresholdError("unknown", "Šim rādītājam cits pamats | the indicator has another basis")
        if not (math.isfinite(self.medium) and math.isfinite(self.high)):
            raise ThresholdError("number", "Robežai jābūt skaitlim | a boundary must be a number")
        if self.basis in ("times_national", "band") and min(self.medium, self.high) <= 0:
            raise ThresholdError("number", "Reizinātājam jābūt virs nulles | a multiple must be above zero")
        if not beyond(indicator, self.basis, self.medium, self.high):
            raise ThresholdError(
                "order",
                "Augsta riska robežai jābūt tālāk riska virzienā nekā vidēja riska robežai | "
                "the high boundary must lie further towards risk than the medium one",
            )


def beyond(indicator: Indicator, basis: str, medium: float, high: float) -> bool:
    """Whether the high boundary lies further towards risk than the medium one."""
    falls = indicator.direction == "low_bad" and basis != "band"
    return high < medium if falls else high > medium


def propose(
    engine: Engine,
    proposal: Proposal,
    *,
    author: str,
    reason: str,
    by: Person | None = None,
    days: int = 14,
    persons: int = 2,
) -> int:
    """Store a proposal and return its number; the same open proposal of the same author is stored once.

    by: the author's account; then a steward decides about it on the web (`proposals`) within `days`. Raises
    ThresholdError for a boundary in the wrong order, no reason, no author, too many open proposals.
    """
    proposal.check()
    reason, author = reason.strip(), author.strip()
    if not author:
        raise ThresholdError("author", "Nav zināms autors | the author is not known")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise ThresholdError(
            "reason",
            f"Pamatojumam jābūt {SHORTEST_REASON}–{LONGEST_REASON} zīmes garam | "
            f"the reason must be {SHORTEST_REASON} to {LONGEST_REASON} characters long",
        )
    values = {
        "indicator_id": proposal.indicator_id,
        "stage": proposal.stage,
        "territory_kind": proposal.territory_kind,
        "operator": proposal.operator,
        "basis": proposal.basis,
        "medium": proposal.medium,
        "high": proposal.high,
        "author": author,
        "status": PROPOSAL,
    }
    for attempt in range(_ATTEMPTS):
        try:
            with engine.begin() as connection:
                number = _store(connection, values, reason)
                if by is not None:
                    decisions.propose(
                        connection,
                        decisions.THRESHOLD,
                        [number],
                        by=by,
                        reason=reason,
                        days=days,
                        persons=persons,
                    )
                return number
        except IntegrityError:  # another writer took the number
            if attempt + 1 == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _store(connection: Connection, values: Mapping[str, object], reason: str) -> int:
    same = select(threshold.c.id).where(*[threshold.c[name] == value for name, value in values.items()])
    found = connection.execute(same).scalar()
    if found is not None:
        return found
    open_ones = select(func.count()).select_from(threshold).where(threshold.c.status == PROPOSAL)
    if connection.execute(open_ones).scalar_one() >= MOST_OPEN:
        raise ThresholdError(
            "many", "Vispirms izskatiet iepriekšējos priekšlikumus | decide on earlier proposals first"
        )
    number = _insert(
        connection,
        {
            **values,
            "reason": reason,
            "valid_from": stamp()[:10],
            "origin": "provisional",
            "citation": CITATION,
            "created_at": stamp(),
        },
    )
    _record(connection, str(values["author"]), "proposed", number, values)
    return number


def _record(connection: Connection, author: str, change: str, number: int, values: Mapping) -> None:
    names = ("indicator_id", "stage", "territory_kind", "operator", "basis", "medium", "high")
    detail = {"change": change, **{name: values[name] for name in names if name in values}}
    audit.record(connection, audit.THRESHOLD, who=author, unit=str(number), detail=detail)


def _insert(connection: Connection, values: Mapping[str, object]) -> int:
    number = (connection.execute(select(func.max(threshold.c.id))).scalar() or 0) + 1
    connection.execute(insert(threshold).values(id=number, **values))
    return number


def accept(
    connection: Connection,
    proposal_id: int,
    *,
    author: str,
    reason: str,
    valid_from: str | date | None = None,
    origin: str = "provisional",
    citation: str = "",
) -> int:
    """Put a proposal in force from a date (today by default) and return the number of the new row.

    Published levels change with the next publication. origin `official` needs the act in `citation`.
    """
    row = _open_proposal(connection, proposal_id)
    if not author.strip() or not reason.strip():
        raise ThresholdError(
            "reason", "Vajag lēmuma autoru un pamatojumu | a decision needs author and reason"
        )
    if origin != "provisional" and not citation.strip():
        raise ThresholdError("citation", "Vajag atsauci uz lēmumu | the act must be cited")
    first_day = date.fromisoformat(str(valid_from or stamp()[:10])[:10]).isoformat()
    number = _insert(
        connection,
        {
            **{
                name: getattr(row, name)
                for name in (
                    "indicator_id", "stage", "territory_kind", "operator", "basis", "medium", "high",
                )
            },
            "valid_from": first_day,
            "origin": origin,
            "citation": citation.strip()
            or (
                f"Pagaidu slieksnis, pieņemts pēc priekšlikuma Nr. {proposal_id}; nav oficiāls. | "
                f"Provisional threshold, accepted from proposal no. {proposal_id}; not official."
            ),
            "author": author.strip(),
            "status": IN_FORCE,
            "created_at": stamp(),
            "reason": reason.strip(),
        },
    )  # fmt: skip
    _close(connection, proposal_id, ACCEPTED)
    _record(connection, author.strip(), "accepted", number, row._mapping)
    return number


def withdraw(connection: Connection, proposal_id: int, *, author: str = "manage.py") -> None:
    """Close a proposal without a threshold; its row stays in the history."""
    row = _open_proposal(connection, proposal_id)
    _close(connection, proposal_id, WITHDRAWN)
    _record(connection, author, "withdrawn", proposal_id, row._mapping)


def _open_proposal(connection: Connection, proposal_id: int) -> Row:
    row = connection.execute(select(threshold).where(threshold.c.id == proposal_id)).first()
    if row is None or row.status != PROPOSAL:
        raise ThresholdError("unknown", f"Nav atvērta priekšlikuma {proposal_id} | no such open proposal")
    return row


def _close(connection: Connection, proposal_id: int, status: str) -> None:
    connection.execute(update(threshold).where(threshold.c.id == proposal_id).values(status=status))


def proposals(reader: Reader) -> list[Row]:
    """All proposals, open ones first, newest first; only for readers who see the whole country."""
    if not reader.scope.sees_all:
        return []
    rows = reader.connection.execute(
        select(threshold)
        .where(threshold.c.status.in_((PROPOSAL, ACCEPTED, WITHDRAWN)))
        .order_by(threshold.c.created_at.desc(), threshold.c.id.desc())
    ).all()
    return sorted(rows, key=lambda row: row.status != PROPOSAL)


def one(reader: Reader, number: int) -> Row | None:
    """One row of the table; only for readers who see the whole country."""
    if not reader.scope.sees_all:
        return None
    return reader.connection.execute(select(threshold).where(threshold.c.id == number)).first()


class Writer:
    """Writes one proposal at a time through an engine of its own, open only for that write.

    The web process reads through an engine that cannot write; this is the one exception, and pages get the
    object, never the engine. days: after which an open proposal ends; persons: how many decide.
    """

    def __init__(self, url: str, days: int = 14, persons: int = 2) -> None:
        self._url, self._limits = url, {"days": days, "persons": persons}

    def propose(self, proposal: Proposal, *, by: Person, reason: str) -> int:
        """Store a proposal; see `propose`."""
        with self._engine() as engine:
            return propose(engine, proposal, author=by.name, reason=reason, by=by, **self._limits)

    def withdraw(self, number: int, *, by: Person) -> None:
        """The author takes a proposal back; number: of the proposal that a steward would decide. Raises ProposalError."""
        with self._engine() as engine, engine.begin() as connection:
            decisions.withdraw(connection, number, by=by, kinds=(decisions.THRESHOLD,))

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        from . import engine as engines

        engine = engines.create(self._url)
        try:
            yield engine
        finally:
            engine.dispose()
