"""The migrations are the models, and every set-up step can be repeated."""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings


@pytest.mark.django_db
def test_no_model_is_without_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_static_files_are_collected_once_and_again_when_one_changes(
    tmp_path: Path, settings: Settings
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a{}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("prepare")
    collected = tmp_path / "static" / "a.css"
    assert collected.read_text() == "a{}"
    collected.write_text("kept")
    call_command("prepare")
    assert collected.read_text() == "kept"
    (source / "a.css").write_text("a{color:red}")
    call_command("prepare")
    assert collected.read_text() == "a{color:red}"
