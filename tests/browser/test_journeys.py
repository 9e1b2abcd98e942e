"""What readers do: search, navigate, go back, change the language, sign in and out, export."""

from __future__ import annotations


def test_search_without_diacritics(visit):
    """Typing 'adazu' suggests Ādažu novads; arrow and Enter open it; everything by keyboard."""
    one = visit()
    page = one.open("/")
    page.locator("#site-search").focus()
    page.keyboard.type("adazu", delay=20)
    # Typed slowly, "ad" is asked too: wait for the answer to the whole word.
    page.wait_for_function(
        "() => { const list = document.querySelector('#search-list');"
        " return list.children.length === 1 && list.innerText.includes('Ādažu novads'); }"
    )
    assert "Ādažu novads" in page.locator("#search-list").inner_text()
    assert page.locator("#site-search").get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pasvaldiba/LV0023000")
    page.wait_for_function("() => document.querySelector('h1').innerText.includes('Ādažu')")


def test_navigation_moves_focus_and_title(visit):
    """A link changes page without reload; title, focus and back button follow."""
    one = visit()
    page = one.open("/")
    page.evaluate("() => { window.still = true; }")
    page.locator(".main-nav a[href='/latvija']").click()
    page.wait_for_url("**/latvija")
    page.wait_for_function("() => document.activeElement && document.activeElement.id === 'page-title'")
    assert page.evaluate("() => window.still")
    title = page.title()
    page.go_back()
    page.wait_for_function("t => document.title !== t", arg=title)
    assert page.evaluate("() => location.pathname") == "/"
    assert one.faults == []


def test_language_switch_keeps_the_page(visit):
    """The language link leads to the same page in the other language."""
    one = visit()
    page = one.open("/latvija")
    page.locator("[data-language]").click()
    page.wait_for_url("**/en/latvija")
    one.awake()
    assert page.evaluate("() => document.documentElement.lang") == "en"


def test_sign_in_and_out(visit):
    """One click signs in as each demo role; signing out leaves nothing in the browser."""
    one = visit()
    page = one.open("/latvija")
    page.locator("details.account summary").click()
    page.locator("button[value=ministry]").click()
    page.wait_for_selector("form.account")
    one.awake()
    assert page.url.endswith("/latvija")
    page.locator("form.account button").click()
    page.wait_for_selector("details.account")
    assert page.evaluate("() => localStorage.length + sessionStorage.length") == 0


def test_a_session_that_ended_shows_at_the_next_click(visit):
    """Signed out in another tab: the next link shows the public page with the public frame around it."""
    one = visit("ministry")
    page = one.open("/palidziba")
    assert page.locator("form.account").count() == 1
    one.context.clear_cookies()
    page.locator(".main-nav a[href='/latvija']").click()
    page.wait_for_selector("details.account")
    one.awake()
    assert page.url.endswith("/latvija")
    assert page.locator("form.account").count() == 0


def test_without_a_connection_the_page_stays(visit):
    """A link that cannot be followed says so; the page, its address and the next attempt are not lost."""
    one = visit()
    page = one.open("/palidziba")
    title = page.locator("h1").inner_text()
    one.context.set_offline(True)
    page.locator(".main-nav a[href='/latvija']").click()
    page.wait_for_selector(".toast")
    assert "Nav savienojuma" in page.locator(".toast").inner_text()
    assert page.locator("h1").inner_text() == title
    assert page.url.endswith("/palidziba")
    one.context.set_offline(False)
    page.locator(".main-nav a[href='/latvija']").click()
    page.wait_for_url("**/latvija")
    page.wait_for_function("t => document.querySelector('h1').innerText !== t", arg=title)


def test_export_is_what_the_page_shows(visit):
    """The CSV of the first frame has the rows of its table."""
    one = visit()
    page = one.open("/latvija")
    frame = page.locator("section.frame").first
    rows = frame.locator("table.data-table tbody tr").count()
    address = frame.locator("a", has_text="CSV").get_attribute("href")
    text = one.context.request.get(one.site + address).body().decode("utf-8-sig")
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", '"#'))]
    assert len(lines) == rows + 1


def test_account_from_one_time_password_to_ending_a_session(visit, demo_app):
    """A steward signs in by keyboard, changes the password, sets up the code generator, signs in with a code elsewhere,
    and ends that other session."""
    import pyotp

    from access import passwords
    from data_access import accounts
    from data_access.accounts import Given
    from data_access.audit import Actor

    once, lasting = passwords.one_time(), "kaķis guļ uz siltas krāsns"
    with demo_app.server.extensions["ikms_identity"].desk.write() as connection:
        accounts.add(
            connection,
            Actor("test"),
            login="ieva.kalnina",
            name="Ieva Kalniņa",
            password_hash=passwords.digest(once),
        )
        accounts.assign(connection, Actor("test"), "ieva.kalnina", Given("steward"))

    def sign_in(one, password: str, code: str = "") -> None:
        page = one.open("/pieslegties?talak=/admin/audits")
        page.locator("#id-login").focus()
        page.keyboard.type("ieva.kalnina")
        page.keyboard.press("Tab")
        page.keyboard.type(password)
        page.keyboard.press("Tab")
        page.keyboard.type(code)
        page.keyboard.press("Enter")

    first = visit(width=390)
    sign_in(first, once)
    page = first.page
    page.wait_for_url("**/konts?**", wait_until="load")
    assert page.locator(".warn").count() == 2
    assert first.axe() == []
    for field, text in (("#id-old", once), ("#id-new", lasting), ("#id-again", lasting)):
        page.locator(field).fill(text)
    page.locator("button[value=password]").click()
    page.wait_for_url("**zina=password**")
    page.locator("button[value=totp-begin]").click()
    page.wait_for_selector(".id-qr svg")
    page.wait_for_load_state("load")
    assert first.axe() == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    secret = page.locator(".id-secret").inner_text()
    page.locator("#id-first").fill(pyotp.TOTP(secret).now())
    page.locator("button[value=totp-confirm]").click()
    page.wait_for_url("**zina=totp**")
    assert page.locator(".id-qr").count() == 0

    import time

    second = visit()
    code = pyotp.TOTP(secret).at(int(time.time()) + 30)  # the one of this half minute has been used
    sign_in(second, lasting, code)
    second.page.wait_for_url("**/admin/audits", wait_until="load")
    second.awake()
    assert second.axe() == []

    page.goto(first.site + "/konts")
    ends = page.locator("button[value=end]")
    assert ends.count() == 2
    ends.first.click()
    page.wait_for_url("**zina=ended**")
    assert page.locator("button[value=end]").count() == 1
    assert second.page.goto(first.site + "/admin/audits").status == 404
    assert first.faults == []


def test_a_page_without_charts_runs_nothing_of_dash(visit):
    """What charts need is fetched early at most; it is run for the first page with charts, in the page that is open."""
    one = visit()
    page = one.open("/palidziba")
    there = "() => [!!window.Plotly, !!window.React, !!window.dash_clientside]"
    assert page.evaluate(there) == [False] * 3
    page.evaluate("() => { window.still = true; }")
    page.locator(".main-nav a[href='/latvija']").click()
    page.wait_for_url("**/latvija")
    page.wait_for_selector(".graph-box")
    one.awake()
    assert page.evaluate(there) == [True] * 3
    assert page.evaluate("() => window.still")
    assert one.faults == []


def test_nothing_waits_for_the_charts(visit):
    """Before Dash has come, links, lists and typing work; charts of a page that was left are drawn when it is back."""
    one = visit()
    page, held, released = one.page, [], []
    page.route("**/dash_renderer*", lambda route: route.continue_() if released else held.append(route))
    page.goto(f"{one.site}/latvija", wait_until="commit")
    page.wait_for_function("() => performance.getEntriesByName('ikms-view').length")
    page.evaluate("() => { window.still = true; }")
    page.locator("#site-search").fill("r")
    page.locator("select[name=raditajs]").select_option("R01")
    page.wait_for_url("**/latvija?raditajs=R01", wait_until="commit")  # the document is not loaded yet
    page.wait_for_function(
        "() => document.querySelector('#f-riska-piltuve .graph-box').dataset.of.endsWith('R01')"
    )
    page.locator(".main-nav a[href='/pasvaldibas']").click()
    page.wait_for_function("() => document.activeElement && document.activeElement.id === 'page-title'")
    assert page.locator(".graph-box").count() == 0
    page.go_back(wait_until="commit")
    page.wait_for_selector(".graph-box")
    assert page.locator("#site-search").input_value() == "r"
    page.locator("#f-map-visited details.twin summary").click()
    page.wait_for_selector("#f-map-visited details.twin table")
    assert page.locator(".main-svg").count() == 0
    released.append(True)
    for route in held:
        route.continue_()
    one.awake()
    assert page.evaluate("() => window.still")
    assert page.locator("#f-map-visited details.twin table").is_visible()
    assert one.faults == []


def test_a_picture_of_a_chart_that_is_not_drawn_yet(visit):
    """The button PNG of a chart far below draws the chart and saves it."""
    one = visit()
    page = one.page
    page.add_init_script("window.requestIdleCallback = () => 0;")  # a browser that is never idle
    page.goto(f"{one.site}/latvija", wait_until="domcontentloaded")
    page.wait_for_function("() => window.Plotly && document.querySelector('#dash-view #page')")
    assert page.locator("#f-map-visited .main-svg").count() == 0
    with page.expect_download() as download:
        page.evaluate("() => document.querySelector('[data-png=f-map-visited]').click()")
    assert download.value.suggested_filename == "f-map-visited.png"
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"
    assert one.faults == []
