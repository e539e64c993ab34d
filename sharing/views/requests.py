"""Requests to other agencies: the list, writing one, and the page of one with what can be done next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases import access as case_access
from cases.banner import banner
from cases.fields import drawing
from cases.models import Organisation, User
from cases.views import page
from sharing import access, actions, projection, request_actions, request_list, request_page, requests
from sharing.forms.requests import MORE, RequestForm, how_many
from sharing.models import Decision, Request

LINES_AT_FIRST = 2
NOT_UNDER_THIS = (
    "No request can be written under this decision. Decide first what asking may reveal: "
    "start a decision and choose “We need information from them”."
)
WRITTEN = "The request is a draft. Nothing has gone yet."


@dataclass(frozen=True)
class Record:
    """One request of the browser at a request to another agency. `told` opens it."""

    http: HttpRequest
    user: User
    row: Request

    @property
    def seen(self) -> int:
        """The number of the newest step when the page that was sent was opened; -1 where it says none."""
        text = self.http.POST.get("seen", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


View = Callable[..., HttpResponse]
"""A view of a request: it takes the record, and the name of the act where its address has one."""


def on_request(what: case_access.What) -> Callable[[View], View]:
    """Hand the view the request, for somebody who may do this with its case; a stranger meets a 404."""

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def wrapped(request: HttpRequest, reference: str, **slug: str) -> HttpResponse:
            row = requests.fetch(request.user, reference)
            case_access.require(request.user, what, row.case)
            return view(Record(request, page.user(request), row), **slug)

        return wrapped

    return decorate


def show(record: Record, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Draw a page about a request, and enter that it is looked at."""
    with request_actions.see_request(by=record.user, request=record.row) as may, drawing():
        told = requests.read(record.row)
        frame = {
            "row": record.row,
            "told": told,
            "case": record.row.case,
            "banner": banner(record.row.case, may),
            "may": may,
            "request_key": page.fresh_key(record.http),
            "seen": told.newest.number,
            "heading": request_page.heading(told),
        }
        return render(record.http, template, frame | dict(context), status=status)


@on_request("view")
def request_one(record: Record) -> HttpResponse:
    """What was asked, what happened since, what can be done next."""
    return show(record, "sharing/request.html", {"page": request_page.Page(record.row, record.user)})


@require_safe
def request_index(request: HttpRequest) -> HttpResponse:
    """The open requests of the user's cases; for managers and governance leads how agencies refuse."""
    user = case_access.require_role(request.user, *request_list.READERS)
    return render(request, "sharing/requests.html", request_list.page_of(user))


# --- writing one ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest, reference: str, recipient: str) -> HttpResponse:
    """Write a request to one recipient of a decision that allows asking."""
    decision = access.fetch_decision(request.user, reference)
    case_access.require(request.user, "work", decision.case)
    found = requests.under(decision, recipient)
    if found and not page.posted(request):
        return redirect("request", found.reference)
    said = projection.said_of(decision)
    asked = request_page.recipient_of(decision, said, recipient)
    if not asked:
        messages.warning(request, NOT_UNDER_THIS)
        return redirect("decision", reference)
    initial = request_page.prefilled(decision, said, asked, Organisation.current(), timezone.now())
    form = RequestForm(
        page.posted(request), initial=initial, count=how_many(page.posted(request), LINES_AT_FIRST)
    )
    if request.POST.get("action") == MORE:
        form.as_typed()
    elif form.is_valid() and (made := _written(request, decision, recipient, form)):
        return made
    context = {"decision": decision, "asked": asked, "form": form}
    return _draw_new(request, decision, context)


def _written(
    request: HttpRequest, decision: Decision, recipient: str, form: RequestForm
) -> HttpResponse | None:
    """The page of the request that was written, or of the one that somebody wrote first; None: not saved."""

    def action(key: Any) -> Request:
        return request_actions.write_request(
            by=page.user(request),
            decision=decision,
            recipient=recipient,
            values=form.values(),
            request_key=key,
        )

    try:
        if not page.saved(request, form, action, WRITTEN):
            return None
    except request_actions.AlreadyAsked as before:
        form.add_error(
            None, f"Use the request that somebody wrote to them already: {before.request.reference}"
        )
        return None
    except request_actions.MayNotAsk:
        form.add_error(None, NOT_UNDER_THIS)
        return None
    found = requests.under(decision, recipient)
    return redirect("request", found.reference) if found else None


def _draw_new(request: HttpRequest, decision: Decision, context: dict[str, Any]) -> HttpResponse:
    with actions.see_decision(by=page.user(request), decision=decision) as may, drawing():
        frame = {
            "case": decision.case,
            "banner": banner(decision.case, may),
            "request_key": page.fresh_key(request),
            "more": context["form"].count < request_page.MOST,
        }
        return render(request, "sharing/request_new.html", frame | context)
