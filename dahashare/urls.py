"""The whole map on one screen. Whatever is not here does not exist; whatever is, is in the tests' matrix."""

from django.urls import URLPattern, URLResolver, path

from dahashare.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
]
