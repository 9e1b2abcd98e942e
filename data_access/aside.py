"""Computation beside the transaction, in a forked process: one processor counts while the other writes.

Only for pure functions of what is in memory already. A child inherits the database connections and must not touch them;
what it finds comes back through a file without a name, so it never waits for its parent, alive or dead. Where there is
one processor, or another thread that might hold a lock at the moment of the fork, the work is done in this process.
"""

from __future__ import annotations

import gc
import os
import pickle  # nosec B403 # between a process and its own child
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

Found = TypeVar("Found")
Item = TypeVar("Item")


def possible() -> bool:
    """Whether work may be given to another process."""
    return (
        hasattr(os, "fork")
        and len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0]) > 1
        and threading.active_count() == 1
    )


class Aside(Generic[Found]):
    """Work that was begun and is asked for later, once."""

    def __init__(self, work: Callable[[], Found], *, apart: bool = True) -> None:
        """apart: False for work that is too small to be worth a process; it is done when it is asked for."""
        self._work = work
        self._child, self._parent = 0, os.getpid()
        if apart and possible():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 # lives as long as the child
            self._child = os.fork()
            if not self._child:
                _in_child(work, self._file)

    def result(self) -> Found:
        """What the work returned. An exception of the work is raised here; a child that was killed is done over."""
        if not self._child:
            return self._work()
        child, self._child = self._child, 0
        _pid, status = os.waitpid(child, 0)
        with self._file:
            if status:  # killed, for want of memory perhaps
                return self._work()
            self._file.seek(0)
            whole, found = pickle.load(self._file)  # nosec B301 # written by our own child
        if not whole:
            raise found
        return found

    def drop(self) -> None:
        """Let go of work that nobody asks for any more."""
        if self._child and self._parent == os.getpid():
            child, self._child = self._child, 0
            os.kill(child, 9)
            os.waitpid(child, 0)
            self._file.close()

    def __del__(self) -> None:
        self.drop()


def _in_child(work: Callable[[], Any], file) -> None:
    """Never returns: at the end no handler of the parent may run, least of all one of its database."""
    code = 1
    try:
        gc.disable()
        try:
            answer = (True, work())
        except BaseException as error:  # told to the parent, which raises it
            answer = (False, error)
        pickle.dump(answer, file, protocol=5)
        file.flush()
        code = 0
    finally:
        os._exit(code)


def spread(
    function: Callable[[Item], Found], items: Iterable[Item], weight: Callable[[Item], float]
) -> list[Found]:
    """`[function(item) for item in items]`, half of it in a child where that is worth it.

    weight: how much work an item is, compared with others.
    """
    items = list(items)
    if len(items) < 2 or not possible():
        return [function(item) for item in items]
    mine, others = _halves([weight(item) for item in items])
    aside = Aside(lambda: [function(items[place]) for place in others])
    try:
        found: dict[int, Found] = {place: function(items[place]) for place in mine}
        found.update(zip(others, aside.result(), strict=True))
    finally:
        aside.drop()
    return [found[place] for place in range(len(items))]


def _halves(weights: Sequence[float]) -> tuple[list[int], list[int]]:
    """Numbers of the items in two parts of about equal weight.

    >>> _halves([5, 1, 1, 4, 2])
    ([0, 1, 2], [3, 4])
    """
    parts: tuple[list[int], list[int]] = ([], [])
    sums = [0.0, 0.0]
    for place in sorted(range(len(weights)), key=lambda place: -weights[place]):
        part = sums.index(min(sums))
        parts[part].append(place)
        sums[part] += weights[place]
    return sorted(parts[0]), sorted(parts[1])
