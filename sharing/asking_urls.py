"""The pages of asking: advice, requests to other agencies, their letters, requests made to us."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
