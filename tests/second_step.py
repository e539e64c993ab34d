"""The second step in tests: sessions that no page began have taken it; others meet the real thing."""

import time
from typing import Any

import pytest
from allauth.account.internal.flows import login
from allauth.mfa.totp.internal import auth
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import Page

from cases.models import User


def _mark(session: Any, user: User) -> None:
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = login.user_id_to_str(user)


def _of_no_page(request: HttpRequest, user: User, **_: object) -> None:
    """Client.force_login makes a request without a path; no server ever does."""
    if not request.path:
        _mark(request.session, user)


def pytest_configure() -> None:
    """Every session of `Client.force_login` has taken the second step."""
    user_logged_in.connect(_of_no_page, dispatch_uid="tests.second_step")


@pytest.fixture
def first_step_only() -> Any:
    """Sign in as after a password alone: `first_step_only(client, user)`."""

    def begin(client: Client, user: User) -> Client:
        client.force_login(user, backend="cases.signed_in.Backend")
        session = client.session
        del session[login.AUTHENTICATION_METHODS_SESSION_KEY]
        session.save()
        return client

    return begin


def take(client: Client, user: User) -> None:
    """Take the second step in a session that the sign-in page began."""
    session = client.session
    _mark(session, user)
    session.save()


def code(secret: str, *, later: int = 0) -> str:
    """What an app shows for a secret now, or so many half minutes later."""
    moment = int(time.time()) // 30 + later
    return str(auth.format_hotp_value(auth.hotp_value(secret.replace(" ", ""), moment)))


def set_up_app(page: Page) -> str:
    """Set up an app on the page after a first sign-in; its secret."""
    page.goto("/account/two-step/app/")
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code from your app").fill(code(secret))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="I have written them down").click()
    return secret
