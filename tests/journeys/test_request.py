"""A request that meets a blanket refusal, by keyboard alone: L1 to L4, part of it comes, and it is closed."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import InformationItem, User
from sharing.models import Decision, Request
from tests.browser import Keys, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.telephone import assert_verified
from tests.sharing.requesting import may_ask

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADING = "Request to Health"
RECORD = "Record it"


def test_a_blanket_refusal_is_escalated(
    page: Page, officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = may_ask(officer, case_file)
    signed_in(page, officer)
    request = _written(page, decision)
    _sent(page, "Send the request", _letter(page, "Send the request: prepare the letter"))
    _refused(page)
    expect(page.get_by_text("Not enough on its own").first).to_be_visible()
    check_page(page, "request-refused")
    _sent(
        page, "Ask for their reasons", _letter(page, "Ask for their reasons in writing: prepare the letter")
    )
    for who, steps in (("their senior manager", "L3"), ("the strategic group", "L4")):
        act = f"Escalate to {who}"
        address = _letter(page, f"{act}: prepare the letter", to="Dr Ruth Amadi")
        _approved(page, manager, address, steps)
        signed_in(page, officer)
        page.goto(address)
        _sent(page, act, address)
    _part_came(page, request)
    _closed(page)
    expect(page.locator(".dh-case-banner__missing")).to_have_count(0)
    signed_in(page, manager)
    page.goto("/requests/")
    expect(page.get_by_role("row", name="Health 0 0 1")).to_be_visible()
    check_page(page, "requests-counted")
    assert_verified()


def _written(page: Page, decision: Decision) -> Request:
    page.goto(reverse("decision", args=[decision.reference]))
    Keys(page).press("Write the request to Health")
    keys = by_keyboard.on(page, "Write a request to Health")
    check_page(page, "request-new")
    keys = Keys(page)
    keys.type("What do we ask for?", "Injuries that were seen since January")
    keys.type("Why this, and why no more than this?", "What was before is known to us")
    keys.press("Add another thing")
    expect(page.get_by_role("group", name="Thing 3")).to_be_visible()
    expect(page.get_by_label("What do we ask for?").first).to_have_value(
        "Injuries that were seen since January"
    )
    Keys(page).press("Save the request")
    by_keyboard.on(page, HEADING)
    check_page(page, "request-draft")
    return Request.objects.get(decision=decision)


def _letter(page: Page, link: str, to: str = "") -> str:
    """Prepare a letter as it is proposed, and hand over the address of its page."""
    Keys(page).press(link)
    keys = Keys(page)
    if to:
        keys.type("Who does it go to?", to)
        keys.type("Their job", "Director")
        if not page.get_by_label("Their agency or group").input_value():
            keys.type("Their agency or group", "Health")
        keys.type("Who signs it?", "Mary Field, manager")
    keys.press("Save the letter")
    expect(page.get_by_text("The letter is saved.")).to_be_visible()
    return page.url


def _sent(page: Page, act: str, address: str) -> None:
    """Record on the letter's page that it was sent."""
    assert page.url == address
    Keys(page).press("Record that it was sent")
    expect(page.locator("h1")).to_contain_text(act)
    keys = Keys(page)
    if not page.get_by_label("Who did it go to?").input_value():
        keys.type("Who did it go to?", "Dr Ruth Amadi, director")
    keys.press("Record that it was sent")
    by_keyboard.on(page, HEADING)
    expect(page.locator(".dh-case-banner__missing")).to_contain_text("what we asked Health for")


def _refused(page: Page) -> None:
    Keys(page).press("Record that they refused")
    keys = by_keyboard.on(page, "Record that they refused")
    check_page(page, "request-refuse")
    keys = Keys(page)
    keys.choose("What reason did they give?", "“Data protection” or “GDPR”, and nothing more")
    keys.type("What did they say?", "GDPR does not let us.")
    keys.choose("Was it in writing or spoken?", "Spoken")
    keys.press(RECORD)
    by_keyboard.on(page, HEADING)


def _approved(page: Page, manager: User, address: str, kind: str) -> None:
    """A manager reads the letter and approves it; the officer could not."""
    expect(page.get_by_text("A manager must approve this letter")).to_be_visible()
    signed_in(page, manager)
    page.goto(address)
    keys = Keys(page)
    keys.choose("Can this letter go?", "Approve it")
    keys.press(RECORD)
    expect(page.get_by_text("Approved").first).to_be_visible()
    assert kind in page.locator(".govuk-caption-l").inner_text()


def _part_came(page: Page, request: Request) -> None:
    Keys(page).press("Record that part of it came")
    keys = by_keyboard.on(page, "Record that part of it came")
    check_page(page, "request-answer")
    keys = Keys(page)
    keys.type("What is still missing?", "Whether the next visit is booked")
    keys.type("What is the information?", "A broken wrist, seen on 4 February")
    keys.type("Where did it come from?", "Notes of the practice")
    keys.tick("The date is not known")
    keys.choose("Is it a fact, an opinion, or reported by someone?", "Fact")
    keys.choose("Is it current or historical?", "Current")
    keys.tick("Roz", within="Whom is it about?")
    keys.choose("Does it say or suggest that somebody committed an offence?", "No")
    keys.press(RECORD)
    by_keyboard.on(page, HEADING)
    item = InformationItem.objects.get(answers=request.id)
    assert (item.received_from, item.text) == ("health", "A broken wrist, seen on 4 February")
    check_page(page, "request-part")


def _closed(page: Page) -> None:
    Keys(page).press("Close the request")
    keys = by_keyboard.on(page, "Close the request")
    keys.choose("How does it end?", "We have part of it, and that is enough")
    keys.type("Why is that right?", "The wrist decides which flat is safe for her")
    keys.press("Close the request")
    by_keyboard.on(page, HEADING)
    expect(page.get_by_text("Nothing more is to be done.")).to_be_visible()
