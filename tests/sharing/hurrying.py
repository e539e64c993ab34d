"""An emergency share as a browser sends it: what its tests share."""

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from cases.models import Organisation, Person, User
from sharing import emergency_actions
from sharing.forms.emergency import EmergencyForm
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.deciding import NOW
from tests.sharing.filling import BACKEND

PAGE: dict[str, Any] = {
    "happening": ["threat_to_kill", "weapon"],
    "told": "police_999",
    "told_name": "PC 4471",
    "how": "phone",
    "what": ["who", "where", "happened"],
    "basis": "vital",
    "knows": "not_safe",
}


def page_of(file: CaseFile | None, **changes: Any) -> dict[str, Any]:
    """The page of a case, or without one, filled in; None takes an answer off."""
    who = {"who": [str(file.survivor.id)]} if file else {"who_else": "A woman at 14 Quarry Rise"}
    answers = who | PAGE | {"request_key": str(uuid4())} | changes
    return {name: value for name, value in answers.items() if value is not None}


def given(people: list[Person], **changes: Any) -> dict[str, Any]:
    """The nine answers as the form hands them to the action."""
    answers = {"note": "", "who_else": ""} | PAGE | changes
    if "who" not in changes and people:
        answers["who"] = [str(people[0].id)]
    elif not people:
        answers["who_else"] = changes.get("who_else", "A woman at 14 Quarry Rise")
    form = EmergencyForm(answers, people=people, organisation=Organisation.current(), now=NOW)
    assert form.is_valid(), form.errors
    return form.given(NOW)


def browser_of(user: User) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def post(client: Client, file: CaseFile | None, **changes: Any) -> Any:
    """Send the page."""
    address = reverse("emergency_case", args=[file.case.reference]) if file else reverse("emergency")
    return client.post(address, page_of(file, **changes))


def only_decision() -> Decision:
    """The one emergency share that there is."""
    return Decision.objects.get(emergency=True)


def recorded(by: User, file: CaseFile | None, **changes: Any) -> Decision:
    """An emergency share as the action records it."""
    people = [file.survivor, file.child] if file else []
    return emergency_actions.record_emergency(
        by=by, case=file.case if file else None, answers=given(people, **changes), now=NOW
    )
