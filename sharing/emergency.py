"""The emergency page's nine answers: what each means for a full decision, and how they read in the record.

| question                  | stored as             | what it answers of a decision                         |
|---------------------------|-----------------------|-------------------------------------------------------|
| 1 who is in danger        | who, who_else         | affected                                              |
| 2 what is happening       | happening             | aims, aim_text, reasons, reason_text, kinds           |
| 3 who was told            | told                  | the recipient's agency                                |
| 4 name, number, reference | told_name             | the recipient's name                                  |
| 5 how                     | how                   | the recipient's method; sent_how                      |
| 6 what was told           | what                  | sent_what, kinds                                      |
| 7 lawful basis            | basis                 | basis, basis_at, and what it rests on                 |
| 8 do they know            | knows                 | informed                                              |
| 9 anything else           | note                  | the end of reason_text                                |
| when (now, or earlier)    | sent_at               | sent_at, decided_at                                   |

Always so: we share without being asked, it has been shared already, it could not wait, somebody is named.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from cases.models import Organisation
from sharing import journey, lists, rules
from sharing.answers import Answers, day_or_moment, prune
from sharing.due import COMPLETION, complete_by
from sharing.forms.page import in_words
from sharing.models import Decision
from sharing.rules.after import emergency_incomplete
from sharing.sheet import Sheet

Given = Mapping[str, Any]
"""The nine answers as they are stored with the record, under `emergency`."""

KEY = "emergency"
"""The name of the nine answers among those of a decision, and the key of their recipient."""
QUESTIONS = {
    "who": "Who is in danger?",
    "happening": "What is happening?",
    "told": "Who are you telling?",
    "told_name": "Name, collar number or call reference",
    "how": "How are you telling them?",
    "what": "What did you tell them?",
    "basis": "Which lawful basis fits?",
    "knows": "Does the victim/survivor know that you are telling them?",
    "note": "Anything else?",
}
"""The nine, in their order."""
BY_TYPE = {True: ("6-1-e", "Crime and Disorder Act 1998, section 115"), False: ("6-1-f", "")}
"""Public authority or not → the basis for urgent safeguarding where none was set, and what it rests on."""

ALWAYS: Mapping[str, Any] = {
    "started": "offer",
    "already_sent": True,
    "urgency": "now",
    "without_identity": "no",
    "outcome": "share_all",
}
OF_BASIS = ("basis", "basis_at", "power", "enactment", "balance", "annex_1")
"""The answers that question 7 gives."""
_ASKED_AGAIN = frozenset({"decision", "items"})
"""Pages that the completion opens, although a draft that it took over had answered them."""


def urgent_basis(organisation: Organisation, now: datetime) -> tuple[str, str]:
    """The code of the organisation's basis for urgent safeguarding, and what it rests on (text, or "").

    As set; where nothing is set, or what is set is not open to the organisation, by its type.
    """
    told = rules.Organisation(
        organisation.type, organisation.public_authority, seventh_basis=organisation.seventh_basis
    )
    if organisation.urgent_basis in rules.bases_offered(told, now):
        return organisation.urgent_basis, organisation.urgent_power
    return BY_TYPE[rules.is_public_authority(told)]


def answers_of(given: Given, *, organisation: Organisation, now: datetime) -> Answers:
    """What the nine answers say of a full decision: nothing that was not said is made up.

    Args:
        given: as the form stores them.
        now: when it is recorded (aware): a basis that is chosen is determined then.
    """
    happening, told = (
        _rows("emergency_happening", given["happening"]),
        _rows("emergency_items", given["what"]),
    )
    found: Answers = dict(ALWAYS) | {
        "sent_at": given["sent_at"],
        "decided_at": given["sent_at"],
        "sent_how": f"{_label('how', given)}, to {_label('told', given)}: {given['told_name']}",
        "sent_what": _sentence(told),
        "affected": list(given["who"]),
        "aims": _marked(happening, "aims", "aims"),
        "aim_text": f"Keep people safe now. {_sentence(happening)}",
        "reasons": _marked(happening, "reasons", "reasons"),
        "reason_text": " ".join(filter(None, [f"{_sentence(happening)}.", given["note"]])),
        "kinds": ["ordinary", *_kinds(told, happening)],
        "recipients": [_recipient(given)],
        "informed": _mark("knows", given, "informed"),
    }
    return prune(found | _basis(given, organisation, now))


def _kinds(told: Iterable[lists.Row], happening: Iterable[lists.Row]) -> list[str]:
    """The kinds of information in what was told; what is happening counts where that was told."""
    told = list(told)
    said = [*told, *(happening if any(row.code == "happened" for row in told) else ())]
    return _marked(said, "kinds", "kinds")


def _recipient(given: Given) -> dict[str, Any]:
    found = {
        "key": KEY,
        "name": given["told_name"],
        "agency": _mark("told", given, "agency"),
        "agency_name": _mark("told", given, "agency_name"),
        "method": _mark("how", given, "method"),
    }
    return {name: value for name, value in found.items() if value}


def _basis(given: Given, organisation: Organisation, now: datetime) -> Answers:
    basis, rests_on = _mark("basis", given, "basis"), ""
    if given["basis"] == "urgent":
        basis, rests_on = urgent_basis(organisation, now)
    row = lists.row("basis", basis)
    if row is None:
        return {}
    needs = row.marks.get("needs")
    return {"basis": basis, "basis_at": now.isoformat()} | ({str(needs): rests_on} if needs else {})


def _rows(name: str, codes: Iterable[str]) -> list[lists.Row]:
    return [row for row in lists.rows(name) if row.code in set(codes)]


def _mark(name: str, given: Given, mark: str) -> str:
    row = lists.row(f"emergency_{name}", given[name])
    return str(row.marks.get(mark, "")) if row else ""


def _label(name: str, given: Given) -> str:
    return lists.label(f"emergency_{name}", given[name])


def _sentence(rows: Iterable[lists.Row]) -> str:
    return "; ".join(row.label for row in rows)


def _marked(rows: Iterable[lists.Row], mark: str, name: str) -> list[str]:
    """The codes that the rows carry under a mark, in the order of the list that holds them."""
    carried = {code for row in rows for code in row.marks.get(mark, ())}
    return [row.code for row in lists.rows(name) if row.code in carried]


# --- the completion ---------------------------------------------------------------------------------


def plans_more(carried: Answers, answers: Answers) -> bool:
    """Whether a draft plans to tell somebody else than the emergency told.

    It then stays a decision of its own: what has not happened yet meets every stop.

    Args:
        carried: the draft's answers.
        answers: those of the emergency, as `answers_of` gives them.
    """
    told = {str(one["name"]).casefold() for one in answers["recipients"]}
    return any(str(one.get("name", "")).casefold() not in told for one in carried.get("recipients", ()))


def completion(given: Given, answers: Answers, carried: Mapping[str, Any]) -> Answers:
    """What the completion starts from: the nine answers over those of a draft that it takes over.

    Args:
        answers: as `answers_of` gives them.
        carried: the draft's answers; none where there was no draft.
    """
    shared = lists.marked("outcome", carried.get("outcome"), "sharing")
    kept = {
        name: carried[name]
        for name in ("aim_text", *(("reason_text",) if shared else ()))
        if carried.get(name)
    }
    united = {
        name: _united(name, carried.get(name) if shared or name != "reasons" else (), answers.get(name))
        for name in ("aims", "kinds", "reasons")
    }
    people = [*carried.get("affected", ()), *answers.get("affected", ())]
    united["affected"] = list(dict.fromkeys(people))
    recipients = {"recipients": list(_recipients(given, answers["recipients"][0], carried))}
    return prune({**carried, **answers, **kept, **united, **recipients})


def _united(name: str, *codes: Iterable[str] | None) -> list[str]:
    held = {code for some in codes for code in some or ()}
    return [row.code for row in lists.rows(name) if row.code in held]


def _recipients(
    given: Given, told: Mapping[str, Any], carried: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The draft's recipients and whoever was told; the same name is the same recipient."""
    told = {"method": _mark("how", given, "completes_as"), **told}
    before = list(carried.get("recipients", ()))
    same = [one for one in before if str(one.get("name", "")).casefold() == str(told["name"]).casefold()]
    for one in before:
        yield {**one, **told, "key": one["key"]} if one in same[:1] else one
    if not same:
        yield {name: value for name, value in told.items() if value}


def complete_pages(sheet: Sheet) -> dict[str, bool]:
    """The marks of the pages on which the answers leave no question open."""
    before = sheet.answers.get("pages", {})
    listed = [slug for slug in journey.LISTED if before.get(slug)]
    asked = [
        step.slug
        for step in journey.applicable(sheet)
        if step.slug not in journey.LISTED and _answered(step, sheet)
    ]
    return {slug: True for slug in (*listed, *asked) if slug not in _ASKED_AGAIN}


def _answered(step: journey.Step, sheet: Sheet) -> bool:
    form = step.form(sheet)
    return bool(form.kept) and form.again().is_valid()


# --- in words -----------------------------------------------------------------------------------------


def rows(given: Given, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The nine answers for reading, with the time of telling; a question that was not answered is left out.

    Args:
        names: the name of each person of the case as it was recorded, by id.
    """
    who = [*(names.get(str(key), str(key)) for key in given["who"]), given["who_else"]]
    found: list[tuple[str, str | list[str]]] = [
        ("When were they told?", in_words(day_or_moment(given["sent_at"]))),
        (QUESTIONS["who"], [name for name in who if name]),
        (QUESTIONS["happening"], [lists.label("emergency_happening", one) for one in given["happening"]]),
        (QUESTIONS["told"], _label("told", given)),
        (QUESTIONS["told_name"], given["told_name"]),
        (QUESTIONS["how"], _label("how", given)),
        (QUESTIONS["what"], [lists.label("emergency_items", one) for one in given["what"]]),
        (QUESTIONS["basis"], _label("basis", given)),
        (QUESTIONS["knows"], _label("knows", given)),
        (QUESTIONS["note"], given["note"]),
    ]
    return [{"question": asked, "answer": answer, "change": ""} for asked, answer in found if answer]


# --- how far it is ------------------------------------------------------------------------------------


def standing(decision: Decision, now: datetime) -> dict[str, Any]:
    """What follows an emergency share, or what a completion completes, with when it is due.

    Args:
        now: aware.
    """
    completed = decision.follows_as == COMPLETION
    if not (decision.emergency or completed):
        return {}
    follower = decision.followed_by.first() if decision.emergency else None
    due = complete_by(decision.recorded_at, Organisation.current())
    return {
        "completes": decision.follows if completed else None,
        "completed_by": follower if follower and follower.follows_as == COMPLETION else None,
        "completion_open": decision.emergency and follower is None,
        "emergency_due": due if decision.emergency else None,
        "emergency_overdue": decision.emergency
        and emergency_incomplete(due, now, completed=follower is not None),
    }
