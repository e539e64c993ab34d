"""What is done with a request made to us: it is logged, decided about, settled without a decision.

The actor is always `by`. Everything that has words goes into the sealed entry; rows hold codes and times.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import access as case_access
from cases import events, fields
from cases.acting import plain
from cases.models import Agency, Case, User
from sharing import access, actions, after_rows, asked, lists, prefilled
from sharing.appending import append
from sharing.models import Asked, AskedAnswer, Decision, Draft
from sharing.models.requests import new_asked_reference

UNLOGGED = frozenset({"start_answer", "link_draft"})
"""The actions that append nothing: a draft never appears in a log."""

Values = Mapping[str, Any]
_TEXTS = ("requester_name", "requester_job", "what", "why")


class AnsweredAlready(Exception):  # noqa: N818 - it is what happened, not a fault
    """A decision answers it already, or somebody settled it since the page was opened."""


class DecidedElsewhere(Exception):  # noqa: N818 - it is what happened, not a fault
    """Somebody else has begun to decide about it: `draft`, which this user cannot go on with."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("somebody else is deciding about it")
        self.draft = draft


def log_asked(*, by: User, case: Case, values: Values, request_key: UUID | None = None) -> Asked:
    """Log that an agency asks us for something.

    Args:
        values: `requester_name`, `requester_job`, `what`, `why` (texts), `agency` (a code of the directory or
            of the list `unlisted_agency`, then `agency_name`), `checked` (a code of the list
            `requester_checked`), `received_at` and `answer_by` (aware, the first not after now).

    Raises:
        ledger.DuplicateRequest: this request is recorded already.
    """
    reference = new_asked_reference()
    said = {name: values.get(name) or "" for name in _TEXTS} | {
        "asked": reference,
        "agency_name": _agency_name(values),
        "row": {
            "id": str(uuid4()),
            "reference": reference,
            "agency": values["agency"],
            "checked": values["checked"],
            "answer_by": plain(values["answer_by"]),
        },
    }
    found: Asked = append(
        after_rows.ASKED,
        said,
        by=by,
        case=case,
        allowed=lambda: case_access.require(by, "follow", case),
        request_key=request_key,
        occurred_at=values["received_at"],
    )
    return found


def _agency_name(values: Values) -> str:
    if values["agency"] in lists.codes("unlisted_agency"):
        return str(values.get("agency_name") or "")
    named = Agency.objects.filter(code=values["agency"]).values_list("name", flat=True).first()
    return named or lists.label("agency", values["agency"])


@contextmanager
def see_asked(*, by: User, row: Asked) -> Iterator[frozenset[case_access.What]]:
    """Read a request to us in the block, with its entry in the same transaction (`cases.actions.see`)."""
    content = {"asked": row.reference}
    sealed = events.seal("asked.viewed", content, case=row.case, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        yield case_access.require(by, "view", row.case)
        ledger.append(sealed)


def start_answer(*, by: User, row: Asked) -> Draft:
    """A draft that decides what to share with whoever asked; what the request says is filled in.

    Somebody's second click, on the same page or another day, leads to the draft that the first one made.

    Raises:
        AnsweredAlready: a decision answers it already.
        DecidedElsewhere: somebody else has begun one.
    """
    case_access.require(by, "work", row.case)
    said, _ = asked.said_of(row)
    draft = Draft(
        case=row.case,
        started_by=by,
        answers=json.dumps(prefilled.of_request(row, said), ensure_ascii=False),
        asked=row,
        due_at=row.answer_by,
    )
    fields.seal_fields(draft)
    with transaction.atomic(durable=True):
        Case.objects.select_for_update().get(id=row.case_id)
        case_access.require(by, "work", row.case)
        if row.decisions.exists():
            raise AnsweredAlready
        if begun := row.drafts.filter(recorded_at=None).order_by("started_at").first():
            return _to_go_on_with(by, begun)
        draft.save(force_insert=True)
    return draft


def link_draft(*, by: User, draft: Draft, row: Asked) -> None:
    """Say of a draft that was begun otherwise which request to us it answers; who asked is filled in.

    Raises:
        AnsweredAlready: a decision answers it already.
        DecidedElsewhere: another draft was begun from it.
        DraftChanged: the draft was saved or recorded meanwhile.
    """
    access.require_draft(by, draft)
    said, _ = asked.said_of(row)
    answers = prefilled.who_asked(row, said, actions.answers_of(draft))
    linked = Draft(id=draft.id, case_id=draft.case_id, answers=json.dumps(answers, ensure_ascii=False))
    fields.seal_fields(linked)
    with transaction.atomic(durable=True):
        Case.objects.select_for_update().get(id=draft.case_id)
        access.require_draft(by, draft)
        if row.case_id != draft.case_id or row.decisions.exists():
            raise AnsweredAlready
        if begun := row.drafts.filter(recorded_at=None).exclude(id=draft.id).first():
            raise DecidedElsewhere(begun)
        same = Draft.objects.filter(id=draft.id, saves=draft.saves, recorded_at=None)
        if not same.update(asked=row, answers=linked.__dict__["answers"], saves=draft.saves + 1):
            raise actions.DraftChanged(draft)


def _to_go_on_with(by: User, begun: Draft) -> Draft:
    mine = access.drafts_for(by).select_related("case", "started_by").filter(id=begun.id).first()
    if mine is None:
        raise DecidedElsewhere(begun)
    return mine


def answer_asked(
    *, by: User, row: Asked, values: Values, seen: int | None = None, request_key: UUID | None = None
) -> AskedAnswer:
    """Record how a request to us ended where no decision was begun from it; the newest answer stands.

    Args:
        values: `outcome` (a code of the list `asked_outcome`), `reason`, `decision` (the decision that
            answers it, where one does; of the same case).
        seen: how many answers the page showed; None: as many as there are now.

    Raises:
        AnsweredAlready: a decision answers it, or somebody else settled it since the page was opened.
        ledger.DuplicateRequest: this request is recorded already.
    """
    decision: Decision | None = values.get("decision")
    said = {
        "asked": row.reference,
        "agency_name": asked.agency_names([row])[row.agency],
        "reason": values["reason"],
        "row": {
            "id": str(uuid4()),
            "asked_id": str(row.id),
            "outcome": values["outcome"],
            "decision_id": str(decision.id) if decision else None,
        },
    }
    key, before = request_key or uuid4(), row.answers.count() if seen is None else seen

    def allowed() -> None:
        case_access.require(by, "follow", row.case)
        if (row.decisions.exists() or row.answers.count() != before) and not ledger.entry(key):
            raise AnsweredAlready

    found: AskedAnswer = append(
        after_rows.ASKED_ANSWERED, said, by=by, case=row.case, allowed=allowed, request_key=key
    )
    return found
