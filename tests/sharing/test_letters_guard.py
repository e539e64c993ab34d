"""A letter names no more than the decision lets the asking reveal; what was recorded is what goes out."""

from base64 import b64encode
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from audit import ledger
from cases import actions as case_actions
from cases.models import User
from sharing import after_rows, letter_actions, letters
from sharing.models import Letter
from tests.cast import CaseFile
from tests.sharing.deciding import NOW, behind_the_guards, item
from tests.sharing.lettering import approved, prepared, refused, request_of, values_of
from tests.sharing.requesting import may_ask, requested
from tests.sharing.test_letters import address, posted

pytestmark = pytest.mark.django_db
ASKED = "He rang Rosalind Achterberg again. Please look."


def naming(officer: User, file: CaseFile) -> Any:
    """A request whose decision lets the asking reveal the survivor's name and address."""
    values = {
        "text": "Rosalind Achterberg, 14 Quarry Rise",
        "source": "File",
        "nature": "fact",
        "about": [str(file.survivor.id)],
        "dated": NOW.date(),
        "checked_on": NOW.date(),
    }
    known = case_actions.add_information(by=officer, case=file.case, values=values)
    held_back = {"information": str(file.older.id), "include": False, "withheld_reason": "It is old"}
    items = [item(known.id, recipients=["surgery"]), item(file.information.id), held_back]
    decision = may_ask(officer, file, items=items)
    return requested(officer, decision)


def test_what_the_decision_includes_may_stand_in_the_letter_and_no_more(
    officer: User, case_file: CaseFile
) -> None:
    request = naming(officer, case_file)
    said = values_of(request, "L1", officer)
    assert "Rosalind Achterberg, 14 Quarry Rise" in said["body"]
    letter_actions.prepare_letter(by=officer, about=request, kind="L1", values=said)
    for more, kinds in (("Gareth Pym", {"name"}), ("Tobias", {"name"}), ("07700 900123", {"phone"})):
        with pytest.raises(letter_actions.IdentityLeft) as left:
            prepared(request, "L1", officer, body=f"{said['body']} {more}")
        assert {one.kind for one in left.value.found} == kinds
    prepared(request, "L1", officer, body=f"For ROSALIND of Quarry Rise: see {request.reference}.")


def test_a_letter_to_a_senior_manager_needs_no_name_of_the_family(officer: User, case_file: CaseFile) -> None:
    request = refused(officer, case_file)
    with pytest.raises(letter_actions.IdentityLeft):
        prepared(request, "L3", officer, body=ASKED)
    with pytest.raises(letter_actions.IdentityLeft):
        prepared(request, "L3", officer, role="Case worker of Rosalind Achterberg")
    letter = prepared(request, "L3", officer, body=ASKED, reason="They have three people of that reference")
    assert letter.leaks == ["name"]
    assert letters.opened(letter)[0]["reason"].startswith("They have three")


def test_the_page_says_it_offers_placeholders_and_loses_nothing(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    request = request_of(officer, case_file)
    client.force_login(officer)
    where, said = address(request, "L1"), posted(request, "L1", officer, body=ASKED)
    page = client.post(where, said)
    assert page.status_code == 200
    assert "The letter holds more than it needs to: a name of somebody in this case" in page.content.decode()
    assert page.context["form"]["body"].value() == ASKED
    assert not Letter.objects.exists()
    del said["save"]
    page = client.post(where, said | {"placeholders": "1"})
    assert page.context["form"]["body"].value() == "He rang Person A again. Please look."
    assert "He rang Person A again" in str(page.context["blocks"])
    assert not Letter.objects.exists()
    client.post(where, said | {"save": "1", "reason": "She goes by this name there"})
    assert Letter.objects.get().leaks == ["name"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"body": ""}, "Enter what the letter says"),
        ({"body": "x" * 8001}, "Shorten this to 8000 characters or fewer"),
        ({"body": "He \u202e rang"}, "Remove the hidden character"),
        ({"name": "Duty worker, Testham refuge"}, "Remove “refuge” here"),
        ({"reply_by_year": "2020"}, "must be in the future"),
        ({"signed": "a\x00b"}, "Remove the hidden control character"),
    ],
)
def test_what_cannot_be_used_is_said_beside_it(
    changes: dict[str, str], says: str, client: Client, officer: User, case_file: CaseFile
) -> None:
    request = request_of(officer, case_file)
    client.force_login(officer)
    page = client.post(address(request, "L1"), posted(request, "L1", officer) | changes)
    assert says in page.content.decode()
    assert not Letter.objects.exists()


# --- what was recorded is what goes out -----------------------------------------------------------


def ask(client: Client, user: User, letter: Letter, end: str) -> Any:
    client.force_login(user)
    return client.get(f"/letters/{letter.reference}/{end}")


def alter(letter: Letter, **columns: str) -> None:
    with behind_the_guards():
        Letter.objects.filter(id=letter.id).update(**columns)


@pytest.mark.parametrize("changed", ["text_sha256", "pdf_sha256", "sealed"])
def test_what_was_altered_is_not_handed_out_and_verification_names_it(
    changed: str, client: Client, officer: User, case_file: CaseFile
) -> None:
    letter = prepared(request_of(officer, case_file), "L1", officer)
    if changed == "sealed":
        entry = ledger.by_hash(bytes(letter.entry_hash))
        assert entry is not None
        bytes_ = bytes(entry.sealed)[:-1] + bytes([bytes(entry.sealed)[-1] ^ 1])
        with behind_the_guards(), connection.cursor() as cursor:
            cursor.execute("UPDATE audit_entry SET sealed = %s WHERE hash = %s", [bytes_, bytes(entry.hash)])
    else:
        alter(letter, **{changed: "0" * 64})
    for end in ("pdf/", "text/"):
        answer = ask(client, officer, letter, end)
        assert answer.status_code == 302
        assert answer["Location"] == f"/letters/{letter.reference}/"
    page = ask(client, officer, letter, "").content.decode()
    assert "This is not what was recorded" in page
    assert f"/letters/{letter.reference}/pdf/" not in page
    assert not ledger.history(case_file.case.id).filter(kind="letter.printed").exists()
    entry = ledger.by_hash(bytes(letter.entry_hash))
    assert entry is not None
    assert after_rows.LETTER.compare([entry]) != [None]


def test_bytes_that_are_not_those_of_their_fingerprint_are_not_handed_out(
    client: Client, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = prepared(request_of(officer, case_file), "L1", officer)
    said, _ = letters.opened(letter)
    other = said | {"pdf": b64encode(b"%PDF-another").decode()}
    monkeypatch.setattr(after_rows.Standing, "check", lambda *_: [(letter, other, None)])
    assert letters.opened(letter) == ({}, letters.DIFFERS)
    assert ask(client, officer, letter, "pdf/").status_code == 302


def test_nothing_leaves_where_it_cannot_be_entered(
    client: Client, officer: User, case_file: CaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = prepared(request_of(officer, case_file), "L1", officer)

    def fails(*_: Any, **__: Any) -> None:
        raise OSError("the ledger takes nothing")

    monkeypatch.setattr(ledger, "append", fails)
    with pytest.raises(OSError, match="takes nothing"):
        ask(client, officer, letter, "pdf/")


def test_what_a_manager_approves_is_this_very_text(officer: User, manager: User, case_file: CaseFile) -> None:
    letter = approved(prepared(refused(officer, case_file), "L3", officer), manager)
    ((_, said, problem),) = after_rows.LETTER_CHECKED.check(letter.checks.all())
    assert (said["text_sha256"], problem) == (letter.text_sha256, None)
