"""Exports of decisions: asking for one, its progress, taking it away, approving one with names."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import exports as jobs
from audit import ledger
from audit.export_files import DamagedError
from audit.models import Export
from cases import step_up
from cases.models import User
from cases.views import page
from cases.views.scripted import for_script
from sharing import access, export_actions, export_pages, exports, log, log_page
from sharing.forms.exports import DecideForm, ExportForm
from sharing.forms.log import LogFilterForm

OVER = "This export is over, or somebody was quicker. This is how it stands now."


def _stopped(request: HttpRequest) -> HttpResponse:
    """The log is not in order: nothing leaves."""
    return render(request, "sharing/exports_stopped.html", status=409)


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """Every lead's exports, newest first: their own with the way to them, the others' as oversight."""
    user = access.require_log(request.user)
    return render(request, "sharing/exports.html", {"lines": export_pages.listed(user)})


@require_http_methods(["GET", "HEAD", "POST"])
def export_new(request: HttpRequest) -> HttpResponseBase:
    """Ask for an export of what the log shows. Names need a fresh sign-in, and somebody else's approval."""
    user = access.require_log(request.user)
    given = page.posted(request) or request.GET
    filters = LogFilterForm(given or None)
    form = ExportForm(page.posted(request), filters=filters)
    try:
        export_actions.require_order()
        if form.is_valid() and form.check_amount(user):
            if form.options()["names"] and not step_up.is_fresh(request):
                return step_up.ask(request)
            return _asked(request, user, form)
    except export_actions.LogNotInOrder:
        return _stopped(request)
    found = log.decisions(user, filters.filters())
    shown = {
        "form": form,
        "filters": exports.filter_words(filters.filters()),
        "counted": log_page.counted(log.count(found)),
        "hidden": export_pages.hidden(given),
        "back": log_page.query(request) if request.method != "POST" else "",
        "request_key": page.fresh_key(request),
    }
    return render(request, "sharing/export_new.html", shown)


def _asked(request: HttpRequest, user: User, form: ExportForm) -> HttpResponse:
    """Ask; where it is locked, show its password, which nothing keeps in the clear and no reload shows."""
    said, key = form.cleaned_data, page.request_key(request)
    try:
        export, password = export_actions.ask_export(
            by=user,
            purpose=said["purpose"],
            purpose_text=said["purpose_text"],
            reason=said["reason"],
            options=form.options(),
            request_key=key,
        )
    except ledger.DuplicateRequest:
        messages.success(request, page.SAVED_ALREADY)
        earlier = exports.newest().filter(request_key=key or UUID(int=0), owner=user.id).first()
        return redirect("export", earlier.id) if earlier else redirect("exports")
    if password:
        return render(request, "sharing/export_password.html", {"export": export, "password": password})
    return redirect("export", export.id)


@require_safe
def export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """How an own export stands: what it holds, how far it is, the way to take it away."""
    found = exports.fetch_own(request.user, export_id)
    return render(request, "sharing/export.html", export_pages.context(found))


@for_script
@require_safe
def export_progress(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """How far an own export is, for the script that looks every few seconds."""
    return JsonResponse(export_pages.progress(exports.fetch_own(request.user, export_id)))


@require_POST
def export_cancel(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """End an own export that is not finished."""
    found = exports.fetch_own(request.user, export_id)
    return _done(request, found, lambda: export_actions.cancel_export(by=page.user(request), export=found))


@require_POST
def export_again(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """Have an own export that failed written anew."""
    found = exports.fetch_own(request.user, export_id)
    return _done(request, found, lambda: export_actions.retry_export(by=page.user(request), export=found))


def _done(request: HttpRequest, found: Export, action: Any) -> HttpResponse:
    try:
        action()
    except export_actions.AlreadyOver:
        messages.success(request, OVER)
    except export_actions.LogNotInOrder:
        return _stopped(request)
    return redirect("export", found.id)


@require_POST
def export_download(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """Take an own export away, for 24 hours, after a fresh sign-in; that it leaves is entered first."""
    found = exports.fetch_own(request.user, export_id)
    if not exports.can_download(found):
        raise Http404
    if not step_up.is_fresh(request):
        return step_up.ask(request)
    try:
        parts = export_actions.download_export(by=page.user(request), export=found)
    except export_actions.LogNotInOrder:
        return _stopped(request)
    except DamagedError:
        return render(request, "sharing/export_damaged.html", {"export": found}, status=409)
    except jobs.NotRecordedError:
        problem = {"problem": jobs.PROBLEMS[jobs.NOT_AS_ASKED]}
        return render(request, "sharing/export_damaged.html", problem, status=409)
    response = StreamingHttpResponse(parts, content_type="application/zip")
    name = f"decisions-{timezone.localtime(found.asked_at):%Y%m%d}-{found.id.hex[:8]}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(found.size)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def export_approve(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """What a second person reads before they approve or refuse an export with names."""
    found = exports.fetch_to_decide(request.user, export_id)
    user = page.user(request)
    waits = exports.waits(found, timezone.now())
    form = DecideForm(page.posted(request) if waits else None)
    if waits and form.is_valid():
        if not step_up.is_fresh(request):
            return step_up.ask(request)
        return _decided(request, user, found, form)
    shown = {"form": form if waits else None, "waits": waits} | export_pages.to_decide(found, waits=waits)
    return render(request, "sharing/export_approve.html", shown)


def _decided(request: HttpRequest, user: User, found: Export, form: DecideForm) -> HttpResponse:
    approves = form.cleaned_data["answer"] == "approve"
    action = export_actions.approve_export if approves else export_actions.refuse_export
    try:
        action(by=user, export=found, reason=form.cleaned_data["reason"])
    except (export_actions.AlreadyOver, ledger.DuplicateRequest, jobs.NotRecordedError):
        messages.success(request, OVER)
    except export_actions.LogNotInOrder:
        return _stopped(request)
    else:
        messages.success(request, "Approved." if approves else "Refused.")
    return redirect("home")
