"""What the ledger entry of a decision says, and the row of codes that stands for it.

The entry is the record: every answer, and the facts of the case as they were. `Decision` only repeats
its codes for lists and filters; `compare` tells where a row says something else than its entry.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Model

from audit import chain, ledger
from audit.models import Entry
from cases import events, vault
from cases.fields import Altered
from sharing import lists, rules, words
from sharing.answers import ALIAS
from sharing.models import Decision

KIND = "decision.recorded"
SEEN = ("page.", "rule-", "principle-", "basis.", "lesson-", "section-")
"""The words that every journey shows; those of the findings that were raised are added."""

PANEL = "panel.not_shared"
"""The words of the page that interrupts, seen by whoever passed it."""

_NOT_ANSWERS = frozenset({"pages", "points", "recipients", "items"})
_OF_ENTRY = {
    "case_id": "subject",
    "by_id": "actor",
    "request_key": "request_key",
    "decided_at": "occurred_at",
}
_OF_ENTRY |= {"recorded_at": "recorded_at", "entry_hash": "hash"}


def plain(value: Any) -> Any:
    """A value of the facts as the ledger's canonical JSON takes it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def content(
    *,
    reference: str,
    decision: UUID,
    answers: Mapping[str, Any],
    facts: rules.Facts,
    findings: Sequence[rules.Finding],
    organisation: str,
    agencies: Mapping[str, str],
    marks: Mapping[str, Any] | None = None,
    procedure: str = "",
    advice: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Everything that is recorded, as one level of named fields.

    Args:
        reference, decision: the decision's reference and the id of its row.
        marks: columns of the row that are no answers: what the decision follows, whether it was an emergency.
        organisation: the organisation's name.
        agencies: the directory's name of each agency code that is used.
        procedure: name and version of the organisation's policy that was named, where it is one.
        advice: the questions that were taken to an adviser, with what came of each.
    """
    known = {key: value for key, value in answers.items() if key not in _NOT_ANSWERS}
    people = [person for person in facts.case.people if not person.key.endswith(ALIAS)]
    return known | {
        "reference": reference,
        "decision": str(decision),
        "decided_at": plain(facts.decided_at or facts.now),
        "judged_at": plain(facts.now),
        "risk_level": facts.case.risk_level,
        "marac_criteria": plain(facts.case.marac_criteria),
        "marac_referred_on": plain(facts.case.marac_referred_on),
        "concern_identified_at": plain(facts.case.concern_identified_at),
        "information_count": facts.case.information_count,
        "people": plain(people),
        "organisation": plain(facts.organisation) | {"name": organisation},
        "recipients": [_recipient(one, answers, agencies) for one in facts.recipients],
        "items": [_item(one, agencies) for one in facts.items],
        "findings": [_finding(finding, answers.get("points") or {}) for finding in findings],
        "guidance": _guidance(findings, answers.get("pages") or {}),
        "lists": lists.version(),
        "row": row(facts, findings) | dict(marks or {}),
        **({"procedure_title": procedure} if procedure else {}),
        **({"advice": [dict(one) for one in advice]} if advice else {}),
    }


def _item(item: rules.Item, agencies: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = plain(item)
    named = agencies.get(item.received_from) or lists.label("unlisted_agency", item.received_from)
    return said | ({"received_from_name": named} if item.received_from else {})


def _recipient(
    recipient: rules.Recipient, answers: Mapping[str, Any], agencies: Mapping[str, str]
) -> dict[str, Any]:
    given = next(one for one in answers["recipients"] if one["key"] == recipient.key)
    named = agencies.get(recipient.agency) or given.get("agency_name", "")
    return {**given, **plain(recipient), "agency_name": named}


def _finding(finding: rules.Finding, answered: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": finding.code,
        "kind": finding.kind,
        "field": finding.field,
        "serves": list(finding.serves),
        "subjects": list(finding.subjects),
        "answer": answered.get(finding.code, ""),
    }


def _guidance(findings: Iterable[rules.Finding], passed: Mapping[str, bool]) -> list[str]:
    """The words that were seen, each as "id version sha256"."""
    raised = {finding.words for finding in findings}
    if passed.get("panel"):
        raised.add(PANEL)
    return [
        f"{text.id} {text.version} {text.sha256}"
        for text in words.all_words()
        if text.id.startswith(SEEN) or text.id in raised
    ]


def row(facts: rules.Facts, findings: Sequence[rules.Finding]) -> dict[str, Any]:
    """The columns of codes of the row that stands for the decision."""
    included = [item for item in facts.items if item.include]
    return {
        "outcome": facts.outcome or "",
        "started": facts.started or "",
        "urgency": facts.urgency or "",
        "lawful_basis": facts.basis or "",
        "consent": facts.consent or "",
        "wishes": facts.wishes or "",
        "informed": facts.informed or "",
        "risk_level": facts.case.risk_level,
        "threshold_met": rules.threshold_met(facts.case),
        "already_sent": bool(facts.already_sent),
        "aims": plain(facts.aims),
        "kinds": plain(facts.kinds),
        "reasons": plain(facts.reasons),
        "stops": [finding.code for finding in rules.stops(findings)],
        "points": [finding.code for finding in rules.points(findings)],
        "agencies": sorted({person.agency for person in facts.recipients if person.agency}),
        "included": len(included),
        "withheld": len(facts.items) - len(included),
        "review_on": plain(facts.review_on),
        "basis_at": plain(rules.basis_at(facts)),
        "basis_after_sharing": rules.basis_after_sharing(facts.sent_at, rules.basis_at(facts)),
        "send_by": plain(facts.send_by and rules.ends(facts.send_by)) if rules.sharing(facts) else None,
        "to_send": to_send(facts),
    }


def to_send(facts: rules.Facts) -> list[list[str]]:
    """What is still to be sent once it is recorded: pairs of a recipient's key and an item's key."""
    if facts.already_sent or not rules.sharing(facts):
        return []
    known = {person.key for person in facts.recipients}
    return sorted(
        [key, item.key] for item in facts.items if item.include for key in item.recipients if key in known
    )


def decision_of(entry: Entry, said: Mapping[str, Any]) -> Decision:
    """The row that stands for an entry with this content, not saved yet."""
    columns = {name: _column(name, value) for name, value in said["row"].items()}
    return Decision(
        id=UUID(said["decision"]),
        reference=said["reference"],
        **{column: getattr(entry, source) for column, source in _OF_ENTRY.items()},
        **columns,
    )


_AS_STORED: Mapping[str, Callable[[str], Any]] = {
    "review_on": date.fromisoformat,
    "basis_at": datetime.fromisoformat,
    "send_by": datetime.fromisoformat,
    "follows_id": UUID,
    "agreement_id": UUID,
    "asked_id": UUID,
}
"""Columns that JSON holds as text → what the row holds."""


def _column(name: str, value: Any) -> Any:
    return _AS_STORED[name](value) if value and name in _AS_STORED else value


def said_of(decision: Decision) -> dict[str, Any]:
    """The opened content of a decision's entry; empty where the case's key was destroyed.

    The caller has entered that the decision was looked at.
    """
    return check(decision)[0]


def check(decision: Decision) -> tuple[dict[str, Any], str | None]:
    """The opened content of a decision's entry, and what is wrong with entry or row (None: nothing).

    The hash of the header and that of the seal are computed again at every reading.
    """
    entry = ledger.by_hash(decision.entry_hash)
    said, problem = opened(entry)
    if entry is None or problem:
        return {}, problem
    return said, _difference(entry, said, decision)


def opened(entry: Entry | None) -> tuple[dict[str, Any], str | None]:
    """The opened content of the entry that a row names (empty: the key was destroyed), what is wrong with it.

    The hash of the header and that of the seal are computed again.
    """
    if entry is None:
        return {}, "the ledger holds no entry for it"
    if chain.entry_hash(bytes(entry.header)) != bytes(entry.hash):
        return {}, "the hash of the entry is not that of its header"
    if sha256(bytes(entry.sealed)).digest() != bytes(entry.ct):
        return {}, "the sealed record is not the one that was recorded"
    try:
        return events.content_of(entry), None
    except Altered:
        return {}, "the sealed record does not open"


def findings_of(said: Mapping[str, Any]) -> list[rules.Finding]:
    """The findings that were recorded with a decision."""
    return [
        rules.Finding(
            code=one["code"],
            kind=one["kind"],
            field=one["field"],
            words=f"{one['kind']}.{one['code']}",
            serves=tuple(one["serves"]),
            subjects=tuple(one["subjects"]),
        )
        for one in said.get("findings", ())
    ]


def compare(entries: Sequence[Entry]) -> list[str | None]:
    """What each decision's row says otherwise than its entry, or None."""
    return compare_all(entries, Decision, "decision", _difference)


def compare_all(
    entries: Sequence[Entry],
    model: type[Model],
    called: str,
    difference: Callable[[Entry, dict[str, Any], Any], str | None],
    *,
    of_case: bool = True,
) -> list[str | None]:
    """What the row of each entry says otherwise than the entry, or None; two queries for all.

    Args:
        called: the row in words.
        difference: tells it of an entry, its opened content (empty: the key was destroyed) and its row.
        of_case: sealed under the case's key, and not the organisation's.
    """
    hashes = [bytes(entry.hash) for entry in entries]
    stored = model._default_manager.filter(entry_hash__in=hashes)
    # Every model that stands for entries has the column; their common class does not say so.
    rows = {bytes(row.entry_hash): row for row in stored}  # type: ignore[attr-defined]
    keyed = vault.load({entry.subject if of_case else vault.ORGANISATION for entry in entries})

    def compared(entry: Entry, hashed: bytes) -> str | None:
        if hashed not in rows:
            return f"the {called} has no row"
        opens = not of_case or entry.subject in keyed
        try:
            said = events.content_of(entry, of_case=of_case) if opens else {}
        except Altered:
            return "the sealed record does not open"
        return difference(entry, said, rows[hashed])

    return [compared(entry, hashed) for entry, hashed in zip(entries, hashes, strict=True)]


def _difference(entry: Entry, said: Mapping[str, Any], stored: Decision) -> str | None:
    """The first column that differs; where the key was destroyed, of those that the header holds."""
    if said:
        expected = decision_of(entry, said)
        columns = [field.attname for field in Decision._meta.concrete_fields]
    else:
        expected = Decision(**{column: getattr(entry, source) for column, source in _OF_ENTRY.items()})
        columns = list(_OF_ENTRY)
    return differing("decision", expected, stored, columns)


def differing(called: str, expected: Model, stored: Model, columns: Iterable[str]) -> str | None:
    """The first column in which a stored row is not the one that stands for its entry, in words, or None."""
    differs = next((name for name in columns if _value(expected, name) != _value(stored, name)), None)
    return f"the {called}'s {differs} is not what was recorded" if differs else None


def _value(row: Model, column: str) -> Any:
    value = getattr(row, column)
    return bytes(value) if isinstance(value, memoryview) else value


def count() -> int:
    """How many rows stand for recorded decisions."""
    return Decision.objects.count()
