"""Checkpoints outlive a database: what one test leaves beside it would tell the next that it was set back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def _no_checkpoints_left() -> Iterator[None]:
    """Empty the folder after each test."""
    yield
    if Path(settings.CHECKPOINT_DIR).exists():
        shutil.rmtree(settings.CHECKPOINT_DIR)
