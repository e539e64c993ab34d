"""Whether the log is in order: the plain answer, a check now, its checkpoints, a manifest from elsewhere."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import ledger
from cases.views import page
from sharing import integrity, integrity_actions
from sharing.forms.integrity import ManifestForm

RINGS = {
    "asked": "The check is running. It takes some minutes. You can leave this page.",
    "running": "A check is running already.",
    "away": "The check could not be started: no worker can be reached. Try again in some minutes.",
}
ALREADY_DONE = "This check had been made already. It was not made twice."


@require_safe
def integrity_page(request: HttpRequest) -> HttpResponse:
    """The newest answer, and what to do about it."""
    integrity.require_keeper(request.user)
    shown = {"standing": integrity.standing(), "request_key": page.fresh_key(request)}
    return render(request, "sharing/integrity.html", shown)


@require_POST
def integrity_check(request: HttpRequest) -> HttpResponse:
    """Check everything now; a long log is left to a worker."""
    user, now = integrity.require_keeper(request.user), timezone.now()
    if ledger.size() > integrity.AT_ONCE:
        rung = integrity.ring(user, now)
        (messages.warning if rung == "away" else messages.success)(request, RINGS[rung])
        return redirect("integrity")
    try:
        found = integrity_actions.check_log(by=user, now=now, request_key=page.request_key(request))
    except ledger.DuplicateRequest:
        messages.success(request, ALREADY_DONE)
        return redirect("integrity")
    if not found.problem:  # no green banner above a red alert
        messages.success(request, "Everything was checked.")
    return redirect("integrity")


@require_safe
def checkpoint_file(request: HttpRequest, checkpoint_id: UUID) -> HttpResponse:
    """A checkpoint as a file, to keep elsewhere."""
    user = integrity.require_keeper(request.user)
    found = integrity.checkpoint(checkpoint_id)
    integrity_actions.download_checkpoint(by=user, checkpoint=found, now=timezone.now())
    answer = HttpResponse(found.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="checkpoint-{found.size}.txt"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def integrity_manifest(request: HttpRequest) -> HttpResponse:
    """Hold an export's manifest against our key and the log as it is now. Nothing of it is kept."""
    integrity.require_keeper(request.user)
    form = ManifestForm(page.posted(request), request.FILES or None)
    held = None
    if form.is_valid():
        try:
            held = integrity.hold(form.cleaned_data["manifest"], form.cleaned_data["signature"])
        except integrity.NotReadableError as error:
            form.add_error(error.field, str(error))
    return render(request, "sharing/integrity_manifest.html", {"form": form, "held": held})
