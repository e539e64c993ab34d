"""A sharing agreement that fits the cast's decision; tests change it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import User
from sharing.agreement_actions import record_agreement
from sharing.models import Agreement

NAME = "MARAC information-sharing protocol"


def terms(**changes: Any) -> dict[str, Any]:
    """The terms of an agreement that covers what `tests.sharing.deciding` and `filling` share."""
    today = timezone.localdate()
    return {
        "name": NAME,
        "agencies": ["police", "idva", "marac_coordinator"],
        "aims": ["assess_risk", "protect_adult", "marac"],
        "basis": "6-1-e",
        "power": "Crime and Disorder Act 1998, section 115",
        "article_9": "9-2-g",
        "schedule_1": "10",
        "offence_condition": "10",
        "policy_document": "Appropriate policy document 4",
        "conditions": ["do_not_tell", "only_while_needed"],
        "methods": ["secure_email", "marac_meeting"],
        "procedure": "marac-protocol",
        "fits": "The protocol asks for a referral on the same day",
        "agreed_on": today - timedelta(days=100),
        "review_on": today + timedelta(days=100),
    } | changes


def agreed(by: User, **changes: Any) -> Agreement:
    """An agreement with these terms, recorded."""
    return record_agreement(by=by, values=terms(**changes))
