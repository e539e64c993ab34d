"""The cast: one fixture for each kind of person, their case, and factories for more.

    officer        owns `a_case`
    colleague      an officer of the same team without a grant
    granted        an officer with a grant on `a_case`
    manager        manages the officer's team
    other_manager  manages another team
    governance     information governance lead
    administrator  sets up people and agencies
    excluded       an officer with a grant on `a_case` who is shut out of it
    superuser      an officer with Django's superuser flag and no grant
    deactivated    an officer with a grant on `a_case` who has left
    outsider       nobody: not signed in
    expired        an officer whose grant on `a_case` has ended
    emergency      a colleague to whom `a_case` is open for an hour: emergency access
    ended          an officer with a grant on `a_case` whose session was ended
    purpose        a governance lead who has stated a purpose for looking at `a_case`

Everybody's password is PASSWORD. `a_case` is made through the actions; `case_file` also gives what it holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import factory
import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from cases import access_actions, actions, vault
from cases.models import (
    Case,
    CaseUserPermission,
    InformationItem,
    Membership,
    Organisation,
    Person,
    RiskAssessment,
    Team,
    TimedAccess,
    User,
)
from cases.setting_up import CONFIRMED

PASSWORD = "three unrelated words"
ENDED = "sean@council.example"
LONDON = ZoneInfo("Europe/London")


class TeamFactory(factory.django.DjangoModelFactory):
    """A team with a name of its own."""

    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Housing team {n}")


class UserFactory(factory.django.DjangoModelFactory):
    """An active officer without a team: `UserFactory(role="manager", teams=[team])`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"staff{n}@council.example")
    name = factory.Sequence(lambda n: f"Staff Member {n}")
    role = User.Role.OFFICER

    @classmethod
    def _create(cls, model_class: type[User], *_: Any, email: str, **fields: Any) -> User:
        return model_class.objects.create_user(email, PASSWORD, **fields)

    @factory.post_generation  # type: ignore[untyped-decorator]
    def teams(self: User, _create: bool, extracted: list[Team] | None, **_: Any) -> None:
        for team in extracted or ():
            Membership.objects.create(user=self, team=team)


@dataclass(frozen=True)
class CaseFile:
    """A case with what it holds."""

    case: Case
    survivor: Person
    child: Person
    perpetrator: Person
    risk: RiskAssessment
    information: InformationItem
    older: InformationItem


@pytest.fixture(autouse=True)
def _no_keys_of_another_test() -> Iterator[None]:
    """Drop the opened keys: the database that they belong to is emptied between tests."""
    vault.forget()
    yield
    vault.forget()


def go_live(**settings: Any) -> Organisation:
    """An organisation whose set-up is finished; without bank holidays, so that days are those of the week."""
    settled = {"region": "none", "set_up": sorted(CONFIRMED), "live_since": timezone.now()} | settings
    return Organisation.objects.update_or_create(id=1, defaults=settled)[0]


@pytest.fixture
def team(db: None) -> Team:
    go_live()
    return TeamFactory(name="North housing")


@pytest.fixture
def other_team(db: None) -> Team:
    return TeamFactory(name="South housing")


@pytest.fixture
def officer(team: Team) -> User:
    return UserFactory(name="Olive Marsh", email="olive@council.example", teams=[team])


@pytest.fixture
def colleague(team: Team) -> User:
    return UserFactory(name="Colin Reed", email="colin@council.example", teams=[team])


@pytest.fixture
def manager(team: Team) -> User:
    return UserFactory(name="Mary Field", email="mary@council.example", role=User.Role.MANAGER, teams=[team])


@pytest.fixture
def other_manager(other_team: Team) -> User:
    email = "omar@council.example"
    return UserFactory(name="Omar Hill", email=email, role=User.Role.MANAGER, teams=[other_team])


@pytest.fixture
def governance(db: None) -> User:
    return UserFactory(name="Grace Lane", email="grace@council.example", role=User.Role.GOVERNANCE)


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(name="Adam Brook", email="adam@council.example", role=User.Role.ADMINISTRATOR)


@pytest.fixture
def superuser(team: Team) -> User:
    return UserFactory(name="Sue Stone", email="sue@council.example", is_superuser=True, teams=[team])


@pytest.fixture
def outsider() -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def case_file(officer: User, team: Team) -> CaseFile:
    return make_case(officer, team)


@pytest.fixture
def a_case(case_file: CaseFile) -> Case:
    return case_file.case


@pytest.fixture
def granted(a_case: Case, manager: User, team: Team) -> User:
    user = UserFactory(name="Gwen Ford", email="gwen@council.example", teams=[team])
    access_actions.grant(by=manager, case=a_case, user=user)
    return user


@pytest.fixture
def excluded(a_case: Case, manager: User, team: Team) -> User:
    user = UserFactory(name="Eric Vale", email="eric@council.example", teams=[team])
    access_actions.grant(by=manager, case=a_case, user=user)
    access_actions.exclude(by=manager, case=a_case, user=user, reason="A brother of the alleged perpetrator")
    return user


@pytest.fixture
def deactivated(a_case: Case, manager: User, team: Team) -> User:
    user = UserFactory(name="Dora West", email="dora@council.example", teams=[team])
    access_actions.grant(by=manager, case=a_case, user=user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


@pytest.fixture
def expired(a_case: Case, manager: User, team: Team) -> User:
    user = UserFactory(name="Ines Holt", email="ines@council.example", teams=[team])
    access_actions.grant(by=manager, case=a_case, user=user)
    grants = CaseUserPermission.objects.filter(user=user, content_object=a_case)
    grants.update(ends_at=timezone.now() - timedelta(seconds=1))
    return user


@pytest.fixture
def emergency(a_case: Case, team: Team) -> User:
    user = UserFactory(name="Nadia Moor", email="nadia@council.example", teams=[team])
    open_for(user, a_case, "emergency", timedelta(hours=1))
    return user


@pytest.fixture
def ended(a_case: Case, manager: User, team: Team) -> User:
    user = UserFactory(name="Sean Dale", email=ENDED, teams=[team])
    access_actions.grant(by=manager, case=a_case, user=user)
    return user


@pytest.fixture
def purpose(a_case: Case) -> User:
    user = UserFactory(name="Pia Shaw", email="pia@council.example", role=User.Role.GOVERNANCE)
    open_for(user, a_case, "purpose", timedelta(hours=8))
    return user


def open_for(user: User, case: Case, kind: str, long: timedelta) -> TimedAccess:
    """The case is open to somebody for a time, from now."""
    now = timezone.now()
    return TimedAccess.objects.create(
        kind=kind, case=case, user=user, reason="Said why", begun_at=now, ends_at=now + long
    )


def make_case(owner: User, team: Team) -> CaseFile:
    """A case as officers keep one: three people, a risk assessment, two pieces of information."""
    identified = datetime(2026, 3, 2, 9, 30, tzinfo=LONDON)
    case = actions.create_case(
        by=owner, team=team, concern_identified_at=identified, staff_safety="Visit in twos"
    )
    survivor, child, perpetrator = (
        actions.add_person(by=owner, case=case, values=values) for values in _PEOPLE
    )
    risk = actions.assess_risk(by=owner, case=case, values=_RISK)
    about = [str(survivor.id), str(perpetrator.id)]
    information = actions.add_information(by=owner, case=case, values=_INFORMATION | {"about": about})
    older = actions.add_information(by=owner, case=case, values=_OLDER | {"about": [str(child.id)]})
    return CaseFile(case, survivor, child, perpetrator, risk, information, older)


_PEOPLE = (
    {
        "role": "victim_survivor",
        "name": "Rosalind Achterberg",
        "preferred_name": "Roz",
        "birth_date": "1988-05-14",
        "address": "14 Quarry Rise, Testham",
        "contact": "07700 900123",
        "safe_routes": ["phone"],
        "unsafe_routes": ["post", "visit", "voicemail"],
        "routes_checked_on": date(2026, 3, 2),
    },
    {"role": "child", "name": "Tobias Achterberg", "birth_date": "2019-09-01"},
    {"role": "alleged_perpetrator", "name": "Gareth Pym", "address": "14 Quarry Rise, Testham"},
)
_RISK = {
    "assessed_on": date(2026, 3, 2),
    "level": "high",
    "checklist_yes": 16,
    "incidents": 2,
    "criteria": ["visible_high_risk"],
    "judgement": "She fears for her life since he was told to leave",
}
_INFORMATION = {
    "text": "He waited outside the school with a kitchen knife",
    "source": "Told us by Roz at the office",
    "dated": date(2026, 2, 27),
    "nature": "reported",
    "checked_on": date(2026, 3, 2),
    "alleges_offence": True,
}
_OLDER = {
    "text": "The door of the flat was repaired twice after being kicked in",
    "source": "Repairs record",
    "dated": date(2025, 6, 3),
    "nature": "fact",
    "historical": True,
}
