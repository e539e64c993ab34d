"""A look back at a decision: still right until a day, a new decision, or no more."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases.models import User
from sharing import actions, after_actions, after_rows, due
from sharing.models import Decision, Draft, Review
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, NOW, behind_the_guards, decided
from tests.sharing.filling import day
from tests.sharing.following import browser, entries, post, said_of

REASON = "Nothing has changed: she said so at the agreed time"
NEXT = date(2099, 5, 1)


def not_shared(officer: User, file: CaseFile) -> Decision:
    return decided(officer, file, **NOT_SHARED | {"review_on": "2026-03-20"})


def look(decision: Decision, outcome: str, by: User | None = None, **more: Any) -> Review:
    values = {"outcome": outcome, "reason": REASON, "review_on": NEXT}
    return after_actions.review(by=by or decision.by, decision=decision, values=values, **more)


def test_still_right_until_a_day(officer: User, case_file: CaseFile) -> None:
    decision = not_shared(officer, case_file)
    row = look(decision, "still_right")
    assert (row.outcome, row.review_on) == ("still_right", NEXT)
    assert [one.due_at.date() for one in due.reviews_due(officer)] == [NEXT]
    assert said_of(row, after_rows.REVIEWED)["reason"] == REASON
    assert len(entries(decision, "decision.reviewed")) == 1
    assert ledger.verify().problem is None


def test_closed(officer: User, case_file: CaseFile) -> None:
    row = look(not_shared(officer, case_file), "close")
    assert row.review_on is None
    assert due.reviews_due(officer) == []


def test_a_new_decision_is_due_at_once_until_it_is_recorded(officer: User, case_file: CaseFile) -> None:
    decision = not_shared(officer, case_file)
    row = look(decision, "new_decision")
    assert row.review_on == timezone.localdate()
    draft, _ = after_actions.start_follow_up(by=officer, decision=decision, as_="review", what=REASON)
    (found,) = due.reviews_due(officer)
    assert found.decision == decision
    again = actions.answers_of(draft) | {"review_on": "2099-01-01", "points": NOT_SHARED["points"]}
    draft = actions.save_draft(by=officer, draft=draft, answers=again, saves=draft.saves)
    after = actions.record(by=officer, draft=draft, now=NOW)
    assert [one.decision for one in due.reviews_due(officer)] == [after]


def test_a_new_decision_is_not_sent_yet_because_the_one_before_it_was(
    officer: User, case_file: CaseFile
) -> None:
    sent: dict[str, Any] = {"already_sent": True, "sent_at": "2026-03-01T10:00:00+00:00", "sent_how": "Phone"}
    decision = decided(officer, case_file, **sent)
    draft, _ = after_actions.start_follow_up(by=officer, decision=decision, as_="review", what=REASON)
    answers = actions.answers_of(draft)
    assert not {"already_sent", "sent_at", "sent_how"} & set(answers)
    answers["recipients"][0]["linked"] = "yes"
    draft = actions.save_draft(by=officer, draft=draft, answers=answers, saves=draft.saves)
    with pytest.raises(actions.CannotRecord):
        actions.record(by=officer, draft=draft, now=NOW)
    kept, _ = after_actions.start_follow_up(by=officer, decision=decision, as_="correction", what=REASON)
    assert actions.answers_of(kept)["already_sent"] is True


def test_a_followed_decision_is_not_looked_at(officer: User, case_file: CaseFile) -> None:
    decision = not_shared(officer, case_file)
    draft, _ = after_actions.start_follow_up(by=officer, decision=decision, as_="correction", what="It")
    after = actions.record(by=officer, draft=draft, now=NOW)
    with pytest.raises(actions.AlreadyFollowed) as refused:
        look(decision, "close")
    assert refused.value.by == after
    assert not Review.objects.exists()


def test_a_repeated_request_has_one_effect(officer: User, case_file: CaseFile) -> None:
    decision, key = not_shared(officer, case_file), uuid4()
    look(decision, "close", request_key=key)
    with pytest.raises(ledger.DuplicateRequest):
        look(decision, "close", request_key=key)
    assert Review.objects.count() == 1


@pytest.mark.parametrize("member", ["colleague", "excluded", "governance", "superuser", "deactivated"])
def test_strangers(member: str, officer: User, case_file: CaseFile, request: pytest.FixtureRequest) -> None:
    decision = not_shared(officer, case_file)
    with pytest.raises(case_access.Hidden):
        look(decision, "close", by=request.getfixturevalue(member))
    assert not Review.objects.exists()


def test_a_changed_row_is_found(officer: User, case_file: CaseFile) -> None:
    row = look(not_shared(officer, case_file), "still_right")
    with behind_the_guards():
        Review.objects.filter(id=row.id).update(review_on=None)
    problem = ledger.verify().problem
    assert problem is not None
    assert "the review's review_on" in problem.why
    with behind_the_guards():
        Review.objects.filter(id=row.id).delete()
    problem = ledger.verify().problem
    assert problem is not None
    assert "the review has no row" in problem.why


# --- the page -------------------------------------------------------------------------------------


def test_the_page_proposes_a_day_and_records(officer: User, manager: User, case_file: CaseFile) -> None:
    decision = not_shared(officer, case_file)
    client = browser(manager)
    page = client.get(reverse("decision_review", args=[decision.reference]))
    assert page.context["form"].initial["review_on"] == timezone.localdate() + timedelta(days=28)
    data = {"outcome": "still_right", "reason": REASON} | day("review_on", 14)
    assert post(client, "decision_review", decision.reference, **data).status_code == 302
    text = client.get(reverse("decision", args=[decision.reference])).content.decode()
    assert "It is still right" in text
    assert REASON in text
    (row,) = Review.objects.all()
    assert (row.by, row.review_on) == (manager, timezone.localdate() + timedelta(days=14))


@pytest.mark.parametrize("times", [1, 2])
def test_a_new_decision_leads_to_its_draft(times: int, officer: User, case_file: CaseFile) -> None:
    decision, client = not_shared(officer, case_file), browser(officer)
    data = {"outcome": "new_decision", "reason": REASON, "request_key": str(uuid4())}
    for _ in range(times):
        answer = post(client, "decision_review", decision.reference, **data)
    (draft,) = Draft.objects.filter(follows=decision)
    assert answer["Location"] == reverse("draft", args=[draft.id])
    assert draft.follows_as == "review"
    assert actions.answers_of(draft)["what_is_wrong"] == REASON
    assert Review.objects.count() == 1


BAD: dict[str, Any] = {
    "nothing": ({}, ["outcome", "reason"]),
    "no day": ({"outcome": "still_right", "reason": REASON}, ["review_on"]),
    "a day that has been": (
        {"outcome": "still_right", "reason": REASON} | day("review_on", 0),
        ["review_on"],
    ),
    "an outcome that is none": ({"outcome": "burn", "reason": REASON}, ["outcome"]),
    "a hidden character": ({"outcome": "close", "reason": "a\u202eb"}, ["reason"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str, officer: User, case_file: CaseFile) -> None:
    data, fields = BAD[name]
    page = post(browser(officer), "decision_review", not_shared(officer, case_file).reference, **data)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == fields
    assert not Review.objects.exists()


def test_the_day_does_not_count_for_the_other_answers(officer: User, case_file: CaseFile) -> None:
    data = {"outcome": "close", "reason": REASON, "review_on_day": "31", "review_on_month": "junk"}
    answer = post(browser(officer), "decision_review", not_shared(officer, case_file).reference, **data)
    assert answer.status_code == 302
    assert Review.objects.get().review_on is None
