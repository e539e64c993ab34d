"""What happened to the people of a case: each line of the chronology, added and changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases import events
from cases.acting import change, plain, ready, write
from cases.models import Case, Concern, User


def add_concern(
    *, by: User, case: Case, values: Mapping[str, Any], request_key: UUID | None = None
) -> Concern:
    """Add something that happened, or that somebody was worried about; `values` are fields of `Concern`."""
    concern = Concern(case=case, **values)
    content = {"row": str(concern.id), "concern": plain(values)}
    sealed = events.seal(
        "concern.added", content, case=case, by=by, now=timezone.now(), request_key=request_key
    )
    ready(concern, by)
    write(sealed, lambda: concern.save(force_insert=True), by=by, what="work", case=case)
    return concern


def change_concern(
    *, by: User, concern: Concern, values: Mapping[str, Any], request_key: UUID | None = None
) -> Concern:
    """Change what is recorded of it.

    Raises:
        cases.acting.ChangedMeanwhileError: as `acting.change`.
    """
    return change("concern.changed", concern, values, by=by, case=concern.case, request_key=request_key)
