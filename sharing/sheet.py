"""What the pages of one draft know: the answers so far, and the case around them, read once for a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cases.models import Agency, InformationItem, Person, Policy
from sharing import agreements, lists
from sharing.models import Agreement
from sharing.rules import Facts, Finding, assess

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One draft as its pages see it. `agencies`: (code, name) pairs of the directory's active agencies.

    `agreements`: the newest version of every sharing agreement, and the version that was chosen. `policies`:
    the organisation's own. `routes`: the agencies whose secure route is recorded, by code.
    `review_after_days`: when a decision not to share is looked at again.
    """

    answers: Answers
    facts: Facts
    people: Sequence[Person]
    information: Sequence[InformationItem]
    agencies: Sequence[tuple[str, str]]
    agreements: Sequence[Agreement] = ()
    policies: Sequence[Policy] = ()
    routes: Mapping[str, Agency] = field(default_factory=dict)
    review_after_days: int = 28

    @property
    def survivor(self) -> Person | None:
        """The first victim/survivor of the case."""
        return next((person for person in self.people if person.role == "victim_survivor"), None)

    @cached_property
    def preferred_names(self) -> list[str]:
        """How each victim/survivor wants to be called, for questions about them."""
        found = [person for person in self.people if person.role == "victim_survivor"]
        return [person.preferred_name or person.name or "the victim/survivor" for person in found]

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of each person of the case, by id; the role where no name is recorded."""
        return {str(person.id): person.name or lists.label("role", person.role) for person in self.people}

    @cached_property
    def item_answers(self) -> dict[str, dict[str, Any]]:
        """What was answered about each information item, by its id."""
        return {str(item["information"]): item for item in self.answers.get("items", ())}

    @cached_property
    def agreement(self) -> Agreement | None:
        """The version of a sharing agreement that was chosen."""
        return agreements.chosen(self.answers, self.agreements)

    @property
    def recipients(self) -> list[dict[str, Any]]:
        """The recipients as they were entered."""
        return list(self.answers.get("recipients", ()))

    @cached_property
    def recipient_options(self) -> list[tuple[str, str, str]]:
        """The recipients as a question offers them: key, name, agency."""
        return [(one["key"], str(one.get("name", "")), self.agency(one)) for one in self.recipients]

    @cached_property
    def findings(self) -> list[Finding]:
        """Everything that the answers raise."""
        return assess(self.facts)

    @cached_property
    def _agency_names(self) -> dict[str, str]:
        return dict(self.agencies)

    def agency(self, recipient: Mapping[str, Any]) -> str:
        """The name of a recipient's agency."""
        code = str(recipient.get("agency") or "")
        if code in lists.codes("unlisted_agency"):
            return str(recipient.get("agency_name") or lists.label("unlisted_agency", code))
        return self._agency_names.get(code) or lists.label("agency", code)

    def route(self, recipient: Mapping[str, Any]) -> Agency | None:
        """The recipient's agency, where it is recorded how information reaches it safely."""
        return self.routes.get(str(recipient.get("agency") or ""))

    def information_item(self, key: str) -> InformationItem | None:
        """The information item of the case with this id."""
        return next((item for item in self.information if str(item.id) == key), None)
