"""Who takes cases over: one answer for each team in which somebody owns open cases."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cases.forms.base import CheckboxSet, Dropdown, GovForm
from cases.handing import Place
from cases.models import Case, Team, User

MANAGER = "manager"
SHOWN = 200
"""Cases of a team that are offered at one go."""


def _managed(place: Place) -> bool:
    return any(one.role == User.Role.MANAGER for one in place.takers)


def _taker(place: Place, label: str) -> Dropdown:
    offered = [(MANAGER, "The team's manager")] if _managed(place) else []
    offered += [(str(one.id), f"{one.name}, {one.get_role_display()}") for one in place.takers]
    words = f"Select who takes the cases of {place.team.name}"
    return Dropdown(offered, label=label, error_messages={"required": words})


class HandOnForm(GovForm):
    """For an administrator: teams and numbers, nothing of a case. The team's manager is chosen at first."""

    buttons = ()

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {f"team_{place.team.id}": place for place in places if place.takers}
        self.nobody = [place for place in places if not place.takers]
        for name, place in self.places.items():
            cases = "open case" if place.count == 1 else "open cases"
            field = _taker(place, f"Who takes {place.count} {cases} of {place.team.name}?")
            field.initial = MANAGER if _managed(place) else ""
            self.fields[name] = field

    def chosen(self) -> list[tuple[Team, User | None]]:
        """Each team with who takes its cases; None: its manager."""
        return [(place.team, self._taker(name, place)) for name, place in self.places.items()]

    def _taker(self, name: str, place: Place) -> User | None:
        code = self.cleaned_data[name]
        return next((one for one in place.takers if str(one.id) == code), None)


class HandOnSomeForm(HandOnForm):
    """For a manager: the cases themselves too, all of them ticked at first."""

    def __init__(self, *args: Any, places: Sequence[Place], cases: Sequence[Case], **kwargs: Any) -> None:
        super().__init__(*args, places=places, **kwargs)
        for name, place in list(self.places.items()):
            ours = [str(case.reference) for case in cases if case.team_id == place.team.id][:SHOWN]
            self.fields[f"cases_{name}"] = CheckboxSet(
                [(one, one) for one in ours],
                label=f"Cases of {place.team.name}",
                help_text="Take away the tick from those that stay.",
                required=False,
                initial=ours,
            )
            self.fields[name].label = f"Who takes the cases of {place.team.name}?"
            self.fields[name].initial = ""
            self.fields[name].required = False
        self.known = {case.reference: case.id for case in cases}
        order = [one for name in self.places for one in (f"cases_{name}", name)]
        self.order_fields(order)

    def clean(self) -> dict[str, Any]:
        """Ask for a taker where cases are ticked, and for a case somewhere."""
        cleaned = dict(super().clean() or self.cleaned_data)
        for name, place in self.places.items():
            if cleaned.get(f"cases_{name}") and name in cleaned and not cleaned[name]:
                self.add_error(name, f"Select who takes the cases of {place.team.name}")
        boxes = [f"cases_{name}" for name in self.places]
        if boxes and all(box in cleaned and not cleaned[box] for box in boxes):
            self.add_error(boxes[0], "Select at least one case")
        return cleaned

    def ticked(self) -> list[tuple[Team, User | None, list[UUID]]]:
        """Each team of which cases are ticked, with who takes them and their ids."""
        return [
            (place.team, self._taker(name, place), [self.known[one] for one in chosen])
            for name, place in self.places.items()
            if (chosen := self.cleaned_data[f"cases_{name}"])
        ]
