"""A decision not to share, by keyboard: the risk rises, an agency asks, it is due the same day, looked at."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.actions import assess_risk
from cases.models import Case, User
from sharing.models import Decision
from tests.browser import Keys, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import deciding as by_keyboard
from tests.journeys.opening import assess_as_high, day
from tests.journeys.telephone import assert_verified
from tests.sharing.deciding import NOT_SHARED, decided

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROSE = "the risk has risen since; another MARAC criterion is met since"
ASKED = "; another agency has asked since"


@pytest.fixture
def not_shared(officer: User, case_file: CaseFile) -> Decision:
    """Decided at standard risk; the review is far ahead."""
    values = {"assessed_on": timezone.localdate(), "level": "standard", "criteria": []}
    assess_risk(by=officer, case=case_file.case, values=values)
    calm = CaseFile(**vars(case_file) | {"case": Case.objects.get(id=case_file.case.id)})
    return decided(officer, calm, **NOT_SHARED)


def test_not_shared_then_the_risk_rises_then_it_is_looked_at(
    page: Page, officer: User, not_shared: Decision
) -> None:
    task = f"Look at it again ({ROSE}): {not_shared.reference}"
    signed_in(page, officer)
    page.goto("/")
    expect(page.get_by_role("link", name=task)).to_have_count(0)
    page.goto(reverse("case", args=[not_shared.case.reference]))
    assess_as_high(page)
    page.goto("/")
    today = page.locator("section, div").filter(has=page.get_by_role("heading", name="Today", exact=True))
    expect(today.last).to_contain_text(ROSE)
    check_page(page, "watch-my-work")
    _an_agency_asks(page, not_shared.case)
    page.goto(reverse("case", args=[not_shared.case.reference]))
    check_page(page, "watch-overview")
    Keys(page).press(f"Look at decision {not_shared.reference} again: {ROSE}{ASKED}")
    keys = by_keyboard.on(page, "Look at the decision again")
    expect(page.get_by_text(f"Look at it again now: {ROSE}{ASKED}.")).to_be_visible()
    check_page(page, "watch-review")
    keys.choose("Is this decision still right?", "It is still right")
    keys.type("Why?", "She has moved and nobody there knows him; the nurse has it from her")
    keys.press("Record it")
    page.goto("/")
    expect(page.get_by_text(ROSE)).to_have_count(0)
    assert_verified()


def _an_agency_asks(page: Page, case: Case) -> None:
    page.goto(reverse("case_sharing", args=[case.reference]))
    by_keyboard.on(page, "Sharing").press("Log what an agency asks us")
    keys = by_keyboard.on(page, "Log what an agency asks us")
    check_page(page, "asked-new")
    keys.type("Who asked?", "Dr Ama Osei")
    keys.type("What is their job?", "Safeguarding nurse")
    keys.select("Which agency are they from?", "Health")
    keys.choose("How did you check that it was them?", "Not checked yet")
    day(keys, "When did it come?", timezone.localdate() - timedelta(days=1))
    keys.type("What did they ask for?", "Whether he has a key to the flat")
    keys.type("Why do they say they need it?", "To plan how she can come to the clinic")
    keys.press("Save")
    by_keyboard.on(page, "What an agency asks us")
    expect(page.locator(".govuk-warning-text")).to_contain_text("may pose as a professional")
    check_page(page, "asked")
    Keys(page).press("Decide what to share")
    by_keyboard.on(page, "Decide whether to share").press("Who asked")
    expect(page.get_by_label("Who asked?")).to_have_value("Dr Ama Osei, Safeguarding nurse")
