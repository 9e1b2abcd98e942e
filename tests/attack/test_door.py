"""Every request passes the door: unknown routes, foreign origins, tampered callbacks, forged sessions."""

from __future__ import annotations

import copy

import pytest

SAME = {"Sec-Fetch-Site": "same-origin"}
CALL = {
    "output": "page.children",
    "outputs": {"id": "page", "property": "children"},
    "inputs": [
        {"id": "url", "property": "pathname", "value": "/"},
        {"id": "url", "property": "search", "value": ""},
    ],
    "changedPropIds": ["url.pathname"],
    "parsedChangedPropsIds": ["url.pathname"],
}


def call(client, body, headers=SAME):
    return client.post("/_dash-update-component", json=body, headers=headers)


def test_untampered_call_answers(client):
    """The door lets the application's own request through and names the release."""
    answer = call(client, CALL)
    assert answer.status_code == 200
    assert answer.headers["X-Release"]


@pytest.mark.parametrize(
    "path",
    [
        "/_mcp",
        "/_reload-hash",
        "/_alive_x",
        "/_dash-config",
        "/.env",
        "/static/x",
        "/var/monitoring.sqlite",
        "/_",
    ],
)
def test_unknown_routes_are_not_found(client, path, monkeypatch):
    """What is not on the allow-list answers 404, the tool server included even when its switch is set."""
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_only_answer_get(client, method):
    """Pages take no changing request."""
    assert getattr(client, method)("/latvija", headers=SAME).status_code in (404, 405)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/_dash-update-component", "/pieslegties", "/iziet"])
def test_other_origins_are_refused(client, path, headers):
    """A changing request needs the same origin."""
    assert client.post(path, json=CALL, headers=headers).status_code == 403


def tampers():
    """Bodies that differ from the registration in one thing."""

    def change(name, edit):
        body = copy.deepcopy(CALL)
        edit(body)
        return pytest.param(body, id=name)

    yield change("unknown output", lambda b: b.update(output="secret.children"))
    yield change("output list", lambda b: b.update(output=["page.children"]))
    yield change("no output", lambda b: b.pop("output"))
    yield change("renamed property", lambda b: b["inputs"][1].update(property="pathname"))
    yield change("renamed id", lambda b: b["inputs"][0].update(id="store"))
    yield change("reordered", lambda b: b["inputs"].reverse())
    yield change("one input fewer", lambda b: b["inputs"].pop())
    yield change("one input more", lambda b: b["inputs"].append(dict(b["inputs"][0])))
    yield change("extra state", lambda b: b.update(state=[{"id": "x", "property": "y", "value": 1}]))
    yield change("number for text", lambda b: b["inputs"][0].update(value=1))
    yield change("list for text", lambda b: b["inputs"][0].update(value=["/"]))
    yield change("component for text", lambda b: b["inputs"][0].update(value={"type": "A", "props": {}}))
    yield change("null path", lambda b: b["inputs"][0].update(value=None))
    yield change("relative path", lambda b: b["inputs"][0].update(value="latvija"))
    yield change("long path", lambda b: b["inputs"][0].update(value="/" + "a" * 5000))
    yield change("long query", lambda b: b["inputs"][1].update(value="?" + "a" * 5000))
    yield change("control characters", lambda b: b["inputs"][0].update(value="/\r\nX: y"))
    yield change("foreign changed property", lambda b: b.update(changedPropIds=["store.data"]))
    yield change("changed property no list", lambda b: b.update(changedPropIds="url.pathname"))
    yield change("foreign outputs", lambda b: b.update(outputs={"id": "other", "property": "children"}))
    yield change("pattern id", lambda b: b["inputs"][0].update(id={"type": "x", "index": "ALL"}))


@pytest.mark.parametrize("body", list(tampers()))
@pytest.mark.parametrize("account", ["public", "school", "municipality", "ministry"])
def test_tampered_calls_are_refused(client, signed_in, account, body):
    """A request that differs from its registration is refused before Dash sees it, for every role."""
    reader = client if account == "public" else signed_in(account)
    answer = call(reader, body)
    assert answer.status_code in (400, 404)
    assert b"Traceback" not in answer.data


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'"x"', b"[" * 10_000])
def test_malformed_bodies(client, body):
    """What is not a JSON object is refused."""
    answer = client.post("/_dash-update-component", data=body, content_type="application/json", headers=SAME)
    assert answer.status_code in (400, 404, 413)


def test_large_body(client):
    """A body above the limit is refused."""
    answer = client.post(
        "/_dash-update-component", data=b"x" * 2_000_000, content_type="application/json", headers=SAME
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "address",
    [
        "/nav-tadas", "/en/nav-tadas", "/skola/0000000000", "/skola/../../etc/passwd", "/skola/%00",
        "/pasvaldiba/LV9999999", "/latvija/", "//evil.example/", "/skola/' OR 1=1 --", "/" + "a" * 400,
    ],
)  # fmt: skip
def test_unknown_addresses(client, address):
    """Unknown units and malformed addresses answer 404 (or a known page), never 500."""
    assert client.get(address).status_code in (200, 404, 308)


@pytest.mark.parametrize(
    "following", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil"]
)
def test_sign_in_never_leads_away(client, following):
    """After signing in the reader stays on this site."""
    answer = client.post("/pieslegties", data={"account": "ministry", "next": following}, headers=SAME)
    assert answer.headers["Location"] == "/"


def test_unknown_account(client):
    """There is no account but the listed ones."""
    assert client.post("/pieslegties", data={"account": "root"}, headers=SAME).status_code == 404


def session_desk(client):
    """What an application writes sessions with."""
    return client.application.extensions["ikms_identity"].desk


def test_no_demo_accounts_outside_demo(demo_path):
    """In production the demo sign-ins do not exist, not even with a session made elsewhere."""
    import settings
    from app import create_app

    production = settings.Settings(
        DATABASE_URL=f"sqlite:///{demo_path}",
        environment="production",
        https=True,
        secret_key="k3J9-zq2P-Vd81-mmT0-xY7w-Lr5e-Bn4c-Hs6u",
        log_level="ERROR",
    )
    client = create_app(production).server.test_client()
    assert client.post("/pieslegties", data={"account": "ministry"}, headers=SAME).status_code == 404
    from access import session
    from data_access import sessions

    with session_desk(client).write() as connection:
        token = sessions.start(connection, method="demo", agent="", demo_account="ministry")
    client.set_cookie(f"__Host-{session.COOKIE}", token, domain="localhost")
    assert b"Iziet" not in client.get("/", base_url="https://localhost").data


def test_forged_cookie(demo_app):
    """A session signed with another key is nobody's session."""
    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface

    other = Flask("other")
    for key in ("", "secret", "changeme", "dev", "0" * 32):
        other.secret_key = key or "x"
        serializer = SecureCookieSessionInterface().get_signing_serializer(other)
        client = demo_app.server.test_client()
        client.set_cookie(
            "ikms_session", serializer.dumps({"account": "ministry", "since": 2**31, "seen": 2**31})
        )
        assert b'action="/iziet"' not in client.get("/").data


def test_cookie_flags(signed_in):
    """The session cookie cannot be read by scripts and does not travel with foreign requests."""
    cookie = signed_in("school").get_cookie("ikms_session")
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_public_pages_set_no_cookie(client):
    """A reader who is not signed in gets no cookie."""
    for path in ("/", "/latvija", "/en/latvija"):
        assert "Set-Cookie" not in client.get(path).headers


def test_signed_in_answers_are_not_stored(signed_in):
    """What a signed-in reader sees is not kept by caches."""
    assert signed_in("school").get("/latvija").headers["Cache-Control"] == "no-store"


def test_faults_show_an_id_only(demo_app, monkeypatch):
    """A fault answers with an id, without trace or values."""
    renderer = demo_app.site.renderer

    def fail(*_):
        raise RuntimeError("secret value 42")

    monkeypatch.setattr(renderer, "view", fail)
    answer = demo_app.server.test_client().get("/latvija")
    assert answer.status_code == 500
    assert b"secret value" not in answer.data
    assert b"Traceback" not in answer.data


def test_headers_on_every_answer(client):
    """The protective headers stand on pages, errors, exports and JSON alike."""
    for path in ("/", "/nav-tadas", "/healthz", "/readyz", "/_dash-layout", "/meklet.json?q=ri"):
        answer = client.get(path)
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        if answer.mimetype == "text/html":
            scripts = policy.split("script-src")[1].split(";")[0]
            assert "'self'" in scripts, path
            assert "'unsafe-inline'" not in scripts, path
        else:
            assert "default-src 'none'" in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"], path


def test_unguarded_callback_stops_the_start(demo_settings):
    """An application with a callback past the decorator refuses to start."""
    import dash

    from access.callbacks import UnguardedCallback
    from app import create_app

    dash._callback.GLOBAL_CALLBACK_LIST.clear()
    register = getattr(dash, "callback")  # noqa: B009
    register(dash.Output("page", "title"), dash.Input("url", "hash"))(lambda value: value)
    try:
        with pytest.raises(UnguardedCallback, match="page.title"):
            create_app(demo_settings)
    finally:
        dash._callback.GLOBAL_CALLBACK_LIST.clear()
        dash._callback.GLOBAL_CALLBACK_MAP.clear()
