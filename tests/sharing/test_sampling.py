"""The quality sample: drawn once, theirs and none of their own; answered once; its author reads it."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import access_actions, events
from cases.models import User
from sharing import after_rows, review_actions, sampling
from sharing.models import Decision, Sample, SampleAnswer
from sharing.rules import sampling as rule
from tests.cast import CaseFile, UserFactory, make_case
from tests.sharing import waiting
from tests.sharing.deciding import decided
from tests.sharing.following import browser, said_of
from tests.sharing.judging import answered, drawn, not_shared, this_month
from tests.sharing.test_due import followed

pytestmark = pytest.mark.django_db
NOTE = "Ask the school first: they had seen him at the gate"


def references(manager: User, sample: Sample) -> set[str]:
    """The decisions of the sheet."""
    return {line.decision.reference for line in sampling.lines(manager, sample)}


def test_it_is_drawn_once_with_its_seed_in_the_ledger(manager: User, other_manager: User) -> None:
    first, again = drawn(manager), drawn(other_manager)
    assert first == again, "drawing again gives the same"
    (entry,) = Entry.objects.filter(kind="sample.drawn")
    said = events.content_of(entry, of_case=False)
    assert said["seed"] == bytes(first.seed).hex()
    assert len(bytes(first.seed)) == rule.SEED_BYTES
    assert (said["percent"], said["drawn"]) == (5, 0)
    assert bytes(first.entry_hash) == bytes(entry.hash)
    assert Sample.objects.count() == 1


def test_a_month_that_is_not_over_is_not_drawn_and_by_managers_alone(
    manager: User, officer: User, governance: User
) -> None:
    with pytest.raises(review_actions.NotOver):
        review_actions.draw_sample(by=manager, month=this_month())
    for other in (officer, governance):
        with pytest.raises(Http404):
            drawn(other)
    assert not Sample.objects.exists()


def test_all_of_the_listed_kinds_and_about_five_in_a_hundred(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    now = timezone.now()
    for number in range(400):
        waiting.decision(case_file.case, officer, now, reference=f"{number:08}", lawful_basis="6-1-e")
    listed = {
        waiting.decision(case_file.case, officer, now, **columns).reference
        for columns in (
            {"outcome": "do_not_share", "risk_level": "high"},
            {"outcome": "not_yet", "threshold_met": True},
            {"emergency": True},
            {"lawful_basis": "6-1-a"},
        )
    }
    replaced, later = (waiting.decision(case_file.case, officer, now) for _ in range(2))
    waiting.decision(case_file.case, officer, now, follows=replaced)
    sample = drawn(manager)
    waiting.decision(case_file.case, officer, timezone.now(), follows=later)
    found = references(manager, sample)
    always = listed | {replaced.reference}
    rest = Decision.objects.exclude(reference__in=always)
    chosen = {one.reference for one in rest if rule.by_chance(bytes(sample.seed), one.id)}
    assert found == always | chosen, "what took a place after it was drawn changes nothing"
    assert len(chosen) < 60, "of 403 about 20"


def test_theirs_and_none_of_their_own_and_nothing_that_is_hidden(
    officer: User, manager: User, other_manager: User, case_file: CaseFile
) -> None:
    theirs, own = not_shared(officer, case_file), not_shared(manager, case_file)
    hidden_file = make_case(officer, case_file.case.team)
    hidden = not_shared(officer, hidden_file)
    other = UserFactory(role="manager", teams=[case_file.case.team])
    access_actions.exclude(by=other, case=hidden_file.case, user=manager, reason="Related")
    sample = drawn(other_manager)
    assert references(manager, sample) == {theirs.reference}
    assert references(other, sample) == {theirs.reference, own.reference, hidden.reference}
    assert references(other_manager, sample) == set()
    assert references(officer, sample) == set()
    with pytest.raises(review_actions.OwnDecision):
        answered(manager, sample, own)
    with pytest.raises(Http404):
        answered(manager, sample, hidden)
    with pytest.raises(PermissionDenied):
        answered(officer, sample, theirs)
    page = browser(manager).get(reverse("sample_of", args=[this_month().code])).content.decode()
    assert hidden.reference not in page
    assert own.reference not in page
    assert "1 decision of your teams" in page


def test_answers_are_an_entry_and_stay(officer: User, manager: User, case_file: CaseFile) -> None:
    decision = not_shared(officer, case_file)
    calm = decided(officer, case_file)
    sample = drawn(manager)
    row = answered(manager, sample, decision, note=NOTE)
    said = said_of(row, after_rows.SAMPLED)
    assert (said["note"], set(said["answers"].values())) == (NOTE, {"yes"})
    assert row.learning
    other = UserFactory(role="manager", name="Moira Vale", teams=[case_file.case.team])
    with pytest.raises(review_actions.AnsweredMeanwhile) as first:
        answered(other, sample, decision)
    assert first.value.row == row
    with pytest.raises(ledger.DuplicateRequest):
        answered(manager, sample, decision, request_key=row.request_key)
    if not rule.by_chance(bytes(sample.seed), calm.id):
        with pytest.raises(review_actions.NotSampled):
            answered(manager, sample, calm)


def test_what_was_typed_meanwhile_is_kept(officer: User, manager: User, case_file: CaseFile) -> None:
    decision, sample = not_shared(officer, case_file), drawn(manager)
    other = UserFactory(role="manager", name="Moira Vale", teams=[case_file.case.team])
    answered(other, sample, decision, answer="no")
    data = {f"question_{code}": "yes" for code, _ in sampling.questions()}
    address = reverse("sample_answer", args=[this_month().code, decision.reference])
    sent = data | {"note": NOTE, "request_key": str(uuid4())}
    page = browser(manager).post(address, sent).content.decode()
    assert "Moira Vale has answered these questions about this decision already" in page
    assert NOTE in page
    assert SampleAnswer.objects.count() == 1


def test_the_shares_are_by_question_and_count_no_person(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    first, second, third = (not_shared(officer, case_file) for _ in range(3))
    sample = drawn(manager)
    for decision, answer in ((first, "yes"), (second, "no"), (third, "not_applicable")):
        answered(manager, sample, decision, answer=answer)
    results = sampling.results(sampling.lines(manager, sample))
    assert [(one["yes"], one["asked"], one["none"], one["percent"]) for one in results] == [(1, 2, 1, 50)] * 6
    page = browser(manager).get(reverse("sample_of", args=[this_month().code])).content.decode()
    assert page.count("1 of 2 (50%)") == 6
    assert officer.name not in page


def test_the_author_reads_what_is_to_be_learned_and_no_colleague(
    officer: User, granted: User, manager: User, case_file: CaseFile
) -> None:
    decision = not_shared(officer, case_file)
    answered(manager, drawn(manager), decision, note=NOTE)
    seen = {
        user.name: NOTE in browser(user).get(reverse("decision", args=[decision.reference])).content.decode()
        for user in (officer, granted, manager)
    }
    assert seen == {officer.name: True, granted.name: False, manager.name: True}


@pytest.mark.parametrize("code", ["2020-01", "nothing", "2026-13", "9999-12", "\u0661\u0661\u0661\u0661-10"])
def test_an_address_without_a_sample(code: str, manager: User) -> None:
    assert browser(manager).get(f"/reviews/sample/{code}/").status_code == 404


def test_a_superseded_decision_is_in_it(officer: User, manager: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    followed(decision, case_file)
    lines = sampling.lines(manager, drawn(manager))
    why = {line.decision.reference: line.why for line in lines}
    assert why[decision.reference] == "Another decision has taken its place"


def test_months_that_are_over_are_offered() -> None:
    offered = sampling.months(date(2026, 1, 15))
    assert offered[0].month == rule.Month(2025, 12)
    assert len(offered) == sampling.MONTHS
    assert len({one.month for one in offered}) == sampling.MONTHS
