"""Checks are built upon where the log signed them, and nowhere else; the store's word reaches the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit import checkpoints, checks, leaves, ledger, locked_store, merkle, note
from audit.models import Check, Entry
from cases.models import User
from dahashare import tasks
from sharing import integrity, integrity_actions
from sharing.models import Decision
from tests.audit import making
from tests.cast import CaseFile
from tests.sharing.deciding import behind_the_guards, decided
from tests.sharing.test_integrity import cut
from tests.sharing.test_integrity_pages import signed_in, text
from tests.storing import Bucket

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def recorded(officer: User, case_file: CaseFile) -> Decision:
    return decided(officer, case_file)


def forged(**changes: Any) -> Check:
    """A row as somebody with the database writes it, over the whole log as it is now."""
    edge = leaves.edge(ledger.sequence(), anew=True)
    said = {"origin": "", "size": edge.size, "root": edge.root(), "frontier": bytes(edge), "problem": {}}
    said |= {"at": NOW + timedelta(hours=1), "whole": True, "entries": edge.size, "subjects": 1}
    return Check.objects.create(**{**said, **changes})


def test_a_check_is_signed_over_what_it_found_and_when(recorded: Decision) -> None:
    made = integrity_actions.check_log(now=NOW)
    kept = Check.objects.get(pk=made.pk)
    assert checks.is_ours(kept)
    assert integrity.last_good() == kept
    changes: dict[str, Any] = {
        "at": NOW + timedelta(microseconds=1), "size": kept.size + 1, "root": bytes(32), "frontier": b"",
        "whole": False, "problem": {"why": "x"}, "signature": None,
    }  # fmt: skip
    for name, value in changes.items():
        other = Check.objects.get(pk=made.pk)
        setattr(other, name, value)
        assert not checks.is_ours(other), name


@pytest.mark.parametrize("signature", [None, bytes(64), b"", "of another"])
def test_the_next_check_begins_anew_where_the_last_is_not_signed_by_the_log(
    recorded: Decision, governance: User, signature: Any, caplog: pytest.LogCaptureFixture
) -> None:
    good = integrity_actions.check_log(now=NOW)
    signature = bytes(good.signature or b"") if signature == "of another" else signature
    ledger.sequence()
    with behind_the_guards():
        Decision.objects.filter(pk=recorded.pk).update(outcome="do_not_share")
    forged(signature=signature)
    caplog.clear()
    found = integrity_actions.check_log(now=NOW + timedelta(hours=2), whole=False)
    assert found.whole, "everything was checked"
    assert found.problem["why"] == "the decision's outcome is not what was recorded"
    assert "not signed by this log: the next one begins anew" in caplog.text
    shown = text(signed_in(governance))
    assert "1 of the last checks does not carry the log’s signature." in shown


def test_an_edge_that_somebody_adds_hides_no_log_that_was_set_back(recorded: Decision) -> None:
    row = ledger.checkpoint(NOW)
    assert row is not None
    said = note.read(row.note).statement
    assert checkpoints.against(said) == ""
    edge = merkle.Frontier()
    edge.extend([bytes(32)] * said.size)
    forged(size=said.size, root=edge.root(), frontier=bytes(edge))
    assert checkpoints.against(said) == "", "the edge is that of the leaves"


def test_a_check_that_the_log_did_not_sign_ends_no_red_alert(recorded: Decision, governance: User) -> None:
    ledger.sequence()
    with behind_the_guards():
        Decision.objects.filter(pk=recorded.pk).update(outcome="do_not_share")
    red = integrity_actions.check_log(now=NOW, by=governance)
    forged()
    assert integrity.newest_check() == red
    assert not integrity.in_order()
    forged(at=NOW + timedelta(hours=2), problem={"why": "x"})
    assert not integrity.in_order(), "an alert counts whoever raised it"


@pytest.mark.parametrize("signature", [None, bytes(64)])
def test_however_many_forged_checks_hide_no_red_alert(
    recorded: Decision, governance: User, signature: bytes | None
) -> None:
    ledger.sequence()
    with behind_the_guards():
        Decision.objects.filter(pk=recorded.pk).update(outcome="do_not_share")
    red = integrity_actions.check_log(now=NOW, by=governance)
    for problem in [*[{}] * (integrity.RECENT + 5), [], "", 0, False]:
        forged(at=NOW + timedelta(days=1), signature=signature, problem=problem)
    assert integrity.newest_check() == red
    assert not integrity.in_order()
    again = integrity_actions.check_log(now=NOW + timedelta(hours=1), whole=False)
    assert again.problem == red.problem, "nor does the worker's next check end it"


def test_where_more_are_forged_than_are_tried_that_is_an_alert(
    recorded: Decision, governance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert integrity_actions.check_log(now=NOW, by=governance).problem == {}
    monkeypatch.setattr(integrity, "TRIED", 3)
    for _ in range(2):
        forged(signature=bytes(64))
    assert integrity.in_order(), "the log's own is the third"
    forged(signature=bytes(64))
    assert not integrity.in_order()
    assert "The log does not match" in text(signed_in(governance))
    assert integrity_actions.check_log(now=NOW + timedelta(hours=2), by=governance).problem == {}
    assert integrity.in_order(), "somebody looked, and asked"


def test_checks_from_before_they_were_signed_stand_until_the_next(recorded: Decision) -> None:
    old = forged(at=NOW - timedelta(hours=1))
    assert integrity.newest_check() == old
    new = integrity_actions.check_log(now=NOW, whole=False)
    assert (new.whole, integrity.newest_check(), integrity.last_good()) == (True, new, new)


@pytest.mark.parametrize("kind", ["log.reopened", "case.viewed"])
def test_an_entry_that_somebody_else_made_does_not_end_its_alarm(recorded: Decision, kind: str) -> None:
    ledger.checkpoint(NOW)
    cut(to=ledger.size() - 2)
    key = checkpoints.cited(checkpoints.set_back())
    making.record(kind=kind, request_key=key)
    integrity_actions.compare(NOW)
    checked = integrity_actions.check_log(now=NOW + timedelta(minutes=1), whole=False)
    assert checked.problem != {}
    assert not integrity.in_order()
    if kind == "log.reopened":
        assert checked.problem["why"] == "the sealed record does not open"


def test_without_its_key_a_check_is_made_and_not_built_upon(
    recorded: Decision, settings: Settings, tmp_path: Any
) -> None:
    settings.KEYS_DIR = tmp_path
    made = integrity_actions.check_log(now=NOW)
    assert (made.signature, checks.is_ours(made)) == (None, False)


# --- The store's word --------------------------------------------------------------------------------------


def test_a_restored_database_with_its_folder_is_told_by_the_store_alone(
    bucket: Bucket, recorded: Decision, governance: User, officer: User, case_file: CaseFile
) -> None:
    tasks.checkpoint()
    decided(officer, case_file)
    call_command("checkpoint")
    last = ledger.newest_checkpoint()
    assert last is not None
    assert len(bucket.versions()) == 2
    cut(to=last.size - 2)
    for path in checkpoints.folder().iterdir():
        path.unlink()
    integrity_actions.compare(NOW)
    assert integrity.in_order(), "nothing here tells it"
    tasks.checkpoint()
    assert not integrity.in_order()
    assert Entry.objects.filter(kind="log.reopened").count() == 1
    new = ledger.newest_checkpoint()
    assert new is not None
    assert new.origin != last.origin, "the old name is not signed shorter"
    assert sum(new.origin.rpartition("/")[2] in name for name in bucket.names()) == 1
    shown = text(signed_in(governance))
    assert "The log does not match" in shown
    assert "The database was set back" in shown


def test_a_store_that_refuses_is_on_the_page_and_in_health(
    bucket: Bucket, recorded: Decision, governance: User, settings: Settings
) -> None:
    tasks.checkpoint()
    browser = signed_in(governance)
    assert "The newest checkpoint that the locked store holds is from " in text(browser)
    assert "need looking after" not in text(browser)
    health = Client().get("/health/").json()
    assert (health["checkpoints"], "checkpoints_say" in health) == ("ok", False)
    settings.CHECKPOINT_BUCKET = "not-there"
    tasks.checkpoint()
    browser.post("/integrity/check/")
    shown = text(browser)
    assert "Checkpoints need looking after" in shown
    assert "The locked store has no bucket of this name." in shown
    assert "entries match." in shown, "the log itself is in order"
    health = Client().get("/health/").json()
    assert (health["checkpoints"], health["log"]) == ("down", "ok")
    assert health["checkpoints_say"] == "The locked store has no bucket of this name."
    assert "not-there" not in str(health)


def test_pages_and_starts_ask_no_network(
    bucket: Bucket, recorded: Decision, governance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.checkpoint()

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(locked_store.Store, "_made", refuse)
    text(signed_in(governance))
    Client().get("/health/")
    integrity_actions.compare(NOW)
    assert integrity.standing().alerts == []
