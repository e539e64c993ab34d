"""Everything that writes sharing agreements: a new one, its next version, its end.

One row is one version, and one version is one ledger entry, under the organisation's key: nothing in it is
about a person of a case.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import events
from cases.acting import plain
from cases.models import User
from sharing import access, agreement_projection, agreements
from sharing.agreement_projection import ENDED, RECORDED, TERMS
from sharing.models import Agreement


class AgreementChanged(Exception):  # noqa: N818 - it is what happened, not a fault
    """Somebody else recorded a newer version, or ended the agreement, since it was looked at."""


def record_agreement(
    *,
    by: User,
    values: Mapping[str, Any],
    series: UUID | None = None,
    version: int | None = None,
    request_key: UUID | None = None,
) -> Agreement:
    """Record an agreement, or the next version of one. The same terms again are no new version.

    Args:
        values: the terms, by the columns of `Agreement`.
        series: the agreement that this is the next version of; None for a new one.
        version: the version that the change starts from; None: the newest.

    Raises:
        django.core.exceptions.ValidationError: the terms do not hold together (`agreements.problems`).
        AgreementChanged: there is a newer version than `version`, or the agreement has ended.
        ledger.DuplicateRequest: the request key belongs to something else.
        Http404: `by` is not an information governance lead.
    """
    access.require_governance(by)
    if problems := agreements.problems(values):
        raise ValidationError(problems)
    before = _newest(series) if series else None
    if before and _repeated(before, by, request_key):
        return before
    if series and (before is None or not before.active or version not in (None, before.version)):
        raise AgreementChanged
    if before and all(agreements.same(name, getattr(before, name), value) for name, value in values.items()):
        return before
    terms = {name: getattr(before, name) for name in TERMS} if before else {}
    return _write(RECORDED, terms | dict(values), before, by=by, request_key=request_key)


def end_agreement(*, by: User, agreement: Agreement, request_key: UUID | None = None) -> Agreement:
    """End an agreement: its last version says so, and no decision is offered it any more.

    Args:
        agreement: its newest version, as it was looked at.

    Raises:
        AgreementChanged: there is a newer version, or it has ended already.
        Http404: `by` is not an information governance lead.
    """
    access.require_governance(by)
    newest = _newest(agreement.series)
    if newest and _repeated(newest, by, request_key):
        return newest
    if newest is None or newest.id != agreement.id or not newest.active:
        raise AgreementChanged
    terms = {name: getattr(agreement, name) for name in TERMS}
    return _write(ENDED, terms, agreement, by=by, request_key=request_key)


def _newest(series: UUID) -> Agreement | None:
    return Agreement.objects.filter(series=series).order_by("-version").first()


def _repeated(newest: Agreement, by: User, request_key: UUID | None) -> bool:
    return request_key is not None and newest.request_key == request_key and newest.by_id == by.id


def _write(
    kind: str,
    terms: Mapping[str, Any],
    before: Agreement | None,
    *,
    by: User,
    request_key: UUID | None,
) -> Agreement:
    said = plain(terms) | {
        "id": str(uuid4()),
        "series": str(before.series if before else uuid4()),
        "version": before.version + 1 if before else 1,
        "active": kind == RECORDED,
    }
    sealed = events.seal(kind, said, by=by, now=timezone.now(), request_key=request_key)
    try:
        with transaction.atomic(durable=True):
            access.require_governance(by)
            _refuse_newer(before)
            row = agreement_projection.row_of(ledger.append(sealed), said)
            row.save(force_insert=True)
    except ledger.DuplicateRequest:
        # The second of two clicks that came at once gets what the first one made.
        made = Agreement.objects.filter(request_key=sealed.request_key, by=by).first()
        if made is None:
            raise
        return made
    return row


def _refuse_newer(before: Agreement | None) -> None:
    """Under the lock of the version that the next one follows, refuse where it is not the newest any more."""
    if before is None:
        return
    Agreement.objects.select_for_update().get(id=before.id)
    if Agreement.objects.filter(series=before.series, version__gt=before.version).exists():
        raise AgreementChanged
