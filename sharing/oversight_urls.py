"""The addresses of those who look back: reviews, dashboard, log, exports, reports, integrity."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
