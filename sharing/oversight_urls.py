"""The addresses of those who look back: reviews, dashboard, log, exports, reports, integrity."""

from django.urls import URLPattern, URLResolver, path

from sharing.views import log, reports

urlpatterns: list[URLPattern | URLResolver] = [
    path("logs/", log.logs, name="logs"),
    path("logs/not-shared-high-risk/", log.not_shared, name="log_not_shared"),
    path("logs/views/", log.log_views, name="log_views"),
    path("logs/views/<uuid:view_id>/remove/", log.log_view_drop, name="log_view_drop"),
    path("cases/<case_reference:reference>/chronology-pack/", reports.case_pack, name="case_pack"),
]
