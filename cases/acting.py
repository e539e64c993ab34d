"""What every action is made of: one durable transaction, the policy asked under the lock, the entry last."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from audit import chain, ledger
from audit.models import Entry
from cases import access, events, fields
from cases.models import Case, User

Row = TypeVar("Row", bound=models.Model)


class ChangedMeanwhileError(Exception):
    """Somebody else saved the same field between our reading and our lock."""


class AlreadySoError(Exception):
    """What was asked for is so already: nothing is to be written."""


def write(sealed: chain.Sealed, *saves: Callable[[], Any], by: User, what: access.What, case: Case) -> Entry:
    """Lock the case, ask the policy again under the lock, save, append: all of it or nothing."""
    with transaction.atomic(durable=True):
        Case.objects.select_for_update().get(id=case.id)
        access.require(by, what, case)
        if ledger.entry(sealed.request_key):
            raise ledger.DuplicateRequest("this request is recorded already")
        for save in saves:
            save()
        return ledger.append(sealed)


def ready(row: models.Model, by: User) -> models.Model:
    """Seal the row's text before the transaction, and name the actor for its history."""
    fields.seal_fields(row)
    row._history_user = by  # type: ignore[attr-defined]
    return row


def save_new(rows: Sequence[models.Model]) -> None:
    """Save new rows of one model, each `ready`, with their history: two statements for however many.

    As simple-history does it row by row; the history has the stored bytes, like `fields.keep_stored_bytes`.
    """
    if not rows:
        return
    model: Any = type(rows[0])
    model._base_manager.bulk_create(rows)
    kept, now = model.history.model, timezone.now()
    names = [field.attname for field in kept.tracked_fields]
    kept._base_manager.bulk_create(
        kept(
            history_date=now,
            history_type="+",
            history_user=row._history_user,  # type: ignore[attr-defined]
            **{name: row.__dict__[name] for name in names},
        )
        for row in rows
    )


def settle(row: models.Model, before: Mapping[str, Any]) -> None:
    """Under the lock, take over what others saved in the fields that we leave alone, so that history is true.

    Args:
        before: the fields that we change, with the stored value that the change starts from.
    """
    fresh = type(row)._base_manager.get(pk=row.pk)
    if any(fields.stored_value(fresh, name) != value for name, value in before.items()):
        raise ChangedMeanwhileError
    for field in row._meta.concrete_fields:
        if field.name not in before:
            setattr(row, field.attname, fresh.__dict__[field.attname])


def plain(value: Any) -> Any:
    """A value as the ledger's canonical JSON takes it: dates and times as ISO text, identifiers as text."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, str):
        return str(value)  # opened text is a subclass that carries its stored bytes
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return value


def differences(row: models.Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields that change, each with what it was and what it becomes."""
    was = {name: getattr(row, name) for name in values}
    return {name: [plain(was[name]), plain(new)] for name, new in values.items() if was[name] != new}


def change(
    kind: str,
    row: Row,
    values: Mapping[str, Any],
    *,
    by: User,
    case: Case,
    request_key: UUID | None,
    resting_on: Sequence[str] = (),
    then: Callable[[], Any] = lambda: None,
) -> Row:
    """Save the differences under one entry; where there are none, nothing is written.

    Args:
        kind: of the entry.
        resting_on: further fields that must still be as they were read: what is saved was said of them.
        then: what else is saved, once the row is as it will be.

    Raises:
        ChangedMeanwhileError: somebody else saved one of these fields since `row` was read. Nothing is saved,
            and `row` is what they saved: whoever typed the answers must see it before replacing it.
    """
    changes = differences(row, values)
    if not changes:
        access.require(by, "work", case)
        return row
    before = {name: fields.stored_value(row, name) for name in (*changes, *resting_on)}
    for name in changes:
        setattr(row, name, values[name])
    content = {"row": str(row.pk), "changes": changes}
    sealed = events.seal(kind, content, case=case, by=by, now=timezone.now(), request_key=request_key)
    ready(row, by)
    on_ground, save = partial(settle, row, before), partial(row.save, update_fields=list(changes))
    try:
        write(sealed, on_ground, save, then, by=by, what="work", case=case)
    except ChangedMeanwhileError:
        settle(row, {})
        raise
    return row
