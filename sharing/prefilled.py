"""The answers of a draft that decides about a request made to us: nothing is asked twice."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from sharing import lists
from sharing.answers import Answers
from sharing.models import Asked
from sharing.rules.terms import day_of

_WHO = ("started", "requester_name", "requester_agency", "requested_on", "requester_checked")
_MOST = 200
"""Characters of the journey's own field for who asked."""


def who_asked(row: Asked, said: Mapping[str, Any], answers: Mapping[str, Any]) -> Answers:
    """The answers of a draft that was begun otherwise, with those of a request about who asked."""
    known = of_request(row, said)
    kept = {name: known[name] for name in _WHO}
    return {**answers, **kept, "pages": {**answers.get("pages", {}), "requester": True}}


def of_request(row: Asked, said: Mapping[str, Any]) -> Answers:
    """Who asked, how they were checked, by when they need it, and they themselves as a recipient.

    Whether they are connected to the alleged perpetrator is not known from a request: that is asked.

    Args:
        said: the opened content of the request's entry; empty where it cannot be opened.
    """
    unlisted = row.agency in lists.codes("unlisted_agency")
    who = [said.get("requester_name"), said.get("requester_job"), said.get("agency_name") if unlisted else ""]
    recipient = {
        "key": f"r{secrets.token_hex(3)}",
        "name": said.get("requester_name", ""),
        "role": said.get("requester_job", ""),
        "agency": row.agency,
        "why": said.get("why", ""),
        **({"agency_name": said.get("agency_name", "")} if unlisted else {}),
    }
    return {
        "started": "asked",
        "requester_name": ", ".join(text for text in who if text)[:_MOST],
        "requester_agency": row.agency,
        "requested_on": day_of(row.received_at).isoformat(),
        "requester_checked": row.checked,
        **_urgency(row),
        "recipients": [recipient] if said else [],
        "pages": {"requester": True},
    }


def _urgency(row: Asked) -> Answers:
    by = day_of(row.answer_by)
    if by <= day_of(timezone.now()):
        return {"urgency": "today"}
    return {"urgency": "by_date", "decide_by": by.isoformat()}
