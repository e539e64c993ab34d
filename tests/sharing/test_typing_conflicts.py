"""Two people at one draft: who saves second sees what was saved beside what they typed, on every page."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import User
from tests.cast import CaseFile
from tests.sharing.filling import BACKEND, RECIPIENT, Decider, decider
from tests.sharing.test_typing import keep, restored, window_on

pytestmark = pytest.mark.django_db
CHANGED = "changed in another window, or by somebody else"


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


@pytest.fixture
def other(manager: User) -> Client:
    client = Client()
    client.force_login(manager, backend=BACKEND)
    return client


def second(who: Decider, other: Client, address: str, first: dict[str, Any], late: dict[str, Any]) -> Any:
    """Both open the page, one saves, then the other."""
    mine, theirs = who.client.get(address), other.get(address)
    assert other.post(address, {**window_on(theirs), **first}).status_code == 302
    return who.client.post(address, {**window_on(mine), **late})


def test_a_page_of_questions(who: Decider, other: Client) -> None:
    who.page("reasons")
    page = second(who, other, who.step("safer"), {"mitigation": "Theirs"}, {"mitigation": "Mine"})
    assert CHANGED in page.text
    assert "Mine</textarea>" in page.text
    assert "Theirs" in page.text
    assert who.answers["mitigation"] == "Theirs"
    again = who.client.post(who.step("safer"), {**window_on(page), "mitigation": "Mine"})
    assert again.status_code == 302
    assert who.answers["mitigation"] == "Mine"


def test_a_recipient(who: Decider, other: Client) -> None:
    who.recipient()
    address = who.url("recipient_change", who.key)
    theirs, mine = {**RECIPIENT, "why": "Theirs"}, {**RECIPIENT, "why": "Mine"}
    page = second(who, other, address, theirs, mine)
    assert CHANGED in page.text
    assert "Mine</textarea>" in page.text
    assert "Theirs" in page.text
    assert who.answers["recipients"][0]["why"] == "Theirs"


def test_an_item(who: Decider, other: Client) -> None:
    address = who.url("item_change", who.case_file.older.id)
    theirs = {"include": "withhold", "withheld_reason": "Theirs"}
    mine = {"include": "withhold", "withheld_reason": "Mine"}
    page = second(who, other, address, theirs, mine)
    assert CHANGED in page.text
    assert "Mine</textarea>" in page.text
    assert "Theirs" in page.text
    assert who.answers["items"][0]["withheld_reason"] == "Theirs"


def test_the_points(who: Decider, other: Client) -> None:
    who.everything()
    raised = list(who.client.get(who.url("draft_points")).context["form"].fields)
    theirs, mine = dict.fromkeys(raised, "Theirs is right"), dict.fromkeys(raised, "Mine is right")
    page = second(who, other, who.url("draft_points"), theirs, mine)
    assert "What is saved now" in page.text
    assert "Mine is right</textarea>" in page.text
    assert "Theirs is right" in page.text
    assert set(who.answers["points"].values()) == {"Theirs is right"}


def test_what_came_back_with_an_error_is_kept_at_once_and_what_was_saved_is_not(who: Decider) -> None:
    page = who.post(who.step("reasons"), safeguarding="yes")
    assert "data-unsaved" in page.text
    assert "data-unsaved" not in who.client.get(who.step("reasons")).text


def _queries(found: CaptureQueriesContext) -> int:
    """How many there were; counted before the next request, with which Django forgets them."""
    return sum("SAVEPOINT" not in one["sql"] for one in found)


def test_typing_costs_a_page_one_query_however_much_is_typed(who: Decider) -> None:
    who.page("reasons")
    address = who.step("reasons")
    who.client.get(address)
    with CaptureQueriesContext(connection) as captured:
        who.client.get(address)
    none = _queries(captured)
    for n in range(8):
        keep(who, "reasons", harm_if_not=f"Window {n}")
    with CaptureQueriesContext(connection) as captured:
        page = who.client.get(address)
    assert restored(page) == "Window 7"
    assert len(page.context["typing"].others) == 7
    assert _queries(captured) == none + 1 <= 12


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "junk"])
@pytest.mark.parametrize("throw", [{}, {"throw": "1"}])
def test_a_moment_beyond_the_calendar_is_no_moment(who: Decider, moment: str, throw: dict[str, Any]) -> None:
    window: dict[str, Any] = {"window": str(uuid4()), "restored": f"{uuid4()} {moment}"}
    assert keep(who, "reasons", harm_if_not="Kept", **window, **throw).status_code in (200, 302)
    assert who.page("reasons", **window).status_code == 302
