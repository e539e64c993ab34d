"""What the tests of managers' reviews and of the quality sample share."""

from typing import Any

from django.utils import timezone

from cases.models import User
from sharing import lists, review_actions
from sharing.models import Decision, ManagerReview, Sample, SampleAnswer
from sharing.rules.sampling import Month, month_of
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, decided

REASON = "She named two people who could ring her, and nobody has asked them yet."


def not_shared(by: User, file: CaseFile, **changes: Any) -> Decision:
    """A decision not to share; the cast's case is at high risk."""
    given: dict[str, Any] = NOT_SHARED | changes
    return decided(by, file, **given)


def judged(by: User, decision: Decision, outcome: str = "agree", **more: Any) -> ManagerReview:
    """What a manager says of a decision."""
    reason = more.pop("reason", REASON)
    values = {"outcome": outcome, "reason": reason}
    return review_actions.judge(by=by, decision=decision, values=values, **more)


def this_month() -> Month:
    """The month in which the tests' decisions are recorded."""
    return month_of(timezone.localdate())


def drawn(by: User, **more: Any) -> Sample:
    """The sample of this month, drawn on the first day of the next."""
    month = this_month()
    return review_actions.draw_sample(by=by, month=month, today=month.after.since, **more)


def sample_values(answer: str = "yes", note: str = "") -> dict[str, Any]:
    """The same answer to each question."""
    return {"answers": dict.fromkeys(lists.codes("sample_question"), answer), "note": note}


def answered(by: User, sample: Sample, decision: Decision, **more: Any) -> SampleAnswer:
    """The six questions answered about a sampled decision."""
    values = sample_values(more.pop("answer", "yes"), more.pop("note", ""))
    return review_actions.answer_sample(by=by, sample=sample, decision=decision, values=values, **more)
