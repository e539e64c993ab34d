"""What an agency tells us and nobody asked for, by keyboard: in, and shared on with its restriction."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import InformationItem, User
from sharing import projection
from sharing.models import Decision
from tests.browser import Keys, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.opening import day
from tests.journeys.telephone import assert_verified
from tests.sharing.filling import Decider, decider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "He was seen outside the school on Monday"
ASKED = "Ask DC Okonjo before you pass it on. Not to the family."


def test_what_nobody_asked_for_is_shared_on_with_its_restriction(
    page: Page, officer: User, case_file: CaseFile
) -> None:
    who = decider(officer, case_file)
    who.everything()
    signed_in(page, officer)
    page.goto(reverse("case_information", args=[case_file.case.reference]))
    _it_comes_in(page)
    expect(page.get_by_text("and nobody asked for it")).to_be_visible()
    expect(page.locator("strong", has_text=ASKED)).to_be_visible()
    check_page(page, "received-information")
    _it_is_shared_on(page, who)
    decision = Decision.objects.get(request_key=who.draft.request_key)
    _it_is_sent(page)
    expect(page.get_by_text(ASKED)).to_be_visible()
    check_page(page, "received-decision")
    kept = [one for one in projection.said_of(decision)["items"] if one["text"] == TEXT]
    assert [one["conditions"] for one in kept] == [ASKED]
    assert_verified()


def _it_comes_in(page: Page) -> None:
    by_keyboard.on(page, "Information held").press("Add information")
    keys = by_keyboard.on(page, "Add information")
    yesterday = timezone.localdate() - timedelta(days=1)
    keys.type("What is the information?", TEXT)
    keys.select("Is it our own, or did an agency give it to us?", "Police")
    keys.press("Save")
    expect(page.get_by_role("link", name="Enter the date it came")).to_be_visible()
    check_page(page, "received-add-error")
    page.reload()
    keys = by_keyboard.on(page, "Add information")
    keys.type("What is the information?", TEXT)
    keys.select("Is it our own, or did an agency give it to us?", "Police")
    day(keys, "If an agency gave it to us: when did it come?", timezone.localdate())
    keys.type("Where did it come from?", "DC Okonjo, by phone")
    keys.type("What did they say about passing it on? (optional)", ASKED)
    day(keys, "What is its date?", yesterday)
    keys.choose("Is it a fact, an opinion, or reported by someone?", "Fact")
    keys.choose("Is it current or historical?", "Current")
    keys.tick("Gareth Pym", within="Whom is it about?")
    keys.choose("Does it say or suggest that somebody committed an offence?", "No")
    keys.press("Save")
    assert InformationItem.objects.get(received_from="police").text == TEXT


def _it_is_shared_on(page: Page, who: Decider) -> None:
    """From page 6 of a decision, of which everything else is answered, to its record."""
    page.goto(who.url("draft_items"))
    expect(page.locator("strong", has_text=f"They asked: {ASKED}")).to_be_visible()
    by_keyboard.on(page, "What to share").press("Decide about information 3")
    keys = by_keyboard.on(page, "Share this, or withhold it?")
    expect(page.locator(".govuk-warning-text")).to_contain_text(f"They asked: {ASKED}")
    check_page(page, "received-item")
    keys.choose("Share this, or withhold it?", "Share it")
    keys.tick("DC Amara Osei", within="Who needs it?")
    keys.type("Why do they need it?", "DC Okonjo agreed: it shows that he comes back")
    keys.choose("Is it relevant to what sharing is meant to achieve?", "Yes")
    keys.choose("Is it enough to be understood?", "Yes")
    keys.press("Save and continue")
    who.post(who.url("draft_points"), **dict.fromkeys(("stale_item", "late"), "She told us again yesterday"))
    page.goto(who.url("draft_check"))
    expect(page.get_by_text(f"They asked: {ASKED}")).to_be_visible()
    check_page(page, "received-check")
    by_keyboard.record(page)


def _it_is_sent(page: Page) -> None:
    Keys(page).press("Record that you sent it")
    keys = by_keyboard.on(page, "Record what was sent")
    expect(page.get_by_text(f"They asked: {ASKED}")).to_be_visible()
    check_page(page, "received-sent")
    keys.tick(TEXT, within="What was sent to DC Amara Osei?")
    keys.select("How was it sent?", "Secure e-mail")
    keys.choose("Is anything of this decision still to be sent?", "No, nothing more will be sent")
    keys.type("Why was it different? (optional)", "The rest goes by hand tomorrow")
    keys.press("Record it")
