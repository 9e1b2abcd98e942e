"""Requests that no browser of ours sends: odd headers, doubled and bent parameters, half characters, numbers out of range.

Sent by readers of the canary database, so that every answer is searched for what is not theirs.
"""

from __future__ import annotations

import itertools
import json
import re

import pytest

from access.pages import REGISTRY
from access.session import COOKIE
from data_access import accounts, audit
from tests.browser.addresses import address, samples
from tests.support.attacker import ROLES, SAME

HEADERS = [
    {"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Prefix": "/evil"},
    {"Forwarded": "for=192.0.2.1;host=evil.example;proto=https"}, {"X-Forwarded-Proto": "https"},
    {"X-Original-URL": "/admin/audits"}, {"X-Rewrite-URL": "/admin/audits"}, {"X-Forwarded-For": "192.0.2.1"},
    {"X-HTTP-Method-Override": "POST"}, {"X-HTTP-Method": "DELETE"}, {"X-Requested-With": "XMLHttpRequest"},
    {"X-Remote-User": "demo-steward"}, {"Authorization": "Basic ZGVtby1zdGV3YXJkOg=="},
]  # fmt: skip


@pytest.fixture(scope="module")
def values(demo_path):
    return samples(demo_path)


@pytest.mark.parametrize("headers", HEADERS, ids=lambda one: next(iter(one)))
def test_headers_change_nothing(attack, headers):
    """Neither who asks, nor what is asked, nor what is kept for others follows from a header."""
    for path in ("/", "/dati/absence", "/skats/dati/absence", f"/skola/{attack.canary.school_reg_no}"):
        answer = attack.send("public", path, headers=headers, group="headers")
        assert answer.status_code == 200
        assert "Location" not in answer.headers
        assert "audits" not in re.findall(r'id="[^"]*"', answer.get_data(as_text=True))
        assert b"evil" not in attack.send("public", path, group="headers").data
    assert attack.send("public", "/admin/audits", headers=headers, group="headers").status_code == 404
    attack.send("school", "/iziet", headers=headers, group="headers")
    assert b'action="/iziet"' in attack.send("school", "/", group="headers").data
    attack.clean()


def test_a_named_address_is_not_believed(attack):
    """Without a proxy of ours in front, what X-Forwarded-For says stands in no record."""
    form = {"login": "nobody.at.all", "password": "x"}
    headers = {**SAME, "X-Forwarded-For": "192.0.2.77", "Forwarded": "for=192.0.2.77"}
    attack.send("public", "/pieslegties", method="POST", data=form, headers=headers, group="headers")
    with attack.app.server.extensions["ikms_identity"].desk.read() as connection:
        (row,) = audit.newest(connection, 1, what=audit.SIGN_IN_FAILED)
    assert row.origin == "127.0.0.1"


BENT = [
    "/%61dmin/audits", "/admin%2faudits", "/admin%252faudits", "/admin/./audits", "/latvija/../admin/audits", "/admin//audits",
    "/admin/audits.", "/admin/audits%20", "/admin/audits/", "/ADMIN/audits", "/en//admin/audits", "/skats//admin/audits",
    "/skats/admin/audits", "/skats/%2fadmin/audits", "/eksports/csv/audits/admin/audits", "/tabula/audits/admin/audits",
    "/admin/audits;x", "/admin/audits%00", "/admin\\audits", "/%2e/admin/audits", "/admin/audits%0a", "/admin/аudits",
]  # fmt: skip


def test_bent_addresses_of_others(attack):
    """However the address of the audit is written, only a steward gets it."""
    for role, path in itertools.product(("public", "school", "municipality", "ministry"), BENT):
        answer = attack.send(role, path, group="bent")
        assert answer.status_code in (308, 404), (role, path)
        assert b"id-audit" not in answer.data
    attack.clean()


def test_bent_numbers_of_schools(attack):
    """A registration number is ten ASCII digits in the path; nothing else names a school, and no parameter does."""
    own, foreign = attack.canary.school_reg_no, attack.canary.far[0]
    arabic = "".join(chr(0x660 + int(sign)) for sign in own)
    wide = "".join(chr(0xFF10 + int(sign)) for sign in own)
    for text in (arabic, wide, f"{own}%0a", f"{own}.", f"{own};x", f"+{own}", f"{own}%20", f"{own}%e2%80%8b"):
        assert attack.send("school", f"/skola/{text}/atbildes", group="bent").status_code == 404, text
    for query in (f"?reg_no={foreign}", f"?reg_no={foreign}&reg_no={own}", f"?skola={foreign}&role=ministry"):
        answer = attack.send("school", f"/skola/{own}/atbildes{query}", group="bent")
        assert answer.status_code == 200
        assert foreign not in re.sub(r"\?[^\"]*", "", answer.get_data(as_text=True))
    attack.clean()


@pytest.mark.parametrize("role", ROLES)
def test_head_tells_what_get_tells(attack, values, role):
    """HEAD has the status of GET, and no body, on every page; nothing else is a way to look."""
    for entry in REGISTRY.values():
        path = address(entry, "lv", values)
        answer = attack.send(role, path, method="HEAD", group="methods")
        assert answer.status_code == (200 if role in entry.roles else 404), path
        assert answer.data == b""
    attack.clean()


def test_pages_cannot_be_asked_whether_they_changed(attack):
    """No validator that one reader could try on another's page; parts of a page are not served."""
    own = f"/skola/{attack.canary.school_reg_no}"
    asked = [
        {},
        {"Range": "bytes=0-9"},
        {"If-None-Match": "*"},
        {"If-Modified-Since": "Wed, 21 Oct 2037 07:28:00 GMT"},
    ]
    for role, path, headers in itertools.product(("public", "school"), (own, f"/skats{own}"), asked):
        answer = attack.send(role, path, headers=headers, group="validators")
        assert answer.status_code == 200, (role, path, headers)
        assert not {"ETag", "Last-Modified", "Content-Range"} & set(answer.headers.keys())
        assert "Cookie" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == ("no-store" if role == "school" else "no-cache")
    attack.clean()


def test_packed_answers_stay_apart(attack):
    """With the dictionary, in zstd or plain: each reader gets their own page, whoever asked before, and nobody keeps it."""
    from pages import specimen

    own = f"/skats/skola/{attack.canary.school_reg_no}"
    dictionary = specimen.dictionary("lv")
    ways = [
        {"Accept-Encoding": "dcz, zstd", "Available-Dictionary": dictionary.header},
        {"Accept-Encoding": "zstd"},
        {},
    ]
    bodies = {}
    for _turn, headers, role in itertools.product(range(2), ways, ROLES):
        answer = attack.send(role, own, headers=headers, group="dictionary")
        encoding = answer.headers.get("Content-Encoding", "")
        assert encoding == next(iter(headers.get("Accept-Encoding", "").split(", ")))
        assert {"Cookie", "Accept-Encoding", "Available-Dictionary"} <= set(
            answer.headers["Vary"].split(", ")
        )
        html = dictionary.unpack(answer.data) if encoding == "dcz" else answer.data if not encoding else None
        if html is not None:
            html = html if isinstance(html, str) else html.decode()
            assert ("KANARIJS-LAPA-" in html) == (role != "public"), (role, encoding)
        assert bodies.setdefault((role, encoding), answer.data) == answer.data
    assert bodies["school", "dcz"] != bodies["public", "dcz"]
    wrong = attack.send(
        "public",
        own,
        headers={"Accept-Encoding": "dcz", "Available-Dictionary": ":AAAA:"},
        group="dictionary",
    )
    assert "Content-Encoding" not in wrong.headers
    assert "KANARIJS" not in dictionary_text(attack)
    attack.clean()


def dictionary_text(attack) -> str:
    """The text that every browser fetches."""
    page = attack.send("public", "/", group="dictionary").get_data(as_text=True)
    href = re.search(r'rel="compression-dictionary" href="([^"]+)"', page)[1]
    answers = {role: attack.send(role, href, group="dictionary").data for role in ROLES}
    assert len(set(answers.values())) == 1
    return answers["public"].decode()


def test_suggestions_tell_everybody_the_same(attack):
    """The search knows names, numbers and places, which are public, and nothing of who asks."""
    for text in (
        "skola",
        "9900000001",
        "9900000827",
        "novads",
        "demo",
        "steward",
        "KANARIJS",
        "%",
        "_",
        "\\",
    ):
        found = {
            attack.send(role, "/meklet.json", query_string={"q": text}, group="suggestions").data
            for role in ROLES
        }
        assert len(found) == 1, text
    attack.clean()


def call(pathname: str, search: str) -> bytes:
    """A callback request spelled by hand, since honest libraries do not write halves of characters."""
    body = {
        "output": "page.children", "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": "PATH"}, {"id": "url", "property": "search", "value": "QUERY"},
        ],
        "changedPropIds": ["url.pathname"],
    }  # fmt: skip
    return json.dumps(body).replace("PATH", pathname).replace("QUERY", search).encode()


HALVES = [("/meklet", "?q=\\ud800"), ("/\\udfff", ""), ("/admin/lietotaji", "?meklet=\\ud800"), ("/pieslegties", "?talak=/\\ud800")]  # fmt: skip


@pytest.mark.parametrize("role", ["public", "steward"])
def test_half_characters(attack, role):
    """Half of a character in JSON is refused before a page sees it; in an address it is another character."""
    for pathname, search in HALVES:
        answer = attack.send(
            role, "/_dash-update-component", method="POST", data=call(pathname, search),
            content_type="application/json", headers=SAME, group="halves",
        )  # fmt: skip
        assert answer.status_code == 400, (pathname, search)
    for path in (
        "/meklet?q=%ed%a0%80",
        "/meklet.json?q=%ff%fe",
        "/skola/%ff",
        "/pieslegties?talak=/%ed%a0%80",
    ):
        assert attack.send(role, path, group="halves").status_code in (200, 404), path
    attack.clean()


def test_zero_bytes(attack):
    """A zero byte in an address or a form is refused, by whoever it is sent: PostgreSQL cannot store or compare it."""
    for role in ("public", "school", "steward"):
        for path in ("/skola/%00", "/skola/%00/atbildes", "/dati/x%00.csv", "/tabula/x%00/latvija"):
            assert attack.send(role, path, group="zero bytes").status_code == 404, path
        assert attack.send(role, "/meklet.json?q=%00", group="zero bytes").status_code == 400
        answer = attack.send(
            role, "/pieslegties", method="POST", data={"login": "a\x00b", "password": "x"}, headers=SAME,
            group="zero bytes",
        )  # fmt: skip
        assert answer.status_code == 400
    answer = attack.send("steward", "/admin/lietotaji", method="POST", data={"do": "add", "login": "a\x00"}, headers=SAME, group="zero bytes")  # fmt: skip
    assert answer.status_code == 400
    attack.clean()


def test_numbers_out_of_range(attack):
    """A number that no column holds is an address that does not exist."""
    for number in ("2147483648", "9223372036854775808", "9" * 30, "-1", "1e3", "٣", "0x1"):
        for path in (
            f"/admin/dati/{number}/stavoklis", f"/admin/dati/{number}/atradumi.xlsx", f"/dati/versija/{number}/absence.csv",
        ):  # fmt: skip
            assert attack.send("steward", path, group="numbers").status_code == 404, path
        form = {"do": "revoke", "assignment": number}
        answer = attack.send(
            "steward", "/admin/lietotaji", method="POST", data=form, headers=SAME, group="numbers"
        )
        assert "kluda=unknown" in answer.headers["Location"]
    attack.clean()


def test_days_that_do_not_exist(attack):
    """A role is given for days of the calendar only: another one would stop the page for every administrator."""
    for number, day in enumerate(
        ("0000-00-00", "9999-99-99", "2026-02-30", "٢٠٢٦-٠١-٠١", "2026-1-1", "0001-01-01")
    ):
        form = {
            "do": "add",
            "login": f"odd.day{number}",
            "name": "Kāds",
            "role": "ministry",
            "unit": "",
            "from": day,
        }
        answer = attack.send(
            "steward", "/admin/lietotaji", method="POST", data=form, headers=SAME, group="days"
        )
        assert answer.status_code == 200, day
        with attack.app.server.extensions["ikms_identity"].desk.read() as connection:
            assert accounts.by_login(connection, f"odd.day{number}") is None
    assert attack.send("steward", "/admin/lietotaji", group="days").status_code == 200
    attack.clean()


def test_names_stay_on_one_line(attack):
    """Line ends and direction marks in what is typed reach neither the list of users, the audit nor the log as such."""
    start = len(attack.logged.getvalue())
    form = {
        "do": "add", "login": "odd.name", "name": 'Kāds\r\n{"event": "audit"}\u202etxt\x1b[31m', "role": "ministry",
        "unit": "",
    }  # fmt: skip
    attack.send("steward", "/admin/lietotaji", method="POST", data=form, headers=SAME, group="names")
    with attack.app.server.extensions["ikms_identity"].desk.read() as connection:
        name = accounts.by_login(connection, "odd.name").name
        assert audit.verify(connection).whole
    assert name.isprintable()
    page = attack.send("steward", "/admin/lietotaji?meklet=odd.name", group="names").get_data(as_text=True)
    assert "\u202e" not in page
    lines = attack.logged.getvalue()[start:].splitlines()
    assert all(json.loads(line)["event"] != "forged" for line in lines)
    attack.clean()


def test_one_way_to_sign_in(attack):
    """A form in the body, from our own page: not the query, not JSON, not a header, not the second of two fields."""
    ways = [
        {"path": "/pieslegties?account=ministry", "data": "x=1", "content_type": "application/x-www-form-urlencoded"},
        {"path": "/pieslegties", "json": {"account": "ministry"}},
        {"path": "/pieslegties", "data": "account=nobody&account=ministry", "content_type": "application/x-www-form-urlencoded"},
        {"path": "/pieslegties", "data": "account=ministry", "content_type": "text/plain"},
    ]  # fmt: skip
    for way in ways:
        client = attack.app.server.test_client()
        client.post(way.pop("path"), headers=SAME, **way)
        assert client.get_cookie(COOKIE) is None, way
    for path in ("/pieslegties?account=ministry", "/iziet", "/pieslegties?_method=POST&account=ministry"):
        assert "Set-Cookie" not in attack.send("public", path, group="ways").headers


def test_error_pages_repeat_nothing_as_html(attack):
    """What was asked for stands in an error page as text only, and its forms lead nowhere else."""
    for path in (
        "/%3Cscript%3Ealert(1)%3C/script%3E", "/nav%22onmouseover=%22x", "/en/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/pieslegties?talak=//evil.example", "/pieslegties?talak=/%5cevil.example", "/konts?talak=https://evil.example",
        "//evil.example/latvija", "/en//evil.example/x", "/en/%5cevil.example", "/en/%09/evil.example", "/skola/%3Csvg%20onload=1%3E",
    ):  # fmt: skip
        page = attack.send("public", path, group="errors").get_data(as_text=True)
        for text in (
            "<script>alert",
            "<img src=x",
            '"onmouseover',
            "<svg onload",
            'href="//evil',
            'value="//evil',
            'value="https:',
        ):
            assert text not in page, (path, text)
        assert re.findall(r'<link rel="alternate"[^>]*href="//', page) == []
    attack.clean()
