"""What is sealed about an export, and whether its row is what that says (`sharing.rules.exporting`).

Who can write to the database can write a row, and change one; an entry's content opens only as it was sealed,
in the chain that it was sealed for. So the entries are read for their content, and for whose chain they are.
"""

from uuid import UUID, uuid5

from audit import exports, ledger
from audit.models import Export
from cases import events
from cases.fields import Altered
from cases.models import User
from sharing.rules import exporting as rule

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
    found = _said(export.request_key, "export.asked")
    return found if found and found.content.get("export") == str(export.id) else None


def confirm(export: Export) -> exports.NotRecordedError | None:
    """What speaks against doing what a row says; None: it is what was asked for and approved.

    Args:
        export: as it was just read.
    """
    answer = _said(decided_key(export), "export.approved")
    sealed = rule.Sealed(
        asked=asked(export),
        answer=answer,
        role=_role(answer.by) if answer else "",
        cancelled=ledger.entry(cancelled_key(export)) is not None,
        written=_said(written_key(export), "export.written"),
    )
    why = rule.wrong(row_of(export), sealed)
    return exports.NotRecordedError(why, sealed.asked.by if sealed.asked else None) if why else None


def _said(key: UUID, kind: str) -> rule.Said | None:
    """An entry of this kind that opens; one that was altered says nothing."""
    entry = ledger.entry(key)
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
