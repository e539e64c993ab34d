"""Fields that say what to do when an answer cannot be used, and never lose what was typed.

Import them through `cases.forms.base`. Each takes Django's `label`, `help_text` (the hint), `required`,
`initial` and `error_messages`; a `required` message such as "Enter why they need it" should always be given.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Option = tuple[str, ...]
"""(code, words) or (code, words, hint)"""

BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
SURROGATE = re.compile("[\ud800-\udfff\ufffd]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BREAKS = re.compile("[\n\t\u2028\u2029]")

UNREADABLE = "Remove the character that cannot be read (it may show as a box or a question mark)"
HIDDEN = "Remove the hidden control character: type this again instead of pasting it"
DIRECTION = "Remove the hidden character that changes the direction of the text"
ONE_LINE = "Put this on one line"
LONG = "Shorten this to %(limit_value)d characters or fewer. It now has %(show_value)d"
NOT_OFFERED = "Select an answer from the list"
SELECTED = SafeString(" selected")


def text_problem(text: str, *, lines: bool) -> str | None:
    """Say what is wrong with the characters of a text, or None where nothing is.

    Arguments: `lines` – whether line breaks and tabs may be in it.
    """
    if SURROGATE.search(text):
        return UNREADABLE
    if BIDI.search(text):
        return DIRECTION
    if CONTROL.search(text):
        return HIDDEN
    if not lines and BREAKS.search(text):
        return ONE_LINE
    return None


class PlainCharField(forms.CharField):
    """One line of text. `max_length` is counted in code points, after spaces at both ends are taken off."""

    many_lines = False
    default_error_messages = {"max_length": LONG}

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        # Django's own validator would answer first, in other words than ours.
        self.validators = [
            v for v in self.validators if type(v).__name__ != "ProhibitNullCharactersValidator"
        ]

    def to_python(self, value: Any) -> str:
        """Return the text with its line ends made alike. Raises ValidationError on hidden characters."""
        text = str(value if value is not None else "").replace("\r\n", "\n").replace("\r", "\n")
        if problem := text_problem(text, lines=self.many_lines):
            raise ValidationError(problem, code="characters")
        return text.strip()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 – Django's signature
        """Leave out the browser's own limit: it would cut a pasted text without a word."""
        return {}

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002 – Django's signature
        """What was typed, in a form that a page can carry."""
        return SURROGATE.sub("\ufffd", data) if isinstance(data, str) else data


class PlainTextField(PlainCharField):
    """Several lines of text, shown with the characters that are left.

    Arguments: `rows` – lines shown before it scrolls.
    """

    many_lines = True

    def __init__(self, *, max_length: int = 500, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)


class PlainEmailField(PlainCharField):
    """An e-mail address, in lower case."""

    def __init__(self, *, max_length: int = 254, **kwargs: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
        kwargs.setdefault("widget", widget)
        super().__init__(max_length=max_length, **kwargs)
        message = "Enter an e-mail address in the correct format, like name@example.org"
        self.validators.append(EmailValidator(message))

    def to_python(self, value: Any) -> str:
        """Return the address in lower case, so that one person has one account."""
        return super().to_python(value).lower()


class WholeNumberField(forms.Field):
    """A whole number from `minimum` to `maximum`, both included."""

    widget = forms.TextInput

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-4"})
        )
        super().__init__(**kwargs)
        self.minimum, self.maximum = minimum, maximum

    def to_python(self, value: Any) -> int | None:
        """Return the number, or None for an empty answer. Raises ValidationError otherwise."""
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        if not re.fullmatch("[0-9]{1,9}", text) or not self.minimum <= int(text) <= self.maximum:
            raise ValidationError(
                f"Enter a whole number from {self.minimum} to {self.maximum}", code="number"
            )
        return int(text)

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002 – Django's signature
        """What was typed, in a form that a page can carry."""
        return SURROGATE.sub("\ufffd", data) if isinstance(data, str) else data


class _Shared(forms.Widget):
    """A widget whose copies share what is offered, where Django's go through all of it for every form."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Shared":
        copied: _Shared = forms.Widget.__deepcopy__(self, memo)
        return copied


class _RadioSelect(_Shared, forms.RadioSelect):
    pass


class _CheckboxSelect(_Shared, forms.CheckboxSelectMultiple):
    pass


class _Select(_Shared, forms.Select):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002 – Django's signature
        """Draw it at once: Django draws each option by two templates."""
        chosen = self.format_value(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((code, SELECTED if str(code) in chosen else "", label) for code, label in self.choices),
        )
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options
        )


class Options(forms.ChoiceField):
    """What the fields with a list have in common: the codes offered, their words, their hints."""

    codes: list[str]
    hints: dict[str, str]
    divider_before: str = ""

    def offer(self, options: Iterable[Option]) -> None:
        """Set what is offered: (code, words) or (code, words, hint). Call it in `__init__` for live lists."""
        listed = list(options)
        self.codes = [option[0] for option in listed]
        # Set past Django's own setter, which looks for groups and functions in what is a plain list here.
        self._choices = self.widget.choices = [(option[0], option[1]) for option in listed]
        self.hints = {option[0]: option[2] for option in listed if len(option) == 3 and option[2]}

    def __deepcopy__(self, memo: dict[int, Any]) -> "Options":
        """Copy the field for a form. What is offered is shared: `offer` replaces it, nothing changes it."""
        copied: Options = forms.Field.__deepcopy__(self, memo)
        return copied


class Radios(Options):
    """One answer of a few.

    Arguments: `options` as in `offer`; `divider_before` – the code that "or" stands before.
    """

    widget = _RadioSelect
    default_error_messages = {"invalid_choice": NOT_OFFERED}

    def __init__(self, options: Iterable[Option] = (), *, divider_before: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.divider_before = divider_before
        self.offer(options)


class Dropdown(Options):
    """One answer of many. An empty first line is added."""

    widget = _Select
    default_error_messages = {"invalid_choice": NOT_OFFERED}

    def __init__(
        self, options: Iterable[Option] = (), *, empty_label: str = "Select…", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.empty_label = empty_label
        self.offer(options)

    def offer(self, options: Iterable[Option]) -> None:
        """Set what is offered, below the empty line."""
        super().offer([("", self.empty_label), *options])


class CheckboxSet(Options, forms.MultipleChoiceField):
    """Any number of answers; the cleaned value is a list of codes in the order offered, each once."""

    widget = _CheckboxSelect
    default_error_messages = {"invalid_choice": NOT_OFFERED, "invalid_list": NOT_OFFERED}

    def __init__(self, options: Iterable[Option] = (), *, divider_before: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.divider_before = divider_before
        self.offer(options)

    def clean(self, value: Any) -> list[str]:
        """Return the codes chosen. Raises ValidationError where one was not offered."""
        chosen = set(super().clean(value))
        return [code for code in self.codes if code in chosen]


class Confirm(forms.BooleanField):
    """One tick box. Its label is the statement that is confirmed."""

    default_error_messages = {"required": "Tick the box if this is right, or go back and change your answers"}


YES_NO: Sequence[Option] = (("yes", "Yes"), ("no", "No"))
YES_NO_NOT_SURE: Sequence[Option] = (*YES_NO, ("not_sure", "Not sure"))
