"""Loads as jobs: received, checked and staged, published, taken back. Every state is in the database.

A job's rows are in `import_row` until a publication writes them into the tables, all jobs of one publication and its
release seen at once (`working_copy`): a killed process leaves the whole old state or the whole new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from .. import audit, proposals, releases, schema, working_copy
from ..bulk import insert_rows
from ..publishing import ensure_thresholds
from ..publishing import steps as publication_steps
from ..reading import Release
from ..schema_loading import import_content, import_finding, import_job, import_row
from ..writing import stamp
from . import lock, revisions
from .batches import loaded_before, open_batch
from .datasets import all_datasets
from .examine import Examined, examine
from .findings import Finding, Refusal, count_by_weight
from .receive import Receipt

SHORTEST_REASON = 5
MOST_FINDINGS = 5_000
MOST_MISSING = 2_000
WORKING = ("checking", "publishing")
SHREDDED = {"personal_column", "personal_value"}  # the file itself may not stay
_EMPTY = dict.fromkeys(("done", "total", "rows_read", "rows_loaded", "rows_quarantined", "rows_declared", "rows_new", "rows_revised", "rows_same", "rows_missing", "errors", "confirms", "notices"), 0)  # fmt: skip


class JobError(RuntimeError):
    """What is asked of a job cannot be done; code for the page, message (lv | en) for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Cancelled(Exception):
    """Somebody asked the work to stop."""


# --- receive


def receive(
    connection: Connection,
    receipt: Receipt,
    *,
    author: str,
    as_of: str,
    dataset: str | None = None,
    keep: bool = True,
) -> int:
    """Record a file and return the job's number. keep: store its content, for a worker in another process."""
    if dataset and dataset not in all_datasets():
        raise JobError("kind", f"Nav tādas tabulas: {dataset} | there is no such table: {dataset}")
    _iso(as_of)
    job_id = (connection.execute(select(func.max(import_job.c.id))).scalar() or 0) + 1
    at = stamp()
    connection.execute(
        insert(import_job).values(
            id=job_id, state="received", dataset=dataset, file_name=receipt.name[:200], sha256=receipt.sha256,
            size=len(receipt.content), as_of=as_of, author=author, created_at=at, updated_at=at, step="receive",
            worker="", reason="", **_EMPTY,
        )
    )  # fmt: skip
    if keep:
        connection.execute(insert(import_content).values(job_id=job_id, content=receipt.content))
    return job_id


def _iso(day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise JobError("date", f"Nederīgs datums {day} | not a date: {day}") from None


def receipt_of(connection: Connection, job_id: int) -> Receipt | None:
    """The file of a job, or None when it is gone."""
    row = connection.execute(
        select(import_job.c.file_name, import_content.c.content)
        .join(import_content, import_content.c.job_id == import_job.c.id)
        .where(import_job.c.id == job_id)
    ).first()
    if row is None:
        return None
    content = bytes(row.content)
    return Receipt(row.file_name, content, hashlib.sha256(content).hexdigest())


# --- check and stage


def check(engine: Engine, job_id: int, progress: Progress | None = None) -> str:
    """Examine a received file and stage its rows; returns the state that the job ends in.

    The file is checked without any lock; only staging needs it.
    """
    progress = progress or Progress(engine, job_id)
    with engine.begin() as connection:
        job = job_of(connection, job_id)
        if job["state"] not in ("received", "failed", "cancelled", "refused"):
            raise JobError(
                "state", f"Ielāde {job_id} jau ir {job['state']} | load {job_id} is {job['state']}"
            )
        receipt = receipt_of(connection, job_id)
        if receipt is None:
            raise JobError("gone", "Datnes vairs nav; sūtiet to vēlreiz | the file is gone; send it again")
        _set(connection, job_id, state="checking", worker=lock.me(), step="decode", done=0, total=0)
    try:
        with engine.connect() as connection:
            result = examine(_lockless(connection), receipt, job["dataset"], progress)
        progress("stage", 0, len(result.rows))
        with lock.importing(engine, f"{receipt.name}"), engine.begin() as connection:
            _still(connection, job_id)
            return store(connection, job_id, result)
    except Refusal as refusal:
        with engine.begin() as connection:
            return store_refusal(connection, job_id, refusal.findings, refusal.dataset, refusal.counts)
    except Cancelled:
        with engine.begin() as connection:
            _set(connection, job_id, state="cancelled", worker="")
        return "cancelled"
    except lock.Busy:
        with engine.begin() as connection:
            _set(connection, job_id, state="received", worker="", step="receive")
        raise
    except Exception:
        with contextlib.suppress(Exception), engine.begin() as connection:
            _set(connection, job_id, state="failed", worker="")
        raise


def _lockless(connection: Connection) -> Connection:
    """A connection that reads one snapshot and never holds SQLite's write lock."""
    return connection.execution_options(reads_only=True)


def _still(connection: Connection, job_id: int) -> None:
    if connection.execute(select(import_job.c.state).where(import_job.c.id == job_id)).scalar() != "checking":
        raise Cancelled


def store(connection: Connection, job_id: int, result: Examined) -> str:
    """Stage what was examined: rows, findings, counts. Returns the state."""
    _clear(connection, job_id)
    _store_findings(connection, job_id, result.findings)
    counts = count_by_weight(result.findings)
    unchanged = result.changes_nothing or loaded_before(connection, result.dataset.id, result.receipt.sha256)
    if not unchanged:
        labels = _labels(connection)
        rows = [
            {
                "number": number, "sheet": one.sheet, "row": one.number, "change": one.change,
                "label": labels(result.dataset, one.row), "payload": _json(one.row),
                "before": None if one.before is None else _json(one.before),
            }
            for number, one in enumerate(result.rows, start=1)
        ]  # fmt: skip
        rows += [
            {
                "number": len(rows) + number, "sheet": "", "row": 0, "change": "missing",
                "label": labels(result.dataset, row), "payload": _json(row), "before": None,
            }
            for number, row in enumerate(result.missing[:MOST_MISSING], start=1)
        ]  # fmt: skip
        insert_rows(connection, import_row, [{"job_id": job_id, **row} for row in rows])
    state = "unchanged" if unchanged else "staged"
    _record(connection, job_id, state, result.dataset.id)
    if unchanged:
        connection.execute(delete(import_content).where(import_content.c.job_id == job_id))
    _set(
        connection, job_id, state=state, worker="", step="stage", done=len(result.rows), total=len(result.rows),
        dataset=result.dataset.id, rows_read=result.read, rows_loaded=result.loaded,
        rows_quarantined=result.quarantined, rows_declared=result.declared,
        rows_new=result.count(revisions.NEW), rows_revised=result.count(revisions.REVISED),
        rows_same=result.count(revisions.SAME), rows_missing=len(result.missing),
        errors=counts["error"], confirms=counts["confirm"], notices=counts["notice"],
    )  # fmt: skip
    return state


def store_refusal(
    connection: Connection,
    job_id: int,
    findings: Sequence[Finding],
    dataset: str | None = None,
    lines: tuple[int, int, int, int] | None = None,
) -> str:
    """Keep why a file was refused, and as what it was recognised. A file with data about persons is deleted at once.

    lines: read, usable, with errors, declared (`Refusal.counts`); nothing of them is loaded.
    """
    _clear(connection, job_id)
    _store_findings(connection, job_id, findings)
    counts = count_by_weight(findings)
    if any(finding.rule in SHREDDED for finding in findings):
        connection.execute(delete(import_content).where(import_content.c.job_id == job_id))
    _record(connection, job_id, "refused", findings[0].rule)
    _set(
        connection, job_id, state="refused", worker="", errors=counts["error"], confirms=counts["confirm"],
        notices=counts["notice"], **({"dataset": dataset} if dataset else {}),
        **({"rows_read": lines[0], "rows_quarantined": lines[2], "rows_declared": lines[3]} if lines else {}),
    )  # fmt: skip
    return "refused"


def record_refusal(engine: Engine, job_id: int, who: str) -> None:
    """The audit record of a publication that disclosure control refused; readers see the old release."""
    with engine.begin() as connection:
        audit.record(
            connection,
            audit.RELEASED,
            who=who,
            unit=str(job_id),
            result="refused",
            detail={"what": "disclosure"},
        )


def _record(connection: Connection, job_id: int, state: str, what: str) -> None:
    """The audit record of a load; no value of the file is in it."""
    job = job_of(connection, job_id)
    audit.record(
        connection,
        audit.IMPORTED,
        who=job["author"],
        unit=str(job_id),
        result="refused" if state == "refused" else "done",
        detail={"state": state, "what": what, "sha256": job["sha256"]},
    )


def _clear(connection: Connection, job_id: int) -> None:
    connection.execute(delete(import_finding).where(import_finding.c.job_id == job_id))
    connection.execute(delete(import_row).where(import_row.c.job_id == job_id))


def _store_findings(connection: Connection, job_id: int, findings: Sequence[Finding]) -> None:
    # All that stop the file first; a hundred thousand alike help nobody.
    ordered = sorted(findings, key=lambda one: ("error", "confirm", "notice").index(one.weight))[
        :MOST_FINDINGS
    ]
    rows = []
    for number, finding in enumerate(ordered, start=1):
        texts = {lang: finding.texts(lang) for lang in ("lv", "en")}
        rows.append(
            {
                "job_id": job_id, "number": number, "severity": finding.weight, "rule": finding.rule,
                "sheet": finding.sheet, "row": finding.row, "letter": finding.letter, "heading": finding.heading,
                "value": finding.value, "place_lv": finding.place("lv"), "place_en": finding.place("en"),
                "problem_lv": texts["lv"][0], "problem_en": texts["en"][0], "cure_lv": texts["lv"][1],
                "cure_en": texts["en"][1],
            }
        )  # fmt: skip
    insert_rows(connection, import_finding, rows)


def _labels(connection: Connection) -> Callable[..., str]:
    """Function (dataset, table row) -> its key in words."""
    table = schema.institution
    names = {
        row.id: f"{row.name} ({row.reg_no})"
        for row in connection.execute(select(table.c.id, table.c.name, table.c.reg_no))
    }

    def label(dataset, row: dict[str, Any]) -> str:
        _, keys = revisions.target_of(dataset)
        parts = []
        for key in keys:
            value = row.get(key)
            if key == "institution_id":
                parts.append(names.get(value, str(value)))
            elif key == "school_year":
                parts.append(f"{value}/{value + 1}")
            elif key not in dataset.constants:
                parts.append(str(value))
        return ", ".join(parts)

    return label


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# --- publish


def staged(connection: Connection) -> list[int]:
    """Jobs that wait for a publication, oldest first."""
    return list(
        connection.execute(
            select(import_job.c.id).where(import_job.c.state == "staged").order_by(import_job.c.id)
        ).scalars()
    )


def publish(
    engine: Engine,
    *,
    author: str,
    reason: str,
    job_ids: Sequence[int] | None = None,
    confirmed: bool = False,
    say: Callable[[str], None] = lambda text: None,
    steps: Callable = publication_steps,
    proposal: int | None = None,
) -> Release:
    """Write staged jobs (all, or those named) into the tables and publish a release: all of it is seen at once.

    proposal: the approved one that this carries out. Raises ProposalError when it may not be, JobError when a reason or a
    confirmation is missing or the disk is too full, lock.Busy when another one is at work.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise JobError("reason", "Publicēšanai vajag iemeslu | a publication needs a reason")
    heal(engine)
    with lock.importing(engine, "publish"):
        _claim(engine, proposal)
        with engine.begin() as connection:
            chosen = staged(connection) if job_ids is None else list(job_ids)
            jobs = [job_of(connection, job_id) for job_id in chosen]
            for job in jobs:
                if job["state"] != "staged":
                    raise JobError(
                        "state", f"Ielāde {job['id']} ir {job['state']} | load {job['id']} is {job['state']}"
                    )
                if job["confirms"] and not confirmed:
                    raise JobError(
                        "confirm",
                        f"Ielādei {job['id']} ir {job['confirms']} jautājumi, kas jāapstiprina | "
                        f"load {job['id']} has {job['confirms']} questions to confirm",
                    )
            for job in jobs:
                _set(
                    connection, job["id"], state="publishing", worker=lock.me(), step="apply", done=0, total=0
                )
            if steps is publication_steps:
                ensure_thresholds(connection, 0)  # of new indicators, before anybody computes with them
        progress = Progress(engine, chosen[0] if chosen else 0, inside=True)
        try:
            release = _make(
                engine,
                lambda connection: _publish(connection, jobs, author, reason, say, progress, steps),
                lambda connection, made: (
                    _published(connection, jobs, reason, made),
                    _carried_out(connection, proposal, made),
                ),
            )
        except BaseException:
            with contextlib.suppress(Exception), engine.begin() as connection:
                for job in jobs:
                    _set(connection, job["id"], state="staged", worker="", step="stage")
            raise
        finally:
            progress.close()
    return release


def _claim(engine: Engine, proposal: int | None) -> None:
    """Under the lock of imports: what the proposal covers is still what is there."""
    if proposal is None:
        return
    try:
        with engine.begin() as connection:
            proposals.claim(connection, proposal)
    except proposals.ProposalError as error:
        if error.code == proposals.STALE:
            proposals.spoil(engine, proposal)
        raise


def _carried_out(connection: Connection, proposal: int | None, release: Release) -> None:
    if proposal is not None:
        proposals.carried_out(connection, proposal, release.id)


def _make(engine: Engine, work: Callable, finish: Callable = lambda connection, made: None) -> Release:
    try:
        return working_copy.make(engine, work, finish)
    except working_copy.CopyError as error:
        raise JobError(error.code, str(error)) from error


def _publish(
    connection: Connection,
    jobs: Sequence[dict],
    author: str,
    reason: str,
    say: Callable[[str], None],
    progress: Progress,
    steps: Callable,
) -> Release:
    pointer = connection.execute(select(schema.release_pointer.c.release_id)).scalar()
    for job in jobs:
        dataset = all_datasets()[job["dataset"]]
        staged_rows = connection.execute(
            select(import_row.c.payload)
            .where(import_row.c.job_id == job["id"], import_row.c.change != "missing")
            .order_by(import_row.c.number)
        ).scalars()
        rows = [json.loads(payload) for payload in staged_rows]
        batch_id = open_batch(
            connection, dataset.id, dataset.source_code, job["file_name"], job["sha256"], job["as_of"],
            job["rows_read"], rows_declared=job["rows_declared"], rows_quarantined=job["rows_quarantined"],
            batch_id=revisions.next_batch_id(connection),
        )  # fmt: skip
        counts = revisions.apply(
            connection, dataset, rows, batch_id, reason=reason, author=author, job_id=job["id"]
        )
        say(f"{job['file_name']}: +{counts['new']} ±{counts['revised']} ={counts['same']}")
        job |= {"load_batch_id": batch_id, "counts": counts, "release_before": pointer}
    made = total = 0

    def told(text: str) -> None:
        say(text)
        progress(text, made, total)

    def counted(step):
        def run(connection: Connection, release_id: int) -> None:
            nonlocal made
            progress(step.__name__, made, total)
            step(connection, release_id)
            made += 1

        return run

    wanted = [counted(step) for step in steps(told)]
    total = len(wanted)
    return releases.publish(connection, reason=reason, author=author, steps=wanted, apart=True)


def _published(connection: Connection, jobs: Sequence[dict], reason: str, release: Release) -> None:
    for job in jobs:
        _set(
            connection, job["id"], state="published", worker="", step="publish", reason=reason,
            load_batch_id=job["load_batch_id"], release_id=release.id, release_before=job["release_before"],
            rows_new=job["counts"]["new"], rows_revised=job["counts"]["revised"], rows_same=job["counts"]["same"],
        )  # fmt: skip
        connection.execute(delete(import_row).where(import_row.c.job_id == job["id"]))
        connection.execute(delete(import_content).where(import_content.c.job_id == job["id"]))


# --- take back


def withdraw(
    engine: Engine,
    job_id: int,
    *,
    author: str,
    reason: str,
    say: Callable[[str], None] = lambda text: None,
    steps: Callable = publication_steps,
    proposal: int | None = None,
) -> Release:
    """Take a published file back: the tables become what they were, and so does what readers see.

    The pointer goes back when the file's release is the newest and had no other file; else a new release is made.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise JobError("reason", "Atsaukšanai vajag iemeslu | taking back needs a reason")
    heal(engine)
    with lock.importing(engine, "withdraw"):
        _claim(engine, proposal)
        return _make(
            engine,
            lambda connection: _withdraw(connection, job_id, author, reason, steps(say)),
            lambda connection, made: (
                _set(connection, job_id, state="withdrawn", reason=reason),
                _carried_out(connection, proposal, made),
            ),
        )


def _withdraw(
    connection: Connection, job_id: int, author: str, reason: str, steps: Sequence[releases.Step]
) -> Release:
    job = job_of(connection, job_id)
    if job["state"] != "published":
        raise JobError("state", f"Ielāde {job_id} nav publicēta | load {job_id} is not published")
    revisions.withdraw(connection, job["load_batch_id"], reason=reason, author=author)
    others = connection.execute(
        select(func.count())
        .select_from(import_job)
        .where(
            import_job.c.release_id == job["release_id"],
            import_job.c.state == "published",
            import_job.c.id != job_id,
        )
    ).scalar()
    newest = connection.execute(select(func.max(schema.release.c.id))).scalar()
    kept = {row.id for row in releases.history(connection) if row.kept}
    if newest == job["release_id"] and not others and job["release_before"] in kept:
        return releases.rollback(connection, job["release_before"], reason=reason, author=author, apart=True)
    return releases.publish(connection, reason=reason, author=author, steps=steps, apart=True)


def roll_back(
    engine: Engine, release_id: int, *, author: str, reason: str, proposal: int | None = None
) -> Release:
    """Point back to a kept release. Raises ReleaseError, JobError, ProposalError, lock.Busy."""
    with lock.importing(engine, "rollback"):
        _claim(engine, proposal)
        return _make(
            engine,
            lambda connection: releases.rollback(
                connection, release_id, reason=reason, author=author, apart=True
            ),
            lambda connection, made: _carried_out(connection, proposal, made),
        )


# --- cancel, heal


def cancel(engine: Engine, job_id: int) -> str:
    """Stop a job; returns its state afterwards. A publication that is stopped leaves the file staged."""
    with engine.connect() as connection:
        job = job_of(_lockless(connection), job_id)
    if job["state"] in WORKING and job["worker"] != lock.me() and lock.alive(job["worker"]):
        _stop(job["worker"], job_id)
    with engine.begin() as connection:
        state = job_of(connection, job_id)["state"]
        after = {"publishing": "staged", "received": "cancelled", "checking": "cancelled", "staged": "cancelled",
                 "refused": "cancelled", "failed": "cancelled"}.get(state, state)  # fmt: skip
        _set(connection, job_id, state=after, worker="")
        if after == "cancelled":
            connection.execute(delete(import_row).where(import_row.c.job_id == job_id))
            connection.execute(delete(import_content).where(import_content.c.job_id == job_id))
    return after


def _stop(worker: str, job_id: int) -> None:
    """End the worker process of a job on this machine, and only if it is one."""
    pid = int(worker.rpartition(":")[2])
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return
    if b"data_access.importing.worker" not in command:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        for _ in range(30):
            if not lock.alive(worker):
                return
            time.sleep(0.1)


def heal(engine: Engine) -> None:
    """Jobs whose worker is dead: what was being checked has failed, what was being published is staged again.

    What killed publications left in the database and beside it is cleared as well.
    """
    if working_copy.left_over(engine):
        with contextlib.suppress(lock.Busy), lock.importing(engine, "tidy"):
            working_copy.tidy_up(engine)
    with engine.connect() as connection:
        dead = [
            row
            for row in _lockless(connection)
            .execute(select(import_job).where(import_job.c.state.in_(WORKING)))
            .mappings()
            if not lock.alive(row["worker"], row["updated_at"])
        ]
    if not dead:
        return
    with engine.begin() as connection:
        for row in dead:
            state = "staged" if row["state"] == "publishing" else "failed"
            connection.execute(
                update(import_job)
                .where(import_job.c.id == row["id"], import_job.c.worker == row["worker"])
                .values(state=state, worker="", updated_at=stamp())
            )


# --- progress


class Progress:
    """Tells how far a job is, twice a second at most, and stops it when somebody cancelled it.

    inside: the work is inside a transaction that keeps everybody else from writing (SQLite); then a small file beside
    the database says it instead.
    """

    def __init__(self, engine: Engine, job_id: int, *, inside: bool = False, every: float = 0.5) -> None:
        self._engine, self._job_id, self._every = engine, job_id, every
        self._file = _progress_file(engine, job_id) if inside else None
        self._inside = inside
        self._next = 0.0
        self._step = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        at = time.monotonic()
        if at < self._next and step == self._step:
            return
        self._next, self._step = at + self._every, step
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.write_text(f"{step}\n{done}\n{total}", encoding="utf-8")
            return
        if not self._job_id:
            return
        with self._engine.begin() as connection:
            state = connection.execute(
                select(import_job.c.state).where(import_job.c.id == self._job_id)
            ).scalar()
            if not self._inside and state != "checking":
                raise Cancelled
            _set(connection, self._job_id, step=step, done=done, total=total)

    def close(self) -> None:
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def _progress_file(engine: Engine, job_id: int) -> Path | None:
    if engine.dialect.name != "sqlite":
        return None
    name = str(engine.url.database).removeprefix("file:").partition("?")[0]
    return Path(f"{name}.load-{job_id}")


def progress_of(engine: Engine, job: dict) -> tuple[str, int, int]:
    """Step, done and total of a job at work."""
    path = _progress_file(engine, job["id"])
    if job["state"] == "publishing" and path is not None:
        with contextlib.suppress(OSError, ValueError):
            step, done, total = path.read_text(encoding="utf-8").split("\n")
            return step, int(done), int(total)
    return job["step"], job["done"], job["total"]


# --- small


def job_of(connection: Connection, job_id: int) -> dict[str, Any]:
    """A load's row. Raises JobError."""
    row = connection.execute(select(import_job).where(import_job.c.id == job_id)).mappings().first()
    if row is None:
        raise JobError("unknown", f"Ielādes {job_id} nav | there is no load {job_id}")
    return dict(row)


def note(engine: Engine, job_id: int, step: str) -> None:
    """Leave a word on a job that did not come to its end: busy, refused, fault."""
    with engine.begin() as connection:
        _set(connection, job_id, step=step, done=0, total=0)


def _set(connection: Connection, job_id: int, **values: Any) -> None:
    connection.execute(
        update(import_job).where(import_job.c.id == job_id).values(updated_at=stamp(), **values)
    )
