"""What the tests of findings in the browser share: a draft that raises nothing, a row of the table, hands.

A row changes that draft as little as its finding needs, says where its words stand, and how it ends.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sharing import journey, rules
from sharing.words import words

Fill = Mapping[str, Any]
"""What is filled in on a page: the name of a question and its answer, or the list of them; "" empties it."""
REASON = "He waited at the school gate on Friday, and the children walk home alone."
POLICE = {
    "key": "police",
    "name": "Sgt Imelda Fenwick",
    "role": "Duty sergeant",
    "agency": "police",
    "why": "Can keep her safe tonight",
    "linked": "no",
    "method": "secure_email",
}
SHARED = {
    "include": True,
    "recipients": ["police"],
    "why": "Shows the danger",
    "relevant": True,
    "enough": True,
}
KEPT = {"include": False, "withheld_reason": "The repairs tell the police nothing new"}


@dataclass(frozen=True)
class In:
    """A day so many days from today; with a time of day, a moment."""

    days: int
    time: str = ""

    @property
    def iso(self) -> str:
        """As a draft stores it."""
        found = (timezone.localdate() + timedelta(days=self.days)).isoformat()
        return f"{found}T{self.time}" if self.time else found

    def boxes(self) -> dict[str, str]:
        """As it is typed."""
        found = timezone.localdate() + timedelta(days=self.days)
        return {"day": str(found.day), "month": str(found.month), "year": str(found.year), "time": self.time}


@dataclass(frozen=True)
class Row:
    """One finding, or one way to raise it.

    code: of `rules.STOPS` or `rules.POINTS`.
    at, field: the page where its words stand, and the id of the element beside which they do.
    answers, shared, to, item, risk, settings, more: changes to the draft, to its answers about the shared
        item, to its recipient, to what the case says of that item; an assessment of the risk; the
        organisation's settings; how many more pieces of information are shared.
    agreement: when the sharing agreement that was chosen is to be reviewed; None: there is none.
    before: pages that are filled in and saved in the browser first.
    offend: what is filled in on the page before it is saved; None: it is found from the check page alone.
    said: the page's own words, where it refuses the answer before a rule can be asked.
    kept: whether such an answer can be kept with "Save and come back later", to be found on the check page.
    mend, mend_at, through: the way out, its page where that is another, and the link that leads there.
    first: what has to be changed on other pages before that.
    lands: what has the focus after the link from the check page or the points page, where it is not `field`.
    why: why there is something that this row does not show.
    """

    code: str
    at: str
    field: str
    mend: Fill | None
    offend: Fill | None = made(default_factory=dict)
    said: str = ""
    kept: bool = True
    mend_at: str = ""
    through: str = ""
    first: Sequence[tuple[str, Fill]] = ()
    lands: str | None = None
    before: Sequence[tuple[str, Fill]] = ()
    answers: Mapping[str, Any] = made(default_factory=dict)
    shared: Mapping[str, Any] = made(default_factory=dict)
    to: Mapping[str, Any] = made(default_factory=dict)
    item: Mapping[str, Any] = made(default_factory=dict)
    risk: str = ""
    settings: Mapping[str, Any] = made(default_factory=dict)
    more: int = 0
    agreement: In | None = None
    why: str = ""


def named(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Each row with a name for its test: the code, and the field where a code has several rows."""
    codes = [row.code for row in rows]
    for row in rows:
        where = f"-{row.field.removeprefix('id_').format(item='item')}"
        yield row.code + (where if codes.count(row.code) > 1 else ""), row


# --- the draft ------------------------------------------------------------------------------------

ANSWERS: Mapping[str, Any] = {
    "pages": dict.fromkeys(journey.BY_SLUG, True),
    "started": "offer",
    "already_sent": False,
    "aims": ["protect_adult", "marac"],
    "aim_text": "The police can plan for her safety this week",
    "urgency": "two_days",
    "without_identity": "no",
    "safeguarding": "yes",
    "risk_assessment": "yes",
    "services": "not_sure",
    "harm_if_not": "Nobody who can act would know",
    "less_safe": "no",
    "basis": "6-1-d",
    "kinds": ["ordinary"],
    "informed": "told",
    "told_by": "phone",
    "told_on": In(-1),
    "wishes": "agrees",
    "consent": "given",
    "perpetrator_told": "no_unsafe",
    "children_told": "not_appropriate",
    "send_by": In(0),
    "procedure": "marac-protocol",
    "fits": "The protocol asks for a referral on the same day",
    "doubt": "no",
    "outcome": "share_part",
    "decided_at": In(-1, "12:00"),
    "reasons": ["risk_of_serious_harm"],
    "reason_text": REASON,
}
KEEP: Mapping[str, Any] = {
    "outcome": "do_not_share",
    "safeguarding": "no",
    "risk_assessment": "no",
    "services": "no",
    "reasons": ["would_increase_risk"],
    "instead": "We call her at the agreed time",
    "review_on": In(7),
}
"""Answers of a decision not to share, to lay over the others."""
OFFENCE = {"kinds": ["ordinary", "offence"], "offence_condition": "33"}
SPECIAL = {"kinds": ["ordinary", "special"], "article_9": "9-2-f"}
PEOPLE: tuple[dict[str, Any], ...] = (
    {"role": "victim_survivor", "name": "Rosalind Achterberg", "preferred_name": "Roz"},
    {"role": "child", "name": "Tobias Achterberg"},
    {"role": "alleged_perpetrator", "name": "Gareth Pym"},
)
INFORMATION = {
    "text": "He waited outside the school",
    "source": "Told us at the office",
    "dated": In(-3),
    "nature": "reported",
    "checked_on": In(-1),
    "about": ["victim_survivor"],
}


def resolved(value: Any) -> Any:
    """A value of the table with its days counted from today."""
    if isinstance(value, In):
        return value.iso
    if isinstance(value, Mapping):
        return {name: resolved(one) for name, one in value.items()}
    return value


def title(row: Row) -> str:
    """The first words of a finding."""
    kind = "stop" if row.code in rules.STOPS else "point"
    return words(f"{kind}.{row.code}").title


CLEAN = Row("", "request", "", {})
"""The draft that the rows change."""


def clean(**changes: Any) -> Row:
    """The same with changes."""
    return replace(CLEAN, **changes)
