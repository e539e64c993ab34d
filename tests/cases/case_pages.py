"""The case pages for their tests: how each is reached, and answers to it that are accepted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import vault
from cases.forms.access import ExcludeForm
from cases.forms.cases import CaseForm
from cases.forms.chronology import ConcernForm as HappenedForm
from cases.forms.consent import ConsentForm
from cases.forms.information import InformationForm
from cases.forms.new_case import ConcernForm, ContactForm, OtherForm, WhoForm
from cases.forms.people import PersonForm
from cases.forms.risk import RiskForm
from cases.forms.safety import SafeContactForm, StaffSafetyForm
from cases.models import Case, User
from tests.cast import CaseFile

Answers = dict[str, Any]


def day(name: str, day: object = 3, month: object = 3, year: object = 2026) -> Answers:
    """A day as its three boxes are posted."""
    return {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}


@dataclass(frozen=True)
class FormPage:
    """A page with a form: its path below the case, its form, answers that are accepted, its success."""

    path: Callable[[CaseFile], str]
    form: Callable[[CaseFile], forms.Form]
    answers: Callable[[CaseFile], Answers]
    kind: str
    prefix: str = ""

    def address(self, file: CaseFile) -> str:
        path = self.path(file)
        return path if path.startswith("/") else f"/cases/{file.case.reference}/{path}"

    def name(self, field: str) -> str:
        return f"{self.prefix}-{field}" if self.prefix else field


def _case(_: CaseFile) -> Answers:
    return {
        **day("concern_identified_at"),
        "concern_identified_at_time": "9:30am",
        "privacy_information": "given",
        **day("privacy_given_on"),
    }


def _new(file: CaseFile) -> Answers:
    """Every answer of the four pages, as the last of them posts it."""
    who = {"name": "Amara", "preferred_name": "Am", "aliases": "Mara", "address": "3 Hill Road"}
    routes = {"route_phone": "safe", "route_post": "unsafe", "staff_safety": "A dog"}
    reach = {"do_not": "Leave no message", "safe_times": "Weekdays", "contact": "07700 900456"}
    child = {"other-0-role": "child", "other-0-name": "Kofi", "other-0-address": "At school"}
    concern = {"what_happened": "She was followed home", "source": "Her sister"}
    return {
        **(who | routes | reach | child | concern),
        **day("birth_date", 1, "may", 1990),
        **day("routes_checked_on"),
        **day("other-0-birth_date", 2, 6, 2019),
        **day("happened_on", 1),
        **day("concern_identified_at"),
        "concern_identified_at_time": "14:05",
        "privacy_information": "given",
        **day("privacy_given_on"),
        "team": str(file.case.team_id),
        "page": "check",
        "others": "1",
    }


def _person(_: CaseFile) -> Answers:
    answers = {
        "role": "adult",
        "name": "Joan Pym",
        "preferred_name": "Jo",
        "aliases": "Joan Hale",
        "address": "A\nB",
    }
    limbs = {"care_needs": "yes", "at_risk": "no"}
    return answers | limbs | day("birth_date", 1, "may", 1950)


ROUTES = ("phone", "voicemail", "text", "email", "post", "visit")
NOT_ASKED = {f"route_{route}": "not_recorded" for route in ROUTES}


def _contact(_: CaseFile) -> Answers:
    texts = {"do_not": "Ring the landline", "safe_times": "Before noon", "contact": "Ring twice"}
    routes = NOT_ASKED | {"route_phone": "safe", "route_post": "unsafe"}
    return (
        texts | {"new_code_word": "heron"} | routes | {"checked": ["routes", "contact"]} | day("checked_on")
    )


def _concern(_: CaseFile) -> Answers:
    texts = {"text": "He broke the door", "source": "Roz, by phone", "action": "Rang the police"}
    return {"kind": "incident"} | texts | day("happened_on")


def _staff(_: CaseFile) -> Answers:
    return {"staff_safety": "A dog", "checked_today": "on"}


def _risk(_: CaseFile) -> Answers:
    return {
        **day("assessed_on"),
        "checklist_yes": "16",
        "incidents": "3",
        **day("incident_on"),
        "judged_high": "yes",
        "judgement": "She is afraid",
        "local_criterion": "Stalking",
        "level": "high",
        **day("marac_referred_on"),
    }


def _information(file: CaseFile) -> Answers:
    return {
        "text": "He has a key",
        "received_from": "police",
        **day("received_on"),
        "source": "Roz, by phone",
        "conditions": "Ask us first",
        **day("dated"),
        "nature": "opinion",
        "whose": "Roz",
        "historical": "no",
        **day("checked_on"),
        "about": [str(file.survivor.id)],
        "alleges_offence": "no",
    }


def _consent(_: CaseFile) -> Answers:
    codes = {"consent": "refused", "wishes": "disagrees", "informed": "told", "told_by": "phone"}
    return {**day("happened_on"), **codes, "note": "Not now"}


def _exclude(file: CaseFile) -> Answers:
    user = User.objects.filter(email="excludable@council.example").first() or User.objects.create_user(
        "excludable@council.example", name="Una Hart", role="officer"
    )
    return {"action": "exclude", "exclude-user": str(user.id), "exclude-reason": "Knows him"}


def _information_form(file: CaseFile) -> forms.Form:
    return InformationForm(people=list(file.case.people.all()))


PAGES = {
    "new": FormPage(lambda _: "/cases/new/", lambda _: WhoForm(), _new, "case.created"),
    "new contact": FormPage(lambda _: "/cases/new/", lambda _: ContactForm(), _new, "case.created"),
    "new other": FormPage(lambda _: "/cases/new/", lambda _: OtherForm(), _new, "case.created", "other-0"),
    "new concern": FormPage(
        lambda _: "/cases/new/", lambda f: ConcernForm(user=f.case.owner), _new, "case.created"
    ),
    "change": FormPage(lambda _: "change/", lambda _: CaseForm(), _case, "case.changed"),
    "person add": FormPage(lambda _: "people/add/", lambda _: PersonForm(), _person, "person.added"),
    "person change": FormPage(
        lambda f: f"people/{f.child.id}/", lambda _: PersonForm(), _person, "person.changed"
    ),
    "safe contact": FormPage(
        lambda f: f"safety/{f.survivor.id}/",
        lambda f: SafeContactForm(person=f.survivor),
        _contact,
        "person.changed",
    ),
    "staff safety": FormPage(lambda _: "safety/staff/", lambda _: StaffSafetyForm(), _staff, "case.changed"),
    "concern add": FormPage(lambda _: "chronology/add/", lambda _: HappenedForm(), _concern, "concern.added"),
    "risk": FormPage(lambda _: "risk/", lambda _: RiskForm(), _risk, "risk.assessed"),
    "information add": FormPage(
        lambda _: "information/add/", _information_form, _information, "information.added"
    ),
    "information change": FormPage(
        lambda f: f"information/{f.older.id}/", _information_form, _information, "information.changed"
    ),
    "consent": FormPage(lambda _: "consent/", lambda _: ConsentForm(), _consent, "consent.logged"),
    "exclude": FormPage(
        lambda _: "access/", lambda _: ExcludeForm(people=[]), _exclude, "access.excluded", "exclude"
    ),
}


def with_key(answers: Answers) -> Answers:
    """The answers with a request key of their own, as a page carries one."""
    return {"request_key": str(uuid4())} | answers


def address(case: Case, path: str = "") -> str:
    """The address of a page of the case."""
    return f"/cases/{case.reference}/{path}"


def html(client: Client, path: str) -> str:
    """A page that is there."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def queries(client: Client, path: str) -> int:
    """How many queries a page takes while no key is open."""
    vault.forget()
    with CaptureQueriesContext(connection) as found:
        html(client, path)
    return len(found)
