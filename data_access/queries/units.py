"""Institutions and municipalities: look-up, search, lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, bindparam, func, or_, select

from language.sorting import search_key

from ..reading import Reader
from ..schema import institution, municipality

_BY_REG_NO = (
    select(
        institution,
        municipality.c.name.label("municipality_name"),
        municipality.c.name_locative.label("municipality_locative"),
    )
    .join(municipality, municipality.c.code == institution.c.municipality_code)
    .where(institution.c.reg_no == bindparam("reg_no"))
)
_MUNICIPALITY = select(municipality).where(municipality.c.code == bindparam("code"))


@dataclass(frozen=True)
class Found:
    """A search hit: kind (institution | municipality), key for its address, name, note."""

    kind: str
    key: str
    name: str
    type: str
    place: str
    closed: bool


def institution_by_reg_no(reader: Reader, reg_no: str) -> Row | None:
    """The institution with this registration number, with its municipality's names, or None."""
    return reader.connection.execute(_BY_REG_NO, {"reg_no": reg_no}).first()


def municipality_by_code(reader: Reader, code: str) -> Row | None:
    """The municipality with this CSP code, or None."""
    return reader.connection.execute(_MUNICIPALITY, {"code": code}).first()


def municipalities(reader: Reader, at: str | None = None) -> Sequence[Row]:
    """Municipalities valid at a date (ISO; default the release's as-of date) in Latvian order."""
    day = at or reader.release.as_of
    return reader.connection.execute(
        select(municipality)
        .where(
            municipality.c.valid_from <= day,
            or_(municipality.c.valid_to.is_(None), municipality.c.valid_to >= day),
        )
        .order_by(municipality.c.sort_key)
    ).all()


def institutions_of(reader: Reader, municipality_code: str) -> Sequence[Row]:
    """All institutions of a municipality, open and closed, in Latvian order."""
    return reader.connection.execute(
        select(institution)
        .where(institution.c.municipality_code == municipality_code)
        .order_by(institution.c.sort_key)
    ).all()


def search(reader: Reader, text: str, limit: int = 10) -> list[Found]:
    """Institutions and municipalities whose name has every word of `text`, diacritics or not.

    Municipalities first, then names that begin with the text, then the rest in Latvian order.
    """
    key = search_key(text)[:80]
    words = [word for word in key.split() if word][:6]
    if not words:
        return []
    found: list[Found] = []
    condition = [municipality.c.search_key.contains(word, autoescape=True) for word in words]
    day = reader.release.as_of
    rows = reader.connection.execute(
        select(municipality.c.code, municipality.c.name, municipality.c.name_full, municipality.c.kind)
        .where(*condition, or_(municipality.c.valid_to.is_(None), municipality.c.valid_to >= day))
        .where(municipality.c.valid_from <= day)
        .order_by(municipality.c.sort_key)
        .limit(limit)
    )
    found += [Found("municipality", row.code, row.name_full, row.kind, "", False) for row in rows]
    condition = [
        or_(institution.c.search_key.contains(word, autoescape=True), institution.c.reg_no == word)
        for word in words
    ]
    starts = institution.c.search_key.startswith(key, autoescape=True)
    rows = reader.connection.execute(
        select(
            institution.c.reg_no,
            institution.c.name,
            institution.c.type,
            institution.c.valid_to,
            municipality.c.name_full,
        )
        .join(municipality, municipality.c.code == institution.c.municipality_code)
        .where(*condition)
        .order_by(starts.desc(), institution.c.valid_to.is_not(None), institution.c.sort_key)
        .limit(max(limit - len(found), 0))
    )
    found += [
        Found("institution", row.reg_no, row.name, row.type, row.name_full, row.valid_to is not None)
        for row in rows
    ]
    return found


def institution_counts(reader: Reader) -> dict[str, int]:
    """Open institutions by type."""
    rows = reader.connection.execute(
        select(institution.c.type, func.count())
        .where(institution.c.valid_to.is_(None))
        .group_by(institution.c.type)
    )
    return {row[0]: row[1] for row in rows}
