"""The letters of service.md §4: what each is called outside, and whom it may name. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sharing.rules.leaks import Leak
from sharing.rules.requests import APPROVED, urgent
from sharing.rules.terms import local
from sharing.rules.texts import plain

L1, L2, L3, L4, L5 = "L1", "L2", "L3", "L4", "L5"
DECLINES = frozenset({"do_not_share", "share_part"})
"""The outcomes of a decision that declines what was asked, wholly or in part: the letter L5 says why."""
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter.

    `to`: who it goes to, in words; `names`: it may name whom the decision lets the asking reveal (it goes to
    the person whom the decision names), where any other letter needs no name of the family.
    """

    code: str
    title: str
    to: str
    names: bool = False
    replies: bool = True

    @property
    def approved(self) -> bool:
        """Whether a manager approves it before it goes."""
        return self.code in APPROVED


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            Kind(L1, "Ask in writing", "the person whom you ask", names=True),
            Kind(L2, "Ask for their reasons in writing", "the person who refused", names=True),
            Kind(L3, "Our senior manager to theirs", "their senior manager"),
            Kind(L4, "To the strategic group", "the chair of the local strategic group"),
            Kind(L5, "Why we do not share it", "the person who asked us", replies=False),
        )
    }
)


def moment(value: datetime) -> str:
    """A deadline as a subject says it: "4pm Tuesday 1 December"."""
    at = local(value)
    hour, half = at.hour % 12 or 12, "am" if at.hour < 12 else "pm"
    clock = f"{hour}:{at.minute:02}{half}" if at.minute else f"{hour}{half}"
    return f"{clock} {at:%A} {at.day} {at:%B}"


def subject(reference: str, *, urgency: str = "", reply_by: datetime | None) -> str:
    """What a letter is called outside: the reference, how urgent it is, by when; nothing else (law.md §8).

    Args:
        reference: of the request of ours, or of the one made to us.
        urgency: a code of the list `urgency`.
        reply_by: aware; None: no reply is needed.
    """
    if reply_by is None:
        return f"{reference} – our answer"
    needed = "urgent, reply needed by" if urgent(urgency) else "reply needed by"
    return f"{reference} – {needed} {moment(reply_by)}"


def file_name(reference: str, kind: str, ending: str) -> str:
    """The name of a letter's file: "R-8K2XYZ-L2.pdf"."""
    return f"{reference}-{kind}.{ending}"


def excess(text: str, found: Iterable[Leak], revealed: str, known: Collection[Leak]) -> list[Leak]:
    """The identity in a letter that goes beyond what the decision lets the asking reveal.

    A part of what is revealed is revealed too: whoever reads a whole name reads the surname.

    Args:
        text: of the letter; `found` is the identity in it.
        revealed: what the decision includes for this recipient, in its own words; `known` the identity in it.
    """
    words, runs = set[tuple[str, str]](), set[tuple[str, str]]()
    for leak in known:
        words |= {(leak.kind, word) for word in _words(revealed, leak)}
        runs.add((leak.kind, _run(revealed[leak.start : leak.end])))
    return [leak for leak in found if not _revealed(text, leak, words, runs)]


def _revealed(
    text: str, leak: Leak, words: Collection[tuple[str, str]], runs: Collection[tuple[str, str]]
) -> bool:
    if (leak.kind, _run(text[leak.start : leak.end])) in runs:
        return True
    said = _words(text, leak)
    return bool(said) and all((leak.kind, word) in words for word in said)


def _words(text: str, leak: Leak) -> Sequence[str]:
    return [one for one in (_run(word) for word in text[leak.start : leak.end].split()) if one]


def _run(text: str) -> str:
    """The letters and figures of a text alone, however it is spelled."""
    return _BETWEEN.sub("", plain(text))
