"""Whether the log is in order: what the newest check found, what checkpoints say, a manifest held to it."""

import base64
import binascii
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from celery import current_app
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import Http404
from django.utils import timezone

from audit import checkpoints, checks, elsewhere, ledger, locked_store, note, signing
from audit.models import Check, Checkpoint, Entry
from audit.proofs import PURPOSE
from cases import access, events
from cases.fields import Altered
from cases.models import User

AT_ONCE = 10_000
"""Up to so many entries a check is made while its page is waited for: some two seconds."""
TASK = "dahashare.tasks.check_log"
SHOWN = 5
RECENT = 20
"""Of so many checks the unsigned are counted, for so many checkpoints a file is looked for, each time."""
TRIED = 2_000
"""Past so many newer checks that another key signed we look for no good one: that is an alert of its own."""
CHUNK = 50
LONGEST = timedelta(hours=1)
SET_BACK = "set_back"
_RUNNING = "dahashare-log-check"
_NONE_OURS = {"code": "unsigned", "hash": "", "subject": "", "seq": "", "number": None} | {
    "why": f"none of the last {TRIED:,} checks with a signature is signed by this log"
}
log = logging.getLogger(__name__)


def require_keeper(user: User | AnonymousUser) -> User:
    """The user, where the log is theirs to check: a governance lead or an administrator.

    Raises:
        Http404: otherwise.
    """
    return access.require_role(user, User.Role.GOVERNANCE, User.Role.ADMINISTRATOR)


def newest_check() -> Check | None:
    """What was found last. That all was well counts where the log signed it; an alert counts in any case.

    Where no check is signed, they are from before checks were, or from before a new key: the newest.
    """
    newest_first = Check.objects.order_by("-at")
    # However many rows without a signature somebody adds, they come before none that the log signed.
    with_signature = newest_first.filter(signature__isnull=False)
    signed = next(filter(checks.is_ours, with_signature[:TRIED].iterator(CHUNK)), None)
    if signed:
        newer = newest_first.filter(at__gt=signed.at).exclude(problem={})
        return next((one for one in newer.iterator(CHUNK) if one.problem), signed)
    newest = newest_first.first()
    if newest and not newest.problem and with_signature.count() > TRIED:
        newest.problem = dict(_NONE_OURS)
    return newest


def in_order() -> bool:
    """Whether nothing is known to be wrong: exports are refused while something is."""
    newest = newest_check()
    return newest is None or not newest.problem


def last_good() -> Check | None:
    """The newest check of everything that found all in order: where the next check of what is new begins.

    None, so that the next one begins anew, where this log did not sign that check.
    """
    newest = Check.objects.filter(whole=True, problem={}).order_by("-at").first()
    if newest and not checks.is_ours(newest):
        log.warning("The last check is not signed by this log: the next one begins anew")
        return None
    return newest


def compare_reopened(entries: Sequence[Entry]) -> list[str | None]:
    """What is wrong with entries that say that the log was set back, or None: only this copy can seal one."""

    def compared(entry: Entry) -> str | None:
        try:
            said = events.content_of(entry, of_case=False)
        except Altered:
            said = {}
        return None if "origins" in said else "the sealed record does not open"

    return [compared(entry) for entry in entries]


def register() -> None:
    """Have verification open the entries that end the alarm of a log that was set back."""
    ledger.register_projection(checkpoints.REOPENED, compare_reopened)


# --- A check that a worker makes --------------------------------------------------------------------------


def ring(by: User, now: datetime) -> Literal["asked", "running", "away"]:
    """Have a worker check everything in the name of `by`, unless one is at it, or none can be told."""
    if not cache.add(_RUNNING, now.isoformat(), timeout=int(LONGEST.total_seconds())):
        return "running"
    try:
        current_app.send_task(TASK, [str(by.id)], retry=False)
    except Exception as error:  # noqa: BLE001 - whatever a broker that is down raises
        log.warning("No worker could be told to check the log (%s)", type(error).__name__)
        ended()
        return "away"
    return "asked"


def running_since() -> datetime | None:
    """Since when a worker has been asked to check, and has not ended."""
    since = cache.get(_RUNNING)
    return datetime.fromisoformat(since) if isinstance(since, str) else None


def ended() -> None:
    """The check is over, well or not."""
    cache.delete(_RUNNING)


# --- What the page shows ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What `/integrity/` says."""

    check: Check | None
    today: bool
    number: int | None
    set_back: list[note.Statement]
    reopened_at: datetime | None
    running: datetime | None
    checkpoints: list[Checkpoint]
    key: str
    people: list[User]
    alerts: list[str]
    stored: str
    unsigned: int


def standing() -> Standing:
    """Everything that the page shows, in a handful of questions."""
    check, notes = newest_check(), checkpoints.set_back()
    cited = Entry.objects.filter(request_key=checkpoints.cited(notes)).first() if notes else None
    problem = check.problem if check else {}
    keepers = User.objects.filter(is_active=True, role__in=(User.Role.GOVERNANCE, User.Role.ADMINISTRATOR))
    return Standing(
        check=check,
        today=bool(check and timezone.localdate(check.at) == timezone.localdate()),
        number=problem.get("number"),
        set_back=[note.read(text).statement for text in notes],
        reopened_at=cited.recorded_at if cited else None,
        running=running_since(),
        checkpoints=list(Checkpoint.objects.order_by("-made_at", "-size")[:SHOWN]),
        key=note.key_line(signing.key_name(), signing.public_key()),
        people=list(keepers.order_by("role", "name")[:10]) if problem else [],
        alerts=elsewhere.alerts(timezone.now()),
        stored=elsewhere.holds(elsewhere.last_look()) if locked_store.configured() else "",
        unsigned=sum(not checks.is_ours(one) for one in Check.objects.order_by("-at")[:RECENT]),
    )


def checkpoint(checkpoint_id: UUID) -> Checkpoint:
    """One of the log's checkpoints.

    Raises:
        Http404: there is none of this id.
    """
    found = Checkpoint.objects.filter(id=checkpoint_id).first()
    if found is None:
        raise Http404
    return found


# --- A manifest from elsewhere ----------------------------------------------------------------------------


class NotReadableError(ValueError):
    """What was handed over is no manifest or no signature: `field` is which, the message is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Held:
    """A manifest held against the log: whether we signed it, and what the log says otherwise."""

    genuine: bool
    said: note.Statement | None
    against: str
    facts: list[tuple[str, str]]

    @property
    def good(self) -> bool:
        """Whether it is ours and the log bears it out."""
        return self.genuine and not self.against


def hold(manifest: bytes, signature: bytes) -> Held:
    """Check an export's manifest.json and manifest.sig against our key, and its log head against the log.

    Raises:
        NotReadableError: one of the two is not what it should be.
    """
    said = _manifest(manifest)
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotReadableError("signature", _NO_SIGNATURE) from error
    if len(raw) != 64:
        raise NotReadableError("signature", _NO_SIGNATURE)
    if not signing.good(PURPOSE, manifest, raw, signing.public_key()):
        return Held(False, None, "", [])
    head = _head(said)
    ledger.sequence()
    return Held(True, head, checkpoints.against(head), _facts(said))


_NO_SIGNATURE = "Choose the file manifest.sig of the same export: this one is not a signature"
_NO_MANIFEST = (
    "Choose the file manifest.json of an export: this one is not a manifest, or a part of it is missing"
)


def _manifest(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NotReadableError("manifest", _NO_MANIFEST) from error
    if not isinstance(said, dict) or not isinstance(said.get("log"), dict):
        raise NotReadableError("manifest", _NO_MANIFEST)
    return said


def _head(said: dict[str, Any]) -> note.Statement:
    try:
        head = note.Statement(
            str(said["log"]["origin"]), int(said["log"]["size"]), bytes.fromhex(str(said["log"]["root"]))
        )
        head.text()
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotReadableError("manifest", _NO_MANIFEST) from error
    return head


def _facts(said: dict[str, Any]) -> list[tuple[str, str]]:
    """What a genuine manifest says of its export, for whoever holds the files beside it."""
    purpose, files = said.get("purpose"), said.get("files")
    words = purpose.get("words", "") if isinstance(purpose, dict) else ""
    files = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    return [
        ("Made", str(said.get("made_at", ""))),
        ("Purpose", str(words)),
        ("Decisions", str(said.get("rows", ""))),
        ("Log at that time", f"{said['log']['size']} entries"),
        *((f"SHA-256 of {one.get('name', '')}", str(one.get("sha256", ""))) for one in files),
    ]
