"""The pages of what has been recorded: a decision, and the log of all of them."""

from django.urls import path

from sharing.views import decisions, log

urlpatterns = [
    path("decisions/<str:reference>/", decisions.decision, name="decision"),
    path("logs/", log.logs, name="logs"),
    path("logs/csv/", log.log_csv, name="log_csv"),
]
