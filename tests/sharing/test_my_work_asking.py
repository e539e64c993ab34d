"""My work: questions, requests, letters and what is asked of us, for whom they wait."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import User
from sharing import reminders, work
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing import waiting
from tests.sharing.advising import answer, ask
from tests.sharing.deciding import draft_of
from tests.sharing.lettering import refused
from tests.sharing.requesting import came
from tests.sharing.waiting import MONDAY

pytestmark = pytest.mark.django_db


def everything(case_file: CaseFile, officer: User, adviser: User) -> None:
    """One of each."""
    case = case_file.case
    decision = waiting.decision(case, officer, MONDAY, outcome="do_not_share", risk_level="high")
    request = waiting.request(decision, MONDAY, MONDAY)
    waiting.letter(request, officer, MONDAY)
    waiting.advice(case, officer, adviser, MONDAY, MONDAY)
    waiting.asked(case, officer, MONDAY, MONDAY)


def words(user: User) -> list[str]:
    """What waits for somebody."""
    return sorted(task.what for task in work.tasks(user))


def test_what_waits_for_whom(
    case_file: CaseFile, officer: User, manager: User, governance: User, colleague: User
) -> None:
    everything(case_file, officer, governance)
    theirs = [task for task in words(officer) if not task.startswith("Look at it again")]
    assert theirs == [
        "Answer the agency’s request",
        "Ask for an answer to the request",
        "No answer yet: ask again about",
    ]
    assert words(manager) == ["Approve the letter", "Look at the decision not to share"]
    assert words(governance) == ["Answer the question"]
    assert words(colleague) == []


def test_the_page_of_an_adviser_names_no_case(
    case_file: CaseFile, officer: User, governance: User, client: Client
) -> None:
    everything(case_file, officer, governance)
    client.force_login(governance, backend=BACKEND)
    page = client.get(reverse("home")).content.decode()
    assert "Answer the question" in page
    assert case_file.case.reference not in page
    assert "Nothing due." not in page


def test_nothing_waits_for_whoever_is_shut_out(
    case_file: CaseFile, officer: User, manager: User, governance: User
) -> None:
    everything(case_file, officer, governance)
    for user in (officer, manager, governance):
        case_file.case.exclusions.create(user=user, reason="A relative")
        assert words(user) == []


def test_a_letter_that_was_returned_waits_for_its_writer(
    case_file: CaseFile, officer: User, manager: User
) -> None:
    request = waiting.request(waiting.decision(case_file.case, officer, MONDAY), MONDAY, MONDAY)
    letter = waiting.letter(request, officer, MONDAY)
    waiting.checked(letter, manager, MONDAY, "returned")
    assert "Change the letter" in words(officer)
    assert "Approve the letter" not in words(manager)


@pytest.mark.parametrize("outcome", ["", "returned"])
def test_no_letter_waits_once_its_request_is_answered(
    outcome: str, case_file: CaseFile, officer: User, manager: User
) -> None:
    request = refused(officer, case_file)
    letter = waiting.letter(request, officer, MONDAY)
    if outcome:
        waiting.checked(letter, manager, MONDAY, outcome)
    waits = {"Approve the letter", "Change the letter"}
    assert waits & {*words(manager), *words(officer)}
    came(officer, request, "answer")
    assert not waits & {*words(manager), *words(officer)}
    assert "letter" not in {one.clock.code for one in reminders.ring(timezone.now())}


def test_a_draft_whose_advice_has_come_is_there_once(
    case_file: CaseFile, officer: User, manager: User
) -> None:
    draft = draft_of(officer, case_file)
    question = ask(officer, case_file.case, manager, draft=draft)
    assert words(officer) == ["Go on with the decision"]
    answer(manager, question)
    (task,) = work.tasks(officer)
    assert (task.what, task.reference) == ("Advice has come: go on with", draft.reference)


@pytest.mark.parametrize("member", ["officer", "manager", "governance"])
def test_the_queries_do_not_grow(
    member: str, case_file: CaseFile, officer: User, request: pytest.FixtureRequest, governance: User
) -> None:
    user = request.getfixturevalue(member)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            work.tasks(user)
        return len(captured)

    everything(case_file, officer, governance)
    few = queries()
    for _ in range(3):
        everything(case_file, officer, governance)
    assert queries() == few
