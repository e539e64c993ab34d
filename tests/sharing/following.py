"""What the tests of everything after a decision share."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import events
from cases.models import User
from sharing import after_actions, after_rows
from sharing.models import Decision, Disclosure, Incident
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing.deciding import decided, item
from tests.sharing.filling import day

SEND_BY = "2026-03-03T16:00:00+00:00"
BOTH_SHARED = {"could_make_less_safe": "She has been moved", "stale_item": "It is still so"}
FACTS: dict[str, Any] = {"method": "secure_email", "complete": True}
WRONG: dict[str, Any] = {
    "what": "The letter with the new address",
    "who_has_it": "His mother, at number 12",
    "could_do": "Tell him where she lives now",
    "in_danger": "not_sure",
    "told": ["manager", "police"],
    "told_other": "",
    "done": "Rang his mother; the police are on their way",
}
ANSWER: dict[str, Any] = {
    "outcome": "not_reportable",
    "reason": "It came back unopened within the hour",
    "people_told": "told",
    "people_reason": "By phone, the safe route",
}


def share(officer: User, file: CaseFile, **changes: Any) -> Decision:
    """A decision to send one thing to the police."""
    return decided(officer, file, **{"send_by": SEND_BY} | changes)


def share_both(officer: User, file: CaseFile) -> Decision:
    """A decision of which two things are to be sent."""
    shared = item(file.older.id, third_party_effect="None: it is about a door")
    items = [item(file.information.id), shared]
    return share(officer, file, outcome="share_all", items=items, points=BOTH_SHARED)


def mark_sent(decision: Decision, pairs: list[Any] | None = None, **values: Any) -> Disclosure:
    """Record what was sent: everything that was decided, unless told otherwise."""
    key = values.pop("request_key", None)
    by = values.pop("by", decision.by)
    seen = values.pop("seen", None)
    sent = decision.to_send if pairs is None else pairs
    said = {"pairs": sent, "sent_at": timezone.now()} | FACTS | values
    return after_actions.mark_sent(by=by, decision=decision, values=said, seen=seen, request_key=key)


def report(decision: Decision, known_at: datetime | None = None, **values: Any) -> Incident:
    """Record that it went to the wrong person."""
    said = WRONG | {"known_at": known_at or timezone.now()} | values
    return after_actions.report_wrong_recipient(by=decision.by, decision=decision, values=said)


def entries(decision: Decision, kind: str) -> list[Entry]:
    """The entries of a kind in the case's chain."""
    return list(ledger.history(decision.case_id).filter(kind=kind))


def said_of(row: Any, standing: after_rows.Standing) -> dict[str, Any]:
    """The opened content of the entry that a row stands for."""
    assert standing.check([row])[0][2] is None
    entry = ledger.by_hash(row.entry_hash)
    assert entry is not None
    return events.content_of(entry)


def browser(user: User) -> Client:
    """Somebody's browser."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def post(client: Client, name: str, reference: str, **data: Any) -> Any:
    """Post to a page after a decision that was opened just now."""
    return client.post(reverse(name, args=[reference]), {"request_key": str(uuid4()), **data})


def sent_data(decision: Decision, **changes: Any) -> dict[str, Any]:
    """What a browser posts from the page of what was sent, everything ticked."""
    ticked: dict[str, list[str]] = {}
    for who, what in decision.to_send:
        ticked.setdefault(f"sent_{who}", []).append(what)
    data = {"seen": decision.disclosures.count(), "sent_method": "secure_email", "complete": "all", **ticked}
    return {k: v for k, v in (data | day("sent_at", -1, "12:00") | changes).items() if v is not None}
