"""The governance lead's pages of sharing agreements: the list, a new one, a change, the end."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.base import GovForm
from cases.models import Agency, Organisation, Policy
from cases.views import page
from sharing import access, agreement_actions, policies
from sharing.answers import organisation_facts
from sharing.forms.agreements import AgreementTermsForm, differences, said, terms
from sharing.models import Agreement

CHANGED = (
    "Somebody else changed this agreement while you had the page open. How it stands now is below, under "
    "“Versions”. Compare your answers with it, then save them again"
)
ENDED = "This agreement has ended meanwhile. Nothing was changed"
posting = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    """Every sharing agreement as it stands, those that have ended last."""
    access.require_governance(request.user)
    found = sorted(access.newest_agreements(), key=lambda one: (not one.active, one.name.casefold()))
    names = _directory()
    rows = [
        {"agreement": one, "tag": tag(one), **{name: said(one, name, names) for name in ("agencies", "aims")}}
        for one in found
    ]
    return render(request, "sharing/agreements.html", {"rows": rows})


def tag(agreement: Agreement) -> tuple[str, str]:
    """Where an agreement stands, in words and colour."""
    if not agreement.active:
        return "Ended", "grey"
    if agreement.review_on < timezone.localdate():
        return "Past its review date", "yellow"
    return "In force", "green"


@posting
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Record an agreement."""
    by = access.require_governance(request.user)
    form = _form(request, ())

    def act() -> None:
        agreement_actions.record_agreement(by=by, values=form.values(), request_key=page.request_key(request))

    if _done(form, act):
        messages.success(request, "The agreement is recorded. Officers are offered it from now on.")
        return redirect("agreements")
    return _show(request, {"form": form})


@posting
def agreement(request: HttpRequest, series: UUID) -> HttpResponse:
    """Change an agreement: the change is its next version. All versions are shown."""
    by, versions = access.require_governance(request.user), access.versions_of(request.user, series)
    newest = versions[0]
    form = _form(request, newest.agencies, AgreementTermsForm.start(newest))

    def act() -> None:
        agreement_actions.record_agreement(
            by=by,
            values=form.values(),
            series=series,
            version=_seen(request, newest),
            request_key=page.request_key(request),
        )

    if newest.active and _done(form, act):
        messages.success(request, "The agreement is saved.")
        return redirect("agreement", series)
    # Read again: somebody else's version may have come between.
    return _show(request, {"form": form, **_versions(access.versions_of(request.user, series))})


@posting
def agreement_end(request: HttpRequest, series: UUID) -> HttpResponse:
    """End an agreement, after a question."""
    by, versions = access.require_governance(request.user), access.versions_of(request.user, series)
    newest = versions[0]
    form = _EndForm(page.posted(request))
    looked_at = next((one for one in versions if one.version == _seen(request, newest)), newest)

    def act() -> None:
        agreement_actions.end_agreement(by=by, agreement=looked_at, request_key=page.request_key(request))

    if not newest.active or _done(form, act):
        messages.success(request, "The agreement has ended.")
        return redirect("agreement", series)
    context = {"form": form, "agreement": newest, "request_key": page.fresh_key(request)}
    return render(request, "sharing/agreement_end.html", context)


class _EndForm(GovForm):
    other_names = frozenset({"seen"})


def _form(
    request: HttpRequest, kept: Sequence[str], start: dict[str, Any] | None = None
) -> AgreementTermsForm:
    """The form with the directory's active agencies, and the others that the agreement names already."""
    offered = [
        (one.code, one.name if one.active else f"{one.name} (not offered any more)")
        for one in Agency.objects.order_by("name")
        if one.active or one.code in kept
    ]
    organisation = organisation_facts(Organisation.current())
    held = list(Policy.objects.all())
    return AgreementTermsForm(organisation, offered, page.posted(request), initial=start, held=held)


def _done(form: GovForm, action: Callable[[], object]) -> bool:
    """Whether the form is right and the action took it; what the action refuses is said on the form."""
    if not form.is_valid():
        return False
    try:
        action()
    except agreement_actions.AgreementChanged:
        form.add_error(None, CHANGED)
    except ValidationError as error:
        form.add_error(None, error.messages[0])
    return not form.errors


def _seen(request: HttpRequest, newest: Agreement) -> int:
    """The version that the page was opened on; a page that does not say was opened on none."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else newest.version


def _directory() -> dict[str, str]:
    return dict(Agency.objects.values_list("code", "name"))


def _versions(versions: Sequence[Agreement]) -> dict[str, Any]:
    names, procedures = _directory(), policies.names()
    before: Sequence[Agreement | None] = [*versions[1:], None]
    shown = [
        {
            "version": one,
            "changed": differences(older, one) if older else [],
            "rows": [
                {"question": asked, "answer": answer} for asked, answer in terms(one, names, procedures)
            ],
        }
        for one, older in zip(versions, before, strict=True)
    ]
    return {"agreement": versions[0], "tag": tag(versions[0]), "versions": shown}


def _show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "sharing/agreement.html", {"request_key": page.fresh_key(request), **context})
