"""Readers of every role over the canary database, and what became of their requests."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field

import structlog

from tests.support import canary as canaries

SAME = {"Sec-Fetch-Site": "same-origin"}
ROLES = ("public", "school", "municipality", "ministry", "steward")


@dataclass
class Attack:
    """Readers of every role, and what became of their requests."""

    app: object
    canary: canaries.Canary
    logged: io.StringIO
    readers: dict = field(default_factory=dict)
    sent: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)
    found: list = field(default_factory=list)
    looked: tuple = (0, 0)

    def reader(self, role: str):
        """A client signed in with this role."""
        if role not in self.readers:
            client = self.app.server.test_client()
            if role != "public":
                answer = client.post("/pieslegties", data={"account": role, "next": "/"}, headers=SAME)
                assert answer.status_code == 303, role
            self.readers[role] = client
        return self.readers[role]

    def listen(self) -> None:
        """Catch the log: each application that is made sets it up anew."""
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(self.logged))

    def send(self, role: str, path: str, *, group: str, method: str = "GET", **options):
        """One request; whatever it answers is searched for canaries that this role must not see."""
        self.listen()
        answer = self.reader(role).open(path, method=method, **options)
        self.sent[group] += 1
        self.statuses[group, answer.status_code] += 1
        if answer.status_code >= 500:
            self.faults.append((role, method, path[:300], answer.status_code))
        text = canaries.text_of(answer.data, answer.mimetype)
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        for leak in canaries.leaks(text, role, self.canary) + canaries.leaks(head, role, self.canary):
            self.found.append((role, method, path[:300], leak))
        return answer

    def call(self, role: str, body: object, *, group: str, **options):
        """A callback request."""
        return self.send(
            role, "/_dash-update-component", method="POST", json=body, headers=SAME, group=group, **options
        )

    def clean(self) -> None:
        """Nothing has been found since the last look, and no request failed."""
        found, faults = self.found[self.looked[0] :], self.faults[self.looked[1] :]
        self.looked = (len(self.found), len(self.faults))
        assert not found, f"{len(found)} canaries: {found[:10]}"
        assert not faults, f"{len(faults)} faults: {faults[:10]}"
