"""Why a decision that counts is to be looked at again at once: consent that ended, and what is watched.

One place for both, so that a decision is named once with all its reasons.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from cases.models import Case, User
from sharing import consent, watch
from sharing.models import Decision


@dataclass(frozen=True, slots=True)
class Again:
    """The local day on which it is due, and why, in words that name nobody."""

    day: date
    why: tuple[str, ...]

    @property
    def consent(self) -> bool:
        """Whether it rests on consent that has ended."""
        return consent.WORDS in self.why

    @property
    def words(self) -> str:
        """All the reasons in a line."""
        return "; ".join(self.why)


def needed() -> Q:
    """Whether anything may call for it, as a filter of decisions; `why` says whether it does."""
    return Q(consent.ended_after()) | watch.happened_since()


def why(decisions: Collection[Decision]) -> dict[UUID, Again]:
    """When and why each of these decisions is to be looked at again, by id; the others are not in it.

    As many queries for a thousand decisions as for one.

    Args:
        decisions: those that nothing follows.
    """
    ended, watched = consent.look_again(decisions), watch.again(decisions)
    found: dict[UUID, Again] = {}
    for one in decisions:
        days = [day for day in (ended.get(one.id), watched[one.id][0] if one.id in watched else None) if day]
        if days:
            words = [consent.WORDS] if one.id in ended else []
            words += watch.in_words(watched[one.id][1]) if one.id in watched else []
            found[one.id] = Again(min(days), tuple(words))
    return found


def attention(case: Case, _user: User) -> list[dict[str, str]]:
    """What the overview of a case says of it: the decisions to be looked at again, oldest first."""
    live = Decision.objects.filter(needed(), case=case, followed_by=None)
    decisions = list(live.order_by("recorded_at"))
    again = why(decisions)
    return [
        {
            "words": f"Look at decision {one.reference} again: {again[one.id].words}",
            "href": reverse("decision_review", args=[one.reference]),
        }
        for one in decisions
        if one.id in again
    ]
