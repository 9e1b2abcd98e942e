"""What one person proposed and another decided: publications, taking back, rollbacks, thresholds."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index

from .schema import _int, _table, _text

KINDS = ("publish", "withdraw", "rollback", "threshold")
STATES = (
    "open",
    "approved",
    "refused",
    "withdrawn",  # by its author
    "stale",  # what it covers changed before it was decided or carried out
    "expired",
)

proposal = _table(
    "proposal",
    _int("id", primary_key=True),
    _text("kind"),
    _text("subject"),  # numbers of loads, of a release or of a threshold, separated by commas
    _text("fingerprint"),  # SHA-256 of what it covers as it was proposed
    _int("confirmed"),  # 1 = the author has looked at the questions of the checks
    _text("author_key"),  # account, not login: user:<id> or demo:<key>
    _text("author"),
    _text("reason"),
    _text("created_at"),
    _text("expires_at"),
    _text("state"),
    _int("persons"),  # how many had to take part when it was proposed or decided
    _text("decider_key", null=True),
    _text("decider", null=True),
    _text("decision_reason", null=True),
    _text("decided_at", null=True),
    _int("release_id", null=True),  # what it put in front of readers; an approval is carried out once
    CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind"),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
    CheckConstraint(
        "state <> 'approved' OR (decider_key IS NOT NULL AND (decider_key <> author_key OR persons = 1))",
        name="two_persons",
    ),
    Index("ix_proposal_state", "state"),
)
