"""Where a manager's review is read: the decision's page, its paper, the timeline; and in few queries."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import ledger
from cases.models import User
from sharing import actions, after_actions, judged
from sharing.models import Sample
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, NOW, alter_seal, answers, behind_the_guards
from tests.sharing.following import browser
from tests.sharing.hurrying import recorded
from tests.sharing.judging import REASON, drawn, not_shared
from tests.sharing.judging import judged as judge
from tests.sharing.test_paper import printed

pytestmark = pytest.mark.django_db


def test_on_the_page_on_paper_and_in_the_timeline(
    client: Client, officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    judge(manager, decision, "reconsider")
    made = printed(client, officer, decision)
    assert "What managers said" in [node.whole for node in made.of("H2")]
    assert REASON in made.text
    timeline = client.get(reverse("case_timeline", args=[case_file.case.reference])).content.decode()
    assert "A manager looked at a decision" in timeline
    assert f"{decision.reference}: Please look at it again" in timeline


def test_the_next_manager_reads_what_was_said_of_the_decision_before(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    judge(manager, decision, "direct")
    draft, _ = after_actions.start_follow_up(by=officer, decision=decision, as_="directed", what=REASON)
    again = answers(case_file, **NOT_SHARED)
    draft = actions.save_draft(by=officer, draft=draft, answers=again, saves=draft.saves)
    after = actions.record(by=officer, draft=draft, now=NOW)
    page = browser(manager).get(reverse("review_of", args=[after.reference])).content.decode()
    assert f"What managers said of {decision.reference}" in page
    old = browser(manager).get(reverse("review_of", args=[decision.reference])).content.decode()
    assert "has taken the place of this one" in old
    assert 'name="reason"' not in old


def test_an_emergency_share_is_read_with_its_answers(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = recorded(officer, case_file)
    page = browser(manager).get(reverse("review_of", args=[decision.reference])).content.decode()
    assert "Emergency share." in page
    assert "Who are you telling?" in page or "Who did you tell?" in page or "Who is in danger?" in page


def test_what_was_altered_is_said_and_not_shown(officer: User, manager: User, case_file: CaseFile) -> None:
    decision = not_shared(officer, case_file)
    row = judge(manager, decision)
    alter_seal(row)
    page = browser(manager).get(reverse("review_of", args=[decision.reference])).content.decode()
    assert "This is not what was recorded" in page
    assert REASON not in page


def test_each_look_is_an_entry_and_a_refused_one_is_none(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    looked = ledger.history(decision.case_id).filter(kind="decision.viewed")
    assert browser(manager).get(reverse("review_of", args=[decision.reference])).status_code == 200
    assert looked.count() == 1
    assert browser(officer).get(reverse("review_of", args=[decision.reference])).status_code == 403
    assert looked.count() == 1


@pytest.mark.parametrize("name", ["reviews", "review_of"])
def test_as_many_queries_for_many(name: str, officer: User, manager: User, case_file: CaseFile) -> None:
    client, counts = browser(manager), []
    not_shared(officer, case_file)
    for _ in range(2):
        decision = not_shared(officer, case_file)
        judge(manager, decision)
        address = reverse(name, args=[decision.reference] if name == "review_of" else [])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
        for _ in range(4):
            not_shared(officer, case_file)
            judge(manager, decision)
    assert counts[0] == counts[1] <= 40


@pytest.mark.parametrize(
    "said",
    [{}, {"tab": "nothing"}, {"tab": "done", "before": "x"}, {"tab": "done", "before": "2026-13-45T99_x"},
     {"tab": "done", "before": "2026-01-01T00:00:00Z_00000000-0000-0000-0000-000000000000"}],
)  # fmt: skip
def test_the_queue_takes_any_address(said: dict[str, Any], manager: User) -> None:
    assert browser(manager).get(reverse("reviews"), said).status_code == 200


def test_done_is_paged_by_key(
    officer: User, manager: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharing.reviewing.PAGE", 2)
    rows = [not_shared(officer, case_file) for _ in range(5)]
    for row in rows:
        judge(manager, row)
    client, seen, address = browser(manager), list[str](), f"{reverse('reviews')}?tab=done"
    while address:
        answer = client.get(address)
        seen += [row.decision.reference for row, *_ in answer.context["said"]]
        following = answer.context["next"]
        address = f"{reverse('reviews')}{following}" if following else ""
    assert seen == [row.reference for row in reversed(rows)]


def test_a_sample_that_was_altered_is_found(manager: User) -> None:
    sample = drawn(manager)
    assert ledger.verify().problem is None
    with behind_the_guards():
        Sample.objects.filter(id=sample.id).update(drawn=99)
    problem = ledger.verify().problem
    assert problem is not None
    assert "quality sample" in str(problem)


def test_the_short_form_holds_what_a_manager_judges(officer: User, case_file: CaseFile) -> None:
    from sharing import projection

    said = projection.said_of(not_shared(officer, case_file))
    asked = [row["question"] for row in judged.in_short(said)]
    assert asked[:3] == ["Decided", "Main reasons", "What is done instead"]
    assert "Who was thought of" in asked


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B10:00", "9999-12-31T23:59:59-10:00", "junk"])
def test_a_place_at_the_end_of_the_calendar_is_the_first_page(manager: User, moment: str) -> None:
    address = f"{reverse('reviews')}?tab=done&before={moment}_00000000-0000-0000-0000-000000000001"
    assert "Nothing was reviewed yet." in browser(manager).get(address).content.decode()
