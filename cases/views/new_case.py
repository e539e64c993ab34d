"""Opening a case: four short pages and a look at the answers.

Nothing is kept before the case and its key exist: the answers travel from page to page in hidden fields,
never in the session, a cache or an address, and each page judges again what came before it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.views.decorators.http import require_http_methods

from audit import ledger
from cases import access, actions, choices
from cases.forms.base import UNKNOWN_FIELD, GovForm
from cases.forms.days import PartsWidget
from cases.forms.new_case import (
    ConcernForm,
    ContactForm,
    OtherForm,
    WhoForm,
    as_typed,
    case_values,
    other_person,
    victim_survivor,
)
from cases.forms.people import SAFE, UNSAFE
from cases.models import User
from cases.views import page

WHO, CONTACT, OTHERS, CONCERN, CHECK = "who", "contact", "others", "concern", "check"
PAGES = {
    WHO: "Who needs help?",
    CONTACT: "How they may safely be reached",
    OTHERS: "Who else is there?",
    CONCERN: "What is the concern?",
}
ORDER = (*PAGES, CHECK)
MOST_OTHERS = 5
"""With the victim/survivor these are six people; more are added once the case is open."""
OWN = frozenset(
    {
        "csrfmiddlewaretoken",
        "request_key",
        "page",
        "others",
        "checking",
        "save",
        "back",
        "add",
        "remove",
        "change",
    }
)
"""What the pages post besides their answers."""


class Answers:
    """What was posted so far, and where it leads."""

    def __init__(self, posted: QueryDict, user: User) -> None:
        self.posted = posted.copy()
        self.user = user
        self.count = min(max(_number(posted.get("others", ""), 1), 1), MOST_OTHERS)

    def make(self, at: str, *, judged: bool) -> list[GovForm]:
        """The forms of a page: bound to what was posted, or only showing it.

        Args:
            judged: whether what is wrong is said.
        """
        return [self._form(kind, prefix, judged=judged) for kind, prefix in self._kinds(at)]

    def _kinds(self, at: str) -> list[tuple[Callable[..., GovForm], str]]:
        if at == OTHERS:
            return [(OtherForm, f"other-{n}") for n in range(self.count)]
        single: dict[str, Callable[..., GovForm]] = {
            WHO: WhoForm,
            CONTACT: ContactForm,
            CONCERN: lambda *args, **kwargs: ConcernForm(*args, user=self.user, **kwargs),
        }
        return [(single[at], "")]

    def _form(self, kind: Callable[..., GovForm], prefix: str, *, judged: bool) -> GovForm:
        if judged:
            return kind(self.posted, prefix=prefix)
        empty = kind(prefix=prefix)
        came = any(name in self.posted for name in names_of(empty))
        return kind(prefix=prefix, initial=as_typed(empty, self.posted)) if came else empty

    @cached_property
    def judged(self) -> dict[str, list[GovForm]]:
        """The forms of every page with what is wrong in each."""
        return {at: self.make(at, judged=True) for at in PAGES}

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """What each page may post."""
        return {at: {name for form in self.judged[at] for name in names_of(form)} for at in PAGES}

    def stranger(self) -> bool:
        """Whether something was posted that no page has."""
        return bool(set(self.posted) - OWN - {name for names in self.names.values() for name in names})

    def carried(self, at: str) -> list[tuple[str, str]]:
        """The answers of the other pages, as hidden fields."""
        others = [name for other, names in self.names.items() if other != at for name in names]
        return [(name, one) for name in sorted(others) for one in self.posted.getlist(name)]

    def wrong(self, until: tuple[str, ...]) -> str | None:
        """The first of these pages with something wrong in it."""
        return next(
            (at for at in until if at in PAGES and not all(form.is_valid() for form in self.judged[at])), None
        )

    def turn(self) -> tuple[str, bool]:
        """The page that comes next, and whether what is wrong on it is said; an empty page: open the case."""
        shown = self.posted.get("page", WHO)
        shown = shown if shown in ORDER else WHO
        change = self.posted.get("change", "")
        if change in PAGES:
            return change, False
        if "back" in self.posted:
            return ORDER[max(ORDER.index(shown) - 1, 0)], False
        if "add" in self.posted or "remove" in self.posted:
            self._change_rows()
            return OTHERS, False
        looked = shown == CHECK or "checking" in self.posted
        wrong = self.wrong(ORDER if looked else ORDER[: ORDER.index(shown) + 1])
        if wrong or self.stranger():
            return wrong or (shown if shown in PAGES else WHO), True
        if shown == CHECK:
            return "", False
        return CHECK if looked else ORDER[ORDER.index(shown) + 1], False

    def _change_rows(self) -> None:
        """One more row for somebody else, or one less; the rows after it move up."""
        rows = [self._row(n) for n in range(self.count)]
        for n in range(self.count):
            for name in self._row(n):
                del self.posted[f"other-{n}-{name}"]
        gone = _number(self.posted.get("remove", ""), MOST_OTHERS)
        if gone < len(rows):
            rows.pop(gone)
        if "add" in self.posted:
            rows.append({})
        self.count = min(max(len(rows), 1), MOST_OTHERS)
        for n, row in enumerate(rows[:MOST_OTHERS]):
            for name, values in row.items():
                self.posted.setlist(f"other-{n}-{name}", values)

    def _row(self, n: int) -> dict[str, list[str]]:
        start = f"other-{n}-"
        return {
            name.removeprefix(start): self.posted.getlist(name)
            for name in self.posted
            if name.startswith(start)
        }

    def values(self) -> dict[str, Any]:
        """What `actions.create_case` takes, once everything is valid."""
        (who,), (contact,), others, (concern,) = (self.judged[at] for at in PAGES)
        people = [victim_survivor(who, contact)]  # type: ignore[arg-type]
        people += [other_person(form) for form in others if form.somebody]  # type: ignore[arg-type,attr-defined]
        return case_values(concern, contact) | {"people": people}  # type: ignore[arg-type]


def _number(text: str, otherwise: int) -> int:
    """A small number as posted."""
    return int(text) if re.fullmatch("[0-9]{1,3}", text) else otherwise


def names_of(form: GovForm) -> Iterator[str]:
    """Every name that the boxes of a form post."""
    for name, field in form.fields.items():
        posted = form.add_prefix(name)
        if isinstance(field.widget, PartsWidget):
            yield from (f"{posted}_{part}" for part in field.widget.labels)
        else:
            yield posted


@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest) -> HttpResponse:
    """The pages, one address for all of them: where somebody stands is no part of it."""
    user = access.require_role(page.user(request), User.Role.OFFICER, User.Role.MANAGER)
    if not user.teams.exists():
        return render(request, "cases/case_new_no_team.html")
    answers = Answers(request.POST, user)
    at, in_error = answers.turn() if request.method == "POST" else (WHO, False)
    if not at:
        return _open(request, user, answers)
    context = _context(answers, at, in_error=in_error) | {"request_key": page.fresh_key(request)}
    return render(request, f"cases/case_new{'_check' if at == CHECK else ''}.html", context)


def _open(request: HttpRequest, user: User, answers: Answers) -> HttpResponse:
    try:
        case = actions.create_case(by=user, **answers.values(), request_key=page.request_key(request))
    except ledger.DuplicateRequest:
        return _opened_before(request, user)
    messages.success(request, "Case opened.")
    return redirect("case", case.reference)


def _opened_before(request: HttpRequest, user: User) -> HttpResponseRedirect:
    """The case that this request opened already, for whoever opened it; the list for anybody else."""
    key = page.request_key(request)
    entry = ledger.entry(key) if key else None
    mine = entry is not None and entry.actor == user.id
    case = access.visible_to(user).filter(id=entry.subject).first() if entry and mine else None
    messages.success(request, page.SAVED_ALREADY)
    return redirect("case", case.reference) if case else redirect("cases")


def _context(answers: Answers, at: str, *, in_error: bool) -> dict[str, Any]:
    frame = {
        "at": at,
        "carried": answers.carried(at),
        "others": answers.count,
        "checking": at == CHECK or "checking" in answers.posted,
    }
    if at == CHECK:
        return frame | {"cards": _cards(answers)}
    forms = answers.judged[at] if in_error else answers.make(at, judged=False)
    if in_error and answers.stranger():
        forms[0].add_error(None, UNKNOWN_FIELD)
    one = {"form": forms[0]} if at != OTHERS else {"forms": forms}
    return (
        frame | one | {"heading": PAGES[at], "number": ORDER.index(at) + 1, "more": len(forms) < MOST_OTHERS}
    )


# --- The look at the answers -----------------------------------------------------------------------------


def _cards(answers: Answers) -> list[dict[str, Any]]:
    """What was answered on each page; everything is valid here, or the page with the error is shown."""
    rows = {WHO: _who_rows, CONTACT: _contact_rows, OTHERS: _other_rows, CONCERN: _concern_rows}
    return [
        {"at": at, "heading": heading, "rows": rows[at](answers.judged[at])} for at, heading in PAGES.items()
    ]


def _row(question: str, answer: Any, *, none: str = "") -> dict[str, Any]:
    return {"question": question, "answer": answer or none}


def _day(question: str, day: Any) -> dict[str, Any]:
    return {"question": question, "day": day, "answer": ""}


def _who_rows(forms: list[GovForm]) -> list[dict[str, Any]]:
    said = forms[0].cleaned_data
    return [
        _row("Name", said["name"]),
        _row("Preferred name", said["preferred_name"]),
        _row("Other names", said["aliases"]),
        _day("Date of birth", said["birth_date"]),
        _row("Address", said["address"]),
    ]


def _contact_rows(forms: list[GovForm]) -> list[dict[str, Any]]:
    form = forms[0]
    assert isinstance(form, ContactForm)  # noqa: S101 - the page's own form
    said = form.cleaned_data
    words = {
        answer: ", ".join(choices.label("route", code).lower() for code in form.routes(answer))
        for answer in (UNSAFE, SAFE)
    }
    none = "Not recorded – do not contact until checked"
    return [
        _row("Do not…", said["do_not"]),
        _row("Do not use", words[UNSAFE]),
        _row("Safe ways", words[SAFE], none=none),
        _row("Safe times", said["safe_times"]),
        _row("Contact details", said["contact"]),
        _day("Checked with them", said["routes_checked_on"]),
        _row("Staff safety", said["staff_safety"]),
    ]


def _other_rows(forms: list[GovForm]) -> list[dict[str, Any]]:
    found = []
    for form in forms:
        said = form.cleaned_data
        if any(said.values()):
            born = said["birth_date"] and f"born {said['birth_date'].day} {said['birth_date']:%B %Y}"
            lines = [line for line in (said["name"], born, said["address"]) if line]
            found.append({"question": choices.label("role", said["role"]), "lines": lines})
    return found or [_row("Others", "", none="Nobody else")]


def _concern_rows(forms: list[GovForm]) -> list[dict[str, Any]]:
    form = forms[0]
    assert isinstance(form, ConcernForm)  # noqa: S101 - the page's own form
    said = form.cleaned_data
    return [
        _row("What happened", said["what_happened"]),
        _day("When it happened", said["happened_on"]),
        {"question": "Concern identified", "when": said["concern_identified_at"]},
        _row("Who told us", said["source"]),
        _row("Privacy information", choices.label("privacy_information", said["privacy_information"])),
        *([_day("Given on", said["privacy_given_on"])] if said["privacy_given_on"] else []),
        _row("Team", form.teams[said["team"]].name),
    ]
