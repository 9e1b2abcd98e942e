"""Disclosure control: rules, primary protection, the cube of what is published, attack, suppression, report."""

from __future__ import annotations

from indicators.disclosure.primary import (
    BASE,
    MINIMUM,
    RULES,
    percentage_band,
    persons_per_unit,
    protect,
    rounded,
)

__all__ = ["BASE", "MINIMUM", "RULES", "percentage_band", "persons_per_unit", "protect", "rounded"]
