"""A real server and a real browser: one of each for the whole run."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

AXE = Path(__file__).resolve().parents[2] / "bundle" / "node_modules" / "axe-core" / "axe.min.js"
logging.getLogger("werkzeug").setLevel(logging.ERROR)
ACCOUNTS = ("public", "school", "municipality", "ministry", "steward")


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.fspath):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(demo_app) -> Iterator[str]:
    """Address of the running application."""
    server = make_server("127.0.0.1", 0, demo_app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system."""
    path = shutil.which("chromium")
    assert path, "Chromium is missing: run tests/system_packages.sh"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield made
        made.close()


class Visit:
    """A browser context that watches what must not happen: console errors, requests to other hosts."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context = context
        self.site = site
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._request)

    def _request(self, request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> Page:
        """Open a page and wait until its script has started and its charts are drawn."""
        self.page.goto(self.site + path, wait_until="domcontentloaded")
        self.awake()
        return self.page

    def awake(self) -> None:
        """Wait until the page's script has started and every chart is drawn."""
        self.page.wait_for_function(
            "() => !document.getElementById('dash-view') || "  # pages of accounts come without Dash
            "(performance.getEntriesByName('ikms-view').length && !!document.querySelector('#main #page-title'))"
        )
        self.page.wait_for_function(
            "() => Array.from(document.querySelectorAll('.graph-box')).every(b => b.querySelector('.main-svg'))"
        )

    def axe(self) -> list[str]:
        """Violations that axe finds on the page as it is, one line each."""
        if not self.page.evaluate("() => !!window.axe"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = self.page.evaluate(
            "() => axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
        )
        return [
            f"{violation['id']}: {node['html'][:160]}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]


@pytest.fixture
def visit(browser, site, request):
    """Function (account, width): a fresh visit as that reader."""
    opened: list[Visit] = []

    def make(account: str = "public", width: int = 1280, *, javascript: bool = True) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="lv-LV", java_script_enabled=javascript
        )
        context.set_default_timeout(15_000)
        made = Visit(context, site)
        opened.append(made)
        if account != "public":
            answer = context.request.post(
                f"{site}/pieslegties",
                form={"account": account, "next": "/"},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            assert answer.ok
        return made

    yield make
    for one in opened:
        one.context.close()
