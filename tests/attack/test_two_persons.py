"""B5: what readers see changes by two persons, over HTTP, whatever one of them tries alone."""

from __future__ import annotations

import io
import sqlite3
import threading
from contextlib import closing

import pytest

from data_access import accounts, audit, migrations_runner, proposals, releases
from data_access import engine as engines
from data_access.accounts import Given
from data_access.importing.office import Office
from data_access.publishing import ensure_thresholds
from data_access.schema_proposals import proposal
from tests.support import loads, small
from tests.support.absence_files import csv
from tests.support.decisions import decide, form_of, number_of
from tests.support.readers import ACTOR, PASSWORD, SAME, Readers

THRESHOLD = {
    "lang": "lv", "raditajs": "R03", "posms": "basic", "teritorija": "all", "zime": "gt", "videja": "1,6",
    "augsta": "2,2", "pamats": "times_national", "pamatojums": "Robeža pārāk bieži rāda nejaušību",
}  # fmt: skip


class House:
    """An application with one file that waits, two stewards with accounts, and the works that it began.

    made: a house to begin from, of which this one is a copy.
    """

    def __init__(self, path, monkeypatch, made: House | None = None, **options) -> None:
        import settings
        from app import create_app

        self.path = path / "own.sqlite"
        if made is None:
            self._build()
        else:
            with closing(sqlite3.connect(made.path)) as source, closing(sqlite3.connect(self.path)) as target:
                source.backup(target)
        self.works: list[tuple] = []
        monkeypatch.setattr(
            Office,
            "_work",
            lambda office, command, **arguments: (
                self.works.append((command, arguments.get("proposal")))
                if command != "check"
                else self._check(office, arguments["job"])
            ),
        )
        app = create_app(
            settings.Settings(
                DATABASE_URL=f"sqlite:///{self.path}",
                secret_key="test-only-0123456789-abcdefghijklmnop",
                log_level="ERROR",
                **options,
            )
        )
        self.readers = Readers(app)
        self.server = app.server
        if made is not None:
            self.readers.secrets.update(made.readers.secrets)
            return
        for login in ("anna", "janis"):
            self.readers.add(login, Given("steward"), Given("ministry"), code=True)
        self.readers.add("official", Given("ministry"))
        anna = self.steward("anna")
        anna.post(
            "/admin/dati/sutit",
            data={
                "datne": (io.BytesIO(csv(loads.rows(1, 10)).encode()), "k.csv"),
                "veids": "absence", "datums": "2024-12-31", "lang": "lv",
            },
            headers=SAME, content_type="multipart/form-data",
        )  # fmt: skip
        assert anna.get("/admin/dati/1/stavoklis").json["key"] == "staged:"

    def _build(self) -> None:
        engine = engines.create(f"sqlite:///{self.path}")
        migrations_runner.upgrade(engine)
        with engine.begin() as connection:
            small.fill(connection, more=20)
            ensure_thresholds(connection, 0)
            for _ in range(2):
                releases.publish(connection, reason="small", author="tests", steps=loads.light_steps(print))
        engine.dispose()

    @staticmethod
    def _check(office: Office, number: int) -> None:
        from data_access.importing import jobs

        jobs.check(office._engine, number)

    def steward(self, login: str):
        """A new session of a steward's account, in that role."""
        with self.readers.identity.desk.write() as connection:
            row = accounts.by_login(connection, login)
            connection.execute(
                accounts.update(accounts.user_account)
                .where(accounts.user_account.c.id == row.id)
                .values(totp_step=0)  # several sessions within one code's half minute
            )
        return self.role(login, "steward")

    def role(self, login: str, role: str):
        client, answer = self.readers.sign_in(login)
        assert answer.status_code == 303
        with self.readers.identity.desk.read() as connection:
            row = accounts.by_login(connection, login)
            held = [one for one in accounts.assignments(connection, row.id) if one.role == role]
        if len(self.roles(row.id)) > 1:
            client.post("/konts", data={"do": "role", "role": held[0].id}, headers=SAME)
        return client

    def roles(self, user_id: int) -> list:
        with self.readers.identity.desk.read() as connection:
            return accounts.assignments(connection, user_id)

    def states(self) -> list[str]:
        with self.readers.identity.desk.read() as connection:
            return [row.state for row in connection.execute(proposal.select().order_by(proposal.c.id))]

    def propose(self, client, reason: str = "1. semestris") -> str:
        """Propose to publish the file; where the answer leads."""
        return client.post(
            "/admin/dati/1/publicet",
            data={"iemesls": reason, "apstiprinu": "1", "lang": "lv"},
            headers=SAME,
        ).location


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Made once."""
    with pytest.MonkeyPatch.context() as patch:
        return House(tmp_path_factory.mktemp("two"), patch)


@pytest.fixture
def house(tmp_path, monkeypatch, first):
    return House(tmp_path, monkeypatch, first)


def test_nobody_decides_about_their_own(house):
    """The author, in another session, in another role and back, under another name or after a new password: the same one."""
    anna = house.steward("anna")
    where = house.propose(anna)
    page = anna.get(where).get_data(as_text=True)
    assert "par to lemj cits datu pārzinis" in page
    assert 'value="apstiprinat"' not in page
    honest = form_of(house.steward("janis"), where)
    address = f"/admin/priekslikumi/{number_of(where)}/lemums"
    for choice in ("apstiprinat", "noraidit"):
        for client in (anna, house.steward("anna")):
            answer = client.post(address, data={**honest, "lemums": choice}, headers=SAME)
            assert "kluda=self" in answer.location
    with house.readers.identity.desk.write() as connection:  # another name and another assignment
        row = accounts.by_login(connection, "anna")
        connection.execute(
            accounts.update(accounts.user_account)
            .where(accounts.user_account.c.id == row.id)
            .values(login="anna.new", totp_step=0)
        )
        for one in accounts.assignments(connection, row.id):
            if one.role == "steward":
                accounts.revoke(connection, ACTOR, one.id)
        accounts.assign(connection, ACTOR, "anna.new", Given("steward"))
    house.readers.secrets["anna.new"] = house.readers.secrets["anna"]
    renamed = house.role("anna.new", "steward")
    assert "kluda=self" in renamed.post(address, data=honest, headers=SAME).location
    assert house.states() == ["open"]
    with house.readers.identity.desk.write() as connection:  # a closed account's proposal is still its own
        accounts.disable(connection, ACTOR, "anna.new")
    assert renamed.post(address, data=honest, headers=SAME).status_code == 404
    assert "gaida=staged" in house.steward("janis").post(address, data=honest, headers=SAME).location
    assert house.works == [("publish", 1)]


def test_who_else_may_not(house):
    """Ministry (also the author's or a steward's own other role), municipality, school, public: no such page or route."""
    anna = house.steward("anna")
    where = house.propose(anna)
    honest = form_of(house.steward("janis"), where)
    others = [house.server.test_client(), house.role("official", "ministry")]
    for account in ("ministry", "municipality", "school"):
        client = house.server.test_client()
        client.post("/pieslegties", data={"account": account, "next": "/"}, headers=SAME)
        others.append(client)
    switched = house.steward("janis")
    ministry = next(one for one in house.roles(2) if one.role == "ministry")
    switched.post("/konts", data={"do": "role", "role": ministry.id}, headers=SAME)
    others.append(switched)
    no_code = house.server.test_client()  # a steward whose code generator is not set up
    house.readers.add("third", Given("steward"))
    no_code.post("/pieslegties", data={"login": "third", "password": PASSWORD}, headers=SAME)
    others.append(no_code)
    for client in others:
        for path in (where, "/en/admin/priekslikumi", "/skats/admin/priekslikumi"):
            assert client.get(path).status_code == 404
        for action in ("lemums", "atsaukt"):
            answer = client.post(f"/admin/priekslikumi/1/{action}", data=honest, headers=SAME)
            assert answer.status_code == 404
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = house.steward("janis").post("/admin/priekslikumi/1/lemums", data=honest, headers=headers)
        assert answer.status_code == 403
    assert house.states() == ["open"]
    assert not house.works


def test_forged_and_old_forms(house):
    """Another number, another mark, a form of a proposal that has ended: refused, and nothing begins."""
    anna, janis = house.steward("anna"), house.steward("janis")
    first = house.propose(anna)
    old = form_of(janis, first)
    for number, fault in ((7, "unknown"), (2**31 - 1, "unknown")):
        answer = janis.post(f"/admin/priekslikumi/{number}/lemums", data=old, headers=SAME)
        assert f"kluda={fault}" in answer.location
    for changes, status in (
        ({"nospiedums": "x"}, 400), ({"nospiedums": ""}, 400), ({"lemums": "ja"}, 400), ({"lang": "de"}, 400),
        ({"nospiedums": "0" * 16}, 303), ({"iemesls": ""}, 303),
    ):  # fmt: skip
        answer = janis.post("/admin/priekslikumi/1/lemums", data={**old, **changes}, headers=SAME)
        assert answer.status_code == status, changes
        if status == 303:
            assert "kluda=" in answer.location
    assert "kluda=unknown" in janis.post("/admin/priekslikumi/1/atsaukt", headers=SAME).location
    assert "zina=atsaukts" in anna.post("/admin/priekslikumi/1/atsaukt", headers=SAME).location
    assert "kluda=decided" in janis.post("/admin/priekslikumi/1/lemums", data=old, headers=SAME).location
    second = house.propose(anna, "otrreiz")
    assert number_of(second) == 2
    assert "zina=noraidits" in decide(janis, second, "noraidit").location
    third = house.propose(anna, "trešoreiz")
    answer = janis.post("/admin/priekslikumi/2/lemums", data=form_of(janis, third), headers=SAME)
    assert "kluda=decided" in answer.location  # what was refused is not approved later
    assert house.states() == ["withdrawn", "refused", "open"]
    assert not house.works


def test_stale_is_told_and_a_new_one_is_needed(house):
    """A rollback between proposal and decision: the approval is refused with a sentence, in the record as well."""
    anna, janis = house.steward("anna"), house.steward("janis")
    where = house.propose(anna)
    form = form_of(janis, where)
    back = anna.post(
        "/admin/dati/versija", data={"versija": "1", "iemesls": "atpakaļ", "lang": "lv"}, headers=SAME
    ).location
    assert "versija=1" in decide(janis, back).location
    answer = janis.post(f"/admin/priekslikumi/{number_of(where)}/lemums", data=form, headers=SAME)
    assert "kluda=stale" in answer.location
    assert "Priekšlikums ir novecojis" in janis.get(answer.location).get_data(as_text=True)
    assert house.states() == ["stale", "approved"]
    assert house.works == [("draw", None)]
    with house.readers.identity.desk.read() as connection:
        rows = audit.newest(connection, 20, what=audit.PROPOSAL)
        assert audit.verify(connection).whole
    assert [(row.unit, row.who, row.role, row.result) for row in reversed(rows)] == [
        ("1", "anna", "steward", "done"),
        ("2", "anna", "steward", "done"),
        ("2", "janis", "steward", "done"),
        ("1", "janis", "steward", "refused"),
    ]


def test_double_clicks_and_two_approvers(house):
    """Many presses of two stewards at the same moment: one publication."""
    where = house.propose(house.steward("anna"))
    house.readers.add("ilze", Given("steward"), code=True)
    clients = [house.steward("janis"), house.role("ilze", "steward")]
    form = form_of(clients[0], where)
    gate, told = threading.Barrier(8), []

    def press(client) -> None:
        gate.wait()
        answer = client.post("/admin/priekslikumi/1/lemums", data=form, headers=SAME)
        told.append(answer.location)

    people = [threading.Thread(target=press, args=(clients[number % 2],)) for number in range(8)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert house.works == [("publish", 1)]
    assert house.states() == ["approved"]
    assert sum("gaida=staged" in one for one in told) == 4  # the quicker one's four presses
    assert sum("kluda=decided" in one for one in told) == 4


def test_thresholds_need_a_steward_who_did_not_propose(house):
    """The ministry proposes and sees what became of it; a steward's own proposal waits for another one."""
    official, anna, janis = house.role("official", "ministry"), house.steward("anna"), house.steward("janis")
    for client in (official, anna):
        values = {**THRESHOLD, "videja": "1,6" if client is official else "1,7"}
        assert client.post("/latvija/robezas/priekslikums", data=values, headers=SAME).status_code == 303
    assert "Atsaukt priekšlikumu Nr." in official.get("/latvija/robezas").get_data(as_text=True)
    other = official.post("/latvija/robezas/priekslikums/2/atsaukt", data={"lang": "lv"}, headers=SAME)
    assert "kluda=unknown" in other.location
    assert "kluda=self" in decide(anna, "/admin/priekslikumi?nr=2", nospiedums=mark(house, 2)).location
    page = janis.get("/en/admin/priekslikumi?nr=1").get_data(as_text=True)
    assert "Medium risk:" in page
    assert "zina=pienemts" in decide(janis, "/admin/priekslikumi?nr=1").location
    assert house.states() == ["approved", "open"]
    assert "janis" in official.get("/latvija/robezas").get_data(as_text=True)
    assert "kluda=stale" in decide(janis, "/admin/priekslikumi?nr=2").location


def mark(house, number: int) -> str:
    with house.readers.identity.desk.read() as connection:
        return proposals.find(connection, number).fingerprint[:16]


def test_a_single_steward_by_setting(tmp_path, monkeypatch, first):
    """IKMS_APPROVALS=1: publishing begins at once, the page says that one person decides, the record too."""
    house = House(tmp_path, monkeypatch, first, approvals=1)
    anna = house.steward("anna")
    assert "Šeit lemj viens cilvēks" in anna.get("/admin/dati?ielade=1").get_data(as_text=True)
    assert "gaida=staged" in house.propose(anna)
    assert house.works == [("publish", 1)]
    with house.readers.identity.desk.read() as connection:
        rows = audit.newest(connection, 5, what=audit.PROPOSAL)
    assert ['"persons": 1' in row.detail for row in rows] == [True, True]
    page = anna.get("/en/admin/priekslikumi?nr=1").get_data(as_text=True)
    assert "one person decided alone" in page
