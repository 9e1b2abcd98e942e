"""T28, T29: an issuer that misbehaves, browsers that come back with what is not theirs, and accounts that never link."""

from __future__ import annotations

import json
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from access import oidc
from data_access import accounts, audit
from data_access.accounts import Given
from data_access.audit import Actor
from data_access.schema_identity import audit_event, oidc_attempt, user_account, user_identity
from tests.support.fake_issuer import CLIENT, SECRET, FakeIssuer

SAME = {"Sec-Fetch-Site": "same-origin"}
BACK = "/pieslegties/oidc/atpakal"


@pytest.fixture(scope="module")
def issuer():
    """A running issuer."""
    made = FakeIssuer()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def app(issuer, demo_path, demo_settings, tmp_path_factory):
    """An application that signs in with that issuer."""
    from app import create_app

    path = tmp_path_factory.mktemp("oidc") / "monitoring.sqlite"
    shutil.copy(demo_path, path)
    return create_app(
        demo_settings.model_copy(
            update={
                "database_url": f"sqlite:///{path}",
                "oidc_issuer": issuer.address,
                "oidc_client_id": CLIENT,
                "oidc_client_secret": type(demo_settings.secret_key)(SECRET),
                "oidc_redirect": f"http://localhost{BACK}",
                "oidc_roles_claim": "realm.roles",
            }
        )
    )


@pytest.fixture
def desk(app):
    return app.server.extensions["ikms_identity"].desk


@pytest.fixture(autouse=True)
def _well_behaved(issuer, app, monkeypatch):
    issuer.reset()
    monkeypatch.setattr(oidc, "METADATA_SECONDS", -1)


def leave(client) -> str:
    """The address of the issuer that the browser is sent to."""
    answer = client.get("/pieslegties/oidc?talak=/latvija")
    assert answer.status_code == 303
    return answer.headers["Location"]


def session_of(client):
    return client.get_cookie("ikms_session")


def failures(desk) -> list[str]:
    """Reasons of the refusals on record."""
    with desk.read() as connection:
        rows = connection.execute(
            select(audit_event.c.detail).where(audit_event.c.what == audit.SIGN_IN_FAILED)
        ).scalars()
        return [json.loads(row).get("reason") for row in rows]


def refused(client, desk, address: str) -> str:
    """Come back with an address that must be refused; the reason on record."""
    before = len(failures(desk))
    answer = client.get(address)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/pieslegties?kluda=")
    assert session_of(client) is None
    after = failures(desk)
    assert len(after) == before + 1
    return after[-1]


def test_sign_in(app, issuer, desk):
    """A good issuer: session, account without a role, and neither issuer nor subject can be read from the database."""
    client = app.server.test_client()
    location = leave(client)
    asked = parse_qs(urlsplit(location).query)
    assert asked["scope"] == ["openid profile"]
    assert "nonce" in asked
    answer = client.get(issuer.authorize(location))
    assert answer.headers["Location"].startswith("/konts?zina=finish")
    assert session_of(client) is not None
    assert issuer.seen[-1]["code_verifier"]
    with desk.read() as connection:
        row = connection.execute(select(user_account).where(user_account.c.kind == "oidc")).first()
        stored = [str(one) for one in connection.execute(select(user_identity)).all()]
        assert connection.execute(select(oidc_attempt)).first() is None
    assert row.name == "Anna Ozola"
    assert row.password_hash is None
    assert not [one for one in stored if "subject-1" in one or issuer.address in one]
    assert "oidc-" in client.get("/konts").get_data(as_text=True)


def test_no_cache_keeps_a_session(app, issuer):
    """The answers to GET that set a cookie may be stored by nobody: the way out, and the way back with the session."""
    client = app.server.test_client()
    out = client.get("/pieslegties/oidc?talak=/latvija")
    back = client.get(issuer.authorize(out.headers["Location"]))
    for answer in (out, back, client.get(f"{BACK}?state=x")):
        assert "Set-Cookie" in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_fills_the_attempts(app):
    """One address begins and ends only so many sign-ins: it neither locks others out nor floods the audit."""
    from app import create_app

    settings = app.site.settings.model_copy(update={"rate_sign_ins": 3})
    client = create_app(settings).server.test_client()
    codes = [client.get(f"{BACK}?state=x").status_code for _ in range(2)]
    codes += [client.get("/pieslegties/oidc").status_code for _ in range(2)]
    assert codes == [303, 303, 303, 429]
    assert client.get(f"{BACK}?state=x").status_code == 429
    assert client.get("/pieslegties").status_code == 200


def test_es256_and_same_identity_again(app, issuer, desk):
    """The other algorithm works; the same subject is the same account; another subject is another."""
    numbers = []
    for subject, signing in (("s-2", "ES256"), ("s-2", "RS256"), ("s-3", "RS256")):
        issuer.subject, issuer.signing = subject, signing
        client = app.server.test_client()
        client.get(issuer.authorize(leave(client)))
        assert session_of(client) is not None
        with desk.read() as connection:
            blinded = app.server.extensions["ikms_identity"].keys.identity(issuer.address, subject)
            numbers.append(accounts.identity(connection, blinded).id)
    assert numbers[0] == numbers[1] != numbers[2]


def claim(name, value):
    """A misbehaviour: one claim with another value."""
    return lambda issuer: setattr(issuer, "edit_claims", lambda claims: claims.update({name: value}))


def without(name):
    return lambda issuer: setattr(issuer, "edit_claims", lambda claims: claims.pop(name))


def moved(name, seconds):
    return lambda issuer: setattr(
        issuer, "edit_claims", lambda claims: claims.update({name: claims[name] + seconds})
    )


def signed(how):
    return lambda issuer: setattr(issuer, "signing", how)


MISBEHAVIOURS = {
    "nonce missing": (without("nonce"), "nonce"),
    "nonce wrong": (claim("nonce", "x" * 43), "nonce"),
    "algorithm none": (signed("none"), "algorithm"),
    "HS256 with the public key": (signed("HS256"), "algorithm"),
    "algorithm unknown": (signed("XX999"), "algorithm"),
    "signed with another key": (signed("other"), "signature"),
    "audience wrong": (claim("aud", "another-client"), "audience"),
    "audience missing": (without("aud"), "audience"),
    "second audience without azp": (claim("aud", [CLIENT, "another-client"]), "authorized_party"),
    "azp of another client": (claim("azp", "another-client"), "authorized_party"),
    "issuer wrong": (claim("iss", "https://evil.example"), "issuer"),
    "issuer with a slash": (lambda i: claim("iss", f"{i.address}/")(i), "issuer"),
    "expired": (moved("exp", -3600), "expired"),
    "no expiry": (without("exp"), "times"),
    "expiry as text": (claim("exp", "4102444800"), "times"),
    "issued in the future": (moved("iat", 3600), "future"),
    "issued long ago": (moved("iat", -7200), "old"),
    "not yet valid": (claim("nbf", 4102444800), "future"),
    "hash of another access token": (claim("at_hash", "x" * 22), "at_hash"),
    "no subject": (without("sub"), "subject"),
    "empty subject": (claim("sub", ""), "subject"),
    "no ID token": (
        lambda i: setattr(i, "edit_answer", lambda answer: answer.pop("id_token")),
        "no_token",
    ),
    "ID token that is none": (
        lambda i: setattr(i, "edit_answer", lambda answer: answer.update(id_token="a.b.c")),
        "signature",
    ),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_misbehaving_token(app, issuer, desk, name):
    """Each is refused and recorded with its reason, and no session begins."""
    misbehave, reason = MISBEHAVIOURS[name]
    client = app.server.test_client()
    location = leave(client)
    misbehave(issuer)
    assert refused(client, desk, issuer.authorize(location)) == reason


def test_state_that_was_never_given(app, issuer, desk):
    client = app.server.test_client()
    leave(client)
    assert refused(client, desk, f"{BACK}?code=x&state={'y' * 43}") == "state"
    assert refused(client, desk, f"{BACK}?code=x") == "state"


def test_state_of_another_browser(app, issuer, desk):
    """The attacker's answer opened in the victim's browser signs nobody in, and the attempt is still the attacker's."""
    attacker, victim = app.server.test_client(), app.server.test_client()
    address = issuer.authorize(leave(attacker))
    assert refused(victim, desk, address) == "state"
    leave(victim)
    assert refused(victim, desk, address) == "state"
    attacker.get(address)
    assert session_of(attacker) is not None


def test_answer_used_twice(app, issuer, desk):
    """Neither state nor code can be used again, in the same browser or another."""
    client = app.server.test_client()
    location = leave(client)
    address = issuer.authorize(location)
    client.get(address)
    other = app.server.test_client()
    assert refused(other, desk, address) == "state"
    code = parse_qs(urlsplit(address).query)["code"][0]
    state = parse_qs(urlsplit(leave(other)).query)["state"][0]
    assert refused(other, desk, f"{BACK}?code={code}&state={state}") == "code"


def test_late_answer(app, issuer, desk, monkeypatch):
    """After ten minutes the attempt is over."""
    from datetime import timedelta

    from data_access import writing

    client = app.server.test_client()
    address = issuer.authorize(leave(client))
    later = writing.now() + timedelta(minutes=11)
    monkeypatch.setattr(oidc, "now", lambda: later)
    assert refused(client, desk, address) == "late"


def test_mixed_up_issuer(app, issuer, desk):
    """An answer that names another issuer is refused, and so is one that names none although it should."""
    client = app.server.test_client()
    assert (
        refused(client, desk, issuer.authorize(leave(client), iss="https://evil.example")) == "mixed_issuer"
    )
    issuer.metadata = {"authorization_response_iss_parameter_supported": True}
    assert refused(client, desk, issuer.authorize(leave(client))) == "mixed_issuer"
    client.get(issuer.authorize(leave(client), iss=issuer.address))
    assert session_of(client) is not None


def test_repeated_parameters_and_errors(app, issuer, desk):
    """Two states, two codes, an error instead of a code."""
    client = app.server.test_client()
    assert refused(client, desk, issuer.authorize(leave(client)) + "&state=x") == "parameters"
    assert refused(client, desk, issuer.authorize(leave(client)) + "&code=x") == "parameters"
    assert refused(client, desk, issuer.authorize(leave(client), error="access_denied")) == "issuer_error"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"jwks_uri": 5},
        {"authorization_endpoint": None},
    ],
)
def test_metadata_of_another_issuer(app, issuer, metadata):
    """A description that is not this issuer's leads nowhere."""
    issuer.metadata = metadata
    answer = app.server.test_client().get("/pieslegties/oidc")
    assert answer.headers["Location"].startswith("/pieslegties?talak=%2F&kluda=away")


def test_cookie_of_the_attempt(app):
    """The cookie that binds the state cannot be read by scripts and lives ten minutes."""
    client = app.server.test_client()
    client.get("/pieslegties/oidc")
    cookie = client.get_cookie("ikms_oidc")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.max_age == 600


def test_mail_never_links(app, issuer, desk):
    """T29: e-mail, name, personal code or login of a steward in the token link to nobody's account."""
    actor = Actor("test")
    with desk.write() as connection:
        accounts.add(connection, actor, login="boss@example.lv", name="Boss", password_hash="x")
        accounts.assign(connection, actor, "boss@example.lv", Given("steward"))
    issuer.subject = "attacker"
    issuer.edit_claims = lambda claims: claims.update(
        email="boss@example.lv",
        email_verified=False,
        preferred_username="boss@example.lv",
        login="boss@example.lv",
        personal_code="010190-12345",
    )
    client = app.server.test_client()
    client.get(issuer.authorize(leave(client)))
    page = client.get("/konts").get_data(as_text=True)
    assert "Boss" not in page
    assert client.get("/latvija/robezas").status_code == 404
    with desk.read() as connection:
        rows = [str(row) for row in connection.execute(select(audit_event)).all()]
    assert not [row for row in rows if "010190" in row or "attacker" in row]


def test_roles_of_claims(app, issuer, desk):
    """Roles follow the claim at each sign-in; what others say there means nothing; people's assignments stay."""
    issuer.subject = "official"
    issuer.edit_claims = lambda claims: claims.update(
        realm={"roles": ["ikms-ministry", "offline_access", "school:0000000000", "school", "steward:x"]}
    )
    client = app.server.test_client()
    assert client.get(issuer.authorize(leave(client))).headers["Location"] == "/latvija"
    assert client.get("/latvija/robezas").status_code == 200
    issuer.edit_claims = lambda claims: claims.update(realm={"roles": []})
    again = app.server.test_client()
    assert "finish" in again.get(issuer.authorize(leave(again))).headers["Location"]
    assert again.get("/latvija/robezas").status_code == 404
    assert client.get("/latvija/robezas").status_code == 404


def test_closed_account(app, issuer, desk):
    """An account that was disabled here stays out although the issuer knows it."""
    issuer.subject = "closed"
    client = app.server.test_client()
    client.get(issuer.authorize(leave(client)))
    with desk.write() as connection:
        blinded = app.server.extensions["ikms_identity"].keys.identity(issuer.address, "closed")
        accounts.disable(connection, Actor("test"), accounts.identity(connection, blinded).login)
    assert client.get("/konts").get_data(as_text=True).count("id-list") == 0
    other = app.server.test_client()
    assert refused(other, desk, issuer.authorize(leave(other))) == "disabled"


def test_passwords_are_off_but_for_the_break_glass_account(app, desk, monkeypatch):
    """With an issuer only a break-glass steward with a code may use a password, and it is recorded as such."""
    import pyotp

    from access import passwords, totp

    keys, actor, secret = app.server.extensions["ikms_identity"].keys, Actor("test"), totp.new_secret()
    with desk.write() as connection:
        for login, glass in (("usual.steward", False), ("glass.steward", True), ("glass.nocode", True)):
            number = accounts.add(
                connection, actor, login=login, name=login, must_change=False, break_glass=glass,
                password_hash=passwords.digest("tīra ūdens glāze"),
            )  # fmt: skip
            accounts.assign(connection, actor, login, Given("steward"))
            if login != "glass.nocode":
                accounts.begin_totp(connection, number, keys.encrypt(secret))
                accounts.confirm_totp(connection, actor, number, 1, login=login)
    code = pyotp.TOTP(secret).now()
    for login, ok in (("usual.steward", False), ("glass.nocode", False), ("glass.steward", True)):
        client = app.server.test_client()
        form = {"login": login, "password": "tīra ūdens glāze", "code": code}
        client.post("/pieslegties", data=form, headers=SAME)
        assert (session_of(client) is not None) is ok, login
    with desk.read() as connection:
        rows = audit.newest(connection, 1, what=audit.BREAK_GLASS)
    assert [row.who for row in rows] == ["glass.steward"]
