"""A decision to share part of the cast's case, as a draft's answers: no stop, no point. Tests change it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from audit import ledger
from cases.models import User
from sharing import actions
from sharing.models import Decision, Draft
from tests.cast import LONDON, CaseFile
from tests.guards import disarmed

NOW = datetime(2026, 3, 3, 11, tzinfo=LONDON)
"""The day after the risk of the cast's case was assessed: nothing is stale or late then."""
REASON = "He waited at the school with a knife and she fears for her life tonight"


def answers(file: CaseFile, **changes: Any) -> dict[str, Any]:
    """Answers that can be recorded as they are; `changes` replaces some of them."""
    return {
        "started": "offer",
        "already_sent": False,
        "aims": ["assess_risk", "protect_adult", "marac"],
        "urgency": "today",
        "without_identity": "no",
        "safeguarding": "yes",
        "risk_assessment": "yes",
        "services": "not_sure",
        "harm_if_not": "Nobody would know of the knife",
        "affected": [str(file.survivor.id), str(file.child.id)],
        "less_safe": "not_sure",
        "basis": "6-1-d",
        "kinds": ["ordinary", "offence"],
        "offence_condition": "10",
        "no_consent_reason": "would_prejudice",
        "informed": "told",
        "told_by": "in_person",
        "wishes": "agrees",
        "consent": "not_sought_misleading",
        "consent_reason": "We would share either way",
        "procedure": "marac-protocol",
        "fits": "The threshold is met",
        "doubt": "no",
        "outcome": "share_part",
        "reasons": ["risk_of_serious_harm"],
        "reason_text": REASON,
        "decided_at": "2026-03-03T10:30:00+00:00",
        "recipients": [recipient()],
        "items": [
            item(file.information.id),
            {"information": str(file.older.id), "include": False, "withheld_reason": "It is old"},
        ],
        "points": {"could_make_less_safe": "She has been moved tonight"},
        "pages": {"request": True},
    } | changes


def recipient(key: str = "police", **changes: Any) -> dict[str, Any]:
    """Somebody who would get it."""
    return {
        "key": key,
        "name": "Sgt Imelda Fenwick",
        "role": "Duty sergeant",
        "agency": "police",
        "why": "Can keep her safe tonight",
        "linked": "no",
        "method": "secure_email",
    } | changes


def item(information: Any, **changes: Any) -> dict[str, Any]:
    """An item to share."""
    return {
        "information": str(information),
        "recipients": ["police"],
        "why": "Shows the danger",
        "relevant": True,
        "enough": True,
        "include": True,
    } | changes


NOT_SHARED = {
    "outcome": "do_not_share",
    "reasons": ["not_necessary"],
    "safeguarding": "no",
    "risk_assessment": "no",
    "instead": "Call her at the agreed time",
    "review_on": "2099-01-01",
    "points": {"high_risk_not_shared": "The police know already"},
}
"""Answers of a decision not to share, to lay over `answers`."""


def draft_of(by: User, file: CaseFile, **changes: Any) -> Draft:
    """A draft with these answers, saved."""
    draft = actions.start_draft(by=by, case=file.case)
    return actions.save_draft(by=by, draft=draft, answers=answers(file, **changes), saves=draft.saves)


def decided(by: User, file: CaseFile, **changes: Any) -> Decision:
    """A recorded decision with these answers."""
    return actions.record(by=by, draft=draft_of(by, file, **changes), now=NOW)


def alter_seal(row: Any) -> None:
    """Change one bit of what was sealed with a decision, or with any other row that stands for an entry."""
    entry = ledger.by_hash(bytes(row.entry_hash))
    assert entry is not None
    changed = bytes(entry.sealed)[:-1] + bytes([bytes(entry.sealed)[-1] ^ 1])
    with behind_the_guards(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET sealed = %s WHERE seq = %s", [changed, entry.seq])


@contextmanager
def behind_the_guards() -> Iterator[None]:
    """The guards taken away inside a test's transaction; PostgreSQL wants its foreign keys checked first."""
    connection.check_constraints()
    with disarmed():
        yield
        connection.check_constraints()
