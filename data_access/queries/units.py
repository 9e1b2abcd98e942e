"""Institutions and municipalities: look-up, search, lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, false, func, literal, or_, select

from language.sorting import search_key

from ..reading import Reader
from ..schema import institution, municipality

_BY_REG_NO = (
    select(
        institution,
        municipality.c.name_full.label("municipality_name"),
        municipality.c.name_en.label("municipality_name_en"),
        municipality.c.name_locative.label("municipality_locative"),
    )
    .join(municipality, municipality.c.code == institution.c.municipality_code)
    .where(institution.c.reg_no == bindparam("reg_no"))
)
_MUNICIPALITY = select(municipality).where(municipality.c.code == bindparam("code"))


@dataclass(frozen=True)
class Found:
    """A search hit: kind (institution | municipality), key for its address, name, type, municipality, closed.

    Institutions have one name; municipalities (and the place of an institution) have an English one besides.
    """

    kind: str
    key: str
    name: str
    type: str
    place: str
    closed: bool
    name_en: str = ""
    place_en: str = ""


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


# What stands before a word in a stored name besides a space: "Pirmsskola „Saulīte”", "Rīgas-Jūrmalas skola".
_BEFORE_A_WORD = ("-", "(", '"', "„")
SHORTEST_INSIDE = 4  # so many letters are looked for inside words, too; fewer would find every "novads"


def search(reader: Reader, text: str, limit: int = 10) -> list[Found]:
    """Institutions and municipalities whose name has every word of `text`, diacritics or not; or by number.

    Each typed word must begin a word of the name; from four letters on it may also stand inside one. Beside a word of
    its name an institution is found by its municipality, too ("vidusskola Ludza"). First come
    names that begin with the text (municipalities before institutions), then names in which every typed word
    begins a word, then the rest; of these institutions first, since every second word of a municipality is
    "novads" or "valstspilsēta". Within each open before closed, in Latvian order.
    """
    key = search_key(text)[:80]
    words = [word for word in key.split() if word][:6]
    if not words:
        return []
    day = reader.release.as_of
    rows = reader.connection.execute(
        select(municipality.c.code, municipality.c.name_full, municipality.c.name_en, municipality.c.kind)
        .add_columns(_rank(municipality.c.search_key, key, words).label("rank"))
        .where(
            _matches(municipality.c.search_key, words),
            or_(municipality.c.valid_to.is_(None), municipality.c.valid_to >= day),
            municipality.c.valid_from <= day,
        )
        .order_by("rank", municipality.c.sort_key)
        .limit(limit)
    )
    found = [
        (
            (row.rank, row.rank > 0),
            Found("municipality", row.code, row.name_full, row.kind, "", False, row.name_en),
        )
        for row in rows
    ]
    # A registration number may be typed in part, from six digits on.
    is_number = key.isascii() and key.isdigit() and len(key) >= 6
    number = institution.c.reg_no.startswith(key) if is_number else false()
    rows = reader.connection.execute(
        select(
            institution.c.reg_no,
            institution.c.name,
            institution.c.type,
            institution.c.valid_to,
            municipality.c.name_full,
            municipality.c.name_en,
            _rank(institution.c.search_key, key, words, municipality.c.search_key).label("rank"),
        )
        .join(municipality, municipality.c.code == institution.c.municipality_code)
        .where(or_(number, _matches(institution.c.search_key, words, municipality.c.search_key)))
        .order_by("rank", institution.c.valid_to.is_not(None), institution.c.sort_key)
        .limit(limit)
    )
    found += [
        (
            (row.rank, row.rank == 0),
            Found(
                "institution",
                row.reg_no,
                row.name,
                row.type,
                row.name_full,
                row.valid_to is not None,
                place_en=row.name_en,
            ),
        )
        for row in rows
    ]
    found.sort(key=lambda one: one[0])  # stable: each kind stays in its order
    return [one for _place, one in found[:limit]]


def _begins_a_word(column: ColumnElement, word: str) -> ColumnElement[bool]:
    """The first test leaves out most rows, so that the other one is seldom made."""
    spaced = literal(" ") + column
    for sign in _BEFORE_A_WORD:
        spaced = func.replace(spaced, sign, " ", type_=column.type)
    return and_(column.contains(word, autoescape=True), spaced.contains(f" {word}", autoescape=True))


def _matches(
    column: ColumnElement, words: Sequence[str], place: ColumnElement | None = None
) -> ColumnElement[bool]:
    """Every typed word begins a word of the name, or is long enough to be looked for inside one.

    place: some of the words, not all of them, may name the municipality instead.
    """
    own = [
        column.contains(word, autoescape=True)
        if len(word) >= SHORTEST_INSIDE
        else _begins_a_word(column, word)
        for word in words
    ]
    if place is None or len(words) == 1:
        return and_(*own)
    either = [or_(one, _begins_a_word(place, word)) for one, word in zip(own, words, strict=True)]
    return and_(or_(*own), *either)


def _rank(
    column: ColumnElement, key: str, words: Sequence[str], place: ColumnElement | None = None
) -> ColumnElement[int]:
    """0: the name begins with the text; 1: every typed word begins a word of it or of its place; 2: the rest."""
    begins = [_begins_a_word(column, word) for word in words]
    if place is not None and len(words) > 1:
        begins = [or_(one, _begins_a_word(place, word)) for one, word in zip(begins, words, strict=True)]
    return case((column.startswith(key, autoescape=True), 0), (and_(*begins), 1), else_=2)


def institution_counts(reader: Reader) -> dict[str, int]:
    """Open institutions by type."""
    rows = reader.connection.execute(
        select(institution.c.type, func.count())
        .where(institution.c.valid_to.is_(None))
        .group_by(institution.c.type)
    )
    return {row[0]: row[1] for row in rows}
