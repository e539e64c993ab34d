"""The kinds of events of this floor, as the ledger keeps them and a timeline reads them."""

from collections.abc import Mapping
from typing import Any

from cases import events
from sharing import lists


def _recorded(content: Mapping[str, Any]) -> str:
    if "reference" not in content:
        return ""
    return f"{content['reference']}: {lists.label('outcome', content.get('outcome', ''))}"


def _viewed(content: Mapping[str, Any]) -> str:
    return str(content.get("reference", ""))


def _exported(content: Mapping[str, Any]) -> str:
    return f"{content.get('rows', 0)} decisions"


KINDS = {
    "decision.recorded": events.Kind("decided", "Decision recorded", _recorded),
    "decision.viewed": events.Kind("saw", "Looked at a decision", _viewed),
    "log.exported": events.Kind("exported", "Decision log exported", _exported),
}


def register() -> None:
    """Add this floor's kinds of events."""
    events.register(KINDS)
