"""Answers to every part of set-up, for tests that fill its pages."""

from typing import Any

from django.test import Client
from django.urls import reverse

from cases.models import Team
from tests.cases.case_pages import day
from tests.cast import UserFactory

ANSWERS: dict[str, dict[str, Any]] = {
    "setup_organisation": {
        "name": "Example Homes",
        "type": "almo",
        "public_authority": "by_type",
        "seventh_basis": "no",
    },
    "setup_notice": {
        "notice_version": "3.1",
        **day("notice_dated"),
        "notice_link": "https://homes.example/privacy",
        "notice_bases": ["6-1-d", "6-1-e"],
    },
    "setup_document": {
        "policy_document": "yes",
        "policy_document_link": "https://homes.example/document",
    },
    "setup_risk": {
        "checklist_threshold": "12",
        "escalation_threshold": "4",
        "repeat_months": "6",
        "local_criteria": "Stalking\n\n Pregnancy \nStalking",
    },
    "setup_timers": {
        "stale_after_days": "60",
        "review_after_days": "21",
        "access_review_days": "30",
        "chase_hours": "3",
        "chase_days": "4",
        "advice_days": "2",
        "digest_at": "7.30am",
    },
    "setup_hours": {
        "region": "scotland",
        "working_from": "8.30am",
        "working_until": "17:00",
        "closed_days": "24 12 2026\n2026-12-29",
    },
    "setup_urgent": {"urgent_basis": "6-1-e", "urgent_power": "Care Act 2014, section 42"},
    "setup_policies": {
        "code": "marac-protocol",
        "name": "",
        "version": "2",
        **day("in_force_from"),
        "link": "",
        **{f"review_on_{part}": "" for part in ("day", "month", "year")},
    },
}
"""The pages that are a form, each with answers that are accepted."""
AGENCY = {
    "name": "Police",
    "secure_methods": ["secure_email"],
    "secure_address": "safeguarding@police.example",
    "duty_phone": "01632 960001",
    "active": "yes",
}


def fill(client: Client, *, but: str = "") -> None:
    """Answer every part, as an administrator who is signed in; `but` one page."""
    for name, answers in ANSWERS.items():
        if name != but:
            assert client.post(reverse(name), answers).status_code == 302, name
    if but != "agencies":
        assert client.post(reverse("agency_change", args=["police"]), AGENCY).status_code == 302
    if but != "teams":
        team, _ = Team.objects.get_or_create(name="North housing")
        for role in ("officer", "manager"):
            UserFactory(role=role, teams=[team])
    if but != "people":
        UserFactory(role="governance")
