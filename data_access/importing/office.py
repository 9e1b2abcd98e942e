"""What the steward's page does: it writes through an engine of its own and leaves long work to worker processes."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date

from sqlalchemy import Engine

from .. import audit, releases
from . import jobs, lock, worker
from .datasets import all_datasets
from .receive import Receipt

UPLOAD_LIMIT = 32 * 1024 * 1024
SHORTEST_REASON = jobs.SHORTEST_REASON
LONGEST_REASON = 600

JobError = jobs.JobError
Busy = lock.Busy


class Office:
    """Loads for the page; made by `app.py`. in_process: do the work here (tests) instead of in a worker process."""

    def __init__(self, engine: Engine, database_url: str, *, in_process: bool = False) -> None:
        self._engine = engine
        self._url = database_url
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

    def publish(self, numbers: list[int], *, author: str, reason: str, confirmed: bool) -> None:
        """Begin a publication. Raises JobError at once when a reason or a confirmation is missing."""
        reason = _reason(reason)
        with self._engine.connect().execution_options(reads_only=True) as connection:
            for number in numbers:
                job = jobs.job_of(connection, number)
                if job["state"] != "staged":
                    raise JobError("state", f"{number}: {job['state']}")
                if job["confirms"] and not confirmed:
                    raise JobError("confirm", f"{number}: {job['confirms']}")
            self._free(connection)
        self._work("publish", jobs=numbers, author=author, reason=reason, confirmed=confirmed)

    def withdraw(self, number: int, *, author: str, reason: str) -> None:
        """Begin to take a published file back."""
        reason = _reason(reason)
        with self._engine.connect().execution_options(reads_only=True) as connection:
            if jobs.job_of(connection, number)["state"] != "published":
                raise JobError("state", str(number))
            self._free(connection)
        self._work("withdraw", job=number, author=author, reason=reason)

    def rollback(self, release_id: int, *, author: str, reason: str) -> int:
        """Point back to a kept release; returns its number. Its pages are drawn again where that is needed."""
        reason = _reason(reason)
        try:
            now = jobs.roll_back(self._engine, release_id, author=author, reason=reason).id
        except releases.ReleaseError as error:
            raise JobError("release", str(error)) from None
        self._work("draw")
        return now

    def cancel(self, number: int) -> str:
        """Stop or throw away a load."""
        return jobs.cancel(self._engine, number)

    def heal(self) -> None:
        """Say of loads whose worker died that they stopped."""
        jobs.heal(self._engine)

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
