"""The list of cases: only what may be opened, page by page, entered under the reader."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.test import Client

from audit import ledger
from cases import access_actions, actions, events, listing
from cases.closing import close_case
from cases.models import Case, Team, TimedAccess, User
from cases.templatetags.moments import clock
from sharing.emergency_actions import record_emergency
from tests.cases.case_pages import html, queries
from tests.cast import CaseFile
from tests.sharing import hurrying

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


def test_each_row_says_why_it_is_open_to_the_reader(
    client: Client, a_case: Case, officer: User, manager: User, granted: User, emergency: User
) -> None:
    last = access_actions.last_day()
    ends = TimedAccess.objects.get(user=emergency).ends_at
    for user, words in (
        (officer, "Your case"),
        (manager, "Your team&#x27;s case"),
        (granted, f"Given to you until {last.day} {last:%B %Y}"),
        (emergency, f"Emergency access until {clock(ends)}"),
    ):
        client.force_login(user)
        searched = client.post("/cases/", {"text": "Roz"}).content.decode()
        for page in (html(client, "/cases/"), searched):
            assert re.findall(r'class="dh-why">(.*?)<', page) == [words]


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
    client.get("/cases/?risk=medium")
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


# --- Filters, in the address -----------------------------------------------------------------------------


def listed(page: str) -> set[str]:
    return set(re.findall(r'href="/cases/(C-\w{6})/"', page))


def test_the_filters_narrow_the_list_and_are_taken_off_one_by_one(
    client: Client, case_file: CaseFile, officer: User, manager: User, colleague: User, team: Team
) -> None:
    a_case = case_file.case
    theirs, closed = make(colleague, team, 2)
    close_case(by=colleague, case=closed, reason="safe_now")
    provisional = record_emergency(by=manager, answers=hurrying.given([])).case
    client.force_login(manager)
    every = {one.reference for one in (a_case, theirs, provisional)}
    for query, expected in (
        ("", every),
        ("risk=high", {a_case.reference}),
        (f"owner={colleague.id}", {theirs.reference}),
        ("owner=me", {provisional.reference}),
        ("status=closed", {closed.reference}),
        (f"status=all&owner={colleague.id}", {theirs.reference, closed.reference}),
        ("due=yes", {provisional.reference}),
        ("due=yes&risk=high", set()),
    ):
        assert listed(html(client, f"/cases/?{query}")) == expected, query
    page = html(client, f"/cases/?risk=high&owner={officer.id}")
    assert 'href="/cases/?risk=high"' in page
    assert "Owner: Olive Marsh" in page
    assert "0 results in cases you can open" in html(client, "/cases/?risk=medium")
    for junk in ("risk=nonsense", "owner=nobody", f"owner={a_case.id}", "status=gone", "due=x"):
        assert "Select an answer from the list" in html(client, f"/cases/?{junk}"), junk


def test_a_manager_of_two_teams_chooses_between_them(
    client: Client, a_case: Case, manager: User, other_team: Team
) -> None:
    client.force_login(manager)
    assert 'name="team"' not in html(client, "/cases/")
    manager.teams.add(other_team)
    assert listed(html(client, f"/cases/?team={other_team.id}")) == set()
    assert listed(html(client, f"/cases/?team={a_case.team_id}")) == {a_case.reference}


# --- Search, never in an address -------------------------------------------------------------------------


def searched(client: Client, text: str, **more: str) -> str:
    response = client.post("/cases/", {"text": text} | more)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_search_is_posted_and_answered_at_once(
    client: Client, a_case: Case, officer: User, team: Team
) -> None:
    (other,) = make(officer, team, 1)
    client.force_login(officer)
    for text in ("achterb", "ROSALIND ächterberg", "07700 900123", a_case.reference[:5], "Quarry Rise"):
        page = searched(client, text)
        assert listed(page) == {a_case.reference}, text
        assert f"1 result for “{text}” in cases you can open" in page
        assert "?" not in "".join(re.findall(r'(?:href|action)="(/cases/[^"]*)"', page))
    assert listed(searched(client, "person", risk="not_assessed")) == {other.reference}
    assert listed(searched(client, "person", risk="high")) == set()
    assert "0 results for “nobody of that name”" in searched(client, "nobody of that name")
    assert listed(html(client, "/cases/?text=achterb")) == {a_case.reference, other.reference}
    assert client.post("/cases/", {"text": "", "risk": "high"})["Location"] == "/cases/?risk=high"
    taken_off = client.post("/cases/", {"text": "achterb", "risk": "high", "without": "text"})
    assert taken_off["Location"] == "/cases/?risk=high"


def test_results_are_paged_by_posting(client: Client, officer: User, team: Team) -> None:
    made = {one.reference for one in make(officer, team, listing.SIZE + 2)}
    client.force_login(officer)
    first = searched(client, "person")
    at = first.split('name="at"')[1].split('value="')[1].split('"')[0]
    assert "Results for “person”" in first
    second = searched(client, "person", at=at)
    assert (len(listed(first)), len(listed(second))) == (listing.SIZE, 2)
    assert listed(first) | listed(second) == made
    assert "Previous page" in second


def test_a_hidden_case_and_none_get_the_same_results(
    client: Client, a_case: Case, colleague: User, excluded: User
) -> None:
    for user in (colleague, excluded):
        client.force_login(user)
        pages = {
            re.sub("TEXT|[A-Za-z0-9]{64}|data-left=.{4}", "", searched(client, text).replace(text, "TEXT"))
            for text in ("Achterberg", "Zzyzxberrg", a_case.reference, "C-ZZZZZZ")
        }
        assert len(pages) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 10_000, "Shorten this to 300 characters"),
        ("a\x00b", "Remove the hidden control character"),
        ("\u202eevil", "Remove the hidden character that changes the direction"),
        ("%", "Enter at least 2 letters or numbers"),
        ("_*?'\"; --", "Enter at least 2 letters or numbers"),
    ],
)
def test_a_search_that_cannot_be_made_says_what_to_type(
    client: Client, a_case: Case, officer: User, text: str, words: str
) -> None:
    client.force_login(officer)
    page = searched(client, text)
    assert words in page
    assert listed(page) == set()
    assert "0 results" not in page
    for operators in ("ach* OR 1=1", "achter% --", "rosalind AND (gareth)"):
        assert searched(client, operators)


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
