"""What is done with a request: a page for each act of the table, every one of them a form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from cases.views import page
from sharing import after, disclosing, letters, request_actions, request_page, request_steps, requests
from sharing.forms.requests import (
    MORE,
    MOST,
    ActForm,
    AnswerForm,
    ChaseForm,
    CloseForm,
    DiscardForm,
    PieceForm,
    RefusalForm,
    RequestForm,
    SentLetterForm,
    how_many,
)
from sharing.rules import requests as rules
from sharing.views.requests import Record, on_request, show

Make = Callable[[Record, requests.Told], ActForm]
Save = Callable[[Record, str, Any, UUID | None], object]


@dataclass(frozen=True)
class ActPage:
    """The page of an act: what makes its form, what saves it, its template, what its buttons say."""

    make: Make
    save: Save
    template: str = "sharing/request_act.html"
    button: str = "Record it"
    adds: str = ""


# --- the forms, filled in with what is known ------------------------------------------------------


def _request(record: Record, told: requests.Told) -> RequestForm:
    initial = RequestForm.initial_of(told.said)
    at_first = min(len(told.said.get("what", ())) + 1, MOST)
    data = page.posted(record.http)
    return RequestForm(data, initial=initial, count=how_many(data, at_first))


def _chase(record: Record, told: requests.Told) -> ChaseForm:
    return ChaseForm(page.posted(record.http), initial={"spoken_with": told.said.get("recipient_name", "")})


def _refuse(record: Record, _told: requests.Told) -> RefusalForm:
    return RefusalForm(page.posted(record.http))


def _answer(part: bool) -> Make:
    def make(record: Record, _told: requests.Told) -> AnswerForm:
        data, people = page.posted(record.http), list(record.row.case.people.all())
        numbers = range(1, how_many(data, 1) + 1)
        pieces = [PieceForm(data, prefix=f"p{n}", people=people, first=n == 1) for n in numbers]
        return AnswerForm(data, part=part, pieces=pieces)

    return make


def _close(record: Record, _told: requests.Told) -> CloseForm:
    endings = requests.endings(record.row, record.user)
    return CloseForm(page.posted(record.http), endings=endings)


def _discard(record: Record, _told: requests.Told) -> DiscardForm:
    return DiscardForm(page.posted(record.http))


def _letter(record: Record, told: requests.Told) -> SentLetterForm:
    to_them = told.state in (rules.DRAFT, rules.REFUSED, rules.PART)
    initial = {"sent_to": told.said.get("recipient_name", "") if to_them else ""}
    initial["how"] = request_page.method_of(record.row)
    return SentLetterForm(page.posted(record.http), initial=initial, first=told.state == rules.DRAFT)


# --- what saves them ------------------------------------------------------------------------------


def _common(record: Record, key: UUID | None) -> dict[str, Any]:
    return {"by": record.user, "request": record.row, "seen": record.seen, "request_key": key}


def _save_change(record: Record, _act: str, form: Any, key: UUID | None) -> object:
    return request_actions.change_request(values=form.values(), **_common(record, key))


def _save_chase(record: Record, _act: str, form: Any, key: UUID | None) -> object:
    return request_actions.chase(values=form.values(), **_common(record, key))


def _save_refusal(record: Record, act: str, form: Any, key: UUID | None) -> object:
    return request_actions.refuse(act=act, values=form.values(), **_common(record, key))


def _save_answer(record: Record, act: str, form: Any, key: UUID | None) -> object:
    items = [piece.values() for piece in form.pieces if piece.has_changed()]
    return request_actions.receive(act=act, items=items, values=form.values(), **_common(record, key))


def _save_end(record: Record, act: str, form: Any, key: UUID | None) -> object:
    return request_actions.close(act=act, values=form.values(), **_common(record, key))


def _save_letter(record: Record, act: str, form: Any, key: UUID | None) -> object:
    letter = letters.ready(record.row, rules.ACTS[act].letter)
    # What went is the letter that the page showed, never one that somebody prepared since.
    if letter and record.http.POST.get("letter", letter.reference) != letter.reference:
        letter = None
    return request_actions.move(act=act, letter=letter, values=form.values(), **_common(record, key))


THING, PIECE = "Add another thing", "Add another piece"
_ANSWER = "sharing/request_answer.html"
_LETTER_SENT = ActPage(_letter, _save_letter, button="Record that it was sent")
PAGES: Mapping[str, ActPage] = {
    "change": ActPage(_request, _save_change, "sharing/request_change.html", "Save the request", THING),
    "chase": ActPage(_chase, _save_chase),
    "answer": ActPage(_answer(part=False), _save_answer, _ANSWER, adds=PIECE),
    "answer_part": ActPage(_answer(part=True), _save_answer, _ANSWER, adds=PIECE),
    "refuse": ActPage(_refuse, _save_refusal),
    "refuse_again": ActPage(_refuse, _save_refusal),
    "close": ActPage(_close, _save_end, button="Close the request"),
    "discard": ActPage(_discard, _save_end, button="Do not send it"),
    **{code: _LETTER_SENT for code, act in rules.ACTS.items() if act.letter},
}


@on_request("work")
def act(record: Record, slug: str) -> HttpResponse:
    """The page of an act; where the request has moved on, what was typed stays and nothing is recorded."""
    code = slug.replace("-", "_")
    if code not in PAGES or slug != code.replace("_", "-"):
        raise Http404
    told, wanted = requests.read(record.row), PAGES[code]
    if page.posted(record.http) is None and (turned := _turned_away(record, told, code)):
        return turned
    form, status = wanted.make(record, told), 200
    forms = [form, *getattr(form, "pieces", ())]
    checked = [one.is_valid() for one in forms]  # each says what is wrong with it, not the first alone
    if record.http.POST.get("action") == MORE:
        for one in forms:
            one.as_typed()
    elif all(checked):
        if _saved(record, code, form):
            return redirect("request", record.row.reference)
        status = 409
    return _draw(record, code, form, forms, status)


def _turned_away(record: Record, told: requests.Told, code: str) -> HttpResponse | None:
    """Where the act cannot be begun now: to the page of the request, or to the letter that comes first."""
    if told.state not in rules.ACTS[code].since:
        words = f"That cannot be done now. The request stands at “{rules.STATES[told.state]}”."
    elif code == "close" and not requests.endings(record.row, record.user):
        words = "You cannot close the request yet. This is what can be done now."
    elif rules.ACTS[code].letter and letters.ready(record.row, rules.ACTS[code].letter) is None:
        words = (
            "The letter is not ready yet. Prepare it first; where a manager must approve it, wait for that."
        )
    else:
        return None
    messages.warning(record.http, words)
    return redirect("request", record.row.reference)


def _saved(record: Record, code: str, form: Any) -> bool:
    """Whether the act is recorded now; if not, the form says why."""
    try:
        return page.saved(
            record.http, form, lambda key: PAGES[code].save(record, code, form, key), "Recorded."
        )
    except request_steps.SomebodyWasFirst as first:
        form.add_error(None, _first(first.step))
    except request_steps.NotNow as now:
        form.add_error(None, f"Check the request: it stands at “{rules.STATES[now.state]}” now")
    except disclosing.ReasonNeeded as needed:
        form.add_error("reason", after.differs_in_words(needed.differs, late=needed.late))
    except request_actions.NotReady:
        form.add_error(None, "Check the letter: it was changed, returned or sent meanwhile")
    except request_actions.NotAnEnding:
        form.add_error("ending", "Choose another way, or go on with the request: it cannot be closed so")
    return False


def _first(step: Any) -> str:
    """What somebody else recorded while the page was open."""
    done, state = request_page.DONE.get(step.act, step.act), rules.STATES[step.state]
    return (
        f"Somebody was first. {step.by.name} recorded “{done}” while you had this page open. "
        f"The request stands at “{state}” now. Your answers are below and are not saved: "
        "if they still hold, press again"
    )


def _draw(record: Record, code: str, form: Any, forms: list[Any], status: int) -> HttpResponse:
    wanted = PAGES[code]
    context = {
        "act": rules.ACTS[code],
        "form": form,
        "forms": forms[1:],
        "button": wanted.button,
        "adds": wanted.adds,
        "more": getattr(form, "count", len(forms) - 1) < MOST,
        "count": getattr(form, "count", len(forms) - 1),
        "still": requests.newest_step(record.row).state in rules.ACTS[code].since,
        "letter": letters.ready(record.row, rules.ACTS[code].letter) if rules.ACTS[code].letter else None,
    }
    return show(record, wanted.template, context, status)
