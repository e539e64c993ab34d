"""Keys are made once, kept private, and never replaced."""

import base64
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from audit.models import Checkpoint
from cases import vault
from dahashare.checks import StartRefusedError, refuse_unsafe_start
from dahashare.keys import make_keys, missing_keys
from dahashare.management.commands import prepare


def test_a_new_folder_gets_private_keys(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert {path.name for path in make_keys(folder)} == {"case-keys", "django-secret", "log-key"}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    _, material = (folder / "case-keys").read_text("ascii").split()
    assert len(base64.urlsafe_b64decode(material)) == 32
    assert len(base64.urlsafe_b64decode((folder / "log-key").read_text("ascii").strip())) == 32
    assert len((folder / "django-secret").read_text("ascii").strip()) >= 50


def test_keys_that_are_there_stay_and_no_two_folders_share_one(tmp_path: Path) -> None:
    make_keys(tmp_path / "one")
    make_keys(tmp_path / "two")
    before = {path: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert make_keys(tmp_path / "one") == []
    assert before == {path: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert not set(before.values()) & {path.read_bytes() for path in (tmp_path / "two").iterdir()}


@pytest.mark.django_db
def test_make_keys_refuses_where_the_database_was_sealed_under_another_key(
    tmp_path: Path, settings: Settings
) -> None:
    vault.check_canary()
    settings.KEYS_DIR = tmp_path / "lost"
    with pytest.raises(CommandError, match="sealed under a key"):
        call_command("make_keys")
    assert not (tmp_path / "lost").exists()


@pytest.mark.django_db
def test_a_start_is_refused_with_a_missing_or_another_key(tmp_path: Path, settings: Settings) -> None:
    vault.check_canary()
    refuse_unsafe_start()
    right = (Path(settings.KEYS_DIR) / "case-keys").read_text("ascii")
    settings.KEYS_DIR = tmp_path
    with pytest.raises(StartRefusedError, match="lacks case-keys"):
        refuse_unsafe_start()
    make_keys(tmp_path)
    with pytest.raises(StartRefusedError, match=right.split()[0]):
        refuse_unsafe_start()
    (tmp_path / "case-keys").write_text(right, "ascii")
    refuse_unsafe_start()
    assert missing_keys(tmp_path) == []


@pytest.mark.django_db
def test_a_folder_from_before_the_log_was_signed_gets_its_key_and_keeps_the_others(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.KEYS_DIR = tmp_path
    make_keys(tmp_path)
    (tmp_path / "log-key").unlink()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StartRefusedError, match="lacks log-key"):
        refuse_unsafe_start()
    prepare.Command()._make_log_key()
    assert "Made log-key" in capsys.readouterr().out
    assert (tmp_path / "log-key").stat().st_mode & 0o777 == 0o600
    assert before.items() <= {path: path.read_bytes() for path in tmp_path.iterdir()}.items()
    refuse_unsafe_start()


@pytest.mark.django_db
def test_a_lost_log_key_is_not_replaced_in_silence(tmp_path: Path, settings: Settings) -> None:
    settings.KEYS_DIR = tmp_path
    make_keys(tmp_path)
    lost = (tmp_path / "log-key").read_bytes()
    (tmp_path / "log-key").unlink()
    Checkpoint.objects.create(
        origin="dahashare/log/1", size=1, root=bytes(32), note="", made_at=timezone.now()
    )
    for _ in range(2):
        with pytest.raises(CommandError, match="signed with a key"):
            call_command("make_keys")
    assert missing_keys(tmp_path) == ["log-key"]
    call_command("make_keys", new_log_key=True)
    assert (tmp_path / "log-key").read_bytes() != lost
