"""The governance lead's decision log: codes and times, nobody's name, and a file that cannot compute."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import ledger
from cases import access_actions, events
from cases.models import Case, User
from sharing import log
from sharing.models import Decision
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, REASON, decided

ALL = "/logs/?period=all"


def a_row(case: Case, by: User, recorded_at: datetime, **values: Any) -> Decision:
    """A decision of another day: the log reads rows alone."""
    return Decision.objects.create(
        case=case,
        by=by,
        reference=f"D-{uuid4().hex[:6].upper()}",
        request_key=uuid4(),
        entry_hash=uuid4().bytes + uuid4().bytes,
        decided_at=recorded_at,
        recorded_at=recorded_at,
        **(
            {"outcome": "share_all", "risk_level": "high", "threshold_met": True, "already_sent": False}
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


def file_of(client: Client, url: str) -> list[list[str]]:
    response = client.post(url)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_nobody_is_named(client: Client, governance: User, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    text = shown(client, governance, ALL)
    assert decision.reference in text
    assert "Share part of it" in text
    assert "Vital interests" in text
    file = str(file_of(client, "/logs/csv/?period=all"))
    assert decision.reference in file
    for secret in ("Achterberg", "Fenwick", REASON, "knife", case_file.case.reference, officer.name):
        assert secret not in text
        assert secret not in file


def test_shares_and_non_shares_alike(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    decisions = [decided(officer, case_file), decided(officer, case_file, **NOT_SHARED)]
    text = shown(client, governance, ALL)
    assert all(one.reference in text for one in decisions)
    assert "2 decisions" in text


@pytest.mark.parametrize(
    "who", ["officer", "manager", "other_manager", "administrator", "superuser", "excluded", "granted"]
)
def test_others_meet_a_404(who: str, client: Client, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get("/logs/").status_code == 404
    assert client.post("/logs/csv/").status_code == 404
    assert client.get("/logs/csv/").status_code == 405


def test_a_case_that_the_lead_is_excluded_from_is_left_out(
    client: Client, governance: User, manager: User, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    exclusion = access_actions.exclude(by=manager, case=case_file.case, user=governance, reason="A relative")
    assert decision.reference not in shown(client, governance, ALL)
    assert "0 decisions" in shown(client, governance, ALL)
    assert len(file_of(client, "/logs/csv/?period=all")) == 1
    access_actions.end_exclusion(by=manager, exclusion=exclusion)
    assert decision.reference in shown(client, governance, ALL)


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
    text = shown(client, governance, "/logs/")
    assert all(one.reference in text for one in inside)
    assert not any(one.reference in text for one in outside)
    assert outside[1].reference in shown(client, governance, "/logs/?period=this_quarter")


def test_a_day_is_a_day_in_london(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    # 23:30 UTC on 30 June is half past midnight on 1 July in London.
    late = a_row(case_file.case, officer, datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    day = "{0}_day=1&{0}_month=7&{0}_year=2026"
    july = f"/logs/?period=days&{day.format('since')}&{day.format('until')}"
    assert late.reference in shown(client, governance, july)
    assert late.reference not in shown(client, governance, july.replace("month=7", "month=6"))


def test_filters_by_outcome_and_basis(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    when = datetime(2026, 5, 1, 12, tzinfo=UTC)
    one = a_row(case_file.case, officer, when, outcome="not_yet", lawful_basis="6-1-c")
    other = a_row(case_file.case, officer, when, outcome="share_all", lawful_basis="6-1-e")
    for query in ("&outcome=not_yet", "&basis=6-1-c"):
        text = shown(client, governance, ALL + query)
        assert one.reference in text
        assert other.reference not in text
        assert len(file_of(client, "/logs/csv/?period=all" + query)) == 2


JUNK = [
    "?period=x&outcome=%3Cscript%3E&basis=6-1-z",
    "?since_day=99&since_month=13&since_year=0",
    "?until_day=%EF%BC%91&until_month=ä&until_year=--1",
    "?before=junk",
    "?before=2026-01-01T00:00:00_x",
    "?before=2026-01-01T00:00:00_00000000-0000-0000-0000-000000000000",
    "?before=9999-99-99_%E2%80%AE",
    "?period=days&since_day=2&since_month=1&since_year=2026&until_day=1&until_month=1&until_year=2026",
    "?page=1&page=2&outcome=a&outcome=b",
    "?since_day=" + "9" * 5000,
    "?outcome=%F0%9F%92%A9",
    f"?period=all&before=0001-01-01T00:00:00%2B23:59_{UUID(int=1)}",
    f"?period=all&before=9999-12-31T23:59:59-23:59_{UUID(int=1)}",
    f"?period=all&before=0001-01-01T00:00:00%2B00:00_{UUID(int=1)}",
]


@pytest.mark.parametrize("query", JUNK)
def test_junk_in_the_address_breaks_nothing(query: str, client: Client, governance: User) -> None:
    assert "Decision log" in shown(client, governance, f"/logs/{query}")
    assert len(file_of(client, f"/logs/csv/{query}")) == 1


@pytest.mark.parametrize("query", ["?outcome=%00", "?before=a%00b", "?since_day=%00", "?x=%ED%A0%80"])
def test_nul_and_half_characters_are_refused_plainly(query: str, client: Client, governance: User) -> None:
    client.force_login(governance)
    assert client.get(f"/logs/{query}").status_code in (200, 400)
    assert client.post(f"/logs/csv/{query}").status_code in (200, 400)


def test_an_order_of_days_that_cannot_be_is_said_beside_the_field(client: Client, governance: User) -> None:
    text = shown(client, governance, f"/logs/{JUNK[7]}")
    assert "The last day must be the same as or after the first day" in text
    assert 'value="2026"' in text


def test_pages_by_key_hold_everything_once(
    client: Client, governance: User, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PAGE", 3)
    same = datetime(2026, 5, 1, 12, tzinfo=UTC)
    rows = [a_row(case_file.case, officer, same + timedelta(minutes=n // 4)) for n in range(10)]
    found = log.decisions(governance, {"period": log.Period()})
    seen, before = [], ""
    while True:
        part = log.page(found, before)
        seen += [one.id for one in part.rows]
        if not (before := part.before):
            break
    assert len(seen) == len(set(seen)) == 10
    assert seen == [one.id for one in sorted(rows, key=lambda one: (one.recorded_at, one.id), reverse=True)]
    text = shown(client, governance, ALL)
    assert "10 decisions" in text
    assert "before=" in text


def test_queries_do_not_grow_with_rows(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    client.force_login(governance)
    counts = []
    for more in (3, 37):
        for _ in range(more):
            a_row(case_file.case, officer, timezone.now(), agencies=["police"], points=["late"])
        with CaptureQueriesContext(connection) as queries:
            client.get(ALL)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_the_export_is_entered_before_its_first_row_is_sent(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    decided(officer, case_file)
    client.force_login(governance)
    response = client.post("/logs/csv/?period=all&outcome=share_part")
    entry = ledger.history(governance.id).last()  # nothing of the file has been read yet
    assert entry is not None
    assert entry.kind == "log.exported"
    said = events.content_of(entry, of_case=False)
    assert said["rows"] == 1
    assert said["filters"]["outcome"] == "share_part"
    assert response["Content-Disposition"].startswith('attachment; filename="decision-log-2')
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_no_entry_no_file(
    client: Client, governance: User, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_sealed: Any) -> None:
        raise RuntimeError("the ledger is full")

    monkeypatch.setattr(ledger, "append", fails)
    client.force_login(governance)
    with pytest.raises(RuntimeError, match="full"):
        client.post("/logs/csv/?period=all")


def test_a_decision_recorded_while_the_file_is_sent_is_not_in_it(
    governance: User, officer: User, case_file: CaseFile
) -> None:
    first = decided(officer, case_file)
    lines = log.csv_lines(log.snapshot(log.decisions(governance, {"period": log.Period()})))
    next(lines)
    second = decided(officer, case_file)
    rest = b"".join(lines).decode()
    assert first.reference in rest
    assert second.reference not in rest


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0="])
def test_no_cell_is_a_formula(start: str) -> None:
    assert log.safe(f"{start}HYPERLINK(1)").startswith("'")
    assert log.safe("Share all of it") == "Share all of it"


def test_every_cell_of_the_file_passes_through_it(
    client: Client, governance: User, officer: User, case_file: CaseFile
) -> None:
    a_row(case_file.case, officer, timezone.now(), agencies=["=cmd|'/c calc'!A1"], lawful_basis="+1")
    client.force_login(governance)
    row = file_of(client, "/logs/csv/?period=all")[1]
    assert "'=cmd|'/c calc'!A1" in row
    assert "'+1" in row
