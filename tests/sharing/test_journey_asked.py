"""A page is asked before it is missed; a list says what stands against it; points name what raises them."""

from typing import Any

import pytest

from cases.models import User
from sharing import actions, rules
from tests.cast import CaseFile
from tests.sharing.filling import Decider, decider
from tests.sharing.test_typing import keep

pytestmark = pytest.mark.django_db
PROBLEM = "There is a problem"


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def opened(who: Decider, slug: str) -> str:
    return str(who.client.get(who.step(slug)).content.decode())


def store(who: Decider, officer: User, **changes: Any) -> None:
    """Answers as another window left them."""
    actions.save_draft(by=officer, draft=who.draft, answers=who.answers | changes, saves=who.saves)


# --- a page that answers of another page open again ------------------------------------------------


def test_a_changed_decision_asks_its_reasons_before_it_misses_them(who: Decider) -> None:
    who.page("decision", outcome="share_part")
    assert who.page("main-reasons").status_code == 302
    who.page("decision", outcome="do_not_share")
    assert "main-reasons" not in who.answers["pages"]
    assert PROBLEM not in opened(who, "main-reasons")
    # Once it was asked and left open, it is missed.
    who.page("main-reasons", reasons=["would_increase_risk"], instead="She stays with her sister")
    assert PROBLEM in who.page("main-reasons", reasons=[]).content.decode()


def test_a_changed_paragraph_asks_its_questions_before_it_misses_them(who: Decider) -> None:
    who.page("lawful-basis", kinds=["ordinary", "offence"])
    who.page("conditions")
    who.page("tests")
    assert "tests" in who.answers["pages"]
    who.page("conditions", offence_condition="18")
    assert "tests" not in who.answers["pages"]
    assert PROBLEM not in opened(who, "tests")


def test_what_is_withdrawn_and_comes_back_is_asked_again(who: Decider) -> None:
    who.page("lawful-basis", basis="6-1-d", kinds=["ordinary"])
    who.page("request", without_identity="yes")
    who.page("request")
    assert "lawful-basis" not in who.answers["pages"]
    assert PROBLEM not in opened(who, "lawful-basis")


def test_a_page_that_was_left_open_keeps_its_mark_whatever_else_is_saved(who: Decider, officer: User) -> None:
    who.page("request")
    store(who, officer, aims=[])
    who.page("reasons")
    assert "request" in who.answers["pages"]
    assert PROBLEM in opened(who, "request")


def test_a_page_whose_answers_stay_keeps_its_mark(who: Decider) -> None:
    who.everything()
    before = set(who.answers["pages"])
    who.page("decision", outcome="share_all")
    who.page("reasons", harm_if_not="Nobody would know about him")
    assert set(who.answers["pages"]) == before


def test_the_last_recipient_who_is_removed_leaves_no_complaint(who: Decider) -> None:
    who.recipient()
    who.post(who.step("recipients"))
    who.post(who.url("recipient_remove", who.key))
    assert "recipients" not in who.answers.get("pages", {})
    assert PROBLEM not in opened(who, "recipients")


# --- a stop and what is typed ----------------------------------------------------------------------


def test_a_basis_that_is_offered_no_more_shows_its_stop_and_no_typing(who: Decider, officer: User) -> None:
    who.page("lawful-basis", basis="6-1-d", kinds=["ordinary"])
    store(who, officer, basis="6-1-f", balance="Her safety weighs more")
    first = opened(who, "lawful-basis")
    assert PROBLEM in first
    # What the browser sends on leaving: the fields as it could show them.
    keep(who, "lawful-basis", kinds=["ordinary"])
    again = who.client.get(who.step("lawful-basis"))
    assert PROBLEM in again.content.decode()
    assert again.context["typing"].kept == ""
    keep(who, "lawful-basis", basis="6-1-e", kinds=["ordinary"])
    assert who.client.get(who.step("lawful-basis")).context["typing"].kept


# --- lists -------------------------------------------------------------------------------------------


def summary(page: Any) -> list[str]:
    """What the page begins with, where something is wrong."""
    return [one.errors[0] for one in page.context["form"]]


def test_what_stands_against_the_whole_list_stands_on_it_once_it_was_saved(who: Decider) -> None:
    who.page("decision", outcome="share_part")
    who.recipient()
    who.withhold(who.case_file.information)
    assert summary(who.client.get(who.step("items"))) == []
    who.post(who.step("items"))
    (text,) = summary(who.client.get(who.step("items")))
    assert text.startswith("No information is chosen to share")
    who.item()
    assert [one.split(".")[0] for one in summary(who.client.get(who.step("items")))] == [
        "Say what is held back, and why"
    ]
    who.withhold()
    assert summary(who.client.get(who.step("items"))) == []


# --- points ------------------------------------------------------------------------------------------


def test_a_point_names_the_people_and_the_information_that_raise_it(who: Decider) -> None:
    who.everything()
    who.recipient(name="Duty desk <b>", linked="unknown")
    who.recipient(name="Nurse Idowu", linked="unknown")
    who.item(enough="no", recipients=[who.key])
    page = who.client.get(who.url("draft_points"))
    about = {point["code"]: point["about"] for point in page.context["points"]}
    assert about["recipient_link_unknown"] == ["Duty desk <b>", "Nurse Idowu"]
    assert about["item_not_enough"] == [f"“{who.case_file.information.text}”"]
    assert about["late"] == []
    assert "<li>Duty desk &lt;b&gt;</li>" in page.content.decode()
    assert {code for code, named in about.items() if named} <= set(rules.POINTS)
