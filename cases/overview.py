"""What a case's overview tells: what needs attention, and where its sharing stands."""

from typing import Any

from django.urls import reverse

from cases import access, choices, panels, safety
from cases.banner import NOT_ASSESSED, called, risk_words, victims
from cases.checking import Clock
from cases.forms.cases import GIVEN
from cases.models import Case, Concern, ConsentRecord, User
from cases.reasons import CLOSED_BECAUSE

NEWEST_CONSENT = 5
NEWEST_DECISIONS = 5


def attention(case: Case) -> list[dict[str, str]]:
    """What is missing, each with the page on which it can be put right; the gravest first."""
    people, clock = victims(case), Clock.now()
    start = [case.reference]
    found = []
    if case.closed or case.matched_to_id:
        return []  # nothing is asked any more, or in the case that it belongs to
    if case.provisional:
        found.append(("Say which case this provisional case belongs to", reverse("case_match", args=start)))
    if not people:
        found.append(("No victim/survivor is recorded", reverse("case_person_add", args=start)))
    if case.threshold_met and case.marac_referred_on is None:
        found.append(
            ("The MARAC threshold is met and no referral is recorded", reverse("case_risk", args=start))
        )
    if case.risk_level == NOT_ASSESSED:
        found.append(("The risk has not been assessed", reverse("case_risk", args=start)))
    for person in people:
        if not any(person.safe(route) for route, _ in choices.choices("route")):
            words = f"No safe way to contact {called(person)} is recorded"
            found.append((words, reverse("case_safe_contact", args=[case.reference, person.id])))
        elif words := safety.old_routes(person, clock):
            found.append((words, reverse("case_safe_contact", args=[case.reference, person.id])))
    if case.privacy_information not in GIVEN and case.privacy_information in ("", "not_recorded"):
        words = "It is not recorded whether privacy information was given"
        found.append((words, reverse("case_change", args=start)))
    return [{"words": words, "href": href} for words, href in found]


def matched_to(case: Case, user: User) -> Case | None:
    """The case that a provisional one belongs to, where this user may know of it."""
    found = case.matched_to
    return found if found and access.can(user, "view", found) else None


def closed(case: Case, user: User) -> dict[str, Any] | None:
    """When and why the case was closed; what it is a duplicate of, where this user may know of that."""
    if not case.closed:
        return None
    of = case.duplicate_of
    return {
        "at": case.closed_at,
        "because": CLOSED_BECAUSE.get(case.closed_because, ""),
        "note": case.closing_note,
        "of": of if of and access.can(user, "view", of) else None,
    }


def duplicates(case: Case, user: User) -> list[str]:
    """The references of the cases that were closed as duplicates of this one and that the user may open."""
    found = access.visible_to(user).filter(duplicate_of=case).order_by("closed_at")
    return list(found.values_list("reference", flat=True))


def newest_concern(case: Case) -> Concern | None:
    """What was written down last of what happened."""
    return case.concerns.order_by("-recorded_at", "-id").first()


def consent_rows(records: list[ConsentRecord]) -> list[dict[str, Any]]:
    """Lines of the consent log, with words for their codes."""
    return [
        {
            "record": record,
            "consent": choices.label("consent", record.consent),
            "wishes": choices.label("wishes", record.wishes),
            "informed": choices.label("informed", record.informed),
            "told_by": choices.label("told_by", record.told_by),
        }
        for record in records
    ]


def necessity_lines(necessity: dict[str, Any]) -> list[str]:
    """What the latest decision found of its items, as counts; empty where none is recorded."""
    items = necessity.get("items")
    if items is None:
        return []
    if items == 0:
        return ["Nothing was considered for sharing"]
    counts = (
        ("with_reason", "with a reason why the recipient needs them"),
        ("relevant", "relevant"),
        ("enough", "enough to understand"),
        ("checked", "checked to be right"),
    )
    lines = [f"{items} item{'' if items == 1 else 's'} considered for sharing"]
    lines += [f"{necessity[name]} of {items} {words}" for name, words in counts if name in necessity]
    lines += [f"{necessity['withheld']} withheld"] if "withheld" in necessity else []
    return lines


def basis_rows(case: Case) -> list[dict[str, Any]]:
    """The card of lawful basis, consent and necessity: the latest, as stored on the case."""
    decision = case.necessity.get("decision", "")
    necessity = necessity_lines(case.necessity)
    if decision and necessity:
        necessity.append(f"From decision {decision}")
    return [
        {"question": "Lawful basis", "answer": choices.label("basis", case.lawful_basis)},
        {"question": "Determined", "when": case.lawful_basis_at},
        {"question": "Consent", "answer": choices.label("consent", case.consent_status)},
        {"question": "Necessity", "lines": necessity},
    ]


def risk_rows(case: Case) -> list[dict[str, Any]]:
    """The card of the risk."""
    criteria = [choices.label("marac_criteria", code) for code in case.marac_criteria]
    return [
        {"question": "Level", "answer": risk_words(case.risk_level) or "Not assessed"},
        {"question": "MARAC threshold", "answer": "Met" if criteria else "Not met"},
        {"question": "Criteria met", "lines": criteria, "answer": "None"},
        {"question": "Referred to MARAC", "day": case.marac_referred_on},
    ]


def person_rows(case: Case) -> list[dict[str, str]]:
    """The people by name and role."""
    return [
        {"name": called(person), "role": choices.label("role", person.role), "id": str(person.id)}
        for person in case.people.all()
    ]


def context(case: Case, user: User) -> dict[str, Any]:
    """Everything that the overview draws."""
    return {
        "attention": attention(case) + panels.to_attend(case, user),
        "matched_to": matched_to(case, user),
        "closed": closed(case, user),
        "duplicates": duplicates(case, user),
        "concern": newest_concern(case),
        "basis_rows": basis_rows(case),
        "risk_rows": risk_rows(case),
        "people": person_rows(case),
        "information_count": case.information.count(),
        "consent": consent_rows(list(case.consent_log.select_related("by")[:NEWEST_CONSENT])),
        "decisions": panels.rows(case, user)[:NEWEST_DECISIONS],
        "privacy": choices.label("privacy_information", case.privacy_information),
    }
