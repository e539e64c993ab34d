"""What an agency asked when it gave us something stands wherever it is shared on, and in the record."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from audit import ledger
from cases import actions as case_actions
from cases.models import Agency, User
from sharing import actions, projection
from sharing.models import Decision
from tests.cases.case_pages import html
from tests.cast import CaseFile
from tests.sharing.deciding import NOW, draft_of
from tests.sharing.following import browser
from tests.sharing.printed import Printed

pytestmark = pytest.mark.django_db
ASKED = "Ask the head teacher first. Not to the family."
CAME = {"received_from": "education", "received_on": date(2026, 3, 1), "conditions": ASKED}
LINE = f"They asked: {ASKED}"


@pytest.fixture
def given(officer: User, case_file: CaseFile) -> CaseFile:
    """The cast's case, of which a school gave us the one thing that is shared."""
    case_actions.change_information(by=officer, item=case_file.information, values=CAME)
    return case_file


def shared(officer: User, given: CaseFile) -> Decision:
    return actions.record(by=officer, draft=draft_of(officer, given), now=NOW)


def test_it_stands_on_every_page_before_it_is_recorded(officer: User, given: CaseFile) -> None:
    draft, client = draft_of(officer, given), browser(officer)
    pages = {
        "items": reverse("draft_step", args=[draft.id, "items"]),
        "item": reverse("item_change", args=[draft.id, given.information.id]),
        "check": reverse("draft_check", args=[draft.id]),
    }
    for name, address in pages.items():
        page = html(client, address)
        assert LINE in page, name
    assert "School, college or education service, on Sunday 1 March 2026" in html(client, pages["item"])
    other = reverse("item_change", args=[draft.id, given.older.id])
    assert ASKED not in html(client, other)


def test_the_record_keeps_it_beside_the_item_whatever_the_case_says_later(
    officer: User, given: CaseFile
) -> None:
    decision = shared(officer, given)
    kept = {one["key"]: one for one in projection.said_of(decision)["items"]}
    item, own = kept[str(given.information.id)], kept[str(given.older.id)]
    assert (item["received_from"], item["received_on"], item["conditions"]) == (
        "education", "2026-03-01", ASKED,
    )  # fmt: skip
    assert item["received_from_name"] == "School, college or education service"
    assert (own["conditions"], "received_from_name" in own) == ("", False)
    case_actions.change_information(by=officer, item=given.information, values={"conditions": "None"})
    Agency.objects.filter(code="education").delete()
    client = browser(officer)
    page = html(client, reverse("decision", args=[decision.reference]))
    assert ASKED in page
    assert "School, college or education service, Sunday 1 March 2026" in page
    assert LINE in html(client, reverse("decision_sent", args=[decision.reference]))
    paper = client.get(reverse("decision_pdf", args=[decision.reference]))
    assert ASKED in Printed(paper.content).text
    assert ledger.verify().problem is None


def test_a_restriction_that_changes_is_read_before_it_is_recorded(officer: User, given: CaseFile) -> None:
    draft, client = draft_of(officer, given), browser(officer)
    seen = client.get(reverse("draft_check", args=[draft.id])).context["seen"]
    case_actions.change_information(by=officer, item=given.information, values={"conditions": "To nobody"})
    with pytest.raises(actions.DraftChanged):
        actions.record(by=officer, draft=draft, seen=seen, now=NOW)
    assert not Decision.objects.exists()


def test_a_record_of_before_restrictions_were_kept_is_shown_as_it_was(
    officer: User, given: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = projection.content

    def before(**values: Any) -> dict[str, Any]:
        said = kept(**values)
        for item in said["items"]:
            for name in ("conditions", "received_from", "received_on", "received_from_name"):
                item.pop(name, None)
        return said

    monkeypatch.setattr(projection, "content", before)
    decision = shared(officer, given)
    client = browser(officer)
    for name in ("decision", "decision_sent", "decision_pdf"):
        assert client.get(reverse(name, args=[decision.reference])).status_code == 200
