"""Forms of the administrator's pages, and the page that a one-time link opens."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from cases.forms.base import CheckboxSet, DayField, GovForm, PlainCharField, PlainEmailField, Radios
from cases.models import Team, User

ROLES = (
    ("officer", "Officer", "Works on cases that they own or were given"),
    ("manager", "Manager", "Works on every case of their teams, and sees who looked"),
    ("governance", "Information governance lead", "Reads the decision log. Opens no case"),
    ("administrator", "Administrator", "Looks after people, agencies and settings. Opens no case"),
)
PASSWORD_HINT = "At least 12 characters. Three unrelated words are easy to remember."  # noqa: S105 - a hint


def named(label: str, required: str) -> PlainCharField:
    """A field for the name of somebody or something; `required` says what to enter."""
    return PlainCharField(label=label, max_length=120, error_messages={"required": required})


class PersonForm(GovForm):
    """A member of staff: name, e-mail address, role, teams."""

    buttons = (("save", "Save"),)
    name = named("Name", "Enter the person's name")
    email = PlainEmailField(
        label="E-mail address",
        help_text="They sign in with it.",
        error_messages={"required": "Enter the person's e-mail address"},
    )
    role = Radios(ROLES, label="Role", error_messages={"required": "Select a role"})
    teams = CheckboxSet(
        label="Teams",
        help_text="An officer or a manager works in at least one. Others need none.",
        required=False,
    )

    trained_on = DayField(
        label="Trained in the use of this service on",
        what="The date of the training",
        help_text="For example, 27 3 2026. Leave it empty where they were not trained yet.",
        past_only=True,
        required=False,
    )

    @staticmethod
    def start(person: User) -> dict[str, Any]:
        """What the form shows first."""
        fields = ("name", "email", "role", "trained_on")
        teams = [str(team.id) for team in person.teams.all()]
        return {name: getattr(person, name) for name in fields} | {"teams": teams}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(team.id): team for team in Team.objects.all()}
        self.fields["teams"].offer([(key, team.name) for key, team in self.known.items()])  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for a team where the role works in one."""
        cleaned = dict(super().clean() or self.cleaned_data)
        needs_team = cleaned.get("role") in (User.Role.OFFICER, User.Role.MANAGER)
        if needs_team and "teams" in cleaned and not cleaned["teams"]:
            self.add_error("teams", "Select at least one team for an officer or a manager")
        return cleaned

    def values(self) -> dict[str, Any]:
        """The answers as the actions take them."""
        return self.cleaned_data | {"teams": [self.known[key] for key in self.cleaned_data["teams"]]}


class WelcomeForm(GovForm):
    """A first password, typed twice."""

    buttons = (("save", "Set the password and sign in"),)
    password = forms.CharField(
        label="Password",
        help_text=PASSWORD_HINT,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a password", "max_length": "Use 200 characters or fewer"},
    )
    again = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter the password again"},
    )

    def __init__(self, *args: Any, user: User, names: bool = False, **kwargs: Any) -> None:
        """`names` – whether the person also corrects their name and e-mail address."""
        super().__init__(*args, **kwargs)
        self.user = user
        if names:
            self.fields["name"] = named("Your name", "Enter your name")
            self.fields["email"] = PlainEmailField(
                label="Your e-mail address",
                help_text="You will sign in with it.",
                error_messages={"required": "Enter your e-mail address"},
            )
            self.order_fields(["name", "email", "password", "again"])

    def clean_password(self) -> str:
        """Check the password with the project's validators, against the person's own name too."""
        password = str(self.cleaned_data["password"])
        try:
            password.encode()
        except UnicodeEncodeError:
            raise ValidationError("Remove the character that cannot be read") from None
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        cleaned = dict(super().clean() or self.cleaned_data)
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "Enter the same password in both boxes")
        return cleaned
