"""The product's addresses and beside them the peers of `bench/page.py`, behind the same middleware."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe
from guardian.core import ObjectPermissionChecker

from bench import _plain
from cases.views import page
from dahashare.urls import urlpatterns as product


@require_safe
def constant(request: HttpRequest) -> HttpResponse:
    """A page that says the same to everybody who is signed in."""
    return HttpResponse(f"<!doctype html><title>Constant</title><p>{page.user(request).name}</p>")


def _rows(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"case": case, "name": " and ".join(one.name for one in case.people.all())}
        for case in _plain.page(page.user(request))
    ]


@require_safe
def guardian(request: HttpRequest) -> HttpResponse:
    """The list as guardian and a paginator make it, in our own frame; each row asks what may be done."""
    return render(request, "bench/list.html", {"rows": _rows(request)})


@require_safe
def prefetched(request: HttpRequest) -> HttpResponse:
    """The same with what guardian has for many rows: their rights are read together, before."""
    rows, checker = _rows(request), ObjectPermissionChecker(page.user(request))
    checker.prefetch_perms([row["case"] for row in rows])
    return render(request, "bench/list.html", {"rows": rows, "checker": checker})


urlpatterns = [
    path("bench/constant/", constant),
    path("bench/guardian/", guardian),
    path("bench/prefetched/", prefetched),
    *product,
]
