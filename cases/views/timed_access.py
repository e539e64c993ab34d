"""Emergency access and its review, a governance lead's stated purpose, and the end of both."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audit import ledger
from cases import access, step_up, timed_access, timeline
from cases.forms.base import GovForm
from cases.forms.timed_access import NO_CASE, EmergencyAccessForm, EmergencyReviewForm, PurposeForm
from cases.models import TimedAccess, User
from cases.templatetags.moments import clock
from cases.views import page

OPEN_ALREADY = "You can open this case already."


def _opened(request: HttpRequest, form: GovForm, action: Any, done: str) -> bool:
    """Whether the case that the form names is open to the user now; if not, the form says so."""
    key = page.request_key(request)
    try:
        row = action(by=page.user(request), request_key=key, **form.cleaned_data)
    except timed_access.CannotOpenError:
        form.add_error("reference", NO_CASE)
        return False
    except (timed_access.OpenAlreadyError, ledger.DuplicateRequest):
        messages.success(request, OPEN_ALREADY)
        return True
    messages.success(request, done.format(clock(row.ends_at)))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def emergency_access(request: HttpRequest) -> HttpResponseBase:
    """Open a case for an hour, by its exact reference, with a reason, after signing in afresh."""
    access.require_role(page.user(request), User.Role.OFFICER, User.Role.MANAGER)
    if not step_up.is_fresh(request):
        return step_up.ask(request)
    form = EmergencyAccessForm(page.posted(request))
    done = "The case is open to you until {}. Its owner and its managers were told."
    if form.is_valid() and _opened(request, form, timed_access.begin_emergency, done):
        return redirect("case", form.cleaned_data["reference"])
    context = {"form": form, "request_key": page.fresh_key(request)}
    return render(request, "cases/emergency_access.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest) -> HttpResponse:
    """State what a case is looked at for: it can then be read for 8 hours."""
    access.require_role(page.user(request), User.Role.GOVERNANCE)
    form = PurposeForm(page.posted(request), initial={"reference": request.GET.get("reference", "")[:20]})
    done = "You can read the case until {}. Its owner and its managers were told."
    if form.is_valid() and _opened(request, form, timed_access.state_purpose, done):
        reference = form.cleaned_data["reference"]
        return redirect("decision" if reference.startswith("D-") else "case", reference)
    return render(request, "cases/purpose.html", {"form": form, "request_key": page.fresh_key(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def emergency_access_review(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """What was looked at and done under emergency access, and what a manager makes of it."""
    row = timed_access.fetch(page.user(request), access_id)
    if not timed_access.may_review(page.user(request), row):
        raise access.Refused(row.case_id)
    form = EmergencyReviewForm(page.posted(request))
    problem = ""
    if form.is_valid():
        problem = _reviewed(request, row, form)
        if not problem:
            return redirect("emergency_access_review", row.id)
    return page.show(
        request,
        row.case,
        "emergency_access",
        "cases/emergency_access_review.html",
        lambda: _review_context(row) | {"form": form, "problem": problem},
        what="manage_access",
    )


def _reviewed(request: HttpRequest, row: TimedAccess, form: EmergencyReviewForm) -> str:
    """Keep the review; what stands in its way, or an empty text."""
    by = page.user(request)
    try:
        page.save(
            request,
            lambda key: timed_access.review_emergency(by=by, row=row, **form.cleaned_data, request_key=key),
            "Your review is recorded.",
        )
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _review_context(row: TimedAccess) -> dict[str, Any]:
    until = timed_access.over_at(row)
    return {
        "row": row,
        "until": until,
        "running": until > timezone.now(),
        "days": timeline.of_person(row.case, row.user, row.begun_at, until),
        "right": row.review == timed_access.RIGHT,
    }


@require_POST
def timed_access_end(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """End emergency access, or looking with a purpose, before its time is over."""
    by = page.user(request)
    row = timed_access.fetch(by, access_id)
    own = row.user_id == by.id
    page.save(
        request,
        lambda key: timed_access.end_early(by=by, row=row, request_key=key),
        "The case is closed to you again." if own else "Their access to the case has ended.",
    )
    return redirect(reverse("home") if own else reverse("case_access", args=[row.case.reference]))
