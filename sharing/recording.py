"""What recording writes beside the decision itself, alike for a full decision and for an emergency share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit import chain, ledger
from cases import fields
from cases.models import Case, ConsentRecord, User
from sharing import projection, rules
from sharing.answers import Answers
from sharing.models import Decision, Draft
from sharing.rules.terms import day_of


@dataclass(frozen=True)
class Ready:
    """A decision that may be recorded, sealed before the transaction opens."""

    draft: Draft
    answers: Answers
    facts: rules.Facts
    said: dict[str, Any]
    sealed: chain.Sealed
    consent: ConsentRecord | None
    advice: tuple[str, ...] = ()
    """The marks of the questions and answers that it records."""


def consent_record(draft: Draft, by: User, facts: rules.Facts) -> ConsentRecord | None:
    """The line that a decision adds to the consent log, sealed and not saved yet; None where it has none."""
    if not (facts.consent or facts.wishes or facts.informed):
        return None
    line = ConsentRecord(
        case=draft.case,
        by=by,
        happened_on=day_of(facts.decided_at or facts.now),
        consent=facts.consent or "",
        wishes=facts.wishes or "",
        informed=facts.informed or "",
        told_by=facts.told_by or "",
        note=facts.consent_reason,
        decision_reference=draft.reference,
    )
    fields.seal_fields(line)
    return line


def write(case: Case, ready: Ready, by: User) -> Decision:
    """Everything that stands for a decision: the consent log, the case, the entry, the row.

    Args:
        case: as it is under the lock, where it is locked.
    """
    if ready.consent:
        ready.consent.save(force_insert=True)
    _stand_on_case(case, ready, by)
    entry = ledger.append(ready.sealed)
    decision = projection.decision_of(entry, ready.said)
    decision.save(force_insert=True)
    return decision


def _stand_on_case(case: Case, ready: Ready, by: User) -> None:
    """Where sharing stands now, kept with the case: lawful basis, consent, what was checked of necessity."""
    facts, decided = ready.facts, ready.facts.decided_at or ready.facts.now
    # What is recorded late is history: it never replaces what was decided or said after it.
    if facts.basis and (case.lawful_basis_at is None or decided >= case.lawful_basis_at):
        case.lawful_basis, case.lawful_basis_at = facts.basis, decided
    if facts.consent:
        case.consent_status = case.consent_log.exclude(consent="").values_list("consent", flat=True)[0]
    # In an emergency nobody is asked about single items: what was checked of them before still stands.
    weighed = not ready.said["row"].get("emergency")
    if weighed and decided >= datetime.fromisoformat(case.necessity.get("decided_at", decided.isoformat())):
        said = {"decision": ready.draft.reference, "decided_at": decided.isoformat()}
        case.necessity = necessity(facts) | said
    case._history_user = by  # type: ignore[attr-defined]
    case.save(update_fields=["lawful_basis", "lawful_basis_at", "consent_status", "necessity"])


def necessity(facts: rules.Facts) -> dict[str, Any]:
    """How many items were considered, and what was said of those that are included."""
    included = [item for item in facts.items if item.include]
    return {
        "items": len(facts.items),
        "with_reason": sum(rules.given(item.why) for item in included),
        "relevant": sum(bool(item.relevant) for item in included),
        "enough": sum(bool(item.enough) for item in included),
        "checked": sum(item.checked_on is not None for item in included),
        "withheld": len(facts.items) - len(included),
    }
