"""How often one reader may ask: a sliding window or a bucket for each kind of request and reader, kept in this process.

Several worker processes count each on their own, so the real limit is at most `workers` times the written one;
that is enough to keep one reader from slowing the others, and needs no shared store on the way of every request.
A window that is full stays shut until its oldest request is old; a bucket (pages, which are asked for by the thousand)
lets one through as often as it refills, so a scraper is slowed and a reader in a hurry waits for seconds.
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
    """At most `count` requests in `seconds`; 0 = no limit. bucket: `count` at once, then one every seconds / count."""

    count: int
    seconds: float
    bucket: bool = False


class Limits:
    """Counts requests by kind and reader. kinds: name -> (limit of a signed-in reader, limit of an address)."""

    def __init__(
        self, kinds: dict[str, tuple[Limit, Limit]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kinds = kinds
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._full_until: OrderedDict[tuple[str, str], float] = (
            OrderedDict()
        )  # when a bucket will be full again
        self._told: OrderedDict[tuple[str, str], float] = (
            OrderedDict()
        )  # when a refusal was last worth a record

    def wait(self, kind: str, reader: str, *, signed_in: bool) -> int:
        """Count one request; 0 when it may go on, else the whole seconds to wait (such a request is not counted)."""
        limit = self._kinds[kind][0 if signed_in else 1]
        if limit.count <= 0:
            return 0
        now = self._clock()
        with self._lock:
            if limit.bucket:
                return self._drop(limit, (kind, reader), now)
            times = self._seen.setdefault((kind, reader), deque())
            self._seen.move_to_end((kind, reader))
            _forget(self._seen)
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(times) >= limit.count:
                return max(1, math.ceil(times[0] + limit.seconds - now))
            times.append(now)
        return 0

    def _drop(self, limit: Limit, key: tuple[str, str], now: float) -> int:
        """Take one drop of a bucket; it is empty when it needs the whole time to fill again."""
        full = max(self._full_until.get(key, now), now) + limit.seconds / limit.count
        if full - now > limit.seconds:
            return max(1, math.ceil(full - now - limit.seconds))
        self._full_until[key] = full
        self._full_until.move_to_end(key)
        _forget(self._full_until)
        return 0

    def worth_a_record(self, kind: str, reader: str, *, signed_in: bool) -> bool:
        """Whether this is the first refusal of this reader within the limit's own time."""
        seconds, now = self._kinds[kind][0 if signed_in else 1].seconds, self._clock()
        with self._lock:
            if now - self._told.get((kind, reader), -math.inf) < seconds:
                return False
            self._told[kind, reader] = now
            self._told.move_to_end((kind, reader))
            _forget(self._told)
        return True


def _forget(known: OrderedDict) -> None:
    while len(known) > MOST_READERS:
        known.popitem(last=False)


def of_settings(settings) -> Limits:
    """The limits that the settings name.

    The accounts of the demonstration are shared by all its visitors: they get as many pages as an address, unless the
    setting says otherwise.
    """
    shared = settings.demo and "rate_pages" not in settings.model_fields_set
    return Limits(
        {
            "callback": (Limit(settings.rate_callbacks, 10), Limit(settings.rate_callbacks_address, 10)),
            "export": (Limit(settings.rate_exports, 3600), Limit(settings.rate_exports_address, 3600)),
            "import": (Limit(settings.rate_imports, 3600), Limit(settings.rate_imports, 3600)),
            "page": (
                Limit(settings.rate_pages_address if shared else settings.rate_pages, 600, bucket=True),
                Limit(settings.rate_pages_address, 600, bucket=True),
            ),
            "sign in": (Limit(settings.rate_sign_ins, 600), Limit(settings.rate_sign_ins, 600)),
        }
    )
