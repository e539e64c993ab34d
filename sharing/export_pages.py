"""What the pages of exports show: the list, how one stands, how far it is, what a second person reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from audit import exports as jobs
from audit.models import Checkpoint, Export
from cases.models import User
from sharing import export_seals, exports, lists, log, log_page
from sharing.forms.log import NOT_SHOWN, LogFilterForm
from sharing.rules import exporting as rule

UNKNOWN = "It stopped for a reason that is not known. Try again; if it stops again, tell your administrator."
_OVER = (jobs.DONE, jobs.CANCELLED, jobs.REFUSED, jobs.FAILED, jobs.EXPIRED)
_NOT_FILTERS = NOT_SHOWN - {"reference"}


@dataclass(frozen=True)
class Line:
    """An export in the list of all of them. `own`: the reader's own, who alone can open it.

    `many`: how many decisions it holds, of the reader's own alone (`sharing.oversight` says why).
    """

    export: Export
    who: str
    purpose: str
    words: str
    colour: str
    own: bool
    many: str


def listed(user: User) -> list[Line]:
    """The newest exports of every lead that they asked for."""
    found = export_seals.asked_for(exports.newest()[: exports.SHOWN])
    names = _names(one.owner for one in found)
    return [
        Line(
            one,
            names.get(one.owner, ""),
            lists.label("export_purpose", one.purpose),
            *exports.tag(one),
            own=one.owner == user.id,
            many=f"{one.total:,}" if one.owner == user.id and one.total is not None else "–",
        )
        for one in found
    ]


def _names(ids: Iterable[Any]) -> dict[Any, str]:
    return dict(User.objects.filter(id__in={one for one in ids if one}).values_list("id", "name"))


def hidden(given: QueryDict) -> list[tuple[str, str]]:
    """The filters of the log as hidden fields; nothing else that stands in the address."""
    names = LogFilterForm().known_names() - _NOT_FILTERS - {"csrfmiddlewaretoken", "apply", "action"}
    return [(name, one) for name, values in given.lists() if name in names for one in values if one]


def progress(export: Export) -> dict[str, Any]:
    """How far an export is: for the page, and for the script that looks every few seconds."""
    words = ""
    if export.state == jobs.WRITING and export.total is not None:
        words = f"{export.done:,} of {export.total:,}"
    return {"done": export.done, "total": export.total, "words": words, "over": export.state in _OVER}


def context(export: Export) -> dict[str, Any]:
    """How an own export stands."""
    words, colour = exports.tag(export)
    asked, decided = exports.asked(export), exports.decided(export) if export.approved_by else {}
    waits = export.state == jobs.WAITING and "asked_at" in asked
    return {
        "export": export,
        "state": export.state,
        "tag": {"words": words, "colour": colour},
        "rows": exports.rows(asked),
        "progress": progress(export),
        "waits_until": rule.over_at(datetime.fromisoformat(asked["asked_at"])) if waits else None,
        "waited": f"{rule.WAITS.days} days",
        "unanswered": export.error == jobs.UNANSWERED,
        "running": export.state in (jobs.QUEUED, jobs.WRITING),
        "can_cancel": export.state in jobs.OPEN,
        "ready": exports.can_download(export),
        "problem": jobs.PROBLEMS.get(export.error, UNKNOWN) if export.state == jobs.FAILED else "",
        "again": export.state == jobs.FAILED and bool(export.secret),
        "figures": _figures(export),
        "decider": _names([export.approved_by]).get(export.approved_by, ""),
        "decided": str(decided.get("reason", "")),
    }


def _figures(export: Export) -> list[exports.Row]:
    """What its manifest says: how much there is, and what it can be compared with."""
    if not exports.can_download(export):
        return []
    head = Checkpoint.objects.filter(size=export.log_size or 0).order_by("-made_at").first()
    found = [
        exports.Row("Decisions", f"{export.total or 0:,}"),
        exports.Row("Size", _size(export.size)),
        exports.Row("Fingerprint of manifest.json (SHA-256)", jobs.noted(export, "sha256")),
        exports.Row("Entries in the log at that moment", f"{export.log_size or 0:,}"),
    ]
    if head:
        found.append(exports.Row("Head of the log (root)", bytes(head.root).hex()))
    return found


def _size(many: int) -> str:
    """A number of bytes as people say it."""
    if many < 10_000:
        return f"{many:,} bytes"
    return f"{many / 1_000:,.0f} kB" if many < 10_000_000 else f"{many / 1_000_000:,.0f} MB"


def to_decide(export: Export, *, waits: bool) -> dict[str, Any]:
    """What a second person reads: who asks, for what, and how much it is. No name of a case.

    Args:
        waits: whether it waits for an answer still.
    """
    owner = User.objects.get(id=export.owner)
    found = log.decisions(owner, export.options["filters"])
    words, colour = exports.tag(export)
    return {
        "export": export,
        "owner": owner,
        "rows": exports.rows(exports.asked(export)),
        "counted": log_page.counted(log.count(found)),
        "waits_until": rule.over_at(export.asked_at),
        "waited": f"{rule.WAITS.days} days",
        "unanswered": not (waits or export.approved_by),
        "tag": {"words": words, "colour": colour},
    }
