"""The action that says which case a provisional one belongs to."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access, events
from cases.acting import ready, settle
from cases.models import Case, User


class CannotMatch(Exception):  # noqa: N818 - it is what happened, not a fault
    """The cases are not a provisional one that belongs nowhere yet and another one that stands by itself."""


def match_case(*, by: User, case: Case, to: Case, request_key: UUID | None = None) -> None:
    """Say which case a provisional one belongs to: an entry in the chain of each, and nothing is moved.

    Matching it again to the same case changes nothing.

    Raises:
        CannotMatch: as it says, asked under the lock.
        ledger.DuplicateRequest: this request is recorded already.
    """
    now = timezone.now()
    here = events.seal(
        "case.matched", {"reference": to.reference}, case=case, by=by, now=now, request_key=request_key
    )
    there = events.seal("case.match_received", {"reference": case.reference}, case=to, by=by, now=now)
    ready(case, by)
    with transaction.atomic(durable=True):
        # In the order of their ids, so that two who match across each other do not wait for each other.
        list(Case.objects.select_for_update().filter(id__in=[case.id, to.id]).order_by("id"))
        access.require(by, "work", case)
        access.require(by, "work", to)
        settle(case, {})
        if case.matched_to_id == to.id:
            return
        if not _may_match(case, Case.objects.get(id=to.id)):
            raise CannotMatch
        case.matched_to = to
        case.save(update_fields=["matched_to"])
        for sealed in sorted((here, there), key=lambda one: one.subject):
            ledger.append(sealed)


def _may_match(case: Case, to: Case) -> bool:
    return case.provisional and case.matched_to_id is None and case.id != to.id and to.matched_to_id is None
