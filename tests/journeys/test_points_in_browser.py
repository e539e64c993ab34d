"""Every point in a real browser: its words on the points page, the answer in writing, and the change."""

from dataclasses import replace
from typing import Any

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
CHANGES = ("answers", "shared", "to", "item", "settings")
ALONE = ("before", "first", "more", "agreement")
"""What a row asks for that the draft of others would not bear."""


def at_once(rows: list[Row]) -> Row:
    """The draft that raises the points of all these rows."""
    changes: dict[str, Any] = {
        name: {key: value for row in rows for key, value in getattr(row, name).items()} for name in CHANGES
    }
    return replace(rows[0], **changes, risk=rows[0].risk)


def together(row: Row, others: list[Row]) -> bool:
    """Whether one draft can raise a row's point beside those of others, each changed on a page of its own."""
    if any(getattr(one, name) for one in (row, *others) for name in ALONE):
        return False
    for name in CHANGES:
        ours, theirs = getattr(row, name), getattr(at_once(others), name)
        if any(ours[key] != theirs[key] for key in ours.keys() & theirs.keys()):
            return False
    return all(
        (one.risk, one.answers.get("outcome")) == (row.risk, row.answers.get("outcome")) and one.at != row.at
        for one in others
    )


def visits() -> list[list[Row]]:
    """The rows, those that can be raised together in one list."""
    found: list[list[Row]] = []
    for row in POINTS:
        place = next((rows for rows in found if together(row, rows)), None)
        if place is None:
            found.append([row])
        else:
            place.append(row)
    return found


VISITS = visits()
ANSWER = "She asked for it so on Friday, and her support worker agrees"


def test_the_table_has_every_point() -> None:
    assert {row.code for row in POINTS} == set(rules.POINTS)
    assert len(ROWS) == len(POINTS), "two rows have one name"
    assert all(row.mend or row.why for row in POINTS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.parametrize("rows", VISITS, ids=[f"{rows[0].code}+{len(rows) - 1}" for rows in VISITS])
def test_a_point_its_answer_and_the_way_out(page: Page, officer: User, team: Team, rows: list[Row]) -> None:
    at = prepare(page, officer, team, at_once(rows))
    signed_in(page, officer)
    for row in rows:
        for where, answers in row.before:
            at.accepted(where, answers)
    assert {row.code for row in rows} <= set(codes(at))
    open_points(at)
    assert_an_empty_answer_is_asked_for(at, rows)
    answer_in_writing(at, rows)
    for row in rows:
        if row.mend is not None:
            change_it(at, row, row.mend)
    at.open("points")
    expect(at.page.locator("h1")).to_be_visible()
    for row in rows:
        expect(at.page.get_by_text(title(row))).to_have_count(0 if row.mend else 1)


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


def assert_an_empty_answer_is_asked_for(at: At, rows: list[Row]) -> None:
    """Assert that each point has its words, and that none is passed over in silence."""
    for row in rows:
        expect(section_of(at, row)).to_contain_text(words(f"point.{row.code}").body.split("\n")[0])
    at.save()
    for row in rows:
        said = at.page.locator(".govuk-error-summary a", has_text=title(row))
        expect(said).to_have_attribute("href", f"#id_{row.code}")
    assert_summary_links_land(at.page)


def answer_in_writing(at: At, rows: list[Row]) -> None:
    """Say why each is right; the decision can be recorded then, with what was said."""
    for row in rows:
        section_of(at, row).locator("textarea").fill(f"{ANSWER}: {row.code}")
    for field in at.page.locator("textarea").all():
        if not field.input_value():
            field.fill(ANSWER)
    at.save()
    expect(at.page.locator("h1")).to_have_text("Check the decision before you record it")
    expect(at.page.locator("#obstacles")).to_have_count(0)
    expect(at.page.get_by_role("button", name="Record decision")).to_be_visible()
    for row in rows:
        answered = at.page.locator(".govuk-summary-list__row", has_text=title(row))
        expect(answered).to_contain_text(f"{ANSWER}: {row.code}")


def change_it(at: At, row: Row, mend: Fill) -> None:
    """Follow "Change it" to the question, change the answer; the point is gone."""
    for where, answers in row.first:
        at.accepted(where, answers)
    assert row.code in codes(at)
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
