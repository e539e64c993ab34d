"""What still stands open in a case. Floors above add theirs: their tables and words are not known here."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case, User


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """Something that is not finished: in words, and the page on which it is finished ("": not for this user).

    `blocks`: the case cannot be closed before it is.
    """

    words: str
    href: str
    blocks: bool


Source = Callable[[Case, User], list[OpenEnd]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source; a second registration of the same function changes nothing."""
    if source not in _sources:
        _sources.append(source)


def of(case: Case, user: User) -> list[OpenEnd]:
    """Everything that stands open, what blocks closing first; it names nobody and holds no sealed text.

    Args:
        user: whoever asks: they are given the addresses of pages that they can open.
    """
    found = [one for source in _sources for one in source(case, user)]
    if case.provisional and case.matched_to_id is None:
        words = "Say which case this provisional case belongs to"
        found.insert(0, OpenEnd(words, reverse("case_match", args=[case.reference]), blocks=True))
    return sorted(found, key=lambda one: not one.blocks)
