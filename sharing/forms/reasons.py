"""Page 3: the three principles, and what could happen."""

from cases.forms.base import CheckboxSet, PlainTextField, Radios
from sharing import lists
from sharing.forms.page import PageForm, options


class ReasonsForm(PageForm):
    """Why share, or why not."""

    safeguarding = Radios(
        options("safeguarding"),
        label="Would sharing help to protect or support people at risk?",
        error_messages={"required": "Select whether sharing would help to protect people at risk"},
    )
    risk_assessment = Radios(
        options("risk_assessment"),
        label="Would it make the risk assessment more accurate?",
        help_text="Do we know something that other agencies may not?",
        error_messages={"required": "Select whether it would make the risk assessment more accurate"},
    )
    services = Radios(
        options("services"),
        label="Would it help to decide which services to offer?",
        error_messages={"required": "Select whether it would help to decide which services to offer"},
    )
    principles_text = PlainTextField(
        label="Anything to add to these three answers? (optional)",
        max_length=300,
        rows=3,
        required=False,
    )
    harm_if_not = PlainTextField(
        label="What could happen if we do not share?",
        max_length=300,
        rows=3,
        error_messages={"required": "Enter what could happen if we do not share"},
    )
    affected = CheckboxSet(
        label="Who could be affected?",
        help_text="Select all that apply.",
        required=False,
    )
    less_safe = Radios(
        options("less_safe"),
        label="Could sharing make anyone less safe?",
        help_text="Think of what happens if the alleged perpetrator finds out.",
        error_messages={"required": "Select whether sharing could make anyone less safe"},
    )

    def adapt(self) -> None:
        """Offer the people of the case; without any there is nothing to ask."""
        people = [
            (str(person.id), self.sheet.names[str(person.id)], lists.label("role", person.role))
            for person in self.sheet.people
        ]
        if people:
            self.offer("affected", people)
        else:
            del self.fields["affected"]


class SaferForm(PageForm):
    """What is done about the harm that sharing could do."""

    mitigation = PlainTextField(
        label="What will you do so that nobody is less safe?",
        help_text="For example, who must not be told, and when and where people are contacted. "
        "If you can do nothing, leave this empty: you will be asked about it before you record.",
        max_length=300,
        required=False,
    )
