"""Saying which case a provisional one belongs to."""

import re

from cases.forms.base import GovForm, PlainCharField

NOT_THAT = "Enter the reference of a case that you can open"


class MatchForm(GovForm):
    """One reference. Whether there is such a case, and for whom, the view asks of the policy."""

    buttons = ()
    reference = PlainCharField(
        label="Which case does it belong to?",
        help_text="Its reference, such as C-7F3K2Q. If there is no case yet, open one first.",
        max_length=20,
        error_messages={"required": NOT_THAT, "max_length": NOT_THAT},
    )

    def clean_reference(self) -> str:
        """The reference as it is written on every page, however it was typed."""
        return typed_reference(self.cleaned_data["reference"])


def typed_reference(text: str) -> str:
    """A case's reference as it is written on every page, from how somebody typed it."""
    letters = re.sub(r"[\s-]", "", text).upper()
    return f"C-{letters.removeprefix('C')}"
