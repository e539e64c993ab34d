"""The list of cases: only what may be opened, page by page, entered under the reader."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.test import Client

from audit import ledger
from cases import actions, events, listing
from cases.models import Case, Team, User
from tests.cases.case_pages import html, queries

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def make(officer: User, team: Team, number: int, opened: datetime = NOW) -> list[Case]:
    person = {"role": "victim_survivor", "name": "Somebody", "safe_routes": ["phone"]}
    return [
        actions.create_case(
            by=officer,
            team=team,
            concern_identified_at=NOW,
            opened_at=opened + timedelta(minutes=n // 2),  # two of a minute: the id decides
            people=[person | {"preferred_name": f"Person {n}"}],
        )
        for n in range(number)
    ]


def test_the_list_shows_only_what_may_be_opened(
    client: Client, a_case: Case, officer: User, colleague: User, excluded: User
) -> None:
    client.force_login(officer)
    assert a_case.reference in html(client, "/cases/")
    assert "Roz" in html(client, "/cases/")
    for other in (colleague, excluded):
        client.force_login(other)
        page = html(client, "/cases/")
        assert a_case.reference not in page
        assert "You have no cases yet" in page


def test_the_list_exists_for_case_workers_alone(
    client: Client, governance: User, administrator: User
) -> None:
    for user in (governance, administrator):
        client.force_login(user)
        assert client.get("/cases/").status_code == 404
        assert client.get("/cases/new/").status_code == 404


def test_the_list_is_entered_under_the_reader_without_names(
    client: Client, a_case: Case, officer: User
) -> None:
    client.force_login(officer)
    client.get("/cases/")
    entry = ledger.history(officer.id).last()
    assert entry is not None
    assert entry.kind == "cases.listed"
    assert events.content_of(entry, of_case=False) == {"references": [a_case.reference]}
    client.get("/cases/?reference=C-ZZZ")
    assert ledger.history(officer.id).count() == entry.seq


@pytest.mark.parametrize("size", [1, 2, 3, 5, 40])
def test_pages_follow_each_other_forwards_and_back(officer: User, team: Team, size: int) -> None:
    made = {case.id for case in make(officer, team, 7)}
    pages: list[listing.Page] = []
    at = ""
    while not pages or at:
        pages.append(listing.read(officer, {}, at, size=size))
        at = pages[-1].older
    shown = [case.id for page in pages for case in page.cases]
    assert len(shown) == len(set(shown)) == 7
    assert set(shown) == made
    order = [(-case.opened_at.timestamp(), case.id.hex) for page in pages for case in page.cases]
    assert order == sorted(order)
    assert pages[0].newer == ""
    for newer, older in pairwise(pages):
        back = listing.read(officer, {}, older.newer, size=size)
        assert [case.id for case in back.cases] == [case.id for case in newer.cases]
        assert back.newer == newer.newer


def test_the_list_filters_by_reference_and_risk(
    client: Client, a_case: Case, officer: User, team: Team
) -> None:
    (other,) = make(officer, team, 1)
    client.force_login(officer)
    for query in ("risk=high", f"reference={a_case.reference.lower()}", f"reference={a_case.reference[2:6]}"):
        page = html(client, f"/cases/?{query}")
        assert a_case.reference in page, query
        assert other.reference not in page, query
    assert "0 results in cases you can open" in html(client, "/cases/?risk=medium")
    assert "Select an answer from the list" in html(client, "/cases/?risk=nonsense")


def test_the_list_needs_the_same_queries_for_3_cases_and_for_30(
    client: Client, officer: User, team: Team
) -> None:
    counts = []
    client.force_login(officer)
    make(officer, team, 1)
    client.get("/cases/")  # the first entry of all makes the key that seals it
    for number in (3, 22):
        make(officer, team, number)
        counts.append(queries(client, "/cases/"))
    assert counts[0] == counts[1]
