"""Opening a case in four short pages: what was typed travels, nothing is kept before there is a case."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit import ledger
from audit.models import Entry
from cases import events
from cases.models import Case, Team, User
from tests.cases.case_pages import PAGES, Answers, address, day, html, with_key
from tests.cases.test_parking import lock, sign_in
from tests.cases.test_parking import send as parked
from tests.cast import CaseFile

NEW = "/cases/new/"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
OF = {
    "who": ("name", "preferred_name", "aliases", "address", "birth_date"),
    "contact": ("route_", "do_not", "safe_times", "contact", "routes_checked_on", "staff_safety"),
    "others": ("other-",),
    "concern": ("what_happened", "source", "happened_on", "concern_identified", "privacy", "team"),
}


@pytest.fixture
def browser(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def opened(file: CaseFile) -> Case:
    return Case.objects.exclude(id=file.case.id).get()


def carried(page: str) -> Answers:
    """What the page hands on, and nothing that is typed into it."""
    return {
        unescape(name): unescape(value)
        for name, value in HIDDEN.findall(page)
        if name != "csrfmiddlewaretoken"
    }


def send(client: Client, page: str, typed: Answers, button: str = "save", value: str = "1") -> str:
    response = client.post(NEW, carried(page) | typed | {button: value})
    assert response.status_code == 200
    return str(response.content.decode())


def typed_on(file: CaseFile, at: str) -> Answers:
    return {k: v for k, v in PAGES["new"].answers(file).items() if k.startswith(OF[at])}


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>([^<]*)</h1>", page)
    assert found
    return unescape(found[1])


def test_four_pages_and_a_look_open_a_case_in_one_entry(browser: Client, case_file: CaseFile) -> None:
    entries, sessions = Entry.objects.count(), str(list(Session.objects.values_list("session_data")))
    page = html(browser, NEW)
    headings = []
    for at in OF:
        headings.append(heading(page))
        page = send(browser, page, typed_on(case_file, at))
    assert headings == [
        "Who needs help?", "How they may safely be reached", "Who else is there?", "What is the concern?",
    ]  # fmt: skip
    assert heading(page) == "Check your answers"
    for words in ("Amara", "Leave no message", "Kofi", "born 2 June 2019", "She was followed home", "phone"):
        assert words in page, words
    assert Entry.objects.count() == entries, "nothing is kept before the case is open"
    assert str(list(Session.objects.values_list("session_data"))) == sessions
    response = browser.post(NEW, carried(page) | {"save": "1"})
    case = opened(case_file)
    assert response["Location"] == address(case)
    assert Entry.objects.count() == entries + 1
    survivor, child = case.people.all()
    assert (survivor.role, survivor.name, survivor.aliases, survivor.birth_date) == (
        "victim_survivor", "Amara", "Mara", "1990-05-01",
    )  # fmt: skip
    assert (survivor.do_not, survivor.safe_times) == ("Leave no message", "Weekdays")
    assert (survivor.safe_routes, survivor.unsafe_routes) == (["phone"], ["post"])
    assert (child.role, child.name, child.birth_date) == ("child", "Kofi", "2019-06-02")
    (concern,) = case.concerns.all()
    assert (concern.text, concern.source, concern.happened_on, concern.date_not_known) == (
        "She was followed home", "Her sister", date(2026, 3, 1), False,
    )  # fmt: skip
    (entry,) = ledger.history(case.id)
    assert events.content_of(entry)["concern"]["text"] == "She was followed home"
    assert ledger.verify().problem is None


def test_back_and_change_keep_what_was_typed(browser: Client, case_file: CaseFile) -> None:
    page = html(browser, NEW)
    for at in ("who", "contact"):
        page = send(browser, page, typed_on(case_file, at))
    page = send(browser, page, {"other-0-name": "Half ty", "other-0-birth_date_day": "x"}, "back")
    assert heading(page) == "How they may safely be reached"
    assert "Leave no message</textarea>" in page
    assert "Weekdays</textarea>" in page
    page = send(browser, page, typed_on(case_file, "contact"))
    assert 'value="Half ty"' in page
    assert "govuk-error-summary" not in page, "nobody is blamed for what is shown again"
    page = send(browser, page, typed_on(case_file, "others"))
    page = send(browser, page, typed_on(case_file, "concern"))
    page = send(browser, page, {}, "change", "who")
    assert (heading(page), 'value="Amara"' in page) == ("Who needs help?", True)
    page = send(browser, page, typed_on(case_file, "who") | {"name": "Amara Osei"})
    assert heading(page) == "Check your answers", "from there a change leads back there"
    assert "Amara Osei" in page


def test_others_are_added_and_removed_up_to_six_people(browser: Client, case_file: CaseFile) -> None:
    page = html(browser, NEW)
    for at in ("who", "contact"):
        page = send(browser, page, typed_on(case_file, at))
    rows: Answers = {}
    for n in range(5):
        rows |= {f"other-{n}-role": "child", f"other-{n}-name": f"Child {n}"}
        page = send(browser, page, rows, "add")
    assert "Add another person" not in page
    assert page.count('name="remove"') == 5
    page = send(browser, page, rows, "remove", "1")
    assert re.findall(r'value="(Child \d)"', page) == ["Child 0", "Child 2", "Child 3", "Child 4"]
    kept = {k: v for k, v in rows.items() if not k.startswith("other-4")} | {"other-1-name": "Child 2"}
    page = send(browser, page, kept | {"other-2-role": ""})
    assert "Select who they are" in page
    assert 'href="#id_other-2-role"' in page
    for bad in ("99", "-1", "x", "9" * 9000):
        assert browser.post(NEW, carried(page) | {"others": bad, "add": "1"}).status_code == 200


def test_every_page_judges_what_came_before_it(browser: Client, case_file: CaseFile) -> None:
    good = PAGES["new"].answers(case_file)
    before = Case.objects.count()
    for change, words in (
        ({"name": ""}, "Enter the victim/survivor’s name"),
        ({"route_phone": "nonsense"}, "Select an answer from the list"),
        ({"other-0-birth_date_year": "1"}, "must have a year from 1900 to 2100"),
        ({"what_happened": "a\x00b"}, "Remove the hidden control character"),
        ({"extra": "1"}, "There is a field that this page does not have"),
        ({"other-1-name": "Nobody asked"}, "There is a field that this page does not have"),
    ):
        page = browser.post(NEW, with_key(good | change))
        assert page.status_code == 200, change
        assert words in page.content.decode(), change
    for at in ("nowhere", "", "a\x00b"):
        assert heading(browser.post(NEW, good | {"page": at}).content.decode()) != "Check your answers"
    assert Case.objects.count() == before


def test_a_double_post_leads_to_the_case_that_it_opened(browser: Client, case_file: CaseFile) -> None:
    answers = with_key(PAGES["new"].answers(case_file))
    assert {browser.post(NEW, answers)["Location"] for _ in range(3)} == {address(opened(case_file))}


@pytest.mark.django_db(transaction=True)
def test_twenty_posts_at_once_open_one_case(case_file: CaseFile, officer: User) -> None:
    answers = with_key(PAGES["new"].answers(case_file))
    client = Client()
    client.force_login(officer)

    def post(_: int) -> Any:
        try:
            one = Client()
            one.cookies.update(client.cookies)
            return one.post(NEW, answers).headers.get("Location")
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        places = set(pool.map(post, range(20)))
    assert places == {address(opened(case_file))}


def test_the_request_of_somebody_else_leads_nowhere(
    browser: Client, case_file: CaseFile, colleague: User
) -> None:
    answers = with_key(PAGES["new"].answers(case_file))
    browser.post(NEW, answers)
    browser.force_login(colleague)
    assert browser.post(NEW, answers)["Location"] == "/cases/"
    assert Case.objects.count() == 2


def test_a_case_is_opened_in_a_team_of_ones_own_alone(
    browser: Client, case_file: CaseFile, officer: User
) -> None:
    stranger = Team.objects.create(name="Far away")
    response = browser.post(NEW, PAGES["new"].answers(case_file) | {"team": str(stranger.id)})
    assert "Select an answer from the list" in response.content.decode()
    officer.teams.clear()
    assert "you are not in one yet" in html(browser, NEW)
    assert Case.objects.count() == 1


def test_a_concern_in_the_future_is_refused(browser: Client, case_file: CaseFile) -> None:
    ahead = timezone.localtime() + timedelta(minutes=5)
    moment = day("concern_identified_at", ahead.day, ahead.month, ahead.year)
    clock = {"concern_identified_at_time": f"{ahead:%H:%M}"}
    response = browser.post(NEW, PAGES["new"].answers(case_file) | moment | clock)
    assert "cannot be in the future" in response.content.decode()


@pytest.mark.parametrize(
    "name", ["Nuala O’Brien-Ó Súilleabháin", "Madonna", "محمد الأحمد", "李小龍", "ñ" * 200]
)
def test_every_persons_name_is_kept_as_it_is(browser: Client, case_file: CaseFile, name: str) -> None:
    browser.post(NEW, with_key(PAGES["new"].answers(case_file) | {"name": name}))
    assert opened(case_file).people.all()[0].name == name


def test_a_session_that_ends_midway_keeps_what_was_typed(
    browser: Client, case_file: CaseFile, officer: User
) -> None:
    page = send(browser, html(browser, NEW), typed_on(case_file, "who"))
    lock(browser)
    typed = carried(page) | typed_on(case_file, "contact") | {"save": "1"}
    refused = parked(browser, NEW, typed)
    assert refused["Location"].startswith("/sign-in/")
    sign_in(browser, officer, "/parked/")
    kept = html(browser, "/parked/")
    assert 'value="Amara"' in kept
    page = str(browser.post(NEW, carried(kept) | {"save": "1"}).content.decode())
    assert heading(page) == "Who else is there?"
    assert carried(page)["name"] == "Amara"
