"""T15, T25-T27, T30, T31: revoked roles, fixed and stolen sessions, forged cookies, guessed passwords, weak passwords."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from access import accounts as own
from access import passwords
from access import session as sessions_of_web
from data_access import accounts, audit, sessions, writing
from data_access.accounts import Given
from data_access.schema_identity import user_account, user_session
from tests.support.readers import ACTOR, PASSWORD, SAME, Readers, token

SCHOOL, MUNICIPALITY = "9900000827", "LV0031000"
OFFICIAL = "/latvija/robezas"  # for officials only


@pytest.fixture(scope="module")
def app(demo_path, demo_settings, tmp_path_factory):
    """An application of its own, since these tests write."""
    from app import create_app

    path = tmp_path_factory.mktemp("identity") / "monitoring.sqlite"
    shutil.copy(demo_path, path)
    return create_app(demo_settings.model_copy(update={"database_url": f"sqlite:///{path}"}))


@pytest.fixture(scope="module")
def readers(app):
    return Readers(app)


@pytest.fixture
def desk(readers):
    return readers.identity.desk


@pytest.fixture
def later(monkeypatch):
    """Function of minutes: the clock of sessions and failures goes on by so much."""

    def move(minutes: float) -> None:
        moment = writing.now() + timedelta(minutes=minutes)
        for module in (writing, sessions, own):
            monkeypatch.setattr(module, "now", lambda: moment)

    return move


def test_a_view_is_recorded_when_nothing_is_read_any_more(app, readers, monkeypatch):
    """The journal can be folded at that moment, so no reading transaction is open; the answer waits for the record."""
    from access import pages

    readers.add("record.official", Given("ministry"))
    client, _answer = readers.sign_in("record.official")
    path = app.site.renderer._settings.database_url.removeprefix("sqlite:///")
    found = []

    def record(reg_no: str) -> None:
        with closing(sqlite3.connect(path, timeout=0)) as other:
            found.append((reg_no, other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]))
        sessions_of_web.record_view(reg_no)

    monkeypatch.setattr(pages, "record_view", record)
    for address in (f"/skats/skola/{SCHOOL}", f"/skats/en/skola/{SCHOOL}", f"/skola/{SCHOOL}"):
        assert client.get(address).status_code == 200
    assert found == [(SCHOOL, 0)] * 3


# --- T15 ---------------------------------------------------------------------------------------------


def test_revoked_role_ends_with_the_next_request(readers, desk):
    """Revoke, expire or disable: page, callback and export refuse at once; the open tab too."""
    readers.add("t15.official", Given("ministry"))
    client, _answer = readers.sign_in("t15.official")
    assert client.get(OFFICIAL).status_code == 200
    assert client.get("/eksports/csv/robezas-limeni/latvija/robezas").status_code == 200
    with desk.write() as connection:
        row = accounts.by_login(connection, "t15.official")
        accounts.revoke(connection, ACTOR, accounts.assignments(connection, row.id)[0].id)
    assert client.get(OFFICIAL).status_code == 404
    assert client.get("/eksports/csv/robezas-limeni/latvija/robezas").status_code == 404
    call = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": OFFICIAL},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["url.pathname"],
    }
    answer = client.post("/_dash-update-component", json=call, headers=SAME)
    assert "robezas-limeni" not in answer.get_data(as_text=True)
    assert client.get(f"/skats{OFFICIAL}").status_code == 404


def test_disabled_account_has_no_session(readers, desk):
    readers.add("t15.gone", Given("ministry"))
    client, _answer = readers.sign_in("t15.gone")
    with desk.write() as connection:
        accounts.disable(connection, ACTOR, "t15.gone")
    assert client.get(OFFICIAL).status_code == 404
    assert "id-list" not in client.get("/konts").get_data(as_text=True)
    assert token(readers.sign_in("t15.gone")[0]) is None


def test_dated_role(readers, desk):
    """A role holds from its first to its last day, both included."""
    day = writing.now().date()
    dates = {
        "t15.past": (day - timedelta(9), day - timedelta(1), False),
        "t15.future": (day + timedelta(1), None, False),
        "t15.last": (day - timedelta(9), day, True),
        "t15.first": (day, None, True),
    }
    for login, (first, last, holds) in dates.items():
        readers.add(login, Given("ministry", "", str(first), str(last) if last else ""))
        client, _answer = readers.sign_in(login)
        assert (client.get(OFFICIAL).status_code == 200) is holds, login


# --- T25, T26, T27 -----------------------------------------------------------------------------------


def test_session_id_changes_and_the_old_one_is_dead(readers):
    """At sign-in, at a change of role and at sign-out; a token planted by an attacker is never taken over."""
    readers.add("t25.head", Given("school", SCHOOL), Given("municipality", MUNICIPALITY))
    client = readers.client()
    planted = "A" * 43
    client.set_cookie("ikms_session", planted)
    client, answer = readers.sign_in("t25.head", client=client)
    assert answer.headers["Location"].startswith("/konts?zina=choose")
    first = token(client)
    assert first not in (None, planted)
    assert client.get("/pasvaldiba/LV0031000/").status_code in (200, 404, 308)
    with readers.identity.desk.read() as connection:
        row = accounts.by_login(connection, "t25.head")
        numbers = {one.role: one.id for one in accounts.assignments(connection, row.id)}
    seen = [first]
    for role in ("school", "municipality", "school"):
        answer = client.post("/konts", data={"do": "role", "role": numbers[role]}, headers=SAME)
        assert answer.status_code == 303
        seen.append(token(client))
    assert len(set(seen)) == 4
    for old in (planted, *seen[:-1]):
        other = readers.client()
        other.set_cookie("ikms_session", old)
        assert "/iziet" not in other.get("/").get_data(as_text=True)
    answer = client.post("/iziet", headers=SAME)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert token(client) is None
    client.set_cookie("ikms_session", seen[-1])
    assert "/iziet" not in client.get("/").get_data(as_text=True)


def test_role_of_somebody_else_cannot_be_chosen(readers, desk):
    """Roles of others, unknown numbers, text: refused."""
    readers.add("t25.other", Given("ministry"))
    readers.add("t25.me", Given("school", SCHOOL))
    client, _answer = readers.sign_in("t25.me")
    with desk.read() as connection:
        foreign = accounts.assignments(connection, accounts.by_login(connection, "t25.other").id)[0].id
    for number in (foreign, 999_999, "x", "-1", "1 OR 1=1", ""):
        client.post("/konts", data={"do": "role", "role": number}, headers=SAME)
        assert client.get(OFFICIAL).status_code == 404


def test_idle_and_absolute_limits(readers, later):
    """Half an hour without a request, or eight hours with requests, and the session is over."""
    readers.add("t26.idle", Given("ministry"))
    client, _answer = readers.sign_in("t26.idle")
    later(29)
    assert client.get(OFFICIAL).status_code == 200
    later(31)
    assert client.get(OFFICIAL).status_code == 404


def test_absolute_limit(readers, later):
    readers.add("t26.day", Given("ministry"))
    client, _answer = readers.sign_in("t26.day")
    for quarter in range(1, 24):
        later(20 if quarter > 1 else 20)
        answer = client.get(OFFICIAL)
        assert answer.status_code == 200, quarter
    later(20)
    later(5)
    assert client.get(OFFICIAL).status_code == 404


def test_cookie(readers, demo_settings, demo_path):
    """HttpOnly, Lax, host only, for the session only; with https Secure and __Host-; 256 random bits; only the hash stored."""
    from app import create_app

    readers.add("t26.cookie", Given("ministry"))
    client, answer = readers.sign_in("t26.cookie")
    header = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
    assert "Expires" not in header
    assert "Domain" not in header
    assert len(token(client)) == 43
    with readers.identity.desk.read() as connection:
        stored = [str(row) for row in connection.execute(select(user_session)).all()]
    assert not [row for row in stored if token(client) in row]
    secure = create_app(
        demo_settings.model_copy(
            update={"https": True, "database_url": str(readers.identity.settings.database_url)}
        )
    )
    answer = secure.server.test_client().post(
        "/pieslegties", data={"account": "ministry"}, headers=SAME, base_url="https://localhost"
    )
    assert answer.headers["Set-Cookie"].startswith("__Host-ikms_session=")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_other_sessions_can_be_seen_and_ended(readers):
    """One's own sessions are listed with browser and system; each can be ended; nobody else's can."""
    readers.add("t26.two", Given("ministry"))
    readers.add("t26.stranger", Given("ministry"))
    firefox, _ = readers.sign_in("t26.two", agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
    chrome, _ = readers.sign_in("t26.two", agent="Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36")
    stranger, _ = readers.sign_in("t26.stranger")
    page = chrome.get("/konts").get_data(as_text=True)
    assert "Firefox, Linux" in page
    assert "Chrome, Windows" in page
    with readers.identity.desk.read() as connection:
        number = connection.execute(
            select(user_session.c.id).where(user_session.c.token_hash == sessions.token_hash(token(firefox)))
        ).scalar_one()
    stranger.post("/konts", data={"do": "end", "session": number}, headers=SAME)
    assert firefox.get(OFFICIAL).status_code == 200
    chrome.post("/konts", data={"do": "end", "session": number}, headers=SAME)
    assert firefox.get(OFFICIAL).status_code == 404
    assert chrome.get(OFFICIAL).status_code == 200


KNOWN_KEYS = (
    "", "secret", "changeme", "dev", "test", "password", "admin", "key", "flask", "secret-key", "secretkey",
    "supersecret", "super secret key", "my_secret_key", "SECRET_KEY", "development", "production", "default", "0" * 32,
    "thisismyscretkey", "CHANGE_ME_SECRET_KEY", "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET", "TEST_NON_DEV_SECRET",
    "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY", "\x02\x01thisismyscretkey\x01\x02\\e\\y\\y\\h", "you-will-never-guess",
    "django-insecure-key", "ikms", "hard to guess string", "a" * 64,
)  # fmt: skip


@pytest.mark.parametrize("key", KNOWN_KEYS)
def test_forged_cookies(app, key):
    """A session signed with any of the thirty best-known keys is nobody's: there is nothing to sign."""
    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface

    other = Flask("other")
    other.secret_key = key or "x"
    serializer = SecureCookieSessionInterface().get_signing_serializer(other)
    client = app.server.test_client()
    for value in ({"account": "ministry", "since": 2**31, "seen": 2**31}, {"role": "steward", "user_id": 1}):
        client.set_cookie("ikms_session", serializer.dumps(value))
        assert client.get(OFFICIAL).status_code == 404
    assert app.server.secret_key is None


def test_hash_of_the_database_is_no_token(readers, desk):
    """Who reads the database cannot sign in with what stands there."""
    readers.add("t27.hash", Given("ministry"))
    client, _answer = readers.sign_in("t27.hash")
    thief = readers.client()
    thief.set_cookie("ikms_session", sessions.token_hash(token(client)))
    assert thief.get(OFFICIAL).status_code == 404


# --- T30 ---------------------------------------------------------------------------------------------


def test_nothing_tells_who_exists(readers, desk, monkeypatch):
    """Unknown, wrong password, disabled, waiting, wrong code: the same answer and the same argon2 work."""
    readers.add("t30.known", Given("ministry"))
    readers.add("t30.closed", Given("ministry"))
    readers.add("t30.coded", Given("ministry"), code=True)
    with desk.write() as connection:
        accounts.disable(connection, ACTOR, "t30.closed")
    work = []
    real = passwords._HASHER.verify

    class Counting:
        def verify(self, stored, password):
            work.append(stored.split("$")[3])
            return real(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    answers = set()
    for login, password, code in (
        ("t30.nobody", PASSWORD, ""),
        ("t30.known", "wrong password here", ""),
        ("t30.closed", PASSWORD, ""),
        ("t30.coded", PASSWORD, "000000"),
        ("t30.coded", PASSWORD, ""),
        ("' OR 1=1 --", PASSWORD, ""),
        ("x" * 5000, "y" * 5000, "z" * 5000),
    ):
        client, answer = readers.sign_in(login, password=password, code=code)
        assert token(client) is None
        answers.add((answer.status_code, answer.headers["Location"], answer.data))
    assert len(answers) == 1
    assert work == ["m=19456,t=2,p=1"] * 7


def test_ten_failures_wait(readers, desk, later):
    """After ten failures the right password fails too, for half a minute, then longer; then it is taken."""
    readers.add("t30.slow", Given("ministry"))
    for _attempt in range(own.FREE_FAILURES):
        readers.sign_in("t30.slow", password="wrong password here")
    assert token(readers.sign_in("t30.slow")[0]) is None
    later(1)
    readers.sign_in("t30.slow", password="wrong password here")
    later(0.6)
    assert token(readers.sign_in("t30.slow")[0]) is None
    later(1)
    assert token(readers.sign_in("t30.slow")[0]) is not None
    with desk.read() as connection:
        assert accounts.by_login(connection, "t30.slow").failed_attempts == 0


def test_longest_wait_is_a_quarter_of_an_hour(readers, desk, later):
    """However many failures: nobody can lock somebody out for longer."""
    readers.add("t30.victim", Given("ministry"))
    with desk.write() as connection:
        connection.execute(
            update(user_account)
            .where(user_account.c.login == "t30.victim")
            .values(failed_attempts=100_000, failed_at=writing.stamp())
        )
    later(14.9)
    assert token(readers.sign_in("t30.victim")[0]) is None
    later(0.2)
    assert token(readers.sign_in("t30.victim")[0]) is not None


def test_code_is_taken_once(readers):
    """A code that was overseen cannot be used again."""
    import pyotp

    readers.add("t30.replay", Given("steward"), code=True)
    code = pyotp.TOTP(readers.secrets["t30.replay"]).now()
    assert token(readers.sign_in("t30.replay", code=code)[0]) is not None
    assert token(readers.sign_in("t30.replay", code=code)[0]) is None


def test_a_hundred_failures_from_an_address(readers, desk, later, monkeypatch):
    """Then the address is refused with 429 for an hour, for every login, without any work for the server."""
    readers.add("t30.spray", Given("ministry"))
    with desk.write() as connection:
        for _attempt in range(own.ADDRESS_FAILURES):
            own.note_failure(connection, "127.0.0.1")
    monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("no work for a blocked address"))
    client, answer = readers.sign_in("t30.spray")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"
    assert token(client) is None
    monkeypatch.undo()
    with desk.write() as connection:
        from sqlalchemy import delete

        from data_access.schema_identity import sign_in_failure

        connection.execute(delete(sign_in_failure))
    assert token(readers.sign_in("t30.spray")[0]) is not None


# --- T31 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("īsa parole", "short"),
        ("password1234", "common"),
        ("Password12345!", "common"),
        ("qwerty123456", "common"),
        ("aaaaaaaaaaaa", "simple"),
        ("abcabcabcabc", "simple"),
        ("abcdefghijkl", "simple"),
        ("1234567890123456", "simple"),
        ("ikms2026!!!!", "own"),
        ("IKMSpanelis2026", "own"),
        ("Skola-Skola-2026", "own"),
        ("janis.berzins2024", "own"),
        ("Rīgas skola 2024 vasara", "own"),
        ("x" * 500 + "yz" * 300 + "abc", "long"),
    ],
)
def test_weak_passwords(password, code):
    """Short, common, simple, made of known words: each refused for what it is."""
    with pytest.raises(passwords.WeakPassword) as caught:
        passwords.check(password, "janis.berzins", "Jānis Bērziņš")
    assert caught.value.code == code


@pytest.mark.parametrize(
    "password",
    [
        "tīra ūdens glāze pie loga", "kaķis uz jumta", "🙂 saule un 🌧 lietus", "correct horse battery staple",
        "gJ7#k2Qp!x9z", "skola-kokle-mežs-upe", "пароль на русском языке", "x7" + "ābele " * 10, "ab cd ef gh ij kl" * 10,
    ],
)  # fmt: skip
def test_good_passwords(password):
    """Sentences, any script, spaces, symbols, more than 64 characters."""
    passwords.check(password, "janis.berzins", "Jānis Bērziņš")
    assert passwords.matches(passwords.digest(password), password)


def test_every_common_password_is_refused():
    """All of the list that is long enough to be tried at all."""
    listed = [word for word in passwords._words("common.txt") if len(word) >= passwords.SHORTEST]
    assert len(listed) > 150
    for word in listed:
        with pytest.raises(passwords.WeakPassword):
            passwords.check(word.upper())


def test_one_time_password_must_be_changed_first(readers, desk):
    """With somebody else's password there is no role; changing it ends other sessions and gives the role."""
    readers.add("t31.new", Given("ministry"), must_change=True)
    client, answer = readers.sign_in("t31.new")
    other, _answer = readers.sign_in("t31.new")
    assert answer.headers["Location"].startswith("/konts?zina=finish")
    assert client.get(OFFICIAL).status_code == 404
    form = {"do": "password", "old": PASSWORD, "new": "ikms2026!!!!", "again": "ikms2026!!!!"}
    assert "kluda=own" in client.post("/konts", data=form, headers=SAME).headers["Location"]
    form = {"do": "password", "old": "wrong one entirely", "new": "kaķis uz jumta", "again": "kaķis uz jumta"}
    assert "kluda=old" in client.post("/konts", data=form, headers=SAME).headers["Location"]
    before = token(client)
    form["old"] = PASSWORD
    assert "zina=password" in client.post("/konts", data=form, headers=SAME).headers["Location"]
    assert token(client) != before
    assert client.get(OFFICIAL).status_code == 200
    assert "id-list" not in other.get("/konts").get_data(as_text=True)


def test_steward_needs_a_code(readers, desk):
    """A password alone never makes a steward; setting up the generator in the session does."""
    import pyotp

    readers.add("t31.steward", Given("steward"))
    client, answer = readers.sign_in("t31.steward")
    assert answer.headers["Location"].startswith("/konts?zina=finish")
    assert client.get("/admin/audits").status_code == 404
    with desk.read() as connection:
        row = accounts.by_login(connection, "t31.steward")
        number = accounts.assignments(connection, row.id)[0].id
    client.post("/konts", data={"do": "role", "role": number}, headers=SAME)
    assert client.get("/admin/audits").status_code == 404
    client.post("/konts", data={"do": "totp-begin"}, headers=SAME)
    page = client.get("/konts").get_data(as_text=True)
    secret = page.split('class="id-secret">')[1].split("<")[0]
    assert "<svg" in page
    assert (
        "kluda=code"
        in client.post("/konts", data={"do": "totp-confirm", "code": "000000"}, headers=SAME).location
    )
    client.post("/konts", data={"do": "totp-confirm", "code": pyotp.TOTP(secret).now()}, headers=SAME)
    assert client.get("/admin/audits").status_code == 200
    with desk.read() as connection:
        stored = accounts.by_login(connection, "t31.steward").totp_secret
    assert secret not in stored
    assert readers.identity.keys.decrypt(stored) == secret
    assert secret not in client.get("/konts").get_data(as_text=True)


# --- user administration -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def administrator(readers):
    """A signed-in administrator of one municipality."""
    readers.add("admin.muni", Given("municipality", MUNICIPALITY))
    return readers.sign_in("admin.muni")[0]


def made(client, login, role, unit):
    """Try to make an account; the page with or without a one-time password."""
    form = {"do": "add", "login": login, "name": "Kāds Cilvēks", "role": role, "unit": unit}
    return client.post("/admin/lietotaji", data=form, headers=SAME).get_data(as_text=True)


def test_municipality_makes_only_its_own(administrator, readers, desk):
    """Own school and municipality yes; another's school, another municipality, ministry, steward no."""
    page = made(administrator, "own.head", "school", SCHOOL)
    password = page.split('class="id-secret">')[1].split("<")[0]
    client, answer = readers.sign_in("own.head", password=password)
    assert answer.headers["Location"].startswith("/konts?zina=finish")
    for number, (role, unit) in enumerate(
        [
            ("school", "9900000007"),
            ("municipality", "LV0001000"),
            ("ministry", ""),
            ("steward", ""),
            ("root", ""),
        ]
    ):
        assert 'class="id-secret"' not in made(administrator, f"foreign{number}", role, unit)
        with desk.read() as connection:
            assert accounts.by_login(connection, f"foreign{number}") is None


def test_municipality_changes_only_its_own(administrator, readers, desk):
    """Accounts with a role elsewhere, stewards and oneself are out of reach, by every button."""
    readers.add("reach.foreign", Given("school", "9900000007"))
    readers.add("reach.both", Given("school", SCHOOL), Given("ministry"))
    readers.add("reach.steward", Given("steward"), code=True)
    with desk.read() as connection:
        numbers = {
            login: [
                one.id for one in accounts.assignments(connection, accounts.by_login(connection, login).id)
            ]
            for login in ("reach.foreign", "reach.both", "reach.steward", "admin.muni")
        }
    for login in ("reach.foreign", "reach.both", "reach.steward", "admin.muni", "reach.nobody"):
        for task in ("disable", "enable", "reset", "reset-code"):
            answer = administrator.post("/admin/lietotaji", data={"do": task, "login": login}, headers=SAME)
            assert "kluda=unknown" in answer.headers["Location"], (login, task)
    for number in (numbers["reach.foreign"][0], numbers["reach.both"][1], numbers["reach.steward"][0], 10**6):
        answer = administrator.post(
            "/admin/lietotaji", data={"do": "revoke", "assignment": number}, headers=SAME
        )
        assert "kluda=unknown" in answer.headers["Location"]
    answer = administrator.post(
        "/admin/lietotaji", data={"do": "revoke", "assignment": numbers["admin.muni"][0]}, headers=SAME
    )
    assert "kluda=self" in answer.headers["Location"]
    form = {"do": "assign", "login": "admin.muni", "role": "steward"}
    assert "kluda=self" in administrator.post("/admin/lietotaji", data=form, headers=SAME).headers["Location"]
    form = {"do": "assign", "login": "reach.foreign", "role": "municipality", "unit": "LV0001000"}
    assert "kluda=unit" in administrator.post("/admin/lietotaji", data=form, headers=SAME).headers["Location"]
    page = administrator.get("/admin/lietotaji").get_data(as_text=True)
    assert "reach.both" in page
    assert "reach.foreign" not in page
    assert "reach.steward" not in page


def test_nobody_takes_over_an_account_without_a_role(administrator, readers, desk):
    """A municipality cannot give an account its only role and then its password: it may be a steward's tomorrow.

    Its own user who has lost the last role gets one back, and whoever has a role elsewhere may get a second one.
    """

    def give(login: str) -> str:
        form = {"do": "assign", "login": login, "role": "school", "unit": SCHOOL}
        return administrator.post("/admin/lietotaji", data=form, headers=SAME).headers["Location"]

    readers.add("empty.new")
    readers.add("empty.former", Given("ministry"))
    readers.add("empty.own", Given("school", SCHOOL))
    readers.add("empty.elsewhere", Given("school", "9900000007"))
    with desk.write() as connection:
        for login in ("empty.former", "empty.own"):
            row = accounts.by_login(connection, login)
            accounts.revoke(connection, ACTOR, accounts.assignments(connection, row.id)[0].id)
    for login in ("empty.new", "empty.former"):
        assert "kluda=unknown" in give(login), login
        answer = administrator.post("/admin/lietotaji", data={"do": "reset", "login": login}, headers=SAME)
        assert "kluda=unknown" in answer.headers["Location"], login
    for login in ("empty.own", "empty.elsewhere"):
        assert "zina=assigned" in give(login), login


@pytest.mark.parametrize("account", ["public", "school", "ministry"])
def test_others_have_no_administration(app, signed_in, account, readers):
    """For everybody else there is no such page and no such route."""
    client = readers.client()
    if account != "public":
        client.post("/pieslegties", data={"account": account}, headers=SAME)
    assert client.get("/admin/lietotaji").status_code == 404
    assert client.get("/admin/audits").status_code == 404
    assert client.post("/admin/lietotaji", data={"do": "add"}, headers=SAME).status_code == 404


def test_no_secret_in_logs_or_audit(readers, desk, capsys):
    """Neither passwords, codes, tokens nor typed logins of nobody are on record or in the log."""
    typed = "mana slepenā parole laukā"
    readers.sign_in(typed, password="otra slepenā parole")
    client, _answer = readers.sign_in("t25.me")
    with desk.read() as connection:
        rows = " ".join(str(row) for row in audit.newest(connection, 1000))
    out = capsys.readouterr()
    for secret in (typed, "otra slepenā", PASSWORD, token(client)):
        assert secret not in rows
        assert secret not in out.out + out.err


def test_agent_is_coarse(app):
    """Two words, whatever the header says."""
    for header, words in (
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iOS"),
        ("\x1b[31m" + "A" * 9000, "?"),
        ("", "?"),
    ):
        with app.server.test_request_context(headers={"User-Agent": header}):
            assert sessions_of_web.agent() == words


# --- T41 ---------------------------------------------------------------------------------------------


def test_each_event_is_one_record(readers, desk):
    """Signing in and failing, choosing a role, viewing a school (as HTML and by Dash), exporting, proposing a threshold,
    changing a user, signing out: exactly one record each, with who, role, scope, when, from where and result."""

    def records(action) -> list:
        with desk.read() as connection:
            before = audit.newest(connection, 1)[0].id
        action()
        with desk.read() as connection:
            return [row for row in audit.newest(connection, 50) if row.id > before]

    readers.add("t41.user", Given("ministry"), Given("school", SCHOOL))
    readers.add("t41.other", Given("ministry"))
    steward = readers.client()
    steward.post("/pieslegties", data={"account": "steward"}, headers=SAME)
    client = readers.client()
    with desk.read() as connection:
        row = accounts.by_login(connection, "t41.user")
        ministry = accounts.assignments(connection, row.id)[0].id
    call = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": f"/skola/{SCHOOL}"},
            {"id": "url", "property": "search", "value": ""},
        ],
        "changedPropIds": ["url.pathname"],
    }

    def view():
        assert client.get(f"/skola/{SCHOOL}").status_code == 200
        assert client.get(f"/skats/skola/{SCHOOL}").status_code == 200
        assert client.post("/_dash-update-component", json=call, headers=SAME).status_code == 200

    threshold = {
        "raditajs": "R03",
        "posms": "basic",
        "videja": "1.7",
        "teritorija": "all",
        "zime": "gt",
        "pamats": "times_national",
        "augsta": "2.5",
        "pamatojums": "Because it is a test.",
    }
    steps = [
        (lambda: readers.sign_in("t41.user", password="wrong password here"), "sign_in_failed", "", "refused"),
        (lambda: readers.sign_in("t41.user", client=client), "sign_in", "", "done"),
        (lambda: client.post("/konts", data={"do": "role", "role": ministry}, headers=SAME), "role_change", "ministry", "done"),
        (view, "school_view", "ministry", "done"),
        (lambda: client.get("/eksports/csv/robezas-limeni/latvija/robezas"), "export", "ministry", "done"),
        (lambda: client.post("/latvija/robezas/priekslikums", data=threshold, headers=SAME), "threshold_change", "ministry", "done"),
        (lambda: steward.post("/admin/lietotaji", data={"do": "disable", "login": "t41.other"}, headers=SAME), "user_change", "steward", "done"),
        (lambda: client.post("/iziet", headers=SAME), "sign_out", "ministry", "done"),
    ]  # fmt: skip
    for action, what, role, result in steps:
        found = records(action)
        # A proposed threshold is a proposal besides: its numbers in one record, its way to a decision in the other.
        both = ["threshold_change", "proposal"] if what == "threshold_change" else [what]
        assert sorted(row.what for row in found) == sorted(both), what
        assert found[0].result == result
        assert found[0].who == ("demo-steward" if what == "user_change" else "t41.user")
        assert found[0].at.endswith("+00:00")
        assert found[0].role == role, what
        assert found[0].origin == "127.0.0.1"
    with desk.read() as connection:
        assert audit.verify(connection).whole


def test_released_view_and_public_are_not_recorded(readers, desk):
    """Looking at a foreign school's released values is everybody's; nobody is watched doing so."""
    readers.add("t41.school", Given("school", SCHOOL))
    client, _answer = readers.sign_in("t41.school")
    with desk.read() as connection:
        before = audit.newest(connection, 1)[0].id
    assert client.get("/skola/9900000007").status_code == 200
    assert readers.client().get(f"/skola/{SCHOOL}").status_code == 200
    with desk.read() as connection:
        assert audit.newest(connection, 1)[0].id == before
