"""T4, T11: the declared matrix of roles and actions is the real one, in both directions, and docs/access.md prints it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from access.matrix import markdown, registered
from access.pages import REGISTRY
from data_access.scope import ROLES
from language.messages import translate
from tests.browser.addresses import address, samples

ROOT = Path(__file__).resolve().parents[2]
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def readers(demo_app):
    """A browser of each role."""
    made = {}
    for role in ROLES:
        client = demo_app.server.test_client()
        if role != "public":
            answer = client.post("/pieslegties", data={"account": role, "next": "/"}, headers=SAME)
            assert answer.status_code == 303, role
        made[role] = client
    return made


@pytest.fixture(scope="module")
def values(demo_path):
    return samples(demo_path)


def test_document_is_current(demo_app):
    """docs/access.md is what the program says today (`manage.py matrix` writes it)."""
    assert (ROOT / "docs" / "access.md").read_text(encoding="utf-8") == markdown(registered(demo_app))


@pytest.mark.parametrize("role", ROLES)
def test_pages(readers, values, role):
    """Every page in both languages, as HTML, as a change of view and its charts: open exactly where it is declared open."""
    client = readers[role]
    for entry in REGISTRY.values():
        for lang in ("lv", "en"):
            path = address(entry, lang, values)
            allowed = role in entry.roles
            assert (client.get(path).status_code == 200) is allowed, path
            call = {
                "output": "page.children",
                "outputs": {"id": "page", "property": "children"},
                "inputs": [
                    {"id": "url", "property": "pathname", "value": path},
                    {"id": "url", "property": "search", "value": ""},
                ],
                "changedPropIds": ["url.pathname"],
            }
            answer = client.post("/_dash-update-component", json=call, headers=SAME)
            assert answer.status_code == 200
            charts = answer.get_json()["response"]["page"]["children"]
            change = client.get(f"/skats{path}", headers={"Accept-Encoding": "identity"})
            assert (change.status_code == 200) is allowed, path
            assert bool(charts) is (change.headers.get("X-View") == "charts"), path
            missing = translate("There is no such page", lang)
            assert (missing in change.get_data(as_text=True)) is not allowed, path


def test_a_page_of_others_is_the_page_that_does_not_exist(readers, values):
    """Byte for byte the same answer, so that nobody learns what exists."""

    def plain(client, path: str) -> bytes:
        content = client.get(path).data.replace(path.encode(), b"PATH")
        content = re.sub(rb'"end_id":"[^"]*"', b"", content)  # Dash's own, new in every answer
        return re.sub(rb"talak=[^\"&]*", b"talak=PATH", content)

    count = 0
    for role, client in readers.items():
        nothing = plain(client, "/nav-tadas-lapas")
        for entry in REGISTRY.values():
            if role not in entry.roles:
                assert plain(client, address(entry, "lv", values)) == nothing, (role, entry.name)
                count += 1
    assert count >= 10


OPENED = 299


def _routes(app):
    return [one for one in registered(app) if one.kind == "route"]


@pytest.fixture
def stubs(demo_app, monkeypatch):
    """Behind every door stands a function that only says that it was reached."""
    for one in _routes(demo_app):
        if one.what in demo_app.server.view_functions:
            monkeypatch.setitem(
                demo_app.server.view_functions, one.what, lambda **_parameters: ("opened", OPENED)
            )


@pytest.mark.parametrize("role", ROLES)
def test_routes(demo_app, readers, stubs, role):
    """The door of every route: open for the roles that it is declared for, the same 404 for the others."""
    count = 0
    for one in _routes(demo_app):
        if one.what not in demo_app.server.view_functions:
            continue  # of Dash
        method, path = one.name.split(" ", 1)
        path = re.sub(r"<any\((\w+),[^>]*>", r"\1", path)
        path = re.sub(r"<int:\w+>", "1", path)
        path = re.sub(r"<[^>]+>", "x", path)
        status = readers[role].open(path, method=method, headers=SAME).status_code
        assert status == (OPENED if role in one.roles else 404), (one.name, status)
        count += 1
    assert count >= 20


def test_callbacks_are_declared(demo_app):
    """Every callback of the application has a row."""
    rows = [one for one in registered(demo_app) if one.kind == "callback"]
    assert {one.name for one in rows} == {
        key for key, entry in demo_app.callback_map.items() if "callback" in entry
    }


def test_every_rule_of_the_server_has_a_row(demo_app):
    """No rule is left that the matrix does not name, but Dash's own files and its catch-all."""
    named = {one.name.split(" ", 1)[1] for one in _routes(demo_app)}
    unnamed = {rule.rule for rule in demo_app.server.url_map.iter_rules()} - named
    own = {
        "/", "/<path:path>", "/_dash-update-component", "/_reload-hash", "/healthz", "/static/<path:filename>",
    }  # fmt: skip
    assert {rule for rule in unnamed if not rule.startswith(("/_dash-component-suites/", "/assets/"))} <= own
