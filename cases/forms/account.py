"""Signing in and changing a password. Pasting and password managers work: nothing here stops them."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from django.core.exceptions import ValidationError
from django.forms import PasswordInput
from django.http import HttpRequest

from cases.forms.base import GovMixin, PlainEmailField

SHORTEST = 12


class SignInForm(GovMixin, LoginForm):
    """E-mail address and password. What is wrong is said once, for both: neither is confirmed to exist."""

    use_required_attribute = False
    buttons = (("save", "Sign in"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = PlainEmailField(
            label="E-mail address", error_messages={"required": "Enter your e-mail address"}
        )
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        password = self.fields["password"]
        password.help_text = ""
        password.widget = PasswordInput(attrs={"autocomplete": "current-password"})
        password.error_messages["required"] = "Enter your password"
        self.order_fields(["login", "password"])

    def clean(self) -> dict[str, Any]:
        """Check that the two belong together; the error stands beside the first field."""
        try:
            super().clean()
        except ValidationError as error:
            self.add_error("login", error)
        return dict(self.cleaned_data)

    def _login_with_password(self, request: HttpRequest, redirect_url: str | None, _: Any) -> Any:
        """Sign in without what was typed: allauth would keep the e-mail address in the session."""
        self._login.email = None
        return super()._login_with_password(request, redirect_url, {})


class NewPasswordForm(GovMixin, ChangePasswordForm):
    """The password in use, and the new one twice."""

    use_required_attribute = False
    buttons = (("save", "Change password"),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "oldpassword": ("Password you use now", "Enter the password you use now", ""),
            "password1": (
                "New password",
                "Enter a new password",
                f"At least {SHORTEST} characters. Three unrelated words are easy to remember.",
            ),
            "password2": ("New password again", "Enter the new password again", ""),
        }
        for name, (label, required, hint) in words.items():
            field = self.fields[name]
            field.label, field.help_text = label, hint
            field.error_messages["required"] = required
            field.widget.attrs.pop("placeholder", None)
