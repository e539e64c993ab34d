"""What stands outside a letter tells nothing: no word of what it is about, no name in any script."""

import re
from calendar import day_name, month_name
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import actions as case_actions
from cases.models import User
from cases.models.cases import new_reference
from sharing import letters
from sharing.models import Letter
from sharing.rules import neutral
from sharing.rules.letters import KINDS, file_name, subject
from sharing.rules.terms import LONDON
from tests import outward
from tests.cast import CaseFile
from tests.fuzz import examples
from tests.sharing.lettering import prepared, request_of

SCRIPTS = (
    "Łucja Żółćmarek", "Привалова Зинаида", "李小龍雲", "محمد عبدالله", "Siobhán O’Brien-Nguyễn", "Ἀσπασία",
    "דבורה כהן", "सुनीता देवी", "さくらんぼ", "Achterberg",
)  # fmt: skip
OUTSIDE = re.compile(
    r"[RQ]-[2-9A-HJKMNP-TV-Z]{6} – (our answer|(urgent, )?reply needed by 1?\d(:\d\d)?[ap]m "
    r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d\d? [A-Z][a-z]+)"
)
LETTERS = st.characters(exclude_categories=("Cs", "Cc"))
NAMES = st.sampled_from(SCRIPTS) | st.text(LETTERS, min_size=3, max_size=30)
_CALENDAR = (day_name, month_name, ("urgent", "reply", "needed", "our", "answer", "pdf", "txt"))
OURS = frozenset(word.lower() for words in _CALENDAR for word in words)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.sampled_from([UTC, LONDON]))  # noqa: DTZ001


@settings(max_examples=examples(40, 400), deadline=None)
@given(
    st.sampled_from("RQ").map(new_reference),
    st.sampled_from(["now", "today", "two_days", "by_date", ""]),
    st.none() | MOMENTS,
    st.sampled_from(sorted(KINDS)),
    st.lists(NAMES, max_size=5),
)  # fmt: skip
def test_subject_and_file_name_hold_a_reference_how_urgent_and_by_when_alone(
    reference: str, urgency: str, reply_by: datetime | None, kind: str, names: list[str]
) -> None:
    called = subject(reference, urgency=urgency, reply_by=reply_by)
    assert OUTSIDE.fullmatch(called)
    for text in (called, file_name(reference, kind, "pdf"), file_name(reference, kind, "txt")):
        assert neutral.telling(text) == []
        # Somebody may be called May, and it is May.
        assert not set(neutral.telling(text, names)) - OURS
    assert re.fullmatch(r"[RQ]-\w{6}-L[1-5]\.pdf", file_name(reference, kind, "pdf"))


def test_a_deadline_is_said_in_local_time_without_needless_minutes() -> None:
    at = datetime(2026, 6, 2, 15, tzinfo=UTC)
    assert subject("R-8K2XYZ", reply_by=at) == "R-8K2XYZ – reply needed by 4pm Tuesday 2 June"
    at = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    called = subject("R-8K2XYZ", urgency="today", reply_by=at)
    assert called == "R-8K2XYZ – urgent, reply needed by 12:30am Tuesday 1 December"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Your MARAC on Tuesday", ["marac"]),
        ("domestic-abuse_case.pdf", ["domestic abuse", "abuse"]),
        ("/agencies/refuges/", ["refuge"]),
        ("Rosalind", ["rosalind"]),
        ("R\u00f3salind", ["rosalind"]),
        ("R-8K2XYZ – reply needed by 4pm Tuesday 1 December", []),
        ("refugee council", []),
    ],
)
def test_what_tells_is_found(text: str, told: list[str]) -> None:
    assert neutral.telling(text, ["Rosalind Achterberg"]) == told


@pytest.mark.django_db
@pytest.mark.parametrize("name", SCRIPTS[:3] + SCRIPTS[6:8])
def test_names_of_every_script_stay_inside(
    name: str, client: Client, officer: User, case_file: CaseFile
) -> None:
    case_actions.change_person(by=officer, person=case_file.survivor, values={"name": name, "aliases": name})
    body = f"This is about {name}, whom the children call {name.upper()}."
    letter = prepared(request_of(officer, case_file), "L1", officer, body=body, reason="They know her so")
    said, problem = letters.opened(letter)
    assert problem is None
    assert name in said["text"]
    client.force_login(officer)
    outside = [said["subject"], letter.reference]
    for end in ("", "pdf/", "text/"):
        answer = client.get(f"/letters/{letter.reference}/{end}")
        assert answer.status_code == 200
        outside += [text for _, text in outward.seen(answer.wsgi_request, answer)]
    assert not [text for text in outside if neutral.telling(text, [name])]
    assert len(outside) > 10
    assert Letter.objects.get().leaks == ["name"]


# --- the look over every answer of a run ----------------------------------------------------------


def answer(path: str = "/", html: str = "<title>Ours</title>", **headers: str) -> Any:
    return RequestFactory().get(path), HttpResponse(html, headers=headers)


@pytest.mark.parametrize(
    "told",
    [
        answer("/agencies/refuge/"),
        answer(html="<title>Roz – case</title>"),
        answer(html="<title>Case</title><a class='x' href=\"/cases/?q=Zephyrwhistleabc\">x</a>"),
        answer(html='<form action="/people/Achterberg/">'),
        answer(**{"Content-Disposition": 'attachment; filename="Gareth-L1.pdf"'}),
        answer(Location="/cases/?name=quarry%20rise"),
    ],
)
def test_the_look_finds_what_tells(told: Any) -> None:
    assert list(outward.problems_of(*told))


def test_the_look_is_on_and_lets_plain_pages_pass(client: Client) -> None:
    request, response = answer("/cases/C-7F3K2Q/", '<title>Case</title><a href="/drafts/1/">Go</a> Roz')
    assert list(outward.problems_of(request, response)) == []
    client.get("/quick-exit/")
    assert outward._found == []
    client.get("/marac/")  # what answers nothing is the test's own
    assert outward._found == []
    outward._found.clear()
