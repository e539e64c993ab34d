"""Whole exports in the hands of somebody who trusts nobody: a clean Python, the key, the verifier."""

import base64
import hmac
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pyzipper
from django.utils import timezone

from audit import chain, checkpoints, exports, signing, verifier
from audit.models import Entry, Export
from cases import access_actions, events, vault
from cases.models import User
from cases.models.vault import CaseKey
from sharing import exporting, log, log_columns
from tests.cast import CaseFile, make_case
from tests.sharing.deciding import NOT_SHARED, decided
from tests.sharing.following import mark_sent, share
from tests.sharing.taking_out import again, many, queued, written

pytestmark = pytest.mark.django_db

EVERY = [column.code for column in log_columns.COLUMNS if not column.identifier and not column.free_text]
NAMED = (
    "Rosalind",
    "Roz",
    "Achterberg",
    "Tobias",
    "Gareth",
    "Pym",
    "Quarry Rise",
    "07700 900123",
    "Visit in twos",
)


def taken(path: Path, export: Export) -> Path:
    """The package as its owner downloads it."""
    assert export.state == exports.DONE, export.error
    path.write_bytes(b"".join(exports.open_package(export)))
    return path


def checked(path: Path, *more: str) -> tuple[int, str]:
    """What the verifier says in a Python without packages, in an empty folder."""
    key = base64.b64encode(signing.public_key()).decode("ascii")
    tool = path.parent / "tool.py"
    tool.write_bytes(Path(verifier.__file__).read_bytes())
    empty = path.parent / "empty"
    empty.mkdir(exist_ok=True)
    command = [sys.executable, "-I", "-S", str(tool), str(path), "--key", key, *more]
    done = subprocess.run(command, cwd=empty, capture_output=True, check=False)
    assert done.stderr == b""
    assert list(empty.iterdir()) == []
    return done.returncode, done.stdout.decode()


def accepted(path: Path, *more: str) -> str:
    code, said = checked(path, *more)
    assert code == 0, said
    return said


@pytest.fixture
def decisions(officer: User, case_file: CaseFile) -> CaseFile:
    """Decisions of a case: to share and not, one sent, one superseded."""
    mark_sent(share(officer, case_file))
    decided(officer, case_file, **NOT_SHARED)
    many(officer, case_file, 3)
    return case_file


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "pdf"])
def test_every_format_is_accepted(form: str, governance: User, decisions: CaseFile, tmp_path: Path) -> None:
    export = written(queued(governance, format=form, columns=EVERY))
    said = accepted(taken(tmp_path / "export.zip", export))
    assert "All matches. 5 rows of 1 cases" in said
    assert "First sent" in said.partition("Rests on")[2]


def test_names_stay_out(governance: User, decisions: CaseFile, tmp_path: Path) -> None:
    """Nor can what is withheld be guessed: the salts of hidden fields, and what makes them, are not in it."""
    path = taken(tmp_path / "export.zip", written(queued(governance, columns=EVERY)))
    accepted(path)
    whole = path.read_bytes()
    people = [decisions.case.reference, *(user.name for user in User.objects.all())]
    # As a word: three letters stand somewhere in so much base64, one time in twenty.
    assert [word for word in (*NAMED, *people) if re.search(rb"\b%s\b" % word.encode(), whole)] == []
    hidden = 0
    for entry in Entry.objects.filter(subject=decisions.case.id, kind="decision.recorded"):
        content, secret = opened(entry)
        line = next(
            one for one in lines_of(path, "proof.jsonl") if one["header"].encode() == bytes(entry.header)
        )
        for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
            assert form not in whole
        for name in content.keys() - line["shown"].keys():
            salt = hmac.digest(secret, chain.canonical(name), "sha256")
            assert salt not in whole
            assert salt.hex().encode() not in whole
            hidden += 1
    assert hidden > 100


def opened(entry: Entry) -> tuple[dict[str, Any], bytes]:
    return chain.unseal(
        bytes(entry.sealed),
        decrypt=lambda sealed, aad: vault.unseal(entry.subject, sealed, aad),
        subject=entry.subject,
        request_key=entry.request_key,
    )


def lines_of(path: Path, name: str) -> list[dict[str, Any]]:
    with verifier.Package(path).open(name) as file:
        return [json.loads(line) for line in file]


def test_names_in_and_locked(governance: User, decisions: CaseFile, tmp_path: Path) -> None:
    codes = [column.code for column in log_columns.COLUMNS]
    export = queued(governance, names=True, free_text=True, locked=True, columns=codes)
    path = taken(tmp_path / "export.zip", written(export))
    code, said = checked(path)
    assert (code, "password" in said) == (2, True)
    folder = tmp_path / "unpacked"
    with pyzipper.AESZipFile(io.BytesIO(path.read_bytes())) as locked:
        locked.setpassword(exporting.secrets_of(export)["password"].encode())
        locked.extractall(folder)
    said = accepted(folder)
    assert "names are in it" in said
    assert b"Rosalind" in (folder / "decisions.csv").read_bytes()


@pytest.mark.parametrize(
    ("filters", "rows", "told"),
    [
        (
            {"outcome": log.NOTHING_SHARED, "risk": log.HIGH},
            1,
            "4 other decisions of these cases",
        ),
        ({"since": "2026-01-01", "until": "2099-01-01", "emergency": "no"}, 5, "no decision in the chains"),
        ({"superseded": "no", "agency": "police"}, 5, "the log cannot show it"),
        ({"outcome": "awaiting_advice"}, 0, "All matches. 0 rows of 0 cases"),
    ],
)
def test_filters_are_asked_of_every_decision(
    filters: dict[str, str], rows: int, told: str, governance: User, decisions: CaseFile, tmp_path: Path
) -> None:
    said = accepted(taken(tmp_path / "export.zip", written(queued(governance, filters=filters))))
    assert f"All matches. {rows} rows" in said
    assert told in said


def test_what_comes_later_changes_nothing(
    governance: User, officer: User, decisions: CaseFile, tmp_path: Path
) -> None:
    """The key destroyed, a correction, a later export: each of them is accepted, the first one as it was."""
    checkpoint = checkpoints.checkpoint(timezone.now(), at_once=True)
    assert checkpoint is not None
    held = tmp_path / "held.txt"
    held.write_text(checkpoint.note, "utf-8")
    path = taken(tmp_path / "export.zip", written(queued(governance)))
    before = accepted(path, "--checkpoint", str(held))
    assert f"begins with the {checkpoint.size} entries" in before
    first = Entry.objects.filter(kind="decision.recorded").order_by("seq").first()
    assert first is not None
    other = make_case(officer, officer.teams.get())
    many(officer, other, 2)
    again(officer, decisions, events.content_of(first), outcome="do_not_share")
    CaseKey.objects.filter(subject=decisions.case.id).update(wrapped=None)
    vault.forget()
    assert accepted(path, "--checkpoint", str(held)) == before
    after = accepted(taken(tmp_path / "later.zip", written(queued(governance))), "--checkpoint", str(held))
    assert "All matches. 8 rows of 2 cases" in after
    assert "6 rows whose content is said to be destroyed" in after


def test_cases_hidden_from_the_owner_leave_no_trace(
    governance: User, manager: User, officer: User, decisions: CaseFile, tmp_path: Path
) -> None:
    other = make_case(officer, officer.teams.get())
    many(officer, other, 2)
    access_actions.exclude(by=manager, case=decisions.case, user=governance, reason="A relative")
    path = taken(tmp_path / "export.zip", written(queued(governance)))
    assert "All matches. 2 rows of 1 cases" in accepted(path)
    whole = path.read_bytes()
    assert str(decisions.case.id).encode() not in whole
    assert {UUID(json.loads(line["header"])["subject"]) for line in lines_of(path, "chains.jsonl")} == {
        other.case.id
    }
