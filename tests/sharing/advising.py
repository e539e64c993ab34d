"""What the tests of advice share."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Case, User
from sharing import advice_actions
from sharing.models import Advice, AdviceAnswer
from tests.sharing.filling import day

TEXTS = {
    "situation": "Ms A told us that Mr C waits outside the school of her child B",
    "question": "May we tell the school before we have spoken to her again?",
    "options": "Tell the school today, or wait until the visit tomorrow",
}
ANSWER = "Tell the school today: the child is at risk. Speak to Ms A tomorrow by the safe route."
SOLICITOR = "Duty solicitor of the council"


def ask(by: User, case: Case, adviser: User | None, **values: Any) -> Advice:
    """Ask a manager, unless told otherwise; nobody: a legal adviser outside."""
    draft, key = values.pop("draft", None), values.pop("request_key", None)
    kind = {"manager": "manager", "governance": "governance", "officer": "practitioner"}
    said = TEXTS | {"adviser": adviser, "adviser_kind": kind[adviser.role] if adviser else "legal"}
    said |= {"reply_by": timezone.localdate() + timedelta(days=1)} | values
    return advice_actions.ask_advice(by=by, case=case, values=said, draft=draft, request_key=key)


def answer(by: User, asked: Advice, **values: Any) -> AdviceAnswer:
    """Answer a question."""
    return advice_actions.answer_advice(by=by, asked=asked, values={"answer": ANSWER} | values)


def asked_data(adviser: Any, **changes: Any) -> dict[str, Any]:
    """What a browser posts to ask."""
    return TEXTS | {"adviser": str(adviser)} | day("reply_by", 0) | changes
