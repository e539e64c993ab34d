"""My work: everything that waits for somebody, in the order in which it is due. References only, no name."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from audit.models import Export
from cases import access as case_access
from cases import staff, working_days
from cases.models import Organisation, User
from sharing import access, advice, asked, due, exports, letters, requests, reviewing, rules
from sharing.models import Asked, Decision, Draft, Request
from sharing.rules import requests as states
from sharing.rules import reviewing as rule
from sharing.rules.clocks import approve_by
from sharing.rules.reviewing import NON_SHARE
from sharing.rules.terms import day_of

FOLLOWING = {
    "correction": "Finish the correction",
    "completion": "Complete the emergency share",
    "review": "Finish the new decision",
    "directed": "Finish the new decision",
}
"""What a draft that follows a decision is called, by how it follows."""


REQUESTS = {
    states.DRAFT: "Send the request",
    states.SENT: "Ask for an answer to the request",
    states.CHASED: "Ask again for an answer to the request",
    states.REFUSED: "Answer the refusal of the request",
    states.ANSWERED: "Close the request",
}
"""What is to be done about a request, by the state that it is in."""


@dataclass(frozen=True)
class Task:
    """Something to do. `due_at` is aware; None: nothing says by when. `colour` is of the tag of `kind`."""

    what: str
    reference: str
    case: str
    href: str
    due_at: datetime | None
    kind: str
    colour: str

    @property
    def by(self) -> date | None:
        """By when: the day alone where it is due at the day's end."""
        ends_with_day = self.due_at and rules.ends(day_of(self.due_at)) == self.due_at
        return day_of(self.due_at) if self.due_at and ends_with_day else self.due_at


def tasks(user: User) -> list[Task]:
    """What waits for somebody, in the order in which it is due; as many queries for much as for little."""
    found = [_of_line(line) for line in advice.to_answer(user)]
    if user.role in (User.Role.OFFICER, User.Role.MANAGER):
        asking = list(_asking(user))
        found += [*asking, *_of_cases(user, {task.reference for task in asking})]
    if user.role == User.Role.MANAGER:
        found += _to_manage(user)
    found += [_of_export(one) for one in exports.to_decide(user)]
    return sorted(
        found, key=lambda task: (task.due_at is None, task.due_at or timezone.now(), task.reference)
    )


def _of_export(export: Export) -> Task:
    """An export with names that waits for somebody besides whoever asked for it."""
    href = reverse("export_approve", args=[export.id])
    asked = export.asked_at
    when = f"{day_of(asked).day} {day_of(asked):%B}"
    return Task("Approve or refuse an export with names, asked for on", when, "", href, None, *APPROVAL)


def _of_cases(user: User, told: Collection[str]) -> list[Task]:
    """Drafts, what is to be sent, to be completed, to be looked at again, to be matched.

    Args:
        told: references that are listed already: a draft whose advice has come is there once.
    """
    drafts = list(access.drafts_for(user).filter(started_by=user).select_related("case", "follows"))
    listed = {draft.id for draft in drafts}
    found = [_of_draft(draft) for draft in drafts if draft.reference not in told]
    for one in due.unsent(user):
        asking = one.decision.started == "need"  # its requests say what was sent
        what, page = (
            ("Ask the agencies of", "decision") if asking else ("Record that you sent it", "decision_sent")
        )
        found += _of([one], what, page, ("To send", "orange"))
    found += [
        _task(one, FOLLOWING["completion"], _completion(one), ("To complete", "red"))
        for one in due.completions_due(user)
        if one.draft is None or one.draft.id not in listed
    ]
    asked_for = reviewing.not_answered(Decision.objects.filter(due.theirs(user)))
    found += [_for_manager(line) for line in asked_for]
    asked_about = {line.decision.id for line in asked_for}
    again = [one for one in due.reviews_due(user) if one.decision.id not in asked_about]
    found += _of(again, "Look at it again", "decision_review", ("To review", "purple"))
    return [*found, *_to_match(user)]


def _for_manager(line: reviewing.Line) -> Task:
    """What a manager asked for, for whoever decided it and for the owner of its case."""
    decision = line.decision
    href = reverse("decision", args=[decision.reference])
    return Task(
        MANAGER_ASKS[line.why[0]], decision.reference, decision.case.reference, href, line.due_at, *ASKED
    )


def references(user: User) -> set[str]:
    """The references of the cases in which something waits for somebody."""
    return {task.case for task in tasks(user)}


def _of_draft(draft: Draft) -> Task:
    emergency = draft.follows_as == due.COMPLETION
    return Task(
        what=FOLLOWING.get(draft.follows_as, "Go on with the decision"),
        reference=draft.reference,
        case=draft.case.reference,
        href=reverse("draft", args=[draft.id]),
        due_at=draft.due_at,
        kind="To complete" if emergency else "Draft",
        colour="red" if emergency else "blue",
    )


def _of_line(line: advice.Line) -> Task:
    return Task(line.what, line.reference, line.case, line.href, line.due_at, line.kind, line.colour)


def _asking(user: User) -> Iterator[Task]:
    """What we asked of advisers and other agencies, what they ask of us, and letters that came back."""
    for line in (*advice.to_chase(user), *advice.answered_for(user)):
        yield _of_line(line)
    theirs = due.theirs(user)
    asked_for = requests.standing(Request.objects.filter(theirs)).filter(due_at__isnull=False)
    for one in asked_for.select_related("case"):
        words, href = (
            REQUESTS.get(one.state, "Go on with the request"),
            reverse("request", args=[one.reference]),
        )
        yield Task(words, one.reference, one.case.reference, href, one.due_at, "Request", "blue")
    for row in asked.unanswered(Asked.objects.filter(theirs)).select_related("case"):
        href = reverse("asked", args=[row.reference])
        yield Task(
            "Answer the agency’s request",
            *(row.reference, row.case.reference, href, row.answer_by, "Asked of us", "yellow"),
        )
    for letter in letters.returned(user):
        href = reverse("letter", args=[letter.reference])
        yield Task(
            "Change the letter", letter.reference, letter.case.reference, href, None, "Returned", "orange"
        )


def _to_match(user: User) -> Iterator[Task]:
    """Their provisional cases that nobody has matched yet, due like the completion of an emergency share."""
    found = case_access.visible_to(user).filter(owner=user, provisional=True, matched_to=None)
    organisation = Organisation.current()
    for reference, opened_at in found.values_list("reference", "opened_at"):
        href, by = reverse("case_match", args=[reference]), due.complete_by(opened_at, organisation)
        yield Task(
            "Say which case it belongs to:", reference, reference, href, by, "Provisional case", "yellow"
        )


def _to_manage(user: User) -> Iterator[Task]:
    """What a manager alone does: letters, decisions not to share, emergency access, who may see a case."""
    organisation = Organisation.current()
    closed = working_days.closed(organisation, _years())
    for letter in letters.waiting(user):
        href, at = reverse("letter", args=[letter.reference]), approve_by(letter.recorded_at, closed)
        yield Task("Approve the letter", letter.reference, letter.case.reference, href, at, *APPROVAL)
    for line in reviewing.waiting(user):
        decision, href = line.decision, reverse("review_of", args=[line.decision.reference])
        not_shared = NON_SHARE in line.why
        what = "Look at the decision not to share" if not_shared else "Look at the decision"
        tag = NOT_SHARED if not_shared else REVIEW
        yield Task(what, decision.reference, decision.case.reference, href, line.due_at, *tag)
    for one in staff.emergencies_to_review(user):
        href, reference = reverse("emergency_access_review", args=[one.id]), one.case.reference
        by = due.complete_by(one.begun_at, organisation)
        yield Task("Look at emergency access to", reference, reference, href, by, "Emergency access", "red")
    for case, day in staff.reviews_due(user, day_of(timezone.now())):
        href, reference = reverse("case_access", args=[case.reference]), case.reference
        yield Task("Look again at who may see", reference, reference, href, rules.ends(day), *REVIEW)
    for case, day in staff.last_days_named(case_access.managed_by(user)):
        href, reference = reverse("case_access", args=[case.reference]), case.reference
        yield Task("Name a manager for longer for", reference, reference, href, rules.ends(day), *RESTRICTED)


def _years() -> tuple[int, int, int]:
    year = day_of(timezone.now()).year
    return (year - 1, year, year + 1)


MANAGER_ASKS = {
    rule.RECONSIDER: "Look at it again, a manager asks:",
    rule.DIRECT: "Decide anew, a manager asks:",
}
"""What is to be done, by what the manager said."""
REVIEW = ("To review", "purple")
ASKED = ("A manager asks", "red")
APPROVAL = ("To approve", "yellow")
NOT_SHARED = ("Not shared", "red")
RESTRICTED = ("Restricted case", "yellow")


def _of(found: Iterable[due.Due], what: str, page: str, tag: tuple[str, str]) -> Iterator[Task]:
    for one in found:
        words = f"{what} ({one.why}):" if one.why else what
        yield _task(one, words, reverse(page, args=[one.decision.reference]), tag)


def _completion(one: due.Due) -> str:
    return (
        reverse("draft", args=[one.draft.id])
        if one.draft
        else reverse("decision", args=[one.decision.reference])
    )


def _task(one: due.Due, what: str, href: str, tag: tuple[str, str]) -> Task:
    decision = one.decision
    return Task(what, decision.reference, decision.case.reference, href, one.due_at, *tag)


def grouped(found: Sequence[Task], now: datetime) -> list[tuple[str, list[Task]]]:
    """The tasks under Overdue, Today and Later; a heading without a task is left out.

    Args:
        now: the aware time that the tasks are judged against.
    """
    groups: dict[str, list[Task]] = {"Overdue": [], "Today": [], "Later": []}
    for task in found:
        groups[_when(task, now)].append(task)
    return [(heading, listed) for heading, listed in groups.items() if listed]


def _when(task: Task, now: datetime) -> str:
    if task.due_at is None:
        return "Later"
    if task.due_at < now:
        return "Overdue"
    return "Today" if day_of(task.due_at) == day_of(now) else "Later"
