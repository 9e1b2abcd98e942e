"""Stored pages: the same HTML as drawn, for readers in scope only, and never older than what they show."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete, insert, select, update

from data_access import engine as engines
from data_access import packing, stored_pages
from data_access.reading import reading
from data_access.schema import institution, school_answer, stored_page
from data_access.scope import Scope
from pages import specimen, stored

SCHOOL = "9900000827"
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
def stored_app(demo_app, demo_settings):
    """The application with the pages of two schools stored; cleared afterwards."""
    engine = engines.create(demo_settings.database_url)
    with engine.begin() as connection:
        connection.execute(delete(stored_page))
    with reading(engine, Scope.public()) as reader:
        units = [u for u in stored_pages.institutions(reader.connection) if u.reg_no == SCHOOL]
        rows = list(stored.drawn(reader, units, demo_settings))
    with engine.begin() as connection:
        stored_pages.write(connection, rows)
    yield demo_app
    with engine.begin() as connection:
        connection.execute(delete(stored_page))
    engine.dispose()


def change(client, path: str) -> str:
    answer = client.get(f"/skats{path}", headers=PLAIN)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def drawn_now(demo_settings, path: str, account_scope: Scope, app) -> str:
    return app.site.renderer.view(path, "", account_scope).to_fragment()


@pytest.mark.parametrize("account", ["ministry", "municipality", "school"])
def test_stored_page_is_the_drawn_page(stored_app, signed_in, account, demo_settings):
    """What is stored is letter by letter what would be drawn for this reader now."""
    scope = stored_app.server.extensions["ikms_demo_accounts"][account]
    expected = drawn_now(demo_settings, f"/skola/{SCHOOL}", scope, stored_app)
    assert change(signed_in(account), f"/skola/{SCHOOL}") == expected


def test_stored_rows_are_exact_and_their_variants_differ(stored_app, demo_settings):
    """Two usual views of one school: with all indicators, and with the unusual ones."""
    engine = engines.create(demo_settings.database_url, read_only=True)
    with engine.begin() as connection:
        rows = connection.execute(select(stored_page)).all()
    engine.dispose()
    assert sorted((row.plane, row.variant) for row in rows) == [("detail", ""), ("detail", "unusual")]
    whole, unusual = (specimen.dictionary("lv").unpack(r.html) for r in sorted(rows, key=lambda r: r.variant))
    assert whole.count("m-spine-row") > unusual.count("m-spine-row")


def test_the_public_gets_no_stored_exact_page(stored_app, client, signed_in):
    """Without a session the same address answers the released page: no level, no boundary."""
    public, exact = change(client, f"/skola/{SCHOOL}"), change(signed_in("ministry"), f"/skola/{SCHOOL}")
    assert public != exact
    assert "m-limit-high" in exact
    assert "m-limit-high" not in public
    assert "m-level-high" not in public


def test_another_school_gets_the_released_page(stored_app, demo_settings):
    """A school's own account outside its scope reads the released plane."""
    engine = engines.create(demo_settings.database_url, read_only=True)
    with engine.begin() as connection:
        other = connection.execute(
            select(institution.c.id).where(institution.c.reg_no != SCHOOL).limit(1)
        ).scalar_one()
    scope = Scope(role="school", institutions=frozenset({other}))
    with reading(engine, scope) as reader:
        mark = stored.code_mark(demo_settings.contact)
        assert stored_pages.find(reader, f"/skola/{SCHOOL}", SCHOOL, mark) is None
    engine.dispose()


def test_a_newer_answer_or_other_code_ends_it(stored_app, demo_settings):
    """A stored page is not used after the school has answered, nor by code that did not draw it."""
    engine = engines.create(demo_settings.database_url)
    mark = stored.code_mark(demo_settings.contact)
    ministry = Scope(role="ministry")

    def found(with_mark: str) -> bytes | None:
        with reading(engine, ministry) as reader:
            return stored_pages.find(reader, f"/skola/{SCHOOL}", SCHOOL, with_mark)

    assert found(mark) is not None
    assert found("other code") is None
    with engine.begin() as connection:
        row = connection.execute(select(stored_page.c.release_id).limit(1)).scalar_one()
        number = connection.execute(
            insert(school_answer)
            .values(
                reg_no=SCHOOL, release_id=row, indicator_id="R01", stage="basic", school_year=2023, semester=0,
                verdict="right", reason="", explanation="", restricted=0, action="", responsible="",
                author="test", created_at="2026-01-01T00:00:00+00:00",
            )
            .returning(school_answer.c.id)
        ).scalar_one()  # fmt: skip
    try:
        assert found(mark) is None
        with engine.begin() as connection:
            connection.execute(update(stored_page).values(answer_id=number))
        assert found(mark) is not None
    finally:
        with engine.begin() as connection:
            connection.execute(delete(school_answer).where(school_answer.c.id == number))
            connection.execute(update(stored_page).values(answer_id=0))
        engine.dispose()


def test_twins_are_fetched_when_opened(stored_app, signed_in):
    """A change leaves the closed tables out; each of their addresses answers the table of the first view."""
    client = signed_in("ministry")
    html = change(client, f"/skola/{SCHOOL}")
    twins = re.findall(r'data-twin="([^"]+)"', html)
    assert len(twins) >= 3
    first_view = client.get(f"/skola/{SCHOOL}").get_data(as_text=True)
    for address in twins:
        answer = client.get(address.replace("&amp;", "&"), headers=PLAIN)
        assert answer.status_code == 200
        table = answer.get_data(as_text=True)
        assert "<table" in table
        assert table in first_view


def test_charts_are_left_to_dash(client):
    """A page with charts to explore is answered by 204: the browser asks Dash."""
    answer = client.get("/skats/latvija")
    assert (answer.status_code, answer.headers["X-View"], answer.data) == (204, "charts", b"")


def test_unknown_pages_and_compression(client):
    """An unknown address is 404 with the page's words; zstd is sent only to browsers that read it."""
    assert client.get("/skats/nav/tada", headers=PLAIN).status_code == 404
    packed = client.get("/skats/palidziba", headers={"Accept-Encoding": "zstd"})
    assert packed.headers["Content-Encoding"] == "zstd"
    assert packing.unpack_plain(packed.data) == change(client, "/palidziba")
