"""Tables of accounts, assignments and sessions."""

from __future__ import annotations

from . import schema  # noqa: F401
