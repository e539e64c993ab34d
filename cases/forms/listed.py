"""Forms whose answers come from the reference lists and whose limits come from the models."""

from typing import Any, ClassVar

from django.db import models

from cases import choices
from cases.forms.base import GovForm

YES_NO_WORDS = {"yes": True, "no": False}


def most(model: type[models.Model], name: str) -> int:
    """The most characters that a sealed field of a model takes."""
    found: int = model._meta.get_field(name).most  # type: ignore[union-attr]
    return found


def yes_or_no(value: bool | None) -> str:
    """A stored yes or no as the radios post it; empty for None."""
    return "" if value is None else "yes" if value else "no"


class ListedForm(GovForm):
    """A form that reads its codes from the lists each time it is made."""

    lists: ClassVar[dict[str, str]] = {}
    """Field name to list name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, listed in self.lists.items():
            self.fields[name].offer(choices.options(listed))  # type: ignore[attr-defined]
