"""The steward's page over HTTP: who may, what is refused, and the whole walk of a file."""

from __future__ import annotations

import io

import pytest

from access.pages import match
from data_access import audit, migrations_runner, releases
from data_access import engine as engines
from data_access.importing import worker
from data_access.importing.office import JobError, Office
from data_access.proposals import Person
from data_access.publishing import steps
from tests.support import small
from tests.support.absence_files import csv, many, with_cell
from tests.support.decisions import decide

SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def own_site(tmp_path, monkeypatch):
    """An application over a small database of its own whose loads are done in this process."""
    import app as application
    import settings
    from data_access.importing import office

    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=250)
        releases.publish(connection, reason="small", author="tests", steps=steps())
    engine.dispose()
    monkeypatch.setattr(
        application, "Office", lambda *known, **options: office.Office(*known, **options, in_process=True)
    )
    made = application.create_app(
        settings.Settings(
            DATABASE_URL=url, secret_key="test-only-0123456789-abcdefghijklmnop", log_level="ERROR"
        )
    )
    return made.server


@pytest.fixture
def steward(own_site):
    """A signed-in data steward."""
    return signed_in(own_site, "steward")


@pytest.fixture
def second(own_site):
    """Another one, who approves."""
    return signed_in(own_site, "steward2")


def signed_in(server, account: str):
    client = server.test_client()
    assert (
        client.post("/pieslegties", data={"account": account, "next": "/"}, headers=SAME).status_code == 303
    )
    return client


def send(client, content: str | bytes, name: str = "kavejumi.csv", **form):
    raw = content.encode() if isinstance(content, str) else content
    return client.post(
        "/admin/dati/sutit",
        data={"datne": (io.BytesIO(raw), name), "veids": "", "datums": "2024-12-31", "lang": "lv", **form},
        headers=SAME,
        content_type="multipart/form-data",
    )


def test_nobody_else_sees_it(own_site):
    """For every other reader there is no such page and no such route."""
    for account in (None, "school", "municipality", "ministry"):
        client = signed_in(own_site, account) if account else own_site.test_client()
        assert client.get("/admin/dati").status_code == 404
        assert client.get("/admin/dati/1/stavoklis").status_code == 404
        assert client.get("/admin/dati/1/atradumi.xlsx").status_code == 404
        assert send(client, csv()).status_code == 404
        assert client.get("/admin/priekslikumi").status_code == 404
        for action in ("lemums", "atsaukt"):
            assert client.post(f"/admin/priekslikumi/1/{action}", headers=SAME).status_code == 404
        for action in ("publicet", "atsaukt", "atcelt", "parbaudit"):
            assert client.post(f"/admin/dati/1/{action}", headers=SAME).status_code == 404
        assert client.post("/admin/dati/versija", headers=SAME).status_code == 404


def test_another_site_cannot_send(steward):
    """A form on another site reaches nothing."""
    answer = steward.post(
        "/admin/dati/1/publicet", data={"iemesls": "labs iemesls"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


def test_the_whole_walk(steward, second):
    """Wrong file, messages, mended file, preview, propose, approve, page shows it, roll back, take back."""
    answer = send(steward, csv(with_cell(3, "long_unexcused", "70", many(3))))
    assert answer.status_code == 303
    page = steward.get(answer.location).text
    assert "noraidīta" in page
    assert "3. rinda, kolonna G" in page
    assert "Rindu skaits datnē: 4 = derīgas 2 + kļūdainas 1 + galvenes, kopsummas un tukšās 1" in page
    book = steward.get("/admin/dati/1/atradumi.xlsx")
    assert book.mimetype.endswith("spreadsheetml.sheet")
    cells = opened(book.data)
    assert cells["Atradumi"]["H3"].value.startswith("Daļa nevar būt")
    assert cells["Datne"]["G3"].fill.fgColor.rgb == "FFF8B4B4"
    assert "70" in cells["Datne"]["G3"].value

    answer = send(steward, csv(many(3)))
    page = steward.get(answer.location).text
    assert "gaida publicēšanu" in page
    assert "Jaunas rindas: 3" in page
    refused = steward.post("/admin/dati/2/publicet", data={"iemesls": "", "lang": "lv"}, headers=SAME)
    assert "kluda=reason" in refused.location
    proposed = steward.post(
        "/admin/dati/2/publicet", data={"iemesls": "1. semestris", "lang": "lv"}, headers=SAME
    ).location
    assert "priekšlikums ir iesniegts" in steward.get(proposed).text.lower()
    assert steward.get("/admin/dati").headers["X-Release"] == "1"
    page = second.get(proposed).text  # who, why, what would change, what was hidden
    for text in ("demo-steward", "1. semestris", "Jaunas rindas: 3", "Kas versijās ir paslēpts?"):
        assert text in page
    done = decide(second, proposed)
    page = second.get(done.location).text
    assert "publicēta" in page
    assert "demo-steward + demo-steward2" in steward.get("/admin/dati").text
    assert steward.get("/admin/dati").headers["X-Release"] == "2"

    proposed = second.post(
        "/admin/dati/versija", data={"versija": "1", "iemesls": "pārbaude", "lang": "lv"}, headers=SAME
    ).location
    assert steward.get("/admin/dati").headers["X-Release"] == "2"
    done = decide(steward, proposed)
    assert steward.get(done.location).headers["X-Release"] == "1"
    proposed = second.post(
        "/admin/dati/2/atsaukt", data={"iemesls": "kļūdaina datne", "lang": "en"}, headers=SAME
    ).location
    page = steward.get(decide(steward, proposed, lang="en").location).text
    assert "taken back" in page
    assert steward.get("/admin/dati").headers["X-Release"] == "1"
    # Each of these is on record with who, in which role and from where.
    with steward.application.extensions["ikms_identity"].desk.read() as connection:
        rows = [row for row in audit.newest(connection) if row.who.startswith("demo-steward")]
        assert audit.verify(connection).whole
    by = {name: {row.what for row in rows if row.who == name} for name in ("demo-steward", "demo-steward2")}
    assert {"import", "proposal", "rollback"} <= by["demo-steward"]
    assert {"proposal", "release"} <= by["demo-steward2"]
    assert {(row.role, row.origin) for row in rows} == {("steward", "127.0.0.1")}


def opened(content: bytes):
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content))


def test_questions_have_to_be_confirmed(steward, second):
    """A file with questions is not published before somebody has looked at them."""
    rows = many(20)
    for row in rows:
        row[6] = "4"
    send(steward, csv(rows))
    answer = steward.post("/admin/dati/1/publicet", data={"iemesls": "1. semestris"}, headers=SAME)
    assert "kluda=confirm" in answer.location
    answer = steward.post(
        "/admin/dati/1/publicet", data={"iemesls": "1. semestris", "apstiprinu": "1"}, headers=SAME
    )
    assert "Pārbaude uzdeva" in second.get(answer.location).text
    assert "publicēta" in second.get(decide(second, answer.location).location).text


def test_only_uploads_may_be_large(steward):
    """The body limit is raised for the upload alone; above its own limit the file is refused."""
    assert send(steward, b"a;b\n" * 400_000).status_code == 303
    big = steward.post("/admin/dati/1/publicet", data={"iemesls": "x" * 2_000_000}, headers=SAME)
    assert big.status_code == 413
    huge = send(steward, b"a;b\n" * 9_000_000)
    assert huge.status_code == 413 or "kluda=large" in huge.location


def test_several_files_in_one_release(steward, second, own_site):
    """Two chosen files become one release; the third waits on. Nothing chosen, a wrong number: refused."""
    for number, year in enumerate(("2021/2022", "2022/2023", "2023/2024"), start=1):
        rows = [[row[0], year, *row[2:]] for row in many(5)]
        assert send(steward, csv(rows), name=f"kavejumi_{year[:4]}.csv").location.endswith(f"ielade={number}")
    before = steward.get("/admin/dati")
    assert "publicēt kopā" in before.text
    release = int(before.headers["X-Release"])
    form = {"lang": "lv", "iemesls": "trīs gadi kopā", "apstiprinu": "1"}
    for chosen, fault in (([], "none"), (["1", "77"], "unknown")):
        answer = steward.post("/admin/dati/publicet", data={**form, "ielade": chosen}, headers=SAME)
        assert f"kluda={fault}" in answer.location
    assert (
        steward.post("/admin/dati/publicet", data={**form, "ielade": ["x"]}, headers=SAME).status_code == 400
    )
    done = steward.post("/admin/dati/publicet", data={**form, "ielade": ["1", "3"]}, headers=SAME)
    assert done.status_code == 303
    assert decide(second, done.location).status_code == 303
    states = [steward.get(f"/admin/dati/{n}/stavoklis").json["key"] for n in (1, 2, 3)]
    assert states == ["published:", "staged:", "published:"]
    after = steward.get("/admin/dati")
    assert int(after.headers["X-Release"]) == release + 1
    assert "publicēt kopā" not in after.text
    other = signed_in(own_site, "ministry")
    assert other.post("/admin/dati/publicet", data=form, headers=SAME).status_code == 404


EXAM_KEY = "reg_no;school_year;stage;subject;exam_level;"
BANDS = ";".join(f"band_{band}" for band in range(10))
FULL = f"{EXAM_KEY}eligible;exempt;sat;low;high;below_limit;mean;sd;{BANDS};compulsory\n"
OPEN = f"{EXAM_KEY}sat;mean;{BANDS};compulsory\n"


@pytest.mark.parametrize("open_first", [True, False])
def test_the_exam_register_and_the_open_set(steward, second, open_first):
    """Where they disagree the register's numbers stay, whichever came first; the page names both and the primary.

    Two of three exams differ: 40 and 41 who sat, a mean of 50 and of 51. Who had to sit only the register knows, which
    is no difference.
    """
    schools = [row[0] for row in many(3)]
    bands, more = "0;0;0;20;0;20;0;0;0;0", "0;0;0;20;0;21;0;0;0;0"

    def full(number):
        return f"{schools[number]};2023/2024;basic;mathematics;single;42;1;40;11;8;1;50,0;12,5;{bands};1\n"

    def opened(number, sat=40, mean="50,0", counts=bands):
        return f"{schools[number]};2023/2024;basic;mathematics;single;{sat};{mean};{counts};1\n"

    files = [
        ("exam_open", OPEN + opened(0, 41, counts=more) + opened(1, mean="51,0") + opened(2)),
        ("exam", FULL + full(0) + full(1) + full(2)),
        ("absence", csv(many(5))),
    ]
    for number, (kind, content) in enumerate(
        files if open_first else [files[1], files[0], files[2]], start=1
    ):
        assert send(steward, content, name=f"{kind}.csv", veids=kind).location.endswith(f"ielade={number}")
        state = steward.get(f"/admin/dati/{number}/stavoklis").json["key"]
        assert state == "staged:", steward.get(f"/admin/dati?ielade={number}").text
        proposed = steward.post(
            f"/admin/dati/{number}/publicet",
            data={"lang": "lv", "iemesls": "eksāmenu dati", "apstiprinu": "1"},
            headers=SAME,
        )
        decide(second, proposed.location)
        assert steward.get(f"/admin/dati/{number}/stavoklis").json["key"] == "published:"
    text = " ".join(steward.get("/en/datu-kvalitate").text.split())
    assert "2 rows in which" in text
    said = text[text.index("2 rows in which") :][:300]
    assert "differs from the primary source" in said
    assert "both values are kept" in said


def test_uploads_are_limited(tmp_path):
    """After as many uploads as the setting allows in an hour the answer is 429 and says when to come again."""
    import app as application
    import settings

    url = f"sqlite:///{tmp_path / 'limited.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection)
        releases.publish(connection, reason="small", author="tests")
    engine.dispose()
    server = application.create_app(
        settings.Settings(
            DATABASE_URL=url,
            secret_key="test-only-0123456789-abcdefghijklmnop",
            log_level="ERROR",
            rate_imports=3,
        )
    ).server
    steward, other = signed_in(server, "steward"), server.test_client()
    for _ in range(3):
        assert send(steward, "  ").status_code == 303
    refused = send(steward, "  ")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert steward.get("/admin/dati").status_code == 200
    assert send(other, "  ").status_code == 404


def test_a_thrown_away_load_leaves_nothing(steward):
    """After throwing a load away neither its rows nor its bytes are kept."""
    send(steward, csv(many(3)))
    steward.post("/admin/dati/1/atcelt", data={"lang": "lv"}, headers=SAME)
    page = steward.get("/admin/dati?ielade=1").text
    assert "atmesta" in page
    assert "Kas mainītos" not in page


def test_unknown_addresses_and_texts(steward):
    """Odd parameters are ignored or refused; nothing sent is shown as HTML."""
    assert steward.get("/admin/dati?ielade=999").status_code == 200
    send(steward, csv([["<b>x</b>", *row[1:]] for row in many(2)]), name='<img src=x onerror="a">.csv')
    page = steward.get("/admin/dati?ielade=1").text
    assert "<b>x</b>" not in page
    assert "<img src=x" not in page
    assert match("/admin/dati", "ielade=1%20OR%201") is not None
    assert "ielade" not in match("/admin/dati", "ielade=1%20OR%201").params


def test_state_of_a_load(steward):
    """The state that the page asks for every second."""
    send(steward, csv(many(3)))
    assert steward.get("/admin/dati/1/stavoklis").json["key"] == "staged:"
    assert steward.get("/admin/dati/7/stavoklis").status_code == 404


def test_a_worker_records_who_asked(tmp_path, monkeypatch):
    """What a worker process is told of the actor stands in its records; without it there is the name alone."""
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    told = []
    monkeypatch.setattr(worker, "start", lambda url, command, **arguments: told.append((command, arguments)))
    office = Office(engine, url)
    with audit.acting(audit.Actor("steward.one", "steward", "", "192.0.2.7")):
        office.receive("x.csv", b"a;b\n1;2\n", kind="", as_of="2024-12-31", author="steward.one")
    office.receive("y.csv", b"a;b\n1;3\n", kind="", as_of="2024-12-31", author="somebody")
    monkeypatch.setenv("DATABASE_URL", url)
    assert [worker.run_for(command, arguments) for command, arguments in told] == [3, 3]
    with engine.connect() as connection:
        rows = [(row.who, row.role, row.origin) for row in audit.newest(connection)]
    assert rows == [("somebody", "", ""), ("steward.one", "steward", "192.0.2.7")]
    engine.dispose()


def test_the_office_refuses_without_a_worker(tmp_path):
    """Reasons and states are checked before anything is started."""
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    office = Office(engine, url)
    with pytest.raises(JobError, match="iemesl"):
        office.propose_publication([1], by=Person("user:1", "a"), reason="  ", confirmed=True)
    engine.dispose()
