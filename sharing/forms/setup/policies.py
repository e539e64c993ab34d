"""Set-up: the organisation's policies and procedures."""

from collections.abc import Collection
from typing import Any

from cases.forms.base import YES_NO, DayField, Dropdown, GovForm, PlainCharField, Radios
from cases.forms.lines import LinkField
from cases.models import Policy
from sharing.policies import BUILT_IN


class PolicyForm(GovForm):
    """A policy or procedure: what it is called, which version is in force, where it is."""

    buttons = (("save", "Save"),)

    name = PlainCharField(
        label="What is it called?",
        max_length=120,
        error_messages={"required": "Enter the name of the policy"},
    )
    version = PlainCharField(
        label="Which version is in force?",
        help_text="For example, 3.1. Decisions keep the version that they were made under.",
        max_length=40,
        error_messages={"required": "Enter the version that is in force"},
    )
    in_force_from = DayField(
        label="Since when is it in force?",
        help_text="For example, 27 3 2026",
        what="The date from which it is in force",
        past_only=True,
    )
    review_on = DayField(
        label="When is it reviewed next? (optional)",
        what="The date of the next review",
        required=False,
    )
    link = LinkField(
        label="Where can it be read? (optional)",
        help_text="The address of the page, starting with https://",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A review comes after the day from which it is in force."""
        answers = self.cleaned_data
        since, review = answers.get("in_force_from"), answers.get("review_on")
        if since and review and review <= since:
            self.add_error("review_on", "Enter a date after the one from which it is in force")
        return answers

    def values(self) -> dict[str, Any]:
        """Fields of `Policy`."""
        return {name: self.cleaned_data[name] for name in _OWN}


_OWN = ("name", "version", "in_force_from", "review_on", "link")


class AddPolicyForm(PolicyForm):
    """A new policy, of the reference list or of a name of its own."""

    buttons = (("save", "Add the policy"),)
    code = Dropdown(
        empty_label="None of these",
        label="Is it one of these? (optional)",
        help_text="These are the procedures that many organisations have.",
        required=False,
    )

    def __init__(self, *args: Any, held: Collection[str] = (), **kwargs: Any) -> None:
        """Arguments: `held` – the codes that are on the list already."""
        super().__init__(*args, **kwargs)
        self.order_fields(["code", *_OWN])
        open_ = [(code, label) for code, label in BUILT_IN if code not in held]
        self.fields["code"].offer(open_)  # type: ignore[attr-defined]
        self.fields["name"].required = False
        self.fields["name"].help_text = "Leave this empty to take the name from the list."

    def clean(self) -> dict[str, Any]:
        """Take the name from the list where none is typed."""
        answers = super().clean()
        if not answers.get("name") and "name" not in self.errors:
            answers["name"] = dict(BUILT_IN).get(answers.get("code", ""), "")
            if not answers["name"]:
                self.add_error("name", "Enter the name of the policy, or choose one from the list")
        return answers


class ChangePolicyForm(PolicyForm):
    """A policy as it is, and whether it is offered."""

    active = Radios(
        YES_NO,
        label="Is it offered in new decisions?",
        help_text="Decisions that name it keep it.",
        error_messages={"required": "Select whether it is offered"},
    )

    @staticmethod
    def start(policy: Policy) -> dict[str, Any]:
        """What the form shows first."""
        own = {name: getattr(policy, name) for name in _OWN}
        return own | {"active": "yes" if policy.active else "no"}

    def values(self) -> dict[str, Any]:
        """Fields of `Policy`."""
        return super().values() | {"active": self.cleaned_data["active"] == "yes"}
