"""Who can see a case. Its manager allocates it, gives it, ends that, and shuts people out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases import access, access_actions, staff
from cases.fields import Altered
from cases.forms.access import AllocateForm, ChooseForm, ExcludeForm, GrantForm
from cases.models import Case, Exclusion
from cases.views import page

DONE = {
    "grant": "Access given.",
    "allocate": "Case allocated.",
    "exclude": "They can no longer see the case.",
    "end_grant": "Access ended.",
    "end_exclusion": "They are no longer kept out.",
}
Act = Callable[[UUID | None], object]
CHOOSE_AGAIN = "Select something on this page: what was asked for is not there any more"


def _forms(request: HttpRequest, case: Case, excluded: list[Exclusion]) -> dict[str, ChooseForm]:
    """The forms of the page; only the one that was sent is checked."""
    out = {one.user for one in excluded}
    granted = set(staff.granted_users(case))
    offered = {
        "grant": (GrantForm, staff.workers(but=out | granted | {case.owner})),
        "allocate": (AllocateForm, staff.workers(but=out | {case.owner})),
        "exclude": (ExcludeForm, staff.everybody(but=out | {case.owner, page.user(request)})),
    }
    sent = request.POST.get("action")
    return {
        name: form(page.posted(request) if name == sent else None, prefix=name, people=people)
        for name, (form, people) in offered.items()
    }


def _choice(request: HttpRequest, case: Case, forms: dict[str, ChooseForm]) -> Act | None:
    """The action of the form that was sent, or None where its answers cannot be used."""
    by, name = page.user(request), request.POST.get("action", "")
    form = forms.get(name)
    if form is None or not form.is_valid():
        return None
    user = form.chosen()
    if name == "grant":
        return lambda key: access_actions.grant(by=by, case=case, user=user, request_key=key)
    if name == "allocate":
        return lambda key: access_actions.allocate(by=by, case=case, owner=user, request_key=key)
    reason = form.cleaned_data["reason"]
    return lambda key: access_actions.exclude(by=by, case=case, user=user, reason=reason, request_key=key)


def _end(request: HttpRequest, case: Case, excluded: list[Exclusion]) -> Act | None:
    """The action that ends something in a list, or None where it is not there any more."""
    by, name = page.user(request), request.POST.get("action")
    which = page.uuid_of(request.POST.get("which"))
    if name == "end_grant":
        user = next((one for one in staff.granted_users(case) if one.id == which), None)
        if user is None:
            return None
        return lambda key: access_actions.end_grant(by=by, case=case, user=user, request_key=key)
    exclusion = next((one for one in excluded if one.id == which), None) if name == "end_exclusion" else None
    if exclusion is None:
        return None
    return lambda key: access_actions.end_exclusion(by=by, exclusion=exclusion, request_key=key)


def _context(request: HttpRequest, case: Case, excluded: list[Exclusion], forms: Any) -> dict[str, Any]:
    user = page.user(request)
    return {
        "who": [(one.user, ", ".join(why.words for why in one.reasons)) for one in staff.who_may_see(case)],
        "granted": list(staff.granted_users(case)),
        "manages": access.can(user, "manage_access", case),
        "excluded": excluded,
        "named_forms": forms,
        "forms": list(forms.values()),
        "only_you": all(one.user == user for one in staff.who_may_see(case)),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def case_access(request: HttpRequest, reference: str) -> HttpResponse:
    """Who can see the case; a manager's post changes it."""
    case = page.fetch(request, reference, "manage_access" if request.method == "POST" else "see_access")
    excluded = staff.exclusions(case)
    forms = _forms(request, case, excluded)
    problem = ""
    if request.method == "POST":
        act = _choice(request, case, forms) or _end(request, case, excluded)
        if act and (problem := _tried(request, act)) == "":
            return redirect("case_access", case.reference)
        if not problem and not any(form.errors for form in forms.values()):
            problem = CHOOSE_AGAIN
    return page.show(
        request,
        case,
        "case_access",
        "cases/access.html",
        lambda: _context(request, case, excluded, forms) | {"problem": problem},
        what="see_access",
    )


def _tried(request: HttpRequest, act: Act) -> str:
    """Run the action; what stands in its way, or an empty text."""
    try:
        page.save(request, act, DONE[request.POST["action"]])
    except ValidationError as error:
        return " ".join(error.messages)
    except Altered:
        return page.NOT_SAVED
    return ""
