"""Tables of staging, findings and revisions."""

from __future__ import annotations

from . import schema  # noqa: F401
