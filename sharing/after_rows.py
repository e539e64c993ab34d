"""The rows that stand for what comes before and after a decision: made from entries, compared with them.

As with a decision (`sharing.projection`), the entry is the record and the row repeats its codes and times.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from audit import ledger
from audit.models import Entry
from sharing import projection
from sharing.models import (
    Advice,
    AdviceAnswer,
    Asked,
    AskedAnswer,
    Disclosure,
    Incident,
    IncidentAnswer,
    Letter,
    LetterCheck,
    ManagerReview,
    Request,
    RequestStep,
    Review,
    SampleAnswer,
)
from sharing.models.recorded import Recorded

_AS_STORED: Mapping[str, Callable[[str], Any]] = {
    "id": UUID,
    "decision_id": UUID,
    "disclosure_id": UUID,
    "incident_id": UUID,
    "advice_id": UUID,
    "adviser_id": UUID,
    "request_id": UUID,
    "asked_id": UUID,
    "letter_id": UUID,
    "sample_id": UUID,
    "review_on": date.fromisoformat,
    "reply_by": datetime.fromisoformat,
    "answer_by": datetime.fromisoformat,
    "due_at": datetime.fromisoformat,
    "report_by": datetime.fromisoformat,
}
"""Columns that JSON holds as text → what the row holds."""


@dataclass(frozen=True)
class Standing:
    """How the rows of a table stand for the entries of a kind.

    `called`: the row in words; `moment`: its column that is the time at which the event happened.
    """

    kind: str
    model: type[Recorded]
    called: str
    moment: str = ""

    def row(self, entry: Entry, said: Mapping[str, Any]) -> Any:
        """The row that stands for an entry with this content, not saved yet."""
        columns = {
            name: _AS_STORED[name](value) if value and name in _AS_STORED else value
            for name, value in said["row"].items()
        }
        return self.model(**self._of_entry(entry), **columns)

    def _of_entry(self, entry: Entry) -> dict[str, Any]:
        columns = {
            "case_id": entry.subject,
            "by_id": entry.actor,
            "request_key": entry.request_key,
            "recorded_at": entry.recorded_at,
            "entry_hash": entry.hash,
        }
        return columns | ({self.moment: entry.occurred_at} if self.moment else {})

    def compare(self, entries: Sequence[Entry]) -> list[str | None]:
        """What the row of each entry says otherwise than the entry, or None."""
        return projection.compare_all(entries, self.model, self.called, self._difference)

    def check(self, rows: Iterable[Any]) -> list[tuple[Any, dict[str, Any], str | None]]:
        """Each row with its entry's opened content (empty: the key was destroyed) and what is wrong or None.

        One query for all. The caller has entered that the case was looked at.
        """
        rows = list(rows)
        entries = ledger.by_hashes(row.entry_hash for row in rows) if rows else {}
        return [(row, *self._checked(row, entries.get(bytes(row.entry_hash)))) for row in rows]

    def _checked(self, row: Recorded, entry: Entry | None) -> tuple[dict[str, Any], str | None]:
        said, problem = projection.opened(entry)
        if entry is None or problem:
            return {}, problem
        return said, self._difference(entry, said, row)

    def _difference(self, entry: Entry, said: Mapping[str, Any], stored: Any) -> str | None:
        of_entry = self._of_entry(entry)
        expected = self.row(entry, said) if said else self.model(**of_entry)
        columns = [field.attname for field in self.model._meta.concrete_fields] if said else list(of_entry)
        return projection.differing(self.called, expected, stored, columns)

    def count(self) -> int:
        """How many rows there are."""
        return self.model._default_manager.count()


SENT = Standing("disclosure.recorded", Disclosure, "disclosure", "sent_at")
REVIEWED = Standing("decision.reviewed", Review, "review")
WRONG_PERSON = Standing("disclosure.wrong_recipient", Incident, "incident", "known_at")
ANSWERED = Standing("incident.answered", IncidentAnswer, "answer")
ADVICE_ASKED = Standing("advice.asked", Advice, "question for advice")
ADVICE_ANSWERED = Standing("advice.answered", AdviceAnswer, "answer to a question")
REQUESTED = Standing("request.drafted", Request, "request")
MOVED = Standing("request.moved", RequestStep, "step of a request")
LETTER = Standing("letter.prepared", Letter, "letter")
LETTER_CHECKED = Standing("letter.checked", LetterCheck, "check of a letter")
ASKED = Standing("asked.logged", Asked, "request to us", "received_at")
ASKED_ANSWERED = Standing("asked.answered", AskedAnswer, "answer to a request to us")
JUDGED = Standing("decision.judged", ManagerReview, "manager's review")
SAMPLED = Standing("sample.answered", SampleAnswer, "answer to a quality sample")
ALL = (
    *(SENT, REVIEWED, WRONG_PERSON, ANSWERED, ADVICE_ASKED, ADVICE_ANSWERED),
    *(REQUESTED, MOVED, LETTER, LETTER_CHECKED, ASKED, ASKED_ANSWERED),
    *(JUDGED, SAMPLED),
)


def register() -> None:
    """Have verification compare every row with its entry."""
    for one in ALL:
        ledger.register_projection(one.kind, one.compare)
        ledger.register_projection_count(one.kind, one.count)
