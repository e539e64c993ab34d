"""A case that is open to somebody for a time because they said why: in an emergency, or for a purpose.

Whoever is kept out of the case and whoever enters a reference that no case has get the same answer, which
takes as long; the managers are told of the first. Each action is one durable transaction that ends in the
ledger, and the people who must be told are told in it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit import chain, ledger
from cases import access, events, notices, staff, vault
from cases.acting import AlreadySoError, ready, settle
from cases.models import Case, Notice, TimedAccess, User

EMERGENCY_FOR, PURPOSE_FOR = timedelta(minutes=60), timedelta(hours=8)
TRIES, TRIES_WITHIN = 5, timedelta(hours=1)
"""So many references that lead nowhere within that time, and nothing is opened for the rest of it."""
PURPOSES: Mapping[str, str] = {
    "audit": "An audit",
    "review": "A statutory review, or a domestic homicide review",
    "regulator": "A request of the regulator",
    "rights_request": "A person has asked for their information",
    "complaint": "A complaint",
    "other": "Something else",
}
RIGHT, NOT_RIGHT = "right", "not_right"
STILL_OPEN = "They still have emergency access. Wait until it is over, or end it now"
REVIEWED_ALREADY = "Somebody has looked at this already"


class CannotOpenError(Exception):
    """No such case, or not for this person: nobody is told which."""


class OpenAlreadyError(Exception):
    """The person can see the case as it is."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


# --- Which case ------------------------------------------------------------------------------------------

_resolvers: list[Callable[[str], UUID | None]] = []


def register(resolver: Callable[[str], UUID | None]) -> None:
    """Add a way from a reference of another kind to the id of its case; a second time changes nothing."""
    if resolver not in _resolvers:
        _resolvers.append(resolver)


def _looked_up(reference: str) -> tuple[Case, bool]:
    """What the policy must know of the case, or of what stands for it where there is none; and whether it is.

    As many questions are asked of a reference that leads nowhere, and their answer must take as long.
    """
    rows = Case.objects.values_list("id", "team_id", "owner_id", "restricted")
    if reference.startswith("C-"):
        row = rows.filter(reference=reference).first()
    else:
        found = [resolve(reference) for resolve in _resolvers]
        row = rows.filter(id=next((one for one in found if one), uuid4())).first()
    case_id, team_id, owner_id, restricted = row or (uuid4(), uuid4(), uuid4(), False)
    case = Case(id=case_id, team_id=team_id, owner_id=owner_id, restricted=restricted, reference=reference)
    return case, row is not None


def _found(by: User, reference: str, kind: str) -> Case:
    """The case, where it may be opened for the person.

    Raises:
        OpenAlreadyError: they see it as it is.
        CannotOpenError: there is none, they are kept out, or they have tried too often.
    """
    case, there = _looked_up(reference)
    if access.can(by, "view", case):
        raise OpenAlreadyError(case)
    out = case.exclusions.filter(user=by, ended_at=None).exists()
    too_often = _tried_too_often(by)
    if not there or out or too_often:
        _refuse(by, case, kind, tell=out and not too_often)
        raise CannotOpenError
    return Case.objects.select_related("team", "owner").get(id=case.id)


def _tries(by: User) -> str:
    return f"timed-access-tries-{by.id}"


def _tried_too_often(by: User) -> bool:
    return bool(cache.get(_tries(by), 0) >= TRIES)


def _count(by: User) -> None:
    seconds = TRIES_WITHIN.total_seconds()
    if not cache.add(_tries(by), 1, seconds):
        with suppress(ValueError):  # it ran out between the two
            cache.incr(_tries(by))


_REFUSED: dict[str, str] = {
    access.EMERGENCY: "access.emergency_refused",
    access.PURPOSE: "access.purpose_refused",
}


def _refuse(by: User, case: Case, kind: str, *, tell: bool) -> None:
    """Enter the refusal: in the chain of the case that was tried, or in the person's own where there is none.

    Args:
        case: the case, or what stands for the one that is not there.
        tell: whether the managers are told, because the person is kept out.
    """
    now = timezone.now()
    people = staff.to_warn(case)
    # Nor does it tell anything where the key of the case was destroyed.
    opens = vault.open_either(case.id)
    sealed = events.seal(_REFUSED[kind], {}, case=case if opens else None, by=by, now=now)
    _count(by)
    about: dict[str, Any] = {"case": case, "about": by} if tell else {}
    with transaction.atomic(durable=True):
        # Where nobody is told, a notice is written all the same and taken back: that too must take as long.
        point = transaction.savepoint()
        notices.tell(Notice.Kind.EMERGENCY_REFUSED, people if tell else [by], now=now, **about)
        (transaction.savepoint_commit if tell else transaction.savepoint_rollback)(point)
        ledger.append(sealed)


# --- Opening a case for a time ---------------------------------------------------------------------------


def begin_emergency(*, by: User, reference: str, reason: str, request_key: UUID | None = None) -> TimedAccess:
    """Open a case to an officer or a manager for an hour, and tell its owner and its managers at once.

    Args:
        reference: the case's, exactly.

    Raises:
        OpenAlreadyError: they see the case as it is.
        CannotOpenError: no such case, or not for this person.
        audit.ledger.DuplicateRequest: this request has opened it already.
        django.http.Http404: `by` is neither officer nor manager.
    """
    access.require_role(by, User.Role.OFFICER, User.Role.MANAGER)
    case = _found(by, reference, access.EMERGENCY)
    return _begin(access.EMERGENCY, by, case, EMERGENCY_FOR, reason=reason, request_key=request_key)


def state_purpose(
    *, by: User, reference: str, purpose: str, reason: str, request_key: UUID | None = None
) -> TimedAccess:
    """Open a case to a governance lead for 8 hours, to be read, and tell its owner and its managers.

    Args:
        reference: of a case, or of a decision in one, exactly.
        purpose: a code of PURPOSES.

    Raises:
        OpenAlreadyError, CannotOpenError, audit.ledger.DuplicateRequest: as `begin_emergency`.
        django.http.Http404: `by` is no governance lead.
    """
    access.require_role(by, User.Role.GOVERNANCE)
    case = _found(by, reference, access.PURPOSE)
    given = {"purpose": purpose, "reason": reason}
    return _begin(access.PURPOSE, by, case, PURPOSE_FOR, request_key=request_key, **given)


_BEGUN: dict[str, tuple[str, str]] = {
    access.EMERGENCY: ("access.emergency_begun", Notice.Kind.EMERGENCY_ACCESS),
    access.PURPOSE: ("access.purpose_stated", Notice.Kind.PURPOSE_ACCESS),
}
_ROLES: dict[str, tuple[str, ...]] = {
    access.EMERGENCY: (User.Role.OFFICER, User.Role.MANAGER),
    access.PURPOSE: (User.Role.GOVERNANCE,),
}


def _begin(
    kind: str, by: User, case: Case, length: timedelta, *, request_key: UUID | None, **given: str
) -> TimedAccess:
    now = timezone.now()
    row = TimedAccess(kind=kind, case=case, user=by, begun_at=now, ends_at=now + length, **given)
    content = {"user": str(by.id), "name": by.name, "until": row.ends_at.isoformat()} | given
    entry, notice = _BEGUN[kind]
    sealed = events.seal(entry, content, case=case, by=by, now=now, request_key=request_key)
    ready(row, by)
    try:
        with transaction.atomic(durable=True):
            _still_may(by, case, kind)
            if ledger.entry(sealed.request_key):
                raise ledger.DuplicateRequest("this request is recorded already")
            row.save(force_insert=True)
            people = staff.to_tell(case, but=by)
            notices.tell(notice, people, now=now, case=case, about=by, access=row)
            ledger.append(sealed)
    except access.Hidden:
        _refuse(by, case, kind, tell=True)
        raise CannotOpenError from None
    return row


def _still_may(by: User, case: Case, kind: str) -> None:
    """Ask again under the lock: an exclusion or a change of role may have come between."""
    Case.objects.select_for_update().get(id=case.id)
    access.require_role(by, *_ROLES[kind])
    if case.exclusions.filter(user=by, ended_at=None).exists():
        raise access.Hidden(case.id)


# --- While it lasts, and afterwards ----------------------------------------------------------------------


def running(user: User, reference: str) -> TimedAccess | None:
    """What opens the case with this reference to the user for a time now, the last to end; or None."""
    found = TimedAccess.objects.filter(user=user, case__reference=reference, ended_at=None)
    return found.filter(ends_at__gt=Now()).order_by("-ends_at").first()


def fetch(user: User, access_id: UUID) -> TimedAccess:
    """Somebody's access, for that person while it lasts and for whoever manages who may see the case.

    Raises:
        cases.access.Hidden: no such access, or not for this user: the same answer for both.
    """
    row = TimedAccess.objects.select_related("case__team", "case__owner", "user").filter(id=access_id).first()
    if row is None:
        raise access.Hidden(None)
    held = access.rights(user, row.case)
    if not ("manage_access" in held or ("view" in held and row.user_id == user.id)):
        raise access.Hidden(row.case_id)
    return row


def may_review(user: User, row: TimedAccess) -> bool:
    """Whether the user is one who looks at this emergency access: a manager of the case, never the person."""
    others = row.kind == access.EMERGENCY and row.user_id != user.id
    return others and access.can(user, "manage_access", row.case)


def over_at(row: TimedAccess) -> datetime:
    """When it ended or will end."""
    return min(row.ended_at or row.ends_at, row.ends_at)


def end_early(*, by: User, row: TimedAccess, request_key: UUID | None = None) -> None:
    """End it now: the person themselves, or whoever manages who may see the case. Twice is once.

    Raises:
        cases.access.Hidden, cases.access.Refused: anybody else.
    """
    case, now = row.case, timezone.now()
    what: access.What = "view" if by.id == row.user_id else "manage_access"
    content = {"user": str(row.user_id), "name": row.user.name}
    sealed = events.seal("access.timed_ended", content, case=case, by=by, now=now, request_key=request_key)

    def save() -> None:
        if row.ended_at or row.ends_at <= now:
            raise AlreadySoError
        row.ended_at = now
        row.save(update_fields=["ended_at"])

    _write(sealed, row, save, by=by, what=what)


def review_emergency(
    *, by: User, row: TimedAccess, outcome: str, note: str, request_key: UUID | None = None
) -> None:
    """Say whether emergency access was right, once it is over.

    Args:
        outcome: RIGHT or NOT_RIGHT.

    Raises:
        django.core.exceptions.ValidationError: it is not over, or somebody looked at it already.
        cases.access.Hidden, cases.access.Refused: `by` does not manage the case, or it was their own.
    """
    if not may_review(by, row):
        raise access.Refused(row.case_id) if access.can(by, "view", row.case) else access.Hidden(row.case_id)
    now = timezone.now()
    content = {"user": str(row.user_id), "name": row.user.name, "outcome": outcome, "note": note}
    sealed = events.seal(
        "access.emergency_reviewed", content, case=row.case, by=by, now=now, request_key=request_key
    )
    written = TimedAccess(id=row.id, case=row.case, review_note=note)
    ready(written, by)

    def save() -> None:
        if row.reviewed_at:
            raise ValidationError(REVIEWED_ALREADY)
        if over_at(row) > now:
            raise ValidationError(STILL_OPEN)
        row.reviewed_by, row.reviewed_at, row.review = by, now, outcome
        row.__dict__["review_note"] = written.__dict__["review_note"]
        row.save(update_fields=["reviewed_by", "reviewed_at", "review", "review_note"])

    _write(sealed, row, save, by=by, what="manage_access")


def _write(
    sealed: chain.Sealed, row: TimedAccess, save: Callable[[], Any], *, by: User, what: access.What
) -> None:
    """Lock the case, ask the policy, look at the row as it is now, save, append."""
    ready(row, by)
    with suppress(AlreadySoError), transaction.atomic(durable=True):
        Case.objects.select_for_update().get(id=row.case_id)
        access.require(by, what, row.case)
        if ledger.entry(sealed.request_key):
            raise ledger.DuplicateRequest("this request is recorded already")
        settle(row, {})
        save()
        ledger.append(sealed)
