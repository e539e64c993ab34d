"""The chronology: one line of what happened, from everything that the case holds."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit import ledger
from cases import actions, chronology, events
from cases.chronology_actions import add_concern
from cases.models import Case, Concern, User
from tests.cases.case_pages import PAGES, address, html, with_key
from tests.cast import CaseFile
from tests.sharing.deciding import decided

TODAY = date(2026, 3, 2)


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def happened(case: Case, text: str, day: date | None, kind: str = "incident") -> Concern:
    values: dict[str, Any] = {"kind": kind, "text": text, "source": "Roz", "happened_on": day}
    return add_concern(by=case.owner, case=case, values=values | {"date_not_known": day is None})


def line(page: str) -> list[str]:
    """The headings of each thing on the line, as they are read."""
    part = page[page.index("dh-chronology") :]
    found = re.findall(r'<h3 class="dh-timeline__title">(.*?)</h3>', part, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in found]


def test_what_happened_is_recorded_as_it_was_typed(signed_in: Client, case_file: CaseFile) -> None:
    case, page = case_file.case, PAGES["concern add"]
    response = signed_in.post(page.address(case_file), with_key(page.answers(case_file)))
    assert response["Location"] == address(case, "chronology/")
    one = case.concerns.get()
    assert (one.kind, one.happened_on, one.text) == ("incident", date(2026, 3, 3), "He broke the door")
    assert (one.source, one.action) == ("Roz, by phone", "Rang the police")
    shown = html(signed_in, address(case, "chronology/"))
    assert "He broke the door" in shown
    assert "What we did: Rang the police" in shown


def test_everything_that_the_case_holds_is_on_one_line(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    case = case_file.case
    happened(case, "She heard him in the garden", date(2026, 2, 28))
    happened(case, "He hid her papers", None, "concern")
    actions.log_consent(by=officer, case=case, values={"happened_on": date(2026, 3, 1), "consent": "refused"})
    decision = decided(officer, case_file)
    page = html(signed_in, address(case, "chronology/"))
    found = line(page)
    assert found[0].startswith(f"{decision.recorded_at:%A}")
    assert "Sharing decision" in found[0]
    assert found[1:] == [
        "Tuesday 3 March 2026 Consent log",  # the decision's own line
        "Monday 2 March 2026 Risk assessment High risk",
        "Sunday 1 March 2026 Consent log",
        "Saturday 28 February 2026 Incident",
        "Friday 27 February 2026 Information held",
        "Tuesday 3 June 2025 Information held",
        "Date not known Concern raised",
    ]
    assert f'href="/decisions/{decision.reference}/"' in page
    turned = line(html(signed_in, address(case, "chronology/?order=oldest")))
    assert turned == [*reversed(found[:-1]), found[-1]], "what has no date stays at the end"
    chosen = html(signed_in, address(case, "chronology/?kind=incident&kind=consent&order=oldest"))
    assert line(chosen) == [found[4], found[3], found[1]]
    assert "3 entries, oldest first" in " ".join(chosen.split())
    assert 'href="?kind=incident&amp;kind=consent"' in chosen


def test_a_line_is_changed_and_the_ledger_tells_what_it_was(signed_in: Client, case_file: CaseFile) -> None:
    one = happened(case_file.case, "He rang", date(2026, 2, 28))
    answers = {"kind": "incident", "date_not_known": "on", "text": "He rang 20 times", "source": "Roz"}
    path = address(case_file.case, f"chronology/{one.id}/")
    assert signed_in.post(path, with_key(answers)).status_code == 302
    one.refresh_from_db()
    assert (one.happened_on, one.date_not_known, one.text) == (None, True, "He rang 20 times")
    entry = ledger.history(case_file.case.id).filter(kind="concern.changed").get()
    assert events.content_of(entry)["changes"]["text"] == ["He rang", "He rang 20 times"]
    assert one.history.count() == 2


def test_exactly_one_of_a_date_and_not_known(signed_in: Client, case_file: CaseFile) -> None:
    page = PAGES["concern add"]
    good = page.answers(case_file)
    none = {name: value for name, value in good.items() if not name.startswith("happened_on")}
    for answers, error in (
        (none, "Enter the date, or say it is not known"),
        (good | {"date_not_known": "on"}, "not both"),
    ):
        response = signed_in.post(page.address(case_file), with_key(answers))
        assert error in response.content.decode()
    assert not case_file.case.concerns.exists()


def test_what_happened_in_another_case_is_not_there(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    other = actions.create_case(
        by=officer, team=case_file.case.team, concern_identified_at=case_file.case.concern_identified_at
    )
    strange = happened(other, "Elsewhere", TODAY)
    path, nowhere = (f"chronology/{one}/" for one in (strange.id, case_file.child.id))
    wrong = signed_in.post(address(case_file.case, path), {"text": "Taken"})
    missing = signed_in.post(address(case_file.case, nowhere), {"text": "Taken"})
    assert (wrong.status_code, wrong.content) == (missing.status_code, missing.content)
    assert wrong.status_code == 404
    strange.refresh_from_db()
    assert strange.text == "Elsewhere"


@pytest.mark.parametrize(("day", "before"), [
    (date(2024, 2, 29), date(2023, 2, 28)), (date(2026, 3, 2), date(2025, 3, 2)),
])  # fmt: skip
def test_a_year_is_a_year_of_the_calendar(day: date, before: date) -> None:
    assert chronology.year_before(day) == before


def test_incidents_of_the_last_year_are_counted_and_said(case_file: CaseFile) -> None:
    case = case_file.case
    said = chronology.escalation(case, TODAY)
    assert said["lines"] == [
        "No incidents recorded in the last 12 months, and no incidents in the 12 months before."
    ]
    for days in (0, 364, 365, 400, 800):
        happened(case, f"{days} days before", TODAY - timedelta(days=days))
    happened(case, "Tomorrow", TODAY + timedelta(days=1))
    happened(case, "A visit", TODAY, "contact")
    happened(case, "Some day", None)
    said = chronology.escalation(case, TODAY)
    assert said["lines"] == [
        "2 incidents recorded in the last 12 months, and 2 incidents in the 12 months before.",
        "1 incident without a date: not counted.",
    ]
    assert not said["look"]
    happened(case, "Another", TODAY)
    said = chronology.escalation(case, TODAY)
    assert said["look"]
    assert "There are more than in the year before." in said["lines"]


def test_a_case_without_anything_says_what_to_do(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    case = actions.create_case(
        by=officer, team=case_file.case.team, concern_identified_at=timezone.now() - timedelta(days=1)
    )
    page = html(signed_in, address(case, "chronology/"))
    assert "Add the first thing that happened, even if you do not know its date." in page
    assert "Nothing matches these filters" in html(signed_in, address(case, "chronology/?kind=risk"))
