"""Safety: how each person may be reached, what staff must know, and on request alone a code word."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases import actions, safety
from cases.banner import VICTIM_SURVIVOR, called
from cases.checking import Clock
from cases.fields import drawing
from cases.forms.safety import SafeContactForm, StaffSafetyForm
from cases.models import Case, Person
from cases.views import page

SECTION = "case_safety"


def _context(case: Case, shown: Person | None = None) -> dict[str, Any]:
    clock, people = Clock.now(), list(case.people.all())
    return {
        "cards": [safety.card(one, clock) for one in people if one.role == VICTIM_SURVIVOR],
        "others": [safety.summary(one) for one in people if one.role != VICTIM_SURVIVOR],
        "staff": safety.staff(case, clock),
        "shown": {"id": shown.id, "word": shown.code_word} if shown else None,
    }


@require_safe
def case_safety(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything about safety but the code words."""
    case = page.fetch(request, reference)
    return page.show(request, case, SECTION, "cases/safety.html", lambda: _context(case))


@require_http_methods(["GET", "HEAD", "POST"])
def case_code_word(request: HttpRequest, reference: str, person: UUID) -> HttpResponse:
    """Show somebody's code word, and enter that in the same transaction: for whoever may record contact."""
    case = page.fetch(request, reference, "follow")
    found = get_object_or_404(case.people, id=person)
    if request.method != "POST":
        return redirect("case_safety", case.reference)
    return page.show(
        request,
        case,
        SECTION,
        "cases/safety.html",
        lambda: _context(case, found),
        what="follow",
        entry=("person.code_word_shown", {"row": str(found.id)}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def case_safe_contact(request: HttpRequest, reference: str, person: UUID) -> HttpResponse:
    """Change how somebody may be reached."""
    case = page.fetch(request, reference, "work")
    found = get_object_or_404(case.people.select_related("case"), id=person)
    by = page.user(request)
    form, seen, saved = page.change(
        request,
        found,
        lambda: SafeContactForm(
            page.posted(request), initial=SafeContactForm.initial_of(found), person=found
        ),
        lambda form, key: actions.change_person(by=by, person=found, values=form.values(), request_key=key),
        "Safe contact saved.",
    )
    if saved:
        return redirect("case_safety", case.reference)
    with drawing():
        name = called(found)
    context = _frame(reference, form, seen) | {"name": name, "heading": f"Safe contact of {name}"}
    return page.show(request, case, SECTION, "cases/safe_contact.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case_staff_safety(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what staff must know before a visit or a call."""
    case = page.fetch(request, reference, "work")
    by = page.user(request)
    form, seen, saved = page.change(
        request,
        case,
        lambda: StaffSafetyForm(page.posted(request), initial=StaffSafetyForm.initial_of(case)),
        lambda form, key: actions.change_case(by=by, case=case, values=form.values(case), request_key=key),
        "Staff safety saved.",
    )
    if saved:
        return redirect("case_safety", case.reference)
    context = _frame(reference, form, seen) | {"heading": "Staff safety"}
    return page.show(request, case, SECTION, "cases/staff_safety.html", context)


def _frame(reference: str, form: SafeContactForm | StaffSafetyForm, seen: str) -> dict[str, Any]:
    return {"form": form, "seen": seen, "back": reverse("case_safety", args=[reference])}
