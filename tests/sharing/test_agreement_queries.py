"""An agreement costs its pages one query, and no page more than twelve."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import setup_actions
from cases.models import Organisation, User
from sharing import access, journey
from tests.cast import CaseFile
from tests.sharing.agreeing import agreed
from tests.sharing.filling import Decider, decider

pytestmark = pytest.mark.django_db
MOST = 12
MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
"""Statements that bound a transaction: they are no queries."""


@pytest.fixture
def who(officer: User, case_file: CaseFile, governance: User) -> Decider:
    found = decider(officer, case_file)
    found.everything()
    agreement = agreed(governance)
    for n in range(5):
        agreed(governance, name=f"Another {n}")
    found.post(found.step("agreement"), agreement=str(agreement.id))
    return found


def asked(who: Decider, address: str) -> list[str]:
    """The queries of a page."""
    with CaptureQueriesContext(connection) as seen:
        assert who.client.get(address).status_code == 200, address
    return [one["sql"] for one in seen.captured_queries if not one["sql"].startswith(MARKS)]


def addresses(who: Decider) -> dict[str, str]:
    pages = {
        slug: who.step(slug) for slug in journey.BY_SLUG if who.client.get(who.step(slug)).status_code == 200
    }
    return (
        pages | {name: who.url(f"draft_{name}") for name in ("points", "check")} | {"list": who.url("draft")}
    )


def test_no_page_asks_often(who: Decider) -> None:
    found = {name: len(asked(who, address)) for name, address in addresses(who).items()}
    assert len(found) > len(journey.STEPS) / 2
    assert {name: count for name, count in found.items() if count > MOST} == {}


def test_agreements_are_read_once_where_a_page_needs_them(who: Decider) -> None:
    read = {
        name: sum("sharing_agreement" in sql for sql in asked(who, address))
        for name, address in addresses(who).items()
    }
    filled_in = {"agreement", "lawful-basis", "power", "conditions", "how"}
    assert {name for name, count in read.items() if count == 1} == filled_in | {"list", "check", "points"}
    assert set(read.values()) == {0, 1}


def test_the_settings_that_come_with_a_draft_are_the_organisations(who: Decider, administrator: User) -> None:
    assert access.organisation_with(who.draft) == Organisation.current()
    values: dict[str, Any] = {"type": "almo", "public_authority": False, "notice_bases": ["6-1-e"]}
    setup_actions.set_organisation(by=administrator, values=values | {"policy_document": True})
    draft = access.stored_draft(who.draft.id)
    assert draft is not None
    found, stored = access.organisation_with(draft), Organisation.current()
    names = [field.attname for field in Organisation._meta.concrete_fields]
    assert {name: getattr(found, name) for name in names} == {name: getattr(stored, name) for name in names}
