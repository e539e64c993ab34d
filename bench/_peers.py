"""The same decision as a plain Django application would keep it: rows, with and without simple-history.

Everything that our entry holds is here too, as readable columns: the decision with its answers, one row for
each recipient, item, person and finding, the line of the consent log, and where the case stands. The draft,
the question whether the officer may, and the rules are the same; only what is kept, and how, differs.
"""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction
from django.utils import timezone
from simple_history.models import HistoricalRecords

from cases.models import Organisation, User
from sharing import access, actions, rules
from sharing.answers import facts_of
from sharing.models import Draft
from sharing.projection import plain

Tables = dict[str, type[models.Model]]


def _tables(prefix: str, *, history: bool) -> Tables:
    """The tables of one peer. Built twice, so that the two differ in nothing but their history."""

    def table(name: str, **columns: Any) -> type[models.Model]:
        # simple-history looks the application up, so it has to be one that is installed.
        parts: dict[str, Any] = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "sharing"})}
        parts |= {"id": models.UUIDField(primary_key=True, default=uuid4)} | columns
        return type(
            f"{prefix}{name}", (models.Model,), parts | ({"history": HistoricalRecords()} if history else {})
        )

    code, text = partial(models.CharField, max_length=30), models.JSONField
    stands = table("Case", lawful_basis=code(default=""), consent=code(default=""))
    decision = table(
        "Decision",
        case=models.ForeignKey(stands, models.PROTECT),
        by=models.UUIDField(),
        reference=code(unique=True),
        decided_at=models.DateTimeField(),
        recorded_at=models.DateTimeField(auto_now_add=True),
        outcome=code(db_index=True),
        lawful_basis=code(),
        risk_level=code(),
        answers=text(),
        organisation=text(),
    )
    parts = {
        name: table(name, decision=models.ForeignKey(decision, models.PROTECT), content=text())
        for name in ("Recipient", "Item", "Person", "Finding", "Consent")
    }
    return {"Case": stands, "Decision": decision} | parts


PLAIN = _tables("Plain", history=False)
TRACKED = _tables("Tracked", history=True)


def histories() -> list[type[models.Model]]:
    """The tables that simple-history made."""
    return [model.history.model for model in TRACKED.values()]  # type: ignore[attr-defined]


def create(tables: dict[str, Any], *, by: User, draft_id: UUID, stands_id: UUID, now: datetime) -> None:
    """What the officer's last click does there: may they, is it sound, keep it as rows, close the draft."""
    draft = access.fetch_draft(by, draft_id)
    answers = actions.answers_of(draft)
    facts = facts_of(answers, case=draft.case, organisation=Organisation.current(), now=now)
    findings = rules.assess(facts)
    if not rules.may_record(facts, findings, answers.get("points", {})):
        raise ValueError("the peer's decision cannot be recorded")
    with transaction.atomic():
        Draft.objects.filter(id=draft_id).update(recorded_at=timezone.now(), answers=b"")
        decision = tables["Decision"].objects.create(
            case_id=stands_id,
            by=by.id,
            reference=uuid4().hex[:12],
            decided_at=now,
            outcome=facts.outcome,
            lawful_basis=facts.basis,
            risk_level=facts.case.risk_level,
            answers=answers,
            organisation=plain(facts.organisation),
        )
        _parts(tables, decision, facts, findings)
        stands = tables["Case"].objects.get(id=stands_id)
        stands.lawful_basis, stands.consent = facts.basis, facts.consent
        stands.save()


def _parts(tables: dict[str, Any], decision: Any, facts: rules.Facts, findings: list[rules.Finding]) -> None:
    told = {"consent": facts.consent, "wishes": facts.wishes, "informed": facts.informed}
    rows: dict[str, Any] = {"Recipient": facts.recipients, "Item": facts.items, "Consent": [told]}
    for name, contents in (rows | {"Person": facts.case.people, "Finding": findings}).items():
        for content in contents:
            tables[name].objects.create(decision=decision, content=plain(content))
