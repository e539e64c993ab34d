"""What the risk page finds by itself: a repeat, the area's criteria, the thresholds of the day."""

from datetime import date

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Exclusion, User
from tests.cases.case_pages import Answers, address, day, html, with_key
from tests.cast import CaseFile, go_live, make_case

PLAIN = {"judged_high": "no", "level": "standard", **day("assessed_on")}
WHY = "An incident on 3 March 2026, 2 months after the MARAC referral of 2 January 2026"


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def assess(client: Client, case: Case, answers: Answers) -> str:
    """The risk page after an assessment: with its errors, or with what was saved."""
    response = client.post(address(case, "risk/"), with_key(PLAIN | answers), follow=True)
    return response.content.decode()


def refer(by: User, case: Case, on: date) -> None:
    actions.assess_risk(
        by=by, case=case, values={"assessed_on": on, "level": "standard", "marac_referred_on": on}
    )


def criteria(case: Case) -> list[str]:
    case.refresh_from_db()
    return list(case.marac_criteria)


def test_a_repeat_is_found_after_the_referral_of_an_earlier_assessment(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    refer(officer, case_file.case, date(2026, 1, 2))
    page = assess(signed_in, case_file.case, day("incident_on"))
    assert criteria(case_file.case) == ["repeat"]
    assert WHY in page
    assert "again within 12 months" not in page, "it is not asked"
    kept = case_file.case.risk_assessments.latest("recorded_at")
    assert (kept.incident_on, kept.repeat_of) == (date(2026, 3, 3), date(2026, 1, 2))


@pytest.mark.parametrize("link", ["matched_to", "duplicate_of"])
@pytest.mark.parametrize("back", [False, True])
def test_a_repeat_is_found_in_a_linked_case(
    signed_in: Client, case_file: CaseFile, officer: User, link: str, back: bool
) -> None:
    other = make_case(officer, case_file.case.team).case
    refer(officer, other, date(2026, 1, 2))
    one, two = (other, case_file.case) if back else (case_file.case, other)
    Case.objects.filter(id=one.id).update(**{link: two})
    assert WHY in assess(signed_in, case_file.case, day("incident_on"))


def test_a_linked_case_that_they_may_not_see_tells_them_nothing(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    other = make_case(officer, case_file.case.team).case
    refer(officer, other, date(2026, 1, 2))
    Case.objects.filter(id=case_file.case.id).update(matched_to=other)
    Exclusion(case=other, user=officer, reason="Related").save()
    assert "2 January 2026" not in assess(signed_in, case_file.case, day("incident_on"))
    assert criteria(case_file.case) == []


def test_a_referral_of_a_case_that_is_not_linked_is_none(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    refer(officer, make_case(officer, case_file.case.team).case, date(2026, 1, 2))
    assess(signed_in, case_file.case, day("incident_on"))
    assert criteria(case_file.case) == []


def test_the_areas_criteria_are_chosen_and_own_words_added(signed_in: Client, case_file: CaseFile) -> None:
    go_live(local_criteria=["Honour-based abuse", "Stalking"])
    chosen = {"local": ["Stalking"], "local_criterion": "A gun licence"}
    page = assess(signed_in, case_file.case, chosen)
    assert criteria(case_file.case) == ["local"]
    assert "Stalking<br>A gun licence" in page
    assert "Select an answer from the list" in assess(signed_in, case_file.case, {"local": ["Made up"]})
    long = assess(signed_in, case_file.case, {"local": ["Stalking"], "local_criterion": "x" * 195})
    assert "Shorten this by 4 characters: what you selected above counts too" in long


def test_an_assessment_keeps_the_thresholds_of_its_day(signed_in: Client, case_file: CaseFile) -> None:
    ours = go_live(checklist_threshold=10, escalation_threshold=2, repeat_months=1)
    page = assess(signed_in, case_file.case, {"checklist_yes": "10", "incidents": "2", "level": "high"})
    assert criteria(case_file.case) == ["visible_high_risk", "potential_escalation"]
    assert "10 “yes” answers on the checklist; 10 or more meets it" in page
    ours.checklist_threshold = 20
    ours.save()
    page = html(signed_in, address(case_file.case, "risk/"))
    assert "10 “yes” answers on the checklist; 10 or more meets it" in page
    assert "20 or more “yes” answers on the checklist" in page
    assert assess(signed_in, case_file.case, {"checklist_yes": "19"}).count("id_level_error") == 0


def test_the_page_shows_the_level_over_time_and_both_dates(signed_in: Client, case_file: CaseFile) -> None:
    page = html(signed_in, address(case_file.case, "risk/"))
    assert "Monday 2 March 2026, 9:30am" in page
    assert "<svg" not in page, "one assessment is no history"
    page = assess(signed_in, case_file.case, {"level": "medium"} | day("marac_referred_on"))
    assert "The level was high on 2 March 2026 and medium on 3 March 2026, over 2 assessments." in page
    assert page.count("<circle") == 2
    assert "Tuesday 3 March 2026" in page
