"""A page as wide as a telephone, and what holds on it for somebody who has no mouse."""

import io
import re

from django.core.management import call_command
from playwright.sync_api import Page, ViewportSize, expect

from audit import ledger
from tests.browser import Keys, check_page

PHONE: ViewportSize = {"width": 375, "height": 800}
TOUCH = 44
"""The least height in pixels that a finger hits."""
FOCUS_IS_SEEN = """
const marks = (one) => [[one, ''], ...[...(one.labels || [])].map((label) => [label, '::before'])]
  .map(([element, part]) => getComputedStyle(element, part))
  .map((s) => [s.outline, s.boxShadow, s.backgroundColor, s.borderColor].join())
  .join();
let before = null;
addEventListener('focusin', ({ target }) => {
  if (before && before.one.isConnected && marks(before.one) === before.looks) {
    console.error(`The focus cannot be seen on ${before.one.outerHTML.slice(0, 200)}`);
  }
  before = target.tabIndex < 0 ? null : { one: target, looks: marks(target) };
});
"""
"""Complain in the console of whatever looks the same with the focus and without it: that fails the test."""
SMALL = """(least) => {
  const chosen = 'button, .govuk-button, a[class*=quick-exit], .dh-header__links a, main :is(input, select)';
  return [...document.querySelectorAll(chosen)]
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height < least)
    .map(([one, box]) => `${one.id || one.textContent.trim()}: ${box.height} px high`);
}"""


def looked_at(page: Page, name: str) -> None:
    """The page passes every check; then it is a telephone again."""
    check_page(page, name)
    page.set_viewport_size(PHONE)
    page.reload()


def assert_room_for_a_finger(page: Page) -> None:
    """Assert that every button, radio, box and field of the page can be hit, and nothing is off the side."""
    small = page.evaluate(SMALL, TOUCH)
    assert small == [], f"{page.url}: {small}"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def assert_way_out_is_near(page: Page) -> None:
    """Assert that the second Tab of a fresh page reaches Quick exit."""
    page.reload()
    for _ in range(2):
        page.keyboard.press("Tab")
    assert Keys(page).active()["name"] == "Quick exit", page.url
    expect(page.get_by_role("link", name="Quick exit")).to_be_in_viewport()


def assert_verified() -> None:
    """Assert that the whole ledger matches, and that the command says so."""
    report = ledger.verify()
    assert report.problem is None
    said = io.StringIO()
    call_command("verify_ledger", stdout=said)
    assert re.match(rf"All {report.entries:,} entries match\.", said.getvalue()), said.getvalue()
