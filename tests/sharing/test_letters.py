"""Letters: what each kind says, who may write, approve and download it, what is recorded."""

import re
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from audit import ledger
from cases.models import User
from sharing import letter_actions, letter_words, letters, request_actions
from sharing.models import Letter
from tests.cast import CaseFile
from tests.sharing import asked_of_us, requesting
from tests.sharing.asked_of_us import logged
from tests.sharing.deciding import NOT_SHARED, item, recipient
from tests.sharing.lettering import (
    approved,
    declined,
    due_for,
    prepared,
    refused,
    request_of,
    sent,
    values_of,
)
from tests.sharing.printed import Printed
from tests.sharing.requesting import POINTS

pytestmark = pytest.mark.django_db
SHARED = dict.fromkeys(NOT_SHARED) | {
    "outcome": "share_part",
    "reasons": ["risk_of_serious_harm"],
    "safeguarding": "yes",
    "risk_assessment": "yes",
    "points": {"could_make_less_safe": "She has been moved tonight"},
}
KINDS = ("L1", "L2", "L3", "L4", "L5")
SAYS = {
    "L1": ("Injuries seen since January", "to choose a safe flat", "the manager of her team"),
    "L2": ("data protection law in general", "who took the decision", "Coordinated Community Response"),
    "L3": ("as a senior manager", "it was refused", "Coordinated Community Response"),
    "L4": ("I ask the group", "our senior manager wrote to theirs", "Coordinated Community Response"),
    "L5": ("He waited at the school with a knife", "no part of it that we can share", "Mary Field"),
}


def posted(about: Any, kind: str, by: User, **changes: Any) -> dict[str, Any]:
    """What the page of a letter posts."""
    values = values_of(about, kind, by, **changes)
    at = values.pop("reply_by", None)
    parts = {"day": at.day, "month": at.month, "year": at.year, "time": f"{at:%H:%M}"} if at else {}
    return values | {f"reply_by_{name}": part for name, part in parts.items()} | {"save": "1"}


def address(about: Any, kind: str) -> str:
    return f"/{'asked' if kind == 'L5' else 'requests'}/{about.reference}/letters/new/{kind}/"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_written_from_the_record_and_read_back(
    kind: str, client: Client, officer: User, manager: User, case_file: CaseFile
) -> None:
    about = due_for(kind, officer, manager, case_file)
    client.force_login(officer)
    page = client.get(address(about, kind)).content.decode()
    assert all(said in page for said in SAYS[kind])
    answer = client.post(address(about, kind), posted(about, kind, officer))
    letter = Letter.objects.get(kind=kind, case=case_file.case)
    assert answer["Location"] == f"/letters/{letter.reference}/"
    said, problem = letters.opened(letter)
    assert problem is None
    assert all(words in said["text"] for words in SAYS[kind])
    assert said["templates"][0].startswith(f"letter.{kind} 1 ")
    assert said["text"].startswith("The housing service\n")
    assert (letter.request_id or letter.asked_id) == about.id
    shown = client.get(f"/letters/{letter.reference}/").content.decode()
    assert said["subject"] in said["text"]
    assert letter.text_sha256 in shown
    assert SAYS[kind][0] in shown


def test_the_pdf_is_what_the_text_says_tagged_and_neutral_outside(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    request = refused(officer, case_file)
    letter = prepared(request, "L2", officer)
    said, _ = letters.opened(letter)
    client.force_login(officer)
    pdf = client.get(f"/letters/{letter.reference}/pdf/")
    text = client.get(f"/letters/{letter.reference}/text/")
    assert pdf["Content-Disposition"] == f'attachment; filename="{request.reference}-L2.pdf"'
    assert text["Content-Disposition"] == f'attachment; filename="{request.reference}-L2.txt"'
    assert all("no-store" in one["Cache-Control"] for one in (pdf, text))
    assert sha256(pdf.content).hexdigest() == letter.pdf_sha256
    assert text.content.decode() == said["text"]
    made = Printed(pdf.content)
    told, read = (re.sub(r"[•\s-]", "", one) for one in (said["text"], made.text))
    assert told == read
    assert made.untagged == []
    assert said["subject"] in made.metadata
    assert [node.whole for node in made.of("H1")] == [said["subject"]]
    assert len(made.of("LI")) == 7
    kinds = list(ledger.history(case_file.case.id).values_list("kind", flat=True))
    assert kinds.count("letter.printed") == 2


def test_a_letter_that_is_not_due_is_not_written(client: Client, officer: User, case_file: CaseFile) -> None:
    request = request_of(officer, case_file)
    row = logged(officer, case_file)
    client.force_login(officer)
    for kind in ("L2", "L3", "L4", "L5"):
        answer = client.get(address(request, kind).replace("asked", "requests"))
        assert answer["Location"] == f"/requests/{request.reference}/"
        with pytest.raises(letter_words.NotDue):
            letter_actions.prepare_letter(by=officer, about=request, kind=kind, values={})
    assert client.get(address(row, "L5"))["Location"] == f"/asked/{row.reference}/"
    assert client.get(address(request, "L6")).status_code == 404
    assert client.get(address(request, "L1")).status_code == 200


def test_a_request_of_another_state_meanwhile_prepares_nothing(officer: User, case_file: CaseFile) -> None:
    request = request_of(officer, case_file)
    values = values_of(request, "L1", officer)
    request_actions.close(
        by=officer, request=request, act="discard", values={"ending": "not_sent", "reason": "She is safe"}
    )
    with pytest.raises(letter_words.NotDue):
        letter_actions.prepare_letter(by=officer, about=request, kind="L1", values=values)


def test_a_part_that_is_shared_is_told_in_the_letter_that_declines(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    asker = recipient("asker", name=asked_of_us.NAME.upper(), role="Nurse", agency="health")
    items = [
        item(case_file.information.id, recipients=["police", "asker"]),
        {"information": str(case_file.older.id), "include": False, "withheld_reason": "It is old"},
    ]
    said = SHARED | {"points": POINTS, "recipients": [recipient(), asker], "items": items}
    row = declined(officer, case_file, **said)
    letter = prepared(row, "L5", officer)
    said = letters.opened(letter)[0]["text"]
    client.force_login(officer)
    shown = client.get(f"/asked/{row.reference}/").content.decode()
    assert f"/letters/{letter.reference}/" in shown
    assert address(row, "L5") in shown
    assert "decided to share part of it" in said
    assert "- He waited outside the school with a kitchen knife (reported by someone" in said


def test_what_is_shared_with_others_alone_is_not_told_to_whoever_asked(
    officer: User, case_file: CaseFile
) -> None:
    same_name = recipient("other", name=asked_of_us.NAME)
    items = [item(case_file.information.id, recipients=["police", "other"])]
    items += [{"information": str(case_file.older.id), "include": False, "withheld_reason": "It is old"}]
    row = declined(officer, case_file, **SHARED, recipients=[recipient(), same_name], items=items)
    said = values_of(row, "L5", officer)["body"]
    assert "kitchen knife" not in said
    assert "decided not to share it" in said
    assert "no part of it that we can share" in said


def test_a_letter_from_before_the_request_was_changed_does_not_go(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    request = request_of(officer, case_file)
    letter = prepared(request, "L1", officer)
    asks = requesting.asks(need="We plan a visit, and nothing else")
    request_actions.change_request(by=officer, request=request, values=asks)
    assert letters.ready(request, "L1") is None
    client.force_login(officer)
    gone = client.get(f"/letters/{letter.reference}/pdf/", follow=True)
    assert [str(one)[:11] for one in gone.context["messages"]] == ["The request"]
    anew = gone.context["rewrite"]
    assert anew in client.get(f"/requests/{request.reference}/").content.decode()
    assert "We plan a visit" in client.get(anew).context["form"].initial["body"]
    with pytest.raises(request_actions.NotReady):
        sent(officer, letter)
    sent(officer, prepared(request, "L1", officer))


# --- approval -------------------------------------------------------------------------------------


def check(client: Client, user: User, letter: Letter, **answers: Any) -> Any:
    client.force_login(user)
    return client.post(f"/letters/{letter.reference}/", {"outcome": "approved", "note": ""} | answers)


def test_a_manager_approves_and_then_it_is_ready(
    client: Client, officer: User, manager: User, case_file: CaseFile
) -> None:
    request = refused(officer, case_file)
    letter = prepared(request, "L3", officer)
    assert letters.ready(request, "L3") is None
    assert letters.waiting(manager) == [letter]
    client.force_login(officer)
    assert client.get(f"/letters/{letter.reference}/pdf/").status_code == 302
    assert check(client, manager, letter, outcome="returned").status_code == 200, "it says why it goes back"
    check(client, manager, letter, outcome="returned", note="Say since when")
    assert letters.ready(request, "L3") is None
    assert (letters.waiting(manager), letters.returned(officer)) == ([], [letter])
    assert "Say since when" in client.get(f"/letters/{letter.reference}/").content.decode()
    again = prepared(request, "L3", officer, body="Since March we have asked for what we need.")
    assert letters.returned(officer) == []
    assert f"letter {again.reference}" in client.get(f"/letters/{letter.reference}/").content.decode()
    gone = client.get(f"/letters/{letter.reference}/pdf/", follow=True)
    assert [str(one)[:14] for one in gone.context["messages"]] == ["A newer letter"]
    assert check(client, manager, again).status_code == 302
    assert letters.ready(request, "L3") == again
    assert client.get(f"/letters/{again.reference}/pdf/").status_code == 200
    sent(officer, again)
    assert letters.ready(request, "L3") is None
    assert letters.standing(letters.fetch(officer, again.reference)) == letters.SENT


def test_nobody_approves_their_own_and_only_managers_of_the_team_do(
    client: Client, officer: User, manager: User, other_manager: User, case_file: CaseFile
) -> None:
    request = refused(officer, case_file)
    letter = prepared(request, "L3", manager)
    for user, code in ((officer, 403), (other_manager, 404), (manager, 302)):
        assert check(client, user, letter).status_code == code
        assert letters.ready(request, "L3") is None
    assert letters.waiting(manager) == []
    with pytest.raises(letter_actions.OwnLetter):
        approved(letter, manager)
    assert not letter.checks.exists()


def test_what_is_approved_already_or_needs_no_approval_is_not_checked(
    officer: User, manager: User, case_file: CaseFile
) -> None:
    request = refused(officer, case_file)
    for letter in (prepared(request, "L2", officer), approved(prepared(request, "L3", officer), manager)):
        with pytest.raises(letter_actions.NotWaiting):
            approved(letter, manager)


@pytest.mark.parametrize("who", ["colleague", "other_manager", "governance", "administrator", "excluded"])
def test_a_stranger_gets_the_same_404_as_for_nothing(
    who: str, client: Client, request: pytest.FixtureRequest, officer: User, case_file: CaseFile
) -> None:
    letter = prepared(request_of(officer, case_file), "L1", officer)
    client.force_login(request.getfixturevalue(who))
    for end in ("", "pdf/", "text/"):
        refused_, nothing = (client.get(f"/letters/{one}/{end}") for one in (letter.reference, "L-222222"))
        assert refused_.status_code == nothing.status_code == 404
        assert refused_.content == nothing.content


def test_a_double_click_is_one_letter(client: Client, officer: User, case_file: CaseFile) -> None:
    request = request_of(officer, case_file)
    client.force_login(officer)
    key = client.get(address(request, "L1")).context["request_key"]
    said = posted(request, "L1", officer) | {"request_key": key}
    places = {client.post(address(request, "L1"), said)["Location"] for _ in range(2)}
    assert places == {f"/letters/{Letter.objects.get().reference}/"}
