"""Mail by GOV.UK Notify, with the standard library alone (DAHASHARE_MAIL=notify).

The e-mail template there must say ((subject)) as its subject and ((body)) as its message. A mail's Message-ID
is its reference there: one that Notify has taken already is not handed over again. Only a status and Notify's
own word for an error are ever told of a failure, never the address or the text.
"""

import base64
import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(f"(?:.*-)?({_UUID})-({_UUID})", re.IGNORECASE)
_WORD = re.compile("[A-Za-z]{1,60}")


class NotifyError(Exception):
    """Notify did not take a mail; `status` is its answer, 0 where none came."""

    def __init__(self, status: int, word: str = "") -> None:
        self.status = status
        self.safe = f"GOV.UK Notify answered {status or 'nothing'} {word}".strip()
        """What may be told of it: neither an address nor a text."""
        super().__init__(self.safe)


class EmailBackend(BaseEmailBackend):
    """Django's way to Notify: one call for each mail to one person."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Hand over mails; gives how many were taken.

        Raises:
            NotifyError: one was not, unless the caller wants it to fail silently.
        """
        taken = 0
        for message in email_messages:
            try:
                _hand_over(message)
            except NotifyError:
                if not self.fail_silently:
                    raise
            else:
                taken += 1
        return taken


def _hand_over(message: EmailMessage) -> None:
    reference = str(message.extra_headers.get("Message-ID", "")).strip("<>").split("@")[0]
    if reference and _taken(reference):
        return
    for address in message.recipients():
        _call("POST", "/v2/notifications/email", _mail(message, address, reference))


def _taken(reference: str) -> bool:
    """Whether Notify has a mail with this reference: a worker may have been killed after handing it over."""
    query = urlencode({"reference": reference, "template_type": "email"})
    return bool(_call("GET", f"/v2/notifications?{query}").get("notifications"))


def _mail(message: EmailMessage, address: str, reference: str) -> dict[str, Any]:
    words = {"subject": message.subject, "body": message.body}
    said = {
        "email_address": address,
        "template_id": settings.NOTIFY["template"],
        "personalisation": words,
        "reference": reference,
    }
    reply_to = settings.NOTIFY["reply_to"]
    return said | ({"email_reply_to_id": reply_to} if reply_to else {})


def _call(method: str, path: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
    asked = urllib.request.Request(  # noqa: S310 - the operator's own setting, https unless they say otherwise
        settings.NOTIFY["url"] + path,
        data=json.dumps(said).encode() if said else None,
        method=method,
        headers={"Authorization": f"Bearer {token(int(time.time()))}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=settings.EMAIL_TIMEOUT) as answer:  # noqa: S310 - as above
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        # Without the cause: what Notify says in full may quote the address.
        raise NotifyError(error.code, _word(error)) from None
    except (OSError, ValueError):
        raise NotifyError(0) from None


def _word(error: urllib.error.HTTPError) -> str:
    """Notify's name of the error, such as BadRequestError; its message may quote the address."""
    try:
        found = json.load(error)["errors"][0]["error"]
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return found if isinstance(found, str) and _WORD.fullmatch(found) else ""


def token(now: int) -> str:
    """The token of a call: who we are and when, signed with the key's secret (a JSON Web Token, HS256).

    Args:
        now: seconds since the epoch; Notify takes a token for half a minute.

    Raises:
        NotifyError: the key is none.
    """
    key = _KEY.fullmatch(settings.NOTIFY["key"].strip())
    if key is None:
        raise NotifyError(0, "KeyNotSet")
    service, secret = key.groups()
    claims = {"iss": service, "iat": now}
    signed = ".".join(_part(json.dumps(one).encode()) for one in ({"typ": "JWT", "alg": "HS256"}, claims))
    return f"{signed}.{_part(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
