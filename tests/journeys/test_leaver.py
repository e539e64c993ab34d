"""Somebody leaves: one action of the administrator, a dead window, and a new owner who finds the case."""

import pytest
from playwright.sync_api import Browser, Page

from cases.models import Notice, User
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_leaver_is_shut_out_and_their_case_is_handed_on(
    page: Page, browser: Browser, live_server: object,
    administrator: User, officer: User, colleague: User, manager: User, case_file: CaseFile,
) -> None:  # fmt: skip
    case = case_file.case
    leavers = browser.new_context(base_url=live_server.url).new_page()  # type: ignore[attr-defined]
    signed_in(leavers, officer)
    leavers.goto(f"/cases/{case.reference}/")
    assert case.reference in leavers.locator("body").inner_text()

    signed_in(page, administrator)
    page.goto(f"/people/{officer.id}/")
    keys = Keys(page)
    keys.press("Shut out: they have left")
    check_page(page, "leaver-shut-out")
    taker = "Who takes 1 open case of North housing?"
    page.get_by_label(taker).select_option("")
    keys.press("Shut out")
    assert_summary_links_land(page)
    assert User.objects.get(id=officer.id).is_active
    keys.select(taker, "Colin Reed, Officer")
    keys.press("Shut out")
    page.get_by_text("The person is shut out. 1 case is handed on.").wait_for()
    assert case.reference not in page.locator("body").inner_text()

    leavers.get_by_role("link", name="People", exact=True).click()
    assert leavers.title().startswith("Sign in")
    leavers.context.close()

    signed_in(page, colleague)
    page.goto("/cases/")
    assert "Roz" in page.locator("main").inner_text()
    page.goto(f"/cases/{case.reference}/")
    assert page.locator("h1").count() == 1
    assert Notice.objects.filter(user=colleague, kind="handed_on", case=case).exists()

    signed_in(page, manager)
    page.goto("/team/")
    check_page(page, "my-team")
    keys = Keys(page)
    keys.press("Colin Reed")
    check_page(page, "person-access")
    keys.press("Hand on their cases")
    check_page(page, "team-hand-on")
    keys.select("Who takes the cases of North housing?", "Mary Field, Manager")
    keys.press("Hand on")
    page.get_by_text("1 case is handed on.").wait_for()
    assert "None of your cases" in page.locator("main").inner_text()
