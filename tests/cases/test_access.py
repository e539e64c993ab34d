"""Who may know of a case: the table of the service's design, restated literally and compared at random."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import access, access_actions, actions, staff
from cases.models import Case, CaseUserPermission, Exclusion, Membership, Team, TimedAccess, User
from tests.cast import UserFactory, make_case
from tests.fuzz import examples

pytestmark = pytest.mark.django_db

EVERYTHING = frozenset(get_args(access.What)) - {"reopen"}
OWN = frozenset({"view", "work", "follow", "close", "timeline", "see_access"})
HURRIED = frozenset({"view", "work", "follow"})
LOOKING = frozenset({"view", "timeline", "see_views", "manage_access", "see_access"})
NOTHING: frozenset[str] = frozenset()
CAST = {
    "officer": OWN,
    "granted": OWN,
    "manager": EVERYTHING,
    "emergency": HURRIED,
    "purpose": LOOKING,
    "ended": OWN,  # the sign-in, not the policy, keeps them out
    "colleague": NOTHING,
    "other_manager": NOTHING,
    "governance": NOTHING,
    "administrator": NOTHING,
    "excluded": NOTHING,
    "expired": NOTHING,
    "superuser": NOTHING,
    "deactivated": NOTHING,
    "outsider": NOTHING,
}


@pytest.mark.parametrize("who", CAST)
def test_each_of_the_cast_may_do_exactly_this(who: str, a_case: Case, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    assert access.rights(user, a_case) == CAST[who]
    assert list(access.visible_to(user)) == ([a_case] if CAST[who] else [])
    for what in get_args(access.What):
        assert access.can(user, what, a_case) == (what in CAST[who])


@dataclass(frozen=True)
class Facts:
    """What may be true of a user and a case."""

    role: str
    active: bool
    superuser: bool
    owns: bool
    in_team: bool
    model_wide: bool
    excluded: bool
    was_excluded: bool
    restricted: bool
    closed: bool
    grant: str
    emergency: str
    purpose: str


def table(facts: Facts) -> frozenset[str]:
    """The design's table, in its own words."""
    if facts.excluded or not facts.active:
        return NOTHING  # never, whatever else they hold
    held = NOTHING  # a superuser flag and a model-wide grant open nothing
    named = facts.owns or facts.grant == "live"
    if facts.role == "manager" and facts.in_team and (named or not facts.restricted):
        held = EVERYTHING
    elif facts.role in ("officer", "manager") and named:
        held = OWN
    if facts.role in ("officer", "manager") and facts.emergency == "live":
        held |= HURRIED
    if facts.role == "governance" and facts.purpose == "live":
        held |= LOOKING
    if not facts.closed:
        return held
    return held - {"work", "close"} | ({"reopen"} if held >= OWN else set())


def arrange(facts: Facts, case: Case, user: User) -> None:
    permission = Permission.objects.get(content_type__app_label="cases", codename=access.GRANT)
    user.role, user.is_active, user.is_superuser = facts.role, facts.active, facts.superuser
    user.save()
    others = User.objects.exclude(id=user.id).earliest("made_at")
    Case.objects.filter(id=case.id).update(
        owner=user if facts.owns else others,
        restricted=facts.restricted,
        status="closed" if facts.closed else "open",
    )
    for model in (Membership, CaseUserPermission, Exclusion, TimedAccess):
        model._base_manager.filter(user=user).delete()
    user.user_permissions.set([permission] if facts.model_wide else [])
    if facts.in_team:
        Membership.objects.create(user=user, team=case.team)
    if facts.grant != "none":
        CaseUserPermission.objects.create(
            user=user, permission=permission, content_object=case, ends_at=END[facts.grant]()
        )
    if facts.was_excluded:
        Exclusion.objects.create(case=case, user=user, ended_at=case.opened_at)
    if facts.excluded:
        Exclusion.objects.create(case=case, user=user)
    for kind in ("emergency", "purpose"):
        _open(case, user, kind, getattr(facts, kind))


def _open(case: Case, user: User, kind: str, state: str) -> None:
    if state == "none":
        return
    now = timezone.now()
    TimedAccess.objects.create(
        kind=kind,
        case=case,
        user=user,
        begun_at=now - timedelta(days=1),
        ends_at=END["over" if state == "over" else "live"](),
        ended_at=now if state == "ended" else None,
    )


END = {
    "live": lambda: timezone.now() + timedelta(minutes=5),
    "over": lambda: timezone.now() - timedelta(milliseconds=5),
}
ROLES = ("officer", "manager", "governance", "administrator")
TIMED = st.sampled_from(("none", "live", "over", "ended"))
FACTS = st.builds(
    Facts,
    st.sampled_from(ROLES),
    st.sampled_from((True, True, True, False)),
    *[st.booleans()] * 4,
    st.sampled_from((False, False, False, True)),
    *[st.booleans()] * 3,
    st.sampled_from(("none", "live", "over")),
    TIMED,
    TIMED,
)


@settings(
    max_examples=examples(70, 1000),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(facts=FACTS)
def test_any_set_of_facts_gives_what_the_table_says(facts: Facts, a_case: Case, colleague: User) -> None:
    arrange(facts, a_case, colleague)
    user = User.objects.get(id=colleague.id)
    case = Case.objects.get(id=a_case.id)
    assert access.rights(user, case) == table(facts)
    assert access.visible_to(user).filter(id=a_case.id).exists() == bool(table(facts))
    # What the page says of everybody is what the policy says of one.
    assert (user in [one.user for one in staff.who_may_see(case)]) == bool(table(facts))
    assert access.managed_by(user).exists() == ("manage_access" in table(facts))
    told, warned = staff.to_tell(case, but=User()), staff.to_warn(case)
    assert not facts.excluded or user not in [*told, *warned]
    if user.role != "governance" and user in [*told, *warned]:
        assert table(facts)


@pytest.mark.parametrize("who", ["expired", "emergency", "purpose"])
def test_what_has_an_end_opens_nothing_from_that_moment_on(
    who: str, a_case: Case, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    rows = [CaseUserPermission.objects.filter(user=user), TimedAccess.objects.filter(user=user)]
    for ends_at, seen in ((END["live"](), True), (timezone.now(), False)):
        for found in rows:
            found.update(ends_at=ends_at)
        assert access.visible_to(user).exists() == seen
        assert bool(access.rights(user, a_case)) == seen


def test_a_hidden_case_and_no_case_are_refused_alike(a_case: Case, colleague: User) -> None:
    refusals = []
    for reference in (a_case.reference, "C-222222", "", "x" * 500):
        with pytest.raises(Http404) as refused:
            access.fetch(colleague, reference)
        refusals.append((type(refused.value), str(refused.value), refused.value.args))
    assert len(set(refusals)) == 1


def test_a_hidden_case_costs_as_many_queries_as_an_open_one(
    a_case: Case, colleague: User, manager: User
) -> None:
    with CaptureQueriesContext(connection) as hidden, pytest.raises(Http404):
        access.fetch(colleague, a_case.reference)
    assert len(hidden) == 2
    with CaptureQueriesContext(connection) as seen:
        case = access.fetch(manager, a_case.reference, "see_views")
        assert (case.team.name, case.owner.name) == ("North housing", "Olive Marsh")
    assert len(seen) == len(hidden)


def test_who_may_see_and_not_manage_meets_a_403(a_case: Case, officer: User) -> None:
    with pytest.raises(PermissionDenied):
        access.fetch(officer, a_case.reference, "manage_access")


def test_a_list_costs_one_query_however_long_it_is(
    officer: User, team: Team, django_assert_num_queries: Any
) -> None:
    for count in (1, 6):
        while Case.objects.count() < count:
            make_case(officer, team)
        with django_assert_num_queries(1):
            assert len(access.visible_to(officer)) == count


def test_an_exclusion_that_ended_hides_nothing(a_case: Case, excluded: User, manager: User) -> None:
    assert access.rights(excluded, a_case) == frozenset()
    access_actions.end_exclusion(by=manager, exclusion=a_case.exclusions.get())
    assert access.rights(excluded, a_case) == OWN


def test_a_manager_can_be_shut_out_of_their_own_teams_case(a_case: Case, manager: User, team: Team) -> None:
    second = UserFactory(role=User.Role.MANAGER, teams=[team])
    access_actions.exclude(by=second, case=a_case, user=manager, reason="Lives next door")
    assert access.rights(manager, a_case) == frozenset()
    with pytest.raises(Http404):
        access_actions.end_exclusion(by=manager, exclusion=a_case.exclusions.get())


STALE: dict[str, tuple[dict[str, Any], frozenset[str]]] = {
    "left": ({"is_active": False}, frozenset()),
    "administrator now": ({"role": "administrator"}, frozenset()),
    "lead now": ({"role": "governance"}, frozenset()),
    "officer now": ({"role": "officer"}, frozenset()),
}


@pytest.mark.parametrize("why", STALE)
def test_a_user_as_loaded_before_a_change_may_do_no_more_than_after_it(
    why: str, a_case: Case, manager: User
) -> None:
    assert access.rights(manager, a_case) == EVERYTHING
    fields, held = STALE[why]
    User.objects.filter(id=manager.id).update(**fields)  # `manager` still says what it was
    assert access.rights(manager, a_case) == held
    assert not access.visible_to(manager).exists()
    with pytest.raises(Http404), actions.see(by=manager, case=a_case, page="case"):
        pass
    with pytest.raises(Http404):
        actions.change_case(by=manager, case=a_case, values={"staff_safety": "Dog"})
    if why != "officer now":
        with pytest.raises(PermissionDenied):
            access.require_team(manager, a_case.team)
    with pytest.raises(Http404):
        access.require_role(manager, User.Role.MANAGER)


def test_a_manager_who_became_an_officer_keeps_only_what_is_theirs(
    a_case: Case, manager: User, colleague: User
) -> None:
    Case.objects.filter(id=a_case.id).update(owner=manager)
    User.objects.filter(id=manager.id).update(role=User.Role.OFFICER)
    assert access.rights(manager, a_case) == OWN
    with pytest.raises(PermissionDenied):
        access_actions.exclude(by=manager, case=a_case, user=colleague, reason="Kin")
    assert not Exclusion.objects.exists()


def test_pages_of_a_role_do_not_exist_for_others(governance: User, officer: User, outsider: Any) -> None:
    assert access.require_role(governance, "governance") == governance
    for user in (officer, outsider):
        with pytest.raises(Http404):
            access.require_role(user, "governance", "administrator")


def test_a_closed_case_says_that_it_is_closed_to_who_could_work_on_it_alone(
    a_case: Case, officer: User, purpose: User, emergency: User
) -> None:
    Case.objects.update(status="closed")
    for user in (officer, emergency):
        with pytest.raises(access.Closed):
            access.require(user, "work", a_case)
        with pytest.raises(access.Closed):
            access.fetch(user, a_case.reference, "work")
    refusals: tuple[tuple[User, access.What], ...] = ((purpose, "work"), (emergency, "close"))
    for user, what in refusals:
        with pytest.raises(access.Refused) as refused:
            access.require(user, what, a_case)
        assert not isinstance(refused.value, access.Closed)


def test_nobody_who_is_not_signed_in_manages_a_case(outsider: Any, a_case: Case) -> None:
    assert not access.managed_by(outsider).exists()
