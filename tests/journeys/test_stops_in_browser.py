"""Every stop in a real browser: its words at the right field, in the list of obstacles, and the way out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from cases.models import Team, User
from sharing import rules
from tests.browser import assert_summary_links_land, signed_in
from tests.journeys.at_draft import At, codes, prepare
from tests.journeys.findings import CLEAN, Fill, Row, clean, named, title
from tests.journeys.findings import KEEP as NOT_SHARED
from tests.journeys.stops import STOPS

ROWS = dict(named(STOPS))


def visits() -> Iterator[tuple[str, dict[str, Row]]]:
    """The rows of one page after another: a window and an officer for each would take as long as the rows."""
    pages: dict[tuple[str, str], dict[str, Row]] = {}
    for name, row in ROWS.items():
        pages.setdefault((row.at, str(row.settings or "")), {})[name] = row
    for rows in pages.values():
        yield f"{next(iter(rows))}+{len(rows) - 1}", rows


VISITS = dict(visits())


def test_the_table_has_every_stop() -> None:
    assert {row.code for row in STOPS} == set(rules.STOPS)
    assert len(ROWS) == len(STOPS), "two rows have one name"
    assert sorted(name for rows in VISITS.values() for name in rows) == sorted(ROWS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.parametrize("row", [CLEAN, clean(answers=NOT_SHARED)], ids=["shared", "not-shared"])
def test_the_draft_that_the_rows_change_raises_nothing(
    page: Page, officer: User, team: Team, row: Row
) -> None:
    at = prepare(page, officer, team, row)
    signed_in(page, officer)
    at.open("check")
    expect(page.get_by_role("button", name="Record decision")).to_be_visible()
    assert codes(at) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.parametrize("rows", VISITS.values(), ids=VISITS)
def test_a_stop_its_field_and_the_way_out(
    page: Page, officer: User, team: Team, rows: dict[str, Row]
) -> None:
    """One officer meets several stops, each in a case and a draft of its own."""
    signed_in(page, officer)
    missed = []
    for name, row in rows.items():
        at = prepare(page, officer, team, row)
        try:
            meet(at, row)
        except (AssertionError, Error) as error:
            missed.append(f"{name}: {error}")
    assert not missed, "\n\n".join(missed)
    at.open("check")
    expect(page.locator("h1")).to_have_text("Check the decision before you record it")
    expect(page.get_by_text(title(row))).to_have_count(0)


def meet(at: At, row: Row) -> None:
    """Run into a stop, find it again before recording, and do what it asks for."""
    for where, answers in row.before:
        at.accepted(where, answers)
    if row.offend is not None:
        run_into(at, row, row.offend)
        assert_words_at_field(at, row)
    if row.kept:
        if row.said:
            at.save("Save and come back later")
        follow_from_check(at, row)
    take_the_way_out(at, row)
    assert row.code not in codes(at)


def run_into(at: At, row: Row, offend: Fill) -> None:
    """Give the answer that the stop is about, and save it."""
    at.open(row.at)
    at.fill(offend)
    at.save()


def assert_words_at_field(at: At, row: Row) -> None:
    """Assert that the summary says it, that its link lands on the field, and that the field says the same."""
    assert at.page.url.split("#")[0].endswith(at.url(row.at)), at.page.url
    link = at.page.locator(".govuk-error-summary a", has_text=row.said or title(row))
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", f"#{at.target(row)}")
    assert_summary_links_land(at.page)


def follow_from_check(at: At, row: Row) -> None:
    """Find the stop among what is in the way of recording, and follow its link to the page and the field."""
    assert row.code in codes(at)
    at.open("check")
    link = at.page.locator("h2#obstacles + ul a", has_text=title(row))
    expect(link).to_have_count(1)
    at.press(link)
    assert at.page.url.split("#")[0].endswith(at.url(row.at)), at.page.url
    if row.at in ("item", "other-item") or not row.said:
        assert_words_at_field(at, row)
    elif row.lands != "":
        expect(at.page.locator(f"[id='{row.lands or at.target(row)}']")).to_be_focused()


def take_the_way_out(at: At, row: Row) -> None:
    """Do on the page what its words ask for; it is accepted."""
    assert row.mend is not None
    if row.through:
        link = at.page.get_by_role("link", name=row.through, exact=True)
        at.press(link.or_(at.page.get_by_role("button", name=row.through, exact=True)))
        assert at.url(row.mend_at) in at.page.url, at.page.url
    at.save_accepted(row.mend)
