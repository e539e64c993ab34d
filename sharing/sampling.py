"""The quality samples: what a month's sample holds for a manager, what was answered, what came of it.

Who is in a sample is `sharing.rules.sampling`; a decision counts as superseded where another had taken its
place by the time at which the sample was drawn, so that it never changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Exists, OuterRef, QuerySet

from audit import ledger
from audit.models import Entry
from cases.models import User
from sharing import lists, projection, reviewing
from sharing.display import served
from sharing.models import Decision, Sample, SampleAnswer
from sharing.rules import sampling as rule
from sharing.rules.terms import LONDON

MONTHS = 12
"""How many of the months that are over the page offers."""
_AT_A_TIME = 2000
_COLUMNS = ("id", "outcome", "risk_level", "threshold_met", "emergency", "lawful_basis", "recorded_at")


def of_month(month: rule.Month) -> Sample | None:
    """The sample of a month; None: none was drawn."""
    return Sample.objects.filter(since=month.since, until=month.until).order_by("recorded_at").first()


KIND = "sample.drawn"


def drawing(month: rule.Month, seed: bytes, by: User, now: datetime) -> Sample:
    """A sample of a month that is over, not saved yet.

    Args:
        seed: 32 random bytes.
        now: aware; what took another's place until then counts.
    """
    found = Sample(
        request_key=uuid4(),
        recorded_at=now,
        by=by,
        since=month.since,
        until=month.until,
        seed=seed,
        percent=rule.PERCENT,
    )
    found.drawn = sum(1 for _ in _members(found, recorded_in(found).only(*_COLUMNS)))
    return found


def content(sample: Sample) -> dict[str, Any]:
    """What the entry of a sample says. It names nobody and belongs to no case."""
    return {
        "since": sample.since.isoformat(),
        "until": sample.until.isoformat(),
        "seed": bytes(sample.seed).hex(),
        "percent": sample.percent,
        "drawn": sample.drawn,
    }


def compare(entries: Sequence[Entry]) -> list[str | None]:
    """What each sample's row says otherwise than its entry, or None."""
    return projection.compare_all(entries, Sample, "quality sample", _difference, of_case=False)


def _difference(entry: Entry, said: dict[str, Any], stored: Sample) -> str | None:
    same = (stored.by_id, stored.request_key) == (entry.actor, entry.request_key)
    same &= stored.recorded_at == entry.occurred_at
    # Where the organisation's key is gone, what the header holds is compared.
    return None if same and said in ({}, content(stored)) else "the quality sample is not what was recorded"


def register() -> None:
    """Have verification compare every sample with its entry."""
    ledger.register_projection(KIND, compare)
    ledger.register_projection_count(KIND, Sample.objects.count)


def recorded_in(sample: Sample) -> QuerySet[Any]:
    """The decisions of its period, each with whether another had taken its place when it was drawn."""
    start, end = (
        datetime.combine(day, time(), LONDON) for day in (sample.since, sample.until + timedelta(days=1))
    )
    later = Decision.objects.filter(follows=OuterRef("pk"), recorded_at__lte=sample.recorded_at)
    found = Decision.objects.filter(recorded_at__gte=start, recorded_at__lt=end)
    return found.annotate(superseded=Exists(later)).order_by("recorded_at", "id")


def _members(sample: Sample, decisions: QuerySet[Any]) -> Iterator[tuple[Any, str]]:
    """Those of these decisions that are in the sample, and why."""
    seed = bytes(sample.seed)
    for one in decisions.iterator(chunk_size=_AT_A_TIME):
        if why := rule.why_in(one, seed, sample.percent, superseded=one.superseded):
            yield one, why


def why_in(sample: Sample, decision: Decision) -> str:
    """Why a decision is in a sample, as a code of the rule's kinds; "": it is not."""
    return next((why for _, why in _members(sample, recorded_in(sample).filter(id=decision.id))), "")


@dataclass(frozen=True)
class Line:
    """A sampled decision of the list. `answer`: the answers about it, where there are some."""

    decision: Decision
    why: str
    answer: SampleAnswer | None

    @property
    def given(self) -> list[str]:
        """The answers in the order of the questions, for the sheet; empty where nobody has answered."""
        if self.answer is None:
            return []
        known = self.answer.answers
        return [lists.label("sample_answer", known.get(code, "")) for code, _ in questions()]


def questions() -> list[tuple[str, str]]:
    """The six questions: code and words."""
    return lists.choices("sample_question")


def lines(manager: User, sample: Sample) -> list[Line]:
    """The decisions of a sample that a manager may look at: those of their cases, and none of their own."""
    theirs = recorded_in(sample).filter(case__in=reviewing.managed(manager)).exclude(by=manager)
    found = list(_members(sample, theirs.select_related("case")))
    answers = {
        one.decision_id: one
        for one in SampleAnswer.objects.filter(sample=sample, case__in=reviewing.managed(manager))
    }
    return [Line(one, rule.KINDS[why], answers.get(one.id)) for one, why in found]


def results(listed: list[Line]) -> list[dict[str, Any]]:
    """How often each question was answered with yes; of decisions, never of people."""
    shares = rule.shares(line.answer.answers for line in listed if line.answer)
    return [_result(row, *shares[row.code]) for row in lists.rows("sample_question")]


def _result(row: lists.Row, yes: int, no: int, none: int) -> dict[str, Any]:
    percent = round(100 * yes / (yes + no)) if yes + no else None
    counted = {"yes": yes, "asked": yes + no, "none": none, "percent": percent}
    return {"question": row.label, "serves": served(row.marks["serves"])} | counted


@dataclass(frozen=True)
class Offered:
    """A month that is over, and its sample where one was drawn."""

    month: rule.Month
    sample: Sample | None


def months(today: Any) -> list[Offered]:
    """The months whose sample can be drawn or was, newest first."""
    at, found = rule.month_of(today).before, []
    for _ in range(MONTHS):
        found.append(at)
        at = at.before
    drawn = {(one.since, one.until): one for one in Sample.objects.filter(since__gte=found[-1].since)}
    return [Offered(one, drawn.get((one.since, one.until))) for one in found]


def answer_of(sample: Sample, decision: Decision) -> SampleAnswer | None:
    """What was answered about a sampled decision, with who answered; None: nothing yet."""
    return SampleAnswer.objects.filter(sample=sample, decision=decision).select_related("by").first()
