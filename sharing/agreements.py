"""What a sharing agreement does to a decision, pure: which ones fit, what they settle, what became of it.

Agreements are rows of `Agreement`, as read: nothing here asks the database.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sharing import lists
from sharing.models import Agreement

Answers = Mapping[str, Any]
NONE = "none"
"""The answer of a decision that no agreement covers."""
PAGE = "agreement"

SETTLES: Mapping[str, str] = {
    "basis": "Lawful basis",
    "power": "Legal power",
    "enactment": "Law that says we must share",
    "annex_1": "Recognised interest",
    "article_9": "Condition for special category information",
    "schedule_1": "Paragraph of Schedule 1",
    "offence_condition": "Condition for criminal allegations",
    "method": "Way of sending",
    "conditions": "What they must do with it",
    "procedure": "Procedure",
    "fits": "How it fits the procedure",
}
"""The answers that an agreement can settle, and what each is called."""
_OPTIONAL = frozenset({"conditions", "fits"})
_HOW = "how"


def title(agreement: Agreement) -> str:
    """How a version is called wherever it is named."""
    return f"{agreement.name}, version {agreement.version}"


# --- which fit ------------------------------------------------------------------------------------


def fits(agreement: Agreement, answers: Answers) -> bool:
    """Whether it covers every recipient's agency (there is one at least) and one of the aims at least.

    Where nobody is identified no lawful basis is asked for, and none is to be settled.
    """
    if answers.get("without_identity") == "yes":
        return False
    agencies = {str(one.get("agency") or "") for one in answers.get("recipients", ())}
    aims = set(answers.get("aims") or ())
    return bool(agencies) and agencies <= set(agreement.agencies) and bool(aims & set(agreement.aims))


def in_force(agreement: Agreement, known: Sequence[Agreement]) -> bool:
    """Whether it has neither ended nor been replaced, as far as the versions in hand tell."""
    later = (one for one in known if one.series == agreement.series and one.version > agreement.version)
    return agreement.active and not any(later)


def chosen(answers: Answers, known: Sequence[Agreement]) -> Agreement | None:
    """The version that was chosen, whatever has become of it since."""
    code = answers.get("agreement")
    if code in (None, "", NONE):
        return None
    return next((one for one in known if str(one.id) == code), None)


def offered(answers: Answers, known: Sequence[Agreement]) -> list[Agreement]:
    """What the question offers: those in force that fit, and the one that was chosen while it fits."""
    mine = chosen(answers, known)
    return [one for one in known if fits(one, answers) and (one is mine or in_force(one, known))]


def settle(answers: Answers, known: Sequence[Agreement]) -> dict[str, Any]:
    """The answers with the review date of the agreement that was chosen.

    Where it covers the recipients and the aims no more, it is taken out and the question stands open again.
    """
    kept = {name: value for name, value in answers.items() if name != "agreement_review_on"}
    mine = chosen(answers, known)
    if mine and fits(mine, answers):
        return kept | {"agreement_review_on": mine.review_on.isoformat()}
    if answers.get("agreement") == NONE and offered(answers, known):
        return kept
    if kept.pop("agreement", None):
        kept["pages"] = {slug: done for slug, done in kept.get("pages", {}).items() if slug != PAGE}
    return kept


# --- what it settles ------------------------------------------------------------------------------


def settled(agreement: Agreement) -> dict[str, Any]:
    """The answers that it settles, by name; `method` is the first of its ways of sending."""
    found = {name: getattr(agreement, name) for name in SETTLES if name != "method"}
    found["method"] = next(iter(agreement.methods), "")
    return {name: value for name, value in found.items() if value}


def _answered(name: str, answers: Answers) -> bool:
    if name == "method":
        return any(one.get("method") for one in answers.get("recipients", ()))
    return bool(answers.get(name)) or (name in _OPTIONAL and bool(answers.get("pages", {}).get(_HOW)))


def _same(name: str, agreement: Agreement, answers: Answers) -> bool:
    if name == "method":
        used = {one.get("method") for one in answers.get("recipients", ())} - {None, ""}
        return used <= set(agreement.methods)
    own = getattr(agreement, name)
    return same(name, own, answers.get(name) or type(own)())


def compared(agreement: Agreement, answers: Answers) -> tuple[list[str], list[str]]:
    """The names of the answers that are as it settles them, and of those that the officer changed.

    What was not asked, or has no answer yet, is in neither.
    """
    names = [name for name in SETTLES if name in settled(agreement) and _answered(name, answers)]
    confirmed = [name for name in names if _same(name, agreement, answers)]
    return confirmed, [name for name in names if name not in confirmed]


def defaults(agreement: Agreement | None, answers: Answers) -> dict[str, Any]:
    """What stands in the fields of a page before they are answered.

    A question that may stay empty is not filled in again once its page was saved.
    """
    found = settled(agreement) if agreement else {}
    return {name: value for name, value in found.items() if not _emptied(name, answers)}


def _emptied(name: str, answers: Answers) -> bool:
    return name in _OPTIONAL and _answered(name, answers)


def line(agreement: Agreement | None, answers: Answers, asked: Collection[str]) -> str:
    """What a page says of the agreement that was chosen; empty where it settles nothing on that page.

    Args:
        asked: the names of the answers that the page asks for.
    """
    own = [name for name in settled(agreement) if name in asked] if agreement else []
    if agreement is None or not own:
        return ""
    confirmed, changed = compared(agreement, answers)
    if differs := "; ".join(_says(name, agreement) for name in own if name in changed):
        return f"{title(agreement)} says otherwise. {differs}. The record will say that you changed it."
    if set(own) <= set(confirmed):
        return f"This is what {title(agreement)} says. The record will say that you confirmed it."
    return f"Filled in from {title(agreement)}. Confirm it or change it."


def _says(name: str, agreement: Agreement) -> str:
    value = getattr(agreement, "methods" if name == "method" else name)
    codes = [value] if isinstance(value, str) else value
    words = [lists.label(name, code) if name in lists.LISTS else code for code in codes]
    return f"{SETTLES[name]}: {', '.join(words).rstrip('.')}"


RECORDED = frozenset({"agreement_title", "agreement_agreed_on", "agreement_confirmed", "agreement_changed"})
"""What a record says of an agreement beside the answers. No page asks for any of it."""


def recorded(agreement: Agreement | None, answers: Answers) -> dict[str, Any]:
    """The answers of a decision with what its record says of the agreement that it was made under.

    What an earlier record said of one is left behind.
    """
    kept = {name: value for name, value in answers.items() if name not in RECORDED}
    if agreement is None:
        return kept
    confirmed, changed = compared(agreement, answers)
    return kept | {
        "agreement_title": title(agreement),
        "agreement_agreed_on": agreement.agreed_on.isoformat(),
        "agreement_confirmed": confirmed,
        "agreement_changed": changed,
    }


def named(names: Collection[str]) -> list[str]:
    """Answers by what they are called."""
    return [SETTLES.get(name, name) for name in names]


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two versions say the same under a name. The order counts among the ways of sending alone."""
    listed = isinstance(one, list) and isinstance(other, list) and name != "methods"
    return set(one) == set(other) if listed else bool(one == other)


# --- what an agreement may say --------------------------------------------------------------------

CONSENT = (
    "Consent cannot be settled by an agreement: only the person can give it, each time. "
    "Choose what the sharing rests on without it"
)
_NEEDS = {
    "power": "Select the legal power that public task rests on",
    "enactment": "Select the law that says that the information must be shared",
    "annex_1": "Select the recognised interest",
}


def problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What does not hold together in an agreement's terms: words by field. Empty where everything does."""
    return _basis_problems(values) | _condition_problems(values)


def _basis_problems(values: Mapping[str, Any]) -> dict[str, str]:
    basis = lists.row("basis", values.get("basis"))
    if basis is None:
        return {}
    if basis.marked("consent"):
        return {"basis": CONSENT}
    needs = basis.marks.get("needs", "")
    return {needs: _NEEDS[needs]} if needs in _NEEDS and not values.get(needs) else {}


def _condition_problems(values: Mapping[str, Any]) -> dict[str, str]:
    found = {
        name: CONSENT
        for name in ("article_9", "offence_condition")
        if lists.marked(name, values.get(name), "consent")
    }
    condition, paragraph = lists.row("article_9", values.get("article_9")), values.get("schedule_1")
    takes = condition.marks.get("takes", ()) if condition else ()
    if paragraph and condition is None:
        found["article_9"] = "Select the condition that this paragraph of Schedule 1 goes with"
    elif condition and takes and paragraph not in takes:
        found["schedule_1"] = f"Select a paragraph that “{condition.label}” takes"
    elif condition and paragraph and not takes:
        found["schedule_1"] = f"Leave this empty: “{condition.label}” needs no paragraph"
    return found
