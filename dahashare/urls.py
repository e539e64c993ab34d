"""The whole map on one screen. Whatever is not here does not exist; whatever is, is in the tests' matrix."""

from django.urls import URLPattern, URLResolver, include, path

from dahashare.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("", include("dahashare.account_urls")),
    path("", include("cases.case_urls")),
    path("", include("cases.staff_urls")),
    path("", include("sharing.setup_urls")),
    path("", include("sharing.asking_urls")),
    path("", include("sharing.oversight_urls")),
    path("", include("sharing.record_urls")),
    path("", include("sharing.journey_urls")),
]

handler400 = "dahashare.views.bad_request"
handler403 = "dahashare.views.forbidden"
handler404 = "dahashare.views.not_found"
handler500 = "dahashare.views.server_error"
