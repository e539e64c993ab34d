"""What a decision is judged on: frozen values, nothing else. None means "not answered".

Field names are those of the published table of facts: forms, records and scenario files need no dictionary.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Day = date | datetime
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Organisation:
    """The organisation's settings. `stale_after_days` counts calendar days."""

    type: str
    public_authority: bool | None = None
    seventh_basis: bool = False
    notice_bases: frozenset[str] | None = None
    policy_document: bool = False
    bank_holidays: frozenset[date] = frozenset()
    stale_after_days: int = 90


@dataclass(frozen=True)
class Person:
    """Somebody in the case, with the routes recorded for reaching them."""

    key: str
    role: str
    name: str = ""
    safe_routes: frozenset[str] = NOTHING
    unsafe_routes: frozenset[str] = NOTHING


@dataclass(frozen=True)
class CaseFacts:
    """The case. `information_count` is how many information items it holds.

    `identifiers` are what else identifies somebody in it: addresses, phone numbers, e-mail addresses, birth
    dates, references.
    """

    risk_level: str = "not_assessed"
    marac_criteria: frozenset[str] = NOTHING
    marac_referred_on: date | None = None
    concern_identified_at: Day | None = None
    people: tuple[Person, ...] = ()
    information_count: int = 0
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipient:
    """Somebody who would get the information, and how it would reach them."""

    key: str
    name: str = ""
    role: str = ""
    agency: str = ""
    why: str = ""
    linked: str | None = None
    method: str | None = None
    method_reason: str = ""


@dataclass(frozen=True)
class Item:
    """One piece of information that was considered. `about` and `recipients` hold keys.

    `of_case` is false for an item that was typed into the decision and is not among the case's information.
    `received_from` (a code), `received_on` and `conditions` (what the agency said about passing it on) are
    recorded with it; no rule reads them.
    """

    key: str
    text: str = ""
    source: str = ""
    dated: date | Literal["not known"] | None = None
    about: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    why: str = ""
    nature: str | None = None
    whose: str = ""
    historical: bool | None = None
    relevant: bool | None = None
    enough: bool | None = None
    checked_on: date | None = None
    alleges_offence: bool | None = None
    include: bool = False
    withheld_reason: str = ""
    third_party_effect: str = ""
    of_case: bool = True
    received_from: str = ""
    received_on: date | None = None
    conditions: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything a decision is judged on. `now` is an aware time; a time without an offset is London's."""

    now: datetime
    organisation: Organisation
    case: CaseFacts
    recipients: tuple[Recipient, ...] = ()
    items: tuple[Item, ...] = ()
    # how it started
    started: str | None = None
    already_sent: bool | None = None
    sent_at: datetime | None = None
    requester_checked: str | None = None
    aims: frozenset[str] = NOTHING
    urgency: str | None = None
    decide_by: Day | None = None
    without_identity: str | None = None
    # the principles
    safeguarding: str | None = None
    risk_assessment: str | None = None
    services: str | None = None
    harm_if_not: str = ""
    less_safe: str | None = None
    mitigation: str = ""
    # the lawful basis
    basis: str | None = None
    basis_at: datetime | None = None
    power: str = ""
    enactment: str = ""
    balance: str = ""
    annex_1: str | None = None
    kinds: frozenset[str] = NOTHING
    article_9: str | None = None
    schedule_1: str | None = None
    offence_condition: str | None = None
    care_needs: bool | None = None
    at_risk: bool | None = None
    cannot_protect: bool | None = None
    no_consent_reason: str | None = None
    agreement_review_on: date | None = None
    # telling the person
    informed: str | None = None
    wishes: str | None = None
    consent: str | None = None
    consent_reason: str = ""
    tell_by: date | None = None
    told_by: str | None = None
    disagree_reason: str = ""
    unsafe_reasons: str = ""
    perpetrator_told: str | None = None
    # sending
    procedure: str | None = None
    fits: str = ""
    send_by: Day | None = None
    # the decision
    doubt: str | None = None
    outcome: str | None = None
    reasons: frozenset[str] = NOTHING
    reason_text: str = ""
    instead: str = ""
    review_on: date | None = None
    confirmed_by: str = ""
    decided_at: datetime | None = None
    signed_off: bool | None = None
