"""The rules of a decision, pure: facts in, findings out. Every guard is in this package and nowhere else.

findings = assess(facts)
may_record(facts, findings, answered={"stale_item"})
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sharing.rules.after import basis_after_sharing
from sharing.rules.facts import CaseFacts, Facts, Item, Organisation, Person, Recipient
from sharing.rules.table import POINTS, STOPS, Rule
from sharing.rules.terms import (
    bases_offered,
    basis_at,
    consent_relied_on,
    deadline,
    ends,
    given,
    is_public_authority,
    offence_data,
    sharing,
    threshold_met,
    unsafe_route,
    without_identity,
    working_days_after,
)

__all__ = [
    "POINTS",
    "STOPS",
    "CaseFacts",
    "Facts",
    "Finding",
    "Item",
    "Organisation",
    "Person",
    "Recipient",
    "Rule",
    "assess",
    "bases_offered",
    "basis_after_sharing",
    "basis_at",
    "consent_relied_on",
    "deadline",
    "ends",
    "given",
    "is_public_authority",
    "may_record",
    "offence_data",
    "points",
    "sharing",
    "stops",
    "threshold_met",
    "unsafe_route",
    "working_days_after",
]

Kind = Literal["stop", "point"]


@dataclass(frozen=True)
class Finding:
    """What a rule found: the answer it belongs to, the id of its words, what of the guide it serves.

    `subjects` are the keys of the recipients or items that raised it, where it is about some of them.
    """

    code: str
    kind: Kind
    field: str
    words: str
    serves: tuple[str, ...]
    subjects: tuple[str, ...] = ()


def assess(facts: Facts) -> list[Finding]:
    """Everything that the answers raise: stops first, each code once, in the order of the table."""
    return [*_found("stop", STOPS.values(), facts), *_found("point", POINTS.values(), facts)]


def _found(kind: Kind, rules: Iterable[Rule], facts: Facts) -> Iterator[Finding]:
    for rule in rules:
        if facts.outcome not in rule.outcomes or (rule.identifying and without_identity(facts)):
            continue
        raised = rule.when(facts)
        if raised:
            field = rule.where(facts) if rule.where else rule.field
            subjects = raised if isinstance(raised, tuple) else ()
            yield Finding(rule.code, kind, field, f"{kind}.{rule.code}", rule.serves, subjects)


def stops(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that keep a decision from being recorded."""
    return [finding for finding in findings if finding.kind == "stop"]


def points(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that the officer answers in writing."""
    return [finding for finding in findings if finding.kind == "point"]


def may_record(facts: Facts, findings: Collection[Finding], answered: Collection[str]) -> bool:
    """Whether the decision can be recorded: no stop, and each point (by code) answered in writing.

    What has already been sent is always recorded, with its findings.
    """
    if facts.already_sent:
        return True
    return (
        facts.outcome is not None
        and not stops(findings)
        and all(found.code in answered for found in points(findings))
    )
