"""Checkpoints without a file: how many, since when, and put back by hand. Settings and words of the store."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.utils import timezone
from pytest_django import Settings

from audit import beside, checkpoints, elsewhere, locked_store
from audit.models import Checkpoint
from tests.audit.test_checkpoints import NOW, command, files, made
from tests.audit.test_verify import command as verify_ledger
from tests.guards import disarmed

pytestmark = pytest.mark.django_db


def moment(row: Checkpoint) -> str:
    at = timezone.localtime(row.made_at)
    return f"{at:%-d %B %Y}, {at:%I:%M%p}".replace(", 0", ", ").replace("AM", "am").replace("PM", "pm")


def test_files_that_are_gone_are_counted_told_and_put_back_by_hand(
    settings: Settings, tmp_path: Path
) -> None:
    settings.CHECKPOINT_COPY = str(tmp_path / "share")
    rows = [made(after=hour) for hour in range(4)]
    texts = {path.name: path.read_text() for path in files()}
    for path in files()[1:3]:
        path.unlink()
    assert beside.without_file() is None, "the second folder has them"
    for path in sorted((tmp_path / "share").iterdir())[1:4]:
        path.unlink()
    assert beside.without_file() == beside.Missing(2, rows[1].made_at)
    assert beside.without_file(newest=2) == beside.Missing(1, rows[2].made_at)
    assert beside.without_file(newest=1) is None
    (words,) = elsewhere.alerts(NOW)
    assert words.startswith(
        f"2 checkpoints have no file in the folder: the oldest is from {moment(rows[1])}."
    )
    code, said = verify_ledger()
    assert (code, words in said) == (0, True), "the ledger itself matches"
    assert '"checkpoints_without_file": 2' in verify_ledger("--json")[1]
    made(after=5)
    assert beside.without_file() == beside.Missing(2, rows[1].made_at), "nothing comes back by itself"
    assert command("--restore") == (0, "2 missing files were written from the database.\n")
    assert beside.without_file() is None
    assert {path.name: path.read_text() for path in files()} | texts == {
        path.name: path.read_text() for path in files()
    }


def test_a_row_that_is_not_what_its_note_says_becomes_no_file() -> None:
    row = made()
    files()[0].unlink()
    with disarmed():
        Checkpoint.objects.filter(pk=row.pk).update(root=bytes(32))
    with pytest.raises(CommandError, match="1 rows are not what their notes say"):
        command("--restore")
    assert files() == []
    assert elsewhere.alerts(NOW) != []


def test_a_folder_that_cannot_be_read_is_as_an_empty_one(settings: Settings, tmp_path: Path) -> None:
    row = made()
    settings.CHECKPOINT_DIR = str(tmp_path / "elsewhere")
    assert beside.without_file() == beside.Missing(1, row.made_at)
    assert elsewhere.alerts(NOW)[0].startswith("One checkpoint has no file in the folder: it is from ")


# --- Settings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("BUCKET", value) for value in ("ab", "With-Capitals", "a/b", "-ab", "x" * 64, "a b")),
        *(
            ("ENDPOINT", value)
            for value in ("store.example", "ftp://store", "https://", "https://[", "https://a:x")
        ),
        *(("REGION", value) for value in ("London", "eu west", "../x")),
        *(("RETENTION_DAYS", value) for value in ("ten", "0", "-1", "1.5", "36501", "²", "9" * 5000)),
    ],
)
def test_a_wrong_setting_is_an_error_of_check_and_of_prepare(
    name: str, value: str, settings: Settings
) -> None:
    settings.CHECKPOINT_BUCKET = "checkpoints"
    call_command("check")
    setattr(settings, f"CHECKPOINT_{name}", value)
    with pytest.raises(SystemCheckError, match=f"DAHASHARE_CHECKPOINT_{name} is no "):
        call_command("check")
    with pytest.raises(SystemCheckError):
        call_command("prepare", skip_checks=False)


def test_without_a_bucket_nothing_is_asked_and_nothing_is_wrong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHECKPOINT_RETENTION_DAYS = "ten"

    def refuse(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(locked_store, "Store", refuse)
    monkeypatch.setattr(elsewhere, "Store", refuse)
    made()
    call_command("check")
    assert elsewhere.catch_up(NOW + timedelta(days=1)) is None
    assert elsewhere.alerts(NOW + timedelta(days=1)) == []
    with pytest.raises(CommandError, match="names no bucket"):
        command("--try-store")
    assert {path.suffix for path in checkpoints.folder().iterdir()} == {".txt"}


def test_the_library_is_not_loaded_where_there_is_no_store() -> None:
    code = "import django; django.setup(); import audit.elsewhere, sys; print('botocore' in sys.modules)"
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": "dahashare.settings"}
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=told)
    assert said.stdout == "False\n"
