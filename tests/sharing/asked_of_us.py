"""A request that an agency makes to us: what its tests share."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases.models import User
from sharing import asked_actions
from sharing.models import Asked
from tests.cast import CaseFile

NAME, JOB = "Dr Ama Osei", "Safeguarding nurse"
WHAT = "Whether he has a key to the flat"
WHY = "To plan how she can safely come to the clinic"


def logged(by: User, file: CaseFile, request_key: UUID | None = None, **changes: Any) -> Asked:
    """A request of the health service, checked, that came an hour ago; `changes` replaces some of it."""
    now = timezone.now()
    values = {
        "requester_name": NAME,
        "requester_job": JOB,
        "agency": "health",
        "agency_name": "",
        "checked": "known_number",
        "received_at": now - timedelta(hours=1),
        "what": WHAT,
        "why": WHY,
        "answer_by": now + timedelta(days=2),
    } | changes
    return asked_actions.log_asked(by=by, case=file.case, values=values, request_key=request_key)
