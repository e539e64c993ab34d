"""What every page of set-up is: a form over the organisation's settings."""

from typing import Any, ClassVar

from cases.forms.base import GovForm
from cases.models import Organisation


class PartForm(GovForm):
    """A part of set-up. `kept` are the settings whose field has the name and the value of the setting."""

    part: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str] = ""
    """What stands beside the part in the list."""
    lead: ClassVar[str] = ""
    """A sentence above the questions."""
    kept: ClassVar[tuple[str, ...]] = ()
    buttons = (("save", "Save"),)

    def __init__(self, organisation: Organisation, data: Any = None) -> None:
        super().__init__(data, initial=self.start(organisation))
        self.organisation = organisation

    def start(self, organisation: Organisation) -> dict[str, Any]:
        """What the form shows first; nothing is answered for a part that nobody has confirmed."""
        return {name: getattr(organisation, name) for name in self.kept}

    def values(self) -> dict[str, Any]:
        """The answers as `set_organisation` takes them."""
        return {name: self.cleaned_data[name] for name in self.kept}

    def more(self) -> dict[str, Any]:
        """What the page shows beside its questions."""
        return {}
