"""GOV.UK Notify as the way of mail: what is sent to it, how it is signed, what is told of a failure."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from django.core.mail import EmailMessage

from dahashare import notify

SERVICE, SECRET, TEMPLATE = (str(UUID(int=number)) for number in (1, 2, 3))
ADDRESS, BODY = "olive@council.example", "T-222222: something needs you by 4pm Tuesday 1 December. https://x/"


class Server(ThreadingHTTPServer):
    """Notify as far as we use it: it checks who calls, keeps what it took, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[dict[str, Any]] = []
        self.answer = 201


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: Server

    def log_message(self, *_: Any) -> None:
        """Nothing on the screen."""

    def _say(self, status: int, said: Any) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _known(self) -> bool:
        """The token is signed with the secret, names the service and is not older than half a minute."""
        head, claims, signature = self.headers["Authorization"].removeprefix("Bearer ").split(".")
        expected = hmac.digest(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256)
        said = json.loads(_open(claims))
        fresh = abs(time.time() - said["iat"]) < 30
        algorithm = json.loads(_open(head)) == {"typ": "JWT", "alg": "HS256"}
        return (
            hmac.compare_digest(_open(signature), expected) and said["iss"] == SERVICE and fresh and algorithm
        )

    def do_GET(self) -> None:
        if not self._known():
            self._say(403, _error("AuthError", "Invalid token"))
            return
        found = [one for one in self.server.taken if f"reference={one['reference']}" in self.path]
        self._say(200, {"notifications": found})

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._known():
            self._say(403, _error("AuthError", "Invalid token"))
        elif self.server.answer == 201:
            self.server.taken.append(said)
            self._say(201, {"id": SERVICE, "reference": said["reference"]})
        elif self.server.answer == 502:
            self._say(502, b"<html>olive@council.example")
        else:
            self._say(self.server.answer, _error("BadRequestError", f"{said['email_address']} is wrong"))


def _error(word: str, message: str) -> dict[str, Any]:
    return {"status_code": 400, "errors": [{"error": word, "message": message}]}


def _open(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """Notify on a port of this machine."""
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings.NOTIFY = {
            "key": f"our-key-name-{SERVICE}-{SECRET}",
            "template": TEMPLATE,
            "reply_to": "",
            "url": f"http://127.0.0.1:{running.server_address[1]}",
        }
        settings.EMAIL_BACKEND = "dahashare.notify.EmailBackend"
        yield running
        running.shutdown()


def mail(reference: str = "one", **changes: Any) -> EmailMessage:
    given = {"subject": "1 thing needs you", "body": BODY, "to": [ADDRESS]} | changes
    return EmailMessage(**given, headers={"Message-ID": f"<{reference}@council.example>"})


def send(message: EmailMessage, **options: Any) -> int:
    """Past the outbox that Django's test runner puts in the way."""
    return notify.EmailBackend(**options).send_messages([message])


def test_a_mail_is_handed_over_with_its_words_and_its_reference(server: Server) -> None:
    assert send(mail()) == 1
    assert server.taken == [
        {
            "email_address": ADDRESS,
            "template_id": TEMPLATE,
            "personalisation": {"subject": "1 thing needs you", "body": BODY},
            "reference": "one",
        }
    ]


def test_a_mail_that_was_taken_already_is_not_handed_over_again(server: Server) -> None:
    assert [send(mail()), send(mail()), send(mail("two"))] == [1, 1, 1]
    assert [one["reference"] for one in server.taken] == ["one", "two"]


def test_answers_go_where_the_setting_says(server: Server, settings: Any) -> None:
    settings.NOTIFY["reply_to"] = SERVICE
    send(mail())
    assert server.taken[0]["email_reply_to_id"] == SERVICE


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "GOV.UK Notify answered 400 BadRequestError"),
        (429, "GOV.UK Notify answered 429 BadRequestError"),
        (500, "GOV.UK Notify answered 500 BadRequestError"),
        (502, "GOV.UK Notify answered 502"),
    ],
)
def test_a_refusal_is_told_without_the_address_or_the_text(status: int, words: str, server: Server) -> None:
    server.answer = status
    with pytest.raises(notify.NotifyError) as told:
        send(mail())
    assert str(told.value) == told.value.safe == words
    assert told.value.status == status
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__
    assert send(mail(), fail_silently=True) == 0


@pytest.mark.parametrize("key", ["", "nonsense", f"name-{SERVICE}", f"name-{SERVICE}-{SERVICE}"])
def test_a_wrong_key_is_refused(key: str, server: Server, settings: Any) -> None:
    settings.NOTIFY["key"] = key
    with pytest.raises(notify.NotifyError) as told:
        send(mail())
    assert told.value.status == (403 if key.endswith(f"{SERVICE}-{SERVICE}") else 0)
    assert server.taken == []


def test_nobody_there(server: Server, settings: Any) -> None:
    settings.NOTIFY["url"] = "http://127.0.0.1:9"
    with pytest.raises(notify.NotifyError, match="answered nothing"):
        send(mail())
