"""A bucket with object lock (S3, or what speaks as it does): short calls, and errors in plain words.

A lock of the mode COMPLIANCE is one that a store ends for no account before its time. Nothing here is called
while a transaction is open. The library is loaded when it is first used.
"""

import base64
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from audit import note

CONNECT_SECONDS, READ_SECONDS, TRIES = 2, 5, 2
MOST_DAYS = 36_500
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_CODE = re.compile(r"[A-Za-z0-9]{1,60}")


class StoreError(Exception):
    """The store did not do it. `words` go on after "the locked store"; they quote nothing that it said.

    `lasting`: it will not do it in an hour either, unless somebody changes something.
    """

    def __init__(self, words: str, *, lasting: bool) -> None:
        super().__init__(words)
        self.words, self.lasting = words, lasting


class ThereAlreadyError(Exception):
    """The store has something under this name."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object; `etag` is the MD5 of its bytes in most stores, and something else in some."""

    name: str
    id: str
    etag: str
    made_at: datetime


# --- Settings ----------------------------------------------------------------------------------------------


def configured() -> bool:
    """Whether a bucket is named."""
    return bool(settings.CHECKPOINT_BUCKET)


def retention() -> timedelta:
    """How long an object is locked. Only where `wrong_setting` finds none wrong."""
    return timedelta(days=int(settings.CHECKPOINT_RETENTION_DAYS))


def wrong_setting() -> str:
    """What is wrong with a setting, and what it can be; nothing where all are right."""
    if not configured():
        return ""
    days = settings.CHECKPOINT_RETENTION_DAYS
    if not _BUCKET.fullmatch(settings.CHECKPOINT_BUCKET):
        return "DAHASHARE_CHECKPOINT_BUCKET is no bucket's name: small letters, digits, dots, hyphens."
    if settings.CHECKPOINT_ENDPOINT and not _is_address(settings.CHECKPOINT_ENDPOINT):
        return "DAHASHARE_CHECKPOINT_ENDPOINT is no address: it begins with https:// and names a host."
    if not _REGION.fullmatch(settings.CHECKPOINT_REGION):
        return "DAHASHARE_CHECKPOINT_REGION is no region's name, such as eu-west-2."
    if not (days.isascii() and days.isdecimal() and len(days) < 9 and 1 <= int(days) <= MOST_DAYS):
        return f"DAHASHARE_CHECKPOINT_RETENTION_DAYS is no whole number of days from 1 to {MOST_DAYS}."
    return ""


def in_the_clear() -> str:
    """A warning where what is asked of the store, and what it says, can be read and changed on the way."""
    parts = urlsplit(settings.CHECKPOINT_ENDPOINT if configured() else "")
    if parts.scheme != "http" or parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        return ""
    return (
        "DAHASHARE_CHECKPOINT_ENDPOINT begins with http://: who is on the way can read what is sent and "
        "change what is said. Use https://."
    )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


# --- The store ---------------------------------------------------------------------------------------------


@cache
def _loader() -> Any:
    """What the library knows of the service, read once: it is most of what a client costs."""
    from botocore.loaders import create_loader  # noqa: PLC0415 - loaded where used

    return create_loader()


class Store:
    """The bucket of the settings. Every call raises StoreError where it does not answer or refuses."""

    def __init__(self) -> None:
        if wrong := wrong_setting():
            raise StoreError(f"cannot be asked: {wrong.removesuffix('.')}", lasting=True)
        self._bucket = settings.CHECKPOINT_BUCKET
        self._client = self._made()

    def _made(self) -> Any:
        # Some 40 MB and half a second: only a process that speaks to a store pays for them.
        from botocore.config import Config  # noqa: PLC0415 - loaded where used
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - loaded where used
        from botocore.session import Session  # noqa: PLC0415 - loaded where used

        endpoint = settings.CHECKPOINT_ENDPOINT or None
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "auto"},
            # The library's own checksums are sent in a form that not every store reads; ours are in a header.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        session = Session()  # each time: credentials may have changed
        session.register_component("data_loader", _loader())
        try:
            return session.create_client(
                "s3", region_name=settings.CHECKPOINT_REGION, endpoint_url=endpoint, config=config
            )
        except (BotoCoreError, ValueError) as error:
            raise _error(error) from None

    def close(self) -> None:
        """Give back its connections."""
        self._client.close()

    def _call(self, name: str, **given: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError  # noqa: PLC0415 - loaded where used

        try:
            return getattr(self._client, name)(Bucket=self._bucket, **given)
        except (BotoCoreError, ClientError, HTTPClientError) as error:
            # Without the cause: what a store says in full may quote the name of a key.
            raise _error(error) from None

    def require_lock(self) -> None:
        """Raise StoreError unless object lock is switched on for the bucket."""
        said = self._call("get_object_lock_configuration").get("ObjectLockConfiguration", {})
        if said.get("ObjectLockEnabled") != "Enabled":
            raise StoreError(_NO_LOCK, lasting=True)

    def put(self, name: str, text: str, until: datetime, *, beside_others: bool = False) -> str:
        """Put an object, locked until then; gives the version's id.

        Args:
            beside_others: as one more version, where something else is under this name.

        Raises:
            ThereAlreadyError: something is under this name.
        """
        body = text.encode()
        given: dict[str, Any] = {
            "Key": name,
            "Body": body,
            "ContentType": "text/plain; charset=utf-8",
            "ChecksumSHA256": base64.b64encode(sha256(body).digest()).decode("ascii"),
            "ObjectLockMode": "COMPLIANCE",
            "ObjectLockRetainUntilDate": until,
        }
        if beside_others:
            return str(self._call("put_object", **given).get("VersionId", ""))
        try:
            return str(self._call("put_object", IfNoneMatch="*", **given).get("VersionId", ""))
        except StoreError as error:
            if "NotImplemented" not in error.words:
                raise
        # A store that does not know the condition: whoever calls this has looked at what is there.
        return str(self._call("put_object", **given).get("VersionId", ""))

    def locked_until(self, name: str, version: str) -> datetime | None:
        """Until when this version is locked; None where the store does not say so."""
        if not version:
            return None
        said = self._call("head_object", Key=name, VersionId=version)
        if said.get("ObjectLockMode") != "COMPLIANCE":
            return None
        until = said.get("ObjectLockRetainUntilDate")
        return until if isinstance(until, datetime) else None

    def read(self, version: Version) -> str:
        """The text of a version, as far as a note can go; nothing where it is none."""
        said = self._call("get_object", Key=version.name, VersionId=version.id)
        try:
            # No range is asked for: of an object without a byte there is none.
            with closing(said["Body"]) as body:
                return str(body.read(note.MOST_BYTES + 1).decode())
        except UnicodeDecodeError:
            return ""
        except Exception as error:  # noqa: BLE001 - whatever a connection that breaks off raises
            raise _error(error) from None

    def versions(self, prefix: str, after: str, *, pages: int) -> Iterator[Version]:
        """Every version whose name begins so, past the name `after`; also what a delete marker hides.

        Raises StoreError past so many pages of a thousand.
        """
        marker: dict[str, str] = {"KeyMarker": after} if after else {}
        for _ in range(pages):
            page = self._call("list_object_versions", Prefix=prefix, **marker)
            for one in page.get("Versions", ()):
                etag = str(one.get("ETag", "")).strip('"')
                yield Version(str(one["Key"]), str(one["VersionId"]), etag, one["LastModified"])
            if not page.get("IsTruncated"):
                return
            marker = {"KeyMarker": page["NextKeyMarker"]}
            if page.get("NextVersionIdMarker"):
                marker["VersionIdMarker"] = page["NextVersionIdMarker"]
        raise StoreError("holds more than can be looked through", lasting=True)

    def name_after(self, name: str) -> str:
        """The first name past this one, deleted or not; empty where there is none."""
        marker = {"KeyMarker": name} if name else {}
        page = self._call("list_object_versions", MaxKeys=1, **marker)
        found = [str(one["Key"]) for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, ())]
        return min(found, default="")


# --- Errors ------------------------------------------------------------------------------------------------

_NO_LOCK = "has a bucket without object lock: what is put there could be deleted, so nothing is"
_CREDENTIALS = "does not accept our credentials"
_OTHER_REGION = "says that the bucket is in another region"
_WORDS = {
    "NoSuchBucket": "has no bucket of this name",
    "ObjectLockConfigurationNotFoundError": _NO_LOCK,
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "InvalidToken": _CREDENTIALS,
    "ExpiredToken": _CREDENTIALS,
    "AuthorizationHeaderMalformed": _OTHER_REGION,
    "PermanentRedirect": _OTHER_REGION,
    "RequestTimeTooSkewed": "says that this machine's clock is wrong",
}
_NO_CREDENTIALS = {
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound",
    "ConfigNotFound",
}  # fmt: skip
_THERE = {"PreconditionFailed", "ConditionalRequestConflict"}


def _error(error: Exception) -> Exception:
    """What a failed call means, in words that quote nothing of the store's answer but its code."""
    kind = type(error).__name__
    said = getattr(error, "response", None)
    if isinstance(said, dict) and "Error" in said:
        code, status = str(said["Error"].get("Code", "")), _status(said)
        if code in _THERE:
            return ThereAlreadyError()
        if code in _WORDS:
            return StoreError(_WORDS[code], lasting=True)
        call = getattr(error, "operation_name", "")
        if status == 403:
            return StoreError(f"does not let us do what is needed ({call})", lasting=True)
        shown = code if _CODE.fullmatch(code) else "no code"
        return StoreError(f"answered {status} ({shown}) to {call}", lasting=400 <= status < 500)
    if kind in _NO_CREDENTIALS:
        return StoreError("cannot be asked: no credentials for it were found", lasting=True)
    if isinstance(error, ValueError):
        return StoreError("cannot be asked: a setting of it is wrong", lasting=True)
    return StoreError("does not answer", lasting=False)


def _status(said: dict[str, Any]) -> int:
    return int(said.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
