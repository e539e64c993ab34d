"""manage.py first_administrator: a one-time link for the first person of an empty copy."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from cases import account_actions


class Command(BaseCommand):
    """Print the path of a one-time link, where no administrator can sign in yet."""

    help = (
        "Make the first administrator and print the path of a one-time link; prints none where there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The address that they will sign in with; the page of the link lets them correct it."""
        parser.add_argument(
            "--email", default="administrator@localhost", help="e-mail address to sign in with"
        )

    def handle(self, *_: Any, email: str, **__: Any) -> None:
        """The path alone goes to stdout, everything said to the operator to stderr."""
        try:
            if not email.endswith("@localhost"):
                validate_email(email)
            made = account_actions.first_administrator(email)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if made is None:
            self.stderr.write("An administrator can sign in already: nothing was done.")
            return
        self.stdout.write(reverse("welcome", args=[made[1]]))
