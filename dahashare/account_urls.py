"""Where people sign in, sign out and leave. allauth's sign-up, e-mail and reset pages are not in the map."""

from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.urls import URLPattern, path

from dahashare import views


def account_urls(*, demo: bool) -> list[URLPattern]:
    """List the addresses. Arguments: `demo` – a demonstration copy, with one sign-in button per role."""
    urls = [
        path("sign-in/", LoginView.as_view(), name="account_login"),
        path("sign-out/", LogoutView.as_view(), name="account_logout"),
        path("account/password/", views.change_password, name="account_change_password"),
        path("stay/", views.stay, name="stay"),
        path("parked/", views.parked, name="parked"),
        path("quick-exit/", views.quick_exit, name="quick_exit"),
        path("accessibility/", views.accessibility, name="accessibility"),
        path("privacy/", views.privacy, name="privacy"),
        path("cookies/", views.cookies, name="cookies"),
    ]
    return [*urls, path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in")] if demo else urls


urlpatterns = account_urls(demo=settings.DEMO)
