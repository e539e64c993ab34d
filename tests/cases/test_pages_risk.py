"""Risk, and the consent log: criteria follow from what was found; the level may be raised, never lowered."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import User
from tests.cases.case_pages import PAGES, Answers, address, day, html, with_key
from tests.cast import CaseFile


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


PLAIN = {"judged_high": "no", "level": "standard", **day("assessed_on")}


def assess(client: Client, file: CaseFile, answers: Answers) -> str:
    """The page that a post leads to: empty where it was saved."""
    response = client.post(address(file.case, "risk/"), with_key(PLAIN | answers))
    return "" if response.status_code == 302 else response.content.decode()


@pytest.mark.parametrize(
    ("answers", "criteria"),
    [
        ({}, []),
        ({"checklist_yes": "13"}, []),
        ({"checklist_yes": "14", "level": "high"}, ["visible_high_risk"]),
        ({"checklist_yes": "24", "level": "high"}, ["visible_high_risk"]),
        ({"incidents": "2"}, []),
        ({"incidents": "3"}, ["potential_escalation"]),
        (day("incident_on") | day("marac_referred_on", 3, 3, 2025), ["repeat"]),
        (day("incident_on", 4) | day("marac_referred_on", 3, 3, 2025), []),
        (day("incident_on") | day("marac_referred_on"), []),
        ({"judgement": "Seen, not judged high"}, []),
        ({"judged_high": "yes", "judgement": "Stalked", "level": "high"}, ["professional_judgement"]),
        ({"local_criterion": "Stalking"}, ["local"]),
        ({"level": "high"}, []),
    ],
)
def test_criteria_follow_from_the_answers(
    signed_in: Client, case_file: CaseFile, answers: Answers, criteria: list[str]
) -> None:
    assert assess(signed_in, case_file, answers) == ""
    case = case_file.case
    case.refresh_from_db()
    latest = case.risk_assessments.latest("recorded_at")
    assert (latest.criteria, case.marac_criteria) == (criteria, criteria)
    assert latest.level == case.risk_level == answers.get("level", "standard")


@pytest.mark.parametrize(
    "answers", [{"checklist_yes": "14"}, {"judged_high": "yes", "judgement": "She is afraid of him"}]
)
@pytest.mark.parametrize("level", ["standard", "medium"])
def test_the_level_cannot_be_below_what_was_found(
    signed_in: Client, case_file: CaseFile, answers: Answers, level: str
) -> None:
    page = assess(signed_in, case_file, answers | {"level": level})
    assert 'id="id_level_error"' in page
    assert "The level can be raised, not lowered" in page
    assert case_file.case.risk_assessments.count() == 1


def test_a_judgement_needs_its_reasons(signed_in: Client, case_file: CaseFile) -> None:
    for text in ("", "  \n "):
        page = assess(signed_in, case_file, {"judged_high": "yes", "judgement": text, "level": "high"})
        assert "Enter what your judgement is based on" in page


def test_not_assessed_is_no_level_of_an_assessment(signed_in: Client, case_file: CaseFile) -> None:
    assert "Select an answer from the list" in assess(signed_in, case_file, {"level": "not_assessed"})


def test_every_assessment_stays_and_is_explained(signed_in: Client, case_file: CaseFile) -> None:
    assert assess(signed_in, case_file, {"incidents": "5", "level": "medium"}) == ""
    page = html(signed_in, address(case_file.case, "risk/"))
    assert page.index("5 incidents in 12 months; 3 or more meets it") < page.index("Earlier assessments")
    assert page.index("Earlier assessments") < page.index(
        "16 “yes” answers on the checklist; 14 or more meets it"
    )
    assert "Medium risk" in page


# --- The consent log -------------------------------------------------------------------------------------


def log(client: Client, file: CaseFile, answers: Answers) -> str:
    """The page that a post leads to: empty where it was saved."""
    response = client.post(address(file.case, "consent/"), with_key(day("happened_on") | answers))
    return "" if response.status_code == 302 else response.content.decode()


def test_a_line_is_added_and_shown_with_the_case(signed_in: Client, case_file: CaseFile) -> None:
    assert log(signed_in, case_file, PAGES["consent"].answers(case_file)) == ""
    case_file.case.refresh_from_db()
    assert case_file.case.consent_status == "refused"
    for path in ("", "consent/"):
        page = html(signed_in, address(case_file.case, path))
        assert "Consent: Refused" in page
        assert "Wishes: They disagree" in page
        assert "Not now" in page


def test_wishes_alone_leave_the_consent_as_it_is(signed_in: Client, case_file: CaseFile) -> None:
    assert log(signed_in, case_file, {"consent": "given"}) == ""
    assert log(signed_in, case_file, {"consent": "", "wishes": "not_known"}) == ""
    case_file.case.refresh_from_db()
    assert case_file.case.consent_status == "given"


def test_a_line_says_something(signed_in: Client, case_file: CaseFile) -> None:
    page = log(signed_in, case_file, {"consent": "", "told_by": "phone", "note": "Called"})
    assert "Select an answer to at least one of consent, wishes and being told" in page


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("consent", "refused"),
        ("consent", "withdrawn"),
        ("consent", "cannot_give"),
        ("consent", "not_sought_unsafe"),
        ("consent", "not_sought_misleading"),
        ("consent", "not_sought_other_basis"),
        ("informed", "unsafe_to_tell"),
    ],
)
def test_some_answers_need_their_reason(signed_in: Client, case_file: CaseFile, name: str, code: str) -> None:
    assert 'id="id_note_error"' in log(signed_in, case_file, {name: code})
    assert log(signed_in, case_file, {name: code, "note": "She said so on Monday"}) == ""


@pytest.mark.parametrize("page", ["risk", "consent", "person add", "information add", "change"])
def test_days_that_are_still_to_come_are_refused(signed_in: Client, case_file: CaseFile, page: str) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    good = PAGES[page].answers(case_file)
    names = {name.removesuffix("_day") for name in good if name.endswith("_day")}
    for name in names:
        ahead = day(name, tomorrow.day, tomorrow.month, tomorrow.year)
        response = signed_in.post(PAGES[page].address(case_file), good | ahead)
        assert response.status_code == 200, name
        assert f'id="id_{name}_error"' in response.content.decode(), name
