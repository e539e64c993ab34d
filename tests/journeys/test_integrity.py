"""The log's integrity by keyboard: the answer in one click, a checkpoint to keep, a manifest held to it."""

import json
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit import checkpoints, ledger, note
from cases.models import User
from sharing.models import Decision
from tests.browser import Keys, check_page, signed_in
from tests.cast import CaseFile
from tests.guards import disarmed
from tests.sharing.deciding import decided
from tests.sharing.test_integrity_pages import genuine, manifest_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_governance_lead_looks_whether_the_log_is_in_order(
    page: Page, governance: User, officer: User, case_file: CaseFile, tmp_path: Path
) -> None:
    decision = decided(officer, case_file)
    made = ledger.checkpoint(timezone.now())
    assert made is not None
    raw, signature = manifest_of(genuine())
    signed_in(page, governance)
    keys = Keys(page)
    page.goto("/")
    keys.press("Integrity")
    keys.press("Verify now")
    expect(page.get_by_text("entries match.")).to_be_visible()
    check_page(page, "integrity")

    keys.to(f"Download the checkpoint of {made.size} entries")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert note.read(Path(download.value.path()).read_text()).statement.size == made.size

    keys.press("Check a manifest")
    page.get_by_label("The manifest").set_input_files(
        {"name": "manifest.json", "mimeType": "application/json", "buffer": raw}
    )
    page.get_by_label("Its signature").set_input_files(
        {"name": "manifest.sig", "mimeType": "text/plain", "buffer": signature}
    )
    keys.press("Check this manifest")
    expect(page.get_by_text("This manifest is ours and unchanged.")).to_be_visible()
    check_page(page, "integrity-manifest")
    assert json.loads(raw)["log"]["root"]

    for path in checkpoints.folder().iterdir():
        path.unlink()
    page.goto("/integrity/")
    expect(page.get_by_role("alert", name="Checkpoints need looking after")).to_be_visible()
    check_page(page, "integrity-checkpoints")

    with disarmed():
        Decision.objects.filter(pk=decision.pk).update(outcome="do_not_share")
    keys.press("Verify now")
    expect(page.get_by_role("alert", name="The log does not match")).to_be_visible()
    check_page(page, "integrity-red")
