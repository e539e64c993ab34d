"""Genuine exports, made once for all tests that only alter the files: no database is left behind."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.audit.packing import Log, a_log, files_of

Files = dict[str, bytes]


@pytest.fixture(scope="session")
def genuine(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Files]:
    """By format: the CSV of what is shared, of cases that have other decisions too; the others of all."""
    with django_db_blocker.unblock(), transaction.atomic():
        subjects = a_log()
        shared = Log().decisions(subjects, lambda line: line.content["row.outcome"] == "share_all")
        every = Log().decisions(subjects)
        made = {"csv": files_of(shared)}
        made |= {form: files_of(every, form, filters=[]) for form in ("jsonl", "xlsx", "pdf")}
        transaction.set_rollback(True)
    shutil.rmtree(Path(settings.CHECKPOINT_DIR))
    return made


@pytest.fixture
def files(genuine: dict[str, Files]) -> Files:
    """The CSV of what is shared."""
    return dict(genuine["csv"])
