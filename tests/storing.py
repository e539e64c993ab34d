"""A bucket with object lock of a test's own, and what it holds as its owner sees it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from audit import checkpoints, elsewhere
from audit.models import Checkpoint
from tests import servers
from tests.audit import making

NOW = timezone.now()
LATER = NOW + timedelta(hours=20)


class Bucket:
    """A bucket as its owner sees it, past everything of ours."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name

    def versions(self) -> list[dict[str, Any]]:
        return list(self.client.list_object_versions(Bucket=self.name).get("Versions", []))

    def names(self) -> list[str]:
        return sorted(one["Key"] for one in self.versions())

    def put(self, name: str, text: str) -> None:
        self.client.put_object(Bucket=self.name, Key=name, Body=text.encode())

    def text(self, version: dict[str, Any]) -> str:
        said = self.client.get_object(Bucket=self.name, Key=version["Key"], VersionId=version["VersionId"])
        return str(said["Body"].read().decode())


@pytest.fixture
def bucket(object_store: servers.ObjectStore, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket with object lock, and the settings that name it."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", object_store.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", object_store.SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    settings.CHECKPOINT_BUCKET = f"checkpoints-{uuid4()}"
    settings.CHECKPOINT_ENDPOINT, settings.CHECKPOINT_REGION = object_store.address, object_store.REGION
    settings.CHECKPOINT_RETENTION_DAYS = "3653"
    client = object_store.client
    client.create_bucket(Bucket=settings.CHECKPOINT_BUCKET, ObjectLockEnabledForBucket=True)
    return Bucket(client, settings.CHECKPOINT_BUCKET)


def made(count: int) -> list[Checkpoint]:
    """So many checkpoints, an hour apart, each over one entry more."""
    rows = []
    for hour in range(count):
        making.record()
        rows.append(checkpoints.checkpoint(NOW + timedelta(hours=hour)))
    assert None not in rows
    return [row for row in rows if row]


def name_of(row: Checkpoint) -> str:
    return checkpoints.file_name(row.origin, row.size)


def look(now: datetime = LATER, **given: Any) -> elsewhere.Look:
    found = elsewhere.catch_up(now, **given)
    assert found is not None
    return found
