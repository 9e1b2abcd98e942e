"""A small database, shared by all cases that only read it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import pytest

from data_access import engine as engines
from data_access import migrations_runner, releases
from data_access.importing.examine import Examined, examine
from data_access.importing.findings import Finding, Refusal
from data_access.importing.receive import Receipt
from tests.support import small


@pytest.fixture(scope="session")
def small_url(tmp_path_factory) -> str:
    """Address of the small database with one release; nobody writes to it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('small') / 'small.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=250)
        releases.publish(connection, reason="small", author="tests")
    engine.dispose()
    return url


def receipt(content: bytes | str, name: str = "kavejumi.csv") -> Receipt:
    """A received file."""
    raw = content.encode() if isinstance(content, str) else content
    return Receipt(name, raw, hashlib.sha256(raw).hexdigest())


@dataclass
class Seen:
    """What the loader said: the result (None = refused) and the findings."""

    result: Examined | None
    findings: list[Finding] = field(default_factory=list)
    counts: tuple[int, int, int, int] | None = None  # of a refused file whose rows were looked at

    @property
    def refused(self) -> bool:
        return self.result is None

    @property
    def rules(self) -> set[str]:
        return {finding.rule for finding in self.findings}

    def one(self, rule: str) -> Finding:
        """The finding of that rule."""
        return next(finding for finding in self.findings if finding.rule == rule)

    def at(self, rule: str) -> set[tuple[int | None, str]]:
        """(row, letter) of all findings of that rule."""
        return {(finding.row, finding.letter) for finding in self.findings if finding.rule == rule}

    @property
    def rows(self) -> list[dict]:
        return [ready.row for ready in self.result.rows]


@pytest.fixture
def look(small_url):
    """Function (content, name, kind): examine a file against the small database."""
    engine = engines.create(small_url)

    def run(content: bytes | str, name: str = "kavejumi.csv", kind: str | None = "absence") -> Seen:
        with engine.connect().execution_options(reads_only=True) as connection:
            try:
                result = examine(connection, receipt(content, name), kind)
            except Refusal as refusal:
                return Seen(None, list(refusal.findings), refusal.counts)
        assert result.read == result.loaded + result.quarantined + result.declared
        return Seen(result, result.findings)

    yield run
    engine.dispose()


@pytest.fixture
def reference_loaded(tmp_path):
    """A small database of its own: (look, load). load stages a file, and publishes it unless publish=False."""
    from data_access.importing import jobs

    engine = engines.create(f"sqlite:///{tmp_path / 'own.sqlite'}")
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=250)
        releases.publish(connection, reason="small", author="tests")

    def look(content: bytes | str, name: str = "kavejumi.csv", kind: str | None = "absence") -> Seen:
        with engine.connect().execution_options(reads_only=True) as connection:
            try:
                result = examine(connection, receipt(content, name), kind)
            except Refusal as refusal:
                return Seen(None, list(refusal.findings))
        return Seen(result, result.findings)

    def load(content: bytes | str, *, publish: bool = True, name: str = "kavejumi.csv"):
        with engine.begin() as connection:
            job = jobs.receive(connection, receipt(content, name), author="tests", as_of="2024-12-31")
        state = jobs.check(engine, job)
        if publish:
            assert state == "staged"
            jobs.publish(
                engine, author="tests", reason="tests", job_ids=[job], confirmed=True, steps=lambda say: ()
            )
        return state, engine

    yield look, load
    engine.dispose()


@pytest.fixture
def loaded(engine, database_url):
    """A small database with one file loaded, on both engines: (engine, address)."""
    from tests.support import loads  # it needs this file

    with engine.begin() as connection:
        small.fill(connection, more=80)
        releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
    loads.load(engine, 1)
    return engine, database_url
