"""A draft's answers: one flat document of codes and texts, and the facts that the rules judge.

Keys are the field names of the table of facts; a missing key is "not answered". Dates and times are ISO text.
What the case already knows (people, risk, the text of its information) is never in the answers.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal

from cases import working_days
from cases.models import Case, InformationItem, Organisation
from cases.models import Person as CasePerson
from sharing import lists, rules
from sharing.rules.terms import local

Answers = dict[str, Any]
_PARTS = re.compile(r"[\n,;]")
ALIAS = "/preferred"
"""Ends the key of a person's second name among the facts."""

TEXTS = (
    "started", "requester_checked", "urgency", "without_identity", "safeguarding", "risk_assessment",
    "services", "less_safe", "basis", "annex_1", "article_9", "schedule_1", "offence_condition",
    "no_consent_reason",
    "informed", "wishes", "consent", "told_by", "perpetrator_told", "procedure", "doubt", "outcome",
)  # fmt: skip
FREE_TEXTS = (
    "harm_if_not", "mitigation", "power", "enactment", "balance", "consent_reason", "disagree_reason",
    "unsafe_reasons", "fits", "reason_text", "instead", "confirmed_by",
)  # fmt: skip
FLAGS = ("already_sent", "care_needs", "at_risk", "cannot_protect", "signed_off")
SETS = ("aims", "kinds", "reasons")
DAYS = ("tell_by", "review_on", "agreement_review_on")
MOMENTS = ("sent_at", "decided_at", "basis_at")
DAYS_OR_MOMENTS = ("decide_by", "send_by")


def day(text: str | None) -> date | None:
    """The date of ISO text; of a moment, its day in London."""
    value = day_or_moment(text)
    return local(value).date() if isinstance(value, datetime) else value


def day_or_moment(text: str | None) -> date | datetime | None:
    """A date, or an aware moment, of ISO text; a moment without an offset is London's."""
    if not text:
        return None
    return local(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)


def moment(text: str | None) -> datetime | None:
    """An aware moment of ISO text; a day alone is its first second in London."""
    value = day_or_moment(text)
    if value is None or isinstance(value, datetime):
        return value
    return local(datetime(value.year, value.month, value.day))  # noqa: DTZ001 - `local` makes it London's


def facts_of(
    answers: Mapping[str, Any], *, case: Case, organisation: Organisation, now: datetime
) -> rules.Facts:
    """The facts of a decision as they stand now: two queries (people, information) beside what is handed in.

    Args:
        now: the aware time that dates are judged against.
    """
    information = {str(item.id): item for item in case.information.all()}
    return rules.Facts(
        now=now,
        organisation=organisation_facts(organisation, _years(case, now)),
        case=_case(case, list(case.people.all()), len(information)),
        recipients=tuple(_recipient(one) for one in answers.get("recipients", ())),
        items=tuple(
            _item(one, information[one["information"]])
            for one in answers.get("items", ())
            if one["information"] in information
        ),
        **_flat(answers),
    )


def fingerprint(saves: int, facts: rules.Facts, advice: Sequence[str] = ()) -> str:
    """A mark of all that a check page showed: the draft as saved `saves` times, and the case beneath it.

    It is alike in every process, so that recording can ask whether what was read is what would be recorded.

    Args:
        advice: the marks of the questions and answers that it showed (`sharing.advice.marks`).
    """
    shown = [saves, facts, *advice]
    return sha256(json.dumps(shown, default=_spelled, sort_keys=True).encode()).hexdigest()


def _spelled(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return (
        {key: one for key, one in vars(value).items() if key != "now"} if is_dataclass(value) else str(value)
    )


def _flat(answers: Mapping[str, Any]) -> dict[str, Any]:
    return (
        {name: answers.get(name) or None for name in TEXTS}
        | {name: answers.get(name) or "" for name in FREE_TEXTS}
        | {name: answers.get(name) for name in FLAGS}
        | {name: frozenset(answers.get(name) or ()) for name in SETS}
        | {name: day(answers.get(name)) for name in DAYS}
        | {name: moment(answers.get(name)) for name in MOMENTS}
        | {name: day_or_moment(answers.get(name)) for name in DAYS_OR_MOMENTS}
    )


def _years(case: Case, now: datetime) -> set[int]:
    """The years in which working days are counted: from the concern on, and from now on."""
    days = (local(now).year, local(case.concern_identified_at).year)
    return {year for first in days for year in (first, first + 1)}


def organisation_facts(organisation: Organisation, years: Iterable[int] = ()) -> rules.Organisation:
    """The organisation's settings as the rules read them.

    Args:
        years: those whose closed days are read.
    """
    named = organisation.notice_bases
    return rules.Organisation(
        type=organisation.type,
        public_authority=organisation.public_authority,
        seventh_basis=organisation.seventh_basis,
        notice_bases=None if named is None else frozenset(named),
        policy_document=organisation.policy_document,
        bank_holidays=working_days.closed(organisation, years),
        stale_after_days=organisation.stale_after_days,
    )


def _case(case: Case, people: list[CasePerson], information_count: int) -> rules.CaseFacts:
    return rules.CaseFacts(
        risk_level=case.risk_level,
        marac_criteria=frozenset(case.marac_criteria),
        marac_referred_on=case.marac_referred_on,
        concern_identified_at=case.concern_identified_at,
        people=tuple(one for person in people for one in _person(person)),
        information_count=information_count,
        identifiers=(case.reference, *(text for person in people for text in _identifiers(person))),
    )


def _person(person: CasePerson) -> list[rules.Person]:
    found = [
        rules.Person(
            key=str(person.id),
            role=person.role,
            name=person.name,
            safe_routes=frozenset(person.safe_routes),
            unsafe_routes=frozenset(person.unsafe_routes),
        )
    ]
    if person.preferred_name and person.preferred_name != person.name:
        # A second name identifies as much as the first; without a role, no rule on routes or roles reads it.
        role = person.role if person.role == "alleged_perpetrator" else ""
        found.append(rules.Person(key=f"{person.id}{ALIAS}", role=role, name=person.preferred_name))
    return found


def _identifiers(person: CasePerson) -> list[str]:
    """What else identifies a person: the address, its first line, each way to reach them, the birth date."""
    address, contact = _PARTS.split(person.address), _PARTS.split(person.contact)
    return [text for text in (person.address, address[0], *contact, person.birth_date) if text.strip()]


def _recipient(answer: Mapping[str, Any]) -> rules.Recipient:
    return rules.Recipient(
        key=answer["key"],
        name=answer.get("name", ""),
        role=answer.get("role", ""),
        agency=answer.get("agency", ""),
        why=answer.get("why", ""),
        linked=answer.get("linked") or None,
        method=answer.get("method") or None,
        method_reason=answer.get("method_reason", ""),
    )


def _item(answer: Mapping[str, Any], item: InformationItem) -> rules.Item:
    unknown: Literal["not known"] | None = "not known" if item.date_not_known else None
    return rules.Item(
        key=str(item.id),
        text=item.text,
        source=item.source,
        dated=item.dated or unknown,
        about=tuple(str(key) for key in item.about),
        recipients=tuple(answer.get("recipients") or ()),
        why=answer.get("why", ""),
        nature=item.nature or None,
        whose=item.whose,
        historical=item.historical,
        relevant=answer.get("relevant"),
        enough=answer.get("enough"),
        checked_on=item.checked_on,
        alleges_offence=item.alleges_offence,
        include=bool(answer.get("include")),
        withheld_reason=answer.get("withheld_reason", ""),
        third_party_effect=answer.get("third_party_effect", ""),
        received_from=item.received_from,
        received_on=item.received_on,
        conditions=str(item.conditions),
    )


# --- answers of a withdrawn branch ----------------------------------------------------------------

_REQUESTER = ("requester_checked", "requester_name", "requester_agency", "requested_on")
_SENT = ("sent_at", "sent_how", "sent_what")
_SUPPORTS = ("power", "enactment", "balance", "annex_1")
_LIMBS = ("care_needs", "at_risk", "cannot_protect")
# `kinds` stays: how it may be sent depends on it whether or not anyone is identified.
_LAWFUL = (
    "basis",
    "basis_at",
    "agreement",
    *_SUPPORTS,
    "power_named",
    "enactment_named",
    "article_9",
    "schedule_1",
    "offence_condition",
    *_LIMBS,
    "no_consent_reason",
)
_TELLING = (
    "informed", "wishes", "consent", "consent_reason", "tell_by", "told_by", "told_on", "tell_when",
    "disagree_reason", "unsafe_reasons", "unsafe_reason_codes", "revisit_on", "children_told",
    "perpetrator_told",
)  # fmt: skip
_OF_INCLUDED = ("recipients", "why", "relevant", "enough", "third_party_effect")


def prune(answers: Mapping[str, Any], *, alleging: Collection[str] | None = None) -> Answers:
    """The answers without those of a branch that was withdrawn: what is no longer asked is not kept.

    Pure, and without effect on what the rules find.

    Args:
        alleging: ids of the case's information items that allege an offence; None where this is not known
            (an offence condition is then kept).
    """
    kept = {key: value for key, value in answers.items() if value not in (None, "", [], {})}
    kept |= {name: answers[name] for name in ("recipients", "items") if name in answers}
    if "reasons" in kept and not (own := _own_reasons(kept)):
        del kept["reasons"]
    elif "reasons" in kept:
        kept["reasons"] = own
    _drop(kept, _withdrawn(kept))
    if "basis" not in kept:
        kept.pop("basis_at", None)
    if "recipients" in kept:
        kept["recipients"] = [_prune_recipient(one) for one in kept["recipients"]]
    if "items" in kept:
        keys = {one["key"] for one in kept.get("recipients", ())}
        kept["items"] = [_prune_item(one, keys) for one in kept["items"]]
    # Conditions last: they depend on the kinds, on the items, and on each other.
    _drop(kept, _conditions_withdrawn(kept, alleging))
    return kept


def _drop(kept: Answers, names: Iterable[str]) -> None:
    for name in names:
        kept.pop(name, None)


def _withdrawn(kept: Mapping[str, Any]) -> list[str]:
    """The answers whose question is not asked any more."""
    gone: list[str] = []
    for names, asked in (
        (_REQUESTER, kept.get("started") == "asked"),
        (_SENT, kept.get("already_sent")),
        (("decide_by",), kept.get("urgency") == "by_date"),
        (("court_reference",), "court_or_duty" in kept.get("aims", ())),
        (("mitigation",), kept.get("less_safe") != "no"),
        ((*_LAWFUL, *_TELLING), kept.get("without_identity") != "yes"),
        (("signed_off",), _needs_sign_off(kept)),
    ):
        gone += () if asked else names
    return gone + _telling_withdrawn(kept) + _support_withdrawn(kept) + _outcome_withdrawn(kept)


def _needs_sign_off(kept: Mapping[str, Any]) -> bool:
    agencies = (one.get("agency") for one in kept.get("recipients", ()))
    return any(lists.marked("agency", agency, "needs_sign_off") for agency in agencies)


def _telling_withdrawn(kept: Mapping[str, Any]) -> list[str]:
    informed = kept.get("informed")
    told = lists.marked("informed", informed, "told")
    to_tell = lists.marked("informed", informed, "still_to_tell")
    not_told = informed is None or lists.marked("informed", informed, "needs_reason")
    gone: list[str] = []
    for names, asked in (
        (("told_by",), told or to_tell),
        (("told_on",), told),
        (("tell_when",), to_tell),
        (("tell_by",), lists.marked("informed", informed, "needs_date")),
        (("unsafe_reasons", "unsafe_reason_codes", "revisit_on"), not_told),
        (("disagree_reason",), lists.marked("wishes", kept.get("wishes"), "needs_reason")),
        (("consent_reason",), lists.marked("consent", kept.get("consent"), "needs_reason")),
    ):
        gone += () if asked else names
    return gone


def _support_withdrawn(kept: Mapping[str, Any]) -> list[str]:
    basis = lists.row("basis", kept.get("basis"))
    needs = basis.marks.get("needs") if basis else None
    gone = [name for name in _SUPPORTS if name != needs]
    named = [f"{name}_named" for name in ("power", "enactment") if name in gone or kept.get(name) != "other"]
    return gone + named


def _outcome_withdrawn(kept: Mapping[str, Any]) -> list[str]:
    outcome = kept.get("outcome")
    gone = ["instead", "confirmed_by"] if lists.marked("outcome", outcome, "sharing") else []
    reasons = kept.get("reasons", ())
    if not any(lists.marked("reasons_do_not_share", reason, "needs_confirmation") for reason in reasons):
        gone.append("confirmed_by")
    return gone if outcome in (None, "not_yet") else [*gone, "adviser"]


def _own_reasons(kept: Mapping[str, Any]) -> list[str]:
    """The reasons that belong to the outcome; while it is open, all of them."""
    outcome, reasons = kept.get("outcome"), kept.get("reasons", ())
    if outcome in (None, "not_yet"):
        return list(reasons)
    name = "reasons_share" if lists.marked("outcome", outcome, "sharing") else "reasons_do_not_share"
    return [reason for reason in reasons if reason in lists.codes(name)]


def _conditions_withdrawn(kept: Mapping[str, Any], alleging: Collection[str] | None) -> list[str]:
    gone: list[str] = []
    if "special" not in kept.get("kinds", ()):
        gone += ["article_9", "schedule_1"]
    if not _may_be_offence_data(kept, alleging):
        gone.append("offence_condition")
    relied_on = {kept.get(name) for name in ("schedule_1", "offence_condition") if name not in gone}
    if not any(lists.marked("schedule_1", one, "needs_at_risk") for one in relied_on):
        gone += _LIMBS
        if not any(lists.marked("schedule_1", one, "needs_prejudice") for one in relied_on):
            gone.append("no_consent_reason")
    return gone


def _may_be_offence_data(kept: Mapping[str, Any], alleging: Collection[str] | None) -> bool:
    if alleging is None or "offence" in kept.get("kinds", ()):
        return True
    return any(one.get("include") and one["information"] in alleging for one in kept.get("items", ()))


def _prune_recipient(answer: Mapping[str, Any]) -> Answers:
    kept = dict(answer)
    if not lists.marked("method", kept.get("method"), "needs_reason"):
        kept.pop("method_reason", None)
    return kept


def _prune_item(answer: Mapping[str, Any], recipients: Collection[str]) -> Answers:
    kept = dict(answer)
    if kept.get("include"):
        kept.pop("withheld_reason", None)
        if "recipients" in kept:
            kept["recipients"] = [key for key in kept["recipients"] or () if key in recipients]
    elif "include" in kept:
        _drop(kept, _OF_INCLUDED)
    return kept
