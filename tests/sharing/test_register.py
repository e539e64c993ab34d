"""The register of disclosures and the record of processing: out of the decisions, and right."""

import csv
import io
from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from cases import access_actions
from cases.models import User
from sharing import lists, register
from sharing.log import Period, quarter
from sharing.models import Decision, Disclosure
from tests.cases.case_pages import html, queries
from tests.cast import CaseFile, make_case
from tests.sharing.deciding import NOT_SHARED, decided
from tests.sharing.following import mark_sent

pytestmark = pytest.mark.django_db
ALL = Period()


def test_what_was_sent_is_in_it_and_what_was_only_decided_is_not(
    case_file: CaseFile, officer: User, governance: User
) -> None:
    sent = mark_sent(decided(officer, case_file))
    decided(officer, case_file, **NOT_SHARED)
    (row,) = register.disclosures(governance, ALL)
    assert row == sent
    cells = dict(zip(register.TITLES, register.cells(row, {"police": "The police"}), strict=True))
    assert cells["Decision"] == sent.decision.reference
    assert cells["Lawful basis"] == lists.label("basis", sent.decision.lawful_basis)
    assert "The police" in cells["Agencies of the decision"]
    assert int(cells["Pieces of information"]) == len({what for _, what in sent.sent})


def test_the_record_of_processing_is_a_recount_of_the_decisions(
    case_file: CaseFile, officer: User, governance: User
) -> None:
    decided(officer, case_file)
    decided(officer, case_file, **NOT_SHARED)
    found = {line.aim: line for line in register.processing(governance, ALL)}
    times = Counter(aim for one in Decision.objects.all() for aim in one.aims or [""])
    assert {aim: line.decisions for aim, line in found.items()} == dict(times)
    for aim, line in found.items():
        mine = [one for one in Decision.objects.all() if aim in (one.aims or [""])]
        assert line.shared == sum(one.outcome in ("share_all", "share_part") for one in mine)
        assert line.kinds == {kind for one in mine for kind in one.kinds}
        assert line.agencies == {code for one in mine for code in one.agencies}


def test_a_case_that_the_reader_is_shut_out_of_is_in_neither(
    case_file: CaseFile, officer: User, manager: User, governance: User
) -> None:
    mark_sent(decided(officer, case_file))
    access_actions.exclude(by=manager, case=case_file.case, user=governance, reason="A relative")
    assert not register.disclosures(governance, ALL).exists()
    assert register.processing(governance, ALL) == []


def test_pages_follow_each_other_without_a_gap(
    case_file: CaseFile, officer: User, governance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "PAGE", 2)
    for _ in range(5):
        mark_sent(decided(officer, case_file))
    found = register.disclosures(governance, ALL)
    seen: list[Disclosure] = []
    rows, last = register.page(found, None)
    while rows:
        seen += rows
        rows, last = register.page(found, last) if last else ([], None)
    assert seen == list(found)
    assert len(seen) == 5


def test_the_quarter_is_chosen_and_junk_is_the_last_full_one(
    client: Client, case_file: CaseFile, officer: User, governance: User
) -> None:
    sent = mark_sent(decided(officer, case_file))
    client.force_login(governance)
    address = reverse("register")
    assert sent.decision.reference in html(client, f"{address}?quarter=all")
    last = quarter(timezone.localdate(), back=1)
    for text in ("", "?quarter=77", "?quarter=junk", "?after=x"):
        assert f"{last.until:%B %Y}" in html(client, f"{address}{text}")
    before = queries(client, f"{address}?quarter=all")
    for _ in range(3):
        mark_sent(decided(officer, case_file))
    assert queries(client, f"{address}?quarter=all") == before


@pytest.mark.parametrize(
    ("name", "titles"), [("register", register.TITLES), ("processing", register.PROCESSING_TITLES)]
)
def test_a_file_is_entered_and_holds_every_row(
    client: Client, case_file: CaseFile, officer: User, governance: User, name: str, titles: tuple[str, ...]
) -> None:
    mark_sent(decided(officer, case_file))
    client.force_login(governance)
    answer = client.post(reverse(f"{name}_csv"), {"quarter": "all"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, *rows = csv.reader(io.StringIO(text))
    assert head == list(titles)
    assert rows
    entry = Entry.objects.get(kind="register.exported")
    assert entry.actor == governance.id
    assert html(client, f"{reverse(name)}?quarter=all").count("<tr") == len(rows) + 1


def test_a_period_holds_its_first_and_last_day(case_file: CaseFile, officer: User, governance: User) -> None:
    sent = mark_sent(decided(officer, case_file))
    day = timezone.localdate(sent.sent_at)
    assert register.disclosures(governance, Period(day, day)).exists()
    other = day + timedelta(days=1)
    assert not register.disclosures(governance, Period(other, other)).exists()
    assert not register.disclosures(governance, Period(None, day - timedelta(days=1))).exists()


def test_what_of_other_cases_was_sent_is_in_it_too(
    officer: User, governance: User, case_file: CaseFile
) -> None:
    other = make_case(officer, case_file.case.team)
    for file in (case_file, other):
        mark_sent(decided(officer, file))
    assert register.disclosures(governance, ALL).count() == 2
