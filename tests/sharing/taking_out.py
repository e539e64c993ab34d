"""Exports as a worker finds them: a row that is queued, decisions to put into it, and the package opened."""

import io
import zipfile
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from audit import export_work, exports, ledger
from audit.models import Export
from cases import events
from cases.models import User
from sharing import export_actions, log_columns, projection
from sharing.models import Decision
from sharing.models.decisions import new_decision_reference
from tests.cast import CaseFile
from tests.sharing.deciding import decided
from tests.sharing.exporting import approved


def many(by: User, file: CaseFile, count: int, **row: Any) -> list[Decision]:
    """So many recorded decisions of a case: the first one is decided, the others say the same anew."""
    first = decided(by, file)
    entry = ledger.by_hash(first.entry_hash)
    assert entry is not None
    return [first, *(again(by, file, events.content_of(entry), **row) for _ in range(count - 1))]


def again(by: User, file: CaseFile, said: dict[str, Any], **row: Any) -> Decision:
    """One more decision that says the same, with another row where that is given."""
    said = {**said, "reference": new_decision_reference(), "decision": str(uuid4())}
    said["row"] = said["row"] | row
    sealed = events.seal("decision.recorded", said, case=file.case, by=by, now=timezone.now())
    with transaction.atomic():
        decision = projection.decision_of(ledger.append(sealed), said)
        decision.save(force_insert=True)
    return decision


def queued(owner: User, **options: Any) -> Export:
    """An export that waits for a worker: asked for, and approved where it needs that."""
    chosen: dict[str, Any] = {
        "filters": {},
        "columns": list(log_columns.STANDARD),
        "format": "csv",
        "names": False,
        "free_text": False,
        "locked": False,
    } | options
    export, _ = export_actions.ask_export(by=owner, purpose="audit", options=chosen, reason="It is needed")
    return approved(export)


def written(export: Export) -> Export:
    """The export when no worker has anything left to do."""
    while export_work.work():
        pass
    export.refresh_from_db()
    return export


def package(export: Export) -> dict[str, bytes]:
    """The files of its package."""
    with zipfile.ZipFile(io.BytesIO(b"".join(exports.open_package(export)))) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
