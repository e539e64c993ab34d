"""Exports for the tests: asked for, approved, written, as their pages meet them."""

from typing import Any

from audit import export_work, exports
from audit.models import Export
from cases.models import User
from sharing import export_actions, log_columns
from tests.cast import UserFactory


def options(**others: Any) -> dict[str, Any]:
    """What an export holds: the minimum of everything as CSV, without names."""
    said: dict[str, Any] = {"filters": {}, "format": "csv", "names": False, "free_text": False}
    said |= {"locked": False} | others
    columns = log_columns.exported(log_columns.MINIMUM, names=said["names"], free_text=said["free_text"])
    return {"columns": columns} | said


def asked_for(by: User, **others: Any) -> Export:
    """An export that somebody has asked for."""
    said = options(**others)
    reason = "The panel has to know who they were" if said["names"] else ""
    export, _password = export_actions.ask_export(by=by, purpose="review", options=said, reason=reason)
    return export


def approved(export: Export, by: User | None = None) -> Export:
    """The same, approved by another governance lead where it needs that."""
    if export.state == exports.WAITING:
        second = by or UserFactory(role="governance")
        export_actions.approve_export(by=second, export=export, reason="The panel is lawful")
        export.refresh_from_db()
    return export


def written(by: User, **others: Any) -> Export:
    """The same, once a worker has written it."""
    export = approved(asked_for(by, **others))
    while export_work.work():
        pass
    export.refresh_from_db()
    assert export.state == exports.DONE, (export.state, export.error)
    return export
