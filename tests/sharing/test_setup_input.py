"""Bad input of the pages of set-up: an error beside its field, what was typed stays, nothing is saved."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.forms.lines import is_link
from cases.models import Organisation, Policy, User
from tests.sharing.setting_up import ANSWERS

pytestmark = pytest.mark.django_db
FIELDS = [
    (page, re.sub("_(day|month|year)$", "", name))
    for page, answers in ANSWERS.items()
    for name in answers
    if not name.endswith(("_month", "_year"))
]
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("setup_notice", {"notice_link": "javascript:alert(1)"}, "notice_link"),
    ("setup_notice", {"notice_link": "homes.example/privacy"}, "notice_link"),
    ("setup_notice", {"notice_link": "https://homes.example:port/"}, "notice_link"),
    ("setup_notice", {"notice_link": "https://x@homes.example/"}, "notice_link"),
    ("setup_notice", {"notice_link": "https://[homes/"}, "notice_link"),
    ("setup_notice", {"notice_link": f"https://homes.example/{'x' * 300}"}, "notice_link"),
    ("setup_notice", {"notice_dated_year": "2100"}, "notice_dated"),
    ("setup_notice", {"notice_bases": []}, "notice_bases"),
    ("setup_document", {"policy_document": "no"}, "policy_document_link"),
    ("setup_risk", {"checklist_threshold": "0"}, "checklist_threshold"),
    ("setup_risk", {"checklist_threshold": "25"}, "checklist_threshold"),
    ("setup_risk", {"repeat_months": "61"}, "repeat_months"),
    ("setup_risk", {"local_criteria": "\n".join(f"criterion {n}" for n in range(11))}, "local_criteria"),
    ("setup_risk", {"local_criteria": "x" * 81}, "local_criteria"),
    ("setup_timers", {"stale_after_days": "-1"}, "stale_after_days"),
    ("setup_timers", {"stale_after_days": "9" * 30}, "stale_after_days"),
    ("setup_hours", {"working_until": "8am"}, "working_until"),
    ("setup_hours", {"working_from": "25:00"}, "working_from"),
    ("setup_hours", {"closed_days": "24 12 2026\n30 2 2026"}, "closed_days"),
    ("setup_hours", {"closed_days": "Christmas"}, "closed_days"),
    ("setup_hours", {"region": "france"}, "region"),
    ("setup_urgent", {"urgent_basis": "6-1-e", "urgent_power": ""}, "urgent_power"),
    ("setup_urgent", {"urgent_basis": "6-1-f", "urgent_power": "We weighed it"}, "urgent_basis"),
    ("setup_urgent", {"urgent_basis": "6-1-a"}, "urgent_basis"),
    ("setup_policies", {"code": ""}, "name"),
    ("setup_policies", {"code": "made-up"}, "code"),
    ("setup_policies", {"link": "data:text/html,hello"}, "link"),
    (
        "setup_policies",
        {"review_on_day": "1", "review_on_month": "1", "review_on_year": "2020"},
        "review_on",
    ),
]


@pytest.fixture
def admin(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def refused(admin: Client, page: str, answers: dict[str, Any], field: str) -> str:
    """The page that comes back; nothing is saved."""
    response = admin.post(reverse(page), answers)
    shown: str = response.content.decode()
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in shown, f"{page}: no error beside {field}"
    assert not Organisation.objects.exists()
    assert not Policy.objects.exists()
    return shown


@pytest.mark.parametrize(("page", "changes", "field"), WRONG)
def test_a_wrong_answer_has_its_error_beside_it(
    page: str, changes: dict[str, Any], field: str, admin: Client
) -> None:
    shown = refused(admin, page, ANSWERS[page] | changes, field)
    for typed in ("3.1", "homes.example/document"):
        assert typed not in str(ANSWERS[page]) or typed in shown, "what was typed stays"


@pytest.mark.parametrize(("page", "field"), FIELDS)
def test_characters_that_cannot_be_read_are_refused_everywhere(page: str, field: str, admin: Client) -> None:
    name = field if field in ANSWERS[page] else f"{field}_day"
    for bad in ("a\0b", "a\u202eb", "a\x07b"):
        refused(admin, page, ANSWERS[page] | {name: bad}, field)


@pytest.mark.parametrize("page", ANSWERS)
def test_an_empty_page_and_a_field_too_many_save_nothing(page: str, admin: Client) -> None:
    for answers in ({}, ANSWERS[page] | {"live_since": "2026-01-01"}):
        response = admin.post(reverse(page), answers)
        assert response.status_code == 200
        assert "govuk-error-summary" in response.content.decode()
    assert not Organisation.objects.exists()
    assert not Policy.objects.exists()


def test_a_policy_that_is_not_there_is_a_404(admin: Client) -> None:
    assert admin.get(reverse("setup_policy", args=["nothing"])).status_code == 404
    assert admin.get("/setup/nothing/").status_code == 404


@given(st.text(max_size=60))
def test_an_address_is_never_one_that_runs_something(text: str) -> None:
    for one in (text, f"javascript:{text}", f"data:{text}", f"//{text}", f" https://{text}"):
        assert not is_link(one) or one.startswith(("http://", "https://", "HTTP", "Http", "hTtp"))
