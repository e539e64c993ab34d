"""Twenty at once: one decision, one recipient, one draft, on either database."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from cases.models import User
from sharing.models import Decision, Draft
from tests.cast import CaseFile
from tests.sharing.filling import RECIPIENT, Decider, decider

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


@pytest.fixture
def who(officer: User, case_file: CaseFile) -> Decider:
    return decider(officer, case_file)


def at_once(who: Decider, address: str, data: dict[str, Any]) -> list[Any]:
    """The same post, twenty times, from twenty threads."""

    def post(_: int) -> Any:
        client = Client()
        client.cookies = who.client.cookies
        try:
            return client.post(address, data)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(post, range(TIMES)))


def test_twenty_records_are_one_decision(who: Decider) -> None:
    who.everything()
    who.post(who.url("draft_points"), stale_item="She told us again", late="She told us again")
    found = at_once(who, who.url("draft_record"), {"saves": who.saves, "seen": who.seen()})
    assert {one.status_code for one in found} == {302}
    assert {one.url for one in found} == {who.url("draft_done")}
    assert Decision.objects.count() == 1


def test_twenty_saves_of_one_page_are_one(who: Decider) -> None:
    data = {**RECIPIENT, "saves": who.saves, "key": "rabc123"}
    found = at_once(who, who.url("recipient_add"), data)
    assert {one.status_code for one in found} <= {200, 302}
    assert [one["name"] for one in who.answers["recipients"]] == [RECIPIENT["name"]]
    assert who.saves == 1


def test_twenty_starts_are_one_draft(who: Decider) -> None:
    address = reverse("draft_start", args=[who.case_file.case.reference])
    found = at_once(who, address, {"request_key": uuid4()})
    assert len({one.url for one in found}) == 1
    assert Draft.objects.count() == 2
