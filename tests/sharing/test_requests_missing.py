"""What we asked for and do not have stands in red above every page of its case, at no query of a draft's."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import closing, open_ends
from cases.models import User
from tests.cast import CaseFile
from tests.sharing.deciding import draft_of
from tests.sharing.following import browser
from tests.sharing.requesting import closed, letter, may_ask, moved, refused, requested, sent


def banner_of(user: User, file: CaseFile) -> list[dict[str, Any]]:
    page = browser(user).get(reverse("case", args=[file.case.reference]))
    assert page.content.decode().count("Still missing:") == len(page.context["banner"]["missing"])
    return list(page.context["banner"]["missing"])


def test_the_line_comes_and_goes(officer: User, manager: User, case_file: CaseFile) -> None:
    decision = may_ask(officer, case_file)
    requested(officer, decision, "police")
    assert banner_of(officer, case_file) == []
    request = sent(officer, decision)
    (line,) = banner_of(officer, case_file)
    assert line == {
        "words": "what we asked Health for",
        "reference": request.reference,
        "href": reverse("request", args=[request.reference]),
        "next": "",
    }
    refused(officer, request)
    assert (
        "not enough on its own. Next: ask for their reasons in writing"
        in banner_of(officer, case_file)[0]["next"]
    )
    moved(officer, request, "ask_reasons", letter(officer, request, "L2"))
    assert banner_of(officer, case_file)[0]["next"].endswith("escalate to their senior manager")
    refused(officer, request, "refuse_again", refusal="specific")
    assert banner_of(officer, case_file)[0]["next"] == ""
    closed(manager, request, "accepted")
    assert banner_of(officer, case_file) == []


def test_it_stands_on_a_draft_and_costs_it_nothing(officer: User, case_file: CaseFile) -> None:
    decision, draft = may_ask(officer, case_file), draft_of(officer, case_file)
    client, address = browser(officer), reverse("draft_step", args=[draft.id, "reasons"])
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    for who in ("surgery", "police"):
        sent(officer, decision, who)
    with CaptureQueriesContext(connection) as after:
        text = client.get(address).content.decode()
    assert text.count("Still missing:") == 2
    assert len(after) == len(before)


def test_a_case_with_an_open_request_stays_open(officer: User, case_file: CaseFile) -> None:
    request = requested(officer, may_ask(officer, case_file), "police")
    (end,) = [one for one in open_ends.of(case_file.case, officer) if request.reference in one.words]
    assert (end.blocks, end.href) == (True, reverse("request", args=[request.reference]))
    with pytest.raises(closing.StillOpen):
        closing.close_case(by=officer, case=case_file.case, reason="safe_now")
    closed(officer, request, "not_sent", "discard")
    assert not [one for one in open_ends.of(case_file.case, officer) if request.reference in one.words]
