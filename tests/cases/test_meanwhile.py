"""Two people at one page: whoever is second, even by a moment, is told and replaces nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit import ledger
from audit.models import Entry
from cases import acting, actions, events
from cases.models import Case, InformationItem, Person, User
from tests.audit.test_append import at_once
from tests.cases.case_pages import PAGES, with_key
from tests.cast import CaseFile

Theirs = Callable[[CaseFile, User], Any]
THEIRS: dict[str, tuple[str, str, Theirs]] = {
    "staff safety": (
        "staff_safety",
        "A dog",
        lambda file, by: actions.change_case(
            by=by, case=Case.objects.get(id=file.case.id), values={"staff_safety": "Ring first"}
        ),
    ),
    "safe contact": (
        "contact",
        "Ring twice",
        lambda file, by: actions.change_person(
            by=by, person=Person.objects.get(id=file.survivor.id), values={"contact": "Ring first"}
        ),
    ),
    "person change": (
        "aliases",
        "Joan Hale",
        lambda file, by: actions.change_person(
            by=by, person=Person.objects.get(id=file.child.id), values={"aliases": "Ring first"}
        ),
    ),
    "information change": (
        "source",
        "Roz, by phone",
        lambda file, by: actions.change_information(
            by=by, item=InformationItem.objects.get(id=file.older.id), values={"source": "Ring first"}
        ),
    ),
}
ROWS = {
    "staff safety": "case",
    "safe contact": "survivor",
    "person change": "child",
    "information change": "older",
}


def _between_look_and_lock(monkeypatch: pytest.MonkeyPatch, theirs: Callable[[], Any]) -> None:
    """Let somebody else save after the page has compared versions and before the action has its lock."""
    waiting, original = [theirs], acting.write

    def write(*args: Any, **kwargs: Any) -> Any:
        while waiting:
            waiting.pop()()
        return original(*args, **kwargs)

    monkeypatch.setattr(acting, "write", write)


@pytest.mark.parametrize("name", THEIRS)
def test_what_somebody_saved_a_moment_ago_stays_and_is_shown(
    name: str,
    client: Client,
    case_file: CaseFile,
    officer: User,
    manager: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    field, typed, theirs = THEIRS[name]
    page = PAGES[name]
    client.force_login(officer)
    _between_look_and_lock(monkeypatch, lambda: theirs(case_file, manager))
    answers = with_key(page.answers(case_file))
    response = client.post(page.address(case_file), answers)
    html = response.content.decode()
    assert response.status_code == 200
    assert "Somebody changed this page while you had it open. Recorded now: “Ring first”" in html
    assert typed in html
    row = getattr(case_file, ROWS[name])
    assert getattr(type(row).objects.get(id=row.id), field) == "Ring first"
    assert list(Entry.objects.filter(kind=page.kind).values_list("actor", flat=True)) == [manager.id]
    answers["seen"] = html.split('name="seen" value="')[1].split('"')[0]
    assert client.post(page.address(case_file), answers).status_code == 302
    assert getattr(type(row).objects.get(id=row.id), field) == typed


def test_the_same_answers_by_two_are_no_conflict(
    client: Client, case_file: CaseFile, officer: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGES["information change"]
    client.force_login(officer)
    other = Client()
    other.force_login(manager)
    answers = page.answers(case_file)
    _between_look_and_lock(monkeypatch, lambda: other.post(page.address(case_file), with_key(answers)))
    assert client.post(page.address(case_file), with_key(answers)).status_code == 302
    assert list(Entry.objects.filter(kind=page.kind).values_list("actor", flat=True)) == [manager.id]


@pytest.mark.django_db(transaction=True)
def test_of_many_changes_of_one_field_each_is_saved_or_refused(case_file: CaseFile, officer: User) -> None:
    """The loser learns it, and the entries tell one unbroken story of what replaced what."""
    rows = [Person.objects.get(id=case_file.survivor.id) for _ in range(20)]
    results = at_once(
        lambda n: actions.change_person(by=officer, person=rows[n], values={"address": f"Place {n}"})
    )
    won = [n for n, result in enumerate(results) if isinstance(result, Person)]
    assert len(won) == 1
    assert sum(isinstance(one, acting.ChangedMeanwhileError) for one in results) == 19
    entry = ledger.history(case_file.case.id).last()
    changes = events.content_of(entry)["changes"]  # type: ignore[arg-type]
    assert changes == {"address": ["14 Quarry Rise, Testham", f"Place {won[0]}"]}
