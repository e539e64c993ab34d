"""The demonstration copy's three sharing agreements, made by its governance lead through the action.

A working example for made-up partners in England and Wales: no organisation's real agreement.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from audit import ledger
from cases.models import Organisation, User
from sharing import rules
from sharing.agreement_actions import record_agreement
from sharing.answers import organisation_facts

CRIME_AND_DISORDER = "Crime and Disorder Act 1998, section 115"
CHILDREN = "Children Act 2004, section 11"
POLICY = "Appropriate policy document for special category and criminal offence data"
EVERY_CARE = ["do_not_tell", "not_onward", "safe_contact", "only_while_needed"]

AGREEMENTS: Mapping[str, Mapping[str, Any]] = {
    "marac": {
        "name": "MARAC information-sharing protocol",
        "agencies": [
            "police", "probation", "childrens_social_care", "adult_social_care", "health", "housing", "idva",
            "specialist_service", "marac_coordinator", "substance_misuse", "education",
        ],
        "aims": ["assess_risk", "protect_adult", "protect_child", "marac"],
        "power": CRIME_AND_DISORDER,
        "schedule_1": "6",
        "offence_condition": "10",
        "conditions": EVERY_CARE,
        "methods": ["portal", "secure_email", "marac_meeting"],
        "procedure": "marac-protocol",
        "fits": "The protocol asks each partner to bring what it knows about the risk to the meeting.",
        "days": (120, 365),
    },
    "children": {
        "name": "Safeguarding children agreement",
        "agencies": ["childrens_social_care", "police", "health", "education", "youth_justice"],
        "aims": ["protect_child"],
        "power": CHILDREN,
        "schedule_1": "18",
        "offence_condition": "18",
        "conditions": EVERY_CARE,
        "methods": ["portal", "secure_email", "phone_confirmed"],
        "procedure": "safeguarding-children",
        "fits": "The procedure asks us to pass on a concern about a child on the day that we learn of it.",
        "days": (200, 365),
    },
    "police": {
        "name": "Crime prevention agreement with the police",
        "agencies": ["police"],
        "aims": ["crime", "protect_adult"],
        "power": CRIME_AND_DISORDER,
        "schedule_1": "10",
        "offence_condition": "10",
        "conditions": ["do_not_tell", "safe_contact", "only_while_needed"],
        "methods": ["secure_email", "phone_confirmed", "in_person"],
        "procedure": "information-sharing-protocol",
        "fits": "The protocol lets us tell the police what can prevent or uncover a crime.",
        "days": (60, 365),
    },
}  # fmt: skip
"""By a key of their own: the terms of an organisation whose public task this is, and how many days ago it was
agreed, for how many days.

Paragraph 18 settles the law where the child is the one at risk: a child satisfies it alone. An adult seldom
does, so the other two rest on the organisation's functions (6) or on preventing unlawful acts (10).
"""


def request_key(name: str) -> UUID:
    """The mark of an agreement that has been made."""
    return uuid5(NAMESPACE_URL, f"urn:dahashare:agreement:{name}")


def make(*, by: User) -> None:
    """Make the three where they are not there yet."""
    for name, agreement in AGREEMENTS.items():
        if ledger.entry(request_key(name)) is None:
            record_agreement(by=by, values=terms(agreement), request_key=request_key(name))


def terms(agreement: Mapping[str, Any]) -> dict[str, Any]:
    """The terms as this organisation may rely on them, from today.

    Without a public task there is no function of its own either: it weighs its legitimate interests each
    time, and special category information rests on preventing unlawful acts instead.
    """
    ago, lasts = agreement["days"]
    agreed_on = timezone.localdate() - timedelta(days=ago)
    found = {name: value for name, value in agreement.items() if name != "days"} | {
        "basis": "6-1-e",
        "article_9": "9-2-g",
        "policy_document": POLICY,
        "agreed_on": agreed_on,
        "review_on": agreed_on + timedelta(days=lasts),
    }
    if rules.is_public_authority(organisation_facts(Organisation.current())):
        return found
    paragraph = "10" if found["schedule_1"] == "6" else found["schedule_1"]
    return found | {"basis": "6-1-f", "power": "", "schedule_1": paragraph}
