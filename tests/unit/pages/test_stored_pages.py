"""Stored pages: the same HTML as drawn, for readers in scope only, and never older than what they show."""

from __future__ import annotations

import re
from types import SimpleNamespace

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
    """A page with charts to explore comes as HTML with a place for each; Dash draws them and nothing else."""
    answer = client.get("/skats/latvija", headers=PLAIN)
    assert (answer.status_code, answer.headers["X-View"]) == (200, "charts")
    places = re.findall(r'class="graph-box place" data-of="([^"]+)"', answer.get_data(as_text=True))
    assert places == ["/latvija"] * 3
    assert "X-View" not in client.get("/skats/palidziba", headers=PLAIN).headers
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": "/latvija"},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["url.pathname"],
    }
    drawn = client.post("/_dash-update-component", json=body, headers={"Sec-Fetch-Site": "same-origin"})
    charts = drawn.get_json()["response"]["page"]["children"]
    assert [(one["namespace"], one["type"], one["props"]["of"]) for one in charts] == [
        ("ikms", "Place", "/latvija")
    ] * 3
    assert all(one["props"]["children"]["props"]["figure"]["data"] for one in charts)


def test_a_change_of_view_says_who_reads(client, signed_in):
    """The frame around the page names a reader; a session that has ended shows in the next answer."""
    for reader, visitor in (("public", client), ("ministry", signed_in("ministry"))):
        for path in ("/palidziba", "/latvija"):
            assert visitor.get(f"/skats{path}", headers=PLAIN).headers["X-Reader"] == reader
        assert f'data-role="{reader}"' in visitor.get("/palidziba").get_data(as_text=True)


def test_unknown_pages_and_compression(client):
    """An unknown address is 404 with the page's words; zstd is sent only to browsers that read it."""
    assert client.get("/skats/nav/tada", headers=PLAIN).status_code == 404
    packed = client.get("/skats/palidziba", headers={"Accept-Encoding": "zstd"})
    assert packed.headers["Content-Encoding"] == "zstd"
    assert packing.unpack_plain(packed.data) == change(client, "/palidziba")


def test_complete_only_when_this_code_drew_every_page(demo_settings, monkeypatch, stored_app):
    """A rollback draws again what other code has drawn, what was never drawn, and what a school has answered since."""
    engine = engines.create(demo_settings.database_url)
    units = stored_pages.institutions

    def only(connection):
        return [unit for unit in units(connection) if unit.reg_no == SCHOOL]

    assert not stored.complete(demo_settings)  # one school of hundreds
    monkeypatch.setattr(stored_pages, "institutions", only)
    assert stored.complete(demo_settings)
    for change_one in ({"mark": "other code"}, {"answer_id": 7}):
        with engine.begin() as connection:
            before = dict(
                connection.execute(select(*[stored_page.c[name] for name in change_one]).limit(1))
                .one()
                ._mapping
            )
            connection.execute(update(stored_page).values(change_one))
        assert not stored.complete(demo_settings)
        with engine.begin() as connection:
            connection.execute(update(stored_page).values(before))
    assert stored.complete(demo_settings)
    engine.dispose()


def test_every_way_to_another_release_draws_its_pages(monkeypatch, tmp_path):
    """Steward's page: publication, withdrawal and rollback each end with drawing; the command line likewise."""
    import typer
    from rich.console import Console
    from typer.testing import CliRunner

    from data_access.importing import commands, jobs, lock, office, worker

    runs = []
    monkeypatch.setattr(worker.subprocess, "run", lambda command, **_options: runs.append(command[2:]))
    monkeypatch.setattr(jobs, "publish", lambda *_args, **_kwargs: None)
    monkeypatch.setattr(jobs, "withdraw", lambda *_args, **_kwargs: None)
    monkeypatch.setattr(engines, "tidy", lambda _engine: None)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.sqlite")
    who = {"author": "a", "reason": "why"}
    assert worker.run("publish", {"jobs": [1], "confirmed": True, **who}) == 0
    assert worker.run("withdraw", {"job": 1, **who}) == 0
    assert worker.run("draw", {}) == 0
    assert runs == [["store-pages"], ["store-pages"], ["store-pages", "--missing"]]

    started = []
    monkeypatch.setattr(worker, "start", lambda _url, command, **_arguments: started.append(command))
    engine = engines.create(f"sqlite:///{tmp_path}/empty.sqlite")
    nothing = type("Release", (), {"id": 3})
    monkeypatch.setattr(jobs, "roll_back", lambda *_args, **_kwargs: nothing)
    monkeypatch.setattr(lock, "importing", lambda *_args: __import__("contextlib").nullcontext())
    row = SimpleNamespace(
        id=1, author="a", author_key="user:1", decider="b", decider_key="user:2", reason="why it is"
    )
    office.Office(engine, "sqlite://")._carry_out(row, office.Decision(1, "rollback", (3,), "approved"))
    assert started == ["draw"]

    cli, after = typer.Typer(), []
    commands.add(cli, lambda: engine, Console(), after=after.append)
    assert CliRunner().invoke(cli, ["rollback", "3", "--reason", "why"]).exit_code == 0
    assert after == [engine]
    engine.dispose()


def test_the_unit_beside_sign_out_is_in_the_language_of_the_page(signed_in):
    """Roles and municipalities have English names; the name of an institution stays Latvian and says so."""

    def told(account: str, path: str) -> tuple[str, str]:
        found = re.search(r'<a class="who"[^>]*>', signed_in(account).get(path).get_data(as_text=True))
        text = signed_in(account).get(path).get_data(as_text=True)[:200_000].partition(found[0])[2]
        return found[0], text.partition("</a>")[0]

    assert told("ministry", "/en/palidziba")[1] == "Ministry"
    assert told("municipality", "/palidziba")[1].endswith(" novads")
    assert told("municipality", "/en/palidziba")[1].endswith(" Municipality")
    tag, name = told("school", "/en/palidziba")
    assert 'lang="lv"' in tag
    assert name == told("school", "/palidziba")[1]
    assert "lang=" not in told("school", "/palidziba")[0]
