"""The terms that the rules speak in: what is given, offence data, a safe route, a working day."""

import unicodedata
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sharing import lists
from sharing.rules.facts import CaseFacts, Day, Facts, Item, Organisation, Person

LONDON = ZoneInfo("Europe/London")
_SATURDAY = 5
_LAST_SECOND = time(23, 59, 59)


def given(text: str | None) -> bool:
    """Whether there is a text. White space and characters that show nothing are no text."""
    return any(not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf"} for char in text or "")


# --- time -----------------------------------------------------------------------------------------


def local(moment: datetime) -> datetime:
    """The moment on a London clock; a time without an offset is taken as London's already."""
    return moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment.astimezone(LONDON)


def day_of(value: Day) -> date:
    """The calendar day in the United Kingdom."""
    return local(value).date() if isinstance(value, datetime) else value


def ends(value: Day) -> datetime:
    """The instant (UTC) at which a deadline ends: a day without a time ends with its last second."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, _LAST_SECOND, LONDON)
    # In UTC, because two London times compare by the face of the clock, and the clocks change.
    return local(value).astimezone(ZoneInfo("UTC"))


def working_days_after(day: date, count: int, bank_holidays: Collection[date] = ()) -> date:
    """The day `count` working days (Monday to Friday less bank holidays) after `day`; 0 is the day itself."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in bank_holidays:
            count -= 1
    return day


def decided_at(facts: Facts) -> datetime:
    """When the officer decided: now, unless they said."""
    return facts.decided_at or facts.now


def basis_at(facts: Facts) -> datetime | None:
    """When the lawful basis was determined: when it was chosen, else when the decision was made."""
    return (facts.basis_at or decided_at(facts)) if facts.basis else None


def deadline(facts: Facts) -> Day | None:
    """By when the sharing was to be decided, from the urgency; None where it was not said."""
    urgency = lists.row("urgency", facts.urgency)
    if urgency is None:
        return None
    if "working_days" not in urgency.marks:
        return facts.decide_by
    return working_days_after(
        day_of(facts.now), urgency.marks["working_days"], facts.organisation.bank_holidays
    )


# --- the organisation and the case ----------------------------------------------------------------


def is_public_authority(organisation: Organisation) -> bool:
    """As set; where it is not set, a local authority and an ALMO are, the others are not."""
    if organisation.public_authority is not None:
        return organisation.public_authority
    return lists.marked("organisation_type", organisation.type, "public_authority")


def bases_offered(organisation: Organisation, at: datetime) -> list[str]:
    """The codes of the lawful bases that this organisation may rely on for a decision taken at that time."""
    return [row.code for row in lists.rows("basis") if _offered(row, organisation, day_of(at))]


def _offered(row: lists.Row, organisation: Organisation, day: date) -> bool:
    if row.marked("not_for_public_authority") and is_public_authority(organisation):
        return False
    if row.marked("switched_on_by") and not getattr(organisation, row.marks["switched_on_by"]):
        return False
    return not row.beyond_the_seed or day >= row.in_force_from


def threshold_met(case: CaseFacts) -> bool:
    """Whether the MARAC threshold is met: by any one criterion."""
    return bool(case.marac_criteria)


def high_risk(case: CaseFacts) -> bool:
    """Whether the case is assessed as high risk."""
    return case.risk_level == "high"


def people_with_role(case: CaseFacts, *roles: str) -> list[Person]:
    """The people of the case in any of these roles."""
    return [person for person in case.people if person.role in roles]


def unsafe_route(case: CaseFacts, route: str | None) -> bool:
    """Whether the route is not known to be safe (for every victim/survivor, and never recorded as unsafe)."""
    if lists.marked("told_by", route, "always_safe"):
        return False
    survivors = people_with_role(case, "victim_survivor")
    safe = all(route in person.safe_routes and route not in person.unsafe_routes for person in survivors)
    return not (survivors and safe)


# --- the decision ---------------------------------------------------------------------------------


def sharing(facts: Facts) -> bool:
    """Whether the outcome shares anything."""
    return lists.marked("outcome", facts.outcome, "sharing")


def without_identity(facts: Facts) -> bool:
    """Whether the purpose can be met without identifying anyone; "not sure" is not yes."""
    return facts.without_identity == "yes"


def included(facts: Facts) -> list[Item]:
    """The items that would be shared."""
    return [item for item in facts.items if item.include]


def special_data(facts: Facts) -> bool:
    """Whether special category data is shared."""
    return "special" in facts.kinds


def offence_data(facts: Facts) -> bool:
    """Whether criminal offence data is shared: as said, or because an included item alleges an offence."""
    return "offence" in facts.kinds or any(item.alleges_offence for item in included(facts))


def conditions(facts: Facts) -> list[str]:
    """The paragraphs of Schedule 1 that are relied on, each read only where its kind of data is shared."""
    schedule_1 = facts.schedule_1 if special_data(facts) else None
    offence = facts.offence_condition if offence_data(facts) else None
    return [paragraph for paragraph in (schedule_1, offence) if paragraph and given(paragraph)]


def consent_relied_on(facts: Facts) -> bool:
    """Whether consent carries the sharing: as basis, as Article 9 condition or as offence condition."""
    return (
        lists.marked("basis", facts.basis, "consent")
        or (special_data(facts) and lists.marked("article_9", facts.article_9, "consent"))
        or (offence_data(facts) and lists.marked("offence_condition", facts.offence_condition, "consent"))
    )
