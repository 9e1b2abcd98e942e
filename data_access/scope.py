"""Who asks, and what they may see exactly. Built only by `access` from the server's session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

ROLES = ("public", "school", "municipality", "ministry", "steward")
SEES_ALL = frozenset({"ministry", "steward"})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The reader's role and the ids whose exact values and levels they may read.

    institutions: institution ids of the own scope; municipalities: codes whose schools are in scope. label: name of the
    unit, or the role; label_en: its English name, "" where it has none.
    """

    role: str = "public"
    institutions: frozenset[int] = field(default_factory=frozenset)
    municipalities: frozenset[str] = field(default_factory=frozenset)
    label: str = ""
    label_en: str = ""
    user: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"unknown role: {self.role!r}")
        if self.role == "public" and (self.institutions or self.municipalities):
            raise ValueError("the public has no detail scope")

    @classmethod
    def public(cls) -> Scope:
        """Nobody in particular: released values only."""
        return cls()

    @property
    def signed_in(self) -> bool:
        return self.role != "public"

    @property
    def sees_all(self) -> bool:
        """Ministry and stewards read the detail plane of every institution."""
        return self.role in SEES_ALL

    @property
    def audience(self) -> str:
        """Cache key part: two readers share a cached answer only when this is equal."""
        if self.sees_all:
            return "all"
        if not self.signed_in:
            return "public"
        ids = ",".join(map(str, sorted(self.institutions)))
        return f"{self.role}:{ids}:{','.join(sorted(self.municipalities))}"

    def covers_institution(self, institution_id: int, municipality_code: str | None = None) -> bool:
        """May this reader see exact values and the level of this institution?"""
        return (
            self.sees_all
            or institution_id in self.institutions
            or (municipality_code is not None and municipality_code in self.municipalities)
        )

    def covers_municipality(self, code: str) -> bool:
        """May this reader see the exact values of all schools of this municipality?"""
        return self.sees_all or code in self.municipalities

    def covers_country(self) -> bool:
        """May this reader see every institution of the country?"""
        return self.sees_all

    def plane(self, *, institution_id: int | None = None, municipality_code: str | None = None) -> str:
        """'detail' when the unit is in scope, else 'released'."""
        if institution_id is not None:
            return "detail" if self.covers_institution(institution_id, municipality_code) else "released"
        if municipality_code is not None:
            return "detail" if self.covers_municipality(municipality_code) else "released"
        return "detail" if self.sees_all else "released"

    def predicate(self, institution_column, municipality_column, *, text_ids: bool = False):
        """SQL condition for rows of the detail plane in scope; false() for the public.

        text_ids: the institution column holds the id as text (unit_id of the value tables).
        """
        from sqlalchemy import false, or_, true

        if self.sees_all:
            return true()
        parts = []
        if self.institutions:
            ids = _sorted(self.institutions)
            parts.append(institution_column.in_([str(i) for i in ids] if text_ids else ids))
        if self.municipalities:
            parts.append(municipality_column.in_(_sorted(self.municipalities)))
        return or_(*parts) if parts else false()


def _sorted(values: Iterable) -> list:
    return sorted(values)
