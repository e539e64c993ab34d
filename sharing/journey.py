"""The pages of a decision: their order, what each asks, when each is skipped. The table below is all of it.

Any page can be opened at any time. A page is skipped only where its question does not arise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from cases.models import InformationItem
from sharing import agreements, beside, lists, rules
from sharing.forms.agreements import WhichAgreementForm
from sharing.forms.basis import ConditionsForm, ConditionTestsForm, LawfulBasisForm, PowerForm
from sharing.forms.decision import DecisionForm, MainReasonsForm, PointsForm
from sharing.forms.how import HowForm
from sharing.forms.items import ItemForm
from sharing.forms.page import PageForm
from sharing.forms.reasons import ReasonsForm, SaferForm
from sharing.forms.recipients import RecipientForm, SignOffForm
from sharing.forms.start import AlreadySentForm, CourtForm, RequesterForm, RequestForm
from sharing.forms.telling import TellingDetailsForm, TellingForm, UnsafeForm, questions
from sharing.sheet import Sheet

When = Callable[[Sheet], bool]
PAGES = 8


@dataclass(frozen=True)
class Step:
    """One page. `page` is its number of eight (follow-up pages keep their page's); `serves` are ids of words.

    `of` is the page that a follow-up page belongs to: where its question is when it is skipped; its words
    stand beside it too, unless it has a `guide` of its own.
    """

    slug: str
    page: int
    title: str
    form: type[PageForm]
    serves: tuple[str, ...]
    when: When = lambda _sheet: True
    of: str = ""
    guide: str = ""

    @property
    def guides(self) -> tuple[str, ...]:
        """The ids of the words beside the page: what the page serves, then what its questions do."""
        return tuple(dict.fromkeys((*self.serves, *beside.of_page(self.slug))))

    @property
    def words(self) -> str:
        """The id of the guidance that stands beside the questions."""
        return f"page.{self.guide or self.of or self.slug}"


def _answer(name: str, *values: Any) -> When:
    return lambda sheet: sheet.answers.get(name) in values


def _identifying(sheet: Sheet) -> bool:
    return sheet.answers.get("without_identity") != "yes"


def _agreement_asked(sheet: Sheet) -> bool:
    return bool(agreements.offered(sheet.answers, sheet.agreements))


def _basis_needs_more(sheet: Sheet) -> bool:
    basis = lists.row("basis", sheet.answers.get("basis"))
    return _identifying(sheet) and bool(basis and basis.marks.get("needs"))


def _conditions_asked(sheet: Sheet) -> bool:
    return _identifying(sheet) and ("special" in sheet.facts.kinds or rules.offence_data(sheet.facts))


def _tests_asked(sheet: Sheet) -> bool:
    chosen = [sheet.answers.get(name) for name in ("schedule_1", "offence_condition")]
    tested = any(
        lists.marked("schedule_1", one, mark)
        for one in chosen
        for mark in ("needs_at_risk", "needs_prejudice")
    )
    return _conditions_asked(sheet) and tested


def _not_told(sheet: Sheet) -> bool:
    return _identifying(sheet) and lists.marked("informed", sheet.answers.get("informed"), "needs_reason")


def _sign_off_asked(sheet: Sheet) -> bool:
    return any(lists.marked("agency", one.get("agency"), "needs_sign_off") for one in sheet.recipients)


R1, R2, R3, R4, R5, R6, R7 = (f"rule-{number}" for number in range(1, 8))
PRINCIPLES = ("principle-1", "principle-2", "principle-3")

# fmt: off
STEPS: tuple[Step, ...] = (
    Step("request", 1, "What this is about", RequestForm, (R5,)),
    Step("already-sent", 1, "What was shared already", AlreadySentForm, (R7,),
         _answer("already_sent", True), "request"),
    Step("requester", 1, "Who asked", RequesterForm, (R6,), _answer("started", "asked"), "request"),
    Step("court", 1, "The court or the duty", CourtForm, (R1,),
         lambda sheet: "court_or_duty" in sheet.facts.aims, "request"),
    Step("recipients", 2, "Who needs to know", RecipientForm, (R6, R5)),
    Step("sign-off", 2, "Sign-off", SignOffForm, (R3,), _sign_off_asked, "recipients"),
    Step("reasons", 3, "Why share, or why not", ReasonsForm,
         (*PRINCIPLES, R5, "lesson-silence", "lesson-somebody-else")),
    Step("safer", 3, "Keeping everybody safe", SaferForm, (R5,),
         _answer("less_safe", "yes", "not_sure"), "reasons"),
    Step("agreement", 4, "A sharing agreement", WhichAgreementForm, (R1,),
         _agreement_asked, "lawful-basis", "agreement"),
    Step("lawful-basis", 4, "Why we can share", LawfulBasisForm, (R1, R4, "lesson-barrier"), _identifying),
    Step("power", 4, "What the basis rests on", PowerForm, (R1,), _basis_needs_more, "lawful-basis"),
    Step("conditions", 4, "Sensitive information", ConditionsForm, (R1, R4),
         _conditions_asked, "lawful-basis"),
    Step("tests", 4, "Whether the condition fits", ConditionTestsForm, (R4,), _tests_asked, "lawful-basis"),
    Step("telling", 5, "Being open with the person", TellingForm, (R2, R4, "lesson-consent"), _identifying),
    Step("telling-details", 5, "How and when they are told", TellingDetailsForm, (R2, R4),
         lambda sheet: _identifying(sheet) and bool(questions(sheet.answers)), "telling"),
    Step("unsafe", 5, "Why they are not told", UnsafeForm, (R2,), _not_told, "telling"),
    Step("items", 6, "What to share", ItemForm, (R6,)),
    Step("how", 7, "How and when it is sent", HowForm, (R6,)),
    Step("decision", 8, "Your decision", DecisionForm, (R3, R7)),
    Step("main-reasons", 8, "Your reasons", MainReasonsForm, (R7, R1, R5),
         lambda sheet: bool(sheet.answers.get("outcome")), "decision"),
)
# fmt: on
BY_SLUG: Mapping[str, Step] = {step.slug: step for step in STEPS}
PANEL = "panel"
"""The mark of a draft whose panel was passed; a changed outcome takes it off."""
LISTED = frozenset({"recipients", "items"})
"""The pages that are lists: each of their entries is a page of its own."""

NEEDED_WHEN_NOT_SHARING = frozenset(
    {"request", "already-sent", "requester", "court", "decision", "main-reasons"}
)


def fields_of(step: Step) -> list[str]:
    """The answers that a page asks for, by the names that the rules know them by."""
    each: tuple[str, ...] = getattr(step.form, "for_each_recipient", ())
    return [*step.form.base_fields, *each]


def applicable(sheet: Sheet) -> list[Step]:
    """The pages whose questions arise with these answers, in their order."""
    return [step for step in STEPS if step.when(sheet)]


def next_step(slug: str, sheet: Sheet) -> Step | None:
    """The page that follows; None after the last."""
    order = list(BY_SLUG)
    # Asked one by one, because some pages read more of the case to know whether they arise.
    return next((step for step in STEPS[order.index(slug) + 1 :] if step.when(sheet)), None)


def previous_step(slug: str, sheet: Sheet) -> Step | None:
    """The page before; None before the first."""
    order = list(BY_SLUG)
    return next((step for step in reversed(STEPS[: order.index(slug)]) if step.when(sheet)), None)


# --- what stands against a page -------------------------------------------------------------------

_STEP_OF_FIELD = {
    name: step.slug for step in STEPS if step.slug not in LISTED for name in fields_of(step)
} | {
    "recipients": "recipients",
    "items": "items",
    "limbs": "tests",
}
_CONSENT = ("article_9", "offence_condition")
_OPEN_UNTIL_DECIDED = frozenset({"nothing_included", "nothing_withheld", "reason_missing", "blanket_reason"})


def place(finding: rules.Finding, sheet: Sheet) -> tuple[Step, str]:
    """The page and the field that a finding belongs to, as things stand.

    Consent can be relied on in three places: the finding goes to the one that is used.
    """
    name = finding.field
    if finding.code == "consent_not_free" and not lists.marked(
        "basis", sheet.answers.get("basis"), "consent"
    ):
        relied_on = (name for name in _CONSENT if lists.marked(name, sheet.answers.get(name), "consent"))
        name = next(relied_on, name)
    step = BY_SLUG[_STEP_OF_FIELD[name]]
    if step.of and not step.when(sheet):
        step = BY_SLUG[step.of]
    field = _failing_limb(sheet) if name == "limbs" else name
    return step, field if field in fields_of(step) or step.slug in LISTED else next(
        iter(step.form.base_fields)
    )


def _failing_limb(sheet: Sheet) -> str:
    """The first of the three limbs that is not true."""
    limbs = ("care_needs", "at_risk", "cannot_protect")
    return next((limb for limb in limbs if not getattr(sheet.facts, limb)), limbs[0])


def stops_so_far(sheet: Sheet) -> list[rules.Finding]:
    """What stands against recording. Before the decision is made, what would stand against sharing.

    What depends on how much is shared in the end stays open until then.
    """
    if sheet.facts.already_sent:
        return []
    if sheet.facts.outcome:
        return rules.stops(sheet.findings)
    found = rules.stops(rules.assess(replace(sheet.facts, outcome="share_part")))
    return [one for one in found if one.subjects or one.code not in _OPEN_UNTIL_DECIDED]


def stops_on(step: Step, sheet: Sheet, stops: Sequence[rules.Finding]) -> list[tuple[str, rules.Finding]]:
    """The stops that belong to a page, each with its field."""
    placed = [(*place(one, sheet), one) for one in stops]
    return [(field, one) for where, field, one in placed if where.slug == step.slug]


# --- how far it is --------------------------------------------------------------------------------


def saved(step: Step, sheet: Sheet) -> bool:
    """Whether the page was filled in and saved."""
    return bool(sheet.answers.get("pages", {}).get(step.slug))


def opened_again(before: Sheet, after: Sheet) -> frozenset[str]:
    """The saved pages on which a question is open now that was not: nobody was asked it there yet.

    It arises only now, or its answer went with an answer of another page.
    """
    both = (step for step in STEPS if saved(step, before) and saved(step, after))
    return frozenset(step.slug for step in both if (now := _open(step, after)) and now - _open(step, before))


def _open(step: Step, sheet: Sheet) -> set[str]:
    """The questions of a page that need an answer and have none; of a list, whether anything is in it."""
    if step.slug in LISTED:
        return set() if sheet.answers.get(step.slug) else {step.slug}
    return set(step.form(sheet).again().emptied())


def complete(step: Step, sheet: Sheet) -> bool:
    """Whether a page was saved and every question on it that arises now has an answer."""
    if not saved(step, sheet):
        return False
    if step.slug == "recipients":
        return bool(sheet.recipients) and not unfinished_recipients(sheet)
    if step.slug == "items":
        return bool(sheet.item_answers) and not unfinished_items(sheet) and not without_item(sheet)
    return step.form(sheet).again().is_valid()


def unfinished_recipients(sheet: Sheet) -> list[dict[str, Any]]:
    """The recipients about whom a question is open."""
    return [one for one in sheet.recipients if not RecipientForm(sheet, stored=one).again().is_valid()]


def unfinished_items(sheet: Sheet) -> list[InformationItem]:
    """The considered items about which a question is open."""
    considered = [item for item in sheet.information if str(item.id) in sheet.item_answers]
    return [item for item in considered if not ItemForm(sheet, item).again().is_valid()]


def without_item(sheet: Sheet) -> list[dict[str, Any]]:
    """The recipients whom no item goes to, once something is to be shared."""
    included = [item for item in sheet.facts.items if item.include]
    reached = {key for item in included for key in item.recipients}
    return [one for one in sheet.recipients if included and one["key"] not in reached]


def missing(sheet: Sheet) -> list[Step]:
    """The pages that keep a decision from being recorded because a question on them is open.

    What has already been sent is recorded as it is. Not to share needs the pages about that alone.
    """
    pages = applicable(sheet)
    if sheet.facts.already_sent:
        pages = [step for step in pages if step.slug == "decision"]
    elif not rules.sharing(sheet.facts):
        pages = [step for step in pages if step.slug in NEEDED_WHEN_NOT_SHARING]
    return [step for step in pages if not complete(step, sheet)]


def panel_due(sheet: Sheet) -> bool:
    """Whether the one panel comes before recording: nothing is shared at high risk or over the threshold.

    Not yet is no such decision until its deadline has passed. It comes once for a decision.
    """
    facts = sheet.facts
    if facts.already_sent or sheet.answers.get("pages", {}).get(PANEL):
        return False
    if facts.outcome == "not_yet" and not (facts.review_on and facts.review_on < timezone.localdate()):
        return False
    return any(one.code == "high_risk_not_shared" for one in sheet.findings)


def state(step: Step, sheet: Sheet, stops: Sequence[rules.Finding]) -> tuple[str, str]:
    """The state of a page for the task list, and its colour."""
    if not saved(step, sheet):
        return "Incomplete", "blue"
    if stops_on(step, sheet, stops):
        return "There is a problem", "red"
    return ("Completed", "") if complete(step, sheet) else ("Incomplete", "blue")


def points_form(sheet: Sheet, data: Any = None) -> PointsForm:
    """The page of the points that the answers raise."""
    return PointsForm(sheet, rules.points(sheet.findings), data)
