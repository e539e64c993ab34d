"""Filters of a case's timeline."""

from collections.abc import Iterable
from typing import Any

from cases.forms.base import CheckboxSet, DayField, Dropdown, FilterForm
from cases.models import User
from cases.timeline import GROUPS, SAW


class TimelineFilterForm(FilterForm):
    """What, by whom, from when until when."""

    kind = CheckboxSet(GROUPS, label="What happened")
    person = Dropdown(label="Member of staff", empty_label="Anybody")
    since = DayField(label="From", help_text="For example, 27 3 2026", what="The first day")
    until = DayField(label="To", help_text="For example, 27 3 2026", what="The last day")

    def __init__(self, *args: Any, people: Iterable[User], with_views: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].offer([(str(one.id), one.name) for one in people])  # type: ignore[attr-defined]
        if not with_views:
            kinds = [(code, words) for code, words in GROUPS if code != SAW]
            self.fields["kind"].offer(kinds)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The days must be in their order."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day must be the same as or after the first")
        return self.cleaned_data
