"""The case pages in a real browser: filled, empty, in error, by keyboard alone, without script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from cases import access_actions, actions
from cases.models import Case, Team, User
from tests.browser import Keys, assert_summary_links_land, check_page, signed_in
from tests.cast import CaseFile
from tests.journeys import opening

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORMS = {
    "change": ("change/", "Save"),
    "person": ("people/add/", "Save"),
    "risk": ("risk/", "Save the assessment"),
    "information": ("information/add/", "Save"),
    "consent": ("consent/", "Add to the log"),
}
PAGES = {
    "overview": "",
    "people": "people/",
    "information-list": "information/",
    "access": "access/",
    "timeline": "timeline/",
} | {name: path for name, (path, _) in FORMS.items()}


@pytest.fixture
def bare(officer: User, team: Team) -> Case:
    """A case in which nothing but its opening is recorded."""
    return actions.create_case(
        by=officer, team=team, concern_identified_at=timezone.now() - timedelta(hours=3)
    )


def address(case: Case, path: str) -> str:
    return f"/cases/{case.reference}/{path}"


def test_every_page_filled(
    page: Page, case_file: CaseFile, manager: User, officer: User, colleague: User
) -> None:
    case = case_file.case
    consent = {
        "happened_on": timezone.localdate(),
        "consent": "given",
        "wishes": "agrees",
        "note": "She asked us to",
    }
    actions.log_consent(by=officer, case=case, values=consent)
    actions.assess_risk(by=officer, case=case, values={"assessed_on": timezone.localdate(), "level": "high"})
    access_actions.grant(by=manager, case=case, user=colleague)
    newcomer = User.objects.create_user("nina@council.example", name="Nina Vale", role="officer")
    access_actions.exclude(by=manager, case=case, user=newcomer, reason="A cousin of the alleged perpetrator")
    signed_in(page, manager)
    for name, path in PAGES.items():
        page.goto(address(case, path))
        check_page(page, f"case-{name}")
    page.goto(address(case, f"people/{case_file.survivor.id}/"))
    check_page(page, "case-person-change")
    page.goto(address(case, f"information/{case_file.older.id}/"))
    check_page(page, "case-information-change")
    page.goto("/cases/")
    check_page(page, "cases")


@pytest.mark.usefixtures("bare")
def test_a_list_without_results(page: Page, officer: User) -> None:
    signed_in(page, officer)
    page.goto("/cases/?risk=high")
    assert page.get_by_role("heading", name="0 results in cases you can open").is_visible()
    check_page(page, "cases-no-results")
    keys = Keys(page)
    keys.type("Search", "Nobody Atall")
    keys.press("Search")
    assert page.get_by_role("heading", name="0 results for “Nobody Atall” in cases you can open").is_visible()
    assert page.url.endswith("/cases/")
    check_page(page, "cases-searched")
    Keys(page).press("Remove Search: Nobody Atall ✕")
    assert page.url.endswith("/cases/?risk=high")


def test_no_cases_at_all(page: Page, colleague: User) -> None:
    signed_in(page, colleague)
    page.goto("/cases/")
    assert page.get_by_role("heading", name="You have no cases yet").is_visible()
    check_page(page, "cases-empty")


def test_every_form_in_error_leads_to_its_fields(page: Page, a_case: Case, manager: User) -> None:
    signed_in(page, manager)
    wanted = {name: (address(a_case, path), button) for name, (path, button) in FORMS.items()}
    wanted["new"] = ("/cases/new/", "Continue")
    wanted["exclude"] = (address(a_case, "access/"), "Keep them out")
    for name, (path, button) in wanted.items():
        page.goto(path)
        if name == "change":
            page.get_by_label("Given", exact=True).check()
        page.get_by_role("button", name=button, exact=True).click()
        assert_summary_links_land(page)
        check_page(page, f"case-error-{name}")


def test_a_case_is_opened_and_filled_by_keyboard_alone(page: Page, officer: User) -> None:
    signed_in(page, officer)
    opening.open_case(page, "Amara Okafor-Łę", "Amara")
    case = Case.objects.get(owner=officer)
    opening.safe_contact(page, "Amara")
    page.goto(address(case, ""))

    keys = Keys(page)
    keys.press("The risk has not been assessed")
    opening.checklist(keys)
    keys.choose("What is the level of risk?", "Medium")
    keys.press("Save the assessment")
    assert_summary_links_land(page)
    keys.choose("What is the level of risk?", "High")
    keys.press("Save the assessment")

    words = "She said: “he has my keys”"
    opening.add_information(page, words, about="Amara", dated=timezone.localdate())

    banner = page.get_by_label(f"Case {case.reference}")
    assert "Do not use: post" in banner.inner_text()
    assert "Safe: phone" in banner.inner_text()
    case.refresh_from_db()
    assert (case.risk_level, case.marac_criteria) == ("high", ["visible_high_risk"])
    assert [one.text for one in case.information.all()] == ["She said: “he has my keys”"]
    assert case.people.get().name == "Amara Okafor-Łę"


def test_the_pages_work_without_script(page_without_script: Page, case_file: CaseFile, officer: User) -> None:
    page = page_without_script
    signed_in(page, officer)
    page.goto(address(case_file.case, "safety/staff/"))
    page.get_by_label("Is there a risk to staff? (optional)").fill("A dog in the garden")
    page.get_by_role("button", name="Save", exact=True).click()
    assert "A dog in the garden" in page.get_by_label(f"Case {case_file.case.reference}").inner_text()
