"""Who took what out: every kind is there, and nothing tells which case it was."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit import ledger
from cases import events, timed_access
from cases.models import User
from sharing import export_actions, oversight, report_actions
from tests.cast import CaseFile, UserFactory
from tests.sharing.deciding import decided
from tests.sharing.exporting import asked_for, written


def shown(client: Client, user: User, query: str = "") -> str:
    client.force_login(user)
    response = client.get(f"/oversight/{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def test_what_was_done_and_by_whom_but_never_of_which_case(
    client: Client, governance: User, manager: User, administrator: User, officer: User, case_file: CaseFile
) -> None:
    decided(officer, case_file)
    reference = case_file.case.reference
    timed_access.state_purpose(by=governance, reference=reference, purpose="audit", reason="Roz has died")
    export = asked_for(governance, names=True)
    export_actions.approve_export(by=manager, export=export, reason="They must know Roz")
    taken = written(governance)
    list(export_actions.download_export(by=governance, export=taken))
    for reader in (governance, administrator):
        text = shown(client, reader)
        for words in (
            "A purpose was stated for looking at the case", "Export with names approved", "Mary Field",
            "Export downloaded", "Grace Lane", "A death review",
        ):  # fmt: skip
            assert words in text
        for secret in (reference, str(case_file.case.id), "Roz", "The panel has to know", "altered"):
            assert secret not in text


def test_how_much_was_taken_is_told_to_whoever_took_it(
    client: Client, governance: User, administrator: User, officer: User, case_file: CaseFile
) -> None:
    """Whoever is kept out of the one case, and takes nothing with the same filters, learns nothing."""
    decided(officer, case_file)
    taken = written(governance)
    list(export_actions.download_export(by=governance, export=taken))
    report_actions.export_register(by=governance, what="disclosures", filters={}, rows=3)
    other = UserFactory(role="governance")
    for reader, known in ((governance, True), (other, False), (administrator, False)):
        assert (", 1 row" in shown(client, reader)) is known
        assert ("decisions</td>" in shown(client, reader)) is known
    for reader, known in ((governance, True), (other, False)):
        client.force_login(reader)
        assert ('data-label="Decisions">1</td>' in client.get("/exports/").content.decode()) is known


def test_every_kind_that_is_shown_is_registered() -> None:
    assert set(oversight.KINDS) <= set(events.KINDS)


@pytest.mark.parametrize(
    "query",
    ["?kind=owls", "?person=1", "?place=zz", f"?place=a{'0' * 64}", "?person=%27", "?kind=" + "x" * 10_000],
)
def test_junk_breaks_nothing(query: str, client: Client, governance: User) -> None:
    assert "Who took what out" in shown(client, governance, query)


def test_filters(client: Client, governance: User, manager: User, officer: User, case_file: CaseFile) -> None:
    decided(officer, case_file)
    export = asked_for(governance, names=True)
    export_actions.refuse_export(by=manager, export=export, reason="No")
    assert [line.what for line in oversight.page(governance, kind="export.refused").lines] == [
        "Export with names refused"
    ]
    assert {line.who for line in oversight.page(governance, person=manager.id).lines} == {"Mary Field"}
    assert "Export asked for</td>" not in shown(client, governance, f"?person={manager.id}")


def test_pages_by_key_in_both_directions(governance: User, officer: User, case_file: CaseFile) -> None:
    decided(officer, case_file)
    for _ in range(7):
        asked_for(governance)
    whole = [line.at for line in oversight.page(governance).lines]
    first = oversight.page(governance, size=3)
    second = oversight.page(governance, place=first.after, size=3)
    third = oversight.page(governance, place=second.after, size=3)
    assert [line.at for part in (first, second, third) for line in part.lines] == whole
    assert not first.before
    assert not third.after
    assert [one.at for one in oversight.page(governance, place=third.before, size=3).lines] == [
        one.at for one in second.lines
    ]


def test_an_entry_of_another_kind_is_no_place(governance: User, officer: User, case_file: CaseFile) -> None:
    decided(officer, case_file)
    asked_for(governance)
    entry = ledger.history(case_file.case.id).last()
    assert entry is not None
    part = oversight.page(governance, place=f"a{bytes(entry.hash).hex()}")
    assert part == oversight.page(governance)


def test_queries_do_not_grow(client: Client, governance: User, officer: User, case_file: CaseFile) -> None:
    decided(officer, case_file)
    client.force_login(governance)
    counts = []
    for more in (2, 10):
        for _ in range(more):
            asked_for(governance)
        with CaptureQueriesContext(connection) as queries:
            client.get("/oversight/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
