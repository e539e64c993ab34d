"""What came after a decision, in the log: what to look at first, and the columns of the file."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import User
from sharing import actions, after_actions, log, log_columns
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.deciding import NOW, decided
from tests.sharing.following import mark_sent, report, share, share_both
from tests.sharing.test_log import ALL, listed, shown


@pytest.fixture
def five(officer: User, case_file: CaseFile) -> dict[str, Decision]:
    """A decision of each kind to look at, and one that is as it should be."""
    kinds = {
        "stops": decided(officer, case_file, already_sent=True, basis="", reason_text="", points={}),
        "late_basis": share(officer, case_file),
        "differs": share(officer, case_file),
        "wrong_person": share(officer, case_file),
        "superseded": share_both(officer, case_file),
        "": share(officer, case_file),
    }
    basis_at = kinds["late_basis"].basis_at
    assert basis_at is not None
    mark_sent(kinds["late_basis"], sent_at=basis_at - timedelta(hours=1), reason="At the door")
    mark_sent(kinds["differs"], method="fax", reason="The portal was down")
    report(kinds["wrong_person"])
    mark_sent(kinds["superseded"], kinds["superseded"].to_send[:1], complete=False)
    draft, _ = after_actions.start_follow_up(
        by=officer, decision=kinds["superseded"], as_="correction", what="The time"
    )
    kinds["its follower"] = actions.record(by=officer, draft=draft, now=NOW)
    return kinds


@pytest.mark.parametrize("code", log.LOOK_AT)
def test_what_to_look_at(code: str, client: Client, governance: User, five: dict[str, Decision]) -> None:
    wanted = [five[code].reference] if code in five else []
    assert listed(client, governance, f"{ALL}&look_at={code}") == wanted


def test_junk_is_everything(client: Client, governance: User, five: dict[str, Decision]) -> None:
    assert f"{len(five)} decisions" in shown(client, governance, f"{ALL}&look_at=owls")


def test_the_columns(client: Client, governance: User, five: dict[str, Decision]) -> None:
    rows = log.lines(log.decisions(governance, {}))
    columns = log_columns.of_codes(log_columns.PAGED)
    said = {line.decision.reference: {one.title: one.cell(line) for one in columns} for line in rows}

    def cell(kind: str, column: str) -> str:
        return said[five[kind].reference][column]

    assert cell("late_basis", "Shared before basis") == "Yes"
    assert cell("", "Shared before basis") == "No"
    assert cell("differs", "Sent otherwise") == "Yes"
    assert cell("differs", "All sent") == "Yes"
    assert cell("differs", "First sent")
    assert (cell("", "All sent"), cell("", "First sent")) == ("No", "")
    assert cell("stops", "All sent") == "", "nothing was left to send"
    assert cell("superseded", "Superseded by") == five["its follower"].reference
    assert cell("its follower", "Follows") == f"Corrects {five['superseded'].reference}"
    assert cell("its follower", "All sent") == "No", "one of two was sent before it"
    assert {row["Emergency"] for row in said.values()} == {"No"}


def test_queries_do_not_grow(client: Client, governance: User, officer: User, case_file: CaseFile) -> None:
    client.force_login(governance)
    counts: list[int] = []
    for more in (1, 1, 1, 4):  # the first two make and open the keys
        for _ in range(more):
            decision = share_both(officer, case_file)
            mark_sent(decision, decision.to_send[:1], complete=False)
            mark_sent(decision, decision.to_send[1:])
        counts.append(_queries(client.get, ALL))
    assert counts[2] == counts[3]


def _queries(call: Any, *args: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        call(*args)
    return len(captured)
