"""The dashboard's figures counted slowly, row by row: what the quick ones must equal.

Nothing here uses the product's counting: plain loops over plain rows.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from cases.models import Case, Exclusion, Membership, User
from sharing.models import Decision, Disclosure, Draft, Request, RequestStep, Review

LONDON = ZoneInfo("Europe/London")
Counts = dict[str, Counter[str]]


def local(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(LONDON).date()


def may_know(user: User, teams: Iterable[UUID] | None) -> set[UUID]:
    """The cases that count for somebody, of these teams (None: of all that they may)."""
    shut_out = set(Exclusion.objects.filter(user=user, ended_at=None).values_list("case_id", flat=True))
    own = set(Membership.objects.filter(user=user).values_list("team_id", flat=True))
    found = set()
    for case in Case.objects.all():
        if case.id in shut_out or (teams is not None and case.team_id not in set(teams)):
            continue
        if user.role == "manager" and case.team_id not in own:
            continue
        if user.role == "manager" and case.restricted and case.owner_id != user.id:
            continue
        found.add(case.id)
    return found


def counts(user: User, since: date, until: date, teams: Iterable[UUID] | None = None) -> Counts:
    """What came up how often, by chart and key."""
    cases = may_know(user, teams)
    said: Counts = {name: Counter() for name in ("outcome", "decide", "lag", "basis", "review", "refusal")}
    decisions = [one for one in Decision.objects.all() if one.case_id in cases]
    disclosures, reviews = list(Disclosure.objects.all()), list(Review.objects.all())
    every = {one.id: one for one in Decision.objects.all()}
    followers = {one.follows_id: one for one in every.values() if one.follows_id}
    dues = {draft.request_key: draft.due_at for draft in Draft.objects.all()}
    for one in decisions:
        after = followers.get(one.id)
        own = [row for row in disclosures if row.decision_id == one.id]
        looks = sorted((r for r in reviews if r.decision_id == one.id), key=lambda r: r.recorded_at)
        day = looks[-1].review_on if looks else one.review_on
        if after is None and day:
            said["review"][day.isoformat()] += 1
        if not since <= local(one.recorded_at) <= until:
            continue
        if after is None or after.follows_as == "review":
            said["outcome"][one.outcome] += 1
            if one.outcome in ("share_all", "share_part"):
                said["basis"][one.lawful_basis] += 1
        due = dues.get(one.request_key)
        if due and one.follows_as not in ("correction", "completion"):
            said["decide"][f"{one.urgency}:{_against(one.decided_at, due)}"] += 1
        if lag := _lag(one, own, after, every, disclosures):
            said["lag"][lag] += 1
    for step in RequestStep.objects.select_related("request"):
        if step.case_id in cases and step.refusal and since <= local(step.recorded_at) <= until:
            said["refusal"][f"{step.request.agency}:{step.refusal}"] += 1
    return said


def _against(decided: datetime, due: datetime) -> str:
    late = (local(decided) - local(due)).days
    if decided > due:
        return "late_8" if late >= 8 else "late_2" if late >= 2 else "late_1"
    early = -late
    return "early_8" if early >= 8 else "early_2" if early >= 2 else "early_1" if early == 1 else "on_day"


def _lag(one: Decision, own: list[Any], after: Any, every: dict[UUID, Any], everything: list[Any]) -> str:
    if not one.to_send:
        return ""
    went = [row.sent_at for row in own if row.sent or row.method]
    if went:
        days = (local(min(went)) - local(one.decided_at)).days
        steps = {0: "day_0", 1: "day_1", 2: "day_2", 3: "day_2", **dict.fromkeys(range(4, 8), "day_4")}
        return "day_0" if days < 0 else steps.get(days, "day_8")
    if own and max(own, key=lambda row: row.recorded_at).complete:
        return "closed"
    if after:
        return ""
    sent, at = set(), one
    while at.follows_id:
        at = every[at.follows_id]
        sent |= {tuple(pair) for row in everything if row.decision_id == at.id for pair in row.sent}
    return "unsent" if {tuple(pair) for pair in one.to_send} - sent else ""


# --- rows, made past the actions: what is counted is rows ---------------------------------------------


def _of_entry(case: Case, by: User, at: datetime) -> dict[str, Any]:
    both = {"request_key": uuid4(), "entry_hash": uuid4().bytes + uuid4().bytes}
    return both | {"case": case, "by": by, "recorded_at": at}


def a_decision(case: Case, by: User, at: datetime, due_at: datetime | None = None, **values: Any) -> Decision:
    """A decision recorded at a moment; with `due_at`, it had a draft that was due then."""
    columns = _of_entry(case, by, at) | {
        "reference": f"D-{uuid4().hex[:6].upper()}", "decided_at": at, "outcome": "share_all",
        "risk_level": "high", "threshold_met": True, "already_sent": False, "included": 1, "withheld": 0,
    } | values  # fmt: skip
    if due_at:
        key = columns["request_key"]
        Draft.objects.create(
            case=case, started_by=by, request_key=key, due_at=due_at, recorded_at=at, answers="{}"
        )
    return Decision.objects.create(**columns)


def a_disclosure(decision: Decision, at: datetime, **values: Any) -> Disclosure:
    """Something that was sent under a decision."""
    columns = {
        "decision": decision,
        "sent_at": at,
        "sent": [["r1", "i1"]],
        "method": "phone",
        "complete": False,
    }
    return Disclosure.objects.create(**_of_entry(decision.case, decision.by, at), **columns | values)


def a_review(decision: Decision, at: datetime, review_on: date | None) -> Review:
    """A look back at a decision."""
    return Review.objects.create(
        **_of_entry(decision.case, decision.by, at),
        decision=decision,
        outcome="still_right",
        review_on=review_on,
    )


def a_refusal(decision: Decision, at: datetime, agency: str, refusal: str) -> RequestStep:
    """An agency's refusal, of a request of its own."""
    made = _of_entry(decision.case, decision.by, at)
    request = Request.objects.create(
        **made,
        decision=decision,
        agency=agency,
        recipient=uuid4().hex,
        urgency="today",
        reply_by=at + timedelta(1),
    )
    return RequestStep.objects.create(
        **_of_entry(decision.case, decision.by, at),
        request=request,
        number=1,
        act="refuse",
        state="refused",
        refusal=refusal,
    )
