"""Who saw a case, in three clicks; its chronology, taken to a review; a rights request. By keyboard."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from audit import ledger
from cases import actions
from cases.models import User
from tests.browser import check_page, signed_in
from tests.cast import CaseFile
from tests.journeys.telephone import assert_verified
from tests.journeys.test_exports import Clicks
from tests.sharing.deciding import NOT_SHARED, decided

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST = 3


def test_who_saw_a_case_in_three_clicks_then_the_chronology_for_a_review(
    page: Page, manager: User, officer: User, case_file: CaseFile
) -> None:
    decided(officer, case_file, **NOT_SHARED)
    with actions.see(by=officer, case=case_file.case, page="case"):
        pass
    signed_in(page, manager)
    page.goto("/")
    clicks = Clicks(page)
    clicks.press("Cases")
    clicks.press(case_file.case.reference)
    clicks.press("Timeline")
    assert clicks.count <= MOST
    table = page.get_by_role("table", name="Who looked")
    expect(table.get_by_role("row").filter(has_text=officer.name)).to_contain_text("1")
    expect(table.get_by_role("row").filter(has_text=manager.name)).to_contain_text("manager of the team")
    check_page(page, "who-looked")
    clicks.press("chronology for a review")
    expect(page.get_by_role("heading", name="Decision recorded")).to_be_visible()
    check_page(page, "chronology")
    clicks.choose("What is it for?", "A death review or another statutory review")
    clicks.choose("How do you want it?", "PDF")
    file = clicks.take("Download")
    assert file.suggested_filename == f"{case_file.case.reference}-chronology.pdf"
    assert ledger.history(case_file.case.id).filter(kind="report.made").count() == 1
    assert_verified()


def test_a_rights_request_begins_with_who_might_read_it(
    page: Page, manager: User, case_file: CaseFile
) -> None:
    signed_in(page, manager)
    page.goto(reverse("case_people", args=[case_file.case.reference]))
    name = case_file.survivor.preferred_name or case_file.survivor.name
    Clicks(page).press(f"Rights request of {name}")
    expect(page.get_by_text("Check the risk before you give any of this")).to_be_visible()
    check_page(page, "rights-request")
