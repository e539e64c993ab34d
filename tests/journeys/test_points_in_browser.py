"""Every point in a real browser: its words on the points page, the answer in writing, and the change."""

import pytest
from playwright.sync_api import Locator, Page, expect

from cases.models import Team, User
from sharing import rules
from sharing.words import words
from tests.browser import assert_summary_links_land, signed_in
from tests.journeys.at_draft import At, codes, prepare
from tests.journeys.findings import Fill, Row, named, title
from tests.journeys.points import POINTS

ROWS = dict(named(POINTS))
ANSWER = "She asked for it so on Friday, and her support worker agrees"


def test_the_table_has_every_point() -> None:
    assert {row.code for row in POINTS} == set(rules.POINTS)
    assert len(ROWS) == len(POINTS), "two rows have one name"
    assert all(row.mend or row.why for row in POINTS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_point_its_answer_and_the_way_out(page: Page, officer: User, team: Team, row: Row) -> None:
    at = prepare(page, officer, team, row)
    signed_in(page, officer)
    for where, answers in row.before:
        at.accepted(where, answers)
    assert row.code in codes(at)
    open_points(at)
    assert_an_empty_answer_is_asked_for(at, row)
    answer_in_writing(at, row)
    if row.mend is not None:
        change_it(at, row, row.mend)


def open_points(at: At) -> None:
    """Go to the points; past the panel, where one is in the way."""
    at.open("points")
    go_on = at.page.get_by_role("button", name="Go on without sharing")
    if go_on.count():
        at.press(go_on)
    expect(at.page.locator("h1")).to_have_text("Points to check")


def section_of(at: At, row: Row) -> Locator:
    """The part of the page that is about a point."""
    return at.page.locator("section", has=at.page.get_by_role("heading", name=title(row), exact=True))


def assert_an_empty_answer_is_asked_for(at: At, row: Row) -> None:
    """Assert that the point has its words, and that it is not passed over in silence."""
    expect(section_of(at, row)).to_contain_text(words(f"point.{row.code}").body.split("\n")[0])
    at.save()
    said = at.page.locator(".govuk-error-summary a", has_text=title(row))
    expect(said).to_have_attribute("href", f"#id_{row.code}")
    assert_summary_links_land(at.page)


def answer_in_writing(at: At, row: Row) -> None:
    """Say why it is right; the decision can be recorded then, with what was said."""
    for field in at.page.locator("textarea").all():
        field.fill(ANSWER)
    at.save()
    expect(at.page.locator("h1")).to_have_text("Check the decision before you record it")
    expect(at.page.locator("#obstacles")).to_have_count(0)
    expect(at.page.get_by_role("button", name="Record decision")).to_be_visible()
    answered = at.page.locator(".govuk-summary-list__row", has_text=title(row))
    expect(answered).to_contain_text(ANSWER)


def change_it(at: At, row: Row, mend: Fill) -> None:
    """Follow "Change it" to the question, change the answer; the point is gone."""
    for where, answers in row.first:
        at.accepted(where, answers)
    open_points(at)
    at.press(section_of(at, row).get_by_role("link", name="Change it"))
    assert at.page.url.split("#")[0].endswith(at.url(row.at)), at.page.url
    if row.field:
        expect(at.page.locator(f"[id='{row.field}']")).to_be_focused()
    if row.through:
        at.press(at.page.get_by_role("link", name=row.through, exact=True))
        assert at.url(row.mend_at) in at.page.url, at.page.url
    at.save_accepted(mend)
    assert row.code not in codes(at)
    at.open("points")
    expect(at.page.locator("h1")).to_be_visible()
    expect(at.page.get_by_text(title(row))).to_have_count(0)
