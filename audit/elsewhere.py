"""Checkpoints in the locked store: what it lacks is put there, what it says is heard, what is wrong is told.

The rows are the truth of what has to be there. What a store lacks is put there later; what it holds and no
row says becomes a file beside the others, where starts and checks find it without asking the network. The
store is asked outside any transaction; one that is away or refuses stops nothing, and is told of.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import md5
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Max

from audit import beside, checkpoints, signing
from audit.locked_store import Store, StoreError, ThereAlreadyError, Version, configured, retention
from audit.models import Checkpoint

LATE = timedelta(hours=1)
"""A checkpoint that the store does not hold after so long is an alert: before, it is a store's bad moment."""
SILENT = timedelta(hours=2)
NEWEST = 500
"""So many rows are held against the store each time; all at night, and where it lacks the oldest of these."""
MOST_READ = 200
MOST_PAGES = 1_000
MOST_ORIGINS = 100
REMEMBERED = 2_000
_NAME = re.compile(r"([0-9a-f]{16}-)([0-9]{12})\.txt")
_LAST = "~"  # sorts after every digit and letter
_FILE = ".locked-store.json"
log = logging.getLogger(__name__)


# --- What was found when it was last looked ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """What the store held when it was last asked, or why it did not tell.

    `newest` and `size`: the newest checkpoint that it held. `waiting`: how many it lacked, `since` the oldest
    of them. `foreign`: objects under a checkpoint's name that are not this log's. `until`: how long
    the newest is locked. `read`: versions that need not be read again, and what they were.
    """

    at: datetime
    words: str = ""
    lasting: bool = False
    newest: datetime | None = None
    size: int = 0
    waiting: int = 0
    since: datetime | None = None
    foreign: int = 0
    until: datetime | None = None
    read: dict[str, str] = field(default_factory=dict, repr=False)


def last_look() -> Look | None:
    """What was found last; None where nobody has looked yet. No network."""
    try:
        said = dict(json.loads((checkpoints.folder() / _FILE).read_text("utf-8")))
        said["at"] = datetime.fromisoformat(said["at"])
        for name in ("newest", "since", "until"):
            said[name] = datetime.fromisoformat(said[name]) if said[name] else None
        look = Look(**said)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return look if _is_whole(look) else None


def _is_whole(look: Look) -> bool:
    """Whether a note has values that can be worked with: whoever reaches the folder can write another."""
    kinds = {"words": str, "lasting": bool, "size": int, "waiting": int, "foreign": int, "read": dict}
    times = (at for at in (look.at, look.newest, look.since) if at)
    fits = all(isinstance(getattr(look, name), kind) for name, kind in kinds.items())
    return fits and all(at.tzinfo for at in times)


def _remember(look: Look) -> None:
    said = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in asdict(look).items()}
    path = checkpoints.folder() / _FILE
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(json.dumps(said), "utf-8")
        draft.replace(path)
    except OSError:
        log.exception("What the locked store holds could not be noted beside the checkpoints")
        with suppress(OSError):
            draft.unlink(missing_ok=True)


# --- Looking, fetching, putting ----------------------------------------------------------------------------


def catch_up(now: datetime, *, whole: bool = False, seconds: float = 60) -> Look | None:
    """Fetch what the store says and no row does, put there what it lacks; None where there is no store.

    Twice, or at once, is once. Never inside a transaction, and it raises nothing.

    Args:
        whole: hold every checkpoint against it, not the newest alone.
        seconds: no new call is begun after so long; one that gets no answer takes some 15.
    """
    if not configured():
        return None
    before = last_look() or Look(now)
    try:
        with closing(Store()) as store:
            look = _Looking(store, now, before, time.monotonic() + seconds).done(whole=whole)
    except StoreError as error:
        look = replace(before, at=now, words=error.words, lasting=error.lasting)
    except Exception:
        log.exception("The locked store could not be asked")
        look = replace(before, at=now, words="could not be asked: the worker's log says why", lasting=False)
    if look.words:
        log.warning("The locked store %s", look.words)
    _remember(look)
    return look


class _Row(NamedTuple):
    """A checkpoint as the database has it; `etag` is the MD5 of its note."""

    name: str
    etag: str
    size: int
    made_at: datetime
    id: Any


class _Looking:
    """One look at the store: what it holds by name, what has to be read, what is missing."""

    def __init__(self, store: Store, now: datetime, before: Look, end: float) -> None:
        self.store, self.now, self.before, self.end = store, now, before, end
        self.rows: dict[str, _Row] = {}
        self.held: set[str] = set()
        self.ids: dict[str, str] = {}
        """The version of each row that was seen, the oldest."""
        self.taken: set[str] = set()
        """Names under which something stands, whatever it is."""
        self.others: list[Version] = []
        self.read: dict[str, str] = {}
        self.words, self.lasting = "", False
        self.until: datetime | None = None

    def done(self, *, whole: bool) -> Look:
        """Everything, in its order: a store that could not lock is given nothing."""
        self.store.require_lock()
        oldest = self._compare(whole=whole)
        if oldest and not whole and oldest not in self.held | self.taken:
            self._compare(whole=True)  # it was away for long, or is new: what is older is missing, too
        try:
            self._put()
            self._read_others()
            self._put()
            self._see_lock()
        except StoreError as error:
            self.words, self.lasting = error.words, error.lasting
        return self._found(self._missing())

    def _in_time(self) -> None:
        if time.monotonic() > self.end:
            raise StoreError("is slow: the rest is left for the next time", lasting=False)

    # What it holds

    def _compare(self, *, whole: bool) -> str:
        """Hold rows against names; gives the name of the oldest row that was looked for."""
        self.rows, self.others = {}, []
        rows = Checkpoint.objects.order_by("-made_at", "-size")
        for row in map(_row, (rows if whole else rows[:NEWEST]).iterator()):
            if row:
                self.rows[row.name] = row
        floors = self._floors()
        for origin in sorted({*floors, *self._origins()}):
            after = "" if whole else floors.get(origin, "")
            found = self.store.versions(origin, after, pages=MOST_PAGES)
            for name, versions in groupby(self._timed(found), key=attrgetter("name")):
                if _NAME.fullmatch(name):
                    self._note(name, sorted(versions, key=attrgetter("made_at")))
        return min(self.rows.values(), key=attrgetter("made_at", "size")).name if self.rows else ""

    def _timed(self, found: Iterable[Version]) -> Iterator[Version]:
        for one in found:
            self._in_time()
            yield one

    def _floors(self) -> dict[str, str]:
        """By origin, the newest row that is not among those looked for: older names wait for the night."""
        last: dict[str, int] = {}
        for row in self.rows.values():
            origin = row.name.rpartition("-")[0] + "-"
            last[origin] = min(row.size, last.get(origin, row.size))
        floors: dict[str, str] = {}
        for full in Checkpoint.objects.values_list("origin", flat=True).distinct().order_by():
            older = Checkpoint.objects.filter(origin=full)
            origin = full.removeprefix(signing.ORIGIN) + "-"
            if origin in last:
                older = older.filter(size__lt=last[origin])
            size = older.aggregate(Max("size"))["size__max"]
            floors[origin] = "" if size is None else checkpoints.file_name(full, size)
        return floors

    def _origins(self) -> Iterator[str]:
        """The origins that the store has names of, by skipping from the one to the next."""
        name = ""
        for _ in range(MOST_ORIGINS):
            self._in_time()
            name = self.store.name_after(name)
            if not name:
                return
            parts = _NAME.fullmatch(name)
            if parts:
                yield parts[1]
                name = parts[1] + _LAST
        # What a row names is looked for all the same, and put.
        self.words, self.lasting = "holds names of too many other things: give it a bucket of its own", True

    def _note(self, name: str, versions: list[Version]) -> None:
        self.taken.add(name)
        row = self.rows.get(name)
        for one in versions:
            if row and one.etag == row.etag:
                self.held.add(name)
                self.ids.setdefault(name, one.id)
        self.others += [one for one in versions if not row or one.etag != row.etag]

    # What it says otherwise

    def _read_others(self) -> None:
        """Read what differs from the rows by its fingerprint and is new to us, the largest first."""
        unread = 0
        for one in sorted(self.others, key=lambda one: one.name.rpartition("-")[2], reverse=True):
            what = self.before.read.get(_key(one), "")
            if not what and not checkpoints.is_fetched(one.name):
                unread += 1
                if unread > MOST_READ:
                    continue
                self._in_time()
                what = self._what(one)
            if what:
                self.read[_key(one)] = what
            if what == "same":
                self.held.add(one.name)
                self.ids.setdefault(one.name, one.id)

    def _what(self, one: Version) -> str:
        """What a version is: the row's note after all (some stores have no MD5), another of ours, or not."""
        text = self.store.read(one)
        row = self.rows.get(one.name)
        if row and Checkpoint.objects.filter(id=row.id, note=text).exists():
            return "same"
        return "" if checkpoints.fetched(one.name, text) else "foreign"

    # What it lacks

    def _missing(self) -> list[_Row]:
        """The rows that it lacks: the newest first, which vouches for all before it, then the oldest."""
        known = {one.name for one in self.others if self.read.get(_key(one)) == "foreign"}
        unsure = self.taken - self.held - known  # not read yet: something is there
        found = [row for name, row in self.rows.items() if name not in self.held and name not in unsure]
        found.sort(key=attrgetter("made_at", "size"))
        return [*found[-1:], *found[:-1]]

    def _put(self) -> None:
        until = self.now + retention()
        for row in self._missing():
            self._in_time()
            note = Checkpoint.objects.values_list("note", flat=True).get(id=row.id)
            try:
                given = self.store.put(row.name, note, until, beside_others=row.name in self.taken)
            except ThereAlreadyError:  # another process was first: what it put is seen the next time
                self.taken.add(row.name)
                continue
            self.ids[row.name] = given
            self.held.add(row.name)

    def _see_lock(self) -> None:
        """That a store takes a lock does not say that it keeps it: it is asked of the newest."""
        newest = self._newest()
        if newest and newest.name in self.ids:
            self.until = self.store.locked_until(newest.name, self.ids[newest.name])
            if self.until is None or self.until <= self.now:
                raise StoreError("does not say that the newest checkpoint is locked there", lasting=True)

    def _newest(self) -> _Row | None:
        held = [row for name, row in self.rows.items() if name in self.held]
        return max(held, key=attrgetter("made_at", "size"), default=None)

    def _found(self, missing: list[_Row]) -> Look:
        newest = self._newest()
        return Look(
            at=self.now,
            words=self.words,
            lasting=self.lasting,
            newest=newest.made_at if newest else self.before.newest,
            size=newest.size if newest else self.before.size,
            waiting=len(missing),
            since=min((row.made_at for row in missing), default=None),
            until=self.until,
            foreign=sum(what == "foreign" for what in self.read.values()),
            read=dict(list(self.read.items())[:REMEMBERED]),
        )


def _key(one: Version) -> str:
    """The id alone is not enough: what was there before versions were kept is called "null", all of it."""
    return f"{one.name} {one.id}"


def _row(row: Checkpoint) -> _Row | None:
    """What of a row is held against the store; None of one that its note does not bear out.

    What stands there stays for ten years: nothing is put that is no checkpoint. Verification names such rows.
    """
    name = checkpoints.file_name(row.origin, row.size)
    if not _NAME.fullmatch(name) or not checkpoints.is_borne_out(row):
        return None
    etag = md5(row.note.encode(), usedforsecurity=False).hexdigest()
    return _Row(name, etag, row.size, row.made_at, row.id)


# --- In plain words ----------------------------------------------------------------------------------------


def alerts(now: datetime, *, newest: int | None = None) -> list[str]:
    """What somebody has to look after, a sentence or two each. Files, rows and notes only: no network.

    Args:
        newest: look at the files of so many checkpoints alone.
    """
    missing = beside.without_file(newest=newest)
    said = [beside.words(missing)] if missing else []
    return [*said, *(_store_words(now) if configured() else ())]


def _store_words(now: datetime) -> Iterable[str]:
    look = last_look()
    newer = Checkpoint.objects.order_by("made_at")
    if look and look.newest:
        newer = newer.filter(made_at__gt=look.newest)
    first = newer.values_list("made_at", flat=True).first()
    oldest = min(filter(None, (first, look.since if look else None)), default=None)
    late = oldest is not None and now - oldest > LATE
    if late and oldest:
        waiting = max(newer.count(), look.waiting if look else 0)
        since = beside.moment(oldest)
        yield f"{_newest_words(look)} Still to be put there: {waiting:,}, the oldest from {since}."
    if look and look.words and (late or look.lasting):
        yield f"The locked store {look.words}."
    if late and look and now - look.at > SILENT:
        yield f"Nobody asked the locked store since {beside.moment(look.at)}: see whether the worker runs."
    if look and look.foreign:
        yield (
            f"The locked store has {look.foreign:,} under names of checkpoints that this log did not sign. "
            "Find out who can write there."
        )


def holds(look: Look | None) -> str:
    """Which checkpoint the store holds, and for how long, in a sentence or two."""
    locked = f" It says that this is locked until {beside.moment(look.until)}." if look and look.until else ""
    return _newest_words(look) + locked


def _newest_words(look: Look | None) -> str:
    if look is None or look.newest is None:
        return "The locked store holds no checkpoint yet."
    return f"The newest checkpoint that the locked store holds is from {beside.moment(look.newest)}."
