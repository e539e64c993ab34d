"""What the pages of a case share: who asks, the frame around the page, one effect for one request.

    case = page.fetch(request, reference, "work")
    form = PersonForm(page.posted(request))
    if form.is_valid() and page.saved(
        request, form, lambda key: actions.add_person(by=…, request_key=key), "Person added."
    ):
        return redirect("case_people", case.reference)
    return page.show(request, case, "people", "cases/person.html", {"form": form})

`show` enters the view in the ledger before anything sealed is drawn, also when a form comes back with errors.
Every form includes "cases/_key.html": the token, the request key, the version of the row that was shown.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db import models
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from audit import ledger
from cases import access, actions
from cases.acting import ChangedMeanwhileError
from cases.banner import banner
from cases.fields import Altered, drawing
from cases.models import Case, User

Context = dict[str, Any] | Callable[[], dict[str, Any]]
AnyForm = TypeVar("AnyForm", bound=forms.Form)
NOT_SAVED = (
    "Something recorded here was altered outside this service, so nothing was saved. "
    "Tell the information governance lead"
)
SAVED_ALREADY = "This had been saved already. It was not saved twice."
SECTIONS = (
    ("case", "Overview"),
    ("case_people", "People"),
    ("case_safety", "Safety"),
    ("case_risk", "Risk"),
    ("case_chronology", "Chronology"),
    ("case_information", "Information"),
    ("case_consent", "Consent"),
    ("case_sharing", "Sharing"),
    ("case_access", "Access"),
    ("case_timeline", "Timeline"),
)


def user(request: HttpRequest) -> User:
    """Whoever is signed in.

    Raises:
        Http404: nobody is.
    """
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def fetch(request: HttpRequest, reference: str, what: access.What = "view") -> Case:
    """The case with its people, for a user who may do `what` with it; raises as `access.fetch`."""
    case = access.fetch(user(request), reference, what)
    prefetch_related_objects([case], "people")
    return case


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, for a form; None makes the form an unbound one."""
    return request.POST if request.method == "POST" else None


def uuid_of(text: str | None) -> UUID | None:
    """A UUID as posted or in an address; None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def request_key(request: HttpRequest) -> UUID | None:
    """The key under which the posted form has its one effect, where it carries one."""
    return uuid_of(request.POST.get("request_key"))


def fresh_key(request: HttpRequest) -> UUID:
    """The key for the form that is drawn: its own where it comes back with errors, else a new one."""
    return request_key(request) or uuid4()


def save(request: HttpRequest, action: Callable[[UUID | None], object], done: str) -> None:
    """Run an action under the form's own request key; a double click is one effect.

    Args:
        action: called with the request key.
        done: what to tell; never a person's name (it passes through the session).
    """
    try:
        action(request_key(request))
    except ledger.DuplicateRequest:
        done = SAVED_ALREADY
    messages.success(request, done)


def saved(request: HttpRequest, form: forms.Form, action: Callable[[UUID | None], object], done: str) -> bool:
    """Whether the answers of a form are saved, as by `save`; if not, the form says why."""
    try:
        save(request, action, done)
    except Altered:
        form.add_error(None, NOT_SAVED)
        return False
    return True


NEEDS: dict[str, access.What] = {"case_access": "see_access", "case_timeline": "timeline"}
"""The sections that not everybody who may see the case may open."""


def sections(case: Case, current: str, may: frozenset[access.What]) -> list[dict[str, Any]]:
    """The links of the case's sub-navigation.

    Args:
        current: the name of the section's URL.
        may: what the user may do with the case.
    """
    start = reverse("case", args=[case.reference])
    return [
        {
            "words": words,
            "href": start if name == "case" else f"{start}{name.removeprefix('case_')}/",
            "current": name == current,
        }
        for name, words in SECTIONS
        if NEEDS.get(name, "view") in may
    ]


def show(
    request: HttpRequest,
    case: Case,
    section: str,
    template: str,
    context: Context,
    *,
    what: access.What = "view",
    entry: tuple[str, dict[str, Any]] = ("case.viewed", {}),
) -> HttpResponse:
    """Draw a page in the frame of its case, and enter that it is opened.

    Args:
        section: the name of the section's URL (such as "case_people"): the current link, and the page's name
            in the ledger.
        context: what the template takes, or a function that opens it once the view is entered.
        what: what the user must be allowed to do to see it.
        entry: the kind of the entry and what it says besides the page.
    """
    (kind, about), page = entry, section.removeprefix("case_")
    seeing = actions.see(by=user(request), case=case, page=page, what=what, kind=kind, about=about)
    with seeing as may, drawing():
        frame = {
            "case": case,
            "banner": banner(case, may),
            "sections": sections(case, section, may),
            "may": may,
            "request_key": fresh_key(request),
        }
        return render(request, template, frame | (context() if callable(context) else context))


# --- Two people at one page ------------------------------------------------------------------------------


def version(row: models.Model) -> str:
    """A mark of the row as it is stored; it tells nothing of what the row holds."""
    stored = [row.__dict__.get(field.attname) for field in row._meta.concrete_fields]
    return sha256(repr(stored).encode()).hexdigest()[:32]


def _words(form: forms.Form, name: str) -> str:
    """What is recorded for a field now, as its page would say it, or as the form has it said."""
    if told := getattr(form, "recorded", lambda _name: "")(name):
        return str(told)
    value = form.get_initial_for_field(form.fields[name], name)
    known = dict(getattr(form.fields[name], "choices", ()))
    if isinstance(value, list | tuple):
        return ", ".join(str(known.get(one, one)) for one in value)
    return str(known.get(value, value or "nothing"))


def still_current(request: HttpRequest, form: forms.Form, seen: str) -> bool:
    """Whether the row is as it was when the page was opened; if not, say so beside each answer that differs.

    Args:
        form: a valid form whose initial answers are the row as it is now.
        seen: the row's version now, taken before anything was set on it.
    """
    return request.POST.get("seen", seen) == seen or _same(form)


def _same(form: forms.Form) -> bool:
    """Whether the answers are what is recorded now; what is recorded is said beside each that differs."""
    for name in form.changed_data:
        form.add_error(
            name,
            f"Somebody changed this page while you had it open. Recorded now: “{_words(form, name)}”. "
            "Check your answer and save again",
        )
    return not form.changed_data


def change(
    request: HttpRequest,
    row: models.Model,
    make: Callable[[], AnyForm],
    act: Callable[[AnyForm, UUID | None], object],
    done: str,
) -> tuple[AnyForm, str, bool]:
    """The form of a page that changes a row, the row's version, and whether the answers are saved now.

    Where somebody else was quicker, even between our look and our lock, theirs stays and the form says it.

    Args:
        row: as it is now.
        make: makes the form from what was posted and from the row.
        act: runs the action on a valid form under a request key.
        done: as for `save`.
    """
    with drawing():
        form, seen = make(), version(row)
    if not form.is_valid() or not still_current(request, form, seen):
        return form, seen, False
    try:
        return form, seen, saved(request, form, lambda key: act(form, key), done)
    except ChangedMeanwhileError:
        pass  # the action left in the row what somebody else saved
    with drawing():
        form, seen = make(), version(row)
    return form, seen, form.is_valid() and _same(form)
