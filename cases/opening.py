"""Opening a case: what the actions of every floor that open one have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from audit import chain, ledger
from cases import access, doubles, events, search, setting_up, vault
from cases.acting import plain, ready, save_new
from cases.models import Case, CaseKey, Concern, Person, Team, User
from cases.models.cases import new_reference

_FIELDS = (
    "opened_at",
    "concern_identified_at",
    "staff_safety",
    "privacy_information",
    "privacy_given_on",
)


@dataclass(frozen=True)
class Opening:
    """A case that is about to be opened: everything sealed under its new key, nothing saved yet."""

    by: User
    case: Case
    key: CaseKey
    people: Sequence[Person]
    concerns: Sequence[Concern]
    index: Callable[[], None]
    tell_owners: Callable[[], None]
    sealed: chain.Sealed

    def save(self) -> None:
        """Save the key, the case and its people and append the entry, inside the caller's transaction.

        Raises:
            django.core.exceptions.PermissionDenied: they work on no cases, or not in this team.
            setting_up.NotLive: set-up is not finished.
        """
        setting_up.require_live()
        access.require_team(self.by, self.case.team)
        self.key.save(force_insert=True)
        self.case.save(force_insert=True)
        save_new(self.people)
        save_new(self.concerns)
        self.tell_owners()
        self.index()
        ledger.append(self.sealed)


def prepare(
    *,
    by: User,
    team: Team,
    people: Sequence[Mapping[str, Any]],
    now: datetime,
    concern: Mapping[str, Any] | None = None,
    request_key: UUID | None = None,
    **values: Any,
) -> Opening:
    """Seal a case that `by` is to own, before the transaction opens.

    Args:
        people: the fields of each `Person` that is known from the start.
        now: aware; when it is opened, where `values` do not say.
        concern: the fields of the first `Concern`, where it is known.
        values: further fields of `Case`.
    """
    case = Case(reference=free_reference(), team=team, owner=by, **({"opened_at": now} | values))
    key = vault.new_key(case.id)
    rows = [Person(case=case, position=n, **one) for n, one in enumerate(people)]
    concerns = [Concern(case=case, **concern)] if concern else []
    content = {"reference": case.reference, "team": team.name, "people": plain(people)} | plain(
        {name: getattr(case, name) for name in _FIELDS} | ({"provisional": True} if case.provisional else {})
    )
    content |= {"concern": plain(concern)} if concern else {}
    sealed = events.seal("case.created", content, case=case, by=by, now=now, request_key=request_key)
    index = search.indexed(*rows)
    for row in (case, *rows, *concerns):
        ready(row, by)
    tell = partial(doubles.tell_owners, list(people), case, by=by, now=now)
    return Opening(by, case, key, rows, concerns, index, tell, sealed)


def free_reference() -> str:
    """A reference that no case has. Two writers who draw the same one at once are too unlikely to matter."""
    while Case.objects.filter(reference=(drawn := new_reference())).exists():
        continue
    return drawn
