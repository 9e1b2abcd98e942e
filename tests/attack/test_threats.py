"""Single threats of the list in docs/access-threats.md, each under its number."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
import shutil
import sqlite3
import time

import pytest
from sqlalchemy import Engine, event

from access.limits import Limit, Limits
from tests.support.attacker import ROLES, SAME

SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}",
    "<svg/onload=alert(1)>",
]
FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-1+2", "@SUM(1)", "\t=1", "\r=1", "＝1+1"]


def stored(name: str) -> list[str]:
    """Names that a school could have been given in the register."""
    return [f"{text} {name}" for text in [*SCRIPTS, *FORMULAS]]


@pytest.fixture(scope="module")
def named(canary, demo_settings, tmp_path_factory):
    """An application whose institutions have hostile names, and the registration number of each name."""
    from app import create_app

    path = tmp_path_factory.mktemp("names") / "monitoring.sqlite"
    shutil.copy(canary.path, path)
    names = dict(zip(canary.near, stored("skola"), strict=False))
    with sqlite3.connect(path) as database:
        for reg_no, name in names.items():
            database.execute("UPDATE institution SET name = ? WHERE reg_no = ?", (name, reg_no))
    made = create_app(demo_settings.model_copy(update={"database_url": f"sqlite:///{path}"}))
    return made.server.test_client(), names, canary.municipality


def masked(answer) -> str:
    """A body without what differs between any two answers: asked address, the request's id, Dash's own id."""
    text = re.sub(r"<script.*?</script>", "", answer.get_data(as_text=True), flags=re.DOTALL)
    return re.sub(r"\d{10}|[0-9a-f]{12}|\"end_id\":\"[^\"]*\"", "", text)


def test_t14_cache_crossing(attack):
    """T14: for all ordered pairs of roles, what one has warmed is not what another gets."""
    canary = attack.canary
    pages = [
        f"/skola/{canary.school_reg_no}", f"/skola/{canary.near[0]}", f"/skola/{canary.far[0]}",
        f"/pasvaldiba/{canary.municipality}", f"/pasvaldiba/{canary.far_municipalities[0]}", "/riski/R03", "/latvija",
        "/kavejumi", "/kvalitate", "/neregistretie",
    ]  # fmt: skip
    first = {
        (role, page): attack.send(role, page, group="caches").status_code for role in ROLES for page in pages
    }
    for warm, asks in itertools.permutations(ROLES, 2):
        for page in pages:
            attack.send(warm, page, group="caches")
            assert attack.send(asks, page, group="caches").status_code == first[asks, page]
    browser = attack.app.server.test_client()
    browser.post("/pieslegties", data={"account": "ministry", "next": "/"}, headers=SAME)
    secret = masked(browser.get(pages[2]))
    browser.post("/iziet", headers=SAME)
    public = masked(attack.reader("public").get(pages[2]))
    assert masked(browser.get(pages[2])) == public != secret
    attack.clean()


def test_t17_t18_existence(attack):
    """T17, T18: what is not for the reader answers exactly like what does not exist."""
    canary = attack.canary
    for suffix in ("atbildes", "kas-butu"):
        for role in ("public", "school", "municipality"):
            there = [
                attack.send(role, f"/skola/{one}/{suffix}", group="existence") for one in canary.far[:10]
            ]
            nowhere = [
                attack.send(role, f"/skola/98{number:08d}/{suffix}", group="existence")
                for number in range(10)
            ]
            assert {answer.status_code for answer in there + nowhere} == {404}
            assert len({masked(answer) for answer in there + nowhere}) == 1
            names = [set(dict(answer.headers)) for answer in there + nowhere]
            assert all(found == names[0] for found in names)
    bodies = {
        masked(attack.send("public", f"/skola/98{number:08d}", group="existence")) for number in range(300)
    }
    assert len(bodies) == 1
    attack.clean()


def test_t18_same_work(attack):
    """T18: refusing what is there takes as many statements as refusing what is not; no clock is asked."""
    counted = [0]

    def count(*_arguments):
        counted[0] += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        for role in ("public", "school", "municipality"):
            for suffix in ("/atbildes", "/kas-butu"):
                work = []
                for number in (attack.canary.far[0], attack.canary.far[1], "9800000001", "9800000002"):
                    counted[0] = 0
                    assert attack.send(role, f"/skola/{number}{suffix}", group="work").status_code == 404
                    work.append(counted[0])
                assert len(set(work)) == 1, (role, suffix, work)
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def payloads() -> list[str]:
    """300 texts that break a statement put together from strings."""
    ends = ["'", '"', "')", '")', "`", "';", "\\'", "%27", "'/*", "1"]
    middles = [
        " OR 1=1", " AND 1=2", " UNION SELECT 1", " UNION SELECT name FROM sqlite_master", "; DROP TABLE release",
        " OR pg_sleep(5)", " AND randomblob(999999)", " || (SELECT 1)", " OR ''='", " LIKE '%'",
    ]  # fmt: skip
    tails = ["--", "#", "/*"]
    return [f"{a}{b}{c}" for a in ends for b in middles for c in tails]


def test_t19_sql_injection(attack):
    """T19: 300 payloads as search text, unit, filter and form field: no fault, no delay, no canary."""
    texts = payloads()
    assert len(texts) >= 300
    for number, text in enumerate(texts):
        role = ROLES[number % len(ROLES)]
        places = [
            ("/meklet.json", {"q": text}), ("/meklet", {"q": text}), ("/kavejumi", {"iestade": text}),
            ("/riski/R03", {"periods": text}), (f"/skola/{text.replace('/', '')}", {}),
        ]  # fmt: skip
        for path, query in places[number % 2 :: 2]:
            started = time.perf_counter()
            assert attack.send(role, path, query_string=query, group="injection").status_code in (200, 404)
            assert time.perf_counter() - started < 5
        attack.send(
            "public", "/pieslegties", method="POST", data={"account": text}, headers=SAME, group="injection"
        )
    attack.clean()
    with sqlite3.connect(attack.canary.path) as database:
        assert database.execute("SELECT count(*) FROM release").fetchone()[0] >= 1


def test_t20_mass_requests(attack):
    """T20: a search gives no more than its limit, whatever is asked."""
    for query in ({"q": "a"}, {"q": "a", "limit": "100000"}, {"q": "%"}, {"q": "_"}, {"q": "a" * 100_000}):
        answer = attack.send("public", "/meklet.json", query_string=query, group="mass")
        assert answer.status_code == 200
        assert len(answer.get_json()) <= 8
    attack.clean()


def test_t21_t22_stored_scripts(named):
    """T21, T22: names with scripts are shown as text on pages, in suggestions, in Dash's answers and in titles."""
    client, names, town = named
    addresses = [f"/pasvaldiba/{town}", "/riski/R03", *[f"/skola/{reg_no}" for reg_no in names]]
    for address in addresses:
        for path in (address, f"/skats{address}"):
            page = client.get(path).get_data(as_text=True)
            for text in SCRIPTS[:2] + SCRIPTS[4:]:
                assert text not in page, (path, text)
            assert 'href="javascript:' not in page
            assert "49 skola" not in page
    found = client.get("/meklet.json?q=skola").get_data(as_text=True)
    assert "<script>" not in found


def test_t23_formulas(named):
    """T23: names that a spreadsheet would run stand as text in CSV; negative numbers stay numbers."""
    client, _names, town = named
    page = client.get(f"/pasvaldiba/{town}").get_data(as_text=True)
    exports = sorted(set(re.findall(r'/eksports/csv/[^"?]+', page)))
    assert exports
    for address in exports[:12]:
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        for row in csv.reader(
            io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"
        ):
            for cell in row:
                if re.match(r"[=+@\t\r＝-]", cell):
                    assert re.fullmatch(r"[-+]?[\d\s.,%]+(p\.\sp\.)?|-", cell), (address, row)


def test_t32_rate_limits(demo_settings, canary):
    """T32: above the limit 429 with Retry-After, for the reader who asks too much and for nobody else."""
    from app import create_app

    made = create_app(
        demo_settings.model_copy(
            update={
                "database_url": f"sqlite:///{canary.path}",
                "rate_callbacks": 5,
                "rate_callbacks_address": 7,
                "rate_exports": 2,
                "rate_exports_address": 3,
            }
        )
    )
    signed, other, public = (made.server.test_client() for _ in range(3))
    signed.post("/pieslegties", data={"account": "school", "next": "/"}, headers=SAME)
    other.post("/pieslegties", data={"account": "municipality", "next": "/"}, headers=SAME)
    for reader, most in ((signed, 5), (public, 7)):
        codes = [
            reader.post("/_dash-update-component", json={}, headers=SAME).status_code for _ in range(most + 3)
        ]
        assert codes == [400] * most + [429] * 3
        refused = reader.post("/_dash-update-component", json={}, headers=SAME)
        assert 1 <= int(refused.headers["Retry-After"]) <= 10
        assert set(refused.get_json()) == {"error", "id"}
    assert other.post("/_dash-update-component", json={}, headers=SAME).status_code == 400
    for reader, most in ((signed, 2), (public, 3)):
        codes = [reader.get("/eksports/csv/x/latvija").status_code for _ in range(most + 2)]
        assert codes == [404] * most + [429] * 2
    assert other.get("/eksports/csv/x/latvija").status_code == 404
    page = public.get("/eksports/csv/x/latvija", headers={"Referer": "http://localhost/en/latvija"})
    assert page.mimetype == "text/html"
    assert int(page.headers["Retry-After"]) > 60
    assert "Wait 60 minutes" in page.get_data(
        as_text=True
    )  # in the language of the page that the reader came from
    page = public.get("/eksports/csv/x/latvija", headers={"Referer": "http://evil.example/en/latvija"})
    assert "Uzgaidiet 60 minūtes" in page.get_data(as_text=True)


def test_limits_count_a_sliding_window():
    """The window slides, readers do not share it, refused requests do not lengthen it, memory is bounded."""
    now = [100.0]
    limits = Limits({"x": (Limit(2, 10), Limit(0, 10))}, clock=lambda: now[0])
    assert [limits.wait("x", "a", signed_in=True) for _ in range(4)] == [0, 0, 10, 10]
    assert limits.wait("x", "b", signed_in=True) == 0
    now[0] = 109.5
    assert limits.wait("x", "a", signed_in=True) == 1
    now[0] = 110.1
    assert limits.wait("x", "a", signed_in=True) == 0
    assert all(limits.wait("x", "a", signed_in=False) == 0 for _ in range(50))
    for number in range(30_000):
        limits.wait("x", str(number), signed_in=True)
    assert len(limits._seen) <= 20_000


def test_t32_pages_are_limited(demo_settings, canary):
    """T32: whole pages, fragments, tables and Dash's callback empty one bucket; files do not; one record a reader."""
    from app import create_app
    from data_access import audit

    made = create_app(
        demo_settings.model_copy(
            update={"database_url": f"sqlite:///{canary.path}", "rate_pages": 4, "rate_pages_address": 9}
        )
    )
    signed, other, public = (made.server.test_client() for _ in range(3))
    signed.post("/pieslegties", data={"account": "school", "next": "/"}, headers=SAME)
    other.post("/pieslegties", data={"account": "municipality", "next": "/"}, headers=SAME)
    with made.server.extensions["ikms_identity"].desk.read() as connection:
        before = max(row.id for row in audit.newest(connection, 1))
    ways = ("/palidziba", "/skats/palidziba", "/tabula/x/latvija", "/nav-tadas")
    for path in ways:
        assert signed.get(path).status_code in (200, 404), path
    for path in (*ways, "/en/palidziba"):
        refused = signed.get(path)
        assert refused.status_code == 429, path
        assert 1 <= int(refused.headers["Retry-After"]) <= 150
    assert "Too many requests" in refused.get_data(as_text=True)
    assert signed.post("/_dash-update-component", json={}, headers=SAME).status_code == 429
    assert signed.get("/healthz").status_code == 200
    assert signed.get("/assets/icon.svg").status_code == 200
    assert signed.post("/iziet", data={"next": "/"}, headers=SAME).status_code == 303  # nobody is locked in
    assert other.get("/palidziba").status_code == 200
    codes = [public.get("/palidziba").status_code for _ in range(12)]
    assert codes == [200] * 9 + [429] * 3
    with made.server.extensions["ikms_identity"].desk.read() as connection:
        rows = [
            (row.who, row.role, row.result, row.detail)
            for row in reversed(audit.newest(connection, 100, what=audit.SLOWED))
            if row.id > before
        ]
    assert rows == [
        ("demo-school", "school", "refused", '{"kind": "page"}'),
        ("public", "public", "refused", '{"kind": "page"}'),
    ]


def test_a_bucket_refills_and_fifty_readers_share_an_address():
    """Empty after its number, then one as often as it refills; 50 readers of an address at a page in 3 s never wait."""
    now = [100.0]
    limits = Limits({"x": (Limit(3, 30, bucket=True), Limit(0, 30))}, clock=lambda: now[0])
    assert [limits.wait("x", "a", signed_in=True) for _ in range(5)] == [0, 0, 0, 10, 10]
    assert limits.wait("x", "b", signed_in=True) == 0
    assert limits.worth_a_record("x", "a", signed_in=True)
    now[0] = 109.0
    assert limits.wait("x", "a", signed_in=True) == 1
    assert not limits.worth_a_record("x", "a", signed_in=True)
    now[0] = 110.5
    assert [limits.wait("x", "a", signed_in=True) for _ in range(2)] == [0, 10]
    now[0] = 131.0
    assert limits.worth_a_record("x", "a", signed_in=True)
    for number in range(30_000):
        limits.wait("x", str(number), signed_in=True)
    assert len(limits._full_until) <= 20_000

    import settings
    from access.limits import of_settings

    town = of_settings(settings.Settings(secret_key="test-only-0123456789-abcdefghijklmnop"))
    town._clock = lambda: now[0]
    waits = 0
    for _ in range(50 * 1200):  # an hour
        now[0] += 3 / 50
        waits += bool(town.wait("page", "192.0.2.1", signed_in=False))
    assert waits == 0


def test_accounts_of_the_demonstration_are_shared():
    """Their pages are limited like those of an address, one account of a real office by its own number."""
    import settings
    from access.limits import of_settings

    def allowed(**given: object) -> int:
        limits = of_settings(settings.Settings(secret_key="test-only-0123456789-abcdefghijklmnop", **given))
        limits._clock = lambda: 100.0
        return sum(not limits.wait("page", "a", signed_in=True) for _ in range(500))

    assert allowed() == 500
    assert allowed(demo_sign_in=False) == 300
    assert allowed(rate_pages=20) == 20


def test_t34_oversize(attack):
    """T34: a large or deep body is refused at once, before anything reads it."""
    big = b'{"output": "' + b"a" * 20_000_000 + b'"}'
    deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    for body, wanted in ((big, {413}), (deep, {400})):
        started = time.perf_counter()
        answer = attack.send(
            "public", "/_dash-update-component", method="POST", data=body, content_type="application/json",
            headers=SAME, group="oversize",
        )  # fmt: skip
        assert answer.status_code in wanted
        assert time.perf_counter() - started < 2
    answer = attack.send(
        "public", "/pieslegties", method="POST", data={"a": "x" * 2_000_000}, headers=SAME, group="oversize"
    )
    assert answer.status_code == 413
    attack.clean()


def test_t35_paths(attack):
    """T35: no address leads out of the folders that are served."""
    steps = ["../", "..%2f", "%2e%2e/", "....//", "..%5c", "%252e%252e%252f", "/"]
    ends = [
        "etc/passwd",
        "var/monitoring.sqlite",
        "app.py",
        ".env",
        "settings.py%00.css",
        "a" * 4000,
        "\u202egpj.exe",
        "con",
    ]
    starts = [
        "/assets/",
        "/assets/built/",
        "/static/",
        "/_dash-component-suites/dash/",
        "/dati/",
        "/dati/versija/1/",
        "/eksports/csv/",
    ]
    for start, step, end in itertools.product(starts, steps, ends):
        answer = attack.send("public", f"{start}{step}{end}", group="paths")
        assert answer.status_code in (308, 400, 404), (start, step, end)
        assert b"root:" not in answer.data
        assert b"SQLite format" not in answer.data
    attack.clean()


def test_t37_t49_headers(attack):
    """T37, T49: every answer of every rule, page, error and file carries the protective headers."""
    paths = [re.sub(r"<[^>]*>", "1", rule.rule) for rule in attack.app.server.url_map.iter_rules()]
    paths += [
        "/nav",
        "/latvija",
        "/en/latvija",
        f"/skola/{attack.canary.school_reg_no}",
        "/skats/latvija",
        "/assets/ikms.js",
    ]
    paths += ["/assets/10-ikms.css", "/assets/icon.svg", "/_dash-component-suites/dash/dash-renderer/nope.js"]
    for role, path, method in itertools.product(("public", "school"), paths, ("GET", "POST")):
        if role != "public" and method == "POST" and path in ("/pieslegties", "/iziet", "/konts"):
            continue  # would end the session of this attacker
        answer = attack.send(role, path, method=method, headers=SAME, group="headers")
        headers, where = answer.headers, (role, method, path, answer.status_code)
        policy = headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff", where
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer", "strict-origin"), where
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert "geolocation=()" in headers["Permissions-Policy"], where
        assert "default-src" in policy, where
        assert "frame-ancestors 'none'" in policy or path.endswith(".svg"), where
        assert "unsafe-eval" not in policy, where
        if role == "school" and not path.startswith(
            ("/assets", "/_dash", "/_favicon", "/healthz", "/readyz", "/dati/")
        ):
            assert headers["Cache-Control"] == "no-store", where
        if role == "public":
            assert "Set-Cookie" not in headers or path in ("/pieslegties", "/iziet"), where
    attack.clean()


def test_t26_t37_https(demo_settings, canary):
    """T26, T37: under https every answer demands it for a year, and the cookie belongs to this host alone."""
    from app import create_app

    made = create_app(
        demo_settings.model_copy(update={"database_url": f"sqlite:///{canary.path}", "https": True})
    )
    client = made.server.test_client()
    for path in ("/", "/nav", "/assets/ikms.js", "/healthz", "/_dash-layout"):
        age = re.search(
            r"max-age=(\d+)",
            client.get(path, base_url="https://localhost").headers["Strict-Transport-Security"],
        )
        assert int(age[1]) >= 31_536_000
    answer = client.post(
        "/pieslegties", data={"account": "school"}, headers=SAME, base_url="https://localhost"
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite="):
        assert part in cookie
    assert "Domain=" not in cookie


def test_t38_sign_out(attack):
    """T38: signing out empties the browser's stores, and what was open does not come back."""
    client = attack.app.server.test_client()
    client.post("/pieslegties", data={"account": "ministry", "next": "/"}, headers=SAME)
    assert client.get("/latvija/robezas").headers["Cache-Control"] == "no-store"
    answer = client.post("/iziet", headers=SAME)
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert '"storage"' in answer.headers["Clear-Site-Data"]
    assert client.get("/latvija/robezas").status_code == 404


def test_t39_t40_faults(attack, monkeypatch):
    """T39, T40: a fault in any page or callback answers with an id; the log has the place but no value and no line of its own."""
    attack.listen()
    before = len(attack.logged.getvalue())
    secret = 'personas kods 010203-12345\r\n{"level": "info", "event": "forged"}\x1b[31m KANARIJS-KLUDA'

    def fail(*_arguments, **_keywords):
        raise RuntimeError(secret)

    for name in ("view", "fragment", "reading"):
        monkeypatch.setattr(attack.app.site.renderer, name, fail)
    client = attack.app.server.test_client()
    body = {
        "output": "page.children", "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "url", "property": "pathname", "value": "/"}, {"id": "url", "property": "search", "value": ""}],
        "changedPropIds": ["url.pathname"],
    }  # fmt: skip
    answers = [
        client.get("/latvija"), client.get("/en/skola/9900000001?\r\nforged"), client.get("/skats/latvija"),
        client.get("/meklet.json?q=a"), client.get("/eksports/csv/x/latvija"),
        client.post("/_dash-update-component", json=body, headers=SAME),
    ]  # fmt: skip
    ids = set()
    for answer in answers:
        text = answer.get_data(as_text=True)
        assert answer.status_code == 500
        for part in ("personas kods", "010203", "KANARIJS", "Traceback", "RuntimeError", ".py"):
            assert part not in text
        ids |= set(re.findall(r"\b[0-9a-f]{12}\b", text))
    logged = attack.logged.getvalue()[before:]
    for part in ("personas", "010203", "KANARIJS", "forged", "\x1b"):
        assert part not in logged
    lines = [json.loads(line) for line in logged.splitlines()]
    faults = [line for line in lines if line["event"] == "fault"]
    assert len(faults) == len(answers)
    assert {line["request"] for line in faults} <= ids
    assert all(line["where"] and line["kind"] == "RuntimeError" for line in faults)


def test_t47_long_queries_are_cut(canary):
    """T47: a statement that would hold a worker is cut after two seconds, on both planes."""
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    from data_access import engine as engines

    made = engines.planes(f"sqlite:///{canary.path}")
    slow = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000) SELECT sum(i) FROM n"
    )
    for engine in (made.public, made.scoped):
        started = time.perf_counter()
        with pytest.raises(OperationalError), engine.begin() as connection:
            connection.execute(slow)
        assert time.perf_counter() - started < 20
    made.dispose()


def test_p8_filter_pairs(attack):
    """P8, T33: the difference of two counts of persons that everybody can ask for is rounded on both sides."""
    path = attack.canary.path.with_name("monitoring.public.sqlite")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT numerator, denominator FROM indicator_released WHERE unit_kind <> 'country' AND numerator IS NOT NULL "
            "AND value_text IS NULL AND indicator_id IN ('R02', 'R03', 'R04', 'R08', 'R12')"
        ).fetchall()
    chance = random.Random(8)
    tried = bad = 0
    for _ in range(100_000):
        first, second = chance.choice(rows), chance.choice(rows)
        for place in (0, 1):
            difference = first[place] - second[place]
            tried += 1
            bad += difference % 5 != 0
    print(f"P8: {tried} differences, {bad} not rounded")
    assert not bad
