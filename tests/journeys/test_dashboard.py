"""The dashboard in a browser: by keyboard to the overdue, on a phone, in forced colours, on paper."""

import io
import re
from typing import Any

import pdfplumber
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import Case, User
from tests.browser import Keys, axe, check_page, screenshot, signed_in
from tests.sharing import boarding

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERLAPS = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg.dh-chart')) {
    const frame = svg.getBoundingClientRect();
    const drawn = [...svg.querySelectorAll('text')];
    const texts = drawn.map(one => [one.textContent, one.getBoundingClientRect()]);
    texts.forEach(([words, a], at) => {
      const inside = a.left > frame.left - 1 && a.right < frame.right + 1 && a.bottom < frame.bottom + 1;
      if (!inside) found.push(words + ' outside');
      for (const [other, b] of texts.slice(at + 1)) {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 5) found.push(words + ' on ' + other);
      }
    });
  }
  return found;
}"""


def test_a_manager_reads_the_year(page: Page, manager: User, a_case: Case) -> None:
    boarding.a_year(a_case, a_case.owner, timezone.localdate(), each_week=9, agencies=12)
    signed_in(page, manager)
    page.goto("/")
    Keys(page).press("Dashboard")
    for period in ("/dashboard/", "/dashboard/?period=year"):
        page.goto(period)
        expect(page.locator("svg.dh-chart")).to_have_count(6)
        assert page.evaluate(OVERLAPS) == []
    check_page(page, "dashboard")
    assert page.locator(".dh-chart [style], .dh-chart style, .dh-chart script").count() == 0
    page.emulate_media(forced_colors="active")
    axe(page, contrast="")
    shown = page.locator(".dh-chart__plain").first.evaluate("one => getComputedStyle(one).fill")
    assert shown == page.evaluate("getComputedStyle(document.body).color")
    screenshot(page, "dashboard-forced")
    page.emulate_media(forced_colors="none")
    _prints(page)
    page.get_by_role("link", name=re.compile("overdue for more than 90 days")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reviews overdue for more than 90 days")
    check_page(page, "dashboard-overdue")
    assert page.locator("tbody a[href^='/decisions/D-']").count() > 0


def _prints(page: Page) -> None:
    """Charts and tables whole on A4, nothing to press."""
    with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        sizes: set[Any] = {(round(one.width), round(one.height)) for one in pdf.pages}
        text = "\n".join(one.extract_text() for one in pdf.pages)
    assert sizes <= {(595, 842), (596, 842)}
    for said in ("Decisions by outcome", "Refusals, by agency", "All weeks", "Public task"):
        assert said in text, said
    for said in ("Download as CSV", "Show these figures", "See the"):
        assert said not in text, said
