"""Sign-in as this product wants it from allauth: nobody signs up, and a leaver learns nothing."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.urls import reverse

from cases.models import User


class Adapter(DefaultAccountAdapter):
    """The account adapter named in the settings."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Check the e-mail address and the password: they do not belong together",
        "too_many_login_attempts": "Wait 5 minutes before you try again: there were too many tries",
        "enter_current_password": "Enter the password you use now",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 – allauth's signature
        """Nobody signs up: an administrator sends a one-time link."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the active user that the credentials belong to.

        A deactivated user with the right password is nobody: a failed try, answered in the same words.
        """
        self.pre_authenticate(request, **credentials)
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if not isinstance(user, User):
            self.authentication_failed(request, **credentials)
            return None
        self._rollback_login_failed_rl_usage()
        return user

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 – allauth's signature
        """Lead to My work after a new password."""
        return reverse("home")
