"""Tables of disclosure reports and the ledger."""

from __future__ import annotations

from . import schema  # noqa: F401
