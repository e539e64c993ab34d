"""Who can see a case. Its manager allocates it, gives it, ends that, restricts it, and shuts people out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import access, access_actions, staff
from cases.fields import Altered
from cases.forms.access import AllocateForm, ExcludeForm, GrantForm, RestrictForm, UntilForm
from cases.forms.base import GovForm
from cases.models import Case, Exclusion
from cases.views import page

DONE = {
    "grant": "Access given.",
    "allocate": "Case allocated.",
    "exclude": "They can no longer see the case.",
    "restrict": "Only those who are named can see the case now.",
    "lift": "The managers of the team can see the case again.",
    "review": "You have looked at who may see the case.",
    "end_grant": "Access ended.",
    "end_exclusion": "They are no longer kept out.",
}
Act = Callable[[UUID | None], object]
CHOOSE_AGAIN = "Select something on this page: what was asked for is not there any more"


def _forms(request: HttpRequest, case: Case, excluded: list[Exclusion]) -> dict[str, Any]:
    """The forms of the page; only the one that was sent is checked."""
    out = {one.user for one in excluded}
    granted = set(staff.granted_users(case))
    offered: dict[str, tuple[type[GovForm], dict[str, Any]]] = {
        "grant": (GrantForm, {"people": staff.workers(but=out | granted | {case.owner})}),
        "allocate": (AllocateForm, {"people": staff.workers(but=out | {case.owner})}),
        "restrict": (RestrictForm, {}),
        "exclude": (ExcludeForm, {"people": staff.everybody(but=out | {case.owner, page.user(request)})}),
    }
    offered["grant"][1]["initial"] = {"until": access_actions.last_day()}
    sent = request.POST.get("action")
    return {
        name: form(page.posted(request) if name == sent else None, prefix=name, **more)
        for name, (form, more) in offered.items()
    }


def _choice(request: HttpRequest, case: Case, forms: dict[str, Any]) -> Act | None:
    """The action of the form that was sent, or None where its answers cannot be used."""
    name = request.POST.get("action", "")
    form = forms.get(name)
    if form is None or not form.is_valid():
        return None
    given = {key: value for key, value in form.cleaned_data.items() if key != "user"}
    if name in ("grant", "exclude"):
        given["user"] = form.chosen()
    if name == "allocate":
        given["owner"] = form.chosen()
    action: Any = getattr(access_actions, name)
    return lambda key: action(by=page.user(request), case=case, request_key=key, **given)


def _end(request: HttpRequest, case: Case, excluded: list[Exclusion]) -> Act | None:
    """The action of a button that stands alone, or None where what it ends is not there any more."""
    by, name = page.user(request), request.POST.get("action")
    which = page.uuid_of(request.POST.get("which"))
    if name == "lift" and case.restricted:
        return lambda key: access_actions.lift_restriction(by=by, case=case, request_key=key)
    if name == "review":
        return lambda key: access_actions.review_access(by=by, case=case, request_key=key)
    user = next((one for one in staff.granted_users(case) if one.id == which), None)
    if name == "end_grant" and user:
        return lambda key: access_actions.end_grant(by=by, case=case, user=user, request_key=key)
    exclusion = next((one for one in excluded if one.id == which), None)
    if name == "end_exclusion" and exclusion:
        return lambda key: access_actions.end_exclusion(by=by, exclusion=exclusion, request_key=key)
    return None


def _context(request: HttpRequest, case: Case, excluded: list[Exclusion], forms: Any) -> dict[str, Any]:
    user, who = page.user(request), staff.who_may_see(case)
    held = access.rights(user, case)
    manages, today = "manage_access" in held, timezone.localdate()
    due = staff.next_review(case) if manages else None
    return {
        "who": who,
        "linked": user.role == user.Role.MANAGER,
        "given": staff.given(case),
        "manages": manages,
        "excluded": excluded if manages else [],
        "named_forms": forms,
        "forms": list(forms.values()),
        "only_you": all(one.user == user for one in who),
        "lately": staff.lately(case, who) if "see_views" in held else None,
        "due": due,
        "overdue": due is not None and due <= today,
        "today": today,
        "last_named": staff.last_days_named(access.managed_by(user).filter(id=case.id)) if manages else [],
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
            return _after(request, case)
        if not problem and not any(form.errors for form in forms.values()):
            problem = CHOOSE_AGAIN
        case = page.fetch(request, reference, "see_access")  # an action that failed may have changed the row
    return page.show(
        request,
        case,
        "case_access",
        "cases/access.html",
        lambda: _context(request, case, excluded, forms) | {"problem": problem},
        what="see_access",
    )


def _after(request: HttpRequest, case: Case) -> HttpResponse:
    """Back to the page; to My work for whoever can see it no longer."""
    seen = access.can(page.user(request), "see_access", case)
    return redirect("case_access", case.reference) if seen else redirect("home")


def _tried(request: HttpRequest, act: Act) -> str:
    """Run the action; what stands in its way, or an empty text."""
    try:
        page.save(request, act, DONE[request.POST["action"]])
    except ValidationError as error:
        return " ".join(error.messages)
    except Altered:
        return page.NOT_SAVED
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
def case_access_until(request: HttpRequest, reference: str, person: UUID) -> HttpResponse:
    """Until when somebody has the case who was given it."""
    case = page.fetch(request, reference, "manage_access")
    grant = next((one for one in staff.given(case) if one.user.id == person), None)
    if grant is None:
        return redirect("case_access", reference)
    form = UntilForm(page.posted(request), initial={"until": grant.last_day})
    by, problem = page.user(request), ""
    if form.is_valid():
        until = form.cleaned_data["until"]
        try:
            page.save(
                request,
                lambda key: access_actions.extend_grant(
                    by=by, case=case, user=grant.user, until=until, request_key=key
                ),
                "The last day was changed.",
            )
            return redirect("case_access", reference)
        except ValidationError as error:
            problem = " ".join(error.messages)
    context = {
        "form": form,
        "problem": problem,
        "heading": f"Until when does {grant.user} have the case?",
        "back": reverse("case_access", args=[reference]),
    }
    return page.show(request, case, "case_access", "cases/access_until.html", context, what="manage_access")
