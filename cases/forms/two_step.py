"""Forms of the second step: codes, passkeys, and proving again who one is."""

import json
import re
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.models import Authenticator
from django import forms
from django.core.exceptions import ValidationError

from cases import passkeys, two_step
from cases.forms.base import GovForm, PlainCharField
from cases.models import User

NO_CODE = "Enter the code"
NOT_A_CODE = "Enter a code of 6 digits, or a recovery code of 8"
NOT_IT = "That is not your password. Enter the one that you sign in with"
LONGEST = 20_000
"""Characters of what a browser answers about a passkey."""


class CodeField(PlainCharField):
    """Digits as an app shows them, spaces and hyphens taken out."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "spellcheck": "false",
            "class": "govuk-input--width-10 govuk-input--extra-letter-spacing",
        }
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the digits. Raises ValidationError on anything else."""
        code = re.sub(r"[\s-]", "", super().to_python(value))
        if code and not re.fullmatch("[0-9]{6}|[0-9]{8}", code):
            raise ValidationError(NOT_A_CODE, code="digits")
        return code


class CredentialField(forms.CharField):
    """What the browser answers about a passkey: a JSON object, put in by the page's script."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput(attrs={"data-credential": ""}))

    def to_python(self, value: Any) -> dict[str, Any] | None:  # type: ignore[override]
        """Return the object; None where nothing was sent."""
        if not value:
            return None
        try:
            read = json.loads(value) if len(value) <= LONGEST else None
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise ValidationError(two_step.WRONG_PASSKEY)
        return read


class _Tries:
    """Slows down guessing: so many tries of one person in five minutes, as for passwords."""

    def __init__(self, user: User) -> None:
        self.key = f"mfa-auth-user-{user.pk}"

    def take(self) -> None:
        """Use one. Raises ValidationError where none is left."""
        if not ratelimit.consume(context.request, action="login_failed", key=self.key):
            raise get_adapter().validation_error("too_many_login_attempts")

    def give_back(self) -> None:
        """All of them, after a right answer."""
        ratelimit.clear(context.request, action="login_failed", key=self.key)


class ProofForm(GovForm):
    """Who somebody is: a code of theirs, or one of their passkeys. `proven` is what proved it."""

    code = CodeField(required=False)
    credential = CredentialField()
    proven: Authenticator | None = None

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.held = two_step.of(user)
        app = any(one.type == two_step.APP for one in self.held)
        self.fields["code"].label = "Code from your app" if app else "Recovery code"
        self.fields["code"].help_text = (
            "6 digits. If you do not have the app with you, enter one of your recovery codes instead."
            if app
            else "If you cannot use your passkey: 8 digits, one of the codes that you wrote down."
        )

    @property
    def has_passkey(self) -> bool:
        """Whether the page offers a passkey."""
        return any(one.type == two_step.PASSKEY for one in self.held)

    def clean(self) -> dict[str, Any]:
        """Try the passkey where one was sent, else the code."""
        cleaned = dict(super().clean() or self.cleaned_data)
        if self.errors:
            return cleaned
        credential, code = cleaned.get("credential"), cleaned.get("code")
        if not credential and not code:
            self.add_error("code", NO_CODE)
            return cleaned
        field, words = (None, two_step.WRONG_PASSKEY) if credential else ("code", two_step.WRONG_CODE)
        tries = _Tries(self.user)
        try:
            tries.take()
        except ValidationError as error:
            self.add_error(field, error)
            return cleaned
        proof = passkeys.owned(credential, self.user) if credential else two_step.prove(self.user, str(code))
        self.proven = proof
        if proof is None:
            self.add_error(field, words)
        else:
            tries.give_back()
        return cleaned


class AppForm(GovForm):
    """The first code of an app that is being set up. `used` is the half minute it belongs to."""

    buttons = (("save", "Continue"),)
    code = CodeField(
        label="Code from your app",
        help_text="6 digits. The app shows a new one every half minute.",
        error_messages={"required": "Enter the code that the app shows"},
    )
    used = 0

    def __init__(self, *args: Any, user: User, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.secret = user, secret

    def clean_code(self) -> str:
        """Compare the code with the secret that the page shows."""
        code = str(self.cleaned_data["code"])
        tries = _Tries(self.user)
        tries.take()
        moment = two_step.moment_of(self.secret, code)
        if moment is None:
            raise ValidationError("That code does not work. Enter the newest one that the app shows")
        tries.give_back()
        self.used = moment
        return code


class PasskeyForm(GovForm):
    """A new passkey and its name."""

    buttons = ()
    name = PlainCharField(
        label="Name of the passkey",
        help_text="So that you know it again, for example “Work phone” or “Blue security key”.",
        max_length=60,
        error_messages={"required": "Enter a name for the passkey"},
    )
    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        """Verify what the browser made."""
        cleaned = dict(super().clean() or self.cleaned_data)
        if self.errors:
            return cleaned
        if not cleaned.get("credential"):
            self.add_error(None, "Use the button “Make the passkey”. It needs JavaScript in your browser")
        elif not passkeys.new(cleaned["credential"]):
            self.add_error(
                None, "The passkey was not made. Select the button again, or use an authenticator app"
            )
        return cleaned


class PasswordForm(GovForm):
    """The password of somebody who is signed in."""

    buttons = (("save", "Continue"),)
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password", "max_length": NOT_IT},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Compare it with the one that is kept."""
        password = str(self.cleaned_data["password"])
        tries = _Tries(self.user)
        tries.take()
        try:
            right = self.user.check_password(password)
        except UnicodeEncodeError:
            right = False
        if not right:
            raise ValidationError(NOT_IT)
        tries.give_back()
        return password
