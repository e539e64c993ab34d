"""A manager's review: what it records, who may, what comes of it; two managers at once."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import access_actions
from cases.models import User
from sharing import actions, after_actions, after_rows, reviewing, work
from sharing.actions import AlreadyFollowed
from sharing.models import Decision, Draft, ManagerReview
from sharing.review_actions import OwnDecision, SaidMeanwhile, see_to_review
from tests.cast import CaseFile, UserFactory, make_case
from tests.sharing import waiting
from tests.sharing.deciding import NOW, decided, draft_of
from tests.sharing.following import browser, entries, said_of
from tests.sharing.judging import REASON, judged, not_shared

pytestmark = pytest.mark.django_db


def lines(found: list[reviewing.Line]) -> list[str]:
    """The references of a tab."""
    return [line.decision.reference for line in found]


def look_back(decision: Decision, outcome: str = "still_right") -> None:
    """The author looks at it again."""
    values = {"outcome": outcome, "reason": "He is in prison", "review_on": NOW.date()}
    after_actions.review(by=decision.by, decision=decision, values=values)


def decided_anew(decision: Decision, file: CaseFile, **changes: Any) -> Decision:
    """A decision that follows one, as a manager asked for it."""
    draft = draft_of(decision.by, file, **changes)
    Draft.objects.filter(id=draft.id).update(follows=decision, follows_as="directed")
    return actions.record(by=decision.by, draft=Draft.objects.get(id=draft.id), now=NOW)


@pytest.mark.parametrize("outcome", ["agree", "reconsider", "direct"])
def test_it_is_an_entry_with_its_reason_and_a_row(
    outcome: str, officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    row = judged(manager, decision, outcome)
    (entry,) = entries(decision, "decision.judged")
    assert (entry.actor, bytes(entry.hash)) == (manager.id, bytes(row.entry_hash))
    said = said_of(row, after_rows.JUDGED)
    assert (said["outcome"], said["reason"], said["reference"]) == (outcome, REASON, decision.reference)
    assert (row.answer_by is None) == (outcome == "agree")
    decision.refresh_from_db()
    assert decision.outcome == "do_not_share", "nothing of the decision itself changes"


def test_what_the_queue_says_until_all_is_reviewed(officer: User, manager: User, case_file: CaseFile) -> None:
    calm, decision = decided(officer, case_file), not_shared(officer, case_file)
    (line,) = reviewing.waiting(manager)
    assert line.decision == decision, f"{calm.reference} needs nobody"
    assert line.words == ("Not shared, or not yet, at high risk",)
    assert line.due_at - decision.recorded_at == timedelta(hours=4), "it was wanted today"
    assert reviewing.count(manager) == 1
    judged(manager, decision)
    assert reviewing.tabs(manager) == ([], [])
    assert reviewing.count(manager) == 0
    assert [row.decision for row in reviewing.said(manager)] == [decision]


def test_what_is_reconsidered_waits_for_a_look_back_and_comes_back(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    judged(manager, decision, "reconsider")
    assert lines(reviewing.waiting(manager)) == []
    assert lines(reviewing.asked(manager)) == [decision.reference]
    assert list(reviewing.said(manager)) == []
    (task,) = [one for one in work.tasks(officer) if one.kind == "A manager asks"]
    assert (task.what, task.reference) == ("Look at it again, a manager asks:", decision.reference)
    assert [one.reference for one in work.tasks(officer)].count(decision.reference) == 1
    look_back(decision, "new_decision")
    assert lines(reviewing.asked(manager)) == [decision.reference], "a new decision is promised, not made"
    look_back(decision)
    assert lines(reviewing.asked(manager)) == []
    assert lines(reviewing.waiting(manager)) == [decision.reference]
    assert not [one for one in work.tasks(officer) if one.kind == "A manager asks"]
    judged(manager, decision)
    assert reviewing.count(manager) == 0


def test_what_is_directed_waits_for_a_new_decision_alone(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    judged(manager, decision, "direct")
    look_back(decision)
    assert lines(reviewing.asked(manager)) == [decision.reference]
    again = decided_anew(decision, case_file, outcome="share_part")
    assert reviewing.tabs(manager) == ([], []), "what is shared now needs no manager"
    assert [row.decision for row in reviewing.said(manager)] == [decision]
    after = not_shared(officer, case_file)
    assert lines(reviewing.waiting(manager)) == [after.reference]
    with pytest.raises(AlreadyFollowed) as refused:
        judged(manager, decision)
    assert refused.value.by == again


@pytest.mark.parametrize("member", ["officer", "granted", "emergency", "purpose"])
def test_whoever_sees_the_case_and_does_not_manage_it_may_not(
    member: str, officer: User, case_file: CaseFile, request: pytest.FixtureRequest
) -> None:
    decision, user = not_shared(officer, case_file), request.getfixturevalue(member)
    with pytest.raises(PermissionDenied):
        judged(user, decision)
    with pytest.raises(PermissionDenied), see_to_review(by=user, decision=decision):
        pass
    assert reviewing.count(user) == 0


def test_nobody_reviews_their_own_promoted_or_not(officer: User, manager: User, case_file: CaseFile) -> None:
    mine, other = not_shared(manager, case_file), not_shared(officer, case_file)
    assert lines(reviewing.waiting(manager)) == [other.reference]
    with pytest.raises(OwnDecision):
        judged(manager, mine)
    User.objects.filter(id=officer.id).update(role=User.Role.MANAGER)
    promoted = User.objects.get(id=officer.id)
    assert lines(reviewing.waiting(promoted)) == [mine.reference]
    assert reviewing.count(promoted) == 1
    with pytest.raises(OwnDecision):
        judged(promoted, other)
    page = browser(promoted).get(reverse("review_of", args=[other.reference]))
    assert "another manager reviews it" in page.content.decode()
    assert 'name="reason"' not in page.content.decode()
    answer = browser(promoted).post(reverse("review_of", args=[other.reference]), {"outcome": "agree"})
    assert answer.status_code == 302
    assert not ManagerReview.objects.exists()


def test_a_manager_shut_out_while_the_page_was_open_finds_nothing_any_more(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision, client = not_shared(officer, case_file), browser(manager)
    address = reverse("review_of", args=[decision.reference])
    assert client.get(address).status_code == 200
    other = UserFactory(role="manager", teams=[case_file.case.team])
    access_actions.exclude(by=other, case=case_file.case, user=manager, reason="Related")
    posted = client.post(address, {"outcome": "agree", "reason": REASON, "request_key": str(uuid4())})
    nothing = client.post(reverse("review_of", args=["D-ZZZZZZ"]), {"outcome": "agree"})
    assert posted.status_code == nothing.status_code == 404
    assert posted.content == nothing.content
    assert not ManagerReview.objects.exists()
    page = client.get(reverse("reviews")).content.decode()
    assert decision.reference not in page
    assert case_file.case.reference not in page
    assert "Reviews (" not in page
    with pytest.raises(Http404):
        judged(manager, decision)


def test_the_second_of_two_managers_sees_what_the_first_said(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    other = UserFactory(role="manager", name="Moira Vale", teams=[case_file.case.team])
    judged(other, decision, "direct", reason="The children are alone with him on Friday")
    data = {"outcome": "agree", "reason": REASON, "seen": "0", "request_key": str(uuid4())}
    page = browser(manager).post(reverse("review_of", args=[decision.reference]), data).content.decode()
    assert "Moira Vale has reviewed this decision already" in page
    assert "The children are alone with him on Friday" in page
    assert REASON in page, "nothing that was typed is lost"
    assert ManagerReview.objects.count() == 1
    with pytest.raises(SaidMeanwhile):
        judged(manager, decision, seen=0)
    again = browser(manager).post(
        reverse("review_of", args=[decision.reference]), data | {"seen": str(reviewing.mark(decision))}
    )
    assert again.status_code == 302
    assert ManagerReview.objects.count() == 2


@pytest.mark.parametrize("reason", ["", "ok", "I agree", "???  !!  ..  ,,"])
def test_a_reason_is_needed_in_a_few_words(
    reason: str, officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    data = {"outcome": "agree", "reason": reason, "seen": "0", "request_key": str(uuid4())}
    page = browser(manager).post(reverse("review_of", args=[decision.reference]), data).content.decode()
    assert "Enter why, in a few words about this case" in page
    assert not ManagerReview.objects.exists()


def test_a_double_click_is_one_review(officer: User, manager: User, case_file: CaseFile) -> None:
    decision, client = not_shared(officer, case_file), browser(manager)
    data = {"outcome": "agree", "reason": REASON, "seen": "0", "request_key": str(uuid4())}
    for _ in range(2):
        assert client.post(reverse("review_of", args=[decision.reference]), data).status_code == 302
    assert ManagerReview.objects.count() == 1


def test_the_officer_reads_it_and_decides_anew(
    client: Client, officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    judged(manager, decision, "direct")
    client.force_login(officer)
    page = client.get(reverse("decision", args=[decision.reference])).content.decode()
    assert "A manager asks for a new decision" in page
    assert page.count(REASON) == 2, "as what is asked, and as what was said"
    address = reverse("decision_anew", args=[decision.reference])
    assert address in page
    assert REASON in client.get(address).content.decode()
    client.post(address)
    draft = decision.following_drafts.get()
    assert draft.follows_as == "directed"
    client.post(address)
    assert decision.following_drafts.count() == 1, "the same draft again"
    assert actions.answers_of(draft)["what_is_wrong"] == REASON
    other = not_shared(officer, case_file)
    assert client.get(reverse("decision_anew", args=[other.reference])).status_code == 302, "nobody asked"


def test_what_happens_since_brings_it_back_though_it_was_agreed(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file, recipients=[], items=[])
    judged(manager, decision)
    now = timezone.now()
    waiting.asked(case_file.case, officer, now, now + timedelta(days=2))
    (line,) = reviewing.waiting(manager)
    assert line.words == ("Another agency has asked since",)
    assert reviewing.count(manager) == 1
    judged(manager, decision, reason="He rang and knows of it, the plan stands")
    assert reviewing.count(manager) == 0


def test_the_count_is_as_long_as_the_list_in_as_many_queries_for_many(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    def ask() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as first:
            count = reviewing.count(manager)
        with CaptureQueriesContext(connection) as second:
            assert len(reviewing.waiting(manager)) == count
        return len(first), len(second)

    begin = datetime.now(tz=NOW.tzinfo) - timedelta(days=20)
    high = {"outcome": "do_not_share", "risk_level": "high"}
    kinds: list[dict[str, Any]] = [high, {"stops": ["aim_missing"]}, {"emergency": True}, {}]
    for columns in kinds:
        waiting.decision(case_file.case, officer, begin, **columns)
    few = ask()
    other = make_case(officer, case_file.case.team).case
    for number in range(24):
        row = waiting.decision(other, officer, begin + timedelta(hours=number), **kinds[number % 4])
        if number % 3 == 0:
            waiting.judged_by(row, manager, begin + timedelta(days=2), ["agree", "reconsider"][number % 2])
    assert ask() == few
    assert few[0] <= 5
    assert reviewing.count(manager) > 12


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_the_same_moment(officer: User, manager: User, case_file: CaseFile) -> None:
    """Both opened it with nothing said: one is recorded, the other is told."""
    decision = not_shared(officer, case_file)
    other = UserFactory(role="manager", teams=[case_file.case.team])
    start, came = Barrier(2), list[str]()

    def say(by: User) -> None:
        start.wait()
        try:
            judged(by, decision, seen=0)
            came.append("recorded")
        except SaidMeanwhile:
            came.append("told")
        finally:
            connection.close()

    threads = [Thread(target=say, args=[by]) for by in (manager, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["recorded", "told"]
    assert ManagerReview.objects.count() == 1
