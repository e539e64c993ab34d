"""What the demonstration's made-up cases hold besides their scenarios, so that no page of it is empty.

Entered through the actions, once for each case. Names are made up; addresses, numbers and websites are those
set aside for examples.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from audit import ledger
from cases import access_actions, account_actions, actions, chronology_actions, closing
from cases.models import Case, Team, User

CHECKED_DAYS_AGO, TRAINED_DAYS_AGO, GIVEN_FOR_DAYS = 12, 60, 45

PEOPLE: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "high-risk-police-and-marac": {
        "victim_survivor": {
            "aliases": "Seun, Mrs Moyle",
            "birth_date": "1991-06-02",
            "address": "Flat 6, Heron Court, Example Town, ZZ99 3VZ",
            "contact": "07700 900123. Say that you ring about the boiler.",
            "do_not": "Leave a voicemail, or write to her at home. He reads the post.",
            "safe_times": "Weekdays from 10am to 2pm, while he is at work",
            "code_word": "larkspur",
        },
        "alleged_perpetrator": {"aliases": "Dec", "birth_date": "1987-11-19"},
    },
    "part-shared-old-note-and-neighbour": {
        "victim_survivor": {
            "birth_date": "1988-05-14",
            "address": "14 Sample Street, Example Town, ZZ99 4WQ",
            "contact": "07700 900456, or zoe@mail.example",
            "do_not": "Ring the flat",
            "safe_times": "Evenings after 7pm, by text",
        },
    },
}
"""By scenario and role: the one person of that role has these answers too."""
CHRONOLOGY: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "high-risk-police-and-marac": (
        {
            "kind": "incident",
            "happened_on": date(2025, 12, 14),
            "text": "The inner door was broken. She said that he had locked her out of the bedroom.",
            "source": "Repairs visitor, job sheet",
            "action": "Lock changed on the same evening",
        },
        {
            "kind": "contact",
            "happened_on": date(2026, 2, 25),
            "text": "She came to the office alone and asked whether her name could be kept off letters.",
            "source": "Reception",
            "action": "Letters stopped; contact by text from that day",
        },
        {
            "kind": "concern",
            "happened_on": date(2026, 3, 2),
            "text": "The school rang: her son had not been there for three days.",
            "source": "School, by phone",
        },
    ),
    "part-shared-old-note-and-neighbour": (
        {
            "kind": "incident",
            "happened_on": date(2025, 11, 20),
            "text": "The sixth report of shouting since August.",
            "source": "Noise team's log",
            "action": "Closed as nuisance; nobody rang back",
        },
        {
            "kind": "incident",
            "happened_on": date(2026, 4, 4),
            "text": "Somebody called for help, and something heavy fell.",
            "source": "Neighbour, by phone",
        },
    ),
}
RECEIVED: Mapping[str, Mapping[str, Any]] = {
    "high-risk-police-and-marac": {
        "text": "Officers were called to the flat twice in January. No charge was brought.",
        "source": "Letter of the domestic abuse team",
        "received_from": "police",
        "received_on": date(2026, 2, 9),
        "conditions": "Ask the sergeant who wrote before you pass it on. Not to the family.",
        "dated": date(2026, 2, 6),
        "nature": "fact",
        "historical": True,
        "alleges_offence": True,
    },
}
"""By scenario: something that an agency told, and what it said about passing it on."""
SHARED_WITH_COLLEAGUE = "high-risk-police-and-marac"
ZOE_AGAIN: Mapping[str, Any] = {
    "role": "victim_survivor",
    "name": "Zoe Achterberg",
    "birth_date": "1988-05-14",
    "safe_routes": ["text"],
}
"""Who rang a second team member: the owner of her case is told that there may be two."""
MOVED_AWAY: Mapping[str, Any] = {
    "role": "victim_survivor",
    "name": "Dilys Okonjo-Frayne",
    "preferred_name": "Dil",
    "address": "3 Placeholder Row, Example Town, ZZ99 2AB",
    "do_not": "Write to her old address",
    "safe_routes": ["email"],
}


def lived_in(name: str, case: Case, cast: Mapping[str, User]) -> None:
    """Add to a scenario's case, just entered, what these tables hold for it.

    Args:
        name: the scenario's id.
        cast: as `demonstration.cast()` gives it.
    """
    officer = cast["officer"]
    for role, values in PEOPLE.get(name, {}).items():
        person = case.people.get(role=role)
        actions.change_person(by=officer, person=person, values=_checked(values))
    for concern in CHRONOLOGY.get(name, ()):
        chronology_actions.add_concern(by=officer, case=case, values=concern)
    if received := RECEIVED.get(name):
        about = [
            str(one.id) for one in case.people.filter(role__in=["victim_survivor", "alleged_perpetrator"])
        ]
        actions.add_information(by=officer, case=case, values={**received, "about": about})
    if name == SHARED_WITH_COLLEAGUE:
        until = timezone.localdate() + timedelta(days=GIVEN_FOR_DAYS)
        access_actions.grant(by=cast["manager"], case=case, user=cast["colleague"], until=until)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, and that what they say of safe contact was checked with the person some days ago."""
    day = timezone.localdate() - timedelta(days=CHECKED_DAYS_AGO)
    names = {"do_not", "safe_times", "contact", "code_word"} & set(values)
    if not names:
        return dict(values)
    return {**values, "routes_checked_on": day, "reviewed": dict.fromkeys(sorted(names), day.isoformat())}


def request_key(name: str) -> UUID:
    """The mark of a case that has been made."""
    return uuid5(NAMESPACE_URL, f"urn:dahashare:demonstration:{name}")


def round_off(cast: Mapping[str, User]) -> None:
    """Make a closed case and one that may be about somebody twice, and say who was trained, once each."""
    makers: Mapping[str, Callable[[Mapping[str, User], UUID], None]] = {"closed": _closed, "twice": _twice}
    for name, make in makers.items():
        if ledger.entry(request_key(name)) is None:
            make(cast, request_key(name))
    for name in ("officer", "manager", "governance"):
        _trained(cast[name], cast["administrator"])


def _open(by: User, person: Mapping[str, Any], days_ago: int, mark: UUID, concern: Mapping[str, Any]) -> Case:
    opened = timezone.now() - timedelta(days=days_ago)
    values = {"happened_on": timezone.localdate(opened), **concern}
    return actions.create_case(
        by=by,
        team=Team.objects.get(id=by.teams.values("id")[:1]),
        concern_identified_at=opened,
        opened_at=opened,
        people=[person],
        concern=values,
        request_key=mark,
    )


def _closed(cast: Mapping[str, User], mark: UUID) -> None:
    officer = cast["officer"]
    told = {
        "kind": "concern",
        "text": "She asked for a move because her brother-in-law waits outside.",
        "source": "Dil, at the office",
    }
    case = _open(officer, MOVED_AWAY, 90, mark, told)
    note = "Another council took over; its adviser wrote that she has moved in."
    closing.close_case(by=officer, case=case, reason="moved_away", note=note)


def _twice(cast: Mapping[str, User], mark: UUID) -> None:
    told = {
        "kind": "contact",
        "text": "She rang about a move, and did not say who helps her now.",
        "source": "Zoe, by phone",
    }
    _open(cast["colleague"], ZOE_AGAIN, 2, mark, told)


def _trained(user: User, administrator: User) -> None:
    if user.trained_on is None:
        day = timezone.localdate() - timedelta(days=TRAINED_DAYS_AGO)
        account_actions.change_user(
            by=administrator, user=user, role=user.role, teams=user.teams.all(), trained_on=day
        )
