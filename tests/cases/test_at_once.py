"""Many at one page at once, and a right that ends while a page is open: nothing is lost, nothing leaks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import ledger
from cases import access_actions, actions
from cases.models import Case, InformationItem, Person, User
from tests.audit.test_append import at_once
from tests.browser import BACKEND
from tests.cases.case_pages import NOT_ASKED, PAGES, address, html, with_key
from tests.cast import CaseFile

EDITORS = 50
CONFLICT = "Somebody changed this page while you had it open. Recorded now: “"


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _seen(page: str) -> str:
    return page.split('name="seen" value="')[1].partition('"')[0]


def _histories(person: Person) -> list[str]:
    return [row.contact for row in person.history.order_by("history_date", "history_id")]


@pytest.mark.django_db(transaction=True)
def test_of_fifty_edits_at_once_each_is_in_the_history_or_its_author_sees_both(
    case_file: CaseFile, officer: User
) -> None:
    person = Person.objects.get(id=case_file.survivor.id)
    path = address(case_file.case, f"safety/{person.id}/")
    clients = [_signed_in(officer) for _ in range(EDITORS)]
    seen = _seen(html(clients[0], path))

    def edit(number: int) -> Any:
        answers = NOT_ASKED | {"contact": f"Line {number:02}", "seen": seen}
        return clients[number].post(path, with_key(answers))

    results = at_once(edit, EDITORS)
    assert [one for one in results if isinstance(one, Exception)] == []
    statuses = [one.status_code for one in results]  # type: ignore[attr-defined]
    kept = _histories(person)
    for number, (status, answer) in enumerate(zip(statuses, results, strict=True)):
        typed = f"Line {number:02}"
        if status == 302:
            assert typed in kept, "saved, and it is nowhere"
        else:
            page = answer.content.decode()  # type: ignore[attr-defined]
            assert status == 200
            assert typed in page, "what was typed is gone"
            assert re.search(rf"{CONFLICT}Line \d\d”", page), "what is recorded is not beside it"
            assert typed not in kept
    assert statuses.count(302) == 1, "each had the same page open: the second is asked"
    entries = ledger.history(case_file.case.id).filter(kind="person.changed")
    assert entries.count() == len(kept) - 1


@pytest.mark.django_db(transaction=True)
def test_each_who_looks_again_and_saves_replaces_what_they_saw(case_file: CaseFile, officer: User) -> None:
    """Ten who answer each conflict until they are through: the history holds all ten, none twice."""
    person = Person.objects.get(id=case_file.survivor.id)
    path = address(case_file.case, f"safety/{person.id}/")
    clients = [_signed_in(officer) for _ in range(10)]
    seen = _seen(html(clients[0], path))

    def insist(number: int) -> int:
        answers, tries = NOT_ASKED | {"contact": f"Line {number:02}", "seen": seen}, 0
        while tries < 30:
            tries += 1
            response = clients[number].post(path, with_key(answers))
            if response.status_code == 302:
                return tries
            answers["seen"] = _seen(response.content.decode())
        raise AssertionError("never saved")

    results = at_once(insist, 10)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert sorted(_histories(person)[1:]) == [f"Line {number:02}" for number in range(10)]


# --- A right that ends between opening a page and sending it ------------------------------------------------

TYPED = "Typed while the right ended"
SHUT: dict[str, tuple[Callable[[CaseFile, User, User], Any], int]] = {
    "an exclusion": (
        lambda file, user, by: access_actions.exclude(by=by, case=file.case, user=user, reason="Related"),
        404,
    ),
    "the end of a grant": (
        lambda file, user, by: access_actions.end_grant(by=by, case=file.case, user=user),
        404,
    ),
    "another role": (lambda _file, user, _by: _becomes(user, "administrator"), 404),
    "a closed case": (
        lambda file, _user, _by: Case.objects.filter(id=file.case.id).update(status="closed"),
        403,
    ),
}
PLACES: dict[str, Callable[[CaseFile], tuple[str, dict[str, Any]]]] = {
    "people": lambda file: (f"people/{file.child.id}/", {"role": "child", "name": TYPED}),
    "safety": lambda file: (f"safety/{file.survivor.id}/", NOT_ASKED | {"contact": TYPED}),
    "staff": lambda _: ("safety/staff/", {"staff_safety": TYPED}),
    "chronology": lambda _: (
        "chronology/add/",
        {"kind": "incident", "date_not_known": "on", "text": TYPED, "source": "Roz"},
    ),
    "checked": lambda file: (f"information/{file.information.id}/checked/", {"seen": "x"}),
}


def _becomes(user: User, role: str) -> None:
    user.role = role
    user.save()


@pytest.mark.django_db
@pytest.mark.parametrize("what", SHUT)
def test_a_right_that_ends_while_the_page_is_open_is_honoured(
    what: str, case_file: CaseFile, granted: User, manager: User
) -> None:
    client = _signed_in(granted)
    opened = {name: place(case_file) for name, place in PLACES.items()}
    for path, _ in opened.values():
        if "checked" not in path:
            assert client.get(address(case_file.case, path)).status_code == 200
    end, status = SHUT[what]
    end(case_file, granted, manager)
    before = _rows(case_file)
    nowhere = client.get("/nothing/at/all/").content
    for name, (path, answers) in opened.items():
        response = client.post(address(case_file.case, path), with_key(answers))
        assert response.status_code == status, name
        assert TYPED not in response.content.decode()
        assert status == 403 or response.content == nowhere
    assert _rows(case_file) == before


def _rows(file: CaseFile) -> list[Any]:
    """Everything that the posts would have changed, as it is stored."""
    people = [vars(one).copy() for one in file.case.people.all()]
    items = [vars(one).copy() for one in InformationItem.objects.filter(case=file.case)]
    case = vars(Case.objects.get(id=file.case.id)).copy()
    for row in (*people, *items, case):
        row.pop("_state")
    changed = ledger.history(file.case.id).exclude(kind__in=["case.viewed", "access.refused"]).count()
    return [people, items, case, file.case.concerns.count(), changed]


# --- Whoever somebody is ------------------------------------------------------------------------------------

NAMES = [
    "O’Brien-Łukaszewicz",
    "D'Arcy",
    "Björk",
    "Nguyễn Thị Minh Khai",
    "王小明",
    "محمد بن عبد الله",
    "👩‍👩‍👧‍👦",
    "ß" * 200,
]


@pytest.mark.django_db
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(NAMES)
    | st.text(st.characters(categories=["L", "M", "N", "Zs"]), min_size=1, max_size=200)
)
def test_any_name_is_kept_as_it_was_typed_or_refused_beside_it(
    case_file: CaseFile, officer: User, name: str
) -> None:
    client = _signed_in(officer)
    path = address(case_file.case, f"people/{case_file.child.id}/")
    answers = PAGES["person change"].answers(case_file) | {"name": name, "aliases": name}
    response = client.post(path, with_key(answers))
    stored = Person.objects.get(id=case_file.child.id)
    if response.status_code == 302:
        assert (stored.name, stored.aliases) == (name.strip(), name.strip())
        assert client.get(address(case_file.case, "people/")).status_code == 200
    else:
        assert 'id="id_name_error"' in response.content.decode()
        assert not name.strip()


@pytest.mark.django_db
def test_a_person_or_line_of_another_case_is_not_there(case_file: CaseFile, officer: User) -> None:
    """In the address, and where a hidden field names it: the same bytes as for what does not exist."""
    client = _signed_in(officer)
    other = actions.create_case(
        by=officer,
        team=case_file.case.team,
        concern_identified_at=case_file.case.concern_identified_at,
        people=[{"role": "victim_survivor", "name": "Elsewhere", "code_word": "owl"}],
    )
    strange, nobody = other.people.get().id, case_file.case.id
    for path in (
        "safety/{}/",
        "safety/{}/code-word/",
        "people/{}/",
        "chronology/{}/",
        "information/{}/checked/",
    ):
        answers = {"name": "Taken", "contact": "Taken", "role": "child", "person": str(case_file.child.id)}
        wrong, missing = (
            client.post(address(case_file.case, path.format(one)), with_key(answers))
            for one in (strange, nobody)
        )
        assert wrong.status_code == missing.status_code == 404, path
        assert wrong.content == missing.content
    assert not ledger.history(other.id).filter(kind__startswith="person.").exists()
