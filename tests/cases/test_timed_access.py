"""Emergency access and a stated purpose: what they open, for whom, for how long, and who is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import access, access_actions, events, notices, staff, timed_access, vault
from cases.models import Case, CaseKey, Exclusion, Notice, Team, TimedAccess, User
from tests.cast import UserFactory, make_case, open_for
from tests.sharing.deciding import decided

pytestmark = pytest.mark.django_db

WHY = "She has rung: he is at the door"


def hurry(by: User, case: Case, **more: Any) -> TimedAccess:
    return timed_access.begin_emergency(by=by, reference=case.reference, reason=WHY, **more)


def look(by: User, reference: str) -> TimedAccess:
    return timed_access.state_purpose(by=by, reference=reference, purpose="audit", reason="")


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


def last(case: Case) -> Entry:
    return ledger.history(case.id).order_by("-seq")[0]


# --- Emergency access ------------------------------------------------------------------------------------


def test_a_colleague_opens_a_case_for_an_hour_and_two_people_are_told(
    a_case: Case, colleague: User, manager: User, other_manager: User, governance: User
) -> None:
    row = hurry(colleague, a_case)
    assert access.rights(colleague, a_case) == {"view", "work", "follow"}
    assert row.ends_at - row.begun_at == timedelta(minutes=60)
    assert told("emergency_access") == {"Olive Marsh", "Mary Field"}
    entry = last(a_case)
    assert (entry.kind, entry.actor) == ("access.emergency_begun", colleague.id)
    assert events.content_of(entry)["reason"] == WHY
    assert TimedAccess.objects.get(id=row.id).reason == WHY
    assert ledger.verify().problem is None


def test_a_manager_of_another_team_may_open_it_too(a_case: Case, other_manager: User) -> None:
    hurry(other_manager, a_case)
    assert access.can(other_manager, "work", a_case)


def test_it_opens_a_restricted_case_and_the_managers_who_are_not_named_hear_nothing(
    a_case: Case, team: Team, colleague: User, manager: User
) -> None:
    unnamed = UserFactory(name="Una Hart", role="manager", teams=[team])
    access_actions.restrict(by=manager, case=a_case, reason="A colleague's sister")
    hurry(colleague, a_case)
    assert access.can(colleague, "work", a_case)
    assert told("emergency_access") == {"Olive Marsh", "Mary Field"}
    assert not access.can(unnamed, "view", a_case)


def test_where_no_manager_is_left_to_tell_the_governance_leads_are(
    a_case: Case, team: Team, manager: User, officer: User, governance: User, purpose: User
) -> None:
    Case.objects.filter(id=a_case.id).update(team=other_team_without_managers())
    access_actions.allocate(by=purpose, case=a_case, owner=officer)
    access_actions.exclude(by=purpose, case=a_case, user=purpose, reason="Her cousin")
    hurry(manager, Case.objects.get(id=a_case.id))
    assert told("emergency_access") == {"Olive Marsh", "Grace Lane"}
    (notice,) = notices.told(governance, 5)
    assert notice.href == f"/purpose/?reference={a_case.reference}"
    Exclusion.objects.create(case=a_case, user=governance, reason="Her uncle")
    assert notices.told(governance, 5) == []
    assert not notices.mark_seen(governance, notice.notice.id)


def other_team_without_managers() -> Team:
    return Team.objects.create(name="West housing")


@pytest.mark.parametrize("who", ["governance", "administrator", "deactivated"])
def test_nobody_but_officers_and_managers_has_it(
    who: str, a_case: Case, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Http404):
        hurry(request.getfixturevalue(who), a_case)
    assert not TimedAccess.objects.exists()


@pytest.mark.parametrize("who", ["officer", "granted", "manager", "emergency"])
def test_who_sees_the_case_is_led_to_it(who: str, a_case: Case, request: pytest.FixtureRequest) -> None:
    user, before = request.getfixturevalue(who), TimedAccess.objects.count()
    with pytest.raises(timed_access.OpenAlreadyError) as found:
        hurry(user, a_case)
    assert found.value.case == a_case
    assert TimedAccess.objects.count() == before


def test_the_excluded_get_nothing_and_the_managers_hear_of_it(
    a_case: Case, excluded: User, colleague: User, officer: User
) -> None:
    with pytest.raises(timed_access.CannotOpenError):
        hurry(excluded, a_case)
    assert not TimedAccess.objects.exists()
    assert (last(a_case).kind, last(a_case).actor) == ("access.emergency_refused", excluded.id)
    assert told("emergency_refused") == {"Mary Field"}
    with pytest.raises(timed_access.CannotOpenError):
        timed_access.begin_emergency(by=excluded, reference="C-ZZZZZZ", reason=WHY)
    assert Notice.objects.count() == 1
    own = ledger.history(excluded.id).order_by("-seq")[0]
    assert own.kind == "access.emergency_refused"


def test_an_excluded_manager_is_not_told(a_case: Case, team: Team, manager: User, excluded: User) -> None:
    second = UserFactory(name="Una Hart", role="manager", teams=[team])
    access_actions.exclude(by=second, case=a_case, user=manager, reason="His aunt")
    with pytest.raises(timed_access.CannotOpenError):
        hurry(manager, a_case)
    assert told("emergency_refused") == {"Una Hart"}


def test_a_case_whose_key_is_gone_is_refused_like_one_that_is_not_there(a_case: Case, excluded: User) -> None:
    CaseKey.objects.filter(subject=a_case.id).update(wrapped=None)
    vault.forget()
    with pytest.raises(timed_access.CannotOpenError):
        hurry(excluded, a_case)
    assert ledger.history(excluded.id).order_by("-seq")[0].kind == "access.emergency_refused"


def test_five_references_that_open_nothing_shut_the_door_for_an_hour(a_case: Case, colleague: User) -> None:
    for _ in range(timed_access.TRIES):
        with pytest.raises(timed_access.CannotOpenError):
            timed_access.begin_emergency(by=colleague, reference="C-ZZZZZZ", reason=WHY)
    with pytest.raises(timed_access.CannotOpenError):
        hurry(colleague, a_case)
    assert not access.can(colleague, "view", a_case)
    assert not Notice.objects.exists()
    hurry(UserFactory(), a_case)  # nobody else is held back


def test_a_hidden_case_costs_as_many_questions_as_none(
    a_case: Case, excluded: User, manager: User, team: Team
) -> None:
    gone = make_case(manager, team).case
    access_actions.exclude(by=manager, case=gone, user=excluded, reason="Related")
    CaseKey.objects.filter(subject=gone.id).update(wrapped=None)
    counts = []
    for reference in ("C-YYYYYY", "C-ZZZZZZ", a_case.reference, gone.reference):
        vault.forget()
        with CaptureQueriesContext(connection) as found, pytest.raises(timed_access.CannotOpenError):
            timed_access.begin_emergency(by=excluded, reference=reference, reason=WHY)
        counts.append(len(found))
    assert len(set(counts[1:])) == 1  # the first of all begins to count their tries


def test_an_exclusion_that_comes_between_the_look_and_the_lock_counts(
    a_case: Case, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = timed_access._still_may

    def late(by: User, case: Case, kind: str) -> None:
        Exclusion.objects.create(case=case, user=by)
        real(by, case, kind)

    monkeypatch.setattr(timed_access, "_still_may", late)
    with pytest.raises(timed_access.CannotOpenError):
        hurry(colleague, a_case)
    assert not TimedAccess.objects.exists()
    assert last(a_case).kind == "access.emergency_refused"


def test_one_request_opens_once(a_case: Case, colleague: User) -> None:
    key = uuid4()
    row = hurry(colleague, a_case, request_key=key)
    timed_access.end_early(by=colleague, row=row)
    with pytest.raises(ledger.DuplicateRequest):
        hurry(colleague, a_case, request_key=key)
    assert TimedAccess.objects.count() == 1


@pytest.mark.parametrize("who", ["colleague", "manager"])
def test_it_is_ended_early_by_the_person_or_a_manager_once(
    who: str, a_case: Case, colleague: User, request: pytest.FixtureRequest
) -> None:
    row, by = hurry(colleague, a_case), request.getfixturevalue(who)
    before = Entry.objects.count()
    timed_access.end_early(by=by, row=row)
    assert not access.can(colleague, "view", a_case)
    if who == "manager":
        timed_access.end_early(by=by, row=row)
    assert Entry.objects.count() == before + 1


def test_nobody_else_ends_it(a_case: Case, colleague: User, officer: User, other_manager: User) -> None:
    row = hurry(colleague, a_case)
    for user, refused in ((officer, access.Refused), (other_manager, access.Hidden)):
        with pytest.raises(refused):
            timed_access.end_early(by=user, row=row)
    assert access.can(colleague, "view", a_case)


# --- Its review ------------------------------------------------------------------------------------------


def judge(by: User, row: TimedAccess) -> None:
    timed_access.review_emergency(by=by, row=row, outcome="right", note="She was in danger")


def over(case: Case, user: User) -> TimedAccess:
    return open_for(user, case, "emergency", timedelta(0))


def test_a_manager_reviews_it_once_when_it_is_over(a_case: Case, colleague: User, manager: User) -> None:
    row = hurry(colleague, a_case)
    assert list(staff.emergencies_to_review(manager)) == [row]
    with pytest.raises(ValidationError, match="still have"):
        judge(manager, row)
    timed_access.end_early(by=colleague, row=row)
    judge(manager, row)
    assert last(a_case).kind == "access.emergency_reviewed"
    kept = TimedAccess.objects.get(id=row.id)
    assert (kept.reviewed_by, kept.review, kept.review_note) == (manager, "right", "She was in danger")
    assert not staff.emergencies_to_review(manager).exists()
    with pytest.raises(ValidationError, match="already"):
        judge(manager, row)
    assert ledger.verify().problem is None


def test_nobody_reviews_their_own(a_case: Case, manager: User, team: Team, governance: User) -> None:
    row = over(a_case, manager)
    assert not staff.emergencies_to_review(manager).exists()
    with pytest.raises(access.Refused):
        judge(manager, row)
    second = UserFactory(role="manager", teams=[team])
    judge(second, row)


def test_where_no_other_manager_is_there_a_lead_with_a_purpose_reviews_it(
    a_case: Case, manager: User, governance: User
) -> None:
    row = over(a_case, manager)
    with pytest.raises(access.Hidden):
        judge(governance, row)
    look(governance, a_case.reference)
    assert list(staff.emergencies_to_review(governance)) == [row]
    judge(governance, row)


@pytest.mark.parametrize(
    ("who", "refused"),
    [("officer", access.Refused), ("other_manager", access.Hidden), ("colleague", access.Hidden)],
)
def test_others_do_not_review(
    who: str, refused: type[Exception], a_case: Case, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(refused):
        judge(request.getfixturevalue(who), over(a_case, UserFactory()))


def test_a_purpose_is_not_reviewed(a_case: Case, purpose: User, manager: User) -> None:
    with pytest.raises(access.Refused):
        judge(manager, TimedAccess.objects.get(user=purpose))


# --- A stated purpose ------------------------------------------------------------------------------------


def test_a_lead_states_a_purpose_and_reads_for_8_hours(
    a_case: Case, governance: User, officer: User, manager: User
) -> None:
    row = look(governance, a_case.reference)
    assert row.ends_at - row.begun_at == timedelta(hours=8)
    assert access.rights(governance, a_case) == {
        "view", "timeline", "see_views", "manage_access", "see_access",
    }  # fmt: skip
    assert told("purpose_access") == {"Olive Marsh", "Mary Field"}
    assert last(a_case).kind == "access.purpose_stated"
    with pytest.raises(timed_access.OpenAlreadyError):
        look(governance, a_case.reference)


def test_a_decisions_reference_leads_to_its_case(case_file: Any, officer: User, governance: User) -> None:
    decision = decided(officer, case_file)
    assert look(governance, decision.reference).case == case_file.case


@pytest.mark.parametrize("of", ["case", "decision"])
def test_an_excluded_lead_meets_the_answer_to_a_wrong_reference(
    of: str, case_file: Any, officer: User, governance: User, manager: User
) -> None:
    case, decision = case_file.case, decided(officer, case_file)
    access_actions.exclude(by=manager, case=case, user=governance, reason="Her cousin")
    reference = case.reference if of == "case" else decision.reference
    counts = []
    for one in ("D-ZZZZZZ" if of == "decision" else "C-ZZZZZZ", reference) * 2:
        vault.forget()
        with CaptureQueriesContext(connection) as found, pytest.raises(timed_access.CannotOpenError):
            look(governance, one)
        counts.append(len(found))
    assert len(set(counts[1:])) == 1  # the first of all begins to count their tries
    assert last(case).kind == "access.purpose_refused"
    assert told("emergency_refused") == {"Mary Field"}


@pytest.mark.parametrize("who", ["officer", "manager", "administrator", "colleague"])
def test_nobody_but_a_lead_states_a_purpose(who: str, a_case: Case, request: pytest.FixtureRequest) -> None:
    with pytest.raises(Http404):
        look(request.getfixturevalue(who), a_case.reference)


# --- Notices ---------------------------------------------------------------------------------------------


def test_a_notice_of_a_case_that_became_hidden_is_not_shown(
    a_case: Case, colleague: User, team: Team
) -> None:
    second = UserFactory(role="manager", teams=[team])
    manager = UserFactory(role="manager", teams=[team])
    hurry(colleague, a_case)
    (one,) = notices.told(manager, 5)
    assert a_case.reference in one.words
    access_actions.exclude(by=second, case=a_case, user=manager, reason="His aunt")
    assert notices.told(manager, 5) == []
    assert not notices.mark_seen(manager, one.notice.id)


def test_a_notice_is_put_away_by_its_reader_alone(a_case: Case, colleague: User, manager: User) -> None:
    hurry(colleague, a_case)
    (one,) = notices.told(manager, 5)
    assert not notices.mark_seen(colleague, one.notice.id)
    assert notices.mark_seen(manager, one.notice.id)
    assert notices.told(manager, 5) == []


def test_ten_notices_cost_as_many_queries_as_one(
    a_case: Case, manager: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for count in (1, 10):
        while Notice.objects.count() < count:
            row = over(a_case, UserFactory())
            notices.tell("emergency_access", [manager], now=timezone.now(), case=a_case, access=row)
        with django_assert_num_queries(2):
            assert len(notices.told(manager, 20)) == count
