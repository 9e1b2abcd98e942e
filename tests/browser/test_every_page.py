"""Every page of the register, in both languages, as each reader, wide and narrow."""

from __future__ import annotations

import pytest

import pages
from access.pages import REGISTRY
from tests.browser.addresses import address, allowed, samples

pages.load_all()
ACCOUNTS = ("public", "school", "municipality", "ministry", "steward")
NAMES = sorted(REGISTRY)
# Two visits a page see both languages and both widths; a page that is not for the public is seen by a school.
VISITS = (("public", "lv", 1280), ("ministry", "en", 390))


@pytest.fixture(scope="session")
def values(demo_path):
    """Path parameters of the demonstration data."""
    return samples(demo_path)


@pytest.mark.parametrize("name", NAMES)
def test_page_is_sound(visit, values, name):
    """No console error, no other host, no axe violation, no sideways scroll, one h1."""
    page = REGISTRY[name]
    for reader, lang, width in VISITS:
        account = reader if allowed(page, reader) else next(one for one in ACCOUNTS if allowed(page, one))
        one = visit(account, width)
        shown = one.open(address(page, lang, values))
        where = f"{name} {account} {lang} {width}"
        assert shown.evaluate("() => document.documentElement.lang") == lang, where
        assert shown.locator("h1").count() == 1, where
        assert one.axe() == [], where
        wide = shown.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{where}: {wide} px sideways"
        assert one.faults == [], where
        assert one.foreign == [], where
        one.context.close()


@pytest.mark.parametrize("name", NAMES)
def test_readable_without_javascript(visit, values, name):
    """The first answer already holds the heading and the content, and the same text as after Dash woke."""
    page = REGISTRY[name]
    account = next(one for one in ACCOUNTS if allowed(page, one))
    path = address(page, "lv", values)
    plain = visit(account, javascript=False)
    plain.page.goto(plain.site + path)
    text = plain.page.locator("main").inner_text()
    assert plain.page.locator("h1").inner_text() in text
    alive = visit(account)
    alive.open(path)
    assert alive.page.locator("h1").inner_text() == plain.page.locator("h1").inner_text()
    tables = "() => Array.from(document.querySelectorAll('main table')).map(t => t.textContent.replace(/\\s+/g, ' '))"
    if name != "audit":  # each reading adds a record
        assert alive.page.evaluate(tables) == plain.page.evaluate(tables)


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_everything(visit, values, name):
    """Walking with Tab visits every visible link, button and field once, in reading order, with a visible ring."""
    page = REGISTRY[name]
    readers = [one for one in reversed(ACCOUNTS) if allowed(page, one)]
    account = next((one for one in readers if one != "steward"), "steward")
    one = visit(account)
    shown = one.open(address(page, "lv", values))
    expected = shown.evaluate(
        """() => Array.from(document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex="0"]'))
        .filter(e => !e.disabled && e.type !== 'hidden' && e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0)
        .map((e, i) => { e.dataset.walk = i; return i; }).length"""
    )
    seen = []
    for _ in range(expected + 8):  # a date has a stop for each of its parts
        shown.keyboard.press("Tab")
        found = shown.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return null;
            const s = getComputedStyle(e); return [e.dataset.walk === undefined ? -1 : +e.dataset.walk,
            s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2] }"""
        )
        if found is None:
            break
        seen.append(found)
    walked = [index for index, _ in seen if index >= 0]
    assert sorted(set(walked)) == list(range(expected))
    assert walked == sorted(walked)
    assert [index for index, ring in seen if not ring] == []
