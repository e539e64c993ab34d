"""Making a report of a case that leaves the house: policy, reading and entry in one transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events
from cases.models import Case, User
from sharing import access

PACK, PERSON = "chronology_pack", "person_report"


@contextmanager
def make_report(*, by: User, case: Case, report: str, about: Mapping[str, Any]) -> Iterator[None]:
    """Make a report in the block: none leaves the house without its entry in the case's own chain.

    Args:
        report: `PACK` or `PERSON`.
        about: what the entry says of it: codes (purpose, format) and the note that was typed.

    Raises:
        Hidden, Refused: as `cases.access.require`, for whoever may not see who looked.
    """
    content = {"report": report, **about}
    sealed = events.seal("report.made", content, case=case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        case_access.require(by, "see_views", case)
        yield
        ledger.append(sealed)


def export_register(*, by: User, what: str, filters: Mapping[str, str], rows: int) -> None:
    """Enter that the register leaves the house, before its first row does.

    Args:
        what: "disclosures" or "processing".
        filters: the period, as ISO days.
        rows: how many lines are in it.
    """
    content = {"what": what, "filters": dict(filters), "rows": rows}
    sealed = events.seal("register.exported", content, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        access.require_log(by)
        ledger.append(sealed)
