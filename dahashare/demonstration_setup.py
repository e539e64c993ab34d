"""The demonstration copy arrives set up: made-up settings, policies and secure routes, by the actions."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from cases import setting_up, setup_actions
from cases.models import Agency, Organisation, Policy, User
from sharing.policies import BUILT_IN

NAME = "Example Homes"
_NOTICE = "https://www.example-homes.example/privacy"
PARTS: Mapping[str, Mapping[str, Any]] = {
    "organisation": {"name": NAME},
    "notice": {
        "notice_version": "4",
        "notice_dated": date(2026, 2, 9),
        "notice_link": _NOTICE,
        "notice_bases": ["6-1-c", "6-1-d", "6-1-e"],
    },
    "document": {
        "policy_document": True,
        "policy_document_link": "https://www.example-homes.example/policy-document",
    },
    "risk": {"local_criteria": ["Stalking", "Honour-based abuse", "Pregnancy or a new baby"]},
    "timers": {"stale_after_days": 90},
    "hours": {"region": "england", "working_from": time(9), "working_until": time(17)},
    "urgent": {"urgent_basis": "", "urgent_power": ""},
}
"""The settings by the part of set-up that they answer; the others are as they come."""
ROUTES: Mapping[str, Mapping[str, Any]] = {
    "police": {
        "secure_methods": ["secure_email", "phone_confirmed"],
        "secure_address": "safeguarding@police.example",
        "duty_phone": "01632 960001",
    },
    "childrens_social_care": {
        "secure_methods": ["portal", "secure_email"],
        "secure_address": "https://mash.council.example",
        "duty_phone": "01632 960002",
    },
    "marac_coordinator": {
        "secure_methods": ["portal", "marac_meeting"],
        "secure_address": "https://marac.council.example",
        "duty_phone": "01632 960003",
    },
    "idva": {"secure_methods": ["secure_email"], "secure_address": "idva@service.example", "duty_phone": ""},
}
_IN_FORCE = date(2026, 1, 5)


def make(by: User) -> None:
    """Set the copy up and let it go live, where it is not live yet; settings that it has already stay.

    Args:
        by: its administrator.
    """
    if setting_up.live():
        return
    for code, name in BUILT_IN:
        if not Policy.objects.filter(code=code).exists():
            setup_actions.add_policy(
                by=by, code=code, name=name, values={"version": "2", "in_force_from": _IN_FORCE}
            )
    for code, route in ROUTES.items():
        if agency := Agency.objects.filter(code=code, secure_methods=[]).first():
            setup_actions.change_agency(by=by, agency=agency, values=route)
    named = bool(Organisation.current().name)
    for part, values in PARTS.items():
        setup_actions.set_organisation(by=by, values={} if named else values, confirms=part)
    setup_actions.go_live(by=by)
