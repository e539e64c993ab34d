"""The form that every form of the product is, and the fields it is built from.

    class ReasonForm(GovForm):
        needed = PlainTextField(label="Why do they need it?", max_length=200,
                                error_messages={"required": "Enter why they need it"})
        told = Radios([("told", "They know"), ("not_safe", "It is not safe", "Say why on the next page")],
                      label="Does the person know?", error_messages={"required": "Select whether they know"})
        sent_at = MomentField(label="When?", what="The time it was sent", past_only=True)

In a page that extends base.html, with the form in the context as `form`:
`{% load crispy_forms_tags %}{% crispy form %}` draws the form tag, the token, every field and the buttons.
For an order of one's own write the form tag by hand (`<form method="post" novalidate>{% csrf_token %}`)
and `{% include "gds/field.html" with field=form.needed %}`.
base.html draws the error summary and the "Error: " of the title from `form`, `forms` (a list) and `formset`.
Put an error on its field: `form.add_error("needed", "…")`. Labels and hints are escaped: names may be there.
Never put a person's words into crispy's HTML(), Fieldset or Button: crispy runs those as templates.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Div, Layout
from django import forms
from django.utils.functional import cached_property

from cases.forms.days import DayField, MomentField, PartsWidget
from cases.forms.fields import (
    YES_NO,
    YES_NO_NOT_SURE,
    CheckboxSet,
    Confirm,
    Dropdown,
    Option,
    PlainCharField,
    PlainEmailField,
    PlainTextField,
    Radios,
    WholeNumberField,
    text_problem,
)

__all__ = [
    "YES_NO",
    "YES_NO_NOT_SURE",
    "CheckboxSet",
    "Confirm",
    "DayField",
    "Dropdown",
    "FilterForm",
    "GovForm",
    "GovModelForm",
    "MomentField",
    "Option",
    "PlainCharField",
    "PlainEmailField",
    "PlainTextField",
    "Radios",
    "WholeNumberField",
    "text_problem",
]

UNKNOWN_FIELD = "There is a field that this page does not have. Reload the page and enter your answers again"
ALWAYS_KNOWN = frozenset({"csrfmiddlewaretoken", "request_key", "next", "save", "later", "action"})


class GovMixin:
    """What the forms share: the helper, words for empty answers, no field that is not on the page."""

    buttons: ClassVar[Sequence[tuple[str, str]]] = (("save", "Save and continue"),)
    """(name, words) of the buttons, the main one first. Empty: the page draws its own."""
    legend_size: ClassVar[str] = "s"
    """s, m or l; l for a page that asks one question."""
    other_names: ClassVar[frozenset[str]] = frozenset()
    """Further names that the page may post, such as those of a second form on it."""
    strict_names: ClassVar[bool] = True
    method: ClassVar[str] = "post"

    fields: dict[str, forms.Field]
    data: Mapping[str, Any]

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy draws the form; made when the page is, so that fields added in `__init__` are in it."""
        helper = FormHelper()
        helper.form_method = self.method
        helper.disable_csrf = self.method == "get"
        helper.attrs = {"novalidate": ""}
        helper.label_size = helper.legend_size = self.legend_size
        helper.layout = Layout(*self.fields)
        if self.buttons:
            (name, words), *others = self.buttons
            drawn = [Button.primary(name, words), *(Button.secondary(n, w) for n, w in others)]
            helper.layout.append(Div(*drawn, css_class="govuk-button-group"))
        return helper

    def full_clean(self) -> None:
        """Check the answers. An empty answer gets words that name the question, where the form gave none."""
        for field in self.fields.values():
            if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
                verb = "Select" if isinstance(field, forms.ChoiceField) else "Enter"
                field.error_messages["required"] = f"{verb} an answer to “{field.label}”"
        super().full_clean()  # type: ignore[misc]

    def _clean_form(self) -> None:
        super()._clean_form()  # type: ignore[misc]
        if self.strict_names and set(self.data) - self.known_names():
            self.add_error(None, UNKNOWN_FIELD)  # type: ignore[attr-defined]

    def known_names(self) -> set[str]:
        """Return every name that this page may post."""
        names = set(ALWAYS_KNOWN | self.other_names) | {name for name, _ in self.buttons}
        for name, field in self.fields.items():
            posted = self.add_prefix(name)  # type: ignore[attr-defined]
            if isinstance(field.widget, PartsWidget):
                names |= {f"{posted}_{part}" for part in field.widget.labels}
            else:
                names.add(posted)
        return names


class GovForm(GovMixin, forms.Form):
    """A form in the look of the GOV.UK Design System. See the top of this module."""

    use_required_attribute = False


class GovModelForm(GovMixin, forms.ModelForm):  # type: ignore[type-arg]
    """The same for a model. Declare its fields from this module: those of the model know none of it."""

    use_required_attribute = False


class FilterForm(GovMixin, forms.Form):
    """Filters of a list, sent in the address: nothing is required, junk gives an error beside its filter.

    `FilterForm(request.GET or None)`, then `form.chosen()`; never fails, whatever the address holds.
    """

    strict_names = False
    use_required_attribute = False
    method = "get"
    buttons = (("apply", "Apply filters"),)

    def full_clean(self) -> None:
        """Check the filters; none is required."""
        for field in self.fields.values():
            field.required = False
        super().full_clean()

    def chosen(self) -> dict[str, Any]:
        """Return the filters that are filled in and usable, by name."""
        if not self.is_bound:
            return {}
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
