"""Which rows of `Check` the log signed: who writes to the database must not choose where a check begins."""

import logging

from audit import signing
from audit.models import Check

PURPOSE = "dahashare/check"
log = logging.getLogger(__name__)


def sign(check: Check) -> None:
    """Bind what a check found, and when, to the log's key; without a key it stays unsigned."""
    try:
        check.signature = signing.sign(PURPOSE, _said(check))
    except signing.NoSigningKeyError:
        log.warning("A check could not be signed: the next one begins anew")


def is_ours(check: Check) -> bool:
    """Whether the log's key signed just this: a row that it did not sign is not built upon."""
    if check.signature is None:
        return False
    try:
        public = signing.public_key()
    except signing.NoSigningKeyError:
        return False
    return signing.good(PURPOSE, _said(check), bytes(check.signature), public)


def _said(check: Check) -> bytes:
    parts = [
        str(check.size),
        bytes(check.root).hex(),
        bytes(check.frontier).hex(),
        str(round(check.at.timestamp() * 1_000_000)),
        "whole" if check.whole else "new",
        "problem" if check.problem else "good",
    ]
    return "\n".join(parts).encode()
