"""A sharing agreement in a real browser: the lead records it, an officer confirms it and the law is right."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit import ledger
from cases.models import User
from sharing.models import Agreement, Decision
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.sharing.agreeing import NAME, agreed, terms
from tests.sharing.filling import decider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEXT = by_keyboard.NEXT
FILLED_IN = f"Filled in from {NAME}, version 1. Confirm it or change it."


def test_an_officer_gets_the_law_right_by_confirming(
    page: Page, officer: User, governance: User, case_file: CaseFile
) -> None:
    signed_in(page, governance)
    page.goto("/")
    record_agreement(page)
    signed_in(page, officer)
    page.goto(reverse("case_sharing", args=[case_file.case.reference]))
    by_keyboard.start_decision(page)
    by_keyboard.pages_1_to_3(page)
    confirm_page_4(page)
    by_keyboard.page_5(page)
    by_keyboard.page_6(page, share="Decide about information 1", withhold="Decide about information 2")
    confirm_page_7(page)
    by_keyboard.page_8(page)
    by_keyboard.answer_points(page)
    check = page.locator(".govuk-summary-card", has_text="A sharing agreement")
    expect(check).to_contain_text("Confirmed from the agreement")
    check_page(page, "agreement-check")
    by_keyboard.record(page)
    Keys(page).press("See the recorded decision")
    expect(page.get_by_text("Changed from the agreement")).to_have_count(0)
    expect(page.get_by_text(f"{NAME}, version 1").first).to_be_visible()
    check_page(page, "agreement-decision")
    decision = Decision.objects.get()
    assert (decision.lawful_basis, decision.agreement) == ("6-1-e", Agreement.objects.get())
    assert ledger.verify().problem is None


def record_agreement(page: Page) -> None:
    """From the lead's first page to the list, by keyboard."""
    Keys(page).press("Agreements")
    check_page(page, "agreements-empty")
    keys = by_keyboard.on(page, "Sharing agreements")
    keys.press("Record an agreement")
    keys = by_keyboard.on(page, "Record a sharing agreement")
    keys.type("What is the agreement called?", NAME)
    for agency in ("IDVA service", "MARAC coordinator", "Police"):
        keys.tick(agency, within="Which agencies have agreed to it?")
    for aim in ("Assess the risk", "Protect an adult", "Refer to MARAC, or take part in it"):
        keys.tick(aim, within="What is it for?")
    keys.choose("Which lawful basis does it rest on?", "Public task")
    keys.select("Which law is that?", "Crime and Disorder Act 1998, section 115")
    keys.select("Which condition lets you share special category information?", "Substantial public interest")
    paragraph = "Paragraph 10: preventing or detecting unlawful acts"
    keys.select("Which paragraph of Schedule 1 goes with that condition?", paragraph)
    keys.select("Which condition lets you share criminal allegations and offences?", paragraph)
    keys.tick("Secure e-mail", within="How may it be sent?")
    keys.tick("Do not tell the alleged perpetrator", within="What must those who get it do with it?")
    keys.select("Which of your procedures covers it?", "MARAC operating protocol")
    keys.type(
        "How does sharing under it fit that procedure?", "The protocol asks for a referral on the same day"
    )
    today = timezone.localdate()
    keys.day("When was it agreed?", today.day, today.month, today.year)
    keys.day("By when will you review it?", 1, 3, today.year + 1)
    keys.press("Record the agreement")
    expect(page.get_by_role("rowheader", name=NAME)).to_be_visible()


def confirm_page_4(page: Page) -> None:
    """Choose the agreement; send each page as it is filled in."""
    keys = by_keyboard.on(page, "A sharing agreement")
    check_page(page, "agreement-question")
    today = f"{timezone.localdate().day} {timezone.localdate():%B %Y}"
    keys.choose("Does one of our sharing agreements cover this?", f"{NAME}, version 1, agreed {today}")
    keys.press(NEXT)
    keys = by_keyboard.on(page, "Why we can share")
    expect(page.get_by_text(FILLED_IN)).to_be_visible()
    expect(page.get_by_label("Public task")).to_be_checked()
    check_page(page, "agreement-filled-in")
    keys.tick("Criminal allegations or offences", within="What kinds of information")
    keys.press(NEXT)
    for heading, filled_in in (
        ("What the basis rests on", "Crime and Disorder Act 1998, section 115"),
        ("Sensitive information", "Paragraph 10: preventing or detecting unlawful acts"),
    ):
        keys = by_keyboard.on(page, heading)
        expect(page.get_by_text(FILLED_IN)).to_be_visible()
        expect(page.get_by_label(filled_in)).to_be_checked()
        keys.press(NEXT)
    keys = by_keyboard.on(page, "Whether the condition fits")
    prejudice = "Asking for consent would make the protection weaker, or get in its way"
    keys.choose("Why is consent not relied on?", prejudice)
    keys.press(NEXT)


def confirm_page_7(page: Page) -> None:
    """Say by when; the rest is filled in."""
    keys = by_keyboard.on(page, "How and when it is sent")
    expect(page.get_by_text(FILLED_IN)).to_be_visible()
    expect(page.get_by_label("How will it be sent to DC Amara Osei?")).to_have_value("secure_email")
    expect(page.get_by_label("Do not tell the alleged perpetrator")).to_be_checked()
    expect(page.get_by_label("MARAC operating protocol")).to_be_checked()
    tomorrow = timezone.localdate() + timedelta(days=1)
    keys.day("When will it be sent, at the latest?", tomorrow.day, tomorrow.month, tomorrow.year, "4pm")
    keys.press(NEXT)


def test_the_leads_pages_in_every_state(page: Page, governance: User) -> None:
    signed_in(page, governance)
    page.goto("/agreements/new/")
    check_page(page, "agreement-new")
    Keys(page).press("Record the agreement")
    check_page(page, "agreement-new-error")
    page.reload()
    assert_summary_links_land(page)
    one = agreed(governance)
    page.goto(f"/agreements/{one.series}/")
    check_page(page, "agreement-change")
    keys = by_keyboard.on(page, NAME)
    keys.type("What is the agreement called?", "MARAC protocol of the county")
    keys.press("Save as the next version")
    expect(page.get_by_text("Changed: Name")).to_be_visible()
    Keys(page).press("End this agreement")
    check_page(page, "agreement-end")
    Keys(page).press("End the agreement")
    expect(page.get_by_role("heading", name="Version 3: ended")).to_be_visible()
    check_page(page, "agreement-ended")
    page.goto("/agreements/")
    check_page(page, "agreements")
    assert ledger.verify().problem is None


def test_the_journeys_page_in_error_and_past_its_date(
    page: Page, officer: User, governance: User, case_file: CaseFile
) -> None:
    who = decider(officer, case_file)
    who.page("request")
    who.recipient()
    first = agreed(governance)
    agreed(governance, **terms(name="Another agreement that fits"))
    signed_in(page, officer)
    page.goto(who.step("agreement"))
    Keys(page).press(NEXT)
    expect(page.locator(".govuk-error-summary")).to_contain_text("Select an agreement or none")
    check_page(page, "agreement-question-error")
    page.reload()
    assert_summary_links_land(page)
    who.post(who.step("agreement"), agreement=str(first.id))
    who.page("lawful-basis", basis="6-1-d", kinds=["ordinary"])
    page.goto(who.step("lawful-basis"))
    expect(page.get_by_text("says otherwise")).to_be_visible()
    check_page(page, "agreement-changed")
