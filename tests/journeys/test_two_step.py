"""By keyboard: from an invitation to a passkey, and in again with it alone; the same with an app."""

import pytest
from django.core.cache import cache
from playwright.sync_api import Page

from cases import account_actions
from cases.models import Team, User
from tests.browser import Keys, assert_summary_links_land, check_page
from tests.second_step import code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "three unrelated words"
EMAIL = "ola@council.example"


@pytest.fixture
def invitation(administrator: User, team: Team) -> str:
    """The address of a new officer's one-time link."""
    cache.clear()
    _, token = account_actions.add_user(
        by=administrator, email=EMAIL, name="Ola North", role="officer", teams=[team]
    )
    return f"/welcome/{token}/"


def virtual_authenticator(page: Page) -> None:
    """A device with a fingerprint reader whose owner always has the finger on it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def set_password(page: Page, invitation: str) -> Keys:
    page.goto(invitation)
    keys = Keys(page)
    keys.type("Password", PASSWORD)
    keys.type("Password again", PASSWORD)
    keys.press("Set the password and sign in")
    assert page.locator("h1").inner_text() == "Set up two-step sign-in"
    return keys


def sign_out(page: Page) -> None:
    page.goto("/sign-out/")
    page.locator("main").get_by_role("button", name="Sign out").press("Enter")
    page.wait_for_url("**/sign-in/")
    page.goto("/cases/")
    assert page.locator("h1").inner_text() == "Sign in"


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_an_invitation_a_passkey_and_in_with_it_alone(own_page: Page, invitation: str) -> None:
    page = own_page
    virtual_authenticator(page)
    keys = set_password(page, invitation)
    check_page(page, "two-step-choose")
    keys.press("Set up a passkey")
    keys.press("Make the passkey")
    assert_summary_links_land(page)
    check_page(page, "two-step-passkey-error")
    keys.type("Name of the passkey", "Work phone")
    keys.press("Make the passkey")
    assert heading(page) == "Write down your recovery codes"
    check_page(page, "two-step-codes")
    keys.press("I have written them down")
    assert heading(page) == "My work"

    sign_out(page)
    check_page(page, "sign-in-passkey")
    keys.press("Sign in with a passkey")
    page.wait_for_url("**/cases/")
    sign_out(page)
    keys.type("E-mail address", EMAIL)
    keys.type("Password", PASSWORD)
    keys.press("Sign in")
    assert heading(page) == "Second step"
    check_page(page, "second-step-passkey")
    keys.press("Use a passkey")
    page.wait_for_url("**/cases/")

    page.goto("/account/two-step/")
    check_page(page, "two-step")
    keys.press("Remove Work phone")
    keys.press("Remove")
    assert heading(page) == "Set up two-step sign-in"
    page.goto("/cases/")
    assert heading(page) == "Set up two-step sign-in"


def test_an_invitation_an_app_and_in_with_its_code(page: Page, invitation: str) -> None:
    keys = set_password(page, invitation)
    keys.press("Set up an app")
    check_page(page, "two-step-app")
    secret = page.locator("#secret").inner_text()
    keys.press("Continue")
    assert_summary_links_land(page)
    keys.type("Code from your app", code(secret))
    keys.press("Continue")
    keys.press("I have written them down")
    assert heading(page) == "My work"

    sign_out(page)
    keys.type("E-mail address", EMAIL)
    keys.type("Password", PASSWORD)
    keys.press("Sign in")
    assert not page.get_by_role("button", name="Use a passkey").count()
    keys.press("Sign in")
    assert_summary_links_land(page)
    check_page(page, "second-step-error")
    keys.type("Code from your app", code(secret, later=1))
    keys.press("Sign in")
    page.wait_for_url("**/cases/")
