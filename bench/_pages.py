"""A case with many items, a decision with many recipients, its pages. Imported once Django is set up."""

import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import actions as case_actions
from cases.models import Case, User
from dahashare import demonstration
from sharing import actions, journey
from tests import second_step

BACKEND = "cases.signed_in.Backend"
MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
"""Statements that bound a transaction: they are no queries."""

Visit = Mapping[str, tuple[Client, str]]


def prepare(*, items: int, recipients: int) -> Visit:
    """Tables, people, the case, the draft. The sign-in page and each page of the journey, with who asks."""
    call_command("prepare", verbosity=0)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    officer = demonstration.cast()["officer"]
    case = _case(officer, items)
    draft = actions.start_draft(by=officer, case=case)
    answers = _answers(case, recipients)
    draft = actions.save_draft(by=officer, draft=draft, answers=answers, saves=draft.saves)
    signed_in = signs_in(officer)
    own = f"/drafts/{draft.id}/"
    slugs = ["", *(f"{slug}/" for slug in journey.BY_SLUG), "points/", "check/"]
    pages = {f"page {slug.strip('/') or 'list'}": (signed_in, own + slug) for slug in slugs}
    shown = {name: asked for name, asked in pages.items() if asked[0].get(asked[1]).status_code == 200}
    return {"sign-in": (Client(), "/sign-in/"), **shown}


def signs_in(user: User) -> Client:
    """Somebody who has signed in with both steps."""
    second_step.pytest_configure()
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _case(officer: User, items: int) -> Case:
    team = officer.teams.get()
    now = timezone.now()
    case = case_actions.create_case(by=officer, team=team, concern_identified_at=now)
    person = case_actions.add_person(
        by=officer,
        case=case,
        values={"role": "victim_survivor", "name": "Marguerite Oduya", "safe_routes": ["phone"]},
    )
    for number in range(items):
        values = {
            "text": f"Told us about the evening of {number + 1} March, in her own words, and what came of it",
            "source": "Visit",
            "nature": "reported",
            "dated": now.date(),
            "checked_on": now.date(),
            "about": [str(person.id)],
        }
        case_actions.add_information(by=officer, case=case, values=values)
    return case


def _answers(case: Case, recipients: int) -> dict[str, Any]:
    keys = [f"r{number}" for number in range(recipients)]
    return {
        "started": "offer", "already_sent": False, "aims": ["protect_adult", "marac"], "urgency": "two_days",
        "without_identity": "no", "safeguarding": "yes", "risk_assessment": "yes", "services": "yes",
        "harm_if_not": "Nobody who can act would know", "less_safe": "not_sure", "basis": "6-1-e",
        "power": "Crime and Disorder Act 1998, section 115", "kinds": ["ordinary", "special", "offence"],
        "article_9": "9-2-g", "schedule_1": "18", "offence_condition": "10", "informed": "unsafe_to_tell",
        "wishes": "not_known", "consent": "not_sought_other_basis", "doubt": "no", "outcome": "share_all",
        "recipients": [_recipient(key) for key in keys],
        "items": [_item(str(item.id), keys) for item in case.information.all()],
        "pages": dict.fromkeys(journey.BY_SLUG, True),
    }  # fmt: skip


def _recipient(key: str) -> dict[str, Any]:
    return {
        "key": key,
        "name": f"Duty officer {key}",
        "role": "Duty officer",
        "agency": "police",
        "why": "Plans for her safety",
        "linked": "no",
        "method": "secure_email",
    }


def _item(item: str, keys: list[str]) -> dict[str, Any]:
    said = {"recipients": keys, "why": "Shows the danger", "relevant": True, "enough": True}
    return {"information": item, "include": True, **said}


def answered(visit: Visit, rounds: int) -> dict[str, list[float]]:
    """The seconds in which the application answered, each time; the pages take turns."""
    found: dict[str, list[float]] = {name: [] for name in visit}
    for number in range(rounds + 3):
        for name, (client, address) in visit.items():
            start = time.perf_counter()
            client.get(address)
            took = time.perf_counter() - start
            found[name].extend([took] if number >= 3 else [])  # the first rounds warm up
    return found


def queries(visit: Visit) -> dict[str, int]:
    """How many queries each page makes of a signed-in person."""
    return {name: counted(client, address) for name, (client, address) in visit.items() if name != "sign-in"}


def counted(client: Client, address: str) -> int:
    """The queries of one request, without the marks of its transactions."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return sum(not query["sql"].lstrip().startswith(MARKS) for query in captured.captured_queries)


def p95(found: list[float]) -> float:
    """The 95th percentile."""
    return sorted(found)[int(len(found) * 0.95)]
