"""What the demonstration has to look back at: an emergency share, and a decision that a manager asks about.

Entered through the actions, once for each case. Names are made up.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Case, Organisation, User
from sharing import emergency_actions, review_actions
from sharing.forms.emergency import EmergencyForm
from sharing.models import Decision

_HURRIED, _ASKED_ABOUT = "high-risk-police-and-marac", "measured-non-share"
EMERGENCY: Mapping[str, Any] = {
    "happening": ["threat_to_kill", "child_present"],
    "told": "police_999",
    "told_name": "Call reference 0417",
    "how": "phone",
    "what": ["who", "where", "happened"],
    "basis": "vital",
    "knows": "not_safe",
    "who_else": "",
    "note": "",
}
RECONSIDER = {
    "outcome": "reconsider",
    "reason": "The school may have a protected record now. Ask again before term starts, with her adviser.",
}


def entered(name: str, case: Case, cast: Mapping[str, User]) -> None:
    """Add to a scenario's case, just entered, what a manager looks at.

    Args:
        name: the scenario's id.
        cast: as `demonstration.cast()` gives it.
    """
    if name == _HURRIED:
        _hurry(case, cast["officer"])
    if name == _ASKED_ABOUT:
        decision = Decision.objects.get(case=case)
        review_actions.judge(by=cast["manager"], decision=decision, values=RECONSIDER)


def _hurry(case: Case, officer: User) -> None:
    """Somebody was told an hour ago; its completion is open."""
    now, people = timezone.now(), list(case.people.all())
    answers = {**EMERGENCY, "who": [str(one.id) for one in people if one.role == "victim_survivor"]}
    form = EmergencyForm(answers, people=people, organisation=Organisation.current(), now=now)
    if not form.is_valid():
        raise ValueError(f"the made-up emergency share is not whole: {sorted(form.errors)}")
    given = form.given(now) | {"sent_at": (now - timedelta(hours=1)).isoformat()}
    emergency_actions.record_emergency(by=officer, case=case, answers=given)
