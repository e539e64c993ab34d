"""A decision that raises nothing, to be changed one answer at a time."""

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from sharing import rules
from sharing.rules.terms import LONDON

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=LONDON)
REASON = "Nine visits in one month, most at night, and two requests to move away from the flat."

SURVIVOR = rules.Person(
    "survivor", "victim_survivor", "Siân Kowalczyk", frozenset({"phone"}), frozenset({"post"})
)
CHILD = rules.Person("child", "child", "Mai O'Dowd")
ALLEGED = rules.Person("alleged", "alleged_perpetrator", "Marek St John-Lowe")
NEIGHBOUR = rules.Person("neighbour", "other", "Mr Iqbal")
ADULT = rules.Person("adult", "adult", "Femke")

COUNCIL = rules.Organisation("local_authority", policy_document=True)
PROVIDER = rules.Organisation("registered_provider", policy_document=True)
CASE = rules.CaseFacts(
    risk_level="medium",
    concern_identified_at=datetime(2026, 3, 2, 14, 0, tzinfo=LONDON),
    people=(SURVIVOR, CHILD, ALLEGED, NEIGHBOUR, ADULT),
    information_count=5,
)
IDVA = rules.Recipient(
    "idva", "Ngozi Bell", "Adviser", "idva", "Plans for her safety.", linked="no", method="secure_email"
)
POLICE = rules.Recipient(
    "police", "Róisín Whelan", "Sergeant", "police", "Can act tonight.", linked="no", method="portal"
)
MOVE = rules.Item(
    "move",
    text="She has asked to move twice since Christmas.",
    source="By phone",
    dated=date(2026, 3, 2),
    about=("survivor",),
    recipients=("idva",),
    why="Says what she wants.",
    nature="reported",
    relevant=True,
    enough=True,
    include=True,
)
VISITS = replace(
    MOVE, key="visits", text="Nine visits in February.", nature="fact", about=("survivor", "alleged")
)
ARREARS = replace(
    MOVE, key="arrears", include=False, withheld_reason="Money does not help to judge the danger."
)

SHARE = rules.Facts(
    now=TUESDAY,
    organisation=PROVIDER,
    case=CASE,
    recipients=(IDVA,),
    items=(MOVE, VISITS),
    started="offer",
    aims=frozenset({"assess_risk", "protect_adult"}),
    urgency="two_days",
    without_identity="no",
    safeguarding="yes",
    risk_assessment="yes",
    services="not_sure",
    harm_if_not="She would face the next visit alone.",
    less_safe="no",
    basis="6-1-d",
    kinds=frozenset({"ordinary"}),
    informed="told",
    told_by="phone",
    wishes="agrees",
    consent="given",
    procedure="domestic-abuse-policy",
    fits="It asks for a referral within two working days.",
    send_by=datetime(2026, 3, 4, 12, 0, tzinfo=LONDON),
    doubt="no",
    outcome="share_all",
    reasons=frozenset({"informs_services"}),
    reason_text=REASON,
)
PART = replace(SHARE, outcome="share_part", items=(MOVE, VISITS, ARREARS))
KEEP = replace(
    SHARE,
    outcome="do_not_share",
    safeguarding="no",
    risk_assessment="no",
    services="no",
    items=(ARREARS,),
    reasons=frozenset({"would_increase_risk"}),
    instead="We confirm the distance by phone.",
    review_on=date(2026, 3, 31),
)
WAIT = replace(KEEP, outcome="not_yet", doubt="ask")


def change(facts: rules.Facts, **changes: Any) -> rules.Facts:
    """The facts with answers changed.

    `item__why=""` changes the first item, `recipient__name=""` the first recipient; `case__…` and so on.
    """
    own = {field.name for field in fields(rules.Facts)}
    for name, value in changes.items():
        if name in own:
            facts = replace(facts, **{name: value})
            continue
        part, _, answer = name.partition("__")
        if part in ("case", "organisation"):
            facts = replace(facts, **{part: replace(getattr(facts, part), **{answer: value})})
        else:
            first, *rest = getattr(facts, f"{part}s")
            changed: dict[str, Any] = {f"{part}s": (replace(first, **{answer: value}), *rest)}
            facts = replace(facts, **changed)
    return facts


def codes(facts: rules.Facts) -> list[str]:
    """The codes of what the facts raise, in order."""
    return [finding.code for finding in rules.assess(facts)]
