"""Exports for their pages: whose they are, who may approve one, what one holds, in words.

What a row says of an export is codes; the words that were typed are in the sealed entries that asked for it
and answered. Nobody may approve an export of a case that they are kept out of: for them there is none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from audit import exports, ledger
from audit.models import Export
from cases import access as case_access
from cases import events
from cases.fields import Altered
from cases.models import Case, Exclusion, User
from sharing import access, export_seals, lists, log, log_columns
from sharing.forms.log import LogFilterForm
from sharing.models import Decision
from sharing.rules import exporting as rule

SOURCE: Final = "decisions"
SHOWN = 50
"""How many exports are listed; the page "Who took what out" has all of them."""
TOLD_FOR = timedelta(days=7)
"""How long My work tells its owner what came of an export."""
FORMATS: Mapping[str, str] = {"csv": "CSV", "xlsx": "Excel (XLSX)", "jsonl": "JSON lines", "pdf": "PDF"}
_TAGS: Mapping[str, tuple[str, str]] = {
    exports.WAITING: ("Waits for approval", "yellow"),
    exports.QUEUED: ("In the queue", "blue"),
    exports.WRITING: ("Being written", "blue"),
    exports.DONE: ("Ready", "green"),
    exports.CANCELLED: ("Cancelled", "grey"),
    exports.REFUSED: ("Refused", "red"),
    exports.FAILED: ("Failed", "red"),
    exports.EXPIRED: ("Over", "grey"),
    exports.UNANSWERED: ("Nobody approved it", "grey"),
}


def tag(export: Export) -> tuple[str, str]:
    """The state of an export in words, and the colour of its tag."""
    if export.state == exports.DONE and not can_download(export):
        return _TAGS[exports.EXPIRED]
    state = export.error if export.error == exports.UNANSWERED else export.state
    return _TAGS.get(state, (state, "grey"))


def can_download(export: Export) -> bool:
    """Whether the package is there now, for its owner."""
    in_time = export.expires_at is not None and export.expires_at > timezone.now()
    there = export.state == exports.DONE and in_time and bool(export.secret)
    return there and not _outdated(export)


def _outdated(export: Export) -> bool:
    """Whether its owner is kept out, since they asked, of a case that it may hold: it is over then."""
    since = Exclusion.objects.filter(user=export.owner, ended_at=None, made_at__gte=export.asked_at)
    return Decision.objects.filter(case__in=since.values("case_id")).exists()


# --- whose they are -------------------------------------------------------------------------------


def fetch_own(user: User | AnonymousUser, export_id: UUID) -> Export:
    """The governance lead's own export.

    Raises:
        Http404: none such, somebody else's, or one that nobody asked for: the same for all.
    """
    lead = access.require_log(user)
    found = Export.objects.filter(id=export_id, owner=lead.id, source=SOURCE).first()
    if found is None or export_seals.asked(found) is None:
        raise Http404
    return found


def newest() -> QuerySet[Export]:
    """Every lead's exports, the newest first: that they exist is no secret among leads."""
    return Export.objects.filter(source=SOURCE).order_by("-asked_at", "id")


def to_tell(user: User) -> list[Export]:
    """The user's exports that are not over, and those over for less than a week."""
    since = timezone.now() - TOLD_FOR
    over = Q(state=exports.CANCELLED) | Q(state=exports.EXPIRED) & ~Q(error=exports.UNANSWERED)
    mine = newest().filter(Q(asked_at__gte=since) | Q(finished_at__gte=since), owner=user.id)
    return export_seals.asked_for(mine.exclude(over)[:5])


# --- who may approve ------------------------------------------------------------------------------


def waits(export: Export, now: datetime) -> bool:
    """Whether an export waits for somebody else to approve it, and has not waited too long.

    Args:
        now: aware.
    """
    return export.state == exports.WAITING and rule.over_at(export.asked_at) > now


def waiting(now: datetime) -> list[Export]:
    """The exports that wait for somebody's approval, as they were asked for, the oldest first.

    Args:
        now: aware; those that have waited too long by then wait no more.
    """
    late = now - rule.WAITS
    found = Export.objects.filter(source=SOURCE, state=exports.WAITING, asked_at__gt=late)
    return export_seals.on_record(found.order_by("asked_at", "id"))


def to_decide(user: User) -> list[Export]:
    """The exports with names that wait and that the user may approve or refuse, the oldest first."""
    if user.role not in rule.DECIDERS:
        return []
    found = [one for one in waiting(timezone.now()) if one.owner != user.id]
    return _decidable(user, found[:SHOWN])


def decidable(user: User, some: Iterable[Export]) -> list[Export]:
    """Those of these exports that the user may approve or refuse, by their role and by what is in them.

    Not their own. None that holds or names a case that they are kept out of, also where its owner is by now:
    they may have asked for it. For a manager none that is chosen by the reference of a case, or of a decision
    in one, that they may not know of. For nobody one whose row is not what was asked for.
    """
    return _decidable(user, [one for one in export_seals.on_record(some) if one.owner != user.id])


def _decidable(user: User, found: Sequence[Export]) -> list[Export]:
    owners = User.objects.in_bulk([one.owner for one in found])
    out = set(Exclusion.objects.filter(user=user, ended_at=None).values_list("case_id", flat=True))
    named = _named(found)
    known = _known(user, set().union(*named.values())) - out
    return [
        one
        for one in found
        if (owner := owners.get(one.owner))
        and named[one.id] <= known
        and not (out and (_outdated(one) or _holds(one, owner, Q(case__in=out))))
    ]


def _named(found: Iterable[Export]) -> dict[UUID, set[UUID]]:
    """The cases that each export is chosen by; two queries, none where none is."""
    references = {one.id: one.options["filters"].get("reference", "") for one in found}
    wanted = {reference for reference in references.values() if reference}
    cases: dict[str, set[UUID]] = defaultdict(set)
    for rows in (
        Case.objects.values_list("reference", "id"),
        Decision.objects.values_list("reference", "case_id"),
    ):
        for reference, case in rows.filter(reference__in=wanted) if wanted else ():
            cases[reference].add(case)
    return {one: cases[reference] for one, reference in references.items()}


def _known(user: User, cases: set[UUID]) -> set[UUID]:
    """Those of these cases that the user may know of; a governance lead is told which case there is."""
    if not cases or user.role == User.Role.GOVERNANCE:
        return cases
    return set(case_access.visible_to(user).filter(id__in=cases).values_list("id", flat=True))


def _holds(export: Export, owner: User, condition: Q) -> bool:
    return log.decisions(owner, export.options["filters"]).filter(condition).exists()


def require_decider(user: User | AnonymousUser, export: Export) -> None:
    """Refuse unless the user may approve or refuse the export (`decidable`).

    Raises:
        Http404: otherwise.
    """
    if not decidable(case_access.require_role(user, *rule.DECIDERS), [export]):
        raise Http404


def fetch_to_decide(user: User | AnonymousUser, export_id: UUID) -> Export:
    """An export with names that waits, or waited, for somebody who may decide it.

    Raises:
        Http404: none such, or not for this user: the same for both.
    """
    case_access.require_role(user, *rule.DECIDERS)
    found = next(iter(export_seals.on_record(Export.objects.filter(id=export_id, source=SOURCE))), None)
    if found is None or not rule.needs_approval(found.options):
        raise Http404
    if found.state == exports.WAITING or found.approved_by is not None or found.error == exports.UNANSWERED:
        require_decider(user, found)
        return found
    raise Http404


# --- what was typed ---------------------------------------------------------------------------------


def asked(export: Export) -> Mapping[str, Any]:
    """What is sealed of asking for this export, and of no other; nothing where it does not open."""
    found = export_seals.asked(export)
    return found.content if found else {}


def decided(export: Export) -> Mapping[str, Any]:
    """What is sealed of its approval or its refusal; nothing where it does not open."""
    entry = ledger.entry(export_seals.decided_key(export))
    try:
        return events.content_of(entry, of_case=False) if entry else {}
    except Altered:
        return {}


# --- what it holds, in words --------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of a summary."""

    question: str
    answer: str | list[str]
    change: str = ""


def filter_words(filters: Mapping[str, str]) -> list[str]:
    """The filters of an export, each in words."""
    fields = LogFilterForm().fields
    found = []
    for name, value in filters.items():
        if name in ("since", "until"):
            day = date.fromisoformat(value)
            words = f"{day.day} {day:%B %Y}"
        else:
            words = str(dict(getattr(fields[name], "choices", ())).get(value, value))
        found.append(f"{log.FILTERS[name].title}: {words}")
    return found or ["All decisions"]


def rows(options: Mapping[str, Any]) -> list[Row]:
    """What an export is for and what it holds, as it was asked for; nothing where that does not open.

    Args:
        options: `asked`: the row could have been changed.
    """
    if not options:
        return []
    columns = [one.title for one in log_columns.of_codes(options["columns"])]
    why = [lists.label("export_purpose", options["purpose"]), str(options.get("purpose_text", ""))]
    found = [
        Row("Purpose", [one for one in why if one]),
        Row("Decisions", filter_words(options["filters"])),
        Row("Columns", ", ".join(columns)),
        Row("Names", "In it" if options["names"] else "Not in it: stand-ins take their place"),
        Row("Free text", "In it" if options["free_text"] else "Not in it"),
        Row("Format", FORMATS[options["format"]] + (", locked with a password" if options["locked"] else "")),
    ]
    if options["names"]:
        found.insert(4, Row("Why the names are needed", str(options.get("reason", ""))))
    return found
