"""The row that stands for the ledger entry of an agreement's version; verification compares the two."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from audit import ledger
from audit.models import Entry
from sharing import projection
from sharing.models import Agreement

CALLED = "agreement"
RECORDED, ENDED = "agreement.recorded", "agreement.ended"
TERMS = (
    "name", "agencies", "aims", "basis", "power", "enactment", "annex_1", "article_9", "schedule_1",
    "offence_condition", "policy_document", "conditions", "methods", "procedure", "fits", "agreed_on",
    "review_on",
)  # fmt: skip
"""The columns that say what was agreed."""
_OF_ENTRY = {
    "by_id": "actor",
    "request_key": "request_key",
    "recorded_at": "recorded_at",
    "entry_hash": "hash",
}
_AS_STORED: Mapping[str, Callable[[str], Any]] = {
    "id": UUID,
    "series": UUID,
    "agreed_on": date.fromisoformat,
    "review_on": date.fromisoformat,
}


def register() -> None:
    """Have verification compare every version with its entry, and count both."""
    for kind, active in ((RECORDED, True), (ENDED, False)):
        ledger.register_projection(kind, compare)
        ledger.register_projection_count(kind, _counter(active=active))


def _counter(*, active: bool) -> Callable[[], int]:
    return lambda: Agreement.objects.filter(active=active).count()


def row_of(entry: Entry, said: Mapping[str, Any]) -> Agreement:
    """The row that stands for an entry with this content, not saved yet."""
    columns = {name: _AS_STORED[name](value) if name in _AS_STORED else value for name, value in said.items()}
    return Agreement(**columns, **_header(entry))


def _header(entry: Entry) -> dict[str, Any]:
    return {column: getattr(entry, source) for column, source in _OF_ENTRY.items()}


def compare(entries: Sequence[Entry]) -> list[str | None]:
    """What each version's row says otherwise than its entry, or None."""
    return projection.compare_all(entries, Agreement, CALLED, _difference, of_case=False)


def _difference(entry: Entry, said: Mapping[str, Any], stored: Agreement) -> str | None:
    # Where the organisation's key is gone, what the header holds is compared.
    expected = row_of(entry, said) if said else Agreement(**_header(entry))
    columns = [field.attname for field in Agreement._meta.concrete_fields] if said else list(_OF_ENTRY)
    return projection.differing(CALLED, expected, stored, columns)
