"""Where people sign in, sign out and leave. allauth's sign-up, e-mail and reset pages are not in the map."""

from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.urls import URLPattern, path

from cases.views import oidc, proving, sessions, two_step
from dahashare import views

_OWN = "sign-in/organisation/"
_PROVIDER = {"provider_id": "organisation"}

TWO_STEP = [
    path("sign-in/second-step/", proving.second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", proving.passkey_sign_in, name="mfa_login_webauthn"),
    path("account/again/", proving.again, name="account_reauthenticate"),
    path("account/two-step/", two_step.overview, name="mfa_index"),
    path("account/two-step/app/", two_step.add_app, name="mfa_activate_totp"),
    path("account/two-step/passkey/", two_step.add_passkey, name="mfa_add_webauthn"),
    path("account/two-step/recovery-codes/", two_step.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/two-step/recovery-codes/new/", two_step.new_codes, name="mfa_generate_recovery_codes"),
    path("account/two-step/<int:number>/remove/", two_step.remove, name="mfa_remove"),
]
"""The names are those that allauth leads to; its own pages are not used."""


def account_urls(*, demo: bool) -> list[URLPattern]:
    """List the addresses. Arguments: `demo` – a demonstration copy, with one sign-in button per role."""
    urls = [
        path("sign-in/", LoginView.as_view(), name="account_login"),
        path(_OWN, oidc.start, _PROVIDER, name="openid_connect_login"),
        path(f"{_OWN}back/", oidc.back, _PROVIDER, name="openid_connect_callback"),
        path("sign-out/", LogoutView.as_view(), name="account_logout"),
        path("account/password/", views.change_password, name="account_change_password"),
        path("account/sessions/", sessions.account_sessions, name="account_sessions"),
        path("stay/", views.stay, name="stay"),
        path("parked/", views.parked, name="parked"),
        path("quick-exit/", views.quick_exit, name="quick_exit"),
        path("accessibility/", views.accessibility, name="accessibility"),
        path("privacy/", views.privacy, name="privacy"),
        path("cookies/", views.cookies, name="cookies"),
        *TWO_STEP,
    ]
    return [*urls, path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in")] if demo else urls


urlpatterns = account_urls(demo=settings.DEMO)
