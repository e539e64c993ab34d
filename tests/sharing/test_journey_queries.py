"""Each page of a decision makes at most 12 queries (one 13 while typing waits), whatever there is of it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import actions as case_actions
from cases.models import User
from sharing import actions, journey, typing_actions
from sharing.models import Draft
from sharing.windows import Window
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing.agreeing import agreed
from tests.sharing.deciding import answers, draft_of, item, recipient

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 12
MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
"""Statements that bound a transaction: they ask and write nothing."""
EVERY_STEP: dict[str, Any] = {
    "started": "asked",
    "already_sent": True,
    "aims": ["protect_adult", "court_or_duty"],
    "basis": "6-1-e",
    "kinds": ["ordinary", "special", "offence"],
    "article_9": "9-2-g",
    "schedule_1": "18",
    "informed": "unsafe_to_tell",
    "wishes": "disagrees",
    "consent": "refused",
    "points": {},
}
"""Answers with which the question of (nearly) every page arises."""


def _draft(by: User, file: CaseFile, recipients: int, items: int, **changes: Any) -> Draft:
    people = [recipient(f"r{n}") for n in range(recipients)]
    people.append(recipient("office", agency="immigration_enforcement"))
    held = list(file.case.information.all())[:items]
    considered = [item(one.id, recipients=[person["key"] for person in people]) for one in held]
    said = answers(file, recipients=people, items=considered, **EVERY_STEP, **changes)
    said["pages"] = dict.fromkeys(journey.BY_SLUG, True)
    draft = draft_of(by, file)
    return actions.save_draft(by=by, draft=draft, answers=said, saves=draft.saves)


def _queries(client: Client, address: str) -> int | None:
    if client.get(address).status_code != 200:
        return None
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return sum(not query["sql"].lstrip().upper().startswith(MARKS) for query in captured.captured_queries)


@pytest.fixture
def counted(client: Client, officer: User, case_file: CaseFile) -> Callable[[Draft], dict[str, int]]:
    """The queries of each page of a draft that there is, by its name."""
    client.force_login(officer, backend=BACKEND)

    def count(draft: Draft) -> dict[str, int]:
        addresses = {step: reverse("draft_step", args=[draft.id, step]) for step in journey.BY_SLUG}
        addresses |= {
            name: reverse(name, args=[draft.id]) for name in ("draft", "draft_points", "draft_check")
        }
        addresses["recipient"] = reverse("recipient_change", args=[draft.id, "r0"])
        addresses["another recipient"] = reverse("recipient_add", args=[draft.id])
        addresses["item"] = reverse("item_change", args=[draft.id, case_file.information.id])
        found = {name: _queries(client, address) for name, address in addresses.items()}
        return {name: number for name, number in found.items() if number is not None}

    return count


def test_few_queries_whatever_there_is(
    counted: Callable[[Draft], dict[str, int]], officer: User, case_file: CaseFile
) -> None:
    few = counted(_draft(officer, case_file, 1, 2))
    for number in range(12):
        case_actions.add_information(
            by=officer, case=case_file.case, values={"text": f"Said {number}", "nature": "fact"}
        )
        case_actions.add_person(
            by=officer, case=case_file.case, values={"role": "other", "name": f"N {number}"}
        )
    many = counted(_draft(officer, case_file, 8, 14))
    assert many == few
    assert {name: number for name, number in many.items() if number > MOST} == {}
    # Sharing agreements stand on no page here, and points are passed by: everything else arises.
    assert set(journey.BY_SLUG) - set(many) <= {"agreement"}


def test_typing_that_waits_costs_a_page_one_query(
    counted: Callable[[Draft], dict[str, int]], officer: User, case_file: CaseFile, governance: User
) -> None:
    agreement = agreed(governance, agencies=["police", "immigration_enforcement"])
    draft = _draft(officer, case_file, 8, 2, agreement=str(agreement.id))
    before = counted(draft)
    assert set(journey.BY_SLUG) <= set(before)
    typed = [slug for slug in journey.BY_SLUG if slug not in journey.LISTED]
    entries = ["points", "recipients/r0", "recipients/add", f"items/{case_file.information.id}"]
    for page in [*typed, *entries]:
        # Nothing but a name stands typed: that differs from what is saved on every page.
        typing_actions.keep_typing(
            by=officer,
            draft=draft,
            page=page,
            window=Window(uuid4()),
            saves=draft.saves,
            typed="name=Somebody",
        )
    after = counted(draft)
    assert {name for name in after if after[name] > before[name]} == {
        *typed, "draft_points", "recipient", "another recipient", "item"
    }  # fmt: skip
    # That page needs agreement, agencies and policies besides; PostgreSQL appends in one statement.
    most = {} if connection.vendor == "postgresql" else {"how": MOST + 1}
    assert {name: number for name, number in after.items() if number > MOST} == most
