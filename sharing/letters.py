"""The letters of a request, and of one made to us: which is ready to go, which waits for a manager.

L1 to L4 belong to a request of ours, L5 to a request made to us (service.md §4). A changed letter is a new
one, which stands in the place of the one before.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from cases import access as case_access
from cases.models import User
from sharing.models import Letter, LetterCheck, Request, RequestStep
from sharing.rules.requests import APPROVED

PREPARED, WAITING, RETURNED, CLEARED, SENT = "prepared", "waiting", "returned", "approved", "sent"
REPLACED = "replaced"
STANDINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        PREPARED: ("Prepared", "blue"),
        WAITING: ("Waiting for a manager", "yellow"),
        RETURNED: ("Returned", "orange"),
        CLEARED: ("Approved", "turquoise"),
        SENT: ("Sent", "green"),
        REPLACED: ("Replaced", "grey"),
    }
)
"""Where a letter stands → the words of its tag and their colour."""


def _newest_check(column: str) -> Subquery:
    checks = LetterCheck.objects.filter(letter=OuterRef("pk")).order_by("-recorded_at", "-id")
    return Subquery(checks.values(column)[:1])


def told() -> QuerySet[Letter]:
    """Letters with what came of each: `checked` (how a manager judged it, None: not yet), `gone`, `newer`.

    `newer` is the reference of the letter that stands in its place, or None. No door: filter by case first.
    """
    # A letter is about a request of ours or about one made to us: of the two, the other is empty on both.
    after = {"case": OuterRef("case"), "kind": OuterRef("kind"), "recorded_at__gt": OuterRef("recorded_at")}
    newer_of_request = Letter.objects.filter(request=OuterRef("request"), **after)
    newer_of_asked = Letter.objects.filter(asked=OuterRef("asked"), **after)
    newer = (newer_of_request | newer_of_asked).order_by("-recorded_at").values("reference")[:1]
    return Letter.objects.annotate(
        checked=_newest_check("outcome"),
        gone=Exists(RequestStep.objects.filter(letter=OuterRef("pk"))),
        newer=Subquery(newer),
    )


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
    found = told().filter(kind__in=APPROVED, case__in=case_access.managed_by(user)).exclude(by=user)
    return _standing_so(found, WAITING)


def returned(user: User) -> list[Letter]:
    """The letters that this person prepared and a manager returned, while none stands in their place."""
    found = told().filter(kind__in=APPROVED, case__in=case_access.visible_to(user), by=user)
    return _standing_so(found, RETURNED)


def _standing_so(found: QuerySet[Letter], wanted: str) -> list[Letter]:
    rows = found.select_related("case", "by", "request", "asked").order_by("recorded_at")
    return [letter for letter in rows if standing(letter) == wanted]
