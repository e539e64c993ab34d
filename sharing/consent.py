"""Decisions that rest on consent, and consent that was refused or withdrawn after they were recorded.

Such a decision is looked at again on the day on which that was logged; a look back settles it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from audit import ledger
from cases import vault
from cases.models import ConsentRecord
from sharing import projection
from sharing.models import Decision, Review
from sharing.rules.terms import day_of

ENDED = ("refused", "withdrawn")
"""The answers in the consent log after which nothing rests on consent any more."""
WORDS = "consent was refused or withdrawn after it"
_BASIS, _ARTICLE_9, _PARAGRAPH = "6-1-a", "9-2-a", "29"
"""Consent as lawful basis; explicit consent (Article 9(2)(a)); consent in Schedule 1, paragraph 29."""

Said = Mapping[str, Any]


def rests_on_consent(decision: Decision, said: Said) -> bool:
    """Whether a decision needs consent to hold.

    Args:
        said: the opened content of its entry; empty where it cannot be opened.
    """
    conditions = (said.get("schedule_1"), said.get("offence_condition"))
    return decision.lawful_basis == _BASIS or said.get("article_9") == _ARTICLE_9 or _PARAGRAPH in conditions


def ended_after() -> Exists:
    """Whether a line of the log says so after the decision was recorded, as a filter of decisions."""
    lines = ConsentRecord.objects.filter(case=OuterRef("case"), consent__in=ENDED)
    return Exists(lines.filter(recorded_at__gt=OuterRef("recorded_at")))


def look_again(decisions: Collection[Decision]) -> dict[UUID, date]:
    """The day on which each of these decisions is to be looked at for that, by id; the others are not in it.

    As many queries for a thousand decisions as for one. The sealed records are opened to see on what they
    rest, and nothing of them is handed on.

    Args:
        decisions: those that nothing follows.
    """
    lines = _lines({one.case_id for one in decisions})
    if not lines:
        return {}
    reviewed = dict(
        Review.objects.filter(decision__in=decisions)
        .values_list("decision_id")
        .annotate(newest=Max("recorded_at"))
    )
    found = {one: _first_after(one, lines[one.case_id], reviewed.get(one.id)) for one in decisions}
    candidates = [one for one, at in found.items() if at]
    resting = _resting(candidates)
    return {one.id: day_of(at) for one, at in found.items() if at and one.id in resting}


def _lines(cases: Collection[UUID]) -> dict[UUID, list[tuple[datetime, str]]]:
    lines: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    found = ConsentRecord.objects.filter(case__in=cases, consent__in=ENDED).order_by("recorded_at")
    for case, at, reference in found.values_list("case_id", "recorded_at", "decision_reference"):
        lines[case].append((at, reference))
    return lines


def _first_after(
    decision: Decision, lines: Sequence[tuple[datetime, str]], reviewed: datetime | None
) -> datetime | None:
    """When it was first logged after the decision, and after the newest look back at it."""
    since = max(decision.recorded_at, reviewed or decision.recorded_at)
    # The line that was logged with the decision itself is part of it.
    return next((at for at, of in lines if at > since and of != decision.reference), None)


def _resting(decisions: Sequence[Decision]) -> set[UUID]:
    on_basis = {one.id for one in decisions if one.lawful_basis == _BASIS}
    others = [one for one in decisions if one.id not in on_basis]
    if not others:
        return on_basis
    vault.load({one.case_id for one in others})
    entries = ledger.by_hashes(one.entry_hash for one in others)
    opened = {one.id: projection.opened(entries.get(bytes(one.entry_hash)))[0] for one in others}
    return on_basis | {one.id for one in others if rests_on_consent(one, opened[one.id])}
