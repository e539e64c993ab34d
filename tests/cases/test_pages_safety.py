"""Safety: how each person may be reached, when that was checked with them, and who looked at a code word."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit import ledger
from cases import actions, choices, events
from cases.acting import ChangedMeanwhileError
from cases.models import Case, Person, User
from tests.cases.case_pages import NOT_ASKED, PAGES, Answers, address, html, with_key
from tests.cast import CaseFile

WORD = "kingfisher"
NOT_RECORDED = "Not recorded – do not contact until checked"


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def save(client: Client, file: CaseFile, answers: Answers, person: Person | None = None) -> Any:
    path = address(file.case, f"safety/{(person or file.survivor).id}/")
    return client.post(path, with_key(NOT_ASKED | answers))


def banner(client: Client, file: CaseFile) -> str:
    page = html(client, address(file.case))
    return page[page.index("dh-case-banner") : page.index("</section>")]


def test_safe_contact_is_recorded_and_do_not_comes_first(signed_in: Client, case_file: CaseFile) -> None:
    answers = PAGES["safe contact"].answers(case_file) | {"new_code_word": WORD}
    assert save(signed_in, case_file, answers)["Location"] == address(case_file.case, "safety/")
    person = Person.objects.get(id=case_file.survivor.id)
    assert (person.do_not, person.safe_times, person.contact) == (
        "Ring the landline",
        "Before noon",
        "Ring twice",
    )
    assert (person.safe_routes, person.unsafe_routes, person.code_word) == (["phone"], ["post"], WORD)
    assert person.routes_checked_on == date(2026, 3, 3)
    assert person.reviewed == {"contact": "2026-03-03"}
    shown = banner(signed_in, case_file)
    places = [shown.index(one) for one in (
        "Roz", "High risk", "Visit in twos", "Do not… Ring the landline", "Do not use: post",
        "Safe: phone (checked with them on 3 March 2026)", "When: Before noon", "Details: Ring twice",
        "There is a code word.", address(case_file.case, "safety/"),
    )]  # fmt: skip
    assert places == sorted(places)


def test_a_route_nobody_answered_for_is_not_safe(signed_in: Client, case_file: CaseFile) -> None:
    save(signed_in, case_file, {"route_phone": "safe"}, case_file.child)
    case_file.child.refresh_from_db()
    assert [code for code, _ in choices.choices("route") if case_file.child.safe(code)] == ["phone"]
    assert f"{NOT_RECORDED}: voicemail" in html(signed_in, address(case_file.case, "safety/"))


def test_details_and_times_are_shown_beside_a_safe_way_alone(signed_in: Client, case_file: CaseFile) -> None:
    answers = {"contact": "07700 900456", "safe_times": "At noon", "do_not": "say who we are\r\n\r\nring"}
    save(signed_in, case_file, answers)
    for page in (html(signed_in, address(case_file.case, "people/")), banner(signed_in, case_file)):
        assert "07700 900456" not in page
        assert "When: At noon" not in page
        assert "Do not… say who we are; ring" in page, "two things never read as one"
        assert NOT_RECORDED in page
    assert "no way to contact them is recorded as safe" in html(signed_in, address(case_file.case, "safety/"))


def test_each_answer_keeps_the_day_it_was_checked_until_it_changes(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    days = {"do_not": "2026-03-02", "contact": "2026-03-02"}
    values = {"do_not": "Ring the landline", "reviewed": days}
    actions.change_person(by=officer, person=case_file.survivor, values=values)
    as_it_is = {"contact": "07700 900123", "route_phone": "safe"}
    as_it_is |= {f"route_{code}": "unsafe" for code in ("post", "visit", "voicemail")}
    save(signed_in, case_file, as_it_is | {"do_not": "Ring her mother", "checked": ["safe_times"]})
    person = Person.objects.get(id=case_file.survivor.id)
    assert person.reviewed == {"contact": "2026-03-02", "safe_times": timezone.localdate().isoformat()}
    assert person.routes_checked_on == date(2026, 3, 2)
    save(signed_in, case_file, as_it_is | {"route_email": "safe"})
    person.refresh_from_db()
    assert person.routes_checked_on is None, "a way was added that nobody checked"


def test_what_was_checked_long_ago_is_said(signed_in: Client, case_file: CaseFile, officer: User) -> None:
    old = timezone.localdate() - timedelta(days=200)
    actions.change_person(by=officer, person=case_file.survivor, values={"routes_checked_on": old})
    page = html(signed_in, address(case_file.case, "safety/"))
    assert "Last checked with them 6 months ago" in page
    assert page.count("To check") == 3, "the ways; details and staff safety, never checked"
    attention = html(signed_in, address(case_file.case))
    assert "How to reach Roz was last checked 6 months ago: check it again" in attention
    assert f'href="{address(case_file.case, f"safety/{case_file.survivor.id}/")}"' in attention


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"checked": ["routes"]}, "Say which ways are safe or not safe, or take away this tick"),
        (
            {"checked_on_day": 1, "checked_on_month": 3, "checked_on_year": 2026},
            "Select what you checked with them",
        ),
        ({"new_code_word": "owl", "no_code_word": "on"}, "not both"),
    ],
)
def test_answers_that_contradict_each_other(
    signed_in: Client, case_file: CaseFile, answers: Answers, error: str
) -> None:
    assert error in save(signed_in, case_file, answers).content.decode()


def test_a_day_never_comes_to_stand_beside_another_answer(case_file: CaseFile, officer: User) -> None:
    """Between look and lock somebody else changes the number that we are about to call checked."""
    ours = Person.objects.get(id=case_file.survivor.id)
    theirs = Person.objects.get(id=case_file.survivor.id)
    actions.change_person(by=officer, person=theirs, values={"contact": "07700 900999"})
    with pytest.raises(ChangedMeanwhileError):
        actions.change_person(by=officer, person=ours, values={"reviewed": {"contact": "2026-03-03"}})
    assert Person.objects.get(id=case_file.survivor.id).reviewed == {}


# --- The code word ----------------------------------------------------------------------------------------


@pytest.fixture
def with_word(case_file: CaseFile, officer: User) -> CaseFile:
    actions.change_person(by=officer, person=case_file.survivor, values={"code_word": WORD})
    return case_file


def show(client: Client, file: CaseFile) -> Any:
    return client.post(address(file.case, f"safety/{file.survivor.id}/code-word/"))


def test_the_code_word_is_drawn_with_no_page(with_word: CaseFile, client: Client, manager: User) -> None:
    client.force_login(manager)
    person = with_word.survivor.id
    paths = ["", "people/", "safety/", f"people/{person}/", f"safety/{person}/", "timeline/", "chronology/"]
    for path in paths:
        assert WORD not in html(client, address(with_word.case, path)), path
    conflict = save(client, with_word, {"new_code_word": "owl", "seen": "an older one"}).content.decode()
    assert "Recorded now: “not shown here; see the safety page”" in conflict
    assert WORD not in conflict
    assert "Code word: not recorded → recorded, not shown here" in html(
        client, address(with_word.case, "timeline/")
    )


def test_showing_it_is_an_entry_and_without_the_entry_it_is_not_shown(
    with_word: CaseFile, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = show(signed_in, with_word)
    assert WORD in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    entry = ledger.history(with_word.case.id).filter(kind="person.code_word_shown").get()
    assert events.content_of(entry) == {"page": "safety", "row": str(with_word.survivor.id)}

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no entry, no word")

    monkeypatch.setattr(ledger, "append", broken)
    signed_in.raise_request_exception = False
    response = show(signed_in, with_word)
    assert response.status_code == 500
    assert WORD not in response.content.decode()


def test_a_link_never_shows_it(with_word: CaseFile, signed_in: Client) -> None:
    response = signed_in.get(address(with_word.case, f"safety/{with_word.survivor.id}/code-word/"))
    assert response["Location"] == address(with_word.case, "safety/")
    assert not ledger.history(with_word.case.id).filter(kind="person.code_word_shown").exists()


def test_an_empty_answer_keeps_it_and_a_tick_removes_it(with_word: CaseFile, signed_in: Client) -> None:
    for answers, word in (({}, WORD), ({"new_code_word": "owl"}, "owl"), ({"no_code_word": "on"}, "")):
        assert save(signed_in, with_word, answers).status_code == 302
        assert Person.objects.get(id=with_word.survivor.id).code_word == word


# --- Staff ------------------------------------------------------------------------------------------------


def test_staff_safety_has_its_day_and_loses_it_with_its_words(signed_in: Client, case_file: CaseFile) -> None:
    path = address(case_file.case, "safety/staff/")
    signed_in.post(path, with_key({"staff_safety": "Visit in twos", "checked_today": "on"}))
    checked = Case.objects.values_list("staff_safety_checked_on", flat=True)
    assert list(checked) == [timezone.localdate()]
    assert "Last checked today" in html(signed_in, address(case_file.case, "safety/"))
    signed_in.post(path, with_key({"staff_safety": "A large dog"}))
    assert list(checked.all()) == [None]
    assert "A large dog" in banner(signed_in, case_file)


def test_a_case_without_anybody_says_what_to_do(
    signed_in: Client, case_file: CaseFile, officer: User
) -> None:
    case = actions.create_case(
        by=officer, team=case_file.case.team, concern_identified_at=case_file.case.concern_identified_at
    )
    page = html(signed_in, address(case, "safety/"))
    assert "No victim/survivor is recorded yet." in page
    assert f'href="{address(case, "people/add/")}"' in page
