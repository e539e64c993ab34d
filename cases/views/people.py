"""The people of a case. How each may safely be reached is kept on the safety page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases import actions, safety
from cases.forms.people import LIMBS, PersonForm
from cases.models import Person
from cases.views import page

KNOWN = {True: "Yes", False: "No", None: "Not known"}


def _card(person: Person) -> dict[str, Any]:
    form = PersonForm()
    limbs = [f"{form.fields[name].label} {KNOWN[getattr(person, name)]}" for name in LIMBS]
    return safety.summary(person) | {
        "birth_date": PersonForm.initial_of(person)["birth_date"] or person.birth_date,
        "limbs": limbs if any(getattr(person, name) is not None for name in LIMBS) else [],
    }


@require_safe
def case_people(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody."""
    case = page.fetch(request, reference)
    return page.show(
        request,
        case,
        "case_people",
        "cases/people.html",
        lambda: {"cards": [_card(person) for person in case.people.all()]},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def case_person_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add somebody."""
    case = page.fetch(request, reference, "work")
    form = PersonForm(page.posted(request))
    by = page.user(request)
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: actions.add_person(by=by, case=case, values=form.values(), request_key=key),
        "Person added. Now say how it is safe to reach them.",
    ):
        return redirect("case_people", case.reference)
    return page.show(
        request, case, "case_people", "cases/person.html", _context(form, reference, "Add a person")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def case_person_change(request: HttpRequest, reference: str, person: UUID) -> HttpResponse:
    """Change what is recorded of somebody."""
    case = page.fetch(request, reference, "work")
    found = get_object_or_404(case.people.select_related("case"), id=person)
    by = page.user(request)
    form, seen, saved = page.change(
        request,
        found,
        lambda: PersonForm(page.posted(request), initial=PersonForm.initial_of(found)),
        lambda form, key: actions.change_person(by=by, person=found, values=form.values(), request_key=key),
        "Person changed.",
    )
    if saved:
        return redirect("case_people", case.reference)
    context = _context(form, reference, "Change a person") | {"seen": seen}
    return page.show(request, case, "case_people", "cases/person.html", context)


def _context(form: PersonForm, reference: str, heading: str) -> dict[str, Any]:
    return {"form": form, "heading": heading, "back": reverse("case_people", args=[reference])}
