"""What is typed when an export is asked for, approved or a view is kept stands nowhere in the clear."""

from uuid import uuid4

import pytest
from django.test import Client

from audit import ledger
from cases import events
from cases.models import User
from sharing import exports, saved_views
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.clear import whole_database
from tests.sharing.deciding import decided
from tests.sharing.exporting import written
from tests.sharing.test_exports import ask, newest

pytestmark = pytest.mark.django_db
WORD = "Zephyrwhistle"


def test_it_is_in_no_table_no_session_and_no_log_line(
    client: Client, governance: User, manager: User, officer: User, case_file: CaseFile,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    decided(officer, case_file)
    client.force_login(governance, backend=BACKEND)
    ask(client, purpose_text=f"{WORD} purpose", names="in", reason=f"{WORD} reason")
    export = newest()
    client.post("/logs/views/", {"request_key": str(uuid4()), "name": f"{WORD} view", "outcome": "not_yet"})
    client.post("/logs/", {"find_reference": WORD})
    client.force_login(manager, backend=BACKEND)
    said = {"answer": "refuse", "reason": f"{WORD} refusal"}
    client.post(f"/exports/{export.id}/approve/", said)
    assert exports.asked(export)["purpose_text"] == f"{WORD} purpose"
    assert exports.decided(export)["reason"] == f"{WORD} refusal"
    assert saved_views.kept(governance)[0].name == f"{WORD} view"
    assert WORD not in whole_database()
    assert WORD not in caplog.text


def test_what_the_log_keeps_of_an_export_names_nobody(
    governance: User, officer: User, case_file: CaseFile
) -> None:
    decided(officer, case_file)
    written(governance)
    for entry in ledger.history(governance.id):
        said = str(events.content_of(entry, of_case=False))
        for secret in ("Achterberg", case_file.case.reference, str(case_file.case.id)):
            assert secret not in said
