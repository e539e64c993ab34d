"""A row of an export that nobody asked for: no page breaks by it, nobody sees it, and it is ended."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit import export_work, exports, ledger
from audit.models import Export
from cases.models import User
from dahashare import tasks
from sharing import export_actions, log, reminders
from sharing.models import Reminder
from sharing.rules import exporting as rule
from tests.browser import BACKEND
from tests.cast import CaseFile, UserFactory
from tests.sharing.deciding import decided
from tests.sharing.exporting import approved, asked_for, options
from tests.sharing.exporting import written as made
from tests.sharing.taking_out import written

pytestmark = pytest.mark.django_db
NAMED = options(names=True)
MALFORMED: list[Any] = [
    [],
    "names",
    5,
    {},
    {"names": True},
    {"names": True, "filters": ["reference"], "columns": "case", "format": 1, "locked": {}},
    NAMED | {"filters": {"reference": {"a": 1}}},
    NAMED | {"filters": {"reference": "x" * 300_000, "since": "yesterday"}},
    NAMED | {"filters": {"case__reference": "x"}, "columns": [[1]], "format": "exe"},
    {"filters": None} | dict.fromkeys(NAMED),
    NAMED,
]


@pytest.fixture(autouse=True)
def _decision(officer: User, case_file: CaseFile) -> None:
    decided(officer, case_file)


def made_up(owner: UUID, **columns: Any) -> Export:
    said = {"request_key": uuid4(), "source": "decisions", "purpose": "review", "options": NAMED}
    said |= {"state": exports.WAITING, "asked_at": timezone.now(), "secret": b"x"}
    return Export.objects.create(owner=owner, **(said | columns))


def statuses(client: Client, user: User, *addresses: str) -> list[int]:
    client.force_login(user, backend=BACKEND)
    return [client.get(address).status_code for address in addresses]


def test_no_page_breaks_and_nobody_sees_it(client: Client, governance: User, manager: User) -> None:
    lead = UserFactory(role="governance")
    real = asked_for(governance, names=True)
    rows = [made_up(governance.id, options=one) for one in MALFORMED]
    rows += [made_up(uuid4()), made_up(lead.id, purpose="x" * 40, source="decisions")]
    rows.append(made_up(governance.id, asked_at=datetime(9999, 12, 31, tzinfo=UTC)))
    for user in (manager, lead, governance):
        assert statuses(client, user, "/") == [200]
        page = client.get("/").content.decode()
        assert (str(real.id) in page) == (user != governance or f"/exports/{real.id}/" in page)
        assert not [one for one in rows if str(one.id) in page]
    for one in rows:
        urls = [f"/exports/{one.id}/", f"/exports/{one.id}/progress/", f"/exports/{one.id}/approve/"]
        assert statuses(client, governance, *urls) == [404] * 3
        assert statuses(client, lead, *urls) == [404] * 3
        for what in ("cancel", "again", "download"):
            assert client.post(f"/exports/{one.id}/{what}/").status_code == 404
    assert statuses(client, governance, "/exports/", "/oversight/") == [200, 200]
    listed = client.get("/exports/").content.decode()
    assert f"/exports/{real.id}/" in listed
    assert not [one for one in rows if str(one.id) in listed]
    reminders.ring(timezone.now())
    assert set(Reminder.objects.filter(kind="export").values_list("about", flat=True)) == {real.id}
    tasks.sweep()
    assert set(Export.objects.filter(state=exports.WAITING)) == {real}
    over = Export.objects.filter(state=exports.FAILED, error=exports.NOT_AS_ASKED, secret=None)
    assert set(over) == set(rows)
    assert statuses(client, governance, "/", "/exports/", "/oversight/") == [200] * 3


@pytest.mark.parametrize("said", MALFORMED[:-1])
def test_what_was_asked_for_is_shown_as_it_was_sealed(
    said: Any, client: Client, governance: User, manager: User
) -> None:
    """Its owner reads what they asked for, and whoever decides is not asked about something else."""
    export = asked_for(governance, names=True)
    Export.objects.filter(id=export.id).update(options=said)
    assert statuses(client, manager, "/", f"/exports/{export.id}/approve/") == [200, 404]
    assert statuses(client, governance, "/", f"/exports/{export.id}/", "/exports/") == [200] * 3
    assert "The panel has to know who they were" in client.get(f"/exports/{export.id}/").content.decode()
    tasks.sweep()
    page = client.get(f"/exports/{export.id}/").content.decode()
    assert exports.PROBLEMS[exports.NOT_AS_ASKED] in page


def test_what_another_typed_is_not_read_with_a_made_up_row(client: Client, governance: User) -> None:
    """The request key of another's entry is in the database for whoever reads that."""
    other = UserFactory(role="governance")
    real = asked_for(other, names=True)
    key = real.request_key
    Export.objects.filter(id=real.id).update(request_key=uuid4())
    row = made_up(governance.id, request_key=key, options=real.options, asked_at=real.asked_at)
    assert statuses(client, governance, f"/exports/{row.id}/") == [404]


@pytest.mark.parametrize("how", ["approved", "refused", "expired", "cancelled", "nothing to approve"])
def test_what_was_answered_does_not_wait_again(
    how: str, client: Client, governance: User, manager: User
) -> None:
    """Its row as it was before: nobody is asked twice, and the sweep goes on to what is over."""
    export = asked_for(governance, names=how != "nothing to approve")
    if how == "cancelled":
        export_actions.cancel_export(by=governance, export=export)
    elif how == "expired":
        export_actions.expire_exports(now=export.asked_at + rule.WAITS)
    elif how != "nothing to approve":
        act = {"approved": export_actions.approve_export, "refused": export_actions.refuse_export}[how]
        act(by=manager, export=export, reason="It is needed")
    before = {"state": exports.WAITING, "secret": export.secret, "error": "", "finished_at": None}
    Export.objects.filter(id=export.id).update(approved_by=None, approved_at=None, **before)
    assert statuses(client, manager, "/", f"/exports/{export.id}/approve/") == [200, 404]
    assert str(export.id) not in client.get("/").content.decode()
    assert export_actions.expire_exports(now=export.asked_at + rule.WAITS) == 0
    export.refresh_from_db()
    assert (export.state, export.error, export.secret) == (exports.FAILED, exports.NOT_AS_ASKED, None)
    answers = ledger.history(manager.id).filter(kind__in=("export.approved", "export.refused"))
    assert answers.count() == (how in ("approved", "refused"))


@pytest.mark.parametrize(
    "manifest", [[], "x", 0, {}, {"files": 5, "chunk": 1}, {"files": "../../etc", "chunk": 0}]
)
def test_whatever_stands_in_place_of_the_manifest_ends_it(manifest: Any, governance: User) -> None:
    """At once, and not after as many turns as a worker that dies has: while it is written, and then."""
    half = approved(asked_for(governance, names=True))
    assert export_work.work(seconds=0)
    Export.objects.filter(id=half.id).update(manifest=manifest)
    written(half)
    assert (half.state, half.error) == (exports.FAILED, exports.NOT_AS_ASKED)


@pytest.mark.parametrize("column", ["options", "manifest"])
def test_what_cannot_be_read_keeps_no_other_export_from_being_written(
    column: str, client: Client, governance: User, manager: User
) -> None:
    """Nested deeper than JSON can be read again."""
    rows = [made_up(governance.id, state=one) for one in (exports.WAITING, exports.QUEUED)]
    deep = "[" * 995 + "]" * 995
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE audit_export SET "{column}" = %s', [deep])  # noqa: S608 - our own
    good = asked_for(governance)
    assert statuses(client, manager, "/") == [200]
    assert statuses(client, governance, "/", "/exports/") == [200] * 2
    assert written(good).state == exports.DONE
    tasks.sweep()
    assert set(Export.objects.filter(error=exports.NOT_AS_ASKED)) == set(rows)


def test_whatever_stands_in_place_of_the_manifest_breaks_no_page(client: Client, governance: User) -> None:
    export = made(governance)
    Export.objects.filter(id=export.id).update(manifest=["x"])
    assert statuses(client, governance, "/", f"/exports/{export.id}/", "/exports/") == [200] * 3
    assert client.post(f"/exports/{export.id}/download/").status_code == 409


LOST: dict[str, dict[str, Any]] = {
    "manager": {"role": "manager"},
    "officer": {"role": "officer"},
    "gone": {"is_active": False},
}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_whoever_is_no_lead_gets_no_package_that_says_it_is_complete(
    lost: str, when: str, governance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer decisions fit them, and the manifest would say that there are no others."""
    export = asked_for(governance)
    real = log.decisions

    def decisions(*given: Any) -> Any:
        User.objects.filter(id=governance.id).update(**LOST[lost])
        return real(*given)

    if when == "before":
        User.objects.filter(id=governance.id).update(**LOST[lost])
    else:
        monkeypatch.setattr(log, "decisions", decisions)
    assert (written(export).state, export.error) == (exports.FAILED, exports.NO_LEAD)
    monkeypatch.setattr(log, "decisions", real)
    User.objects.filter(id=governance.id).update(role="governance", is_active=True)
    export_actions.retry_export(by=governance, export=export)
    assert (written(export).state, export.total) == (exports.DONE, 1)
