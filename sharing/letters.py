"""The letters of a request, and of one made to us: which is ready to go, which waits for a manager.

L1 to L4 belong to a request of ours, L5 to a request made to us (service.md §4). A changed letter is a new
one, which stands in the place of the one before.
"""

from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from cases import access as case_access
from cases.models import Case, User
from sharing import after_rows, display, letter_paper, words
from sharing.models import Decision, Letter, LetterCheck, Request, RequestStep
from sharing.rules import leaks
from sharing.rules.letters import KINDS, L1, file_name
from sharing.rules.requests import ACTS, ANSWERED, APPROVED, CLOSED

PREPARED, WAITING, RETURNED, CLEARED, SENT = "prepared", "waiting", "returned", "approved", "sent"
REPLACED, OUTDATED = "replaced", "outdated"
STANDINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        PREPARED: ("Prepared", "blue"),
        WAITING: ("Waiting for a manager", "yellow"),
        RETURNED: ("Returned", "orange"),
        CLEARED: ("Approved", "turquoise"),
        SENT: ("Sent", "green"),
        REPLACED: ("Replaced", "grey"),
        OUTDATED: ("Out of date", "orange"),
    }
)
"""Where a letter stands → the words of its tag and their colour."""


def _newest_check(column: str) -> Subquery:
    checks = LetterCheck.objects.filter(letter=OuterRef("pk")).order_by("-recorded_at", "-id")
    return Subquery(checks.values(column)[:1])


def told() -> QuerySet[Letter]:
    """Letters with what came of each: `checked` (how a manager judged it, None: not yet), `gone`, `newer`.

    `newer` is the reference of the letter that stands in its place, or None; `changed`: it would ask for the
    first time, and the request was changed since or another decision is in the place of the one that allows
    it. No door: filter by case first.
    """
    # A letter is about a request of ours or about one made to us: of the two, the other is empty on both.
    after = {"case": OuterRef("case"), "kind": OuterRef("kind"), "recorded_at__gt": OuterRef("recorded_at")}
    newer_of_request = Letter.objects.filter(request=OuterRef("request"), **after)
    newer_of_asked = Letter.objects.filter(asked=OuterRef("asked"), **after)
    since = {"request": OuterRef("request"), "recorded_at__gt": OuterRef("recorded_at")}
    rewritten = Exists(RequestStep.objects.filter(act="change", **since))
    followed = Exists(Decision.objects.filter(follows=OuterRef("request__decision")))
    newer = (newer_of_request | newer_of_asked).order_by("-recorded_at").values("reference")[:1]
    return Letter.objects.annotate(
        checked=_newest_check("outcome"),
        gone=Exists(RequestStep.objects.filter(letter=OuterRef("pk"))),
        newer=Subquery(newer),
        changed=ExpressionWrapper(Q(kind=L1) & (rewritten | followed), output_field=BooleanField()),
    )


def to_approve() -> QuerySet[Letter]:
    """Letters, as `told` reads them, that must be approved and whose request still goes on. No door."""
    newest = RequestStep.objects.filter(request=OuterRef("request")).order_by("-number")
    found = told().filter(kind__in=APPROVED).alias(state=Subquery(newest.values("state")[:1]))
    return found.exclude(state__in=(ANSWERED, CLOSED))


def standing(letter: Letter) -> str:
    """Where a letter stands: a code of `STANDINGS`.

    Args:
        letter: as `told` reads it.
    """
    row = letter.__dict__
    if row["gone"]:
        return SENT
    if row["newer"]:
        return REPLACED
    if row["changed"]:
        return OUTDATED
    if letter.kind not in APPROVED:
        return PREPARED
    return {None: WAITING, CLEARED: CLEARED}.get(row["checked"], RETURNED)


def ready(request: Request, kind: str) -> Letter | None:
    """The newest letter of this kind, where it may go now: approved if it must be, and not sent by a step."""
    newest = told().filter(request=request, kind=kind).order_by("recorded_at", "id").last()
    return newest if newest and standing(newest) in {PREPARED, CLEARED} else None


def waiting(user: User) -> list[Letter]:
    """The letters that wait for this manager's approval, oldest first: never one that they prepared.

    Each comes with its case; whoever shows it enters nothing, because it shows no text.
    """
    if user.role != User.Role.MANAGER:
        return []
    found = to_approve().filter(case__in=case_access.managed_by(user)).exclude(by=user)
    return _standing_so(found, WAITING)


def returned(user: User) -> list[Letter]:
    """The letters that this person prepared and a manager returned, while none stands in their place."""
    found = to_approve().filter(case__in=case_access.visible_to(user), by=user)
    return _standing_so(found, RETURNED)


def _standing_so(found: QuerySet[Letter], wanted: str) -> list[Letter]:
    rows = found.select_related("case", "by", "request", "asked").order_by("recorded_at")
    return [letter for letter in rows if standing(letter) == wanted]


# --- one of them ----------------------------------------------------------------------------------

DIFFERS = "what would be handed out is not what was recorded"
PDF, TEXT = "pdf", "text"
GOES: frozenset[str] = frozenset({PREPARED, CLEARED, SENT})
"""Where a letter stands when it may be downloaded: it can go, or has gone."""


def fetch(user: User | AnonymousUser, reference: str) -> Letter:
    """The letter with this reference, as `told` reads it, for somebody who may see its case.

    Raises:
        Http404: no such letter, or not for this user: the same for both.
    """
    # What a hidden letter is asked, none is asked too: their answers take as long.
    case_id = Letter.objects.filter(reference=reference).values_list("case_id", flat=True).first()
    if not case_access.can(user, "view", Case(id=case_id or uuid4())):
        raise case_access.Hidden(case_id)
    related = ("case__team", "case__owner", "by", "request", "asked")
    return told().select_related(*related).get(reference=reference)


def made_with(user: User, key: UUID | None) -> Letter | None:
    """The letter that this person prepared with a posted form, or None."""
    return Letter.objects.filter(by=user, request_key=key).first() if key else None


def opened(letter: Letter) -> tuple[dict[str, Any], str | None]:
    """What was recorded of a letter (empty: the key was destroyed), and what is wrong with it or None.

    The fingerprints of text and PDF are computed again.
    """
    ((_, said, problem),) = after_rows.LETTER.check([letter])
    if problem or not said:
        return said, problem
    made = {PDF: sha256(b64decode(said["pdf"])), TEXT: sha256(said["text"].encode())}
    same = made[PDF].hexdigest() == letter.pdf_sha256 and made[TEXT].hexdigest() == letter.text_sha256
    return (said, None) if same else ({}, DIFFERS)


def file_of(letter: Letter, said: Mapping[str, Any], form: str) -> tuple[str, str, bytes]:
    """The name, the type and the stored bytes of a letter's file.

    Args:
        said: as `opened` gives it, not empty.
        form: `PDF` or `TEXT`.
    """
    if form == PDF:
        return file_name(said["about"], letter.kind, "pdf"), "application/pdf", b64decode(said["pdf"])
    return file_name(said["about"], letter.kind, "txt"), "text/plain; charset=utf-8", said["text"].encode()


def page_of(letter: Letter) -> dict[str, Any]:
    """What the page of a letter shows; the caller has entered that it is looked at."""
    said, problem = opened(letter)
    stands = standing(letter)
    return {
        "letter": letter,
        "kind": KINDS[letter.kind],
        "stands": stands,
        "tag": STANDINGS[stands],
        "newer": letter.__dict__["newer"],
        "goes": stands in GOES and bool(said) and not problem,
        "problem": problem,
        "destroyed": not said and not problem,
        "subject": said.get("subject", ""),
        "blocks": list(letter_paper.blocks(said.get("text", ""))),
        "rows": _rows(letter, said) if said else [],
        "checks": check_cards(letter),
        "act": next((act for act in ACTS.values() if act.letter == letter.kind), None),
    }


def _rows(letter: Letter, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = [leaks.KINDS.get(code, code) for code in letter.leaks]
    made_of = [_made_of(*one.split(" ")) for one in said["templates"]]
    rows = (
        ("To", [one for one in (said["name"], said["role"], said["agency"]) if one]),
        ("Reply needed by", display.moment(letter.reply_by.isoformat()) if letter.reply_by else ""),
        ("Prepared", f"{display.moment(letter.recorded_at.isoformat())}, by {letter.by.name}"),
        ("It names more than it needs to", asked),
        ("Why", said["reason"]),
        ("Made from", made_of),
        ("Fingerprint of the text", letter.text_sha256),
        ("Fingerprint of the PDF", letter.pdf_sha256),
    )
    return [{"question": asks, "answer": answer, "change": ""} for asks, answer in rows if answer]


def _made_of(word_id: str, version: str, _sha256: str) -> str:
    """A text by its title, in the version that was used; by its id where we no longer hold it."""
    try:
        return f"{words.words(word_id, int(version)).title}, version {version}"
    except KeyError:
        return f"{word_id}, version {version}"


def check_cards(letter: Letter) -> list[dict[str, Any]]:
    """What managers said of it, newest first."""
    found = letter.checks.select_related("by").order_by("-recorded_at")
    return [_check_card(*one) for one in after_rows.LETTER_CHECKED.check(found)]


def _check_card(row: LetterCheck, said: Mapping[str, Any], problem: str | None) -> dict[str, Any]:
    when = f"{display.moment(row.recorded_at.isoformat())}, by {row.by.name}"
    rows = [("Why", said.get("note", "")), ("Recorded", when)]
    return {
        "title": STANDINGS[CLEARED if row.outcome == CLEARED else RETURNED][0],
        "rows": [{"question": asks, "answer": answer, "change": ""} for asks, answer in rows if answer],
        "problem": problem,
        "tags": (),
    }
