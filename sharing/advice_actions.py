"""What is written of advice: asked, answered, taken back; and that a question was looked at.

The actor is always `by`. Encryption is done before the transaction opens; under the case's lock the policy is
asked, then the entry is appended and the row that stands for it saved. A repeated request has one effect.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events
from cases.acting import plain
from cases.models import Case, User
from sharing import access, advice, after_rows, identity, rules
from sharing.actions import DraftChanged
from sharing.appending import append
from sharing.models import Advice, AdviceAnswer, Draft
from sharing.models.advice import new_advice_reference
from sharing.rules import Finding, leaks
from sharing.rules import advice as advice_rules

Values = Mapping[str, Any]
Found = Mapping[str, list[leaks.Leak]]
"""What identifies somebody, by the text in which it stands."""


class NamesSomebody(Exception):  # noqa: N818 - it is what happened, not a fault
    """The question says who it is about. `finding`: what the rules say of that; `found`: where it does."""

    def __init__(self, finding: Finding, found: Found) -> None:
        super().__init__("the question says who it is about")
        self.finding, self.found = finding, found


class NoAdviser(Exception):  # noqa: N818 - it is what happened, not a fault
    """Whoever was chosen cannot be asked about this case (any more)."""


class Settled(Exception):  # noqa: N818 - it is what happened, not a fault
    """The question was answered or taken back meanwhile."""


def look_for_identity(case: Case, values: Values) -> Found:
    """What of the case's people stands in each text of a question; texts without any are left out.

    The caller has entered, or enters, that the case is looked at.
    """
    known = identity.known_of(case)
    found = {name: leaks.find(values.get(name) or "", known) for name in advice.TEXTS}
    return {name: some for name, some in found.items() if some}


def ask_advice(
    *, by: User, case: Case, values: Values, draft: Draft | None = None, request_key: UUID | None = None
) -> Advice:
    """Take a question to an adviser, without saying who it is about.

    Args:
        values: `adviser_kind` (a code of the list `adviser`), `adviser` (a colleague; None: somebody outside,
            whom the officer asks themselves), the texts `situation`, `question` and `options`, `reply_by`
            (a day), `left_in` (why what identifies somebody must stay in).
        draft: the decision that it belongs to.

    Raises:
        NamesSomebody: a text says who it is about, and the adviser is outside or no reason was given.
        NoAdviser: whoever was chosen cannot be asked.
        DraftChanged: the draft is recorded or gone.
        ledger.DuplicateRequest: this request is recorded already.
    """
    case_access.require(by, "work", case)
    found = look_for_identity(case, values)
    kinds = leaks.kinds(one for some in found.values() for one in some)
    finding = advice_rules.identity_leak(values["adviser_kind"], kinds)
    if finding and not advice_rules.may_ask(finding, values.get("left_in")):
        raise NamesSomebody(finding, found)

    def allowed() -> None:
        case_access.require(by, "work", case)
        _still_open(by, draft)
        _may_be_asked(by, case, values)

    asked: Advice = append(
        after_rows.ADVICE_ASKED,
        _question(values, kinds, draft),
        by=by,
        case=case,
        allowed=allowed,
        request_key=request_key,
    )
    return asked


def _still_open(by: User, draft: Draft | None) -> None:
    if draft is None:
        return
    access.require_draft(by, draft)
    stored = Draft.objects.filter(id=draft.id).first()
    if stored is None or stored.recorded_at:
        raise DraftChanged(stored or draft)


def _may_be_asked(by: User, case: Case, values: Values) -> None:
    """Under the case's lock: nobody is shut out of it meanwhile."""
    kind, adviser = values["adviser_kind"], values.get("adviser")
    role = advice_rules.ROLES.get(kind)
    if role is None and adviser is None:
        return
    chosen = (
        access.advisers_for(by, case).filter(id=adviser.id, role=role) if adviser else User.objects.none()
    )
    if not chosen.exists():
        raise NoAdviser


def _question(values: Values, kinds: list[str], draft: Draft | None) -> Values:
    reference, adviser = new_advice_reference(), values.get("adviser")
    row = Advice(adviser=adviser, adviser_kind=values["adviser_kind"])
    return {
        "advice": reference,
        "adviser_name": advice.called(row),
        **{name: values.get(name) or "" for name in advice.TEXTS},
        "left_in": (values.get("left_in") or "") if kinds else "",
        "row": {
            "id": str(uuid4()),
            "reference": reference,
            "adviser_kind": values["adviser_kind"],
            "adviser_id": str(adviser.id) if adviser else None,
            "decision_reference": draft.reference if draft else "",
            "reply_by": plain(rules.ends(values["reply_by"])),
            "leaks": kinds,
        },
    }


def answer_advice(
    *, by: User, asked: Advice, values: Values, request_key: UUID | None = None
) -> AdviceAnswer:
    """Record what an adviser answered: a colleague writes it here; for somebody outside the officer does.

    Args:
        values: `answer`; for somebody outside also `answered_by` (their job) and `answered_at` (aware).

    Raises:
        Settled: it was answered or taken back already.
    """
    said = {
        "outcome": advice.ANSWERED,
        "answer": values["answer"],
        "answered_by": values.get("answered_by") or by.name,
        "answered_at": plain(values.get("answered_at") or timezone.now()),
    }
    return _settle(by, asked, said, values, request_key, to_answer=True)


def take_back_advice(
    *, by: User, asked: Advice, reason: str = "", request_key: UUID | None = None
) -> AdviceAnswer:
    """Take a question back: its adviser does not see it any more.

    Raises:
        Settled: it was answered or taken back already.
    """
    said = {
        "outcome": advice.WITHDRAWN,
        "reason": reason,
        "answered_by": by.name,
        "answered_at": plain(timezone.now()),
    }
    return _settle(by, asked, said, {}, request_key, to_answer=False)


def _settle(
    by: User, asked: Advice, said: Values, values: Values, request_key: UUID | None, *, to_answer: bool
) -> AdviceAnswer:
    key = request_key or uuid4()
    row = {"id": str(uuid4()), "advice_id": str(asked.id), "outcome": said["outcome"]}

    def allowed() -> None:
        if to_answer:
            access.require_advice(by, asked, to_answer=True)
        else:
            case_access.require(by, "follow", asked.case)
        if asked.answers.exists() and not ledger.entry(key):
            raise Settled

    settled: AdviceAnswer = append(
        after_rows.ADVICE_ANSWERED,
        {"advice": asked.reference, "adviser_name": advice.called(asked), **said, "row": row},
        by=by,
        case=asked.case,
        allowed=allowed,
        request_key=key,
        occurred_at=values.get("answered_at"),
    )
    return settled


@contextmanager
def see_advice(*, by: User, asked: Advice) -> Iterator[frozenset[case_access.What]]:
    """Read a question in the block, with its entry in the same transaction (`cases.actions.see`).

    The block gets what the reader may do with the case: nothing at all, where they are its adviser alone.
    """
    content = {"advice": asked.reference}
    sealed = events.seal("advice.viewed", content, case=asked.case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield access.require_advice(by, asked)
        ledger.append(sealed)
