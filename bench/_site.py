"""The product's addresses and beside them the peers of `bench/page.py`, behind the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from bench import _plain
from cases.views import page
from dahashare.urls import urlpatterns as product


@require_safe
def constant(request: HttpRequest) -> HttpResponse:
    """A page that says the same to everybody who is signed in."""
    return HttpResponse(f"<!doctype html><title>Constant</title><p>{page.user(request).name}</p>")


@require_safe
def guardian(request: HttpRequest) -> HttpResponse:
    """The list as guardian and a paginator make it, in our own frame."""
    rows = [
        {
            "case": case,
            "name": " and ".join(one.name for one in case.people.all()),
            "risk": "",
            "changed": None,
        }
        for case in _plain.page(page.user(request))
    ]
    return render(request, "bench/list.html", {"rows": rows})


urlpatterns = [path("bench/constant/", constant), path("bench/guardian/", guardian), *product]
