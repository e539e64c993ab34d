"""What an agency gave us: from whom, when it came, what it answers, what they asked about passing it on."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from audit import ledger
from cases import events, panels
from cases.models import Case, InformationItem, User
from tests.cases.case_pages import PAGES, address, day, html, with_key
from tests.cast import CaseFile

CAME = {"received_from": "police", **day("received_on")}
NOT_CAME = dict.fromkeys((*day("received_on"), "received_from"), "")
OPEN, CLOSED = (
    panels.Request(uuid4(), f"R-{name}", f"R-{name}, Health", f"/requests/R-{name}/", name == "OPEN22")
    for name in ("OPEN22", "DONE22")
)


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The case has two requests to agencies; of one something may still come."""

    def source(_case: Case) -> list[panels.Request]:
        return [OPEN, CLOSED]

    monkeypatch.setattr(panels, "_requests", [source])


def add(client: Client, file: CaseFile, **answers: Any) -> str:
    page = with_key(PAGES["information add"].answers(file) | answers)
    response = client.post(address(file.case, "information/add/"), page)
    return str(response.get("Location") or response.content.decode())


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (CAME | dict.fromkeys(day("received_on"), ""), "Enter the date it came"),
        (CAME | {"received_on_year": "2090"}, "The date it came must be today or in the past"),
        (CAME | {"received_from": ""}, "Remove this, or select the agency that gave it to us"),
        (CAME | {"received_from": "nobody"}, "Select an answer from the list"),
        (NOT_CAME | {"answers": str(OPEN.id)}, "Select the agency that gave it to us"),
        (CAME | {"answers": str(CLOSED.id)}, "Select an answer from the list"),
        (CAME | {"answers": str(uuid4())}, "Select an answer from the list"),
        (CAME | {"conditions": "x" * 301}, "Shorten this to 300 characters or fewer"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(
    signed_in: Client, case_file: CaseFile, asked: None, answers: dict[str, str], words: str
) -> None:
    page = add(signed_in, case_file, **answers)
    assert words in page
    assert "He has a key" in page
    assert case_file.case.information.count() == 2


@pytest.mark.usefixtures("asked")
def test_what_answers_a_request_names_it_and_keeps_it_once_that_is_closed(
    signed_in: Client, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add(signed_in, case_file, **CAME, answers=str(OPEN.id)).endswith("/information/")
    item = InformationItem.objects.get(position=2)
    assert (item.answers, item.received_from, item.received_on) == (OPEN.id, "police", date(2026, 3, 3))
    entry = ledger.history(case_file.case.id).filter(kind="information.added").order_by("-seq")[0]
    said = events.content_of(entry)["information"]
    assert (said["answers"], said["received_on"]) == (str(OPEN.id), "2026-03-03")
    page = html(signed_in, address(case_file.case, "information/"))
    assert re.search(rf'in answer to\s+<a[^>]*href="{OPEN.url}">{OPEN.reference}</a>', page)
    assert "nobody asked for it" not in page
    over = [panels.Request(OPEN.id, OPEN.reference, OPEN.words, OPEN.url, open=False)]
    monkeypatch.setattr(panels, "_requests", [lambda _case: over])
    change = address(case_file.case, f"information/{item.id}/")
    assert f'value="{OPEN.id}" selected' in html(signed_in, change)
    answers = with_key(PAGES["information add"].answers(case_file) | CAME | {"answers": str(OPEN.id)})
    assert signed_in.post(change, answers | {"text": "He has two keys"}).status_code == 302
    item.refresh_from_db()
    assert (item.answers, item.text) == (OPEN.id, "He has two keys")


def test_without_a_request_none_is_asked_about(signed_in: Client, case_file: CaseFile) -> None:
    assert "Does it answer a request of ours?" not in html(
        signed_in, address(case_file.case, "information/add/")
    )
    assert add(signed_in, case_file, **CAME | {"received_from": "unlisted"}).endswith("/information/")
    page = html(signed_in, address(case_file.case, "information/"))
    assert "Came from An agency that is not in the list on Tuesday 3 March 2026" in page


def test_the_timeline_says_when_it_came_and_what_they_asked(signed_in: Client, case_file: CaseFile) -> None:
    add(signed_in, case_file, **CAME)
    item = InformationItem.objects.get(position=2)
    answers = with_key(PAGES["information add"].answers(case_file) | CAME | {"received_on_day": "2"})
    signed_in.post(address(case_file.case, f"information/{item.id}/"), answers | {"conditions": "Not to him"})
    page = html(signed_in, address(case_file.case, "timeline/"))
    assert "Came on" in page
    assert "They asked" in page
