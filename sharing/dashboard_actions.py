"""That figures of the dashboard leave the building is entered before they do."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import events
from cases.models import User
from sharing import access


def export_dashboard(*, by: User, chart: str, filters: Mapping[str, str]) -> None:
    """Enter that the figures of a chart are downloaded.

    Args:
        chart: its code.
        filters: what was chosen: days and the id of a team, nothing personal.
    """
    content = {"chart": chart, "filters": dict(filters)}
    sealed = events.seal("dashboard.exported", content, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        access.require_log_reader(by)
        ledger.append(sealed)
