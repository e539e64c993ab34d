"""Exports for their pages: whose they are, who may approve one, what one holds, in words.

What a row says of an export is codes; the words that were typed are in the sealed entries that asked for it
and answered. Nobody may approve an export of a case that they are kept out of: for them there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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
from cases.models import Exclusion, User
from sharing import access, lists, log, log_columns
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
}


def tag(export: Export) -> tuple[str, str]:
    """The state of an export in words, and the colour of its tag."""
    if export.state == exports.DONE and not can_download(export):
        return _TAGS[exports.EXPIRED]
    return _TAGS.get(export.state, (export.state, "grey"))


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
        Http404: none such, or somebody else's: the same for both.
    """
    lead = access.require_log(user)
    found = Export.objects.filter(id=export_id, owner=lead.id, source=SOURCE).first()
    if found is None:
        raise Http404
    return found


def newest() -> QuerySet[Export]:
    """Every lead's exports, the newest first: that they exist is no secret among leads."""
    return Export.objects.filter(source=SOURCE).order_by("-asked_at", "id")


def to_tell(user: User) -> list[Export]:
    """The user's exports that are not over, and those over for less than a week."""
    since = timezone.now() - TOLD_FOR
    mine = newest().filter(owner=user.id, asked_at__gte=since)
    return list(mine.exclude(state__in=(exports.CANCELLED, exports.EXPIRED))[:5])


# --- who may approve ------------------------------------------------------------------------------


def to_decide(user: User) -> list[Export]:
    """The exports with names that wait and that the user may approve or refuse, the oldest first."""
    if user.role not in rule.DECIDERS:
        return []
    waiting = Export.objects.filter(source=SOURCE, state=exports.WAITING).exclude(owner=user.id)
    found = list(waiting.order_by("asked_at", "id")[:SHOWN])
    owners = User.objects.in_bulk([one.owner for one in found])
    out = list(Exclusion.objects.filter(user=user, ended_at=None).values_list("case_id", flat=True))
    return [
        one
        for one in found
        if not (out and (_outdated(one) or _holds(one, owners[one.owner], Q(case__in=out))))
    ]


def _holds(export: Export, owner: User, condition: Q) -> bool:
    return log.decisions(owner, export.options["filters"]).filter(condition).exists()


def require_decider(user: User | AnonymousUser, export: Export) -> None:
    """Refuse unless the user may approve or refuse the export: not its owner, nor kept out of a case in it.

    Raises:
        Http404: otherwise.
    """
    person = case_access.require_role(user, *rule.DECIDERS)
    out = Exclusion.objects.filter(user=person, ended_at=None).values("case_id")
    owner = User.objects.filter(id=export.owner).first()
    if owner is None or export.owner == person.id or _holds(export, owner, Q(case__in=out)):
        raise Http404
    # A case that its owner must not know of any more is not found through them: they may have asked for it.
    if out.exists() and _outdated(export):
        raise Http404


def fetch_to_decide(user: User | AnonymousUser, export_id: UUID) -> Export:
    """An export with names that waits, or that was approved or refused, for somebody who may decide it.

    Raises:
        Http404: none such, or not for this user: the same for both.
    """
    case_access.require_role(user, *rule.DECIDERS)
    found = Export.objects.filter(id=export_id, source=SOURCE).first()
    if found is None or not found.options.get("names"):
        raise Http404
    if found.state == exports.WAITING or found.approved_by is not None:
        require_decider(user, found)
        return found
    raise Http404


# --- what was typed ---------------------------------------------------------------------------------


def said(request_key: UUID) -> dict[str, Any]:
    """What stands in the entry with this request key: why it was asked for, or why it was refused."""
    entry = ledger.entry(request_key)
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


def rows(export: Export, *, purpose: Mapping[str, Any]) -> list[Row]:
    """What an export is for and what it holds.

    Args:
        purpose: what was typed when it was asked for (`said`).
    """
    options = export.options
    columns = [one.title for one in log_columns.of_codes(options["columns"])]
    why = [lists.label("export_purpose", export.purpose), str(purpose.get("purpose_text", ""))]
    found = [
        Row("Purpose", [one for one in why if one]),
        Row("Decisions", filter_words(options["filters"])),
        Row("Columns", ", ".join(columns)),
        Row("Names", "In it" if options["names"] else "Not in it: stand-ins take their place"),
        Row("Free text", "In it" if options["free_text"] else "Not in it"),
        Row("Format", FORMATS[options["format"]] + (", locked with a password" if options["locked"] else "")),
    ]
    if options["names"]:
        found.insert(4, Row("Why the names are needed", str(purpose.get("reason", ""))))
    return found
