"""/integrity/: the plain answer, a check asked for, the red alert, checkpoints, a manifest from elsewhere."""

import base64
import json
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import ledger, note, signing
from audit.models import Check, Entry
from audit.proofs import PURPOSE
from cases import events
from cases.models import User
from sharing import integrity, integrity_actions
from sharing.forms.integrity import MOST
from sharing.models import Decision
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing.deciding import behind_the_guards, decided

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAGE = "/integrity/"
MANIFEST = "/integrity/manifest/"


@pytest.fixture
def browser(governance: User) -> Client:
    return signed_in(governance)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def text(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def recorded(officer: User, case_file: CaseFile) -> Decision:
    return decided(officer, case_file)


def test_one_click_and_a_plain_answer(browser: Client, recorded: Decision, governance: User) -> None:
    assert "The log has not been checked yet." in text(browser)
    answer = browser.post("/integrity/check/", {"request_key": "11111111-1111-4111-8111-111111111111"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    check = Check.objects.get()
    assert (check.by, check.whole, check.problem) == (governance.id, True, {})
    assert f"All {check.entries} entries match." in text(browser)
    assert "Checked today, " in text(browser)
    browser.post("/integrity/check/", {"request_key": "11111111-1111-4111-8111-111111111111"})
    assert Check.objects.count() == 1, "a double click is one check"
    (entry,) = Entry.objects.filter(kind="integrity.checked")
    assert events.content_of(entry, of_case=False)["entries"] == check.entries


def test_an_administrator_may_check_too(administrator: User, recorded: Decision) -> None:
    signed_in(administrator).post("/integrity/check/")
    assert Check.objects.get().by == administrator.id


def test_what_does_not_match_is_a_red_alert_with_what_to_do_and_no_repair(
    browser: Client, recorded: Decision, governance: User, administrator: User
) -> None:
    ledger.sequence()
    with behind_the_guards():
        Decision.objects.filter(pk=recorded.pk).update(outcome="do_not_share")
    browser.post("/integrity/check/")
    shown = text(browser)
    for words in (
        "The log does not match", "Entry number ", "outcome is not what was recorded", "Stop exporting.",
        "Keep the evidence.", governance.name, administrator.name, "nothing here that repairs",
    ):  # fmt: skip
        assert words in shown
    assert "entries match" not in shown
    assert not integrity.in_order()
    assert Client().get("/health/").json()["log"] == "down"
    stopped = browser.get("/exports/new/")
    assert stopped.status_code == 409
    assert "Exports are stopped" in stopped.content.decode()


def test_a_long_log_is_left_to_a_worker(
    browser: Client, recorded: Decision, governance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(integrity, "AT_ONCE", 0)
    monkeypatch.setattr(current_app, "send_task", lambda *given, **_: sent.append(given))
    ledger.sequence()
    for _ in range(2):
        assert browser.post("/integrity/check/").status_code == 302
    assert sent == [(integrity.TASK, [str(governance.id)])], "one is at it"
    shown = text(browser)
    assert "A check of everything is running since" in shown
    assert "See whether it is done" in shown
    assert "Verify now" not in shown
    integrity.ended()
    assert "Verify now" in text(browser)

    def away(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr(current_app, "send_task", away)
    told = browser.post("/integrity/check/", follow=True).content.decode()
    assert "no worker can be reached" in told
    assert "Verify now" in told


@pytest.fixture(autouse=True)
def _nothing_running() -> None:
    cache.delete("dahashare-log-check")


def test_a_checkpoint_is_taken_away_and_that_is_entered(
    browser: Client, recorded: Decision, governance: User
) -> None:
    made = ledger.checkpoint(NOW)
    assert made is not None
    assert reverse("checkpoint_file", args=[made.id]) in text(browser)
    assert signing.key_name() in text(browser)
    answer = browser.get(reverse("checkpoint_file", args=[made.id]))
    assert note.read(answer.content.decode()).signed_by(signing.key_name(), signing.public_key())
    assert answer["Content-Disposition"] == f'attachment; filename="checkpoint-{made.size}.txt"'
    assert Entry.objects.filter(kind="checkpoint.downloaded", actor=governance.id).count() == 1
    assert browser.get(reverse("checkpoint_file", args=[governance.id])).status_code == 404


def test_a_database_that_was_set_back_is_told_for_good(browser: Client, recorded: Decision) -> None:
    from tests.sharing.test_integrity import cut

    ledger.checkpoint(NOW)
    cut(to=ledger.size() - 1)
    integrity_actions.compare(NOW)
    assert "The log does not match" in text(browser)
    browser.post("/integrity/check/")
    shown = text(browser)
    assert "entries match" in shown
    assert "The database was set back" in shown


# --- A manifest from elsewhere ----------------------------------------------------------------------------


def manifest_of(said: dict[str, Any]) -> tuple[bytes, bytes]:
    raw = json.dumps(said).encode()
    return raw, base64.b64encode(signing.sign(PURPOSE, raw)) + b"\n"


def genuine() -> dict[str, Any]:
    size = ledger.sequence()
    head = ledger.head(size)
    return {
        "log": {"origin": head.origin, "size": size, "root": head.root.hex()},
        "made_at": "2026-03-14",
        "purpose": {"code": "audit", "words": "Audit"},
        "rows": 3,
        "files": [{"name": "decisions.csv", "size": 9, "sha256": "ab" * 32}],
    }


def hold(client: Client, manifest: bytes, signature: bytes) -> str:
    files = {
        "manifest": SimpleUploadedFile("manifest.json", manifest),
        "signature": SimpleUploadedFile("manifest.sig", signature),
    }
    answer = client.post(MANIFEST, files)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_genuine_manifest_is_known_also_once_the_log_has_grown(
    browser: Client, recorded: Decision, officer: User, case_file: CaseFile
) -> None:
    raw, signature = manifest_of(genuine())
    decided(officer, case_file)
    shown = hold(browser, raw, signature)
    assert "This manifest is ours and unchanged." in shown
    assert "SHA-256 of decisions.csv" in shown
    assert "ab" * 32 in shown


def test_a_changed_manifest_another_log_and_a_longer_one_are_not(browser: Client, recorded: Decision) -> None:
    raw, signature = manifest_of(genuine())
    assert "not ours, or was changed" in hold(browser, raw.replace(b'"rows": 3', b'"rows": 4'), signature)
    said = genuine()
    said["log"]["root"] = "00" * 32
    assert "The log does not bear this manifest out" in hold(browser, *manifest_of(said))
    said["log"]["size"] = 10**9
    assert "it counts 1,000,000,000 entries" in hold(browser, *manifest_of(said))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\0",
        b"[" * 100_000,
        b'{"log": 1}',
        b'{"log": {}}',
        b'{"log": {"origin": "x y", "size": 1, "root": ""}}',
        b'{"log": {"origin": "x", "size": "many", "root": "00"}}',
        b'{"log": {"origin": "x", "size": 1e999, "root": "00"}, "files": 3, "purpose": []}',
        b"x" * (MOST + 1),
        b"x" * 3_000_000,
    ],
)
def test_what_is_no_manifest_gets_words_beside_the_field(
    browser: Client, recorded: Decision, raw: bytes
) -> None:
    signature = base64.b64encode(signing.sign(PURPOSE, raw))
    shown = hold(browser, raw, signature)
    assert "There is a problem" in shown
    assert "hoose" in shown
    for bad in (b"", b"x", b"\0" * 64, base64.b64encode(bytes(63)), b"x" * (MOST + 1)):
        assert "There is a problem" in hold(browser, manifest_of(genuine())[0], bad)


def test_files_of_a_signed_manifest_that_are_no_files_are_left_out(
    browser: Client, recorded: Decision
) -> None:
    said = genuine() | {"files": 3, "purpose": [], "rows": {"x": 1}}
    assert "This manifest is ours and unchanged." in hold(browser, *manifest_of(said))


def test_nothing_chosen_gets_words(browser: Client) -> None:
    shown = browser.post(MANIFEST, {}).content.decode()
    assert "Choose the file manifest.json of the export" in shown
    assert "Choose the file manifest.sig of the export" in shown
