"""The information that is held: where it came from, on what conditions, and whether it is still right."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from audit import ledger
from cases import actions, events
from cases.acting import ChangedMeanwhileError
from cases.checking import ago
from cases.models import Agency, InformationItem, User
from tests.cases.case_pages import PAGES, Answers, address, day, html, with_key
from tests.cast import CaseFile
from tests.sharing.deciding import draft_of


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def add(client: Client, file: CaseFile, query: str = "", **answers: object) -> str:
    page = with_key(PAGES["information add"].answers(file) | answers)
    page = {name: value for name, value in page.items() if value is not None}
    response = client.post(address(file.case, f"information/add/{query}"), page)
    return response.get("Location") or response.content.decode()


NO_DATE: Answers = {"dated_day": None, "dated_month": None, "dated_year": None}


def test_information_is_recorded_as_it_was_typed(signed_in: Client, case_file: CaseFile) -> None:
    assert add(signed_in, case_file) == address(case_file.case, "information/")
    item = case_file.case.information.get(position=2)
    assert (item.text, item.source, item.whose, item.nature) == (
        "He has a key",
        "Roz, by phone",
        "Roz",
        "opinion",
    )
    assert (item.about, item.historical, item.alleges_offence) == ([str(case_file.survivor.id)], False, False)
    page = html(signed_in, address(case_file.case, "information/"))
    assert "Opinion, 3 March 2026" in page


def test_exactly_one_of_a_date_and_not_known(signed_in: Client, case_file: CaseFile) -> None:
    assert "Enter the date, or say it is not known" in add(signed_in, case_file, **NO_DATE)
    assert "not both" in add(signed_in, case_file, date_not_known="on")
    assert add(signed_in, case_file, **NO_DATE, date_not_known="on").endswith("/information/")
    assert case_file.case.information.get(position=2).date_not_known


def test_an_opinion_is_somebodys_and_a_fact_is_nobodys(signed_in: Client, case_file: CaseFile) -> None:
    assert "Enter whose opinion it is" in add(signed_in, case_file, whose="")
    assert "Remove this, or select that it is an opinion" in add(signed_in, case_file, nature="fact")
    assert "Select at least one person" in add(signed_in, case_file, about=None)


def test_information_leads_back_to_the_draft_that_asked(signed_in: Client, case_file: CaseFile) -> None:
    draft = uuid4()
    assert add(signed_in, case_file, f"?draft={draft}") == f"/drafts/{draft}/items/"
    for junk in ("//evil.example", "x", "..%2F..%2F", f"{draft}/../../x"):
        assert add(signed_in, case_file, f"?draft={junk}") == address(case_file.case, "information/")
    assert f'href="/drafts/{draft}/items/"' in html(
        signed_in, address(case_file.case, f"information/add/?draft={draft}")
    )


def test_somebody_of_another_case_cannot_be_whom_it_is_about(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    other = actions.create_case(
        by=officer,
        team=case_file.case.team,
        concern_identified_at=case_file.case.concern_identified_at,
        people=[{"role": "child", "name": "Elsewhere"}],
    )
    page = add(signed_in, case_file, about=[str(other.people.get().id)])
    assert "Select an answer from the list" in page
    assert "Elsewhere" not in page


def test_changing_information_tells_what_changed(signed_in: Client, case_file: CaseFile) -> None:
    answers = PAGES["information change"].answers(case_file) | {"text": "He gave the key back"}
    path = address(case_file.case, f"information/{case_file.older.id}/")
    assert signed_in.post(path, answers).status_code == 302
    entry = ledger.history(case_file.case.id).filter(kind="information.changed").get()
    changes = events.content_of(entry)["changes"]
    assert changes["text"] == [
        "The door of the flat was repaired twice after being kicked in",
        "He gave the key back",
    ]
    assert changes["historical"] == [True, False]


# --- Where it came from, and on what conditions -----------------------------------------------------------


def test_what_an_agency_gave_us_is_shown_with_its_conditions(signed_in: Client, case_file: CaseFile) -> None:
    said = "Not to the family; ask us first"
    came = {"received_from": "police", **day("received_on")}
    assert add(signed_in, case_file, **came, conditions=said).endswith("/information/")
    item = case_file.case.information.get(position=2)
    assert (item.received_from, item.conditions) == ("police", said)
    page = html(signed_in, address(case_file.case, "information/"))
    assert "Came from Police on" in page
    assert "and nobody asked for it" in page
    assert said in page
    assert page.count("Our own information") == 2


def test_an_agency_that_left_the_directory_stays_where_it_is_recorded(
    signed_in: Client, case_file: CaseFile
) -> None:
    item = actions.change_information(
        by=case_file.case.owner, item=case_file.older, values={"received_from": "police"}
    )
    police = Agency.objects.get(code="police")
    police.active = False
    police.save()
    assert 'value="police"' not in html(signed_in, address(case_file.case, "information/add/"))
    answers = PAGES["information change"].answers(case_file) | {
        "received_from": "police",
        **day("received_on"),
    }
    assert signed_in.post(address(case_file.case, f"information/{item.id}/"), answers).status_code == 302
    assert InformationItem.objects.get(id=item.id).received_from == "police"


# --- Still right? -----------------------------------------------------------------------------------------


def _checked(client: Client, file: CaseFile, item: InformationItem, seen: str | None = None) -> None:
    start = address(file.case, "information/")
    if seen is None:
        part = html(client, start).split(f"{item.id}/checked/")[1]
        seen = part.split('name="seen" value="')[1].split('"')[0]
    response = client.post(f"{start}{item.id}/checked/", {"seen": seen})
    assert response["Location"] == f"{start}#information-{item.id}"


def test_what_was_not_checked_for_long_says_so_until_somebody_checks_it(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    today, old = timezone.localdate(), timezone.localdate() - timedelta(days=125)
    item = actions.change_information(by=officer, item=case_file.information, values={"checked_on": old})
    page = html(signed_in, address(case_file.case, "information/"))
    assert "Last checked 4 months ago: check it before you rely on it" in page
    assert page.count("check it before you rely on it") == 1, "what is historical is not due"
    due = html(signed_in, address(case_file.case, "information/?check=due"))
    assert "1 of 2 items" in due
    _checked(signed_in, case_file, item)
    item.refresh_from_db()
    assert item.checked_on == today
    entry = ledger.history(case_file.case.id).filter(kind="information.checked").get()
    assert events.content_of(entry)["changes"] == {"checked_on": [old.isoformat(), today.isoformat()]}
    _checked(signed_in, case_file, item, seen="")  # a second click
    assert ledger.history(case_file.case.id).filter(kind="information.checked").count() == 1
    assert "0 of 2 items" in html(signed_in, address(case_file.case, "information/?check=due"))


def test_nobody_says_of_other_words_that_they_are_right(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    item = case_file.information
    seen = html(signed_in, address(case_file.case, "information/")).split(f"{item.id}/checked/")[1]
    seen = seen.split('name="seen" value="')[1].split('"')[0]
    stale = InformationItem.objects.get(id=item.id)
    actions.change_information(
        by=officer, item=InformationItem.objects.get(id=item.id), values={"text": "New"}
    )
    _checked(signed_in, case_file, item, seen=seen)
    page = html(signed_in, address(case_file.case, "information/"))
    assert "Somebody changed this information meanwhile" in page
    with pytest.raises(ChangedMeanwhileError):  # nor where it is changed between look and lock
        actions.check_information(by=officer, item=stale, day=timezone.localdate())
    item.refresh_from_db()
    assert (item.text, item.checked_on) == ("New", date(2026, 3, 2))


def test_items_are_chosen_by_whom_they_are_about(signed_in: Client, case_file: CaseFile) -> None:
    page = html(signed_in, address(case_file.case, f"information/?about={case_file.child.id}"))
    assert "kicked in" in page
    assert "kitchen knife" not in page
    junk = html(signed_in, address(case_file.case, f"information/?about={uuid4()}&check=nope"))
    assert "Select an answer from the list" in junk


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "yesterday"), (13, "13 days ago"), (14, "2 weeks ago"), (59, "8 weeks ago"),
     (60, "2 months ago"), (729, "24 months ago"), (730, "2 years ago")],
)  # fmt: skip
def test_an_age_is_said_as_people_say_it(days: int, words: str) -> None:
    today = date(2026, 3, 2)
    assert ago(today - timedelta(days=days), today) == words


def test_conditions_stand_where_an_item_is_picked_for_sharing(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    values = {"conditions": "Ask the school first", "received_from": "school"}
    item = actions.change_information(by=officer, item=case_file.information, values=values)
    draft = draft_of(officer, case_file).id
    for path in ("items/", f"items/{item.id}/"):
        page = html(signed_in, f"/drafts/{draft}/{path}")
        assert "They asked" in page
        assert "Ask the school first" in page
