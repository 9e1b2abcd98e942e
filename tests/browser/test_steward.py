"""Two stewards' walk in the browser: wrong file, messages, mended file, preview, one proposes, the other approves, the
page shows it, rollback."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert
from werkzeug.serving import make_server

from data_access import engine as engines
from data_access import migrations_runner, releases
from data_access.importing import worker
from data_access.publishing import steps
from data_access.schema import fact_enrolment
from tests.browser.conftest import Visit
from tests.support import small
from tests.support.absence_files import csv, many, with_cell

SCHOOL = "/skola/9920000001"


@pytest.fixture
def own_site(tmp_path):
    """A running application over a small database of its own; loads are done by worker processes."""
    import settings
    from app import create_app

    url = f"sqlite:///{tmp_path / 'walk.sqlite'}"
    engine = engines.create(url)
    migrations_runner.upgrade(engine)
    with engine.begin() as connection:
        small.fill(connection, more=60)
        connection.execute(
            insert(fact_enrolment),
            [
                {
                    "institution_id": number,
                    "school_year": 2023,
                    "semester": 1,
                    "stage": "basic",
                    "pupils": 120,
                    "load_batch_id": 1,
                }
                for number in range(7, 67)
            ],
        )
        releases.publish(connection, reason="small", author="tests", steps=steps())
    engine.dispose()
    application = create_app(
        settings.Settings(
            DATABASE_URL=url,
            secret_key="test-only-0123456789-abcdefghijklmnop",
            log_level="ERROR",
            rate_imports=0,
            rate_callbacks=0,
            rate_pages=0,
        )
    )
    server = make_server("127.0.0.1", 0, application.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    worker.settle()


def upload(page, name: str, text: str) -> None:
    page.locator("#st-file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": text.encode("cp1257")}
    )
    page.get_by_role("button", name="Pārbaudīt datni").click()


def fits(page) -> None:
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def spending(count: int) -> str:
    """A file as a treasurer's spreadsheet writes it: a title, blanks in thousands, decimal commas, a total."""
    rows = [
        f"992{n:07d};Demo skola {n};2023;Pedagogu atlīdzība;{500 + n} 000,50\r\n" for n in range(1, count + 1)
    ]
    total = f"Kopā;;;;{sum(500_000 + 1000 * n for n in range(1, count + 1)) + count // 2},00\r\n"
    heading = "Iestāžu izdevumi 2023. gadā;;;;\r\nReģ. nr.;Iestāde;Gads;Veids;Summa, EUR\r\n"
    return heading + "".join(rows) + total


def small_counts_stay_inside(folder) -> None:
    """C32: counts under ten of a loaded file are exact in the detail and all alike in what everybody may read."""
    query = "SELECT {} FROM {} WHERE indicator_id = 'R03' AND unit_kind = 'institution' AND release_id = 2"
    with closing(sqlite3.connect(folder / "walk.sqlite")) as database:
        exact = set(database.execute(query.format("numerator", "indicator_value") + " AND numerator > 0"))
    with closing(sqlite3.connect(folder / "walk.public.sqlite")) as public:
        tables = {row[0] for row in public.execute("SELECT name FROM sqlite_schema")}
        told = set(
            public.execute(
                query.format("numerator, value, value_text", "indicator_released") + " AND denominator > 0"
            )
        )
    assert exact == {(3,), (4,), (5,), (6,), (7,)}
    assert len(told) == 1
    assert next(iter(told))[0] is None
    assert not {name for name in tables if name.startswith("fact_") or name == "indicator_value"}


def test_the_walk_of_a_steward(browser, own_site, tmp_path):
    """Every step by label and button, as a person does it; axe on each view; the address keeps the state."""
    context = browser.new_context(
        viewport={"width": 390, "height": 900}, locale="lv-LV", accept_downloads=True
    )
    context.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    visit = Visit(context, own_site)
    other = browser.new_context(viewport={"width": 1280, "height": 900}, locale="lv-LV")
    other.set_default_timeout(60_000)
    second = Visit(other, own_site)
    try:
        for place, account in ((context, "steward"), (other, "steward2")):
            answer = place.request.post(
                f"{own_site}/pieslegties",
                form={"account": account, "next": "/"},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            assert answer.ok
        page = visit.open("/admin/dati")
        assert visit.axe() == []

        upload(page, "kavejumi.csv", csv(with_cell(3, "long_unexcused", "70", many(40))))
        expect(page.locator("h1")).to_have_text("kavejumi.csv: noraidīta")
        visit.awake()
        expect(page.locator(".st-findings")).to_contain_text("3. rinda, kolonna G")
        assert visit.axe() == []
        with page.expect_download() as caught:
            page.get_by_role("link", name="Lejupielādēt datni ar iekrāsotām šūnām").click()
        assert caught.value.suggested_filename.endswith(".xlsx")

        page.get_by_role("link", name="Sūtīt citu datni").click()
        page.locator("#st-file").wait_for()
        visit.awake()
        upload(page, "kavejumi_labota.csv", csv(many(40)))
        expect(page.locator("h1")).to_have_text("kavejumi_labota.csv: pārbaudīta, gaida publicēšanu")
        visit.awake()
        expect(page.locator("#izmainas")).to_contain_text("Jaunas rindas: 40")
        assert visit.axe() == []
        fits(page)

        expect(page.locator("#izmainas")).to_contain_text("2023/2024, 1. semestris, Pamatizglītība")

        visit.open("/admin/dati")
        upload(page, "izdevumi.csv", spending(10))
        expect(page.locator("h1")).to_have_text("izdevumi.csv: pārbaudīta, gaida publicēšanu")
        visit.awake()
        expect(page.locator("#izmainas")).to_contain_text("2023, Pedagogu atlīdzība")
        visit.open("/admin/dati")  # two files wait: they can be published together
        assert visit.axe() == []
        page.locator(".st-choose ~ label textarea, .st-form textarea").first.fill("1. semestra kavējumi")
        page.get_by_role("button", name="Ierosināt publicēt izvēlētās datnes").click()
        expect(page.locator("main")).to_contain_text("Šis ir jūsu pašu priekšlikums")
        expect(page.get_by_role("button", name="Apstiprināt")).to_have_count(0)
        visit.awake()
        assert visit.axe() == []
        fits(page)

        desk = second.open("/admin/dati")  # the other steward finds it, looks at it and approves
        desk.get_by_role("row", name="Publicēt ielādes").get_by_role("link").click()
        expect(desk.locator("main")).to_contain_text("1. semestra kavējumi")
        expect(desk.locator("main")).to_contain_text("kavejumi_labota.csv")
        second.awake()
        assert second.axe() == []
        desk.locator("#pr-reason").focus()  # by keyboard alone
        desk.keyboard.type("skaitļi atbilst")
        desk.keyboard.press("Tab")
        desk.keyboard.press("Enter")
        expect(desk.locator("h1")).to_have_text("kavejumi_labota.csv: publicēta")
        second.awake()
        assert second.axe() == []
        small_counts_stay_inside(tmp_path)
        visit.open(SCHOOL)
        assert page.locator("#view-state").get_attribute("data-release") == "2"
        expect(page.locator("main")).to_contain_text("3,3")  # 4 of 120

        second.open("/admin/dati")
        desk.locator("#st-why").fill("atpakaļ pārbaudei")
        desk.get_by_role("button", name="Ierosināt atgriezt").click()
        expect(desk.locator("main")).to_contain_text("Šis ir jūsu pašu priekšlikums")
        visit.open("/admin/priekslikumi")
        assert visit.axe() == []
        fits(page)
        page.get_by_role("link", name="2", exact=True).click()
        expect(page.locator("main")).to_contain_text("Lasītāji 2. versijas vietā redzētu 1. versiju")
        visit.awake()
        assert visit.axe() == []
        fits(page)
        page.locator("#pr-reason").fill("der")
        page.get_by_role("button", name="Apstiprināt").click()  # too short: the browser does not send it
        page.locator("#pr-reason").fill("piekrītu")
        page.get_by_role("button", name="Apstiprināt").click()
        expect(page.get_by_role("status").first).to_be_attached()
        expect(page.locator("main")).to_contain_text("Lasītāji tagad redz 1. versiju.")
        visit.awake()
        assert visit.axe() == []
        visit.open(SCHOOL)
        assert page.locator("#view-state").get_attribute("data-release") == "1"
        for one in (visit, second):
            assert one.faults == []
            assert one.foreign == []
    finally:
        context.close()
        other.close()
