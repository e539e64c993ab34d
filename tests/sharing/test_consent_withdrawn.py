"""Consent that was refused or withdrawn makes the decisions that rest on it due on the day it was logged."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import actions as case_actions
from cases.models import Case, ConsentRecord, User
from sharing import actions, after_actions, consent, due
from sharing.models import Decision, Draft
from sharing.rules.terms import ends
from tests.cases.case_pages import html
from tests.cast import CaseFile, make_case
from tests.sharing.deciding import NOW, decided, draft_of

pytestmark = pytest.mark.django_db
SENT = {"already_sent": True, "sent_at": "2026-03-03T09:00:00+00:00"}
"""What was sent already is recorded whatever the rules say of it."""
ON_BASIS = {"basis": "6-1-a", "consent": "given", "no_consent_reason": ""}
ON_ARTICLE_9 = {"kinds": ["ordinary", "special"], "article_9": "9-2-a"}
ON_PARAGRAPH = {"kinds": ["ordinary", "offence"], "offence_condition": "29"}
TODAY = timezone.localdate


def said(by: User, case: Case, what: str, happened_on: date | None = None) -> ConsentRecord:
    """A line of the consent log."""
    note = {"happened_on": happened_on or TODAY(), "consent": what, "note": "She rang"}
    return case_actions.log_consent(by=by, case=Case.objects.get(id=case.id), values=note)


def due_days(user: User) -> dict[str, Any]:
    return {one.decision.reference: (one.due_at, one.why) for one in due.reviews_due(user)}


@pytest.mark.parametrize(
    ("rests", "ended"), list(product((ON_BASIS, ON_ARTICLE_9, ON_PARAGRAPH), ("refused", "withdrawn")))
)
def test_what_rests_on_consent_is_due_the_same_day(
    officer: User, case_file: CaseFile, rests: dict[str, Any], ended: str
) -> None:
    decision = decided(officer, case_file, **SENT, **rests)
    assert due_days(officer) == {}
    said(officer, case_file.case, ended, TODAY() - timedelta(days=9))
    assert due_days(officer) == {decision.reference: (ends(TODAY()), consent.WORDS)}
    assert Decision.objects.get(id=decision.id).review_on is None, "nothing is written on the decision"


@pytest.mark.parametrize("other", ["given", "not_sought_unsafe", "cannot_give", ""])
def test_other_lines_make_nothing_due(officer: User, case_file: CaseFile, other: str) -> None:
    decided(officer, case_file, **SENT, **ON_BASIS)
    values = {"happened_on": TODAY(), "consent": other, "wishes": "disagrees"}
    case_actions.log_consent(by=officer, case=case_file.case, values=values)
    assert due_days(officer) == {}


@pytest.mark.parametrize("day", ["2026-03-20", "2099-01-01", None])
def test_the_earlier_of_the_two_days_counts(officer: User, case_file: CaseFile, day: str | None) -> None:
    decision = decided(officer, case_file, **SENT, **ON_BASIS, review_on=day)
    said(officer, case_file.case, "withdrawn")
    planned = date.fromisoformat(day or "2099-12-31")
    sooner = min(planned, TODAY())
    why = consent.WORDS if sooner == TODAY() and planned >= TODAY() else ""
    assert due_days(officer) == {decision.reference: (ends(sooner), why)}


def test_what_does_not_rest_on_it_or_came_later_is_not_due(
    officer: User, case_file: CaseFile, team: Any
) -> None:
    decided(officer, case_file, **SENT)
    corrected = decided(officer, case_file, **SENT, **ON_BASIS)
    elsewhere = make_case(officer, team)
    decided(officer, elsewhere, **SENT, **ON_BASIS)
    said(officer, case_file.case, "withdrawn")
    assert set(due_days(officer)) == {corrected.reference}
    later = decided(officer, case_file, **SENT, **ON_BASIS)
    assert later.reference not in due_days(officer), "it was decided knowing it"
    draft = draft_of(officer, case_file, **SENT)
    Draft.objects.filter(id=draft.id).update(follows=corrected, follows_as="correction")
    actions.record(by=officer, draft=Draft.objects.get(id=draft.id), now=NOW)
    assert due_days(officer) == {}, "another decision follows it"


def test_the_line_of_a_decision_itself_does_not_make_it_due(officer: User, case_file: CaseFile) -> None:
    first = decided(officer, case_file, **SENT, **ON_BASIS)
    decided(officer, case_file, **SENT, **ON_BASIS | {"consent": "refused", "consent_reason": "She said no"})
    assert set(due_days(officer)) == {first.reference}


def test_a_look_back_settles_it_until_the_next_withdrawal(officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, **SENT, **ON_BASIS)
    said(officer, case_file.case, "withdrawn")
    still = {"outcome": "still_right", "reason": "Vital interests", "review_on": date(2099, 1, 1)}
    after_actions.review(by=officer, decision=decision, values=still)
    assert due_days(officer) == {decision.reference: (ends(date(2099, 1, 1)), "")}
    said(officer, case_file.case, "given")
    said(officer, case_file.case, "withdrawn")
    assert due_days(officer) == {decision.reference: (ends(TODAY()), consent.WORDS)}


def test_every_page_says_why(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file, **SENT, **ON_ARTICLE_9)
    said(officer, case_file.case, "withdrawn")
    client.force_login(officer)
    assert consent.WORDS in html(client, "/")
    overview = html(client, reverse("case", args=[case_file.case.reference]))
    assert f"Look at decision {decision.reference} again: {consent.WORDS}" in overview
    page = html(client, reverse("decision", args=[decision.reference]))
    assert "This decision rests on consent, and consent was refused or withdrawn after it" in page


def test_a_thousand_decisions_cost_no_more_queries_than_one(officer: User, case_file: CaseFile) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            due.reviews_due(officer)
        return len(found)

    decided(officer, case_file, **SENT, **ON_ARTICLE_9)
    said(officer, case_file.case, "withdrawn")
    one = queries()
    for _ in range(3):
        decided(officer, case_file, **SENT, **ON_ARTICLE_9)
    said(officer, case_file.case, "withdrawn")
    assert queries() == one
    assert len(due.reviews_due(officer)) == 4
