"""Forms of the directory: teams, and the agencies that information is asked of and shared with."""

from cases.forms.accounts import named
from cases.forms.base import GovForm, Radios
from cases.models import Agency


class TeamForm(GovForm):
    """A new team."""

    buttons = (("save", "Add the team"),)
    name = named("Name of the new team", "Enter the name of the team")


class AgencyForm(GovForm):
    """A new agency."""

    buttons = (("save", "Add the agency"),)
    name = named("Name of the new agency", "Enter the name of the agency")


class ChangeAgencyForm(GovForm):
    """The name of an agency, and whether it is offered."""

    buttons = (("save", "Save"),)
    name = named("Name of the agency", "Enter the name of the agency")
    active = Radios(
        (
            ("yes", "Yes"),
            ("no", "No", "Decisions that name it keep it"),
        ),
        label="Is it offered in new decisions?",
        error_messages={"required": "Select whether it is offered"},
    )

    @staticmethod
    def start(agency: Agency) -> dict[str, str]:
        """What the form shows first."""
        return {"name": agency.name, "active": "yes" if agency.active else "no"}
