"""The decision log: who reads which decisions, by which filters, in which order. Codes, and nobody's name."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import access_actions
from cases.models import Case, Membership, Team, User
from sharing import log, log_columns
from sharing.models import Decision
from tests.cast import CaseFile, open_for
from tests.sharing.deciding import NOT_SHARED, REASON, decided

ALL = "/logs/?period=all"
WHEN = datetime(2026, 5, 1, 12, tzinfo=UTC)


def a_row(case: Case, by: User, recorded_at: datetime, **values: Any) -> Decision:
    """A decision of another day: the log reads rows alone."""
    return Decision.objects.create(
        case=case,
        by=by,
        reference=f"D-{uuid4().hex[:6].upper()}",
        request_key=uuid4(),
        entry_hash=uuid4().bytes + uuid4().bytes,
        recorded_at=recorded_at,
        **(
            {"outcome": "share_all", "risk_level": "high", "threshold_met": True, "already_sent": False}
            | {"decided_at": recorded_at}
            | values
        ),
        included=1,
        withheld=0,
    )


def shown(client: Client, user: User, url: str) -> str:
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def listed(client: Client, user: User, url: str) -> list[str]:
    """The references of the decisions that a page shows, in their order."""
    client.force_login(user)
    return [row[0].text for row in client.get(url).context["rows"]]


def test_nobody_is_named(client: Client, governance: User, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    everything = "&".join(f"columns={code}" for code in log_columns.PAGED)
    text = shown(client, governance, f"{ALL}&{everything}")
    assert decision.reference in text
    assert "Share part of it" in text
    assert "Vital interests" in text
    for secret in ("Achterberg", "Fenwick", REASON, "knife", case_file.case.reference, officer.name):
        assert secret not in text


def test_shares_and_non_shares_alike(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    decisions = [decided(officer, case_file), decided(officer, case_file, **NOT_SHARED)]
    text = shown(client, governance, ALL)
    assert all(one.reference in text for one in decisions)
    assert "2 decisions" in text


def test_a_manager_reads_what_their_own_teams_decided(
    client: Client, manager: User, other_manager: User, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    assert listed(client, manager, ALL) == [decision.reference]
    assert f'href="/decisions/{decision.reference}/"' in shown(client, manager, ALL)
    assert listed(client, other_manager, ALL) == []
    # Emergency access opens the case for an hour; it does not make its decisions those of their team.
    open_for(other_manager, case_file.case, "emergency", timedelta(hours=1))
    assert listed(client, other_manager, ALL) == []


@pytest.mark.parametrize("who", ["governance", "manager"])
def test_a_case_that_somebody_is_excluded_from_is_left_out(
    who: str, client: Client, other_manager: User, officer: User, case_file: CaseFile, team: Team,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    reader = request.getfixturevalue(who)
    Membership.objects.create(user=other_manager, team=team)
    decision = decided(officer, case_file)
    assert listed(client, reader, ALL) == [decision.reference]
    exclusion = access_actions.exclude(
        by=other_manager, case=case_file.case, user=reader, reason="A relative"
    )
    assert listed(client, reader, ALL) == []
    assert listed(client, reader, f"/logs/?period=all&reference={decision.reference}") == []
    assert "0 decisions" in shown(client, reader, ALL)
    access_actions.end_exclusion(by=other_manager, exclusion=exclusion)
    assert listed(client, reader, ALL) == [decision.reference]


def test_a_restricted_case_is_in_the_log_of_managers_who_are_named(
    client: Client, manager: User, officer: User, case_file: CaseFile
) -> None:
    decided(officer, case_file)
    Case.objects.filter(id=case_file.case.id).update(restricted=True)
    assert listed(client, manager, ALL) == []


@pytest.mark.parametrize(
    ("day", "back", "first", "last"),
    [
        (date(2026, 1, 1), 0, date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 1, 1), 1, date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 12, 31), 0, date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 5, 20), 1, date(2026, 1, 1), date(2026, 3, 31)),
        (date(2024, 2, 29), 4, date(2023, 1, 1), date(2023, 3, 31)),
    ],
)
def test_quarters(day: date, back: int, first: date, last: date) -> None:
    assert log.quarter(day, back=back) == log.Period(first, last)


def test_it_opens_on_the_last_full_quarter(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    last = log.quarter(timezone.localdate(), back=1)
    assert last.since
    assert last.until
    inside = [
        a_row(case_file.case, officer, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
        for day, hour in ((last.since, 6), (last.until, 21))
    ]
    outside = [
        a_row(case_file.case, officer, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        for day in (last.since - timedelta(days=1), last.until + timedelta(days=1))
    ]
    assert set(listed(client, governance, "/logs/")) == {one.reference for one in inside}
    assert outside[1].reference in listed(client, governance, "/logs/?period=this_quarter")


def test_a_day_is_a_day_in_london(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    # 23:30 UTC on 30 June is half past midnight on 1 July in London.
    late = a_row(case_file.case, officer, datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    day = "{0}_day=1&{0}_month=7&{0}_year=2026"
    july = f"/logs/?period=days&{day.format('since')}&{day.format('until')}"
    assert listed(client, governance, july) == [late.reference]
    assert listed(client, governance, july.replace("month=7", "month=6")) == []


FITS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("outcome=not_yet", {"outcome": "not_yet"}, {}),
    ("outcome=not_shared", {"outcome": "do_not_share"}, {}),
    ("started=asked", {"started": "asked"}, {"started": "offer"}),
    ("basis=6-1-c", {"lawful_basis": "6-1-c"}, {"lawful_basis": "6-1-e"}),
    ("risk=medium", {"risk_level": "medium"}, {}),
    ("risk=high_any", {"risk_level": "standard"}, {"risk_level": "standard", "threshold_met": False}),
    ("agency=police", {"agencies": ["health", "police"]}, {"agencies": ["police_x"]}),
    ("informed=told", {"informed": "told"}, {"informed": "unsafe_to_tell"}),
    ("emergency=yes", {"emergency": True}, {}),
    ("emergency=no", {}, {"emergency": True}),
    ("guard=stops", {"stops": ["consent_basis"]}, {"points": ["late"]}),
    ("guard=points", {"points": ["late"]}, {"stops": ["late"]}),
]


@pytest.mark.parametrize(("query", "fits", "other"), FITS)
def test_filters(
    query: str, fits: dict[str, Any], other: dict[str, Any],
    client: Client, governance: User, officer: User, case_file: CaseFile,
) -> None:  # fmt: skip
    wanted = a_row(case_file.case, officer, WHEN, **fits)
    a_row(case_file.case, officer, WHEN, **other)
    assert listed(client, governance, f"{ALL}&{query}") == [wanted.reference]


def test_a_filter_by_one_guard_and_by_what_supersedes(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    stop = next(iter(log_columns.BY_CODE["stops"].words))
    stopped = a_row(case_file.case, officer, WHEN, stops=[stop])
    follower = a_row(case_file.case, officer, WHEN, follows=stopped, follows_as="correction")
    assert listed(client, governance, f"{ALL}&guard=stop.{stop}") == [stopped.reference]
    assert listed(client, governance, f"{ALL}&superseded=yes") == [stopped.reference]
    assert listed(client, governance, f"{ALL}&superseded=no") == [follower.reference]


def test_every_filter_that_is_offered_finds_something_or_nothing(
    governance: User, officer: User, case_file: CaseFile
) -> None:
    from sharing.forms.log import LogFilterForm

    a_row(case_file.case, officer, WHEN)
    form = LogFilterForm()
    offered = {name: dict(getattr(form.fields[name], "choices", ())) for name in log.FILTERS}
    for name, codes in offered.items():
        for code in filter(None, codes):
            assert log.decisions(governance, {name: code}).count() in (0, 1), (name, code)


# --- a free reference ----------------------------------------------------------------------------------


def found(client: Client, user: User, typed: str) -> list[str]:
    client.force_login(user)
    response = client.post("/logs/", {"find_reference": typed}, follow=True)
    assert response.status_code == 200
    return [row[0].text for row in response.context["rows"]]


def test_a_reference_of_a_decision(
    client: Client, governance: User, manager: User, officer: User, case_file: CaseFile
) -> None:
    decision, _other = decided(officer, case_file), decided(officer, case_file)
    for user in (governance, manager):
        assert found(client, user, f" {decision.reference.lower()} ") == [decision.reference]


def test_a_case_s_reference_is_for_who_may_see_the_case(
    client: Client, governance: User, manager: User, officer: User, purpose: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    assert found(client, manager, case_file.case.reference) == [decision.reference]
    assert found(client, purpose, case_file.case.reference) == [decision.reference]
    assert found(client, governance, case_file.case.reference) == []


@pytest.mark.parametrize("typed", ["Rosalind Achterberg", "D-", "x" * 10_000, "D-7F3K2Q%", "\u202eD-ABCDEF"])
def test_what_is_typed_in_place_of_a_reference_is_in_no_address(
    typed: str, client: Client, governance: User
) -> None:
    client.force_login(governance)
    response = client.post("/logs/", {"find_reference": typed})
    assert response.status_code == 200
    assert response.context["finding"].errors["find_reference"]
    assert "Location" not in response.headers
    assert "find_reference=" not in response.content.decode()


# --- order and pages -------------------------------------------------------------------------------------


def _sorted_as(rows: list[Decision], sort: str) -> list[str]:
    keys = log.SORTS[sort.removeprefix("-")].keys
    in_order = sorted(rows, key=lambda one: [getattr(one, key) for key in keys], reverse=sort.startswith("-"))
    return [one.reference for one in in_order]


@pytest.mark.parametrize("sort", [f"{sign}{code}" for code in log.SORTS for sign in ("", "-")])
def test_pages_by_key_hold_everything_once_in_both_directions(
    sort: str, governance: User, officer: User, case_file: CaseFile
) -> None:
    outcomes, risks = ("share_all", "not_yet", "do_not_share"), ("high", "medium")
    rows = [
        a_row(
            case_file.case,
            officer,
            WHEN + timedelta(minutes=n // 4),
            outcome=outcomes[n % 3],
            risk_level=risks[n % 2],
            lawful_basis=("", "6-1-c")[n % 2],
            decided_at=WHEN - timedelta(minutes=n // 3),
        )
        for n in range(11)
    ]
    all_of_them = log.decisions(governance, {})
    seen: list[list[str]] = []
    place, befores = "", []
    while True:
        part = log.page(governance, all_of_them, sort=sort, place=place, size=3)
        seen.append([one.reference for one in part.rows])
        befores.append(part.before)
        if not (place := part.after):
            break
    assert [one for part in seen for one in part] == _sorted_as(rows, sort)
    assert [bool(one) for one in befores] == [False, True, True, True]
    # And back again, page for page.
    for at in (2, 1, 0):
        part = log.page(governance, all_of_them, sort=sort, place=befores[at + 1], size=3)
        assert [one.reference for one in part.rows] == seen[at]
        assert bool(part.before) == (at > 0)
        assert part.after


def test_a_place_that_the_reader_s_log_does_not_hold_is_the_first_page(
    client: Client, governance: User, other_manager: User, officer: User, case_file: CaseFile
) -> None:
    first, second = (a_row(case_file.case, officer, WHEN + timedelta(hours=n)) for n in range(2))
    place = f"&place=a{second.id.hex}"
    assert listed(client, governance, ALL + place) == [first.reference]
    assert listed(client, other_manager, ALL + place) == []
    assert listed(client, governance, f"{ALL}&place=a{UUID(int=5).hex}") == [
        second.reference,
        first.reference,
    ]


def test_a_heading_sorts_and_says_so(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    a_row(case_file.case, officer, WHEN)
    text = shown(client, governance, f"{ALL}&sort=outcome")
    assert text.count('aria-sort="ascending"') == 1
    assert "sort=-outcome" in text
    assert 'aria-sort="descending"' in shown(client, governance, ALL)


def test_counting_stops_at_a_thousand(
    client: Client, governance: User, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST", 2)
    for _ in range(4):
        a_row(case_file.case, officer, WHEN)
    with CaptureQueriesContext(connection) as queries:
        assert "More than 2 decisions" in shown(client, governance, ALL)
    counted = [one["sql"] for one in queries if "COUNT(" in one["sql"] and "sharing_decision" in one["sql"]]
    assert counted
    assert all("LIMIT 3" in sql for sql in counted)
    assert not [one for one in queries if "OFFSET" in one["sql"]]


def test_columns_and_size_are_chosen_in_the_address(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    for n in range(30):
        a_row(case_file.case, officer, WHEN + timedelta(minutes=n))
    client.force_login(governance)
    page = client.get(f"{ALL}&columns=consent&columns=stops&size=25").context
    assert [one.title for one in page["headings"]] == ["Decision", "Consent", "Stops"]
    assert len(page["rows"]) == 25
    assert "size=25" in page["older"]
    names = client.get(f"{ALL}&columns=people").context
    assert "People" not in [one.title for one in names["headings"]]


@pytest.mark.parametrize("who", ["governance", "manager"])
def test_queries_do_not_grow_with_rows(
    who: str, client: Client, officer: User, case_file: CaseFile, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    counts = []
    for more in (3, 37):
        for _ in range(more):
            a_row(case_file.case, officer, timezone.now(), agencies=["police"], points=["late"])
        with CaptureQueriesContext(connection) as queries:
            client.get(ALL)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
