"""The form of the school's answers: foreign schools, foreign origins, script texts, restricted texts and their record."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3

import pytest

SAME = {"Sec-Fetch-Site": "same-origin"}
SECRET = "Slepens paskaidrojums"
SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def path(demo_path, tmp_path_factory):
    """A copy of the demonstration database of its own, since these tests write."""
    copy = tmp_path_factory.mktemp("answers") / "monitoring.sqlite"
    shutil.copy(demo_path, copy)
    return copy


@pytest.fixture(scope="module")
def app(path, demo_settings):
    """An application that takes answers."""
    from app import create_app
    from data_access import answers
    from data_access import engine as engines
    from pages import answers as page
    from pages.quality_blocks import EXTENSION

    made = create_app(demo_settings.model_copy(update={"database_url": f"sqlite:///{path}"}))
    if EXTENSION not in made.server.extensions:
        page.install(made.server, answers.Writer(engines.create(f"sqlite:///{path}")))
    return made


@pytest.fixture(scope="module")
def reader_of(app):
    """Function of an account: a signed-in reader."""

    def make(account: str):
        reader = app.server.test_client()
        if account != "public":
            answer = reader.post("/pieslegties", data={"account": account, "next": "/"}, headers=SAME)
            assert answer.status_code == 303
        return reader

    return make


@pytest.fixture(scope="module")
def unit(app, path):
    """Registration number, indicator and stage of a finding of the demonstration school, and of another school."""
    from data_access import engine as engines
    from data_access.queries.accounts import demo_scopes

    engine = engines.create(f"sqlite:///{path}", read_only=True)
    (school,) = demo_scopes(engine)["school"].institutions
    engine.dispose()
    with sqlite3.connect(path) as connection:
        own = connection.execute(
            "SELECT i.reg_no, f.indicator_id, f.stage FROM finding f JOIN institution i ON i.id = f.institution_id "
            "WHERE i.id = ? ORDER BY f.release_id DESC LIMIT 1",
            (school,),
        ).fetchone()
        other = connection.execute(
            "SELECT i.reg_no, f.indicator_id, f.stage FROM finding f JOIN institution i ON i.id = f.institution_id "
            "WHERE i.id <> ? LIMIT 1",
            (school,),
        ).fetchone()
    assert own, "the demonstration school needs a finding"
    return {"own": own, "other": other}


def form(unit, **changes) -> dict[str, str]:
    """A filled form."""
    _reg_no, indicator, stage = unit
    return {
        "indicator": indicator,
        "stage": stage,
        "verdict": "right",
        "explanation": SECRET,
        "readers": "restricted",
    } | changes


def address(unit, lang: str = "") -> str:
    """Address of the answers of an institution."""
    return f"{lang}/skola/{unit[0]}/atbildes"


def count(path, table: str, where: str = "1 = 1") -> int:
    """Rows of a table."""
    with sqlite3.connect(path) as connection:
        return connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]


def navigate(reader, pathname: str):
    """The same page as a change of view."""
    return reader.get(f"/skats{pathname}", headers={"Accept-Encoding": "identity"})


def test_foreign_school(reader_of, unit, path):
    """A school can neither read nor write the answers of another one."""
    school = reader_of("school")
    before = count(path, "school_answer")
    assert school.post(address(unit["other"]), data=form(unit["other"]), headers=SAME).status_code == 404
    assert school.get(address(unit["other"])).status_code == 404
    assert school.post("/skola/0000000000/atbildes", data=form(unit["own"]), headers=SAME).status_code == 404
    assert count(path, "school_answer") == before


@pytest.mark.parametrize("account", ["public", "municipality", "ministry"])
def test_only_schools_write(reader_of, unit, path, account):
    """Nobody but the school itself writes its answers."""
    before = count(path, "school_answer")
    answer = reader_of(account).post(address(unit["own"]), data=form(unit["own"]), headers=SAME)
    assert answer.status_code == 404
    assert count(path, "school_answer") == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
)
def test_other_origins(reader_of, unit, path, headers):
    """A form of another site is refused."""
    before = count(path, "school_answer")
    school = reader_of("school")
    for lang in ("", "/en"):
        assert (
            school.post(address(unit["own"], lang), data=form(unit["own"]), headers=headers).status_code
            == 403
        )
    assert count(path, "school_answer") == before


def test_public_has_no_such_page(reader_of, unit):
    """The public gets 404, as for an institution that does not exist."""
    public = reader_of("public")
    assert public.get(address(unit["own"])).status_code == 404
    assert public.get(f"/eksports/csv/answers{address(unit['own'])}").status_code == 404


def test_restricted_text_and_its_record(reader_of, unit, path):
    """School, founder municipality and ministry read it, each reading is recorded; nobody else by any door."""
    answer = reader_of("school").post(address(unit["own"]), data=form(unit["own"]), headers=SAME)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(address(unit["own"]))
    read = "what = 'restricted_answer_read'"
    for account in ("school", "municipality", "ministry"):
        reader = reader_of(account)
        for ask in (
            lambda r=reader: r.get(address(unit["own"])),
            lambda r=reader: r.get(address(unit["own"], "/en")),
            lambda r=reader: r.get(f"/eksports/csv/answers{address(unit['own'])}"),
            lambda r=reader: r.get(f"/eksports/json/answers{address(unit['own'])}"),
            lambda r=reader: navigate(r, address(unit["own"])),
        ):
            before = count(path, "audit_event", read)
            got = ask()
            assert got.status_code == 200
            assert SECRET in got.get_data(as_text=True)
            assert count(path, "audit_event", read) == before + 1
            assert got.headers["Cache-Control"] == "no-store"
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"SELECT who, unit, detail FROM audit_event WHERE {read}").fetchall()
        from_where = connection.execute(
            "SELECT DISTINCT who, role, origin FROM audit_event WHERE what IN ('restricted_answer_read', 'answer_written')"
        ).fetchall()
    assert set(from_where) == {
        (f"demo-{role}", role, "127.0.0.1") for role in ("school", "municipality", "ministry")
    }
    assert {row[0] for row in rows} == {"demo-school", "demo-municipality", "demo-ministry"}
    assert {row[1] for row in rows} == {unit["own"][0]}
    for _who, _unit, detail in rows:
        assert set(json.loads(detail)) == {"answers", "page"}
        assert SECRET not in detail
    before = count(path, "audit_event", read)
    public = reader_of("public")
    for place in (
        "",
        address(unit["own"]),
        f"/skola/{unit['own'][0]}",
        "/kvalitate",
        "/vienota-skola",
        "/uzraudziba",
    ):
        for lang in ("", "/en"):
            assert SECRET not in public.get(f"{lang}{place}" or "/").get_data(as_text=True)
            assert SECRET not in navigate(public, f"{lang}{place}" or "/").get_data(as_text=True)
    assert count(path, "audit_event", read) == before


def test_pages_without_texts_record_nothing(reader_of, unit, path):
    """Seeing that there is an answer is not reading it."""
    before = count(path, "audit_event", "what LIKE 'restricted%'")
    for page in ("/kvalitate", "/uzraudziba", "/vienota-skola", f"/skola/{unit['own'][0]}"):
        assert SECRET not in reader_of("ministry").get(page).get_data(as_text=True)
    assert count(path, "audit_event", "what LIKE 'restricted%'") == before


@pytest.mark.parametrize("field", ["reason", "explanation", "action", "responsible"])
def test_script_is_shown_as_written(reader_of, unit, field):
    """Typed HTML is text everywhere: in the page, in a change of view and in the CSV."""
    school = reader_of("school")
    typed = form(unit["own"], verdict="wrong", reason="trīs zīmes", explanation="") | {
        field: f"{field} {SCRIPT}"
    }
    assert school.post(address(unit["own"]), data=typed, headers=SAME).status_code == 303
    page = school.get(address(unit["own"])).get_data(as_text=True)
    assert "<script>alert(" not in page
    assert "<img src=x" not in page
    assert f"{field} {SCRIPT}" in html.unescape(page)
    moved = navigate(school, address(unit["own"])).get_data(as_text=True)
    assert "<script>alert(" not in moved
    assert f"{field} {SCRIPT}" in html.unescape(moved)


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"])
def test_formulas_stay_text(reader_of, unit, text):
    """No spreadsheet runs what was typed."""
    school = reader_of("school")
    school.post(address(unit["own"]), data=form(unit["own"], explanation=text), headers=SAME)
    lines = school.get(f"/eksports/csv/answers{address(unit['own'])}").get_data(as_text=True)
    assert f"'{text}" in lines
    assert not re.search(rf"[;,\"]{re.escape(text)}", lines)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verdict": "x"}, "choice"),
        ({"explanation": "x" * 601}, "long"),
        ({"verdict": "wrong", "explanation": ""}, "reason"),
        ({"due": "never"}, "date"),
        ({"indicator": "R01' OR 1=1"}, "choice"),
        ({"stage": "no such stage"}, "finding"),
    ],
)
def test_refused_forms(reader_of, unit, path, changes, code):
    """A form that is no answer writes nothing and says what to mend, in the page's language."""
    before = count(path, "school_answer")
    for lang in ("", "/en"):
        answer = reader_of("school").post(
            address(unit["own"], lang), data=form(unit["own"], **changes), headers=SAME
        )
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"{address(unit['own'], lang)}?kluda={code}"
        page = reader_of("school").get(answer.headers["Location"])
        assert page.status_code == 200
        assert 'role="alert"' in page.get_data(as_text=True)
    assert count(path, "school_answer") == before


def test_large_form(reader_of, unit):
    """A body above the limit is refused."""
    big = form(unit["own"], explanation="x" * 2_000_000)
    assert reader_of("school").post(address(unit["own"]), data=big, headers=SAME).status_code == 413


def test_public_answer_shows_no_level(reader_of, unit, path, app, demo_settings):
    """A public explanation is read by everybody on the timeline, without the level of the indicator."""
    from access.pages import Request
    from data_access import engine as engines
    from data_access.queries import units
    from data_access.reading import reading
    from data_access.scope import Scope
    from pages.quality_blocks import institution_timeline

    school = reader_of("school")
    typed = form(unit["own"], explanation="Publisks vārds", readers="public")
    assert school.post(address(unit["own"]), data=typed, headers=SAME).status_code == 303
    engine = engines.create(f"sqlite:///{path}", read_only=True)
    with reading(engine, Scope.public()) as opened:
        parts = institution_timeline(
            Request(opened, "lv", {}, "home", demo_settings),
            units.institution_by_reg_no(opened, unit["own"][0]),
        )
    engine.dispose()
    text = "".join(str(part.to_html()) for part in parts)
    assert "Publisks vārds" in text
    assert SECRET not in text
    assert "augsts risks" not in text
    assert "vidējs risks" not in text


def test_web_engine_cannot_write(path):
    """The engine that pages read through refuses to write an answer."""
    from sqlalchemy import insert
    from sqlalchemy.exc import OperationalError

    from data_access import engine as engines
    from data_access.schema_identity import audit_event

    engine = engines.create(f"sqlite:///{path}", read_only=True)
    with pytest.raises(OperationalError), engine.begin() as connection:
        connection.execute(insert(audit_event).values(dict.fromkeys(audit_event.columns.keys(), "1")))
    engine.dispose()
