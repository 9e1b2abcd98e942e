"""How often one reader may ask: a sliding window for each kind of request and reader, kept in this process.

Several worker processes count each on their own, so the real limit is at most `workers` times the written one;
that is enough to keep one reader from slowing the others, and needs no shared store on the way of every request.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

MOST_READERS = 20_000  # remembered at once; the one that asked longest ago is forgotten first


@dataclass(frozen=True)
class Limit:
    """At most `count` requests in `seconds`; 0 = no limit."""

    count: int
    seconds: float


class Limits:
    """Counts requests by kind and reader. kinds: name -> (limit of a signed-in reader, limit of an address)."""

    def __init__(
        self, kinds: dict[str, tuple[Limit, Limit]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kinds = kinds
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait(self, kind: str, reader: str, *, signed_in: bool) -> int:
        """Count one request; 0 when it may go on, else the whole seconds to wait (such a request is not counted)."""
        limit = self._kinds[kind][0 if signed_in else 1]
        if limit.count <= 0:
            return 0
        now = self._clock()
        with self._lock:
            times = self._seen.setdefault((kind, reader), deque())
            self._seen.move_to_end((kind, reader))
            while len(self._seen) > MOST_READERS:
                self._seen.popitem(last=False)
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(times) >= limit.count:
                return max(1, math.ceil(times[0] + limit.seconds - now))
            times.append(now)
        return 0


def of_settings(settings) -> Limits:
    """The limits that the settings name."""
    return Limits(
        {
            "callback": (Limit(settings.rate_callbacks, 10), Limit(settings.rate_callbacks_address, 10)),
            "export": (Limit(settings.rate_exports, 3600), Limit(settings.rate_exports_address, 3600)),
            "import": (Limit(settings.rate_imports, 3600), Limit(settings.rate_imports, 3600)),
            "sign in": (Limit(settings.rate_sign_ins, 600), Limit(settings.rate_sign_ins, 600)),
        }
    )
