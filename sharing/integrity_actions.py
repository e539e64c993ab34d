"""Checking the log, signing it, taking a checkpoint away: what was found and who asked is kept."""

import logging
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import chain, checkpoints, checks, elsewhere, leaves, ledger, merkle, note
from audit.models import Check, Checkpoint, Entry, Leaf
from cases import events, vault
from cases.models import User
from sharing import integrity

NOBODY = User(id=vault.ORGANISATION)
"""Who acts where no person does: the worker, and a start."""
UNLOGGED = {"compare", "sign", "keep"}
"""What the machine does by the clock, or at a start: rows and files, or another action's entry."""
log = logging.getLogger(__name__)


def check_log(
    *, now: datetime, by: User | None = None, whole: bool = True, request_key: UUID | None = None
) -> Check:
    """Recompute the ledger and its log, and keep what was found.

    A worker's check never ends a red alert: somebody has to look, and ask for a check.

    Args:
        by: who asks; None for the worker, whose checks are kept as rows alone.
        whole: everything; else what is new since the last good check of everything, where there is one.

    Raises:
        django.http.Http404: `by` may not.
        ledger.DuplicateRequest: this request has had its check.
    """
    if by:
        integrity.require_keeper(by)
    # Somebody who waits is not kept waiting by a store; the night has the time for all of it.
    elsewhere.catch_up(now, whole=whole, seconds=10 if by else 600)
    since = None if whole else integrity.last_good()
    report = ledger.verify(since)
    problem = _told(report.problem)
    newest = integrity.newest_check()
    if by is None and not problem and newest and newest.problem:
        problem = newest.problem
    row = _row(now, by, report.edge, problem, whole=since is None)
    row.subjects = report.subjects
    for alert in elsewhere.alerts(now):
        log.error("Checkpoints: %s", alert)
    said = {"check": str(row.id), "entries": row.entries, "found": problem.get("why", "")}
    with transaction.atomic(durable=True):
        row.save(force_insert=True)
        if by:
            integrity.require_keeper(by)
            ledger.append(events.seal("integrity.checked", said, by=by, now=now, request_key=request_key))
    return row


def _told(problem: chain.Problem | None) -> dict[str, Any]:
    """A problem as a check keeps it: with the entry's number in the log, where it has one."""
    if problem is None:
        return {}
    number = int(problem.seq) if problem.seq.isdecimal() and not problem.hash else None
    if problem.hash:
        leaf = Leaf._default_manager.filter(hash=bytes.fromhex(problem.hash)).first()
        number = leaf.index + 1 if leaf else None
    return asdict(problem) | {"number": number}


def _row(
    now: datetime, by: User | None, edge: merkle.Frontier, problem: dict[str, Any], *, whole: bool
) -> Check:
    newest = ledger.newest_checkpoint()
    row = Check(
        at=now,
        by=by.id if by else None,
        whole=whole,
        entries=edge.size,
        subjects=0,
        origin=newest.origin if newest else "",
        size=edge.size,
        root=edge.root(),
        frontier=bytes(edge),
        problem=problem,
    )
    checks.sign(row)
    return row


# --- Signing ----------------------------------------------------------------------------------------------


def sign(now: datetime) -> Checkpoint | None:
    """Make a checkpoint where the log has grown; where it was set back, go on under a new name."""
    try:
        return ledger.checkpoint(now)
    except ledger.LogSetBackError as error:
        reopen_log(notes=error.notes, now=now)
        return ledger.checkpoint(now, at_once=True)


def keep(now: datetime) -> Checkpoint | None:
    """Make a checkpoint where one is due, and put what the locked store lacks there.

    The store is asked first: what it holds may say that the database was set back. It is asked outside any
    transaction, and nothing waits for it but this.
    """
    elsewhere.catch_up(now)
    made = sign(now)
    if made:
        elsewhere.catch_up(now)
    return made


def compare(now: datetime) -> None:
    """At start: hold the checkpoints beside the database against it. Whatever comes of it, we serve."""
    try:
        notes = checkpoints.set_back()
        if notes and not checkpoints.is_cited(notes):
            reopen_log(notes=notes, now=now)
            ledger.checkpoint(now, at_once=True)
    except Exception:
        log.exception("The checkpoints beside the database could not be compared with it")


def reopen_log(*, notes: tuple[str, ...], now: datetime) -> None:
    """Enter that the log does not hold what these checkpoints say, and raise the red alert. Twice is once."""
    size = ledger.sequence()
    said = [note.read(text).statement for text in notes]
    content = {
        "held": size,
        "origins": [one.origin for one in said],
        "sizes": [one.size for one in said],
        "roots": [one.root.hex() for one in said],
    }
    key = checkpoints.cited(notes)
    sealed = events.seal(checkpoints.REOPENED, content, by=NOBODY, now=now, request_key=key)
    why = "a checkpoint kept beside the database says more than the log holds, or something else"
    problem = {"code": integrity.SET_BACK, "hash": "", "subject": "", "seq": "", "number": None, "why": why}
    row = _row(now, None, leaves.edge(size), problem, whole=False)
    try:
        with transaction.atomic(durable=True):
            ledger.append(sealed)
            row.save(force_insert=True)
    except ledger.DuplicateRequest:
        if checkpoints.is_cited(notes):
            return
        row.save(force_insert=True)  # an entry of another kind took the key: that ends no alarm
    log.error("The log was set back: it goes on under a new name. Look at /integrity/")


# --- Taking away ------------------------------------------------------------------------------------------


def download_checkpoint(*, by: User, checkpoint: Checkpoint, now: datetime) -> Entry:
    """Enter that somebody takes a checkpoint away, to keep it elsewhere.

    Raises:
        django.http.Http404: `by` may not.
    """
    said = {"origin": checkpoint.origin, "size": checkpoint.size}
    sealed = events.seal("checkpoint.downloaded", said, by=by, now=now)
    with transaction.atomic(durable=True):
        integrity.require_keeper(by)
        return ledger.append(sealed)
