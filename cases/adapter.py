"""Sign-in as this product wants it from allauth: nobody signs up, and a leaver learns nothing."""

from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.urls import reverse

from cases.models import User

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - stands for an unknown address; nothing listens there


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

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that tries are counted for: what the outermost of our own proxies saw, or the sender's.

        What stands further out in X-Forwarded-For was written by whoever sent the request.
        """
        passed = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
        ours = passed[-settings.PROXIES] if 0 < settings.PROXIES <= len(passed) else ""
        for address in (ours, request.META.get("REMOTE_ADDR", "")):
            with suppress(ValueError):
                return str(ip_address(address))
        return NO_ADDRESS

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002 – allauth's
        """Count the tries for one account together, by whatever host name they came."""
        return str(credentials.get("email", "")).lower()

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
