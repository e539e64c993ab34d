"""What the rules say once something was sent: it is always recorded, and tagged where it must be seen."""

from datetime import datetime


def basis_after_sharing(sent_at: datetime | None, basis_at: datetime | None) -> bool:
    """Whether something was shared before its lawful basis was determined (guide, lawful basis).

    Args:
        sent_at, basis_at: aware; None where it was not shared yet, or nothing says when.
    """
    return sent_at is not None and basis_at is not None and sent_at < basis_at
