"""Pages of single institutions that publication has drawn beforehand: one row for each plane and language.

A stored page is the answer to a change of view: HTML, packed once with the shared dictionary (`packing`). It belongs to a release and to a plane
like the values that it shows, and it is read under the reader's scope like them. It is used only while the
code that drew it is the code that runs (`mark`) and the institution has not answered since.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select

from . import plain
from .reading import Reader
from .schema import institution, school_answer, stored_page

WITHOUT_TOOL = ("preschool", "higher")

_ANSWERS = (
    select(func.max(school_answer.c.id))
    .where(school_answer.c.reg_no == bindparam("reg_no"))
    .scalar_subquery()
)
_ONE = select(
    stored_page.c.institution_id,
    stored_page.c.municipality_code,
    stored_page.c.mark,
    stored_page.c.answer_id,
    stored_page.c.html,
    func.coalesce(_ANSWERS, 0),
).where(
    stored_page.c.release_id == bindparam("release_id"),
    stored_page.c.address == bindparam("address"),
    stored_page.c.plane == "detail",
    stored_page.c.variant == bindparam("variant"),
)


def find(reader: Reader, address: str, reg_no: str, mark: str) -> bytes | None:
    """Packed HTML of an institution's page as this reader may see it; None: it has to be drawn.

    address: the page's path. mark: of the code that runs. Only exact pages are stored, so the public has none.
    """
    scope = reader.scope
    if not scope.signed_in:
        return None
    row = (
        plain.within(reader.connection)
        .execute(
            _ONE,
            {
                "release_id": reader.release.id,
                "address": address,
                "variant": variant_of(scope.role),
                "reg_no": reg_no,
            },
        )
        .first()
    )
    if row is None:
        return None
    institution_id, municipality_code, drawn_by, answer_id, html, newest = row
    if not scope.covers_institution(institution_id, municipality_code):
        return None
    return html if drawn_by == mark and answer_id == newest else None


def variant_of(role: str) -> str:
    """Which usual view a role gets: a municipality sees what is unusual first."""
    return "unusual" if role == "municipality" else ""


def drawn_by(reader: Reader, mark: str) -> dict[tuple[str, int], int]:
    """(address, newest answer shown) -> number of stored views of the reader's release that this code has drawn."""
    query = (
        select(stored_page.c.address, stored_page.c.answer_id, func.count())
        .where(stored_page.c.release_id == reader.release.id, stored_page.c.mark == mark)
        .group_by(stored_page.c.address, stored_page.c.answer_id)
    )
    return {(row[0], row[1]): row[2] for row in reader.connection.execute(query)}


def clear(connection: Connection, release_id: int) -> None:
    """Forget the stored pages of a release."""
    connection.execute(delete(stored_page).where(stored_page.c.release_id == release_id))


def write(connection: Connection, rows: Sequence[dict]) -> None:
    """Store drawn pages."""
    if rows:
        connection.execute(insert(stored_page), list(rows))


# --- drawing -----------------------------------------------------------------------------------------


def institutions(connection: Connection) -> Sequence[Row]:
    """Institutions whose pages are stored: (id, reg_no, municipality_code, newest answer), open and with the tool."""
    answers = (
        select(school_answer.c.reg_no, func.max(school_answer.c.id).label("answer_id"))
        .group_by(school_answer.c.reg_no)
        .subquery()
    )
    return connection.execute(
        select(
            institution.c.id,
            institution.c.reg_no,
            institution.c.municipality_code,
            func.coalesce(answers.c.answer_id, 0).label("answer_id"),
        )
        .outerjoin(answers, answers.c.reg_no == institution.c.reg_no)
        .where(institution.c.type.not_in(WITHOUT_TOOL), institution.c.valid_to.is_(None))
        .order_by(institution.c.id)
    ).all()
