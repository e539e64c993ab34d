"""The pages of exports: who may ask, approve and take away, and what each of them is shown."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import export_work, ledger
from audit import exports as jobs
from audit.models import Check, Export
from cases import access_actions, events, idle
from cases.models import User
from sharing import export_actions, export_pages, log
from tests.accounts.test_step_up import long_ago
from tests.accounts.test_two_step import AGAIN
from tests.browser import BACKEND
from tests.cast import CaseFile, UserFactory
from tests.sharing.deciding import decided
from tests.sharing.exporting import asked_for, written

ANSWERS = {
    "purpose": "audit", "purpose_text": "", "format": "csv", "which": "minimum", "names": "out",
    "reason": "", "free_text": "out", "locked": "out", "period": "all",
}  # fmt: skip


@pytest.fixture
def lead(client: Client, governance: User) -> Client:
    client.force_login(governance, backend=BACKEND)
    return client


@pytest.fixture(autouse=True)
def a_decision(officer: User, case_file: CaseFile) -> str:
    return decided(officer, case_file).reference


def ask(client: Client, **others: Any) -> Any:
    return client.post("/exports/new/", ANSWERS | {"request_key": str(uuid4())} | others)


def newest() -> Export:
    return Export.objects.latest("asked_at")


def _page(client: Client, user: User, url: str) -> Any:
    client.force_login(user, backend=BACKEND)
    return client.get(url)


def test_asked_written_taken_away(lead: Client, governance: User, a_decision: str) -> None:
    response = ask(lead)
    export = newest()
    assert response["Location"] == f"/exports/{export.id}/"
    assert (export.state, export.owner, export.purpose) == (jobs.QUEUED, governance.id, "audit")
    assert export.options["filters"] == {}
    assert "In the queue" in lead.get(f"/exports/{export.id}/").content.decode()
    while export_work.work():
        pass
    export.refresh_from_db()
    page = lead.get(f"/exports/{export.id}/").content.decode()
    assert "Your export is ready" in page
    assert export.manifest["sha256"] in page
    taken: Any = lead.post(f"/exports/{export.id}/download/")
    content = b"".join(taken.streaming_content)
    assert content[:2] == b"PK"
    assert len(content) == export.size == int(taken["Content-Length"])
    assert taken["Content-Disposition"].startswith('attachment; filename="decisions-2')
    kinds = [one.kind for one in ledger.history(governance.id)]
    assert kinds[-3:] == ["export.asked", "export.written", "export.downloaded"]


def test_the_quarter_is_fixed_when_it_is_asked_for(lead: Client) -> None:
    ask(lead, period="this_quarter")
    quarter = log.quarter(timezone.localdate())
    assert newest().options["filters"] == {"since": str(quarter.since), "until": str(quarter.until)}


WRONG: list[tuple[dict[str, str], str]] = [
    ({"purpose": ""}, "Select what it is for"),
    ({"purpose": "other"}, "Enter what it is for"),
    ({"which": "choose"}, "Select at least one column"),
    ({"names": "in"}, "Enter why the names are needed"),
    ({"free_text": "in"}, "Free text can name people"),
    ({"period": "last_quarter"}, "none match these filters"),
    ({"purpose_text": "x" * 10_000}, "Shorten this to 300 characters"),
    ({"format": "exe"}, "Select an answer from the list"),
    ({"owls": "1"}, "There is a field that this page does not have"),
    ({"since_day": "99", "period": "days"}, "Check the filters in the log first"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_what_is_wrong_is_said_and_nothing_is_asked_for(
    wrong: dict[str, str], words: str, lead: Client
) -> None:
    response = ask(lead, **wrong)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Export.objects.exists()


def test_a_pdf_that_is_too_long_is_said_beside_its_field(
    lead: Client, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(officer, case_file)
    monkeypatch.setattr("audit.sheets.PDF_MOST", 1)
    response = ask(lead, format="pdf")
    assert "A PDF holds up to 1 decisions" in response.context["form"].errors["format"][0]
    assert not Export.objects.exists()


def test_a_second_post_of_the_same_page_is_one_export(lead: Client) -> None:
    key = str(uuid4())
    first, second = ask(lead, request_key=key), ask(lead, request_key=key)
    assert first["Location"] == second["Location"]
    assert Export.objects.count() == 1


def test_the_password_is_shown_once(lead: Client) -> None:
    key = str(uuid4())
    shown = ask(lead, locked="in", request_key=key)
    assert shown.status_code == 200
    password = shown.context["password"]
    assert password in shown.content.decode()
    again = lead.post("/exports/new/", ANSWERS | {"locked": "in", "request_key": key}, follow=True)
    assert again.status_code == 200
    export = newest()
    for text in (again.content, lead.get(f"/exports/{export.id}/").content):
        assert password.encode() not in text
    assert password not in str(dict(lead.session))
    assert password.encode() not in bytes(export.secret or b"")
    assert password not in str(export.options) + str(export.manifest)


# --- names: a second person ------------------------------------------------------------------------------


@pytest.fixture
def with_names(governance: User) -> Export:
    return asked_for(governance, names=True)


def test_names_wait_for_somebody_else_who_reads_what_for(
    client: Client, lead: Client, manager: User, with_names: Export
) -> None:
    assert with_names.state == jobs.WAITING
    assert lead.get(f"/exports/{with_names.id}/approve/").status_code == 404
    assert "Waits for approval" in lead.get("/").content.decode()
    home = _page(client, manager, "/").content.decode()
    assert f"/exports/{with_names.id}/approve/" in home
    page = client.get(f"/exports/{with_names.id}/approve/").content.decode()
    for words in ("A death review", "The panel has to know who they were", "Grace Lane", "1 decision"):
        assert words in page
    assert "Achterberg" not in page
    said = {"answer": "approve", "reason": "The panel is lawful"}
    assert client.post(f"/exports/{with_names.id}/approve/", said)["Location"] == "/"
    with_names.refresh_from_db()
    assert (with_names.state, with_names.approved_by) == (jobs.QUEUED, manager.id)
    assert (
        "Somebody has answered already" in client.get(f"/exports/{with_names.id}/approve/").content.decode()
    )


def test_a_refusal_tells_its_owner_why(
    client: Client, manager: User, governance: User, with_names: Export
) -> None:
    client.force_login(manager, backend=BACKEND)
    said = {"answer": "refuse", "reason": "The board needs no names"}
    client.post(f"/exports/{with_names.id}/approve/", said)
    with_names.refresh_from_db()
    assert (with_names.state, with_names.secret) == (jobs.REFUSED, None)
    page = _page(client, governance, f"/exports/{with_names.id}/").content.decode()
    assert "Mary Field refused it: “The board needs no names”" in page
    assert "Refused" in client.get("/").content.decode()
    entry = ledger.history(manager.id).last()
    assert entry is not None
    assert entry.kind == "export.refused"
    assert events.content_of(entry, of_case=False)["reason"] == "The board needs no names"


def test_a_reason_is_asked_for_and_an_old_proof_is_not_enough(
    client: Client, manager: User, with_names: Export
) -> None:
    client.force_login(manager, backend=BACKEND)
    said = {"answer": "approve", "reason": ""}
    assert "Enter why" in client.post(f"/exports/{with_names.id}/approve/", said).content.decode()
    long_ago(client)
    response = client.post(f"/exports/{with_names.id}/approve/", said | {"reason": "Needed"})
    assert response["Location"].startswith(AGAIN)
    with_names.refresh_from_db()
    assert with_names.state == jobs.WAITING


def test_whoever_is_kept_out_of_a_case_in_it_is_not_asked(
    client: Client, manager: User, other_manager: User, case_file: CaseFile, with_names: Export
) -> None:
    access_actions.exclude(by=manager, case=case_file.case, user=other_manager, reason="A relative")
    assert str(with_names.id) not in _page(client, other_manager, "/").content.decode()
    hidden = client.get(f"/exports/{with_names.id}/approve/")
    none = client.get(f"/exports/{uuid4()}/approve/")
    assert hidden.status_code == none.status_code == 404
    assert hidden.content == none.content
    with pytest.raises(Http404):
        export_actions.approve_export(by=other_manager, export=with_names, reason="x")


def test_whoever_is_kept_out_of_it_together_with_its_owner_is_not_asked(
    client: Client, governance: User, manager: User, other_manager: User, case_file: CaseFile
) -> None:
    export = asked_for(governance, names=True, filters={"reference": case_file.case.reference})
    for person in (governance, other_manager):
        access_actions.exclude(by=manager, case=case_file.case, user=person, reason="A relative")
    assert str(export.id) not in _page(client, other_manager, "/").content.decode()
    assert client.get(f"/exports/{export.id}/approve/").status_code == 404


def test_nobody_approves_their_own(governance: User, with_names: Export) -> None:
    for action in (export_actions.approve_export, export_actions.refuse_export):
        with pytest.raises(Http404):
            action(by=governance, export=with_names, reason="Mine")


def test_of_two_who_decide_one_does(manager: User, other_manager: User, with_names: Export) -> None:
    export_actions.approve_export(by=manager, export=with_names, reason="Needed")
    with pytest.raises(export_actions.AlreadyOver):
        export_actions.refuse_export(by=other_manager, export=with_names, reason="Not needed")


# --- taking away -------------------------------------------------------------------------------------------


def test_what_is_not_there_for_somebody_looks_as_if_it_never_was(
    client: Client, lead: Client, governance: User
) -> None:
    other = UserFactory(role="governance")
    theirs, expired, cancelled, running = (
        written(other),
        written(governance),
        *(asked_for(governance) for _ in range(2)),
    )
    Export.objects.filter(id=expired.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    export_actions.cancel_export(by=governance, export=cancelled)
    none = lead.post(f"/exports/{uuid4()}/download/")
    for one in (theirs, expired, cancelled, running):
        answer = lead.post(f"/exports/{one.id}/download/")
        assert answer.status_code == none.status_code == 404
        assert answer.content == none.content
    assert lead.get(f"/exports/{theirs.id}/").content == lead.get(f"/exports/{uuid4()}/").content
    page = lead.get("/exports/").content.decode()
    assert other.name in page, "that it exists is no secret among leads"
    assert str(theirs.id) not in page


@pytest.mark.parametrize("when", ["asked", "written"])
def test_whoever_is_kept_out_of_a_case_since_takes_nothing_of_it_away(
    lead: Client, governance: User, manager: User, case_file: CaseFile, when: str
) -> None:
    export = written(governance) if when == "written" else asked_for(governance)
    access_actions.exclude(by=manager, case=case_file.case, user=governance, reason="A relative")
    while export_work.work():
        pass
    export.refresh_from_db()
    assert export.state == jobs.DONE
    assert "Your export is ready" not in lead.get(f"/exports/{export.id}/").content.decode()
    assert lead.post(f"/exports/{export.id}/download/").status_code == 404
    with pytest.raises(Http404):
        export_actions.download_export(by=governance, export=export)


def test_taking_away_needs_a_fresh_proof(lead: Client, governance: User) -> None:
    export = written(governance)
    long_ago(lead)
    response = lead.post(f"/exports/{export.id}/download/")
    assert response["Location"].startswith(AGAIN)


def test_a_damaged_package_does_not_leave(lead: Client, governance: User) -> None:
    export = written(governance)
    path = jobs.folder_of(export.id) / export.manifest["package"]
    path.write_bytes(path.read_bytes()[:-40])
    before = ledger.history(governance.id).count()
    response = lead.post(f"/exports/{export.id}/download/")
    assert response.status_code == 409
    assert "Nothing of it has left" in response.content.decode()
    assert ledger.history(governance.id).count() == before


def test_cancelling_and_trying_again(lead: Client, governance: User) -> None:
    export = asked_for(governance)
    lead.post(f"/exports/{export.id}/cancel/")
    assert "You cancelled it" in lead.get(f"/exports/{export.id}/").content.decode()
    assert "is over" in lead.post(f"/exports/{export.id}/cancel/", follow=True).content.decode()
    failed = asked_for(governance)
    Export.objects.filter(id=failed.id).update(state=jobs.FAILED, error=jobs.DISK_FULL)
    page = lead.get(f"/exports/{failed.id}/").content.decode()
    assert "no room left on the disk" in page
    assert "Try again" in page
    lead.post(f"/exports/{failed.id}/again/")
    failed.refresh_from_db()
    assert failed.state == jobs.QUEUED


def test_how_far_it_is(lead: Client, governance: User) -> None:
    export = asked_for(governance)
    Export.objects.filter(id=export.id).update(state=jobs.WRITING, done=1200, total=4812)
    said = lead.get(f"/exports/{export.id}/progress/", headers={"accept": "application/json"}).json()
    assert said == {"done": 1200, "total": 4812, "words": "1,200 of 4,812", "over": False}
    page = lead.get(f"/exports/{export.id}/").content.decode()
    assert 'max="4812"' in page
    assert 'value="1200"' in page
    assert "1,200 of 4,812" in page


def test_looking_how_far_it_is_keeps_nobody_signed_in(lead: Client, governance: User) -> None:
    export = asked_for(governance)
    session = lead.session
    session[idle.SEEN] = session[idle.SIGNED_IN] = int(timezone.now().timestamp()) - 100
    session.save()
    lead.get(f"/exports/{export.id}/progress/")
    assert lead.session[idle.SEEN] == session[idle.SEEN]
    lead.get(f"/exports/{export.id}/")
    assert lead.session[idle.SEEN] > session[idle.SEEN]


def test_nothing_is_exported_while_the_log_is_not_in_order(
    lead: Client, governance: User, manager: User, with_names: Export
) -> None:
    ready = written(governance)
    Check.objects.create(
        at=timezone.now(), whole=True, entries=1, subjects=1, origin="x", size=1, root=b"", frontier=b"",
        problem={"entry": "1"},
    )  # fmt: skip
    before = Export.objects.count()
    for response in (lead.get("/exports/new/"), ask(lead), lead.post(f"/exports/{ready.id}/download/")):
        assert response.status_code == 409
        assert "Exports are stopped" in response.content.decode()
    assert Export.objects.count() == before
    with pytest.raises(export_actions.LogNotInOrder):
        export_actions.approve_export(by=manager, export=with_names, reason="Needed")
    export_actions.refuse_export(by=manager, export=with_names, reason="Not now")


def test_queries_of_the_list_do_not_grow(lead: Client, governance: User) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            asked_for(governance)
        with CaptureQueriesContext(connection) as queries:
            lead.get("/exports/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_sizes_are_said_as_people_do() -> None:
    said = [export_pages._size(many) for many in (1200, 12_300, 45_000_000)]
    assert said == ["1,200 bytes", "12 kB", "45 MB"]
