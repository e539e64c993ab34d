"""A case's chronology: what happened in people's lives, from everything that the case holds, on one line.

The timeline is another thing: it tells what was done in this service, and by whom.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases import choices, panels
from cases.banner import RISK_COLOURS, risk_words
from cases.models import Case, Concern, ConsentRecord, Organisation, RiskAssessment, User

Kind = Concern.Kind
KINDS: tuple[tuple[str, str], ...] = (
    *((kind.value, kind.label) for kind in Kind),
    ("information", "Information held"),
    ("risk", "Risk assessment"),
    ("consent", "Consent log"),
    ("sharing", "Sharing decision"),
)
COLOURS = {"incident": "red", "concern": "orange", "contact": "blue", "action": "green", "sharing": "purple"}
WORDS = dict(KINDS)
DATE_NOT_KNOWN = "Date not known"


@dataclass(frozen=True, slots=True)
class Event:
    """One line: when (None: the day is not known), what kind, what is said of it, where it comes from."""

    kind: str
    day: date | None
    title: str = ""
    lines: tuple[str, ...] = ()
    source: str = ""
    href: str = ""
    link: str = ""
    of: str = ""
    """What the link is about, for whoever hears the links alone."""
    tags: tuple[tuple[str, str], ...] = ()
    changes: bool = False
    """Whether the link is to a page that changes it: for whoever may work on the case."""

    @property
    def tag(self) -> tuple[str, str]:
        """The kind in words and colour."""
        return WORDS[self.kind], COLOURS.get(self.kind, "grey")


def _concerns(case: Case) -> Iterator[Event]:
    for one in case.concerns.all():
        did = (f"What we did: {one.action}",) if one.action else ()
        href = reverse("case_concern_change", args=[case.reference, one.id])
        of = f"{WORDS[one.kind]}, {_day(one.happened_on)}"
        yield Event(one.kind, one.happened_on, one.text, did, one.source, href, "Change", of, changes=True)


def _information(case: Case) -> Iterator[Event]:
    start = reverse("case_information", args=[case.reference])
    for one in case.information.all():
        nature = choices.label("nature", one.nature)
        of = f"information, {_day(one.dated)}"
        title = f"{nature}: {one.text}" if nature else one.text
        yield Event(
            "information", one.dated, title, (), one.source, f"{start}#information-{one.id}", "See", of
        )


def _risk(case: Case) -> Iterator[Event]:
    href = reverse("case_risk", args=[case.reference])
    rows: list[RiskAssessment] = list(case.risk_assessments.select_related("by"))
    for one in rows:
        tag = (risk_words(one.level) or "Not assessed", RISK_COLOURS.get(one.level, "grey"))
        met = [choices.label("marac_criteria", code) for code in one.criteria]
        lines = (f"MARAC threshold met: {', '.join(met)}",) if met else ()
        source = f"Assessed by {one.by}"
        yield Event(
            "risk", one.assessed_on, "", lines, source, href, "See", f"risk, {_day(one.assessed_on)}", (tag,)
        )


def _consent(case: Case) -> Iterator[Event]:
    href = reverse("case_consent", args=[case.reference])
    rows: list[ConsentRecord] = list(case.consent_log.select_related("by"))
    for one in rows:
        said = [
            f"{words}: {choices.label(name, getattr(one, name))}"
            for name, words in (("consent", "Consent"), ("wishes", "Wishes"), ("informed", "Told"))
            if getattr(one, name)
        ]
        lines = (*said[1:], *([one.note] if one.note else []))
        source, of = f"Recorded by {one.by}", f"consent log, {_day(one.happened_on)}"
        yield Event("consent", one.happened_on, "".join(said[:1]), lines, source, href, "See", of)


def _sharing(case: Case, user: User) -> Iterator[Event]:
    for row in panels.rows(case, user):
        day = timezone.localtime(row.when).date()
        yield Event("sharing", day, row.title, (), "", row.url, "See", row.title, row.tags)


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else DATE_NOT_KNOWN.lower()


def read(case: Case, user: User, *, kinds: Collection[str] = ()) -> list[Event]:
    """The events of a case that this user may open, newest first; those without a day at the end.

    Args:
        kinds: codes of `KINDS`; empty for all.
    """
    found = [
        *_concerns(case),
        *_information(case),
        *_risk(case),
        *_consent(case),
        *_sharing(case, user),
    ]
    return [one for one in found if not kinds or one.kind in kinds]


def by_year(events: list[Event], *, oldest_first: bool) -> list[dict[str, Any]]:
    """The events in order under their years, and at the end those whose day is not known."""
    dated = sorted((one for one in events if one.day), key=_of, reverse=not oldest_first)
    years = [
        {"heading": str(year), "events": list(of_year)}
        for year, of_year in groupby(dated, lambda e: _of(e).year)
    ]
    undated = [one for one in events if one.day is None]
    return years + ([{"heading": DATE_NOT_KNOWN, "events": undated}] if undated else [])


def _of(event: Event) -> date:
    return event.day or date.min


# --- Escalation --------------------------------------------------------------------------------------------


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def incidents(case: Case, after: date, until: date) -> int:
    """How many incidents the chronology holds after a day and until another, which is counted."""
    return case.concerns.filter(kind=Kind.INCIDENT, happened_on__gt=after, happened_on__lte=until).count()


def escalation(case: Case, today: date) -> dict[str, Any]:
    """What the number of incidents says: this year's, the year's before, and whether it calls for a look."""
    start = year_before(today)
    now, then = incidents(case, start, today), incidents(case, year_before(start), start)
    undated = case.concerns.filter(kind=Kind.INCIDENT, happened_on=None).count()
    most = Organisation.current().escalation_threshold
    lines = [
        f"{_many(now)} recorded in the last 12 months, and {_many(then).lower()} in the 12 months before."
    ]
    lines += ["There are more than in the year before."] if now > then > 0 else []
    lines += [f"{_many(undated)} without a date: not counted."] if undated else []
    return {"lines": lines, "look": now >= most, "most": most}


def _many(number: int) -> str:
    return "1 incident" if number == 1 else f"{number or 'No'} incidents"
