"""Two real workers over one database, on both engines: sessions, refusals and pages are the same whichever answers (T14, T15)."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlencode

import pytest

from benchmarks.servers import Served, command_of, free_port
from data_access import accounts, migrations_runner, provision, releases, schema
from data_access import engine as engines
from data_access.accounts import Given
from data_access.publishing import steps
from tests.disclosure.country import PLACES, fill
from tests.support.readers import ACTOR, PASSWORD, SAME, Readers

SCHOOL = "9900000001"
OWN = {"public": (), "head": (Given("school", SCHOOL),), "town": (Given("municipality", PLACES[0]),), "state": (Given("ministry"),)}  # fmt: skip
PAGES = (
    "/", "/latvija", "/en/latvija", f"/pasvaldiba/{PLACES[0]}", f"/pasvaldiba/{PLACES[1]}", f"/skola/{SCHOOL}",
    "/skola/9900000003", "/skola/9900000009", "/kavejumi", "/riski/R03", "/datu-kvalitate", "/dati",
    "/latvija/robezas", f"/skola/{SCHOOL}/atbildes",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory, postgres_server):
    """Addresses of the same small country on both engines, published, with an account for each role."""
    made = {}
    for name in ("sqlite", "postgresql"):
        url = (
            f"sqlite:///{tmp_path_factory.mktemp('workers') / 'monitoring.sqlite'}"
            if name == "sqlite"
            else postgres_server.create("workers")
        )
        engine = engines.create(url)
        migrations_runner.upgrade(engine)
        with engine.begin() as connection:
            fill(connection)
            connection.execute(schema.load_batch.update().values(loaded_at="2026-01-02T03:04:05+00:00"))
            releases.publish(connection, reason="tests", author="tests", steps=steps())
            if name == "postgresql":
                provision.run(connection)
        engine.dispose()
        made[name] = url
    return made


@pytest.fixture(scope="module")
def applications(filled, demo_settings_of):
    """The application over each of them, in this process, and its readers."""
    from app import create_app

    opened, connect = [], engines._postgresql

    def kept(*arguments, **options):
        opened.append(connect(*arguments, **options))
        return opened[-1]

    with (
        pytest.MonkeyPatch.context() as patch
    ):  # an application lives as long as its process, a test does not
        patch.setattr(engines, "_postgresql", kept)
        made = {name: Readers(create_app(demo_settings_of(url))) for name, url in filled.items()}
        for readers in made.values():
            for login, given in OWN.items():
                if given:
                    readers.add(login, *given)
            readers.add("steward", Given("steward"), code=True)
        yield made
    assert opened
    for engine in opened:
        engine.dispose()


@pytest.fixture(scope="module")
def demo_settings_of():
    """Settings of an application over a database."""
    import settings

    def make(url: str) -> settings.Settings:
        return settings.Settings(
            DATABASE_URL=url,
            secret_key="test-only-0123456789-abcdefghijklmnop",
            log_level="ERROR",
            rate_callbacks=0,
            rate_callbacks_address=0,
            rate_pages=0,
            rate_pages_address=0,
            rate_exports=0,
            rate_exports_address=0,
        )

    return make


def words(answer) -> str:
    """A page without what differs between any two answers: ids of requests and of Dash, moments."""
    text = re.sub(r"<script.*?</script>", "", answer.get_data(as_text=True), flags=re.DOTALL)
    text = re.sub(
        r"\d{4}-\d\d-\d\dT[\d:.+Z]+|\b[0-9a-f]{12,}\b|\"end_id\":\"[^\"]*\"|\d\d:\d\d(?::\d\d)?", "", text
    )
    return text


@pytest.mark.postgres
def test_pages_are_the_same_on_both_engines(applications):
    """Every page of the sample, for every role: the same status and the same text on SQLite and on PostgreSQL."""
    compared, differ = 0, []
    for login, given in OWN.items():
        clients = {
            name: readers.sign_in(login)[0] if given else readers.client()
            for name, readers in applications.items()
        }
        for page in PAGES:
            one, other = (clients[name].get(page) for name in ("sqlite", "postgresql"))
            assert one.status_code == other.status_code, (login, page)
            if words(one) != words(other):
                differ.append((login, page))
            compared += one.status_code == 200
    assert not differ
    assert compared > 40


@pytest.mark.postgres
def test_what_no_column_holds(applications):
    """Zero bytes and numbers out of range are refused alike on both engines, and never reach a statement."""
    asked = [
        ("public", "GET", "/meklet.json?q=%00", None, 400),
        ("public", "GET", "/meklet?q=%00", None, 200),
        ("public", "GET", "/dati/versija/2147483648/absence.csv", None, 404),
        ("public", "POST", "/pieslegties", {"login": "a\x00b", "password": "x"}, 400),
        ("head", "POST", "/skola/%00/atbildes", {"indicator": "R03"}, 404),
        ("head", "POST", f"/skola/{SCHOOL}/atbildes", {"indicator": "R03", "stage": "\x00"}, 400),
        (
            "town",
            "POST",
            "/admin/lietotaji",
            {"do": "assign", "login": "x", "role": "school", "unit": "\x00"},
            400,
        ),
        ("steward.two", "GET", "/admin/dati/2147483648/stavoklis", None, 404),
        ("steward.two", "POST", "/admin/dati/versija", {"versija": "999999999", "iemesls": "x" * 20}, 303),
    ]
    for name, readers in applications.items():
        readers.add("steward.two", Given("steward"), code=True)
        clients = {login: readers.sign_in(login)[0] for login in ("head", "town", "steward.two")}
        clients["public"] = readers.client()
        for login, method, path, form, status in asked:
            answer = clients[login].open(path, method=method, data=form, headers=SAME)
            assert answer.status_code == status, (name, login, path)
        # What a steward reads besides: the report of disclosure control, which no other role's login may.
        page = clients["steward.two"].get("/admin/dati").get_data(as_text=True)
        assert "Mazo skaitļu aizsardzība pa versijām" in page, name


class Browser:
    """A reader over HTTP who opens a new connection for every request, so that either worker may answer."""

    def __init__(self, address: str) -> None:
        self.host, self.cookie = address.removeprefix("http://"), ""

    def ask(self, path: str, form: dict | None = None, **more: str) -> tuple[int, str]:
        """Status and body. more: headers besides."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        headers = {**SAME, "Cookie": self.cookie, **more}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if form is not None else "GET", path, urlencode(form or {}), headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and value.startswith("ikms_session="):
                self.cookie = value.split(";")[0]
        connection.close()
        return answer.status, body

    def sign_in(self, login: str, code: str = "") -> int:
        """Status of the answer."""
        return self.ask(
            "/pieslegties", {"login": login, "password": PASSWORD, "code": code, "next": "/latvija"}
        )[0]


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_two_workers(applications, filled, name):
    """Signed in by one worker, known to the other; ended in one, dead in the other; no answer is another reader's."""
    import pyotp

    port = free_port()
    server = Served(
        command_of(port, workers=2),
        port,
        {
            "DATABASE_URL": filled[name],
            "IKMS_SECRET_KEY": "test-only-0123456789-abcdefghijklmnop",
            "IKMS_LOG_LEVEL": "ERROR",
        },
        "/healthz",
    )
    try:
        browsers = {login: Browser(server.address) for login in OWN}
        for login, given in OWN.items():
            if given:
                assert browsers[login].sign_in(login) == 303, login
        before = server.worker_ticks()
        page = f"/skola/{SCHOOL}/kas-butu"  # for the school, its municipality and officials
        for _turn in range(8):
            for login, browser in browsers.items():
                status, body = browser.ask(page)
                assert status == (404 if login == "public" else 200), login
                assert ("/iziet" in body) is (login != "public")
        # No header names the path, the root or the scheme, although the request comes from this machine.
        plain = Browser(server.address)
        for headers in (
            {"SCRIPT_NAME": "/latvija"},
            {"PATH_INFO": "/latvija"},
            {"X-Forwarded-Proto": "https"},
        ):
            status, body = plain.ask("/latvija/dati", **headers)
            assert (status, "https://" in body) == (404, False), headers
            status, body = plain.ask("/dati/absence", **headers)
            assert (status, f"{server.address}/dati/absence.csv" in body) == (200, True), headers
        stolen = Browser(server.address)
        stolen.cookie = browsers["state"].cookie
        assert stolen.ask("/latvija/robezas")[0] == 200
        assert browsers["state"].ask("/iziet", {})[0] == 303
        assert {stolen.ask("/latvija/robezas")[0] for _turn in range(16)} == {404}
        # Taken back in the database by a third process: the very next request of either worker.
        desk = applications[name].identity.desk
        with desk.write() as connection:
            accounts.disable(connection, ACTOR, "town")
        assert {browsers["town"].ask(page)[0] for _turn in range(16)} == {404}
        assert {browsers["head"].ask(page)[0] for _turn in range(4)} == {200}
        # The steward's way with a second factor, and a wrong password.
        wrong = Browser(server.address)
        wrong.sign_in("steward", "000000")
        assert "/iziet" not in wrong.ask("/")[1]
        steward = Browser(server.address)
        code = pyotp.TOTP(applications[name].secrets["steward"]).now()
        assert steward.sign_in("steward", code) == 303
        assert {steward.ask("/admin/lietotaji")[0] for _turn in range(8)} == {200}
        after = server.worker_ticks()
        assert len(after) == 2
        assert all(after[pid] > ticks for pid, ticks in before.items())  # both have worked
    finally:
        server.stop()
