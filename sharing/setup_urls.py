"""The addresses of set-up: the list of its parts, and a page for each that is answered here."""

from django.urls import path

from cases import opaque  # noqa: F401 - it makes the converter known
from sharing.forms.setup import FORMS
from sharing.views import setup

urlpatterns = [
    path("setup/", setup.setup, name="setup"),
    path("setup/policies/", setup.setup_policies, name="setup_policies"),
    path("setup/policies/<opaque:code>/", setup.setup_policy, name="setup_policy"),
    *(path(f"setup/{part}/", setup.setup_part, {"part": part}, name=f"setup_{part}") for part in FORMS),
]
