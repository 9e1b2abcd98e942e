"""Read person-level files and return their counts."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import kinds
from .findings import Finding, RefusedExtract
from .session import session


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The counts of a file. tables: dataset id -> rows of its template.

    rows = counted + without_value + wrong: rows read; in the counts; without a mark; left out and listed.
    """

    kind: str
    name: str
    sha256: str
    rows: int
    wrong: int
    without_value: int
    tables: dict[str, list[dict]]
    findings: list[Finding] = field(default_factory=list)

    @property
    def counted(self) -> int:
        return self.rows - self.wrong - self.without_value


def count_file(path: Path, kind_id: str, *, memory_mb: int = 500, threads: int = 0) -> Counted:
    """Stream the file to counts. Raises RefusedExtract (a RefusedFile), KeyError for an unknown kind."""
    kind = kinds()[kind_id]
    with session(path, kind, memory_mb=memory_mb, threads=threads) as found:
        tables = kind.count(found, found.source)
        return Counted(
            kind=kind.id,
            name=found.source.name,
            sha256=found.source.sha256,
            rows=found.rows,
            wrong=found.wrong,
            without_value=found.without_value,
            tables=tables,
            findings=found.findings,
        )


def count_files(
    files: Sequence[tuple[Path, str]], *, memory_mb: int = 500, threads: int = 0
) -> list[Counted | RefusedExtract]:
    """Count (path, kind) pairs, two side by side: while one file is read, the groups of the other become rows.

    memory_mb: of all together. The results in the order given; a refused file stands there as its refusal.
    """
    beside = max(1, min(2, len(files)))

    def one(file: tuple[Path, str]) -> Counted | RefusedExtract:
        try:
            return count_file(*file, memory_mb=memory_mb // beside, threads=threads)
        except RefusedExtract as refusal:
            return refusal

    with _uncollected(), ThreadPoolExecutor(beside) as pool:
        return list(pool.map(one, files))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles: it walks hundreds of thousands of plain rows again and again (a tenth of
    the time), and they have none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
