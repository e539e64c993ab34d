"""What followed a recorded decision, for reading: what was sent, what is still to send, reviews, incidents.

Everything that has words comes from the opened ledger entries; the caller has entered that it was looked at.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from audit import chain
from cases.models import User
from sharing import access, advice, after_rows, asked, display, due, judged, lists, looking_again
from sharing.models import (
    Decision,
    Disclosure,
    Draft,
    Incident,
    IncidentAnswer,
    ManagerReview,
    Review,
    SampleAnswer,
)
from sharing.rules.after import Pair

Said = Mapping[str, Any]
Rows = list[dict[str, Any]]
TYPED = (("other_recipient", "To somebody else"), ("other_item", "Something else"))


def shown(value: date | None) -> str:
    """A day or a moment as people say it; empty for None."""
    return display.moment(value.isoformat()) if value else ""


def _rows(*pairs: tuple[str, Any]) -> Rows:
    return [{"question": asked, "answer": answer, "change": ""} for asked, answer in pairs if answer]


def what_followed(found: Decision, user: User, said: Said) -> dict[str, Any]:
    """Everything that the page of a decision shows of what came after it.

    Args:
        said: the opened content of the decision's entry.
    """
    now = timezone.now()
    follower = found.followed_by.first()
    disclosures = list(found.disclosures.select_related("by"))
    reviews = list(found.reviews.select_related("by"))
    left = due.left_after(found, disclosures, followed=follower is not None)
    held = _held(found)
    said_by_managers = judged.read(found) if held["judged"] else []
    return {
        "what_is_wrong": said.get("what_is_wrong", ""),
        "why_followed": _of_following(found, "asks"),
        # An emergency share and its completion link to each other in words of their own.
        "links": [
            one
            for one in links(found, follower)
            if due.COMPLETION not in {found.follows_as, one[1].follows_as}
        ],
        "follower": follower,
        "answers_asked": asked.answering(found),
        "left": left_in_words(said, left),
        "send_by": shown(found.send_by) if left else "",
        "overdue": bool(left and found.send_by and found.send_by < now),
        "disclosures": [_disclosure_card(*one) for one in after_rows.SENT.check(disclosures)],
        "reviews": [_review_card(*one) for one in after_rows.REVIEWED.check(reviews)],
        "judged": judged.cards(said_by_managers),
        "manager_asks": judged.asks(found, said_by_managers, reviews, followed=follower is not None),
        "again": None if follower else looking_again.why([found]).get(found.id),
        "review_on": shown(due.review_after(found, reviews, followed=follower is not None)),
        "incidents": incidents_listed(found.incidents.all(), now) if held["incidents"] else [],
        "drafts": open_drafts(found, user) if held["drafts"] else [],
        "learned": held["learned"],
        # Nothing can be asked for a decision once it is recorded.
        "advice": advice.listed(advice.of_decision(found), now) if said.get("advice") else [],
    }


def _held(found: Decision) -> dict[str, bool]:
    """What there is of a decision that most have nothing of: one query in the place of one for each."""
    of = {"decision": OuterRef("pk")}
    asked: dict[str, QuerySet[Any]] = {
        "judged": ManagerReview.objects.filter(**of),
        "learned": SampleAnswer.objects.filter(**of, learning=True),
        "incidents": Incident.objects.filter(**of),
        "drafts": Draft.objects.filter(follows=OuterRef("pk"), recorded_at=None),
    }
    rows: Any = Decision.objects.filter(id=found.id)
    found_there = rows.values(**{f"has_{name}": Exists(one) for name, one in asked.items()}).get()
    return {name: found_there[f"has_{name}"] for name in asked}


def tags(found: Decision, left: list[Pair], now: datetime) -> list[tuple[str, str]]:
    """What a list says of what came after a decision at a glance: (words, colour)."""
    known: list[tuple[str, str]] = []
    if left:
        overdue = found.send_by is not None and found.send_by < now
        known.append(("Overdue to send", "red") if overdue else ("Not sent yet", "yellow"))
    return known + ([("Basis recorded after sharing", "red")] if found.basis_after_sharing else [])


def links(found: Decision, follower: Decision | None) -> list[tuple[str, Decision]]:
    """What a decision follows, and what follows it: words and the other decision."""
    words = []
    if found.follows:
        words.append((lists.label("follows_as", found.follows_as), found.follows))
    if follower:
        words.append((_of_following(follower, "back") or "Superseded by", follower))
    return words


def _of_following(found: Decision, mark: str) -> str:
    """What the list of ways to follow says of a decision that follows another, or nothing."""
    row = lists.row("follows_as", found.follows_as)
    return str(row.marks.get(mark, "")) if row else ""


def left_in_words(said: Said, left: list[Pair]) -> list[dict[str, Any]]:
    """What is still to be sent: each recipient with the texts."""
    texts = {one["key"]: one["text"] for one in said.get("items", ())}
    return [
        {"name": one["name"], "items": [texts.get(what, "") for who, what in left if who == one["key"]]}
        for one in said.get("recipients", ())
        if any(who == one["key"] for who, _ in left)
    ]


def open_drafts(found: Decision, user: User) -> list[dict[str, Any]]:
    """The drafts that follow a decision; with an address for whoever may go on with them."""
    drafts = list(found.following_drafts.filter(recorded_at=None).select_related("started_by"))
    mine = (
        set(access.drafts_for(user).filter(follows=found).values_list("id", flat=True)) if drafts else set()
    )
    return [
        {"by": one.started_by.name, "href": reverse("draft", args=[one.id]) if one.id in mine else ""}
        for one in sorted(drafts, key=lambda one: one.started_at)
    ]


# --- one thing that was recorded ------------------------------------------------------------------


def _disclosure_card(row: Disclosure, said: Said, problem: str | None) -> dict[str, Any]:
    """A disclosure: its tags, its questions and answers, what is wrong with its record."""
    nothing = not row.sent and not any(said.get(name) for name, _ in TYPED)
    known = [("Basis recorded after sharing", "red")] if row.basis_after_sharing else []
    known += [("Not what was decided", "orange")] if row.differs_from_decision else []
    return {
        "row": row,
        "title": "Nothing more is sent" if nothing else f"Sent {shown(row.sent_at)}",
        "tags": known,
        "problem": problem,
        "rows": _disclosure_rows(row, said, nothing=nothing),
        "receipt": chain.receipt_code(bytes(row.entry_hash)),
    }


def _disclosure_rows(row: Disclosure, said: Said, *, nothing: bool) -> Rows:
    sent = [(f"To {one['recipient']}", one["items"]) for one in said.get("sent", ())]
    typed = [(words, said.get(name)) for name, words in TYPED]
    differs = [lists.label("sent_differs", code) for code in said.get("differs", ())]
    return _rows(
        *sent,
        *typed,
        ("How", "" if nothing else lists.label("method", row.method)),
        ("Reference", said.get("sent_reference")),
        ("Sent by", "" if nothing else said.get("sent_by")),
        ("Is that all?", "Yes" if row.complete else "No, more is to be sent"),
        ("Not as decided", differs),
        ("Why", said.get("reason")),
        ("Recorded", f"{shown(row.recorded_at)}, by {row.by.name}"),
    )


def _review_card(row: Review, said: Said, problem: str | None) -> dict[str, Any]:
    """A look back at a decision."""
    again = shown(row.review_on) if row.outcome == "still_right" else ""
    rows = _rows(
        ("Why", said.get("reason")),
        ("Look at it again on", again),
        ("Recorded", f"{shown(row.recorded_at)}, by {row.by.name}"),
    )
    return {"title": lists.label("review_outcome", row.outcome), "rows": rows, "problem": problem}


# --- the wrong person -----------------------------------------------------------------------------


def incident_line(row: Incident, now: datetime) -> dict[str, Any]:
    """An incident in short: its clock, and whether the governance lead has answered."""
    newest = row.answers.order_by("-recorded_at").first()
    return _line(row, newest.outcome if newest else "", now)


def incidents_listed(found: QuerySet[Incident], now: datetime) -> list[dict[str, Any]]:
    """Incidents in short, those without an answer first, each in the order of its clock; one query."""
    newest = IncidentAnswer.objects.filter(incident=OuterRef("pk")).order_by("-recorded_at")
    rows: Any = found.select_related("decision").annotate(answered=Subquery(newest.values("outcome")[:1]))
    ordered = sorted(rows, key=lambda row: (row.answered is not None, row.report_by, row.reference))
    return [_line(row, row.answered or "", now) for row in ordered]


def incidents_to_answer(user: User, now: datetime) -> list[dict[str, Any]]:
    """What waits for a governance lead's answer, in the order of the clocks."""
    return incidents_listed(access.incidents_for(user).filter(answers=None), now)


def _line(row: Incident, outcome: str, now: datetime) -> dict[str, Any]:
    if outcome:
        tag = (lists.label("incident_outcome", outcome).split(":")[0], "green")
    else:
        tag = ("Overdue", "red") if row.report_by < now else ("To answer", "yellow")
    return {"row": row, "clock": f"Report by {shown(row.report_by)}", "tag": tag}


def incident_rows(row: Incident) -> tuple[Rows, str | None]:
    """What was recorded when it was reported, and what is wrong with the record."""
    ((_, said, problem),) = after_rows.WRONG_PERSON.check([row])
    told = [lists.label("incident_told", code) for code in row.told]
    return (
        _rows(
            ("Decision", row.decision.reference),
            ("Is anyone in danger?", lists.label("in_danger", row.in_danger)),
            ("What went to the wrong person", said.get("what")),
            ("Who has it", said.get("who_has_it")),
            ("What they could do with it", said.get("could_do")),
            ("Who has been told", [*told, *([said["told_other"]] if said.get("told_other") else [])]),
            ("What has been done", said.get("done")),
            ("First known", shown(row.known_at)),
            ("Recorded", f"{shown(row.recorded_at)}, by {row.by.name}"),
        ),
        problem,
    )


def answer_cards(row: Incident) -> list[dict[str, Any]]:
    """The governance lead's answers, newest first."""
    found = row.answers.select_related("by").order_by("-recorded_at")
    return [_answer_card(*one) for one in after_rows.ANSWERED.check(found)]


def _answer_card(row: IncidentAnswer, said: Said, problem: str | None) -> dict[str, Any]:
    rows = _rows(
        ("Reported", display.moment(said.get("reported_at"))),
        ("The regulator’s reference", said.get("regulator_reference")),
        ("Why after the 72 hours", said.get("late_reason")),
        ("What it could mean for people", said.get("reason")),
        ("Have they been told?", lists.label("people_told", said.get("people_told", ""))),
        ("How and when, or why not", said.get("people_reason")),
        ("Recorded", f"{shown(row.recorded_at)}, by {row.by.name}"),
    )
    return {"title": lists.label("incident_outcome", row.outcome), "rows": rows, "problem": problem}


def sent_ready(found: Decision, said: Said) -> tuple[list[Any], list[Any], frozenset[Pair]]:
    """What the page of what was sent offers: recipients, items, and what was sent before."""
    return list(said.get("recipients", ())), list(said.get("items", ())), frozenset(due.sent_under(found))


def differs_in_words(codes: list[str], *, late: bool) -> str:
    """Why a reason is needed, for the field that asks for it."""
    why = [lists.label("sent_differs", code).lower() for code in codes]
    why += ["it was sent before the lawful basis was chosen"] if late else []
    return f"Enter why: {'; '.join(why)}"
