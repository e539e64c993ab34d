"""The administrator's pages of set-up: a list of its parts, one short page each, and the day it goes live."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import opaque, setting_up, setup_actions
from cases.forms.base import GovForm
from cases.models import Organisation, Policy
from cases.views.staff import administrator, done, page, posted
from sharing.forms.setup import FORMS
from sharing.forms.setup.policies import AddPolicyForm, ChangePolicyForm

NOT_READY = "Finish every part first. Then cases can be opened"
LISTED = {
    "policies": ("setup_policies", "Policies and procedures", "Names, versions and where they can be read"),
    "agencies": ("agencies", "Agencies and their secure routes", "How information reaches them safely"),
    "teams": ("teams", "Teams", "Every case belongs to one"),
    "people": ("people", "People", "At least an officer, a manager and an information governance lead"),
}
"""The parts that are a list of their own: page, title, hint."""


def tasks(missing: dict[str, list[str]]) -> list[dict[str, str]]:
    """The parts of set-up as a task list.

    Args:
        missing: as `setting_up.missing` gives it.
    """
    return [_task(part, open_) for part, open_ in missing.items()]


def _task(part: str, open_: list[str]) -> dict[str, str]:
    if form := FORMS.get(part):
        href, label, hint = reverse(f"setup_{part}"), form.title, form.hint
    else:
        name, label, hint = LISTED[part]
        href = reverse(name)
    state = {"status": "Not started", "colour": "blue"} if open_ else {"status": "Completed", "colour": ""}
    needed = [] if part in FORMS else open_
    return {"label": label, "href": href, "hint": ". ".join([hint, *needed]), **state}


@page
def setup(request: HttpRequest) -> HttpResponse:
    """The parts and how far each is. A post lets cases be opened, once every part is complete."""
    by, organisation = administrator(request), Organisation.current()
    missing, form = setting_up.missing(organisation), GovForm(posted(request))
    if form.is_valid():
        try:
            setup_actions.go_live(by=by)
            messages.success(request, "Set-up is finished. Officers can open cases now.")
            return redirect("setup")
        except setup_actions.NotReady:
            form.add_error(None, NOT_READY)
    context = {
        "form": form,
        "tasks": tasks(missing),
        "complete": setting_up.complete(missing),
        "completed": sum(not open_ for open_ in missing.values()),
        "live_since": organisation.live_since,
    }
    return render(request, "cases/accounts/setup.html", context)


@page
def setup_part(request: HttpRequest, part: str) -> HttpResponse:
    """One part that is a form. Decisions already recorded keep the settings that they were made under."""
    by = administrator(request)
    form = FORMS[part](Organisation.current(), posted(request))
    if done(form, lambda: setup_actions.set_organisation(by=by, values=form.values(), confirms=part)):
        messages.success(request, f"{form.title}: saved.")
        return redirect("setup")
    return render(request, "cases/accounts/setup_part.html", {"form": form} | form.more())


@page
def setup_policies(request: HttpRequest) -> HttpResponse:
    """The policies and procedures, those no longer offered last, and adding one."""
    by, held = administrator(request), list(Policy.objects.order_by("-active", "name"))
    form = AddPolicyForm(posted(request), held=[one.code for one in held])
    if done(form, lambda: setup_actions.add_policy(by=by, **_split(form))):
        messages.success(request, "The policy is added.")
        return redirect("setup_policies")
    return render(request, "cases/accounts/setup_policies.html", {"form": form, "policies": held})


def _split(form: AddPolicyForm) -> dict[str, Any]:
    values = form.values()
    return {"name": values.pop("name"), "code": form.cleaned_data["code"], "values": values}


@page
def setup_policy(request: HttpRequest, code: str) -> HttpResponse:
    """Change a policy: a new version, its link and dates, whether it is offered."""
    by, policy = administrator(request), opaque.find(Policy.objects.all(), code)
    form = ChangePolicyForm(posted(request), initial=ChangePolicyForm.start(policy))
    if done(form, lambda: setup_actions.change_policy(by=by, policy=policy, values=form.values())):
        messages.success(request, "The policy is saved.")
        return redirect("setup_policies")
    return render(request, "cases/accounts/setup_policy.html", {"form": form, "policy": policy})
