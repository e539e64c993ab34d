"""Giving a case and taking it back, shutting somebody out, restricting a case, and looking at all that again.

Each is one durable transaction that ends in one entry of the case's chain. The actor is always `by`. A
`request_key` makes a repeated post one single effect (`audit.ledger.DuplicateRequest`).
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases import access, events, fields, notices, staff
from cases.acting import AlreadySoError, ChangedMeanwhileError, ready, settle, write
from cases.models import Case, CaseUserPermission, Exclusion, Notice, User
from cases.models.access import GRANT_DAYS

MOST_GRANT_DAYS = 365
NAME_ANOTHER_OWNER = "They own the case. Change the owner first, then keep them out"
KEPT_OUT = "This person is kept out of the case. Choose somebody else, or stop keeping them out first"
OWNER_CHANGED = "Somebody else changed the owner at the same time. Look who it is now, and choose again"
LAST_NAMED = (
    "This case is restricted, and no manager of the team would be named who can still open it. "
    "Give the case to a manager of the team first"
)


def _works_on_cases(user: User) -> None:
    if not access.works_on_cases(user):
        raise ValidationError("Choose an officer or a manager who is active")


def _not_kept_out(case: Case, user: User) -> None:
    if case.exclusions.filter(user=user, ended_at=None).exists():
        raise ValidationError(KEPT_OUT)


def _keep_a_manager(case: Case) -> None:
    """Under the lock, after the change: a restricted case that no manager can open helps nobody."""
    fresh = Case.objects.get(id=case.id)
    if fresh.restricted and not staff.named_managers(fresh).exists():
        raise ValidationError(LAST_NAMED)


def _permission() -> Permission:
    return Permission.objects.get(content_type__app_label="cases", codename=access.GRANT)


def last_day() -> date:
    """The last day of a grant for which nobody chose another."""
    return timezone.localdate() + timedelta(days=GRANT_DAYS)


def _end_of(until: date) -> datetime:
    """The moment at which a grant ends that holds until a day, that day included.

    Raises:
        django.core.exceptions.ValidationError: the day is past, or more than a year away.
    """
    today = timezone.localdate()
    if not today <= until <= today + timedelta(days=MOST_GRANT_DAYS):
        raise ValidationError("Enter a date from today to a year from today")
    return timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))


def _sealed(kind: str, content: dict[str, Any], *, by: User, case: Case, request_key: UUID | None) -> Any:
    return events.seal(kind, content, case=case, by=by, now=timezone.now(), request_key=request_key)


def _naming(user: User, **more: Any) -> dict[str, Any]:
    return {"user": str(user.id), "name": user.name} | more


# --- Grants ----------------------------------------------------------------------------------------------


def _give(case: Case, user: User, ends_at: datetime, by: User) -> None:
    """Save a grant. One whose end has come makes room: there is one row for each person and case."""
    rows = CaseUserPermission.objects.filter(user=user, permission=_permission(), content_object=case)
    for old in rows:
        ready(old, by)
        old.delete()
    row = CaseUserPermission(user=user, permission=_permission(), content_object=case, ends_at=ends_at)
    ready(row, by)
    row.save(force_insert=True)


def grant(
    *, by: User, case: Case, user: User, until: date | None = None, request_key: UUID | None = None
) -> None:
    """Give a named officer or manager the case. Nothing happens where they hold it already.

    Args:
        until: the last day on which they have it, at most a year from today; None: GRANT_DAYS from today.

    Raises:
        django.core.exceptions.ValidationError: the person works on no cases or is kept out of this one, or
            the day will not do.
    """
    _works_on_cases(user)
    until = until or last_day()
    ends_at = _end_of(until)
    content = _naming(user, until=until.isoformat())
    sealed = _sealed("access.granted", content, by=by, case=case, request_key=request_key)

    def save() -> None:
        _not_kept_out(case, user)
        if staff.grants(case).filter(user=user).exists():
            raise AlreadySoError
        _give(case, user, ends_at, by)

    with suppress(AlreadySoError):
        write(sealed, save, by=by, what="manage_access", case=case)


def extend_grant(*, by: User, case: Case, user: User, until: date, request_key: UUID | None = None) -> None:
    """Let a named person's grant end on another day: later or earlier. Nothing happens where it does so.

    Raises:
        django.core.exceptions.ValidationError: the day will not do, or they do not hold the case any more.
    """
    ends_at = _end_of(until)
    content = _naming(user, until=until.isoformat())
    sealed = _sealed("access.extended", content, by=by, case=case, request_key=request_key)

    def save() -> None:
        row = staff.grants(case).filter(user=user).first()
        if row is None:
            raise ValidationError(
                "Their access has ended meanwhile. Select their name and give the case to them again"
            )
        if row.ends_at == ends_at:
            raise AlreadySoError
        row.ends_at = ends_at
        ready(row, by)
        row.save(update_fields=["ends_at"])

    with suppress(AlreadySoError):
        write(sealed, save, by=by, what="manage_access", case=case)


def end_grant(*, by: User, case: Case, user: User, request_key: UUID | None = None) -> None:
    """Take the case from a named person. Nothing happens where they do not hold it.

    Raises:
        django.core.exceptions.ValidationError: they are the last named manager of a restricted case.
    """
    sealed = _sealed("access.ended", _naming(user), by=by, case=case, request_key=request_key)

    def save() -> None:
        rows = list(
            CaseUserPermission.objects.filter(user=user, content_object=case, permission=_permission())
        )
        if not rows:
            raise AlreadySoError
        for row in rows:
            ready(row, by)
            row.delete()
        _keep_a_manager(case)

    with suppress(AlreadySoError):
        write(sealed, save, by=by, what="manage_access", case=case)


def allocate(*, by: User, case: Case, owner: User, request_key: UUID | None = None) -> None:
    """Make another officer or manager the owner of the case, and tell them.

    Raises:
        django.core.exceptions.ValidationError: the person works on no cases or is kept out of this one, no
            named manager would remain who can open a restricted case, or somebody else changed the owner.
    """
    _works_on_cases(owner)
    before, content = case.owner_id, _naming(owner, was=case.owner.name)
    sealed = _sealed("case.allocated", content, by=by, case=case, request_key=request_key)
    ready(case, by)

    def save() -> None:
        _not_kept_out(case, owner)
        settle(case, {})
        if case.owner_id != before:
            raise ValidationError(OWNER_CHANGED)
        case.owner = owner
        case.save(update_fields=["owner"])
        _keep_a_manager(case)
        if before != owner.id and owner != by:
            notices.tell(Notice.Kind.HANDED_ON, [owner], now=timezone.now(), case=case, about=by)

    write(sealed, save, by=by, what="manage_access", case=case)


# --- Exclusions ------------------------------------------------------------------------------------------


def exclude(*, by: User, case: Case, user: User, reason: str, request_key: UUID | None = None) -> Exclusion:
    """Shut a named person out: from now on the case does not exist for them, whatever else they hold.

    Returns the exclusion that is there already, where there is one.

    Raises:
        django.core.exceptions.ValidationError: they own the case, or are the last named manager of a
            restricted one.
    """
    exclusion = Exclusion(case=case, user=user, reason=reason)
    content = _naming(user, reason=reason)
    sealed = _sealed("access.excluded", content, by=by, case=case, request_key=request_key)
    ready(exclusion, by)

    def save() -> None:
        if case.exclusions.filter(user=user, ended_at=None).exists():
            raise AlreadySoError
        if Case.objects.filter(id=case.id, owner=user).exists():
            raise ValidationError(NAME_ANOTHER_OWNER)
        exclusion.save(force_insert=True)
        _keep_a_manager(case)

    try:
        write(sealed, save, by=by, what="manage_access", case=case)
    except AlreadySoError:
        return case.exclusions.get(user=user, ended_at=None)
    return exclusion


def end_exclusion(*, by: User, exclusion: Exclusion, request_key: UUID | None = None) -> None:
    """End an exclusion; that it was there stays in history and ledger. Ending it twice changes nothing."""
    case, now = exclusion.case, timezone.now()
    sealed = _sealed(
        "access.exclusion_ended", _naming(exclusion.user), by=by, case=case, request_key=request_key
    )
    ready(exclusion, by)

    def save() -> None:
        settle(exclusion, {})
        if exclusion.ended_at:
            raise AlreadySoError
        exclusion.ended_at = now
        exclusion.save(update_fields=["ended_at"])

    with suppress(AlreadySoError):
        write(sealed, save, by=by, what="manage_access", case=case)


# --- Restricted cases ------------------------------------------------------------------------------------


def restrict(*, by: User, case: Case, reason: str, request_key: UUID | None = None) -> None:
    """Open the case to its owner and to those who are named, alone. Nothing happens where that is so.

    A manager who restricts a case is named with it for as long as a grant may last.

    Raises:
        django.core.exceptions.ValidationError: no manager of the team would be named who can open it.
    """
    today = timezone.localdate()
    values = {"restricted": True, "restriction_reason": reason, "restriction_reviewed_on": today}

    def also() -> None:
        if by.role == User.Role.MANAGER and case.owner_id != by.id:
            _give(case, by, _end_of(today + timedelta(days=MOST_GRANT_DAYS)), by)
        _keep_a_manager(case)

    _restriction(
        "access.restricted", {"reason": reason}, values, also, by=by, case=case, request_key=request_key
    )


def lift_restriction(*, by: User, case: Case, request_key: UUID | None = None) -> None:
    """Open a restricted case to the managers of its team again. Why it was restricted stays in history."""
    values = {"restricted": False, "restriction_reason": "", "restriction_reviewed_on": None}
    _restriction(
        "access.restriction_lifted", {}, values, lambda: None, by=by, case=case, request_key=request_key
    )


def _restriction(
    kind: str,
    content: dict[str, Any],
    values: dict[str, Any],
    also: Callable[[], None],
    *,
    by: User,
    case: Case,
    request_key: UUID | None,
) -> None:
    before = {name: fields.stored_value(case, name) for name in values}
    sealed = _sealed(kind, content, by=by, case=case, request_key=request_key)
    for name, value in values.items():
        setattr(case, name, value)
    ready(case, by)

    def save() -> None:
        if before["restricted"] == values["restricted"]:
            raise AlreadySoError
        settle(case, before)
        case.save(update_fields=list(values))
        also()

    with suppress(AlreadySoError, ChangedMeanwhileError):
        write(sealed, save, by=by, what="manage_access", case=case)
        return
    settle(case, {})  # what stands there is somebody else's, and it is what was asked for


# --- Looking again ---------------------------------------------------------------------------------------


def review_access(*, by: User, case: Case, request_key: UUID | None = None) -> None:
    """Note that the restriction, the exclusions and the grants of the case were looked at and are right."""
    today = timezone.localdate()
    live: list[Any] = [*staff.grants(case), *case.exclusions.filter(ended_at=None)]
    grants = sum(isinstance(row, CaseUserPermission) for row in live)
    content = {"grants": grants, "exclusions": len(live) - grants, "restricted": case.restricted}
    sealed = _sealed("access.reviewed", content, by=by, case=case, request_key=request_key)
    for row in (case, *live):
        ready(row, by)

    def save() -> None:
        settle(case, {})
        if case.restricted:
            case.restriction_reviewed_on = today
            case.save(update_fields=["restriction_reviewed_on"])
        for row in live:
            if type(row)._base_manager.filter(pk=row.pk).exists():
                settle(row, {})
                row.reviewed_on = today
                row.save(update_fields=["reviewed_on"])

    write(sealed, save, by=by, what="manage_access", case=case)
