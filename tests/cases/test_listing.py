"""The list page by page is exactly what the policy shows, in order, whatever opens a case to somebody."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import access, listing, vault
from cases.models import Case, CaseUserPermission, Exclusion, Membership, Team, TimedAccess, User
from tests.cases.test_access import END
from tests.cast import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CASES, TEAMS = 7, 3


@dataclass(frozen=True)
class One:
    """What may be true of one case and the user."""

    team: int
    minute: int
    owns: bool
    restricted: bool
    closed: bool
    high: bool
    excluded: bool
    grant: str
    emergency: str
    purpose: str


SOMETIMES = st.sampled_from((False, False, False, True))
ENDS = st.sampled_from(("none", "none", "live", "over"))
ONE = st.builds(One, st.integers(0, TEAMS - 1), st.integers(0, 2), *[SOMETIMES] * 5, *[ENDS] * 3)
ROLE = st.sampled_from(("officer", "officer", "manager", "manager", "governance", "administrator"))
CHOSEN = st.fixed_dictionaries(
    {"status": st.sampled_from(("", "open", "closed", "all", "all"))},
    optional={"risk": st.just("high"), "team": st.integers(0, TEAMS - 1), "owner": st.booleans()},
)


@pytest.fixture
def made(colleague: User, manager: User) -> tuple[list[Team], list[Case]]:
    teams: list[Team] = [TeamFactory.create() for _ in range(TEAMS)]
    cases = [
        Case.objects.create(team=teams[0], owner=manager, opened_at=NOW, concern_identified_at=NOW)
        for _ in range(CASES)
    ]
    return teams, cases


def arrange(user: User, facts: list[One], made: tuple[list[Team], list[Case]], other: User) -> None:
    teams, cases = made
    permission = Permission.objects.get(content_type__app_label="cases", codename=access.GRANT)
    rows: list[Any] = []
    for one, case in zip(facts, cases, strict=True):
        Case.objects.filter(id=case.id).update(
            team=teams[one.team], owner=user if one.owns else other, restricted=one.restricted,
            status="closed" if one.closed else "open", risk_level="high" if one.high else "standard",
            opened_at=NOW + timedelta(minutes=one.minute),
        )  # fmt: skip
        if one.excluded:
            rows.append(Exclusion(case=case, user=user))
        if one.grant != "none":
            rows.append(
                CaseUserPermission(
                    user=user, permission=permission, content_object=case, ends_at=END[one.grant]()
                )
            )
        rows += [
            TimedAccess(kind=kind, case=case, user=user, begun_at=NOW, ends_at=END[state]())
            for kind, state in (("emergency", one.emergency), ("purpose", one.purpose))
            if state != "none"
        ]
    for model in (Exclusion, CaseUserPermission, TimedAccess):
        model._base_manager.filter(user=user).delete()
        mine: list[Any] = [row for row in rows if isinstance(row, model)]
        model._base_manager.bulk_create(mine)


def expected_why(role: str, one: One, places: set[int]) -> str:
    """Why a case that is shown is open: what lasts longest."""
    ways = {
        "purpose": role == "governance" and one.purpose == "live",
        "own": role != "governance" and one.owns,
        "team": role == "manager" and one.team in places and not one.restricted,
        "given": role != "governance" and one.grant == "live",
        "emergency": role != "governance" and one.emergency == "live",
    }
    return next(why for why, held in ways.items() if held)


def all_pages(user: User, chosen: dict[str, Any], size: int) -> list[listing.Page]:
    pages = [listing.read(user, chosen, "", size=size)]
    while pages[-1].older:
        pages.append(listing.read(user, chosen, pages[-1].older, size=size))
    return pages


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    facts=st.lists(ONE, min_size=CASES, max_size=CASES),
    role=ROLE,
    active=st.sampled_from((True, True, True, False)),
    places=st.sets(st.integers(0, TEAMS - 1)),
    wanted=CHOSEN,
    size=st.integers(1, 4),
)
def test_all_pages_together_are_what_the_policy_shows(
    facts: list[One], role: str, active: bool, places: set[int], wanted: dict[str, Any], size: int,
    made: tuple[list[Team], list[Case]], colleague: User, manager: User,
) -> None:  # fmt: skip
    teams, _ = made
    arrange(colleague, facts, made, manager)
    User.objects.filter(id=colleague.id).update(role=role, is_active=active)
    Membership.objects.filter(user=colleague).delete()
    Membership.objects.bulk_create([Membership(user=colleague, team=teams[n]) for n in places])
    user = User.objects.get(id=colleague.id)
    chosen = dict(wanted)
    if "team" in chosen:
        chosen["team"] = teams[chosen["team"]].id
    if "owner" in chosen:
        chosen["owner"] = user.id if chosen["owner"] else manager.id
    expected = access.visible_to(user)
    if chosen["status"] != "all":
        expected = expected.filter(status=chosen["status"] or "open")
    for name, column in (("risk", "risk_level"), ("team", "team_id"), ("owner", "owner_id")):
        if name in chosen:
            expected = expected.filter(**{column: chosen[name]})
    pages = all_pages(user, chosen, size)
    assert [case.id for page in pages for case in page.cases] == list(
        expected.order_by("-opened_at", "id").values_list("id", flat=True)
    )
    facts_of = dict(zip((case.id for case in made[1]), facts, strict=True))
    for page in pages:
        assert {one: why.kind for one, why in page.why.items()} == {
            case.id: expected_why(role, facts_of[case.id], places) for case in page.cases
        }
    if len(pages) > 1:
        back = listing.read(user, chosen, pages[-1].newer, size=size)
        assert [case.id for case in back.cases] == [case.id for case in pages[-2].cases]
    due = {case.reference for case in made[1][::2]}
    narrowed = expected.filter(reference__in=due).order_by("-opened_at", "id")
    assert listing.read(user, chosen | {"references": due}, "").cases == list(narrowed)
    assert listing.read(user, chosen | {"references": set()}, "").cases == []


def test_somebody_who_became_less_since_they_were_loaded_sees_no_more_than_now(
    made: tuple[list[Team], list[Case]], manager: User
) -> None:
    assert len(listing.read(manager, {}, "").cases) == CASES
    for fields in ({"role": "administrator"}, {"role": "officer", "is_active": False}):
        User.objects.filter(id=manager.id).update(**fields)
        assert listing.read(manager, {}, "").cases == []


def test_a_page_makes_as_many_queries_however_much_there_is(officer: User, team: Team) -> None:
    def counted(chosen: dict[str, Any], at: str = "") -> int:
        vault.forget()
        with CaptureQueriesContext(connection) as found:
            assert listing.read(officer, chosen, at).cases
        return len(found)

    def make(number: int) -> None:
        for n in range(number):
            at = NOW + timedelta(minutes=n)
            Case.objects.create(team=team, owner=officer, opened_at=at, concern_identified_at=at)

    make(2)
    few = counted({})
    make(60)
    older = listing.read(officer, {}, "").older
    assert counted({}) == counted({}, older) == counted({"owner": officer.id, "status": "all"}) == few


def test_a_manager_of_no_team_and_one_of_two_read_one_query_each(manager: User, other_team: Team) -> None:
    nobody = UserFactory(role=User.Role.MANAGER)
    assert listing.read(nobody, {}, "").cases == []
    Membership.objects.create(user=manager, team=other_team)
    for team in manager.teams.all():
        Case.objects.create(team=team, owner=nobody, opened_at=NOW, concern_identified_at=NOW)
    assert len(listing.read(manager, {}, "").cases) == 2


WHY = {
    "officer": "own",
    "colleague": None,
    "granted": "given",
    "manager": "team",
    "other_manager": None,
    "governance": None,
    "administrator": None,
    "excluded": None,
    "superuser": None,
    "deactivated": None,
    "expired": None,
    "emergency": "emergency",
    "ended": "given",
    "purpose": "purpose",
}


@pytest.mark.parametrize("person", WHY)
def test_a_row_says_why_it_is_open_to_each_of_the_cast(
    request: pytest.FixtureRequest, person: str, a_case: Case
) -> None:
    page = listing.read(request.getfixturevalue(person), {}, "")
    assert [why.kind for why in page.why.values()] == ([WHY[person]] if WHY[person] else [])
