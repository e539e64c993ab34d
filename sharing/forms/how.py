"""Page 7: how it is sent to each recipient, when, on what conditions, under which procedure."""

from collections.abc import Mapping
from typing import Any, ClassVar

from cases.forms.base import CheckboxSet, Dropdown, PlainCharField, PlainTextField, Radios
from sharing import lists, policies, routes
from sharing.forms.page import OpenMomentField, PageForm, options


class HowForm(PageForm):
    """How and when."""

    for_each_recipient: ClassVar[tuple[str, ...]] = ("method", "method_reason")
    """Asked once for each recipient, as `method_<key>` and `method_reason_<key>`."""

    send_by = OpenMomentField(
        label="When will it be sent, at the latest?",
        help_text="For example, 27 3 2026 at 2:30pm. Without a time, the whole day counts.",
        what="The time by which it is sent",
        error_messages={"required": "Enter when it will be sent"},
    )
    conditions = CheckboxSet(
        options("conditions"),
        label="What must they do with it?",
        help_text="Select all that apply.",
        required=False,
    )
    procedure = Radios(
        label="Which of our procedures covers this?",
        help_text="If you share like this again and again, ask the information governance lead "
        "for a sharing agreement.",
        divider_before="none",
        error_messages={"required": "Select a procedure or none"},
    )
    fits = PlainTextField(
        label="How does it fit that procedure?",
        help_text="One sentence is enough, with the version or date that you used. "
        "Leave this empty if you selected none.",
        max_length=200,
        rows=3,
        required=False,
    )

    def adapt(self) -> None:
        """Ask about each recipient, by name, before the questions about all of them."""
        asked: dict[str, Any] = {}
        ways = options("method")
        for person in self.sheet.recipients:
            name, key = str(person.get("name", "")), person["key"]
            asked[f"method_{key}"] = Dropdown(
                ways,
                label=f"How will it be sent to {name}?",
                help_text=routes.hint(self.sheet.route(person), str(person.get("method") or "")),
                error_messages={"required": f"Select how it will be sent to {name}"},
            )
            asked[f"method_reason_{key}"] = PlainCharField(
                label=f"If it is another way to {name}: which, and why?",
                required=False,
            )
        self.fields = {**asked, **self.fields}
        kept = str(self.stored.get("procedure") or self.defaults().get("procedure") or "")
        self.offer("procedure", policies.offered(self.sheet.policies, kept=kept))

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Show what is stored with each recipient."""
        shown = dict(stored)
        for person in self.sheet.recipients:
            shown |= {f"{name}_{person['key']}": person.get(name) for name in self.for_each_recipient}
        return shown

    def defaults(self) -> dict[str, Any]:
        """What a sharing agreement settles, its way of sending for each recipient."""
        found = super().defaults()
        methods = {f"method_{person['key']}": found.get("method") for person in self.sheet.recipients}
        return found | methods

    def clean(self) -> dict[str, Any]:
        """Ask which other way it is."""
        for person in self.sheet.recipients:
            key = person["key"]
            if lists.marked("method", self.cleaned_data.get(f"method_{key}"), "needs_reason"):
                self.need(f"method_reason_{key}", "Enter which way, and why")
        return self.cleaned_data

    def answers(self) -> dict[str, Any]:
        """Store the answers about each recipient with the recipient."""
        found = super().answers() | dict.fromkeys(super().emptied())
        stored = []
        for person in self.sheet.recipients:
            given = {name: f"{name}_{person['key']}" for name in self.for_each_recipient}
            changed = {name: found.pop(posted) for name, posted in given.items() if posted in found}
            stored.append({name: value for name, value in {**person, **changed}.items() if value is not None})
        return {**found, "recipients": stored}

    def emptied(self) -> dict[str, Any]:
        """Questions about a recipient are not answers of their own."""
        return {name: None for name in super().emptied() if name in self.base_fields}
