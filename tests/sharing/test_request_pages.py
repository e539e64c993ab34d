"""The pages of requests to other agencies: what they ask and tell, what stays when somebody was first."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from cases.models import InformationItem, User
from sharing import requests
from sharing.models import Request
from tests.cast import CaseFile
from tests.sharing.filling import day
from tests.sharing.following import browser
from tests.sharing.requesting import came, closed, letter, may_ask, moved, refused, requested, sent

WRITTEN = {
    "count": "2",
    "need": "Where she can live safely is decided tonight",
    "purpose": "To choose a flat",
    "text_1": "Injuries since January",
    "why_1": "We hold the older ones",
    "text_2": "",
    "why_2": "",
    "who_sees": "The officer and the manager",
}


def act(client: Client, request: Request, slug: str, **data: Any) -> Any:
    """Post to the page of an act that was opened just now."""
    posted = {"request_key": str(uuid4()), "seen": requests.newest_step(request).number} | data
    return client.post(reverse("request_act", args=[request.reference, slug]), posted)


def text_of(client: Client, request: Request) -> str:
    return client.get(reverse("request", args=[request.reference])).content.decode()


def refusal(**changes: Any) -> dict[str, Any]:
    said = {"refusal": "policy", "words": "We never give this out.", "given": "spoken"}
    return said | day("happened_at", 0, "0:00") | changes


def piece(file: CaseFile, number: int = 1, **changes: Any) -> dict[str, Any]:
    said = {
        "text": f"Piece {number}: a broken wrist",
        "source": "Practice notes",
        "nature": "fact",
        "historical": "no",
        "about": [str(file.survivor.id)],
        "alleges_offence": "no",
        "conditions": "Ask us first",
    } | day("dated", -3)
    return {f"p{number}-{name}": one for name, one in (said | changes).items()}


def test_the_decision_leads_to_a_request_that_is_filled_in(officer: User, case_file: CaseFile) -> None:
    decision, client = may_ask(officer, case_file), browser(officer)
    address = reverse("request_new", args=[decision.reference, "surgery"])
    assert address in client.get(reverse("decision", args=[decision.reference])).content.decode()
    form = client.get(address).context["form"]
    assert form.initial["need"] == "Can keep her safe tonight"
    assert form.initial["reply_by"] - timezone.now() < timedelta(hours=4)
    said = WRITTEN | day("reply_by", 2, "4pm") | {"request_key": str(uuid4())}
    for _ in range(2):
        answer = client.post(address, said)
    (request,) = Request.objects.all()
    assert answer["Location"] == reverse("request", args=[request.reference])
    assert client.get(address)["Location"] == answer["Location"]
    text = text_of(client, request)
    assert "Injuries since January" in text
    assert reverse("letter_new", args=[request.reference, "L1"]) in text
    assert address not in client.get(reverse("decision", args=[decision.reference])).content.decode()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"need": ""}, ["need"]),
        ({"text_1": ""}, ["text_1"]),
        ({"why_1": ""}, ["why_1"]),
        ({"text_1": "", "why_1": ""}, ["text_1"]),
        ({"text_2": "More"}, ["why_2"]),
        ({"purpose": "a\u202eb"}, ["purpose"]),
        (day("reply_by", -1, "4pm"), ["reply_by"]),
        ({"text_1": "x" * 201}, ["text_1"]),
    ],
)
def test_bad_input(changes: Any, fields: list[str], officer: User, case_file: CaseFile) -> None:
    decision = may_ask(officer, case_file)
    address = reverse("request_new", args=[decision.reference, "surgery"])
    answer = browser(officer).post(address, WRITTEN | day("reply_by", 2, "4pm") | changes)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == fields
    assert WRITTEN["who_sees"] in answer.content.decode()
    assert not Request.objects.exists()


def test_a_line_is_added_and_nothing_is_lost(officer: User, case_file: CaseFile) -> None:
    decision = may_ask(officer, case_file)
    address = reverse("request_new", args=[decision.reference, "surgery"])
    answer = browser(officer).post(address, WRITTEN | {"action": "more", "need": "Half a sent"})
    form = answer.context["form"]
    assert (form.count, form.errors) == (3, {})
    text = answer.content.decode()
    assert "Half a sent" in text
    assert "Injuries since January" in text
    most = browser(officer).post(address, WRITTEN | {"action": "more", "count": "99999"}).context["form"]
    assert most.count <= 10


def test_a_blanket_refusal_says_what_to_do_next(officer: User, case_file: CaseFile) -> None:
    request, client = sent(officer, may_ask(officer, case_file)), browser(officer)
    assert act(client, request, "refuse", **refusal()).status_code == 302
    text = text_of(client, request)
    assert "Not enough on its own" in text
    assert "Ask for their reasons in writing" in text
    assert reverse("letter_new", args=[request.reference, "L2"]) in text
    assert reverse("request_act", args=[request.reference, "close"]) not in text
    answer = client.get(reverse("request_act", args=[request.reference, "close"]))
    assert answer["Location"] == reverse("request", args=[request.reference])
    letter(officer, request, "L2")
    assert reverse("request_act", args=[request.reference, "ask-reasons"]) in text_of(client, request)


def test_what_came_is_kept(officer: User, case_file: CaseFile) -> None:
    request, client = sent(officer, may_ask(officer, case_file)), browser(officer)
    data = {"count": "2", "missing": "The visit", **day("received_on", 0), **piece(case_file)}
    more = act(client, request, "answer-part", action="more", **data)
    assert len(more.context["form"].pieces) == 3
    assert not more.context["form"].pieces[0].errors
    answer = act(client, request, "answer-part", **data)
    assert answer.status_code == 302
    (item,) = InformationItem.objects.filter(answers=request.id)
    assert (item.text, item.received_from, item.received_on) == (
        "Piece 1: a broken wrist", "health", timezone.localdate()
    )  # fmt: skip
    text = text_of(client, request)
    assert "Ask us first" in text
    assert "Still missing: The visit" in text
    assert ledger.verify().problem is None


def test_a_piece_that_is_begun_is_finished(officer: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    data = {"count": "2", **day("received_on", 0), **piece(case_file), "p2-source": "Somebody"}
    answer = act(browser(officer), request, "answer", **data)
    first, second = answer.context["form"].pieces
    assert first.errors == {}
    assert "text" in second.errors
    assert "#id_p2-text" in answer.content.decode()
    nothing = act(browser(officer), request, "answer", count="1", **day("received_on", 0))
    assert "text" in nothing.context["form"].pieces[0].errors
    assert requests.read(request).state == "sent"


def test_somebody_was_first(officer: User, manager: User, case_file: CaseFile) -> None:
    request = sent(officer, may_ask(officer, case_file))
    seen = requests.newest_step(request).number
    came(manager, request)
    answer = act(browser(officer), request, "refuse", seen=seen, **refusal())
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Mary Field recorded" in text
    assert "We never give this out." in text
    assert act(browser(officer), request, "refuse", **refusal()).status_code == 302
    closed_by(manager, request)
    late = act(browser(officer), request, "chase", seen=seen, how="in_person", spoken_with="Nia Abara",
               **day("reply_by", 2, "4pm"))  # fmt: skip
    assert late.status_code == 409
    assert "Nia Abara" in late.content.decode()
    assert ">Record it</button>" not in late.content.decode()


def test_what_is_recorded_as_sent_is_the_letter_that_the_page_showed(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    request, client = requested(officer, may_ask(officer, case_file)), browser(officer)
    shown = letter(officer, request, "L1")
    page = client.get(reverse("request_act", args=[request.reference, "send"])).content.decode()
    assert f'name="letter" value="{shown.reference}"' in page
    newer = letter(manager, request, "L1")
    gone = {"sent_to": "Nia Abara", "how": "secure_email", "reason": "", **day("sent_at", 0, "0:00")}
    late = act(client, request, "send", letter=shown.reference, **gone)
    assert late.status_code == 409
    assert "Check the letter" in late.content.decode()
    assert requests.read(request).state == "draft"
    assert act(client, request, "send", letter=newer.reference, **gone).status_code == 302
    assert requests.newest_step(request).letter == newer


def closed_by(manager: User, request: Request) -> None:
    """A reason about the case, accepted."""
    moved(manager, request, "ask_reasons", letter(manager, request, "L2"))
    refused(manager, request, "refuse_again", refusal="specific")
    closed(manager, request, "accepted")


def test_the_pages_ask_as_much_for_a_long_story_as_for_a_short_one(
    officer: User, case_file: CaseFile
) -> None:
    decision, client = may_ask(officer, case_file), browser(officer)
    request = sent(officer, decision)
    refused(officer, request)
    moved(officer, request, "ask_reasons", letter(officer, request, "L2"))
    addresses = [reverse("request", args=[request.reference]), reverse("requests")]
    came(officer, request)
    few = [_queries(client, address) for address in addresses]
    for _ in range(3):
        came(officer, request)
    refused(officer, request)
    moved(officer, request, "ask_reasons", letter(officer, request, "L2"))
    came(officer, request)
    sent(officer, decision, "police")
    assert [_queries(client, address) for address in addresses] == few


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("slug", ["refuse_again", "nothing", "refuse-again", "send"])
def test_an_act_that_cannot_be_done_now(slug: str, officer: User, case_file: CaseFile) -> None:
    request = requested(officer, may_ask(officer, case_file))
    answer = browser(officer).get(reverse("request_act", args=[request.reference, slug]))
    known = slug in ("refuse-again", "send")
    assert answer.status_code == (302 if known else 404)


def test_the_list(
    officer: User, manager: User, governance: User, other_manager: User, case_file: CaseFile
) -> None:
    client = browser(officer)
    assert "No open requests" in client.get(reverse("requests")).content.decode()
    request = sent(officer, may_ask(officer, case_file))
    refused(officer, request)
    text = client.get(reverse("requests")).content.decode()
    assert request.reference in text
    assert "Refusals by agency" not in text
    page = browser(manager).get(reverse("requests"))
    (row,) = page.context["refusals"]["rows"]
    assert (row["agency"], row["total"], row["blanket"]) == ("Health", 1, 1)
    assert browser(other_manager).get(reverse("requests")).context["refusals"]["rows"] == []
    lead = browser(governance).get(reverse("requests"))
    assert len(lead.context["refusals"]["rows"]) == 1
    for hidden in (request.reference, case_file.case.reference):
        assert hidden not in lead.content.decode()
