"""Closing a case, as a duplicate too; opening it again; moving it to another team."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cases import access, actions, closing, moving, open_ends
from cases.forms.closing import CloseForm, DuplicateForm, MoveForm, ReopenForm
from cases.forms.match import NOT_THAT
from cases.models import Case
from cases.views import page

CLOSED_ALREADY = "This case is closed already."
OPEN_ALREADY = "This case is open already."
STILL_OPEN = "Finish what still stands open first"


@require_http_methods(["GET", "HEAD", "POST"])
def case_close(request: HttpRequest, reference: str) -> HttpResponse:
    """What still stands open, then why the case is closed."""
    case = _to_close(request, reference)
    if case is None:
        return redirect("case", reference)
    form = CloseForm(page.posted(request))
    by = page.user(request)
    if form.is_valid() and _closed(
        request,
        form,
        lambda key: closing.close_case(
            by=by,
            case=case,
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
            request_key=key,
        ),
    ):
        return redirect("case", reference)
    return _show(request, reference, "cases/closing.html", form, "Close the case")


@require_http_methods(["GET", "HEAD", "POST"])
def case_duplicate(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the case because another one stays. No answer tells whether that exists for others."""
    case = _to_close(request, reference)
    if case is None:
        return redirect("case", reference)
    form = DuplicateForm(page.posted(request))
    if form.is_valid() and _closed_as_duplicate(request, form, case):
        return redirect("case", reference)
    return _show(request, reference, "cases/closing_duplicate.html", form, "Close the case as a duplicate")


@require_http_methods(["GET", "HEAD", "POST"])
def case_reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Open a closed case again."""
    case = page.fetch(request, reference)
    if not case.closed:
        messages.info(request, OPEN_ALREADY)
        return redirect("case", reference)
    access.require(page.user(request), "reopen", case)
    form = ReopenForm(page.posted(request))
    by = page.user(request)
    if form.is_valid() and page.saved(
        request,
        form,
        lambda key: closing.reopen_case(
            by=by, case=case, reason=form.cleaned_data["reason"], request_key=key
        ),
        "The case is open again.",
    ):
        return redirect("case", reference)
    return _show(request, reference, "cases/closing_reopen.html", form, "Open the case again")


@require_http_methods(["GET", "HEAD", "POST"])
def case_move(request: HttpRequest, reference: str) -> HttpResponse:
    """Another team and an owner of it. Whoever moves a case away may not see it afterwards."""
    case = page.fetch(request, reference, "manage_access")
    by = page.user(request)
    form = MoveForm(page.posted(request), places=list(moving.places(besides=case.team)))
    if form.is_valid() and _moved(request, form, case):
        return redirect("case", reference) if access.can(by, "view", case) else redirect("cases")
    return _show(request, reference, "cases/closing_move.html", form, "Move the case to another team")


def _to_close(request: HttpRequest, reference: str) -> Case | None:
    """The case, where it is open; None, with words, where somebody was quicker or clicked twice."""
    case = page.fetch(request, reference)
    if case.closed:
        messages.info(request, CLOSED_ALREADY)
        return None
    access.require(page.user(request), "close", case)
    return case


def _closed(request: HttpRequest, form: forms.Form, action: Callable[[UUID | None], object]) -> bool:
    try:
        return page.saved(request, form, action, "The case is closed.")
    except closing.StillOpen:
        form.add_error(None, STILL_OPEN)
    except access.Closed:
        messages.info(request, CLOSED_ALREADY)
        return True
    return False


def _closed_as_duplicate(request: HttpRequest, form: DuplicateForm, case: Case) -> bool:
    by = page.user(request)
    try:
        of = access.fetch(by, form.cleaned_data["reference"], "work")
        return _closed(
            request,
            form,
            lambda key: closing.close_as_duplicate(
                by=by, case=case, of=of, note=form.cleaned_data["note"], request_key=key
            ),
        )
    except (access.Hidden, access.Refused, closing.CannotBeDuplicate) as refused:
        # As for any page: in the ledger of the case that was tried, or in their own where there is none.
        actions.note_refusal(
            by=by,
            case=getattr(refused, "case_id", None),
            page=request.resolver_match.route if request.resolver_match else "",
        )
    form.add_error("reference", NOT_THAT)
    return False


def _moved(request: HttpRequest, form: MoveForm, case: Case) -> bool:
    team, owner = form.chosen

    def action(key: UUID | None) -> None:
        moving.move_case(
            by=page.user(request), case=case, team=team, owner=owner, reason=form.cleaned_data["reason"],
            request_key=key,
        )  # fmt: skip

    try:
        return page.saved(request, form, action, f"The case belongs to {team} now.")
    except ValidationError as problem:
        form.add_error("place", problem)
    return False


def _show(
    request: HttpRequest, reference: str, template: str, form: forms.Form, heading: str
) -> HttpResponse:
    """The page with the case as it is stored: an action that was refused may have set something on ours."""
    case = page.fetch(request, reference)
    ends = open_ends.of(case, page.user(request))
    context: dict[str, Any] = {
        "form": form,
        "heading": heading,
        "back": reverse("case", args=[reference]),
        "ends": ends,
        "blocked": any(one.blocks for one in ends),
    }
    return page.show(request, case, "case", template, context)
