"""How entries read in a timeline: plain words, before and after, never an exception."""

from typing import Any

import pytest

from audit import ledger
from cases import access_actions, actions, events, kinds
from cases.models import User
from tests.cast import CaseFile


def detail(kind: str, content: dict[str, Any]) -> str:
    return kinds.KINDS[kind].detail(content)


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_destroyed_entry_still_reads(kind: str) -> None:
    assert kinds.KINDS[kind].title
    assert isinstance(detail(kind, {}), str)


@pytest.mark.parametrize(
    ("field", "was", "new", "words"),
    [
        ("name", "Ann", "Anne", "Name: Ann → Anne"),
        ("care_needs", None, True, "Care and support needs: not recorded → yes"),
        ("historical", False, True, "Historical: no → yes"),
        ("safe_routes", [], ["phone", "email"], "Safe ways to contact: not recorded → Phone, E-mail"),
        ("nature", "fact", "no_such_code", "Nature: Fact → no such code"),
        ("dated", "2026-02-27", None, "Date of the information: 27 February 2026 → not recorded"),
        (
            "concern_identified_at",
            "2026-06-02T08:30:00+00:00",
            "2026-01-02T08:30:00+00:00",
            "Concern identified: 2 June 2026, 09:30 → 2 January 2026, 08:30",
        ),
        ("name", "2026-02-27", "2026-99-99", "Name: 2026-02-27 → 2026-99-99"),
        ("birth_date", "1988-99-99", "1988-05-14", "Date of birth: 1988-99-99 → 14 May 1988"),
        ("text", "x" * 100, "", "Text: " + "x" * 80 + "… → not recorded"),
        ("about", ["one"], ["one", "two"], "About whom: 1 person → 2 people"),
    ],
)
def test_a_change_reads_as_before_and_after(field: str, was: Any, new: Any, words: str) -> None:
    assert detail("person.changed", {"changes": {field: [was, new]}}) == words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("cases/<ref:reference>/", "Overview"),
        ("cases/<ref:reference>/risk/", "Risk"),
        ("cases/<ref:reference>/people/<uuid:person>/", "People"),
    ],
)
def test_a_refusal_names_the_page(pattern: str, words: str) -> None:
    assert detail("access.refused", {"page": pattern}) == words


@pytest.mark.django_db
def test_a_whole_case_reads(case_file: CaseFile, manager: User, officer: User, colleague: User) -> None:
    case = case_file.case
    with actions.see(by=manager, case=case, page="case"):
        pass
    access_actions.grant(by=manager, case=case, user=colleague)
    access_actions.allocate(by=manager, case=case, owner=colleague)
    access_actions.allocate(by=manager, case=case, owner=officer)
    access_actions.exclude(by=manager, case=case, user=colleague, reason="Kin")
    until = access_actions.last_day()
    lines = [
        f"{kinds.KINDS[entry.kind].title}: {detail(entry.kind, events.content_of(entry))}"
        for entry in ledger.history(case.id)
    ]
    assert lines == [
        "Case opened: Team: North housing",
        "Person added: Roz, Victim/survivor",
        "Person added: Tobias Achterberg, Child",
        "Person added: Gareth Pym, Alleged perpetrator",
        "Risk assessed: Level: High; MARAC: Visible high risk",
        "Information added: Reported by someone: Told us by Roz at the office: "
        "He waited outside the school with a kitchen knife",
        "Information added: Fact: Repairs record: "
        "The door of the flat was repaired twice after being kicked in",
        "Looked at the case: Overview",
        f"Access given: Colin Reed, until {until.day} {until:%B %Y}",
        "Case allocated: Olive Marsh → Colin Reed",
        "Case allocated: Colin Reed → Olive Marsh",
        "Shut out of the case: Colin Reed: Kin",
    ]


def test_two_floors_never_share_a_kind() -> None:
    with pytest.raises(ValueError, match="already"):
        kinds.register({"case.created": kinds.Kind("saw", "Something else")})
