"""The list of cases, opening one, its overview, and the case's own answers."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from audit import ledger
from cases import access, actions, listing, overview, staff, waiting
from cases.banner import RISK_COLOURS, names, risk_words
from cases.fields import drawing
from cases.forms.cases import ME, CaseFilterForm, CaseForm
from cases.models import Case, User
from cases.rows import Why
from cases.templatetags.drawn import Row
from cases.templatetags.moments import clock, day
from cases.timeline import kinds_in
from cases.views import page


def _worker(request: HttpRequest) -> User:
    """An officer or a manager; for everybody else the page does not exist."""
    return access.require_role(page.user(request), User.Role.OFFICER, User.Role.MANAGER)


_WHY = {
    "own": "Your case",
    "team": "Your team's case",
    "given": "Given to you until {}",
    "emergency": "Emergency access until {}",
    "purpose": "For the purpose you stated, until {}",
}


def _open_because(why: Why) -> str:
    """Why the reader can open a case, in words."""
    if why.until is None:
        return _WHY[why.kind]
    if why.kind == "given":
        last = staff.last_day_of(why.until)
        return _WHY[why.kind].format(f"{last.day} {last:%B %Y}")
    return _WHY[why.kind].format(clock(why.until))


def _row(case: Case, why: Why, changed: datetime | None, here: str) -> Row:
    risk = risk_words(case.risk_level)
    return Row(
        kind=(
            ("provisional", case.provisional),
            ("closed", case.closed),
            ("risk", risk),
            ("risk_colour", RISK_COLOURS.get(case.risk_level, "grey")),
        ),
        words={
            "name": names(case) or "Name not recorded",
            "href": f"{here}{case.reference}/",
            "reference": case.reference,
            "owner": str(case.owner),
            "why": _open_because(why),
            "team": str(case.team),
            "opened": day(case.opened_at),
            "changed": day(changed),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest) -> HttpResponse:
    """The cases that the user may open, newest first: filters stand in the address, a search is posted."""
    user = _worker(request)
    asked = request.POST.copy() if request.method == "POST" else request.GET.copy()
    asked.pop(request.POST.get("without", ""), None)
    if request.method != "POST":
        asked.pop("text", None)
    form = CaseFilterForm(asked or None, user=user)
    chosen = form.chosen()
    if request.method == "POST" and not form.errors and "text" not in chosen:
        return redirect(f"{reverse('cases')}{_query(chosen)}")
    searched_wrongly = "text" in form.errors
    found = (
        listing.Page([], "", "")
        if searched_wrongly
        else listing.read(user, _narrow(user, chosen), asked.get("at"))
    )
    with actions.see_list(by=user, cases=found.cases), drawing():
        here = reverse("cases")
        changed = ledger.newest([case.id for case in found.cases], but=kinds_in(("saw", "exported")))
        context = {
            "form": form,
            "rows": [_row(case, found.why[case.id], changed.get(case.id), here) for case in found.cases],
            "found": found,
            "chosen": chosen,
            "selected": [one | {"href": _query(chosen, without=one["name"])} for one in form.selected()],
            "newer": _to(chosen, found.newer),
            "older": _to(chosen, found.older),
            "searched_wrongly": searched_wrongly,
        }
        return render(request, "cases/cases.html", context)


def _narrow(user: User, chosen: dict[str, Any]) -> dict[str, Any]:
    """The filters as the list takes them."""
    narrow = {name: value for name, value in chosen.items() if name != "due"}
    if chosen.get("owner") == ME:
        narrow["owner"] = user.id
    for name in ("owner", "team"):
        if isinstance(narrow.get(name), str):
            narrow[name] = UUID(narrow[name])
    return narrow | ({"references": waiting.references(user)} if chosen.get("due") else {})


def _query(chosen: dict[str, Any], *, without: str = "", at: str = "") -> str:
    """The filters as an address; never what is searched for."""
    kept = {name: value for name, value in chosen.items() if name not in ("text", without)}
    kept |= {"at": at} if at else {}
    return f"?{urlencode(kept)}" if kept else ""


def _to(chosen: dict[str, Any], place: str) -> str:
    """Another page: its address, or its place where that is posted."""
    return place if not place or "text" in chosen else _query(chosen, at=place)


@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The overview."""
    found = page.fetch(request, reference)
    return page.show(
        request, found, "case", "cases/case.html", lambda: overview.context(found, page.user(request))
    )


@require_http_methods(["GET", "HEAD", "POST"])
def case_change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change when the concern was identified, and privacy information."""
    found = page.fetch(request, reference, "work")
    by = page.user(request)
    form, seen, saved = page.change(
        request,
        found,
        lambda: CaseForm(page.posted(request), initial=CaseForm.initial_of(found)),
        lambda form, key: actions.change_case(by=by, case=found, values=form.values(found), request_key=key),
        "Case changed.",
    )
    if saved:
        return redirect("case", found.reference)
    context = {"form": form, "seen": seen, "heading": "Change the case"}
    context["back"] = reverse("case", args=[found.reference])
    return page.show(request, found, "case", "cases/case_change.html", context)
