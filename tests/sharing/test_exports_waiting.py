"""An export with names waits for somebody else: whom it is shown to, for how long, and what comes of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import exports as jobs
from audit import ledger
from audit.models import Export
from cases import access_actions, timed_access
from cases.models import Team, User
from dahashare import tasks
from sharing import clocks, export_actions, exports, mailing, reminders
from sharing.models import Reminder
from sharing.rules import exporting as rule
from sharing.rules.clocks import next_digest
from tests.browser import BACKEND
from tests.cast import CaseFile, UserFactory, make_case
from tests.sharing.deciding import decided
from tests.sharing.exporting import asked_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reference(officer: User, case_file: CaseFile) -> str:
    """The reference of a decision."""
    return decided(officer, case_file).reference


@pytest.fixture
def with_names(governance: User) -> Export:
    return asked_for(governance, names=True)


def seen(client: Client, user: User, url: str) -> str:
    client.force_login(user, backend=BACKEND)
    response = client.get(url)
    return str(response.content.decode()) if response.status_code == 200 else str(response.status_code)


def made_old(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week later. Its row is not touched: what it says of its asking is sealed."""
    later = timezone.now() + rule.WAITS
    monkeypatch.setattr(timezone, "now", lambda: later)


# --- how long -------------------------------------------------------------------------------------------


def test_what_nobody_answers_is_over_after_a_week(
    client: Client, governance: User, manager: User, with_names: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = seen(client, governance, f"/exports/{with_names.id}/")
    assert "if nobody has answered by then, it is over" in page
    assert export_actions.expire_exports(now=with_names.asked_at + rule.WAITS - timedelta(seconds=1)) == 0
    made_old(with_names, monkeypatch)
    tasks.sweep()
    tasks.sweep()
    with_names.refresh_from_db()
    assert (with_names.state, with_names.error, with_names.secret) == (jobs.EXPIRED, jobs.UNANSWERED, None)
    kinds = list(ledger.history(governance.id).values_list("kind", flat=True))
    assert kinds == ["export.asked", "export.expired"]
    assert "Nobody approved or refused it within 7 days" in seen(
        client, governance, f"/exports/{with_names.id}/"
    )
    assert "Nobody approved it" in seen(client, governance, "/")
    assert str(with_names.id) not in seen(client, manager, "/")
    assert "It waited for 7 days and nobody answered" in seen(
        client, manager, f"/exports/{with_names.id}/approve/"
    )
    assert "Export not approved in time" in seen(client, governance, "/oversight/")


def test_approving_it_afterwards_is_refused_politely(
    client: Client, manager: User, with_names: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also before the clock has struck, and with a page that was opened in time."""
    monkeypatch.setattr(rule, "WAITS", timedelta())
    client.force_login(manager, backend=BACKEND)
    said = {"answer": "approve", "reason": "It is needed"}
    for _ in range(2):
        answer = client.post(f"/exports/{with_names.id}/approve/", said)
        assert answer.status_code == 200
        assert "nobody answered, so it is over" in answer.content.decode()
        with pytest.raises(export_actions.AlreadyOver):
            export_actions.approve_export(by=manager, export=with_names, reason="It is needed")
        export_actions.expire_exports(now=timezone.now())
    assert not ledger.history(manager.id).filter(kind="export.approved").exists()


def test_what_was_answered_does_not_expire(governance: User, manager: User, with_names: Export) -> None:
    export_actions.approve_export(by=manager, export=with_names, reason="It is needed")
    assert export_actions.expire_exports(now=timezone.now() + 2 * rule.WAITS) == 0


# --- for whom -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["case", "decision"])
def test_one_of_a_single_case_is_for_those_who_may_know_of_it(
    of: str, client: Client, governance: User, manager: User, case_file: CaseFile, reference: str
) -> None:
    """A manager of another team is not told which case there is; another lead and its manager are."""
    chosen = case_file.case.reference if of == "case" else reference
    export = asked_for(governance, names=True, filters={"reference": chosen})
    elsewhere, lead = UserFactory(role="manager"), UserFactory(role="governance")
    for user in (manager, lead):
        assert chosen in seen(client, user, f"/exports/{export.id}/approve/")
    assert str(export.id) not in seen(client, elsewhere, "/")
    assert seen(client, elsewhere, f"/exports/{export.id}/approve/") == "404"
    with pytest.raises(Http404):
        export_actions.approve_export(by=elsewhere, export=export, reason="x")
    whole = asked_for(governance, names=True)
    assert str(whole.id) in seen(client, elsewhere, "/")


@pytest.mark.parametrize("role", ["manager", "governance"])
def test_whoever_is_kept_out_since_it_was_asked_for_is_not_asked_any_more(
    role: str, client: Client, governance: User, manager: User, case_file: CaseFile, team: Team
) -> None:
    """Also where its owner, who looked with a purpose, could not find it themself any more."""
    case = case_file.case
    second = UserFactory(role=role)
    if role == "manager":
        second.teams.add(team)
    purpose = timed_access.state_purpose(
        by=governance, reference=case.reference, purpose="audit", reason="A death review"
    )
    export = asked_for(governance, names=True, filters={"reference": case.reference})
    assert case.reference in seen(client, second, f"/exports/{export.id}/approve/")
    access_actions.exclude(by=manager, case=case, user=second, reason="A relative")
    for ends_at in (purpose.ends_at, timezone.now()):
        type(purpose).objects.filter(id=purpose.id).update(ends_at=ends_at)
        assert str(export.id) not in seen(client, second, "/")
        assert seen(client, second, f"/exports/{export.id}/approve/") == "404"
        with pytest.raises(Http404):
            export_actions.approve_export(by=second, export=export, reason="x")


def test_as_many_questions_for_many_as_for_one(
    governance: User, manager: User, officer: User, team: Team
) -> None:
    counts = []
    for _ in range(2):
        case = make_case(officer, team)
        for _ in range(2):
            filters = {"reference": decided(officer, case).reference}
            asked_for(governance, names=True, filters=filters)
        with CaptureQueriesContext(connection) as queries:
            exports.to_decide(manager)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- how they are told ----------------------------------------------------------------------------------


def mailed(settings: Any) -> dict[str, str]:
    """What the next digest says of exports that wait, by whom it goes to."""
    settings.DEMO, settings.SITE_URL = False, "https://example.org"
    at = clocks.Moment(timezone.now())
    mailing.turn(next_digest(at.now, at.organisation.digest_at, at.closed) + timedelta(minutes=1))
    rows = Reminder.objects.filter(kind="export", mail__isnull=False)
    return {
        message.to[0]: str(message.body)
        for message in mail.outbox
        for row in rows
        if row.reference in message.body
    }


def rung() -> set[str]:
    """Who was reminded of an export that waits."""
    reminders.ring(timezone.now())
    return set(Reminder.objects.filter(kind="export").values_list("user__name", flat=True))


def test_everybody_who_may_approve_it_is_told_once_and_nobody_else(
    client: Client,
    governance: User,
    manager: User,
    other_manager: User,
    case_file: CaseFile,
    with_names: Export,
) -> None:
    lead, gone = UserFactory(role="governance"), UserFactory(role="manager", is_active=False)
    access_actions.exclude(by=manager, case=case_file.case, user=other_manager, reason="A relative")
    assert rung() == {manager.name, lead.name}
    assert gone.name not in rung()
    assert Reminder.objects.filter(kind="export").count() == 2
    row = Reminder.objects.get(kind="export", user=manager)
    assert (row.case, row.due_at) == (None, rule.over_at(with_names.asked_at))
    client.force_login(manager, backend=BACKEND)
    address = f"/tasks/{row.reference}/"
    assert client.get(address)["Location"] == f"/exports/{with_names.id}/approve/"
    export_actions.approve_export(by=lead, export=with_names, reason="It is needed")
    assert "Somebody has answered already" in client.get(address, follow=True).content.decode()
    client.force_login(governance, backend=BACKEND)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("how", ["approved", "refused", "expired"])
def test_what_was_answered_is_mailed_to_nobody_any_more(
    how: str, settings: Any, manager: User, with_names: Export
) -> None:
    """It waited for the next digest, and was over before that."""
    assert rung() == {manager.name}
    if how == "expired":
        export_actions.expire_exports(now=with_names.asked_at + rule.WAITS)
    else:
        act = {"approved": export_actions.approve_export, "refused": export_actions.refuse_export}[how]
        act(by=manager, export=with_names, reason="It is needed")
    assert mailed(settings) == {}


def test_the_mail_says_nothing_of_it(settings: Any, manager: User, with_names: Export) -> None:
    ((to, body),) = mailed(settings).items()
    assert to == manager.email
    for word in ("export", "name", "Grace", str(with_names.id)):
        assert word not in body
