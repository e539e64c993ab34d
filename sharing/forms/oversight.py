"""The filters of who took what out."""

from typing import Any

from cases import events
from cases.forms.base import Dropdown, FilterForm
from sharing import oversight


class OversightForm(FilterForm):
    """What was done, and by whom."""

    kind = Dropdown((), label="What was done", empty_label="Anything")
    person = Dropdown((), label="By whom", empty_label="Anybody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, events.KINDS[code].title) for code in oversight.KINDS]
        self.fields["kind"].offer(kinds)  # type: ignore[attr-defined]
        self.fields["person"].offer(oversight.people())  # type: ignore[attr-defined]
