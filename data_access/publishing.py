"""What a publication does, in order. Each step writes under the new release id, inside one transaction."""

from __future__ import annotations

from .releases import Step

STEPS: tuple[Step, ...] = ()
