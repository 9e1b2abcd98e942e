"""What the steward's page does: it writes through an engine of its own and leaves long work to worker processes."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Engine

from .. import audit, proposals, releases
from ..proposals import Person
from . import jobs, lock, worker
from .datasets import all_datasets
from .receive import Receipt

UPLOAD_LIMIT = 32 * 1024 * 1024
SHORTEST_REASON = jobs.SHORTEST_REASON
LONGEST_REASON = 600

JobError = jobs.JobError
Busy = lock.Busy


@dataclass(frozen=True)
class Decision:
    """What became of a proposal. subject: loads or a release; state: of `schema_proposals`."""

    number: int
    kind: str
    subject: tuple[int, ...]
    state: str


class Office:
    """Loads for the page; made by `app.py`.

    persons: how many take part in a publication, taking back or rollback (2: one proposes, another approves; 1: a
    proposal is approved as it is made). days: after which an open proposal ends. in_process: do the work here (tests)
    instead of in a worker process.
    """

    def __init__(
        self,
        engine: Engine,
        database_url: str,
        *,
        persons: int = 2,
        days: int = 14,
        in_process: bool = False,
    ) -> None:
        self._engine = engine
        self._url = database_url
        self._persons = persons
        self._days = days
        self._in_process = in_process

    def receive(self, name: str, content: bytes, *, kind: str, as_of: str, author: str) -> int:
        """Keep an uploaded file and begin to check it; returns the load's number. Raises JobError."""
        if not content.strip():
            raise JobError("empty", "Datne ir tukša | the file is empty")
        if len(content) > UPLOAD_LIMIT:
            raise JobError("large", "Datne ir par lielu | the file is too large")
        clean = "".join(ch for ch in name.replace("\\", "/").rpartition("/")[2] if ch.isprintable())[-120:]
        receipt = Receipt(clean or "datne", content, hashlib.sha256(content).hexdigest())
        with self._engine.begin() as connection:
            number = jobs.receive(
                connection,
                receipt,
                author=author,
                as_of=as_of or date.today().isoformat(),
                dataset=kind or None,
            )
        self.check(number)
        return number

    def check(self, number: int) -> None:
        """Begin (or begin again) to check a received file."""
        self._work("check", job=number)

    def propose_publication(
        self, numbers: list[int], *, by: Person, reason: str, confirmed: bool
    ) -> Decision:
        """Propose to publish these loads. Raises JobError at once when a reason or a confirmation is missing."""
        _reason(reason)
        with self._looking() as connection:
            for number in numbers:
                job = jobs.job_of(connection, number)
                if job["state"] != "staged":
                    raise JobError("state", f"{number}: {job['state']}")
                if job["confirms"] and not confirmed:
                    raise JobError("confirm", f"{number}: {job['confirms']}")
        return self._propose(proposals.PUBLISH, numbers, by, reason, confirmed)

    def propose_withdrawal(self, number: int, *, by: Person, reason: str) -> Decision:
        """Propose to take a published file back."""
        _reason(reason)
        with self._looking() as connection:
            if jobs.job_of(connection, number)["state"] != "published":
                raise JobError("state", str(number))
        return self._propose(proposals.TAKE_BACK, [number], by, reason)

    def propose_rollback(self, release_id: int, *, by: Person, reason: str) -> Decision:
        """Propose to point back to a kept release."""
        _reason(reason)
        with self._looking() as connection:
            kept = {row.id: row for row in releases.history(connection) if row.kept}
            if release_id not in kept or kept[release_id].current:
                raise JobError("release", str(release_id))
        return self._propose(proposals.ROLLBACK, [release_id], by, reason)

    def decide(self, number: int, *, by: Person, approve: bool, reason: str, seen: str = "") -> Decision:
        """Approve or refuse a proposal, and begin what was approved. seen: begin of the fingerprint on the form.

        Raises JobError; then nothing was decided.
        """
        proposals.settle(self._engine)
        try:
            with self._engine.begin() as connection:
                row = proposals.find(connection, number)
                if row is not None and not row.fingerprint.startswith(seen):
                    raise JobError("stale", f"{number}: {seen}")
                if approve and row is not None and row.state == proposals.OPEN:
                    self._free(connection)
                decided = proposals.decide(
                    connection, number, by=by, approve=approve, reason=reason, persons=self._persons
                )
                row = proposals.find(connection, number)
        except proposals.ProposalError as error:
            raise JobError(error.code, str(error)) from None
        decision = Decision(number, row.kind, tuple(proposals.subject_of(row)), row.state)
        if decided is not None and approve:
            self._carry_out(row, decision)
        return decision

    def withdraw_proposal(self, number: int, *, by: Person) -> None:
        """The author takes an open proposal back."""
        proposals.settle(self._engine)
        try:
            with self._engine.begin() as connection:
                proposals.withdraw(connection, number, by=by)
        except proposals.ProposalError as error:
            raise JobError(error.code, str(error)) from None

    def _propose(
        self, kind: str, subject: list[int], by: Person, reason: str, confirmed: bool = False
    ) -> Decision:
        try:
            number = proposals.stored(
                self._engine, kind, subject, by=by, reason=reason, confirmed=confirmed, persons=self._persons,
                days=self._days,
            )  # fmt: skip
        except proposals.ProposalError as error:
            raise JobError(error.code, str(error)) from None
        if self._persons > 1:
            return Decision(number, kind, tuple(subject), proposals.OPEN)
        return self.decide(number, by=by, approve=True, reason=reason)

    def _carry_out(self, row, decision: Decision) -> None:
        author, reason = proposals.authors(row), row.reason
        if decision.kind == proposals.PUBLISH:
            self._work(
                "publish", jobs=list(decision.subject), author=author, reason=reason, confirmed=bool(row.confirmed),
                proposal=row.id,
            )  # fmt: skip
        elif decision.kind == proposals.TAKE_BACK:
            self._work("withdraw", job=decision.subject[0], author=author, reason=reason, proposal=row.id)
        elif decision.kind == proposals.ROLLBACK:
            try:
                jobs.roll_back(
                    self._engine, decision.subject[0], author=author, reason=reason, proposal=row.id
                )
            except releases.ReleaseError as error:
                raise JobError("release", str(error)) from None
            except proposals.ProposalError as error:
                raise JobError(error.code, str(error)) from None
            self._work("draw")

    def cancel(self, number: int) -> str:
        """Stop or throw away a load."""
        return jobs.cancel(self._engine, number)

    def heal(self) -> None:
        """Say of loads whose worker died that they stopped."""
        jobs.heal(self._engine)

    def _looking(self):
        return self._engine.connect().execution_options(reads_only=True)

    def _free(self, connection) -> None:
        held = lock.holder(connection)
        if held:
            raise JobError("busy", held)

    def _work(self, command: str, **arguments: object) -> None:
        if not self._in_process:
            who = audit.who_acts()
            worker.start(self._url, command, **arguments, acting=asdict(who) if who else None)
            return
        worker.run(command, arguments, self._engine)


def _reason(reason: str) -> str:
    tidy = " ".join(reason.split())
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON:
        raise JobError("reason", "Uzrakstiet iemeslu | write a reason")
    return tidy


def kinds(lang: str) -> list[tuple[str, str]]:
    """(id, name) of the tables that are read cell by cell."""
    return [(one.id, one.name(lang)) for one in all_datasets().values() if not one.extract]
