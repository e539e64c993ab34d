"""What is sealed about an export, and whether its row is what that says (`sharing.rules.exporting`).

Who can write to the database can write a row, and change one; an entry's content opens only as it was sealed,
in the chain that it was sealed for. So the entries are read for their content, and for whose chain they are.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid5

from audit import exports
from audit.models import Entry, Export
from cases import events
from cases.fields import Altered
from cases.models import User
from sharing.rules import exporting as rule

_SOME = 100
Entries = Mapping[UUID, Entry]
_WITHOUT_FIGURES = (exports.WAITING, exports.QUEUED, exports.WRITING)


def decided_key(export: Export) -> UUID:
    """The request key of the one entry that approves or refuses an export, or says that nobody did."""
    return uuid5(export.id, "decided")


def cancelled_key(export: Export) -> UUID:
    """The request key of the entry by which its owner ends an export."""
    return uuid5(export.id, "cancelled")


def written_key(export: Export) -> UUID:
    """The request key of the entry that an export was written: it is, once."""
    return uuid5(export.id, "written")


def row_of(export: Export) -> rule.Row:
    """The row as the rule looks at it."""
    options = export.options if isinstance(export.options, dict) else {}
    return rule.Row(
        id=export.id,
        owner=export.owner,
        source=export.source,
        purpose=export.purpose,
        options=options,
        asked_at=export.asked_at,
        waits=export.state == exports.WAITING,
        approved_by=export.approved_by,
        approved_at=export.approved_at,
        figures=None if export.state in _WITHOUT_FIGURES else exports.figures(export),
    )


def asked(export: Export) -> rule.Said | None:
    """The entry that asked for this very export, where there is one."""
    return _asked(export, _entries([export]))


def asked_for(some: Iterable[Export]) -> list[Export]:
    """Those of these exports that their owner asked for, whatever became of their rows."""
    found = list(some)
    entries = _entries(found)
    asked = {one.id: _asked(one, entries) for one in found}
    return [one for one in found if (said := asked[one.id]) and said.by == one.owner]


def on_record(some: Iterable[Export]) -> list[Export]:
    """Those of these exports whose rows are what was asked for, and wait only where nobody has answered."""
    found = list(some)
    entries = _entries(found)
    return [one for one in found if _fits(one, entries)]


def confirm(export: Export) -> exports.NotRecordedError | None:
    """What speaks against doing what a row says; None: it is what was asked for and approved.

    Args:
        export: as it was just read.
    """
    sealed = _sealed(export, _entries([export]))
    why = rule.wrong(row_of(export), sealed)
    return exports.NotRecordedError(why, sealed.asked.by if sealed.asked else None) if why else None


def _fits(export: Export, entries: Entries) -> bool:
    if export.state == exports.WAITING:
        return not rule.wrong(row_of(export), _sealed(export, entries))
    return not rule.not_asked(row_of(export), _asked(export, entries))


def _sealed(export: Export, entries: Entries) -> rule.Sealed:
    answer = _said(entries.get(decided_key(export)), "export.approved")
    return rule.Sealed(
        asked=_asked(export, entries),
        answer=answer,
        role=_role(answer.by) if answer else "",
        cancelled=cancelled_key(export) in entries,
        answered=decided_key(export) in entries,
        written=_said(entries.get(written_key(export)), "export.written"),
    )


def _entries(some: Iterable[Export]) -> Entries:
    """What may be sealed about these exports, by its request key; a query for each hundred of them."""
    makers = (decided_key, cancelled_key, written_key)
    keys = [key for one in some for key in (one.request_key, *(make(one) for make in makers))]
    parts = (keys[at : at + 4 * _SOME] for at in range(0, len(keys), 4 * _SOME))
    rows = (Entry.objects.filter(request_key__in=part) for part in parts)
    return {row.request_key: row for part in rows for row in part}


def _asked(export: Export, entries: Entries) -> rule.Said | None:
    found = _said(entries.get(export.request_key), "export.asked")
    return found if found and found.content.get("export") == str(export.id) else None


def _said(entry: Entry | None, kind: str) -> rule.Said | None:
    """An entry of this kind that opens; one that was altered says nothing."""
    if entry is None or entry.kind != kind:
        return None
    try:
        content = events.content_of(entry, of_case=False)
    except Altered:
        return None
    # The chain is part of what was sealed; the entry's actor is not.
    return rule.Said(entry.subject, bytes(entry.hash).hex(), content)


def _role(person: UUID) -> str:
    return str(User.objects.filter(id=person, is_active=True).values_list("role", flat=True).first() or "")
