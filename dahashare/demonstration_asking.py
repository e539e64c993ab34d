"""What the demonstration has of asking: a request that met a blanket refusal, advice, an agency that asks us.

Entered through the actions, once for each case. Names are made up.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Case, User
from sharing import advice_actions, asked_actions, letter_actions, letter_words, request_actions
from sharing.models import Decision, Request
from sharing.rules import requests as states

_REFUSED, _ASKED_US, _DOUBT = (
    "request-met-with-policy",
    "high-risk-police-and-marac",
    "consent-trap",
)
WHAT = (
    {
        "text": "Calls to the address since August, with their dates",
        "why": "The risk is assessed over the last months.",
    },
    {"text": "Whether anybody was arrested", "why": "It decides whether she can go home this week."},
)
QUESTION: Mapping[str, Any] = {
    "adviser_kind": "manager",
    "situation": "Ms A told us about threats. She asked us to tell nobody.",
    "question": "May we tell the practitioner who meets her on Thursday, although she does not agree?",
    "options": "Tell all of it; tell only that there is a safety plan; wait until Thursday.",
    "left_in": "",
}
ASKED: Mapping[str, Any] = {
    "requester_name": "Bryony Quillfeather",
    "requester_job": "Health visitor",
    "agency": "health",
    "checked": "known_number",
    "what": "Whether there is anything that she should know before she visits on Friday.",
    "why": "She visits alone, and a child of two lives there.",
}


def entered(name: str, case: Case, cast: Mapping[str, User]) -> None:
    """Add to a scenario's case, just entered, what it has of asking.

    Args:
        name: the scenario's id.
        cast: as `demonstration.cast()` gives it.
    """
    officer, now = cast["officer"], timezone.now()
    if name == _REFUSED:
        _refused(case, officer)
    if name == _ASKED_US:
        values = {**ASKED, "received_at": now - timedelta(hours=3), "answer_by": now + timedelta(days=2)}
        asked_actions.log_asked(by=officer, case=case, values=values)
    if name == _DOUBT:
        values = {
            **QUESTION,
            "adviser": cast["manager"],
            "reply_by": timezone.localdate() + timedelta(days=1),
        }
        advice_actions.ask_advice(by=officer, case=case, values=values)


def _refused(case: Case, officer: User) -> None:
    """Written, sent, and refused with nothing but a policy: what comes next is the officer's."""
    now = timezone.now()
    decision = Decision.objects.select_related("case").get(case=case)
    request = request_actions.write_request(
        by=officer,
        decision=decision,
        recipient="police",
        values={
            "need": "What you hold about calls to the address.",
            "purpose": "To assess the risk and decide about a move.",
            "what": list(WHAT),
            "who_sees": "The officer and the manager of the team",
            "reply_by": now + timedelta(days=2),
        },
    )
    _send(request, officer)
    request_actions.refuse(
        by=officer,
        request=request,
        act="refuse",
        values={
            "refusal": "policy",
            "words": "We do not give this to housing. That is our policy.",
            "given": "written",
            "happened_at": now,
        },
    )


def _send(request: Request, officer: User) -> None:
    kind = states.ACTS["send"].letter
    ground = letter_words.ground(request, kind, officer)
    names = ("name", "role", "agency", "signed", "body", "reply_by")
    letter = letter_actions.prepare_letter(
        by=officer,
        about=request,
        kind=kind,
        values={name: getattr(ground, name) for name in names} | {"reason": ""},
    )
    request_actions.move(
        by=officer,
        request=request,
        act="send",
        letter=letter,
        values={"sent_at": timezone.now(), "method": "secure_email", "sent_to": "The public protection desk"},
    )
