"""The pages after a decision: what was sent, a correction, a look back, the wrong person."""

from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases import access as case_access
from cases.banner import banner
from cases.fields import drawing
from cases.models import Organisation, User
from cases.views import page
from sharing import (
    access,
    actions,
    after,
    after_actions,
    disclosing,
    follow,
    judged,
    looking_again,
    projection,
    watch,
)
from sharing.forms.after import Ready, ReviewForm, SentForm, WrongForm, WrongPersonForm
from sharing.models import Decision, Disclosure

HAPPENED = (
    "The risk was assessed or an agency asked while you had this page open. Read what is new above, "
    "then press again"
)
MEANWHILE = (
    "Somebody recorded something as sent while you had this page open. It is not in your answers: "
    "look at what was sent before, then press again"
)
DECIDE_ANEW = "This case is closed. Open it again to decide anew; the decision stays due until then."
FILLED_IN = "Everything that the decision says is filled in."


@dataclass(frozen=True)
class Record:
    """One request at a recorded decision, for somebody who works on its case."""

    request: HttpRequest
    user: User
    decision: Decision
    said: dict[str, Any]


class View(Protocol):
    """A view of a record."""

    def __call__(self, record: Record, /) -> HttpResponse: ...


def on_record(view: View) -> Any:
    """Hand the view the decision and what was recorded of it; a stranger meets a 404."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, reference: str) -> HttpResponse:
        found = access.fetch_decision(request.user, reference)
        # What happened is recorded of a closed case too; a new draft asks for more.
        case_access.require(request.user, "follow", found.case)
        return view(Record(request, page.user(request), found, projection.said_of(found)))

    return wrapped


def _show(record: Record, template: str, **context: Any) -> HttpResponse:
    """Draw a page about the decision, and enter that it is looked at."""
    with actions.see_decision(by=record.user, decision=record.decision) as held, drawing():
        frame = {
            "decision": record.decision,
            "case": record.decision.case,
            "banner": banner(record.decision.case, held),
            "request_key": page.fresh_key(record.request),
        }
        return render(record.request, template, frame | context)


def _followed(record: Record, refused: actions.AlreadyFollowed) -> HttpResponse:
    """Tell that another decision follows this one; the decision's page links to it."""
    words = f"{refused.by.reference} follows {record.decision.reference} already. Go on from there."
    messages.warning(record.request, words)
    return redirect("decision", refused.by.reference)


# --- what was sent --------------------------------------------------------------------------------


@on_record
def sent(record: Record) -> HttpResponse:
    """Record what was actually sent, or that nothing more will be."""
    ready = Ready(*after.sent_ready(record.decision, record.said))
    form = SentForm(page.posted(record.request), ready=ready)
    if form.is_valid() and _marked(record, form):
        return redirect("decision", record.decision.reference)
    followed = after.what_followed(record.decision, record.user, record.said)
    return _show(
        record,
        "sharing/sent.html",
        form=form,
        after=followed,
        seen=len(followed["disclosures"]),
    )


def _marked(record: Record, form: SentForm) -> bool:
    def action(key: Any) -> Disclosure:
        return after_actions.mark_sent(
            by=record.user,
            decision=record.decision,
            values=form.values(),
            seen=_seen(record.request),
            request_key=key,
        )

    try:
        return page.saved(record.request, form, action, "Recorded.")
    except disclosing.ReasonNeeded as needed:
        form.add_error("reason", after.differs_in_words(needed.differs, late=needed.late))
    except after_actions.SentMeanwhile:
        form.add_error(None, MEANWHILE)
    return False


# --- another decision -----------------------------------------------------------------------------


@on_record
def correct(record: Record) -> HttpResponse:
    """Ask what is wrong, then open a draft that is filled in with the decision."""
    case_access.require(record.user, "work", record.decision.case)
    form = WrongForm(page.posted(record.request))
    open_one = after_actions.open_follow_up(record.user, record.decision, follow.CORRECTION)
    if form.is_valid():
        return _start(record, follow.CORRECTION, form.cleaned_data["what"])
    follower = record.decision.followed_by.first()
    return _show(record, "sharing/correct.html", form=form, open_one=open_one, follower=follower)


def _start(record: Record, as_: str, what: str) -> HttpResponse:
    try:
        draft, gone = after_actions.start_follow_up(
            by=record.user, decision=record.decision, as_=as_, what=what
        )
    except actions.AlreadyFollowed as refused:
        return _followed(record, refused)
    left_out = f" {gone} that the case no longer holds could not be." if gone else ""
    messages.success(record.request, FILLED_IN + left_out)
    return redirect("draft", draft.id)


@on_record
def anew(record: Record) -> HttpResponse:
    """The new decision that a manager asked for: why, then a draft that is filled in with this one."""
    case_access.require(record.user, "work", record.decision.case)
    asks = _manager_asks(record, followed=record.decision.followed_by.exists())
    if not asks or not asks["anew"]:
        return redirect("decision", record.decision.reference)
    if record.request.method == "POST":
        return _start(record, follow.DIRECTED, asks["reason"])
    open_one = after_actions.open_follow_up(record.user, record.decision, follow.DIRECTED)
    return _show(record, "sharing/anew.html", asks=asks, open_one=open_one)


# --- looking back ---------------------------------------------------------------------------------


@on_record
def review(record: Record) -> HttpResponse:
    """Say whether the decision is still right; where it is not, the new one begins."""
    days = Organisation.current().review_after_days
    form = ReviewForm(page.posted(record.request), after_days=days)
    if form.is_valid():
        try:
            done = page.saved(record.request, form, lambda key: _reviewed(record, form, key), "Recorded.")
        except actions.AlreadyFollowed as refused:
            return _followed(record, refused)
        except after_actions.HappenedMeanwhile:
            form.add_error(None, HAPPENED)
            done = False
        if done and form.cleaned_data["outcome"] == "new_decision":
            if record.decision.case.closed:
                messages.info(record.request, DECIDE_ANEW)
                return redirect("decision", record.decision.reference)
            return _start(record, follow.REVIEW, form.cleaned_data["reason"])
        if done:
            return redirect("decision", record.decision.reference)
    follower = record.decision.followed_by.first()
    again = None if follower else looking_again.why([record.decision]).get(record.decision.id)
    seen = str(watch.mark(record.decision.case))
    asks = _manager_asks(record, followed=follower is not None)
    return _show(
        record, "sharing/review.html", form=form, follower=follower, again=again, seen=seen, asks=asks
    )


def _manager_asks(record: Record, *, followed: bool) -> dict[str, Any] | None:
    """What a manager asks for about the decision and nobody has answered yet."""
    found = record.decision
    return judged.asks(found, judged.read(found), list(found.reviews.all()), followed=followed)


def _reviewed(record: Record, form: ReviewForm, key: Any) -> object:
    return after_actions.review(
        by=record.user,
        decision=record.decision,
        values=form.values(),
        seen=_seen(record.request) if "seen" in record.request.POST else None,
        request_key=key,
    )


def _seen(request: HttpRequest) -> int:
    """How much the page had shown when it was opened; what nobody typed counts as nothing."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


# --- the wrong person -----------------------------------------------------------------------------


@on_record
def wrong_person(record: Record) -> HttpResponse:
    """What to do now, first; then what happened, which starts the clock of the law."""
    form = WrongPersonForm(page.posted(record.request))
    disclosure = _disclosure(record)

    def action(key: Any) -> object:
        return after_actions.report_wrong_recipient(
            by=record.user,
            decision=record.decision,
            values=form.values(),
            disclosure=disclosure,
            request_key=key,
        )

    words = "Recorded. The information governance lead sees it now."
    if form.is_valid() and page.saved(record.request, form, action, words):
        return redirect("decision", record.decision.reference)
    return _show(record, "sharing/wrong_person.html", form=form, disclosure=disclosure)


def _disclosure(record: Record) -> Disclosure | None:
    """The disclosure that the address names, where it is one of this decision."""
    key = page.uuid_of(record.request.GET.get("sent"))
    return record.decision.disclosures.filter(id=key).first() if key else None
