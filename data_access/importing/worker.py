"""A load in a process of its own: `python -m data_access.importing.worker check|publish|withdraw|draw …`.

The page starts it so that neither its memory nor its time is the readers'. DATABASE_URL names the database; what
happens stands in the tables. Exit code 0 = done, 3 = refused, 4 = busy, 1 = a fault.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import structlog

ROOT = Path(__file__).resolve().parents[2]
_running: list[subprocess.Popen] = []


def start(database_url: str, command: str, **arguments: object) -> int:
    """Start a worker and return its process id."""
    _running[:] = [process for process in _running if process.poll() is None]
    process = subprocess.Popen(
        [sys.executable, "-m", "data_access.importing.worker", command, json.dumps(arguments)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None,  # the server's log, which the page names where a publication is refused
        start_new_session=True,
    )
    _running.append(process)
    return process.pid


def settle() -> None:
    """Wait for the workers that this process started."""
    for process in _running:
        process.wait()
    _running.clear()


def run_for(command: str, arguments: dict) -> int:
    """`run` with the actor of the arguments: what it records says who asked for it, as what and from where."""
    from .. import audit

    who = arguments.pop("acting", None)
    with audit.acting(audit.Actor(**who) if who else None):
        return run(command, arguments)


def run(command: str, arguments: dict, engine=None) -> int:
    """Do the work in this process; returns the exit code. What went wrong is noted on the load."""
    from .. import engine as engines
    from ..proposals import ProposalError
    from ..releases import ReleaseError
    from . import jobs, lock
    from .revisions import RevisionError

    own = engine is None
    if command == "draw":  # after a rollback: an older release may have been drawn by older code
        if own:
            _draw_pages("--missing")
        return 0
    engine = engine or engines.create(os.environ["DATABASE_URL"], wait_seconds=engines.PATIENT)
    number = arguments.get("job") or next(iter(arguments.get("jobs", [])), 0)
    try:
        if command == "check":
            jobs.heal(engine)
            return 3 if jobs.check(engine, arguments["job"]) == "refused" else 0
        if command == "publish":
            jobs.publish(
                engine, job_ids=arguments["jobs"], **_who(arguments), confirmed=arguments["confirmed"]
            )
        else:
            jobs.withdraw(engine, arguments["job"], **_who(arguments))
        if own:
            engines.tidy(engine)
            _draw_pages()
        return 0
    except lock.Busy:
        jobs.note(engine, number, "busy")
        return 4
    except RevisionError:
        jobs.note(engine, number, "later")
        return 3
    except ReleaseError as error:
        structlog.get_logger("ikms").error("publication refused", job=number, why=str(error))
        jobs.note(engine, number, "disclosure")
        jobs.record_refusal(engine, number, arguments.get("author") or "")
        return 3
    except (jobs.JobError, ProposalError) as error:
        jobs.note(engine, number, error.code)
        return 3
    except Exception as error:
        structlog.get_logger("ikms").error("load failed", job=number, kind=type(error).__name__)
        jobs.note(engine, number, "fault")
        return 1
    finally:
        if own:
            engine.dispose()


def _draw_pages(*options: str) -> None:
    """Draw the stored pages of the current release; they belong to a room above this one, so by the command line.

    A fault there leaves the publication alone: a page that is not stored is drawn when it is asked for.
    """
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "store-pages", *options],
        cwd=ROOT,
        check=False,
        stderr=subprocess.DEVNULL,
    )


def _who(arguments: dict) -> dict:
    return {name: arguments.get(name) for name in ("author", "reason", "proposal")}


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    _log_to_stderr()
    try:
        code = run_for(sys.argv[1], json.loads(sys.argv[2]))
    except Exception as error:  # a database's message quotes values; the log gets its kind alone
        structlog.get_logger("ikms").error("worker failed", kind=type(error).__name__)
        code = 1
    sys.exit(code)
