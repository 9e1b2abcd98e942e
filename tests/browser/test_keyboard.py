"""Choices by keyboard alone, and without JavaScript: graduates, career, quality."""

from __future__ import annotations

import pytest

CASES = (
    ("/absolventi/augstaka", "g-k", "k=", 2),
    ("/en/absolventi/karjera", "g-tresais", "tresais=", 1),
    ("/kvalitate", "c-gads", "gads=", 1),
)


@pytest.mark.parametrize(("path", "control", "asked", "steps"), CASES)
def test_a_list_is_walked_through_before_it_is_applied(visit, path, control, asked, steps):
    """Arrows change the choice without a new page; Enter applies it; the reader stays on the control."""
    seen = visit()
    page = seen.open(path)
    page.focus(f"#{control}")
    before = page.url
    for _step in range(steps):
        page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    assert page.url == before
    chosen = page.input_value(f"#{control}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{asked}{chosen}*")
    seen.awake()
    page.wait_for_function("id => document.activeElement && document.activeElement.id === id", arg=control)
    assert page.input_value(f"#{control}") == chosen
    assert not seen.faults


def test_leaving_a_list_applies_it(visit):
    """Tab takes the choice as it stands."""
    seen = visit()
    page = seen.open("/kvalitate")
    page.focus("#c-gads")
    page.keyboard.press("ArrowDown")
    chosen = page.input_value("#c-gads")
    page.keyboard.press("Tab")
    page.wait_for_url(f"**gads={chosen}*")
    assert not seen.faults


@pytest.mark.parametrize(("path", "control", "asked", "steps"), CASES)
def test_choices_without_javascript(visit, path, control, asked, steps):
    """The same forms with a button; the page, its table and its export are there."""
    seen = visit(javascript=False)
    page = seen.page
    page.goto(seen.site + path)
    value = page.locator(f"#{control} option").nth(steps + 1).get_attribute("value")
    page.select_option(f"#{control}", value)
    page.locator(f"form:has(#{control}) button").first.click()
    page.wait_for_url(f"**{asked}{value}*")
    assert page.input_value(f"#{control}") == value
    assert page.locator("h1").count() == 1
    details = page.locator("details", has=page.locator("table.data-table")).first
    details.locator("summary").first.click()
    assert details.locator("table.data-table").first.is_visible()
